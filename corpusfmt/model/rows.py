"""Documents as rows of a table: what many documents are read into and written from without one of them being made."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, overload

from corpusfmt.model.document import Document, build
from corpusfmt.model.metadata import EMPTY
from corpusfmt.text.kernel import KERNEL

#: The columns of a row: where its record begins in the buffer, and its text as it is written there; start and stop of
#: id, name, text and metadata (equal: none); whether the id is an integer, or was made; and the line of the record (0:
#: not known).
COLUMNS = 12
ID, NAME, TEXT, TEXT_STOP, METADATA = 2, 4, 6, 7, 8
_INTEGER, _MADE = 1, 2
#: Of so many pieces of a region that need a closer look the kernel reads what is between them; behind them it does not.
#: Those before which it read at least so many documents do not count.
MOST_ODD = 16
WORTHWHILE = 10


class Values(NamedTuple):
    """What the offsets of rows point to: a buffer, and behind it an arena of what was unescaped."""

    buffer: bytes
    arena: bytes
    table: bytes


class RowLosses(NamedTuple):
    """What of rows a target cannot hold: by kind of loss, the numbers of those that have it; and the numbers of those
    of which only the documents tell. A number may be in both.
    """

    kinds: Mapping[str, Sequence[int]] = {}
    doubtful: Collection[int] = ()


class Rows(Sequence[Document]):
    """Documents whose values are offsets into a buffer. ``rows[i]`` makes a document.

    All texts are valid UTF-8, and metadata is a JSON object that has nothing to remark on. ``offset`` is where the
    buffer stands in the source ``path``; ``encoding`` is None or utf-8.
    """

    def __init__(self, values: Values, path: str, offset: int, encoding: str | None = None) -> None:
        self.values, self._path, self._offset, self._encoding = values, path, offset, encoding
        self._at = memoryview(values.table).cast("q")
        self._size = len(values.buffer)
        #: The documents that were made, by number, and the numbers of these by identity.
        self._made: dict[int, Document] = {}
        self._numbers: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._at) // COLUMNS

    @overload
    def __getitem__(self, number: int) -> Document: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Document]: ...
    def __getitem__(self, number: int | slice) -> Document | Sequence[Document]:
        if isinstance(number, slice):
            numbers = range(len(self))[number]
            return [self._document(one) for one in numbers] if self._made else self.only(numbers)
        return self._document(range(len(self))[number])

    def __iter__(self) -> Iterator[Document]:
        return iter([self._document(number) for number in range(len(self))])

    def number_of(self, document: Document) -> int:
        """The number of one of the documents; -1 for another one."""
        return self._numbers.get(id(document), -1)

    def _document(self, number: int) -> Document:
        document = self._made.get(number)
        if document is None:  # whoever takes documents goes over them several times
            document = self._made[number] = self._build(number)
            self._numbers[id(document)] = number
        return document

    def _build(self, number: int) -> Document:
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
        if isinstance(numbers, range) and numbers.step == 1:
            chosen = table[numbers.start * size : numbers.stop * size]
        else:
            chosen = b"".join([table[number * size : (number + 1) * size] for number in numbers])
        return Rows(self.values._replace(table=chosen), self._path, self._offset, self._encoding)

    def numbered(self, first: int, line: int) -> Rows:
        """The same rows, with their lines; the buffer is in a line at the offset ``first``, before any of them."""
        assert KERNEL is not None, "it makes rows"
        table = KERNEL.numbered(self.values.buffer, self.values.table, first, line)
        return Rows(self.values._replace(table=table), self._path, self._offset, self._encoding)

    @property
    def begins(self) -> list[int]:
        """The offsets in the buffer where the records begin."""
        return self._at[::COLUMNS].tolist()

    @property
    def made(self) -> list[int]:
        """The numbers of the documents whose ids were made."""
        flags = self._at[COLUMNS - 2 :: COLUMNS].tolist()
        return [number for number, flag in enumerate(flags) if flag & _MADE] if any(flags) else []

    @property
    def integers(self) -> list[int]:
        """The numbers of the documents whose ids are integers."""
        return [number for number, flag in enumerate(self._at[COLUMNS - 2 :: COLUMNS].tolist()) if flag & _INTEGER]

    @property
    def ids(self) -> list[str]:
        """The ids, integers as text."""
        return self._strings(ID)

    @property
    def names(self) -> list[str]:
        """The names."""
        return self._strings(NAME)

    @property
    def metadata(self) -> list[bytes]:
        """The metadata as JSON."""
        return [one or EMPTY for one in self.each(METADATA)]

    @property
    def texts(self) -> bytes:
        """The texts in UTF-8, with a line feed between two of them."""
        return self._joined(TEXT)

    @property
    def lines(self) -> list[int]:
        """The lines of the records; 0 where they are not known."""
        return self._at[COLUMNS - 1 :: COLUMNS].tolist()

    def longer(self, column: int, size: int) -> list[int]:
        """The numbers of the rows whose value, as it is written there, has more bytes."""
        if len(self.values.buffer) <= size and len(self.values.arena) <= size:
            return []
        starts, stops = (self._at[at::COLUMNS].tolist() for at in (column, column + 1))
        return [at for at, (start, stop) in enumerate(zip(starts, stops, strict=True)) if stop - start > size]

    def where(self, column: int, look: Callable[[bytes], bool]) -> list[int]:
        """The numbers of the rows in whose value ``look`` finds something.

        It must find in several values, with a line feed between two, what it finds in one of them.
        """
        if not look(self._joined(column)):
            return []
        return [at for at, value in enumerate(self.each(column)) if look(value)]

    def each(self, column: int) -> list[bytes]:
        """The values of all rows that begin in a column."""
        found = self._joined(column).split(b"\n")
        if len(found) == len(self):
            return found
        spans = zip(self._at[column::COLUMNS], self._at[column + 1 :: COLUMNS], strict=True)
        return [self._bytes(start, stop) for start, stop in spans]

    def _strings(self, column: int) -> list[str]:
        found = self._joined(column).decode().split("\n")
        return found if len(found) == len(self) else [value.decode() for value in self.each(column)]

    def _joined(self, column: int) -> bytes:
        assert KERNEL is not None, "it makes rows"
        return KERNEL.column(*self.values, column)

    @property
    def blanks(self) -> list[int]:
        """The numbers of the documents whose texts may be white space alone."""
        assert KERNEL is not None, "it makes rows"
        found: list[int] = []
        buffer, arena, table = self.values
        rest, size, at = memoryview(table), COLUMNS * self._at.itemsize, 0
        while (at := at + KERNEL.first_blank(buffer, arena, rest[at * size :])) < len(self):
            found.append(at)
            at += 1
        return found

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
            start, stop, step = number.indices(len(self))
            return [self[at] for at in range(start, stop, step)] if step != 1 else self._between(start, stop)
        at = range(len(self))[number]
        return self.data[self._begin(at) : self._ends[at]]

    def __iter__(self) -> Iterator[bytes]:
        begin = 0
        for end in self._ends.tolist():
            yield self.data[begin:end]
            begin = end

    def parts(self, first: int, least: int) -> list[bytes]:
        """The pieces, joined: the fewest that have ``first`` bytes, the fewest of the next that have ``least``, and so
        on.
        """
        found, at, begin, wanted = [], 0, 0, first
        while at < len(self._ends):
            at = min(bisect_left(self._ends, begin + wanted, at), len(self._ends) - 1) + 1
            found.append(self.data[begin : self._ends[at - 1]])
            begin, wanted = self._ends[at - 1], least
        return found

    def sizes(self, each: int = 1) -> list[int]:
        """The bytes of so many pieces together, and of the next so many."""
        ends = self._ends[each - 1 :: each].tolist()
        return [end - begin for begin, end in zip([0, *ends], ends, strict=False)]

    def _begin(self, at: int) -> int:
        return self._ends[at - 1] if at else 0

    def _between(self, start: int, stop: int) -> Pieces:
        first, stop = self._begin(start), max(start, stop)
        ends = array("q", [end - first for end in self._ends[start:stop]])
        return Pieces(self.data[first : self._begin(stop)], ends.tobytes())


def joined(pieces: Sequence[bytes]) -> bytes:
    """Join pieces."""
    return pieces.data if isinstance(pieces, Pieces) else b"".join(pieces)


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
