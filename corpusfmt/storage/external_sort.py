"""Sorting any number of lines: in runs on disk, which are merged at the end."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Final

from corpusfmt.limits import MIB
from corpusfmt.storage.output import Output
from corpusfmt.storage.paths import file_system, scratch_folder

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

#: Lines are held up to this size, in bytes; then they are sorted and put aside in a file without a name.
_HELD: Final = 16 * MIB
#: So many files of one size are open at most; then they become one.
_MOST_RUNS: Final = 64


class Sorter:
    """Takes lines in any order and gives them sorted, by bytes. What is put aside lies in ``folder``."""

    def __init__(self, folder: str | None = None, held: int = _HELD) -> None:
        self._folder = scratch_folder(folder)
        self._limit, self._size = held, 0
        self._lines: list[bytes] = []
        self._levels: list[list[BinaryIO]] = []

    def add(self, line: bytes) -> None:
        """Take a line, without its line end. Raises OSError."""
        self._lines.append(line)
        self._size += len(line) + 50
        if self._size > self._limit:
            self._put_aside()

    def _put_aside(self) -> None:
        from tempfile import gettempdir

        self._lines.sort()
        try:
            self._write(0, [line + b"\n" for line in self._lines])
        except OSError as error:  # nobody knows the file of a run, but where it lies
            error.filename, error.filename2 = self._folder or gettempdir(), None
            raise
        self._lines, self._size = [], 0

    def _write(self, level: int, lines: Iterable[bytes]) -> None:
        """Write sorted lines into a run. A level that is full becomes one run of the next."""
        from tempfile import TemporaryFile

        if level == len(self._levels):
            self._levels.append([])
        runs = self._levels[level]
        runs.append(TemporaryFile(dir=self._folder))  # noqa: SIM115 - closed by its owner
        runs[-1].writelines(lines)
        if len(runs) == _MOST_RUNS:
            self._write(level + 1, _merged(runs))
            self._levels[level] = []
            for run in runs:
                run.close()

    def lines(self) -> Iterator[bytes]:
        """Give all lines in order, with their line ends; once. Raises OSError."""
        self._lines.sort()
        lines = [line + b"\n" for line in self._lines]
        if not self._levels:
            yield from lines
            return
        yield from _merged([run for runs in self._levels for run in runs], lines)

    def close(self) -> None:
        """Let go of what was put aside."""
        for runs in self._levels:
            for run in runs:
                run.close()
        self._levels = []


def _merged(runs: Iterable[BinaryIO], *more: Iterable[bytes]) -> Iterable[bytes]:
    """Give the lines of runs, and of ``more``, in order."""
    from heapq import merge

    for run in runs:
        run.seek(0)
    return merge(*more, *runs, key=lambda line: line[:-1])  # a tab comes before a line end


class SortedLines:
    """A target whose lines come in any order and stand sorted, by bytes."""

    def __init__(self, target: str, held: int = _HELD) -> None:
        """Raises OSError, and ConfigurationError for a link or anything else that is no file."""
        folder = os.path.dirname(target)
        self._output = Output(target, folder=file_system(target).hold(folder, folder))
        self._sorter = Sorter(self._output.folder, held)
        self.add = self._sorter.add

    def finish(self) -> None:
        """Complete the file and make it durable, still without its name. Raises OSError."""
        for line in self._sorter.lines():
            self._output.write(line)
        self._output.finish()
        self._sorter.close()

    def clear_old(self) -> None:
        """Remove the file of an older run. Raises OSError."""
        self._output.clear()

    def publish(self) -> str:
        """Give the file its name and return it. Raises OSError."""
        self._output.publish()
        return self._output.target

    def discard(self) -> None:
        """Leave nothing behind. Does nothing after ``publish``."""
        self._sorter.close()
        self._output.discard()


def spills() -> TemporaryDirectory[str]:
    """Return a folder for spills, which is removed with all that is left in it."""
    from tempfile import TemporaryDirectory

    return TemporaryDirectory(prefix="corpusfmt-", ignore_cleanup_errors=True)


class Spill:
    """Lines that one process writes into a file of a folder, and another one reads and removes."""

    def __init__(self, folder: str, name: str) -> None:
        self.path = os.path.join(folder, name)
        self._file = open(self.path, "wb", buffering=1 << 17)  # noqa: SIM115 - closed by its owner

    def add(self, line: bytes) -> None:
        """Take a line, without its line end. Raises OSError."""
        self._file.write(line + b"\n")

    def close(self) -> None:
        """Complete the file. Raises OSError."""
        self._file.close()


def spilled(path: str) -> Iterator[bytes]:
    """Give the lines of a spill, without their line ends, and remove it. Raises OSError."""
    try:
        with open(path, "rb", buffering=1 << 17) as file:
            for line in file:
                yield line[:-1]
    finally:
        os.unlink(path)
