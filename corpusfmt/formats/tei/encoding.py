"""Reading XML in any encoding as UTF-8 (XML 1.0, section 4.3.3 and appendix F)."""

from __future__ import annotations

import re
from bisect import bisect_right
from codecs import getincrementaldecoder
from typing import Final

from corpusfmt.limits import CHUNK
from corpusfmt.model.format import Stream
from corpusfmt.text.declared import XML_DECLARATION
from corpusfmt.text.display import BOM, MULTIBYTE, WIDE_MARKS, charset, quoted, wide_encoding
from corpusfmt.text.primitives import first_invalid_utf8

_BEYOND: Final = re.compile(rb"[\x80-\xff]")
_HEAD: Final = 1024
_WIDE: Final = {"UTF-16LE": "utf-16-le", "UTF-16BE": "utf-16-be", "UTF-32LE": "utf-32-le", "UTF-32BE": "utf-32-be"}


class Undecodable(Exception):
    """The source is not in the encoding that it declares, at its byte ``at``, or declares one that nobody knows."""

    def __init__(self, message: str, at: int, head: bytes = b"") -> None:
        super().__init__(message)
        self.message, self.at = message, at
        #: The head of the source, when the fault is in it and nothing was read.
        self.head = head


class Decoded:
    """A stream in UTF-8, whatever it was. ``encoding`` is empty when the source is in UTF-8: then nothing was done."""

    def __init__(self, stream: Stream, forced: str | None = None) -> None:
        """``forced`` is an encoding that is taken whatever the source declares."""
        self._stream = stream
        self._held = _head(stream)
        self.encoding = ""
        self._failure: Undecodable | None = None
        self._ascii, self._source = False, 0
        #: Where pieces begin in the source and in UTF-8, for ``source_byte``.
        self._marks: list[tuple[int, int]] = [(0, 0)]
        #: Whether all of a source in a single-byte encoding may be UTF-8 so far, and the first byte beyond ASCII.
        self._utf8_decoder = getincrementaldecoder("utf-8")("strict")
        self._maybe_utf8, self._beyond = False, -1
        try:
            if forced is None:
                self.encoding = encoding_of(self._held)
                if self.encoding == "ascii":  # UTF-8 of another name, up to a byte that is none
                    self.encoding, self._ascii = "", True
                self._maybe_utf8 = bool(self.encoding) and not self.encoding.startswith(MULTIBYTE)
            elif forced != "utf-8":
                self.encoding = forced
        except Undecodable as error:
            self._failure = error
        if self.encoding:
            self._decoder = getincrementaldecoder(self.encoding)("strict")
            mark = next((mark for mark, _ in WIDE_MARKS if self._held.startswith(mark)), b"")
            self._start = self._held = self._held[len(mark) :]
            self._marks = [(len(mark), 0)]
            self._source, self._utf8 = len(mark), 0

    def read(self) -> bytes:
        """Return the next piece in UTF-8; none at the end. Raises Undecodable, after all that could be read."""
        if self._failure is not None:
            raise self._failure
        if not self.encoding:
            piece, self._held = self._held or self._stream.read(CHUNK), b""
            return self._in_ascii(piece) if self._ascii else piece
        while True:
            raw, self._held = self._held or self._stream.read(CHUNK), b""
            self._look(raw)
            pending = len(self._decoder.getstate()[0])
            try:
                text = self._decoder.decode(raw, not raw)
            except UnicodeDecodeError as error:
                at = self._source - pending + error.start
                what = (
                    f"byte 0x{error.object[error.start]:02x} is not valid in {self.encoding}, the encoding of the file"
                )
                self._failure = Undecodable(what, at)
                text = error.object[: error.start].decode(self.encoding)
            self._source += len(raw)
            piece = text.encode("utf-8", "surrogatepass")
            if piece:
                self._utf8 += len(piece)
                self._marks.append((self._source - len(self._decoder.getstate()[0]), self._utf8))
                return piece
            if self._failure is not None:
                raise self._failure
            if not raw:
                if self._maybe_utf8 and self._beyond >= 0:
                    self._maybe_utf8 = False
                    what = f"the file declares {self.encoding.upper()}, but is UTF-8"
                    raise Undecodable(what, self._beyond, self._start if self._beyond < len(self._start) else b"")
                return b""

    def _in_ascii(self, piece: bytes) -> bytes:
        """Return a piece up to a byte that is not ASCII, where that was declared. Raises Undecodable."""
        if found := _BEYOND.search(piece):
            what = f"byte 0x{found[0].hex()} is not in US-ASCII, which the file declares"
            self._failure = Undecodable(what, self._source + found.start())
            piece = piece[: found.start()]
            if not piece:
                raise self._failure
        self._source += len(piece)
        return piece

    def _look(self, raw: bytes) -> None:
        """Look at whether a source that declares a single-byte encoding is in UTF-8: it is no accident."""
        if not self._maybe_utf8:
            return
        try:
            self._utf8_decoder.decode(raw, not raw)
        except UnicodeDecodeError:
            self._maybe_utf8 = False
        if self._beyond < 0 and (found := _BEYOND.search(raw)):
            self._beyond = self._source + found.start()

    def source_byte(self, byte: int, buffer: bytes, base: int) -> int:
        """Return the offset in the source of an offset in UTF-8. ``buffer`` holds the UTF-8 from ``base`` on."""
        source, start = self._marks[self._mark(byte)]
        passed = buffer[start - base : byte - base].decode("utf-8", "ignore")
        return source + len(passed.encode(self.encoding, "ignore"))

    def forget(self, before: int) -> None:
        """Let go of what tells where an offset in UTF-8 is that lies before another."""
        del self._marks[: self._mark(before)]

    def _mark(self, byte: int) -> int:
        return max(0, bisect_right(self._marks, byte, key=lambda mark: mark[1]) - 1)


def _head(stream: Stream) -> bytes:
    head = b""
    while len(head) < _HEAD and (more := stream.read(CHUNK)):
        head += more
    return head


def encoding_of(head: bytes) -> str:
    """Return Python's name of the encoding of an XML file that begins with ``head``; nothing for UTF-8.

    Raises Undecodable.
    """
    wide = wide_encoding(head)
    if wide is not None:
        return _WIDE[wide]
    match = XML_DECLARATION.match(head.removeprefix(BOM))
    if match is None:
        return ""
    at = match.start(1) + (len(BOM) if head.startswith(BOM) else 0)
    name = match[1].decode("ascii", "replace")
    try:
        found = charset(name)
    except LookupError:
        raise Undecodable(f"the file declares the encoding {quoted(name)}, which is unknown", at, head) from None
    if found is None:
        return ""
    if head.startswith(BOM):
        raise Undecodable(f"the file declares {quoted(name)} but begins with the byte order mark of UTF-8", at, head)
    if found.startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
        bad = first_invalid_utf8(head[:_HEAD])
        what = "begins in UTF-8" if not 0 <= bad < len(head[:_HEAD]) - 3 else "has another encoding"
        raise Undecodable(f"the file declares {quoted(name)}, but {what}", at, head)
    return found


def declared_utf8(buffer: bytes) -> bytes:
    """Return an XML document that was brought to UTF-8 with a declaration that says so."""
    match = XML_DECLARATION.match(buffer)
    return buffer if match is None else buffer[: match.start(1)] + b"UTF-8" + buffer[match.end(1) :]
