"""UTF-8 that was read as Windows-1252 or Latin-1 and encoded again: detecting and restoring it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

#: The bytes that Windows-1252 leaves empty; the Encoding Standard of the web reads them as controls.
_EMPTY: Final = b"\x81\x8d\x8f\x90\x9d"
#: What Windows-1252 has where Latin-1 has controls.
_SPECIAL: Final = {byte: bytes([byte]).decode("cp1252") for byte in range(0x80, 0xA0) if byte not in _EMPTY}
#: From its characters to those of Latin-1 with the same bytes; what is not in it, to one that Latin-1 does not have.
_BYTES: Final = {**dict.fromkeys(_SPECIAL, 0xFFFF), **{ord(char): byte for byte, char in _SPECIAL.items()}}

#: Bytes of signs that do not stand right after a capital letter with an accent.
_ODD: Final = frozenset(
    b"\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xac\xaf\xb1\xb5\xb6\xb8\xbc\xbd\xbe\xbf\x80\x82\x84\x86\x87\x88\x89\x98"
    + _EMPTY
)
#: The dots, the apostrophe, dashes and the space, after which a word goes on or another begins.
_LOOSE: Final = frozenset(b"\x85\x92\x96\x97\xa0")
#: Those of the odd ones that mark notes; small signs that end a word but do not begin one; letters that no language has
#: beside these. What is left are quotes, dashes and spaces, which stand anywhere.
_NOTES: Final = frozenset(b"\x86\x87")
_SMALL: Final = frozenset(b"\xaa\xae\xb0\xb2\xb3\xb4\xb7\xb9\xba\x99")
_LETTERS: Final = frozenset(b"\x83\x8a\x8c\x8e\x9a\x9c\x9e\x9f")
_QUOTES: Final = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb\u2013\u2014\u2026\u00a0"
_OTHER: Final = re.compile("[\xc0-\xff\u02b0-\u02ff]")
#: Second bytes of the signs that web pages have most: quotes, dashes, dots, the euro, arrows, ticks.
_SIGNS: Final = frozenset(b"\x80\x82\x83\x84\x86\x87\x88\x89\x8b\x98\x9c")

#: So many pieces of a text are joined at a time: one by one, small ones take fifty times their size.
_TOGETHER: Final = 4096


def may_hold() -> Callable[[bytes], bool]:
    """Return a function that says whether UTF-8 may hold such a place, by the bytes of a lead and its tail."""
    tail = b"(?:\xc2[\x80-\xbf]|[\xc5\xc6\xcb].|\xe2[\x80\x82\x84].)"
    look = re.compile(b"\xc3(?:[\x82-\x9f]%b|[\xa0-\xaf]%b{2}|[\xb0-\xb4]%b{3})" % (tail, tail, tail), re.S).search
    return lambda data: look(data) is not None


def decoded_once(text: str) -> str | None:
    """Return what a text says when it is UTF-8 that was read as Windows-1252 or Latin-1, or None.

    The whole text must decode exactly, and one place at least must be such that nobody would mean it as it stands.
    """
    if text.isascii() or next(places(text), None) is None:
        return None
    return _decoded(text)


def places(text: str) -> Iterator[tuple[int, int, str]]:
    """Give the places of a text that nobody would mean as they stand: beginning, end and what was meant."""
    for match in _runs().finditer(text):
        start, stop = match.span()
        meant = _decoded(match[0])
        if meant is not None and _is_proof(match[0], meant, text[start - 1 : start], text[stop : stop + 1]):
            yield start, stop, meant


def name_of(run: str) -> str:
    """Name the encoding in which a place was read."""
    return "Latin-1" if max(run) <= "\xff" and any("\x80" <= char <= "\x9f" for char in run) else "Windows-1252"


def restored(text: str, rounds: int = 8) -> tuple[str | None, int]:
    """Return a text with its places as they were meant, however many times over, or None when they do not end; and how
    many places it has.
    """
    first = 0
    for _ in range(rounds):
        pieces, some, at, count = [], [""], 0, 0
        for start, stop, meant in places(text):
            some += [text[at:start], meant]
            at, count = stop, count + 1
            if len(some) > _TOGETHER:
                pieces.append("".join(some))
                some.clear()
        if not count:
            return text, first
        text, first = "".join([*pieces, *some, text[at:]]), first or count
    return None, first


def _decoded(text: str) -> str | None:
    try:
        try:
            data = text.encode("latin-1")
        except UnicodeEncodeError:
            data = text.translate(_BYTES).encode("latin-1")
        return data.decode()
    except UnicodeError:
        return None


@cache
def _runs() -> re.Pattern[str]:
    tail = f"[\x80-\xbf{''.join(_SPECIAL.values())}]"
    return re.compile(f"(?:[\xc2-\xdf]{tail}|[\xe0-\xef]{tail}{tail}|[\xf0-\xf4]{tail}{tail}{tail})+")


def _is_proof(run: str, meant: str, before: str, after: str) -> bool:
    """Say whether a run of what could be UTF-8 is nothing else, from itself and the characters around it."""
    data = meant.encode()
    if len(meant) > 1:
        return any(byte in _ODD or byte in _SMALL for byte in data) or set(run[::2]) <= {"\xc2", "\xc3"}
    lead, second = data[0], data[1]
    if lead >= 0xE0:
        return meant in "\ufeff\ufffd" or (lead == 0xE2 and second in _SIGNS) or (lead == 0xF0 and second == 0x9F)
    if lead not in b"\xc2\xc3\xc4\xc5\xc8" or not (before < "\x80" or before in _QUOTES) or _OTHER.match(after):
        return False  # beside other letters of that kind it may be any encoding that was read as another
    if "a" <= before <= "z" or ("0" <= before <= "9" and lead < 0xC4):
        return True
    begins_word = "a" <= after <= "z" and not before.isalpha()
    if lead >= 0xC4:
        return begins_word and second not in _LOOSE
    if second in _ODD:
        return not (before.isupper() and second in _NOTES)
    if lead == 0xC3:
        return second in _LETTERS or (begins_word and (second not in _LOOSE or second == 0x96))
    return second in _SMALL and begins_word
