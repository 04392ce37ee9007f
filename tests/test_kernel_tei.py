"""TEI in the kernel against the code in Python: both read and write the same."""

from __future__ import annotations

import array
import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import accumulate, product
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpusfmt
from corpusfmt.formats.jsonl import FORMAT as JSONL
from corpusfmt.formats.seed import FORMAT as SEED
from corpusfmt.formats.tei import FORMAT as TEI
from corpusfmt.formats.tei import rows as native_rows
from corpusfmt.limits import ANY, USUAL
from corpusfmt.model.document import Document
from corpusfmt.model.format import ReadOptions, WriteOptions
from corpusfmt.model.known_metadata import VOCABULARY
from corpusfmt.model.rows import COLUMNS, Rows
from corpusfmt.text import kernel
from tests import strategies
from tests.support import Pieces
from tests.test_kernel import (
    LAYOUTS,
    WAYS,
    Change,
    agree,
    alone,
    changed,
    check_written,
    is_quick,
    jsonls,
    limits,
    result,
    rows_of,
    scanned,
    seeds,
    tables,
    told,
    without,
)

KERNEL: Any = kernel.KERNEL
pytestmark = pytest.mark.skipif(KERNEL is None, reason="the kernel is not built here, or switched off")

#: As the reader gives them.
WORDS: Final = native_rows.WORDS


@pytest.fixture(autouse=True, scope="module")
def few_marks() -> Iterator[None]:
    """Let names clash now and then, and writers be made quickly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("corpusfmt.formats.tei.names._MARKS", 1 << 12)
        yield


def corpus(docs: Sequence[Document]) -> bytes:
    """Return documents as a corpus that the code in Python wrote."""
    writer = TEI.writer(WriteOptions())
    with without():
        return writer.begin() + b"".join(writer.encode(docs)) + writer.end(len(docs))


def parted(data: bytes) -> tuple[bytes, bytes]:
    """Return the header of a corpus, and its documents with the end."""
    at = data.index(b"\n<TEI") + 1
    return data[:at], data[at:]


# -- metadata that the header shows -----------------------------------------------------------------------------------

#: Values of metadata, as JSON.
SAID: Final = [
    '"t"', '""', '" "', '"\\t\\n"', '"a  b\\tc\\u00a0d"', '" a "', '"\\u3000\\u2003\\u1680"', '"a&<>\\"\'b"', '"\\u000b\\u0001"', '"a\\ufffe\\uffff"', '"\ufffe"',
    '"\\ud83d\\ude00é"', '"a\\r\\nb"', '"\\\\"', "1", "0", "-0", "-12", "007", "1.0", "1e3", "9" * 18, "9" * 19, "-" + "9" * 18, "-" + "9" * 17, "true", "null", "{}",
    "[]", '["a"]', '["a", "b"]', '["a", " ", "b"]', '["", ""]', '["a", 1]', '[["a"]]', '["a; b", "c"]', "[1]", '[ "a" , "b" ]', '"A; B"', '"; A"', '"A; ; B"', '"A;B"',
    '"A; "', '";"', '"; "', '";  B"', '"%s"' % ("x" * 1000), '"%s"' % ("x" * 1001), '"%s"' % ("é" * 1000), '"%s"' % (" " * 1001), '"%sb"' % ("a " * 500), '"%s"' % ("a" * 999 + " b"),
    '"%s; b"' % ("a" * 998), '"http://a.b/c"', '"https://a-b.c:80/d?e=f&g=%20#"', '"https://a.b/c%2"', '"https://a.b/c%zz"', '"https://a.b/%c3%A9;(x)"', '"http://a.b:123456/"',
    '"http://a.b:/"', '"http:///"', '"http://a b"', '"http://a.b?q"', '"http://a.b#f"', '"http://é.b/"', '"http://a.b/é"', '"http://a.b/\\""', '"HTTP://a.b"', '"httpsx://a"', '"http"',
    '"https://a.b:8080"', "\"https://a/_.~:@!$'*+,=-\"", '"ftp://a"', '"http://a.b/\\u0000"', '"%s"' % ("http://" + "a" * 1000),
    '"en"', '"EN-gb"', '"deu-Latn-1996"', '"und"', '"und-x"', '"e"', '"engl"', '"en-"', '"en--a"', '"en-123456789"', '"en_GB"', '"é"', '"en "', '["en","de"]',
]  # fmt: skip
DATES: Final = [
    "2024", "0000", "0001", "9999", "20240", "202", "2024-01", "2024-13", "2024-00", "2024-00-00", "2024-00-10", "2024-05-00", "2024-1", "2024-01-31", "2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29",
    "2024-04-31", "2024-01-00", "2024-00-31", "2024-01-32", "2024/01/01", "2024-01/01", "2024-01-01T", "2024-01-01 10:00:00", "2024-01-01T10:00", "2024-01-01T10:00:00",
    "2024-01-01T24:00:00", "2024-01-01T23:60:00", "2024-01-01T23:59:60", "2024-01-01T10:00:00Z", "2024-01-01T10:00:00z", "2024-01-01T10:00:00ZZ", "2024-01-01T10:00:00.1",
    "2024-01-01T10:00:00.", "2024-01-01T10:00:00.123456789Z", "2024-01-01T10:00:00.1234567890", "2024-01-01T10:00:00+13:59", "2024-01-01T10:00:00+14:00",
    "2024-01-01T10:00:00-12:59", "2024-01-01T10:00:00-13:00", "2024-01-01T10:00:00+01:60", "2024-01-01T10:00:00+0100", "2024-01-01T10:00:00+1:00", "2024-01-01T10:00:00.5+01:00",
    "2024-01-01T1a:00:00", "2024-01-01T10-00-00", "2024-01-01T10:0a:00", "2024-01-01T10:00:0a", "202a-01-01", "a024", "2024-a1", "2024-01-a1", "May 2024", "２０２４", "-2024",
    "2024-01-01T10:00:00 01:00", "2024-01-01T10:00:00+aa:00",
]  # fmt: skip
KEYS: Final = [word for words in VOCABULARY.values() for word in words]
OTHER_KEYS: Final = [
    "Title", "TITLE", "dC:tItLe", "lin\u212a", "LINK", "lin\u0130", "titlé", "titl", "titles", "", "\\u0074itle", "t\\u0069tle", "a", "author ", "url\\n", "[", "@itle", "{",
]  # fmt: skip


def shown(pairs: Sequence[tuple[str, str]], colon: str = ":", comma: str = ",") -> bytes:
    """Return a JSON object of members whose keys and values are spelled."""
    return b"{%b}" % comma.join([f'"{key}"{colon}{value}' for key, value in pairs]).encode("utf-8", "surrogatepass")


known_metadata = st.builds(
    lambda pairs, spaces: shown(pairs, *spaces),
    st.lists(
        st.tuples(
            st.one_of(st.sampled_from(KEYS), st.sampled_from(KEYS), st.sampled_from(OTHER_KEYS)),
            st.one_of(st.sampled_from(SAID), st.sampled_from(DATES).map(json.dumps), strategies.texts.map(json.dumps)),
        ),
        max_size=6,
    ),
    st.sampled_from([(":", ","), (": ", ", "), ("\t: ", " ,")]),
)


def is_metadata(raw: bytes) -> bool:
    """Say whether rows may have it."""
    try:
        Document("a", "", meta=raw)
    except ValueError:
        return False
    return True


documents = st.builds(
    strategies.document, strategies.ids, strategies.texts, strategies.names,
    st.one_of(strategies.metadata, known_metadata.filter(is_metadata)),
)  # fmt: skip


# -- writing -------------------------------------------------------------------------------------------------------


def check_rows(docs: Sequence[Document], apart: int = 0) -> None:
    """Check that documents are written alike as rows and as documents, twice by one writer: names differ then."""
    rows = rows_of(docs, apart, is_text=True)
    ours, theirs = TEI.writer(WriteOptions()), TEI.writer(WriteOptions())
    for _ in range(2):
        assert [*ours.encode(rows)] == [*theirs.encode(docs)]
    assert ours._names.count == theirs._names.count  # type: ignore[attr-defined]  # of this writer


def is_written_quickly(document: Document) -> bool:
    """Say whether the kernel writes a document."""
    values = rows_of([document], 0, is_text=True).values
    found = KERNEL.tei_encode(*values, 0, WORDS, bytearray(8), 0, True)
    return bool(found[2] == 1)


@given(st.lists(documents, max_size=4), st.integers(0, 0xFFFF))
def test_rows_are_written_as_documents_are(docs: list[Document], apart: int) -> None:
    check_rows(docs, apart)


@given(st.one_of(jsonls, seeds), st.sampled_from(LAYOUTS))
def test_rows_that_were_read_are_written_as_documents_are(data: bytes, own: dict[str, str]) -> None:
    check_written(JSONL, data, ReadOptions(own=own), TEI, WriteOptions())
    check_written(SEED, data, ReadOptions(), TEI, WriteOptions())


@pytest.mark.parametrize("key", [*KEYS, *OTHER_KEYS])
def test_each_key_that_the_header_may_show(key: str) -> None:
    for value in ('"2024-01-01"', '["a","b"]', "12"):
        check_rows([Document("a", "t", meta=shown([("x", '"y"'), (key, value)]))])


@pytest.mark.parametrize("value", [*SAID, *map(json.dumps, DATES)])
def test_each_value_that_the_header_may_show(value: str) -> None:
    metas = [shown([(key, value)]) for key in ("title", "author", "date", "publisher", "language", "licence", "url")]
    metas += [shown([("title", value), ("headline", '"h"')]), shown([("headline", '"h"'), ("title", value)])]
    metas += [shown([("Title", value), ("title", '"h"')]), shown([("dc:title", '"d"'), ("Headline", value)])]
    check_rows([Document("a", "t", meta=meta) for meta in metas if is_metadata(meta)])


@pytest.mark.parametrize("date", DATES)
def test_each_date_is_the_same_in_all_places(date: str) -> None:
    check_rows([Document("a", "t", name="n", meta=shown([("date", json.dumps(date)), ("lang", '"en"')]))])


def test_all_that_the_header_shows_at_once() -> None:
    pairs = [
        ("title", '"A & B"'), ("creator", '["C", "D"]'), ("published", '"2024-05"'), ("sitename", '"E"'), ("lang", '"de"'),
        ("rights", '"https://a.b/?c&d"'), ("link", '"https://e.f"'), ("other", '{"a":["<"]}'),
    ]  # fmt: skip
    document = Document(7, "one\n\ntwo\nthree", name="n", meta=shown(pairs))
    check_rows([document, document])
    assert is_written_quickly(document)
    (one, two) = TEI.writer(WriteOptions()).encode(rows_of([document] * 2, 0, is_text=True))
    for part in (b"<author>C</author>", b'when="2024-05"', b'target="https://a.b/?c&amp;d"', b'xml:lang="de"'):
        assert part in one
    assert b'xml:id="d7"' in one
    assert b'xml:id="d7_n2"' in two


@pytest.mark.parametrize("value", strategies.NAMES)
def test_each_name_and_id(value: str) -> None:
    check_rows([Document("a", "t\n", name=value), Document(value or "a", "t\n", name="b")])
    check_rows([Document(value or "a", "t\n", name=value)])


SPACES: Final = [
    *range(0x30),
    0x7F,
    *range(0x80, 0xA2),
    0xAD,
    0x1680,
    *range(0x2000, 0x2030),
    0x205F,
    0x2060,
    0x3000,
    0xFEFF,
]
OTHERS: Final = [
    0xD7FF,
    0xE000,
    0xEFFF,
    0xF000,
    0xFFFD,
    0xFFFE,
    0xFFFF,
    0x10000,
    0x1FFFE,
    0x10FFFF,
    0x3CF,
    0x7FF,
    0x800,
]


def test_each_character_in_ids_names_and_texts() -> None:
    for code in (*range(0x30, 0x7F), *SPACES, *OTHERS):
        char = chr(code)
        values = (char, f"a{char}", f"{char}b", f"a{char}{char}b")
        check_rows([Document(value, "t") for value in values] + [Document("a", "t", name=value) for value in values])
        titles = [Document("a", "t", meta=shown([("title", json.dumps(value))])) for value in values]
        check_rows([Document("a", value) for value in values] + titles)


@pytest.mark.parametrize("size", [98, 99, 100, 101, 102, 999, 1000, 1001])
@pytest.mark.parametrize("value", ["x", "1", "_", "é", "x y", " "])
def test_long_ids_and_names(value: str, size: int) -> None:
    long = (value * size)[:size]
    check_rows([Document(long, "t"), Document("a", "t", name=long), Document("1" + long, "t"), Document(long[1:], "t")])


@pytest.mark.parametrize("id", [0, 7, -1, 10**17, 10**18, 10**30, -(10**17), -(10**18)])
def test_integer_ids(id: int) -> None:
    check_rows([Document(id, "t"), Document(str(id), "t"), Document(id, "t")])


def test_names_that_are_given_twice() -> None:
    """They are told apart by the number of the document, over rows and documents that are written in turn."""
    ids: list[str | int] = ["a", "b", "a", "a_n3", 1, "1", "d1", "x" * 200, "x" * 200, "a", "\0", "a"]
    docs = [Document(id, "t") for id in ids]
    check_rows(docs)
    ours, theirs = TEI.writer(WriteOptions()), TEI.writer(WriteOptions())
    for start in range(0, len(docs), 3):
        part = docs[start : start + 3]
        given: Sequence[Document] = part if start % 2 else rows_of(part, 0, is_text=True)
        assert [*ours.encode(given)] == [*theirs.encode(part)]
    assert ours._names.marks == theirs._names.marks  # type: ignore[attr-defined]  # of this writer


TEXTS: Final = [
    "", "\n", "\n\n", "\n\n\n", "\n\n\n\n\n", "a\n", "\na", "a\nb\n\nc\n\n\nd", "a\r\nb", "\r", "a\tb", "&amp;", "<lb/>", "</p>\n<p>", "]]>", "a&b<c>d\"e'f", "&#13;", "\x85\u2028\u2029",
    "\x7f", "\0", "\x0b", "\x1f", "\ufeff", "\ufffd", "\ufffe", "a\uffff", "\uff0c\uff0c", "\uf000\uefff", "\U0001fffe", "x" * 40 + "\n" + "y" * 40, "x" * 15 + "&", "x" * 16 + "\uffff",
    "x" * 15 + "\ufffe", "日本語、\n\n日本語\uff0c。", "</TEI>\n", "\u200b \u00a0",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_each_text(text: str) -> None:
    document = Document("a", text, name="n")
    check_rows([document])
    assert is_written_quickly(document) == (not any(c in "\0\x0b\x1f\ufffe\uffff" for c in text))
    data = corpus([document, Document("b", "other"), document])
    agree(TEI, data)
    assert is_quick(TEI, data) == is_written_quickly(document)


def test_metadata_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too large for TEI is refused before a name is given."""
    for module in ("rows", "write"):
        monkeypatch.setattr(f"corpusfmt.formats.tei.{module}.MAX_METADATA", 100)
    for more in (0, 1):
        meta = b'{"a":"%b"}' % (b"m" * (100 - 8 + more))
        docs = [Document("a", "t"), Document("b", "t", meta=meta)]
        ours, theirs = TEI.writer(WriteOptions()), TEI.writer(WriteOptions())
        rows = rows_of(docs, 0, is_text=True)
        assert result(lambda: ours.encode(rows)) == result(lambda: theirs.encode([*rows]))  # noqa: B023 - called here
        assert ours._names.count == theirs._names.count  # type: ignore[attr-defined]  # of this writer


# -- reading -------------------------------------------------------------------------------------------------------

ODD: Final = [
    b"", b"\n", b"\r", b"\t", b" ", b"&", b"&amp;", b"&#10;", b"&#13;", b"&#9;", b"&#x41;", b"&lt;", b"&quot;", b"<", b">", b"<lb/>", b"<lb />", b"</p>\n<p>", b"<p>", b"</p>",
    b"<!-- c -->", b"<![CDATA[x]]>", b"<?pi?>", b"<hi>x</hi>", b"\0", b"\x0b", b"\x7f", b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbf\xbe", b"\xff", b"\xed\xa0\x80", b"A", b"f", b"0", b"_", b'"',
    b"'", b' n="1"', b"</TEI>\n", b"<TEI>", b"</idno>\n", b'        <idno type="id">x</idno>\n', b"{", b"}", b'"a":1,', b"\xe6\x97\xa5", b"</teiCorpus>\n", b"corpusfmt-2",
]  # fmt: skip
changes = st.lists(
    st.builds(Change, st.integers(0, 1000), st.sampled_from([0, 0, 1, 1, 2, 9, 60]), st.sampled_from(ODD)), max_size=2
)


@given(st.lists(documents, max_size=4), changes, st.sampled_from([*WAYS, 300]))
def test_corpora_are_read_alike(docs: list[Document], todo: list[Change], size: int) -> None:
    head, rest = parted(corpus(docs)) if docs else (corpus(docs), b"")
    data = head + changed(rest, todo)
    agree(TEI, data, sizes=[size if len(data) < 8000 else max(size, 300) if size else 0])  # small pieces take long


@given(st.lists(documents, max_size=3), changes, st.one_of(st.just(USUAL), limits), st.integers(0, 3))
def test_corpora_are_read_alike_with_limits(docs: list[Document], todo: list[Change], limits: Any, low: int) -> None:
    head, rest = parted(corpus(docs)) if docs else (corpus(docs), b"")
    lower = limits._replace(xml_depth=[256, 16, 15, 3][low], document=limits.document if low else ANY)
    agree(TEI, head + changed(rest, todo), ReadOptions(max_document=lower.document, limits=lower), [0])


@given(strategies.broken_tei)
def test_broken_tei_is_read_alike(data: bytes) -> None:
    agree(TEI, data, sizes=[0, 7])


@given(st.lists(documents, min_size=1, max_size=3))
def test_what_is_read_is_written_alike(docs: list[Document]) -> None:
    data = corpus(docs)
    for target, own in ((SEED, {}), (TEI, {}), *((JSONL, own) for own in LAYOUTS)):
        everything = frozenset({"id", "name", "metadata", "encoding", "bytes"})
        check_written(TEI, data, ReadOptions(), target, WriteOptions(everything, own))


USUAL_ONE: Final = Document("a", "one\ntwo & three\n\nfour", name="n.txt", meta=b'{"title":"T","a":[1, 2]}')
#: What was done to a document: what stands there, and what comes in its place.
TOUCHED: Final = {
    "nothing": ("", ""),
    "a word of the text": ("one", "won"),
    "a character as a reference": ("one", "&#111;ne"),
    "an entity": ("one", "&quot;one"),
    "CDATA": ("one", "<![CDATA[one]]>"),
    "a comment in the text": ("one", "<!-- c -->one"),
    "a comment in the header": ("<teiHeader>", "<teiHeader><!-- c -->"),
    "a comment before the document": ("<TEI", "<!-- c --><TEI"),
    "a processing instruction": ("one", "<?x?>one"),
    "other markup": ("one", "<hi>one</hi>"),
    "a line as a line end": ("<lb/>", "\n"),
    "a line in another spelling": ("<lb/>", "<lb />"),
    "paragraphs without a line end": ("</p>\n<p>", "</p><p>"),
    "paragraphs with a line break between": ("</p>\n<p>", "</p><lb/><p>"),
    "paragraphs as line breaks": ("</p>\n<p>", "<lb/><lb/>"),
    "an ampersand that is bare": ("&amp;", "&"),
    "an angle bracket that is bare": ("three", "th>ree"),
    "CR": ("one<", "one\r<"),
    "CR and LF": ("\n", "\r\n"),
    "a reference to CR": ("one", "one&#13;"),
    "a reference to LF": ("one<lb/>", "one&#10;"),
    "NUL": ("one", "one\0"),
    "a control": ("one", "one\x0b"),
    "U+FFFE": ("one", "one\ufffe"),
    "U+0085": ("one", "one\x85"),
    "another order of attributes": ('xml:id="a" type="corpusfmt-1"', 'type="corpusfmt-1" xml:id="a"'),
    "another attribute": ('type="corpusfmt-1"', 'type="corpusfmt-1" n="1"'),
    "another version": ("corpusfmt-1", "corpusfmt-2"),
    "no type": (' type="corpusfmt-1"', ""),
    "single quotes": ('xml:id="a"', "xml:id='a'"),
    "no xml:id": (' xml:id="a"', ""),
    "an xml:id that is not of the id": ('xml:id="a"', 'xml:id="other.one_-"'),
    "an xml:id that is no name": ('xml:id="a"', 'xml:id="1"'),
    "an empty xml:id": ('xml:id="a"', 'xml:id=""'),
    "an xml:id beyond ASCII": ('xml:id="a"', 'xml:id="é"'),
    "an xml:id that is not closed": ('xml:id="a"', 'xml:id="a'),
    "no id": ('<idno type="id">a</idno>', '<idno type="id"></idno>'),
    "another id": ('<idno type="id">a</idno>', '<idno type="id">b</idno>'),
    "an id that is an integer": ('<idno type="id">a</idno>', '<idno type="id" subtype="integer">1</idno>'),
    "an integer with a zero": ('<idno type="id">a</idno>', '<idno type="id" subtype="integer">01</idno>'),
    "a long integer": ('<idno type="id">a</idno>', f'<idno type="id" subtype="integer">{10**30}</idno>'),
    "minus zero": ('<idno type="id">a</idno>', '<idno type="id" subtype="integer">-0</idno>'),
    "another subtype": ('<idno type="id">', '<idno type="id" subtype="x">'),
    "an id with markup": ('<idno type="id">a', '<idno type="id"><b/>a'),
    "an id with a line end": ('<idno type="id">a', '<idno type="id">\na'),
    "an id with a reference": ('<idno type="id">a', '<idno type="id">&#10;a&#9;'),
    "an id with another reference": ('<idno type="id">a', '<idno type="id">&#97;'),
    "no idno of the id": ('        <idno type="id">a</idno>\n', ""),
    "no name": ('        <idno type="filename">n.txt</idno>\n', ""),
    "an empty name": ('<idno type="filename">n.txt</idno>', '<idno type="filename"></idno>'),
    "a name with markup": ("n.txt</idno>", "<b/>n.txt</idno>"),
    "a name with a bare ampersand": ("n.txt</idno>", "n&.txt</idno>"),
    "the digest before the name": ("filename", "sha256"),
    "no digest": ('<idno type="sha256">', '<idno type="sha1">'),
    "a digest in capitals": ("DIGEST", "UPPER"),
    "another digest": ("DIGEST", "0" * 64),
    "a digest that is none": ("DIGEST", "g" * 64),
    "a short digest": ("DIGEST", "0" * 63),
    "a long digest": ("DIGEST", "0" * 65),
    "another title": ("<title>T</title>", "<title>U</title>"),
    "a title with a space": ("<title>T</title>", "<title>T </title>"),
    "another source": ("<p>unknown</p>", "<p>known</p>"),
    "another indent": ("    <fileDesc>", "  <fileDesc>"),
    "no metadata": ("XENO", ""),
    "metadata that are empty": ("XENO", '    <xenoData type="metadata">{}</xenoData>\n'),
    "metadata that are nothing": ("XENO", '    <xenoData type="metadata"></xenoData>\n'),
    "metadata with a space": ('{"title"', '{ "title"'),
    "metadata with a line end": ('{"title"', '{\n"title"'),
    "metadata before white space": ('{"title"', ' {"title"'),
    "metadata that are no object": ('{"title":"T","a":[1, 2]}', "[1]"),
    "metadata with a key twice": ('"a":[1, 2]', '"title":"T"'),
    "metadata that are wrong": ('"a":[1, 2]', '"a":[1, 2'),
    "metadata with a quote as an entity": ('"a":', "&quot;a&quot;:"),
    "metadata with U+FFFE": ('"a":', '"\ufffe":'),
    "metadata that nest deeply": ('"a":[1, 2]', '"a":' + "[" * 80 + "]" * 80),
    "metadata that show more": ('"a":[1, 2]', '"author":"A"'),
    "metadata of another type": ('<xenoData type="metadata">', '<xenoData type="other">'),
    "two of them": ("XENO", "XENO XENO"),
    "another language": ("<text>", '<text xml:lang="en">'),
    "another body": ('<body xml:space="preserve">', "<body>"),
    "a space before the end": ("</TEI>", " </TEI>"),
    "a space behind the end": ("</TEI>\n", "</TEI> \n"),
    "no line end": ("</TEI>\n", "</TEI>"),
    "an empty line between": ("</TEI>\n", "</TEI>\n\n"),
    "text between": ("</TEI>\n", "</TEI>\nx"),
    "no body": ("</body>", ""),
    "no paragraph": ("<p>one", "one"),
    "a tail in the text": ("one", "one</p>\n</body>\n  </text>\n"),
    "a name in a namespace": ("<TEI xmlns=", "<t:TEI xmlns:t="),
    "another namespace": ("www.tei-c.org", "www.tei-c.net"),
}  # fmt: skip


def touched(document: bytes, old: str, new: str) -> bytes:
    digest = sha256(USUAL_ONE.data).hexdigest()
    at = document.index(b"    <xenoData")
    xeno = document[at : document.index(b"  </teiHeader>")].decode()
    names = {"DIGEST": digest, "UPPER": digest.upper(), "XENO": xeno, "XENO XENO": xeno + xeno}
    old, new = names.get(old, old), names.get(new, new)
    assert old.encode() in document
    return document.replace(old.encode(), new.encode()) if old else document


#: What the kernel reads all the same: it is written as ours is, or stands between documents.
QUICK: Final = {
    "nothing", "a line as a line end", "an xml:id that is not of the id", "another id", "an id that is an integer", "an id with a reference", "no name",
    "metadata with a space", "paragraphs as line breaks", "an empty line between", "text between",
}  # fmt: skip


@pytest.mark.parametrize("what", TOUCHED)
def test_each_document_that_was_touched(what: str) -> None:
    old, new = TOUCHED[what]
    head, rest = parted(corpus([USUAL_ONE]))
    tail = b"</teiCorpus>\n"
    one = touched(rest.removesuffix(tail), old, new)
    other = parted(corpus([Document("x", "y\nz")]))[1].removesuffix(tail)
    agree(TEI, head + one + tail, sizes=[0, 1])
    for documents in (other + one, one + other, other + other + one + other + other):
        agree(TEI, head + documents + tail, sizes=[0, 300])
    agree(TEI, b'<?xml version="1.0"?>\n' + one, sizes=[0, 7])
    agree(TEI, head + other + one, sizes=[0, 7])
    assert is_quick(TEI, head + one + tail) == (what in QUICK)
    assert is_quick(TEI, head + other + other + tail)


@pytest.mark.parametrize("odd", [1, 3, 15, 16, 17, 40])
def test_many_that_were_touched(odd: int) -> None:
    """Behind so many in a piece all are read without the kernel."""
    head, rest = parted(corpus([Document(f"d{number}", "one\ntwo") for number in range(45)]))
    parts = rest.split(b"</TEI>\n")
    for number in range(odd):
        old, new = ((b"two</p>", b"too</p>"), (b"<title>", b"<title> "))[number % 2]
        parts[number] = parts[number].replace(old, new)
    agree(TEI, head + b"</TEI>\n".join(parts), sizes=[0, 5000])


@pytest.mark.parametrize(
    "declared", [b'<?xml version="1.0" encoding="ISO-8859-1"?>\n', b'<?xml version="1.0" encoding="US-ASCII"?>\n']
)
def test_sources_in_another_encoding(declared: bytes) -> None:
    data = corpus([Document("a", "one\ntwo"), Document("b", "three")])
    agree(TEI, declared + data.partition(b"\n")[2])
    agree(TEI, data.decode().replace("UTF-8", "UTF-16").encode("utf-16"))


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_sizes_at_limits(more: int) -> None:
    document = Document("a", "one\ntwo", meta=b'{"a":{"b":1}}')
    data = corpus([document, document])
    size = len(parted(data)[1].partition(b"</TEI>\n")[0]) + len("</TEI>\n")
    for changes in ({"document": size + more}, {"metadata": 13 + more}, {"depth": 6 + more}):
        lower = USUAL._replace(**changes)
        agree(TEI, data, ReadOptions(max_document=lower.document, limits=lower), [0])
    higher = USUAL._replace(document=1 << 80, metadata=1 << 80, depth=1 << 80)
    agree(TEI, data, ReadOptions(max_document=1 << 80, limits=higher))


def test_documents_with_a_name_that_was_there_before_are_left_to_the_parser() -> None:
    head, rest = parted(corpus([USUAL_ONE, *[Document(f"d{n}", "t\n\nt\n") for n in range(4)]]))
    *documents, end = rest.split(b"</TEI>\n")
    one, *others = [document + b"</TEI>\n" for document in documents]
    for some in ([one, one], [others[0], one, others[1], one, others[2]], [*others, *others], [one] * 20 + others):
        data = head + b"".join(some) + end
        agree(TEI, data)
        found = scanned(TEI, data, 0, ReadOptions(thorough=True))
        assert [finding.code for finding in found.findings] == ["TEI014"] * (len(some) - len({*some}))
        batches = [batch.documents for batch in TEI.scan(Pieces(data), ReadOptions(thorough=True))]
        assert any(isinstance(batch, Rows) for batch in batches)


def test_what_rows_do_not_have_is_not_read_as_rows() -> None:
    data, options = corpus([USUAL_ONE, USUAL_ONE]), ReadOptions(lines=False, validating=True)
    found = [*TEI.scan(Pieces(data), options)]
    assert not any(isinstance(batch.documents, Rows) for batch in found)
    with without():
        expected = [*TEI.scan(Pieces(data), options)]
    for one, other in zip(found, expected, strict=True):
        assert [told(document) for document in one.documents] == [told(document) for document in other.documents]
        assert (one.findings, one.to_validate) == (other.findings, other.to_validate)


@pytest.mark.parametrize("order", [[0, 1, 2], [1, 0, 2], [2, 1, 0]])
@pytest.mark.parametrize("ids", [("one", "b"), ("b", "one"), ("b", "c")])
def test_ids_that_were_made_are_compared_with_those_of_rows(
    order: list[int], ids: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    own = b"<teiHeader><fileDesc><titleStmt><title>t</title></titleStmt><publicationStmt><p/></publicationStmt><sourceDesc><p/></sourceDesc></fileDesc></teiHeader>"
    text = b"<text><body><p>text</p></body></text>"
    Path("one.xml").write_bytes(b'<TEI xmlns="http://www.tei-c.org/ns/1.0">%b%b</TEI>\n' % (own, text))
    Path("ours.xml").write_bytes(corpus([Document(id, "t") for id in ids]))
    Path("more.xml").write_bytes(corpus([Document("m", "t"), Document("n", "t")]))
    paths = [("one.xml", "ours.xml", "more.xml")[number] for number in order]

    def run(target: str) -> tuple[object, ...]:
        report = corpusfmt.convert(paths, target, on_error="skip")
        return Path(target).read_bytes(), report.read, report.refused, report.findings

    found = run("a.jsonl")
    with without():
        assert found == run("b.jsonl")
    assert found[2] == ("one" in (ids if order[0] == 0 else ids[:1]))  # of those before, the first is remembered


# -- the functions themselves --------------------------------------------------------------------------------------

_buffers = st.one_of(
    st.binary(max_size=20),
    st.sampled_from([b"{}", b"{", b"{ ", b'{"title":"a"}', b'{"url":["a"', b'{"date":"2', b"\xe6\x97", b"\xef\xbf", b"a\n", b"\n", b"&"]),
)  # fmt: skip


@given(
    _buffers, _buffers, tables, st.integers(0, 16), st.booleans(), st.sampled_from([0, 0, 1, 8, 9]),
    st.sampled_from([WORDS, b"", b"title", b"a b\nc \n\n\n\n\n\n\n\na\n", b"a " * 40]),
    st.sampled_from([0, 0, 0, 1, 2, 9, -1, -(1 << 62), (1 << 63) - 1]),
)  # fmt: skip
def test_tables_that_are_wrong(
    data: bytes, arena: bytes, table: bytes, cut: int, quick: bool, size: int, words: bytes, first: int
) -> None:
    """Whatever a table says, nothing but the buffers is read and written."""
    table = table[: len(table) - cut] if cut < len(table) else table
    marks = array.array("B", bytes(size))[:]  # as large as it says, like what alone() gives
    found = KERNEL.tei_encode(alone(data), alone(arena), alone(table), first, alone(words), marks, first, quick)
    ends = [0, *array.array("q", found[1])]
    all_rows = len(table) // (8 * COLUMNS)
    assert len(ends) == found[2] - min(max(first, 0), all_rows) + 1
    assert found[2] <= max(all_rows, 0)
    assert len(ends) == 1 or size
    assert ends == list(accumulate(ends, max))
    assert ends[-1] == len(found[0])


@given(
    st.lists(documents, min_size=1, max_size=3), changes, st.integers(0, 1000), st.sampled_from([-1, 0, 1, 64, 1 << 30]),
    st.sampled_from([-1, 0, 20, ANY]), st.sampled_from([0, 0, 0, 1, 39, -1, -(1 << 62), (1 << 63) - 1]),
    st.sampled_from([WORDS, b"", b"title author"]),
)  # fmt: skip
def test_rows_lie_in_their_buffers(
    docs: list[Document], todo: list[Change], part: int, depth: int, limit: int, first: int, words: bytes
) -> None:
    rest = changed(parted(corpus(docs))[1], todo)
    data = rest[: len(rest) * part // 1000]
    table, arena, stop = KERNEL.tei_rows(alone(data), first, alone(words), depth, max(limit, 0) or ANY, limit, True)
    assert min(max(first, 0), len(data)) <= stop <= len(data)
    size = len(data) + len(arena)
    offsets = array.array("q", table)
    assert len(offsets) % COLUMNS == 0
    for at in range(0, len(offsets), COLUMNS):
        row = offsets[at : at + COLUMNS]
        for column in (2, 4, 6, 8):
            assert 0 <= row[column] <= row[column + 1] <= size
            assert row[column + 1] <= len(data) or row[column] >= len(data)


def test_each_beginning_of_a_document() -> None:
    """A document that is cut anywhere is none, and nothing is read behind it."""
    data = parted(corpus([USUAL_ONE]))[1].removesuffix(b"</teiCorpus>\n")
    for size in range(len(data)):
        assert KERNEL.tei_rows(alone(data[:size]), 0, WORDS, 64, ANY, ANY, True) == (b"", b"", 0)
    for quick in (True, False):
        table, arena, stop = KERNEL.tei_rows(alone(data), 0, WORDS, 64, ANY, ANY, quick)
        assert (len(table), arena, stop) == (8 * COLUMNS, USUAL_ONE.data, len(data))


@pytest.mark.parametrize("quick", [True, False])
def test_digests_of_texts_of_each_size(quick: bool) -> None:
    """They are those of hashlib, whatever is left behind the last block; and are looked at when the text is read."""
    docs = [Document(f"d{size}", "x" * size) for size in (*range(200), 5000)]
    values = rows_of(docs, 0, is_text=True).values
    found, _, _ = KERNEL.tei_encode(*values, 0, WORDS, bytearray(1 << 16), 0, quick)
    for document in docs:
        assert sha256(document.data).hexdigest().encode() in found
    assert KERNEL.tei_rows(alone(found), 0, WORDS, 64, ANY, ANY, quick)[2] == len(found)
    at = found.index(b"<p>xxxx") + 3
    changed = found[:at] + b"y" + found[at + 1 :]
    assert KERNEL.tei_rows(alone(changed), 0, WORDS, 64, ANY, ANY, quick)[2] == found.rindex(b"<TEI ", 0, at)


WRONG: Final[list[tuple[Any, ...]]] = [
    (), (1,), (None,) * 7, (b"",) * 7, (b"",) * 8, (b"", 0, b"", 1 << 40, 0, 0, 0), (b"", 0, b"", 0, 1 << 80, 0, 0),
    (b"", b"", b"", 0, b"", b"not to be written to", 0, 0), (b"", b"", b"", 0, b"", bytearray(1), 1 << 80, 0), (b"",) * 16,
]  # fmt: skip


@pytest.mark.parametrize("function", ["tei_rows", "tei_encode"])
@pytest.mark.parametrize("arguments", WRONG)
def test_arguments_of_other_types_are_refused(function: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises((TypeError, OverflowError, BufferError)):
        getattr(KERNEL, function)(*arguments)


@pytest.mark.parametrize("name", ["a", "d1", "abc-1.x", "d_5f", "x" * 100])
def test_names_are_marked_by_their_crc(name: str) -> None:
    """In marks of any number: the position is the rest of a division."""
    values = rows_of([Document(name, "t")], 0, is_text=True).values
    given = name.replace("_", "_5f")
    for size in (1, 3, 8, 1 << 23):
        marks = bytearray(size)
        found = KERNEL.tei_encode(*values, 0, WORDS, marks, 4, True)
        mark = crc32(given.encode()) % (8 * size)
        assert marks[mark >> 3] == 1 << (mark & 7)
        assert b'xml:id="%b"' % given.encode() in found[0]
        again = KERNEL.tei_encode(*values, 0, WORDS, marks, 4, True)
        assert b'xml:id="%b_n5"' % given.encode() in again[0]


def test_words_are_those_of_the_vocabulary() -> None:
    """The kernel knows the groups by their order, and a word by the first group that has it."""
    assert [*VOCABULARY] == ["title", "author", "date", "publisher", "language", "licence", "url"]
    assert len(set(KEYS)) == len(KEYS)
    assert all(len(words) <= 32 for words in VOCABULARY.values())
    pairs = [pair for pair in product(KEYS, KEYS) if pair[0] != pair[1]]
    metas = [shown([(one, '"2024-01-01"'), (other.upper(), '"en"')]) for one, other in pairs]
    check_rows([Document("a", "t", meta=meta) for meta in metas])


def test_shards_of_rows_are_those_of_documents(tmp_path: Path) -> None:
    docs = [Document(f"d{number}", "text\n" * 50, meta=b'{"title":"T"}') for number in range(60)]
    source = tmp_path / "a.jsonl"
    source.write_bytes(b"".join(JSONL.writer(WriteOptions()).encode(docs)))
    corpusfmt.convert(source, tmp_path / "one.xml", shard_size=9000)
    with without():
        corpusfmt.convert(source, tmp_path / "two.xml", shard_size=9000)
    names = [path.name for path in sorted(tmp_path.glob("one*xml"))]
    assert len(names) > 3
    for name in names:
        assert (tmp_path / name).read_bytes() == (tmp_path / name.replace("one", "two")).read_bytes()
