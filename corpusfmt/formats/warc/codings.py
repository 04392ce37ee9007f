"""Undoing content codings (RFC 9110, section 8.4.1), a step at a time, so that memory stays bounded."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Final

from corpusfmt.limits import CHUNK, HTTP_WINDOW, KIB, MIB
from corpusfmt.text.display import quoted
from corpusfmt.text.gzip_header import header_size

GZIP_MAGIC: Final = b"\x1f\x8b"
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
#: Characters that stand in no text; form feed, and escape of ISO-2022-JP, may.
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


class HTTPFault(Exception):
    """A message is wrong at the byte ``at`` of the block. ``kind`` is ``header``, ``chunked`` or ``coding``."""

    def __init__(self, kind: str, message: str, at: int) -> None:
        super().__init__(message)
        self.kind, self.message, self.at = kind, message, at


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
            raise self.fault(f"holds more than {self.most} bytes")

    def fault(self, what: str) -> HTTPFault:
        """Return the fault that says ``what`` is wrong with the body, and let go of what was taken."""
        self.parts.clear()
        return HTTPFault("coding", f"the body in {quoted(self.coding)} {what}", self.at)


def decoded(coding: str, data: bytes, most: int, at: int, expand: Callable[[int], object]) -> bytes | None:
    """Return ``data`` with one coding undone; None when it is plainly not in it.

    ``expand`` gets the sizes of the parts as they are made. Raises HTTPFault, and as ``expand`` does.
    """
    decoder, magic = _DECODERS.get(coding, (None, b""))
    sink = _Sink(coding, most, at, expand)
    if decoder is None:
        known = ", ".join(sorted(_DECODERS))
        raise HTTPFault("coding", f"the coding {quoted(coding)} of the body is unknown (known: {known})", at)
    if not data.startswith(magic[: len(data)]) and not (coding == "zstd" and _is_skippable(data)):
        return None
    try:
        decoder(data, sink)
    except HTTPFault:
        if not magic and _reads_as_text(data):
            return None
        raise
    return b"".join(sink.parts)


def _reads_as_text(data: bytes) -> bool:
    """Tell text from compressed data, 256 bytes of which have a control character (all but one in 10^12)."""
    head = data[:256]
    return not _CONTROL.search(head) and (head.isascii() or len(head) == 256)


def _gunzip(data: bytes, sink: _Sink) -> None:
    at = 0
    while at < len(data):
        if not data.startswith(GZIP_MAGIC, at):
            raise sink.fault("is followed by something else")
        try:
            size = header_size(data, at)
        except ValueError as error:
            raise sink.fault(f"is damaged ({error})") from None
        if not size:
            raise sink.fault("ends early")
        # The library may refuse a sound header that it gets in parts, so it is given one without fields.
        at = _inflate(data, at + size, 31, sink, header=data[at : at + 3] + bytes(7))


def _undeflate(data: bytes, sink: _Sink) -> None:
    """Undo ``deflate``: zlib data (RFC 1950) it should be, and bare deflate data it is often enough."""
    is_zlib = data[0] & 15 == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    if _inflate(data, 0, 15 if is_zlib else -15, sink) < len(data):
        raise sink.fault("is followed by something else")


def _inflate(data: bytes, at: int, wbits: int, sink: _Sink, header: bytes = b"") -> int:
    """Decode one member or stream from ``at``, whose header may be given by itself. Return the offset of its end."""
    from isal import isal_zlib

    error: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # the stub says object
    member, view = isal_zlib.decompressobj(wbits=wbits), memoryview(data)
    member.decompress(header)
    step = 4 * KIB  # what the library does not use it copies each time: little to begin with, for tiny members
    while True:
        piece = view[at : at + step]
        try:
            part = member.decompress(piece, sink.room())
        except error as damage:
            raise sink.fault(f"is damaged ({str(damage).lower()})") from None
        used = len(piece) - len(member.unused_data if member.eof else member.unconsumed_tail)
        sink.add(part)
        at, step = at + used, CHUNK
        if member.eof:
            return at
        if not part and not used:
            raise sink.fault("ends early")


def _unbrotli(data: bytes, sink: _Sink) -> None:
    try:
        brotli = import_module("brotli")
    except ImportError:
        raise sink.fault("needs a package that is missing: install corpusfmt[web]") from None
    decoder, view = brotli.Decompressor(), memoryview(data)
    # The library says nothing of bytes that follow in the same piece; so the last byte comes by itself.
    for piece in [view[at : min(at + CHUNK, len(data) - 1)] for at in range(0, len(data) - 1, CHUNK)] + [view[-1:]]:
        if decoder.is_finished():
            raise sink.fault("is followed by something else")
        try:
            sink.add(decoder.process(piece, output_buffer_limit=sink.room()))
            while not decoder.can_accept_more_data():
                sink.add(decoder.process(b"", output_buffer_limit=sink.room()))
        except brotli.error:
            raise sink.fault("is damaged, or followed by something else") from None
    if not decoder.is_finished():
        raise sink.fault("ends early")


def _is_skippable(data: bytes) -> bool:
    return data[1:4] == b"\x2a\x4d\x18" and data[0] & 0xF0 == 0x50


def _unzstd(data: bytes, sink: _Sink) -> None:
    import zstandard

    library, view, at = zstandard.ZstdDecompressor(max_window_size=HTTP_WINDOW), memoryview(data), 0
    while at < len(data):
        if not data.startswith(ZSTD_MAGIC, at) and not _is_skippable(data[at : at + 4]):
            raise sink.fault("is followed by something else")
        frame, start, before = library.decompressobj(), at, sink.length
        while not frame.eof:
            piece = view[at : at + 256]  # which can grow to 8 MiB at most: the library has no limit of its own
            if not piece:
                raise sink.fault("ends early")
            try:
                sink.add(frame.decompress(piece))
            except zstandard.ZstdError as damage:
                reason = str(damage).removeprefix("zstd decompressor error: ").lower()
                raise sink.fault(f"is damaged ({reason})") from None
            at += len(piece) - len(frame.unused_data)
        told = zstandard.get_frame_parameters(view[start:at]).content_size
        size = sink.length - before
        # The library does not compare them where the last block is empty.
        if told not in (zstandard.CONTENTSIZE_UNKNOWN, size) and not _is_skippable(data[start : start + 4]):
            raise sink.fault(f"is damaged (a frame of {told} bytes has {size})")


#: What undoes a coding, and what data in it begins with.
_DECODERS: Final[dict[str, tuple[Callable[[bytes, _Sink], None], bytes]]] = {
    "gzip": (_gunzip, GZIP_MAGIC),
    "x-gzip": (_gunzip, GZIP_MAGIC),
    "deflate": (_undeflate, b""),
    "br": (_unbrotli, b""),
    "zstd": (_unzstd, ZSTD_MAGIC),
}
