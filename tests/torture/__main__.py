"""``python -m tests.torture``: a line for each check and target, and exit code 1 when something is wrong."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.torture import changing, durable, faults, full, kill, moments, pipes, short, signals, swaps
from tests.torture.stage import Outcome, Stage
from tests.torture.targets import TARGETS

#: Sources of this size make a run long enough to be hit in the middle; of that size it needs more than one buffer.
LARGE, SMALL = 12_000_000, 600_000


class Check(NamedTuple):
    """A check, the size of its sources, and how many runs it makes of a target, of which the quick torture makes few."""

    run: Callable[[Stage, int], Outcome]
    size: int
    runs: int
    quick: int
    #: The one target whose sources it uses, where it is not about targets.
    only: str = ""


CHECKS = {
    "kill": Check(kill.check, LARGE, 200, 10),
    "faults": Check(faults.check, SMALL, 40, 2),
    "short": Check(short.check, SMALL, 1, 1),
    "full": Check(full.check, SMALL, 7, 3),
    "limited": Check(full.limited, SMALL, 7, 3),
    "signals": Check(signals.check, LARGE, 60, 6),
    "moments": Check(moments.check, SMALL, 100, 6),
    "swaps": Check(swaps.check, SMALL, 60, 6),
    "changing": Check(changing.check, LARGE, 60, 10),
    "durable": Check(durable.check, SMALL, 1, 1),
    "pipes": Check(pipes.check, SMALL, 99, 4, "seed"),
}


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for."""
    options = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    options.add_argument("--quick", action="store_true", help="a few runs of each, in some minutes")
    options.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="a check or a target; may be repeated"
    )
    options.add_argument("--seed", type=int, default=1, help="for what is drawn: the sources and the moments")
    options.add_argument("--runs", type=int, help="how many runs of each, instead of the usual numbers")
    options.add_argument("--shown", type=int, default=10, help="how many failures of a line are shown (default 10)")
    args = options.parse_args(arguments)
    targets = {target.name: target for target in TARGETS}
    for name in args.only:
        if name not in CHECKS and name not in targets:
            options.error(f"no check and no target is called {name}; there are {', '.join([*CHECKS, *targets])}")
    checks = [name for name in CHECKS if name in args.only] or list(CHECKS)
    chosen = [name for name in targets if name in args.only] or list(targets)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="torture-") as root:
        for name in chosen:
            stages: dict[int, Stage] = {}
            for check in checks:
                how = CHECKS[check]
                if how.only and how.only != name:
                    continue
                if how.size not in stages:
                    stages[how.size] = Stage(targets[name], Path(root), how.size, args.seed)
                began = time.monotonic()
                outcome = how.run(stages[how.size], args.runs or (how.quick if args.quick else how.runs))
                wrong += len(outcome.failures)
                _tell(check, stages[how.size], outcome, time.monotonic() - began, args.shown)
    print("all is as it is promised" if not wrong else f"{wrong} failures")
    return 1 if wrong else 0


def _tell(check: str, stage: Stage, outcome: Outcome, seconds: float, shown: int) -> None:
    parts = ", ".join(f"{count} {state}" for state, count in sorted(outcome.counts.items()))
    what = f"skipped: {outcome.skipped}" if outcome.skipped else f"{outcome.counts.total()} runs: {parts}"
    print(f"{check:8} {stage.target.source} -> {stage.target.name:10} {what} ({seconds:.0f} s)", flush=True)
    for failure in outcome.failures[:shown]:
        print(f"    FAILED: {failure}", flush=True)
    if len(outcome.failures) > shown:
        print(f"    ... and {len(outcome.failures) - shown} more", flush=True)


if __name__ == "__main__":
    sys.exit(main())
