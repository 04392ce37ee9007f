"""Names of files are UTF-8 whatever the locale: as ids, as paths in reports, and as names of what is written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from corpusfmt.cli import main
from tests.support import command

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are Unicode")

NAME = "é中.txt"
ENVIRONMENTS = {
    "utf-8": {"LC_ALL": "C.UTF-8"},
    "ascii": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "posix": {"LC_ALL": "POSIX"},
    "latin-1": {"LC_ALL": "en_US.ISO-8859-1"},
}


@pytest.fixture(params=ENVIRONMENTS)
def environment(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    found = dict(ENVIRONMENTS[request.param])
    if request.param == "latin-1":
        made = shutil.which("localedef") and subprocess.run(
            ["localedef", "-f", "ISO-8859-1", "-i", "en_US", str(tmp_path / "en_US.ISO-8859-1")],
            capture_output=True, check=False,
        )  # fmt: skip
        if not made or made.returncode:
            pytest.skip("no locale in Latin-1 can be made here")
        found["LOCPATH"] = str(tmp_path)
    for name in ("PYTHONUTF8", "PYTHONIOENCODING", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / NAME).write_bytes(b"text")
    return found


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return command(*arguments, stdin=b"", cwd=None, **environment)


def test_names_become_ids_and_ids_names(environment: dict[str, str]) -> None:
    assert run(environment, "convert", "in", "-o", "out.jsonl", "--from", "dir").returncode == 0
    (record,) = map(json.loads, Path("out.jsonl").read_text("utf-8").splitlines())
    assert (record["id"], record["name"]) == (NAME, NAME)
    result = run(environment, "convert", "out.jsonl", "-o", "back/", "--to", "dir", "--receipt", "r.json")
    assert result.returncode == 0, result.stderr
    assert os.listdir("back") == [NAME]
    assert json.loads(Path("r.json").read_bytes())["outputs"][0]["path"] == f"back/{NAME}"


def test_names_on_the_command_line_and_in_patterns(environment: dict[str, str]) -> None:
    Path("in", NAME).rename("é中.jsonl")
    for pattern in ("é中.jsonl", "é*.jsonl", "?中.jsonl"):
        result = run(environment, "validate", pattern, "--output-format", "json")
        assert [one["path"] for one in json.loads(result.stdout)["findings"]] == ["é中.jsonl"], result


def test_what_the_terminal_cannot_show_is_escaped(environment: dict[str, str]) -> None:
    shown = {"ascii": b"\\xe9\\u4e2d", "latin-1": b"\xe9\\u4e2d"}
    expected = shown.get("latin-1" if "LOCPATH" in environment else "ascii" if "PYTHONUTF8" in environment else "")
    assert run(environment, "ls", "in", "--from", "dir").stdout.startswith(expected or "é中".encode())


def test_a_command_that_cannot_be_started_again_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def refused(_program: str, arguments: list[str], environment: dict[str, str]) -> None:
        assert environment["PYTHONUTF8"] == "1"
        asked.append(arguments)
        raise PermissionError

    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "iso8859-1")
    monkeypatch.setattr(os, "execve", refused)
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.delenv("PYTHONUTF8", raising=False)
    main.use_utf8()
    assert [one[:3] for one in asked] == [[sys.executable, "-X", "utf8"]]
    monkeypatch.setenv("PYTHONUTF8", "1")
    main.use_utf8()  # it was started again, and that had no effect
    assert len(asked) == 1
