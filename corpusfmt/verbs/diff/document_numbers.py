"""Numbers of documents in corpora, and pairs of them, in compact form."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import Final

from corpusfmt import storage

_BLOCK: Final = 64
#: So many numbers of runs are held; then they are put aside.
_HELD: Final = 3 * 64 * 1024
_WIDTH: Final = array("Q").itemsize


class Places:
    """A set of places in a corpus, a bit each."""

    def __init__(self, places: Iterable[int] = ()) -> None:
        self._bits = bytearray()
        self._before = array("Q", [0])
        for place in places:
            self.add(place)

    def __len__(self) -> int:
        """Say how many there are, after ``count``."""
        return self._before[-1]

    def add(self, place: int) -> None:
        """Take a place."""
        at = place >> 3
        if at >= len(self._bits):
            self._bits.extend(bytes(at + 1 - len(self._bits) + len(self._bits) // 8))
        self._bits[at] |= 1 << (place & 7)

    def __contains__(self, place: int) -> bool:
        at = place >> 3
        return at < len(self._bits) and bool(self._bits[at] >> (place & 7) & 1)

    def count(self) -> None:
        """Prepare for ``before``. No place may be added after that."""
        total, self._before = 0, array("Q", [0])
        for at in range(0, len(self._bits), _BLOCK):
            total += int.from_bytes(self._bits[at : at + _BLOCK], "little").bit_count()
            self._before.append(total)

    def before(self, place: int) -> int:
        """Say how many of the places are smaller than ``place``."""
        block, bit = divmod(place, 8 * _BLOCK)
        if block >= len(self._before) - 1:
            return self._before[-1]
        bits = int.from_bytes(self._bits[block * _BLOCK : (block + 1) * _BLOCK], "little")
        return self._before[block] + (bits & ((1 << bit) - 1)).bit_count()


class Runs:
    """Pairs of documents: those from ``a`` and from ``b`` on go together, ``length`` of them."""

    def __init__(self) -> None:
        self._held = array("Q")
        self._aside: storage.Scratch | None = None

    def add(self, a: int, b: int, length: int) -> None:
        """Take pairs. Raises OSError."""
        held = self._held
        if held and held[-3] + held[-1] == a and held[-2] + held[-1] == b:
            held[-1] += length
            return
        if len(held) >= _HELD:
            self._aside = self._aside or storage.Scratch("", "")
            self._aside.write(held.tobytes())
            del held[:]
        held.extend((a, b, length))

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        if self._aside:
            for at in range(0, self._aside.size, _HELD * _WIDTH):
                part = array("Q")
                part.frombytes(self._aside.at(at, _HELD * _WIDTH))
                yield from zip(part[::3], part[1::3], part[2::3], strict=True)
        yield from zip(self._held[::3], self._held[1::3], self._held[2::3], strict=True)

    def close(self) -> None:
        """Let go of what was put aside."""
        if self._aside:
            self._aside.close()
