"""The kinds of invalid UTF-8 (Unicode 16.0, section 3.9, table 3-7)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from corpusfmt.text.primitives import is_utf8

_NOT_ASCII: Final = re.compile(rb"[\x80-\xff]++")
#: Bytes of a text in UTF-8, of which there are rarely so many in a row in UTF-16.
_NARROW: Final = re.compile(rb"[\t\n\r -~\x80-\xff]{8,}+")
#: A surrogate pair as CESU-8 and Java write a character beyond U+FFFF.
_PAIR: Final = rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]"
#: Sequences that are the code points that they spell, in whatever encoding the rest is: a pair, U+0000 as Java writes
#: it, overlong forms that would be odd in a single-byte encoding. One overlong form of two bytes may be two characters.
_CERTAIN: Final = re.compile(
    rb"%b|\xc0\x80|\xe0[\x80\x81][\x80-\xbf]|\xf0[\x80-\x8f][\x80-\xbf]{2}"
    rb"|(?:\xc0[\x81-\xbf]|\xc1[\x80-\xbf]){2,}+" % _PAIR
)
_SURROGATES: Final = re.compile(_PAIR)
_SEQUENCE: Final = re.compile(rb"[\xc0-\xff][\x80-\xbf]++")
#: The first byte that begins a character.
_LEAD: Final = 0xC2


class Flaw(NamedTuple):
    """A run of ``length`` bytes that is no UTF-8: what it is, in words."""

    length: int
    what: str


def flaw_at(data: bytes, at: int) -> Flaw:
    """Name what is wrong at ``at``, the first byte that a strict decoder refuses in ``data``."""
    lead = data[at]
    if lead < 0xC0:
        return Flaw(_continuations(data, at, len(data)), "continuation byte without a lead byte")
    if lead >= 0xF8:
        return Flaw(1, "byte that is never valid in UTF-8")
    size = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    there = 1 + _continuations(data, at + 1, at + size)
    if there < size:
        cut = at + there == len(data)
        return Flaw(there, f"sequence of {size} bytes cut after {there}{', at the end' if cut else ''}")
    second = data[at + 1]
    if lead in (0xC0, 0xC1) or (lead == 0xE0 and second < 0xA0) or (lead == 0xF0 and second < 0x90):
        value = _value(data[at : at + size])
        return Flaw(
            size,
            f"overlong form of U+{value:04X}" + (", as in modified UTF-8 (Java)" if size == 2 and not value else ""),
        )
    if _SURROGATES.match(data, at):
        return Flaw(6, f"surrogate pair of U+{ord(_spelled(data[at : at + 6])):X}, as in CESU-8")
    if lead == 0xED and second >= 0xA0:
        return Flaw(size, f"surrogate U+{_value(data[at : at + size]):04X}")
    return Flaw(size, f"code point U+{_value(data[at : at + size]):X} above U+10FFFF")


def has_narrow_lines(data: bytes) -> bool:
    """Say whether UTF-16 or UTF-32 has bytes of lines in UTF-8, as programs leave that append to a file."""
    for found in _NARROW.finditer(data):
        part = found[0]
        if b"\n" in part and any(is_utf8(part[: len(part) - cut]) for cut in range(4)):  # a character may be cut off
            return True
    return False


def has_cut(data: bytes) -> bool:
    """Say whether text in UTF-8 is likely to have lost a part of a character: other characters stand beside it, a lead
    byte is alone that others have too, or the rest of what would be a small letter with such a lead byte.
    """
    runs = _NOT_ASCII.findall(data)
    leads = {run[at : at + 1] for run in runs if is_utf8(run) for at in range(len(run)) if run[at] >= _LEAD}
    for run in runs:
        if not is_utf8(run):
            rest = run[: flaw_at(run, 0).length] if run[0] < _LEAD else b""
            whole = len(run.decode("utf-8", "ignore").encode())
            if (
                (leads and 2 * whole > len(run))
                or run[-1:] in leads
                or (rest and any(_is_small(lead + rest) for lead in leads))
            ):
                return True
    return False


def _is_small(data: bytes) -> bool:
    return data.decode("utf-8", "replace").islower()


def described(data: bytes, at: int) -> str:
    """Say what is wrong at ``at``, with the bytes."""
    flaw = flaw_at(data, at)
    return f"{flaw.what} ({' '.join(f'{byte:02x}' for byte in data[at : at + min(flaw.length, 8)])})"


def is_certain(data: bytes, at: int) -> bool:
    """Say whether the bytes at ``at``, which are no UTF-8, can only be meant as the code points that they spell."""
    return _CERTAIN.match(data, at) is not None


def without_certain(data: bytes) -> bytes:
    """Return bytes with one byte that is no UTF-8 for each such sequence."""
    return _CERTAIN.sub(b"\xff", data)


def respelled(data: bytes) -> tuple[int, int, bytes] | None:
    """Return where the first such sequence begins, where the last one ends, and the UTF-8 for all between; None when
    other bytes are not UTF-8.
    """
    found = [(match.start(), match.end()) for match in _CERTAIN.finditer(data)]
    if not found:
        return None
    start, stop = found[0][0], found[-1][1]
    try:
        made = _CERTAIN.sub(lambda match: _spelled(match[0]).encode(), data[start:stop])
    except UnicodeEncodeError:  # an overlong form of a surrogate
        return None
    return (start, stop, made) if is_utf8(data[:start] + made + data[stop:]) else None


def _spelled(sequences: bytes) -> str:
    """Return the characters that sequences spell, whether they are valid or not."""
    text = "".join([chr(_value(found[0])) for found in _SEQUENCE.finditer(sequences)])
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def in_utf8(data: bytes, encoding: str) -> bytes | None:
    """Return bytes that are in ``encoding`` as UTF-8, but for what is in UTF-8 already; None where they are not in it.

    Single bytes are told apart from UTF-8 run by run, all other encodings only as a whole.
    """
    try:
        if len(bytes(range(256)).decode(encoding, "replace")) != 256:
            return data.decode(encoding).encode()
        return _NOT_ASCII.sub(lambda run: run[0] if is_utf8(run[0]) else run[0].decode(encoding).encode(), data)
    except UnicodeError:
        return None


def _continuations(data: bytes, start: int, stop: int) -> int:
    """Count the continuation bytes from ``start`` on, before ``stop``."""
    at = start
    while at < min(stop, len(data)) and 0x80 <= data[at] < 0xC0:
        at += 1
    return at - start


def _value(sequence: bytes) -> int:
    """Return the number that a sequence of lead and continuation bytes spells."""
    value = sequence[0] & (0xFF >> (len(sequence) + 1))
    for byte in sequence[1:]:
        value = value << 6 | byte & 0x3F
    return value
