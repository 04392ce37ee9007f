"""Running commands over hostile files: no traceback, few exit codes, bounded time and memory, nothing unseen said."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path

import pytest

from corpusfmt.cli.main import main
from tests.support import DATA, ends, watched

MAKER = DATA.parent / "harness" / "gen_adversarial.py"
#: What must not reach a terminal: controls but for line ends, marks of direction, surrogates and what else is unseen.
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


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
    with ends():
        code = main(list(map(str, arguments)))
    out, err = capsys.readouterr()
    said = out + err
    assert code in (0, 1, 2), said
    assert "Traceback" not in said
    assert UNSEEN.search(said.replace("\t", " ") if columns else said) is None, ascii(said)
    return code, said


def alone(said: Path, *arguments: str | Path, megabytes: int) -> int:
    """Run a command in a process of its own, which says things to the file ``said``. Return its code, after a look at
    it and at how much memory it took. It is ended when it takes long.
    """
    code, kilobytes = watched(said, "-m", "corpusfmt", *arguments)
    text = said.read_text(errors="surrogateescape")
    assert code in (0, 1, 2), text
    assert "Traceback" not in text
    assert "MemoryError" not in text
    assert UNSEEN.search(text) is None, ascii(text)
    assert kilobytes >> 10 <= megabytes, f"{arguments}: {kilobytes >> 10} MB"
    return code
