"""A text of ours as it stands, and as it was before other programs damaged it. A SHA-256 tells which is right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_SPACE: Final = " \t\r\n"
_RUN: Final = re.compile(r"[ \t\r\n]*\n[ \t\r\n]*")
_INDENT: Final = re.compile(r"\n[ \t]*")
_TRAILING: Final = re.compile(r"\n[ \t]*\Z")


def readings(paragraphs: list[list[str]]) -> Iterator[tuple[str, str]]:
    """Give what was done to a text, nothing at first, and the text without it. ``paragraphs`` are lists of lines."""
    now = joined(paragraphs)
    yield "", now
    edges = [[lines[0].lstrip(_SPACE), *lines[1:]] for lines in paragraphs]
    edges = [[*lines[:-1], lines[-1].rstrip(_SPACE)] for lines in edges]
    stripped = [[line.strip(_SPACE) for line in lines] for lines in paragraphs]
    yield "indented anew", joined(edges)
    yield "indented anew", joined(_unindented(paragraphs))
    yield "indented anew", joined(stripped)
    yield "wrapped anew", joined([[_RUN.sub(" ", line) for line in lines] for lines in paragraphs])
    yield "wrapped and indented anew", joined([[_RUN.sub(" ", line) for line in lines] for lines in stripped])
    if now.isascii():
        return
    from unicodedata import normalize

    yield "brought to another normalisation form of Unicode", normalize("NFD", now)
    yield "brought to another normalisation form of Unicode", normalize("NFC", now)


def joined(paragraphs: list[list[str]]) -> str:
    """Return the text of paragraphs, which are lists of lines."""
    return "\n\n".join("\n".join(lines) for lines in paragraphs)


def _unindented(paragraphs: list[list[str]]) -> list[list[str]]:
    """Return lines without the line end and the indentation that all of them have got, before and behind."""
    runs = [match[0] for lines in paragraphs for line in lines if line.strip(_SPACE) and (match := _INDENT.match(line))]
    indent = min(runs, key=len, default="\n")
    return [
        [_TRAILING.sub("", line.removeprefix(indent)) if line.strip(_SPACE) else "" for line in lines]
        for lines in paragraphs
    ]
