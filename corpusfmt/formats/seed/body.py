"""A closer look at bodies that hold backslashes or angle brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from corpusfmt.core.text import quoted
from corpusfmt.formats.seed.grammar import MARKED, MARKER, PRAGMA, unescape

#: Lines of a version 1 body that only a writer other than ours, or a hand edit, leaves unescaped.
_BARE_MARKER: Final = re.compile(rb"^\\ No newline at end of file\r?$", re.M)
_SEED_OR_META: Final = re.compile(rb"^<<<(SEED|META)[^\n]*", re.M)
_SEED_LINE: Final = re.compile(rb"^<<<SEED[^\n]*", re.M)
#: Possessive throughout: what looks like a header may stand in a long line, many times.
_NEAR: Final = re.compile(
    rb"^[ \t]*+(?:<{2,4}+|(?:\xef\xbc\x9c){2,4}+|\xe3\x80\x8a)[ \t]*+(?i:file)[ \t]++([^\n]*+)$", re.M
)
_CLOSERS: Final = (b">>>>", b">>>", b">>", b"\xef\xbc\x9e" * 3, b"\xef\xbc\x9e" * 2, b"\xe3\x80\x8b")
_LINE_END: Final = re.compile(rb">>>\r?$", re.M)


class BodyFault(Exception):
    """A body is wrong at ``at``, an offset in the buffer. After a ``fatal`` one the rest cannot be read."""

    def __init__(self, code: str, message: str, at: int, hint: str = "", *, fatal: bool = False) -> None:
        super().__init__(message)
        self.code, self.message, self.at, self.hint, self.fatal = code, message, at, hint, fatal


class NearMiss(NamedTuple):
    """What looks like a header and is none: ``length`` bytes at ``at``, and what was meant."""

    message: str
    at: int
    length: int
    replacement: bytes


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
                f"a plain file has the line {quoted(match[0])}; what follows would be read by the wrong rules",
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
            data = data[: match.start()]
            data = data.removesuffix(MARKED) if data.endswith(MARKED) else data
        if b"\\" not in data:
            return data, after
        if MARKER in data and (match := _BARE_MARKER.search(data)):
            if match[0].endswith(b"\r"):
                message = "the end marker ends in CR: something has rewritten the line ends of this file"
            else:
                message = "the end marker is not at the end of the body"
            raise BodyFault("SEED006", message, self.start + match.start())
        return unescape(data), after

    def _next_part(self, match: re.Match[bytes]) -> BodyFault | None:
        """Check the lines from the pragma that begins the next part of a concatenation to the end of the record."""
        at = self.start + match.start()
        if match[1] == b"META":
            raise BodyFault("SEED004", "a metadata line stands right after a header only", at)
        if match[0].removesuffix(b"\r") != PRAGMA:
            raise BodyFault("SEED005", f"expected '<<<SEED 1>>>', found {quoted(match[0])}", at)
        for line in self.buffer[at : self.end].split(b"\n"):
            if line.removesuffix(b"\r") != PRAGMA and line.strip(b" \t\r"):
                if line.startswith(b"<<<META"):
                    return BodyFault("SEED004", "metadata before the first header of a part", at)
                return BodyFault("SEED001", f"text before the first header of a part: {quoted(line[:200])}", at)
            at += len(line) + 1
        return None


def near_misses(buffer: bytes, start: int, stop: int) -> Iterator[NearMiss]:
    """Give what stands in a body and looks like a header, in order."""
    body = buffer[start:stop]
    if b"<<" not in body and b"\xef\xbc\x9c\xef\xbc\x9c" not in body:
        return
    told = set()
    for match in _NEAR.finditer(body):
        inside = match[1].rstrip(b" \t\r")
        closer = next((mark for mark in _CLOSERS if inside.endswith(mark)), b"")
        fields = inside.removesuffix(closer).split(None, 1)
        if closer and len(fields) == 2:
            told.add(match.start())
            whole = match[0].removesuffix(b"\r")
            mended = b"<<<FILE %b %b>>>" % (fields[0], fields[1].rstrip())
            yield NearMiss(f"this line looks like a header: {quoted(whole)}", start + match.start(), len(whole), mended)
    for match in _LINE_END.finditer(body):
        first = body.rfind(b"\n", 0, match.start()) + 1
        at = max(body.find(b"<<<FILE ", first + 1, match.start()), body.find(b"<<<SEED 1", first + 1, match.start()))
        if at > 0 and first not in told and body[at - 1] not in b"\\<" and _is_header(body[at : match.start()]):
            message = f"a header in the middle of a line: {quoted(body[at : match.end()])}"
            yield NearMiss(message, start + at, 0, b"\n")


def _is_header(text: bytes) -> bool:
    """Say whether ``text``, without its closing brackets, is a header with two fields or the first line."""
    return text == b"<<<SEED 1" or len(text.split(b" ", 2)) == 3
