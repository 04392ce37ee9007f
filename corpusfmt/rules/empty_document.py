"""DOC001: a document without text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import searched

#: ASCII white space, and the bytes that other white space is made of.
_MAYBE_BLANK: Final = bytes([*b" \t\n\v\f\r\x1c\x1d\x1e\x1f", *range(0x80, 0x100)])


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for each document that has no text, or white space alone."""
    for number in searched(documents).blanks:
        document = documents[number]
        data = document.data
        if data[:64].translate(None, _MAYBE_BLANK):
            continue
        if not data:
            yield Hit(document, "the document is empty")
        elif data.isspace() or (not data.isascii() and data.decode(document.encoding or "utf-8", "replace").isspace()):
            yield Hit(document, "the document contains only white space", 0)


RULE = Rule(
    code="DOC001",
    severity="warning",
    summary="empty document",
    why="A document without text usually comes from a download or an extraction that failed.",
    advice="remove the document, or fetch its text again",
    bad=b"<<<FILE d1 a.txt>>>\n<<<FILE d2 b.txt>>>\nbody\n",
    good=b"<<<FILE d1 a.txt>>>\nbody\n",
    start=lambda: check,
)
