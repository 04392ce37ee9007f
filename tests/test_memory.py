"""What works with files works with any file system, and leaves it whole when a step fails: tried in memory."""

from __future__ import annotations

import errno
import gzip
import io
import os
from collections.abc import Callable
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest

import corpusfmt
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.storage import paths, schemes
from corpusfmt.storage.schemes.memory import MemoryFileSystem

TEXTS = {"d1": "a first text\n", "d2": "another\nof two lines\n", "d3": "the third\n"}
SEED = "".join(f"<<<FILE {name} {name}.txt>>>\n{text}" for name, text in TEXTS.items()).encode()
MIXED = SEED + b"<<<FILE d4 d4.txt>>>\nca\xe9\n"


class Disk(MemoryFileSystem):
    """A file system that fails at the ``at``-th step of those that ``may`` fail, and from then on when it ``stays``."""

    def __init__(self) -> None:
        super().__init__(self.step)
        self.steps: list[str] = []
        self.at, self.stays, self.failed = -1, False, ""

    def step(self, name: str, path: str) -> None:
        self.steps.append(name)
        count = len(self.steps) - 1
        if count == self.at or (self.stays and 0 <= self.at < count):
            self.failed = self.failed or name
            raise OSError(errno.EIO, os.strerror(errno.EIO), path)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    found = Disk()
    monkeypatch.setitem(paths.SCHEMES, "memory", found)
    return found


TARGETS: list[tuple[str, dict[str, Any]]] = [
    ("out.seed", {}),
    ("out.jsonl", {}),
    ("out.seed.gz", {}),
    ("out.jsonl.zst", {}),
    ("out.xml", {}),
    ("out.warc.gz", {"cdxj": True}),
    ("out.jsonl", {"shard_size": 30}),
    ("folder/", {"to_format": "dir", "allow_loss": {"id"}}),
    ("folder/", {"to_format": "tei", "force": True}),
    ("out.jsonl", {"on_error": "quarantine=memory://out/q.seed"}),
    ("out.jsonl", {"verify": True, "receipt": "memory://out/r.json"}),
]
IDS = [f"{name}-{'-'.join(map(str, options))}" for name, options in TARGETS]


def put(disk: Disk, options: dict[str, Any]) -> None:
    disk.put("memory://in/a.seed", MIXED if "on_error" in options else SEED)
    disk.put("memory://out/other.txt", b"not ours")


def run(name: str, options: dict[str, Any]) -> corpusfmt.Report:
    return corpusfmt.convert("memory://in/a.seed", f"memory://out/{name}", **options)


@pytest.mark.parametrize(("name", "options"), TARGETS, ids=IDS)
def test_a_conversion_reads_and_writes_another_file_system(disk: Disk, name: str, options: dict[str, Any]) -> None:
    put(disk, options)
    report = run(name, options)
    assert report.written == 3
    assert not disk.pending
    assert disk.files()["out/other.txt"] == b"not ours"
    paths = [path for path in report.outputs if not path.endswith((".cdxj", ".manifest.json", "q.seed", "r.json"))]
    assert {f"memory://{path}" for path in disk.files()} >= {path for path in paths if not path.endswith("/")}
    read = {
        str(document.id).removesuffix(".txt"): document.text
        for document in corpusfmt.read(paths, format=options.get("to_format"))
    }
    assert read == TEXTS


def test_plain_bytes_are_those_of_the_codec(disk: Disk) -> None:
    put(disk, {})
    run("out.seed", {})
    run("out.seed.gz", {})
    assert gzip.decompress(disk.files()["out/out.seed.gz"]) == disk.files()["out/out.seed"]


@pytest.mark.parametrize("stays", [False, True], ids=["once", "from-then-on"])
@pytest.mark.parametrize(("name", "options"), TARGETS, ids=IDS)
def test_a_step_that_fails_leaves_the_old_or_the_new_files(
    disk: Disk, name: str, options: dict[str, Any], *, stays: bool
) -> None:
    put(disk, options)
    before = disk.files()
    run(name, options)
    after = disk.files()
    steps = list(disk.steps)
    assert len(steps) > 3
    failed = set[str]()
    for at in range(len(steps)):
        disk._files.clear()
        disk._folders.clear()
        put(disk, options)
        disk.steps.clear()
        disk.at, disk.stays, disk.failed = at, stays, ""
        try:
            run(name, options)
        except OSError as error:
            assert str(error.filename).startswith("memory://"), (steps[at], at, error.filename)
        assert disk.failed == steps[at]
        failed.add(disk.failed)
        disk.at = -1
        assert not disk.pending, (steps[at], at)
        for path, content in disk.files().items():
            assert content in (before.get(path), after.get(path)), (steps[at], at, path)
        changed = {path: content for path, content in disk.files().items() if before.get(path) != content}
        if "shard_size" not in options and "force" not in options:
            main = [path for path in changed if path.startswith(f"out/{name}")]
            assert not main or set(main) == {path for path in after if path.startswith(f"out/{name}")}
    assert {"open", "read", "create", "write", "sync", "commit"} <= failed
    disk._files.clear()
    put(disk, options)
    run(name, {**options, "force": True} if name.endswith("/") else options)
    assert disk.files() == after


def test_validate_diff_and_verify_read_another_file_system(disk: Disk) -> None:
    disk.put("memory://in/a.seed", MIXED)
    disk.put("memory://in/b.jsonl", b'{"id": "1", "text": "x"}\n{\n')
    disk.put("memory://in/.hidden.seed", MIXED)
    disk.put("memory://in/sub/c.seed", SEED)
    findings = list(corpusfmt.validate("memory://in"))
    assert [(finding.path, finding.code) for finding in findings if finding.severity == "error"] == [
        ("memory://in/a.seed", "ENC001"), ("memory://in/b.jsonl", "JSONL001"),
    ]  # fmt: skip
    corpusfmt.convert("memory://in/sub/c.seed", "memory://in/d.jsonl", receipt="memory://in/d.receipt.json")
    assert not list(corpusfmt.verify("memory://in/d.receipt.json"))
    assert not list(corpusfmt.diff("memory://in/sub/c.seed", "memory://in/d.jsonl"))
    disk.put("memory://in/d.jsonl", disk.files()["in/d.jsonl"].replace(b"third", b"fourth"))
    assert [change.kind for change in corpusfmt.diff("memory://in/sub/c.seed", "memory://in/d.jsonl")] == ["changed"]
    assert list(corpusfmt.verify("memory://in/d.receipt.json"))


def test_fix_replaces_a_file_of_another_file_system(disk: Disk) -> None:
    lines = b'{"id": "d1", "text": "x"}\n'
    disk.put("memory://in/a.jsonl", b"\xef\xbb\xbf" + lines)
    assert [fixed.changed for fixed in corpusfmt.fix("memory://in/a.jsonl")] == [True]
    assert disk.files() == {"in/a.jsonl": lines}
    assert not disk.pending


@pytest.mark.parametrize("path", ["s3://bucket/a.seed", "https://example.org/a.jsonl", "memory-2://a.seed"])
def test_an_address_of_no_known_scheme_is_refused_for_sources_and_targets(path: str, disk: Disk) -> None:
    disk.put("memory://in/a.seed", SEED)
    for sources, target in ((path, "memory://in/b.jsonl"), ("memory://in/a.seed", path)):
        with pytest.raises(ConfigurationError, match="remote address"):
            corpusfmt.convert(sources, target)


def test_a_name_with_a_colon_is_that_of_a_local_file(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("notes:a.seed", "c:.seed", "memo:ry.seed"):
        (tmp_path / name).write_bytes(SEED)
        assert [document.id for document in corpusfmt.read(name)] == list(TEXTS)


def test_an_empty_name_is_reported(disk: Disk) -> None:
    with pytest.raises(ConfigurationError, match="name of a source is empty"):
        corpusfmt.convert("", "memory://out/a.seed")


def refused(call: Callable[[], object], words: str) -> None:
    with pytest.raises((corpusfmt.CorpusfmtError, OSError), match=words):
        call()


def test_what_is_in_the_way_is_refused_as_on_a_disk(disk: Disk) -> None:
    disk.put("memory://out/a.seed", SEED)
    disk.make("memory://empty/inner")
    disk.put("memory://in/s.seed", SEED)
    source = "memory://in/s.seed"
    refused(lambda: corpusfmt.convert(source, "memory://out"), "has no format|is a folder")
    refused(
        lambda: corpusfmt.convert(source, "memory://out", to_format="seed"), "cannot be written as a file per|not empty"
    )
    refused(lambda: corpusfmt.convert(source, "memory://nowhere/b.seed"), "does not exist")
    refused(lambda: corpusfmt.convert(source, "memory://out/a.seed/", to_format="tei"), "is a file")
    refused(lambda: corpusfmt.convert(source, "memory://out/", to_format="tei"), "not empty")
    refused(lambda: corpusfmt.convert("memory://gone.seed", "memory://out/b.seed"), "gone.seed")
    refused(lambda: disk.open("memory://out"), "out")
    refused(lambda: disk.open("memory://none"), "none")
    refused(lambda: disk.stream("memory://empty"), "is a folder")
    held = disk.hold("memory://out", "memory://out")
    pending = held.begin("b.seed", "memory://out/b.seed")
    refused(lambda: held.begin("b.seed", "memory://out/b.seed"), "already being written")
    refused(lambda: disk.hold("memory://empty", "").begin("inner", "memory://empty/inner"), "is not a file")
    pending.keep_attributes("memory://out/a.seed")
    pending.clear()
    pending.discard()
    refused(lambda: held.unlink("none"), "none")
    held.clear("none")
    held.clear("a.seed")
    held.sync()
    assert list(disk.files()) == ["in/s.seed"]
    assert disk.state(io.BytesIO()) is None
    assert disk.real("memory://a/../b//c") == "memory://b/c"


def test_a_folder_in_the_way_of_a_file_is_refused(disk: Disk) -> None:
    disk.put("memory://out/x/y", b"1")
    disk.put("memory://out/z", b"1")
    for path in ("x", "z/a"):
        pending = disk.begin_folder("memory://out", force=True)
        pending.write(path, b"2")
        refused(lambda pending=pending, path=path: pending.finish([path]), "move it away")  # type: ignore[misc]
        pending.discard()
    assert disk.files() == {"out/x/y": b"1", "out/z": b"1"}


def test_a_source_in_memory_that_changes_is_reported(disk: Disk) -> None:
    disk.put("memory://in/a.jsonl", b'{"id":"a","text":"x"}\n' * 3)
    with pytest.raises(corpusfmt.SourceChangedError), corpusfmt.open("memory://in/a.jsonl") as source:
        for _ in source:
            disk.put("memory://in/a.jsonl", b'{"id":"b","text":"y"}\n')


def test_replaced_files_beside_a_target_are_cleared(disk: Disk) -> None:
    put(disk, {})
    for _ in range(2):
        corpusfmt.convert("memory://in/a.seed", "memory://out/o.warc.gz", cdxj=True, force=True)
        corpusfmt.convert("memory://in/a.seed", "memory://out/o.jsonl", shard_size=30, force=True)
    corpusfmt.convert("memory://in/a.seed", "memory://out/o.jsonl", shard_size=10_000, force=True)
    assert [path for path in disk.files() if "o-0" in path] == ["out/o-00001.jsonl"]
    report = list(corpusfmt.validate("memory://in/a.seed", select=["CORP"]))
    assert report == []


@pytest.mark.parametrize("name", sorted(module.name for module in iter_modules(schemes.__path__)))
def test_every_scheme_holds_targets_of_every_kind(name: str, tmp_path: Path) -> None:
    """What each file system promises, by what is written to it and read again: with its sizes and its states."""
    top = f"{name}://a-corpus"
    source = f"{top}/a.jsonl.gz"
    whole, broken = tmp_path / "whole.seed", tmp_path / "broken.seed"
    whole.write_bytes(SEED)
    broken.write_bytes(MIXED)
    assert list(corpusfmt.convert(whole, f"{top}/", to_format="tei", force=True).outputs)
    corpusfmt.convert(whole, source)
    corpusfmt.convert(source, f"{top}/b.warc.gz", cdxj=True, receipt=f"{top}/r.json")
    corpusfmt.convert(source, f"{top}/c.jsonl", shard_size=30, force=True)
    corpusfmt.convert(broken, f"{top}/d.jsonl", on_error=f"quarantine={top}/q.seed", force=True)
    assert list(corpusfmt.verify(f"{top}/r.json")) == []
    assert list(corpusfmt.diff(source, f"{top}/b.warc.gz")) == []
    assert [one.id for one in corpusfmt.read(f"{top}/c-00001.jsonl")] == ["d1"]
    with corpusfmt.create(f"{top}/e.seed") as target:
        target.write(corpusfmt.Document("d1", "a\u00adb\n", name="e.txt"))
    assert [fixed.changed for fixed in corpusfmt.fix(f"{top}/e.seed", unsafe_fixes=True, select=["TXT006"])] == [True]
    assert [one.text for one in corpusfmt.read(f"{top}/e.seed")] == ["ab\n"]


def test_a_folder_in_memory_is_read_back(disk: Disk) -> None:
    put(disk, {})
    report = run("folder/", {"to_format": "dir", "allow_loss": {"id"}, "verify": True})
    assert (report.verified, report.committed) == (3, True)


def test_a_path_of_another_file_system_is_relative_to_no_folder(disk: Disk) -> None:
    assert paths.relative("memory://in/a.seed", "in") == "memory://in/a.seed"
