"""The keywords of JSON Schema that hold schemas (core, 10), of all drafts together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

#: Keywords that hold schemas for the same value, and those that hold schemas for a part of it (JSON Schema core, 10).
SAME: Final = frozenset(
    {"not", "if", "then", "else", "allOf", "anyOf", "oneOf", "dependentSchemas", "dependencies", "extends"}
)
PART: Final = frozenset(
    {"properties", "patternProperties", "additionalProperties", "unevaluatedProperties", "propertyNames"}
    | {"items", "prefixItems", "additionalItems", "unevaluatedItems", "contains"}
)
_MAPS: Final = frozenset(
    {"properties", "patternProperties", "dependentSchemas", "dependencies", "$defs", "definitions"}
)
_KEPT: Final = frozenset({"$defs", "definitions", "contentSchema"})


def inner_schemas(keyword: str, value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give the schemas that a keyword holds, each with its path."""
    if keyword not in SAME and keyword not in PART and keyword not in _KEPT:
        return
    if keyword in _MAPS:
        for key, one in value.items() if isinstance(value, dict) else ():
            yield (keyword, key), one
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield (keyword, str(index)), one
    else:
        yield (keyword,), value
