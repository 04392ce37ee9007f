"""The fast path for headers. The headers of one program have few shapes: the same fields in the same order.

A header that a close look found nothing wrong with teaches its shape: a pattern for the next ones, as strict as the
close look or stricter. What no shape fits is looked at closely.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from corpusfmt.formats.warc.header import BY_NAME, Header
from corpusfmt.formats.warc.values import is_date

#: More shapes than this are not learned: trying them all would cost more than looking closely.
_MOST: Final = 48

_URI: Final = rb"[A-Za-z][A-Za-z0-9+.-]*+:(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]++|%[0-9A-Fa-f]{2})*+"
_OCTET: Final = rb"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_TOKEN: Final = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
#: By syntax: spellings that need no further look. Dates are looked at once each.
PATTERNS: Final = {
    "id": rb"<(?:urn:uuid:[0-9a-fA-F-]{36}|%b)>" % _URI,
    "uri": _URI,
    "date": rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z",
    "digest": rb"(?:sha256:[0-9a-f]{64}|sha1:[A-Z2-7]{32})",
    "number": rb"[0-9]{1,15}",
    "token": _TOKEN,
    "media": rb"%b/%b(?:;[ -~]*[!-~])?+" % (_TOKEN, _TOKEN),
    "address": rb"(?:%b\.){3}%b" % (_OCTET, _OCTET),
}
#: Any other value: one line of ASCII without space around it.
_TEXT: Final = rb"[!-~]++(?: ++[!-~]++)*+"


class Shape(NamedTuple):
    """The shape of a header: what matches it, and the names of its fields in lower case, in order."""

    pattern: re.Pattern[bytes]
    names: tuple[str, ...]
    type: str
    version: bytes


class Shapes:
    """The shapes of one file. After each the one that followed it the last time is tried first."""

    def __init__(self, longest: int) -> None:
        """A header over ``longest`` bytes needs a close look."""
        self._longest = longest
        self._known: list[Shape] = []
        self._following: dict[int, Shape] = {}
        self._last = -1

    def match(self, buffer: bytes, at: int) -> tuple[Shape, dict[str, bytes], int] | None:
        """Return the shape of the header at ``at``, its fields and its end; None when a close look is needed."""
        shape = self._following.get(self._last)
        match = shape.pattern.match(buffer, at) if shape is not None else None
        if match is None:
            for shape in self._known:
                match = shape.pattern.match(buffer, at)
                if match is not None:
                    self._following[self._last] = shape
                    break
            else:
                return None
        assert shape is not None
        fields = dict(zip(shape.names, match.groups(), strict=True))
        if match.end() - at > self._longest or not is_date(fields["warc-date"]):
            return None
        self._last = id(shape)
        return shape, fields, match.end()

    def learn(self, head: bytes, header: Header) -> None:
        """Take the shape of a header that has no faults."""
        lines = head.split(b"\r\n")[1:-2]
        if header.faults or len(self._known) >= _MOST or len(lines) != len(header.fields):
            return
        parts, names = [], []
        for line in lines:
            label = line.partition(b":")[0]
            name = label.decode("ascii", "replace").lower()
            field = BY_NAME.get(name)
            value = PATTERNS.get(field.syntax, _TEXT) if field else _TEXT
            if name == "warc-type":
                value = re.escape(header.fields[name])
            parts.append(rb"%b: (%b)\r\n" % (re.escape(label), value))
            names.append(name)
        version = re.escape(header.version)
        pattern = re.compile(rb"WARC/%b\r\n%b\r\n" % (version, b"".join(parts)))
        if pattern.fullmatch(head):
            self._known.append(Shape(pattern, tuple(names), header.type, header.version))
