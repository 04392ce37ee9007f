"""The progress of a conversion, and its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from corpusfmt.model.errors import CorpusfmtError, Loss
from corpusfmt.model.finding import Finding
from corpusfmt.sources.reader import KEPT


class Progress(NamedTuple):
    """The progress of a conversion: documents read, bytes of the source files read, and their total size."""

    documents: int
    bytes_read: int
    bytes_total: int


class Report:
    """The result of a conversion. ``read`` is always ``written`` + ``refused``.

    ``committed`` says whether the target was written. If not, every document counts as refused, and ``at_fault`` counts
    those that are the reason. ``verified`` counts the documents that were read back and compared. ``cut`` counts the
    refused records of which the quarantine may contain only the beginning. ``error`` is the error that ended the run,
    or None; ``record`` is the number of its record in its source, from 1, or 0. ``findings`` and ``losses`` contain the
    first of each code and kind; ``finding_counts`` and ``loss_counts`` count all. ``lost`` counts the documents with an
    allowed loss, by kind; ``dropped`` counts the items that reading dropped; ``skipped`` lists the files of source
    folders that were not read, ``skip_reasons`` has the reason of each. ``outputs`` lists the files that were written;
    ``files`` counts them if the target is a folder.
    """

    def __init__(self) -> None:
        self.read = self.written = self.refused = self.at_fault = 0
        self.bytes_read = self.bytes_written = self.files = 0
        self.cut = 0
        self.committed = False
        self.verified = 0
        self.findings: list[Finding] = []
        self.losses: list[Loss] = []
        self.finding_counts: Counter[str] = Counter()
        self.loss_counts: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self.skipped: list[str] = []
        self.skip_reasons: dict[str, str] = {}
        self.outputs: list[str] = []
        self.error: CorpusfmtError | None = None
        self.record = 0

    def __repr__(self) -> str:
        state = "committed" if self.committed else "not committed"
        return f"<Report: {self.read} read, {self.written} written, {self.refused} refused, {state}>"

    def add_finding(self, finding: Finding) -> None:
        """Count a finding, and keep it if it is one of the first of its code."""
        self.finding_counts[finding.code] += 1
        if self.finding_counts[finding.code] <= KEPT:
            self.findings.append(finding)

    def count(self, refused: Mapping[str, int]) -> None:
        """Count records that were refused, by code."""
        self.finding_counts.update(refused)
        count = sum(refused.values())
        self.read += count
        self.refused += count
        self.at_fault += count

    def add_losses(self, losses: Iterable[Loss]) -> None:
        """Count losses, and keep the first of each kind."""
        for loss in losses:
            self.loss_counts[loss.kind] += 1
            if self.loss_counts[loss.kind] <= KEPT:
                self.losses.append(loss)
