"""What a codec is to the rest of storage: a decoder, an encoder, and damage with its code."""

from __future__ import annotations

from typing import Protocol


class Damage(Exception):
    """Compressed data is cut short (FILE001), broken (FILE002) or followed by something else (FILE003)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Decoder(Protocol):
    """Gives decompressed bytes. ``consumed`` counts the compressed bytes used so far."""

    consumed: int

    def read(self, size: int, /) -> bytes:
        """Return up to about ``size`` bytes; none at the proper end. Raises Damage."""
        ...


class Encoder(Protocol):
    """Compresses. ``end_member`` closes a gzip member or zstd frame; the next write begins another."""

    def write(self, data: bytes) -> bytes:
        """Return what can be written so far."""
        ...

    def end_member(self) -> bytes:
        """Return the rest of the member; nothing when none is open."""
        ...
