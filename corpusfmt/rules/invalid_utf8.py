"""ENC001: the text of a document is not in its encoding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpusfmt.core.document import Document
from corpusfmt.core.primitives import is_utf8
from corpusfmt.core.rule import Check, Hit, Rule
from corpusfmt.core.text import quoted


def start() -> Check:
    """Return a check; it keeps nothing."""
    return check


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for the first byte of each text that its encoding cannot decode."""
    unknown = [d.data for d in documents if d.encoding is None]
    sound = is_utf8(b"\n".join(unknown))
    for document in documents:
        if document.encoding == "utf-8" or (sound and document.encoding is None):
            continue
        encoding = document.encoding or "utf-8"
        try:
            document.data.decode(encoding)
        except UnicodeDecodeError as error:
            run = document.data[error.start : error.end]
            message = f"{quoted(run)} is not {encoding.upper()} ({error.reason})"
            hint = "it is not the encoding that was named; name another one" if document.encoding else ""
            yield Hit(document, message, error.start, hint)


RULE = Rule(
    code="ENC001",
    severity="error",
    summary="text that is not in its encoding",
    why="A text is UTF-8 unless an encoding was named. Bytes that are not can be copied, but not read: what they were "
    "meant to say would be a guess.",
    advice="name the encoding with --encoding when reading, or mend the bytes",
    bad=b"<<<FILE d1 a.txt>>>\ncaf\xe9\n",
    good=b"<<<FILE d1 a.txt>>>\ncaf\xc3\xa9\n",
    start=start,
)
