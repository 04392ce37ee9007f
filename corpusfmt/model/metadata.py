"""Metadata: a read-only mapping over JSON that is kept unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from corpusfmt.limits import MAX_DEPTH
from corpusfmt.text.json_facts import canonical
from corpusfmt.text.json_reader import JSONFault, parse

EMPTY = b"{}"


def integer(digits: str) -> Any:
    """Return the value of a JSON integer: an int, or Decimal when it has more digits than Python turns into one."""
    return int(digits) if len(digits) <= 4300 else _decimal(digits)


def number(digits: str) -> Any:
    """Return the value of another JSON number: a float, or Decimal when that would be infinity, or 0 when it is not."""
    value = float(digits)
    if abs(value) == float("inf") or (not value and digits.lower().partition("e")[0].strip("-0.")):
        return _decimal(digits)
    return value


def _decimal(digits: str) -> Any:
    from decimal import Decimal, InvalidOperation

    try:
        return Decimal(digits)
    except InvalidOperation:  # an exponent beyond what Decimal holds
        return float(digits) or Decimal("-1E-999999" if digits[0] == "-" else "1E-999999")


def values_of(raw: bytes) -> Any:
    """Return JSON as Python values; a number that ``int`` or ``float`` cannot take as Decimal."""
    return json.loads(raw, parse_int=integer, parse_float=number)


class Metadata(Mapping[str, Any]):
    """The metadata of a document, as a read-only mapping.

    ``json`` is the JSON object as it was written, in UTF-8 on one line. Values are parsed on each access, so changing
    them does not change the document. A number that ``int`` or ``float`` cannot represent is a
    :class:`decimal.Decimal`, or infinity if that cannot represent it either.

    Two mappings are equal if their values are equal: numbers by their digits, objects with their keys in the same
    order. White space and the spelling of string escapes do not count.
    """

    __slots__ = ("_keys", "json")

    def __init__(self, raw: bytes) -> None:
        self.json = raw
        self._keys: dict[str, Any] | None = None

    @classmethod
    def of(cls, value: Mapping[str, Any] | bytes | None) -> Metadata:
        """Make metadata from a mapping of JSON values, or from a JSON object in UTF-8.

        Raises ValueError when it is no JSON object, holds NaN, infinity or a value that JSON lacks, or
        nests deeper than 512 levels; TypeError when it is neither.
        """
        if isinstance(value, cls):
            return value
        if value is None:
            return cls(EMPTY)
        if isinstance(value, bytes):
            raw = value.strip(b" \t\r\n").replace(b"\n", b" ").replace(b"\r", b" ")
        elif isinstance(value, Mapping):
            raw = _dump(dict(value))
        else:
            raise TypeError(f"metadata must be a mapping or a JSON object in bytes, not {type(value).__name__}")
        try:
            raw.decode("utf-8")
            if parse(raw, max_depth=MAX_DEPTH).kind != "{":
                raise ValueError("metadata must be a JSON object")
        except JSONFault as fault:
            raise ValueError(f"metadata is not valid JSON: {fault} (byte {fault.at})") from None
        return cls(raw)

    def _parsed(self) -> dict[str, Any]:
        return dict(values_of(self.json))

    def __getitem__(self, key: str) -> Any:
        return self._parsed()[key]

    def __iter__(self) -> Iterator[str]:
        if self._keys is None:
            self._keys = dict.fromkeys(self._parsed())
        return iter(self._keys)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Metadata):
            return self.json == other.json or canonical(self.json) == canonical(other.json)
        if isinstance(other, Mapping):
            try:
                return canonical(self.json) == canonical(Metadata.of(other).json)
            except (TypeError, ValueError):
                return False
        return NotImplemented

    def __hash__(self) -> int:
        return hash(canonical(self.json))

    def __repr__(self) -> str:
        return f"Metadata({self.json.decode('utf-8', 'replace')})"


def _dump(value: dict[str, Any]) -> bytes:
    if not all(isinstance(key, str) for key in value):
        raise ValueError("metadata keys must be strings")
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, RecursionError) as error:
        raise ValueError(f"metadata cannot be written as JSON: {error}") from None
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate: only its escape can be written
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii")
