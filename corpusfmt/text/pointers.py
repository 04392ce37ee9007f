"""Pointer files of Git LFS and git-annex, which replace files that were not fetched."""

from __future__ import annotations

import re
from typing import Final

#: No pointer is larger (the specification of Git LFS), and how one begins.
LARGEST: Final = 1024
BEGINNINGS: Final = (b"version ", b"/annex/o")
_LFS: Final = re.compile(
    rb"version https?://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/v1\r?\n"
    rb"(?:[a-z0-9.-]++ [^\n]*+\n)*?oid sha256:[0-9a-f]{64}\r?\nsize [0-9]++\s*+"
)
_ANNEX: Final = re.compile(rb"/annex/objects/[^\s/]++\s*+")


def pointer_kind(data: bytes) -> str:
    """Name the program whose pointer ``data`` is, all of it: Git LFS or git-annex; nothing for anything else."""
    if len(data) > LARGEST or not data.startswith(BEGINNINGS):
        return ""
    if _LFS.fullmatch(data):
        return "Git LFS"
    return "git-annex" if _ANNEX.fullmatch(data) else ""
