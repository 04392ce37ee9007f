"""The block of a ``response`` or ``request`` record: one HTTP message (RFC 9112), as archives store it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from corpusfmt.formats.warc.charsets import byte_order_mark, declared_charset
from corpusfmt.formats.warc.codings import HTTPFault, decoded, is_coded
from corpusfmt.formats.warc.texts import is_page
from corpusfmt.limits import KIB, MAX_RATIO, RATIO_FREE, USUAL, Limits, sized
from corpusfmt.text.display import quoted

_END: Final = re.compile(rb"\n\r?\n")
_STATUS: Final = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?:[ \t].*)?")
#: Status lines that servers send although no standard knows them: a status stands in each.
_ODD_STATUS: Final = re.compile(
    rb"(?:(?i:https?|icy|shoutcast)[^ \t\d]{0,3}(?:[\d.,x]{1,4}(?=[^\d]|\d{3}))?[^\d]{0,8})?([1-5]\d\d)(?!\d).*"
)
#: And those of other protocols, which may have no version where fields follow.
_OTHER_STATUS: Final = re.compile(rb"[A-Za-z]{1,16}(/[\d.]{1,8})?[ \t]+([1-5]\d\d)(?!\d).*")
#: What a server says to itself of the status where no start line was made of it (RFC 3875, section 6.3.3).
_CGI_STATUS: Final = re.compile(r"([1-5]\d\d)(?:[ \t].*)?")
_FIELD: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}[ \t]*:")
_REQUEST: Final = re.compile(rb"[!-~]{1,64}[ \t]+[^ \t].*[ \t]HTTP/\d(?:\.\d)?")
_FOLD: Final = re.compile(r"\r?\n[ \t]+")
_CHUNK: Final = re.compile(rb"[ \t]*(?:0[xX])?([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\n]{0,65535})?\r?\n")
_LINE_END: Final = re.compile(rb"\r?\n")
_LINE_ENDS: Final = re.compile(rb"\r?\n?[\r\n]{0,4}")
#: What may stand before a body by mistake.
_BLANK_LINES: Final = re.compile(rb"(?:\r?\n){1,4}")
#: So many messages are passed over before the one that counts.
_MOST_INTERIM: Final = 8
_LAST_CHUNK: Final = b"\r\n0\r\n\r\n"
#: What a proxy answers before the server does (RFC 9110, section 9.3.6: its answer has no content).
_CONNECTED: Final = re.compile(rb"connection[ \t]established", re.I)
#: Statuses of answers that have no content (RFC 9110).
EMPTY: Final = frozenset((204, 205, 304))
_TYPE: Final = re.compile(r"[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,127}/[!#$%&'*+.^_`|~0-9A-Za-z-]{1,127})(?=[ \t;,]|$)")
_PARAMETER: Final = re.compile(r'[;, \t]([!#$%&\'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)|([^;, \t]*))')
#: Types that stand for none.
_UNKNOWN: Final = frozenset(("*/*", "unknown/unknown", "application/unknown"))
#: What a message without a status is taken for.
_OK: Final = 200
_ESCAPED: Final = re.compile(r"\\(.)")


#: What is said of it.
_BLANK: Final = "blank lines stand before the body"


class Message(NamedTuple):
    """The header of a message: ``status`` (0 for a request), fields by lower-case name, offset of the body.

    ``remark`` says where the header is not spelled as it must be.
    """

    status: int
    fields: list[tuple[str, str]]
    body: int
    remark: str = ""

    def values(self, name: str) -> list[str]:
        """Return the values of the fields called ``name`` (lower case), in order."""
        return [value for field, value in self.fields if field == name]


class Content(NamedTuple):
    """The content of a message (RFC 9110, section 8), its codings undone and without a byte order mark.

    ``charset`` is a codec of Python, None for UTF-8 and for unknown; ``declared`` says whether one was named that is
    known, ``unknown`` what is wrong with one that is not. ``start`` is the offset in the block where ``data`` stands
    verbatim, or -1. ``damage`` says what is wrong with a body whose codings could not be undone to the end, at the
    offset ``damaged_at`` in the block: ``data`` is as much of it as could be read.
    """

    media_type: str
    charset: str | None
    data: bytes
    start: int
    remark: str
    declared: bool = False
    damage: str = ""
    damaged_at: int = 0
    unknown: str = ""

    @property
    def wide(self) -> bool:
        """Whether it is in UTF-16."""
        return self.charset in ("utf-16-le", "utf-16-be")


def parse_message(block: bytes, limits: Limits = USUAL) -> Message:
    """Read the start line and the fields (RFC 9112, sections 2 to 5). Raises HTTPFault of kind ``header``.

    As lenient as archives need: lines may end with LF alone or be folded, a line without a colon is skipped, and a
    header that never ends is the whole block, up to the first line that begins a tag. A start line that is none is
    remarked on: of an odd status line the status is taken; fields may begin at once; so may the body.
    """
    longest, most = limits.header, limits.header_block
    begin = len(block[:64]) - len(block[:64].lstrip(b"\r\n\t "))
    end = _END.search(block, begin, begin + most)
    head, body = block[begin : end.start() if end else begin + most + 1], end.end() if end else len(block)
    remark = ""
    if (tag := head.find(b"\n<")) >= 0:
        head, body, remark = head[:tag], begin + tag + 1, "the HTTP header has no end before the body"
    first, _, rest = head.partition(b"\n")
    line = first[:longest].rstrip(b" \t\r")
    status, found = 0, _STATUS.fullmatch(line)
    if found:
        status = int(found[1])
    elif not _REQUEST.fullmatch(line):
        odd, other, status = _ODD_STATUS.fullmatch(line), _OTHER_STATUS.fullmatch(line), _OK
        remark = f"expected 'HTTP/1.1 200 OK', found {quoted(line)}"
        has_fields = _FIELD.match(rest) is not None
        if odd:
            status = int(odd[1])
        elif other and (other[1] or has_fields):
            status = int(other[2])
        elif _FIELD.match(line):
            rest = head
        elif not line[:4].upper().startswith(b"HTTP") and (line.startswith(b"<") or not end or not has_fields):
            return Message(status, [], begin, remark)
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
    if rest is head and (said := _CGI_STATUS.fullmatch(dict(fields).get("status", ""))):
        status = int(said[1])
    if not end and not remark and not block.endswith((b"\n\n", b"\n\r\n")):
        remark = "the HTTP header has no end"
    return Message(status, fields, body, remark)


def final_message(block: bytes, limits: Limits = USUAL) -> tuple[Message, int]:
    """Return the message of a server, and the offset in the block where it begins: behind interim responses (RFC 9110,
    section 15.2) and the answer of a proxy. Raises HTTPFault as :func:`parse_message` does.
    """
    start, message = 0, parse_message(block, limits)
    for _ in range(_MOST_INTERIM):
        if not _is_followed(block[start:], message):
            break
        start += message.body
        try:
            message = parse_message(block[start:], limits)
        except HTTPFault as fault:
            raise HTTPFault(fault.kind, fault.message, start + fault.at) from None
    return message, start


def _is_followed(block: bytes, message: Message) -> bool:
    """Say whether the message of a server follows one that is not its last, or not its own."""
    if not block.startswith(b"HTTP/", message.body):
        return False
    if 100 <= message.status < 200:
        return True
    line = block[message.body : message.body + KIB].partition(b"\n")[0].rstrip(b"\r")
    if not 200 <= message.status < 300 or not _STATUS.fullmatch(line):
        return False
    said = _CONNECTED.search(block[: message.body].partition(b"\n")[0])
    return said is not None or not message.values("content-type")


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
    joined, wrong, _ = _join_chunks(body, 0)
    return None if wrong else joined


def content_of(
    block: bytes,
    message: Message,
    limit: int,
    ratio: int = MAX_RATIO,
    expand: Callable[[int], object] = lambda _: None,
) -> Content:
    """Undo the transfer and content codings of a body (RFC 9110, section 8.4) and find out its encoding.

    ``data`` has at most ``limit`` bytes, and past 2 MiB ``ratio`` times those that were sent. What crawlers have
    stored decoded is taken as it is, with a remark; what is cut or damaged is read as far as that goes.
    ``expand`` gets the sizes of what decompressing gives. Raises HTTPFault of kind ``coding``, and as ``expand`` does.
    """
    remarks: list[str] = []
    damage: list[str] = []
    start = damaged_at = message.body
    codings = _codings(message, "content-encoding") + _codings(message, "transfer-encoding")
    data = b""
    blank = _BLANK_LINES.match(block, start)
    if blank and "chunked" in codings and _is_chunked(block, blank.end()):
        start = blank.end()
        remarks.append(_BLANK)
    if "chunked" in codings and _is_chunked(block, start):
        data, wrong, damaged_at = _join_chunks(block, start)
        start = -1
        damage += [wrong] if wrong else []
    else:
        data = block[start:]
        if "chunked" in codings and data:
            remarks.append("the body is not chunked, although the header says so")
    if data.endswith(_LAST_CHUNK) and (again := dechunked(data)):
        if codings.count("chunked") < 2:
            said = "is chunked twice" if start < 0 else "is chunked, although the header does not say so"
            remarks.append(f"the body {said}")
        data, start = again, -1
    most = min(limit, max(RATIO_FREE, ratio * len(data)))
    for coding in reversed(codings):
        if data and coding not in {"chunked", "identity"}:
            blank = _BLANK_LINES.match(data)
            if blank and is_coded(data[blank.end() : blank.end() + 4]):
                data = data[blank.end() :]
                remarks.append(_BLANK)
            named_at = max(block.lower().find(coding.encode("latin-1"), 0, message.body), 0)
            undone = decoded(coding, data, most, (named_at, message.body), expand)
            if undone is None:
                remarks.append(f"the body is not in {quoted(coding)}, although the header says so")
            else:
                if undone.other:
                    remarks.append(f"the body is in another coding than {quoted(coding)}, which the header declares")
                start = start if undone.data == data else -1
                data = undone.data
                damage += [undone.damage] if undone.damage else []
                if start < 0 and said_type(message)[0].endswith("html") and is_coded(data[:4]):
                    twice = decoded(coding, data, most, (named_at, message.body), expand)
                    if twice is not None and is_page(twice.data):
                        data = twice.data
                        damage += [twice.damage] if twice.damage else []
                        remarks.append("the body is compressed twice")
    if len(data) > limit:
        raise HTTPFault("coding", f"the content is larger than {limit} bytes", message.body)
    kind, label = said_type(message)
    found = body_of(kind, label, data)
    start = start + found.start if start >= 0 else -1
    return found._replace(start=start, remark="; ".join(remarks), damage="; ".join(damage), damaged_at=damaged_at)


def body_of(kind: str, label: str, data: bytes) -> Content:
    """Return a body without its byte order mark, with the encoding that the mark, ``label`` or the body declares."""
    if kind.endswith(("xml", "html", "json", "javascript")) or kind.startswith("text/") or not kind:
        mark, charset = byte_order_mark(data)
        if mark:
            return Content(kind, charset, data[mark:], mark, "", declared=True)
    page = data if kind.endswith(("xml", "html")) or not kind else b""
    charset, known, remark = declared_charset(label, page)
    return Content(kind, charset, data, 0, "", known, unknown=remark)


def said_type(message: Message) -> tuple[str, str]:
    """Return the media type and the charset label that a header gives (Fetch Standard, "extract a MIME type").

    The last field that has a type counts. It has the charset of the one before it when both name the same type. Types
    that say that the type is unknown count as none (MIME Sniffing, section 7).
    """
    kind = label = ""
    for value in message.values("content-type"):
        found, parameters = media_type(value)
        if found and found not in _UNKNOWN:
            label = parameters.get("charset", "") or (label if found == kind else "")
            kind = found
    return kind, label


def _codings(message: Message, name: str) -> list[str]:
    values = ",".join(message.values(name)).lower().split(",")
    return [coding for value in values if (coding := value.partition(";")[0].strip(" \t\"'"))]


def _is_chunked(block: bytes, at: int) -> bool:
    """Say whether a body begins with a chunk, and not with a line of text that looks like the size of one."""
    line = _CHUNK.match(block, at)
    if not line:
        return False
    stop = line.end() + int(line[1], 16)
    if stop >= len(block):
        return line[0].endswith(b"\r\n") or stop == len(block)
    return block[stop] in b"\r\n" or line.end() == stop or _CHUNK.match(block, stop) is not None


def _join_chunks(block: bytes, at: int) -> tuple[bytes, str, int]:
    """Return the chunks from ``at`` on joined, extensions and trailers left out, as far as they go; and what is wrong
    first, and where.
    """
    joined, view, odd, odd_at = bytearray(), memoryview(block), "", at
    while True:
        line = _CHUNK.match(block, at)
        if not line:
            return bytes(joined), *_first(odd, odd_at, _chunk_fault(block, at, "the size of a chunk"), at)
        size = int(line[1], 16)
        if not size:
            break
        stop = line.end() + size
        joined += view[line.end() : stop]
        if stop > len(block):
            return bytes(joined), *_first(odd, odd_at, f"the chunked body ends early, in a chunk of {size} bytes", at)
        end = _LINE_ENDS.match(block, stop)
        assert end is not None
        if not odd and end[0] not in (b"\r\n", b"\n") and stop < len(block):
            odd, odd_at = _chunk_fault(block, stop, "a line end after a chunk"), stop
        at = end.end()
    at = line.end()
    while at < len(block):
        stop = block.find(b"\n", at) + 1 or len(block)
        blank = _LINE_END.fullmatch(block, at, stop)
        if not blank and b":" not in view[at:stop].tobytes()[:KIB]:
            return bytes(joined), *_first(odd, odd_at, _chunk_fault(block, at, "a trailer field or the end"), at)
        at = stop
        if blank and at < len(block):
            what = _chunk_fault(block, at, "the end of the body after the last chunk")
            return bytes(joined), *_first(odd, odd_at, what, at)
    return bytes(joined), odd, odd_at


def _first(odd: str, odd_at: int, wrong: str, at: int) -> tuple[str, int]:
    """Return what was odd before, if anything was, and else what is wrong now."""
    return (odd, odd_at) if odd else (wrong, at)


def _chunk_fault(block: bytes, at: int, expected: str) -> str:
    if at >= len(block):
        return f"the chunked body ends early, before {expected}"
    return f"expected {expected}, found {quoted(block[at : at + 80], 20)} (bytes left: {len(block) - at})"
