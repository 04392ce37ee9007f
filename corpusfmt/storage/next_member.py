"""Finding the next intact member or frame after damage, where reading can continue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from corpusfmt.limits import CHUNK, HEAD, MIB
from corpusfmt.storage.codec import Damage, Decoder
from corpusfmt.storage.faults import FOLLOWED

#: Content of a member that is not given before its end has been seen to be sound. What is larger is given as it comes.
HELD: Final = 4 * MIB
#: How much of the file is kept from where a member begins, to be searched when it is damaged; and how much of the file
#: is read to see whether a member is sound.
KEPT: Final = 8 * MIB
#: All trials may come to so many bytes, and so many for each byte that was searched.
_FREE: Final = 64 * MIB
_RATE: Final = 16


class Found(NamedTuple):
    """Where reading can go on: the offset in the file, what was read of the file from there on, and how the content
    of the member begins.
    """

    offset: int
    ahead: bytes
    content: bytes


class _Feed:
    """Gives what is at hand, then more of the file, of which it keeps what it gave."""

    def __init__(self, data: bytes, at: int, read: Callable[[int], bytes]) -> None:
        self._data, self._at, self._read = data, at, read
        self.more: list[bytes] = []
        self.given = 0

    def __call__(self, size: int) -> bytes:
        if self.given > KEPT:
            return b""
        piece = self._data[self._at : self._at + CHUNK]
        self._at += len(piece)
        if not piece and (piece := self._read(size)):
            self.more.append(piece)
        self.given += len(piece)
        return piece


def search(
    data: bytes,
    offset: int,
    read: Callable[[int], bytes],
    magic: bytes,
    again: Callable[[Callable[[int], bytes]], Decoder],
    begins: Callable[[bytes], bool],
) -> Found | None:
    """Find the next member that is sound, is followed by another one or the end, and whose content ``begins`` a record.

    ``data`` stands in the file at ``offset``. ``again`` makes a decoder. Trying members out may cost a multiple of what
    is searched, and no more.
    """
    at, spent, first = 0, 0, offset
    while True:
        found = data.find(magic, at)
        if found < 0:
            keep = max(len(data) - len(magic) + 1, at)
            more = read(CHUNK)
            if not more:
                return None
            data, offset, at = data[keep:] + more, offset + keep, 0
            continue
        feed = _Feed(data, found, read)
        size, content = _try(again(feed), begins)
        spent += size + feed.given
        if feed.more:
            data, offset, found = data[found:] + b"".join(feed.more), offset + found, 0
        if content:
            return Found(offset + found, data[found:], content)
        at = found + 1
        if spent > _FREE + _RATE * (offset + found - first):
            return None


def _try(decoder: Decoder, begins: Callable[[bytes], bool]) -> tuple[int, bytes]:
    """Return how much a decoder gave, and the beginning of that if it is of an intact member and begins a record.

    Of a member that is too large to be held, as much as is held must be without a fault.
    """
    head = b""
    size = 0
    try:
        while not decoder.sound or not size:
            piece = decoder.read(CHUNK)
            if not piece:
                return size, b""
            head += piece[: HEAD - len(head)]
            size += len(piece)
            if size > HELD:
                return size, head if begins(head) else b""
    except Damage:
        return size, b""
    if not begins(head):
        return size, b""
    try:
        size += len(decoder.read(CHUNK))
    except Damage as damage:
        return size, b"" if damage.code == FOLLOWED else head
    return size, head
