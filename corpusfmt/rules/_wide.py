"""Texts in UTF-16 or UTF-32 that were read as UTF-8."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from corpusfmt.limits import KIB
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
    narrow = sum(0x20 <= pair[0] < 0x7F > pair[1] >= 0x20 for pair in pairs)
    if holes > 0.05 * len(pairs):  # a run of NULs is no text
        return ""
    if narrow > 0.1 * len(pairs):
        return in_utf16(head)
    if odd > max(1, 0.4 * len(pairs)) and even < 0.05 * len(pairs):
        return "UTF-16LE"
    if even > max(1, 0.4 * len(pairs)) and odd < 0.05 * len(pairs):
        return "UTF-16BE"
    return in_utf16(head)


def is_wide(document: Document) -> bool:
    """Say whether a text that should be UTF-8 is full of NULs as UTF-16 is."""
    return document.encoding in (None, "utf-8") and bool(wide_name(document.data))


_CODECS: Final = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_NAMES: Final = dict(zip(_CODECS, ("UTF-32LE", "UTF-32BE", "UTF-16LE", "UTF-16BE"), strict=True))
#: A line has so many characters of ASCII, and others of Latin texts, or is in one script as a whole; the longest line;
#: and so many others with zero bytes are looked at in a text.
_SURE: Final = 4
_LONGEST: Final = 64 * KIB
_MISSES: Final = 64
_LATIN: Final = re.compile("[\u00a0-\u024f\u2010-\u2027\u20ac]")
_ASCII: Final = frozenset(map(chr, (*range(0x20, 0x7F), 0x09, 0x0D, 0x0A)))


class Span(NamedTuple):
    """Lines of a text in UTF-16 or UTF-32: where they begin and end, in which encoding, and the characters."""

    start: int
    stop: int
    encoding: str
    text: str


def wide_spans(data: bytes) -> list[Span]:
    """Return the lines of a text that are in UTF-16 or UTF-32, those in one encoding that follow one another together.

    Such a line begins where a line of the text does, or behind another one. Takes linear time.
    """
    spans: list[Span] = []
    at = misses = 0
    while (zero := data.find(b"\0", at)) >= 0 and misses < _MISSES:
        before = spans[-1].encoding if spans and spans[-1].stop == at else ""
        start = max(at, data.rfind(b"\n", at, zero) + 1)
        earlier = max(at, data.rfind(b"\n", at, max(start - 1, at)) + 1)  # the zero byte may be that of a line end
        span = (_span(data, earlier, before) if earlier < start == zero else None) or _span(data, start, before)
        if span is None:
            misses += 1
            following = data.find(b"\n", zero)
            at = following + 1 if following >= 0 else len(data)
            continue
        at = span.stop
        if spans and spans[-1][1:3] == (span.start, span.encoding):
            last = spans.pop()
            span = span._replace(start=last.start, text=last.text + span.text)
        spans.append(span)
    return spans


def _span(data: bytes, start: int, before: str) -> Span | None:
    """Return the line in another encoding that begins at ``start``; ``before``: that of the line before it."""
    for codec in _CODECS:
        mark, end = "\ufeff".encode(codec), "\n".encode(codec)
        stop = start
        while (found := data.find(end, stop, start + _LONGEST)) >= 0 and (found - start) % len(end):
            stop = found + 1
        stop = found + len(end) if found >= 0 else len(data)
        line = data[start:stop]
        cut = b""
        if found < 0:  # the last line; where the next record begins, the line end of one byte is not in the encoding
            cut = b"\n" if len(line) % len(end) == 1 and line.endswith(b"\n") else b""
            line = line.removesuffix(cut)
        if len(line) > _LONGEST:
            continue
        try:
            text = line.decode(codec)
        except UnicodeDecodeError:
            continue
        is_sure = line.startswith(mark) or (_NAMES[codec] == before and _ASCII.issuperset(text))
        if _is_line(line, text.removeprefix("\ufeff"), codec, is_sure=is_sure):
            return Span(start, stop, _NAMES[codec], text.removeprefix("\ufeff") + cut.decode())
    return None


def _is_line(line: bytes, text: str, codec: str, *, is_sure: bool) -> bool:
    """Say whether a line is meant as the characters that it is in an encoding."""
    from unicodedata import category

    if any(category(char) in ("Cc", "Cn", "Co", "Cs") for char in set(text) - set("\t\r\n")):
        return False
    plain = sum(char in _ASCII for char in text)
    if plain >= _SURE and 2 * plain >= len(text) and all(char in _ASCII or _LATIN.match(char) for char in text):
        return True
    return bool(text) and (is_sure or (codec.startswith("utf-16") and in_utf16(line) == _NAMES[codec]))
