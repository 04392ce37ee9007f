"""The table of options, and what is made of it: the command line, the configuration, the page and the library."""

from __future__ import annotations

import inspect
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import corpusfmt
from corpusfmt import plugins
from corpusfmt.cli import printers
from corpusfmt.cli.arguments import parser
from corpusfmt.cli.main import main
from corpusfmt.config import SCHEMA
from corpusfmt.options import GROUPS, READING, SETTINGS, settings_of
from docs.generate import configuration_schema
from docs.generate import options as options_page
from tests.support import ROOT

#: Commands that take options.
COMMANDS = sorted({command for one in SETTINGS for command in one.commands})
SEED = b"<<<FILE d1 a.txt>>>\nOne.\n<<<FILE d2 b.txt>>>\nTwo.\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.seed").write_bytes(SEED)
    (tmp_path / "bad.seed").write_bytes(b"<<<FILE one>>>\nText.\n<<<FILE d1 ../a>>>\nText.\n<<<FILE d2 /b>>>\nText.\n")
    return tmp_path


# The table


def test_the_page_and_the_schema_are_made_of_the_table() -> None:
    assert (ROOT / "docs" / "options.md").read_text(encoding="utf-8") == options_page(), "run 'make docs'"
    schema = json.loads((ROOT / "schemas" / SCHEMA).read_text(encoding="utf-8"))
    assert schema == configuration_schema(), "run 'make docs'"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_each_option_once(command: str) -> None:
    names = Counter(one.name for one in settings_of(command))
    assert set(names.values()) == {1}
    assert all(one.group in GROUPS and one.summary for one in settings_of(command))
    known = parser(command, "")._option_string_actions
    assert set(known) == {"-h", "--help"} | {
        name for one in settings_of(command) for name in (f"--{one.name}", f"-{one.short}") if name != "-"
    }


#: What a function takes beside the options of its command.
OF_LIBRARY = {
    "read": {"source", "format", "limits", "on_error"},
    "convert": {
        "source",
        "target",
        "from_format",
        "to_format",
        "limits",
        "ids",
        "progress",
        "read_options",
        "write_options",
    },
    "validate": {"source", "format", "limits"},
    "fix": {"source", "format", "limits", "diff"},
    "diff": {"a", "b", "format", "limits", "options_a", "options_b"},
    "verify": {"receipt"},
}


@pytest.mark.parametrize("function", OF_LIBRARY)
def test_the_library_has_the_names_of_the_command_line(function: str) -> None:
    of = settings_of("convert" if function == "read" else function)
    known = {name for one in of for name in (one.name.replace("-", "_"), one.attribute)} | OF_LIBRARY[function]
    parameters = inspect.signature(getattr(corpusfmt, function)).parameters.values()
    assert {one.name for one in parameters if one.kind is not inspect.Parameter.VAR_KEYWORD} <= known


# Help


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_the_terminal(
    command: str, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= columns
    titles = [line[:-1] for line in text.splitlines() if line.endswith(":") and line[0] not in " u"]
    assert titles[0] == "arguments"
    assert titles[-1] == "examples"
    assert text.count("\n  corpusfmt ") >= 2
    written = ("seed files",) if command == "convert" else ()
    of_formats = [one for one in titles if one in ("JSON Lines", "TEI P5", "WARC", "seed files")]
    assert of_formats == (["JSON Lines", *written, "TEI P5", "WARC"] if command in READING else [])


def test_the_required_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["convert", "--help"])
    lines = capsys.readouterr().out.splitlines()
    begin = lines.index("arguments:")
    assert lines[begin + 1].split()[0] == "SOURCE"
    assert "--output TARGET" in "".join(lines[begin + 1 : begin + 5])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--layuot", "hf"], "unknown option '--layuot'; did you mean --layout?"),
        (["--extend-selct=TXT"], "unknown option '--extend-selct=TXT'; did you mean --extend-select?"),
        (["--dialect", "1"], "unknown option '--dialect'"),  # which only convert has
        (["--zzz"], "unknown option '--zzz'; see"), (["-z"], "unknown option '-z'; see"),
    ],
)  # fmt: skip
def test_an_option_that_is_not_there(
    given: list[str], said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["validate", "good.seed", *given])
    assert said in capsys.readouterr().err


def test_no_format_is_loaded_for_an_option_that_none_has(here: Path) -> None:
    program = "import sys; from corpusfmt.cli.main import main; main(sys.argv[1:]); print(*sys.modules)"
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", program, "validate", "good.seed", "-q", "--no-cap"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "corpusfmt.formats.tei" not in done.stdout.split()
    assert "shutil" not in done.stdout.split()


# Plug-ins


PLUGIN = """
from corpusfmt.model.format import Option
from corpusfmt.formats.jsonl import FORMAT as JSONL
from corpusfmt.formats.jsonl.read import scan

def flavoured(stream, options):
    for batch in scan(stream, options._replace(own={})):
        for document in batch.documents:
            print("flavour:", options.own.get("flavour"))
        yield batch

FLAVOURED = JSONL._replace(
    name="flavoured", title="Flavoured lines: JSON Lines with a taste", suffixes=(".flavoured",), sniff=lambda head: head.startswith(b'{'),
    options=(Option("flavour", "how it tastes", ("sweet", "sour"), "read"),), scan=flavoured,
)
"""


@pytest.fixture
def plugin(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = here / "site"
    info = folder / "flavoured-1.dist-info"
    info.mkdir(parents=True)
    (folder / "flavoured.py").write_text(PLUGIN)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: flavoured\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[corpusfmt.formats]\nflavoured = flavoured:FLAVOURED\n")
    monkeypatch.syspath_prepend(folder)
    plugins.formats.cache_clear()
    (here / "a.flavoured").write_bytes(b'{"id":"d","name":"a","text":"x"}\n')
    return folder


@pytest.fixture(autouse=True)
def _forget_plugins() -> Any:
    yield
    plugins.formats.cache_clear()
    sys.modules.pop("flavoured", None)


@pytest.mark.usefixtures("plugin")
def test_an_option_of_a_plugin(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ls", "a.flavoured", "--flavour", "sour"]) == 0
    assert "flavour: sour\n" in capsys.readouterr().out
    assert main(["ls", "a.flavoured", "--flavour", "bitter"]) == 2
    assert "sweet" in capsys.readouterr().err
    Path("corpusfmt.toml").write_text('[options]\nflavour = "sweet"\n')
    assert main(["ls", "a.flavoured"]) == 0
    assert "flavour: sweet\n" in capsys.readouterr().out
    Path("corpusfmt.toml").write_text('[[paths]]\nmatch = "*.flavoured"\nflavour = "sour"\n')
    assert main(["ls", "a.flavoured"]) == 0
    assert "flavour: sour\n" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["validate", "--help"])
    assert "Flavoured lines:\n      --flavour HOW" in capsys.readouterr().out


# Settings by path


@pytest.fixture
def mixed(here: Path) -> Path:
    for name, text in {
        "corpusfmt.toml": """
encoding = "cp1252"
select = ["DOC"]
[options]
layout = "hf"
[[paths]]
match = "texts/**"
from = "dir"
encoding = "utf-8"
select = ["TXT006"]
[[paths]]
match = ["dolma/**", "old/*.jsonl"]
layout = "dolma"
ignore = ["DOC001"]
[[paths]]
match = "dolma/named.jsonl"
from = "jsonl:layout=text-meta"
id-from = "line"
""",
        "texts/one.txt": "One\u00adly.\n",
        "texts/in/two.txt": "Zwei für zwei.\n",
        "dolma/a.jsonl": '{"id":"d1","text":"","source":"s","metadata":{}}\n',
        "dolma/named.jsonl": '{"text":"b","meta":{}}\n',
        "hf/b.jsonl": '{"text":"","id":"d2","meta":{"a":1}}\n',
    }.items():  # fmt: skip
        (here / name).parent.mkdir(exist_ok=True, parents=True)
        (here / name).write_text(text, encoding="utf-8")
    (here / "plain.seed").write_bytes(b"<<<FILE d1 a>>>\nf\xfcr\n")
    return here


@pytest.mark.usefixtures("mixed")
def test_settings_of_each_path(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["texts", "dolma", "hf", "plain.seed"]
    assert main(["ls", *names, "-q"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(row[0], row[3]) for row in rows] == [
        ("one.txt", "texts/one.txt:1"), ("in/two.txt", "texts/in/two.txt:1"), ("d1", "dolma/a.jsonl:1"),
        ("1", "dolma/named.jsonl:1"), ("d2", "hf/b.jsonl:1"), ("d1", "plain.seed:1"),
    ]  # fmt: skip
    assert main(["convert", *names, "-o", "all.seed", "-q"]) == 0
    texts = {str(one.id): one.text for one in corpusfmt.read("all.seed")}
    assert texts["in/two.txt"] == "Zwei für zwei.\n"
    assert main(["convert", "plain.seed", "-o", "p.jsonl", "-q", "--allow-loss", "encoding"]) == 0
    assert next(corpusfmt.read("p.jsonl")).text == "für\n"


@pytest.mark.usefixtures("mixed")
def test_codes_by_path(capsys: pytest.CaptureFixture[str]) -> None:
    def told(*arguments: str) -> list[tuple[str, str]]:
        main(["validate", "texts", "dolma", "hf", "-q", "--output-format", "jsonl", *arguments])
        found = map(json.loads, capsys.readouterr().out.splitlines())
        return sorted({(one["path"], one["code"]) for one in found})

    usual = [("hf/b.jsonl", "DOC001"), ("texts/one.txt", "TXT006")]
    assert told() == usual
    assert told("--jobs", "2") == usual
    assert told("--select", "TXT006") == [("texts/one.txt", "TXT006")]
    assert main(["fix", "texts/one.txt", "-q", "--unsafe-fixes"]) == 0
    assert Path("texts/one.txt").read_bytes() == b"Onely.\n"


@pytest.mark.usefixtures("mixed")
def test_the_command_line_comes_before_paths(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ls", "dolma/named.jsonl", "-q", "--id-from", "sha256"]) == 0
    assert len(capsys.readouterr().out.split("\t")[0]) == 64
    assert main(["ls", "dolma/a.jsonl", "-q", "--from", "seed"]) == 1
    assert main(["ls", "dolma/a.jsonl", "-q", "--layout", "native"]) == 1
    assert main(["ls", "dolma/a.jsonl", "-q", "--isolated"]) == 1
    capsys.readouterr()
    assert main(["diff", "dolma/a.jsonl", "dolma/a.jsonl"]) == 0
    assert main(["diff", "dolma/a.jsonl", "dolma/a.jsonl", "--isolated"]) == 2
    assert main(["schema", "infer", "dolma/named.jsonl", "-q"]) == 0
    assert main(["convert", "dolma", "-o", "r.seed", "--receipt", "r.json", "-q"]) == 0
    asked = json.loads(Path("r.json").read_text())["asked"]["configured"]
    assert asked[2] == {"match": ["dolma/**", "old/*.jsonl"], "read_options": {"layout": "dolma"}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[paths]]\nfrom = 'dir'\n", "paths[1] has no key 'match'"),
        ("[[paths]]\nmatch = 1\n", "paths[1].match is text, not an integer"),
        ("[[paths]]\nmatch = 'a'\nlayuot = 'hf'\n", "no format has the option 'layuot'; did you mean 'layout'?"),
        ("[[paths]]\nmatch = 'a'\nfrom = 'nothing'\n", "nothing"),
        ("[[paths]]\nmatch = 'a'\nfrom = 'seed:layout=hf'\n", "layout"),
        ("[[paths]]\nmatch = 'a'\nencoding = 'no-such'\n", "unknown encoding 'no-such'"),
        ("[[paths]]\nmatch = 'a'\nselect = ['NOTHING']\n", "no code begins with 'NOTHING'"),
        ("[[paths]]\nmatch = '*'\nid-from = 'x'\n", "paths[1].id-from is one of name, line, sha256, path, not 'x'"),
        ("[limits]\nheader = '1XB'\n", "limits.header is a size"), ("[limits]\ndepht = 3\n", "did you mean depth?"),
        ("[limits]\ndepth = '3'\n", "limits.depth is an integer, not text"),
        ("fail-on = 'note'\n", "fail-on is one of warning, error, not 'note'"),
        (f"[[paths]]\nmatch = '{'a' * 70_000}'\n", "the patterns have more than"),
    ],
)  # fmt: skip
def test_wrong_settings_by_path(text: str, said: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("corpusfmt.toml").write_text(text)
    assert main(["validate", "good.seed"]) == 2
    assert said in capsys.readouterr().err


def test_limits_of_a_configuration(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("corpusfmt.toml").write_text("[limits]\nheader = 10\n")
    assert main(["validate", "good.seed"]) == 1
    assert "SEED011" in capsys.readouterr().out
    assert main(["validate", "good.seed", "--limit", "header=1KiB"]) == 0


# What validate prints


def test_statistics(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "bad.seed", "good.seed", "--statistics"]) == 1
    assert capsys.readouterr().out == (
        "2  DOC004 warning\n2    bad.seed\n1  SEED003 error\n1    bad.seed\n"
    )  # fmt: skip
    assert main(["validate", "bad.seed", "--statistics", "--output-format", "json"]) == 2


def test_reports_beside_the_text(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "bad.seed", "--output", "sarif=x.sarif", "--output", "jsonl=x.jsonl"]) == 1
    assert "SEED003 error:" in capsys.readouterr().out
    assert len(json.loads(Path("x.sarif").read_text())["runs"][0]["results"]) == 3
    assert len(Path("x.jsonl").read_text().splitlines()) == 3
    for wrong in ("sarif", "sarif=", "sarif=-", "nothing=x"):
        assert main(["validate", "bad.seed", "--output", wrong]) == 2
        assert f"--output takes FORMAT=FILE, such as sarif=findings.sarif, not '{wrong}'" in capsys.readouterr().err
    assert main(["validate", "nothing.seed", "--output", "json=y.json"]) == 2
    assert not Path("y.json").exists()


def test_a_report_says_what_ended_a_run(here: Path) -> None:
    Path("prose.txt").write_text("prose\n")
    assert main(["validate", "good.seed", "prose.txt", "-q", "--output", "json=y.json"]) == 2
    assert "prose.txt" in json.loads(Path("y.json").read_text())["error"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["good.seed"], 0), (["warned.seed"], 1), (["bad.seed"], 1), (["warned.seed", "--fail-on", "error"], 0),
        (["bad.seed", "--fail-on", "error"], 1), (["bad.seed", "--exit-zero"], 0), (["nothing.seed", "--exit-zero"], 2),
    ],
)  # fmt: skip
def test_exit_codes(arguments: list[str], code: int, here: Path) -> None:
    (here / "warned.seed").write_bytes(b"<<<FILE d1 ../a>>>\nText.\n")
    assert main(["validate", *arguments]) == code


def test_fail_on_is_configured(here: Path) -> None:
    (here / "warned.seed").write_bytes(b"<<<FILE d1 ../a>>>\nText.\n")
    Path("corpusfmt.toml").write_text('fail-on = "error"\n')
    assert main(["validate", "warned.seed"]) == 0
    assert main(["validate", "warned.seed", "--fail-on", "warning"]) == 1


@pytest.mark.parametrize(
    ("variables", "terminal", "coloured"),
    [
        ({}, True, True), ({}, False, False), ({"NO_COLOR": "1"}, True, False), ({"FORCE_COLOR": "1"}, False, True),
        ({"NO_COLOR": ""}, True, True), ({"TERM": "dumb"}, True, False),
    ],
)  # fmt: skip
def test_colour(
    variables: dict[str, str], terminal: bool, coloured: bool, here: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    assert main(["validate", "bad.seed", "-q"]) == 1
    out = capsys.readouterr().out
    assert ("\x1b[31mSEED003 error:\x1b[0m" in out) is coloured
    assert ("\x1b" in out) is coloured
    assert out.count("\n\n") == 2  # between three findings


def test_a_path_that_looks_like_a_code_is_coloured_as_one() -> None:
    finding = corpusfmt.Finding("DOC001", "error", "x DOC001 error: y", "a DOC001 error: b")
    plain = printers.as_text(finding)
    coloured = printers.as_text(finding, colour=True)
    for mark in ("\x1b[0m", "\x1b[1m", "\x1b[31m"):
        coloured = coloured.replace(mark, "")
    assert coloured == plain


def test_ls_is_capped_on_a_terminal(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("many.seed").write_text("".join(f"<<<FILE d{n} n>>>\nx\n" for n in range(150)))
    assert main(["ls", "many.seed"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 150
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert main(["ls", "many.seed"]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 100
    assert err == "... and 50 documents more; --all prints all\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert main(["ls", "many.seed", "--all"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 150


@pytest.mark.parametrize("command", ["validate", "ls", "fix", "diff"])
def test_progress(
    command: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from corpusfmt.cli import progress

    arguments = [command, "good.seed", *(["good.seed"] if command == "diff" else [])]
    steps: list[tuple[int, int]] = []
    step = progress.Bar.step
    monkeypatch.setattr(progress, "_PATIENCE", 0.0)

    def counted(bar: progress.Bar, documents: int, read: int) -> None:
        steps.append((documents, read))
        step(bar, documents, read)

    monkeypatch.setattr(progress.Bar, "step", counted)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main(arguments) == 0
    assert "%|" in capsys.readouterr().err
    sides = len(arguments) - 1
    assert [sum(numbers) for numbers in zip(*steps, strict=True)] == [2 * sides, len(SEED) * sides]
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main([*arguments, "-q"]) == 0
    assert "%|" not in capsys.readouterr().err
