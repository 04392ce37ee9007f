"""A unified diff of a file and what fixing makes of it, from the script of the fixes; neither is held in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from os import fsencode
from typing import Final

from corpusfmt import storage
from corpusfmt.limits import CHUNK, KIB
from corpusfmt.model.errors import SourceChangedError
from corpusfmt.model.format import Stream
from corpusfmt.text.display import quoted
from corpusfmt.verbs.fix.edit_script import Step
from corpusfmt.verbs.fix.hunks import Hunks, lines_of

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
