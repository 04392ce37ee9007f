"""Files that hold no text: beside a corpus in a folder they are passed over, alone they are refused by name."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from corpusfmt import convert, read
from corpusfmt.cli.main import main
from corpusfmt.model.errors import ConfigurationError, UnknownFormatError
from corpusfmt.text.magic import kind_of


def _zipped() -> bytes:
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("word/document.xml", "<a/>")
        return file.getvalue()


KINDS = {
    "zip": _zipped(), "empty zip": b"PK\5\6" + bytes(18), "PDF": b"\n%PDF-1.7\n%\xe2\xe3\n", "SQLite": b"SQLite format 3\0\x10\0",
    "PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "JPEG": b"\xff\xd8\xff\xe0\0\x10JFIF", "GIF": b"GIF89a\1\0\1\0", "image": b"II*\0\x08\0\0\0",
    "older office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "rar": b"Rar!\x1a\x07\1\0", "7z": b"7z\xbc\xaf\x27\x1c\0\4",
    "tar": b"a.txt" + bytes(252) + b"ustar\x0000" + bytes(247) + b"hello" + bytes(507), "program": b"\x7fELF\2\1\1",
    "program of Windows": b"MZ\x90" + bytes(57) + b"\x80\0\0\0", "columns": b"PAR1\x15\4\x15\x10", "arrays": b"\x93NUMPY\1\0v\0{",
    "macOS": b"\0\5\x16\7\0\2\0\0Mac OS X", "macOS folder": b"\0\0\0\1Bud1\0\0", "audio": b"ID3\3\0\0\0", "font": b"wOF2\0\1\0\0",
    "PostScript": b"%!PS-Adobe-3.0\n",
}  # fmt: skip
TEI = (
    b'<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>t</title></titleStmt>'
    b"<publicationStmt><p/></publicationStmt><sourceDesc><p/></sourceDesc></fileDesc></teiHeader>"
    b"<text><body><p>x</p></body></text></TEI>"
)
CORPORA = {
    ".jsonl": (b'{"id":"a","text":"x"}\n', None), ".xml": (TEI, None), ".seed": (b"<<<FILE a a.txt>>>\nx\n", None),
    ".txt": (b"x\n", "dir"),
}  # fmt: skip


@pytest.mark.parametrize("suffix", CORPORA)
@pytest.mark.parametrize("kind", KINDS)
def test_what_holds_no_text_is_skipped_in_a_folder_and_refused_alone(
    kind: str, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    corpus, format = CORPORA[suffix]
    Path("in/a" + suffix).write_bytes(corpus)
    bad, packed = Path("in/b" + suffix), Path("in/c" + suffix + ".gz")
    bad.write_bytes(KINDS[kind])
    packed.write_bytes(gzip.compress(KINDS[kind]))
    for source in ("in", "in/*"):
        report = convert(source, "o.jsonl", from_format=format, force=True)
        assert (report.read, report.skipped) == (1, [str(bad), str(packed)])
    for path, inside in ((bad, ""), (packed, ", inside compressed data")):
        what = kind_of(KINDS[kind])
        assert what is not None
        with pytest.raises(UnknownFormatError) as told:
            list(read(path, format=format))
        assert f"is {what.name}{inside}; it is not read" in str(told.value)


def test_the_word_for_it_says_what_it_is() -> None:
    for kind, head in KINDS.items():
        what = kind_of(head)
        assert what is not None
        if not {"audio", "arrays", "columns", "program of Windows", "macOS folder"} & {kind}:
            assert all(word in what.name for word in kind.replace("empty ", "").split())


@pytest.mark.parametrize(
    "text",
    [b"PK is a unit\n", b"CWS\tabc\n", b"ORC\nand elf", b"PAR1\n", b"MZ was its name", b"ID3 tags", b"GIF images", b"Objects",
     b"%PD", b"BZh91 is no bzip2", b"a ustar archive", b"RIFF", b"\xff\xfea\0", b"\0a\0b", b"", b"FEAR"],
)  # fmt: skip
def test_texts_are_no_such_files(text: bytes) -> None:
    assert kind_of(text) is None


def test_a_folder_of_nothing_else_says_what_the_first_file_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.jsonl").write_bytes(KINDS["PNG"])
    (tmp_path / "b.jsonl").write_bytes(KINDS["zip"])
    assert main(["validate", str(tmp_path)]) == 2
    assert "is a PNG image; it is not read" in capsys.readouterr().err


@pytest.mark.parametrize(("data", "what"), [
    (gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), "gzip data, inside compressed data"), (b"\xfd7zXZ\0\0\4", "xz data"),
    (b"BZh91AY&SY", "bzip2 data"), (b"\x1f\x9d\x90abc", "data of compress"),
])  # fmt: skip
def test_a_compression_that_is_not_read_is_an_error_in_a_folder_too(data: bytes, what: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(CORPORA[".jsonl"][0])
    (tmp_path / "b.jsonl").write_bytes(data)
    with pytest.raises((ConfigurationError, UnknownFormatError), match=what):
        list(read(tmp_path))


@pytest.mark.parametrize(("name", "kind"), [("b.jsonl.zip", "zip"), ("b.seed.7z", "7z"), ("b.json.rar", "rar")])
def test_an_archive_with_the_name_of_a_packed_part_of_the_corpus_is_an_error(
    name: str, kind: str, tmp_path: Path
) -> None:
    (tmp_path / "a.jsonl").write_bytes(CORPORA[".jsonl"][0])
    (tmp_path / name).write_bytes(KINDS[kind])
    with pytest.raises(UnknownFormatError, match="decompress it first"):
        list(read(tmp_path))


@pytest.mark.parametrize(
    "head",
    [
        b"<!doctype html>\n<html><p>x<br></html>",
        b"<!-- a -->\n<!DOCTYPE  HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>\n<p>",
    ],
)
def test_a_page_that_is_no_xml_is_skipped_beside_tei(head: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(TEI)
    (tmp_path / "index.xml").write_bytes(head)
    assert len(list(read(tmp_path))) == 1
