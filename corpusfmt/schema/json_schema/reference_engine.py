"""The reference engine: jsonschema, for values that the fast engine does not support, and for explanations.

Its own keywords that use Python's ``re`` are replaced: a pattern of a user could make that hang.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from corpusfmt.limits import SCHEMA_REASONS
from corpusfmt.schema.json_schema import keywords
from corpusfmt.schema.json_schema.faults import Fault, message_of
from corpusfmt.schema.json_schema.loading import Loaded
from corpusfmt.schema.json_schema.patterns import Undecided
from corpusfmt.schema.json_schema.pointers import Path


class Reference:
    """Judges values by one schema."""

    def __init__(self, loaded: Loaded, *, formats: bool) -> None:
        """Take a schema that the fast engine has compiled."""
        import jsonschema
        from jsonschema import validators
        from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # it has no types

        base: Any = getattr(jsonschema, loaded.dialect)
        own = keywords.replaced(base.VALIDATORS, formats=formats)
        checker = base.TYPE_CHECKER.redefine("integer", _is_integer).redefine("number", _is_number)
        extend: Any = validators.extend
        make = extend(base, own, type_checker=checker)
        make.evolve = _evolved
        #: Why the last search ended before it had found all; empty when it had, or had found as many as were wanted.
        self.ended = ""
        # The registry holds the metaschemas and retrieves nothing.
        self._validator = make(loaded.schema, registry=REGISTRY)

    def faults(self, value: Any, most: int, seconds: float = 0) -> list[Fault]:
        """Return the faults of a value at ``most`` places, or more; none when it is valid.

        After ``seconds`` of the processor, unless they are 0, what was found so far is returned, and after
        SCHEMA_REASONS if anything was; ``ended`` has the reason then. Raises Undecided when that is nothing.
        """
        self.ended = ""
        found, places = list[Fault](), set[Path]()
        try:
            with _alarm(seconds, found):
                for error in self._validator.iter_errors(value):
                    found.append(_fault_of(error))
                    places.add(found[-1].path)
                    if len(places) >= most:
                        break
        except Undecided as error:
            self.ended = str(error)
        except MemoryError:
            self.ended = "validating it takes too much memory"
        except RecursionError:
            self.ended = "the record nests too deep"
        except Exception as error:  # noqa: BLE001 - a value that this engine does not take
            self.ended = f"it holds a value that cannot be compared ({type(error).__name__})"
        if self.ended and not found:
            raise Undecided(self.ended)
        return found


@contextmanager
def _alarm(seconds: float, found: Sequence[Fault]) -> Iterator[None]:
    """Raise Undecided after so many seconds of processor time, or fewer if there is something in ``found``, where the
    system can do that.
    """
    if not seconds or not hasattr(signal, "setitimer"):
        yield
        return

    began, soon = time.process_time(), min(seconds, SCHEMA_REASONS)

    def ring(*_: object) -> None:
        limit = soon if found else seconds
        if limit == soon or time.process_time() - began >= limit:
            raise Undecided(f"validating it takes more than {limit:.2g} seconds of processor time")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, soon, 0.1)  # again and again: what is raised in a finalizer is lost
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _evolved(validator: Any, **changes: Any) -> Any:
    """Return a validator for a schema inside, of the same class: its own way looks for one by ``$schema``, and would
    find the one whose keywords are not replaced.
    """
    from attrs import fields

    for field in fields(type(validator)):
        if field.init and field.alias not in changes:
            changes[field.alias] = getattr(validator, field.name)
    return type(validator)(**changes)


def _is_integer(_checker: Any, value: Any) -> bool:
    """Say whether a number has no fraction: 1.0 is an integer since draft-06 (JSON Schema core, 4.2.3)."""
    if isinstance(value, bool):
        return False
    if isinstance(value, Decimal):
        _, digits, exponent = value.as_tuple()
        return isinstance(exponent, int) and (exponent >= 0 or not any(digits[exponent:]))
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def _is_number(_checker: Any, value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _fault_of(error: Any, above: tuple[str | int, ...] = ()) -> Fault:
    path = above + tuple(error.relative_path)
    keyword, want, found = error.validator, error.validator_value, error.instance
    if keyword is None:
        return Fault(path, "false", None, found)
    if keyword == "propertyNames":
        return Fault(path, keyword, message_of(_fault_of(error.context[0])), found)
    if keyword in ("anyOf", "oneOf"):
        if not error.context:
            return Fault(path, keyword, "one", found)
        branches: dict[int, list[Fault]] = {}
        for number, one in enumerate(error.context):  # an alternative that is false has no place of its own
            branch = one.schema_path[0] if one.schema_path else -1 - number
            branches.setdefault(branch, []).append(_fault_of(one, path))
        return Fault(path, keyword, None, found, tuple(tuple(one) for one in branches.values()))
    return Fault(path, keyword, want, found)
