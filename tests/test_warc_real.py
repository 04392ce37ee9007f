"""Archives that nobody here wrote, hostile ones, and what is left of archives that were cut."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from corpusfmt import Document, ParseError, UnknownFormatError, open_writer, read, validate
from corpusfmt.cli.main import main
from corpusfmt.formats.warc import FORMAT
from corpusfmt.formats.warc.framer import Framer
from corpusfmt.model.format import ReadOptions
from corpusfmt.storage import open_input
from corpusfmt.storage.input import Input
from tests.support import DATA, DEEP, needs_data, watched
from tests.warcs import LIMIT, file_codes, ours

WARCS = DATA / "warc"
EXPECTED: dict[str, Any] = json.loads((WARCS / "expected.json").read_bytes()) if DATA.is_dir() else {}

in_data = pytest.mark.parametrize(
    "name", [name for name in EXPECTED if not name.endswith((".arc", ".arc.gz"))] or ["-"]
)


def types_of(path: Path) -> Counter[str]:
    with open_input(str(path)) as stream:
        return Counter(each.type for each in Framer(stream, LIMIT).records() if each is not None and each.fields)


def hash_of(blocks: list[bytes]) -> str:
    """What ``expected.json`` has of the blocks of a file: SHA-256 over the SHA-256 of each."""
    return hashlib.sha256(b"".join(hashlib.sha256(block).digest() for block in blocks)).hexdigest()[:16]


# -- the data ----------------------------------------------------------------------------------------------------------


@needs_data
@in_data
def test_records_and_blocks_are_those_that_the_libraries_see(name: str) -> None:
    """Where warcio gives up, or does not read the compression, FastWARC's word counts."""
    warcio, fastwarc = EXPECTED[name]["warcio"], EXPECTED[name]["fastwarc"]
    if "error" in fastwarc:
        assert name.endswith("example-trunc.warc"), "it has a test of its own"
        return
    agreed = (
        warcio is None
        or "error" in warcio
        or (warcio["blocks"], warcio["types"]) == (fastwarc["blocks"], fastwarc["types"])
    )
    assert agreed
    assert types_of(DATA / name) == fastwarc["types"]
    seen = ours(DATA / name)
    assert len(seen) == fastwarc["n"]
    assert hash_of([each.block for each in seen]) == fastwarc["blocks"]


@needs_data
@pytest.mark.parametrize(
    ("name", "expected", "ids"),
    [
        ("warcio/example-trunc.warc", ["WARC010"], []),
        ("warcio/example-bad-non-chunked.warc.gz", ["WARC023", "WARC016"], ["urn:uuid:a9c51e3e-0221-11e7-bf66-0242ac120005"]),
        ("warcio/example-bad.warc.gz.bad", ["WARC023"], ["urn:uuid:6d058047-ede2-4a13-be79-90c17c631dd4"]),
        ("warcio/example-wrong-chunks.warc.gz", ["WARC023", "WARC016", "WARC009", "WARC023"], []),
        ("warcio/example-space-in-target-uri.warc.gz", ["WARC014"], []),
        ("warcio/example-digest.warc", ["WARC025", "WARC014", "WARC024", "WARC019", "WARC024", "WARC019", "WARC024", "WARC019", "WARC019"], []),
        ("jwarc/cc.warc.gz", ["WARC025"], ["urn:uuid:ececb7b0-ed4d-4d27-9ae8-2676df51cf7d"]),
    ],
)  # fmt: skip
def test_what_we_say_of_the_odd_ones(name: str, expected: list[str], ids: list[str], tmp_path: Path) -> None:
    assert [code for code in file_codes(WARCS / name) if code.startswith("WARC")] == expected
    assert main(["convert", "-q", str(WARCS / name), "-o", str(tmp_path / "o.jsonl"), "--on-error", "skip"]) in (0, 1)
    assert [json.loads(line)["id"] for line in (tmp_path / "o.jsonl").read_bytes().splitlines()] == ids


@needs_data
@in_data
def test_the_rest_is_clean(name: str) -> None:
    odd = ("example-trunc.warc", "example-bad-non-chunked.warc.gz", "example-bad.warc.gz.bad", "example-wrong-chunks.warc.gz",
           "example-space-in-target-uri.warc.gz", "example-digest.warc", "cc.warc.gz")  # fmt: skip
    if not name.endswith(odd):
        assert file_codes(DATA / name) == []


@needs_data
def test_a_clipped_record_is_refused_and_reading_goes_on() -> None:
    with open_input(str(WARCS / "warcio/example-trunc.warc")) as stream:
        records = [each for each in Framer(stream, LIMIT).records() if each is not None and each.fields]
    assert [each.type for each in records] == ["warcinfo", "warcinfo", "response", "request"]
    assert [[fault.code for fault in each.faults] for each in records] == [[], [], ["WARC010"], []]
    whole = ours(WARCS / "warcio/example.warc")
    assert ours(WARCS / "warcio/example-trunc.warc") == [*whole[:2], whole[3]]


@needs_data
@pytest.mark.parametrize("name", ["bad.arc", "example.arc", "example.arc.gz", "example-space-in-url.arc"])
def test_arc_is_refused_with_a_hint(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for run in (lambda path: list(read(path)), lambda path: list(validate(path))):
        with pytest.raises(UnknownFormatError, match="ARC, which is older than WARC"):
            run(WARCS / "warcio" / name)
    assert main(["validate", str(WARCS / "warcio" / name)]) == 2
    assert "warcio recompress" in capsys.readouterr().err


# -- documents ---------------------------------------------------------------------------------------------------------

CRAWLED = "commoncrawl-whirlwind/whirlwind.warc"


@needs_data
def test_a_crawl_gives_one_document_however_it_is_compressed() -> None:
    names = [CRAWLED, f"{CRAWLED}.gz", "derived-zst/whirlwind.warc.zst", "derived-zst/whirlwind-dict.warc.zst"]
    (first,), *others = [list(read(WARCS / name)) for name in names]
    assert all(found == [first] for found in others)
    assert first.id == "urn:uuid:2aabeff2-67f5-4608-8466-e87c6296e2b6"
    assert first.name == first.meta["url"] == "https://an.wikipedia.org/wiki/Escopete"
    assert first.meta["date"] == "2024-05-18T01:58:10Z"
    assert first.meta["languages"] == ["spa"]
    assert (first.meta["content_type"], first.meta["status"]) == ("text/html", 200)
    assert first.text.startswith("<!DOCTYPE html>")


@needs_data
def test_what_the_crawler_says_of_a_page_stands_in_its_metadata() -> None:
    (document,) = read(WARCS / CRAWLED)
    about = document.meta["metadata"]
    assert list(about) == ["fetchTimeMs", "charset-detected", "languages-cld2"]
    assert (about["fetchTimeMs"], about["charset-detected"]) == ("258", "UTF-8")
    assert about["languages-cld2"]["languages"][0]["code"] == "es"


@needs_data
def test_a_wet_file_gives_its_text() -> None:
    for suffix in ("", ".gz"):
        (document,) = read(WARCS / f"{CRAWLED}.wet{suffix}")
        assert document.id == "urn:uuid:ba729a40-ff84-4085-8d48-0a5b2ee0c42d"
        assert document.name == "https://an.wikipedia.org/wiki/Escopete"
        assert dict(document.meta) == {
            "url": "https://an.wikipedia.org/wiki/Escopete",
            "date": "2024-05-18T01:58:10Z",
            "languages": ["spa"],
            "refers_to": "urn:uuid:2aabeff2-67f5-4608-8466-e87c6296e2b6",
        }
        assert document.text.startswith("Escopete - Biquipedia, a enciclopedia libre\nIr al contenido\n")
        assert len(document.data) == 4456


@needs_data
def test_a_wat_file_has_no_texts_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(read(WARCS / f"{CRAWLED}.wat")) == []
    assert main(["validate", str(WARCS / f"{CRAWLED}.wat")]) == 0
    assert "warcinfo records (1), metadata records (1)" in capsys.readouterr().err


@needs_data
@pytest.mark.parametrize(
    ("name", "start", "size"),
    [
        ("warcio/example.warc", b"<!doctype html>", 1270),
        ("warcio/example.warc.gz", b"<!doctype html>", 1270),
        ("derived-zst/example.warc.zst", b"<!doctype html>", 1270),
        ("warcio/example-iana.org-chunked.warc", b"<!doctype html>", 7223),
        ("warcio/example-resource.warc.gz", b"<!doctype html>", 1303),
        ("jwarc/cc.warc.gz", b"<!DOCTYPE html>", 20289),
    ],
)
def test_pages_are_given_as_they_were_sent(name: str, start: bytes, size: int) -> None:
    (document,) = read(WARCS / name)
    assert document.data.lstrip()[: len(start)].lower() == start.lower()
    assert len(document.data) == size


@needs_data
@in_data
def test_documents_of_archives_go_to_our_bundles_and_back(name: str, tmp_path: Path) -> None:
    docs: list[Document] = []
    try:
        docs += read(DATA / name)
    except ParseError:
        return
    with open_writer(tmp_path / "a.warc.gz") as writer:
        for document in docs:
            writer.write(document)
    assert list(read(tmp_path / "a.warc.gz")) == docs
    assert [code for code in file_codes(tmp_path / "a.warc.gz") if code.startswith("WARC")] == []


# -- hostile files -----------------------------------------------------------------------------------------------------

URI = b"WARC-Target-URI: https://example.org/"
#: By file: the codes that the standard asks for once its records have the WARC-Target-URI that all of them lack.
PLAIN = {
    "neg-content-length": ["WARC006"],
    "plus-content-length": ["WARC006"],
    "underscore-content-length": ["WARC006"],
    "unicode-digit-content-length": ["WARC006"],
    "empty-content-length": ["WARC006"],
    "huge-content-length": ["WARC008"],
    "overflow-content-length": ["WARC008"],
    "dup-content-length": ["WARC007"],
    "no-content-length": ["WARC011"],
    "lf-only": ["WARC004", "WARC009"],
    "cr-only": ["WARC008"],
    "missing-trailer": ["WARC009"],
    "one-crlf-trailer": ["WARC009", "WARC024", "DOC002"],
    "dup-record-id": ["WARC024", "DOC002"],
    "nul-in-header": ["WARC003"],
    "esc-in-header": ["WARC003"],
    "bad-utf8-header": ["WARC003"],
    "folded-header": [],
    "colonless-header": ["WARC003"],
    "space-before-colon": ["WARC003"],
    "version-9.9": ["WARC002"],
    "lowercase-version": ["WARC002"],
    "traversal-target": [],
    "truncated-header": ["WARC008"],
    "truncated-body": ["WARC008"],
    "empty": ["WARC013"],
    "garbage": ["WARC001"],
    "bad-digest": ["WARC016"],
    "unknown-digest": ["WARC022"],
    "date-invalid": ["WARC014"],
}
#: The same for files as they are; here the missing field is told of each record that can be read.
PACKED = {
    "gz-truncated-mid-member": ["WARC011", "FILE001"],
    "gz-truncated-at-trailer": ["WARC011", "WARC011", "FILE001"],
    "gz-bad-crc": ["WARC011", "FILE002"],
    "gz-trailing-garbage": ["WARC011", "WARC011", "FILE003"],
    "gz-trailing-zeros": ["WARC011", "WARC011", "FILE007"],
    "gz-one-member-two-records": ["WARC011", "WARC011", "WARC023"],
    "gz-empty-members": ["WARC011", "WARC011"],
    "gz-record-split-over-members": ["WARC011", "WARC023"],
}
WARNINGS = {"WARC004", "WARC009", "WARC014", "WARC022", "WARC023", "WARC024", "DOC002", "FILE007"}


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated(tmp_path_factory)


def generated(factory: pytest.TempPathFactory, *more: str) -> Path:
    folder = factory.mktemp("hostile")
    subprocess.run([sys.executable, DATA.parent / "harness" / "gen_adversarial.py", folder, *more], check=True)
    return folder


def check_command(path: Path, expected: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Run validate and convert on a file that has just these faults."""
    errors = [code for code in expected if code not in WARNINGS]
    assert main(["validate", "--output-format", "json", str(path)]) == bool(expected)
    out, err = capsys.readouterr()
    told = [finding["code"] for finding in json.loads(out)["findings"] if finding["severity"] != "note"]
    assert sorted(told) == sorted(expected)
    assert "Traceback" not in err
    for mode in ("stop", "skip"):
        target = folder / f"{mode}.jsonl"
        assert main(["convert", str(path), "-o", str(target), "--on-error", mode]) == bool(errors)
        untrusted = {"FILE002", "FILE004"}.intersection(expected)
        assert target.exists() == (not errors or (mode == "skip" and not untrusted))
        out, err = capsys.readouterr()
        assert out == ""
        assert "Traceback" not in err


@needs_data
@pytest.mark.parametrize("name", PLAIN)
def test_hostile_records(name: str, hostile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = (hostile / "warc" / f"{name}.warc").read_bytes()
    if URI[:15] not in data:
        data = re.sub(rb"(WARC-Type: resource)(\r\n|\n|\r)", rb"\1\2%b\2" % URI, data)
    (tmp_path / "a.warc").write_bytes(data)
    check_command(tmp_path / "a.warc", PLAIN[name], tmp_path, capsys)


@needs_data
@pytest.mark.parametrize("name", PACKED)
def test_hostile_members(name: str, hostile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check_command(hostile / "warc" / f"{name}.warc.gz", PACKED[name], tmp_path, capsys)


@needs_data
def test_no_hostile_file_is_forgotten_or_passes(hostile: Path, tmp_path: Path) -> None:
    names = {path.name.removesuffix(".gz").removesuffix(".warc") for path in (hostile / "warc").iterdir()}
    assert names == {*PLAIN, *PACKED}
    for path in (hostile / "warc").iterdir():
        is_sound = path.name == "traversal-target.warc"  # its address is no path of a file
        assert main(["validate", "-q", str(path)]) == (not is_sound)
        for mode in ("stop", "skip"):
            assert main(["convert", "-q", str(path), "-o", str(tmp_path / "o.jsonl"), "--on-error", mode]) in (0, 1)


@needs_data
@pytest.mark.deep
def test_bombs_cost_little_time_and_memory(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    bombs = sorted(generated(tmp_path_factory, "--bombs").glob("bomb/*.warc.*"))
    assert len(bombs) == 6
    for path in bombs:
        for arguments in (["validate", "-q"], ["convert", "-q", "-o", "-", "--to", "jsonl", "--on-error", "skip"]):
            code, memory = watched(tmp_path / "said", "-m", "corpusfmt", *arguments, path)
            assert code in (0, 1), path
            assert memory < 300 << 10, path
            with (tmp_path / "said").open("rb") as said:
                assert all(b"Traceback" not in line for line in said)


# -- cuts --------------------------------------------------------------------------------------------------------------


def scanned(data: bytes) -> tuple[list[Document], list[str]]:
    """Documents and codes of a file, plain or compressed, those of the file layer among them."""
    docs: list[Document] = []
    codes: list[str] = []
    try:
        with Input(io.BytesIO(data), "cut", owned=True) as stream:
            for batch in FORMAT.scan(stream, ReadOptions()):
                docs += batch.documents
                codes += [finding.code for finding in batch.findings if finding.severity != "note"]
    except ParseError as error:
        codes.append(error.finding.code)
    return docs, codes


def boundaries(data: bytes) -> list[int]:
    """The bytes of a file where one record, or its member, ends."""
    found = [0]
    with Input(io.BytesIO(data), "whole", owned=True) as stream:
        members = stream.track_members()
        if members is None:
            return [0, *(each.stop for each in Framer(stream, LIMIT).records() if each is not None)]
        while stream.read(1 << 16):
            found += [raw for _, raw in members]
            members.clear()
    return sorted({*found, len(data)})


def own_bundle() -> list[Document]:
    docs = [
        Document(f"d{i}", f"text {i} ü\n" * (i * 7 % 40), name=f"n{i}", meta={"i": i, "date": "2024"})
        for i in range(40)
    ]
    return [*docs, Document("bin", b"\xff\x00WARC/1.1\r\nWARC-Type: resource\r\n\r\n\r\n"), Document("last", "the end")]


def written(suffix: str, folder: Path) -> bytes:
    with open_writer(folder / f"o.{suffix}") as writer:
        for document in own_bundle():
            writer.write(document)
    return (folder / f"o.{suffix}").read_bytes()


def cuts(data: bytes) -> list[int]:
    """Places all over the data, and the last ones: those that come after the last records, or some of these."""
    places = random.Random(7).sample(range(len(data)), min(300 if DEEP else 50, len(data)))
    last = range(max(0, len(data) - 2048), len(data))
    return sorted({*places, *(last if DEEP else (*last[::37], *last[-30:]))})


WHOLE: dict[str, Callable[[Path], bytes]] = {
    "own.warc": lambda folder: written("warc", folder),
    "own.warc.gz": lambda folder: written("warc.gz", folder),
    "own.warc.zst": lambda folder: written("warc.zst", folder),
    "whirlwind.warc.wet": lambda _: (WARCS / f"{CRAWLED}.wet").read_bytes(),
    "whirlwind.warc.gz": lambda _: (WARCS / f"{CRAWLED}.gz").read_bytes(),
    "whirlwind.warc": lambda _: (WARCS / CRAWLED).read_bytes(),
    "whirlwind.warc.zst": lambda _: (WARCS / "derived-zst/whirlwind-dict.warc.zst").read_bytes(),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_cut_is_found_wherever_it_is(name: str, tmp_path: Path) -> None:
    if not name.startswith("own") and not DATA.is_dir():
        pytest.skip("the developers' data is not here (set CORPUSFMT_DATA)")
    data = WHOLE[name](tmp_path)
    whole, clean = scanned(data)
    assert whole
    assert clean == []
    between = set(boundaries(data))
    assert len(between) > 2
    silent, strange = [], []
    for at in cuts(data):
        docs, codes = scanned(data[:at])
        if not codes and at not in between:
            silent.append(at)
        if [(d.id, d.data) for d in docs] != [(d.id, d.data) for d in whole[: len(docs)]] and at not in between:
            strange.append(at)
    assert silent == []
    assert strange == []


@pytest.mark.parametrize("suffix", ["warc", "warc.gz", "warc.zst"])
def test_a_cut_between_records_of_our_bundles(suffix: str, tmp_path: Path) -> None:
    """After a text its metadata is missing; between two documents, the number of them."""
    data = written(suffix, tmp_path)
    whole = own_bundle()
    places = boundaries(data)
    assert len(places) == 3 + 2 * len(whole)
    for number, at in enumerate(places):
        docs, codes = scanned(data[:at])
        assert docs == whole[: max(0, (number - 1) // 2)]
        if number == 0:
            assert codes
        elif number == len(places) - 1:
            assert codes == []
        else:
            assert codes == (["WARC027"] if number % 2 == 0 else ["WARC032"])


@pytest.mark.parametrize("suffix", ["warc.gz", "warc.zst"])
def test_a_flipped_bit_is_found(suffix: str, tmp_path: Path) -> None:
    """Wherever it changes a document; one of a checksum also where it changes none. Elsewhere there are bits that say
    nothing of the content: of the header of a member, and what fills the last byte of its data.
    """
    data = written(suffix, tmp_path)
    size = 8 if suffix == "warc.gz" else 4
    checksums = {stop - back for stop in boundaries(data)[1:] for back in range(1, size + 1)}
    whole = own_bundle()
    for at in {*random.Random(9).sample(range(len(data)), 300), *random.Random(9).sample(sorted(checksums), 60)}:
        docs, codes = scanned(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :])
        assert codes or (docs == whole and at not in checksums), at


def test_every_byte_of_a_plain_bundle_is_vouched_for(tmp_path: Path) -> None:
    """Any other byte in its place is a finding, or a field that reading does not depend on."""
    data = written("warc", tmp_path)
    whole = own_bundle()
    strange = []
    for at in random.Random(11).sample(range(len(data)), 600):
        docs, codes = scanned(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        if not codes and docs != whole:
            strange.append((at, data[at - 20 : at + 5]))
    assert strange == []


def test_gzip_agrees_with_the_boundaries(tmp_path: Path) -> None:
    data = written("warc.gz", tmp_path)
    places = boundaries(data)
    for start, stop in pairwise(places):
        assert gzip.decompress(data[start:stop]).startswith(b"WARC/1.1\r\n")
