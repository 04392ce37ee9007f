"""The parts of a TEI element that are not simply read: alternatives, the header, and omitted elements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from corpusfmt.formats.tei.thirdparty import alternatives
from corpusfmt.formats.tei.thirdparty.alternatives import CHOOSING, HEADER, TEXT

if TYPE_CHECKING:
    from corpusfmt.formats.tei.thirdparty.to_text import ThirdPartyText


def enter(reader: ThirdPartyText, name: str, attributes: Mapping[str, str]) -> bool:
    """Say whether an element is read that begins where not all are."""
    if reader.mode == CHOOSING:
        if len(reader.stack) == 1:
            if name == "teiHeader":
                reader.mode, reader.depth = HEADER, 1
                return False
            if name == "text":
                reader.text_attributes = reader.text_attributes or attributes
        return alternatives.enter(reader, name, attributes)
    reader.depth += 1
    if reader.mode == HEADER:
        reader.header.start(name, attributes)
    elif name == "event" and reader.label == "standOff":
        reader.header.event(attributes)
    return False


def leave(reader: ThirdPartyText, name: str) -> None:
    """Take the end of an element of the header, or of what is left out."""
    reader.depth -= 1
    if reader.depth:
        if reader.mode == HEADER:
            reader.header.end(name)
        return
    if reader.mode == HEADER:
        reader.mode = CHOOSING
        return
    if reader.lost and reader.label:
        reader.count(reader.label, -1)
        reader.count(f"text of {reader.label}")
    reader.mode = TEXT
    if reader.resume == CHOOSING:
        alternatives.leave(reader)
