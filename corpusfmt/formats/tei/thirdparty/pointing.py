"""Pointers into the file that they stand in (TEI P5, teidata.pointer)."""

from __future__ import annotations

from urllib.parse import unquote


def pointed(pointer: str) -> str:
    """Return the name that a pointer leads to, which may be percent-encoded (RFC 3987, 3.1), or empty."""
    path, mark, name = pointer.strip().rpartition("#")
    if path or not mark:
        return ""
    return unquote(name) if "%" in name else name
