"""From a byte offset to line, column and excerpt."""

from __future__ import annotations

from typing import NamedTuple

from corpusfmt.text.display import shown

_BEFORE, _AFTER = 60, 60
#: The bytes of UTF-8 that continue a character.
_CONTINUED = frozenset([bytes([byte]) for byte in range(0x80, 0xC0)])


class Place(NamedTuple):
    """A place in a source. ``line`` and ``column`` count from 1, columns in code points (a byte that is
    not UTF-8 counts as one); ``byte`` counts from 0 in the decompressed stream.
    """

    line: int
    column: int
    byte: int


class Region(NamedTuple):
    """A run of bytes of a source that begins at the start of a line.

    ``offset`` is where it begins in the decompressed stream, in bytes; ``line`` is the number of its
    first line, from 1. ``column`` is 0, but where a line was cut: the code points of it before the region. Where a
    character was cut too, it is less by each byte that the region has of it.
    """

    buffer: bytes
    offset: int
    line: int
    column: int = 0

    def place(self, byte: int) -> Place:
        """Return the place of the stream offset ``byte``, which lies in this region or at its end."""
        at = byte - self.offset
        start = self.buffer.rfind(b"\n", 0, at) + 1
        column = len(self.buffer[start:at].decode("utf-8", "surrogateescape")) + 1 + (0 if start else self.column)
        return Place(self.line + self.buffer.count(b"\n", 0, start), max(1, column), byte)

    def excerpt(self, byte: int) -> tuple[str, int]:
        """Return the line around ``byte``, clipped and safe to show, and the index of the fault in it."""
        at = byte - self.offset
        start = max(self.buffer.rfind(b"\n", 0, at) + 1, at - 4 * _BEFORE)
        stop = self.buffer.find(b"\n", at, at + 4 * _AFTER)
        if stop < 0:
            stop = min(len(self.buffer), at + 4 * _AFTER)
        before = _whole(self.buffer[start:at].decode("utf-8", "surrogateescape"))[-_BEFORE:]
        after = self.buffer[at:stop].decode("utf-8", "surrogateescape")[:_AFTER]
        line = before + after
        if line.isprintable() and "#" not in line:  # as most are
            return line, len(before)
        whole, tail = shown(line), shown(after)
        caret = len(whole) - len(tail)
        return whole[:caret] + tail.removesuffix("\\r"), caret


class Pointer:
    """Finds places in a region, one after the other, without counting its lines and columns anew for each."""

    def __init__(self) -> None:
        self._region = Region(b"", -1, 1)  # none that is asked for
        #: Where the line at hand begins in the buffer, and up to where lines and columns are counted.
        self._start = self._at = 0
        self._line, self._column = 1, 0

    def context(self, region: Region, byte: int) -> Region:
        """Return what is around the stream offset ``byte``, in its line, as a region of its own."""
        buffer = region.buffer
        at = byte - region.offset
        if self._region.buffer is not buffer or self._region.offset != region.offset:
            self._begin(region)
        if at < self._at or self._cut(buffer, at) < self._at:  # what is shown lies before what has been counted
            self._begin(region)
        cut = self._cut(buffer, at)
        if self._start > self._at:
            self._line += buffer.count(b"\n", self._at, self._start)
            self._at, self._column = self._start, 0
        self._column += len(buffer[self._at : cut].decode("utf-8", "surrogateescape"))
        self._at = cut
        return Region(buffer[cut : at + 4 * _AFTER], region.offset + cut, self._line, self._column)

    def _begin(self, region: Region) -> None:
        self._region, self._start, self._at = region, 0, 0
        self._line, self._column = region.line, region.column

    def _cut(self, buffer: bytes, at: int) -> int:
        """Find the line of a place, and return where what is shown of it begins: not inside of a character."""
        self._start = max(buffer.rfind(b"\n", self._at, at) + 1, self._start)
        cut = max(self._start, at - 4 * _BEFORE)
        for lead in range(cut, max(self._start, cut - 3) - 1, -1):
            if buffer[lead : lead + 1] not in _CONTINUED:
                return lead
        return cut


def _whole(text: str) -> str:
    """Drop the up to three bytes of a character that clipping cut off at the left."""
    cut = 0
    while cut < min(3, len(text)) and "\udc80" <= text[cut] <= "\udcbf":
        cut += 1
    return text[cut:]
