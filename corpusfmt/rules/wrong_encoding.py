"""ENC007: UTF-8 text that is declared as another encoding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import searched
from corpusfmt.text.display import MULTIBYTE
from corpusfmt.text.primitives import is_utf8


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for each text that a single-byte encoding was declared for and that is UTF-8 with more than ASCII."""
    if searched(documents).are_utf8:
        return
    for document in documents:
        encoding = document.encoding
        if encoding is None or encoding.startswith(MULTIBYTE) or encoding == "ascii":
            continue
        data = document.data
        if not data.isascii() and is_utf8(data):
            at = next(index for index, byte in enumerate(data) if byte >= 0x80)
            yield Hit(document, f"the text is declared as {encoding.upper()}, but is UTF-8", at)


RULE = Rule(
    code="ENC007",
    severity="error",
    summary="UTF-8 text that is declared as another encoding",
    why="Bytes beyond ASCII that are valid UTF-8 are almost never text in another encoding. Read as declared, each "
    "letter becomes two wrong ones. The example is read with --encoding cp1252.",
    advice="correct the declaration, or override it with --force-encoding utf-8; or omit --encoding",
    bad=b"<<<FILE d1 a.txt>>>\nRos\xc3\xa9\n",
    good=b"<<<FILE d1 a.txt>>>\nRose\n",
    start=lambda: check,
)
