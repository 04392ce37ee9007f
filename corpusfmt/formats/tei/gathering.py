"""The documents and findings since the last batch, and the source around them."""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from corpusfmt.formats.tei.encoding import Decoded
from corpusfmt.formats.tei.faults import BY_CODE
from corpusfmt.formats.tei.profile import TAG
from corpusfmt.model.collector import Collector
from corpusfmt.model.document import build
from corpusfmt.model.finding import Edit
from corpusfmt.model.format import Batch, ReadOptions
from corpusfmt.model.rows import Rows
from corpusfmt.text.position import Pointer, Region
from corpusfmt.text.primitives import occurrences

#: The bytes of UTF-8 that continue a character.
_CONTINUE: Final = bytes(range(0x80, 0xC0))


class _Piece(NamedTuple):
    data: bytes
    #: Where it begins: the offset in the stream, the line, and the code points of that line before it.
    offset: int
    line: int
    column: int


class Window:
    """A run of UTF-8 of a source. ``base`` and ``stop`` are its bounds as offsets in the stream, in bytes.

    ``head`` is the beginning of a large document that lies before it.
    """

    def __init__(self) -> None:
        self._pieces: deque[_Piece] = deque()
        self.base = self.stop = 0
        self._line, self._column = 1, 0
        self._joined = Region(b"", 0, 1)  # what was joined last: it is asked for twice
        self.head: Region | None = None

    def append(self, data: bytes) -> None:
        """Add what was read."""
        self._pieces.append(_Piece(data, self.stop, self._line, self._column))
        self.stop += len(data)
        self._line += occurrences(data, b"\n")
        end = data.rfind(b"\n") + 1
        tail = len(data[end:].translate(None, _CONTINUE))
        self._column = tail if end else self._column + tail

    def drop(self, before: int) -> None:
        """Forget the pieces that lie before a stream offset, but for the last of them: an excerpt may need it."""
        pieces = self._pieces
        while len(pieces) > 2 and pieces[2].offset <= before:
            pieces.popleft()
        self.base = pieces[0].offset if pieces else self.stop
        if self._joined.offset < self.base:
            self._joined = Region(b"", 0, 1)

    def whole(self, start: int, stop: int | None = None) -> Region:
        """Return what is held from the stream offset ``start`` on, up to ``stop`` at least, with what is around.

        Of a document of which only the head is held, this is the head.
        """
        if self.head is not None and start < self.base:
            return self.head
        pieces = self._pieces
        first = last = max(len(pieces) - 1, 0)
        while first > 0 and pieces[first].offset > start:
            first -= 1
        if stop is not None:
            while last > first and pieces[last].offset >= stop:
                last -= 1
        if not pieces:
            return Region(b"", self.stop, self._line, self._column)
        data, offset, line, column = pieces[first]
        end = pieces[last].offset + len(pieces[last].data)
        if self._joined.offset == offset and len(self._joined.buffer) == end - offset:
            return self._joined
        if last > first:
            data = b"".join([pieces[i].data for i in range(first, last + 1)])
        # The rest of a character that was cut is counted with the piece before.
        rest = len(data[:3]) - len(data[:3].lstrip(_CONTINUE))
        self._joined = Region(data, offset, line, column - rest)
        return self._joined

    def context(self, byte: int) -> Region:
        """Return a region around a stream offset, for its place and an excerpt."""
        return self.whole(byte - 300, byte + 300)

    def slice(self, start: int, stop: int) -> bytes:
        """Return the bytes between two stream offsets, as far as they are held together."""
        parts: list[memoryview] = []
        for piece in reversed(self._pieces):
            if piece.offset < stop:
                parts.append(memoryview(piece.data)[max(0, start - piece.offset) : stop - piece.offset])
            if piece.offset <= start:
                return b"".join(reversed(parts))
        region = self.whole(start, stop)
        return region.buffer[max(0, start - region.offset) : max(0, stop - region.offset)]


class Gathering:
    """Gathers documents and findings into batches. ``to_validate`` holds what a grammar is to look at."""

    def __init__(self, path: str, options: ReadOptions, source: Decoded, window: Window) -> None:
        self.options, self.source, self.window = options, source, window
        self.out = Collector(path, BY_CODE, options)
        self.batches: list[Batch] = []
        self.to_validate: list[Region] = []
        #: Whether a document, or a reason for none, has been given.
        self.any = False
        self._pointer = Pointer()
        self._first = -1  # the stream offset of the first document that is in no batch yet

    def find(
        self,
        code: str,
        message: str,
        byte: int,
        *,
        edit: Edit | None = None,
        id: str | int | None = None,
        hint: str = "",
        context: Region | None = None,
    ) -> None:
        """Add a finding at a stream offset of the UTF-8. In a source in another encoding it has no edit.

        ``context`` is what the window gave for the offset, where it holds it no more.
        """
        if not self.out.takes(code, edit):
            return
        context = context or self.context(byte)
        if edit is not None and self.source.encoding:
            edit, hint = None, "convert the file to UTF-8 first; then 'corpusfmt fix' corrects it"
        self.out.find(code, message, byte, hint, edit=edit, id=id, context=context)
        self.out.findings[-1] = self.out.findings[-1]._replace(byte=self.source_byte(byte))

    def add(self, id: str | int, name: str, data: bytes, meta: bytes, byte: int, body: int, line: int = 0) -> None:
        """Add a document whose element begins at the stream offset ``byte`` and whose text at ``body``."""
        if self._first < 0:
            self._first = byte
        if self.options.lines and not line:
            line = self.line_of(byte)
        self.out.documents.append(build(id, name, data, "utf-8", meta, (self.out.path, byte, line, body)))
        if self.window.head is not None:  # its region is not that of the documents behind it
            self.flush()

    def flush(self, refused: bytes = b"", *, cut: bool = False, fatal: bool = False) -> None:
        """Make a batch of what has been gathered."""
        out = self.out
        if not (out.documents or out.findings or out.dropped or self.to_validate):
            return
        reasons = any(found.severity == "error" or found.code == "TEI011" for found in out.findings)
        self.any = self.any or bool(out.documents) or reasons
        out.region = self.window.whole(self._first if self._first >= 0 else self.window.stop)
        source_byte = self.source_byte if self.source.encoding else None
        self.batches.append(
            out.batch(refused, cut=cut, fatal=fatal)._replace(to_validate=self.to_validate, source_byte=source_byte)
        )
        self.to_validate, self._first = [], -1

    def add_rows(self, rows: Rows, region: Region) -> None:
        """Add native documents of a region, in a batch of their own."""
        self.flush()
        self.out.region = region
        self.batches += self.out.rows(rows)
        self.any = True

    def line_of(self, byte: int) -> int:
        """Return the line of a stream offset."""
        return self.context(byte).line

    def context(self, byte: int) -> Region:
        """Return what is around a stream offset that is held."""
        return self._pointer.context(self.window.context(byte), byte)

    def source_byte(self, byte: int) -> int:
        """Return the offset in the source of a stream offset of the UTF-8."""
        if not self.source.encoding:
            return byte
        context = self.window.context(byte)
        return self.source.source_byte(byte, context.buffer, context.offset)

    def tag(self, byte: int) -> tuple[bytes, bytes]:
        """Return the tag that begins at a stream offset, as it is written, and the name in it.

        There is no name where an entity stands for the element.
        """
        raw = self.window.slice(byte, byte + 1000)
        match = TAG.match(raw) or TAG.match(self.window.slice(byte, self.window.stop))
        return (match[0], match[1]) if match else (raw[:1], b"")
