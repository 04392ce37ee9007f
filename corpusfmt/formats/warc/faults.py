"""The faults of WARC files. Each entry is a page of the manual and a test."""

from __future__ import annotations

from typing import Final

from corpusfmt.model.rule import Rule

_ID: Final = b"<urn:uuid:0b4e4e2a-6f0f-4a7e-9a3a-000000000001>"
_OTHER: Final = b"<urn:uuid:0b4e4e2a-6f0f-4a7e-9a3a-000000000002>"
_TYPE: Final = b"application/x.corpusfmt.document+json; version=1"


def _record(
    *extra: bytes, type: bytes = b"resource", id: bytes = _ID, uri: bytes | None = b"https://example.org/a",
    content: bytes = b"text/plain; charset=utf-8", block: bytes = b"A text.\n", length: bytes | None = None,
    date: bytes = b"2024-05-18T01:58:10Z", version: bytes = b"WARC/1.1", end: bytes = b"\r\n\r\n",
) -> bytes:  # fmt: skip
    """Return a record with one thing out of order, or none."""
    lines = [version, b"WARC-Type: " + type, b"WARC-Record-ID: " + id, b"WARC-Date: " + date]
    lines += [b"WARC-Target-URI: " + uri] if uri is not None else []
    lines += [b"Content-Type: " + content, *extra]
    lines += [b"Content-Length: " + (b"%d" % len(block) if length is None else length)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + block + end


def _page(http: bytes) -> bytes:
    return _record(type=b"response", content=b"application/http; msgtype=response", block=http)


_GOOD: Final = _record()
_SECOND: Final = _record(id=_OTHER, uri=b"https://example.org/b")
_REQUEST: Final = _record(
    type=b"request", content=b"application/http; msgtype=request", block=b"GET / HTTP/1.1\r\n\r\n"
)
_INFO: Final = _record(
    type=b"warcinfo", id=b"<urn:uuid:0b4e4e2a-6f0f-4a7e-9a3a-000000000003>", uri=None,
    content=b"application/warc-fields", block=b"software: corpusfmt/0.1.0\r\ncorpusfmt-profile: 1\r\n",
)  # fmt: skip
_END: Final = _record(
    type=b"metadata", id=b"<urn:uuid:0b4e4e2a-6f0f-4a7e-9a3a-000000000004>", uri=None,
    content=b"application/x.corpusfmt.end+json; version=1", block=b'{"documents":1}',
)  # fmt: skip
_HTML: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_ABOUT: Final = b"WARC-Refers-To: " + _ID
_FIX: Final = "corpusfmt fix corrects it"
_SHA1: Final = b"sha1:LHGK6MNAOWZKF7TE7A6KAXRGSTLJFVH4"

#: Two records in one gzip member.
_WHOLE: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xb5\x8f\xd1j\xc2@\x10E\xdf\x03\xf9\x87\xfd\x81\xc9\xee\xa6\xb1\xa6S\x15D_\x04\x9f\x82\x12\xe8\xdb\x18'\x89\xa0\x9b\xb0\x99\x05\xfb\xf7\xa6%\xc5\x1f\xb0\xf3t\xb9\xcc\xdc\xb9\xa7\\\x17\x1bm\x13\x1bG\xe5\xa8\xe0\xf0\xdd3*\xcfC\x17|\xc5\x93Yp\xd5\xf93\xec\xb6\xa8\x16\xc1;\x0c\xe1rFs\xca8\xe3\x94\xe0\xbd65d4g\xf8\xa07\x02\xf3\x1c\xbb\x9a\x02\xb6$cjj\xd2\x0c\xcc\x0cl~0\x16g9Z\xf3\xf5\xf7\x96|\xc3\x02\xc7b\x87\xaa\x15\xe9\x07\xd4\x9a\xeft\xeb\xaf\x9ct\xbe\xd1\x14G\x9b\xce\t;\x99\x1a\n\xdfE\xf7W\xba\xb8OU\xb5\xe4\x07\x96e\x90\x1a\xf2\xe7\xe2\x9e]#-\xaa\xd1\x8a\xa3\xf5\xefE\x12\xfd\xe8\xf2\x1f\x91\xd3\x97!\x9f^\x89\xfc\x00\xa5\x82\xfe\x13\xe6\x01\x00\x00"

FAULTS: Final = (
    Rule(
        "WARC001", "error", "data that is not a record",
        "A record begins with the line WARC/1.1 or WARC/1.0. Any other data belongs to no record, and is lost. "
        "Reading continues at the next record.",
        "check whether the record before is complete; ARC files are older than WARC and are not supported",
        b"stray text\r\n\r\n" + _GOOD, _GOOD, "warc",
    ),
    Rule(
        "WARC002", "error", "unknown version",
        "Versions 1.0 and 1.1 are read, and the drafts 0.17 and 0.18. Older versions have other headers, later "
        "versions are unknown.",
        "if the record follows WARC 1.1, write 'WARC/1.1'",
        _record(version=b"WARC/0.9"), _GOOD, "warc",
    ),
    Rule(
        "WARC003", "error", "malformed header line",
        "A header line is a name, a colon and a value in UTF-8 without control characters; a line that begins "
        "with a space continues the one before. Readers differ on any other line, and a field may be hidden in "
        "it.",
        "write the line as 'Name: value'",
        _record(b"no colon here"), _record(b"X-Note: a colon here"), "warc",
    ),
    Rule(
        "WARC004", "warning", "header lines that end in LF only",
        "Header lines end in CR LF. Many readers stop at a record that has only LF.",
        _FIX,
        _GOOD.replace(b"\r\n", b"\n", 7), _GOOD, "warc",
    ),
    Rule(
        "WARC005", "error", "header that is too long",
        "A line of a header has at most 64 KiB here, and a header 1 MiB: longer ones are designed to fill memory.",
        "shorten the field, or allow longer ones with --limit header=SIZE",
        _record(b"X-Long: " + b"x" * 70_000), _GOOD, "warc",
    ),
    Rule(
        "WARC006", "error", "malformed Content-Length",
        "Content-Length consists of digits. Signs, spaces or other digits are read differently by each reader, "
        "and the record has no certain end.",
        "write the length of the block in bytes",
        _record(length=b"+8"), _GOOD, "warc",
    ),
    Rule(
        "WARC007", "error", "duplicate field",
        "Only WARC-Concurrent-To may repeat. If there are two lengths or two dates, some readers use the first "
        "and others the last.",
        "remove one of them",
        _record(b"WARC-Date: 2024-05-18T01:58:10Z"), _GOOD, "warc",
    ),
    Rule(
        "WARC008", "error", "truncated record",
        "The file ends before the record does: a copy or a download did not finish. A cut exactly between two "
        "records cannot be detected.",
        "fetch the file again; 'corpusfmt fix --unsafe-fixes' removes the rest and saves it to FILE.cut",
        _GOOD + _SECOND[:-20], _GOOD + _SECOND, "warc",
    ),
    Rule(
        "WARC009", "warning", "wrong number of line ends around a record",
        "A block is followed by two line ends (CR LF) and then by the next record or the end of the file.",
        _FIX,
        _record(end=b"\r\n") + _SECOND, _GOOD + _SECOND, "warc",
    ),
    Rule(
        "WARC010", "error", "wrong Content-Length",
        "No record ends where Content-Length says. Readers that trust it truncate or join texts. Reading "
        "continues at the next line that begins like a record.",
        "corpusfmt fix corrects it if a digest, or the end of a compressed member, proves the length",
        _record(length=b"5") + _SECOND, _GOOD + _SECOND, "warc",
    ),
    Rule(
        "WARC011", "error", "missing mandatory field",
        "Every record has WARC-Type, WARC-Record-ID, WARC-Date and Content-Length; most types also have WARC-Target-URI, "
        "revisit records WARC-Profile, continuation records WARC-Segment-Origin-ID and WARC-Segment-Number.",
        "add the field",
        _record(uri=None), _GOOD, "warc",
    ),
    Rule(
        "WARC012", "warning", "field that is not allowed on this type of record",
        "The standard forbids some fields on some types, such as WARC-Target-URI on warcinfo. Tools that use "
        "them for an index get wrong results.",
        "remove the field",
        _record(b"WARC-Refers-To: " + _ID), _record(b"WARC-Refers-To: " + _ID, type=b"conversion"), "warc",
    ),
    Rule(
        "WARC013", "error", "file without records",
        "An archive has at least one record. An empty one is usually a download that did not begin.",
        "fetch the file again",
        b"", _GOOD, "warc",
    ),
    Rule(
        "WARC014", "warning", "malformed value of a field",
        "Dates are as in 2024-05-18T01:58:10Z, record ids are URIs in angle brackets, target URIs are URIs without, addresses "
        "are numbers. Tools that index archives fail on others.",
        "write the value as the standard defines it",
        _record(date=b"2024-13-45T00:00:00Z"), _GOOD, "warc",
    ),
    Rule(
        "WARC015", "note", "URI with characters that should be escaped",
        "In a URI, spaces, quotes, braces and letters beyond ASCII are percent-encoded. Crawlers often keep the "
        "original characters.",
        "escape them; this changes the URI",
        _record(uri=b"https://example.org/{a}"), _record(uri=b"https://example.org/%7Ba%7D"), "warc",
    ),
    Rule(
        "WARC016", "error", "block digest that does not match",
        "The block was changed after its digest was computed, or the digest was computed for other data.",
        "fetch the file again; corpusfmt fix updates the digest if other evidence confirms the block, and always with "
        "--unsafe-fixes",
        _record(b"WARC-Block-Digest: sha1:" + b"A" * 32), _record(b"WARC-Block-Digest: " + _SHA1), "warc",
    ),
    Rule(
        "WARC017", "error", "payload digest that does not match",
        "The payload (the block, or in a response what follows the HTTP header) does not match its digest, and "
        "no block digest confirms it.",
        "fetch the file again; corpusfmt fix --unsafe-fixes updates the digest",
        _record(b"WARC-Payload-Digest: sha1:" + b"A" * 32), _record(b"WARC-Payload-Digest: " + _SHA1), "warc",
    ),
    Rule(
        "WARC018", "warning", "payload digest of other data",
        "The block matches its own digest, so nothing was damaged: the payload digest was computed for other data.",
        _FIX,
        _record(b"WARC-Block-Digest: " + _SHA1, b"WARC-Payload-Digest: sha1:" + b"A" * 32),
        _record(b"WARC-Block-Digest: " + _SHA1, b"WARC-Payload-Digest: " + _SHA1), "warc",
    ),
    Rule(
        "WARC019", "warning", "unusual spelling of a digest",
        "A digest is a label such as sha1 or sha256, a colon and the value. The value is a token: padding with = "
        "violates the grammar. Some readers do not support labels such as sha-1.",
        _FIX,
        _record(b"WARC-Block-Digest: " + _SHA1.replace(b"sha1", b"SHA-1")), _record(b"WARC-Block-Digest: " + _SHA1), "warc",
    ),
    Rule(
        "WARC020", "error", "text that is too large",
        "A document has at most 256 MiB, unless --max-document is given: it is held in memory.",
        "raise --max-document if the text is really that large",
        _record(block=b"A text that is longer than the limit.\n" * 30), _GOOD, "warc", max_document=100,
    ),
    Rule(
        "WARC021", "error", "HTTP message that cannot be read",
        "The response of the server cannot be read: it is larger than a limit, or its compression is unknown.",
        "raise the limit that the message names ('corpusfmt limits'), or decode the page with another program",
        _page(_HTML + b"Content-Encoding: exi\r\n\r\n\x80\x00\x01\x02"), _page(_HTML + b"\r\n<p>hello</p>"), "warc",
    ),
    Rule(
        "WARC022", "warning", "digest with an unknown algorithm",
        "The algorithms md5, sha1, sha224, sha256, sha384 and sha512 are supported. A digest with another algorithm "
        "cannot be checked.",
        "write a digest with one of these",
        _record(b"WARC-Block-Digest: md99:00"), _record(b"WARC-Block-Digest: " + _SHA1), "warc",
    ),
    Rule(
        "WARC023", "warning", "records that do not match the compressed members",
        "Each record should be a separate gzip member, or one or more zstd frames, so that readers can start at "
        "any record. In a file that was compressed as a whole they cannot.",
        _FIX,
        _WHOLE, _GOOD, "warc",
    ),
    Rule(
        "WARC024", "warning", "duplicate record id",
        "A record id must be globally unique. References to a duplicate are ambiguous.",
        "check whether the record was written twice",
        _REQUEST + _REQUEST, _REQUEST,  "warc",
    ),
    Rule(
        "WARC025", "warning", "WARC-Concurrent-To that names a missing record",
        "The records of one capture are in one file, and refer to one another. The record that is named here is missing.",
        "check whether records were removed",
        _record(b"WARC-Concurrent-To: " + _OTHER), _record(b"WARC-Concurrent-To: " + _OTHER) + _SECOND, "warc",
    ),
    Rule(
        "WARC026", "note", "WARC-Refers-To that names a record outside the file",
        "The named record may be in another file, for example in the texts that Common Crawl extracts from its archives.",
        "no action is needed if it is in another file",
        _record(b"WARC-Refers-To: " + _OTHER, type=b"conversion"),
        _SECOND + _record(b"WARC-Refers-To: " + _OTHER, type=b"conversion"), "warc",
    ),
    Rule(
        "WARC027", "error", "document without its metadata record, or the reverse",
        "In an archive that corpusfmt wrote each text is followed by a metadata record with its id, name and "
        "metadata. If it is missing or malformed, the document of the text is unknown.",
        "check whether records were removed or moved",
        _GOOD + _record(_ABOUT, type=b"metadata", id=_OTHER, content=_TYPE, block=b'{"id":"d1","name":""}'),
        _GOOD + _record(_ABOUT, type=b"metadata", id=_OTHER, content=_TYPE, block=b'{"id":"d1","name":"","meta":{}}'), "warc",
    ),
    Rule(
        "WARC028", "warning", "unknown encoding",
        "The charset that a record names is unknown. One that its page declares counts instead; without any the text is kept "
        "as bytes. In a metadata record about a document, bytes that are not UTF-8 are replaced by U+FFFD.",
        "name the encoding with --encoding",
        _record(content=b"text/plain; charset=klingon"), _GOOD, "warc",
    ),
    Rule(
        "WARC029", "note", "HTTP body that is not encoded as its header says",
        "Crawlers often store a body without the chunks or the compression that the HTTP header still declares, in another "
        "compression, chunked twice, or with blank lines before it. The body is decoded as it is stored, not as the header says. A body "
        "that is shorter than Content-Length may have been cut.",
        "no action is needed, unless a text is shorter than its header says",
        _page(_HTML + b"Transfer-Encoding: chunked\r\n\r\n<p>hello</p>"), _page(_HTML + b"\r\n<p>hello</p>"), "warc",
    ),
    Rule(
        "WARC030", "note", "text truncated by the crawler",
        "WARC-Truncated declares that the crawler did not keep the whole text. The metadata of the document "
        "contains it as truncated.",
        "no action is needed, but the text is incomplete",
        _record(b"WARC-Truncated: length"), _GOOD, "warc",
    ),
    Rule(
        "WARC031", "warning", "ambiguous metadata",
        "Readers differ on a duplicate key in an object, and a lone surrogate is not a character. Both are kept "
        "unchanged.",
        "rename one of the keys, or write the whole character",
        _GOOD + _record(_ABOUT, type=b"metadata", id=_OTHER, content=_TYPE, block=b'{"id":"d1","name":"","meta":{"a":{"b":1,"b":2}}}'),
        _GOOD + _record(_ABOUT, type=b"metadata", id=_OTHER, content=_TYPE, block=b'{"id":"d1","name":"","meta":{"a":{"b":1}}}'),
        "warc",
    ),
    Rule(
        "WARC032", "error", "wrong or missing number of documents",
        "The last record of an archive that corpusfmt wrote contains the number of documents. If it is missing, "
        "the file was cut. If it is wrong, documents were removed or added. In joined archives, each has its "
        "own.",
        "fetch the file again, or write the number of documents that exist with corpusfmt fix --unsafe-fixes",
        _INFO + _GOOD + _record(_ABOUT, type=b"metadata", id=_OTHER, content=_TYPE, block=b'{"id":"d1","name":"","meta":{}}'),
        _INFO + _GOOD + _record(_ABOUT, type=b"metadata", id=_OTHER, content=_TYPE, block=b'{"id":"d1","name":"","meta":{}}') + _END,
        "warc",
    ),
    Rule(
        "WARC033", "warning", "truncated, damaged or malformed HTTP message",
        "The status line is malformed, the header has no end, the chunks are wrong, or the compressed body is "
        "cut or damaged. The text is read as far as possible.",
        "see the message; the text may be incomplete",
        _page(_HTML + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n"),
        _page(_HTML + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"), "warc",
    ),
    Rule(
        "WARC034", "warning", "wrong digest of a record without a document",
        "The digest of a request, or of another record that gives no document, does not match. The documents of "
        "the file are not affected.",
        _FIX + ", with --unsafe-fixes",
        _GOOD + _record(
            b"WARC-Block-Digest: " + _SHA1, type=b"request", content=b"application/http; msgtype=request", id=_OTHER,
            block=b"GET / HTTP/1.1\r\n\r\n",
        ),
        _GOOD + _record(
            b"WARC-Block-Digest: sha1:HZXZT4LLCPHWK5TQRRYZ7H7BIVEI4ETY", type=b"request", id=_OTHER,
            content=b"application/http; msgtype=request", block=b"GET / HTTP/1.1\r\n\r\n",
        ), "warc",
    ),
    Rule(
        "WARC035", "warning", "draft version",
        "The drafts 0.17 and 0.18 of WARC 1.0 are read as that. Few other programs read them.",
        "if the records follow WARC 1.0, write 'WARC/1.0'",
        _record(version=b"WARC/0.18"), _record(version=b"WARC/1.0"), "warc",
    ),
)  # fmt: skip

BY_CODE: Final = {fault.code: fault for fault in FAULTS}
