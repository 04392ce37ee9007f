"""Encodings as the web has them, where Python's codecs differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt.formats.warc.charsets import USER_DEFINED, in_utf8, web_charset
from tests.warcs import docs, page, record

#: Bytes that are controls of their own number by the Encoding Standard, by label.
CONTROLS = {
    "windows-874": "81-84 86-90 98-9f", "windows-1250": "81 83 88 90 98", "windows-1251": "98", "windows-1252": "81 8d 8f 90 9d",
    "windows-1253": "81 88 8a 8c-90 98 9a 9c-9f", "windows-1254": "81 8d-90 9d 9e", "windows-1255": "81 8a 8c-90 9a 9c-9f",
    "windows-1257": "81 83 88 8a 8c 90 98 9a 9c 9f", "windows-1258": "81 8a 8d-90 9a 9d 9e", "iso-8859-1": "81 8d 8f 90 9d",
    "us-ascii": "81 8d 8f 90 9d", "latin5": "81 8d-90 9d 9e", "tis-620": "81-84 86-90 98-9f",
}  # fmt: skip


def ranged(spelled: str) -> list[int]:
    spans = [(span.partition("-")[0], span.partition("-")[2]) for span in spelled.split()]
    return [byte for first, last in spans for byte in range(int(first, 16), int(last or first, 16) + 1)]


@pytest.mark.parametrize("label", CONTROLS)
def test_controls_of_single_byte_encodings(label: str) -> None:
    for byte in ranged(CONTROLS[label]):
        (document,) = docs(page(b"so%cso" % byte, b"Content-Type: text/plain; charset=" + label.encode()))
        assert document.text == f"so{chr(byte)}so"
    codec = web_charset(label)
    assert codec is not None
    for byte in set(range(256)) - set(ranged(CONTROLS[label])) - {0xCA if codec == "cp1255" else 0}:
        assert in_utf8(bytes([byte]), codec) is None


@pytest.mark.parametrize(
    ("label", "data", "text"),
    [
        ("gbk", "价格 ".encode("gbk") + b"\x80 5", "价格 € 5"), ("gb2312", b"\x80\x80", "€€"), ("gb18030", b"\x81\x80\x80", "亐€"),
        ("gbk", b"\xa6\xd9\xfe\x59\xa8\xbc", "︐龴ḿ"), ("koi8-u", b"\xae\xbe\xd4", "ўЎт"), ("koi8-ru", b"\xae", "ў"),
        ("windows-1255", b"\xca", "\u05ba"), ("x-user-defined", b"a\x80\xff", "a\uf780\uf7ff"), ("x-user-defined", b"a", "a"),
        ("euc-jp", b"\xad\xa1\xad\xea\x8e\xb1\x8f\xb0\xa1a", "①㈱ｱ丂a"), ("x-euc-jp", b"\xa1\xc1\xa1\xdd", "～－"),
        ("euc-jp", "日本語".encode("euc_jp"), "日本語"), ("iso-2022-jp", b"a\x1b$B-!!A\x1b(I1\x1b(J\\~\x1b(Bb", "a①～ｱ¥‾b"),
        ("iso-2022-jp", "日本語".encode("iso2022_jp"), "日本語"), ("shift_jis", b"\x87\x40\x81\x60", "①～"),
        ("windows-1252", b"\x80\x9d", "€\x9d"), ("iso-8859-9", b"\xfd\x9d", "ı\x9d"), ("macintosh", b"\xdb", "€"),
        ("x-mac-cyrillic", b"\xa2\xff", "Ґ€"), ("iso-8859-7", b"\xa4", "€"), ("hz-gb-2312", b"~{<:Ky~}", "己所"),
    ],
)  # fmt: skip
def test_a_text_is_read_as_the_web_reads_it(label: str, data: bytes, text: str) -> None:
    for archive in (
        page(data, b"Content-Type: text/plain; charset=" + label.encode()),
        record("resource", data, Content_Type=b"text/plain; charset=" + label.encode()),
    ):
        (document,) = docs(archive)
        assert document.text == text


@pytest.mark.parametrize(
    ("codec", "data"),
    [
        ("cp1253", b"\x81\xd2"), ("cp874", b"\xdb"), ("cp1255", b"\xd9"), ("gb18030", b"\x80\xff"), ("euc_jp", b"\xa1"),
        ("euc_jp", b"\xad\xa1\x80"), ("euc_jp", b"\xa9\xa1"), ("iso2022_jp", b"\x1b$B-!\n"), ("iso2022_jp", b"\x1b(I~"),
        ("iso2022_jp", b"\x1b$B-!\x1b[1m"), ("iso2022_jp", b"\xe9"), ("cp932", b"\x80"), ("utf-16-le", b"a"),
    ],
)  # fmt: skip
def test_what_the_web_cannot_read_stays_as_it_is(codec: str, data: bytes) -> None:
    assert in_utf8(data, codec) is None


def test_bytes_that_the_web_alone_cannot_read_stay_bytes() -> None:
    data = "日".encode("cp932") + b"\xa0\xfd\xfe\xff\xb1a"
    assert in_utf8(data, "cp932") == "日".encode() + b"\xa0\xfd\xfe\xff" + "ｱa".encode()
    for document in docs(page(data, b"Content-Type: text/plain; charset=x-sjis")):
        assert (document.data, document.encoding) == (in_utf8(data, "cp932"), None)


@given(st.binary(max_size=30), st.sampled_from(["cp1252", "gb18030", "euc_jp", "iso2022_jp", "koi8-u", USER_DEFINED]))
def test_any_bytes_are_read_or_not(data: bytes, codec: str) -> None:
    found = in_utf8(data, codec)
    assert found is None or isinstance(found.decode(), str)


@pytest.mark.parametrize("rows", [range(0xA1, 0xFF)])
def test_euc_jp_agrees_with_shift_jis(rows: range) -> None:
    """Both are read from one table, that of JIS X 0208 with the rows of NEC and IBM."""
    for lead in rows:
        for trail in rows:
            both = in_utf8(bytes([lead, trail]), "euc_jp")
            try:
                python = bytes([lead, trail]).decode("euc_jp").encode()
            except UnicodeDecodeError:
                continue
            assert both is None or both != python


def test_a_page_in_a_resource_record_declares_its_encoding_too() -> None:
    body = b"<html><head>" + b"<link>" * 300 + b"<meta charset=koi8-r></head>" + "привет".encode("koi8-r")
    (document,) = docs(record("resource", body, Content_Type=b"text/html"))
    assert document.text.endswith("привет")
    (document,) = docs(record("resource", b"\xef\xbb\xbfcaf\xc3\xa9", Content_Type=b"text/plain; charset=iso-8859-1"))
    assert document.text == "café"
