"""JSON values for both engines: fast if that is exact, otherwise with all digits."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from corpusfmt.model.metadata import integer, number, values_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from msgspec.json import Decoder
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
#: An exponent of three digits, which begins with what is quick to find; and zeros that make up for one.
_EXPONENT: Final = re.compile(rb"-(?<=[0-9][eE]-)[0-9]{3}")
_ZEROS: Final = b"0" * 200
_INFINITE: Final = float("inf")


@cache
def decoder() -> Decoder[Any]:
    """Return what reads most JSON, in UTF-8, fast; it raises ValueError or RecursionError for the rest."""
    import msgspec

    return msgspec.json.Decoder()


def values(record: bytes) -> Any:
    """Return well-formed JSON in UTF-8 as Python values. Of equal keys the last counts, as RFC 8259 expects of readers.

    Integers keep all digits; other numbers are doubles, or Decimal where no double is as large, or as near to 0 (JSON
    Schema core, 4.2.3: only the mathematical value counts). Half a surrogate pair stays in its string. Raises
    ValueError when it is no JSON, and RecursionError when there is no stack left to read it.
    """
    try:
        if not underflows(record):
            return decoder().decode(record)
    except ValueError:  # halves of surrogate pairs, and numbers beyond a double: the slower reader takes both
        pass
    return _finite(values_of(record))


def underflows(record: bytes) -> bool:
    """Say whether JSON may hold a number that is not 0 and becomes 0 as a double."""
    return _EXPONENT.search(record) is not None or _ZEROS in record


def pairs_of(data: bytes, hook: Callable[[list[tuple[str, Any]]], Any]) -> Any:
    """Return JSON in UTF-8 as :func:`values` does, objects as ``hook`` makes them.

    Raises ValueError when it is no JSON, and RecursionError.
    """
    value = json.loads(data, object_pairs_hook=hook, parse_int=integer, parse_float=number, parse_constant=_no_constant)
    return _finite(value)


def _no_constant(word: str) -> Any:
    raise ValueError(word)


def _finite(value: Any) -> Any:
    """Replace infinity, which stands for an exponent that nothing here holds, by the largest number in use."""
    if value in (_INFINITE, -_INFINITE):
        from decimal import Decimal

        return Decimal("9E+999999" if value > 0 else "-9E+999999")
    todo = [value]
    while todo:
        here = todo.pop()
        inside = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
        for key, one in list(inside):
            if isinstance(one, dict | list):
                todo.append(one)
            elif isinstance(one, float) and one in (_INFINITE, -_INFINITE):
                here[key] = _finite(one)
    return value


def size_of(value: Any) -> int:
    """Return how many values a JSON value is, itself among them."""
    count, todo = 1, [value]
    while todo:
        here = todo.pop()
        inside = here.values() if isinstance(here, dict) else here if isinstance(here, list) else ()
        count += len(inside)
        todo += [one for one in inside if isinstance(one, dict | list)]
    return count


def whole(text: str) -> str:
    """Return a text with the replacement character for each half of a surrogate pair, so that it can be encoded."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def has_halves(record: bytes, value: Any) -> bool:
    """Say whether a record holds half a surrogate pair; ``value`` is what it says."""
    if not _SURROGATE.search(record):
        return False
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return True
    return False


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    """Return what stands at ``path``; None when nothing does."""
    try:
        for step in path:
            value = value[step]
    except (LookupError, TypeError):
        return None
    return value
