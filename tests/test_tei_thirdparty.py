"""TEI that others wrote, as a reader would see it: what becomes of each element, and of the header."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from corpusfmt.formats.tei import FORMAT
from corpusfmt.formats.tei.thirdparty.attested import Attested
from corpusfmt.formats.tei.thirdparty.elements import ELEMENTS, ELSEWHERE, WAYS, table
from corpusfmt.formats.tei.thirdparty.flow import MISSING, collapsed
from corpusfmt.formats.tei.thirdparty.header import Heading, identity, metadata
from corpusfmt.formats.tei.thirdparty.to_text import Choices, Found, ThirdPartyText
from corpusfmt.model.format import ReadOptions
from corpusfmt.model.known_metadata import known
from tests.support import DATA, calls, documents, ends, needs_data, scan

NS = "http://www.tei-c.org/ns/1.0"
SPACE = "http://www.w3.org/XML/1998/namespace "
TEIS = DATA / "tei"
ORIGINAL, INLINE, OUT = Choices(choice="original"), Choices(notes="inline"), Choices(notes="out")
FW, SPACES, JOIN = Choices(fw="inline"), Choices(lb="space"), Choices(lb="join")
A, B = Choices(witness="A"), Choices(witness="#B")


class Read:
    """The documents of an XML file, and what was found on the way. ``size`` cuts character data into pieces."""

    def __init__(self, data: bytes | str, choices: Choices | None = None, size: int = 0) -> None:
        self.found: list[Found] = []
        self.attributes: list[dict[str, str]] = []
        self.sizes: list[int] = []
        self.findings: list[tuple[str, str]] = []
        self._choices, self._size = choices or Choices(), size
        self._open: list[tuple[ThirdPartyText, dict[str, str]]] = []
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = not size
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(data, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.removeprefix(f"{NS} ")
        if name in ("TEI", "TEI.2", "teiCorpus"):
            reads = Attested if self._choices.witness else ThirdPartyText
            foreign = reads(self._choices, lambda code, message: self.findings.append((code, message)), attributes)
            self._open.append((foreign, attributes))
        elif self._open:
            self._open[-1][0].start(name, attributes)

    def _end(self, name: str) -> None:
        name = name.removeprefix(f"{NS} ")
        if name in ("TEI", "TEI.2", "teiCorpus"):
            foreign, attributes = self._open.pop()
            self.found.append(foreign.finish())
            self.sizes.append(foreign.size)
            self.attributes.append(attributes)
        elif self._open:
            self._open[-1][0].end(name)

    def _text(self, data: str) -> None:
        if self._open:
            for at in range(0, len(data), self._size or len(data)):
                self._open[-1][0].text(data[at : at + (self._size or len(data))])


def found(parts: str, choices: Choices | None = None, header: str = "", size: int = 0) -> Found:
    """Return what is found in a TEI element with these parts."""
    return Read(f'<TEI xmlns="{NS}"><teiHeader>{header}</teiHeader>{parts}</TEI>', choices, size).found[0]


def text(body: str, choices: Choices | None = None, header: str = "") -> str:
    """Return the text of a body."""
    return found(f"<text><body>{body}</body></text>", choices, header).text


def left(body: str, choices: Choices | None = None) -> dict[str, int]:
    """Return what is left behind of a body."""
    return found(f"<text><body>{body}</body></text>", choices).dropped


# -- what becomes of elements ------------------------------------------------------------------------------------------

TEXTS = [
    # blocks and white space
    ("<p>one</p><p>two</p>", "one\n\ntwo"),
    ("\n  <div>\n    <head>H</head>\n    <p>\n  one\n\t two </p>\n  </div>\n", "H\n\none two"),
    ("<p>a\u00a0 b\u2003c\u3000</p>", "a\u00a0 b\u2003c\u3000"),  # only XML's white space is white space
    ("<p>a&#13;&#10;b&#9;c</p>", "a b c"),
    ("<p> </p><p>a</p><p/><p>b</p>", "a\n\nb"),
    ("<p>a <hi> b </hi> c</p>", "a b c"),
    ("<p>un<hi>believ</hi>able</p>", "unbelievable"),
    ("<p>a<pb n='2'/>b <pb/> c<cb/>d<milestone unit='x'/><anchor/>e</p>", "ab cde"),
    ("<div><p>a</p></div><div><p>b</p></div>", "a\n\nb"),
    ("<floatingText><body><p>in</p></body></floatingText>", "in"),
    ("<p>a<floatingText><body><p>in</p></body></floatingText>b</p>", "a\n\nin\n\nb"),
    ("<p xml:space='preserve'> a\n\t b </p><p> c  d </p>", " a\n\t b \n\nc d"),
    ("<div xml:space='preserve'>\n<p>a  b</p>\n<p>c<hi>  d</hi></p>\n</div>", "a  b\n\nc  d"),
    ("<p xml:space='preserve'>a  <hi xml:space='default'> b  c </hi> d</p>", "a   b c  d"),
    ("<eg>if x:\n    y</eg><p>a</p>", "if x:\n    y\n\na"),
    ("<p><![CDATA[a  <b>]]> &amp; c</p>", "a <b> & c"),
    # what stands beside another, and pages that turn
    ("<dateline><placeName>Weimar</placeName><date>1800</date></dateline>", "Weimar 1800"),
    ("<bibl><author>Smith</author><title>Book</title><date>1900</date></bibl>", "Smith Book 1900"),
    ("<p>end\u00a0<pb/>of</p>", "end\u00a0of"),
    ("<p>end.<pb/>Start and fer-<pb/>tig, un<pb/>der, (<pb/>x</p>", "end. Start and fer-tig, under, (x"),
    ("<ab xml:space='preserve'>\n<lb n='1'/>one\n<lb n='2'/>two\n</ab>", "\none\ntwo\n"),
    ("<p>a<!-- c -->b<?pi?>c</p>", "abc"),
    ("<nonsense>a<other>b</other></nonsense>", "ab"),
    ("<x:a xmlns:x='urn:x'><x:b>a</x:b><x:b>b</x:b></x:a>", "a b"),  # a stranger's paragraphs, perhaps
    (
        "<formula><m:math xmlns:m='http://www.w3.org/1998/Math/MathML'><m:mi>x</m:mi><m:mn>2</m:mn></m:math></formula>",
        "x 2",
    ),
    ("<p>See <e:egXML xmlns:e='http://www.tei-c.org/ns/Examples'>&lt;p&gt;</e:egXML>.</p>", "See <p>."),
    # lists and tables
    ("<p>a:<list><head>H</head><item>x</item><item>y</item></list>b</p>", "a:\nH\nx\ny\nb"),
    ("<list><label>1</label><item>x</item><label>2</label><item>y</item></list><p>z</p>", "1\nx\n2\ny\n\nz"),
    ("<list><item>x<list><item>y</item></list></item></list>", "x\ny"),
    (
        (
            "<table><head>H</head><row><cell>a</cell><cell/><cell> b\n</cell></row><row>\n<cell/>\n<cell>c</cell>\n<cell/></row>"
            "</table><p>d</p>"
        ),
        "H\na\t\tb\n\tc\n\nd",
    ),
    ("<table><row><cell><p>a</p><p>b<lb/>c</p></cell><cell>d</cell></row></table>", "a b c\td"),
    (
        "<table><row><cell><table><row><cell>a</cell><cell>b</cell></row></table></cell><cell>c</cell></row></table>",
        "a b\tc",
    ),
    # verse and drama
    ("<head>T</head><lg><l>a</l><l>b</l></lg><lg><l>c</l></lg>", "T\n\na\nb\n\nc"),
    ("<lg><lg><l>a</l></lg><lg><l>b</l></lg></lg>", "a\n\nb"),
    ("<p>He sang <lg><l>a</l><l>b</l></lg> loudly</p>", "He sang\n\na\nb\n\nloudly"),
    ("<p>He sang <q><l>a</l><l>b</l></q> loudly</p>", "He sang\na\nb\nloudly"),
    (
        (
            "<sp><speaker>X.</speaker><stage>aside</stage><p>a <stage>Exit</stage>b</p><p>c</p></sp><stage>Enter Y.</stage>"
            "<sp><speaker>Y.</speaker><l>d</l><stage>Bows</stage><l>e</l></sp>"
        ),
        "X.\naside\na Exit b\nc\n\nEnter Y.\n\nY.\nd\nBows\ne",
    ),
    ("<sp><speaker>X</speaker><lg><l>a</l></lg><lg><l>b</l></lg></sp>", "X\na\n\nb"),
    ("<sp><l>Say,<stage>(aside)</stage>what</l></sp>", "Say, (aside) what"),
    ("<sp><l>(<stage>aside</stage>), what</l></sp>", "(aside), what"),
    ("<p>他<stage>笑</stage>說</p>", "他笑說"),
    ("<castList><castItem><role>A</role><roleDesc>king</roleDesc></castItem></castList>", "A king"),
    ("<castItem><role>A</role><roleDesc>, a king</roleDesc></castItem><castItem>B</castItem>", "A, a king\nB"),
    ("<u>well</u><u><seg>you said</seg><pause/><seg>fish</seg><seg>fingers</seg></u>", "well\nyou said fish fingers"),
    ("<u>a<incident><desc>cough</desc></incident>b</u>", "a b"),
    ("<p><s>One.</s><s>Two.</s></p>", "One. Two."),
    ("<p><w>do</w><w>n't</w> <w>go</w> <pc join='left'>!</pc></p>", "don't go!"),
    ("<p><pc join='right'>«</pc>\n<w>a</w>\n<pc join='both'>-</pc>\n<w>b</w></p>", "«a-b"),
    # a block here, a phrase there
    ("<p>a</p><quote>b</quote><p>c</p>", "a\n\nb\n\nc"),
    ("<p>a <quote>b</quote>, c</p>", "a b, c"),
    ("<p>a <q><p>b</p></q> c</p>", "a\n\nb\n\nc"),
    ("<p><q>a</q><q>b</q></p>", "a b"),
    ("<cit><quote>a</quote><bibl>B, <title>T</title></bibl></cit><p>c</p>", "a\nB, T\n\nc"),
    ("<p>x <cit><quote>a</quote><bibl>B</bibl></cit>.</p>", "x a B."),
    ("<ab>a</ab><ab>b</ab>", "a\n\nb"),
    ("<figure><head>H</head><graphic url='x'/><figDesc>D</figDesc></figure><p>a</p>", "H\n\na"),
    ("<p>a<figure><graphic/></figure>, b</p>", "a, b"),
    (
        "<opener><dateline>D</dateline><salute>S,</salute></opener><p>a</p><closer>b <signed>N</signed></closer>",
        "D\nS,\n\na\n\nb\nN",
    ),
    ("<p><persName><forename>A</forename><surname>B</surname></persName>'s (<surname>C</surname>)</p>", "A B's (C)"),
    ("<p><address><addrLine>1 X St</addrLine><addrLine>Y</addrLine></address></p>", "1 X St\nY"),
    ("<p>at <address><street>1 X St</street><settlement>Y</settlement></address>.</p>", "at 1 X St Y."),
    (
        (
            "<listBibl><biblStruct><monogr><author>A</author><title>T</title><imprint><date>1</date></imprint></monogr></biblStruct>"
            "<bibl>B</bibl></listBibl>"
        ),
        "A T 1\nB",
    ),
    ("<listPerson><person><persName>A</persName><birth>1</birth><note>n</note></person></listPerson>", "A 1\nn"),
    ("<entry><form><orth>a</orth><pron>b</pron></form><sense><def>c</def></sense></entry>", "a b\nc"),
    # line beginnings
    ("<p>a<lb/>b</p>", "a\nb"),
    ("<p><lb/>a <lb/> b <lb/></p><p>c</p>", "a\nb\n\nc"),
    ("<p>a<lb/><lb/>b</p>", "a\nb"),
    ("<p>exam<lb break='no'/>ple</p>", "example"),
    ("<p>exam-\n  <lb break='no'/>\n ple</p>", "example"),
    (
        "<p>exam\u2010<lb break='no'/>ple ex\u00ad<lb break='no'/>am ex\u00ac<lb break='no'/>am x\u2014<lb break='no'/>y</p>",
        "example exam exam x\u2014y",
    ),
    ("<p>exam<pc>-</pc><lb break='no'/>ple</p>", "example"),
    ("<p>exam--<lb break='no'/><lb break='no'/>ple</p>", "exam-ple"),
    ("<p>exam-\n<pb/>\n<fw>12</fw>\n<lb break='no'/>ple</p>", "example"),
    ("<p>exam- <pb break='no'/> <lb/> ple</p>", "example"),
    ("<p>exam- <lb/> <pb break='no'/> ple</p>", "example"),
    (
        "<p>exam<cb break='no'/> ple exam <milestone break='no' unit='x'/>ple exam <gb break='no'/>ple</p>",
        "example example example",
    ),
    ("<p xml:space='preserve'>exam- \n<lb break='no'/> \nple</p>", "example"),
    ("<p>a <lb break='yes'/>b<lb break='maybe'/>c</p>", "a\nb\nc"),
    ("<p>a</p><lb break='no'/><p>b</p>", "a\n\nb"),
    ("<p><lb break='no'/>a</p>", "a"),
    ("<p>-<lb break='no'/><lb break='yes'/>a</p>", "-\na"),
    ("<p>-<lb break='no'/>b c</p>", "b c"),
    ("<l>moun-</l><l>tain</l>", "moun-\ntain"),
    ("<l part='I'>moun</l><l part='F'>tain</l>", "moun\ntain"),
    ("<l>the moun-<lb break='no'/></l><l>tain is</l>", "the mountain is"),
    ("<l>the moun-<lb break='no'/> </l> <l> tain is</l>", "the mountain is"),
    ("<l>the moun</l><l><lb break='no'/>tain is</l>", "the mountain is"),
    ("<l>the moun-</l><lb break='no'/><l>tain is</l>", "the mountain is"),
    ("<l>the moun</l><pb break='no'/><l n='2'><hi>tain</hi> is</l>", "the mountain is"),
    ("<l>the <w part='I'>moun-</w></l><l><w part='F'>tain</w> is</l>", "the mountain is"),
    ("<l>the <w next='#b'>moun</w></l><pb/><l><w xml:id='b'>tain</w> is</l>", "the mountain is"),
    ("<l>the <w part='I'>moun-</w></l><l>x <w part='F'>tain</w></l>", "the moun-\nx tain"),
    ("<l>the moun<lb break='yes'/></l><l>tain</l>", "the moun\ntain"),
    ("<lg><l>moun-<lb break='no'/></l></lg><lg><l>tain</l></lg>", "moun-\n\ntain"),
    ("<l>moun-<lb break='no'/></l><item>tain</item>", "moun-\ntain"),
    ("<sp><speaker>A</speaker><l>moun-<lb break='no'/></l><l>tain</l></sp>", "A\nmountain"),
    ("<l><choice><sic>moun-<lb break='no'/></sic><corr>moun</corr></choice></l><l>tain</l>", "moun\ntain"),
    ("<p>moun-<pb break='no'/></p><p>tain</p>", "moun-\n\ntain"),
    ("<p>a</p><listWit><head>Sigla</head><witness>Codex <hi>B</hi></witness></listWit>", "a"),
    (
        "<div><head>Sources</head><listWit><witness>A</witness></listWit><p>They differ.</p></div>",
        "Sources\n\nThey differ.",
    ),
    ("<row><choice><sic><cell>x</cell><cell/></sic><corr><cell>a</cell><cell>b</cell></corr></choice></row>", "a\tb"),
    ("<cell>a</cell><cell>b</cell>c", "a b c"),
    ("<u>un<pb/>done<lb/>a<anchor/></u>", "undone\na"),
    # spaces, gaps, characters
    ("<p>a<space/>b <space quantity='3'><desc>x</desc></space> c</p>", "a b c"),
    ("<p>a <gap/> b</p>", "a b"),
    ("<p><g>x</g><g ref='#no'/>y</p>", "xy"),
    # choosing
    ("<p>a<choice>\n<sic>b</sic>\n<corr>c</corr>\n</choice>d</p>", "acd"),
    ("<p><choice><corr>c</corr><sic>b</sic></choice> <choice><orig>o</orig><reg>r</reg></choice></p>", "c r"),
    (
        "<p><choice><abbr>D<am>r</am></abbr><expan>D<ex>octo</ex>r</expan></choice> <choice><am>&amp;</am><ex>et</ex></choice></p>",
        "Doctor et",
    ),
    ("<p><choice><sic>a</sic><orig>b</orig></choice><choice><seg>c</seg><seg>d</seg></choice></p>", "ac"),
    ("<p><choice><orig>o</orig><choice><sic>s</sic><corr>c</corr></choice></choice></p>", "c"),
    ("<p><choice><sic>a</sic><corr/></choice>b</p>", "b"),
    ("<p><sic>a</sic> <corr>b</corr> <orig>c</orig> <reg>d</reg> <abbr>e</abbr> <expan>f</expan></p>", "a b c d e f"),
    ("<p>ex-<choice><sic><lb break='no'/>a</sic><corr>b</corr></choice></p>", "ex-b"),
    ("<choice><sic><p>a</p></sic><corr><p>b</p></corr></choice><p>c</p>", "b\n\nc"),
    ("<p>x<choice><sic>a<note>N</note></sic><corr>b<note>M</note></corr><note>O</note></choice></p>", "xb\n\nM\n\nO"),
    ("<p>a<del>b</del><surplus>c</surplus>d</p>", "ad"),
    ("<p>a<subst>\n<del>b</del>\n<add>c</add>\n</subst>d</p>", "acd"),
    ("<p>a<restore><del>b</del></restore><del>c</del></p>", "ab"),
    ("<p>a<app>\n<rdg>x</rdg>\n<lem>y</lem>\n<rdg>z</rdg></app>b</p>", "ayb"),
    ("<p><app><rdg>x</rdg><rdg>z</rdg></app></p>", "x"),
    ("<p><app>\n<rdgGrp>\n<rdg>x</rdg>\n<rdg>y</rdg></rdgGrp> <rdgGrp><lem>z</lem></rdgGrp></app></p>", "z"),
    (
        "<p><app><lem>x<wit>A</wit></lem><rdg><choice><sic>a</sic><corr>b</corr></choice></rdg><witDetail>D</witDetail></app></p>",
        "x\n\nD",
    ),
    ("<p>a<rdgGrp><rdg>x</rdg><lem>y</lem></rdgGrp>b</p>", "ayb"),
    ("<p><app><lem>x<rdgGrp><rdg>a</rdg><rdg>b</rdg></rdgGrp></lem></app></p>", "xa"),
    ("<p>x<ruby><rb>漢</rb><rt>かん</rt></ruby></p>", "x漢"),
    # white space that is kept, in pieces
    ("<p xml:space='preserve'>con-<lb break='no'/>\n <hi>tinued</hi></p>", "continued"),
    ("<p xml:space='preserve'>a<hi> \n</hi><lb break='no'/>b</p>", "ab"),
    ("<p xml:space='preserve'><hi> \n</hi><lb break='no'/>b</p>", "b"),
    ("<p>a<note xml:space='preserve'>N  n</note> b  c</p>", "a b c\n\nN  n"),
    ("<p>a</p><p><pc join='left'>,</pc>b</p>", "a\n\n,b"),
    # notes and forme work
    ("<p>a<note>N <hi>n</hi></note>, b</p><p>c<note><p>M</p><p>m</p></note></p>", "a, b\n\nc\n\nN n\n\nM\n\nm"),
    ("<p>a<note>N<note>inner</note></note></p>", "a\n\nN\n\ninner"),
    ("<p>a</p><note>N</note><p>b</p>", "a\n\nN\n\nb"),
    ("<lg><l>a</l><note>N</note><l>b</l></lg>", "a\nb\n\nN"),
    ("<p>a<noteGrp>\n<note>N</note>\n<note>M</note>\n</noteGrp>.</p>", "a.\n\nN\n\nM"),
    ("<fw>12</fw><p>a <fw>13<note>N</note></fw>b</p>", "a b"),
    ("<p>a<index><term>t</term></index><span>s</span><interp>i</interp>b</p>", "ab"),
    ("<p>a<fs><f><string>x</string></f></fs><metamark>+</metamark><certainty/>b</p>", "ab"),
]


@pytest.mark.parametrize(("body", "expected"), TEXTS)
def test_what_a_reader_sees(body: str, expected: str) -> None:
    assert text(body) == expected


@pytest.mark.parametrize(
    ("choices", "body", "expected"),
    [
        (ORIGINAL, "<p>a<choice><corr>c</corr><sic>b</sic></choice><choice><reg>r</reg><orig>o</orig></choice></p>", "abo"),
        (ORIGINAL, "<p><choice><expan>x</expan><abbr>y</abbr></choice><choice><ex>et</ex><am>&amp;</am></choice></p>", "y&"),
        (ORIGINAL, "<p><choice><reg>a</reg><unclear>b</unclear></choice></p>", "a"),
        (ORIGINAL, "<p>a<del>b</del><surplus>c</surplus><subst><add>x</add><del>d</del></subst><add>e</add></p>", "abcde"),
        (ORIGINAL, "<p><app><rdg>x</rdg><lem>y</lem></app></p>", "y"),
        (INLINE, "<p>a<note>N <p>x</p><p>y</p></note>b<note/>c</p>", "a N x y b c"),
        (INLINE, "<p>a<note><list><item>x</item><item>y<lb/>z</item></list></note>b</p><p>c</p>", "a x y z b\n\nc"),
        (INLINE, "<lg><l>a</l><note>N</note><l>b</l></lg>", "a\nN\nb"),
        (INLINE, "<p>a</p><note>N</note><p>b</p>", "a\n\nN\n\nb"),
        (INLINE, "<p>a<note>b<lb/></note>c</p>", "a b c"),
        (INLINE, "<p>a<note>b.<lb/></note>c<lb/>d</p>", "a b. c\nd"),
        (OUT, "<p>a<note>N</note>, b</p><note>M</note>", "a, b"),
        (FW, "<fw>12</fw><p>a<fw>13</fw>b</p>", "12\n\na 13 b"),
        (SPACES, "<p>a<lb/>b <lb/>c<lb break='no'/>d</p><l>e</l>", "a b cd\n\ne"),
    ],
)  # fmt: skip
def test_what_a_reader_wants(choices: Choices, body: str, expected: str) -> None:
    assert text(body, choices) == expected


def test_what_is_dropped_is_counted() -> None:
    assert left("<div><head>a</head><p>b<lb/>c <hi>d</hi><pb/><hi/></p><lg><l>e</l></lg></div>") == {"hi": 2, "pb": 1}
    assert left("<p><note>a</note><fw>b</fw><fw/><del>c</del><gap/></p>") == {
        "note": 1, "text of fw": 1, "fw": 1, "text of del": 1, "gap": 1,
    }  # fmt: skip
    assert left("<p>a<note>b</note></p>", OUT) == {"text of note": 1}
    assert left("<p>a-<lb break='no'/>b-<pb break='no'/><lb break='no'/>c</p>") == {"hyphens before lb": 2, "pb": 1}
    assert left("<p><g ref='#x'/><g>y</g></p>") == {"g": 1, "g without a mapping": 1}
    assert left("<p><index><term>a</term><term>b</term></index><graphic/></p>") == {"text of index": 1, "graphic": 1}


def test_what_a_gap_holds_is_counted() -> None:
    assert left("<p>a<gap><desc>x</desc></gap>b<gap/></p>") == {"gap": 1, "text of gap": 1}


def test_what_is_not_chosen_is_counted_once() -> None:
    choice = "<p><choice><sic><hi>a</hi></sic><corr><hi>b</hi><emph>c</emph></corr><reg>d</reg></choice></p>"
    assert left(choice) == {"choice": 1, "text of sic": 1, "corr": 1, "hi": 1, "emph": 1, "text of reg": 1}
    assert left(choice, ORIGINAL) == {"choice": 1, "sic": 1, "hi": 1, "text of corr": 1, "text of reg": 1}
    group = "<p><app><rdgGrp><rdg>a</rdg></rdgGrp><lem><hi>b</hi></lem><rdg/></app></p>"
    assert left(group) == {"app": 1, "rdgGrp": 1, "text of rdg": 1, "lem": 1, "hi": 1, "rdg": 1}


def test_the_parts_of_a_document() -> None:
    source = "<sourceDoc><surface><zone><line>a</line><line>b</line></zone></surface></sourceDoc>"
    assert found(source).text == "a\nb"
    both = found(f"{source}<text><body><p>c</p></body></text>")
    assert (both.text, both.dropped) == ("c", {"text of sourceDoc": 1})
    assert found(f"<text><body><p>c</p></body></text>{source}") == both
    group = "<text><front><p>a</p></front><group><text><body><p>b</p></body></text></group><back><p>c</p></back></text>"
    assert found(group).text == "a\n\nb\n\nc"
    others = found(
        "<facsimile><p>a</p></facsimile><standOff><p>b</p></standOff><fsdDecl/><x>c</x>d<text><body/></text>"
    )
    assert (others.text, others.has_text) == ("", True)
    assert others.dropped == {
        "text of facsimile": 1, "text of standOff": 1, "fsdDecl": 1, "text of x": 1, "text outside of text": 1,
    }  # fmt: skip
    assert not found("<facsimile/>").has_text


@pytest.mark.parametrize(
    ("body", "times"),
    [
        ("<p>fi<lb/>gures and co<lb/><hi>lours</hi></p>", 2),
        ("<p>fi<hi>r<lb/></hi>es</p>", 1),
        ("<p>a <lb/>b a<lb/> b a<lb break='yes'/>b a-<lb/>b 1<lb/>2 a<lb break='no'/>b <pb/>a</p>", 0),
        ("<l>a<lb/></l><l>b</l>", 0),
        ("<p>fi<pb break='no'/><lb/>gures fi<lb/><pb break='no'/>gures</p>", 0),
        ("<table><row><cell>fi<lb/>gures</cell></row></table>", 1),
    ],
)
def test_line_breaks_that_may_stand_inside_words_are_reported(body: str, times: int) -> None:
    read = Read(f'<TEI xmlns="{NS}"><text><body>{body}</body></text></TEI>')
    assert [code for code, _ in read.findings] == ["TEI016"] * times
    for _, message in read.findings:
        assert re.fullmatch(r"a line begins between '\w+' and '\w+'; it may be inside a word", message)


def test_a_line_break_is_reported_at_its_place() -> None:
    places: list[int] = []
    beginning = iter(range(100))
    foreign = ThirdPartyText(Choices(), lambda _code, _message: places.append(foreign.at), {}, lambda: next(beginning))
    for name in ("text", "body", "p"):
        foreign.start(name, {})
    for word in ("fi", "gures co", "lours"):
        foreign.text(word)
        foreign.start("lb", {})
        foreign.end("lb")
    foreign.text(" x")
    foreign.finish()
    assert places == [0, 1]  # the third comes before a space


def test_characters_that_the_header_declares() -> None:
    header = (
        "<encodingDesc><charDecl>"
        '<char xml:id="a"><charName>A</charName><mapping type="PUA">U+E304</mapping><mapping type="standard">ꝑ</mapping></char>'
        '<glyph xml:id="b"><mapping type="x">b1</mapping><mapping type="y">b2</mapping></glyph>'
        '<char xml:id="c"><mapping type="PUA">U+E305</mapping></char>'
        f'<char xml:id="d"><mapping>{"long" * 20}</mapping></char><char xml:id="e"><mapping>U+D800</mapping></char>'
        "</charDecl></encodingDesc>"
    )
    body = "<p><g ref='#a'/> <g ref='#b'/> <g ref='#c'/>|<g ref='#d'/><g ref='#e'/><g ref='a'/><g ref='#a'>own</g></p>"
    assert text(body, header=header) == "ꝑ b1 \ue305|own"


def test_the_table_for_the_docs() -> None:
    assert table().count("\n") == len(WAYS) + len(ELSEWHERE) + 3
    assert "| `lg` | a stanza, set off by blank lines |" in table()
    names = [name for way in WAYS for name in way.elements.split()]
    assert len(names) == len(set(names)) == len(ELEMENTS)


@needs_data
def test_every_element_that_may_stand_in_a_text_is_in_the_table() -> None:
    schema = etree.parse(DATA / "schema" / "tei_all-4.12.0.rng", etree.XMLParser(huge_tree=True))
    everything = {e.get("name") for e in schema.iter("{http://relaxng.org/ns/structure/1.0}element")} - {None}
    only_header = everything - set(ELEMENTS)
    assert len(only_header) < 90
    assert {"encodingDesc", "profileDesc", "revisionDesc", "charDecl", "TEI", "teiCorpus", "egXML"} <= only_header
    assert set(ELEMENTS) - everything == {"re"}  # of TEI P4 and older P5


# -- laws --------------------------------------------------------------------------------------------------------------

BLOCKS = ("div", "p", "head", "lg", "l", "list", "item", "table", "row", "sp", "speaker", "figure")
PHRASES = ("hi", "seg", "pb", "ref", "foreign")
LEFT = ("del", "fw", "gap", "index")
PIECES = st.sampled_from(["a", "be", " ", "\n  ", "c d", "e ", " f", "\t", "\u00a0", "g-", "é"])


def _elements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    content = st.lists(st.one_of(PIECES, inner), max_size=4).map("".join)
    named = st.tuples(st.sampled_from([*BLOCKS, *PHRASES, *LEFT, "note", "cell"]), content)
    chosen = st.tuples(st.sampled_from(["", "\n "]), content, content, st.booleans())
    return st.one_of(
        named.map(lambda it: f"<{it[0]}>{it[1]}</{it[0]}>"),
        chosen.map(
            lambda it: (
                "<choice>{0}<corr>{2}</corr>{0}<sic>{1}</sic></choice>" if it[3] else "<choice>{0}<sic>{1}</sic><corr>{2}</corr></choice>"
            ).format(*it)
        ),
        st.just("<lb/>"),
    )  # fmt: skip


BODIES = st.lists(st.recursive(PIECES, _elements, max_leaves=25), max_size=5).map("".join)


@given(BODIES, st.integers(1, 3), st.sampled_from([Choices(), ORIGINAL, INLINE, OUT, FW, SPACES]))
def test_how_text_comes_in_pieces_does_not_matter(body: str, size: int, choices: Choices) -> None:
    parts = f"<text><body>{body}</body></text>"
    header = f"<fileDesc><titleStmt><title>{body}</title><author>x {body}</author></titleStmt></fileDesc>"
    assert found(parts, choices, header, size) == found(parts, choices, header)


def slow_words(element: Any, notes: list[str], *, breaks: bool, flat: bool) -> str:
    """Return the words of an element, white space between them, by a walk that is as plain as can be."""
    name = etree.QName(element).localname
    if name in LEFT:
        return ""
    if name == "note":
        inner: list[str] = []
        words = slow_inside(element, inner, breaks=False, flat=False)
        if breaks:  # it stands between blocks, and stays there
            notes += inner
            return f" {words} "
        notes += [words, *inner]
        return ""
    if name == "choice":
        return slow_words(
            next(child for child in element if child.tag.endswith("corr")), notes, breaks=breaks, flat=flat
        )
    if name == "lb":
        return " "
    if name in BLOCKS or name == "cell":
        return f" {slow_inside(element, notes, breaks=name == 'div' and not flat, flat=flat or name == 'cell')} "
    return slow_inside(element, notes, breaks=breaks, flat=flat)


def slow_inside(element: Any, notes: list[str], *, breaks: bool, flat: bool) -> str:
    words = element.text or ""
    for child in element:
        words += slow_words(child, notes, breaks=breaks, flat=flat) + (child.tail or "")
    return words


def split(words: str) -> list[str]:
    return re.findall(r"[^ \t\r\n]+", words)


@given(BODIES)
def test_the_words_are_those_of_a_slow_walk(body: str) -> None:
    notes: list[str] = []
    tree = etree.fromstring(f"<body>{body}</body>")
    words = slow_inside(tree, notes, breaks=True, flat=False)
    seen = text(body).replace(MISSING, "")
    assert split(seen) == split(" ".join([words, *notes]))
    assert seen == seen.strip(" \n")
    assert not re.search(r" [ \n\t]|[\t\n] |\n\n\n", seen)


@given(st.text(alphabet=" \t\n\ra\u00a0\u2003é", max_size=50))
def test_white_space_is_that_of_xml(data: str) -> None:
    assert collapsed(data) == re.sub(r"[ \t\n\r]+", " ", data)


@given(BODIES)
def test_all_markup_and_all_text_is_in_the_text_or_counted(body: str) -> None:
    count = found(f"<text><body>{body}</body></text>").dropped
    tree = etree.fromstring(f"<body>{body}</body>")
    inside = "ancestor::del or ancestor::fw or ancestor::gap or ancestor::index or ancestor::sic"
    for name in ("hi", "note", "seg", "pb"):
        assert count.get(name, 0) == tree.xpath(f"count(//{name}[not({inside})])")
    unchosen = tree.xpath(f"count(//sic[not({inside})])")
    assert count.get("sic", 0) + count.get("text of sic", 0) == unchosen


@pytest.mark.undisturbed
@pytest.mark.parametrize(
    "body",
    [
        lambda n: "<p>" + " \n\t" * n + "</p>",
        lambda n: "<p>" + "-" * n + "<lb break='no'/>" * (n // 5) + "</p>",
        lambda n: "<p xml:space='preserve'>" + "-" * n + "<lb break='no'/> " * (n // 5) + "</p>",
        lambda n: "<p>" + "<choice><sic>a</sic>" * 100 + "x" * n + "<corr>c</corr></choice>" * 100 + "</p>",
        lambda n: "<p>" + "<note/>" * n + "</p>",
        lambda n: "<table><row>" + "<cell/>" * n + "</row></table>",
        lambda n: "<p><choice>" + "<sic>a</sic>" * (n // 2) + "</choice></p>",
        lambda n: "<p>" + "<hi>a</hi> " * n + "</p>",
    ],
    ids=["spaces", "hyphens", "kept hyphens", "choices", "notes", "cells", "alternatives", "pieces"],
)
def test_time_is_linear(body: Callable[[int], str]) -> None:
    """What is called ten times as often is linear; what a call does to a long text can be the square of its length."""
    assert calls(lambda: text(body(5_000))) < 11 * calls(lambda: text(body(500)))
    with ends():
        text(body(50_000))


def test_the_size_is_that_of_the_text() -> None:
    read = Read(
        f'<TEI xmlns="{NS}"><text><body><p>  one \n two<note> three</note><del>four</del></p></body></text></TEI>'
    )
    assert read.sizes == [len("one two") + len("three")]


@pytest.mark.parametrize("kept", ["", " xml:space='preserve'"])
def test_a_text_in_many_pieces_is_the_same_text(kept: str) -> None:
    """They are made one now and then, but for those that an alternative may give back."""
    many, size = "<hi>a</hi> <hi>b</hi>" * 5000, len("a b") * 5000
    body = f"<p{kept}>{many}-<lb break='no'/>{many}<choice><sic>{many}x</sic><corr>y</corr></choice>{many}</p>"
    expected = "a b" * 10_000 + "y" + "a b" * 5000
    assert text(body) == expected
    assert len(expected) == 3 * size + 1


def test_notes_without_text_are_not_held() -> None:
    foreign = ThirdPartyText(Choices(notes="end"), lambda code, message: None)
    for name in ("text", "body", "p"):
        foreign.start(name, {})
    for data in ("", "N", ""):
        foreign.start("note", {})
        if data:
            foreign.text(data)
        foreign.end("note")
    assert [note.text() for note in foreign.notes] == ["N"]


def test_what_a_header_repeats_without_end_has_a_limit() -> None:
    authors = heading(stmt("".join(f"<author>A{number}</author>" for number in range(1100)))).authors
    assert authors == tuple(f"A{number}" for number in range(1000))


def test_the_names_that_are_counted_have_a_limit() -> None:
    assert len(left("".join(f"<a{n}/>" for n in range(5000)))) <= 1001


# -- the header --------------------------------------------------------------------------------------------------------


def heading(header: str, attributes: str = "", parts: str = "<text/>") -> Heading:
    """Return what is found of a teiHeader."""
    return Read(f'<TEI xmlns="{NS}" {attributes}><teiHeader>{header}</teiHeader>{parts}</TEI>').found[0].heading


def stmt(titles: str) -> str:
    return f"<fileDesc><titleStmt>{titles}</titleStmt></fileDesc>"


def published(parts: str) -> str:
    return f"<fileDesc><publicationStmt>{parts}</publicationStmt></fileDesc>"


def source(parts: str, rest: str = "") -> str:
    return f"<fileDesc>{rest}<sourceDesc>{parts}</sourceDesc></fileDesc>"


@pytest.mark.parametrize(
    ("field", "header", "expected"),
    [
        ("title", stmt("<title>\n A <hi>B</hi>\n</title><title>C</title>"), "A B"),
        ("title", stmt("<title type='sub'>S</title><title type='main'>M</title>"), "M: S"),
        ("title", stmt("<title type='main'>M?</title><title type='sub'>S</title>"), "M? S"),
        ("title", stmt("<title type='main' xml:lang='ru'>Р</title><title type='sub' xml:lang='en'>S</title>"), "Р"),
        ("title", stmt("<title level='s'>Series</title><title/><title level='m'>Book</title>"), "Book"),
        ("title", stmt("<title type='alt'>Only</title>"), "Only"),
        ("title", stmt("<title>A<note>n</note><lb/>B <choice><sic>x</sic><corr>y</corr></choice></title>"), "A B y"),
        ("title", source("<biblFull><titleStmt><title>No</title></titleStmt></biblFull>"), ""),
        ("authors", stmt("<author>A</author><author> B\n C</author><author/>"), ("A", "B C")),
        ("authors", stmt("<author><persName><forename>J</forename><surname>D</surname></persName></author>"), ("J D",)),
        ("authors", stmt("<author><persName><surname>D</surname>, <forename>J</forename></persName></author>"), ("D, J",)),
        ("authors", stmt("<author>\n<name>A\nB</name>\n<name>C</name>\n<idno type='x'>1</idno></author>"), ("A B, C",)),
        ("authors", stmt("<author><name>A</name> and <name>B</name></author>"), ("A and B",)),
        ("date", source("<p>x</p>", "<publicationStmt><date>2001</date></publicationStmt>"), "2001"),
        ("date", source("<bibl><date when='1862'>old</date></bibl>", "<publicationStmt><date>2001</date></publicationStmt>"),
         "1862"),
        ("date", source("<bibl type='digitalSource'><date>2005</date></bibl><bibl type='printSource'><date>1907</date></bibl>"
                        "<bibl type='firstEdition'><date>1858</date></bibl>"), "1858"),
        ("date", source("<bibl type='digitalSource'><date>2005</date><bibl type='originalSource'><date when='1772'/></bibl></bibl>"
                        "<bibl><date>1900</date></bibl>"), "1772"),
        ("date", source("<bibl type='digitalSource'><date>2005</date></bibl>"), "2005"),
        ("date", source("<bibl><date/></bibl><bibl><date notBefore='1400' notAfter='1410'/></bibl>"), "1400/1410"),
        ("date", source("<msDesc><history><origin><origDate when='0995'/></origin></history></msDesc>"), "0995"),
        ("date", source("<bibl><note><date>1</date></note><availability><date>2</date></availability></bibl>"), ""),
        ("date", "<profileDesc><creation><date when='1700'/></creation></profileDesc>" + published("<date>2001</date>"), "1700"),
        ("publisher", published("<distributor>D</distributor><authority>A</authority><publisher>P</publisher>"), "P"),
        ("publisher", published("<distributor>D</distributor><publisher/><authority>A</authority>"), "A"),
        ("publisher", published("<distributor>D</distributor>"), "D"),
        ("language", ("<profileDesc><langUsage><language ident='la' usage='5'/><language ident='de' usage='95'/></langUsage>"
                     "</profileDesc>"), "de"),
        ("language", ("<profileDesc><langUsage><language>none</language><language ident='la'>x</language><language ident='de'/>"
                     "</langUsage></profileDesc>"), "la"),
        ("licence", published("<availability><licence target=' http://x '>text</licence></availability>"), "http://x"),
        ("licence", published("<availability><p>a</p><licence><p>b</p><p>c</p></licence></availability>"), "b c"),
        ("licence", published("<availability><p>a\nb</p></availability>"), "a b"),
        ("url", published("<ref target='http://r'/><idno>x</idno><idno type='URL'>http://u</idno>"), "http://u"),
        ("url", published("<idno type='DOI'>10.5281/zenodo.1</idno>"), "https://doi.org/10.5281/zenodo.1"),
        ("url", published("<idno type='DOI'>https://doi.org/10.1/x</idno>"), "https://doi.org/10.1/x"),
        ("url", source("<bibl><ref target='http://s'/></bibl>", "<publicationStmt><ptr target='#a'/></publicationStmt>"),
         "http://s"),
        ("url", source("<bibl><ref target='viaf:1'/></bibl>"), ""),
        ("idno", published("<idno type='ISBN'>978</idno><idno type='x'>a b c</idno><idno>id7</idno>"), "id7"),
        ("idno", published("<idno type='URL'>http://x</idno>"), ""),
        *(
            ("idno", published(f"<idno type='{kind}'>978-1</idno><idno type='ours'>o1</idno>"), "o1")
            for kind in ("ISBN-13", "ISBN-10", "isbn13", "eISSN", "pISSN", "ISSN-L", "e-issn", "ISSN (online)", "epub-ISBN",
                         "ISMN", "URI.permanent", "ORCID", "OCLC", "GND-ID")
        ),
        *(("idno", published(f"<idno type='{kind}'>o1</idno>"), "o1") for kind in ("DTAID", "uriah", "VD17")),
        ("idno", published("<idno>ISBN 978-1</idno><idno>eISSN: 1</idno><idno>ISBN-13:978</idno><idno>isbnX</idno>"), "isbnX"),
        ("idno", published("<idno>DOI 10.1000/182</idno>"), "10.1000/182"),
        ("idno", published("<idno>MS 10.1000/182</idno>"), "MS 10.1000/182"),
        *(
            ("url", published(f"<idno>{doi}</idno>"), f"https://doi.org/{number}" if number else "")
            for doi, number in {
                "DOI 10.1000/182": "10.1000/182", "doi: 10.1000/182": "10.1000/182", "DOI:10.1000/182": "10.1000/182",
                "info:doi/10.1000/182": "10.1000/182", "10.1000.10/123": "10.1000.10/123", "doi 10.1/x": "10.1/x",
                "10.1/x": "", "doi10.1000/182": "", "DOI 10.1000/": "", "DOI 11.1000/182": "",
            }.items()
        ),
    ],
)  # fmt: skip
def test_what_a_header_says(field: str, header: str, expected: str | tuple[str, ...]) -> None:
    assert getattr(heading(header), field) == expected


NESTED = "<idno><idno type='URLWeb'>http://x.org/b</idno><idno type='URN'>urn:nbn:de:1</idno><idno type='DirName'>b_1800</idno></idno>"
GROBID = (
    "<fileDesc><titleStmt><title>T</title><funder/></titleStmt><publicationStmt><publisher/><availability/></publicationStmt>"
    "<sourceDesc><biblStruct><analytic><author><persName><forename type='first'>Ada</forename><surname>L</surname></persName>"
    "<affiliation>X</affiliation></author><author><persName><surname>B</surname></persName><email>b@x</email></author>"
    "<author><affiliation>Y</affiliation></author><title>T</title></analytic><monogr><author>Host</author><title>J</title>"
    "<imprint><publisher>Pub</publisher><date type='published' when='2020-01-02'>2020</date></imprint></monogr>"
    "<idno type='MD5'>AB</idno><idno type='DOI'>10.1000/x.1</idno></biblStruct></sourceDesc></fileDesc>"
    "<encodingDesc><appInfo><application ident='GROBID' version='0.8'/></appInfo></encodingDesc>"
    "<profileDesc><abstract><p>We show.</p></abstract></profileDesc>"
)
DRACOR = (
    "<fileDesc><titleStmt><title>P</title>"
    "<author><persName><forename>Лев</forename> <surname>Толстой</surname></persName>"
    "<persName xml:lang='eng'><forename>Leo</forename> <surname>Tolstoy</surname></persName><idno type='wikidata'>Q7243</idno></author>"
    "</titleStmt><publicationStmt><publisher>DraCor</publisher><idno type='URL'>https://dracor.org</idno>"
    "<idno type='wikidata' xml:base='https://www.wikidata.org/entity/'>Q1</idno>{}</publicationStmt>"
    "<sourceDesc><bibl type='digitalSource'><idno type='URL'>http://textgrid.example/rksp.0</idno>"
    "<bibl type='originalSource'><date when='1919'/></bibl></bibl></sourceDesc></fileDesc>"
)
EVENTS = (
    "<standOff><listEvent><event type='written' when='1886'/><event type='print' when='1887'/>"
    "<event type='premiere' when='1890-01-02'/><event type='battle' when='1812'/></listEvent></standOff>"
)


@pytest.mark.parametrize(
    ("field", "header", "expected"),
    [
        ("idno", published(NESTED), "b_1800"),
        ("url", published(NESTED), "http://x.org/b"),
        ("idno", published("<idno><idno><idno>deep</idno></idno></idno>"), "deep"),
        ("idno", published("<idno>out<idno>in</idno></idno>"), "out"),
        ("idno", published("<idno type='x'>http://x.org/a</idno><idno>urn:nbn:de:1</idno>"), "urn:nbn:de:1"),
        ("idno", published("<idno type='wikidata'>Q1</idno><idno type='viaf'>1</idno><idno type='dracor'>ger1</idno>"), "ger1"),
        ("authors", source("<bibl><author>A</author></bibl>"), ("A",)),
        ("authors", source("<bibl><author>A</author></bibl>", "<titleStmt><author>B</author></titleStmt>"), ("B",)),
        ("authors", source("<listBibl><bibl><author>A</author></bibl></listBibl>"), ()),
        ("authors", source("<biblStruct><monogr><author>A</author></monogr></biblStruct>"), ("A",)),
        ("authors", GROBID, ("Ada L", "B")),
        ("publisher", GROBID, "Pub"),
        ("publisher", GROBID.replace("GROBID", "other"), ""),
        ("publisher", GROBID.replace("<publisher/>", "<publisher>Own</publisher>"), "Own"),
        ("url", GROBID, "https://doi.org/10.1000/x.1"),
        ("date", GROBID, "2020-01-02"),
        ("authors", DRACOR, ("Лев Толстой",)),
        ("url", DRACOR.format(""), "http://textgrid.example/rksp.0"),
        ("url", DRACOR.format("<idno type='dracor' xml:base='https://dracor.org/id/'>rus000138</idno>"),
         "https://dracor.org/id/rus000138"),
        ("url", published("<idno type='URL'>https://dracor.org/</idno>"), "https://dracor.org/"),
        ("date", DRACOR, "1919"),
        ("authors", stmt("<author xml:lang='ru'>Лев</author><author xml:lang='en'>Leo</author>"), ("Лев",)),
        ("authors", stmt("<author xml:lang='ru'>А</author><author xml:lang='ru'>Б</author><author xml:lang='en'>A</author>"
                         "<author xml:lang='en'>B</author>"), ("А", "Б")),
        ("authors", stmt("<author xml:lang='ru'>А</author><author xml:lang='ru'>Б</author><author xml:lang='en'>A</author>"),
         ("А", "Б", "A")),
        ("authors", stmt("<author key='p:1'>A</author><author key='p:1'>B</author><author key='p:2'>C</author>"), ("A", "C")),
        ("authors", stmt("<author ref='#a'>A</author><author ref='#a' xml:lang='el'>Α</author>"), ("A",)),
        ("authors", stmt("<author><name xml:lang='en'>A</name><name xml:lang='en'>B</name></author>"), ("A, B",)),
        ("authors", stmt("<author>A</author><author>B</author>"), ("A", "B")),
    ],
)  # fmt: skip
def test_what_headers_of_published_texts_say(field: str, header: str, expected: str | tuple[str, ...]) -> None:
    assert getattr(heading(header), field) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (EVENTS, "1887"),
        (EVENTS.replace("1887", "1895"), "1890-01-02"),
        (EVENTS.replace("print", "x").replace("premiere", "y"), "1886"),
        (EVENTS.replace("print", "x").replace("premiere", "y").replace("written", "z"), "1919"),
        ("<standOff><listEvent><event type='print' notBefore='1700' notAfter='1705'/></listEvent></standOff>", "1700/1705"),
        ("<standOff><event type='print'/></standOff>", "1919"),
    ],
)  # fmt: skip
def test_the_date_of_a_play_stands_in_events(events: str, expected: str) -> None:
    assert heading(DRACOR, parts=f"{events}<text/>").date == expected
    assert heading(DRACOR, parts=f"<text/>{events}").date == expected


def test_an_abstract_is_dropped_and_counted() -> None:
    body = "<text><body><p>x</p></body></text>"
    assert found(body, header=GROBID).dropped == {"text of abstract": 1}
    assert found(body, header="<profileDesc><abstract> <p/></abstract></profileDesc>").dropped == {}
    assert found(body, header="<profileDesc><creation>x</creation></profileDesc>").dropped == {}


def test_events_have_a_limit() -> None:
    many = "<standOff>" + "<event type='print' when='1900'/>" * 1100 + "<event type='print' when='1800'/></standOff>"
    assert heading("<fileDesc/>", parts=f"{many}<text/>").date == "1900"


def test_what_the_header_of_a_corpus_says_of_the_encoding_holds_for_its_texts() -> None:
    tei = "<TEI><teiHeader>{}</teiHeader><text><body><p>a<app><lem>b</lem></app><g ref='#c'/></p></body></text></TEI>"
    chars = "<charDecl><char xml:id='c'><mapping type='standard'>ſ</mapping></char></charDecl>"
    outer = encoded("double-end-point").replace("</encodingDesc>", f"{chars}</encodingDesc>")
    own = tei.format(encoded("parallel-segmentation"))
    corpus = f'<teiCorpus xmlns="{NS}"><teiHeader>{outer}</teiHeader>{tei.format("")}{own}</teiCorpus>'.replace(
        "<TEI>", "<TEI n='1'>"
    )
    assert [document.text for document in documents(scan(FORMAT, corpus.encode()))] == ["aſ", "abſ"]


def test_languages_and_ids_of_the_elements_themselves() -> None:
    said = heading("", "xml:lang='de' n='7'", "<text xml:lang='la' xml:id='t'/>")
    assert (said.language, said.text_id) == ("la", "t")
    assert heading("", "xml:lang='de'").language == "de"
    assert identity(said._replace(title="T"), {f"{SPACE}id": "a", "n": "7"}) == ("a", "T")
    assert identity(said, {f"{SPACE}id": " a "}) == ("a", "")
    assert identity(said, {"n": "7"}) == ("7", "")
    assert identity(said, {}) == ("t", "")
    assert identity(Heading(idno="i"), {}) == ("i", "")
    assert identity(Heading(), {}) == ("", "")


def test_metadata_is_json_with_what_is_known() -> None:
    assert metadata(Heading()) == b"{}"
    full = Heading('Ü "q"', ("A", "B"), "1", "P", "de", "L", "http://x", "i")
    assert metadata(full).decode() == (
        '{"title":"Ü \\"q\\"","author":["A","B"],"date":"1","publisher":"P","language":"de","licence":"L","url":"http://x"}'
    )
    inherited = json.loads(metadata(Heading("T", ("A",), language="la"), full))
    assert inherited == {"title": "T", "author": "A", "publisher": "P", "language": "la", "licence": "L"}


def test_lists_of_strings_are_known() -> None:
    wanted = ("author", "date", "url", "language")
    assert known(metadata(Heading(authors=("A", "B"))), wanted) == {"author": "A; B"}
    assert known(b'{"authors":["A",""," "],"date":["2001","2002"],"url":[],"lang":["de",1]}', wanted) == {
        "author": "A", "date": "2001",
    }  # fmt: skip


# -- an apparatus ------------------------------------------------------------------------------------------------------

MIXED = "<p>x<app><lem>a</lem><rdg>b</rdg></app>y<app from='#p'><lem>c</lem></app><app loc='1'><rdg>d</rdg></app></p>"


def encoded(*methods: str) -> str:
    """Return a header with these methods of an apparatus."""
    said = "".join(f"<variantEncoding method='{method}' location='internal'/>" for method in methods)
    return f"<encodingDesc>{said}</encodingDesc>"


@pytest.mark.parametrize(
    ("body", "header", "expected"),
    [
        ("<p>the <anchor xml:id='a'/>ford<anchor xml:id='b'/><app from='#a' to='#b'><lem>ford</lem></app>.</p>", "", "the ford."),
        ("<p>the ford<app to='#a'><rdg>fort</rdg></app></p>", "", "the ford"),
        ("<l n='1'>the ford</l><app loc='1'><rdg>fort</rdg></app>", "", "the ford"),
        ("<p>the ford<app><rdg>fort</rdg></app></p>", encoded("location-referenced"), "the ford"),
        ("<p>the ford<app><rdg>fort</rdg></app></p>", encoded("double-end-point"), "the ford"),
        ("<p>a</p><listApp><head>H</head><app><lem>b</lem><rdg>c</rdg></app></listApp>", "", "a"),
        ("<p>a</p><listApp><app><lem>b</lem></app></listApp>", encoded("parallel-segmentation"), "a"),
        ("<p>a</p><div><listApp><listApp><app><lem>b</lem></app></listApp></listApp></div><p>c</p>", "", "a\n\nc"),
        (MIXED, "", "xay"),
        (MIXED, encoded("parallel-segmentation"), "xayd"),  # a line number beside, not instead
        (MIXED, encoded("location-referenced", "parallel-segmentation"), "xayd"),
        (MIXED, encoded("double-end-point"), "xy"),
        ("<p><app><lem>a<app from='#x'><lem>b</lem></app></lem></app></p>", "", "a"),
        ("<p><app><lem/><rdg>a</rdg></app>b</p>", "", "b"),
    ],
)  # fmt: skip
def test_an_apparatus_that_is_about_the_text_is_not_in_it(body: str, header: str, expected: str) -> None:
    assert text(body, header=header) == expected


READINGS = "<p>x<app><lem wit='#A'>a</lem><rdg wit='#B #C'>b</rdg></app>y</p>"


@pytest.mark.parametrize(
    ("choices", "body", "expected"),
    [
        (A, READINGS, "xay"),
        (B, READINGS, "xby"),
        (Choices(witness="D"), READINGS, "xay"),  # what nobody says otherwise is the lemma
        (B, "<p>x<app><rdg wit='#A'>a</rdg><rdg wit='w.xml#B'>b</rdg></app>y</p>", "xby"),
        (B, "<p>x<app><rdg wit='#A'>a</rdg><rdg wit='B'>b</rdg></app>y</p>", "xby"),
        (B, "<p>x<app><rdg wit='#A'>a</rdg><rdg wit='#C'>b</rdg></app>y</p>", "xy"),  # it has nothing here
        (B, "<p>x<app><lem>a</lem><rdg wit='#A'>c</rdg></app>y</p>", "xay"),
        (B, "<p>x<app><rdg wit='#A'>a</rdg><rdg wit='#BB'>c</rdg><rdg>d</rdg></app>y</p>", "xdy"),
        (B, "<p>x<app><lem>a</lem><rdgGrp><rdg wit='#C'>c</rdg><rdg wit='#B'>d</rdg></rdgGrp></app>y</p>", "xdy"),
        (B, "<p>x<app><lem>a</lem><rdg wit='#B'>b<app><lem>c</lem><rdg wit='#B'>d</rdg></app></rdg></app>y</p>", "xbdy"),
        (B, "<p>x<app><lem>a</lem><rdg wit='#β'>b</rdg></app>y</p>", "xby"),
        (B, "<p>x<app from='#a'><lem>a</lem><rdg wit='#B'>b</rdg></app>y</p>", "xy"),
        (B, "<p>x<rdgGrp><rdg wit='#A'>a</rdg><rdg wit='#B'>b</rdg></rdgGrp>y</p>", "xby"),
        (B, "<p>x<app><lem>a</lem><rdg wit='#B'/></app>y</p>", "xy"),  # it leaves it out
    ],
)  # fmt: skip
def test_the_readings_of_a_witness(choices: Choices, body: str, expected: str) -> None:
    witnesses = (
        "<listWit xml:id='β'><listWit><witness xml:id='B'/></listWit></listWit><listWit><witness xml:id='C'/></listWit>"
    )
    assert text(body, choices, f"<fileDesc><sourceDesc>{witnesses}</sourceDesc></fileDesc>") == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<rdg>a</rdg><wit>A</wit><rdg>b</rdg><wit>B C</wit>", "b"), ("<rdg>a</rdg><wit>C, B; D</wit><rdg>b</rdg><wit>A</wit>", "a"),
        ("<lem>a</lem>\n<wit>A</wit>\n<rdg>b</rdg>\n<wit>B</wit>", "b"), ("<lem>a</lem><rdg>b</rdg><wit>A</wit>", "a"),
        ("<lem>a</lem><wit>A</wit><rdg>b</rdg><wit>C</wit>", "a"), ("<rdg>a<wit>A</wit></rdg><rdg>b<wit>#B</wit></rdg>", "b"),
        ("<rdg>a</rdg><wit><ptr target='#A'/></wit><rdg>b</rdg><wit><ref target='w.xml#B'>Bod.</ref></wit>", "b"),
        ("<rdg wit='#A'>a</rdg><rdg wit='#C'>b</rdg><wit>B</wit>", "b"), ("<wit>B</wit><lem>a</lem><rdg>b</rdg><wit> </wit>", "a"),
        ("<lem>a</lem><rdgGrp><rdg>b</rdg><wit>C</wit><rdg>c</rdg><wit>B</wit></rdgGrp>", "c"), ("<lem>a</lem><rdg>b</rdg><note>n</note><wit>B</wit>", "b"),
        ("<lem>a</lem><rdg>b<app><lem>c</lem><rdg>d</rdg><wit>B</wit></app></rdg><wit>B</wit>", "bd"),
        ("<lem>a</lem><rdg>b</rdg><wit>\u03b2</wit>", "b"), ("<lem>a</lem><rdg><lb/>b<choice><sic>x</sic><corr>y</corr></choice></rdg><wit>B</wit>", "\nby"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [0, 1])
def test_who_has_a_reading_may_stand_behind_it(body: str, expected: str, size: int) -> None:
    """And a list of witnesses may stand before the text, outside of the header."""
    lists = "<front><listWit xml:id='\u03b2'><witness xml:id='B'/></listWit></front>"
    body = f"<text>{lists}<body><p>x <app>{body}</app> y</p></body></text>"
    data = f"<TEI xmlns='{NS}'><teiHeader/>{body}</TEI>"
    read = Read(data, Choices(notes="out", witness="B"), size)
    assert (read.found[0].text, read.sizes) == (
        f"x {expected} y".replace("  ", " ").replace(" \n", "\n"),
        [len(read.found[0].text)],
    )
    assert Read(data, Choices(notes="out"), size).found[0].text.startswith("x ")


@pytest.mark.parametrize(
    "lists",
    [
        "<standOff>{}</standOff>",
        "<text><front><div>{}</div></front></text>",
        "<standOff><listWit/></standOff><teiHeader/>{}",
    ],
)
def test_lists_of_witnesses_outside_of_the_header(lists: str) -> None:
    witnesses = "<listWit xml:id='g'><listWit xml:id='h'><witness xml:id='B'/></listWit><witness xml:id='C'/></listWit>"
    body = "<text><body><p><app><lem>a</lem><rdg wit='#h'>b</rdg></app></p></body></text>"
    for witness, expected in (("B", "b"), ("C", "a")):
        read = Read(f"<TEI xmlns='{NS}'>{lists.format(witnesses)}{body}</TEI>", Choices(witness=witness))
        assert read.found[0].text.strip() == expected


def test_an_entry_that_is_too_long_to_be_held_is_read_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "<app><rdg>a<hi>b</hi><hi>c<hi>d</hi></hi></rdg><wit>C</wit><rdg wit='#B'>e</rdg></app><app><rdg>f</rdg><wit>C</wit></app>"
    for most, expected in ((100, "xey"), (7, "xey"), (4, "xefy"), (1, "xefy")):
        monkeypatch.setattr("corpusfmt.formats.tei.thirdparty.attested._MOST", most)
        read = Read(f"<TEI xmlns='{NS}'><text><body><p>x{body}y</p></body></text></TEI>", B)
        assert (read.found[0].text, read.sizes) == (expected, [len(expected)]), most


def test_places_in_what_was_held_are_its_own() -> None:
    places, beginning = list[int](), iter(range(10))
    reader = Attested(
        Choices(witness="B"), lambda _code, _message: places.append(reader.at), {}, lambda: next(beginning)
    )
    for name in ("text", "p", "app", "rdg"):
        reader.start(name, {})
    reader.text("under")
    reader.start("lb", {})
    reader.end("lb")
    reader.text("stand")
    for name in ("rdg", "app", "p", "text"):
        reader.end(name)
    assert (reader.finish().text, places) == ("under\nstand", [2])


def test_what_txm_knows_of_words_is_not_in_the_text() -> None:
    form = "<t:form>{}</t:form><t:ana resp='#x' type='#pos'>DET</t:ana><t:ana type='#lemma'>le</t:ana>"
    body = f"<p xmlns:t='http://textometrie.org/1.0'><w>{form.format('Le')}</w> <w>{form.format('chat')}</w></p>"
    assert text(body) == "Le chat"
    assert left(body)["text of http://textometrie.org/1.0 ana"] == 4
    assert text("<p xmlns:x='http://x.org'>a <x:ana>b</x:ana></p>") == "a b"


ORIGINAL = Choices(choice="original")


@pytest.mark.parametrize(
    ("body", "edited", "original"),
    [
        ("<expan>ev<ex>er</ex>y</expan>", "every", "evy"), ("<expan>ev<am>~</am><ex>er</ex>y</expan>", "every", "ev~y"),
        ("<expan>ev<choice><am>~</am><ex>er</ex></choice>y</expan>", "every", "ev~y"), ("ev<choice><ex>er</ex><am>~</am></choice>y", "every", "ev~y"),
        ("<expan><abbr>Aug<am>g</am></abbr><ex>ustorum</ex></expan>", "Augustorum", "Augg"), ("<abbr>M<am>.</am></abbr>", "M.", "M."),
        ("<choice><abbr>ev<am>~</am>y</abbr><expan>ev<ex>er</ex>y</expan></choice>", "every", "ev~y"), ("a<am>~</am>", "a~", "a~"),
        ("<expan>a<am><g/></am></expan>b<am>~</am>", "ab~", "ab~"), ("<expan>M<am>.</am> <hi>A<am>.</am></hi></expan>.", "M A.", "M. A.."),
        ("<expan>every</expan> <ex>one</ex>", "every one", "every"),
    ],
)  # fmt: skip
def test_abbreviations(body: str, edited: str, original: str) -> None:
    assert (text(f"<p>{body}</p>"), text(f"<p>{body}</p>", ORIGINAL)) == (edited, original)


def test_signs_and_letters_of_abbreviations_that_are_left_out_are_counted() -> None:
    body = "<p><expan>ev<am>~</am><ex>er</ex>y</expan></p>"
    assert left(body) == {"expan": 1, "text of am": 1, "ex": 1}
    assert left(body, ORIGINAL) == {"expan": 1, "am": 1, "text of ex": 1}
    assert text("<u><expan>a<ex>b</ex></expan><expan>c</expan></u>") == "ab c"


def test_pointers_may_be_percent_encoded() -> None:
    header = "<encodingDesc><charDecl><char xml:id='é'><mapping>x</mapping></char></charDecl></encodingDesc>"
    assert text("<p>a<g ref='#%c3%a9'/><g ref=' #é '/></p>", header=header) == "axx"
    assert text("<p><w next='#%C3%A9'>a</w> <w xml:id='é'>b</w></p>") == "ab"
    assert text("<p><app><lem>a</lem><rdg wit='#%CE%B2'>b</rdg></app></p>", Choices(witness="β")) == "b"


def test_lists_of_witnesses_have_a_limit() -> None:
    many = "".join(f"<witness xml:id='w{number}'/>" for number in range(1100))
    header = f"<fileDesc><sourceDesc><listWit xml:id='all'>{many}</listWit></sourceDesc></fileDesc>"
    body = "<p><app><lem>a</lem><rdg wit='#all'>b</rdg></app></p>"
    assert text(body, Choices(witness="w999"), header) == "b"
    assert text(body, Choices(witness="w1000"), header) == "a"


def test_deletions_between_two_points_have_a_limit() -> None:
    """So many may be open at a time; the text of others stays."""
    begins = "".join(f"<delSpan spanTo='#e{number}'/>x" for number in range(70))
    assert text(f"<p>a{begins}<anchor xml:id='e69'/><anchor xml:id='e0'/>b</p>") == "ab"
    assert text(f"<p>a{begins}<anchor xml:id='e69'/>b</p>") == "a" + "x" * 70 + "b"


def test_where_a_witness_is_not_named_is_counted() -> None:
    body = (
        "<p><app><lem>a</lem><rdg wit='#A'>b</rdg></app> <app><lem>c</lem></app> <app from='#x'><lem>d</lem></app></p>"
    )
    assert left(body, B) == {
        "app": 2, "lem": 2, "text of rdg": 1, "app without the witness": 2, "text of app": 1,
    }  # fmt: skip
    assert "app without the witness" not in left(body)


# -- words that go on, and words that end ------------------------------------------------------------------------------

HYPHEN_KINDS = "-=\u00ac\u00ad\u058a\u2010\u2011\u2e17\u2e40"


@pytest.mark.parametrize("name", ["lb", "pb", "cb", "gb", "milestone", "anchor"])
@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ("break='yes'", "one two"),
        ("break=' yes '", "one two"),
        ("break='no'", "onetwo"),
        ("break='yes' type='inWord'", "one two"),
        ("type='hyphenInWord' rend='hidden'", "onetwo"),
        ("type='worddiv'", "onetwo"),
        ("type='old inWord'", "onetwo"),
    ],
)
def test_what_milestones_say_of_words(name: str, says: str, expected: str) -> None:
    for around in ("", " ", "\n  "):
        read = text(f"<p>one{around}<{name} {says}/>{around}two</p>")
        assert (" ".join(read.split()), name) == (expected, name)


@pytest.mark.parametrize("hyphen", HYPHEN_KINDS)
def test_hyphens_of_all_kinds_go_where_a_word_goes_on(hyphen: str) -> None:
    assert text(f"<p>moun{hyphen}<lb break='no'/>tain</p>") == "mountain"
    assert text(f"<p>moun<pc>{hyphen}</pc>\n<pb break='no'/>tain</p>") == "mountain"
    assert text(f"<p>moun{hyphen}<lb/>tain</p>") == f"moun{hyphen}\ntain"
    assert text(f"<p>moun{hyphen}\n<lb/>\ntain</p>", JOIN) == "mountain"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>moun-<lb/>tain</p>", "mountain"),
        ("<p>moun<pc>-</pc><lb/>tain</p>", "mountain"),
        ("<p>moun-<lb/><pb/><fw>12</fw>\ntain</p>", "mountain"),
        ("<p>moun-<lb/><hi>tain</hi></p>", "mountain"),
        ("<p>moun<lb/>tain</p>", "mountain"),
        ("<p>moun<lb break='maybe'/>tain hill-<lb break=' maybe '/>top</p>", "mountain hilltop"),
        ("<p>कि<lb/>ताब cafe\u0301-<lb/>s</p>", "किताब cafe\u0301s"),
        ("<p>moun <lb/>tain</p>", "moun tain"),
        ("<p>moun<lb/> tain</p>", "moun tain"),
        ("<p>moun-<lb break='yes'/>tain</p>", "moun- tain"),
        ("<p>Nord-<lb/>Süd</p>", "Nord-Süd"),
        ("<p>1914-<lb/>1918, a -<lb/>b, -<lb/>c, d—<lb/>e</p>", "1914- 1918, a - b, - c, d— e"),
        ("<p>end.<lb/>Start, 1<lb/>2</p>", "end. Start, 1 2"),
        ("<l>moun-<lb/></l><l>tain</l>", "moun-\ntain"),
        ("<p>-<lb/>a</p>", "- a"),
        ("<p>x<choice><sic>moun-<lb/>tain</sic><corr>hill-<lb/>top</corr></choice></p>", "xhilltop"),
        ("<p xml:space='preserve'>moun-<lb/>tain</p>", "mountain"),
        ("<table><row><cell>moun-<lb/>tain</cell><cell>a<lb/> b</cell></row></table>", "mountain\ta b"),
        ("<p>a<note>moun-<lb/>tain</note></p>", "a\n\nmountain"),
    ],
)
def test_lines_that_are_joined(body: str, expected: str) -> None:
    assert text(body, JOIN) == expected


@pytest.mark.parametrize("options", [Choices(), JOIN], ids=["newline", "join"])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<w>moun-<lb/>tain</w>", "mountain"), ("<w>moun<lb/>tain</w>", "mountain"), ("<w>moun\u00ac\n  <lb/>\n tain</w>", "mountain"),
        ("<w>moun-<pb/>tain</w>", "mountain"), ("<w>moun<cb/><lb/>tain</w>", "mountain"), ("<w>moun<milestone unit='x'/> tain</w>", "mountain"),
        ("<w><hi>moun-</hi><lb/><hi>tain</hi></w>", "mountain"), ("<w>moun-<fw>12</fw><lb/>tain</w>", "mountain"),
        ("<w>moun-<lb break='maybe'/>tain</w>", "mountain"), ("<w>New<lb break='yes'/>York</w>", "New|York"),
        ("<w>a</w> <w><lb/>b</w>", "a|b"), ("<w>a<lb/></w> <w>b</w>", "a|b"), ("<w>1-<lb/></w> <w>b</w>", "1-|b"),
        ("<w>a b<anchor/> c</w>", "a b c"), ("<w><w>moun-<lb/></w><w>tain</w></w>", "mountain"), ("<w>a<note>b<lb/> c</note>d</w>", "ad||b|c"),
        ("<w part='I'>moun</w><lb/><w part='F'>tain</w>", "mountain"), ("<w part='I'>moun-</w>\n<lb/>\n<w part='F'>tain</w>", "mountain"),
        ("<w part='I'>moun</w><pc>-</pc><lb/><w part='F'>tain</w>", "mountain"), ("<w part='I'>moun-<lb/></w><w part='F'>tain</w>", "mountain"),
        ("<w part='I'>moun</w><w part='F'><lb/>tain</w>", "mountain"), ("<w part='I'>a</w> <w part='M'>b</w><lb/><w part='M'>c</w><lb/> <w part='F'>d</w>", "abcd"),
        ("<w part='I'>moun</w><note>n</note><pb/><fw>3</fw><lb/><w part='F'>tain</w>", "mountain||n"),
        ("<w part='I'>moun</w><lb/> <w>tain</w>", "moun|tain"), ("<w part='N'>moun</w><lb/> <w part='F'>tain</w>", "moun|tain"),
        ("<w part='I'>moun</w> <w>x</w> <w part='F'>tain</w>", "moun x tain"), ("<w part='F'>a</w> <w part='I'>b</w>", "a b"),
        ("<w part='I'>moun</w> x <w part='F'>tain</w>", "moun x tain"), ("<w part='I'>a</w> " + "b" * 200 + " <w part='F'>c</w>", "a " + "b" * 200 + " c"),
        ("<w xml:id='a' next='#b'>moun-</w><lb/><w xml:id='b'>tain</w>", "mountain"), ("<w xml:id='a'>moun</w><lb/> <w prev='#a'>tain</w>", "moun|tain"),
        ("<w xml:id='a' next='#b'>moun</w><lb/><w prev=' #a '>tain</w>", "mountain"), ("<w next='#c'>moun</w><lb/> <w xml:id='b'>tain</w>", "moun|tain"),
        ("<w part='I' join='right'>moun</w> <w part='F'>tain</w>", "mountain"), ("<hi xml:space='preserve'><w part='I'>moun-</w>\n <lb/> <w part='F'>tain</w></hi>", "mountain"),
        ("<hi xml:space='preserve'>moun<hi>-</hi>\n<hi> </hi><lb break='no'/> tain</hi>", "mountain"),
        ("<hi xml:space='preserve'> <hi> </hi><lb break='no'/> tain</hi>", "tain"),
    ],
)  # fmt: skip
def test_a_line_that_begins_inside_of_a_word_does_not_end_it(body: str, expected: str, options: Choices) -> None:
    lines = expected.replace("||", "\n\n").replace("|", " " if options is JOIN else "\n")
    read = Read(f"<TEI xmlns='{NS}'><text><p>{body}</p></text></TEI>", options)
    assert (read.found[0].text, read.findings) == (lines, [])
    assert len(read.found[0].text) == read.sizes[0] + 2 * read.found[0].text.count("\n\n")


def test_hyphens_that_go_are_counted() -> None:
    assert left("<p>moun-<lb/>tain, Nord-<lb/>Süd<note>hill-<lb/>top</note></p>", JOIN) == {
        "hyphens before lb": 2,
        "note": 1,
    }
    assert left("<p><w>moun-<lb/>tain</w></p>") == {"w": 1, "hyphens before lb": 1}
    choice = "<p><choice><sic>a-<lb/>b</sic><corr>c-<lb/>d-<lb/>e</corr></choice></p>"
    assert left(choice, JOIN)["hyphens before lb"] == 2


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>cas<gap reason='x'><desc>worms</desc></gap>le</p>", "cas[…]le"),
        ("<p>cas<gap/><gap/>le, 18<gap/>4</p>", "cas[…]le, 18[…]4"),
        ("<p>cas <gap/>le <gap/> cas<gap/> le.<gap/>And <gap/>.</p>", "cas le cas le.And ."),
        ("<p>cas<unclear><gap/></unclear>le</p>", "cas[…]le"),
        ("<p>cas<hi>t<gap/></hi><pb/>e</p>", "cast[…]e"),
        ("<p>cas<gap/><lb break='no'/>le cas<gap/><lb/>le</p>", "cas[…]le cas\nle"),
        ("<p><persName>A<gap/></persName><placeName>B</placeName></p>", "A B"),
        ("<p>a<choice><sic>b<gap/></sic><corr>c</corr></choice>d a<choice><sic>b</sic><corr>c<gap/></corr></choice>d</p>",
         "acd ac[…]d"),
        ("<p>cas<del><gap/></del>le</p>", "casle"),
        ("<p>cas<gap/></p><p>le</p>", "cas\n\nle"),
        ("<p><gap/>le</p>", "le"),
        ("<p xml:space='preserve'>cas<gap/>le  <gap/>x</p>", "cas[…]le  x"),
        ("<p>cas<gap/><note>N</note>le</p>", "cas[…]le\n\nN"),
        ("<p>λό<gap/>ος</p>", "λό[…]ος"),
        ("<p>कि<gap/>ताब cafe\u0301<gap/>s</p>", "कि[…]ताब cafe\u0301[…]s"),
        ("<p>cafe\u0301<pb/>s</p>", "cafe\u0301s"),
    ],
)  # fmt: skip
def test_a_gap_inside_of_a_word_leaves_a_mark(body: str, expected: str) -> None:
    assert text(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>a <delSpan spanTo='#e'/>b<anchor xml:id='e'/> c</p>", "a c"),
        ("<p>a<delSpan spanTo='#e'/>b<anchor xml:id='e'/>c</p>", "ac"),
        ("<p>a<delSpan spanTo='#%C3%A9%2e1'/>b<anchor xml:id='é.1'/>c</p>", "ac"), ("<p>a<delSpan spanTo='x.xml#e'/>b<anchor xml:id='e'/>c</p>", "abc"),
        ("<p>a<delSpan spanTo=' #e '/>b<anchor xml:id='e'/>c</p>", "ac"), ("<p>a<delSpan spanTo='#'/>b<anchor xml:id='e'/>c</p>", "abc"),
        ("<p>a</p><delSpan spanTo='#e'/><p>b</p><p>c</p><anchor xml:id='e'/><p>d</p>", "a\n\nd"),
        ("<p>a <delSpan spanTo='#e'/>b</p><p>c<anchor xml:id='e'/> d</p>", "a\n\nd"),
        ("<l>a <delSpan spanTo='#e'/>b</l><l>c<anchor xml:id='e'/> d</l>", "a\nd"),
        ("<p>a</p><delSpan spanTo='#e'/><p>b</p><p xml:id='e'>c</p><p>d</p>", "a\n\nd"),  # to the end of it
        ("<delSpan spanTo='#e'/><p>b</p><anchor xml:id='e'/><p>d</p>", "d"),
        ("<p>a</p><delSpan spanTo='#e'/><p>b</p><anchor xml:id='e'/>", "a"),
        ("<p>a <delSpan spanTo='#e'/>b <delSpan spanTo='#f'/>c<anchor xml:id='f'/> d<anchor xml:id='e'/> e</p>", "a e"),
        ("<p>a <delSpan spanTo='#e'/>b <delSpan spanTo='#f'/>c<anchor xml:id='e'/> d<anchor xml:id='f'/> e</p>", "a d e"),
        ("<p>a <delSpan spanTo='#e'/>b<note>N</note><anchor xml:id='e'/> c<note>M</note></p>", "a c\n\nM"),
        ("<p>a <delSpan spanTo='#no'/>b</p>", "a b"),  # nobody knows where it ends
        ("<p>a <delSpan/>b<anchor xml:id='e'/></p>", "a b"),
        ("<p>a <delSpan spanTo='#e'/>b<note>N<anchor xml:id='e'/></note> c</p>", "a b c\n\nN"),
        ("<p>a<restore> <delSpan spanTo='#e'/>b<anchor xml:id='e'/> c</restore></p>", "a b c"),
        ("<p>a <delSpan spanTo='#e'/><hi xml:id='x'>b</hi><anchor xml:id='e'/> c</p>", "a c"),
        ("<p>a <addSpan spanTo='#e'/>b<anchor xml:id='e'/> c</p>", "a b c"),
        ("<p>a <damageSpan spanTo='#e'/>b<anchor xml:id='e'/> c</p>", "a b c"),
        ("<p><choice><sic>a<delSpan spanTo='#e'/>b</sic><corr>c</corr></choice> d<anchor xml:id='e'/> e</p>", "c d e"),
        ("<p>x <delSpan spanTo='#e'/>y <choice><sic>a<anchor xml:id='e'/>b</sic><corr>c</corr></choice> d</p>", "x y c d"),
        ("<p>x <choice><sic>a<delSpan spanTo='#e'/>b<anchor xml:id='e'/></sic></choice> d</p>", "x a d"),
        ("<app><lem xml:id='e'>a<delSpan spanTo='#e'/>b</lem></app>c", "abc"),  # it ends before it begins
        ("<p>a <delSpan spanTo='#e'/>b <subst xml:id='e'><del>c</del><add>d</add></subst> e</p>", "a e"),
        ("<p>a <delSpan spanTo='#e'/>b<hi xml:id='e'>c<anchor xml:id='e'/>d</hi> f</p>", "a d f"),  # two ends
    ],
)  # fmt: skip
def test_what_is_deleted_between_two_points(body: str, expected: str) -> None:
    assert text(body) == expected
    assert "b" in text(body, ORIGINAL)


def test_a_deletion_between_two_points_is_counted_and_not_held() -> None:
    body = (
        "<p>a <delSpan spanTo='#e'/>bc<note>N</note><anchor xml:id='e'/>d<delSpan spanTo='#f'/><anchor xml:id='f'/></p>"
    )
    assert left(body) == {"text of delSpan": 1, "note": 1, "anchor": 2, "delSpan": 1}
    read = Read(f'<TEI xmlns="{NS}"><text><body>{body}</body></text></TEI>')
    assert read.sizes == [len("a d")]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<dimensions><height>30</height>{}<width>20</width></dimensions>", "30 20"),
        ("<dimensions><dim>30</dim>{}<dim>20</dim></dimensions>", "30 20"),
        ("<p>in <biblScope>12</biblScope>{}<biblScope>3</biblScope>.</p>", "in 12 3."),
        ("<biblStruct><monogr><imprint><biblScope>12</biblScope>{}<date>1900</date></imprint></monogr></biblStruct>", "12 1900"),
        ("<formula><math xmlns='http://www.w3.org/1998/Math/MathML'><mn>1</mn>{}<mn>2</mn></math></formula>", "1 2"),
        ("<formula><m:msup xmlns:m='http://www.w3.org/1998/Math/MathML'><m:mi>x</m:mi>{}<m:mn>2</m:mn></m:msup></formula>", "x 2"),
        ("<p><date>1900</date>{}<date>1901</date></p>", "1900 1901"),
        ("<p><measureGrp><measure>1</measure>{}<measure>2</measure></measureGrp></p>", "1 2"),
        ("<p><location><geo>1 2</geo>{}<geo>3 4</geo></location></p>", "1 2 3 4"),
        ("<p><respStmt><resp>edited by</resp>{}<name>X</name></respStmt></p>", "edited by X"),
        ("<p><num>3</num>{}<unit>kg</unit></p>", "3 kg"),
        ("<table><row><cell><dimensions><height>3</height>{}<width>2</width></dimensions></cell></row></table>", "3 2"),
    ],
)  # fmt: skip
def test_children_that_touch_are_parted(body: str, expected: str) -> None:
    for between in ("", " ", "\n    "):
        assert text(body.format(between)) == expected


def test_the_caption_of_grobid() -> None:
    figure = "<figure><head>Figure 1.</head><figDesc>Growth.</figDesc></figure><p>Body.</p>"
    tool = "<encodingDesc><appInfo><application ident='{}'/></appInfo></encodingDesc>"
    assert text(figure, header=tool.format("GROBID")) == "Figure 1.\nGrowth.\n\nBody."
    assert text(figure, header=tool.format("other")) == "Figure 1.\n\nBody."


# -- what others published ---------------------------------------------------------------------------------------------

TEI_NS = {"t": NS}


def tree_of(path: Path) -> Any:
    return etree.parse(path, etree.XMLParser(resolve_entities="internal", no_network=True))


def read_file(name: str, choices: Choices | None = None) -> list[Found]:
    return Read((TEIS / name).read_bytes(), choices).found


def xpath_words(path: Path, blocks: str, unread: str = "", stays: str = "t:div") -> list[str]:
    """Return the words of a file by XPath over its tree. White space ends a word, and so do lb, and ends of ``blocks``.

    What ``unread`` selects is not read. Notes come last, each for itself, but for those in what ``stays`` names.
    """
    root = tree_of(path).getroot()

    def select(what: str) -> list[Any]:
        return list(root.xpath(what, namespaces=TEI_NS)) if what else []

    until = ""
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            until = until or (element.get("spanTo", "#")[1:] if element.tag == f"{{{NS}}}delSpan" else "")
            element.text = "" if until else element.text
        else:
            until = "" if until and element.get("{http://www.w3.org/XML/1998/namespace}id") == until else until
            element.tail = "" if until else element.tail
    for quote in select("//t:cit/t:quote[not(following-sibling::text())]"):  # or "facere?Act 9,6" would be a word
        quote.tail = " "
    borders = {*select(" | ".join(f"//t:text//t:{name}" for name in blocks.split()))}
    notes = {note: [""] for note in select(f"//t:text//t:note[not(parent::{stays})]")}
    skipped = {*select(unread)}
    bare = {*select("//t:choice | //t:subst | //t:app | //t:rdgGrp")}
    main: list[str] = []
    last = None
    for node in select("//t:text[not(ancestor::t:text)]//text() | //t:text//t:lb"):
        is_lb = not isinstance(node, str)
        parent = node if is_lb else node.getparent().getparent() if node.is_tail else node.getparent()
        around = [parent, *parent.iterancestors()]
        if parent in bare or not skipped.isdisjoint(around):
            continue
        note = next((each for each in around if each in notes), None)
        here = next((each for each in around if each in borders or each in notes), None)
        words = main if note is None else notes[note]
        if here is not last or is_lb:
            words.append(" ")
        last = here
        words.append("" if is_lb else str(node))
    return split(" ".join(["".join(main), *map("".join, notes.values())]))


LOST = "//t:del | //t:fw | //t:gap | //t:choice/t:sic | //t:choice/t:orig | //t:choice/t:abbr | //t:app/t:rdg | //t:figDesc"
PROSE = "p head l"
DRAMA = f"{PROSE} sp speaker stage castItem ab roleDesc[not(starts-with(.,','))]"
FRONT = f"{PROSE} titlePart byline docImprint item label list trailer"
WORDS = [
    *[(f"eltec-por/{name}.xml", PROSE, 15_000) for name in (
        "POR0002_AnaCO_Sacrificada", "POR0006_MMSAV_Lourenco", "POR0010_CamCB_Perdicao", "POR0011_CamCB_Mulheres",
        "POR0013_RauBra_Pobres",
    )],
    ("castello-anima/castello-anima-teiText.xml", f"{PROSE} trailer div/t:cit", 50_000),
    ("tei-p5-samples/diaryfragment.xml", PROSE, 90),
    ("tei-p5-test/testdrama.xml", DRAMA, 1_000),
    ("tei-p5-test/tei_lite.xml", FRONT, 28_000),
    ("tei-p5-test/torture.xml", FRONT, 6_000),
    ("tei-p5-test/testtranscr.xml", f"{DRAMA} s", 140),
    ("tei-p5-test/testtranscr2.xml", "p head ab s", 150),
    ("tei-p5-test/testchinese.xml", f"{FRONT} lg", 200),
    ("tei-p5-test/testrdf.xml", PROSE, 900),
    ("tei-p5-test/testgos.xml", "u", 40),
]  # fmt: skip


@needs_data
@pytest.mark.parametrize(("name", "blocks", "least"), WORDS, ids=[name for name, _, _ in WORDS])
def test_the_words_of_a_file_are_those_that_xpath_finds(name: str, blocks: str, least: int) -> None:
    words = split("\n\n".join(one.text.replace(MISSING, "") for one in read_file(name)))
    assert words == xpath_words(TEIS / name, blocks, LOST)
    assert len(words) >= least


@needs_data
def test_the_words_of_a_manuscript_by_choice() -> None:
    name, blocks = "castello-anima/castello-anima-teiText.xml", f"{PROSE} trailer div/t:cit"
    original = "//t:fw | //t:gap | //t:app/t:rdg | //t:subst/t:add"
    words = split(read_file(name, ORIGINAL)[0].text.replace(MISSING, ""))
    assert words == xpath_words(TEIS / name, blocks, original)
    edited = split(read_file(name)[0].text)
    assert len(words) > len(edited)
    inline = split(read_file(name, INLINE)[0].text)
    assert sorted("".join(inline)) == sorted("".join(edited))
    assert inline != edited
    assert len(split(read_file(name, OUT)[0].text)) < len(edited)
    assert "I.M.I." in split(read_file(name, FW)[0].text)


ELTEC = 'COST Action "Distant Reading for European Literary History" (CA16204)'
BY = "https://creativecommons.org/licenses/by/4.0/"
HEADERS = {
    "POR0002_AnaCO_Sacrificada": ("Sacrificada: Edição para o ELTeC", "Castro Osório, Ana de (1872-1935)", "1908", 29968),
    "POR0006_MMSAV_Lourenco": (
        "O Cura de São Lourenço: Edição para o ELTeC", "Vasconcelos, Maria do Monte de Santana e (1809-1884)", "1855", 0,
    ),
    "POR0010_CamCB_Perdicao": ("Amor de Perdição: Edição para o ELTeC", "Castelo Branco, Camilo (1825-1890)", "1862", 16425),
    "POR0011_CamCB_Mulheres": ("O que fazem mulheres: Edição para o ELTeC", "Castelo Branco, Camilo (1825-1890)", "1858", 29435),
    "POR0013_RauBra_Pobres": ("Os pobres: Edição para o ELTeC", "Brandão, Raul (1867-1930)", "1906", 20841),
}  # fmt: skip


@needs_data
@pytest.mark.parametrize("name", HEADERS)
def test_the_headers_of_the_novels(name: str) -> None:
    read = Read((TEIS / "eltec-por" / f"{name}.xml").read_bytes())
    title, author, date, number = HEADERS[name]
    assert json.loads(metadata(read.found[0].heading)) == {
        "title": title, "author": author, "date": date, "publisher": ELTEC, "language": "pt-PT", "licence": BY,
        "url": f"http://www.gutenberg.org/ebooks/{number}" if number else "https://purl.pt/37537",
    }  # fmt: skip
    assert identity(read.found[0].heading, read.attributes[0]) == (name[:7], title)
    assert read.findings == []


@needs_data
def test_headers_of_others() -> None:
    anima = Read((TEIS / "castello-anima" / "castello-anima-teiHeader.xml").read_bytes()).found[0]
    assert json.loads(metadata(anima.heading)) == {
        "title": "Il Castello dell’anima", "author": "Teresa di San Geronimo, Anna La Longa", "date": "sec. XVII ex.",
        "publisher": "Prototipo DH. Proof-of-concept", "language": "it-x-sicreg", "licence": BY,
    }  # fmt: skip
    carol = read_file("tei-p5-test/tei_lite.xml")[0].heading
    assert (carol.title, carol.authors, carol.idno) == (
        "A Christmas Carol: A machine-readable transcription", ("Dickens, Charles, 1812-1870", "A. N. Other"), "dick1736",
    )  # fmt: skip
    hamlet = read_file("tei-p5-test/testdrama.xml")[0].heading
    assert (hamlet.title, hamlet.authors, hamlet.language) == ("Hamlet", ("William Shakespeare",), "en")


@needs_data
def test_every_file_is_read_and_nothing_stands_twice() -> None:
    for path in sorted(TEIS.rglob("*.xml")):
        try:
            found = Read(path.read_bytes()).found
        except expat.ExpatError:
            continue
        for one in found:
            assert not re.search(r"[ \t]\n|\n |\n\n\n|  ", one.text) or "xml:space" in path.read_text(
                "utf-8", "replace"
            ), path
            assert one.text == one.text.strip(" \n"), path


def test_a_line_that_begins_in_a_word_behind_a_gap() -> None:
    assert text("<p><w>a<gap/><lb/>b</w></p>") == "a[…]b"
    assert text("<p><w>a<quote><p>x</p></quote><lb/>b</w></p>") == "a\n\nx\n\nb"


@pytest.mark.parametrize(
    "paragraph",
    [
        "The quick brown fox. " * 200,
        "\u201cThe quick brown fox.\u201d " * 200,
        "<choice><sic>Teh</sic><corr>The</corr></choice>" + " quick brown fox." * 200,
        "<app><rdg>A</rdg><lem>The</lem></app>" + " quick brown fox." * 200,
        "quick brown fox. " * 4000,
    ],
)
def test_a_large_document_takes_the_memory_of_its_text_alone(tmp_path: Path, paragraph: str) -> None:
    import tracemalloc

    from corpusfmt import validate

    head = f'<TEI xmlns="{NS}"><teiHeader/><text><body>'
    path = tmp_path / "a.xml"
    path.write_text(head + "</body></text></TEI>")
    list(validate(path))
    path.write_text(head + f"<p>{paragraph}</p>\n" * (12_000_000 // len(paragraph)) + "</body></text></TEI>")
    tracemalloc.start()
    try:
        list(validate(path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 * path.stat().st_size


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16"])
@pytest.mark.parametrize("large", ['xml:id="a"', 'n="b"', ""])
def test_a_large_document_whose_head_alone_is_held_is_read_and_reported_alike(encoding: str, large: str) -> None:
    head = "<teiHeader><fileDesc><titleStmt><title>T</title></titleStmt></fileDesc>%s</teiHeader>"
    idno = "<idno>i</idno>" if 'n="b"' in large else ""
    small = f'<TEI xml:id="s">{head % ""}<text><body><p>se\xe9</p><p>a<lb/>b</p></body></text></TEI>\n'
    data = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<teiCorpus xmlns="{NS}">{head % ""}\n{small}'
        f"<TEI {large}>{head % ''}<text><front><p>\xe9</p></front><body>\n{idno}"
        + ("<p>" + "Many words and \xe9. " * 400 + "A l<lb/>ine.</p>\n") * 500
        + f"</body></text></TEI>{small.replace('s', 't', 1)}{small}</teiCorpus>"
    ).encode(encoding)
    whole, part = (
        scan(FORMAT, data, options=ReadOptions(thorough=True, keeps_refused=keeps)) for keeps in (True, False)
    )
    assert [one for batch in part for one in batch.documents] == [one for batch in whole for one in batch.documents]
    assert [one.origin for batch in part for one in batch.documents] == [
        one.origin for batch in whole for one in batch.documents
    ]
    assert [one for batch in part for one in batch.findings] == [one for batch in whole for one in batch.findings]
    for batch in part:
        for document in batch.documents:
            assert document.origin is not None
            assert batch.region.offset <= document.origin.body < batch.region.offset + len(batch.region.buffer)
    refused = [[(batch.refused, batch.cut) for batch in batches if batch.refused] for batches in (whole, part)]
    for (all_of_it, was_cut), (beginning, is_cut) in zip(*refused, strict=True):
        assert all_of_it.startswith(beginning)
        assert is_cut == (len(beginning) < len(all_of_it) or was_cut)
    assert bool(refused[0]) == (not large)
    assert max(len(batch.region.buffer) for batch in part) < len(data) / 2


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("an-<pb break='no'/><fw>HEAD 12</fw> fang", "anfang"),
        ("an-<pb break='no'/> <fw>HEAD</fw> <lb break='no'/>fang", "anfang"),
        ("an-<fw>A</fw><pb/><lb break='no'/>fang", "an- A fang"),
        ("an-<fw/><pb/><lb break='no'/>fang", "anfang"),
        ("an<fw>A</fw><pb break='no'/><fw>B</fw>fang", "an A B fang"),
        ("<w>an<pb/><fw>HEAD</fw>fang</w> x", "anfang x"),
        ("<w>an</w> <fw>HEAD</fw> <w>fang</w>", "an HEAD fang"),
        ("<w part='I'>an-</w><pb/><fw>HEAD</fw><w part='F'>fang</w>", "an- HEAD fang"),
        ("one<pb break='yes'/><fw>HEAD</fw>two", "one HEAD two"),
        ("one <pb/><fw>HEAD</fw> two", "one HEAD two"),
        ("one</p><fw>HEAD</fw><p>two", "one\n\nHEAD\n\ntwo"),
    ],
)
def test_forme_work_that_is_kept_neither_parts_a_word_nor_joins_one(body: str, expected: str) -> None:
    assert text(f"<p>{body}</p>", FW) == expected
