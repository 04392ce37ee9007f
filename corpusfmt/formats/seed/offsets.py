"""Offsets in a seed file: the start, the next header, a byte of a text."""

from __future__ import annotations

from typing import Final

from corpusfmt.formats.seed.grammar import BOUNDARY, FILE, MARKED, PRAGMA, escape, unescape
from corpusfmt.formats.seed.traces import has_version1
from corpusfmt.model.document import Document
from corpusfmt.model.finding import Edit
from corpusfmt.model.rule import Change
from corpusfmt.text.display import BOM
from corpusfmt.text.position import Region

BLANK: Final = b" \t\r\n"


def sniff(head: bytes) -> bool:
    """Say whether the first line that is not blank begins a seed file of either dialect."""
    return head.removeprefix(BOM).lstrip(BLANK).startswith((FILE + b" ", b"<<<SEED "))


def resync(buffer: bytes, position: int) -> int:
    """Return the offset of the first header line at or after ``position``, or -1."""
    if buffer.startswith(FILE, position) and (position == 0 or buffer[position - 1] == 0x0A):
        return position
    at = buffer.find(BOUNDARY, max(0, position - 1))
    return at + 1 if at >= 0 else -1


def begins(_: bytes, data: bytes) -> bool:
    """Say whether a member holds a header near its beginning."""
    return resync(data, 0) >= 0


def heads(data: bytes) -> bytes:
    """Return the first line that a part of a file needs, of which that line is not known."""
    return PRAGMA + b"\n" if has_version1(data) else b""


def locate(region: Region, document: Document, position: int) -> int:
    """Return the stream offset of the byte at ``position`` of the document's ``data``."""
    origin = document.origin
    assert origin is not None, "the document comes from this region"
    start = origin.body - region.offset
    before = document.data[:position]
    if region.buffer.startswith(before, start):
        return origin.body + position
    extra = at = 0
    while True:  # a line that was escaped has one backslash more in the file
        line_end = document.data.find(b"\n", at)
        line = document.data[at : line_end if line_end >= 0 else len(document.data)]
        if region.buffer.startswith(b"\\" + line, start + at + extra):
            extra += 1
        if line_end < 0 or line_end >= position:
            return origin.body + position + extra
        at = line_end + 1


def rewrite(region: Region, document: Document, change: Change) -> Edit | None:
    """Return the edit that makes a change in the text of a document: the lines that it touches are written anew.

    None where the new lines would have to be written otherwise than those of this file are, or where the text would
    gain or lose its final line feed.
    """
    data = document.data
    start = data.rfind(b"\n", 0, change.position) + 1
    stop = data.find(b"\n", change.position + change.length)
    stop = stop if stop >= 0 else len(data)
    old = data[start:stop]
    new = data[start : change.position] + change.replacement + data[change.position + change.length : stop]
    first = locate(region, document, start) - region.offset
    last = locate(region, document, stop) - region.offset
    origin = document.origin
    if origin is not None and first > origin.body - region.offset and region.buffer[first - 1 : first] == b"\\":
        first -= 1  # the escape of the first line
    raw = region.buffer[first:last]
    written = escape(new)
    is_escaped = raw != old
    if (is_escaped and unescape(raw) != old) or (not is_escaped and written != new):
        return None
    is_marked = region.buffer.startswith(MARKED[:-1], last)
    wants_marker = _wants_marker(data[:start] + new)
    if stop == len(data) and _wants_marker(data) != wants_marker and (wants_marker or is_marked):
        return None
    return Edit(region.offset + first, len(raw), written if is_escaped else new, change.safe)


def _wants_marker(data: bytes) -> bool:
    """Say whether a marker is to follow a text: it does not end in LF."""
    return bool(data) and not data.endswith(b"\n")
