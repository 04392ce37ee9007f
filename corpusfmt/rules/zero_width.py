"""TXT005: zero-width characters inside words, or many in a row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Check, Hit, Rule
from corpusfmt.model.text_search import position_of, suspects
from corpusfmt.rules._characters import becomes, counted, looking

#: Letters of Latin, Greek, Cyrillic, Armenian and Georgian: scripts whose words have no use for these characters.
_LETTERS: Final = (
    "A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0370-\u0373\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u03ff"
    "\u0400-\u0481\u048a-\u052f\u0531-\u0556\u0561-\u0587\u10a0-\u10fa\u10fc-\u10ff\u1d00-\u1dbf\u1e00-\u1fbc"
    "\u2c60-\u2c7f\ua720-\ua7ff"
)
_WIDTHLESS: Final = "\u200b\u200c\u200d\u2060"
_NONE: Final = dict.fromkeys(map(ord, _WIDTHLESS))
#: So many in a row are no part of any writing; they can carry hidden text.
_ROW: Final = 4
#: Beside them these hide nothing: other rules report them, and may take them out.
_OTHERS: Final = "\u00ad\ufeff\ufe00-\ufe0f\U000e0000-\U000e0fff"


def start() -> Check:
    """Return a check; it keeps nothing."""
    look = looking(b"\xe2(?:\x80[\x8b-\x8d]|\x81\xa0)")
    inside = f"(?<=[{_LETTERS}\u0300-\u036f])[{_WIDTHLESS}{_OTHERS}]++(?=[{_LETTERS}])"
    run = re.compile(f"{inside}|([{_WIDTHLESS}]{{{_ROW},}}+)")

    def check(documents: Sequence[Document]) -> Iterable[Hit]:
        for document, text in suspects(documents, look):
            chars: list[str] = []
            index, where = -1, ""
            for match in run.finditer(text):
                found = [(at, char) for at, char in enumerate(match[0], match.start()) if char in _WIDTHLESS]
                if found and index < 0:
                    index, where = found[0][0], "in a row" if match[1] else "inside words"
                chars += [char for _, char in found]
            if chars:
                fixed = run.sub(lambda match: match[0].translate(_NONE), text)
                position = position_of(document, text, index)
                message = f"the text has {counted(chars)}, {where}"
                yield Hit(document, message, position, change=becomes(document, text, fixed), places=len(chars))

    return check


RULE = Rule(
    code="TXT005",
    severity="warning",
    summary="zero-width character inside a word",
    why="A word with such a character looks unchanged, but searches and dictionaries do not find it. Persian, the "
    "scripts of India, Thai, Khmer and sequences of emoji need some of them: only those between two Latin, Greek, "
    "Cyrillic, Armenian or Georgian letters are reported. Even there U+200C may be intended, where a typesetter "
    "separated a ligature. Four or more in a row are reported in any text: no script needs them, and they can carry "
    "hidden text.",
    advice="remove them; 'corpusfmt fix --unsafe-fixes' does",
    bad="<<<FILE d1 a.txt>>>\na zero\u200bwidth space\n".encode(),
    good="<<<FILE d1 a.txt>>>\n\u0645\u06cc\u200c\u0631\u0648\u0645\n".encode(),
    start=start,
    fixable=True,
    default=False,
)
