"""Folders that are held open: operations apply to the same folder even if its path changes."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Iterator
from typing import BinaryIO, Final

from corpusfmt.limits import CHUNK
from corpusfmt.model.errors import ConfigurationError, SourceChangedError, TargetChangedError
from corpusfmt.storage.filesystem import State
from corpusfmt.text.display import quoted
from corpusfmt.text.filenames import folded

#: What the system makes of the content. It is another one for another content.
_MADE: Final = frozenset({"security.ima", "security.evm"})


def keep_attributes(model: str, path: str | int) -> None:
    """Give a file, which may be open, what another one has beside its content.

    Raises ConfigurationError when the system does not allow that, and OSError.
    """
    there = os.stat(model)
    wanted, had = _extended(model), _extended(path)
    try:
        here = os.stat(path)
        if (here.st_uid, here.st_gid) != (there.st_uid, there.st_gid):
            os.chown(path, there.st_uid, there.st_gid)
        for name in had.keys() - wanted.keys():  # as of the default list of the folder
            os.removexattr(path, name)
        for name, value in wanted.items():
            if had.get(name) != value:
                os.setxattr(path, name, value)
        os.chmod(path, stat.S_IMODE(there.st_mode))
    except OSError as error:
        raise _refused(model, error.strerror or "") from None
    if stat.S_IMODE(os.stat(path).st_mode) != stat.S_IMODE(there.st_mode):  # as of a group that one is not in
        raise _refused(model, "the mode would change")


def _extended(path: str | int) -> dict[str, bytes]:
    """Return the extended attributes of a file, where the system and the file system have them."""
    try:
        return {name: os.getxattr(path, name) for name in os.listxattr(path) if name not in _MADE}
    except (OSError, AttributeError):
        return {}


def _refused(path: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"{quoted(path, 400)} cannot be replaced by a file with the same owner, group, mode and attributes: {why}"
    )


#: Whether the system finds names in a folder that is open. Where it does not, they are found by path.
HOLDS: Final = {os.open, os.stat, os.unlink, os.rename, os.mkdir, os.rmdir} <= os.supports_dir_fd
_ALWAYS: Final = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FOLDER: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
#: In seconds: how long another run may take to give its files their names, and how often that is looked at.
_PATIENCE: Final = 60.0
_LOOK: Final = 0.02
_BUFFER: Final = 1 << 18


#: Of names that are being written: no other run has it.
_RUN: Final = os.urandom(6).hex()
#: In bytes: of a longer name the temporary one holds a digest, as file systems take 255 bytes.
_LONG: Final = 100


def identity(there: os.stat_result) -> tuple[int, int]:
    """Return which file it is that the system speaks of, whatever it is called."""
    return there.st_dev, there.st_ino


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

    def begin(self, name: str, called: str) -> HeldPendingFile:
        """Begin a file here, which messages call ``called``."""
        return HeldPendingFile(self, name, called)

    def state(self, name: str) -> State | None:
        """Return the state of what has a name here, which may be a link."""
        found = self.stat(name)
        return State(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns) if found else None

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


class HeldPendingFile:
    """A temporary file in the folder of the target, which ``commit`` renames.

    The name of the temporary file is made of that of the target, so that two targets which are one file to the file
    system are found out. A file that is replaced passes on its mode and, where that is allowed, its owner.
    """

    _temporary = ""

    def __init__(self, folder: Held, name: str, called: str) -> None:
        self._process = os.getpid()
        self._folder, self._name = folder, name
        there = folder.stat(name)
        if there and not stat.S_ISREG(there.st_mode):
            what = "a link, which is not followed here" if stat.S_ISLNK(there.st_mode) else "not a file"
            raise ConfigurationError(f"{quoted(called, 400)} is {what}; remove it")
        mode = stat.S_IMODE(there.st_mode) if there else 0o666
        self._temporary = temporary_name(name)
        try:
            descriptor = folder.create(self._temporary, mode)
        except OSError as error:
            self._temporary = ""  # it is not there, or that of another target
            if isinstance(error, FileExistsError):
                what = "is already being written, under this or another name of the same file; name another file"
                raise ConfigurationError(f"{quoted(called, 400)} {what}") from None
            raise
        try:
            if there and hasattr(os, "fchmod"):
                os.fchmod(descriptor, mode)
                with contextlib.suppress(OSError):  # only root may give files away
                    os.fchown(descriptor, there.st_uid, there.st_gid)
            self.raw: BinaryIO = os.fdopen(descriptor, "wb", buffering=_BUFFER)
        except BaseException:
            with contextlib.suppress(OSError):  # a signal came behind fdopen, and the file is closed already
                os.close(descriptor)
            self.discard()
            raise

    @property
    def folder(self) -> str:
        """The folder of the file."""
        return self._folder.path

    def sync(self) -> None:
        """Make durable what was written."""
        self.raw.flush()
        os.fsync(self.raw.fileno())

    def reread(self) -> BinaryIO:
        """Open what was written."""
        return os.fdopen(self._folder.open(self._temporary, os.O_RDONLY), "rb", buffering=CHUNK)

    def keep_attributes(self, model: str) -> None:
        """Give the file owner, group, mode and extended attributes of another one."""
        keep_attributes(model, self.raw.fileno())

    def clear(self) -> None:
        """Remove the file that has the name, durably."""
        self._folder.clear(self._name)

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Keep other runs from committing files to the same folder meanwhile."""
        return self._folder.alone()

    def commit(self, *, durably: bool) -> None:
        """Give the file its name, where that led to at the start."""
        self._folder.check()
        self._folder.replace(self._temporary, self._name)
        self._temporary = ""
        if durably:
            self._folder.sync()

    def discard(self) -> None:
        """Remove the temporary file. What still writes to it has no way back."""
        raw: BinaryIO | None = getattr(self, "raw", None)
        if raw is not None:
            with contextlib.suppress(OSError, ValueError):  # ValueError: a signal has cut its closing in two
                raw.close()
        with contextlib.suppress(OSError):
            self._folder.unlink(self._temporary)
        self._temporary = ""

    def __del__(self) -> None:
        """Leave nothing behind when a signal came before anybody had this to discard it."""
        if self._temporary and self._process == os.getpid():  # a process that was forked off has no say in it
            self.discard()


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


def is_behind_link(error: OSError) -> bool:
    """Say whether something was not opened because it, or a folder that it is in, is a link."""
    return error.errno in (errno.ELOOP, errno.EMLINK, errno.ENOTDIR)


def open_below(root: str, path: str) -> int:
    """Open a file to read that was found below a folder, whatever has come into its way since.

    Raises OSError, and SourceChangedError for what is not a regular file any more, or behind a link.
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
    raise SourceChangedError(
        f"{quoted(path, 400)} is no longer a file, or is behind a link, which is not followed here"
    )
