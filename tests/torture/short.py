"""The system takes fewer bytes of a write than it is given, which it may always do."""

from __future__ import annotations

from collections import Counter

from tests.torture.stage import Outcome, Stage


def check(stage: Stage, runs: int) -> Outcome:
    """Nothing is lost, in files and on standard output."""
    counts: Counter[str] = Counter()
    failures: list[str] = []
    with stage.folder() as folder:
        result = stage.run(folder, {"short": True})
        state = stage.state(folder)
        counts[state] += 1
        if (result.code, state) != (stage.target.code, "new"):
            failures.append(f"exit code {result.code}, and the target is {state}")
    arguments = stage.target.arguments
    if len(arguments) == 5 and arguments[3].startswith("out."):  # one file: it can go to standard output too
        to = {"seed": "seed", "jsonl": "jsonl", "jsonl.zst": "jsonl", "warc.gz": "warc", "xml": "tei"}
        name = to[arguments[3].removeprefix("out.")]
        with stage.folder() as folder:
            told = stage.run(folder, {}, "-o", "-", "--to", name)
            result = stage.run(folder, {"short": True}, "-o", "-", "--to", name)
            same = result.out == told.out and result.code == told.code == 0
            counts["same on standard output" if same else "DIFFERENT"] += 1
            if not same:
                failures.append(f"standard output: {len(result.out)} bytes of {len(told.out)}, exit code {result.code}")
    return Outcome(counts, failures)
