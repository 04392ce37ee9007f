"""Paths: the file system of each, what it leads to, which file that is, and how it is spelled from a folder."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from corpusfmt.limits import SMALL_FILE, sized
from corpusfmt.model.errors import ConfigurationError, SourceChangedError
from corpusfmt.storage import schemes
from corpusfmt.storage.filesystem import FileSystem, Info, State
from corpusfmt.storage.local import LOCAL
from corpusfmt.text.display import quoted

#: A single letter is a drive of Windows. The folder of a file at the top has one slash, or none.
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(//?|$)")
#: What lies at the top of a repository.
_TOPS: Final = (".git", ".hg")
#: File systems by scheme, as far as they were asked for.
SCHEMES: Final[dict[str, FileSystem | None]] = {}


def file_system(path: str) -> FileSystem:
    """Return the file system that a path belongs to. Raises ConfigurationError for an address of an unknown one."""
    if (scheme := _SCHEME.match(path)) is None:
        return LOCAL
    name = scheme[1].lower()
    if name not in SCHEMES:
        SCHEMES[name] = _found(name)
    found = SCHEMES[name]
    if found is None and scheme[2] == "//":
        raise ConfigurationError(
            f"{quoted(path)} is a remote address; download or upload the file with another program"
        )
    return found or LOCAL


def is_local(path: str) -> bool:
    """Say whether a path is one of the operating system."""
    return _SCHEME.match(path) is None or file_system(path) is LOCAL


def scratch_folder(folder: str | None) -> str | None:
    """Return where temporary files for what lies in a folder belong; None for that of the system."""
    return folder if folder and is_local(folder) else None


def _found(name: str) -> FileSystem | None:
    module = f"{schemes.__name__}.{name}"
    if not name.isidentifier() or find_spec(module) is None:
        return None
    system: FileSystem = import_module(module).FILE_SYSTEM
    return system


def info_of(path: str) -> Info:
    """Return what a path leads to. Raises OSError."""
    if (found := file_system(path).info(path)) is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    return found


def info_or_none(path: str) -> Info | None:
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
    return os.path.lexists(path) if is_local(path) else info_or_none(path) is not None


def is_regular(path: str) -> bool:
    """Say whether a path is that of a regular file, which can be read twice and replaced."""
    found = info_or_none(path)
    return found is not None and found.is_file


def is_shared(path: str) -> bool:
    """Say whether other processes can read the same file, any number of times."""
    return is_regular(path) and file_system(path).shared


def is_folder(target: str) -> bool:
    """Say whether a target is a folder: one that is there, or a name that ends in a slash."""
    return target.endswith(("/", os.sep)) or is_folder_there(target)


def is_folder_there(path: str) -> bool:
    """Say whether a path is that of a folder."""
    found = info_or_none(path)
    return found is not None and found.is_folder


def is_nothing(path: str) -> bool:
    """Say whether a path is that of the null device, which git names for a file that is not there."""
    return path == os.devnull


def identity_of(path: str) -> tuple[int, int] | None:
    """Return which file a path leads to, whatever it is called; None where it leads to nothing."""
    found = info_or_none(path)
    return found.state.file if found else None


def same_file(one: str, other: str) -> bool:
    """Say whether two paths name one file, or would if it were there."""
    here, there = identity_of(one or os.curdir), identity_of(other or os.curdir)
    if here and there:
        return here == there
    return file_system(one).real(one) == file_system(other).real(other)


def check_apart(written: Sequence[tuple[str, str]], read: Iterable[tuple[str, str]]) -> None:
    """Check that nothing is written over what is read, or over another thing that is written; each is what it is, and
    its path.

    Raises ConfigurationError.
    """
    if not written:
        return
    known = {found: what for what, path in read if (found := identity_of(path))}
    for number, (what, path) in enumerate(written):
        other = known.get(identity_of(path) or (-1, -1))
        if other is None:
            other = next((f"the {one}" for one, there in written[:number] if same_file(path, there)), None)
        if other is not None:
            raise ConfigurationError(f"the {what} {quoted(path, 400)} is also {other}; name another file")


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
    found = info_or_none(path)
    return found.state.size if found else 0


def links_of(path: str) -> int:
    """Return how many other names a file has."""
    found = info_or_none(path)
    return found.links if found else 0


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
