"""The child process that validates XML documents with a RELAX NG schema: ``corpusfmt.schema.relax_ng`` starts it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

from corpusfmt.model.errors import SchemaError
from corpusfmt.schema.child_process import end_after, serve
from corpusfmt.text.display import quoted, shown

if TYPE_CHECKING:
    from lxml import etree

    from corpusfmt.schema.relax_ng.grammar.derivatives import Derivatives
    from corpusfmt.schema.relax_ng.grammar.patterns import Pattern

#: Of one document, so many faults are given unless asked for more.
MOST: Final = 20
#: What was found out about patterns is thrown away past this, so that memory does not grow with documents.
_REMEMBERED: Final = 200_000

#: The offset of a fault in the document, or -1; its line, from 1, or 0; what is wrong.
Told = tuple[int, int, str]


class _Bench:
    """A schema, and its validator."""

    def __init__(self, schema: bytes, path: str, *, alone: bool, compiled: bool) -> None:
        """Look at a schema and compile it. Raises SchemaError, whose ``compiling`` tells who is to blame."""
        from lxml import etree

        from corpusfmt.schema.relax_ng.grammar.safety import Files

        self.files = Files(schema, path, alone=alone)
        self.engine = f"lxml {etree.__version__} (libxml2 {'.'.join(map(str, etree.LIBXML_VERSION))})"
        self._walker: tuple[Derivatives, Pattern] | None = None
        self.grammar: etree.RelaxNG | None = None
        if compiled:
            try:
                self.grammar = etree.RelaxNG(self.files.root.getroottree())
            except etree.RelaxNGParseError as error:
                first = next((one for one in error.error_log if one.line), None)
                where = f", line {first.line}" if first else ""
                words = " ".join((first.message if first else str(error)).split())
                raise NotCompiledError(f"{quoted(path)} is not RELAX NG: {shown(words, 200)}{where}") from None

    def verdicts(self, document: bytes, limit: int, seconds: float) -> list[Told]:
        """Return up to ``limit`` things that are wrong with a document, in order; none when it is valid.

        Finding them takes so many ``seconds`` of the processor at most; then what was found so far is returned, and
        that there may be more.
        """
        from lxml import etree

        from corpusfmt.schema.relax_ng.grammar.safety import parser

        assert self.grammar is not None
        try:
            root = etree.fromstring(document, parser("utf-8"))
        except etree.XMLSyntaxError as error:
            line, column = error.position
            start = 0
            for _ in range(line - 1):
                start = document.find(b"\n", start) + 1
            words = (error.msg or "").removesuffix(f", line {line}, column {column}")
            at = min(start + max(column - 1, 0), len(document))
            return [(at, line, f"not XML: {shown(words[:1].lower() + words[1:], 200)}")]
        if self.grammar.validate(root):
            return []
        return self._placed(document, limit, seconds) or self._as_told(limit)

    def _placed(self, document: bytes, limit: int, seconds: float) -> list[Told]:
        """Find the places; nothing when that cannot be done."""
        from lxml.etree import LxmlError

        from corpusfmt.schema.relax_ng.grammar.derivatives import Derivatives
        from corpusfmt.schema.relax_ng.grammar.loading import Loader
        from corpusfmt.schema.relax_ng.grammar.patterns import Unsure
        from corpusfmt.schema.relax_ng.grammar.walking import Walk

        try:
            if self._walker is None or self._walker[0].remembered > _REMEMBERED:
                patterns = Derivatives()
                self._walker = patterns, Loader(self.files, patterns).start()
            walk = Walk(*self._walker, limit, seconds)
            found = walk.faults(document)
        except (Unsure, LxmlError, RecursionError, LookupError, ValueError, expat.ExpatError):
            self._walker = None
            return []
        told: list[Told] = [(byte, 0, message) for byte, message in sorted(found, key=lambda fault: fault.byte)]
        if walk.ended:
            told.append(
                (told[-1][0], 0, f"there may be more that is not valid: it takes more than {seconds:.2g} seconds")
            )
        return told

    def _as_told(self, limit: int) -> list[Told]:
        """Return what libxml2 says, which knows lines at best."""
        assert self.grammar is not None
        told = {(one.line, f"{one.message[:1].lower()}{one.message[1:]}") for one in self.grammar.error_log}
        return [(-1, max(line, 0), shown(words, 200)) for line, words in sorted(told)][:limit] or [(-1, 0, "not valid")]


class NotCompiledError(SchemaError):
    """This engine cannot compile the schema; another one may."""


class _Serving:
    """What is kept from one frame to the next."""

    def __init__(self) -> None:
        self.bench: _Bench | None = None
        self.seconds = 0.0

    def answer(self, kind: bytes, data: bytes) -> bytes:
        """Answer a frame: ``S`` has a line of JSON (an order), then a schema; ``D`` one with the most faults that are
        wanted, then a document.
        """
        line, _, data = data.partition(b"\n")
        order: Any = json.loads(line)
        if kind == b"S":
            self.seconds = order.pop("seconds")
        end_after(self.seconds + 1)
        try:
            return json.dumps(self._work(kind, order, data)).encode()
        finally:
            end_after(0)

    def _work(self, kind: bytes, order: Any, data: bytes) -> dict[str, Any]:
        try:
            if kind == b"S":
                self.bench = _Bench(data, **order)
                return {"engine": self.bench.engine}
            assert self.bench is not None
            return {"verdicts": self.bench.verdicts(data, order, self.seconds / 2)}
        except SchemaError as error:
            return {"error": str(error), "compiling": isinstance(error, NotCompiledError)}
        except Exception as error:  # noqa: BLE001 - whoever started this process is told, and nobody else
            return {"error": f"{type(error).__name__}: {shown(str(error), 200)}", "compiling": False}


def main() -> None:
    """Serve until the input ends."""
    serve(_Serving().answer)
