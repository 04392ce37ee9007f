"""Byte patterns for record boundaries, and the look-ahead."""

from __future__ import annotations

import re
from typing import Final

from corpusfmt.limits import ANY, KIB, MIB

#: Where a record may begin after a fault: at the start of a line, with a version that is known and a field. The line
#: before it may have been clipped: then the field must be one of those that records have.
_NEXT: Final = re.compile(
    rb"(?<=\n)WARC/(?:1\.[01]|0\.1[78])\r?\n[A-Za-z]|WARC/(?:1\.[01]|0\.1[78])\r\n(?:WARC-[A-Z]|Content-[LT])"
)
_BEGINS: Final = b"WARC/"
_STEP: Final = 4 * KIB
OVERLAP: Final = 32
END: Final = b"\r\n\r\n"
#: Up to so many line ends are taken as an odd end of a record.
ENDS: Final = re.compile(rb"[\r\n]{0,64}")
#: How far behind the beginning of a record inside a header line something else must be wrong with that header.
CLOSE: Final = KIB
#: What must be seen after a block to tell how its record ends.
AFTER: Final = 64 + 16
#: How much of a large block is looked at to tell whether it may be a text.
LOOK: Final = 64 * KIB
#: A block up to this size is held whatever it is; a larger one only when it may be a text.
HELD: Final = 4 * MIB


def next_record(buffer: bytes, at: int, stop: int = ANY) -> int:
    """Return the offset where a record may begin after a fault, from ``at`` on and before ``stop``, or -1.

    Large blocks are looked through: a plain search is many times faster than one for the whole pattern.
    """
    while (at := buffer.find(_BEGINS, at, stop)) >= 0:
        found = _NEXT.search(buffer, at, min(at + _STEP, stop))
        if found:
            return found.start()
        at += _STEP - OVERLAP
    return -1
