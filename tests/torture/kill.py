"""The process is killed at random moments."""

from __future__ import annotations

import random
import subprocess
from collections import Counter

from tests.torture.stage import Outcome, Stage


def check(stage: Stage, runs: int) -> Outcome:
    """Kill that many runs; run every fifth again where it was killed."""
    numbers = random.Random(f"{stage.seed} kill {stage.target.name}")
    counts: Counter[str] = Counter()
    failures: list[str] = []
    for run in range(runs):
        moment = numbers.uniform(0, stage.seconds * 1.05)
        with stage.folder() as folder:
            process = stage.start(folder)
            try:
                process.wait(moment)
            except subprocess.TimeoutExpired:
                process.kill()
            result = stage.end(folder, process)
            state = stage.state(folder)
            counts[state.partition(":")[0]] += 1
            wrong = result.unseemly() + ([state] if state[0].isupper() else [])
            if run % 5 == 0:
                wrong += stage.repeats(folder)
            failures += [f"after {moment:.3f} s: {what}" for what in wrong]
    return Outcome(counts, failures)
