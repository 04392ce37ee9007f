"""A unique ``xml:id`` for each document: an ASCII NCName derived from the id."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final
from zlib import crc32

#: What need not be escaped. An underscore does: behind each one that is left stand two hexadecimal digits or more.
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9.\-]")
_SAFE: Final = re.compile(r"[A-Za-z][A-Za-z0-9.\-]{0,99}")
_LONGEST: Final = 100
#: Marks of names that were given: a fixed size, however many there are.
_MARKS: Final = 1 << 26


def ncname(id: str | int) -> str:
    """Return an NCName (Namespaces in XML 1.0, production 4) that reads like the id.

    ``_6c34`` stands for another character. What is too long ends in ``_h`` and some of its SHA-256.
    """
    text = str(id)
    safe = _UNSAFE.sub(lambda match: f"_{ord(match[0]):02x}", text[: _LONGEST + 1])
    if not safe[0].isalpha() and safe[0] != "_":
        safe = f"d{safe}"
    if len(safe) > _LONGEST:
        safe = f"{safe[:_LONGEST]}_h{sha256(text.encode()).hexdigest()[:16]}"
    return safe


class Names:
    """Gives names, and never one twice: what may have been given gets the document's number, as in ``d1_n27``.

    Marks can take a name for one that was there, never the other way round; memory stays the same.
    """

    def __init__(self) -> None:
        self.marks = bytearray(_MARKS >> 3)
        self.count = 0

    def give(self, id: str | int) -> str:
        """Return the ``xml:id`` of the next document."""
        self.count += 1
        name = id if isinstance(id, str) and _SAFE.fullmatch(id) else ncname(id)
        mark = crc32(name.encode()) & (_MARKS - 1)
        at, bit = mark >> 3, 1 << (mark & 7)
        if self.marks[at] & bit:
            return f"{name}_n{self.count}"
        self.marks[at] |= bit
        return name
