"""Validating: sources, the same parse that reads them, the rules, findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from os import PathLike, fspath
from typing import TYPE_CHECKING

from corpusfmt import across, registry, storage
from corpusfmt.baseline import Baseline, Baselined
from corpusfmt.checking import Against, Checking
from corpusfmt.core.errors import ConfigurationError, CorpusfmtError, SourceChangedError, UnknownFormatError
from corpusfmt.core.finding import Finding
from corpusfmt.core.limits import MAX_DOCUMENT, SCHEMA_SECONDS
from corpusfmt.reading import Reading, Unused, limited, sources
from corpusfmt.selection import Selection
from corpusfmt.tally import Tally
from corpusfmt.workers import Job, check_all, is_worth_it
from corpusfmt.writing import named

if TYPE_CHECKING:
    from corpusfmt.recordschemas.infer import Profile


#: What keeps one source from being looked at, and no other.
PASSED = (UnknownFormatError, SourceChangedError, OSError)


class Validation:
    """One run over sources. ``tally`` counts what was looked at and found so far."""

    def __init__(
        self,
        asked: Sequence[str],
        reading: Reading,
        selection: Selection | None = None,
        against: Against | None = None,
        *,
        baseline: Baseline | None = None,
        cap: int = 0,
        jobs: int = 1,
        marked: bool = False,
    ) -> None:
        """Check what was asked. ``cap`` bounds the findings of a code that are given (0: all), ``jobs`` the processes;
        ``marked`` gathers in ``tally.marks`` what a baseline would say.

        Raises ConfigurationError, SchemaError, UnknownFormatError and OSError.
        """
        self.reading = reading.checked(asked)
        self.paths, self.passed_over = sources(asked, self.reading)
        selection = selection or Selection()
        folder = selection.folder or "."
        self.across = tuple(rule.code for rule in selection.rules if rule.code in across.RULES)
        self.job = Job(self.reading, selection, against or Against(), folder, self.across, cap, marked)
        self.checking = Checking(*self.job[:4])
        self.baseline, self.jobs = baseline, jobs
        self.tally = Tally()
        #: Why sources could not be looked at.
        self.failures: list[CorpusfmtError | OSError] = []
        self._unused = Unused(self.reading)

    def run(self) -> Iterator[Finding]:
        """Give the findings of each source, in order, then those across sources.

        Raises OSError, UnknownFormatError, SourceChangedError, ConfigurationError, and SchemaError for a schema that
        cannot be used. The first three are about one source, and raised after all others were looked at; ``failures``
        has them all.
        """
        lines = storage.Sorter()
        profiles: list[tuple[str, Profile]] = []
        try:
            if is_worth_it(self.paths, self.jobs):
                yield from self._side_by_side(lines, profiles)
            else:
                yield from self._one_by_one(lines, profiles)
            if not self.failures:
                self._unused.check()
                self._check_schema()
            found = across.repeats(lines, self.paths) if self.across else iter(())
            yield from self._told(found)
            if profiles:
                yield from self._told(across.drifts(profiles))
        finally:
            lines.close()
            self.checking.close()
        if self.failures:
            raise self.failures[0]

    def _one_by_one(self, lines: storage.Sorter, profiles: list[tuple[str, Profile]]) -> Iterator[Finding]:
        tally = self.tally
        for number, path in enumerate(self.paths):
            tally.sources += 1
            known = self._known(path)
            baselined = Baselined(known, tally, marked=self.job.marked)
            gatherer = across.Gatherer(self.across, number, lines) if self.across else None
            try:
                for finding in self.checking.source(path, tally, gatherer):
                    if baselined.is_told(finding, self.job.cap):
                        yield finding
            except PASSED as failure:
                self.failures.append(failure)
                continue
            if left := +known:
                tally.unseen[path] = left
            if gatherer and gatherer.profile:
                profiles.append((path, gatherer.profile))
            for name, judge in self.checking.judges.items():
                tally.engines[name] = dict.fromkeys(judge.engines)
            self._saw(tally)

    def _side_by_side(self, lines: storage.Sorter, profiles: list[tuple[str, Profile]]) -> Iterator[Finding]:
        knowns = [self._known(path) for path in self.paths]
        told: Counter[str] = Counter()
        with closing(check_all(self.job, self.paths, knowns, self.jobs)) as outcomes:
            for outcome in outcomes:
                self.tally.add(outcome.tally)
                if outcome.lines:
                    for line in storage.spilled(outcome.lines):
                        lines.add(line)
                if outcome.profile is not None:
                    profiles.append((outcome.path, outcome.profile))
                for finding in outcome.findings:
                    told[finding.code] += 1
                    if self.job.cap and told[finding.code] > self.job.cap:
                        self.tally.hidden[finding.code] += 1
                    else:
                        yield finding
                if isinstance(outcome.error, PASSED):
                    self.failures.append(outcome.error)
                elif outcome.error is not None:
                    raise outcome.error
                self._saw(outcome.tally)

    def _check_schema(self) -> None:
        formats = [registry.format_named(name) for name in self.tally.formats]
        if self.job.against.schema and not any(format.grammar for format in formats):
            there = " and ".join(format.title for format in formats)
            raise ConfigurationError(f"a RELAX NG schema is for XML, and what there is is {there}")

    def _saw(self, tally: Tally) -> None:
        for name in tally.formats:
            self._unused.saw(registry.format_named(name))

    def _told(self, findings: Iterator[Finding]) -> Iterator[Finding]:
        """Give findings across sources that are not known, left out or too many."""
        for finding in findings:
            path = finding.path
            left_out = self.job.selection.left_out(storage.relative(path, self.job.folder))
            if left_out and self.job.selection.is_left_out(finding, left_out):
                continue
            known = self.tally.unseen.get(path, Counter())
            if Baselined(known, self.tally, marked=self.job.marked).is_told(finding, self.job.cap):
                yield finding._replace(stored=path in self.tally.stored)

    def gone(self) -> dict[str, Counter[str]]:
        """Return what the baseline knows of the sources and was not found, of codes that were looked for.

        What only shows across files may be there all the same when not all files of the baseline were looked at.
        """
        found: dict[str, Counter[str]] = {}
        if self.baseline is None:
            return found
        there = {self.baseline.name_of(path) for path in self.paths}
        whole = self.baseline.known.keys() - set(self.baseline.lost()) <= there
        looks = self.job.selection.looks_for
        for path, marks in self.tally.unseen.items():
            kept = {
                mark: count
                for mark, count in marks.items()
                if count > 0 and looks(mark.partition(":")[0]) and (whole or not mark.startswith("CORP"))
            }
            if kept:
                found[path] = Counter(kept)
        return found

    def _known(self, path: str) -> Counter[str]:
        return self.baseline.of(path) if self.baseline else Counter()


def validate(
    source: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    format: str | None = None,
    options: Mapping[str, str] | None = None,
    encoding: str | None = None,
    id_from: str | None = None,
    max_document: int = MAX_DOCUMENT,
    limits: Mapping[str, int] | None = None,
    select: Sequence[str] = (),
    extend_select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    schema: str | PathLike[str] | None = None,
    record_schema: str | PathLike[str] | None = None,
    metadata_schema: str | PathLike[str] | None = None,
    engine: str = "auto",
    schema_timeout: float = SCHEMA_SECONDS,
) -> Iterator[Finding]:
    """Give the findings of the sources, in order: faults of their formats, then of the rules.

    The arguments are those of :func:`corpusfmt.convert`. ``select``, ``extend_select`` and ``ignore`` are codes or
    beginnings of codes: those to check in place of the default ones, beside them, and not at all. ``schema`` is the
    path of a RELAX NG schema for XML sources, judged by ``engine`` (auto, lxml or jing); compiling it, and each
    document, may take ``schema_timeout`` seconds. ``record_schema`` and ``metadata_schema`` are paths of JSON Schemas,
    for records and for the metadata of documents. No configuration file is looked for.

    Content never raises; ConfigurationError, UnknownFormatError, SourceChangedError, SchemaError, PluginError and
    OSError do, the first before the first finding; that one of several sources cannot be opened, or told for what it
    is, or changes while it is read, after the last.
    """
    paths = [source] if isinstance(source, str | PathLike) else list(source)
    reading = Reading(
        format,
        named(options) if format else {},
        {} if format else named(options),
        encoding,
        id_from,
        limited(max_document, limits),
    )
    rng, record, metadata = (
        fspath(path) if path is not None else "" for path in (schema, record_schema, metadata_schema)
    )
    against = Against(rng, engine, schema_timeout, record=record, metadata=metadata)
    return Validation(
        [fspath(path) for path in paths], reading, Selection(select, extend_select, ignore), against
    ).run()
