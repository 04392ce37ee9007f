"""Pairing by entries: those of both sides, in order, are gone through once, side by side."""

from __future__ import annotations

from collections.abc import Iterator

from corpusfmt.verbs.diff.entries import CONTENT, ID, METADATA, NAME, PLACE, TEXT
from corpusfmt.verbs.diff.ledger import Ledger


def join(a: Iterator[bytes], b: Iterator[bytes], ledger: Ledger) -> None:
    """Pair the sorted entries of two sides. Of several with one id the first goes with the first. Raises OSError."""
    one, other = next(a, b""), next(b, b"")
    while one and other:
        ours, theirs = one[ID], other[ID]
        if ours == theirs:
            here, there = int(one[PLACE], 16), int(other[PLACE], 16)
            ledger.paired(here, there)
            if one[CONTENT] != other[CONTENT]:
                ledger.differs(here, there, _what(one, other))
            one, other = next(a, b""), next(b, b"")
        elif ours < theirs:
            ledger.removed(int(one[PLACE], 16))
            one = next(a, b"")
        else:
            ledger.added(int(other[PLACE], 16))
            other = next(b, b"")
    while one:
        ledger.removed(int(one[PLACE], 16))
        one = next(a, b"")
    while other:
        ledger.added(int(other[PLACE], 16))
        other = next(b, b"")


def _what(one: bytes, other: bytes) -> str:
    parts = (("n", NAME), ("m", METADATA), ("t", TEXT))
    return "".join([letter for letter, part in parts if one[part] != other[part]])
