"""Lines in UTF-16 or UTF-32 in texts that are UTF-8 otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt import fix, validate
from corpusfmt.rules._wide import wide_spans
from tests.support import ends

CODECS = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
NAMES = {"utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE", "utf-32-le": "UTF-32LE", "utf-32-be": "UTF-32BE"}
NARROW = "Une ligne déjà là.\n"
#: A text, with a line in another encoding between < and >.
TEXTS = [
    NARROW + "<appended line\r\n>" + NARROW, NARROW + "<appended line\n>", "<first line\n>" + NARROW, NARROW + "<café au lait\r\nand more\r\n>" + NARROW, NARROW + "<It’s “5 €”\n>",
    NARROW + "<ok: 1\n>" + NARROW + "<ok: 2\n>" + NARROW, NARROW + "<no line end>", "<\ufefffirst line\n>" + NARROW, NARROW + "<\ufeffПривет\n>" + NARROW, NARROW + "<\ufeff日本\n>" + NARROW, NARROW * 3000 + "<far away\n>" + NARROW * 3000,
    NARROW + "<one\ntwo two\n\nthree\n>" + NARROW, "<whole text\nin this\n>",
]  # fmt: skip


def mixed(text: str, codec: str) -> bytes:
    parts = text.replace(">", "<").split("<")
    return b"".join(part.encode(codec if number % 2 else "utf-8") for number, part in enumerate(parts))


def plain(text: str) -> str:
    return "".join(char for char in text if char not in "<>\ufeff")


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("head", [b"<<<FILE d1 a>>>\n", b"<<<SEED 1>>>\n<<<FILE d1 a>>>\n", b""])
def test_lines_in_another_encoding_are_named_and_fixed(tmp_path: Path, text: str, codec: str, head: bytes) -> None:
    path = tmp_path / ("a.seed" if head else "a.txt")
    path.write_bytes(head + mixed(text, codec))
    (finding,) = validate(path, format="seed" if head else "dir", select=["ENC003"])
    assert NAMES[codec] in finding.message
    assert finding.byte == len(head) + len(text.partition("<")[0].encode())
    assert not list(validate(path, format="seed" if head else "dir", select=["ENC005"]))
    assert not fix(path, format="seed" if head else "dir", select=["ENC003"])[0].changed
    fix(path, format="seed" if head else "dir", select=["ENC003"], unsafe_fixes=True)
    assert path.read_bytes() == head + plain(text).encode()
    assert not list(validate(path, format="seed" if head else "dir", select=["ENC"]))


def test_texts_of_json_lines_are_fixed_too(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    text = mixed(NARROW + "<appended line\r\n>" + NARROW, "utf-16-le").decode()
    path.write_text(json.dumps({"id": "d1", "name": "a", "text": text}) + "\n")
    fix(path, select=["ENC003"], unsafe_fixes=True)
    assert json.loads(path.read_text())["text"] == NARROW + "appended line\r\n" + NARROW


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_a_line_in_a_script_beyond_latin_is_found_without_a_mark(codec: str) -> None:
    data = mixed(NARROW + "<Привет, мир и все\r\n>" + NARROW, codec)
    assert [(span.encoding, span.text) for span in wide_spans(data)] == [(NAMES[codec], "Привет, мир и все\r\n")]


def test_the_next_header_takes_no_part_of_a_line_end(tmp_path: Path) -> None:
    path = tmp_path / "a.seed"
    path.write_bytes(b"<<<FILE d1 a>>>\none\n" + "appended\n".encode("utf-16-le") + b"<<<FILE d2 b>>>\ntwo\n")
    fix(path, unsafe_fixes=True)
    assert path.read_bytes() == b"<<<FILE d1 a>>>\none\nappended\n<<<FILE d2 b>>>\ntwo\n"


def test_a_text_with_an_end_marker_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "a.seed"
    source = (
        b"<<<SEED 1>>>\n<<<FILE d1 a>>>\none\n" + "appended\n".encode("utf-16-le") + b"\n\\ No newline at end of file\n"
    )
    path.write_bytes(source)
    (finding,) = validate(path, select=["ENC003"])
    assert finding.no_fix
    fix(path, select=["ENC003"], unsafe_fixes=True)
    assert path.read_bytes() == source


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (b"a\0b\n", ["ENC005"]), (b"\0" * 20 + b"x\n", ["ENC005"]), (b"one\0two\0three\0\n", ["ENC005"]), (b"x\0", ["ENC005"]), (b"x\0y\n", ["ENC005"]),
        (b"one\nappended\n" + "wide line\n".encode("utf-16-le") + b"a\0b\n", ["ENC003", "ENC005"]), (b"a\0b\n" + "wide line\n".encode("utf-16-be") + b"c\n", ["ENC005", "ENC003"]),
        (NARROW.encode() * 200 + "a\x01bcdef\n".encode("utf-16-le"), ["ENC005"]), (b"x " + "inside".encode("utf-16-le") + b" y\n", ["ENC005"]), ("é\n".encode() + "caf\xe9 au lait\n".encode("utf-16-le"), ["ENC003", "ENC001"]),
        (NARROW.encode() * 200 + "abcd".encode("utf-16-le") + b"\xd8\xd8\n\0", ["ENC001"]), (NARROW.encode() * 200 + "a".encode("utf-16-le") * 40_000 + b"\n\0y\n", ["ENC005"]),
    ],
)  # fmt: skip
def test_zero_bytes_outside_of_such_lines(tmp_path: Path, data: bytes, codes: list[str]) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    assert [finding.code for finding in validate(path, format="dir", select=["ENC"])] == codes


def test_zero_bytes_between_characters_of_a_line_are_said_to_be_of_utf_16(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for codec in ("utf-16-le", "utf-16-be"):
        path.write_bytes(b"x " + "inside".encode(codec) + b" y\n")
        (finding,) = validate(path, format="dir")
        assert "UTF-16" in finding.message
        assert not finding.edit


def test_a_text_in_a_declared_encoding_has_no_lines_in_another_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\n" + "appended line\n".encode("utf-16-le"))
    assert [finding.code for finding in validate(path, format="dir", encoding="cp1252")] == ["ENC005"]


@given(st.lists(st.sampled_from([b"a", b"\0", b"\n", b"\n\0", b"\0\n", b"\xff\xfe", b"\xfe\xff", b"\0\0\0", "é".encode(), b"ab\n", b"w\0o\0r\0d\0"]), max_size=30))  # fmt: skip
def test_spans_follow_one_another(parts: list[bytes]) -> None:
    data = b"".join(parts)
    at = 0
    for span in wide_spans(data):
        assert at <= span.start < span.stop <= len(data)
        assert span.start == 0 or data[span.start - 1 : span.start] == b"\n" or span.start == at
        at = span.stop


def test_lines_are_looked_for_in_linear_time() -> None:
    for piece in (
        b"a\0\n",
        b"\0",
        b"a\0",
        b"\0a",
        b"a\0b\0c\0d\0\n\0",
        b"\xff\xfe\n",
        b"a\0b\0c\0d\0\n",
        b"\0\n\0",
        b"\n\0",
        b"a\0b\0\x0a\x0a",
    ):
        with ends():
            wide_spans(piece * (400_000 // len(piece)))
