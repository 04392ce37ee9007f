"""Seed file to JSON Lines, as one would write it by hand over orjson. It undoes no escapes."""

import sys

import orjson  # type: ignore[import-not-found, unused-ignore]  # in its own environment

MARKER = b"\n\\ No newline at end of file"


def line(record: bytes) -> bytes:
    """Return the JSON line of a record: what follows ``<<<FILE ``, without the last line end."""
    header, newline, body = record.partition(b"\n")
    id, _, name = header.removesuffix(b">>>").decode().partition(" ")
    meta = {}
    if body.startswith(b"<<<META "):
        said, _, body = body.partition(b">>>\n")
        meta = orjson.loads(said[8:])
    body = body.removesuffix(MARKER) if body.endswith(MARKER) else body + newline
    document = {"id": id, "name": name, "text": body.decode(), "meta": meta}
    encoded: bytes = orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
    return encoded


with open(sys.argv[1], "rb", buffering=0) as source, open(sys.argv[2], "wb", buffering=1 << 18) as target:
    rest, first = b"", 1  # the first piece is the pragma line
    while chunk := source.read(1 << 18):
        *records, rest = (rest + chunk).split(b"\n<<<FILE ")
        target.writelines(map(line, records[first:]))
        first = 0 if records else first
    target.write(line(rest.removesuffix(b"\n")))
