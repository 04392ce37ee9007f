"""TXT003: private-use characters."""

from __future__ import annotations

import re

from corpusfmt.model.rule import Check, Rule
from corpusfmt.rules._characters import check_for, looking


def start() -> Check:
    """Return a check; it keeps nothing."""
    look = looking(b"\xee", b"\xf4", b"\xef[\x80-\xa3]", b"\xf3[\xb0-\xbf]")
    # U+nFFFE and U+nFFFF of these planes are noncharacters.
    pattern = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
    return check_for(look, pattern)


RULE = Rule(
    code="TXT003",
    severity="warning",
    summary="private-use character in the text",
    why="The meaning of a private-use character is an agreement between writers and readers: in one font it is a "
    "logo, in another a medieval letter, otherwise an empty box. If the convention is known (for example MUFI or "
    "Tengwar), ignore the rule.",
    advice="write standard Unicode characters instead, or record in the metadata which private-use convention (for "
    "example MUFI) applies",
    bad="<<<FILE d1 a.txt>>>\n\uf0b7 first item\n".encode(),
    good="<<<FILE d1 a.txt>>>\n\u2022 first item\n".encode(),
    start=start,
    default=False,
)
