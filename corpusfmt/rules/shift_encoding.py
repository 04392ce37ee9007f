"""ENC010: a text in ISO-2022 or HZ, which consist of ASCII bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import searched
from corpusfmt.text.likely_encoding import name_of, shift_encoding

_MARKS: Final = (b"\x1b$", b"~{")


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for each text whose escapes say that it is in another encoding."""
    if not any(map(searched(documents).may_hold, _MARKS)):
        return
    for document in documents:
        if document.encoding in (None, "utf-8"):
            encoding, at = shift_encoding(document.data)
            if encoding:
                hint = f"read it with --encoding {encoding}"
                yield Hit(document, f"the text is in {name_of(encoding)}, not UTF-8", at, hint)


RULE = Rule(
    code="ENC010",
    severity="error",
    summary="text in ISO-2022 or HZ",
    why="These East Asian encodings write each character as two ASCII characters between escape sequences. The text "
    "can be read as UTF-8 without an error, but every word is wrong.",
    advice="name the encoding with --encoding when reading",
    bad=b"<<<FILE d1 a.txt>>>\n~{<:Ky2;NpPT~}\n",
    good=b"<<<FILE d1 a.txt>>>\na ~ b\n",
    start=lambda: check,
)
