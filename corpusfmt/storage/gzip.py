"""Framing of gzip streams (RFC 1952): members one after the other, none of which ends early without a word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from corpusfmt.core.limits import CHUNK
from corpusfmt.storage.codecs import Damage

GZIP_MAGIC: Final = b"\x1f\x8b"
#: Of the fast library used here: as small as the usual level 6 a record at a time, and many times faster.
GZIP_LEVEL: Final = 2


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
