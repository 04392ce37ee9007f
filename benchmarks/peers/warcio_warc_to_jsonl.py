"""WARC to JSON Lines with warcio and orjson. It verifies the digests of blocks and of payloads."""

import sys

from bundles import line
from warcio.archiveiterator import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
    ArchiveIterator,
)

with open(sys.argv[1], "rb") as source, open(sys.argv[2], "wb", buffering=1 << 18) as target:
    id, text = "", b""
    for record in ArchiveIterator(source, no_record_parse=True, check_digests="raise"):
        block = record.content_stream().read()
        if record.rec_type == "resource":
            id, text = record.rec_headers.get_header("WARC-Record-ID"), block
        elif record.rec_type == "metadata" and record.rec_headers.get_header("WARC-Refers-To") == id:
            target.write(line(text, block))
