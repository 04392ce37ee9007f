"""TXT101: a line, or a long sentence, that repeats in its document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import position_of, suspects
from corpusfmt.rules._lines import BREAKS, ends, folded, pieces_of
from corpusfmt.text.display import quoted

#: So many letters in one sentence make a line worth telling; a sentence within a line needs so many characters.
_LETTERS: Final = 16
_SENTENCE: Final = 60


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for the first line or sentence of each text that stands in it before."""
    for document, text in suspects(documents, lambda data: len(data) > 2 * _LETTERS):
        found = list(_repeats(text)) if _may_repeat(text) else []
        if found:
            where, what, words = found[0]
            more = f"; {len(found):,} repeats in total" if len(found) > 1 else ""
            message = f"{quoted(words)} repeats an earlier {what}{more}"
            yield Hit(document, message, position_of(document, text, where), places=len(found))


def _may_repeat(text: str) -> bool:
    """Say whether a sentence of some length stands twice. Cuts the whole text at once: a loop over lines is slow."""
    pieces = [piece for piece in ends().split(folded(text)) if len(piece) >= _LETTERS]
    return len({piece.strip() for piece in pieces}) < len(pieces)


def _repeats(text: str) -> Iterator[tuple[int, str, str]]:
    """Give where each repeat begins, whether it is a line or a sentence, and the beginning of it."""
    seen: set[str] = set()
    for line in re.finditer(f"[^{BREAKS}]+", text):
        whole, begin = line[0], line.start()
        pieces = list(pieces_of(whole))
        if all(len(piece) < _LETTERS for _, piece in pieces):
            continue
        key = "\n".join([piece for _, piece in pieces])
        if key in seen:
            if any(_is_reported(piece) for _, piece in pieces):
                yield begin + len(whole) - len(whole.lstrip()), "line", whole.strip()[:80]
            continue
        seen.add(key)
        for at, piece in pieces if len(pieces) > 1 else ():
            if len(piece) >= _SENTENCE:
                if piece in seen and _is_reported(piece):
                    yield begin + at, "sentence", whole[at : at + 80]
                seen.add(piece)


def _is_reported(piece: str) -> bool:
    return sum(map(str.isalpha, piece[:1000])) >= _LETTERS


RULE = Rule(
    code="TXT101",
    severity="warning",
    summary="repeated line in a text",
    why="Pages often show their title, first lines and captions more than once, and a scraped text contains all "
    "copies. Lines are compared without regard to case, quotes, dashes and white space. Lines without a sentence of "
    "16 letters are not reported; sentences within lines are reported from 60 characters on. Refrains of songs are "
    "also reported: ignore the rule for verse.",
    advice="remove the repeats, or extract the text of the page again",
    bad="<<<FILE d1 a.txt>>>\nA \u2018Quiet\u2019 Day at the Harbour\n"
    "A 'quiet' day at the harbour\nNothing came in.\n".encode(),
    good="<<<FILE d1 a.txt>>>\nA \u2018Quiet\u2019 Day at the Harbour\nNothing came in.\n".encode(),
    start=lambda: check,
    default=False,
)
