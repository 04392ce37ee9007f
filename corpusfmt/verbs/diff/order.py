"""Which documents moved: the fewest whose removal leaves the others in one order.

Documents are numbered by their rank among those that are in both corpora. Up to the first and from the last whose rank
is not the same on both sides, nothing moved; what lies between is a permutation, and its longest increasing subsequence
is what stayed.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable
from typing import Final

from corpusfmt.verbs.diff.document_numbers import Places
from corpusfmt.verbs.diff.pair_by_id import Ledger

#: Of so many documents it is found out which of them moved, in about 70 MB. For more, only their range is reported.
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
