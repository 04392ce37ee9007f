"""TXT012: invisible characters: fillers, operators, deprecated controls."""

from __future__ import annotations

import re
from typing import Final

from corpusfmt.model.rule import Check, Rule
from corpusfmt.rules._characters import check_for, looking

#: Syllables of which one part is a filler: conjoining jamo (Unicode 16.0, 3.12), and the sequences of KS X 1001.
_SYLLABLES: Final = (
    "[\u1100-\u115e\ua960-\ua97c]\u1160|\u115f[\u1161-\u11a7\ud7b0-\ud7c6]|\u115f\u1160[\u11a8-\u11ff\ud7cb-\ud7fb]"
    "|\u3164[\u3131-\u314e][\u314f-\u3163][\u3131-\u314e\u3164]"
)
#: The vowel separator and the variation selectors of Mongolian after a letter of it.
_MONGOLIAN: Final = "(?<=[\u1820-\u18aa\u180b-\u180d\u180f])[\u180b-\u180f]"
#: Empty cells among those of Braille, and what groups notes or the strokes of a shorthand.
_NOTES: Final = "\U0001d100-\U0001d158\U0001d15a-\U0001d172\U0001d17b-\U0001d1ff"
_GROUPS: Final = "\U0001d159\U0001d173-\U0001d17a"
_AMONG: Final = (
    f"(?<!\u2800)\u2800*+[\u2801-\u28ff][\u2800-\u28ff]*+|(?<=[{_NOTES}])[{_GROUPS}]++"
    f"|(?<![{_GROUPS}])[{_GROUPS}]++(?=[{_NOTES}])|(?<=[\U0001bc00-\U0001bc9f])[\U0001bca0-\U0001bca3]"
)
_INVISIBLE: Final = (
    "[\u115f\u1160\u3164\uffa0\u17b4\u17b5\u2061-\u2065\u206a-\u206f\u180b-\u180f\ufff0-\ufff8"
    "\u2800\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a]"
)


def start() -> Check:
    """Return a check; it keeps nothing."""
    look = looking(
        b"\xe1(?:\x85[\x9f\xa0]|\xa0[\x8b-\x8f]|\x9e[\xb4\xb5])",
        b"\xe2(?:\x81[\xa1-\xa5\xaa-\xaf]|\xa0\x80)",
        b"\xf0(?:\x9b\xb2[\xa0-\xa3]|\x9d\x85[\x99\xb3-\xba])",
        b"\xe3\x85\xa4",
        b"\xef(?:\xbe\xa0|\xbf[\xb0-\xb8])",
    )
    return check_for(look, re.compile(f"{_SYLLABLES}|{_MONGOLIAN}|{_AMONG}|({_INVISIBLE})"))


RULE = Rule(
    code="TXT012",
    severity="warning",
    summary="invisible character in the text",
    why="A word with such a character looks unchanged, or looks like two words, and a search does not find it: the "
    "Hangul fillers (U+115F, U+1160, U+3164, U+FFA0), the invisible operators of mathematics (U+2061 to U+2064), the "
    "Mongolian vowel separator and variation selectors outside Mongolian, the Khmer vowels U+17B4 and U+17B5, "
    "the empty Braille cell (U+2800) outside Braille, the format characters of musical notes (U+1D159, U+1D173 to "
    "U+1D17A) and of shorthand (U+1BCA0 to U+1BCA3) outside these, deprecated format characters (U+206A to U+206F) "
    "and code points that are reserved for such characters. A filler that completes a Korean syllable is not "
    "reported. Mathematical texts may need the operators; ignore the rule for those.",
    advice="remove the characters, or write a space where one is meant",
    bad="<<<FILE d1 a.txt>>>\na wo\u3164rd\n".encode(),
    good="<<<FILE d1 a.txt>>>\n\ub9d0 \u1106\u1160 \u115f\u1161\n".encode(),
    start=start,
    default=False,
)
