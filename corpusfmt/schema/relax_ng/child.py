"""The child process that judges XML documents by a RELAX NG schema: ``corpusfmt.schema.relax_ng`` starts it.

It reads frames from its standard input and answers each with one on its standard output: a kind (one byte), a length
(eight bytes, big-endian), so many bytes. ``S`` has a line of JSON (an order), then a schema; ``D`` a document. An
answer (``A``) is JSON. It ends when its input does, or when work takes too long and nobody is left to end it.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
from typing import IO, TYPE_CHECKING, Any, Final
from xml.parsers import expat

from corpusfmt.model.errors import SchemaError
from corpusfmt.text.display import quoted, shown

if TYPE_CHECKING:
    from lxml import etree

    from corpusfmt.schema.relax_ng.grammar.derivatives import Derivatives
    from corpusfmt.schema.relax_ng.grammar.patterns import Pattern

#: Of one document, so many faults are told.
MOST: Final = 20
_HEAD: Final = struct.Struct(">cQ")
#: What was found out about patterns is thrown away past this, so that memory does not grow with documents.
_REMEMBERED: Final = 200_000

#: The offset of a fault in the document, or -1; its line, from 1, or 0; what is wrong.
Told = tuple[int, int, str]


def send(pipe: IO[bytes], kind: bytes, data: bytes) -> None:
    """Write one frame. Raises OSError."""
    pipe.write(_HEAD.pack(kind, len(data)))
    pipe.write(data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[bytes, bytes] | None:
    """Read one frame; None at the end, also when it comes early."""
    head = pipe.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, size = _HEAD.unpack(head)
    data = pipe.read(size)
    return (kind, data) if len(data) == size else None


class _Bench:
    """A schema, and what judges by it."""

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

    def verdicts(self, document: bytes) -> list[Told]:
        """Return what is wrong with a document, in order; nothing when it is valid."""
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
        return self._placed(document) or self._as_told()

    def _placed(self, document: bytes) -> list[Told]:
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
            found = Walk(*self._walker, MOST).faults(document)
        except (Unsure, LxmlError, RecursionError, LookupError, ValueError, expat.ExpatError):
            self._walker = None
            return []
        return [(byte, 0, message) for byte, message in sorted(found, key=lambda fault: fault.byte)]

    def _as_told(self) -> list[Told]:
        """Return what libxml2 says, which knows lines at best."""
        assert self.grammar is not None
        told = {(one.line, f"{one.message[:1].lower()}{one.message[1:]}") for one in self.grammar.error_log}
        return [(-1, max(line, 0), shown(words, 200)) for line, words in sorted(told)][:MOST] or [(-1, 0, "not valid")]


class NotCompiledError(SchemaError):
    """This engine cannot compile the schema; another one may."""


def _answer(bench: _Bench | None, kind: bytes, data: bytes) -> tuple[_Bench | None, dict[str, Any]]:
    try:
        if kind == b"S":
            order, _, schema = data.partition(b"\n")
            bench = _Bench(schema, **json.loads(order))
            return bench, {"engine": bench.engine}
        assert bench is not None
        return bench, {"verdicts": bench.verdicts(data)}
    except SchemaError as error:
        return bench, {"error": str(error), "compiling": isinstance(error, NotCompiledError)}
    except Exception as error:  # noqa: BLE001 - whoever started this process is told, and nobody else
        return bench, {"error": f"{type(error).__name__}: {shown(str(error), 200)}", "compiling": False}


def main(seconds: float) -> None:
    """Serve until the input ends. No piece of work takes longer than ``seconds``."""
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    bench: _Bench | None = None
    with target:
        while frame := receive(source):
            # Whoever started this process watches the time too. But libxml2 cannot be interrupted, and when the
            # parent was killed nobody else would be there.
            if hasattr(signal, "setitimer"):
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.setitimer(signal.ITIMER_REAL, seconds + 1)
            bench, answer = _answer(bench, *frame)
            if hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_REAL, 0)
            try:
                send(target, b"A", json.dumps(answer).encode())
            except BrokenPipeError:
                break
