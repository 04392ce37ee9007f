"""The fast engine, jsonschema-rs: it says of nearly all records whether they are valid, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from corpusfmt.limits import KIB, MIB, PATTERN, PATTERN_TEXT
from corpusfmt.model.errors import SchemaError
from corpusfmt.schema.json_schema.faults import Fault
from corpusfmt.schema.json_schema.loading import Loaded
from corpusfmt.schema.json_schema.patterns import SMALL, kind_of, options
from corpusfmt.schema.json_schema.values import at, depth_of
from corpusfmt.text.display import quoted, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from jsonschema_rs import ValidationError, Validator

#: Larger records are not explained by this engine, which makes all faults at once, ten times as large as the record.
_EXPLAINED: Final = 256 * KIB
#: Nor those for which it may look at one value more often than this.
_MOST_LOOKS: Final = 10_000
#: Sizes of records for which there is a validator each, when patterns are searched in so many steps.
_SIZES: Final = (16 * KIB, 256 * KIB, 4 * MIB, 1 << 62)
_UNFINISHED: Final = frozenset({"BacktrackLimitExceeded", "RegexEngineFailure"})
#: How the engine calls what its errors hold.
_WANTS: Final = (
    *("types", "limit", "options", "expected_value", "pattern", "format", "multiple_of", "property", "schema"),
    *("content_encoding", "content_media_type"),
)


class Fast:
    """Validates by one schema. ``final`` says whether a record that it turns away is certainly not valid."""

    def __init__(self, name: str, loaded: Loaded, *, formats: bool) -> None:
        """Compile a schema. Raises SchemaError, with the place of a pattern that cannot be used."""
        kinds = {"small"}
        for pattern, place in loaded.graph.patterns:
            try:
                kinds.add(kind_of(pattern))
            except ValueError as error:
                where = quoted(place, 200)
                raise SchemaError(f"the schema {quoted(name, 200)} cannot be used at {where}: {error}") from None
        self._loaded, self._formats, self._validators = loaded, formats, dict[int, Any]()
        self._kind = "steps" if "steps" in kinds else "large" if "large" in kinds else "small"
        self._most = PATTERN_TEXT if "large" in kinds else 1 << 62
        #: Whether it looks at records of any size.
        self.final = self._kind == "small"
        try:
            self._validator(0)
        except Exception as error:  # noqa: BLE001 - whatever the engine does not take, the schema is to blame
            words = " ".join(str(error).split("\n")[0].split())
            words = "it nests deeper than 250 levels" if "ecursion limit" in words else shown(words, 200)
            raise SchemaError(f"the schema {quoted(name, 200)} cannot be used: {words}") from None

    def _validator(self, size: int) -> Validator:
        """Return the validator for records of so many bytes."""
        limit = next(one for one in _SIZES if size <= one) if self._kind == "steps" else 0
        if limit not in self._validators:
            import jsonschema_rs

            make = getattr(jsonschema_rs, self._loaded.dialect)
            patterns = options(self._kind, min(limit, _SIZES[-2] * 4), PATTERN if self._most == PATTERN_TEXT else SMALL)
            self._validators[limit] = make(
                self._loaded.schema, offline=True, validate_formats=self._formats, pattern_options=patterns
            )
        found: Validator = self._validators[limit]
        return found

    def quick(self) -> Callable[[Any], bool] | None:
        """Return what says of the values of records whether they are valid, when it can do so for those of any size."""
        return self._validator(0).is_valid if self.final else None

    def verdict(self, value: Any, size: int) -> bool | None:
        """Say whether a value, spelled in ``size`` bytes, is valid; None when this engine cannot.

        False is no last word unless ``final``: a pattern may have taken too many steps.
        """
        if size > self._most:
            return None
        try:
            return self._validator(size).is_valid(value)
        except Exception:  # noqa: BLE001 - a value that this engine does not take: the other one decides
            return None

    def faults(self, value: Any, size: int, *, first: bool = False) -> list[Fault] | None:
        """Return what is wrong with a value, of any size when only the ``first`` fault is asked for; None when the
        other engine has to say.
        """
        graph = self._loaded.graph
        depth = min(depth_of(value), 64) if graph.branching > 1 else 0
        if (size > _EXPLAINED and not first) or graph.looks * graph.branching**depth > _MOST_LOOKS:
            return None
        import jsonschema_rs

        try:
            validator = self._validator(size)
            errors = [] if first else list(validator.iter_errors(value))
            if first:
                validator.validate(value)
        except jsonschema_rs.ValidationError as error:
            errors = [error]
        except Exception:  # noqa: BLE001 - as above
            return None
        if any(type(error.kind).__name__ in _UNFINISHED for error in errors):
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
    """Return an error of the engine as a fault; ``value`` is the whole that was judged."""
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
