"""File attributes: owner, group, mode, and extended attributes with access control lists."""

from __future__ import annotations

import os
import stat
from typing import Final

from corpusfmt.model.errors import ConfigurationError
from corpusfmt.text.display import quoted

#: What the system makes of the content. It is another one for another content.
_MADE: Final = frozenset({"security.ima", "security.evm"})


def keep_attributes(model: str, path: str | int) -> None:
    """Give a file, which may be open, what another one has beside its content.

    Raises ConfigurationError when the system does not allow that, and OSError.
    """
    there = os.stat(model)
    wanted, had = _extended(model), _extended(path)
    try:
        here = os.stat(path)
        if (here.st_uid, here.st_gid) != (there.st_uid, there.st_gid):
            os.chown(path, there.st_uid, there.st_gid)
        for name in had.keys() - wanted.keys():  # as of the default list of the folder
            os.removexattr(path, name)
        for name, value in wanted.items():
            if had.get(name) != value:
                os.setxattr(path, name, value)
        os.chmod(path, stat.S_IMODE(there.st_mode))
    except OSError as error:
        raise _refused(model, error.strerror or "") from None
    if stat.S_IMODE(os.stat(path).st_mode) != stat.S_IMODE(there.st_mode):  # as of a group that one is not in
        raise _refused(model, "the mode would change")


def _extended(path: str | int) -> dict[str, bytes]:
    """Return the extended attributes of a file, where the system and the file system have them."""
    try:
        return {name: os.getxattr(path, name) for name in os.listxattr(path) if name not in _MADE}
    except (OSError, AttributeError):
        return {}


def _refused(path: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"{quoted(path, 400)} cannot be replaced by a file with the same owner, group, mode and attributes: {why}"
    )
