"""Top-level strings of a record whose content a schema does not look at, such as most texts."""

from __future__ import annotations

from typing import Any, Final

#: A long string is validated as one of so many characters.
SHORT: Final = 16
_ANNOTATIONS: Final = frozenset(
    {"$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples"}
)
#: Keywords that look at the keys of an object alone, and those that say whether others of its keys are allowed.
_ABOUT_KEYS: Final = frozenset(
    {"type", "required", "dependentRequired", "minProperties", "maxProperties", "propertyNames"}
)
_OTHERS: Final = ("additionalProperties", "unevaluatedProperties")
#: Keywords that find the same of a long string and of one of SHORT characters.
_ABOUT_STRINGS: Final = _ANNOTATIONS | {"type", "minLength"}
#: The keys have so many bytes together at most.
_MOST: Final = 4096


def examined_keys(schema: Any) -> bytes | None:
    """Return the keys of a record whose long strings a schema may look at, each followed by NUL; None where these may
    be any.
    """
    if not isinstance(schema, dict) or schema.keys() - _ANNOTATIONS - _ABOUT_KEYS - {"properties", *_OTHERS}:
        return None
    if not all(isinstance(schema.get(keyword, True), bool) for keyword in _OTHERS):
        return None
    keys = b"".join(key.encode() + b"\0" for key, one in schema.get("properties", {}).items() if not _ignores(one))
    return keys if len(keys) <= _MOST else None


def _ignores(schema: Any) -> bool:
    if not isinstance(schema, dict) or schema.keys() - _ABOUT_STRINGS:
        return schema is True
    least = schema.get("minLength", 0)
    return isinstance(least, int) and least <= SHORT
