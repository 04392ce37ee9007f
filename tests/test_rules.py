"""Each rule and fault: its bad example gives its code and no other, its good one gives none."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt import Document, create, fix, plugins, validate
from corpusfmt.checks.rule_page import page
from corpusfmt.cli.main import main
from corpusfmt.model.rule import Rule
from corpusfmt.rules import unsafe_name
from corpusfmt.text.filenames import unsafe
from tests.support import ROOT

ALL = {rule.code: rule for rule in plugins.codes()}
every_rule = pytest.mark.parametrize("rule", ALL.values(), ids=list(ALL))

#: What no content shows.
UNSHOWN = ("FILE004", "FILE005", "FILE006", "DIR002")


#: Those whose examples are read in a certain way.
YEAR = '"properties":{"year":{"type":"integer"}}'
WITH: dict[str, dict[str, Any]] = {
    "ENC007": {"encoding": "cp1252"},
    "ENC008": {"encoding": "cp1252"},
    "SCH001": {"schema": f'{{"properties":{{"meta":{{{YEAR}}}}}}}'},
    "SCH002": {"metadata_schema": f"{{{YEAR}}}"},
}


def files(rule: Rule, example: bytes | tuple[bytes, ...], folder: Path, suffix: str = "") -> list[Path]:
    """Write an example of a rule, a file or several."""
    contents = example if isinstance(example, tuple) else (example,)
    paths = [folder / f"example{number}.{rule.example}{suffix}" for number in range(len(contents))]
    for path, data in zip(paths, contents, strict=True):
        path.write_bytes(data)
    return paths


def options(rule: Rule, folder: Path) -> dict[str, Any]:
    """Return how the examples of a rule are validated."""
    found = dict(WITH.get(rule.code, {}))
    for name in ("schema", "metadata_schema"):
        if name in found:
            (folder / name).write_text(found[name])
            found[name] = folder / name
    if rule.max_document:
        found["max_document"] = rule.max_document
    if plugins.format_named(rule.example).one_per_file:
        found["format"] = rule.example
    return found


def codes(rule: Rule, example: bytes | tuple[bytes, ...], folder: Path, *also: str) -> list[str]:
    """Validate an example with what is checked by default, the rule itself, and ``also`` others."""
    select = [rule.code, *also] if rule.code in plugins.rules() else []
    found = validate(files(rule, example, folder), extend_select=select, **options(rule, folder))
    return [finding.code for finding in found]


@every_rule
def test_the_bad_example_gives_the_code_alone(rule: Rule, tmp_path: Path) -> None:
    if rule.code in UNSHOWN:
        assert rule.bad == b""
        return
    assert set(codes(rule, rule.bad, tmp_path)) == {rule.code}


@every_rule
def test_the_good_example_gives_nothing(rule: Rule, tmp_path: Path) -> None:
    assert codes(rule, rule.good, tmp_path) == []


@every_rule
def test_with_all_rules_the_bad_example_differs_from_the_good_one_by_its_code(rule: Rule, tmp_path: Path) -> None:
    """So that no two rules report the same. What both examples lack, as a mark at the end, is no difference."""
    bad, good = (set(codes(rule, example, tmp_path, *plugins.rules())) for example in (rule.bad, rule.good))
    assert bad - good == {rule.code} or rule.code in UNSHOWN


@every_rule
def test_a_fix_clears_its_finding_and_is_made_once(rule: Rule, tmp_path: Path) -> None:
    if rule.code not in plugins.rules() or not isinstance(rule.bad, bytes):
        return
    path = tmp_path / f"example0.{rule.example}"
    path.write_bytes(rule.bad)
    (fixed,) = fix(path, unsafe_fixes=True, select=[rule.code], encoding=WITH.get(rule.code, {}).get("encoding"))
    if "fix" not in rule.advice:
        assert not fixed.changed
        return
    assert fixed.changed
    again = path.read_bytes()
    read_after = rule if rule.code != "ENC008" else rule._replace(code="ENC001")
    assert codes(read_after, again, tmp_path) == []
    (fixed,) = fix(path, unsafe_fixes=True, select=[rule.code])
    assert not fixed.changed
    assert path.read_bytes() == again
    after, bad, good = (
        set(codes(read_after, data, tmp_path, *plugins.rules())) for data in (again, rule.bad, rule.good)
    )
    assert after <= (bad | good) - {rule.code}


@every_rule
def test_the_record_is_complete(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z]+\d{3}", rule.code)
    assert rule.code.rstrip("0123456789") in plugins.prefixes()
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
    from corpusfmt.text.filenames import unsafe

    found = unsafe(name)
    assert (why in found) if why else not found


@pytest.mark.parametrize(
    ("id", "what"),
    [("d1", ""), ("a b", ""), ("é", ""), (7, ""), ("a|b", ""), (" a", "space"), ("a ", "space"), ("a\n", "U+000A"), ("a\u200b", "U+200B"),
     ("a\xa0b", "U+00A0"), ("\u202ea", "U+202E"), ("a\x00", "U+0000"), ("e\u0301", "")],
)  # fmt: skip
def test_ids_that_cannot_be_seen(id: str | int, what: str) -> None:
    from corpusfmt.rules.unsafe_id import check

    docs = [Document("x", "y"), Document(id, "y"), Document("z", "y")]
    messages = [hit.message for hit in check(docs) if hit.document is docs[1]]
    assert (what in messages[0]) if what else messages == []


def test_duplicate_names_fold_case_and_normalisation(tmp_path: Path) -> None:
    path = tmp_path / "a.seed"
    names = ["Caf\u00e9.txt", "CAFE\u0301.txt", "Stra\u00dfe", "STRASSE", "x", "y"]
    path.write_text("".join(f"<<<FILE d{i} {name}>>>\nbody\n" for i, name in enumerate(names)), encoding="utf-8")
    found = list(validate(path))
    assert [(f.code, f.line) for f in found] == [("DOC003", 3), ("DOC003", 7)]


TITLED = {
    "a.seed": "<<<FILE d1 ../Poems: etc.>>>\nbody\n<<<FILE d2 ../Poems: etc.>>>\nbody\n",
    "a.jsonl": '{"id":"d1","name":"../Poems: etc.","text":"a"}\n{"id":"d2","name":"../Poems: etc.","text":"b"}\n',
}


@pytest.mark.parametrize("name", ["a.seed", "a.jsonl", "a.xml", "a.warc"])
def test_titles_and_addresses_are_no_file_names(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name in TITLED:
        path.write_text(TITLED[name])
    else:
        with create(path) as target:
            target.write_all([Document(id, "x\n", name="../Poems: etc.") for id in ("d1", "d2")])
    found = [f.code for f in validate(path, select=["DOC"])]
    assert found == (["DOC004", "DOC003", "DOC004"] if name == "a.seed" else [])


def test_an_integer_id_and_its_digits_count_as_one(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id":7,"text":"a"}\n{"id":"7","text":"b"}\n')
    assert [f.code for f in validate(path)] == ["DOC002"]


#: Where a code may stand as a literal, by its prefix: with its rule, or in the package of its format.
HOMES = {
    "FILE": ("storage/faults.py",),
    **{name.upper(): (f"formats/{name}/", f"formats/{name}.py") for name in plugins.builtin_names()},
}


def test_a_code_stands_where_its_rule_is() -> None:
    """Elsewhere it is the rule, or a record, that says what is to be done: a code may come and go."""
    package = ROOT / "corpusfmt"
    wrong = []
    for path in package.rglob("*.py"):
        name = path.relative_to(package).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                code = re.fullmatch(r"([A-Z]+)[0-9]{3}", node.value)
                if code and code[1] in plugins.prefixes():
                    homes = HOMES.get(code[1], ("rules/",))
                    known = name in ("model/limit_table.py", "model/document.py") or name.startswith(homes)
                    wrong += [] if known else [f"{name}:{node.lineno} {node.value}"]
    assert wrong == []


def test_nothing_depends_on_the_words_of_a_message() -> None:
    """No pattern, no ``in`` and no comparison looks at the message or the advice of a record."""
    words = {"message", "advice", "hint"}

    def reads(node: ast.AST) -> bool:
        return isinstance(node, ast.Attribute) and node.attr in words

    wrong = []
    for path in (ROOT / "corpusfmt").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            looked = []
            if isinstance(node, ast.Compare):
                looked = [node.left, *node.comparators]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                method = node.func.attr
                if method in ("search", "match", "fullmatch", "sub", "split", "findall", "finditer"):
                    looked = list(node.args)
                if method in ("startswith", "endswith", "find", "partition", "rpartition", "split", "removeprefix"):
                    looked.append(node.func.value)
            wrong += [f"{path.name}: {ast.unparse(one)}" for one in looked if reads(one)]
    assert wrong == []


_NAMED = st.text(st.sampled_from([*"cCoOnNlLpPtT9 ./\\:\n\r\0\x85é\u200e\u212a"]), max_size=6)


@given(st.lists(_NAMED, max_size=4))
def test_unsafe_names_are_found_among_others(names: list[str]) -> None:
    docs = [Document(f"d{number}", "x", name=name) for number, name in enumerate(names)]
    assert [hit.document.name for hit in unsafe_name.check(docs)] == [name for name in names if name and unsafe(name)]
