"""The protocol of a file system: the interface between the package and local or other storage."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO, NamedTuple, Protocol


class State(NamedTuple):
    """Which file it is, how long, and when it was written last, in nanoseconds. Equal while nobody writes to it, as far
    as the clock of the file system tells. The size is the number of bytes that reading gives.
    """

    device: int
    inode: int
    size: int
    modified: int

    @property
    def file(self) -> tuple[int, int]:
        """What tells the file from all others."""
        return self.device, self.inode


class Info(NamedTuple):
    """What there is under a path: whether that is a regular file, a folder or neither, and its state."""

    is_file: bool
    is_folder: bool
    state: State
    #: How many other names the file has.
    links: int = 0


class Listing(NamedTuple):
    """The files below a folder, and what is no file of its own there: hidden things, links, pipes and hidden folders.

    The latter end with a slash.
    """

    files: list[str]
    beside: list[str]


class PendingFile(Protocol):
    """A file that is being written, and has not its name yet."""

    #: What is written to.
    raw: BinaryIO

    @property
    def folder(self) -> str | None:
        """The folder that large temporary files of it belong into; None where that of the system will do."""
        ...

    def sync(self) -> None:
        """Make durable what was written, before ``raw`` is closed. Raises OSError."""
        ...

    def reread(self) -> BinaryIO:
        """Open what was written, after ``raw`` was closed and before ``commit``. Raises OSError."""
        ...

    def keep_attributes(self, model: str) -> None:
        """Give the file owner, group, mode and extended attributes of another one. Raises as that cannot be done."""
        ...

    def clear(self) -> None:
        """Remove the file that has the name, durably. Raises OSError."""
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Keep other runs from committing files to the same folder meanwhile, where that can be done."""
        ...

    def commit(self, *, durably: bool) -> None:
        """Give the file its name in one step, in place of what has it. Raises OSError, and TargetChangedError when the
        place is not the one it was at the start.

        What is not done ``durably`` is when another file in the folder was.
        """
        ...

    def discard(self) -> None:
        """Leave nothing behind. Raises nothing, and does nothing after ``commit``."""
        ...


class OpenFolder(Protocol):
    """A folder for several files that belong together."""

    def begin(self, name: str, called: str) -> PendingFile:
        """Begin a file here, which messages call ``called``. No link is followed.

        Raises OSError, and ConfigurationError for what is not a regular file, or is being written already.
        """
        ...

    def state(self, name: str) -> State | None:
        """Return the state of what has a name here; None where there is nothing. Raises OSError."""
        ...

    def unlink(self, name: str) -> None:
        """Remove a file. Raises OSError."""
        ...

    def clear(self, name: str) -> None:
        """Remove a file, if it is there, and make that durable. Raises OSError."""
        ...

    def sync(self) -> None:
        """Make the names here durable."""
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Keep other runs from committing files here meanwhile, where that can be done. Raises TargetChangedError."""
        ...


class PendingFolder(Protocol):
    """A folder that is being written. A path in it has slashes, and is safe and that of no other file."""

    def write(self, path: str, content: bytes) -> None:
        """Write a file at a path. Raises OSError."""
        ...

    def reread(self, path: str) -> BinaryIO:
        """Open a file that was written, before ``commit``. Raises OSError."""
        ...

    def finish(self, paths: Sequence[str]) -> None:
        """Make the files, which are all there are, durable. Raises OSError, and ConfigurationError for a folder that is
        in the way of a file.
        """
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Keep other runs from committing to the same folder meanwhile, where that can be done."""
        ...

    def commit(self) -> None:
        """Put the files in their place. Raises OSError, and TargetChangedError when that is not where it was."""
        ...

    def discard(self) -> None:
        """Leave nothing behind. Raises nothing, and does nothing after ``commit``."""
        ...


class FileSystem(Protocol):
    """Holds files by path. Paths are those that the user gives, with the scheme where there is one."""

    #: Whether other processes see the same files.
    shared: bool

    def info(self, path: str) -> Info | None:
        """Return what a path leads to; None where it leads to nothing. Raises OSError where that is not to be known."""
        ...

    def real(self, path: str) -> str:
        """Return the path without links and without parts that lead upwards."""
        ...

    def list(self, folder: str) -> Listing:
        """Return what is below a folder, at any depth, in a stable order. Raises OSError."""
        ...

    def open(self, path: str, root: str | None = None) -> BinaryIO:
        """Open a file to read. What was found in the folder ``root`` is opened without following links there.

        Raises OSError.
        """
        ...

    def state(self, raw: BinaryIO) -> State | None:
        """Return the state of what ``open`` gave; None for what is not a regular file. Raises OSError."""
        ...

    def stream(self, path: str) -> BinaryIO | None:
        """Open what is not replaced but written to, as a device or a pipe; return None for all else.

        Raises OSError, and ConfigurationError for what cannot be written to.
        """
        ...

    def hold(self, folder: str, called: str) -> OpenFolder:
        """Open a folder, which messages call ``called``. Raises OSError, and ConfigurationError for none."""
        ...

    def begin(self, path: str) -> PendingFile:
        """Begin the file that a path leads to. Raises as ``OpenFolder.begin``."""
        ...

    def begin_folder(self, path: str, *, force: bool) -> PendingFolder:
        """Begin a folder. One that is not empty is written into with ``force`` alone.

        Raises OSError and ConfigurationError.
        """
        ...
