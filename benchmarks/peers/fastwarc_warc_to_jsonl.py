"""WARC to JSON Lines with FastWARC and orjson. It verifies the digests of blocks, in its own code."""

import sys

from bundles import line
from fastwarc.warc import ArchiveIterator, WarcRecordType  # type: ignore[import-not-found, unused-ignore]  # in its own environment

with open(sys.argv[2], "wb", buffering=1 << 18) as target:
    id: str | None = None
    text = b""
    for record in ArchiveIterator(sys.argv[1], parse_http=False, inplace=True):
        if not record.verify_block_digest():
            sys.exit(f"the digest of {record.record_id} does not hold")
        if record.record_type == WarcRecordType.resource:
            id, text = record.record_id, record.reader.read()
        elif record.record_type == WarcRecordType.metadata and record.headers.get("WARC-Refers-To") == id:
            target.write(line(text, record.reader.read()))
