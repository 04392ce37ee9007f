"""The only room that opens anything: sources, targets, shipped files.

``inputs`` opens sources and undoes compression, ``gzip`` and ``zstd`` are their framing, ``outputs``
writes files that appear whole or not at all, ``folders`` does so with folders of them, ``discover`` turns
what a user named into files.
"""

from __future__ import annotations

import os
import stat
import sys

from corpusfmt.core.errors import SchemaError
from corpusfmt.core.text import quoted
from corpusfmt.storage.around import is_absolute, name_of, processors, relative, small, straight, upwards, within
from corpusfmt.storage.attributes import links_of
from corpusfmt.storage.discover import Found, discover, path_inside
from corpusfmt.storage.faults import FAULTS, UNTRUSTED
from corpusfmt.storage.folders import Folder, inside, is_folder
from corpusfmt.storage.inputs import Input, open_input
from corpusfmt.storage.names import Paths
from corpusfmt.storage.outputs import Output, open_output, refuse_link, withdraw
from corpusfmt.storage.scratch import Copying, Pile, Scratch
from corpusfmt.storage.shards import Shards, old_shards
from corpusfmt.storage.sorting import SortedLines, Sorter, Spill, spilled, spills
from corpusfmt.storage.states import State, check_state, state_of

__all__ = [
    "FAULTS",
    "UNTRUSTED",
    "Copying",
    "Folder",
    "Found",
    "Input",
    "Output",
    "Paths",
    "Pile",
    "Scratch",
    "Shards",
    "SortedLines",
    "Sorter",
    "Spill",
    "State",
    "check_state",
    "discover",
    "exists",
    "folder_of",
    "inside",
    "is_absolute",
    "is_folder",
    "is_nothing",
    "is_regular",
    "is_stdout",
    "links_of",
    "name_of",
    "old_shards",
    "open_input",
    "open_output",
    "path_inside",
    "processors",
    "refuse_link",
    "relative",
    "same_file",
    "shipped",
    "size_of",
    "small",
    "spilled",
    "spills",
    "state_of",
    "straight",
    "upwards",
    "withdraw",
    "within",
]


def shipped(name: str) -> bytes:
    """Return a file of ``schemas/``: from the installed package, or from the checkout it runs in."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in (package, os.path.dirname(package)):
        try:
            with open(os.path.join(folder, "schemas", name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            continue
    raise SchemaError(f"there is no schema {quoted(name)}: no such file, and none of corpusfmt's own")


def folder_of(path: str) -> str:
    """Return the folder that a file really lies in."""
    return os.path.dirname(os.path.realpath(path))


def exists(path: str) -> bool:
    """Say whether anything has that name."""
    return os.path.lexists(path)


def is_regular(path: str) -> bool:
    """Say whether a path is that of a regular file, which can be read twice and replaced."""
    return os.path.isfile(path)


def is_nothing(path: str) -> bool:
    """Say whether a path is that of the null device, which git names for a file that is not there."""
    return path == os.devnull


def same_file(one: str, other: str) -> bool:
    """Say whether two paths name one file."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)


def is_stdout(path: str) -> bool:
    """Say whether a path is the regular file that standard output writes to."""
    try:
        out = os.fstat(sys.stdout.fileno())
        its = os.fstat(sys.stdin.fileno()) if path == "-" else os.stat(path)
        return stat.S_ISREG(out.st_mode) and os.path.samestat(its, out)
    except (OSError, ValueError, AttributeError):
        return False


def size_of(path: str) -> int:
    """Return the size of a file in bytes; 0 when it has none, as standard input."""
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
