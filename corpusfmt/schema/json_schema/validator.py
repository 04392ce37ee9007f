"""Validating JSON records with a JSON Schema of the user: draft 2020-12, and older ones down to draft-04.

The dialect stands in ``docs/json-schema.md``. Nothing is ever fetched, and neither a schema nor a record can make this
hang: what may take long is done by a child process, which is ended when it does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from corpusfmt import limits
from corpusfmt.limits import KIB, MIB
from corpusfmt.model.errors import SchemaError
from corpusfmt.model.rows import Pieces
from corpusfmt.schema.child_process import Child, Ended
from corpusfmt.schema.json_schema.engines import MOST, Bench, Violation, never, unexplained
from corpusfmt.schema.json_schema.loading import load
from corpusfmt.schema.json_schema.patterns import Undecided, cost_of
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


__all__ = ["MOST", "Schema", "Violation"]

#: A larger schema is for the child, and so is one that may make more work of a value. What this process validates is so
#: much work times bytes at most: a second or two.
_LARGE: Final = 256 * KIB
_WORK: Final = 1 << 15
_PRODUCT: Final = 1 << 27


class Schema:
    """A JSON Schema, compiled once. ``dialect`` names its draft as jsonschema does."""

    def __init__(self, name: str, data: bytes, *, formats: bool = False) -> None:
        """Compile the JSON in UTF-8 ``data``; ``name`` stands in errors.

        ``format`` is an annotation (JSON Schema validation, 7.2.1) unless ``formats``. Raises SchemaError when it is no
        JSON, of an unknown dialect, refused by its metaschema, refers to what is not in it, or cannot be used.
        """
        self.name = name
        self._asking = Asking(name, data, formats=formats)
        self._bench: Bench | None = None
        if len(data) <= _LARGE:
            loaded = load(name, data)
            self.dialect, self._cost = loaded.dialect, cost_of(loaded.graph, _WORK)
            if self._cost <= _WORK:
                self._bench = Bench(name, loaded, formats=formats)
        if self._bench is None:
            self.dialect = self._asking.compile()

    def close(self) -> None:
        """End the child process. The schema can be used again: it starts another one."""
        self._asking.close()

    def doubtful(self, records: Sequence[bytes]) -> Iterator[int]:
        """Give the number, from 0, of each record that may not be valid. ``violations`` says whether it is.

        Records are well-formed JSON in UTF-8, which white space may follow. This is the quick look at many.
        """
        bench = self._here(len(records.data) if isinstance(records, Pieces) else sum(map(len, records)))
        if bench is not None:
            yield from bench.doubtful(records)
            return
        try:
            first = self._asking.first_invalid(records)
        except Undecided:
            first = 0
        if first >= 0:
            yield from range(first, len(records))

    def violations(self, record: bytes, limit: int = MOST, *, lacked: str = "") -> list[Violation]:
        """Return up to ``limit`` ways in which a record breaks the schema, one for a place; none when it is valid. That
        the record lacks the key ``lacked`` is known already.

        The most telling one comes first, the others follow by offset.

        ``record`` is well-formed JSON in UTF-8. A record that cannot be validated has one violation that says so.
        """
        bench = self._here(len(record))
        found = bench.violations(record, limit, lacked=lacked) if bench else None
        if found is not None:
            return found
        try:
            return self._asking.violations(record, limit, lacked)
        except Undecided as reason:
            return [unexplained(str(reason)) if bench and bench.verdict(record) is False else never(str(reason))]

    def _here(self, size: int) -> Bench | None:
        """Return what validates records of so many bytes in this process; None when the child has to."""
        return self._bench if self._bench and self._cost * size <= _PRODUCT else None
