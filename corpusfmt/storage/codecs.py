"""Framing of gzip (RFC 1952) and Zstandard (RFC 8878) streams: nothing ends early without a word."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Final, Protocol

from corpusfmt.core.limits import CHUNK, MIB

GZIP_MAGIC: Final = b"\x1f\x8b"
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
#: What a decoder may have to remember. `zstd --long=27` and `--ultra` stay within it.
MAX_WINDOW: Final = 128 * MIB
GZIP_LEVEL: Final = 2
ZSTD_LEVEL: Final = 3


class Damage(Exception):
    """Compressed data is cut short (FILE001), broken (FILE002) or followed by something else (FILE003)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Decoder(Protocol):
    """Gives decompressed bytes. ``consumed`` counts the compressed bytes used so far."""

    consumed: int

    def read(self, size: int, /) -> bytes:
        """Return up to about ``size`` bytes; none at the proper end. Raises Damage."""
        ...


def is_skippable(head: bytes) -> bool:
    """Say whether a Zstandard skippable frame begins here."""
    return len(head) >= 4 and head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F


class GzipDecoder:
    """Reads the members of a gzip stream, one after the other."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        from isal import isal_zlib

        self._read, self._zlib = read, isal_zlib
        self._error: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # the stub says object
        self._member = isal_zlib.decompressobj(wbits=31)
        self._waiting = b""
        self._fresh = True  # nothing of the current member has been read
        self.consumed = 0

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; none at the end of the last member. Raises Damage."""
        while True:
            if self._member.eof and not self._next_member():
                return b""
            data = self._waiting or self._read(CHUNK)
            if not data:
                what = "in the header of a member" if self._fresh else "in the middle of a member"
                raise Damage("FILE001", f"the gzip data ends early, {what}")
            self._fresh = False
            try:
                out = self._member.decompress(data, size)
            except self._error as error:
                raise Damage("FILE002", f"the gzip data is damaged ({str(error).lower()})") from None
            self._waiting = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            self.consumed += len(data) - len(self._waiting)
            if out:
                return bytes(out)

    def _next_member(self) -> bool:
        while len(self._waiting) < 2 and (more := self._read(CHUNK)):
            self._waiting += more
        if not self._waiting:
            return False
        if not self._waiting.startswith(GZIP_MAGIC):
            if self._waiting == GZIP_MAGIC[:1]:
                raise Damage("FILE001", "the gzip data ends early, in the header of a member")
            raise Damage("FILE003", "something that is no gzip data follows the last member")
        self._member = self._zlib.decompressobj(wbits=31)
        self._fresh = True
        return True


class ZstdDecoder:
    """Reads the frames of a Zstandard stream, one after the other, a block at a time.

    The library's streams take a frame that is cut short as one that ends. So the frames and blocks are
    followed here; a block gives at most 128 KiB, which bounds memory too.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        import zstandard

        self._read, self._zstd = read, zstandard
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._checksum = False
        self._buffer, self._at = b"", 0
        self.consumed = 0

    def read(self, _size: int, /) -> bytes:
        """Return the content of one block; none at the end of the last frame. Raises Damage."""
        while True:
            if self._frame is None:
                if not self._fill(1):
                    return b""
                self._begin_frame()
                continue
            header = self._take(3)
            block = header[0] | header[1] << 8 | header[2] << 16
            kind, length = block >> 1 & 3, block >> 3
            if kind == 3 or (length > 128 * 1024 and kind != 1):
                raise Damage("FILE002", "the zstd data is damaged (impossible block)")
            data = header + self._take(1 if kind == 1 else length)
            last = bool(block & 1)
            if last and self._checksum:
                data += self._take(4)
            out = self._decompress(data)
            if last:
                self._frame = None
            if out:
                return out

    def _begin_frame(self) -> None:
        magic = self._take(4)
        if is_skippable(magic):
            left = int(struct.unpack("<I", self._take(4))[0])
            while left:
                step = min(left, CHUNK)
                self._take(step)
                left -= step
            return
        if magic != ZSTD_MAGIC:
            raise Damage("FILE003", "something that is no zstd data follows the last frame")
        descriptor = self._take(1)
        flags = descriptor[0]
        single = bool(flags & 0x20)
        window = b"" if single else self._take(1)
        rest = self._take((0, 1, 2, 4)[flags & 3] + ((1 if single else 0), 2, 4, 8)[flags >> 6])
        if window:
            exponent, mantissa = window[0] >> 3, window[0] & 7
            base = 1 << (10 + exponent)
            if base + base // 8 * mantissa > MAX_WINDOW:
                raise Damage("FILE002", f"the zstd data needs a window of more than {MAX_WINDOW // MIB} MiB")
        self._checksum = bool(flags & 4)
        self._frame = self._zstd.ZstdDecompressor(max_window_size=MAX_WINDOW).decompressobj()
        self._decompress(magic + descriptor + window + rest)

    def _decompress(self, data: bytes) -> bytes:
        assert self._frame is not None
        try:
            return self._frame.decompress(data)
        except self._zstd.ZstdError as error:
            reason = str(error).removeprefix("zstd decompressor error: ").lower()
            raise Damage("FILE002", f"the zstd data is damaged ({reason})") from None

    def _fill(self, size: int) -> bool:
        while len(self._buffer) - self._at < size:
            more = self._read(CHUNK)
            if not more:
                return False
            self._buffer, self._at = self._buffer[self._at :] + more, 0
        return True

    def _take(self, size: int) -> bytes:
        if not self._fill(size):
            raise Damage("FILE001", "the zstd data ends early, in the middle of a frame")
        taken = self._buffer[self._at : self._at + size]
        self._at += size
        self.consumed += size
        return taken


class Encoder(Protocol):
    """Compresses. ``end_member`` closes a gzip member or zstd frame; the next write begins another."""

    def write(self, data: bytes) -> bytes:
        """Return what can be written so far."""
        ...

    def end_member(self) -> bytes:
        """Return the rest of the member; nothing when none is open."""
        ...


class GzipEncoder:
    """Writes gzip members without name or time, so that equal content gives equal bytes."""

    def __init__(self) -> None:
        from isal import isal_zlib

        # The stub says that it returns one of two types, one of which is not typed.
        self._make: Callable[[], Any] = lambda: isal_zlib.compressobj(GZIP_LEVEL, isal_zlib.DEFLATED, 31)
        self._member = self._make()
        self._open = True  # an empty file is one empty member

    def write(self, data: bytes) -> bytes:
        """Return what can be written so far."""
        if not self._open:
            self._member, self._open = self._make(), True
        compressed: bytes = self._member.compress(data)
        return compressed

    def end_member(self) -> bytes:
        """Return the rest of the member; nothing when none is open."""
        if not self._open:
            return b""
        self._open = False
        rest: bytes = self._member.flush()
        return rest


class ZstdEncoder:
    """Writes zstd frames with a checksum."""

    def __init__(self) -> None:
        import zstandard

        self._make = zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True).compressobj
        self._frame = self._make()
        self._open = True

    def write(self, data: bytes) -> bytes:
        """Return what can be written so far."""
        if not self._open:
            self._frame, self._open = self._make(), True
        return self._frame.compress(data)

    def end_member(self) -> bytes:
        """Return the rest of the frame; nothing when none is open."""
        if not self._open:
            return b""
        self._open = False
        return self._frame.flush()


def encoder_for(path: str) -> Encoder | None:
    """Return the encoder that the suffix of ``path`` asks for."""
    lowered = path.lower()
    if lowered.endswith(".gz"):
        return GzipEncoder()
    return ZstdEncoder() if lowered.endswith(".zst") else None
