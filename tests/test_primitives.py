"""The hot primitives against the obvious slow form."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from corpusfmt.core.primitives import (
    escape_json,
    escape_json_each,
    first_invalid_utf8,
    is_utf8,
    occurrences,
    unescape_json,
)
from tests import strategies

text = st.one_of(strategies.texts, st.text(strategies.characters))


@given(text)
def test_escape_json(value: str) -> None:
    assert escape_json(value.encode()).decode() == json.dumps(value, ensure_ascii=False)[1:-1].replace("\x7f", "\x7f")


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


@given(st.binary(), st.binary(min_size=1, max_size=1))
def test_occurrences(data: bytes, byte: bytes) -> None:
    assert occurrences(data, byte) == data.count(byte)
