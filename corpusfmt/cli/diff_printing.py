"""Printing a diff: exact for a program, escaped on a terminal."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from corpusfmt.text.display import shown

#: So many characters of a line are shown on a terminal.
WIDEST: Final = 1000
#: A character has at most four bytes.
_HELD: Final = 4 * WIDEST + 8


@contextmanager
def printing() -> Iterator[Callable[[bytes], None]]:
    """Give what prints the pieces of a diff to standard output.

    A program gets them as they are. On GitHub Actions a pipe may be the log: there the runner is told, in a line before
    the diff and one after it, to obey nothing between. ``patch`` and ``git apply`` pass over such lines.
    """
    if sys.stdout.isatty():
        yield Screen(print).write
        return
    token = os.urandom(16).hex() if os.environ.get("GITHUB_ACTIONS") and not _is_file() else ""
    begun = False

    def write(data: bytes) -> None:
        nonlocal begun
        if token and not begun:
            sys.stdout.buffer.write(b"::stop-commands::%b\n" % token.encode())
        begun = True
        sys.stdout.buffer.write(data)

    sys.stdout.flush()
    try:
        yield write
    finally:
        if token and begun:
            sys.stdout.buffer.write(b"::%b::\n" % token.encode())


def _is_file() -> bool:
    """Say whether standard output goes to a file, which is no log."""
    try:
        return stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
    except (OSError, ValueError):
        return False


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
