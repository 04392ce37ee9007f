"""One call to the system fails, the first, the second, and so on; or all from that one on."""

from __future__ import annotations

import errno
import os
from collections import Counter
from pathlib import Path
from typing import Any

from tests.torture.stage import Outcome, Result, Stage, temporaries

CALLS = {
    "open": (errno.EMFILE, errno.EACCES, errno.ENOSPC),
    "fdopen": (errno.EMFILE,),
    "write": (errno.ENOSPC, errno.EIO),
    "fsync": (errno.EIO, errno.ENOSPC),
    "rename": (errno.EACCES, errno.EIO, errno.ENOSPC),
    "unlink": (errno.EACCES, errno.EIO),
    "mkdir": (errno.EACCES, errno.ENOSPC),
    "rmdir": (errno.EACCES,),
    "close": (errno.EIO, errno.ENOSPC),
    "read": (errno.EIO,),
    "chmod": (errno.EACCES,),
    "scandir": (errno.EACCES, errno.EMFILE),
}
#: What is needed to clean up: where these fail, something may be left.
_CLEANING = ("unlink", "rmdir", "scandir")


def check(stage: Stage, runs: int) -> Outcome:
    """Let each call fail once, in each way, then from there on; no call more than ``runs`` times."""
    counts: Counter[str] = Counter()
    failures: list[str] = []
    for call, numbers in CALLS.items():
        for number in numbers:
            for lasting in (False, True):
                for nth in range(1, runs + 1):
                    plan = {"call": call, "nth": nth, "errno": number, "lasting": lasting}
                    with stage.folder() as folder:
                        result = stage.run(folder, plan)
                        wrong, state = judged(stage, folder, plan, result)
                    failed = next((event["path"] for event in result.log if "failed" in event), None)
                    if failed is None:
                        break
                    counts[state.partition(":")[0]] += 1
                    named = f"{call} {nth}{' and on' * lasting} {errno.errorcode[number]} ({os.path.basename(failed)})"
                    failures += [f"{named}: {what}" for what in wrong]
    return Outcome(counts, failures)


def judged(stage: Stage, folder: Path, plan: dict[str, Any], result: Result) -> tuple[list[str], str]:
    """Say what is wrong with a run in which something failed, and what it left."""
    state, said = stage.state(folder), result.err.decode(errors="replace").strip()
    wrong = [state] if state[0].isupper() else []
    wrong += result.unseemly()
    hindered = plan["call"] in _CLEANING or (plan["lasting"] and plan["call"] in ("open", "close"))
    if temporaries(folder) and not hindered:
        wrong.append(f"a temporary file is left: {temporaries(folder)}")
    if result.code == 2:
        wrong += _unclear(stage, said, plan["errno"], [event["path"] for event in result.log if "failed" in event])
    elif result.code != stage.target.code:
        wrong.append(f"exit code {result.code}: {said[-200:]}")
    elif state != "new":
        wrong.append(f"exit code {result.code}, and the target is {state}")
    return wrong, state


def _unclear(stage: Stage, said: str, number: int, paths: list[str]) -> list[str]:
    """What the message leaves to guess: which file, and what happened to it."""
    wrong = []
    if os.strerror(number) not in said:
        wrong.append(f"the cause is not named: {said[-200:]}")
    if not any("/run-" in path for path in paths):
        return wrong  # of Python itself, which does not always say
    known = [*stage.names, *(os.path.basename(path) for path in paths if "/.corpusfmt-" not in path)]
    if not any(name in said for name in known):
        wrong.append(f"the file is not named: {said[-200:]}")
    if ".corpusfmt-" in said:
        wrong.append(f"a name that nobody gave: {said[-200:]}")
    return wrong
