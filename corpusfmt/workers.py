"""Checking several sources at the same time, each in one of several processes; what they found comes in order."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from corpusfmt import across, storage
from corpusfmt.baseline import mark_of
from corpusfmt.checking import Against, Checking
from corpusfmt.core.errors import CorpusfmtError
from corpusfmt.core.finding import Finding
from corpusfmt.core.limits import MIB
from corpusfmt.reading import Reading
from corpusfmt.selection import Selection
from corpusfmt.tally import Tally

if TYPE_CHECKING:
    from corpusfmt.recordschemas.infer import Profile

#: A task is so many bytes of sources, or so many sources.
_TASK_BYTES: Final = 4 * MIB
_TASK_SOURCES: Final = 64


class Job(NamedTuple):
    """What each source is checked for. ``known`` is what a baseline says of it; ``cap`` bounds findings of a code that
    are told, 0 is no cap; ``marked`` says that a baseline is to be made.
    """

    reading: Reading
    selection: Selection
    against: Against
    folder: str
    across: tuple[str, ...] = ()
    cap: int = 0
    marked: bool = False
    #: The folder of spills.
    spills: str = ""


class Outcome(NamedTuple):
    """What came of one source. ``lines`` is a spill of what is to be compared across sources, or empty."""

    path: str
    findings: list[Finding]
    tally: Tally
    lines: str = ""
    profile: Profile | None = None
    error: CorpusfmtError | OSError | None = None


class Baselined:
    """Takes away what a baseline knows of a source."""

    def __init__(self, known: Counter[str], tally: Tally) -> None:
        self._known, self._tally = known, tally

    def is_known(self, finding: Finding) -> bool:
        """Say whether a finding is known, and count it then."""
        if finding.severity == "note" or not self._known:
            return False
        key = f"{finding.code}:{mark_of(finding)}"
        if self._known[key] <= 0:
            return False
        self._known[key] -= 1
        self._tally.known += 1
        return True


def check(checking: Checking, job: Job, number: int, path: str, known: Counter[str]) -> Outcome:
    """Check one source from its beginning to its end."""
    tally, findings, error = Tally(), list[Finding](), None
    tally.sources = 1
    baselined = Baselined(known, tally)
    spill = storage.Spill(job.spills, str(number)) if job.across else None
    gatherer = across.Gatherer(job.across, number, spill) if spill else None
    try:
        for finding in checking.source(path, tally, gatherer):
            if job.marked and finding.severity != "note":
                tally.marks.setdefault(path, Counter())[f"{finding.code}:{mark_of(finding)}"] += 1
            if not baselined.is_known(finding) and tally.found(finding, job.cap):
                findings.append(finding)
    except (CorpusfmtError, OSError) as failure:
        error = failure
    finally:
        if spill:
            spill.close()
    if known := +known:
        tally.unseen[path] = known
    for name, judge in checking.judges.items():
        tally.engines[name] = dict.fromkeys(judge.engines)
    return Outcome(path, findings, tally, spill.path if spill else "", gatherer.profile if gatherer else None, error)


def is_worth_it(paths: Sequence[str], jobs: int) -> bool:
    """Say whether several processes are sooner done than one: making them costs a tenth of a second."""
    if jobs < 2 or len(paths) < 2 or any(not storage.is_regular(path) for path in paths):
        return False
    return len(paths) >= 200 or sum(map(storage.size_of, paths)) >= MIB


def check_all(
    job: Job, paths: Sequence[str], knowns: Sequence[Counter[str]], jobs: int
) -> Generator[Outcome, None, None]:
    """Check sources in ``jobs`` processes, and give what came of them in their order."""
    import multiprocessing

    # A fork has all that is loaded. Where a process may have threads that it would break, it is started anew.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    tasks = list(_tasks(paths, knowns))
    with (
        storage.spills() as folder,
        context.Pool(min(jobs, len(tasks)), _begin, (job._replace(spills=folder),)) as pool,
    ):
        for outcomes in pool.imap(_work, tasks):
            yield from outcomes


_Task = list[tuple[int, str, Counter[str]]]


def _tasks(paths: Sequence[str], knowns: Sequence[Counter[str]]) -> Iterator[_Task]:
    task: _Task = []
    size = 0
    for number, (path, known) in enumerate(zip(paths, knowns, strict=True)):
        task.append((number, path, known))
        size += storage.size_of(path)
        if size >= _TASK_BYTES or len(task) >= _TASK_SOURCES:
            yield task
            task, size = [], 0
    if task:
        yield task


#: What a process works with, made once.
_own: list[tuple[Checking, Job]] = []


def _begin(job: Job) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process ends the others
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _own[:] = [(Checking(job.reading, job.selection, job.against, job.folder), job)]


def _work(task: _Task) -> list[Outcome]:
    checking, job = _own[0]
    return [check(checking, job, number, path, known) for number, path, known in task]
