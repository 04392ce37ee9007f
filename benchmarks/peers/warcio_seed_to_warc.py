"""Seed file to WARC with warcio. Digests are SHA-256 and made here: it would make SHA-1 of its own."""

import sys
from io import BytesIO

import warcio  # type: ignore[import-not-found, import-untyped, unused-ignore]
from bundles import ABOUT_TYPE, DATE, END_TYPE, INFO_TYPE, TEXT_TYPE, bundles, digest, info


class Writer(warcio.WARCWriter):  # type: ignore[misc, unused-ignore]
    """Writes no payload digest where none is given."""

    NO_PAYLOAD_DIGEST_TYPES = ("warcinfo", "revisit", "metadata")

    def put(self, kind: str, uri: str, block: bytes, fields: dict[str, str]) -> str:
        """Write a record. Return its id, which is a random one."""
        record = self.create_warc_record(uri, kind, BytesIO(block), len(block), warc_headers_dict=fields)
        self.write_record(record)
        id: str = record.rec_headers.get_header("WARC-Record-ID")
        return id


with open(sys.argv[2], "wb", buffering=1 << 18) as target:
    writer = Writer(target, gzip=sys.argv[2].endswith(".gz"), warc_version="1.1")
    block = info("warcio")
    fields = {"WARC-Date": DATE, "Content-Type": INFO_TYPE, "WARC-Block-Digest": digest(block)}
    first = writer.put("warcinfo", "", block, fields)
    count = 0
    for uri, text, about in bundles(sys.argv[1]):
        count += 1
        made = digest(text)
        fields = {"WARC-Date": DATE, "Content-Type": TEXT_TYPE, "WARC-Block-Digest": made, "WARC-Payload-Digest": made}
        id = writer.put("resource", uri, text, fields)
        made = digest(about)
        fields = {"WARC-Date": DATE, "WARC-Refers-To": id, "Content-Type": ABOUT_TYPE, "WARC-Block-Digest": made}
        writer.put("metadata", uri, about, fields)
    block = b'{"documents":%d}' % count
    fields = {
        "WARC-Date": DATE,
        "WARC-Warcinfo-ID": first,
        "Content-Type": END_TYPE,
        "WARC-Block-Digest": digest(block),
    }
    writer.put("metadata", "", block, fields)
