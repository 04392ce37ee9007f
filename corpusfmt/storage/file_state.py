"""The identity of files: whether two paths are the same file, and whether a file is unchanged."""

from __future__ import annotations

import errno
import os

from corpusfmt.model.errors import SourceChangedError
from corpusfmt.storage.filesystem import Info, State
from corpusfmt.storage.schemes import file_system, is_local
from corpusfmt.text.display import quoted


def info_of(path: str) -> Info:
    """Return what a path leads to. Raises OSError."""
    if (found := file_system(path).info(path)) is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    return found


def _info(path: str) -> Info | None:
    """Return what a path leads to; None also where that is not to be known."""
    try:
        return file_system(path).info(path)
    except (OSError, ValueError):
        return None


def state_of(path: str) -> State | None:
    """Return the state of a file; None for what is not a regular file. Raises OSError."""
    found = info_of(path)
    return found.state if found.is_file else None


def check_state(path: str, expected: State | None, doing: str) -> None:
    """Raise SourceChangedError when the file of a path is not as it was ``expected``, and OSError."""
    if expected is not None and state_of(path) != expected:
        raise changed(path, doing)


def changed(name: str, doing: str) -> SourceChangedError:
    """Return the error about a file that changed while something was done with it."""
    return SourceChangedError(
        f"{quoted(name, 400)} changed while it was {doing}; try again when no program writes to it, or use a copy"
    )


def exists(path: str) -> bool:
    """Say whether anything has that name, even a link without a target."""
    return os.path.lexists(path) if is_local(path) else _info(path) is not None


def is_regular(path: str) -> bool:
    """Say whether a path is that of a regular file, which can be read twice and replaced."""
    found = _info(path)
    return found is not None and found.is_file


def is_shared(path: str) -> bool:
    """Say whether other processes can read the same file, any number of times."""
    return is_regular(path) and file_system(path).shared


def is_folder(target: str) -> bool:
    """Say whether a target is a folder: one that is there, or a name that ends in a slash."""
    return target.endswith(("/", os.sep)) or is_folder_there(target)


def is_folder_there(path: str) -> bool:
    """Say whether a path is that of a folder."""
    found = _info(path)
    return found is not None and found.is_folder


def is_nothing(path: str) -> bool:
    """Say whether a path is that of the null device, which git names for a file that is not there."""
    return path == os.devnull


def identity_of(path: str) -> tuple[int, int] | None:
    """Return which file a path leads to, whatever it is called; None where it leads to nothing."""
    found = _info(path)
    return found.state.file if found else None


def same_file(one: str, other: str) -> bool:
    """Say whether two paths name one file, or would if it were there."""
    here, there = identity_of(one or os.curdir), identity_of(other or os.curdir)
    if here and there:
        return here == there
    return file_system(one).real(one) == file_system(other).real(other)


def inside(path: str, folder: str) -> bool:
    """Say whether a path is one of something in a folder, at any depth, or would be if both were there."""
    here, folder = file_system(path).real(path), file_system(folder).real(folder)
    wanted = identity_of(folder)
    while (parent := os.path.dirname(here)) != here:
        here = parent
        if here == folder or (wanted and identity_of(here) == wanted):
            return True
    return False


def folder_of(path: str) -> str:
    """Return the folder that a file really lies in."""
    return os.path.dirname(file_system(path).real(path))


def size_of(path: str) -> int:
    """Return the size of a file in bytes; 0 when it has none, as standard input."""
    found = _info(path)
    return found.state.size if found else 0


def links_of(path: str) -> int:
    """Return how many other names a file has."""
    found = _info(path)
    return found.links if found else 0
