"""Folders that are held open: what is done in one is done there, whatever becomes of the path that led to it."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Iterator
from typing import Final, NamedTuple

from corpusfmt.model.errors import ConfigurationError, SourceChangedError, TargetChangedError
from corpusfmt.text.display import quoted
from corpusfmt.text.filenames import folded

#: Whether the system finds names in a folder that is open. Where it does not, they are found by path.
HOLDS: Final = {os.open, os.stat, os.unlink, os.rename, os.mkdir, os.rmdir} <= os.supports_dir_fd
_ALWAYS: Final = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FOLDER: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
#: In seconds: how long another run may take to give its files their names, and how often that is looked at.
_PATIENCE: Final = 60.0
_LOOK: Final = 0.02


#: Of names that are being written: no other run has it.
_RUN: Final = os.urandom(6).hex()
#: In bytes: of a longer name the temporary one holds a digest, as file systems take 255 bytes.
_LONG: Final = 100


class Identity(NamedTuple):
    """Which file something is, whatever it is called."""

    device: int
    number: int


def identity(there: os.stat_result) -> Identity:
    """Return which file it is that the system speaks of."""
    return Identity(there.st_dev, there.st_ino)


def identity_of(path: str) -> Identity | None:
    """Return which file a path leads to; None where it leads to nothing."""
    try:
        return identity(os.stat(path))
    except OSError:
        return None


class Held:
    """A folder that is held until nobody has this any more. Links are not followed in it, but to it.

    What its methods raise is OSError, but for TargetChangedError where that is said.
    """

    _descriptor = -1

    def __init__(self, path: str, inside: Held | None = None) -> None:
        """Hold the folder at a path; or one with that name ``inside`` of another, where it must not be a link."""
        self.path: str = os.path.join(inside.path, path) if inside else path
        if HOLDS:
            self._descriptor = inside.open(path, _FOLDER) if inside else _opened(path)
            self.identity = identity(os.fstat(self._descriptor))
        else:
            there = os.lstat(self.path) if inside else os.stat(path)
            if not stat.S_ISDIR(there.st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), self.path)
            self.identity = identity(there)

    def _at(self, name: str) -> str:
        return name if self._descriptor >= 0 else os.path.join(self.path, name)

    @property
    def _here(self) -> int | None:
        return self._descriptor if self._descriptor >= 0 else None

    def open(self, name: str, flags: int, mode: int = 0o666) -> int:
        """Open what has a name here."""
        return os.open(self._at(name), flags | _ALWAYS, mode, dir_fd=self._here)

    def create(self, name: str, mode: int = 0o666) -> int:
        """Make a file to write to. There must be nothing of that name."""
        return self.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)

    def stat(self, name: str) -> os.stat_result | None:
        """Return what the system knows of a name; None where there is nothing."""
        try:
            return os.stat(self._at(name), dir_fd=self._here, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def replace(self, name: str, other: str, there: Held | None = None) -> None:
        """Give a file the other name, here or in another folder, in place of what has it."""
        to = there or self
        os.replace(self._at(name), to._at(other), src_dir_fd=self._here, dst_dir_fd=to._here)

    def rename(self, name: str, other: str) -> None:
        """Give a folder the other name, which nothing but an empty folder has."""
        os.rename(self._at(name), self._at(other), src_dir_fd=self._here, dst_dir_fd=self._here)

    def unlink(self, name: str) -> None:
        """Remove a file, or a link."""
        os.unlink(self._at(name), dir_fd=self._here)

    def clear(self, name: str) -> None:
        """Remove a file or a link, if it is there, and make that durable."""
        with contextlib.suppress(FileNotFoundError):
            self.unlink(name)
            self.sync()

    def mkdir(self, name: str) -> None:
        """Make a folder."""
        os.mkdir(self._at(name), dir_fd=self._here)

    def rmdir(self, name: str) -> None:
        """Remove a folder that is empty."""
        os.rmdir(self._at(name), dir_fd=self._here)

    @property
    def mode(self) -> int:
        """The mode of the folder itself."""
        return stat.S_IMODE(os.stat(self.path if self._descriptor < 0 else self._descriptor).st_mode)

    def change_mode(self, mode: int) -> None:
        """Set the mode of the folder itself."""
        os.chmod(self.path if self._descriptor < 0 else self._descriptor, mode)

    def change_owner(self, user: int, group: int) -> None:
        """Set the owner of the folder itself."""
        os.chown(self.path if self._descriptor < 0 else self._descriptor, user, group)

    def entries(self) -> list[tuple[str, bool]]:
        """Return all names, and whether each is that of a folder."""
        with os.scandir(self.path if self._descriptor < 0 else self._descriptor) as found:
            return [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in found]

    def below(self, path: str) -> Held:
        """Return the folder at a path with slashes that begins here, and in which no part is a link."""
        here = self
        for name in filter(None, path.split("/")):
            here = Held(name, here)
        return here

    def empty(self) -> None:
        """Remove all that is in it, as far as the system lets us. ``rmtree`` can lose a signal."""
        entries: list[tuple[str, bool]] = []
        with contextlib.suppress(OSError):
            entries = self.entries()
        for name, is_folder in entries:
            with contextlib.suppress(OSError):
                if is_folder:
                    Held(name, self).empty()
                    self.rmdir(name)
                else:
                    self.unlink(name)

    def sync(self) -> None:
        """Make the names here durable, where that can be."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):  # some file systems cannot; the files themselves are durable
                os.fsync(self._descriptor)

    def check(self) -> None:
        """Raise TargetChangedError when the path no longer leads here: what is written would be elsewhere."""
        with contextlib.suppress(OSError):
            if identity(os.stat(self.path)) == self.identity:
                return
        raise TargetChangedError(
            f"the folder {quoted(self.path, 400)} was moved or replaced during the run; run again to write there"
        )

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other runs from giving files their names here meanwhile, where the file system can do that.

        Raises TargetChangedError when one does so for long, or when the path no longer leads here.
        """
        is_locked = self._lock()
        try:
            self.check()
            yield
        finally:
            if is_locked:
                import fcntl

                fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _lock(self) -> bool:
        if self._descriptor < 0:
            return False
        import fcntl

        end = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() > end:
                    what = f"another run has been writing into {quoted(self.path, 400)} for {_PATIENCE:.0f} seconds"
                    raise TargetChangedError(f"{what}; nothing was committed, run again") from None
                time.sleep(_LOOK)
            except OSError:  # as of a network
                return False

    def __del__(self) -> None:
        """Let go of the folder."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            with contextlib.suppress(OSError):
                os.close(descriptor)


def _opened(path: str) -> int:
    try:
        return os.open(path, _FOLDER)
    except PermissionError:  # a folder that may be written into, and not looked at
        if not hasattr(os, "O_PATH"):  # pragma: no cover: only Linux has it
            raise
        return os.open(path, os.O_PATH | _FOLDER)


def hold(path: str, named: str) -> Held:
    """Hold the folder of a target, which the user calls ``named``. Raises OSError, and ConfigurationError for none."""
    try:
        return Held(path)
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigurationError(f"the folder {quoted(named or path)} does not exist; make it first") from None


def temporary_name(name: str) -> str:
    """Return what a target is called until it is whole.

    In one process two names that are one to a file system make one here too; of long ones, to any file system.
    """
    raw = os.fsencode(name)
    if len(raw) > _LONG:
        from hashlib import sha256

        name = sha256(os.fsencode(folded(name))).hexdigest()
    return f".corpusfmt-{_RUN}-{name}.tmp"


class Leftover:
    """What an older run may have left beside a target, which tells of what is replaced."""

    def __init__(self, path: str) -> None:
        """Raises OSError, and ConfigurationError for a folder that does not exist."""
        self.path = path
        folder = os.path.dirname(path)
        self._folder = hold(os.path.realpath(folder or os.curdir), folder)
        self._name = os.path.basename(path)

    def is_there(self) -> bool:
        """Say whether there is anything. Raises OSError."""
        return self._folder.stat(self._name) is not None

    def remove(self) -> None:
        """Remove it, if it is there, and make that durable. Raises OSError."""
        self._folder.clear(self._name)


def is_behind_link(error: OSError) -> bool:
    """Say whether something was not opened because it, or a folder that it is in, is a link."""
    return error.errno in (errno.ELOOP, errno.EMLINK, errno.ENOTDIR)


def open_below(root: str, path: str) -> int:
    """Open a file to read that was found below a folder, whatever has come into its way since.

    Raises OSError, and SourceChangedError for what is no regular file any more, or behind a link.
    """
    inside = path[len(root) :].replace(os.sep, "/")
    folder, _, name = inside.rpartition("/")
    try:
        here = Held(root or os.curdir).below(folder)
        there = here.stat(name)
        if there is None or stat.S_ISREG(there.st_mode):
            descriptor = here.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                return descriptor
            os.close(descriptor)
    except OSError as error:
        if not is_behind_link(error):
            error.filename = path
            raise
    raise SourceChangedError(f"{quoted(path, 400)} is no file any more, or behind a link, which is not followed here")
