"""A child process that judges by a schema: starting it, asking it under a time limit, ending it.

What it works with cannot be interrupted, so past the limit it is killed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import weakref
from contextlib import suppress
from typing import Any, Final

from corpusfmt.model.errors import SchemaError
from corpusfmt.schema.relax_ng.child import NotCompiledError, Told, receive, send
from corpusfmt.text.display import quoted

_START: Final = (
    "import json, sys; sys.path += json.loads(sys.argv[1]); "
    "from corpusfmt.schema.relax_ng.child import main; main({0!r})"
)


class Child:
    """One process and one schema, whose ``name`` stands in errors."""

    def __init__(self, name: str, folder: str, seconds: float) -> None:
        """Start it. It runs in ``folder``, imports what this process would, and nothing from there."""
        from importlib.util import find_spec

        spec = find_spec("lxml")
        if spec is None or not spec.submodule_search_locations:
            raise SchemaError("lxml is not installed, and a RELAX NG schema needs it")
        package = os.path.dirname(os.path.abspath(__file__))
        homes = [os.path.dirname(os.path.abspath(one)) for one in (package, *spec.submodule_search_locations)]
        # A process group of its own: Ctrl-C is for this process, which then ends the other one.
        self._process = subprocess.Popen(  # noqa: S603 - nothing in it is of the user
            [sys.executable, "-I", "-c", _START.format(seconds), json.dumps(list(dict.fromkeys(homes)))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            start_new_session=True,
        )
        #: Ends the process, once; also when nobody refers to it any more, and at exit.
        self.end = weakref.finalize(self, _ended, self._process)
        self._name, self._seconds, self._timed_out = name, seconds, False

    def compile(self, schema: bytes, path: str, *, alone: bool, compiled: bool) -> str:
        """Hand over the schema and return the name of the engine; see ``judge`` for what is meant by the rest.

        Raises SchemaError, which is a NotCompiledError when another engine may do better.
        """
        order = json.dumps({"path": path, "alone": alone, "compiled": compiled}).encode()
        return str(self._ask(b"S", order + b"\n" + schema)["engine"])

    def verdicts(self, document: bytes) -> list[Told]:
        """Return what is wrong with a document. Raises SchemaError."""
        return [(byte, line, words) for byte, line, words in self._ask(b"D", document)["verdicts"]]

    def _ask(self, kind: bytes, data: bytes) -> dict[str, Any]:
        pipes = self._process.stdin, self._process.stdout
        assert pipes[0] is not None
        assert pipes[1] is not None
        timer = threading.Timer(self._seconds, self._out_of_time)
        timer.daemon = True
        timer.start()
        frame = None
        try:
            send(pipes[0], kind, data)
            frame = receive(pipes[1])
        except OSError:  # it has ended
            pass
        finally:
            timer.cancel()
            timer.join()
            # Also when a signal has come between: what it would answer then is to an old question.
            if frame is None or self._timed_out:
                self.end()
        if frame is None:
            raise self._no_answer(kind)
        answer: dict[str, Any] = json.loads(frame[1])
        if "error" in answer:
            self.end()
            error = NotCompiledError if answer["compiling"] else SchemaError
            raise error(f"the schema {quoted(self._name, 200)} cannot be used: {answer['error']}")
        return answer

    def _out_of_time(self) -> None:
        self._timed_out = True
        self._process.kill()

    def _no_answer(self, kind: bytes) -> SchemaError:
        schema = f"the schema {quoted(self._name, 200)}"
        if self._timed_out:
            limit = f"more than {self._seconds:g} seconds; --schema-timeout SECONDS gives it more"
            if kind == b"S":
                return NotCompiledError(f"compiling {schema} takes {limit}")
            return SchemaError(f"judging one document by {schema} takes {limit}")
        code = self._process.returncode
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return SchemaError(f"the process that judges by {schema} died ({how}); its memory may have run out")


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with suppress(OSError):  # it may hold what could not be sent any more
                pipe.close()
    process.wait()
