"""Real texts that nobody here wrote, as bodies, there and back."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from corpusfmt import Document, LossError, convert, open_writer, read
from tests.support import DATA, needs_data

pytestmark = needs_data


def files(*patterns: str) -> list[Any]:
    found = sorted({p for pattern in patterns for p in DATA.glob(pattern) if p.is_file()}) if DATA.is_dir() else []
    return [pytest.param(p, id=str(p.relative_to(DATA))) for p in found]


@pytest.mark.parametrize("path", files("seed-documents/*", "naughty/**/*", "encodings/**/*"))
def test_a_file_as_a_body_goes_through_seed_and_jsonl_and_back(path: Path, tmp_path: Path) -> None:
    data = path.read_bytes()
    document = Document(path.stem, data, name=path.name, meta={"from": path.name})
    with open_writer(tmp_path / "a.seed") as writer:
        writer.write(document)
    (back,) = read(tmp_path / "a.seed")
    assert back == document
    assert back.data == data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        with pytest.raises(LossError, match=f"0x{data[error.start]:02x} at offset {error.start} of the text"):
            convert(tmp_path / "a.seed", tmp_path / "a.jsonl")
        assert not (tmp_path / "a.jsonl").exists()
    else:
        convert(tmp_path / "a.seed", tmp_path / "a.jsonl.zst")
        convert(tmp_path / "a.jsonl.zst", tmp_path / "b.seed")
        (again,) = read(tmp_path / "b.seed")
        assert again.data == data
        assert (tmp_path / "a.seed").read_bytes() == (tmp_path / "b.seed").read_bytes()


@pytest.mark.parametrize("path", files("naughty/**/blns.json"))
def test_every_naughty_string_as_id_name_text_and_metadata(path: Path, tmp_path: Path) -> None:
    strings = [s for s in json.loads(path.read_bytes()) if s]
    docs = [Document(f"{i}-{s}", s, name=s, meta={s: s}) for i, s in enumerate(strings)]
    with open_writer(tmp_path / "a.seed") as writer:
        for document in docs:
            writer.write(document)
    convert(tmp_path / "a.seed", tmp_path / "a.jsonl.gz")
    convert(tmp_path / "a.jsonl.gz", tmp_path / "b.seed")
    assert list(read(tmp_path / "b.seed")) == docs


def spelled(line: bytes) -> Any:
    """A record with its numbers as they were written and its keys in order."""
    return json.loads(
        line, parse_int=lambda s: ("number", s), parse_float=lambda s: ("number", s), object_pairs_hook=list
    )


@pytest.mark.parametrize("middle", ["m.seed", "m.jsonl", "m.seed.zst"])
@pytest.mark.parametrize("path", files("jsonl/dolma-cc-head/*", "jsonl/dolma-documents/*"))
def test_dolma_comes_back_with_every_key_and_number_as_written(path: Path, middle: str, tmp_path: Path) -> None:
    dolma = {"layout": "dolma"}
    convert(path, tmp_path / middle, from_format="jsonl", read_options=dolma)
    convert(tmp_path / middle, tmp_path / "back.jsonl", to_format="jsonl", write_options=dolma)
    raw = path.read_bytes()
    before = (gzip.decompress(raw) if path.suffix == ".gz" else raw).splitlines()
    after = (tmp_path / "back.jsonl").read_bytes().split(b"\n")[:-1]
    assert len(before) == len(after) > 0
    for one, other in zip(before, after, strict=True):
        first, second = spelled(one), spelled(other)
        assert sorted(map(str, first)) == sorted(map(str, second))
        rest = [pair for pair in first if pair[0] not in ("id", "text")]
        assert [pair for pair in second if pair[0] not in ("id", "text")] == rest


@pytest.mark.parametrize("path", files("jsonl/dolma-formats/*"))
def test_records_without_id_or_text_say_how_to_be_read(path: Path, tmp_path: Path) -> None:
    report = convert(path, tmp_path / "out.seed", text_field="message", id_from="line")
    assert report.written == 1
    (document,) = read(tmp_path / "out.seed")
    assert (document.id, document.text) == ("1", "this is a test")
