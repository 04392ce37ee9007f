"""Getting single documents of a corpus that is read once more, forward only."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Sequence

from corpusfmt import storage
from corpusfmt.model.document import Document, build
from corpusfmt.model.errors import SourceChangedError
from corpusfmt.verbs.diff.document_numbers import Places

#: Bytes of a number in the scratch file.
_WIDTH = 8


class Fetch:
    """The documents at some places (from 0) of a corpus, in any order, each any number of times.

    Those that are passed on the way to another and are ``wanted`` are put aside, those of ``heads`` without their
    texts. ``what`` names the corpus in a message.
    """

    def __init__(
        self,
        batches: Iterator[Sequence[Document]],
        what: str,
        wanted: Places | None = None,
        heads: Places | None = None,
    ) -> None:
        self._documents = (document for batch in batches for document in batch)
        self._what = what
        self._next = 0  # the place of the next document
        self._last: Document | None = None
        self._shelves = [_Shelf(places, whole=places is wanted) for places in (wanted, heads) if places is not None]

    def get(self, place: int) -> Document:
        """Return the document at a place. Raises as the scan; SourceChangedError when it is no longer there."""
        while self._next <= place:
            if self._last is not None:
                for shelf in self._shelves:
                    shelf.put(self._next - 1, self._last)
            self._last = next(self._documents, None)
            if self._last is None:
                raise self.changed()
            self._next += 1
        if place == self._next - 1 and self._last is not None:
            return self._last
        for shelf in self._shelves:
            if place in shelf.places:
                return shelf.get(place)
        raise AssertionError("what was passed was wanted")

    def changed(self) -> SourceChangedError:
        """Return the error that says that the source is not what it was."""
        return SourceChangedError(f"{self._what} changed while it was compared; compare again")

    def close(self) -> None:
        """Let go of what was put aside."""
        for shelf in self._shelves:
            shelf.close()


class _Shelf:
    """Documents that were put aside, in a scratch file; where each begins is known by its rank among the places."""

    def __init__(self, places: Places, *, whole: bool) -> None:
        self.places, self._whole = places, whole
        self._starts = array("Q")
        self._aside: storage.Scratch | None = None
        places.count()

    def put(self, place: int, document: Document) -> None:
        if place not in self.places:
            return
        if self._aside is None:
            self._aside = storage.Scratch("", "")
            self._starts = array("Q", bytes(_WIDTH * len(self.places)))
        packed = _packed(document, document.data if self._whole else b"")
        self._starts[self.places.before(place)] = self._aside.size
        self._aside.write(len(packed).to_bytes(_WIDTH, "little") + packed)

    def get(self, place: int) -> Document:
        assert self._aside is not None, "it was put aside"
        start = self._starts[self.places.before(place)]
        size = int.from_bytes(self._aside.at(start, _WIDTH), "little")
        return _unpacked(self._aside.at(start + _WIDTH, size))

    def close(self) -> None:
        if self._aside:
            self._aside.close()


def _packed(document: Document, data: bytes) -> bytes:
    head = [document.id, document.name, document.encoding, document.origin, len(document.meta_json)]
    return b"%b\n%b%b" % (json.dumps(head).encode(), document.meta_json, data)


def _unpacked(packed: bytes) -> Document:
    head, _, rest = packed.partition(b"\n")
    id, name, encoding, origin, size = json.loads(head)
    return build(id, name, rest[size:], encoding, rest[:size], origin and tuple(origin))
