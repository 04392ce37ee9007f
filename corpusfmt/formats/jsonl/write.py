"""Writing JSON Lines."""

from __future__ import annotations

from collections.abc import Sequence

from corpusfmt.formats.jsonl.layouts import Layout, layout_of
from corpusfmt.limits import MAX_METADATA, MIB
from corpusfmt.model.document import Document
from corpusfmt.model.errors import Loss, LossError
from corpusfmt.model.format import WriteOptions
from corpusfmt.model.json_objects import is_canonical, spelled_ids
from corpusfmt.model.losses import loss, not_text
from corpusfmt.model.metadata import EMPTY
from corpusfmt.model.rows import METADATA, NAME, RowLosses, Rows, encoded
from corpusfmt.text.display import quoted
from corpusfmt.text.json_reader import Node, parse
from corpusfmt.text.kernel import KERNEL
from corpusfmt.text.primitives import escape_json, escape_json_each, is_utf8


def writer(options: WriteOptions) -> JSONLWriter:
    """Make a writer of the layout that ``options`` name. Raises ConfigurationError."""
    return JSONLWriter(options)


def losses(document: Document, options: WriteOptions) -> list[Loss]:
    """List what a record of the layout in ``options`` cannot hold of ``document``."""
    layout = layout_of(options.own)
    found = not_text(document)
    if not layout.id:
        found.append(loss(document, "id", f"the layout {layout.name} has no key for an id"))
    if document.name and not layout.title:
        found.append(loss(document, "name", f"the layout {layout.name} has no key for a name"))
    if len(document.meta_json) > MAX_METADATA:
        found.append(loss(document, "size", f"the metadata is longer than {MAX_METADATA // MIB} MiB"))
    elif not layout.meta and document.meta_json != EMPTY:
        for key, _ in _misfits(document, layout):
            found.append(
                loss(
                    document,
                    "metadata",
                    f"the metadata key {quoted(key)} is duplicate, is not valid text or is used by the layout",
                )
            )
    return found


def row_losses(rows: Rows, options: WriteOptions) -> RowLosses:
    """Say of rows what :func:`losses` says of their documents."""
    layout = layout_of(options.own)
    kinds: dict[str, Sequence[int]] = {}
    if not layout.id:
        kinds["id"] = range(len(rows))
    if not layout.title:
        kinds["name"] = rows.longer(NAME, 0)
    doubtful = rows.longer(METADATA, MAX_METADATA)
    if not layout.meta:
        taken = _taken(layout)
        doubtful += rows.where(METADATA, lambda meta: b"\\" in meta or any(key in meta for key in taken))
    return RowLosses(kinds, frozenset(doubtful))


def _misfits(document: Document, layout: Layout) -> list[tuple[str, Node]]:
    """List the members of the metadata that cannot stand at the top level of a record."""
    taken = {key for key in layout[1:] if key}
    found = []
    for key, _, value in parse(document.meta_json).members:
        if key in taken or any("\ud800" <= char <= "\udfff" for char in key):
            found.append((key, value))
        taken.add(key)
    return found


class JSONLWriter:
    """Writes one record a line: UTF-8, no spaces; id, name, text and metadata in this order."""

    def __init__(self, options: WriteOptions) -> None:
        self._options = options
        self._layout = layout = layout_of(options.own)
        keys = [_spell(key) for key in layout[1:]]
        self._keys = tuple([b"" if key == b'""' else key for key in keys])
        self._taken = _taken(layout)
        self._before_id = b"{%b:" % keys[0]
        self._before_name = (b",%b:" if layout.id else b"{%b:") % keys[1]
        self._before_text = (b',%b:"' if layout.id or layout.title else b'{%b:"') % keys[2]
        self._before_meta = b'",%b:' % keys[3]

    def begin(self) -> bytes:
        """Return nothing: JSON Lines has no header."""
        return b""

    def end(self, _documents: int, /) -> bytes:
        """Return nothing: each line is complete."""
        return b""

    def encode(self, documents: Sequence[Document]) -> Sequence[bytes]:
        """Return the documents as lines. Raises LossError."""
        if KERNEL is not None and isinstance(documents, Rows) and (self._layout.id or "id" in self._options.allow):
            fast, layout = KERNEL.jsonl_encode, self._layout
            around = (self._before_id, self._before_name, self._before_text, self._before_meta)
            has = (bool(layout.id), bool(layout.title), bool(layout.meta), "name" in self._options.allow)
            return encoded(
                documents,
                lambda values, first: fast(*values, first, *around, *self._keys, *has, MAX_METADATA),
                self._encode,
            )
        return self._encode(documents)

    def _encode(self, documents: Sequence[Document]) -> Sequence[bytes]:
        if not documents:
            return []
        for document in documents:
            if len(document.meta_json) > MAX_METADATA:
                raise LossError(losses(document, self._options))
        layout = self._layout
        texts = self._texts(documents)
        ids = spelled_ids(documents)
        names = escape_json_each([document.name.encode() for document in documents])
        out: list[bytes] = []
        if layout.id and layout.title and layout.meta:  # all have a place for everything
            before_id, before_name = self._before_id, self._before_name + b'"'
            before_text, before_meta = b'"' + self._before_text, self._before_meta
            for document, identifier, name, text in zip(documents, ids, names, texts, strict=True):
                meta = document.meta_json
                out.append(
                    b"".join((before_id, identifier, before_name, name, before_text, text, before_meta, meta, b"}\n"))
                )
            return out
        for document, identifier, name, text in zip(documents, ids, names, texts, strict=True):
            line: list[bytes] = []
            if layout.id:
                line += (self._before_id, identifier)
            elif "id" not in self._options.allow:
                raise self._refusal(document)
            if layout.title:
                line += (self._before_name, b'"', name, b'"')
            elif name and "name" not in self._options.allow:
                raise self._refusal(document)
            line += (self._before_text, text)
            if layout.meta:
                line += (self._before_meta, document.meta_json, b"}\n")
            else:
                line += (b'"', self._flat(document) if document.meta_json != EMPTY else b"", b"}\n")
            out.append(b"".join(line))
        return out

    def _texts(self, documents: Sequence[Document]) -> list[bytes]:
        """Return the texts as the insides of JSON strings."""
        texts = [d.data if d.encoding in (None, "utf-8") else b"" for d in documents]
        unknown = [d.data for d in documents if d.encoding is None]
        if unknown and not is_utf8(b"\n".join(unknown)):
            texts = [self._text(d) for d in documents]
        else:
            texts = [
                self._text(d) if d.encoding not in (None, "utf-8") else t for d, t in zip(documents, texts, strict=True)
            ]
        return escape_json_each(texts)

    def _text(self, document: Document) -> bytes:
        if any(found.kind not in self._options.allow for found in not_text(document)):
            raise self._refusal(document)
        return document.data.decode(document.encoding or "utf-8", "replace").encode()

    def _flat(self, document: Document) -> bytes:
        """Return the metadata as further members of the record."""
        meta = document.meta_json
        if b"\\" in meta or any(key in meta for key in self._taken) or not is_canonical(meta):
            misfits = [value for _, value in _misfits(document, self._layout)]
            if misfits:
                if "metadata" not in self._options.allow:
                    raise self._refusal(document)
                kept = [member for member in parse(meta).members if member[2] not in misfits]
                pairs = [b",%b:%b" % (_spell(k), meta[v.start : v.stop]) for k, _, v in kept]
                return b"".join(pairs)
        inside = meta.strip()[1:-1].strip()
        return b"," + inside if inside else b""

    def _refusal(self, document: Document) -> LossError:
        return LossError([x for x in losses(document, self._options) if x.kind not in self._options.allow])


def _taken(layout: Layout) -> list[bytes]:
    """Return the keys that metadata at the top level of a record cannot have, as they are spelled."""
    return [_spell(key) for key in layout[1:] if key]


def _spell(key: str) -> bytes:
    return b'"%b"' % escape_json(key.encode("utf-8", "surrogatepass"))
