"""Where a byte of a file may change and nobody can know: a map of the bytes that no digest, checksum or grammar covers.

The maps are drawn without the code that they are to judge: lines, tokens, records and tags are found here anew.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import NamedTuple

from corpusfmt import Document, plugins, sniff
from corpusfmt.formats.warc.profile import PROFILE
from corpusfmt.limits import HEAD
from corpusfmt.model.errors import ConfigurationError, ParseError, UnknownFormatError
from corpusfmt.model.finding import Finding
from corpusfmt.model.format import ReadOptions
from corpusfmt.storage.input import Input


class Span(NamedTuple):
    """Bytes that nothing covers, from ``start`` to ``stop``, and what stands there."""

    start: int
    stop: int
    what: str


class Read(NamedTuple):
    """What reading gave, which ended without an error."""

    documents: list[Document]
    remarks: list[Finding]


class Refused(Exception):
    """Reading ended with an error."""


def read(data: bytes, name: str, options: ReadOptions, format: str = "", into: list[Document] | None = None) -> Read:
    """Read the bytes of a file as a conversion does. Raises Refused where that would end with an error.

    ``into`` gets the documents all the same, those behind an error too.
    """
    documents: list[Document] = [] if into is None else into
    refused = ""
    remarks: list[Finding] = []
    try:
        with Input(BytesIO(data), name, owned=False) as stream:
            room = plugins.format_named(format) if format else sniff.detect(name, stream.peek(HEAD))
            for batch in room.scan(stream, options):
                documents += batch.documents
                remarks += batch.findings
                if batch.findings and batch.findings[-1].severity == "error":
                    refused = refused or batch.findings[-1].code
                    if into is None:
                        break
    except ParseError as error:
        raise Refused(error.finding.code) from None
    except (UnknownFormatError, ConfigurationError) as error:
        raise Refused(str(error)) from None
    if refused:
        raise Refused(refused)
    return Read(documents, remarks)


# -- maps ---------------------------------------------------------------------------------------------------------------


def spans(format: str, data: bytes) -> list[Span]:
    """Return the map of a file, which is not compressed."""
    return sorted({"seed": _seed, "jsonl": _jsonl, "warc": _warc, "tei": _tei}[format](data))


def named(where: Sequence[Span], at: int) -> str:
    """Return what stands at a byte that nothing covers; empty where something does."""
    number = bisect_right(where, (at, 1 << 62, "")) - 1
    return where[number].what if number >= 0 and where[number].start <= at < where[number].stop else ""


_TOKEN = re.compile(rb'"((?:[^"\\]|\\.)*)"|[-+.0-9A-Za-z]+', re.S)


def _tokens(data: bytes, at: int) -> Iterator[Span]:
    """Give the strings, without their quotes, and the numbers and words of some JSON."""
    for match in _TOKEN.finditer(data):
        group = 1 if match[1] is not None else 0
        yield Span(at + match.start(group), at + match.end(group), "a string" if group else "a number or word")


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for line in data.split(b"\n"):
        yield at, line
        at += len(line) + 1


def _jsonl(data: bytes) -> list[Span]:
    return [span for at, line in _lines(data) for span in _tokens(line, at)]


def _seed(data: bytes) -> list[Span]:
    found: list[Span] = []
    version = begun = after_header = False
    for at, line in _lines(data):
        if line.startswith(b"<<<FILE"):
            found.append(Span(at + 8, at + max(8, line.rfind(b">>>")), "id and name"))
            begun = after_header = True
            continue
        if not begun:
            version = version or line.startswith(b"<<<SEED")
        elif version and after_header and line.startswith(b"<<<META"):
            found += _tokens(line[8:-3], at + 8)
        elif version and line == rb"\ No newline at end of file":
            found.append(Span(at - 1, min(at + len(line) + 1, len(data)), "the end marker"))
        else:
            found.append(Span(at, min(at + len(line) + 1, len(data)), "text"))
        after_header = False
    return found


_KNOWN_DIGEST = re.compile(rb"(?i)(?:md5|sha-?1|sha-?(?:224|256|384|512)):[A-Za-z0-9+/=_-]{20,}$")


def _warc(data: bytes) -> list[Span]:
    """Header fields but Content-Length, and what no digest covers of a block. Of ours, digests cover all that counts but
    what Content-Type says of the encoding."""
    found: list[Span] = []
    ours, at = PROFILE in data[:2000], 0
    while at < len(data):
        end = data.find(b"\r\n\r\n", at) + 4
        if end < 4:  # what was added behind the last record
            break
        fields: dict[bytes, bytes] = {}
        for offset, line in _lines(data[at : end - 4]):
            name, colon, value = line.partition(b":")
            name = name.lower()
            if colon:
                fields[name] = value.strip()
            if ours and name == b"content-type":
                found.append(Span(at + offset, at + offset + len(line) - 1, "Content-Type of ours"))
            elif not ours and colon and name != b"content-length":
                found.append(Span(at + offset, at + offset + len(line) - 1, "a header field"))
        stop = end + int(fields[b"content-length"])
        if not _KNOWN_DIGEST.match(fields.get(b"warc-block-digest", b"")):
            head = stop
            if _KNOWN_DIGEST.match(fields.get(b"warc-payload-digest", b"")):
                http = fields.get(b"content-type", b"").startswith(b"application/http")
                head = data.find(b"\r\n\r\n", end, stop) + 4 if http else end
            found.append(Span(end, head, "a block without a digest"))
        at = stop + 4
    return found


_MARKUP = re.compile(rb"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>|<[^<>]*>", re.S)
_IN_TAG = re.compile(rb"""(?P<quote>["'])(?P<value>.*?)(?P=quote)|(?P<name>[^\s<>/="'?]+)""", re.S)
_OURS = re.compile(rb'<TEI [^>]*type="corpusfmt-1">.*?</TEI>', re.S)
_SAID = re.compile(
    rb'<idno type="(?:id|filename)"(?: subtype="integer")?>(.*?)</idno>|<xenoData type="metadata">(.*?)</xenoData>',
    re.S,
)


def _tei(data: bytes) -> list[Span]:
    """Text, names and values of attributes; of ours, id, name and metadata, as the SHA-256 covers the text."""
    found: list[Span] = []
    if _OURS.search(data):
        for document in _OURS.finditer(data):
            for said in _SAID.finditer(data, *document.span()):
                if said[1] is not None:
                    found.append(Span(said.start(1), said.end(1), "id or name"))
                else:
                    found += _tokens(said[2].replace(b"&lt;", b"____").replace(b"&gt;", b"____"), said.start(2))
        return found
    last = 0
    for match in _MARKUP.finditer(data):
        found.append(Span(last, match.start(), "text"))
        last = match.end()
        if match[0].startswith((b"<!--", b"<?", b"<!")):
            if match[0].startswith(b"<![CDATA["):
                found.append(Span(match.start() + 9, match.end() - 3, "text"))
            continue
        for part in _IN_TAG.finditer(data, match.start() + 1, match.end() - 1):
            group = "name" if part["name"] is not None else "value"
            found.append(Span(*part.span(group), f"a {group} in a tag"))
    return found


# -- what nobody can tell although it is none of these -------------------------------------------------------------------

_HEADER = re.compile(rb"^<<<FILE [^ \t\n]+ [^\n]*>>>\r?$", re.M)


def excuse(format: str, data: bytes, changed: bytes, at: int, told: Counter[str]) -> str:
    """Return why nobody can tell that the byte at ``at``, which the map does not have, was another one; or nothing."""
    is_json = format in ("jsonl", "seed") or b"<xenoData" in data[data.rfind(b"\n", 0, at) : at]
    if is_json and data[at : at + 1] in (b" ", b"\t", b",") and changed[at] in b"+-.0123456789Ee":
        return "white space or a comma that became a part of a number"
    if format == "warc" and data[at : at + 1] == b"\r" and data[at + 1 : at + 2] == b"\n" and _in_header(data, at):
        return "a line end that became a part of a header field" if "WARC004" in told else ""
    if format == "tei" and data[at : at + 1] == b"<" and re.match(rb"<(?:[^<>]*/>|!--|\?)", data[at:]):
        return "an empty element, comment or instruction that became text"
    return ""


def _in_header(data: bytes, at: int) -> bool:
    """Say whether a byte stands in a record header: before the first blank line of the record."""
    return b"\r\n\r\n" not in data[data.rfind(b"\nWARC/1.", 0, at) + 1 : at]


def splits(format: str, data: bytes, changed: bytes) -> bool:
    """Say whether a line of a text has become a header as it should be, which no reader can tell."""
    return format == "seed" and len(_HEADER.findall(changed)) == len(_HEADER.findall(data)) + 1


# -- judging -------------------------------------------------------------------------------------------------------------


def same(one: Document, other: Document) -> bool:
    """Say whether two documents are equal, and their ids of one type."""
    return type(one.id) is type(other.id) and one == other


def judge(format: str, data: bytes, changed: bytes, at: int, before: Read, after: Read, where: Sequence[Span]) -> str:
    """Return what became of a flip that reading did not refuse: ``unchanged``, or why the change is allowed, or
    ``WRONG`` with what was changed that should not have been."""
    old, new = before.documents, after.documents
    if len(old) == len(new) and all(map(same, old, new)):
        return "unchanged"
    starts = [document.origin.byte for document in old if document.origin]
    owner = bisect_right(starts, at) - 1
    head = max(owner, 0)
    tail = len(old) - owner - 1
    rest = len(new) - head - tail
    others = (
        rest >= 0 and all(map(same, old[:head], new[:head])) and (not tail or all(map(same, old[-tail:], new[-tail:])))
    )
    what = named(where, at)
    told = Counter(finding.code for finding in after.remarks) - Counter(finding.code for finding in before.remarks)
    said = f", said ({', '.join(sorted(told))})" if told else ""
    if format == "seed" and "SEED009" in told:  # it parted two documents, or a document from its metadata
        first, last = max(owner - 1, 0), old[owner + 2 :]
        if all(map(same, old[:first], new)) and all(map(same, last, new[len(new) - len(last) :])):
            return "a warning: a line that looks like one of the format"
    if others and (rest == 1 or (format == "warc" and 0 <= rest <= 2)):
        reason = what or excuse(format, data, changed, at, told)
        if reason:
            return f"allowed: {reason}{said}" + (", a document more or less" if rest != 1 else "")
    if others and rest == 2 and what and splits(format, data, changed):
        return f"allowed: a line of a text that became a header{said}"
    if (
        format == "seed"
        and data[at : at + 1] == b"\n"
        and re.match(rb"\\+(?:<<<FILE | No newline at end)", changed[at:])
    ):
        return "allowed: a line end that became the backslash of an escape"
    near = f"{rest} for one" if others else "others"
    return f"WRONG{said}: {near} changed, the byte is {what or 'no part of what may change'}"


def judge_damage(format: str, before: Read, after: Read, at: int, how: str, *, packed: bool) -> str:
    """Return what became of a file that was cut at ``at``, lost the byte there or got one at its end, as :func:`judge`
    does. Here the document at hand may change, or the last one, and of what digests cover nothing.
    """
    old, new = before.documents, after.documents
    if len(old) == len(new) and all(map(same, old, new)):
        return "unchanged"
    if format == "seed" and not packed and {"SEED009", "SEED015"} & {finding.code for finding in after.remarks}:
        return "a warning"
    if format == "warc" or packed:  # records and members may be missing, as they are whole
        there = iter(old)
        whole = how == "cut" and all(any(same(document, other) for other in there) for document in new)
        return "fewer documents" if whole else "WRONG: a document that was not there"
    starts = [document.origin.byte for document in old if document.origin]
    owner = bisect_right(starts, at) - 1 if how == "delete" else len(new) - 1 if how == "cut" else len(old) - 1
    head = max(owner, 0)
    if not all(map(same, old[:head], new[:head])):
        return "WRONG: documents before it"
    if how == "cut":
        if format == "tei":
            return "WRONG: a cut that nobody told"
        return "fewer documents" if format == "seed" or all(map(same, old, new)) else "WRONG: a cut line"
    if len(old) != len(new) or not all(map(same, old[head + 1 :], new[head + 1 :])):
        return "WRONG: documents behind it"
    if format == "tei" and old[head].data != new[head].data:
        return "WRONG: a text that has a SHA-256"
    return "allowed" if how == "delete" or format == "seed" else "WRONG: a byte at the end"
