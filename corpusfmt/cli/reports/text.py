"""Findings for people: a line each, an excerpt with a caret, and what to do.

The sums are talk, and go to standard error elsewhere.
"""

from __future__ import annotations

from corpusfmt.cli.printers import as_text
from corpusfmt.cli.reports.record import Summary, Write
from corpusfmt.model.finding import Finding


class Report:
    """Prints findings as they come."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def begin(self) -> None:
        """Print nothing."""

    def finding(self, finding: Finding) -> None:
        """Print a finding."""
        self._write(as_text(finding))

    def end(self, summary: Summary) -> None:
        """Print nothing."""
