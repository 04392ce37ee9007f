"""From the bytes of a schema file to a valid schema: JSON, dialect, metaschema."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from corpusfmt.model.errors import SchemaError
from corpusfmt.schema.json_schema.faults import message_of, told
from corpusfmt.schema.json_schema.graph import Graph, Wrong, look_at
from corpusfmt.schema.json_schema.pointers import pointer_of
from corpusfmt.schema.json_schema.values import pairs_of
from corpusfmt.text.display import BOM, quoted, shown, transcoding, wide_encoding
from corpusfmt.text.json_facts import duplicates
from corpusfmt.text.json_reader import JSONFault, parse

#: By the value of ``$schema``, without scheme and fragment: the name of the dialect's class in both engines.
DIALECTS: Final = {
    "json-schema.org/draft/2020-12/schema": "Draft202012Validator",
    "json-schema.org/draft/2019-09/schema": "Draft201909Validator",
    "json-schema.org/draft-07/schema": "Draft7Validator",
    "json-schema.org/draft-06/schema": "Draft6Validator",
    "json-schema.org/draft-04/schema": "Draft4Validator",
}
_DEFAULT: Final = "Draft202012Validator"


class Loaded(NamedTuple):
    """A schema as values, the name of its dialect, and what its parts refer to."""

    schema: dict[str, Any] | bool
    dialect: str
    graph: Graph


class _Twice(Exception):
    """A key repeats."""


def load(name: str, data: bytes) -> Loaded:
    """Read a schema. ``name`` stands in errors.

    Raises SchemaError, with the place, when it is no JSON, of an unknown dialect, refused by its metaschema, or refers
    to what is not in it (JSON Schema core, 8.1.1 and 8.2.3; nothing is fetched).
    """
    try:
        schema = _parsed(data)
        dialect = _dialect(schema)
        _validate(schema)
        graph = look_at(schema, dialect)
    except Wrong as wrong:
        raise SchemaError(f"the schema {quoted(name, 200)} {wrong}") from None
    return Loaded(schema, dialect, graph)


def _parsed(data: bytes) -> Any:
    encoding = wide_encoding(data[:4])
    if encoding:
        raise Wrong(f"is in {encoding}, expected UTF-8; {transcoding(data[:4])}")
    data = data.removeprefix(BOM)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Wrong(f"is not UTF-8: byte {error.start} is {data[error.start]:#04x}") from None
    try:
        schema = pairs_of(data, _once)
        json.dumps(schema, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        raise Wrong("holds half a surrogate pair, which is not a character") from None
    except (_Twice, ValueError, RecursionError):
        raise _located(data) from None
    if not isinstance(schema, dict | bool):
        raise Wrong("is not a schema: expected an object, true or false")
    return schema


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _Twice
    return value


def _located(data: bytes) -> Wrong:
    """Find what the fast reader could only turn away."""
    try:
        node = parse(data)
    except JSONFault as fault:
        return Wrong(f"is not JSON: {fault.message.replace('the line', 'the file')}{_line(data, fault.at)}")
    for key, at in duplicates(node):
        return Wrong(f"is ambiguous: the key {quoted(key)} repeats{_line(data, at)}")
    return Wrong("is JSON that nests too deep, or a number in it is too large")


def _line(data: bytes, at: int) -> str:
    start = data.rfind(b"\n", 0, at) + 1
    line = data.count(b"\n", 0, at) + 1
    return f" (line {line}, column {len(data[start:at].decode('utf-8', 'replace')) + 1})"


def _dialect(schema: Any) -> str:
    uri = schema.get("$schema") if isinstance(schema, dict) else None
    if uri is None:
        return _DEFAULT
    bare = str(uri).removesuffix("#").removeprefix("https://").removeprefix("http://")
    if not isinstance(uri, str) or bare not in DIALECTS:
        raise Wrong(f"names an unknown dialect (at '#/$schema'): found {quoted(str(uri), 200)}")
    return DIALECTS[bare]


def _validate(schema: Any) -> None:
    """Hold a schema against its metaschema. Bad patterns are found later, with better words."""
    import jsonschema_rs

    from corpusfmt.schema.json_schema.fast_engine import fault_of

    try:
        jsonschema_rs.meta.validate(schema)
    except jsonschema_rs.ValidationError as error:
        fault = told([fault_of(error, schema)])[0]
        if fault.keyword != "format" or fault.want != "regex":
            raise Wrong(f"is wrong at {_shown(pointer_of(fault.path))}: {message_of(fault)}") from None
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        words = " ".join(str(error).split())
        raise Wrong(f"cannot be used: {shown(words[:1].lower() + words[1:], 200)}") from None


def _shown(pointer: str) -> str:
    return quoted("#" + pointer, 200)
