"""The documents given to a target, one entry each, stored on disk until the target was read back."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Final, NamedTuple

from corpusfmt import storage
from corpusfmt.limits import MIB
from corpusfmt.model.document import Document, text_digest
from corpusfmt.model.errors import Loss
from corpusfmt.model.loss_kinds import KINDS
from corpusfmt.model.metadata import Metadata
from corpusfmt.model.rows import Rows
from corpusfmt.text.display import quoted
from corpusfmt.text.kernel import KERNEL

#: Whether the id is an integer; the lengths of id, name and metadata, in bytes.
_FIELDS: Final = Struct("<BIII")
#: The length of an entry, and the kinds of loss that were allowed for its document.
_ENTRY: Final = Struct("<IH")
_BITS: Final = {kind.name: 1 << number for number, kind in enumerate(KINDS)}
_TEXT: Final = sum(_BITS[kind.name] for kind in KINDS if kind.of_text)


def packed(document: Document) -> bytes:
    """Return a document with the digest of its text for the text."""
    id = document.id
    key = id.encode() if isinstance(id, str) else b"%d" % id
    name, meta = document.name.encode(), document.meta_json
    head = _FIELDS.pack(isinstance(id, int), len(key), len(name), len(meta))
    return b"".join((head, key, name, meta, text_digest(document)))


def of_rows(rows: Rows, *, listed: bool) -> tuple[bytes, bytes]:
    """Return the entries of rows that lost nothing, and, if ``listed``, their lines in a receipt."""
    assert KERNEL is not None, "it makes rows"
    entries, lines, _ = KERNEL.proof(*rows.values, listed, True)
    return entries, lines


class Entry(NamedTuple):
    """A document as it is to come back, and which of its parts need not, as kinds of loss in bits."""

    packed: bytes
    lost: int

    @property
    def label(self) -> str:
        """The id, as it is shown."""
        return quoted(self._parts()[0])

    def _parts(self) -> tuple[bytes, bytes, bytes, bytes]:
        _, *lengths = _FIELDS.unpack_from(self.packed)
        at = _FIELDS.size
        parts = []
        for length in (*lengths, 32):
            parts.append(self.packed[at : at + length])
            at += length
        id, name, meta, text = parts
        return id, name, meta, text

    def difference(self, document: Document) -> str:
        """Say what of a document that came back is not as it was given; nothing when all is."""
        again = packed(document)
        if again == self.packed:
            return ""
        id, name, meta, text = self._parts()
        other = Entry(again, 0)._parts()
        if (self.packed[0], id) != (again[0], other[0]) and not self.lost & _BITS["id"]:
            return f"the id {quoted(other[0])}"
        if name != other[1] and not self.lost & _BITS["name"]:
            return f"the name {quoted(other[1])} in place of {quoted(name)}"
        if text != other[3] and not self.lost & _TEXT:
            return "another text"
        if meta != other[2] and not self.lost & _BITS["metadata"] and Metadata(meta) != document.meta:
            return "other metadata"
        return ""


class Entries:
    """The documents that a target was given, in order, on disk beside it."""

    def __init__(self, folder: str, target: str) -> None:
        self._scratch = storage.Scratch(folder, target)
        self._held: list[bytes] = []
        self._size = 0
        self.count = 0
        #: What was read of them, up to where, and how far that was given.
        self._buffer, self._position, self._at = b"", 0, 0

    def add(self, documents: Sequence[Document], losses: Sequence[Sequence[Loss]]) -> None:
        """Take documents, and the losses that were allowed for each (none: for no one). Raises OSError."""
        if isinstance(documents, Rows) and not losses:
            self._hold(of_rows(documents, listed=False)[0])
        else:
            for number, document in enumerate(documents):
                lost = 0
                for loss in losses[number] if losses else ():
                    lost |= _BITS[loss.kind]
                entry = packed(document)
                self._hold(_ENTRY.pack(len(entry), lost) + entry)
        self.count += len(documents)
        if self._size > MIB:
            self._put()

    def _hold(self, entries: bytes) -> None:
        self._held.append(entries)
        self._size += len(entries)

    def _put(self) -> None:
        self._scratch.write(b"".join(self._held))
        self._held, self._size = [], 0

    # They are given once, in order.

    def agree(self, entries: bytes) -> bool:
        """Say whether the next ones are these, which lost nothing, and then pass over them. Raises OSError."""
        if not self._has(len(entries)) or not self._buffer.startswith(entries, self._at):
            return False
        self._at += len(entries)
        return True

    def next(self) -> Entry | None:
        """Give the next one; None after the last. Raises OSError."""
        if not self._has(_ENTRY.size):
            return None
        length, lost = _ENTRY.unpack_from(self._buffer, self._at)
        self._has(_ENTRY.size + length)
        begin = self._at + _ENTRY.size
        self._at = begin + length
        return Entry(self._buffer[begin : self._at], lost)

    def _has(self, size: int) -> bool:
        """Read ahead so many bytes, and say whether there are as many."""
        if self._held:
            self._put()
        while len(self._buffer) - self._at < size:
            more = self._scratch.at(self._position, MIB)
            if not more:
                return False
            self._position += len(more)
            self._buffer, self._at = self._buffer[self._at :] + more, 0
        return True

    def close(self) -> None:
        """Let go of them."""
        self._scratch.close()
