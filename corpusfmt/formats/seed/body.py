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
_NEAR: Final = re.compile(
    rb"^[ \t]*+(?:<{2,4}|(?:\xef\xbc\x9c){2,4}|\xe3\x80\x8a)[ \t]*+(?i:file)[ \t]+([^ \t\n]+)[ \t]+([^\n]*?)[ \t]*"
    rb"(?:>{2,4}|(?:\xef\xbc\x9e){2,4}|\xe3\x80\x8b)[ \t]*\r?$",
    re.M,
)
_MID_LINE: Final = re.compile(rb"(?<=[^\n\\<])<<<(?:FILE [^ \t\n]+ [^\n]*|SEED 1)>>>\r?$", re.M)


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
    lines = list(_NEAR.finditer(body))
    for match in lines:
        whole = match[0].removesuffix(b"\r")
        mended = b"<<<FILE %b %b>>>" % (match[1], match[2])
        yield NearMiss(f"this line looks like a header: {quoted(whole)}", start + match.start(), len(whole), mended)
    told = {match.end() for match in lines}
    for match in _MID_LINE.finditer(body):
        if match.end() not in told:
            message = f"a header in the middle of a line: {quoted(match[0])}"
            yield NearMiss(message, start + match.start(), 0, b"\n")
