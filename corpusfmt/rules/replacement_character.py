"""ENC004: U+FFFD in a text, which replaces lost characters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import position_of, suspects

_LOST = "\ufffd".encode()


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for the first U+FFFD of each text."""
    for document, text in suspects(documents, lambda data: _LOST in data):
        count = text.count("\ufffd")
        times = "once" if count == 1 else f"{count:,} times"
        where = position_of(document, text, text.index("\ufffd"))
        yield Hit(document, f"the text has U+FFFD {times}", where, places=count)


RULE = Rule(
    code="ENC004",
    severity="warning",
    summary="replacement character in the text",
    why="A program wrote U+FFFD in place of bytes that it could not decode. The original characters are lost.",
    advice="create the text again from its source, in the right encoding",
    bad="<<<FILE d1 a.txt>>>\nRos\ufffd\n".encode(),
    good="<<<FILE d1 a.txt>>>\nRos\u00e9\n".encode(),
    start=lambda: check,
    default=False,
)
