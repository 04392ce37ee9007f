"""What a scan gives, as all commands take it: damage, padding, ids that were made, and bounds on findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

from corpusfmt import storage
from corpusfmt.limits import HEAD, Limits
from corpusfmt.model.document import Document, build
from corpusfmt.model.errors import Loss, ParseError
from corpusfmt.model.finding import Edit, Finding
from corpusfmt.model.format import Batch, Format, ReadOptions, Stream
from corpusfmt.model.ids import made_ids
from corpusfmt.model.rows import Rows
from corpusfmt.model.rule import found
from corpusfmt.model.text_search import searched
from corpusfmt.rules import duplicate_id
from corpusfmt.text.display import quoted, shown
from corpusfmt.text.position import Pointer, Region

#: After these there may be an intact member.
_PASSED: Final = (storage.DAMAGED, storage.FOLLOWED)
_FETCH: Final = "fetch the file again; or remove the damaged bytes with 'corpusfmt fix --unsafe-fixes'"
#: So many bytes tell whether a record begins.
_BEGINNING: Final = 16
#: No file has a line with a number of more bits.
_LINE_BITS: Final = 48
#: So many refused records at most are told together.
_TOGETHER: Final = 100


def scan(stream: Stream, format: Format, options: ReadOptions) -> Iterator[Batch]:
    """Give what a format's scan gives, with the ids that are to be made, and a warning about padding at the end.

    Raises ConfigurationError at once.
    """
    return _finished(format.scan(stream, options), stream, format, options)


def _finished(batches: Iterator[Batch], stream: Stream, format: Format, options: ReadOptions) -> Iterator[Batch]:
    if options.id_from is not None or format.id_of_path:
        batches = made_ids(batches, options.stem if options.id_from else "")
    return _padded(batches, stream) if stream.codec else batches


def _padded(batches: Iterator[Batch], stream: Stream) -> Iterator[Batch]:
    region = Region(b"", 0, 1)
    for batch in batches:
        region = batch.region
        yield batch
    if padding := getattr(stream, "padding", 0):
        rule = storage.BY_CODE[storage.PADDED]
        what = f"padding follows the compressed data ({padding:,} zero bytes or line ends)"
        end = region.offset + len(region.buffer)
        finding = found(rule, what, stream.name, region, end, hint=rule.advice)
        yield Batch((), (finding._replace(edit=Edit(end, 0, b"")),), region)


class Unique:
    """The ids of a run. One that was made must not be that of another document of the run (DOC002).

    It remembers a number for each id, or, unless ``every``, for those that were made and the first of each source.
    """

    def __init__(self, *, every: bool) -> None:
        self._every = every
        #: By id, the number of the source, the line, and whether the id was made.
        self._seen: dict[str, int] = {}
        self._paths: list[str] = []
        self._any_made = False

    def __call__(self, batches: Iterator[Batch], path: str) -> Iterator[Batch]:
        """Give what a scan gives. A document whose id is used before is refused, if one of the two ids was made."""
        self._paths.append(path)
        source = len(self._paths) - 1
        remembers = True
        for batch in batches:
            start = 0
            if not remembers and not self._any_made and isinstance(batch.documents, Rows):
                yield batch  # none of its ids can be one that was made
                continue
            documents = searched(batch.documents)
            for at, (id, line) in enumerate(zip(documents.ids, documents.lines, strict=True)):
                made = at in batch.made
                mark = (source << _LINE_BITS | line) << 1 | made
                first = self._seen.get(id)
                if first is None:
                    if made or remembers:
                        self._any_made = self._any_made or made
                        self._seen[id] = mark
                elif made or first & 1:
                    document = batch.documents[at]
                    finding = self._finding(document, path, line, first >> 1)
                    here = batch.documents[start:at]
                    yield Batch(here, (finding,), batch.region, source_byte=batch.source_byte, clash=document)
                    start = at + 1
                remembers = self._every
            yield batch._replace(documents=batch.documents[start:], made=frozenset()) if start else batch

    def _finding(self, document: Document, path: str, line: int, first: int) -> Finding:
        source, there = divmod(first, 1 << _LINE_BITS)
        where = shown(self._paths[source]) + (f":{there}" if there else "")
        what = f"the id {quoted(str(document.id))} is also used in {where}, and one of the two was generated"
        byte = document.origin.byte if document.origin else -1
        hint = "create ids with --id-from path, and name a folder above all files; or give each document an id"
        return Finding(
            duplicate_id.RULE.code, "error", what, path, line, 1, byte, document.id, hint, blocks_reading=True
        )


def scanned(
    stream: Stream, format: Format, options: ReadOptions, progress: Callable[[int, int], None] | None = None
) -> Iterator[Batch]:
    """Give what a scan gives. After damage in compressed data it goes on at the next intact member, where the format
    can. Its findings say whether their offsets are those of the source as it is stored.

    Raises ConfigurationError, here and not later, for options that do not fit together.
    """
    if format.begins is not None and isinstance(stream, storage.Input) and stream.codec:
        batches = resumed(stream, format, options)
    else:
        batches = format.scan(stream, options)
    batches = _finished(batches, stream, format, options)
    if progress is not None:
        batches = _told(batches, stream, progress)
    return batches if stream.codec else map(_stored, batches)


def _told(batches: Iterator[Batch], stream: Stream, progress: Callable[[int, int], None]) -> Iterator[Batch]:
    before = 0
    for batch in batches:
        here = getattr(stream, "raw_position", before)  # what is read again has none
        progress(len(batch.documents), here - before)
        before = here
        yield batch


def _stored(batch: Batch) -> Batch:
    if not batch.findings:
        return batch
    return batch._replace(findings=[finding._replace(stored=True) for finding in batch.findings])


def placed(loss: Loss, region: Region, pointer: Pointer) -> Loss:
    """Return a loss with the line of its document, where the scan was told not to count lines."""
    known = loss.line or loss.byte < 0
    return loss if known else loss._replace(line=pointer.context(region, loss.byte).line)


def whole(batches: Iterator[Batch]) -> Iterator[Sequence[Document]]:
    """Give the documents of a scan, a list at a time. Raises ParseError at the first error, after those before it."""
    for batch in batches:
        yield batch.documents
        for finding in batch.findings:
            if finding.severity == "error":
                raise ParseError(finding)


def together(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Give batches that come from the same bytes as one: for whoever wants all of a source, whatever is refused.

    The bytes of refused records are not kept.
    """
    held: list[Batch] = []
    count = 0
    failure: ParseError | None = None
    try:
        for batch in batches:
            alone = batch.fatal or batch.to_validate or batch.dropped or batch.made or batch.clash or batch.source_byte
            if held and (alone or batch.region is not held[0].region or count >= _TOGETHER):
                yield _joined(held)
                held, count = [], 0
            if alone or not (held or batch.findings):
                yield batch
            else:
                held.append(batch)
                count += len(batch.findings)
    except ParseError as error:
        failure = error
    if held:
        yield _joined(held)
    if failure is not None:
        raise failure


def _joined(batches: Sequence[Batch]) -> Batch:
    documents = [document for batch in batches for document in batch.documents]
    findings = [finding for batch in batches for finding in batch.findings]
    counted = sum((Counter(batch.counted) for batch in batches if batch.counted), Counter[str]())
    return batches[0]._replace(documents=documents, findings=findings, refused=b"", counted=counted)


def bounded(batches: Iterator[Batch], limits: Limits) -> Iterator[Batch]:
    """Give what :func:`unless_hopeless` gives, with so many warnings of one code at most (then FILE006)."""
    warned = Counter[str]()
    for batch in unless_hopeless(batches, limits):
        if any(finding.severity != "error" for finding in batch.findings):
            told = [enough(one, warned, limits.warnings) if one.severity != "error" else one for one in batch.findings]
            yield batch._replace(findings=[one for one in told if one is not None])
        else:
            yield batch


def unless_hopeless(batches: Iterator[Batch], limits: Limits) -> Iterator[Batch]:
    """Give what a scan gives, until too many records in a row were refused (FILE005): then that, and no more."""
    refused = 0
    for batch in batches:
        yield batch
        if refused and batch.documents:
            refused = 0
        refused += batch.counted_last
        if batch.findings and batch.findings[-1].severity == "error":
            refused += 1
            if refused >= limits.faults:
                last = batch.findings[-1]
                what = f"{refused:,} records in a row were refused; the rest of the file is not read"
                yield Batch((), (_about_all(storage.HOPELESS, what, last),), batch.region, fatal=True)
                return


def enough(finding: Finding, counts: Counter[str], most: int) -> Finding | None:
    """Return the finding when it is one of the first ``most`` of its code; for the next one, what says that there are
    too many (FILE006); then nothing. ``counts`` are those of the source so far.
    """
    code = finding.code
    counts[code] += 1
    if counts[code] <= most:
        return finding
    what = f"{most:,} findings of {code} are reported for this file; there are more"
    return _about_all(storage.MANY, what, finding) if counts[code] == most + 1 else None


def _about_all(code: str, what: str, last: Finding) -> Finding:
    rule = storage.BY_CODE[code]
    severity = "note" if last.severity == "note" else rule.severity
    return last._replace(code=code, severity=severity, message=what, hint=rule.advice, edit=None, document=None)


class _Shift(NamedTuple):
    """Where a scan began, amid a source: the offset in the decompressed stream, and how many lines were before it."""

    offset: int
    lines: int

    def batch(self, batch: Batch) -> Batch:
        buffer, offset, line, column = batch.region
        return batch._replace(
            documents=[self._document(one) for one in batch.documents],
            findings=[self._finding(one) for one in batch.findings],
            region=Region(buffer, offset + self.offset, line + self.lines, column),
        )

    def _document(self, document: Document) -> Document:
        id, name, data, encoding, meta, (path, byte, line, body) = document.__reduce__()[1]
        origin = (path, byte + self.offset, line + self.lines if line else 0, body + self.offset)
        return build(id, name, data, encoding, meta, origin)

    def _finding(self, finding: Finding) -> Finding:
        edit = finding.edit and finding.edit._replace(byte=finding.edit.byte + self.offset)
        line = finding.line + self.lines if finding.line else 0
        return finding._replace(byte=finding.byte + self.offset, line=line, edit=edit, record=0)


class UpToDamage:
    """A compressed source, up to damage.

    Of a format whose documents end where the next one begins, the document before the damage is whole only if a
    document begins there too. It is taken for whole, and the source ends there without an error, where the damaged
    member or those around it begin with documents.
    """

    def __init__(self, stream: storage.Input, format: Format) -> None:
        self._stream, self._format = stream, format
        self.name, self.codec = stream.name, stream.codec
        assert format.begins is not None
        try:
            #: How the source begins; empty where that is damaged.
            self.head = stream.peek(HEAD)
        except ParseError:
            self.head = stream.torn
        stream.watch(partial(format.begins, self.head))
        #: Of the members after the first one, so many began with a document, and so many did not.
        self._with = self._without = 0
        self.begin()

    def begin(self) -> None:
        """Begin, at the first member or at the one after damage."""
        #: What was wrong, and what is skipped.
        self.failure: ParseError | None = None
        self.gap: storage.Gap | None = None
        self._members = self._stream.track_members() if self._format.open_ended else None
        #: Where the first of them begins, in the decompressed stream.
        self._begun = self._stream.position

    def read(self, size: int, /) -> bytes:
        """Return up to about ``size`` bytes; none at the end. Raises ParseError."""
        before = self._stream.position - self._begun
        if self.failure is not None:  # what can be given now is what stands after the damage
            return b""
        try:
            data = self._stream.read(size)
        except ParseError as error:
            self.failure, torn = error, self._stream.torn
            if error.finding.code in _PASSED:
                self.gap = self._stream.skip_damage()
                self._look(torn)
                self._look(self.gap.content)
            elif error.finding.code != storage.CUT or not self._stream.is_sound:
                raise
            if before and self._format.open_ended and self._with and not self._without:
                return b""
            raise
        while self._members and self._members[0][0] < before + len(data):
            at = self._members.pop(0)[0]
            if at:
                self._look(data[at - before :])
        return data

    def _look(self, data: bytes) -> None:
        if len(data) >= _BEGINNING and self._format.resync is not None:
            begins = self._format.resync(data[:_BEGINNING], 0) == 0
            self._with += begins
            self._without += not begins

    @property
    def is_over(self) -> bool:
        """As of the source."""
        return self._stream.is_over

    def track_members(self) -> list[tuple[int, int]] | None:
        """As of the source."""
        return self._stream.track_members()

    def expand(self, size: int, /) -> None:
        """As of the source."""
        self._stream.expand(size)


def with_gap(finding: Finding, gap: storage.Gap) -> Finding:
    """Return what is to be said of damage, with what is skipped for it."""
    if gap.content:
        what, hint = (
            f"{gap.size:,} bytes of the file are skipped; reading continues at byte {gap.offset} of the file",
            _FETCH,
        )
    elif gap.size < gap.offset:
        what, hint = f"the last {gap.size:,} bytes of the file are not read", _FETCH
    else:
        what, hint = "nothing of the file can be read", finding.hint
    return finding._replace(message=f"{finding.message}; {what}", hint=hint)


def resumed(stream: storage.Input, format: Format, options: ReadOptions) -> Iterator[Batch]:
    """Give what scans of a compressed source give: one after each damage, which is an error that stands for all that is
    skipped. It is fatal where documents were given that it may have changed.

    Lines are counted as they are read. The number of a record is not known after damage. Raises ConfigurationError at
    once.
    """
    source = UpToDamage(stream, format)
    return _resumed(format.scan(source, options), source, stream, format, options)


def _resumed(
    batches: Iterator[Batch], source: UpToDamage, stream: storage.Input, format: Format, options: ReadOptions
) -> Iterator[Batch]:
    shift = _Shift(0, 0)
    region = Region(b"", 0, 1)
    documents: Sequence[Document] = ()  # the last ones
    while True:
        try:
            for batch in batches:
                told = shift.batch(batch) if shift.offset else batch
                region = told.region
                documents = told.documents or documents
                yield told
        except ParseError:
            if source.failure is None:
                raise
        failure, gap = source.failure, source.gap
        if failure is None:
            return
        if gap is None:
            raise failure
        finding = with_gap(failure.finding, gap)
        end = documents[-1].origin.body + len(documents[-1].data) if documents and documents[-1].origin else -1
        is_fatal = finding.code == storage.DAMAGED and end > gap.sound
        yield Batch((), (finding,), Region(b"", finding.byte, 1), fatal=is_fatal, cut=True)
        if is_fatal or not gap.content:
            return
        shift = _Shift(stream.position, region.line - 1 + region.buffer.count(b"\n"))
        source.begin()
        batches = format.scan(source, options._replace(resumed=source.head))
