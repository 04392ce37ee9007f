"""Checking the values of named fields: URIs, dates, addresses, media types."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from corpusfmt.text.display import quoted


class Odd(NamedTuple):
    """What is wrong with a value, and the value that it should be where that is certain.

    ``code`` is WARC014 (malformed) or WARC015 (characters that should be escaped).
    """

    message: str
    corrected: bytes | None = None
    code: str = "WARC014"


_TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]++")
_NUMBER: Final = re.compile(rb"[0-9]{1,18}+")
#: RFC 3986, section 2: what a URI is written with; then all that is no space, control or bracket.
_URI: Final = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*+:(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]++|%[0-9A-Fa-f]{2})*+")
_LOOSE_URI: Final = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*+:[^\x00-\x20\x7f<>]*+")
_MEDIA: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]++/[!#$%&'*+.^_`|~0-9A-Za-z-]++[ \t]*+(?:;.*+)?+")
#: W3CDTF at any granularity, in UTC, with up to nine digits of a fraction.
_DATE: Final = re.compile(
    rb"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?Z)?)?)?"
)
_DATE_1_0: Final = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@lru_cache(maxsize=10_000)
def is_date(value: bytes) -> bool:
    """Say whether ``value`` is a date as WARC 1.1 has it (clause 5.4): W3CDTF in UTC, of any granularity.

    Answers are remembered: captures come in bursts.
    """
    match = _DATE.fullmatch(value)
    if match is None:
        return False
    year, month, day, hour, minute, second = [int(part or 0) for part in match.groups()]
    if not (year and (match[2] is None or 1 <= month <= 12) and hour <= 23 and minute <= 59 and second <= 60):
        return False
    if match[3] is None:
        return True
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def _date(value: bytes, version: bytes) -> Odd | None:
    if not is_date(value):
        return Odd(f"expected a date such as 2024-05-18T01:58:10Z, found {quoted(value)}")
    if version == b"1.0" and not _DATE_1_0.fullmatch(value):
        return Odd(f"expected a WARC 1.0 date with seconds and without a fraction, found {quoted(value)}")
    return None


def _uri(value: bytes, version: bytes) -> Odd | None:
    if value.startswith(b"<") and value.endswith(b">"):
        inside = value[1:-1]
        if version == b"1.0" or not _LOOSE_URI.fullmatch(inside):
            return _uri(inside, version) if not inside.startswith(b"<") else Odd(f"not a URI: {quoted(value)}")
        return Odd(f"a URI in angle brackets: {quoted(value)}", inside)
    if _URI.fullmatch(value):
        return None
    if _LOOSE_URI.fullmatch(value):
        return Odd(f"a URI with characters that must be escaped: {quoted(value)}", None, "WARC015")
    return Odd(f"expected a URI, found {quoted(value)}")


def _id(value: bytes, _version: bytes) -> Odd | None:
    if value.startswith(b"<") and value.endswith(b">"):
        inside = value[1:-1]
        return Odd(f"not a URI: {quoted(value)}") if inside.startswith(b"<") else _uri(inside, b"1.0")
    if _LOOSE_URI.fullmatch(value):
        return Odd(f"expected a URI in angle brackets, found {quoted(value)}", b"<%b>" % value)
    return Odd(f"expected a URI in angle brackets, found {quoted(value)}")


def _address(value: bytes, _version: bytes) -> Odd | None:
    from ipaddress import ip_address

    try:
        ip_address(value.decode("ascii"))
    except ValueError:  # UnicodeDecodeError is one
        return Odd(f"expected an IPv4 or IPv6 address, found {quoted(value)}")
    return None


def _matching(pattern: re.Pattern[bytes], what: str) -> Callable[[bytes, bytes], Odd | None]:
    def check(value: bytes, _version: bytes) -> Odd | None:
        return None if pattern.fullmatch(value) else Odd(f"expected {what}, found {quoted(value)}")

    return check


#: By the name of the syntax: what is odd about a value in a record of a version (``b"1.1"``), or None.
SYNTAX: Final[dict[str, Callable[[bytes, bytes], Odd | None]]] = {
    "token": _matching(_TOKEN, "one word"),
    "number": _matching(_NUMBER, "a number of digits"),
    "media": _matching(_MEDIA, "a media type such as text/plain"),
    "date": _date,
    "uri": _uri,
    "id": _id,
    "address": _address,
    "text": lambda _value, _version: None,
    "digest": lambda _value, _version: None,  # looked at when it is verified
}


def bare(value: bytes) -> bytes:
    """Return a URI without the angle brackets around it."""
    return value[1:-1] if value.startswith(b"<") and value.endswith(b">") else value
