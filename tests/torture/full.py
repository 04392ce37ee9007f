"""The disk is full before all is written: a small file system where one may be mounted, and a limit of file sizes."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.torture.stage import Outcome, Stage, temporaries

_SHARES = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97)


def limited(stage: Stage, runs: int) -> Outcome:
    """No file may grow over a part of the largest that is made."""
    counts: Counter[str] = Counter()
    failures: list[str] = []
    for share in _SHARES[:runs]:
        size = max(1, int(stage.largest * share))
        with stage.folder() as folder:
            wrong = _run(stage, folder, errno.EFBIG, counts, lambda size=size: _limit(size))  # type: ignore[misc]
        failures += [f"files of {size} bytes: {what}" for what in wrong]
    return Outcome(counts, failures)


def _limit(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def check(stage: Stage, runs: int) -> Outcome:
    """There is room for a part of what is made."""
    counts: Counter[str] = Counter()
    failures: list[str] = []
    page = resource.getpagesize()
    there = sum(-(-(size + 1) // page) + 1 for size in [stage.held, *[0] * len(stage.old)]) + len(stage.old)
    for share in _SHARES[:runs]:
        size = there * page + int(stage.made * share)
        with mounted(size) as folder:
            if folder is None:
                return Outcome(counts, failures, "nothing may be mounted here")
            stage.fill(folder)
            wrong = _run(stage, folder, errno.ENOSPC, counts)
        failures += [f"room for {size} bytes: {what}" for what in wrong]
    return Outcome(counts, failures)


def _run(
    stage: Stage, folder: Path, number: int, counts: Counter[str], before: Callable[[], None] | None = None
) -> list[str]:
    result = stage.run(folder, None, preexec_fn=before)
    state = stage.state(folder)
    counts[state.partition(":")[0]] += 1
    if (result.code, state) == (stage.target.code, "new"):  # there was room enough
        return []
    wrong = result.unseemly() + ([state] if state[0].isupper() else [])
    if result.code != 2:
        wrong.append(f"exit code {result.code}, and the target is {state}")
    if os.strerror(number).encode() not in result.err or not any(name.encode() in result.err for name in stage.names):
        wrong.append(f"the cause or the file is not named: {result.err[-200:]!r}")
    if temporaries(folder):
        wrong.append("a temporary file is left")
    return wrong


@contextmanager
def mounted(size: int) -> Iterator[Path | None]:
    """A file system of that size; None where it cannot be."""
    with tempfile.TemporaryDirectory() as place:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place]
        try:
            done = subprocess.run(mount, check=False, capture_output=True).returncode == 0
        except OSError:
            done = False
        try:
            yield Path(place) if done else None
        finally:
            if done:
                subprocess.run(["umount", place], check=True)
