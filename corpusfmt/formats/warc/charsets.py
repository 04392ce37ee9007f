"""The declared encoding of a web page (Encoding Standard and HTML Standard, WHATWG)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from corpusfmt.limits import MIB
from corpusfmt.text.display import BOM, charset, quoted

#: The codec of a label that Python has none for: bytes over 0x7f are U+F780 and so on.
USER_DEFINED: Final = "x-user-defined"
#: Bytes that the standard reads as the C1 control of their number, and Python's codec not at all.
_C1: Final = {
    "cp874": "81 82 83 84 86 87 88 89 8a 8b 8c 8d 8e 8f 90 98 99 9a 9b 9c 9d 9e 9f",
    "cp1250": "81 83 88 90 98",
    "cp1251": "98",
    "cp1252": "81 8d 8f 90 9d",
    "cp1253": "81 88 8a 8c 8d 8e 8f 90 98 9a 9c 9d 9e 9f",
    "cp1254": "81 8d 8e 8f 90 9d 9e",
    "cp1255": "81 8a 8c 8d 8e 8f 90 9a 9c 9d 9e 9f",
    "cp1257": "81 83 88 8a 8c 90 98 9a 9c 9f",
    "cp1258": "81 8a 8d 8e 8f 90 9a 9d 9e",
}
#: Single bytes that the standard reads, and Python's codec not at all, by codec.
_READ: Final = {codec: {byte: chr(byte) for byte in bytes.fromhex(some)} for codec, some in _C1.items()}
_READ["cp1255"][0xCA] = "\u05ba"
_READ["gb18030"] = {0x80: "€"}
#: Bytes that the standard does not read, and Python's codec does.
_UNREAD: Final = {"cp932": {0xF8F0: "\udca0", 0xF8F1: "\udcfd", 0xF8F2: "\udcfe", 0xF8F3: "\udcff"}}
#: Characters that the standard has where Python's codec has others, as a table for ``str.translate``.
_OTHERS: Final = {
    "koi8-u": {0x255D: "\u045e", 0x256C: "\u040e"},
    "gb18030": {
        0xE7C7: "\u1e3f",
        **dict(zip(range(0xE78D, 0xE797), "︐︒︑︓︔︕︖︗︘︙", strict=True)),
        **dict(zip((0xE81E, 0xE826, 0xE82B, 0xE82C, 0xE832, 0xE843, 0xE854, 0xE864), "龴龵龶龷龸龹龺龻", strict=True)),
    },
}
#: Characters of JIS X 0212 in EUC-JP, in a row; and others: a pair of JIS X 0208, half-width katakana, what is none.
_SUPPLEMENT: Final = re.compile(rb"((?:\x8f[\xa1-\xfe]{2})+)")
_EUC: Final = re.compile(rb"([\xa1-\xfe])([\xa1-\xfe])|\x8e([\xa1-\xdf])|[\x80-\xff]")
_PAIRS: Final = re.compile(rb"([!-~])([!-~])|().", re.S)
#: What shifts ISO-2022-JP to another set, and what follows up to the next shift.
_SHIFT: Final = re.compile(rb"(?:\A|\x1b(\([BJI]|\$[@B]))([^\x1b]*)")
#: Bytes that are no character of Shift_JIS.
_NONE: Final = b"\x81 "


def in_utf8(data: bytes, codec: str) -> bytes | None:
    """Return a text in UTF-8 where the web reads it otherwise than Python's codec; None where both read it alike, and
    where the web cannot read it either. Bytes that Python's codec reads alone stay as they are.
    """
    try:
        text = _decoded(data, codec)
    except UnicodeDecodeError:
        return None
    if text is None or (codec != USER_DEFINED and text == data.decode(codec, "replace")):
        return None
    return text.encode("utf-8", "surrogateescape")


def _decoded(data: bytes, codec: str) -> str | None:
    """Decode as the web does; None where Python's codec does just that. Raises UnicodeDecodeError."""
    if codec == USER_DEFINED:
        return re.sub("[\x80-\xff]", lambda high: chr(0xF700 + ord(high[0])), data.decode("latin-1"))
    if codec == "euc_jp":
        parts = _SUPPLEMENT.split(data)
        return "".join([part.decode(codec) if at % 2 else _jis(_EUC, part) for at, part in enumerate(parts)])
    if codec == "iso2022_jp":
        parts = _SHIFT.findall(data)
        known = data.count(b"\x1b") == sum(1 for shift, _ in parts if shift)
        return "".join([_shifted(shift, part) for shift, part in parts]) if known else None
    if codec in _UNREAD:
        return data.decode(codec).translate(_UNREAD[codec])
    if codec not in _READ and codec not in _OTHERS:
        return None
    errors = f"corpusfmt.{codec}" if codec in _READ else "strict"
    return data.decode(codec, errors).translate(_OTHERS.get(codec, {}))


def _handler(read: dict[int, str]) -> Callable[[UnicodeError], tuple[str, int]]:
    """Return what handles errors of a codec: it gives the characters of bytes that only the standard reads."""

    def handle(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        char = read.get(error.object[error.start])
        if char is None:
            raise error
        return char, error.start + 1

    return handle


for _codec, _table in _READ.items():
    codecs.register_error(f"corpusfmt.{_codec}", _handler(_table))


def _jis(chars: re.Pattern[bytes], data: bytes) -> str:
    """Decode pairs of JIS X 0208 as the web does, which has more of them than Python's codecs: as Shift_JIS."""
    return chars.sub(_in_shift_jis, data).decode("cp932")


def _in_shift_jis(char: re.Match[bytes]) -> bytes:
    lead, trail, katakana = char.groups()
    if lead is None:
        return katakana or _NONE
    row, cell = (lead[0] & 0x7F) - 0x21, (trail[0] & 0x7F) - 0x21
    first = 0x81 + row // 2 + (0x40 if row > 61 else 0)
    return bytes([first, cell + 0x9F if row % 2 else cell + 0x40 + (cell > 62)])


def _shifted(shift: bytes, data: bytes) -> str:
    if shift.startswith(b"$"):
        return _jis(_PAIRS, data)
    if shift == b"(I":
        return bytes([byte | 0x80 if 0x21 <= byte <= 0x5F else 0xFF for byte in data]).decode("shift_jis")
    text = data.decode("ascii")
    return text.translate({0x5C: "¥", 0x7E: "‾"}) if shift == b"(J" else text


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
