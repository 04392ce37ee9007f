"""DOC002: two documents of one source with one id."""

from __future__ import annotations

from corpusfmt.model.rule import Check, Rule
from corpusfmt.rules._repeats import repeats


def start() -> Check:
    """Return a check that keeps the ids it has seen."""
    return repeats("id", lambda documents: documents.ids, lambda ids: ids)


RULE = Rule(
    code="DOC002",
    severity="error",
    summary="duplicate id",
    why="An id identifies one document. A reference to a duplicate id is ambiguous, and tools that index by id keep "
    "only one of the documents. The integer 7 and the text '7' count as equal: most formats cannot distinguish them.",
    advice="give each document a unique id",
    bad=b"<<<FILE d1 a.txt>>>\none body\n<<<FILE d1 b.txt>>>\nanother body\n",
    good=b"<<<FILE d1 a.txt>>>\none body\n<<<FILE d2 b.txt>>>\nanother body\n",
    start=start,
)
