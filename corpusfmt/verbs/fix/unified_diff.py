"""A unified diff of a file before and after fixing, from the list of edits; neither is held in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from os import fsencode
from typing import Final

from corpusfmt import storage
from corpusfmt.limits import CHUNK, KIB
from corpusfmt.model.errors import SourceChangedError
from corpusfmt.model.format import Stream
from corpusfmt.text.display import quoted
from corpusfmt.verbs.fix.edits import Step

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
        self._context: list[tuple[int, int]] = []
        self._body: storage.Pile | None = None

    def equal(self, start: int, stop: int) -> None:
        """Take whole lines that both texts have: any number up to ``CHUNK`` bytes, or one that is longer."""
        count, lines = 1, [(start, stop)]
        if stop - start <= CHUNK:
            count, lines = _lines_at_ends(self._new.at(start, stop - start), start)
        near = self._context + lines
        if self._body is not None and len(near) > 2 * _CONTEXT:
            self._context = near[:_CONTEXT]
            self.end()
        self._context = near if self._body is not None else near[-_CONTEXT:]
        self._old_lines += count
        self._new_lines += count

    def change(self, old: Iterable[bytes], start: int, stop: int) -> None:
        """Take lines of the old text, in pieces, in the place of which the new one has others. Raises OSError."""
        if self._body is None:
            self._body = storage.Pile(self._new.folder, self._new.name)
            self._old_start = self._old_lines - len(self._context)
            self._new_start = self._new_lines - len(self._context)
            self._old_count = self._new_count = 0
        self._add_context()
        gone = self._put(b"-", old)
        come = self._put(b"+", self._pieces(start, stop))
        self._old_lines, self._old_count = self._old_lines + gone, self._old_count + gone
        self._new_lines, self._new_count = self._new_lines + come, self._new_count + come

    def _add_context(self) -> None:
        for start, stop in self._context:
            self._put(b" ", self._pieces(start, stop))
        self._old_count += len(self._context)
        self._new_count += len(self._context)
        self._context = []

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
        del self._context[_CONTEXT:]
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


#: Changes without a line between them are shown as one up to this size, in bytes, and looked at for equal lines.
_BLOCK: Final = 64 * KIB
#: Looking for equal lines takes time that grows with the square of their number.
_COMPARED: Final = 400


class _Block:
    """Lines that differ: the old ones, and where in the new text the new ones begin."""

    def __init__(self, old: storage.Pile, start: int) -> None:
        self.old, self.start = old, start
        self.changed = False
        #: Whether what there is of either ends where a line ends.
        self.old_whole = self.new_whole = True


class Diff:
    """Goes along a script, and shows the lines that it changes.

    After the name stands, where other programs expect a date, what makes the old text another one than the file.
    """

    def __init__(
        self,
        path: str,
        old: Stream,
        new: storage.Scratch,
        show: Callable[[bytes], None],
        changes: Sequence[str] = (),
    ) -> None:
        self._path, self._old, self._new = path, old, new
        note = f"\t({', '.join(changes)})" if changes else ""
        self._hunks = Hunks(name_of(path) + note.encode(), new, show)
        self._ahead = b""
        self._at = 0  # in the new text
        self._block: _Block | None = None

    def run(self, steps: Iterable[Step]) -> None:
        """Show the diff. Raises OSError, and SourceChangedError for a file that has become another one meanwhile."""
        try:
            for keep, drop, add in steps:
                self._keep(keep)
                if drop or add:
                    self._change(drop, add)
            self._close()
            self._hunks.end()
        finally:
            self._hunks.close()
            if self._block:
                self._block.old.close()

    def _keep(self, count: int) -> None:
        """Go on over bytes that both texts have. Whole lines of them are equal; parts of lines are of a block."""
        while count:
            block = self._block
            if block is None or (block.old_whole and block.new_whole):
                length = self._whole_lines(count)
                if length:
                    self._close()
                    for _ in self._take(length):
                        pass
                    self._hunks.equal(self._at, self._at + length)
                    self._at += length
                    count -= length
                    continue
                length = count
            else:
                length = self._to_line_end(count)
            block = self._opened()
            for data in self._take(length):
                block.old.write(data)
                block.old_whole = block.new_whole = data.endswith(b"\n")
            self._at += length
            count -= length

    def _change(self, drop: int, add: int) -> None:
        block = self._opened()
        block.changed = True
        for data in self._take(drop):
            block.old.write(data)
            block.old_whole = data.endswith(b"\n")
        if add:
            self._at += add
            block.new_whole = self._new.at(self._at - 1, 1) == b"\n"
        if block.old_whole and block.new_whole and block.old.size + self._at - block.start > _BLOCK:
            self._close()

    def _whole_lines(self, count: int) -> int:
        """Return the length of some whole lines that begin here and end within ``count`` bytes; 0 for none."""
        data = self._new.at(self._at, min(count, CHUNK))
        return data.rfind(b"\n") + 1 or self._to_line_end(count, 0)

    def _to_line_end(self, count: int, otherwise: int = -1) -> int:
        """Return the length of what is left of a line, when it ends within ``count`` bytes."""
        for at in range(0, count, CHUNK):
            found = self._new.at(self._at + at, min(CHUNK, count - at)).find(b"\n")
            if found >= 0:
                return at + found + 1
        return count if otherwise < 0 else otherwise

    def _take(self, count: int) -> Iterator[bytes]:
        """Give the next bytes of the old text."""
        while count:
            self._ahead = self._ahead or self._old.read(CHUNK)
            if not self._ahead:
                raise SourceChangedError(f"{quoted(self._path, 400)} was changed by another program; run it again")
            data, self._ahead = self._ahead[:count], self._ahead[count:]
            count -= len(data)
            yield data

    def _opened(self) -> _Block:
        if self._block is None:
            self._block = _Block(storage.Pile(self._new.folder, self._new.name), self._at)
        return self._block

    def _close(self) -> None:
        """Show the block, if there is one."""
        block = self._block
        if block is None:
            return
        if not block.changed:  # a last line without an end
            self._hunks.equal(block.start, self._at)
        elif block.old.size + self._at - block.start <= _BLOCK:
            self._compare(b"".join(block.old.pieces()), block.start)
        else:
            self._hunks.change(block.old.pieces(), block.start, self._at)
        block.old.close()
        self._block = None

    def _compare(self, data: bytes, start: int) -> None:
        """Show a small block, without the lines in it that are equal: a fix may put in anew what was there."""
        old, new = lines_of(data), lines_of(self._new.at(start, self._at - start))
        if max(len(old), len(new)) > _COMPARED:
            self._hunks.change([data], start, self._at)
            return
        from difflib import SequenceMatcher

        for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            stop = start + sum(map(len, new[k:m]))
            if kind == "equal":
                self._hunks.equal(start, stop)
            else:
                self._hunks.change(old[i:j], start, stop)
            start = stop


def name_of(path: str) -> bytes:
    """Return a path as it stands in the head of a diff: in quotes and with escapes when it needs them (as git does)."""
    if path.isprintable() and not set(path) & set(' "\\'):
        return fsencode(path)
    special = {b'"'[0]: b'\\"', b"\\"[0]: b"\\\\"}
    shown = [special.get(byte) or (bytes([byte]) if 32 <= byte < 127 else b"\\%03o" % byte) for byte in fsencode(path)]
    return b'"%b"' % b"".join(shown)
