"""What the rules about ids and names that occur twice share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from corpusfmt.core.document import Document
from corpusfmt.core.rule import Check, Hit
from corpusfmt.core.text import quoted


def repeats(what: str, value_of: Callable[[Document], str], key_of: Callable[[str], str]) -> Check:
    """Return a check that keeps the keys it has seen, with the line of each, and gives a hit for each repeat.

    Documents whose value is empty are passed over.
    """
    seen: dict[str, int] = {}

    def check(documents: Sequence[Document]) -> Iterable[Hit]:
        for document in documents:
            value = value_of(document)
            origin = document.origin
            line = origin.line if origin else 0
            first = seen.setdefault(key_of(value), line) if value else line
            if first != line:
                yield Hit(document, f"the {what} {quoted(value)} was used before, on line {first}")

    return check
