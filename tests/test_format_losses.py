"""What does not fit from one format into another, said beforehand."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corpusfmt import plugins
from corpusfmt.cli.main import main
from corpusfmt.model.document import Document
from corpusfmt.model.format import WriteOptions, applicable
from corpusfmt.verbs.format_losses import Side, pair, side
from docs.generate import kinds
from tests import strategies
from tests.support import ROOT

SIDES: list[tuple[str, dict[str, str]]] = [
    *((name, {}) for name in plugins.builtin_names()),
    ("seed", {"dialect": "plain"}), ("jsonl", {"layout": "hf"}), ("jsonl", {"layout": "text-meta"}),
    ("jsonl", {"text-field": "content", "id-field": "n"}), ("jsonl", {"text-field": "body"}),
]  # fmt: skip


def lost(source: str, target: str, **own: str) -> list[tuple[str, str]]:
    return [(kind, what) for kind, what, _ in pair(side(source, {}), side(target, own)).lost]


@pytest.mark.parametrize("target", SIDES, ids=str)
@pytest.mark.parametrize("source", SIDES, ids=str)
def test_what_a_conversion_loses_was_said(
    source: tuple[str, dict[str, str]], target: tuple[str, dict[str, str]]
) -> None:
    """Each probe that the source holds whole is lost in the target if, and only if, it was said."""
    one, other = Side(plugins.format_named(source[0]), source[1]), Side(plugins.format_named(target[0]), target[1])
    found = pair(one, other)
    said = {(kind, what) for kind, what, _ in found.lost}
    for probe in other.probes():
        writing = WriteOptions(own=applicable(other.format, "write", other.own))
        reading = WriteOptions(own=applicable(one.format, "write", one.own))
        given = one.format.gives is not None and one.format.gives(probe.document)
        if not given and probe.kind in {loss.kind for loss in one.format.losses(probe.document, reading)}:
            assert (probe.kind, probe.what) not in said
            continue
        kinds = {loss.kind for loss in other.format.losses(probe.document, writing)}
        assert (probe.kind in kinds) == ((probe.kind, probe.what) in said)


_KEYS = st.sampled_from(["id", "name", "text", "meta", "n", "body", "content", "k"])


@given(
    st.data(),
    strategies.any_documents
    | st.builds(Document, st.just("a"), st.just("x"), meta=st.dictionaries(_KEYS, st.just("x"))),
)
def test_every_kind_of_loss_was_said(data: st.DataObject, document: Document) -> None:
    """Whatever a document is that the source can hold."""
    source, target = (side(*data.draw(st.sampled_from(SIDES))) for _ in range(2))
    reading, writing = (WriteOptions(own=applicable(one.format, "write", one.own)) for one in (source, target))
    whole = source.format.gives(document) if source.format.gives else not source.format.losses(document, reading)
    assume(whole)
    said = {kind for kind, _, _ in pair(source, target).lost}
    assert {loss.kind for loss in target.format.losses(document, writing)} <= said | {"size"}


def test_each_kind_that_a_format_cannot_carry_has_a_probe() -> None:
    """So that nothing it cannot carry goes unsaid; sizes are said in words."""
    found: dict[str, set[str]] = {}
    for name, own in SIDES:
        format = plugins.format_named(name)
        probes = side(name, own).probes()
        kinds = {loss.kind for probe in probes for loss in format.losses(probe.document, WriteOptions(own=own))}
        found.setdefault(name, set()).update(kinds)
    assert found == {name: set(plugins.format_named(name).cannot) - {"size"} for name in found}


def test_the_kinds_in_the_docs_are_those_of_the_code() -> None:
    page = (ROOT / "docs" / "losses.md").read_text(encoding="utf-8")
    assert f"<!-- kinds -->\n\n{kinds()}\n<!-- end of kinds -->" in page, "run 'make docs'"


def test_well_known_pairs() -> None:
    assert lost("tei", "warc") == lost("jsonl", "seed") == []
    assert lost("seed", "jsonl")[0] == ("bytes", "bytes that are not UTF-8, without a known encoding")
    assert ("encoding", "bytes that their declared encoding cannot decode") in lost("seed", "jsonl")
    kinds_of_folders = {kind for kind, _ in lost("dir", "dir")}  # which reading gives, and writing refuses
    assert kinds_of_folders >= {"id", "name", "bytes", "encoding"}
    assert "metadata" not in kinds_of_folders
    assert ("metadata", "metadata") in lost("jsonl", "dir")
    assert ("id", "an integer id") in lost("jsonl", "seed", dialect="plain")
    assert not pair(side("seed", {}), side("dir", {})).ordered
    assert pair(side("seed", {}), side("jsonl", {})).transcoded
    assert not pair(side("seed", {}), side("warc", {})).transcoded
    assert "counted by element" in pair(side("tei", {}), side("warc", {})).dropped


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["tei", "warc"], 0, "tei -> warc\n  fits          all ids, names"), (["seed", "jsonl:layout=hf"], 0, "would lose    name: a name ("),
        (["seed", "dir"], 0, "--allow-loss id,name,metadata,bytes"), (["seed:dialect=plain", "jsonl"], 0, "seed:dialect=plain -> jsonl"),
        (["seed", "nothing"], 2, "unknown format 'nothing'"), (["seed", "jsonl:layout=no"], 2, "must be one of"),
        (["seed", "warc:dialect=1"], 2, "has no option 'dialect'"), (["seed", ":x"], 2, "expected"), (["seed"], 2, "expected 2 arguments"),
    ],
)  # fmt: skip
def test_the_command(arguments: Sequence[str], code: int, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        assert main(["formats", "--pair", *arguments]) == code
    except SystemExit as stopped:
        assert stopped.code == code
    out, err = capsys.readouterr()
    assert text in (err if code else out)


def test_the_command_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["formats", "--pair", "jsonl", "dir", "--output-format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {one["kind"] for one in found["lost"]} == {kind for kind, _ in lost("jsonl", "dir")} >= {"id", "metadata"}
    assert found["ordered"] is False
    with pytest.raises(SystemExit):
        main(["formats", "--output-format", "json"])
