"""Texts in encodings that the web decodes differently from Python's codecs (Encoding Standard, WHATWG)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import Final

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
