"""CORP003: files of one corpus whose fields differ."""

from __future__ import annotations

from corpusfmt.model.rule import Rule

_ONE = b'{"id":"d%d","name":"","text":"body %d","meta":{"year":%b}}\n'

RULE = Rule(
    code="CORP003",
    severity="warning",
    summary="field that drifts between files",
    why="A field that is missing, null or of another type in some files only is most often the trace of a program that "
    "changed while the corpus was made. Readers that take the types of the first file for those of all fail later.",
    advice="make the files alike, or write what is allowed into a JSON Schema",
    bad=(_ONE % (1, 1, b"1901"), _ONE % (2, 2, b'"1902"')),
    good=(_ONE % (1, 1, b"1901"), _ONE % (2, 2, b"1902")),
    example="jsonl",
    default=False,
    blocks_reading=False,
    corpus_wide=True,
)
