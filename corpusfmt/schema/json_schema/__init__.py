"""Judging JSON records by a JSON Schema of the user: draft 2020-12, and older ones down to draft-04.

The dialect stands in ``docs/json-schema.md``. Nothing is ever fetched, and neither a schema nor a record can make this
hang: work that may grow beyond all bounds is refused beforehand, or counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from corpusfmt.schema.json_schema.faults import AT_KEY, Fault, message_of, told
from corpusfmt.schema.json_schema.patterns import Undecided
from corpusfmt.schema.json_schema.pointers import Path, places, pointer_of
from corpusfmt.schema.json_schema.values import decoder, has_halves, whole
from corpusfmt.schema.json_schema.values import values as values_of

if TYPE_CHECKING:
    from corpusfmt.schema.json_schema.reference import Reference

#: Of one record, so many violations are told unless asked for more.
MOST: Final = 100
_NEVER: Final = "the record cannot be judged: "
_UNTOLD: Final = "the record is not valid, but what is wrong with it cannot be told: "


class Violation(NamedTuple):
    """One way in which a record breaks a schema.

    ``offset`` is that of the value in the record (bytes, from 0); of the key, when it is the key that is wrong; of the
    object, when it lacks a key. ``pointer`` is the JSON Pointer of the value, ``keyword`` what it fails (JSON Schema
    validation, 6); for the schema ``false`` that is "false", and empty where a record could not be judged.
    """

    offset: int
    message: str
    pointer: str
    keyword: str


class Schema:
    """A JSON Schema, compiled once. ``dialect`` names its draft as jsonschema does."""

    def __init__(self, name: str, data: bytes, *, formats: bool = False) -> None:
        """Compile the JSON in UTF-8 ``data``; ``name`` stands in errors.

        ``format`` is an annotation (JSON Schema validation, 7.2.1) unless ``formats``. Raises SchemaError when it is no
        JSON, of an unknown dialect, refused by its metaschema, refers to what is not in it, or cannot be used safely.
        """
        from corpusfmt.schema.json_schema.fast import Fast
        from corpusfmt.schema.json_schema.loading import load

        self.name = name
        self._loaded, self._formats = load(name, data), formats
        self._fast = Fast(name, self._loaded, formats=formats)
        self.dialect = self._loaded.dialect

    @cached_property
    def _reference(self) -> Reference:
        from corpusfmt.schema.json_schema.reference import Reference

        return Reference(self._loaded, formats=self._formats)

    def first_invalid(self, records: Sequence[bytes]) -> int:
        """Return the number, from 0, of the first record that is not valid; -1 when all are.

        Records are well-formed JSON in UTF-8. This is the quick look at many: what is wrong, ``violations`` says.
        """
        decode, is_valid = decoder(), self._fast.quick()
        number = -1
        if is_valid is None:
            return next((number for number, record in enumerate(records) if self.violations(record, 1)), -1)
        while number + 1 < len(records):
            start = number + 1
            try:
                for number, record in enumerate(records[start:] if start else records, start):
                    if not is_valid(decode(record)):
                        return number
            except Exception:  # noqa: BLE001 - a value that the fast way does not take; the slow one does
                if self.violations(records[number], 1):
                    return number
        return -1

    def violations(self, record: bytes, limit: int = MOST, *, lacked: str = "") -> list[Violation]:
        """Return up to ``limit`` ways in which a record breaks the schema, one for a place; none when it is valid. That
        the record lacks the key ``lacked`` is known already.

        The most telling one comes first, the others follow by offset.

        ``record`` is well-formed JSON in UTF-8. A record that cannot be judged has one violation that says so.
        """
        try:
            value = values_of(record)
        except (ValueError, RecursionError) as error:
            return [Violation(0, f"{_NEVER}{type(error).__name__}", "", "")]
        # Over half a surrogate pair the fast engine fails late, and for each value that it compares.
        valid = None if has_halves(record, value) else self._fast.verdict(value, len(record))
        if valid:
            return []
        faults = self._fast.faults(value, len(record)) if valid is False else None
        if not faults:
            certain = valid is False and self._fast.final
            faults = self._by_reference(value, len(record), certain=certain, most=max(limit, MOST))
        known = Fault((), "required", lacked, None)
        return _placed(record, [one for one in told(faults) if one[:3] != known[:3]], limit)

    def _by_reference(self, value: Any, size: int, *, certain: bool, most: int) -> list[Fault]:
        """Return what is wrong with a value of which the fast engine has no more to say than that it is not valid."""
        reason = "the engines do not agree"
        try:
            faults = self._reference.faults(value, most)
        except Undecided as error:
            reason, faults = str(error), []
            if not certain:
                return [Fault((), "", f"{_NEVER}{reason}", None)]
        if certain and not faults:
            faults = self._fast.faults(value, size, first=True) or []
        return faults or ([Fault((), "", f"{_UNTOLD}{reason}", None)] if certain else [])


def _placed(record: bytes, faults: list[Fault], limit: int) -> list[Violation]:
    """Give each place one violation: keys that an object lacks in one, of others the first."""
    chosen: dict[tuple[Path, bool], Fault] = {}
    for fault in faults:
        place = fault.path, fault.keyword in AT_KEY
        known = chosen.get(place)
        if known is None:
            chosen[place] = fault._replace(want=[fault.want]) if fault.keyword == "required" else fault
        elif known.keyword == fault.keyword == "required":
            known.want.append(fault.want)
    where = places(record, [path for path, _ in chosen])
    found = []
    for (path, at_key), fault in chosen.items():
        key_at, at = where.get(path, (-1, 0))
        offset = key_at if at_key and key_at >= 0 else at
        want = list(dict.fromkeys(fault.want)) if fault.keyword == "required" else fault.want
        words = message_of(fault._replace(want=want)) if fault.keyword else str(want)
        found.append(Violation(offset, words, whole(pointer_of(path)), fault.keyword))
    return (found[:1] + sorted(found[1:]))[: max(limit, 0)]
