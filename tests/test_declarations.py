"""Declarations of encodings that are wrong: they are found, can be overruled, and no advice leads in a circle."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpusfmt import ConfigurationError, read, validate
from tests.warcs import http, record

TEI = (
    '<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="a"><teiHeader><fileDesc><titleStmt><title>t</title></titleStmt>'
    "<publicationStmt><p>x</p></publicationStmt><sourceDesc><p>x</p></sourceDesc></fileDesc></teiHeader>"
    "<text><body><p>{}</p></body></text></TEI>\n"
)


def tei(folder: Path, text: str, declared: str, encoding: str) -> Path:
    path = folder / "a.xml"
    path.write_bytes(f'<?xml version="1.0" encoding="{declared}"?>\n{TEI.format(text)}'.encode(encoding))
    return path


@pytest.mark.parametrize("declared", ["ISO-8859-1", "windows-1252", "KOI8-R", "ISO-8859-15"])
@pytest.mark.parametrize("before", [0, 5000, 400_000])
def test_utf8_that_is_declared_otherwise(declared: str, before: int, tmp_path: Path) -> None:
    path = tei(tmp_path, "a " * before + "le café déjà fermé", declared, "utf-8")
    (finding,) = [finding for finding in validate(path) if finding.severity == "error"]
    assert (finding.code, "is UTF-8" in finding.message) == ("TEI024", True)
    assert path.read_bytes()[finding.byte] == 0xC3
    assert "--force-encoding" in finding.hint
    assert not list(validate(path, force_encoding="utf-8"))
    (document,) = read(path, force_encoding="utf-8")
    assert document.text.endswith("le café déjà fermé\n") or document.text.endswith("le café déjà fermé")


@pytest.mark.parametrize("declared", ["US-ASCII", "ascii", "ANSI_X3.4-1968"])
@pytest.mark.parametrize("before", [0, 5000, 400_000])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-8-sig"])
def test_a_file_that_declares_ascii_has_nothing_else(declared: str, before: int, encoding: str, tmp_path: Path) -> None:
    path = tei(tmp_path, "a " * before + "café", declared, encoding)
    (finding,) = [finding for finding in validate(path) if finding.severity == "error"]
    assert (finding.code, finding.hint.count("--force-encoding")) == ("TEI024", 1)
    assert encoding == "utf-8-sig" or not path.read_bytes()[: (finding.byte or 0) + 1].isascii()
    assert encoding == "utf-8-sig" or path.read_bytes()[: finding.byte].isascii()
    plain = tei(tmp_path, "a " * before + "caf&#xe9;", declared, "ascii")
    assert next(iter(read(plain))).text.endswith("café")
    assert not list(validate(plain))


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("ISO-8859-1", "iso8859-1"),
        ("KOI8-R", "koi8-r"),
        ("Shift_JIS", "cp932"),
        ("UTF-16", "utf-16"),
        ("ISO-8859-1", "ascii"),
    ],
)
def test_a_declaration_that_is_right(declared: str, encoding: str, tmp_path: Path) -> None:
    text = {"iso8859-1": "café Ã©", "koi8-r": "сад", "cp932": "庭", "utf-16": "é"}.get(encoding, "plain")
    path = tei(tmp_path, text, declared, encoding)
    assert not list(validate(path))
    assert next(iter(read(path))).text.rstrip("\n") == text


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("UTF-8", "cp1252"), ("ISO-8859-2", "cp1250"), ("Klingon", "cp1250"), ("US-ASCII", "utf-8")],
)
def test_a_declaration_is_overruled(declared: str, encoding: str, tmp_path: Path) -> None:
    path = tei(
        tmp_path,
        "Žena è “là”" if encoding == "cp1250" else "là “è”",
        declared,
        "cp1252" if encoding == "cp1252" else "utf-8",
    )
    if encoding == "cp1250":
        path = tei(tmp_path, "Žena říká “ne”", declared, encoding)
    (document,) = read(path, force_encoding=encoding)
    assert "“" in document.text
    assert not [finding for finding in validate(path, force_encoding=encoding) if finding.severity == "error"]


def test_a_wrong_encoding_is_reported_as_such(tmp_path: Path) -> None:
    path = tei(tmp_path, "café", "UTF-8", "cp1252")
    (finding,) = validate(path, force_encoding="ascii")
    assert finding.code == "TEI024"
    for name in ("klingon", "idna"):
        with pytest.raises(ConfigurationError, match="unknown encoding"):
            list(validate(path, force_encoding=name))
        (tmp_path / "a.warc").write_bytes(record(block=b"x\n"))
        with pytest.raises(ConfigurationError, match="unknown encoding"):
            list(validate(tmp_path / "a.warc", force_encoding=name))


@pytest.mark.parametrize("label", ["iso-8859-5", "utf-8", "klingon", "iso-8859-1"])
def test_the_charset_of_a_page_is_overruled(label: str, tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    for text, encoding in (("<p>café “là”</p>", "cp1252"), ("<p>café</p>", "utf-8")):
        page = http(text.encode(encoding), b"Content-Type: text/html; charset=" + label.encode())
        path.write_bytes(record("response", page))
        (document,) = read(path, force_encoding=encoding)
        assert document.text == text
