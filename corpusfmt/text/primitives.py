"""The hot primitives: plain functions over bytes, each with an obvious slow form that tests compare it to.

They sit together so that they can be measured, and replaced by compiled ones (:mod:`corpusfmt.text.kernel`) without
touching a format. Single-byte ``replace``, ``split`` and ``count`` run at the speed of ``memchr``; patterns of two
bytes or more are ten times slower in CPython, and so are regular expressions. That shapes all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO
from typing import Final, TypeAlias

from corpusfmt.text.kernel import KERNEL

#: Bytes that grow without being copied: ``getvalue`` gives them as they are held.
Memory: TypeAlias = BytesIO

#: Every C0 control becomes an exclamation mark: ``translate`` then answers "is there any" in one pass.
_PROBE: Final = bytes(0x21 if i < 0x20 else i for i in range(256))
#: The controls that are rare in texts. Tab and line ends are not: they are replaced before.
_NAMED: Final = {0x08: b"\\b", 0x0C: b"\\f"}
_ESCAPES: Final = tuple((bytes([i]), _NAMED.get(i, b"\\u%04x" % i)) for i in range(0x20) if i not in b"\t\n\r")
#: The second byte of a JSON escape (RFC 8259, section 7) and what it stands for; ``\\`` and ``\u`` apart.
_SIMPLE: Final = {
    0x22: b'"', 0x2F: b"/", 0x62: b"\b", 0x66: b"\f", 0x6E: b"\n", 0x72: b"\r", 0x74: b"\t",
}  # fmt: skip

#: Where a string has more escapes, taking it apart would take memory: fifty times its size.
_MOST_PARTS: Final = 1 << 16

_XML_CHARS: Final = {b"&lt;": b"<", b"&gt;": b">", b"&#13;": b"\r", b"&amp;": b"&"}
#: What XML 1.0 (section 2.2) forbids below U+0020; the other two, U+FFFE and U+FFFF, are EF BF BE and EF BF BF.
_XML_FORBIDDEN: Final = bytes(i for i in range(0x20) if i not in (0x09, 0x0A, 0x0D))


def occurrences(data: bytes, byte: bytes) -> int:
    """Return how often the single ``byte`` occurs. Deleting it is four times faster than ``count``."""
    return len(data) - len(data.replace(byte, b""))


def is_utf8(data: bytes) -> bool:
    """Say whether ``data`` is valid UTF-8 (Unicode 16.0, D92)."""
    if data.isascii():
        return True
    if KERNEL is not None:
        return KERNEL.is_utf8(data)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def first_invalid_utf8(data: bytes) -> int:
    """Return the offset of the first byte of ``data`` that is no part of valid UTF-8, or -1."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return -1


def escape_json(text: bytes) -> bytes:
    """Return UTF-8 ``text`` as the inside of a JSON string: the shortest escapes, nothing else touched."""
    text = text.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    if text.translate(_PROBE) != text:
        text = text.replace(b"\t", b"\\t").replace(b"\r", b"\\r")
        if text.translate(_PROBE) != text:
            for control, escape in _ESCAPES:
                text = text.replace(control, escape)
    return text


def escape_json_each(texts: Sequence[bytes]) -> list[bytes]:
    """Return each of ``texts``, which are UTF-8, as :func:`escape_json` does, at the cost of one."""
    if len(texts) == 1:
        return [escape_json(texts[0])]
    return escape_json(b"\xff".join(texts)).split(b"\xff") if texts else []  # no UTF-8 holds the byte 0xFF


def unescape_json(raw: bytes) -> bytes:
    """Return what the inside of a valid JSON string stands for, as UTF-8.

    ``raw`` has been checked: its escapes are valid and it has no lone surrogates.
    """
    if raw.count(b"\\") <= _MOST_PARTS:
        first, *rest = raw.split(b"\\")
        if not rest:
            return raw
        with suppress(KeyError, IndexError):  # an escaped backslash leaves an empty part, \u has no entry
            return first + b"".join([_SIMPLE[part[0]] + part[1:] for part in rest])
    import msgspec

    return msgspec.json.decode(b'"%b"' % raw, type=str).encode()


def is_xml(text: bytes) -> bool:
    """Say whether UTF-8 ``text`` has only characters that XML 1.0 can hold (section 2.2, Char)."""
    if len(text.translate(None, _XML_FORBIDDEN)) != len(text):
        return False
    return b"\xef" not in text or (b"\xef\xbf\xbe" not in text and b"\xef\xbf\xbf" not in text)


def escape_xml(text: bytes) -> bytes:
    """Return UTF-8 ``text`` as character data (XML 1.0, section 2.4): ``&``, ``<``, ``>`` and CR as references."""
    return text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;").replace(b"\r", b"&#13;")


def unescape_xml(raw: bytes) -> bytes | None:
    """Undo :func:`escape_xml`. None for anything that it does not write: other references, ``<``, ``>`` or CR."""
    if b"<" in raw or b">" in raw or b"\r" in raw:
        return None
    if b"&" not in raw:
        return raw
    if sum(map(raw.count, _XML_CHARS)) != occurrences(raw, b"&"):
        return None
    for reference, char in _XML_CHARS.items():  # that of the ampersand is the last
        raw = raw.replace(reference, char)
    return raw
