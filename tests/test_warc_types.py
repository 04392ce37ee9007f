"""Which records of a crawl are documents: by their types, by who wrote them, and by what they hold."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from corpusfmt import ConfigurationError, Document, convert, read
from corpusfmt.cli.main import main
from corpusfmt.formats.warc import FORMAT
from corpusfmt.model.format import ReadOptions, WriteOptions
from tests.support import scan
from tests.warcs import docs, page, record, uuid

TEXT = b"A text.\n"
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\n"


def counted(data: bytes, **own: str) -> dict[str, int]:
    """What was left behind, but for the headers of HTTP."""
    batches = scan(FORMAT, data, options=ReadOptions(own=own))
    found = {word: number for batch in batches for word, number in batch.dropped.items()}
    found.pop("HTTP headers", None)
    return found


def served(type: str, body: bytes = TEXT) -> bytes:
    return page(body, b"Content-Type: " + type.encode())


@pytest.mark.parametrize("type", ["text/html", "text/plain", "application/xhtml+xml", "TEXT/HTML; charset=utf-8"])
def test_pages_and_plain_text_are_documents(type: str) -> None:
    for data in (served(type), record("resource", TEXT, Content_Type=type.encode())):
        assert len(docs(data)) == 1
        assert counted(data) == {}


@pytest.mark.parametrize(
    "type",
    [
        "text/css", "text/javascript", "application/javascript", "application/x-javascript", "text/ecmascript", "text/xml",
        "application/xml", "application/rss+xml", "application/json", "text/csv", "text/calendar", "text/vtt", "image/png",
        "image/svg+xml", "application/pdf", "application/octet-stream", "font/woff2", "text/x-component",
    ],
)  # fmt: skip
def test_other_types_are_counted_by_type(type: str) -> None:
    assert docs(served(type)) == []
    assert counted(served(type)) == {f"response records of {type}": 1}
    other = record("resource", TEXT, Content_Type=type.encode())
    assert docs(other) == []
    assert counted(other) == {f"resource records of {type}": 1}


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ("html", {"text/html"}),
        ("plain", {"text/plain"}),
        ("html,plain", {"text/html", "text/plain"}),
        ("html text/css", {"text/html", "text/css"}),
        ("TEXT/CSS", {"text/css"}),
        ("text", {"text/html", "text/plain", "text/css"}),
        ("text/*", {"text/html", "text/plain", "text/css"}),
        ("application/json;plain", {"application/json", "text/plain"}),
        ("all", {"text/html", "text/plain", "text/css", "application/json", "image/png"}),
        ("*/*", {"text/html", "text/plain", "text/css", "application/json", "image/png"}),
    ],
)
def test_types_choose(types: str, expected: set[str], tmp_path: Path) -> None:
    all_types = ["text/html", "text/plain", "text/css", "application/json", "image/png"]
    data = b"".join(page(TEXT, b"Content-Type: " + one.encode(), number=n) for n, one in enumerate(all_types))
    (tmp_path / "a.warc").write_bytes(data)
    found = [document.meta.get("content_type", "text/plain") for document in read(tmp_path / "a.warc", types=types)]
    assert set(found) == expected
    assert len(found) == len(expected)
    assert counted(data, types=types) == {f"response records of {one}": 1 for one in all_types if one not in expected}
    args = ["--types", types] if ";" in types else ["--from", f"warc:types={types.replace(',', ' ')}"]
    assert main(["convert", "-q", str(tmp_path / "a.warc"), "-o", str(tmp_path / "o.jsonl"), *args]) == 0
    assert len((tmp_path / "o.jsonl").read_bytes().splitlines()) == len(expected)


@pytest.mark.parametrize("types", ["", "words", "html,,css", "text/", "te xt", "/html"])
def test_types_that_are_none(types: str, tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(record())
    with pytest.raises(ConfigurationError, match="expected media types"):
        list(read(tmp_path / "a.warc", types=types))


def test_types_do_not_touch_a_bundle(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"id":"a","name":"","text":"x","meta":{}}\n')
    convert(tmp_path / "a.jsonl", tmp_path / "a.warc")
    assert [document.id for document in read(tmp_path / "a.warc", types="html")] == ["a"]


@pytest.mark.parametrize(
    "uri",
    [
        b"metadata://gnu.org/software/wget/warc/wget_arguments.txt", b"metadata://gnu.org/software/wget/warc/wget.log",
        b"metadata://gnu.org/software/wget/warc/MANIFEST.txt", b"<metadata://gnu.org/software/wget/warc/wget.log>",
        b"urn:X-wpull:log", b"METADATA://example.org/",
    ],
)  # fmt: skip
def test_what_a_crawler_writes_of_itself_is_no_document(uri: bytes) -> None:
    for block in (b'"--password" "x"\n', b"a line\n" * 1_000_000):
        data = record("resource", block, WARC_Target_URI=uri)
        assert docs(data, types="all") == []
        assert counted(data) == {"resource records of the crawler about itself": 1}


@pytest.mark.parametrize("uri", [b"https://example.org/metadata:log", b"urn:text:https://example.org/", b"urn:X-a:b"])
def test_other_uris_say_nothing(uri: bytes) -> None:
    assert len(docs(record("resource", WARC_Target_URI=uri))) == 1


@pytest.mark.parametrize("own", [{}, {"corpus": "log"}])
def test_documents_of_ours_are_none_of_a_crawler(own: dict[str, str]) -> None:
    """Whatever their ids are, and whichever way they are read."""
    many = [Document(id, "t", name=name) for id in ("log", 'log"', "log:1") for name in ("", '"')]
    many += [Document(uri, "t", meta={"url": uri}) for uri in ("urn:x-wget:log", "metadata://gnu.org/wget.log")]
    writer = FORMAT.writer(WriteOptions(own=own))
    data = writer.begin() + b"".join(writer.encode(many)) + writer.end(len(many))
    for options in (ReadOptions(), ReadOptions(thorough=True)):
        batches = scan(FORMAT, data, options=options)
        assert [document for batch in batches for document in batch.documents] == many
        assert not any(batch.findings or batch.dropped for batch in batches)


@pytest.mark.parametrize("type", ["resource", "conversion"])
def test_a_large_block_that_is_served_as_text_and_is_none_is_counted(type: str) -> None:
    assert counted(record(type, b"\0\1\2\3" * (2 << 20))) == {f"{type} records that are no text": 1}


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (PDF, "application/pdf"), (b"\r\n" + PDF, "application/pdf"), (b"%!PS-Adobe-3.0\n", "application/postscript"),
        (b"\x89PNG\r\n\x1a\n", "an image"), (b"GIF89a", "an image"), (b"\xff\xd8\xff\xe0", "an image"),
        (b"RIFF\x10\x10\x10\x10WEBPVP8", "an image"), (b"\0\0\1\0\1\0", "an image"), (b"OggS\0", "audio or video"),
        (b"\0\0\0\x20ftypisom", "audio or video"), (b"ID3\3\0", "audio or video"), (b"CWS\x09abc\0", "audio or video"),
        (b"wOFF\0\1", "a font"), (b"\0\1\0\0\0\x0f", "a font"), (b"PK\3\4abc", "an archive"), (gzip.compress(TEXT, mtime=0), "compressed data"),
        (b"\x7fELF", "binary data"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "binary data"), (b"\0\1\2\3abcdef", "binary data"),
        (bytes(range(256)), "binary data"), (b"abc\0\0" * 9, "binary data"), (b"BM" + bytes(60), "binary data"),
    ],
)  # fmt: skip
def test_what_is_served_as_text_and_is_none_is_no_document(body: bytes, what: str) -> None:
    for type in ("text/html; charset=iso-8859-1", "text/plain"):
        word = type.partition(";")[0]
        data = served(type, body)
        assert docs(data) == []
        assert counted(data, html="text") == {f"response records of {word} that hold {what}": 1}
        assert docs(record("resource", body, Content_Type=type.encode())) == []
        packed = page(gzip.compress(body), b"Content-Encoding: gzip", b"Content-Type: " + type.encode())
        assert docs(packed) == []
    large = served("text/html", body + b"\0\1\2\3" * (2 << 20))
    assert counted(large, html="text") in (
        {"response records that are no text": 1},
        {f"response records of text/html that hold {what}": 1},
    )


@pytest.mark.parametrize(
    "body",
    [
        b"", b"x", b"one\0byte", b"a\x0cb\x1b[1mc", b"<p>\0\0\0</p>", b"\n <!doctype html>\1\2\3", b"<?xml version='1.0'?>\0\0",
        b"BM is no image", b"MZ neither", b"PK", b"OTTO", b"RIFF in words", b"GIF8 words", "a text".encode("utf-16-le"),
        "a text".encode("utf-16-be"), b"\x1b$B0!\x1b(B", b"\0" + b"a" * 99, b"a\0" + b"word " * 30 + b"\0",
    ],
)  # fmt: skip
def test_a_text_with_a_control_byte_is_a_text(body: bytes) -> None:
    for type in ("text/html", "text/plain"):
        assert [document.data for document in docs(served(type, body))] == [body]


def test_a_text_in_utf_16_is_a_text() -> None:
    body = "Ein Text, 日本語".encode("utf-16-le")
    for data in (served("text/plain; charset=utf-16le", body), served("text/plain", b"\xff\xfe" + body)):
        assert [document.text for document in docs(data)] == ["Ein Text, 日本語"]


@pytest.mark.parametrize(
    ("identified", "count"),
    [
        ("application/pdf", 0), ("image/jpeg", 0), ("application/zip", 0), ("audio/mpeg", 0), ("application/epub+zip", 0),
        ("application/vnd.ms-excel", 0), ("application/x-shockwave-flash", 0), ("application/x-gzip", 0), ("font/ttf", 0),
        ("text/html", 1), ("text/plain", 1), ("application/xhtml+xml", 1), ("application/octet-stream", 1), ("text/x-php", 1),
        ("application/javascript", 0), ("text/css", 0), ("image/svg+xml", 1), ("application/vnd.wap.xhtml+xml", 1), ("", 1), ("words", 1),
    ],
)  # fmt: skip
def test_a_type_that_was_identified_tells_what_is_no_text(identified: str, count: int) -> None:
    fields = {"WARC-Identified-Payload-Type": identified.encode()} if identified else {}
    data = served("text/plain").replace(
        b"WARC-Date", b"".join(b"%b: %b\r\n" % (k.encode(), v) for k, v in fields.items()) + b"WARC-Date"
    )
    assert len(docs(data)) == count
    assert len(docs(record("resource", TEXT, fields=fields))) == count
    assert count or counted(data) == {f"response records of text/plain that hold {identified}": 1}
    tagged = data.replace(TEXT, b"<p>text<")  # a page that begins with a tag is one, whatever was identified
    assert len(docs(tagged)) == 1


@pytest.mark.parametrize(
    ("body", "is_page"),
    [
        (b"<!DOCTYPE html><p>x", True), (b"\n<html>x", True), (b"\xef\xbb\xbf<body>", True), (b"<p>x</p>", True), (b"<!-- c -->", True),
        (b"text", False), (b"<x>", False), (PDF, False), (b"", False),
    ],
)  # fmt: skip
def test_a_page_without_a_type_is_known_by_its_first_tag(body: bytes, is_page: bool) -> None:
    for data in (page(body), page(gzip.compress(body), b"Content-Encoding: gzip"), record("response", body, number=1)):
        found = docs(data)
        assert len(found) == is_page
        assert counted(data) == ({} if is_page else {"response records of no type": 1})
        assert not found or found[0].meta["content_type"] == "text/html"


def test_headers_that_a_new_archive_has_not_are_counted(tmp_path: Path) -> None:
    pages = [page(b"<p>x", b"Content-Type: text/html", b"ETag: 7", number=n) for n in (1, 2)]
    (tmp_path / "a.warc").write_bytes(b"".join(pages) + record(number=3))
    report = convert(tmp_path / "a.warc", tmp_path / "b.warc", receipt=tmp_path / "r.json")
    assert report.dropped == {"HTTP headers": 2}
    assert json.loads((tmp_path / "r.json").read_bytes())["left_behind"] == {"HTTP headers": 2}
    assert [document.meta.get("content_type") for document in read(tmp_path / "b.warc")] == [
        "text/html",
        "text/html",
        None,
    ]
    assert convert(tmp_path / "b.warc", tmp_path / "c.warc").dropped == {}


def test_one_address_captured_twice_is_two_documents() -> None:
    data = served("text/html") + page(b"Another.\n", b"Content-Type: text/html", number=2)
    assert [(document.id, document.name) for document in docs(data)] == [
        (uuid(n)[1:-1].decode(), "https://example.org/") for n in (1, 2)
    ]


@pytest.mark.parametrize("status", [b"204 No Content", b"205 Reset Content", b"304 Not Modified"])
@pytest.mark.parametrize(
    "fields", [(), (b"Content-Type: text/html",), (b"Content-Length: 500",), (b"Transfer-Encoding: chunked",)]
)
def test_an_answer_without_content_is_no_document(status: bytes, fields: tuple[bytes, ...]) -> None:
    data = page(b"0\r\n\r\n" if fields[-1:] == (b"Transfer-Encoding: chunked",) else b"", *fields, status=status)
    for own in ({}, {"status": "all"}):
        batches = scan(FORMAT, data, options=ReadOptions(own=own))
        assert not any(batch.documents or batch.findings for batch in batches)
        assert counted(data, **own) == {f"response records with status {status[:3].decode()}": 1}
    with_body = page(b"<p>a", b"Content-Type: text/html", status=status)
    assert len(docs(with_body, status="all")) == 1


def test_an_answer_of_a_proxy_is_passed_over() -> None:
    body = b"HTTP/1.0 200 Connection established\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>a"
    (document,) = docs(record("response", body))
    assert document.data == b"<p>a"
    assert document.origin is not None
    large = record("response", body + b"b" * (5 << 20))
    assert [len(one.data) for one in docs(large)] == [(5 << 20) + 4]


def test_an_arc_file_says_that_it_is_one() -> None:
    arc = b"filedesc://x.arc 0.0.0.0 20200101000000 text/plain 76\n1 0 X\nURL IP-address Archive-date Content-type Archive-length\n\n"
    told = [one for batch in scan(FORMAT, arc) for one in batch.findings]
    assert [(one.code, one.byte) for one in told] == [("WARC001", 0)]
    assert "an ARC file" in told[0].message


@pytest.mark.parametrize(
    ("type", "body", "what"),
    [
        ("image/png", b"\x89PNG\r\n\x1a\n", "an image"), ("application/octet-stream", b"\0\1\2\3" * 20, "binary data"),
        ("application/pdf", PDF, "application/pdf"), ("application/epub+zip", b"PK\3\4abc", "an archive"), ("video/mp4", b"\0\0\0\x20ftypisom", "audio or video"),
    ],
)  # fmt: skip
def test_no_pattern_makes_a_document_of_what_is_no_text(type: str, body: bytes, what: str) -> None:
    for data, name in (
        (served(type, body), "response"),
        (record("resource", body, Content_Type=type.encode()), "resource"),
    ):
        for types in ("all", f"{type.partition('/')[0]}/*"):
            assert docs(data, types=types) == []
            assert counted(data, types=types) == {f"{name} records of {type} that hold {what}": 1}
        assert [document.data for document in docs(data, types=f"html,{type}")] == [body]
    large = served(type, body + b"\0\1\2\3" * (2 << 20))
    assert counted(large, types="all") == {"response records that are no text": 1}
