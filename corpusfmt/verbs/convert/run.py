"""One conversion: sources, documents, a writer, a commit. A target appears only if everything succeeded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Final

from corpusfmt import storage
from corpusfmt.limits import MIB
from corpusfmt.model.document import Document
from corpusfmt.model.errors import ConfigurationError, Loss, LossError, ParseError
from corpusfmt.model.finding import Finding
from corpusfmt.model.format import Batch, Format, ReadOptions, Source
from corpusfmt.model.rows import Rows
from corpusfmt.model.text_search import searched
from corpusfmt.sources.batches import Unique, bounded, placed, scanned, together
from corpusfmt.sources.files import opened, sources
from corpusfmt.sources.reader import KEPT
from corpusfmt.sources.settings import Reading, Unused
from corpusfmt.targets.files import Target, open_target
from corpusfmt.targets.settings import Places, Writing
from corpusfmt.text.display import quoted
from corpusfmt.text.position import Pointer, Region
from corpusfmt.verbs.convert.quarantine import Quarantine
from corpusfmt.verbs.convert.report import Progress, Report

if TYPE_CHECKING:
    from corpusfmt.verbs.convert.proof import Proof
    from corpusfmt.verbs.convert.receipt_file import Sealing


#: A source of so many bytes is scanned in a thread.
_LARGE: Final = 2 * MIB


class _Stopped(Exception):
    """The run is over; nothing is to be committed."""


class Conversion:
    """One run. ``run`` never raises for content: it is all in the report."""

    def __init__(
        self,
        asked: Sequence[str],
        target: str,
        reading: Reading,
        writing: Writing,
        *,
        on_error: str = "raise",
        quarantine: str = "",
        ids: Sequence[str | int] | None = None,
        report_to: str = "",
        verify: bool = False,
        receipt: str = "",
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """Check what was asked. A ``receipt`` is written of what is verified in any case.

        Raises ConfigurationError, UnknownFormatError and OSError.
        """
        on_error = "raise" if on_error == "stop" else on_error
        if on_error not in ("raise", "skip", "quarantine"):
            raise ConfigurationError(f"on_error must be raise, skip or quarantine=FILE, not {quoted(on_error)}")
        self.reading = reading.checked(asked)
        places = Places(target, writing, quarantine, report_to, receipt)
        self.paths, skipped = sources(asked, self.reading, places.is_of_run)
        self.on_error, self.progress = on_error, progress
        #: The documents to convert, by id; None for all.
        self.ids = None if ids is None else frozenset(map(str, ids))
        self.missing_ids = set(self.ids or ())
        self._makes_ids = self.reading.makes_ids
        self._unique = Unique(every=self._makes_ids)
        self.report = Report()
        self.report.skipped, self.report.skip_reasons = list(skipped), skipped
        self.region, self.pointer = Region(b"", 0, 1), Pointer()
        self.doomed = False
        #: How many documents were read before the source at hand.
        self._before = 0
        #: What was said last of damage in a file.
        self.damaged: Finding | None = None
        places.check(self.paths)
        self._replaced = places.replaced()
        #: The sources that are replaced, each as it was read.
        self._rewritten: list[tuple[str, storage.State]] = []
        self.quarantine: Quarantine | None = None
        self.proof: Proof | None = None
        self.receipt: Sealing | None = None
        self._source, self._jobs = Source(), writing.jobs
        self.target = open_target(target, writing._replace(source=self._source), folder=places.is_folder)
        try:
            self.unused = Unused(self.reading, *writing.shared)
            self.unused.names -= set(self.target.options.own)
            self.quarantine = Quarantine(quarantine, force=writing.force) if on_error == "quarantine" else None
            if verify or receipt:
                from corpusfmt.verbs.convert.proof import Proof

                self.proof = Proof(_folder_of(self.target), target, receipt)
            if receipt and self.proof:
                from corpusfmt.verbs.convert.receipt_file import Sealing, asked_for

                more = {"on_error": on_error, "quarantine": quarantine, "ids": sorted(self.ids or ())}
                head = asked_for(asked, target, reading, writing, more)
                self.receipt = Sealing(receipt, self.proof, head, self.target.format, self.target.options)
        except BaseException:
            self._discard()
            raise

    def run(self) -> Report:
        """Convert. Raises OSError, SourceChangedError, and ConfigurationError for options that no format knew."""
        try:
            report = self.report
            try:
                self._read_all()
                self._check_asked()
            except _Stopped:
                pass
            if self.doomed:
                if not self.target.is_pipe:
                    report.written = 0
                report.refused = report.read - report.written
                if self.quarantine:
                    self.quarantine.discard()
            else:
                self._commit()
            if self.receipt:
                self.receipt.write(report)
            return report
        finally:
            self._discard()

    def _commit(self) -> None:
        """Make all durable, prove it if that was asked, and give it its names."""
        report, target, quarantine = self.report, self.target, self.quarantine
        target.finish()
        if quarantine:
            quarantine.finish()
        if self.proof:
            self.proof.check(target.reread(hashed=self.receipt is not None), target.format, target.options)
            report.verified = self.proof.checked
            if quarantine:
                self.proof.check_aside(*quarantine.reread())
        report.bytes_written, report.files = target.size, target.files
        self._check_sources()  # before a shard that was saved is taken for that of another run
        with target.alone():
            self._check_sources()  # it may have waited
            if quarantine:
                quarantine.clear_old()
            report.outputs += target.publish()
            if quarantine:
                report.outputs.append(quarantine.publish())
                report.cut = quarantine.cut
        report.committed = True
        if self.proof:
            for path in target.beside:
                self.proof.beside(path)

    def _check_sources(self) -> None:
        """Raise SourceChangedError for a source that is replaced, and is not as it was read."""
        for path, state in self._rewritten:
            storage.check_state(path, state, "converted")

    def _discard(self) -> None:
        """Leave nothing behind of what has no name yet."""
        for part in (self.target, self.quarantine, self.receipt):
            if part:
                part.discard()
        if self.proof:
            self.proof.close()

    def _check_asked(self) -> None:
        self.unused.check()
        if self.missing_ids and not self.doomed:
            raise ConfigurationError(f"no document has the id {quoted(min(self.missing_ids))}")

    def _read_all(self) -> None:
        total = sum(map(storage.size_of, self.paths)) if self.progress else 0
        done = 0
        for path in self.paths:
            read = self._before = self.report.read
            try:
                with opened(path, self.reading, hashed=self.receipt is not None) as (stream, format):
                    if self._replaced and stream.state and stream.state.file in self._replaced:
                        self._rewritten.append((self._replaced[stream.state.file], stream.state))
                    self.unused.saw(format)
                    options = self.reading.options_for(format, path, lines=False)
                    options = options._replace(keeps_refused=self.quarantine is not None)
                    if self.on_error == "skip" and not self.receipt:
                        options = options._replace(told=KEPT)
                    if self.target.options.own.get("name-from") == "path":
                        self._source.stem = self.reading.stem(path, format)
                    try:
                        batches = bounded(self._scanned(stream, format, options), self.reading.limits)
                        if self.on_error == "skip" and not (self.quarantine or self.proof):
                            batches = together(batches)
                        with self._ahead(batches, stream) as found:
                            for batch in found:
                                self._take(batch)
                                if self.progress:
                                    self.progress(Progress(self.report.read, done + stream.raw_position, total))
                    except ParseError as error:  # from the file layer: compressed data that is cut or damaged
                        self._refuse_file(error.finding, fatal=stream.is_doubtful(error.finding))
                    finally:
                        done += stream.raw_position
                        self.report.bytes_read += stream.position
                    if self.proof:
                        self.proof.read(stream, path, format, self.report.read - read)
            except ParseError as error:  # the same, in the first bytes of a file without a format
                self._refuse_file(error.finding)
        if self.damaged and not self.report.written:  # an empty target would stand for what could not be read
            self.doomed, self.report.error = True, ParseError(self.damaged)

    def _ahead(self, batches: Iterator[Batch], stream: storage.Input) -> AbstractContextManager[Iterator[Batch]]:
        """Let a thread scan, where that is worth it. It would wait for a pipe, which may never give more."""
        if self._jobs < 2 or stream.state is None or stream.state.size < _LARGE:
            return nullcontext(batches)
        from corpusfmt.sources.ahead import Ahead

        return Ahead(batches)

    def _scanned(self, stream: storage.Input, format: Format, options: ReadOptions) -> Iterator[Batch]:
        """Give what a scan gives, of the documents those that were asked for."""
        batches = scanned(stream, format, options)
        if self.ids is not None:
            batches = map(self._asked, batches)
        return self._unique(batches, stream.name) if self._makes_ids or format.id_of_path else batches

    def _asked(self, batch: Batch) -> Batch:
        ids = self.ids or frozenset()
        every = searched(batch.documents).ids
        found = [at for at, id in enumerate(every) if id in ids]
        self.missing_ids.difference_update([every[at] for at in found])
        documents = batch.documents
        documents = documents.only(found) if isinstance(documents, Rows) else [documents[at] for at in found]
        made = frozenset(number for number, at in enumerate(found) if at in batch.made)
        return batch._replace(documents=documents, made=made)

    def _take(self, batch: Batch) -> None:
        self.region = batch.region
        documents = batch.documents
        self.report.dropped.update(batch.dropped)
        if count := len(documents):
            self.report.read += count
            self._write(documents, count)
        if batch.counted:
            self.report.count(batch.counted)
        for finding in batch.findings:
            if finding.severity == "error":
                self._refuse_record(finding, batch.refused, cut=batch.cut, fatal=batch.fatal, clash=batch.clash)
            else:
                self.report.add_finding(finding)

    def _write(self, documents: Sequence[Document], count: int) -> None:
        try:
            if self.doomed:
                self.target.check(documents)
            else:
                lost = self.target.write(documents)
                self.report.written += count
                self.report.lost.update(lost.kinds)
                if self.proof:
                    self.proof.wrote(documents, [[self._placed(loss) for loss in some] for some in lost.each()])
        except LossError as error:
            if count == 1:
                self._refuse_document(documents[0], error)
                return
            for half in (documents[: count // 2], documents[count // 2 :]):
                self._write(half, len(half))

    def _refuse_document(self, document: Document, error: LossError) -> None:
        report = self.report
        error = LossError([self._placed(loss) for loss in error.losses])
        report.add_losses(error.losses)
        report.refused += 1
        report.at_fault += 1
        if self.proof:
            self.proof.lost(error.losses, allowed=False)
            self.proof.refused(document.id, ",".join(dict.fromkeys(x.kind for x in error.losses)), error.losses[0])
        if self.on_error == "raise":
            self.doomed = True
            if report.error is None:
                report.error = error
            if self.target.is_pipe:
                raise _Stopped
        elif self.quarantine:
            self.quarantine.add_document(document, error)

    def _placed(self, loss: Loss) -> Loss:
        return placed(loss, self.region, self.pointer)

    def _refuse_file(self, finding: Finding, *, fatal: bool = False) -> None:
        self._refuse_record(finding, b"", cut=True, fatal=fatal)

    def _refuse_record(
        self, finding: Finding, raw: bytes, *, cut: bool, fatal: bool = False, clash: Document | None = None
    ) -> None:
        report = self.report
        report.add_finding(finding)
        report.read += 1
        report.refused += 1
        report.at_fault += 1
        if finding.code == storage.DAMAGED:
            self.damaged = finding
        if self.proof:
            self.proof.refused(finding.document, finding.code, finding)
        if self.on_error == "raise" or fatal:
            self.doomed = True
            report.error = ParseError(finding)
            report.record = 0 if finding.code in storage.BY_CODE else report.read - self._before
            raise _Stopped
        if self.quarantine and clash is not None:
            loss = Loss("id", finding.message, clash.id, finding.path, finding.line, finding.byte)
            self.quarantine.add_document(clash, LossError([loss]))
        elif self.quarantine:
            self.quarantine.add_record(finding, raw, cut=cut)


def _folder_of(target: Target) -> str:
    """Return the folder of a target that can be read back. Raises ConfigurationError for one that cannot."""
    if target.is_pipe:
        raise ConfigurationError("a pipe or a device cannot be read back; name a file with -o")
    return target.folder
