"""Replacement keywords for the reference engine: none uses Python's ``re`` or takes quadratic time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from corpusfmt.limits import SCHEMA_DIGITS
from corpusfmt.schema.json_schema.patterns import Undecided, is_found
from corpusfmt.schema.json_schema.values import whole

Function = Callable[..., Any]


def replaced(functions: Mapping[str, Function], *, formats: bool) -> dict[str, Function]:
    """Return the keywords of a dialect with those of this module in the place of its own."""
    own: dict[str, Function] = {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "unevaluatedProperties": _unevaluated_properties,
        "propertyNames": _property_names,
        "required": _required,
        "dependentRequired": _dependent_required,
        "uniqueItems": _unique_items,
        "multipleOf": _multiple_of,
        "format": _format if formats else _nothing,
    }
    return {keyword: own.get(keyword, function) for keyword, function in functions.items()}


@cache
def _known_format(name: str) -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True, offline=True)


def _error(**facts: Any) -> Any:
    from jsonschema import ValidationError

    return ValidationError("", **facts)


def _nothing(*_: Any) -> Iterator[Any]:
    return iter(())


def _pattern(_validator: Any, want: str, instance: Any, _schema: Any) -> Iterator[Any]:
    if isinstance(instance, str) and not is_found(want, instance):
        yield _error()


def _format(_validator: Any, want: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    if isinstance(instance, str) and isinstance(want, str) and not _known_format(want).is_valid(whole(instance)):
        yield _error()


def _pattern_properties(validator: Any, want: dict[str, Any], instance: Any, _schema: Any) -> Iterator[Any]:
    if isinstance(instance, dict):
        for pattern, schema in want.items():
            for key, value in instance.items():
                if is_found(pattern, key):
                    yield from validator.descend(value, schema, path=key, schema_path=pattern)


def _is_additional(key: str, schema: dict[str, Any]) -> bool:
    return key not in schema.get("properties", ()) and not any(
        is_found(pattern, key) for pattern in schema.get("patternProperties", ())
    )


def _additional_properties(validator: Any, want: Any, instance: Any, schema: Any) -> Iterator[Any]:
    if isinstance(instance, dict) and want is not True:
        for key, value in instance.items():
            if _is_additional(key, schema):
                if want is False:
                    yield _error(path=[key], validator_value=key, instance=value)
                else:
                    yield from validator.descend(value, want, path=key)


def _unevaluated_properties(validator: Any, want: Any, instance: Any, schema: Any) -> Iterator[Any]:
    if isinstance(instance, dict):
        known = set(_evaluated(validator, instance, schema))
        for key, value in instance.items():
            if key not in known and next(validator.descend(value, want), None) is not None:
                yield _error(path=[key], validator_value=key, instance=value)


def _evaluated(validator: Any, instance: dict[str, Any], schema: Any) -> Iterator[str]:
    """Give the keys that a schema looks at in an object that fits it (JSON Schema core, 11.3)."""
    if not isinstance(schema, dict):
        return
    for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
        if keyword in schema:
            resolved = _resolved(validator, keyword, schema[keyword])
            inner = validator.evolve(schema=resolved.contents, _resolver=resolved.resolver)
            yield from _evaluated(inner, instance, resolved.contents)
    if "properties" in schema:
        yield from schema["properties"].keys() & instance.keys()
    for pattern in schema.get("patternProperties", ()):
        yield from [key for key in instance if is_found(pattern, key)]
    if "additionalProperties" in schema:
        yield from [key for key in instance if _is_additional(key, schema)]
    if "unevaluatedProperties" in schema:
        want = schema["unevaluatedProperties"]
        yield from [key for key, value in instance.items() if next(validator.descend(value, want), None) is None]
    same = [one for key, one in schema.get("dependentSchemas", {}).items() if key in instance]
    same += [one for keyword in ("allOf", "anyOf", "oneOf") for one in schema.get(keyword, ())]
    if "if" in schema:
        fits = next(validator.descend(instance, schema["if"]), None) is None
        same += [schema["if"], schema.get("then", True)] if fits else [schema.get("else", True)]
    for one in same:
        if next(validator.descend(instance, one), None) is None:
            yield from _evaluated(validator, instance, one)


def _resolved(validator: Any, keyword: str, reference: str) -> Any:
    if keyword == "$recursiveRef":
        from referencing.jsonschema import lookup_recursive_ref

        return lookup_recursive_ref(validator._resolver)
    return validator._resolver.lookup(reference)


def _property_names(validator: Any, want: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    if isinstance(instance, dict):
        for key in instance:
            inner = next(validator.descend(key, want), None)
            if inner is not None:
                yield _error(path=[key], context=[inner], instance=key)


def _required(_validator: Any, want: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    if isinstance(instance, dict):
        yield from [_error(validator_value=key) for key in want if key not in instance]


def _dependent_required(_validator: Any, want: dict[str, Any], instance: Any, _schema: Any) -> Iterator[Any]:
    if isinstance(instance, dict):
        missing = [key for one, keys in want.items() if one in instance for key in keys if key not in instance]
        yield from [_error(validator="required", validator_value=key) for key in missing]


def _unique_items(_validator: Any, want: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    if want and isinstance(instance, list) and len({_frozen(one) for one in instance}) < len(instance):
        yield _error()


def _multiple_of(_validator: Any, want: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    """Divide what the digits say: 19.99 is a multiple of 0.01, although their doubles are not."""
    if isinstance(instance, int | float | Decimal) and not isinstance(instance, bool):
        for number in (instance, want):
            if isinstance(number, Decimal) and abs(number.adjusted()) > SCHEMA_DIGITS:
                raise Undecided("a number in it is too large to be divided")
        if _exact(instance) % _exact(want):
            yield _error()


def _exact(number: Any) -> Fraction:
    return Fraction(str(number)) if isinstance(number, float) else Fraction(number)


def _frozen(value: Any) -> Any:
    """Return what equals for equal JSON values: 1 and 1.0 are one number, true is none."""
    if isinstance(value, dict):
        return frozenset((key, _frozen(one)) for key, one in value.items())
    if isinstance(value, list):
        return ("[", *[_frozen(one) for one in value])
    return ("t", value) if isinstance(value, bool) else value
