"""Facts about characters where pieces of text meet.

White space is that of XML (XML 1.0, production 3) and no other: a no-break space is a character like any.
"""

from __future__ import annotations

from typing import Final
from unicodedata import category

WHITE: Final = " \t\n\r"
#: Hyphens that end a line inside of a word: the characters of Unicode with the property Hyphen, those for one language
#: or one kind of print (Armenian, Canadian, Mongolian, double and oblique ones), and what transcriptions have for them:
#: the equals sign and the not sign.
HYPHENS: Final = frozenset("-=\u00ac\u00ad\u058a\u1400\u1806\u2010\u2011\u2e17\u2e1a\u2e40\u2e5d\ufe63\uff0d")
_OPENING: Final = frozenset("([{<\u00ab\u2039\u201c\u2018\u201e\u201a\u00bf\u00a1")
_CLOSING: Final = frozenset(")]}>\u00bb\u203a\u201d\u2019.,;:!?\u2026%")
#: Scripts that have no spaces between words: Chinese and Japanese.
_UNSPACED: Final = (("\u2e80", "\ua4cf"), ("\uf900", "\ufaff"), ("\uff00", "\uff9f"), ("\U00020000", "\U0003ffff"))


def collapsed(data: str) -> str:
    """Return ``data`` with every run of white space as one space. Takes linear time."""
    if "\n" in data:
        data = data.replace("\n", " ")
    if "\t" in data:
        data = data.replace("\t", " ")
    if "\r" in data:
        data = data.replace("\r", " ")
    while "  " in data:
        data = data.replace("  ", " ")
    return data


def is_letter(char: str) -> bool:
    """Say whether a character is a letter or a mark that belongs to one, as vowel signs and accents are."""
    return char.isalpha() or category(char)[0] == "M"


def soft_space(last: str, first: str) -> str:
    """Return a space, if one may stand between these two characters where none was."""
    bound = last in _OPENING or first in _CLOSING or _is_unspaced(last) or _is_unspaced(first)
    return "" if bound or last in WHITE or first in WHITE else " "


def _is_unspaced(char: str) -> bool:
    """Say whether a character is of a script that has no spaces between words."""
    return any(first <= char <= last for first, last in _UNSPACED)
