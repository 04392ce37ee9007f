"""The only package that opens anything: sources, targets, shipped files.

``input`` opens sources and undoes compression, ``gzip`` and ``zstd`` are their framing, ``output``
writes files that appear whole or not at all, ``folder`` does so with folders of them, ``discovery`` turns
what a user named into files.
"""

from __future__ import annotations

import os
import stat
import sys

from corpusfmt.model.errors import SchemaError
from corpusfmt.storage.discovery import OTHER, Found, discover, path_inside, roots_of
from corpusfmt.storage.external_sort import SortedLines, Sorter, Spill, spilled, spills
from corpusfmt.storage.faults import BY_CODE, CUT, DAMAGED, FAULTS, FOLLOWED, HOPELESS, MANY, PADDED, UNTRUSTED
from corpusfmt.storage.filesystem import State
from corpusfmt.storage.input import Gap, Input, given, given_name, open_given, open_input
from corpusfmt.storage.output import Leftover, Output, codecs, open_output
from corpusfmt.storage.paths import (
    check_apart,
    check_state,
    exists,
    folder_of,
    holds,
    identity_of,
    info_or_none,
    inside,
    is_absolute,
    is_folder,
    is_nothing,
    is_of_another_user,
    is_regular,
    is_shared,
    links_of,
    name_of,
    processors,
    relative,
    same_file,
    size_of,
    small,
    spellings,
    state_of,
    straight,
    top_of,
    unlinked,
    upwards,
    within,
)
from corpusfmt.storage.shards import Shards, is_shard, old_shards, set_of
from corpusfmt.storage.target_folder import Folder
from corpusfmt.storage.target_names import Paths
from corpusfmt.storage.temporary import Copying, Pile, Scratch
from corpusfmt.text.display import quoted


def shipped(name: str) -> bytes:
    """Return a file of ``schemas/``: from the installed package, or from the checkout it runs in."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in (package, os.path.dirname(package)):
        try:
            with open(os.path.join(folder, "schemas", name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            continue
    raise SchemaError(f"there is no schema {quoted(name)}: no such file, and no schema of corpusfmt")


def is_stdout(path: str) -> bool:
    """Say whether a path is the regular file that standard output writes to."""
    try:
        out = os.fstat(sys.stdout.fileno())
        its = os.fstat(sys.stdin.fileno()) if path == "-" else os.stat(path)
        return stat.S_ISREG(out.st_mode) and os.path.samestat(its, out)
    except (OSError, ValueError, AttributeError):
        return False
