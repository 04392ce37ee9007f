"""Read the inputs that fuzzing of the kernel kept with the kernel and with the code in Python, and compare the two.

usage: python -m tests.fuzz.kernel_twins [FILE OR FOLDER ...]
"""

from __future__ import annotations

import sys
from pathlib import Path

from corpusfmt.formats.jsonl import FORMAT as JSONL
from corpusfmt.formats.seed import FORMAT as SEED
from corpusfmt.model.format import ReadOptions, WriteOptions
from tests.test_kernel import LAYOUTS, agree, check_written


def check(data: bytes) -> None:
    """Check that both read and write the same. Raises AssertionError."""
    for format, own in ((SEED, {}), *((JSONL, layout) for layout in LAYOUTS)):
        options = ReadOptions(own=own)
        agree(format, data, options, sizes=[0])
        for target, how in ((SEED, {}), (JSONL, LAYOUTS[0]), (JSONL, LAYOUTS[2])):
            check_written(format, data, options, target, WriteOptions(frozenset({"id", "name"}), how))


def main(names: list[str]) -> int:
    files = [file for name in names for file in (Path(name), *Path(name).rglob("*")) if file.is_file()]
    failed = 0
    for file in files:
        try:
            check(file.read_bytes())
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            failed += 1
            print(f"{file}: {type(error).__name__}: {str(error)[:300]}")
    print(f"{len(files)} inputs, {failed} read or written differently")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["fuzzing/kernel"]))
