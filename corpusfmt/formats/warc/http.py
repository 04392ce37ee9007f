"""What the block of a ``response`` or ``request`` record holds: one HTTP message (RFC 9112), as archives have it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from corpusfmt.formats.warc.charsets import byte_order_mark, declared_charset
from corpusfmt.formats.warc.codings import HTTPFault, decoded
from corpusfmt.limits import KIB, MAX_RATIO, RATIO_FREE, USUAL, Limits, sized
from corpusfmt.text.display import quoted

_END: Final = re.compile(rb"\n\r?\n")
_STATUS: Final = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?:[ \t].*)?")
_REQUEST: Final = re.compile(rb"[!-~]{1,64}[ \t]+[^ \t].*[ \t]HTTP/\d(?:\.\d)?")
_FOLD: Final = re.compile(r"\r?\n[ \t]+")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\n]{0,65535})?\r?\n")
_LINE_END: Final = re.compile(rb"\r?\n")
_TYPE: Final = re.compile(r"[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,127}/[!#$%&'*+.^_`|~0-9A-Za-z-]{1,127})(?=[ \t;,]|$)")
_PARAMETER: Final = re.compile(r'[;, \t]([!#$%&\'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)|([^;, \t]*))')
_ESCAPED: Final = re.compile(r"\\(.)")


class Message(NamedTuple):
    """The header of a message: ``status`` (0 for a request), fields by lower-case name, offset of the body."""

    status: int
    fields: list[tuple[str, str]]
    body: int

    def values(self, name: str) -> list[str]:
        """Return the values of the fields called ``name`` (lower case), in order."""
        return [value for field, value in self.fields if field == name]


class Content(NamedTuple):
    """The content of a message (RFC 9110, section 8), its codings undone and without a byte order mark.

    ``charset`` is a codec of Python, None for UTF-8 and for unknown; ``declared`` says whether one was named that is
    known. ``start`` is the offset in the block where ``data`` stands verbatim, or -1.
    """

    media_type: str
    charset: str | None
    data: bytes
    start: int
    remark: str
    declared: bool = False


def parse_message(block: bytes, limits: Limits = USUAL) -> Message:
    """Read the start line and the fields (RFC 9112, sections 2 to 5). Raises HTTPFault of kind ``header``.

    As lenient as archives need: lines may end with LF alone or be folded, a line without a colon is skipped, and a
    header that never ends is the whole block.
    """
    longest, most = limits.header, limits.header_block
    begin = len(block[:64]) - len(block[:64].lstrip(b"\r\n"))
    end = _END.search(block, begin, begin + most)
    head = block[begin : end.start() if end else begin + most + 1]
    first, _, rest = head.partition(b"\n")
    line = first[:longest].rstrip(b" \t\r")
    status = _STATUS.fullmatch(line)
    if not status and not _REQUEST.fullmatch(line):
        raise HTTPFault("header", f"expected 'HTTP/1.1 200 OK' or 'GET / HTTP/1.1', found {quoted(line)}", begin)
    if len(head) > longest:
        at = begin
        for line in head.split(b"\n"):
            if len(line) > longest:
                raise HTTPFault("header", f"a line of the header is longer than {sized(longest)}", at)
            at += len(line) + 1
    if len(head) > most:
        raise HTTPFault("header", f"the header is longer than {sized(most)}", begin + most)
    text = rest.decode("latin-1")
    if "\n " in text or "\n\t" in text:
        text = _FOLD.sub(" ", text)
    fields = []
    for field in text.split("\n"):
        name, colon, value = field.partition(":")
        name = name.strip(" \t\r")
        if colon and name:
            fields.append((name.lower(), value.strip(" \t\r")))
    return Message(int(status[1]) if status else 0, fields, end.end() if end else len(block))


def media_type(value: str) -> tuple[str, dict[str, str]]:
    """Return the type of a Content-Type value in lower case ('' when it is none) and its parameters by lower-case name.

    RFC 9110, section 8.3.1. Of two parameters with one name the first counts, and a missing semicolon does not matter.
    """
    value = value[:KIB]
    found = _TYPE.match(value)
    if not found:
        return "", {}
    parameters: dict[str, str] = {}
    for name, string, token in _PARAMETER.findall(value, found.end()):
        parameters.setdefault(name.lower(), _ESCAPED.sub(r"\1", string) if "\\" in string else string or token)
    return found[1].lower(), parameters


def dechunked(body: bytes) -> bytes | None:
    """Return ``body`` with its chunks joined (RFC 9112, section 7.1), or None when it is not chunked to its end."""
    try:
        return _join_chunks(body, 0)
    except HTTPFault:
        return None


def content_of(
    block: bytes,
    message: Message,
    limit: int,
    ratio: int = MAX_RATIO,
    expand: Callable[[int], object] = lambda _: None,
) -> Content:
    """Undo the transfer and content codings of a body (RFC 9110, section 8.4) and find out its encoding.

    ``data`` has at most ``limit`` bytes, and past 4 MiB ``ratio`` times those that were sent. What crawlers have
    stored decoded is taken as it is, with a remark. ``expand`` gets the sizes of what decompressing gives.
    Raises HTTPFault of kind ``chunked`` or ``coding``, and as ``expand`` does.
    """
    remarks: list[str] = []
    start = message.body
    codings = _codings(message, "content-encoding") + _codings(message, "transfer-encoding")
    data = b""
    if "chunked" not in codings:
        data = block[start:]
    elif _CHUNK.match(block, start):
        data, start = _join_chunks(block, start), -1
    else:
        data = block[start:]
        remarks.append("the body is not chunked, though the header says so")
    most = min(limit, max(RATIO_FREE, ratio * len(data)))
    for coding in reversed(codings):
        if data and coding not in {"chunked", "identity"}:
            undone = decoded(coding, data, most, message.body, expand)
            if undone is None:
                remarks.append(f"the body is not in {quoted(coding)}, though the header says so")
            else:
                data, start = undone, -1
    if len(data) > limit:
        raise HTTPFault("coding", f"the content is larger than {limit} bytes", message.body)
    kind, label = said_type(message)
    charset = None
    if kind.endswith(("xml", "html", "json", "javascript")) or kind.startswith("text/") or not kind:
        mark, charset = byte_order_mark(data)
        if mark:
            return Content(
                kind, charset, data[mark:], start + mark if start >= 0 else -1, "; ".join(remarks), declared=True
            )
    page = data if kind.endswith(("xml", "html")) or not kind else b""
    charset, known, remark = declared_charset(label, page)
    return Content(kind, charset, data, start, "; ".join([*remarks, remark] if remark else remarks), known)


def said_type(message: Message) -> tuple[str, str]:
    """Return the media type and the charset label that a header gives; the last field that has a type counts."""
    for value in reversed(message.values("content-type")):
        kind, parameters = media_type(value)
        if kind:
            return kind, parameters.get("charset", "")
    return "", ""


def _codings(message: Message, name: str) -> list[str]:
    values = ",".join(message.values(name)).lower().split(",")
    return [coding for value in values if (coding := value.strip(" \t"))]


def _join_chunks(block: bytes, at: int) -> bytes:
    """Return the chunks from ``at`` to the end joined, extensions and trailers left out. Raises HTTPFault."""
    joined, view = bytearray(), memoryview(block)
    while True:
        line = _CHUNK.match(block, at)
        if not line:
            raise _chunk_fault(block, at, "the size of a chunk")
        size = int(line[1], 16)
        if not size:
            break
        stop = line.end() + size
        if stop > len(block):
            raise HTTPFault("chunked", f"the chunked body ends early, in a chunk of {size} bytes", at)
        joined += view[line.end() : stop]
        end = _LINE_END.match(block, stop)
        if not end:
            raise _chunk_fault(block, stop, "a line end after a chunk")
        at = end.end()
    at = line.end()
    while at < len(block):
        stop = block.find(b"\n", at) + 1 or len(block)
        blank = _LINE_END.fullmatch(block, at, stop)
        if not blank and b":" not in view[at:stop].tobytes()[:KIB]:
            raise _chunk_fault(block, at, "a trailer field or the end")
        at = stop
        if blank and at < len(block):
            raise _chunk_fault(block, at, "the end of the body after the last chunk")
    return bytes(joined)


def _chunk_fault(block: bytes, at: int, expected: str) -> HTTPFault:
    if at >= len(block):
        return HTTPFault("chunked", f"the chunked body ends early, before {expected}", at)
    return HTTPFault("chunked", f"expected {expected}, found {quoted(block[at : at + 80], 20)}", at)
