"""The compiled kernel against the code in Python: whatever is read and written, both give the same."""

from __future__ import annotations

import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt.formats.jsonl import FORMAT as JSONL
from corpusfmt.formats.seed import FORMAT as SEED
from corpusfmt.limits import ANY, MAX_HEADER, MAX_METADATA, USUAL
from corpusfmt.model import rows as model_rows
from corpusfmt.model.document import Document
from corpusfmt.model.errors import LossError
from corpusfmt.model.finding import Finding
from corpusfmt.model.format import Format, ReadOptions, WriteOptions
from corpusfmt.model.rows import COLUMNS, Rows, Values
from corpusfmt.model.text_search import Documents
from corpusfmt.plugins import builtin_rules
from corpusfmt.text import kernel
from corpusfmt.text.primitives import escape_json
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
    return (type(document.id), document.id, *fields)


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
    "a conflict": b"    ("function", "more"),
    [
        ("seed_rows", (0, 0, 1, 64, 99, 99, 99)),
        ("jsonl_rows", (0, 0, *_KEYS, True, 64, 99, 99)),
        ("tei_rows", (0, b"", 64, 99, 99)), ("warc_rows", (0, True, 64, 99, 99, 99, 1)),
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
        ("seed_rows", (b"", 0, 0, 1, 64, 99, "99", 99)), ("jsonl_rows", (b"", 0, 0, *_KEYS, True, 64, 99, "99")), ("tei_rows", (b"", 0, b"", 64, 99, "99")),
        ("seed_encode", (b"", b"", b"", 0, 99, "99")), ("jsonl_encode", (b"", b"", b"", 0, *_KEYS, *_KEYS, 1, 1, 1, 1, "99")),
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
    assert (len(pieces), [*pieces], pieces[-1], pieces[1:]) == (3, [b"a", b"bb", b"ccc"], b"ccc", [b"bb", b"ccc"])


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
