"""The hot primitives against the obvious slow form."""

from __future__ import annotations

import json
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt.text import primitives
from corpusfmt.text.primitives import (
    escape_json,
    escape_json_each,
    escape_xml,
    first_invalid_utf8,
    is_utf8,
    is_xml,
    occurrences,
    unescape_json,
    unescape_xml,
)
from tests import strategies

text = st.one_of(strategies.texts, st.text(strategies.characters))


@given(text)
def test_escape_json(value: str) -> None:
    assert escape_json(value.encode()).decode() == json.dumps(value, ensure_ascii=False)[1:-1].replace("\x7f", "\x7f")


@pytest.mark.parametrize("code", range(0x80))
def test_each_ascii_character_in_json_and_xml(code: int) -> None:
    char = chr(code)
    for value in (char, f"a{char}b", f"{char}\t\r\n\\{char}"):
        raw = json.dumps(value, ensure_ascii=False)[1:-1].encode()
        assert escape_json(value.encode()) == raw
        assert escape_json_each([value.encode(), b"", b"x"]) == [raw, b"", b"x"]
        assert unescape_json(raw) == value.encode()
    if code >= 0x20 and char not in '"\\':
        for escape, meant in ESCAPES.items():
            assert unescape_json(b"\\" + escape + char.encode()) == meant + char.encode()
    assert is_xml(b"a%bc" % char.encode()) == (code >= 0x20 or char in "\t\n\r")
    assert escape_xml(b"a%bc" % char.encode()) == b"a%bc" % REFERENCES.get(char.encode(), char.encode())
    assert unescape_xml(b"a%bc" % REFERENCES.get(char.encode(), char.encode())) == b"a%bc" % char.encode()


#: RFC 8259, section 7.
ESCAPES = {b'"': b'"', b"/": b"/", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"\\": b"\\"}
REFERENCES = {b"&": b"&amp;", b"<": b"&lt;", b">": b"&gt;", b"\r": b"&#13;"}


@pytest.mark.parametrize(
    ("text", "fits"),
    [("\ufffd", True), ("\ufffe", False), ("\uffff", False), ("\uffef", True), ("a\ufffe\uffff", False), ("\x7f\x80é", True)],
)  # fmt: skip
def test_the_two_last_characters_are_not_in_xml(text: str, fits: bool) -> None:
    assert is_xml(text.encode()) == fits


@pytest.mark.parametrize(
    "raw", [b"a<b", b"a>b", b"a\rb", b"&", b"a&b;", b"&lt", b"&#10;", b"&#x0d;", b"&quot;&lt;", b"&amp", b"&amp;&"]
)
def test_what_escaping_for_xml_does_not_write_is_not_undone(raw: bytes) -> None:
    assert unescape_xml(raw) is None


def test_references_are_undone_once() -> None:
    assert unescape_xml(b"&amp;lt;&lt;&amp;#13;&amp;amp;") == b"&lt;<&#13;&amp;"


@given(st.lists(text, max_size=5))
def test_escape_json_each(values: list[str]) -> None:
    assert escape_json_each([v.encode() for v in values]) == [escape_json(v.encode()) for v in values]


@given(text, st.booleans())
def test_unescape_json(value: str, ascii_only: bool) -> None:
    raw = json.dumps(value, ensure_ascii=ascii_only)[1:-1].encode()
    assert unescape_json(raw) == value.encode()
    assert unescape_json(raw.replace(b"/", b"\\/")) == value.encode()


@given(st.one_of(st.binary(), strategies.raw_bodies))
def test_utf8(data: bytes) -> None:
    try:
        data.decode()
        at = -1
    except UnicodeDecodeError as error:
        at = error.start
    assert first_invalid_utf8(data) == at
    assert is_utf8(data) == (at < 0)
    for kernel in (None, SimpleNamespace(is_utf8=lambda taken: taken == data and at < 0)):
        with patch.object(primitives, "KERNEL", kernel):
            assert is_utf8(data) == (at < 0)


@given(st.binary(), st.binary(min_size=1, max_size=1))
def test_occurrences(data: bytes, byte: bytes) -> None:
    assert occurrences(data, byte) == data.count(byte)


def test_a_string_with_very_many_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(primitives, "_MOST_PARTS", 2)
    assert unescape_json(rb"a\n\t\"\u00e9") == 'a\n\t"é'.encode()
