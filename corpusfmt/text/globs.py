"""Patterns of paths, in time that grows with pattern and path and no faster: they come from a repository.

The places of a path that a pattern has come to are the bits of a number, and each part of a pattern moves all at once.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_STARS: Final = re.compile(r"(\*\*/|\*\*|\*|\?)")


class Glob:
    """A pattern: ``*`` and ``?`` within a name, ``**`` over folders. Without a slash it is that of a name anywhere."""

    def __init__(self, pattern: str) -> None:
        """Take a pattern; one that ends in a slash is that of all in a folder."""
        self.pattern, self._bare = pattern, "/" not in pattern
        pattern = pattern.removeprefix("./")
        self._parts: list[str] = []
        for part in _STARS.split(f"{pattern}**" if pattern.endswith("/") else pattern):
            if part and not (part[0] == "*" and self._parts[-1:] == [part]):  # twice is as once
                self._parts.append(part)

    def fits(self, path: str) -> bool:
        """Say whether a path, with slashes, fits."""
        path = path.rpartition("/")[2] if self._bare else path
        all_, marks = (2 << len(path)) - 1, _marks(path)
        slashes = marks.get("/", 0)
        names = all_ >> 1 & ~slashes
        here = 1
        for part in self._parts:
            if part == "*":
                here = _along(here, names)
            elif part == "**":
                here = all_ & -(here & -here)
            elif part == "**/":  # any number of folders with a name
                here |= _along(here & names, names | slashes & ~(slashes << 1)) & slashes << 1
            elif part == "?":
                here = (here & names) << 1
            else:
                for char in part:
                    here = (here & marks.get(char, 0)) << 1
                    if not here:
                        break
            if not here:
                return False
        return here >> len(path) == 1


@lru_cache(maxsize=4)
def _marks(path: str) -> dict[str, int]:
    """Return where each character stands in a path that many patterns are held against."""
    marks: dict[str, int] = {}
    for at, char in enumerate(path):
        marks[char] = marks.get(char, 0) | 1 << at
    return marks


def _along(here: int, way: int) -> int:
    """Return the bits ``here``, and each that they come to one by one along the bits ``way``."""
    return here | ((here & way) + way) ^ way
