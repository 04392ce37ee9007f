"""Selects which findings to fix and which to report, and computes the expected documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from corpusfmt import storage
from corpusfmt.checks.baseline import Baseline, Baselined
from corpusfmt.checks.run import Checking, Tally
from corpusfmt.model.document import Document, build
from corpusfmt.model.errors import ParseError
from corpusfmt.model.finding import Finding
from corpusfmt.model.format import Batch, Format, ReadOptions, Stream
from corpusfmt.sources.batches import scan, unless_hopeless

#: One fix may bring another fault to light; more rounds than this mean that two undo each other.
ROUNDS = 20


class FixSelection:
    """Scans files for findings to fix. ``codes`` (or prefixes of codes) limit them."""

    def __init__(self, checking: Checking, baseline: Baseline | None, codes: Sequence[str], *, unsafe: bool) -> None:
        self._checking, self._baseline, self._unsafe = checking, baseline, unsafe
        self._codes = () if "ALL" in map(str.upper, codes) else tuple(code.upper() for code in codes)
        self._ruled = frozenset(rule.code for rule in checking.selections.everywhere)
        #: Of the file at hand: codes that are left out, and changes of rules that cannot be made, by the number of the
        #: document.
        self._left_out: frozenset[str] = frozenset()
        self._refused: set[tuple[int, str]] = set()
        #: Gets the number of documents in each batch.
        self.looked: Callable[[int], None] | None = None

    def begin(self, path: str) -> None:
        """Begin with a file."""
        self._left_out = self._checking.begin(path)
        self._refused.clear()

    def scan(
        self, stream: Stream, format: Format, options: ReadOptions, path: str
    ) -> Iterator[tuple[Batch, list[tuple[Finding, bool]]]]:
        """Yield each batch with the findings to report, and for each whether it is in the baseline."""
        checks = self._checking.checks(format)
        baselined = Baselined(self._baseline.of(path) if self._baseline else Counter(), Tally())
        before = 0
        for batch in unless_hopeless(scan(stream, format, options), options.limits):
            if batch.findings and batch.findings[-1].code == storage.HOPELESS:
                raise ParseError(batch.findings[-1])
            if self.looked is not None:
                self.looked(len(batch.documents))
            told = self._checking.explained(batch, format)
            found = self._checking.batch(told, path, format, checks, self._makes, self._refused, before=before)
            before += len(batch.documents)
            if self._left_out:
                selection = self._checking.selection
                found = [one for one in found if not selection.is_left_out(one, self._left_out)]
            yield batch, [(one, baselined.is_known(one)) for one in found]

    def is_ruled(self, finding: Finding) -> bool:
        """Say whether a finding is that of a rule about documents, and not of a format."""
        return finding.code in self._ruled

    def wants(self, finding: Finding) -> bool:
        """Return whether a finding is to be fixed."""
        edit = finding.edit
        return edit is not None and (edit.safe or self._unsafe) and self.wants_code(finding.code)

    def wants_code(self, code: str) -> bool:
        """Say whether a code is among those that are fixed."""
        return not self._codes or code.startswith(self._codes)

    def is_left(self, finding: Finding) -> bool:
        """Return whether a finding that is not fixed counts as left: all that make ``validate`` exit with 1."""
        return finding.severity != "note"

    def settled(self, document: Document, number: int, format: Format) -> Document:
        """Return a document, of which the number in the file is given, with all changes made that rules want, in the
        order in which they are made in the file.
        """
        for _ in range(ROUNDS):
            changes = (
                hit.change
                for rule, check in self._checking.checks(format)
                if (number, rule.code) not in self._refused
                for hit in check([document])
                if hit.change is not None and self._makes(rule.code, hit.change.safe)
            )
            change = next(changes, None)
            if change is None:
                break
            data = document.data
            data = data[: change.position] + change.replacement + data[change.position + change.length :]
            document = build(document.id, document.name, data, None, document.meta_json, None)
        return document

    def _makes(self, code: str, safe: bool) -> bool:
        """Say whether a change of a rule is made."""
        left_out = bool(self._left_out) and code.startswith(tuple(self._left_out))
        return (safe or self._unsafe) and self.wants_code(code) and not left_out
