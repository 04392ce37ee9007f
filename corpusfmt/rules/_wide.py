"""Texts that are UTF-16 or UTF-32 and were taken for UTF-8."""

from __future__ import annotations

from corpusfmt.model.document import Document
from corpusfmt.text.display import BOM, WIDE_MARKS


def wide_name(data: bytes) -> str:
    """Name the encoding of bytes that are UTF-16 or UTF-32, by their mark or the places of NULs; nothing otherwise."""
    head = data.removeprefix(BOM)[:4096]
    for mark, name in WIDE_MARKS:
        if data.startswith(mark):
            return name
    if len(head) < 4:
        return ""
    even, odd = head[::2].count(0) / len(head[::2]), head[1::2].count(0) / len(head[1::2])
    if even > 0.4 and odd > 0.4:  # three of four
        return "UTF-32LE" if head[0] else "UTF-32BE"
    if odd > 0.4 and even < 0.05:
        return "UTF-16LE"
    return "UTF-16BE" if even > 0.4 and odd < 0.05 else ""


def is_wide(document: Document) -> bool:
    """Say whether a text that should be UTF-8 is full of NULs as UTF-16 is."""
    return document.encoding in (None, "utf-8") and bool(wide_name(document.data))
