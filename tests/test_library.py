"""The public face: its names, its types, its docstrings, and plug-ins from other packages."""

from __future__ import annotations

import inspect
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import corpusfmt
from tests.support import ROOT

PUBLIC = [
    "ConfigurationError", "CorpusfmtError", "Difference", "Discrepancy", "Document", "Edit", "Finding", "Fixed", "Format", "Loss", "LossError", "Metadata",
    "OpenReader", "OpenWriter", "Origin", "ParseError", "PluginError", "Progress", "ReceiptError", "Report", "Rule", "SchemaError", "SourceChangedError",
    "TargetChangedError", "UnknownFormatError", "VerificationError", "WorkerError", "__version__", "convert", "create", "diff", "fix", "known_formats", "open", "open_writer", "read", "validate", "verify",
]  # fmt: skip


def test_the_public_names_are_pinned() -> None:
    assert corpusfmt.__all__ == PUBLIC
    assert dir(corpusfmt) == PUBLIC
    for name in PUBLIC:
        assert getattr(corpusfmt, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(corpusfmt, "nothing")  # noqa: B009


@pytest.mark.parametrize("name", [name for name in PUBLIC if name != "__version__"])
def test_public_docstrings(name: str) -> None:
    thing = getattr(corpusfmt, name)
    assert thing.__doc__
    if inspect.isfunction(thing) and name != "known_formats":
        assert "Raises" in thing.__doc__ or "raises" in thing.__doc__
        assert all(p.annotation is not inspect.Parameter.empty for p in inspect.signature(thing).parameters.values())


MODULES = [one.name for one in pkgutil.walk_packages(corpusfmt.__path__, "corpusfmt.") if "__main__" not in one.name]


def test_each_module_is_imported_by_its_name() -> None:
    """In a process of its own, before and after the public names are used: nothing takes the place of a module."""
    program = (
        "import sys, corpusfmt\n"
        "def look():\n"
        "    for name in sys.argv[1:]:\n"
        "        there = {}\n"
        "        exec(f'import {name} as module', there)\n"
        "        assert there['module'] is sys.modules[name], name\n"
        "look()\n"
        "for name in corpusfmt.__all__: getattr(corpusfmt, name)\n"
        "look()\n"
        "for name in corpusfmt.__all__: assert type(getattr(corpusfmt, name)) is not type(sys), name\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *MODULES], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(MODULES) > 200


def test_no_module_has_the_name_of_a_public_thing() -> None:
    assert not {f"corpusfmt.{name}" for name in PUBLIC} & set(MODULES)


def test_every_error_has_the_one_base() -> None:
    for name in PUBLIC:
        if name.endswith("Error"):
            assert issubclass(getattr(corpusfmt, name), corpusfmt.CorpusfmtError)


PLUGIN = """
from corpusfmt.model.document import build
from corpusfmt.model.format import Batch, Format
from corpusfmt.model.losses import loss
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.text.position import Region

def scan(stream, options):
    offset, line = 0, 1
    buffer = b""
    while more := stream.read(65536):
        buffer += more
    docs = []
    for number, row in enumerate(buffer.splitlines(), 1):
        id, _, text = row.removeprefix(b"#lines ").partition(b"=")
        docs.append(build(id.decode(), "", text, None, b"{}", (stream.name, offset, number, offset + len(id) + 8)))
        offset += len(row) + 1
    yield Batch(docs, [], Region(buffer, 0, 1), dropped={"prefixes": len(docs)})

class Writer:
    def __init__(self, options): pass
    def begin(self): return b""
    def encode(self, documents): return [b"#lines %s=%s\\n" % (str(d.id).encode(), d.utf8()) for d in documents]
    def end(self, documents): return b""

def losses(document, options):
    return [loss(document, "name", "no names here")] if document.name else []

LINES = Format("lines", "one document a line", (".lines",), lambda head: head.startswith(b"#lines "), scan, Writer, losses,
               lambda region, document, position: document.origin.body + position, ())
CLASH = LINES._replace(suffixes=(".seed",))

def start():
    return lambda documents: [Hit(d, "shouting", 0) for d in documents if d.data.isupper()]

RULE = Rule("LOUD001", "warning", "shouting", "It hurts.", "write small letters", b"", b"", start=start)
"""


def install(folder: Path, entries: str) -> dict[str, str]:
    """Lay a package out as an installer would, without one."""
    (folder / "corpusfmt_lines.py").write_text(PLUGIN)
    info = folder / "corpusfmt_lines-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: corpusfmt-lines\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(entries)
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}


def run(env: dict[str, str], cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "corpusfmt", *arguments], env=env, cwd=cwd, capture_output=True, text=True, check=False
    )


FORMATS = "[corpusfmt.formats]\nlines = corpusfmt_lines:LINES\n"
RULES = "[corpusfmt.rules]\nloud = corpusfmt_lines:RULE\n"


def test_a_plugin_format_reads_and_writes(tmp_path: Path) -> None:
    env = install(tmp_path, FORMATS + RULES)
    (tmp_path / "a.seed").write_bytes(b"<<<FILE d1 >>>\none\n")
    (tmp_path / "b.lines").write_bytes(b"#lines d2=TWO\n")
    assert run(env, tmp_path, "convert", "b.lines", "-o", "b.seed").returncode == 0
    assert (
        tmp_path / "b.seed"
    ).read_bytes() == b"<<<SEED 1>>>\n" + b'<<<FILE d2 "">>>\nTWO\n\\ No newline at end of file\n'
    back = run(env, tmp_path, "convert", "b.seed", "-o", "c.lines")
    assert back.returncode == 0, back.stderr
    assert (tmp_path / "c.lines").read_bytes() == b"#lines d2=TWO\n"
    (tmp_path / "unknown.txt").write_bytes(b"#lines d3=three\n")
    told = run(env, tmp_path, "convert", "unknown.txt", "-o", "d.jsonl")
    assert told.returncode == 0
    assert "dropped while reading: prefixes (1)" in told.stderr
    assert "lines  one document a line" in run(env, tmp_path, "formats").stdout
    assert run(env, tmp_path, "convert", ".", "-o", "all.jsonl", "--allow-loss", "name").returncode == 0


def test_a_plugin_rule_is_listed_and_not_on_by_itself(tmp_path: Path) -> None:
    env = install(tmp_path, FORMATS + RULES)
    (tmp_path / "b.lines").write_bytes(b"#lines d2=TWO\n")
    assert "It hurts." in run(env, tmp_path, "rule", "LOUD001").stdout
    assert run(env, tmp_path, "validate", "b.lines").returncode == 0
    told = run(env, tmp_path, "validate", "b.lines", "--extend-select", "loud")
    assert told.returncode == 1
    assert "b.lines:1:11: LOUD001 warning: shouting" in told.stdout
    assert "no code begins with 'X9'" in run(env, tmp_path, "validate", "b.lines", "--extend-select", "X9").stderr


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ("[corpusfmt.formats]\nlines = corpusfmt_lines:CLASH\n", "both claim '.seed'"),
        ("[corpusfmt.formats]\nlines = corpusfmt_lines:MISSING\n", "cannot be loaded"),
        ("[corpusfmt.formats]\nlines = corpusfmt_lines:start\n", "gives a function, not a Format"),
        (FORMATS + "other = corpusfmt_lines:LINES\n", "both claim 'lines'"),
    ],
)
def test_a_plugin_that_clashes_or_is_broken_is_named(entries: str, words: str, tmp_path: Path) -> None:
    env = install(tmp_path, entries)
    result = run(env, tmp_path, "formats")
    assert result.returncode == 2
    assert words in result.stderr
    assert "corpusfmt_lines" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_broken_plugin_does_not_disturb_what_does_not_need_it(tmp_path: Path) -> None:
    env = install(tmp_path, "[corpusfmt.formats]\nlines = corpusfmt_lines:MISSING\n")
    (tmp_path / "a.seed").write_bytes(b"<<<FILE d1 n>>>\none\n")
    assert run(env, tmp_path, "convert", "a.seed", "-o", "a.jsonl").returncode == 0
