"""Names of files: they are UTF-8, whatever the locale says."""

from __future__ import annotations

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
