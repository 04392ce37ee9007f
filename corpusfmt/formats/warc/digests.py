"""Labelled digests (clauses 5.8 and 5.9): read in any label and base, verified, written as ``sha256:`` and hex."""

from __future__ import annotations

import hashlib
from base64 import b32decode, b64decode
from binascii import Error, unhexlify
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from hashlib import _Hash

#: Algorithms by label, without dashes and in lower case.
ALGORITHMS: Final[dict[str, Callable[[], _Hash]]] = {
    name: getattr(hashlib, name) for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
}
_SIZES: Final = {"md5": 16, "sha1": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64}


class Digest(NamedTuple):
    """A digest as a field has it. ``algorithm`` is empty when it is not known, ``value`` None when it is malformed.

    ``corrected`` is the usual spelling, where the field has another.
    """

    algorithm: str
    value: bytes | None
    base: int
    corrected: bytes | None = None


def parse_digest(field: bytes) -> Digest:
    """Read ``algorithm:value`` with the value in base 16, 32 or 64, in any case, padded or not."""
    label, _, text = field.partition(b":")
    algorithm = label.decode("latin-1").lower().replace("-", "").replace("_", "")
    if algorithm not in ALGORITHMS:
        return Digest("", None, 0)
    size = _SIZES[algorithm]
    bare = text.rstrip(b"=")
    value, base = _decoded(bare, size)
    if value is None:
        return Digest(algorithm, None, 0)
    usual = b"%b:%b" % (algorithm.encode(), bare)
    return Digest(algorithm, value, base, usual if (label != algorithm.encode() or bare != text) else None)


def _decoded(text: bytes, size: int) -> tuple[bytes | None, int]:
    try:
        if len(text) == 2 * size:
            return unhexlify(text), 16
        if len(text) == -(-size * 8 // 5):
            return b32decode(text.upper() + b"=" * (-len(text) % 8)), 32
        if len(text) == -(-size * 4 // 3):
            url_safe = b"-_" if set(b"-_") & set(text) else None
            return b64decode(text + b"=" * (-len(text) % 4), altchars=url_safe, validate=True), 64
    except (Error, ValueError):
        pass
    return None, 0


def spelled(algorithm: str, base: int, value: bytes) -> bytes:
    """Return a digest as a field has it: hex in lower case, base 32 and 64 without padding."""
    from base64 import b32encode, b64encode

    text = value.hex().encode() if base == 16 else (b32encode if base == 32 else b64encode)(value).rstrip(b"=")
    return b"%b:%b" % (algorithm.encode(), text)
