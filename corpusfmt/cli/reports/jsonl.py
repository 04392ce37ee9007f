"""A JSON object a line for each finding, and nothing else: for pipes that read line by line."""

from __future__ import annotations

from corpusfmt.cli.printers import as_json, dump
from corpusfmt.cli.reports.record import Summary, Write
from corpusfmt.model.finding import Finding


class Report:
    """Prints findings as they come."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def begin(self) -> None:
        """Print nothing."""

    def finding(self, finding: Finding) -> None:
        """Print a finding on a line of its own."""
        self._write(f"{dump(as_json(finding))}\n")

    def end(self, summary: Summary) -> None:
        """Print nothing."""
