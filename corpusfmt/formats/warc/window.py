"""The part of a stream that is held while records are searched in it."""

from __future__ import annotations

from typing import Final

from corpusfmt.limits import CHUNK
from corpusfmt.model.errors import ParseError
from corpusfmt.model.format import Stream
from corpusfmt.text.position import Region
from corpusfmt.text.primitives import occurrences

#: The bytes of UTF-8 that continue a character.
_CONTINUE: Final = bytes(range(0x80, 0xC0))


class More(Exception):
    """So many bytes must be there, from the record at hand on, or the end of the stream."""

    def __init__(self, needed: int) -> None:
        self.needed = needed


class Window:
    """A run of bytes of a stream, and a position in it that only goes on.

    ``base`` is where the run begins in the stream. ``keep`` (a stream offset, or -1) holds on to what follows it.
    ``failure`` is what the file layer raised: the stream has then ended, and whoever reads it raises it again.
    """

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.buffer, self.base, self.at = b"", 0, 0
        #: The same run, with the number of its first line.
        self.region = Region(b"", 0, 1)
        self.ended = False
        self.failure: ParseError | None = None
        self.keep = -1

    def fill(self, needed: int) -> None:
        """Drop what was used, and read on until ``needed`` bytes stand from here on, or the stream ends."""
        cut = self.at if self.keep < 0 else min(self.at, self.keep - self.base)
        line = self.region.line + (occurrences(self.buffer[:cut], b"\n") if cut else 0)
        column = self._column(cut)
        held = [self.buffer[cut:]] if cut < len(self.buffer) else []
        size = len(self.buffer) - cut
        self.base += cut
        self.at -= cut
        enough = self.at + max(needed, CHUNK)
        while size < enough and (more := self._read()):
            held.append(more)
            size += len(more)
        self.buffer = held[0] if len(held) == 1 else b"".join(held)
        self.region = Region(self.buffer, self.base, line, column)

    def _column(self, cut: int) -> int:
        """Return the column of a region that begins at ``cut`` in the buffer."""
        start = self.buffer.rfind(b"\n", 0, cut) + 1
        rest = self.buffer[cut : cut + 3]
        stop = cut + len(rest) - len(rest.lstrip(_CONTINUE))  # not inside of a character
        before = len(self.buffer[start:stop].decode("utf-8", "surrogateescape")) - (stop - cut)
        return before if start else before + self.region.column

    def _read(self) -> bytes:
        if self.ended:
            return b""
        try:
            more = self.stream.read(CHUNK)
        except ParseError as error:
            self.failure, more = error, b""
        self.ended = not more
        return more

    def need(self, size: int) -> None:
        """Raise More unless so many bytes stand from here on, or the stream has ended."""
        if len(self.buffer) - self.at < size and not self.ended:
            raise More(size)
