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


#: Runs a command and tells its status, memory (KiB) and time. A process counts as its own what the one that began it
#: held, and a test run holds much: so a small one begins it.
_WATCH = """
import os, sys
said = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
to = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, said, 1), (os.POSIX_SPAWN_DUP2, said, 2)]
_, status, used = os.wait4(os.posix_spawn(sys.executable, [sys.executable, *sys.argv[2:]], os.environ, file_actions=to), 0)
print(os.waitstatus_to_exitcode(status), used.ru_maxrss, used.ru_utime + used.ru_stime)
"""


def alone(said: Path, *arguments: str | Path, megabytes: int, seconds: float = SECONDS) -> int:
    """Run a command in a process of its own, which says things to the file ``said``. Return its code, after a look at
    it, at how much memory it took and how much time of a processor.
    """
    done = subprocess.run(
        [sys.executable, "-S", "-c", _WATCH, str(said), "-m", "corpusfmt", *map(str, arguments)],
        capture_output=True, cwd=said.parent, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, timeout=3600,
    )  # fmt: skip
    code, kilobytes, took = done.stdout.split()
    text = said.read_text(errors="surrogateescape")
    assert int(code) in (0, 1, 2), text
    assert "Traceback" not in text
    assert "MemoryError" not in text
    assert UNSEEN.search(text) is None, ascii(text)
    assert int(kilobytes) >> 10 <= megabytes, f"{arguments}: {int(kilobytes) >> 10} MB"
    assert float(took) < seconds, f"{arguments}: {float(took):.1f} s"
    return int(code)
