"""From what a user named to the files that are meant."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Sequence
from typing import Final

from corpusfmt.core.errors import ConfigurationError
from corpusfmt.core.text import quoted

_REMOTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def discover(sources: Sequence[str], known: Callable[[str], bool]) -> list[str]:
    """Return the files that ``sources`` name, in a stable order.

    A folder stands for all files below it whose suffix is ``known``; hidden ones and links are passed over.
    A pattern with ``*``, ``?`` or ``[`` that is no file stands for what matches it (``**`` at any depth). A file
    that is named twice, as by its folder and by its name, is read once.

    Raises ConfigurationError when a folder or pattern gives nothing, for a remote address, and for standard
    input beside files; FileNotFoundError for a path that is not there.
    """
    found: list[str] = []
    for source in sources:
        if source == "-":
            if len(sources) > 1:
                raise ConfigurationError("standard input (-) cannot be read beside other sources; name it alone")
            found.append(source)
        elif _REMOTE.match(source):
            raise ConfigurationError(f"{quoted(source)} is a remote address; download it first, then name the file")
        elif os.path.isdir(source):
            inside = _walk(source, known)
            if not inside:
                raise ConfigurationError(
                    f"the folder {quoted(source)} holds no file with a known suffix; "
                    "name the files and their format with --from"
                )
            found += inside
        elif not os.path.lexists(source) and any(c in source for c in "*?["):
            matches = sorted(p for p in glob.glob(source, recursive=True) if os.path.isfile(p))
            if not matches:
                raise ConfigurationError(f"no file matches {quoted(source)}")
            found += matches
        else:
            os.stat(source)
            found.append(source)
    return list(dict.fromkeys(found))


def _walk(folder: str, known: Callable[[str], bool]) -> list[str]:
    found = []
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = os.path.join(here, name)
            if not name.startswith(".") and known(name) and not os.path.islink(path):
                found.append(path)
    return found
