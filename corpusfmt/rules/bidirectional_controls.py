"""TXT002: bidirectional control characters."""

from __future__ import annotations

import re

from corpusfmt.model.rule import Check, Rule
from corpusfmt.rules._characters import check_for, looking
from corpusfmt.rules._direction import unclosed


def start() -> Check:
    """Return a check; it keeps nothing."""
    look = looking(b"\xe2(?:\x80[\x8e\x8f\xaa-\xae]|\x81[\xa6-\xa9])", b"\xd8\x9c")
    pattern = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
    return check_for(look, pattern, _details)


def _details(chars: list[str], text: str) -> tuple[str, str]:  # noqa: ARG001 - all have the same parameters
    index = unclosed(text)
    if index < 0:
        return "", ""
    line = text.count("\n", 0, index) + 1
    return f"; U+{ord(text[index]):04X} on line {line:,} of the text is not closed in its paragraph", ""


RULE = Rule(
    code="TXT002",
    severity="warning",
    summary="bidirectional control in the text",
    why="These characters are invisible and change the order in which other characters are displayed: a reader may "
    "see something else than a program reads. They are legitimate in texts that mix Arabic or Hebrew with Latin "
    "script, above all the marks U+200E, U+200F and U+061C; ignore the rule for those. An override or isolate that is "
    "not closed before the end of its paragraph is suspicious in any text.",
    advice="remove the characters, unless the text needs them",
    bad="<<<FILE d1 a.txt>>>\nthe file \u202egpj.exe\n".encode(),
    good="<<<FILE d1 a.txt>>>\nthe word \u05e9\u05dc\u05d5\u05dd means peace\n".encode(),
    start=start,
    default=False,
)
