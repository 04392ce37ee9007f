"""Which codes count: selection, the configuration, files that are left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from corpusfmt import ConfigurationError, plugins
from corpusfmt.checks.selection import Selection
from corpusfmt.cli.main import main
from corpusfmt.config import Config, Schemas, find, load
from corpusfmt.model.finding import Finding
from corpusfmt.model.metadata import values_of
from tests.support import ROOT

DEFAULT = {code for code, rule in plugins.builtin_rules().items() if rule.default}


def runs(selection: Selection) -> set[str]:
    return {rule.code for rule in selection.rules}


@pytest.mark.parametrize(
    ("select", "extend", "ignore", "added", "removed"),
    [
        ((), (), (), set(), set()),
        ((), ("ENC004",), (), {"ENC004"}, set()),
        ((), ("enc004",), ("DOC",), {"ENC004"}, {"DOC001", "DOC002", "DOC003", "DOC004", "DOC005"}),
        ((), (), ("DOC003",), set(), {"DOC003"}),
        ((), ("DOC003",), ("DOC",), set(), {"DOC001", "DOC002", "DOC004", "DOC005"}),  # the longer one decides
        ((), ("DOC",), ("DOC003",), set(), {"DOC003"}),
        ((), ("DOC",), ("DOC",), set(), {"DOC001", "DOC002", "DOC003", "DOC004", "DOC005"}),
    ],
)
def test_what_is_added_and_taken_away(
    select: tuple[str, ...], extend: tuple[str, ...], ignore: tuple[str, ...], added: set[str], removed: set[str]
) -> None:
    assert runs(Selection(select, extend, ignore)) == (DEFAULT | added) - removed


def test_a_selection_takes_the_place_of_the_default_one() -> None:
    assert runs(Selection(["ENC"])) == {code for code in plugins.builtin_rules() if code.startswith("ENC")}
    assert runs(Selection(["SEED"])) == set()
    assert runs(Selection(["ALL"], ignore=["CORP", "TXT"])) == {
        code for code in plugins.builtin_rules() if not code.startswith(("CORP", "TXT"))
    }
    assert runs(Selection(["DOC001", "ENC004"])) == {"DOC001", "ENC004"}


@pytest.mark.parametrize("code", ["SEED999", "X", "DOC1", "DOC0011", "ENCODING"])
def test_a_code_that_is_none_is_refused(code: str) -> None:
    for selection in ({"select": [code]}, {"extend": [code]}, {"ignore": [code]}, {"per_file": [("*", [code])]}):
        with pytest.raises(ConfigurationError, match="no code begins with"):
            Selection(**selection)
    with pytest.raises(ConfigurationError, match="did you mean SEED009"):
        Selection(["SEED999"])


def test_faults_that_keep_a_document_from_being_read_are_reported_unless_ignored() -> None:
    error, warning = Finding("SEED002", "error", "x", blocks_reading=True), Finding("SEED009", "warning", "x")
    assert Selection(["TXT"]).reports(error)
    assert not Selection(["TXT"]).reports(warning)
    assert Selection(["TXT", "SEED009"]).reports(warning)
    assert Selection(ignore=["SEED"]).reports(error)
    assert not Selection(ignore=["SEED002"]).reports(error)
    assert not Selection(ignore=["SEED"]).reports(warning)
    assert Selection(extend=["SEED002"], ignore=["SEED"]).reports(error)


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("a.seed", "a.seed", True), ("a.seed", "x/a.seed", True), ("*.seed", "x/y/a.seed", True), ("*.seed", "a.seedx", False),
        ("x/*.seed", "x/a.seed", True), ("x/*.seed", "x/y/a.seed", False), ("x/**", "x/y/a.seed", True), ("x/**", "x", False),
        ("x/", "x/y/a", True), ("**/a.seed", "a.seed", True), ("**/a.seed", "x/y/a.seed", True), ("x/**/a.seed", "x/a.seed", True),
        ("x/**/a.seed", "x/y/z/a.seed", True), ("x/?.seed", "x/a.seed", True), ("x/?.seed", "x/ab.seed", False),
        ("[ab].seed", "a.seed", False), ("[ab].seed", "[ab].seed", True), ("./x/*", "x/a", True), ("x+(y).seed", "x+(y).seed", True),
        ("../*", "../a", True),
    ],
)  # fmt: skip
def test_patterns_of_files(pattern: str, path: str, fits: bool) -> None:
    assert Selection(per_file=[(pattern, ["DOC"])]).left_out(path) == (frozenset({"DOC"}) if fits else frozenset())


# -- the configuration -------------------------------------------------------------------------------------------------

WHOLE = """
select = ["SEED", "DOC"]
extend-select = ["TXT"]
ignore = ["DOC003"]
baseline = "known.json"
encoding = "cp1252"
id-from = "name"
max-document = "1MB"
jobs = 2
[per-file-ignores]
"scraped/**" = ["DOC004"]
[options]
layout = "dolma"
[schemas]
record = "record.schema.json"
xml = "../tei.rng"
"""


def test_all_of_a_configuration(tmp_path: Path) -> None:
    path = tmp_path / "corpusfmt.toml"
    path.write_text(WHOLE)
    folder = str(tmp_path)
    assert load(str(path)) == Config(
        str(path), folder, ("SEED", "DOC"), ("TXT",), ("DOC003",), {"scraped/**": ("DOC004",)}, f"{folder}/known.json",
        "cp1252", "name", 1_000_000, {}, 2, "", {"layout": "dolma"}, Schemas(f"{folder}/record.schema.json", "", f"{folder}/../tei.rng"),
    )  # fmt: skip


def test_the_nearest_configuration_is_found(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "corpusfmt.toml").write_text("jobs = 1\n")
    assert find(str(inner)) == str(tmp_path / "corpusfmt.toml")
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\n")
    assert find(str(inner)) == str(tmp_path / "corpusfmt.toml")
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.corpusfmt]\njobs = 2\n")
    assert find(str(inner)) == str(tmp_path / "a" / "pyproject.toml")
    assert load(find(str(inner))).jobs == 2
    (tmp_path / "a" / "corpusfmt.toml").write_text("jobs = 3\n")
    assert load(find(str(inner))).jobs == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("selct = []", "unknown key 'selct'; did you mean 'select'?"), ("id_from = 'name'", "did you mean 'id-from'?"),
        ("x = 1", "unknown key 'x'; known are encoding"), ("select = 'TXT'", "select is a list, not text"),
        ("select = [1]", "select[1] is text, not an integer"), ("jobs = 0", "jobs is at least 1, not 0"),
        ("jobs = true", "jobs is an integer, not true or false"), ("id-from = 'date'", "id-from is one of name, line, sha256"),
        ("max-document = 'much'", "max-document is a size"), ("[schemas]\nrecords = 'x'", "unknown key 'schemas.records'"),
        ("[per-file-ignores]\na = 'TXT'", "per-file-ignores.a is a list"), ("encoding = 2020-01-01", "encoding is text, not a date"),
        ("select = [", "not TOML"), ("\ufeffjobs = 1", "not TOML"), ("jobs = 1\njobs = 2", "not TOML"),
    ],
)  # fmt: skip
def test_a_wrong_configuration_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "corpusfmt.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load(str(path))
    assert words in str(refused.value)
    assert str(path) in str(refused.value)


def test_the_schema_for_editors_takes_what_the_program_takes() -> None:
    import tomllib

    schema = values_of((ROOT / "schemas" / "corpusfmt.schema.json").read_bytes())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert validator.is_valid(tomllib.loads(WHOLE))
    for text in ("selct = []", "jobs = 0", "jobs = true", "id-from = 'date'", "[schemas]\nrecords = 'x'"):
        assert not validator.is_valid(tomllib.loads(text))


def test_the_command_line_comes_before_the_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("corpusfmt.toml").write_text('ignore = ["DOC001"]\n[per-file-ignores]\n"scraped/*" = ["DOC004"]\n')
    Path("scraped").mkdir()
    text = "<<<FILE d1 ../a>>>\n<<<FILE d2 b>>>\nRos\ufffd\n"
    Path("a.seed").write_text(text)
    Path("scraped/b.seed").write_text(text)

    def told(*arguments: str) -> list[str]:
        main(["validate", "a.seed", "scraped/b.seed", "-q", *arguments])
        return [line.split()[0] + line.split()[1] for line in capsys.readouterr().out.splitlines() if line[:1].strip()]

    assert told() == ["a.seed:1:1:DOC004"]
    assert told("--isolated") == [
        "a.seed:1:1:DOC001",
        "a.seed:1:1:DOC004",
        "scraped/b.seed:1:1:DOC001",
        "scraped/b.seed:1:1:DOC004",
    ]
    assert told("--select", "ENC") == ["a.seed:3:4:ENC004", "scraped/b.seed:3:4:ENC004"]
    assert told("--extend-select", "ENC", "--ignore", "DOC004") == ["a.seed:3:4:ENC004", "scraped/b.seed:3:4:ENC004"]
    monkeypatch.chdir("scraped")
    assert main(["validate", "b.seed", "-q"]) == 0  # the configuration above, and its patterns begin there
    assert main(["validate", "b.seed", "-q", "--config", "nothing.toml"]) == 2
    assert main(["validate", "b.seed", "-q", "--config", "../corpusfmt.toml", "--isolated"]) == 2


def test_hostile_configurations_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.seed").write_text("<<<FILE d a>>>\nx\n")
    for text in ("a=" + "[" * 100_000, "{a=" * 100_000, "jobs=" + "9" * 10_000, "\0"):
        Path("corpusfmt.toml").write_text(text)
        assert main(["validate", "a.seed"]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    Path("corpusfmt.toml").unlink()
    Path("corpusfmt.toml").symlink_to("nowhere.toml")
    assert main(["validate", "a.seed"]) == 2
    Path("corpusfmt.toml").unlink()
    Path("corpusfmt.toml").mkdir()
    assert main(["validate", "a.seed"]) == 2
