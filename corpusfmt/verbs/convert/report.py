"""What a conversion tells: how far it is, and what it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from corpusfmt.model.errors import CorpusfmtError, Loss
from corpusfmt.model.finding import Finding
from corpusfmt.reader import KEPT


class Progress(NamedTuple):
    """How far a conversion is: documents read, bytes of the source files read, and their size in all."""

    documents: int
    bytes_read: int
    bytes_total: int


class Report:
    """What a conversion did. ``read`` is always ``written`` + ``refused``.

    ``committed`` says whether the target stands; when it does not, every document counts as refused, and
    ``at_fault`` counts those that are the reason. ``verified`` counts those that were read back and compared, ``cut``
    the refused records of which the quarantine may have only the beginning. ``error`` is what ended the run, or None.
    ``findings`` and ``losses`` hold the first of each code and kind, ``finding_counts`` and ``loss_counts`` all.
    ``lost`` counts the documents with a loss that was allowed, by kind; ``dropped`` what reading left out;
    ``skipped`` lists files of source folders that were not read. ``outputs`` lists what was written; ``files``
    counts the files in a target that is a folder.
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
        self.outputs: list[str] = []
        self.error: CorpusfmtError | None = None

    def __repr__(self) -> str:
        state = "committed" if self.committed else "not committed"
        return f"<Report: {self.read} read, {self.written} written, {self.refused} refused, {state}>"

    def add_finding(self, finding: Finding) -> None:
        """Count a finding, and keep it if it is one of the first of its code."""
        self.finding_counts[finding.code] += 1
        if self.finding_counts[finding.code] <= KEPT:
            self.findings.append(finding)

    def add_losses(self, losses: Iterable[Loss]) -> None:
        """Count losses, and keep the first of each kind."""
        for loss in losses:
            self.loss_counts[loss.kind] += 1
            if self.loss_counts[loss.kind] <= KEPT:
                self.losses.append(loss)
