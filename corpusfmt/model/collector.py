"""The documents and findings of a scan since its last batch."""

from __future__ import annotations

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
        self._counts[code] += rule.severity != "error"
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
        self.documents, self.findings, self.dropped = [], [], {}
        return batch

    def rows(self, rows: Rows) -> Iterator[Batch]:
        """Give rows, with the findings that have been collected; there are no documents before them."""
        yield self.batch()._replace(documents=rows)
        self.any = True

    def flush(self, refused: bytes = b"", *, cut: bool = False) -> Iterator[Batch]:
        """Give what has been collected, if anything has."""
        if self.documents or self.findings or self.dropped:
            yield self.batch(refused, cut=cut)
