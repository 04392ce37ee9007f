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
