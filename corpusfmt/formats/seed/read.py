"""Reading seed files: one parse, for reading and for validating."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from corpusfmt.formats.seed.body import Body, BodyFault, is_begun, look_alikes
from corpusfmt.formats.seed.delimiters import has_ends
from corpusfmt.formats.seed.faults import BY_CODE
from corpusfmt.formats.seed.grammar import (
    BOUNDARY,
    FILE,
    MARKED,
    MARKER,
    META,
    PRAGMA,
    HeaderFault,
    parse_header,
)
from corpusfmt.formats.seed.metadata import MetaFault, check_metadata
from corpusfmt.formats.seed.offsets import BLANK, heads, resync
from corpusfmt.formats.seed.traces import (
    CONFLICT_END,
    Conflict,
    Trace,
    at_the_end,
    is_spelled,
    of_other_bundles,
    of_version1,
)
from corpusfmt.limits import CHUNK, HEAD, bounded
from corpusfmt.model.collector import Collector
from corpusfmt.model.document import Document, build
from corpusfmt.model.finding import Edit
from corpusfmt.model.format import Batch, ReadOptions, Stream
from corpusfmt.model.ids import make_id
from corpusfmt.model.metadata import EMPTY
from corpusfmt.model.regions import Piece, pieces
from corpusfmt.model.rows import MOST_ODD, WORTHWHILE, Rows, Values
from corpusfmt.text.display import BOM, marked, quoted, transcoding, wide_encoding
from corpusfmt.text.kernel import KERNEL
from corpusfmt.text.position import Region
from corpusfmt.text.primitives import first_invalid_utf8, occurrences

#: The lines that a header goes on in, where it was wrapped, up to its end.
_WRAPPED: Final = re.compile(rb"\n([^<>\n]{0,200}(?:\n[^<>\n]{0,200}){0,2}?)>>>[ \t]*+(?=\r?(?:\n|\Z))")
_BLANKS: Final = re.compile(rb"(?:[ \t\r]*+\n)++")


def scan(stream: Stream, options: ReadOptions) -> Iterator[Batch]:
    """Give the documents and faults of a seed file, in order."""
    return _Scan(stream, options).run()


class _Stop(Exception):
    """The rest of the source cannot be read. Carries the last batch."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch


class _Scan:
    """The state of one scan: which dialect, and what has been collected for the next batch."""

    def __init__(self, stream: Stream, options: ReadOptions) -> None:
        self.stream, self.options, self.path = stream, options, stream.name
        self.limits = options.limits
        head = (options.resumed or b"").removeprefix(BOM).lstrip(BLANK)
        self.version = int(head.startswith(PRAGMA))
        #: Whether the dialect is to be seen from what the stream holds, which begins amid the source.
        self.guessing = options.resumed is not None and not head.startswith((PRAGMA, FILE))
        self.passed = -1  # where the last thing ends that was not read: a document that is too large, or no document
        self.out = Collector(stream.name, BY_CODE, options)
        self.after: BodyFault | None = None
        self.conflict = Conflict()

    def run(self) -> Iterator[Batch]:
        try:
            head = self._prologue()
            yield from self.out.flush()
            for piece in pieces(self.stream, head, BOUNDARY, self.options.max_document):
                self.out.region = piece.region
                yield from self._piece(piece)
            self._check_end()
            if not self.out.any:
                self.out.find(
                    "SEED013", "the file has no documents", self.out.region.offset + len(self.out.region.buffer)
                )
            yield from self.out.flush()
        except _Stop as stop:
            yield stop.batch

    def _check_end(self) -> None:
        """Remark on what stands after the last text, and on a version 1 file that stops in the middle of a line: all
        writers end the last one.

        What was not read may not be at hand up to its end.
        """
        buffer, offset, _, _ = self.out.region
        if self.passed >= offset + len(buffer):
            return
        if self.out.any and buffer:
            body = buffer.find(b"\n", buffer.rfind(BOUNDARY) + 1) + 1 or len(buffer)
            self._tell(at_the_end(buffer[body:], body))
        if self.version and buffer and buffer[-1] != 0x0A and not buffer.endswith(MARKED[:-1]):
            header = buffer.startswith(FILE, buffer.rfind(b"\n") + 1)
            edit = Edit(offset + len(buffer), 0, b"\n" if header else MARKED)
            self.out.find("SEED015", "the file ends in the middle of a line", offset + len(buffer), edit=edit)

    def _fatal(self, code: str, message: str, byte: int, hint: str = "") -> _Stop:
        self.out.find(code, message, byte, hint)
        return _Stop(self.out.batch(self.out.region.buffer, cut=True, fatal=True))

    # -- before the first document --------------------------------------------------------------------

    def _prologue(self) -> Region:
        """Read line by line up to the first that is neither blank nor a pragma. Return what was read from there on."""
        buffer = b""
        while len(buffer) < (HEAD if self.guessing else 4) and (more := self.stream.read(CHUNK)):
            buffer += more
        if self.guessing:
            self.version = int(bool(heads(buffer[:HEAD])))
        self.out.region = Region(buffer, 0, 1)
        if wide := wide_encoding(buffer):
            hint = (
                f"'corpusfmt fix' converts a file to UTF-8; or {transcoding(buffer)}"
                if marked(buffer)
                else transcoding(buffer)
            )
            raise self._fatal("SEED007", f"the file is in {wide}", 0, hint)
        if buffer.startswith(BOM):
            self.out.find("SEED008", "byte order mark at the start", 0, edit=Edit(0, len(BOM), b""))
        offset, line = (len(BOM), 1) if buffer.startswith(BOM) else (0, 1)
        rest, begun = buffer[offset:], False
        while True:
            while b"\n" not in rest and len(rest) <= self.limits.header and (more := self.stream.read(CHUNK)):
                rest += more
            text = rest[: rest.find(b"\n") + 1] or rest
            if text.startswith(b"<<<SEED") and (self.version or not begun):
                self.out.region = Region(rest, offset, line)
                self._pragma(text, offset)
            elif not text or text.strip(BLANK):
                self.out.region = Region(rest, offset, line)
                return self.out.region
            begun = begun or bool(text.strip(BLANK))
            if not text.strip(BLANK):  # there may be millions of blank lines
                blank = _BLANKS.match(rest)
                text = blank[0] if blank else text
            offset, line, rest = offset + len(text), line + text.count(b"\n"), rest[len(text) :]

    def _pragma(self, text: bytes, at: int) -> None:
        line = text.removesuffix(b"\n").removesuffix(b"\r")
        if line != PRAGMA:
            raise self._fatal("SEED005", f"expected '<<<SEED 1>>>', found {quoted(line)}", at)
        self.version = 1

    # -- documents --------------------------------------------------------------------------------------

    def _piece(self, piece: Piece) -> Iterator[Batch]:
        buffer, offset, line, _ = piece.region
        first = 0
        if not buffer.startswith(FILE):  # only before the first header of the file
            first = resync(buffer, 0)
            before = buffer if first < 0 else buffer[:first]
            self._tell(self.conflict.marks(before, 0))
            if self.version and before.startswith(b"<<<META"):
                self.out.find("SEED004", "metadata before the first header", offset)
            else:
                self.out.find("SEED001", f"text before the first header: {quoted(before[:200])}", offset)
            yield from self.out.flush(before, cut=len(before) == len(buffer) < piece.skipped)
            if first < 0:
                self.passed = offset + max(len(buffer), piece.skipped)
                return
        if piece.skipped:
            self._too_large(offset, piece.skipped)
            yield from self.out.flush(buffer, cut=len(buffer) < piece.skipped)
            return
        counting = self.options.lines
        line = line + buffer.count(b"\n", 0, first) if counting else 0
        odd, by_kernel = 0, not is_begun(buffer)
        while odd < MOST_ODD:
            rows, stop = self._rows(buffer, first, line) if by_kernel else (None, first)
            if rows:
                yield from self.out.rows(rows)
            following = buffer.find(BOUNDARY, stop) + 1
            if counting and first < stop < len(buffer):
                line += buffer.count(b"\n", first, stop)
            first = stop
            if rows is None or not following:
                break
            odd += len(rows) < WORTHWHILE
            yield from self._documents(buffer, first, following, line)
            if counting:
                line += buffer.count(b"\n", first, following)
            first = following
        yield from self._documents(buffer, first, len(buffer), line)

    def _documents(self, buffer: bytes, first: int, last: int, line: int) -> Iterator[Batch]:
        """Read the documents of a part of a region, which begins in a line, and give them in batches."""
        offset, counting = self.out.region.offset, self.options.lines
        spans, odd = self._spans(buffer, first, last)
        counts = self.out.counts
        for start, header, body, stop, end in spans:
            counted = False
            try:
                document = self._document(buffer, start, header, body, stop, end, line, odd)
            except HeaderFault as fault:
                counted = self.after is None and counts("SEED002" if fault.one_field is None else "SEED003")
                if not counted:
                    self._header_fault(fault, start, header, end)
            except UnicodeDecodeError:
                if not (counted := counts("SEED014")):
                    line_bytes = buffer[start:header]
                    byte = offset + start + first_invalid_utf8(line_bytes)
                    self.out.find("SEED014", f"the header is not UTF-8: {quoted(line_bytes)}", byte)
            except MetaFault as fault:
                if not (counted := counts("SEED004")):
                    self.out.find("SEED004", fault.message, offset + header + 1 + fault.at)
            except BodyFault as fault:
                self.out.find(fault.code, fault.message, offset + fault.at, fault.hint)
                if fault.fatal:
                    raise _Stop(self.out.batch(buffer[start:end], fatal=True)) from None
            else:
                if document is not None:
                    self.out.documents.append(document)
                if self.after is not None:
                    after, self.after = self.after, None
                    self.out.find(after.code, after.message, offset + after.at, after.hint)
                    yield from self.out.flush(buffer[after.at : end])
                else:
                    counted = document is not None
            if not counted:
                yield from self.out.flush(buffer[start:end])
            if counting:
                line += occurrences(buffer[start:end], b"\n")
        yield from self.out.flush()

    def _rows(self, buffer: bytes, first: int, line: int) -> tuple[Rows | None, int]:
        """Cut a region into rows, as far as that is asked for and nothing needs a closer look. Return where that is."""
        options, limits = self.options, self.limits
        if KERNEL is None or options.encoding or self.conflict.is_open:
            return None, first
        most = bounded(limits.header, options.max_document, limits.metadata)
        table, arena, stop = KERNEL.seed_rows(buffer, first, line, self.version, min(limits.depth // 2 - 1, 64), *most)
        return Rows(Values(buffer, arena, table), self.path, self.out.region.offset), stop

    def _spans(self, buffer: bytes, first: int, last: int) -> tuple[list[tuple[int, int, int, int, int]], bool]:
        """Cut a part of a region into documents: start, end of the header line, start and stop of the body, end.

        Also say whether anything in it needs a closer look: a backslash or an angle bracket that no
        header, metadata line or end marker accounts for. Most regions have none, and are done with.
        """
        spans = []
        at, size, version = first, len(buffer), self.version
        brackets = slashes = 0
        while at < last:
            following = buffer.find(BOUNDARY, at)
            end = following + 1 if following >= 0 else size
            header = buffer.find(b"\n", at, end)
            if header < 0:
                header = end
            body = min(header + 1, end)
            stop = end
            brackets += 3
            if version:
                if buffer.startswith(META, body):
                    line_end = buffer.find(b"\n", body, end)
                    brackets += buffer.count(b"<", body, line_end if line_end >= 0 else end)
                    slashes += buffer.count(b"\\", body, line_end if line_end >= 0 else end)
                    body = line_end + 1 if line_end >= 0 else end
                if buffer.endswith(MARKED, body, end):
                    stop = end - len(MARKED)
                    slashes += 1
                elif end == size and buffer.endswith(MARKED[:-1], body, end):
                    stop = end - len(MARKED) + 1
                    slashes += 1
                elif buffer.endswith(b" No newline at end of file\n", body, end):
                    slashes -= 1  # a marker with another byte for its backslash needs a closer look
            spans.append((at, header, body, stop, end))
            at = end
        rest = buffer[first:last]
        odd = occurrences(rest, b"<") != brackets or (version == 1 and occurrences(rest, b"\\") != slashes)
        odd = odd or self._may_be_odd(rest)
        return spans, odd or (not version and b"\\" in rest and MARKER in rest)

    def _may_be_odd(self, buffer: bytes) -> bool:
        """Say whether a region may have a line to report that no angle bracket or backslash tells of."""
        return self.conflict.is_open or CONFLICT_END in buffer or is_begun(buffer) or has_ends(buffer)

    def _document(
        self, buffer: bytes, start: int, header: int, body: int, stop: int, end: int, line: int, odd: bool
    ) -> Document | None:
        offset = self.out.region.offset
        if end - start > self.options.max_document:
            self._too_large(offset + start, end - start)
            return None
        if odd:  # before anything else: a near miss explains a fault that follows
            whole = Body(buffer, body, stop, end, self.version)
            for miss in look_alikes(buffer, start, whole, self.out.room("SEED009")):
                edit = None
                if miss.length or miss.replacement:
                    edit = Edit(offset + miss.at, miss.length, miss.replacement, safe=False)
                self.out.find("SEED009", miss.message, offset + miss.at, miss.hint, edit)
            text = buffer[body:stop]
            self._tell(of_other_bundles(text, body))
            self._tell(self.conflict.marks(text, body))
        if header - start >= self.limits.header:
            self.out.find("SEED011", f"the header is longer than {self.limits.header} bytes", offset + start)
            return None
        text = buffer[start + 8 : header]
        if (
            text.endswith(b">>>")
            and b'"' not in text
            and b"\t" not in text
            and buffer[start + 7] == 0x20
            and text[0] != 0x3D
        ):
            identifier: str | int | None
            identifier, space, name = text[:-3].decode("utf-8").partition(" ")
            if not space or not identifier:
                identifier, name = self._slow_header(buffer[start:header], offset + start)
        else:
            identifier, name = self._slow_header(buffer[start:header], offset + start)
        meta = EMPTY
        if body > header + 1 and header < end:
            meta = self._metadata(buffer[header + 1 : body], offset + header + 1, identifier)
        data = buffer[body:stop]
        if odd and not self.version:
            self._tell(of_version1(data, body))
        if odd:
            data, self.after = Body(buffer, body, stop, end, self.version).checked()
        if identifier is None:
            number = self.out.region.line + buffer.count(b"\n", 0, start)
            identifier = make_id(str(self.options.id_from), name, number, data)
            if not identifier:
                raise HeaderFault(
                    f"no id can be created from the empty name in {quoted(buffer[start:header])}", one_field=""
                )
        return build(
            identifier, name, data, self.options.encoding, meta, (self.path, offset + start, line, offset + body)
        )

    def _tell(self, traces: Iterator[Trace]) -> None:
        for code, message, at in traces:
            self.out.find(code, message, self.out.region.offset + at)

    def _slow_header(self, line: bytes, at: int) -> tuple[str | int | None, str]:
        """Read a header of any shape, which begins at the byte ``at``. The id is None where it is to be made."""
        try:
            found = parse_header(line, self.version)
            if not self.version and is_spelled(line):
                self.out.find("SEED016", f"a plain file has a header of version 1: {quoted(line)}", at)
            return found
        except HeaderFault as fault:
            if fault.one_field is None or not self.options.id_from:
                raise
            return None, fault.one_field

    def _metadata(self, line: bytes, byte: int, identifier: str | int | None) -> bytes:
        raw, notes = check_metadata(line, self.limits)
        for message, at in notes:
            self.out.find("SEED012", message, byte + at, id=identifier)
        return raw

    def _header_fault(self, fault: HeaderFault, start: int, header: int, end: int) -> None:
        byte = self.out.region.offset + start
        code = "SEED003" if fault.one_field is not None else "SEED002"
        buffer = self.out.region.buffer
        line = buffer[start:header].removesuffix(b"\r")
        edit = None
        if not line.rstrip(b" \t").endswith(b">") and (wrapped := _WRAPPED.match(buffer, header, end)):
            parts = [line, *wrapped[1].split(b"\n")]
            corrected = b" ".join([part.strip(b" \t\r") for part in parts]).rstrip() + b">>>"
            if corrected.startswith(FILE + b" ") and len(corrected.split(b" ")) > 2:
                edit = Edit(byte, wrapped.end() - start, corrected, safe=False)
            hint = "the header continues on the next line; write it on one line"
            self.out.find(code, fault.message, byte, hint, edit)
            return
        if code == "SEED002" and line.startswith(FILE + b" ") and len(line.split(b" ")) > 2:
            corrected = line.rstrip(b" \t").rstrip(b">") + b">>>"
            edit = Edit(byte, len(line), corrected, safe=False) if corrected != line else None
        hint = fault.hint
        if not hint and code == "SEED002" and self.version:
            hint = "write '<<<FILE id name>>>'; to keep the line as text, write a backslash before it"
        self.out.find(code, fault.message, byte, hint, edit)

    def _too_large(self, byte: int, size: int) -> None:
        limit = self.options.max_document
        self.passed = byte + size
        self.out.find("SEED010", f"the document has {size} bytes; the limit is {limit}", byte)
