"""Hostile files of all formats: every one is validated, converted to each format and listed, and nothing falls over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.hostile import adversarial, alone, run

#: Whether every command gets a process of its own and is measured, and the bombs are made: minutes.
ALL = os.environ.get("CORPUSFMT_HOSTILE") == "all"
measured = pytest.mark.skipif(not ALL, reason="takes minutes (set CORPUSFMT_HOSTILE=all)")
#: In megabytes; about 20 are the interpreter's.
MEMORY = 200
TARGETS = ["out.seed", "out.jsonl", "out.warc.gz", "out.xml", "out/"]


def to(path: Path, target: str, folder: Path) -> list[str | Path]:
    """The arguments of a conversion."""
    more = ["--to", "tei", "--force"] if target.endswith("/") else []
    return ["convert", path, "--id-from", "line", "-o", f"{folder / target}", *more]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    paths = adversarial(tmp_path_factory.mktemp("made"))
    assert len(paths) > 150
    return paths


def test_hostile_files(made: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is converted to one format here; all of them to all is for the run that measures."""
    codes = set()
    for number, path in enumerate(made):
        valid, said = run(capsys, "validate", path, "-q")
        target = TARGETS[number % len(TARGETS)]
        folder = tmp_path / f"{number}"
        folder.mkdir()
        (folder / "out.seed").write_bytes(b"old")
        code, how = run(capsys, *to(path, target, folder))
        if code:
            assert [p.name for p in folder.iterdir()] == ["out.seed"], how  # nothing is left of it
            assert (folder / "out.seed").read_bytes() == b"old"
            assert how
        elif valid == 2:
            pytest.fail(f"{path.name} was converted and cannot be told for what it is: {said}")
        run(capsys, *to(path, target, folder), "--on-error", f"quarantine={folder / 'refused.seed'}")
        _, listed = run(capsys, "ls", path, columns=True)
        assert all(line.count("\t") == 3 for line in listed.splitlines() if f"\t{path}:" in line)
        codes.add((valid, code))
    assert {(0, 0), (1, 1), (2, 2)} <= codes


def test_a_refused_file_is_refused_by_both(
    made: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What keeps a conversion to a format that holds everything from being made is a finding, and an error."""
    for number, path in enumerate(made):
        _, said = run(capsys, "validate", path)
        code, how = run(capsys, "convert", path, "-o", tmp_path / f"{number}.seed")
        if code == 1:
            assert " error" in said, (path.name, how)


@measured
@pytest.mark.parametrize("target", ["", *TARGETS])
def test_hostile_files_in_little_memory(target: str, made: list[Path], tmp_path: Path) -> None:
    for path in made:
        alone(tmp_path / "said", *(to(path, target, tmp_path) if target else ["validate", path]), megabytes=MEMORY)


@measured
def test_bombs(tmp_path: Path) -> None:
    paths = [path for path in adversarial(tmp_path / "made", bombs=True) if path.parent.name == "bomb"]
    assert len(paths) == 9
    for path in paths:
        for target in ("", *TARGETS):
            arguments = to(path, target, tmp_path) if target else ["validate", path]
            assert alone(tmp_path / "said", *arguments, megabytes=MEMORY) != 0, path.name
