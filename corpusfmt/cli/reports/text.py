"""Findings for people: a line each, an excerpt with a caret, and what to do.

The sums are talk, and go to standard error elsewhere.
"""

from __future__ import annotations

from typing import TextIO, cast

from corpusfmt.cli.printers import print_finding
from corpusfmt.cli.reports.record import Summary, Write
from corpusfmt.core.finding import Finding


class _File:
    """As much of a file as ``print`` needs."""

    def __init__(self, write: Write) -> None:
        self.write = write


class Report:
    """Prints findings as they come."""

    def __init__(self, write: Write) -> None:
        self._file = cast("TextIO", _File(write))

    def begin(self) -> None:
        """Print nothing."""

    def finding(self, finding: Finding) -> None:
        """Print a finding."""
        print_finding(finding, self._file)

    def end(self, summary: Summary) -> None:
        """Print nothing."""
