"""A signal comes right after a call to the system, or before a line of what handles files, of each the first time."""

from __future__ import annotations

import random
import signal
from collections import Counter

from tests.torture.faults import CALLS
from tests.torture.kill import at_calls
from tests.torture.stage import Outcome, Stage, temporaries


def check(stage: Stage, runs: int) -> Outcome:
    """Send that many signals after calls, and as many before lines, at moments that are drawn."""
    numbers = random.Random(f"{stage.seed} moments {stage.target.name}")
    with stage.folder() as folder:
        log = stage.run(folder, {"line": -1}).log
    plans = at_calls(stage, [call for call in CALLS if call not in ("read", "scandir")], runs, numbers)
    lines = next(event["lines"] for event in log if "lines" in event)
    plans += [{"line": line} for line in numbers.sample(lines, min(runs, len(lines)))]
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
            # Before there is a handler, and after the end, a signal does what it does to any process.
            told = result.code in (128 + signal.SIGTERM, -signal.SIGTERM)
            if not told and (result.code, state) != (stage.target.code, "new"):
                wrong.append(f"exit code {result.code}, and the target is {state}: {result.err[-200:]!r}")
            where = next((event["where"] for event in result.log if "sent" in event), "")
            failures += [f"{plan} {where}: {what}" for what in wrong]
    return Outcome(counts, failures)
