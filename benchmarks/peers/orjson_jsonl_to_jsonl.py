"""JSON Lines read and written again with orjson, a line at a time."""

import sys

import orjson  # type: ignore[import-not-found, unused-ignore]  # in its own environment

with (
    open(sys.argv[1], "rb", buffering=1 << 18) as source,
    open(sys.argv[2], "wb", buffering=1 << 18) as target,
):
    target.writelines(orjson.dumps(orjson.loads(line), option=orjson.OPT_APPEND_NEWLINE) for line in source)
