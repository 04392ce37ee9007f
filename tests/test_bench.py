"""The benchmarks, without measuring: the corpora hold what they say, and what is asked for is measured."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import chart
import contestants
import corpora
import pytest
import refused
import report
import run
from contestants import OURS, TWO, Files
from jsonschema import Draft202012Validator
from measure import Cost, Pairs

import corpusfmt

ROWS = {(route, kind, peer) for route, kinds, peers in run.ROUTES for kind in kinds for peer in peers}


@pytest.fixture(autouse=True)
def few_paragraphs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpora, "POOL", 50)


def made(kind: str) -> dict[str, bytes]:
    """A small corpus in all formats."""
    outputs = {name: io.BytesIO() for name in corpora.FORMATS}
    corpora.make(kind, 0.01, list(outputs.items()))
    return {name: output.getvalue() for name, output in outputs.items()}


def lines(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]


@pytest.mark.parametrize("kind", [kind for kind in corpora.KINDS if kind != "large"])
def test_a_corpus_holds_the_same_documents_in_all_formats(kind: str, tmp_path: Path) -> None:
    files = made(kind)
    expected = lines(files["jsonl"])
    assert expected
    assert lines(files["spaced.jsonl"]) == lines(files["escaped.jsonl"]) == expected
    assert files["escaped.jsonl"].isascii()
    plain = [(record["id"], record["text"], record["meta"]) for record in expected]
    assert [(r["id"], r["text"], r["metadata"]) for r in lines(files["dolma.jsonl"])] == plain
    assert [(r.pop("id"), r.pop("text"), r) for r in lines(files["hf.jsonl"])] == plain
    for name in ("seed", "warc", "warc.gz", "jsonl", "spaced.jsonl", "escaped.jsonl"):
        path = tmp_path / f"a.{name}"
        path.write_bytes(files[name])
        assert not list(corpusfmt.validate(path)), name
        with corpusfmt.open(path) as source:
            assert [(d.id, d.text, d.meta) for d in source] == plain, name


def test_records_with_metadata_fit_the_schema() -> None:
    validator = Draft202012Validator(corpora.SCHEMA)
    records = lines(made("metadata")["jsonl"])
    assert all(validator.is_valid(record) for record in records)
    good, bad = run.DAMAGE["schema-jsonl"]
    (damaged,) = lines(json.dumps(records[0], separators=(",", ":")).encode().replace(good, bad))
    assert not validator.is_valid(damaged)


def test_every_target_is_measured() -> None:
    assert {target[:3] for target in report.TARGETS} <= ROWS


@pytest.mark.parametrize(("route", "peer"), sorted({(route, peer) for route, _, peer in ROWS}))
def test_every_peer_has_its_script_and_its_requirements(route: str, peer: str) -> None:
    files = Files("a.x", "b.x", "c.x", "s.json")
    scripts = [Path(word) for one in contestants.task(peer, route, files) for word in one.command]
    assert all(path.exists() for path in scripts if path.suffix == ".py")
    home = contestants.home(peer)
    assert home in (OURS, contestants.UTF8, *contestants.PROGRAMS) or home in contestants.PACKAGES
    if home in contestants.PACKAGES and home != OURS:
        assert (contestants.HERE / "requirements" / f"{home}.txt").exists()


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ("seed-to-jsonl", ["convert", "a", "-o", "-", "--quiet", "--jobs", "2", "--to", "jsonl"]),
        ("seed-to-xml", ["convert", "a", "-o", "-", "--quiet", "--jobs", "2", "--to", "tei"]),
        (
            "dolma.jsonl-to-hf.jsonl",
            [
                "convert",
                "a",
                "-o",
                "-",
                "--quiet",
                "--jobs",
                "2",
                "--from",
                "jsonl:layout=dolma",
                "--to",
                "jsonl:layout=hf",
            ],
        ),
        ("schema-jsonl", ["validate", "--quiet", "--schema", "s", "--jobs", "2", "a"]),
        ("validate-seed", ["validate", "--quiet", "--jobs", "2", "a"]),
    ],
)
def test_our_command(route: str, said: list[str]) -> None:
    assert contestants.ours(route, Files("a", "-", schema="s"), 2)[1:] == said


def row(route: str, peer: str, ours: float, theirs: float) -> report.Row:
    pairs = Pairs([Cost(ours, ours, 1)], [Cost(theirs, theirs, 1)])
    return report.Row(route, "articles", peer, "bytes", 100_000_000, 1.0, pairs)


def test_the_chart_shows_each_peer_and_its_speed() -> None:
    rows = [row("jsonl-to-jsonl", peer, 0.5, 2.0) for peer in ("orjson", "jq", "cp", TWO)]
    root = ET.fromstring(chart.draw([*rows, row("seed-to-jsonl", "lxml", 1, 1)]))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[2:] == [OURS, "200", "orjson loop", "50", "jq -c .", "50"]
    bars = [element for element in root.iter("{http://www.w3.org/2000/svg}rect") if element.get("class") != "page"]
    assert [bar.get("class") for bar in bars] == ["ours", "peer", "peer"]
    assert float(bars[0].get("width", 0)) == pytest.approx(4 * float(bars[1].get("width", 0)), rel=0.01)


def test_there_is_no_chart_without_the_main_job() -> None:
    assert chart.draw([row("seed-to-jsonl", "orjson", 1, 1)]) == ""


def test_the_page_says_by_how_much_a_target_is_missed_on_one_core_and_on_two() -> None:
    rows = [
        row("jsonl-to-jsonl", "orjson", 1.0, 3.0),
        row("jsonl-to-jsonl", TWO, 1.0, 0.6),
        row("seed-to-xml", "lxml", 1, 9),
    ]
    page = report.page(report.Facts({}, 1, 1, 1), rows, [], None)
    assert "| jsonl to jsonl | articles | orjson loop | 4 | **3.00** | **missed** by 25% | 5.00 | met |" in page
    assert "| seed to xml | articles | lxml loop | 8 | **9.00** | met | – | – |" in page
    assert "| jsonl to jsonl | articles | 1.00 | 0.60 | **1.67** | 1.67–1.67 | **missed** by 2% | 0.60 |" in page


@pytest.mark.parametrize("form", refused.FORMATS, ids=[form.suffix for form in refused.FORMATS])
def test_records_that_are_to_be_refused_are(form: refused.Format, tmp_path: Path) -> None:
    path = str(tmp_path / f"a.{form.suffix}")
    refused.write(path, form, form.good, 40)
    assert not [one for one in corpusfmt.validate(path) if one.severity == "error"]
    for kind, make in form.bad.items():
        refused.write(path, form, make, 40)
        errors = [one for one in corpusfmt.validate(path) if one.severity == "error"]
        assert len(errors) >= 37, kind
