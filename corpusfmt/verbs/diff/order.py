"""Which documents moved, in memory that does not grow with the corpus.

The fewest whose removal leaves the others in one order.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from corpusfmt import storage
from corpusfmt.verbs.diff.pair_by_id import Ledger

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


#: Of so many documents it is found out which of them moved, in about 70 MB. Of more it is told only where they are.
MOST: Final = 4_000_000


def find_moved(ledger: Ledger, most: int = MOST) -> None:
    """Note in the ledger which of its pairs moved. Raises OSError."""
    ranks_a, ranks_b = _ranks(ledger.lone_a), _ranks(ledger.lone_b)
    start = first = -1
    stop = last = 0
    for a, b, length in ledger.runs:
        ours, theirs = ranks_a(a), ranks_b(b)
        if ours != theirs:
            low = min(ours, theirs)
            start = low if start < 0 else min(start, low)
            stop = max(stop, ours + length, theirs + length)
            first = b if first < 0 else min(first, b)
            last = max(last, b + length - 1)
    if start < 0:
        return
    if stop - start > most:
        ledger.reordered(first, last)
        return
    order = array("I", bytes(array("I").itemsize * (stop - start)))
    for a, b, length in ledger.runs:
        ours, theirs = ranks_a(a) - start, ranks_b(b) - start
        # A run may begin before the window, or end after it; there it is the same on both sides.
        for k in range(max(0, -ours), min(length, len(order) - ours)):
            order[theirs + k] = ours + k
    stayed = longest_increasing(order)
    for a, b, length in ledger.runs:
        theirs = ranks_b(b) - start
        for k in range(max(0, -theirs), min(length, len(order) - theirs)):
            if not stayed[theirs + k]:
                ledger.moved(a + k, b + k)


def _ranks(alone: Places) -> Callable[[int], int]:
    """Return what gives the rank of a place among those that are not ``alone``."""
    alone.count()
    before = alone.before
    return (lambda place: place - before(place)) if len(alone) else (lambda place: place)


def longest_increasing(order: array[int]) -> bytearray:
    """Return a 1 for each number of the longest increasing subsequence of ``order``, and a 0 for each other one.

    The numbers are different from one another. Takes n log n steps and 12 bytes a number.
    """
    nothing = len(order)
    lowest = array("I")  # the smallest number that a subsequence of each length can end with
    ends = array("I")  # where it stands
    before = array("I", bytes(order.itemsize * len(order)))  # what stands before each number in its subsequence
    for at, number in enumerate(order):
        length = len(lowest) if not lowest or number > lowest[-1] else bisect_left(lowest, number)
        if length == len(lowest):
            lowest.append(number)
            ends.append(at)
        else:
            lowest[length], ends[length] = number, at
        before[at] = ends[length - 1] if length else nothing
    stayed = bytearray(len(order))
    at = ends[-1] if ends else nothing
    while at != nothing:
        stayed[at] = 1
        at = before[at]
    return stayed
