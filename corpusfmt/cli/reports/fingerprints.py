"""Fingerprints, by which other programs recognise a finding when the lines above it change."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

from corpusfmt.cli.reports.paths import slashed
from corpusfmt.model.finding import Finding


class Marks:
    """Gives fingerprints. Findings that are alike are counted, so that each has one of its own."""

    def __init__(self) -> None:
        self._seen: Counter[bytes] = Counter()

    def of(self, finding: Finding) -> str:
        """Return the fingerprint of a finding: 64 hexadecimal digits."""
        about = f"{slashed(finding.path)}\0{finding.about()}"
        mark = sha256(about.encode("utf-8", "surrogatepass")).digest()
        before = self._seen[mark]
        self._seen[mark] += 1
        return sha256(b"%b %d" % (mark, before)).hexdigest() if before else mark.hex()
