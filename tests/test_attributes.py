"""What a file has beside its content when it is fixed: owner, group, mode, extended attributes, other names."""

from __future__ import annotations

import errno
import os
import stat
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

import pytest

import corpusfmt
from corpusfmt.cli.main import main
from corpusfmt.storage import held_folder
from tests.support import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes and owners are those of POSIX")

BROKEN = b'\xef\xbb\xbf{"id": "d1", "text": "a"}\n'
#: The owner, the group and others, and an entry for one more user, who may read (version 2 of the system's form).
ALL = 0xFFFFFFFF
LIST = struct.pack("<I", 2) + b"".join(
    struct.pack("<HHI", *entry) for entry in [(1, 6, ALL), (2, 4, 4242), (4, 4, ALL), (16, 4, ALL), (32, 0, ALL)]
)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.jsonl"
    path.write_bytes(BROKEN)
    return path


def fixed(path: Path) -> None:
    before = path.stat().st_ino
    (one,) = corpusfmt.fix(path.name)
    assert one.changed
    assert path.read_bytes() == BROKEN[3:]
    assert path.stat().st_ino != before


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o666, 0o777, 0o400, 0o2750])
def test_the_mode_is_kept(mode: int, file: Path) -> None:
    file.chmod(mode)
    fixed(file)
    assert stat.S_IMODE(file.stat().st_mode) == mode


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may give files away")
def test_owner_and_group_are_kept(file: Path) -> None:
    os.chown(file, 4242, 4343)
    file.chmod(0o4640)
    fixed(file)
    there = file.stat()
    assert (there.st_uid, there.st_gid, stat.S_IMODE(there.st_mode)) == (4242, 4343, 0o4640)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can make files of others")
@pytest.mark.parametrize(("owner", "group"), [(4242, 4343), (4343, 4242)])
def test_a_file_whose_owner_or_group_would_be_lost_is_not_fixed(owner: int, group: int) -> None:
    with tempfile.TemporaryDirectory(prefix="corpusfmt-") as name:  # where others may come to
        folder = Path(name)
        folder.chmod(0o777)
        for file in ("warm.jsonl", "a.jsonl"):
            (folder / file).write_bytes(BROKEN)
        os.chown(folder / "a.jsonl", owner, group)
        code = (
            "import os, sys; from corpusfmt.cli.main import main\n"
            "main(['fix', '-q', 'warm.jsonl'])\n"  # all that is needed is loaded while it can be read
            "os.setgroups([]); os.setgid(4343); os.setuid(4343)\n"
            "sys.exit(main(['fix', 'a.jsonl']))"
        )
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run([sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, check=False)
        assert ran.returncode == 2
        assert ran.stderr.startswith(b"corpusfmt: 'a.jsonl' cannot be replaced by a file with the same owner, group")
        assert (folder / "a.jsonl").read_bytes() == BROKEN
        assert sorted(os.listdir(folder)) == ["a.jsonl", "warm.jsonl"]


def set_or_skip(path: Path, name: str, value: bytes) -> None:
    try:
        os.setxattr(path, name, value)
    except (OSError, AttributeError):
        pytest.skip(f"no {name} here")


def test_extended_attributes_are_kept(file: Path) -> None:
    set_or_skip(file, "user.origin", b"a\0b")
    set_or_skip(file, "system.posix_acl_access", LIST)
    mode = file.stat().st_mode
    fixed(file)
    assert os.getxattr(file, "user.origin") == b"a\0b"
    assert os.getxattr(file, "system.posix_acl_access") == LIST
    assert file.stat().st_mode == mode


def test_a_default_list_of_the_folder_opens_no_file(file: Path) -> None:
    set_or_skip(file.parent, "system.posix_acl_default", LIST)
    file.chmod(0o600)
    fixed(file)
    assert "system.posix_acl_access" not in os.listxattr(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_cut_off_is_as_private_as_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    with corpusfmt.open_writer(path) as writer:
        writer.write(corpusfmt.Document("d1", "a text"))
        writer.write(corpusfmt.Document("d2", "a long text " * 50))
    path.write_bytes(path.read_bytes()[:-500])
    path.chmod(0o600)
    (one,) = corpusfmt.fix(path, unsafe_fixes=True)
    assert one.side == f"{path}.cut"
    assert stat.S_IMODE(Path(one.side).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("chown", "Operation not permitted"),
        ("chmod", "Operation not permitted"),
        ("setxattr", "Operation not permitted"),
        ("removexattr", "Operation not permitted"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    call: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By functions that stand for those of the system, which differ between file systems and users."""
    model, other = tmp_path / "model", tmp_path / "other"
    model.touch()
    other.touch()
    extended = {str(model): {"user.a": b"1", "security.ima": b"x"}, str(other): {"user.b": b"2", "security.ima": b"y"}}
    monkeypatch.setattr(os, "listxattr", lambda path: list(extended[str(path)]), raising=False)
    monkeypatch.setattr(os, "getxattr", lambda path, name: extended[str(path)][name], raising=False)
    monkeypatch.setattr(os, "setxattr", lambda path, *item: extended[str(path)].update([item]), raising=False)
    monkeypatch.setattr(os, "removexattr", lambda path, name: extended[str(path)].pop(name), raising=False)
    held_folder.keep_attributes(str(model), str(other))
    assert extended[str(other)] == {"user.a": b"1", "security.ima": b"y"}
    extended[str(other)] = {"user.b": b"2"}

    def denied(*_: object) -> NoReturn:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    real = os.stat

    def another_owner(path: Any, **more: Any) -> os.stat_result:
        found = real(path, **more)
        return os.stat_result([*found[:4], found.st_uid + (str(path) == str(model)), *found[5:]])

    monkeypatch.setattr(os, call, denied, raising=False)
    if call == "chown":
        monkeypatch.setattr(os, "stat", another_owner)
    with pytest.raises(corpusfmt.ConfigurationError, match=f"same owner, group, mode and attributes: {message}"):
        held_folder.keep_attributes(str(model), str(other))


def test_a_mode_that_the_system_changes_in_silence_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, other = tmp_path / "model", tmp_path / "other"
    model.touch()
    other.touch()
    other.chmod(0o600)
    monkeypatch.setattr(os, "chmod", lambda *_: None)
    with pytest.raises(corpusfmt.ConfigurationError, match="the mode would change"):
        held_folder.keep_attributes(str(model), str(other))


def test_a_file_system_without_attributes_has_none_to_keep(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> NoReturn:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(os, "listxattr", unsupported, raising=False)
    fixed(file)


@pytest.mark.parametrize(("options", "verb"), [([], "keep"), (["--dry-run"], "would keep")])
def test_other_names_are_reported_of(
    options: list[str], verb: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.link(file, "b.jsonl")
    assert main(["fix", "a.jsonl", *options]) == (1 if options else 0)
    assert f"a.jsonl has 1 other name (hard links), which {verb} the old content" in capsys.readouterr().err
    assert Path("b.jsonl").read_bytes() == BROKEN
    assert file.read_bytes() == (BROKEN if options else BROKEN[3:])


def test_an_attribute_that_is_there_already_is_not_set_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    has = {"user.a": b"1", "user.b": b"2"}
    set_again: list[str] = []
    monkeypatch.setattr(held_folder, "_extended", lambda what: has if what == file.name else {"user.a": b"1"})
    monkeypatch.setattr(os, "setxattr", lambda path, name, value: set_again.append(name), raising=False)
    with (file.parent / "b").open("wb") as other:
        held_folder.keep_attributes(file.name, other.fileno())
    assert set_again == ["user.b"]
