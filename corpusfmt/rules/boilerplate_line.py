"""TXT103: boilerplate lines of web pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Final

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import position_of, suspects
from corpusfmt.rules._lines import folded
from corpusfmt.text.display import quoted

#: Longer lines are text; of what looks for whole lines, none is longer than the second.
_LONGEST: Final = 160
_SHORT: Final = 60
#: What ``str.splitlines`` takes for a line, one at a time.
_LINE: Final = re.compile("[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
#: Signs around the words of a button.
_AROUND: Final = ' \t.:!+*|/<>-"\u2022\u00b7\u203a\u2039\u2192\u2190\u25b6\u25ba\u25bc\u2026\u00d7\u2715[]'


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for the first such line of each text."""
    whole, beginning = _table()
    for document, text in suspects(documents, lambda data: len(data) > 0):
        where, words, count = 0, "", 0
        for match in _LINE.finditer(text):
            line = match[0]
            if len(line) <= _LONGEST:
                key = folded(line).strip()
                if (len(key) <= _SHORT and key.strip(_AROUND) in whole) or beginning(key):
                    count += 1
                    if count == 1:
                        where, words = match.start() + len(line) - len(line.lstrip()), line.strip()
        if count:
            more = f"; {count:,} such lines in total" if count > 1 else ""
            message = f"the line {quoted(words, 80)} is of the page, not of the text{more}"
            yield Hit(document, message, position_of(document, text, where), places=count)


@cache
def _table() -> tuple[frozenset[str], Callable[[str], object]]:
    from corpusfmt.rules._phrases import BEGINNINGS, LINES

    return frozenset(LINES.replace("\n", "|").split("|")) - {""}, re.compile(BEGINNINGS).match


RULE = Rule(
    code="TXT103",
    severity="warning",
    summary="boilerplate line",
    why="Share and subscribe buttons, cookie notices, advertisements and photo credits are not part of an article. "
    "They are included when a page is scraped, and the same lines in thousands of documents distort the statistics of "
    "a corpus. The rule has a small table of such lines in English, German, French, Spanish, Italian, Portuguese and "
    "Russian; it is not complete.",
    advice="remove the lines, or extract the text of the page again",
    bad=b"<<<FILE d1 a.txt>>>\nNothing came in today.\nSubscribe to our newsletter\n",
    good=b"<<<FILE d1 a.txt>>>\nNothing came in today.\nNobody would subscribe to our newsletter\n",
    start=lambda: check,
    default=False,
)
