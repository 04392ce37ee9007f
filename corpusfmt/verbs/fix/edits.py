"""Applying edits to a stream."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from itertools import chain, pairwise
from struct import Struct
from typing import Final, TypeAlias

from corpusfmt import storage
from corpusfmt.limits import CHUNK, HEAD, MIB
from corpusfmt.model.errors import ConfigurationError, CorpusfmtError, ParseError
from corpusfmt.model.finding import Edit
from corpusfmt.model.format import Format, Stream
from corpusfmt.sources.batches import UpToDamage, with_gap
from corpusfmt.text.display import quoted
from corpusfmt.text.utf8 import has_narrow_lines
from corpusfmt.verbs.fix.proven import Verdict, chunks, recoded

#: So many bytes are kept, then so many of the old are dropped, then so many of the new are added.
Step: TypeAlias = tuple[int, int, int]
_STEP: Final = Struct("<3Q")
_HELD: Final = 4096
_KEEP, _DROP, _ADD = range(3)


class Script:
    """The steps from an old text to a new one, from the beginning to the end of both. They lie in a scratch file."""

    def __init__(self, scratch: storage.Scratch) -> None:
        self._scratch = scratch
        self._held: list[bytes] = []

    def add(self, keep: int, drop: int, add: int) -> None:
        """Take the next step. Raises OSError."""
        self._held.append(_STEP.pack(keep, drop, add))
        if len(self._held) >= _HELD:
            self._put()

    def _put(self) -> None:
        self._scratch.write(b"".join(self._held))
        self._held.clear()

    def steps(self) -> Iterator[Step]:
        """Give the steps. Raises OSError."""
        self._put()
        for at in range(0, self._scratch.size, _HELD * _STEP.size):
            yield from _STEP.iter_unpack(self._scratch.at(at, _HELD * _STEP.size))

    def close(self) -> None:
        """Let go of it."""
        self._scratch.close()


def compose(first: Iterable[Step], second: Iterable[Step]) -> Iterator[Step]:
    """Give the steps of one script and of one that goes on from there, as one script."""
    keep = drop = add = 0
    for kind, count in _parts(first, second):
        if kind == _KEEP:
            if drop or add:
                yield keep, drop, add
                keep = drop = add = 0
            keep += count
        elif kind == _DROP:
            drop += count
        else:
            add += count
    yield keep, drop, add


def _parts(first: Iterable[Step], second: Iterable[Step]) -> Iterator[tuple[int, int]]:
    """Give what happens to the first text and what comes into the last, part by part."""
    parts = ((kind, count) for step in first for kind, count in enumerate(step) if count)
    kind, left = _KEEP, 0
    for keep, drop, add in second:
        for goal, count in ((_KEEP, keep), (_DROP, drop)):
            while count:
                while not left:
                    kind, left = next(parts)
                    if kind == _DROP:  # of the first text, so it never came before the second script
                        yield kind, left
                        left = 0
                taken = min(left, count)
                left, count = left - taken, count - taken  # noqa: PLW2901 - what is left of the step
                if goal == _KEEP:
                    yield kind, taken
                elif kind == _KEEP:  # what the first script added and the second drops was never anywhere
                    yield _DROP, taken
        if add:
            yield _ADD, add
    yield from parts


#: A member up to this size is compressed.
WHOLE = 64 * MIB


class Removed:
    """Takes what is removed of damaged compressed data: parts of the file as it is stored, and of what it holds."""

    def __init__(self, stored: storage.Input, cut: storage.Scratch) -> None:
        self._stored, self._cut = stored, cut

    def part(self, start: int, stop: int) -> None:
        """Take what stands in the file from ``start`` to ``stop``; each part is after those before. Raises OSError."""
        while (left := stop - self._stored.position) and (data := self._stored.read(min(left, CHUNK))):
            self._cut.write(data[max(start - (self._stored.position - len(data)), 0) :])

    def content(self, data: bytes) -> None:
        """Take decompressed bytes. Raises OSError."""
        self._cut.write(data)


class Source:
    """A source; a damaged one without what is damaged, where that is to be removed."""

    #: The code of what is mended by reading it, if anything is.
    fixes = ""

    def __init__(self, stream: Stream, format: Format, *, salvage: bool, removed: Removed | None = None) -> None:
        """``salvage`` leaves out what is damaged, which is given to ``removed``."""
        self._stream, self._format, self._salvage, self._removed = stream, format, salvage, removed
        self.name = stream.name
        #: Whether it ends before the end of the file.
        self.cut = False
        #: The codes of damage that was passed over.
        self.passed: list[str] = []
        self._input = stream if isinstance(stream, storage.Input) and stream.codec and format.begins else None
        self._source = UpToDamage(self._input, format) if self._input else stream
        self._given, self._last = 0, b"\n"
        self._shift = 0
        self._members: list[tuple[int, int]] | None = None

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; none at the end, or where the source was cut and that is to be fixed."""
        data = b""
        while not data and not self.cut:
            try:
                data = self._source.read(size)
                failure = self._source.failure if isinstance(self._source, UpToDamage) else None
                is_whole = True
            except ParseError as error:
                failure, is_whole = error, not self._format.open_ended or not self._given
            if failure is not None:
                data = self._pass(failure, is_whole=is_whole)
            elif not data:
                break
        if self._members is not None and (begun := self._stream.track_members()):
            self._members += [(at + self._shift, raw) for at, raw in begun]
            begun.clear()
        self._given += len(data)
        self._last = data[-1:] or self._last
        return data

    def _pass(self, failure: ParseError, *, is_whole: bool) -> bytes:
        """Pass over damage, and return what stands before the next record, if anything. Raises ParseError."""
        gap = self._source.gap if isinstance(self._source, UpToDamage) else None
        if gap is None or self._input is None:
            if not self._salvage or failure.finding.code != storage.CUT:  # with unsafe fixes it is the end
                raise failure
            self.cut = True
            return b""
        finding = with_gap(failure.finding, gap)
        is_doubtful = finding.code == storage.DAMAGED and self._input.position > gap.sound
        if is_doubtful or not is_whole:
            raise ParseError(finding._replace(hint="fetch the file again"))
        if not self._salvage or not (self._given or gap.content):
            raise ParseError(finding)
        self.passed.append(finding.code)
        if self._removed:
            self._removed.part(gap.offset - gap.size, gap.offset)
        if not gap.content:
            self.cut = True
            return b""
        return self._resume(self._input)

    def _resume(self, stream: storage.Input) -> bytes:
        """Begin with the member after the damage. Return what is to stand before its first record."""
        assert isinstance(self._source, UpToDamage)
        self._source.begin()
        start, head = stream.position, stream.peek(HEAD)
        before = b"" if self._last == b"\n" else b"\n"
        if not self._given and self._format.heads is not None:
            before = self._format.heads(head)
        begin = self._format.resync(b"\n" + head, 1) - 1 if self._format.resync else 0
        while begin > 0:
            dropped = stream.read(begin)
            begin -= len(dropped)
            if self._removed:
                self._removed.content(dropped)
        self._shift = self._given + len(before) - (stream.position - start)
        return before

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
        """As of the source, with the offsets in what is given."""
        if self._stream.track_members() is not None and self._members is None:
            self._members = []
        return self._members

    def expand(self, size: int, /) -> None:
        """As of the source."""
        self._stream.expand(size)


class Work:
    """A file that is being fixed: its bytes so far, those that were cut off, and, when asked for, what was done."""

    def __init__(self, path: str, *, traced: bool = False, parted: bool = False) -> None:
        self._path, self._folder = path, storage.folder_of(path)
        self.text, self.cut = self._scratch(), self._scratch()
        self.scripts: list[Script] = []
        self._traced, self._parted = traced, parted
        self._copies = 0

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
        """Take a stream with the edits made. What an unsafe one takes away for nothing is cut off. Raises OSError.

        With ``parted``, as for texts, where several may be, what is cut off stands after a line that says where it was
        and how many bytes it has, and before a line end.
        """
        since = " after earlier fixes" if self._copies else ""
        self._copies += 1
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
            is_cut = left > 0 and not edit.safe and not edit.replacement
            if is_cut and self._parted:
                self.cut.write(b"@@ byte %d%b, %d bytes @@\n" % (edit.byte, since.encode(), left))
            while left and (buffer or (buffer := stream.read(CHUNK))):
                taken = buffer[:left]
                if is_cut:
                    self.cut.write(taken)
                buffer, at, left = buffer[len(taken) :], at + len(taken), left - len(taken)
            if is_cut and self._parted:
                self.cut.write(b"\n")
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


#: U+FFFE, which is a byte order mark in the other order; and so much of a piece is looked at with the next one.
_WRONG: Final = "\ufffe".encode()
_OVERLAP: Final = 64


class Transcoded(Source):
    """A source whose bytes are brought to UTF-8, without the mark."""

    codec = ""

    def __init__(self, stream: Stream, format: Format, encoding: str, *, salvage: bool) -> None:
        super().__init__(stream, format, salvage=salvage)
        self._source, self._input = stream, None  # where a record begins is not seen in it
        fixes = format.wide_code
        self._encoding, self.fixes = encoding, fixes
        # The name without a byte order takes the mark away.
        self._decoder = getincrementaldecoder(encoding[:6])("strict")
        self._done, self._before = False, b""

    @property
    def changes(self) -> list[str]:
        """As of the source."""
        return [*super().changes, "in UTF-8"]

    def read(self, size: int, /) -> bytes:
        """Return about ``size`` bytes of UTF-8; none at the end. Raises ConfigurationError."""
        while not self._done:
            raw = super().read(size)
            self._done = not raw
            try:
                data = self._decoder.decode(raw, self._done).encode()
            except UnicodeError:
                data = _WRONG
            if _WRONG in data or has_narrow_lines(self._before + raw):
                what = f"not all of it is in {self._encoding}, as its byte order mark says"
                raise ConfigurationError(f"{quoted(self.name, 400)}: {what}; nothing was changed")
            self._before = raw[-_OVERLAP:]
            if data:
                return data
        return b""


class Recoded(Source):
    """A source whose bytes are brought to UTF-8 as it was found out that they can be."""

    codec = ""

    def __init__(
        self,
        stream: Stream,
        format: Format,
        verdict: Verdict,
        fixes: str,
        *,
        salvage: bool,
        removed: Removed | None = None,
    ) -> None:
        super().__init__(stream, format, salvage=salvage, removed=removed)
        self.fixes = fixes
        self._pieces = recoded(chunks(super().read), verdict, format)

    @property
    def changes(self) -> list[str]:
        """As of the source."""
        return [*super().changes, "in UTF-8"]

    def read(self, _size: int, /) -> bytes:
        """Return some UTF-8; none at the end."""
        return next(self._pieces, b"")
