"""A target that is a folder with a file per document: it appears whole, in one step, or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
from itertools import islice
from typing import Final

from corpusfmt.core.errors import ConfigurationError
from corpusfmt.core.limits import ANY
from corpusfmt.core.text import quoted
from corpusfmt.storage.inputs import Input
from corpusfmt.storage.names import Names
from corpusfmt.storage.outputs import sync_folder

#: Making files durable one after the other waits for the disk each time; side by side, they share the wait.
_THREADS: Final = 16
_AT_A_TIME: Final = 4096


class Folder:
    """One target folder. ``size`` counts the bytes given to it, ``files`` the files.

    The files go to a temporary folder beside the target, which ``publish`` renames to it. A folder that is not empty
    is written into with ``force`` alone; then, and for an empty one that cannot be replaced, because it is mounted or
    the current one, the temporary folder lies in it, and ``publish`` moves file after file. A file of the same name is
    replaced, and a link is, not what it points to. Files may lie in folders of their own, which are made where there
    are none, and never are links. Only names are kept in memory: ``names`` has them, in the order the files came.
    """

    _temporary = ""

    def __init__(self, target: str, suffix: str, *, force: bool) -> None:
        self.target, self.size, self.files = target, 0, 0
        self._process = os.getpid()
        self._suffix = suffix
        self._names = Names()
        self.names: list[str] = []
        self._path = path = os.path.realpath(target)
        there = os.path.isdir(path)
        if not there and os.path.lexists(path):
            raise ConfigurationError(f"the target {quoted(target)} is a file; name a folder that is new or empty")
        parent = os.path.dirname(path)
        if not os.path.isdir(parent):
            raise ConfigurationError(f"the folder {quoted(parent)} does not exist; make it first")
        filled = there and not _is_empty(path)
        if filled and not force:
            raise ConfigurationError(
                f"the folder {quoted(target)} is not empty; name a new or empty one, or write into it with --force"
            )
        self._inside = there and (filled or _stays(path))
        try:
            self._make_temporary(path if self._inside else parent)
            if there and not self._inside:  # as private as what it replaces, from the first file on
                os.chmod(self._temporary, stat.S_IMODE(os.stat(path).st_mode) | stat.S_IRWXU)
        except BaseException as error:  # nobody has this yet to discard it
            self.discard()
            _name(error, target)
            raise

    def _make_temporary(self, folder: str) -> None:
        for attempt in range(1000):
            self._temporary = os.path.join(folder, f".corpusfmt-{os.getpid()}-{attempt}.tmp")
            try:
                os.mkdir(self._temporary)
                return
            except OSError as error:
                self._temporary = ""  # it is not there, or somebody else's
                if not isinstance(error, FileExistsError):
                    raise
        raise ConfigurationError(f"the folder {quoted(folder)} is full of temporary files; remove '.corpusfmt-*.tmp'")

    def add(self, name: str, content: bytes) -> None:
        """Write a file. Its name is made safe and told from others, also where case makes no difference.

        Raises OSError.
        """
        self._add(self._names.give(name) + self._suffix, content)

    def add_at(self, path: str, content: bytes) -> None:
        """Write a file at a path with slashes, which is safe and that of no other file. Raises OSError."""
        self._add(path, content)

    def _add(self, name: str, content: bytes) -> None:
        try:
            if "/" in name:
                os.makedirs(os.path.join(self._temporary, os.path.dirname(name)), exist_ok=True)
            with open(os.path.join(self._temporary, name), "xb") as file:
                file.write(content)
        except OSError as error:
            _name(error, os.path.join(self.target, name))
            raise
        self.names.append(name)
        self.size += len(content)
        self.files += 1

    def reread(self, name: str, *, plain: bool) -> Input:
        """Open a file that was written, before ``publish``; ``plain``, as it is stored. Raises OSError."""
        try:
            raw = open(os.path.join(self._temporary, name), "rb")  # noqa: SIM115
        except OSError as error:
            _name(error, os.path.join(self.target, name))
            raise
        return Input(raw, os.path.join(self.target, name), owned=True, hashed=True, plain=plain, ratio=ANY)

    def finish(self) -> None:
        """Make all files durable, still out of their place.

        Raises OSError, and ConfigurationError for a folder that is in the way of a file.
        """
        if self._inside:
            self._check_places()
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(_THREADS)
        try:
            paths = (os.path.join(self._temporary, name) for name in self.names)
            while some := list(islice(paths, _AT_A_TIME)):
                try:
                    for _ in pool.map(_sync, some):
                        pass
                except RuntimeError:  # the system gives no more threads
                    for path in some:
                        _sync(path)
        except OSError as error:
            _name(error, self.target)
            raise
        finally:
            pool.shutdown(cancel_futures=True)
        for folder in (*self._folders(), ""):
            sync_folder(os.path.join(self._temporary, folder))

    def _folders(self) -> list[str]:
        """Return the folders that files lie in, the inner ones first."""
        found: dict[str, None] = {}
        for name in self.names:
            while (name := os.path.dirname(name)) and name not in found:
                found[name] = None
        return sorted(found, key=lambda folder: folder.count("/"), reverse=True)

    def _check_places(self) -> None:
        """Refuse what is in the way in a folder that is written into."""
        for name in self.names:
            place = os.path.join(self._path, name)
            if os.path.isdir(place) and not os.path.islink(place):
                raise ConfigurationError(f"{quoted(place, 400)} is a folder, where a file is to be; move it away")
        for name in self._folders():
            place = os.path.join(self._path, name)
            if os.path.islink(place) or (os.path.lexists(place) and not os.path.isdir(place)):
                raise ConfigurationError(f"{quoted(place, 400)} is no folder, where one is to be; move it away")

    def publish(self) -> None:
        """Put the files in their place. Raises OSError."""
        if self._inside:
            self._move()
            sync_folder(self._path)
        else:
            self._replace()
            sync_folder(os.path.dirname(self._path))
        self._temporary = ""

    def _replace(self) -> None:
        """Rename the folder, in one step."""
        try:
            if os.path.isdir(self._path):
                there = os.stat(self._path)
                os.chmod(self._temporary, stat.S_IMODE(there.st_mode))
                with contextlib.suppress(OSError, AttributeError):  # only root may give folders away
                    os.chown(self._temporary, there.st_uid, there.st_gid)
                if os.name != "posix":  # pragma: no cover: Windows, where a folder is not renamed to one that is there
                    os.rmdir(self._path)
            os.rename(self._temporary, self._path)
        except OSError as error:  # as when another program has put something there since
            _name(error, self.target)
            raise

    def _move(self) -> None:
        """Move file after file; those that were new are taken back when it comes to nothing."""
        new: list[str] = []
        made: list[str] = []
        told = self.target
        try:
            for folder in reversed(self._folders()):
                place, told = os.path.join(self._path, folder), os.path.join(self.target, folder)
                with contextlib.suppress(FileExistsError):
                    os.mkdir(place)
                    made.append(place)
            for name in sorted(self.names):
                place, told = os.path.join(self._path, name), os.path.join(self.target, name)
                if not os.path.lexists(place):
                    new.append(place)
                os.replace(os.path.join(self._temporary, name), place)
        except BaseException as error:
            for place in new:
                with contextlib.suppress(OSError):
                    os.unlink(place)
            for place in reversed(made):
                with contextlib.suppress(OSError):
                    os.rmdir(place)
            _name(error, told)
            raise
        for folder in self._folders():
            sync_folder(os.path.join(self._path, folder))
        self.discard()  # what is left of it is empty, and in nobody's way if it stays

    def discard(self) -> None:
        """Leave nothing behind. Does nothing after ``publish``."""
        if self._temporary:
            with contextlib.suppress(OSError):
                os.chmod(self._temporary, stat.S_IRWXU)
            _remove(self._temporary)
            self._temporary = ""

    def __del__(self) -> None:
        """Leave nothing behind when a signal came before anybody had this to discard it."""
        if self._temporary and self._process == os.getpid():  # a process that was forked off has no say in it
            self.discard()


def _remove(folder: str) -> None:
    """Remove a folder with all that is in it, as far as the system lets us. ``rmtree`` can lose a signal."""
    entries: list[os.DirEntry[str]] = []
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        entries = list(found)
    for entry in entries:
        with contextlib.suppress(OSError):
            if entry.is_dir(follow_symlinks=False):
                _remove(entry.path)
            else:
                os.unlink(entry.path)
    with contextlib.suppress(OSError):
        os.rmdir(folder)


def is_folder(target: str) -> bool:
    """Say whether a target is a folder: one that is there, or a name that ends in a slash."""
    return target.endswith(("/", os.sep)) or os.path.isdir(target)


def inside(path: str, folder: str) -> bool:
    """Say whether a path is one of something in a folder, at any depth, or would be if both were there."""
    here, folder = os.path.realpath(path), os.path.realpath(folder)
    while (parent := os.path.dirname(here)) != here:
        here = parent
        with contextlib.suppress(OSError):
            if os.path.samefile(here, folder):
                return True
        if here == folder:
            return True
    return False


def _is_empty(folder: str) -> bool:
    with os.scandir(folder) as entries:
        return next(entries, None) is None


def _stays(folder: str) -> bool:
    """Say whether a folder cannot be replaced, or should not: whoever stands in it would stand nowhere."""
    with contextlib.suppress(OSError):
        return os.path.ismount(folder) or os.path.samefile(folder, os.curdir)
    return False


def _name(error: BaseException, name: str) -> None:
    """Give an error of the system a name that the user knows: it has none, or that of something temporary."""
    if isinstance(error, OSError):
        error.filename, error.filename2 = name, None


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDWR)  # Windows makes nothing durable that was opened to read
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
