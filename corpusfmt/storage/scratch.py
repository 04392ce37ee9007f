"""A file without a name, for what stands between a source and the target that takes its place."""

from __future__ import annotations


class Scratch:
    """Bytes that are written once and read any number of times. Gone when it is closed, or the process ends."""

    def __init__(self, folder: str, name: str) -> None:
        from tempfile import TemporaryFile

        self.name, self.size = name, 0
        self._file = TemporaryFile(dir=folder or None)  # noqa: SIM115

    def write(self, data: bytes) -> None:
        """Take bytes, after those that were given before. Raises OSError."""
        self._file.seek(self.size)
        self._file.write(data)
        self.size += len(data)

    def stream(self) -> ScratchStream:
        """Return a stream of all bytes; any number of them go side by side."""
        return ScratchStream(self)

    def at(self, position: int, size: int) -> bytes:
        """Return up to ``size`` bytes from ``position`` on."""
        self._file.seek(position)
        return self._file.read(size)

    def close(self) -> None:
        """Let go of it."""
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
