"""Framing: from a stream to records, strictly, one parse for reading, validating and fixing.

A record is a header, a block of just Content-Length bytes and two line ends (clause 4). Where that does not hold the
framer says what is wrong, looks for the next record and goes on. Blocks that are large and no text are skipped,
with their digests verified all the same. Nothing depends on how the stream was cut into pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from corpusfmt.formats.warc.broken_records import cut, junk, no_length, short, wrong_length
from corpusfmt.formats.warc.digests import parse_digest
from corpusfmt.formats.warc.header import (
    DRAFTS,
    Fault,
    Header,
    content_length,
    header_end,
    is_record_start,
    parse_header,
)
from corpusfmt.formats.warc.header_shapes import Shapes
from corpusfmt.formats.warc.members import AFTER, CLOSE, END, ENDS, HELD, LOOK, OVERLAP, Members, next_record
from corpusfmt.formats.warc.profile import NATIVE_TYPE
from corpusfmt.formats.warc.record import Record
from corpusfmt.formats.warc.skipping import pass_over
from corpusfmt.formats.warc.texts import PLAIN, USUAL_TYPES, is_wanted, text_type
from corpusfmt.formats.warc.verify import Verification, holds, quick_verify
from corpusfmt.limits import CHUNK, MAX_DOCUMENT, USUAL, Limits, sized
from corpusfmt.model.errors import ParseError
from corpusfmt.model.finding import Edit
from corpusfmt.model.format import Stream
from corpusfmt.model.limit_table import HIGHEST
from corpusfmt.text.display import quoted
from corpusfmt.text.position import Region
from corpusfmt.text.primitives import occurrences

#: The bytes of UTF-8 that continue a character.
_CONTINUE: Final = bytes(range(0x80, 0xC0))


class More(Exception):
    """So many bytes must be there, from the record at hand on, or the end of the stream."""

    def __init__(self, needed: int) -> None:
        self.needed = needed


class Window:
    """A run of bytes of a stream, and a position in it that only goes on.

    ``base`` is where the run begins in the stream. ``keep`` (a stream offset, or -1) holds on to what follows it.
    ``failure`` is what the file layer raised: the stream has then ended, and whoever reads it raises it again.
    """

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.buffer, self.base, self.at = b"", 0, 0
        #: The same run, with the number of its first line.
        self.region = Region(b"", 0, 1)
        self.ended = False
        self.failure: ParseError | None = None
        self.keep = -1

    def fill(self, needed: int) -> None:
        """Drop what was used, and read on until ``needed`` bytes stand from here on, or the stream ends."""
        cut = self.at if self.keep < 0 else min(self.at, self.keep - self.base)
        line = self.region.line + (occurrences(self.buffer[:cut], b"\n") if cut else 0)
        column = self._column(cut)
        held = [self.buffer[cut:]] if cut < len(self.buffer) else []
        size = len(self.buffer) - cut
        self.base += cut
        self.at -= cut
        enough = self.at + max(needed, CHUNK)
        while size < enough and (more := self._read()):
            held.append(more)
            size += len(more)
        self.buffer = held[0] if len(held) == 1 else b"".join(held)
        self.region = Region(self.buffer, self.base, line, column)

    def _column(self, cut: int) -> int:
        """Return the column of a region that begins at ``cut`` in the buffer."""
        start = self.buffer.rfind(b"\n", 0, cut) + 1
        rest = self.buffer[cut : cut + 3]
        stop = cut + len(rest) - len(rest.lstrip(_CONTINUE))  # not inside of a character
        before = len(self.buffer[start:stop].decode("utf-8", "surrogateescape")) - (stop - cut)
        return before if start else before + self.region.column

    def _read(self) -> bytes:
        if self.ended:
            return b""
        try:
            more = self.stream.read(CHUNK)
        except ParseError as error:
            self.failure, more = error, b""
        self.ended = not more
        return more

    def need(self, size: int) -> None:
        """Raise More unless so many bytes stand from here on, or the stream has ended."""
        if len(self.buffer) - self.at < size and not self.ended:
            raise More(size)


_FIRST: Final = b"WARC/1.1"


class _PassOver(Exception):
    """The block of this header is not to be held."""

    def __init__(self, header: Header, length: int, *, wanted: bool) -> None:
        self.header, self.length, self.wanted = header, length, wanted


class Framer(Window):
    """Gives the records of a stream."""

    def __init__(self, stream: Stream, limit: int, limits: Limits = USUAL, types: frozenset[str] = USUAL_TYPES) -> None:
        """``limit`` is that of a document; ``limits`` are those of headers; ``types`` the media types of documents."""
        super().__init__(stream)
        self.limit, self.limits, self._types = limit, limits, types
        self.members = Members(stream)
        #: Where a header began, where it ends or -1, and up to where that was looked for.
        self._header = 0, -1, 0
        self._shapes = Shapes(min(limits.header, limits.header_block))
        #: Whether the next record is to be looked for.
        self.seeking = False
        self._told_draft = False
        #: Nothing can be kept this time: a block is about to be skipped.
        self.leaving = False
        self.count = 0
        #: Takes what it can read by itself, from an offset in the buffer on; returns where that ends, and how many
        #: records it was.
        self.skim: Callable[[bytes, int], tuple[int, int]] | None = None

    def records(self) -> Iterator[Record | None]:
        """Give the records in order. None comes after some were skimmed, and before bytes leave the region: what was
        given is to be used by then.
        """
        while True:
            if not self.seeking:
                while True:
                    if self.skim is not None:
                        self.at, records = self.skim(self.buffer, self.at)
                        if records:
                            self.count += records
                            yield None
                            continue
                    if (quick := self._quick()) is None:
                        break
                    yield quick
            try:
                if self.seeking:
                    self._seek()
                if self.at >= len(self.buffer) and self.ended:
                    return
                record = self._frame()
                if record is None:  # the file layer has failed: it will say why
                    return
            except More as more:
                yield None
                self.fill(more.needed)
                continue
            except _PassOver as over:
                self.leaving = True
                yield None
                self.keep, self.leaving = -1, False
                record = pass_over(self, over.header, over.length, wanted=over.wanted)
                if record is None:
                    return
            if not self.seeking:
                self.at = record.stop - self.base
            yield record

    def _seek(self) -> None:
        """Go on to where a record may begin."""
        found = next_record(self.buffer, self.at)
        if found >= 0:
            self.at, self.seeking = found, False
            return
        if self.ended:
            self.at, self.seeking = len(self.buffer), False
            return
        self.at = max(self.at, len(self.buffer) - OVERLAP)
        raise More(2 * OVERLAP)

    # -- one record -------------------------------------------------------------------------------------

    def _quick(self) -> Record | None:
        """Frame the record at hand if all of it is there and nothing about it is unusual."""
        buffer = self.buffer
        matched = self._shapes.match(buffer, self.at)
        if matched is None:
            return None
        shape, fields, body = matched
        stop = body + int(fields["content-length"])
        if not buffer.startswith(b"\r\n\r\nWARC/", stop) or stop - body > min(HELD, self.limit):
            return None
        block = buffer[body:stop]
        if not quick_verify(fields, block, shape.type):
            return None
        start = self.base + self.at
        self.count += 1
        record = Record.__new__(Record)
        record.number, record.start, record.header = self.count, start, None
        record.type, record.fields, record.faults, record.block, record.context = shape.type, fields, [], block, None
        record.ends = True
        record.body, record.stop = self.base + body, self.base + stop + 4
        if self.members.compressed:
            record.raw = self.members.file_byte(start)
            self.members.record(record)
        else:
            record.raw = -1
        self.at = stop + 4
        return record

    def _frame(self) -> Record | None:
        """Frame the record at hand. None at a failure of the file layer. Raises More and _PassOver."""
        self.need(OVERLAP)
        buffer, at = self.buffer, self.at
        if (matched := self._shapes.match(buffer, at)) is not None:  # perhaps there is only too little of it
            length = int(matched[1]["content-length"])
            if length <= min(self.limit, HELD):
                self.need(matched[2] - at + length + AFTER)
        header = self._close_look(at)
        if not isinstance(header, Header):
            return header
        length = content_length(header)
        if length < 0:
            return no_length(self, header)
        body = at + header.size
        if length > min(self.limit, HELD):
            wanted = self._is_wanted(header, body)
            if length > self.limit or not wanted:
                raise _PassOver(header, length, wanted=wanted)
        self.need(header.size + length + AFTER)
        there = len(buffer) - body
        if there < length:
            return short(self, header, length)
        record = self.record(header)
        if self._ends(record, body, length):
            record.block = buffer[body : body + length]
            self.members.record(record)
            if not quick_verify(header.fields, record.block, header.type):
                wrong = Verification(header).of(record.block, record.start)
                if wrong:  # perhaps the line ends are part of the block: nothing is to be taken away
                    record.faults = [_presuming(fault) if fault.code == "WARC009" else fault for fault in record.faults]
                record.faults += wrong
        return record

    def header_of(self, record: Record) -> Header:
        """Return the header of a record that the region still has, looked at closely."""
        start = record.start - self.base
        head = self.buffer[start : record.body - self.base]
        return record.header or parse_header(head, record.start, self.limits.header)

    def record(self, header: Header | None, *faults: Fault) -> Record:
        """Make the record at hand."""
        self.count += 1
        start = self.base + self.at
        found = [*header.faults, *faults] if header else list(faults)
        record = Record(self.count, start, self.members.file_byte(start), header, found)
        record.body = record.stop = start + (header.size if header else 0)
        return record

    def _close_look(self, at: int) -> Header | Record | None:
        buffer, start = self.buffer, self.base + at
        if not is_record_start(buffer, at):
            if self._is_first_line_cut(at):
                return cut(self, None, "the file ends inside the first line of a record")
            return junk(self)
        end = self._header_end(at)
        if (end if end >= 0 else len(buffer)) - at > self.limits.header_block:
            what = f"the header of the record is longer than {sized(self.limits.header_block)}"
            fault = Fault("WARC005", what, start)
            record = self.record(None, fault)
            record.ends = False
            self.seeking, self.at = True, at + 1
            return record
        if end < 0:
            self.need(len(buffer) - at + 1)
            return cut(self, None, "the file ends inside the header of a record")
        if (inside := self._begins_inside(at, end)) >= 0:
            fault = Fault("WARC003", "the header has no end: another record begins inside it", self.base + inside)
            record = self.record(None, fault)
            record.stop = self.base + inside
            return record
        header = parse_header(buffer[at:end], start, self.limits.header)
        self._shapes.learn(buffer[at:end], header)
        if header.version in DRAFTS and not self._told_draft:
            self._told_draft = True
            what = f"the version WARC/{header.version.decode()} is a draft; the file is read as WARC/1.0"
            header.faults.append(Fault("WARC035", what, start))
        return header

    def _header_end(self, at: int) -> int:
        """Return the offset after the blank line that ends the header at ``at``, or -1 when it is not there.

        What was found is kept: headers may begin again and again before one blank line, or none.
        """
        begun, end, seen = self._header
        start = self.base + at
        if not begun <= start < end:
            search = max(at, seen - 2 - self.base) if end < 0 and begun <= start else at
            end = header_end(self.buffer, search)
            end += self.base if end >= 0 else 0
            self._header = start, end, self.base + len(self.buffer)
        return end - self.base if end >= 0 else -1

    def _begins_inside(self, at: int, end: int) -> int:
        """Return the offset of a record that begins inside the header from ``at`` to ``end``, or -1.

        It does where its first line is a line of the header, which has no colon. Inside a line it does where something
        else is wrong not far behind.
        """
        begin = next_record(self.buffer, at + len(_FIRST), end)
        if begin < 0:
            return -1
        if self.buffer[begin - 1] == 0x0A:
            return begin
        head = self.buffer[at : min(end, begin + CLOSE)]
        faults = parse_header(head, self.base + at, self.limits.header).faults
        return begin if any(fault.code in ("WARC003", "WARC007") for fault in faults) else -1

    def _is_first_line_cut(self, at: int) -> bool:
        """Say whether the stream ends in what may be the first line of a record."""
        return self.ended and _FIRST.startswith(self.buffer[at : at + len(_FIRST)])

    def _is_wanted(self, header: Header, body: int) -> bool:
        """Say whether a large block may be a text or its metadata, from what the header and the first bytes say."""
        if header.type == "metadata":
            return header.fields.get("content-type", b"").lower().startswith(NATIVE_TYPE)
        if header.type not in ("resource", "conversion", "response"):
            return False
        size = LOOK
        self.need(header.size + size)
        if header.type == "response" and header_end(self.buffer[: body + size], body) < 0:  # a long header of HTTP
            size = self.limits.header_block + LOOK
            self.need(header.size + size)
        kind = text_type(header.type, header.fields, self.buffer[body : body + size], self.limits, self._types)
        return is_wanted(kind, self._types) or (kind == PLAIN and header.type != "response")  # it may be native

    def _ends(self, record: Record, body: int, length: int) -> bool:
        """Look at what follows the block of ``length`` at ``body``. Say whether the block is what it says."""
        buffer, at = self.buffer, body + length
        if buffer.startswith(b"\r\n\r\nWARC/", at):
            record.stop = self.base + at + len(END)
            return True
        run = ENDS.match(buffer, at)
        assert run is not None
        after = run.end()
        if is_record_start(buffer, after) or after == len(buffer) or self._is_first_line_cut(after):
            record.stop = self.base + after
            if run[0] == END:
                return True
            byte = self.base + at
            if self.failure is None or after < len(buffer):
                where = " at the end of the file" if after == len(buffer) else ""
                what = f"expected two line ends (CR LF) after the block, found {quoted(run[0])}{where}"
                # What is taken away may be the end of the block: only a digest tells that it is not.
                digest = parse_digest(record.fields.get("warc-block-digest", b""))
                safe = len(run[0]) <= len(END) or (digest.value is not None and holds(digest, buffer[body:at]))
                record.faults.append(Fault("WARC009", what, byte, edit=Edit(byte, len(run[0]), END, safe)))
            return True
        if run[0] == END and self._vouched(record, buffer[body:at], after):  # what follows is not its affair
            record.stop = self.base + after
            return True
        wrong_length(self, record, f"Content-Length says {length}, but no record ends there", self.base + at)
        return False

    def _vouched(self, record: Record, block: bytes, after: int) -> bool:
        """Say whether a digest, or a member that begins after it, shows that a block has the right length."""
        digest = parse_digest(record.fields.get("warc-block-digest", b""))
        if digest.value is not None:
            return holds(digest, block)
        return self.members.holds(record.start, self.base + after)


def _presuming(fault: Fault) -> Fault:
    """Return a fault whose edit is no longer known to be right."""
    assert fault.edit is not None
    return fault._replace(edit=fault.edit._replace(safe=False))


def record_ends(stream: Stream) -> Iterator[int]:
    """Give the stream offsets where one record ends and the next begins, refused ones too."""
    last = 0
    for record in Framer(stream, MAX_DOCUMENT, HIGHEST).records():
        if record is not None and record.framed and record.start > last:
            last = record.start
            yield last
