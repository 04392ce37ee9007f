"""Explaining differences: different documents are read again, and the first difference of each part is found."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Sequence

from corpusfmt import storage
from corpusfmt.model.document import Document, build
from corpusfmt.model.errors import SourceChangedError
from corpusfmt.text.display import quoted, shown
from corpusfmt.verbs.diff.difference import Difference, MetadataDifference, TextDifference
from corpusfmt.verbs.diff.document_numbers import Places
from corpusfmt.verbs.diff.pair_by_id import Line
from corpusfmt.verbs.diff.texts import text_difference
from corpusfmt.verbs.diff.values import metadata_difference

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


#: Characters of a name, and of a JSON Pointer, that are shown.
_SHOWN = 200
_ONLY = {
    "line ends": "only line ends differ", "NFC": "only normalisation differs (NFC)",
    "white space": "only white space differs", "NFKC": "only normalisation differs (NFKC)",
}  # fmt: skip


def explained(line: Line, a: Fetch, b: Fetch) -> Difference:
    """Return what is reported for a difference, of which both sides are read again.

    Raises OSError, and as the scans; SourceChangedError when a source has changed.
    """
    kind = line.kind
    places = (line.a + 1, line.b + 1)
    if kind == "reordered":
        first, last = places
        message = f"from place {first:,} to {last:,}, too many documents to determine which of them moved"
        return Difference(kind, None, "", message, places=places)
    if kind == "removed":
        document = a.get(line.a)
        return Difference(kind, document.id, document.name, "", document.origin, None, places)
    document = b.get(line.b)
    if kind == "added":
        return Difference(kind, document.id, document.name, "", None, document.origin, places)
    if kind == "moved":
        message = f"from place {places[0]:,} to {places[1]:,}"
        return Difference(kind, document.id, document.name, message, None, document.origin, places)
    before = a.get(line.a)
    text: TextDifference | None = None
    metadata: MetadataDifference | None = None
    parts = []
    if kind == "renamed" and before.name != document.name:
        parts.append(f"{quoted(before.name, _SHOWN)} -> {quoted(document.name, _SHOWN)}")
    if "t" in line.what and (text := text_difference(before, document)):
        parts.append(_about_text(text))
    if "m" in line.what and (metadata := metadata_difference(before.meta_json, document.meta_json)):
        parts.append(_about_metadata(metadata))
    if before.id != document.id or not parts:
        raise b.changed()
    return Difference(
        kind, document.id, document.name, "; ".join(parts), before.origin, document.origin, places, text, metadata
    )


def _about_text(found: TextDifference) -> str:
    if found.only == "encoding":
        return f"text: the same bytes, which are neither {found.old} nor {found.new}"
    place = f"byte {found.byte:,} of the text"
    if found.line:
        place = f"line {found.line:,}, column {found.column:,} ({place})"
    only = f", {_ONLY[found.only]}" if found.only else ""
    return f'text: {place}: "{found.old}" -> "{found.new}"{only}'


def _about_metadata(found: MetadataDifference) -> str:
    where = f" {shown(found.pointer, _SHOWN)}" if found.pointer else ""
    if found.old is None and found.new is None:
        return f"metadata{where}: the order of keys differs"
    old, new = ("nothing" if value is None else value for value in (found.old, found.new))
    return f"metadata{where}: {old} -> {new}"
