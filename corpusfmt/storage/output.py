"""Writing targets: a file appears completely under its name, or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import BinaryIO

from corpusfmt.limits import ANY
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.model.rows import Pieces, joined
from corpusfmt.storage.codec import Encoder
from corpusfmt.storage.filesystem import OpenFolder, PendingFile
from corpusfmt.storage.gzip import GZIP_LEVEL, GzipEncoder, stored_member
from corpusfmt.storage.input import Input
from corpusfmt.storage.paths import file_system
from corpusfmt.storage.zstd import ZSTD_LEVEL, ZstdEncoder


def _encoder_for(path: str, codec: str | None, jobs: int) -> Encoder | None:
    """Return the encoder of a codec: the one that is named, or that the suffix of ``path`` asks for."""
    if codec is None:
        codec = path.lower().rpartition(".")[2]
    if codec == "gz":
        return GzipEncoder(jobs)
    return ZstdEncoder(jobs) if codec == "zst" else None


def codecs() -> dict[str, dict[str, str | int]]:
    """Return which libraries compress, by suffix: equal versions of them give equal bytes on every processor."""
    import deflate
    import zstandard

    version = ".".join(map(str, zstandard.ZSTD_VERSION))
    return {
        "gz": {"library": "libdeflate", "package": f"deflate {deflate.__version__}", "level": GZIP_LEVEL},
        "zst": {
            "library": f"Zstandard {version}",
            "package": f"zstandard {zstandard.__version__}",
            "level": ZSTD_LEVEL,
        },
    }


class Output:
    """One target file. ``size`` counts the bytes given to it before compression, ``raw_size`` those after it.

    ``write_member`` gives each piece a member of its own. ``write`` and ``write_records`` fill a stream: one zstd
    frame, or gzip members of some size, which end at records where those are known. ``raw_size`` is where the next
    member begins as long as only ``write_member`` is called, with one job; what else is taken may wait in a compressor.

    The file is pending, as a temporary one in the same folder; ``finish`` makes it durable, ``publish`` gives it the
    name. A file of that name stays whole until then. Standard output, devices, pipes and files that a
    program has opened have no such protection and are written to as they are.
    """

    _raw: BinaryIO | None = None
    _pending: PendingFile | None = None

    def __init__(
        self,
        target: str,
        codec: str | None = None,
        folder: OpenFolder | None = None,
        given: BinaryIO | None = None,
        jobs: int = 1,
    ) -> None:
        """``folder`` is that of the target where it is open already; then no link is followed. ``given`` is a file that
        a program has opened, which stays open; ``target`` is then what errors call it. So many ``jobs`` compress.
        """
        self.target, self.size, self.raw_size = target, 0, 0
        self._encoder = _encoder_for(target, codec, jobs)
        self._owned = given is None and target != "-"
        if given is not None:
            self._raw = given
            return
        if target == "-":
            if sys.__stdout__ is None:
                raise ConfigurationError("standard output is closed; name a file with -o")
            self._raw = sys.stdout.buffer
            return
        try:
            if folder is not None:
                self._pending = folder.begin(os.path.basename(target), target)
            else:
                files = file_system(target)
                self._raw = files.stream(target)
                if self._raw is None:
                    self._pending = files.begin(target)
            if self._pending:
                self._raw = self._pending.raw
        except BaseException as error:  # nobody has this yet to discard it
            self.discard()
            self._name(error)
            raise

    @property
    def is_pipe(self) -> bool:
        """Whether what has been written cannot be taken back."""
        return self._pending is None

    @property
    def folder(self) -> str | None:
        """The folder of the file; None where there is none, as for standard output."""
        return self._pending.folder if self._pending else None

    def write(self, data: bytes) -> None:
        """Take bytes, before compression. Raises OSError."""
        self.size += len(data)
        self._put(self._encoder.write(data) if self._encoder else data)

    def write_records(self, records: Sequence[bytes]) -> None:
        """Take records, before compression. Raises OSError."""
        data = joined(records)
        self.size += len(data)
        self._put(self._encoder.records(records) if self._encoder else data)

    def write_member(self, data: bytes) -> None:
        """Take bytes that are to be a gzip member or zstd frame of their own; none are no member. Raises OSError."""
        self.write_members([data])

    def write_members(self, pieces: Sequence[bytes]) -> None:
        """Take bytes that are to be a member each; as :meth:`write_member`, and cheaper for many. Raises OSError."""
        if self._encoder is None:
            self.write_records(pieces)
            return
        found = [piece for piece in pieces if piece]
        self.size += sum(map(len, found))
        self._put(self._encoder.members(found))

    def write_each(self, pieces: Sequence[bytes]) -> list[int]:
        """Do as :meth:`write_members`, and return how many bytes of the file each is. Raises OSError."""
        if self._encoder is None:
            self.write_records(pieces)
            return pieces.sizes() if isinstance(pieces, Pieces) else [len(piece) for piece in pieces]
        ends = [self.raw_size]
        for piece in pieces:
            self.write_members([piece])
            ends.append(self.raw_size)
        return [end - begin for begin, end in pairwise(ends)]

    def write_stored(self, parts: Iterable[bytes]) -> None:
        """Take one gzip member in parts, which is not compressed: for what does not fit into memory. Raises OSError."""

        def counted() -> Iterator[bytes]:
            for part in parts:
                self.size += len(part)
                yield part

        for data in stored_member(counted()):
            self._put(data)

    def _put(self, data: bytes) -> None:
        assert self._raw is not None
        self.raw_size += len(data)
        try:
            while (taken := self._written(data)) < len(data):  # standard output may not be buffered
                data = data[taken:]
        except OSError as error:
            self._name(error)
            raise

    def _written(self, data: bytes) -> int:
        assert self._raw is not None
        taken = self._raw.write(data)
        if taken is None and not isinstance(self._raw, io.RawIOBase):  # an object that only looks like a file
            return len(data)
        return taken or 0

    def _name(self, error: BaseException) -> None:
        """Give the name of the target to an error of the system, which has none or that of the temporary file."""
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            error.filename, error.filename2 = "standard output" if self.target == "-" else self.target, None

    def finish(self) -> None:
        """Complete the file and make it durable, still without its name. Raises OSError."""
        if self._raw is None:
            return
        encoder, self._encoder = self._encoder, None  # of a thousand shards each would keep a compressor
        if encoder:
            try:
                self._put(encoder.end_member())
            finally:
                encoder.close()
        try:
            self._raw.flush()
            if self._pending:
                self._pending.sync()
            if self._owned:
                self._raw.close()
        except OSError as error:
            self._name(error)
            raise
        self._raw = None

    def reread(self, *, hashed: bool = False) -> Input:
        """Open what was written, after ``finish`` and before ``publish``, however small it became. Raises OSError."""
        assert self._pending
        try:
            return Input(self._pending.reread(), self.target, owned=True, hashed=hashed, ratio=ANY)
        except OSError as error:
            self._name(error)
            raise

    def keep_attributes(self, model: str) -> None:
        """Give the file owner, group, mode and extended attributes of another one. Raises as that cannot be done."""
        assert self._pending
        self._pending.keep_attributes(model)

    def clear(self) -> None:
        """Remove the file that has the name of the target, durably: it tells of what is replaced next. Raises OSError.

        Does nothing for standard output, devices and pipes.
        """
        if self._pending:
            try:
                self._pending.clear()
            except OSError as error:
                self._name(error)
                raise

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Keep other runs from giving files their names in the same folder meanwhile; see there."""
        return self._pending.alone() if self._pending else contextlib.nullcontext()

    def publish(self, *, durably: bool = True) -> None:
        """Give the file its name, in one step, where that led to at the start.

        What is not done ``durably`` is when another file in the folder was. Raises OSError, and TargetChangedError
        when the folder has been moved or replaced.
        """
        if self._pending:
            try:
                self._pending.commit(durably=durably)
            except OSError as error:
                self._name(error)
                raise
            self._pending = None

    def discard(self) -> None:
        """Leave nothing behind. Does nothing after ``publish``."""
        encoder, self._encoder = self._encoder, None
        if encoder:
            encoder.close()
        raw, self._raw = self._raw, None
        if raw is not None and self._owned:
            with contextlib.suppress(OSError, ValueError):  # ValueError: a signal has cut its closing in two
                raw.close()
        if self._pending:
            self._pending.discard()
        self._pending = None


def open_output(target: str, given: BinaryIO | None = None, jobs: int = 1) -> Output:
    """Open a path, or ``-`` for standard output. ``.gz`` and ``.zst`` are compressed, but for a file that is ``given``.

    Raises ConfigurationError for a folder, or for a target in a folder that does not exist; OSError.
    """
    return Output(target, "" if given is not None else None, given=given, jobs=jobs)


class Leftover:
    """What an older run may have left beside a target, which tells of what is replaced."""

    def __init__(self, path: str) -> None:
        """Raises OSError, and ConfigurationError for a folder that does not exist."""
        self.path = path
        folder = os.path.dirname(path)
        self._folder = file_system(path).hold(folder, folder)
        self._name = os.path.basename(path)

    def is_there(self) -> bool:
        """Say whether there is anything. Raises OSError."""
        return self._folder.state(self._name) is not None

    def remove(self) -> None:
        """Remove it, if it is there, and make that durable. Raises OSError."""
        self._folder.clear(self._name)
