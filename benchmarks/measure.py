"""Run a command and say what it cost: processor time, time on the clock, peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple


class CommandError(Exception):
    """A run that is of no use. ``code`` is the exit code of the command, where it was that."""

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


class Cost(NamedTuple):
    """What one run cost. ``cpu`` is user and system time of the process and its children, in seconds."""

    cpu: float
    wall: float
    peak: int


class Pairs(NamedTuple):
    """Runs of two commands in turn: A B A B."""

    ours: list[Cost]
    theirs: list[Cost]

    def ratios(self, cost: Callable[[Cost], float]) -> list[float]:
        """Return theirs by ours of each pair: above 1, ours took less."""
        return [cost(b) / cost(a) for a, b in zip(self.ours, self.theirs, strict=True)]


def cpu(cost: Cost) -> float:
    """Return the processor time."""
    return cost.cpu


def wall(cost: Cost) -> float:
    """Return the time on the clock."""
    return cost.wall


def middle(costs: Sequence[Cost], part: Callable[[Cost], float]) -> float:
    """Return the median of one part of the costs."""
    return median(map(part, costs))


def peak(costs: Sequence[Cost]) -> int:
    """Return the largest peak memory, in bytes."""
    return max(cost.peak for cost in costs)


def total(costs: Sequence[Cost]) -> Cost:
    """Return what runs one after the other cost together."""
    cpus, walls, peaks = zip(*costs, strict=True)
    return Cost(sum(cpus), sum(walls), max(peaks))


def run(
    command: Sequence[str],
    env: Mapping[str, str],
    *,
    output: str = os.devnull,
    feed: Sequence[str] | None = None,
) -> Cost:
    """Run ``command`` to its end. ``feed`` is a command whose output it reads; that one's cost is left out.

    Raises CommandError with what the command said, and OSError.
    """
    with open(output, "wb") as stdout, tempfile.TemporaryFile() as stderr:
        feeder = None if feed is None else subprocess.Popen(feed, stdout=subprocess.PIPE, env=env)
        stdin = subprocess.DEVNULL if feeder is None else feeder.stdout
        began = time.perf_counter()
        child = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=stderr, env=env)
        if feeder is not None and feeder.stdout is not None:
            feeder.stdout.close()  # the child alone holds the pipe: when it ends, the feeder does
        _, status, usage = os.wait4(child.pid, 0)
        elapsed = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        codes = [child.returncode, 0 if feeder is None else feeder.wait()]
        if any(codes):
            stderr.seek(0)
            said = stderr.read()[-2000:].decode(errors="replace")
            raise CommandError(f"{' '.join(command)}: exit code {codes[0] or codes[1]}\n{said}", codes[0])
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(usage.ru_utime + usage.ru_stime, elapsed, usage.ru_maxrss * unit)


def alternate(ours: Callable[[], Cost], theirs: Callable[[], Cost], repeat: int) -> Pairs:
    """Run the two in turn, ``repeat`` times each."""
    pairs = Pairs([], [])
    for _ in range(repeat):
        pairs.ours.append(ours())
        pairs.theirs.append(theirs())
    return pairs
