"""Fixing: what is mended, what is kept, what is left alone. A fix that is not right is worse than none."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
from base64 import b32encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from corpusfmt import ConfigurationError, Document, ParseError, fix, open_writer, validate
from corpusfmt.cli.main import main
from corpusfmt.formats.warc import FORMAT
from corpusfmt.limits import CHUNK
from corpusfmt.model.format import ReadOptions
from corpusfmt.storage import Scratch, open_input, open_output
from corpusfmt.storage.zstd import ZSTD_MAGIC, is_skippable
from corpusfmt.verbs.fix import edits
from tests import strategies
from tests.support import BATCHES, DATA, needs_data
from tests.warcs import by_warcio, file_codes, http, ours, packed, record, sha1, uuid

TEXT = b"A text.\n"
RIGHT, WRONG = sha1(TEXT), sha1(b"Another.\n")
FIRST = record(block=b"first\n", number=11, WARC_Target_URI=b"https://example.org/first")
LAST = record(block=b"last\n", number=19, WARC_Target_URI=b"https://example.org/last")
#: SHA-256 of the text in base 32, which leaves four characters to pad.
BASE32 = b"sha256:" + b32encode(hashlib.sha256(TEXT).digest())

#: What documents may be whatever holds them.
DOCUMENTS = {"ENC005", "DOC001", "DOC002", "DOC003", "DOC004", "DOC005", "ENC001", "ENC003", "ENC007", "ENC010"}

every_codec = pytest.mark.parametrize("codec", ["", "gz", "zst"])

#: By name: records between two good ones, the code that a safe fix clears, and the codecs that it is for.
SAFE: dict[str, tuple[list[bytes], str, tuple[str, ...]]] = {
    "header lines in LF": ([record(eol=b"\n")], "WARC004", ("", "gz", "zst")),
    "all lines in LF": ([record(eol=b"\n", end=b"\n\n")], "WARC004", ("", "gz", "zst")),
    "some lines in LF": ([record().replace(b"\r\nWARC-Date", b"\nWARC-Date")], "WARC004", ("", "gz", "zst")),
    "no line ends after": ([record(block=b"no end", end=b"")], "WARC009", ("", "gz", "zst")),
    "one line end after": ([record(block=b"no end", end=b"\r\n")], "WARC009", ("", "gz", "zst")),
    "line ends in LF after": ([record(block=b"no end", end=b"\n\n")], "WARC009", ("", "gz", "zst")),
    "three line ends after": ([record(block=b"no end", end=b"\r\n\r\n\r\n", WARC_Block_Digest=sha1(b"no end"))], "WARC009", ("", "gz", "zst")),
    "SHA-1 by another name": ([record(WARC_Block_Digest=b"SHA-1:" + RIGHT[5:])], "WARC019", ("", "gz", "zst")),
    "a padded digest": ([record(WARC_Block_Digest=BASE32)], "WARC019", ("", "gz", "zst")),
    "two padded digests": ([record(WARC_Block_Digest=BASE32, WARC_Payload_Digest=BASE32)], "WARC019", ("", "gz", "zst")),
    "a length that a digest proves": ([record(Content_Length=b"3", WARC_Block_Digest=RIGHT)], "WARC010", ("", "gz", "zst")),
    "a longer one": ([record(Content_Length=b"30000", WARC_Block_Digest=RIGHT)], "WARC010", ("", "gz", "zst")),
    "a length that a member proves": ([record(Content_Length=b"3")], "WARC010", ("gz", "zst")),
    "a payload digest": ([record(WARC_Block_Digest=RIGHT, WARC_Payload_Digest=WRONG)], "WARC018", ("", "gz", "zst")),
    "a block digest that the payload vouches for": (
        [record(WARC_Block_Digest=WRONG, WARC_Payload_Digest=RIGHT)], "WARC016", ("", "gz", "zst"),
    ),
    "a payload digest of a page": (
        [record("response", http(b"x", b"Content-Type: text/plain"), WARC_Payload_Digest=WRONG,
                WARC_Block_Digest=sha1(http(b"x", b"Content-Type: text/plain")))], "WARC018", ("", "gz", "zst"),
    ),
    "a URI in brackets": ([record(WARC_Target_URI=b"<https://example.org/>")], "WARC014", ("", "gz", "zst")),
    "an id without brackets": ([record(WARC_Record_ID=uuid(1)[1:-1])], "WARC014", ("", "gz", "zst")),
    "two records in a member": ([record() + record(number=2)], "WARC023", ("gz", "zst")),
    "a record in two members": ([record()[:99], record()[99:]], "WARC023", ("gz",)),
    "many at once": (
        [record(eol=b"\n", end=b"\n", WARC_Record_ID=uuid(1)[1:-1], WARC_Block_Digest=b"sha-1:" + RIGHT[5:]),
         record(number=2, Content_Length=b"3", WARC_Block_Digest=RIGHT),
         record(number=3, eol=b"\n", WARC_Target_URI=b"<https://example.org/>", WARC_Block_Digest=RIGHT, WARC_Payload_Digest=WRONG)],
        "WARC0", (),
    ),
}  # fmt: skip
CASES = [(name, codec) for name, (_, _, codecs) in SAFE.items() for codec in codecs]


def made(folder: Path, pieces: list[bytes], codec: str, name: str = "a") -> Path:
    path = folder / f"{name}.warc.{codec}".rstrip(".")
    path.write_bytes(packed(pieces, codec))
    return path


def held(path: Path) -> list[Document]:
    """The documents that can be read, past all faults, up to the end or a cut."""
    found: list[Document] = []
    try:
        with open_input(str(path)) as stream:
            for batch in FORMAT.scan(stream, ReadOptions()):
                found += batch.documents
    except ParseError:
        pass
    return found


def content(path: Path) -> bytes:
    """The file, decompressed."""
    with open_input(str(path)) as stream:
        return b"".join(iter(lambda: stream.read(1 << 20), b""))


def told_of(path: Path) -> list[str]:
    """The codes of what is wrong with a file; these texts are all alike, which is another matter."""
    return [code for code in file_codes(path) if not code.startswith("DOC")]


def stamp(path: Path) -> tuple[int, int, bytes]:
    stat = path.stat()
    return stat.st_ino, stat.st_mtime_ns, path.read_bytes()


def mended(path: Path, **options: Any) -> Any:
    (fixed,) = fix(path, **options)
    return fixed


def check_again(path: Path, **options: Any) -> None:
    """A second run changes nothing."""
    before = stamp(path)
    again = mended(path, **options)
    assert not again.changed
    assert not again.fixes
    assert stamp(path) == before


# -- safe fixes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "codec"), CASES)
def test_a_safe_fix_clears_its_finding(name: str, codec: str, tmp_path: Path) -> None:
    middle, code, _ = SAFE[name]
    path = made(tmp_path, [FIRST, *middle, LAST], codec)
    before, told = held(path), told_of(path)
    assert code in told
    fixed = mended(path)
    assert fixed.changed
    assert fixed.fixes[code]
    assert code not in fixed.left
    assert told_of(path) == []
    after = held(path)
    assert [each for each in after if each in before] == before
    assert after[0].data == b"first\n"
    assert len(after) == len(ours(path)) == b"".join(middle).count(b"WARC/1.1") + 2
    assert by_fastwarc_ids(path) == [each.id for each in ours(path)]
    assert [item.name for item in tmp_path.iterdir()] == [path.name]
    check_again(path)


def by_fastwarc_ids(path: Path) -> list[str]:
    """The ids that FastWARC sees."""
    from fastwarc.warc import ArchiveIterator

    with path.open("rb") as file:
        return [each.headers["WARC-Record-ID"] for each in ArchiveIterator(file, parse_http=False)]


@every_codec
def test_many_faults_are_fixed_at_once(codec: str, tmp_path: Path) -> None:
    middle = SAFE["many at once"][0]
    path = made(tmp_path, [FIRST, *middle, LAST], codec)
    fixed = mended(path)
    assert {"WARC004", "WARC009", "WARC010", "WARC014", "WARC018", "WARC019"} <= set(fixed.fixes)
    assert told_of(path) == []
    assert [document.data for document in held(path)] == [b"first\n", TEXT, TEXT, TEXT, b"last\n"]
    assert [each.block for each in ours(path)] == [b"first\n", TEXT, TEXT, TEXT, b"last\n"]
    check_again(path)


@every_codec
def test_a_fixed_file_is_byte_for_byte_what_it_should_be(codec: str, tmp_path: Path) -> None:
    wrong = record(number=2, Content_Length=b"3", WARC_Block_Digest=RIGHT)
    path = made(tmp_path, [FIRST, record(eol=b"\n", end=b"\r\n"), wrong, LAST], codec)
    mended(path)
    assert content(path) == b"".join([FIRST, record(), wrong.replace(b"Content-Length: 3", b"Content-Length: 8"), LAST])


@pytest.mark.parametrize(("codec", "pieces"), [("gz", 1), ("gz", 7), ("zst", 1)])
def test_a_file_that_was_compressed_as_a_whole_gets_a_member_a_record(codec: str, pieces: int, tmp_path: Path) -> None:
    records = [record(block=b"text %d\n" % n * 50, number=n) for n in range(1, 40)]
    whole = b"".join(records)
    step = len(whole) // pieces + 1
    path = made(tmp_path, [whole[at : at + step] for at in range(0, len(whole), step)], codec)
    before = held(path)
    fixed = mended(path)
    assert set(fixed.fixes) == {"WARC023"}
    assert told_of(path) == []
    assert held(path) == before
    assert len(before) == 39
    data = path.read_bytes()
    if codec == "gz":
        assert by_warcio(path) == ours(path)
        assert data.count(b"\x1f\x8b\x08") >= 39
        assert gzip.decompress(data) == whole
    else:
        assert data.count(b"\x28\xb5\x2f\xfd") == 39
    check_again(path)


@every_codec
@settings(max_examples=BATCHES)
@given(
    docs=strategies.corpora.filter(bool),
    lines=st.booleans(),
    end=st.sampled_from([b"", b"\r\n", b"\n\n", b"\r\n\r\n\r\n\r\n"]),
)
def test_our_bundles_are_fixed_whatever_they_hold(
    codec: str, docs: list[Document], lines: bool, end: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Digests vouch for the blocks, so no text is taken for line ends."""
    folder = tmp_path_factory.mktemp("f")
    with open_writer(folder / "o.warc") as writer:
        for document in docs:
            writer.write(document)
    pieces: list[bytes] = []
    data, at = (folder / "o.warc").read_bytes(), 0
    for each in ours(folder / "o.warc"):
        head = data.index(b"\r\n\r\n", at) + 4
        stop = head + len(each.block)
        odd = data[at:head].replace(b"\r\n", b"\n") if lines else data[at:head]
        pieces.append(odd + each.block + (end if len(pieces) % 2 else b"\r\n\r\n"))
        at = stop + 4
    path = made(folder, pieces, codec)
    before = stamp(path)
    first = mended(path)
    if first.left:
        assert set(first.left) <= {"WARC016", "WARC010", "WARC027", "WARC009", "WARC001"} | DOCUMENTS
    if not set(first.left) - DOCUMENTS:
        assert held(path) == docs
        assert content(path) == data
    assert first.changed or stamp(path) == before
    check_again(path)


@every_codec
@pytest.mark.parametrize(
    "about",
    [
        record("metadata", b"k: 1\r\n", number=2, WARC_Refers_To=uuid(1)[1:-1]),
        record("metadata", b"k: 1\r\n", number=2, WARC_Refers_To=uuid(1), Content_Length=b"2", WARC_Block_Digest=sha1(b"k: 1\r\n")),
        record("metadata", b"k: 1\r\n", number=2, WARC_Refers_To=uuid(1), eol=b"\n"),
    ],
    ids=["brackets", "length", "LF"],
)  # fmt: skip
def test_a_metadata_record_that_is_fixed_does_not_keep_its_file_from_being_fixed(
    about: bytes, codec: str, tmp_path: Path
) -> None:
    path = made(tmp_path, [FIRST, record(eol=b"\n"), about, LAST], codec)
    fixed = mended(path)
    assert fixed.changed
    assert told_of(path) == []
    assert [document.meta.get("metadata") for document in held(path)] == [None, {"k": "1"}, None]
    check_again(path)


# -- unsafe fixes ------------------------------------------------------------------------------------------------------


@every_codec
@pytest.mark.parametrize("left", [1, 4, 6, 20, 100, -30, -12, -5])
def test_a_clipped_record_is_cut_off_and_kept(codec: str, left: int, tmp_path: Path) -> None:
    clipped = record(block=b"clipped text\n", number=5)[:left]
    path = made(tmp_path, [FIRST, LAST, clipped], codec)
    before = stamp(path)
    documents = held(path)

    assert main(["fix", "-q", str(path)]) == 1
    assert stamp(path) == before
    assert main(["fix", "-q", "--unsafe-fixes", "--dry-run", str(path)]) == 1
    assert stamp(path) == before
    assert [item.name for item in tmp_path.iterdir()] == [path.name]

    fixed = mended(path, unsafe_fixes=True)
    assert fixed.side == f"{path}.cut"
    assert Path(fixed.side).read_bytes() == clipped
    assert content(path) == FIRST + LAST
    assert held(path) == documents
    assert len(documents) == 2
    assert told_of(path) == []
    check_again(path, unsafe_fixes=True)


def test_what_was_cut_off_before_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = made(tmp_path, [FIRST, LAST[:-20]], "")
    before = stamp(path)
    (tmp_path / "a.warc.cut").write_bytes(b"precious")
    assert main(["fix", "--unsafe-fixes", str(path)]) == 2
    assert "already exists; move it away first" in capsys.readouterr().err
    assert stamp(path) == before
    assert (tmp_path / "a.warc.cut").read_bytes() == b"precious"
    assert len(list(tmp_path.iterdir())) == 2
    (tmp_path / "a.warc.cut").unlink()
    assert main(["fix", "--unsafe-fixes", str(path)]) == 0
    assert path.read_bytes() == FIRST
    assert (tmp_path / "a.warc.cut").read_bytes() == LAST[:-20]


@pytest.mark.parametrize("kept", [LAST[:-20], b"\x1f\x8b" + LAST[2:-20], LAST[:-21] + b"!"])
def test_a_run_that_was_ended_can_be_repeated(kept: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it cut off is there already, and the file is as it was: only the same bytes are not in the way."""
    path, side = made(tmp_path, [FIRST, LAST[:-20]], ""), tmp_path / "a.warc.cut"
    side.write_bytes(kept)
    same = kept == LAST[:-20]
    assert main(["fix", "--unsafe-fixes", str(path)]) == (0 if same else 2)
    assert side.read_bytes() == kept
    assert path.read_bytes() == (FIRST if same else FIRST + LAST[:-20])
    assert f"the removed bytes are in {side}" in capsys.readouterr().err or not same


@every_codec
@pytest.mark.parametrize("name", ["WARC-Block-Digest", "WARC-Payload-Digest"])
def test_a_digest_that_does_not_match_is_left_unless_asked_for(name: str, codec: str, tmp_path: Path) -> None:
    path = made(tmp_path, [FIRST, record(fields={name: WRONG}), LAST], codec)
    code = "WARC016" if name == "WARC-Block-Digest" else "WARC017"
    before = stamp(path)
    fixed = mended(path)
    assert (fixed.changed, dict(fixed.left)) == (False, {code: 1})
    assert stamp(path) == before
    assert main(["fix", "-q", str(path)]) == 1
    assert main(["fix", "-q", "--unsafe-fixes", str(path)]) == 0
    assert [document.data for document in held(path)] == [b"first\n", TEXT, b"last\n"]
    assert told_of(path) == []
    assert content(path) == FIRST + record(fields={name: RIGHT}) + LAST
    check_again(path, unsafe_fixes=True)


@pytest.mark.parametrize("codec", ["gz", "zst"])
@pytest.mark.parametrize("back", [1, 4, 8, 20, 60])
def test_compressed_data_that_ends_early_is_cut_back_to_whole_records(codec: str, back: int, tmp_path: Path) -> None:
    records = [record(block=bytes(range(33, 127)) * n, number=n) for n in range(1, 10)]
    path = made(tmp_path, records, codec)
    path.write_bytes(path.read_bytes()[:-back])
    before, documents = stamp(path), held(path)
    assert main(["fix", "-q", str(path)]) in (1, 2)
    assert stamp(path) == before
    fixed = mended(path, unsafe_fixes=True)
    assert fixed.changed
    assert told_of(path) == []
    after = held(path)
    assert after[: len(documents)] == documents
    assert 8 <= len(after) <= 9
    whole = b"".join(records)
    kept = content(path)
    cut = Path(fixed.side).read_bytes() if fixed.side else b""
    assert whole.startswith(kept)
    assert whole.startswith(kept + cut)
    check_again(path, unsafe_fixes=True)


@pytest.mark.parametrize("codec", ["gz", "zst"])
def test_damaged_data_is_removed_when_that_is_asked_for(codec: str, tmp_path: Path) -> None:
    path = made(tmp_path, [FIRST, record(eol=b"\n", block=bytes(range(256)) * 9), LAST], codec)
    data = bytearray(path.read_bytes())
    data[-len(packed([LAST], codec)) - 3] ^= 0xFF  # of the checksums of the second
    path.write_bytes(data)
    before = stamp(path)
    assert main(["fix", "-q", str(path)]) == 1
    with pytest.raises(ParseError):
        fix(path)
    assert stamp(path) == before
    assert [item.name for item in tmp_path.iterdir()] == [path.name]
    (done,) = fix(path, unsafe_fixes=True)
    assert dict(done.fixes) == {"FILE002": 1}
    assert content(path) == FIRST + LAST
    assert Path(done.side).read_bytes() == bytes(data[len(packed([FIRST], codec)) : -len(packed([LAST], codec))])


@every_codec
def test_a_length_that_nothing_proves_is_left(codec: str, tmp_path: Path) -> None:
    """Two records in one member prove nothing of where the first ends."""
    pieces = [record(Content_Length=b"3") + LAST] if codec else [record(Content_Length=b"3"), LAST]
    path = made(tmp_path, pieces, codec)
    fixed = mended(path)
    assert fixed.left["WARC010"] == 1
    assert fixed.fixes["WARC010"] == 0
    assert [document.data for document in held(path)] == [b"last\n"]
    assert content(path) == b"".join(pieces)


@every_codec
@pytest.mark.parametrize("block", [b"a\r\n\r\n", b"\r\n", b"text\n", b"\r\n\r\n\r\n\r\n"])
def test_line_ends_of_a_text_are_not_taken_for_those_of_its_record(block: bytes, codec: str, tmp_path: Path) -> None:
    """Where the digest says that they belong to the text, a length that is too small is no trailer that is too long."""
    for length in range(len(block)):
        odd = record(block=block, Content_Length=b"%d" % length, WARC_Block_Digest=sha1(block))
        path = made(tmp_path, [FIRST, odd, LAST], codec)
        mended(path)
        texts = [each.block for each in ours(path)]
        assert block in texts or odd in content(path), "either it was mended, or nothing was taken away"
        path.unlink()


# -- what is left alone ------------------------------------------------------------------------------------------------


@every_codec
def test_a_file_without_faults_is_not_touched(codec: str, tmp_path: Path) -> None:
    path = made(tmp_path, [FIRST, LAST], codec)
    os.utime(path, ns=(1_000_000_000, 1_000_000_000))
    before = stamp(path)
    for more in ([], ["--unsafe-fixes"], ["--dry-run"]):
        assert main(["fix", "-q", str(path), *more]) == 0
        assert stamp(path) == before
    assert not mended(path).changed


@every_codec
def test_a_dry_run_changes_nothing_and_says_what_it_would(
    codec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made(tmp_path, [FIRST, record(eol=b"\n"), LAST], codec)
    before = stamp(path)
    assert main(["fix", "--dry-run", str(path)]) == 1
    assert "would fix 1 finding (WARC004: 1)" in capsys.readouterr().out
    assert stamp(path) == before
    fixed = mended(path, dry_run=True)
    assert fixed.changed
    assert fixed.fixes == {"WARC004": 1}
    assert stamp(path) == before
    assert [item.name for item in tmp_path.iterdir()] == [path.name]
    assert main(["fix", str(path)]) == 0
    assert "fixed 1 finding (WARC004: 1)" in capsys.readouterr().out


def test_only_what_is_selected_is_fixed(tmp_path: Path) -> None:
    path = made(tmp_path, [record(eol=b"\n"), FIRST[:-2], LAST], "")
    assert main(["fix", "-q", "--select", "WARC009", str(path)]) == 1
    assert told_of(path) == ["WARC004"]
    assert main(["fix", "-q", "--select", "WARC00", str(path)]) == 0
    assert main(["fix", "-q", "--select", "SEED", str(path)]) == 0


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_the_mode_of_a_file_is_kept_and_links_stay_links(mode: int, tmp_path: Path) -> None:
    path = made(tmp_path, [record(eol=b"\n")], "")
    path.chmod(mode)
    (tmp_path / "link.warc").symlink_to(path)
    mended(tmp_path / "link.warc")
    assert (tmp_path / "link.warc").is_symlink()
    assert path.stat().st_mode & 0o777 == mode
    assert path.read_bytes() == record()


def test_several_files_and_their_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = made(tmp_path, [FIRST], "", "good")
    odd = made(tmp_path, [record(eol=b"\n")], "gz", "odd")
    bad = made(tmp_path, [record(without=["WARC-Date"])], "", "bad")
    assert main(["fix", str(good), str(odd)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"{good}: nothing to fix", f"{odd}: fixed 1 finding (WARC004: 1)"]
    assert main(["fix", str(good), str(bad)]) == 1
    assert "1 finding left (WARC011: 1)" in capsys.readouterr().out
    assert main(["fix", str(tmp_path)]) == 1


@pytest.mark.parametrize("arguments", [["-"], ["absent.warc"], [], ["a.warc", "--no-such-option"]])
def test_what_cannot_be_done_is_2(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made(tmp_path, [FIRST], "")
    try:
        code = main(["fix", *arguments])
    except SystemExit as error:
        code = int(error.code or 0)
    assert code == 2


def test_standard_input_is_not_fixed_in_its_place() -> None:
    with pytest.raises(ConfigurationError, match="standard input"):
        fix("-")


# -- other formats -----------------------------------------------------------------------------------------------------

BOM = b"\xef\xbb\xbf"
RECORD = b'{"id":"a","name":"","text":"x","meta":{}}\n'


def plain(data: bytes, codec: str) -> bytes:
    return packed([data], codec)


@every_codec
@pytest.mark.parametrize(
    ("suffix", "data", "expected", "codes"),
    [
        ("jsonl", BOM + RECORD, RECORD, {"JSONL010": 1}),
        ("jsonl", RECORD + b"\n" + RECORD.replace(b'"a"', b'"b"'), RECORD + RECORD.replace(b'"a"', b'"b"'), {"JSONL009": 1}),
        ("jsonl", b"\n\n" + RECORD + b"\n \n", RECORD, {"JSONL009": 2}),
        ("jsonl", BOM + b"\n" + RECORD, RECORD, {"JSONL010": 1, "JSONL009": 1}),
        ("seed", BOM + b"<<<FILE d1 a.txt>>>\nbody\n", b"<<<FILE d1 a.txt>>>\nbody\n", {"SEED008": 1}),
    ],
    ids=range(5),
)  # fmt: skip
def test_bom_and_blank_lines(
    suffix: str, data: bytes, expected: bytes, codes: dict[str, int], codec: str, tmp_path: Path
) -> None:
    path = tmp_path / f"a.{suffix}.{codec}".rstrip(".")
    path.write_bytes(plain(data, codec))
    fixed = mended(path)
    assert fixed.fixes == codes
    assert content(path) == expected
    with open_input(str(path)) as stream:
        assert stream.codec == codec
    assert told_of(path) == []
    check_again(path)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", RECORD + b'{"id":"b"\n'), ("a.jsonl", b'{"id":"a","text":"\xff"}\n'), ("a.seed", b"<<<FILE d1>>>\nx\n"),
        ("a.jsonl", b"[1]\n" + RECORD),
    ],
)  # fmt: skip
def test_what_is_wrong_for_good_stays(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    before = stamp(tmp_path / name)
    assert main(["fix", "-q", str(tmp_path / name)]) == 1
    assert stamp(tmp_path / name) == before


@pytest.mark.parametrize("name", ["a.seed", "a.jsonl"])
@settings(max_examples=BATCHES)
@given(docs=strategies.text_corpora.filter(bool))
def test_a_bom_is_taken_away_and_documents_stay(
    name: str, docs: list[Document], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("b") / name
    with open_writer(path) as writer:
        for document in docs:
            writer.write(document)
    data = path.read_bytes()
    path.write_bytes(BOM + data)
    mended(path)
    assert path.read_bytes() == data


# -- any file ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unsafe", [False, True])
@settings(max_examples=BATCHES * 5)
@given(data=strategies.broken_archives)
def test_twice_is_once_and_no_document_is_lost(
    unsafe: bool, data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assume(
        not data.startswith((b"BZh", b"\xfd7zXZ", b"PK\x03\x04"))
    )  # other compressions: refused before anything is read
    folder = tmp_path_factory.mktemp("t")
    path = folder / "a.warc"
    path.write_bytes(data)
    before, told = held(path), stamp(path)
    try:
        fixed = mended(path, unsafe_fixes=unsafe, format="warc")
    except ParseError:
        assert data.startswith((b"\x1f\x8b", ZSTD_MAGIC)) or is_skippable(data[:8])
        assert stamp(path) == told
        return
    assert fixed.changed or stamp(path) == told
    after = held(path)
    if not unsafe:
        kept = iter(after)
        assert all(any(document == other for other in kept) for document in before)
    if fixed.changed:
        (folder / "b").mkdir()
        again = folder / "b" / "a.warc"
        again.write_bytes(path.read_bytes())
        assert not mended(again, unsafe_fixes=unsafe, format="warc").changed


@needs_data
@pytest.mark.parametrize("unsafe", [False, True])
def test_real_files_are_fixed_as_far_as_can_be(unsafe: bool, tmp_path: Path) -> None:
    left: dict[str, dict[str, int]] = {}
    for source in sorted((DATA / "warc").glob("*/*.warc*")):
        folder = tmp_path / source.parent.name
        folder.mkdir(exist_ok=True)
        path = folder / source.name.removesuffix(".bad")
        path.write_bytes(source.read_bytes())
        before = held(path)
        fixed = mended(path, unsafe_fixes=unsafe)
        kept = iter(held(path))
        assert unsafe or all(any(document == other for other in kept) for document in before), source.name
        if fixed.left:
            left[source.name] = dict(fixed.left)
        told = [finding.code for finding in validate(path) if finding.severity != "note"]
        assert set(fixed.left) <= set(told)
        assert "WARC023" not in told
    if not unsafe:
        assert set(left) - {"cc.warc.gz"} == {
            "example-bad-non-chunked.warc.gz", "example-digest.warc", "example-space-in-target-uri.warc.gz",
            "example-wrong-chunks.warc.gz",
        }  # fmt: skip
        trunc, whole = (DATA / "warc/warcio" / name for name in ("example-trunc.warc", "example.warc"))
        assert ours(tmp_path / "warcio" / trunc.name) == [*ours(whole)[:4]], (
            "a digest proves the length of the clipped record"
        )


def test_a_fix_is_not_made_again_for_what_it_left(tmp_path: Path) -> None:
    """A record that is refused has a member of its own too."""
    path = made(tmp_path, [record(eol=b"\n", number=1), record(number=2, Content_Length=b"x"), LAST], "gz")
    first = mended(path)
    assert first.fixes == {"WARC004": 1}
    assert set(first.left) == {"WARC006"}
    before = stamp(path)
    assert not mended(path).changed
    assert stamp(path) == before


@pytest.mark.parametrize("call", ["write", "close"])
def test_a_scratch_file_that_fails_is_not_reported_of_by_name(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It has none. What it stands for has: the file that is being fixed."""

    class Failing(io.BytesIO):
        def write(self, data: Any, /) -> int:
            if call == "write":
                raise OSError(28, "No space left on device")
            return super().write(data)

        def close(self) -> None:
            raise OSError(28, "No space left on device")

    path = tmp_path / "a.jsonl"
    path.write_bytes('{"id":"a","name":"","text":"x","meta":{}}\n'.encode("utf-16"))
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: Failing())
    assert main(["fix", str(path)]) == (2 if call == "write" else 0)
    assert capsys.readouterr().err == (f"corpusfmt: {path}: No space left on device\n" if call == "write" else "")


@pytest.mark.parametrize("codec", ["gz", "zst"])
@pytest.mark.parametrize("longest", [10_000, 100])
def test_a_large_record_is_one_gzip_member_or_several_frames(
    codec: str, longest: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edits, "WHOLE", longest)
    records = [record(eol=b"\n", block=b"text\n" * 1000, number=1), LAST]
    path = made(tmp_path, records, codec)
    assert set(mended(path).fixes) == {"WARC004"}
    assert content(path) == record(block=b"text\n" * 1000, number=1) + LAST
    if codec == "gz":
        assert by_warcio(path) == ours(path)
    assert told_of(path) == []


@pytest.mark.parametrize("suffix", ["seed", "jsonl"])
def test_members_of_a_fixed_stream_end_at_records(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{suffix}.gz"
    with open_writer(path) as writer:
        for number in range(1500):
            writer.write(Document(f"d{number}", f"{number:09}" * (number % 90) + "\n", name="n"))
    plain = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + plain))
    assert mended(path).changed
    data = path.read_bytes()
    assert gzip.decompress(data) == plain
    with open_input(str(path)) as stream:
        members = stream.track_members()
        assert members is not None
        while stream.read(1 << 16):
            pass
    assert len(members) == 3
    for at, _ in members[1:]:
        assert plain.startswith(b"<<<FILE " if suffix == "seed" else b'{"id":', at)


@pytest.mark.parametrize(
    "resync", [None, lambda buffer, at: -1, lambda buffer, at: at + 5], ids=["none", "nowhere", "often"]
)
def test_what_is_fixed_is_never_held_whole(
    resync: Callable[[bytes, int], int] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edits, "WHOLE", 4 * CHUNK)
    scratch = Scratch("", "a")
    for number in range(200):
        scratch.write(b"%d" % (number % 10) * (CHUNK // 10))
    output = open_output(str(tmp_path / "a"))
    given: list[int] = []
    put = output._put

    def counting(data: bytes) -> None:
        given.append(len(data))
        put(data)

    monkeypatch.setattr(output, "_put", counting)
    edits.pour(scratch, output, resync)
    output.finish()
    output.publish()
    assert (tmp_path / "a").read_bytes() == scratch.at(0, scratch.size)
    assert max(given) <= 5 * CHUNK < scratch.size
    scratch.close()


def test_a_clean_file_may_lie_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: object, **__: object) -> object:
        raise PermissionError(13, "Permission denied")

    clean, broken = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    clean.write_bytes(b'{"id":"a","text":"x"}\n')
    broken.write_bytes(b'\xef\xbb\xbf{"id":"a","text":"x"}\n')
    monkeypatch.setattr("tempfile.TemporaryFile", refused)
    assert main(["fix", str(clean)]) == 0
    assert main(["fix", str(broken)]) == 2
    assert "b.jsonl: Permission denied" in capsys.readouterr().err
