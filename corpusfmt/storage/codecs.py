"""What a codec is to the rest of storage: a decoder, an encoder, and damage with its code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol, TypeAlias

#: Where each member begins: its offset in the decompressed stream, and in the file.
Members: TypeAlias = list[tuple[int, int]]

#: How many members without content are listed one by one where several stand in a row. A file can hold millions.
MAX_EMPTY: Final = 1 << 16


class Damage(Exception):
    """Compressed data is cut short (FILE001), broken (FILE002) or followed by something else (FILE003)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Decoder(Protocol):
    """Gives decompressed bytes.

    ``consumed`` counts the compressed bytes used so far. ``members`` lists the gzip members or zstd frames that
    have begun; the decoder only ever appends, and whoever reads takes away what is done with.
    """

    consumed: int
    members: Members

    def read(self, size: int, /) -> bytes:
        """Return up to about ``size`` bytes; none at the proper end. Raises Damage."""
        ...


class Encoder(NamedTuple):
    """Compresses. ``member`` returns data as a whole gzip member or zstd frame; a stream is cut into those of at least
    ``least`` bytes of content.
    """

    member: Callable[[bytes], bytes]
    least: int


def begin_member(members: Members, at: int, raw: int) -> None:
    """List a member that begins at ``at`` in the stream and ``raw`` in the file."""
    if len(members) >= MAX_EMPTY and members[-MAX_EMPTY][0] == at:
        del members[-1]
    members.append((at, raw))
