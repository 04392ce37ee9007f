"""Running commands over hostile files: no traceback, few exit codes, bounded time and memory, nothing unseen said."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpusfmt.cli.main import main
from tests.support import DATA, ROOT

MAKER = DATA.parent / "harness" / "gen_adversarial.py"
#: What must not reach a terminal: controls but for line ends, marks of direction, surrogates and what else is unseen.
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
#: How long one command may take with a file of a few kilobytes.
SECONDS = 5.0


def adversarial(folder: Path, *, bombs: bool = False) -> list[Path]:
    """Make the adversarial set. ``bombs`` adds what grows to gigabytes when it is decompressed."""
    if not MAKER.is_file():
        pytest.skip("the maker of the adversarial set is not here (set CORPUSFMT_DATA)")
    arguments, sys.argv = sys.argv, [str(MAKER), str(folder), *(["--bombs"] if bombs else [])]
    try:
        runpy.run_path(str(MAKER), run_name="__main__")
    finally:
        sys.argv = arguments
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path, columns: bool = False) -> tuple[int, str]:
    """Run a command here. Return its code and what it said, after a look at both. ``columns`` are parted by tabs."""
    capsys.readouterr()
    began = time.monotonic()
    code = main(list(map(str, arguments)))
    took = time.monotonic() - began
    out, err = capsys.readouterr()
    said = out + err
    assert code in (0, 1, 2), said
    assert "Traceback" not in said
    assert UNSEEN.search(said.replace("\t", " ") if columns else said) is None, ascii(said)
    assert took < SECONDS, f"{arguments}: {took:.1f} s"
    return code, said


def alone(said: Path, *arguments: str | Path, megabytes: int, seconds: float = SECONDS) -> int:
    """Run a command in a process of its own, which says things to the file ``said``. Return its code, after a look at
    it, at how much memory it took and how much time of a processor.
    """
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "corpusfmt", *map(str, arguments)],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=said.parent, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    text = said.read_text(errors="surrogateescape")
    assert process.returncode in (0, 1, 2), text
    assert "Traceback" not in text
    assert "MemoryError" not in text
    assert UNSEEN.search(text) is None, ascii(text)
    assert used.ru_maxrss >> 10 <= megabytes, f"{arguments}: {used.ru_maxrss >> 10} MB"
    assert used.ru_utime + used.ru_stime < seconds, f"{arguments}: {used.ru_utime + used.ru_stime:.1f} s"
    return process.returncode
