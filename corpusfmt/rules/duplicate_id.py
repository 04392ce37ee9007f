"""DOC002: two documents of one source with one id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpusfmt.core.document import Document
from corpusfmt.core.rule import Check, Hit, Rule
from corpusfmt.core.text import quoted


def start() -> Check:
    """Return a check that keeps the ids it has seen, with the line of each."""
    seen: dict[str, int] = {}

    def check(documents: Sequence[Document]) -> Iterable[Hit]:
        for document in documents:
            key = str(document.id)
            origin = document.origin
            line = origin.line if origin else 0
            first = seen.setdefault(key, line)
            if first != line:
                yield Hit(document, f"the id {quoted(key)} was used before, on line {first}")

    return check


RULE = Rule(
    code="DOC002",
    severity="error",
    summary="duplicate id",
    why="An id names one document. With two, every reference to it is a guess, and tools that index by id keep one "
    "of them. The integer 7 and the text '7' count as one: most formats cannot tell them apart.",
    advice="give each document an id of its own",
    bad=b"<<<FILE d1 a.txt>>>\nbody\n<<<FILE d1 b.txt>>>\nbody\n",
    good=b"<<<FILE d1 a.txt>>>\nbody\n<<<FILE d2 b.txt>>>\nbody\n",
    start=start,
)
