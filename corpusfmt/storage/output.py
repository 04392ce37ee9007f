"""Writing targets: a file appears whole under its name, or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from corpusfmt.limits import ANY, CHUNK
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.storage.attributes import keep_attributes
from corpusfmt.storage.codec import Encoder
from corpusfmt.storage.devices import exists, open_device, refuse_open
from corpusfmt.storage.gzip import GZIP_LEVEL, GzipEncoder, stored_member
from corpusfmt.storage.input import Input
from corpusfmt.storage.open_folder import Held, hold, temporary_name
from corpusfmt.storage.zstd import ZSTD_LEVEL, ZstdEncoder
from corpusfmt.text.display import quoted

_BUFFER = 1 << 18


def _encoder_for(path: str, codec: str | None) -> Encoder | None:
    """Return the encoder of a codec: the one that is named, or that the suffix of ``path`` asks for."""
    if codec is None:
        codec = path.lower().rpartition(".")[2]
    if codec == "gz":
        return GzipEncoder()
    return ZstdEncoder() if codec == "zst" else None


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
    member begins as long as only ``write_member`` is called; what the others take may wait in the compressor.

    The bytes go to a temporary file in the same folder; ``finish`` makes them durable, ``publish`` gives
    them the name. A file of that name stays whole until then. Standard output, devices, pipes and files that a
    program has opened have no such protection and are written to as they are.
    """

    _temporary = ""
    _raw: BinaryIO | None = None
    _folder: Held | None = None

    def __init__(
        self, target: str, codec: str | None = None, folder: Held | None = None, given: BinaryIO | None = None
    ) -> None:
        """``folder`` is that of the target where it is held already; then no link is followed. ``given`` is a file that
        a program has opened, which stays open; ``target`` is then what errors call it.
        """
        self.target, self.size, self.raw_size = target, 0, 0
        self._process = os.getpid()
        self._encoder = _encoder_for(target, codec)
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
            if folder is None and exists(target):
                refuse_open(target)
                if not os.path.isfile(target):
                    if os.path.isdir(target):
                        raise ConfigurationError(f"the target {quoted(target)} is a folder; name a file in it")
                    self._raw = open_device(target)
                    return
            self._raw = self._open_temporary(folder)
        except BaseException as error:  # nobody has this yet to discard it
            self.discard()
            self._name(error)
            raise

    def _open_temporary(self, folder: Held | None) -> BinaryIO:
        """Settle where the file is to be, and begin it there under another name.

        That other name is made of its own, so that two targets which are one file to the file system are found out.
        """
        path = self.target if folder else os.path.realpath(self.target)
        self._folder = folder = folder or hold(os.path.dirname(path), os.path.dirname(self.target))
        self._last = os.path.basename(path)
        there = folder.stat(self._last)
        if there and not stat.S_ISREG(there.st_mode):
            what = "a link, which is not followed here" if stat.S_ISLNK(there.st_mode) else "no file"
            raise ConfigurationError(f"{quoted(self.target, 400)} is {what}; remove it")
        mode = stat.S_IMODE(there.st_mode) if there else 0o666
        self._temporary = os.path.join(folder.path, temporary_name(self._last))
        try:
            descriptor = folder.create(os.path.basename(self._temporary), mode)
        except OSError as error:
            self._temporary = ""  # it is not there, or that of another target
            if isinstance(error, FileExistsError):
                what = "is being written already, under this name or another one of the same file; name another file"
                raise ConfigurationError(f"{quoted(self.target, 400)} {what}") from None
            raise
        try:
            if there and hasattr(os, "fchmod"):
                os.fchmod(descriptor, mode)
                with contextlib.suppress(OSError):  # only root may give files away
                    os.fchown(descriptor, there.st_uid, there.st_gid)
            return os.fdopen(descriptor, "wb", buffering=_BUFFER)
        except BaseException:
            with contextlib.suppress(OSError):  # a signal came behind fdopen, and the file is closed already
                os.close(descriptor)
            raise

    @property
    def is_pipe(self) -> bool:
        """Whether what has been written cannot be taken back."""
        return not self._temporary

    @property
    def folder(self) -> str | None:
        """The folder of the file; None where there is none, as for standard output."""
        return os.path.dirname(self._temporary) if self._temporary else None

    def write(self, data: bytes) -> None:
        """Take bytes, before compression. Raises OSError."""
        self.size += len(data)
        self._put(self._encoder.write(data) if self._encoder else data)

    def write_records(self, records: Sequence[bytes]) -> None:
        """Take records, before compression. Raises OSError."""
        self.size += sum(map(len, records))
        self._put(self._encoder.records(records) if self._encoder else b"".join(records))

    def write_member(self, data: bytes) -> None:
        """Take bytes that are to be a gzip member or zstd frame of their own; none are no member. Raises OSError."""
        self.write_members([data])

    def write_members(self, pieces: Sequence[bytes]) -> None:
        """Take bytes that are to be a member each; as :meth:`write_member`, and cheaper for many. Raises OSError."""
        self.size += sum(map(len, pieces))
        if self._encoder:
            member = self._encoder.member
            pieces = [member(piece) for piece in pieces if piece]
        self._put(b"".join(pieces))

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
            self._put(encoder.end_member())
        try:
            self._raw.flush()
            if self._temporary:
                os.fsync(self._raw.fileno())
            if self._owned:
                self._raw.close()
        except OSError as error:
            self._name(error)
            raise
        self._raw = None

    def reread(self, *, hashed: bool = False) -> Input:
        """Open what was written, after ``finish`` and before ``publish``, however small it became. Raises OSError."""
        assert self._folder
        try:
            raw = os.fdopen(self._folder.open(os.path.basename(self._temporary), os.O_RDONLY), "rb", buffering=CHUNK)
            return Input(raw, self.target, owned=True, hashed=hashed, ratio=ANY)
        except OSError as error:
            self._name(error)
            raise

    def keep_attributes(self, model: str) -> None:
        """Give the file owner, group, mode and extended attributes of another one. Raises as that cannot be done."""
        assert self._raw
        keep_attributes(model, self._raw.fileno())

    def clear(self) -> None:
        """Remove the file that has the name of the target, durably: it tells of what is replaced next. Raises OSError.

        Does nothing for standard output, devices and pipes.
        """
        if self._folder:
            try:
                self._folder.clear(self._last)
            except OSError as error:
                self._name(error)
                raise

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Keep other runs from giving files their names in the same folder meanwhile; see there."""
        return self._folder.alone() if self._folder else contextlib.nullcontext()

    def publish(self, *, durably: bool = True) -> None:
        """Give the file its name, in one step, where that led to at the start.

        What is not done ``durably`` is when another file in the folder was. Raises OSError, and ConfigurationError
        when the folder has been moved or replaced.
        """
        if self._folder and self._temporary:
            self._folder.check()
            try:
                self._folder.replace(os.path.basename(self._temporary), self._last)
            except OSError as error:
                self._name(error)
                raise
            self._temporary = ""
            if durably:
                self._folder.sync()
            self._folder = None

    def discard(self) -> None:
        """Leave nothing behind. Does nothing after ``publish``."""
        raw, self._raw = self._raw, None
        if raw is not None and self._owned:
            with contextlib.suppress(OSError, ValueError):  # ValueError: a signal has cut its closing in two
                raw.close()
        if self._folder and self._temporary:
            with contextlib.suppress(OSError):
                self._folder.unlink(os.path.basename(self._temporary))
        self._temporary, self._folder = "", None

    def __del__(self) -> None:
        """Leave nothing behind when a signal came before anybody had this to discard it."""
        if self._temporary and self._process == os.getpid():  # a process that was forked off has no say in it
            self.discard()


def open_output(target: str, given: BinaryIO | None = None) -> Output:
    """Open a path, or ``-`` for standard output. ``.gz`` and ``.zst`` are compressed, but for a file that is ``given``.

    Raises ConfigurationError for a folder, or for a target in a folder that does not exist; OSError.
    """
    return Output(target, "" if given is not None else None, given=given)
