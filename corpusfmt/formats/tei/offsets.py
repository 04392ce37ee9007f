"""Offsets in TEI: the root, the next document, a byte of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from corpusfmt.formats.tei.profile import MARK, TEI_START
from corpusfmt.limits import CHUNK, HEAD
from corpusfmt.model.document import Document
from corpusfmt.model.format import Stream
from corpusfmt.text.display import BOM, wide_encoding
from corpusfmt.text.position import Region

#: What may stand before the root (XML 1.0, productions 22 and 28): white space, comments, instructions, a DOCTYPE.
_PROLOG: Final = re.compile(
    rb"(?:[ \t\r\n]++|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->"
    rb"|<!DOCTYPE(?:[^\[\"'>]|\"[^\"]*\"|'[^']*')*+(?:\[(?:[^\]\"']|\"[^\"]*\"|'[^']*')*+\][ \t\r\n]*)?>)*+"
)
_ROOT: Final = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:TEI|teiCorpus|TEI\.2)(?=[\s/>])")
_CORPUS: Final = re.compile(rb"<(?:[\w.-]{1,40}:)?teiCorpus(?=[\s/>])")
#: The tag of a root, as far as the end of its name.
_ELEMENT: Final = re.compile(rb"<[^\s<>/!?&;'\"=]{1,200}(?=[\s/>])")
_HTML: Final = re.compile(rb"<!doctype[ \t\r\n]+html", re.I)
_NATIVE: Final = re.compile(rb'<[^<>]{0,4000}type="%b"' % MARK.encode())
#: What the content of a native paragraph is made of.
_TOKEN: Final = re.compile(rb"</p>[ \t\n]*<p>|<lb/>|<g [^<>]*>|&[#\w]+;|[^<&]+")
_SIZES: Final = {b"</p>": 2, b"<lb/": 1}


def sniff(head: bytes) -> bool:
    """Say whether the root element is that of TEI, by its name."""
    head, at = _behind_prolog(head)
    if _ROOT.match(head, at):
        return True
    unfinished = head.startswith((b"<!", b"<?"), at)  # a long comment or DOCTYPE: its end is out of sight
    return unfinished and b"<?xml" in head[:10] and re.search(rb"<!DOCTYPE\s+(?:TEI|teiCorpus)\b", head) is not None


def is_other(head: bytes) -> bool:
    """Say whether there is a root element, and it is that of another vocabulary, or a part of TEI without a text; or
    whether it is HTML, which need be no XML.
    """
    head, at = _behind_prolog(head)
    if _HTML.match(head, at):
        return True
    return _ELEMENT.match(head, at) is not None and _ROOT.match(head, at) is None


def is_corpus(head: bytes) -> bool:
    """Say whether the root element is that of a corpus."""
    head, at = _behind_prolog(head)
    return _CORPUS.match(head, at) is not None


def _behind_prolog(head: bytes) -> tuple[bytes, int]:
    """Return the head of a file in UTF-8, and where its prolog ends."""
    wide = wide_encoding(head)
    if wide is not None:
        head = head[: len(head) & ~3].decode(wide, "ignore").removeprefix("\ufeff").encode("utf-8", "ignore")
    head = head.removeprefix(BOM)
    prolog = _PROLOG.match(head)
    return head, prolog.end() if prolog else 0


def resync(buffer: bytes, position: int) -> int:
    """Return the offset of the first native document that begins a line at or after ``position``, or -1."""
    at = buffer.find(TEI_START, position)
    while at > 0 and buffer[at - 1 : at] != b"\n":
        at = buffer.find(TEI_START, at + 1)
    return at


def locate(region: Region, document: Document, position: int) -> int:
    """Return the stream offset of the byte at ``position`` of the document's ``data``.

    Of a text that was made from other markup than ours it is where the text begins.
    """
    origin = document.origin
    assert origin is not None, "the document comes from this region"
    start = origin.body - region.offset
    if not _NATIVE.match(region.buffer, max(0, origin.byte - region.offset)):
        return origin.body
    at = 0
    while match := _TOKEN.match(region.buffer, start):
        token = match[0]
        kind = token[:4]
        if token[:1] == b"&":
            size = 1
        elif token[:3] == b"<g ":
            size = len(document.data[at : at + 3].decode("utf-8", "ignore")[:1].encode())
        else:
            size = _SIZES.get(kind, len(token))
        if at + size > position:
            inside = position - at if token[:1] not in b"<&" else 0
            return region.offset + start + inside
        at += size
        start = match.end()
    return origin.body


_XML_ID: Final = re.compile(rb"""\sxml:id[ \t\r\n]*=[ \t\r\n]*["']([^"'<&]{1,1000})["']""")
#: An attribute that is cut where a piece ends is no longer.
_LONGEST: Final = 1200


def shared_names(stream: Stream) -> Iterator[str]:
    """Give each ``xml:id`` of a ``teiCorpus`` or of a file with another root; nothing for a TEI, which is a text."""
    held = b""
    while len(held) < HEAD and (more := stream.read(CHUNK)):
        held += more
    if not (is_other(held) or is_corpus(held)):
        return
    while held:
        for match in _XML_ID.finditer(held):
            yield match[1].decode("utf-8", "replace").strip()
        more = stream.read(CHUNK)
        held = held[-_LONGEST:] + more if more else b""
