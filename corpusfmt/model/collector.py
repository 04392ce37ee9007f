"""The documents and findings of a scan since its last batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from corpusfmt.model.document import Document
from corpusfmt.model.finding import Edit, Finding
from corpusfmt.model.format import Batch, ReadOptions
from corpusfmt.model.rows import Rows
from corpusfmt.model.rule import Rule, found
from corpusfmt.text.position import Pointer, Region

_MOST_WORDS = 1000


class Collector:
    """Collects documents and findings for the next batch of a scan.

    ``region`` is what is being scanned; ``any`` says whether a document or an error has been given so far.
    """

    def __init__(self, path: str, faults: Mapping[str, Rule], options: ReadOptions) -> None:
        """Of warnings and notes of one code, as many as the limit says are kept, and one more: it says so. Those whose
        edits are to be made are all kept.
        """
        self.path = path
        self._most, self._fixing = options.limits.warnings, options.fixing
        self._counts = dict.fromkeys(faults, 0)
        #: The codes of errors of which no more findings are given, and how many of each are.
        self.full: set[str] = set()
        self._told, self._longest = options.told, options.limits.faults
        self._errors: Counter[str] = Counter()
        self._counted: Counter[str] = Counter()
        #: How many records in a row were refused, how many of those are counted in this batch, and how many documents
        #: this batch had then.
        self._row = self._counted_last = self._before = 0
        self.region = Region(b"", 0, 1)
        self.documents: list[Document] = []
        self.findings: list[Finding] = []
        self.dropped: dict[str, int] = {}
        self._words: set[str] = set()
        self.any = False
        self._faults, self._pointer = faults, Pointer()

    def find(
        self,
        code: str,
        message: str,
        byte: int,
        hint: str = "",
        edit: Edit | None = None,
        id: str | int | None = None,
        *,
        record: int = 0,
        file_byte: int = -1,
        context: Region | None = None,
    ) -> bool:
        """Add the finding of a fault at the stream offset ``byte``. Without a hint the fault's advice is one.

        ``context`` is the result of :meth:`context` for the byte, if the current region no longer has it. Returns
        False, and adds nothing, if the limit for the code is reached.
        """
        if not self.takes(code, edit):
            return False
        rule = self._faults[code]
        if rule.severity != "error":
            self._counts[code] += 1
        elif self._told:
            self._refused()
            self._errors[code] += 1
            if self._errors[code] == self._told and rule.blocks_reading:
                self.full.add(code)
        finding = found(
            rule, message, self.path, context or self.context(byte), byte, document=id, hint=hint or rule.advice
        )
        if edit is not None or record or file_byte >= 0:
            finding = finding._replace(edit=edit, record=record, file_byte=file_byte)
        self.findings.append(finding)
        return True

    def takes(self, code: str, edit: Edit | None = None) -> bool:
        """Say whether another finding of a code is kept."""
        return self._counts[code] <= self._most or (self._fixing and edit is not None and edit.safe)

    def counts(self, code: str) -> bool:
        """Count a record that is refused, if its code is one of ``full``. Otherwise it is to be found; so is one after
        which too many in a row are refused.
        """
        if code not in self.full:
            return False
        self._refused()
        if self._row >= self._longest:
            self._row -= 1
            return False
        self._counted[code] += 1
        self._counted_last += 1
        return True

    def _refused(self) -> None:
        if len(self.documents) != self._before:
            self._before, self._row, self._counted_last = len(self.documents), 0, 0
        self._row += 1

    def room(self, code: str) -> int:
        """Return how many more findings of a code are kept."""
        return max(self._most + 1 - self._counts[code], 0)

    def context(self, byte: int) -> Region:
        """Return what is to be kept of the region for a finding at ``byte`` that comes later."""
        return self._pointer.context(self.region, byte)

    def leave(self, what: str, count: int = 1) -> None:
        """Count a dropped item by kind; beyond 1,000 kinds they share one."""
        if what not in self._words:
            what = what if len(self._words) < _MOST_WORDS else "others"
            self._words.add(what)
        self.dropped[what] = self.dropped.get(what, 0) + count

    def batch(self, refused: bytes = b"", *, cut: bool = False, fatal: bool = False) -> Batch:
        """Return what has been collected, and begin anew."""
        batch = Batch(self.documents, self.findings, self.region, refused, self.dropped, fatal, cut=cut)
        self.any = self.any or bool(self.documents) or any(f.severity == "error" for f in self.findings[-1:])
        if len(self.documents) != self._before:
            self._row = self._counted_last = 0
        if self._counted:
            batch = batch._replace(counted=self._counted, counted_last=self._counted_last)
            self._counted = Counter()
        self.documents, self.findings, self.dropped = [], [], {}
        self._before = self._counted_last = 0
        return batch

    def rows(self, rows: Rows) -> Iterator[Batch]:
        """Give rows, with the findings that have been collected; there are no documents before them."""
        yield self.batch()._replace(documents=rows)
        self.any = True
        self._row = 0

    def flush(self, refused: bytes = b"", *, cut: bool = False) -> Iterator[Batch]:
        """Give what has been collected, if anything has."""
        if self.documents or self.findings or self.dropped or self._counted:
            yield self.batch(refused, cut=cut)
