"""An error in one form for both engines, and the choice of the most informative errors."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from corpusfmt.text.display import quoted, shown

#: Keywords that say only that none of several alternatives fits.
_CHOICES: Final = frozenset({"anyOf", "oneOf"})
#: Those whose fault is at the key, not the value.
AT_KEY: Final = frozenset({"additionalProperties", "unevaluatedProperties", "propertyNames"})
_MOST_NAMED: Final = 5

_LIMITS: Final = {
    "minimum": "a number of at least {}",
    "maximum": "a number of at most {}",
    "exclusiveMinimum": "a number above {}",
    "exclusiveMaximum": "a number below {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "minProperties": "at least {} keys",
    "maxProperties": "at most {} keys",
    "pattern": "a match of {}",
    "format": "the format {}",
    "const": "{}",
    "additionalItems": "at most {} items",
    "contentEncoding": "the encoding {}",
    "contentMediaType": "the media type {}",
}
_PLAIN: Final = {
    "contains": "items that fit 'contains'",
    "minContains": "more items that fit 'contains'",
    "maxContains": "fewer items that fit 'contains'",
    "uniqueItems": "unique items",
    "unevaluatedItems": "no further items",
    "items": "no further items",
    "not": "a value that does not match 'not'",
    "false": "nothing here",
}


class Fault(NamedTuple):
    """One fault: where, which keyword, what it wants (a missing key; what an inner fault says), what was found.

    ``branches`` are the faults in each alternative of ``anyOf`` and ``oneOf``.
    """

    path: tuple[str | int, ...]
    keyword: str
    want: Any
    found: Any
    branches: tuple[tuple[Fault, ...], ...] = ()
    alternatives: int = 0


def brief(value: Any) -> str:
    """Show a JSON value in a few characters: strings in quotes and cut, containers by their size."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return f"an object of {len(value)} keys" if len(value) != 1 else "an object of 1 key"
    if isinstance(value, list):
        return f"an array of {len(value)} items" if len(value) != 1 else "an array of 1 item"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    try:
        return shown(str(value), 60)
    except ValueError:
        return "a number with thousands of digits"


def _several(values: list[Any], show: Any = brief) -> str:
    more = len(values) - _MOST_NAMED
    return ", ".join([show(one) for one in values[:_MOST_NAMED]]) + (f" and {more} more" if more > 0 else "")


def message_of(fault: Fault) -> str:
    """Say in one line, lower case, what was expected and what was found."""
    keyword, want, found = fault.keyword, fault.want, fault.found
    if keyword == "required":
        names = want if isinstance(want, list) else [want]
        text = f"expected the key{'s' if len(names) > 1 else ''} {_several(names, quoted)}, found none"
    elif keyword in ("additionalProperties", "unevaluatedProperties"):
        text = f"the key {quoted(str(want))} is not allowed here"
    elif keyword == "propertyNames":
        text = f"the key {quoted(str(found))} is not allowed here: {shown(str(want), 200)}"
    else:
        text = f"expected {_wanted(fault)}, found {brief(found)}"
    return text + (f" (by the closest of {fault.alternatives} alternatives)" if fault.alternatives else "")


def _wanted(fault: Fault) -> str:
    keyword, want = fault.keyword, fault.want
    if keyword == "type":
        return " or ".join(map(str, want)) if isinstance(want, list) else str(want)
    if keyword == "enum" and isinstance(want, list):
        return f"one of {_several(want)}" if len(want) != 1 else brief(want[0])
    if keyword in _CHOICES:
        count = len(fault.branches)
        if want == "one":
            return "that matches only one alternative of 'oneOf', while several match"
        return f"one of {count} alternatives, of which none matches" if count else f"a value that matches {keyword!r}"
    if keyword in _LIMITS and want is not None:
        return _LIMITS[keyword].format(brief(want))
    return _PLAIN.get(keyword) or f"a value that matches {quoted(keyword)}"


def told(faults: list[Fault]) -> list[Fault]:
    """Return what is worth telling: of alternatives the closest one's faults, the most telling fault first."""
    found = [one for fault in faults for one in _closest(fault)]
    if found:
        best = min(range(len(found)), key=lambda number: relevance(found[number]))
        found.insert(0, found.pop(best))
    return found


def relevance(fault: Fault) -> tuple[int, bool, bool]:
    """Return the less, the more a fault tells: faults of outer values explain those of inner ones (as ``best_match``
    of jsonschema has it), and a keyword about one thing more than one that says that no alternative fits.
    """
    return len(fault.path), fault.keyword in _CHOICES, fault.alternatives > 0


def _closest(fault: Fault) -> list[Fault]:
    """Return the faults of the alternative that is nearest to what was found; the fault itself when none is."""
    branches = fault.branches
    if fault.keyword not in _CHOICES or fault.want == "one" or not all(branches) or not branches:
        return [fault]
    if all(len(one) == 1 and one[0].keyword == "type" and one[0].path == fault.path for one in branches):
        types = [one for branch in branches for one in _listed(branch[0].want)]
        return [fault._replace(keyword="type", want=list(dict.fromkeys(types)), branches=())]
    scores = [_distance(branch, fault.path) for branch in branches]
    least = min(scores)
    if scores.count(least) > 1:
        return [fault]
    inner = [one for each in branches[scores.index(least)] for one in _closest(each)]
    return [one._replace(alternatives=one.alternatives or len(branches)) for one in inner]


def _distance(branch: tuple[Fault, ...], path: tuple[str | int, ...]) -> tuple[bool, bool, int, int]:
    """Say how far an alternative is from what was found: another type; another constant, which most often tells the
    alternatives apart; how many faults; how far inside they are.
    """
    here = [fault for fault in branch if len(fault.path) <= len(path)]
    return (
        any(fault.keyword == "type" for fault in here),
        any(fault.keyword in ("const", "enum") and len(fault.path) <= len(path) + 1 for fault in branch),
        len(branch),
        -min(len(fault.path) for fault in branch),
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
