"""CORP001: one id in two files."""

from __future__ import annotations

from corpusfmt.model.rule import Rule

RULE = Rule(
    code="CORP001",
    severity="error",
    summary="duplicate id in another file",
    why="An id identifies one document of the corpus. If two files use one id, joining them gives two documents that "
    "cannot be distinguished. Within a file it is DOC002.",
    advice="give each document a unique id",
    bad=(b"<<<FILE d1 a.txt>>>\none body\n", b"<<<FILE d1 b.txt>>>\nanother body\n"),
    good=(b"<<<FILE d1 a.txt>>>\none body\n", b"<<<FILE d2 b.txt>>>\nanother body\n"),
    default=False,
    blocks_reading=False,
    corpus_wide=True,
)
