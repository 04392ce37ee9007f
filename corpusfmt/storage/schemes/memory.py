"""``memory:`` Files in the memory of this process: for tests of programs, and of disk errors."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import posixpath
from collections.abc import Callable, Sequence
from typing import BinaryIO

from corpusfmt.model.errors import ConfigurationError
from corpusfmt.storage.filesystem import Info, Listing, State
from corpusfmt.text.display import quoted


class _File:
    """What a name stands for. A file that is replaced is another one."""

    def __init__(self, number: int, content: bytes) -> None:
        self.number, self.content, self.version = number, content, 0


class MemoryFileSystem:
    """Files by path. A folder is there when something is in it, or was made in it.

    ``calls`` is asked before each step that a disk could refuse, with its name (``open``, ``read``, ``create``,
    ``write``, ``sync``, ``commit``, ``unlink``, ``list``) and the path: what it raises is what the disk says.
    ``pending`` counts what is begun, and neither committed nor discarded.
    """

    shared = False

    def __init__(self, calls: Callable[[str, str], object] = lambda *_: None) -> None:
        self.calls = calls
        self.pending: set[str] = set()
        self._files: dict[str, _File] = {}
        self._folders: set[str] = set()
        self._numbers: dict[str, int] = {}

    def put(self, path: str, content: bytes) -> None:
        """Write a file as another program does: in place where it is there."""
        key = _key(path)
        there = self._files.setdefault(key, _File(self._number(), b""))
        there.content, there.version = content, there.version + 1

    def files(self) -> dict[str, bytes]:
        """Return the content of each file, by path without the scheme."""
        return {key: file.content for key, file in sorted(self._files.items())}

    def make(self, folder: str) -> None:
        """Make a folder, and those above it."""
        self._folders.add(_key(folder))

    def info(self, path: str) -> Info | None:
        """Return what a path leads to; None where it leads to nothing."""
        key = _key(path)
        if there := self._files.get(key):
            return Info(is_file=True, is_folder=False, state=_state(there))
        if self._is_folder(key):
            number = self._numbers.setdefault(key, self._number())
            return Info(is_file=False, is_folder=True, state=State(id(self), number, 0, 0))
        return None

    def real(self, path: str) -> str:
        """Return the path without parts that lead upwards. There are no links."""
        return f"memory://{_key(path)}"

    def list(self, folder: str) -> Listing:
        """Return what is below a folder. Hidden things are not looked at."""
        self.calls("list", folder)
        found, beside = Listing([], [])
        stem, top = os.path.join(folder, ""), _inside(_key(folder))
        for key in sorted(self._files):
            if key.startswith(top):
                inner = key[len(top) :]
                hidden = any(part.startswith(".") for part in inner.split("/"))
                (beside if hidden else found).append(stem + inner)
        return Listing(found, beside)

    def open(self, path: str, root: str | None = None) -> BinaryIO:  # noqa: ARG002 - there are no links
        """Open a file to read. It gives what the file holds at the time of each call."""
        self.calls("open", path)
        there = self._files.get(_key(path))
        if there is None:
            number = errno.EISDIR if self._is_folder(_key(path)) else errno.ENOENT
            raise OSError(number, os.strerror(number), path)
        return io.BufferedReader(_Reader(self, path, there))

    def state(self, raw: BinaryIO) -> State | None:
        """Return the state of what ``open`` gave; None for all else."""
        reader = getattr(raw, "raw", None)
        return _state(reader.file) if isinstance(reader, _Reader) else None

    def stream(self, path: str) -> BinaryIO | None:
        """Return None: there are no devices. A folder is refused."""
        if self._is_folder(_key(path)):
            raise ConfigurationError(f"the target {quoted(path)} is a folder; name a file in it")
        return None

    def hold(self, folder: str, called: str) -> MemoryFolder:
        """Open a folder, which messages call ``called``."""
        if not self._is_folder(_key(folder)):
            raise ConfigurationError(f"the folder {quoted(called)} does not exist; make it first")
        return MemoryFolder(self, _key(folder))

    def begin(self, path: str) -> MemoryPendingFile:
        """Begin the file that a path leads to."""
        folder, _, name = _key(path).rpartition("/")
        return self.hold(f"memory://{folder}", os.path.dirname(path)).begin(name, path)

    def begin_folder(self, path: str, *, force: bool) -> MemoryPendingFolder:
        """Begin a folder."""
        return MemoryPendingFolder(self, path, force=force)

    def _number(self) -> int:
        self._last = getattr(self, "_last", 0) + 1
        return self._last

    def _is_folder(self, key: str) -> bool:
        top = _inside(key)
        return not key or any(name == key or name.startswith(top) for name in self._folders) or self._has(top)

    def _has(self, top: str) -> bool:
        return any(key.startswith(top) for key in self._files)

    def _begun(self, key: str, called: str, what: str) -> None:
        if key in self.pending:
            raise ConfigurationError(f"{quoted(called, 400)} is already being written; name another {what}")
        self.calls("create", called)
        self.pending.add(key)

    def _commit(self, key: str, content: bytes) -> None:
        self._files[key] = _File(self._number(), content)

    def _unlink(self, key: str) -> None:
        self.calls("unlink", f"memory://{key}")
        if self._files.pop(key, None) is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), f"memory://{key}")


class MemoryFolder:
    """A folder for several files."""

    def __init__(self, system: MemoryFileSystem, key: str) -> None:
        self._system, self._top = system, _inside(key)

    def begin(self, name: str, called: str) -> MemoryPendingFile:
        """Begin a file here, which messages call ``called``."""
        return MemoryPendingFile(self._system, self._top + name, called)

    def state(self, name: str) -> State | None:
        """Return the state of what has a name here."""
        found = self._system.info(f"memory://{self._top}{name}")
        return found.state if found else None

    def unlink(self, name: str) -> None:
        """Remove a file."""
        self._system._unlink(self._top + name)

    def clear(self, name: str) -> None:
        """Remove a file, if it is there."""
        with contextlib.suppress(FileNotFoundError):
            self.unlink(name)

    def sync(self) -> None:
        """Make the names here durable: they are as durable as this process."""

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Keep other runs away: there are none."""
        return contextlib.nullcontext()


class MemoryPendingFile:
    """A file that has its content, and not yet its name."""

    folder = None

    def __init__(self, system: MemoryFileSystem, key: str, called: str) -> None:
        if system._is_folder(key):
            raise ConfigurationError(f"{quoted(called, 400)} is not a file; remove it")
        self._system, self._key, self._called = system, key, called
        system._begun(key, called, "file")
        self.raw: BinaryIO = _Written(system, called)
        self._content = b""

    def sync(self) -> None:
        """Keep what was written."""
        self._system.calls("sync", self._called)
        assert isinstance(self.raw, _Written)
        self._content = self.raw.getvalue()

    def reread(self) -> BinaryIO:
        """Open what was written."""
        self._system.calls("open", self._called)
        return io.BytesIO(self._content)

    def keep_attributes(self, model: str) -> None:
        """Do nothing: a file has no attributes."""

    def clear(self) -> None:
        """Remove the file that has the name."""
        if self._key in self._system._files:
            self._system._unlink(self._key)

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Keep other runs away: there are none."""
        return contextlib.nullcontext()

    def commit(self, *, durably: bool) -> None:  # noqa: ARG002 - all is durable here
        """Give the file its name."""
        self._system.calls("commit", self._called)
        self._system._commit(self._key, self._content)
        self.discard()

    def discard(self) -> None:
        """Leave nothing behind."""
        self._system.pending.discard(self._key)


class MemoryPendingFolder:
    """Files that have their content, and not yet their place."""

    def __init__(self, system: MemoryFileSystem, path: str, *, force: bool) -> None:
        self._system, self._path, self._top = system, path, _inside(_key(path))
        self._content: dict[str, bytes] = {}
        if _key(path) in system._files:
            raise ConfigurationError(f"the target {quoted(path)} is a file; name a folder that is new or empty")
        if system._has(self._top) and not force:
            raise ConfigurationError(
                f"the folder {quoted(path)} is not empty; name a new or empty one, or write into it with --force"
            )
        system._begun(self._top, path, "folder")

    def write(self, path: str, content: bytes) -> None:
        """Write a file at a path."""
        self._system.calls("write", path)
        self._content[path] = content

    def reread(self, path: str) -> BinaryIO:
        """Open a file that was written."""
        self._system.calls("open", path)
        return io.BytesIO(self._content[path])

    def finish(self, paths: Sequence[str]) -> None:
        """Look whether a folder is in the way of a file, or a file in that of a folder."""
        self._system.calls("sync", self._path)
        for path in paths:
            above = path.split("/")[:-1]
            folders = ["/".join(above[: count + 1]) for count in range(len(above))]
            if self._system._is_folder(self._top + path):
                raise ConfigurationError(f"{quoted(path, 400)} is a folder where a file is needed; move it away")
            if any(self._top + folder in self._system._files for folder in folders):
                raise ConfigurationError(f"{quoted(path, 400)} has a file where its folder is needed; move it away")

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Keep other runs away: there are none."""
        return contextlib.nullcontext()

    def commit(self) -> None:
        """Put the files in their place."""
        self._system.calls("commit", self._path)
        for path, content in self._content.items():
            self._system._commit(self._top + path, content)
        self._system.make(self._path)
        self.discard()

    def discard(self) -> None:
        """Leave nothing behind."""
        self._content.clear()
        self._system.pending.discard(self._top)


class _Reader(io.RawIOBase):
    def __init__(self, system: MemoryFileSystem, path: str, file: _File) -> None:
        self.file = file
        self._calls, self._path, self._at = system.calls, path, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        self._calls("read", self._path)
        view = memoryview(buffer)  # type: ignore[arg-type]  # Buffer has no name before Python 3.12
        data = self.file.content[self._at : self._at + len(view)]
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


class _Written(io.BytesIO):
    def __init__(self, system: MemoryFileSystem, path: str) -> None:
        super().__init__()
        self._calls, self._path = system.calls, path

    def write(self, data: object, /) -> int:
        self._calls("write", self._path)
        return super().write(data)  # type: ignore[arg-type]  # as above


def _key(path: str) -> str:
    """Return a path without its scheme, and without parts that lead upwards."""
    inner = posixpath.normpath("/" + path.partition(":")[2])
    return inner.lstrip("/")


def _inside(key: str) -> str:
    return f"{key}/" if key else ""


def _state(file: _File) -> State:
    return State(0, file.number, len(file.content), file.version)


#: The files of ``memory:``, of which a process has one set.
FILE_SYSTEM = MemoryFileSystem()
