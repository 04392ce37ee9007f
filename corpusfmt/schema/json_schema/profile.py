"""Inferring the JSON Schema of a corpus from one pass over its records."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final, NamedTuple

from corpusfmt.schema.json_schema.values import values, whole

#: Of objects with more keys than this the keys are not told apart.
MOST_KEYS: Final = 1000
#: Nor when a key is longer: it is no name.
LONGEST_KEY: Final = 200
#: So many different strings, each of so many characters, may be a list to choose from.
MOST_CHOICES: Final = 10
LONGEST_CHOICE: Final = 40
#: Formats that are recognized, and what a string that has one must look like before it is looked at closer.
_FORMATS: Final = {
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.A),
    "date-time": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:.]++(?:[Zz]|[+-][0-9:]++)", re.A),
    "uri": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+://[!-~]++", re.A),
}
_LONGEST_FORMAT: Final = 2000
_KINDS: Final = {type(None): "null", bool: "boolean", int: "integer", float: "number", str: "string"}


class Place(NamedTuple):
    """A record: the byte and the line at which it begins. The least of several is the first."""

    byte: int
    line: int


class Kind:
    """Values of one JSON type: how many, and the record of the first."""

    __slots__ = ("count", "first")

    def __init__(self, count: int, first: Place) -> None:
        self.count, self.first = count, first


class Shape:
    """What was seen at one place. ``keys`` is None where keys are not told apart; then ``rest`` is what they all hold.

    ``lacked`` is the first record whose object lacks the key that led here. ``choices`` is None when strings are too
    many or too long for a list, and ``formats`` are those that all strings have.
    """

    __slots__ = ("choices", "formats", "items", "keys", "kinds", "lacked", "rest")

    def __init__(self) -> None:
        self.kinds: dict[str, Kind] = {}
        self.keys: dict[str, Shape] | None = {}
        self.rest: Shape | None = None
        self.items: Shape | None = None
        self.lacked: Place | None = None
        self.choices: set[str] | None = set()
        self.formats: tuple[str, ...] = tuple(_FORMATS)

    @property
    def count(self) -> int:
        """How many values were seen."""
        return sum(kind.count for kind in self.kinds.values())

    @property
    def objects(self) -> int:
        """How many of them were objects."""
        return self.kinds["object"].count if "object" in self.kinds else 0

    @property
    def first_object(self) -> Place | None:
        """The first record with an object here."""
        return self.kinds["object"].first if "object" in self.kinds else None

    def add(self, value: Any, place: Place, depth: int) -> int:
        """Take a value, and what it holds down to so many levels. Return how many new places there are."""
        name = _KINDS.get(type(value)) or ("object" if isinstance(value, dict) else _other(value))
        kind = self.kinds.get(name)
        before = kind.first if kind is not None else None
        if kind is None:
            self.kinds[name] = Kind(1, place)
        else:
            kind.count += 1
            kind.first = min(kind.first, place)
        if name == "string":
            if self.choices is not None or self.formats:
                self._add_string(value)
        elif depth <= 0:
            return 0
        elif name == "object":
            return self._add_object(value, place, depth, before)
        elif name == "array":
            made = 0
            if self.items is None:
                self.items, made = Shape(), 1
            return made + sum(self.items.add(one, place, depth - 1) for one in value)
        return 0

    def _add_string(self, value: str) -> None:
        if self.choices is not None:
            self.choices.add(value)
            if len(value) > LONGEST_CHOICE or len(self.choices) > MOST_CHOICES or whole(value) != value:
                self.choices = None
        if self.formats:
            self.formats = tuple(name for name in self.formats if _has_format(value, name))

    def _add_object(self, value: dict[str, Any], place: Place, depth: int, before: Place | None) -> int:
        made = 0
        for key, one in value.items():
            shape = self.rest if self.keys is None else self.keys.get(key)
            if shape is None:
                shape = Shape()
                made += 1
                if self.keys is None:
                    self.rest = shape
                else:
                    self.keys[key] = shape
                    shape.lacked = before  # all objects until now lacked it
                    if len(self.keys) > MOST_KEYS or len(key) > LONGEST_KEY or whole(key) != key:
                        self.collapse()
                        shape = self.rest or shape
            made += shape.add(one, place, depth - 1)
        if self.keys is not None and len(value) < len(self.keys):
            for key, shape in self.keys.items():
                if key not in value and (shape.lacked is None or place < shape.lacked):
                    shape.lacked = place
        return made

    def collapse(self) -> None:
        """No longer tell keys apart."""
        if self.keys is not None:
            rest = self.rest or Shape()
            for shape in self.keys.values():
                rest.merge(shape)
            self.keys, self.rest = None, rest

    def cut(self, depth: int) -> int:
        """Forget what lies deeper than so many levels. Return how many places are left."""
        if depth <= 0:
            self.keys, self.rest, self.items = {}, None, None
            return 1
        inner = [*(self.keys or {}).values(), self.rest, self.items]
        return 1 + sum(one.cut(depth - 1) for one in inner if one is not None)

    def merge(self, other: Shape) -> None:
        """Take what another one has seen. It is not to be used any more."""
        mine, its = self.first_object, other.first_object
        if self.keys is None or other.keys is None:
            self.collapse()
            other.collapse()
        else:
            for key, shape in other.keys.items():
                known = self.keys.get(key)
                if known is None:
                    self.keys[key] = shape
                    shape.lacked = _first(shape.lacked, mine)
                else:
                    known.merge(shape)
                    known.lacked = _first(known.lacked, shape.lacked)
            for key, shape in self.keys.items():
                if key not in other.keys:
                    shape.lacked = _first(shape.lacked, its)
        for name in ("rest", "items"):
            one, another = getattr(self, name), getattr(other, name)
            if one is not None and another is not None:
                one.merge(another)
            else:
                setattr(self, name, one or another)
        for name, kind in other.kinds.items():
            known_kind = self.kinds.setdefault(name, Kind(0, kind.first))
            known_kind.count += kind.count
            known_kind.first = min(known_kind.first, kind.first)
        both = self.choices is not None and other.choices is not None
        self.choices = (self.choices or set()) | (other.choices or set()) if both else None
        if self.choices is not None and len(self.choices) > MOST_CHOICES:
            self.choices = None
        self.formats = tuple(name for name in self.formats if name in other.formats)
        if self.keys is not None and len(self.keys) > MOST_KEYS:
            self.collapse()


def _first(one: Place | None, other: Place | None) -> Place | None:
    return min(one, other) if one is not None and other is not None else one or other


def _other(value: Any) -> str:
    return "array" if isinstance(value, list) else "number"


def _has_format(value: str, name: str) -> bool:
    return (
        len(value) <= _LONGEST_FORMAT
        and bool(_FORMATS[name].fullmatch(value))
        and _format_checker(name).is_valid(value)
    )


@cache
def _format_checker(name: str) -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True, offline=True)


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
        #: What was seen; :mod:`corpusfmt.schema.json_schema.schema_drift` compares it.
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
