"""Targets of every kind: what is refused leaves no trace in them, and what they say of themselves is so."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusfmt import ConfigurationError, convert, open_writer, plugins, read
from corpusfmt.model.document import Document
from corpusfmt.model.errors import LossError
from corpusfmt.model.format import Format
from corpusfmt.sources.settings import Reading
from corpusfmt.storage import open_input
from corpusfmt.targets.files import open_target
from corpusfmt.targets.settings import Writing, is_folder
from corpusfmt.verbs.convert.run import Conversion
from tests import strategies, test_dir


class Kind(NamedTuple):
    """A kind of target: its path, and how it is written."""

    path: str
    writing: Writing

    def __repr__(self) -> str:
        shards, index = (
            name * bool(value) for name, value in zip(("+shards", "+index"), self.writing[4:8:3], strict=True)
        )
        return f"{self.path}{shards}{index}"


def _kinds(format: Format) -> Iterator[Kind]:
    """Every kind of target of a format."""
    if format.alone:
        yield Kind("out/", Writing(format.name))
    if format.one_per_file:
        return
    for size in (0, 300):
        packed = ".zst" if size else ".gz"
        yield Kind(f"out{format.suffixes[0]}{packed}", Writing(format.name, shard_size=size))
        if format.index_line:
            yield Kind(f"out{format.suffixes[0]}.gz", Writing(format.name, shard_size=size, cdxj=True))


KINDS = [
    *(kind for format in plugins.formats().values() for kind in _kinds(format)),
    Kind("plain.seed", Writing("seed", {"dialect": "plain"}, shard_size=300)),
]
every_kind = pytest.mark.parametrize("kind", KINDS, ids=repr)
#: Refused by all but WARC, which holds names of up to 1,000,000 characters.
ODD = Document("x", b"\xff", name="n" * 70_000)
documents = st.one_of(test_dir.named, strategies.any_documents, st.just(ODD))
batches = st.lists(st.lists(documents, max_size=5), max_size=3)
few = settings(max_examples=settings().max_examples // 4)


def snapshot(folder: Path) -> dict[str, bytes]:
    """What is in a folder, decompressed."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            with open_input(str(path)) as stream:
                found[str(path.relative_to(folder))] = b"".join(iter(lambda: stream.read(1 << 20), b""))
    return found


def written(kind: Kind, groups: Sequence[Sequence[Document]]) -> tuple[dict[str, bytes], list[Document]]:
    """What is there when groups were written, those that are refused left out; and the documents of the others."""
    taken: list[Document] = []
    with tempfile.TemporaryDirectory(prefix="corpusfmt-") as place:
        target = open_target(
            f"{place}/{kind.path}", kind.writing, folder=is_folder(f"{place}/{kind.path}", kind.writing)
        )
        try:
            for group in groups:
                size, files = target.size, target.files
                with suppress(LossError):
                    target.write(group)
                    taken += group
                    continue
                assert (target.size, target.files) == (size, files)
            target.finish()
            target.publish()
        finally:
            target.discard()
        return snapshot(Path(place)), taken


@every_kind
@few
@given(groups=batches)
def test_what_is_refused_leaves_no_trace(kind: Kind, groups: list[list[Document]]) -> None:
    """Not in the bytes, nor in names and ids of what is written after it, however documents come together."""
    again = [*groups, *([document] for group in groups for document in group)]
    found, taken = written(kind, again)
    assert (found, taken) == written(kind, [[document] for document in taken])


@every_kind
@few
@given(
    docs=st.lists(documents, max_size=8),
    on_error=st.sampled_from(["skip", "quarantine"]),
)
def test_what_is_counted_is_there(kind: Kind, docs: list[Document], on_error: str) -> None:
    """The report, the manifest, the target and the quarantine say the same of how many documents there are."""
    with tempfile.TemporaryDirectory(prefix="corpusfmt-") as place:
        with open_writer(f"{place}/in.warc") as writer:
            for document in docs:
                writer.write(document)
        target, aside = f"{place}/{kind.path}", f"{place}/refused.seed"
        kept = aside if on_error == "quarantine" else ""
        report = Conversion(
            [f"{place}/in.warc"], target, Reading(), kind.writing, on_error=on_error, quarantine=kept
        ).run()
        assert report.committed
        assert report.read == len(docs) == report.written + report.refused
        if kept:
            assert len(list(read(aside))) == report.refused
        outputs = [path for path in report.outputs if not path.endswith((".manifest.json", ".cdxj")) and path != aside]
        counts = [len(list(read(path, format=kind.writing.format))) for path in outputs if report.written]
        assert sum(counts) == report.written
        if kind.writing.shard_size:
            manifest = json.loads(Path(f"{place}/{kind.path.partition('.')[0]}.manifest.json").read_bytes())
            assert manifest["documents"] == report.written
            if report.written:
                assert [shard["documents"] for shard in manifest["shards"]] == counts


def test_documents_are_not_written_twice_to_shards(tmp_path: Path) -> None:
    (tmp_path / "in.seed").write_bytes(
        b"<<<FILE a a>>>\nA\n<<<FILE b b>>>\nB\n<<<FILE c c>>>\n\xe9\n<<<FILE d d>>>\nD\n"
    )
    writing = Writing("jsonl", shard_size=1000)
    report = Conversion([f"{tmp_path}/in.seed"], f"{tmp_path}/o.jsonl", Reading(), writing, on_error="skip").run()
    assert (report.read, report.written, report.refused) == (4, 3, 1)
    assert [document.id for document in read(f"{tmp_path}/o-*.jsonl")] == ["a", "b", "d"]


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("what", ["target", "quarantine", "receipt"])
def test_no_file_replaces_a_shard_of_a_set_with_a_manifest(
    what: str, *, force: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.seed").write_bytes(b"".join(b"<<<FILE d%d a.txt>>>\n%b\n" % (n, b"x" * 300) for n in range(9)))
    convert("a.seed", "b.seed", shard_size=1000)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    more: dict[str, Any] = {
        "target": {"target": "b-00001.seed"},
        "quarantine": {"target": "c.seed", "on_error": "quarantine=b-00002.seed"},
        "receipt": {"target": "c.seed", "receipt": "b-00009.json"},
    }[what]
    with pytest.raises(ConfigurationError, match="has the name of a shard of"):
        convert("a.seed", force=force, **more)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    convert("a.seed", "b.seed", shard_size=500, force=True)
    Path("b.manifest.json").unlink()
    convert("a.seed", "b-00001.seed", force=True)
