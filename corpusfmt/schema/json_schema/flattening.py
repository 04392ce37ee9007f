"""Schemas with identifiers inside them: counting the ways through them, and making one schema of them.

jsonschema-rs 0.61 compiles a schema anew for each way that leads to it through schemas with a ``$id``: eight that refer
to one another take half a minute, twelve would take hours. References by JSON Pointer into one schema do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol
from urllib.parse import quote

#: So many ways take the engine about a second.
MOST_WAYS: Final = 2_000
_NAMES: Final = ("$id", "id", "$anchor")


class Part(Protocol):
    """One schema; ``base`` is the identifier it stands under, ``target`` the number of what its ``$ref`` leads to."""

    schema: dict[str, Any]
    pointer: str
    base: str
    target: int
    own: bool
    same: list[int]


def ways(parts: Sequence[Part]) -> int:
    """Count the ways from identifier to identifier that meet none twice; beyond :data:`MOST_WAYS` counting stops."""
    edges: dict[str, set[str]] = {}
    for part in parts:
        edges.setdefault(part.base, set()).update(parts[one].base for one in part.same if parts[one].base != part.base)
    count = 0
    todo = [(base, frozenset((base,))) for base in edges]
    while todo and count <= MOST_WAYS:
        base, seen = todo.pop()
        count += 1
        todo += [(one, seen | {one}) for one in edges[base] if one not in seen]
    return count


def flatten(parts: Sequence[Part]) -> bool:
    """Make all references pointers into the whole, and take identifiers away, in place.

    Return False, and change nothing, when that cannot be done: a reference depends on who refers, or leads elsewhere.
    """
    for part in parts:
        if "$dynamicRef" in part.schema or "$recursiveRef" in part.schema or not part.own:
            return False
        if part.pointer != "#" and "$schema" in part.schema:
            return False
    for part in parts:
        if part.target >= 0:
            part.schema["$ref"] = "#" + quote(parts[part.target].pointer[1:], safe="/~!$&'()*+,;=:@")
        for name in _NAMES:
            if isinstance(part.schema.get(name), str):
                del part.schema[name]
    return True
