"""Framing of Zstandard streams (RFC 8878): frames and blocks, none of which ends early without a word."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from corpusfmt.core.limits import CHUNK, MIB
from corpusfmt.storage.codecs import Damage

if TYPE_CHECKING:
    import zstandard

ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
#: What a decoder may have to remember. `zstd --long=27` and `--ultra` stay within it.
MAX_WINDOW: Final = 128 * MIB
ZSTD_LEVEL: Final = 3


def is_skippable(head: bytes) -> bool:
    """Say whether a Zstandard skippable frame begins here."""
    return len(head) >= 4 and head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F


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
