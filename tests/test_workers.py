"""Many files, several processes: the same findings in the same order, nothing invented, nothing left out."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from corpusfmt import ConfigurationError, UnknownFormatError, WorkerError, validate
from corpusfmt.checks.selection import Selection
from corpusfmt.cli.main import main
from corpusfmt.model.finding import Finding
from corpusfmt.options import REPORTS
from corpusfmt.sources.settings import Reading
from corpusfmt.verbs.validate.run import Validation
from tests.support import DEEP, ROOT, command

#: What is planted: a file of one fault each.
FAULTS = {
    "SEED002": ("seed", "<<<FILE d{i} x{i}>>>\nbody {i}\n<<<FILE broken\n"),
    "ENC001": ("seed", "<<<FILE d{i} x{i}>>>\ncaf\xe9 {i}\n"),
    "DOC001": ("seed", "<<<FILE d{i} x{i}>>>\n"),
    "DOC004": ("seed", "<<<FILE d{i} ../x{i}>>>\nbody {i}\n"),
    "JSONL001": ("jsonl", '{{"id":"d{i}","text":"body {i}"\n'),
    "CORP001": ("seed", "<<<FILE d0 y{i}>>>\nbody of another {i}\n"),
    "CORP002": ("jsonl", '{{"id":"d{i}","name":"","text":"body 0\\n","meta":{{}}}}\n'),
}
ALL = ["SEED", "JSONL", "ENC", "DOC", "CORP001", "CORP002"]


def planted(folder: Path, files: int, faults: int) -> Counter[tuple[str, str]]:
    """Make a corpus of small files, with a fault in some. Return code and file of each."""
    random = Random(1)
    chosen = dict(zip(sorted(random.sample(range(1, files), faults)), [*FAULTS] * faults, strict=False))
    expected: Counter[tuple[str, str]] = Counter()
    for i in range(files):
        code = chosen.get(i, "")
        suffix, text = FAULTS[code] if code else ("seed", "<<<FILE d{i} x{i}>>>\nbody {i}\n")
        path = folder / f"{i // 100:03d}" / f"{i:05d}.{suffix}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.format(i=i).encode("latin-1"))
        if code:
            expected[code, str(path)] += 1
    return expected


def run(folder: Path, jobs: int, cap: int = 0) -> tuple[list[Finding], Validation]:
    validation = Validation([str(folder)], Reading(), Selection(ALL), cap=cap, jobs=jobs)
    return list(validation.run()), validation


@pytest.mark.parametrize("files", [2_000, pytest.param(10_000, marks=pytest.mark.deep)])
def test_many_files_of_which_a_tenth_has_a_fault(files: int, tmp_path: Path) -> None:
    expected = planted(tmp_path, files, files // 10)
    found, validation = run(tmp_path, 2)
    assert Counter((f.code, f.path) for f in found) == expected
    assert (validation.tally.sources, validation.tally.counts.total()) == (files, files // 10)


@pytest.mark.parametrize("cap", [0, 3])
def test_the_number_of_processes_makes_no_difference(cap: int, tmp_path: Path) -> None:
    planted(tmp_path, 210, 100)
    one, told = run(tmp_path, 1, cap)
    for jobs in (2, 5):
        several, also = run(tmp_path, jobs, cap)
        assert several == one
        assert vars(also.tally) == vars(told.tally)
    assert max(Counter(f.code for f in one).values()) <= (cap or 1000)


def test_a_source_that_cannot_be_reported_hides_no_other(tmp_path: Path) -> None:
    planted(tmp_path, 250, 10)
    (tmp_path / "000" / "00003.jsonl").write_text("<<<FILE d x>>>\nbody\n")
    for jobs in (1, 2):
        validation = Validation([str(tmp_path)], Reading(), Selection(ALL), jobs=jobs)
        found: list[Finding] = []
        with pytest.raises(UnknownFormatError, match=r"00003\.jsonl"):
            found.extend(validation.run())
            pytest.fail("nothing was raised")
        assert len(validation.failures) == 1
        assert validation.tally.counts.total() == 10


@pytest.mark.parametrize("name", REPORTS)
def test_reports_are_the_same_with_any_number_of_jobs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    planted(tmp_path, 210, 40)
    monkeypatch.chdir(tmp_path)
    outputs = set()
    for jobs in (1, 2, 3) if DEEP else (1, 2 + len(name) % 2):
        assert main(["validate", ".", "--output-format", name, "--jobs", str(jobs), "--select", ",".join(ALL)]) == 1
        outputs.add(capfdbinary.readouterr().out)
    assert len(outputs) == 1
    assert b"00001" in outputs.pop()


def test_a_baseline_takes_them_all_and_one_new_fault_is_the_only_one_shown(tmp_path: Path) -> None:
    planted(tmp_path, 260, 100)
    choose = ("--select", ",".join(ALL), "--jobs", "2")
    made = command("validate", ".", *choose, "--write-baseline", "known.json", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    counts = json.loads((tmp_path / "known.json").read_bytes())["findings"]
    assert sum(sum(marks.values()) for marks in counts.values()) == 100
    again = command("validate", ".", *choose, "--baseline", "known.json", cwd=tmp_path)
    assert (again.returncode, again.stdout) == (0, b"")
    path = tmp_path / "002" / "00250.seed"
    path.write_text("<<<FILE d9999 ../new>>>\nnew\n")
    (found,) = command(
        "validate", ".", *choose, "--baseline", "known.json", "--output-format", "jsonl", cwd=tmp_path
    ).stdout.splitlines()
    assert json.loads(found)["code"] == "DOC004"
    assert "00250" in json.loads(found)["path"]


@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
def test_an_interrupted_run_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    corpus, temporary = tmp_path / "corpus", tmp_path / "temporary"
    corpus.mkdir()
    temporary.mkdir()
    for i in range(8):
        (corpus / f"{i}.seed").write_text("".join(f"<<<FILE d{i}-{j} x>>>\nbody {j}\n" for j in range(60_000)))
    child = subprocess.Popen(
        [sys.executable, "-m", "corpusfmt", "validate", str(corpus), "--select", "CORP,DOC", "--jobs", "2", "-q"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
    )  # fmt: skip
    while child.poll() is None and sum(path.stat().st_size > 0 for path in temporary.glob("*/*")) < 2:
        time.sleep(0.01)  # until both have begun to write
    os.killpg(child.pid, signal.SIGINT)
    _, said = child.communicate(timeout=600)
    assert child.returncode in (130, 1), said  # 1: it was done already
    assert b"Traceback" not in said
    with pytest.raises(ProcessLookupError):
        for _ in range(6000):
            os.killpg(child.pid, 0)
            time.sleep(0.01)
    assert list(temporary.iterdir()) == []


def test_a_process_that_is_ended_is_an_error_and_no_hang(tmp_path: Path) -> None:
    planted(tmp_path, 3000, 700)
    findings = Validation([str(tmp_path)], Reading(), Selection(ALL), jobs=2).run()
    next(findings)
    for child in multiprocessing.active_children():
        child.kill()
    with pytest.raises(WorkerError, match="was killed"):
        list(findings)
    assert multiprocessing.active_children() == []


def test_no_process_can_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As under a limit on processes."""
    for number in range(2):
        (tmp_path / f"{number}.seed").write_text("<<<FILE d x>>>\nbody\n" + "a line\n" * 100_000)

    def start(_: multiprocessing.process.BaseProcess) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(multiprocessing.process.BaseProcess, "start", start)
    with pytest.raises(WorkerError, match=r"no process can be started \(Resource .*\); --jobs 1 needs none"):
        list(Validation([str(tmp_path)], Reading(), jobs=2).run())
    assert multiprocessing.active_children() == []


def test_a_baseline_and_several_processes_in_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(240):
        Path(f"{number:03}.seed").write_bytes(
            b"<<<FILE d%d a.txt>>>\n%b\n" % (number, b"\xff" if number % 9 == 0 else b"x")
        )
    names = [f"{number:03}.seed" for number in range(240)]
    found = list(validate(names))
    assert len(found) == 27
    assert list(validate(names, jobs=2)) == found
    assert main(["validate", *names, "--write-baseline", "old.json", "-q"]) == 0
    Path("001.seed").write_bytes(b"<<<FILE d1 a.txt>>>\n\xfe\n")
    for jobs in (1, 2):
        assert [one.path for one in validate(names, baseline="old.json", jobs=jobs)] == ["001.seed"]
    for jobs in (0, -1, 10_000):
        with pytest.raises(ConfigurationError, match="jobs is a whole number"):
            validate(names, jobs=jobs)
