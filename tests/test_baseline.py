"""A baseline: old faults are let in, new ones are not, and the file only shrinks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from corpusfmt import ConfigurationError
from corpusfmt.checks.baseline import Baseline, load, mark_of
from corpusfmt.cli.main import main
from corpusfmt.model.finding import Finding

OLD = "<<<FILE d1 ../a>>>\none\n<<<FILE d2 ../b>>>\ntwo\n<<<FILE d3 c>>>\n<<<FILE d4 ../b>>>\nfour\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("corpus").mkdir()
    Path("corpus/a.seed").write_text(OLD)
    Path("corpus/b.seed").write_text(OLD.replace("d", "e"))
    return tmp_path


def validate(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str], str]:
    capsys.readouterr()
    code = main(["validate", "corpus", *arguments])
    out, err = capsys.readouterr()
    return code, [line for line in out.splitlines() if line[:1].strip()], err


def test_old_faults_are_let_in_and_one_new_fault_is_the_only_one_reported(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert validate(capsys)[0] == 1
    code, out, err = validate(capsys, "--write-baseline", "known.json")
    assert (code, out) == (0, [])
    assert "10 findings in 2 sources" in err
    code, out, err = validate(capsys, "--baseline", "known.json")
    assert (code, out) == (0, [])
    assert "10 baselined" in err
    path = Path("corpus/a.seed")
    path.write_text("<<<FILE d0 fine>>>\nmore\n\n\n" + OLD + "<<<FILE d9 ../z>>>\nnew\n")  # other lines above
    code, out, _ = validate(capsys, "--baseline", "known.json")
    assert code == 1
    assert len(out) == 1
    assert out[0].startswith("corpus/a.seed:12:1: DOC004 warning")


def test_the_same_fault_once_more_is_new(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    validate(capsys, "--write-baseline", "known.json")
    path = Path("corpus/a.seed")
    path.write_text(OLD + "<<<FILE d2 ../b>>>\ntwo\n")
    code, out, _ = validate(capsys, "--baseline", "known.json")
    assert code == 1
    assert [line.split()[1] for line in out] == ["DOC002", "DOC003", "DOC004"]


def test_the_file_only_shrinks(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    validate(capsys, "--write-baseline", "known.json")
    code, _, err = validate(capsys, "--write-baseline", "known.json")
    assert code == 2
    assert "entries are never added" in err
    Path("corpus/a.seed").write_text(OLD.replace("../a", "a") + "<<<FILE d9 ../z>>>\nnew\n")
    before = load("known.json").known["corpus/a.seed"]
    code, out, err = validate(capsys, "--baseline", "known.json", "--prune-baseline")
    assert (code, len(out)) == (1, 1)
    assert "1 entry removed from 'known.json'" in err
    after = load("known.json").known["corpus/a.seed"]
    assert after.total() == before.total() - 1
    assert after < before
    assert load("known.json").known["corpus/b.seed"].total() == 5
    kept = Path("known.json").read_bytes()
    validate(capsys, "--baseline", "known.json", "--prune-baseline")
    assert Path("known.json").read_bytes() == kept
    assert json.loads(kept)["version"] == 2


def test_paths_are_those_of_the_folder_of_the_file(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("corpusfmt.toml").write_text('baseline = "known.json"\n')
    assert main(["validate", "corpus", "-q"]) == 2  # it is not there yet
    assert main(["validate", "corpus", "-q", "--write-baseline", "known.json"]) == 0
    assert main(["validate", "corpus", "-q"]) == 0
    monkeypatch.chdir("corpus")
    assert main(["validate", "a.seed", "-q"]) == 0
    assert main(["validate", "a.seed", "-q", "--isolated"]) == 1


def test_findings_across_files_are_known_too(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("corpus/b.seed").write_text(OLD)
    how = ("--select", "CORP")
    assert [line.split()[1] for line in validate(capsys, *how)[1]].count("CORP001") == 4
    validate(capsys, *how, "--write-baseline", "known.json")
    assert validate(capsys, *how, "--baseline", "known.json")[:2] == (0, [])
    Path("corpus/c.seed").write_text("<<<FILE d1 x>>>\nother\n")
    code, out, _ = validate(capsys, *how, "--baseline", "known.json")
    assert code == 1
    assert len(out) == 1
    assert re.match(r"corpus/c\.seed:1:1: CORP001 error: duplicate id 'd1', first used in corpus/a\.seed:1", out[0])


def test_what_a_finding_is_about_does_not_depend_on_its_line() -> None:
    one = Finding(
        "DOC002", "error", "duplicate id 'x', first used on line 3", "a", 7, 1, 99, "x", "", "<<<FILE x y>>>", 0
    )
    assert mark_of(one) == mark_of(one._replace(line=8, byte=120, message="duplicate id 'x', first used on line 4"))
    assert mark_of(one) != mark_of(one._replace(excerpt="<<<FILE x z>>>"))
    assert mark_of(one) != mark_of(one._replace(code="DOC003"))
    bare = one._replace(excerpt="")
    assert mark_of(bare) == mark_of(bare._replace(message="duplicate id 'x', first used on line 44"))


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "is not a baseline"), ("[]", "is not a baseline"), ('{"findings":[]}', "is not a baseline"), ('{"findings":{}}', "of version 'None'"),
     ('{"version":3,"findings":{}}', "of version '3'"), ('{"version":1,"findings":{"a":[]}}', "not a list of findings"),
     ('{"version":1,"findings":{"a":{"DOC001:0123456789abcdef":0}}}', "not a list of findings"),
     ('{"version":1,"findings":{"a":{"DOC001:x":1}}}', "not a list of findings"), ("[" * 100_000, "is not a baseline")],
)  # fmt: skip
def test_a_file_that_is_none_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=words):
        load(str(path))


def test_an_empty_baseline_is_one(tmp_path: Path) -> None:
    path = str(tmp_path / "known.json")
    Baseline(path).write(new=True)
    assert load(path).known == {}


def test_more_of_the_same_in_one_document_is_new_and_less_is_not(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path("corpus/c.seed")
    how = ("--select", "TXT,ENC")
    path.write_bytes(b"<<<FILE d1 c>>>\nbad\x08 text\x08\n<<<FILE d2 d>>>\n\xe9\n")
    validate(capsys, *how, "--write-baseline", "known.json")
    assert validate(capsys, *how, "--baseline", "known.json")[:2] == (0, [])
    path.write_bytes(b"<<<FILE d1 c>>>\nbad\x08 text\n<<<FILE d2 d>>>\n\xe9\n")
    assert len(validate(capsys, *how, "--baseline", "known.json")[1]) <= 1  # another excerpt, at most
    path.write_bytes(b"<<<FILE d1 c>>>\nbad\x08 text\x08\nmore \x07\x07 new\n<<<FILE d2 d>>>\n\xe9\nand \xe9\n")
    code, out, _ = validate(capsys, *how, "--baseline", "known.json")
    assert (code, [line.split()[1] for line in out]) == (1, ["TXT001", "ENC001"])


def test_only_what_was_looked_for_is_pruned(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("corpus/b.seed").write_text(OLD)
    validate(capsys, "--extend-select", "CORP", "--write-baseline", "known.json")
    before = Path("known.json").read_bytes()
    main(["validate", "corpus/a.seed", "--baseline", "known.json", "--prune-baseline"])  # CORP was not looked for
    main(["validate", "corpus/a.seed", "--baseline", "known.json", "--prune-baseline", "--extend-select", "CORP"])
    main(["validate", "corpus", "--baseline", "known.json", "--prune-baseline", "--select", "TXT"])
    assert Path("known.json").read_bytes() == before
    Path("corpus/b.seed").rename("corpus/z.seed")
    capsys.readouterr()
    main(["validate", "corpus/a.seed", "--baseline", "known.json"])
    assert "of the baseline no longer found" in capsys.readouterr().err
    main(["validate", "corpus/a.seed", "--baseline", "known.json", "--prune-baseline"])
    assert load("known.json").known.keys() == {"corpus/a.seed"}


def test_how_a_path_is_spelled_makes_no_difference(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("corpus/b.seed").write_text(OLD)
    validate(capsys, "--extend-select", "CORP", "--write-baseline", "known.json")
    for sources in (
        ["corpus"],
        ["./corpus"],
        [str(here / "corpus")],
        ["corpus/a.seed", "corpus/b.seed"],
        ["corpus/../corpus"],
    ):
        assert main(["validate", *sources, "--extend-select", "CORP", "--baseline", "known.json", "-q"]) == 0


def test_what_is_known_is_not_left_by_fix(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("corpus/c.seed").write_text("<<<FILE d1 c.txt>>>\nx <<<FILE zz y>>>\n <<<FILE q r>>>\n")
    assert main(["fix", "corpus", "-q"]) == 1
    Path("corpusfmt.toml").write_text('baseline = "known.json"\n')
    assert main(["validate", "corpus", "-q", "--write-baseline", "known.json"]) == 0
    assert main(["fix", "corpus", "-q"]) == 0


def test_one_of_the_first_version_holds_and_is_rewritten(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its marks had the words of messages in them: the codes and numbers of its entries are used."""
    validate(capsys, "--write-baseline", "new.json")
    new = json.loads(Path("new.json").read_text())
    old = {
        file: {f"{mark.partition(':')[0]}:{number:016x}": count for number, (mark, count) in enumerate(marks.items())}
        for file, marks in new["findings"].items()
    }
    Path("old.json").write_text(json.dumps({"version": 1, "findings": old}))
    assert validate(capsys, "--baseline", "old.json")[:2] == (0, [])
    code, out, err = validate(capsys, "--baseline", "old.json", "--prune-baseline")
    assert (code, out) == (0, [])
    assert "0 entries removed from 'old.json'" in err
    assert json.loads(Path("old.json").read_text()) == new


def test_findings_of_a_corpus_hold_when_a_shard_is_added(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Their messages name files and numbers, which change; what they are about does not."""

    def shard(number: int, year: str) -> None:
        record = f'{{"id":"d{number}","name":"","text":"body {number}","meta":{{"year":{year}}}}}\n'
        (tmp_path / f"{number}.jsonl").write_text(record)

    for number, year in ((1, "1901"), (2, '"1902"'), (3, "1903")):
        shard(number, year)
    arguments = ["validate", str(tmp_path), "-q", "--select", "CORP"]
    known = str(tmp_path / "known.json")
    assert main([*arguments, "--write-baseline", known]) == 0
    assert main([*arguments, "--baseline", known]) == 0
    shard(4, "1904")
    assert main([*arguments, "--baseline", known]) == 0
    shard(5, '"1905"')
    assert main([*arguments, "--baseline", known]) == 1
    out = capsys.readouterr().out
    assert out.count("CORP003") == 1
    assert "5.jsonl" in out


@pytest.mark.parametrize("select", ["ENC,TXT", "CORP", "ALL"])
def test_one_of_a_folder_of_texts_holds_for_any_spelling_of_its_files(
    select: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c/in").mkdir(parents=True)
    for name in ("c/a.txt", "c/in/b.txt"):
        Path(name).write_bytes(b"caf\xe9\n")
    Path("link").symlink_to("c")
    how = ["-q", "--from", "dir", "--select", select]
    both = (
        ["c"],
        ["./c/"],
        ["c/a.txt", "c/in/b.txt"],
        [str(tmp_path / "c")],
        ["link"],
        ["c/in/../a.txt", "./c//in/b.txt"],
        ["c/*.txt", "c/in"],
    )
    one = (
        ["c/a.txt"],
        ["./c/a.txt"],
        [str(tmp_path / "c/a.txt")],
        ["c/in/../a.txt"],
        ["link/a.txt"],
        ["c/in"],
        ["link/in/b.txt"],
        ["c/**/b.txt"],
    )
    for number, sources in enumerate(both):
        known = f"{number}.json"
        assert main(["validate", *sources, *how]) == 1
        assert main(["validate", *sources, *how, "--write-baseline", known]) == 0
        for others in (*both, *one):
            assert main(["validate", *others, *how, "--baseline", known]) == 0, (sources, others)
    monkeypatch.chdir("c/in")
    assert main(["validate", "b.txt", *how, "--baseline", "../../0.json"]) == 0
    Path("b.txt").write_bytes(b"caf\xe9\nth\xe9\n")
    assert main(["validate", "b.txt", *how, "--baseline", "../../0.json"]) == (0 if select == "CORP" else 1)


def test_one_of_files_holds_for_their_folder(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ids that stand in a file are part of what is known; those made from its path are not."""
    Path("corpus/c.seed").write_text("<<<FILE d1 ../a>>>\none\n")
    assert main(["validate", "corpus/c.seed", "-q", "--write-baseline", "known.json"]) == 0
    assert main(["validate", "corpus/c.seed", "-q", "--baseline", "known.json"]) == 0
    Path("corpus/c.seed").write_text("<<<FILE d2 ../a>>>\none\n")
    assert main(["validate", "corpus/c.seed", "-q", "--baseline", "known.json"]) == 1


def test_that_there_are_more_than_are_reported_is_never_known(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """New ones would be hidden among them."""
    how = ("--limit", "warnings=2", "--select", "DOC003,DOC004,FILE006", "-q")
    Path("corpus/a.seed").write_text("".join(f"<<<FILE d{number} ../{number}>>>\nx\n" for number in range(4)))
    validate(capsys, *how, "--write-baseline", "known.json")
    code, out, _ = validate(capsys, *how, "--baseline", "known.json")
    assert code == 1
    assert {line.split()[1] for line in out} == {"FILE006"}
    assert validate(capsys, *how[2:], "--baseline", "known.json")[0] == 1
