"""TXT004: code points that will never be characters."""

from __future__ import annotations

import re

from corpusfmt.model.rule import Check, Rule
from corpusfmt.rules._characters import check_for, looking


def start() -> Check:
    """Return a check; it keeps nothing."""
    planes = [b"%c[\x8f\x9f\xaf\xbf]\xbf[\xbe\xbf]" % first for first in range(0xF0, 0xF5)]
    look = looking(b"\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])", *planes)
    ends = "".join(chr(plane * 0x10000 + low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    return check_for(look, re.compile(f"[\ufdd0-\ufdef{ends}]"))


RULE = Rule(
    code="TXT004",
    severity="warning",
    summary="noncharacter in the text",
    why="Unicode guarantees that 66 code points (U+FDD0 to U+FDEF, and the last two of each plane) never become "
    "characters. Programs use them internally as marks, and XML cannot represent some of them. In a text they are a "
    "leak, or UTF-16 that was read in the wrong byte order. Unassigned code points are not reported: they depend on "
    "the version of Unicode, and the result of a rule must not.",
    advice="create the text again from its source, or remove the characters",
    bad="<<<FILE d1 a.txt>>>\nan end\uffff\n".encode(),
    good=b"<<<FILE d1 a.txt>>>\nan end\n",
    start=start,
    default=False,
)
