"""One JSON object: a list of findings, then the totals."""

from __future__ import annotations

from corpusfmt.cli.printers import as_json, dump
from corpusfmt.cli.reports.record import Summary, Write
from corpusfmt.model.finding import Finding
from corpusfmt.text.display import shown_halves


class Report:
    """Prints findings as they come."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._before = "\n "

    def begin(self) -> None:
        """Begin the list."""
        self._write('{"findings": [')

    def finding(self, finding: Finding) -> None:
        """Print a finding on a line of its own."""
        self._write(self._before + dump(as_json(finding)))
        self._before = ",\n "

    def end(self, summary: Summary) -> None:
        """End the list, and print the sums."""
        totals: dict[str, object] = {
            "documents": summary.documents,
            "sources": summary.sources,
            "counts": dict(sorted(summary.counts.items())),
            "hidden": dict(sorted(summary.hidden.items())),
            "baselined": summary.baselined,
            "left_behind": dict(sorted(summary.dropped.items())),
            "judges": [{"schema": schema, "by": list(engines)} for schema, engines in summary.validators],
            "error": summary.error,
            "configuration": shown_halves(summary.configuration) or None,
            "passed_over": {shown_halves(path): reason for path, reason in summary.skipped.items()},
        }
        self._write(f"\n], {dump(totals)[1:]}\n")
