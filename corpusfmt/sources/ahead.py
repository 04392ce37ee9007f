"""Scanning in a thread, a few batches ahead of what takes them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from queue import SimpleQueue
from typing import Final

from corpusfmt.limits import MIB
from corpusfmt.model.format import Batch

#: So many batches are scanned before they are taken.
_MOST: Final = 4
#: Of the thread, in bytes: some systems give less than parsers need for what is deep.
_STACK: Final = 8 * MIB


class Ahead:
    """Gives the batches of a scan in a ``with`` block, which does not end before the thread does."""

    def __init__(self, batches: Iterator[Batch]) -> None:
        self._batches = batches
        self._found: SimpleQueue[Batch | BaseException | None] = SimpleQueue()
        self._room = threading.Semaphore(_MOST)
        self._is_over = False
        self._thread = threading.Thread(target=self._scan, name="corpusfmt-scan")

    def _scan(self) -> None:
        try:
            for batch in self._batches:
                self._room.acquire()
                if self._is_over:
                    return
                self._found.put(batch)
            self._found.put(None)
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that takes the batches
            self._found.put(error)

    def __enter__(self) -> Iterator[Batch]:
        before = threading.stack_size(_STACK)
        try:
            self._thread.start()
        except (
            BaseException
        ):  # as of a signal; the thread may run already, and nobody leaves a block that has not begun
            self._end()
            raise
        finally:
            threading.stack_size(before)
        return self._taken()

    def _taken(self) -> Iterator[Batch]:
        while (found := self._found.get()) is not None:
            if isinstance(found, BaseException):
                raise found
            self._room.release()
            yield found

    def __exit__(self, *_: object) -> None:
        try:
            self._end()
        except BaseException:  # a signal, of which there is one: the thread would wait for ever
            self._end()
            raise

    def _end(self) -> None:
        self._is_over = True
        self._room.release()
        with suppress(RuntimeError):  # it has not begun, and ends as soon as it does
            self._thread.join()
