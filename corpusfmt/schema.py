"""Records against the shipped JSON Schema: what else is wrong with a record that a scan turned away.

A scan's own checks accept what the schema accepts (a test holds the two together), so the schema is
loaded only for records that fail. Nothing is ever fetched: a ``$ref`` that leaves the schema is an error.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from corpusfmt.core.errors import SchemaError
from corpusfmt.core.metadata import values_of
from corpusfmt.core.text import quoted
from corpusfmt.storage import shipped

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


@cache
def _validator(name: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError as Invalid
    from referencing import Registry

    try:
        schema = json.loads(shipped(name))
        Draft202012Validator.check_schema(schema)
    except (ValueError, Invalid) as error:
        raise SchemaError(f"the schema '{name}' is wrong: {error}") from error
    return Draft202012Validator(schema, registry=Registry())


def violations(name: str, record: bytes) -> list[tuple[str, str]]:
    """Return each way in which a JSON ``record`` breaks the shipped schema ``name``: the key, and words.

    Raises ValueError when the record is not JSON, SchemaError when the schema is missing or wrong.
    """
    found = []
    value = values_of(record)
    for error in _validator(name).iter_errors(value):
        key = str(error.path[0]) if error.path else ""
        if error.validator == "required":
            found += [(one, f"no key {quoted(one)}") for one in error.validator_value if one not in error.instance]
        elif error.validator == "additionalProperties":
            extra = [one for one in error.instance if one not in error.schema.get("properties", {})]
            found += [(one, f"the key {quoted(one)} is unknown") for one in extra]
        else:
            found.append((key, f"{quoted(key)} is of the wrong type" if key else "the record is no object"))
    return sorted(set(found))
