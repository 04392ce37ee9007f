"""The header of a gzip member (RFC 1952, section 2.3), and what is wrong with compressed data in words."""

from __future__ import annotations

import re
from typing import Final

from corpusfmt.limits import CHUNK

_DEFLATE: Final = b"\x08"
_CHECKSUM, _EXTRA, _NAME, _COMMENT, _RESERVED = 0x02, 0x04, 0x08, 0x10, 0xE0
#: No header is longer, in bytes: its name and its comment end at a NUL, which need not be there.
_LONGEST: Final = 4 * CHUNK


_CODE: Final = re.compile(r"error (-\d)\b", re.I)
#: What the error codes of ISA-L (``igzip_lib.h``) say, in words.
_WRONG: Final = {
    "-1": "an impossible block", "-2": "an impossible symbol", "-3": "a reference to data before the beginning",
    "-4": "a malformed header", "-5": "an unknown compression method", "-6": "a wrong checksum",
}  # fmt: skip


def inflate_fault(error: Exception) -> str:
    """Return what an error of ISA-L says, in brackets after a space; nothing where it has no known code."""
    found = _CODE.match(str(error))
    what = _WRONG.get(found[1], "") if found else ""
    return f" ({what})" if what else ""


def zstd_fault(error: Exception) -> str:
    """Return what an error of libzstd says, as :func:`inflate_fault` does."""
    return " (a wrong checksum)" if "checksum" in str(error) else ""


def header_size(data: bytes, at: int) -> int:
    """Return the length of the header at ``at`` in bytes; 0 when more of it must be there.

    Raises ValueError, which says what is wrong with it.
    """
    flags, size = data[at + 3] if len(data) > at + 3 else 0, 10
    if data[at + 2 : at + 3] not in (b"", _DEFLATE):
        raise ValueError("unknown compression method of a member")
    if flags & _RESERVED:
        raise ValueError("unknown flags in the header of a member")
    if flags & _EXTRA:
        size += 2 + int.from_bytes(data[at + size : at + size + 2], "little")
    for field in (_NAME, _COMMENT):
        if flags & field:
            end = data.find(b"\0", at + size)
            if end < 0:
                if len(data) - at > _LONGEST:
                    raise ValueError("the header of a member has no end")
                return 0
            size = end + 1 - at
    if flags & _CHECKSUM:
        size += 2
    if len(data) - at < size:
        return 0
    if flags & _CHECKSUM:
        from zlib import crc32

        end = at + size - 2
        if crc32(data[at:end]) & 0xFFFF != int.from_bytes(data[end : end + 2], "little"):
            raise ValueError("wrong checksum of the header of a member")
    return size
