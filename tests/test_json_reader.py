"""The strict JSON reader against the standard library and the JSON conformance suite."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt.formats.jsonl import FORMAT
from corpusfmt.model.format import ReadOptions
from corpusfmt.model.json_objects import check_object, is_canonical
from corpusfmt.text.json_facts import canonical, duplicates, lone_surrogate
from corpusfmt.text.json_reader import JSONFault, parse
from tests import strategies
from tests.support import DATA, documents, findings, needs_data, scan


def reject(constant: str) -> Any:
    raise ValueError(constant)


def accepted(data: bytes) -> bool:
    """What the standard library says, told to be strict."""
    try:
        text = data.decode("utf-8")
        json.loads(text, parse_constant=reject)
    except (ValueError, RecursionError):
        return False
    return not text.startswith("\ufeff")


pieces = st.lists(
    st.sampled_from(
        ["{", "}", "[", "]", ",", ":", '"a"', '"', "1", "-", "0", ".", "e", "E+1", "true", "null", "NaN", " ", "\t", "\n", "\\",
         "\\u0061", "\\ud83d", "\\ude00", "\\n", "\x01", "é", "1.5", "-0", "01", '"k":1', "//"]
    ),
    max_size=10,
).map("".join)  # fmt: skip


@given(st.one_of(pieces, strategies.metadata.map(bytes.decode), st.text(strategies.characters, max_size=12)))
def test_parse_accepts_what_the_standard_library_accepts(text: str) -> None:
    data = text.encode()
    try:
        node = parse(data)
    except JSONFault as fault:
        assert 0 <= fault.at <= len(data)
        assert not accepted(data)
    else:
        assert accepted(data)
        assert json.loads(data[node.start : node.stop]) == json.loads(data)


def spelled(data: bytes) -> Any:
    """An independent idea of equality: numbers by spelling, objects as lists of pairs."""
    return json.loads(
        data, parse_int=lambda s: ("n", s), parse_float=lambda s: ("n", s), object_pairs_hook=lambda p: ("o", p)
    )


@given(strategies.metadata, strategies.metadata)
def test_canonical_tells_equal_from_different(one: bytes, other: bytes) -> None:
    assert spelled(canonical(one)) == spelled(one)
    assert (canonical(one) == canonical(other)) == (spelled(one) == spelled(other))


@given(strategies.metadata)
def test_the_fast_check_of_objects_agrees_with_the_strict_one(raw: bytes) -> None:
    if is_canonical(raw):
        assert duplicates(parse(raw)) == []
    assert check_object(raw) == []


@pytest.mark.parametrize(
    ("raw", "at"),
    [(b'{"a":1,"a":2}', 7), (b'{"b":{"a":1,"\\u0061":2}}', 12), (b'[{"a":1},{"a":1}]', -1), (b'{"a": 1, "a": 1}', 9)],
)
def test_duplicates(raw: bytes, at: int) -> None:
    assert [found for _, found in duplicates(parse(raw))] == ([at] if at >= 0 else [])
    assert not is_canonical(raw) or at < 0


@pytest.mark.parametrize(
    ("raw", "at"),
    [
        (b'"\\ud800"', 1), (b'"\\udc00"', 1), (b'"a\\ud83d\\ude00"', -1), (b'"\\ud83d\\ud83d\\ude00"', 1),
        (b'"\\\\ud800"', -1), (b'"\\\\\\ud800"', 3), (b'"\\ud83dx\\ude00"', 1), (b'"\\ud83d\\n"', 1), (b'"\\u0041"', -1),
    ],
)  # fmt: skip
def test_lone_surrogate(raw: bytes, at: int) -> None:
    assert lone_surrogate(raw) == at


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ('{"a":01}', "not a JSON number", 5), ('{"a":1,}', "expected a key", 7), ('{"a" 1}', "expected ':'", 5),
        ('["x" "y"]', "expected ',' or ']'", 5), ('{"a":"x', "does not end", 5), ('"a\tb"', "control character", 2),
        ('"\\x"', "invalid escape", 1), ("", "end of the line", 0), ("[1", "expected ',' or ']'", 2), ("nul", "expected a value", 0),
        ("[1] x", "after the value", 4), ("-", "expected a value", 0), ("1.", "not a JSON number", 0), ("{'a':1}", "expected a key", 1),
    ],
)  # fmt: skip
def test_faults_say_what_and_where(text: str, message: str, at: int) -> None:
    with pytest.raises(JSONFault) as caught:
        parse(text.encode())
    assert message in caught.value.message
    assert caught.value.at == at
    ends_elsewhere = at == len(text.encode()) or message in ("does not end", "after the value")
    other = "literal" if message == "not a JSON number" else "syntax"
    assert caught.value.kind == ("length" if ends_elsewhere else other)


def test_depth_is_bounded() -> None:
    parse(b"[" * 512 + b"]" * 512)
    with pytest.raises(JSONFault) as caught:
        parse(b"[" * 513 + b"]" * 513)
    assert (caught.value.kind, caught.value.at) == ("depth", 512)


def suite() -> list[Any]:
    folder = DATA / "json" / "JSONTestSuite" / "test_parsing"
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    return [pytest.param(f, id=f.name) for f in files]


@needs_data
@pytest.mark.parametrize("path", suite())
def test_conformance_suite(path: Any) -> None:
    """Each case as the metadata of a record, where it is one line of UTF-8, and on its own."""
    data = path.read_bytes()
    wanted = path.name[0]
    try:
        parse(data, max_depth=100_000)
        strict = data.isascii() or data.decode("utf-8") is not None
    except (JSONFault, UnicodeDecodeError):
        strict = False
    assert wanted == "i" or strict == (wanted == "y")
    line = b'{"id":"a","text":"t","x":' + data.rstrip(b"\n") + b"}"
    if b"\n" in line:
        return
    batches = scan(FORMAT, line + b"\n", options=ReadOptions(own={"layout": "hf"}))
    errors = [f for f in findings(batches) if f.severity == "error"]
    if wanted == "y":
        assert not errors
        (document,) = documents(batches)
        assert document.meta_json == b'{"x":' + data.strip(b" \t\r\n") + b"}" or document.meta["x"] == json.loads(data)
    if wanted == "n" and path.name not in (
        "n_structure_no_data.json",
        "n_object_trailing_comment_slash_open_incomplete.json",
    ):
        assert errors
        assert errors[0].line == 1
        assert errors[0].column >= 1
