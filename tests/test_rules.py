"""Each rule and fault: its bad example gives its code and no other, its good one gives none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corpusfmt import registry, validate
from corpusfmt.cli.main import main
from corpusfmt.core.rule import SUBJECTS, Rule
from corpusfmt.pages import page
from tests.support import ROOT

ALL = {rule.code: rule for rule in registry.codes()}
every_rule = pytest.mark.parametrize("rule", ALL.values(), ids=list(ALL))

#: Those that need a limit to be lower than anyone would set it, or a file that is too large to ship.
LIMITED = {"SEED010": 100, "JSONL015": 100, "WARC020": 100, "TEI009": 1000}


def codes(rule: Rule, data: bytes, folder: Path, suffix: str = "") -> list[str]:
    path = folder / f"example.{rule.example}{suffix}"
    path.write_bytes(data)
    if rule.code in LIMITED:
        return [f.code for f in validate(path, max_document=LIMITED[rule.code])]
    return [f.code for f in validate(path)]


@every_rule
def test_the_bad_example_gives_the_code_alone(rule: Rule, tmp_path: Path) -> None:
    if rule.code == "FILE004":
        assert rule.bad == b""
        return
    assert set(codes(rule, rule.bad, tmp_path)) == {rule.code}


@every_rule
def test_the_good_example_gives_nothing(rule: Rule, tmp_path: Path) -> None:
    assert codes(rule, rule.good, tmp_path) == []


@every_rule
def test_the_record_is_complete(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z]+\d{3}", rule.code)
    assert rule.code.rstrip("0123456789") in SUBJECTS
    assert rule.severity in ("error", "warning", "note")
    assert rule.why.endswith(".")
    assert not rule.advice.endswith(".")
    word = rule.summary.split()[0]
    assert word.islower() or word.isupper() or "-" in word  # a lower-case phrase, but for names


@every_rule
def test_the_page_in_the_docs_is_that_of_the_record(rule: Rule) -> None:
    written = ROOT / "docs" / "rules" / f"{rule.code}.md"
    assert written.read_text(encoding="utf-8") == page(rule), "run: make docs"


def test_the_docs_have_no_page_too_many() -> None:
    assert {path.stem for path in (ROOT / "docs" / "rules").glob("*.md")} == {*ALL, "README"}


def test_the_command_prints_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "seed002"]) == 0
    assert capsys.readouterr().out == page(ALL["SEED002"])
    assert main(["rule", "SEED999"]) == 2
    assert "did you mean SEED009" in capsys.readouterr().err
    assert main(["rule"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(ALL)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a.txt", ""), ("dir/a.txt", ""), ("...x", ""), (".hidden", ""), ("./a", ""), ("console.txt", ""), ("a..b", ""), ("com10", ""),
        ("..", "'..'"), ("a/../b", "'..'"), ("a\\..\\b", "'..'"), ("/etc/passwd", "absolute"), ("\\\\host\\share", "absolute"),
        ("C:evil", "absolute"), ("c:\\x", "absolute"), ("CON", "device"), ("con.txt", "device"), ("a/NUL/b", "device"),
        ("COM1", "device"), ("com\u00b9.log", "device"), ("AUX .txt", "device"), ("CONIN$", "device"), ("a.", "dot or a space"),
        ("a ", "dot or a space"), ("a./b", "dot or a space"), ("a\nb", "control"), ("\x1b[31m", "control"), ("\x85", "control"),
    ],
)  # fmt: skip
def test_unsafe_names(name: str, why: str) -> None:
    from corpusfmt.rules.unsafe_name import fault_of

    found = fault_of(name)
    assert (why in found) if why else not found


def test_duplicate_names_fold_case_and_normalisation(tmp_path: Path) -> None:
    path = tmp_path / "a.seed"
    names = ["Caf\u00e9.txt", "CAFE\u0301.txt", "Stra\u00dfe", "STRASSE", "x", "y"]
    path.write_text("".join(f"<<<FILE d{i} {name}>>>\nbody\n" for i, name in enumerate(names)), encoding="utf-8")
    found = list(validate(path))
    assert [(f.code, f.line) for f in found] == [("DOC003", 3), ("DOC003", 7)]


def test_an_integer_id_and_its_digits_count_as_one(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id":7,"text":"a"}\n{"id":"7","text":"b"}\n')
    assert [f.code for f in validate(path)] == ["DOC002"]
