"""Pairing by id: an entry for each document without a partner so far, ledgers of both sides, and one pass over both."""

from __future__ import annotations

from binascii import b2a_base64
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from hashlib import blake2b, sha256
from typing import Final, NamedTuple

from corpusfmt import storage
from corpusfmt.limits import MIB
from corpusfmt.model.document import Document, characters
from corpusfmt.model.metadata import EMPTY
from corpusfmt.text.json_facts import spelled
from corpusfmt.verbs.diff.difference import Kind
from corpusfmt.verbs.diff.document_numbers import Places, Runs

#: Bytes of a part: in base64 they fill 24 characters, without a line end among them.
_SIZE: Final = 18
#: UTF-8 has no such byte. It fills up what is short, and begins what is a digest (of 136 bits, or of 144).
_FILLER: Final = b"\xff"
_NOTHING: Final = _FILLER * _SIZE
#: An entry: what stands for the id, the place (hexadecimal), and what stands for name, metadata and text.
ID: Final = slice(0, 24)
PLACE: Final = slice(24, 36)
NAME: Final = slice(36, 60)
METADATA: Final = slice(60, 84)
TEXT: Final = slice(84, 108)
CONTENT: Final = slice(36, 108)


def entries(documents: Sequence[Document], first: int, ignore: Collection[str]) -> Iterator[bytes]:
    """Give the entries of documents in a row, from the place ``first`` on; what is ignored is equal in all."""
    no_name, no_metadata, no_text = "name" in ignore, "metadata" in ignore, "text" in ignore
    for place, document in enumerate(documents, first):
        id, meta = document.id, document.meta_json
        kind = "s" if isinstance(id, str) else "i"  # 7 is not "7"
        parts = (
            _NOTHING if no_name else _part(document.name),
            _NOTHING if no_metadata or meta == EMPTY else _short(spelled(meta)),
            _NOTHING if no_text else _text(document),
        )
        yield b"%b%012x%b" % (
            b2a_base64(_part(f"{kind}{id}"), newline=False),
            place,
            b2a_base64(b"".join(parts), newline=False),
        )


def _part(text: str) -> bytes:
    return _short(text.encode("utf-8", "surrogatepass"))


def _short(data: bytes) -> bytes:
    """Return what stands for UTF-8: itself where there is room for it, else a digest."""
    return data.ljust(_SIZE, _FILLER) if len(data) <= _SIZE else _FILLER + sha256(data).digest()[: _SIZE - 1]


def _text(document: Document) -> bytes:
    if (text := characters(document)) is None:  # equal only to the same bytes that are declared the same
        key = (document.encoding or "").encode()[:64]
        return blake2b(document.data, digest_size=_SIZE, key=key).digest()
    return sha256(text).digest()[:_SIZE]


class Line(NamedTuple):
    """A difference as it is kept: its kind, the places in the old and the new corpus (from 0; -1 for none), and what is
    changed: ``m`` for metadata, ``t`` for text. Those of ``reordered`` are both in the new corpus.
    """

    kind: Kind
    a: int
    b: int
    what: str


#: The kinds, in the order in which they are reported for one document. The new corpus comes first, in its order.
_CODES: Final[dict[str, Kind]] = {
    "0": "added", "1": "renamed", "2": "changed", "3": "moved", "4": "removed", "5": "reordered",
}  # fmt: skip
_NEW, _OLD, _LAST = b"0", b"1", b"2"


class _First:
    """Takes lines in any order and keeps those that come first when they are sorted."""

    def __init__(self, count: int, line: bytes) -> None:
        self._count, self._lines, self._last = count, [line], b"~"

    def add(self, line: bytes) -> None:
        if line < self._last:
            self._lines.append(line)
            if len(self._lines) > 4 * self._count:
                self._lines = self.lines()
                self._last = self._lines[-1]

    def lines(self) -> list[bytes]:
        return sorted(self._lines)[: self._count]


class Ledger:
    """Takes what differs, in any order, and gives it in that of the new corpus; what was removed after it, in that of
    the old one. ``counts`` counts the differences by kind, ``pairs`` the documents that are in both, and ``unequal``
    those of them that differ. Of each kind the first ``cap`` are kept, with 0 all.
    """

    def __init__(self, cap: int = 0) -> None:
        self.counts: Counter[Kind] = Counter()
        self.pairs = 0
        self.unequal = Places()
        self.lone_a, self.lone_b = Places(), Places()
        self.runs = Runs()
        #: Documents of the old corpus that are looked up again, if all are reported.
        self.wanted = Places()
        self._lines = storage.Sorter(held=4 * MIB)
        self._cap = cap
        self._first: dict[Kind, _First] = {}

    def removed(self, a: int) -> None:
        """Note that the document at ``a`` of the old corpus has no partner. Raises OSError, as all that follow."""
        self.lone_a.add(a)
        self._note(b"%b%012x4" % (_OLD, a), "removed")

    def added(self, b: int) -> None:
        """Note that the document at ``b`` of the new corpus has no partner."""
        self.lone_b.add(b)
        self._note(b"%b%012x0" % (_NEW, b), "added")

    def paired(self, a: int, b: int, length: int = 1) -> None:
        """Note that documents from ``a`` and from ``b`` on are the same by their ids."""
        self.pairs += length
        self.runs.add(a, b, length)

    def differs(self, a: int, b: int, what: str) -> None:
        """Note that a pair differs in its name (``n``), metadata (``m``) or text (``t``)."""
        self.wanted.add(a)
        self.unequal.add(b)
        if "n" in what:
            self._note(b"%b%012x1%012x" % (_NEW, b, a), "renamed")
        if what := what.replace("n", ""):
            self._note(b"%b%012x2%012x%b" % (_NEW, b, a, what.encode()), "changed")

    def moved(self, a: int, b: int) -> None:
        """Note that a pair stands in another order than the rest."""
        self.unequal.add(b)
        self._note(b"%b%012x3%012x" % (_NEW, b, a), "moved")

    def reordered(self, first: int, last: int) -> None:
        """Note that pairs stand in another order, between two places of the new corpus."""
        self._note(b"%b%012x5%012x" % (_LAST, last, first), "reordered")

    def _note(self, line: bytes, kind: Kind) -> None:
        self.counts[kind] += 1
        if not self._cap:
            self._lines.add(line)
        elif kind in self._first:
            self._first[kind].add(line)
        else:
            self._first[kind] = _First(self._cap, line)

    def lines(self) -> Iterator[Line]:
        """Give what is kept, in order; once. Raises OSError."""
        for first in self._first.values():
            for line in first.lines():
                self._lines.add(line)
        for line in self._lines.lines():
            text = line.decode().rstrip("\n")
            kind = _CODES[text[13]]
            place, other = int(text[1:13], 16), int(text[14:26] or "-1", 16)
            yield Line(kind, place, -1, "") if kind == "removed" else Line(kind, other, place, text[26:])

    def close(self) -> None:
        """Let go of what was put aside."""
        self._lines.close()
        self.runs.close()


def join(a: Iterator[bytes], b: Iterator[bytes], ledger: Ledger) -> None:
    """Pair the sorted entries of two sides. Of several with one id the first goes with the first. Raises OSError."""
    one, other = next(a, b""), next(b, b"")
    while one and other:
        ours, theirs = one[ID], other[ID]
        if ours == theirs:
            here, there = int(one[PLACE], 16), int(other[PLACE], 16)
            ledger.paired(here, there)
            if one[CONTENT] != other[CONTENT]:
                ledger.differs(here, there, _what(one, other))
            one, other = next(a, b""), next(b, b"")
        elif ours < theirs:
            ledger.removed(int(one[PLACE], 16))
            one = next(a, b"")
        else:
            ledger.added(int(other[PLACE], 16))
            other = next(b, b"")
    while one:
        ledger.removed(int(one[PLACE], 16))
        one = next(a, b"")
    while other:
        ledger.added(int(other[PLACE], 16))
        other = next(b, b"")


def _what(one: bytes, other: bytes) -> str:
    parts = (("n", NAME), ("m", METADATA), ("t", TEXT))
    return "".join([letter for letter, part in parts if one[part] != other[part]])
