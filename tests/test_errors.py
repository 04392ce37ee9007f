"""Errors cross processes: each survives pickle, copy and deepcopy with its message and all that it carries."""

from __future__ import annotations

import copy
import importlib
import os
import pickle
import pkgutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import corpusfmt
from corpusfmt import ConfigurationError, CorpusfmtError, Document, Edit, Finding, Loss, LossError, ParseError
from corpusfmt.sources.settings import Reading
from corpusfmt.targets.settings import Writing
from corpusfmt.verbs.convert.run import Conversion
from corpusfmt.verbs.validate.processes import transferable
from tests.support import ROOT


def pickled(protocol: int, one: Any) -> Any:
    return pickle.loads(pickle.dumps(one, protocol))


WAYS: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{f"pickle {number}": partial(pickled, number) for number in range(pickle.HIGHEST_PROTOCOL + 1)},
}
FINDING = Finding(
    "SEED002",
    "error",
    "wrong\u202e",
    "a.seed",
    3,
    4,
    99,
    7,
    "mend it",
    "exc",
    1,
    Edit(99, 1, b"\xff", safe=False),
    2,
    5,
)
LOSSES = [Loss("name", "no names", "d1", "a.seed", 3, 99), Loss("bytes", "no bytes", 7)]


def noted(error: CorpusfmtError) -> CorpusfmtError:
    error.add_note("in the first shard")
    return error


class Keywords(CorpusfmtError):
    """As a plug-in may write one: its arguments are not those of its base."""

    def __init__(self, *, path: str, wanted: list[int]) -> None:
        super().__init__(f"{path} wants {wanted}")
        self.path, self.wanted = path, wanted


class Further(ParseError):
    def __init__(self, finding: Finding, more: str) -> None:
        super().__init__(finding)
        self.more = more


class Slotted(ConfigurationError):
    __slots__ = ("place",)

    def __init__(self, place: int) -> None:
        self.place = place


class OfTheSystem(CorpusfmtError, OSError):
    pass


class Closed(CorpusfmtError):
    """It cannot be carried: it holds a function that has no name."""

    def __init__(self) -> None:
        super().__init__("closed")
        self.function = lambda: None


class Demanding(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)


def subclasses(error: type[CorpusfmtError]) -> set[type[CorpusfmtError]]:
    return {error}.union(*[subclasses(one) for one in error.__subclasses__()])


for module in pkgutil.walk_packages(corpusfmt.__path__, "corpusfmt."):
    if module.name != "corpusfmt.__main__":
        importlib.import_module(module.name)

#: All that the package defines, those that it does not name included.
OWN = [one for one in subclasses(CorpusfmtError) if one.__module__.startswith("corpusfmt.")]
SPECIAL: dict[type[CorpusfmtError], tuple[Any, ...]] = {ParseError: (FINDING,), LossError: (LOSSES,)}
ERRORS: list[CorpusfmtError] = [
    *[one(*SPECIAL.get(one, ("what", "and more"))) for one in sorted(OWN, key=lambda one: one.__name__)],
    noted(ParseError(FINDING)),
    ParseError(Finding("ENC001", "error", "wrong")),
    LossError(LOSSES[1:]),
    ConfigurationError(),
    Keywords(path="a", wanted=[1]),
    Further(FINDING, "more"),
    Slotted(3),
    OfTheSystem(2, "not there", "a.seed"),
]


def test_all_public_errors_are_among_them() -> None:
    assert {getattr(corpusfmt, name) for name in corpusfmt.__all__ if name.endswith("Error")} <= set(OWN)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_error_survives(error: CorpusfmtError, way: str) -> None:
    again = WAYS[way](error)
    assert again is not error
    assert type(again) is type(error)
    assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))
    for name in ("place", "errno", "strerror", "filename"):
        assert getattr(again, name, None) == getattr(error, name, None)


PARALLEL = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
import corpusfmt

def ids(path):
    return [document.id for document in corpusfmt.read(path)]

def write(path):
    with corpusfmt.open_writer(path) as writer:
        writer.write(corpusfmt.Document("d1", b"caf\\xe9"))

def told(error):
    print(type(error).__name__, error.finding.code, error.finding.line, error.finding.path, str(error), sep="|")

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        try:
            pool.apply_async(ids, sys.argv[1:2]).get(timeout=60)
        except corpusfmt.ParseError as error:
            told(error)
        try:
            pool.apply_async(write, sys.argv[2:3]).get(timeout=60)
        except corpusfmt.LossError as error:
            print(type(error).__name__, error.losses[0].kind, sep="|")
    with ProcessPoolExecutor(1, context) as pool:
        try:
            pool.submit(ids, sys.argv[1]).result(timeout=60)
        except corpusfmt.ParseError as error:
            told(error)
        print(pool.submit(len, "abc").result(timeout=60))  # the pool lives on
"""


def test_a_bad_line_read_in_another_process_is_the_same_error_here(tmp_path: Path) -> None:
    program, source = tmp_path / "parallel.py", tmp_path / "bad.jsonl"
    program.write_text(PARALLEL)
    source.write_bytes(b'{"id":"d1","name":"","text":"","meta":{}}\n{"id":"d2"\n')
    done = subprocess.run(
        [sys.executable, str(program), str(source), str(tmp_path / "out.xml")],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    pool, lost, executor, alive = done.stdout.splitlines()
    with pytest.raises(ParseError) as raised:
        list(corpusfmt.read(source))
    assert pool == executor == f"ParseError|JSONL001|2|{source}|{raised.value}"
    assert lost == "LossError|bytes"
    assert alive == "3"


@pytest.mark.parametrize("error", [*ERRORS, OSError(28, "full", "a.seed")], ids=lambda error: type(error).__name__)
def test_workers_send_errors_as_they_are(error: CorpusfmtError | OSError) -> None:
    assert transferable(error) is error


@pytest.mark.parametrize(("error", "name"), [(Closed(), "Closed"), (Demanding("A", "why"), "Demanding")])
def test_workers_send_the_words_of_what_cannot_be_sent(error: Exception, name: str) -> None:
    sent = transferable(error)
    assert str(sent) == f"{name}: {error}"
    assert isinstance(sent, CorpusfmtError) == isinstance(error, CorpusfmtError)
    assert str(pickle.loads(pickle.dumps(sent))) == str(sent)


RECORDS = [
    Document("d1", "text", name="n", meta={"a": 1}),
    FINDING,
    LOSSES[0],
    Document("d1", "text", meta={"a": 1}).meta,
    corpusfmt.Origin("a.seed", 0, 1, 9),
    corpusfmt.Progress(1, 2, 3),
    corpusfmt.Discrepancy("changed", "a.seed", "changed"),
    corpusfmt.Difference("added", "d1", "", "added"),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
@pytest.mark.parametrize(
    "way", [way for way in WAYS if way not in ("pickle 0", "pickle 1")]
)  # which know no slots, as metadata has
def test_so_do_public_records(record: object, way: str) -> None:
    assert WAYS[way](record) == record


def test_so_does_a_report(tmp_path: Path) -> None:
    source = tmp_path / "bad.jsonl"
    source.write_bytes(b'{"id":"d2"\n')
    conversion = Conversion([str(source)], str(tmp_path / "out.seed"), Reading(), Writing())
    report = conversion.run()
    assert isinstance(report.error, ParseError)
    again = pickle.loads(pickle.dumps(report))
    assert again.error.finding == report.error.finding
    assert again.findings == report.findings
