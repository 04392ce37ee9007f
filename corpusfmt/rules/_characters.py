"""Shared by the rules about characters: names, messages, and the change that removes characters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Change, Check, Hit
from corpusfmt.model.text_search import change_of, position_of, suspects

#: Unicode gives control characters no names, only these abbreviations (NameAliases.txt).
_C0: Final = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI "
    "DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"
)
_C1: Final = (
    "DEL PAD HOP BPH NBH IND NEL SSA ESA HTS HTJ VTS PLD PLU RI SS2 SS3 "
    "DCS PU1 PU2 STS CCH MW SPA EPA SOS SGC SCI CSI ST OSC PM APC"
)


def named(char: str) -> str:
    """Return the code point of a character and its name: ``U+00AD SOFT HYPHEN``."""
    from unicodedata import name

    code = ord(char)
    if code < 0x20:
        word = _C0.split()[code]
    elif 0x7F <= code < 0xA0:
        word = _C1.split()[code - 0x7F]
    else:
        word = name(char, "")
    return f"U+{code:04X} {word}".rstrip()


def times(count: int) -> str:
    """Return a number as an adverb: ``once``, ``1,200 times``."""
    return "once" if count == 1 else f"{count:,} times"


def counted(chars: Sequence[str]) -> str:
    """Name the first of some characters and say how often it is there, and how many others are."""
    counts = Counter(chars)
    first = counts.pop(chars[0])
    words = f"{named(chars[0])}, {times(first)}"
    if counts:
        kind = "another kind" if len(counts) == 1 else f"{len(counts):,} other kinds"
        words += f", and {kind}, {times(len(chars) - first)}"
    return words


def looking(*patterns: bytes) -> Callable[[bytes], bool]:
    """Return what says whether one of several patterns is in bytes. One for each first byte is quick to search for."""
    searches = [re.compile(pattern).search for pattern in patterns]
    return lambda data: any(search(data) for search in searches)


def check_for(
    look: Callable[[bytes], bool],
    pattern: re.Pattern[str],
    details: Callable[[list[str], str], tuple[str, str]] | None = None,
    fix: Callable[[str], str] | None = None,
) -> Check:
    """Return a check, which keeps nothing, that gives a hit for each text that has characters which ``pattern``
    matches, one by one or in runs.

    What a ``pattern`` with a group matches outside of it is skipped. ``look`` is as in :func:`suspects`; ``details``
    takes the characters and the text, and gives what is to be said after them in the message, and a hint. ``fix``
    takes a match and returns what is left of it when the text is changed.
    """
    which = 1 if pattern.groups else 0

    def fixed(match: re.Match[str]) -> str:
        assert fix is not None
        return fix(match[0]) if match[which] else match[0]

    def check(documents: Sequence[Document]) -> Iterator[Hit]:
        for document, text in suspects(documents, look):
            first = next((match.start() for match in pattern.finditer(text) if match[which]), -1)
            if first >= 0:
                chars = [char for match in pattern.finditer(text) for char in match[which] or ""]
                more, hint = details(chars, text) if details else ("", "")
                change = becomes(document, text, pattern.sub(fixed, text)) if fix else None
                position = position_of(document, text, first)
                yield Hit(document, f"the text has {counted(chars)}{more}", position, hint, change, places=len(chars))

    return check


def difference(old: str, new: str) -> tuple[int, int, int]:
    """Return where two texts that differ begin to, and where in each they end to."""
    start = _common(old, new)
    tail = _common(old[start:][::-1], new[start:][::-1])
    return start, len(old) - tail, len(new) - tail


def _common(one: str, other: str) -> int:
    """Return how many code points at the beginning are alike. Compares slices: each half costs one call."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def becomes(document: Document, old: str, new: str) -> Change | None:
    """Return the change that makes ``new`` of a text, or None where it would put the text out of NFC.

    Taking a character out can bring a letter and an accent together; fixing one thing must not break another.
    """
    from unicodedata import is_normalized

    if old == new or (not is_normalized("NFC", new) and is_normalized("NFC", old)):
        return None
    start, stop, end = difference(old, new)
    return change_of(document, old, start, stop, new[start:end])
