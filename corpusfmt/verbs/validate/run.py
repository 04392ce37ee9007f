"""Validating: sources, the same parse that reads them, the rules, findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from corpusfmt import plugins, storage
from corpusfmt.checks import across_files
from corpusfmt.checks.baseline import Baseline, Baselined
from corpusfmt.checks.run import Against, Checking, Tally
from corpusfmt.checks.selection import Selection
from corpusfmt.limits import MIB
from corpusfmt.model.errors import ConfigurationError, CorpusfmtError, SourceChangedError, UnknownFormatError
from corpusfmt.model.finding import Finding
from corpusfmt.sources.files import sources
from corpusfmt.sources.settings import Reading, Unused
from corpusfmt.verbs.validate.processes import Job, check_all

if TYPE_CHECKING:
    from corpusfmt.schema.json_schema.profile import Profile


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
        self.paths, self.skipped = sources(asked, self.reading)
        self.reading = self.reading._replace(beside=(*self.paths, *self.skipped))
        selection = selection or Selection()
        self.across = tuple(rule.code for rule in selection.everywhere if rule.code in across_files.RULES)
        told = 0 if baseline or marked else cap
        self.job = Job(self.reading, selection, against or Against(), self.across, cap, marked, told)
        self.checking = Checking(*self.job[:3])
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
        lines = storage.Sorter() if self.across else None
        profiles: list[tuple[str, Profile]] = []
        try:
            if self._is_for_several():
                yield from self._side_by_side(lines, profiles)
            else:
                yield from self._one_by_one(lines, profiles)
            if not self.failures:
                self._unused.check()
                self._check_schema()
            if lines:
                yield from self._told(across_files.repeats(lines, self.paths))
            if profiles:
                yield from self._told(across_files.drifts(profiles))
        finally:
            if lines:
                lines.close()
            self.checking.close()
        if self.failures:
            raise self.failures[0]

    def _is_for_several(self) -> bool:
        """Say whether several processes are sooner done than one: making them costs a tenth of a second."""
        paths = self.paths
        if self.jobs < 2 or len(paths) < 2 or any(not storage.is_shared(path) for path in paths):
            return False
        return len(paths) >= 200 or sum(map(storage.size_of, paths)) >= MIB

    def _one_by_one(self, lines: storage.Sorter | None, profiles: list[tuple[str, Profile]]) -> Iterator[Finding]:
        tally = self.tally
        for number, path in enumerate(self.paths):
            tally.sources += 1
            known = self._known(path)
            baselined = Baselined(known, tally, marked=self.job.marked)
            gatherer = across_files.Gatherer(self.job.selection.at(path).rules, number, lines) if lines else None
            try:
                for finding in self.checking.source(path, tally, gatherer, told=self.job.told):
                    if baselined.is_reported(finding, self.job.cap):
                        yield finding
            except PASSED as failure:
                self.failures.append(failure)
                continue
            if left := +known:
                tally.unseen[path] = left
            if gatherer and gatherer.profile:
                profiles.append((path, gatherer.profile))
            for name, validator in self.checking.validators.items():
                tally.engines[name] = dict.fromkeys(validator.engines)
            self._saw(tally)

    def _side_by_side(self, lines: storage.Sorter | None, profiles: list[tuple[str, Profile]]) -> Iterator[Finding]:
        knowns = [self._known(path) for path in self.paths]
        told: Counter[str] = Counter()
        with closing(check_all(self.job, self.paths, knowns, self.jobs)) as outcomes:
            for outcome in outcomes:
                self.tally.add(outcome.tally)
                if lines and outcome.lines:
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
        formats = [plugins.format_named(name) for name in self.tally.formats]
        if self.job.against.schema and not any(format.grammar for format in formats):
            there = " and ".join(format.title for format in formats)
            raise ConfigurationError(f"a RELAX NG schema validates XML, but the sources are {there}")

    def _saw(self, tally: Tally) -> None:
        for name in tally.formats:
            self._unused.saw(plugins.format_named(name))

    def _told(self, findings: Iterator[Finding]) -> Iterator[Finding]:
        """Give findings across sources that are not known, left out or too many."""
        for finding in findings:
            path = finding.path
            left_out = self.job.selection.left_out(path)
            if left_out and self.job.selection.is_left_out(finding, left_out):
                continue
            known = self.tally.unseen.get(path, Counter())
            if Baselined(known, self.tally, marked=self.job.marked).is_reported(finding, self.job.cap):
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
        for path, marks in self.tally.unseen.items():
            looks = self.job.selection.at(path).looks_for
            kept = {
                mark: count
                for mark, count in marks.items()
                if count > 0
                and looks(mark.partition(":")[0])
                and (whole or mark.partition(":")[0] not in across_files.RULES)
            }
            if kept:
                found[path] = Counter(kept)
        return found

    def _known(self, path: str) -> Counter[str]:
        return self.baseline.of(path) if self.baseline else Counter()
