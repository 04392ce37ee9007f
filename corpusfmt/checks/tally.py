"""The counts of a validation."""

from __future__ import annotations

from collections import Counter

from corpusfmt.model.finding import Finding
from corpusfmt.model.format import Batch


class Tally:
    """Counts documents, sources and findings, also those that are not reported.

    ``counts`` and ``severities`` count all findings but known ones, which ``known`` counts; ``hidden`` counts by code
    those that the cap left out. ``marks`` has what a baseline needs of each source, when it is asked for; ``unseen``
    what a baseline knows and was not found, by source.
    """

    def __init__(self) -> None:
        self.documents = self.sources = self.known = 0
        self.dropped: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.severities: Counter[str] = Counter()
        self.hidden: Counter[str] = Counter()
        self.marks: dict[str, Counter[str]] = {}
        self.unseen: dict[str, Counter[str]] = {}
        #: What a baseline of an older version knows, by source, as this version writes it.
        self.renewed: dict[str, Counter[str]] = {}
        #: The sources of which offsets are those of the file as it is stored.
        self.stored: set[str] = set()
        #: The names of the formats that sources were in, and the engines of each schema, as sets with an order.
        self.formats: dict[str, None] = {}
        self.engines: dict[str, dict[str, None]] = {}

    def saw(self, batch: Batch) -> None:
        """Count what a batch holds."""
        self.documents += len(batch.documents)
        self.dropped.update(batch.dropped)

    def found(self, finding: Finding, cap: int) -> bool:
        """Count a finding. Say whether it is one of the first ``cap`` of its code; 0 is no cap."""
        self.counts[finding.code] += 1
        self.severities[finding.severity] += 1
        if cap and self.counts[finding.code] > cap:
            self.hidden[finding.code] += 1
            return False
        return True

    def counted(self, code: str, count: int) -> None:
        """Count errors of which no findings are given: more than the cap was of this code are."""
        self.counts[code] += count
        self.severities["error"] += count
        self.hidden[code] += count

    def add(self, other: Tally) -> None:
        """Add what was counted elsewhere, but for findings that are still to be reported here."""
        self.documents += other.documents
        self.sources += other.sources
        self.known += other.known
        for name in ("dropped", "counts", "severities", "hidden"):
            getattr(self, name).update(getattr(other, name))
        self.marks.update(other.marks)
        self.unseen.update(other.unseen)
        self.renewed.update(other.renewed)
        self.stored |= other.stored
        self.formats.update(other.formats)
        for schema, engines in other.engines.items():
            self.engines.setdefault(schema, {}).update(engines)
