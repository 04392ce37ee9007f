"""After a fix, what it says is left is what validate finds, for each code and each choice of codes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from corpusfmt import Fixed, fix, plugins, validate
from corpusfmt.checks import across_files
from corpusfmt.checks.baseline import Baseline
from corpusfmt.checks.selection import Selection
from corpusfmt.cli.main import main
from corpusfmt.model.errors import ParseError
from corpusfmt.model.rule import Rule
from corpusfmt.sources.settings import Reading
from corpusfmt.verbs.fix.run import Fixing
from corpusfmt.verbs.validate.run import Validation
from tests.test_rules import WITH, every_rule, files

#: Codes that are asked for, and whether fixes that presume something are made.
CHOICES: dict[str, tuple[tuple[str, ...], bool]] = {
    "default": ((), False),
    "unsafe": ((), True),
    "all": (("ALL",), False),
    "all, unsafe": (("ALL",), True),
    "its own": (("own",), False),
    "its own, unsafe": (("own",), True),
}


@every_rule
def test_what_a_fix_leaves_is_what_validate_finds(rule: Rule, tmp_path: Path) -> None:
    whole = plugins.format_named(rule.example).one_per_file
    for codes, unsafe in CHOICES.values():
        codes = tuple(rule.code if code == "own" else code for code in codes)
        paths = [str(path) for path in files(rule, rule.bad, tmp_path)]
        reading = Reading(
            rule.example if whole else None,
            encoding=WITH.get(rule.code, {}).get("encoding"),
            limits=Reading().limits._replace(document=rule.max_document or Reading().limits.document),
        )
        selection = Selection(extend=codes)
        fixed: list[Fixed] = []
        damaged: Counter[str] = Counter()
        try:
            fixed.extend(Fixing(paths, reading, unsafe=unsafe, codes=codes, selection=selection).run())
        except ParseError as error:  # of compressed data
            damaged[error.finding.code] += 1
        if any(one.fixes["ENC008"] for one in fixed):
            reading = reading._replace(encoding=None)  # it is in UTF-8 now
        found = Validation(paths, reading, selection).run()
        left = Counter(one.code for one in found if one.severity != "note" and one.code not in across_files.RULES)
        assert sum([one.left for one in fixed], damaged) == left, (codes, unsafe)
        for path in paths:
            Path(f"{path}.cut").unlink(missing_ok=True)


@every_rule
def test_exit_codes_agree(rule: Rule, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [str(path) for path in files(rule, rule.bad, tmp_path)]
    reading = ["--from", rule.example] if plugins.format_named(rule.example).one_per_file else []
    fixed = main(["fix", *paths, *reading, "--isolated"])
    assert main(["validate", *paths, *reading, "--isolated"]) == fixed, capsys.readouterr()


def test_what_cannot_be_fixed_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.seed"
    path.write_bytes(b"<<<FILE d1 a.txt>>>\ncaf\xe9\n")
    assert main(["fix", str(path)]) == 1
    said = capsys.readouterr()
    assert said.out == f"{path}: 1 finding left (ENC001: 1)\n"
    assert said.err == "1 finding left; 'corpusfmt validate' shows them\n"


def test_a_dry_run_leaves_what_the_fix_will(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"id":"d1","name":"","text":"","meta":{}}\n\n{"id":"d1","name":"","text":"","meta":{}}\n'
    )
    (dry,), (wet,) = fix(path, dry_run=True), fix(path)
    assert (dry.fixes, dry.left) == (wet.fixes, wet.left)
    assert wet.left == Counter(one.code for one in validate(path)) == {"DOC001": 2, "DOC002": 1}


def test_what_is_left_out_or_known_is_in_neither(tmp_path: Path) -> None:
    path = tmp_path / "a.seed"
    path.write_bytes(b"<<<FILE d1 a.txt>>>\ncaf\xe9\n<<<FILE d1 b.txt>>>\nx\n")
    known = Validation([str(path)], Reading(), marked=True)
    assert {one.code for one in known.run()} == {"ENC001", "DOC002"}
    for selection, left in (
        (Selection(ignore=["ENC"]), {"DOC002": 1}),
        (Selection(per_file=[("*.seed", ["DOC"])], folder=str(tmp_path)), {"ENC001": 1}),
        (Selection(select=["TXT0"]), {}),
    ):
        (fixed,) = Fixing([str(path)], Reading(), selection=selection).run()
        assert fixed.left == left == Counter(one.code for one in Validation([str(path)], Reading(), selection).run())
    baseline = Baseline(str(tmp_path / "known.json"), {"a.seed": known.tally.marks[str(path)]})
    (fixed,) = Fixing([str(path)], Reading(), baseline=baseline).run()
    assert fixed.left == {}
    assert list(Validation([str(path)], Reading(), baseline=baseline).run()) == []


def test_what_only_validate_checks_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "schema.json").write_text("{}")
    config = tmp_path / "corpusfmt.toml"
    for text, words in (
        ('extend-select = ["CORP001"]', "CORP001"),
        ('select = ["CORP", "DOC"]\n[schemas]\nmetadata = "schema.json"', "CORP001, CORP002, CORP003 and the schemas"),
        ('[schemas]\nrecord = "schema.json"', "the schemas"),
        ('select = ["DOC"]', ""),
    ):
        config.write_text(text)
        path = tmp_path / "a.seed"
        path.write_bytes(b"<<<FILE d1 a.txt>>>\nx\n")
        assert main(["fix", str(path), "--config", str(config)]) == 0
        said = capsys.readouterr().err
        assert said == (f"only 'corpusfmt validate' checks {words}\n" if words else "")
