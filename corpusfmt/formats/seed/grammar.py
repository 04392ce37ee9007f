"""The grammar of seed files: headers and escapes, read and written (docs/seed-format.md)."""

from __future__ import annotations

import json
import re
from typing import Final

from corpusfmt.limits import MAX_ID_DIGITS, MIB
from corpusfmt.text.display import quoted

FILE: Final = b"<<<FILE"
META: Final = b"<<<META"
PRAGMA: Final = b"<<<SEED 1>>>"
#: What stands between two documents: a record ends after the LF.
BOUNDARY: Final = b"\n" + FILE
MARKER: Final = b"\\ No newline at end of file"
MARKED: Final = b"\n" + MARKER + b"\n"

_JSON_STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_INTEGER: Final = re.compile(r"=(0|-?[1-9][0-9]*)")
#: What a bare id or name cannot hold, looked for in many at once, one a line.
ODD_ID: Final = re.compile(r'[\x00-\x09\x0b-\x20\x7f-\x9f]|>>>|^["=]|>$|^$', re.M)
ODD_NAME: Final = re.compile(r'[\x00-\x09\x0b-\x1f\x7f-\x9f]|>>>|^[ "]|[ >]$|^$', re.M)
_TO_ESCAPE: Final = re.compile(rb"^\\*+<<<(?:SEED|FILE|META)|^\\++ No newline at end of file\r?$", re.M)
#: So many bytes of a body are escaped at once.
_AT_ONCE: Final = MIB
_ESCAPED: Final = re.compile(rb"^\\(?=\\*+<<<(?:SEED|FILE|META)|\\++ No newline at end of file\r?$)", re.M)


class HeaderFault(Exception):
    """A header line is wrong. ``one_field`` tells the fault that ``id_from`` can fix."""

    def __init__(self, message: str, hint: str = "", one_field: str | None = None) -> None:
        super().__init__(message)
        self.message, self.hint, self.one_field = message, hint, one_field


def parse_header(line: bytes, version: int) -> tuple[str | int, str]:
    """Return id and name from a header line without its line end. ``version`` is 0 for plain.

    Raises HeaderFault, and UnicodeDecodeError when the line is not UTF-8.
    """
    text = line.decode("utf-8").removesuffix("\r")[len(FILE) :]
    if not text.startswith(" "):
        raise HeaderFault(f"expected '<<<FILE id name>>>', found {quoted(line)}")
    if not text.endswith(">>>"):
        raise HeaderFault(f"expected '>>>' at the end of the header, found {quoted(line)}")
    text = text[1:-3]
    if version and text.startswith('"'):
        match = _JSON_STRING.match(text)
        if not match:
            raise HeaderFault(
                f"the id is not a JSON string: {quoted(line)}",
                "an id that begins with a double quote is written as a JSON string",
            )
        raw, rest = match[0], text[match.end() :]
        identifier: str | int = _string(raw, line)
        if rest and not rest.startswith(" "):
            raise HeaderFault(f"expected a space after the id, found {quoted(line)}")
        name = rest[1:] if rest else None
    else:
        raw, space, rest = text.partition(" ")
        identifier, name = raw, rest if space else None
        if version and raw.startswith("=") and (number := _INTEGER.fullmatch(raw)):
            if len(number[1].removeprefix("-")) > MAX_ID_DIGITS:
                raise HeaderFault(f"an integer id has at most {MAX_ID_DIGITS} digits")
            identifier = int(number[1])
    if name is None:
        raise HeaderFault(
            f"the header has one field; expected an id and a name in {quoted(line)}",
            "write '<<<FILE id name>>>', or read with --id-from name to take the field as the name",
            one_field=identifier if isinstance(identifier, str) else raw,
        )
    if identifier == "":
        raise HeaderFault(f"the id is empty in {quoted(line)}")
    if "\t" in raw:
        raise HeaderFault(f"an id cannot contain a tab: {quoted(line)}", "separate id and name by one space")
    if version and name.startswith('"'):
        if not _JSON_STRING.fullmatch(name):
            raise HeaderFault(
                f"the name is not a JSON string: {quoted(line)}",
                "a name that begins with a double quote is written as a JSON string",
            )
        name = _string(name, line)
    return identifier, name


def _string(raw: str, line: bytes) -> str:
    value: str = json.loads(raw)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise HeaderFault(f"half a surrogate pair in {quoted(line)}") from None
    return value


def spell_id(identifier: str | int) -> str:
    """Return an id as a version 1 header has it."""
    if isinstance(identifier, int):
        return f"={identifier}"
    return _spell(identifier) if "\n" in identifier or ODD_ID.search(identifier) else identifier


def spell_name(name: str) -> str:
    """Return a name as a version 1 header has it."""
    return _spell(name) if "\n" in name or ODD_NAME.search(name) else name


def _spell(text: str) -> str:
    raw = json.dumps(text, ensure_ascii=False)
    out = raw.replace(" ", "\\u0020").replace(">", "\\u003e").replace("\x7f", "\\u007f")
    return "".join([f"\\u{ord(c):04x}" if "\x80" <= c <= "\x9f" else c for c in out])


def escape(body: bytes) -> bytes:
    """Return a body as version 1 writes it: lines that would be read as something else gain a backslash."""
    if len(body) <= _AT_ONCE:
        return _TO_ESCAPE.sub(rb"\\\g<0>", body)
    pieces, at = [], 0  # each line to escape makes two objects of the pattern's own
    while at < len(body):
        stop = body.find(b"\n", at + _AT_ONCE) + 1 or len(body)
        pieces.append(_TO_ESCAPE.sub(rb"\\\g<0>", body[at:stop]))
        at = stop
    return b"".join(pieces)


def unescape(body: bytes) -> bytes:
    """Undo :func:`escape`."""
    return _ESCAPED.sub(b"", body)
