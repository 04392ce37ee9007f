"""Small files beside a corpus, and their folders."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Final

from corpusfmt.limits import SMALL_FILE, sized
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.storage.schemes import file_system, is_local
from corpusfmt.text.display import quoted

#: What lies at the top of a repository.
_TOPS: Final = (".git", ".hg")


def small(path: str, largest: int = 0) -> bytes:
    """Return all of a file that is to be held.

    Raises OSError, and ConfigurationError for one over ``largest`` bytes, or 8 MiB where that is not given.
    """
    largest = largest or SMALL_FILE
    files = file_system(path)
    there = files.info(path)
    if there and not (there.is_file or there.is_folder):
        raise ConfigurationError(f"{quoted(path, 400)} is not a file")
    with files.open(path) as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        raise ConfigurationError(f"{quoted(path, 400)} is larger than {sized(largest)}")
    return data


def holds(path: str, data: bytes) -> bool:
    """Say whether a file holds that and no more, or nothing. Raises OSError."""
    with file_system(path).open(path) as file:
        return file.read(len(data) + 1) in (data, b"")


def upwards(folder: str, names: Sequence[str]) -> Iterator[str]:
    """Give what has one of ``names``, in a folder and then in those above it, up to the top of a repository or the home
    of the user.
    """
    here, home = os.path.abspath(folder), os.path.realpath(os.path.expanduser("~"))
    while True:
        for name in names:
            path = os.path.join(here, name)
            if os.path.lexists(path):
                yield path
        above = os.path.dirname(here)
        if above == here or _is_top(here) or os.path.realpath(here) == home:
            return
        here = above


def _is_top(folder: str) -> bool:
    return any(os.path.lexists(os.path.join(folder, name)) for name in _TOPS)


def top_of(folder: str) -> str:
    """Return the top of the repository that a folder is in, or the folder itself where it is in none."""
    here = folder
    while not _is_top(here):
        above = os.path.dirname(here)
        if above == here:
            return folder
        here = above
    return here


def is_of_another_user(path: str) -> bool:
    """Say whether a file, a link to it or the folder of either belongs to a user who is neither this one nor root.

    Root also trusts the owner of the working folder: in a container it works on files of the user outside of it. Raises
    OSError.
    """
    if not hasattr(os, "geteuid"):
        return False
    trusted = {0, os.geteuid()}
    if os.geteuid() == 0:
        trusted.add(os.stat(os.curdir).st_uid)
    folders = os.path.dirname(os.path.abspath(path)), os.path.dirname(os.path.realpath(path))
    owners = [os.lstat(path).st_uid, *[os.stat(one).st_uid for one in (path, *folders)]]
    return not trusted.issuperset(owners)


def name_of(path: str) -> str:
    """Return the name of a file without its folder."""
    return os.path.basename(path)


def within(folder: str, path: str) -> str:
    """Return a path that begins at ``folder``, unless it is absolute."""
    return os.path.join(folder, path) if is_local(path) else path


def relative(path: str, folder: str) -> str:
    """Return a path as seen from ``folder``, with slashes; one on another drive or file system as it is."""
    if not is_local(path):
        return path
    try:
        found = os.path.relpath(os.path.abspath(path), folder or ".")
    except ValueError:
        found = path
    return found.replace(os.sep, "/")


def spellings(path: str, folder: str) -> list[str]:
    """Return a path as seen from ``folder``, as it was named and, where links are in it, as it is without them."""
    named, real = relative(path, folder), relative(file_system(path).real(path), os.path.realpath(folder or "."))
    return [named] if named == real else [named, real]


def unlinked(path: str) -> str:
    """Return a path whose folder is reached without links; the last part of it may be one."""
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def straight(path: str) -> str:
    """Return a path without ``..``, which leads out of the folder that a link before it leads to."""
    if os.pardir not in path.replace(os.sep, "/").split("/"):
        return path
    return unlinked(path)


def is_absolute(path: str) -> bool:
    """Say whether a path begins at the root."""
    return os.path.isabs(path) or not is_local(path)


def processors() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
