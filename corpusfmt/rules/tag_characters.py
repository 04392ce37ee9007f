"""TXT010: tag characters outside of flags."""

from __future__ import annotations

import re

from corpusfmt.model.rule import Check, Rule
from corpusfmt.rules._characters import check_for, looking
from corpusfmt.text.display import quoted


def start() -> Check:
    """Return a check; it keeps nothing."""
    look = looking(b"\xf3\xa0(?:[\x80-\x83\x88-\xbf]|\x87[\xb0-\xbf])")
    # A black flag, the tags of a region and a part of it, the end of the tags (Unicode Technical Standard 51, ED-14a).
    letter, digit = "\U000e0061-\U000e007a", "\U000e0030-\U000e0039"
    flag = f"\U0001f3f4\ufe0f?(?:[{letter}]{{2}}|[{digit}]{{3}})[{letter}{digit}]{{1,4}}\U000e007f"
    pattern = re.compile(f"{flag}|([\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]+)")
    return check_for(look, pattern, _details, lambda _: "")


def _details(chars: list[str], text: str) -> tuple[str, str]:  # noqa: ARG001 - all have the same parameters
    spelled = "".join([chr(ord(char) - 0xE0000) for char in chars if "\U000e0020" <= char <= "\U000e007e"])
    return (f"; without the tag they spell {quoted(spelled)}" if spelled else ""), ""


RULE = Rule(
    code="TXT010",
    severity="warning",
    summary="tag character outside a flag",
    why="Tag characters (U+E0000 to U+E007F) are invisible copies of ASCII. Language models read them, so they can "
    "carry hidden instructions. The flags of England, Scotland and Wales contain some of them: a black flag, letters "
    "or digits, and U+E007F. Such sequences are not reported. The rest of this area of Unicode (up to U+E0FFF, "
    "without variation selectors) is invisible too and is reported.",
    advice="remove them; 'corpusfmt fix --unsafe-fixes' does",
    bad="<<<FILE d1 a.txt>>>\na note\U000e0068\U000e0069 for you\n".encode(),
    good="<<<FILE d1 a.txt>>>\n\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f for\n".encode(),
    start=start,
    fixable=True,
    default=False,
)
