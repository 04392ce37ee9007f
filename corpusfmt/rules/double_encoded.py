"""ENC002: a text that was encoded twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Check, Hit, Rule
from corpusfmt.model.text_search import change_of, position_of, suspects
from corpusfmt.rules._mojibake import decoded_once, may_hold, name_of, places, restored
from corpusfmt.text.display import quoted


def start() -> Check:
    """Return a check; it keeps nothing."""
    look = may_hold()
    return lambda documents: hits(documents, look)


def hits(documents: Sequence[Document], look: Callable[[bytes], bool]) -> Iterable[Hit]:
    """Give a hit for each text that is UTF-8, taken for another encoding and encoded once more, as a whole."""
    for document, text in suspects(documents, look):
        if document.encoding not in (None, "utf-8"):  # then the declaration may be what is wrong
            continue
        once = decoded_once(text)
        if once is None:
            continue
        first, stop, meant = next(places(text))
        run = text[first:stop]
        message = f"the text is UTF-8 that was read as {name_of(run)}: {quoted(run, 24)} was {quoted(meant, 24)}"
        whole, _ = restored(once)
        change = change_of(document, text, 0, len(text), whole) if whole is not None else None
        yield Hit(document, message, position_of(document, text, first), change=change)


RULE = Rule(
    code="ENC002",
    severity="warning",
    summary="text that was encoded twice",
    why="A program read UTF-8 as another encoding and wrote it as UTF-8 again. The whole text can be decoded twice, "
    "which does not happen by accident, so the original text can be restored exactly.",
    advice="'corpusfmt fix --unsafe-fixes' decodes it in seed files and JSON Lines, if the code is selected",
    bad="<<<FILE d1 a.txt>>>\nRos\u00c3\u00a9 d\u00e2\u20ac\u2122Anjou\n".encode(),
    good="<<<FILE d1 a.txt>>>\nRos\u00e9 d\u2019Anjou\n".encode(),
    start=start,
    fixable=True,
    default=False,
)
