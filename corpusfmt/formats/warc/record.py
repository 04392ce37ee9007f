"""One record, as the framer returns it."""

from __future__ import annotations

from functools import partial
from hashlib import sha1
from typing import Final

from corpusfmt.formats.warc.header import Fault, Header
from corpusfmt.text.position import Region

#: The namespace of record ids: version 5 UUIDs (RFC 9562) are the SHA-1 of it and a name.
NAMESPACE: Final = bytes.fromhex("5a1d7f5c6c0f5d2c9b7a3f0e8d4c2b16")
#: The hash that version 5 is made with; nothing is kept safe by it.
named = partial(sha1, usedforsecurity=False)
_VARIANT: Final = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


def uuid(digest: str) -> bytes:
    """Return the version 5 UUID of a SHA-1 in hex (RFC 9562, section 5.5)."""
    variant = _VARIANT[digest[16]]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}".encode()


class Record:
    """One record, or a run of bytes that is none (then ``framed`` is False). Offsets are in bytes of the decompressed
    stream; ``raw`` is where the member that holds it begins in the file. ``block`` is None if it was skipped or is
    unknown. ``header`` is set if the header was parsed completely, ``context`` (the bytes of the header) if the region
    no longer has them. ``ends`` says that ``stop`` is where it ends, which no damaged header tells.
    """

    __slots__ = (
        "block",
        "body",
        "context",
        "ends",
        "faults",
        "fields",
        "header",
        "number",
        "raw",
        "start",
        "stop",
        "type",
    )

    def __init__(self, number: int, start: int, raw: int, header: Header | None, faults: list[Fault]) -> None:
        self.number, self.start, self.raw = number, start, raw
        self.header = header
        self.type = header.type if header else ""
        self.fields = header.fields if header else {}
        self.faults = faults
        self.block: bytes | None = None
        self.context: Region | None = None
        self.ends = True
        self.body = self.stop = start

    @property
    def framed(self) -> bool:
        """Whether it has a header."""
        return bool(self.fields) or self.header is not None

    @property
    def concurrent(self) -> list[bytes]:
        """The values of WARC-Concurrent-To."""
        if self.header is not None:
            return self.header.concurrent
        value = self.fields.get("warc-concurrent-to")
        return [] if value is None else [value]
