"""Reading WARC: from records to documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from corpusfmt.formats.warc.faults import BY_CODE
from corpusfmt.formats.warc.framer import Framer
from corpusfmt.formats.warc.header import Fault
from corpusfmt.formats.warc.last_record import Ending, is_end
from corpusfmt.formats.warc.members import END
from corpusfmt.formats.warc.native import NativeFault, read_bundle, read_native
from corpusfmt.formats.warc.profile import NATIVE_TYPE, PROFILE
from corpusfmt.formats.warc.record import Record
from corpusfmt.formats.warc.references import Across
from corpusfmt.formats.warc.texts import PLAIN, USUAL_TYPES, is_wanted, types_of
from corpusfmt.formats.warc.thirdparty import FaultError, Pending, pending_of
from corpusfmt.formats.warc.values import bare
from corpusfmt.limits import ANY, CHUNK, bounded
from corpusfmt.model.collector import Collector
from corpusfmt.model.document import Document, build
from corpusfmt.model.finding import Edit
from corpusfmt.model.format import Batch, ReadOptions, Stream, forced_encoding
from corpusfmt.model.rows import COLUMNS, MOST_ODD, TEXT, TEXT_STOP, Rows, Values
from corpusfmt.text.display import quoted, shown
from corpusfmt.text.kernel import KERNEL
from corpusfmt.text.magic import LARGEST, kind_of
from corpusfmt.text.position import Region
from corpusfmt.text.primitives import occurrences

#: What stands before a record id.
_ID: Final = b"WARC-Record-ID: <"
_DOCUMENTS: Final = ("resource", "conversion", "response")
_DIGESTS: Final = ("WARC016", "WARC017")
_ERRORS: Final = frozenset(code for code, fault in BY_CODE.items() if fault.severity == "error")


def scan(stream: Stream, options: ReadOptions) -> Iterator[Batch]:
    """Give the documents and faults of a WARC file, in order."""
    return _Scan(stream, options).run()


class _Scan:
    """The state of one scan. A document is pending until the record after it has been seen: it may be its metadata."""

    def __init__(self, stream: Stream, options: ReadOptions) -> None:
        self.options, self.path = options, stream.name
        self.types = types_of(options.own["types"]) if "types" in options.own else USUAL_TYPES
        self.framer = Framer(stream, options.max_document, options.limits, self.types)
        self.longest = min(options.limits.header, options.limits.header_block)
        self.out = Collector(stream.name, BY_CODE, options)
        self.pending: Pending | None = None
        self.ours = False  # the last warcinfo record says that corpusfmt wrote what follows it
        self.ending = Ending()
        self.begun = 0
        self.across = Across() if options.thorough else None
        self._line_at = self._line = 0
        #: What the kernel has read, which is to be given next; and how often it was asked in vain in a region, which
        #: begins at an offset.
        self.rows: Rows | None = None
        self._vain, self._vain_from = 0, -1
        self._by_kernel = KERNEL is not None and not (options.encoding or forced_encoding(options) is not None)
        if self.across is None or self._by_kernel:
            self.framer.skim = self._skim

    def run(self) -> Iterator[Batch]:
        framer = self.framer
        for record in framer.records():
            self.out.region = framer.region
            if record is None:
                if framer.leaving:
                    yield from self._settle()
                yield from self.out.flush()
                if self.rows is not None:
                    yield from self.out.rows(self.rows)
                    self.rows = None
                framer.keep = self.pending.record.start if self.pending else -1
                continue
            if record.faults:
                if record.framed and self._holds_none(record):
                    record.faults = [_of_no_document(fault) for fault in record.faults]
                record.faults.sort(key=lambda fault: fault.byte)
                error = next((fault for fault in record.faults if fault.code in _ERRORS), None)
                if error is not None:
                    about, since = self.pending, None
                    own = record.fields.get("content-type", b"").startswith(NATIVE_TYPE)
                    if about is not None and own and self._is_about(record, about):
                        self.pending, since = None, about.record  # nobody knows which document it was
                    yield from self._refuse(record, error, since)
                    continue
                self._remark(record)
            yield from self._take(record)
        self.out.region = framer.region
        yield from self._settle()
        if framer.failure is None:
            yield from self._missing(framer.base + len(framer.buffer))
        if self.across is not None:
            for code, message, at in self.across.dangling():
                self.out.find(code, message, at.byte, record=at.number, file_byte=at.raw, context=at.context)
        yield from self.out.flush()
        if framer.failure is not None:
            raise framer.failure
        if not self.begun and not self.out.any:
            end = framer.base + len(framer.buffer)
            self.out.find("WARC013", "the file has no records", end)
            yield from self.out.flush()

    def _holds_none(self, record: Record) -> bool:
        """Say whether a record with a wrong digest holds no document and nothing about one."""
        if record.type == "metadata":
            about = self.pending
            return not self.ours and (about is None or not self._is_about(record, about))
        if record.type == "warcinfo":
            return PROFILE not in (record.block or b"")
        if record.type not in _DOCUMENTS:
            return True
        if all(fault.code in _DIGESTS for fault in record.faults if fault.code in _ERRORS):
            try:
                return isinstance(pending_of(record, self.options, self.types, lambda _: None, ours=self.ours), str)
            except FaultError:
                pass
        return False

    # -- faults -----------------------------------------------------------------------------------------

    def _find(self, fault: Fault, record: Record, id: str | int | None = None) -> None:
        code, message, byte, edit, field = fault
        if field:
            byte, _ = self.framer.header_of(record).offsets.get(field, (byte, 0))
        context = record.context if byte < self.framer.base else None
        self.out.find(
            code, message, byte, edit=edit, id=id, record=record.number, file_byte=record.raw, context=context
        )

    def _context(self, record: Record) -> Callable[[int], Region]:
        """Return what gives the surroundings of a place in the header of a record."""
        context = record.context
        return self.out.context if context is None else lambda _: context

    def _byte_of(self, record: Record, value: bytes) -> int:
        """Return the stream offset of a value in the header of a record."""
        base = self.framer.base
        head = record.context.buffer if record.context else self.framer.buffer[record.start - base : record.body - base]
        return record.start + max(0, head.find(value))

    def _remark(self, record: Record) -> None:
        for fault in record.faults:
            self._find(fault, record)

    def _refuse(self, record: Record, error: Fault, since: Record | None = None) -> Iterator[Batch]:
        """Refuse a record, and the one before it (``since``) that is of the same document."""
        yield from self._settle()
        self.ending.refused()
        for fault in record.faults:
            if fault.code not in _ERRORS:
                self._find(fault, record)
        self._find(error, record)
        if record.framed:
            self.begun += 1
            if self.across is not None:
                self.across.saw(record)
        yield from self._give_up(since or record, record)

    def _give_up(self, first: Record, last: Record) -> Iterator[Batch]:
        """Give a batch with the bytes of refused records. Of one that is not held there is the header."""
        context = first.context or last.context
        if context is not None:
            yield from self.out.flush(context.buffer, cut=True)
            return
        base = self.framer.base
        stop = last.stop if last.ends else first.start + CHUNK
        yield from self.out.flush(self.framer.buffer[first.start - base : stop - base], cut=not last.ends)

    # -- records ----------------------------------------------------------------------------------------

    def _take(self, record: Record) -> Iterator[Batch]:
        if not record.framed:
            return
        self.begun += 1
        if self.across is not None and self.across.take(record, self._context(record), partial(self._byte_of, record)):
            what = f"the record id {quoted(record.fields['warc-record-id'], 80)} is used by an earlier record"
            self._find(Fault("WARC024", what, record.start, field="warc-record-id"), record)
        self.ending.went_on()
        if is_end(record):
            yield from self._end(record)
            return
        if record.type == "metadata":
            yield from self._metadata(record)
            return
        yield from self._settle()
        if record.type in _DOCUMENTS:
            yield from self._document(record)
        elif record.type == "warcinfo":
            yield from self._missing(record.start)
            self.ours = PROFILE in (record.block or b"")
            self.ending.begin(record, ours=self.ours)
            if not self.ours:
                self.out.leave("warcinfo records")
        else:
            self.out.leave(f"{shown(record.type, 60)} records")

    def _missing(self, byte: int) -> Iterator[Batch]:
        """Tell that documents have no end before ``byte``, where one is due."""
        if wrong := self.ending.missing():
            edit = Edit(byte, 0, wrong.right, safe=False) if wrong.right else None
            self.out.find("WARC032", wrong.message, byte, edit=edit)
            yield from self.out.flush()

    def _end(self, record: Record) -> Iterator[Batch]:
        """Hold the number of documents against what a record says that ends them."""
        yield from self._settle()
        self.ours = False
        if wrong := self.ending.end(record):
            edit = Edit(record.start, record.stop - record.start, wrong.right, safe=False) if wrong.right else None
            yield from self._refuse(record, Fault("WARC032", wrong.message, record.start, edit))

    def _document(self, record: Record) -> Iterator[Batch]:
        told = len(record.faults)
        try:
            pending = pending_of(record, self.options, self.types, self.framer.stream.expand, ours=self.ours)
        except FaultError as error:
            record.faults = [error.fault]
            yield from self._refuse(record, error.fault)
            return
        if isinstance(pending, str):
            for fault in record.faults[told:]:
                self._find(fault, record)
            self.out.leave(pending)
            return
        for fault in pending.remarks:
            self._find(fault, record)
        if record.type == "response":
            self.out.leave("HTTP headers")
        self.pending = pending

    def _skim(self, buffer: bytes, at: int) -> tuple[int, int]:
        """Take the documents from ``at`` on that are quickly read. Return where they end, and their records."""
        base = self.framer.base
        if self._vain_from != base:
            self._vain, self._vain_from = 0, base
        by_kernel = self._by_kernel and self._vain < MOST_ODD and (self.ours or self.across is None)
        stop, records = self._rows(buffer, at) if by_kernel else (at, 0)
        if records:
            return stop, records
        self._vain += 1
        if self.across is not None:
            return at, 0
        return self._bundles(buffer, at, 1 if by_kernel else ANY)

    def _rows(self, buffer: bytes, at: int) -> tuple[int, int]:
        """Take rows from ``at`` on. Return where they end, and their records."""
        assert KERNEL is not None
        options, pending, base, members = self.options, self.pending, self.framer.base, self.framer.members
        sizes = bounded(options.max_document, self.longest, options.limits.metadata)
        how = min(options.limits.depth // 2 - 1, 64), *sizes, 1
        table, arena, stop, records = b"", b"", at, 2
        if pending is None:
            table, arena, stop = KERNEL.warc_rows(buffer, at, self.ours, *how)
        if not table and not self.ours and is_wanted(PLAIN, self.types):
            table, arena, stop = KERNEL.wet_rows(buffer, at, self.ours, *how)
            table, stop, records = *_texts(buffer, table, stop), 1
        ids: list[bytes] = []
        if self.across is not None:
            ids = _ids(buffer, _starts(table, 0, records))
            if (fresh := self.across.fresh(ids)) < len(ids):
                columns = memoryview(table).cast("q")
                stop = columns[fresh // records * COLUMNS]
                table, ids = table[: fresh // records * COLUMNS * columns.itemsize], ids[: fresh // records * records]
        if not table or (members.compressed and not members.fill(_starts(table, base, records), base + stop)):
            return at, 0
        if self.across is not None:
            self.across.saw_all(ids)
        if pending is not None:
            self.pending = None
            self._add(pending, *pending.identity())
        rows = Rows(Values(buffer, arena, table), self.path, base)
        self.rows = rows = rows.numbered(at, self._line_of(base + at)) if options.lines else rows
        self.begun += records * len(rows)
        self.ending.documents += len(rows)
        return stop, records * len(rows)

    def _bundles(self, buffer: bytes, at: int, most: int) -> tuple[int, int]:
        """Take native documents from ``at`` on, so many at most. Return where they end, and their records."""
        records = 0
        if self.pending is not None:
            return at, records
        base, options, members = self.framer.base, self.options, self.framer.members
        limit, longest, limits = options.max_document, self.longest, options.limits
        while records < most and (bundle := read_bundle(buffer, at, limit, longest, limits)) is not None:
            identifier, name, meta, utf8, data, body, about, stop = bundle
            start = base + at
            if not members.fill([start, base + about], base + stop):
                break
            line = self._line_of(start) if options.lines else 0
            encoding = None if utf8 else options.encoding
            origin = (self.path, start, line, base + body)
            self.out.documents.append(build(identifier, name, data, encoding, meta, origin))
            at = stop
            records += 2
        self.begun += records
        self.ending.documents += records // 2
        return at, records

    def _metadata(self, record: Record) -> Iterator[Batch]:
        pending = self.pending
        fields = record.fields
        own = fields.get("content-type", b"").startswith(NATIVE_TYPE)
        if pending is not None and self._is_about(record, pending) and pending.room > 0:
            if not own:
                if remark := pending.join(record, self.options.limits.depth):
                    self._find(remark, record)
                return
            texts = pending.record.type != "response"
            if texts and fields["content-type"].endswith(b"version=1") and record.block is not None:
                yield from self._native(record, pending)
                return
        yield from self._settle()
        if own:
            what = "a metadata record of a document, without the record of the document before it"
            yield from self._refuse(record, Fault("WARC027", what, record.start))
        else:
            self.out.leave("metadata records")

    @staticmethod
    def _is_about(record: Record, pending: Pending) -> bool:
        fields = record.fields
        about = bare(pending.record.fields["warc-record-id"])
        if bare(fields.get("warc-refers-to", b"")) == about:
            return True
        return about in map(bare, record.concurrent)

    def _native(self, record: Record, pending: Pending) -> Iterator[Batch]:
        """Make a document of a record and its metadata record."""
        self.pending = None
        self.ending.documents += 1
        if pending.count:
            self.out.leave("metadata records", pending.count)
        try:
            own = read_native(record.block or b"", self.options.limits, remarked=True)
            assert own is not None
        except NativeFault as fault:
            yield from self._refuse(record, Fault("WARC027", fault.message, record.body + fault.at), pending.record)
            return
        for message, at in own.remarks:
            self._find(Fault("WARC031", message, record.body + at), record, own.id)
        self._add(pending, own.id, own.name, own.meta)

    def _settle(self) -> Iterator[Batch]:
        """The pending document gets no more metadata: give it as it is."""
        pending, self.pending = self.pending, None
        if pending is None:
            return
        if self.ours and pending.record.type != "response":
            what = "the metadata record of the document is missing"
            record = pending.record
            self._find(Fault("WARC027", what, record.start), record)
            self.ending.refused()
            yield from self._give_up(record, record)
            return
        self._add(pending, *pending.identity())

    def _add(self, pending: Pending, identifier: str | int, name: str, meta: bytes) -> None:
        start = pending.record.start
        line = self._line_of(start) if self.options.lines else 0
        document: Document = build(
            identifier, name, pending.data, pending.encoding, meta, (self.path, start, line, pending.body)
        )
        self.out.documents.append(document)

    def _line_of(self, byte: int) -> int:
        """Return the line of a stream offset; offsets are asked for in order."""
        region = self.framer.region
        if self._line_at < region.offset or self._line == 0:
            self._line_at, self._line = region.offset, region.line
        passed = region.buffer[self._line_at - region.offset : byte - region.offset]
        self._line += occurrences(passed, b"\n")
        self._line_at = max(byte, self._line_at)
        return self._line


def _texts(buffer: bytes, table: bytes, stop: int) -> tuple[bytes, int]:
    """Return the rows of a table before one whose text begins as a file without text does, and where they end."""
    columns = memoryview(table).cast("q")
    for row in range(0, len(columns), COLUMNS):
        text = columns[row + TEXT]
        if kind_of(buffer[text : text + LARGEST]) is not None:
            return table[: row * columns.itemsize], columns[row]
    return table, stop


def _starts(table: bytes, base: int, records: int) -> list[int]:
    """Return where the records of rows begin, of which each has one or two, in a stream."""
    columns = memoryview(table).cast("q")
    begins = columns[::COLUMNS].tolist()
    if records == 1:
        return [base + begin for begin in begins]
    stops = columns[TEXT_STOP::COLUMNS].tolist()
    return [base + at for begin, stop in zip(begins, stops, strict=True) for at in (begin, stop + len(END))]


def _ids(buffer: bytes, starts: Sequence[int]) -> list[bytes]:
    """Return the ids of native records that begin at some offsets."""
    begins = [buffer.index(_ID, start) + len(_ID) for start in starts]
    return [buffer[begin : buffer.index(b">", begin)] for begin in begins]


def _of_no_document(fault: Fault) -> Fault:
    """Return a fault of a record that holds no document: a wrong digest makes none doubtful."""
    return fault._replace(code="WARC034") if fault.code in _DIGESTS else fault
