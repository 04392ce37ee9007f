"""Archives for tests: records by hand, and what three readers see in a file."""

from __future__ import annotations

import gzip
import hashlib
from base64 import b32encode
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import zstandard
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]  # it has no types

from corpusfmt import validate
from corpusfmt.formats.warc import FORMAT
from corpusfmt.formats.warc.framer import Framer
from corpusfmt.model.document import Document
from corpusfmt.model.finding import Finding
from corpusfmt.model.format import ReadOptions
from corpusfmt.storage import open_input
from tests.support import documents, findings, scan

LIMIT = 1 << 28
DATE = b"2024-05-18T01:58:10Z"
#: What a record of each type has besides type, id and date.
FIELDS: dict[str, dict[str, bytes]] = {
    "warcinfo": {"Content-Type": b"application/warc-fields"},
    "response": {"WARC-Target-URI": b"https://example.org/", "Content-Type": b"application/http; msgtype=response"},
    "resource": {"WARC-Target-URI": b"https://example.org/", "Content-Type": b"text/plain"},
    "request": {"WARC-Target-URI": b"https://example.org/", "Content-Type": b"application/http; msgtype=request"},
    "metadata": {"WARC-Target-URI": b"https://example.org/", "Content-Type": b"application/warc-fields"},
    "revisit": {
        "WARC-Target-URI": b"https://example.org/",
        "WARC-Profile": b"http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
    },
    "conversion": {"WARC-Target-URI": b"https://example.org/", "Content-Type": b"text/plain"},
    "continuation": {
        "WARC-Target-URI": b"https://example.org/",
        "WARC-Segment-Origin-ID": b"<urn:uuid:0b4e4e2a-6f0f-4a7e-9a3a-00000000ffff>",
        "WARC-Segment-Number": b"2",
    },
}


class Seen(NamedTuple):
    """One record as a reader gives it."""

    type: str
    id: str
    block: bytes


def uuid(number: int) -> bytes:
    return b"<urn:uuid:0b4e4e2a-6f0f-4a7e-9a3a-%012d>" % number


def sha1(data: bytes) -> bytes:
    return b"sha1:" + b32encode(hashlib.sha1(data).digest())


def record(
    type: str = "resource",
    block: bytes = b"A text.\n",
    *,
    number: int = 1,
    without: Iterable[str] = (),
    lines: Sequence[bytes] = (),
    version: bytes = b"WARC/1.1",
    eol: bytes = b"\r\n",
    end: bytes = b"\r\n\r\n",
    fields: Mapping[str, bytes] | None = None,
    **named: bytes,
) -> bytes:
    """A record; ``fields``, and names with underscores, replace or add, ``without`` takes away, ``lines`` are raw."""
    proper = {
        "WARC-Type": type.encode(),
        "WARC-Record-ID": uuid(number),
        "WARC-Date": DATE,
        **FIELDS.get(type, {}),
        **(fields or {}),
        **{name.replace("_", "-"): value for name, value in named.items()},
    }
    proper.setdefault("Content-Length", b"%d" % len(block))
    head = [version, *(b"%b: %b" % (k.encode(), v) for k, v in proper.items() if k not in without), *lines]
    return eol.join(head) + eol + eol + block + end


def http(body: bytes, *fields: bytes, status: bytes = b"200 OK") -> bytes:
    return b"\r\n".join([b"HTTP/1.1 " + status, *fields, b"", b""]) + body


def page(body: bytes, *fields: bytes, status: bytes = b"200 OK", number: int = 1, digest: bytes | None = None) -> bytes:
    named = {} if digest is None else {"WARC-Payload-Digest": digest}
    return record("response", http(body, *fields, status=status), number=number, fields=named)


def packed(pieces: Iterable[bytes], codec: str) -> bytes:
    """The pieces, each a member of its own."""
    if codec == "gz":
        return b"".join(gzip.compress(piece, mtime=0) for piece in pieces)
    if codec == "zst":
        encoder = zstandard.ZstdCompressor(write_checksum=True)
        return b"".join(encoder.compress(piece) for piece in pieces)
    return b"".join(pieces)


def ours(path: Path) -> list[Seen]:
    """The records as our framer gives them."""
    with open_input(str(path)) as stream:
        return [
            Seen(each.type, each.fields["warc-record-id"].decode(), each.block)
            for each in Framer(stream, LIMIT).records()
            if each is not None and each.fields and each.block is not None
        ]


def by_warcio(path: Path) -> list[Seen]:
    """The records as warcio gives them, digests checked."""
    found = []
    with path.open("rb") as file:
        for each in ArchiveIterator(file, no_record_parse=True, check_digests="raise"):
            block = each.raw_stream.read()
            found.append(Seen(each.rec_type, each.rec_headers.get_header("WARC-Record-ID"), block))
    return found


def by_fastwarc(path: Path) -> list[Seen]:
    """The records as FastWARC gives them. Those with a wrong digest, or none, it leaves out."""
    with path.open("rb") as file:
        return [
            Seen(each.headers["WARC-Type"], each.headers["WARC-Record-ID"], each.reader.read())
            for each in FastIterator(file, parse_http=False, verify_digests=True)
        ]


def codes(data: bytes, **own: str) -> list[str]:
    """The codes of all findings but notes, in order of their place."""
    return [finding.code for finding in found(data, **own) if finding.severity != "note"]


def found(data: bytes, **own: str) -> list[Finding]:
    return findings(scan(FORMAT, data, options=ReadOptions(own=own, thorough=True)))


def docs(data: bytes, **own: str) -> list[Document]:
    return documents(scan(FORMAT, data, options=ReadOptions(own=own, thorough=True)))


def file_codes(path: Path) -> list[str]:
    return [finding.code for finding in validate(path) if finding.severity != "note"]
