"""The fast engine, jsonschema-rs: it validates nearly all records, and explains errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from corpusfmt.model.errors import SchemaError
from corpusfmt.schema.json_schema.faults import Fault
from corpusfmt.schema.json_schema.loading import Loaded
from corpusfmt.schema.json_schema.patterns import is_linear, options
from corpusfmt.schema.json_schema.values import at, size_of
from corpusfmt.text.display import quoted, shown

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError, Validator

#: This engine makes all faults of a record at once, each as large as what is wrong. It does so where these are no more
#: than so many, and no larger together than so many bytes.
_MOST_FAULTS: Final = 1 << 16
_MOST_BYTES: Final = 1 << 27
#: How the engine calls what its errors hold.
_WANTS: Final = (
    *("types", "limit", "options", "expected_value", "pattern", "format", "multiple_of", "property", "schema"),
    *("content_encoding", "content_media_type"),
)


class Fast:
    """Validates by one schema."""

    def __init__(self, name: str, loaded: Loaded, *, formats: bool) -> None:
        """Compile a schema. Raises SchemaError, with the place of a pattern that cannot be used."""
        import jsonschema_rs

        linear = True
        for pattern, place in loaded.graph.patterns:
            try:
                linear = is_linear(pattern) and linear
            except ValueError as error:
                where = quoted(place, 200)
                raise SchemaError(f"the schema {quoted(name, 200)} cannot be used at {where}: {error}") from None
        self._graph = loaded.graph
        make = getattr(jsonschema_rs, loaded.dialect)
        try:
            self._validator: Validator = make(
                loaded.schema, offline=True, validate_formats=formats, pattern_options=options(linear=linear)
            )
        except Exception as error:  # noqa: BLE001 - whatever the engine does not take, the schema is to blame
            words = " ".join(str(error).split("\n")[0].split())
            words = "it nests deeper than 250 levels" if "ecursion limit" in words else shown(words, 200)
            raise SchemaError(f"the schema {quoted(name, 200)} cannot be used: {words}") from None
        #: Says of a value whether it is valid; raises any exception for one that this engine does not take.
        self.is_valid = self._validator.is_valid

    def faults(self, value: Any, size: int, *, first: bool = False) -> list[Fault] | None:
        """Return what is wrong with a value, spelled in ``size`` bytes, or the ``first`` fault; None when the other
        engine has to say.
        """
        import jsonschema_rs

        try:
            if first:
                self._validator.validate(value)
            faults = self._graph.work * size_of(value)
            if first or self._graph.recursive or faults > _MOST_FAULTS or faults * size > _MOST_BYTES:
                return None
            errors = list(self._validator.iter_errors(value))
        except jsonschema_rs.ValidationError as error:
            errors = [error]
        except Exception:  # noqa: BLE001 - a value that this engine does not take
            return None
        return [fault for error in errors for fault in faults_of(error, value)]


def faults_of(error: ValidationError, value: Any) -> list[Fault]:
    """Return an error of the engine as faults: one for each key that is not allowed."""
    if error.kind.name in ("additionalProperties", "unevaluatedProperties"):
        path = tuple(error.instance_path)
        inside = at(value, path)
        unexpected = error.kind.as_dict().get("unexpected", [])
        return [Fault((*path, key), error.kind.name, key, at(inside, (key,))) for key in unexpected]
    return [fault_of(error, value)]


def fault_of(error: ValidationError, value: Any) -> Fault:
    """Return an error of the engine as a fault; ``value`` is the whole that was validated."""
    kind, path = error.kind, tuple(error.instance_path)
    facts = kind.as_dict()
    steps = [step for step in error.schema_path if isinstance(step, str)]
    if kind.name == "propertyNames":
        inner = facts["error"]
        name = inner.instance
        return Fault((*path, name), "propertyNames", words_of(inner), name)
    keyword = "false" if kind.name == "falseSchema" else kind.name
    if keyword == "contains" and steps:
        keyword = steps[-1]
    found = at(value, path)
    if "context" in facts:
        if type(kind).__name__ == "OneOfMultipleValid":
            return Fault(path, keyword, "one", found)
        branches = tuple(tuple(one for each in branch for one in faults_of(each, value)) for branch in facts["context"])
        return Fault(path, keyword, None, found, branches)
    want = next((facts[one] for one in _WANTS if one in facts), None)
    if keyword == "type" and isinstance(want, list):  # the order of the engine is its own
        want = sorted(want)
    return Fault(path, keyword, want, found)


def words_of(error: ValidationError) -> str:
    """Say what an error about a key wants of it."""
    from corpusfmt.schema.json_schema.faults import message_of

    return message_of(fault_of(error, error.instance))
