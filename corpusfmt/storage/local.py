"""The files of the operating system."""

from __future__ import annotations

import io
import os
import stat
from typing import BinaryIO, Final, NoReturn

from corpusfmt.limits import CHUNK
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.storage.devices import exists, open_device, refuse_open
from corpusfmt.storage.filesystem import FileSystem, Info, Listing, PendingFile, State
from corpusfmt.storage.held_folder import Held, hold, open_below, state
from corpusfmt.storage.local_folder import LocalPendingFolder
from corpusfmt.text.display import quoted


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
        return Info(stat.S_ISREG(mode), stat.S_ISDIR(mode), state(found), found.st_nlink - 1)

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
        return state(found) if stat.S_ISREG(found.st_mode) else None

    def stream(self, path: str) -> BinaryIO | None:
        """Open a device or a pipe to write to; return None for all else."""
        if not exists(path):
            return None
        refuse_open(path)
        if os.path.isfile(path):
            return None
        if os.path.isdir(path):
            raise ConfigurationError(f"the target {quoted(path)} is a folder; name a file in it")
        return open_device(path)

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
