"""The file system of a path, by its scheme. Each module here is that of one scheme, and defines ``FILE_SYSTEM``."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from corpusfmt.model.errors import ConfigurationError
from corpusfmt.storage.filesystem import FileSystem
from corpusfmt.storage.local import LOCAL
from corpusfmt.text.display import quoted

#: A single letter is a drive of Windows. The folder of a file at the top has one slash, or none.
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(//?|$)")
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
    if not name.isidentifier() or find_spec(f"{__name__}.{name}") is None:
        return None
    system: FileSystem = import_module(f"{__name__}.{name}").FILE_SYSTEM
    return system
