"""A file without a name, for data between a source and the target that replaces it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Final

from corpusfmt.limits import CHUNK, MIB
from corpusfmt.storage.input import Input
from corpusfmt.storage.paths import scratch_folder

#: A pile is held in memory up to this size, in bytes.
_HELD: Final = MIB


class Scratch:
    """Bytes that are written once and read any number of times. Gone when it is closed, or the process ends.

    There is a file when there are bytes: a folder need not be one to write into where nothing is to be written.
    """

    def __init__(self, folder: str, name: str) -> None:
        """``folder`` is where it lies, empty for the one of the system; ``name`` is what an error is said to be of."""
        from tempfile import gettempdir

        self.folder, self.name, self.size = folder, name or folder or gettempdir(), 0
        self._file: IO[bytes] | None = None

    def write(self, data: bytes) -> None:
        """Take bytes, after those that were given before. Raises OSError."""
        with self._named():
            if self._file is None:
                from tempfile import TemporaryFile

                self._file = TemporaryFile(dir=scratch_folder(self.folder))  # noqa: SIM115 - closed by its owner
            self._file.seek(self.size)
            self._file.write(data)
        self.size += len(data)

    def stream(self) -> ScratchStream:
        """Return a stream of all bytes; any number of them go side by side."""
        return ScratchStream(self)

    def at(self, position: int, size: int) -> bytes:
        """Return up to ``size`` bytes from ``position`` on."""
        if self._file is None:
            return b""
        with self._named():
            self._file.seek(position)
            return self._file.read(size)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Give an error the name of what is worked on: nobody knows this file."""
        try:
            yield
        except OSError as error:
            error.filename, error.filename2 = self.name, None
            raise

    def close(self) -> None:
        """Let go of it."""
        if self._file is not None:
            with suppress(OSError, ValueError):  # what it holds is not needed any more
                self._file.close()


class ScratchStream:
    """A stream over a scratch file. It is not compressed."""

    codec = ""

    def __init__(self, scratch: Scratch) -> None:
        self.name = scratch.name
        self._scratch, self._at = scratch, 0

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; none at the end."""
        data = self._scratch.at(self._at, size)
        self._at += len(data)
        return data

    def track_members(self) -> None:
        """Return nothing: there are no members."""

    def expand(self, size: int, /) -> None:
        """Do nothing: it was counted when the scratch file was made."""


class Copying:
    """A stream of which a scratch file gets a copy, for reading it again."""

    def __init__(self, stream: Input, copy: Scratch) -> None:
        self.name, self.codec = stream.name, stream.codec
        self._stream, self._copy = stream, copy

    @property
    def raw_position(self) -> int:
        """How many bytes of the file were read, as it is stored."""
        return self._stream.raw_position

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes, as the stream does."""
        data = self._stream.read(size)
        self._copy.write(data)
        return data

    def track_members(self) -> list[tuple[int, int]] | None:
        """Return the list of the stream."""
        return self._stream.track_members()

    def expand(self, size: int, /) -> None:
        """Count as the stream does."""
        self._stream.expand(size)


class Pile:
    """Bytes that are written and then read in order: in memory while they are few, and then in a scratch file."""

    def __init__(self, folder: str, name: str) -> None:
        """``folder`` and ``name`` are those of the scratch file, when there is one."""
        self.size = 0
        self._folder, self._name = folder, name
        self._held: list[bytes] = []
        self._scratch: Scratch | None = None

    def write(self, data: bytes) -> None:
        """Take bytes. Raises OSError."""
        self._held.append(data)
        self.size += len(data)
        if self.size - (self._scratch.size if self._scratch else 0) > _HELD:
            self._scratch = self._scratch or Scratch(self._folder, self._name)
            self._scratch.write(b"".join(self._held))
            self._held.clear()

    def pieces(self) -> Iterator[bytes]:
        """Give all bytes, in pieces. Raises OSError."""
        if self._scratch:
            for at in range(0, self._scratch.size, CHUNK):
                yield self._scratch.at(at, CHUNK)
        yield b"".join(self._held)

    def close(self) -> None:
        """Let go of it."""
        if self._scratch:
            self._scratch.close()
