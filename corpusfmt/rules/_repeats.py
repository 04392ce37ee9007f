"""What the rules about ids and names that occur twice share."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence

from corpusfmt.core.document import Document, line_of
from corpusfmt.core.rule import Check, Hit
from corpusfmt.core.text import quoted


def repeats(what: str, value_of: Callable[[Document], str], keys_of: Callable[[Sequence[str]], Sequence[str]]) -> Check:
    """Return a check that keeps the keys it has seen, with the document of each, and gives a hit for each repeat.

    ``keys_of`` gives the keys of values. Documents whose value is empty are passed over. A document is told by its
    number: others may begin on the same line, and lines need not be known.
    """
    seen: dict[str, int] = {}
    lines = array("Q")

    def check(documents: Sequence[Document]) -> Iterable[Hit]:
        values = [value_of(document) for document in documents]
        keys = keys_of(values)
        numbers = range(len(lines), len(lines) + len(documents))
        lines.extend([line_of(document) for document in documents])
        if all(keys) and len(set(keys)) == len(keys) and seen.keys().isdisjoint(keys):
            seen.update(zip(keys, numbers, strict=True))
            return
        for document, value, key, number in zip(documents, values, keys, numbers, strict=True):
            first = seen.setdefault(key, number) if value else number
            if first != number:
                known = lines[first] and lines[first] != lines[number]
                where = f"on line {lines[first]}" if known else f"in document {first + 1}"
                yield Hit(document, f"the {what} {quoted(value)} was used before, {where}")

    return check
