"""The Code Quality report of GitLab: one JSON array.

GitLab has no place in it for sums or for what stopped the run; the exit code says that the report is not whole.
"""

from __future__ import annotations

from typing import Final

from corpusfmt.cli.printers import dump
from corpusfmt.cli.reports.record import Marks, Summary, Write, slashed
from corpusfmt.model.finding import Finding
from corpusfmt.text.display import shown_halves

_SEVERITIES: Final = {"error": "major", "warning": "minor", "note": "info"}


class Report:
    """Prints findings as they come."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._before = "\n "
        self._marks = Marks()

    def begin(self) -> None:
        """Begin the array."""
        self._write("[")

    def finding(self, finding: Finding) -> None:
        """Print a finding on a line of its own. One that has no file belongs to the folder."""
        entry = {
            "description": shown_halves(finding.message),
            "check_name": shown_halves(finding.code),
            "fingerprint": self._marks.of(finding),
            "severity": _SEVERITIES[finding.severity],
            "location": {
                "path": shown_halves(slashed(finding.path)) or ".",
                "lines": {"begin": max(finding.line, 1)},
            },
        }
        self._write(self._before + dump(entry))
        self._before = ",\n "

    def end(self, summary: Summary) -> None:  # noqa: ARG002 - it has no place here
        """End the array."""
        self._write("\n]\n")
