"""Hostile files of all formats: every one is validated, converted to each format and listed, and nothing falls over."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile import adversarial, alone, run
from tests.support import calls

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


#: Input of ``tests/hostile_cases.py``, of any size.
GROWING: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "blank lines": ("jsonl", lambda n: b"\n" * n),
    "blank lines in turn": ("jsonl", lambda n: b'{"id":1,"text":"","meta":{}}\n\n' * n),
    "empty objects": ("jsonl", lambda n: b"{}\n" * n),
    "keys": ("jsonl", lambda n: b'{"id":"a","text":"x","meta":{' + b",".join([b'"\\ud800":1'] * n) + b"}}\n"),
    "other keys": (
        "jsonl", lambda n: b'{"id":"a","text":"x","meta":{' + b",".join([b'"\\ud800%d":1' % i for i in range(n)]) + b"}}\n"
    ),
    "headers": ("seed", lambda n: b"<<<FILE a b>>>\n" * n),
    "look-alikes": ("seed", lambda n: b"<<<FILE a b>>>\n" + b"<<FILE a b>>>\n" * n),
    "headers in lines": ("seed", lambda n: b"<<<FILE a b>>>\n" + b"x<<<FILE a b>>>" * n),
    "first lines": ("warc", lambda n: b"WARC/1.0\r\n" * n),
    "empty headers": ("warc", lambda n: b"WARC/1.0\r\n\r\n" * n),
    "no ends": ("warc", lambda n: b"WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: 1\r\n\r\na" * n),
    "empty TEI": ("xml", lambda n: b'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">' + b"<TEI/>" * n + b"</teiCorpus>"),
    "xml:id": ("xml", lambda n: b'<TEI xmlns="http://www.tei-c.org/ns/1.0">' + b'<p xml:id="a"/>' * n + b"</TEI>"),
}  # fmt: skip


@pytest.mark.undisturbed
@pytest.mark.parametrize("kind", GROWING)
def test_work_grows_as_the_input_does(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suffix, made = GROWING[kind]
    path = tmp_path / f"a.{suffix}"
    counts = []
    for size in (300, 300, 600, 1200):  # once to load what is needed
        path.write_bytes(made(size))
        counts.append(calls(lambda: run(capsys, "validate", path, "--no-cap")))
    assert counts[3] - counts[2] < 2.5 * (counts[2] - counts[1]) + 1000


def test_of_many_warnings_some_are_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is read to its end, by all commands."""
    path = tmp_path / "a.seed"
    path.write_bytes(b"<<<FILE a b>>>\n" + b"<<FILE a b>>>\n" * 30 + b"<<<FILE c d>>>\n\xff\n")
    few = ("--limit", "warnings=20")
    _, said = run(capsys, "validate", path, *few)
    assert "FILE006 warning: 20 findings of SEED009 are reported for this file; there are more" in said
    assert "ENC001 error" in said
    _, said = run(capsys, "validate", path)
    assert "FILE006" not in said
    code, said = run(capsys, "convert", path, "-o", tmp_path / "o.jsonl", *few, "--on-error", "skip")
    assert (code, "2 documents read, 1 written" in said) == (1, True), said
    code, said = run(capsys, "fix", path, *few, "--unsafe-fixes", "--dry-run")
    assert "would fix 21 findings (SEED009: 21)" in said


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
