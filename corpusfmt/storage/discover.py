"""From what a user named to the files that are meant."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from corpusfmt.core.errors import ConfigurationError
from corpusfmt.core.text import quoted

_REMOTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


class Found(NamedTuple):
    """The files to read, and those that a folder holds beside them."""

    paths: list[str]
    passed_over: list[str]


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
    are listed as passed over, hidden ones, links and pipes are not looked at; where ``every`` file is meant, they are
    listed too, a hidden folder as one. A pattern with ``*``, ``?`` or ``[`` that
    is no file stands for what matches it (``**`` at any depth). What a run writes itself (``own``) is passed over
    in both. A file that is named twice, as by its folder and by its name, is read once.

    Raises ConfigurationError when a folder or pattern gives nothing, for a remote address, and for standard
    input beside files; FileNotFoundError for a path that is not there.
    """
    found: list[str] = []
    passed_over: list[str] = []
    if not sources:
        raise ConfigurationError("no source was named")
    for source in sources:
        if source == "-":
            if len(sources) > 1:
                raise ConfigurationError("standard input (-) cannot be read beside other sources; name it alone")
            found.append(source)
            continue
        if _REMOTE.match(source):
            raise ConfigurationError(f"{quoted(source)} is a remote address; download it first, then name the file")
        if os.path.isdir(source):
            inside, beside = _walk(source)
            passed_over += beside if every else []
            passed_over += [path for path in inside if not known(path)]
            inside = [path for path in inside if known(path)]
            nothing = (
                f"the folder {quoted(source)} holds no file with a {what} suffix; "
                "name the files and their format with --from"
            )
            if every:
                nothing = f"the folder {quoted(source)} holds no file"
        elif not os.path.lexists(source) and any(c in source for c in "*?["):
            inside = sorted(p for p in glob.glob(source, recursive=True) if os.path.isfile(p))
            nothing = f"no file matches {quoted(source)}"
        else:
            os.stat(source)
            found.append(source)
            continue
        if inside and all(own(path) for path in inside):
            nothing = f"all that {quoted(source)} holds is what this run writes; name another target"
        passed_over += [path for path in inside if own(path)]
        inside = [path for path in inside if not own(path)]
        if not inside:
            raise ConfigurationError(nothing)
        found += inside
    return Found(_once(found), _once(passed_over))


def _once(paths: list[str]) -> list[str]:
    return list({path if path == "-" else os.path.abspath(path): path for path in reversed(paths)}.values())[::-1]


def _raise(error: OSError) -> None:
    raise error


def _walk(folder: str) -> tuple[list[str], list[str]]:
    """Return the files below a folder, and what is no file of its own there: hidden things, links and pipes."""
    found: list[str] = []
    beside: list[str] = []
    for here, folders, files in os.walk(folder, onerror=_raise):
        inner = [os.path.join(here, name, "") for name in sorted(folders)]
        beside += [path for path in inner if os.path.basename(path[:-1])[0] == "." or os.path.islink(path[:-1])]
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = os.path.join(here, name)
            usual = not name.startswith(".") and not os.path.islink(path) and os.path.isfile(path)
            (found if usual else beside).append(path)
    return found, beside


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
