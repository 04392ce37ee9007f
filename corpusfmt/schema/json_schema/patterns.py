r"""Regular expressions of schemas: which can be used, and what searching them costs.

The dialect is ECMA-262 with the ``u`` flag, as JSON Schema (core, 6.4) asks, in the way jsonschema-rs reads it: ``\d``
and ``\w`` are ASCII, ``\p{L}`` is known, nothing is anchored. Most patterns are searched in linear time. Those with
lookaround or backreferences cannot be, and only the child process searches them. No pattern of a user is ever given to
Python's ``re``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from corpusfmt.limits import KIB, PATTERN
from corpusfmt.schema.json_schema.values import whole
from corpusfmt.text.display import quoted

if TYPE_CHECKING:
    from jsonschema_rs import FancyRegexOptions, RegexOptions, Validator

    from corpusfmt.schema.json_schema.graph import Graph

#: What searching costs for each byte of a text, beside looking at a keyword, by the size of the compiled pattern.
_COSTS: Final = ((4 * KIB, 10), (256 * KIB, 500))


class Undecided(Exception):
    """Something could not be decided in reasonable time. The message says what."""


def options(*, linear: bool, size: int = PATTERN) -> RegexOptions | FancyRegexOptions:
    """Return what jsonschema-rs needs for patterns that compile to ``size`` bytes at most.

    Unless all are ``linear``, searching them is bounded by the time that the process has.
    """
    import jsonschema_rs

    if linear:
        return jsonschema_rs.RegexOptions(size_limit=size)
    return jsonschema_rs.FancyRegexOptions(backtrack_limit=1 << 60, size_limit=size)


def is_linear(pattern: str) -> bool:
    """Say whether a pattern is searched in linear time. Raises ValueError, with the reason, when it cannot be used."""
    for linear in (True, False):
        if _compiled(pattern, options(linear=linear)) is not None:
            return linear
    import jsonschema_rs

    if jsonschema_rs.Draft202012Validator({"format": "regex"}, validate_formats=True).is_valid(pattern):
        raise ValueError(f"the pattern {quoted(pattern)} is too large")
    raise ValueError(f"expected a regular expression of ECMA-262, found {quoted(pattern)}")


def cost_of(graph: Graph, most: int) -> int:
    """Return how much a schema may make of one byte of a record; something above ``most`` when it is more."""
    cost = graph.work
    for pattern, _ in graph.patterns:
        if cost > most:
            break
        fits = (more for size, more in _COSTS if _compiled(pattern, options(linear=True, size=size)) is not None)
        cost += next(fits, most)
    return cost


def _compiled(pattern: str, how: Any) -> Validator | None:
    import jsonschema_rs

    try:
        return jsonschema_rs.Draft202012Validator({"pattern": pattern}, offline=True, pattern_options=how)
    except ValueError:  # ValidationError is one
        return None


@cache
def _searcher(pattern: str) -> Validator:
    found = _compiled(pattern, options(linear=is_linear(pattern)))
    assert found is not None
    return found


def is_found(pattern: str, text: str) -> bool:
    """Say whether a pattern that can be used matches anywhere in a text."""
    return _searcher(pattern).is_valid(whole(text))
