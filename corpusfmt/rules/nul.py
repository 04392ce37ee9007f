"""ENC005: the NUL character in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import position_of, searched, suspects
from corpusfmt.rules._wide import is_wide, wide_spans

#: Zero bytes as text in UTF-16 has them, amid a line.
_AMID: Final = re.compile(rb"(?:[ -~]\0){4}|(?:\0[ -~]){4}")


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for the first NUL of each text that is not full of them, and in no line in UTF-16."""
    together = searched(documents)
    if together.are_valid and not together.may_hold(b"\0"):
        return
    for document, text in suspects(together, lambda data: b"\0" in data):
        data, at = document.data, 0
        spans = wide_spans(data) if document.encoding in (None, "utf-8") else []
        count = text.count("\0") - sum(data.count(b"\0", span.start, span.stop) for span in spans)
        if not count or (not spans and is_wide(document)):
            continue
        for span in spans:
            if data.find(b"\0", at, span.start) >= 0:
                break
            at = span.stop
        place = data.index(b"\0", at) if spans else position_of(document, text, text.index("\0"))
        message = "the text has U+0000 (NUL)" + (f" {count:,} times" if count > 1 else "")
        if not spans and _AMID.search(data):
            message += ", as text in UTF-16 has it between its characters"
        yield Hit(document, message, place, places=count)


RULE = Rule(
    code="ENC005",
    severity="warning",
    summary="NUL character in the text",
    why="No text needs U+0000. It usually comes from padding, a lost disk block or binary data. Many programs treat "
    "it as the end of the text and drop the rest.",
    advice="compare the file with a copy; remove the character, or create the text again from its source",
    bad=b"<<<FILE d1 a.txt>>>\nbo\0dy\n",
    good=b"<<<FILE d1 a.txt>>>\nbody\n",
    start=lambda: check,
)
