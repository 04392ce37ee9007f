"""Ids for documents that have none."""

from __future__ import annotations

from typing import Final

#: What ``--id-from`` takes.
SOURCES: Final = ("name", "line", "sha256")


def make_id(how: str, name: str, line: int, data: bytes) -> str:
    """Make an id: the name, the number of the line where the record begins, or the SHA-256 of the text.

    The result is empty when ``how`` is name and there is none.
    """
    if how == "name":
        return name
    if how == "line":
        return str(line)
    from hashlib import sha256

    return sha256(data).hexdigest()
