"""JSON Lines to a seed file, as one would write it by hand over orjson. It writes no escapes."""

import sys

import orjson  # type: ignore[import-not-found, unused-ignore]  # in its own environment

with (
    open(sys.argv[1], "rb", buffering=1 << 18) as source,
    open(sys.argv[2], "wb", buffering=1 << 18) as target,
):
    target.write(b"<<<SEED 1>>>\n")
    for line in source:
        record = orjson.loads(line)
        text = record["text"]
        end = "" if not text or text.endswith("\n") else "\n\\ No newline at end of file\n"
        meta = f"<<<META {orjson.dumps(record['meta']).decode()}>>>\n" if record["meta"] else ""
        target.write(f"<<<FILE {record['id']} {record['name']}>>>\n{meta}{text}{end}".encode())
