"""Whether two files hold the same, as far as a peer can write the same. Nothing of corpusfmt or its peers is used."""

from __future__ import annotations

import filecmp
import json
import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from io import BytesIO
from itertools import zip_longest
from typing import Any, BinaryIO, NamedTuple
from xml.etree import ElementTree as ET

TEI = "{http://www.tei-c.org/ns/1.0}"


class Record(NamedTuple):
    """A WARC record. ``fields`` are names in lower case and values."""

    version: bytes
    fields: dict[bytes, bytes]
    block: bytes


def same(path: str, other: str) -> str | None:
    """Say how far two files are the same: ``bytes``, ``documents``, ``records``, or not at all.

    The documents of a TEI file are compared with those of a JSON Lines file.
    """
    if filecmp.cmp(path, other, shallow=False):
        return "bytes"
    with open(path, "rb") as one, open(other, "rb") as two:
        if path.endswith(".jsonl"):
            return "documents" if _equal(_documents(one), _documents(two)) else None
        if path.endswith((".warc", ".warc.gz")):
            framed = _each_in_a_member if path.endswith(".gz") else _framed
            return "records" if _equal(_comparable(framed(one)), _comparable(framed(two))) else None
        if path.endswith(".xml"):
            return "documents" if _equal(_texts(one), _documents(two)) else None
    return None


def _equal(one: Iterable[Any], two: Iterable[Any]) -> bool:
    try:
        return all(a == b for a, b in zip_longest(one, two))
    except (ValueError, KeyError, zlib.error, ET.ParseError):  # no JSON, no records, no gzip, no XML
        return False


def _documents(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Give what lines of JSON hold, whatever the order of keys. datatrove nests name and metadata, and adds a path."""
    for line in lines:
        record = json.loads(line)
        if record.get("metadata", {}).keys() == {"name", "meta", "file_path"}:
            record |= record.pop("metadata")
            del record["file_path"]
        yield record


def _texts(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    """Give each ``TEI`` of a corpus as it stands in a line of JSON. Raises ValueError, KeyError and ParseError."""
    corpus: ET.Element | None = None
    for event, element in ET.iterparse(stream, ("start", "end")):
        if corpus is None:
            corpus = element
        if event == "end" and element.tag == f"{TEI}TEI":
            yield _text(element)
            corpus.clear()
    if corpus is None or corpus.tag != f"{TEI}teiCorpus":
        raise ValueError("no corpus")


def _text(tei: ET.Element) -> dict[str, Any]:
    """Return a ``TEI`` as it stands in a line of JSON. Raises ValueError and KeyError."""
    about = f"{TEI}teiHeader/{TEI}fileDesc"
    known = {idno.get("type"): idno.text for idno in tei.iterfind(f"{about}/{TEI}publicationStmt/{TEI}idno")}
    title, source = tei.findtext(f"{about}/{TEI}titleStmt/{TEI}title"), tei.find(f"{about}/{TEI}sourceDesc/{TEI}p")
    (body,) = tei.iterfind(f"{TEI}text/{TEI}body")
    if {part.tag for part in body} != {f"{TEI}p"} or {part.tag for p in body for part in p} - {f"{TEI}lb"}:
        raise ValueError("there is more in a body than p and lb")
    text = "\n\n".join(["\n".join([p.text or "", *[lb.tail or "" for lb in p]]) for p in body])
    if known["sha256"] != sha256(text.encode()).hexdigest() or title != known["filename"] or source is None:
        raise ValueError("the header does not tell of the text")
    meta = json.loads(tei.findtext(f".//{TEI}xenoData", "{}"))
    return {"id": known["id"], "name": known["filename"], "text": text, "meta": meta}


def _framed(stream: BinaryIO) -> Iterator[Record]:
    """Give the records of a WARC file. Raises ValueError and KeyError."""
    while version := stream.readline():
        fields: dict[bytes, bytes] = {}
        while (line := stream.readline()) != b"\r\n":
            name, colon, value = line.partition(b": ")
            if not colon or not value.endswith(b"\r\n") or name.lower() in fields:
                raise ValueError(f"no header line: {line!r}")
            fields[name.lower()] = value[:-2]
        block = stream.read(int(fields[b"content-length"]))
        if stream.read(4) != b"\r\n\r\n":
            raise ValueError("a record does not end where it says")
        yield Record(version, fields, block)


def _each_in_a_member(stream: BinaryIO) -> Iterator[Record]:
    """Give the records of a gzip file whose members have one each. Raises ValueError, KeyError and zlib.error."""
    rest = b""
    while rest or (rest := stream.read(1 << 16)):
        member, pieces = zlib.decompressobj(31), []
        while not member.eof:
            if not rest and not (rest := stream.read(1 << 16)):
                raise ValueError("the file is cut")
            pieces.append(member.decompress(rest))
            rest = member.unused_data
        (record,) = _framed(BytesIO(b"".join(pieces)))
        yield record


def _comparable(records: Iterable[Record]) -> Iterator[tuple[Any, ...]]:
    """Give what must be the same: all but record ids, the order of fields, and what warcinfo says of the software.

    Ids are random or made in some way; that what they refer to is the record before, or the first one, must be the
    same.
    """
    before = first = b""
    for version, fields, block in records:
        kept, content = dict(fields), block
        if fields[b"warc-type"] == b"warcinfo":
            content = block.partition(b"\r\n")[2]
            del kept[b"content-length"], kept[b"warc-block-digest"]
        id, about = kept.pop(b"warc-record-id"), kept.pop(b"warc-refers-to", None)
        first = first or id
        info = kept.pop(b"warc-warcinfo-id", None)
        yield version, kept, content, about is not None, about == before, info is not None, info == first
        before = id
