"""Fixing files: apply the edits of findings, and read the result again before it replaces the old file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain

from corpusfmt import storage
from corpusfmt.checks.baseline import Baseline
from corpusfmt.checks.run import Against, Checking
from corpusfmt.checks.selection import Selection
from corpusfmt.limits import CHUNK
from corpusfmt.model.document import Document
from corpusfmt.model.errors import ConfigurationError, CorpusfmtError, ParseError, VerificationError
from corpusfmt.model.finding import Edit
from corpusfmt.model.format import Format, ReadOptions, Stream
from corpusfmt.rules import legacy_encoding
from corpusfmt.sources.batches import scan
from corpusfmt.sources.files import opened, sources
from corpusfmt.sources.settings import AUTO, UTF8, Reading, Unused
from corpusfmt.text.display import WIDE_MARKS, marked, quoted
from corpusfmt.verbs.fix.edits import Recoded, Removed, Source, Transcoded, Work, is_in, pour, write_members
from corpusfmt.verbs.fix.proven import Verdict, chunks, judged, takes
from corpusfmt.verbs.fix.selection import ROUNDS, FixSelection
from corpusfmt.verbs.fix.unified_diff import Diff

#: The rule about texts that are not in UTF-8. Its fix makes them so.
LEGACY = legacy_encoding.RULE.code


class Fixed:
    """The result for one file: fixes and remaining findings, by code. ``side`` is the file with the removed bytes, or
    empty. ``changed`` says whether the file was replaced (with a dry run: would be). ``links`` counts the other names
    (hard links) that keep the old content. ``note`` says why the encoding of the file was kept, if it was to be
    detected; ``unproven``: and is not UTF-8.
    """

    def __init__(self, path: str) -> None:
        self.path, self.side, self.note = path, "", ""
        self.changed, self.unproven, self.links = False, False, 0
        self.fixes: Counter[str] = Counter()
        self.left: Counter[str] = Counter()

    def __repr__(self) -> str:
        return f"<Fixed {self.path!r}: {self.fixes.total()} fixes, {self.left.total()} findings left>"


class Fixing:
    """Fixes files in place."""

    def __init__(
        self,
        asked: Sequence[str],
        reading: Reading,
        *,
        unsafe: bool = False,
        codes: Sequence[str] = (),
        selection: Selection | None = None,
        baseline: Baseline | None = None,
        dry: bool = False,
        diff: Callable[[bytes], None] | None = None,
    ) -> None:
        """Check what was asked. Rules run that are selected, or named by ``codes``. What a ``baseline`` knows is fixed
        where it can be, and not told as left.

        Raises ConfigurationError, UnknownFormatError and OSError.
        """
        self._auto = reading.encoding == AUTO
        if self._auto:  # instead of what is configured
            reading = reading._replace(encoding=UTF8)
        self.reading = reading.checked(asked)
        self.checking = Checking(self.reading, selection or Selection(extend=codes), Against())
        self.paths = sources(asked, self.reading).paths
        for path in self.paths:
            if not storage.is_regular(path):
                what = "standard input" if path == "-" else quoted(path, 400)
                raise ConfigurationError(f"{what} cannot be fixed in place; name a file")
        self.unsafe, self.dry, self.diff = unsafe, dry, diff
        self.fixing = FixSelection(self.checking, baseline, codes, unsafe=unsafe)
        self.unused = Unused(self.reading)
        #: Why files could not be fixed.
        self.failures: list[CorpusfmtError | OSError] = []
        #: Whether the file at hand gets an edit of its format that presumes something.
        self._presuming = False
        #: The file at hand, as it was when it was opened first.
        self._state: storage.State | None = None
        #: The encoding that it is brought to UTF-8 from.
        self._verdict = Verdict()

    def run(self) -> Iterator[Fixed]:
        """Fix the files one after the other.

        Raises, after all other files were fixed, the first of ``failures``: OSError, UnknownFormatError, ParseError for
        damaged compressed data, SourceChangedError for a file that changes before it is replaced, and VerificationError
        for a fixed file that would not contain the documents of the old one.
        """
        for path in self.paths:
            try:
                with opened(path, self.reading) as (stream, format):
                    self._state = stream.state
                    self.unused.saw(format, last=path == self.paths[-1])
                    options = self.reading.options_for(format, path, thorough=True)._replace(
                        fixing=True, keeps_refused=False
                    )
                yield self._fix(path, format, options)
            except (OSError, CorpusfmtError) as failure:
                self.failures.append(failure)
        self.checking.close()
        if self.failures:
            raise self.failures[0]

    def _fix(self, path: str, format: Format, options: ReadOptions) -> Fixed:
        fixed = Fixed(path)
        self._verdict = Verdict()
        if self._auto:
            self._judge(fixed, format)
        self._mend(fixed, format, options)
        return fixed

    def _judge(self, fixed: Fixed, format: Format) -> None:
        """Find out which encoding a file is in. Raises ParseError and OSError."""
        if not takes(format):
            fixed.note = f"--encoding auto is for files of text, and not for the format {format.name}"
            return

        def pieces() -> Iterator[bytes]:
            with self._opened(fixed.path) as stream:
                yield from chunks(Source(stream, format, salvage=self._salvages).read)

        verdict = judged(pieces, format)
        fixed.unproven = bool(verdict.why) and not (verdict.encoding and (verdict.is_sure or self.unsafe))
        if verdict.encoding and not (verdict.is_sure or self.unsafe):
            fixed.note = f"its encoding is not proven: it is {verdict.why}; --unsafe-fixes makes UTF-8 of it"
        elif verdict.encoding:
            self._verdict = verdict
        elif verdict.why:
            fixed.note = f"its encoding is not proven: {verdict.why}"

    def _mend(self, fixed: Fixed, format: Format, options: ReadOptions) -> None:
        path = fixed.path
        self._presuming = False
        self.fixing.begin(path)
        work = Work(path, traced=self.diff is not None, parted=format.rewrite is not None)
        try:
            with self._opened(path) as looked, self._opened(path) as stream, self._opened(path, plain=True) as stored:
                source = self._source(looked, format)
                if source.fixes:
                    fixed.fixes[source.fixes] += 1
                self.fixing.looked = self._progress(looked)
                edits = self._edits(source, format, options, fixed, fixed.fixes)
                first = next(edits, None)
                if first is None and not source.cut and not source.passed and not source.fixes:
                    return
                removed = Removed(stored, work.cut)
                work.copy(self._source(stream, format, removed), chain([first] if first else [], edits))
                fixed.fixes.update(source.passed)
                codec = looked.codec
            self.fixing.looked = None
            self._presuming = self._presuming or source.cut or bool(source.passed)
            if fixed.fixes[LEGACY]:  # what was in the encoding that was named is in UTF-8 now
                options = options._replace(encoding=None)
            self._again(work, format, options, fixed)
            fixed.changed, fixed.links = True, storage.links_of(path)
            if fixed.unproven and judged(lambda: chunks(work.text.stream().read), format) == Verdict():
                fixed.unproven, fixed.note = False, ""  # a fix made UTF-8 of what was not
            if self.diff:
                with self._opened(path) as stream:
                    old = self._source(stream, format)
                    Diff(path, old, work.text, self.diff, old.changes).run(work.steps())
            if not self.dry:
                self._replace(work, format, options, fixed, codec)
        finally:
            work.close()

    def _progress(self, stream: storage.Input) -> Callable[[int], None] | None:
        """Return what tells how far a file has been looked at."""
        progress, before = self.reading.progress, 0
        if progress is None:
            return None

        def looked(documents: int) -> None:
            nonlocal before
            progress(documents, stream.raw_position - before)
            before = stream.raw_position

        return looked

    def _opened(self, path: str, *, plain: bool = False) -> storage.Input:
        limits = self.reading.limits
        return storage.open_input(
            path, plain=plain, ratio=limits.ratio, window=limits.zstd_window, expected=self._state,
            root=self.reading.root(path),
        )  # fmt: skip

    @property
    def _salvages(self) -> bool:
        """Whether damaged compressed data is removed."""
        return self.unsafe and any(map(self.fixing.wants_code, (storage.CUT, storage.DAMAGED, storage.FOLLOWED)))

    def _source(self, stream: storage.Input, format: Format, removed: Removed | None = None) -> Source:
        """Return what is to be fixed: a file in UTF-16 or UTF-32 is brought to UTF-8 first, as its mark says."""
        if self._verdict.encoding:
            return Recoded(stream, format, self._verdict, LEGACY, salvage=self._salvages, removed=removed)
        if format.wide_code and not self._auto and self.fixing.wants_code(format.wide_code):
            head = b""
            with suppress(ParseError):  # damaged at once
                head = stream.peek(4)
                head = stream.peek(CHUNK) if marked(head) else head
            encoding = next((name for mark, name in WIDE_MARKS if head.startswith(mark)), "")
            if encoding and not (format.has_narrow and format.has_narrow(head)):
                return Transcoded(stream, format, encoding, salvage=self._salvages)
        return Source(stream, format, salvage=self._salvages, removed=removed)

    def _again(self, work: Work, format: Format, options: ReadOptions, fixed: Fixed) -> None:
        """Fix until there is nothing more to fix."""
        for _ in range(ROUNDS):
            fixed.left.clear()
            more: Counter[str] = Counter()
            edits = self._edits(work.text.stream(), format, options, fixed, more)
            first = next(edits, None)
            if first is None:
                return
            work.over(chain([first], edits))
            fixed.fixes += more
        raise VerificationError(f"{quoted(fixed.path, 400)}: the fixes contradict one another; nothing was changed")

    def _edits(
        self, stream: Stream, format: Format, options: ReadOptions, fixed: Fixed, counts: Counter[str]
    ) -> Iterator[Edit]:
        """Give the edits for a stream in order, none over another, and count them; count what else was found."""
        done, most = 0, options.limits.warnings  # of unsafe edits a scan gives no more, however often it is repeated
        for _, found in self.fixing.scan(stream, format, options, fixed.path):
            for finding, is_known in sorted(found, key=lambda one: one[0].edit.byte if one[0].edit else -1):
                edit, ruled = finding.edit, self.fixing.is_ruled(finding)
                enough = edit is not None and not (edit.safe or ruled) and fixed.fixes[finding.code] > most
                if edit is not None and self.fixing.wants(finding) and edit.byte >= done and not enough:
                    counts[finding.code] += 1
                    done = edit.byte + edit.length
                    self._presuming = self._presuming or not (edit.safe or ruled)
                    yield (
                        edit._replace(safe=True) if ruled else edit
                    )  # what it takes away is no part of the file's frame
                elif not is_known and self.fixing.is_left(finding):
                    fixed.left[finding.code] += 1

    def _replace(self, work: Work, format: Format, options: ReadOptions, fixed: Fixed, codec: str) -> None:
        """Write the new file, read it again, and put it in the place of the old one, if that is still as it was read.

        Raises SourceChangedError, VerificationError, ConfigurationError and OSError.
        """
        with ExitStack() as stack:
            output = stack.enter_context(_discarding(storage.Output(fixed.path, codec)))
            output.keep_attributes(fixed.path)
            if codec and format.members is not None:
                write_members(work.text, format.members, output, codec)
            else:
                pour(work.text, output, format.resync if codec else None)
            output.finish()
            self._compare(fixed, format, options, output)
            side = None
            if work.cut.size:
                fixed.side = f"{fixed.path}.cut"
                if not is_in(work.cut, fixed.side):  # of a run that was ended before it replaced the file
                    side = stack.enter_context(_discarding(storage.Output(_free(fixed.side), "")))
                    side.keep_attributes(fixed.path)
                    pour(work.cut, side)
                    side.finish()
            leftover = None
            if side is not None:
                side.publish()
                leftover = storage.Leftover(fixed.side)
            try:  # no call to the system is made between this comparison and the renaming
                storage.check_state(fixed.path, self._state, "fixed")
            except BaseException:
                if leftover:
                    leftover.remove()
                raise
            output.publish()

    def _compare(self, fixed: Fixed, format: Format, options: ReadOptions, output: storage.Output) -> None:
        """Check that each document of the old file is in the new one, in order. Counts what is still to be found."""
        fixed.left.clear()
        with self._opened(fixed.path) as old, output.reread() as new:
            there = self._documents(format, new, options, fixed)
            before = options._replace(encoding=self.reading.options_for(format, fixed.path).encoding)
            documents = (one for batch in scan(self._source(old, format), format, before) for one in batch.documents)
            for number, document in enumerate(documents, 1):
                expected = self.fixing.settled(document, number, format)
                if not any(_is_kept(document, other) or _is_kept(expected, other) for other in there):
                    if self._presuming:
                        break
                    raise VerificationError(
                        f"{quoted(fixed.path, 400)}: the fixed file would not hold the document "
                        f"{quoted(str(document.id))} as it was; nothing was changed"
                    )
            for _ in there:
                pass

    def _documents(self, format: Format, stream: Stream, options: ReadOptions, fixed: Fixed) -> Iterator[Document]:
        """Give the documents of the fixed file, and count what is still to be found."""
        for batch, found in self.fixing.scan(stream, format, options, fixed.path):
            fixed.left.update(
                finding.code for finding, is_known in found if not is_known and self.fixing.is_left(finding)
            )
            yield from batch.documents


def _is_kept(old: Document, new: Document) -> bool:
    """Say whether a document is another one, or that with more metadata, of a record that could not be read before."""
    if old == new:
        return True
    same = (old.id, old.name, old.data, old.encoding) == (new.id, new.name, new.data, new.encoding)
    return same and len(new.meta) > len(old.meta) and all(new.meta.get(key) == old.meta[key] for key in old.meta)


def _free(path: str) -> str:
    """Return ``path``, which must not be there: what was cut off before is not overwritten."""
    if storage.exists(path):
        raise ConfigurationError(f"{quoted(path, 400)} already exists; move it away first")
    return path


@contextmanager
def _discarding(output: storage.Output) -> Iterator[storage.Output]:
    try:
        yield output
    finally:
        output.discard()
