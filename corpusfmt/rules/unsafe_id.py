"""DOC005: an id with invisible characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import searched
from corpusfmt.text.display import quoted

#: Controls, marks that nobody sees, white space that is no plain space; and a space at either end.
_ODD: Final = re.compile(
    r"[\x00-\x1f\x7f-\xa0\xad\u061c\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]|\A | \Z"
)


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for each id that holds what cannot be seen."""
    ids = searched(documents).ids
    joined = "|".join(ids)
    if not _ODD.search(joined) and "| " not in joined and " |" not in joined:
        return
    for number, id in enumerate(ids):
        match = _ODD.search(id)
        if match:
            what = "begins or ends with a space" if match[0] == " " else f"holds U+{ord(match[0]):04X}"
            yield Hit(documents[number], f"the id {quoted(id)} {what}")


RULE = Rule(
    code="DOC005",
    severity="warning",
    summary="id with invisible characters",
    why="Ids are copied, typed and searched for. An id with a control character, an invisible character or a space at "
    "either end is hard to find again.",
    advice="give the document another id",
    bad=b'<<<SEED 1>>>\n<<<FILE "d1\\u0020" a.txt>>>\nbody\n',
    good=b"<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\nbody\n",
    start=lambda: check,
)
