"""Nothing is written over what is read, or over another thing that is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import corpusfmt
from corpusfmt.cli.main import main
from corpusfmt.options import REPORTS

SEED = b"<<<FILE a a>>>\nA\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.seed").write_bytes(SEED)
    (tmp_path / "s.json").write_text("{}")
    (tmp_path / "b.json").write_text('{"version": 2, "findings": {}}')
    (tmp_path / "corpusfmt.toml").write_text("jobs = 1\n")
    return tmp_path


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refused(folder: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = content(folder)
    assert main(arguments) == 2
    assert said in capsys.readouterr().err
    assert content(folder) == before


@pytest.mark.parametrize("report", REPORTS)
def test_no_report_replaces_a_source(report: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused(folder, ["validate", "in.seed", "--output", f"{report}=in.seed"], "is also a source", capsys)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["in.seed", "--output", "json=./in.seed"], "the report './in.seed' is also a source"),
        ([".", "--output", "jsonl=in.seed"], "the report 'in.seed' is also a source"),
        (["in.seed", "--output", "json=link.json"], "is also a source"),
        (["in.seed", "--output", "json=hard.json"], "is also a source"),
        (["in.seed", "--schema", "s.json", "--output", "json=s.json"], "is also a schema"),
        (["in.seed", "--metadata-schema", "s.json", "--output", "json=s.json"], "is also a schema"),
        (["in.seed", "--baseline", "b.json", "--output", "json=b.json"], "is also the baseline"),
        (["in.seed", "--output", "json=corpusfmt.toml"], "is also the configuration"),
        (["in.seed", "--output", "json=n.json", "--output", "sarif=./n.json"], "is also the report"),
        (["in.seed", "--write-baseline", "in.seed"], "the baseline 'in.seed' is also a source"),
        (["in.seed", "--output", "json=n.json", "--write-baseline", "m.json"], "cannot be combined with --output"),
        (["in.seed", "--statistics", "--write-baseline", "m.json"], "cannot be combined with --output or --statistics"),
    ],
)
def test_outputs_of_validate(arguments: list[str], said: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "link.json").symlink_to("in.seed")
    os.link(folder / "in.seed", folder / "hard.json")
    refused(folder, ["validate", *arguments], said, capsys)


def test_a_schema_that_is_inferred(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused(
        folder, ["schema", "infer", "in.seed", "-o", "./in.seed"], "the schema './in.seed' is also a source", capsys
    )
    assert main(["schema", "infer", "in.seed", "-o", "new.json"]) == 0


def shards(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("o[-.]*"))


@pytest.mark.parametrize("gone", ["o-00001.jsonl", "o-00002.jsonl", "o.manifest.json"])
@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz"])
def test_no_old_shard_stays_beside_a_new_set(gone: str, suffix: str, tmp_path: Path) -> None:
    (tmp_path / "in.seed").write_bytes(b"<<<FILE a a>>>\nA\n<<<FILE b b>>>\nB\n<<<FILE c c>>>\nC\n")
    (tmp_path / "one.seed").write_bytes(SEED)
    (tmp_path / "o-7.jsonl").write_bytes(b"")
    corpusfmt.convert(tmp_path / "in.seed", tmp_path / "o.jsonl", shard_size=1)
    (tmp_path / gone).unlink()
    there = shards(tmp_path)
    if suffix != "jsonl" and gone == "o.manifest.json":
        corpusfmt.convert(tmp_path / "one.seed", tmp_path / f"o.{suffix}", shard_size=1)
        assert set(there) <= set(shards(tmp_path)), "nothing says that they are of one set"
        return
    with pytest.raises(corpusfmt.ConfigurationError, match="shards of an earlier run exist"):
        corpusfmt.convert(tmp_path / "one.seed", tmp_path / f"o.{suffix}", shard_size=1)
    assert shards(tmp_path) == there
    corpusfmt.convert(tmp_path / "one.seed", tmp_path / f"o.{suffix}", shard_size=1, force=True)
    assert shards(tmp_path) == [f"o-00001.{suffix}", "o-7.jsonl", "o.manifest.json"]


def test_a_file_with_a_date_is_no_shard(tmp_path: Path) -> None:
    (tmp_path / "in.seed").write_bytes(SEED)
    (tmp_path / "o-20240101.jsonl").write_bytes(b"")
    for _ in range(2):
        corpusfmt.convert(tmp_path / "in.seed", tmp_path / "o.jsonl", shard_size=1, force=True)
    assert shards(tmp_path) == ["o-00001.jsonl", "o-20240101.jsonl", "o.manifest.json"]


@pytest.mark.parametrize(
    "manifest",
    [
        b"", b"[]", b"{", b'{"shards": 1}', b'{"shards": [1]}', b'{"shards": [{"name": ["x"]}]}',
        b'{"shards": [{"name": "in.seed"}, {"name": "../o-00001.jsonl"}, {"name": "o-x.jsonl"}]}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_manifest_that_says_anything_else_names_no_shards(manifest: bytes, tmp_path: Path) -> None:
    (tmp_path / "in.seed").write_bytes(SEED)
    (tmp_path / "o-x.jsonl").write_bytes(b"")
    (tmp_path / "o.manifest.json").write_bytes(manifest)
    corpusfmt.convert(tmp_path / "in.seed", tmp_path / "o.jsonl", shard_size=1, force=True)
    assert sorted(content(tmp_path)) == ["in.seed", "o-00001.jsonl", "o-x.jsonl", "o.manifest.json"]
