"""The interface of a codec: a decoder, an encoder, and damage with its code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeAlias

from corpusfmt.limits import CHUNK

#: Where each member begins: its offset in the decompressed stream, and in the file.
Members: TypeAlias = list[tuple[int, int]]

#: How many members without content are listed one by one where several stand in a row. A file can hold millions.
MAX_EMPTY: Final = 1 << 16


class Damage(Exception):
    """Compressed data is cut short (FILE001), broken (FILE002) or followed by something else (FILE003).

    The ``hint`` says what to do where that is not what is to be done about the code.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


class Decoder(Protocol):
    """Gives decompressed bytes.

    ``consumed`` counts the compressed bytes used so far, ``begun`` those before the last member that began, or before
    what is no member. ``sound`` says whether all that was given is of members that ended as they should; a piece is
    wholly of such, or of one member that goes on. ``padding`` counts the zero bytes and line ends after the last
    member. ``members``
    lists the gzip members or zstd frames that have begun; the decoder only ever appends, and whoever reads takes away
    what is done with.
    """

    consumed: int
    begun: int
    sound: bool
    padding: int
    members: Members

    def again(self, read: Callable[[int], bytes], consumed: int, /) -> Decoder:
        """Return a decoder of the same file that begins with the member at the offset ``consumed``."""
        ...

    def read(self, size: int, /) -> bytes:
        """Return up to about ``size`` bytes; none at the proper end. Raises Damage."""
        ...


class Encoder(Protocol):
    """Compresses a stream into gzip members or zstd frames. How it comes in calls makes no difference to the bytes."""

    def records(self, records: Sequence[bytes]) -> bytes:
        """Take records, none of which is to lie in two members, and return what can be written so far."""
        ...

    def write(self, data: bytes) -> bytes:
        """Take bytes, and return what can be written so far."""
        ...

    def members(self, pieces: Sequence[bytes]) -> bytes:
        """Take pieces that are to be a member each, after the rest of an open one, and return what can be written."""
        ...

    def end_member(self) -> bytes:
        """Return the rest of the open member. Where nothing was ever written, return an empty member."""
        ...

    def close(self) -> None:
        """End the threads, if there are any."""
        ...


#: What fills a file after its last member: zero bytes, and line ends that an editor or a script adds.
PADDING: Final = b"\0\r\n"


def padding(data: bytes, read: Callable[[int], bytes]) -> int:
    """Return how many bytes of padding ``data`` and the rest of a file are; 0 where they are anything else."""
    count = 0
    while data and not data.strip(PADDING):
        count += len(data)
        data = read(CHUNK)
    return 0 if data else count


def begin_member(members: Members, at: int, raw: int) -> None:
    """List a member that begins at ``at`` in the stream and ``raw`` in the file."""
    if len(members) >= MAX_EMPTY and members[-MAX_EMPTY][0] == at:
        del members[-1]
    members.append((at, raw))
