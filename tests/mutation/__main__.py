"""``python -m tests.mutation [MODULE ...] [--list] [--time SECONDS] [--most N]``: make mutants, and say which live.

The tests are collected once. Each mutant gets a process of its own, and of the tests that come to its line those that
take less than SECONDS together, the fast ones first. One that hangs is caught. Tests that run the command in another
process are left out: they would see the code as it is.
"""

from __future__ import annotations

import argparse
import ast
import gc
import importlib
import json
import os
import random
import resource
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType, FunctionType, ModuleType
from typing import Any, NamedTuple

import pytest

from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.install import functions_of, install
from tests.mutation.mutants import Mutant, mutants

TESTS: dict[str, tuple[str, ...]] = {
    "corpusfmt.text.primitives": ("test_primitives", "test_text_search"),
    "corpusfmt.text.gzip_header": ("test_storage", "test_warc_http"),
    "corpusfmt.text.utf8": ("test_encodings", "test_text_search"),
    "corpusfmt.formats.seed.grammar": ("test_seed",),
    "corpusfmt.formats.seed.body": ("test_seed",),
    "corpusfmt.formats.seed.write": ("test_seed",),
    "corpusfmt.formats.warc.framer": ("test_warc",),
    "corpusfmt.formats.warc.header": ("test_warc",),
    "corpusfmt.storage.gzip": ("test_members", "test_storage"),
    "corpusfmt.storage.zstd": ("test_members", "test_storage"),
    "corpusfmt.formats.jsonl.write": ("test_jsonl",),
    "corpusfmt.formats.dir": ("test_dir",),
}
MEMORY = 4 << 30
SEED = 20


class Known(NamedTuple):
    """What is known of a test: its seconds, and by file the lines that it comes to."""

    seconds: float
    lines: dict[str, set[int]]


class Run:
    """A plug-in of pytest that runs the collected tests again and again."""

    def __init__(self, names: list[str], arguments: argparse.Namespace) -> None:
        self.names, self.arguments = names, arguments
        self.lived = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self) -> None:
        from hypothesis import Phase, settings

        phases = (Phase.explicit, Phase.generate)
        settings.register_profile(
            "mutation", settings(), max_examples=20, derandomize=True, database=None, phases=phases
        )

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        modules = [importlib.import_module(name) for name in self.names]
        known = _known(session, {str(module.__file__) for module in modules})
        gc.unfreeze()
        functions = {module.__name__: functions_of(str(module.__file__)) for module in modules}
        gc.collect()
        gc.freeze()
        for module in modules:
            self._module(session, module, known, functions[module.__name__])
        return True

    def _module(
        self, session: pytest.Session, module: ModuleType, known: dict[str, Known], functions: list[FunctionType]
    ) -> None:
        path = str(module.__file__)
        tree, source, chosen, count = chosen_mutants(path, self.arguments.most)
        tally = {"caught": 0, "hung": 0, "equivalent": 0, "survived": 0}
        for mutant in chosen:
            line = source[mutant.line - 1].strip()
            if any(same.is_meant(module.__name__, line, mutant.change) for same in EQUIVALENT):
                tally["equivalent"] += 1
                continue
            items = self._fitting(session.items, mutant, path, known)
            seconds = sum(known[item.nodeid].seconds for item in items)
            outcome = _outcome(session, items, seconds, (module, tree, mutant, functions))
            tally[outcome] += 1
            if outcome == "survived":
                self.lived += 1
                where = f"{os.path.relpath(path)}:{mutant.line}"
                say(f"{where}: {mutant.change} | {line} ({len(items)} tests)")
        real = len(chosen) - tally["equivalent"]
        caught = tally["caught"] + tally["hung"]
        counts = ", ".join(f"{number} {word}" for word, number in tally.items())
        say(f"= {module.__name__}: {len(chosen)} of {count} mutants: {counts}; score {caught}/{real}")

    def _fitting(
        self, items: list[pytest.Item], mutant: Mutant, path: str, known: dict[str, Known]
    ) -> list[pytest.Item]:
        lines = set(mutant.lines)
        everywhere = mutant.top or not any(
            known[i.nodeid].lines.get(path, set()) & lines for i in items if i.nodeid in known
        )
        fitting: list[pytest.Item] = []
        spent = 0.0
        for item in sorted((i for i in items if i.nodeid in known), key=lambda i: known[i.nodeid].seconds):
            there = known[item.nodeid].lines.get(path, set())
            if there if everywhere else there & lines:
                spent += known[item.nodeid].seconds
                if spent > self.arguments.time and fitting:
                    break
                fitting.append(item)
        return fitting


def chosen_mutants(path: str, most: int) -> tuple[ast.Module, list[str], list[Mutant], int]:
    """Return a tree, its source, as many of its mutants as are wanted, evenly, and how many there are."""
    text = Path(path).read_text("utf-8")
    source = text.splitlines()
    tree = ast.parse(text)
    every = [mutant for mutant in mutants(tree) if "pragma: no cover" not in source[mutant.line - 1]]
    picked = sorted(random.Random(SEED).sample(range(len(every)), most)) if len(every) > most else range(len(every))
    return tree, source, [every[i] for i in picked], len(every)


def _outcome(session: pytest.Session, items: list[pytest.Item], seconds: float, what: tuple[Any, ...]) -> str:
    module, tree, mutant, functions = what
    child = os.fork()
    if not child:
        status = 1
        with suppress(BaseException):
            _quiet()
            limit = int(2 + 3 * seconds)
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            signal.alarm(20 * limit)
            mutant.apply()
            install(module, tree, functions)
            status = int(not _pass(session, items))
        os._exit(status)
    _, ended = os.waitpid(child, 0)
    if os.WIFSIGNALED(ended):
        return "hung"
    return "caught" if os.WEXITSTATUS(ended) else "survived"


def _pass(session: pytest.Session, items: list[pytest.Item]) -> bool:
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return False
    return True


def _known(session: pytest.Session, paths: set[str]) -> dict[str, Known]:
    """Run each test once, in another process, and see what it takes and where it comes. Import what they import."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _quiet()
        with suppress(BaseException), os.fdopen(writing, "w") as out:
            json.dump([_look(session, paths), sorted(sys.modules)], out)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        looked, names = json.load(answer)
    os.waitpid(child, 0)
    for name in names:
        if name not in sys.modules:
            with suppress(Exception):
                importlib.import_module(name)
    return {k: Known(s, {path: set(lines) for path, lines in there.items()}) for k, (s, there) in looked.items()}


def _look(session: pytest.Session, paths: set[str]) -> dict[str, tuple[float, dict[str, list[int]]]]:
    there: dict[str, set[int]] = {}
    spawned = [0]

    def local(frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            there[frame.f_code.co_filename].add(frame.f_lineno)
        return local

    def trace(frame: FrameType, event: str, _: object) -> Any:
        return local if frame.f_code.co_filename in there else None

    def hear(event: str, _: object) -> None:
        if event in ("subprocess.Popen", "os.posix_spawn"):
            spawned[0] += 1

    sys.addaudithook(hear)
    found = {}
    for item, following in zip(session.items, [*session.items[1:], None], strict=True):
        there.update({path: set() for path in paths})
        failed, before, begun = session.testsfailed, spawned[0], time.process_time()
        sys.settrace(trace)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        sys.settrace(None)
        if session.testsfailed == failed and spawned[0] == before:
            lines = {path: sorted(numbers) for path, numbers in there.items() if numbers}
            found[item.nodeid] = (time.process_time() - begun, lines)
    return found


def _quiet() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)


def say(line: str) -> None:
    """Print a line past what pytest catches."""
    os.write(1, line.encode() + b"\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="those to change (default: all that are known)")
    parser.add_argument("--list", action="store_true", help="list the mutants and make none")
    parser.add_argument("--time", type=float, default=10, help="seconds of tests for a mutant (default: %(default)s)")
    parser.add_argument("--most", type=int, default=10_000, help="take so many of a module, evenly, always the same")
    arguments = parser.parse_args()
    wanted = [name for name in TESTS if not arguments.modules or any(name.endswith(m) for m in arguments.modules)]
    if not wanted:
        parser.error("no such module; known are " + ", ".join(TESTS))
    if arguments.list:
        for name in wanted:
            _, source, chosen, _ = chosen_mutants(str(importlib.import_module(name).__file__), arguments.most)
            for mutant in chosen:
                say(f"{name}:{mutant.line}: {mutant.change} | {source[mutant.line - 1].strip()}")
        return 0
    lived = 0
    for tests in dict.fromkeys(TESTS[name] for name in wanted):
        run = Run([name for name in wanted if TESTS[name] == tests], arguments)
        files = [f"tests/{test}.py" for test in tests]
        options = ["--no-header", "--no-summary", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--capture=no"]
        pytest.main([*options, "--hypothesis-profile=mutation", *files], plugins=[run])
        lived += run.lived
    return int(lived > 0)


if __name__ == "__main__":
    sys.exit(main())
