"""Files that change while they are read, and files that are saved by somebody else before they are replaced."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import corpusfmt
from corpusfmt import SourceChangedError
from corpusfmt.checks import baseline
from corpusfmt.cli.main import main
from corpusfmt.storage import input as inputs
from tests.support import ROOT, command

COUNT = 4000
LINES = [b'{"id": "d%04d", "text": "%b"}\n' % (number, b"some words " * 20) for number in range(COUNT)]
WHOLE = b"".join(LINES)
OTHER = WHOLE.replace(b"words", b"WORDS")
#: What another program does to a file, whose content stays JSON Lines that a reader takes, unless its name says so.
Change = Callable[[Path], None]


def cut(path: Path) -> None:
    """As logrotate's copytruncate."""
    os.truncate(path, 0)
    later(path)


def shortened(path: Path) -> None:
    os.truncate(path, len(b"".join(LINES[: COUNT // 2])))
    later(path)


def rewritten(path: Path) -> None:
    """In place, at the same length: only the time tells."""
    with open(path, "r+b") as file:
        file.write(OTHER)
    later(path)


def grown(path: Path) -> None:
    with open(path, "ab") as file:
        file.write(b'{"id": "more", "text": "more"}\n')
    later(path)


def spoilt(path: Path) -> None:
    """In the middle of a rewriting: what is there is no JSON Lines."""
    with open(path, "r+b") as file:
        file.write(b"\0" * len(WHOLE))
    later(path)


def later(path: Path) -> None:
    """Whatever the clock of the file system can tell, it was written later."""
    with suppress(FileNotFoundError):
        found = os.stat(path)
        os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns + 1_000_000_000))


CHANGES = [cut, shortened, rewritten, grown, spoilt]
every_change = pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jsonl").write_bytes(WHOLE)
    return tmp_path


def meanwhile(monkeypatch: pytest.MonkeyPatch, change: Change, name: str = "a.jsonl", call: int = 2) -> None:
    """Let a change come right before the n-th time that a file is read from."""
    left = [call]
    real = inputs.Input._raw_read

    def read(self: inputs.Input, size: int) -> bytes:
        if self.name == name:
            left[0] -= 1
            if left[0] == 0:
                change(Path(name))
        return real(self, size)

    monkeypatch.setattr(inputs.Input, "_raw_read", read)


def left_over(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".corpusfmt")]


@every_change
@pytest.mark.parametrize("on_error", ["stop", "skip", "quarantine=bad.seed"])
@pytest.mark.parametrize("target", ["out.seed", "out.warc.gz", "a.jsonl"])
def test_a_source_that_changes_is_not_converted(
    target: str, on_error: str, change: Change, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if target != "a.jsonl":
        (here / target).write_bytes(b"as it was")
    meanwhile(monkeypatch, change)
    with pytest.raises(SourceChangedError, match=r"'a\.jsonl' changed while it was read; "):
        corpusfmt.convert("a.jsonl", target, on_error=on_error, verify=True)
    if target != "a.jsonl":
        assert (here / target).read_bytes() == b"as it was"
    assert not (here / "bad.seed").exists()
    assert left_over(here) == []


@pytest.mark.parametrize("on_error", ["stop", "skip"])
@pytest.mark.parametrize("packed", [gzip.compress(WHOLE), gzip.compress(WHOLE)[:-2000]], ids=["whole", "cut"])
def test_compressed_sources_too(packed: bytes, on_error: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "a.jsonl.gz").write_bytes(packed)
    meanwhile(monkeypatch, lambda path: os.truncate(path, 5000), "a.jsonl.gz", call=2)
    with pytest.raises(SourceChangedError):
        corpusfmt.convert("a.jsonl.gz", "out.seed", on_error=on_error)
    assert not (here / "out.seed").exists()


def test_a_file_that_grows_has_an_end(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = inputs.Input._raw_read
    reads = []

    def read(self: inputs.Input, size: int) -> bytes:
        reads.append(size)
        assert len(reads) < 100, "a writer that is as fast as the reader"
        with open("a.jsonl", "ab") as file:
            file.write(WHOLE)
        return real(self, size)

    monkeypatch.setattr(inputs.Input, "_raw_read", read)
    with pytest.raises(SourceChangedError):
        list(corpusfmt.read("a.jsonl"))


def test_a_file_that_is_replaced_is_read_as_it_was(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "new").write_bytes(OTHER)
    meanwhile(monkeypatch, lambda path: os.replace("new", path))
    corpusfmt.convert("a.jsonl", "out.jsonl")
    monkeypatch.undo()
    os.chdir(here)
    (here / "old.jsonl").write_bytes(WHOLE)
    assert list(corpusfmt.diff("old.jsonl", "out.jsonl")) == []


@every_change
def test_reading_says_so_at_the_end(change: Change, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, change)
    with pytest.raises(SourceChangedError):
        list(corpusfmt.read("a.jsonl"))


def test_reading_that_is_given_up_says_nothing(here: Path) -> None:
    documents = corpusfmt.read("a.jsonl")
    cut(here / "a.jsonl")
    assert isinstance(documents, Iterator)
    documents.close()  # type: ignore[attr-defined]  # it is a generator


@every_change
def test_validating_goes_on_with_the_others(
    change: Change, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "b.jsonl").write_bytes(b"{\n")
    meanwhile(monkeypatch, change)
    assert main(["validate", "a.jsonl", "b.jsonl", "--output-format", "jsonl"]) == 2
    said = capsys.readouterr()
    assert '"path": "b.jsonl"' in said.out
    assert "'a.jsonl' changed while it was read" in said.err


@pytest.mark.parametrize(
    "arguments", [["--write-baseline", "new.json"], ["--baseline", "old.json", "--prune-baseline"]]
)
def test_no_baseline_is_made_of_what_changes(
    arguments: list[str], here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known = json.dumps({"version": 1, "findings": {"a.jsonl": {"JSONL001:0123456789abcdef": 1}}})
    (here / "old.json").write_text(known)
    meanwhile(monkeypatch, cut)
    assert main(["validate", "a.jsonl", *arguments]) == 2
    assert (here / "old.json").read_text() == known
    assert not (here / "new.json").exists()
    assert "changed" in capsys.readouterr().err


@every_change
@pytest.mark.parametrize("call", [2, 5], ids=["first pass", "second pass"])
def test_a_side_that_changes_is_not_compared(
    call: int, change: Change, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "b.jsonl").write_bytes(OTHER)
    monkeypatch.setattr("corpusfmt.storage.local.CHUNK", 1 << 19)  # two reads and the end, with the first bytes
    meanwhile(monkeypatch, change, call=call)
    with pytest.raises(SourceChangedError):
        list(corpusfmt.diff("b.jsonl", "a.jsonl"))


def test_verifying_tells_which_file_changes(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpusfmt.convert("a.jsonl", "out.jsonl", receipt="r.json")
    for call in (2, 5):  # while the digest is made, and while documents are read
        meanwhile(monkeypatch, rewritten, str(here / "out.jsonl"), call)
        found, *_ = corpusfmt.verify("r.json", only=["outputs"])
        assert (found.kind, found.path) == ("changed", str(here / "out.jsonl"))
        assert "changed while it was read" in found.message
        monkeypatch.undo()
        os.chdir(here)
        corpusfmt.convert("a.jsonl", "out.jsonl", receipt="r.json")


@every_change
@pytest.mark.parametrize("arguments", [["ls"], ["convert", "-o", "-", "--to", "seed"]], ids=["ls", "convert"])
def test_other_commands(
    arguments: list[str], change: Change, here: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    meanwhile(monkeypatch, change)
    assert main([arguments[0], "a.jsonl", *arguments[1:]]) == 2
    assert capfd.readouterr().err == (
        "corpusfmt: 'a.jsonl' changed while it was read; try again when no program writes to it, or use a copy\n"
    )


@pytest.mark.skipif(os.name != "posix", reason="pipes")
def test_pipes_are_exempt_and_files_on_standard_input_are_not(here: Path) -> None:
    small = LINES[0]
    for keep in (False, True):
        (here / "b.jsonl").write_bytes(small)
        with open("b.jsonl", "rb") as file:
            end, start = subprocess.PIPE, file
            code = (
                "import os, sys, corpusfmt\n"
                "documents = corpusfmt.read('-', format='jsonl')\n"
                "next(documents)\n"
                f"{'pass' if keep else 'os.truncate(sys.argv[1], 0)'}\n"
                "print(sum(1 for _ in documents))"
            )
            ran = subprocess.run(
                [sys.executable, "-c", code, "b.jsonl"],
                stdin=start, stdout=end, stderr=end, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
            )  # fmt: skip
        assert (ran.returncode == 0) == keep
        assert keep or b"SourceChangedError: '<stdin>' changed while it was read" in ran.stderr
    assert command("validate", "-", stdin=small).returncode == 0


# -- fix and what else takes the place of its own source ---------------------------------------------------------------

BROKEN = "\ufeff".encode() + WHOLE  # a byte order mark, which fix takes away
SAVED = b'{"id": "d1", "text": "saved by an editor"}\n'


def saved_in_place(path: Path) -> None:
    path.write_bytes(SAVED)
    later(path)


def saved_by_rename(path: Path) -> None:
    path.with_name("swap").write_bytes(SAVED)
    os.replace(path.with_name("swap"), path)


def touched_alike(path: Path) -> None:
    """Another file of the same size and time: only the inode tells."""
    there = os.stat(path)
    path.with_name("swap").write_bytes(path.read_bytes().replace(b"some", b"SOME"))
    os.utime(path.with_name("swap"), ns=(there.st_atime_ns, there.st_mtime_ns))
    os.replace(path.with_name("swap"), path)


SAVES = [saved_in_place, saved_by_rename, touched_alike]
every_save = pytest.mark.parametrize("save", SAVES, ids=lambda save: save.__name__)


def at(monkeypatch: pytest.MonkeyPatch, moment: str, save: Change, name: str) -> None:
    """Let a save come right after the first call of a function of targets."""
    from corpusfmt import storage

    real = getattr(storage.Output, moment)
    done: list[bool] = []

    def call(self: storage.Output, *given: object, **more: object) -> object:
        found = real(self, *given, **more)
        if not done:
            done.append(True)
            save(Path(name))
        return found

    monkeypatch.setattr(storage.Output, moment, call)


@every_save
@pytest.mark.parametrize("moment", ["__init__", "write_records", "finish", "reread"])
def test_fix_keeps_what_an_editor_saves_meanwhile(
    moment: str, save: Change, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "a.jsonl").write_bytes(BROKEN)
    (here / "b.jsonl").write_bytes(BROKEN)
    contents: list[bytes] = []

    def saving(path: Path) -> None:
        save(path)
        contents.append(path.read_bytes())

    at(monkeypatch, moment, saving, "a.jsonl")
    assert main(["fix", "a.jsonl", "b.jsonl"]) == 2
    assert (here / "a.jsonl").read_bytes() == contents[0] != WHOLE
    assert (here / "b.jsonl").read_bytes() == WHOLE  # the others are fixed all the same
    assert sorted(path.name for path in here.iterdir()) == ["a.jsonl", "b.jsonl"]
    assert "'a.jsonl' changed while it was " in capsys.readouterr().err


@every_save
@pytest.mark.parametrize("call", [2, 6], ids=["looking", "copying"])
def test_fix_reads_one_state(call: int, save: Change, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "a.jsonl").write_bytes(BROKEN)
    contents: list[bytes] = []

    def saving(path: Path) -> None:
        save(path)
        contents.append(path.read_bytes())

    meanwhile(monkeypatch, saving, call=call)
    with pytest.raises(SourceChangedError):
        corpusfmt.fix("a.jsonl")
    assert (here / "a.jsonl").read_bytes() == contents[0]


@pytest.mark.parametrize("moment", ["reread", "publish"])
def test_nothing_is_put_aside_of_a_file_that_changed(moment: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when it is saved after what was cut off got its name."""
    corpusfmt.convert("a.jsonl", "a.warc")
    os.truncate("a.warc", os.stat("a.warc").st_size - 700)
    at(monkeypatch, moment, saved_in_place, "a.warc")
    with pytest.raises(SourceChangedError):
        corpusfmt.fix("a.warc", unsafe_fixes=True)
    assert sorted(path.name for path in here.iterdir()) == ["a.jsonl", "a.warc"]
    assert (here / "a.warc").read_bytes() == SAVED


@every_save
@pytest.mark.parametrize("moment", ["write_records", "finish", "reread"])
@pytest.mark.parametrize("more", [{}, {"shard_size": 10**9, "force": True}], ids=["file", "shards"])
def test_a_source_that_is_the_target_is_not_overwritten_when_it_was_saved(
    more: dict[str, object], moment: str, save: Change, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "a-00001.jsonl" if more else "a.jsonl"
    (here / name).write_bytes(WHOLE)
    contents: list[bytes] = []

    def saving(path: Path) -> None:
        save(path)
        contents.append(path.read_bytes())

    at(monkeypatch, moment, saving, name)
    with pytest.raises(SourceChangedError):
        corpusfmt.convert(name, "a.jsonl", verify=True, **more)  # type: ignore[arg-type]
    assert (here / name).read_bytes() == contents[0]
    assert left_over(here) == []


def test_a_baseline_that_was_written_meanwhile_is_kept(here: Path) -> None:
    known = {"version": 1, "findings": {"gone.jsonl": {"JSONL001:0123456789abcdef": 1}}}
    (here / "b.json").write_text(json.dumps(known))
    loaded = baseline.load("b.json")
    assert loaded.prune({}) == 1
    (here / "b.json").write_text(json.dumps(known) + "\n")
    with pytest.raises(SourceChangedError):
        loaded.write(new=False)
    assert (here / "b.json").read_text() == json.dumps(known) + "\n"
    fresh = baseline.load("b.json")
    fresh.prune({})
    fresh.write(new=False)
    assert json.loads((here / "b.json").read_text())["findings"] == {}


def test_a_new_baseline_takes_no_place_that_was_taken_meanwhile(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def another(path: Path) -> None:
        path.write_text("another")

    at(monkeypatch, "finish", another, "b.json")
    with pytest.raises(corpusfmt.ConfigurationError, match="already exists"):
        baseline.Baseline("b.json").write(new=True)
    assert (here / "b.json").read_text() == "another"


def test_a_stream_that_is_no_file_has_no_state() -> None:
    with inputs.Input(io.BytesIO(b"x"), "x", owned=True) as stream:
        assert stream.state is None
        assert stream.read(10) == b"x"
