"""Combining a schema that contains identifiers into one schema without them.

jsonschema-rs 0.61 compiles a schema anew for each way that leads to it through schemas with a ``$id``: eight that refer
to one another take half a minute, twelve would take hours. References by JSON Pointer into one schema do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol
from urllib.parse import quote

_NAMES: Final = ("$id", "id", "$anchor")


class Part(Protocol):
    """One schema; ``target`` is the number of what its ``$ref`` leads to."""

    schema: dict[str, Any]
    pointer: str
    target: int
    own: bool


def flatten(parts: Sequence[Part]) -> None:
    """Make all references pointers into the whole, and take identifiers away, in place.

    Nothing is changed when that cannot be done: a reference depends on who refers, or leads elsewhere.
    """
    for part in parts:
        if "$dynamicRef" in part.schema or "$recursiveRef" in part.schema or not part.own:
            return
        if part.pointer != "#" and "$schema" in part.schema:
            return
    for part in parts:
        if part.target >= 0:
            part.schema["$ref"] = "#" + quote(parts[part.target].pointer[1:], safe="/~!$&'()*+,;=:@")
        for name in _NAMES:
            if isinstance(part.schema.get(name), str):
                del part.schema[name]
