"""Losses of a document: the parts that all writers share."""

from __future__ import annotations

from corpusfmt.model.document import Document
from corpusfmt.model.errors import Loss
from corpusfmt.text.primitives import first_invalid_utf8


def loss(document: Document, kind: str, message: str) -> Loss:
    """Make the loss of one thing of ``document``, with the place that it was read from."""
    origin = document.origin
    if origin is None:
        return Loss(kind, message, document.id)
    return Loss(kind, message, document.id, origin.path, origin.line, origin.byte)


def undecodable(document: Document) -> list[Loss]:
    """List the loss of a text that its *declared* encoding cannot decode: it holds for every target."""
    if document.encoding in (None, "utf-8"):
        return []
    try:
        document.data.decode(document.encoding)
    except UnicodeDecodeError as error:
        what = f"byte 0x{document.data[error.start]:02x} at {error.start} is not {document.encoding}"
        return [loss(document, "encoding", f"the text cannot be decoded: {what}")]
    return []


def not_text(document: Document) -> list[Loss]:
    """List the loss of bytes in an unknown encoding, for a target that holds characters alone."""
    if document.encoding is not None:
        return undecodable(document)
    at = first_invalid_utf8(document.data)
    if at < 0:
        return []
    what = f"the text is not UTF-8 (byte 0x{document.data[at]:02x} at offset {at} of the text)"
    return [loss(document, "bytes", f"{what}; name its encoding with --encoding")]


def utf8_or_replaced(document: Document) -> bytes:
    """Return the text in UTF-8, with U+FFFD for what a declared encoding cannot decode (an allowed loss)."""
    if document.encoding in (None, "utf-8"):
        return document.data
    return document.data.decode(document.encoding, "replace").encode()
