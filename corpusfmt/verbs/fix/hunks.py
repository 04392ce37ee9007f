"""The hunks of a unified diff: what differs, with lines around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Final

from corpusfmt import storage
from corpusfmt.limits import CHUNK

#: So many equal lines stand before and after what differs.
_CONTEXT: Final = 3
_NO_END: Final = b"\n\\ No newline at end of file\n"


class Hunks:
    """Takes equal and different lines in order and shows hunks, the first after a head that names the file.

    New lines, and equal ones, are told by where they begin and end in the new text.
    """

    def __init__(self, name: bytes, new: storage.Scratch, show: Callable[[bytes], None]) -> None:
        self._new, self._show = new, show
        self._head = b"--- %b\n+++ %b\n" % (name, name)
        #: Lines of either text so far, and where the open hunk begins.
        self._old_lines = self._new_lines = self._old_start = self._new_start = 0
        #: Lines of either text in the hunk.
        self._old_count = self._new_count = 0
        #: The last equal lines that are in no hunk yet.
        self._near: list[tuple[int, int]] = []
        self._body: storage.Pile | None = None

    def equal(self, start: int, stop: int) -> None:
        """Take whole lines that both texts have: any number up to ``CHUNK`` bytes, or one that is longer."""
        count, lines = 1, [(start, stop)]
        if stop - start <= CHUNK:
            count, lines = _lines_at_ends(self._new.at(start, stop - start), start)
        near = self._near + lines
        if self._body is not None and len(near) > 2 * _CONTEXT:
            self._near = near[:_CONTEXT]
            self.end()
        self._near = near if self._body is not None else near[-_CONTEXT:]
        self._old_lines += count
        self._new_lines += count

    def change(self, old: Iterable[bytes], start: int, stop: int) -> None:
        """Take lines of the old text, in pieces, in the place of which the new one has others. Raises OSError."""
        if self._body is None:
            self._body = storage.Pile(self._new.folder, self._new.name)
            self._old_start = self._old_lines - len(self._near)
            self._new_start = self._new_lines - len(self._near)
            self._old_count = self._new_count = 0
        self._add_context()
        gone = self._put(b"-", old)
        come = self._put(b"+", self._pieces(start, stop))
        self._old_lines, self._old_count = self._old_lines + gone, self._old_count + gone
        self._new_lines, self._new_count = self._new_lines + come, self._new_count + come

    def _add_context(self) -> None:
        for start, stop in self._near:
            self._put(b" ", self._pieces(start, stop))
        self._old_count += len(self._near)
        self._new_count += len(self._near)
        self._near = []

    def _pieces(self, start: int, stop: int) -> Iterator[bytes]:
        for at in range(start, stop, CHUNK):
            yield self._new.at(at, min(CHUNK, stop - at))

    def _put(self, sign: bytes, pieces: Iterable[bytes]) -> int:
        """Add lines to the hunk, a sign before each. Returns how many they are."""
        assert self._body is not None
        count, fresh = 0, True
        for piece in pieces:
            if not piece:
                continue
            count += piece.count(b"\n")
            data = piece[:-1].replace(b"\n", b"\n" + sign) + piece[-1:]
            self._body.write(sign + data if fresh else data)
            fresh = piece.endswith(b"\n")
        if not fresh:
            self._body.write(_NO_END)
            count += 1
        return count

    def end(self) -> None:
        """Show the open hunk, if there is one. Raises OSError."""
        body = self._body
        if body is None:
            return
        del self._near[_CONTEXT:]
        self._add_context()
        places = _place(self._old_start, self._old_count), _place(self._new_start, self._new_count)
        self._show(self._head + b"@@ -%b +%b @@\n" % places)
        self._head = b""
        for data in body.pieces():
            self._show(data)
        self.close()

    def close(self) -> None:
        """Let go of the open hunk."""
        if self._body is not None:
            self._body.close()
            self._body = None


def _place(before: int, count: int) -> bytes:
    """Tell the lines of a hunk, as diff does: the first and how many; where there are none, the one before."""
    return b"%d,0" % before if not count else b"%d" % (before + 1) + (b",%d" % count if count > 1 else b"")


def _lines_at_ends(data: bytes, start: int) -> tuple[int, list[tuple[int, int]]]:
    """Count the lines of some bytes that begin at ``start``, and return as many from either end as may be context."""
    count = data.count(b"\n") + (not data.endswith(b"\n"))
    if count <= 3 * _CONTEXT + 1:
        return count, [(start + begin, start + end) for begin, end in pairwise([0, *_ends(data)])]
    ends, starts = [0], [len(data)]
    for _ in range(2 * _CONTEXT + 1):
        ends.append(data.index(b"\n", ends[-1]) + 1)
    for _ in range(_CONTEXT):
        starts.append(data.rindex(b"\n", 0, starts[-1] - 1) + 1)
    lines = [*pairwise(ends), *pairwise(reversed(starts))]
    return count, [(start + begin, start + end) for begin, end in lines]


def lines_of(data: bytes) -> list[bytes]:
    """Return the lines of some bytes, with their ends."""
    return [data[start:stop] for start, stop in pairwise([0, *_ends(data)])]


def _ends(data: bytes) -> list[int]:
    """Return where the lines of some bytes end."""
    ends = []
    at = 0
    while found := data.find(b"\n", at) + 1:
        ends.append(found)
        at = found
    return [*ends, len(data)] if at < len(data) else ends
