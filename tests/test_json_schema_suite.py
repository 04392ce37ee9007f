"""The JSON-Schema-Test-Suite: what it says is valid has no violations, by both engines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from corpusfmt.model.errors import SchemaError
from corpusfmt.schema.json_schema.loading import load
from corpusfmt.schema.json_schema.reference_engine import Reference
from corpusfmt.schema.json_schema.validator import Schema
from corpusfmt.schema.json_schema.values import values
from tests.support import DATA, first_invalid, needs_data

SUITE = DATA / "json-schema" / "tests"
DIALECTS = {
    "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
    "draft7": "http://json-schema.org/draft-07/schema#",
}
#: Groups whose schema refers to another file, or names a metaschema that stands in one: refused by design. All of
#: refRemote.json are.
REFUSED = {
    ("dynamicRef.json", "strict-tree schema, guards against misspelled properties"),
    ("dynamicRef.json", "tests for implementation dynamic anchor and reference link"),
    ("dynamicRef.json", "$ref and $dynamicAnchor are independent of order - $defs first"),
    ("dynamicRef.json", "$ref and $dynamicAnchor are independent of order - $ref first"),
    ("dynamicRef.json", "$ref to $dynamicRef finds detached $dynamicAnchor"),
    ("vocabulary.json", "schema that uses custom metaschema with with no validation vocabulary"),
    ("vocabulary.json", "ignore unrecognized optional vocabulary"),
}


def groups() -> Iterator[Any]:
    for draft, uri in DIALECTS.items():
        for path in sorted((SUITE / draft).glob("*.json")):
            for group in json.loads(path.read_bytes()):
                yield pytest.param(uri, path.name, group, id=f"{draft}/{path.stem}/{group['description']}")


@needs_data
@pytest.mark.parametrize(("uri", "file", "group"), list(groups()) if SUITE.is_dir() else ())
def test_suite(uri: str, file: str, group: dict[str, Any]) -> None:
    schema = group["schema"]
    if isinstance(schema, dict):
        schema = {"$schema": uri, **schema}
    data = json.dumps(schema).encode()
    if file == "refRemote.json" or (file, group["description"]) in REFUSED:
        with pytest.raises(SchemaError, match=r"nothing is ever fetched|unknown dialect"):
            Schema("suite", data)
        return
    judge, reference = Schema("suite", data), Reference(load("suite", data), formats=False)
    for case in group["tests"]:
        record = json.dumps(case["data"]).encode()
        said = judge.violations(record)
        assert (not said) == case["valid"], case["description"]
        assert first_invalid(judge, [record]) == (-1 if case["valid"] else 0)
        assert (not reference.faults(values(record), 100)) == case["valid"], case["description"]
        for one in said:
            assert 0 <= one.offset < len(record)
            assert one.keyword
            assert "\n" not in one.message
