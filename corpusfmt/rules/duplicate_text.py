"""CORP002: one text in two documents."""

from __future__ import annotations

from corpusfmt.model.rule import Rule

RULE = Rule(
    code="CORP002",
    severity="warning",
    summary="duplicate text in the corpus",
    why="A text that occurs twice, byte for byte, counts twice in all statistics, and may be in training data and "
    "test data at once. Texts that contain only white space are exempt.",
    advice="remove one of the documents",
    bad=b"<<<FILE d1 a.txt>>>\nthe same body\n<<<FILE d2 b.txt>>>\nthe same body\n",
    good=b"<<<FILE d1 a.txt>>>\none body\n<<<FILE d2 b.txt>>>\nanother body\n",
    default=False,
    blocks_reading=False,
    corpus_wide=True,
)
