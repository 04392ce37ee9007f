"""What was named and the files that are meant: patterns, files with several names, and links that come later."""

from __future__ import annotations

import errno
import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from corpusfmt import (
    ConfigurationError,
    Document,
    SourceChangedError,
    UnknownFormatError,
    convert,
    fix,
    read,
    validate,
)
from corpusfmt.cli.main import main
from corpusfmt.formats.dir import FORMAT
from corpusfmt.model.format import WriteOptions
from corpusfmt.storage import held_folder
from corpusfmt.storage.discovery import discover, matching
from corpusfmt.storage.held_folder import Held, open_below
from tests.support import command

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links want rights elsewhere")
GOOD = b"<<<FILE a a>>>\nA\n<<<FILE b b>>>\nB\n<<<FILE c c>>>\nC\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("in.seed").write_bytes(GOOD)
    return tmp_path


def found(*sources: str, every: bool = False) -> tuple[list[str], list[str]]:
    paths, beside = discover(sources, lambda name: every or name.endswith(".seed"), every=every)
    return paths, list(beside)


def test_a_pattern_follows_no_link(here: Path) -> None:
    Path("d/x").mkdir(parents=True)
    Path("d/a.seed").write_bytes(b"<<<FILE a a>>>\nA\n")
    Path("d/x/b.seed").write_bytes(b"<<<FILE b b>>>\nB\n")
    Path("d/loop").symlink_to(".")
    Path("d/link.seed").symlink_to("a.seed")
    Path("far").mkdir()
    Path("far/f.seed").write_bytes(b"<<<FILE f f>>>\nF\n")
    Path("d/out").symlink_to("../far")
    for pattern in ("d/**/*.seed", "**/d/**/*.seed", "d/**/**/*.seed", "d/**"):
        assert convert(pattern, "out.jsonl").read == 2, pattern
    for pattern in ("d/out/*", "d/loop/*.seed"):
        assert convert(pattern, "out.jsonl").read == 1, "what stands before the first special character was named"
    for pattern in ("*/out/f.seed", "d/l*/*", "d/link.see?", "d/*/loop/*.seed", "d/*/../link.seed"):
        with pytest.raises(ConfigurationError, match="no file matches"):
            convert(pattern, "out.jsonl")


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("*", "a.txt b.seed"), ("*.txt", "a.txt"), ("?.seed", "b.seed"), ("[ab].*", "a.txt b.seed"), ("[!a].*", "b.seed"), (".*", ".h"),
        ("d/*", "d/a.txt"), ("*/*", "d/a.txt"), ("*/a.txt", "d/a.txt"), ("d*/e/*", "d/e/c.seed"), ("*/.g/*", "d/.g/i"), ("*/../*.txt", "d/../a.txt d/e/../a.txt"),
        ("**", "a.txt b.seed d/a.txt d/e/c.seed"), ("**/a.txt", "a.txt d/a.txt"), ("**/e/**", "d/e/c.seed"), ("d/**/**", "d/a.txt d/e/c.seed"),
        ("./*.txt", "./a.txt"), ("d//*", "d//a.txt"), ("*//*.txt", "d/a.txt"), ("*/./a.txt", "d/./a.txt"), ("none/*", ""), ("a.txt/*", ""), ("*/", ""), ("d/e/**/x*", ""), ("**/", ""),
    ],
)  # fmt: skip
def test_what_a_pattern_matches(pattern: str, wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.txt", "b.seed", ".h", "d/a.txt", "d/e/c.seed", "d/.g/i", ".j/a.txt"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()
    if pattern == "*/../*.txt":
        wanted = "d/../a.txt"
    assert matching(pattern) == wanted.split()


def test_a_folder_that_a_pattern_cannot_look_into_is_reported(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("d").mkdir()
    real = os.scandir

    def refused(path: Any) -> Any:
        if "d" in os.fspath(path):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(PermissionError):
        matching("**/*.seed")


def test_a_file_is_read_once_whatever_it_is_called(here: Path) -> None:
    Path("d").mkdir()
    Path("d/a.seed").write_bytes(GOOD)
    Path("link").symlink_to("d")
    Path("other.seed").symlink_to("d/a.seed")
    os.link("d/a.seed", "d/hard.seed")
    assert found("d/a.seed", "d/a.seed", "./d/a.seed", "d/../d/a.seed") == (["d/a.seed"], [])
    assert found("d/a.seed", "link/a.seed") == (["d/a.seed"], ["link/a.seed"])
    assert found("other.seed", "d") == (["other.seed"], ["d/a.seed", "d/hard.seed"])
    assert found("d") == (["d/a.seed"], ["d/hard.seed"])
    assert found("d", every=True) == (["d/a.seed", "d/hard.seed"], [])
    assert found("d", "link", "link/hard.seed", every=True)[0] == ["d/a.seed", "d/hard.seed"]
    report = convert(["d", "other.seed", "link/*"], "out.jsonl")
    assert (report.read, report.skipped) == (3, ["d/hard.seed", "other.seed", "link/a.seed", "link/hard.seed"])


def _swap(how: str) -> None:
    """What was found in d/x/ leads somewhere else now."""
    Path("far").mkdir()
    Path("far/a.seed").write_bytes(GOOD.replace(b"A", b"secret"))
    if how == "file":
        Path("d/x/a.seed").unlink()
        Path("d/x/a.seed").symlink_to("../../far/a.seed")
    if how == "folder":
        Path("d/x").rename("gone")
        Path("d/x").symlink_to("../far")
    if how == "pipe":
        Path("d/x/a.seed").unlink()
        os.mkfifo("d/x/a.seed")


@pytest.mark.parametrize("source", ["d", "d/", "d/x", "d/*/*.seed", "**/a.seed", "absolute"])
@pytest.mark.parametrize("how", ["file", "folder", "pipe"])
@pytest.mark.parametrize("use", [read, validate, lambda source: _fixed(source)])
def test_a_link_that_comes_into_a_folder_after_it_was_looked_into_is_not_followed(
    use: Callable[[str], Any], how: str, source: str, here: Path, monkeypatch: pytest.MonkeyPatch, ways: bool
) -> None:
    if (source, how) == ("d/x", "folder"):
        pytest.skip("that folder was named itself")
    Path("d/x").mkdir(parents=True)
    Path("d/x/a.seed").write_bytes(GOOD)
    real = held_folder.open_below

    def swapped(root: str, path: str) -> int:
        if not Path("far").exists():
            _swap(how)
        return real(root, path)

    monkeypatch.setattr("corpusfmt.storage.local.open_below", swapped)
    with pytest.raises(SourceChangedError, match="is no longer a file, or is behind a link"):
        list(use(str(here / "d") if source == "absolute" else source))
    assert Path("far/a.seed").read_bytes() == GOOD.replace(b"A", b"secret")


def _fixed(source: str) -> Any:
    return fix(source, unsafe_fixes=True)


def test_a_source_that_was_named_is_followed(here: Path) -> None:
    Path("d").mkdir()
    Path("d/link.seed").symlink_to("../in.seed")
    assert len(list(read("d/link.seed"))) == 3
    Path("folder").symlink_to("d")
    Path("d/a.seed").write_bytes(GOOD)
    assert len(list(read("folder"))) == 3
    assert len(list(read(["folder", "folder/link.seed"]))) == 6


def test_what_cannot_be_opened_below_a_folder_is_named(here: Path, ways: bool) -> None:
    Path("d").mkdir()
    with pytest.raises(FileNotFoundError) as caught:
        open_below("d/", "d/x/a.seed")
    assert caught.value.filename == "d/x/a.seed"


def test_the_command_says_what_was_read_once(here: Path) -> None:
    os.link("in.seed", "hard.seed")
    done = command("convert", "in.seed", "hard.seed", "-o", "out.jsonl", cwd=here)
    assert done.returncode == 0
    assert b"skipped 1 file: hard.seed" in done.stderr


def test_a_pipe_that_comes_at_the_last_moment_is_not_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("d").mkdir()
    os.mkfifo("d/a.seed")
    monkeypatch.setattr(Held, "stat", lambda *_: os.stat("in.seed"))
    with pytest.raises(SourceChangedError, match="is no longer a file"):
        open_below("d/", "d/a.seed")


def test_names_of_shards_are_known_in_folders(tmp_path: Path) -> None:
    for number, name in enumerate(("a.json.gz", "b.JSONLINES", "c.json.zst", "d.ndjson.gz")):
        data = b'{"id":"%d","text":"t"}\n' % number
        packed: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "st": zstandard.compress}
        (tmp_path / name).write_bytes(packed.get(name[-2:], bytes)(data))
    (tmp_path / "package.json").write_text('{"id":"x","text":"t"}')
    assert [document.id for document in read(tmp_path)] == ["0", "1", "2", "3"]
    assert [document.id for document in read(tmp_path, format="jsonl")] == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    "name", ["a.jsonl.xz", "a.warc.bz2", "a.xml.lz4", "a.seed.br", "a.JSONL.ZIP", "a.json.xz", "a.jsonl.7z", "a.tei.z"]
)
def test_a_shard_in_another_compression_is_an_error(name: str, tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_bytes(b'{"id":"b","text":"t"}\n')
    (tmp_path / name).write_bytes(b"something compressed")
    with pytest.raises(UnknownFormatError, match="decompress it first") as raised:
        convert(tmp_path, tmp_path.parent / "out.jsonl")
    assert name in str(raised.value)
    with pytest.raises(UnknownFormatError):
        list(validate(tmp_path))


def test_other_compressed_files_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_bytes(b'{"id":"b","text":"t"}\n')
    for name in ("notes.xz", "picture.png.zip", "br"):
        (tmp_path / name).write_bytes(b"x")
    assert [document.id for document in read(tmp_path)] == ["b"]


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"5f" * 32 + b"\nsize 4096\n"
POINTERS = {
    "usual": LFS, "without a last line end": LFS[:-1], "CRLF": LFS.replace(b"\n", b"\r\n"),
    "an older one": LFS.replace(b"git-lfs.github", b"hawser.github"),
    "with an extension": LFS.replace(b"oid", b"ext-0-foo sha256:" + b"00" * 32 + b"\noid"),
    "git-annex": b"/annex/objects/SHA256E-s4096--" + b"5f" * 32 + b".txt\n",
}  # fmt: skip


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.warc.gz", "a.xml", "a.seed", "a.json.gz", "a.wet.zst"])
@pytest.mark.parametrize("kind", POINTERS)
def test_pointers_are_named_in_every_format(name: str, kind: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(POINTERS[kind])
    (finding,) = validate(tmp_path)
    assert (finding.code, finding.severity) == ("FILE010", "error")
    assert ("git-annex" if kind == "git-annex" else "Git LFS") in finding.message
    (again,) = validate(tmp_path, format="dir")
    assert again.code == "FILE010"


def test_a_text_about_pointers_is_a_text(tmp_path: Path) -> None:
    texts = [LFS + b"is how a pointer looks\n", b"version 2 of the poem\n", LFS[:60], b"version ", LFS + b"\n" * 2000]
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.txt").write_bytes(text)
    assert [document.data for document in read(tmp_path, format="dir")] == texts
    (loss,) = FORMAT.losses(Document("a.txt", LFS, name="a.txt"), WriteOptions())
    assert loss.kind == "bytes"


def test_each_file_that_is_skipped_has_a_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, data in (("a.jsonl", b'{"id":"a","text":"x"}\n'), ("b.csv", b"x"), ("c", b"x"), ("d.jsonl", b"%PDF-1.7")):
        (folder / name).write_bytes(data)
    (folder / "e.xml").write_bytes(b"<other/>")
    os.link(folder / "a.jsonl", folder / "z.jsonl")
    (folder / ".hidden").write_bytes(b"x")
    reasons = {
        "b.csv": "without a known suffix", "c": "without a known suffix",
        "d.jsonl": "no text, or not in the format of its suffix",
        "e.xml": "no text, or not in the format of its suffix", "z.jsonl": "another name of a file that is read",
    }  # fmt: skip
    report = convert(folder, tmp_path / "o.jsonl")
    assert report.skip_reasons == {str(folder / name): reason for name, reason in reasons.items()}
    assert set(report.skipped) == set(report.skip_reasons)
    assert main(["validate", str(folder)]) == 0
    why = (
        "2 without a known suffix, 2 no text, or not in the format of its suffix, 1 another name of a file that is read"
    )
    said = capsys.readouterr().err
    assert "skipped 5 files: " in said
    assert f"({why})" in said
    assert main(["validate", str(folder), "--output-format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["passed_over"] == report.skip_reasons
    assert main(["convert", "-q", str(folder), "-o", str(tmp_path / "p.jsonl"), "--report", str(tmp_path / "r")]) == 0
    assert json.loads((tmp_path / "r").read_text())["passed_over_reasons"] == report.skip_reasons
    texts = convert(folder, tmp_path / "q.jsonl", from_format="dir")
    assert texts.skip_reasons[str(folder / ".hidden")] == "hidden, a link or a pipe"
