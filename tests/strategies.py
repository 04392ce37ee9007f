"""What tests throw at every format: documents over all of Unicode, and hostile ones."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from corpusfmt.model.document import Document

#: All Unicode scalar values.
characters = st.characters(exclude_categories=["Cs"])

MARKER = "\\ No newline at end of file"
LINES = [
    "", "<<<FILE d2 b.txt>>>", "<<<FILE", "<<<FILEx", "<<<SEED 1>>>", "<<<SEED", '<<<META {"a": 1}>>>', "<<<META",
    "\\<<<FILE d2 b.txt>>>", "\\\\<<<META {}>>>", "\\\\\\<<<SEED 1>>>", "\\x<<<FILE a b>>>", " <<<FILE a b>>>",
    "text<<<FILE a b>>>", "<<< FILE a b>>>", "<<FILE a b>>", "<<<file a b>>>", "\uff1c\uff1c\uff1cFILE a b\uff1e\uff1e\uff1e",
    MARKER, "\\" + MARKER, "\\\\" + MARKER, MARKER + "\r", "\\" + MARKER + "\r", MARKER + " ", " " + MARKER, MARKER + "x",
    "<<<<<<< HEAD", "=======", ">>>>>>> branch", "\\", "\\\\", "\\n", "{", '{"id": "x", "text": "y"}', "[", "null",
    "\r", "a\rb", "a\r", "\x0b\x0c", "\x85", "\u2028\u2029", "\x00", "\ufeff", "\ufeff<<<FILE a b>>>", "\u202e", "\x1b[31m",
    "\ufffe\uffff", "\U0001f468\u200d\U0001f469", "e\u0301", "\u00e9", '"', "''", "\t", "\x7f\x80\x9f", "\ufffd", ">>>", "x" * 300,
]  # fmt: skip

lines = st.one_of(st.sampled_from(LINES), st.text(characters, max_size=20))
texts = st.builds(
    lambda parts, end: "\n".join(parts) + end, st.lists(lines, max_size=6), st.sampled_from(["", "\n", "\n\n"])
)
#: Bodies whose encoding nobody declared.
raw_bodies = st.one_of(
    texts.map(str.encode),
    st.binary(max_size=40),
    st.builds(lambda a, b: a.encode() + b"\xff\xe9" + b.encode(), texts, texts),
)

NAMES = [
    "", "a.txt", "with space.txt", "a>>>b", "ends >", " leading", "trailing ", '"quoted"', '"', "..", "../up", "/abs", "C:\\x",
    "CON", "nul.txt", "a\tb", "a\nb", "a\r", "\u00e9", "e\u0301", "x" * 300, "<<<FILE a b>>>", "=7", "\u2028", "\x85", "\x00",
    "\u202egnp.exe", "{}", "\\u003e", "\\", ">>>", ">", "日本語", "\U0001f600",
]  # fmt: skip

names = st.one_of(st.sampled_from(NAMES), st.text(characters, max_size=12))
ids = st.one_of(
    st.sampled_from([name for name in NAMES if name]),
    st.text(characters, min_size=1, max_size=12),
    st.integers(-(10**30), 10**30),
)

NUMBERS = ["0", "-0", "1", "1.0", "1e400", "-1E+2", "0.10", "9" * 40, "9007199254740993", "1.0000000000000000000001"]
KEYS = [
    "",
    "a",
    "id",
    "name",
    "text",
    "meta",
    "title",
    'quo"te',
    "back\\slash",
    "\n",
    "\u00e9",
    "\U0001f600",
    "a b",
    ">>>",
]

_scalars = st.one_of(
    st.sampled_from(["null", "true", "false", *NUMBERS]),
    texts.map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.text(characters, max_size=8).map(json.dumps),
)
_keys = st.one_of(st.sampled_from(KEYS), st.text(characters, max_size=6))


def _object(pairs: dict[str, str]) -> str:
    return "{" + ", ".join(f"{json.dumps(key)}: {value}" for key, value in pairs.items()) + "}"


_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ",".join(items) + "]"),
        st.dictionaries(_keys, inner, max_size=3).map(_object),
    ),
    max_leaves=6,
)
#: JSON objects as UTF-8, spelled in many ways.
metadata = st.one_of(
    st.just(b"{}"), st.dictionaries(_keys, _values, max_size=4).map(lambda pairs: _object(pairs).encode())
)


def document(id: Any, text: str | bytes, name: str, meta: bytes) -> Document:
    return Document(id, text, name=name, meta=meta)


#: Documents whose text is characters.
text_documents = st.builds(document, ids, texts, names, metadata)
#: Documents of all sorts, those with bytes that are no UTF-8 among them.
any_documents = st.builds(document, ids, st.one_of(texts, raw_bodies), names, metadata)
corpora = st.lists(any_documents, max_size=5)
text_corpora = st.lists(text_documents, max_size=5)


_RECORD = (
    b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:0b4e4e2a-6f0f-4a7e-9a3a-000000000001>\r\n"
    b"WARC-Date: 2024-05-18T01:58:10Z\r\nWARC-Target-URI: https://example.org/\r\nContent-Type: text/plain\r\n"
)
#: Records in pieces, whole and broken, in any order.
broken_archives = st.lists(
    st.one_of(
        st.sampled_from(
            [_RECORD + b"Content-Length: 5\r\n\r\nhello\r\n\r\n", _RECORD + b"Content-Length: 4\r\n\r\nhello\r\n\r\n",
             _RECORD + b"Content-Length: 900\r\n\r\nhello\r\n\r\n", _RECORD + b"Content-Length: x\r\n\r\nhello\r\n\r\n",
             _RECORD + b"WARC-Block-Digest: sha1:AA==\r\nContent-Length: 0\r\n\r\n\r\n\r\n",
             _RECORD.replace(b"resource", b"metadata") + b"WARC-Refers-To: <urn:uuid:0b4e4e2a-6f0f-4a7e-9a3a-000000000001>\r\n"
             b"Content-Type: application/x.corpusfmt.document+json; version=1\r\nContent-Length: 31\r\n\r\n"
             b'{"id":"a","name":"b","meta":{}}\r\n\r\n',
             _RECORD.replace(b"resource", b"response").replace(b"text/plain", b"application/http")
             + b"Content-Length: 50\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nhello\xff\r\n\r\n",
             _RECORD, _RECORD.replace(b"\r\n", b"\n") + b"Content-Length: 5\n\nhello\r\n\r\n", b"WARC/1.1\r\n", b"WARC/1.0\n",
             b"WARC/0.18\r\n", b"warc/1.1\r\n", b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"Content-Length: 5\r\n", b" folded\r\n", b"X-A : b\r\n",
             b"WARC-Type: warcinfo\r\n", b"X: \x00\r\n", b"X: \xff\r\n", b":\r\n", b"hello", b"\r\n\r\nWARC/1.1\r\nA", b"\x1f\x8b"]
        ),
        st.binary(max_size=6),
    ),
    max_size=8,
).map(b"".join)  # fmt: skip


_OURS = b'<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="d1" type="corpusfmt-1">'
#: Pieces of TEI, whole and broken, in any order.
broken_tei = st.lists(
    st.one_of(
        st.sampled_from(
            [b'<?xml version="1.0"?>', b'<?xml version="1.0" encoding="ISO-8859-1"?>', b'<?xml version="1.0" encoding="UTF-16"?>',
             b'<!DOCTYPE TEI SYSTEM "x">', b'<!DOCTYPE TEI [<!ENTITY a "b">]>', b'<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="a">',
             b"<TEI>", b'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">\n', _OURS, b"</TEI>", b"</teiCorpus>", b"<teiHeader>", b"</teiHeader>",
             b"<fileDesc><titleStmt><title>t</title></titleStmt></fileDesc>", b"<text><body><p>", b"</p></body></text>", b"<p>", b"</p>",
             b"<lb/>", b'<lb break="no"/>', b"<note>n</note>", b"<choice><sic>s</sic><corr>c</corr></choice>", b"word", b" ", b"\n", b"\r\n",
             b"&amp;", b"&a;", b"&#0;", b"&#13;", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?pi?>", b'<idno type="id">', b"</idno>",
             b'<idno type="sha256">', b'<g ref="#d1_u0000"/>', b"\xff", b"\x00", b"\xef\xbb\xbf", b"<a:b/>", b'<x xmlns="u"/>', b"\xc3\xa9"]
        ),
        st.binary(max_size=4),
    ),
    max_size=14,
).map(b"".join)  # fmt: skip
