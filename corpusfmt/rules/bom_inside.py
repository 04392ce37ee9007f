"""ENC006: a byte order mark at the beginning of a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Check, Hit, Rule
from corpusfmt.model.text_search import change_of, suspects
from corpusfmt.text.display import BOM


def start() -> Check:
    """Return a check; it keeps nothing."""
    return check


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for each text that begins with U+FEFF."""
    for document, text in suspects(documents, lambda data: BOM in data):
        if text.startswith("\ufeff"):
            count = len(text) - len(text.lstrip("\ufeff"))
            message = "the text begins with U+FEFF, a byte order mark"
            yield Hit(document, message, 0, change=change_of(document, text, 0, count, ""))


RULE = Rule(
    code="ENC006",
    severity="warning",
    summary="byte order mark in the text",
    why="U+FEFF at the beginning of a file tells its encoding. Inside a corpus it is a character that nobody sees; "
    "the first word is another one for it.",
    advice="corpusfmt fix --unsafe-fixes removes it in seed files and JSON Lines",
    bad=b"<<<FILE d1 a.txt>>>\n\xef\xbb\xbfbody\n",
    good=b"<<<FILE d1 a.txt>>>\nbody\n",
    start=start,
    fixable=True,
    default=False,
)
