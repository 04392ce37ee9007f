"""The standard, clause by clause: fields, values, digests, its examples, and HTTP from end to end."""

from __future__ import annotations

import codecs as registered
import gzip
import hashlib
import sys
import zlib
from base64 import b32encode, b64encode, urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest

from corpusfmt import Document, LossError, convert, read, validate
from corpusfmt.formats.warc import FORMAT
from corpusfmt.formats.warc.framer import Framer, record_ends
from corpusfmt.formats.warc.header import content_length, header_end, is_record_start, parse_header
from corpusfmt.limits import MAX_HEADER, MAX_HEADER_BLOCK, MAX_METADATA
from corpusfmt.model.finding import Edit, Finding
from corpusfmt.model.format import ReadOptions, WriteOptions
from corpusfmt.storage import open_input
from tests.support import DEEP, Pieces, calls, documents, findings, parse, scan, write
from tests.test_real_data import files
from tests.warcs import DATE, FIELDS, codes, docs, file_codes, found, http, packed, page, record, sha1, uuid

TYPES = list(FIELDS)
ALL = set(TYPES)

# -- clause 5: which fields stand where --------------------------------------------------------------------------------

#: By field: a value, the types that must have it, the types that must not (ISO 28500:2017, clauses 5 and 6).
RULES: dict[str, tuple[bytes, set[str], set[str]]] = {
    "WARC-Type": (b"", ALL, set()),
    "WARC-Record-ID": (b"", ALL, set()),
    "WARC-Date": (b"", ALL, set()),
    "Content-Length": (b"", ALL, set()),
    "Content-Type": (b"text/plain", set(), set()),
    "WARC-Concurrent-To": (uuid(99), set(), {"warcinfo", "conversion", "continuation"}),
    "WARC-Block-Digest": (sha1(b"x"), set(), set()),
    "WARC-Payload-Digest": (sha1(b"x"), set(), set()),
    "WARC-IP-Address": (b"192.0.2.1", set(), {"warcinfo", "conversion", "continuation"}),
    "WARC-Refers-To": (uuid(99), set(), {"warcinfo", "response", "resource", "request", "continuation"}),
    "WARC-Target-URI": (b"https://example.org/", ALL - {"warcinfo", "metadata"}, {"warcinfo"}),
    "WARC-Truncated": (b"length", set(), set()),
    "WARC-Warcinfo-ID": (uuid(99), set(), {"warcinfo"}),
    "WARC-Filename": (b"a b.warc", set(), ALL - {"warcinfo"}),
    "WARC-Profile": (b"http://example.org/profile", {"revisit"}, set()),
    "WARC-Identified-Payload-Type": (b"text/plain", set(), set()),
    "WARC-Segment-Number": (b"1", {"continuation"}, set()),
    "WARC-Segment-Origin-ID": (uuid(99), {"continuation"}, ALL - {"continuation"}),
    "WARC-Segment-Total-Length": (b"1", set(), ALL - {"continuation"}),
}


def sample(type: str, **more: Any) -> bytes:
    block = http(b"x", b"Content-Type: text/plain") if type == "response" else b"x"
    return record(type, block, **more)


def structural(data: bytes) -> list[str]:
    """The codes that say something of fields; what refers to other files, or to their content, is another matter."""
    return [
        code for code in codes(data) if code not in ("WARC025", "WARC026", "WARC016", "WARC017", "WARC018", "WARC034")
    ]


@pytest.mark.parametrize("type", TYPES)
def test_a_record_with_what_its_type_must_have_is_clean(type: str) -> None:
    assert codes(sample(type)) == []


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("type", TYPES)
def test_fields_that_are_missing(type: str, name: str) -> None:
    if name in FIELDS[type] or name in ("WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length"):
        expected = ["WARC011"] if type in RULES[name][1] else []
        assert structural(sample(type, without=[name])) == expected


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule[0]])
@pytest.mark.parametrize("type", TYPES)
def test_fields_that_are_there(type: str, name: str) -> None:
    value, _, forbidden = RULES[name]
    assert structural(sample(type, fields={name: value})) == (["WARC012"] if type in forbidden else [])


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule[0]])
def test_fields_that_stand_twice(name: str) -> None:
    type = next(type for type in TYPES if type not in RULES[name][2])
    line = b"%b: %b" % (name.encode(), RULES[name][0])
    data = sample(type, without=[name], lines=[line, line])
    assert structural(data) == ([] if name == "WARC-Concurrent-To" else ["WARC007"])
    mixed = sample(type, without=[name], lines=[line, line.replace(name.encode(), name.upper().encode())])
    assert structural(mixed) == ([] if name == "WARC-Concurrent-To" else ["WARC007"])


@pytest.mark.parametrize("name", RULES)
def test_names_have_no_case(name: str) -> None:
    type = next(type for type in TYPES if type not in RULES[name][2])
    proper = sample(type, fields={name: RULES[name][0]} if RULES[name][0] else {})
    for change in (str.upper, str.lower, str.swapcase):
        other = proper.replace(b"%b: " % name.encode(), b"%b: " % change(name).encode(), 1)
        assert other != proper or name == change(name)
        assert codes(other) == codes(proper)


@pytest.mark.parametrize(
    "lines",
    [[b"X-Own: 1", b"X-Own: 2"], [b"WARC-New: value"], [b"X-Empty:"], [b"X-Folded: a", b" b", b"\tc"], [b"X:no space"],
     [b"X:\t tabs \t"], ["X-Name: é ü 日本語".encode()], [b"X-Colons: a:b:c"]],
)  # fmt: skip
def test_other_fields_are_legal(lines: list[bytes]) -> None:
    assert codes(record(lines=lines)) == []


@pytest.mark.parametrize("type", ["screenshot", "x-own", "WARCINFO2"])
def test_other_types_are_legal_and_counted(type: str) -> None:
    data = record(type, number=1) + record(number=2)
    assert codes(data) == []
    assert len(docs(data)) == 1
    left = [batch.dropped for batch in scan(FORMAT, data)]
    assert {word for words in left for word in words} == {f"{type.lower()} records"}


RIGHT, WRONG = sha1(b"A text.\n"), sha1(b"Another.\n")
PLAIN: dict[str, Any] = {
    "WARC_IP_Address": b"192.0.2.1", "WARC_Truncated": b"length", "X_Own": b"own", "WARC_Block_Digest": RIGHT,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"WARC_Date": b"2024-02-30T00:00:00Z"}, "WARC014"),
        ({"WARC_Date": b"0000-01-01T00:00:00Z"}, "WARC014"),
        ({"WARC_Date": b"2024-05-18T24:00:00Z"}, "WARC014"),
        ({"WARC_Target_URI": b"https://example.org/" + b"a" * 70_000}, "WARC005"),
        ({"Content_Type": b"text/plain; a=" + b"a" * 70_000}, "WARC005"),
        ({"X_Own": b"a" * 70_000}, "WARC005"),
        ({"WARC_Target_URI": b"example.org"}, "WARC014"),
        ({"WARC_Target_URI": b"<https://example.org/>"}, "WARC014"),
        ({"WARC_Target_URI": b""}, "WARC011"),
        ({"WARC_Record_ID": b"urn:uuid:0b4e4e2a-6f0f-4a7e-9a3a-000000000009"}, "WARC014"),
        ({"WARC_IP_Address": b"192.0.2.256"}, "WARC014"),
        ({"WARC_IP_Address": b"192.0.2.01"}, "WARC014"),
        ({"WARC_Truncated": b"two words"}, "WARC014"),
        ({"WARC_Type": b"warcinfo"}, "WARC012"),
        ({"WARC_Refers_To": uuid(1)}, "WARC012"),
        ({"Content_Length": b"900"}, "WARC010"),
        ({"Content_Length": b"+8"}, "WARC006"),
        ({"WARC_Block_Digest": b"sha1:" + b"A" * 32}, "WARC016"),
        ({"WARC_Block_Digest": b"sha1:" + b"1" * 32}, "WARC014"),
        ({"WARC_Block_Digest": sha1(b"A text.\n") + b"="}, "WARC019"),
        ({"WARC_Payload_Digest": sha1(b"else")}, "WARC018"),
        ({"X_Own": b"a\x00b"}, "WARC003"),
        ({"X_Own": b"\xff"}, "WARC003"),
        ({"X_Own": b"a\x7fb"}, "WARC003"),
        ({"version": b"WARC/1.2"}, "WARC002"),
        ({"version": b"WARC/1x1"}, "WARC002"),
        ({"end": b"\r\n"}, "WARC009"),
        ({"eol": b"\n"}, "WARC004"),
        ({"number": 1}, "WARC024"),
        ({"without": ["WARC-Date"]}, "WARC011"),
        ({"lines": [b"WARC-Date: 2024-05-18T01:58:10Z"]}, "WARC007"),
        ({"lines": [b"x-own: own", b"WARC-Target-URI: https://example.org/b"]}, "WARC007"),
    ],
    ids=lambda value: value if isinstance(value, str) else ascii(value)[:40],
)
def test_the_last_record_of_a_kind_is_looked_at_like_the_first(change: dict[str, Any], code: str) -> None:
    """A reader that learns what headers look like must not believe the next one."""
    for usual in ({}, {"WARC_IP_Address": b"192.0.2.1", "WARC_Block_Digest": RIGHT}, PLAIN):
        if code in ("WARC016", "WARC018") and not usual:
            continue
        before = b"".join(record(number=n, **usual) for n in (1, 2, 3))
        odd = record(**{"number": 4, **usual, **change})
        data = before + odd + record(number=5, **usual)
        places = [(each.code, each.byte - len(before)) for each in found(data) if each.byte >= len(before)]
        assert code in dict(places)
        if code not in ("WARC024", "WARC012"):
            alone = found(odd + record(number=5, **usual))
            assert [(each.code, each.byte) for each in alone] == places


# -- clauses 5.4 to 5.9: values ----------------------------------------------------------------------------------------

DATES = [
    # the date, whether WARC 1.1 has it, whether WARC 1.0 has it
    ("2024-05-18T01:58:10Z", True, True),
    ("2024-05-18T01:58:10.1Z", True, False),
    ("2024-05-18T01:58:10.123456789Z", True, False),
    ("2024-05-18T01:58:10.1234567890Z", False, False),
    ("2024-05-18T01:58:10.Z", False, False),
    ("2024-05-18T01:58Z", True, False),
    ("2024-05-18T01Z", False, False),
    ("2024-05-18", True, False),
    ("2024-05", True, False),
    ("1850-00-00", False, False),
    ("1850-05-00", False, False),
    ("1850-00", False, False),
    ("2024", True, False),
    ("2024-5-18", False, False),
    ("24-05-18", False, False),
    ("20240518015810", False, False),
    ("2024-05-18T01:58:10", False, False),
    ("2024-05-18T01:58:10z", False, False),
    ("2024-05-18t01:58:10Z", False, False),
    ("2024-05-18 01:58:10Z", False, False),
    ("2024-05-18T01:58:10+00:00", False, False),
    ("2024-05-18T01:58:10+02:00", False, False),
    ("2024-05-18Z", False, False),
    ("2024-02-29T00:00:00Z", True, True),
    ("2023-02-29T00:00:00Z", False, False),
    ("2000-02-29T00:00:00Z", True, True),
    ("1900-02-29T00:00:00Z", False, False),
    ("2024-00-01T00:00:00Z", False, False),
    ("2024-13-01T00:00:00Z", False, False),
    ("2024-04-31T00:00:00Z", False, False),
    ("2024-05-00T00:00:00Z", False, False),
    ("2024-05-18T24:00:00Z", False, False),
    ("2024-05-18T01:60:00Z", False, False),
    ("2024-05-18T01:58:61Z", False, False),
    ("2016-12-31T23:59:60Z", True, True),
    ("yesterday", False, False),
    ("２０２４-05-18", False, False),
]


@pytest.mark.parametrize(("date", "now", "before"), DATES)
@pytest.mark.parametrize("name", ["WARC-Date", "WARC-Refers-To-Date"])
def test_dates(name: str, date: str, now: bool, before: bool) -> None:
    for version, valid in ((b"WARC/1.1", now), (b"WARC/1.0", before)):
        data = record("revisit", version=version, fields={name: date.encode()})
        assert codes(data) == ([] if valid else ["WARC014"]), version


URIS = [
    # the value, then what is said of it as the target of a 1.1 and of a 1.0 record
    (b"https://example.org/a?b=c#d", "", ""),
    (b"urn:uuid:0b4e4e2a-6f0f-4a7e-9a3a-000000000001", "", ""),
    (b"dns:example.org", "", ""),
    (b"file:///a%20b", "", ""),
    (b"metadata://gnu.org/software/wget", "", ""),
    (b"http://[2001:db8::1]/", "", ""),
    (b"<https://example.org/>", "WARC014", ""),
    (b"<<https://example.org/>>", "WARC014", "WARC014"),
    (b"https://example.org/{a}", "WARC015", "WARC015"),
    (b"https://example.org/a|b", "WARC015", "WARC015"),
    (b"https://example.org/100%", "WARC015", "WARC015"),
    ("https://example.org/é".encode(), "WARC015", "WARC015"),
    (b"https://example.org/a b", "WARC014", "WARC014"),
    (b"/path", "WARC014", "WARC014"),
    (b"example.org", "WARC014", "WARC014"),
    (b"1http://example.org/", "WARC014", "WARC014"),
    (b"http://example.org/<a>", "WARC014", "WARC014"),
]


@pytest.mark.parametrize(("uri", "now", "before"), URIS)
def test_uris(uri: bytes, now: str, before: str) -> None:
    for version, code in ((b"WARC/1.1", now), (b"WARC/1.0", before)):
        told = [finding.code for finding in found(record(version=version, WARC_Target_URI=uri))]
        assert [each for each in told if each.startswith("WARC01")] == ([code] if code else []), version


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        (b"<urn:uuid:0b4e4e2a-6f0f-4a7e-9a3a-000000000001>", True),
        (b"<URN:UUID:0B4E4E2A-6F0F-4A7E-9A3A-000000000001>", True),
        (b"<http://example.org/records/1>", True),
        (b"urn:uuid:0b4e4e2a-6f0f-4a7e-9a3a-000000000001", False),
        (b"<0b4e4e2a-6f0f-4a7e-9a3a-000000000001>", False),
        (b"<urn:a b>", False),
    ],
)
def test_record_ids(value: bytes, valid: bool) -> None:
    assert codes(record(WARC_Record_ID=value)) == ([] if valid else ["WARC014"])


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        (b"192.0.2.1", True), (b"0.0.0.0", True), (b"255.255.255.255", True), (b"2001:db8::1", True), (b"::1", True),
        (b"::ffff:192.0.2.1", True), (b"2001:0DB8:0:0:0:0:0:1", True), (b"256.0.0.1", False), (b"1.2.3", False),
        (b"01.2.3.4", False), (b"1.2.3.4/8", False), (b"2001:db8", False), (b"2001:db8::1::2", False), (b"example.org", False),
        (b"[::1]", False), ("１.2.3.4".encode(), False),
    ],
)  # fmt: skip
def test_addresses(value: bytes, valid: bool) -> None:
    assert codes(record(WARC_IP_Address=value)) == ([] if valid else ["WARC014"])


@pytest.mark.parametrize(
    ("name", "value", "valid"),
    [
        ("Content-Type", b"text/plain;charset=utf-8", True),
        ("Content-Type", b'application/x.y+json ; a="b c"', True),
        ("Content-Type", b"text", False),
        ("Content-Type", b"text/", False),
        ("Content-Type", b"no-type", False),
        ("WARC-Truncated", b"disconnect", True),
        ("WARC-Truncated", b"two words", False),
        ("WARC-Segment-Number", b"1", True),
        ("WARC-Segment-Number", b"one", False),
        ("WARC-Segment-Number", b"-1", False),
        ("WARC-Identified-Payload-Type", b"text/html", True),
        ("WARC-Identified-Payload-Type", b"html", False),
        ("WARC-Concurrent-To", b"", False),
        ("WARC-Target-URI", b"", False),
        ("WARC-IP-Address", b"", False),
    ],
)
def test_other_values(name: str, value: bytes, valid: bool) -> None:
    told = structural(record(fields={name: value}))
    assert bool(told) == (not valid)
    assert set(told) <= {"WARC014", "WARC011"}


@pytest.mark.parametrize("value", [b"0", b"8", b"008", b"000000000000008"])
def test_lengths_that_are_right(value: bytes) -> None:
    assert codes(record(block=b"x" * int(value), Content_Length=value, Content_Type=b"image/png")) == []


@pytest.mark.parametrize(
    "value", [b"-8", b"+8", b"8.0", b"0x8", b"8 8", b"8,8", b"1_0", "８".encode(), "٨".encode(), b"eight", b"8;", b""]
)
def test_lengths_that_are_malformed(value: bytes) -> None:
    assert codes(record(Content_Length=value) + record(number=2)) == ["WARC006"]
    assert len(docs(record(Content_Length=value) + record(number=2))) == 1


@pytest.mark.parametrize("value", [0, 1, 6, 13, 100_000])
def test_lengths_that_are_wrong(value: int) -> None:
    data = record(Content_Length=b"%d" % value) + record(number=2)
    assert codes(data) == ["WARC010"]
    assert [document.id for document in docs(data)] == [uuid(2).decode()[1:-1]]


@pytest.mark.parametrize("value", [7, 9, 10, 11, 12])
def test_lengths_that_differ_by_line_ends_are_taken_at_their_word(value: int) -> None:
    """Nobody can tell a text that has lost its last line end from a record with one too many; but a digest can."""
    odd = record(Content_Length=b"%d" % value)
    assert codes(odd + record(number=2)) == ["WARC009"]
    assert docs(odd + record(number=2))[0].data == b"A text.\n\r\n\r\n"[:value]
    told = codes(record(Content_Length=b"%d" % value, WARC_Block_Digest=RIGHT) + record(number=2))
    assert "WARC016" in told or "WARC010" in told


# -- digests -----------------------------------------------------------------------------------------------------------

BASES = {
    "hex": lambda value: value.hex().encode(),
    "HEX": lambda value: value.hex().upper().encode(),
    "32": lambda value: b32encode(value).rstrip(b"="),
    "32=": b32encode,
    "32 low": lambda value: b32encode(value).lower().rstrip(b"="),
    "64": lambda value: b64encode(value).rstrip(b"="),
    "64=": b64encode,
    "64 url": lambda value: urlsafe_b64encode(value).rstrip(b"="),
    "64 url=": urlsafe_b64encode,
}
LABELS = {
    "md5": ["md5", "MD5"], "sha1": ["sha1", "SHA1", "sha-1", "SHA-1"], "sha256": ["sha256", "sha-256", "SHA256", "sha_256"],
    "sha512": ["sha512", "SHA-512"],
}  # fmt: skip
TEXTS = [b"A text.\n", b"", *(b"%d" % n for n in range(30 if DEEP else 6))]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(("algorithm", "label"), [(a, label) for a, labels in LABELS.items() for label in labels])
def test_digests_in_any_spelling(algorithm: str, label: str, base: str) -> None:
    for text in TEXTS:
        value = BASES[base](hashlib.new(algorithm, text).digest())
        odd = label != algorithm or value.endswith(b"=")
        other = BASES[base](hashlib.new(algorithm, text + b"x").digest())
        for name in ("WARC-Block-Digest", "WARC-Payload-Digest"):
            right = record(block=text, fields={name: b"%b:%b" % (label.encode(), value)})
            assert [c for c in codes(right) if c != "DOC001"] == (["WARC019"] if odd else [])
            wrong = codes(record(block=text, fields={name: b"%b:%b" % (label.encode(), other)}))
            assert ("WARC016" if name == "WARC-Block-Digest" else "WARC017") in wrong


@pytest.mark.parametrize(
    ("digest", "code"),
    [
        (b"sha1", "WARC014"), (b":x", "WARC022"), (b"crc32:00000000", "WARC022"), (b"sha3-256:" + b"0" * 64, "WARC022"),
        (b"sha1:", "WARC014"), (b"sha1:xyz", "WARC014"), (b"sha1:" + b"0" * 39, "WARC014"), (b"sha1:" + b"1" * 32, "WARC014"),
        (b"sha256:" + b"g" * 64, "WARC014"), (b"sha1:" + b"A" * 31 + b"*", "WARC014"), (b"md5:" + b"!" * 22, "WARC014"),
    ],
)  # fmt: skip
def test_digests_that_are_none(digest: bytes, code: str) -> None:
    for name in ("WARC-Block-Digest", "WARC-Payload-Digest"):
        assert codes(record(fields={name: digest})) == [code]


@pytest.mark.parametrize(
    ("block", "payload", "expected"),
    [
        (RIGHT, RIGHT, []), (RIGHT, None, []), (None, RIGHT, []), (WRONG, None, ["WARC016"]), (None, WRONG, ["WARC017"]),
        (RIGHT, WRONG, ["WARC018"]), (WRONG, RIGHT, ["WARC016"]),
        (b"sha256:" + hashlib.sha256(b"A text.\n").hexdigest().encode(), WRONG, ["WARC018"]),
    ],
)  # fmt: skip
def test_two_digests_of_one_block(block: bytes | None, payload: bytes | None, expected: list[str]) -> None:
    fields = {"WARC-Block-Digest": block, "WARC-Payload-Digest": payload}
    told = codes(record(fields={name: value for name, value in fields.items() if value is not None}))
    assert told == expected
    assert len(docs(record(fields={name: value for name, value in fields.items() if value is not None}))) == (
        0 if {"WARC016", "WARC017"}.intersection(expected) else 1
    )


def test_both_digests_that_are_wrong_are_one_error() -> None:
    assert codes(record(WARC_Block_Digest=WRONG, WARC_Payload_Digest=WRONG)) == ["WARC016"]


BODY = b"5\r\nhello\r\n0\r\n\r\n"
CHUNKED = http(BODY, b"Content-Type: text/plain", b"Transfer-Encoding: chunked")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (record("response", CHUNKED, WARC_Payload_Digest=sha1(b"hello")), []),
        (record("response", CHUNKED, WARC_Payload_Digest=sha1(BODY)), []),
        (record("response", CHUNKED, WARC_Payload_Digest=sha1(CHUNKED)), ["WARC017"]),
        (record("response", http(b"x", b"A: b"), WARC_Payload_Digest=sha1(b"x")), []),
        (record("response", http(b"", b"A: b"), WARC_Payload_Digest=sha1(b"")), []),
        (record("request", b"POST / HTTP/1.1\r\n\r\nq", WARC_Payload_Digest=sha1(b"q")), []),
        (record("revisit", http(b""), Content_Type=b"application/http", WARC_Payload_Digest=sha1(b"x")), []),
        (record("continuation", b"x", WARC_Payload_Digest=sha1(b"whole")), []),
        (record("resource", b"x", WARC_Segment_Number=b"1", WARC_Payload_Digest=sha1(b"whole")), []),
        (record("continuation", b"x", WARC_Block_Digest=sha1(b"y")), ["WARC034"]),
        (record("revisit", b"x", WARC_Block_Digest=sha1(b"y")), ["WARC034"]),
        (record("x-own", b"x", WARC_Block_Digest=sha1(b"y")), ["WARC034"]),
        (record("x-own", b"x", WARC_Payload_Digest=sha1(b"y")), []),
        (record("request", b"POST / HTTP/1.1\r\n\r\nq", WARC_Payload_Digest=sha1(b"x")), ["WARC034"]),
        (record("request", b"GET / HTTP/1.1\r\n\r\n", WARC_Block_Digest=sha1(b"x")), ["WARC034"]),
        (record("metadata", b"a: b\r\n", WARC_Block_Digest=sha1(b"x")), ["WARC034"]),
        (record("warcinfo", b"a: b\r\n", WARC_Block_Digest=sha1(b"x")), ["WARC034"]),
        (
            record() + record("metadata", b"a: b\r\n", number=2, WARC_Refers_To=uuid(1), WARC_Block_Digest=sha1(b"x")),
            ["WARC016"],
        ),
        (record("warcinfo", b"corpusfmt-profile: 1\r\n", WARC_Block_Digest=sha1(b"x")), ["WARC016"]),
        (page(b"x", b"Content-Type: image/png", digest=sha1(b"y")), ["WARC034"]),
        (page(b"\x89PNG\r\n\x1a\n", b"Content-Type: text/html", digest=sha1(b"y")), ["WARC034"]),
        (page(b"<p>x", b"Content-Type: text/html", status=b"404 Not Found", digest=sha1(b"y")), ["WARC034"]),
        (page(b"<p>x", b"Content-Type: text/html", digest=sha1(b"y")), ["WARC017"]),
        (page(b"\0\1", b"Content-Type: text/html", b"Content-Encoding: odd", digest=sha1(b"y")), ["WARC017"]),
        (record("resource", b"x", Content_Type=b"image/png", WARC_Block_Digest=sha1(b"y")), ["WARC034"]),
        (
            record("resource", b"x", WARC_Target_URI=b"metadata://gnu.org/wget.log", WARC_Block_Digest=sha1(b"y")),
            ["WARC034"],
        ),
    ],
    ids=range(26),
)
def test_what_a_payload_is(data: bytes, expected: list[str]) -> None:
    assert codes(data) == expected


@pytest.mark.parametrize("name", ["WARC-Block-Digest", "WARC-Payload-Digest"])
@pytest.mark.parametrize("type", ["request", "revisit", "x-own"])
def test_a_wrong_digest_of_a_record_without_a_document_stops_nothing(type: str, name: str, tmp_path: Path) -> None:
    large = b"GET / HTTP/1.1\r\n\r\n" + bytes(5 << 20)
    for block in (b"GET / HTTP/1.1\r\n\r\nq", large):
        (tmp_path / "a.warc").write_bytes(record(type, block, fields={name: sha1(b"x")}, number=2) + record())
        assert convert(tmp_path / "a.warc", tmp_path / "o.jsonl").written == 1


def test_the_digest_of_a_block_that_is_not_held_is_verified_all_the_same() -> None:
    block = bytes(range(256)) * 20_000
    good = record(
        block=block, Content_Type=b"image/png", WARC_Block_Digest=sha1(block), WARC_Payload_Digest=sha1(block)
    )
    assert codes(good + record(number=2)) == []
    assert codes(good.replace(sha1(block), WRONG, 1) + record(number=2)) == ["WARC034"]
    flipped = bytearray(good)
    flipped[3_000_000] ^= 1
    assert "WARC034" in codes(bytes(flipped) + record(number=2))
    assert codes(good[:-1000]) == ["WARC008"]


# -- the examples of annex C, in words of our own ----------------------------------------------------------------------

INFO = record(
    "warcinfo", b"software: harvester/3.0\r\nformat: WARC File Format 1.1\r\nrobots: obey\r\n", number=100,
    WARC_Filename=b"crawl-1.warc.gz",
)  # fmt: skip
REQUEST = record(
    "request", b"GET /logo.gif HTTP/1.1\r\nHost: example.org\r\n\r\n", number=101, WARC_Target_URI=b"http://example.org/logo.gif",
    WARC_Warcinfo_ID=uuid(100), WARC_Concurrent_To=uuid(102),
)  # fmt: skip
PICTURE = http(b"GIF89a" + bytes(range(200)), b"Content-Type: image/gif", b"Content-Length: 206")
RESPONSE = record(
    "response", PICTURE, number=102, WARC_Target_URI=b"http://example.org/logo.gif", WARC_Warcinfo_ID=uuid(100),
    WARC_IP_Address=b"192.0.2.7", WARC_Block_Digest=sha1(PICTURE), WARC_Payload_Digest=sha1(PICTURE[-206:]),
)  # fmt: skip
RESOURCE = record(
    "resource", b"GIF89a" + bytes(range(100)), number=103, WARC_Target_URI=b"file:///var/www/logo.gif",
    Content_Type=b"image/gif", WARC_Date=b"2024-05-18T01:58:10.5Z",
)  # fmt: skip
ABOUT = record(
    "metadata", b"via: http://example.org/\r\nhopsFromSeed: E\r\nfetchTimeMs: 565\r\n", number=104,
    WARC_Concurrent_To=uuid(102), WARC_Target_URI=b"http://example.org/logo.gif",
)  # fmt: skip
REVISIT = record(
    "revisit", http(b"", status=b"304 Not Modified"), number=105, Content_Type=b"application/http; msgtype=response",
    WARC_Profile=b"http://netpreserve.org/warc/1.1/server-not-modified", WARC_Refers_To=uuid(102),
    WARC_Refers_To_Target_URI=b"http://example.org/logo.gif", WARC_Refers_To_Date=DATE,
)  # fmt: skip
CONVERSION = record(
    "conversion", b"\x89PNG" + bytes(range(50)), number=106, Content_Type=b"image/png", WARC_Refers_To=uuid(102),
    WARC_Target_URI=b"http://example.org/logo.gif",
)  # fmt: skip
FIRST = record(
    "response", PICTURE[:100], number=107, WARC_Segment_Number=b"1", WARC_Block_Digest=sha1(PICTURE[:100]),
    WARC_Payload_Digest=sha1(PICTURE[-206:]),
)  # fmt: skip
REST = record(
    "continuation", PICTURE[100:], number=108, WARC_Segment_Origin_ID=uuid(107), WARC_Segment_Number=b"2",
    WARC_Segment_Total_Length=b"%d" % len(PICTURE), WARC_Block_Digest=sha1(PICTURE[100:]),
)  # fmt: skip
EXAMPLES = [INFO, REQUEST, RESPONSE, RESOURCE, ABOUT, REVISIT, CONVERSION, FIRST, REST]


@pytest.mark.parametrize("codec", ["", "gz", "zst"])
def test_the_examples_of_the_standard_are_clean(codec: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.warc.{codec}".rstrip(".")
    path.write_bytes(packed(EXAMPLES, codec))
    assert list(validate(path)) == []
    assert list(read(path)) == []
    report = convert(path, tmp_path / "o.jsonl")
    assert report.dropped == {
        "warcinfo records": 1, "request records": 1, "response records of image/gif": 1, "resource records of image/gif": 1,
        "metadata records": 1, "revisit records": 1, "conversion records of image/png": 1, "response records in segments": 1,
        "continuation records": 1,
    }  # fmt: skip


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_alone_has_no_errors(number: int) -> None:
    assert not [finding for finding in found(EXAMPLES[number]) if finding.severity == "error"]


@pytest.mark.parametrize("codec", ["", "gz", "zst"])
@pytest.mark.parametrize("draft", [b"WARC/0.17", b"WARC/0.18"])
def test_drafts_are_read_as_1_0_with_one_warning_a_file(draft: bytes, codec: str, tmp_path: Path) -> None:
    uris = [b"<https://example.org/%d>" % number for number in range(5)]  # as 1.0 has them
    records = [record(version=draft, number=number, WARC_Target_URI=uri) for number, uri in enumerate(uris)]
    path = tmp_path / f"a.warc.{codec}".rstrip(".")
    path.write_bytes(packed([*records, record(number=9)], codec))
    (finding,) = validate(path)
    assert (finding.code, finding.severity, finding.byte) == ("WARC035", "warning", 0)
    assert draft.decode() in finding.message
    assert [document.name for document in read(path)][:5] == [uri[1:-1].decode() for uri in uris]


def test_after_a_fault_reading_goes_on_at_a_draft() -> None:
    clipped = record(version=b"WARC/0.17", Content_Length=b"900")
    data = clipped + record(version=b"WARC/0.18", number=2) + record(version=b"WARC/0.17", number=3)
    assert [document.id for document in docs(data)] == [uuid(number)[1:-1].decode() for number in (2, 3)]
    assert FORMAT.resync is not None
    assert FORMAT.resync(data, 1) == len(clipped)


@pytest.mark.parametrize("version", [b"WARC/0.16", b"WARC/0.19", b"WARC/0.170", b"WARC/2.0", b"WARC/1.17"])
def test_other_versions_are_refused(version: bytes) -> None:
    assert codes(record(version=version)) == ["WARC002"]


def test_a_record_is_found_behind_much_that_looks_like_one() -> None:
    false = b"WARC/1.1 WARC/0.17\r\n WARC/" * 400_000
    data = record(block=false, Content_Type=b"image/png", Content_Length=b"%d" % (2 * len(false))) + record(number=2)
    assert codes(data) == ["WARC010"]
    assert len(docs(data)) == 1


def test_1_0_with_its_brackets_is_clean() -> None:
    data = record(version=b"WARC/1.0", WARC_Target_URI=b"<https://example.org/>")
    assert codes(data) == []
    assert docs(data)[0].name == docs(data)[0].meta["url"] == "https://example.org/"


# -- references --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (record(WARC_Concurrent_To=uuid(2)), ["WARC025"]),
        (record(WARC_Concurrent_To=uuid(2)) + record(number=2), []),
        (record(number=2) + record(WARC_Concurrent_To=uuid(2)), []),
        (record(WARC_Concurrent_To=uuid(2)[1:-1]) + record(number=2), ["WARC014"]),
        (
            record(lines=[b"WARC-Concurrent-To: " + uuid(2), b"WARC-Concurrent-To: " + uuid(3)]) + record(number=3),
            ["WARC025"],
        ),
        (record() + record() + record(), ["WARC024", "WARC024"]),
        (record("conversion", WARC_Refers_To=uuid(2)), ["WARC026"]),
        (record(number=2) + record("conversion", WARC_Refers_To=uuid(2)), []),
        (record(WARC_Concurrent_To=uuid(2)) + record(number=2, WARC_Block_Digest=WRONG), ["WARC016"]),
    ],
    ids=range(9),
)
def test_references(data: bytes, expected: list[str]) -> None:
    assert [finding.code for finding in found(data)] == expected


# -- HTTP from end to end ----------------------------------------------------------------------------------------------

HTML = b"<!DOCTYPE html><html><head><title>T</title></head><body><p>caf\xe9</p></body></html>"


def raw_deflate(data: bytes) -> bytes:
    encoder = zlib.compressobj(wbits=-15)
    return encoder.compress(data) + encoder.flush()


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (page(b"hello", b"Content-Type: text/plain"), "hello", None),
        (page(b"5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nT: v\r\n\r\n", b"Content-Type: text/plain", b"Transfer-Encoding: chunked"), "hello!", None),
        (page(gzip.compress(b"hello"), b"Content-Type: text/plain", b"Content-Encoding: gzip"), "hello", None),
        (page(zlib.compress(b"hello"), b"Content-Type: text/plain", b"Content-Encoding: deflate"), "hello", None),
        (page(raw_deflate(b"hello"), b"Content-Type: text/plain", b"Content-Encoding: deflate"), "hello", None),
        (page(b"%x\r\n%b\r\n0\r\n\r\n" % (len(gzip.compress(b"hello")), gzip.compress(b"hello")), b"Content-Type: text/plain",
              b"Transfer-Encoding: chunked", b"Content-Encoding: gzip"), "hello", None),
        (page(HTML, b"Content-Type: text/html; charset=iso-8859-1"), HTML.decode("cp1252"), "cp1252"),
        (page(HTML.replace(b"<head>", b'<head><meta charset="windows-1252">'), b"Content-Type: text/html"),
         HTML.decode("cp1252").replace("<head>", '<head><meta charset="windows-1252">'), "cp1252"),
        (page(b"\xef\xbb\xbfcaf\xc3\xa9", b"Content-Type: text/plain; charset=iso-8859-1"), "café", None),
        (page(b"\xff\xfe" + "café".encode("utf-16-le"), b"Content-Type: text/html"), "café", "utf-16-le"),
        (page("привет".encode("koi8-r"), b"Content-Type: text/plain; charset=KOI8-R"), "привет", "koi8-r"),
    ],
    ids=range(11),
)  # fmt: skip
def test_pages(data: bytes, text: str, encoding: str | None, tmp_path: Path) -> None:
    (document,) = docs(data)
    assert document.text == text
    assert document.encoding == encoding
    assert codes(data) == []
    (tmp_path / "a.warc.gz").write_bytes(packed([data], "gz"))
    for target in ("o.jsonl", "o.seed", "o.warc.zst"):
        convert(tmp_path / "a.warc.gz", tmp_path / target)
        (back,) = read(tmp_path / target)
        assert back == document


@pytest.mark.parametrize(
    ("data", "own", "count", "left"),
    [
        (page(b"x", b"Content-Type: text/plain", status=b"404 Not Found"), {}, 0, "response records with status 404"),
        (page(b"x", b"Content-Type: text/plain", status=b"404 Not Found"), {"status": "all"}, 1, ""),
        (
            page(b"x", b"Content-Type: text/plain", status=b"301 Moved"),
            {"status": "2xx"},
            0,
            "response records with status 301",
        ),
        (page(b"x", b"Content-Type: text/plain", status=b"206 Partial"), {}, 0, "response records with status 206"),
        (page(b"x", b"Content-Type: image/png"), {"status": "all"}, 0, "response records of image/png"),
        (page(b"x"), {}, 0, "response records of no type"),
        (record("response", b"x", Content_Type=b"text/dns"), {}, 0, "response records of text/dns"),
        (record("resource", b"x", Content_Type=b"text/dns"), {}, 0, "resource records of text/dns"),
        (record("resource", b"x", without=["Content-Type"]), {}, 0, "resource records of no type"),
        (record("resource", b"x", without=["Content-Type"], WARC_Identified_Payload_Type=b"text/html"), {}, 1, ""),
        (record("resource", b"x", Content_Type=b"application/xhtml+xml"), {}, 1, ""),
        (page(b"GIF89a" + bytes(5 << 20), b"Content-Type: image/gif"), {}, 0, "response records that are no text"),
        (record("response", bytes(5 << 20), Content_Type=b"text/dns"), {}, 0, "response records of text/dns"),
        (record("response", b"HTTP" + bytes(5 << 20)), {}, 0, "response records that are no text"),
        (record("resource", bytes(5 << 20), Content_Type=b"image/gif"), {}, 0, "resource records of image/gif"),
        (record("request", bytes(5 << 20)), {}, 0, "request records"),
        (record("metadata", bytes(5 << 20), number=2), {}, 0, "metadata records"),
        (record("conversion", b"x", Content_Type=b"TEXT/Plain"), {}, 1, ""),
    ],
    ids=range(18),
)
def test_what_is_a_document(data: bytes, own: dict[str, str], count: int, left: str, tmp_path: Path) -> None:
    assert len(docs(data, **own)) == count
    batches = scan(FORMAT, data, options=ReadOptions(own=own))
    counted = {word: number for batch in batches for word, number in batch.dropped.items()}
    headers = {"HTTP headers": 1} if count and b"HTTP/" in data else {}
    assert counted == ({left: 1} if left else headers)
    (tmp_path / "a.warc").write_bytes(data)
    report = convert(tmp_path / "a.warc", tmp_path / "o.jsonl", read_options=own, from_format="warc")
    assert report.dropped == counted


def test_metadata_of_a_response() -> None:
    data = page(b"x", b"Content-Type: text/html; charset=utf-8", status=b"404 Not Found")
    (document,) = docs(data, status="all")
    assert document.id == uuid(1).decode()[1:-1]
    assert document.name == "https://example.org/"
    assert dict(document.meta) == {
        "url": "https://example.org/", "date": "2024-05-18T01:58:10Z", "content_type": "text/html", "status": 404,
    }  # fmt: skip


def test_the_text_of_a_page() -> None:
    body = b"<html><head><title>T</title><script>var x</script></head><body><p>First.</p><p>Second <b>one</b>.</p></body></html>"
    (whole,) = docs(page(body, b"Content-Type: text/html"))
    (text,) = docs(page(body, b"Content-Type: text/html"), html="text")
    assert whole.data == body
    assert "First." in text.text
    assert "Second one." in text.text
    assert "<" not in text.text
    assert "var x" not in text.text
    assert text.meta["extracted"] is True
    assert "extracted" not in whole.meta


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (page(b"5\r\nhello\r\n", b"Content-Type: text/plain", b"Transfer-Encoding: chunked"), "WARC033"),
        (page(gzip.compress(b"hello" * 9)[:-9], b"Content-Type: text/plain", b"Content-Encoding: gzip"), "WARC033"),
        (page(b"\0hello", b"Content-Type: text/plain", b"Content-Encoding: snappy"), "WARC021"),
        (page(b"hello", b"Content-Type: text/plain", b"Content-Encoding: snappy"), "WARC029"),
        (record("response", b"<html>", Content_Type=b"application/http"), "WARC033"),
        (record("response", b"HTTP 200 OK\r\nContent-Type: text/plain\r\n\r\nx"), "WARC033"),
        (page(b"plain", b"Content-Type: text/plain", b"Content-Encoding: gzip"), "WARC029"),
        (page(b"plain", b"Content-Type: text/plain", b"Transfer-Encoding: chunked"), "WARC029"),
        (record(Content_Type=b"text/plain; charset=klingon"), "WARC028"),
        (page(b"<p>", b"Content-Type: text/html; charset=klingon"), "WARC028"),
        (page(b"<meta charset=klingon>", b"Content-Type: text/html"), "WARC028"),
        (page(b"<p>", b"Content-Type: text/html; charset=utf-16"), "WARC028"),
        (record(WARC_Truncated=b"time"), "WARC030"),
    ],
    ids=range(13),
)
def test_faults_inside_of_records(data: bytes, code: str) -> None:
    assert [finding.code for finding in found(data)] == [code]
    assert len(docs(data + record(number=2))) == (1 if code == "WARC021" else 2)


@pytest.mark.parametrize(
    ("field", "body", "data"),
    [
        (b"", b"<nav>\xff</nav><p>caf\xe9 cr\xe8me", b"caf\xe9 cr\xe8me"),
        (b"; charset=utf-8", b"<p>caf\xe9", b"caf\xe9"),
        (
            b"; charset=utf-8",
            "<p>\U000f0000\U000f0001 é ".encode() + b"\xe9\xff",
            "\U000f0000\U000f0001 é ".encode() + b"\xe9\xff",
        ),
        (b"; charset=euc-kr", "<p>가 ".encode("cp949") + b"\xff", "가 ".encode() + b"\xff"),
        (b"; charset=windows-1253", b"<p>a\xd2\xe1", b"a\xd2" + "α".encode()),
        (b"; charset=utf-16", "<p>a".encode("utf-16-le") + b"\xe9\xdd", b"a\xe9\xdd"),
        (b"; charset=iso-2022-jp", b"<p>a\x1b$B\xe9", b"a\xe9"),
    ],
)
def test_bytes_that_are_no_text_of_a_page_are_kept(field: bytes, body: bytes, data: bytes, tmp_path: Path) -> None:
    archive = page(body, b"Content-Type: text/html" + field)
    (document,) = docs(archive, html="text")
    assert (document.data, document.encoding) == (data, None)
    (tmp_path / "a.warc").write_bytes(archive)
    target = tmp_path / "o.jsonl"
    with pytest.raises(LossError) as caught:
        convert(tmp_path / "a.warc", target, read_options={"html": "text"})
    assert ([loss.kind for loss in caught.value.losses], target.exists()) == (["bytes"], False)
    report = convert(tmp_path / "a.warc", target, read_options={"html": "text"}, allow_loss="bytes")
    assert (report.written, report.lost) == (1, {"bytes": 1})
    assert next(iter(read(target))).text == data.decode("utf-8", "replace")
    codes_of = [finding.code for finding in validate(tmp_path / "a.warc", html="text")]
    assert codes_of.count("ENC001") == 1


def test_a_bundle_with_an_unknown_encoding_is_read_as_bytes() -> None:
    data = write(FORMAT, [Document("a", b"caf\xe9", encoding="latin-1")])
    data = data.replace(b"charset=iso-8859-1", b"charset=klingon---")
    assert "WARC028" in codes(data)
    (document,) = docs(data)
    assert (document.data, document.encoding) == (b"caf\xe9", None)


def test_a_page_with_all_characters_for_private_use_and_wrong_bytes_is_refused() -> None:
    every = "".join(map(chr, range(0xF0000, 0x10FFFE))).encode()
    (finding,) = found(page(b"<p>" + every + b"\xff", b"Content-Type: text/html"), html="text")
    assert finding.code == "WARC021"


def attributes(count: int, value: bytes = b"") -> bytes:
    return b" ".join(b"a%d%b" % (number, value) for number in range(count))


@pytest.mark.parametrize(
    "tag",
    [
        b"<p b='<i " + attributes(1001) + b"'>",
        b"<a " * 400_000,
        b"<p b='</script><i " + attributes(1001) + b"'>",
        b'<p b="<i ' + attributes(3000, b"='<u'") + b'">',
    ],
    ids=range(4),
)
def test_tags_in_tags_that_would_keep_a_parser_busy_are_refused(tag: bytes) -> None:
    data = page(tag + b"text", b"Content-Type: text/html")
    (finding,) = found(data + record(number=2), html="text")
    assert (finding.code, finding.message) == (
        "WARC021", "nested tags of the page have more than 1,000 attributes",
    )  # fmt: skip
    assert [document.data for document in docs(data + record(number=2), html="text")] == [b"A text.\n"]
    assert len(docs(data)) == 1


@pytest.mark.parametrize(
    "tag",
    [
        b"<p " + attributes(1001) + b">", b"<p " + attributes(9000, b"='>'") + b">", b'<p b="<" ' + attributes(1001, b"=1") + b">",
        b"<p b='<i ' " + attributes(1001, b'="x"') + b">", b"<svg><style><i " + attributes(1001) + b">", b"<p " + attributes(1001),
        b"<p/" + attributes(1001).replace(b" ", b"/") + b">",
    ],
    ids=range(7),
)  # fmt: skip
def test_of_a_tag_with_many_attributes_the_first_ones_are_read(tag: bytes) -> None:
    data = page(b"<p>Before</p>" + tag + b">text", b"Content-Type: text/html")
    (document,) = docs(data, html="text")
    assert document.text.split()[0] == "Before"
    assert found(data, html="text") == []


@pytest.mark.parametrize(
    "between",
    [
        b"<img src='data:image/png;base64," + b"QUJD/+" * 50_000 + b"'>", b"<i " + b"a" * 200_000 + b">", b"<i " + b"a " * 9000 + b">",
        b"<i " + attributes(1000) + b">", b"<script>for(i=0;i<n;i++)['" + attributes(2000) + b"']</script>",
        b"<script>i<n " + attributes(2000) + b"</script><script>", b"<!-- " + attributes(2000) + b" -->", b" " * 200_000,
    ],
    ids=range(8),
)  # fmt: skip
def test_a_long_tag_costs_nothing(between: bytes) -> None:
    (document,) = docs(
        page(b"<p>Before it</p>" + between + b"<p>After it</p>", b"Content-Type: text/html"), html="text"
    )
    assert document.text.split() in (["Before", "it", "After", "it"], ["Before", "it"])


ABOUT_IT = record("metadata", b"k: 1\r\n", number=2, WARC_Refers_To=uuid(1))


@pytest.mark.parametrize(
    "value",
    [
        b'{"n":1.0000000000000000000001}',
        b'{"n":1.10}',
        b'{"n":1E2}',
        b'{"n":-0}',
        b'{"a":1,"a":2}',
        b'{"n":' + b"9" * 40 + b"}",
        b"{no JSON}",
    ],
)
def test_json_that_a_crawler_wrote_is_kept_digit_for_digit(value: bytes) -> None:
    data = record() + record("metadata", b"k: %b\r\n" % value, number=2, WARC_Refers_To=uuid(1))
    assert value in docs(data)[0].meta_json or docs(data)[0].meta["metadata"]["k"] == value.decode()


def test_a_metadata_record_that_is_not_utf_8_is_joined_with_a_remark() -> None:
    data = record() + record("metadata", b"a: caf\xe9\r\n", number=2, WARC_Refers_To=uuid(1))
    (finding,) = found(data)
    assert (finding.code, finding.byte, finding.record) == ("WARC028", data.index(b"\xe9"), 2)
    assert docs(data)[0].meta["metadata"] == {"a": "caf\ufffd"}


def test_an_empty_metadata_record_says_nothing() -> None:
    data = record() + record("metadata", b"", number=2, WARC_Refers_To=uuid(1), Content_Type=b"text/plain")
    assert codes(data) == []
    assert "metadata" not in docs(data)[0].meta


def test_metadata_records_without_end_do_not_fill_memory() -> None:
    long = b"k: " + b"v" * 1_000_000 + b"\r\n"
    data = record() + b"".join(record("metadata", long, number=n, WARC_Refers_To=uuid(1)) for n in range(2, 22))
    assert all(len(document.meta_json) <= MAX_METADATA for document in docs(data))


def test_a_document_never_has_an_empty_id() -> None:
    for value in (b"<>", b"< >", b""):
        for document in docs(record(WARC_Record_ID=value)):
            assert document.id


def test_a_metadata_record_is_joined_whether_or_not_its_reference_has_brackets() -> None:
    for value in (uuid(1), uuid(1)[1:-1]):
        data = record() + ABOUT_IT.replace(b"WARC-Refers-To: " + uuid(1), b"WARC-Refers-To: " + value)
        assert docs(data)[0].meta.get("metadata") == {"k": "1"}


# -- our own metadata records ------------------------------------------------------------------------------------------

OWN = b"application/x.corpusfmt.document+json; version=1"


def own(block: bytes, about: bytes = uuid(1)) -> bytes:
    return record() + record("metadata", block, number=2, WARC_Refers_To=about, Content_Type=OWN)


@pytest.mark.parametrize(
    "block",
    [b"", b"{", b"[]", b"null", b'{"id":"a","name":"b"}', b'{"id":"a","name":"b","meta":[]}', b'{"id":"","name":"b","meta":{}}',
     b'{"id":1.5,"name":"b","meta":{}}', b'{"id":true,"name":"b","meta":{}}', b'{"id":"a","name":1,"meta":{}}',
     b'{"id":"a","id":"c","name":"b","meta":{}}', b'{"id":"a","name":"b","meta":{},"more":1}', b'{"id":"a","name":"\\ud800","meta":{}}',
     b'{"id":"a","name":"b","meta":{"x":NaN}}', b'{"id":"\xff","name":"b","meta":{}}',
     b'{"id":"a","name":"b","meta":{}} x', b'{"id":-0,"name":"b","meta":{}}', b'{"id":' + b"9" * 1001 + b',"name":"b","meta":{}}',
     b'{"id":"a","name":"b","meta":{"x":' + b"[" * 600 + b"]" * 600 + b"}}"],
)  # fmt: skip
def test_metadata_records_that_are_malformed(block: bytes) -> None:
    assert codes(own(block)) == ["WARC027"]
    assert docs(own(block)) == []


@pytest.mark.parametrize(
    ("block", "id", "name", "meta"),
    [
        (b'{"id":"a","name":"b","meta":{}}', "a", "b", b"{}"),
        (b' {"meta" : {"k": 1.0}, "name":"\\u0062" ,"id" : -5 }\r\n', -5, "b", b'{"k": 1.0}'),
        (b'{"id":"\\ud83d\\ude00","name":"","meta":{"k":\n1}}', "\U0001f600", "", b'{"k": 1}'),
        (b'{"id":' + b"9" * 1000 + b',"name":"","meta":{}}', int("9" * 1000), "", b"{}"),
    ],
    ids=range(4),
)
def test_metadata_records_in_other_spellings(block: bytes, id: str | int, name: str, meta: bytes) -> None:
    (document,) = docs(own(block))
    assert (document.id, document.name, document.meta_json) == (id, name, meta)
    assert codes(own(block)) == []


@pytest.mark.parametrize(
    "block",
    [
        b'{"id":"a","name":"b","meta":%b}',
        b'{"meta" : %b,"id":"a","name":"b"}',
        pytest.param(b'{"meta":%b,"id":"a","name":"b"}', marks=pytest.mark.deep),
    ],
)
def test_metadata_comes_back_up_to_the_limit(block: bytes) -> None:
    metadata = b'{"a":"' + b"x" * (MAX_METADATA - 8) + b'"}'
    assert codes(own(block % metadata)) == []
    assert docs(own(block % metadata))[0].meta_json == metadata
    for more in (b"x", b"x" * MAX_METADATA):
        (finding,) = found(own(block % metadata.replace(b'"}', more + b'"}')))
        assert (finding.code, finding.message) == ("WARC027", "the metadata is longer than 16 MiB")


@pytest.mark.parametrize("meta", [b'{"x":1,"x":2}', b'{"a":{"x":1,"x":1}}', b'{"a":"\\ud800"}'])
def test_odd_metadata_is_carried_with_a_warning(meta: bytes) -> None:
    data = own(b'{"id":"a","name":"b","meta":%b}' % meta)
    assert codes(data) == ["WARC031"]
    assert docs(data)[0].meta_json == meta


@pytest.mark.parametrize(
    ("data", "expected", "count"),
    [
        (own(b'{"id":"a","name":"b","meta":{}}', uuid(9)), ["WARC027"], 1),
        (record("metadata", b'{"id":"a","name":"b","meta":{}}', WARC_Refers_To=uuid(9), Content_Type=OWN), ["WARC027"], 0),
        (record("warcinfo", b"corpusfmt-profile: 1\r\n", number=5) + record(), ["WARC027"], 0),
        (record("warcinfo", b"corpusfmt-profile: 1\r\n", number=5) + record("request", b"q"), ["WARC032"], 0),
        (record("warcinfo", b"corpusfmt-profile: 1\r\n", number=5) + record() + record("warcinfo", b"a: b\r\n", number=6) + record(number=7),
         ["WARC027"], 1),
    ],
    ids=range(5),
)  # fmt: skip
def test_texts_and_metadata_records_that_do_not_belong_together(data: bytes, expected: list[str], count: int) -> None:
    assert codes(data) == expected
    assert len(docs(data)) == count


# -- places ------------------------------------------------------------------------------------------------------------


def placed(data: bytes, codec: str, folder: Path) -> list[Finding]:
    path = folder / f"a.warc.{codec}".rstrip(".")
    path.write_bytes(data)
    return [finding for finding in validate(path) if finding.severity != "note"]


def pieces_with(bad: bytes) -> tuple[list[bytes], int]:
    """Records of which the fourth is ``bad``, and the byte where that begins."""
    good = [record(block=b"text %d\n" % n * n, number=n) for n in (11, 12, 13)]
    return [*good, bad, record(block=b"the last\n", number=15)], sum(map(len, good))


@pytest.mark.parametrize("codec", ["", "gz", "zst"])
@pytest.mark.parametrize(
    ("bad", "code", "at"),
    [
        (record(WARC_Date=b"yesterday"), "WARC014", b"yesterday"),
        (record(WARC_Block_Digest=WRONG), "WARC016", WRONG),
        (record(WARC_Target_URI=b"nowhere"), "WARC014", b"nowhere"),
        (record(WARC_Refers_To=uuid(2)), "WARC012", uuid(2)),
        (record(lines=[b"X-Note: a\x01b"]), "WARC003", b"\x01"),
        (record(lines=["X-Note: é".encode("latin-1")]), "WARC003", b"\xe9"),
        (record(lines=[b"no colon"]), "WARC003", b"no colon"),
        (record(Content_Length=b"x8"), "WARC006", b"x8"),
        (record(without=["WARC-Date"]), "WARC011", b"WARC/1.1"),
        (record(version=b"WARC/0.9"), "WARC002", b"WARC/0.9"),
        (record(eol=b"\n"), "WARC004", b"WARC/1.1"),
        (record(number=12), "WARC024", uuid(12)),
        (record(WARC_Concurrent_To=uuid(77)), "WARC025", uuid(77)),
        (page(b"5\r\nhello\r\nzz\r\n", b"Content-Type: text/plain", b"Transfer-Encoding: chunked"), "WARC033", b"zz\r\n"),
        (record(end=b"\r\n"), "WARC009", b"\r\n"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_findings_say_where(bad: bytes, code: str, at: bytes, codec: str, tmp_path: Path) -> None:
    pieces, start = pieces_with(bad)
    raw = len(packed(pieces[:3], codec)) if codec else -1
    into = len(bad) - 2 if code == "WARC009" else bad.index(at)
    (finding,) = [each for each in placed(packed(pieces, codec), codec, tmp_path) if each.code.startswith("WARC")]
    text = b"".join(pieces)
    assert finding.code == code
    assert finding.record == 4
    assert finding.byte == start + into
    assert finding.file_byte == raw
    before = text[: finding.byte]
    assert finding.line == before.count(b"\n") + 1
    assert finding.column == len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    assert finding.path.endswith(f"a.warc.{codec}".rstrip("."))
    assert f"record 4, byte {finding.byte}" in finding.where()
    assert not codec or f"in the member at byte {raw} of the file" in finding.where()


def test_findings_of_far_records_say_where(tmp_path: Path) -> None:
    """Past what is held in memory, and with members that hold nothing between them."""
    many = [record(block=b"line\n" * 500, number=n) for n in range(1, 401)]
    places = {}
    for n in (1, 57, 200, 399):
        many[n] = record(block=b"line\n" * 500, number=n + 1, WARC_Date=b"2024-13")
        places[n + 1] = (sum(map(len, many[:n])) + many[n].index(b"2024-13"), n)
    for codec in ("gz", "zst"):
        data = packed(many, codec)
        told = [each for each in placed(data, codec, tmp_path) if each.code.startswith("WARC")]
        assert [(each.record, each.byte) for each in told] == [(number, byte) for number, (byte, _) in places.items()]
        assert [each.file_byte for each in told] == [len(packed(many[:n], codec)) for _, n in places.values()]
    empty = b"".join(gzip.compress(b"") + gzip.compress(each) for each in many[:60])
    told = [each for each in placed(empty, "gz", tmp_path) if each.code == "WARC014"]
    assert [each.record for each in told] == [2, 58]
    assert [each.file_byte for each in told] == [
        len(b"".join(gzip.compress(b"") + gzip.compress(each) for each in many[:n])) + len(gzip.compress(b""))
        for n in (1, 57)
    ]


def test_documents_say_where_they_stand() -> None:
    pieces, start = pieces_with(record(block=b"here\n"))
    data = b"".join(pieces)
    document = docs(data)[3]
    assert document.origin is not None
    assert document.origin.byte == start
    assert data[document.origin.body :].startswith(b"here\n")
    assert document.origin.line == data[:start].count(b"\n") + 1


def test_members_that_hold_several_records_or_parts(tmp_path: Path) -> None:
    one, two, three = (record(block=b"text\n" * n, number=n) for n in (1, 2, 3))
    for pieces, expected in (
        ([one + two, three], [("WARC023", 2)]),
        ([one, two[:50], two[50:], three], [("WARC023", 2)]),
        ([one, two[:50], two[50:] + three], [("WARC023", 2), ("WARC023", 3)]),
        ([one, two, three], []),
        ([b"", one, b"", two, b"", b"", three, b""], []),
    ):
        told = [
            (each.code, each.record)
            for each in placed(packed(pieces, "gz"), "gz", tmp_path)
            if each.code.startswith("W")
        ]
        assert told == expected
        zst = [
            (each.code, each.record)
            for each in placed(packed(pieces, "zst"), "zst", tmp_path)
            if each.code.startswith("W")
        ]
        assert zst == [each for each in expected if len(pieces) == 2 or each[1] == 3]


# -- going on after a fault --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 100, 1 << 20])
@pytest.mark.parametrize(
    "bad",
    [
        b"rubbish\r\n\r\n", record(Content_Length=b"4"), record(Content_Length=b"x"), record(Content_Length=b"99999"),
        record(version=b"WARC/7.7"), record(WARC_Block_Digest=WRONG), record(without=["WARC-Date"]),
        record(block=b"x\r\n\r\nWARC/1.1 is a version\r\n\r\n", Content_Length=b"1"),
    ],
    ids=range(8),
)  # fmt: skip
def test_the_records_around_a_fault_are_read(bad: bytes, size: int) -> None:
    data = record(number=11, WARC_Block_Digest=RIGHT) + bad + record(number=12) + record(number=13)
    batches = list(FORMAT.scan(Pieces(data, size), ReadOptions()))
    ids = [document.id for batch in batches for document in batch.documents]
    expected = [uuid(n).decode()[1:-1] for n in (11, 12, 13)]
    assert [each for each in ids if each in expected] == expected
    assert any(finding.severity == "error" for batch in batches for finding in batch.findings)


def test_a_record_that_is_followed_by_rubbish_is_refused_unless_a_digest_or_a_member_vouches_for_it(
    tmp_path: Path,
) -> None:
    rubbish, other = b"rubbish\r\n\r\n", record(number=2, WARC_Target_URI=b"https://example.org/b")
    assert codes(record() + rubbish + record(number=2)) == ["WARC010"]
    (finding,) = found(record(WARC_Block_Digest=RIGHT) + rubbish + record(number=2))
    assert (finding.code, finding.byte) == ("WARC001", len(record(WARC_Block_Digest=RIGHT)))
    assert codes(record(WARC_Block_Digest=WRONG) + rubbish + record(number=2)) == ["WARC010"]
    for codec in ("gz", "zst"):
        for digest, expected in (({}, "WARC001"), ({"WARC-Block-Digest": WRONG}, "WARC010")):
            (tmp_path / "a.warc").write_bytes(packed([record(fields=digest), rubbish, other], codec))
            assert file_codes(tmp_path / "a.warc") == [expected]


def test_findings_do_not_depend_on_how_much_is_read_at_a_time() -> None:
    good = [record(block=b"line\n" * 40, number=n) for n in range(1500)]
    for n in range(0, 1500, 7):
        good[n] = record(block=b"line\n" * 40, number=3)
    data = b"".join(good)
    told = []
    for size in (1000, 4096, 131_072, 200_000, 1 << 30):
        batches = list(FORMAT.scan(Pieces(data, size), ReadOptions(thorough=True)))
        told.append([(each.code, each.byte, each.line, each.record) for batch in batches for each in batch.findings])
    assert len(told[0]) == 215
    assert all(each == told[0] for each in told)


def test_a_text_that_holds_an_archive_is_one_text() -> None:
    inner = record(block=b"inner\n", number=9) * 3
    for block in (inner, inner[:-1], b"\r\n\r\n" + inner, inner + b"\r\n\r\nWARC/1.1\r\nWARC-Type: resource\r\n"):
        for fields in ({}, {"WARC-Block-Digest": sha1(block)}):
            data = record(block=block, number=1, fields=fields) + record(number=2)
            assert [document.data for document in docs(data)] == [block, b"A text.\n"]
            assert codes(data) == []


@pytest.mark.parametrize("path", files("warc/warcio/example.warc"))
def test_the_table_of_rules_is_that_of_real_files(path: Path) -> None:
    data = path.read_bytes()
    assert codes(data) == []
    assert codes(data.replace(b"WARC-Type: response", b"WARC-Type: warcinfo")) != []


def test_a_header_that_is_clipped_does_not_take_the_next_record_with_it() -> None:
    data = record(number=1) + record(number=2)[:150] + record(number=3)
    for batch_size in (1 << 30, 7):
        batches = scan(FORMAT, data, batch_size)
        assert [d.id for d in documents(batches)] == [uuid(1)[1:-1].decode(), uuid(3)[1:-1].decode()]
        assert [f.code for f in findings(batches)] == ["WARC003"]


def test_a_line_end_that_may_be_of_the_text_is_not_taken_away() -> None:
    short = record(block=b"a text\n", Content_Length=b"6")
    (finding,) = findings(scan(FORMAT, short))
    assert finding.code == "WARC009"
    assert finding.edit is not None
    assert not finding.edit.safe


# -- what an adversary found -------------------------------------------------------------------------------------------

LARGE = 5 << 20


@pytest.mark.parametrize("size", [1 << 30, 100_000])
@pytest.mark.parametrize("digits", [str(LARGE).encode(), b"9" * 17])
def test_a_large_block_that_is_shorter_than_it_says_does_not_take_what_follows(size: int, digits: bytes) -> None:
    """Whether the file ends inside the block, or goes on behind it."""
    rest = [record(number=n) for n in range(2, 6)]
    clipped = record(block=b"\x89PNG\n" + b"z" * 100_000, number=1, Content_Type=b"image/png", Content_Length=digits)
    filler = record(block=b"f" * (6 << 20), number=9)
    for data in (clipped + b"".join(rest), clipped + b"".join(rest) + filler):
        batches = scan(FORMAT, data, size)
        assert [d.id for d in documents(batches)][:4] == [uuid(n)[1:-1].decode() for n in range(2, 6)]
        assert [f.code for f in findings(batches)] == ["WARC010"]


def test_an_archive_in_a_large_block_is_no_row_of_records() -> None:
    inner = record(number=7) * 3 + b"z" * LARGE
    data = record("resource", inner, number=1, Content_Type=b"application/warc") + record(number=2)
    batches = scan(FORMAT, data, 1 << 16)
    assert [d.id for d in documents(batches)] == [uuid(2)[1:-1].decode()]
    assert not findings(batches)


BODY = b"a" * LARGE


@pytest.mark.parametrize(
    "data",
    [
        http(BODY, b"Content-Type:\r\n text/html"),
        http(BODY, b"X-A: " + b"x" * 60_000, b"X-B: " + b"x" * 60_000, b"Content-Type: text/html"),
        http(BODY, *[b"X: " + b"x" * 62_000] * 16, b"Content-Type: text/html"),
    ],
    ids=["folded", "long header", "very long header"],
)
@pytest.mark.parametrize("there", [0, 10, 50, 65_530, 70_000])
def test_a_large_text_is_a_text_like_a_small_one(data: bytes, there: int) -> None:
    """However much of it is there when it is asked whether it may be one."""
    large = record("response", data, Content_Type=b"application/http")
    before = record(block=b"", number=2)
    room = (128 << 10) - len(before) - header_end(large, 0) - there
    (_, document) = docs(record(block=b"x" * room, number=2) + large)
    assert document.data == BODY


def test_the_identified_type_is_asked_for_large_blocks_too() -> None:
    response = record(
        "response", http(BODY), Content_Type=b"application/http", WARC_Identified_Payload_Type=b"text/html"
    )
    assert [len(d.data) for d in docs(response)] == [LARGE]
    resource = record("resource", BODY, without=["Content-Type"], WARC_Identified_Payload_Type=b"text/html")
    assert [len(d.data) for d in docs(resource)] == [LARGE]


def test_json_that_would_nest_too_deep_is_joined_as_text(tmp_path: Path) -> None:
    deep = b'{"a":' + b"[" * 511 + b"]" * 511 + b"}"
    path = tmp_path / "a.warc"
    path.write_bytes(
        record() + record("metadata", deep, number=2, Content_Type=b"application/json", WARC_Refers_To=uuid(1))
    )
    convert(path, tmp_path / "a.jsonl")
    assert not list(validate(tmp_path / "a.jsonl"))


def test_what_is_not_joined_is_counted() -> None:
    foreign = record("metadata", b"k: 1\r\n", number=3, WARC_Refers_To=uuid(1))
    ours = record("metadata", b'{"id":"a","name":"b","meta":{}}', number=2, WARC_Refers_To=uuid(1), Content_Type=OWN)
    batches = scan(FORMAT, record() + foreign + ours)
    assert [d.id for d in documents(batches)] == ["a"]
    assert [batch.dropped for batch in batches] == [{"metadata records": 1}]
    batches = scan(FORMAT, page(b"x", b"Content-Type: text/plain") + ours)
    assert [f.code for f in findings(batches)] == ["WARC027"]


def test_folded_and_nameless_lines_of_a_metadata_record_are_kept() -> None:
    about = record("metadata", b"a: 1\r\n folded\r\nno colon\r\n", number=2, WARC_Refers_To=uuid(1))
    assert docs(record() + about)[0].meta["metadata"] == {"a": "1 folded", "": "no colon"}


def test_a_text_whose_metadata_record_is_damaged_is_not_given_under_another_name() -> None:
    damaged = record(
        "metadata", b'{"id":"a","name":"b","meta":{}}', number=2, WARC_Refers_To=uuid(1), Content_Type=OWN,
        WARC_Block_Digest=sha1(b"something else"),
    )  # fmt: skip
    batches = scan(FORMAT, record() + damaged)
    assert not documents(batches)
    assert [f.code for f in findings(batches)] == ["WARC016"]


def test_an_extension_field_may_repeat_and_fold() -> None:
    head = record().replace(b"\r\nContent-Length", b"\r\nX-A: 1\r\nX-A: 2\r\n more\r\nContent-Length", 1)
    assert not findings(scan(FORMAT, head))


@pytest.mark.parametrize(
    ("block", "text", "codes"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello", b"hello", []),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nhello", b"hello", ["WARC029"]),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nhello", b"", ["WARC033"]),
        (b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Type: text/plain\r\n\r\nhello", b"hello", []),
    ],
)
def test_odd_http(block: bytes, text: bytes | None, codes: list[str]) -> None:
    batches = scan(FORMAT, record("response", block, Content_Type=b"application/http"))
    assert [d.data for d in documents(batches)] == ([] if text is None else [text])
    assert [f.code for f in findings(batches)] == codes


def test_records_without_a_length_do_not_slow_down_a_compressed_file(tmp_path: Path) -> None:
    """The list of members is trimmed, whether records are sound or not."""
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join(gzip.compress(record(number=n, Content_Length=b"x"), mtime=0) for n in range(3000)))
    with open_input(str(path)) as stream:
        longest = 0
        for _ in FORMAT.scan(stream, ReadOptions()):
            longest = max(longest, len(stream.members or []))
    assert longest < 1500


@pytest.mark.parametrize("type", ["resource", "request"])
def test_the_place_of_a_record_that_was_skipped_is_reported(type: str) -> None:
    """Its block is too large to be held: the record after it is all that is at hand at the end."""
    large = record(type, b"\0\n" * (3 << 20), number=2, Content_Type=b"image/png", WARC_Concurrent_To=uuid(77))
    archive = record() + large + record(number=3) * 2
    told = [f for f in findings(scan(FORMAT, archive, options=ReadOptions(thorough=True))) if f.code == "WARC025"]
    byte = archive.index(uuid(77))
    start = archive.rindex(b"\n", 0, byte) + 1
    place = (archive.count(b"\n", 0, byte) + 1, byte - start + 1, byte)
    assert [(f.line, f.column, f.byte) for f in told] == [place]
    assert told[0].excerpt.startswith("WARC-Concurrent-To: <")


def test_the_column_of_a_record_that_begins_in_a_long_line_is_reported() -> None:
    junk = "\u00e9\u20ac".encode() * 60_000
    bad = record(without=["WARC-Date"])
    for size in (1 << 20, 70_001):
        told = findings(scan(FORMAT, junk + bad, size))
        assert [(f.code, f.line, f.column, f.byte) for f in told] == [
            ("WARC001", 1, 1, 0),
            ("WARC011", 1, 120_001, len(junk)),
        ]


# -- what is not held ---------------------------------------------------------------------------------------------------

PICTURES = b"\x89PNG\n" + b"z" * LARGE


@pytest.mark.parametrize("size", [1 << 30, 10_000])
@pytest.mark.parametrize(
    ("change", "expected", "count"),
    [
        ({"Content_Length": b"%d" % (len(PICTURES) - 1000)}, ["WARC010"], 1),
        ({"end": b"\r\n"}, ["WARC009"], 1),
        ({"end": b"\n\n"}, ["WARC009"], 1),
        ({"Content_Length": b"9" * 17}, ["WARC010"], 1),
        ({"Content_Length": b"9" * 17, "end": b"\r\nWARC/1.1"}, ["WARC008"], 0),
        ({"Content_Length": b"%d" % (2 * LARGE), "end": b"\r\nWARC/1.1"}, ["WARC008"], 0),
    ],
    ids=range(6),
)
def test_a_large_block_that_is_not_what_it_says(
    change: dict[str, Any], expected: list[str], count: int, size: int
) -> None:
    data = record("resource", PICTURES, Content_Type=b"image/png", **change) + record(number=2) * count
    batches = scan(FORMAT, data, size)
    assert [f.code for f in findings(batches)] == expected
    assert [d.id for d in documents(batches)] == [uuid(2)[1:-1].decode()] * count
    for finding in findings(batches):
        if finding.code == "WARC009":
            at, length, replacement, _ = finding.edit or (0, 0, b"", False)
            assert not findings(scan(FORMAT, data[:at] + replacement + data[at + length :], size))


def test_no_more_of_a_block_is_kept_than_a_document_may_have() -> None:
    """A record in a block is where reading goes on when the block was cut, but only if it is not too far back."""
    inner = record(number=7) + record(number=8)
    for size, expected in ((1 << 20, ["WARC008"]), (8 << 20, ["WARC010"])):
        data = record(block=b"\x89PNG\n" + inner + b"z" * LARGE, Content_Type=b"image/png", Content_Length=b"99999999")
        batches = scan(FORMAT, data, 10_000, ReadOptions(max_document=size))
        assert [f.code for f in findings(batches)][:1] == expected
        assert [d.data for d in documents(batches)] == [b"A text.\n"] * (expected == ["WARC010"])


def test_a_compressed_file_that_is_cut_in_a_block_that_is_not_held_is_reported_once(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(record(block=PICTURES, Content_Type=b"image/png"), mtime=0)[:-100])
    assert [finding.code for finding in validate(path)] == ["FILE001"]


@pytest.mark.parametrize(("rubbish", "expected"), [(b"rubbish", []), (b"rubbish" * 10, ["WARC001"])])
def test_a_compressed_file_that_is_damaged_behind_rubbish(rubbish: bytes, expected: list[str], tmp_path: Path) -> None:
    """The little that is there before the damage may have been the beginning of a record."""
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(record(WARC_Block_Digest=RIGHT) + rubbish, mtime=0) + b"no gzip data")
    assert [finding.code for finding in validate(path)] == [*expected, "FILE003"]


def test_a_header_of_more_than_a_mebibyte_is_refused_and_the_next_record_is_read() -> None:
    lines = [b"X-%d: " % number + b"x" * 60_000 for number in range(20)]
    for data in (record(lines=lines) + record(number=2), record(lines=[*lines, *lines], without=["WARC-Date"])):
        batches = scan(FORMAT, data, 10_000)
        (finding,) = findings(batches)
        assert (finding.code, finding.message, finding.byte) == (
            "WARC005", "the header of the record is longer than 1 MiB", 0,
        )  # fmt: skip
        assert [d.id for d in documents(batches)] == [uuid(2)[1:-1].decode()] * (data.count(b"WARC/1.1") - 1)


def test_a_header_without_end_is_given_up() -> None:
    assert codes(b"WARC/1.1\r\n" + (b"X: " + b"y" * 60_000 + b"\r\n") * 20) == ["WARC005"]


def test_a_folded_line_that_continues_nothing() -> None:
    data = record().replace(b"WARC/1.1\r\n", b"WARC/1.1\r\nno field\r\n folded\r\n")
    told = [finding.message for finding in found(data)]
    assert told == ["expected 'Name: value', found 'no field'"]
    data = record().replace(b"WARC/1.1\r\n", b"WARC/1.1\r\nX-Long: " + b"x" * 70_000 + b"\r\n folded\r\n")
    assert codes(data) == ["WARC005"]
    (finding,) = found(record().replace(b"WARC/1.1\r\n", b"WARC/1.1\r\n folded\r\n"))
    assert (finding.code, finding.message) == ("WARC003", "a folded line without a line before it: ' folded'")


def test_the_digest_of_chunks_that_are_not_held_is_nobodys_fault() -> None:
    """Without its chunks the payload may have the digest, and nobody can tell; the digest of the block is verified."""
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(PICTURES), PICTURES)
    block = http(body, b"Content-Type: image/png", b"Transfer-Encoding: chunked")
    digest = sha1(PICTURES)
    assert codes(record("response", block, WARC_Payload_Digest=digest, WARC_Block_Digest=sha1(block))) == []
    assert codes(record("response", block, WARC_Payload_Digest=digest, WARC_Block_Digest=WRONG)) == ["WARC034"]


# -- what is written ----------------------------------------------------------------------------------------------------


def test_members_that_hold_a_text_and_its_metadata_are_reported(tmp_path: Path) -> None:
    data = write(FORMAT, [Document(f"d{number}", f"text {number}\n") for number in range(3)])
    cuts = [at for at in range(len(data)) if data.startswith(b"WARC/1.1\r\n", at)]
    pieces = [data[a:b] for a, b in zip(cuts, [*cuts[1:], len(data)], strict=True)]
    info, *rest = pieces
    path = tmp_path / "a.warc.gz"
    for arranged, told in (
        ([info, *rest], []),
        ([info, b"".join(rest[:2]), *rest[2:]], [3]),
        ([info, rest[0], b"".join(rest[1:3]), *rest[3:]], [4]),
        ([info, rest[0][:50], rest[0][50:], *rest[1:]], [2]),
        ([info, rest[0], rest[1][:50], rest[1][50:], *rest[2:]], [3]),
    ):
        path.write_bytes(packed(arranged, "gz"))
        assert [(each.code, each.record) for each in validate(path)] == [("WARC023", record) for record in told]
        assert [document.id for document in read(path)] == ["d0", "d1", "d2"]


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (Document("d", "t", name="n" * 1_000_001), "the name is longer than 1,000,000 characters"),
        (Document("d" * 1_000_001, "t"), "the id is longer than 1,000,000 characters"),
        (Document("d", "t", meta=b'{"a":"' + b"x" * (MAX_METADATA - 7) + b'"}'), "the metadata is longer than 16 MiB"),
    ],
    ids=["name", "id", "metadata"],
)
def test_what_is_too_large_is_not_written(document: Document, what: str) -> None:
    assert [(loss.kind, loss.message) for loss in FORMAT.losses(document, WriteOptions())] == [("size", what)]
    with pytest.raises(LossError, match=what):
        write(FORMAT, [Document("first", "fine"), document])


def test_what_is_just_not_too_large_is_written() -> None:
    document = Document("d" * 1_000_000, "t", name="n" * 1_000_000)
    assert not FORMAT.losses(document, WriteOptions())
    assert parse(FORMAT, write(FORMAT, [document])) == [document]


@pytest.mark.parametrize(("id", "uri"), [("é" * 1365, "%C3%A9" * 1365), ("é" * 1366, "sha256:")])
def test_the_uri_of_a_document_has_a_length_that_readers_can_take(id: str, uri: str) -> None:
    written = write(FORMAT, [Document(id, "t"), Document(id + "x", "t")], WriteOptions(own={"corpus": "c"}))
    uris = [line for line in written.split(b"\r\n") if line.startswith(b"WARC-Target-URI: ")]
    assert len(set(uris)) == 2
    assert all(len(each) < 8300 for each in uris)
    assert uris[0].startswith(b"WARC-Target-URI: urn:x-corpusfmt:c:" + uri.encode())


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("20240518", b"2024-05-18T00:00:00Z"), ("20240518T015810Z", b"2024-05-18T01:58:10Z"), ("20240518015810", b"2024-05-18T01:58:10Z"),
        ("20241318", b"1970-01-01T00:00:00Z"), ("20240518T0158", b"1970-01-01T00:00:00Z"),
    ],
)  # fmt: skip
def test_dates_without_dashes(date: str, expected: bytes) -> None:
    written = write(FORMAT, [Document("d", "t", meta={"date": date})])
    assert written.count(b"WARC-Date: " + expected) == (4 if expected.startswith(b"1970") else 2)


def test_an_encoding_that_only_this_python_knows_keeps_its_name() -> None:
    def search(name: str) -> registered.CodecInfo | None:
        latin = registered.lookup("latin-1")
        return registered.CodecInfo(latin.encode, latin.decode, name=name) if name == "cp1259" else None

    registered.register(search)
    try:
        document = Document("d", b"caf\xe9", encoding="cp1259")
        assert b"Content-Type: text/plain; charset=cp1259\r\n" in write(FORMAT, [document])
    finally:
        registered.unregister(search)


@pytest.mark.parametrize("field", ["WARC-Concurrent-To", "WARC-Refers-To"])
def test_references_that_lead_nowhere_are_counted_beyond_a_hundred(field: str) -> None:
    """The places of a hundred are remembered; and those that lead somewhere after all are not told."""
    type = "resource" if field == "WARC-Concurrent-To" else "metadata"
    many = [record(type, b"a: b\r\n", number=n, fields={field: uuid(n + 1000)}) for n in range(1, 106)]
    told = [finding.message for finding in found(b"".join(many) + record(number=1003) + record(number=1104))]
    assert f"record that is not in the file: '{uuid(1001).decode()}'" in told[0]
    if type == "resource":
        assert len(told) == 99
        assert told[0].endswith(" (and 4 more)")
    else:
        assert len(told) == 1
        assert told[0].endswith(" (and 102 more)")


# -- framing, to the byte ----------------------------------------------------------------------------------------------


def framed(stream: Pieces, limit: int = 1 << 28) -> list[tuple[int, int, int, int, int, bytes | None, list[str]]]:
    framer = Framer(stream, limit)
    seen = []
    for one in framer.records():
        if one is not None:
            faults = [fault.code for fault in one.faults]
            seen.append((one.number, one.start, one.body, one.stop, one.raw, one.block, faults))
    assert framer.count == len(seen)
    return seen


@pytest.mark.parametrize("size", [1, 7, 100, 1000, 1 << 30])
@pytest.mark.parametrize("end", [b"\r\n\r\n", b"\r\n", b"\n\n", b""])
def test_where_records_begin_and_end(size: int, end: bytes) -> None:
    """Those like the one before, which are framed in one look, and others; the last ends otherwise."""
    blocks = [b"", b"x", b"WARC/1.1\r\n", b"a text\n" * 40, b"\r\n\r\n", b"\r\n\r\nWARC/1.1", b"x" * 700, b"y"]
    types = ["resource", "resource", "resource", "conversion", "resource", "conversion", "warcinfo", "resource"]
    records = [
        record(type, block, number=number, end=end if number == 7 else b"\r\n\r\n")
        for number, (type, block) in enumerate(zip(types, blocks, strict=True))
    ]
    expected, at = [], 0
    for number, (whole, block) in enumerate(zip(records, blocks, strict=True), 1):
        body = at + whole.index(b"\r\n\r\n") + 4
        faults = ["WARC009"] if number == 8 and end != b"\r\n\r\n" else []
        expected.append((number, at, body, at + len(whole), -1, block, faults))
        at += len(whole)
    data = b"".join(records)
    assert framed(Pieces(data, size)) == expected
    starts = [start for _, start, *_ in expected[1:]]
    assert list(record_ends(Pieces(data, size))) == starts
    assert list(record_ends(Pieces(b"x" + data, size))) == [1, *(start + 1 for start in starts)]
    plain = framed(Pieces(data + b"rubbish\r\n" + records[0], size))
    assert [one[:6] for one in plain[:7]] == [one[:6] for one in expected[:7]]
    assert plain[-1][:3] == (len(plain), at + 9, at + 9 + expected[0][2])


@pytest.mark.parametrize(
    ("type", "fault"), [("resource", ["WARC020"]), ("conversion", ["WARC020"]), ("request", []), ("x-own", [])]
)
@pytest.mark.parametrize("limit", [100, LARGE])
def test_a_block_is_held_up_to_the_limit(type: str, fault: list[str], limit: int) -> None:
    """And one that is no text up to 4 MiB."""
    blocks = [b"x" * size for size in (limit - 1, limit, limit + 1, 100)]
    data = b"".join(record(type, block, number=n, Content_Type=b"text/plain") for n, block in enumerate(blocks))
    held = blocks[:2] if fault or limit == 100 else [None, None]
    for size in (1, 50, 1 << 30) if limit == 100 else [1 << 30]:
        seen = framed(Pieces(data, size), limit)
        assert [one[5] for one in seen] == [*held, None, blocks[3]]
        assert [one[6] for one in seen] == [[], [], fault, []]


def test_a_header_is_read_with_the_places_of_its_values() -> None:
    head = (
        b"WARC/1.1\r\nWARC-Type:  Resource \r\nX-Empty:\r\nX-Blank: \t\r\nContent-Length:7\r\nX-Folded: a \r\n\t b \r\n  c\r\n"
        b"WARC-Concurrent-To: <urn:x:1>\r\nwarc-concurrent-to: <urn:x:2>\r\nX-Again: 1\r\nX-Again: 2\r\n more\r\nX-Colon: a:b: c\r\n\r\n"
    )
    header = parse_header(head, 1000)
    assert (header.version, header.type, header.size) == (b"1.1", "resource", len(head))
    assert header.fields == {
        "warc-type": b"Resource", "x-empty": b"", "x-blank": b"", "content-length": b"7", "x-folded": b"a b c",
        "warc-concurrent-to": b"<urn:x:2>", "x-again": b"1", "x-colon": b"a:b: c",
    }  # fmt: skip
    assert header.concurrent == [b"<urn:x:1>", b"<urn:x:2>"]
    assert "x-folded" not in header.offsets
    for name, (byte, length) in header.offsets.items():
        assert head[byte - 1000 : byte - 1000 + length] == header.fields[name]
    assert header.offsets["x-empty"] == (1000 + head.index(b"X-Blank") - 2, 0)
    assert header.offsets["x-blank"] == (1000 + head.index(b"Content-Length") - 2, 0)
    assert content_length(header) == 7


@pytest.mark.parametrize(
    ("line", "code", "at"),
    [(b"X: a\x00b", "WARC003", 4), (b"X: \x7f", "WARC003", 3), (b"X: a\x08", "WARC003", 4), (b"X: \xc3\xa9\xff", "WARC003", 5), (b"no colon", "WARC003", 0),
     (b": x", "WARC003", 0), (b"X Y: x", "WARC003", 0), (b"X\xc3\xa9: x", "WARC003", 0), (b"WARC-Date: 2020-01-01T00:00:00Z", "WARC007", 0),
     (b"X: " + b"x" * (MAX_HEADER - 3), "", 0), (b"X: " + b"x" * (MAX_HEADER - 2), "WARC005", 0), (b"X: \x1f", "WARC003", 3), (b"X: a\tb", "", 0), (b"X.a!#$%&'*+^_`|~9-: x", "", 0)],
)  # fmt: skip
def test_a_fault_of_a_header_line_says_at_which_byte(line: bytes, code: str, at: int) -> None:
    data = record(lines=[line, b"X-Next: x"])
    head = data[: header_end(data, 0)]
    faults = [(fault.code, fault.byte) for fault in parse_header(head, 500).faults]
    assert faults == ([(code, 500 + data.index(line) + at)] if code else [])


@pytest.mark.parametrize(
    ("buffer", "end"),
    [(b"a\r\n\r\nb", 5), (b"a\n\nb", 3), (b"a\n\r\nb", 4), (b"a\r\n\n", 4), (b"a\r\n\r", -1), (b"a\r\n", -1), (b"", -1), (b"a\r\r\n", -1)],
)  # fmt: skip
def test_where_a_header_ends(buffer: bytes, end: int) -> None:
    assert header_end(buffer, 0) == end
    assert header_end(b"\n\n" + buffer, 2) == (end + 2 if end >= 0 else -1)


@pytest.mark.parametrize(
    ("line", "is_one"),
    [(b"WARC/1.1\r\n", True), (b"warc/1.0\n", True), (b"WARC/0.18", True), (b"WARC/x", False), (b"WARC-1.1", False), (b"XWARC/1.1", False), (b"WARC/", False)],
)  # fmt: skip
def test_what_looks_like_the_beginning_of_a_record(line: bytes, is_one: bool) -> None:
    assert is_record_start(line, 0) == is_record_start(b"WARC/x" + line, 6) == is_one


@pytest.mark.parametrize(
    ("value", "length"),
    [(b"0", 0), (b"12", 12), (b"9" * 40, int("9" * 40)), (b"9" * 41, -1), (b"", -1), (b"-1", -1), (b"+1", -1), (b"1 2", -1), (b"0x1", -1), (b"1.0", -1)],
)  # fmt: skip
def test_the_length_of_a_block_is_digits_alone(value: bytes, length: int) -> None:
    assert content_length(parse_header(b"WARC/1.1\r\nContent-Length: " + value + b"\r\n\r\n", 0)) == length
    assert content_length(parse_header(b"WARC/1.1\r\n\r\n", 0)) == -1


def test_all_lines_of_a_header_together_have_a_limit() -> None:
    room = MAX_HEADER_BLOCK - len(record(block=b"", lines=[b"X: "])) + len(b"\r\n\r\n")
    lines = [b"X: " + b"x" * 1000] * (room // 1005)
    room -= 1005 * len(lines)
    for more, expected in ((0, []), (1, ["WARC005"])):
        data = record(block=b"", lines=[*lines, b"X: " + b"x" * (room + more)])
        first, *_ = framed(Pieces(data + record()))
        assert first[6] == expected
        assert (first[1] == first[2] == first[3]) == bool(expected)


X_IN_HEX = b"sha1:" + hashlib.sha1(b"x").hexdigest().encode()


@pytest.mark.parametrize("digest", [b"", sha1(b"x"), X_IN_HEX, sha1(b"y")])
@pytest.mark.parametrize("end", [b"\r\n", b"\n\n", b"\n\n\n\n", b"\r\n\r\n\r\n", b"\r\n\r\n\r", b""])
@pytest.mark.parametrize("size", [1, 1 << 30])
def test_an_odd_end_is_fixed_safely_where_nothing_of_the_block_can_be_lost(
    digest: bytes, end: bytes, size: int
) -> None:
    data = record(block=b"x", end=end, lines=[b"WARC-Block-Digest: " + digest] * bool(digest))
    first, *_ = (one for one in Framer(Pieces(data + record(number=2), size), 1 << 28).records() if one is not None)
    (odd,) = (fault for fault in first.faults if fault.code == "WARC009")
    safe = digest in (sha1(b"x"), X_IN_HEX) or (not digest and len(end) <= 4)
    assert odd.edit == Edit(len(data) - len(end), len(end), b"\r\n\r\n", safe)
    assert first.stop == len(data)
    assert any(fault.code != "WARC009" for fault in first.faults) == (digest == sha1(b"y"))
    assert odd.message.endswith(f"found {end.decode()!a}")


@pytest.mark.parametrize(
    "line", [b"X: \x00", b"X: \xff", b"no colon", b"X: " + b"x" * MAX_HEADER, b"WARC-Date: 2024\r\nWARC-Date: 2024"]
)
def test_a_folded_line_after_a_faulty_one_continues_nothing(line: bytes) -> None:
    head = b"WARC/1.1\r\n" + line + b"\r\n one\r\n two\r\nX-Late:\r\n \tv\r\n\r\n"
    header = parse_header(head, 0)
    assert [fault.byte for fault in header.faults if "without a line before it" in fault.message] == [
        head.index(b" one"),
        head.index(b" two"),
    ]
    assert header.fields["x-late"] == b"v"
    assert header.fields.keys() <= {"x-late", "warc-date"}


def test_a_header_with_bare_line_ends_is_fixed_whole() -> None:
    proper = record()[: header_end(record(), 0)]
    for bare in (proper.replace(b"\r\n", b"\n"), proper.replace(b"\r\n", b"\n", 2)):
        (fault,) = parse_header(bare, 30).faults
        assert (fault.code, fault.byte, fault.edit) == ("WARC004", 30, Edit(30, len(bare), proper))


def head_of(type: str = "resource", **more: Any) -> bytes:
    return record(type, b"", end=b"", **more)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (head_of(without=["WARC-Date"]), ["WARC011 the field WARC-Date is missing"]),
        (head_of(WARC_Date=b""), ["WARC011 the field WARC-Date is missing"]),
        (head_of(without=["WARC-Target-URI"]), ["WARC011 the field WARC-Target-URI is missing on a resource record"]),
        (
            head_of(without=["WARC-Target-URI"], Content_Length=b""),
            ["WARC011 the field WARC-Target-URI is missing on a resource record"],
        ),
        (head_of(without=["WARC-Date"], lines=[b"WARC-Date 2024"]), ["WARC003 expected 'Name: value', found 'WARC-Date 2024'"]),
        (
            head_of(without=["WARC-Date"], lines=[b"WARC-Date: " + b"2" * MAX_HEADER]),
            ["WARC005 a header line is longer than 64 KiB"],
        ),
        (head_of(lines=[b"\xffX: v"]), [r"WARC003 the header is not UTF-8: '\xffX: v'"]),
        (
            head_of(fields={"WARC-IP-Address": b"", "WARC-Truncated": b"two words"}),
            ["WARC014 the field WARC-IP-Address is empty", "WARC014 WARC-Truncated: expected one word, found 'two words'"],
        ),
        (head_of("warcinfo", WARC_Filename=b""), ["WARC014 the field WARC-Filename is empty"]),
        (
            head_of(lines=[b"WARC-Concurrent-To: <one>", b"WARC-Concurrent-To: " + uuid(2)]),
            ["WARC014 WARC-Concurrent-To: expected a URI, found 'one'"],
        ),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_is_said_of_a_header(head: bytes, expected: list[str]) -> None:
    """Of what a line that cannot be read may have held nothing is said to be missing."""
    assert [f"{fault.code} {fault.message}" for fault in parse_header(head, 0).faults] == expected


SPELLED = hashlib.sha1(b"").hexdigest().encode()


@pytest.mark.parametrize(
    ("lines", "old", "new"),
    [
        ([b"WARC-Profile: <https://example.org/>"], b"<https://example.org/>", b"https://example.org/"),
        ([b"WARC-Profile:", b" <https://example.org/>"], b"", None),
        ([b"WARC-Profile: nowhere"], b"", None),
        ([b"WARC-Concurrent-To: urn:x:1"], b"urn:x:1", b"<urn:x:1>"),
        ([b"WARC-Concurrent-To: urn:x:1", b"WARC-Concurrent-To: <urn:x>"], b"", None),
        ([b"WARC-Block-Digest: SHA1:" + SPELLED], b"SHA1:" + SPELLED, b"sha1:" + SPELLED),
        ([b"WARC-Block-Digest:", b" SHA1:" + SPELLED], b"", None),
    ],
    ids=range(7),
)  # fmt: skip
def test_a_value_is_fixed_where_it_stands_in_one_line_and_alone(
    lines: list[bytes], old: bytes, new: bytes | None
) -> None:
    head = head_of(lines=lines)
    (fault,) = parse_header(head, 500).faults
    assert fault.edit == (Edit(500 + head.index(old), len(old), new) if new is not None else None)


@pytest.mark.parametrize("line", [b"WARC-Filename:\r\n a", b"WARC-Truncated:\r\n two words", b"WARC-Truncated:\r\n "])
def test_what_is_wrong_with_a_folded_value_is_reported_at_its_record(line: bytes) -> None:
    (fault,) = parse_header(head_of(lines=[line]), 500).faults
    assert fault.byte == 500


def test_a_wrong_digest_makes_no_other_edit_unsafe() -> None:
    data = record(eol=b"\n", end=b"\r\n", WARC_Block_Digest=WRONG) + record(number=2)
    first, *_ = (one for one in Framer(Pieces(data), 1 << 28).records() if one is not None)
    edits = {fault.code: fault.edit.safe for fault in first.faults if fault.edit is not None}
    assert edits == {"WARC004": True, "WARC009": False, "WARC016": False}


def test_an_odd_end_at_the_end_of_the_file_is_reported_unless_the_file_is_damaged_there(tmp_path: Path) -> None:
    (finding,) = found(record(end=b"\r\n"))
    assert finding.message.endswith(r"found '\r\n' at the end of the file")
    odd, other = record(end=b"\r\n"), record(number=2, WARC_Target_URI=b"https://example.org/b")
    for pieces, expected in (([odd], ["FILE001"]), ([odd, other], ["WARC009", "FILE001"])):
        (tmp_path / "a.warc").write_bytes(packed(pieces, "gz")[:-4])
        assert file_codes(tmp_path / "a.warc") == expected


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_file_that_ends_in_the_first_line_of_a_record_is_cut(cut: int) -> None:
    for data in (record() + b"WARC/1.1"[:cut], b"WARC/1.1"[:cut]):
        (finding,) = found(data)
        where = "header" if cut > 5 else "first line"
        assert (finding.code, finding.byte) == ("WARC008", len(data) - cut)
        assert f"inside the {where} of" in finding.message
    assert [finding.code for finding in found(record() + b"XARC/1.1"[:cut])] == ["WARC010"]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"WARC/1.1\r\nWARC-Ty", ["WARC003"]),
        (b"WARC/1.1\r\nWARC-Ty\r\n", ["WARC003"]),
        (b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Date: 2024", ["WARC003"]),
        (b"WARC/1.1\r\nWARC-Truncated: two words\r\nX: ", ["WARC014"]),
    ],
    ids=range(4),
)
def test_a_record_that_begins_in_the_header_of_another_is_read(head: bytes, expected: list[str]) -> None:
    """The version may stand in a value all the same: a header that can be read has an end."""
    assert codes(head + record()) == expected
    assert [document.id for document in docs(head + record())] == [uuid(1)[1:-1].decode()]


def test_records_like_one_before_are_framed_in_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []

    def counted(head: bytes, *more: Any) -> Any:
        looks.append(head)
        return parse_header(head, *more)

    monkeypatch.setattr(sys.modules[Framer.__module__], "parse_header", counted)
    many = [record("resource", number=n) + record("conversion", number=n + 500) for n in range(500)]
    assert len(framed(Pieces(b"".join(many)))) == 1000
    assert len(looks) < 10


@pytest.mark.parametrize("size", [1000, 1 << 30])
@pytest.mark.parametrize("type", ["request", "resource"])
def test_texts_around_a_block_that_is_not_held_have_their_lines_and_metadata(size: int, type: str) -> None:
    """Also where what is held of the file ends between a text and the record about it."""
    value = b"v" * 3000
    pairs = [
        record(block=b"text\n" * (n % 50), number=n)
        + record("metadata", b"k: %d%b\r\n" % (n, value), number=n + 1000, WARC_Refers_To=uuid(n))
        for n in range(1, 200)
    ]
    large = record(type, b"\x89PNG\n" + b"z" * 200_000, number=500, Content_Type=b"image/png")
    data = b"".join(pairs[:80]) + record(number=501) + large + b"".join(pairs[80:])
    found = documents(scan(FORMAT, data, size, ReadOptions(max_document=5000)))
    assert [document.meta.get("metadata") for document in found] == [
        {"k": f"{n}{value.decode()}"} if n else None for n in (*range(1, 81), 0, *range(81, 200))
    ]
    line, at = 1, 0
    for document in found:
        assert document.origin is not None
        line, at = line + data.count(b"\n", at, document.origin.byte), document.origin.byte
        assert document.origin.line == line


def test_records_that_are_quickly_read_are_counted() -> None:
    data = write(FORMAT, [Document(f"d{number}", "text") for number in range(10)]) + record(version=b"WARC/7.7")
    for thorough in (False, True):
        told = findings(scan(FORMAT, data, options=ReadOptions(thorough=thorough)))
        assert [(finding.code, finding.record) for finding in told] == [("WARC002", 23)]


def test_a_record_id_that_repeats_is_found_where_it_stands_last() -> None:
    data = record(without=["WARC-Record-ID"], lines=[b"WARC-Record-ID: " + uuid(1)])
    told = [(finding.code, finding.byte) for finding in found(data * 3)]
    assert told == [("WARC024", len(data) * n + data.index(uuid(1))) for n in (1, 2)]


@pytest.mark.parametrize("left", [20, 31, 32, 33, 50])
def test_rubbish_is_reported_once_however_it_is_cut(left: int) -> None:
    """A version that no field follows is no record, wherever what is held of the file ends."""
    rubbish = b"x" * ((128 << 10) - left) + b"\nWARC/1.1\r\n\r\n" + b"x" * 200_000 + b"\r\n"
    assert codes(rubbish + record()) == ["WARC001"]
    assert len(docs(rubbish + record())) == 1


def test_what_is_held_of_a_file_may_end_anywhere_in_a_record() -> None:
    before, after = record(number=1), record(number=2) + record(number=3, block=b"") + record(number=4)
    room = (128 << 10) - len(before) - len(record(block=b"", Content_Length=b"123456"))
    for left in range(len(before) + 100):
        data = before + record(block=b"x" * (room - left)) + after
        assert [one[6] for one in framed(Pieces(data))] == [[]] * 5


def test_what_only_begins_like_a_record_does_not_make_the_one_before_it_wrong() -> None:
    none = b"WARC/x\r\n"
    assert codes(record(number=1) + none + record(number=2) + none + record(number=3)) == ["WARC001", "WARC001"]


def test_a_record_in_a_block_of_a_wrong_length_is_followed_by_what_is_looked_at_strictly() -> None:
    wrong = record(block=record(number=2), end=b"", Content_Length=b"1")
    data = record() + wrong + record(number=3, version=b"WARC/7.7") + record(number=4)
    assert codes(data) == ["WARC010", "WARC002"]


@pytest.mark.parametrize("name", ["X", "WARC-Concurrent-To"])
def test_many_folded_lines_are_taken_at_once(name: str) -> None:
    head = b"WARC/1.0\r\n%b: a\r\n%b\r\n" % (name.encode(), b" y\t\r\n\t\r\n" * 2_000)
    assert calls(lambda: parse_header(head, 0)) < 16_000
    header = parse_header(head, 0)
    assert header.fields.get("x") == (b"a" + b" y" * 2_000 if name == "X" else None)


@pytest.mark.parametrize("damage", [b"\x01", b"\xff", b"x" * 70_000])
def test_folded_lines_before_and_after_a_faulty_one(damage: bytes) -> None:
    head = b"WARC/1.0\r\nX: a\r\n b\r\n c \r\n " + damage + b"\r\n d\r\n\r\n"
    header = parse_header(head, 0)
    assert header.fields == {"x": b"a b c"}
    codes = [fault.code for fault in header.faults if fault.code != "WARC011"]
    assert codes == ["WARC005" if len(damage) > 1 else "WARC003", "WARC003"]
