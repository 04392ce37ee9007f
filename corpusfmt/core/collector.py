"""What a scan has found since its last batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from corpusfmt.core.document import Document
from corpusfmt.core.finding import Edit, Finding
from corpusfmt.core.format import Batch
from corpusfmt.core.rule import Rule, found
from corpusfmt.core.source import Pointer, Region


class Collector:
    """Collects documents and findings for the next batch of a scan.

    ``region`` is what is being scanned; ``any`` says whether a document or an error has been given so far.
    """

    def __init__(self, path: str, faults: Mapping[str, Rule]) -> None:
        self.path = path
        self.region = Region(b"", 0, 1)
        self.documents: list[Document] = []
        self.findings: list[Finding] = []
        self.any = False
        self._faults, self._pointer = faults, Pointer()

    def find(
        self, code: str, message: str, byte: int, hint: str = "", edit: Edit | None = None, id: str | int | None = None
    ) -> None:
        """Add the finding of a fault at the stream offset ``byte``. Without a hint the fault's advice is one."""
        rule = self._faults[code]
        near = self._pointer.near(self.region, byte)
        hint = hint or rule.advice
        self.findings.append(found(rule, message, self.path, near, byte, document=id, hint=hint, edit=edit))

    def batch(self, refused: bytes = b"", *, fatal: bool = False) -> Batch:
        """Return what has been collected, and begin anew."""
        batch = Batch(self.documents, self.findings, self.region, refused, fatal=fatal)
        self.any = self.any or bool(self.documents) or any(f.severity == "error" for f in self.findings[-1:])
        self.documents, self.findings = [], []
        return batch

    def flush(self, refused: bytes = b"") -> Iterator[Batch]:
        """Give what has been collected, if anything has."""
        if self.documents or self.findings:
            yield self.batch(refused)
