"""Checks across records: duplicate ids, references to missing records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from corpusfmt.formats.warc.record import Record
from corpusfmt.formats.warc.values import bare
from corpusfmt.text.display import quoted
from corpusfmt.text.position import Region

#: So many references that lead nowhere are remembered with their places; of the others there is a count.
_EXAMPLES: Final = 100


class Reference(NamedTuple):
    """A reference to a record that has not been seen: its value, and where it stands."""

    value: bytes
    byte: int
    number: int
    raw: int
    context: Region


class Across:
    """Remembers ids and open references of one file: a few dozen bytes a record."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._concurrent: set[int] = set()
        self._refers: dict[int, int] = {}
        self._first: dict[int, Reference] = {}
        self._places: dict[int, Reference] = {}

    def take(self, record: Record, context: Callable[[int], Region], byte_of: Callable[[bytes], int]) -> bool:
        """Take note of a sound record, with what gives the place of a value in its header. Say whether its id was there
        before.
        """
        fields = record.fields
        repeated = self.saw(record)
        for value in record.concurrent:
            if (at := hash(bare(value))) not in self._seen and at not in self._concurrent:
                self._concurrent.add(at)
                if len(self._places) < _EXAMPLES:
                    byte = byte_of(value)
                    self._places[at] = Reference(value, byte, record.number, record.raw, context(byte))
        refers = fields.get("warc-refers-to")
        if refers is not None and (at := hash(bare(refers))) not in self._seen:
            self._refers[at] = self._refers.get(at, 0) + 1
            if len(self._first) < _EXAMPLES:
                byte = byte_of(refers)
                self._first[at] = Reference(refers, byte, record.number, record.raw, context(byte))
        return repeated

    def saw(self, record: Record) -> bool:
        """Take note that a record is in the file, whole or refused. Say whether its id was there before."""
        return self._saw(hash(bare(record.fields.get("warc-record-id", b""))))

    def fresh(self, ids: Sequence[bytes]) -> int:
        """Return the number of the first of some ids that was there before, or how many there are."""
        here: set[int] = set()
        for number, key in enumerate(map(hash, ids)):
            if key in self._seen or key in here:
                return number
            here.add(key)
        return len(ids)

    def saw_all(self, ids: Sequence[bytes]) -> None:
        """Take note that records with these ids are in the file."""
        for key in map(hash, ids):
            self._saw(key)

    def _saw(self, key: int) -> bool:
        repeated = key in self._seen
        self._seen.add(key)
        self._concurrent.discard(key)
        self._places.pop(key, None)
        self._refers.pop(key, None)
        self._first.pop(key, None)
        return repeated

    def dangling(self) -> Iterator[tuple[str, str, Reference]]:
        """Give code, message and reference of what led nowhere, now that the file is read."""
        unplaced = len(self._concurrent) - len(self._places)
        for reference in self._places.values():
            what = f"WARC-Concurrent-To names a record that is not in the file: {quoted(reference.value, 80)}"
            yield "WARC025", what + (f" (and {unplaced} more)" if unplaced else ""), reference
            unplaced = 0
        count = sum(self._refers.values())
        for reference in list(self._first.values())[:1]:
            more = f" (and {count - 1} more)" if count > 1 else ""
            what = f"WARC-Refers-To names a record that is not in the file: {quoted(reference.value, 80)}{more}"
            yield "WARC026", what, reference
