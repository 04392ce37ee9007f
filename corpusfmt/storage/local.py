"""The files of the operating system; its devices, pipes and names of open files, which are not replaced."""

from __future__ import annotations

import contextlib
import io
import os
import stat
from typing import BinaryIO, Final, NoReturn

from corpusfmt.limits import CHUNK
from corpusfmt.model.errors import ConfigurationError, TargetChangedError
from corpusfmt.storage.filesystem import FileSystem, Info, Listing, PendingFile, State
from corpusfmt.storage.held_folder import Held, hold, open_below
from corpusfmt.storage.local_folder import LocalPendingFolder
from corpusfmt.text.display import quoted

#: As many links in a row as Linux follows.
_LINKS: Final = 40


class LocalFileSystem:
    """Files by path, as ``os`` has them."""

    shared = True

    def info(self, path: str) -> Info | None:
        """Return what a path leads to; None where it leads to nothing."""
        try:
            found = os.stat(path)
        except FileNotFoundError:
            return None
        mode = found.st_mode
        return Info(stat.S_ISREG(mode), stat.S_ISDIR(mode), _state(found), found.st_nlink - 1)

    def real(self, path: str) -> str:
        """Return the path without links and without parts that lead upwards."""
        return os.path.realpath(path)

    def list(self, folder: str) -> Listing:
        """Return what is below a folder. Hidden things, links and pipes are not looked at."""
        found, beside = Listing([], [])
        for here, folders, files in os.walk(folder, onerror=_raise):
            inner = [os.path.join(here, name, "") for name in sorted(folders)]
            beside += [path for path in inner if os.path.basename(path[:-1])[0] == "." or os.path.islink(path[:-1])]
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                path = os.path.join(here, name)
                usual = not name.startswith(".") and not os.path.islink(path) and os.path.isfile(path)
                (found if usual else beside).append(path)
        return Listing(found, beside)

    def open(self, path: str, root: str | None = None) -> BinaryIO:
        """Open a file to read. What was found in the folder ``root`` is opened without following links there."""
        opener = None if root is None else lambda path, _: open_below(root, path)
        return open(path, "rb", buffering=CHUNK, opener=opener)

    def state(self, raw: BinaryIO) -> State | None:
        """Return the state of an open file; None for what is not a regular file, or none of the system."""
        try:
            found = os.fstat(raw.fileno())
        except (AttributeError, io.UnsupportedOperation):  # standard input that a program has put something else for
            return None
        return _state(found) if stat.S_ISREG(found.st_mode) else None

    def stream(self, path: str) -> BinaryIO | None:
        """Open a device or a pipe to write to; return None for all else."""
        if not _exists(path):
            return None
        _refuse_open(path)
        if os.path.isfile(path):
            return None
        if os.path.isdir(path):
            raise ConfigurationError(f"the target {quoted(path)} is a folder; name a file in it")
        return _open_device(path)

    def hold(self, folder: str, called: str) -> Held:
        """Open a folder, which messages call ``called``."""
        return hold(os.path.realpath(folder or os.curdir), called)

    def begin(self, path: str) -> PendingFile:
        """Begin the file that a path leads to, settling where that is."""
        real = os.path.realpath(path)
        return hold(os.path.dirname(real), os.path.dirname(path)).begin(os.path.basename(real), path)

    def begin_folder(self, path: str, *, force: bool) -> LocalPendingFolder:
        """Begin a folder."""
        return LocalPendingFolder(path, force=force)


LOCAL: Final[FileSystem] = LocalFileSystem()


def _raise(error: OSError) -> NoReturn:
    raise error


def _state(there: os.stat_result) -> State:
    return State(there.st_dev, there.st_ino, there.st_size, there.st_mtime_ns)


def _exists(path: str) -> bool:
    """Say whether a path leads to something. Raises OSError where that is not to be known.

    As for a link of somebody else in a folder that all may write to, which the system does not follow.
    """
    try:
        os.stat(path)
    except FileNotFoundError:
        return False
    return True


def _refuse_open(path: str) -> None:
    """Raise ConfigurationError for a path that stands for a file which is open, whatever it is called.

    Replacing that would take it from whoever opened it.
    """
    there = os.stat(path)
    if stat.S_ISREG(there.st_mode) and (_is_printed_to(there) or _is_handle(path)):
        raise ConfigurationError(f"{quoted(path)} refers to an open file; write to - instead")


def _is_printed_to(there: os.stat_result) -> bool:
    """Say whether a file is standard output or error."""
    for descriptor in (1, 2):
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(descriptor), there):
                return True
    return False


def _is_handle(path: str) -> bool:
    """Say whether a path is that of a descriptor: a link that the system makes up, or no file but for its content."""
    made_up = -1
    with contextlib.suppress(OSError):
        made_up = os.stat("/proc/self/fd").st_dev
    left = _LINKS
    while stat.S_ISLNK((there := os.lstat(path)).st_mode) and left:
        if there.st_dev == made_up:
            return True
        path, left = os.path.join(os.path.dirname(path), os.readlink(path)), left - 1
    return not stat.S_ISREG(there.st_mode)


def _open_device(path: str) -> BinaryIO:
    """Open a device or a pipe to write to. Raises OSError, and TargetChangedError for what has become a file."""
    file = open(path, "wb", buffering=1 << 18, opener=_to_write)  # noqa: SIM115 - it is returned
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise TargetChangedError(f"{quoted(path)} was replaced during the run; run again to write there")
    return file


def _to_write(path: str, _: int) -> int:
    """Open what must be there, and cut nothing off."""
    return os.open(path, os.O_WRONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
