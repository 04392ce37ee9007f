"""The JSON Schema that a corpus obeys, found by looking at its records once."""

from __future__ import annotations

from typing import Any, Final

from corpusfmt.schema.json_schema.shape import Place, Shape
from corpusfmt.schema.json_schema.values import values

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
#: How many levels are looked into: those of metadata that people have designed.
_DEPTH: Final = 8
#: With more places than this, fewer levels are looked into.
_MOST_PLACES: Final = 50_000
#: A list of choices is one when each was taken so often on average, and there were so many values.
_TAKEN, _VALUES = 5, 50
_TYPES: Final = ("null", "boolean", "integer", "number", "string", "array", "object")


class Profile:
    """What the records of one source, or several, have in common. ``records`` counts them.

    Memory is bounded by the number of different fields, of which :data:`_MOST_PLACES` are kept apart, not by that of
    records. In what order records come, or profiles are merged, makes no difference.
    """

    def __init__(self) -> None:
        self.records = 0
        #: What was seen; :mod:`corpusfmt.schema.json_schema.drift` compares it.
        self.shape = Shape()
        self._depth, self._places = _DEPTH, 1

    def add(self, record: bytes, line: int, byte: int) -> None:
        """Take a record, which is well-formed JSON in UTF-8; ``line`` (from 1) and ``byte`` (from 0) are its place."""
        self.records += 1
        place = Place(byte, line)
        try:
            value = values(record)
        except (ValueError, RecursionError):  # nests too deep for what is left of the stack
            value = {}
            self.shape.collapse()
        self._places += self.shape.add(value, place, self._depth)
        self._cut()

    def merge(self, other: Profile) -> None:
        """Take what another profile has seen. It is not to be used any more."""
        self._depth = min(self._depth, other._depth)
        self.records += other.records
        self.shape.merge(other.shape)
        self._places = self.shape.cut(self._depth)
        self._cut()

    def _cut(self) -> None:
        while self._places > _MOST_PLACES and self._depth:
            self._places = self.shape.cut(self._depth)  # keys that are not told apart any more were counted too
            if self._places > _MOST_PLACES:
                self._depth -= 1

    def schema(self, *, closed: bool = False) -> dict[str, Any]:
        """Return a JSON Schema (draft 2020-12) that every record obeys; with ``closed`` no other keys are allowed.

        It says of each field its types, of objects what all have (validation, 6.5.3), of arrays their items, of strings
        the choices when they are few, and a format that all have (validation, 7.3).
        """
        return {"$schema": _DIALECT, **_schema_of(self.shape, self._depth if closed else 0)}


def _schema_of(shape: Shape, closed: int) -> dict[str, Any]:
    """Return the schema of a shape. So many levels of it, keys and items, are ``closed``: below them nobody looked."""
    kinds = shape.kinds
    types = [name for name in _TYPES if name in kinds and not (name == "integer" and "number" in kinds)]
    if not types:
        return {}
    schema: dict[str, Any] = {"type": types if len(types) > 1 else types[0]}
    if "string" in kinds:
        if shape.formats:
            schema["format"] = shape.formats[0]
        elif shape.choices and kinds.keys() <= {"string", "null"} and _is_list(kinds["string"].count, shape.choices):
            schema["enum"] = [*sorted(shape.choices), *([None] if "null" in kinds else [])]
    if shape.items is not None and shape.items.kinds:
        schema["items"] = _schema_of(shape.items, closed - 1)
    if shape.keys is None:
        schema["additionalProperties"] = _schema_of(shape.rest, closed - 1) if shape.rest is not None else True
    elif shape.keys:
        schema["properties"] = {key: _schema_of(shape.keys[key], closed - 1) for key in sorted(shape.keys)}
        always = [key for key in sorted(shape.keys) if shape.keys[key].count == shape.objects]
        if always:
            schema["required"] = always
        if closed > 0:
            schema["additionalProperties"] = False
    return schema


def _is_list(count: int, choices: set[str]) -> bool:
    return count >= max(_VALUES, _TAKEN * len(choices))
