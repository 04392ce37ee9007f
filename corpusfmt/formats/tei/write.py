"""Writing TEI: one ``teiCorpus``, a ``TEI`` for each document; or each ``TEI`` as a file of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from corpusfmt.formats.tei import rows as native_rows
from corpusfmt.formats.tei.header import bare_headers, forbidden_in, glyphs, header, visible
from corpusfmt.formats.tei.names import Names
from corpusfmt.formats.tei.profile import (
    BODY_END,
    CORPUS_END,
    DECLARATION,
    LINE,
    NAMESPACE,
    PARAGRAPH,
    TEI_END,
)
from corpusfmt.limits import MAX_METADATA, MIB
from corpusfmt.model.document import Document
from corpusfmt.model.errors import ConfigurationError, Loss, LossError
from corpusfmt.model.file_names import wanted_name
from corpusfmt.model.format import WriteOptions
from corpusfmt.model.losses import loss, not_text
from corpusfmt.model.metadata import EMPTY
from corpusfmt.model.rows import METADATA, RowLosses, Rows, encoded
from corpusfmt.text.display import quoted
from corpusfmt.text.kernel import KERNEL
from corpusfmt.text.primitives import escape_xml, is_utf8, is_xml
from corpusfmt.version import __version__

_CORPUS: Final = b"""<teiCorpus xmlns="%b">
  <teiHeader>
    <fileDesc>
      <titleStmt>
        <title>%b</title>
      </titleStmt>
      <publicationStmt>
        <authority>unknown</authority>
      </publicationStmt>
      <sourceDesc>
        <p>Each text says itself where it is from.</p>
      </sourceDesc>
    </fileDesc>
    <encodingDesc>
      <appInfo>
        <application ident="corpusfmt" version="%b">
          <desc>Texts as they were: a paragraph (p) ends at an empty line, a line (lb) at a line end.</desc>
        </application>
      </appInfo>
    </encodingDesc>
  </teiHeader>
"""
_TAIL: Final = BODY_END + TEI_END


def writer(options: WriteOptions) -> TEIWriter:
    """Make a writer. Raises ConfigurationError for a name of the corpus that is no line of text."""
    return TEIWriter(options)


def losses(document: Document, _options: WriteOptions) -> list[Loss]:
    """List what TEI cannot hold of ``document``: bytes that are no text, and metadata that is too large."""
    found = not_text(document)
    if len(document.meta_json) > MAX_METADATA:
        found.append(loss(document, "size", f"the metadata is longer than {MAX_METADATA // MIB} MiB"))
    return found


def row_losses(rows: Rows, _options: WriteOptions) -> RowLosses:
    """Say of rows what :func:`losses` says of their documents."""
    return RowLosses({"size": rows.longer(METADATA, MAX_METADATA)})


def alone(piece: bytes, document: Document, options: WriteOptions) -> tuple[str, bytes]:
    """Give the ``TEI`` of one document as a file of its own, and what that is named by."""
    return wanted_name(document, options, "id"), DECLARATION + piece


class TEIWriter:
    """Writes the profile. The same documents give the same bytes."""

    def __init__(self, options: WriteOptions) -> None:
        self._options = options
        self._corpus = options.own.get("corpus", "")
        if re.search("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]", self._corpus) or len(self._corpus) > 1000:
            raise ConfigurationError(f"invalid name of a corpus: {quoted(self._corpus)}; expected one line of text")
        self._names = Names()

    def begin(self) -> bytes:
        """Return the XML declaration and the header of the corpus."""
        title = escape_xml((visible(self._corpus) or "Corpus").encode())
        return DECLARATION + _CORPUS % (NAMESPACE.encode(), title, __version__.encode())

    def end(self, _documents: int, /) -> bytes:
        """Return the end of the corpus."""
        return CORPUS_END

    def encode(self, documents: Sequence[Document]) -> Sequence[bytes]:
        """Return the documents, a ``TEI`` element each. Raises LossError."""
        if KERNEL is not None and isinstance(documents, Rows) and native_rows.fits(documents.values):
            kernel, names = KERNEL, self._names
            return encoded(
                documents, lambda values, first: native_rows.write(kernel, values, first, names), self._encode
            )
        return self._encode(documents)

    def _encode(self, documents: Sequence[Document]) -> list[bytes]:
        texts = self._texts(documents)
        joined = b"\xff".join(texts)
        plain = is_xml(joined)
        bodies = body_of(joined).split(b"\xff") if texts else []  # no UTF-8 holds the byte 0xFF
        xml_ids = [self._names.give(document.id) for document in documents]
        digests = [sha256(text).hexdigest().encode() for text in texts]
        heads = self._bare(documents, xml_ids, digests) if plain else None
        if heads is not None:
            return [head + body + _TAIL for head, body in zip(heads, bodies, strict=True)]
        out = []
        for document, text, body, xml_id, digest in zip(documents, texts, bodies, xml_ids, digests, strict=True):
            name, identifier = document.name, document.id
            chars: list[str] = []
            beside = f"{identifier}{name}"
            if not ((plain or is_xml(body)) and (beside.isprintable() or is_xml(beside.encode()))):
                chars = forbidden_in(text.decode(), name, f"{identifier}")
                body = glyphs(body, xml_id)  # noqa: PLW2901 - the same text, with its glyphs
            out.append(header(xml_id, identifier, name, document.meta_json, digest, chars) + body + _TAIL)
        return out

    def _bare(self, documents: Sequence[Document], xml_ids: list[str], digests: list[bytes]) -> list[bytes] | None:
        """Return the headers of documents when none of them has metadata, nor an id or a name that is unusual."""
        if not documents or any(document.meta_json != EMPTY for document in documents):
            return None
        names = [document.name for document in documents]
        return bare_headers(xml_ids, [document.id for document in documents], names, digests)

    def _texts(self, documents: Sequence[Document]) -> list[bytes]:
        """Return the texts in UTF-8. Raises LossError for the first document that cannot be held."""
        allow = self._options.allow
        unknown = [document.data for document in documents if document.encoding is None]
        plain = not unknown or is_utf8(b"\n".join(unknown))
        texts = []
        for document in documents:
            encoding = document.encoding
            doubtful = encoding != "utf-8" and (encoding is not None or not plain)
            if doubtful or len(document.meta_json) > MAX_METADATA:
                refused = [found for found in losses(document, self._options) if found.kind not in allow]
                if refused:
                    raise LossError(refused)
                texts.append(document.data.decode(encoding or "utf-8", "replace").encode())
            else:
                texts.append(document.data)
        return texts


def body_of(text: bytes) -> bytes:
    """Return UTF-8 text as paragraphs and lines, but for the first and the last tag."""
    text = escape_xml(text)
    if b"\n" not in text:
        return text
    return text.replace(b"\n\n", b"\xfe").replace(b"\n", LINE).replace(b"\xfe", PARAGRAPH)
