"""The child process that validates records with a JSON Schema: ``corpusfmt.schema.json_schema.validator`` starts it."""

from __future__ import annotations

import json
import time
from typing import Any

from corpusfmt.model.errors import SchemaError
from corpusfmt.schema.child_process import bound, serve
from corpusfmt.schema.json_schema.engines import Bench
from corpusfmt.schema.json_schema.loading import load


class _Serving:
    """What is kept from one frame to the next."""

    def __init__(self) -> None:
        self.bench: Bench | None = None

    def answer(self, kind: bytes, data: bytes) -> bytes:
        """Answer a frame, which is a line of JSON (an order) and what it is about: ``S`` a schema, ``F`` records, of
        which the first is wanted that is not valid, ``V`` a record.
        """
        line, _, data = data.partition(b"\n")
        order, began = json.loads(line), time.process_time()
        bound(order["seconds"], order["memory"])
        try:
            answer = self._work(kind, order, data)
        except SchemaError as error:
            answer = {"error": str(error)}
        return json.dumps({**answer, "seconds": time.process_time() - began}).encode()

    def _work(self, kind: bytes, order: dict[str, Any], data: bytes) -> dict[str, Any]:
        if kind == b"S":
            loaded = load(order["name"], data)
            self.bench = Bench(order["name"], loaded, formats=order["formats"])
            return {"dialect": loaded.dialect}
        assert self.bench is not None
        seconds = order["seconds"] / 2  # then there is time left for the first fault by the fast one
        if kind == b"V":
            return {"violations": self.bench.violations(data, order["limit"], seconds, lacked=order["lacked"])}
        records, at = [], 0
        for size in order["sizes"]:
            records.append(data[at : at + size])
            at += size
        for number in self.bench.doubtful(records):
            record = records[number]
            if self.bench.verdict(record) is False or self.bench.violations(record, 1, seconds):
                return {"first": number}
        return {"first": -1}


def main() -> None:
    """Serve until the input ends."""
    serve(_Serving().answer)
