"""Work in a child process with limits of time and memory, because a native library cannot be interrupted.

Both sides write frames: a kind (one byte), a length (eight bytes, big-endian), so many bytes. The child answers each
with one. It ends when its input does, or when work takes too long, also when nobody is left to end it.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, Final

_HEAD: Final = struct.Struct(">cQ")
_START: Final = "import json, sys; sys.path += json.loads(sys.argv[1]); from {0} import main; main()"


class Ended(Exception):
    """The child has ended and not answered. ``late`` says whether that was for taking too long."""

    def __init__(self, how: str, *, late: bool) -> None:
        super().__init__(how)
        self.late = late


class Child:
    """One process, which runs ``main`` of a module."""

    def __init__(self, module: str, libraries: Sequence[str], folder: str = os.curdir) -> None:
        """Start it. It runs in ``folder``, imports what this process would of ``libraries``, and nothing from there.

        Raises ImportError, with the name of the library that is not installed.
        """
        from importlib.util import find_spec

        homes = [os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))]
        for library in libraries:
            spec = find_spec(library)
            if spec is None or not spec.origin:
                raise ImportError(name=library)
            place = os.path.dirname(os.path.abspath(spec.origin))
            homes.append(os.path.dirname(place) if spec.submodule_search_locations else place)
        # A process group of its own: Ctrl-C is for this process, which then ends the other one.
        self._process = subprocess.Popen(  # noqa: S603 - nothing in it is of the user
            [sys.executable, "-I", "-c", _START.format(module), json.dumps(list(dict.fromkeys(homes)))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            start_new_session=True,
        )
        #: Ends the process, once; also when nobody refers to it any more, and at exit.
        self.end = weakref.finalize(self, _ended, self._process)
        self._late = False

    def ask(self, kind: bytes, data: bytes, seconds: float) -> bytes:
        """Return the answer to one frame. Raises Ended, after so many ``seconds`` at the latest."""
        pipes = self._process.stdin, self._process.stdout
        assert pipes[0] is not None
        assert pipes[1] is not None
        timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), self._out_of_time)
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
            if frame is None or self._late:
                self.end()
        if frame is None:
            code = self._process.returncode
            late = self._late or code == -getattr(signal, "SIGVTALRM", 0)
            raise Ended(f"signal {-code}" if code < 0 else f"exit code {code}", late=late)
        return frame[1]

    def _out_of_time(self) -> None:
        self._late = True
        self._process.kill()


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with suppress(OSError):  # it may hold what could not be sent any more
                pipe.close()
    process.wait()


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


def serve(answer: Callable[[bytes, bytes], bytes]) -> None:
    """In the child: answer frames until the input ends."""
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    with target:
        while frame := receive(source):
            try:
                send(target, b"A", answer(*frame))
            except BrokenPipeError:
                break


def end_after(seconds: float) -> None:
    """In the child: have this process ended when so many seconds have passed; with 0, let it live."""
    # Whoever started this process watches the time too. But when it was killed nobody else would be there.
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, min(seconds, 1 << 30))


def bound(seconds: float, memory: int) -> None:
    """In the child: have this process ended when it has used the processor for so many ``seconds`` more, and let it
    have so many bytes more than it has now. Where the system has no such limits, there are none.
    """
    if sys.platform == "win32":  # pragma: no cover: Windows, where limits are set otherwise
        return
    import resource

    signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    with suppress(OSError, ValueError):  # another system, or a limit that is lower already
        with open("/proc/self/statm", "rb") as pages:
            now = int(pages.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + memory, resource.getrlimit(resource.RLIMIT_AS)[1]))
