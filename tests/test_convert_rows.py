"""Conversions and validations of rows: equal to those of plain documents, and no document is made where none is needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import corpusfmt
from corpusfmt.formats.jsonl import FORMAT as JSONL
from corpusfmt.model import rows
from corpusfmt.model.document import build
from corpusfmt.text.kernel import KERNEL
from tests.support import scan
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


#: A schema, and records of which some break it: the metadata, a key, the text.
META = {"properties": {"year": {"type": "integer"}}}
SCHEMA = {"required": ["name"], "properties": {"text": {"maxLength": 30}, "meta": META}}
WRONG = (
    '{"id":"a","text":"t","meta":{"year":"1901"}}', '{"id":"b","name":"","text":"t","meta":{"year":[1]}}',
    '{"id":"c","name":"","text":"%s"}' % ("x" * 31), '{"id":"d","name":"","text":"t","meta":{"year":1e-400}}',
    '{"id":"e","name":"","text":"t","meta":{"year":1,"é":"\\ud800"}}', '{ "id": "f", "name": "", "text": "t" }\r',
    "", "{", '{"id":"g","name":"","text":"t","meta":{"year":null}}{"id":"h","name":"","text":"t"}',
)  # fmt: skip


def _found(source: str, tmp_path: Path, about: str) -> list[Any]:
    rules = tmp_path / "s.json"
    rules.write_text(json.dumps(SCHEMA if about == "schema" else META))
    options: dict[str, Any] = {about: str(rules)}
    return list(corpusfmt.validate(source, select=["SCH"], **options))


@pytest.mark.parametrize("about", ["schema", "metadata_schema"])
@pytest.mark.parametrize("suffix", [".jsonl", ".seed"])
def test_valid_records_are_validated_without_documents(
    tmp_path: Path, source: str, made: list[int], suffix: str, about: str
) -> None:
    Path(source).write_text("".join(f'{{"id":"d{n}","name":"","text":"é"}}\n' for n in range(400)), "utf-8")
    target = tmp_path / f"out{suffix}"
    corpusfmt.convert(source, str(target))
    assert not _found(str(target), tmp_path, about)
    assert not made


@pytest.mark.parametrize("about", ["schema", "metadata_schema"])
@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("suffix", [".jsonl", ".seed"])
def test_wrong_records_are_found_alike(tmp_path: Path, source: str, about: str, wrong: str, suffix: str) -> None:
    lines = Path(source).read_text("utf-8").splitlines()
    for number in (5, 6, 399):
        lines.insert(number, wrong.replace('"id":"', f'"id":"{number}'))
    Path(source).write_text("\n".join(lines), "utf-8")
    if suffix != ".jsonl":
        target = str(tmp_path / f"out{suffix}")
        corpusfmt.convert(source, target, on_error="skip")
        source = target
    found = _found(source, tmp_path, about)
    with without():
        assert _found(source, tmp_path, about) == found


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("chosen", [[0, 1], [1, 3], [3], [0, 3], [0, 1, 2, 3]])
def test_the_records_of_rows(end: bytes, chosen: list[int]) -> None:
    lines = [b'{"id":"%d","text":"x"}' % number for number in range(4)]
    (batch,) = scan(JSONL, b"".join([line + end for line in lines]))
    assert isinstance(batch.documents, rows.Rows)
    assert JSONL.records is not None
    found = JSONL.records(batch.region, batch.documents.only(chosen))
    assert [one.strip() for one in found] == [lines[number] for number in chosen]
