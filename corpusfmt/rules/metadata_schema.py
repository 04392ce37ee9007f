"""SCH002: metadata that are not valid against a JSON Schema."""

from __future__ import annotations

from corpusfmt.model.rule import Rule

RULE = Rule(
    code="SCH002",
    severity="error",
    summary="metadata not valid against their schema",
    why="A JSON Schema that is named with --metadata-schema, or in the configuration, says what the metadata of each "
    "document hold. "
    'The example is held against {"properties":{"year":{"type":"integer"}}}.',
    advice="correct the metadata, or the schema",
    bad=b'<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\n<<<META {"year":"1901"}>>>\nbody\n',
    good=b'<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\n<<<META {"year":1901}>>>\nbody\n',
    blocks_reading=False,
)
