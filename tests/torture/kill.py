"""The process is killed at random moments, and right after each call that changes a name or makes something durable."""

from __future__ import annotations

import random
import signal
import subprocess
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.torture.stage import Outcome, Stage


def check(stage: Stage, runs: int) -> Outcome:
    """Kill that many runs; run every fifth again where it was killed."""
    numbers = random.Random(f"{stage.seed} kill {stage.target.name}")
    counts: Counter[str] = Counter()
    failures: list[str] = []
    span = stage.seconds  # of the last runs: how fast they are depends on what else the machine does
    for run in range(runs):
        moment = numbers.uniform(0, span)
        with stage.folder() as folder:
            process = stage.start(folder)
            try:
                process.wait(moment)
                span *= 0.9
            except subprocess.TimeoutExpired:
                process.kill()
                span *= 1.05 if moment > span * 0.8 else 1
            result = stage.end(folder, process)
            state = stage.state(folder)
            counts[state.partition(":")[0]] += 1
            wrong = result.unseemly() + ([state] if state[0].isupper() else [])
            if run % 5 == 0:
                wrong += stage.repeats(folder)
            failures += [f"after {moment:.3f} s: {what}" for what in wrong]
    for plan in at_calls(stage, ("rename", "unlink", "rmdir", "mkdir", "fsync"), runs, numbers):
        with stage.folder() as folder:
            stage.run(folder, {**plan, "signal": signal.SIGKILL})
            state = stage.state(folder)
            counts[state.partition(":")[0]] += 1
            wrong = ([state] if state[0].isupper() else []) + stage.repeats(folder)
        failures += [f"after {plan['call']} {plan['nth']}: {what}" for what in wrong]
    return Outcome(counts, failures)


def at_calls(stage: Stage, calls: Sequence[str], runs: int, numbers: random.Random) -> list[dict[str, Any]]:
    """Plans for some of all the calls that an undisturbed run makes, drawn."""
    with stage.folder() as folder:
        made = Counter(event["call"] for event in stage.run(folder, {"trace": True}).log if "call" in event)
    plans = [{"call": call, "nth": nth + 1} for call in calls for nth in range(made[call])]
    return numbers.sample(plans, min(runs, len(plans)))
