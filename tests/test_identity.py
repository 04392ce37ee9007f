"""A document is the one that it is by its number in the source: several may stand on one line, or have one id."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpusfmt import Document, Finding, fix, open_writer, read, validate
from corpusfmt.checks.baseline import mark_of
from corpusfmt.checks.selection import Selection
from corpusfmt.cli.reports.record import Marks
from corpusfmt.model.document import build
from corpusfmt.model.finding import Place
from corpusfmt.model.rule import Check
from corpusfmt.plugins import builtin_rules
from corpusfmt.sources.settings import Reading
from corpusfmt.verbs.fix.run import Fixing

TEI = "<TEI{id}><teiHeader><fileDesc><titleStmt><title>{name}</title></titleStmt><publicationStmt><p/></publicationStmt><sourceDesc><p/></sourceDesc></fileDesc></teiHeader><text><body><p>{text}</p></body></text></TEI>"
CORPUS = (
    "<teiCorpus xmlns='http://www.tei-c.org/ns/1.0'><teiHeader><fileDesc><titleStmt><title>c</title></titleStmt>"
    "<publicationStmt><p/></publicationStmt><sourceDesc><p/></sourceDesc></fileDesc></teiHeader>{}</teiCorpus>"
)


def corpus(path: Path, *documents: tuple[str, str], between: str = "", encoding: str = "utf-8") -> Path:
    """A teiCorpus, all on one line; name and text of each document."""
    texts = [TEI.format(id="", name=name, text=text) for name, text in documents]
    path.write_bytes(CORPUS.format(between.join(["", *texts, ""])).encode(encoding))
    return path


def told(path: Path | list[Path], *select: str, id_from: str | None = "name") -> list[tuple[str, int, str]]:
    return [(one.code, one.number, one.message) for one in validate(path, select=select, id_from=id_from)]


@pytest.mark.parametrize("code", ["DOC002", "DOC003"])
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([1, 2, 3, 4], {3: "on line 1", 4: "on line 2"}),
        ([1, 1, 1, 1], {3: "in document 1", 4: "in document 2"}),
        ([1, 1, 1, 2], {3: "in document 1", 4: "on line 1"}),
        ([0, 0, 0, 0], {3: "in document 1", 4: "in document 2"}),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_repeats_are_found_whatever_the_lines(code: str, lines: list[int], expected: dict[int, str], size: int) -> None:
    documents = [
        build(id, id, b"", "utf-8", b"{}", ("a", 0, line, 0))
        for id, line in zip(["x", "y", "x", "y"], lines, strict=True)
    ]
    start = builtin_rules()[code].start
    assert start is not None
    check: Check = start()
    hits: dict[int, str] = {}
    for at in range(0, 4, size):
        hits |= {id(hit.document): hit.message for hit in check(documents[at : at + size])}
    assert {n: hits[id(one)] for n, one in enumerate(documents, 1) if id(one) in hits} == {
        number: f"duplicate {'id' if code == 'DOC002' else 'name'} '{documents[number - 1].id}', first used {where}"
        for number, where in expected.items()
    }


def test_a_document_without_a_name_repeats_none_and_counts() -> None:
    start = builtin_rules()["DOC003"].start
    assert start is not None
    names = ["", "n", "", "n"]
    (hit,) = start()([build(str(n), name, b"", "utf-8", b"{}", None) for n, name in enumerate(names)])
    assert hit.message == "duplicate name 'n', first used in document 2"


DOCUMENTS = [("one", "a text"), ("two", "other"), ("one", "more"), ("TWO", "a text")]


def test_documents_on_one_line_repeat_one_another(tmp_path: Path) -> None:
    path = corpus(tmp_path / "a.xml", *DOCUMENTS)
    assert [document.id for document in read(path, id_from="name")] == ["one", "two", "one", "TWO"]
    assert told(path, "DOC002") == [("DOC002", 3, "duplicate id 'one', first used in document 1")]
    assert told(path, "DOC002", id_from="sha256") == [
        ("DOC002", 4, f"duplicate id '{str(next(read(path, id_from='sha256')).id)[:60]}…', first used in document 1")
    ]
    other = corpus(tmp_path / "b.xml", *DOCUMENTS, between="\n")
    assert told(other, "DOC002") == [("DOC002", 3, "duplicate id 'one', first used on line 2")]


def test_across_files_the_document_is_named(tmp_path: Path) -> None:
    path = corpus(tmp_path / "a.xml", *DOCUMENTS)
    again = corpus(tmp_path / "b.xml", *DOCUMENTS[:2], between="\n")
    assert told([path, again], "CORP001", "CORP002") == [
        ("CORP002", 4, f"duplicate text, first used in {path}:1, document 1"),
        ("CORP001", 1, f"duplicate id 'one', first used in {path}:1"),
        ("CORP002", 1, f"duplicate text, first used in {path}:1"),
        ("CORP001", 2, f"duplicate id 'two', first used in {path}:1"),
        ("CORP002", 2, f"duplicate text, first used in {path}:1"),
    ]


def test_across_files_the_byte_is_that_of_the_file(tmp_path: Path) -> None:
    documents = [("caf\xe9", "\xe9\xe9"), ("b", "\xe9\xe9")]
    paths = [corpus(tmp_path / f"{encoding}.xml", *documents, encoding=encoding) for encoding in ("utf-8", "latin-1")]
    paths[1].write_bytes(b"<?xml version='1.0' encoding='latin-1'?>" + paths[1].read_bytes())
    found = [one for one in validate(paths, select=["CORP002"], id_from="name") if one.path == str(paths[1])]
    assert [one.number for one in found] == [1, 2]
    for one, end in zip(found, ("caf\xe9", "b"), strict=True):
        data = paths[1].read_bytes()[one.byte :]
        assert data.startswith(b"<TEI>")
        assert data.partition(b"<title>")[2].startswith(end.encode("latin-1") + b"<")


def test_a_fix_speaks_of_the_same_repeats(tmp_path: Path) -> None:
    for between in ("", "\n"):
        path = corpus(tmp_path / "a.xml", *DOCUMENTS, between=between)
        (fixed,) = fix(path, id_from="name", select=["DOC002"])
        assert dict(fixed.left) == {"DOC002": 1}
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id":"d1","name":"","text":"","meta":{}}\n' * 3)
    (fixed,) = fix(path, select=["DOC002"])
    assert dict(fixed.left) == {"DOC002": 2, "DOC001": 3}


def test_what_one_document_cannot_have_fixed_another_of_its_id_can(tmp_path: Path) -> None:
    path = tmp_path / "a.seed"
    # In the first the change would take the last line feed of the text away, which no edit can write.
    path.write_bytes(
        b"<<<SEED 1>>>\n<<<FILE d a>>>\nsoft\n\xc2\xad\n\\ No newline at end of file\n<<<FILE d b>>>\nso\xc2\xadft\n"
    )
    before = list(validate(path, select=["TXT006"]))
    assert [one.edit is None for one in before] == [True, False]
    assert [one.number for one in before] == [1, 2]
    (fixed,) = Fixing([str(path)], Reading(), unsafe=True, codes=["TXT006"], selection=Selection(["TXT006"])).run()
    assert (dict(fixed.fixes), dict(fixed.left)) == ({"TXT006": 1}, {"TXT006": 1})
    assert [one.text for one in read(path)] == ["soft\n\xad", "soft\n"]


def test_findings_say_which_document_they_are_of(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with open_writer(path) as writer:
        for number in range(1, 2001):
            writer.write(Document(number, " " if number % 500 == 0 else "text" * 99))
    found = list(validate(path, select=["DOC001"]))
    assert [one.number for one in found] == [one.document for one in found] == [500, 1000, 1500, 2000]
    schema = tmp_path / "schema.json"
    schema.write_text('{"properties":{"id":{"maximum":1998}}}')
    assert [one.number for one in validate(path, select=["SCH001"], schema=schema)] == [1999, 2000]


def test_marks_do_not_change_when_documents_come_before() -> None:
    one, two = (
        Finding("DOC002", "error", f"duplicate id 'x', first used in document {n}", "a.xml", 1, 9, 9, "x")
        for n in (1, 12)
    )
    assert mark_of(one) == mark_of(two)
    assert Marks().of(one) == Marks().of(two)


def test_a_repeat_names_the_place_of_the_first_in_its_file_and_in_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.seed").write_bytes(b"<<<FILE one a>>>\nx\n<<<FILE two b>>>\ny\n<<<FILE two c>>>\nz\n")
    Path("b.seed").write_bytes(b"<<<FILE three d>>>\ny\n<<<FILE one e>>>\nw\n")
    found = list(validate(["a.seed", "b.seed"], select=["DOC002", "CORP001", "CORP002"]))
    assert [(finding.path, finding.code, finding.line, finding.related) for finding in found] == [
        ("a.seed", "DOC002", 5, (Place("", 3, 1, number=2),)),
        ("b.seed", "CORP002", 1, (Place("a.seed", 3, 1, number=2),)),
        ("b.seed", "CORP001", 3, (Place("a.seed", 1, 1, number=1),)),
    ]
