"""SCH001: a record that is not valid against a JSON Schema."""

from __future__ import annotations

from corpusfmt.model.rule import Rule

RULE = Rule(
    code="SCH001",
    severity="error",
    summary="record not valid against the schema",
    why="Each record is validated with the JSON Schema that --schema or the configuration names. In JSON Lines, the "
    "record is the line; in other formats it is an object with id, name, text and meta. The example is validated with "
    '{"properties":{"meta":{"properties":{"year":{"type":"integer"}}}}}.',
    advice="correct the record, or the schema",
    bad=b'{"id":"d1","name":"a.txt","text":"body","meta":{"year":"1901"}}\n',
    good=b'{"id":"d1","name":"a.txt","text":"body","meta":{"year":1901}}\n',
    example="jsonl",
    blocks_reading=False,
)
