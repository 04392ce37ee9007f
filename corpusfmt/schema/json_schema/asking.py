"""The child process that validates records: requests to it, with limits for each request and for all of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from corpusfmt import limits
from corpusfmt.limits import MIB
from corpusfmt.model.errors import SchemaError
from corpusfmt.schema.child_process import Child, Ended
from corpusfmt.schema.json_schema.bench import Violation
from corpusfmt.schema.json_schema.patterns import Undecided
from corpusfmt.text.display import quoted

_LIBRARIES: Final = (
    *("attrs", "jsonschema", "jsonschema_rs", "jsonschema_specifications"),
    *("msgspec", "referencing", "rpds"),
)
#: The child counts its own seconds, and is waited for so much longer where others use the processor too.
_PATIENCE: Final = 30


class Asking:
    """One schema, and a process that is there when it is needed."""

    def __init__(self, name: str, schema: bytes, *, formats: bool) -> None:
        self._name, self._schema, self._formats = name, schema, formats
        self._child: Child | None = None
        self._dialect, self._spent, self._seen = "", 0.0, 0

    def compile(self) -> str:
        """Start the process, and return the dialect of the schema. Raises SchemaError."""
        schema = f"the schema {quoted(self._name, 200)}"
        self._child = Child("corpusfmt.schema.json_schema.child", _LIBRARIES)
        seconds = limits.SCHEMA_WORK + limits.SCHEMA_RATE * len(self._schema) / MIB
        try:
            answer = self._ask(b"S", {"name": self._name, "formats": self._formats}, self._schema, seconds)
        except Ended as ended:
            raise SchemaError(f"{schema} cannot be used: compiling it {_excess(ended, seconds)}") from None
        if "error" in answer:
            self.close()
            raise SchemaError(answer["error"])
        if not self._dialect:  # compiling it once is no fault of the records; again, it is
            self._spent = 0.0
        self._dialect = str(answer["dialect"])
        return self._dialect

    def first_invalid(self, records: Sequence[bytes]) -> int:
        """Return the number of the first record that is not valid; -1 when all are. Raises Undecided."""
        answer = self._exchange(b"F", {"sizes": [len(record) for record in records]}, b"".join(records))
        return int(answer["first"])

    def violations(self, record: bytes, limit: int, lacked: str) -> list[Violation]:
        """Return what is wrong with a record. Raises Undecided."""
        return [
            Violation(*one) for one in self._exchange(b"V", {"limit": limit, "lacked": lacked}, record)["violations"]
        ]

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.end()
        self._child = None

    def _exchange(self, kind: bytes, order: dict[str, Any], data: bytes) -> dict[str, Any]:
        self._seen += len(data)
        part = len(self._schema) / limits.SCHEMA_PART
        if self._spent > 3 * limits.SCHEMA_WORK + (limits.SCHEMA_RATE + part) * self._seen / MIB:
            raise Undecided("validating the records before it took too long")
        seconds = min(limits.SCHEMA_WORK + (1 + part) * len(data) / MIB, limits.SCHEMA_SECONDS)
        try:
            if self._child is None or not self._child.end.alive:
                self.compile()
            return self._ask(kind, order, data, seconds)
        except Ended as ended:
            raise Undecided(f"it {_excess(ended, seconds)}") from None

    def _ask(self, kind: bytes, order: dict[str, Any], data: bytes, seconds: float) -> dict[str, Any]:
        assert self._child is not None
        order |= {"seconds": seconds, "memory": limits.SCHEMA_MEMORY + 64 * len(data)}
        frame = json.dumps(order).encode() + b"\n" + data
        try:
            answer: dict[str, Any] = json.loads(self._child.ask(kind, frame, seconds * _PATIENCE))
        except Ended:
            self._spent += seconds
            raise
        self._spent += answer.get("seconds", 0.0)
        return answer


def _excess(ended: Ended, seconds: float) -> str:
    if ended.late:
        return f"takes more than {seconds:.2g} seconds of processor time"
    return f"takes too much memory, or exceeds what an engine supports ({ended})"
