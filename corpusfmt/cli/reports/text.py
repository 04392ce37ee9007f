"""Findings for people: a line each, an excerpt with a caret, and a hint; a blank line between them.

The sums go to standard error elsewhere.
"""

from __future__ import annotations

from corpusfmt.cli.printers import as_text
from corpusfmt.cli.reports.record import Summary, Write
from corpusfmt.model.finding import Finding


class Report:
    """Prints findings as they come."""

    def __init__(self, write: Write, *, colour: bool = False) -> None:
        self._write, self._colour = write, colour
        self._before = ""

    def begin(self) -> None:
        """Print nothing."""

    def finding(self, finding: Finding) -> None:
        """Print a finding."""
        self._write(self._before + as_text(finding, colour=self._colour))
        self._before = "\n"

    def end(self, summary: Summary) -> None:
        """Print nothing."""
