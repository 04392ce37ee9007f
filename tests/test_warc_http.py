"""HTTP messages as archives have them: headers, chunks, codings, encodings; and the text of pages."""

from __future__ import annotations

import gzip
import random
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from corpusfmt.formats.warc.charsets import web_charset
from corpusfmt.formats.warc.codings import HTTPFault
from corpusfmt.formats.warc.html import as_html, text_of, text_of_bytes
from corpusfmt.formats.warc.http import (
    Content,
    Message,
    content_of,
    dechunked,
    final_message,
    media_type,
    parse_message,
    said_type,
)
from corpusfmt.model.errors import ConfigurationError
from tests.support import DATA, headed, needs_data
from tests.warcs import docs, found, page

LIMIT = 1 << 28
PAGE = b"<!DOCTYPE html><title>T</title><p>A page of some length, a page of some length.</p>\n" * 20


def raw_deflate(data: bytes) -> bytes:
    encoder = zlib.compressobj(9, zlib.DEFLATED, -15)
    return encoder.compress(data) + encoder.flush()


def brotli_compress(data: bytes) -> bytes:
    packed: bytes = pytest.importorskip("brotli").compress(data, quality=5)
    return packed


CODERS: dict[str, tuple[str, Any]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZip", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "deflate": ("deflate", raw_deflate),
    "zstd": ("zstd", zstandard.ZstdCompressor().compress),
    "br": ("br", brotli_compress),
}
every_coding = pytest.mark.parametrize("name", CODERS)


def response(body: bytes, *fields: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *fields, "", ""]).encode("latin-1") + body


def content(block: bytes, limit: int = LIMIT) -> Content:
    return content_of(block, parse_message(block), limit)


def chunks(*parts: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + end


def fault_of(block: bytes, limit: int = LIMIT) -> HTTPFault:
    with pytest.raises(HTTPFault) as caught:
        content(block, limit)
    assert 0 <= caught.value.at <= len(block)
    assert caught.value.message.isprintable()
    assert caught.value.message == str(caught.value)
    return caught.value


def damaged(block: bytes) -> Content:
    """The content of a block that cannot be decoded to its end."""
    found = content(block)
    assert found.damage
    assert found.damage.isprintable()
    return found


# -- the header --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "status", "fields", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nx", 200, [("a", "b")], b"x"),
        (b"HTTP/1.1 200 OK\nA: b\n\nx", 200, [("a", "b")], b"x"),
        (b"HTTP/1.1 200 OK\r\nA: b\n\r\nx", 200, [("a", "b")], b"x"),
        (b"HTTP/1.1 404\r\n\r\nx", 404, [], b"x"),
        (b"HTTP/1.0 301 \r\n\r\n", 301, [], b""),
        (b"HTTP/2 200\r\na:b\r\n\r\nx", 200, [("a", "b")], b"x"),
        (b"HTTP/1.1  200  Fine \xe9\r\n\r\n\r\nx", 200, [], b"\r\nx"),
        (b"\r\nHTTP/1.1 200 OK\r\n\r\nx", 200, [], b"x"),
        (b"\r\n \tHTTP/1.1 404 None\r\n\r\n  x", 404, [], b"  x"),
        (b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", 0, [("host", "h")], b""),
        (b"GET /a b c HTTP/1.1\r\n\r\nq", 0, [], b"q"),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n  c\r\n\td\r\nE:\r\n\r\nx", 200, [("a", "b c d"), ("e", "")], b"x"),
        (b"HTTP/1.1 200 OK\r\nrubbish\r\n:status: 200\r\nA : b \r\n\r\nx", 200, [("a", "b")], b"x"),
        (b"HTTP/1.1 200 OK\r\nA: \xe9\xff\r\nA: 2\r\n\r\n", 200, [("a", "\xe9\xff"), ("a", "2")], b""),
        (b"HTTP/1.1 200 OK\r\nA: b:c\x85\xa0\r\n\r\n", 200, [("a", "b:c\x85\xa0")], b""),
        (b"HTTP/1.1 200 OK\r\nA: b", 200, [("a", "b")], b""),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n", 200, [("a", "b")], b""),
        (b"HTTP/1.1 200 OK", 200, [], b""),
    ],
)  # fmt: skip
def test_a_message(block: bytes, status: int, fields: list[tuple[str, str]], body: bytes) -> None:
    message = parse_message(block)
    assert message[:2] == (status, fields)
    assert block[message.body :] == body


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"HTTP 200 OK", 200), (b"HTTP/1.1200 OK", 200), (b"HTTP/1.1404 Not Found", 404), (b"ICY 200 OK", 200), (b"200 OK", 200),
        (b"HTTP/1.1: 503 Busy", 503), (b"http/1.1 301 Moved", 301), (b"HTTP/1.0 200OK", 200), (b"HTTP/1.x 404 None", 404),
        (b"HTTP/1.1 +200", 200),  (b"HTTP1.1 500", 500), (b"HTTP/1,1 302 Found", 302), (b"HTTP/ 410 Gone", 410),
        (b"HTTP/1.10 404 None", 404), (b"HTTPS/1.1 206 Part", 206), (b"HTTP/1.1 200\xc2\xa0OK", 200),
        (b"RTSP/1.0 404 None", 404), (b"UNKNOWN 404 None", 404), (b"UNKNOWN 200 OK", 200), (b"XTTP/1.1 301 Moved", 301),
        # No status at all: it is taken for 200.
        (b"UNKNOWN", 200), (b"SSH-2.0-OpenSSH", 200), (b"-", 200),
        (b"HTTP/1.1", 200), (b"HTTP/1.1 OK", 200), (b"HTTP/1.1 20", 200), (b"HTTP/1.1 2000", 200), (b"HTTP/1.1 0 unknown", 200),
    ],
)  # fmt: skip
def test_an_odd_status_line_costs_nothing_but_a_remark(line: bytes, status: int) -> None:
    block = line + b"\r\nA: b\r\n\r\nx"
    message = parse_message(block)
    assert (message.status, message.fields, block[message.body :]) == (status, [("a", "b")], b"x")
    assert message.remark.startswith(
        "expected 'HTTP/1.1 200 OK', found 'HTTP" if line[:4] == b"HTTP" else "expected 'HTTP/1.1"
    )
    assert message.remark.isprintable()


@pytest.mark.parametrize(
    ("block", "fields", "body", "remark"),
    [
        (b"", [], b"", "expected 'HTTP/1.1 200 OK', found ''"),
        (b"<html>\n\nx", [], b"<html>\n\nx", "expected 'HTTP/1.1 200 OK', found '<html>'"),
        (b"\x1b[31m\xe2\x80\xae", [], b"\x1b[31m\xe2\x80\xae", "expected 'HTTP/1.1 200 OK', found '\\x1b[31m\\u202e'"),
        (b"\r\nA: b\r\nC: d\r\n\r\nx", [("a", "b"), ("c", "d")], b"x", "expected 'HTTP/1.1 200 OK', found 'A: b'"),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n<p>x\n\ny", [("a", "b")], b"<p>x\n\ny", "the HTTP header has no end before the body"),
        (b"HTTP/1.1 200 OK\r\nA: b", [("a", "b")], b"", "the HTTP header has no end"),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n", [("a", "b")], b"", "the HTTP header has no end"),
        (b"HTTP/1.1 200 OK\r\n\r\n", [], b"", ""),
        (b"HTTP/1.1 200 OK\r\nA: <b>\r\n\r\n", [("a", "<b>")], b"", ""),
        (b"Chapter 404 begins\n\nx: y\n", [], b"Chapter 404 begins\n\nx: y\n", "expected 'HTTP/1.1 200 OK', found 'Chapter 404 begins'"),
        (b"<p>\nX: y\n\nz", [], b"<p>\nX: y\n\nz", "expected 'HTTP/1.1 200 OK', found '<p>'"),
    ],
)  # fmt: skip
def test_a_header_that_is_none_or_not_whole(
    block: bytes, fields: list[tuple[str, str]], body: bytes, remark: str
) -> None:
    message = parse_message(block)
    assert (message.status, message.fields, block[message.body :], message.remark) == (200, fields, body, remark)


@pytest.mark.parametrize(("value", "status"), [(b"404 Not Found", 404), (b"503", 503), (b"done", 200), (b"2000", 200)])
def test_a_status_that_stands_in_a_field(value: bytes, status: int) -> None:
    assert parse_message(b"Status: " + value + b"\r\nA: b\r\n\r\nx").status == status
    assert parse_message(b"HTTP/1.1 200 OK\r\nStatus: " + value + b"\r\n\r\nx").status == 200


CONNECTED = b"HTTP/1.0 200 Connection established\r\n"
PROPER = b"HTTP/1.1 404 None\r\nA: b\r\n\r\n"


@pytest.mark.parametrize(
    "before",
    [
        b"", CONNECTED + b"\r\n", CONNECTED + b"Proxy-Agent: p/1\r\n\r\n", CONNECTED + b"Content-Type: text/html\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n", CONNECTED + b"\r\nHTTP/1.1 103 Early Hints\r\nLink: l\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n",
    ],
)  # fmt: skip
def test_the_message_of_the_server_follows_others(before: bytes) -> None:
    block = before + PROPER + b"x"
    message, start = final_message(block)
    assert (message.status, start, block[start + message.body :]) == (404, len(before), b"x")


@pytest.mark.parametrize(
    "block",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + PROPER, b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 is a protocol\r\n\r\n",
        b"HTTP/1.1 404 None\r\n\r\n" + PROPER, b"HTTP/1.1 200 OK\r\n\r\n",
    ],
)  # fmt: skip
def test_a_body_about_http_is_a_body(block: bytes) -> None:
    message, start = final_message(block)
    assert (start, message) == (0, parse_message(block))


def test_messages_before_the_last_one_are_looked_through_up_to_a_number() -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    assert final_message(interim * 100 + PROPER)[1] == 8 * len(interim)
    with pytest.raises(HTTPFault) as caught:
        final_message(interim + b"HTTP/1.1 200 OK\r\nA: " + b"x" * 66000 + b"\r\n\r\n")
    assert caught.value.at == len(interim) + 17


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (("text/html; charset=iso-8859-2", "text/html"), ("text/html", "iso-8859-2")),
        (("text/html; charset=iso-8859-2", "text/plain"), ("text/plain", "")),
        (("text/html; charset=iso-8859-2", "text/html; charset=utf-8"), ("text/html", "utf-8")),
        (("text/html; charset=utf-8", "*/*"), ("text/html", "utf-8")), (("text/html", "none"), ("text/html", "")),
        (("*/*",), ("", "")), (("unknown/unknown",), ("", "")), (("application/unknown", "Text/HTML"), ("text/html", "")), ((), ("", "")),
    ],
)  # fmt: skip
def test_the_type_of_several_fields(fields: tuple[str, ...], expected: tuple[str, str]) -> None:
    block = response(b"", *[f"Content-Type: {value}" for value in fields])
    assert said_type(parse_message(block)) == expected


@pytest.mark.parametrize(
    ("block", "at"),
    [
        (b"HTTP/1.1 200 OK\r\nA: " + b"x" * 66000 + b"\r\n\r\n", 17),
        (b"HTTP/1.1 200 " + b"x" * 66000, 0),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200_000 + b"\r\n", 1 << 20),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200_000, 1 << 20),
    ],
    ids=range(4),
)
def test_a_header_that_is_too_long(block: bytes, at: int) -> None:
    with pytest.raises(HTTPFault) as caught:
        parse_message(block)
    assert (caught.value.kind, caught.value.at) == ("header", at)
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text/html", ("text/html", {})),
        (" Text/HTML ; Charset=UTF-8", ("text/html", {"charset": "UTF-8"})),
        ('text/html;charset="a\\"b;c"; x=y', ("text/html", {"charset": 'a"b;c', "x": "y"})),
        ("text/html; a=1; a=2", ("text/html", {"a": "1"})),
        ("text/html charset=x", ("text/html", {"charset": "x"})),
        ("text/html; charset = x ;", ("text/html", {"charset": "x"})),
        ("text/html; charset=x, text/plain", ("text/html", {"charset": "x"})),
        ("text/html;;; flag; charset=", ("text/html", {"charset": ""})),
        ('text/html; charset="cut', ("text/html", {"charset": "cut"})),
        ("application/vnd.a+xml", ("application/vnd.a+xml", {})),
        ("", ("", {})),
        ("html", ("", {})),
        ("text/", ("", {})),
        ("te\xe9xt/html", ("", {})),
        ("; charset=x", ("", {})),
    ],
)
def test_a_media_type(value: str, expected: tuple[str, dict[str, str]]) -> None:
    assert media_type(value) == expected


# -- chunks ------------------------------------------------------------------------------------------------------------


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=6))
def test_chunks_come_back(parts: list[bytes]) -> None:
    block = response(chunks(*parts), "Transfer-Encoding: chunked")
    assert content(block)[2:5] == (b"".join(parts).removeprefix(b"\xef\xbb\xbf"), -1, "") or parts
    typed = response(chunks(*parts), "Transfer-Encoding: chunked", "Content-Type: image/x")
    assert content(typed)[2:5] == (b"".join(parts), -1, "")
    assert dechunked(chunks(*parts)) == b"".join(parts)
    assert dechunked(chunks(*parts).replace(b"\r\n", b"\n")) is not None or any(b"\r" in part for part in parts)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"0\r\n\r\n", b""),
        (b"3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (b"3;x=y;z\r\nabc\r\n0;w\r\n\r\n", b"abc"),
        (b"03 \r\nabc\r\n000\r\n\r\n", b"abc"),
        (b"3\nabc\n0\n\n", b"abc"),
        (b"3\r\nabc\r\n0\r\nTrailer: x\r\nB: y\r\n\r\n", b"abc"),
        (b"A\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
        (b"3\r\nabc\r\n0\r\n", b"abc"),
        (b" 3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (b"0x3\r\nabc\r\n0X0\r\n\r\n", b"abc"),
    ],
)  # fmt: skip
def test_chunks(body: bytes, expected: bytes) -> None:
    block = response(body, "Transfer-Encoding: Chunked")
    assert content(block)[2:5] == (expected, -1, "")
    assert content(block).damage == ""
    assert dechunked(body) == expected


@pytest.mark.parametrize(
    ("body", "text", "wrong"),
    [
        # Cut.
        (b"3\r\nabc\r\n", b"abc", "ends early, before the size of a chunk"),
        (b"3\r\nabc", b"abc", "ends early, before the size of a chunk"),
        (b"9\r\nabc\r\n0\r\n\r\n", b"abc\r\n0\r\n\r", "ends early, before the size of a chunk"),
        (b"9\r\nabc", b"abc", "ends early, in a chunk of 9 bytes"),
        # Followed by something.
        (b"3\r\nabc\r\n0\r\n\r\n\r", b"abc", "expected the end of the body after the last chunk, found '\\r'"),
        (b"3\r\nabc\r\n0\r\n\r\n\0\0", b"abc", "expected the end of the body after the last chunk"),
        (b"3\r\nabc\r\n0\r\n\r\nmore", b"abc", "expected the end of the body after the last chunk, found 'more' (bytes left: 4)"),
        (b"3\r\nabc\r\n0\r\nrubbish", b"abc", "expected a trailer field or the end, found 'rubbish'"),
        # Line ends too few, and too many.
        (b"3\r\nabc3\r\ndef\r\n0\r\n\r\n", b"abcdef", "expected a line end after a chunk, found '3\\r\\ndef"),
        (b"3\r\nabc\r\n\r\n3\r\ndef\r\n0\r\n\r\n", b"abcdef", "expected a line end after a chunk"),
        (b"3\r\nabc\r3\r\ndef\r\n0\r\n\r\n", b"abcdef", "expected a line end after a chunk"),
        # A size that is wrong or none.
        (b"3\r\nabc\r\nzz\r\n", b"abc", "expected the size of a chunk, found 'zz"),
        (b"3\r\nabc\r\n-1\r\n", b"abc", "expected the size of a chunk"),
        (b"3\r\nabc\r\n" + b"f" * 17 + b"\r\n", b"abc", "expected the size of a chunk"),
        (b"3\r\nabc\r\n2\r\ndez\r\n0\r\n\r\n", b"abcde", "expected a line end after a chunk, found 'z"),
    ],
)  # fmt: skip
def test_chunks_that_are_wrong_give_what_they_hold(body: bytes, text: bytes, wrong: str) -> None:
    found = damaged(response(body, "Transfer-Encoding: chunked"))
    assert (found.data, found.remark) == (text, "")
    assert wrong in found.damage
    assert dechunked(body) is None


@pytest.mark.parametrize(
    "body",
    [b"2020\nwas a year", b"1\nhello world", b"beef\nis a word", b"2\r\nabx\r\n", b"add; or not\ntext", b"zz\r\nabc"],
)
def test_a_text_that_begins_like_a_chunk_is_none(body: bytes) -> None:
    found = content(response(body, "Transfer-Encoding: chunked"))
    assert (found.data, found.remark, found.damage) == (
        body,
        "the body is not chunked, although the header says so",
        "",
    )


CHUNKED = "Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    ("fields", "remark"),
    [
        ((), "the body is chunked, although the header does not say so"), ((CHUNKED,), "the body is chunked twice"),
        ((CHUNKED, CHUNKED), ""), (("Transfer-Encoding: chunked, chunked",), ""),
    ],
)  # fmt: skip
def test_a_body_that_is_chunked_more_often_than_the_header_says(fields: tuple[str, ...], remark: str) -> None:
    body = chunks(PAGE[:100], PAGE[100:])
    found = content(response(chunks(body) if fields else body, *fields))
    assert (found.data, found.damage, found.start, found.remark) == (PAGE, "", -1, remark)
    packed = content(response(chunks(gzip.compress(PAGE)), "Content-Encoding: gzip"))
    assert packed.data == PAGE


@pytest.mark.parametrize(
    "body", [b"0\r\n\r\n", b"3\r\nabc\r\n0\r\n", b"3\nabc\n0\n\n", b"\r\n0\r\n\r\n", b"a\r\n0\r\n\r\n"]
)
def test_a_text_of_numbers_is_not_chunked(body: bytes) -> None:
    assert content(response(body)).data == body


@pytest.mark.parametrize("blank", [b"\r\n", b"\n", b"\r\n\r\n", b"\n\n\n\n"])
def test_blank_lines_before_a_coded_body(blank: bytes) -> None:
    remark = "blank lines stand before the body"
    for body, fields in (
        (chunks(PAGE), (CHUNKED,)), (gzip.compress(PAGE), ("Content-Encoding: gzip",)),
        (zstandard.ZstdCompressor().compress(PAGE), ("Content-Encoding: zstd",)),
        (chunks(gzip.compress(PAGE)), ("Content-Encoding: gzip", CHUNKED)),
    ):  # fmt: skip
        found = content(response(blank + body, *fields))
        assert (found.data, found.remark) == (PAGE, remark)
    within = content(response(chunks(blank + gzip.compress(PAGE)), "Content-Encoding: gzip", CHUNKED))
    assert (within.data, within.remark) == (PAGE, remark)
    assert content(response(blank + PAGE)).data == blank + PAGE
    plain = content(response(blank + PAGE, "Content-Encoding: gzip", CHUNKED))
    assert (plain.data, "blank" in plain.remark) == (blank + PAGE, False)


def test_a_body_stored_without_its_chunks_is_taken_as_it_is() -> None:
    block = response(PAGE, "Transfer-Encoding: chunked", "Content-Type: text/html")
    found = content(block)
    assert (found.data, block[found.start :]) == (PAGE, PAGE)
    assert found.remark == "the body is not chunked, although the header says so"
    assert dechunked(PAGE) is None


# -- codings -----------------------------------------------------------------------------------------------------------


@every_coding
@given(data=st.binary(min_size=1, max_size=3000) | st.just(PAGE), cut=st.integers(1, 50))
def test_codings_come_back(name: str, data: bytes, cut: int) -> None:
    label, coder = CODERS[name]
    packed = coder(data)
    fields = ["Content-Type: application/x", f"Content-Encoding: {label}"]
    assert content(response(packed, *fields))[:5] == ("application/x", None, data, -1, "")
    parts = [packed[i : i + cut] for i in range(0, len(packed), cut)]
    assert content(response(chunks(*parts), *fields, "Transfer-Encoding: chunked")).data == data
    fields[1] = "Transfer-Encoding: " + label
    assert content(response(chunks(*parts), *fields, "Transfer-Encoding: chunked")).data == data


def test_codings_in_a_row_are_undone_from_the_last() -> None:
    packed = gzip.compress(zlib.compress(zstandard.compress(PAGE)))
    for fields in (["zstd, deflate, gzip"], ["zstd", "Deflate", "identity,,X-gzip"]):
        block = response(packed, *[f"content-encoding: {field}" for field in fields])
        assert content(block)[2:5] == (PAGE, -1, "")


def test_a_zstd_frame_without_a_sound_header_is_damaged() -> None:
    found = damaged(response(b"\x28\xb5\x2f\xfd\x08" + bytes(30), "Content-Encoding: zstd"))
    assert (found.data, "is damaged" in found.damage) == (b"", True)


def test_members_and_frames_in_a_row() -> None:
    assert content(response(gzip.compress(b"a") + gzip.compress(b"b"), "Content-Encoding: gzip")).data == b"ab"
    frames = zstandard.compress(b"a") + b"\x50\x2a\x4d\x18\x02\x00\x00\x00xx" + zstandard.compress(b"b")
    assert content(response(frames, "Content-Encoding: zstd")).data == b"ab"
    assert content(response(frames[len(zstandard.compress(b"a")) :], "Content-Encoding: zstd")).data == b"b"


@pytest.mark.parametrize("flags", range(32))
def test_every_field_of_a_gzip_header_is_read(flags: int) -> None:
    packed = headed(PAGE, flags)
    assert content(response(packed + packed, "Content-Encoding: gzip")).data == PAGE + PAGE
    for cut in range(2, len(packed)):
        found = damaged(response(packed[:cut], "Content-Encoding: gzip"))
        assert "ends early" in found.damage
        assert PAGE.startswith(found.data)


def test_a_long_gzip_header_is_read() -> None:
    """The library is handed 4 KiB at first, and refuses sound headers that it gets in parts."""
    packed = headed(PAGE, 31, name=b"n" * 5000)
    assert content(response(packed, "Content-Encoding: gzip")).data == PAGE


def test_a_faulty_gzip_header_is_damage() -> None:
    for packed, what in (
        (headed(PAGE, 2, 1), "wrong checksum"), (headed(PAGE, 32), "unknown flags"), (b"\x1f\x8b\x07" + headed(PAGE, 0)[3:], "unknown compression"),
    ):  # fmt: skip
        found = damaged(response(headed(PAGE, 0) + packed, "Content-Encoding: gzip"))
        assert f"is damaged ({what}" in found.damage
        assert found.data == PAGE


def test_a_frame_that_holds_less_than_it_says_is_damaged() -> None:
    text = b"0123456789" * 25
    blocks = (8 * 250).to_bytes(3, "little") + text + b"\x18\0\0abc\1\0\0"  # the last of them is empty
    sound, short = (b"\x28\xb5\x2f\xfd\x20" + bytes([size]) + blocks for size in (253, 255))
    for before, more in ((b"", b""), (zstandard.compress(PAGE), PAGE), (b"\x50\x2a\x4d\x18\2\0\0\0xx", b"")):
        assert content(response(before + sound, "Content-Encoding: zstd")).data == more + text + b"abc"
        found = damaged(response(before + short, "Content-Encoding: zstd"))
        assert "is damaged (a frame of 255 bytes has 253)" in found.damage
        assert found.data == more + text + b"abc"


LINES = b"".join(b"line %d of %d\n" % (n, n * n) for n in range(20_000))


@every_coding
@pytest.mark.parametrize("data", [PAGE, b"a", b"<p>x</p>"])
def test_a_coded_body_that_is_cut_or_followed_by_rubbish_gives_its_text(name: str, data: bytes) -> None:
    label, coder = CODERS[name]
    packed = coder(data)
    for size in range(2, len(packed)):  # of one byte alone nobody knows whether it is text
        found = damaged(response(packed[:size], f"Content-Encoding: {label}"))
        assert data.startswith(found.data)
    for rubbish in (b"x", b"\0" * 9, PAGE):
        found = damaged(response(packed + rubbish, f"Content-Encoding: {label}"))
        assert found.data == data
        assert found.damage.endswith("followed by other data")


@every_coding
def test_of_a_long_body_that_is_cut_or_damaged_only_the_end_is_missing(name: str) -> None:
    label, coder = CODERS[name]
    packed = coder(LINES)
    half = len(packed) // 2
    for body in (packed[:half], packed[:half] + b"\xff" * 9 + packed[half + 9 :]):
        found = content(response(body, f"Content-Encoding: {label}"))
        assert found.damage or (name == "deflate" and len(body) == len(packed))  # which has no checksum
        assert found.data[: len(LINES) // 4] == LINES[: len(LINES) // 4]


@pytest.mark.parametrize("name", ["gzip", "zlib", "zstd"])
@pytest.mark.parametrize("data", [b"a", PAGE, LINES])
def test_a_wrong_check_sum_is_found_and_costs_no_text(name: str, data: bytes) -> None:
    label, coder = CODERS[name]
    packed = zstandard.ZstdCompressor(write_checksum=True).compress(data) if name == "zstd" else coder(data)
    at = len(packed) - (5 if name == "gzip" else 1)
    for before in (b"", packed):
        wrong = before + packed[:at] + bytes([packed[at] ^ 1]) + packed[at + 1 :]
        found = damaged(response(wrong, f"Content-Encoding: {label}"))
        assert ("is followed by other data" if before and name == "zlib" else "is damaged") in found.damage
        assert found.data == (data if not before or name == "zlib" else data + data)


@every_coding
def test_a_body_stored_decoded_is_taken_as_it_is(name: str) -> None:
    label = CODERS[name][0].lower()
    block = response(PAGE, f"Content-Encoding: {label}")
    found = content(block)
    assert found.data == block[found.start :] == PAGE
    assert found.remark == f"the body is not in '{label}', although the header says so"
    assert content(response(b"", f"Content-Encoding: {label}")).remark == ""


@pytest.mark.parametrize(
    "body", [PAGE, b"plain", "naïve".encode(), b"<p>caf\xe9", b"caf\xe9 " * 60, b"\x1b$B0!\x1b(B", "д".encode() * 200]
)
@pytest.mark.parametrize("coding", ["none", "utf-8", "UTF-8, identity", "iso-8859-1", "\x1b[31m", "compress", "x"])
def test_a_text_in_a_coding_that_nobody_knows_is_read(coding: str, body: bytes) -> None:
    found = content(response(body, f"Content-Encoding: {coding}"))
    assert (found.data, found.damage) == (body, "")
    assert "though the header says so" in found.remark
    assert found.remark.isprintable()


@pytest.mark.parametrize("body", [b"\x80\x00\x01", b"\x1f\x9d\x90abc", bytes(300)])
def test_what_is_no_text_in_an_unknown_coding_is_refused(body: bytes) -> None:
    fault = fault_of(response(body, "Content-Encoding: \x1b[31m, identity"))
    assert fault.kind == "coding"
    assert fault.message.startswith("the coding '\\x1b[31m' of the body is unknown")


@pytest.mark.parametrize("said", ["gzip", "deflate", "br", "zstd", "foo", "utf-8", "none"])
@every_coding
def test_a_body_in_another_coding_than_is_said(name: str, said: str) -> None:
    label, coder = CODERS[name]
    if name in ("br", "deflate") or (name, said) == ("zlib", "br") or said.startswith(label.lower().removeprefix("x-")):
        pytest.skip("which is not known by its beginning, or is what is said")
    packed = coder(PAGE)
    found = content(response(packed, f"Content-Encoding: {said}"))
    assert (found.data, found.damage) == (PAGE, "")
    assert found.remark == f"the body is in another coding than '{said}', which the header declares"
    assert PAGE.startswith(damaged(response(packed[:-12], f"Content-Encoding: {said}")).data)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ('"gzip"', "gzip"), ("gzip;q=1.0", "gzip"), ("application/gzip", "gzip"), ("application/x-gzip", "gzip"), ("GZip , ", "gzip"),
        ("x-deflate", "zlib"), ("zlib", "zlib"), ("brotli", "br"), (" 'br'", "br"), ("ZSTD", "zstd"),
    ],
)  # fmt: skip
def test_other_names_of_codings(said: str, name: str) -> None:
    found = content(response(CODERS[name][1](PAGE), f"Content-Encoding: {said}"))
    assert (found.data, found.remark, found.damage) == (PAGE, "", "")


def test_of_two_codings_the_inner_one_may_be_missing() -> None:
    found = content(response(gzip.compress(PAGE), "Content-Encoding: none, gzip"))
    assert (found.data, found.remark) == (PAGE, "the body is not in 'none', although the header says so")
    found = content(response(gzip.compress(PAGE), "Content-Encoding: gzip", "Content-Encoding: gzip"))
    assert (found.data, found.remark) == (PAGE, "the body is not in 'gzip', although the header says so")


def test_brotli_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "brotli", None)
    fault = fault_of(response(b"\x0b\x02\x80hello\x03", "Content-Encoding: br"))
    assert fault.kind == "coding"
    assert fault.message.endswith("install corpusfmt[web]")


# -- bounds ------------------------------------------------------------------------------------------------------------


@every_coding
@given(size=st.integers(0, 400), limit=st.integers(0, 400))
def test_never_more_than_the_limit(name: str, size: int, limit: int) -> None:
    label, coder = CODERS[name]
    data = b"abc " * (size // 4) + b"d" * (size % 4)
    for body, coding in ((coder(data), label), (data, "identity")):
        block = response(body, f"Content-Encoding: {coding}")
        if size <= limit:
            assert content(block, limit).data == data
        else:
            assert fault_of(block, limit).kind == "coding"


@every_coding
def test_a_bomb_is_defused(name: str) -> None:
    label, coder = CODERS[name]
    bomb = coder(bytes(70_000_000))
    if len(bomb) * 1000 > 70_000_000:
        bomb = coder(bomb)
        label += ", " + label
    block = response(bomb, f"Content-Encoding: {label}")
    tracemalloc.start()
    try:
        assert "contains more than" in fault_of(block).message
        assert tracemalloc.get_traced_memory()[1] < 110_000_000
        tracemalloc.reset_peak()
        assert "contains more than" in fault_of(block, 50_000).message
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


HEADS = [
    "Transfer-Encoding: chunked", "Content-Encoding: gzip", "Content-Encoding: deflate", "Content-Encoding: zstd",
    "Content-Type: text/html", "Content-Type: text/xml; charset=\xe9", "Content-Type: text/html; charset=gbk",
]  # fmt: skip
STARTS = [
    b"", b"\x1f\x8b\x08\0\0\0\0\0\0\0", b"\x78\x9c", b"\x28\xb5\x2f\xfd", b"3\r\nabc\r\n", b"<meta charset=", b"<?xml ", b"<!--",
    b"\x50\x2a\x4d\x18\0\0\0\0",
]  # fmt: skip


@given(st.lists(st.sampled_from(HEADS), max_size=3), st.sampled_from(STARTS), st.binary(max_size=200))
@example(["Content-Encoding: deflate"], b"", b"x")
def test_any_body_gives_content_or_a_fault(fields: list[str], start: bytes, rest: bytes) -> None:
    block = response(start + rest, *fields)
    try:
        found = content(block, 10_000)
    except HTTPFault as fault:
        assert fault.kind == "coding"
        assert 0 <= fault.at <= len(block)
    else:
        assert len(found.data) <= 10_000
        assert found.start == -1 or block[found.start :] == found.data


@given(st.binary(max_size=100), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"GET / HTTP/1.1\r\n", b"HTTP/2 200\n"]))
def test_any_block_gives_a_message_or_a_fault(rest: bytes, start: bytes) -> None:
    try:
        message = parse_message(start + rest)
    except HTTPFault as fault:
        assert fault.kind == "header"
        assert 0 <= fault.at <= len(start + rest)
    else:
        assert 0 <= message.body <= len(start + rest)
        content_of(start + rest, Message(message.status, [], message.body), LIMIT)


@given(st.text(max_size=60))
def test_any_value_gives_a_media_type(value: str) -> None:
    kind, _ = media_type(value)
    assert kind == kind.lower()


# -- encodings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("utf-8", None), ("UTF8", None), (" 'unicode-1-1-utf-8' ", None), ("iso-8859-1", "cp1252"), ("latin1", "cp1252"),
        ("US-ASCII", "cp1252"), ("gb2312", "gb18030"), ("GBK", "gb18030"), ("shift_jis", "cp932"), ("x-sjis", "cp932"),
        ("euc-kr", "cp949"), ("ks_c_5601-1987", "cp949"), ("big5", "big5hkscs"), ("iso-8859-9", "cp1254"),
        ("tis-620", "cp874"), ("unicode", "utf-16-le"), ("utf-16", "utf-16-le"), ("utf-16be", "utf-16-be"),
        ("windows-1251", "cp1251"), ("x-cp1251", "cp1251"), ("iso88592", "iso8859-2"), ("iso-8859-15", "iso8859-15"),
        ("koi8-r", "koi8-r"), ("euc-jp", "euc_jp"), ("iso-2022-jp", "iso2022_jp"), ("macintosh", "mac-roman"),
        ("iso-8859-8-i", "iso8859-8"), ("hz-gb-2312", "hz"), ("x-user-defined", "x-user-defined"),
    ],
)  # fmt: skip
def test_a_label(label: str, codec: str | None) -> None:
    assert web_charset(label) == codec


@pytest.mark.parametrize(
    "label", ["", "none", "base64", "rot13", "idna", "utf-7", "\0", "a" * 99, "../x", "\xe9", "a b"]
)
def test_an_unknown_label(label: str) -> None:
    with pytest.raises(LookupError):
        web_charset(label)


HTML = "Content-Type: text/html"


@pytest.mark.parametrize(
    ("field", "body", "codec"),
    [
        (HTML + "; charset=koi8-r", b"<meta charset=gbk>", "koi8-r"),
        (HTML + "; charset=koi8-r", b"\xef\xbb\xbf<p>", None),
        (HTML + "; charset=utf-8", b"<meta charset=gbk>", None),
        (HTML + "; charset=unicode", b"<\0p\0", "utf-16-le"),
        (HTML, b"\xff\xfe<\0p\0", "utf-16-le"),
        (HTML, b"\xfe\xff\0<\0p", "utf-16-be"),
        (HTML, b"<\0?\0x\0m\0l\0", "utf-16-le"),
        (HTML, b"<p>", None),
        (HTML, b"<META CHARSET='gbk'/>", "gb18030"),
        (HTML, b"<html a=\">\" b='>'><meta name=x charset = \"KOI8-R\">", "koi8-r"),
        (HTML, b'<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">', "cp1252"),
        (HTML, b"<meta content='text/html;charset=\"big5\"' http-equiv=content-type>", "big5hkscs"),
        (HTML, b"<meta content='text/html; charset=big5'>", None),
        (HTML, b'<meta http-equiv="Content-Type" content="text/html; charset="big5"">', "big5hkscs"),
        (HTML, b"<meta content='text/html; charset='big5'' http-equiv=content-type>", "big5hkscs"),
        (HTML, b'<meta http-equiv="Content-Type" content="text/html; charset=">', None),
        (HTML, b"<meta http-equiv=Content-Type content=text/html;charset=big5>", "big5hkscs"),
        (HTML, b"<!-- <meta charset=gbk> --><meta charset=koi8-r>", "koi8-r"),
        (HTML, b"<!--><meta charset=gbk>", "gb18030"),
        (HTML, b"<!-- <meta charset=gbk>", None),
        (HTML, b"<!doctype html <meta charset=gbk", None),
        (HTML, b"<meta http-equiv=Content-Type content=text/html><p>charset=gbk", None),
        (HTML, b"<!doctype html><? <meta charset=gbk> ?><meta charset=big5>", "big5hkscs"),
        (HTML, b"<p title='<meta charset=gbk>'><metal charset=gbk>", None),
        (HTML, b"<meta charset=utf-16>", None),
        (HTML, b"<meta charset=nonsense><meta charset=gbk>", "gb18030"),
        (HTML, b" " * 1024 + b"<meta charset=gbk>", "gb18030"),
        (HTML, b"<html><head>" + b"<!--" + b"n" * 9000 + b"--><title>a <b></title><META charset=koi8-r>", "koi8-r"),
        (HTML, b"<head>" + b"<link a='b'>" * 100 + b"<meta content='text/html; charset=big5' http-equiv=content-type>", "big5hkscs"),
        (HTML, b"<head><script>" + b"n" * 2000 + b"'<meta charset=gbk>'</script><meta charset=koi8-r></head>", "koi8-r"),
        (HTML, b"<head><style>" + b"n" * 2000 + b"<meta charset=gbk>", None),
        (HTML, b"<head>" + b"<link>" * 300 + b"</head><body><meta charset=gbk>", None),
        (HTML, b"<head>" + b"<link>" * 300 + b"<p><meta charset=gbk>", None),
        (HTML, b"<head><!--" + b"n" * 2000 + b"<meta charset=gbk>", None),
        (HTML, b"<head>" + b"<link>" * 300 + b"<meta charset=nonsense><meta charset=gbk>", "gb18030"),
        (HTML, b"<head>" + b"n" * 1000 + b"<meta charset=iso-8859-15>", "iso8859-15"),  # where 1,024 bytes end in it
        (HTML, b"<head>" + b"n" * 991 + b"<meta charset=iso-8859-15>", "iso8859-15"),
        (HTML, b"<head>" + b"n" * 990 + b"<meta charset='iso-8859-15'>", "iso8859-15"),
        (HTML, b"<head>" + b" " * (1 << 20) + b"<meta charset=gbk>", None),
        (HTML, b"<meta charset=x-user-defined>", "cp1252"),
        (HTML + "; charset=x-user-defined", b"<p>", "x-user-defined"),
        (HTML, b"<?xml version='1.0' encoding='iso-8859-2'?><html>", "iso8859-2"),
        (HTML, b"<?xml version='1.0' encoding='iso-8859-2'?><meta charset=gbk>", "gb18030"),
        ("Content-Type: application/rss+xml", b'<?xml version="1.0" encoding="windows-1251"?>', "cp1251"),
        ("Content-Type: text/plain", b"<meta charset=gbk>", None),
        ("Content-Type: text/plain; charset=gbk", b"", "gb18030"),
        ("X: y", b"<meta charset=gbk>", "gb18030"),
        ("Content-Type: text/html; charset=gbk\r\nContent-Type: nothing", b"", "gb18030"),
    ],
)  # fmt: skip
def test_the_encoding_of_a_page(field: str, body: bytes, codec: str | None) -> None:
    assert content(response(body, field)).charset == codec


def test_abyte_order_mark_is_no_text_but_two_bytes_of_an_image_are() -> None:
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        block = response(mark + b"ab", HTML)
        found = content(block)
        assert (found.data, block[found.start :]) == (b"ab", b"ab")
        assert content(response(mark + b"ab", "Content-Type: audio/mpeg")).data == mark + b"ab"


def test_an_unknown_label_is_remarked_on() -> None:
    found = content(response(b"<p>", HTML + "; charset=\x1b[31m"))
    assert (found.charset, found.unknown, found.remark) == (None, "unknown encoding '\\x1b[31m'", "")
    assert content(response(b"<meta charset=iso-2022-cn>", HTML)).unknown == "unknown encoding 'iso-2022-cn'"


@pytest.mark.parametrize("label", ["utf-16le", "utf-16be", "utf-32-le", "utf-32-be", "cp037", "cp1026"])
def test_an_encoding_in_which_the_page_cannot_be_is_none(label: str) -> None:
    for body, codec in ((b"<p>a", None), (b" \n<!doctype html><meta charset=koi8-r>", "koi8-r")):
        found = content(response(body, f"{HTML}; charset={label}"))
        assert (found.charset, found.unknown) == (codec, f"the page is not in the encoding '{label}'")
        assert found.declared == (codec is not None)
    assert content(response(f"<meta charset={label}>".encode(), HTML))[1:2] == (None,)
    wide = content(response("<p>a".encode(label), f"{HTML}; charset={label}"))
    assert (wide.unknown, wide.data.decode(str(wide.charset))) == ("", "<p>a")


# -- pages -------------------------------------------------------------------------------------------------------------


def test_the_text_of_a_page() -> None:
    pytest.importorskip("resiliparse")
    page = (
        "<!DOCTYPE html><title>T</title><nav><a href=/>Home</a></nav><form><h1>Head</h1><p>so<b>me</b> <i>text</i> é"
        "<ul><li><a href=1>1979</a>–<a href=2>1983</a><li>two</ul><table><tr><td>a</td><td>b</td></tr></table></form>"
        "<script>no</script><style>no</style><footer>no</footer><div role=navigation>no</div><p hidden>no</p>"
    )
    assert text_of(page) == "Head\n\nsome text é\n\n  1979–1983\n  two\na\t\tb"
    assert text_of("") == ""
    assert text_of("<div>" * 50_000 + "x") == "x"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<details><summary>a</summary>b</details>", "a\nb"), ("<fieldset><LEGEND class=x>a</LEGEND>b</fieldset>", "a\nb"),
        ("a<search>b</search>c", "a\nb\nc"), ("<p>a <summaryx>b", "a b"),
        ("<p>a<p style='display:none'>b<p>c", "a\n\nc"), ("<p>a<p style='COLOR:red; display: none;'>b<p>c", "a\n\nc"),
        ("<p>a<p style='visibility:hidden'>b<p>c", "a\n\nc"), ("<body style='display:none'><p>a", "a"),
        ("<p>a<noscript>b</noscript><template>c</template><p>d", "a\n\nd"), ("<pre>\na\n  b\n\nc</pre>", "a\n  b\n\nc"),
        ("a<br>b<br/>c<br><br>d", "a\nb\nc\n\nd"), ("a &amp b &copy 2020 &lt3 &notit; &eacute&#233 &#xe9z", "a & b © 2020 <3 ¬it; éé éz"),
        ("<p>a\0b", "ab"), ("<p>&#0;&#xD800;&#xDC00;&#x110000;&#128;", "\ufffd\ufffd\ufffd\ufffd€"),
    ],
)  # fmt: skip
def test_the_text_of_parts_of_pages(html: str, text: str) -> None:
    pytest.importorskip("resiliparse")
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("xhtml", "text"),
    [
        ("<html><head><title/></head><body><p>a</p><script src='x'/><p>b</p></body></html>", "a\n\nb"),
        ("<p>a<b/>b<a id=\"x/>y\"/><br/>c<hr />d</p>", "ab\nc\n\nd"), ("<p>a<![CDATA[<b> & c]]>d</p>", "a<b> & cd"),
        ("<script>//<![CDATA[\nif (a<b) {}\n//]]></script><p>a</p>", "a"), ("<p>a<![CDATA[b</p>", "a"), ("<p>a]]>b</p>", "a]]>b"),
        ("<div/><p>a</p><textarea/><iframe/><style/><p>b</p>", "a\n\nb"),
    ],
)  # fmt: skip
def test_the_text_of_xhtml(xhtml: str, text: str) -> None:
    pytest.importorskip("resiliparse")
    assert text_of_bytes(xhtml.encode(), "utf-8", is_xml=True) == (text.encode(), True)


def test_xhtml_made_to_be_slow_is_read_in_linear_time() -> None:
    for unit in ("<a ", "<a '", '<a b="/', "<![CDATA[", "<a/", "/>", "<a b=''/"):
        assert as_html(unit * 300_000) == unit * 300_000
    assert as_html("<a b=''/>" * 300_000) == "<a b=''></a>" * 300_000


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        ("<p>abc".encode("utf-16-le") + b"x", "utf-16-le", b"abc\xf8"),
        ("<p>a".encode("utf-16-le") + b"\x41\xd8" + "b".encode("utf-16-le"), "utf-16-le", b"a\xc1\xd8b"),
        (b"<p>a\xffb", "utf-8", b"a\xffb"),
    ],
)  # fmt: skip
def test_bytes_that_are_not_in_the_encoding_of_a_page_never_become_characters(
    data: bytes, encoding: str, text: bytes
) -> None:
    pytest.importorskip("resiliparse")
    assert text_of_bytes(data, encoding) == (text, False)


def test_a_page_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("resiliparse", "resiliparse.extract", "resiliparse.extract.html2text"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigurationError, match=r"install corpusfmt\[web\]"):
        text_of("<p>x")


# -- real files --------------------------------------------------------------------------------------------------------


def http_blocks(name: str) -> list[bytes]:
    """The HTTP messages of a small archive whose lengths are right."""
    data = (DATA / "warc" / name).read_bytes()
    data = gzip.decompress(data) if name.endswith(".gz") else data
    found, at = [], 0
    while at < len(data):
        end = data.index(b"\r\n\r\n", at) + 4
        header = data[at:end].lower()
        length = int(header.split(b"content-length:")[1].split(b"\r\n")[0])
        if b"application/http" in header:
            found.append(data[end : end + length])
        at = end + length + 4
    return found


@needs_data
@pytest.mark.parametrize(
    ("name", "kind", "size", "inside"),
    [
        ("commoncrawl-whirlwind/whirlwind.warc.gz", "text/html", 72848, b"Ilesia parroquial"),
        ("jwarc/cc.warc.gz", "text/html", 20289, b"Common Crawl"),
        ("warcio/example-iana.org-chunked.warc", "text/html", 7223, b"Internet Assigned Numbers Authority"),
        ("warcio/example.warc", "text/html", 1270, b"Example Domain"),
        ("warcio/post-test.warc.gz", "application/json", 545, b'"foo": "bar"'),
    ],
)
def test_real_messages(name: str, kind: str, size: int, inside: bytes) -> None:
    messages = [(block, parse_message(block)) for block in http_blocks(name)]
    responses = [content_of(block, message, LIMIT) for block, message in messages if message.status == 200]
    assert (responses[0].media_type, len(responses[0].data), responses[0].remark) == (kind, size, "")
    assert inside in responses[0].data
    assert all(content_of(block, message, LIMIT).data is not None for block, message in messages)


@needs_data
def test_the_text_of_a_real_page() -> None:
    pytest.importorskip("resiliparse")
    for block in http_blocks("commoncrawl-whirlwind/whirlwind.warc.gz"):
        if parse_message(block).status:
            text = text_of(content(block).data.decode())
            assert "1979–1983" in text
            assert "Ilesia parroquial de l'Asunción" in text
            assert "Politica de privacidat" not in text


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "its magic is gone": lambda data: b"\0\0" + data[2:],
    "its header is gone": lambda data: data[20:],
    "it is zeros": lambda data: bytes(len(data)),
    "it was taken for Latin-1": lambda data: data.decode("latin-1").encode(),
    "it was taken for UTF-8": lambda data: data.decode("utf-8", "replace").encode(),
    "something stands before it": lambda data: b"\x02\x03" + data,
    "its first block is another": lambda data: data[:10] + b"\xff" * 8 + data[18:],
    "it is cut": lambda data: data[: len(data) // 2],
    "it is cut in its magic": lambda data: data[:1],
    "its line ends are others": lambda data: data.replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "zstd", "deflate"])
def test_no_damaged_page_is_left_out_in_silence(coding: str, damage: str) -> None:
    some = random.Random(5)
    text = b"<p>" + " ".join(f"{some.randrange(10**9)}" for _ in range(2000)).encode()
    packers: dict[str, Callable[[bytes], bytes]] = {
        "zstd": zstandard.ZstdCompressor().compress, "deflate": zlib.compress, "gzip": gzip.compress,
    }  # fmt: skip
    pack = packers[coding.removeprefix("x-")]
    data = DAMAGES[damage](pack(text))
    told = found(page(data, b"Content-Type: text/html", b"Content-Encoding: " + coding.encode()))
    if (coding, damage) == ("deflate", "it is cut in its magic"):  # a letter
        assert [one.code for one in told] == ["WARC029"]
        return
    assert [(one.code, one.severity) for one in told] == [("WARC033", "warning")]
    assert "rror" not in told[0].message
    assert f"'{coding}'" in told[0].message


@pytest.mark.parametrize("kind", [b"image/png", b"application/gzip", b"text/css"])
def test_what_is_no_document_needs_no_warning(kind: bytes) -> None:
    assert found(page(b"\0\1\2\3", b"Content-Type: " + kind, b"Content-Encoding: gzip")) == []
    assert found(page(b"\x89PNG\r\n\x1a\n\0\0\0", b"Content-Type: text/html", b"Content-Encoding: gzip")) == []


@pytest.mark.parametrize(("inner", "outer"), [("gzip", "gzip"), ("zstd", "gzip"), ("gzip", "zstd")])
def test_a_page_that_is_compressed_twice(inner: str, outer: str) -> None:
    pack = {"zstd": zstandard.ZstdCompressor().compress, "gzip": gzip.compress}
    data = page(
        pack[outer](pack[inner](b"<p>hello")), b"Content-Type: text/html", b"Content-Encoding: " + outer.encode()
    )
    assert [document.text for document in docs(data)] == ["<p>hello"]
    assert [(one.code, one.message) for one in found(data)] == [("WARC029", "the body is compressed twice")]
    cut = page(pack[outer](pack[inner](b"<p>hello")[:-3]), b"Content-Type: text/html", b"Content-Encoding: gzip")
    assert "WARC033" in [one.code for one in found(cut)]
    other = data.replace(b"text/html", b"image/png")
    assert docs(other, types="html image/png")[0].data == pack[inner](b"<p>hello")


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>a<button>press</button>b", "a press b"),
        ("<button>one</button><button class='x>y'>two</button>", "one two"),
        ("<button hidden>no</button><div style='display:none'><label>no</label></div><p>yes", "yes"),
        ("<template><button>no</button></template>yes", "yes"),
        ("<label>name <input value=v></label>", "name"),
        ("<label>first</label><LABEL for=x>second</LABEL >", "first second"),
        ("<textarea rows=3>a\n  &lt;b> <i>c</textarea>", "a\n  <b> <i>c"),
        ("<textarea hidden>no</textarea>yes", "yes"),
        ("<textarea>a", ""),
        ("<script>x = '<textarea><svg><text>'</script><p>yes<textarea>a</textarea>", "yes\n\na"),
        ("<!-- <textarea> --><p>yes", "yes"),
        ("<select><option>one<option>two</select><datalist><option>d</datalist>yes", "yes"),
        ("<svg><title>no</title><desc>no</desc><text>a<tspan>b</tspan></text><text>c</text></svg>", "ab\nc"),
        ("<svg><defs><path d='x'/><text>no</text></defs><symbol><text>no</text></symbol><text>a</text></svg>b", "a\nb"),
        ("<svg><metadata><t>no</t></metadata><foreignObject><p>a</p></foreignObject></svg>", "a"),
        ("<svg style='display:none'><text>no</text></svg>yes", "yes"),
        ("<svg><path d='x'/><title>no</title></svg>yes", "yes"),
    ],
)
def test_what_a_page_shows_in_forms_and_drawings(page: str, text: str) -> None:
    assert text_of(f"<html><body>{page}</body></html>") == text
