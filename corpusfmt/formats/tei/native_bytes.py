"""Reading an unchanged native document from its bytes."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final, NamedTuple

from corpusfmt.formats.tei.head import BEFORE_TITLE, BEHIND_DIGEST, BEHIND_TITLE, header
from corpusfmt.formats.tei.profile import BODY_END, BODY_START, LINE, PARAGRAPH, TEI_END, TEI_MARK, TEI_START
from corpusfmt.limits import USUAL, Limits
from corpusfmt.model.json_objects import is_canonical
from corpusfmt.model.metadata import EMPTY
from corpusfmt.text.primitives import unescape_xml

_ID: Final = b'        <idno type="id"'
_INTEGER: Final = b' subtype="integer">'
_IDNO_END: Final = b"</idno>\n"
_NAME: Final = b'        <idno type="filename">'
_DIGEST: Final = b'        <idno type="sha256">'
_XENO: Final = b'    <xenoData type="metadata">'
_XENO_END: Final = b"</xenoData>\n"
_TAIL: Final = BODY_END + TEI_END
_BEFORE_TITLE: Final = TEI_MARK + BEFORE_TITLE
_NCNAME: Final = re.compile(rb"[A-Za-z_][A-Za-z0-9._-]*")
#: An integer as Python spells it.
_DIGITS: Final = re.compile(rb"-?[1-9][0-9]{0,999}|0")


class NativeDocument(NamedTuple):
    """A native document: id, name, text in UTF-8, metadata as JSON, ``xml:id``, and the byte where its text begins."""

    id: str | int
    name: str
    data: bytes
    meta: bytes
    xml_id: str
    body: int


def read_native(document: bytes, limits: Limits = USUAL) -> NativeDocument | None:
    """Read a ``TEI`` element, from its first byte to the line end behind it; None where the parser must look closely.

    What is read is read right whatever else is in the file: the header is one that the writer makes, the text has its
    SHA-256. Its characters (UTF-8, and XML's) are for the caller to check.
    """
    quote = document.find(b'"', len(TEI_START))
    xml_id = document[len(TEI_START) : quote]
    at = document.find(_ID, quote)
    if at < 0 or not document.startswith(TEI_MARK, quote) or not document.endswith(_TAIL):
        return None
    at += len(_ID)
    integer = document.startswith(_INTEGER, at)
    at += len(_INTEGER) if integer else 1
    stop = document.find(_IDNO_END, at)
    raw_id, raw_name = document[at:stop], b""
    at = stop + len(_IDNO_END)
    if document.startswith(_NAME, at):
        stop = document.find(_IDNO_END, at)
        raw_name = document[at + len(_NAME) : stop]
        at = stop + len(_IDNO_END)
    if not document.startswith(_DIGEST, at):
        return None
    at += len(_DIGEST)
    digest = document[at : at + 64]
    identifier, name = _said(raw_id), _said(raw_name)
    if not identifier or name is None or (integer and not _DIGITS.fullmatch(identifier)):
        return None
    if not _NCNAME.fullmatch(xml_id):
        return None
    ncname, told, spelled = xml_id.decode("ascii"), name.decode(), identifier.decode()
    known = int(spelled) if integer else spelled
    meta = EMPTY
    # Without metadata all but the title is always the same, and the title is the name or the id.
    title = quote + len(_BEFORE_TITLE)
    named = raw_name or raw_id
    if (
        document.startswith(BEHIND_DIGEST, at + 64)
        and document.startswith(_BEFORE_TITLE, quote)
        and document.startswith(named + BEHIND_TITLE, title)
    ):
        body = at + 64 + len(BEHIND_DIGEST)
    else:
        body = document.find(BODY_START, at) + len(BODY_START)
        if body < at:
            return None
        xeno = document.find(_XENO, at, body)
        if xeno >= 0:
            said = unescape_xml(document[xeno + len(_XENO) : document.find(_XENO_END, xeno, body)])
            if said is None or len(said) > limits.metadata or not is_canonical(said, limits.depth):
                return None
            meta = said
        if header(ncname, known, told, meta, digest) != document[:body]:
            return None
    text = text_of(document[body : -len(_TAIL)])
    if text is None or sha256(text).hexdigest().encode() != digest:
        return None
    return NativeDocument(known, told, text, meta, ncname, body)


def text_of(body: bytes) -> bytes | None:
    """Undo paragraphs, lines and references; None where there is other markup."""
    if b"\r" in body:
        return None
    body = body.replace(LINE, b"\n")
    if b"<" in body:
        body = body.replace(PARAGRAPH, b"\n\n")
    return unescape_xml(body)


def _said(content: bytes) -> bytes | None:
    """Return what the content of an ``idno`` says; None where the parser must tell."""
    if b"&#" in content:
        content = content.replace(b"&#10;", b"\n").replace(b"&#9;", b"\t")
    return unescape_xml(content)
