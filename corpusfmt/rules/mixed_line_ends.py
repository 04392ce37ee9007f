"""TXT007: mixed line ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Check, Hit, Rule
from corpusfmt.model.text_search import position_of, suspects
from corpusfmt.rules._characters import becomes, times

_NAMES: Final = {"\n": "LF", "\r\n": "CRLF", "\r": "CR", "\u2028": "U+2028", "\u2029": "U+2029"}


def start() -> Check:
    """Return a check; it keeps nothing."""
    separator = re.compile(b"\xe2\x80[\xa8\xa9]").search
    end = re.compile("\r\n|[\n\r\u2028\u2029]")

    def look(data: bytes) -> bool:
        if separator(data):
            return True
        if b"\r" not in data:
            return False
        both = data.count(b"\r\n")
        return (both > 0) + (data.count(b"\n") > both) + (data.count(b"\r") > both) > 1

    def check(documents: Sequence[Document]) -> Iterable[Hit]:
        for document, text in suspects(documents, look):
            counts = {kind: text.count(kind) for kind in _NAMES}
            counts["\n"] -= counts["\r\n"]
            counts["\r"] -= counts["\r\n"]
            usual = max(counts, key=counts.__getitem__)
            others = [kind for kind, count in counts.items() if count and kind != usual]
            if others:
                first = next(match.start() for match in end.finditer(text) if match[0] != usual)
                words = [f"{_NAMES[kind]} ({times(counts[kind])})" for kind in (usual, *others)]
                message = f"lines end in {', '.join(words[:-1])} and {words[-1]}"
                change = becomes(document, text, end.sub("\n", text))
                yield Hit(
                    document,
                    message,
                    position_of(document, text, first),
                    change=change,
                    places=sum(counts[kind] for kind in others),
                )

    return check


RULE = Rule(
    code="TXT007",
    severity="warning",
    summary="mixed line ends",
    why="A text whose lines end partly in LF and partly in CRLF, CR, U+2028 or U+2029 was combined from several "
    "sources, or a program changed some of its line ends. Programs disagree on where its lines end. A text with only "
    "one kind is not reported. U+0085 is not counted: it is reported as a control character.",
    advice="end all lines with LF; 'corpusfmt fix --unsafe-fixes' does",
    bad=b"<<<FILE d1 a.txt>>>\none\r\ntwo\nthree\n",
    good=b"<<<FILE d1 a.txt>>>\none\ntwo\nthree\n",
    start=start,
    fixable=True,
    default=False,
)
