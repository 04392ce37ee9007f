"""ENC006: a byte order mark in a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import position_of, suspects
from corpusfmt.rules._characters import becomes, times
from corpusfmt.text.display import BOM


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for the first U+FEFF of each text."""
    for document, text in suspects(documents, lambda data: BOM in data):
        index = text.find("\ufeff")
        if index >= 0:  # the bytes of a text that is not UTF-8 may look like one
            count = text.count("\ufeff")
            message = "the text begins with U+FEFF, a byte order mark"
            if index:
                message = f"the text has U+FEFF, a byte order mark, {times(count)}"
            elif count > 1:
                message += f", and has {count - 1:,} more"
            change = becomes(document, text, text.replace("\ufeff", ""))
            yield Hit(document, message, position_of(document, text, index), change=change, places=count)


RULE = Rule(
    code="ENC006",
    severity="warning",
    summary="byte order mark in the text",
    why="U+FEFF at the beginning of a file marks its encoding. Inside a corpus it is an invisible character, and a "
    "search does not find the word that contains it. In the middle of a text it usually shows that files were joined. "
    "Its use as a space without width is deprecated; U+2060 replaces it.",
    advice="corpusfmt fix --unsafe-fixes removes it in seed files and JSON Lines",
    bad=b"<<<FILE d1 a.txt>>>\n\xef\xbb\xbfbody\n",
    good=b"<<<FILE d1 a.txt>>>\nbody\n",
    start=lambda: check,
    fixable=True,
    default=False,
)
