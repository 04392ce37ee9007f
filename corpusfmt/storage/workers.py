"""Threads that compress, beside the one that reads and writes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

#: More of them need more memory, and reading and writing take as long as so many compress.
MOST_WORKERS: Final = 8


class Workers:
    """Does tasks in so many threads, and gives what they return in their order. With one nothing is done elsewhere."""

    def __init__(self, jobs: int) -> None:
        self._jobs = min(jobs, MOST_WORKERS)
        self._pool: ThreadPoolExecutor | None = None
        self._waiting: deque[Future[bytes]] = deque()

    def take(self, task: Callable[..., bytes], *given: Any, last: bool = False) -> bytes:
        """Begin a task, and return what is done by now of all, in order; with ``last`` all of it. Raises what they do.

        Only a few tasks wait: then this does too.
        """
        if self._jobs < 2 or (last and not self._waiting):
            return task(*given)
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(self._jobs, "corpusfmt-compress")
        self._waiting.append(self._pool.submit(task, *given))
        return self._done(0 if last else 2 * self._jobs)

    def rest(self) -> bytes:
        """Return what all tasks that have begun give."""
        return self._done(0)

    def _done(self, most: int) -> bytes:
        done = []
        while self._waiting and (len(self._waiting) > most or self._waiting[0].done()):
            done.append(self._waiting.popleft().result())
        return b"".join(done)

    def close(self) -> None:
        """End the threads. What has begun is waited for, and dropped."""
        self._waiting.clear()
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)
