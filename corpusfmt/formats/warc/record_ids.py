"""Record ids derived from the content of a record, so that the same documents give the same bytes."""

from __future__ import annotations

from functools import partial
from hashlib import sha1
from typing import Final

#: The namespace of record ids: version 5 UUIDs (RFC 9562) are the SHA-1 of it and a name.
NAMESPACE: Final = bytes.fromhex("5a1d7f5c6c0f5d2c9b7a3f0e8d4c2b16")
#: The hash that version 5 is made with; nothing is kept safe by it.
named = partial(sha1, usedforsecurity=False)
_VARIANT: Final = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


def uuid(digest: str) -> bytes:
    """Return the version 5 UUID of a SHA-1 in hex (RFC 9562, section 5.5)."""
    variant = _VARIANT[digest[16]]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}".encode()
