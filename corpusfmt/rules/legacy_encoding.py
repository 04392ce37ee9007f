"""ENC008: a text in another encoding than UTF-8, which is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Change, Hit, Rule
from corpusfmt.text.primitives import is_utf8


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for each text that its encoding can decode and that is no UTF-8."""
    for document in documents:
        encoding = document.encoding
        if encoding in (None, "utf-8") or is_utf8(document.data):
            continue
        try:
            text = document.data.decode(encoding or "").encode()
        except UnicodeError:
            continue
        at = next(index for index, byte in enumerate(document.data) if byte >= 0x80)
        change = Change(0, len(document.data), text, safe=True)
        yield Hit(document, f"the text is in {(encoding or '').upper()}", at, change=change)


RULE = Rule(
    code="ENC008",
    severity="note",
    summary="text that is not in UTF-8",
    why="The encoding is known, from a declaration or from --encoding, and the text can be decoded. If the file does "
    "not declare it, everybody who reads the file later must know it too. The example is read with --encoding cp1252.",
    advice="'corpusfmt fix --encoding NAME --select ENC008' converts seed files to UTF-8",
    bad=b"<<<FILE d1 a.txt>>>\nRos\xe9\n",
    good=b"<<<FILE d1 a.txt>>>\nRose\n",
    start=lambda: check,
    fixable=True,
    default=False,
)
