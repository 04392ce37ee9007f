"""Fingerprints, by which other programs know a finding again when the lines above it have come or gone."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import sha256
from typing import Final

from corpusfmt.cli.reports.places import slashed
from corpusfmt.model.finding import Finding

#: Messages may name another place, as in "was used before, on line 7". It moves as well.
_PLACES: Final = re.compile(r"\b(line|column|byte|record|document) [0-9]+")


class Marks:
    """Gives fingerprints. Findings that are alike are counted, so that each has one of its own."""

    def __init__(self) -> None:
        self._seen: Counter[bytes] = Counter()

    def of(self, finding: Finding) -> str:
        """Return the fingerprint of a finding: 64 hexadecimal digits."""
        message = _PLACES.sub(r"\1", finding.message)
        about = "\0".join((finding.code, slashed(finding.path), message, finding.excerpt))
        mark = sha256(about.encode("utf-8", "surrogatepass")).digest()
        before = self._seen[mark]
        self._seen[mark] += 1
        return sha256(b"%b %d" % (mark, before)).hexdigest() if before else mark.hex()
