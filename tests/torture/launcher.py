"""Runs the command in a process whose calls to the system are counted, and one of them fails or is followed by a signal.

The plan is JSON in the variable TORTURE. ``call`` and ``nth`` say which call, ``errno`` what it fails with, ``lasting``
that all later ones do too, ``signal`` that it is done and the process gets that signal, ``swap`` that then one path is
moved away and becomes a link to another, ``change`` that then another file gets the name of one (two paths); ``line`` gives it the signal
before the n-th line of what handles files (-1 writes down which lines are the first of their place). ``short`` makes writes take half of what they are given, ``trace`` writes all
calls down. ``ready`` is a descriptor that gets a byte when all is set up. The log gets a JSON object for each event.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import io
import json
import os
import shutil  # noqa: F401 - what it can do is found out from the real functions
import sys
import tempfile  # noqa: F401 - as that
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

#: The calls that are counted, by the functions that make them. ``open`` and ``fdopen`` of files have their own.
CALLS = {
    "open": "open", "fsync": "fsync", "replace": "rename", "rename": "rename", "unlink": "unlink", "remove": "unlink",
    "rmdir": "rmdir", "mkdir": "mkdir", "close": "close", "chmod": "chmod", "fchmod": "chmod", "scandir": "scandir",
    "listdir": "scandir",
}  # fmt: skip
#: Where a signal may come, line by line.
WATCHED = (
    "storage/",
    "targets/",
    "convert.py",
    "fix.py",
    "quarantine.py",
    "mending/__init__.py",
    "cli/convert.py",
    "cli/fix.py",
)


def _is_of_the_run() -> bool:
    """Say whether this thread is one that is waited for: not the one that watches for signals, which closes a pipe while
    Python ends, and may be stopped before what would follow that.
    """
    return any(thread.ident == threading.get_ident() for thread in threading.enumerate())


class Plan:
    """What is to happen, and what did."""

    def __init__(self, wanted: dict[str, Any]) -> None:
        self.call, self.nth = wanted.get("call", ""), wanted.get("nth", 0)
        self.errno, self.signal = wanted.get("errno", 0), wanted.get("signal", 0)
        self.change = wanted.get("change", [])
        self.lasting, self.short = wanted.get("lasting", False), wanted.get("short", False)
        self.trace, self.line = wanted.get("trace", False), wanted.get("line", 0)
        self.count = self.lines = 0
        self.places: dict[str, int] = {}
        self.paths: dict[int, str] = {}
        self._lock = threading.RLock()  # threads of the run count together
        self._write, self._fd = os.write, -1
        self._kill, self._pid = os.kill, os.getpid()
        self.swap, self._replace, self._link = wanted.get("swap", []), os.replace, os.symlink
        if wanted.get("log"):
            self._fd = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)

    def note(self, **event: Any) -> None:
        """Write an event down."""
        if self._fd >= 0:
            self._write(self._fd, json.dumps(event).encode() + b"\n")

    def path(self, what: Any, folder: int | None = None) -> str:
        """The path of a file that is named, in a folder that is open where that is given, or open itself."""
        if isinstance(what, int):
            return self.paths.get(what, f"descriptor {what}")
        return os.path.abspath(os.path.join(self.path(folder) if folder is not None else "", os.fsdecode(what)))

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other threads out; but not for long: at its end Python stops threads that may be in here."""
        is_taken = self._lock.acquire(timeout=1)
        try:
            yield
        finally:
            if is_taken:
                self._lock.release()

    def before(
        self, call: str, what: Any, other: Any = None, folder: int | None = None, there: int | None = None
    ) -> None:
        """Fail, when this is the call to fail."""
        if _is_of_the_run():
            with self._alone():
                self._before(call, what, other, folder, there)

    def _before(self, call: str, what: Any, other: Any, folder: int | None, there: int | None) -> None:
        if self.trace:
            self.note(call=call, path=self.path(what, folder), other=other and self.path(other, there))
        if call != self.call:
            return
        self.count += 1
        if self.errno and (self.count == self.nth or (self.lasting and self.count > self.nth)):
            self.note(failed=call, path=self.path(what, folder))
            error = OSError(self.errno, os.strerror(self.errno))
            if not isinstance(what, int) and call not in ("write", "read", "close"):
                error.filename, error.filename2 = what, other
            raise error

    def after(self, call: str) -> None:
        """Send the signal, swap or change what is to be, when that is to follow this call."""
        if _is_of_the_run():
            with self._alone():
                self._after(call)

    def _after(self, call: str) -> None:
        if call != self.call or self.count != self.nth:
            return
        if self.signal:
            self.send()
        if self.swap:
            place, to = self.swap
            self.nth = -1
            with contextlib.suppress(FileNotFoundError):
                self._replace(place, f"{place}.moved")
            self._link(to, place)
            self.note(swapped=place)
        if self.change:
            self.count, self.nth = 0, -1
            self.note(swapped=call)
            self._replace(*self.change)

    def send(self, where: str = "") -> None:
        """Send the signal to this process."""
        self.count, self.nth = 0, -1
        self.note(sent=self.signal, where=where)
        self._kill(self._pid, self.signal)

    def watch(self, frame: FrameType, event: str, _: Any) -> Any:
        """Count lines; for sys.settrace."""
        if event == "call":
            name = frame.f_code.co_filename.replace(os.sep, "/").rpartition("/corpusfmt/")[2]
            return self.watch if name.startswith(WATCHED) else None
        if event == "line":
            self.lines += 1
            where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
            if self.line < 0:
                self.places.setdefault(where, self.lines)
            if self.lines == self.line:
                sys.settrace(None)
                self.send(where)
        return self.watch


class Faulty(io.FileIO):
    """A file whose reads, writes and closing are counted."""

    def __init__(self, plan: Plan, file: Any, mode: str, closefd: bool = True, opener: Any = None) -> None:
        self._plan = plan
        super().__init__(file, mode, closefd=closefd, opener=opener)
        self._path = plan.paths.get(file, str(file)) if isinstance(file, int) else plan.path(file)
        plan.paths[self.fileno()] = self._path

    def write(self, data: Any, /) -> int:
        self._plan.before("write", self.fileno())
        view = memoryview(data).cast("B")
        taken = super().write(view[: max(1, len(view) // 2)] if self._plan.short else view)
        self._plan.after("write")
        return taken

    def readinto(self, buffer: Any, /) -> int:
        self._plan.before("read", self.fileno())
        return super().readinto(buffer)

    def readall(self) -> bytes:
        self._plan.before("read", self.fileno())
        return super().readall()

    def read(self, size: int | None = -1, /) -> bytes:
        self._plan.before("read", self.fileno())
        return super().read(-1 if size is None else size)

    def close(self) -> None:
        if not self.closed:
            number = self.fileno()
            super().close()
            self._plan.before("close", number)
            self._plan.after("close")


def install(plan: Plan) -> None:
    """Put what counts in the place of what does."""
    for name, call in CALLS.items():
        setattr(os, name, _counted(plan, call, getattr(os, name)))

    def opened(file: Any, mode: str = "r", buffering: int = -1, *more: Any, opener: Any = None, **others: Any) -> Any:
        if "b" not in mode:
            return io.TextIOWrapper(
                opened(file, f"{mode}b", -1, opener=opener, closefd=others.pop("closefd", True)), **others
            )
        call = "fdopen" if isinstance(file, int) else "open"
        if opener is None:
            plan.before(call, file)
        raw = Faulty(plan, file, mode.replace("b", ""), others.get("closefd", True), opener)
        if opener is None:
            plan.after(call)
        if buffering == 0:
            return raw
        size = buffering if buffering > 1 else io.DEFAULT_BUFFER_SIZE
        if "+" in mode:
            return io.BufferedRandom(raw, size)
        return io.BufferedReader(raw, size) if mode[0] == "r" else io.BufferedWriter(raw, size)

    builtins.open = io.open = opened
    real = os.dup2

    def dup2(*given: Any) -> int:  # standard output is led elsewhere: there nothing fails
        plan.call = ""
        return real(*given)

    os.dup2 = dup2  # type: ignore[assignment]
    if sys.stdout is not None and not sys.stdout.isatty():
        raw = Faulty(plan, 1, "w", closefd=False)
        whole: Any = raw if plan.short else io.BufferedWriter(raw)  # as with PYTHONUNBUFFERED, and without
        sys.stdout = io.TextIOWrapper(whole, encoding="utf-8", write_through=plan.short)


def _counted(plan: Plan, call: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def counted(what: Any = ".", *more: Any, **others: Any) -> Any:
        done = call == "close" and real(what)  # that fails after all is done
        folder = others.get("src_dir_fd" if call == "rename" else "dir_fd")
        plan.before(call, what, more[0] if call == "rename" else None, folder, others.get("dst_dir_fd"))
        found = done if call == "close" else real(what, *more, **others)
        if call == "open":
            plan.paths[found] = plan.path(what, folder)
        plan.after(call)
        return found

    return counted


def run() -> int:
    """Run the command as planned."""
    wanted = json.loads(os.environ.pop("TORTURE"))
    from corpusfmt import storage  # noqa: F401 - what the system can do is found out from the real functions
    from corpusfmt.cli.main import main

    gc.disable()  # it closes files at moments of its own, where the command makes no call: nothing is promised there
    plan = Plan(wanted)
    install(plan)
    if "ready" in wanted:
        plan._write(wanted["ready"], b"!")
    if plan.line:
        sys.settrace(plan.watch)
    try:
        return main()
    finally:
        sys.settrace(None)
        with contextlib.suppress(OSError):
            plan.note(lines=sorted(plan.places.values()))


if __name__ == "__main__":
    sys.exit(run())
