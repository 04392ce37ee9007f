"""CORP001: one id in two files."""

from __future__ import annotations

from corpusfmt.model.rule import Rule

RULE = Rule(
    code="CORP001",
    severity="error",
    summary="id that another file uses",
    why="An id names one document of the corpus. When two files use one id, joining them gives two documents that "
    "cannot be told apart. Within a file it is DOC002.",
    advice="give each document an id of its own",
    bad=(b"<<<FILE d1 a.txt>>>\none body\n", b"<<<FILE d1 b.txt>>>\nanother body\n"),
    good=(b"<<<FILE d1 a.txt>>>\none body\n", b"<<<FILE d2 b.txt>>>\nanother body\n"),
    default=False,
    blocks_reading=False,
    corpus_wide=True,
)
