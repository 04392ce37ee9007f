"""Whether a file is still the one that was read: it is read in one state, or not at all."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from corpusfmt.model.errors import SourceChangedError
from corpusfmt.text.display import quoted


class State(NamedTuple):
    """Which file it is, how long, and when it was written last, in nanoseconds. Equal while nobody writes to it, as far
    as the clock of the file system tells.
    """

    device: int
    inode: int
    size: int
    modified: int

    @property
    def file(self) -> tuple[int, int]:
        """What tells the file from all others."""
        return self.device, self.inode


def state_of(what: str | int) -> State | None:
    """Return the state of a path or a descriptor; None for what is no regular file. Raises OSError."""
    found = os.stat(what)
    return as_state(found) if stat.S_ISREG(found.st_mode) else None


def as_state(found: os.stat_result) -> State:
    """Return the state that the system tells of."""
    return State(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def check_state(path: str, expected: State | None, doing: str) -> None:
    """Raise SourceChangedError when the file of a path is not as it was ``expected``, and OSError."""
    if expected is not None and state_of(path) != expected:
        raise changed(path, doing)


def changed(name: str, doing: str) -> SourceChangedError:
    """Return the error about a file that changed while something was done with it."""
    return SourceChangedError(
        f"{quoted(name, 400)} changed while it was {doing}; try again when no program writes to it, or use a copy"
    )
