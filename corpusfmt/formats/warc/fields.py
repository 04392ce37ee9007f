"""The named fields of WARC 1.1 (ISO 28500:2017, clause 5): their values, and the record types that have them."""

from __future__ import annotations

from typing import Final, NamedTuple

#: The record types of clause 6. Others are legal and skipped.
TYPES: Final = ("warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation")


class Field(NamedTuple):
    """A defined field. ``syntax`` names a check of ``values``; ``required`` and ``forbidden`` list record types."""

    name: str
    syntax: str
    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    repeats: bool = False


def _all_but(*types: str) -> tuple[str, ...]:
    return tuple(type for type in TYPES if type not in types)


FIELDS: Final = (
    Field("WARC-Type", "token", TYPES),
    Field("WARC-Record-ID", "id", TYPES),
    Field("WARC-Date", "date", TYPES),
    Field("Content-Length", "number", TYPES),
    Field("Content-Type", "media"),
    Field("WARC-Concurrent-To", "id", (), ("warcinfo", "conversion", "continuation"), repeats=True),
    Field("WARC-Block-Digest", "digest"),
    Field("WARC-Payload-Digest", "digest"),
    Field("WARC-IP-Address", "address", (), ("warcinfo", "conversion", "continuation")),
    Field("WARC-Refers-To", "id", (), ("warcinfo", "response", "resource", "request", "continuation")),
    Field("WARC-Refers-To-Target-URI", "uri"),
    Field("WARC-Refers-To-Date", "date"),
    Field("WARC-Target-URI", "uri", _all_but("warcinfo", "metadata"), ("warcinfo",)),
    Field("WARC-Truncated", "token"),
    Field("WARC-Warcinfo-ID", "id", (), ("warcinfo",)),
    Field("WARC-Filename", "text", (), _all_but("warcinfo")),
    Field("WARC-Profile", "uri", ("revisit",)),
    Field("WARC-Identified-Payload-Type", "media"),
    Field("WARC-Segment-Number", "number", ("continuation",)),
    Field("WARC-Segment-Origin-ID", "id", ("continuation",), _all_but("continuation")),
    Field("WARC-Segment-Total-Length", "number", (), _all_but("continuation")),
)

#: The fields by their names in lower case: names have no case.
BY_NAME: Final = {field.name.lower(): field for field in FIELDS}
#: What a record of any type must have, in the order that faults are reported.
MANDATORY: Final = ("warc-type", "warc-record-id", "warc-date", "content-length")
REQUIRED: Final = {
    type: tuple(name for name, field in BY_NAME.items() if type in field.required and name not in MANDATORY)
    for type in TYPES
}
FORBIDDEN: Final = {
    type: frozenset(name for name, field in BY_NAME.items() if type in field.forbidden) for type in TYPES
}
