"""The record that ends an archive of ours: documents that were cut off, removed or added between records."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

import corpusfmt
from corpusfmt import Document, ParseError
from corpusfmt.formats.warc import FORMAT
from corpusfmt.model.format import ReadOptions
from tests.support import documents, findings, scan, write
from tests.warcs import packed, record

DOCS = [Document(f"d{n}", f"text {n}\n", meta={"n": n}) for n in range(3)]
WHOLE = write(FORMAT, DOCS)
STARTS = [match.start() for match in re.finditer(rb"WARC/1\.1\r\nWARC-Type", WHOLE)]
#: The warcinfo record, two records of each document, and the end.
PIECES = [WHOLE[a:b] for a, b in zip(STARTS, [*STARTS[1:], len(WHOLE)], strict=True)]
INFO, END = PIECES[0], PIECES[-1]
BODY, FIRST = b"".join(PIECES[1:-1]), b"".join(PIECES[1:3])
REST = b"".join(PIECES[3:-1])
THEIRS = record("warcinfo", b"software: another\r\n", number=50) + record(number=51)


def ending(block: bytes) -> bytes:
    """An end that says something else, without a digest."""
    head = re.sub(rb"WARC-Block-Digest: [^\r]*\r\n", b"", END.partition(b"\r\n\r\n")[0])
    return (
        re.sub(rb"Content-Length: [0-9]+", b"Content-Length: %d" % len(block), head) + b"\r\n\r\n" + block + b"\r\n\r\n"
    )


def test_what_is_written() -> None:
    assert len(PIECES) == 8
    assert END.endswith(b'\r\nContent-Length: 15\r\n\r\n{"documents":3}\r\n\r\n')
    (info,) = re.findall(rb"WARC-Record-ID: (<[^>]*>)", INFO)
    assert b"WARC-Warcinfo-ID: %b\r\n" % info in END
    assert b"WARC-Type: metadata\r\n" in END


@pytest.mark.parametrize("thorough", [False, True])
@pytest.mark.parametrize(
    ("data", "expected", "count"),
    [
        (WHOLE, [], 3),
        (INFO + END, ["WARC032"], 0),
        (WHOLE + write(FORMAT, DOCS[:1]) + THEIRS + WHOLE, ["WARC024"], 8),
        (WHOLE + record(number=51), [], 4),
        (THEIRS + WHOLE, [], 4),
        (INFO, ["WARC032"], 0),
        (INFO + FIRST, ["WARC032"], 1),
        (INFO + BODY, ["WARC032"], 3),
        (INFO + FIRST + THEIRS, ["WARC032"], 2),
        (INFO + REST + END, ["WARC032"], 2),
        (INFO + BODY + FIRST + END, ["WARC032"], 4),
        (WHOLE + END, ["WARC032"], 3),
        (BODY + END, ["WARC032"], 3),
        (BODY, [], 3),
        (INFO + BODY + ending(b"3"), ["WARC032"], 3),
        (INFO + BODY + ending(b'{"documents":03}'), [], 3),
        (INFO + BODY + ending(b'{"documents": 3}'), ["WARC032"], 3),
        (INFO + BODY + ending(b'{"documents":-3}'), ["WARC032"], 3),
        (INFO + BODY + ending(b'{"documents":' + b"9" * 5000 + b"}"), ["WARC032"], 3),
        # What was refused is not counted, and told once.
        (INFO + BODY.replace(b"text 1", b"text x") + END, ["WARC016", "WARC027"], 2),
        (INFO + BODY.replace(b"text 1", b"text x"), ["WARC016", "WARC027", "WARC032"], 2),
        (INFO.replace(b"software", b"hardware") + BODY + END, ["WARC016"], 3),
        (INFO + FIRST + PIECES[3], ["WARC027"], 1),
        (INFO + FIRST + PIECES[3][:-20], ["WARC008"], 1),
        (INFO + BODY + END[:-10], ["WARC008"], 3),
        (INFO + BODY + END.replace(b"documents", b"d0cuments"), ["WARC016"], 3),
        (INFO.replace(b"software", b"hardware") + BODY + END + WHOLE + INFO, ["WARC016", "WARC032"], 6),
    ],
    ids=range(27),
)  # fmt: skip
def test_the_number_of_documents(data: bytes, expected: list[str], count: int, thorough: bool) -> None:
    for size in (1 << 30, 7):
        batches = scan(FORMAT, data, size, ReadOptions(thorough=thorough))
        told = [finding.code for finding in findings(batches) if finding.severity != "note"]
        told = list(dict.fromkeys(code for code in told if code != "WARC024" or code in expected))
        assert told == [code for code in expected if thorough or code != "WARC024"]
        assert len(documents(batches)) == count


@pytest.mark.parametrize("codec", ["", "gz", "zst"])
def test_a_file_that_is_cut_between_documents_is_not_converted(codec: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.warc.{codec}".rstrip(".")
    for stop in range(1, len(PIECES)):
        path.write_bytes(packed(PIECES[:stop], codec))
        with pytest.raises(ParseError):
            corpusfmt.convert(path, tmp_path / "o.jsonl")
        assert not (tmp_path / "o.jsonl").exists()
    path.write_bytes(packed(PIECES * 2, codec))  # as cat does
    assert corpusfmt.convert(path, tmp_path / "o.jsonl").written == 6


@pytest.mark.parametrize("codec", ["", "gz", "zst"])
@pytest.mark.parametrize(
    ("pieces", "left"),
    [
        (PIECES[:5], 2),
        ([*PIECES[:1], *PIECES[3:]], 2),
        ([*PIECES[:5], PIECES[5][:-40]], 2),
        ([*PIECES[:1], *PIECES], 3),
        ([*PIECES[:3], *PIECES], 4),
        ([*PIECES[:3], *PIECES[1:3], *PIECES[-1:]], 2),
    ],
    ids=["cut", "removed", "clipped", "two beginnings", "joined", "twice"],
)  # fmt: skip
def test_the_number_of_what_is_there_is_written_on_request(
    pieces: list[bytes], left: int, codec: str, tmp_path: Path
) -> None:
    path = tmp_path / f"a.warc.{codec}".rstrip(".")
    path.write_bytes(packed(pieces, codec))
    before = path.read_bytes()
    (fixed,) = corpusfmt.fix(path)
    assert not fixed.changed
    assert path.read_bytes() == before
    (fixed,) = corpusfmt.fix(path, unsafe_fixes=True)
    assert fixed.fixes["WARC032"] == 1
    assert fixed.left.keys() <= {"WARC024", "DOC002"}
    assert len(list(corpusfmt.read(path))) == left
    data = gzip.decompress(path.read_bytes()) if codec == "gz" else path.read_bytes()
    if codec != "zst":
        assert re.findall(rb'\{"documents":([0-9]+)\}', data)[-1] == b"%d" % (
            3 if pieces[-len(PIECES) :] == PIECES else left
        )


def test_documents_that_are_refused_are_not_numbered_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(INFO + BODY.replace(b"text 1", b"text x"))
    finding = next(one for one in corpusfmt.validate(path) if one.code == "WARC032")
    assert finding.edit is None
    assert finding.byte == path.stat().st_size
