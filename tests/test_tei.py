"""TEI of our own: what is written, what comes back, and what is said of files that somebody touched."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from hashlib import sha256
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.dom import minidom

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lxml import etree

from corpusfmt import Document, LossError, ParseError, convert, fix, open_writer, read, validate
from corpusfmt.cli.main import main
from corpusfmt.formats.tei import FORMAT
from corpusfmt.formats.tei.header import forbidden_in, header
from corpusfmt.formats.tei.names import ncname
from corpusfmt.formats.tei.native import read_native
from corpusfmt.formats.tei.profile import CORPUS_END, DECLARATION
from corpusfmt.formats.tei.write import alone
from corpusfmt.limits import CHUNK, MIB, Limits
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.model.finding import Finding
from corpusfmt.model.format import ReadOptions, WriteOptions
from corpusfmt.text.display import BOM
from corpusfmt.text.position import Region
from tests import strategies
from tests.support import Pieces, command, documents, findings, parse, scan, write

TEI = "{http://www.tei-c.org/ns/1.0}"
THOROUGH = ReadOptions(thorough=True)


def ours(*docs: Document) -> bytes:
    return write(FORMAT, docs)


def one(document: Document) -> bytes:
    """Return the TEI element of a document."""
    return FORMAT.writer(WriteOptions()).encode([document])[0]


def tree(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities="internal", no_network=True, huge_tree=False)
    return etree.fromstring(data, parser)


def said(data: bytes, options: ReadOptions | None = None) -> list[tuple[str, int, int]]:
    return [(f.code, f.line, f.column) for f in findings(scan(FORMAT, data, options=options))]


# -- what is written ----------------------------------------------------------------------------------------

FULL = Document(
    "d1",
    "One\ntwo\n\nthree\r\n<&>",
    name="a.txt",
    meta={
        "title": "A  title\n& more",
        "author": ["Ada", "Ben"],
        "date": "2024-05-18",
        "publisher": "A House",
        "language": "en-GB",
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "url": "https://example.org/a",
    },
)


def test_the_header_shows_what_is_known_where_tei_has_it() -> None:
    root = tree(one(FULL))

    def find(path: str) -> str | None:
        return root.findtext("/".join(TEI + step if step[0].isalpha() else step for step in path.split("/")))

    assert find("teiHeader/fileDesc/titleStmt/title") == "A title & more"
    assert [element.text for element in root.iter(f"{TEI}author")] == ["Ada", "Ben"]
    assert find("teiHeader/fileDesc/publicationStmt/publisher") == "A House"
    assert find("teiHeader/fileDesc/publicationStmt/date") == "2024-05-18"
    assert find("teiHeader/profileDesc/langUsage/language") == "en-GB"
    assert (
        find("teiHeader/fileDesc/publicationStmt/availability/licence")
        == "https://creativecommons.org/licenses/by/4.0/"
    )
    assert find("teiHeader/fileDesc/sourceDesc/bibl/idno") == "https://example.org/a"
    idnos = {e.get("type"): e.text for e in root.iter(f"{TEI}idno")}
    assert (idnos["id"], idnos["filename"]) == ("d1", "a.txt")
    assert [str(e.tag).removeprefix(TEI) for e in root.iter(f"{TEI}p", f"{TEI}lb")] == ["p", "lb", "p", "lb"]


def test_the_body_is_not_indented_and_the_header_is() -> None:
    lines = one(FULL).decode().split("\n")
    assert "    <fileDesc>" in lines
    assert "<p>One<lb/>two</p>" in lines
    assert "<p>three&#13;<lb/>&lt;&amp;&gt;</p>" in lines


@pytest.mark.parametrize(
    ("author", "shown"),
    [("A; B", ["A", "B"]), ("A; ; B", ["A; ; B"]), ("A; ", ["A;"]), (["A", "B"], ["A", "B"]), ("A;B", ["A;B"])],
)
def test_authors_that_are_several(author: str | list[str], shown: list[str]) -> None:
    document = Document("d1", "x", meta={"author": author})
    assert [element.text for element in tree(one(document)).iter(f"{TEI}author")] == shown
    assert damaged(ours(document)) == ([document], [])


@pytest.mark.parametrize(
    ("id", "expected"),
    [("d1", "d1"), ("a b", "a_20b"), ("7", "d7"), (7, "d7"), (-7, "d-7"), ("_", "_5f"), ("日本", "_65e5_672c"), (".x", "d.x"),
     ("a:b", "a_3ab"), ("x" * 300, None)],
)  # fmt: skip
def test_an_xml_id_reads_like_the_id(id: str | int, expected: str | None) -> None:
    name = ncname(id)
    assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9._-]{0,120}", name)
    assert expected is None or name == expected


def test_no_xml_id_is_given_twice() -> None:
    docs = [Document(id, "x") for id in ("7", 7, "d7", "7", "a b", "a_20b", "d7_n2", "x" * 200, "x" * 201)]
    ids = [element.get("{http://www.w3.org/XML/1998/namespace}id") for element in tree(ours(*docs)).iter(f"{TEI}TEI")]
    assert len(set(ids)) == len(docs)
    assert parse(FORMAT, ours(*docs)) == docs


def test_what_xml_cannot_hold_is_a_g_with_a_char() -> None:
    document = Document("a\x01", "b\x00c\ufffe\x00", name="\x1f\n\t ", meta={"k": "\x00\uffff\x7f"})
    root = tree(one(document))
    chars = {e.get("{http://www.w3.org/XML/1998/namespace}id") for e in root.iter(f"{TEI}char")}
    assert {e.get("ref") for e in root.iter(f"{TEI}g")} == {f"#{id}" for id in chars}
    assert len(chars) == 4
    assert parse(FORMAT, ours(document)) == [document]


_plain = st.one_of(
    strategies.names, st.text("ab .\u00a0\u3000é<&>\x85\n", max_size=4), st.sampled_from(["", "x" * 1001])
)


@given(docs=st.lists(st.builds(lambda one, name: Document(one, "x", name=name), strategies.ids, _plain), max_size=4))
def test_documents_without_metadata_are_written_alike_together_and_alone(docs: list[Document]) -> None:
    writer = FORMAT.writer(WriteOptions())
    xml_ids = [ncname(document.id) for document in docs]
    assume(len(set(xml_ids)) == len(docs))
    digest = sha256(b"x").hexdigest().encode()
    for document, xml_id, piece in zip(docs, xml_ids, writer.encode(docs), strict=True):
        chars = forbidden_in(document.name, str(document.id))
        assert piece.startswith(header(xml_id, document.id, document.name, b"{}", digest, chars))


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2024", "2024"), ("2024-02-30", None), ("1850-00-00", None), ("1850-05-00", None), ("1850-00", None), ("1850-05", "1850-05"), ("2024-05-18T01:02:03Z", "2024-05-18T01:02:03Z"), ("18 May", None), ("0000", None),
     ("2024-05-18T01:02:03+02:00", "2024-05-18T01:02:03+02:00"), ("2024-13", None)],
)  # fmt: skip
def test_a_date_is_normalised_only_where_it_is_one(value: str, expected: str | None) -> None:
    (date,) = tree(one(Document("d", "x", meta={"date": value}))).iter(f"{TEI}date")
    assert (date.text, date.get("when")) == (value, expected)


@pytest.mark.parametrize(("language", "expected"), [("pt", "pt"), ("pt-BR", "pt-BR"), ("English", None), ("x y", None)])
def test_a_language_is_a_tag_only_where_it_is_one(language: str, expected: str | None) -> None:
    root = tree(one(Document("d", "x", meta={"language": language})))
    (element,) = root.iter(f"{TEI}language")
    assert (element.text, element.get("ident")) == (language, expected or "und")
    (text,) = root.iter(f"{TEI}text")
    assert text.get("{http://www.w3.org/XML/1998/namespace}lang") == expected


def test_the_title_of_the_corpus_is_an_option() -> None:
    data = write(FORMAT, [], WriteOptions(own={"corpus": "Tales & more"}))
    assert tree(data).findtext(f".//{TEI}title") == "Tales & more"
    with pytest.raises(ConfigurationError, match="invalid name of a corpus"):
        FORMAT.writer(WriteOptions(own={"corpus": "two\nlines"}))


@pytest.mark.parametrize(
    ("options", "paths"),
    [
        ({}, ["A_2.xml", "Гёте, 1.xml", "a.xml", "p/1.xml", "tlg_1.xml"]), ({"name_from": "id"}, ["A_2.xml", "Гёте, 1.xml", "a.xml", "p/1.xml", "tlg_1.xml"]),
        ({"name_from": "name"}, ["Faust I.xml", "a.xml", "b.txt.xml", "p/1.xml", "tlg_1.xml"]),
        ({"name_from": "path"}, ["in.xml", "in_2.xml", "in_3.xml", "in_4.xml", "in_5.xml"]),
    ],
)  # fmt: skip
def test_what_files_of_a_document_each_are_named_by(options: dict[str, Any], paths: list[str], tmp_path: Path) -> None:
    given = [("a", ""), ("A", "b.txt"), ("Гёте, 1", "Faust I"), ("p/1", ""), ("tlg:1", "")]
    documents = [Document(id, id, name=name) for id, name in given]
    with open_writer(tmp_path / "in.jsonl") as writer:
        writer.write_all(documents)
    convert(tmp_path / "in.jsonl", f"{tmp_path}/out/", to_format="tei", **options)
    found = tmp_path / "out"
    assert sorted(path.relative_to(found).as_posix() for path in found.rglob("*.xml")) == sorted(paths)
    assert sorted(read(found), key=repr) == sorted(documents, key=repr)


def test_a_document_alone_is_a_file_of_its_own() -> None:
    name, data = alone(one(FULL), FULL, WriteOptions())
    assert name == "d1"
    assert data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<TEI ')
    assert parse(FORMAT, data) == [FULL]


# -- what comes back ----------------------------------------------------------------------------------------


@given(document=strategies.text_documents)
def test_the_fast_reader_reads_what_the_parser_reads(document: Document) -> None:
    piece = one(document)
    fast = read_native(piece)
    (slow,) = parse(FORMAT, alone(piece, document, WriteOptions())[1])
    assert slow == document
    if fast is not None:
        assert Document(fast.id, fast.data.decode(), name=fast.name, meta=fast.meta) == document
    elif b"<g " not in piece and b"<xenoData" not in piece:
        pytest.fail("a plain document must be read fast")


@given(docs=strategies.text_corpora, at=st.floats(0, 1), byte=st.integers(0, 255))
def test_a_changed_byte_gives_no_other_text(docs: list[Document], at: float, byte: int) -> None:
    """A digest covers the text: what is read of a damaged file is a document that was written, or is refused."""
    data = bytearray(ours(*docs))
    data[int(at * (len(data) - 1))] = byte
    texts = {document.text for document in docs}
    for document in documents(scan(FORMAT, bytes(data))):
        if document.origin is not None and b'type="corpusfmt-1"' in bytes(data)[document.origin.byte :][:400]:
            assert document.text in texts


def test_the_end_of_the_corpus_may_be_missing() -> None:
    data = ours(FULL, Document("d2", "x")).removesuffix(b"</teiCorpus>\n")
    batches = scan(FORMAT, data)
    assert len(documents(batches)) == 2
    (finding,) = findings(batches)
    assert finding.code == "TEI002"
    assert "the end of the corpus is missing" in finding.message
    assert finding.edit is not None
    assert not finding.edit.safe


@pytest.mark.parametrize("damage", [b"&", b"\x00", b"<p>", b"\xff", b"</body>"])
def test_one_broken_document_costs_one_document(damage: bytes) -> None:
    docs = [Document(f"d{i}", f"text {i}\n" * 50) for i in range(9)]
    data = ours(*docs).replace(b"text 4", b"text " + damage + b"4", 1)
    batches = scan(FORMAT, data)
    assert [document.id for document in documents(batches)] == [f"d{i}" for i in range(9) if i != 4]
    (finding,) = findings(batches)
    assert finding.severity == "error"
    assert not any(batch.fatal for batch in batches)
    for size in (1, 7, 100):
        pieces = scan(FORMAT, data, size)
        assert documents(pieces) == documents(batches)
        assert [f[:9] for f in findings(pieces)] == [f[:9] for f in findings(batches)]


# -- what somebody touched ----------------------------------------------------------------------------------

POEM = Document("d1", "one line\n  and two\n\nafter a gap", name="a.txt", meta={"title": "Poem"})


def damaged(data: bytes, options: ReadOptions | None = None) -> tuple[list[Document], list[Finding]]:
    batches = scan(FORMAT, data, options=options)
    for size in (1, 64):
        assert [f[:9] for f in findings(scan(FORMAT, data, size, options))] == [f[:9] for f in findings(batches)]
    return documents(batches), findings(batches)


def test_a_file_that_was_written_anew_by_lxml_is_the_same() -> None:
    data = etree.tostring(tree(ours(POEM)), xml_declaration=True, encoding="UTF-8")
    assert damaged(data) == ([POEM], [])
    pretty = etree.tostring(tree(ours(POEM)), pretty_print=True)
    assert damaged(pretty) == ([POEM], [])


def test_a_file_in_another_encoding_is_the_same() -> None:
    document = Document("dé", "Ünïcode ✓\x00", meta={"title": "Ω"})
    for encoding in ("UTF-16", "UTF-16LE", "ISO-8859-1", "US-ASCII", "windows-1252"):
        data = etree.tostring(tree(ours(document)), encoding=encoding, xml_declaration=True)
        assert damaged(data) == ([document], [])


def test_a_pretty_printer_is_found_out_and_undone() -> None:
    data = minidom.parseString(one(POEM)).toprettyxml(indent="    ").encode()
    docs, (finding,) = damaged(data)
    assert docs == [POEM]
    assert finding.code == "TEI018"
    assert "reindented" in finding.message
    assert finding.edit is not None
    at, length, replacement, safe = finding.edit
    assert safe
    assert damaged(data[:at] + replacement + data[at + length :]) == ([POEM], [])


def test_wrapped_lines_are_found_out_and_undone() -> None:
    document = Document("d1", "a long line of many words\nand another one")
    data = one(document).replace(b"line of", b"line\n   of")
    docs, (finding,) = damaged(data)
    assert docs == [document]
    assert (finding.code, "rewrapped" in finding.message) == ("TEI018", True)


def test_an_edit_is_found_out_and_can_be_confirmed() -> None:
    data = ours(POEM, FULL).replace(b"one line", b"1 line")
    docs, (finding,) = damaged(data)
    assert docs == [FULL]
    assert (finding.code, finding.severity, finding.document) == ("TEI017", "error", None)
    assert finding.edit is not None
    at, length, replacement, safe = finding.edit
    assert not safe
    docs, found = damaged(data[:at] + replacement + data[at + length :])
    assert found == []
    assert docs == [Document("d1", POEM.text.replace("one", "1"), name="a.txt", meta={"title": "Poem"}), FULL]


def test_markup_that_was_added_is_dropped_and_counted() -> None:
    data = ours(POEM).replace(b"one line", b'<hi rend="italic">one</hi> line')
    batches = scan(FORMAT, data)
    assert documents(batches) == [POEM]
    assert findings(batches) == []
    assert [batch.dropped for batch in batches] == [{"hi": 1}]


@pytest.mark.parametrize(
    ("old", "new", "code", "what"),
    [(b'<idno type="id">d1</idno>', b"", "TEI019", "the header has no id"),
     (b'<idno type="id">d1</idno>', b'<idno type="id">d1</idno><idno type="id">d2</idno>', "TEI019", "twice"),
     (b'type="id"', b'type="id" subtype="integer"', "TEI019", "not an integer"),
     (b'type="sha256"', b'type="md5"', "TEI019", "an idno that is not in the profile"),
     (b'<xenoData type="metadata">', b'<xenoData type="data">', "TEI019", "a xenoData that is not of the type metadata"),
     (b'{"title":"Poem"}', b'{"title":}', "TEI019", "the metadata"),
     (b'{"title":"Poem"}', b'["title"]', "TEI019", "the metadata"),
     (b'    <xenoData type="metadata">{"title":"Poem"}</xenoData>\n', b"", "TEI020", "'Poem'"),
     (b"<title>Poem<", b"<title>Song<", "TEI020", "the header has the title 'Song', the metadata has 'Poem'"),
     (b"</titleStmt>", b"<author>Ada</author></titleStmt>", "TEI020", "author"),
     (b"after a gap", b"after <g ref='#other'/> a gap", "TEI017", "edited"),
     (b"</body>", b"<div>more</div></body>", "TEI017", "edited"),
     (b"</body>", b"words</body>", "TEI017", "edited"),
     (b'{"title":"Poem"}', b'{"title":"Poem","title":"Poem"}', "TEI023", "duplicate key")],
)  # fmt: skip
def test_what_is_said_of_a_document_of_ours_that_was_changed(old: bytes, new: bytes, code: str, what: str) -> None:
    data = ours(POEM)
    assert old in data
    docs, (finding,) = damaged(data.replace(old, new))
    assert finding.code == code
    assert what in finding.message
    assert [document.text for document in docs] == ([POEM.text] if finding.severity == "warning" else [])


def test_without_type_and_digest_ours_is_the_tei_of_others() -> None:
    untyped = ours(POEM).replace(b' type="corpusfmt-1"', b"")
    docs, (finding,) = damaged(untyped)
    assert docs == []
    assert (finding.code, finding.line) == ("TEI019", untyped[: untyped.index(b"<TEI")].count(b"\n") + 1)
    assert "not the type corpusfmt-1" in finding.message
    (document,) = parse(FORMAT, re.sub(rb' *<idno type="sha256">.*\n', b"", untyped))
    assert (document.id, document.name, document.text) == ("d1", "Poem", POEM.text)


def test_metadata_that_were_taken_out_are_missed_once() -> None:
    data = re.sub(rb"    <xenoData.*\n", b"", ours(FULL))
    _, (finding,) = damaged(data)
    assert finding.code == "TEI020"
    assert "the header shows author, date, publisher, language, licence, url" in finding.message


def test_a_missing_xml_id_is_put_back() -> None:
    data = ours(POEM).replace(b' xml:id="d1"', b"")
    docs, (finding,) = damaged(data, THOROUGH)
    assert docs == [POEM]
    assert (finding.code, finding.severity) == ("TEI026", "note")
    assert finding.edit is not None
    at, length, replacement, safe = finding.edit
    assert safe
    assert data[:at] + replacement + data[at + length :] == ours(POEM)


def test_a_hostile_xml_id_does_not_get_into_what_is_written_anew() -> None:
    data = one(POEM).replace(b'xml:id="d1"', b'xml:id="&quot;&gt;&lt;x&gt;"').replace(b"one line", b"one\n line")
    _, (finding,) = damaged(data)
    assert finding.edit is not None
    assert b'xml:id="d1"' in finding.edit.replacement


# -- XML and its traps --------------------------------------------------------------------------------------


def tale(inside: str, before: str = "", attributes: str = ' xml:id="d1"') -> bytes:
    return (
        f'{before}<TEI xmlns="http://www.tei-c.org/ns/1.0"{attributes}><teiHeader><fileDesc><titleStmt><title>T</title></titleStmt>'
        f"<publicationStmt><p/></publicationStmt><sourceDesc><p/></sourceDesc></fileDesc></teiHeader>"
        f"<text><body>{inside}</body></text></TEI>"
    ).encode()


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"", {"TEI002": b""}),
     (b"<TEI", {"TEI002": b""}),
     (b"<a/>", {"TEI003": b"<a/>"}),
     (b"\n <TEI.2><text/></TEI.2>", {"TEI003": b"<TEI.2>"}),
     (tale("<p>a &b; c</p>"), {"TEI006": b"&b;"}),
     (tale("<p>a\n&amp; & c</p>"), {"TEI001": b" c</p>"}),
     (tale("<p>&x;</p>", '<!DOCTYPE TEI [<!ENTITY x "put in">]>'), {}),
     (tale("<p>&x;</p>", '<!DOCTYPE TEI [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), {"TEI006": b"&x;"}),
     (tale("<p>&x;</p>", '\n<!DOCTYPE TEI SYSTEM "no.dtd">'), {"TEI005": b"<!DOCTYPE", "TEI006": b"&x;"}),
     (tale('<p n="&x;">a</p>', '<!DOCTYPE TEI SYSTEM "no.dtd">'), {"TEI005": b"<!DOCTYPE", "TEI006": b'<p n="'}),
     (tale('<p n="&amp;&own;">a</p>', '<!DOCTYPE TEI SYSTEM "no.dtd" [<!ENTITY own "x">]>'), {"TEI005": b"<!DOCTYPE"}),
     (tale("<p>&x; &y;</p>", '\n<!DOCTYPE TEI SYSTEM "no.dtd">'), {"TEI005": b"<!DOCTYPE", "TEI006": b"&x;"}),
     (tale("<p>a</p>", '<!DOCTYPE TEI [<!ENTITY % p "">%p;]>'), {}),
     (tale("<p>a</p>", "<!DOCTYPE TEI [%nothing;]>"), {}),
     (tale("<p>a&b;</p>", '<!DOCTYPE TEI [%nothing;<!ENTITY b "x">]>'), {"TEI006": b"&b;"}),
     (tale("<p>a</p>") + b"<TEI2/>", {"TEI001": b"<TEI2/>"}),
     (tale("<p>a</p>", '<?xml version="1.0" encoding="KLINGON"?>'), {"TEI024": None}),
     (tale("<p>a</p>", '<?xml version="1.0" encoding="UTF-16"?>'), {"TEI024": None}),
     (tale("<p>a</p>", '\ufeff<?xml version="1.0" encoding="ISO-8859-1"?>'), {"TEI024": None}),
     (tale("<p>a\n\u00c1</p>", '<?xml version="1.0" encoding="windows-1252"?>').replace(b"\xc3", b""), {"TEI024": b"\x81"}),
     (tale("<p>\u00e9</p>", '<?xml version="1.0" encoding="ISO-8859-1"?>\n'), {"TEI024": b"\xc3"}),
     (tale("<p>a\n\u00e9 </p>").decode().encode("latin-1"), {"TEI024": b"\xe9"})],
)  # fmt: skip
def test_faults_of_xml_and_where_they_are(data: bytes, expected: dict[str, bytes | None]) -> None:
    for size in (1 << 30, 1, 13):
        found = findings(scan(FORMAT, data, size))
        assert [finding.code for finding in found] == list(expected)
        for finding, needle in zip(found, expected.values(), strict=True):
            if needle is not None:
                at = data.index(needle) if needle else len(data)
                assert finding.byte == at
                assert (finding.line, finding.column) == Region(data, 0, 1).place(at)[:2]


# -- ids that are made -------------------------------------------------------------------------------------------------

NAMELESS = tale("<p>x</p>", attributes="")


@pytest.mark.parametrize(
    ("files", "source", "expected"),
    [
        ({"verses.xml": NAMELESS}, "verses.xml", ["verses"]),
        ({"c/verses.tei.xml": NAMELESS, "c/d/e.tei": NAMELESS}, "c", ["d/e", "verses"]),
        ({"c/d/e.xml.gz": gzip.compress(NAMELESS)}, "c", ["d/e"]),
        ({"c/d/e.xml": NAMELESS}, "c/*/e.xml", ["d/e"]),
        ({"a.xml": tale("<p>x</p>")}, "a.xml", ["d1"]),
        ({"a.xml": tale("<p>x</p>", attributes=" n='7'")}, "a.xml", ["7"]),
        ({"a.xml": NAMELESS.replace(b"<text>", b"<text xml:id='t'>")}, "a.xml", ["t"]),
    ],
)
def test_a_text_alone_in_its_file_is_named_by_it(
    files: dict[str, bytes], source: str, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, data in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(data)
    assert sorted(str(document.id) for document in read(source)) == expected
    assert not [finding for finding in validate(source) if finding.code != "TEI026"]
    convert(source, "out.jsonl", receipt="r.json")
    assert sorted(str(document.id) for document in read("out.jsonl")) == expected
    assert command("verify", "r.json").returncode == 0
    convert(source, "new/", to_format="tei")
    assert sorted(str(document.id) for document in read("new")) == expected


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<text><body><div type='edition' n='urn:cts:greekLit:tlg0012.tlg001.p'><p>x</p></div></body></text>",
         "urn:cts:greekLit:tlg0012.tlg001.p"),
        ("<text><body n=' urn:cts:a:b.c'><p>x</p></body></text>", "urn:cts:a:b.c"),
        ("<text><body n='URN:CTS:latinLit:a.b'><p>x</p></body></text>", "URN:CTS:latinLit:a.b"),
        ("<text><body n='urn:nbn:de:1'><p>x</p></body></text>", "a"),
        ("<text><body n='urn:cts:a:b.c'><p>x</p></body></text>", "urn:cts:a:b.c"),
        ("<text n='urn:cts:a:b.c'><body><p>x</p></body></text>", "urn:cts:a:b.c"),
        ("<text><body><div n='urn:cts:a:b.1'><p>x</p></div><div n='urn:cts:a:b.2'><p>y</p></div></body></text>", "urn:cts:a:b.1"),
        ("<text><body><div n='1'><div n='urn:cts:a:b.c'><p>x</p></div></div></body></text>", "a"),
        ("<text xml:id='t'><body n='urn:cts:a:b.c'><p>x</p></body></text>", "t"),
    ],
)  # fmt: skip
def test_a_cts_urn_is_an_id(inside: str, expected: str, tmp_path: Path) -> None:
    data = NAMELESS.decode()
    data = data[: data.index("<text>")] + inside + "</TEI>"
    (tmp_path / "a.xml").write_text(data)
    assert [document.id for document in read(tmp_path)] == [expected]


def test_a_text_is_named_by_its_file_only_where_it_is_alone_and_has_one(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    corpus = b'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">%b</teiCorpus>' % NAMELESS
    for source in (NAMELESS, corpus):
        assert [finding.code for finding in validate(BytesIO(source))][-1] == "TEI010"
    path.write_bytes(corpus)
    assert [finding.code for finding in validate(path)][-1] == "TEI010"
    path.write_bytes(NAMELESS)
    with pytest.raises(ParseError, match="no id"):
        list(read(BytesIO(NAMELESS)))
    assert [document.id for document in read(path, id_from="name")] == ["T"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"c/a.xml": NAMELESS}, {"d/a.xml": NAMELESS}),
        ({"c/a.xml": NAMELESS, "c/a.tei": NAMELESS}, {}),
        ({"c/a.xml": tale("<p>x</p>", attributes=' xml:id="z"'), "c/z.xml": NAMELESS}, {}),
        ({"c/a.xml": NAMELESS, "c/z.xml": tale("<p>x</p>", attributes=' xml:id="a"')}, {}),
    ],
)
def test_a_name_of_two_texts_is_refused_with_both_places(
    first: dict[str, bytes], second: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {**first, **second}
    for name, data in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(data)
    report = convert(sorted({name.partition("/")[0] for name in files}), "out.jsonl", on_error="skip")
    assert (report.written, report.refused) == (1, 1)
    (finding,) = report.findings
    assert {name for name in files if name in f"{finding.path} {finding.message}"} == {*files}


def broken(inside: bytes) -> bytes:
    """Return a TEI file whose body begins in line 2 and holds this."""
    return tale("@").replace(b"<text>", b"\n<text>").replace(b"@", inside)


@pytest.mark.parametrize(
    ("data", "line", "said", "hint"),
    [
        (broken(b"<div>\n<head>One\n<p>b</p>\n</div>"), 5, "<head> is open since line 3, and the end tag </div> does not",
         "write </head> before </div>"),
        (broken(b"<p><hi>b</p></hi>"), 2, "<hi> is open since line 2, and the end tag </p> does not", "write </hi> before </p>"),
        (broken(b"<p>b</p></div>"), 2, "<body> is open since line 2, and the end tag </div> does not", "remove </div>, or"),
        (broken(b"<P>b</p>"), 2, "<P> is open since line 2, and the end tag </p> does not", "write </P>: upper and lower case"),
        (broken(b"<t:p xmlns:t='http://www.tei-c.org/ns/1.0'>b</p>"), 2, "<t:p> is open since line 2, and the end tag </p> does not", "remove"),
        (broken(b"<p>b</p><x:p>"), 2, "no namespace is declared for the prefix 'x'", 'xmlns:x="..."'),
        (broken(b"<xi:include href='a'/>"), 2, "the prefix 'xi'", "http://www.w3.org/2001/XInclude"),
        (broken(b"<p y:n='1'/>"), 2, "the prefix 'y'", "xmlns:y"),
        (broken(b"<p>salt & pepper</p>"), 2, "'&' is not a reference", "write & as &amp;"),
        (broken(b"<p>salt &pepper</p>"), 2, "'&pepper' is not a reference", "write & as &amp;, or end the reference with ;"),
        (broken(b"<ref target='a?b=1&c=2'/>"), 2, "'&c' is not a reference", "&amp;"),
        (broken(b"<p>2 < 3</p>"), 2, "a '<' that does not begin a tag", "&lt;"),
        (broken(b"<p>a</ p>"), 2, "a '<' that does not begin a tag", "&lt;"),
        (broken(b"<p>a\x0bb</p>"), 2, "the character U+000B is not allowed in XML", "remove it"),
        (broken(b"<p n='\x00'>b</p>"), 2, "the character U+0000 is not allowed in XML", "remove it"),
        (broken("<p>\ufffe</p>".encode()), 2, "the character U+FFFE is not allowed in XML", "remove it"),
        (broken(b"<p>&#x1F;</p>"), 2, "'&#x1F;' refers to a character that is not allowed in XML", "remove it"),
        (broken(b"<p n=1>b</p>"), 2, "not in quotation marks", "write it in"),
        (broken("<p n=“1”>b</p>".encode()), 2, "not in quotation marks", "write it in"),
        (broken(b"<p n='1'm='2'>b</p>"), 2, "'m' follows the value of an attribute", "put a space"),
        (broken(b"<p n='1' n='2'>b</p>"), 2, "the attribute 'n' occurs twice", "remove one"),
        (broken(b"<p n>b</p>"), 2, "an attribute has no value", "write NAME"),
        (broken(b"<p n='1>b</p>"), 2, "a '<' in the value of an attribute", "end the value"),
        (broken(b"<p n;>b</p>"), 2, "';' is not allowed in a tag", "end the tag"),
        (broken(b"<!-- a -- b -->"), 2, "'--' inside a comment", "put a space"),
        (broken(b"<!-- a --><p>a ]]> b</p>"), 2, "']]>' in a text", "]]&gt;"),
        (broken(b"<?xml version='1.0'?>"), 2, "an XML declaration is inside the root element", "remove it"),
        (broken(b"<p/>") + b"\nmore", 3, "text follows the end of the root element", "a file has one root"),
        (broken(b"<p/>") + b"\n" + broken(b"<p/>"), 3, "the start tag <TEI> follows the end of the root", "a file has one root"),
        (broken(b"<p/>") + b"\n</TEI>", 3, "the end tag </TEI> follows the end of the root", "remove it"),
        (broken(b"<p/>") + b"\n<?xml version='1.0'?>\n" + broken(b"<p/>"), 3, "an XML declaration follows the end", "one root"),
        (b"<?xml version=1.0?>" + broken(b"<p/>"), 1, "the XML declaration is malformed", "<?xml version="),
        (b"text\n" + broken(b"<p/>"), 1, "text stands before the root element", "remove it"),
        (b"text\n<?xml version='1.0'?>" + broken(b"<p/>"), 1, "text stands before the root element", "remove it"),
        (b"<!DOCTYPE TEI [<!ELEMENT ]>" + broken(b"<p/>"), 1, "not well-formed XML: syntax error", "write & as"),
        (b"& " + broken(b"<p/>"), 1, "'&' is not allowed here", "write & as"),
    ],
)  # fmt: skip
def test_what_is_said_of_xml_that_is_not_well_formed(data: bytes, line: int, said: str, hint: str) -> None:
    for size in (1 << 30, 1, 7):
        finding = findings(scan(FORMAT, data, size))[-1]
        assert (finding.code, finding.line) == ("TEI001", line)
        assert said in finding.message
        assert hint in finding.hint
        assert finding.edit is None


@pytest.mark.parametrize(
    ("before", "place"),
    [
        (b"x", (1, 1)), (b"HTTP/1.1 200 OK\n\n", (1, 1)), (b"two words ", (1, 1)), (b"\n\n  junk", (3, 3)), (b"\xc3\xa9t\xc3\xa9 ", (1, 1)),
        (BOM + b" x", (1, 3)), (b"\t\xc3\xa9\n<?xml version='1.0'?>", (1, 2)),
    ],
)  # fmt: skip
def test_the_place_of_text_before_the_root_is_where_it_begins(before: bytes, place: tuple[int, int]) -> None:
    for size in (1 << 30, 1, 7):
        finding = findings(scan(FORMAT, before + tale("<p>x</p>"), size))[-1]
        assert (finding.line, finding.column) == place
        assert finding.message == "text stands before the root element"


@pytest.mark.parametrize("size", [1 << 30, 1, 700])
def test_the_place_of_a_byte_that_is_not_ascii(size: int) -> None:
    data = b"<?xml version='1.0' encoding='US-ASCII'?>\n" + tale("<p>" + "x" * 1500 + "</p>")
    bad = data.replace(b"x</p>", b"\xe9</p>")
    (finding,) = findings(scan(FORMAT, bad, size))
    assert (finding.code, finding.byte) == ("TEI024", bad.index(b"\xe9"))
    assert "0xe9 is not in US-ASCII" in finding.message
    assert not findings(scan(FORMAT, data, size))


@pytest.mark.parametrize(("before", "said"), [(b"\n" + BOM, "a byte order"), (BOM + BOM, "a second byte order")])
def test_a_byte_order_mark_before_the_root(before: bytes, said: str) -> None:
    assert (
        findings(scan(FORMAT, before + tale("<p>x</p>")))[-1].message == f"{said} mark stands before the root element"
    )


@pytest.mark.parametrize("before", [b"\n", b" \r\n\t", BOM + b"\n", BOM + BOM, b"\n" + BOM, b"\n" * 2000])
def test_what_is_nothing_before_the_declaration_is_removed(before: bytes, tmp_path: Path) -> None:
    whole = b'<?xml version="1.0"?>\n' + one(Document("d1", "a"))
    for data in (whole, whole.replace(b' type="corpusfmt-1"', b"").replace(b"sha256", b"other")):
        path = tmp_path / "a.xml"
        path.write_bytes(before + data)
        assert [finding.code for finding in validate([path])] == ["TEI001"]
        fix([path])
        assert path.read_bytes() == data
        assert not [finding.code for finding in validate([path])]


def test_words_before_a_single_text_are_no_reason_to_end_a_corpus(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(b"Here it is:\n" + tale("<p>x</p>").replace(b"<TEI", b"<TEI", 1))
    before = path.read_bytes()
    assert [finding.code for finding in validate([path])] == ["TEI001"]
    fix([path], unsafe_fixes=True)
    assert path.read_bytes() == before


@pytest.mark.parametrize(("name", "hint"), [("nbsp", "&#160;"), ("eacute", "&#233;"), ("chap1", "define the entity")])
def test_what_to_write_for_an_entity(name: str, hint: str) -> None:
    (finding,) = findings(scan(FORMAT, broken(f"<p>a&{name};b</p>".encode())))
    assert (finding.code, hint in finding.hint) == ("TEI006", True)


def test_a_file_that_is_cut_says_what_is_open() -> None:
    (finding,) = findings(scan(FORMAT, broken(b"<p>a</p>\n<head>b")[: -len(b"</body></text></TEI>")]))
    assert (finding.code, finding.message) == ("TEI002", "<head> is open since line 3, and the file ends")


def test_a_place_in_another_encoding_is_that_of_the_file() -> None:
    data = tale("<p>é\n& </p>", '<?xml version="1.0" encoding="ISO-8859-1"?>').decode().encode("latin-1")
    (finding,) = findings(scan(FORMAT, data))
    assert (finding.code, finding.line, finding.column) == ("TEI001", 2, 2)
    assert data[finding.byte - 1 : finding.byte + 1] == b"& "


@pytest.mark.parametrize(
    ("encoding", "char"),
    [("ISO-8859-1", "§"), ("Shift_JIS", "あ"), ("UTF-16", "あ"), ("UTF-32BE", "§"), ("UTF-8", "§")],
)
def test_a_place_far_back_is_that_of_the_file(encoding: str, char: str) -> None:
    """What is found at the end of a document, or of the file, may stand where reading was long ago."""
    before = f'<?xml version="1.0" encoding="{encoding}"?>\n<!-- {char * 50} -->\n'
    text = tale(f'<p corresp="#nothing">{"x" * 200}</p>', before).decode().replace("<title>T</title>", "<title/>")
    data = text.encode(encoding)
    for size in (1, 13, 1 << 30):
        found = findings(scan(FORMAT, data, size, THOROUGH))
        assert [(f.code, f.line) for f in found] == [("TEI012", 3), ("TEI015", 3)]
        for finding, needle in zip(found, ("<TEI", "<p corresp"), strict=True):
            assert data[finding.byte :].decode(encoding).startswith(needle)


def test_what_follows_a_byte_that_cannot_be_decoded_is_not_left_out_in_silence() -> None:
    """Nor where the document before it was refused, and the next one was looked for."""
    first, *rest = (Document(f"d{number}", "One line.") for number in range(3))
    head = '<?xml version="1.0" encoding="windows-1252"?>\n'
    for damage, codes in (((b"<p>One", b"<q>One"), ["TEI001", "TEI024"]), ((b"One", b"One"), ["TEI024"])):
        data = ours(first, *rest).replace(DECLARATION, head.encode()).replace(*damage, 1)
        at = data.index(b'<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="d1"')
        for size in (1, 1 << 30):
            batches = scan(FORMAT, data[:at] + b"\x81" + data[at:], size)
            assert [f.code for f in findings(batches)] == codes
            assert findings(batches)[-1].byte == at
            assert batches[-1].fatal
            assert documents(batches) == ([first] if len(codes) == 1 else [])


def test_a_document_that_is_read_in_pieces_is_skipped_when_it_is_over_the_limit() -> None:
    large = tale("<p>" + "x" * 400_000 + "</p>", attributes=' xml:id="large"')
    corpus = b'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">' + large + tale("<p>y</p>") + b"</teiCorpus>"
    for size in (1 << 14, 1 << 30):
        batches = scan(FORMAT, corpus, size, ReadOptions(max_document=100_000))
        assert [document.id for document in documents(batches)] == ["d1"]
        assert [(f.code, f.byte) for f in findings(batches)] == [("TEI009", corpus.index(b"<TEI"))]


def test_more_names_of_elements_than_are_remembered() -> None:
    many = "".join(f"<x{number}>a</x{number}>" for number in range(10_100))
    assert parse(FORMAT, tale(f"<p><hi>{many}</hi></p><p>b</p>"))[0].text == "a" * 10_100 + "\n\nb"


def test_the_text_begins_where_the_text_does_and_not_where_its_pictures_do() -> None:
    text, pictures = b"<text><body><p>x</p></body></text>", b"<sourceDoc><surface><zone>y</zone></surface></sourceDoc>"
    for order in (text + pictures, pictures + text):
        data = tale("").replace(b"<text><body></body></text>", order)
        (document,) = parse(FORMAT, data)
        assert document.text == "x"
        assert document.origin is not None
        assert data[document.origin.body :].startswith(b"<body>")


def test_where_reading_can_go_on() -> None:
    assert FORMAT.resync is not None
    data = ours(Document("d1", "x"), Document("d2", "y"))
    first, second = (match.start() for match in re.finditer(b"<TEI ", data))
    assert [FORMAT.resync(data, at) for at in (0, first, first + 1, second, second + 1)] == [
        first,
        first,
        second,
        second,
        -1,
    ]
    assert FORMAT.resync(data.replace(b"\n<TEI ", b" <TEI ", 1), 0) == second
    assert FORMAT.resync(data.replace(b"\n<TEI ", b" <TEI "), 0) == -1
    assert FORMAT.resync(data[first:], 0) == 0


def test_the_place_of_each_character() -> None:
    text = "a&b\x00ü\n\n<\nd"
    data = ours(Document("d0", "x"), Document("d1", text))
    batch = [batch for batch in scan(FORMAT, data) if batch.documents][-1]
    document = batch.documents[-1]
    assert document.origin is not None
    spelled = [b"a", b"&amp;", b"b", b"<g ", "ü".encode(), b"</p>", b"</p>", b"&lt;", b"<lb/>", b"d"]
    for index, expected in enumerate(spelled):
        at = FORMAT.locate(batch.region, document, len(text[:index].encode()))
        assert data[at:].startswith(expected)
    assert FORMAT.locate(batch.region, document, len(document.data)) == document.origin.body
    (batch,) = scan(FORMAT, tale("<p>x <hi>y</hi></p>"))
    (foreign,) = batch.documents
    assert foreign.origin is not None
    assert [FORMAT.locate(batch.region, foreign, at) for at in (0, 2)] == [foreign.origin.body] * 2


def test_entities_that_multiply_are_stopped() -> None:
    lines = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 12))
    batches = scan(FORMAT, tale("<p>&e11;</p>", f'<!DOCTYPE TEI [<!ENTITY e0 "0123456789">{lines}]>'))
    assert documents(batches) == []
    assert [f.code for f in findings(batches)] == ["TEI007"]
    assert batches[-1].refused


def test_depth_and_markup_have_bounds() -> None:
    deep = "<seg>" * 100_000
    assert said(tale(f"<p>{deep}"))[0][0] == "TEI008"
    wide = b'<TEI xmlns="http://www.tei-c.org/ns/1.0" n="' + b"x" * 9_000_000
    assert [f.code for f in findings(scan(FORMAT, wide, 1 << 17))] == ["TEI008"]


def test_a_document_over_the_limit_is_skipped() -> None:
    one = tale("<p>" + "x" * 5000 + "</p>", attributes=' xml:id="large"')
    corpus = b'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">' + one + tale("<p>y</p>") + b"</teiCorpus>"
    batches = scan(FORMAT, corpus, options=ReadOptions(max_document=2000))
    assert [document.id for document in documents(batches)] == ["d1"]
    assert [f.code for f in findings(batches)] == ["TEI009"]


def test_two_documents_of_ours_with_one_xml_id() -> None:
    first, other = Document("d1", "x"), Document("d1", "y")
    data = ours(first)[: -len(CORPUS_END)] + one(other) + CORPUS_END
    assert damaged(data)[0] == damaged(data, THOROUGH)[0] == [first, other]
    assert damaged(data)[1] == []
    (finding,) = damaged(data, THOROUGH)[1]
    assert (finding.code, finding.byte) == ("TEI014", data.rindex(b"<TEI "))


def test_duplicate_ids_and_pointers_to_nothing() -> None:
    inside = '<p xml:id="a">x</p>\n<p xml:id="a" corresp="#b #c #a">y</p><p xml:id="c" n="#zz">z</p>'
    assert said(tale(inside), THOROUGH) == [("TEI014", 2, 1), ("TEI015", 2, 1)]
    assert said(tale(inside)) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p xml:id='123'>a</p>", {"TEI028": "'123'"}),
        ("<p xml:id='a b'/><p xml:id=''/><p xml:id='x:y'/><p xml:id='-a'/>", {"TEI028": "'a b'"}),
        ("<p xml:id=' a '/><ref target='#a'/><p xml:id='_1.-·'/><p xml:id='Ωμέγα'/><p xml:id='名'/>", {}),
        ("<p xml:id='a'/><p xml:id=' a'/>", {"TEI014": "' a'"}),
        ("<sp who='#'><p/></sp>", {"TEI015": "'#'"}),
        ("<p xml:id='a'/><sp who='#a #'><p/></sp>", {"TEI015": "'#'"}),
        ("<p xml:id='Müller'/><ref target='#M%C3%BCller'/><ref target='#Müller'/>", {}),
        ("<ref target='#M%C3%BCller'/>", {"TEI015": "'#Müller'"}),
        ("<p xml:id='b'/><ref target='#range(left(b),right(b))'/><ref target='#string-range(b,0,3)'/>", {}),
        ("<ref target='#xpath(//p)'/><ref target='#xpointer(id(a))'/><ref target='#element(a/1)'/><ref target='#match(b,x)'/>", {}),
        ("<ref target='other.xml#x'/><sp who='psn:MacEwan'/><ref target='https://example.org/#x'/><ref target='urn:cts:a:b'/>", {}),
        ("<ref target='#x'/><ref target='#x'/><ref target='#y'/>", {"TEI015": "'#x'"}),
    ],
)  # fmt: skip
def test_names_and_pointers(body: str, expected: dict[str, str]) -> None:
    found = findings(scan(FORMAT, tale(body), options=THOROUGH))
    assert {finding.code for finding in found} == {*expected}
    for code, what in expected.items():
        assert what in next(finding.message for finding in found if finding.code == code)


XI = ' xmlns:xi="http://www.w3.org/{}" xml:id="d1"'


@pytest.mark.parametrize("draft", ["2001/XInclude", "2003/XInclude", "2001/XML/xinclude", "1999/XML/xinclude"])
def test_inclusions_of_every_draft(draft: str) -> None:
    include = '<xi:include href="two.xml"/>'
    (inside,) = findings(scan(FORMAT, tale(f"<p>x</p>{include}", attributes=XI.format(draft)), options=THOROUGH))
    assert (inside.code, "draft" in inside.message) == ("TEI022", draft != "2001/XInclude")
    header = tale("<p>x</p>", attributes=XI.format(draft)).replace(b"</teiHeader>", f"{include}</teiHeader>".encode())
    (beside,) = findings(scan(FORMAT, header, options=THOROUGH))
    assert (beside.code, beside.severity) == ("TEI021", "note")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('<include href="a.xml"/>', "TEI022"),
        ('<include xmlns="" href="a.xml"/>', "TEI022"),
        ("<include/>", ""),
        ('<xi:include xpointer="a" xmlns:xi="http://www.w3.org/2001/XInclude"/>', "TEI022"),
    ],
)
def test_inclusions_without_a_prefix(body: str, code: str) -> None:
    assert [one.code for one in findings(scan(FORMAT, tale(f"<p>x</p>{body}")))] == ([code] if code else [])


def test_pointers_into_the_common_part_of_a_corpus_lead_somewhere(tmp_path: Path) -> None:
    head = tale("").partition(b"<teiHeader>")[2].partition(b"</teiHeader>")[0].decode()
    files = {
        "root.xml": f'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0"><teiHeader>{head}<x xml:id="topic"/></teiHeader>'
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="part.xml"/></teiCorpus>',
        "persons.xml": '<listPerson xmlns="http://www.tei-c.org/ns/1.0"><person xml:id = "P1"/></listPerson>'
        + " " * (1 << 18),
        "part.xml": tale("<p ana='#topic' who='#P1 #text #P2'>x</p>").decode(),
        "other.xml": tale("<p xml:id='text'>x</p>", attributes=' xml:id="d2"').decode(),
        "broken.xml.gz": "no gzip",
        "notes.md": "# xml:id='P2'",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    told = [one for one in validate(tmp_path) if one.code == "TEI015"]
    assert [(Path(one.path).name, one.message) for one in told] == [
        ("part.xml", f"'#{name}' does not match any xml:id in the file") for name in ("text", "P2")
    ]
    alone = [one.message for one in validate(tmp_path / "part.xml") if one.code == "TEI015"]
    assert len(alone) == 4


@pytest.mark.parametrize("at", range(-60, 3, 7))
def test_names_are_found_however_the_file_is_cut(at: int) -> None:
    data = (
        b"<teiCorpus>"
        + b" " * (CHUNK + at)
        + b"<a xml:id='one'/><b  xml:id = \"two\"/>"
        + b" " * CHUNK
        + b"<c n='' xml:id='three'/>"
    )
    assert FORMAT.shared_names is not None
    assert {*FORMAT.shared_names(Pieces(data))} == {"one", "two", "three"}
    assert not list(FORMAT.shared_names(Pieces(data.replace(b"teiCorpus", b"TEI"))))


def test_a_corpus_of_inclusions_is_not_empty_and_points_into_its_parts() -> None:
    part = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="p.xml"/>'
    head = tale("").partition(b"<teiHeader>")[2].partition(b"</teiHeader>")[0].decode()
    corpus = (
        f'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0"><teiHeader who="#x">{head}</teiHeader>{part}{part}</teiCorpus>'
    )
    assert [one.code for one in findings(scan(FORMAT, corpus.encode(), options=THOROUGH))] == ["TEI021", "TEI021"]


def test_nested_corpora_and_what_their_headers_say() -> None:
    header = (
        '<teiHeader><fileDesc><titleStmt><title>All</title></titleStmt><publicationStmt><publisher>House</publisher>'
        '</publicationStmt><sourceDesc><p/></sourceDesc></fileDesc></teiHeader>'
    )  # fmt: skip
    inner = tale("<p>one</p>").decode() + tale("<p>two</p>", attributes=' xml:id="d2"').decode()
    data = f'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">{header}<teiCorpus>{header}{inner}</teiCorpus>{inner}</teiCorpus>'
    docs = parse(FORMAT, data.encode())
    assert [(document.id, document.text) for document in docs] == [("d1", "one"), ("d2", "two")] * 2
    assert [document.meta.get("publisher") for document in docs] == ["House"] * 4


def test_a_namespace_that_is_missing_or_wrong_is_fixed() -> None:
    good = tale("<p>x</p>")
    namespace = b' xmlns="http://www.tei-c.org/ns/1.0"'
    for wrong in (
        good.replace(namespace, b""),
        good.replace(b"http:", b"https:"),
        good.replace(namespace, b' xmlns=""'),
    ):
        docs, (finding,) = damaged(wrong)
        assert docs == parse(FORMAT, good)
        assert finding.code == "TEI004"
        assert finding.edit is not None
        at, length, replacement, _ = finding.edit
        assert parse(FORMAT, wrong[:at] + replacement + wrong[at + length :]) == docs
        assert said(wrong[:at] + replacement + wrong[at + length :]) == []


def test_fix_and_validate_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tale.xml"
    path.write_bytes(minidom.parseString(one(POEM)).toprettyxml().encode())
    assert main(["validate", str(path)]) == 1
    assert "TEI018" in capsys.readouterr().out
    assert main(["fix", str(path)]) == 0
    assert path.read_bytes().split(b"?>", 1)[1].lstrip() == one(POEM)
    assert main(["validate", str(path)]) == 0


def test_the_version_is_reported_without_a_parser_of_xml() -> None:
    done = command("--version", PYTHONPROFILEIMPORTTIME="1")
    assert b"lxml" not in done.stderr
    assert b"pyexpat" not in done.stderr


# -- what others found ------------------------------------------------------------------------------------------------


def test_an_xml_id_is_given_only_where_it_is_the_id(tmp_path: Path) -> None:
    header = ours(POEM).split(b"<teiHeader>")[1].split(b"</teiHeader>")[0]
    assert header  # any header will do
    tei = b'<TEI xmlns="http://www.tei-c.org/ns/1.0" n="%b">' + OTHERS + b"</TEI>\n"
    for name, is_mended in ((b"a_b", False), (b"1", False), (b"x y", False), (b"Hamlet-1", True)):
        path = tmp_path / "a.xml"
        path.write_bytes(tei % name)
        (fixed,) = fix(path)
        assert fixed.changed == is_mended
        assert [d.id for d in read(path)] == [name.decode()]
        hints = [f.hint for f in findings(scan(FORMAT, tei % name, options=THOROUGH))]
        assert ("fix" in hints[0]) == is_mended


OTHERS = (
    b"<teiHeader><fileDesc><titleStmt><title>t</title></titleStmt><publicationStmt><p>u</p></publicationStmt>"
    b"<sourceDesc><p>s</p></sourceDesc></fileDesc></teiHeader><text><body><p>x</p></body></text>"
)


def test_one_broken_file_of_a_folder_is_one_refused_document(tmp_path: Path) -> None:
    good = b'<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="g">' + OTHERS + b"</TEI>\n"
    for name, data in (("a", b"<project/>"), ("b", good[:-20]), ("c", good.replace(b"<p>x", b"<p>x & y")), ("d", good)):
        (tmp_path / f"{name}.xml").write_bytes(data)
    report = convert(tmp_path, tmp_path / "out.jsonl", on_error="skip")
    assert (report.read, report.written, report.refused) == (3, 1, 2)
    assert report.skipped == [str(tmp_path / "a.xml")]
    (tmp_path / "e.xml").write_bytes(ours(POEM)[:-30])  # a corpus that is cut: what was whole is kept
    report = convert(tmp_path, tmp_path / "out.jsonl", on_error="skip")
    assert report.committed
    (tmp_path / "e.xml").write_bytes(
        b"<teiCorpus xmlns='http://www.tei-c.org/ns/1.0'>" + good + b"& " + good + b"</teiCorpus>"
    )
    with pytest.raises(ParseError, match="not a reference"):  # nobody knows how many follow
        convert(tmp_path, tmp_path / "out.jsonl", on_error="skip")


OTHER_ROOTS = [
    b"<project/>",
    b'<?xml version="1.0"?>\n<!-- people -->\n<listPerson xmlns="http://www.tei-c.org/ns/1.0"><person/></listPerson>',
    b'<ti:textgroup xmlns:ti="http://chs.harvard.edu/xmlns/cts" urn="urn:cts:latinLit:phi0448"/>',
    b'<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
    BOM + b"<taxonomy\n/>",
    '<?xml version="1.0" encoding="UTF-16"?><rdf:RDF xmlns:rdf="x"/>'.encode("utf-16"),
    gzip.compress(b"<cpt:collection xmlns:cpt='http://purl.org/capitains/ns/1.0#'/>", mtime=0),
]


@pytest.mark.parametrize("other", OTHER_ROOTS, ids=range(len(OTHER_ROOTS)))
def test_xml_with_another_root_is_skipped_in_a_folder(other: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "c"
    folder.mkdir()
    (folder / "one.xml").write_bytes(tale("<p>x</p>"))
    name = folder / ("__cts__.xml.gz" if other[:2] == b"\x1f\x8b" else "__cts__.xml")
    name.write_bytes(other)
    for source in (folder, folder / "*.xml*"):
        report = convert(source, tmp_path / "out.jsonl")
        assert (report.read, report.skipped) == (1, [str(name)])
        assert not list(validate(source))
    with pytest.raises(ParseError, match="expected the root"):  # it was named
        convert([folder / "one.xml", name], tmp_path / "out.jsonl")
    (folder / "one.xml").unlink()
    with pytest.raises(ParseError, match="expected the root"):  # there is nothing else
        convert(folder, tmp_path / "out.jsonl")


@pytest.mark.parametrize(
    "data", [b"", b"<", b"no XML", b"<TEI.2/>", b"<TEI><", b"<!-- " + b"x" * 100_000 + b" --><a/>", b"& <a/>"]
)
def test_what_may_be_broken_tei_is_not_skipped(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "one.xml").write_bytes(tale("<p>x</p>"))
    (tmp_path / "two.xml").write_bytes(data)
    assert {Path(finding.path).name for finding in validate(tmp_path)} == {"two.xml"}


@pytest.mark.parametrize("cut", range(1, len("</teiCorpus>\n") + 30))
def test_the_end_of_a_corpus_is_fixed_or_left(cut: int, tmp_path: Path) -> None:
    data = ours(POEM)
    path = tmp_path / "a.xml"
    path.write_bytes(data[:-cut])
    (fixed,) = fix(path, unsafe_fixes=True)
    assert fixed.changed == (1 < cut <= len("\n</teiCorpus>\n"))
    if fixed.changed:
        assert list(read(path)) == [POEM]
        assert path.read_bytes().replace(b"</TEI></", b"</TEI>\n</") == data
    else:
        assert path.read_bytes() == data[:-cut]


def test_an_id_that_was_indented_is_what_its_xml_id_says() -> None:
    data = ours(POEM).replace(b'<idno type="id">d1<', b'<idno type="id">\n   d1\n  <')
    docs, (finding,) = damaged(data)
    assert docs == [POEM]
    assert (finding.code, finding.message) == ("TEI018", "the id was reformatted")
    spaced = Document("\n d1\n", "x")  # an id that is so
    assert parse(FORMAT, ours(spaced).replace(b"&#10;", b"\n")) == [spaced]
    data = ours(POEM).replace(b">a.txt<", b">\n  a.txt\n  <")
    _, (finding,) = damaged(data)
    assert finding.code == "TEI018"
    assert "the name has line ends around it" in finding.message


def test_lost_carriage_returns_are_put_back() -> None:
    letter = Document("d1", "Dear,\r\nthis.\r\n\r\nYours\r\n")
    data = ours(letter)
    for touched in (
        data.replace(b"&#13;", b""),
        data.replace(b"<lb/>", b"<lb/>\n    "),
        data.replace(b"&#13;", b"").replace(b"<lb/>", b"\n  <lb/>\n  "),
    ):
        docs, (finding,) = damaged(touched)
        assert docs == [letter]
        assert finding.code == "TEI018"


def test_a_header_that_is_damaged_costs_no_document() -> None:
    docs, found = damaged(ours(POEM).replace(b"<title>Corpus<", b"<title>Corpus & x<"))
    assert docs == [POEM]
    assert [f.code for f in found] == ["TEI001"]


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'ident="en"', b'ident="fr"'), (b'xml:lang="en"', b'xml:lang="fr"'), (b' xml:lang="en"', b""), (b'when="2024"', b'when="1999"'),
     (b' when="2024"', b""), (b'target="https://a.org/"', b'target="https://b.org/"')],
)  # fmt: skip
def test_attributes_that_contradict_the_metadata(old: bytes, new: bytes) -> None:
    document = Document("d1", "x", meta={"language": "en", "date": "2024", "licence": "https://a.org/"})
    data = ours(document)
    assert data.count(old) == 1
    docs, found = damaged(data.replace(old, new))
    assert docs == [document]
    assert [f.code for f in found] == ["TEI020"]


def test_an_entity_of_ones_own_is_no_fault_of_the_schema(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    data = ours(POEM).replace(b"<teiCorpus", b'<!DOCTYPE teiCorpus [<!ENTITY x "one line">]>\n<teiCorpus', 1)
    path.write_bytes(data.replace(b"<p>one line", b"<p>&x;"))
    assert list(validate(path)) == []


def test_a_text_of_references_takes_no_more_memory_than_others() -> None:
    import tracemalloc

    document = Document("d1", "&" * 300_000 + "\r" * 300_000)
    data = ours(document)
    tracemalloc.start()
    try:
        assert parse(FORMAT, data) == [document]
        assert tracemalloc.get_traced_memory()[1] < 12 * len(data)
    finally:
        tracemalloc.stop()


def test_a_parameter_entity_elsewhere_is_reported() -> None:
    data = (
        b'<!DOCTYPE TEI [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>\n<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="a">'
        + OTHERS
        + b"</TEI>"
    )
    assert [f.code for f in findings(scan(FORMAT, data))] == ["TEI005"]


def test_a_g_outside_of_paragraphs_is_an_edit() -> None:
    data = ours(Document("d1", "\x00one")).replace(b'<p><g ref="#d1_u0000"/>one', b'<g ref="#d1_u0000"/><p>one')
    assert b"<g" in data
    docs, (finding,) = damaged(data)
    assert (docs, finding.code) == ([], "TEI017")


def test_carriage_returns_between_paragraphs_are_line_ends() -> None:
    data = ours(POEM)
    changed = data.replace(b"</p>\n<p>", b"</p>\r\n<p>")
    assert changed != data
    assert parse(FORMAT, changed) == [POEM]


def test_a_g_that_stands_for_two_characters_is_no_character() -> None:
    data = ours(Document("d1", "a\x00b"))
    assert data.count(b'value="U+0000"') == 1
    docs, found = damaged(data.replace(b'value="U+0000"', b'value="U+0001"'))
    assert docs == []
    assert [(f.code, f.message) for f in found] == [("TEI019", "the g '#d1_u0000' stands for two characters")]


def test_metadata_comes_back_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("corpusfmt.formats.tei.write"), "MAX_METADATA", MIB)
    options = ReadOptions(limits=Limits(metadata=MIB))
    document = Document("d1", "x", meta=b'{"a":"' + b"x" * (MIB - 8) + b'"}')
    data = ours(document)
    assert parse(FORMAT, data, options=options) == [document]
    (finding,) = findings(scan(FORMAT, data.replace(b'"}<', b'x"}<', 1), options=options))
    assert (finding.code, finding.message) == ("TEI019", "the metadata is longer than 1 MiB")
    larger = Document("d1", "x", meta=document.meta_json.replace(b'"}', b'x"}'))
    assert [(loss.kind, loss.message) for loss in FORMAT.losses(larger, WriteOptions())] == [
        ("size", "the metadata is longer than 1 MiB")
    ]
    with pytest.raises(LossError, match="longer than 1 MiB"):
        ours(larger)


def test_markup_that_is_too_large_is_at_its_beginning() -> None:
    data = (
        b'<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="a">\n  <!-- '
        + b"x" * (5 << 20)
        + b"-->"
        + OTHERS
        + b"</TEI>"
    )
    (finding,) = findings(scan(FORMAT, data, 1 << 16))
    assert (finding.code, finding.line, finding.column) == ("TEI008", 2, 3)


@pytest.mark.parametrize("encoding", ["utf-16", "iso8859-1"])
def test_places_in_another_encoding_are_those_of_the_file(encoding: str) -> None:
    text = "<p>\u00e9t\u00e9 \u00e0 la mer</p>\n" * 40
    source = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="d1">\n<teiHeader/>\n'
        f'<text><body>\n{text}<ref target="#nowhere">x</ref>\n{text}</body></text>\n</TEI>\n'
    )
    data = source.encode(encoding)
    for size in (1, 100, 1 << 20):
        told = findings(scan(FORMAT, data, size, ReadOptions(thorough=True)))
        assert [f.code for f in told] == ["TEI013", "TEI015"]
        for finding, markup in zip(told, ("<TEI ", "<ref "), strict=True):
            assert data[finding.byte :].decode(encoding if encoding[:3] == "iso" else "utf-16-le").startswith(markup)


def test_a_fault_at_a_character_that_is_cut_is_reported_for_what_it_is() -> None:
    rest = "<TEI></sour \u0447</TEI>".encode()
    for inside in range(-1, 4):  # so many bytes of the character come with the first piece
        head = b"<!--%b-->" % (b"x" * (70_000 - 7 - rest.index(b"\xd1") - inside))
        finding = findings(scan(FORMAT, head + rest, 70_000))[-1]
        assert (finding.code, finding.byte) == ("TEI001", 70_000 - inside)
        finding = findings(scan(FORMAT, head + rest.replace(b"\xd1\x87", b"\xd1"), 70_000))[-1]
        assert (finding.code, finding.byte) == ("TEI024", 70_000 - inside)


def test_what_stands_outside_of_documents_is_counted_however_they_are_read() -> None:
    """Documents of ours are taken from their bytes where they are there as a whole, and else by the parser."""
    ours = write(FORMAT, [Document("a", "x\n"), Document("b", "y\n")])
    data = ours.replace(CORPUS_END, b"<p>stray</p>\n<p>more</p>\n" + CORPUS_END)
    assert data != ours
    for size in (*range(1, 1200, 37), 1 << 20):
        batches = list(scan(FORMAT, data, size))
        assert [document.id for document in documents(batches)] == ["a", "b"]
        counts = [batch.dropped for batch in batches if batch.dropped]
        assert sum((Counter(count) for count in counts), Counter[str]()) == {"text outside of documents": 2}


@pytest.mark.parametrize("rest", ["stray & bad", "stray &x; bad", "stray \x01 bad", "stray </x>", "stray<!-- -- -->"])
def test_text_before_a_fault_is_counted_however_the_file_is_cut(rest: str) -> None:
    """It is buffered, and was lost when the fault came in the same piece."""
    head = f'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/><TEI>{OTHERS.decode()}</TEI>'
    for before in range(len(rest) + 1):  # the second piece begins behind so much of the rest
        comment = f"<!--{'x' * (80_000 - 7 - len(head) - before)}-->"
        batches = scan(FORMAT, (comment + head + rest).encode(), 80_000, ReadOptions(id_from="line"))
        assert sum(batch.dropped.get("text outside of documents", 0) for batch in batches) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "iso8859-1"])
@pytest.mark.parametrize("documents", [1, 900])
def test_what_rules_find_in_another_encoding_is_placed_in_the_file(
    encoding: str, documents: int, tmp_path: Path
) -> None:
    text = f"<text><body><p>\u00e9t\u00e9 \u00e0 la {'mer ' * 300}</p></body></text>"
    plain = f'<TEI xmlns="http://www.tei-c.org/ns/1.0">{text}</TEI>\n' * documents
    last = '<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="last"><text><body><p>&#xFFFD;</p></body></text></TEI>'
    data = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">'
        f"<teiHeader/>{plain}{last}</teiCorpus>"
    ).encode(encoding)
    path = tmp_path / "a.xml"
    path.write_bytes(data)
    (finding,) = validate(path, id_from="line", select=["ENC004"])
    rest = data[finding.byte :].decode(encoding if encoding[:3] == "iso" else "utf-16-le")
    assert (finding.document, rest.partition(">")[0]) == ("last", "<body")


def test_columns_do_not_depend_on_where_characters_are_cut() -> None:
    source = tale("\n<p>" + "\u00e9\u20ac\U0001f600" * 200 + "\x1a</p>")
    expected = [f[:8] for f in findings(scan(FORMAT, source))]
    assert expected[0][5] == len(source.decode().partition("\x1a")[0].rpartition("\n")[2]) + 1
    for size in range(1, 700):
        assert [f[:8] for f in findings(scan(FORMAT, source, size))] == expected


def test_text_outside_of_documents_is_counted_once_however_it_is_cut() -> None:
    corpus = b'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">' + tale("<p>x</p>")
    corpus += b"stray text\nin two lines" + tale("<p>y</p>", attributes=' xml:id="d2"') + b" and more </teiCorpus>"
    for size in (1, 5, 100, 1 << 20):
        left = [batch.dropped for batch in scan(FORMAT, corpus, size)]
        assert sum(counts.get("text outside of documents", 0) for counts in left) == 2


def test_an_open_element_that_is_not_held_is_named_without_its_line() -> None:
    """Its documents have gone through, and so has its start tag."""
    one = b"<TEI><teiHeader/><text><body><p>" + b"words " * 2000 + b"</p></body></text></TEI>\n"
    data = b'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/>\n' + one * 60 + b"</wrong>"
    options = ReadOptions(id_from="line")
    assert [found.message for found in findings(scan(FORMAT, data, 5000, options))][-1] == (
        "<teiCorpus> is open, and the end tag </wrong> does not close it"
    )


@pytest.mark.parametrize(
    ("words", "encoding", "message", "hint"),
    [
        ("Ros\xe9 caf\xe9 m\xfcde \u201cgut\u201d", "cp1252", "in Windows-1252 it is '\xe9'", "--force-encoding cp1252"),
        ("\u0416\u0438\u043b-\u0431\u044b\u043b \u0441\u0442\u0430\u0440\u0438\u043a \u0441\u043e \u0441\u0432\u043e\u0435\u044e \u0441\u0442\u0430\u0440\u0443\u0445\u043e\u0439 \u0443 \u0441\u0430\u043c\u043e\u0433\u043e \u0441\u0438\u043d\u0435\u0433\u043e \u043c\u043e\u0440\u044f", "koi8-r", "in KOI8-R it is", "--force-encoding koi8-r"),
        ("\xff\xfe", "latin-1", "byte 0xff is not UTF-8, the encoding of the file", "--force-encoding NAME"),
    ],
)  # fmt: skip
def test_a_byte_that_is_not_utf8_is_reported_with_the_encoding_that_it_is_likely_in(
    words: str, encoding: str, message: str, hint: str
) -> None:
    data = tale("<p>%s</p>").replace(b"%s", words.encode(encoding))
    (finding,) = [one for batch in scan(FORMAT, data) for one in batch.findings if one.code == "TEI024"]
    assert message in finding.message
    assert hint in finding.hint


def test_a_file_that_is_utf8_but_for_a_byte_is_to_be_corrected() -> None:
    data = tale("<p>Ros\xe9 a\xe0 \xf6 caf%s mo\xfb</p>").replace(b"%s", b"\xe9")
    (finding,) = [one for batch in scan(FORMAT, data) for one in batch.findings if one.code == "TEI024"]
    assert finding.hint == "correct the bytes; the rest of the file is UTF-8"


@pytest.mark.parametrize(
    ("rest", "message"),
    [("\xe9".encode(), "begins in UTF-8"), (b"\xe9", "has another encoding")],
)
def test_a_wide_encoding_that_is_declared_and_is_not_there_is_reported(rest: bytes, message: str) -> None:
    data = b'<?xml version="1.0" encoding="utf-16"?><!-- ' + rest + b" -->" + tale("<p>a</p>")
    (finding,) = [one for batch in scan(FORMAT, data) for one in batch.findings]
    assert finding.message == f"the file declares 'utf-16', but {message}"
