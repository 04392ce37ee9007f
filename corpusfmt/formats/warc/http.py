"""What the block of a ``response`` or ``request`` record holds: one HTTP message (RFC 9112), as archives have it."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Final, NamedTuple

from corpusfmt.core.limits import CHUNK, KIB, MIB
from corpusfmt.core.text import BOM, quoted
from corpusfmt.formats.warc.html import declared_charset, web_charset

__all__ = ["Content", "HTTPFault", "Message", "content_of", "dechunked", "media_type", "parse_message", "web_charset"]

#: One line of a header, and a header in all (bytes).
MAX_LINE: Final = 64 * KIB
MAX_HEADER: Final = MIB
#: What a body may become whatever it was (bytes); past that, so many times its own size.
FREE: Final = 64 * MIB
MAX_RATIO: Final = 1000
#: What a zstd body may make its decoder remember (RFC 9659).
ZSTD_WINDOW: Final = 8 * MIB
GZIP_MAGIC: Final = b"\x1f\x8b"
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"

_END: Final = re.compile(rb"\n\r?\n")
_STATUS: Final = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?:[ \t].*)?")
_REQUEST: Final = re.compile(rb"[!-~]{1,64}[ \t]+[^ \t].*[ \t]HTTP/\d(?:\.\d)?")
_FOLD: Final = re.compile(r"\r?\n[ \t]+")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\n]{0,65535})?\r?\n")
_LINE_END: Final = re.compile(rb"\r?\n")
_TYPE: Final = re.compile(r"[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,127}/[!#$%&'*+.^_`|~0-9A-Za-z-]{1,127})(?=[ \t;,]|$)")
_PARAMETER: Final = re.compile(r'[;, \t]([!#$%&\'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)|([^;, \t]*))')
_ESCAPED: Final = re.compile(r"\\(.)")
#: Characters that stand in no text; form feed, and escape of ISO-2022-JP, may.
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


class HTTPFault(Exception):
    """A message is wrong at the byte ``at`` of the block. ``kind`` is ``header``, ``chunked`` or ``coding``."""

    def __init__(self, kind: str, message: str, at: int) -> None:
        super().__init__(message)
        self.kind, self.message, self.at = kind, message, at


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

    ``charset`` is a codec of Python, None for UTF-8 and for unknown. ``start`` is the offset in the block where
    ``data`` stands verbatim, or -1.
    """

    media_type: str
    charset: str | None
    data: bytes
    start: int
    remark: str


def parse_message(block: bytes) -> Message:
    """Read the start line and the fields (RFC 9112, sections 2 to 5). Raises HTTPFault of kind ``header``.

    As lenient as archives need: lines may end with LF alone or be folded, a line without a colon is skipped, and a
    header that never ends is the whole block.
    """
    begin = len(block[:64]) - len(block[:64].lstrip(b"\r\n"))
    end = _END.search(block, begin, begin + MAX_HEADER)
    head = block[begin : end.start() if end else begin + MAX_HEADER + 1]
    first, _, rest = head.partition(b"\n")
    line = first[:MAX_LINE].rstrip(b" \t\r")
    status = _STATUS.fullmatch(line)
    if not status and not _REQUEST.fullmatch(line):
        raise HTTPFault("header", f"expected 'HTTP/1.1 200 OK' or 'GET / HTTP/1.1', found {quoted(line)}", begin)
    if len(head) > MAX_LINE:
        at = begin
        for line in head.split(b"\n"):
            if len(line) > MAX_LINE:
                raise HTTPFault("header", f"a line of the header is longer than {MAX_LINE // KIB} KiB", at)
            at += len(line) + 1
    if len(head) > MAX_HEADER:
        raise HTTPFault("header", f"the header is longer than {MAX_HEADER // MIB} MiB", begin + MAX_HEADER)
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


def content_of(block: bytes, message: Message, limit: int) -> Content:
    """Undo the transfer and content codings of a body (RFC 9110, section 8.4) and find out its encoding.

    ``data`` has at most ``limit`` bytes. What crawlers have stored decoded is taken as it is, with a remark.
    Raises HTTPFault of kind ``chunked`` or ``coding``.
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
    most = min(limit, max(FREE, MAX_RATIO * len(data)))
    for coding in reversed(codings):
        if data and coding not in {"chunked", "identity"}:
            decoded = _decoded(coding, data, most, message.body)
            if decoded is None:
                remarks.append(f"the body is not in {quoted(coding)}, though the header says so")
            else:
                data, start = decoded, -1
    if len(data) > limit:
        raise HTTPFault("coding", f"the content is larger than {limit} bytes", message.body)
    kind, label = _kind(message)
    charset = None
    if kind.endswith(("xml", "html", "json", "javascript")) or kind.startswith("text/") or not kind:
        mark, charset = _byte_order_mark(data)
        if mark:
            return Content(kind, charset, data[mark:], start + mark if start >= 0 else -1, "; ".join(remarks))
    charset, remark = declared_charset(label, data if kind.endswith(("xml", "html")) or not kind else b"")
    return Content(kind, charset, data, start, "; ".join([*remarks, remark] if remark else remarks))


def _kind(message: Message) -> tuple[str, str]:
    """Return the media type and the charset label that a header gives; the last field that has a type counts."""
    for value in reversed(message.values("content-type")):
        kind, parameters = media_type(value)
        if kind:
            return kind, parameters.get("charset", "")
    return "", ""


def _byte_order_mark(data: bytes) -> tuple[int, str | None]:
    if data.startswith(BOM):
        return len(BOM), None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return 2, "utf-16-le" if data[0] == 0xFF else "utf-16-be"
    return 0, None


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


# -- content codings: all of them a step at a time, so that memory stays bounded ---------------------------------------


class _Sink:
    """Takes what a decoder of ``data`` gives, up to ``most`` bytes."""

    def __init__(self, coding: str, most: int, at: int) -> None:
        self.coding, self.most, self.at = coding, most, at
        self.parts: list[bytes] = []
        self._length = 0

    def room(self) -> int:
        """Return how much a decoder may give at a time (bytes)."""
        return min(MIB, self.most - self._length + 1)

    def add(self, part: bytes) -> None:
        """Take one part. Raises HTTPFault when it is too much."""
        self.parts.append(part)
        self._length += len(part)
        if self._length > self.most:
            raise self.fault(f"holds more than {self.most} bytes")

    def fault(self, what: str) -> HTTPFault:
        """Return the fault that says ``what`` is wrong with the body, and let go of what was taken."""
        self.parts.clear()
        return HTTPFault("coding", f"the body in {quoted(self.coding)} {what}", self.at)


def _decoded(coding: str, data: bytes, most: int, at: int) -> bytes | None:
    """Return ``data`` with one coding undone; None when it is plainly not in it. Raises HTTPFault."""
    decoder, magic = _DECODERS.get(coding, (None, b""))
    sink = _Sink(coding, most, at)
    if decoder is None:
        known = ", ".join(sorted(_DECODERS))
        raise HTTPFault("coding", f"the coding {quoted(coding)} of the body is unknown (known: {known})", at)
    if not data.startswith(magic[: len(data)]) and not (coding == "zstd" and _is_skippable(data)):
        return None
    try:
        decoder(data, sink)
    except HTTPFault:
        if not magic and _reads_as_text(data):
            return None
        raise
    return b"".join(sink.parts)


def _reads_as_text(data: bytes) -> bool:
    """Tell text from compressed data, 256 bytes of which have a control character (all but one in 10^12)."""
    head = data[:256]
    return not _CONTROL.search(head) and (head.isascii() or len(head) == 256)


def _gunzip(data: bytes, sink: _Sink) -> None:
    at = 0
    while at < len(data):
        if not data.startswith(GZIP_MAGIC, at):
            raise sink.fault("is followed by something else")
        at = _inflate(data, at, 31, sink)


def _undeflate(data: bytes, sink: _Sink) -> None:
    """Undo ``deflate``: zlib data (RFC 1950) it should be, and bare deflate data it is often enough."""
    is_zlib = data[0] & 15 == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    if _inflate(data, 0, 15 if is_zlib else -15, sink) < len(data):
        raise sink.fault("is followed by something else")


def _inflate(data: bytes, at: int, wbits: int, sink: _Sink) -> int:
    """Decode one member or stream from ``at``. Return the offset of its end."""
    from isal import isal_zlib

    error: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # the stub says object
    member, view = isal_zlib.decompressobj(wbits=wbits), memoryview(data)
    step = 4 * KIB  # what the library does not use it copies each time: little to begin with, for tiny members
    while True:
        piece = view[at : at + step]
        try:
            part = member.decompress(piece, sink.room())
        except error as damage:
            raise sink.fault(f"is damaged ({str(damage).lower()})") from None
        used = len(piece) - len(member.unused_data if member.eof else member.unconsumed_tail)
        sink.add(part)
        at, step = at + used, CHUNK
        if member.eof:
            return at
        if not part and not used:
            raise sink.fault("ends early")


def _unbrotli(data: bytes, sink: _Sink) -> None:
    try:
        brotli = import_module("brotli")
    except ImportError:
        raise sink.fault("needs a package that is missing: install corpusfmt[web]") from None
    decoder, view = brotli.Decompressor(), memoryview(data)
    # The library says nothing of bytes that follow in the same piece; so the last byte comes by itself.
    for piece in [view[at : min(at + CHUNK, len(data) - 1)] for at in range(0, len(data) - 1, CHUNK)] + [view[-1:]]:
        if decoder.is_finished():
            raise sink.fault("is followed by something else")
        try:
            sink.add(decoder.process(piece, output_buffer_limit=sink.room()))
            while not decoder.can_accept_more_data():
                sink.add(decoder.process(b"", output_buffer_limit=sink.room()))
        except brotli.error:
            raise sink.fault("is damaged, or followed by something else") from None
    if not decoder.is_finished():
        raise sink.fault("ends early")


def _is_skippable(data: bytes) -> bool:
    return data[1:4] == b"\x2a\x4d\x18" and data[0] & 0xF0 == 0x50


def _unzstd(data: bytes, sink: _Sink) -> None:
    import zstandard

    library, view, at = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW), memoryview(data), 0
    while at < len(data):
        if not data.startswith(ZSTD_MAGIC, at) and not _is_skippable(data[at : at + 4]):
            raise sink.fault("is followed by something else")
        frame = library.decompressobj()
        while not frame.eof:
            piece = view[at : at + 256]  # which can grow to 8 MiB at most: the library has no limit of its own
            if not piece:
                raise sink.fault("ends early")
            try:
                sink.add(frame.decompress(piece))
            except zstandard.ZstdError as damage:
                reason = str(damage).removeprefix("zstd decompressor error: ").lower()
                raise sink.fault(f"is damaged ({reason})") from None
            at += len(piece) - len(frame.unused_data)


#: What undoes a coding, and what data in it begins with.
_DECODERS: Final[dict[str, tuple[Callable[[bytes, _Sink], None], bytes]]] = {
    "gzip": (_gunzip, GZIP_MAGIC),
    "x-gzip": (_gunzip, GZIP_MAGIC),
    "deflate": (_undeflate, b""),
    "br": (_unbrotli, b""),
    "zstd": (_unzstd, ZSTD_MAGIC),
}
