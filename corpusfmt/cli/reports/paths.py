"""How a path is written in reports that other programs match with the files of a repository."""

from __future__ import annotations

import os


def slashed(path: str, separator: str = os.sep) -> str:
    r"""Return ``path`` with ``/`` between its parts and no ``./`` before it.

    A backslash is a part of the name where ``separator`` is another one: ``a\b`` on Linux is one file.
    """
    if separator == "\\":
        path = path.replace("\\", "/")
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path


def uri(path: str, separator: str = os.sep) -> str:
    """Return ``path`` as a URI reference (RFC 3986): a relative one, or a file URI (RFC 8089) for an absolute path."""
    from urllib.parse import quote

    name = slashed(path, separator)
    drive = separator == "\\" and name[1:2] == ":" and name[:1].isascii() and name[:1].isalpha()
    if not drive and not name.startswith("/"):
        return quote(_bytes(name))
    parts = [part for part in name.split("/") if part not in ("", ".")]
    root = "file:///"
    if drive:
        root += parts.pop(0)[:2] + "/"
    elif separator == "\\" and name.startswith("//"):  # \\server\share
        root = "file://"
    return root + "/".join([quote(_bytes(part)) for part in parts])


def _bytes(name: str) -> bytes:
    """Return the bytes of a name, those that were not UTF-8 among them."""
    try:
        return name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogatepass")
