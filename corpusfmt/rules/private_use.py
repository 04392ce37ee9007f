"""TXT003: private use characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Check, Hit, Rule
from corpusfmt.rules._characters import strange


def start() -> Check:
    """Return a check; it keeps nothing."""
    basic = re.compile(b"\xef[\x80-\xa3]").search
    plane15 = re.compile(b"\xf3[\xb0-\xbf]").search
    # U+nFFFE and U+nFFFF of these planes are noncharacters.
    pattern = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")

    def look(data: bytes) -> bool:
        return b"\xee" in data or b"\xf4" in data or basic(data) is not None or plane15(data) is not None

    def check(documents: Sequence[Document]) -> Iterable[Hit]:
        return strange(documents, look, pattern)

    return check


RULE = Rule(
    code="TXT003",
    severity="warning",
    summary="private use character in the text",
    why="What a private use character means is an agreement between those who write and those who read: with one font "
    "it is a logo, with another a letter of a medieval hand, without one an empty box. Where the agreement is known "
    "(the fonts of MUFI or of Tengwar, say) leave the rule out.",
    advice="write the characters that Unicode has for it, or record in the metadata which private-use convention (for "
    "example MUFI) applies",
    bad="<<<FILE d1 a.txt>>>\n\uf0b7 first item\n".encode(),
    good="<<<FILE d1 a.txt>>>\n\u2022 first item\n".encode(),
    start=start,
    default=False,
)
