"""What the rules about ids and names that occur twice share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from corpusfmt.core.document import Document, line_of
from corpusfmt.core.rule import Check, Hit
from corpusfmt.core.text import quoted


def repeats(what: str, value_of: Callable[[Document], str], keys_of: Callable[[Sequence[str]], Sequence[str]]) -> Check:
    """Return a check that keeps the keys it has seen, with the line of each, and gives a hit for each repeat.

    ``keys_of`` gives the keys of values. Documents whose value is empty are passed over.
    """
    seen: dict[str, int] = {}

    def check(documents: Sequence[Document]) -> Iterable[Hit]:
        values = [value_of(document) for document in documents]
        keys = keys_of(values)
        lines = [line_of(document) for document in documents]
        if all(keys) and len(set(keys)) == len(keys) and seen.keys().isdisjoint(keys):
            seen.update(zip(keys, lines, strict=True))
            return
        for document, value, key, line in zip(documents, values, keys, lines, strict=True):
            first = seen.setdefault(key, line) if value else line
            if first != line:
                yield Hit(document, f"the {what} {quoted(value)} was used before, on line {first}")

    return check
