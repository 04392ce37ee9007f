"""What a text says of its own encoding at its beginning: an XML declaration, or a meta element of HTML."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from corpusfmt.text.display import BOM, charset

#: XML 1.0, production 80, behind the mark of UTF-8 or at the beginning.
XML_DECLARATION: Final = re.compile(rb"""<\?xml[ \t\r\n][^>]*?encoding[ \t\r\n]*=[ \t\r\n]*["']([^"'<>&]{0,60})["']""")
_META: Final = re.compile(rb"""<meta[\s/][^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})""", re.I)
_MARKUP: Final = re.compile(rb"\s*<(?:!doctype\s+html|html|head|meta|!--)", re.I)
#: So many bytes of a page are looked at.
_HEAD: Final = 4096
#: What the web takes some labels for (WHATWG Encoding Standard, 4.2), by Python's names.
_OF_THE_WEB: Final = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}


class Declared(NamedTuple):
    """Python's name of an encoding that was declared (empty: nobody knows it), and where the name stands."""

    encoding: str
    start: int
    stop: int


def xml_declared(head: bytes) -> Declared | None:
    """Return what the XML declaration says with which a text begins."""
    before = len(BOM) if head.startswith(BOM) else 0
    return _found(XML_DECLARATION.match(head, before), {})


def page_declared(head: bytes) -> Declared | None:
    """Return what the XML declaration or a meta element says of a text that begins as XML or HTML does."""
    declared = xml_declared(head)
    if declared is None and _MARKUP.match(head.removeprefix(BOM)):
        declared = _found(_META.search(head, 0, _HEAD), _OF_THE_WEB)
    return declared


def _found(match: re.Match[bytes] | None, others: dict[str, str]) -> Declared | None:
    if match is None:
        return None
    try:
        encoding = charset(match[1].decode("ascii", "replace")) or "utf-8"
    except LookupError:
        encoding = ""
    return Declared(others.get(encoding, encoding), match.start(1), match.end(1))
