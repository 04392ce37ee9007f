"""A finding points at what its message quotes, and counts what else there is once."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt import Finding, plugins, validate
from corpusfmt.model.regions import pieces
from corpusfmt.model.rule import Rule
from corpusfmt.text.display import shown
from corpusfmt.text.position import Region
from tests.support import Pieces
from tests.test_rules import every_rule, files, options
from tests.warcs import record, uuid

#: What a message quotes, as ``quoted`` and ``shown`` write it.
QUOTED = re.compile(r"'((?:[^'\\]|\\.)+)'")

#: Codes whose findings point at something else, and why that is right.
ELSEWHERE = {
    "CORP001": "a document is pointed at where it begins; its header has the id",
    "DOC002": "the same",
    "DOC003": "the same: the name",
    "DOC004": "the same: the name",
    "JSONL006": "at the record that lacks it",
    "JSONL012": "at the escape itself, in the value of the key that is quoted",
    "TEI005": "at the document type declaration that has it",
    "TEI014": "at the element whose xml:id it is",
    "TEI015": "at the element whose attribute it is",
    "TEI020": "at the document; the two titles stand in two places",
    "TEI028": "at the element whose attribute it is",
    "TEI021": "at the element whose attribute it is",
    "TEI022": "the same",
    "TEI023": "at the document; a parser of XML does not tell where text within an element stands",
    "WARC028": "at the value of the header that has it",
}


def findings(rule: Rule, folder: Path) -> list[Finding]:
    select = [rule.code] if rule.code in plugins.rules() else []
    return list(validate(files(rule, rule.bad, folder), extend_select=select, **options(rule, folder)))


def content(path: str) -> bytes:
    data = Path(path).read_bytes()
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def is_on(finding: Finding, data: bytes, words: str) -> bool | None:
    """Say whether a finding points at some words, or at the quote before them; None where they do not stand as they are."""
    bare = words.removesuffix("…")
    if shown(data[finding.byte :][:200].decode("utf-8", "replace")).startswith(bare):
        return True
    raw = bare.encode()
    spots = [match.start() for match in re.finditer(re.escape(raw), data)]
    return any(at - 1 <= finding.byte <= at + len(raw) for at in spots) if spots else None


@every_rule
def test_a_finding_points_at_what_it_quotes(rule: Rule, tmp_path: Path) -> None:
    if rule.bad and (found := [one for one in findings(rule, tmp_path) if one.code == rule.code]):
        (finding, *_) = found
        if rule.code.startswith("FILE"):
            return
        on = [is_on(finding, content(finding.path), words) for words in QUOTED.findall(finding.message)]
        if rule.code in ELSEWHERE:
            assert not any(on), "it points there after all"
            assert on
        elif set(on) - {None}:
            assert any(on), finding


NATIVE = b'{"id":"d1","name":"","text":"body","meta":{}}'


@pytest.mark.parametrize(
    ("line", "code", "column", "message"),
    [
        (b'{"id":"d1","text":"body","url":"x"}', "JSONL008", 26, "the key 'url' is not part of the layout native"),
        (
            b'{"id":"d1", "url" : "x", "text":"body", "u":1}', "JSONL008", 13,
            "the key 'url' is not part of the layout native; and 1 more: the key 'u' is not allowed here",
        ),
        (
            b'{"u":"url","url":"u","id":"d1","text":"b"}', "JSONL008", 2,
            "the key 'u' is not part of the layout native; and 1 more: the key 'url' is not allowed here",
        ),
        (b'{"text":"body"}', "JSONL005", 1, "the record has no id"),
        (b' {"text":"body"}', "JSONL005", 2, "the record has no id"),
        (b'{"id":"","text":"body"}', "JSONL005", 7, "the id is empty"),
        (
            b'{"idd":"d1","text":"b"}', "JSONL005", 1,
            "the record has no id; and 1 more: the key 'idd' is not allowed here",
        ),
        (b'{"id":"d1"}', "JSONL006", 1, "the record has no key 'text'; its keys are 'id'"),
        (
            b"{}", "JSONL006", 1,
            "the record has no key 'text'; its keys are none; and 1 more: expected the key 'id', found none",
        ),
        (
            b'{"u":1}', "JSONL006", 1,
            "the record has no key 'text'; its keys are 'u'; and 2 more: expected the key 'id', found none; the key 'u' is not allowed here",
        ),
        (
            b'{"id":"d1","content":"b"}', "JSONL006", 1,
            "the record has no key 'text'; its keys are 'id', 'content'; and 1 more: the key 'content' is not allowed here",
        ),
        (b'{"id":1.5,"text":"b"}', "JSONL007", 7, "'id' must be a string or an integer, not the number '1.5'"),
        (
            b'{"id":"a","text":3,"meta":4,"name":5}', "JSONL007", 18,
            "'text' must be a string, not the number '3'; and 2 more: 'meta': expected object, found 4; 'name': expected string, found 5",
        ),
        # What the message quotes has nothing to do with what else is wrong.
        (
            b'{"id":"text","name":1,"text":"name","meta":"name"}', "JSONL007", 21,
            "'name' must be a string, not the number '1'; and 1 more: 'meta': expected object, found 'name'",
        ),
        (b'  ["a"]', "JSONL003", 3, "the line is an array, not an object in braces"),
        (b"  3", "JSONL003", 3, "the line is JSON, but not an object in braces"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", [b"", NATIVE + b"\n", b"\xef\xbb\xbf"])
def test_columns_and_counts_of_json_lines(
    line: bytes, code: str, column: int, message: str, before: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(before + line + b"\n" + NATIVE.replace(b"d1", b"d9") + b"\n")
    (found,) = [one for one in validate(path) if one.severity == "error"]
    assert (found.code, found.column, found.message) == (code, column, message)


@pytest.mark.parametrize(
    ("keys", "said"), [(2, "1 more"), (99, "98 more"), (100, "at least 99 more"), (999, "at least 99 more")]
)
def test_so_many_more(keys: int, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "d1", "text": "", **{f"k{n}": 1 for n in range(keys)}}) + "\n")
    (found,) = validate(path)
    assert f"; and {said}: " in found.message


HEADERS = [
    ("WARC025", {"WARC-Concurrent-To": uuid(7)}, uuid(7)),
    ("WARC026", {"WARC-Refers-To": uuid(7)}, uuid(7)),
    ("WARC028", {"Content-Type": b"text/plain; charset=klingon"}, b"text/plain; charset=klingon"),
    ("WARC030", {"WARC-Truncated": b"length"}, b"length"),
]


@pytest.mark.parametrize(("code", "fields", "value"), HEADERS, ids=[one[0] for one in HEADERS])
@pytest.mark.parametrize("codec", ["", "gz"])
def test_findings_about_a_header_of_warc_point_at_its_value(
    code: str, fields: dict[str, bytes], value: bytes, codec: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.warc"
    data = record(number=1, WARC_Target_URI=b"https://example.org/length") + record(number=2, fields=fields)
    path.write_bytes(gzip.compress(data) if codec else data)
    (found,) = [one for one in validate(path) if one.code == code]
    assert data[found.byte :].startswith(value)
    start = data.rindex(b"\n", 0, found.byte) + 1
    assert (found.line, found.column) == (data.count(b"\n", 0, start) + 1, found.byte - start + 1)
    assert found.excerpt[found.caret :].startswith(value.decode()[:20])


def test_a_large_record_that_refers_to_none_has_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    block = b"\xff" * 6_000_000
    data = record("request", block, number=1, WARC_Concurrent_To=uuid(7)) + record(number=2)
    path.write_bytes(data)
    (found,) = [one for one in validate(path) if one.code == "WARC025"]
    assert data[found.byte :].startswith(uuid(7))
    assert found.excerpt[found.caret :].startswith(uuid(7).decode()[:20])


@given(
    st.lists(st.sampled_from([b"\n<<<FILE", b"\n", b"<", b"\n<<", b"<FILE", b"ab"]), max_size=14).map(b"".join),
    st.integers(1, 12),
    st.sampled_from([b"\n", b"\n<<<FILE"]),
)
def test_regions_end_at_the_last_boundary_of_what_was_read(data: bytes, size: int, boundary: bytes) -> None:
    expected, held = [], b""
    for at in range(0, len(data), size):
        held += data[at : at + size]
        stop = held.rfind(boundary) + 1
        if stop:
            expected.append(held[:stop])
        held = held[stop:]
    found = list(pieces(Pieces(data, size), Region(b"", 0, 1), boundary, 1 << 20))
    assert [piece.region.buffer for piece in found] == expected + [held] * bool(held)
    for piece in found:
        assert data.startswith(piece.region.buffer, piece.region.offset)
        assert piece.region.line == data.count(b"\n", 0, piece.region.offset) + 1
