"""Making edits in a stream: what ``fix`` does to the bytes of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from itertools import chain, pairwise

from corpusfmt import storage
from corpusfmt.limits import CHUNK, MIB
from corpusfmt.model.errors import CorpusfmtError, ParseError
from corpusfmt.model.finding import Edit
from corpusfmt.model.format import Stream
from corpusfmt.verbs.fix.edit_script import Script, Step, compose

#: A member up to this size is compressed.
WHOLE = 64 * MIB


class Source:
    """A source, or a cut one up to where it was cut."""

    def __init__(self, stream: Stream, *, salvage: bool) -> None:
        self._stream, self._salvage = stream, salvage
        self.name = stream.name
        self.cut = False

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; none at the end, or where the source was cut and that is to be mended."""
        if self.cut:
            return b""
        try:
            return self._stream.read(size)
        except ParseError as error:
            if not self._salvage or error.finding.code != storage.CUT:  # with unsafe fixes it is the end
                raise
            self.cut = True
            return b""

    @property
    def codec(self) -> str:
        """As of the source."""
        return self._stream.codec

    @property
    def padding(self) -> int:
        """As of the source."""
        return getattr(self._stream, "padding", 0)

    @property
    def changes(self) -> list[str]:
        """What makes its bytes other ones than those of the file, in words."""
        return ["decompressed"] if self._stream.codec else []

    def track_members(self) -> list[tuple[int, int]] | None:
        """As of the source."""
        return self._stream.track_members()

    def expand(self, size: int, /) -> None:
        """As of the source."""
        self._stream.expand(size)


class Work:
    """A file that is being fixed: its bytes so far, those that were cut off, and, when asked for, what was done."""

    def __init__(self, path: str, *, traced: bool = False) -> None:
        self._path, self._folder = path, storage.folder_of(path)
        self.text, self.cut = self._scratch(), self._scratch()
        self.scripts: list[Script] = []
        self._traced = traced

    def _scratch(self) -> storage.Scratch:
        return storage.Scratch(self._folder, self._path)

    def over(self, edits: Iterable[Edit]) -> None:
        """Make edits in the bytes so far. Raises OSError."""
        old, self.text = self.text, self._scratch()
        try:
            self.copy(old.stream(), edits)
        finally:
            old.close()

    def copy(self, stream: Stream, edits: Iterable[Edit]) -> None:
        """Take a stream with the edits made. What an unsafe one takes away for nothing is cut off. Raises OSError."""
        script = None
        if self._traced:
            script = Script(self._scratch())
            self.scripts.append(script)
        at = done = 0
        buffer = b""
        for edit in edits:
            while at + len(buffer) < edit.byte:
                self.text.write(buffer)
                at += len(buffer)
                buffer = stream.read(CHUNK)
            self.text.write(buffer[: edit.byte - at])
            buffer, at, left = buffer[edit.byte - at :], edit.byte, edit.length
            while left and (buffer or (buffer := stream.read(CHUNK))):
                taken = buffer[:left]
                if not edit.safe and not edit.replacement:
                    self.cut.write(taken)
                buffer, at, left = buffer[len(taken) :], at + len(taken), left - len(taken)
            self.text.write(edit.replacement)
            if script:
                script.add(edit.byte - done, at - edit.byte, len(edit.replacement))
                done = at
        while buffer or (buffer := stream.read(CHUNK)):
            self.text.write(buffer)
            at += len(buffer)
            buffer = b""
        if script:
            script.add(at - done, 0, 0)

    def steps(self) -> Iterable[Step]:
        """Give the steps from the file to its bytes so far, when they were asked for. Raises OSError."""
        return reduce(compose, [script.steps() for script in self.scripts])

    def close(self) -> None:
        """Let go of all of it."""
        self.text.close()
        self.cut.close()
        for script in self.scripts:
            script.close()


def pour(scratch: storage.Scratch, output: storage.Output, resync: Callable[[bytes, int], int] | None = None) -> None:
    """Write all of a scratch file; members that are to be read by themselves end where ``resync`` finds a record.

    Raises OSError.
    """
    stream = scratch.stream()
    held: list[bytes] = []
    size = 0
    while data := stream.read(CHUNK):
        # At its very beginning nobody sees what stands before.
        cut = resync(data, 1) if resync else len(data)
        if cut < 0 and size >= WHOLE:  # a record that is too large to wait for its end
            cut = len(data)
        if cut >= 0:
            output.write_records([b"".join([*held, data[:cut]])])
            held, size, data = [], 0, data[cut:]
        held.append(data)
        size += len(data)
    output.write_records([b"".join(held)])


def is_in(scratch: storage.Scratch, path: str) -> bool:
    """Say whether a file holds just what a scratch file holds. Raises OSError."""
    if storage.size_of(path) != scratch.size:
        return False
    at = 0
    try:
        with storage.open_input(path) as stream:
            while (data := stream.read(CHUNK)) and data == scratch.at(at, len(data)):
                at += len(data)
    except CorpusfmtError:  # it looks like something compressed
        return False
    return at == scratch.size


def write_members(
    scratch: storage.Scratch, members: Callable[[Stream], Iterator[int]], output: storage.Output, codec: str
) -> None:
    """Write a scratch file, each of its members compressed by itself.

    A large one comes in parts: zstd makes a frame of each, gzip one member that is not compressed. Raises OSError.
    """
    for start, stop in pairwise(chain([0], members(scratch.stream()), [scratch.size])):
        if stop - start <= WHOLE:
            output.write_member(scratch.at(start, stop - start))
            continue
        parts = (scratch.at(at, min(MIB, stop - at)) for at in range(start, stop, MIB))
        if codec == "zst":
            for part in parts:
                output.write_member(part)
        else:
            output.write_stored(parts)
