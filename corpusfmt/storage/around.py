"""Small files around a corpus, and the folders they lie in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from corpusfmt.core.errors import ConfigurationError
from corpusfmt.core.limits import SMALL_FILE, sized
from corpusfmt.core.text import quoted


def small(path: str, largest: int = 0) -> bytes:
    """Return all of a file that is to be held.

    Raises OSError, and ConfigurationError for one over ``largest`` bytes, or 256 MiB where that is not given.
    """
    largest = largest or SMALL_FILE
    if os.path.lexists(path) and os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path)):
        raise ConfigurationError(f"{quoted(path, 400)} is no file")
    with open(path, "rb") as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        raise ConfigurationError(f"{quoted(path, 400)} is larger than {sized(largest)}")
    return data


def holds(path: str, data: bytes) -> bool:
    """Say whether a file holds that and no more, or nothing. Raises OSError."""
    with open(path, "rb") as file:
        return file.read(len(data) + 1) in (data, b"")


def upwards(folder: str, names: Sequence[str]) -> Iterator[str]:
    """Give what has one of ``names``, in a folder and then in those above it."""
    here = os.path.abspath(folder)
    while True:
        for name in names:
            path = os.path.join(here, name)
            if os.path.lexists(path):
                yield path
        above = os.path.dirname(here)
        if above == here:
            return
        here = above


def name_of(path: str) -> str:
    """Return the name of a file without its folder."""
    return os.path.basename(path)


def within(folder: str, path: str) -> str:
    """Return a path that begins at ``folder``, unless it is absolute."""
    return os.path.join(folder, path)


def relative(path: str, folder: str) -> str:
    """Return a path as seen from ``folder``, with slashes; one on another drive as it is."""
    try:
        found = os.path.relpath(os.path.abspath(path), folder or ".")
    except ValueError:
        found = path
    return found.replace(os.sep, "/")


def straight(path: str) -> str:
    """Return a path without ``..``, which leads out of the folder that a link before it leads to."""
    if os.pardir not in path.replace(os.sep, "/").split("/"):
        return path
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def is_absolute(path: str) -> bool:
    """Say whether a path begins at the root."""
    return os.path.isabs(path)


def processors() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
