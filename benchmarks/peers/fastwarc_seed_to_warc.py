"""Seed file to WARC with FastWARC. Digests are SHA-256 and made here: it would write SHA-1."""

import sys
from typing import Any

from bundles import ABOUT_TYPE, DATE, END_TYPE, INFO_TYPE, TEXT_TYPE, bundles, digest, info
from fastwarc.stream_io import GzipWriter  # type: ignore[import-not-found, unused-ignore]  # in its own environment
from fastwarc.warc import WarcHeader, WarcRecord, WarcRecordType  # type: ignore[import-not-found, unused-ignore]  # in its own environment


def put(target: Any, kind: WarcRecordType, uri: str, type: str, block: bytes, *more: tuple[WarcHeader, str]) -> str:
    """Write a record, in a member of its own where the target is compressed. Return its id, which is a random one."""
    record = WarcRecord()
    record.init_headers(kind)
    fields = record.headers
    fields[WarcHeader.WARC_DATE] = DATE
    if uri:
        fields[WarcHeader.WARC_TARGET_URI] = uri
    for name, value in more:
        fields[name] = value
    fields[WarcHeader.CONTENT_TYPE] = type
    fields[WarcHeader.WARC_BLOCK_DIGEST] = made = digest(block)
    if kind == WarcRecordType.resource:
        fields[WarcHeader.WARC_PAYLOAD_DIGEST] = made
    record.set_bytes_content(block)
    record.write(target)
    if isinstance(target, GzipWriter):
        target.finish()
    return record.record_id or ""


with open(sys.argv[2], "wb", buffering=1 << 18) as opened:
    target = GzipWriter(opened, compression_level=6) if sys.argv[2].endswith(".gz") else opened
    first = put(target, WarcRecordType.warcinfo, "", INFO_TYPE, info("fastwarc"))
    count = 0
    for uri, text, about in bundles(sys.argv[1]):
        count += 1
        id = put(target, WarcRecordType.resource, uri, TEXT_TYPE, text)
        put(target, WarcRecordType.metadata, uri, ABOUT_TYPE, about, (WarcHeader.WARC_REFERS_TO, id))
    end = b'{"documents":%d}' % count
    put(target, WarcRecordType.metadata, "", END_TYPE, end, (WarcHeader.WARC_WARCINFO_ID, first))
    if target is not opened:
        target.close()
