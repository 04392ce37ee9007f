"""ENC010: a text in ISO-2022, HZ or UTF-7, which consist of ASCII bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import searched
from corpusfmt.text.likely_encoding import name_of, shift_encoding

_MARKS: Final = (b"\x1b$", b"~{")
#: What UTF-7 has for a character beyond ASCII.
_BASE64: Final = re.compile(rb"\+[A-Za-z0-9+/]{2}")
#: It is no encoding to read with: a text in it may hold markup that nobody sees in its bytes.
_CONVERT: Final = "convert it first: iconv -f UTF-7 -t UTF-8 OLD > NEW"


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for each text whose escapes say that it is in another encoding."""
    together = searched(documents)
    if not any(map(together.may_hold, _MARKS)) and not (together.may_hold(b"+") and _BASE64.search(together.joined)):
        return
    for document in documents:
        if document.encoding in (None, "utf-8"):
            encoding, at = shift_encoding(document.data)
            if encoding:
                hint = f"read it with --encoding {encoding}" if encoding != "utf-7" else _CONVERT
                yield Hit(document, f"the text is in {name_of(encoding)}, not UTF-8", at, hint)


RULE = Rule(
    code="ENC010",
    severity="error",
    summary="text in ISO-2022, HZ or UTF-7",
    why="ISO-2022 and HZ write each East Asian character as two ASCII characters between escape sequences. UTF-7 "
    "writes characters beyond ASCII as Base64 between + and -. The text can be read as UTF-8 without an error, but "
    "these words are wrong.",
    advice="name the encoding with --encoding when reading; convert UTF-7 first",
    bad=b"<<<FILE d1 a.txt>>>\n~{<:Ky2;NpPT~}\n",
    good=b"<<<FILE d1 a.txt>>>\na ~ b\n",
    start=lambda: check,
)
