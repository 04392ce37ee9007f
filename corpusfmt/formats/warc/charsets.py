"""The declared encoding of a web page (Encoding Standard and HTML Standard, WHATWG)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from corpusfmt.formats.warc.web_decoding import USER_DEFINED
from corpusfmt.limits import MIB
from corpusfmt.text.display import BOM, charset, quoted

#: How far into a page the HTML Standard looks for its encoding (bytes).
PRESCAN: Final = 1024
#: How far into a page its head is looked through.
_LOOK: Final = MIB

#: Labels that Python takes for another encoding than the web does, or does not know, by Python's codec.
_BY_CODEC: Final = {
    "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8",
    "utf-16-le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf16",
    "utf-16-be": "unicodefffe",
    "cp1252": "ansi_x3.4-1968 ascii cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 "
    "iso_8859-1:1987 l1 latin1 latin-1 us-ascii x-cp1252",
    "cp1254": "csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 x-cp1254",
    "cp874": "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874",
    "gb18030": "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk",
    "big5hkscs": "big5 cn-big5 csbig5 x-x-big5",
    "cp932": "csshiftjis shift-jis shift_jis sjis windows-31j x-sjis",
    "cp949": "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 "
    "ksc_5601 windows-949",
    "euc_jp": "cseucpkdfmtjapanese x-euc-jp",
    "koi8-r": "koi koi8",
    "koi8-u": "koi8-ru",
    "mac-roman": "csmacintosh mac x-mac-roman",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "iso8859-6": "csiso88596e csiso88596i iso-8859-6-e iso-8859-6-i",
    "iso8859-7": "sun_eu_greek",
    "iso8859-8": "csiso88598e csiso88598i iso-8859-8-e iso-8859-8-i logical visual",
    "iso8859-15": "csisolatin9",
    USER_DEFINED: USER_DEFINED,
}
_LABELS: Final = {label: codec for codec, labels in _BY_CODEC.items() for label in labels.split()}
_LABEL: Final = re.compile(r"[0-9a-z][0-9a-z_.:+-]{0,39}")
#: Forms of a label that Python spells with a hyphen more.
_SHORT: Final = re.compile(r"iso8859(\d{1,2})|x-(cp125\d)")

_TAG: Final = re.compile(rb"<(?:!--|(meta)[\t\n\f\r /]|/?[a-z][^\t\n\f\r />]*|[!/?])", re.I)
#: What stands in a head: what it holds as text is no markup. Any other tag ends it.
_HEAD: Final = frozenset(
    b"html head title base basefont bgsound link meta style script noscript noframes template".split()
)
_RAW: Final = re.compile(rb"<(title|style|script|noscript|noframes|template)(?=[\t\n\f\r />])", re.I)
_ATTRIBUTE: Final = re.compile(
    rb"[\t\n\f\r /]*([^\t\n\f\r />][^\t\n\f\r />=]*)"
    rb"(?:[\t\n\f\r ]*=[\t\n\f\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\t\n\f\r >\"'][^\t\n\f\r >]*)?))?"
)
_IN_CONTENT: Final = re.compile(
    rb"charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\t\n\f\r ;\"']+))", re.I
)
_NO_VALUE: Final = re.compile(rb"charset[\t\n\f\r ]*=[\t\n\f\r ]*\Z", re.I)
_MARKUP: Final = b"<html a='b'>"
_BEGINNING: Final = re.compile(rb"[\t\n\f\r ]{0,64}<[a-zA-Z!?]")
_XML: Final = re.compile(rb"<\?xml[^>]*?[\t\n\r ]encoding[\t\n\r ]*=[\t\n\r ]*(?:\"([^\">]*)\"|'([^'>]*)')")


def web_charset(label: str) -> str | None:
    """Return Python's codec for a label as the web understands it; None for UTF-8.

    Encoding Standard, section 4.2; labels that are not listed there are Python's. Raises LookupError.
    """
    name = label.strip(" \t\r\n\f\"'").lower()
    if name == "utf-8":
        return None
    if not _LABEL.fullmatch(name):
        raise LookupError(label)
    codec = _LABELS.get(name)
    if codec is None:
        short = _SHORT.fullmatch(name)
        return charset((short[2] or f"iso8859-{short[1]}") if short else name)
    return None if codec == "utf-8" else codec


class Declared(NamedTuple):
    """An encoding that is declared: ``known`` tells UTF-8, whose codec is None too, from none at all."""

    codec: str | None = None
    known: bool = False
    remark: str = ""


def declared_charset(label: str, page: bytes) -> Declared:
    """Return the encoding that ``label`` (of the header, may be empty) or else ``page`` declares.

    A label that nobody knows is skipped, with a remark.
    """
    remark = ""
    if label:
        try:
            codec = web_charset(label)
            if not _belies(page, codec):
                return Declared(codec, known=True)
            remark = f"the page is not in the encoding {quoted(label, 40)}"
        except LookupError:
            remark = f"unknown encoding {quoted(label, 40)}"
    for raw in _declarations(page):
        name = raw.decode("latin-1")
        try:
            codec = web_charset(name)
        except LookupError:
            remark = remark or f"unknown encoding {quoted(name, 40)}"
            continue
        # Whoever could read the declaration as ASCII is not reading UTF-16. The other one is the HTML Standard's rule.
        codec = "cp1252" if codec == USER_DEFINED else codec
        return Declared(None if codec and not _is_like_ascii(codec) else codec, True, remark)
    if page.startswith((b"<\0?\0", b"\0<\0?")):
        return Declared("utf-16-le" if page[0] else "utf-16-be", True, remark)
    return Declared(None, False, remark)


def _is_like_ascii(codec: str) -> bool:
    """Say whether markup in ASCII is the same in an encoding."""
    return codec == USER_DEFINED or _MARKUP.decode(codec, "replace") == _MARKUP.decode()


def _belies(page: bytes, codec: str | None) -> bool:
    """Say whether a page begins with markup in ASCII, which it cannot in this encoding."""
    return codec is not None and _BEGINNING.match(page) is not None and not _is_like_ascii(codec)


def _declarations(page: bytes) -> Iterator[bytes]:
    """Give the labels in the ``meta`` elements of a page and in its XML declaration: first as the HTML Standard looks
    for them (13.2.3.2), then those further on in its head.
    """
    for label, stop in _metas(page[:PRESCAN], 0):
        if stop < PRESCAN:  # not where it was cut
            yield label
    if found := _XML.match(page, 0, PRESCAN):
        yield found[1] or found[2] or b""
    for label, stop in _metas(page[:_LOOK], 0, strict=True):
        if stop >= PRESCAN:
            yield label


def _metas(head: bytes, at: int, *, strict: bool = False) -> Iterator[tuple[bytes, int]]:
    """Give the labels of ``meta`` elements, and where each ends. When ``strict``, scripts and the like hold no markup,
    and the end of the head is the end.
    """
    low = head.lower()
    next_label = -1
    while tag := _TAG.search(head, at):
        if next_label < at and (next_label := low.find(b"charset", at)) < 0:
            return
        if tag[0] == b"<!--":
            at = head.find(b"-->", tag.start() + 2) + 3
            if at < 3:
                return
        elif len(tag[0]) == 2 and tag[0][1:] in b"!/?":
            at = head.find(b">", tag.end()) + 1
            if not at:
                return
        else:
            name = tag[0][1:].lower().strip(b"/\t\n\f\r ")
            if strict and name not in _HEAD:
                return
            raw = _RAW.match(head, tag.start()) if strict else None
            attributes, at = _attributes(head, tag.end())
            if tag[1] and (label := _meta_label(attributes)):
                yield label, at
            if raw:
                at = low.find(b"</" + name, at)
                if at < 0:
                    return


def _attributes(head: bytes, at: int) -> tuple[dict[bytes, bytes], int]:
    """Return the attributes of a tag by lower-case name, and the offset past them."""
    attributes: dict[bytes, bytes] = {}
    while found := _ATTRIBUTE.match(head, at):
        attributes.setdefault(found[1].lower(), found[2] or found[3] or found[4] or b"")
        at = found.end()
    return attributes, at


def _meta_label(attributes: dict[bytes, bytes]) -> bytes:
    if label := attributes.get(b"charset"):
        return label
    if attributes.get(b"http-equiv", b"").strip().lower() == b"content-type":
        content = attributes.get(b"content", b"")
        found = _IN_CONTENT.search(content)
        if found:
            return found[1] or found[2] or found[3] or b""
        if _NO_VALUE.search(content):  # quotes in quotes: the label is taken for an attribute
            return next((name for before, name in pairwise(attributes) if before == b"content"), b"").strip(b"\"'")
    return b""


def byte_order_mark(data: bytes) -> tuple[int, str | None]:
    """Return the size of the byte order mark at the start, and the codec it names; None for UTF-8."""
    if data.startswith(BOM):
        return len(BOM), None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return 2, "utf-16-le" if data[0] == 0xFF else "utf-16-be"
    return 0, None
