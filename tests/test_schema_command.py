"""JSON Schemas from the command line and the library: which record, which place, which file of schemas."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from corpusfmt import Document, SchemaError, open_writer, validate
from corpusfmt.cli.main import main
from tests.support import command

YEAR = {
    "type": "object",
    "required": ["year"],
    "properties": {"year": {"type": "integer"}, "deep": {"items": {"type": "string"}}},
}
DOCS = [
    Document("d1", "one\n", name="a", meta={"year": 1901}), Document("d2", "two\n", name="b", meta={"x": "\u20ac", "year": "1902"}),
    Document("d3", "three\n", name="c"), Document("d4", "four\n", name="d", meta={"year": 1, "deep": ["a", 7]}),
]  # fmt: skip


def schema(folder: Path, value: object) -> Path:
    path = folder / "x.schema.json"
    path.write_text(json.dumps(value))
    return path


def corpus(folder: Path, suffix: str) -> Path:
    path = folder / f"a.{suffix}"
    with open_writer(path) as writer:
        for document in DOCS:
            writer.write(document)
    return path


@pytest.mark.parametrize("suffix", ["seed", "jsonl", "jsonl.gz", "warc", "xml"])
def test_metadata_are_held_against_a_schema(suffix: str, tmp_path: Path) -> None:
    path = corpus(tmp_path, suffix)
    found = list(validate(path, metadata_schema=schema(tmp_path, YEAR)))
    assert [(f.code, f.document) for f in found] == [("SCH002", "d2"), ("SCH002", "d3"), ("SCH002", "d4")]
    if suffix in ("seed", "jsonl"):
        lines = path.read_bytes().split(b"\n")
        for finding, what in ((found[0], b'"1902"'), (found[2], b"7]")):
            line = lines[finding.line - 1]
            assert line[line.index(what) :].decode().startswith(line.decode()[finding.column - 1 :])
            assert path.read_bytes()[finding.byte :].startswith(what)


@pytest.mark.parametrize("suffix", ["seed", "jsonl", "warc", "xml"])
def test_records_are_held_against_a_schema(suffix: str, tmp_path: Path) -> None:
    path = corpus(tmp_path, suffix)
    rules = {"properties": {"meta": YEAR, "text": {"maxLength": 5}, "name": {"enum": ["a", "b", "c"]}}}
    found = list(validate(path, schema=schema(tmp_path, rules)))
    expected = [("SCH001", "d2"), ("SCH001", "d3"), ("SCH001", "d3")]
    assert [(f.code, f.document) for f in found if f.document != "d4"] == expected
    assert {f.document for f in found} == {"d2", "d3", "d4"}


def test_third_party_records_are_validated_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"doc": 1, "content": "one", "lang": "pt"}\n{"doc": 2, "content": "two", "lang": 5, "more": null}\n'
    )
    rules = {"properties": {"doc": {}, "content": {}, "lang": {"type": "string"}}, "additionalProperties": False}
    options: dict[str, Any] = {"id_field": "doc", "text_field": "content"}
    found = list(validate(path, **options, schema=schema(tmp_path, rules)))
    assert [(f.code, f.line, f.column) for f in found] == [("SCH001", 2, 38), ("SCH001", 2, 41)]
    found = list(
        validate(path, **options, metadata_schema=schema(tmp_path, {"properties": {"lang": {"type": "string"}}}))
    )
    assert [(f.code, f.line, f.column) for f in found] == [("SCH002", 2, 38)]


def test_a_schema_that_is_wrong_is_said_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = corpus(tmp_path, "jsonl")
    for text in (
        "{",
        '{"type": "text"}',
        '{"$ref": "other.json"}',
        '{"$ref": "http://127.0.0.1:9/x"}',
        '{"pattern": "("}',
    ):
        wrong = tmp_path / "w.json"
        wrong.write_text(text)
        with pytest.raises(SchemaError, match=r"w\.json"):
            validate(path, schema=wrong)
        assert main(["validate", str(path), "--schema", str(wrong)]) == 2
        assert "Traceback" not in capsys.readouterr().err
    assert main(["validate", str(path), "--schema", str(tmp_path / "nothing.json")]) == 2
    assert main(["validate", str(path), "--schema", str(tmp_path / "nothing.rng")]) == 2


def test_schemas_of_the_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    corpus(tmp_path, "seed")
    schema(tmp_path, YEAR)
    Path("corpusfmt.toml").write_text('[schemas]\nmetadata = "x.schema.json"\n')
    assert main(["validate", "a.seed"]) == 1
    assert capsys.readouterr().out.count("SCH002") == 3
    assert main(["validate", "a.seed", "--ignore", "SCH"]) == 0
    assert main(["validate", "a.seed", "--isolated"]) == 0


@pytest.mark.parametrize("suffix", ["seed", "jsonl", "xml"])
@pytest.mark.parametrize("about", [[], ["--metadata"]])
def test_what_is_inferred_holds(
    suffix: str, about: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = corpus(tmp_path, suffix)
    made = tmp_path / "made.json"
    assert main(["schema", "infer", str(path), *about, "--closed", "-o", str(made)]) == 0
    assert "4 records in 1 source" in capsys.readouterr().err
    said = json.loads(made.read_bytes())
    assert said["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    option = "--metadata-schema" if about else "--schema"
    assert main(["validate", str(path), option, str(made)]) == 0
    other = tmp_path / "b.jsonl"
    with open_writer(other) as writer:
        writer.write(Document("d9", "x\n", name="z", meta={"year": [1]}))
    assert main(["validate", str(other), option, str(made)]) == 1


def test_inferring_says_what_it_could_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id":"a","text":"x"}\n{"id":\n')
    assert main(["schema", "infer", str(path)]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["required"] == ["id", "text"]
    assert "1 record could not be read" in err


def test_drift_between_files(tmp_path: Path) -> None:
    for number, lines in enumerate(
        [['{"id":"a","text":"x","meta":{"year":1,"by":"A"}}', '{"id":"b","text":"x1","meta":{"year":2,"by":"B"}}'],
         ['{"id":"c","text":"x2","meta":{"year":"3","by":"C"}}', '{"id":"d","text":"x3","meta":{"by":null}}']]
    ):  # fmt: skip
        (tmp_path / f"{number}.jsonl").write_text("\n".join(lines) + "\n")
    found = list(validate([tmp_path / "0.jsonl", tmp_path / "1.jsonl"], select=["CORP003"]))
    assert {f.code for f in found} == {"CORP003"}
    assert len(found) == 3
    assert all(f.path.endswith(("0.jsonl", "1.jsonl")) and f.line > 0 for f in found)


HOSTILE_KEYS = [
    "\x85", "\u202e", "\x9b31m", "\x7f", "\u200b", "\ue000", "\U000e0001", "Gr\u00f6\u00dfe", "::error::x", "##[error]"
]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_what_is_inferred_is_json_and_harms_no_terminal(encoding: str, tmp_path: Path) -> None:
    record = json.dumps({"id": "a", "text": "x", "meta": dict(zip(HOSTILE_KEYS, [1, "a"] * 5, strict=True))}).encode()
    (tmp_path / "a.jsonl").write_bytes(b"{}\n" + record + b"\n")
    printed = command("schema", "infer", "a.jsonl", cwd=tmp_path, PYTHONIOENCODING=encoding)
    assert (printed.returncode, b"Traceback" in printed.stderr) == (1, False)
    main(["schema", "infer", str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "a.schema.json")])
    written = (tmp_path / "a.schema.json").read_text("utf-8")
    for text in (printed.stdout.decode(encoding), written):
        assert set(json.loads(text)["properties"]["meta"]["properties"]) == set(HOSTILE_KEYS)
        assert all(char == "\n" or char.isprintable() for char in text)
        assert not re.search(r"^\s*::|##\[", text, re.M)
    assert '"Größe"' in written


@pytest.mark.parametrize("head", [b"\xef\xbb\xbf", b"{bad}\n", b"\n", b"\x00\n", b'{"id":"\xff"}\n'])
@pytest.mark.parametrize("about", [[], ["--metadata"], ["--layout", "hf"], ["--max-document", "30"]])
def test_inferring_over_what_cannot_be_read(
    head: bytes, about: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = b'{"id":"a","text":"x","meta":{"a":1}}\n'
    (tmp_path / "a.jsonl").write_bytes(head + sound + head + sound)
    main(["schema", "infer", str(tmp_path / "a.jsonl"), *about])
    assert json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("name", "data", "refused"),
    [
        ("e.seed", b"junk\n", 1), ("g.seed", b"<<<FILE a b>>>\nx\n<<<FILE c>>>\n\n", 1), ("e.xml", b"x", 1),
        ("e.jsonl", b"{\n", 1), ("e.warc", b"WARC/1.0\r\n", 1), ("f.seed", b"<<<FILE a b>>>\n\xff\n", 0),
        ("h.seed.gz", b"\x1f\x8b\x08", 1), ("i.seed", b"", 0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("metadata", [[], ["--metadata"]], ids=["records", "metadata"])
def test_infer_counts_what_cannot_be_read(
    name: str, data: bytes, refused: int, metadata: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(data)
    assert main(["schema", "infer", *metadata, str(tmp_path / name)]) == refused
    out, err = capsys.readouterr()
    assert json.loads(out)["$schema"]
    assert ("could not be read" in err) == bool(refused)


@pytest.mark.parametrize("about", ["schema", "metadata_schema"])
def test_all_places_of_a_record_are_reported(about: str, tmp_path: Path) -> None:
    inner = {"properties": {"v": {"items": {"type": "string"}}}}
    rules = schema(tmp_path, {"properties": {"meta": inner}} if about == "schema" else inner)
    path = tmp_path / "a.jsonl"
    document = {"id": "a", "name": "", "text": "x\n", "meta": {"v": list(range(150))}}
    path.write_text(f"{json.dumps(document)}\n" * 2)
    found = list(validate(path, ignore=["DOC"], **{about: rules}))  # type: ignore[arg-type]  # either name
    assert [one.code for one in found].count(found[0].code) == 300
    assert [one.line for one in found].count(2) == 150
    found = list(validate(path, ignore=["DOC"], limits={"warnings": 120}, **{about: rules}))  # type: ignore[arg-type]
    assert [one.code for one in found[119:]] == [found[0].code, "FILE006"]


def test_a_baseline_has_all_places_of_a_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = schema(tmp_path, {"properties": {"meta": {"properties": {"v": {"items": {"type": "string"}}}}}})
    path, known = tmp_path / "a.jsonl", str(tmp_path / "known.json")

    def wrong(count: int) -> None:
        document = {"id": "a", "name": "", "text": "x\n", "meta": {"v": list(range(count))}}
        path.write_text(f"{json.dumps(document)}\n")

    arguments = ["validate", "-q", str(path), "--schema", str(rules)]
    wrong(150)
    assert main([*arguments, "--write-baseline", known]) == 0
    assert main([*arguments, "--baseline", known]) == 0
    wrong(151)
    assert main([*arguments, "--baseline", known]) == 1
    assert "SCH001" in capsys.readouterr().out


RNG = """<grammar xmlns="http://relaxng.org/ns/structure/1.0"><start><ref name="any"/></start><define name="any">
<element><anyName><except><name ns="http://www.tei-c.org/ns/1.0">foo</name></except></anyName><zeroOrMore><choice>
<attribute><anyName/></attribute><text/><ref name="any"/></choice></zeroOrMore></element></define></grammar>"""


def test_all_faults_of_a_tei_document_are_reported(tmp_path: Path) -> None:
    (tmp_path / "x.rng").write_text(RNG)
    path = tmp_path / "a.xml"
    head = "<teiHeader><fileDesc><titleStmt><title>x</title></titleStmt><publicationStmt><p>x</p></publicationStmt>"
    head += "<sourceDesc><p>x</p></sourceDesc></fileDesc></teiHeader>"
    body = "".join(f"<p>é<foo>{number}</foo></p>\n" for number in range(60))
    path.write_text(
        f'<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="a">{head}<text><body>\n{body}</body></text></TEI>\n'
    )
    found = [one for one in validate(path, schema=tmp_path / "x.rng") if "not allowed here" in one.message]
    assert [(one.line, one.column) for one in found] == [(line, 5) for line in range(2, 62)]
    found = list(validate(path, schema=tmp_path / "x.rng", limits={"warnings": 30}))
    assert [one.code for one in found].count("FILE006") == 1
    assert sum("not allowed here" in one.message for one in found) == 30


def test_a_search_that_takes_too_long_says_so() -> None:
    from corpusfmt.schema.relax_ng.child import _Bench

    bench = _Bench(RNG.encode(), "x.rng", alone=True, compiled=True)
    document = b'<a xmlns="http://www.tei-c.org/ns/1.0"><foo/><foo/></a>'
    assert len(bench.verdicts(document, 20, 60)) == 2
    first, more = bench.verdicts(document, 20, -1)
    assert "not allowed here" in first[2]
    assert more[2].startswith("there may be more that is not valid")
