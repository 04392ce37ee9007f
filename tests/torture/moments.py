"""A signal comes right after a call to the system, or before any line of what handles files."""

from __future__ import annotations

import random
import signal
from collections import Counter
from typing import Any

from tests.torture.faults import CALLS
from tests.torture.stage import Outcome, Stage, temporaries


def check(stage: Stage, runs: int) -> Outcome:
    """Send that many signals after calls, and as many before lines, at moments that are drawn."""
    numbers = random.Random(f"{stage.seed} moments {stage.target.name}")
    with stage.folder() as folder:
        log = stage.run(folder, {"trace": True, "line": -1}).log
    made = Counter(event["call"] for event in log if "call" in event)
    plans: list[dict[str, Any]] = [
        {"call": call, "nth": nth + 1}
        for call in CALLS
        for nth in range(made[call])
        if call not in ("read", "scandir")
    ]  # fmt: skip
    plans = numbers.sample(plans, min(runs, len(plans)))
    lines = next(event["lines"] for event in log if "lines" in event)
    plans += [{"line": numbers.randint(1, lines)} for _ in range(runs)]
    counts: Counter[str] = Counter()
    failures: list[str] = []
    for plan in plans:
        with stage.folder() as folder:
            result = stage.run(folder, {**plan, "signal": signal.SIGTERM})
            state = stage.state(folder)
            counts[state.partition(":")[0]] += 1
            wrong = result.unseemly() + ([state] if state[0].isupper() else [])
            if temporaries(folder):
                wrong.append("a temporary file is left")
            ended = result.code == -signal.SIGTERM and state == "new"  # it came when all was done
            if result.code != 128 + signal.SIGTERM and not ended and (result.code, state) != (stage.target.code, "new"):
                wrong.append(f"exit code {result.code}, and the target is {state}: {result.err[-200:]!r}")
            failures += [f"{plan}: {what}" for what in wrong]
    return Outcome(counts, failures)
