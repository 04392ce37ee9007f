"""Offsets in JSON Lines: the start, the next line, a byte of a text."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from corpusfmt.limits import MAX_DEPTH
from corpusfmt.model.document import Document
from corpusfmt.model.finding import Edit
from corpusfmt.model.rows import Pieces, Rows
from corpusfmt.model.rule import Change
from corpusfmt.text.display import BOM
from corpusfmt.text.json_facts import lone_surrogate
from corpusfmt.text.json_reader import value_at
from corpusfmt.text.magic import has_control_bytes
from corpusfmt.text.position import Region
from corpusfmt.text.primitives import escape_json, is_utf8, unescape_json

_BLANK: Final = b" \t\r\n"
_TEXT: Final = "text"
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


def begins(_: bytes, data: bytes) -> bool:
    """Say whether a member holds a record near its beginning. Its first line may be the rest of another one: that is no
    object, since it has a brace too many.
    """
    *whole, last = data.split(b"\n")
    return any(map(_is_object, [*whole, last])) or (not whole and sniff(last))


def has_narrow(head: bytes) -> bool:
    """Say whether a file that begins in UTF-16 or UTF-32 has a record in UTF-8 near its beginning."""
    return any(_is_object(line.strip(b"\0")) for line in head.split(b"\n")[1:])


def is_binary(head: bytes) -> bool:
    """Say whether a file holds no text: no record begins near its beginning, its first line is not UTF-8, and it has
    control bytes other than NUL, which a hole may have left.
    """
    line, end, _ = head.partition(b"\n")
    is_text = any(is_utf8(line[: len(line) - cut]) for cut in range(1 if end else 4))  # a character may be cut
    return not (_RECORD.search(head) or is_text) and has_control_bytes(head.replace(b"\0", b""))


def _is_object(line: bytes) -> bool:
    import msgspec

    try:
        return isinstance(msgspec.json.decode(line), dict)
    except (ValueError, RecursionError):  # msgspec's DecodeError is a ValueError
        return False


def records(region: Region, documents: Sequence[Document]) -> Sequence[bytes]:
    """Return the lines of documents that come from a region."""
    if isinstance(documents, Rows) and documents:
        begins = documents.begins
        start, stop = begins[0], region.buffer.find(b"\n", begins[-1]) + 1 or len(region.buffer)
        if region.buffer.count(b"\n", start, stop - 1) == len(begins) - 1:  # nothing between them
            ends = array("q", [begin - start for begin in (*begins[1:], stop)])
            return Pieces(region.buffer[start:stop], ends.tobytes())
    lines = region.buffer.split(b"\n")
    if not lines[-1]:
        lines.pop()
    starts = [document.origin.byte for document in documents if document.origin]
    sizes = accumulate((len(line) + 1 for line in lines), initial=region.offset)
    if len(lines) != len(documents) or any(start != at for start, at in zip(starts, sizes, strict=False)):
        return [_alone(record(region, document)[0]) for document in documents]  # not one a line
    return [line.removesuffix(b"\r") for line in lines] if b"\r" in region.buffer else lines


def _alone(line: bytes) -> bytes:
    """Return the record that a line begins with."""
    return line[: value_at(line, 0, len(line), MAX_DEPTH + 1).stop]


def record(region: Region, document: Document) -> tuple[bytes, int]:
    """Return the line of a document, without its line end, from where it begins on, and the stream offset of that.

    Other records may follow.
    """
    origin = document.origin
    assert origin is not None, "the document comes from this region"
    start = origin.byte - region.offset
    stop = region.buffer.find(b"\n", start)
    line = region.buffer[start : stop if stop >= 0 else len(region.buffer)]
    return line.removesuffix(b"\r"), origin.byte


def locate(region: Region, document: Document, position: int) -> int:
    """Return the stream offset of the byte at ``position`` of the document's ``data``."""
    line, start = record(region, document)
    _, begin, stop = _texts(line, document)[0]
    return start + begin + _raw_position(line[begin:stop], position)


def rewrite(region: Region, document: Document, change: Change) -> Edit | None:
    """Return the edit that makes a change in the text of a document; None where several strings may be the text."""
    line, start = record(region, document)
    texts = _texts(line, document)
    if len(texts) > 1 and texts[0][0] != _TEXT:
        return None
    _, begin, stop = texts[0]
    raw = line[begin:stop]
    first = _raw_position(raw, change.position)
    last = _raw_position(raw, change.position + change.length)
    return Edit(start + begin + first, last - first, escape_json(change.replacement), change.safe)


def _texts(line: bytes, document: Document) -> list[tuple[str, int, int]]:
    """Return the strings that are the text of a document, by key and place; one with the key of texts comes first."""
    found = []
    for key, _, value in value_at(line, 0, len(line), MAX_DEPTH + 1).members:
        if value.kind != '"' or lone_surrogate(line[value.start : value.stop]) >= 0:  # such a one is metadata
            continue
        if unescape_json(line[value.start + 1 : value.stop - 1]) == document.data:
            found.append((key, value.start + 1, value.stop - 1))
    return sorted(found, key=lambda one: one[0] != _TEXT)


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
