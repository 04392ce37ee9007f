"""Writing seed files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from corpusfmt.formats.seed.grammar import (
    FILE,
    MARKED,
    MARKER,
    META,
    ODD_ID,
    ODD_NAME,
    PRAGMA,
    escape,
    spell_id,
    spell_name,
)
from corpusfmt.limits import KIB, MAX_HEADER, MAX_METADATA, MIB
from corpusfmt.model.document import Document
from corpusfmt.model.errors import Loss, LossError
from corpusfmt.model.format import WriteOptions
from corpusfmt.model.losses import loss, undecodable, utf8_or_replaced
from corpusfmt.model.rows import ID, METADATA, NAME, TEXT, RowLosses, Rows, encoded
from corpusfmt.text.kernel import KERNEL

_NO_METADATA: Final = (b"{}", b"")
_LIKE_HEADER: Final = re.compile(rb"^<<<(?:FILE|SEED)", re.M)


def writer(options: WriteOptions) -> Version1 | Plain:
    """Make the writer of the dialect that ``options`` name; version 1 by default."""
    return Plain(options) if options.own.get("dialect") == "plain" else Version1(options)


def losses(document: Document, options: WriteOptions) -> list[Loss]:
    """List what a seed file of the dialect in ``options`` cannot hold of ``document``."""
    found = list(undecodable(document))
    plain = options.own.get("dialect") == "plain"
    if plain:
        found += _plain_losses(document)
    if len(_header(document, plain)) > MAX_HEADER:
        found.append(loss(document, "size", f"the header is longer than {MAX_HEADER // KIB} KiB"))
    if not plain and len(document.meta_json) > MAX_METADATA:
        found.append(loss(document, "size", f"the metadata is longer than {MAX_METADATA // MIB} MiB"))
    return found


def row_losses(rows: Rows, options: WriteOptions) -> RowLosses:
    """Say of rows what :func:`losses` says of their documents."""
    # Each byte of an id and of a name is spelled as six at most.
    doubtful = [at for column in (ID, NAME) for at in rows.longer(column, MAX_HEADER // 13)]
    if options.own.get("dialect") != "plain":
        return RowLosses(doubtful=frozenset(doubtful + rows.longer(METADATA, MAX_METADATA)))
    doubtful += rows.integers + rows.where(TEXT, lambda text: b"<<<" in text)
    beside = zip(rows.ids, rows.names, strict=True)
    doubtful += [at for at, (id, name) in enumerate(beside) if "\n" in name or " " in id or "\t" in id or "\n" in id]
    some, spaces = rows.where(METADATA, lambda meta: b'"' in meta), rows.longer(METADATA, 0)
    if len(some) < len(spaces):
        doubtful += spaces
    open_ends = [at for at, text in enumerate(rows.each(TEXT)) if text and text[-1] != 0x0A]
    return RowLosses({"metadata": some, "character": open_ends}, frozenset(doubtful))


def _header(document: Document, plain: bool) -> bytes:
    if plain:
        return b"%b %b %b>>>\n" % (FILE, str(document.id).encode(), document.name.encode())
    return f"<<<FILE {spell_id(document.id)} {spell_name(document.name)}>>>\n".encode()


class Version1:
    """Writes version 1, which holds every document but those with absurdly long headers."""

    def __init__(self, options: WriteOptions) -> None:
        self._options = options

    def begin(self) -> bytes:
        """Return the pragma line."""
        return PRAGMA + b"\n"

    def end(self, _documents: int, /) -> bytes:
        """Return nothing: there is no trailer."""
        return b""

    def encode(self, documents: Sequence[Document]) -> Sequence[bytes]:
        """Return the documents in version 1. Raises LossError."""
        if KERNEL is not None and isinstance(documents, Rows):
            fast = KERNEL.seed_encode
            return encoded(
                documents,
                lambda values, first: fast(*values, first, MAX_HEADER, MAX_METADATA, False, False, False),
                self._encode,
            )
        return self._encode(documents)

    def _encode(self, documents: Sequence[Document]) -> Sequence[bytes]:
        if not documents:
            return []
        bodies = [d.data if d.encoding in (None, "utf-8") else self._utf8(d) for d in documents]
        joined = b"\n".join(bodies)
        if (b"<" in joined and b"<<<" in joined) or (b"\\" in joined and MARKER[1:] in joined):
            bodies = [escape(body) for body in bodies]
        out = []
        for document, header, body in zip(documents, self._headers(documents), bodies, strict=True):
            meta = document.meta_json
            if len(header) > MAX_HEADER or len(meta) > MAX_METADATA:
                raise LossError(losses(document, self._options))
            about = b"%b %b>>>\n" % (META, meta) if meta not in _NO_METADATA else b""
            out.append(b"".join((header, about, body, MARKED if body and body[-1] != 0x0A else b"")))
        return out

    def _utf8(self, document: Document) -> bytes:
        if "encoding" not in self._options.allow and (found := undecodable(document)):
            raise LossError(found)
        return utf8_or_replaced(document)

    @staticmethod
    def _headers(documents: Sequence[Document]) -> list[bytes]:
        """Return the header lines; the usual ones, which need no quoting, cost one search for all."""
        ids = [d.id for d in documents]
        names = [d.name for d in documents]
        plain_ids = [i for i in ids if isinstance(i, str)]
        some_ids, some_names = "\n".join(plain_ids), "\n".join(names)
        if (
            len(plain_ids) < len(ids)
            or ODD_ID.search(some_ids)
            or ODD_NAME.search(some_names)
            or some_ids.count("\n") + some_names.count("\n") != 2 * len(documents) - 2
        ):
            return [_header(d, plain=False) for d in documents]
        return [f"<<<FILE {i} {n}>>>\n".encode() for i, n in zip(plain_ids, names, strict=True)]


def _plain_losses(document: Document) -> list[Loss]:
    found = []
    if isinstance(document.id, int):
        found.append(loss(document, "id", "the plain dialect has no integer ids; it would come back as text"))
    elif any(c in document.id for c in " \t\n"):
        found.append(loss(document, "id", "the plain dialect cannot hold a space, tab or line end in an id"))
    if "\n" in document.name:
        found.append(loss(document, "name", "the plain dialect cannot hold a line end in a name"))
    if document.meta_json not in _NO_METADATA and document.meta:
        found.append(loss(document, "metadata", "the plain dialect has no metadata"))
    body = utf8_or_replaced(document)
    if _LIKE_HEADER.search(body):
        found.append(loss(document, "character", "the plain dialect cannot hold a line that begins like a header"))
    if body and body[-1] != 0x0A:
        found.append(loss(document, "character", "the plain dialect cannot hold a text without a final newline"))
    return found


class Plain:
    """Writes the plain dialect. An allowed loss is the least change that gives a readable file."""

    def __init__(self, options: WriteOptions) -> None:
        self._options = options

    def begin(self) -> bytes:
        """Return nothing: a plain file begins with its first header."""
        return b""

    def end(self, _documents: int, /) -> bytes:
        """Return nothing: there is no trailer."""
        return b""

    def encode(self, documents: Sequence[Document]) -> Sequence[bytes]:
        """Return the documents in the plain dialect. Raises LossError."""
        if KERNEL is not None and isinstance(documents, Rows):
            fast, allow = KERNEL.seed_encode, self._options.allow
            how = (MAX_HEADER, MAX_METADATA, True, "metadata" in allow, "character" in allow)
            return encoded(documents, lambda values, first: fast(*values, first, *how), self._encode)
        return self._encode(documents)

    def _encode(self, documents: Sequence[Document]) -> list[bytes]:
        out = []
        for document in documents:
            found = [x for x in losses(document, self._options) if x.kind not in self._options.allow]
            if found:
                raise LossError(found)
            identifier = str(document.id).translate({32: "_", 9: "_", 10: "_"})
            name = document.name.replace("\n", " ")
            body = _LIKE_HEADER.sub(rb"\\\g<0>", utf8_or_replaced(document))
            end = b"\n" if body and body[-1] != 0x0A else b""
            out.append(f"<<<FILE {identifier} {name}>>>\n".encode() + body + end)
        return out
