"""What a scan gives, as all commands take it: damage, padding, ids that were made, and bounds on findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from corpusfmt import storage
from corpusfmt.limits import Limits
from corpusfmt.model.document import Document, line_of
from corpusfmt.model.errors import Loss, ParseError
from corpusfmt.model.finding import Edit, Finding
from corpusfmt.model.format import Batch, Format, ReadOptions, Stream
from corpusfmt.model.ids import made_ids
from corpusfmt.model.rule import found
from corpusfmt.rules import duplicate_id
from corpusfmt.sources.after_damage import resumed
from corpusfmt.text.display import quoted, shown
from corpusfmt.text.position import Pointer, Region

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

    def __call__(self, batches: Iterator[Batch], path: str) -> Iterator[Batch]:
        """Give what a scan gives. A document whose id is used before is refused, if one of the two ids was made."""
        self._paths.append(path)
        source = len(self._paths) - 1
        remembers = True
        for batch in batches:
            start = 0
            for at, document in enumerate(batch.documents):
                made = at in batch.made
                line = line_of(document)
                mark = (source << _LINE_BITS | line) << 1 | made
                first = self._seen.get(f"{document.id}")
                if first is None:
                    if made or remembers:
                        self._seen[f"{document.id}"] = mark
                elif made or first & 1:
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
        if batch.documents:
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
