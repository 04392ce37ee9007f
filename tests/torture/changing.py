"""Another program writes to the source while it is read, or saves the file that is being fixed, at random moments."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.torture.kill import at_calls
from tests.torture.stage import Outcome, Stage, temporaries, tree

#: What an editor saves: nothing is to be fixed in it, and no fix may make anything else of it.
SAVED = {"in.jsonl": b'{"id":"d1","name":"","text":"saved\\n","meta":{}}\n', "in.warc": b""}


def cut(source: Path) -> None:
    os.truncate(source, 0)


def shortened(source: Path) -> None:
    os.truncate(source, source.stat().st_size // 2)


def grown(source: Path) -> None:
    with source.open("ab") as file:
        file.write(b"\n<<<FILE more more.txt>>>\nmore\n")


def rewritten(source: Path) -> None:
    """Letters near the beginning and near the end become others, in place."""
    with source.open("r+b") as file:
        for share in (0.01, 0.99):
            at = _letter(source, int(source.stat().st_size * share))
            os.pwrite(file.fileno(), b"#", at)


def replaced(source: Path) -> None:
    other = source.with_name("swap")
    other.write_bytes(source.read_bytes())
    rewritten(other)
    os.replace(other, source)


CHANGES: tuple[Callable[[Path], None], ...] = (cut, shortened, grown, rewritten, replaced)


def _letter(source: Path, near: int) -> int:
    """The offset of a letter of a text: in the middle of a line that is no header."""
    with source.open("rb") as file:
        file.seek(near)
        at = near + len(file.readline())
        for line in file:
            if len(line) > 20 and not line.startswith((b"<", b"\\")) and line[:20].isascii():
                return at + 10
            at += len(line)
    raise AssertionError("no line of a text")


def check(stage: Stage, runs: int) -> Outcome:
    """Change the source, or save the file that is fixed, in that many runs."""
    numbers = random.Random(f"{stage.seed} changing {stage.target.name}")
    return _saves(stage, runs, numbers) if stage.target.inside else _changes(stage, runs, numbers)


def _changes(stage: Stage, runs: int, numbers: random.Random) -> Outcome:
    """What is there in the end was made of one state of the source, or is as before."""
    counts: Counter[str] = Counter()
    failures: list[str] = []
    source, span = stage.target.source, stage.seconds
    wholes: dict[str, tuple[int, dict[str, str]]] = {}
    for run in range(runs):
        change = CHANGES[run % len(CHANGES)]
        if change.__name__ not in wholes:
            with stage.folder() as folder:
                change(folder / source)
                wholes[change.__name__] = stage.run(folder).code, _others(tree(folder), source)
        moment = numbers.uniform(0, span)
        with stage.folder() as folder:
            process = stage.start(folder)
            time.sleep(moment)
            span *= 0.95 if process.poll() is not None else 1.05 if moment > span * 0.8 else 1
            change(folder / source)
            result = stage.end(folder, process)
            found = result.code, _others(tree(folder), source)
            states = {
                "new": (stage.target.code, _others(stage.new, source)),
                "changed": wholes[change.__name__],
                "refused": (2, _others(stage.old, source)),
            }
            state = next((name for name, whole in states.items() if whole == found), "MIXED")
            counts[state] += 1
            wrong = result.unseemly() + (["a temporary file is left"] if temporaries(folder) else [])
            wrong += [f"exit code {result.code}, and the target is of no state"] if state == "MIXED" else []
            failures += [f"{change.__name__} after {moment:.3f} s: {what}: {result.err[-200:]!r}" for what in wrong]
    return Outcome(counts, failures)


def _saves(stage: Stage, runs: int, numbers: random.Random) -> Outcome:
    """What an editor saves after one of the calls to the system is there in the end."""
    counts: Counter[str] = Counter()
    failures: list[str] = []
    source = stage.target.source
    for plan in at_calls(stage, ("open", "fsync", "close", "rename", "unlink"), runs, numbers):
        with stage.folder() as folder:
            (folder / "swap").write_bytes(SAVED[source])
            result = stage.run(folder, {**plan, "change": [str(folder / "swap"), str(folder / source)]})
            if not any("swapped" in event for event in result.log):  # a call that failed, as it does in any run
                counts["passed over"] += 1
                continue
            kept = (folder / source).read_bytes() == SAVED[source]
            counts["LOST" if not kept else "refused" if result.code == 2 else "kept"] += 1
            wrong = result.unseemly() + (["a temporary file is left"] if temporaries(folder) else [])
            wrong += [] if kept else [f"what was saved is lost, exit code {result.code}"]
            failures += [f"saved after {plan['call']} {plan['nth']}: {what}: {result.err[-200:]!r}" for what in wrong]
    return Outcome(counts, failures)


def _others(found: dict[str, str], source: str) -> dict[str, str]:
    return {name: digest for name, digest in found.items() if name != source}
