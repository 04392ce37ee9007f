"""Counts instead of findings: by code, and by code and file."""

from __future__ import annotations

from collections import Counter

from corpusfmt.cli.reports.record import Summary, Write
from corpusfmt.model.finding import Finding
from corpusfmt.text.display import harmless, shown


class Report:
    """Counts findings, and prints a table at the end."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._files: Counter[tuple[str, str]] = Counter()
        self._severities: dict[str, str] = {}

    def begin(self) -> None:
        """Print nothing."""

    def finding(self, finding: Finding) -> None:
        """Count a finding."""
        self._files[finding.code, finding.path] += 1
        self._severities[finding.code] = finding.severity

    def end(self, _summary: Summary) -> None:
        """Print the codes, the most frequent first, and the files of each."""
        codes: Counter[str] = Counter()
        for (code, _), count in self._files.items():
            codes[code] += count
        width = max((len(f"{count:,}") for count in codes.values()), default=0)
        for code, count in codes.most_common():
            self._write(f"{count:>{width},}  {code} {self._severities[code]}\n")
            files = Counter({path: count for (other, path), count in self._files.items() if other == code})
            for path, some in files.most_common():
                self._write(harmless(f"{some:>{width},}    {shown(path)}\n"))
