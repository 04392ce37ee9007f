"""The child process that judges by a schema: asking it, and what it means when there is no answer."""

from __future__ import annotations

import json
from typing import Any

from corpusfmt.model.errors import SchemaError
from corpusfmt.schema.child_process import Child, Ended
from corpusfmt.schema.relax_ng.child import NotCompiledError, Told
from corpusfmt.text.display import quoted


class Asking(Child):
    """One process and one schema, whose ``name`` stands in errors."""

    def __init__(self, name: str, folder: str, seconds: float) -> None:
        """Start it in ``folder``. Raises SchemaError without lxml."""
        try:
            super().__init__("corpusfmt.schema.relax_ng.child", ["lxml"], folder)
        except ImportError:
            raise SchemaError("lxml is not installed, and a RELAX NG schema needs it") from None
        self._name, self._seconds = name, seconds

    def compile(self, schema: bytes, path: str, *, alone: bool, compiled: bool) -> str:
        """Hand over the schema and return the name of the engine; see ``judge`` for what is meant by the rest.

        Raises SchemaError, which is a NotCompiledError when another engine may do better.
        """
        order = json.dumps({"path": path, "alone": alone, "compiled": compiled, "seconds": self._seconds}).encode()
        return str(self._ask(b"S", order + b"\n" + schema)["engine"])

    def verdicts(self, document: bytes, limit: int) -> list[Told]:
        """Return up to ``limit`` things that are wrong with a document. Raises SchemaError."""
        return [(byte, line, words) for byte, line, words in self._ask(b"D", b"%d\n%b" % (limit, document))["verdicts"]]

    def _ask(self, kind: bytes, data: bytes) -> dict[str, Any]:
        schema = f"the schema {quoted(self._name, 200)}"
        try:
            answer: dict[str, Any] = json.loads(self.ask(kind, data, self._seconds))
        except Ended as ended:
            if not ended.late:
                words = f"the process that judges by {schema} died ({ended}); its memory may have run out"
                raise SchemaError(words) from None
            limit = f"more than {self._seconds:g} seconds; --schema-timeout SECONDS gives it more"
            if kind == b"S":
                raise NotCompiledError(f"compiling {schema} takes {limit}") from None
            raise SchemaError(f"judging one document by {schema} takes {limit}") from None
        if "error" in answer:
            self.end()
            error = NotCompiledError if answer["compiling"] else SchemaError
            raise error(f"the schema {quoted(self._name, 200)} cannot be used: {answer['error']}")
        return answer
