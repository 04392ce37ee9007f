"""ENC003: a text in UTF-16 or UTF-32 where UTF-8 is expected, or lines of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Change, Hit, Rule
from corpusfmt.model.text_search import searched
from corpusfmt.rules._wide import Span, is_wide, wide_name, wide_spans
from corpusfmt.text.display import quoted


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for each text that is UTF-16 or UTF-32, or has lines in it."""
    if b"\0" not in searched(documents).joined:
        return
    for document in documents:
        if b"\0" in document.data and document.encoding in (None, "utf-8"):
            spans = wide_spans(document.data)
            if sum(span.stop - span.start for span in spans) < len(document.data) and (spans or not is_wide(document)):
                if spans:
                    yield _of_lines(document, spans)
            else:
                change = _change(document.data, spans) if spans else None
                yield Hit(document, f"the text is in {wide_name(document.data)}, not UTF-8", 0, change=change)


def _of_lines(document: Document, spans: Sequence[Span]) -> Hit:
    """Return the hit for lines of a text that is UTF-8 otherwise."""
    count = sum(max(1, span.text.count("\n")) for span in spans)
    names = " and ".join(sorted({span.encoding for span in spans}))
    words = f"a line is in {names}" if count == 1 else f"{count:,} lines are in {names}"
    message = f"{words}, and the rest of the text is not: {quoted(spans[0].text.strip(), 40)}"
    return Hit(document, message, spans[0].start, change=_change(document.data, spans), places=count)


def _change(data: bytes, spans: Sequence[Span]) -> Change:
    """Return the change that brings the lines to UTF-8."""
    parts, at = [], spans[0].start
    for span in spans:
        parts += [data[at : span.start], span.text.encode()]
        at = span.stop
    return Change(spans[0].start, at - spans[0].start, b"".join(parts))


RULE = Rule(
    code="ENC003",
    severity="error",
    summary="text in UTF-16 or UTF-32",
    why="The text has a byte of value 0 between its letters or, if it is not in Latin script, beside its spaces and "
    "line ends. Even where it can be read as UTF-8, every word is broken. Single lines in UTF-16 come from programs "
    "that append to a file in UTF-8, such as Windows PowerShell.",
    advice="'corpusfmt fix --unsafe-fixes' converts it to UTF-8 in seed files, JSON Lines and text files; or create "
    "the file again",
    bad=b"<<<FILE d1 a.txt>>>\n" + "a whole text\n".encode("utf-16-be"),
    good=b"<<<FILE d1 a.txt>>>\na whole text\n",
    start=lambda: check,
    fixable=True,
)
