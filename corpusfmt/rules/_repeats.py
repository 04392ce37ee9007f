"""Shared by the rules about duplicate ids and names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from corpusfmt.model.document import Document, line_of
from corpusfmt.model.finding import Place
from corpusfmt.model.rule import Check, Hit
from corpusfmt.model.text_search import Documents, searched
from corpusfmt.text.display import quoted

#: No file has a line with a number of more bits.
_BITS: Final = 48


def repeats(
    what: str, values_of: Callable[[Documents], list[str]], keys_of: Callable[[Sequence[str]], Sequence[str]]
) -> Check:
    """Return a check that keeps the keys it has seen, with the document of each, and gives a hit for each repeat.

    ``keys_of`` gives the keys of values. Documents whose value is empty are skipped. A document is told by its
    number: others may begin on the same line, and lines need not be known.
    """
    #: The number of the first document with a key, and, in the lower bits, its line: one integer takes less memory.
    seen: dict[str, int] = {}
    count = 0

    def check(documents: Sequence[Document]) -> Iterable[Hit]:
        nonlocal count
        together = searched(documents)
        values = values_of(together)
        keys = keys_of(values)
        marks = [number << _BITS | line for number, line in enumerate(together.lines, count + 1)]
        count += len(documents)
        if all(keys) and len(set(keys)) == len(keys) and seen.keys().isdisjoint(keys):
            seen.update(zip(keys, marks, strict=True))
            return
        for at, (value, key, mark) in enumerate(zip(values, keys, marks, strict=True)):
            first = seen.setdefault(key, mark) if value else mark
            if first != mark:
                document = documents[at]
                number, line = divmod(first, 1 << _BITS)
                known = line and line != line_of(document)
                where = f"on line {line}" if known else f"in document {number}"
                message = f"duplicate {what} {quoted(value)}, first used {where}"
                yield Hit(document, message, related=(Place("", line, 1 if line else 0, number=number),))

    return check
