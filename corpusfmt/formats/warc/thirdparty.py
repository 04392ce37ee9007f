"""Documents from third-party records: which records are texts, and which fields become metadata.

The id is the record id, the name the target URI. Under ``meta`` stand ``url``, ``date``, ``languages``,
``content_type`` (where it is not text/plain), ``status`` (of a response), ``refers_to``, ``truncated``, and
``metadata``: the fields of the metadata records about it. What else a header says is dropped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from corpusfmt.formats.warc.header import Fault
from corpusfmt.formats.warc.record import Record
from corpusfmt.formats.warc.texts import (
    HTML,
    PLAIN,
    binary,
    identified,
    is_by_crawler,
    is_page,
    is_wanted,
    media_type_of,
)
from corpusfmt.formats.warc.values import bare
from corpusfmt.limits import WARC_JOINED
from corpusfmt.model.format import ReadOptions, forced_encoding
from corpusfmt.model.json_objects import check_object
from corpusfmt.model.metadata import values_of
from corpusfmt.text.display import charset, quoted, shown
from corpusfmt.text.json_reader import JSONFault
from corpusfmt.text.primitives import first_invalid_utf8, is_utf8

#: Brackets in a JSON value that is joined as one are fewer than levels by so many: it stands a few levels deep in the
#: metadata.
_AROUND: Final = 16
#: A part of a document (RFC 9110, section 15.3.7).
_PARTIAL: Final = 206


class FaultError(Exception):
    """A record that should be a document cannot be made one."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class Pending:
    """A document to be, until the metadata records after it have been seen."""

    __slots__ = ("body", "count", "data", "encoding", "extra", "joined", "record", "remarks", "room")

    def __init__(self, record: Record, data: bytes, encoding: str | None, body: int) -> None:
        self.record, self.data, self.encoding, self.body = record, data, encoding, body
        self.extra: dict[str, Any] = {}
        #: What metadata records say: JSON values as they are to be written, by name.
        self.joined: dict[str, list[bytes]] = {}
        self.room, self.count = WARC_JOINED, 0
        self.remarks: list[Fault] = []

    def join(self, record: Record, depth: int) -> Fault | None:
        """Add what a metadata record says: ``application/warc-fields``, or any text. Return a remark, or None.

        ``depth`` is how deep the metadata may nest, in levels.
        """
        block = record.block or b""
        self.room -= len(block) + 1000
        self.count += 1
        kind = record.fields.get("content-type", b"").partition(b";")[0].strip().lower()
        invalid = first_invalid_utf8(block)
        text = block.decode("utf-8", "replace")
        if kind == b"application/warc-fields":
            for line in re.sub(r"\r?\n[ \t]+", " ", text).split("\n"):
                name, colon, value = line.partition(":")
                if colon and name.strip():
                    self.joined.setdefault(name.strip(), []).append(_value(value.strip(), depth))
                elif line.strip():
                    self.joined.setdefault("", []).append(_dump(line.strip()))
        elif block:
            self.joined.setdefault(kind.decode("ascii", "replace") or "text", []).append(_value(text, depth))
        if invalid < 0:
            return None
        return Fault("WARC028", "the metadata record is not UTF-8; such bytes are replaced", record.body + invalid)

    def identity(self) -> tuple[str, str, bytes]:
        """Return id, name and metadata as JSON."""
        fields = self.record.fields
        uri = bare(fields.get("warc-target-uri", b"")).decode()
        meta: dict[str, Any] = {"url": uri} if uri else {}
        meta["date"] = fields["warc-date"].decode()
        languages = [code.strip() for code in fields.get("warc-identified-content-language", b"").decode().split(",")]
        languages = [code for code in languages if code] or _languages(self.joined)
        if languages:
            meta["languages"] = languages
        meta |= self.extra
        if "warc-refers-to" in fields:
            meta["refers_to"] = bare(fields["warc-refers-to"]).decode()
        if "warc-truncated" in fields:
            meta["truncated"] = fields["warc-truncated"].decode()
        raw = _dump(meta)
        if self.joined:
            members = [_dump(name) + b":" + _listed(values) for name, values in self.joined.items()]
            raw = b'%b,"metadata":{%b}}' % (raw[:-1], b",".join(members))
        return bare(fields["warc-record-id"]).decode(), uri, raw


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _listed(values: list[bytes]) -> bytes:
    """Return one value as it is, and more of them as an array."""
    return values[0] if len(values) == 1 else b"[%b]" % b",".join(values)


def _value(text: str, depth: int) -> bytes:
    """Return a JSON object that stands in a field as one, its numbers digit for digit; anything else as a string."""
    if text.startswith("{") and text.count("{") + text.count("[") < depth - _AROUND:
        raw = text.replace("\n", " ").replace("\r", " ").encode()
        try:
            if not check_object(raw):
                return raw
        except JSONFault:
            pass
    return _dump(text)


def _languages(joined: dict[str, list[bytes]]) -> list[str]:
    """Return the ISO 639-3 codes that Common Crawl's language detector gives."""
    found = values_of(joined.get("languages-cld2", [b"{}"])[0])
    listed = found.get("languages") if isinstance(found, dict) else None
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    codes = [entry.get("code-iso-639-3") for entry in entries]
    return [code for code in codes if isinstance(code, str)]


@lru_cache(maxsize=1000)
def _declared(content_type: bytes) -> tuple[str, str]:
    """Return the media type of a Content-Type value, and the label of an encoding."""
    from corpusfmt.formats.warc.http import media_type

    kind, parameters = media_type(content_type.decode("utf-8", "replace"))
    return kind, parameters.get("charset", "")


def pending_of(
    record: Record, options: ReadOptions, types: frozenset[str], expand: Callable[[int], object], *, ours: bool
) -> Pending | str:
    """Return the document that a record will be, or a word for what it is when it is none.

    ``types`` are the media types of documents; ``expand`` gets the sizes of what decompressing gives; ``ours`` says
    that corpusfmt wrote the record. Raises FaultError, and as ``expand`` does.
    """
    fields = record.fields
    if "warc-segment-number" in fields:
        return f"{record.type} records in segments"
    if not ours and is_by_crawler(fields):
        return f"{record.type} records of the crawler about itself"
    if record.type == "response":
        return _response(record, options, types, expand)
    kind, label = _declared(fields.get("content-type", b""))
    kind = kind or identified(fields)
    if not is_wanted(kind, types) and not (ours and kind == PLAIN):
        return f"{record.type} records of {shown(kind, 60) or 'no type'}"
    if record.block is None:
        return f"{record.type} records that are no text"
    pending = Pending(record, record.block, options.encoding, record.body)
    if ours:
        try:
            pending.encoding = charset(label) if label else options.encoding
        except LookupError:
            what = f"unknown encoding: {quoted(label)}"
            pending.remarks.append(Fault("WARC028", what, record.start, field="content-type"))
        return _finished(pending, kind, options)
    from corpusfmt.formats.warc.http import body_of

    body = body_of(kind, label, record.block)
    if what := binary(kind, body.data, fields, types, wide=body.wide):
        return f"{record.type} records of {shown(kind, 60)} that hold {shown(what, 60)}"
    pending.data, pending.body = body.data, record.body + len(record.block) - len(body.data)
    if body.unknown:
        pending.remarks.append(Fault("WARC028", body.unknown, record.start, field="content-type"))
    _read_as_declared(pending, body.charset, known=body.declared)
    return _finished(pending, kind, options)


def _response(
    record: Record, options: ReadOptions, types: frozenset[str], expand: Callable[[int], object]
) -> Pending | str:
    from corpusfmt.formats.warc.codings import HTTPFault
    from corpusfmt.formats.warc.http import EMPTY, content_of, final_message, said_type

    outer = media_type_of(record.fields.get("content-type", b""))
    if outer != "application/http":
        return f"response records of {shown(outer, 60) or 'no type'}"
    if record.block is None:
        return "response records that are no text"
    block, start = record.block, record.body
    kind = ""
    try:
        message, before = final_message(block, options.limits)
        start, block = start + before, block[before:]
        if (not 200 <= message.status < 300 or message.status == _PARTIAL) and options.own.get("status") != "all":
            return f"response records with status {message.status}"
        kind = said_type(message)[0] or identified(record.fields)
        if kind and not is_wanted(kind, types):
            return f"response records of {shown(kind, 60)}"
        content = content_of(block, message, options.max_document, options.limits.ratio, expand)
    except HTTPFault as fault:
        raise FaultError(Fault("WARC021", fault.message, start + fault.at)) from None
    if message.status in EMPTY and not content.data:
        return f"response records with status {message.status}"
    if not kind:
        kind = HTML[0] if is_page(content.data) else ""
        if not is_wanted(kind, types):
            return "response records of no type"
    damage = [Fault("WARC033", content.damage, start + content.damaged_at)] if content.damage else []
    if what := binary(kind, content.data, record.fields, types, wide=content.wide):
        record.faults += [fault for fault in damage if fault not in record.faults]
        return f"response records of {shown(kind, 60)} that hold {shown(what, 60)}"
    pending = Pending(record, content.data, options.encoding, start + max(content.start, 0))
    pending.extra["status"] = message.status
    if message.remark:
        pending.remarks.append(Fault("WARC033", message.remark, start))
    pending.remarks += damage
    if content.remark:
        pending.remarks.append(Fault("WARC029", content.remark, start))
    if content.unknown:
        pending.remarks.append(Fault("WARC028", content.unknown, start))
    short = _shortage(message.values("content-length"), len(block) - message.body)
    if short and not message.values("transfer-encoding"):
        pending.remarks.append(Fault("WARC029", short, start))
    _read_as_declared(pending, content.charset, known=content.declared)
    return _finished(pending, kind, options)


def _read_as_declared(pending: Pending, codec: str | None, *, known: bool) -> None:
    """Give a text its encoding where one is known. Where the web reads that otherwise than Python's codec, it becomes
    UTF-8.
    """
    if not known:
        return
    from corpusfmt.formats.warc.charsets import USER_DEFINED, in_utf8

    pending.encoding = codec
    if codec is None or (pending.data.isascii() and codec != "iso2022_jp"):
        pending.encoding = None if codec == USER_DEFINED else codec
    elif (text := in_utf8(pending.data, codec)) is not None:
        pending.data, pending.encoding = text, "utf-8" if is_utf8(text) else None


def _shortage(said: list[str], there: int) -> str:
    """Say that a body has fewer bytes than its header says; empty when it has not."""
    value = said[-1].strip() if said else ""
    if not (value.isdigit() and value.isascii() and len(value) < 19) or int(value) <= there:
        return ""
    return f"the body has {there} of the {value} bytes that its header declares"


def _finished(pending: Pending, kind: str, options: ReadOptions) -> Pending:
    forced = forced_encoding(options)
    if forced is not None:
        pending.encoding = None if forced == "utf-8" else forced
        pending.remarks = [remark for remark in pending.remarks if remark.code != "WARC028"]
    if kind != "text/plain":
        pending.extra = {"content_type": kind, **pending.extra}
    if "warc-truncated" in pending.record.fields:
        reason = pending.record.fields["warc-truncated"].decode()
        what = f"the text is truncated: {quoted(reason)}"
        pending.remarks.append(Fault("WARC030", what, pending.record.start, field="warc-truncated"))
    if kind in HTML and options.own.get("html") == "text":
        _extract(pending, kind)
    return pending


def _extract(pending: Pending, kind: str) -> None:
    """Put the main text of a page in the place of the page. Bytes that are not in its encoding stay as they are."""
    from corpusfmt.formats.warc.html import text_of_bytes

    try:
        pending.data, whole = text_of_bytes(pending.data, pending.encoding or "utf-8", is_xml=kind != HTML[0])
    except ValueError as error:
        raise FaultError(Fault("WARC021", str(error), pending.record.body)) from None
    pending.encoding = "utf-8" if whole else None
    pending.extra["extracted"] = True
