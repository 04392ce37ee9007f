"""DOC004: a name that is dangerous or impossible as the path of a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import searched
from corpusfmt.text.display import quoted
from corpusfmt.text.filenames import unsafe

#: What may make one of several names unsafe, which stand in lower case on lines of their own; and control characters.
_DOUBTFUL: Final = ("/", "\\", ":", ".\n", " \n", "\ncon", "\nprn", "\naux", "\nnul", "\ncom", "\nlpt")


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for each name that is no safe relative path."""
    names = searched(documents).names
    if "".join(names).isprintable():
        lines = "\n".join(["", *names, ""]).lower()
        if not any(what in lines for what in _DOUBTFUL):
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
