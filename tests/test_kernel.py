"""The compiled kernel against the code in Python: whatever is read and written, both give the same."""

from __future__ import annotations

import array
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt.formats.jsonl import FORMAT as JSONL
from corpusfmt.formats.seed import FORMAT as SEED
from corpusfmt.formats.tei import FORMAT as TEI
from corpusfmt.formats.warc import FORMAT as WARC
from corpusfmt.limits import ANY, MAX_HEADER, MAX_METADATA, USUAL
from corpusfmt.model import rows as model_rows
from corpusfmt.model.document import Document
from corpusfmt.model.errors import LossError
from corpusfmt.model.finding import Finding
from corpusfmt.model.format import Format, ReadOptions, WriteOptions
from corpusfmt.model.loss_kinds import ALLOWABLE
from corpusfmt.model.rows import COLUMNS, Rows, Values
from corpusfmt.model.text_search import Documents
from corpusfmt.plugins import builtin_rules
from corpusfmt.receipt.sections import digests
from corpusfmt.sources.batches import scan
from corpusfmt.storage import open_output
from corpusfmt.text import kernel
from corpusfmt.text.primitives import escape_json
from corpusfmt.verbs.convert.entries import packed
from tests import strategies
from tests.support import Pieces

KERNEL: Any = kernel.KERNEL
pytestmark = pytest.mark.skipif(KERNEL is None, reason="the kernel is not built here, or switched off")

#: The modules that use the kernel.
USERS: Final = (
    "seed.read",
    "seed.write",
    "jsonl.read",
    "jsonl.write",
    "tei.read",
    "tei.write",
    "warc.read",
    "warc.write",
)
WAYS: Final = (0, 1, 7, 64)
#: Keys of layouts, and what writers may lose.
LAYOUTS: Final[list[dict[str, str]]] = [
    *[{"layout": name} for name in ("native", "dolma", "hf", "text-meta")],
    {"text-field": "t", "id-field": "i", "name-field": "n"},
    {"text-field": "text", "meta-field": "m"},
    {"id-field": "", "name-field": "a", "text-field": "é"},
    {"text-field": 'quo"te', "id-field": "back\\slash", "name-field": "\n"},
    {"text-field": "text", "id-field": "", "name-field": "name", "meta-field": "meta"},
]


@contextmanager
def without() -> Iterator[None]:
    """Take the kernel away."""
    with pytest.MonkeyPatch.context() as patch:
        for module in USERS:
            patch.setattr(f"corpusfmt.formats.{module}.KERNEL", None)
        yield


def told(document: Document) -> tuple[object, ...]:
    """Return all that a document holds."""
    fields = (document.name, document.data, document.encoding, document.meta_json, document.origin)
    return (isinstance(document.id, int), document.id, *fields)


class Scanned(NamedTuple):
    """What a scan gives, however it is divided into batches: documents and findings; each record that was refused, and
    how many documents were before it; what was dropped; whether the rest was not read.
    """

    documents: list[tuple[object, ...]]
    findings: list[Finding]
    refused: list[tuple[int, Finding, bytes, bool]]
    dropped: Counter[str]
    fatal: bool


def scanned(format: Format, data: bytes, size: int, options: ReadOptions) -> Scanned:
    whole = Scanned([], [], [], Counter(), fatal=False)
    for batch in format.scan(Pieces(data, size or 1 << 30), options):
        whole.documents.extend(told(document) for document in batch.documents)
        whole.findings.extend(batch.findings)
        whole.dropped.update(batch.dropped)
        if any(finding.severity == "error" for finding in batch.findings):
            whole.refused.append((len(whole.documents), batch.findings[-1], batch.refused, batch.cut))
        whole = whole._replace(fatal=batch.fatal)
    return whole


def agree(format: Format, data: bytes, options: ReadOptions | None = None, sizes: Sequence[int] = WAYS) -> None:
    """Check that a source is read alike with the kernel and without, in pieces of any size."""
    for size in sizes:
        for lines in (False, True):
            how = (options or ReadOptions())._replace(lines=lines, thorough=lines)
            found = scanned(format, data, size, how)
            with without():
                assert found == scanned(format, data, size, how)


def is_quick(format: Format, data: bytes, options: ReadOptions | None = None) -> bool:
    """Say whether the kernel reads all of a source."""
    options = (options or ReadOptions())._replace(lines=False)
    found = [batch.documents for batch in format.scan(Pieces(data), options) if batch.documents]
    return bool(found) and all(isinstance(documents, Rows) for documents in found)


# -- reading -------------------------------------------------------------------------------------------------------


class Change(NamedTuple):
    """A change of bytes: where, in parts of a thousand, how many are taken away, and what comes instead."""

    at: int
    taken: int
    put: bytes


ODD: Final = [
    b"", b"\n", b"\r", b"\r\n", b"\0", b'"', b"\\", b"\\\\", b"<", b"<<<", b">", b">>>", b" ", b"\t", b"{", b"}", b"[", b"]", b",", b":", b"=",
    b"0", b"-", b".", b"e", b"u", b"\x1f", b"\x7f", b"\x80", b"\xc2\x85", b"\xe2\x80\xa8", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xef\xbf\xbe",
    b"\xf0\x9f\x98\x80", b"\xf4\x90\x80\x80", b"\xff", b"\\u0061", b"\\ud800", b"\\ud83d\\ude00", b"\\udc00", b"\\/", b"null", b"&lt;&lt;&lt;FILE",
]  # fmt: skip
changes = st.lists(
    st.builds(Change, st.integers(0, 1000), st.sampled_from([0, 0, 1, 1, 2, 9]), st.sampled_from(ODD)), max_size=2
)


def changed(data: bytes, todo: list[Change]) -> bytes:
    for at, taken, put in todo:
        start = len(data) * at // 1000
        data = data[:start] + put + data[start + taken :]
    return data


#: More members than objects usually have.
MEMBERS: Final = ",".join([f'"{n}":{n}' for n in range(60)])
HEADERS: Final = [
    "<<<FILE a b>>>", "<<<FILE a >>>", "<<<FILE a  >>>", "<<<FILE a b >>>", "<<<FILE  b>>>", "<<<FILE a>>>", "<<<FILE >>>", "<<<FILE>>>",
    "<<<FILE =7 b>>>", "<<<FILE =07 b>>>", "<<<FILE =-0 b>>>", "<<<FILE = b>>>", "<<<FILE 7 b>>>", '<<<FILE "a b" c>>>', '<<<FILE a "b c">>>',
    '<<<FILE a" b>>>', "<<<FILE a\tb c>>>", "<<<FILE a b\tc>>>", "<<<FILE a\\ b>>>", "<<<FILE a b\\n>>>", "<<<FILE a b>>>>", "<<<FILE a b>>> >>>",
    "<<<FILE a b>>", "<<<FILEa b>>>", "<<<FILE a b<c>>>", "<<<FILE a b>>> ", "<<<FILE a\x85 b\x85>>>", "<<<FILE a\u2028 b\u2029>>>",
    "<<<FILE a\0 b\0>>>", "<<<FILE \ufffe \uffff>>>", "<<<FILE a b\r>>>", "<<<FILE é 日本語 \U0001f600>>>", "<<<FILE a b>>><<<META {}>>>",
]  # fmt: skip
METAS: Final = [
    "", "<<<META {}>>>\n", "<<<META { }>>>\n", '<<<META {"a":1}>>>\n', '<<<META { "a" : [1, {"b": null}] }>>>\n', '<<<META {"a":1,"a":2}>>>\n',
    '<<<META {"a":1,"\\u0061":2}>>>\n', '<<<META {"a":"\\ud800"}>>>\n', '<<<META {"a":"\\ud83d\\ude00"}>>>\n', '<<<META {"a":"<<<FILE"}>>>\n',
    "<<<META []>>>\n", "<<<META {}>>\n", "<<<META {}>>>\r\n", "<<<META {} >>>\n", "<<<META  {}>>>\n", "<<<META{}>>>\n", "<<<META>>>\n",
    "<<<META {}>>>", '<<<META {"a":">>>"}>>>\n', "<<<META {}>>>\n<<<META {}>>>\n", '<<<META {"a":' + "[" * 80 + "1" + "]" * 80 + "}>>>\n",
    '<<<META {"a":01}>>>\n', '<<<META {"a":1e999}>>>\n', "<<<META {" + MEMBERS + "}>>>\n",
]  # fmt: skip
_headers = st.one_of(
    st.just("<<<FILE a b>>>"),
    st.sampled_from(HEADERS),
    st.builds("<<<FILE {} {}>>>".format, strategies.ids, strategies.names),
)
_metas = st.one_of(st.just(""), st.sampled_from(METAS), strategies.metadata.map(lambda m: f"<<<META {m.decode()}>>>\n"))
_ends = st.sampled_from(
    ["\n", "\n", "", "\r\n", "\n\\ No newline at end of file\n", "\n\\ No newline at end of file", "\\ No newline at end of file\n",
     "\n\\\\ No newline at end of file\n", "\n/ No newline at end of file\n", "\n No newline at end of file\n", "x\n\n"]
)  # fmt: skip
_bodies = st.one_of(st.sampled_from(["", "text", "two\nlines"]), strategies.texts)
_parts = st.builds(
    lambda header, line_end, meta, body, end: (header + line_end + meta + body + end).encode(),
    _headers, st.sampled_from(["\n", "\n", "\n", "\r\n"]), _metas, _bodies, _ends,
)  # fmt: skip
_heads = st.sampled_from(
    [b"", b"", b"<<<SEED 1>>>\n", b"<<<SEED 1>>>\n", b"\xef\xbb\xbf", b"\n\n", b"<<<SEED 2>>>\n", b"x\n"]
)
seeds = st.builds(
    lambda head, parts, todo: changed(head + b"".join(parts), todo), _heads, st.lists(_parts, max_size=4), changes
)

STRINGS: Final = [
    '""', '"a"', '"\\u0000"', '"\0"', '"\x1f"', '"\\/"', '"\\"', '"\\\\"', '"\\x"', '"\\u00e9"', '"\\u00E9\\uD83D\\uDE00"', '"\\ud800"', '"\\udc00"',
    '"\\ud800\\u0061"', '"\\ud83d\\\\ude00"', '"\\ud83d"', '"\\u12"', '"\\u"', '"a', "a", '"\u2028\u2029\x85\x7f"', '"\ufffe\uffff\ufdd0"', '"é日\U0001f600"',
    '"0123456789abcdef0123456789abcdef"', '"0123456789abcde\\n"', '"0123456789abcdef\\t\\b\\f\\r\\n\\""', "'a'", '"=7"', '" "', '"a "', '"a>>>b"', '"<<<FILE a b>>>"',
]  # fmt: skip
VALUES: Final = [
    "0", "-0", "-5", "007", "-", "1.0", "1e3", "1E+3", "1e", "1.", ".5", "+1", "9" * 18, "9" * 19, "-" + "9" * 18, "-" + "9" * 19, "9" * 1001, "null",
    "true", "false", "nul", "True", "NaN", "{}", "{ }", "{%s}" % (" " * 13), "{%s}" % (" " * 14), "[]", "[ ]", "[1,]", "[,]", '{"a":1,}', '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}', '{"\\ud800":1}', '{"a":{"b":1},"b":{"b":2}}', '{"a" : [ 1 , 2 ] }', "[" * 70 + "]" * 70, "{" + MEMBERS + "}",
    "[1 2]", '{"a" 1}', "{a:1}", "[1}", '{"a":1]', "{,}", "[\r1]", "[\x0c1]", "1 ", "",
]  # fmt: skip
KEYS: Final = [
    "id", "name", "text", "meta", "i", "n", "t", "m", "a", "é", "", "\\u0069d", "te\\u0078t", "source", 'quo\\"te', "back\\\\slash", "\\n", "b c",
]  # fmt: skip
_spaces = st.sampled_from(["", "", "", " ", "\t", "  ", "\r", "\n"])
_values = st.one_of(
    st.sampled_from(STRINGS), st.sampled_from(VALUES), st.text(strategies.characters, max_size=30).map(
        lambda text: f'"{escape_json(text.encode()).decode()}"'
    ), strategies.metadata.map(bytes.decode),
)  # fmt: skip
_usual: Final = {
    "id": st.sampled_from(['"a"', "7", '"\\u0061"', '"é"']), "name": st.sampled_from(['""', '"n"', '"n\\n"']),
    "text": st.sampled_from(['""', '"t"', '"t\\nt"', '"é\\ud83d\\ude00"']), "meta": st.sampled_from(["{}", "{ }", '{"a":1}', '{ "a": [1] }']),
}  # fmt: skip


@st.composite
def records(draw: st.DrawFn) -> bytes:
    """Draw a line: mostly a record with what it needs, and up to two odd members."""
    keys = draw(
        st.one_of(
            st.just(["id", "name", "text", "meta"]),
            st.permutations(["id", "name", "text", "meta"]),
            st.sampled_from([["id", "text"], ["text"], ["t", "i", "n", "a"], ["text", "m"], ["é", "a"], ["id", "text", "name"]]),
        )
    )  # fmt: skip
    members = [(key, draw(_usual.get(key, st.sampled_from(['"a"', "1", "{}"])))) for key in keys]
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        member = (draw(st.sampled_from(KEYS)), draw(_values))
        at = draw(st.integers(0, len(members)))
        members[at : at + draw(st.integers(0, 1))] = [member]
    before, comma, colon, after = draw(
        st.sampled_from([("", ",", ":", ""), ("", ", ", ": ", ""), (" ", " ,\t", " : ", " "), ("", ",", ":", "\r")])
    )
    inside = comma.join([f'"{key}"{colon}{value}' for key, value in members])
    line = f"{before}{{{before}{inside}{draw(_spaces)}}}{after}"
    return line.encode("utf-8", "surrogatepass") + draw(
        st.sampled_from([b"\n"] * 6 + [b"\r\n", b"\n\n", b"", b"\n \t\r\n"])
    )


_starts = st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\n", b"[\n", b"\xff\xfe"])
jsonls = st.builds(
    lambda start, lines, todo: changed(start + b"".join(lines), todo), _starts, st.lists(records(), max_size=4), changes
)

limits = st.builds(
    lambda document, header, metadata, depth: USUAL._replace(
        document=document, header=header, metadata=metadata, depth=depth
    ),
    st.sampled_from([ANY, 20, 40]), st.sampled_from([USUAL.header, 15, 16]), st.sampled_from([ANY, 1, 2, 7, 16]),
    st.sampled_from([USUAL.depth, 1, 2, 4, 5, 6]),
)  # fmt: skip
options = st.builds(
    lambda limits, id_from, encoding, own, resumed: ReadOptions(
        encoding, id_from, limits.document, own, limits=limits, resumed=resumed
    ),
    st.one_of(st.just(USUAL), limits), st.sampled_from([None, None, None, "line", "name"]),
    st.sampled_from([None, None, None, "latin-1"]), st.sampled_from(LAYOUTS), st.sampled_from([b"", b"<<<SEED 1>>>\n"]),
)  # fmt: skip


@given(seeds, options, st.sampled_from(WAYS))
def test_seed_files_are_read_alike(data: bytes, options: ReadOptions, size: int) -> None:
    agree(SEED, data, options._replace(own={}), [size])


@given(jsonls, options, st.sampled_from(WAYS))
def test_json_lines_are_read_alike(data: bytes, options: ReadOptions, size: int) -> None:
    agree(JSONL, data, options, [size])


@given(st.binary(max_size=80), st.sampled_from([SEED, JSONL]))
def test_any_bytes_are_read_alike(data: bytes, format: Format) -> None:
    agree(format, data, sizes=[0])


@given(st.lists(strategies.text_documents, min_size=1, max_size=5), st.sampled_from(LAYOUTS), st.sampled_from(WAYS))
def test_what_is_written_is_read_alike(docs: list[Document], own: dict[str, str], size: int) -> None:
    everything = frozenset({"id", "name", "metadata", "encoding", "bytes"})
    agree(SEED, b"<<<SEED 1>>>\n" + b"".join(SEED.writer(WriteOptions()).encode(docs)), sizes=[size])
    lines = JSONL.writer(WriteOptions(everything, own)).encode(docs)
    agree(JSONL, b"".join(lines), ReadOptions(own=own), [size])


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("head", [b"", b"<<<SEED 1>>>\n"], ids=["plain", "version 1"])
def test_each_header(header: str, head: bytes) -> None:
    line = header.encode()
    agree(SEED, head + line + b"\ntext\n")
    agree(SEED, head + b"<<<FILE x y>>>\ntext\n" + line + b"\n")
    agree(SEED, head + line)


@pytest.mark.parametrize("meta", METAS)
@pytest.mark.parametrize("head", [b"", b"<<<SEED 1>>>\n"], ids=["plain", "version 1"])
def test_each_metadata_line(meta: str, head: bytes) -> None:
    agree(SEED, head + b"<<<FILE a b>>>\n" + meta.encode() + b"text\n<<<FILE c d>>>\n" + meta.encode())


MARK: Final = b"\\ No newline at end of file"
TEXTS: Final = {
    "an end marker at the end": b"a\n%b\n",
    "one without its line end": b"a\n%b",
    "one alone": b"%b\n",
    "one after an empty line": b"\n%b\n",
    "one that is escaped": b"a\n\\%b\n",
    "one before others": b"a\n%b\nb\n",
    "one before an empty line": b"a\n%b\n\n",
    "one with CR": b"a\n%b\r\n",
    "one after CR": b"a\r\n%b\n",
    "one amid a line": b"a %b\n",
    "two": b"a\n%b\n%b\n",
    "one with a space": b"a\n%b \n",
    "a near one": b"a\n/" + MARK[1:] + b"\n",
    "one without a backslash": b"a\n" + MARK[1:] + b"\n",
    "no final line end": b"a",
    "CR at the end": b"a\r",
    "nothing": b"",
    "an empty line": b"\n",
    "NUL": b"a\0b\n",
    "a noncharacter": "a\ufffe\uffff\U0001ffff\n".encode(),
    "U+2028 and U+0085": "a\u2028b\x85c\n".encode(),
    "half a surrogate pair": b"a\xed\xa0\x80\n",
    "an overlong character": b"a\xc0\xaf\n",
    "a cut character": b"a\xe2\x82",
    "a byte order mark": b"\xef\xbb\xbfa\n",
    "a conflict": b"<<<<<<< a\nb\n=======\nc\n>>>>>>> d\n",
    "half a conflict": b"=======\nc\n>>>>>>> d\n",
    "a bundle of another program": b"<<<END>>>\n",
    "a bracket": b"a < b\n",
    "a header in HTML": b"&lt;&lt;&lt;FILE a b&gt;&gt;&gt;\n",
    "a header in wide brackets": "\uff1c\uff1c\uff1cFILE a b\uff1e\uff1e\uff1e\n".encode(),
    "a fence": b"a\n```\n",
    "a farewell": b"a\n\nLet me know if you need more.\n",
    "a pragma": b"<<<SEED 1>>>\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("head", [b"", b"<<<SEED 1>>>\n"], ids=["plain", "version 1"])
def test_each_text_of_a_seed_file(text: bytes, head: bytes) -> None:
    body = text.replace(b"%b", MARK)
    for meta in (b"", b'<<<META {"a": "\\\\"}>>>\n'):
        one, other = b"<<<FILE a b>>>\n" + meta, b"<<<FILE c d>>>\n"
        agree(SEED, head + one + body)
        agree(SEED, head + one + body + other + b"x\n")
        agree(SEED, head + other + b"x\n" + one + body)


RECORDS: Final = {
    "compact": '{"id":"a","name":"n","text":"t","meta":{}}\n',
    "spaced": '{"id": "a", "name": "n", "text": "t", "meta": {"a": 1}}\n',
    "another order": '{"text":"t","meta":{"a":1},"id":7}\n',
    "the last line without LF": '{"id":"a","text":"t"}\n{"id":"b","text":"t"}',
    "CR and LF": '{"id":"a","text":"t"}\r\n{"id":"b","text":"t"}\r\n',
    "a blank line": '{"id":"a","text":"t"}\n\n{"id":"b","text":"t"}\n',
    "blank lines at the end": '{"id":"a","text":"t"}\n \n\t\n',
    "a blank line and a byte order mark": '\ufeff\n{"id":"a","text":"t"}\n',
    "a byte order mark": '\ufeff{"id":"a","text":"t"}\n',
    "a byte order mark later": '{"id":"a","text":"t"}\n\ufeff{"id":"b","text":"t"}\n',
    "white space around": ' \t{"id":"a","text":"t"} \t\n',
    "metadata of one space": '{"id":"a","name":"n","text":"t","meta":{ }}\n',
    "metadata of 13 spaces": '{"id":"a","name":"n","text":"t","meta":{%s}}\n' % (" " * 13),
    "metadata of 14 spaces": '{"id":"a","name":"n","text":"t","meta":{%s}}\n' % (" " * 14),
    "null": '{"id":"a","name":null,"text":"t","meta":null}\n',
    "a key twice": '{"id":"a","text":"t","id":"b"}\n',
    "a key twice in another spelling": '{"id":"a","text":"t","\\u0069d":"b"}\n',
    "a key twice in the metadata": '{"id":"a","name":"n","text":"t","meta":{"a":1,"a":1}}\n',
    "one key in two objects": '{"id":"a","name":"n","text":"t","meta":{"a":{"a":1},"b":{"a":1}}}\n',
    "two records on a line": '{"id":"a","text":"t"}{"id":"b","text":"t"}\n',
    "a comma after the record": '{"id":"a","text":"t"},\n',
    "an array": '[{"id":"a","text":"t"}]\n',
    "an empty record": "{}\n",
    "an id of 18 digits": '{"id":%s,"text":"t"}\n' % ("9" * 18),
    "an id of 19 digits": '{"id":%s,"text":"t"}\n' % ("9" * 19),
    "the id -0": '{"id":-0,"text":"t"}\n',
    "the id 007": '{"id":007,"text":"t"}\n',
    "the id 1.0": '{"id":1.0,"text":"t"}\n',
    "the id -1": '{"id":-1,"text":"t"}\n',
    "an empty id": '{"id":"","text":"t"}\n',
    "an id of NUL": '{"id":"\\u0000","text":"\\u0000"}\n',
    "controls": '{"id":"a","text":"t\x01"}\n',
    "NUL": '{"id":"a","text":"t\0"}\n',
    "DEL, U+0085 and U+2028": '{"id":"a\x85","name":"\x7f\x85\u2028 ","text":"\x7f\x85\u2028\u2029"}\n',
    "noncharacters": '{"id":"\ufffe","text":"\uffff\ufdd0\U0010ffff"}\n',
    "a surrogate pair": '{"id":"\\ud83d\\ude00","text":"\\uD83D\\uDE00"}\n',
    "half of one": '{"id":"a","text":"\\ud83d"}\n',
    "its halves turned": '{"id":"a","text":"\\ude00\\ud83d"}\n',
    "half of one in the metadata": '{"id":"a","name":"","text":"","meta":{"a":"\\ud83d"}}\n',
    "an escape that is none": '{"id":"a","text":"\\x"}\n',
    "an escape that is cut": '{"id":"a","text":"\\u00"}\n',
    "a backslash at the end": '{"id":"a","text":"\\',
    "a text that is not closed": '{"id":"a","text":"t}\n',
    "a text that is null": '{"id":"a","text":null}\n',
    "no text": '{"id":"a"}\n',
    "no id": '{"text":"t"}\n',
    "48 keys": '{"id":"a","text":"t",' + ",".join(MEMBERS.split(",")[:46]) + "}\n",
    "49 keys": '{"id":"a","text":"t",' + ",".join(MEMBERS.split(",")[:47]) + "}\n",
    "63 levels": '{"id":"a","name":"","text":"t","meta":' + '{"a":' * 63 + "1" + "}" * 63 + "}\n",
    "64 levels": '{"id":"a","name":"","text":"t","meta":' + '{"a":' * 64 + "1" + "}" * 64 + "}\n",
    "65 levels": '{"id":"a","name":"","text":"t","meta":' + '{"a":' * 65 + "1" + "}" * 65 + "}\n",
    "512 levels": '{"id":"a","name":"","text":"t","meta":' + '{"a":' * 512 + "1" + "}" * 512 + "}\n",
    "513 levels": '{"id":"a","name":"","text":"t","meta":' + '{"a":' * 513 + "1" + "}" * 513 + "}\n",
    "2,000 levels": '{"id":"a","name":"","text":"t","meta":%s\n' % ('{"a":' * 2000),
}


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_each_record(record: str) -> None:
    data = record.encode()
    usual = b'{"id":"x","name":"y","text":"z","meta":{}}\n'
    sizes = WAYS if len(data) < 500 else WAYS[:1]
    for own in LAYOUTS[:4]:
        how = ReadOptions(own=own)
        agree(JSONL, data, how, sizes)
        agree(JSONL, usual + data, how, sizes)
        agree(JSONL, data + usual, how, sizes)


@pytest.mark.parametrize("value", [*STRINGS, *VALUES])
def test_each_value(value: str) -> None:
    for field, others in (("id", '"text":"t"'), ("name", '"id":1,"text":"t"'), ("text", '"id":1'), ("meta", '"id":1,"text":"t"'), ("a", '"id":1,"text":"t"')):  # fmt: skip
        for own in LAYOUTS[:3]:
            agree(JSONL, f'{{"{field}":{value},{others}}}\n'.encode(), ReadOptions(own=own), [0])
    agree(SEED, f'<<<SEED 1>>>\n<<<FILE a b>>>\n<<<META {{"a":{value}}}>>>\n'.encode(), sizes=[0])


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_sizes_at_limits(more: int) -> None:
    document = b'<<<FILE a b>>>\n<<<META {"a":1}>>>\ntext\n'
    line = b'{"id":"a","name":"","text":"text","meta":{"a":1}}'
    for limits, size, text in (
        (USUAL._replace(document=len(document) + more), 0, document),
        (USUAL._replace(header=14 + more), 0, document),
        (USUAL._replace(metadata=7 + more), 0, document),
        (USUAL._replace(document=len(line) + more), 0, line),
        (USUAL._replace(metadata=7 + more), 0, line),
    ):
        format, head = (SEED, b"<<<SEED 1>>>\n") if text == document else (JSONL, b"")
        for own in LAYOUTS[:3]:
            options = ReadOptions(max_document=limits.document, limits=limits, own=own)
            for end in (b"", b"\n", b"\r\n"):
                agree(format, head + text + end + text, options, [size])


def test_limits_that_no_file_reaches() -> None:
    """They are numbers of Python, of any size."""
    limits = USUAL._replace(document=1 << 80, header=1 << 80, metadata=1 << 80, depth=1 << 80)
    options = ReadOptions(max_document=1 << 80, limits=limits)
    agree(SEED, b'<<<SEED 1>>>\n<<<FILE a b>>>\n<<<META {"a":1}>>>\ntext\n', options)
    agree(JSONL, b'{"id":"a","text":"t"}\n', options)


@pytest.mark.parametrize(
    ("format", "data", "own"),
    [
        (SEED, b"<<<FILE a b>>>\ntext\n<<<FILE c \xc3\xa9 e.txt>>>\n", {}),
        (SEED, b'<<<SEED 1>>>\n<<<FILE a b>>>\n<<<META {"a": "<\\\\"}>>>\ntext\n%b\n<<<FILE c d>>>\ntext' % MARK, {}),
        (JSONL, b'{"id":"a","name":"n\\n","text":"\\ud83d\\ude00","meta":{"a":[1.5e3,true,{}]}}\n', {}),
        (JSONL, b'{"id": 12, "text": "t", "meta": {}}\n{"id": "b", "text": ""}', {}),
        (JSONL, b'{"text": "t", "id": "a", "source": "s", "added": null}\n', {"layout": "dolma"}),
        (JSONL, b'{"i": -7, "n": null, "t": "t", "": {"a": 1}}\n', LAYOUTS[4]),
    ],
)
def test_the_usual_cases_are_quick(format: Format, data: bytes, own: dict[str, str]) -> None:
    assert is_quick(format, data, ReadOptions(own=own))
    agree(format, data, ReadOptions(own=own))


@pytest.mark.parametrize("layout", ["text-meta", "hf", "native"])
def test_ids_that_are_made_of_lines(layout: str) -> None:
    """Those of records without one, which are known to be made."""
    lines = [
        b'{"text": "one"}\n', b'{"text": "t\\n", "meta": {"a": 1}}\n', b"\n", b'{"id": "x", "text": "two"}\n',
        b'{"id": null, "text": "two"}\n', b'{"id": 5, "text": "two", "meta": {}}\n', b'{"text": "three"}',
    ]  # fmt: skip
    data = b"".join(lines)
    options = ReadOptions(None, "line", own={"layout": layout})
    agree(JSONL, data, options)
    found = []
    for context in (nullcontext(), without()):
        with context:
            documents, made, is_quick = list[tuple[object, ...]](), list[int](), False
            for batch in scan(Pieces(data), JSONL, options):
                made += [len(documents) + at for at in sorted(batch.made)]
                documents += [told(document) for document in batch.documents]
                is_quick = is_quick or (isinstance(batch.documents, Rows) and bool(batch.made))
            found.append((documents, made))
            assert is_quick == (len(found) == 1)
    assert found[0] == found[1]
    assert [document[1] for document in found[0][0]][:2] == ["1", "2"]
    assert found[0][1][:2] == [0, 1]


# -- writing -------------------------------------------------------------------------------------------------------


def rows_of(docs: Sequence[Document], apart: int, *, is_text: bool) -> Rows:
    """Return documents as rows. The bits of ``apart`` say which values stand in the arena."""
    parts: list[tuple[bytes, bool]] = []
    table: list[list[int]] = []
    sizes = [0, 0]
    for document in docs:
        row = [0] * COLUMNS
        meta = document.meta_json if document.meta_json != b"{}" else b""
        for column, value in (
            (2, str(document.id).encode()),
            (4, document.name.encode()),
            (6, document.data),
            (8, meta),
        ):
            if value or column != 8:
                is_apart = bool(apart >> len(parts) % 16 & 1) and bool(value)
                parts.append((value, is_apart))
                row[column] = sizes[is_apart] + (1 << 40 if is_apart else 0)
                row[column + 1] = row[column] + len(value)
                sizes[is_apart] += len(value)
        row[10] = isinstance(document.id, int)
        table.append(row)
    buffer = b"".join(value for value, is_apart in parts if not is_apart)
    arena = b"".join(value for value, is_apart in parts if is_apart)
    offsets = [at - (1 << 40) + len(buffer) if at >= 1 << 40 else at for row in table for at in row]
    values = Values(buffer, arena, array.array("q", offsets).tobytes())
    return Rows(values, "test", 0, encoding="utf-8" if is_text else None)


def result(work: Callable[[], Sequence[bytes]]) -> object:
    """Return the pieces, or what the error says."""
    try:
        return list(work())
    except LossError as error:
        return error.losses


@given(st.lists(strategies.text_documents, max_size=5), st.integers(0, 2**16 - 1), st.booleans(), st.booleans())
def test_what_is_known_of_documents_for_a_proof(docs: list[Document], apart: int, listed: bool, quick: bool) -> None:
    values = rows_of(docs, apart, is_text=True).values
    entries, lines, count = KERNEL.proof(*values, listed, quick)
    each = [packed(document) for document in docs]
    assert entries == b"".join([len(entry).to_bytes(4, "little") + b"\0\0" + entry for entry in each])
    plain = [json.dumps(digests(document), sort_keys=True).encode() for document in docs]
    assert lines == (b",\n".join(plain) if listed else b"")
    assert count == len(docs)


allowed = st.frozensets(st.sampled_from(ALLOWABLE))
writers = st.one_of(
    st.builds(lambda own, allow: (JSONL, WriteOptions(allow, own)), st.sampled_from(LAYOUTS), allowed),
    st.builds(
        lambda own, allow: (SEED, WriteOptions(allow, own)), st.sampled_from([{}, {"dialect": "plain"}]), allowed
    ),
)


@given(st.lists(strategies.text_documents, max_size=5), st.integers(0, 0xFFFF), writers)
def test_rows_are_written_as_documents_are(docs: list[Document], apart: int, how: tuple[Format, WriteOptions]) -> None:
    format, options = how
    for is_text in (True, False):
        rows = rows_of(docs, apart, is_text=is_text)
        assert [told(d)[:3] for d in rows] == [told(d)[:3] for d in docs]
        assert [d.meta_json for d in rows] == [d.meta_json for d in docs]
        found = result(lambda rows=rows: format.writer(options).encode(rows))  # type: ignore[misc]
        assert found == result(lambda rows=rows: format.writer(options).encode(list(rows)))  # type: ignore[misc]


WRITERS: Final = [
    *[(JSONL, own) for own in LAYOUTS], (SEED, {}), (SEED, {"dialect": "plain"}), (TEI, {}), (WARC, {}),
]  # fmt: skip


@pytest.mark.parametrize(("format", "own"), WRITERS, ids=[f"{format.name} {own}" for format, own in WRITERS])
@given(docs=st.lists(strategies.text_documents, max_size=5), apart=st.integers(0, 0xFFFF))
def test_losses_of_rows_are_those_of_documents(
    format: Format, own: dict[str, str], docs: list[Document], apart: int
) -> None:
    """With low limits too, at which much is too large."""
    assert format.row_losses is not None
    module = f"corpusfmt.formats.{format.name}.write"
    for limits in ({}, {"MAX_METADATA": 9, "MAX_HEADER": 60, "WARC_NAME": 5}):
        with pytest.MonkeyPatch.context() as patch:
            for name, value in limits.items():
                patch.setattr(f"{module}.{name}", value, raising=False)
            rows, options = rows_of(docs, apart, is_text=True), WriteOptions(own=own)
            found = format.row_losses(rows, options)
            for number, document in enumerate(docs):
                if number not in found.doubtful:
                    kinds = {kind for kind, numbers in found.kinds.items() if number in numbers}
                    assert kinds == {loss.kind for loss in format.losses(document, options)}, document
            usual = [d for d in docs if not format.losses(d, options) and (f"{d.id}{d.name}").isalnum()]
            if not limits and not any(b"<<<" in d.data or d.meta_json != b"{}" or isinstance(d.id, int) for d in usual):
                assert not format.row_losses(rows_of(usual, apart, is_text=True), options).doubtful


SPACES: Final = [chr(code) for code in range(0x110000) if chr(code).isspace()]


@pytest.mark.parametrize("near", [-1, 0, 1])
def test_blank_texts_are_those_of_white_space(near: int) -> None:
    texts = [chr(ord(space) + near) * 3 for space in SPACES if ord(space) + near > 0]
    texts += [" " * 61 + text for text in texts] + [
        " " * 62 + "\u3000",
        " " * 62 + "\u3001",
        " " * 64 + "a",
        "日本",
        "\xa0" * 31 + "é",
    ]
    docs = [Document("d", text) for text in texts]
    expected = [at for at, text in enumerate(texts) if text.isspace() or text.endswith(" " * 64 + "a")]
    assert rows_of(docs, 0, is_text=True).blanks == expected


#: Texts, ids and names that rules look at closely.
LOOKED_AT: Final = [
    "",
    " ",
    "\n",
    "\u2003",
    "\x85",
    "a" * 70,
    " " * 70,
    "a\0b",
    "~{<:Ky2;NpPT~}",
    "\x1b$B",
    "a ",
    " a",
    "a.",
    "con",
    "../a",
    "A",
    "a",
    "a\n",
    "\n\n",
    "é\u00ad",
]


@given(
    st.lists(st.tuples(*[st.sampled_from(LOOKED_AT)] * 3, st.booleans()), min_size=1, max_size=6),
    st.integers(0, 0xFFFF),
)
def test_rules_find_the_same_in_rows(made: list[tuple[str, str, str, bool]], apart: int) -> None:
    docs = [Document(7 if number else id or "x", text, name=name) for id, name, text, number in made]
    for is_text in (True, False):
        rows = rows_of(docs, apart, is_text=is_text)
        one, other = Documents(rows), Documents([*rows])
        for fact in ("joined", "are_utf8", "ids", "names", "lines"):
            assert getattr(one, fact) == getattr(other, fact)
        assert (len(one), [*one], one[0], one[1:]) == (len(other), [*other], other[0], other[1:])
        assert list(other.blanks) == list(range(len(made)))
        assert [at for at, (_, _, text, _) in enumerate(made) if not text.strip()] == [
            at for at in one.blanks if not one[at].text.strip()
        ]
        for some in (b"\0", b"~{", b"x"):
            assert other.may_hold(some) == (some in other.joined)
            assert one.may_hold(some) >= other.may_hold(some)
        for rule in builtin_rules().values():
            if rule.start:
                assert [*rule.start()(one)] == [*rule.start()(other)], rule.code


@given(jsonls, options, writers)
def test_rows_that_were_read_are_written_as_documents_are(
    data: bytes, options: ReadOptions, how: tuple[Format, WriteOptions]
) -> None:
    check_written(JSONL, data, options, *how)


@given(seeds, writers)
def test_seed_files_that_were_read_are_written_as_documents_are(data: bytes, how: tuple[Format, WriteOptions]) -> None:
    check_written(SEED, data, ReadOptions(), *how)


def check_written(source: Format, data: bytes, options: ReadOptions, target: Format, how: WriteOptions) -> None:
    for batch in source.scan(Pieces(data), options._replace(lines=False)):
        if isinstance(batch.documents, Rows):
            found = result(lambda rows=batch.documents: target.writer(how).encode(rows))  # type: ignore[misc]
            with without():
                assert found == result(lambda rows=batch.documents: target.writer(how).encode([*rows]))  # type: ignore[misc]


@pytest.mark.parametrize(
    "source",
    [
        *[one for one in RECORDS.values() if len(one) < 1000],
        *(f"<<<SEED 1>>>\n<<<FILE a b>>>\n{meta}t\n" for meta in METAS),
    ],
)
def test_each_that_was_read_is_written_alike(source: str) -> None:
    format = SEED if source.startswith("<<<") else JSONL
    for read in LAYOUTS[:3]:
        for target in (SEED, JSONL):
            for own in [{}, {"dialect": "plain"}] if target is SEED else LAYOUTS:
                options = ReadOptions(own=read if format is JSONL else {})
                check_written(format, source.encode(), options, target, WriteOptions(frozenset(), own))
                check_written(format, source.encode(), options, target, WriteOptions(frozenset({"id", "name"}), own))


@pytest.mark.parametrize("value", strategies.NAMES)
def test_each_name_and_id_is_written_alike(value: str) -> None:
    for id, name in (("a", value), (value or "a", "b"), (value or "a", value)):
        rows = rows_of([Document(id, "text\n", name=name)], 0, is_text=True)
        for format, own in ((SEED, {}), (JSONL, LAYOUTS[0])):
            writer = format.writer(WriteOptions(own=own))
            assert list(writer.encode(rows)) == list(writer.encode(list(rows)))


def test_each_character_of_ids_and_names_is_written_alike() -> None:
    chars = [chr(code) for code in (*range(0x110), 0x85, 0x2028, 0xFEFF, 0xFFFF, 0x10FFFF)]
    values = [value for char in chars for value in (char, f"a{char}", f"{char}b", f"a{char}b")]
    for value in values:  # one at a time: the kernel gives up the whole when one needs a closer look
        for document in (Document(value, "t\n", name="n"), Document("a", "t\n", name=value)):
            rows = rows_of([document], 0, is_text=True)
            for format in (SEED, JSONL):
                assert [*format.writer(WriteOptions()).encode(rows)] == format.writer(WriteOptions()).encode([document])


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_sizes_at_the_limits_of_writers(more: int) -> None:
    name = "n" * (MAX_HEADER - len("<<<FILE a >>>\n") + more)
    meta = b'{"a":"%b"}' % (b"m" * (MAX_METADATA - 8 + more))
    for document in (Document("a", "t", name=name), Document("a", "t", meta=meta)):
        rows = rows_of([document], 0, is_text=True)
        for format in (SEED, JSONL):
            writer = format.writer(WriteOptions())
            found = result(lambda: writer.encode(rows))  # noqa: B023 - it is called here
            assert found == result(lambda: writer.encode([*rows]))  # noqa: B023


# -- the functions themselves --------------------------------------------------------------------------------------


def alone(data: bytes) -> memoryview:
    """Return a read-only buffer that ends where its memory does, so that a sanitizer sees a byte too many that is read.

    Bytes have one more behind them.
    """
    # an array that grew has room for more; a part of one is just as large as it says
    return memoryview(array.array("B", data)[:]).toreadonly()


@given(
    st.one_of(st.binary(max_size=40), st.builds(changed, strategies.texts.map(str.encode), changes)),
    st.integers(0, 100), st.integers(0, 40),
)  # fmt: skip
def test_is_utf8(data: bytes, before: int, behind: int) -> None:
    data = b"a" * before + data + b"a" * behind
    try:
        data.decode()
        valid = True
    except UnicodeDecodeError:
        valid = False
    assert KERNEL.is_utf8(alone(data)) is valid
    assert KERNEL.is_utf8_by_bytes(alone(data)) is valid


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_each_beginning_of_utf8(size: int) -> None:
    """All bytes that can lead, before those where ranges end, alone and behind what is done at once."""
    edges = bytes([0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF])
    tails = [b""]
    for _ in range(size - 1):
        tails = [tail + edges[i : i + 1] for tail in tails for i in range(len(edges))]
    for lead in range(256):
        for tail in tails:
            data = bytes([lead]) + tail
            try:
                data.decode()
                valid = True
            except UnicodeDecodeError:
                valid = False
            for before in (b"", b"0123456789abcdef", b"a" * 63, b"a" * 64):
                assert KERNEL.is_utf8(before + data) is valid
                assert KERNEL.is_utf8_by_bytes(before + data) is valid


_offsets = st.one_of(
    st.integers(-2, 40), st.sampled_from([1 << 62, (1 << 63) - 1, -(1 << 63), 1 << 31, 1 << 32, -(1 << 40)])
)
_near_rows = st.lists(_offsets, min_size=COLUMNS, max_size=COLUMNS)
_in_order = st.lists(st.integers(0, 40), min_size=10, max_size=10).map(lambda row: [*sorted(row), 0])
tables = st.lists(st.one_of(_near_rows, _in_order), max_size=4).map(
    lambda rows: array.array("q", [at for row in rows for at in row]).tobytes()
)
_buffers = st.one_of(
    st.binary(max_size=20),
    st.sampled_from([b"{}", b"{", b"}", b" ", b'{"a":1}', b"{  ", b'"\\u00', b">>>", b"\n", b"="]),
)


@given(
    _buffers, _buffers, tables, st.integers(0, 16), st.lists(_buffers, min_size=8, max_size=8), st.integers(0, 15),
    st.sampled_from([0, 0, 0, 1, 2, 9, -1, -(1 << 62), (1 << 63) - 1]),
)  # fmt: skip
def test_tables_that_are_wrong(
    data: bytes, arena: bytes, table: bytes, cut: int, around: list[bytes], has: int, first: int
) -> None:
    """Whatever a table says, nothing but the buffers is read."""
    table = table[: len(table) - cut] if cut < len(table) else table
    flags = [bool(has >> bit & 1) for bit in range(4)]
    buffers = [alone(data), alone(arena), alone(table)]
    for found in (
        KERNEL.seed_encode(*buffers, first, 1 << 16, 1 << 20, *flags[:3]),
        KERNEL.jsonl_encode(*buffers, first, *around, *flags, 1 << 20),
    ):
        ends = [0, *array.array("q", found[1])]
        all_rows = len(table) // (8 * COLUMNS)
        assert len(ends) == found[2] - min(max(first, 0), all_rows) + 1
        assert found[2] <= all_rows
        assert ends == list(accumulate(ends, max))
        assert ends[-1] == len(found[0])


@given(
    st.one_of(seeds, jsonls, st.binary(max_size=40)), st.sampled_from([0, 1]), st.sampled_from([-1, 0, 1, 64, 1 << 30]),
    st.lists(st.sampled_from(["id", "name", "text", "meta", "a", ""]).map(str.encode), min_size=4, max_size=4),
    st.sampled_from([-1, 0, 20, ANY]), st.sampled_from([0, 0, 0, 13, 39, 41, -1, -(1 << 62), (1 << 63) - 1]),
)  # fmt: skip
def test_rows_lie_in_their_buffers(
    data: bytes, one: int, depth: int, keys: list[bytes], limit: int, first: int
) -> None:
    for table, arena, stop in (
        KERNEL.seed_rows(alone(data), first, one, one, depth, limit, limit, limit),
        KERNEL.jsonl_rows(alone(data), first, one, *keys, bool(one), bool(one), depth, limit, limit),
    ):
        assert min(max(first, 0), len(data)) <= stop <= len(data)
        size = len(data) + len(arena)
        offsets = array.array("q", table)
        assert len(offsets) % COLUMNS == 0
        for at in range(0, len(offsets), COLUMNS):
            row = offsets[at : at + COLUMNS]
            for column in (2, 4, 6, 8):
                assert 0 <= row[column] <= row[column + 1] <= size
                assert row[column + 1] <= len(data) or row[column] >= len(data)


@pytest.mark.parametrize("depth", [64, 1 << 30])
def test_depth_is_bounded_whatever_is_asked_for(depth: int) -> None:
    deep = b"[" * 3_000_000 + b"]" * 3_000_000
    line = b'{"id":"a","text":"t","meta":{"a":%b}}' % deep
    assert KERNEL.jsonl_rows(line, 0, 1, b"id", b"name", b"text", b"meta", True, False, depth, ANY, ANY) == (
        b"",
        b"",
        0,
    )
    seed = b'<<<FILE a b>>>\n<<<META {"a":%b}>>>\n' % deep
    assert KERNEL.seed_rows(seed, 0, 1, 1, depth, ANY, ANY, ANY) == (b"", b"", 0)


@given(_buffers, _buffers, tables, st.integers(0, 16), st.integers(-1, 12))
def test_columns_of_tables_that_are_wrong(data: bytes, arena: bytes, table: bytes, cut: int, column: int) -> None:
    table = table[: len(table) - cut] if cut < len(table) else table
    buffers = [alone(data), alone(arena), alone(table)]
    count = len(table) // (8 * COLUMNS)
    assert 0 <= KERNEL.first_blank(*buffers) <= count
    try:
        found = KERNEL.column(*buffers, column)
    except ValueError:
        return
    assert 2 <= column < 10
    assert len(found) >= count - 1


@given(_buffers, _buffers, tables, st.integers(0, 16), st.booleans())
def test_proofs_of_tables_that_are_wrong(data: bytes, arena: bytes, table: bytes, cut: int, listed: bool) -> None:
    table = table[: len(table) - cut] if cut < len(table) else table
    try:
        entries, lines, count = KERNEL.proof(alone(data), alone(arena), alone(table), listed, True)
    except ValueError:
        return
    assert count == len(table) // (8 * COLUMNS)
    assert len(entries) >= 51 * count
    assert lines.count(b"\n") == max(count - 1, 0) * listed
    assert lines.isascii()


@given(_buffers, tables, st.integers(0, 16), st.integers(-9, 99), st.integers(0, 1 << 40))
def test_lines_of_tables_that_are_wrong(data: bytes, table: bytes, cut: int, first: int, line: int) -> None:
    table = table[: len(table) - cut] if cut < len(table) else table
    rows = [
        memoryview(table)[at : at + 8 * COLUMNS].cast("q") for at in range(0, len(table) - 8 * COLUMNS + 1, 8 * COLUMNS)
    ]
    begins = [min(max(first, 0), len(data)), *[row[0] for row in rows], len(data)]
    if begins != sorted(begins):
        with pytest.raises(ValueError, match="the table is wrong"):
            KERNEL.numbered(alone(data), alone(table), first, line)
        return
    found = memoryview(KERNEL.numbered(alone(data), alone(table), first, line)).cast("q")
    for number, row in enumerate(rows):
        at = number * COLUMNS
        assert found[at : at + COLUMNS - 1].tolist() == row[: COLUMNS - 1].tolist()
        assert found[at + COLUMNS - 1] == line + data.count(b"\n", begins[0], row[0])


#: Values as JSON spells them: strings on both sides of the limit, in characters of 1 to 12 bytes, and others.
_SPELLED: Final = st.one_of(
    st.sampled_from(["1", "null", '"x"', '[" ",{"a":"%s"}]' % ("b" * 300), "{}"]),
    st.builds(
        lambda unit, size, more: f'"{unit * (size // len(unit.encode()))}{"y" * more}"',
        st.sampled_from(["x", "é", r"\n", r"\"", "\\u00e9", "\\ud83d\\ude00", "€"]),
        st.sampled_from([0, 180, 192, 400]),
        st.integers(0, 14),
    ),
)
_LINES: Final = st.lists(st.dictionaries(st.sampled_from(["a", "b", "ab", "", "é"]), _SPELLED, min_size=1), max_size=4)


@given(
    _LINES,
    st.sets(st.sampled_from(["a", "b", "ab", "", "é"])),
    st.sampled_from([("", ":", ","), (" ", " : ", "\t, ")]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_long_strings_are_shortened(
    lines: list[dict[str, str]], kept: set[str], spaces: tuple[str, str, str], end: str, ended: bool
) -> None:
    blank, colon, comma = spaces

    def spelled(record: dict[str, str]) -> str:
        members = comma.join(f'"{key}"{colon}{value}' for key, value in record.items())
        return f"{{{blank}{members}{blank}}}"

    def short(key: str, value: str) -> str:
        return f'"{"x" * 16}"' if value[0] == '"' and key not in kept and len(value.encode()) >= 194 else value

    data = end.join(map(spelled, lines)) + (end if ended else "")
    briefs = [spelled({key: short(key, value) for key, value in line.items()}) for line in lines]
    keys = "".join(key + "\0" for key in sorted(kept)).encode()
    found, _, count = KERNEL.jsonl_brief(data.encode(), keys)
    assert (found.decode(), count) == ("".join(line + "\n" for line in briefs), len(lines))
    assert all(len(json.loads(one)) >= 16 for record in lines for key, one in record.items() if short(key, one) != one)


@pytest.mark.parametrize(
    "line",
    ["", "{}", "[]", '{"a":1', '{"a":1}}', '{"a":1,}', '{"a" 1}', '{"\\u0061":1}', '{"a":1,"a":2}', '{"a":\n1}', '{"a":"\\x"}', '{"a":1}\r\r', '{"a":1} {"a":1}', '"a"', '{"a":[}'],
)  # fmt: skip
def test_unusual_lines_are_not_shortened(line: str) -> None:
    usual = b'{"b":"%b"}\n' % (b"x" * 192)
    assert KERNEL.jsonl_brief(usual * 2 + line.encode() + b"\n" + usual, b"") == (
        b'{"b":"xxxxxxxxxxxxxxxx"}\n' * 2,
        b"",
        2,
    )


WRONG: Final[list[tuple[Any, ...]]] = [(), (1,), (None,) * 5, (b"", b"", "x"), (b"a", 1, 2, 3, 4, 1 << 80), (b"",) * 16]


@pytest.mark.parametrize(
    "function",
    [
        "is_utf8",
        "is_utf8_by_bytes",
        "seed_rows",
        "jsonl_rows",
        "jsonl_encode",
        "jsonl_brief",
        "seed_encode",
        "column",
        "first_blank",
        "proof",
        "numbered",
    ],
)
@pytest.mark.parametrize("arguments", WRONG)
def test_arguments_of_other_types_are_refused(function: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises((TypeError, OverflowError)):
        getattr(KERNEL, function)(*arguments)


_KEYS: Final = (b"id", b"name", b"text", b"meta")


@pytest.mark.parametrize(
    ("function", "more"),
    [
        ("seed_rows", (0, 0, 1, 64, 99, 99, 99)),
        ("jsonl_rows", (0, 0, *_KEYS, True, False, 64, 99, 99)),
        ("jsonl_brief", (b"",)),
        ("tei_rows", (0, b"", 64, 99, 99, 1)),
        ("warc_rows", (0, True, 64, 99, 99, 99, 1)),
        ("wet_rows", (0, True, 64, 99, 99, 99, 1)),
    ],
)
def test_readers_refuse_buffers_that_can_change(function: str, more: tuple[Any, ...]) -> None:
    """Another thread could change them between a check and its use."""
    data = bytearray(b"<<<FILE a b>>>\n")
    for source in (data, memoryview(data), array.array("B", data)):
        with pytest.raises(TypeError, match="read-only"):
            getattr(KERNEL, function)(source, *more)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("seed_rows", (b"", 0, 0, 1, 64, 99, "99", 99)), ("jsonl_rows", (b"", 0, 0, *_KEYS, True, False, 64, 99, "99")), ("tei_rows", (b"", 0, b"", 64, 99, "99", 1)),
        ("seed_encode", (b"", b"", b"", 0, 99, "99", 0, 0, 0)), ("jsonl_encode", (b"", b"", b"", 0, *_KEYS, *_KEYS, 1, 1, 1, 1, "99")),
    ],
)  # fmt: skip
def test_a_refused_call_lets_go_of_its_buffers(function: str, arguments: tuple[Any, ...]) -> None:
    lent = [bytearray(one) if isinstance(one, bytes) else one for one in arguments]
    views = [memoryview(one).toreadonly() if isinstance(one, bytearray) else one for one in lent]
    with pytest.raises(TypeError):
        getattr(KERNEL, function)(*views)
    for one, view in zip(lent, views, strict=True):
        if isinstance(one, bytearray):
            view.release()  # raises BufferError where a buffer of it is still held
            one.append(0)


def test_pieces_are_a_sequence() -> None:
    pieces = model_rows.Pieces(b"abbccc", array.array("q", [1, 3, 6]).tobytes())
    assert (len(pieces), [*pieces], pieces[-1], [*pieces[1:]]) == (3, [b"a", b"bb", b"ccc"], b"ccc", [b"bb", b"ccc"])


@pytest.mark.parametrize(
    ("text", "quick"),
    [
        ("<p>one</p>\n<!-- two --> a <= b, x<y\n", True), ("<font><form></main>\n", True), ("a\\b \\n\n", True),
        ("<file x>\n", False), ("<META charset>\n", False), ("< FILE a b>\n", False), ("<<p>\n", True), ("cout << x << y;\n", True), ("cat <<EOF\nEOF\n", True), ("<< file\n", False), ("<<FILE a\n", False), ("<<xFILE a b>>>\n", False), ("<x<SEED 1>>>\n", False), ("a<<<b\n", False), ("<</FILE>>\n", False), ("\\<< a\n", False), ("<<\u00a0FILE a\n", False), ("<|end|>\n", False), ("a <", False), ("<\u00a0FILE", False),
        ("\\n\n", True), ("a\n\\section{x}\n", True), ("a\n\\No\n", False), ("\\xNo newline at end of file\n", False), ("\\ \n", False), ("\\\\a\n", False), ("\\&lt;\n", False), ("\\\n", False), ("a\n\t\\ no newline at end of file\n", False), ("[END FILE]\n", False), ("THE END\n", True), (">>>>>>> x\n", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("header", ["a b", 'a ""', "=12 b", "=-7 b"])
def test_texts_with_brackets_and_backslashes(text: str, quick: bool, header: str) -> None:
    data = f"<<<SEED 1>>>\n<<<FILE {header}>>>\n{text}".encode()
    agree(SEED, data)
    assert is_quick(SEED, data) == quick


@pytest.mark.parametrize("header", ["=07 b", "=-0 b", "= b", "=1x b", f"={10**18} b", 'a "b"', '"" b', 'a """'])
def test_headers_that_are_looked_at_closely(header: str) -> None:
    data = f"<<<SEED 1>>>\n<<<FILE {header}>>>\ntext\n".encode()
    agree(SEED, data)
    assert not is_quick(SEED, data)


@pytest.mark.parametrize("codec", ["gz", "zst", ""])
@given(
    st.lists(st.lists(st.integers(0, 9), max_size=6), max_size=5),
    st.integers(1, 12),
)
def test_pieces_are_compressed_as_lists_are(codec: str, sizes: list[list[int]], least: int) -> None:
    """A member of gzip ends with the same piece, whatever the pieces stand in."""
    made = []
    for kind in (list, in_one_buffer):
        with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as place:
            patch.setattr("corpusfmt.storage.gzip.LEAST_MEMBER", least)
            path = f"{place}/out{codec and '.'}{codec}"
            output = open_output(path)
            output.write_records([b"head"])
            for some in sizes:
                output.write_records(kind([bytes([size]) * size for size in some]))
            output.finish()
            output.publish()
            made.append((Path(path).read_bytes(), output.size))
    assert made[0] == made[1]


def in_one_buffer(pieces: Sequence[bytes]) -> Sequence[bytes]:
    ends = array.array("q", accumulate(map(len, pieces)))
    found = model_rows.Pieces(b"".join(pieces), ends.tobytes())
    assert (list(found), found.sizes()) == ([*pieces], [*map(len, pieces)])
    assert found.sizes(2) == [sum(map(len, pieces[at : at + 2])) for at in range(0, len(pieces) - 1, 2)]
    assert [*found[1:3]] == [*pieces[1:3]]
    assert [*found[::-2]] == [*pieces[::-2]]
    return found
