"""Offsets in a WARC file: the start, the next record, a byte of a text."""

from __future__ import annotations

import re
from typing import Final

from corpusfmt.model.document import Document
from corpusfmt.text.position import Region

#: The first line of a record; in any case, so that an almost valid record is reported.
_FIRST: Final = re.compile(rb"\s*+(?i:warc)/[0-9]")
_START: Final = re.compile(
    rb"(?:\A|(?<=\n))WARC/(?:1\.[01]|0\.1[78])\r?\n[A-Za-z]"
    rb"|WARC/(?:1\.[01]|0\.1[78])\r\n(?:WARC-[A-Z]|Content-[LT])"
)


def sniff(head: bytes) -> bool:
    """Say whether the first line that is not blank is that of a WARC record."""
    return _FIRST.match(head) is not None


def resync(buffer: bytes, position: int) -> int:
    """Return the offset of the first line of a record at or after ``position``, or -1. A text may hold one too."""
    found = _START.search(buffer, position)
    return found.start() if found else -1


def begins(_: bytes, data: bytes) -> bool:
    """Say whether a member begins with a record."""
    return resync(data, 0) == 0


def locate(region: Region, document: Document, position: int) -> int:
    """Return the stream offset of the byte at ``position`` of the document's ``data``.

    Of a text that was decoded (chunks, compression, HTML) it is the beginning of the block.
    """
    origin = document.origin
    assert origin is not None, "the document comes from this region"
    start = origin.body - region.offset
    return origin.body + (position if region.buffer.startswith(document.data, start) else 0)
