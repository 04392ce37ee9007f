"""The compiled kernel against the code in Python: WARC. Whatever is read and written, both give the same."""

from __future__ import annotations

import array
import gzip
import io
import json
from collections.abc import Iterator, Sequence
from hashlib import sha1, sha256
from itertools import accumulate
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt.formats.warc import FORMAT as WARC
from corpusfmt.formats.warc import write as warc_write
from corpusfmt.limits import ANY, USUAL, WARC_NAME
from corpusfmt.model.document import Document
from corpusfmt.model.errors import LossError
from corpusfmt.model.format import ReadOptions, WriteOptions
from corpusfmt.model.known_metadata import VOCABULARY
from corpusfmt.model.rows import COLUMNS, Rows
from corpusfmt.storage.input import Input
from corpusfmt.text import kernel
from corpusfmt.text.magic import COMPRESSED
from tests import strategies
from tests.support import Pieces
from tests.test_kernel import ODD, WAYS, Change, Scanned, agree, alone, changed, rows_of, scanned, tables, told, without
from tests.warcs import DATE, record, uuid
from tests.warcs import sha1 as base32_sha1

KERNEL: Any = kernel.KERNEL
pytestmark = pytest.mark.skipif(KERNEL is None, reason="the kernel is not built here, or switched off")

READ: Final = ReadOptions(lines=False)


def bundle(docs: Sequence[Document], **own: str) -> bytes:
    """Return documents as an archive of ours, written by the code in Python."""
    with without():
        writer = WARC.writer(WriteOptions(frozenset(), own))
        return writer.begin() + b"".join(writer.encode(docs)) + writer.end(len(docs))


def records_of(data: bytes) -> list[bytes]:
    return [b"WARC/1." + part for part in data.split(b"WARC/1.")[1:]]


def by_kernel(data: bytes, options: ReadOptions = READ) -> list[int]:
    """Return how many rows there are in each batch that the kernel has read."""
    return [len(b.documents) for b in WARC.scan(Pieces(data), options) if isinstance(b.documents, Rows)]


# -- reading our bundles -------------------------------------------------------------------------------------------

changes = st.lists(
    st.builds(
        Change,
        st.integers(0, 1000),
        st.sampled_from([0, 0, 1, 1, 2, 9]),
        st.sampled_from([*ODD, b"\r\n\r\n", b"WARC/1.1", b"WARC/1.0\r\n", b"9", b"a", b"%", b"%zz", b": ", b"\r\n x"]),
    ),
    max_size=2,
)
owns = st.fixed_dictionaries(
    {},
    optional={
        "record": st.sampled_from(["resource", "conversion"]),
        "date": st.sampled_from(["2024", "2024-05-18T01:58:10.123Z", "@0", "2024-05-18T01:58:10Z"]),
        "corpus": st.sampled_from(["c", "a b", "é", "log", "log:x"]),
    },
)
limits = st.builds(
    lambda document, header, metadata, depth: USUAL._replace(
        document=document, header=header, metadata=metadata, depth=depth
    ),
    st.sampled_from([ANY, 20, 60]), st.sampled_from([USUAL.header, 400, 440]), st.sampled_from([ANY, 1, 2, 7, 16]),
    st.sampled_from([USUAL.depth, 1, 2, 4, 6]),
)  # fmt: skip
options = st.builds(
    lambda limits, encoding, own: ReadOptions(encoding, None, limits.document, own, limits=limits),
    st.one_of(st.just(USUAL), st.just(USUAL), limits), st.sampled_from([None, None, None, "latin-1"]),
    st.sampled_from([{}, {}, {"force-encoding": "latin-1"}, {"types": "html"}, {"types": "text"}, {"html": "text"}]),
)  # fmt: skip
texts = st.one_of(
    strategies.texts,
    st.sampled_from(["", "\ufeffx", "a\0b\0c", "%PDF-1.4 x", "<p>x</p>", "GIF89a", "\r\n\r\nWARC/1.1\r\n", "x" * 5000]),
)
some_documents = st.builds(
    strategies.document, strategies.ids, st.one_of(texts, strategies.raw_bodies), strategies.names, strategies.metadata
)


@given(st.lists(some_documents, max_size=4), owns, options, changes, st.sampled_from(WAYS), st.booleans())
def test_bundles_are_read_alike(
    docs: list[Document], own: dict[str, str], options: ReadOptions, todo: list[Change], size: int, whole: bool
) -> None:
    data = changed(bundle(docs, **own), todo)
    if not whole:  # without the record that says whose it is
        data = data[data.find(b"WARC/", 1) :]
    agree(WARC, data, options, [size])


@given(st.binary(max_size=80), changes)
def test_any_bytes_are_read_alike(data: bytes, todo: list[Change]) -> None:
    agree(WARC, data, sizes=[0])
    agree(WARC, changed(bundle([Document("a", data)]), todo), sizes=[0])


def test_usual_documents_are_quick() -> None:
    docs = [
        Document("a", "text\n"),
        Document(-12, "é\n", name="n.txt", meta={"a": [1, {"b": None}]}),
        Document('q"\\\n', "x", name='"\u2028\\'),
        Document("log", ""),
    ]
    for type in ("resource", "conversion"):
        data = bundle(docs, record=type)
        assert by_kernel(data) == [4]
        agree(WARC, data)


#: Of a record, what is replaced by what: an odd record, most of them wrong.
CHANGES: Final = {
    "another version": (b"WARC/1.1", b"WARC/1.0"),
    "a draft": (b"WARC/1.1", b"WARC/0.18"),
    "a version that nobody has": (b"WARC/1.1", b"WARC/1.2"),
    "a version in small letters": (b"WARC/1.1", b"warc/1.1"),
    "line ends of LF alone": (b"\r\n", b"\n"),
    "one line end of LF alone": (b"\r\nWARC-Date", b"\nWARC-Date"),
    "a name in small letters": (b"WARC-Date", b"warc-date"),
    "a space before the colon": (b"WARC-Date:", b"WARC-Date :"),
    "no space behind the colon": (b"WARC-Date: ", b"WARC-Date:"),
    "a tab behind the colon": (b"WARC-Date: ", b"WARC-Date:\t"),
    "a space at the end of a line": (b"Z\r\n", b"Z \r\n"),
    "a folded line": (b"WARC-Date: ", b"WARC-Date:\r\n "),
    "one more field": (b"WARC-Date", b"X-Own: 1\r\nWARC-Date"),
    "a field twice": (b"WARC-Date", b"WARC-Date: 1970-01-01T00:00:00Z\r\nWARC-Date"),
    "a length twice": (b"Content-Length", b"Content-Length: 1\r\nContent-Length"),
    "no date": (b"WARC-Date: 1970-01-01T00:00:00Z\r\n", b""),
    "no length": (b"Content-Length: 5\r\n", b""),
    "no digest of the block": (b"WARC-Block-Digest", b"X-Block-Digest"),
    "the payload alone": (b"WARC-Payload-Digest", b"X-Payload-Digest"),
    "a type that is none": (b"WARC-Type: resource", b"WARC-Type: other"),
    "a response": (b"WARC-Type: resource", b"WARC-Type: response"),
    "a day that is none": (b"1970-01-01", b"1970-02-30"),
    "a leap day": (b"1970-01-01", b"1972-02-29"),
    "a leap day of 1900": (b"1970-01-01", b"1900-02-29"),
    "a month that is none": (b"1970-01-01", b"1970-13-01"),
    "the year 0": (b"1970-01-01", b"0000-01-01"),
    "hour 24": (b"T00:00:00Z", b"T24:00:00Z"),
    "minute 60": (b"T00:00:00Z", b"T00:60:00Z"),
    "a leap second": (b"T00:00:00Z", b"T23:59:60Z"),
    "second 61": (b"T00:00:00Z", b"T23:59:61Z"),
    "a day alone": (b"T00:00:00Z", b""),
    "a fraction": (b"00Z", b"00.5Z"),
    "another zone": (b"00Z", b"00+01:00"),
    "a date with another sign": (b"1970-01-01", b"1970/01/01"),
    "a digest in capitals": (b"sha256:", b"SHA-256:"),
    "a digest that is cut": (b"Payload-Digest: sha256:9", b"Payload-Digest: sha256:"),
    "another payload": (b"Payload-Digest: sha256:9", b"Payload-Digest: sha256:8"),
    "an unknown algorithm": (b"sha256:", b"sha3:"),
    "an id that is none": (b"<urn:uuid:", b"<"),
    "an id without brackets": (b"<urn:uuid:", b"urn:uuid:"),
    "another id": (b"<urn:uuid:", b"<urn:x:"),
    "a URI with a space": (b"urn:x-corpusfmt:", b"urn:x-corpusfmt: "),
    "a URI with an escape": (b"urn:x-corpusfmt:", b"urn:x-corpusfmt:%C3%a9"),
    "a URI with half an escape": (b"urn:x-corpusfmt:", b"urn:x-corpusfmt:%C"),
    "a URI without a scheme": (b"urn:x-corpusfmt:", b"x"),
    "a URI that is empty": (b"urn:x-corpusfmt:a", b""),
    "a URI in brackets": (b"urn:x-corpusfmt:a", b"<urn:x-corpusfmt:a>"),
    "a URI of a log": (b"urn:x-corpusfmt:a", b"urn:x-wget:log"),
    "a scheme that begins with a digit": (b"urn:x-corpusfmt:", b"1rn:"),
    "a URI in other characters": (b"urn:x-corpusfmt:", "urn:é".encode()),
    "no charset": (b"; charset=utf-8", b""),
    "another charset": (b"charset=utf-8", b"charset=latin-1"),
    "another media type": (b"text/plain", b"text/html"),
    "a shorter length": (b"Content-Length: 5", b"Content-Length: 4"),
    "a longer length": (b"Content-Length: 5", b"Content-Length: 6"),
    "a length with zeros": (b"Content-Length: 5", b"Content-Length: 00005"),
    "a length with a sign": (b"Content-Length: 5", b"Content-Length: +5"),
    "a length of 15 digits": (b"Content-Length: 5", b"Content-Length: 999999999999999"),
    "a length of 16 digits": (b"Content-Length: 5", b"Content-Length: 0000000000000005"),
    "a length of 30 digits": (b"Content-Length: 5", b"Content-Length: " + b"9" * 30),
    "another text": (b"text\n", b"test\n"),
    "bytes that are no UTF-8": (b"text\n", b"t\xffxt\n"),
    "a record in the text": (b"text\n", b"\r\n\r\nWARC/1.1\r\n"),
    "another reference": (b"WARC-Refers-To: <urn:uuid:", b"WARC-Refers-To: <urn:uuid:0"),
    "no reference": (b"WARC-Refers-To", b"X-Refers-To"),
    "another version of ours": (b"version=1", b"version=2"),
    "another type of ours": (b"x.corpusfmt.document", b"x.corpusfmt.other"),
}
#: What the block of a metadata record may be.
BLOCKS: Final = [
    '{"id":"a","name":"n","meta":{}}', '{"id":"a","name":"n","meta":{ }}', '{"id":"a","name":"n","meta":{"a":1}}', '{ "id":"a","name":"n","meta":{}}',
    '{"id": "a","name":"n","meta":{}}', '{"name":"n","id":"a","meta":{}}', '{"id":"a","meta":{},"name":"n"}', '{"id":"a","name":"n","meta":{}} ',
    '{"id":"a","name":"n","meta":{}}\n', '{"id":"a","name":"n"}', '{"id":"a","name":"n","meta":{},"x":1}', '{"id":"a","id":"b","name":"n","meta":{}}',
    '{"id":"","name":"n","meta":{}}', '{"id":7,"name":"","meta":{}}', '{"id":-7,"name":"","meta":{}}', '{"id":-0,"name":"","meta":{}}', '{"id":007,"name":"","meta":{}}',
    '{"id":1.0,"name":"","meta":{}}', '{"id":null,"name":"","meta":{}}', '{"id":%s,"name":"","meta":{}}' % ("9" * 18), '{"id":%s,"name":"","meta":{}}' % ("9" * 19),
    '{"id":"a","name":7,"meta":{}}', '{"id":"a","name":null,"meta":{}}', '{"id":"\\u0061","name":"\\n","meta":{}}', '{"id":"\\ud800","name":"n","meta":{}}',
    '{"id":"\\ud83d\\ude00","name":"n","meta":{}}', '{"id":"a","name":"n","meta":[]}', '{"id":"a","name":"n","meta":null}', '{"id":"a","name":"n","meta":{"a":1,"a":2}}',
    '{"id":"a","name":"n","meta":{"a":"\\ud800"}}', '{"id":"a","name":"n","meta":{"a":' + "[" * 80 + "]" * 80 + "}}", '{"id":"a","name":"n","meta":{"a":1}', '{"id":"a","name":"n","meta":{',
    '{"id":"a","name":"n","meta":{\n}}', '{"id":"a","name":"n\t","meta":{}}', '{"id":"\u00e9","name":"\u65e5","meta":{"\u00e9":"\U0001f600"}}', '{"id":"a","name":"n","meta":{}}}', "{}", "", "x",
]  # fmt: skip


def spoiled(data: bytes, change: tuple[bytes, bytes]) -> bytes:
    old, new = change
    return data.replace(old, new)


@pytest.mark.parametrize("what", CHANGES)
def test_each_odd_record(what: str) -> None:
    """In a bundle of ours, and without the record that says so, amid others."""
    info, text, about, end = records_of(bundle([Document("a", "text\n")]))
    usual = b"".join(records_of(bundle([Document("b", "t")]))[1:3])
    for one, other in ((spoiled(text, CHANGES[what]), about), (text, spoiled(about, CHANGES[what]))):
        for head, tail in ((info, end), (b"", b""), (info, b"")):
            agree(WARC, head + usual + one + other + usual + tail, sizes=[0, 64])
        agree(WARC, info + one + other, sizes=[0, 1])


@pytest.mark.parametrize("block", BLOCKS)
def test_each_block_of_a_metadata_record(block: str) -> None:
    info, text, about, end = records_of(bundle([Document("a", "text\n")]))
    data = block.encode()
    head = about[: about.find(b"WARC-Block-Digest")]
    head += b"WARC-Block-Digest: sha256:%b\r\n" % sha256(data).hexdigest().encode()
    about = head + b"Content-Length: %d\r\n\r\n%b\r\n\r\n" % (len(data), data)
    for start in (info, b""):
        agree(WARC, start + text + about + text + about + end, sizes=[0])


@pytest.mark.parametrize("text", ["%PDF-1.4", "GIF89a", "\ufeffx", "\0\0\0", "log"])
def test_texts_that_look_like_others(text: str) -> None:
    docs = [Document('log"', text), Document("log", text), Document("a", text)]
    for own in ({}, {"corpus": "log"}):
        data = bundle(docs, **own)
        agree(WARC, data)
        agree(WARC, data[data.find(b"WARC/", 1) :])


def test_documents_with_a_record_id_that_was_there_before_are_looked_at_closely() -> None:
    thorough = ReadOptions(thorough=True)
    info, *records, end = records_of(bundle([Document(f"a{n}", "text\n") for n in range(30)]))
    for at, to in ((4, 10), (4, 11), (5, 10), (9, 9), (0, 58), (3, 30)):  # the second gets the id of the first
        id, taken = (records[number].partition(b"<urn:uuid:")[2][:36] for number in (at, to))
        changed = [
            record.replace(taken, id) if number // 2 == to // 2 else record for number, record in enumerate(records)
        ]
        data = info + b"".join(changed) + end
        agree(WARC, data)
        codes = [finding.code for finding in scanned(WARC, data, 0, thorough).findings]
        assert codes == (["WARC024"] if at != to else [])
        assert sum(by_kernel(data, thorough)) == (29 if at != to else 30)
    assert not by_kernel(b"".join(records), thorough)


def test_every_cut() -> None:
    data = bundle([Document("a", "text\n", meta={"a": 1})])
    for stop in [*range(0, len(data), 7), *range(len(data) - 20, len(data))]:
        agree(WARC, data[:stop], sizes=[0])


def test_records_behind_one_that_is_refused() -> None:
    records = records_of(bundle([Document(f"a{n}", "text\n") for n in range(40)]))
    records[9] = records[9].replace(b"text\n", b"test\n")
    agree(WARC, b"".join(records))
    assert by_kernel(b"".join(records)) == [4, 35]


def test_many_odd_ones_are_left_to_python() -> None:
    docs = [Document(f"a{n}", b"\xff" if n < 40 else b"text") for n in range(60)]
    data = bundle(docs)
    assert not by_kernel(data)
    agree(WARC, data)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_sizes_at_limits(more: int) -> None:
    text, about = records_of(bundle([Document("a", "t" * 100, meta={"a": 1})]))[1:3]
    data = bundle([Document("a", "t" * 100, meta={"a": 1}), Document("a", "t"), Document(7, "t")])
    for limits in (
        USUAL._replace(document=100 + more),
        USUAL._replace(document=len('{"id":"a","name":"","meta":{"a":1}}') + more),
        USUAL._replace(metadata=7 + more),
        USUAL._replace(metadata=2 + more),
        USUAL._replace(header=len(text) - 104 + more),
        USUAL._replace(header=about.find(b"\r\n\r\n") + 8 + more),
    ):
        agree(WARC, data, ReadOptions(max_document=limits.document, limits=limits), [0])


def test_limits_that_no_file_reaches() -> None:
    limits = USUAL._replace(document=1 << 80, header=1 << 80, metadata=1 << 80, depth=1 << 80)
    agree(WARC, bundle([Document("a", "t")]), ReadOptions(max_document=1 << 80, limits=limits))


# -- compressed ----------------------------------------------------------------------------------------------------


def unpacked(data: bytes, options: ReadOptions = READ) -> Scanned:
    """Read compressed data."""
    with Input(io.BytesIO(data), "test", owned=True) as stream:
        whole = Scanned([], [], [], scanned(WARC, b"", 0, READ).dropped, fatal=False)
        for batch in WARC.scan(stream, options):
            whole.documents.extend(told(document) for document in batch.documents)
            whole.findings.extend(batch.findings)
            whole.dropped.update(batch.dropped)
        return whole


def groups(records: Sequence[bytes], sizes: Sequence[int]) -> Iterator[bytes]:
    at = 0
    for size in [*sizes, len(records)]:
        yield gzip.compress(b"".join(records[at : at + size]), mtime=0)
        at += size


@pytest.mark.parametrize(
    "sizes",
    [[1] * 60, [], [3], [1, 2, 1], [1, 1, 1, 2], [1, 1, 0, 1], [1, 0, 0, 1, 1], [2, 1, 1, 1], [1] * 20 + [2] * 10, [0, 1, 1, 1]],
)  # fmt: skip
def test_members_are_seen_alike(sizes: list[int]) -> None:
    for data in (bundle([Document(f"a{n}", "text\n" * n) for n in range(25)]), b"".join(wets(50))):
        packed = b"".join(groups(records_of(data), sizes))
        found = unpacked(packed)
        with without():
            assert found == unpacked(packed)


def test_a_record_in_two_members() -> None:
    data = bundle([Document(f"a{n}", "text\n") for n in range(25)])
    for at in (5, 400, 1500, len(data) - 10):
        packed = gzip.compress(data[:at], mtime=0) + gzip.compress(data[at:], mtime=0)
        found = unpacked(packed)
        with without():
            assert found == unpacked(packed)


# -- plain texts of others -----------------------------------------------------------------------------------------


def wet(block: bytes = b"A text.\n", number: int = 1, **named: bytes) -> bytes:
    """Return a record as Common Crawl's WET files have it."""
    fields = {
        "WARC-Type": b"conversion", "WARC-Target-URI": b"https://example.org/%d?a=%%C3%%A9" % number, "WARC-Date": DATE,
        "WARC-Record-ID": uuid(number), "WARC-Refers-To": uuid(number + 1), "WARC-Block-Digest": base32_sha1(block),
        "WARC-Identified-Content-Language": b"eng,deu", "Content-Type": b"text/plain",
        "Content-Length": b"%d" % len(block),
    }  # fmt: skip
    fields |= {name.replace("_", "-"): value for name, value in named.items()}
    lines = [b"%b: %b\r\n" % (name.encode(), value) for name, value in fields.items() if value != b"-"]
    return b"WARC/1.0\r\n%b\r\n%b\r\n\r\n" % (b"".join(lines), block)


def wets(count: int) -> list[bytes]:
    return [wet(b"Text %d.\n" % n, n) for n in range(count)]


INFO: Final = record("warcinfo", b"software: x\r\n", version=b"WARC/1.0")


def test_wet_files_are_quick() -> None:
    data = INFO + b"".join(wets(10))
    assert by_kernel(data) == [9]
    agree(WARC, data, sizes=[0, 7, 64, 1000])


def test_wet_files_stay_quick_between_regions() -> None:
    data = INFO + b"".join([wet(b"%d\n" % n * 40_000, n) for n in range(40)])
    found = by_kernel(data)
    assert sum(found) > 30
    agree(WARC, data, sizes=[0, 1 << 17])


#: Fields of a record, and whether the kernel reads it.
WET_FIELDS: Final[list[tuple[dict[str, bytes], bool]]] = [
    ({}, True),
    ({"WARC_Refers_To": b"-"}, True),
    ({"WARC_Block_Digest": b"-"}, True),
    ({"WARC_Identified_Content_Language": b"-"}, True),
    ({"WARC_Warcinfo_ID": uuid(9)}, True),
    ({"WARC_Block_Digest": b"sha256:" + sha256(b"A text.\n").hexdigest().encode()}, True),
    ({"WARC_Block_Digest": b"sha256:" + sha256(b"another").hexdigest().encode()}, False),
    ({"WARC_Block_Digest": base32_sha1(b"another")}, False),
    ({"WARC_Block_Digest": base32_sha1(b"A text.\n").lower()}, False),
    ({"WARC_Block_Digest": b"sha1:" + sha1(b"A text.\n").hexdigest().encode()}, False),
    ({"WARC_Block_Digest": base32_sha1(b"A text.\n")[:-1]}, False),
    ({"WARC_Block_Digest": b"md5:x"}, False),
    ({"WARC_Payload_Digest": base32_sha1(b"A text.\n")}, False),
    ({"WARC_Identified_Content_Language": b"eng"}, True),
    ({"WARC_Identified_Content_Language": b""}, False),
    ({"WARC_Identified_Content_Language": b","}, False),
    ({"WARC_Identified_Content_Language": b"eng,"}, False),
    ({"WARC_Identified_Content_Language": b"eng,,deu"}, False),
    ({"WARC_Identified_Content_Language": b"eng, deu"}, False),
    ({"WARC_Truncated": b"length"}, False),
    ({"WARC_Segment_Number": b"1"}, False),
    ({"WARC_Concurrent_To": uuid(9)}, False),
    ({"WARC_Filename": b"x"}, False),
    ({"WARC_Identified_Payload_Type": b"application/pdf"}, False),
    ({"Content_Type": b"text/plain; charset=utf-8"}, False),
    ({"Content_Type": b"text/plain; charset=latin-1"}, False),
    ({"Content_Type": b"text/html"}, False),
    ({"Content_Type": b"image/png"}, False),
    ({"Content_Type": b"-"}, False),
    ({"WARC_Type": b"resource"}, False),
    ({"WARC_Type": b"metadata"}, False),
    ({"WARC_Type": b"Conversion"}, False),
    ({"WARC_Date": b"2024"}, False),
    ({"WARC_Date": b"2024-02-30T00:00:00Z"}, False),
    ({"WARC_Date": b"-"}, False),
    ({"WARC_Target_URI": b"-"}, False),
    ({"WARC_Target_URI": b"<https://example.org/>"}, False),
    ({"WARC_Target_URI": b"https://example.org/a b"}, False),
    ({"WARC_Target_URI": "https://example.org/é".encode()}, False),
    ({"WARC_Target_URI": b"https://example.org/%zz"}, False),
    ({"WARC_Target_URI": b"https://example.org/%"}, False),
    ({"WARC_Target_URI": b"metadata://x"}, False),
    ({"WARC_Target_URI": b"urn:x-wget:log"}, False),
    ({"WARC_Target_URI": b"URN:X-wget:LOG"}, False),
    ({"WARC_Target_URI": b"urn:y"}, True),
    ({"WARC_Record_ID": b"<urn:uuid:0B4E4E2A-6f0f-4a7e-9a3a-000000000001>"}, True),
    ({"WARC_Record_ID": b"<https://example.org/1>"}, False),
    ({"WARC_Record_ID": b"urn:uuid:0b4e4e2a-6f0f-4a7e-9a3a-000000000001"}, False),
    ({"WARC_Record_ID": b"-"}, False),
    ({"Content_Length": b"7"}, False),
    ({"Content_Length": b"9"}, False),
    ({"Content_Length": b"08"}, True),
    ({"Content_Length": b"x"}, False),
    ({"Content_Length": b"-"}, False),
    ({"Content_Length": b"9" * 30}, False),
    ({"X_Own": b"1"}, False),
    ({"warc_date": DATE}, False),
]


@pytest.mark.parametrize(("named", "quick"), WET_FIELDS)
def test_each_field_of_a_plain_text(named: dict[str, bytes], quick: bool) -> None:
    one = wet(b"A text.\n", 1, **named)
    assert bool(by_kernel(one + wet())) is quick
    agree(WARC, INFO + wet(number=5) + one + wet(number=7) + wet(number=9), sizes=[0, 64])
    agree(WARC, one, sizes=[0])
    version = one.replace(b"WARC/1.0", b"WARC/1.1")
    agree(WARC, version + version + wet(), sizes=[0])
    agree(WARC, one + wet() + wet(), ReadOptions(own={"types": "text"}), [0])
    agree(WARC, one + wet() + wet(), ReadOptions(own={"types": "html"}), [0])
    agree(WARC, one + wet() + wet(), ReadOptions("latin-1"), [0])


@pytest.mark.parametrize(
    "block",
    [
        b"", b"\n", b"\0", b"\0\0", b"\0\0" + b"x" * 99, b"\0\0" + b"x" * 98, b"x" * 4095 + b"\0\0", b"x" * 4096 + b"\0\0", b"\x1b\x0c\t\r\n", b"\x0b\x1f\x1c",
        b"\xff", b"\xef\xbb\xbfx", b"\xff\xfex\0", b"%PDF-1.4", b"  %PDF-1.4", b"GIF89a", b"GIF88a", b"RIFFabcdWEBP", b"BZh91AY&SY", b"%!PS-Adobe", b"PAR1", b"ID3",
        b"x" * 257 + b"ustar x", b"<html><body>x", b"<!doctype html>", b'<?xml version="1.0" encoding="latin-1"?>', "é日\U0001f600".encode(), b"\xed\xa0\x80", b"WARC/1.0\r\n",
    ],
)  # fmt: skip
def test_each_plain_text(block: bytes) -> None:
    one = wet(block)
    agree(WARC, INFO + one + wet(number=3) + one + one + wet(number=5), sizes=[0, 64])


@pytest.mark.parametrize(
    "following",
    [
        b"", b"WARC/1.0", INFO, record("metadata", b"a: b\r\n", WARC_Refers_To=uuid(1)), record("metadata", b"a: b\r\n", WARC_Refers_To=uuid(7)),
        record("metadata", b"a: b\r\n", WARC_Concurrent_To=uuid(1)), record("resource"), record("request", b"x"), record("conversion", b"x", number=4), b"x", b"\r\n",
        bundle([Document("a", "t")]), b"".join(records_of(bundle([Document("a", "t")], record="conversion"))[1:3]), record("metadata", b"a: b\r\n", WARC_Refers_To=uuid(1)) + wet() + wet(),
    ],
)  # fmt: skip
def test_what_follows_a_plain_text(following: bytes) -> None:
    agree(WARC, wet() + following, sizes=[0, 64])
    agree(
        WARC, INFO + wet(number=5) + wet() + following + wet(number=8) + wet(number=11) + wet(number=14), sizes=[0, 64]
    )
    agree(WARC, bundle([Document("a", "t")]) + wet() + following + wet() + wet(), sizes=[0, 64])
    whole = bundle([Document("a", "t")])
    within = whole[: whole.rfind(b"WARC/")] + wet() + wet() + whole[whole.rfind(b"WARC/") :]
    agree(WARC, within + following, sizes=[0])


@given(
    st.lists(
        st.builds(
            wet, st.one_of(texts.map(str.encode), strategies.raw_bodies), st.integers(0, 3),
            WARC_Block_Digest=st.sampled_from([b"-", b"-", base32_sha1(b"")]), Content_Type=st.sampled_from([b"text/plain"] * 4 + [b"text/html", b"image/gif"]),
        ), max_size=5,
    ), changes, options, st.sampled_from(WAYS),
)  # fmt: skip
def test_plain_texts_are_read_alike(records: list[bytes], todo: list[Change], options: ReadOptions, size: int) -> None:
    agree(WARC, changed(INFO + b"".join(records), todo), options, [size])


def test_every_size_of_a_text() -> None:
    """Digests are of blocks of 64 bytes; what is over is another matter each."""
    blocks = [bytes([97 + n % 26]) * n for n in range(200)]
    data = b"".join([wet(block) for block in blocks] + [wet(), wet()])
    sizes = ANY >> 1, ANY >> 1, ANY >> 1
    for quick in (0, 1):
        table, _, _ = KERNEL.wet_rows(data, 0, False, 64, *sizes, quick)
        assert len(table) == 8 * COLUMNS * 201
    data = bundle([Document("a", block) for block in blocks])
    start = data.find(b"WARC/", 1)
    for quick in (0, 1):
        assert len(KERNEL.warc_rows(data, start, True, 64, *sizes, quick)[0]) == 8 * COLUMNS * 200


# -- writing -------------------------------------------------------------------------------------------------------

DATES: Final = [
    "2024-05-18", "2024-05-18T01:58:10Z", "2024-05-18T01:58:10", "2024-05-18 01:58:10", "2024-05-18T01:58:10.5Z", "2024-05-18T01:58:10+02:00", "2024-05", "2024", "20240518",
    "2024-02-30", "2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "0000-01-01", "2024-13-01", "2024-00-10", "2024-01-00", "2024-05-18T24:00:00Z", "2024-05-18T23:60:00Z", "2024-05-18T23:59:60Z",
    " 2024-05-18", "2024-05-18 ", "", " ", "yesterday", "1715997490", "2024-05-18x01:58:10Z", "2024-05-18T01.58:10Z", "2024-05-18T01:58:10z", "２024-05-18", "2024-05-18\n", "2024/05/18",
]  # fmt: skip
URLS: Final = [
    "https://example.org/", "https://example.org/a b", "https://example.org/é", "https://example.org/%C3%a9", "https://example.org/%zz%", "https://example.org/\"<>\\^`{|}",
    "/relative", "example.org", "mailto:", "mailto:a", "x: y", "a:\u00a0", " https://example.org/", "https://example.org/ ", "https://example.org/\u3000", "\u3000https://example.org/", "1a:b", "", " ",
    "a:" + "b" * 8190, "a:" + "b" * 8191, "a:" + "é" * 1365, "a:" + "é" * 1366, "urn:x:\x7f", "é:x", "a+.-1:b", "http://[::1]/", "a:%", "a:%4", "a:%4g", "a:%41",
]  # fmt: skip
KEYS: Final = [
    "date",
    "url",
    "DATE",
    "Url",
    "published",
    "timestamp",
    "dc:date",
    "uri",
    "link",
    "WARC-Target-URI",
    "title",
    "dAte",
    "lin\u212a",
    "k\u0131",
    "upda\\u0074e",
]
_scalars = st.one_of(
    st.sampled_from([*DATES, *URLS]), st.sampled_from([None, True, False, 7, 1715997490, 1.5, [], {}, ["2024"], ["", "a:b"], {"date": "2024"}])
)  # fmt: skip
metas = st.one_of(
    strategies.metadata,
    st.dictionaries(st.sampled_from(KEYS), _scalars, max_size=3).map(lambda m: json.dumps(m, ensure_ascii=False).encode()),
    st.dictionaries(st.sampled_from(KEYS), _scalars, max_size=3).map(lambda m: json.dumps(m, separators=(",", ":")).encode()),
)  # fmt: skip
documents = st.builds(strategies.document, strategies.ids, strategies.texts, strategies.names, metas)


def written(rows: Sequence[Sequence[Document]], **own: str) -> list[bytes]:
    """Return what one writer makes of several lists of documents."""
    writer = WARC.writer(WriteOptions(frozenset(), own))
    return [writer.begin(), *[piece for some in rows for piece in writer.encode(some)]]


def check_written(docs: Sequence[Document], apart: int = 0, **own: str) -> None:
    """Check that documents are written alike, twice: then each has come before."""
    for is_text in (True, False):
        rows = rows_of(docs, apart, is_text=is_text)
        found = written([rows, rows], **own)
        with without():
            assert found == written([list(rows), list(rows)], **own)


@given(st.lists(documents, max_size=5), st.integers(0, 0xFFFF), owns)
def test_rows_are_written_as_documents_are(docs: list[Document], apart: int, own: dict[str, str]) -> None:
    check_written(docs, apart, **own)


def meta_of(**values: object) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode()


@pytest.mark.parametrize("date", DATES)
def test_each_date(date: str) -> None:
    for key in ("date", "Published", "dc:date"):
        check_written([Document("a", "t", meta=meta_of(**{key: date})), Document("b", "t", meta=meta_of(x=date))])


@pytest.mark.parametrize("url", URLS)
def test_each_url(url: str) -> None:
    for key in ("url", "Link", "permalink"):
        check_written(
            [Document("a", "t", meta=meta_of(**{key: url})), Document("b", "t", meta=meta_of(x=url))], corpus="c"
        )


@pytest.mark.parametrize(
    "meta",
    [
        {"date": None, "published": "2024-01-01"}, {"published": "2024-01-01", "date": "2023-01-01"}, {"date": "2023-01-01", "published": "2024-01-01"},
        {"date": "", "published": "2024-01-01"}, {"date": " ", "published": "2024-01-01"}, {"date": "2024-01-01", "DATE": "2023-01-01"}, {"DATE": None, "date": "2023-01-01"},
        {"date": 1715997490}, {"date": 1.5}, {"date": True}, {"date": ["2024-01-01"]}, {"date": {"date": "2024-01-01"}}, {"a": {"url": "a:b", "date": "2024-01-01"}},
        {"url": "a:b", "uri": "a:c", "date": "2024-05-18"}, {"uri": "a:c", "url": "a:b"}, {"lin\u212a": "a:b"}, {"lin\u212a": "a:b", "url": "a:c"}, {"url": 'a:"'}, {"d\u0061te": "2024-01-01"},
    ],
)  # fmt: skip
def test_each_kind_of_known_metadata(meta: dict[str, object]) -> None:
    check_written([Document("a", "t", meta=meta_of(**meta)), Document("b", "t", meta=b"{}")])


@pytest.mark.parametrize(
    "meta",
    [
        b'{ "url" : "a:b" , "x" : 1 }',
        b'{"url":"a:\\u0062"}',
        b'{"\\u0075rl":"a:b"}',
        b'{"url":"a:b"} ',
        b" {}",
        b'{"a":' + b"[" * 80 + b"]" * 80 + b"}",
    ],
)
def test_each_spelling_of_metadata(meta: bytes) -> None:
    check_written([Document("a", "t", meta=meta)])


@pytest.mark.parametrize(
    "id",
    ["a", "a b", "é", "%", "x" * 2001, "x" * 8192, "x" * 8193, "é" * 1365, "é" * 1366, -5, "~._-", "\0", "\x7f\x80"],
)
def test_each_id(id: str | int) -> None:
    check_written([Document(id, "t", name=f'{id}"\\\n')], corpus="c d")


def test_a_usual_document_needs_no_python(monkeypatch: pytest.MonkeyPatch) -> None:
    docs = [
        Document("a", "t"),
        Document(7, "", name='"', meta=meta_of(url="https://example.org/é/", date="2024-05-18", x=None)),
    ]
    monkeypatch.setattr(warc_write.WARCWriter, "_encode", None)
    assert len(written([rows_of(docs, 0, is_text=True)])) == 5


def test_large_documents_are_left_to_python() -> None:
    """Then none is too large for a record where the kernel writes, and what is refused has changed nothing."""
    name = "n" * (WARC_NAME + 1)
    writer = WARC.writer(WriteOptions())
    docs = [Document("a", "t"), Document("b", "t", name=name)]
    with pytest.raises(LossError):
        writer.encode(rows_of(docs, 0, is_text=True))
    first = rows_of(docs[:1], 0, is_text=True)
    assert list(writer.encode(first)) == written([docs[:1]])[1:]
    check_written([Document("a", "t" * (WARC_NAME - 1))])
    check_written([Document("a", "t" * WARC_NAME)])


def test_ids_that_have_come_before_whatever_wrote_them() -> None:
    docs = [Document("a", "t"), Document("a", "t", meta=b'{"url":["a:b"]}'), Document("a", "t")]
    rows = rows_of(docs, 0, is_text=True)
    found = written([rows, docs, rows])
    assert found == written([docs, docs, docs])
    assert len(set(found)) == len(found)


# -- the functions themselves --------------------------------------------------------------------------------------

_buffers = st.one_of(
    st.binary(max_size=30),
    st.sampled_from([b"{}", b'{"url":"a:b"}', b'{"date":"2024-05-18"}', b'{"url":', b"a:%4", b"\0", b"url\0", b"url"]),
)
_firsts = st.sampled_from([0, 0, 0, 1, 2, 9, -1, -(1 << 62), (1 << 63) - 1])


@given(_buffers, _buffers, tables, _firsts, st.lists(_buffers, min_size=7, max_size=7), st.sampled_from([0, 1, 3, 8, 1000]), st.sampled_from([0, -1, 1 << 62]), st.booleans())  # fmt: skip
def test_tables_that_are_wrong(
    data: bytes, arena: bytes, table: bytes, first: int, around: list[bytes], marks: int, before: int, quick: bool
) -> None:
    buffers = [alone(data), alone(arena), alone(table)]
    more = [alone(one) for one in around]
    found = KERNEL.warc_encode(*buffers, first, array.array("B", bytes(marks)), *more, before, quick)
    ends = [0, *array.array("q", found[1])]
    rows = len(table) // (8 * COLUMNS)
    assert len(ends) == 2 * (found[2] - min(max(first, 0), rows)) + 1
    assert found[2] <= rows
    assert ends == list(accumulate(ends, max))
    assert ends[-1] == len(found[0])
    assert marks or found[2] == min(max(first, 0), rows)


@given(
    st.one_of(
        st.binary(max_size=40), st.builds(lambda docs, todo: changed(bundle(docs), todo), st.lists(some_documents, max_size=2), changes),
        st.builds(lambda n, todo: changed(b"".join(wets(n)), todo), st.integers(0, 3), changes),
    ), st.sampled_from([0, 1, "WARC"]), st.booleans(), st.sampled_from([-1, 0, 1, 64, 1 << 30]), st.sampled_from([-1, 0, 20, ANY]), st.booleans(), _firsts,
)  # fmt: skip
def test_rows_lie_in_their_buffers(
    data: bytes, at: int | str, ours: bool, depth: int, limit: int, quick: bool, first: int
) -> None:
    begin = first if at == 0 else data.find(b"WARC/", 1)
    for function in (KERNEL.warc_rows, KERNEL.wet_rows):
        table, arena, stop = function(alone(data), begin, ours, depth, limit, limit, limit, quick)
        assert min(max(begin, 0), len(data)) <= stop <= len(data)
        size = len(data) + len(arena)
        offsets = array.array("q", table)
        assert len(offsets) % COLUMNS == 0
        for at_row in range(0, len(offsets), COLUMNS):
            row = offsets[at_row : at_row + COLUMNS]
            for column in (2, 4, 6, 8):
                assert 0 <= row[column] <= row[column + 1] <= size
                assert row[column + 1] <= len(data) or row[column] >= len(data)


@pytest.mark.parametrize("function", ["warc_rows", "wet_rows", "warc_encode"])
@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (1,),
        ("a", 0),
        (b"", 0, False, 1, 1, 1, 1),
        (b"", 0, False, 1 << 80, 1, 1, 1, 1),
        (b"", b"", b"", 0, b"", *[b""] * 7, 0, 1),
    ],
)
def test_wrong_arguments(function: str, arguments: tuple[object, ...]) -> None:
    with pytest.raises((TypeError, OverflowError, ValueError, BufferError)):
        getattr(KERNEL, function)(*arguments)


def test_names_of_metadata_fit_into_a_word() -> None:
    """The kernel keeps a bit for each."""
    assert max(len(VOCABULARY[what]) for what in ("date", "url")) <= 32
    assert COMPRESSED
