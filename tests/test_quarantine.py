"""Of a refused record the scan says whether its bytes are all there: no length tells."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from corpusfmt import Document, convert, read
from corpusfmt.limits import CHUNK, Limits
from corpusfmt.model.format import Batch, ReadOptions, WriteOptions
from corpusfmt.plugins import format_named
from tests.support import Pieces

TEI = b"<TEI%b><teiHeader><fileDesc><titleStmt><title>t</title></titleStmt><publicationStmt><p/></publicationStmt><sourceDesc><p/></sourceDesc></fileDesc></teiHeader><text><body><p>%b</p></body></text></TEI>"
XMLNS = b" xmlns='http://www.tei-c.org/ns/1.0'"
CORPUS = b"<teiCorpus%b><teiHeader/>%b</teiCorpus>"


def warc(block: bytes, length: bytes = b"", kind: bytes = b"resource", more: bytes = b"") -> bytes:
    return b"WARC/1.1\r\nWARC-Type: %b\r\nWARC-Record-ID: <urn:uuid:%b>\r\n%bContent-Length: %b\r\n\r\n%b\r\n\r\n" % (
        kind, kind, more, length or b"%d" % len(block), block
    )  # fmt: skip


def sized(before: bytes, after: bytes, size: int) -> bytes:
    """A record of so many bytes, filled up in its middle."""
    return before + b"x" * (size - len(before) - len(after)) + after


def ours() -> list[bytes]:
    """The records of a bundle: about the file, the text of a document and what is said of it, the same of another one."""
    writer = format_named("warc").writer(WriteOptions())
    written = writer.begin() + b"".join(writer.encode([Document("a", "a text"), Document("b", "another")]))
    return [b"WARC/1.1\r\n" + one for one in written.split(b"WARC/1.1\r\n")[1:]]


INFO, SOUND, ABOUT, *OTHER = ours()
SMALL = {"document": 200}
FULL = b"<<<FILE x y>>>\nz\n"
LINE = b'{"id":"a","name":"","text":"","meta":{}}\n'
OPEN, CLOSE = TEI.split(b"%b</p>")[0], b"</p></body></text></TEI>"
PLAIN, OWN = OPEN.replace(b"%b", b""), OPEN.replace(b"%b", XMLNS)

#: Format, what stands before the record, the record, what follows it, limits, and whether it is kept as a whole.
CASES: dict[str, tuple[str, bytes, bytes, bytes, dict[str, int], bool]] = {
    "seed": ("seed", b"<<<SEED 1>>>\n", sized(b"<<<FILE a>>>\n", b"\n", CHUNK), FULL, {}, True),
    "seed over": ("seed", b"<<<SEED 1>>>\n", sized(b"<<<FILE a b>>>\n", b"\n", 3 * CHUNK), FULL, {"document": CHUNK}, False),
    "seed over, small": ("seed", b"", sized(b"<<<FILE a b>>>\n", b"\n", 500), FULL, SMALL, True),
    "seed before": ("seed", b"", b"x\n" * (CHUNK // 2), FULL, {}, True),
    "seed before, over": ("seed", b"", b"x\n" * CHUNK, b"", {"document": CHUNK}, False),
    "jsonl": ("jsonl", b"", sized(b'{"id":"', b'"}', CHUNK), b"\n" + LINE, {}, True),
    "jsonl over": ("jsonl", b"", sized(b'{"id":"', b'"}', 2 * CHUNK), b"\n" + LINE, {"document": CHUNK}, False),
    "jsonl over, at the end": ("jsonl", b"", sized(b'{"id":"', b'"}', CHUNK), b"", {"document": CHUNK - 9}, True),
    "jsonl over, small": ("jsonl", b"", sized(b'{"id":"', b'"}', 500), b"\n" + LINE, SMALL, True),
    "dir over": ("dir", b"", b"x" * 3 * CHUNK, b"", {"document": CHUNK}, False),
    "dir over by a byte": ("dir", b"", b"x" * CHUNK, b"", {"document": CHUNK - 1}, False),
    "tei": ("tei", b"<teiCorpus" + XMLNS + b"><teiHeader/>", sized(PLAIN, CLOSE, CHUNK), b"</teiCorpus>", {}, True),
    "tei over": ("tei", b"", sized(OWN, CLOSE, 2 * CHUNK), b"", {"document": CHUNK}, False),
    "tei cut": ("tei", b"", sized(OWN, b"", CHUNK), b"", {}, True),
    "tei cut, over": ("tei", b"", sized(OWN, b"", CHUNK + 1), b"", {}, False),
    "tei not XML": ("tei", b"", sized(OWN + b"</q>", b"", CHUNK), b"", {}, True),
    "tei not XML, over": ("tei", b"", sized(OWN + b"</q>", b"", 3 * CHUNK), b"", {}, False),
    "tei not XML, then not in its encoding": (
        "tei", b"<?xml version='1.0' encoding='shift_jis'?>", sized(OWN + b"</q>", b"\x80 at the end", CHUNK), b"", {}, False
    ),
    "tei not known": ("tei", b"", sized(OWN.replace(b"<TEI", b"<TEI type='corpusfmt-9'"), CLOSE, 999), b"", {}, False),
    "warc": ("warc", SOUND, warc(b"x" * 99), SOUND, {}, True),
    "warc, no length": ("warc", SOUND, warc(b"x" * 99, b"none"), b"", {}, False),
    "warc, wrong length": ("warc", SOUND, warc(b"x" * 99, b"50"), SOUND, {}, True),
    "warc, wrong length, long": ("warc", SOUND, warc(b"x" * 5_000_000, b"50"), SOUND, {}, False),
    "warc, junk": ("warc", b"", b"junk\n" * 9, SOUND, {}, False),
    "warc, endless header": ("warc", b"", b"WARC/1.1\r\n" + b"a: b\r\n" * 99, SOUND, {"header_block": 100}, False),
    "warc over": ("warc", SOUND, warc(b"x" * 999, more=b"Content-Type: text/plain\r\n"), SOUND, SMALL, False),
    "warc without its metadata": ("warc", INFO, SOUND, b"", {}, True),
    "warc with metadata that is wrong": ("warc", INFO, SOUND + ABOUT.replace(b'"a"', b"'a'"), b"".join(OTHER), {}, True),
    "warc with metadata that is damaged": ("warc", INFO, SOUND + ABOUT.replace(b'"a"', b'"A"'), b"".join(OTHER), {}, True),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("size", [999, 1 << 16, 1 << 24])
def test_a_scan_says_whether_a_refused_record_is_whole(case: str, size: int) -> None:
    name, before, record, after, limits, whole = CASES[case]
    batches = scan(name, before + record + after, limits, max(size, len(record) // 64))
    refused = [one for one in batches if one.findings and one.findings[-1].severity == "error"]
    first = refused[0]
    assert not first.fatal
    assert first.cut != whole
    if whole:
        assert first.refused == record
    else:  # where the end is not known it may be more
        assert (record + after).startswith(first.refused)
        assert 0 < len(first.refused) <= CHUNK


def scan(name: str, data: bytes, limits: dict[str, int], size: int) -> list[Batch]:
    bounds = Limits(**limits)
    options = ReadOptions(max_document=bounds.document, limits=bounds, inside="a.txt")
    return list(format_named(name).scan(Pieces(data, size), options))


@pytest.mark.parametrize("size", [CHUNK - 1, CHUNK, CHUNK + 1])
def test_the_quarantine_calls_no_whole_record_cut(size: int, tmp_path: Path) -> None:
    source, aside = tmp_path / "a.jsonl", tmp_path / "q.seed"
    record = sized(b'{"id":"', b'"}', size)
    source.write_bytes(record + b"\n" + LINE)
    report = convert(source, tmp_path / "b.jsonl", on_error=f"quarantine={aside}")
    (kept,) = read(aside)
    assert (kept.data, report.cut) == (record, 0)
    assert "kept" not in kept.meta["refused"]


def test_what_is_cut_is_counted_and_said(tmp_path: Path) -> None:
    source, aside = tmp_path / "a.jsonl.gz", tmp_path / "q.seed"
    source.write_bytes(gzip.compress(sized(b'{"id":"', b'"}', 3 * CHUNK) + b"\n" + LINE + LINE * 999)[:-50])
    report = convert(source, tmp_path / "b.jsonl", on_error=f"quarantine={aside}", max_document=CHUNK)
    assert report.cut == 2
    assert [one.meta["refused"]["kept"] for one in read(aside)] == ["the first 131,072 bytes", "the first 0 bytes"]
