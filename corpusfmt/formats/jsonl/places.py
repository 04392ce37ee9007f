"""Where things are in JSON Lines: its start, the next line, the byte of a text."""

from __future__ import annotations

import re
from typing import Final

from corpusfmt.core.document import Document
from corpusfmt.core.jsontext import parse
from corpusfmt.core.limits import MAX_DEPTH
from corpusfmt.core.primitives import unescape_json
from corpusfmt.core.source import Region
from corpusfmt.core.text import BOM

_BLANK: Final = b" \t\r\n"
_RECORD: Final = re.compile(rb'\{[ \t]*["}]')
_ESCAPE: Final = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[0-9a-fA-F]{4}|\\u[0-9a-fA-F]{4}|\\.|[^\\]++", re.S)


def sniff(head: bytes) -> bool:
    """Say whether the first line that is not blank begins a JSON object with a key on the same line."""
    return _RECORD.match(head.removeprefix(BOM).lstrip(_BLANK)) is not None


def resync(buffer: bytes, position: int) -> int:
    """Return the offset of the first line that begins at or after ``position``, or -1."""
    if position == 0 or buffer[position - 1 : position] == b"\n":
        return position
    at = buffer.find(b"\n", position)
    return at + 1 if at >= 0 else -1


def locate(region: Region, document: Document, position: int) -> int:
    """Return the stream offset of the byte at ``position`` of the document's ``data``."""
    origin = document.origin
    if origin is None:
        return region.offset
    start = origin.byte - region.offset
    stop = region.buffer.find(b"\n", start)
    buffer = region.buffer
    node = parse(buffer, start, stop if stop >= 0 else len(buffer), MAX_DEPTH + 1)
    for _, _, value in node.members:
        raw = buffer[value.start + 1 : value.stop - 1]
        if value.kind == '"' and unescape_json(raw) == document.data:
            return region.offset + value.start + 1 + _raw_position(raw, position)
    return origin.byte


def _raw_position(raw: bytes, position: int) -> int:
    """Return where in the inside of a JSON string the byte at ``position`` of its value stands."""
    at = 0
    for match in _ESCAPE.finditer(raw):
        run = match[0]
        size = len(run) if run[0] != 0x5C else len(unescape_json(run))
        if at + size > position:
            return match.start() + (position - at if run[0] != 0x5C else 0)
        at += size
    return len(raw)
