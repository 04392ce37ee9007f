"""Where files are found and written is settled once: links that come later lead nowhere, and one file is one file."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from corpusfmt import ConfigurationError, Document, TargetChangedError, convert, open_writer, read
from corpusfmt.cli.main import main
from corpusfmt.sources.settings import Reading
from corpusfmt.storage import Folder, Shards, held_folder, open_output
from corpusfmt.storage.held_folder import Held
from corpusfmt.targets.settings import Writing
from corpusfmt.verbs.convert.run import Conversion

fcntl = pytest.importorskip("fcntl")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="links want rights elsewhere")
GOOD = b"<<<FILE a a>>>\nA\n<<<FILE b b>>>\nB\n<<<FILE c c>>>\nC\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("in.seed").write_bytes(GOOD)
    return tmp_path


def tree(folder: str | Path = ".") -> dict[str, bytes | str]:
    """All that is in a folder: the bytes of a file, and where a link leads to."""
    found: dict[str, bytes | str] = {}
    for path in sorted(Path(folder).rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"-> {os.readlink(path)}"
        elif path.is_file():
            found[name] = path.read_bytes()
    return found


# -- targets ---------------------------------------------------------------------------------------------------------


def test_a_link_that_comes_during_the_run_is_replaced_and_not_followed(here: Path, ways: bool) -> None:
    Path("victim").write_bytes(b"precious")
    with open_writer("out.seed") as writer:
        writer.write(Document("a", "text"))
        Path("out.seed").symlink_to("victim")
    assert Path("victim").read_bytes() == b"precious"
    assert [document.id for document in read("out.seed")] == ["a"]
    assert not Path("out.seed").is_symlink()


def test_a_link_that_was_named_leads_to_where_it_led_at_the_start(here: Path, ways: bool) -> None:
    Path("victim").write_bytes(b"precious")
    Path("real").write_bytes(b"old")
    Path("out.seed").symlink_to("real")
    with open_writer("out.seed") as writer:
        writer.write(Document("a", "text"))
        Path("out.seed").unlink()
        Path("out.seed").symlink_to("victim")
    assert Path("victim").read_bytes() == b"precious"
    assert Path("real").read_bytes().startswith(b"<<<SEED 1>>>")


@pytest.mark.parametrize(
    ("target", "more"),
    [
        ("box/out.seed", {}), ("box/out.seed", {"shard_size": 10}), ("box/out.warc", {}), ("box/out/", {"format": "tei"}),
        ("box/", {"format": "tei", "force": True}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("by", ["a link", "a folder", "nothing"])
def test_a_folder_that_is_replaced_during_the_run_is_refused(
    by: str, target: str, more: dict[str, Any], here: Path, ways: bool
) -> None:
    Path("box").mkdir()
    Path("box/mine").write_bytes(b"mine")
    Path("elsewhere").mkdir()
    gone = TargetChangedError if ways or not target.endswith("/") else (TargetChangedError, FileNotFoundError)
    with (
        pytest.raises(gone, match=r"was moved or replaced during the run|No such file"),
        open_writer(target, **more) as writer,
    ):
        writer.write(Document("a", "text"))
        Path("box").rename("moved")
        if by == "a link":
            Path("box").symlink_to("elsewhere")
        if by == "a folder":
            Path("box").mkdir()
    found = tree()
    assert {name for name in found if name not in ("box", "in.seed") and ways} <= {"moved/mine"}
    assert found["moved/mine"] == b"mine"
    assert not os.listdir("elsewhere")


@pytest.mark.parametrize("by", ["a link", "a folder", "a file", "nothing"])
def test_a_folder_in_the_target_that_is_replaced_during_the_run_is_refused(by: str, here: Path, ways: bool) -> None:
    Path("out/x/y").mkdir(parents=True)
    Path("out/x/y/a").write_bytes(b"mine")
    Path("elsewhere").mkdir()
    Path("elsewhere/a").write_bytes(b"precious")
    folder = Folder("out", force=True)
    for name in ("a", "x/y/a", "x/z"):
        folder.add(name, b"new")
    folder.finish()
    Path("out/x/y").rename("moved")
    if by == "a link":
        Path("out/x/y").symlink_to(here / "elsewhere")
    if by == "a folder":
        Path("out/x/y").mkdir()
    if by == "a file":
        Path("out/x/y").write_bytes(b"file")
    before = {name: content for name, content in tree().items() if ".corpusfmt-" not in name}
    with pytest.raises((TargetChangedError, FileNotFoundError), match=r"was replaced during the run|No such file"):
        folder.publish()
    folder.discard()
    assert tree() == before


def test_nobody_looks_into_a_folder_that_is_not_whole(here: Path) -> None:
    before = os.umask(0)
    try:
        folder = Folder("out", force=False)
        (name,) = [name for name in os.listdir() if name.startswith(".corpusfmt-")]
        assert os.stat(name).st_mode & 0o777 == 0o700
        folder.add("a", b"")
        folder.finish()
        folder.publish()
    finally:
        os.umask(before)
    assert os.stat("out").st_mode & 0o777 == 0o777


def test_a_temporary_folder_that_was_replaced_by_a_link_is_not_emptied(here: Path, ways: bool) -> None:
    Path("precious").mkdir()
    Path("precious/a").write_bytes(b"precious")
    folder = Folder("out", force=False)
    folder.add("a", b"")
    (name,) = [name for name in os.listdir() if name.startswith(".corpusfmt-")]
    Path(name).rename("moved")
    Path(name).symlink_to("precious")
    folder.discard()
    assert Path("precious/a").exists() or not ways


def test_a_link_that_the_system_does_not_follow_is_no_target(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one of somebody else in a folder that all may write to."""
    Path("victim").write_bytes(b"precious")
    Path("out.seed").symlink_to("victim")
    real = os.stat

    def refused(path: Any, **named: Any) -> os.stat_result:
        if path == "out.seed":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path, **named)

    monkeypatch.setattr(os, "stat", refused)
    with pytest.raises(PermissionError):
        open_output("out.seed")
    assert Path("victim").read_bytes() == b"precious"


# -- one file under two names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        ["--on-error", "quarantine=./out-00001.seed"], ["--on-error", "quarantine=../box/out-00099.seed"], ["--report", "./out-00002.seed"],
        ["--report", "link/out.manifest.json"], ["--receipt", "../box/./out-00001.seed"], ["--on-error", "quarantine=link/out-00001.seed"],
    ],
)  # fmt: skip
def test_nothing_beside_shards_has_the_name_of_one(
    more: list[str], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("box").mkdir()
    Path("link").symlink_to("box")
    os.chdir("box")
    more = [one.replace("link/", "../link/") for one in more]
    assert main(["convert", "../in.seed", "-o", "out.seed", "--shard-size", "10", *more]) == 2
    assert "name of a shard" in capsys.readouterr().err
    assert os.listdir() == []


def test_what_only_looks_like_a_shard_is_none(here: Path) -> None:
    """A text that begins alike is no file that is the same."""
    Path("box").mkdir()
    report = convert("in.seed", "out.seed", shard_size=10, on_error="quarantine=out-refused.seed")
    assert report.committed
    convert("in.seed", "out.seed", shard_size=10, force=True, on_error="quarantine=box/out-00001.seed")
    convert("in.seed", "out.seed", shard_size=10, force=True, on_error="quarantine=out-1.seed")
    assert len(list(read("out-0*.seed"))) == 3


TWICE = [
    ("Out.seed", "out.seed"), ("out.seed", "OUT.SEED"), (f"{'o' * 150}.seed", f"{'O' * 150}.seed"),
    (normalize("NFC", "é.seed"), normalize("NFD", "é.seed")), ("./out.seed", "box/../OUT.seed"), ("link/out.seed", "box/Out.seed"),
]  # fmt: skip


@pytest.mark.parametrize(("target", "quarantine"), TWICE)
def test_names_that_are_one_to_the_file_system_are_refused(
    target: str, quarantine: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("box").mkdir()
    Path("link").symlink_to("box")
    monkeypatch.setattr(Held, "_at", lambda _, name: normalize("NFC", name).lower())  # as such a file system
    before = tree()
    with pytest.raises(ConfigurationError, match="is already being written, under this or another name"):
        convert("in.seed", target, on_error=f"quarantine={quarantine}")
    assert tree() == before


def test_names_that_are_two_to_the_file_system_are_written(here: Path) -> None:
    Path("Probe").touch()
    if Path("probe").exists():
        pytest.skip("this file system folds case")
    convert("in.seed", "Out.seed", on_error="quarantine=out.seed")
    assert len(list(read("Out.seed"))) == 3
    assert list(read("out.seed")) == []


def test_a_file_that_a_shard_would_replace_is_reported(here: Path) -> None:
    """Only those that are numbered without a gap are of an older run."""
    Path("out-00003.seed").write_bytes(GOOD)
    before = tree()
    with pytest.raises(ConfigurationError, match=r"'out-00003.seed' already exists"):
        convert(["in.seed", "out-00003.seed"], "out.seed", shard_size=1)
    assert tree() == before
    assert convert("in.seed", "out.seed", shard_size=1, force=True).committed


def test_any_number_of_shards(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    with open_writer("many.seed") as writer:
        for number in range(1100):
            writer.write(Document(f"d{number}", "text"))
    report = convert("many.seed", "out.jsonl.zst", shard_size=1)
    assert len(report.outputs) == 1101
    assert [document.id for document in read("out-*.jsonl.zst")] == [f"d{number}" for number in range(1100)]


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="this system does not list descriptors")
@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".jsonl.zst"])
def test_a_shard_that_is_finished_keeps_neither_file_nor_compressor(suffix: str, here: Path) -> None:
    shards = Shards(f"out{suffix}", suffix, force=False)
    shards.next().write(b"text")
    opened = len(os.listdir("/dev/fd"))
    for _ in range(20):
        shards.next().write(b"text")
    assert len(os.listdir("/dev/fd")) == opened
    assert [output._encoder for output in shards.outputs[:-1]] == [None] * 20
    shards.discard()
    assert os.listdir() == ["in.seed"]


def test_a_manifest_is_no_other_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Held, "_at", lambda _, name: name.replace("ß", "ss"))  # known to this file system alone
    report = open_output("groß.manifest.json")
    with pytest.raises(ConfigurationError, match="is already being written"):
        convert("in.seed", "gross.seed", shard_size=10)
    report.discard()
    assert os.listdir() == ["in.seed"]


def test_a_shard_that_is_another_output_ends_the_run(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Held, "_at", lambda _, name: name.replace("out-zwei", "out-00002"))
    with pytest.raises(ConfigurationError, match="is already being written"):
        convert("in.seed", "out.seed", shard_size=10, on_error="quarantine=out-zwei.seed")
    assert os.listdir() == ["in.seed"]


# -- two runs --------------------------------------------------------------------------------------------------------


def _run(target: str, force: bool, monkeypatch: pytest.MonkeyPatch, **more: Any) -> Conversion:
    """A run, as of a process of its own."""
    monkeypatch.setattr(held_folder, "_RUN", os.urandom(6).hex())
    return Conversion(["in.seed"], target, Reading(), Writing(force=force, **more))


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("old", [False, True])
def test_two_runs_make_no_mixed_set_of_shards(
    force: bool, old: bool, here: Path, monkeypatch: pytest.MonkeyPatch, ways: bool
) -> None:
    if old:
        convert("in.seed", "out.seed", shard_size=1)
        for path in Path().glob("out*") if not force else ():
            path.unlink()
    first = _run("out.seed", force, monkeypatch, shard_size=10_000)
    other = _run("out.seed", force, monkeypatch, shard_size=1)
    assert other.run().committed
    before = tree()
    with pytest.raises(TargetChangedError, match=r"another run wrote or removed shards of 'out.seed' at the same time"):
        first.run()
    assert {name: content for name, content in before.items() if ".corpusfmt-" not in name} == tree()


def test_a_run_waits_for_another_one_that_gives_files_their_names(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = os.open(".", os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    monkeypatch.setattr(held_folder, "_PATIENCE", 0.05)
    with pytest.raises(TargetChangedError, match="another run has been writing into"):
        convert("in.seed", "out.seed", shard_size=1)
    assert os.listdir() == ["in.seed"]
    monkeypatch.setattr("time.sleep", lambda _: fcntl.flock(holder, fcntl.LOCK_UN))
    assert convert("in.seed", "out.seed", shard_size=1).committed
    os.close(holder)


def test_where_there_are_no_locks_files_are_written_all_the_same(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    assert convert("in.seed", "out.seed", shard_size=1).committed


def test_the_index_of_an_older_archive_does_not_stay_beside_a_new_one(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    convert("in.seed", "out.warc", cdxj=True)
    before = tree()
    for size in (0, 10):
        with pytest.raises(ConfigurationError, match=r"the index of an earlier archive exists \('out.cdxj'\)"):
            convert("in.seed", "out.warc", shard_size=size)
        assert tree() == before
    convert("in.seed", "out.jsonl", on_error="skip")  # which has no index
    assert Path("out.cdxj").exists()
    convert("in.seed", "out.warc", force=True)
    assert not Path("out.cdxj").exists()
    first = _run("out.warc", False, monkeypatch)
    Path("out.cdxj").write_bytes(b"of another run")
    with pytest.raises(ConfigurationError, match="the index of an earlier archive exists"):
        first.run()
    assert Path("out.cdxj").read_bytes() == b"of another run"


# -- the quarantine --------------------------------------------------------------------------------------------------


BAD = GOOD + b"<<<FILE d d>>>\n\xff\n"


@pytest.mark.parametrize("force", [False, True])
def test_no_quarantine_comes_of_a_run_that_comes_to_nothing(
    force: bool, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stood there once, of a target that did not."""
    Path("in.seed").write_bytes(BAD)
    Path("box").mkdir()
    if force:
        Path("q.seed").write_bytes(b"older")
    run = Conversion(
        ["in.seed"], "box/out.jsonl", Reading(), Writing(force=force), on_error="quarantine", quarantine="q.seed"
    )
    Path("box").rename("moved")
    with pytest.raises(TargetChangedError, match="was moved or replaced"):
        run.run()
    assert tree() == {"in.seed": BAD, **({"q.seed": b"older"} if force else {})}


def test_the_quarantine_comes_after_the_target_and_the_old_one_is_gone_before(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("in.seed").write_bytes(BAD)
    Path("out.jsonl").write_bytes(b"older")
    Path("q.seed").write_bytes(b"older")
    real, states = os.replace, []

    def seen(*given: Any, **named: Any) -> None:
        states.append(sorted(name for name in tree() if ".corpusfmt-" not in name))
        real(*given, **named)

    monkeypatch.setattr(os, "replace", seen)
    convert("in.seed", "out.jsonl", on_error="quarantine=q.seed", force=True)
    assert states == [["in.seed", "out.jsonl"]] * 2


def test_a_quarantine_that_comes_during_the_run_is_not_replaced(here: Path) -> None:
    Path("in.seed").write_bytes(BAD)
    run = Conversion(["in.seed"], "out.jsonl", Reading(), Writing(), on_error="quarantine", quarantine="q.seed")
    Path("q.seed").write_bytes(b"of another run")
    with pytest.raises(ConfigurationError, match="the quarantine of an earlier run exists"):
        run.run()
    assert tree() == {"in.seed": BAD, "q.seed": b"of another run"}


# -- names of what is open -------------------------------------------------------------------------------------------


@pytest.mark.skipif(not os.path.exists("/dev/fd/1"), reason="this system has no names of descriptors")
@pytest.mark.parametrize(
    "target",
    [
        "/dev/stdout", "/dev/../dev/stdout", "//dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/fd/../fd/1", "/proc/thread-self/fd/1",
        "link", "far", "log.jsonl", "./log.jsonl", "hard.jsonl", "/dev/stderr", "/dev/fd/2",
    ],
)  # fmt: skip
def test_names_of_what_is_printed_to_are_no_targets(target: str, here: Path) -> None:
    Path("link").symlink_to("/dev/stdout")
    Path("far").symlink_to("link")
    with open("log.jsonl", "wb") as log, open("err.jsonl", "wb") as error:
        os.link("log.jsonl", "hard.jsonl")
        argv = [sys.executable, "-m", "corpusfmt", "convert", "in.seed", "-o", target, "--to", "jsonl"]
        env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
        code = subprocess.run(argv, stdout=log, stderr=error, env=env, check=False).returncode
    assert code == 2
    assert Path("log.jsonl").read_bytes() == b""
    assert b"refers to an open file; write to - instead" in Path("err.jsonl").read_bytes()


@pytest.mark.skipif(not os.path.exists("/dev/fd/0"), reason="this system has no names of descriptors")
def test_any_descriptor_has_names_that_are_no_targets(here: Path) -> None:
    with open("kept.jsonl", "wb") as file:
        for target in (f"/dev/fd/{file.fileno()}", f"/proc/self/fd/{file.fileno()}"):
            if os.path.exists(target):
                with pytest.raises(ConfigurationError, match="refers to an open file"):
                    convert("in.seed", target, to_format="jsonl")
        assert convert("in.seed", "kept.jsonl").committed, (
            "under its own name it is replaced, and whoever has it open keeps it"
        )


def test_a_descriptor_that_is_no_link_is_one(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    """As on macOS, where it is a device with the content of a file."""
    Path("file").touch()
    real, device = os.lstat, os.lstat(os.devnull)
    monkeypatch.setattr(os, "lstat", lambda path: device if path == "file" else real(path))
    with pytest.raises(ConfigurationError, match="refers to an open file"):
        open_output("file")


def test_a_device_that_became_a_file_is_not_cut(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("out.seed").write_bytes(b"precious")
    monkeypatch.setattr(os.path, "isfile", lambda _: False)
    with pytest.raises(TargetChangedError, match="was replaced during the run"):
        open_output("out.seed")
    assert Path("out.seed").read_bytes() == b"precious"


# -- folders that are held -------------------------------------------------------------------------------------------


def test_a_folder_that_may_only_be_written_into(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def refused(path: Any, flags: int, *given: Any, **named: Any) -> int:
        if path == str(here / "box") and not flags & getattr(os, "O_PATH", 0):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path, flags, *given, **named)

    Path("box").mkdir()
    monkeypatch.setattr(os, "open", refused)
    if not hasattr(os, "O_PATH"):
        pytest.skip("this system cannot hold such a folder")
    convert("in.seed", "box/out.seed", shard_size=10)
    assert len(list(read("box/out-*.seed"))) == 3


def test_what_a_folder_is_asked_for_by_path(here: Path, ways: bool) -> None:
    folder = Held("." if ways else str(here))
    folder.mkdir("d")
    inner = folder.below("d")
    inner.change_mode(0o750)
    inner.change_owner(os.getuid(), os.getgid())
    assert inner.mode == 0o750
    os.close(inner.create("a"))
    inner.mkdir("e")
    assert sorted(inner.entries()) == [("a", False), ("e", True)]
    inner.sync()
    inner.empty()
    folder.rmdir("d")
    assert os.listdir() == ["in.seed"]
    with suppress(OSError):
        folder.clear("nothing")
    with pytest.raises(OSError, match="Not a directory"):
        Held("in.seed", folder)


@pytest.mark.parametrize("call", ["create", "unlink"])
def test_what_fails_in_a_folder_has_the_name_of_the_target(
    call: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **named: Any) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", ".corpusfmt-0-out.seed.tmp")

    Path("q.seed").write_bytes(GOOD)
    monkeypatch.setattr(Held, call, failing)
    with pytest.raises(PermissionError) as caught:
        convert("in.seed", "out.jsonl", force=True, on_error="quarantine=q.seed")
    assert caught.value.filename == ("out.jsonl" if call == "create" else "q.seed")


def test_what_lies_elsewhere_is_no_shard(here: Path) -> None:
    with pytest.raises(ConfigurationError, match="the folder 'none' does not exist"):
        convert("in.seed", "out.seed", shard_size=10, on_error="quarantine=none/out-00001.seed")


@pytest.mark.parametrize("how", [{"on_error": "quarantine=q.seed"}, {"on_error": "skip"}])
def test_a_pipe_has_nothing_older(how: dict[str, str], here: Path) -> None:
    for name in ("out.warc", "q.seed"):
        os.mkfifo(name)
    Path("out.cdxj").write_bytes(b"mine")
    ends = [os.open(name, os.O_RDONLY | os.O_NONBLOCK) for name in ("out.warc", "q.seed")]
    assert convert("in.seed", "out.warc", **how).committed  # type: ignore[arg-type]
    assert os.read(ends[0], 4) == b"WARC"
    for end in ends:
        os.close(end)
    assert Path("out.cdxj").read_bytes() == b"mine"
