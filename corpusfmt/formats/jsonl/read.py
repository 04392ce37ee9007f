"""Reading JSON Lines: one parse, for reading and for validating."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

import msgspec

from corpusfmt.formats.jsonl.faults import BY_CODE
from corpusfmt.formats.jsonl.layouts import layout_of
from corpusfmt.formats.jsonl.record import Ambiguous, Fields, Place, RecordFault, document_of, native_document
from corpusfmt.limits import HEAD
from corpusfmt.model.collector import Collector
from corpusfmt.model.document import Document
from corpusfmt.model.finding import Edit
from corpusfmt.model.format import Batch, ReadOptions, Stream
from corpusfmt.model.json_objects import surrogates
from corpusfmt.model.regions import pieces
from corpusfmt.text.display import BOM, marked, quoted, transcoding, wide_encoding
from corpusfmt.text.json_facts import duplicates, lone_surrogate, strings
from corpusfmt.text.json_reader import JSONFault, Node, parse
from corpusfmt.text.position import Region
from corpusfmt.text.primitives import escape_json, first_invalid_utf8

_ARRAY: Final = "a JSON array is not JSON Lines; write one object a line: jq -c '.[]' OLD > NEW"
_BLANK: Final = b" \t\r\n"
_BLANKS: Final = re.compile(rb"(?:[ \t\r]*+\n)++")


class _Blanks(NamedTuple):
    """A run of blank lines: where it begins and ends in the stream, what is near its beginning, how many lines."""

    start: int
    stop: int
    near: Region
    lines: int


def scan(stream: Stream, options: ReadOptions) -> Iterator[Batch]:
    """Give the documents and faults of a JSON Lines file, in order. Raises ConfigurationError."""
    return _Scan(stream, options).run()


class _Scan:
    """The state of one scan: the layout, and what has been collected for the next batch."""

    def __init__(self, stream: Stream, options: ReadOptions) -> None:
        self.stream, self.options, self.path = stream, options, stream.name
        self.layout = layout_of(options.own)
        self.decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
        self.out = Collector(stream.name, BY_CODE, options)
        self.blanks: _Blanks | None = None

    def run(self) -> Iterator[Batch]:
        head = b""
        while len(head) < 4 and (more := self.stream.read(HEAD)):
            head += more
        self.out.region = Region(head, 0, 1)
        if wide := wide_encoding(head):
            hint = (
                f"'corpusfmt fix' makes UTF-8 of a file; or {transcoding(head)}" if marked(head) else transcoding(head)
            )
            self.out.find("JSONL011", f"the file is in {wide}", 0, hint)
            yield self.out.batch(head, cut=True, fatal=True)
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
        lines = buffer.split(b"\n")
        if not lines[-1]:
            lines.pop()
        carriage = b"\r" in buffer
        limit = self.options.max_document
        quick = self._native if self.layout.name == "native" else self._mapped
        rest = iter(lines)
        for raw in rest:
            line = raw.removesuffix(b"\r") if carriage else raw
            document = None
            if not line.strip(_BLANK):
                count, size = self._blank(offset, len(raw))
                next(islice(rest, count - 1, count - 1), None)
                number, offset = number + count, offset + size
                continue
            if self.blanks:
                self._end_blanks()
            if len(raw) > limit:  # with its CR, and told with its LF: as one that was passed over is counted
                self._too_large(offset, len(raw) + (offset - self.out.region.offset + len(raw) < len(buffer)))
            else:
                # What went wrong, the strict reader says; it may also find that nothing did.
                document = quick(line, offset, number) or self._strict(line, offset, number)
            if document:
                self.out.documents.append(document)
            else:
                yield from self.out.flush(line)
            offset += len(raw) + 1
            number += 1
        yield from self.out.flush()

    def _blank(self, offset: int, size: int) -> tuple[int, int]:
        """Take note of blank lines, the first of ``size`` bytes. Return how many there are at once, and their bytes."""
        region = self.out.region
        found = _BLANKS.match(region.buffer, offset - region.offset)
        count, size = (found[0].count(b"\n"), len(found[0])) if found else (1, size)
        known = self.blanks or _Blanks(offset, offset, self.out.near(offset), 0)
        self.blanks = known._replace(stop=offset + size, lines=known.lines + count)
        return count, size

    def _end_blanks(self) -> None:
        """Report the blank lines that have come to an end, as one finding: there may be millions."""
        if (blanks := self.blanks) is not None:
            what = f"{blanks.lines:,} blank lines" if blanks.lines > 1 else "blank line"
            edit = Edit(blanks.start, blanks.stop - blanks.start, b"")
            self.out.find("JSONL009", what, blanks.start, edit=edit, near=blanks.near)
            self.blanks = None

    def _native(self, line: bytes, byte: int, number: int) -> Document | None:
        """Read a native record the fastest way, or the fast way; None when neither will do."""
        try:
            document = native_document(line, self.path, byte, number, self.options.limits)
        except (ValueError, RecursionError):  # msgspec's DecodeError and UnicodeDecodeError are ValueErrors
            document = None
        return document or self._mapped(line, byte, number)

    def _mapped(self, line: bytes, byte: int, number: int) -> Document | None:
        """Read a record of any layout the fast way; None when it will not do."""
        try:
            fields: Fields = self.decode(line)
            if len(line) != sum(map(len, fields)) + sum(map(len, fields.values())) + 4 * len(fields) + 1:
                _same_keys(line, fields)
            return document_of(fields, self.layout, self.options, Place(self.path, byte, number), remarked=False)
        except (ValueError, RecursionError, RecordFault, Ambiguous):
            return None

    def _strict(self, line: bytes, offset: int, number: int) -> Document | None:
        """Read a line that the fast way turned away. Report what is wrong with it."""
        invalid = first_invalid_utf8(line)
        if invalid >= 0:
            self.out.find("JSONL002", f"byte 0x{line[invalid]:02x} is not UTF-8", offset + invalid)
            return None
        bare = line.lstrip(_BLANK)
        if bare.startswith(b"["):
            at = offset + len(line) - len(bare)
            self.out.find("JSONL003", "the line is an array, not an object in braces", at, _ARRAY)
            return None
        try:
            node = parse(line, max_depth=self.options.limits.depth + 1)
        except JSONFault as fault:
            self._json_fault(fault, offset)
            return None
        if node.kind != "{":
            self.out.find("JSONL003", "the line is JSON, but no object in braces", offset + node.start)
            return None
        return self._object(node, line, offset, number)

    def _object(self, node: Node, line: bytes, offset: int, number: int) -> Document | None:
        top = {at for _, at, _ in node.members}
        repeated = duplicates(node)
        for key, at in repeated:
            if at in top:
                self.out.find("JSONL004", f"duplicate key {quoted(key)} in the record", offset + at)
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
            places = {key: at if fault.is_key else value.start for key, at, value in node.members}
            self.out.find(fault.code, fault.message, offset + places.get(fault.key, node.start), fault.hint)
            return None

    def _json_fault(self, fault: JSONFault, offset: int) -> None:
        if fault.kind == "depth":
            self.out.find("JSONL014", f"nested deeper than {self.options.limits.depth} levels", offset + fault.at)
            return
        hint = ""
        if fault.kind == "length":
            hint = "the file was cut off here, or the record fills several lines; one line each: jq -c . OLD > NEW"
        self.out.find("JSONL001", f"not JSON: {fault.message}", offset + fault.at, hint)

    def _too_large(self, byte: int, size: int) -> None:
        limit = self.options.max_document
        self.out.find("JSONL015", f"the line has {size} bytes; the limit is {limit}", byte)


def _same_keys(line: bytes, fields: Fields) -> None:
    """Raise ValueError unless ``line`` is just ``fields`` in one of the two usual spacings.

    A parser keeps the last of two equal keys; a line that is rebuilt from what it kept has no other.
    """
    for pair, comma in ((b'"%b": %b', b", "), (b'"%b":%b', b",")):
        rebuilt = comma.join([pair % (escape_json(key.encode()), bytes(value)) for key, value in fields.items()])
        if line == b"{%b}" % rebuilt:
            return
    raise ValueError("unusual spacing, or a key that repeats")
