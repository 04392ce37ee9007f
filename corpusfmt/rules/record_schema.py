"""SCH001: a record that is not valid against a JSON Schema."""

from __future__ import annotations

from corpusfmt.model.rule import Rule

RULE = Rule(
    code="SCH001",
    severity="error",
    summary="record that is not valid against its schema",
    why="A JSON Schema that is named with --schema, or in the configuration, says what each record holds. In JSON "
    "Lines the record is the line as it stands; of other formats it is id, name, text and meta, as it is written. "
    'The example is held against {"properties":{"meta":{"properties":{"year":{"type":"integer"}}}}}.',
    advice="correct the record, or the schema",
    bad=b'{"id":"d1","name":"a.txt","text":"body","meta":{"year":"1901"}}\n',
    good=b'{"id":"d1","name":"a.txt","text":"body","meta":{"year":1901}}\n',
    example="jsonl",
    blocks_reading=False,
)
