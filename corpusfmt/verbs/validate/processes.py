"""Checking several sources in parallel processes; the findings come in order."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from corpusfmt import storage
from corpusfmt.checks import across_files
from corpusfmt.checks.baseline import Baselined
from corpusfmt.checks.run import Against, Checking, Tally
from corpusfmt.checks.selection import Selection
from corpusfmt.limits import MIB
from corpusfmt.model.errors import CorpusfmtError, WorkerError
from corpusfmt.model.finding import Finding
from corpusfmt.sources.settings import Reading

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from corpusfmt.schema.json_schema.profile import Profile

#: A task is so many bytes of sources, or so many sources.
_TASK_BYTES: Final = 4 * MIB
_TASK_SOURCES: Final = 64
#: So many tasks are done before they can be reported, for each process.
_AHEAD: Final = 16


class Job(NamedTuple):
    """What each source is checked for. ``known`` is what a baseline says of it; ``cap`` bounds findings of a code that
    are told, 0 is no cap; ``marked`` says that a baseline is to be made.
    """

    reading: Reading
    selection: Selection
    against: Against
    across: tuple[str, ...] = ()
    cap: int = 0
    marked: bool = False
    #: So many errors of a code of a source are given as findings; records that are refused for further ones may only be
    #: counted.
    told: int = 0
    #: The folder of spills.
    spills: str = ""


class Outcome(NamedTuple):
    """What came of one source. ``lines`` is a spill of what is to be compared across sources, or empty."""

    path: str
    findings: list[Finding]
    tally: Tally
    lines: str = ""
    profile: Profile | None = None
    error: BaseException | None = None


def check(checking: Checking, job: Job, number: int, path: str, known: Counter[str]) -> Outcome:
    """Check one source from its beginning to its end."""
    tally, findings = Tally(), list[Finding]()
    error: BaseException | None = None
    tally.sources = 1
    baselined = Baselined(known, tally, marked=job.marked)
    spill = storage.Spill(job.spills, str(number)) if job.across else None
    gatherer = across_files.Gatherer(job.selection.at(path).rules, number, spill) if spill else None
    try:
        for finding in checking.source(path, tally, gatherer, told=job.told):
            if baselined.is_reported(finding, job.cap):
                findings.append(finding)
    except (CorpusfmtError, OSError) as failure:
        error = transferable(failure)
    finally:
        if spill:
            spill.close()
    if known := +known:
        tally.unseen[path] = known
    for name, validator in checking.validators.items():
        tally.engines[name] = dict.fromkeys(validator.engines)
    return Outcome(path, findings, tally, spill.path if spill else "", gatherer.profile if gatherer else None, error)


def transferable(error: BaseException) -> BaseException:
    """Return an error as it is if it can be pickled and unpickled, as those of plug-ins may not; else its words."""
    import pickle

    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - it was made in this process
    except Exception:  # noqa: BLE001 - whatever its class raises
        kind = CorpusfmtError if isinstance(error, CorpusfmtError) else RuntimeError
        return kind(f"{type(error).__name__}: {error}")
    return error


_Task = list[tuple[int, str, Counter[str]]]


def check_all(
    job: Job, paths: Sequence[str], knowns: Sequence[Counter[str]], jobs: int
) -> Generator[Outcome, None, None]:
    """Check sources in ``jobs`` processes, and give what came of them in their order. Raises what a process raised.

    Each process has a pipe of its own, and no lock is shared: one that dies can hold up no other.
    """
    from multiprocessing.connection import wait

    tasks = list(_tasks(paths, knowns))
    ready: dict[int, list[Outcome]] = {}
    given = told = 0
    with storage.spills() as folder, _crew(min(jobs, len(tasks)), job._replace(spills=folder)) as crew:
        busy: dict[Connection, int] = {}
        while told < len(tasks):
            for pipe in crew:
                if pipe not in busy and given < len(tasks) and given - told < _AHEAD * jobs:
                    with suppress(OSError):  # what it was ended by, it says when it is asked
                        pipe.send(tasks[given])
                    busy[pipe] = given
                    given += 1
            there = wait(list(busy))
            for pipe in [pipe for pipe in crew if pipe in there]:
                ready[busy.pop(pipe)] = _received(pipe)
            while told in ready:
                yield from ready.pop(told)
                told += 1


def _received(pipe: Connection) -> list[Outcome]:
    """Return what a process found. Raises what it raised, and WorkerError when it was ended."""
    try:
        outcomes: list[Outcome] | BaseException = pipe.recv()
    except (EOFError, OSError):
        raise WorkerError("a process that checked files was killed, perhaps from lack of memory") from None
    if isinstance(outcomes, BaseException):
        raise outcomes
    return outcomes


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


@contextmanager
def _crew(count: int, job: Job) -> Iterator[list[Connection]]:
    """Start processes and give the pipe to each. They are ended whatever happens."""
    import multiprocessing

    # A fork has all that is loaded. Where a process may have threads that it would break, it is started anew.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    pipes: list[Connection] = []
    processes = []
    try:
        for _ in range(count):
            mine, its = context.Pipe()
            pipes.append(mine)
            # A fork inherits the other pipes too. With one of them open it would not see that this process is gone.
            inherited = [*pipes] if sys.platform == "linux" else []
            arguments = (its, job, inherited)
            process = context.Process(target=_work, args=arguments, daemon=True)  # type: ignore[attr-defined]  # all have it
            try:
                process.start()
            except OSError as error:
                why = f"no process can be started ({error.strerror}); --jobs 1 needs none"
                raise WorkerError(why) from None
            finally:
                its.close()
            processes.append(process)
        yield pipes
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
        for pipe in pipes:
            pipe.close()


def _work(pipe: Connection, job: Job, inherited: Sequence[Connection]) -> None:
    """Check what comes through a pipe, until nothing more does."""
    import signal

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)  # the first process ends the others
    with suppress(ValueError):
        signal.set_wakeup_fd(-1)  # of the first process: what this one gets is nothing to that
    for other in inherited:
        other.close()
    try:
        checking = Checking(job.reading, job.selection, job.against)
        while True:
            task = pipe.recv()
            pipe.send([check(checking, job, number, path, known) for number, path, known in task])
    except EOFError:
        return
    except BaseException as error:  # noqa: BLE001 - it is raised again where it can be told
        pipe.send(transferable(error))
