"""DOC003: two documents of one source with one name."""

from __future__ import annotations

from collections.abc import Sequence

from corpusfmt.model.rule import Check, Rule
from corpusfmt.rules._repeats import repeats
from corpusfmt.text.filenames import folded


def start() -> Check:
    """Return a check that keeps the names it has seen, folded."""
    return repeats("name", lambda documents: documents.names, _folded)


def _folded(names: Sequence[str]) -> Sequence[str]:
    joined = "\n".join(names)
    if joined.isascii() and joined.count("\n") == len(names) - 1:
        return joined.lower().split("\n")
    return [folded(name) for name in names]


RULE = Rule(
    code="DOC003",
    severity="warning",
    summary="duplicate name",
    why="Names that are equal, or differ only in case or normalisation (NFC, NFD), are one file on many systems: in a "
    "folder, one document would overwrite the other. The empty name is exempt, and so are formats whose names are "
    "titles or addresses: only names in seed files and folders are file names.",
    advice="give each document a unique name",
    bad=b"<<<FILE d1 Notes.txt>>>\none body\n<<<FILE d2 notes.txt>>>\nanother body\n",
    good=b"<<<FILE d1 a.txt>>>\none body\n<<<FILE d2 b.txt>>>\nanother body\n",
    start=start,
    file_names=True,
)
