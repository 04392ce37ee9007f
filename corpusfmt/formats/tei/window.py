"""The part of a stream that is held: what has been read and may still be needed, in pieces as they came."""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from corpusfmt.text.position import Region
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
    """A run of UTF-8 of a source. ``base`` and ``stop`` are its bounds as offsets in the stream, in bytes."""

    def __init__(self) -> None:
        self._pieces: deque[_Piece] = deque()
        self.base = self.stop = 0
        self._line, self._column = 1, 0

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

    def whole(self, start: int, stop: int | None = None) -> Region:
        """Return what is held from the stream offset ``start`` on, up to ``stop`` at least, with what is around."""
        pieces = self._pieces
        first = last = max(len(pieces) - 1, 0)
        while first > 0 and pieces[first].offset > start:
            first -= 1
        if stop is not None:
            while last > first and pieces[last].offset >= stop:
                last -= 1
        if not pieces:
            return Region(b"", self.stop, self._line, self._column)
        chosen = [pieces[i] for i in range(first, last + 1)]
        data = chosen[0].data if len(chosen) == 1 else b"".join([piece.data for piece in chosen])
        _, offset, line, column = chosen[0]
        # The rest of a character that was cut is counted with the piece before.
        rest = len(data[:3]) - len(data[:3].lstrip(_CONTINUE))
        return Region(data, offset, line, column - rest)

    def context(self, byte: int) -> Region:
        """Return a region around a stream offset, for its place and an excerpt."""
        return self.whole(byte - 300, byte + 300)

    def slice(self, start: int, stop: int) -> bytes:
        """Return the bytes between two stream offsets, as far as they are held."""
        for piece in reversed(self._pieces):
            if piece.offset <= start:
                if stop <= piece.offset + len(piece.data):
                    return piece.data[start - piece.offset : max(stop - piece.offset, 0)]
                break
        region = self.whole(start, stop)
        return region.buffer[max(0, start - region.offset) : max(0, stop - region.offset)]
