"""CI runners obey lines of a log. None of what a corpus holds is obeyed, whatever prints it: commands, reports, errors."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from corpusfmt.cli.main import main
from corpusfmt.cli.printers import as_text
from corpusfmt.model.finding import Finding
from corpusfmt.text.display import JSON, TEXT, XML, harmless, shown
from corpusfmt.text.position import Region
from tests.support import ROOT

#: What .NET passes over when it compares texts as the culture does: controls, and what is ignorable by default.
_IGNORED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)


def obeyed(said: str) -> list[str]:
    """What a runner obeys of what it was said, whatever the name of the command: (runner, line)."""
    found = []
    for line in re.split("[\r\n]", said):  # as StreamReader.ReadLine does
        bare = _IGNORED.sub("", line)
        if re.match(r"\s*::.*::", bare) or re.search(r"##\[[^]]*\]", bare):  # actions/runner, ActionCommand.cs
            found.append(f"GitHub: {line}")
        if "##vso[" in bare.lower() or "##[" in bare:  # azure-pipelines-agent; the second one is shown as a heading
            found.append(f"Azure: {line}")
        if "##teamcity[" in bare.lower():
            found.append(f"TeamCity: {line}")
        if re.match(
            r"(?:---|\+\+\+|~~~)\s(.+)?$|\^\^\^\s+\+\+\+\s*$", line
        ):  # buildkite/agent, header_times_streamer.go
            found.append(f"Buildkite: {line}")
    if re.search(r"section_(start|end):\d+:[a-zA-Z0-9_.-]+(\[.*?\])?\r\x1b\[0K", said):  # gitlab, regex.rb
        found.append("GitLab")
    return found


ORDERS = (
    "::error file=x::boo", " \t::stop-commands::x", "##[error]boo", "a ##[add-mask]x", "##vso[task.complete result=Failed]",
    "#\ufe0f##\ufe0fvso\u034f[a.b]c", ":\ufe0f:warning::x", "\u3000::warning::x", "\xad::warning::x", "##teamcity[buildStop x='y']", "--- a", "+++ a", "~~~ a",
    "^^^ +++", "section_start:1:x\r\x1b[0Kx", "a\n::error::b", "a\r::error::b", "###[x]",
)  # fmt: skip


def test_the_models_obey() -> None:
    assert all(map(obeyed, ORDERS))
    assert not any(map(obeyed, ("a::b::", "## [x]", "#[x]", "--", "- a", "section_start:1:x", "## a [b]")))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("spelling", [TEXT, JSON, XML])
def test_what_is_harmless(order: str, spelling: str) -> None:
    for text in (order, f"x\n{order}", f"{order}\n{order}"):
        assert obeyed(text)
        if "\r" not in text:  # which no output has as it is
            assert not obeyed(harmless(text, spelling))
            assert harmless(harmless(text, spelling), spelling) == harmless(text, spelling)
    assert not obeyed(harmless(shown(order)))
    assert not obeyed(f"x {shown(order)}")
    assert json.loads(harmless(json.dumps([order], ensure_ascii=False), JSON)) == [order]


@pytest.mark.parametrize(
    "text", ["a::b::c", "## heading", "# [x]", "--- ", "-- a", "::", "::x", ": :x::", "[##]", "#!x[", "\xe9::x"]
)
def test_how_little_is_changed(text: str) -> None:
    assert len(harmless(text)) <= len(text) + 3
    assert len(harmless(text, JSON)) <= len(text) + 5
    if not text.startswith((":", "-", "\xe9")):
        assert harmless(text) == shown(text) == text


@pytest.mark.parametrize("at", range(9))
def test_an_excerpt_is_broken_across_its_caret(at: int) -> None:
    excerpt, caret = Region(b"x ##[a]b", 0, 1).excerpt(at)
    assert not obeyed(excerpt)
    assert excerpt == "x \\x23#[a]b"
    assert caret == (at if at <= 2 else at + 3)


@pytest.mark.parametrize(
    ("excerpt", "caret", "column"), [("::a::b", 0, 0), ("::a::b", 3, 6), (" ::a::b", 1, 1), ("x::a::", 3, 3)]
)
def test_a_caret_stays_below_its_character(excerpt: str, caret: int, column: int) -> None:
    text = as_text(Finding("X1", "error", "m", "::p", 1, 1, excerpt=excerpt, caret=caret))
    assert text.splitlines()[2] == " " * (4 + column) + "^"
    assert not obeyed(text)


# -- everything through every command ----------------------------------------------------------------------------------

_NAMES = ("::error::a", "##[error]b", "##vso[task.x]c", "--- d", " ::debug::e", "##teamcity[x] f")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = [
        {
            "id": f"{order} {number}",
            "name": order,
            "text": f"{order}\n{order} \ufffd\x07\n",
            "meta": {order: [order], "title": order},
        }
        for number, order in enumerate([*ORDERS, *ORDERS[:2]])
    ]
    Path("sound.jsonl").write_text("".join([json.dumps(row) + "\n" for row in rows]))
    changed = [{**row, "text": f"{row['text']}x", "name": f"{row['name']}x"} for row in rows[:0:-1]]
    Path("other.jsonl").write_text("".join([json.dumps(row) + "\n" for row in changed]))
    for suffix in ("seed", "warc", "warc.gz", "xml"):
        main(["convert", "-q", "sound.jsonl", "-o", f"sound.{suffix}", "--allow-loss", "id,name,metadata,bytes,encoding,character", "--on-error", "skip"])  # fmt: skip
    lines = [f'{{"id":{json.dumps(one)},"text":{json.dumps(one)},"x":"{one!r}' for one in ORDERS]
    jsonl = "\n".join([*lines, *ORDERS, *[f'{{"{one}":1' for one in ORDERS]]).encode()
    heads = [f"<<<FILE {one}>>>\n{one}\n<<<FILE>>> {one}\n{one}\n<<<FILE a {one}>>>\n{one}\n" for one in ORDERS]
    made = {
        "jsonl": jsonl,
        "seed": "".join(heads).encode(),
        "xml": f'<TEI xmlns="http://www.tei-c.org/ns/1.0" a="{ORDERS[2]}">\n{ORDERS[4]}\n<x {ORDERS[0]}'.encode(),
        "warc": f"WARC/1.1\r\n{ORDERS[4]}: {ORDERS[2]}\r\nWARC-Type: {ORDERS[3]}\r\n\r\n{ORDERS[0]}".encode(),
        "jsonl.gz": gzip.compress(jsonl)[:-9],
        "odd": ORDERS[0].encode(),
    }
    for name, (suffix, data) in zip(_NAMES, made.items(), strict=True):
        Path(f"{name}.{suffix}").write_bytes(data)
    (tmp_path / "##[group]sub").mkdir()
    (tmp_path / "##[group]sub" / "::error::x.seed").write_text("::error::y\n", "utf-8")
    schema = {"properties": {"text": {"enum": list(ORDERS)}, "meta": {"additionalProperties": {"type": "number"}}}}
    Path("##[x].schema.json").write_text(json.dumps(schema))
    return tmp_path


def broken() -> list[str]:
    """The hostile sources; the last one is of no format."""
    names = (name for name in os.listdir() if name.startswith((*_NAMES, "##[group]")))
    return sorted(names, key=lambda name: (name.endswith(".odd"), name))


def said_by(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command prints, after a look at all of it."""
    try:
        code = main(list(arguments))
    except SystemExit as ended:
        code = int(str(ended.code))
    out, err = capfd.readouterr()
    assert code in (0, 1, 2)
    assert not obeyed(out), arguments
    assert not obeyed(err), arguments
    return out + err


@pytest.mark.parametrize("report", ["text", "json", "jsonl", "gitlab", "sarif", "junit"])
def test_reports(report: str, here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    schemas = ("--schema", "##[x].schema.json")
    said = said_by(
        capfd, "validate", *broken(), "sound.jsonl", "--select", "ALL", "--output-format", report, "--no-cap", *schemas
    )
    assert len(said) > 50_000
    assert "[task.x" in said or "%5Btask.x" in said
    for name in broken():
        said_by(capfd, "validate", name, "--output-format", report, "--from", "jsonl")


def test_annotations_are_ours_alone(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What this report prints is obeyed, and nothing else in it, by whatever runner."""
    capfd.readouterr()
    main(["validate", *broken(), "sound.jsonl", "--select", "ALL", "--output-format", "github"])
    out, err = capfd.readouterr()
    assert not obeyed(err)
    lines = out.splitlines()
    assert len(lines) > 50
    for line in lines:
        assert re.match("::(error|warning|notice) (file|title)=", line)
        assert not obeyed(f"x{line}"), line


def test_json_gives_back_what_it_was_given(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    listed = [json.loads(line) for line in said_by(capfd, "ls", "sound.jsonl", "--output-format", "jsonl").splitlines()]
    assert [record["name"] for record in listed] == [*ORDERS, *ORDERS[:2]]


def test_commands(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    sources = [*broken(), *sorted(name for name in os.listdir() if name.startswith("sound."))]
    for name in sources:
        said_by(capfd, "ls", name)
        said_by(capfd, "ls", name, "--output-format", "jsonl")
        said_by(capfd, "validate", name)
        said_by(capfd, "convert", name, "-o", "::error::out.jsonl")
        said_by(
            capfd,
            "convert",
            name,
            "-o",
            "out.seed",
            "--report",
            f"{name}.report",
            "--on-error",
            "quarantine=##[x]q.seed",
        )
        for output in ("text", "json", "jsonl"):
            said_by(capfd, "diff", name, "other.jsonl", "--output-format", output)
    for target in ("jsonl", "seed", "warc", "xml"):
        out, receipt = f"::error::out.{target}", f"##[{target}].receipt"
        said_by(capfd, "convert", "sound.jsonl", "-o", out, "--receipt", receipt, "--on-error", "skip")
        Path(out).write_bytes(Path("other.jsonl").read_bytes())
        for output in ("text", "jsonl"):
            assert "not the one" in said_by(capfd, "verify", receipt, "--output-format", output)
    said_by(capfd, "schema", "infer", "sound.jsonl")
    said_by(capfd, "schema", "infer", "sound.jsonl", "-o", "##[x].inferred")
    said_by(capfd, "validate", *broken()[:-1], "--write-baseline", "##[x].baseline")
    for name in sources:
        said_by(capfd, "fix", "--dry-run", "--unsafe-fixes", name)
        said_by(capfd, "fix", "--unsafe-fixes", "--select", "TXT,DOC,SEED,JSONL", name)
    kinds = (".report", ".receipt", ".inferred", ".baseline")
    written = [path for path in here.iterdir() if path.name.endswith(kinds)]
    assert {path.suffix for path in written} == set(kinds)
    for path in written:
        assert not obeyed(path.read_text("utf-8")), path.name
        json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("order", ORDERS)
def test_what_was_asked_for(order: str, here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Arguments come from scripts, which may take them from a repository."""
    capfd.readouterr()
    asked: list[list[str]] = [
        [order], ["rule", order], ["ls", order], ["ls", "sound.seed", "--from", order], ["validate", "sound.seed", "--select", order],
        ["validate", "sound.seed", f"--{order}"], ["validate", "sound.seed", "--output-format", order], ["verify", order],
        ["validate", "sound.seed", "--schema", order], ["validate", "sound.seed", "--config", order], ["formats", "--pair", order, order],
        ["convert", "sound.seed", "-o", order], ["convert", "sound.seed", "-o", "x.seed", "--id", order], ["limits", order],
        ["validate", "sound.seed", "--limit", order], ["convert", "sound.seed", "-o", "x.seed", "--on-error", order],
        ["validate", "sound.seed", "--baseline", order], ["diff", "sound.seed", order], ["fix", order], ["schema", "infer", order],
    ]  # fmt: skip
    for arguments in asked:
        said_by(capfd, *arguments)
    for text in (f"{json.dumps(order)} = 1", f"[per-file-ignores]\n{json.dumps(order)} = {json.dumps([order])}", order, f"id-from = {json.dumps(order)}", f"[schemas]\nxml = {json.dumps(order)}"):  # fmt: skip
        Path("corpusfmt.toml").write_text(text, "utf-8")
        said_by(capfd, "validate", "sound.seed")


# -- what goes out as it is --------------------------------------------------------------------------------------------


def fixed(here: Path, *arguments: str, stdout: Any = subprocess.PIPE, **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "corpusfmt", "fix", "--diff", *arguments], stdout=stdout, stderr=subprocess.PIPE, cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT), "GITHUB_ACTIONS": "", **env}, check=False,
    )  # fmt: skip


def test_a_diff_is_exact_and_github_is_reported_to_obey_nothing_of_it(tmp_path: Path) -> None:
    broken = b"\xef\xbb\xbf<<<FILE d1 a>>>\n::error::x\n##[error]x\n"
    (tmp_path / "a.seed").write_bytes(broken)
    exact = fixed(tmp_path, "a.seed").stdout
    assert exact.startswith(b"--- ")
    assert obeyed(exact.decode())
    stopped = fixed(tmp_path, "a.seed", GITHUB_ACTIONS="true").stdout
    begin, _, rest = stopped.partition(b"\n")
    assert rest.endswith(b"\n::%b::\n" % begin.removeprefix(b"::stop-commands::"))
    assert rest[: -len(begin) + len("stop-commands::") - 3] == exact
    assert len(begin) > 40
    assert fixed(tmp_path, "a.seed", GITHUB_ACTIONS="true").stdout != stopped
    with open(tmp_path / "a.patch", "wb") as file:
        fixed(tmp_path, "a.seed", stdout=file, GITHUB_ACTIONS="true")
    assert (tmp_path / "a.patch").read_bytes() == exact
    (tmp_path / "clean.seed").write_bytes(b"<<<FILE d1 a>>>\nx\n")
    assert fixed(tmp_path, "clean.seed", GITHUB_ACTIONS="true").stdout == b""
    for tool in (["git", "apply", "-p0", "-"], ["patch", "-p0"]):
        (tmp_path / "a.seed").write_bytes(broken)
        subprocess.run(tool, input=stopped, cwd=tmp_path, check=True, capture_output=True)
        assert (tmp_path / "a.seed").read_bytes() == broken[3:]
