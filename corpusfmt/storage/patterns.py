"""Files that match a pattern. Links are followed only in the part before the first ``*``, ``?`` or ``[``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from fnmatch import filter as matches
from typing import Final

from corpusfmt.storage.schemes import is_local

_SPECIAL: Final = re.compile(r"[*?[]")
_SEPARATORS: Final = re.compile("[/\\\\]" if os.sep == "\\" else "/")


def is_pattern(source: str) -> bool:
    """Say whether a source is a pattern: with ``*``, ``?`` or ``[``, and no name of anything."""
    return bool(_SPECIAL.search(source)) and is_local(source) and not os.path.lexists(source)


def split(pattern: str) -> tuple[str, list[str]]:
    """Return the folder that a pattern begins with, as paths in it do, and the parts of the pattern after it."""
    special = _SPECIAL.search(pattern)
    assert special
    ends = [match.end() for match in _SEPARATORS.finditer(pattern, 0, special.start())]
    root = pattern[: ends[-1]] if ends else ""
    return root, _SEPARATORS.split(pattern[len(root) :])


def matching(pattern: str) -> list[str]:
    """Return the files that a pattern matches, sorted.

    ``*`` and ``?`` match no dot at the beginning of a name, and ``**`` any folders, none, but no hidden ones.
    Raises OSError for a folder that cannot be looked into.
    """
    root, parts = split(pattern)
    folders = [root] if os.path.isdir(root or os.curdir) else []
    for part in parts[:-1]:
        if part == "**":
            folders = list(dict.fromkeys(one for folder in folders for one in _all_below(folder)))
        else:
            folders = [os.path.join(path, "") for path in _named(folders, part, folder=True)]
    if parts[-1] == "**":
        folders, parts = list(dict.fromkeys(one for folder in folders for one in _all_below(folder))), ["*"]
    return sorted(_named(folders, parts[-1], folder=False))


def _named(folders: Iterable[str], part: str, *, folder: bool) -> Iterator[str]:
    """Give what a part of a pattern matches in folders: files, or folders, and no links."""
    for here in folders:
        entries = _entries(here)
        if part in ("", os.curdir, os.pardir):
            if folder:
                yield here + part
            continue
        names = [name for name, is_folder in entries.items() if is_folder == folder]
        if not part.startswith("."):
            names = [name for name in names if not name.startswith(".")]
        for name in matches(names, part):
            yield here + name


def _all_below(folder: str) -> Iterator[str]:
    """Give a folder and all those below it, but hidden ones and links."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        yield here
        waiting += [
            os.path.join(here, name, "")
            for name, is_folder in _entries(here).items()
            if is_folder and not name.startswith(".")
        ]


def _entries(folder: str) -> dict[str, bool]:
    """Return the files and folders in a folder by name, and whether each is a folder."""
    with os.scandir(folder or os.curdir) as found:
        kinds = (
            (entry.name, entry.is_dir(follow_symlinks=False), entry.is_file(follow_symlinks=False)) for entry in found
        )
        return {name: is_folder for name, is_folder, is_file in kinds if is_folder or is_file}
