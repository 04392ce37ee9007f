"""SCH002: metadata that is not valid against a JSON Schema."""

from __future__ import annotations

from corpusfmt.model.rule import Rule

RULE = Rule(
    code="SCH002",
    severity="error",
    summary="metadata not valid against the schema",
    why="The metadata of each document is validated with the JSON Schema that --metadata-schema or the configuration "
    'names. The example is validated with {"properties":{"year":{"type":"integer"}}}.',
    advice="correct the metadata, or the schema",
    bad=b'<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\n<<<META {"year":"1901"}>>>\nbody\n',
    good=b'<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\n<<<META {"year":1901}>>>\nbody\n',
    blocks_reading=False,
)
