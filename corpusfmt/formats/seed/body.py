"""The full check of documents that contain backslashes or angle brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from corpusfmt.formats.seed.grammar import FILE, MARKED, MARKER, META, PRAGMA, HeaderFault, parse_header, unescape
from corpusfmt.formats.seed.metadata import MetaFault, check_metadata
from corpusfmt.limits import USUAL
from corpusfmt.text.display import quoted

#: Lines of a version 1 body that only a writer other than ours, or a hand edit, leaves unescaped.
_BARE_MARKER: Final = re.compile(rb"^\\ No newline at end of file\r?$", re.M)
_SEED_OR_META: Final = re.compile(rb"^<<<(SEED|META)[^\n]*", re.M)
_SEED_LINE: Final = re.compile(rb"^<<<SEED[^\n]*", re.M)
#: Spaces, also those of word processors.
_GAP: Final = rb"(?:[ \t]|\xc2\xa0|\xe2\x80\xaf|\xe3\x80\x80)"
#: A bracket as keyboards, word processors, HTML and Markdown make it of one or two of these, and its counterpart.
_OPEN: Final = rb"(?:<|\xef\xbc\x9c|\xe3\x80\x8a|\xc2\xab|\xe2\x80\xb9|&lt;|&#0*+60;|&#[xX]0*+3[cC];)"
_CLOSE: Final = rb"(?:\\?>|\xef\xbc\x9e|\xe3\x80\x8b|\xc2\xbb|\xe2\x80\xba|&gt;|&#0*+62;|&#[xX]0*+3[eE];)"
_WORD: Final = rb"(?i:file|meta)|\xef\xbc\xa6\xef\xbc\xa9\xef\xbc\xac\xef\xbc\xa5"
#: What a header may be wrapped in: white space, a byte order mark, marks of Markdown and of comments, quotation marks,
#: tags and entities of HTML. What may be a bracket too is none of it where less than two brackets would be left.
#: Possessive throughout: what looks like a header may stand in a long line, many times.
_WRAP: Final = (
    rb"-->|[ \t*_`\"'~#|/!;:,.%%=+(){}\[\]-]|\xef\xbb\xbf|\xc2[\xa0\xbb]"
    rb"|(?:\xc2\xab|\xe2\x80\xb9|&#\d{1,5};)(?!%b?+%b*+(?:%b))|\xe2\x80[\x98-\x9f\xa2\xba]|\xe3\x80[\x80\x8c-\x8f]"
    rb"|<!--|</?[A-Za-z][^<>\n]{0,100}+>|&(?:quot|nbsp|apos|[lr][sd]quo);"
) % (_OPEN, _GAP, _WORD)
#: No closing one is a part of what wraps: a search for the last one takes linear time.
_OPENED: Final = rb"(?:%b{2,4}+|\xe3\x80\x8a|(?:\\<){2,4}+)" % _OPEN
_CLOSED: Final = rb"(?:%b{2,4}+|\xe3\x80\x8b)" % _CLOSE
_LOOK_ALIKE: Final = re.compile(
    rb"^(?:>[ >]*+)?+(?:%b)*+%b%b*+(%b)%b++([^\n]*+)$" % (_WRAP, _OPENED, _GAP, _WORD, _GAP), re.M
)
_AFTER: Final = re.compile(rb"%b(?:%b|\r)*+\Z" % (_CLOSED, _WRAP))
#: Such a beginning in angle brackets, and in others: by what is quickly looked for, and more quickly.
_BEGUN: Final = re.compile(rb"<%b*+(?:%b)%b" % (_GAP, _WORD, _GAP))
_OTHERS: Final = tuple(
    (byte[:1], byte, re.compile(rb"%b%b*+(?:%b)" % (bracket, _GAP, _WORD)))
    for byte, bracket in (
        (b"\xef\xbc\x9c", rb"\xef\xbc\x9c"), (b"\xe3\x80\x8a", rb"\xe3\x80\x8a"), (b"\xc2\xab\xc2\xab", rb"\xc2\xab"),
        (b"\xe2\x80\xb9\xe2\x80\xb9", rb"\xe2\x80\xb9"), (b"&lt;", rb"&lt;"), (b"&#", rb"&#[xX]?+0*+(?:60|3[cC]);"),
    )
)  # fmt: skip
_LINE_END: Final = re.compile(rb">>>\r?$", re.M)
_ESCAPED: Final = re.compile(rb"\\++ No newline at end of file\n")
#: A header whose line end is missing or another byte: what followed it is part of its name.
_JOINED: Final = re.compile(rb">>>\r?(.?)<<<(?:FILE|META) ", re.S)
#: What lines of the format begin with, a space behind it: a line may begin so but for one byte.
_BEGINNINGS: Final = (FILE + b" ", META + b" ", b"<<<SEED ")


class BodyFault(Exception):
    """A body is wrong at ``at``, an offset in the buffer. After a ``fatal`` one the rest cannot be read."""

    def __init__(self, code: str, message: str, at: int, hint: str = "", *, fatal: bool = False) -> None:
        super().__init__(message)
        self.code, self.message, self.at, self.hint, self.fatal = code, message, at, hint, fatal


_ABOUT_MARKER: Final = (
    "if the text has no final newline, write the line '\\ No newline at end of file' after it; if it is text, no "
    "change is needed"
)
_ABOUT_METADATA: Final = (
    'write \'<<<META {"key": "value"}>>>\' on the line after the header; if it is text, no change is needed'
)


class LookAlike(NamedTuple):
    """What looks like a header and is none: ``length`` bytes at ``at``, and what was meant; both are empty where there
    is no such thing in the dialect.
    """

    message: str
    at: int
    length: int
    replacement: bytes
    hint: str = ""


class Body(NamedTuple):
    """A body in a buffer: it stands from ``start`` to ``stop``; its record ends at ``end``."""

    buffer: bytes
    start: int
    stop: int
    end: int
    version: int

    def checked(self) -> tuple[bytes, BodyFault | None]:
        """Return the text of the body, with its escapes undone, and a fault in what follows it, if any.

        What follows is the first line of the next part of a concatenation. Raises BodyFault for the body itself.
        """
        return self._version1() if self.version else (self._plain(), None)

    def _plain(self) -> bytes:
        data = self.buffer[self.start : self.stop]
        if match := _SEED_LINE.search(data):
            raise BodyFault(
                "SEED005",
                f"a plain file has the line {quoted(match[0])}; the rest would be read in the wrong dialect",
                self.start + match.start(),
                "put version 1 files first when joining files, or escape the line in a version 1 file",
                fatal=True,
            )
        return data

    def _version1(self) -> tuple[bytes, BodyFault | None]:
        data = self.buffer[self.start : self.stop]
        after = None
        if b"<<<" in data and (match := _SEED_OR_META.search(data)):
            after = self._next_part(match)
            data = data[: match.start()].removesuffix(MARKED)
        if b"\\" not in data:
            return data, after
        if MARKER in data and (match := _BARE_MARKER.search(data)):
            if match[0].endswith(b"\r"):
                message = "the end marker ends in CR: a program changed the line ends of this file"
            else:
                message = "the end marker is not at the end of the body"
            raise BodyFault("SEED006", message, self.start + match.start())
        return unescape(data), after

    def _next_part(self, match: re.Match[bytes]) -> BodyFault | None:
        """Check the lines from the pragma that begins the next part of a concatenation to the end of the record."""
        at = self.start + match.start()
        if match[1] == b"META":
            raise BodyFault("SEED004", "a metadata line must directly follow a header", at)
        if match[0].removesuffix(b"\r") != PRAGMA:
            raise BodyFault("SEED005", f"expected '<<<SEED 1>>>', found {quoted(match[0])}", at)
        for line in self.buffer[at : self.end].split(b"\n"):
            if line.removesuffix(b"\r") != PRAGMA and line.strip(b" \t\r"):
                if line.startswith(b"<<<META"):
                    return BodyFault("SEED004", "metadata before the first header of a part", at)
                return BodyFault("SEED001", f"text before the first header of a part: {quoted(line[:200])}", at)
            at += len(line) + 1
        return None


def look_alikes(buffer: bytes, start: int, body: Body, most: int) -> list[LookAlike]:
    """Return up to ``most`` things in a document, which begins at ``start``, that look like a line of the format."""
    found: list[LookAlike] = []
    first = body.start
    line = buffer[start : buffer.find(b"\n", start, first)]
    if match := _JOINED.search(line):
        message = f"a header or metadata in the middle of a line: {quoted(line)}"
        found.append(LookAlike(message, start + match.start(1), len(match[1]), b"\n"))
    text = buffer[first : body.stop]
    if most and (b"<" in text or is_begun(text)):
        found += islice(_headers(text, first, body.version), most)
        told = {miss.at for miss in found}
        found += islice((miss for miss in _damaged(text, first, body.version) if miss.at not in told), most)
    found += _marker(body)
    # Of a line one is told: the first, or one whose edit takes nothing away.
    lines = {
        buffer.rfind(b"\n", 0, miss.at): miss for miss in sorted(found, key=lambda miss: (not miss.length, -miss.at))
    }
    return sorted(lines.values(), key=lambda miss: miss.at)[:most]


def is_begun(buffer: bytes) -> bool:
    """Say whether anything may begin a header in brackets other than those of ASCII."""
    if buffer.isascii():
        return b"&" in buffer and any(some in buffer and after.search(buffer) for _, some, after in _OTHERS[-2:])
    return any(byte in buffer and some in buffer and after.search(buffer) for byte, some, after in _OTHERS)


def _headers(body: bytes, start: int, version: int) -> Iterator[LookAlike]:
    """Give headers and metadata that were mistyped or wrapped in something, and headers in the middle of a line."""
    told = set()
    for match in _LOOK_ALIKE.finditer(body) if is_begun(body) or (b"<" in body and _BEGUN.search(body)) else ():
        closer = _AFTER.search(match[2])
        inside = match[2][: closer.start()].decode("utf-8", "surrogateescape").strip() if closer else ""
        whole = match[0].removesuffix(b"\r")
        if match[1].upper() == b"META":
            corrected = f"<<<META {inside.replace('&quot;', chr(34))}>>>".encode("utf-8", "surrogateescape")
            if not match.start() and _is_of_the_format(corrected, version) and not whole.startswith(META):
                told.add(0)
                size, corrected = (len(whole), corrected) if version else (0, b"")
                yield LookAlike(
                    f"this line looks like metadata: {quoted(whole)}", start, size, corrected, _ABOUT_METADATA
                )
            continue
        fields = inside.split(None, 1)
        corrected = f"<<<FILE {' '.join(fields)}>>>".encode("utf-8", "surrogateescape")
        if len(fields) == 2 and _is_of_the_format(corrected, version):
            told.add(match.start())
            yield LookAlike(
                f"this line looks like a header: {quoted(whole)}", start + match.start(), len(whole), corrected
            )
    for match in _LINE_END.finditer(body):
        first = body.rfind(b"\n", 0, match.start()) + 1
        at = max(body.find(b"<<<FILE ", first + 1, match.start()), body.find(b"<<<SEED 1", first + 1, match.start()))
        if at < 0 or first in told:
            continue
        ahead = body[first:at]  # a zero byte alone is half of a line end in UTF-16: one byte too many
        if ahead.strip(b" \t\\<") and ahead != b"\0" and _is_header(body[at : match.start()]):
            message = f"a header in the middle of a line: {quoted(body[at : match.end()])}"
            yield LookAlike(message, start + at, 0, b"\n")


def _is_header(text: bytes) -> bool:
    """Say whether ``text``, without its closing brackets, is a header with two fields or the first line."""
    return text == b"<<<SEED 1" or len(text.split(b" ", 2)) == 3


def _damaged(body: bytes, start: int, version: int) -> Iterator[LookAlike]:
    """Give lines that would be lines of the format but for one byte at their beginning."""
    for match in _LINE_END.finditer(body):
        first = body.rfind(b"\n", 0, match.start()) + 1
        for at in range(first, max(first - len(FILE) - 2, -1), -1):  # the byte may be a line end
            if at and body[at - 1] != 0x0A:
                continue
            text = body[at : match.end()]
            for mark in _BEGINNINGS:
                size = _beginning(text, mark)
                if size >= 0 and (mark[3:7] != b"META" or (version and at == 0)):
                    whole = text.removesuffix(b"\r")
                    if _is_of_the_format(mark + whole[size:], version):
                        yield LookAlike(
                            f"this looks like a header or metadata: {quoted(whole)}", start + at, size, mark
                        )


def _beginning(text: bytes, mark: bytes) -> int:
    """Return the size of what ``text`` begins with, if it is ``mark`` but for one byte that is another, is missing or
    too many; otherwise -1.
    """
    # With one byte wrong, either the beginning is right or the rest is.
    if not text.startswith(mark[:4]) and not any(text.startswith(mark[4:], at) for at in (3, 4, 5)):
        return -1
    same = 0
    if text.startswith(b"\\<<<"):  # an escape
        return -1
    while same < len(mark) and text[same : same + 1] == mark[same : same + 1]:
        same += 1
    for more, rest in ((1, same + 1), (0, same + 1), (1, same)):
        if text.startswith(mark[rest:], same + more):
            return same + more + len(mark[rest:])
    return -1


def _marker(body: Body) -> Iterator[LookAlike]:
    """Give the end of a body that would be the end marker without spaces around it, or if one byte were another."""
    buffer, start, stop, end, version = body
    at, last = stop - len(MARKED), max(buffer.rfind(b"\n", start, stop - 1) + 1, start)
    if not version or stop != end or _ESCAPED.fullmatch(buffer, last, stop):
        return
    line = buffer[last:stop]
    if last > start and line.strip().lower() == MARKER.lower() and not _BARE_MARKER.match(line):
        what = f"the end of the text looks like an end marker: {quoted(line.rstrip())}"
        yield LookAlike(what, last - 1, stop - last + 1, MARKED, _ABOUT_MARKER)
    elif at >= start and sum(map(int.__ne__, buffer[at:stop], MARKED)) == 1:
        yield LookAlike("the end of the text looks like an end marker", at, len(MARKED), MARKED, _ABOUT_MARKER)


def _is_of_the_format(line: bytes, version: int) -> bool:
    try:
        if line.startswith(FILE):
            parse_header(line, version)
        elif line.startswith(META):
            check_metadata(line, USUAL)
        else:
            return line == PRAGMA
    except (HeaderFault, MetaFault, UnicodeDecodeError):
        return False
    return True
