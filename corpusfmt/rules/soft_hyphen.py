"""TXT006: soft hyphens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import position_of, suspects
from corpusfmt.rules._characters import becomes, counted


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for the first soft hyphen of each text."""
    for document, text in suspects(documents, lambda data: b"\xc2\xad" in data):
        index = text.find("\u00ad")
        if index >= 0:  # the bytes of a text that is not UTF-8 may look like one
            change = becomes(document, text, text.replace("\u00ad", ""))
            count = text.count("\u00ad")
            message = f"the text has {counted(count * chr(0xAD))}"
            yield Hit(document, message, position_of(document, text, index), change=change, places=count)


RULE = Rule(
    code="TXT006",
    severity="warning",
    summary="soft hyphen in the text",
    why="A soft hyphen marks where a word may be broken, and belongs to the layout of a page. A word that contains "
    "one looks unchanged, but searches and dictionaries do not find it.",
    advice="remove them; 'corpusfmt fix --unsafe-fixes' does",
    bad="<<<FILE d1 a.txt>>>\na won\u00adderful word\n".encode(),
    good=b"<<<FILE d1 a.txt>>>\na wonderful word\n",
    start=lambda: check,
    fixable=True,
    default=False,
)
