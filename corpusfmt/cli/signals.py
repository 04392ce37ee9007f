"""Signals that end a run: clean up, then exit as the signal would."""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, Final

#: What ends a process that does not handle it. Others stop it, or tell of a fault in it (SEGV, BUS, FPE, ILL, TRAP,
#: SYS): nothing of Python runs after that. An ABRT that the C library raises ends the process in any case.
_NAMES: Final = (
    "SIGHUP", "SIGINT", "SIGQUIT", "SIGABRT", "SIGUSR1", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGUSR2", "SIGSTKFLT",
    "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGPOLL", "SIGPWR", "SIGBREAK",
)  # fmt: skip
#: Seconds until a signal that came at a bad moment is looked at again.
_LATER = 0.02
#: Seconds until one that nobody has looked at is sent again.
_AGAIN = 0.1


def ending() -> list[int]:
    """Return the signals that end a process, those for real time too."""
    numbers = [int(getattr(signal, name)) for name in _NAMES if hasattr(signal, name)]
    if hasattr(signal, "SIGRTMIN"):
        numbers += range(signal.SIGRTMIN, signal.SIGRTMAX + 1)
    return numbers


class Stopped(BaseException):
    """A signal asks the run to end. Nothing but the command's entry catches it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _pass(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the run is ending."""


def _delicate(frame: FrameType | None) -> bool:
    """Say whether this is no moment for an exception: it may crash an extension that is half imported, and Python drops
    it, and the signal with it, where something is finalised.
    """
    while frame is not None:
        code = frame.f_code
        if code.co_filename.startswith("<frozen importlib") or code.co_name == "__del__":
            return True
        if code.co_filename.endswith(("_weakrefset.py", "weakref.py")):
            return True
        frame = frame.f_back
    return False


@contextlib.contextmanager
def stopping(*, at_last: bool = False) -> Iterator[None]:
    """Turn signals that end a process into Stopped while the block runs; those that are ignored stay so.

    A second one does not disturb the cleaning up, nor, when the process ends ``at_last``, that of Python.
    """
    asked = 0

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = asked or number
        for other in before:
            signal.signal(other, _pass)  # of one that came with this, SIG_IGN makes a complaint
        if hasattr(signal, "setitimer") and _delicate(frame):
            signal.signal(signal.SIGALRM, stop)
            signal.setitimer(signal.ITIMER_REAL, _LATER)
            return
        raise Stopped(asked)

    before: dict[int, Any] = {}
    with contextlib.suppress(ValueError):  # not in the main thread, which alone may do this
        for number in ending():
            if signal.getsignal(number) not in (signal.SIG_IGN, None):  # as under nohup; or not of Python's making
                before[number] = signal.signal(number, stop)
    try:
        with _sent_again(lambda: asked != 0):
            yield
    finally:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        if not (asked and at_last):
            for number, handler in before.items():
                signal.signal(number, handler)


@contextlib.contextmanager
def _sent_again(is_seen: Callable[[], bool]) -> Iterator[None]:
    """Send signals again until they are seen.

    Python looks at a signal between two steps. One that comes after the last look and before a call that waits, as
    reading from a pipe does, would be looked at when that call is over, which may be never.
    """
    if not hasattr(signal, "pthread_kill"):  # pragma: no cover: Windows sends no signals to threads
        yield
        return
    main, (reading, writing) = _thread.get_ident(), os.pipe()
    os.set_blocking(writing, False)

    def watch() -> None:
        while number := os.read(reading, 1):
            while not is_seen():
                time.sleep(_AGAIN)
                if not is_seen():
                    signal.pthread_kill(main, number[0])
        _close(reading)

    try:
        with contextlib.suppress(RuntimeError):  # there can be no more threads
            _thread.start_new_thread(watch, ())
        old = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    except ValueError:  # not in the main thread
        _close(writing)
        yield
        return
    try:
        yield
    finally:
        signal.set_wakeup_fd(old)
        _close(writing)


def _close(pipe: int) -> None:
    """Close an end of a pipe. What the system says of that is nothing that the user could fix."""
    with contextlib.suppress(OSError):
        os.close(pipe)
