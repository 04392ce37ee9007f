"""Where sentences or words run together: candidates, and which of them are reported."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from corpusfmt.rules._lines import capital_letters, small_letters

#: What is farther from a place is not looked at, so that each place costs the same.
_CONTEXT: Final = 80
#: So many words, the last included, make a sentence.
_WORDS: Final = 4
_CLOSE: Final = "[\"'\u201d\u2019\u201c\u00bb)\\]]{0,2}"
_OPEN: Final = "[\"'\u201c\u2018\u201e\u00ab(\\[]*"
_GAP: Final = "[ \t\xa0]+"
#: What texts hold that are not prose.
_CODE: Final = r"[{}`\\]|\w\(\)|[=-]>|[=!]=|::|</|[A-Za-z]_[A-Za-z]|^[ \t]*(?:import|def|class|#include)\b"
#: Words that begin sentences: after others, a short word before the full stop may be an abbreviation.
_OPENERS: Final = (
    " The This That These There It He She They We You But And In On At If As To So No My When However "
    "Er Es Wir Das Le La Il El Но Он На Не По За Мы "
)
_SHORTENED: Final = " просп акад проф корп prof inkl exkl evtl bzgl approx dept univ vs "
_DOMAINS: Final = " com org net edu gov info biz io de uk fr es it nl eu ru ua pl ch at us ca au jp cn br "
_VOWELS: Final = frozenset("aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýőűąęěůœаеёиоуыэюяіїєαεηιουωάέήίόύώ")


def may_have_places(data: bytes) -> bool:
    """Say whether there may be such a place in UTF-8."""
    stop, latin, cyrillic = _looks()
    return bool(stop.search(data) or latin.search(data) or cyrillic.search(data))


@cache
def _looks() -> tuple[re.Pattern[bytes], ...]:
    return (
        re.compile(rb"[.!?](?:[\"')\]]|\xe2\x80[\x99\x9c\x9d]|\xc2\xbb){0,2}(?:[A-Z]|[\xc3-\xd4][\x80-\xbf])"),
        re.compile(rb"[A-Z](?<=[a-z]{4}.)[a-z]"),
        re.compile(rb"\xd0(?<=[\xd0\xd1][\x80-\xbf].)[\x81\x90-\xaf](?<=(?:\xd0[\xb0-\xbf]|\xd1[\x80-\x8f])..)\xd0"),
    )


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    small, capital = small_letters(), capital_letters()
    word = f"[{small}{capital}]+"
    return (
        re.compile(_CODE, re.M),
        # The end of a sentence; what stands before it, on the same line; what stands after it.
        re.compile(f"[.!?](?={_CLOSE}[{capital}])"),
        re.compile(
            f"[\\w,;:\"'\u201d\u2019\u00bb)\u2013\u2014-]{_GAP}{_OPEN}(?:{word}[-\u2019'])*([{small}]{{2,}})({_CLOSE})\\Z"
        ),
        re.compile(f"({_CLOSE})(([{capital}][{small}]*)(?:[-\u2019']{word})*)[,;:]?{_CLOSE}{_GAP}{_OPEN}\\w"),
        # The beginning of a word within another; the first half, and the second.
        re.compile(f"[{capital}](?<=[{small}]{{4}}.)(?=[{small}]{{3}})"),
        re.compile(f"(?:^|\\s)({word}[,;:]?{_CLOSE}{_GAP})?{_OPEN}([{small}]{{4,}})\\Z"),
        re.compile(f"([{capital}][{small}]+)(?:({_GAP}{_OPEN}[{capital}])|[,;:.!?]?{_CLOSE}(?:\\s|\\Z))"),
    )


def places(text: str) -> tuple[tuple[int, str, bool] | None, int]:
    """Return the first of the places where a space is missing, and how many there are.

    Of the first: where the space should stand, what runs together there, and whether a sentence ends.
    """
    code, end, _, _, inside, _, _ = _patterns()
    first, count = None, 0
    words: frozenset[str] | None = None
    if not (end.search(text) or inside.search(text)) or code.search(text):
        return first, count
    for match in end.finditer(text):
        if place := _sentence(text, match.start()):
            first, count = min(first or place, place), count + 1
    for match in inside.finditer(text):
        if words is None:
            words = frozenset(found[0] for found in re.finditer(r"[^\W\d_]+", text))
        if place := _word(text, match.start(), words):
            first, count = min(first or place, place), count + 1
    return first, count


def _sentence(text: str, stop: int) -> tuple[int, str, bool] | None:
    _, _, before, after, _, _, _ = _patterns()
    if text[stop - 1 : stop].isalpha() and not text[stop - 2 : stop].islower():  # two small letters, or a closing sign
        return None
    line = text[max(0, stop - _CONTEXT) : stop].rpartition("\n")[2]
    left = before.search(line)
    right = after.match(text[stop + 1 : stop + 1 + _CONTEXT])
    if not left or not right:
        return None
    last, first = left[1], right[3]
    if f" {first.lower()} " in _DOMAINS or f" {last} " in _SHORTENED or len(line.split()) < _WORDS:
        return None
    if len(first) == 1 and first not in "IAÀÉВСКОУИАЯІΟΗ":
        return None
    quote = left[2] or right[1] or text[stop] != "."
    if quote or f" {first} " in _OPENERS or (len(last) >= 4 and len(first) != 2 and not _VOWELS.isdisjoint(last)):
        return stop + 1 + len(right[1]), f"{last}{left[2]}{text[stop]}{right[1]}{right[2]}", True
    return None


def _word(text: str, index: int, words: frozenset[str]) -> tuple[int, str, bool] | None:
    *_, before, after = _patterns()
    left = before.search(text[max(0, index - _CONTEXT) : index])
    right = after.match(text[index : index + _CONTEXT])
    if not left or not right:
        return None
    last, first = left[2], right[1]
    # Names such as easyJet are no longer, or do not stand between a word and a capital letter.
    if (len(last) >= 6 and len(first) >= 5 and left[1] and right[2]) or (len(first) >= 4 and {last, first} <= words):
        return index, last + first, False
    return None
