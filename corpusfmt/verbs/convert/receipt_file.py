"""Writing the receipt of a run, after all else is there."""

from __future__ import annotations

from typing import Any

from corpusfmt import storage
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.model.format import Format, WriteOptions
from corpusfmt.receipt.sections import written
from corpusfmt.verbs.convert.proof import Proof
from corpusfmt.verbs.convert.receipt_head import asked_for, counted, tool
from corpusfmt.verbs.convert.report import Report

__all__ = ["Sealing", "asked_for"]


class Sealing:
    """The receipt of one run. Its file appears whole and last, so that what it speaks of is there."""

    def __init__(self, path: str, proof: Proof, asked: dict[str, Any], format: Format, options: WriteOptions) -> None:
        """Raises OSError, and ConfigurationError for a path that no file can have."""
        if path == "-":
            raise ConfigurationError("a receipt does not go to standard output; name a file")
        self._tool = tool()  # before the run: importing a package may fail
        self._output = storage.open_output(path)
        self._proof, self._asked = proof, asked
        self._target = {"format": format.name, "options": dict(options.own), "ids_made": "id" in options.allow}

    def write(self, report: Report) -> None:
        """Write it and give it its name. Raises OSError."""
        head = {"tool": self._tool, "asked": self._asked, "target": self._target, **counted(report)}
        head["passed_over"] = self._proof.placed(report.passed_over)
        for piece in written(head, self._proof.sections):
            self._output.write(piece)
        self._output.finish()
        self._output.publish()

    def discard(self) -> None:
        """Leave nothing behind. Does nothing after ``write``."""
        self._output.discard()
