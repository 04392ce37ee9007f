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
from corpusfmt.core.text import shown
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


def violations(name: str, record: bytes) -> list[str]:
    """Return each way in which a JSON ``record`` breaks the shipped schema ``name``, in words.

    Each begins with the JSON Pointer (RFC 6901) of the value. Raises ValueError when the record is not
    JSON, SchemaError when the schema is missing or wrong.
    """
    errors = sorted(_validator(name).iter_errors(values_of(record)), key=lambda e: (list(map(str, e.path)), e.message))
    return [
        shown("".join(f"/{part}" for part in error.path) or "/") + f": {shown(error.message, 100)}" for error in errors
    ]
