"""Streaming pass: while ids match in order, documents are compared without storing them. The others are paired by id.

What is paired here is what would be paired there. Documents with one id are paired in their order, the first with the
first; so a document is not paired here any more once one of its id was left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from corpusfmt.limits import MIB
from corpusfmt.model.document import Document, same_text
from corpusfmt.storage import Sorter
from corpusfmt.text.json_facts import spelled
from corpusfmt.verbs.diff.pair_by_id import Ledger, entries

#: How many documents ahead a partner is looked for: a few first, so that a long look is rare. Lists of them, and the
#: bytes of text that are held for that.
AHEAD: Final = (8, 64, 512, 4096)
_HELD: Final = 4 * MIB
#: Ids that were left are remembered by a part of their hash. That two share one costs time and changes nothing.
_MARKS: Final = 1 << 22


class Window:
    """The next documents of one side: the first of them stands at ``place`` (from 0) in its corpus."""

    def __init__(self, batches: Iterator[Sequence[Document]], sink: Sorter) -> None:
        self.documents: list[Document] = []
        self.place = 0
        self.sink = sink
        self._batches, self._held = batches, 0

    def fill(self, count: int) -> None:
        """Hold so many documents, or all that are left, or as many as there is room for. Raises as the scan."""
        while len(self.documents) < count and (self._held < _HELD or not self.documents):
            batch = next(self._batches, None)
            if batch is None:
                return
            self.documents.extend(batch)
            self._held += _size(batch)

    def drop(self, count: int) -> None:
        """Go on by ``count`` documents."""
        self._held -= _size(self.documents[:count])
        del self.documents[:count]
        self.place += count


def _size(documents: Sequence[Document]) -> int:
    return sum([len(document.data) + len(document.meta_json) for document in documents])


class Abreast:
    """One walk. ``ignore`` is what is not compared, ``ahead`` how far a partner is looked for."""

    def __init__(
        self, a: Window, b: Window, ledger: Ledger, ignore: Collection[str] = (), ahead: Sequence[int] = AHEAD
    ) -> None:
        self._a, self._b, self._ledger = a, b, ledger
        self._ignore, self._ahead = frozenset(ignore), ahead
        self._marks = bytearray()

    def run(self) -> None:
        """Walk to the ends of both. Raises OSError, and as the scans."""
        a, b = self._a, self._b
        while True:
            a.fill(1)
            b.fill(1)
            if not (a.documents and b.documents):
                break
            count, whole = self._together()
            if count:
                self._ledger.paired(a.place, b.place, count)
                a.drop(count)
                b.drop(count)
            if not whole:
                self._part()
        for side in (a, b):
            while side.documents:
                self._leave(side, len(side.documents))
                side.fill(1)

    def _together(self) -> tuple[int, bool]:
        """Compare documents while their ids are the same. Return how many were, and whether one side is used up."""
        a, b, marks, count = self._a, self._b, self._marks, -1
        for count, (one, other) in enumerate(zip(a.documents, b.documents)):  # noqa: B905 - one side may go on
            if one.id != other.id or (marks and marks[hash(one.id) % _MARKS]):
                return count, False
            if (
                one.data == other.data
                and one.name == other.name
                and one.meta_json == other.meta_json
                and (one.encoding or "utf-8") == (other.encoding or "utf-8")
            ):
                continue
            if what := self._differing(one, other):
                self._ledger.differs(a.place + count, b.place + count, what)
        return count + 1, True

    def _differing(self, one: Document, other: Document) -> str:
        ignore, what = self._ignore, ""
        if one.name != other.name and "name" not in ignore:
            what += "n"
        if one.meta_json != other.meta_json and "metadata" not in ignore:
            what += "m" if spelled(one.meta_json) != spelled(other.meta_json) else ""
        if "text" not in ignore and not same_text(one, other):
            what += "t"
        return what

    def _part(self) -> None:
        """Leave what stands before the next two documents that can go together; all when there are none in sight."""
        a, b = self._a, self._b
        for count in self._ahead:
            a.fill(count)
            b.fill(count)
            ours, theirs = self._meet(count)
            if ours >= 0:
                break
        else:
            ours, theirs = min(count, len(a.documents)), min(count, len(b.documents))
        self._leave(a, ours)
        self._leave(b, theirs)

    def _meet(self, count: int) -> tuple[int, int]:
        """Return the nearest two of the next ``count`` documents that have one id; -1 for none."""
        marks = self._marks
        first: dict[str | int, int] = {}
        for at, document in enumerate(self._b.documents[:count]):
            if not (marks and marks[hash(document.id) % _MARKS]):
                first.setdefault(document.id, at)
        best, ours, theirs = 2 * count, -1, -1
        for at, document in enumerate(self._a.documents[:count]):
            if at >= best:
                break
            there = first.get(document.id, best)
            if at + there < best:
                best, ours, theirs = at + there, at, there
        return ours, theirs

    def _leave(self, side: Window, count: int) -> None:
        if not count:
            return
        self._marks = self._marks or bytearray(_MARKS)
        documents, marks = side.documents[:count], self._marks
        for document in documents:
            marks[hash(document.id) % _MARKS] = 1
        for entry in entries(documents, side.place, self._ignore):
            side.sink.add(entry)
        side.drop(count)
