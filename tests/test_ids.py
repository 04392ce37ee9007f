"""Ids that are made for documents without one: of their names, lines, texts, and of the paths of their files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import corpusfmt
from corpusfmt import ConfigurationError, ParseError, convert, read
from corpusfmt.cli.main import main
from tests.support import command

TEI = (
    '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>T</title></titleStmt>'
    "<publicationStmt><p>x</p></publicationStmt><sourceDesc><p>x</p></sourceDesc></fileDesc></teiHeader>"
    "<text><body><p>{}</p></body></text></TEI>\n"
)
CORPUS = (
    '<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">'
    + TEI.format("one").strip()
    + TEI.format("two").strip()
    + "</teiCorpus>\n"
)


def line(text: str, id: str | int = "") -> str:
    return json.dumps({**({"id": id} if id else {}), "name": "", "text": text, "meta": {}}) + "\n"


def put(files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


BY_PATH: dict[str, tuple[dict[str, str | bytes], str | list[str], dict[str, Any], list[str | int]]] = {
    "below the folder": ({"c/one.xml": TEI, "c/sub/two.xml": TEI}, "c", {}, ["one", "sub/two"]),
    "a folder in the folder": ({"c/sub/two.xml": TEI}, "c/sub/", {}, ["two"]),
    "below a pattern": ({"c/a/x.xml": TEI, "c/b/y.xml": TEI}, "c/**/*.xml", {}, ["a/x", "b/y"]),
    "a pattern that begins here": ({"a/x.xml": TEI}, "*/*.xml", {}, ["a/x"]),
    "a file by itself": ({"c/one.xml": TEI}, "c/one.xml", {}, ["one"]),
    "several suffixes": ({"c/p.grobid.tei.xml": TEI, "c/Q.XML": TEI}, "c", {}, ["Q", "p.grobid"]),
    "compression": ({"c/s.jsonl.gz": gzip.compress(line("x").encode())}, "c", {}, ["s"]),
    "nothing but a suffix": ({"c/.xml": TEI}, "c/.xml", {}, [".xml"]),
    "letters of any script": ({"c/Füße 1.xml": TEI, "c/Ελλάδα.xml": TEI}, "c", {}, ["Füße 1", "Ελλάδα"]),
    "several records": ({"x.jsonl": line("1") + line("2")}, "x.jsonl", {}, ["x-1", "x-2"]),
    "several in XML": ({"x.xml": CORPUS}, "x.xml", {}, ["x-1", "x-2"]),
    "several, in another encoding": (
        {"x.xml": ('<?xml version="1.0" encoding="UTF-16"?>' + CORPUS).encode("utf-16")}, "x.xml", {}, ["x-1", "x-2"],
    ),
    "only some have none": ({"x.jsonl": line("1", "own") + line("2")}, "x.jsonl", {}, ["own", "x-2"]),
    "one that cannot be read": ({"x.jsonl": "{\n" + line("2")}, "x.jsonl", {"on_error": "skip"}, ["x-2"]),
    "one that cannot be read, later": ({"x.jsonl": line("1") + "{\n"}, "x.jsonl", {"on_error": "skip"}, ["x-1"]),
    "blank lines are no records": ({"x.jsonl": "\n" + line("1") + "\n\n"}, "x.jsonl", {}, ["x"]),
    "the file ends early": (
        {"x.jsonl.gz": gzip.compress(line("1").encode())[:-3]}, "x.jsonl.gz", {"on_error": "skip"}, ["x-1"],
    ),
    "a header with one field": ({"s.seed": "<<<FILE x.txt>>>\nbody\n"}, "s.seed", {}, ["s"]),
    "texts": ({"c/a.txt": "x", "c/b/c.txt": "y", "c/n.md": "z"}, "c", {"format": "dir"}, ["a", "n.md", "b/c"]),
    "nothing to make": ({"x.jsonl": line("1", "a")}, "x.jsonl", {}, ["a"]),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_PATH)
def test_ids_are_made_of_paths(name: str) -> None:
    files, source, options, expected = BY_PATH[name]
    put(files)
    assert [document.id for document in read(source, id_from="path", **options)] == expected
    on_error = options.get("on_error", "stop")
    report = convert(source, "o.jsonl", id_from="path", from_format=options.get("format"), on_error=on_error)
    assert report.committed
    assert [document.id for document in read("o.jsonl")] == expected


def test_made_ids_are_plain_text() -> None:
    put({"x.jsonl": line("1")})
    for how in ("path", "line", "sha256"):
        (document,) = read("x.jsonl", id_from=how)
        assert type(document.id) is str


def test_what_has_no_path_gives_no_id() -> None:
    with pytest.raises(ConfigurationError, match="an open file object has no path"):
        list(read(line("x").encode(), format="jsonl", id_from="path"))
    ran = command("ls", "-", "--from", "jsonl", "--id-from", "path", stdin=line("x").encode())
    assert (ran.returncode, b"standard input has no path" in ran.stderr) == (2, True)


def test_a_path_that_is_not_utf8() -> None:
    try:
        put({"c/\udce9.jsonl": line("x")})
    except (OSError, UnicodeError):
        pytest.skip("the file system takes UTF-8 alone")
    with pytest.raises(ConfigurationError, match=r"'\\xe9.jsonl' is not UTF-8|is not UTF-8"):
        convert("c", "o.jsonl", id_from="path")


CLASHES: dict[str, tuple[dict[str, str | bytes], list[str], str, str]] = {
    "of lines": ({"a.jsonl": line("x"), "b.jsonl": line("y")}, ["a.jsonl", "b.jsonl"], "line", "b.jsonl:1 a.jsonl:1"),
    "of equal texts": ({"a.jsonl": line("x") + line("x")}, ["a.jsonl"], "sha256", "a.jsonl:2 a.jsonl:1"),
    "on one line": ({"a.xml": CORPUS}, ["a.xml"], "line", "a.xml:1 a.xml:1"),
    "of paths": ({"c/x.xml": TEI, "d/x.xml": TEI}, ["c", "d"], "path", "d/x.xml:1 c/x.xml:1"),
    "with a given one": ({"a.jsonl": line("x", "b"), "b.jsonl": line("y")}, ["a.jsonl", "b.jsonl"], "path",
                         "b.jsonl:1 a.jsonl:1"),
    "with a later one": ({"a.jsonl": line("x"), "b.jsonl": line("y", "a")}, ["a.jsonl", "b.jsonl"], "path",
                         "b.jsonl:1 a.jsonl:1"),
    "with an integer": ({"a.jsonl": line("x"), "b.jsonl": line("y", 1)},
                        ["a.jsonl", "b.jsonl"], "line", "b.jsonl:1 a.jsonl:1"),
}  # fmt: skip


@pytest.mark.parametrize("name", CLASHES)
def test_made_ids_that_are_used_twice_are_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    files, sources, how, places = CLASHES[name]
    put(files)
    second, first = places.split()
    assert main(["convert", *sources, "-o", "o.jsonl", "--id-from", how]) == 1
    told = capsys.readouterr().err
    assert f"{second}:1" in told
    assert f"is also used in {first}" in told
    assert not Path("o.jsonl").exists()
    report = convert(sources, "o.jsonl", id_from=how, on_error="skip")
    assert (report.read, report.written, report.refused) == (2, 1, 1)
    report = convert(sources, "p.jsonl", id_from=how, on_error="quarantine=q.seed")
    (kept,) = read("q.seed")
    assert kept.meta["refused"]["losses"][0]["kind"] == "id"
    assert kept.text.strip() in ("x", "y", "two", "{}")


def test_given_ids_are_no_made_ones() -> None:
    put({"a.jsonl": line("x", "a"), "b.jsonl": line("y", "a") + line("z")})
    assert convert(["a.jsonl", "b.jsonl"], "o.jsonl", id_from="line").written == 3


def test_ids_are_unique_among_those_that_were_asked_for() -> None:
    put({"a.jsonl": line("x") + line("y", "b"), "b.jsonl": line("z")})
    report = convert(["a.jsonl", "b.jsonl"], "o.jsonl", id_from="line", ids=["b"])
    assert (report.read, report.written) == (1, 1)


def test_a_configuration_can_ask_for_paths() -> None:
    put(
        {
            "corpusfmt.toml": '[[paths]]\nmatch = "c/**"\nid-from = "path"\n',
            "c/s/x.jsonl": line("x"),
            "d/x.jsonl": line("y", "s/x"),
        }
    )
    assert main(["convert", "c", "d", "-o", "o.jsonl"]) == 1
    assert main(["convert", "c", "-o", "o.jsonl"]) == 0
    assert [document.id for document in read("o.jsonl")] == ["s/x"]


def test_fix_and_validate_make_the_same_ids(capsys: pytest.CaptureFixture[str]) -> None:
    put({"c/x.jsonl": "\n" + line("1")})
    found = list(corpusfmt.validate("c", id_from="path"))
    assert [one.code for one in found] == ["JSONL009"]
    assert main(["fix", "c", "--id-from", "path"]) == 0
    with pytest.raises(ParseError):
        list(read("c"))
    assert [document.id for document in read("c", id_from="path")] == ["x"]
