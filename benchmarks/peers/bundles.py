"""What the peers that read and write WARC and TEI share: documents of a seed file by hand, and lines of JSON."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import TypeVar

import orjson  # type: ignore[import-not-found, unused-ignore]  # in its own environment

T = TypeVar("T")
DATE = "1970-01-01T00:00:00Z"
INFO_TYPE = "application/warc-fields"
TEXT_TYPE = "text/plain; charset=utf-8"
ABOUT_TYPE = "application/x.corpusfmt.document+json; version=1"
END_TYPE = "application/x.corpusfmt.end+json; version=1"
MARKER = b"\n\\ No newline at end of file"


def info(software: str) -> bytes:
    """Return the block of the warcinfo record."""
    conforms = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
    lines = (f"software: {software}", "format: WARC File Format 1.1", f"conformsTo: {conforms}", "corpusfmt-profile: 1")
    return "".join([f"{line}\r\n" for line in lines]).encode()


def digest(block: bytes) -> str:
    """Return the digest of a block as a field has it."""
    return f"sha256:{sha256(block).hexdigest()}"


def bundle(record: bytes) -> tuple[str, bytes, bytes]:
    """Return URI, text and the block about it of what follows ``<<<FILE ``, without the last line end."""
    header, newline, body = record.partition(b"\n")
    id, _, name = header.removesuffix(b">>>").decode().partition(" ")
    text = body.removesuffix(MARKER) if body.endswith(MARKER) else body + newline
    return f"urn:x-corpusfmt:{id}", text, orjson.dumps({"id": id, "name": name, "meta": {}})


def bundles(path: str) -> Iterator[tuple[str, bytes, bytes]]:
    """Give URI, text and the block about it of the documents of a seed file."""
    return each(path, bundle)


def plain(record: bytes) -> tuple[str, str, bytes]:
    """Return id, name and text of what follows ``<<<FILE ``, without the last line end."""
    header, newline, body = record.partition(b"\n")
    id, _, name = header.removesuffix(b">>>").decode().partition(" ")
    return id, name, body.removesuffix(MARKER) if body.endswith(MARKER) else body + newline


def each(path: str, take: Callable[[bytes], T]) -> Iterator[T]:
    """Give what ``take`` makes of the documents of a seed file. It undoes no escapes and reads no metadata."""
    with open(path, "rb", buffering=0) as source:
        rest, first = b"", 1  # the first piece is the pragma line
        while chunk := source.read(1 << 18):
            *records, rest = (rest + chunk).split(b"\n<<<FILE ")
            yield from map(take, records[first:])
            first = 0 if records else first
        yield take(rest.removesuffix(b"\n"))


def line(text: bytes, block: bytes) -> bytes:
    """Return the JSON line of a text and the block about it."""
    about = orjson.loads(block)
    document = {"id": about["id"], "name": about["name"], "text": text.decode(), "meta": about["meta"]}
    encoded: bytes = orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
    return encoded
