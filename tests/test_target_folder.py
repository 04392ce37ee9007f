"""A target that is a folder: a file per document, all of them or none, and nothing outside of it."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt import ConfigurationError, Document, LossError, UnknownFormatError, convert, open_writer, plugins, read
from corpusfmt.cli.main import main
from corpusfmt.formats.jsonl import FORMAT as JSONL
from corpusfmt.model.format import Format, WriteOptions
from corpusfmt.storage import Folder, inside, is_folder
from corpusfmt.storage.local_folder import LocalPendingFolder, _stays
from corpusfmt.storage.target_names import Paths
from corpusfmt.text.filenames import folded, safe_path, suffixed, unfit
from tests.support import ROOT

posix = pytest.mark.skipif(os.name != "posix", reason="links and modes are POSIX")
#: The name decides what the file is called. The document with the id "worse" breaks the run as no format should.
GOOD = b"<<<FILE d1 one>>>\n1\n<<<FILE d2 two>>>\n2\n<<<FILE d3 three>>>\n3\n"
LOSSY = b"<<<FILE d1 one>>>\n1\n<<<FILE d2 two>>>\n\xff\n<<<FILE d3 three>>>\n3\n"


class Writer:
    def __init__(self, options: WriteOptions) -> None:
        self._inner = JSONL.writer(options)

    def begin(self) -> bytes:
        return b"a head that no file of its own has\n"

    def encode(self, documents: Sequence[Document], /) -> list[bytes]:
        if any(document.id == "worse" for document in documents):
            raise KeyboardInterrupt
        return [b"".join(self._inner.encode([document])) for document in documents]

    def end(self, _documents: int, /) -> bytes:
        return b"a tail\n"


def alone(piece: bytes, document: Document, _: WriteOptions) -> tuple[str, bytes]:
    return document.name, piece


LEAVES = JSONL._replace(
    name="leaves", suffixes=(".leaf", ".leaves"), sniff=lambda head: False, writer=Writer, alone=alone, schema=""
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    known: dict[str, Format] = {**plugins.formats(), "leaves": LEAVES}
    monkeypatch.setattr(plugins, "formats", lambda: known)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.seed").write_bytes(GOOD)
    (tmp_path / "lossy.seed").write_bytes(LOSSY)
    return tmp_path


def seed(*names: str) -> None:
    """Write a source whose documents have these names."""
    with open_writer("names.seed") as writer:
        for number, name in enumerate(names):
            writer.write(Document(f"d{number}", f"{number}", name=name))


def tree(folder: Path | str = ".") -> list[str]:
    """Everything below a folder, hidden or not."""
    found = []
    for place, folders, files in os.walk(folder):
        found += [os.path.relpath(os.path.join(place, name), folder) for name in [*folders, *files]]
    return sorted(name.replace(os.sep, "/") for name in found)


SOURCES = ["good.seed", "lossy.seed"]


# -- what is written ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_gets_a_file_per_document(there: bool, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if there:
        Path("out").mkdir()
    target = "out" if there else "out/"
    assert main(["convert", "good.seed", "-o", target, "--to", "leaves", "--report", "r.json"]) == 0
    assert tree("out") == ["one.leaf", "three.leaf", "two.leaf"]
    assert Path("out/two.leaf").read_bytes() == b'{"id":"d2","name":"two","text":"2\\n","meta":{}}\n'
    assert tree() == [*SOURCES[:1], SOURCES[1], "out", "out/one.leaf", "out/three.leaf", "out/two.leaf", "r.json"]
    err = capsys.readouterr().err
    assert f"3 files (146 B) in {target}\n" in err
    assert "3 documents read, 3 written, 0 refused" in err
    report = json.loads(Path("r.json").read_bytes())
    assert (report["outputs"], report["files"], report["bytes_written"]) == ([target], 3, 146)
    assert sum(path.stat().st_size for path in Path("out").iterdir()) == 146


def test_what_was_written_is_read_again(here: Path) -> None:
    convert("good.seed", "out/", to_format="leaves")
    assert sorted(d.id for d in read("out", format="leaves")) == ["d1", "d2", "d3"]


def test_pipes_and_the_library(here: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with open_writer("block/", format="leaves") as writer:
        writer.write(Document("a", "text", name="n"))
        assert not Path("block").exists()
    assert tree("block") == ["n.leaf"]
    report = convert("good.seed", "out/", to_format="leaves")
    assert (report.files, report.outputs, report.bytes_written) == (3, ["out/"], 146)
    again = convert("good.seed", "one.jsonl")
    assert again.files == 0
    program = (
        "import sys\nfrom tests.test_target_folder import LEAVES\nfrom corpusfmt import plugins\n"
        "known = {**plugins.formats(), 'leaves': LEAVES}\nplugins.formats = lambda: known\n"
        "from corpusfmt.cli.main import main\nsys.exit(main(sys.argv[1:]))\n"
    )
    arguments = ["convert", "-", "-o", "piped/", "--to", "leaves"]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], input=GOOD, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(tree("piped")) == 3


@pytest.mark.parametrize("threshold", [1, 5000])
def test_many_files(threshold: int, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpusfmt.storage.local_folder._AT_A_TIME", threshold)
    count = 40
    seed(*["same"] * count)
    report = convert("names.seed", "out/", to_format="leaves")
    assert (report.files, report.written) == (count, count)
    assert tree("out") == sorted(["same.leaf", *(f"same_{number}.leaf" for number in range(2, count + 1))])


def test_an_empty_source_gives_an_empty_folder(here: Path) -> None:
    Path("empty.seed").write_bytes(b"<<<SEED 1>>>\n")
    assert convert("empty.seed", "out/", to_format="leaves").committed
    assert tree("out") == []


# -- names -------------------------------------------------------------------------------------------------------------


def placed(names: Sequence[str]) -> list[str]:
    """Make the paths of files as a target does whose format can hold any name."""
    paths = Paths()
    return [paths.give(suffixed(name, ".leaf")).removesuffix(".leaf") for name in names]


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (["a", "A", "a"], ["a", "A_2", "a_3"]), (["a_2", "a", "a", "A"], ["a_2", "a", "a_3", "A_4"]),
        (["a", "a", "a_2"], ["a", "a_2", "a_2_2"]), (["con", "NUL", "com1.x", "console"], ["_con", "_NUL", "_com1.x", "console"]),
        (["con", "_con"], ["_con", "_con_2"]), (["..", ".", "", "../../etc/passwd"], ["_", "__2", "__3", "_.._.._etc_passwd"]),
        (["/etc/passwd", "C:\\x", "a/b"], ["_etc_passwd", "C__x", "a/b"]), (["x.", "x "], ["x", "x_2"]),
        ([".hidden", "-rf"], ["_.hidden", "_-rf"]), (["\x00\x1b[31m", "ü"], ["__[31m", "ü"]), (["n" * 300], ["n" * 249]),
        (["n" * 300, "n" * 260], ["n" * 249, "n" * 248 + "_2"]), (["a", "a.leaf/b"], ["a", "a.leaf_b"]),
        (["Ж", "ж", "é", "e\u0301"], ["Ж", "ж_2", "é", "e\u0301_2"]), (["urn:cts:x:y.z", "10.1/x"], ["urn_cts_x_y.z", "10.1/x"]),
    ],
    ids=range(15),
)  # fmt: skip
def test_names_are_safe_and_each_another(names: list[str], files: list[str]) -> None:
    assert placed(names) == files


@given(
    st.lists(st.one_of(st.text(max_size=8), st.sampled_from(["a", "A", "a_2", "con", "..", "CON.a", "."])), max_size=20)
)
def test_any_names(names: list[str]) -> None:
    made = placed(names)
    assert made == placed(names)
    assert len({folded(name) for name in made}) == len(names)
    for name in made:
        assert not unfit(f"{name}.leaf")
        assert name[0] not in "./"


def test_names_that_the_command_makes(here: Path) -> None:
    seed("../up", "nul", "Up", "up", "Война и мир")
    assert main(["convert", "names.seed", "-o", "out/", "--to", "leaves", "-q"]) == 0
    assert tree("out") == ["Up.leaf", "_.._up.leaf", "_nul.leaf", "up_2.leaf", "Война и мир.leaf"]


# -- all or nothing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["absent", "empty", "forced"])
def test_a_loss_in_the_middle_leaves_nothing(state: str, here: Path) -> None:
    if state != "absent":
        Path("out").mkdir()
    if state == "forced":
        Path("out/one.leaf").write_bytes(b"old")
    before = tree()
    with pytest.raises(LossError):
        convert("lossy.seed", "out/", to_format="leaves", force=state == "forced")
    assert tree() == before
    assert (
        main(["convert", "lossy.seed", "-o", "out/", "--to", "leaves", *(["--force"] if state == "forced" else [])])
        == 1
    )
    assert tree() == before
    assert state != "forced" or Path("out/one.leaf").read_bytes() == b"old"


def test_skip_leaves_out_what_cannot_be_held(here: Path) -> None:
    report = convert("lossy.seed", "out/", to_format="leaves", on_error="skip")
    assert (report.read, report.written, report.refused, report.files) == (3, 2, 1, 2)
    assert tree("out") == ["one.leaf", "three.leaf"]
    report = convert("lossy.seed", "kept/", to_format="leaves", on_error="quarantine=q.seed")
    assert report.outputs == ["kept/", "q.seed"]
    assert [d.id for d in read("q.seed")] == ["d2"]


@pytest.mark.parametrize("state", ["absent", "empty", "forced"])
@pytest.mark.parametrize("where", ["encode", "finish", "publish"])
def test_an_interrupt_leaves_nothing(state: str, where: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if state != "absent":
        Path("out").mkdir()
    if state == "forced":
        Path("out/other").write_bytes(b"old")
    Path("good.seed").write_bytes(GOOD + b"<<<FILE worse n>>>\n\n" * (where == "encode"))
    before = tree()
    real, calls = os.replace, []

    def interrupt(*_: Any, **named: Any) -> None:
        calls.append(1)
        if where != "publish" or state != "forced" or len(calls) == 2:
            raise KeyboardInterrupt
        real(*_, **named)

    if where == "finish":
        monkeypatch.setattr("corpusfmt.storage.held_folder.os.fsync", interrupt)
    if where == "publish":
        monkeypatch.setattr(
            f"corpusfmt.storage.held_folder.os.{'replace' if state == 'forced' else 'rename'}", interrupt
        )
    with pytest.raises(KeyboardInterrupt):
        convert("good.seed", "out/", to_format="leaves", force=state == "forced")
    assert tree() == before


@posix
def test_a_signal_leaves_nothing(here: Path) -> None:
    program = (
        "import sys, time\nfrom tests.test_target_folder import LEAVES\nfrom corpusfmt import plugins, storage\n"
        "known = {**plugins.formats(), 'leaves': LEAVES}\nplugins.formats = lambda: known\n"
        "real = storage.Folder.add\n"
        "def add(self, *given):\n    real(self, *given)\n    print('added', flush=True)\n    time.sleep(600)\n"
        "storage.Folder.add = add\n"
        "from corpusfmt.cli.main import main\nsys.exit(main(sys.argv[1:]))\n"
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        process = subprocess.Popen(
            [sys.executable, "-c", program, "convert", "good.seed", "-o", "out/", "--to", "leaves"],
            env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == b"added\n"
        assert any(name.endswith(".tmp/one.leaf") for name in tree())
        process.send_signal(number)
        assert process.wait(600) == 128 + number
        process.stdout.close()
        assert tree() == SOURCES


def test_a_disk_that_is_full_is_named_by_the_target(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("corpusfmt.storage.local_folder.os.fsync", full)
    with pytest.raises(OSError, match="No space left on device: 'out/'"):
        convert("good.seed", "out/", to_format="leaves")
    assert tree() == SOURCES


@pytest.mark.parametrize("threads", [0, 1])
def test_without_threads_files_are_made_durable_one_by_one(
    threads: int, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under a limit on processes: a thread that cannot be started ended the run with a traceback."""
    real, left, durable = threading.Thread.start, [threads], list[str]()

    def start(self: threading.Thread) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise RuntimeError("can't start new thread")
        real(self)

    monkeypatch.setattr(threading.Thread, "start", start)
    monkeypatch.setattr(LocalPendingFolder, "_sync", lambda _, name: durable.append(name))
    assert main(["convert", "good.seed", "-o", "out/", "--to", "leaves"]) == 0
    assert {Path(path).name for path in durable} == {path.name for path in Path("out").iterdir()}


def test_a_file_that_cannot_be_written_is_named_by_the_target(here: Path) -> None:
    folder = Folder("out/", force=False)
    os.rmdir(next(here.glob(".corpusfmt-*")))
    with pytest.raises(FileNotFoundError) as caught:
        folder.add("a", b"new")
    assert caught.value.filename == os.path.join("out/", "a")
    assert (folder.files, folder.size) == (0, 0)
    folder.discard()
    assert tree() == SOURCES


@pytest.mark.parametrize("call", ["chmod", "mkdir"])
def test_a_folder_that_cannot_be_begun_leaves_nothing(call: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.mkdir

    def failing(path: str, *given: Any, **named: Any) -> None:
        if call == "mkdir":  # a signal comes between the call and what would have told of it
            real(path, *given, **named)
            raise KeyboardInterrupt
        raise PermissionError(13, "Permission denied")

    Path("out").mkdir()
    with monkeypatch.context() as patched:
        patched.setattr(f"corpusfmt.storage.held_folder.os.{call}", failing)
        with pytest.raises((OSError, KeyboardInterrupt)):
            Folder("out", force=False)
    assert tree() == [*SOURCES, "out"]


@pytest.mark.parametrize("call", ["chmod", "mkdir", "replace"])
def test_what_fails_has_a_name_that_the_user_knows(call: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(path: str, *given: Any, **named: Any) -> None:
        raise PermissionError(13, "Permission denied", path)

    Path("out").mkdir()
    if call == "replace":
        Path("out/mine").write_bytes(b"mine")
    before = tree()
    with monkeypatch.context() as patched:
        patched.setattr(f"corpusfmt.storage.held_folder.os.{call}", failing)
        with pytest.raises(PermissionError) as caught:
            convert("good.seed", "out", to_format="leaves", force=True)
    assert caught.value.filename == (os.path.join("out", "one.leaf") if call == "replace" else "out")
    assert tree() == before


@pytest.mark.parametrize("call", ["scandir", "unlink", "rmdir"])
def test_what_comes_in_cleaning_up_hides_nothing(call: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure is not the one to tell of; a signal ends the run, and what is left is removed after it."""

    def failing(*given: Any, **named: Any) -> None:
        raise OSError(9, "Bad file descriptor")

    def interrupted(*given: Any, **named: Any) -> None:
        raise KeyboardInterrupt

    folder = Folder("out/", force=False)
    folder.add("a", b"new")
    with monkeypatch.context() as patched:
        patched.setattr(f"corpusfmt.storage.held_folder.os.{call}", interrupted)
        with pytest.raises(KeyboardInterrupt):
            folder.discard()
    folder.discard()
    assert tree() == SOURCES
    with monkeypatch.context() as patched:
        patched.setattr(f"corpusfmt.storage.held_folder.os.{call}", failing)
        Folder("out/", force=False).discard()


def test_what_came_into_the_way_meanwhile_stays(here: Path) -> None:
    folder = Folder("out/", force=False)
    folder.add("a", b"new")
    folder.finish()
    Path("out").mkdir()
    Path("out/mine").write_bytes(b"mine")
    with pytest.raises(OSError, match="out/"):
        folder.publish()
    folder.discard()
    assert tree() == [*SOURCES, "out", "out/mine"]


# -- what is there already ---------------------------------------------------------------------------------------------


def test_a_folder_that_is_not_empty_is_refused_without_force(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("out").mkdir()
    Path("out/one.leaf").write_bytes(b"old")
    Path("out/mine.txt").write_bytes(b"mine")
    assert main(["convert", "good.seed", "-o", "out", "--to", "leaves"]) == 2
    assert (
        "the folder 'out' is not empty; name a new or empty one, or write into it with --force"
        in capsys.readouterr().err
    )
    assert Path("out/one.leaf").read_bytes() == b"old"
    assert main(["convert", "good.seed", "-o", "out", "--to", "leaves", "--force"]) == 0
    assert tree("out") == ["mine.txt", "one.leaf", "three.leaf", "two.leaf"]
    assert b'"d1"' in Path("out/one.leaf").read_bytes()
    assert Path("out/mine.txt").read_bytes() == b"mine"


def test_a_folder_in_the_place_of_a_file_is_refused_before_anything_moves(here: Path) -> None:
    Path("out/two.leaf").mkdir(parents=True)
    Path("out/one.leaf").write_bytes(b"old")
    with pytest.raises(ConfigurationError, match=r"two.leaf' is a folder where a file is needed; move it away"):
        convert("good.seed", "out", to_format="leaves", force=True)
    assert tree("out") == ["one.leaf", "two.leaf"]
    assert Path("out/one.leaf").read_bytes() == b"old"


@pytest.mark.parametrize("force", [False, True])
def test_a_file_in_the_way_is_refused(force: bool, here: Path) -> None:
    Path("out").write_bytes(b"mine")
    with pytest.raises(ConfigurationError, match="the target 'out/' is a file"):
        convert("good.seed", "out/", to_format="leaves", force=force)
    assert Path("out").read_bytes() == b"mine"
    assert tree() == [*SOURCES, "out"]


@posix
def test_links(here: Path) -> None:
    Path("real").mkdir(mode=0o750)
    Path("real").chmod(0o750)
    Path("link").symlink_to("real")
    convert("good.seed", "link", to_format="leaves")
    assert Path("link").is_symlink()
    assert tree("real") == ["one.leaf", "three.leaf", "two.leaf"]
    assert stat.S_IMODE(Path("real").stat().st_mode) == 0o750, "a folder that is there keeps its mode"
    Path("precious").write_bytes(b"precious")
    Path("real/one.leaf").unlink()
    Path("real/one.leaf").symlink_to(here / "precious")
    convert("good.seed", "link/", to_format="leaves", force=True)
    assert Path("precious").read_bytes() == b"precious", "a link in the folder leads nowhere"
    assert not Path("real/one.leaf").is_symlink()
    Path("nowhere").symlink_to("made")
    convert("good.seed", "nowhere/", to_format="leaves")
    assert len(tree("made")) == 3
    Path("loop").symlink_to("loop")
    with pytest.raises((ConfigurationError, OSError)):
        convert("good.seed", "loop/", to_format="leaves")


@posix
def test_a_new_folder_has_the_mode_that_the_mask_gives(here: Path) -> None:
    before = os.umask(0o027)
    try:
        convert("good.seed", "out/", to_format="leaves")
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path("out").stat().st_mode) == 0o750
    assert stat.S_IMODE(Path("out/one.leaf").stat().st_mode) == 0o640


def test_the_current_folder_is_filled_and_not_replaced(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("out").mkdir()
    number = Path("out").stat().st_ino
    monkeypatch.chdir("out")
    convert("../good.seed", ".", to_format="leaves")
    assert tree() == ["one.leaf", "three.leaf", "two.leaf"]
    assert Path("../out").stat().st_ino == number


@posix
def test_where_there_is_no_current_folder_any_more(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("out").mkdir()
    Path("gone").mkdir()
    monkeypatch.chdir("gone")
    (here / "gone").rmdir()
    folder = Folder(str(here / "out"), force=False)
    folder.add("a", b"new")
    folder.finish()
    folder.publish()
    assert tree(here / "out") == ["a"]
    assert not _stays(str(here / "out" / "gone too"))


def test_a_temporary_folder_of_an_older_run_is_no_obstacle(here: Path) -> None:
    Path(f".corpusfmt-{os.getpid()}-0.tmp").mkdir()
    convert("good.seed", "out/", to_format="leaves")
    assert len(tree("out")) == 3
    assert Path(f".corpusfmt-{os.getpid()}-0.tmp").is_dir()


# -- what cannot be asked ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["good.seed", "-o", "out/"], "the target 'out/' is a folder and has no format; name it with --to"),
        (["good.seed", "-o", "out.leaf/"], "is a folder and has no format; name it with --to"),
        (["good.seed", "-o", "full"], "is a folder and has no format; name it with --to"),
        (["good.seed", "-o", "out/", "--to", "jsonl"], "the format jsonl cannot be written as a file per document; name a file"),
        (["good.seed", "-o", "full", "--to", "seed"], "the format seed cannot be written as a file per document; name a file"),
        (["good.seed", "-o", "no/out/", "--to", "leaves"], "does not exist; make it first"),
        (["good.seed", "-o", "out/", "--to", "leaves", "--shard-size", "1kB"], "has no shards; name a file"),
        (["good.seed", "-o", "out/", "--to", "leaves", "--cdxj"], "has no index; name a file"),
        (["full/a.seed", "-o", "full", "--to", "leaves", "--force"], "the source 'full/a.seed' is inside the target"),
        (["full/a.seed", "-o", "full", "--to", "leaves"], "the source 'full/a.seed' is inside the target"),
        (["full", "-o", "full", "--to", "leaves", "--force"], "is the target of this run; choose another target"),
        (["full/", "-o", "full/", "--to", "leaves"], "is the target of this run; choose another target"),
        (["good.seed", "-o", "full", "--to", "leaves", "--force", "--report", "full/r.json"], "the report 'full/r.json' is inside the target"),
        (["good.seed", "-o", "full", "--to", "leaves", "--force", "--on-error", "quarantine=full/q.seed"], "the quarantine 'full/q.seed' is inside"),
        (["good.seed", "-o", "out/", "--to", "leaves", "--on-error", "quarantine=out/q.seed"], "the quarantine 'out/q.seed' is inside the target"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(arguments: list[str], words: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("full").mkdir()
    Path("full/a.seed").write_bytes(GOOD)
    before = tree()
    assert main(["convert", *arguments]) == 2
    err = capsys.readouterr().err
    assert words in err
    assert len(err.splitlines()) == 1
    assert tree() == before
    assert Path("full/a.seed").read_bytes() == GOOD


def test_the_folder_of_an_older_run_is_no_source(here: Path) -> None:
    for _ in range(2):
        report = convert(".", "out/", to_format="leaves", force=True, on_error="skip")
        assert report.read == 6
    assert len(report.skipped) == 5


def test_the_library_says_that_the_format_is_missing(here: Path) -> None:
    with pytest.raises(UnknownFormatError, match="has no format"), open_writer("out/"):
        pass
    assert tree() == SOURCES


def test_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a/b").mkdir(parents=True)
    for path, folder, expected in [
        ("a/x", "a", True), ("a/b/x", "a/", True), ("a", "a", False), ("ab/x", "a", False), ("a/../c", "a", False),
        ("new/x/y", "new", True), ("x", ".", True), (str(tmp_path / "a/x"), "a", True),
    ]:  # fmt: skip
        assert inside(path, folder) is expected
    if os.name == "posix":
        Path("link").symlink_to("a")
        assert inside("link/x", "a")
        assert inside("a/x", "link")
    assert is_folder("a")
    assert is_folder("new/")
    assert not is_folder("new")
    assert not is_folder("-")


# -- TEI ---------------------------------------------------------------------------------------------------------------

tei = pytest.mark.skipif(
    "tei" not in plugins.builtin_names() or plugins.builtin("tei").alone is None, reason="TEI is not there yet"
)


@tei
def test_tei_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    documents = [Document(id, f"text of {id}\n", name="n") for id in ("d1", "D1", "../x", "con", "a b", "é", "7")]
    with open_writer("a.jsonl") as writer:
        for document in documents:
            writer.write(document)
    assert main(["convert", "a.jsonl", "-o", "tei/", "--to", "tei", "-q"]) == 0
    files = tree("tei")
    assert len(files) == len(documents)
    assert main(["validate", "tei"]) == 0
    assert sorted(read("tei"), key=lambda d: str(d.id)) == sorted(documents, key=lambda d: str(d.id))
    assert main(["convert", "tei/", "-o", "back.jsonl", "-q"]) == 0


def test_time_is_not_in_names(here: Path) -> None:
    convert("good.seed", "a/", to_format="leaves")
    time.sleep(0.01)
    convert("good.seed", "b/", to_format="leaves")
    assert tree("a") == tree("b")


@pytest.mark.parametrize(("name", "path"), [("a.gz", "a.gz_"), ("A.ZST", "A.ZST_"), ("a.gz.txt", "a.gz.txt")])
def test_a_name_without_a_suffix_is_not_that_of_compressed_data(name: str, path: str) -> None:
    assert safe_path(name) == path
