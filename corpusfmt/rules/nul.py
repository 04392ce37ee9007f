"""ENC005: the NUL character in a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import position_of, searched, suspects
from corpusfmt.rules._wide import is_wide


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for the first NUL of each text that is not full of them."""
    together = searched(documents)
    if together.are_valid and not together.may_hold(b"\0"):
        return
    for document, text in suspects(together, lambda data: b"\0" in data):
        if not is_wide(document):
            count = text.count("\0")
            message = "the text has U+0000 (NUL)" + (f" {count:,} times" if count > 1 else "")
            yield Hit(document, message, position_of(document, text, text.index("\0")), places=count)


RULE = Rule(
    code="ENC005",
    severity="warning",
    summary="NUL character in the text",
    why="No text needs U+0000. It usually comes from padding, a lost disk block or binary data. Many programs treat "
    "it as the end of the text and drop the rest.",
    advice="compare the file with a copy; remove the character, or create the text again from its source",
    bad=b"<<<FILE d1 a.txt>>>\nbo\0dy\n",
    good=b"<<<FILE d1 a.txt>>>\nbody\n",
    start=lambda: check,
)
