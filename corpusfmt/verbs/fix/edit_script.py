"""What fixing did to the bytes of a file: a script of what was kept, dropped and added, that is never held whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from struct import Struct
from typing import Final, TypeAlias

from corpusfmt import storage

#: So many bytes are kept, then so many of the old are dropped, then so many of the new are added.
Step: TypeAlias = tuple[int, int, int]
_STEP: Final = Struct("<3Q")
_HELD: Final = 4096
_KEEP, _DROP, _ADD = range(3)


class Script:
    """The steps from an old text to a new one, from the beginning to the end of both. They lie in a scratch file."""

    def __init__(self, scratch: storage.Scratch) -> None:
        self._scratch = scratch
        self._held: list[bytes] = []

    def add(self, keep: int, drop: int, add: int) -> None:
        """Take the next step. Raises OSError."""
        self._held.append(_STEP.pack(keep, drop, add))
        if len(self._held) >= _HELD:
            self._put()

    def _put(self) -> None:
        self._scratch.write(b"".join(self._held))
        self._held.clear()

    def steps(self) -> Iterator[Step]:
        """Give the steps. Raises OSError."""
        self._put()
        for at in range(0, self._scratch.size, _HELD * _STEP.size):
            yield from _STEP.iter_unpack(self._scratch.at(at, _HELD * _STEP.size))

    def close(self) -> None:
        """Let go of it."""
        self._scratch.close()


def compose(first: Iterable[Step], second: Iterable[Step]) -> Iterator[Step]:
    """Give the steps of one script and of one that goes on from there, as one script."""
    keep = drop = add = 0
    for kind, count in _parts(first, second):
        if kind == _KEEP:
            if drop or add:
                yield keep, drop, add
                keep = drop = add = 0
            keep += count
        elif kind == _DROP:
            drop += count
        else:
            add += count
    yield keep, drop, add


def _parts(first: Iterable[Step], second: Iterable[Step]) -> Iterator[tuple[int, int]]:
    """Give what happens to the first text and what comes into the last, part by part."""
    parts = ((kind, count) for step in first for kind, count in enumerate(step) if count)
    kind, left = _KEEP, 0
    for keep, drop, add in second:
        for goal, count in ((_KEEP, keep), (_DROP, drop)):
            while count:
                while not left:
                    kind, left = next(parts)
                    if kind == _DROP:  # of the first text, so it never came before the second script
                        yield kind, left
                        left = 0
                taken = min(left, count)
                left, count = left - taken, count - taken  # noqa: PLW2901 - what is left of the step
                if goal == _KEEP:
                    yield kind, taken
                elif kind == _KEEP:  # what the first script added and the second drops was never anywhere
                    yield _DROP, taken
        if add:
            yield _ADD, add
    yield from parts
