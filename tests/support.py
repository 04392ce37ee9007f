"""Helpers that tests share: streams in pieces, reading and writing in memory, the command, the data."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from zlib import crc32

import pytest
from hypothesis import settings

from corpusfmt.model.document import Document
from corpusfmt.model.errors import ParseError
from corpusfmt.model.finding import Finding
from corpusfmt.model.format import Batch, Format, ReadOptions, WriteOptions
from corpusfmt.schema.json_schema.validator import Schema

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"
DATA = Path(os.environ.get("CORPUSFMT_DATA", ROOT.parent / "shared" / "data"))

#: Whether this is the deep run (``--hypothesis-profile=deep``), which tries all that the usual one tries a part of.
DEEP = settings().max_examples > 1000
#: Examples for tests that are slow with each.
BATCHES = 1000 if DEEP else 8

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the developers' data is not here (set CORPUSFMT_DATA)")


class Pieces:
    """A stream that gives ``data`` at most ``size`` bytes at a time."""

    def __init__(self, data: bytes, size: int = 1 << 30, name: str = "test") -> None:
        self.name, self._data, self._size, self._at = name, data, size, 0

    def read(self, size: int, /) -> bytes:
        taken = self._data[self._at : self._at + min(size, self._size)]
        self._at += len(taken)
        return taken

    codec = ""

    def track_members(self) -> None:
        return None

    def expand(self, size: int, /) -> None:
        pass


def scan(format: Format, data: bytes, size: int = 1 << 30, options: ReadOptions | None = None) -> list[Batch]:
    """Scan ``data`` to the end and check what a scan promises of its batches."""
    batches = list(format.scan(Pieces(data, size), options or ReadOptions()))
    for batch in batches:
        errors = [finding.severity == "error" for finding in batch.findings]
        assert sum(errors) <= 1
        assert not any(errors) or errors[-1]
        for finding in batch.findings:
            assert 0 <= finding.byte <= len(data)
            assert finding.line >= 1
            assert finding.column >= 1
    return batches


def documents(batches: Sequence[Batch]) -> list[Document]:
    return [document for batch in batches for document in batch.documents]


def findings(batches: Sequence[Batch]) -> list[Finding]:
    return [finding for batch in batches for finding in batch.findings]


def parse(format: Format, data: bytes, size: int = 1 << 30, options: ReadOptions | None = None) -> list[Document]:
    """Read ``data`` as reading does: raise at the first error."""
    found: list[Document] = []
    for batch in scan(format, data, size, options):
        found += batch.documents
        for finding in batch.findings:
            if finding.severity == "error":
                raise ParseError(finding)
    return found


def first_invalid(schema: Schema, records: Sequence[bytes]) -> int:
    """Return the number of the first record that breaks a schema; -1 when all are valid."""
    return next((number for number in schema.doubtful(records) if schema.violations(records[number], 1)), -1)


def write(format: Format, docs: Sequence[Document], options: WriteOptions | None = None) -> bytes:
    """Return ``docs`` as a file of ``format``."""
    writer = format.writer(options or WriteOptions())
    return writer.begin() + b"".join(writer.encode(docs)) + writer.end(len(docs))


def headed(text: bytes, flags: int, wrong: int = 0, name: bytes = b"a.jsonl") -> bytes:
    """Return a gzip member of ``text`` whose header has the fields that ``flags`` name (RFC 1952)."""
    header = b"\x1f\x8b\x08" + bytes([flags]) + b"\0\0\0\0\0\xff"
    header += b"\x06\0ab\x02\0cd" if flags & 4 else b""
    header += name + b"\0" if flags & 8 else b""
    header += b"a comment\0" if flags & 16 else b""
    header += ((crc32(header) + wrong) & 0xFFFF).to_bytes(2, "little") if flags & 2 else b""
    return header + gzip.compress(text)[10:]


@contextmanager
def ends(seconds: float = 60) -> Iterator[None]:
    """Stop what takes this process more time of a processor than it could if it grew with its input: usually it takes
    a hundredth. What else runs on the machine does not count.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"no end in {seconds:g} seconds of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def calls(work: Callable[[], object]) -> int:
    """Return how many functions some work calls, those of C too: a measure of time that no machine changes."""
    count = 0

    def see(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(see)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


#: Runs a command and tells its status and its peak of memory. A process counts as its own what the one that began it
#: held, and a test run holds much: so a small one begins it.
_WATCH = """
import os, sys
said = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
to = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, said, 1), (os.POSIX_SPAWN_DUP2, said, 2)]
import resource
resource.setrlimit(resource.RLIMIT_CPU, ({0}, {0}))
_, status, used = os.wait4(os.posix_spawn(sys.executable, [sys.executable, *sys.argv[2:]], os.environ, file_actions=to), 0)
print(os.waitstatus_to_exitcode(status), used.ru_maxrss // (1024 if sys.platform == "darwin" else 1))
"""


def watched(said: Path, *arguments: str | Path, seconds: int = 60) -> tuple[int, int]:
    """Run Python, in the folder of the file that gets what it says. Return its code and its peak of memory in KiB.

    It is ended after so many ``seconds`` of processor time.
    """
    done = subprocess.run(
        [sys.executable, "-S", "-c", _WATCH.format(seconds), said, *map(str, arguments)],
        capture_output=True, cwd=said.parent, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, timeout=3600,
    )  # fmt: skip
    code, peak = map(int, done.stdout.split())
    return code, peak


def command(
    *arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None, **env: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "corpusfmt", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        timeout=600,
        check=False,
    )
