"""ENC003: a text in UTF-16 or UTF-32 where UTF-8 is expected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import searched
from corpusfmt.rules._wide import is_wide, wide_name


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for each text whose bytes are UTF-16 or UTF-32."""
    if not searched(documents).may_hold(b"\0"):
        return
    for document in documents:
        if b"\0" in document.data and is_wide(document):
            yield Hit(document, f"the text is in {wide_name(document.data)}, not UTF-8", 0)


RULE = Rule(
    code="ENC003",
    severity="error",
    summary="text in UTF-16 or UTF-32",
    why="The text has a byte of value 0 between its letters or, if it is not in Latin script, beside its spaces and "
    "line ends. Even where it can be read as UTF-8, every word is broken.",
    advice="convert the text to UTF-8 and create the file again",
    bad=b"<<<FILE d1 a.txt>>>\n" + "a whole text\n".encode("utf-16-be"),
    good=b"<<<FILE d1 a.txt>>>\na whole text\n",
    start=lambda: check,
)
