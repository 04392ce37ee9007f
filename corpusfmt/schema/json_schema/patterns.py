r"""Regular expressions of schemas: which can be used, on how long a text, and a search that cannot hang.

The dialect is ECMA-262 with the ``u`` flag, as JSON Schema (core, 6.4) asks, in the way jsonschema-rs reads it: ``\d``
and ``\w`` are ASCII, ``\p{L}`` is known, nothing is anchored. Most patterns are searched in linear time. Those with
lookaround or backreferences cannot be: steps are counted, and a search that takes too many is not decided. No pattern
of a user is ever given to Python's ``re``.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from corpusfmt.limits import KIB, PATTERN, PATTERN_TEXT
from corpusfmt.schema.json_schema.values import whole
from corpusfmt.text.display import quoted

if TYPE_CHECKING:
    from jsonschema_rs import FancyRegexOptions, RegexOptions, Validator

#: Compiled to so many bytes, a pattern is searched in texts of any length; to more, up to PATTERN, in short ones.
SMALL: Final = 256 * KIB
#: Steps of a backtracking search, times bytes of the text, since each step may look at all of it.
_WORK: Final = 80_000_000
_STEPS: Final = (64, 20_000)


class Undecided(Exception):
    """Something could not be decided in reasonable time. The message says what."""


def options(kind: str, size: int, most: int = SMALL) -> RegexOptions | FancyRegexOptions:
    """Return what jsonschema-rs needs for patterns of that ``kind``, or easier ones, and texts of ``size`` bytes."""
    import jsonschema_rs

    if kind != "steps":
        return jsonschema_rs.RegexOptions(size_limit=PATTERN if kind == "large" else most)
    return jsonschema_rs.FancyRegexOptions(backtrack_limit=steps(size), size_limit=most)


def steps(size: int) -> int:
    """Return how many steps a backtracking search may take in a text of ``size`` bytes."""
    return min(max(_WORK // max(size, 1), _STEPS[0]), _STEPS[1])


def kind_of(pattern: str) -> str:
    """Return what it takes to search a pattern: small, large (both linear) or steps.

    Raises ValueError, with the reason, when it cannot be used.
    """
    for kind in ("small", "large", "steps"):
        if _compiled(pattern, kind) is not None:
            return kind
    import jsonschema_rs

    if jsonschema_rs.Draft202012Validator({"format": "regex"}, validate_formats=True).is_valid(pattern):
        raise ValueError(f"the pattern {quoted(pattern)} is too large, or cannot be searched in bounded time")
    raise ValueError(f"expected a regular expression of ECMA-262, found {quoted(pattern)}")


def _compiled(pattern: str, kind: str, size: int = 0) -> Validator | None:
    import jsonschema_rs

    try:
        schema = {"pattern": pattern}
        return jsonschema_rs.Draft202012Validator(schema, offline=True, pattern_options=options(kind, size))
    except ValueError:  # ValidationError is one
        return None


class Pattern:
    """One pattern, searched by jsonschema-rs alone."""

    def __init__(self, pattern: str) -> None:
        self._pattern, self._kinds = pattern, dict[int, Any]()

    @cached_property
    def _kind(self) -> str:
        return kind_of(self._pattern)

    def found(self, text: str) -> bool:
        """Say whether the pattern matches anywhere in a text. Raises Undecided."""
        clean = whole(text)
        size = len(clean.encode())
        if self._kind == "large" and size > PATTERN_TEXT:
            raise Undecided(f"the pattern {quoted(self._pattern)} is too large for a text of {size} bytes")
        power = size.bit_length()
        if power not in self._kinds:
            self._kinds[power] = _compiled(self._pattern, self._kind, 1 << power)
        validator: Validator = self._kinds[power]
        if validator.is_valid(clean):
            return True
        if self._kind == "steps":
            for error in validator.iter_errors(clean):
                if type(error.kind).__name__ in ("BacktrackLimitExceeded", "RegexEngineFailure"):
                    words = f"the pattern {quoted(self._pattern)} takes more than {steps(1 << power)} steps"
                    raise Undecided(words)
        return False
