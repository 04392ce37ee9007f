"""Conversions and validations of rows: equal to those of plain documents, and no document is made where none is needed."""

from __future__ import annotations

import gzip
import json
import re
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

import corpusfmt
from corpusfmt import Document
from corpusfmt.formats.jsonl import FORMAT as JSONL
from corpusfmt.model import rows
from corpusfmt.model.document import build
from corpusfmt.model.loss_kinds import ALLOWABLE
from corpusfmt.storage.output import Output
from corpusfmt.targets import settings
from corpusfmt.text.kernel import KERNEL
from tests import strategies
from tests.support import scan
from tests.test_kernel import without

#: Documents whose ids and names are spelled otherwise in a receipt.
ODD = [
    Document("é\u2028\U0001f600", "é", name='a "b" \\ \x7f\t.txt', meta={"k": [1, "é"]}),
    Document(-7, "", name="##[error]", meta=b'{ "k" : 1.0 }'),
    Document("##vso[a", "<<<FILE a b>>>", name="::error::", meta={"id": 1}),
]

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
    there = {path.name: path.read_bytes() for path in folder.iterdir()}
    return there, {"read": report.read, "written": report.written, "lost": report.lost, "findings": report.findings}


@pytest.mark.parametrize("suffix", [".seed", ".jsonl", ".tei.xml", ".warc"])
@pytest.mark.parametrize("ids", [["d7"], ["d1", "d2", "d399"], [f"d{n}" for n in range(0, 400, 3)]])
def test_chosen_documents(tmp_path: Path, source: str, made: list[int], suffix: str, ids: list[str]) -> None:
    found = _converted(tmp_path / "rows", source, suffix, ids=ids)
    assert not made
    with without():
        assert _converted(tmp_path / "plain", source, suffix, ids=ids) == found
    assert found[1]["written"] == len(ids)


@pytest.mark.parametrize("suffix", [".seed", ".jsonl", ".tei.xml", ".warc", ".seed.gz", ".warc.gz", ".warc.zst"])
@pytest.mark.parametrize("size", [1, 200, 1000, 5000, 10**6])
def test_shards(tmp_path: Path, source: str, made: list[int], suffix: str, size: int) -> None:
    found = _converted(tmp_path / "rows", source, suffix, shard_size=size)
    assert not made
    with without():
        assert _converted(tmp_path / "plain", source, suffix, shard_size=size) == found


@pytest.mark.parametrize("suffix", [".warc", ".warc.gz", ".warc.zst"])
@pytest.mark.parametrize("size", [0, 5000])
def test_indexes(tmp_path: Path, source: str, made: list[int], suffix: str, size: int) -> None:
    found = _converted(tmp_path / "rows", source, suffix, cdxj=True, shard_size=size)
    assert not made
    with without():
        assert _converted(tmp_path / "plain", source, suffix, cdxj=True, shard_size=size) == found
    lines = found[0]["out.cdxj"].splitlines()
    assert len(lines) == 400
    for line in lines[::7]:
        about = json.loads(line[line.index(b"{") :])
        at = int(about["offset"])
        member = found[0][about["filename"]][at : at + int(about["length"])]
        if suffix != ".warc":
            member = gzip.decompress(member) if suffix == ".warc.gz" else zstandard.decompress(member)
        assert member.startswith(b"WARC/1.1\r\nWARC-Type: resource\r\n")
        assert about["url"].encode() in member


def test_shards_of_formats_that_do_not_say_how_many_pieces_a_document_has(
    tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _converted(tmp_path / "rows", source, ".warc.gz", shard_size=5000)
    real = settings.prepared

    def prepared(*given: Any, **named: Any) -> Any:
        made = real(*given, **named)
        return made._replace(format=made.format._replace(pieces=0))

    monkeypatch.setattr("corpusfmt.targets.files.prepared", prepared)
    assert _converted(tmp_path / "each", source, ".warc.gz", shard_size=5000) == found
    assert len(found[0]) > 3


LOSING: list[tuple[str, dict[str, Any]]] = [
    (".jsonl", {}), (".seed", {}), (".tei.xml", {}), (".warc", {}), (".jsonl", {"layout": "hf"}),
    (".jsonl", {"layout": "text-meta"}), (".seed", {"dialect": "plain"}),
]  # fmt: skip


@pytest.mark.parametrize(("suffix", "own"), LOSING)
@pytest.mark.parametrize("verify", [False, True])
def test_allowed_losses(tmp_path: Path, made: list[int], suffix: str, own: dict[str, str], verify: bool) -> None:
    source = str(tmp_path / "in.jsonl")
    with corpusfmt.create(source) as writer:
        writer.write_all(
            Document(f"d{n}", "é" * n, name=f"{n}.txt" if n % 3 else "", meta={"n": n} if n % 2 else None)
            for n in range(100)
        )
    options = {"write_options": own, "allow_loss": list(ALLOWABLE), "verify": verify}
    found = _converted(tmp_path / "rows", source, suffix, **options)
    assert bool(made) == (verify and bool(own))
    with without():
        assert _converted(tmp_path / "plain", source, suffix, **options) == found
    assert bool(found[1]["lost"]) == bool(own)


@given(
    st.lists(st.one_of(st.sampled_from(ODD), strategies.text_documents), max_size=6),
    st.sampled_from(LOSING),
    st.frozensets(st.sampled_from(ALLOWABLE)),
)
def test_allowed_losses_of_any_documents(
    documents: list[Document], target: tuple[str, dict[str, Any]], allow: frozenset[str]
) -> None:
    suffix, own = target
    told = []
    with TemporaryDirectory() as place:
        source = f"{place}/in.jsonl"
        with corpusfmt.create(source) as writer:
            writer.write_all(documents)
        for way in (nullcontext, without):
            with way():
                report = corpusfmt.convert(
                    source, f"{place}/out{suffix}", write_options=own, allow_loss=allow, on_error="skip",
                    receipt=f"{place}/r.json", force=True,
                )  # fmt: skip
                told.append((report.lost, report.losses, report.refused, Path(place, "r.json").read_bytes()))
    assert told[0] == told[1]


def test_a_refused_document_leaves_the_others_rows(tmp_path: Path, source: str, made: list[int]) -> None:
    lines = Path(source).read_text("utf-8").splitlines(keepends=True)
    lines[123] = '{"id":7,"name":"","text":"t\\n"}\n'
    Path(source).write_text("".join(line.replace('"}', '\\n"}') for line in lines), "utf-8")
    found = _converted(tmp_path / "rows", source, ".seed", write_options={"dialect": "plain"}, on_error="skip")
    assert len(made) < 20
    with without():
        plain = _converted(tmp_path / "plain", source, ".seed", write_options={"dialect": "plain"}, on_error="skip")
    assert plain == found
    assert found[1]["written"] == 399


#: What the targets of receipts are told.
RECEIPTS: list[tuple[str, dict[str, Any]]] = [
    *[(name, {}) for name in (".seed", ".jsonl", ".jsonl.gz", ".tei.xml", ".warc")], (".jsonl", {"shard_size": 900}),
]  # fmt: skip


def _proven(folder: Path, source: str, suffix: str, **options: Any) -> tuple[bytes, int]:
    """Return the receipt of a conversion, and how many documents were compared."""
    report = corpusfmt.convert(source, str(folder / f"out{suffix}"), receipt=folder / "r.json", force=True, **options)
    return (folder / "r.json").read_bytes(), report.verified


@pytest.mark.parametrize(("suffix", "options"), RECEIPTS)
def test_receipts(tmp_path: Path, source: str, made: list[int], suffix: str, options: dict[str, Any]) -> None:
    found = _proven(tmp_path, source, suffix, **options)
    assert not made
    assert list(corpusfmt.verify(tmp_path / "r.json")) == []
    with without():
        assert _proven(tmp_path, source, suffix, **options) == found
    assert found[1] == 400


@given(st.lists(st.one_of(st.sampled_from(ODD), strategies.text_documents), max_size=4), st.sampled_from(RECEIPTS[:5]))
def test_receipts_of_any_documents(documents: list[Document], target: tuple[str, dict[str, Any]]) -> None:
    with TemporaryDirectory() as place:
        source = f"{place}/in.jsonl"
        with corpusfmt.create(source) as writer:
            writer.write_all(documents)
        found = _proven(Path(place), source, target[0])
        with without():
            assert _proven(Path(place), source, target[0]) == found


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b'"d399"', b'"d39"', "found the id 'd39' for document 'd39'; it was given 'd399'"),
        (b'"id":"d3","name":""', b'"id":"d3","name":"x"', "found the name 'x' in place of '' for document 'd3'"),
        (b'{"id":"d7",', b'{"id":7,', "found the id '7' for document '7'; it was given 'd7'"),
        (b'"d2","name":"","text":"', b'"d2","name":"","text":" ', "found another text for document 'd2'"),
        (b'{"id":"d399","name":"","text":"', b"\n", "lacks the document 'd399'"),
        (b'{"id":"d0"', b'{"id":"d","name":"","text":"","meta":{}}\n{"id":"d0"', "found the id 'd' for document 'd'"),
    ],
)
def test_what_differs_is_named(
    tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch, old: bytes, new: bytes, message: str
) -> None:
    real = Output._put

    def changing(self: Output, data: bytes) -> None:
        if new == b"\n" and old in data:
            data = data[: data.index(old)]
        real(self, data.replace(old, new, 1))

    monkeypatch.setattr(Output, "_put", changing)
    told = []
    for way in (nullcontext, without):
        with way(), pytest.raises(corpusfmt.VerificationError, match=re.escape(message)) as error:
            corpusfmt.convert(source, tmp_path / "out.jsonl", verify=True)
        told.append(str(error.value))
    assert told[0] == told[1]


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


@pytest.mark.parametrize("suffix", [".seed", ".jsonl", ".jsonl.gz", ".tei.xml", ".tei.xml.zst", ".warc", ".warc.gz"])
@pytest.mark.parametrize("name", ["", "a/{}.txt", "{}"])
@pytest.mark.parametrize("text", ["{}\n\né\n", "日本語 {}", "Привет, мир! {}\n"])
def test_checks(tmp_path: Path, made: list[int], suffix: str, name: str, text: str) -> None:
    path = str(tmp_path / f"out{suffix}")
    with corpusfmt.create(path) as writer:
        writer.write_all(Document(f"d {n}", text.format(n), name=name.format(n), meta={"n": n}) for n in range(400))
    assert list(corpusfmt.validate(path)) == []
    assert not made


@given(st.lists(strategies.text_documents, max_size=5), st.sampled_from([".seed", ".jsonl", ".tei.xml", ".warc"]))
def test_checks_of_any_documents(documents: list[Document], suffix: str) -> None:
    """Some of them are there twice, some are blank."""
    blank = [Document(document.id, " \n" * 40) for document in documents[:1]]
    with TemporaryDirectory() as place:
        path = f"{place}/out{suffix}"
        with corpusfmt.create(path) as writer:
            writer.write_all([*documents, *documents[:2], *blank])
        found = list(corpusfmt.validate(path, extend_select=["DOC", "TXT"]))
        with without():
            assert list(corpusfmt.validate(path, extend_select=["DOC", "TXT"])) == found
