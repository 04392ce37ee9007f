"""Validating JSON records with a JSON Schema of the user: draft 2020-12, and older ones down to draft-04.

The dialect stands in ``docs/json-schema.md``. Nothing is ever fetched, and neither a schema nor a record can make this
hang: what may take long is done by a child process, which is ended when it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from corpusfmt.limits import KIB
from corpusfmt.schema.json_schema.asking import Asking
from corpusfmt.schema.json_schema.bench import MOST, Bench, Violation, never, unexplained
from corpusfmt.schema.json_schema.loading import load
from corpusfmt.schema.json_schema.patterns import Undecided, cost_of

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

    def first_invalid(self, records: Sequence[bytes]) -> int:
        """Return the number, from 0, of the first record that is not valid, or may not be; -1 when all are valid.

        Records are well-formed JSON in UTF-8. This is the quick look at many: what is wrong, ``violations`` says.
        """
        bench, start = self._here(sum(map(len, records))), 0
        if bench is None:
            try:
                return self._asking.first_invalid(records)
            except Undecided:
                return 0
        while (doubt := bench.first_in_doubt(records[start:] if start else records)) >= 0:
            start += doubt
            if bench.verdict(records[start]) is False or self.violations(records[start], 1):
                return start
            start += 1
        return -1

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
