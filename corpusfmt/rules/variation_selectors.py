"""TXT011: variation selectors without effect."""

from __future__ import annotations

import re
from typing import Final

from corpusfmt.model.rule import Check, Rule
from corpusfmt.rules._characters import check_for, looking
from corpusfmt.text.display import quoted

#: What ideographic variation sequences begin with (Unicode Technical Standard 37), and signs that are used like one.
_IDEOGRAPHS: Final = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_BASIC: Final = "\ufe00-\ufe0f"
_MORE: Final = "\U000e0100-\U000e01ef"
#: So many bytes are a message rather than an accident.
_HIDDEN: Final = 3


def start() -> Check:
    """Return a check; it keeps nothing."""
    look = looking(b"\xef\xb8[\x80-\x8f](?:\xef\xb8[\x80-\x8f]|\xf3\xa0[\x84-\x87])", b"\xf3\xa0[\x84-\x87]")
    alone = f"(?:[{_BASIC}]|(?<=[{_IDEOGRAPHS}])[{_MORE}])(?![{_BASIC}{_MORE}])"
    pattern = re.compile(f"{alone}|([{_BASIC}{_MORE}]+)")
    kept = re.compile(f"[{_BASIC}]").match
    return check_for(look, pattern, _details, lambda run: run[0] if kept(run) else "")


def _details(chars: list[str], text: str) -> tuple[str, str]:  # noqa: ARG001 - all have the same parameters
    """Say what the selectors spell as bytes: VS1 to VS256 stand for 0 to 255 where text is hidden in them."""
    numbers = [ord(char) - (0xFE00 if char <= "\ufe0f" else 0xE00F0) for char in chars]
    try:
        spelled = bytes(numbers).decode("utf-8")
    except UnicodeDecodeError:
        spelled = ""
    if len(spelled) < _HIDDEN or not spelled.isprintable():
        return "", ""
    return f"; as bytes they are {quoted(spelled)}", ""


RULE = Rule(
    code="TXT011",
    severity="warning",
    summary="variation selector without effect",
    why="A variation selector chooses a form of the character before it: U+FE0F the emoji form, U+E0100 a variant of "
    "a Chinese character. Several in a row, or one of U+E0100 to U+E01EF after another character, have no effect and "
    "are invisible. There are 256 of them, so a row can carry any hidden bytes. A single U+FE00 to U+FE0F is not "
    "reported, nor is one selector after a Chinese character.",
    advice="remove them; 'corpusfmt fix --unsafe-fixes' does",
    bad="<<<FILE d1 a.txt>>>\nwell\U000e0112\U000e0134\U000e0156 then\n".encode(),
    good="<<<FILE d1 a.txt>>>\na heart \u2764\ufe0f and a place \u845b\U000e0100\u57ce\n".encode(),
    start=start,
    fixable=True,
    default=False,
)
