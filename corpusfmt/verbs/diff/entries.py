"""A line for each document that has no partner yet: what it is paired by, and what it is compared by."""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Collection, Iterator, Sequence
from hashlib import blake2b, sha256
from typing import Final

from corpusfmt.model.document import Document, characters
from corpusfmt.model.metadata import EMPTY
from corpusfmt.text.json_facts import spelled

#: Bytes of a part: in base64 they fill 24 characters, without a line end among them.
_SIZE: Final = 18
#: UTF-8 has no such byte. It fills up what is short, and begins what is a digest (of 136 bits, or of 144).
_FILLER: Final = b"\xff"
_NOTHING: Final = _FILLER * _SIZE
#: An entry: what stands for the id, the place (hexadecimal), and what stands for name, metadata and text.
ID: Final = slice(0, 24)
PLACE: Final = slice(24, 36)
NAME: Final = slice(36, 60)
METADATA: Final = slice(60, 84)
TEXT: Final = slice(84, 108)
CONTENT: Final = slice(36, 108)


def entries(documents: Sequence[Document], first: int, ignore: Collection[str]) -> Iterator[bytes]:
    """Give the entries of documents in a row, from the place ``first`` on; what is ignored is equal in all."""
    no_name, no_metadata, no_text = "name" in ignore, "metadata" in ignore, "text" in ignore
    for place, document in enumerate(documents, first):
        id, meta = document.id, document.meta_json
        kind = "s" if isinstance(id, str) else "i"  # 7 is not "7"
        parts = (
            _NOTHING if no_name else _part(document.name),
            _NOTHING if no_metadata or meta == EMPTY else _short(spelled(meta)),
            _NOTHING if no_text else _text(document),
        )
        yield b"%b%012x%b" % (
            b2a_base64(_part(f"{kind}{id}"), newline=False),
            place,
            b2a_base64(b"".join(parts), newline=False),
        )


def _part(text: str) -> bytes:
    return _short(text.encode("utf-8", "surrogatepass"))


def _short(data: bytes) -> bytes:
    """Return what stands for UTF-8: itself where there is room for it, else a digest."""
    return data.ljust(_SIZE, _FILLER) if len(data) <= _SIZE else _FILLER + sha256(data).digest()[: _SIZE - 1]


def _text(document: Document) -> bytes:
    if (text := characters(document)) is None:  # equal only to the same bytes that are declared the same
        key = (document.encoding or "").encode()[:64]
        return blake2b(document.data, digest_size=_SIZE, key=key).digest()
    return sha256(text).digest()[:_SIZE]
