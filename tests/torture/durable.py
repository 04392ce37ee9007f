"""What is on the disk when the power fails: data before names, and names before the run says that all is done."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

from tests.torture.stage import Outcome, Stage


def check(stage: Stage, runs: int) -> Outcome:
    """Look at the order of the calls of one run."""
    with stage.folder() as folder:
        log = [event for event in stage.run(folder, {"trace": True}).log if "call" in event]
        here = os.path.realpath(folder)
    named = [event for event in log if event["call"] == "rename" and event["path"].startswith(here)]
    failures = disorder(log)
    last = stage.target.last
    if not named:
        failures.append("nothing was given a name")
    elif last and os.path.basename(named[-1]["other"]) != last:
        failures.append(f"{last} does not come last")
    if stage.target.cleared:
        failures += _not_cleared(log, f"{here}/{last}")
    return Outcome(Counter({"names": len(named)}), failures)


def disorder(log: list[dict[str, Any]]) -> list[str]:
    """Say what is renamed before it is durable, and which names are never made so."""
    wrong = []
    fresh: set[str] = set()  # written and not durable
    names: dict[str, str] = {}  # folders with names that are not durable
    for event in log:
        call, path = event["call"], event["path"]
        if call in ("write", "mkdir"):
            fresh.add(path)
        elif call == "fsync":
            fresh.discard(path)
            names.pop(path, None)
        elif call == "rename":
            wrong += [
                f"{one} is not durable when it gets its name" for one in fresh if f"{one}/".startswith(f"{path}/")
            ]
            fresh = {one for one in fresh if not f"{one}/".startswith(f"{path}/")}
            names[os.path.dirname(event["other"])] = event["other"]
    return wrong + [f"the name {name} is never made durable" for name in names.values()]


def _not_cleared(log: list[dict[str, Any]], last: str) -> list[str]:
    """The old one of what comes last is gone, durably, before anything else is replaced."""
    gone = durable = False
    for event in log:
        gone = gone or (event["call"] == "unlink" and event["path"] == last)
        durable = durable or (gone and event["call"] == "fsync" and event["path"] == os.path.dirname(last))
        if event["call"] == "rename":
            return [] if durable else [f"{last} may still be there when what it tells of is not"]
    return []
