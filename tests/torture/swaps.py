"""Somebody else moves what the run writes, or the folder of it, and puts a link in its place, after each call in turn."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from tests.torture.stage import Outcome, Stage, tree

#: What the links lead to. It stays as it is.
_PRECIOUS = b"precious"


def check(stage: Stage, runs: int) -> Outcome:
    """Swap after that many calls, which are drawn, one of the files that are made, and the folder they are in."""
    numbers = random.Random(f"{stage.seed} swaps {stage.target.name}")
    names = sorted({name for name in stage.new if stage.old.get(name) != stage.new[name]})
    counts: Counter[str] = Counter()
    failures: list[str] = []
    plans = _after_the_start(stage)
    for plan in numbers.sample(plans, min(runs, len(plans))):
        for place in (numbers.choice(names), ""):
            state, wrong = _swapped(stage, plan, place)
            counts[state] += 1
            failures += [f"{place or 'the folder'} after {plan['call']} {plan['nth']}: {what}" for what in wrong]
    return Outcome(counts, failures)


def _after_the_start(stage: Stage) -> list[dict[str, Any]]:
    """Plans for the calls that come after all places are settled. What was a link before is one that was named."""
    plans: list[dict[str, Any]] = []
    made: Counter[str] = Counter()
    with stage.folder() as folder:
        for event in stage.run(folder, {"trace": True}).log:
            if call := event.get("call"):
                made[call] += 1
                begun = call == "write" and "/.corpusfmt-" in event["path"]
                plans += [{"call": call, "nth": made[call]}] if plans or begun else []
    return plans


def _swapped(stage: Stage, plan: dict[str, Any], place: str) -> tuple[str, list[str]]:
    """Return how a run ended during which a place was swapped, and what is wrong with that."""
    with stage.folder() as folder, tempfile.TemporaryDirectory(prefix="elsewhere-") as other:
        elsewhere = Path(other)
        is_file = bool(place) and stage.new[place] != "folder"
        for name in ("file", *(Path(name).name for name in stage.new)):
            (elsewhere / name).write_bytes(_PRECIOUS)
        before = tree(elsewhere)
        swap = [str(folder / place if place else folder), str(elsewhere / "file" if is_file else elsewhere)]
        result = stage.run(folder, {**plan, "swap": swap})
        wrong = result.unseemly()
        if tree(elsewhere) != before:
            wrong.append("the link was followed")
        if not any("swapped" in event for event in result.log):
            return "over before", wrong
        if not place:  # back where the judge looks for it
            folder.unlink()
            Path(f"{folder}.moved").rename(folder)
        if result.code == 2:
            return "refused", wrong
        found = {name: digest for name, digest in tree(folder).items() if f"{name}.moved" not in stage.new}
        if result.code != stage.target.code:
            wrong.append(f"exit code {result.code}: {result.err[-200:]!r}")
        if place and (folder / place).is_symlink():
            return "swapped after all", wrong
        if any(found.get(name) != digest for name, digest in stage.new.items()):
            wrong.append("the target is not what it should be, and nothing was said")
        return "new", wrong
