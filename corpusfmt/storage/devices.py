"""Paths that are not replaceable files: devices, pipes, and names of open files."""

from __future__ import annotations

import contextlib
import os
import stat
from typing import BinaryIO, Final

from corpusfmt.model.errors import ConfigurationError, TargetChangedError
from corpusfmt.text.display import quoted

#: As many links in a row as Linux follows.
_LINKS: Final = 40


def exists(path: str) -> bool:
    """Say whether a path leads to something. Raises OSError where that is not to be known.

    As for a link of somebody else in a folder that all may write to, which the system does not follow.
    """
    try:
        os.stat(path)
    except FileNotFoundError:
        return False
    return True


def refuse_open(path: str) -> None:
    """Raise ConfigurationError for a path that stands for a file which is open, whatever it is called.

    Replacing that would take it from whoever opened it.
    """
    there = os.stat(path)
    if stat.S_ISREG(there.st_mode) and (_is_printed_to(there) or _is_handle(path)):
        raise ConfigurationError(f"{quoted(path)} refers to an open file; write to - instead")


def _is_printed_to(there: os.stat_result) -> bool:
    """Say whether a file is standard output or error."""
    for descriptor in (1, 2):
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(descriptor), there):
                return True
    return False


def _is_handle(path: str) -> bool:
    """Say whether a path is that of a descriptor: a link that the system makes up, or no file but for its content."""
    made_up = -1
    with contextlib.suppress(OSError):
        made_up = os.stat("/proc/self/fd").st_dev
    left = _LINKS
    while stat.S_ISLNK((there := os.lstat(path)).st_mode) and left:
        if there.st_dev == made_up:
            return True
        path, left = os.path.join(os.path.dirname(path), os.readlink(path)), left - 1
    return not stat.S_ISREG(there.st_mode)


def open_device(path: str) -> BinaryIO:
    """Open a device or a pipe to write to. Raises OSError, and TargetChangedError for what has become a file."""
    file = open(path, "wb", buffering=1 << 18, opener=_to_write)  # noqa: SIM115 - it is returned
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise TargetChangedError(f"{quoted(path)} was replaced during the run; run again to write there")
    return file


def _to_write(path: str, _: int) -> int:
    """Open what must be there, and cut nothing off."""
    return os.open(path, os.O_WRONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
