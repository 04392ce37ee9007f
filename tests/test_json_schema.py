"""Judging records by a JSON Schema: places, words, both engines, hostile schemas and records, inference, drift."""

from __future__ import annotations

import json
import pickle
import re
import signal
from array import array
from functools import cache
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corpusfmt import limits
from corpusfmt.model.errors import SchemaError
from corpusfmt.model.rows import Pieces
from corpusfmt.schema.json_schema.engines import Bench
from corpusfmt.schema.json_schema.fast_engine import Fast
from corpusfmt.schema.json_schema.ignored_strings import examined_keys
from corpusfmt.schema.json_schema.loading import load
from corpusfmt.schema.json_schema.patterns import is_found
from corpusfmt.schema.json_schema.pointers import offset_of, places, pointer_of
from corpusfmt.schema.json_schema.profile import MOST_KEYS, Profile
from corpusfmt.schema.json_schema.reference_engine import Reference
from corpusfmt.schema.json_schema.schema_drift import drift
from corpusfmt.schema.json_schema.validator import Schema, Violation
from corpusfmt.schema.json_schema.values import values
from tests import strategies
from tests.support import ends, first_invalid

# --- values and records that JSON can spell

KEYS = st.one_of(st.sampled_from(["a", "b", "", "~", "/", "a/b", "0", "é", '"', "\\", "\ud800"]), st.text(max_size=3))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([1.0, 0.01, 19.99, 1e300, "2001-02-03", "http://x.org/", "2001-02-03T04:05:06Z", "\udc00"]),
    st.text(max_size=4),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=5)


def spell(value: Any, ascii: bool = True, indent: int | None = None) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        return json.dumps(value, ensure_ascii=ascii, indent=indent).encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent).encode()


def paths_in(value: Any) -> list[tuple[str | int, ...]]:
    found: list[tuple[str | int, ...]] = [()]
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in pairs:
        found += [(key, *path) for path in paths_in(one)]
    return found


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def value_at(record: bytes, offset: int) -> Any:
    return json.JSONDecoder().raw_decode(record[offset:].decode())[0]


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_places_are_where_values_stand(value: Any, ascii: bool, indent: int | None) -> None:
    record = spell(value, ascii, indent)
    paths = paths_in(value)
    together = places(record, paths)
    assert len(together) == len(set(paths))
    for path in paths:
        offset = offset_of(record, pointer_of(path))
        assert offset is not None
        assert offset == together[path][1]
        assert value_at(record, offset) == at(value, path)
        if path and isinstance(path[-1], str):
            key_at = offset_of(record, pointer_of(path), key=True)
            assert key_at == together[path][0]
            assert key_at is not None
            assert value_at(record, key_at) == path[-1]


@pytest.mark.parametrize(
    ("record", "pointer", "offset"),
    [
        (b'{"a":1,"a":2}', "/a", 11),
        (b'{"a":{"b":1},"a":{"c":2}}', "/a/b", None),
        (b'{"a":{"b":1},"a":{"b":2}}', "/a/b", 22),
        (b'{"a":{"b":1},"a":3}', "/a/b", None),
        (b'{"\\u0061":1}', "/a", 10),
        (b'{"a~b/c":[0,[1]]}', "/a~0b~1c/1/0", 13),
        (b'{"a":[1]}', "/a/01", None),
        (b'{"a":[1]}', "/a/1", None),
        (b'{"a":[1]}', "/a/-", None),
        (b'{"a":1}', "/a/b", None),
        (b"  7 ", "", 2),
        (b"7", "a", None),
        (b'{"a" : [ {} , "]}" , 5 ] }', "/a/2", 21),
    ],
)
def test_places(record: bytes, pointer: str, offset: int | None) -> None:
    assert offset_of(record, pointer) == offset


# --- what is said


@cache
def compiled(schema: bytes, **more: Any) -> Schema:
    return Schema("s.json", schema, **more)


def said(schema: Any, record: bytes, **more: Any) -> list[Violation]:
    judge = compiled(spell(schema), **more)
    found = judge.violations(record)
    assert first_invalid(judge, [record]) == (0 if found else -1)
    for one in found:
        assert 0 <= one.offset < len(record)
        assert len(one.message) < 700
        assert one.message.isprintable()
        one.pointer.encode()
    return found


TABLE: list[tuple[Any, bytes, list[tuple[int, str, str, str]]]] = [
    ({"type": "integer"}, b'"x"', [(0, "expected integer, found 'x'", "", "type")]),
    ({"type": ["integer", "null"]}, b"1.5", [(0, "expected integer or null, found 1.5", "", "type")]),
    (
        {"required": ["b", "c"]},
        b' {"a":1}',
        [(1, "expected the keys 'b', 'c', found none", "", "required")],
    ),
    (
        {"properties": {"a": {}}, "additionalProperties": False},
        b'{"a":1,"x\\ty":2}',
        [(7, "the key 'x\\ty' is not allowed here", "/x\ty", "additionalProperties")],
    ),
    ({"properties": {"a": {"enum": ["x", 1]}}}, b'{"a":"y"}', [(5, "expected one of 'x', 1, found 'y'", "/a", "enum")]),
    ({"properties": {"a": {"const": "x"}}}, b'{"a":"y"}', [(5, "expected 'x', found 'y'", "/a", "const")]),
    (
        {"properties": {"a": {"pattern": "^x"}}},
        b'{"a":"y"}',
        [(5, "expected a match of '^x', found 'y'", "/a", "pattern")],
    ),
    ({"items": {"minimum": 2}}, b"[1,2]", [(1, "expected a number of at least 2, found 1", "/0", "minimum")]),
    (
        {"propertyNames": {"maxLength": 1}},
        b'{"ab":1}',
        [(1, "the key 'ab' is not allowed here: expected at most 1 characters, found 'ab'", "/ab", "propertyNames")],
    ),
    (
        {"properties": {"a": False}},
        b'{"a":[1,2]}',
        [(5, "expected nothing here, found an array of 2 items", "/a", "false")],
    ),
    ({"anyOf": [{"type": "string"}, {"type": "null"}]}, b"1", [(0, "expected string or null, found 1", "", "type")]),
    (
        {"oneOf": [True, True]},
        b"1",
        [(0, "expected that matches only one alternative of 'oneOf', while several match, found 1", "", "oneOf")],
    ),
    (
        {
            "oneOf": [
                {"properties": {"k": {"const": k}, "v": {"type": t}}} for k, t in (("a", "integer"), ("b", "string"))
            ]
        },
        b'{"k":"b","v":null}',
        [(13, "expected string, found null (by the closest of 2 alternatives)", "/v", "type")],
    ),
    (
        {"unevaluatedProperties": False, "properties": {"a": True}},
        b'{"a":1,"b":2}',
        [(7, "the key 'b' is not allowed here", "/b", "unevaluatedProperties")],
    ),
    (
        {"dependentRequired": {"a": ["b"]}},
        b'{"a":1}',
        [(0, "expected the key 'b', found none", "", "required")],
    ),
    ({"minLength": 2, "pattern": "^x"}, b'"y"', [(0, "expected at least 2 characters, found 'y'", "", "minLength")]),
    ({"multipleOf": 0.01}, b"19.99", []),
    ({"type": "integer"}, b"1.0", []),
    ({"type": "integer"}, b"1e400", []),
    ({"type": "integer"}, b"1e-400", [(0, "expected integer, found 1E-400", "", "type")]),
    ({"type": "integer"}, b"-0.01E-0400", [(0, "expected integer, found -1E-402", "", "type")]),
    ({"type": "integer"}, b"0." + b"0" * 400 + b"1", [(0, "expected integer, found 1E-401", "", "type")]),
    ({"type": "integer"}, b"1e-99999999999999999999", [(0, "expected integer, found 1E-999999", "", "type")]),
    ({"type": "integer"}, b"0.00e-400", []),
    ({"exclusiveMinimum": 0}, b"1e-400", []),
    ({"const": 0}, b"1e-400", [(0, "expected 0, found 1E-400", "", "const")]),
    ({"const": 0}, b"0e-400", []),
    (b'{"const": 1e-400}', b"0", [(0, "expected 1E-400, found 0", "", "const")]),
    (b'{"const": 1e-400}', b"0.1e-399", []),
    (
        {"items": {"type": "integer"}},
        b'["-555e-400",1e-400]',
        [
            (1, "expected integer, found '-555e-400'", "/0", "type"),
            (13, "expected integer, found 1E-400", "/1", "type"),
        ],
    ),
    ({"maximum": 1e300}, b"1e400", [(0, "expected a number of at most 1e+300, found 1E+400", "", "maximum")]),
    (
        {"const": 12345678901234567890123},
        b"12345678901234567890124",
        [(0, "expected 12345678901234567890123, found 12345678901234567890124", "", "const")],
    ),
    ({"format": "date"}, b'"x"', []),
    ({"$schema": "http://json-schema.org/draft-07/schema", "format": "date", "contentEncoding": "base64"}, b'"!"', []),
    (
        {"pattern": "^\\d$"},
        '"٣"'.encode(),
        [(0, "expected a match of '^\\\\d$', found '٣'".replace("\\\\", "\\"), "", "pattern")],
    ),
    ({"maxLength": 1}, '"😀"'.encode(), []),
]


@pytest.mark.parametrize(("schema", "record", "expected"), TABLE)
def test_violations(schema: Any, record: bytes, expected: list[tuple[int, str, str, str]]) -> None:
    assert [tuple(one) for one in said(schema, record)] == expected


def test_formats_when_asked() -> None:
    assert [one.keyword for one in said({"format": "date"}, b'"x"', formats=True)] == ["format"]
    assert said({"format": "date"}, b'"2001-02-03"', formats=True) == []


def test_the_best_first_then_by_offset() -> None:
    schema = {
        "properties": {"a": {"properties": {"b": {"type": "string"}}}, "z": {"type": "string"}, "y": {"type": "null"}}
    }
    found = said(schema, b'{"a":{"b":1},"z":1,"y":1}')
    assert [one.pointer for one in found] in (["/z", "/a/b", "/y"], ["/y", "/a/b", "/z"])
    assert len(Schema("s", spell(schema)).violations(b'{"a":{"b":1},"z":1,"y":1}', 2)) == 2


def test_first_invalid() -> None:
    judge = Schema("s", b'{"properties":{"a":{"maxLength":1}}}')
    odd = b'{"a":"\\ud800"}'
    assert first_invalid(judge, []) == -1
    assert first_invalid(judge, [b"{}", odd, odd, b"{}"]) == -1
    assert first_invalid(judge, [b"{}", odd, b'{"a":"xx"}', b'{"a":"yy"}']) == 2
    assert first_invalid(judge, [b'{"a":"\\ud800\\ud800"}', b"{}"]) == 0


# --- both engines

PLAIN = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "a", "ab", "é", 1.0, 0.5, -2.5]))
SIMPLE = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3)
    ),
    max_leaves=6,
)
SMALL = st.integers(0, 3)
PATTERNS = st.sampled_from(
    ["a", "^a", "b$", "^(a|b)*$", "[^a]", "\\d", "\\w+", "^(?!a)", "(.)\\1", "\\p{L}", "^.$", "\\s"]
)
TYPES = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])


def schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    keys = st.sampled_from(["a", "b", "c"])
    named = st.dictionaries(keys, inner, max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": st.one_of(TYPES, st.lists(TYPES, min_size=1, max_size=3, unique=True)),
            "enum": st.lists(SIMPLE, min_size=1, max_size=3),
            "const": SIMPLE,
            "minimum": st.integers(-3, 3),
            "multipleOf": st.sampled_from([1, 2, 0.5, 0.25]),
            "maxLength": SMALL,
            "minLength": SMALL,
            "pattern": PATTERNS,
            "minItems": SMALL,
            "uniqueItems": st.booleans(),
            "contains": inner,
            "maxContains": SMALL,
            "items": inner,
            "prefixItems": several,
            "unevaluatedItems": inner,
            "minProperties": SMALL,
            "required": st.lists(keys, max_size=2, unique=True),
            "dependentRequired": st.dictionaries(keys, st.lists(keys, max_size=2, unique=True), max_size=2),
            "dependentSchemas": named,
            "properties": named,
            "patternProperties": st.dictionaries(PATTERNS, inner, max_size=2),
            "additionalProperties": inner,
            "unevaluatedProperties": inner,
            "propertyNames": inner,
            "allOf": several,
            "anyOf": several,
            "oneOf": several,
            "not": inner,
            "if": inner,
            "then": inner,
            "else": inner,
        },
    )


SCHEMAS = st.recursive(st.booleans(), schemas, max_leaves=5)


def engines(schema: Any, record: bytes) -> tuple[bool, bool]:
    judge = Schema("s", spell(schema))
    reference = Reference(load("s", spell(schema)), formats=False)
    return not judge.violations(record), not reference.faults(values(record), 100)


#: Records that one parser or the other does not take, or that are spelled in an unusual way.
ODD = st.sampled_from(
    [rb'"\ud800"', rb'{"a":["\udc00"]}', b"1e999", b"1e-400", b"9" * 30, b'{"a":1,"a":"x"}', b"\t[1,\n 2] ", b"1.0\r"]
)


@given(SCHEMAS, st.lists(st.one_of(SIMPLE.map(spell), ODD), max_size=6))
def test_records_are_validated_together_as_one_by_one(schema: Any, records: list[bytes]) -> None:
    bench = Bench("s", load("s", spell(schema)), formats=False)
    alone = [number for number, one in enumerate(records) if list(bench.doubtful([one]))]
    assert list(bench.doubtful(records)) == alone
    lines = [one + b"\n" for one in records]
    judge, stops = Schema("s", spell(schema)), array("q", accumulate(map(len, lines)))
    pieces = Pieces(b"".join(lines), stops.tobytes())
    assert list(bench.doubtful(pieces)) == alone
    wrong = [number for number, one in enumerate(records) if judge.violations(one)]
    assert first_invalid(judge, pieces) == first_invalid(judge, records) == (wrong or [-1])[0]


#: Strings around what is taken for long, in characters of 1 to 12 bytes.
LONG = st.builds(
    str.__mul__,
    st.sampled_from(["a", "b", "é", "\U0001f600"]),
    st.sampled_from([1, 14, 15, 16, 17, 95, 96, 191, 192, 300]),
)
ABOUT = st.fixed_dictionaries({}, optional={"type": TYPES, "minLength": st.sampled_from([0, 15, 16, 17, 18, 96]), "maxLength": st.sampled_from([15, 16, 17, 95, 192]), "pattern": PATTERNS, "title": st.just("")})  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(["a", "b"]), st.one_of(ABOUT, SCHEMAS)),
    st.one_of(st.just({}), st.fixed_dictionaries({}, optional={"additionalProperties": SCHEMAS, "propertyNames": SCHEMAS}), schemas(SCHEMAS)),
    st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.one_of(LONG, SIMPLE), min_size=1), max_size=4),
    st.booleans(),
)  # fmt: skip
def test_long_strings_that_a_schema_ignores(
    about: dict[str, Any], more: dict[str, Any], records: list[dict[str, Any]], ascii: bool
) -> None:
    bench = Bench("s", load("s", spell({**more, "properties": about})), formats=False)
    lines = [spell(record, ascii) for record in records]
    found = list(bench.doubtful(lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("corpusfmt.schema.json_schema.engines.KERNEL", None)
        assert list(bench.doubtful(lines)) == found


@pytest.mark.parametrize(
    ("schema", "keys"),
    [
        ({}, b""), ({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "t", "type": "object"}, b""),
        ({"properties": {"a": {"type": "string", "minLength": 16}, "b": True, "c": {}}, "additionalProperties": False}, b""),
        ({"properties": {"a": {"minLength": 17}, "é": {"pattern": "x"}, "b": False}, "required": ["a"]}, "a\0é\0b\0".encode()),
        ({"properties": {"a": {"maxLength": 99}, "b": {"enum": ["x"]}, "c": {"minLength": 1.0}, "d": {"x": 1}}}, b"a\0b\0c\0d\0"),
        (True, None), ({"additionalProperties": {}}, None), ({"patternProperties": {"": {}}}, None), ({"not": {}}, None),
        ({"$ref": "#/$defs/a", "$defs": {"a": {}}}, None), ({"allOf": [{}]}, None), ({"const": {}}, None), ({"x": 1}, None),
        ({"properties": {"a" * 5000: {"maxLength": 1}}}, None), ({"unevaluatedProperties": {"maxLength": 1}}, None),
    ],
)  # fmt: skip
def test_keys_whose_long_strings_a_schema_looks_at(schema: Any, keys: bytes | None) -> None:
    assert examined_keys(schema) == keys


@given(SCHEMAS, SIMPLE)
def test_the_engines_agree(schema: Any, value: Any) -> None:
    fast, slow = engines(schema, spell(value))
    assert fast == slow


@given(SCHEMAS, VALUES)
def test_every_record_is_validated(schema: Any, value: Any) -> None:
    said(schema, spell(value))


@given(strategies.metadata)
def test_metadata_are_validated(record: bytes) -> None:
    said({"additionalProperties": {"type": ["string", "integer"], "multipleOf": 2, "pattern": "^(?!x)"}}, record)


@pytest.mark.parametrize("pattern", ["\\d", "\\w", "\\s", "^a.c$", "\\cA", "[^\\d]", "\\u0041", "\\bé", "a$"])
@pytest.mark.parametrize("text", ["1", "٣", "a", "é", " ", "\u00a0", "a\nc", "abc", "\x01", "A", "a\n"])
def test_both_engines_search_alike(pattern: str, text: str) -> None:
    fast, slow = engines({"pattern": pattern}, spell(text))
    assert fast == slow


# --- hostile schemas

WRONG: list[tuple[bytes, str]] = [
    (b"", "is not JSON: expected a value, found the end of the file (line 1, column 1)"),
    (b'{"a":\n tru}', "is not JSON: expected a value, found 't' (line 2, column 2)"),
    (b'{"minimum":NaN}', "is not JSON: 'NaN' is not a JSON number or literal (line 1, column 12)"),
    (b"[]", "is not a schema: expected an object, true or false"),
    (b'{"type":"object",\n"type":"array"}', "is ambiguous: the key 'type' repeats (line 2, column 1)"),
    ("{}".encode("utf-16"), "is in UTF-16LE, expected UTF-8; convert it first: iconv -f UTF-16 -t UTF-8 OLD > NEW"),
    (b'{"title":"\xe9"}', "is not UTF-8: byte 10 is 0xe9"),
    (b'{"title":"\\ud800"}', "holds half a surrogate pair, which is not a character"),
    (
        b'{"properties":{"a":{"type":"strin"}}}',
        "is wrong at '#/properties/a/type': expected one of 'array', 'boolean', 'integer', 'null', 'number' and 2 more, found 'strin' (by the closest of 2 alternatives)",
    ),
    (
        b'{"properties":{"a":{"minLength":-1}}}',
        "is wrong at '#/properties/a/minLength': expected a number of at least 0, found -1",
    ),
    (b'{"$schema":"http://x/y"}', "names an unknown dialect (at '#/$schema'): found 'http://x/y'"),
    (b'{"$ref":"#/$defs/x"}', "cannot be used: $ref '#/$defs/x' does not exist (at '#/$ref')"),
    (b'{"$defs":{"y":{"$ref":"#x"}}}', "cannot be used: $ref '#x' does not exist (at '#/$defs/y/$ref')"),
    (b'{"title":"x","$ref":"#/title"}', "cannot be used: $ref '#/title' does not refer to a schema (at '#/$ref')"),
    (
        b'{"properties":{"a":{"$ref":"other.json"}}}',
        "cannot be used: $ref 'other.json' is outside the file, and nothing is ever fetched (at '#/properties/a/$ref')",
    ),
    (
        b'{"$ref":"http://localhost:1/x"}',
        "cannot be used: $ref 'http://localhost:1/x' is outside the file, and nothing is ever fetched (at '#/$ref')",
    ),
    (
        b'{"$ref":"file:///etc/passwd"}',
        "cannot be used: $ref 'file:///etc/passwd' is outside the file, and nothing is ever fetched (at '#/$ref')",
    ),
    (
        b'{"$dynamicRef":"http://["}',
        "cannot be used: $dynamicRef 'http://[' is outside the file, and nothing is ever fetched (at '#/$dynamicRef')",
    ),
    (b'{"$ref":"#"}', "never ends: the schema at '#' refers to itself for the same value"),
    (b'{"$dynamicAnchor":"a","$dynamicRef":"#a"}', "never ends: the schema at '#' refers to itself for the same value"),
    (
        b'{"$defs":{"a":{"not":{"$ref":"#/$defs/b"}},"b":{"allOf":[{"$ref":"#/$defs/a"}]}}}',
        "never ends: the schema at '#/$defs/a' refers to itself for the same value",
    ),
    (
        b'{"properties":{"a/b":{"patternProperties":{"[":{}}}}}',
        "cannot be used at '#/properties/a~1b/patternProperties/[': expected a regular expression of ECMA-262, found '['",
    ),
    (
        b'{"pattern":"(a{1000}){1000}"}',
        "cannot be used at '#/pattern': the pattern '(a{1000}){1000}' is too large",
    ),
    (b'{"not":' * 270 + b"{}" + b"}" * 270, "cannot be used: it nests deeper than 250 levels"),
    (
        b'{"allOf":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "is not JSON: nested deeper than 512 levels (line 1, column 521)",
    ),
]


@pytest.mark.parametrize(("data", "words"), WRONG)
def test_wrong_schemas(data: bytes, words: str) -> None:
    with pytest.raises(SchemaError) as caught:
        Schema("my.json", data)
    assert str(caught.value) == f"the schema 'my.json' {words}"


@pytest.mark.parametrize("again", ["allOf", "anyOf", "oneOf"])
@pytest.mark.parametrize("part", [False, True])
def test_schemas_that_grow(again: str, part: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def refer(number: int) -> Any:
        target = {"$ref": f"#/$defs/d{number}"}
        return {"properties": {"a": target}} if part else target

    monkeypatch.setattr(limits, "SCHEMA_WORK", 0.2)
    defs: dict[str, Any] = {f"d{i}": {again: [refer(i + 1)] * 2} for i in range(40)} | {"d40": {"type": "integer"}}
    leaf = b"1" if again == "allOf" else b"true"
    record = deep(40, leaf) if part else leaf
    judge = Schema("s", spell({"$defs": defs, "$ref": "#/$defs/d0"}))
    if again == "allOf":
        other = deep(40, b"true") if part else b"true"
        assert [(one.keyword, "there may be more" in one.message) for one in judge.violations(other)] == [
            ("type", False),
            ("", True),
        ]
    assert first_invalid(judge, [record]) == 0
    (one,) = judge.violations(record)
    assert re.fullmatch("the record could not be validated: (it takes more than .*|.*took too long.*)", one.message)
    judge.close()


def test_unevaluated_parts_that_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SCHEMA_WORK", 0.2)
    schema: dict[str, Any] = {"properties": {"a": True}}
    for _ in range(10):
        schema = {"allOf": [schema, schema], "unevaluatedProperties": {"type": "string"}}
    judge = Schema("s", spell({"items": schema}))
    (one,) = judge.violations(b"[%b1]" % (b'{"a":1,"b":"x"},' * 3000))
    assert one.message.startswith("the record could not be validated: it takes more than")


def test_work_beyond_all_bounds_is_not_tried_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one run spends on records grows with their bytes, and with nothing else."""
    monkeypatch.setattr(limits, "SCHEMA_WORK", 0.2)
    judge = Schema("s", spell({"anyOf": [{"$ref": "#/$defs/0"}], "$defs": {
        **{f"{i}": {"anyOf": [{"$ref": f"#/$defs/{i + 1}"}] * 2} for i in range(40)}, "40": {"type": "string"},
    }}))  # fmt: skip
    reasons = [judge.violations(b"1")[0].message for _ in range(50)]
    assert reasons[0] == "the record could not be validated: it takes more than 0.2 seconds of processor time"
    assert set(reasons[5:]) == {"the record could not be validated: validating the records before it took too long"}


@pytest.mark.parametrize("many", [60, 1500])
def test_sound_records_of_large_schemas_are_validated_on_slow_machines(
    many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nearly without the second that any work may take: compiling does not count, and the rest grows with the schema."""
    monkeypatch.setattr(limits, "SCHEMA_WORK", 0.05)
    codes = [f"t{i}" for i in range(8000)]
    schema = {"items": {"oneOf": [{"$ref": f"#/$defs/{code}"} for code in codes]}}
    judge = Schema("s", spell(schema | {"$defs": {code: {"const": code} for code in codes}}))
    record = spell(codes[:many])
    assert first_invalid(judge, [record]) == -1
    assert judge.violations(record) == []
    judge.close()


def test_identifiers_that_refer_to_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    names = range(20)
    defs = {
        f"d{i}": {
            "$id": f"http://x/{i}",
            "type": "object",
            "properties": {f"a{k}": {"$ref": f"http://x/{k}"} for k in names},
        }
        for i in names
    }
    assert [one.pointer for one in said({"$defs": defs, "$ref": "http://x/0"}, b'{"a1":{"a19":1}}')] == ["/a1/a19"]
    monkeypatch.setattr(limits, "SCHEMA_WORK", 0.5)
    for one in defs.values():
        one |= {"$dynamicAnchor": "n", "items": {"$dynamicRef": "#n"}}
    with pytest.raises(SchemaError, match="cannot be used: compiling it takes more than"):
        Schema("s", spell({"$defs": defs, "$ref": "http://x/0"}))


def test_a_large_schema() -> None:
    schema = {"properties": {f"p{i}": {"type": "string", "description": "x" * 900} for i in range(11_000)}}
    assert len(spell(schema)) > 10_000_000
    assert [one.pointer for one in said(schema, b'{"p1":1,"z":1}')] == ["/p1"]


def test_a_mark_before_a_schema() -> None:
    assert Schema("s", b'\xef\xbb\xbf{"type":"object"}').violations(b"{}") == []
    assert Schema("s", b'{"$schema":"http://json-schema.org/draft-07/schema#"}').dialect == "Draft7Validator"


# --- hostile records


def deep(levels: int, leaf: bytes) -> bytes:
    return b'{"a":' * levels + leaf + b"}" * levels


A_MILLION = b"a" * 1_000_000
RECURSIVE = {"type": "object", "properties": {"a": {"$ref": "#"}}}
HOSTILE: list[tuple[Any, bytes, bool]] = [
    ({"properties": {"a": {"pattern": "^(a+)+$"}}}, b'{"a":"%b!"}' % (b"a" * 31), False),
    ({"properties": {"a": {"pattern": "^(a+)+$"}}}, b'{"a":"%b"}' % A_MILLION, True),
    ({"properties": {"a": {"pattern": "^(?!x)(a+)+$"}}}, b'{"a":"%b!"}' % A_MILLION, False),
    ({"properties": {"a": {"pattern": "(?=.*x)b"}}}, b'{"a":"%b"}' % A_MILLION, False),
    ({"properties": {"a": {"pattern": "^(a|a)*\\1x$"}}}, b'{"a":"%b"}' % (b"a" * 5000), False),
    ({"not": {"properties": {"a": {"pattern": "^(a|a)*\\1x$"}}}}, b'{"a":"%b"}' % (b"a" * 5000), False),
    ({"patternProperties": {"^(a|a)*\\1x$": False}}, b'{"%b":1}' % (b"a" * 5000), False),
    ({"properties": {"a": {"pattern": "^\\p{L}{1,200}$"}}}, b'{"a":"%b"}' % A_MILLION, False),
    ({"properties": {"a": {"pattern": "^\\p{L}{1,200}$"}}}, b'{"a":"x","b":"%b"}' % A_MILLION, True),
    (RECURSIVE, deep(511, b"{}"), True),
    (RECURSIVE, deep(511, b"1"), False),
    (RECURSIVE, deep(511, b'"\\ud800"'), False),
    ({"anyOf": [RECURSIVE] * 2}, deep(40, b"1"), False),
    ({"anyOf": [RECURSIVE] * 2}, deep(511, b"{}"), True),
    ({"oneOf": [RECURSIVE] * 2}, deep(511, b"{}"), False),
    ({"allOf": [RECURSIVE] * 2}, deep(511, b"1"), False),
    ({"properties": {"a": {"multipleOf": 0.01, "maximum": 1}}}, b'{"a":%b}' % (b"9" * 5000), False),
    ({"properties": {"a": {"multipleOf": 3}}}, b'{"a":"\\ud800","b":1e999999}', True),
    ({"multipleOf": 3}, b"1e99999999999999999", False),
    ({"properties": {"a": {"type": "number"}}}, b'{"a":-1e99999999999999999999}', True),
    (
        {"properties": {"a": {"uniqueItems": True}}},
        b'{"a":[%b]}' % b",".join([b'{"x":%d}' % i for i in range(50_000)]),
        True,
    ),
    (
        {"properties": {"a": {"uniqueItems": True}}},
        b'{"z":"\\ud800","a":[%b]}' % b",".join([b'{"x":"\\ud800%d"}' % i for i in range(20_000)]),
        True,
    ),
    ({"properties": {"a": {"items": {"type": "string"}}}}, b'{"a":[%b1]}' % (b"1," * 500_000), False),
    ({"properties": {"a": {"items": {"type": "string"}}}}, b'{"a":[%b1]}' % (b'"x",' * 20_000), False),
    ({"properties": {"a": {"maxLength": 5}}}, b'{"a":"%b"}' % (A_MILLION * 5), False),
    ({"additionalProperties": False}, b"{%b}" % b",".join([b'"k%d":1' % i for i in range(50_000)]), False),
    ({"properties": {"a": {"type": "string"}}}, b'{"a":1,"a":"x"}', True),
    ({"properties": {"a": {"type": "string"}}}, b'{"a":"x","a":1}', False),
    ({"propertyNames": {"pattern": "^.$"}, "additionalProperties": {"pattern": "^.$"}}, b'{"\\ud800":"\\udc00"}', True),
]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_records(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SCHEMA_WORK", 0.4)
    compiled.cache_clear()  # each may take as long as it may for itself
    schema, record, valid = HOSTILE[number]
    with ends():
        assert (not said(schema, record)) == valid


def test_a_record_that_cannot_be_validated_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SCHEMA_WORK", 0.2)
    (one,) = said({"properties": {"a": {"pattern": "^(a|a)*\\1x$"}}}, b'{"a":"%b"}' % (b"a" * 5000))
    assert (one.offset, one.pointer, one.keyword) == (0, "", "")
    assert one.message.startswith("the record could not be validated: it takes more than")


@pytest.mark.parametrize("draft", ["draft/2020-12", "draft/2019-09", "draft-07"])
def test_the_reference_engine_keeps_its_keywords_inside(draft: str) -> None:
    schema = {
        "$schema": f"http{'s' if '/' in draft else ''}://json-schema.org/{draft}/schema",
        "properties": {"a": {"pattern": "^(a+)+$"}, "b": {"$ref": "#"}},
        "additionalProperties": False,
    }
    (one,) = said(schema, b'{"b":{"b":{"a":"%b\\ud800"}}}' % (b"a" * 40))
    assert (one.pointer, one.keyword) == ("/b/b/a", "pattern")


def test_a_pattern_takes_its_time_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SCHEMA_WORK", 0.3)
    judge = Schema("s", b'{"pattern":"(?=.*x)b"}')
    assert first_invalid(judge, [b'"xb"', b'"bx"']) == 0
    assert first_invalid(judge, [b'"bx"', b'"bbx"']) == -1
    (one,) = judge.violations(b'"%b"' % A_MILLION)
    assert one.message.startswith("the record could not be validated: it takes more than")
    assert is_found("\ufffd", "\ud800")


# --- inference


@given(st.lists(OBJECTS, max_size=8), st.booleans())
def test_every_record_that_was_taken_is_valid(records: list[Any], closed: bool) -> None:
    profile = Profile()
    for number, record in enumerate(records):
        profile.add(spell(record), number + 1, number)
    judge = Schema("inferred", spell(profile.schema(closed=closed)), formats=True)
    for record in records:
        assert judge.violations(spell(record)) == []


def state(profile: Profile) -> Any:
    def of(shape: Any) -> Any:
        if shape is None:
            return None
        kinds = {name: (kind.count, kind.first) for name, kind in shape.kinds.items()}
        keys = None if shape.keys is None else {key: (of(one), one.lacked) for key, one in shape.keys.items()}
        return (
            kinds,
            keys,
            of(shape.rest) if shape.keys is None else None,
            of(shape.items),
            shape.choices,
            shape.formats,
        )

    return profile.records, of(profile.shape)


@given(st.lists(OBJECTS, max_size=8), st.integers(0, 8), st.randoms(use_true_random=False))
def test_order_and_halves_make_no_difference(records: list[Any], half: int, random: Any) -> None:
    numbered = [(spell(record), number + 1, number * 10) for number, record in enumerate(records)]
    whole, one, other, mixed = Profile(), Profile(), Profile(), Profile()
    for item in numbered:
        whole.add(*item)
    for item in numbered[:half]:
        one.add(*item)
    for item in numbered[half:]:
        other.add(*item)
    random.shuffle(numbered)
    for item in numbered:
        mixed.add(*item)
    first, second = (one, other) if random.random() < 0.5 else (other, one)
    first.merge(pickle.loads(pickle.dumps(second)))
    assert first.schema() == mixed.schema() == whole.schema()
    assert state(first) == state(mixed) == state(whole)


def profile_of(*records: Any) -> Profile:
    profile = Profile()
    for number, record in enumerate(records):
        profile.add(spell(record), number + 1, number * 100)
    return profile


def test_what_is_inferred() -> None:
    records = [
        {
            "id": i,
            "lang": ["en", "de"][i % 2],
            "when": "2001-02-03",
            "url": f"http://x/{i}",
            "n": i if i % 2 else 0.5,
            "tags": ["x"],
            "meta": {"a": None} if i else {},
        }
        for i in range(60)
    ]
    schema = profile_of(*records).schema(closed=True)
    assert schema == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "lang": {"type": "string", "enum": ["de", "en"]},
            "meta": {"type": "object", "properties": {"a": {"type": "null"}}, "additionalProperties": False},
            "n": {"type": "number"},
            "tags": {"type": "array", "items": {"type": "string", "enum": ["x"]}},
            "url": {"type": "string", "format": "uri"},
            "when": {"type": "string", "format": "date"},
        },
        "required": ["id", "lang", "meta", "n", "tags", "url", "when"],
        "additionalProperties": False,
    }


def test_many_keys_are_a_map() -> None:
    schema = profile_of(*[{f"k{i}": i} for i in range(MOST_KEYS + 1)]).schema(closed=True)
    assert schema["additionalProperties"] == {"type": "integer"}
    assert "properties" not in schema


def test_memory_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpusfmt.schema.json_schema.profile._MOST_PLACES", 2_000)
    profile = Profile()
    depth = profile._depth
    for i in range(60):
        profile.add(spell({f"k{i % 50}": {f"l{k}": {f"m{i}": {"x": 1}} for k in range(30)}}), i + 1, i)
        assert profile._places <= 2_000
    assert profile._depth < depth
    judge = Schema("s", spell(profile.schema()))
    assert judge.violations(spell({f"k{1}": {f"l{k}": {"mq": {"x": 1}} for k in range(30)}})) == []


# --- drift


def drifts(*sources: Profile) -> list[Any]:
    return [tuple(one) for one in drift([(f"s{number}", profile) for number, profile in enumerate(sources, 1)])]


def test_drift_of_a_type() -> None:
    assert drifts(profile_of({"y": 1}, {"y": 2}), profile_of({"y": 1}, {"y": "2"})) == [
        ("s2", 2, 100, "/y", "the field '/y' is of type string, in other sources of type integer")
    ]


def test_drift_of_a_missing_field() -> None:
    good = {"m": {"y": 1}}
    assert drifts(profile_of(good), profile_of(good, {"m": {}}, {"m": {}}), profile_of(good)) == [
        ("s2", 2, 100, "/m/y", "the field '/m/y' is missing, which 2 of 3 sources always have")
    ]
    assert drifts(profile_of({"m": {}}), profile_of(good), profile_of({"m": {}})) == [
        ("s2", 1, 0, "/m/y", "the field '/m/y' is here, and missing in 2 of 3 sources")
    ]


def test_drift_of_null() -> None:
    assert drifts(profile_of({"y": 1}), profile_of({"y": 1}, {"y": None})) == [
        ("s2", 2, 100, "/y", "the field '/y' is null, which it never is in 1 of 2 sources")
    ]


def test_no_drift() -> None:
    mixed = [{"y": 1, "z": [1, {"q": 1}]}, {"y": None}, {"y": "x", "w": 1}]
    assert drifts(profile_of(*mixed), profile_of(*mixed), Profile()) == []
    assert drifts(profile_of({"y": 1})) == []
    assert drifts() == []


def test_drift_inside_arrays_and_maps() -> None:
    assert [one[3:] for one in drifts(profile_of({"a": [{"b": 1}]}), profile_of({"a": [{"b": "x"}]}))] == [
        ("/a/*/b", "the field '/a/*/b' is of type string, in other sources of type integer")
    ]
    many = [{f"k{i}": 1 for i in range(MOST_KEYS + 1)}]
    assert [one[3] for one in drifts(profile_of(*many), profile_of({"k1": "x"}))] == ["/*"]


@given(st.lists(st.lists(OBJECTS, max_size=4), max_size=4))
def test_drift_takes_anything(sources: list[list[Any]]) -> None:
    assume(sources)
    for path, line, byte, pointer, message in drifts(*[profile_of(*records) for records in sources]):
        assert re.fullmatch(r"s\d", path)
        assert line >= 1
        assert byte == (line - 1) * 100
        assert message.isprintable()
        pointer.encode()


@pytest.mark.parametrize("before", ["", "\\ud800"], ids=["known invalid", "judged by the exact engine"])
def test_reasons_are_not_looked_for_as_long_as_a_verdict(before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The timer rings that early, and then again and again till there is something to tell."""
    timers: list[float] = []
    monkeypatch.setattr(signal, "setitimer", lambda _, seconds, again=0.0: timers.append(seconds))
    schema = spell({"properties": {"a": {"items": {"enum": [{"n": n} for n in range(10)]}}}})
    bench = Bench("s", load("s", schema), formats=False)
    monkeypatch.setattr(Fast, "faults", lambda *_, **__: None)
    found = bench.violations(b'{"b":"%b","a":[{"n":99}]}' % before.encode(), 10, 28.0)
    assert [one.pointer for one in found or []] == ["/a/0"]
    assert timers == [limits.SCHEMA_REASONS, 0]
