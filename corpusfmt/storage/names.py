"""Names of files that are made from names of documents: safe everywhere, and each of them another."""

from __future__ import annotations

import re
from typing import Final

#: Names that are devices on Windows, in every folder, whatever follows a dot.
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9])(?=\.|\Z)", re.I)
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]")
#: In characters, without what tells a name from others and the suffix: file systems take 255 bytes.
_LONGEST: Final = 200


class Names:
    """The names of one folder, without suffix. It remembers all of them."""

    def __init__(self) -> None:
        #: By name in lower case, the number that the last one like it got.
        self._taken: dict[str, int] = {}

    def give(self, wanted: str) -> str:
        """Return a name that is safe and new, also where case makes no difference: ``a``, ``A_2``, ``a_3``."""
        name = safe_name(wanted)
        key = name.lower()
        if key not in self._taken:
            self._taken[key] = 1
            return name
        number = self._taken[key] + 1
        while (given := f"{key}_{number}") in self._taken:
            number += 1
        self._taken[key] = number
        self._taken[given] = 1
        return f"{name}_{number}"


def safe_name(name: str) -> str:
    """Return a name, without suffix, that is one of a file everywhere and leads nowhere.

    What is no ASCII letter, digit, dot, dash or underscore becomes an underscore; so does a dot at the end. One is put
    before a dot or dash at the beginning, and after the name of a device. It has 1 to 201 characters.
    """
    name = _UNSAFE.sub("_", name[:_LONGEST]) or "_"
    if name.endswith("."):
        name = name[:-1] + "_"
    if name[0] in ".-":  # hidden, or an option to a command that is given it
        return f"_{name}"
    return _RESERVED.sub(r"\g<0>_", name, count=1) if _RESERVED.match(name) else name
