"""Reading JSON Lines: one parse, for reading and for validating."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

import msgspec

from corpusfmt.formats.jsonl.damage import Explanation, Part, fragment, holed, in_wide, is_fragment, parts, several
from corpusfmt.formats.jsonl.faults import BY_CODE
from corpusfmt.formats.jsonl.layouts import layout_of
from corpusfmt.formats.jsonl.offsets import has_narrow, is_binary
from corpusfmt.formats.jsonl.record import (
    NATIVE,
    Ambiguous,
    Fields,
    Place,
    RecordFault,
    document_of,
    native_document,
)
from corpusfmt.limits import CHUNK, HEAD, MIB, bounded
from corpusfmt.model.collector import Collector
from corpusfmt.model.document import Document
from corpusfmt.model.finding import Edit, Finding
from corpusfmt.model.format import Batch, ReadOptions, Stream
from corpusfmt.model.json_objects import is_canonical, surrogates, too_deep
from corpusfmt.model.regions import pieces
from corpusfmt.model.rows import MOST_ODD, WORTHWHILE, Rows, Values
from corpusfmt.text.display import BOM, marked, quoted, transcoding, wide_encoding
from corpusfmt.text.json_facts import duplicates, has_surrogate, lone_surrogate, members, strings
from corpusfmt.text.json_reader import JSONFault, Node, parse
from corpusfmt.text.kernel import KERNEL
from corpusfmt.text.likely_encoding import likely_encoding, name_of
from corpusfmt.text.position import Region
from corpusfmt.text.primitives import first_invalid_utf8, is_utf8
from corpusfmt.text.utf8 import described, in_utf8, is_certain, respelled

_ARRAY: Final = "a JSON array is not JSON Lines; write one object a line: jq -c '.[]' OLD > NEW"
#: What records have that are in another layout; so many of them at the beginning are enough, and so many bytes.
_ABOUT_LAYOUT: Final = frozenset({"JSONL005", "JSONL006", "JSONL007", "JSONL008"})
_ENOUGH: Final = 100
_HELD: Final = 64 * MIB
#: Of so many sets of keys it is kept how records with them are spaced.
_LAYOUTS_KEPT: Final = 64
#: For so many lines it is worked out which encoding they are likely to be in.
_ASKED: Final = 20
#: The code of a record of which a key repeats.
_REPEATED: Final = "JSONL004"
_BLANK: Final = b" \t\r\n"
_BLANKS: Final = re.compile(rb"(?:[ \t\r]*+\n)++")


class _Blanks(NamedTuple):
    """A run of blank lines: where it begins and ends in the stream, what is near its beginning, how many lines."""

    start: int
    stop: int
    context: Region
    lines: int


_RESPELL: Final = "'corpusfmt fix --unsafe-fixes' writes these sequences as UTF-8"


def scan(stream: Stream, options: ReadOptions) -> Iterator[Batch]:
    """Give the documents and faults of a JSON Lines file, in order. Raises ConfigurationError."""
    return _unless_laid_out_otherwise(_Scan(stream, options).run())


def _unless_laid_out_otherwise(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Give what a scan gives; but one finding alone where the layout fits none of the first records (JSONL021)."""
    held: list[Batch] = []
    size = 0
    for batch in batches:
        held.append(batch)
        size += len(batch.refused)
        about_layout = len(batch.findings) == 1 and batch.findings[0].code in _ABOUT_LAYOUT
        if batch.documents or not about_layout or size > _HELD:
            break
        if len(held) == _ENOUGH:
            yield held[0]._replace(findings=[_about_layout(held[0].findings[0])], fatal=True)
            return
    yield from held
    yield from batches


def _about_layout(first: Finding) -> Finding:
    rule = BY_CODE["JSONL021"]
    what = f"none of the first {_ENOUGH} records fits the layout: {first.message}; the rest of the file is not read"
    return first._replace(code=rule.code, message=what)


class _Scan:
    """The state of one scan: the layout, and what has been collected for the next batch."""

    def __init__(self, stream: Stream, options: ReadOptions) -> None:
        self.stream, self.options, self.path = stream, options, stream.name
        self.layout = layout_of(options.own)
        self.decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
        told = max(options.told, _ENOUGH) if options.told else 0  # as many as tell that the layout is another one
        self.out = Collector(stream.name, BY_CODE, options._replace(told=told))
        self.blanks: _Blanks | None = None
        self.is_native = self.layout.name == "native"
        self.keys = [key.encode("utf-8", "surrogatepass") for key in self.layout[1:]]
        self.quick = self._native if self.is_native else self._mapped
        #: What stands around the values of records with these keys in this order, as it was seen to be, with
        #: nothing for each value.
        self.around: dict[tuple[str, ...], list[bytes]] = {}
        #: Whether a document was given, and whether the last line that is not blank ended inside of a record.
        self.given = self.cut = False
        #: The last line with a fragment that no fix moves, and whether there was an array.
        self.left, self.in_array = -1, False
        self.asked = 0
        #: How many bytes of the line end of the last line in UTF-16 or UTF-32 are in the next one, and its number.
        self.wide = 0, 0
        #: The last line that holds a record and no document, and why.
        self.refusal: tuple[bytes, RecordFault] = b"", RecordFault("", lambda: ("", ""))
        #: The last line of which a parser said that it is no JSON; it says so of half a surrogate pair too.
        self.broken = b""
        #: The last record of which it is known where its members stand.
        self.walked: tuple[bytes, list[tuple[str, int, int, int]]] = b"", []

    def run(self) -> Iterator[Batch]:
        head = b""
        while len(head) < 8 and (more := self.stream.read(HEAD)):
            head += more
        # The next line tells what became of a first one that has lost its beginning.
        while (
            (head[:1] not in b"{" or wide_encoding(head))
            and (len(head) < HEAD or (head.count(b"\n") < 2 and len(head) < CHUNK))
            and (more := self.stream.read(HEAD))
        ):
            head += more
        self.out.region = Region(head, 0, 1)
        if (wide := wide_encoding(head)) and not has_narrow(head[:HEAD]):
            hint = (
                f"'corpusfmt fix' converts a file to UTF-8; or {transcoding(head)}"
                if marked(head)
                else transcoding(head)
            )
            self.out.find("JSONL011", f"the file is in {wide}", 0, hint)
            yield self.out.batch(head, cut=True, fatal=True)
            return
        if is_binary(head[:HEAD]):
            self.out.find("JSONL022", "the file has binary data, not text", 0)
            yield self.out.batch(head, cut=True)
            return
        start = 0
        if head.startswith(BOM):
            start = len(BOM)
            self.out.find("JSONL010", "byte order mark at the start", 0, edit=Edit(0, start, b""))
        for piece in pieces(self.stream, Region(head[start:], start, 1), b"\n", self.options.max_document):
            self.out.region = piece.region
            if piece.skipped:
                self._end_blanks()
                self._too_large(piece.region.offset, piece.skipped)
                yield from self.out.flush(piece.region.buffer, cut=len(piece.region.buffer) < piece.skipped)
            else:
                yield from self._lines()
        self._end_blanks()
        if not self.out.any:
            self.out.find("JSONL016", "the file has no documents", self.out.region.offset + len(self.out.region.buffer))
        yield from self.out.flush()

    def _lines(self) -> Iterator[Batch]:
        buffer, offset, number, _ = self.out.region
        first = odd = 0
        while odd < MOST_ODD:
            rows, stop = self._rows(buffer, offset, first, number)
            if rows:
                if self.blanks:
                    self._end_blanks()
                self.given = True
                yield from self.out.rows(rows)
                number, first = number + len(rows), stop
            following = buffer.find(b"\n{", first) + 1
            if rows is None or not following:
                break
            odd += len(rows) < WORTHWHILE
            yield from self._some_lines(buffer[first:following], offset + first, number)
            number += buffer.count(b"\n", first, following)
            first = following
        if first < len(buffer):
            yield from self._some_lines(buffer[first:], offset + first, number)

    def _some_lines(self, buffer: bytes, offset: int, number: int) -> Iterator[Batch]:
        """Read lines of a region, the first of which begins at an offset of the stream, and give them in batches."""
        lines = buffer.split(b"\n")
        if not lines[-1]:
            lines.pop()
        carriage = b"\r" in buffer
        limit = self.options.max_document
        quick, full = self.quick, self.out.full
        rest = iter(lines)
        for raw in rest:
            line = raw.removesuffix(b"\r") if carriage else raw
            if not line.strip(_BLANK):
                count, size = self._blank(offset, len(raw))
                next(islice(rest, count - 1, count - 1), None)
                number, offset = number + count, offset + size
                continue
            if self.blanks:
                self._end_blanks()
            if len(raw) > limit:  # with its CR, and told with its LF: as one that was skipped is counted
                whole = self.out.region
                self._too_large(offset, len(raw) + (offset - whole.offset + len(raw) < len(whole.buffer)))
                yield from self.out.flush(line)
            elif document := quick(line, offset, number):
                self.out.documents.append(document)
                self.given = True
            elif full and self._is_counted(line):
                self.cut = False
            else:
                yield from self._slow(line, offset, number)
            offset += len(raw) + 1
            number += 1
        yield from self.out.flush()

    def _is_counted(self, line: bytes) -> bool:
        """Count a record that the fast way turned away for a fault of which no more is told, if that is surely all that
        is to be said of the line.
        """
        refused, fault = self.refusal
        depth = self.options.limits.depth + 1
        if refused is line:
            return _is_all(line, fault, depth) and self.out.counts(fault.code)
        if line.lstrip(_BLANK).startswith(b"["):
            return b"\0" not in line and is_utf8(line) and self.out.counts("JSONL003")
        if self.broken is not line:
            return not is_utf8(line) and self._is_object(line) and self.out.counts("JSONL002")
        is_all = is_utf8(line) and not has_surrogate(line) and too_deep(line, depth) < 0
        return is_all and is_fragment(line) and self.out.counts("JSONL001")

    def _is_object(self, line: bytes) -> bool:
        try:
            self.decode(line)
        except (ValueError, RecursionError):
            return False
        return True

    def _rows(self, buffer: bytes, offset: int, first: int, number: int) -> tuple[Rows | None, int]:
        """Cut a region into rows, as far as that is asked for and nothing needs a closer look. Return where that is."""
        options, limits = self.options, self.options.limits
        if KERNEL is None:
            return None, first
        depth = min(limits.depth // 2 - 1, 64)
        most = bounded(options.max_document, limits.metadata)
        how = (self.is_native, options.id_from == "line", depth)
        table, arena, stop = KERNEL.jsonl_rows(buffer, first, number, *self.keys, *how, *most)
        return Rows(Values(buffer, arena, table), self.path, offset, "utf-8"), stop

    def _blank(self, offset: int, size: int) -> tuple[int, int]:
        """Take note of blank lines, the first of ``size`` bytes. Return how many there are at once, and their bytes."""
        region = self.out.region
        found = _BLANKS.match(region.buffer, offset - region.offset)
        count, size = (found[0].count(b"\n"), len(found[0])) if found else (1, size)
        known = self.blanks or _Blanks(offset, offset, self.out.context(offset), 0)
        self.blanks = known._replace(stop=offset + size, lines=known.lines + count)
        return count, size

    def _end_blanks(self) -> None:
        """Report the blank lines that have come to an end, as one finding: there may be millions."""
        if (blanks := self.blanks) is not None:
            what = f"{blanks.lines:,} blank lines" if blanks.lines > 1 else "blank line"
            edit = Edit(blanks.start, blanks.stop - blanks.start, b"")
            self.out.find("JSONL009", what, blanks.start, edit=edit, context=blanks.context)
            self.blanks = None

    def _native(self, line: bytes, byte: int, number: int) -> Document | None:
        """Read a native record the fastest way, or the fast way; None when neither will do."""
        try:
            around = self.around.get(NATIVE)
            document = native_document(line, self.path, byte, number, self.options.limits, around)
        except msgspec.ValidationError:  # valid JSON, as far as it was read
            document = None
        except msgspec.DecodeError:
            self.broken = line
            return None
        except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
            return None
        return document or self._mapped(line, byte, number)

    def _mapped(self, line: bytes, byte: int, number: int) -> Document | None:
        """Read a record of any layout the fast way; None when it will not do."""
        try:
            fields: Fields = self.decode(line)
            if not _is_compact(line, fields):
                self._check_keys(line, fields)
            return document_of(fields, self.layout, self.options, Place(self.path, byte, number), remarked=False)
        except RecordFault as fault:
            self.refusal = line, fault
        except msgspec.ValidationError:
            pass
        except msgspec.DecodeError:
            self.broken = line
        except (ValueError, RecursionError, Ambiguous):
            pass
        return None

    def _check_keys(self, line: bytes, fields: Fields) -> None:
        """Raise RecordFault unless ``line`` is just ``fields``, laid out as other records with these keys.

        A parser keeps the last of two equal keys; a line that is rebuilt from what it kept has no other.
        """
        if (around := self.around.get(tuple(fields))) is not None:
            parts = around.copy()
            parts[1::2] = fields.values()
            if b"".join(parts) == line:
                return
        if _repeats(line, fields):
            raise RecordFault(_REPEATED, _told_repeated)
        self._learn(line, fields)

    def _learn(self, line: bytes, fields: Fields) -> None:
        """Keep what stands around the values of a record. Raises RecordFault for one whose keys repeat."""
        try:
            there = self._members(line, fields)
        except JSONFault as fault:
            raise ValueError(fault.message) from None
        if len(there) > len(fields):
            raise RecordFault(_REPEATED, _told_repeated)
        stops = [0, *[stop for _, _, _, stop in there]]
        starts = [*[start for _, _, start, _ in there], len(line)]
        if len(self.around) >= _LAYOUTS_KEPT:
            self.around.clear()
        around = [b""] * (2 * len(stops) - 1)
        around[::2] = [line[stop:start] for stop, start in zip(stops, starts, strict=True)]
        self.around[tuple(fields)] = around

    def _members(self, line: bytes, fields: Fields) -> list[tuple[str, int, int, int]]:
        """Return where the members of a record stand. Raises JSONFault."""
        if self.walked[0] is not line:
            self.walked = line, members(line, fields)
        return self.walked[1]

    def _slow(self, line: bytes, offset: int, number: int) -> Iterator[Batch]:
        """Read a line that the fast way turned away. Report what is wrong with it; it may be that nothing is."""
        was_cut, self.cut = self.cut, False
        size, last_wide = self.wide
        if last_wide == number - 1 and line.startswith(bytes(size or 1)):
            line, offset = line[size:], offset + size
            document = self.quick(line, offset, number)
            if document or not line.strip(_BLANK):
                yield from self._given(document, line) if document else ()
                return
        is_object = True
        try:
            fields: Fields | None = self.decode(line)
        except RecursionError:
            fields = None
        except ValueError:
            is_object = False
        if is_object and self._is_reported(line, fields, offset):
            yield from self.out.flush(line)
            return
        depth = self.options.limits.depth + 1
        found: list[Part] = []
        if not (is_object or line.lstrip(_BLANK).startswith(b"[")):
            is_first = offset == 0  # of a file that may have lost its beginning
            found = parts(line, depth, lambda record: bool(self.quick(record, 0, 1)), broken=is_first)
        goes_on = self.left == number - 1  # a record that fills several lines, perhaps
        if self._is_one(line, found):
            self.left = number if goes_on else self.left
            yield from self._given(self._strict(line, offset, number), line)
            return
        at = offset - self.out.region.offset + len(line)
        after = self.out.region.buffer[at : at + 2]
        after = after if after == b"\r\n" else after[:1]
        kinds = {part.kind for part in found}
        end = "\n".encode((found[-1].encoding if found else "") or "utf-8")
        movable = "fragment" in kinds and (bool(kinds & {"record", "wide"}) or self._among_records(at + len(after)))
        if "wide" in kinds:
            if end.startswith(b"\n\0"):
                self.wide = len(end) - 1, number
        elif "fragment" not in kinds or (len(found) > 1 and all(p.whole for p in found if p.kind == "fragment")):
            self._tell(several(line, found, after), offset)
        elif len(found) > 1 and b"\0" in line and self.quick(line.replace(b"\0", b""), 0, 1):
            self._tell(holed(line, line.count(0)), offset)
            yield from self.out.flush(line)
            return
        for index, part in enumerate(found):
            piece = line[part.start : part.stop]
            if part.kind == "record":
                document = self.quick(piece, offset + part.start, number)
                document = document or self._strict(piece, offset + part.start, number)
                yield from self._given(document, piece)
            elif part.kind == "wide":
                is_last = part is found[-1] and self.out.region.buffer.startswith(end, at) and self.wide[1] == number
                self._tell(in_wide(line, found, index, end if is_last else b""), offset)
                yield from self.out.flush(piece)
            elif part.kind == "fragment":
                headless = len(found) == 1 and not piece.startswith(b"{")
                torn = part.torn and (not headless or (not goes_on and (was_cut or piece.rstrip().endswith(b"}"))))
                torn = torn and not (len(found) == 1 and piece.strip() == b"{")
                torn = torn and not (self.in_array and piece.strip() == b",")
                if len(found) == 1 and b"\0" in line and self.quick(line.replace(b"\0", b""), 0, 1):
                    self._tell(holed(line, line.count(0)), offset)
                else:
                    self._tell(fragment(line, found, index, after, movable=movable and torn), offset)
                    self.left = self.left if movable and torn else number
                yield from self.out.flush(piece)
        last = found[-1]
        if last.kind == "fragment":
            is_end = last.fault is not None and last.fault.kind == "length"
            self.cut = is_end or (was_cut and line[last.start : last.start + 1] != b"{")

    def _is_reported(self, line: bytes, fields: Fields | None, offset: int) -> bool:
        """Report what keeps an object that a fast parser takes from being a document, if that is all there is to say
        of it. Without ``fields`` it nests too deep for that parser, which does not look at the bytes of strings either.
        """
        invalid = first_invalid_utf8(line)
        if invalid >= 0:
            self._not_utf8(line, offset, invalid)
            return True
        depth = self.options.limits.depth
        if (at := too_deep(line, depth + 1)) >= 0:
            self.out.find("JSONL014", f"nested deeper than {depth} levels", offset + at)
            return True
        if fields is None:
            return False
        refused, fault = self.refusal
        there = [] if _is_compact(line, fields) and not fault.key else self._members(line, fields)
        seen: set[str] = set()
        for key, at, _, _ in there if len(there) > len(fields) else ():
            if key in seen:
                self.out.find(_REPEATED, f"duplicate key {quoted(key)} in the record", offset + at)
                return True
            seen.add(key)
        if refused is not line or not is_canonical(line, depth + 1):
            return False
        place = next((at if fault.is_key else start for key, at, start, _ in there if key == fault.key), -1)
        message, hint = fault.told()
        self.out.find(fault.code, message, offset + (place if place >= 0 else line.index(b"{")), hint)
        return True

    def _is_one(self, line: bytes, found: Sequence[Part]) -> bool:
        """Say whether a line is to be read as one record, whatever is wrong with it."""
        if not found or any(part.fault is not None and part.fault.kind == "depth" for part in found):
            return True
        if len(found) > 1:
            return False
        fault = found[0].fault
        if fault is None:
            return found[0].kind in ("record", "fragment")
        invalid = first_invalid_utf8(line)
        cut_inside = fault.kind == "length" and len(line) - invalid < 4  # of a character
        return invalid >= 0 and not cut_inside

    def _among_records(self, at: int) -> bool:
        """Say whether there is a whole record before a place in the buffer, or in one of the next lines."""
        if self.given:
            return True
        following = self.out.region.buffer[at : at + CHUNK].split(b"\n", 100)[:100]
        return any(self.quick(line.removesuffix(b"\r"), 0, 1) for line in following)

    def _given(self, document: Document | None, refused: bytes) -> Iterator[Batch]:
        if document:
            self.out.documents.append(document)
            self.given = True
        else:
            yield from self.out.flush(refused)

    def _tell(self, told: Explanation, offset: int) -> None:
        edit = None
        if told.edit is not None:
            start, stop, replacement = told.edit
            is_safe = BY_CODE[told.code].severity != "error"
            edit = Edit(offset + start, stop - start, replacement, safe=is_safe)
        self.out.find(told.code, told.message, offset + told.at, told.hint, edit)

    def _strict(self, line: bytes, offset: int, number: int) -> Document | None:
        """Read a record that the fast way turned away. Report what is wrong with it."""
        invalid = first_invalid_utf8(line)
        if invalid >= 0:
            self._not_utf8(line, offset, invalid)
            return None
        bare = line.lstrip(_BLANK)
        if bare.startswith(b"["):
            at = offset + len(line) - len(bare)
            self.in_array = True
            self.out.find("JSONL003", "the line is an array, not an object in braces", at, _ARRAY)
            return None
        try:
            node = parse(line, max_depth=self.options.limits.depth + 1)
        except JSONFault as fault:
            code, what = "JSONL001", f"not JSON: {fault.message}"
            if fault.kind == "depth":
                code, what = "JSONL014", f"nested deeper than {self.options.limits.depth} levels"
            self.out.find(code, what, offset + fault.at)
            return None
        if node.kind != "{":
            self.out.find("JSONL003", "the line is JSON, but not an object in braces", offset + node.start)
            return None
        return self._object(node, line, offset, number)

    def _not_utf8(self, line: bytes, offset: int, invalid: int) -> None:
        edit = None
        there = in_utf8(line, self.options.encoding) if self.options.encoding is not None else None
        if there is not None and self.quick(there, 0, 1):
            edit = Edit(offset, len(line), there, safe=False)
        message, hint = f"not UTF-8: {described(line, invalid)}", ""
        if is_certain(line, invalid):
            certain = respelled(line) if edit is None else None
            if certain is not None:
                start, stop, new = certain
                new = new.replace(b"\0", b"\\u0000")
                if self.quick(line[:start] + new + line[stop:], 0, 1):
                    edit, hint = Edit(offset + start, stop - start, new, safe=False), _RESPELL
            self.out.find("JSONL002", message, offset + invalid, hint, edit)
            return
        self.asked += 1
        if self.asked <= _ASKED and (likely := likely_encoding(line, invalid)):
            name = name_of(likely.encoding)
            message += f"; in {name} it is {quoted(likely.characters, 20)}"
            fix = f"corpusfmt fix --encoding {likely.encoding} --unsafe-fixes FILE"
            hint = f"if the line is in {name}, convert it: {fix}; lines in UTF-8 stay unchanged"
        self.out.find("JSONL002", message, offset + invalid, hint, edit)

    def _object(self, node: Node, line: bytes, offset: int, number: int) -> Document | None:
        top = {at for _, at, _ in node.members}
        repeated = duplicates(node)
        for key, at in repeated:
            if at in top:
                self.out.find(_REPEATED, f"duplicate key {quoted(key)} in the record", offset + at)
                return None
        own = [key for key in (self.layout.id, self.layout.title, self.layout.text) if key]
        for key, at, value in node.members:
            if any("\ud800" <= char <= "\udfff" for char in key):
                self.out.find("JSONL012", f"half a surrogate pair in the key {quoted(key)}", offset + at)
                return None
            lone = lone_surrogate(line[value.start : value.stop]) if key in own and value.kind == '"' else -1
            if lone >= 0:
                self.out.find("JSONL012", f"half a surrogate pair in {quoted(key)}", offset + value.start + lone)
                return None
        for key, at in repeated:
            self.out.find("JSONL013", f"the key {quoted(key)} repeats inside the metadata", offset + at)
        for message, at in surrogates(line, strings(node, line)):
            self.out.find("JSONL013", f"{message}, inside the metadata", offset + at)
        fields: Fields = {key: line[value.start : value.stop] for key, _, value in node.members}
        try:
            return document_of(fields, self.layout, self.options, Place(self.path, offset, number), remarked=True)
        except RecordFault as fault:
            offsets = {key: at if fault.is_key else value.start for key, at, value in node.members}
            message, hint = fault.told()
            self.out.find(fault.code, message, offset + offsets.get(fault.key, node.start), hint)
            return None

    def _too_large(self, byte: int, size: int) -> None:
        limit = self.options.max_document
        self.out.find("JSONL015", f"the line has {size} bytes; the limit is {limit}", byte)


def _told_repeated() -> tuple[str, str]:
    return "duplicate key in the record", ""


def _repeats(line: bytes, fields: Fields) -> bool:
    """Say quickly whether a key of a record repeats. False means only that nobody knows yet.

    In a record without inner objects a key in quotes, with a colon, stands only where a member begins: in strings,
    quotes have backslashes.
    """
    if line.count(b"{") - line.count(b"{}") != 1:
        return False
    return any(line.count(b'"%b":' % key.encode()) > 1 and '"' not in key for key in fields)


def _is_all(line: bytes, fault: RecordFault, depth: int) -> bool:
    """Say whether a fault is surely all that is to be said of a record: it is UTF-8, not too deep, and, but for a fault
    that comes first, no key of an inner object repeats and there is no half of a surrogate pair.
    """
    if line.count(b"{") + line.count(b"[") <= depth and is_utf8(line):
        if fault.code == _REPEATED or (line.count(b"{") - line.count(b"{}") == 1 and not has_surrogate(line)):
            return True
        return is_canonical(line, depth)
    return False


def _is_compact(line: bytes, fields: Fields) -> bool:
    """Say whether there is nothing in a record but its ``fields``: no spaces, no escapes in keys, no other values."""
    return len(line) == sum(map(len, fields)) + sum(map(len, fields.values())) + 4 * len(fields) + 1
