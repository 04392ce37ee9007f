"""Standard streams and file names: UTF-8 in any locale; closed, full or unbuffered streams lose nothing."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from contextlib import suppress

#: Python's own switch. Where it is set and has no effect, starting again would have none.
_SWITCH = "PYTHONUTF8"


def use_utf8() -> None:
    """Start the command again in Python's UTF-8 mode where the locale has another encoding.

    Nothing else changes how Python reads and writes names. What is printed stays in the encoding of the terminal.
    """
    if sys.getfilesystemencoding() == "utf-8" or os.environ.get(_SWITCH) == "1" or not sys.executable:
        return
    environment = {**os.environ, _SWITCH: "1"}
    if sys.stdout is not None:
        environment.setdefault("PYTHONIOENCODING", sys.stdout.encoding)
    with suppress(OSError):  # names are read as the locale says then
        os.execve(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]], environment)  # noqa: S606 - itself


def prepare_streams() -> None:
    """Make standard output and error fit to print to: open, whole, and able to show any character."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller; print would take the other one
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open until the end
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if isinstance(getattr(sys.stdout, "buffer", None), io.RawIOBase):
        # Not buffered: where the system takes a part of what is written, Python drops the rest. Lines are flushed.
        number, encoding = sys.stdout.fileno(), sys.stdout.encoding
        sys.stdout = open(  # noqa: SIM115 - open until the end
            number, "w", buffering=1, encoding=encoding, errors="backslashreplace", closefd=False
        )


def is_stuck(name: str) -> bool:
    """Say whether ``stdout`` or ``stderr`` holds what it cannot write."""
    try:
        getattr(sys, name).flush()
    except (OSError, ValueError):
        return True
    return False


def let_go() -> None:
    """Write what is still to be written. What cannot be is dropped: Python would complain once more at exit."""
    for name in ("stdout", "stderr"):
        if is_stuck(name):
            with contextlib.suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), getattr(sys, name).fileno())
