"""A file of lines in order, however many there are: sorted in runs, which are merged at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from corpusfmt.core.limits import MIB
from corpusfmt.storage.outputs import Output

#: Lines are held up to this size, in bytes; then they are sorted and put aside in a file without a name.
_HELD: Final = 16 * MIB


class SortedLines:
    """A target whose lines come in any order and stand sorted, by bytes."""

    def __init__(self, target: str, held: int = _HELD) -> None:
        self._output = Output(target)
        self._limit, self._size = held, 0
        self._lines: list[bytes] = []
        self._runs: list[BinaryIO] = []

    def add(self, line: bytes) -> None:
        """Take a line, without its line end. Raises OSError."""
        self._lines.append(line)
        self._size += len(line) + 50
        if self._size > self._limit:
            self._put_aside()

    def _put_aside(self) -> None:
        from tempfile import TemporaryFile

        run = TemporaryFile(dir=self._output.folder)  # noqa: SIM115
        self._runs.append(run)
        self._lines.sort()
        run.writelines([line + b"\n" for line in self._lines])
        self._lines, self._size = [], 0

    def _sorted(self) -> Iterator[bytes]:
        self._lines.sort()
        lines = [line + b"\n" for line in self._lines]
        if not self._runs:
            yield from lines
            return
        from heapq import merge

        for run in self._runs:
            run.seek(0)
        yield from merge(lines, *self._runs)

    def finish(self) -> None:
        """Complete the file and make it durable, still without its name. Raises OSError."""
        for line in self._sorted():
            self._output.write(line)
        self._output.finish()
        self._close()

    def publish(self) -> str:
        """Give the file its name and return it. Raises OSError."""
        self._output.publish()
        return self._output.target

    def discard(self) -> None:
        """Leave nothing behind. Does nothing after ``publish``."""
        self._close()
        self._output.discard()

    def _close(self) -> None:
        for run in self._runs:
            run.close()
        self._runs = []
