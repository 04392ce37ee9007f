"""Signals at random moments, one of them or two."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter

from tests.torture.stage import Outcome, Stage, temporaries

_SIGNALS = (
    signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGXCPU,
    signal.SIGABRT,
)  # fmt: skip


def check(stage: Stage, runs: int) -> Outcome:
    """Send signals to that many runs; to every other one twice."""
    numbers = random.Random(f"{stage.seed} signals {stage.target.name}")
    counts: Counter[str] = Counter()
    failures: list[str] = []
    span = stage.seconds
    for run in range(runs):
        first, twice = _SIGNALS[run // 2 % len(_SIGNALS)], run % 2 == 1
        moment, pause = numbers.uniform(0, span), numbers.uniform(0, 0.02)
        second = numbers.choice(_SIGNALS)
        with stage.folder() as folder:
            reading, writing = os.pipe()
            process = stage.start(folder, {"ready": writing}, pass_fds=(writing,))
            os.close(writing)
            os.read(reading, 1)
            os.close(reading)
            time.sleep(moment)
            span *= 0.95 if process.poll() is not None else 1.05 if moment > span * 0.8 else 1
            process.send_signal(first)
            if twice:
                time.sleep(pause)
                process.send_signal(second)
            result = stage.end(folder, process)
            state = stage.state(folder)
            counts[state.partition(":")[0]] += 1
            wrong = result.unseemly() + ([state] if state[0].isupper() else [])
            if temporaries(folder):
                wrong.append("a temporary file is left")
            # After its end, or where no handler is set yet, a signal does what it does to any process.
            plain = [128 + first, -first] + ([128 + second, -second] if twice else [])
            if result.code not in plain and (result.code, state) != (stage.target.code, "new"):
                wrong.append(f"exit code {result.code}, and the target is {state}: {result.err[-200:]!r}")
            named = f"{first.name}{f' and {second.name} {pause:.3f} s later' if twice else ''} after {moment:.3f} s"
            failures += [f"{named}: {what}" for what in wrong]
    return Outcome(counts, failures)
