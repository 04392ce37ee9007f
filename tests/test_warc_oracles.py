"""What we write, as warcio, FastWARC, gzip and zstd see it; indexes, shards, dates, ids, and headers that stay whole."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
from argparse import Namespace
from collections.abc import Sequence
from encodings.aliases import aliases
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import zstandard
from fastwarc.warc import ArchiveIterator as FastIterator
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]  # it has no types
from warcio.checker import Checker  # type: ignore[import-untyped]  # it has no types

from corpusfmt import ConfigurationError, Document, open_writer, read
from corpusfmt.cli.main import main
from corpusfmt.formats.warc import FORMAT
from corpusfmt.formats.warc.cdxj import surt
from corpusfmt.model.format import WriteOptions
from tests import strategies
from tests.support import BATCHES, DATA, needs_data, write
from tests.warcs import Seen, by_fastwarc, by_warcio, file_codes, ours

SUFFIXES = ["warc", "warc.gz", "warc.zst"]
every_suffix = pytest.mark.parametrize("suffix", SUFFIXES)
every_type = pytest.mark.parametrize("type", ["resource", "conversion"])

TEXT_HEADER = [
    "WARC-Type", "WARC-Record-ID", "WARC-Date", "WARC-Target-URI", "Content-Type", "WARC-Block-Digest",
    "WARC-Payload-Digest", "Content-Length",
]  # fmt: skip
HEADERS = {
    "warcinfo": ["WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Type", "WARC-Block-Digest", "Content-Length"],
    "resource": TEXT_HEADER,
    "conversion": TEXT_HEADER,
    "metadata": [
        "WARC-Type", "WARC-Record-ID", "WARC-Date", "WARC-Target-URI", "WARC-Refers-To", "Content-Type",
        "WARC-Block-Digest", "Content-Length",
    ],
    "end": [
        "WARC-Type", "WARC-Record-ID", "WARC-Date", "WARC-Warcinfo-ID", "Content-Type", "WARC-Block-Digest",
        "Content-Length",
    ],
}  # fmt: skip


def write_file(path: Path, docs: Sequence[Document], **options: Any) -> Path:
    with open_writer(path, **options) as writer:
        for document in docs:
            writer.write(document)
    return path


def check(path: Path, docs: Sequence[Document], type: str = "resource") -> None:
    """Hold a file that holds ``docs`` against all readers."""
    seen = ours(path)
    assert [each.type for each in seen] == ["warcinfo", *([type, "metadata"] * len(docs)), "metadata"]
    assert [each.block for each in seen[1:-1:2]] == [document.data for document in docs]
    assert seen[-1].block == b'{"documents":%d}' % len(docs)
    assert len({each.id for each in seen}) == len(seen)
    assert by_fastwarc(path) == seen
    if path.suffix != ".zst":
        assert by_warcio(path) == seen
        assert Checker(Namespace(inputs=[str(path)], verbose=False)).process_all() == 0
    if path.suffix in (".gz", ".zst"):
        program = "gzip" if path.suffix == ".gz" else "zstd"
        subprocess.run([program, "-t", "-q", path], check=True)
    assert list(read(path)) == list(docs)
    assert [code for code in file_codes(path) if not code.startswith(("DOC", "ENC"))] == []


# -- other readers -----------------------------------------------------------------------------------------------------


@every_suffix
@settings(max_examples=BATCHES)
@given(docs=strategies.corpora, type=st.sampled_from(["resource", "conversion"]))
def test_other_readers_see_the_same_blocks(
    suffix: str, docs: list[Document], type: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("w") / f"a.{suffix}"
    check(write_file(path, docs, record=type), docs, type)


@every_suffix
@needs_data
def test_real_texts_are_written_so_that_other_readers_see_them(suffix: str, tmp_path: Path) -> None:
    paths = [
        p for d in ("seed-documents", "naughty", "encodings") for p in sorted(DATA.glob(f"{d}/**/*")) if p.is_file()
    ]
    docs = [
        Document(str(p.relative_to(DATA)), p.read_bytes(), name=p.name, meta={"url": f"https://example.org/{p.name}"})
        for p in paths
    ]
    assert len(docs) > 40
    check(write_file(tmp_path / f"a.{suffix}", docs), docs)


@needs_data
def test_naughty_strings_as_everything(tmp_path: Path) -> None:
    strings = [s for s in json.loads((DATA / "naughty/blns/blns.json").read_bytes()) if s]
    docs = [Document(s, s, name=s, meta={"url": s, "date": s, s: s}) for s in strings]
    assert len(docs) > 400
    check(write_file(tmp_path / "a.warc.gz", docs, corpus="naughty corpus"), docs)


def test_an_empty_corpus_is_a_warcinfo_record_and_the_count(tmp_path: Path) -> None:
    for suffix in SUFFIXES:
        check(write_file(tmp_path / f"a.{suffix}", []), [])


def test_each_record_is_a_member_of_its_own(tmp_path: Path) -> None:
    docs = [Document(f"d{i}", f"text {i}\n" * i) for i in range(30)]
    plain = write_file(tmp_path / "a.warc", docs).read_bytes()
    starts = [m.start() for m in re.finditer(rb"WARC/1\.1\r\nWARC-Type", plain)] + [len(plain)]
    pieces = [plain[a:b] for a, b in pairwise(starts)]
    assert len(pieces) == 62

    data = write_file(tmp_path / "a.warc.gz", docs).read_bytes()
    with (tmp_path / "a.warc.gz").open("rb") as file:
        offsets = []
        iterator = ArchiveIterator(file)
        for each in iterator:
            each.raw_stream.read()
            offsets.append(iterator.get_record_offset())
    assert [gzip.decompress(data[a:b]) for a, b in pairwise([*offsets, len(data)])] == pieces

    data = write_file(tmp_path / "a.warc.zst", docs).read_bytes()
    at = 0
    for piece in pieces:
        header = zstandard.get_frame_parameters(data[at:])
        assert header.content_size == len(piece)
        assert header.has_checksum
        frame = zstandard.ZstdDecompressor().decompressobj()
        assert frame.decompress(data[at:]) == piece
        at = len(data) - len(frame.unused_data)
    assert at == len(data)


# -- ids, batches, options ---------------------------------------------------------------------------------------------

_doubles = st.lists(
    st.sampled_from([Document("a", "x"), Document("a", "y"), Document("b", "x"), Document(1, "")]), max_size=12
)


@settings(max_examples=BATCHES)
@given(docs=st.one_of(_doubles, strategies.corpora), cuts=st.lists(st.integers(0, 12), max_size=4), type=st.booleans())
def test_the_bytes_do_not_depend_on_batches(docs: list[Document], cuts: list[int], type: bool) -> None:
    options = WriteOptions(own={"record": "conversion"} if type else {})
    writer = FORMAT.writer(options)
    data = writer.begin()
    for start, stop in pairwise(sorted([0, *[min(cut, len(docs)) for cut in cuts], len(docs)])):
        data += b"".join(writer.encode(docs[start:stop]))
    assert data + writer.end(len(docs)) == write(FORMAT, docs, options)


def ids_in(data: bytes) -> list[bytes]:
    return re.findall(rb"\r\nWARC-Record-ID: (<urn:uuid:[0-9a-f-]{36}>)\r\n", data)


@pytest.mark.parametrize("size", [1, 2000, 100_000])
def test_record_ids_repeat_neither_in_a_file_nor_over_shards(size: int, tmp_path: Path) -> None:
    docs = [Document("same", "the same text\n", name="same") for _ in range(60)]
    write_file(tmp_path / "a.warc", docs, shard_size=size)
    shards = sorted(tmp_path.glob("a-*.warc"))
    manifest = json.loads((tmp_path / "a.manifest.json").read_bytes())
    assert [shard["name"] for shard in manifest["shards"]] == [shard.name for shard in shards]
    found = [identifier for shard in shards for identifier in ids_in(shard.read_bytes())]
    assert len(found) == len(set(found)) == 120 + 2 * len(shards)
    assert {identifier[24:25] for identifier in found} == {b"5"}, "version 5"
    assert {identifier[29:30] for identifier in found} <= {b"8", b"9", b"a", b"b"}
    back = []
    for shard in shards:
        check(shard, held := list(read(shard)))
        back += held
    assert back == docs
    assert len(shards) == {1: 60, 2000: len(shards), 100_000: 1}[size]


@every_suffix
@settings(max_examples=5)
@given(docs=st.lists(strategies.any_documents, min_size=2, max_size=6))
def test_shards_hold_what_one_file_holds(
    suffix: str, docs: list[Document], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("s")
    write_file(folder / f"a.{suffix}", docs, shard_size=1500)
    shards = sorted(folder.glob(f"a-*.{suffix}"))
    seen: list[Seen] = []
    for shard in shards:
        check(shard, list(read(shard)))
        seen += ours(shard)
    whole = ours(write_file(folder / f"b.{suffix}", docs))
    told = [each for each in seen if each.type != "warcinfo" and not each.block.startswith(b'{"documents":')]
    assert told == whole[1:-1]
    assert len({each.id for each in seen}) == len(seen)


def test_ids_are_made_of_the_content_alone() -> None:
    one, other = Document("d", "x", meta={"k": 1}), Document("d", "x", meta={"k": 2})
    first = ids_in(write(FORMAT, [one]))
    assert first == ids_in(write(FORMAT, [one]))
    assert first[0] == ids_in(write(FORMAT, [other]))[0], "warcinfo says nothing of documents"
    assert set(first[1:-1]).isdisjoint(ids_in(write(FORMAT, [other])))
    assert first[-1] == ids_in(write(FORMAT, [other]))[-1], "nor does the number of them"
    assert ids_in(write(FORMAT, [other, one]))[3:-1] == first[1:-1]


HALF = 1_716_084_000  # 2024-05-19T02:00:00Z


@pytest.mark.parametrize(
    ("meta", "own", "expected"),
    [
        ({}, {}, "1970-01-01T00:00:00Z"),
        ({}, {"date": "2020-02-29T01:02:03Z"}, "2020-02-29T01:02:03Z"),
        ({}, {"date": str(HALF)}, "2024-05-19T02:00:00Z"),
        ({"date": "2024-05-18"}, {"date": "2020-02-29T01:02:03Z"}, "2024-05-18T00:00:00Z"),
        ({"date": "2024"}, {}, "2024-01-01T00:00:00Z"),
        ({"date": "2024-05-18T03:58:10+02:00"}, {}, "2024-05-18T01:58:10Z"),
        ({"date": "2024-05-18T01:58:10.123456Z"}, {}, "2024-05-18T01:58:10.123456Z"),
        ({"date": HALF}, {}, "2024-05-19T02:00:00Z"),
        ({"published": "2024-05-18 01:58"}, {}, "2024-05-18T01:58:00Z"),
        ({"date": "18 May 2024"}, {}, "1970-01-01T00:00:00Z"),
        ({"date": "2024-02-30"}, {"date": "2020-02-29"}, "2020-02-29T00:00:00Z"),
        ({"date": "0000"}, {}, "1970-01-01T00:00:00Z"),
        ({"date": "0001-01-01T00:00:00+14:00"}, {}, "1970-01-01T00:00:00Z"),
        ({"date": "9999-12-31T23:59:59-14:00"}, {}, "1970-01-01T00:00:00Z"),
        ({"date": "2024-05-18\r\nX-Evil: 1"}, {}, "1970-01-01T00:00:00Z"),
        ({"date": "２０２４-05-18"}, {}, "1970-01-01T00:00:00Z"),
    ],
)
def test_dates_of_records(meta: dict[str, Any], own: dict[str, str], expected: str) -> None:
    data = write(FORMAT, [Document("a", "x", meta=meta)], WriteOptions(own=own))
    dates = re.findall(rb"\r\nWARC-Date: ([^\r\n]*)\r\n", data)
    fixed = {"2020-02-29": "2020-02-29T00:00:00Z", str(HALF): "2024-05-19T02:00:00Z"}
    given = own.get("date", "1970-01-01T00:00:00Z")
    assert [date.decode() for date in dates] == [(same := fixed.get(given, given)), expected, expected, same]


@pytest.mark.parametrize(
    "own",
    [{"date": "yesterday"}, {"date": ""}, {"date": "2024-13-01"}, {"corpus": "a\r\nb"}, {"corpus": "\x00"},
     {"corpus": "\x7f"}, {"corpus": "x" * 1001}, {"record": "response"}],
)  # fmt: skip
def test_options_that_no_record_can_have(own: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError), open_writer(tmp_path / "a.warc", **own):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("corpus", ["news", "two words", "a:b", "100%", "\u2028line\x85", "日本語", "<>"])
def test_the_corpus_is_in_warcinfo_and_in_urns(corpus: str, tmp_path: Path) -> None:
    docs = [Document("a b", "x"), Document("b", "y", meta={"url": "https://example.org/"})]
    path = write_file(tmp_path / "a.warc", docs, corpus=corpus)
    check(path, docs)
    info = ours(path)[0].block
    assert b"\r\nisPartOf: %b\r\n" % corpus.encode() in info
    uris = re.findall(rb"\r\nWARC-Target-URI: ([^\r\n]*)\r\n", path.read_bytes())
    escaped = "".join(
        c if re.fullmatch(r"[A-Za-z0-9._~-]", c) else "".join(f"%{b:02X}" for b in c.encode()) for c in corpus
    )
    assert uris == [f"urn:x-corpusfmt:{escaped}:a%20b".encode()] * 2 + [b"https://example.org/"] * 2


def test_source_date_epoch_is_the_date_through_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"id":"a","name":"","text":"x","meta":{}}\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(HALF))
    assert main(["convert", "-q", "a.jsonl", "-o", "a.warc"]) == 0
    assert (tmp_path / "a.warc").read_bytes().count(b"WARC-Date: 2024-05-19T02:00:00Z\r\n") == 4
    assert main(["convert", "-q", "a.jsonl", "-o", "b.warc", "--to", "warc:date=2001-01-01"]) == 0
    assert (tmp_path / "b.warc").read_bytes().count(b"WARC-Date: 2001-01-01T00:00:00Z\r\n") == 4
    assert main(["convert", "-q", "a.jsonl", "-o", "c.seed"]) == 0
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    assert main(["convert", "-q", "a.jsonl", "-o", "d.warc"]) == 2
    assert not (tmp_path / "d.warc").exists()


# -- headers -----------------------------------------------------------------------------------------------------------

EVIL = ["\r\nX-Evil: 1", "\nX-Evil: 1", "\rX-Evil: 1", "\x00", "\x7f", "\x85X-Evil: 1", "\u2028X-Evil: 1", "\u2029", "\x0b",
        "\x0c", "\x1c\x1d\x1e", "\r\n\r\nWARC/1.1\r\n", "\t", " ", "\r\n folded", "\ufeff", "\u202e", "%0d%0a", "%", "\xa0", "é"]  # fmt: skip
_evil = st.lists(
    st.one_of(st.sampled_from(EVIL), st.sampled_from(["a", "https://e.org/", ":"])), min_size=1, max_size=4
).map("".join)


def header_names(path: Path) -> list[list[list[str]]]:
    """The names of header fields by record: as warcio, FastWARC and the bytes have them."""
    with path.open("rb") as file:
        one = [[name for name, _ in each.rec_headers.headers] for each in ArchiveIterator(file, no_record_parse=True)]
    with path.open("rb") as file:
        two = [[name for name, _ in each.headers] for each in FastIterator(file, parse_http=False)]
    three, data, at = [], path.read_bytes(), 0
    while at < len(data):
        stop = data.index(b"\r\n\r\n", at)
        head = data[at:stop]
        assert b"\x00" not in head
        assert head.isascii()
        lines = re.split(rb"[\r\n]+", head)
        assert lines[0] == b"WARC/1.1"
        three.append([line.partition(b":")[0].decode() for line in lines[1:]])
        length = next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"Content-Length:"))
        at = stop + 4 + length + 4
        assert data[at - 4 : at] == b"\r\n\r\n"
    return [one, two, three]


def check_headers(docs: Sequence[Document], path: Path, **options: str) -> None:
    write_file(path, docs, **options)
    type = options.get("record", "resource")
    expected = [HEADERS["warcinfo"], *([HEADERS[type], HEADERS["metadata"]] * len(docs)), HEADERS["end"]]
    for names in header_names(path):
        assert names == expected
    assert list(read(path)) == list(docs)


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
def test_nothing_of_a_document_makes_a_header_line(evil: str, tmp_path: Path) -> None:
    urls = [f"https://example.org/{evil}", f"{evil}", f"https:{evil}//x", f"http{evil}://x", f"a:{evil}"]
    docs = [
        Document(f"a{evil}b", f"text{evil}", name=f"n{evil}", meta={"url": url, "date": f"2024{evil}"}) for url in urls
    ]
    docs += [Document(evil, evil, name=evil, meta={evil: evil, "title": evil, "WARC-Date": evil, "timestamp": evil})]
    check_headers(docs, tmp_path / "a.warc")
    check_headers(docs, tmp_path / "b.warc", record="conversion", corpus=re.sub(r"[\x00-\x1f\x7f]", "", evil) or "c")


@settings(max_examples=BATCHES)
@given(parts=st.lists(st.tuples(_evil, _evil, _evil, _evil), max_size=4))
def test_no_mixture_of_them_does(parts: list[tuple[str, ...]], tmp_path_factory: pytest.TempPathFactory) -> None:
    docs = [Document(a, b, name=c, meta={"url": d, "date": a, c: b}) for a, b, c, d in parts]
    check_headers(docs, tmp_path_factory.mktemp("h") / "a.warc")


@pytest.mark.parametrize("encoding", sorted({*aliases.values(), "utf-8", "ascii", "latin-1"}))
def test_every_encoding_that_a_document_can_have_comes_back(encoding: str, tmp_path: Path) -> None:
    try:
        document = Document("a", b"+AGEAYg- ab", encoding=encoding)
    except ValueError:
        return
    check_headers([document], tmp_path / "a.warc")
    (back,) = read(tmp_path / "a.warc")
    assert back.data == document.data
    assert (back.encoding or "utf-8") == (document.encoding or "utf-8")
    assert [code for code in file_codes(tmp_path / "a.warc") if code.startswith("WARC")] == []


# -- indexes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://example.com/", "com,example)/"),
        ("http://example.com", "com,example)/"),
        ("https://www.example.org/a", "org,example)/a"),
        ("https://www12.example.org/a/", "org,example)/a"),
        ("https://wwwexample.org/", "org,wwwexample)/"),
        ("https://a.www.example.org/", "org,example,www,a)/"),
        ("HTTP://EXAMPLE.org/Path/FILE.html", "org,example)/path/file.html"),
        ("http://example.org:80/", "org,example)/"),
        ("https://example.org:443/", "org,example)/"),
        ("http://example.org:443/", "org,example:443)/"),
        ("http://example.org:8080/x", "org,example:8080)/x"),
        ("http://example.org:/x", "org,example)/x"),
        ("http://example.org./x", "org,example)/x"),
        ("http://user:secret@example.org/x", "org,example)/x"),
        ("http://192.168.10.1/x", "192.168.10.1)/x"),
        ("http://[2001:DB8::1]:8080/x", "[2001:db8::1]:8080)/x"),
        ("http://example.org/?b=2&a=1", "org,example)/?a=1&b=2"),
        ("http://example.org/?B=2&a=X", "org,example)/?a=x&b=2"),
        ("http://example.org?q", "org,example)/?q"),
        ("http://example.org/x?", "org,example)/x"),
        ("http://example.org/x#part", "org,example)/x"),
        ("http://example.org#part", "org,example)/"),
        ("http://example.org/x?a=b#c?d", "org,example)/x?a=b"),
        ("http://example.org/a//", "org,example)/a"),
        ("http://example.org/%41", "org,example)/%41"),
        ("urn:x-corpusfmt:D1", "urn:x-corpusfmt:D1"),
        ("file:///tmp/a b", "file:///tmp/a%20b"),
        ("dns:example.org", "dns:example.org"),
    ],
)
def test_the_sortable_form_of_a_url(url: str, expected: str) -> None:
    assert surt(url) == expected


def record_alone(data: bytes, suffix: str) -> bytes:
    """The content of bytes that are to be just one member."""
    if suffix == "warc.gz":
        return gzip.decompress(data)
    if suffix == "warc.zst":
        frame = zstandard.ZstdDecompressor().decompressobj()
        content = frame.decompress(data)
        assert frame.unused_data == b""
        return content
    return data


def check_index(index: bytes, folder: Path, suffix: str, uris: list[str]) -> None:
    lines = index.splitlines(keepends=True)
    assert lines == sorted(lines)
    assert sorted(json.loads(line[line.index(b" {") :])["url"] for line in lines) == sorted(uris)
    seen: set[tuple[str, int]] = set()
    for line in lines:
        key, date, rest = line.decode().split(" ", 2)
        entry = json.loads(rest)
        assert {type(value) for value in entry.values()} == {str}, "pywb reads strings"
        data = (folder / entry["filename"]).read_bytes()
        offset, length = int(entry["offset"]), int(entry["length"])
        alone = record_alone(data[offset : offset + length], suffix)
        head, _, rest_of_it = alone.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        assert alone.startswith(b"WARC/1.1\r\n")
        assert rest_of_it.endswith(b"\r\n\r\n")
        assert len(rest_of_it) == int(fields["Content-Length"]) + 4
        assert fields["WARC-Type"] in ("resource", "conversion")
        assert fields["WARC-Target-URI"] == entry["url"]
        assert fields["WARC-Payload-Digest"] == entry["digest"]
        assert fields["Content-Type"].split(";")[0] == entry["mime"]
        assert re.sub("[^0-9]", "", fields["WARC-Date"])[:14] == date
        assert key == surt(entry["url"])
        seen.add((entry["filename"], offset))
    assert len(seen) == len(lines)


@every_suffix
@every_type
def test_each_line_of_an_index_names_a_record(
    suffix: str, type: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = ["https://z.example.org/b?y&x", "https://www.example.org/", "http://example.org:8080/é", "https://example.org/{a}",
            "http://example.org/\u2028", "http://192.0.2.1/", "http://example.org/"]  # fmt: skip
    docs = [Document(f"d{i}", f"text {i}\n" * i, meta={"url": url, "date": f"202{i}"}) for i, url in enumerate(urls)]
    docs += [Document("x y", b"\xff\xfe", name="n"), Document("e", ""), Document("same", "s"), Document("same", "s")]
    write_file(tmp_path / "a.jsonl", docs[:7]), write_file(tmp_path / "b.seed", docs[7:])
    monkeypatch.chdir(tmp_path)
    command = ["convert", "-q", "a.jsonl", "b.seed", "--cdxj", "--to", f"warc:record={type}"]
    assert main([*command, "-o", f"o.{suffix}"]) == 0
    uris = re.findall(
        rb"WARC-Type: %b\r\n.*?WARC-Target-URI: ([^\r\n]*)" % type.encode(), plain_of(tmp_path / f"o.{suffix}"), re.S
    )
    assert len(uris) == len(docs)
    check_index((tmp_path / "o.cdxj").read_bytes(), tmp_path, suffix, [uri.decode() for uri in uris])
    check(tmp_path / f"o.{suffix}", docs, type)

    assert main([*command, "-o", f"s.{suffix}", "--shard-size", "1500"]) == 0
    assert len(list(tmp_path.glob(f"s-*.{suffix}"))) > 3
    check_index((tmp_path / "s.cdxj").read_bytes(), tmp_path, suffix, [uri.decode() for uri in uris])


def plain_of(path: Path) -> bytes:
    data = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(data)
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()
    return data


def test_an_index_does_not_change_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_file(tmp_path / "a.seed", [Document(f"d{i}", "x" * i) for i in range(50)])
    monkeypatch.chdir(tmp_path)
    for suffix in SUFFIXES:
        assert main(["convert", "-q", "a.seed", "-o", f"a.{suffix}"]) == 0
        assert main(["convert", "-q", "a.seed", "-o", f"b.{suffix}", "--cdxj"]) == 0
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


@pytest.mark.parametrize("target", ["o.jsonl", "-"])
def test_an_index_of_what_has_none_is_refused(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_file(tmp_path / "a.seed", [Document("d", "x")])
    monkeypatch.chdir(tmp_path)
    spec = ["--to", "warc"] if target == "-" else []
    assert main(["convert", "-q", "a.seed", "-o", target, "--cdxj", *spec]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.seed"]


def test_a_run_that_fails_leaves_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"id":"a","name":"","text":"x","meta":{}}\n{"id"\n')
    monkeypatch.chdir(tmp_path)
    assert main(["convert", "-q", "a.jsonl", "-o", "o.warc.gz", "--cdxj"]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


@pytest.mark.parametrize("fails", [1, 2])
def test_an_index_that_is_there_fits(fails: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offsets into another archive are worse than none."""
    monkeypatch.chdir(tmp_path)
    write_file(tmp_path / "a.seed", [Document("d", "x", meta={"url": "https://example.org/"})])
    assert main(["convert", "-q", "a.seed", "-o", "o.warc.gz", "--cdxj"]) == 0
    write_file(tmp_path / "a.seed", [Document("e", "yy", meta={"url": "https://example.org/"})])
    real, calls = os.replace, []

    def failing(*given: Any, **named: Any) -> None:
        calls.append(given)
        if len(calls) == fails:
            raise OSError(5, "Input/output error")
        real(*given, **named)

    monkeypatch.setattr("corpusfmt.storage.held_folder.os.replace", failing)
    assert main(["convert", "-q", "a.seed", "-o", "o.warc.gz", "--cdxj"]) == 2
    assert sorted(os.listdir()) == ["a.seed", "o.warc.gz"]
