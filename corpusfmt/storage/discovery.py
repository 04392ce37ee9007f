"""From sources as the user names them to files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import filter as matches
from typing import Final, NamedTuple

from corpusfmt.model.errors import ConfigurationError
from corpusfmt.storage.paths import file_system, identity_of, info_of, info_or_none, is_folder_there, is_local
from corpusfmt.text.display import quoted

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


class Found(NamedTuple):
    """The files to read, and those that a folder holds beside them, each with the reason."""

    paths: list[str]
    skipped: dict[str, str]


#: Why files are skipped.
HIDDEN: Final = "hidden, a link or a pipe"
OWN: Final = "the target of this run"
AGAIN: Final = "another name of a file that is read"
OTHER: Final = "no text, or not in the format of its suffix"


def discover(
    sources: Sequence[str],
    known: Callable[[str], bool],
    own: Callable[[str], bool] = lambda _: False,
    what: str = "known",
    *,
    every: bool = False,
) -> Found:
    """Return the files that ``sources`` name, in a stable order.

    A folder stands for all files below it whose suffix is ``known`` (``what`` says which, in a message); others
    are listed as skipped, hidden ones, links and pipes are not looked at; where ``every`` file is meant, they are
    listed too, a hidden folder as one. A pattern with ``*``, ``?`` or ``[`` that is no file stands for what matches it
    (``**`` at any depth), and links are not followed there either. What a run writes itself (``own``) is skipped in
    both.

    A file is read once, whatever it is called: by its folder and by its name, by two spellings, by links. A further
    name of it (a hard link, or a link that was named) is listed as skipped. Where ``every`` file is meant, its name
    is part of what is read, and hard links are files of their own.

    Raises ConfigurationError when a folder or pattern gives nothing, for a remote address, and for standard
    input beside files; FileNotFoundError for a path that is not there; OSError.
    """
    found: list[str] = []
    skipped: dict[str, str] = {}
    if not sources:
        raise ConfigurationError("no source was named")
    for source in sources:
        if not source:
            raise ConfigurationError("the name of a source is empty")
        if source == "-":
            if len(sources) > 1:
                raise ConfigurationError("standard input (-) cannot be read beside other sources; name it alone")
            return Found([source], {})
        there = info_or_none(source)
        if there and there.is_folder:
            inside, beside = file_system(source).list(source)
            skipped |= dict.fromkeys(beside if every else (), HIDDEN)
            nothing = (
                f"the folder {quoted(source)} contains no file with a {what} suffix; "
                "name the files and their format with --from"
            )
            if every:
                nothing = f"the folder {quoted(source)} contains no text file"
        elif is_pattern(source):
            inside = matching(source)
            nothing = f"no file matches {quoted(source)} (hidden files and links are skipped)"
        else:
            if there is None:
                info_of(source)  # says why
            found.append(source)
            continue
        if there and not every:
            fitting = [known(path) for path in inside]
            others = (path for path, fits in zip(inside, fitting, strict=True) if not fits)
            skipped |= dict.fromkeys(others, f"without a {what} suffix")
            inside = [path for path, fits in zip(inside, fitting, strict=True) if fits]
        if inside and all(own(path) for path in inside):
            nothing = f"every file in {quoted(source)} is the target of this run; choose another target"
        skipped |= dict.fromkeys(filter(own, inside), OWN)
        inside = [path for path in inside if not own(path)]
        if not inside:
            raise ConfigurationError(nothing)
        found += inside
    once, again = _once(found, every=every)
    return Found(once, skipped | {path: AGAIN for path in again if path not in skipped})


def roots_of(sources: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which sources are folders; and the folders in which the files of these and of patterns are found, as their
    paths begin.
    """
    folders = tuple(source for source in sources if is_folder_there(source))
    patterns = (split(source)[0] for source in sources if source != "-" and is_pattern(source))
    return folders, (*(os.path.join(folder, "") for folder in folders), *patterns)


def _once(paths: Sequence[str], *, every: bool) -> tuple[list[str], list[str]]:
    """Return paths, each file once, and the further names of files."""
    if len(paths) < 2:
        return [*paths], []
    once: dict[object, str] = {}
    again: list[str] = []
    for path in paths:
        there = info_of(path)
        key: object = there.state.file
        if not there.state.inode:  # pragma: no cover: file systems of Windows that number no files
            key = os.path.normcase(os.path.abspath(path))
        elif every and there.links and not there.is_folder:
            folder, name = os.path.split(file_system(path).real(path))
            key = (identity_of(folder), name)
        first = once.setdefault(key, path)
        if os.path.abspath(first) != os.path.abspath(path):
            again.append(path)
    return list(once.values()), again


def path_inside(path: str, folders: Sequence[str]) -> str:
    """Return the path of a file as it is in the first of ``folders`` that it was found in, with slashes.

    That of another file is what it was named by, or its last part where that leads elsewhere. The suffix of compressed
    data is left out: what is read is not compressed any more.
    """
    named = path
    for folder in folders:
        stem = os.path.join(folder, "")
        if path.startswith(stem):
            named = path[len(stem) :]
            break
    else:
        if os.path.isabs(path) or ".." in path.replace(os.sep, "/").split("/"):
            named = os.path.basename(path)
    named = os.path.normpath(named).replace(os.sep, "/")
    return named[: named.rindex(".")] if named.lower().endswith((".gz", ".zst")) else named
