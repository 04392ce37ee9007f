"""The possible original forms of a native text that another program reformatted. The SHA-256 selects the right one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

#: A CR is none of it: in a text it is a character reference, and elsewhere the parser has made a line feed of it.
_SPACE: Final = " \t\n"
_RUN: Final = re.compile(r"[ \t\n]*\n[ \t\n]*")
_INDENT: Final = re.compile(r"\n[ \t]*")
_TRAILING: Final = re.compile(r"\n[ \t]*\Z")


def readings(paragraphs: list[list[str]]) -> Iterator[tuple[str, str]]:
    """Give what was done to a text, nothing at first, and the text without it. ``paragraphs`` are lists of lines."""
    now = ""
    for how, text in _layouts(paragraphs):
        now = now or text
        yield how, text
        if "\n" in text and "\r" not in text:  # a program that writes CR as it is makes LF of it
            yield f"{how + ' and ' if how else ''}written with other line ends", text.replace("\n", "\r\n")
    if now.isascii():
        return
    from unicodedata import normalize

    yield "converted to another Unicode normalisation form", normalize("NFD", now)
    yield "converted to another Unicode normalisation form", normalize("NFC", now)


def _layouts(paragraphs: list[list[str]]) -> Iterator[tuple[str, str]]:
    """Give a text as it stands, and without white space that may have been put in."""
    yield "", joined(paragraphs)
    edges = [[lines[0].lstrip(_SPACE), *lines[1:]] for lines in paragraphs]
    edges = [[*lines[:-1], lines[-1].rstrip(_SPACE)] for lines in edges]
    stripped = [[line.strip(_SPACE) for line in lines] for lines in paragraphs]
    yield "reindented", joined(edges)
    yield "reindented", joined(_unindented(paragraphs))
    yield "reindented", joined(stripped)
    yield "rewrapped", joined([[_RUN.sub(" ", line) for line in lines] for lines in paragraphs])
    yield "wrapped and reindented", joined([[_RUN.sub(" ", line) for line in lines] for lines in stripped])


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
