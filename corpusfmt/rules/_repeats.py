"""Shared by the rules about duplicate ids and names."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence

from corpusfmt.model.document import Document, line_of
from corpusfmt.model.finding import Place
from corpusfmt.model.rule import Check, Hit
from corpusfmt.model.text_search import Documents, searched
from corpusfmt.text.display import quoted


def repeats(
    what: str, values_of: Callable[[Documents], list[str]], keys_of: Callable[[Sequence[str]], Sequence[str]]
) -> Check:
    """Return a check that keeps the keys it has seen, with the document of each, and gives a hit for each repeat.

    ``keys_of`` gives the keys of values. Documents whose value is empty are skipped. A document is told by its
    number: others may begin on the same line, and lines need not be known.
    """
    #: The number, from 0, of the first document with a key; and the line of each document.
    seen: dict[str, int] = {}
    lines = array("q")

    def check(documents: Sequence[Document]) -> Iterable[Hit]:
        together = searched(documents)
        values = values_of(together)
        keys = keys_of(values)
        numbers = range(len(lines), len(lines) + len(documents))
        lines.extend(together.lines)
        if all(keys) and len(set(keys)) == len(keys) and seen.keys().isdisjoint(keys):
            seen.update(zip(keys, numbers, strict=True))
            return
        for at, (value, key, number) in enumerate(zip(values, keys, numbers, strict=True)):
            first = seen.setdefault(key, number) if value else number
            if first != number:
                document, line = documents[at], lines[first]
                known = line and line != line_of(document)
                where = f"on line {line}" if known else f"in document {first + 1}"
                message = f"duplicate {what} {quoted(value)}, first used {where}"
                yield Hit(document, message, related=(Place("", line, 1 if line else 0, number=first + 1),))

    return check
