"""What a receipt has of a document, and how a file is read to compare it with that."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from corpusfmt import plugins
from corpusfmt.model.document import Document, text_digest
from corpusfmt.model.format import Format, ReadOptions
from corpusfmt.model.limit_table import HIGHEST

#: What is read back was written whole, so no limit of a reader is to keep a document of it.
UNLIMITED: Final = ReadOptions(max_document=HIGHEST.document, limits=HIGHEST)


def digests(document: Document) -> dict[str, object]:
    """Return what a receipt has of a document that was read back."""
    record: dict[str, object] = {"id": document.id, "name": document.name, "sha256": text_digest(document).hex()}
    if document.meta_json != b"{}":
        record["metadata"] = sha256(document.meta_json).hexdigest()
    return record


def reading_back(format: Format, own: Mapping[str, str], inside: str, *, made: bool) -> ReadOptions:
    """Return how to read what was written with options of the format's own; ``made``, ids that were lost are made."""
    id_from = "line" if made and not format.whole else None
    known = plugins.applicable(format, "read", own)
    return UNLIMITED._replace(id_from=id_from, own=known, lines=False, inside=inside)
