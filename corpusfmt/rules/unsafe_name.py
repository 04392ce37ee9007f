"""DOC004: a name that is dangerous or impossible as the path of a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import searched
from corpusfmt.text.display import quoted
from corpusfmt.text.filenames import unsafe

#: What may make one of several names unsafe, which stand on lines of their own.
_DOUBTFUL: Final = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f/\\:]|[. ](?:\n|\Z)|(?:\A|\n)(?:CON|PRN|AUX|NUL|COM|LPT)|(?:\A|\n)\.\.?(?:\n|\Z)",
    re.I,
)


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for each name that is no safe relative path."""
    names = searched(documents).names
    joined = "\n".join(names)
    if joined.count("\n") == len(documents) - 1 and not _DOUBTFUL.search(joined):
        return
    for number, name in enumerate(names):
        why = name and unsafe(name)
        if why:
            yield Hit(documents[number], f"the name {quoted(name)} {why}")


RULE = Rule(
    code="DOC004",
    severity="warning",
    summary="unsafe name",
    why="In a folder, such a name would write outside it, overwrite a device or become another name: '..' parts, "
    "absolute paths, names reserved on Windows, control characters, parts that end in a dot or a space. The empty "
    "name is exempt, and so are formats whose names are titles or addresses: only names in seed files and folders are "
    "file names.",
    advice="rename the document",
    bad=b"<<<FILE d1 ../a.txt>>>\nbody\n",
    good=b"<<<FILE d1 notes/a.txt>>>\nbody\n",
    start=lambda: check,
    file_names=True,
)
