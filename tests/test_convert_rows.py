"""Conversions of rows: equal to those of plain documents, and no document is made where none is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import corpusfmt
from corpusfmt.model import rows
from corpusfmt.model.document import build
from corpusfmt.text.kernel import KERNEL
from tests.test_kernel import without

pytestmark = pytest.mark.skipif(KERNEL is None, reason="the kernel is not built here, or switched off")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The documents that rows made."""
    count: list[int] = []

    def counted(*values: Any) -> Any:
        count.append(1)
        return build(*values)

    monkeypatch.setattr(rows, "build", counted)
    return count


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(f'{{"id":"d{n}","name":"","text":"{"é" * (n % 50)}"}}\n' for n in range(400)), "utf-8")
    return str(path)


def _converted(folder: Path, source: str, suffix: str, **options: Any) -> tuple[dict[str, bytes], dict[str, Any]]:
    folder.mkdir()
    report = corpusfmt.convert(source, str(folder / f"out{suffix}"), **options)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    return files, {"read": report.read, "written": report.written, "lost": report.lost, "findings": report.findings}


@pytest.mark.parametrize("suffix", [".seed", ".jsonl", ".tei.xml", ".warc"])
@pytest.mark.parametrize("ids", [["d7"], ["d1", "d2", "d399"], [f"d{n}" for n in range(0, 400, 3)]])
def test_chosen_documents(tmp_path: Path, source: str, made: list[int], suffix: str, ids: list[str]) -> None:
    found = _converted(tmp_path / "rows", source, suffix, ids=ids)
    assert not made
    with without():
        assert _converted(tmp_path / "plain", source, suffix, ids=ids) == found
    assert found[1]["written"] == len(ids)


@pytest.mark.parametrize("suffix", [".seed", ".jsonl", ".tei.xml"])
@pytest.mark.parametrize("size", [1, 200, 1000, 5000, 10**6])
def test_shards(tmp_path: Path, source: str, made: list[int], suffix: str, size: int) -> None:
    found = _converted(tmp_path / "rows", source, suffix, shard_size=size)
    assert not made
    with without():
        assert _converted(tmp_path / "plain", source, suffix, shard_size=size) == found
