"""Shared by the rules about scraped pages: normalised lines, and the letters of words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

#: What ends a line, as the inside of a class of a regular expression.
BREAKS: Final = "\n\r\u2028\u2029"
#: What pages write now in one way, now in another; the last are characters that cannot be seen.
_SIGNS: Final = {
    "'": "\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4`",
    '"': "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212",
    " ": "\u00a0\u2002\u2003\u2009\u200a\u202f\u3000",
    "...": "\u2026",
    "": "\u00ad\u200b\u200c\u200d\u2060\ufeff",
}
_SPACES: Final = re.compile(" {2,}")


def folded(text: str) -> str:
    """Return text without what pages change when they repeat it: case, quotes, dashes, white space within lines.

    It is the same for pieces of a text as for the whole.
    """
    if not text.isascii():
        for plain, signs in _SIGNS.items():
            for sign in signs:
                if sign in text:
                    text = text.replace(sign, plain)
    text = text.casefold().replace("\t", " ").replace("\x0b", " ").replace("\x0c", " ")
    return _SPACES.sub(" ", text) if "  " in text else text


@cache
def ends() -> re.Pattern[str]:
    """Return what finds the ends of sentences and lines, with the space after them."""
    # Possessive, and begun once in a run of dots: otherwise a long run would cost the square of its length. The class
    # comes first: the search is quick over all that is not in it.
    dots, close, space = "[.!?\u2026]", "[\"'\u201d\u2019\u201c\u00bb)\\]]*+", f"[^\\S{BREAKS}]++"
    after = f"(?:{space}|(?=[{BREAKS}]|[^\\W\\d_]|\\Z))"
    return re.compile(f"[.!?\u2026{BREAKS}](?:(?<=[{BREAKS}])|(?<!{dots}{{2}}){dots}*+{close}{after})")


def pieces_of(line: str) -> Iterator[tuple[int, str]]:
    """Give the sentences of a line as they are compared, and where each begins."""
    at = 0
    for end in ends().finditer(line):
        if piece := folded(line[at : end.start()]).strip():
            yield at, piece
        at = end.end()
    if piece := folded(line[at:]).strip():
        yield at, piece


@cache
def small_letters() -> str:
    """Return the small letters of Latin, Greek and Cyrillic as a class of a regular expression, without brackets."""
    return _ranges([chr(code) for code in range(0x61, 0x530) if chr(code).islower() and chr(code).isalpha()])


@cache
def capital_letters() -> str:
    """Return the capital letters of Latin, Greek and Cyrillic as a class of a regular expression, without brackets."""
    return _ranges([chr(code) for code in range(0x41, 0x530) if chr(code).isupper() and chr(code).isalpha()])


def _ranges(letters: list[str]) -> str:
    pieces: list[str] = []
    for letter in letters:
        if pieces and ord(pieces[-1][-1]) == ord(letter) - 1:
            pieces[-1] = f"{pieces[-1][0]}-{letter}"
        else:
            pieces.append(letter)
    return "".join(pieces)
