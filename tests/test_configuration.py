"""A configuration comes from whoever made the repository: which one is taken, and what it cannot do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt import ConfigurationError, SchemaError
from corpusfmt.checks.baseline import Baseline
from corpusfmt.checks.baseline import load as load_baseline
from corpusfmt.checks.selection import Selection
from corpusfmt.cli.main import main
from corpusfmt.config import find, load
from corpusfmt.schema.relax_ng import jing
from corpusfmt.schema.relax_ng.grammar import safety
from corpusfmt.text.globs import Glob
from corpusfmt.verbs.validate.run import Validation
from tests.support import ROOT, command

posix = pytest.mark.skipif(os.name != "posix", reason="users and pipes are those of POSIX")
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    monkeypatch.chdir(tmp_path)
    Path("a.seed").write_text("<<<FILE d1 ../a>>>\nx\n")
    return tmp_path


# -- patterns ----------------------------------------------------------------------------------------------------------


def plainly(pattern: str, path: str) -> bool:
    """What a pattern means, as a regular expression, which takes for ever with some patterns."""
    path = path if "/" in pattern else path.rpartition("/")[2]
    pattern = pattern.removeprefix("./")
    words = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", f"{pattern}**" if pattern.endswith("/") else pattern)
    return re.fullmatch("".join(words.get(part) or re.escape(part) for part in parts), path, re.S) is not None


@given(
    st.lists(st.sampled_from(["a", "b", "/", "*", "**", "**/", "?", "./", "\n"]), max_size=8).map("".join),
    st.text("aab/\n", max_size=9),
)
def test_a_pattern_means_what_it_says(pattern: str, path: str) -> None:
    assert Glob(pattern).fits(path) == plainly(pattern, path)


@pytest.mark.parametrize(
    "pattern",
    ["**a**a**a**a**a**a**b", "*a" * 30 + "b", "**/" * 2000 + "x", "**/?" * 2000, "*" * 60_000 + "b", "a*?" * 9000],
)
def test_no_pattern_takes_for_ever(pattern: str) -> None:
    assert not Selection(per_file=[(pattern, ["DOC"])]).left_out("a/" * 1000 + "a" * 1000)


def test_codes_that_are_named_often_count_once() -> None:
    assert Selection(["DOC001"] * 1000, ignore=["doc002", "DOC002"]).select == ("DOC001",)


# -- which one is taken ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("top", [".git", ".hg", "", "home"])
def test_the_search_ends_at_the_top_of_a_repository_and_at_home(
    top: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = here / "top" / "a" / "b"
    inner.mkdir(parents=True)
    (here / "corpusfmt.toml").write_text("jobs = 1\n")
    if top == "home":
        monkeypatch.setenv("HOME", str(here / "top"))
    elif top:
        (here / "top" / top).mkdir()
    assert find(str(inner)) == ("" if top else str(here / "corpusfmt.toml"))
    (here / "top" / "corpusfmt.toml").write_text("jobs = 2\n")
    assert find(str(inner)) == str(here / "top" / "corpusfmt.toml")


def test_which_one_is_used_is_said_once(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("corpusfmt.toml").write_text('ignore = ["DOC004"]\n')
    for arguments in (["validate", "a.seed"], ["fix", "a.seed"], ["validate", "a.seed", "--output-format", "sarif"]):
        assert main(arguments) == 0
        assert capsys.readouterr().err.count("configuration: corpusfmt.toml\n") == 1
        for more in (["-q"], ["--isolated"], ["--config", "corpusfmt.toml"]):
            main([*arguments, *more])
            assert "configuration" not in capsys.readouterr().err
    main(["validate", "a.seed", "--output-format", "json"])
    assert json.loads(capsys.readouterr().out)["configuration"] == str(here / "corpusfmt.toml")
    main(["validate", "a.seed", "--output-format", "json", "--isolated"])
    assert json.loads(capsys.readouterr().out)["configuration"] is None
    Path("below").mkdir()
    monkeypatch.chdir("below")
    main(["validate", "../a.seed"])
    assert f"configuration: {here / 'corpusfmt.toml'}\n" in capsys.readouterr().err


def give(path: Path, user: int) -> None:
    os.chown(path, user, -1, follow_symlinks=False)


@as_root
@pytest.mark.parametrize(
    ("of_file", "of_folder", "of_working", "user", "taken"),
    [
        (7, 7, 7, 7, True), (0, 0, 7, 7, True), (0, 7, 7, 7, True), (8, 0, 7, 7, False), (8, 8, 7, 7, False), (0, 8, 7, 7, False),
        (7, 8, 7, 7, False), (8, 8, 8, 7, False),
        (0, 0, 0, 0, True), (8, 8, 0, 0, False), (8, 8, 8, 0, True), (8, 0, 8, 0, True), (9, 8, 8, 0, False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["corpusfmt.toml", "pyproject.toml"])
def test_whose_configuration_is_taken(
    of_file: int, of_folder: int, of_working: int, user: int, taken: bool, name: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """``user`` stands in a folder below that of the configuration."""
    working = here / "a" / "b"
    working.mkdir(parents=True)
    (here / "a" / name).write_text("[tool.corpusfmt]\njobs = 1\n" if name[0] == "p" else "jobs = 1\n")
    give(here / "a" / name, of_file)
    give(here / "a", of_folder)
    give(working, of_working)
    monkeypatch.chdir(working)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    if taken:
        assert find() == str(here / "a" / name)
    else:
        with pytest.raises(ConfigurationError, match="belongs to another user; --config FILE uses it anyway"):
            find()
        assert load(str(here / "a" / name)).jobs == 1


@posix
@pytest.mark.parametrize("user", [0, 54321])
def test_only_root_goes_by_the_owner_of_the_working_folder(
    user: int, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the tests are not run by root: then the files are those of somebody else."""
    (here / "corpusfmt.toml").write_text("jobs = 1\n")
    ours = os.stat("corpusfmt.toml").st_uid
    monkeypatch.setattr(os, "geteuid", lambda: user)
    if user == 0 or ours == 0:
        assert find() == str(here / "corpusfmt.toml")
    else:
        with pytest.raises(ConfigurationError, match="another user"):
            find()


@as_root
def test_a_link_of_another_user_is_not_followed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "mine.toml").write_text("jobs = 1\n")
    (here / "corpusfmt.toml").symlink_to("mine.toml")
    assert find() == str(here / "corpusfmt.toml")
    give(here / "corpusfmt.toml", 8)
    assert main(["validate", "a.seed"]) == 2
    assert "belongs to another user" in capsys.readouterr().err
    assert main(["validate", "a.seed", "--isolated"]) == main(["validate", "a.seed", "--config", "corpusfmt.toml"]) == 1
    (here / "pyproject.toml").write_text("[project]\n")  # of no concern, whoever it belongs to
    give(here / "pyproject.toml", 8)
    (here / "corpusfmt.toml").unlink()
    assert find() == ""


def test_where_files_have_no_owners_all_are_taken(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "geteuid", raising=False)
    (here / "corpusfmt.toml").write_text("jobs = 1\n")
    assert find() == str(here / "corpusfmt.toml")


# -- what it cannot do -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a=" + "[" * 100_000, "nested too deep"), ("x = " + "{a=" * 100_000, "nested too deep"), ("a." * 40_000 + "a = 1", "nested too deep"),
        ("[" + "a." * 40_000 + "a]", "nested too deep"), ('"a".' * 20_000 + "a = 1", "nested too deep"), ("#" * (1 << 20) + "\n", "larger than 1 MiB"),
        ("jobs = 0x" + "f" * 50_000, "jobs is too large"), ("max-document = 0x" + "f" * 50_000, "max-document is too large"),
        ("[options]\nlayout = -0x" + "f" * 50_000, "not TOML"), ("[options]\nlayout = 0x" + "f" * 50_000, "options.layout is too large"),
        ("jobs = 1000000", "jobs is at most 256, not 1000000"), ('"' + "k" * 500_000 + '" = 1', "unknown key 'kkk"),
        ('[per-file-ignores]\n"' + "k" * 60_000 + '" = 1', "per-file-ignores.kkk"), ('[per-file-ignores]\n"' + "k" * 70_000 + '" = []', "65,536 characters"),
        ('encoding = "' + "x" * 500_000 + '"', ""), ('[schemas]\nxml = "a\\u0000b"', "is not a file name"), ('baseline = "a\\u0000b"', "is not a file name"),
        ('[schemas]\nrecord = "."', "is outside of"), ('baseline = "sub"', "is not a regular file"), ('[schemas]\nmetadata = "sub/.."', "is outside"),
        (f"select = [{','.join([chr(34) + 'DOC' + chr(34)] * 150_000)}]", ""),
    ],
)  # fmt: skip
def test_what_makes_others_hang_or_fail_is_one_line(
    text: str, words: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "sub").mkdir()
    Path("corpusfmt.toml").write_text(text)
    assert main(["validate", "a.seed", "-q"]) in ((2,) if words else (1, 2))
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") <= 1
    assert len(said) < 2000
    assert "Traceback" not in said


@posix
@pytest.mark.parametrize("key", ["baseline", "schemas.record", "schemas.metadata", "schemas.xml"])
def test_files_that_are_named_are_files_of_the_repository(key: str, here: Path) -> None:
    """The one who named the configuration may have it say what it likes, but for pipes, which are waited for."""
    inside = here / "top" / "conf"
    inside.mkdir(parents=True)
    (here / "top" / ".git").mkdir()
    (here / "outside.json").write_text("{}")
    (here / "top" / "ours.json").write_text("{}")
    (inside / "link.json").symlink_to(here / "outside.json")
    (inside / "way").symlink_to(here)
    os.mkfifo(inside / "fifo")
    for name, words, named in (
        ("../ours.json", "", ""), ("nothing.json", "", ""), ("../../outside.json", "is outside of", ""), ("link.json", "is outside of", ""),
        ("way/outside.json", "is outside of", ""), (str(here / "outside.json"), "is outside of", ""), ("/dev/null", "is outside of", "is not a regular file"),
        ("fifo", "is not a regular file", "is not a regular file"), ("../../nothing.json", "is outside of", ""), ("/proc/kmsg", "is outside of", ""),
    ):  # fmt: skip
        path = inside / "corpusfmt.toml"
        path.write_text(f"{key} = {json.dumps(name)}\n")
        for found, expected in ((True, words), (False, named)):
            if expected:
                with pytest.raises(ConfigurationError, match=f"{key}: .*{expected}"):
                    load(str(path), found=found)
            else:
                load(str(path), found=found)
    (here / "top" / ".git").rmdir()
    path.write_text(f"{key} = {json.dumps('../ours.json')}\n")
    with pytest.raises(ConfigurationError, match="is outside of"):  # of no repository: the folder is all there is
        load(str(path), found=True)


def test_a_configuration_does_not_ask_for_more_processes_than_there_are_processors(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def watch(*arguments: Any, jobs: int, **named: Any) -> Any:
        asked.append(jobs)
        return Validation(*arguments, jobs=jobs, **named)

    monkeypatch.setattr("corpusfmt.cli.validate.Validation", watch)
    monkeypatch.setattr("corpusfmt.storage.processors", lambda: 3)
    for text, arguments in (("", []), ("jobs = 2", []), ("jobs = 200", []), ("jobs = 2", ["--jobs", "200"])):
        Path("corpusfmt.toml").write_text(text)
        main(["validate", "a.seed", *arguments])
    assert asked == [3, 2, 3, 200]


# -- baselines and schemas ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '{"version":1,"findings":{"a":' * 1000, "[" * 200_000, '{"version":1,"findings":{"a":{"X:0123456789abcdef":1' + "0" * 4000 + "}}}",
        '{"version":1,"findings":{"a":{"X:0123456789abcdef":1e400}}}', " " * ((8 << 20) + 1),
    ],
)  # fmt: skip
def test_a_hostile_baseline_is_refused(text: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("known.json").write_text(text)
    with pytest.raises(ConfigurationError):
        load_baseline("known.json")
    assert main(["validate", "a.seed", "--baseline", "known.json", "--prune-baseline"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert Path("known.json").read_text() == text


def test_a_baseline_that_could_not_be_read_is_not_written(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"a": {f"DOC001:{0:016x}": 1}}
    size = len(json.dumps({"version": 1, "findings": known}, indent=1))
    monkeypatch.setattr("corpusfmt.checks.baseline.SMALL_FILE", size)
    with pytest.raises(ConfigurationError, match="would be larger than"):
        Baseline("known.json", known).write(new=True)
    assert not Path("known.json").exists()
    monkeypatch.setattr("corpusfmt.checks.baseline.SMALL_FILE", size + 1)
    Baseline("known.json", known).write(new=True)
    assert Path("known.json").stat().st_size == size + 1


@posix
def test_what_a_schema_includes_is_a_file_and_bounded(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main_ = b'<externalRef href="part.rng" xmlns="http://relaxng.org/ns/structure/1.0"/>'
    os.mkfifo("part.rng")
    with pytest.raises(SchemaError, match="not a regular file"):
        safety.Files(main_, "main.rng")
    Path("part.rng").unlink()
    Path("part.rng").write_bytes(b'<empty xmlns="http://relaxng.org/ns/structure/1.0"/>')
    monkeypatch.setattr(safety, "GRAMMAR", Path("part.rng").stat().st_size)
    safety.Files(main_, "main.rng")
    monkeypatch.setattr(safety, "GRAMMAR", Path("part.rng").stat().st_size - 1)
    with pytest.raises(SchemaError, match="is larger than 51 bytes"):
        safety.Files(main_, "main.rng")


# -- programs beside a corpus ------------------------------------------------------------------------------------------


@pytest.fixture
def trapped(here: Path) -> Path:
    """A folder with modules, a plug-in and programs that leave a trace when they are used."""
    trace = f"open({str(here / 'trace')!r}, 'a').write(__name__ + '\\n')\n"
    for name in (
        "json",
        "argparse",
        "tomllib",
        "msgspec",
        "lxml",
        "decimal",
        "multiprocessing",
        "evil",
        "corpusfmt_evil",
        "isal",
    ):
        (here / f"{name}.py").write_text(trace)
    for kind in ("dist-info", "egg-info"):
        info = here / f"evil-1.0.{kind}"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
        (info / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(
            "[corpusfmt.formats]\nevil = evil:FORMAT\n[corpusfmt.rules]\nevil = evil:RULE\n"
        )
    for name in ("jing", "java"):
        (here / name).write_text(f"#!/bin/sh\necho {name} >> {here / 'trace'}\n")
        (here / name).chmod(0o755)
    (here / "a.xml").write_text('<TEI xmlns="http://www.tei-c.org/ns/1.0"/>')
    for number in range(3):
        (here / f"{number}.jsonl").write_text('{"id":"a","text":"' + "x" * 700_000 + '"}\n')
    return here


@pytest.mark.parametrize(
    "arguments",
    [
        ["formats"], ["rules"], ["validate", "a.seed", "--select", "EVIL"], ["validate", "a.odd"], ["ls", "a.seed"],
        ["validate", "a.xml", "--schema", "corpusfmt-tei.rng"], ["validate", "0.jsonl", "1.jsonl", "2.jsonl", "--jobs", "2"],
    ],
)  # fmt: skip
def test_nothing_is_loaded_from_the_working_folder(arguments: list[str], trapped: Path) -> None:
    done = command(*arguments, cwd=trapped, PATH=f".{os.pathsep}{os.environ['PATH']}")
    assert not (trapped / "trace").exists(), (trapped / "trace").read_text()
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("safe", [[], ["-P"]])
def test_what_was_named_is_loaded(safe: list[str], trapped: Path) -> None:
    """Who puts a folder on PYTHONPATH wants its plug-ins; and nothing else is taken off the path."""
    program = "import runpy, sys; before = sys.path[:]\ntry: runpy.run_module('corpusfmt', run_name='__main__', alter_sys=True)\nexcept SystemExit: pass\nprint(before == sys.path, before[1:] == sys.path)"  # fmt: skip
    done = subprocess.run(
        [sys.executable, *safe, "-c", program, "--version"], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )  # fmt: skip
    assert done.stdout.split()[-2:] == ([b"True", b"False"] if safe else [b"False", b"True"])


@posix
def test_programs_of_the_working_folder_are_not_run(trapped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    for path in (".", "", f".{os.pathsep}{os.curdir}/", os.pathsep):
        monkeypatch.setenv("PATH", path)
        assert jing.find() == []
    monkeypatch.setenv("PATH", f".{os.pathsep}{trapped}")
    assert jing.find() == [str(trapped / "jing")]
    monkeypatch.setattr("shutil.which", lambda name, path: f"./{name}")  # as Windows looks into the working folder
    assert jing.find() == []


@pytest.mark.parametrize("match", ["[]", '""', '["a/*", ""]'])
def test_an_entry_without_a_pattern_is_a_mistake(match: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("corpusfmt.toml").write_text(f'[[paths]]\nmatch = {match}\nlayout = "dolma"\n')
    Path("a.jsonl").write_bytes(b'{"id":"a","text":"x"}\n')
    assert main(["validate", "a.jsonl"]) == 2


def test_settings_by_path_hold_for_a_file_that_a_link_leads_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("crawl").mkdir()
    Path("crawl/a.jsonl").write_bytes(b'{"id":"a","text":"One.","source":"w"}\n')
    Path("crawl/b.seed").write_bytes(b"<<<FILE a b>>>\n")
    Path("corpusfmt.toml").write_text(
        '[[paths]]\nmatch = "crawl/*.jsonl"\nlayout = "dolma"\n[[paths]]\nmatch = "other/*"\nselect = ["TXT"]\n'
        '[per-file-ignores]\n"crawl/b.*" = ["DOC001"]\n'
    )
    Path("lnk").symlink_to("crawl")
    Path("c.jsonl").symlink_to("crawl/a.jsonl")
    for source in ("crawl/a.jsonl", "lnk/a.jsonl", "c.jsonl", "lnk/b.seed", "./lnk/../crawl/b.seed"):
        assert main(["validate", source]) == 0, capsys.readouterr().out
    Path("other").symlink_to("crawl")
    assert main(["validate", "other/b.seed"]) == 0
