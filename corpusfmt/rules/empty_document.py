"""DOC001: a document without text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpusfmt.core.document import Document
from corpusfmt.core.rule import Check, Hit, Rule


def start() -> Check:
    """Return a check; it keeps nothing."""
    return check


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for each document that has no text, or white space alone."""
    for document in documents:
        data = document.data
        if len(data) > 4096 and not data[:4096].isspace():
            continue
        if not data:
            yield Hit(document, "the document is empty")
        elif data.isspace() or (not data.isascii() and data.decode(document.encoding or "utf-8", "replace").isspace()):
            yield Hit(document, "the document holds white space alone", 0)


RULE = Rule(
    code="DOC001",
    severity="warning",
    summary="empty document",
    why="A document without text is most often the trace of a download or an extraction that failed.",
    advice="remove the document, or fetch its text again",
    bad=b"<<<FILE d1 a.txt>>>\n<<<FILE d2 b.txt>>>\nbody\n",
    good=b"<<<FILE d1 a.txt>>>\nbody\n",
    start=start,
)
