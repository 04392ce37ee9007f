"""Facts about characters, and escaping hostile text for display."""

from __future__ import annotations

import re
from typing import Final

#: What a source in UTF-16 or UTF-32 begins with (Unicode 16.0, section 23.8), longest mark first.
WIDE_MARKS: Final = (
    (b"\xff\xfe\x00\x00", "UTF-32LE"),
    (b"\x00\x00\xfe\xff", "UTF-32BE"),
    (b"\xff\xfe", "UTF-16LE"),
    (b"\xfe\xff", "UTF-16BE"),
)
#: The UTF-8 byte order mark.
BOM: Final = b"\xef\xbb\xbf"


def wide_encoding(head: bytes) -> str | None:
    """Name the UTF-16 or UTF-32 encoding that ``head`` (the first bytes of a source) is in, or None.

    A byte order mark decides; without one, NUL bytes where an ASCII character must stand do.
    """
    for mark, name in WIDE_MARKS:
        if head.startswith(mark):
            return name
    if head[:4].count(0) == 3 and len(head) >= 4:
        name = "UTF-32LE" if head[0] else "UTF-32BE"
        return name if in_utf32(head[:64], name) else None
    if len(head) >= 4 and head[:4].count(0) == 2 and head[0] != 0 and head[1] == 0 and head[3] == 0:
        return "UTF-16LE"
    if len(head) >= 4 and head[:4].count(0) == 2 and head[0] == 0 and head[2] == 0:
        return "UTF-16BE"
    return None


def in_utf32(data: bytes, name: str) -> bool:
    """Say whether bytes are characters in UTF-32LE or UTF-32BE, none of them U+0000: a run of NULs is no text."""
    units = [data[at : at + 4] for at in range(0, len(data) - 3, 4)]
    if name == "UTF-32LE":
        units = [unit[::-1] for unit in units]
    return all(b"\0\0\0\0" < unit < b"\0\x11\0\0" for unit in units)


#: Ranges of characters that stand together in texts: Latin, Greek, Cyrillic, Armenian and so on to Thai, Tibetan,
#: Georgian, Ethiopic and Khmer; of East Asia the usual characters, for other bytes may be rare ones by chance.
_TOGETHER: Final = (
    (0x41, 0x24F), (0x370, 0x3FF), (0x400, 0x52F), (0x530, 0x58F), (0x590, 0x5FF), (0x600, 0x77F),
    *((start, start + 0x7F) for start in range(0x900, 0xF00, 0x80)), (0xF00, 0xFFF), (0x1000, 0x109F), (0x10A0, 0x10FF),
    (0x1200, 0x139F), (0x1780, 0x17FF), (0x1F00, 0x1FFF), (0x3001, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3),
    (0xFF01, 0xFF5E),
)  # fmt: skip
_EAST: Final = {start for start, _ in _TOGETHER if start > 0x3000}
_GREEK: Final = {0x370, 0x1F00}
#: Such a part of the letters stands together; so many letters are enough to tell.
_MOST: Final = 0.8
_LETTERS: Final = 5
#: So many flaws a text in UTF-8 may have that is cut, or has zero bytes inside of characters.
_FLAWS: Final = 2


def in_utf16(data: bytes) -> str:
    """Name the UTF-16 that bytes without a byte order mark are in, or nothing: in one order, and not in the other, they
    are characters of scripts that stand together, and ASCII characters, with bytes of value 0, where they may stand.
    """
    if b"\0" not in data:
        return ""
    (found, name), (other, _) = sorted(((_fits(data, name), name) for name in ("UTF-16LE", "UTF-16BE")), reverse=True)
    return name if found and not other else ""


def _fits(data: bytes, name: str) -> bool:
    from codecs import getincrementaldecoder
    from unicodedata import category

    try:
        text = getincrementaldecoder(name)("strict").decode(data)
    except UnicodeError:
        return False
    if any(category(char) in _NO_TEXT for char in set(text) - set("\t\n\r")):
        return False
    counts: dict[int, int] = {}
    letters = [char for char in text if char.isalpha()]
    for char in letters:
        start = next((start for start, stop in _TOGETHER if start <= ord(char) <= stop), 0)
        kind = min(_EAST) if start in _EAST else min(_GREEK) if start in _GREEK else start
        counts[kind] = counts.get(kind, 0) + 1
    counts.pop(0, 0)
    kinds = sorted(counts, key=lambda kind: counts[kind])[-2:]
    if sum(counts[kind] for kind in kinds) <= _MOST * len(letters) or len(letters) < _LETTERS:
        return False
    if min(_EAST) not in kinds:
        return all(ord(char) >> 8 not in _ENDS or char < "\u0100" or char in _MARKS or char.isalpha() for char in text)
    # Any two bytes that are not ASCII are one of so many characters: spaces and line ends of other texts show there.
    low = sum(ord(char) & 0xFF in _ENDS and char > "\xff" and char != "\u4e00" for char in text)
    high = any(ord(char) >> 8 in _ENDS and ord(char) > 0xFF and char not in _MARKS for char in text)
    latin = sum(all(0x20 <= byte < 0x7F for byte in char.encode("utf-16-le")) for char in letters if char > "\u4e00")
    narrow = data.replace(b"\0", b"").decode("utf-8", "replace").count("\ufffd") <= _FLAWS
    plain = any(char in "\n " for char in text)
    return plain and not (high or low > 1 + len(text) // 8 or latin > 0.6 * len(letters) or narrow)


#: Bytes of line ends and spaces, and categories of characters that stand in no text.
_ENDS: Final = frozenset((0, 0x0A, 0x0D, 0x20))
_MARKS: Final = frozenset(map(chr, range(0x2010, 0x2028)))
_NO_TEXT: Final = frozenset(("Cc", "Cn", "Co", "Cs"))


def marked(head: bytes) -> bool:
    """Say whether a file in UTF-16 or UTF-32 says so by a byte order mark."""
    return any(head.startswith(mark) for mark, _ in WIDE_MARKS)


def transcoding(head: bytes) -> str:
    """Say how to make UTF-8 of a file in UTF-16 or UTF-32 that begins with ``head``.

    With a byte order mark iconv must find the byte order itself: it keeps the mark otherwise.
    """
    name = wide_encoding(head) or "ENCODING"
    if marked(head):
        name = name[:6]
    return f"convert it first: iconv -f {name} -t UTF-8 OLD > NEW"


#: Beginnings of names of encodings in which every byte or pair of bytes is something, and UTF-8 is no accident.
MULTIBYTE: Final = ("utf", "gb", "big5", "euc", "shift", "cp9", "iso2022", "hz", "johab")
#: Codecs of Python that are no encodings of texts: they fail in ways of their own or give halves of characters.
_NO_CHARSETS: Final = frozenset(
    {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf-7", "mbcs", "oem"}
)


def charset(name: str) -> str | None:
    """Return Python's name of an encoding of texts; None for UTF-8. Raises LookupError for anything else."""
    from codecs import lookup

    try:
        info = lookup(name)
        "".encode(name)
    except (LookupError, ValueError):
        raise LookupError(name) from None
    if info.name in _NO_CHARSETS or info.name.replace("-", "_") in _NO_CHARSETS:
        raise LookupError(name)
    return None if info.name == "utf-8" else info.name


def _escape(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8, kept by surrogateescape
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(char, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


#: What CI runners take for a command wherever it stands in a line: ``##[error]`` (GitHub), ``##vso[...]`` (Azure),
#: ``##teamcity[...]``. GitHub's runner compares as the culture does, which passes over characters like U+FE0F: any
#: character but those of ASCII may stand between.
_ANYWHERE: Final = re.compile(r"#(?=[^ -~\n]*+#(?:[^ -~\n]|\w)*+\[)")
#: What they take for one where a line begins: ``::error::`` after blanks (GitHub), ``--- `` and the like (Buildkite).
_AT_START: Final = re.compile(r"^([^!-~\n]*+)(:(?=[^ -~\n]*+:)|([-+~^])(?=\3\3[^\S\n]))", re.M)
#: How the first character of a command is spelled: in text, in JSON, in XML. Readers of JSON and XML are given it back.
TEXT, JSON, XML = r"\x{:02x}", r"\u{:04x}", "&#{};"


def harmless(lines: str, spelling: str = TEXT) -> str:
    """Return ``lines``, which are to be printed, such that no CI runner takes one for a command."""
    lines = _ANYWHERE.sub(lambda found: spelling.format(ord(found[0])), lines)
    return _AT_START.sub(lambda found: found[1] + spelling.format(ord(found[2])), lines)


def shown(text: str | bytes, limit: int = 0) -> str:
    """Return ``text`` safe for a terminal, a log or an annotation.

    Control, format (bidirectional ones among them), private use and unassigned characters, bytes
    that are not UTF-8, and what CI runners obey wherever it stands are written as escapes. What they
    obey where a line begins is left to :func:`harmless`. ``limit`` (characters, 0 for none) cuts long values.
    """
    if isinstance(text, bytes):
        text = (text[: 4 * limit + 4] if limit else text).decode("utf-8", "surrogateescape")
    if limit and len(text) > limit:
        text = text[:limit] + "…"
    if not text.isprintable():
        for char in set(text):
            if not char.isprintable():
                text = text.replace(char, _escape(char))
    return _ANYWHERE.sub(lambda found: TEXT.format(ord(found[0])), text) if "#" in text else text


def quoted(text: str | bytes, limit: int = 60) -> str:
    """Return ``text`` as :func:`shown` gives it, in single quotes."""
    return f"'{shown(text, limit)}'"


def shown_halves(text: str) -> str:
    """Return ``text`` with halves of surrogate pairs as escapes: JSON can hold them, many of its readers can not."""
    return "".join([_escape(c) if "\ud800" <= c <= "\udfff" else c for c in text]) if not text.isascii() else text
