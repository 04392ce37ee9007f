"""A progress bar on a terminal, when a run takes more than a second."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corpusfmt.verbs.convert.report import Progress

_PATIENCE = 1.0


class Bar:
    """Shows documents, bytes, rate and time left. Loads what draws it only when it is wanted."""

    def __init__(self, *, enabled: bool) -> None:
        self._wanted = enabled and sys.stderr.isatty()
        self._began = time.monotonic()
        self._bar: Any = None

    def update(self, progress: Progress) -> None:
        """Show how far the run is."""
        if not self._wanted:
            return
        if self._bar is None:
            if time.monotonic() - self._began < _PATIENCE:
                return
            from tqdm import tqdm

            self._bar = tqdm(
                total=progress.bytes_total or None,
                unit="B",
                unit_scale=True,
                leave=False,
                file=sys.stderr,
                dynamic_ncols=True,
            )
            self._bar.start_t -= time.monotonic() - self._began
        self._bar.set_postfix_str(f"{progress.documents:,} documents", refresh=False)
        self._bar.update(progress.bytes_read - self._bar.n)

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
