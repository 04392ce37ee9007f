"""The kinds of invalid UTF-8 (Unicode 16.0, section 3.9, table 3-7)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from corpusfmt.text.primitives import is_utf8

_NOT_ASCII: Final = re.compile(rb"[\x80-\xff]++")
#: Bytes of a text in UTF-8, of which there are rarely so many in a row in UTF-16.
_NARROW: Final = re.compile(rb"[\t\n\r -~\x80-\xff]{8,}+")
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
        return Flaw(size, f"overlong form of U+{_value(data[at : at + size]):04X}")
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
