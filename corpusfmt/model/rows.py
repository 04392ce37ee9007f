"""Documents as rows of a table: what many documents are read into and written from without one of them being made."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, overload

from corpusfmt.model.document import Document, build
from corpusfmt.model.metadata import EMPTY
from corpusfmt.text.kernel import KERNEL

#: The columns of a row: where its record begins in the buffer, and its text as it is written there; start and stop of
#: id, name, text and metadata (equal: none); whether the id is an integer, or was made; and the line of the record (0:
#: not known).
COLUMNS = 12
_ID, _NAME = 2, 4
_INTEGER, _MADE = 1, 2
TEXT, TEXT_STOP = 6, 7
#: Of so many pieces of a region that need a closer look the kernel reads what is between them; behind them it does not.
#: Those before which it read at least so many documents do not count.
MOST_ODD = 16
WORTHWHILE = 10


class Values(NamedTuple):
    """What the offsets of rows point to: a buffer, and behind it an arena of what was unescaped."""

    buffer: bytes
    arena: bytes
    table: bytes


class Rows(Sequence[Document]):
    """Documents whose values are offsets into a buffer. ``rows[i]`` makes a document.

    All texts are valid UTF-8, and metadata is a JSON object that has nothing to remark on. ``offset`` is where the
    buffer stands in the source ``path``; ``encoding`` is None or utf-8.
    """

    def __init__(self, values: Values, path: str, offset: int, encoding: str | None = None) -> None:
        self.values, self._path, self._offset, self._encoding = values, path, offset, encoding
        self._at = memoryview(values.table).cast("q")
        self._size = len(values.buffer)
        self._made: list[Document] | None = None

    def __len__(self) -> int:
        return len(self._at) // COLUMNS

    @overload
    def __getitem__(self, number: int) -> Document: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Document]: ...
    def __getitem__(self, number: int | slice) -> Document | Sequence[Document]:
        if isinstance(number, slice):
            return [self[at] for at in range(*number.indices(len(self)))]
        return self._document(range(len(self))[number]) if self._made is None else self._made[number]

    def __iter__(self) -> Iterator[Document]:
        if self._made is None:  # whoever takes documents goes over them several times
            self._made = [self._document(number) for number in range(len(self))]
        return iter(self._made)

    def _document(self, number: int) -> Document:
        at = number * COLUMNS
        begin, body, id_start, id_stop, name, name_stop, text, text_stop, meta, meta_stop, flags, line = self._at[
            at : at + COLUMNS
        ].tolist()
        identifier: str | int = self._bytes(id_start, id_stop).decode()
        if flags & _INTEGER:
            identifier = int(identifier)
        return build(
            identifier,
            self._bytes(name, name_stop).decode(),
            self._bytes(text, text_stop),
            self._encoding,
            self._bytes(meta, meta_stop) if meta_stop else EMPTY,
            (self._path, self._offset + begin, line, self._offset + body),
        )

    def only(self, numbers: Sequence[int]) -> Rows:
        """The rows of these numbers, over the same buffer."""
        table, size = self.values.table, COLUMNS * self._at.itemsize
        chosen = b"".join([table[number * size : (number + 1) * size] for number in numbers])
        return Rows(self.values._replace(table=chosen), self._path, self._offset, self._encoding)

    @property
    def made(self) -> list[int]:
        """The numbers of the documents whose ids were made."""
        flags = self._at[COLUMNS - 2 :: COLUMNS].tolist()
        return [number for number, flag in enumerate(flags) if flag & _MADE] if any(flags) else []

    @property
    def ids(self) -> list[str]:
        """The ids, integers as text."""
        return self._strings(_ID)

    @property
    def names(self) -> list[str]:
        """The names."""
        return self._strings(_NAME)

    @property
    def texts(self) -> bytes:
        """The texts in UTF-8, with a line feed between two of them."""
        return self._joined(TEXT)

    @property
    def lines(self) -> list[int]:
        """The lines of the records; 0 where they are not known."""
        return self._at[COLUMNS - 1 :: COLUMNS].tolist()

    def _strings(self, column: int) -> list[str]:
        found = self._joined(column).decode().split("\n")
        if len(found) == len(self):
            return found
        spans = zip(self._at[column::COLUMNS], self._at[column + 1 :: COLUMNS], strict=True)
        return [self._bytes(start, stop).decode() for start, stop in spans]

    def _joined(self, column: int) -> bytes:
        assert KERNEL is not None, "it makes rows"
        return KERNEL.column(*self.values, column)

    @property
    def first_blank(self) -> int:
        """The number of the first document whose text may be white space alone, or how many documents there are."""
        assert KERNEL is not None, "it makes rows"
        return KERNEL.first_blank(*self.values)

    def _bytes(self, start: int, stop: int) -> bytes:
        if stop <= self._size:
            return self.values.buffer[start:stop]
        return self.values.arena[start - self._size : stop - self._size]


class Pieces(Sequence[bytes]):
    """Pieces of a target that stand one after the other in one buffer."""

    def __init__(self, data: bytes, ends: bytes) -> None:
        self.data = data
        self._ends = memoryview(ends).cast("q")

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, number: int) -> bytes: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[bytes]: ...
    def __getitem__(self, number: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(number, slice):
            return [self[at] for at in range(*number.indices(len(self)))]
        at = range(len(self))[number]
        return self.data[self._ends[at - 1] if at else 0 : self._ends[at]]

    @property
    def sizes(self) -> list[int]:
        """The bytes of each piece."""
        ends = self._ends.tolist()
        return [end - begin for begin, end in zip([0, *ends], ends, strict=False)]

    def between(self, start: int, stop: int) -> Pieces:
        """The pieces from ``start`` to before ``stop``."""
        first = self._ends[start - 1] if start else 0
        ends = array("q", [end - first for end in self._ends[start:stop]])
        return Pieces(self.data[first : self._ends[stop - 1]], ends.tobytes())


def encoded(
    rows: Rows,
    fast: Callable[[Values, int], tuple[bytes, bytes, int]],
    slow: Callable[[Sequence[Document]], Sequence[bytes]],
) -> Pieces:
    """Encode rows, the usual ones ``fast`` from one on, which says where it stops, and single ones between them
    ``slow``.
    """
    parts: list[bytes] = []
    ends = array("q")
    size = done = 0
    for number in range(MOST_ODD):
        data, some, done = fast(rows.values, done)
        if not number and done == len(rows):
            return Pieces(data, some)
        parts.append(data)
        ends.extend(size + end for end in memoryview(some).cast("q"))
        size += len(data)
        last = len(rows) if number == MOST_ODD - 1 else done + 1
        for piece in slow(rows[done:last]):
            parts.append(piece)
            size += len(piece)
            ends.append(size)
        done = last
        if done >= len(rows):
            break
    return Pieces(b"".join(parts), ends.tobytes())
