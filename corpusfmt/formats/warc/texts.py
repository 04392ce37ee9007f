"""Which records hold texts."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from corpusfmt.limits import Limits

XHTML: Final = "application/xhtml+xml"
HTML: Final = ("text/html", XHTML)


def is_text(kind: str) -> bool:
    """Say whether a media type is that of a text. Name lookups (``text/dns``) are none."""
    return (kind.startswith("text/") and kind != "text/dns") or kind == XHTML


@lru_cache(maxsize=1000)
def media_type_of(content_type: bytes) -> str:
    """Return the media type of a Content-Type value, in lower case."""
    from corpusfmt.formats.warc.http import media_type

    return media_type(content_type.decode("utf-8", "replace"))[0]


def identified(fields: dict[str, bytes]) -> str:
    """Return the media type of WARC-Identified-Payload-Type, which is asked where there is no other."""
    return media_type_of(fields.get("warc-identified-payload-type", b""))


def text_type(type: str, fields: dict[str, bytes], head: bytes, limits: Limits) -> str:
    """Return the media type of what a record holds; of a response what its HTTP header says, which begins ``head``.

    Empty where none is said, or the header cannot be read.
    """
    kind = media_type_of(fields.get("content-type", b""))
    if type != "response":
        return kind or identified(fields)
    if kind != "application/http":
        return ""
    from corpusfmt.formats.warc.codings import HTTPFault
    from corpusfmt.formats.warc.http import parse_message, said_type

    try:
        return said_type(parse_message(head, limits))[0] or identified(fields)
    except HTTPFault:
        return ""
