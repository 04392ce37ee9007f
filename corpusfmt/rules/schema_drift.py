"""CORP003: files of one corpus whose fields differ."""

from __future__ import annotations

from corpusfmt.model.rule import Rule

_ONE = b'{"id":"d%d","name":"","text":"body %d","meta":{"year":%b}}\n'

RULE = Rule(
    code="CORP003",
    severity="warning",
    summary="field that differs between files",
    why="A field that is missing, null or of another type in only some files usually shows that a program changed "
    "while the corpus was created. Readers that infer the types from the first file fail later.",
    advice="correct the files, or define what is allowed in a JSON Schema",
    bad=(_ONE % (1, 1, b"1901"), _ONE % (2, 2, b'"1902"')),
    good=(_ONE % (1, 1, b"1901"), _ONE % (2, 2, b"1902")),
    example="jsonl",
    default=False,
    blocks_reading=False,
    corpus_wide=True,
)
