"""Seed files by example: what a line means, and what a fault says."""

from __future__ import annotations

import json

import pytest

from corpusfmt.formats.seed import FORMAT
from corpusfmt.formats.seed.delimiters import delimiters
from corpusfmt.formats.seed.grammar import (
    MARKED,
    MARKER,
    HeaderFault,
    escape,
    parse_header,
    spell_id,
    spell_name,
    unescape,
)
from corpusfmt.limits import MAX_HEADER
from corpusfmt.model.document import Document
from corpusfmt.model.errors import LossError
from corpusfmt.model.format import ReadOptions, WriteOptions
from corpusfmt.model.rule import Change
from tests.support import documents, ends, findings, parse, scan, write

V1 = b"<<<SEED 1>>>\n"
PLAIN = WriteOptions(own={"dialect": "plain"})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"", []),
        (b"<<<FILE d1 a.txt>>>\nbody\n", [("d1", "a.txt", b"body\n")]),
        (b"<<<FILE d1 a b c>>>\nbody", [("d1", "a b c", b"body")]),
        (b"<<<FILE d1 >>>\n", [("d1", "", b"")]),
        (b"<<<FILE d1 a>>>b>>>\nx\n", [("d1", "a>>>b", b"x\n")]),
        (b"<<<FILE d1  two >>>\nx\n", [("d1", " two ", b"x\n")]),
        (b"<<<FILE d1 a.txt>>>\r\nbody\r\n", [("d1", "a.txt", b"body\r\n")]),
        (b"\n \n<<<FILE d1 a>>>\n\n\n", [("d1", "a", b"\n\n")]),
        (b"\xef\xbb\xbf<<<FILE d1 a>>>\nx\n", [("d1", "a", b"x\n")]),
        (b"<<<FILE d1 a>>>\n<<<FILE d2 b>>>\n", [("d1", "a", b""), ("d2", "b", b"")]),
        (b"<<<FILE d1 a>>>\nx<<<FILE d2 b>>>\ny\n", [("d1", "a", b"x<<<FILE d2 b>>>\ny\n")]),
        (b'<<<FILE "d1" "a">>>\nx\n', [('"d1"', '"a"', b"x\n")]),
        (b"<<<FILE =7 a>>>\nx\n", [("=7", "a", b"x\n")]),
        (b"<<<FILE d1 a>>>\n\\<<<FILE d2 b>>>\n<<<META {}>>>\n", [("d1", "a", b"\\<<<FILE d2 b>>>\n<<<META {}>>>\n")]),
        (b"<<<FILE d1 a>>>\n\\ No newline at end of file\n", [("d1", "a", MARKER + b"\n")]),
        (b"<<<FILE d1 a>>>\nx <<<SEED 1>>> y\n", [("d1", "a", b"x <<<SEED 1>>> y\n")]),
        (b"<<<FILE d1 a>>>\na\rb\x00\xff\xe2\x80\xa8\n", [("d1", "a", b"a\rb\x00\xff\xe2\x80\xa8\n")]),
    ],
)
def test_plain(source: bytes, expected: list[tuple[str, str, bytes]]) -> None:
    assert [(d.id, d.name, d.data) for d in parse(FORMAT, source)] == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"", []),
        (b"<<<FILE d1 a.txt>>>\nbody\n", [("d1", "a.txt", b"body\n")]),
        (b"\n\n<<<FILE d1 a>>>\nx", [("d1", "a", b"x")]),
        (b"<<<FILE d1 a>>>\nx\n\\ No newline at end of file\n", [("d1", "a", b"x")]),
        (b"<<<FILE d1 a>>>\nx\n\\ No newline at end of file", [("d1", "a", b"x")]),
        (
            b"<<<FILE d1 a>>>\nx\n\\ No newline at end of file\n<<<FILE d2 b>>>\ny\n",
            [("d1", "a", b"x"), ("d2", "b", b"y\n")],
        ),
        (b"<<<FILE d1 a>>>\n\\\\ No newline at end of file\n", [("d1", "a", MARKER + b"\n")]),
        (b"<<<FILE d1 a>>>\n\\\\ No newline at end of file\r\n", [("d1", "a", MARKER + b"\r\n")]),
        (
            b"<<<FILE d1 a>>>\n\\<<<FILE d2 b>>>\n\\\\<<<META\n\\x\n",
            [("d1", "a", b"<<<FILE d2 b>>>\n\\<<<META\n\\x\n")],
        ),
        (b'<<<FILE "a\\u0020b" "c\\u003e\\u003e\\u003e">>>\nx\n', [("a b", "c>>>", b"x\n")]),
        (b'<<<FILE "a b" "">>>\nx\n', [("a b", "", b"x\n")]),
        (
            b"<<<FILE =7 a>>>\nx\n<<<FILE =-12 b>>>\n<<<FILE =07 c>>>\n",
            [(7, "a", b"x\n"), (-12, "b", b""), ("=07", "c", b"")],
        ),
        (b'<<<FILE "=7" a>>>\nx\n', [("=7", "a", b"x\n")]),
        (b"<<<FILE 7 a>>>\nx\n", [("7", "a", b"x\n")]),
        (b"<<<FILE d1 a>>>\nx\n<<<SEED 1>>>\n\n<<<FILE d2 b>>>\ny\n", [("d1", "a", b"x\n"), ("d2", "b", b"y\n")]),
        (b"<<<SEED 1>>>\n<<<SEED 1>>>\n<<<FILE d2 b>>>\ny\n", [("d2", "b", b"y\n")]),
        (
            b"<<<FILE d1 a>>>\nx\n\\ No newline at end of file\n<<<SEED 1>>>\n<<<FILE d2 b>>>\n",
            [("d1", "a", b"x"), ("d2", "b", b"")],
        ),
        (b"<<<FILE d1 a>>>\r\n<<<META {}>>>\r\nx\r\n", [("d1", "a", b"x\r\n")]),
        (
            b"<<<FILE d1 a>>>\nx\n<<<SEED 1>>>\r\n\r\n \t\n<<<FILE d2 b>>>\ny\n",
            [("d1", "a", b"x\n"), ("d2", "b", b"y\n")],
        ),
    ],
)
def test_version_1(source: bytes, expected: list[tuple[str | int, str, bytes]]) -> None:
    assert [(d.id, d.name, d.data) for d in parse(FORMAT, V1 + source)] == expected


def test_metadata_is_kept_as_it_was_written() -> None:
    (document,) = parse(FORMAT, V1 + b'<<<FILE d1 a>>>\n<<<META {"n": 1.0,  "big": 1e400, "x": ">>>"}>>>\nx\n')
    assert document.meta_json == b'{"n": 1.0,  "big": 1e400, "x": ">>>"}'


def test_writing_is_canonical() -> None:
    docs = [
        Document("d1", "text\n", name="a.txt"),
        Document("d2", "no newline", name="b", meta=b'{"k":1}'),
        Document("a b", "", name=""),
        Document(7, "<<<FILE x y>>>\n\\<<<META\n\\ No newline at end of file\n<<<FILEx", name="ends >"),
        Document("=7", "x\n", name='"q"'),
    ]
    assert write(FORMAT, docs) == (
        b"<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\ntext\n"
        b'<<<FILE d2 b>>>\n<<<META {"k":1}>>>\nno newline\n\\ No newline at end of file\n'
        b'<<<FILE "a\\u0020b" "">>>\n'
        b'<<<FILE =7 "ends\\u0020\\u003e">>>\n\\<<<FILE x y>>>\n\\\\<<<META\n\\\\ No newline at end of file\n\\<<<FILEx\n'
        b"\\ No newline at end of file\n"
        b'<<<FILE "=7" "\\"q\\"">>>\nx\n'
    )


def test_a_seed_inside_a_seed_inside_a_seed() -> None:
    docs = [Document("d1", "body", name="a")]
    for level in range(3):
        docs = [Document(f"level{level}", write(FORMAT, docs).decode(), name="inner.seed")]
    for _ in range(3):
        docs = parse(FORMAT, write(FORMAT, docs))
        docs = parse(FORMAT, docs[0].data)
    assert docs == [Document("d1", "body", name="a")]


def test_concatenation_is_the_sum() -> None:
    one = [Document("d1", "no newline", name="a"), Document("d2", "", name="b")]
    other = [Document("d3", "x\n", name="c", meta={"k": 1})]
    joined = write(FORMAT, one) + write(FORMAT, other) + write(FORMAT, [])
    assert parse(FORMAT, joined) == one + other


@pytest.mark.parametrize(
    ("source", "code", "line", "column"),
    [
        (b"x\n<<<FILE d1 a>>>\n", "SEED001", 1, 1),
        (b"\n\n  x\n", "SEED001", 3, 1),
        (b"<<<FILEd1 a>>>\n", "SEED002", 1, 1),
        (b"<<<FILE d1 a>>>\n<<<FILEX d2 b>>>\n", "SEED002", 2, 1),
        (b"<<<FILE d1 a>>\n", "SEED002", 1, 1),
        (b"<<<FILE  a>>>\n", "SEED002", 1, 1),
        (b"<<<FILE d1\ta>>>\n", "SEED003", 1, 1),
        (b"<<<FILE d1\ta b>>>\n", "SEED002", 1, 1),
        (b"<<<FILE d1>>>\n", "SEED003", 1, 1),
        (b"<<<FILE d1 a>>>\nx\n<<<SEED 1>>>\n<<<FILE d2 b>>>\n", "SEED005", 3, 1),
        (b"<<<SEED 1>>> \n<<<FILE d2 b>>>\n", "SEED005", 1, 1),
        (V1 + b"<<<META {}>>>\n<<<FILE d2 b>>>\n", "SEED004", 2, 1),
        (V1 + b"<<<FILE d1 a>>>\nx\n<<<META {}>>>\n", "SEED004", 4, 1),
        (V1 + b"<<<FILE d1 a>>>\n<<<META []>>>\n", "SEED004", 3, 9),
        (V1 + b'<<<FILE d1 a>>>\n<<<META {"a":NaN}>>>\n', "SEED004", 3, 14),
        (V1 + b'<<<FILE d1 a>>>\n<<<META {"a":"\xff"}>>>\n', "SEED004", 3, 15),
        (V1 + b"<<<FILE d1 a>>>\n<<<META {}\n", "SEED004", 3, 1),
        (V1 + b'<<<FILE d1 a>>>\n<<<META {"a":' + b"[" * 600 + b"]" * 600 + b"}>>>\n", "SEED004", 3, 525),
        (V1 + b"<<<FILE d1 a>>>\nx\n<<<SEED 2>>>\n", "SEED005", 4, 1),
        (V1 + b"<<<FILE d1 a>>>\nx\n<<<SEED 1>>>\ntext\n<<<FILE d2 b>>>\n", "SEED001", 5, 1),
        (V1 + b"<<<FILE d1 a>>>\nx\n<<<SEED 1>>>\ny", "SEED001", 5, 1),
        (V1 + b"<<<FILE d1 a>>>\n\\ No newline at end of file\n", "SEED006", 3, 1),
        (V1 + b"<<<FILE d1 a>>>\nx\n\\ No newline at end of file\r\n", "SEED006", 4, 1),
        (V1 + b"<<<FILE d1 a>>>\nx\n\\ No newline at end of file\n\\ No newline at end of file\n", "SEED006", 4, 1),
        (V1 + b'<<<FILE "d1 a>>>\n', "SEED002", 2, 1),
        (V1 + b'<<<FILE "d1"a b>>>\n', "SEED002", 2, 1),
        (V1 + b'<<<FILE "" a>>>\n', "SEED002", 2, 1),
        (V1 + b'<<<FILE "\\ud800" a>>>\n', "SEED002", 2, 1),
        (V1 + b'<<<FILE d1 "a>>>\n', "SEED002", 2, 1),
        (V1 + b'<<<FILE "d1">>>\n', "SEED003", 2, 1),
        (V1 + b"<<<FILE =" + b"9" * 2000 + b" a>>>\n", "SEED002", 2, 1),
        ("é<<<FILE\n".encode(), "SEED001", 1, 1),
        (b"<<<FILE d1 \xe9>>>\n", "SEED014", 1, 12),
        ("<<<FILE é é\u00e9".encode() + b"\xff>>>\n", "SEED014", 1, 13),
        ("<<<FILE a b>>>\n".encode("utf-16-be"), "SEED007", 1, 1),
        ("<<<FILE a b>>>\n".encode("utf-32"), "SEED007", 1, 1),
        ("<<<FILE a b>>>\n".encode("utf-32-le"), "SEED007", 1, 1),
        ("<<<FILE a b>>>\n".encode("utf-32-be"), "SEED007", 1, 1),
    ],
)  # fmt: skip
def test_faults(source: bytes, code: str, line: int, column: int) -> None:
    errors = [f for f in findings(scan(FORMAT, source)) if f.severity == "error"]
    assert [(f.code, f.line, f.column) for f in errors[:1]] == [(code, line, column)]


def test_an_end_marker_in_the_wrong_place_says_whether_its_line_end_is_wrong() -> None:
    for end, message in ((b"\r\n", "ends in CR"), (b"\nmore\n", "not at the end")):
        (found,) = findings(scan(FORMAT, V1 + b"<<<FILE d1 a>>>\nx\n" + MARKER + end))
        assert found.code == "SEED006"
        assert message in found.message


def test_reading_goes_on_after_a_fault() -> None:
    source = (
        V1
        + b"<<<FILE d1 a>>>\n1\n<<<FILE bad>>>\nlost\n<<<FILE d2 b>>>\n2\n<<<FILE d3 c>>>\n<<<META x>>>\n<<<FILE d4 d>>>\n4\n"
    )
    batches = scan(FORMAT, source)
    assert [d.id for d in documents(batches)] == ["d1", "d2", "d4"]
    assert [f.code for f in findings(batches)] == ["SEED003", "SEED004"]
    assert [b.refused for b in batches if b.refused] == [b"<<<FILE bad>>>\nlost\n", b"<<<FILE d3 c>>>\n<<<META x>>>\n"]


def test_a_plain_file_with_a_version_1_file_after_it_is_read_no_further() -> None:
    source = b"<<<FILE d1 a>>>\nx\n<<<FILE d2 b>>>\ny\n" + V1 + b"<<<FILE d3 c>>>\n<<<META {}>>>\nz\n"
    batches = scan(FORMAT, source)
    assert [d.id for d in documents(batches)] == ["d1"]
    assert [f.code for f in findings(batches)] == ["SEED005"]


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ("<<< FILE d2 b.txt>>>", "<<<FILE d2 b.txt>>>"), ("<<FILE d2 b.txt>>", "<<<FILE d2 b.txt>>>"),
        ("<<<file d2 b.txt>>>", "<<<FILE d2 b.txt>>>"), ("  <<<FILE d2 b.txt>>>", "<<<FILE d2 b.txt>>>"),
        ("\uff1c\uff1c\uff1cFILE d2 b.txt\uff1e\uff1e\uff1e", "<<<FILE d2 b.txt>>>"), ("<<<<FILE d2 b.txt>>>>", "<<<FILE d2 b.txt>>>"),
        ("end<<<FILE d2 b.txt>>>", "end\n<<<FILE d2 b.txt>>>"), ("\uff1c\uff1cFILE d2 b.txt\uff1e\uff1e", "<<<FILE d2 b.txt>>>"),
        ("\u300aFILE d2 b.txt\u300b", "<<<FILE d2 b.txt>>>"), ("\t<<<FILE d2 b.txt>>>", "<<<FILE d2 b.txt>>>"),
        *((line, "<<<FILE d2 b.txt>>>") for line in (
            "**<<<FILE d2 b.txt>>>**", "`<<<FILE d2 b.txt>>>`", "```<<<FILE d2 b.txt>>>```", '"<<<FILE d2 b.txt>>>"', "'<<<FILE d2 b.txt>>>'", "“<<<FILE d2 b.txt>>>”",
            "«<<<FILE d2 b.txt>>>»", "「<<<FILE d2 b.txt>>>」", "> <<<FILE d2 b.txt>>>", "> > <<<FILE d2 b.txt>>>", "- <<<FILE d2 b.txt>>>", "* <<<FILE d2 b.txt>>>",
            "## <<<FILE d2 b.txt>>>", "// <<<FILE d2 b.txt>>>", "/* <<<FILE d2 b.txt>>> */", "<!-- <<<FILE d2 b.txt>>> -->", "<p><<<FILE d2 b.txt>>></p>",
            '<p class="h"><b><<<FILE d2 b.txt>>></b></p>', "<<<FILE d2 b.txt>>>".replace("<", "&lt;").replace(">", "&gt;"), "&quot;<<<FILE d2 b.txt>>>&quot;",
            "\\<\\<\\<FILE d2 b.txt\\>\\>\\>", "«<FILE d2 b.txt»>", "\ufeff<<<FILE d2 b.txt>>>", "\u00a0<<<FILE d2 b.txt>>>", "\u3000<<<FILE d2 b.txt>>>", "[<<<FILE d2 b.txt>>>]",
            *(f"{opened}FILE d2 b.txt{closed}" for opened, closed in (
                ("&#60;&#60;&#60;", "&#62;&#62;&#62;"), ("&#x3C;" * 3, "&#x3E;" * 3), ("<p>" + "&lt;" * 3, "&gt;" * 3 + "</p>"), ("《" * 3, "》" * 3),
                ("«" * 3, "»" * 3), ("‹" * 3, "›" * 3), ("《<", ">》"), ("<<< ", ">>>"), (" <<<　", " >>>"), ("“" + "«" * 2, "»" * 2 + "”"),
            )), "<<<ＦＩＬＥ d2 b.txt>>>", "<<<FILE d2 b.txt>>>".replace("<<<", "<<"), "« <<<FILE d2 b.txt>>> »",
            " <<<FILE d2 b.txt>>>:", "**<<<FILE d2 b.txt>>>**\r", "*<<<file  d2  b.txt >>>*", "| <<<FILE d2 b.txt>>> |", "<br><<<FILE d2 b.txt>>><br/>",
        )),
    ],
)  # fmt: skip
def test_near_misses_are_reported_with_what_was_meant(line: str, mended: str) -> None:
    source = f"<<<FILE d1 a>>>\ntext\n{line}\nmore\n".encode()
    (finding,) = findings(scan(FORMAT, source))
    assert (finding.code, finding.severity, finding.line) == ("SEED009", "warning", 3)
    assert finding.edit is not None
    at, length, replacement, _ = finding.edit
    fixed = source[:at] + replacement + source[at + length :]
    ending = "\r" if line.endswith("\r") else ""
    assert fixed == f"<<<FILE d1 a>>>\ntext\n{mended}{ending}\nmore\n".encode()
    assert not findings(scan(FORMAT, fixed))


@pytest.mark.parametrize(
    "text",
    ["a << b", "<<EOF", "x <<< y", "if (a<<2) file", "<file a b>", "<<<MEUA {}>>>", "\u300afile\u300b",
     "<<<file a>>>", "<<<<<file a b>>>>>", "x <<<FILE b>>>", "x <<<FILE b c>>> y", "<<<FIKE b c>>> y", "x <<<SEED 2>>>", "\\ <<<FILE a b>>>", "<<<FIKE >>>",
     "`<<<FILE a b>>>` is a header", "**<<<FILE a>>>**", "&lt;&lt;&lt;FILE", "a `<<<FILE a b>>>`.", "**FILE a b**", "«FILE a b»", "* << file a b",
     "‹FILE a b›", "«« File a", "«Meta {}»", "&#60;FILE a b&#62;", "&lt;&lt; file", "<<<meta name>>>", "<meta charset>", "<<META x>>", "&lt;meta name=a&gt;", "Le «file d'attente»", "〈FILE a b〉"],
)  # fmt: skip
def test_no_near_miss_is_seen_where_there_is_none(text: str) -> None:
    assert not findings(scan(FORMAT, f"<<<FILE d1 a>>>\n{text}\n".encode()))


@pytest.mark.parametrize(
    "line",
    [
        " <<<META {}>>>", "\t<<<META {}>>>", "`<<<META {}>>>`", '"<<<META {}>>>"', "“<<<META {}>>>”", "**<<<META {}>>>**", "<<<meta {}>>>", "<<<Meta {}>>>", "\uff1c\uff1c\uff1cMETA {}\uff1e\uff1e\uff1e",
        "\ufeff<<<META {}>>>", "<<META {}>>", "<<< META {} >>>", "<<<\u00a0META {}>>>", "&lt;&lt;&lt;META {}&gt;&gt;&gt;", "> <<<META {}>>>", "<<<META {}>>>:".replace("<<<", "<<"),
        "\u300a\u300a\u300aMETA {}\u300b\u300b\u300b", "<!-- <<<META {}>>> -->", "- <<<META {}>>>", "`<<<META {}>>>`\r",
    ],
)  # fmt: skip
@pytest.mark.parametrize("data", ['{"a": "b c"}', "{}"])
def test_metadata_that_is_none_is_told_with_what_was_meant(line: str, data: str) -> None:
    spelled = data.replace('"', "&quot;") if "&lt;" in line else data
    source = V1 + f"<<<FILE d1 a>>>\n{line.replace('{}', spelled)}\nx\n".encode()
    (finding,) = findings(scan(FORMAT, source))
    assert (finding.code, finding.severity, finding.line) == ("SEED009", "warning", 3)
    assert finding.edit is not None
    at, length, replacement, _ = finding.edit
    fixed = source[:at] + replacement + source[at + length :]
    ending = "\r" if line.endswith("\r") else ""
    assert fixed == V1 + f"<<<FILE d1 a>>>\n<<<META {data}>>>{ending}\nx\n".encode()


def test_metadata_stands_after_a_header_alone() -> None:
    assert not findings(scan(FORMAT, V1 + b"<<<FILE d1 a>>>\nx\n `<<<META {}>>>`\n"))
    (finding,) = findings(scan(FORMAT, b"<<<FILE d1 a>>>\n<<META {}>>\n"))
    assert (finding.code, finding.edit) == ("SEED009", None)  # a plain file has none


@pytest.mark.parametrize(
    "line", [b"\\ No newline at end of file ", b"  \\ No newline at end of file", b"\\ no newline at end of file", b"\t\\ NO NEWLINE at end of file\t"]
)  # fmt: skip
def test_an_end_marker_with_spaces_or_in_lower_case_is_told(line: bytes) -> None:
    source = V1 + b"<<<FILE d1 a>>>\nx\n" + line + b"\n<<<FILE d2 b>>>\ny\n"
    (finding,) = findings(scan(FORMAT, source))
    assert (finding.code, finding.line) == ("SEED009", 3)
    assert finding.edit is not None
    at, length, replacement, _ = finding.edit
    assert source[:at] + replacement + source[at + length :] == source.replace(line, b"\\ No newline at end of file")


@pytest.mark.parametrize(
    ("before", "line", "after", "size"),
    [
        (b"<<<FILE d1 a>>>\ntext\n", b"<<<FILE d2 b.txt>>>\n", b"more\n", 7),
        (b"<<<FILE d1 a>>>\n", b"<<<FILE d2 b.txt>>>\n", b"more\n", 7),
        (b"<<<FILE d1 a>>>\n", b'<<<META {"a": [1]}>>>\n', b"more\n", 7),
        (b"<<<FILE d1 a>>>\ntext\n", V1, b"<<<FILE d2 b.txt>>>\nmore\n", 7),
        (b"<<<FILE d1 a>>>\ntext\n", b"\\ No newline at end of file\n", b"", 27),
        (b"<<<FILE d1 a>>>\ntext\n", b"\\ No newline at end of file\n", b"<<<FILE d2 b.txt>>>\nmore\n", 28),
    ],
)
def test_a_line_of_the_format_with_one_wrong_byte_is_reported_with_what_was_meant(
    before: bytes, line: bytes, after: bytes, size: int
) -> None:
    """As text it would glue two documents together, or put metadata or a marker into a text."""
    whole = V1 + before + line + after
    docs, start = parse(FORMAT, whole), len(V1 + before)
    assert not findings(scan(FORMAT, whole))
    for at in range(start - 1, start + size):  # from the line end before it on
        changed = [whole[:at] + bytes([byte]) + whole[at + 1 :] for byte in b"\n\r \tx<\\\x00\xff\x3d"]
        if size == 7:  # no marker
            changed.append(whole[:at] + whole[at + 1 :])
            changed += [whole[:at] + byte + whole[at:] for byte in (b"<", b"\n", b"x") if at > start]
        for source in changed:
            batches = scan(FORMAT, source)
            if documents(batches) == docs or any(finding.severity == "error" for finding in findings(batches)):
                continue
            assert "SEED009" in [finding.code for finding in findings(batches)], source


@pytest.mark.parametrize(
    ("source", "mended"),
    [
        (b"<<<FILE d1 a>>>\ntext\n<<<FIKE d2 b>>>\nx\n", b"<<<FILE d1 a>>>\ntext\n<<<FILE d2 b>>>\nx\n"),
        (V1 + b"<<<FILE d1 a>>>\r\nx\r\n<<<SEEB 1>>>\r\n", V1 + b"<<<FILE d1 a>>>\r\nx\r\n<<<SEED 1>>>\r\n"),
        (
            b"<<<FILE d1 a>>>\n<<<FIKE d2 b>>>\nx\n<<<FILE d3 c>>>\n<<<FILE d4 d>>>\ny\n",
            b"<<<FILE d1 a>>>\n<<<FILE d2 b>>>\nx\n<<<FILE d3 c>>>\n<<<FILE d4 d>>>\ny\n",
        ),
        (b"<<<FILE d1 a>>>\r\nx\r\n<<<FIKE d2 b>>>\r\n", b"<<<FILE d1 a>>>\r\nx\r\n<<<FILE d2 b>>>\r\n"),
        (b"<<<FILE d1 a>>>\r\nx <<<FILE d2 b>>>\r\n", b"<<<FILE d1 a>>>\r\nx \n<<<FILE d2 b>>>\r\n"),
        (b"<<<FILE d1 a>>>\n\n<<<FIKE d2 b>>>\nx\n", b"<<<FILE d1 a>>>\n\n<<<FILE d2 b>>>\nx\n"),
        (b"<<<FILE d1 a>>>\n\n <<<FILE d2 b>>>\nx\n", b"<<<FILE d1 a>>>\n\n<<<FILE d2 b>>>\nx\n"),
        (b"<<<FILE d1 a>>>\n\n<<\nFILE d2 b>>>\nx\n", b"<<<FILE d1 a>>>\n\n<<<FILE d2 b>>>\nx\n"),
        (b"<<<FILE d1 a>>> <<<FILE d2 b>>>\nx\n", b"<<<FILE d1 a>>>\n<<<FILE d2 b>>>\nx\n"),
        (V1 + b"<<<FILE d1 a>>>\n<<<MEUA {}>>>\nx\n", V1 + b"<<<FILE d1 a>>>\n<<<META {}>>>\nx\n"),
        (V1 + b"<<<FILE d1 a>>>\r_<<<META {}>>>\nx\n", V1 + b"<<<FILE d1 a>>>\r\n<<<META {}>>>\nx\n"),
        (V1 + b"<<<FILE d1 a>>>\n<<<MTA {}>>>\nx\n", V1 + b"<<<FILE d1 a>>>\n<<<META {}>>>\nx\n"),
        (b"<<<FILE d1 a>>>\ntext\n<<<FI\nLE d2 b>>>\nx\n", b"<<<FILE d1 a>>>\ntext\n<<<FILE d2 b>>>\nx\n"),
        (V1 + b"<<<FILE d1 a>>>\nx\n<<<SEEB 1>>>\n", V1 + b"<<<FILE d1 a>>>\nx\n<<<SEED 1>>>\n"),
        (V1 + b"<<<FILE d1 a>>>\n_\\ No newline at end of file\n", V1 + b"<<<FILE d1 a>>>\n" + MARKED),
        (V1 + b"<<<FILE d1 a>>>\nx\n\\ No newline at end or file\n", V1 + b"<<<FILE d1 a>>>\nx" + MARKED),
    ],
)
def test_a_byte_that_went_wrong_can_be_fixed(source: bytes, mended: bytes) -> None:
    (finding,) = findings(scan(FORMAT, source))
    assert finding.edit is not None
    assert not finding.edit.safe
    at, length, replacement, _ = finding.edit
    assert source[:at] + replacement + source[at + length :] == mended
    assert not findings(scan(FORMAT, mended))


def test_a_header_behind_one_byte_is_told_once() -> None:
    found = findings(scan(FORMAT, b"<<<FILE d1 a>>>\nx<<<FILE d2 b>>>\n"))
    assert [(f.byte, f.edit and f.edit.length) for f in found] == [(17, 0)]


@pytest.mark.parametrize(
    "text", [rb"\\ No newline at end of file", b"x\n" + rb"\\\ No newline at end of file", rb" \<<<FILE a b>>>"]
)
def test_an_escape_is_no_near_miss(text: bytes) -> None:
    assert not findings(scan(FORMAT, V1 + b"<<<FILE d1 a>>>\n" + text + b"\n"))


@pytest.mark.parametrize(("how", "expected"), [("name", "only"), ("line", "1"), ("sha256", None)])
def test_an_id_can_be_made_for_a_header_with_one_field(how: str, expected: str | None) -> None:
    (document,) = parse(FORMAT, b"<<<FILE only>>>\nx\n", options=ReadOptions(id_from=how))
    assert document.name == "only"
    assert document.id == (expected or "73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac")


def test_a_document_over_the_limit_is_refused_and_the_next_is_read() -> None:
    source = b"<<<FILE d1 a>>>\n" + b"x\n" * 5000 + b"<<<FILE d2 b>>>\ny\n"
    for size in (1, 7, 1000, 1 << 20):
        batches = scan(FORMAT, source, size, ReadOptions(max_document=5000))
        assert [d.id for d in documents(batches)] == ["d2"]
        (finding,) = findings(batches)
        assert (finding.code, finding.line, finding.byte) == ("SEED010", 1, 0)
        assert "--max-document" in finding.hint
        origin = documents(batches)[0].origin
        assert origin is not None
        assert (origin.line, origin.byte) == (5002, 10016)


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        # Its end was passed over: that the file stops in the middle of a line was said of the middle of the document.
        (V1 + b"<<<FILE d1 a>>>\n" + b"line\n" * 50, ["SEED010"]),
        (V1 + b"<<<FILE d1 a>>>\n" + b"line\n" * 50 + b"cut he", ["SEED010"]),
        (V1 + b"<<<FILE d1 a>>>\n" + b"line\n" * 50 + b"<<<FILE d2 a>>>\ncut he", ["SEED010", "SEED015"]),
        (V1 + b"no header\n" * 30, ["SEED001"]),
        (b"<<<FILE d1 a>>>\n" + b"<<FILE x y>>>\n" * 30 + b"<<<FILE d2 a>>>\n", ["SEED010"]),
    ],
)
def test_of_what_is_too_large_nothing_else_is_said(source: bytes, codes: list[str]) -> None:
    for size in (1, 7, 50, 1 << 20):
        assert [f.code for f in findings(scan(FORMAT, source, size, ReadOptions(max_document=200)))] == codes


def test_a_declared_encoding_is_transcoded() -> None:
    (document,) = parse(FORMAT, b"<<<FILE d1 a>>>\ncaf\xe9\n", options=ReadOptions(encoding="cp1252"))
    assert document.text == "café\n"
    assert write(FORMAT, [document]) == V1 + "<<<FILE d1 a>>>\ncafé\n".encode()


def test_headers_too_long_are_refused_both_ways() -> None:
    document = Document("d1", "x", name="n" * 70_000)
    assert [loss.kind for loss in FORMAT.losses(document, WriteOptions())] == ["size"]
    assert [f.code for f in findings(scan(FORMAT, b"<<<FILE d1 " + b"n" * 70_000 + b">>>\nx\n"))] == ["SEED011"]
    for options in (WriteOptions(), PLAIN):
        just = Document("d1", "x\n", name="n" * (MAX_HEADER - len("<<<FILE d1 >>>\n")))
        assert parse(FORMAT, write(FORMAT, [just], options)) == [just]
        with pytest.raises(LossError):
            write(FORMAT, [Document("d1", "x\n", name=just.name + "n")], options)


@pytest.mark.parametrize("size", [1, 2, 13, 15, 1000])
@pytest.mark.parametrize(
    ("source", "ids", "codes"),
    [
        (V1 + V1 + b"<<<FILE a b>>>\nx\n", ["a"], []),
        (V1 * 400 + b"<<<FILE a b>>>\nx\n", ["a"], []),
        (V1 + b"  <<<FILE a b>>>\nx\n", [], ["SEED001"]),
        (V1 + b" <<<SEED 1>>>\n<<<FILE a b>>>\nx\n", ["a"], ["SEED001"]),
        (b"\n" * 70_000 + V1 + b"<<<FILE a b>>>\nx\n", ["a"], []),
        (b"\xef\xbb\xbf\n" + V1 + b"\r\n<<<FILE a b>>>\nx\n", ["a"], ["SEED008"]),
        (V1 + b"<<<SEED 2>>>\n<<<FILE a b>>>\nx\n", [], ["SEED005"]),
    ],
)  # fmt: skip
def test_what_stands_before_the_first_header(size: int, source: bytes, ids: list[str], codes: list[str]) -> None:
    if size < 13 and len(source) > 10_000:
        return
    batches = scan(FORMAT, source, size)
    assert [d.id for d in documents(batches)] == ids
    assert [f.code for f in findings(batches)] == codes


@pytest.mark.parametrize("source", [b"\t\t\t\r\r", b"\n\n \n", b"\xef\xbb\xbf \n ", V1 + b"\n \r\n\t"])
def test_a_file_without_documents_is_reported_at_its_end(source: bytes) -> None:
    places = {tuple((f.code, f.line, f.byte) for f in findings(scan(FORMAT, source, size))) for size in (1, 2, 3, 100)}
    assert len(places) == 1
    assert places.pop()[-1] == ("SEED013", 1 + source.count(b"\n"), len(source))


@pytest.mark.parametrize(
    ("joint", "code", "line"),
    [
        (b"\x0b<<<SEED 1>>>\n", "SEED001", 5), (b" <<<SEED 1>>>\n", "SEED001", 5), (b"<<<SEED 1>>><<<SEED 1>>>\n", "SEED001", 5),
        (b"<<<META {}>>>\n", "SEED004", 5), (b"\n\ntext\n", "SEED001", 7),
    ],
)  # fmt: skip
def test_text_after_the_pragma_of_a_part_is_an_error_and_the_document_before_it_is_sound(
    joint: bytes, code: str, line: int
) -> None:
    source = V1 + b"<<<FILE d1 a>>>\nx\n" + V1 + joint + b"<<<FILE d2 b>>>\ny\n"
    batches = scan(FORMAT, source)
    assert [d.data for d in documents(batches)] == [b"x\n", b"y\n"]
    assert [(f.code, f.line) for f in findings(batches) if f.severity == "error"] == [(code, line)]


def test_an_id_that_cannot_be_made_is_an_error() -> None:
    for header in (b"<<<FILE >>>", b'<<<FILE "">>>'):
        batches = scan(FORMAT, V1 + header + b"\nx\n", options=ReadOptions(id_from="name"))
        assert [f.code for f in findings(batches)] == ["SEED003"]


def test_an_id_is_made_from_the_text_and_not_from_its_escapes() -> None:
    source = V1 + b"<<<FILE n>>>\n\\<<<FILE a b>>>\n" + V1 + b"<<<FILE =7>>>\n"
    first, second = parse(FORMAT, source, options=ReadOptions(id_from="sha256"))
    assert first.data == b"<<<FILE a b>>>\n"
    assert str(first.id).startswith("edeb7")
    assert second.name == "=7"


def test_metadata_and_integer_ids_come_back_up_to_the_limit() -> None:
    metadata = b'{"a":"' + b"x" * (16 * 1024 * 1024 - 8) + b'"}'
    document = Document(10**999, "t", meta=metadata)
    assert not FORMAT.losses(document, WriteOptions())
    assert parse(FORMAT, write(FORMAT, [document])) == [document]
    larger = Document(-(10**999), "t", meta=metadata[:-2] + b'x"}')
    assert [loss.kind for loss in FORMAT.losses(larger, WriteOptions())] == ["size"]
    assert parse(FORMAT, write(FORMAT, [Document(-(10**999), "t")])) == [Document(-(10**999), "t")]
    (finding,) = findings(scan(FORMAT, V1 + b"<<<FILE d1 a>>>\n<<<META %b>>>\nx\n" % larger.meta_json))
    assert (finding.code, finding.message) == ("SEED004", "the metadata is longer than 16 MiB")


def test_bytes_that_their_encoding_cannot_decode_are_written_when_that_is_allowed() -> None:
    document = Document("d1", b"a\xffb\n", encoding="ascii")
    with pytest.raises(LossError) as caught:
        write(FORMAT, [Document("d0", "fine"), document])
    assert [loss.kind for loss in caught.value.losses] == ["encoding"]
    allowed = write(FORMAT, [document], WriteOptions(frozenset({"encoding"})))
    assert allowed == V1 + '<<<FILE d1 "">>>\na\ufffdb\n'.encode()


def test_text_before_the_first_header_is_refused_and_all_documents_are_read() -> None:
    batches = scan(FORMAT, b"\n  text\nmore\n<<<FILE d1 a>>>\nx\n<<<FILE d2 b>>>\ny\n")
    assert [(f.code, f.line, f.message) for f in findings(batches)] == [
        ("SEED001", 2, "text before the first header: '  text\\nmore\\n'")
    ]
    assert [batch.refused for batch in batches if batch.refused] == [b"  text\nmore\n"]
    assert [(d.id, d.data) for d in documents(batches)] == [("d1", b"x\n"), ("d2", b"y\n")]


def test_where_reading_can_go_on() -> None:
    assert FORMAT.resync is not None
    buffer = b"<<<FILE d1 a>>>\nx <<<FILE no>>>\n<<<FILE d2 b>>>\ny\n"
    found = {at: FORMAT.resync(buffer, at) for at in (0, 1, 16, 18, 31, 32, 33, len(buffer))}
    assert found == {0: 0, 1: 32, 16: 32, 18: 32, 31: 32, 32: 32, 33: -1, len(buffer): -1}


@pytest.mark.parametrize(
    ("body", "position", "replacement", "after"),
    [
        (b"one\ntwo\n", 4, b"2", b"one\n2wo\n"),
        (b"\\<<<FILE x y>>>\n", 8, b"z", b"\\<<<FILE z y>>>\n"),
        (b"one\n\\<<<FILE x y>>>\n", 12, b"z", b"one\n\\<<<FILE z y>>>\n"),
        (b"\\<<<FILE x y>>>\n\\<<<FILE z>>>\n", 23, b"w", b"\\<<<FILE x y>>>\n\\<<<FILE w>>>\n"),
        (b"\\\\<<<FILE x y>>>\n", 0, b"-", b"-<<<FILE x y>>>\n"),
        (b"one\n", 0, b"\n<<<FILE x y>>>\n", None),  # one that needs one now
        (b"one\ntwo\n\\ No newline at end of file\n", 6, b"\n", None),  # the marker would be wrong
        (b"one\ntwo\n\\ No newline at end of file\n", 6, b"0", b"one\ntw0\n\\ No newline at end of file\n"),
    ],
)
def test_a_change_is_made_in_the_lines_as_they_are_escaped(
    body: bytes, position: int, replacement: bytes, after: bytes | None
) -> None:
    head = V1 + b"<<<FILE d1 a>>>\n"
    source = head + body
    (batch,) = scan(FORMAT, source)
    (document,) = batch.documents
    assert FORMAT.rewrite is not None
    edit = FORMAT.rewrite(batch.region, document, Change(position, 1, replacement))
    if after is None:
        assert edit is None
        return
    assert edit is not None
    fixed = source[: edit.byte] + edit.replacement + source[edit.byte + edit.length :]
    assert fixed == head + after
    text = document.data[:position] + replacement + document.data[position + 1 :]
    assert parse(FORMAT, fixed) == [Document("d1", text, name="a")]


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (b"cut he", True), (b"cut here\n", False), (b"x\n\\ No newline at end of file", False), (b"x\n\\ No newline at e", True),
        (b"x\n<<<FILE d2 b>>>", True), (b"x\nsee <<<FILE", True), (b"x\n\\<<<FILE", True),
    ],
)  # fmt: skip
def test_a_version_1_file_that_stops_in_a_line_is_reported(end: bytes, told: bool) -> None:
    source = V1 + b"<<<FILE d1 a>>>\n" + end
    found = findings(scan(FORMAT, source))
    assert [(f.code, f.severity) for f in found] == ([("SEED015", "warning")] if told else [])
    for finding in found:
        assert finding.edit is not None
        fixed = source + finding.edit.replacement
        assert not findings(scan(FORMAT, fixed))
        assert [d.data for d in parse(FORMAT, fixed)] == [d.data for d in parse(FORMAT, source)]


@pytest.mark.parametrize(
    "body", [b"<<FILE a" + b" " * 20_000 + b"x\n", b"x<<<FILE a b" * 20_000 + b"\n", b"<<FILE a b>>>\n" * 3000]
)
def test_near_misses_are_found_in_linear_time(body: bytes) -> None:
    """Each took minutes once."""
    with ends():
        found = findings(scan(FORMAT, b"<<<FILE d1 a>>>\n" + body))
    assert len(found) == (3000 if body.startswith(b"<<FILE a b") else 0)


def test_a_document_of_just_the_limit_is_read_wherever_the_pieces_end() -> None:
    source = b"<<<FILE d1 a>>>\n" + b"x" * 83 + b"\n<<<FILE d2 b>>>\ny\n"
    for size in range(1, 110):
        assert len(parse(FORMAT, source, size, ReadOptions(max_document=100))) == 2


# -- the grammar, a character at a time --------------------------------------------------------------------------------

STRINGS = [
    *(f'"a{chr(code)}b"' for code in range(0x81) if code != 0x0A), *(f'"a\\{chr(code)}b"' for code in range(0x20, 0x81)),
    *(f'"\\u{place[:at]}{digit}{place[at:]}"' for place in ("000", "1aB") for at in range(4) for digit in "059afgAFG:/@`"),
    '"', '""', '"\\"', '"\\\\"', '"\\\\\\""', '"a"b"', '"\\u12"', '"\\ud800\\udc00"', '"\\udc00"', '"\\ud800"', '"\ud7ff\ue000"',
]  # fmt: skip


def test_a_quoted_name_or_id_is_what_json_says() -> None:
    for raw in STRINGS:
        try:
            expected = str(json.loads(raw))
            expected.encode()
        except ValueError:
            with pytest.raises(HeaderFault):
                parse_header(f"<<<FILE d1 {raw}>>>".encode(), 1)
            continue
        assert parse_header(f"<<<FILE d1 {raw}>>>".encode(), 1) == ("d1", expected)
        if expected:
            assert parse_header(f"<<<FILE {raw} n>>>".encode(), 1) == (expected, "n")


def is_bare(text: str, also: str, before: str) -> bool:
    """Say slowly whether an id or a name stands as it is: what it may hold of what is odd, and what it may begin with."""
    odd = any((ord(c) <= 0x20 or 0x7F <= ord(c) <= 0x9F) and c not in also for c in text)
    return bool(text) and not odd and ">>>" not in text and text[0] not in before and text[-1] not in "> "


def test_ids_and_names_are_quoted_where_they_must_be_and_nowhere_else() -> None:
    odd = [chr(code) for code in range(0xA2)] + ["\n\n", "\nb\nc", "\u2028", "\ud7ff", "\U0001f600", ">>", ">>>", "\\"]
    values = [value for c in odd for value in (c, f"a{c}b", f"{c}b", f"a{c}", f"a\n{c}b")]
    for value in ["", *values]:
        spelled_id, spelled_name = spell_id(value), spell_name(value)
        assert (spelled_id == value) == is_bare(value, "", '"='), value
        assert (spelled_name == value) == is_bare(value, " ", ' "'), value
        for spelled in (spelled_id, spelled_name):
            assert spelled == value or (json.loads(spelled) == value and ">" not in spelled and " " not in spelled)
            assert not any(c < " " or "\x7f" <= c <= "\x9f" for c in spelled)
        if value:
            line = f"<<<FILE {spelled_id} {spelled_name}>>>\n".encode()
            assert parse_header(line[:-1], 1) == (value, value)
            alone = f"<<<FILE {spelled_id} n>>>\n2\n".encode()
            assert write(FORMAT, [Document(value, "2\n", name="n")]) == V1 + alone
            docs = [Document("x", "1\n", name="y"), Document(value, "2\n", name=value)]
            assert write(FORMAT, docs) == V1 + b"<<<FILE x y>>>\n1\n" + line + b"2\n"
    assert [spell_id(number) for number in (0, 7, -7, 10)] == ["=0", "=7", "=-7", "=10"]


@pytest.mark.parametrize(
    ("document", "kinds"),
    [(Document("d", "x\n", name="n"), []), (Document(7, "x\n", name="n"), ["id"]), (Document("a b", "x\n", name="n"), ["id"]), (Document("a\tb", "x\n"), ["id"]),
     (Document("a\nb", "x\n"), ["id"]), (Document("d", "x\n", name="a b\tc"), []), (Document("d", "x\n", name="a\nb"), ["name"]), (Document("d", ""), []),
     (Document("d", "x"), ["character"]), (Document("d", "<<<FILE\n"), ["character"]), (Document("d", "x\n<<<SEED\n"), ["character"]),
     (Document("d", "<<<FILE"), ["character", "character"]), (Document("d", "<<FILE\n<<<EED\n<<<SEE\n<<<META\n x<<<SEED\n\\<<<FILE\n"), []),
     (Document("d", "x\n", meta={"k": 1}), ["metadata"]), (Document("d", "x\n", meta=b"{ }"), []), (Document("d", b"\x81\n", encoding="cp1252"), ["encoding"])],
)  # fmt: skip
def test_what_the_plain_dialect_cannot_hold(document: Document, kinds: list[str]) -> None:
    assert [loss.kind for loss in FORMAT.losses(document, PLAIN)] == kinds
    if kinds:
        with pytest.raises(LossError):
            write(FORMAT, [document], PLAIN)
        allowed = WriteOptions(own={"dialect": "plain"}, allow=frozenset(kinds))
        assert len(parse(FORMAT, write(FORMAT, [document], allowed))) == 1
    else:
        assert [(d.id, d.name, d.data) for d in parse(FORMAT, write(FORMAT, [document], PLAIN))] == [
            (document.id, document.name, document.data)
        ]


def test_what_is_lost_to_the_plain_dialect_is_the_least() -> None:
    allowed = WriteOptions(own={"dialect": "plain"}, allow=frozenset(["id", "name", "character", "metadata"]))
    docs = [Document("a b\tc\nd", "x\n<<<FILE y", name="n\nm", meta={"k": 1}), Document(7, "")]
    assert write(FORMAT, docs, allowed) == b"<<<FILE a_b_c_d n m>>>\nx\n\\<<<FILE y\n<<<FILE 7 >>>\n"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("=0", 0), ("=10", 10), ("=-1", -1), ("=-0", "=-0"), ("=00", "=00"), ("=+1", "=+1"), ("=1x", "=1x"), ("=", "="), ("x=1", "x=1"), ("=9", 9),
     ("=--1", "=--1"), ("=0x1", "=0x1"), ("=-", "=-"), ("=\u0661", "=\u0661"), ("=1=1", "=1=1")],
)  # fmt: skip
def test_an_integer_id_has_one_spelling(raw: str, expected: str | int) -> None:
    assert parse_header(f"<<<FILE {raw} n>>>".encode(), 1) == (expected, "n")
    assert parse_header(f"<<<FILE {raw} n>>>".encode(), 0) == (raw, "n")


@pytest.mark.parametrize(
    ("line", "escaped"),
    [(b"<<<FILE", True), (b"<<<SEED", True), (b"<<<META", True), (b"\\<<<FILEx", True), (b"\\\\\\<<<META {}", True), (b"<<<FIL", False),
     (b"<<FILE", False), (b"<<<<FILE", False), (b" <<<FILE", False), (b"<<<file", False), (b"x<<<SEED", False), (b"<<<SEE", False), (b"<<<MET", False),
     (b"\\ No newline at end of file", True), (b"\\\\ No newline at end of file", True), (b"\\ No newline at end of file\r", True),
     (b" No newline at end of file", False), (b"\\ No newline at end of file.", False), (b"\\ No newline at end of file\r\r", False),
     (b"x\\ No newline at end of file", False), (b"\\No newline at end of file", False), (b"\\", False), (b"\\x", False), (b"\\<<<FIL", False),
     (b"\\<<<SEE", False), (b"\\<<<MET", False), (b"\\\\ No newline at end of fil", False), (b"\\<<FILE", False)],
)  # fmt: skip
def test_which_lines_are_escaped(line: bytes, escaped: bool) -> None:
    for before in (b"", b"x\n", b"\n", b"\\\n"):
        for after in (b"", b"\n", b"\ny"):
            body = before + line + after
            written = before + b"\\" * escaped + line + after
            assert escape(body) == written
            assert unescape(written) == body
            assert write(FORMAT, [Document("d1", body, name="n")]).startswith(V1 + b"<<<FILE d1 n>>>\n" + written)


def test_large_bodies_are_escaped_in_pieces_as_they_are_whole() -> None:
    line = b"<<<FILE a b>>>\nplain text\n\\<<<META {}>>>\r\n"
    assert escape(line * 40_000) == escape(line) * 40_000
    assert escape(b"x" * 2_000_000) == b"x" * 2_000_000


# -- lines that show that a file was cut, joined, merged or made by other rules --------------------------------


def told(source: bytes) -> list[tuple[str, str, int]]:
    return [(one.code, one.severity, one.line) for one in findings(scan(FORMAT, source))]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        (b'<<<FILE d1 a>>>\n<<<META {"language":"en"}>>>\nx\n', [2]), (b"<<<FILE d1 a>>>\n<<<META {}>>>\r\nx\n", [2]), (b"<<<FILE d1 a>>>\nx\n<<<META x\n", [3]),
        (b"<<<FILE d1 a>>>\nx\n\\ No newline at end of file\n<<<FILE d2 b>>>\ny\n", [3]), (b"<<<FILE d1 a>>>\nx\n\\ No newline at end of file", [3]),
        (b"<<<FILE d1 a>>>\nx\n\\ No newline at end of file\r\n", [3]), (b"<<<FILE d1 a>>>\n\\ No newline at end of file\n", [2]),
        (b"<<<FILE d1 a>>>\n\\<<<FILE x y>>>\n\\\\<<<META {}>>>\n\\<<<SEED 1>>>\n", [2, 3, 4]), (b"<<<FILE d1 a>>>\n\\\\ No newline at end of file\nx\n", [2]),
        (b"<<<FILE =7 a>>>\nx\n", [1]), (b'<<<FILE "a\\u0020b" c>>>\nx\n', [1]), (b'<<<FILE a "">>>\nx\n', [1]), (b'<<<FILE a "\\u0020b">>>\nx\n', [1]),
        (b'<<<FILE =-12 "\\"a">>>\n<<<META {}>>>\nx\n\\ No newline at end of file\n', [1, 2, 4]),
    ],
)  # fmt: skip
def test_version_1_in_a_plain_file_is_reported(source: bytes, lines: list[int]) -> None:
    assert told(source) == [("SEED016", "warning", line) for line in lines]
    assert parse(FORMAT, source) == documents(scan(FORMAT, source)), "the texts stay as they are"
    if b"\n<<<META x" not in source and b"\r\n" not in source and b">>>\n\\ No" not in source:
        assert not told(V1 + source)


@pytest.mark.parametrize(
    "source",
    [
        b'<<<FILE 1 "Hamlet" and others>>>\nx\n', b'<<<FILE 1 "Hamlet">>>\nx\n', b'<<<FILE "a" b>>>\nx\n', b"<<<FILE =x y>>>\nx\n", b"<<<FILE 7 y>>>\nx\n", b"<<<FILE =007 y>>>\nx\n",
        b"<<<FILE d1 a>>>\n-a\n\\ No newline at end of file\n+b\n", b"<<<FILE d1 a>>>\nx\\ No newline at end of file\n", b"<<<FILE d1 a>>>\n\\section{META}\n",
        b"<<<FILE d1 a>>>\nx\n <<<META {}>>>\n", b"<<<FILE d1 a>>>\n<<<METADATA\n", b"<<<FILE d1 >>>\nx\n", b'<<<FILE d1 "\\">>>\nx\n',
    ],
)  # fmt: skip
def test_a_plain_file_without_version_1_is_left_alone(source: bytes) -> None:
    assert not told(source)


def test_a_version_1_file_without_its_first_line_is_reported() -> None:
    whole = write(
        FORMAT,
        [
            Document("d 1", "a", name="n", meta={"a": 1}),
            Document(7, "<<<FILE x y>>>\n", name=""),
            Document("c", "\\ No newline at end of file", name="z"),
        ],
    )
    assert {code for code, _, _ in told(whole.removeprefix(V1))} == {"SEED016"}
    assert [line for _, _, line in told(whole.removeprefix(V1))] == [1, 2, 4, 5, 6, 8, 9]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("<<<<<<< HEAD\nmine\n=======\nyours\n>>>>>>> other\n", [2, 4, 6]), ("<<<<<<< HEAD\r\nmine\r\n=======\r\nyours\r\n>>>>>>> other\r\n", [2, 4, 6]),
        ("<<<<<<< a\nm\n||||||| base\nb\n=======\ny\n>>>>>>> b\n", [2, 4, 6, 8]), ("<<<<<<< HEAD\nmine\n", [2]), ("x\n<<<<<<< HEAD\n<<<FILE d2 b>>>\nm\n=======\n<<<FILE d3 c>>>\ny\n>>>>>>> o\n", [3, 6, 9]),
        ("<<<<<<< a\n=======\n>>>>>>> b\n=======\n<<<<<<< a\n=======\n=======\n>>>>>>> b\n", [2, 3, 4, 6, 7, 9]), ("<<<<<<< a\n<<<<<<< b\n=======\n>>>>>>> b\n", [2, 3, 4, 5]),
        ("<<<<<<<\nm\n=======\ny\n>>>>>>>\n", [2, 4, 6]), ("<<<<<<<<< a\nm\n=========\ny\n>>>>>>>>> b\n", [2, 4, 6]), ("<<<<<<<<\n||||||||\n========\r\n>>>>>>>>\r\n", [2, 3, 4, 5]),
        ("m\n=======\ny\n>>>>>>> other\n", [3, 5]), ("=======\ny\n>>>>>>> 1a2b3c4 (Fix it)\n", [2, 4]), ("x\n>>>>>>> HEAD\n", [3]), (">>>>>>> 0123abcd\n", [2]), (">>>>>>> Stashed changes\n", [2]),
        ("<<<<<<< a\nm\n=======\ny\n>>>>>>>\n", [2, 4, 6]), ("=======\n=======\n>>>>>>> b\n", [3, 4]), ("<<<<<<<\n=======\n>>>>>>>>\n", []), ("=======\nTitle\n=======\n", []), (">>>>>>>\n", []),
        ("======= =======\na b\n======= =======\n>>>>>>> a\n", []), ("Title\n=======\n\n>>>>>>> quoted mail\n", []), ("<<<<<<<\n>>>>>>>\n", []), ("=========\n>>>>>>>>> b\n", []),
        ("Title\n=======\ntext\n", []), (">>>>>>> quoted mail\n", []), ("<<<<<<<< x\n", []), ("<<<<<<<\n", []), (" <<<<<<< HEAD\n", []), ("x <<<<<<< HEAD\n", []), ("<<<<<< x\n", []),
        ("||||||| x\n", []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", [b"", V1])
def test_conflicts_that_were_not_resolved(first: bytes, text: str, lines: list[int]) -> None:
    before = first.count(b"\n")
    expected = [("SEED017", "warning", line + before) for line in lines]
    assert told(first + b"<<<FILE d1 a>>>\n" + text.encode()) == expected


def test_a_conflict_before_the_first_header() -> None:
    source = b"<<<<<<< HEAD\n<<<FILE d1 a>>>\nx\n=======\n<<<FILE d2 b>>>\ny\n>>>>>>> other\n"
    assert [(code, line) for code, _, line in told(source)] == [
        ("SEED017", 1),
        ("SEED001", 1),
        ("SEED017", 4),
        ("SEED017", 7),
    ]


def test_a_conflict_spans_what_is_read_at_once() -> None:
    source = b"<<<FILE d0 a>>>\n<<<<<<< HEAD\n" + b"".join(
        b"<<<FILE d%d a>>>\n" % number + b"words and words\n" * 4000 for number in range(1, 9)
    )
    source += b"=======\n<<<FILE e a>>>\nx\n>>>>>>> other\n"
    lines = [1 + source[: source.index(mark)].count(b"\n") for mark in (b"<<<<<<< ", b"=======", b">>>>>>> ")]
    assert told(source) == [("SEED017", "warning", line) for line in lines]


@pytest.mark.parametrize(
    ("line", "is_reported"),
    [
        *((line, True) for line in (
            "<<<END FILE>>>", "<<<END>>>", "<<<end of file>>>", "<<<EOF>>>", "<<</FILE>>>", "<<< END FILE d1 >>>", "<<<END d1>>>", "<<<END_FILE>>>", "<<<ENDFILE>>>", "<<<END-OF-FILE>>>",
            "<<<BEGIN FILE d2 b.txt>>>", "<<<START>>>", "<<<END: a.txt>>>", "**<<<END FILE>>>**", "`<<<END FILE>>>`", "  <<<END FILE>>>", "<<<END FILE>>>\r", "<<</DOCUMENT>>>", "<<<STOP>>>", "<<<<END>>>>",
            "<<END FILE>>", "<<</SEED>>>", "<<<EOD>>>", "<<<END SEED>>>", "<<<FIN>>>", "[END FILE]", "[END OF FILE]", "**[END FILE]**", "<END FILE>", "--- END FILE ---", "-----END FILE-----",
            "=== END OF FILE ===", "===== END FILE: a.txt =====", "<!-- END FILE -->", "<|endoftext|>", "<|im_end|>", "<|eot_id|>", "<|end_of_text|>", "`<|endoftext|>`", "<</FILE>>", "*** END OF DOCUMENT ***",
            # comments and headings
            "# END FILE", "## END FILE", "// END FILE", "/* END FILE */", "-- END FILE", "; END FILE", "% END FILE", "(* END FILE *)", "# END OF FILE", "# END FILE: a.txt", "#### END FILE: b c.txt", "# END FILE a.txt",
            "# --- END FILE ---", "// end file", "# end file a.txt", "/* end file: a.txt */", "<!-- end file: a.txt -->", "<!-- END OF FILE: a.txt -->", "### END FILE ###", "# FILE END",
            # drawn lines
            "--- end file ---", "--- End of File ---", "=== end of file: a.txt ===", "==END FILE==", "--END FILE--", "__END_FILE__", "%% END FILE %%", "~~~ END FILE ~~~", "+++ END FILE +++", "─── END FILE ───", "—— END FILE ——",
            "═══ END OF FILE ═══", "=== END a.txt ===", "--- END: a.txt ---", "--- EOF ---", "=== EOF ===", "--- END OF BUNDLE ---", "--- END FILE d1 (a.txt) ---", "**END FILE**", "*END FILE*", "@@@ END OF THE FILE @@@", "-----  END_OF_FILE  -----",
            "--- FILE END ---", "--- file end ---",
            # brackets
            "[END FILE a.txt]", "[END OF FILE: a.txt]", "[/FILE]", "[/file]", "[EOF]", "(END FILE)", "{END FILE}", "[[END FILE]]", "{{END FILE}}", "[END_FILE]", "[end of file]", "[file end]", "[FILE END]", "[END BUNDLE]", "[end_doc]", "【END FILE】", "<EOF>",
            "<END_FILE>", "<FILE_END>", "<end of file>",
            "<<<END OF FILE>>>", "<<<DOC END>>>", "<<<END DOCUMENT 3>>>", "<<</>>>", "<<<>>>", ">>>END FILE<<<", ">>> END FILE <<<", ">>>END<<<", "<<< END FILE", "<<<END FILE>>", "<<END FILE>>>", "<<<---END--->>>", "<<<===END FILE===>>>",
            "<<<CLOSE>>>", "<<<~FILE>>>", "<<<\\FILE>>>", "<<</BUNDLE>>>", "<<<ENDE>>>", "<<<FIN DE FICHIER>>>", "<<<КОНЕЦ>>>", "<<<конец файла>>>", "<<<文件结束>>>", "<<<終わり>>>", "<<<END FILE>>>.", "- <<<END FILE>>>", "// <<<END FILE>>>",
            "<p><<<END FILE>>></p>", "<<<END>>><br>", "<!-- <<<END FILE>>> -->", "&lt;&lt;&lt;END FILE&gt;&gt;&gt;", "&lt;&lt;&lt;END&gt;&gt;&gt;", "＜＜＜END FILE＞＞＞", "《《《END》》》", "«««END»»»", "\\<\\<\\<END FILE\\>\\>\\>",
            # beginnings, and tokens of language models
            "=== FILE: a.txt ===", "--- BEGIN FILE: a.txt ---", "=== START OF FILE ===", "[BEGIN FILE]", "# BEGIN FILE a.txt", "<|file_sep|>", "<|end_of_file|>", "<|/file|>", "<｜end▁of▁sentence｜>", "<｜Assistant｜>",
        )),
        *((line, False) for line in ("<<<END", "<<<endless love>>>", "<<<END>>> of it", "see <<<END>>>", "<<END>>", "<END>", "<<<ENDING>>>", "-----END CERTIFICATE-----", "END FILE", "</file>", "</s>", "[END]", "The token <|endoftext|> ends it", "<|x|>", "=== END ===",
            "*** END OF THE EBOOK ***", "At the END OF FILE", "<<EOF", "# END", "| <|end|> | a |", "END OF FILE ---", "[ENDORSED]", "#endif // END FILE", "<<<TEXT>>>", "--- END ---", "<<</p>>>", "<<<END <b>>>>",
            "# End of file", "## End File", "- END FILE", "> END FILE", '"END FILE"', "`END FILE`", "* end of file", "1. END FILE", "# END FILE TRANSFERS NOW", "[End of document]", "--- End of Document ---", "*** THE END ***", "# The end",
            "- End of the file system", "- File: a.txt", "# File: a.txt", "## FILE: a.txt", "[[File:a.jpg]]", "/file", "/end", "- [file](x)", "-- End of story", "« End of file » he said", "-----BEGIN PGP MESSAGE-----", "<document>", "<file>",
            "(end of file)", "*End of file*", "| END FILE | x |", "| END FILE |x", "- end file", "--- end", "*** START OF THE PROJECT GUTENBERG EBOOK ***", "<!-- end -->", "// end", "# end", "---", "— End of the line", '"End of file reached," he said.',
            "[END OF PART ONE]", "<<< 1 2 >>>", ">>> end", ">>> print(1)", "# EOF", "-- a.txt --", "[doc]", "--- document: x", "=== File: x ===", "* Start file transfer", "- START FILE SERVER AND WAIT", "\\end{document}", "\\begin{document}", "% end document",
            "## Start Document", "--- begin ---", "<end>", "[start]", "— END FILE? he asked, and nobody knew", "# DOCUMENT-START", "[/b]", "[/files]", "<<x>>", "cat <<EOF", "--- END FILES ---", "[END FILEX]", "# END FILE-HANDLING", "=== end of a.txt ===",
            "===END===x", "«END»", "&lt;END&gt;", "<|x|>", "<<<" + "END " * 99 + ">>>", "(END FILE", "# End File: how to", "<< >>", "--- END FILE transfers to --- us",
        )),
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", [b"", V1])
@pytest.mark.parametrize("is_pure", [False, True])
def test_lines_of_other_bundles(
    monkeypatch: pytest.MonkeyPatch, first: bytes, line: str, is_pure: bool, is_reported: bool
) -> None:
    if is_pure:
        monkeypatch.setattr("corpusfmt.formats.seed.read.KERNEL", None)
    source = first + f"<<<FILE d1 a>>>\none\n{line}\n<<<FILE d2 b>>>\ntwo\n{line}\nx\n".encode()
    more = len(first) > 0
    assert told(source) == ([("SEED018", "note", 3 + more), ("SEED018", "note", 6 + more)] if is_reported else [])


@pytest.mark.parametrize(
    ("end", "lines"),
    [
        ("x\n```\n", [3]), ("x\n```\n\nI hope this helps!\n", [3, 5]), ("x\n\nLet me know if you need more.\n", [4]), ("x\n\n---\nThese are the three files.\nAnything else?\n", [5]),
        ("x\n\nThose are all the files. Would you like me to add more?\n", [4]), ("x\n\n**Let me know** what to change\n", [4]), ("x\n\nI've created the files.", [4]),
        ("x\n\nLass mich wissen, ob es passt.\n", [4]), ("x\n\nN’hésitez pas !\n", [4]), ("x\n\nEspero que esto ayude.\n", [4]), ("x\n\nДайте знать!\n", [4]), ("x\n\n希望这对你有帮助。\n", [4]),
        *((f"x\n\n{line}\n", [4]) for line in (
            "That's all the files.", "If you'd like, I can add more.", "Happy coding!", "*(The rest is unchanged.)*", "... (remaining files omitted for brevity)", "[... truncated ...]",
            "[Output truncated due to length]", "Due to length limits, more later.", "I'll stop here.", "As an AI language model, I end here.", "I can't continue with this.", "Continue?",
            "Shall I continue with the next files?", "I trust this meets your needs.", "Please don't hesitate to reach out.", "You can save this as bundle.seed.", "I’m happy to adjust anything.",
            "Your bundle is ready.", "Note: I have left out the images.", 'Say "continue" for the rest.', "I'm sorry, but I can't finish.",
        )),
        *((f"x\n\n{line}\n", []) for line in (
            "He said that was all.", "Enjoy!", "Done.", "The rest is silence.", "Continue reading on page 5.", "That is all I know about the war.", "Please do not hesitate to contact me.",
            "The files are in the cabinet.", "If you would like to visit, call us.", "Due to the weather we stayed in.", "The other day I went home.", "I can't go on. I'll go on.", "Happy reading!",
            "Should I stay or should I go?", "The remaining soldiers fled.", "I am sorry for your loss.", "You can save money here.", "The output was small.", "THE END",
        )),
        ("x\n~~~\n", [3]), ("x\n\nLet me know.\n\\ No newline at end of file\n", [4]),
        ("```\ncode\n```\n", []), ("```python\n", []), ("x\n\nThe end.\n", []), ("Let me know if you come.\n", []), ("x\n\nHe let me know that he would come.\n", []),
        ("x\n\nIf you have eggs left, fry them.\n", []), ("x\n\nI hope this helps!\n\nAnother paragraph.\n", []), ("x\n\nLet me know." + "\ny" * 600 + "\n", []), ("", []), ("\n", []),
        ("```\n" + "y\n" * 600, []),
        ("x\nEOF\n", [3]), ("x\n`EOF`", [3]), ("x\n--EOF--\n", [3]), ("EOF\n", [2]), ("x\n</s>\n", [3]), ("x\n<end_of_turn>\n", [3]), ("x\n[/INST]\n", [3]), ("x\nEOF\n\\ No newline at end of file\n", [3]),
        ("cat > a <<EOF\nx\nEOF\n", []), ("cat <<-'EOF'\nx\nEOF\n", []), ("<s>x\n</s>\n", []), ("x EOF\n", []), ("x\nEOF\ny\n", []), ("GEOF\n", []), ("x 1\n# EOF\n", []),
    ],
)  # fmt: skip
def test_what_a_language_model_puts_at_the_end(end: str, lines: list[int]) -> None:
    source = V1 + b"<<<FILE d0 a>>>\nx\n```\n\nLet me know.\n<<<FILE d1 a>>>\n" + end.encode()
    found = [one for one in told(source) if one[0] != "SEED015"]
    assert found == [("SEED018", "note", line + 6) for line in lines]


def test_lines_of_all_kinds_are_found_in_linear_time() -> None:
    pieces = [
        b"<p>", b"* ", b"**<<<FILE ", b"<<<FILE a b>>>", "»>".encode(), "»".encode(), b"&gt;&gt;", b">>-->", b"<<<END", b"<<<END>", b"\\<", b"&lt;&lt;&lt;FILE ", b"\n```", b"\n\n", b"if you ",
        b"\n<<<<<<< a", b"\n<<<END>>>", b"\n[END FILE ", b"\n--- END FILE (", b"\n<b><b>", b"\n&lt;", b"\n&", b"&", b"\n=\xe2\x95\x90", b"- ", b"\n- end of the ", b"<|", b"\n<<", b"\n<<<END", b"\n\\<<<FILE ", b"\n\\\\ No newline at end of file", b"> ", b">>> <b>", b"\xc2\xab", b"\xe2\x80\xb9", b"&#60;", b"&lt;", b"END FILE ", b"[END FILE ", b"\n<<<<<<<", b"\n=======", b"\n>>>>>>> a", b"=", b"\xc2\xa0", b"<<\xc2\xa0", b"\n**<<<FILE a b>>>** <b", b"let me know ",
    ]  # fmt: skip
    for piece in pieces:
        for head in (b"", b"**<<<FILE a b>>>"):
            with ends():
                told(b"<<<FILE d1 a>>>\n " + head + piece * (80_000 // len(piece)))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("text\n\n```\ncode\n", 0), ("text\n```\n", 1), ("text\n```", 1), ("text\n```\n\nmore\n", 1), ("```\ncode\n```\n", 0),
    ],
)  # fmt: skip
def test_the_end_of_a_code_block_is_told_from_a_beginning(text: str, count: int) -> None:
    found = [one.code for one in findings(scan(FORMAT, f"<<<FILE d1 a>>>\n{text}".encode()))]
    assert found.count("SEED018") == count


def test_a_diff_in_a_plain_file_is_none_of_version_1() -> None:
    diff = b"<<<FILE d1 a.diff>>>\n--- a\n+++ b\n@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n"
    assert not findings(scan(FORMAT, diff))


@pytest.mark.parametrize(
    ("header", "fixed"),
    [
        (b"<<<FILE d2 long name\nhere.txt>>>\n", b"<<<FILE d2 long name here.txt>>>\n"),
        (b"<<<FILE d2 long name \nhere.txt>>>\r\n", b"<<<FILE d2 long name here.txt>>>\r\n"),
        (b"<<<FILE d2\nlong name.txt>>>\n", b"<<<FILE d2 long name.txt>>>\n"),
        (b"<<<FILE d2 a.txt\n>>>\n", b"<<<FILE d2 a.txt>>>\n"),
        (b"<<<FILE d2 a\n  very\nlong\nname.txt>>>\n", b"<<<FILE d2 a very long name.txt>>>\n"),
        (b"<<<FILE d2 a.txt\nfour\nlines\nof\ntext>>>\n", b"<<<FILE d2 a.txt>>>\nfour\nlines\nof\ntext>>>\n"),
        (b"<<<FILE d2 a.txt\ntext\n", b"<<<FILE d2 a.txt>>>\ntext\n"),
        (b"<<<FILE d2 a.txt>>\ntext>>>\n", b"<<<FILE d2 a.txt>>>\ntext>>>\n"),
    ],
)
def test_a_header_that_was_wrapped_is_joined(header: bytes, fixed: bytes) -> None:
    data = b"<<<FILE d1 a.txt>>>\none\n" + header + b"two\n<<<FILE d3 c.txt>>>\nthree\n"
    (found,) = findings(scan(FORMAT, data))
    assert (found.code, found.line) == ("SEED002", 3)
    assert found.edit is not None
    at, length, replacement, safe = found.edit
    assert not safe
    assert data[:at] + replacement + data[at + length :] == data.replace(header, fixed)


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (
            b"<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\nbody\n \\ No newline at end of file\n",
            "if the text has no final newline",
        ),
        (b"<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\n <<<META {}>>>\nbody\n", "on the line after the header"),
        (b"<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\nbody\n<<<FILE d2>>\nbody\n", "write a backslash before it"),
        (b"<<<FILE d1 a.txt>>>\nbody\n<<<FILE d2>>\nbody\n", "convert the file to version 1"),
    ],
)
def test_what_to_do_fits_the_line(data: bytes, hint: str) -> None:
    (found,) = findings(scan(FORMAT, data))
    assert hint in found.hint


def test_so_many_lines_of_a_text_are_looked_at_for_ends_of_files() -> None:
    lines = b"".join(b"<<FILE a %d>>>\n" % number for number in range(1000))
    few, many = lines + b"<<<END FILE>>>\n", lines * 60 + b"<<<END FILE>>>\n"
    assert [line for _, line in delimiters(few)] == [b"<<<END FILE>>>"]
    assert list(delimiters(many)) == []
