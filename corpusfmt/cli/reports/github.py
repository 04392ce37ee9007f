"""Workflow commands of GitHub Actions, which show findings beside the changed lines.

The escapes are those of ``actions/toolkit`` (packages/core/src/command.ts).
"""

from __future__ import annotations

from typing import Final

from corpusfmt.cli.reports.record import Summary, Write, slashed
from corpusfmt.model.finding import Finding
from corpusfmt.text.display import shown

_COMMANDS: Final = {"error": "error", "warning": "warning", "note": "notice"}


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


class Report:
    """Prints findings as they come."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def begin(self) -> None:
        """Print nothing."""

    def finding(self, finding: Finding) -> None:
        """Print a command. What to do is a second line of its message."""
        place = {}
        if finding.path:
            place["file"] = shown(slashed(finding.path))
        if finding.line > 0:
            place["line"] = str(finding.line)
            if finding.column > 0:
                place["col"] = str(finding.column)
        message = shown(finding.message)
        if finding.hint:
            message += f"\n{shown(finding.hint)}"
        self._command(_COMMANDS[finding.severity], {**place, "title": shown(finding.code)}, message)

    def end(self, summary: Summary) -> None:
        """Print what stopped the run. The rest is in the log: of each kind of command GitHub shows ten."""
        if summary.error is not None:
            self._command("error", {"title": "corpusfmt"}, shown(summary.error))

    def _command(self, name: str, properties: dict[str, str], message: str) -> None:
        said = ",".join([f"{key}={_property(value)}" for key, value in properties.items()])
        self._write(f"::{name} {said}::{_data(message)}\n")
