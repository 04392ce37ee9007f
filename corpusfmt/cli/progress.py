"""A progress bar on a terminal, when a run takes more than a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from corpusfmt import storage

if TYPE_CHECKING:
    from corpusfmt.verbs.convert.report import Progress

_PATIENCE = 1.0


class Bar:
    """Shows documents, bytes, rate and time left. Loads what draws it only when it is wanted."""

    def __init__(self, *, enabled: bool) -> None:
        self.is_wanted = enabled and sys.stderr.isatty()
        self._began = time.monotonic()
        self._bar: Any = None
        self._documents = self._read = self._total = 0

    def begin(self, paths: Sequence[str]) -> None:
        """Take note of the sources that ``step`` will be about."""
        if self.is_wanted:
            self._total = sum(map(storage.size_of, paths))

    @property
    def steps(self) -> Callable[[int, int], None] | None:
        """What ``step`` is, where a bar may be shown: elsewhere nothing has to be counted."""
        return self.step if self.is_wanted else None

    def step(self, documents: int, read: int) -> None:
        """Show that so many more documents, and bytes of the files, were read."""
        self._documents += documents
        self._read += read
        self._show(self._documents, self._read, self._total)

    def update(self, progress: Progress) -> None:
        """Show how far the run is."""
        self._show(progress.documents, progress.bytes_read, progress.bytes_total)

    def write(self, text: str) -> None:
        """Write to standard output, with the bar out of the way."""
        if self._bar is not None:
            self._bar.clear()
        sys.stdout.write(text)

    def _show(self, documents: int, read: int, total: int) -> None:
        if self._bar is None:
            if time.monotonic() - self._began < _PATIENCE:
                return
            from tqdm import tqdm

            self._bar = tqdm(
                total=total or None, unit="B", unit_scale=True, leave=False, file=sys.stderr, dynamic_ncols=True
            )
            self._bar.start_t -= time.monotonic() - self._began
        self._bar.set_postfix_str(f"{documents:,} documents", refresh=False)
        self._bar.update(read - self._bar.n)

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
