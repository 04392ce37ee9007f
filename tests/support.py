"""Helpers that tests share: streams in pieces, reading and writing in memory, the command, the data."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import pytest

from corpusfmt.core.document import Document
from corpusfmt.core.errors import ParseError
from corpusfmt.core.finding import Finding
from corpusfmt.core.format import Batch, Format, ReadOptions, WriteOptions

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"
DATA = Path(os.environ.get("CORPUSFMT_DATA", ROOT.parent / "shared" / "data"))

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
        timeout=120,
        check=False,
    )
