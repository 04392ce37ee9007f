"""TXT009: UTF-8 that was read in another encoding and written again, in parts of a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Check, Hit, Rule
from corpusfmt.model.text_search import change_of, position_of, suspects
from corpusfmt.rules._characters import difference
from corpusfmt.rules._mojibake import decoded_once, may_hold, name_of, places, restored
from corpusfmt.text.display import quoted


def start() -> Check:
    """Return a check; it keeps nothing."""
    look = may_hold()

    def check(documents: Sequence[Document]) -> Iterable[Hit]:
        for document, text in suspects(documents, look):
            found = next(places(text), None)
            if found is None or decoded_once(text) is not None:  # all of it is ENC002's matter
                continue
            index, stop, meant = found
            whole, count = restored(text)
            run = text[index:stop]
            more = f", {count:,} such places in total" if count > 1 else ""
            message = f"UTF-8 that was read as {name_of(run)}: {quoted(run, 24)} would be {quoted(meant, 24)}{more}"
            change = None
            if whole is not None:
                first, last, end = difference(text, whole)
                change = change_of(document, text, first, last, whole[first:end])
            yield Hit(document, message, position_of(document, text, index), change=change, places=count)

    return check


RULE = Rule(
    code="TXT009",
    severity="warning",
    summary="UTF-8 that was read as another encoding",
    why="A letter with an accent that became two or three characters was written in UTF-8 and read as Windows-1252 or "
    "Latin-1 (mojibake). Only sequences that can be restored exactly and that nobody would write are reported. A "
    "sequence that may be a capital letter with an accent before a quote, a dash or a space is not. Another rule "
    "reports texts that are affected from beginning to end.",
    advice="create the text again from its source, or correct it; 'corpusfmt fix --unsafe-fixes' does",
    bad="<<<FILE d1 a.txt>>>\na ros\u00c3\u00a9 and a ros\u00e9\n".encode(),
    good="<<<FILE d1 a.txt>>>\na ros\u00e9 and a ros\u00e9\n".encode(),
    start=start,
    fixable=True,
    default=False,
)
