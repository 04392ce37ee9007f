"""TXT102: sentences and words that run together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import position_of, suspects
from corpusfmt.rules._together import may_have_places, places
from corpusfmt.text.display import quoted


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for the first place of each text where a space is missing, at what should come after it."""
    for document, text in suspects(documents, may_have_places):
        first, count = places(text)
        if first:
            index, run, is_end = first
            what = "one sentence into the next" if is_end else "one word into the next"
            more = f"; {count:,} such places in total" if count > 1 else ""
            message = f"{quoted(run)} runs {what} without a space{more}"
            yield Hit(document, message, position_of(document, text, index), places=count)


RULE = Rule(
    code="TXT102",
    severity="warning",
    summary="sentences or words that run together",
    why="If the markup of a page is removed without inserting a space, paragraphs and captions run together: the last "
    "word of one and the first word of the next become one word. Only clear cases in Latin, Greek and Cyrillic script "
    "are reported, and none in texts with program code. Addresses, names such as iPhone or YouTube, abbreviations and "
    "initials are not reported, so some real cases are missed.",
    advice="insert the space, or extract the text of the page again",
    bad=b"<<<FILE d1 a.txt>>>\nThe talks came to no solution.Officials went home on Monday.\n",
    good=b"<<<FILE d1 a.txt>>>\nThe talks came to no solution. Officials went home on Monday.\n",
    start=lambda: check,
    default=False,
)
