"""DOC003: two documents of one source with one name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from unicodedata import normalize

from corpusfmt.core.document import Document
from corpusfmt.core.rule import Check, Hit, Rule
from corpusfmt.core.text import quoted


def start() -> Check:
    """Return a check that keeps the names it has seen, folded, with the line of each."""
    seen: dict[str, int] = {}

    def check(documents: Sequence[Document]) -> Iterable[Hit]:
        for document in documents:
            name = document.name
            if not name:
                continue
            key = name.lower() if name.isascii() else normalize("NFC", normalize("NFC", name).casefold())
            origin = document.origin
            line = origin.line if origin else 0
            first = seen.setdefault(key, line)
            if first != line:
                yield Hit(document, f"the name {quoted(name)} was used before, on line {first}")

    return check


RULE = Rule(
    code="DOC003",
    severity="warning",
    summary="duplicate name",
    why="Names that are equal, or differ in case or in normalisation (NFC, NFD) alone, are one file on many systems: "
    "unpacked to a folder one document would overwrite the other. The empty name is exempt.",
    advice="give each document a name of its own",
    bad=b"<<<FILE d1 Notes.txt>>>\nbody\n<<<FILE d2 notes.txt>>>\nbody\n",
    good=b"<<<FILE d1 a.txt>>>\nbody\n<<<FILE d2 b.txt>>>\nbody\n",
    start=start,
)
