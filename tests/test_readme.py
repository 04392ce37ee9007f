"""The examples of the README and of docs/ run as they stand."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from corpusfmt import plugins
from corpusfmt.formats.tei.thirdparty.elements import table
from tests.support import ROOT

PAGES = [
    "README.md",
    "docs/seed-format.md",
    "docs/jsonl.md",
    "docs/warc.md",
    "docs/tei.md",
    "docs/checks.md",
    "docs/diff.md",
    "docs/encodings.md",
    "docs/library.md",
]
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```", re.M | re.S)


def workplace(folder: Path) -> Path:
    """A copy of what the examples speak of, so that they leave nothing in the checkout."""
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    shutil.copytree(ROOT / "tests" / "data", folder / "tests" / "data")
    return folder


def environment(folder: Path) -> dict[str, str]:
    tool = folder / "bin" / "corpusfmt"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m corpusfmt "$@"\n')
    tool.chmod(0o755)
    return {**os.environ, "PATH": f"{tool.parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


def blocks(page: str) -> list[tuple[str, str]]:
    path = ROOT / page
    return BLOCK.findall(path.read_text(encoding="utf-8")) if path.exists() else []


@pytest.mark.skipif(os.name != "posix", reason="the examples are for a POSIX shell")
@pytest.mark.parametrize("page", PAGES[1:])
def test_examples_run_in_order(page: str, tmp_path: Path) -> None:
    found = blocks(page)
    assert found, f"{page} has no examples"
    env = environment(tmp_path)
    work = workplace(tmp_path / "work")
    for language, text in found:
        run: list[Any] = ["sh", "-c", text] if language == "sh" else [sys.executable, "-c", text]
        result = subprocess.run(run, cwd=work, env=env, capture_output=True, text=True, check=False)
        may_find = "broken.seed" in text or "exit code 1" in text
        assert result.returncode in ((0, 1) if may_find else (0,)), f"{text}\n{result.stderr}"
        assert "Traceback" not in result.stderr


def test_the_readme_examples_do_what_they_say(tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("the examples are for a POSIX shell")
    env = environment(tmp_path)
    work = workplace(tmp_path / "work")
    codes = []
    for language, text in blocks("README.md"):
        run = ["sh", "-c", text] if language == "sh" else [sys.executable, "-c", text]
        result = subprocess.run(run, cwd=work, env=env, capture_output=True, text=True, check=False)
        assert "Traceback" not in result.stderr
        codes.append((language, result.returncode))
    assert codes == [("sh", 0), ("sh", 1), ("sh", 0), ("sh", 1), ("python", 0)]
    assert (work / "news.seed").read_bytes() == (work / "seeds/news.seed").read_bytes()
    assert len(list(work.glob("part-*.seed.gz"))) > 1
    assert (work / "refused.seed").read_bytes().count(b"<<<FILE") > 3


def test_the_table_of_formats_names_every_format() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for format in plugins.formats().values():
        for suffix in format.suffixes:
            assert f"`{suffix}`" in readme


@pytest.mark.parametrize("page", sorted([*ROOT.glob("*.md"), *ROOT.glob("*/*.md")]), ids=lambda page: page.name)
def test_each_row_of_a_table_has_a_line_and_the_cells_of_its_header(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines):
        if re.fullmatch(r"\|( ?-+:? ?\|)+", line):
            rows = itertools.takewhile(str.strip, lines[number - 1 :])
            assert {(row[0], row[-1], len(re.findall(r"(?<!\\)\|", row))) for row in rows} == {
                ("|", "|", line.count("|"))
            }, f"{page.name}:{number}"


def test_the_table_of_elements_is_that_of_the_code() -> None:
    page = (ROOT / "docs/tei.md").read_text(encoding="utf-8")
    assert f"<!-- elements -->\n\n{table()}\n<!-- end of elements -->" in page, "run 'make docs'"


def test_public_text_is_of_the_project_alone() -> None:
    words = re.compile(r"TODO|FIXME|\b[Ss]ession\b|/(?:home|root|work)/")
    pages = [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("corpusfmt/**/*.py"),
        *ROOT.glob("benchmarks/**/*.md"),
    ]
    for path in pages:
        found = words.search(path.read_text(encoding="utf-8"))
        assert not found, f"{path}: {found}"
