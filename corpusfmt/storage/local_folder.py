"""A folder of the operating system that appears completely, in one step, or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO, Final

from corpusfmt.model.errors import ConfigurationError, TargetChangedError
from corpusfmt.storage.held_folder import Held, hold, identity, is_behind_link, temporary_name
from corpusfmt.text.display import quoted

#: Making files durable one after the other waits for the disk each time; side by side, they share the wait.
_THREADS: Final = 16
_AT_A_TIME: Final = 4096


class LocalPendingFolder:
    """A temporary folder beside the target, which ``commit`` renames to it.

    A folder that is not empty is written into with ``force`` alone; then, and for an empty one that cannot be replaced,
    because it is mounted or the current one, the temporary folder lies in it, and ``commit`` moves file after file. A
    file of the same name is replaced, and a link is, not what it points to. Files may lie in folders of their own,
    which are made where there are none, and never are links.

    Where all that is, is settled at the start. Nobody else may look into the temporary folder, so that nobody can put
    a link into it.
    """

    _temporary = ""
    _inner: Held | None = None

    def __init__(self, target: str, *, force: bool) -> None:
        self._target = target
        self._process = os.getpid()
        self._names: Sequence[str] = ()
        path = os.path.realpath(target)
        there = os.path.isdir(path)
        if not there and os.path.lexists(path):
            raise ConfigurationError(f"the target {quoted(target)} is a file; name a folder that is new or empty")
        filled = there and not _is_empty(path)
        if filled and not force:
            raise ConfigurationError(
                f"the folder {quoted(target)} is not empty; name a new or empty one, or write into it with --force"
            )
        self._inside = there and (filled or _stays(path))
        #: The folders that files are moved into, as they were when it was looked whether they are in the way.
        self._seen: dict[str, tuple[int, int]] = {}
        try:
            self._last = os.path.basename(path)
            #: Where the temporary folder lies: in the target, or beside it.
            self._folder = Held(path) if self._inside else hold(os.path.dirname(path), os.path.dirname(path))
            self._make_temporary()
        except BaseException as error:  # nobody has this yet to discard it
            self.discard()
            named(error, target)
            raise

    def _make_temporary(self) -> None:
        self._temporary = temporary_name(self._last)
        try:
            self._folder.mkdir(self._temporary)
        except OSError as error:
            self._temporary = ""  # it is not there, or that of another target
            if isinstance(error, FileExistsError):
                what = "is already being written, under this or another name of the same folder"
                raise ConfigurationError(f"{quoted(self._target, 400)} {what}; name another one") from None
            raise
        self._inner = Held(self._temporary, self._folder)
        self._mode = self._inner.mode
        there = None if self._inside else self._folder.stat(self._last)
        if there:
            self._mode = stat.S_IMODE(there.st_mode)
            with contextlib.suppress(OSError, AttributeError):  # only root may give folders away
                self._inner.change_owner(there.st_uid, there.st_gid)
        self._inner.change_mode(stat.S_IRWXU)

    def write(self, path: str, content: bytes) -> None:
        """Write a file at a path."""
        assert self._inner
        try:
            descriptor = self._inner.create(path)
        except FileNotFoundError:
            for folder in reversed(_above(path)):
                with contextlib.suppress(FileExistsError):
                    self._inner.mkdir(folder)
            descriptor = self._inner.create(path)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)

    def reread(self, path: str) -> BinaryIO:
        """Open a file that was written."""
        assert self._inner
        return os.fdopen(self._inner.open(path, os.O_RDONLY), "rb")

    def finish(self, paths: Sequence[str]) -> None:
        """Make all files durable, still out of their place."""
        self._names = paths
        if self._inside:
            self._check_places()
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(_THREADS)
        try:
            names = iter(self._names)
            while some := list(islice(names, _AT_A_TIME)):
                try:
                    for _ in pool.map(self._sync, some):
                        pass
                except RuntimeError:  # the system gives no more threads
                    for name in some:
                        self._sync(name)
        except OSError as error:
            named(error, self._target)
            raise
        finally:
            pool.shutdown(cancel_futures=True)
        assert self._inner
        for folder in (*self._folders(), ""):
            self._inner.below(folder).sync()

    def _sync(self, name: str) -> None:
        assert self._inner
        descriptor = self._inner.open(name, os.O_RDWR)  # Windows makes nothing durable that was opened to read
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _folders(self) -> list[str]:
        """Return the folders that files lie in, the inner ones first."""
        found = {folder: None for name in self._names for folder in _above(name)}
        return sorted(found, key=lambda folder: folder.count("/"), reverse=True)

    def _check_places(self) -> None:
        """Refuse what is in the way in a folder that is written into."""
        for folder in reversed(self._folders()):
            above, _, name = folder.rpartition("/")
            there = self._below(above).stat(name) if not above or above in self._seen else None
            if there and not stat.S_ISDIR(there.st_mode):
                place = os.path.join(self._folder.path, folder)
                raise ConfigurationError(f"{quoted(place, 400)} is a file where a folder is needed; move it away")
            if there:
                self._seen[folder] = identity(there)
        for here, _, name in self._places(folder for folder in self._folders() if folder in self._seen):
            there = here.stat(name)
            if there and stat.S_ISDIR(there.st_mode):
                place = os.path.join(here.path, name)
                raise ConfigurationError(f"{quoted(place, 400)} is a folder where a file is needed; move it away")

    def _places(self, folders: Iterable[str]) -> Iterator[tuple[Held, str, str]]:
        """Give where each file is to be, in order of their paths: the folder, its path in the target, and the name.

        Only those in ``folders`` or right in the target. Raises OSError and TargetChangedError.
        """
        wanted = {"", *folders}
        here, where = self._folder, ""
        for path in sorted(self._names):
            folder, _, name = path.rpartition("/")
            if folder in wanted:
                if folder != where:
                    here, where = self._below(folder), folder
                yield here, folder, name

    def _below(self, folder: str) -> Held:
        """Return a folder in the target, which must be the one that was seen. Raises OSError and TargetChangedError."""
        try:
            here = self._folder.below(folder)
            if self._seen.setdefault(folder, here.identity) == here.identity:
                return here
        except OSError as error:
            if not is_behind_link(error):
                raise
        place = os.path.join(self._folder.path, folder)
        raise TargetChangedError(f"{quoted(place, 400)} was replaced during the run; run again to write there")

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Keep other runs from giving files their names in the same folder meanwhile; see there."""
        return self._folder.alone()

    def commit(self) -> None:
        """Put the files in their place. Raises OSError, and TargetChangedError when that is not where it was."""
        self._folder.check()
        if self._inside:
            self._move()
        else:
            self._replace()
        self._folder.sync()
        self._temporary, self._inner = "", None

    def _replace(self) -> None:
        """Rename the folder, in one step."""
        assert self._inner
        try:
            self._inner.change_mode(self._mode)
            if os.name != "posix":  # pragma: no cover: Windows, where a folder is not renamed to one that is there
                with contextlib.suppress(FileNotFoundError):
                    self._folder.rmdir(self._last)
            self._folder.rename(self._temporary, self._last)
        except OSError as error:  # as when another program has put something there since
            named(error, self._target)
            raise

    def _move(self) -> None:
        """Move file after file; those that were new are taken back when it comes to nothing."""
        assert self._inner
        new: list[tuple[str, str]] = []
        made: list[tuple[str, str]] = []
        told = self._target
        folders = self._folders()
        try:
            for folder in reversed(folders):
                above, _, name = folder.rpartition("/")
                told = os.path.join(self._target, folder)
                if folder not in self._seen:
                    with contextlib.suppress(FileExistsError):
                        self._below(above).mkdir(name)
                        made.append((above, name))
            for here, folder, name in self._places(folders):
                path = f"{folder}/{name}" if folder else name
                told = os.path.join(self._target, path)
                if not here.stat(name):
                    new.append((folder, name))
                self._inner.replace(path, name, here)
        except BaseException as error:
            for folder, name in new:
                with contextlib.suppress(OSError, TargetChangedError):
                    self._below(folder).unlink(name)
            for folder, name in reversed(made):
                with contextlib.suppress(OSError, TargetChangedError):
                    self._below(folder).rmdir(name)
            named(error, told)
            raise
        for folder in folders:
            self._below(folder).sync()
        self.discard()  # what is left of it is empty, and in nobody's way if it stays

    def discard(self) -> None:
        """Leave nothing behind. Does nothing after ``commit``."""
        if self._temporary:
            with contextlib.suppress(OSError):
                inner = self._inner or Held(self._temporary, self._folder)
                inner.empty()
                self._folder.rmdir(self._temporary)
        self._temporary, self._inner = "", None

    def __del__(self) -> None:
        """Leave nothing behind when a signal came before anybody had this to discard it."""
        if self._temporary and self._process == os.getpid():  # a process that was forked off has no say in it
            self.discard()


def _is_empty(folder: str) -> bool:
    with os.scandir(folder) as entries:
        return next(entries, None) is None


def _stays(folder: str) -> bool:
    """Say whether a folder cannot be replaced, or should not: whoever stands in it would stand nowhere."""
    with contextlib.suppress(OSError):
        return os.path.ismount(folder) or os.path.samefile(folder, os.curdir)
    return False


def _above(name: str) -> list[str]:
    """Return the folders that a file lies in, the inner ones first."""
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]


def named(error: BaseException, name: str) -> None:
    """Give an error of the system a name that the user knows: it has none, or that of something temporary."""
    if isinstance(error, OSError):
        error.filename, error.filename2 = name, None
