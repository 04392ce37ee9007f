"""TXT001: control characters."""

from __future__ import annotations

import re
from typing import Final

from corpusfmt.model.rule import Check, Rule
from corpusfmt.rules._characters import check_for
from corpusfmt.text.display import quoted

#: NUL is the matter of ENC005.
_BYTES: Final = bytes([*range(0x01, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])


def start() -> Check:
    """Return a check; it keeps nothing."""
    c1 = re.compile(b"\xc2[\x80-\x9f]").search
    pattern = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

    def look(data: bytes) -> bool:
        return len(data.translate(None, _BYTES)) != len(data) or c1(data) is not None

    return check_for(look, pattern, _details)


def _details(chars: list[str], text: str) -> tuple[str, str]:  # noqa: ARG001 - all have the same parameters
    try:
        meant = "".join(chars).encode("latin-1").decode("cp1252") if min(chars) >= "\x80" else ""
    except UnicodeDecodeError:
        return "", ""
    if not meant:
        return "", ""
    return "", f"these are most often Windows-1252 that was read as Latin-1: the first would be {quoted(meant[0])}"


RULE = Rule(
    code="TXT001",
    severity="warning",
    summary="control character in the text",
    why="Control characters other than tab, line feed and carriage return (C0 and C1 of Unicode, and U+007F) do not "
    "belong in a text. XML cannot represent most of them, and terminals interpret them. They usually come from "
    "another encoding or from a typesetting file. U+0085 (next line) is included: outside EBCDIC it is nearly always "
    "the ellipsis of Windows-1252. Another rule reports U+0000.",
    advice="create the text again from its source, or remove the characters",
    bad=b"<<<FILE d1 a.txt>>>\nstop\x08 here\n",
    good=b"<<<FILE d1 a.txt>>>\n\tstop here\n",
    start=start,
    default=False,
)
