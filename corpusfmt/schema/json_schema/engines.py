"""A schema and two engines in one process: the fast one validates and explains small errors, the exact one explains the
rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from corpusfmt.limits import SCHEMA_REASONS
from corpusfmt.model.rows import Pieces
from corpusfmt.schema.json_schema.fast_engine import Fast
from corpusfmt.schema.json_schema.faults import AT_KEY, Fault, message_of, told
from corpusfmt.schema.json_schema.ignored_strings import examined_keys
from corpusfmt.schema.json_schema.loading import Loaded
from corpusfmt.schema.json_schema.patterns import Undecided
from corpusfmt.schema.json_schema.pointers import Path, places, pointer_of
from corpusfmt.schema.json_schema.values import decoder, has_halves, underflows, values, whole
from corpusfmt.text.kernel import KERNEL

if TYPE_CHECKING:
    from corpusfmt.schema.json_schema.reference_engine import Reference

#: Of one record, so many violations are given unless asked for more.
MOST: Final = 100


class Violation(NamedTuple):
    """One way in which a record breaks a schema.

    ``offset`` is that of the value in the record (bytes, from 0); of the key, when it is the key that is wrong; of the
    object, when it lacks a key. ``pointer`` is the JSON Pointer of the value, ``keyword`` what it fails (JSON Schema
    validation, 6); for the schema ``false`` that is "false", and empty where a record could not be validated.
    """

    offset: int
    message: str
    pointer: str
    keyword: str


class Bench:
    """A schema, compiled."""

    def __init__(self, name: str, loaded: Loaded, *, formats: bool) -> None:
        """Compile a schema. Raises SchemaError."""
        self._loaded, self._formats = loaded, formats
        self._fast = Fast(name, loaded, formats=formats)
        self._examined = examined_keys(loaded.schema)

    @cached_property
    def _reference(self) -> Reference:
        from corpusfmt.schema.json_schema.reference_engine import Reference

        return Reference(self._loaded, formats=self._formats)

    def doubtful(self, records: Sequence[bytes]) -> Iterator[int]:
        """Give the number, from 0, of each record that the fast engine does not find valid.

        All are parsed at once, with short strings for long ones that the schema ignores; or one by one, where some have
        values that the parser does not take.
        """
        lines = records.data if isinstance(records, Pieces) else b"\n".join(records)
        if KERNEL is not None and self._examined is not None:
            brief, _, count = KERNEL.jsonl_brief(lines, self._examined)
            lines = brief if count == len(records) else lines
        decode, is_valid = decoder().decode, self._fast.is_valid
        parsed: Sequence[Any] = ()
        if not underflows(lines):
            with suppress(ValueError, RecursionError):
                parsed = decoder().decode_lines(lines)
        is_parsed = len(parsed) == len(records)
        for number, one in enumerate(parsed if is_parsed else records):
            try:
                valid = is_valid(one if is_parsed else values(one) if underflows(one) else decode(one))
            except Exception:  # noqa: BLE001 - a value that the fast way does not take
                valid = False
            if not valid:
                yield number

    def verdict(self, record: bytes) -> bool | None:
        """Say whether a record is valid; None where the fast engine does not know."""
        try:
            value = values(record)
            # Over half a surrogate pair the fast engine fails late, and for each value that it compares.
            return None if has_halves(record, value) else self._fast.is_valid(value)
        except Exception:  # noqa: BLE001 - as above
            return None

    def violations(
        self, record: bytes, limit: int, seconds: float | None = None, *, lacked: str = ""
    ) -> list[Violation] | None:
        """Return up to ``limit`` ways in which a record breaks the schema, one for a place; none when it is valid. That
        the record lacks the key ``lacked`` is known already.

        The most telling one comes first, the others follow by offset. The exact engine has so many ``seconds`` of the
        processor; without them, None is the answer where it has to say.
        """
        valid = self.verdict(record)
        if valid:
            return []
        try:
            value = values(record)
        except (ValueError, RecursionError) as error:
            return [never(type(error).__name__)]
        reason, rest = "the engines do not agree", ""
        faults = None if valid is None else self._fast.faults(value, len(record))
        if not faults and seconds is None:
            return None
        try:
            if not faults:
                allowed = seconds or 0
                if valid is False:
                    allowed = min(allowed, SCHEMA_REASONS)
                faults = self._reference.faults(value, max(limit, MOST), allowed)
                rest = self._reference.ended
        except Undecided as error:
            reason = rest = str(error)
            if valid is None:
                return [never(reason)]
        if valid is False and not faults:
            faults = self._fast.faults(value, len(record), first=True)
        if not faults:
            return [unexplained(reason)] if valid is False else []
        known = Fault((), "required", lacked, None)
        found = _placed(record, [one for one in told(faults) if one[:3] != known[:3]])
        more = [Violation(0, f"there may be more that is not valid: {rest}", "", "")] if rest else []
        return [*found, *more][: max(limit, 0)]


def never(reason: str) -> Violation:
    """Say that a record cannot be validated."""
    return Violation(0, f"the record could not be validated: {reason}", "", "")


def unexplained(reason: str) -> Violation:
    """Say that a record is not valid, and no more."""
    return Violation(0, f"the record is not valid, but the reason could not be found: {reason}", "", "")


def _placed(record: bytes, faults: list[Fault]) -> list[Violation]:
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
    return found[:1] + sorted(found[1:])
