"""Texts in UTF-16 or UTF-32 that were read as UTF-8."""

from __future__ import annotations

from corpusfmt.model.document import Document
from corpusfmt.text.display import BOM, WIDE_MARKS, in_utf16, in_utf32


def wide_name(data: bytes) -> str:
    """Name the encoding of bytes that are UTF-16 or UTF-32, by their mark or the places of NULs; nothing otherwise."""
    head = data.removeprefix(BOM)[:4096]
    for mark, name in WIDE_MARKS:
        if data.startswith(mark):
            return name
    pairs = [head[at : at + 2] for at in range(0, len(head) - 1, 2)]
    if len(head) < 4:
        return ""
    for name in ("UTF-32LE", "UTF-32BE"):
        if in_utf32(head, name):
            return name
    holes, even = pairs.count(b"\0\0"), head[: 2 * len(pairs) : 2].count(0)
    odd = head[1::2].count(0)
    if holes > 0.05 * len(pairs):  # a run of NULs is no text
        return ""
    if odd > 0.4 * len(pairs) and even < 0.05 * len(pairs):
        return "UTF-16LE"
    if even > 0.4 * len(pairs) and odd < 0.05 * len(pairs):
        return "UTF-16BE"
    return in_utf16(head)


def is_wide(document: Document) -> bool:
    """Say whether a text that should be UTF-8 is full of NULs as UTF-16 is."""
    return document.encoding in (None, "utf-8") and bool(wide_name(document.data))
