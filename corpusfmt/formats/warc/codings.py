"""Decoding content codings (RFC 9110, section 8.4.1) in steps, so that memory is bounded."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import Any, Final, NamedTuple

from corpusfmt.limits import CHUNK, HTTP_WINDOW, KIB, MIB, sized
from corpusfmt.text.display import quoted
from corpusfmt.text.gzip_header import header_size, inflate_fault, zstd_fault
from corpusfmt.text.magic import kind_of
from corpusfmt.text.primitives import is_utf8

GZIP_MAGIC: Final = b"\x1f\x8b"
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
#: Characters that stand in no text; form feed, and escape of ISO-2022-JP, may.
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


class HTTPFault(Exception):
    """A message cannot be read, for what is at the byte ``at`` of the block. ``kind`` is ``header`` or ``coding``."""

    def __init__(self, kind: str, message: str, at: int) -> None:
        super().__init__(message)
        self.kind, self.message, self.at = kind, message, at


class _Damage(Exception):
    """Coded data cannot be decoded to its end. What came before that holds."""


class _Sink:
    """Takes what a decoder of ``data`` gives, up to ``most`` bytes."""

    def __init__(self, coding: str, most: int, at: int, expand: Callable[[int], object]) -> None:
        self.coding, self.most, self.at, self._expand = coding, most, at, expand
        self.parts: list[bytes] = []
        self.length = 0

    def room(self) -> int:
        """Return how much a decoder may give at a time (bytes)."""
        return min(MIB, self.most - self.length + 1)

    def add(self, part: bytes) -> None:
        """Take one part. Raises HTTPFault when it is too much, and as ``expand`` does."""
        self.parts.append(part)
        self.length += len(part)
        self._expand(len(part))
        if self.length > self.most:
            raise self.fault(f"contains more than {self.most} bytes")

    def fault(self, what: str) -> HTTPFault:
        """Return the fault that says ``what`` is wrong with the body, and let go of what was taken."""
        self.parts.clear()
        return HTTPFault("coding", f"the body in {quoted(self.coding)} {what}", self.at)


class Undone(NamedTuple):
    """Data with a coding undone, as far as that goes; ``damage`` says where it does not go to the end."""

    data: bytes
    damage: str = ""
    #: Whether it was in another coding than was said.
    other: bool = False


def decoded(coding: str, data: bytes, most: int, at: tuple[int, int], expand: Callable[[int], object]) -> Undone | None:
    """Return ``data`` with one coding undone; None when it is not in it: what readers take for text, or what begins
    otherwise.

    ``at`` is where in the block the coding is named, and where the body begins. ``expand`` gets the sizes of parts as
    they are made. Raises HTTPFault for more than ``most`` bytes, for a coding that is not known and hides a text, and
    for a missing package; and as ``expand`` does.
    """
    said, magic = _DECODERS.get(coding, (None, b""))
    told = [other for other, begin in _MAGICS if data.startswith(begin)]
    decoder: Callable[[bytes, _Sink], None] | None = None
    if told and (told[0], said) != (_undeflate, _unbrotli):  # where two bytes tell too little
        decoder = told[0]
    elif data.startswith(magic[: len(data)]):
        decoder = said
    if decoder is None:
        if said is not None and not _reads_as_text(data) and kind_of(data) is None:
            return Undone(data, f"the body is not in {quoted(coding)}, as the header says, and is no text")
        if said is not None or _reads_as_text(data):
            return None
        known = ", ".join(sorted(_DECODERS))
        raise HTTPFault("coding", f"the coding {quoted(coding)} of the body is unknown (known: {known})", at[0])
    sink, damage = _Sink(coding, most, at[1], expand), ""
    try:
        decoder(data, sink)
    except _Damage as what:
        if not magic and _reads_as_text(data):
            return None
        damage = f"the body in {quoted(coding)} {what}"
    return Undone(b"".join(sink.parts), damage, other=decoder is not said)


def is_coded(head: bytes) -> bool:
    """Say whether data begins as some coding does."""
    return any(head.startswith(begin) for _, begin in _MAGICS)


def _reads_as_text(data: bytes) -> bool:
    """Tell text from compressed data, 256 bytes of which have a control character (all but one in 10^12)."""
    head = data[:256]
    return not _CONTROL.search(head) and (len(head) == 256 or head.startswith(b"<") or is_utf8(data[:260]))


def _salvage(
    decode: Callable[[bytes], bytes | Iterator[bytes]],
    error: type[Exception],
    piece: tuple[bytes, int, int, int],
    got: int,
    sink: _Sink,
) -> None:
    """Add what a library gave of a piece and lost when it failed in it, by a new decoder that gets byte after byte.

    ``piece`` are the data, where this member begins in it, and where the piece begins and stops; ``got`` is how many
    bytes of the member the sink has.
    """
    data, start, failed, stop = piece
    made = 0
    try:
        for at in (*range(start, failed, 256), *range(failed, stop)):  # pragma: no branch: it fails there again
            made_of = decode(data[at : min(at + 256, failed) if at < failed else at + 1])
            for part in [made_of] if isinstance(made_of, bytes) else made_of:
                sink.add(part[max(0, got - made) :])
                made += len(part)
    except error:
        return


def _gunzip(data: bytes, sink: _Sink) -> None:
    at = 0
    while at < len(data):
        if not data.startswith(GZIP_MAGIC, at):
            raise _Damage("is followed by other data" if at else "ends early")
        try:
            size = header_size(data, at)
        except ValueError as error:
            raise _Damage(f"is damaged ({error})") from None
        if not size:
            raise _Damage("ends early")
        # The library may refuse a sound header that it gets in parts, so it is given one without fields.
        at = _inflate(data, at + size, 31, sink, header=data[at : at + 3] + bytes(7))


def _undeflate(data: bytes, sink: _Sink) -> None:
    """Undo ``deflate``: zlib data (RFC 1950) it should be, and bare deflate data it is often enough."""
    is_zlib = data[0] & 15 == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    if _inflate(data, 0, 15 if is_zlib else -15, sink) < len(data):
        raise _Damage("is followed by other data")


def _inflate(data: bytes, at: int, wbits: int, sink: _Sink, header: bytes = b"") -> int:
    """Decode one member or stream from ``at``, whose header may be given by itself. Return the offset of its end."""
    from isal import isal_zlib

    error: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # the stub says object
    member, view = isal_zlib.decompressobj(wbits=wbits), memoryview(data)
    member.decompress(header)
    step = 4 * KIB  # what the library does not use it copies each time: little to begin with, for tiny members
    start, before = at, sink.length
    while True:
        piece = view[at : at + step]
        try:
            part = member.decompress(piece, sink.room())
        except error as damage:
            again = zlib.decompressobj(wbits=wbits)
            again.decompress(header)
            _salvage(
                again.decompress,
                zlib.error,
                (data, start, at, at + len(piece)),
                sink.length - before,
                sink,
            )
            raise _Damage(f"is damaged{inflate_fault(damage)}") from None
        used = len(piece) - len(member.unused_data if member.eof else member.unconsumed_tail)
        sink.add(part)
        at, step = at + used, CHUNK
        if member.eof:
            return at
        if not part and not used:
            raise _Damage("ends early")


def _brotli_parts(decoder: Any, piece: bytes | memoryview, sink: _Sink) -> Iterator[bytes]:
    """Give what comes of a piece, in parts: a byte can be megabytes."""
    yield decoder.process(piece, output_buffer_limit=sink.room())
    while part := decoder.process(b"", output_buffer_limit=sink.room()):  # more than it says there is
        yield part


def _unbrotli(data: bytes, sink: _Sink) -> None:
    try:
        brotli = import_module("brotli")
    except ImportError:
        raise sink.fault("needs a package that is missing: install corpusfmt[web]") from None
    decoder, view, at = brotli.Decompressor(), memoryview(data), 0
    # The library says nothing of bytes that follow in the same piece; so the last byte comes by itself.
    for piece in [view[at : min(at + CHUNK, len(data) - 1)] for at in range(0, len(data) - 1, CHUNK)] + [view[-1:]]:
        if decoder.is_finished():
            raise _Damage("is followed by other data")
        try:
            for part in _brotli_parts(decoder, piece, sink):
                sink.add(part)
        except brotli.error:
            again = partial(_brotli_parts, brotli.Decompressor(), sink=sink)
            _salvage(again, brotli.error, (data, 0, at, at + len(piece)), sink.length, sink)
            raise _Damage("is damaged, or followed by other data") from None
        at += len(piece)
    if not decoder.is_finished():
        raise _Damage("ends early")


def _is_skippable(data: bytes) -> bool:
    return data[1:4] == b"\x2a\x4d\x18" and data[0] & 0xF0 == 0x50


def _window_of(head: bytes) -> int:
    """Return the window of a zstd frame; 0 where nobody can tell."""
    import zstandard

    try:
        return zstandard.get_frame_parameters(head).window_size
    except zstandard.ZstdError:
        return 0


def _unzstd(data: bytes, sink: _Sink) -> None:
    import zstandard

    library, view, at = zstandard.ZstdDecompressor(max_window_size=HTTP_WINDOW), memoryview(data), 0
    while at < len(data):
        if not data.startswith(ZSTD_MAGIC, at) and not _is_skippable(data[at : at + 4]):
            raise _Damage("is followed by other data" if at else "ends early")
        frame, start, before = library.decompressobj(), at, sink.length
        while not frame.eof:
            piece = view[at : at + 256]  # which can grow to 8 MiB at most: the library has no limit of its own
            if not piece:
                raise _Damage("ends early")
            try:
                sink.add(frame.decompress(piece))
            except zstandard.ZstdError as damage:
                if _window_of(data[start : start + 18]) > HTTP_WINDOW:
                    raise sink.fault(f"asks for a window over {sized(HTTP_WINDOW)}") from None
                again = library.decompressobj().decompress
                _salvage(
                    again,
                    zstandard.ZstdError,
                    (data, start, at, at + len(piece)),
                    sink.length - before,
                    sink,
                )
                raise _Damage(f"is damaged{zstd_fault(damage)}") from None
            at += len(piece) - len(frame.unused_data)
        told = zstandard.get_frame_parameters(view[start:at]).content_size
        size = sink.length - before
        # The library does not compare them where the last block is empty.
        if told not in (zstandard.CONTENTSIZE_UNKNOWN, size) and not _is_skippable(data[start : start + 4]):
            raise _Damage(f"is damaged (a frame of {told} bytes has {size})")


#: What undoes a coding, by its names, and what data in it begins with.
_DECODERS: Final[dict[str, tuple[Callable[[bytes, _Sink], None], bytes]]] = {
    **dict.fromkeys(("gzip", "x-gzip", "application/gzip", "application/x-gzip"), (_gunzip, GZIP_MAGIC)),
    **dict.fromkeys(("deflate", "x-deflate", "zlib"), (_undeflate, b"")),
    **dict.fromkeys(("br", "brotli"), (_unbrotli, b"")),
    "zstd": (_unzstd, ZSTD_MAGIC),
}
#: What tells a coding, whatever is said.
_MAGICS: Final = (
    (_gunzip, b"\x1f\x8b\x08"),
    (_unzstd, ZSTD_MAGIC),
    (_unzstd, tuple(bytes([byte]) + b"\x2a\x4d\x18" for byte in range(0x50, 0x60))),
    (_undeflate, (b"x\x01", b"x\x9c", b"x\xda")),
)
