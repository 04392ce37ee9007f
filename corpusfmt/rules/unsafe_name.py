"""DOC004: a name that is dangerous or impossible as the path of a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from corpusfmt.core.document import Document
from corpusfmt.core.rule import Check, Hit, Rule
from corpusfmt.core.text import quoted

#: What may make one of several names unsafe, which stand on lines of their own.
_DOUBTFUL: Final = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f/\\:]|[. ](?:\n|\Z)|(?:\A|\n)(?:CON|PRN|AUX|NUL|COM|LPT)|(?:\A|\n)\.\.?(?:\n|\Z)",
    re.I,
)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ABSOLUTE: Final = re.compile(r"[/\\]|[A-Za-z]:")
_PARTS: Final = re.compile(r"[/\\]")
#: Device names, which Windows reserves in every folder, whatever extension follows.
_RESERVED: Final = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3]) *(?:[.:].*)?", re.I | re.S
)


def start() -> Check:
    """Return a check; it keeps nothing."""
    return check


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for each name that is no safe relative path."""
    names = "\n".join([document.name for document in documents])
    if names.count("\n") == len(documents) - 1 and not _DOUBTFUL.search(names):
        return
    for document in documents:
        why = document.name and fault_of(document.name)
        if why:
            yield Hit(document, f"the name {quoted(document.name)} {why}")


def fault_of(name: str) -> str:
    """Say what makes a name unsafe, in words that follow the name; nothing when it is safe."""
    if _CONTROL.search(name):
        return "holds a control character"
    if _ABSOLUTE.match(name):
        return "is an absolute path"
    for part in _PARTS.split(name):
        if part == "..":
            return "leads out of its folder with '..'"
        if part.endswith((".", " ")) and part != ".":
            return "has a part that ends in a dot or a space, which Windows drops"
        if _RESERVED.fullmatch(part):
            return f"has the part {quoted(part)}, which is a device on Windows"
    return ""


RULE = Rule(
    code="DOC004",
    severity="warning",
    summary="unsafe name",
    why="Unpacked to a folder, such a name would write outside it, overwrite a device or become another name: "
    "'..' parts, absolute paths, names reserved on Windows, control characters, parts that end in a dot or a space. "
    "The empty name is exempt.",
    advice="rename the document",
    bad=b"<<<FILE d1 ../a.txt>>>\nbody\n",
    good=b"<<<FILE d1 notes/a.txt>>>\nbody\n",
    start=start,
)
