"""Verifying block and payload digests (clauses 5.8 and 5.9)."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from typing import Final

from corpusfmt.formats.warc.digests import ALGORITHMS, Digest, parse_digest, spelled
from corpusfmt.formats.warc.header import Fault, Header, header_end
from corpusfmt.model.finding import Edit
from corpusfmt.text.display import quoted

_BLOCK: Final = "warc-block-digest"
_PAYLOAD: Final = "warc-payload-digest"
#: Types whose payload is the block itself; for messages of HTTP it is what follows their header.
_WHOLE: Final = ("resource", "conversion")


def holds(digest: Digest, data: bytes) -> bool:
    """Say whether ``digest`` is that of ``data``."""
    return bool(digest.algorithm) and hashlib.new(digest.algorithm, data).digest() == digest.value


def quick_verify(fields: dict[str, bytes], block: bytes, type: str) -> bool:
    """Say whether all digests of a record hold, where that is quickly said. False means: look closer."""
    field = fields.get(_BLOCK)
    payload = fields.get(_PAYLOAD)
    if field is None:
        return payload is None
    if payload is not None and not (payload == field and type in _WHOLE):
        return False
    if field.startswith(b"sha256:"):
        return field == b"sha256:" + hashlib.sha256(block).hexdigest().encode()
    if field.startswith(b"sha1:") and len(field) == 37:
        return field == b"sha1:" + b32encode(hashlib.sha1(block, usedforsecurity=False).digest())
    return False


class Verification:
    """Verifies the digests of one record: of a whole block with ``of``, or piece by piece.

    A payload digest is not compared with a revisit (it is that of an earlier payload), nor with a segment (it is
    that of all segments together).
    """

    def __init__(self, header: Header) -> None:
        fields = header.fields
        self._header = header
        self._block = parse_digest(fields[_BLOCK]) if _BLOCK in fields else None
        self._payload = None
        self._http = False
        if _PAYLOAD in fields and header.type != "revisit" and "warc-segment-number" not in fields:
            self._http = fields.get("content-type", b"").lower().startswith(b"application/http")
            if self._http or header.type in _WHOLE:
                self._payload = parse_digest(fields[_PAYLOAD])
        self._pieces: list[bytes] = []
        self._block_hash = ALGORITHMS[self._block.algorithm]() if self._block and self._block.value else None
        self._payload_hash = ALGORITHMS[self._payload.algorithm]() if self._payload and self._payload.value else None
        self._seen = 0
        self._chunked = False

    def of(self, block: bytes, start: int) -> list[Fault]:
        """Return what is wrong with the digests of a record whose whole block this is."""
        if self._block is None and self._payload is None:
            return []
        self.update(block)
        return self.faults(start, block)

    def update(self, part: bytes) -> None:
        """Take a part of the block. The first one must hold the header of an HTTP message, if it is one."""
        if self._block_hash is not None:
            self._block_hash.update(part)
        if self._payload_hash is not None and (self._http or not self._same):
            if self._http and not self._seen:
                body = header_end(part, 0)
                head = part[: body if body >= 0 else len(part)]
                self._chunked = b"chunked" in head.lower()
                part = part[body:] if body >= 0 else b""
            self._payload_hash.update(part)
        self._seen += len(part)

    @property
    def _same(self) -> bool:
        """Whether both digests are of the same bytes by the same algorithm: then one is computed."""
        block, payload = self._block, self._payload
        return bool(block and payload and block.value and not self._http and block.algorithm == payload.algorithm)

    def faults(self, start: int, block: bytes | None = None) -> list[Fault]:
        """Return what is wrong, now that the block is complete. ``block`` is given where it is held."""
        found: list[Fault] = []
        block_value = self._block_hash.digest() if self._block_hash else None
        payload_value = self._payload_hash.digest() if self._payload_hash else None
        if self._same:
            payload_value = block_value
        block_ok = self._block is not None and block_value is not None and block_value == self._block.value
        payload_ok = self._payload is not None and payload_value is not None and payload_value == self._payload.value
        if payload_value is not None and not payload_ok and self._chunked:
            payload_ok = self._dechunked_holds(block)
        if block_value is not None and not block_ok:
            vouched = payload_ok and not self._http
            found.append(self._fault("WARC016", _BLOCK, self._block, block_value, start, safe=vouched))
        if payload_value is not None and not payload_ok:
            code = "WARC018" if block_ok else "WARC017"
            found.append(self._fault(code, _PAYLOAD, self._payload, payload_value, start, safe=block_ok))
        return found

    def _dechunked_holds(self, block: bytes | None) -> bool:
        """Say whether the payload without its chunks has the digest: the standard means it so, writers do both."""
        if block is None:  # not held: nobody can tell
            return True
        from corpusfmt.formats.warc.http import dechunked

        assert self._payload is not None
        body = dechunked(block[header_end(block, 0) :])
        return body is not None and holds(self._payload, body)

    def _fault(self, code: str, name: str, digest: Digest | None, value: bytes, start: int, *, safe: bool) -> Fault:
        assert digest is not None
        proper = spelled(digest.algorithm, digest.base, value)
        what = "block" if name == _BLOCK else "payload"
        byte, length = self._header.offsets.get(name, (start, -1))
        field = self._header.fields[name]
        edit = Edit(byte, length, proper, safe) if length >= 0 else None
        return Fault(code, f"the digest of the {what} is {proper.decode()}, not {quoted(field, 90)}", byte, edit=edit)
