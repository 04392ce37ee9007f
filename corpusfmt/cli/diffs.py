"""How a diff is printed: as it is for a program, and safe to look at on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

from corpusfmt.core.text import shown

#: So many characters of a line are shown on a terminal.
WIDEST: Final = 1000
#: A character has at most four bytes.
_HELD: Final = 4 * WIDEST + 8


def printer() -> Callable[[bytes], None]:
    """Return what prints the pieces of a diff to standard output."""
    if sys.stdout.isatty():
        return Screen(print).write
    sys.stdout.flush()

    def write(data: bytes) -> None:
        sys.stdout.buffer.write(data)

    return write


class Screen:
    """Takes the pieces of a diff and gives lines that are safe to show, each cut to ``WIDEST`` characters."""

    def __init__(self, show: Callable[[str], object]) -> None:
        self._show = show
        self._line, self._size = b"", 0

    def write(self, data: bytes) -> None:
        """Take a piece."""
        *whole, rest = data.split(b"\n")
        for part in whole:
            self._take(part)
            self._end()
        self._take(rest)

    def _take(self, part: bytes) -> None:
        self._size += len(part)
        self._line += part[: max(0, _HELD - len(self._line))]

    def _end(self) -> None:
        line = shown(self._line, WIDEST)
        if line.endswith("…") and (self._size > len(self._line) or len(self._line) > WIDEST):
            line += f" (a line of {self._size - 1:,} bytes)"
        self._show(line)
        self._line, self._size = b"", 0
