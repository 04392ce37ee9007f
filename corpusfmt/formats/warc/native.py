"""Reading the metadata records of native archives (see ``profile``): the fast path, and the strict one."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final, NamedTuple, TypeAlias

import msgspec

from corpusfmt.formats.warc.header_shapes import PATTERNS
from corpusfmt.formats.warc.profile import NATIVE_VERSION
from corpusfmt.formats.warc.values import is_date
from corpusfmt.limits import MAX_ID_DIGITS, MAX_METADATA, Limits, sized
from corpusfmt.model.json_objects import check_object, is_canonical
from corpusfmt.model.metadata import EMPTY
from corpusfmt.text.display import quoted
from corpusfmt.text.json_reader import JSONFault, Node, parse
from corpusfmt.text.primitives import first_invalid_utf8


class NativeFault(Exception):
    """A native metadata record is wrong at the byte ``at`` of its block."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message, self.at = message, at


class _NativeJson(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """The block of a metadata record whose id is a string."""

    id: str
    name: str
    meta: msgspec.Raw


_read: Final = msgspec.json.Decoder(_NativeJson).decode
_read_string: Final = msgspec.json.Decoder(str).decode
_AROUND: Final = len(b'{"id":"","name":"","meta":}')
_NONE: Final[list[tuple[str, int]]] = []


class NativeRecord(NamedTuple):
    """What a native metadata record says: id, name, metadata as JSON; and remarks with their byte in the block."""

    id: str | int
    name: str
    meta: bytes
    remarks: list[tuple[str, int]]


def read_native(block: bytes, limits: Limits, *, remarked: bool) -> NativeRecord | None:
    """Read the block of a metadata record. Raises NativeFault. Unless ``remarked``, it is None if only a full
    check can decide whether there is something to report.
    """
    try:
        record = _read(block)
        identifier, name, meta = record.id, record.name, bytes(record.meta)
        size = _AROUND + len(identifier.encode()) + len(name.encode()) + len(meta)
        plain = size == len(block) and identifier and block.startswith(b'{"id":')  # no escapes, no key twice
        if plain and (
            meta == EMPTY or (meta[:1] == b"{" and len(meta) <= limits.metadata and is_canonical(meta, limits.depth))
        ):
            return NativeRecord(identifier, name, meta, _NONE)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors; the strict reader says what is wrong
        pass
    if not remarked:
        return None
    if len(block) > 2 * max(limits.metadata, MAX_METADATA):  # what else there is takes less
        raise NativeFault(f"the metadata is longer than {sized(limits.metadata)}", 0)
    return _closely(block, limits)


def _closely(block: bytes, limits: Limits) -> NativeRecord:
    invalid = first_invalid_utf8(block)
    if invalid >= 0:
        raise NativeFault("the metadata record is not UTF-8", invalid)
    try:
        node = parse(block, max_depth=1 << 30)
    except JSONFault as fault:
        raise NativeFault(f"the metadata record is not JSON: {fault.message}", fault.at) from None
    keys = [key for key, _, _ in node.members]
    if sorted(keys) != ["id", "meta", "name"]:
        raise NativeFault("expected an object with the keys id, name and meta, each once", node.start)
    values = {key: value for key, _, value in node.members}
    identifier = _id(block, values["id"])
    name = _string(block, values["name"], "name")
    at = values["meta"]
    meta = block[at.start : at.stop]
    if len(meta) > limits.metadata:
        raise NativeFault(f"the metadata is longer than {sized(limits.metadata)}", at.start)
    if at.kind != "{":
        raise NativeFault("the metadata must be an object", at.start)
    meta = meta.replace(b"\n", b" ").replace(b"\r", b" ")
    try:
        notes = check_object(meta, limits.depth)
    except JSONFault as fault:
        raise NativeFault(f"the metadata: {fault.message}", at.start + fault.at) from None
    return NativeRecord(identifier, name, meta, [(message, at.start + byte) for message, byte in notes])


def _id(block: bytes, node: Node) -> str | int:
    if node.kind == '"':
        text = _string(block, node, "id")
        if not text:
            raise NativeFault("the id is empty", node.start)
        return text
    raw = block[node.start : node.stop]
    if node.kind != "0" or not raw.removeprefix(b"-").isdigit() or raw == b"-0":
        raise NativeFault(f"the id must be a string or an integer, not {quoted(raw, 30)}", node.start)
    if len(raw.removeprefix(b"-")) > MAX_ID_DIGITS:
        raise NativeFault(f"an integer id has at most {MAX_ID_DIGITS} digits", node.start)
    return int(raw)


def _string(block: bytes, node: Node, key: str) -> str:
    try:
        return _read_string(block[node.start : node.stop])
    except ValueError:
        raise NativeFault(f"the {key} must be a string without lone surrogates", node.start) from None


_UUID: Final = rb"urn:uuid:[0-9a-f-]{36}"
_URI, _DATE = PATTERNS["uri"], PATTERNS["date"]
_TEXT: Final = re.compile(
    rb"WARC/1\.1\r\nWARC-Type: (?:resource|conversion)\r\nWARC-Record-ID: <(%b)>\r\nWARC-Date: (%b)\r\n"
    rb"WARC-Target-URI: %b\r\nContent-Type: text/plain(; charset=utf-8)?\r\n"
    rb"WARC-Block-Digest: sha256:([0-9a-f]{64})\r\nWARC-Payload-Digest: sha256:\4\r\n"
    rb"Content-Length: ([0-9]{1,15})\r\n\r\n" % (_UUID, _DATE, _URI)
).match
_ABOUT: Final = re.compile(
    rb"\r\n\r\nWARC/1\.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <%b>\r\nWARC-Date: (%b)\r\nWARC-Target-URI: %b\r\n"
    rb"WARC-Refers-To: <(%b)>\r\nContent-Type: %b\r\nWARC-Block-Digest: sha256:([0-9a-f]{64})\r\n"
    rb"Content-Length: ([0-9]{1,9})\r\n\r\n" % (_UUID, _DATE, _URI, _UUID, re.escape(NATIVE_VERSION))
).match


#: Id, name, metadata, whether the text is said to be UTF-8, the text; in the buffer: where the text begins, where its
#: metadata record does, and the end of both.
Bundle: TypeAlias = tuple[str | int, str, bytes, bool, bytes, int, int, int]


def read_bundle(buffer: bytes, at: int, limit: int, longest: int, limits: Limits) -> Bundle | None:
    """Read a document whose two records begin at ``at``, digests verified, if a record follows them.

    ``limit`` is that of a block, ``longest`` that of a header.
    """
    text = _TEXT(buffer, at)
    if text is None:
        return None
    identifier, date, utf8, digest, length = text.groups()
    body = text.end()
    end = body + int(length)
    about = _ABOUT(buffer, end)
    if about is None or end - body > limit or body - at > longest or about.end() - end > longest:
        return None
    about_date, refers, about_digest, about_length = about.groups()
    begin = about.end()
    stop = begin + int(about_length)
    if stop - begin > limit or refers != identifier or not buffer.startswith(b"\r\n\r\nWARC/", stop):
        return None
    data, block = buffer[body:end], buffer[begin:stop]
    if sha256(data).hexdigest().encode() != digest or sha256(block).hexdigest().encode() != about_digest:
        return None
    if not (is_date(date) and is_date(about_date)):
        return None
    own = read_native(block, limits, remarked=False)
    if own is None:
        return None
    return own.id, own.name, own.meta, utf8 is not None, data, body, end + 4, stop + 4
