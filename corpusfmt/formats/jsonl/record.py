"""One record: from the fields of a JSON object to a Document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from corpusfmt.formats.jsonl.layouts import Layout, fitting, recased
from corpusfmt.limits import MAX_ID_DIGITS, Limits, sized
from corpusfmt.model.document import Document, build
from corpusfmt.model.format import ReadOptions
from corpusfmt.model.ids import make_id
from corpusfmt.model.json_objects import check_object, is_canonical
from corpusfmt.model.metadata import EMPTY
from corpusfmt.text.display import quoted
from corpusfmt.text.json_reader import JSONFault
from corpusfmt.text.primitives import escape_json, is_utf8

_read_string: Final = msgspec.json.Decoder(str).decode
_read_id: Final = msgspec.json.Decoder(str | int).decode

#: The first bytes of what is neither a string nor a number.
_NO_ID: Final = (b"{", b"[", b"t", b"f", b"n")

#: A record's values as they were written, by key and in order: bytes, or a parser's view of them.
Fields: TypeAlias = dict[str, Any]


class RecordFault(Exception):
    """A record is valid JSON and no document. ``key`` is the field at fault, or empty: its value, or, with ``is_key``,
    the key itself. ``told`` gives the message and the hint: of most faults, nobody asks for them.
    """

    def __init__(self, code: str, told: Callable[[], tuple[str, str]], key: str = "", *, is_key: bool = False) -> None:
        self.code, self.told, self.key, self.is_key = code, told, key, is_key


class Ambiguous(Exception):
    """The metadata holds something to remark on: the strict reader must look for the places."""


class Place(NamedTuple):
    """Where a record stands: what the origin of its document says."""

    path: str
    byte: int
    line: int


def document_of(fields: Fields, layout: Layout, options: ReadOptions, place: Place, *, remarked: bool) -> Document:
    """Make a document of ``fields``, whose syntax has been checked.

    Raises ValueError for what is not UTF-8; RecordFault; and Ambiguous, unless ``remarked``, when something in
    the metadata is to be remarked on.
    """
    raw_text = fields.pop(layout.text, None)
    if raw_text is None:
        raise RecordFault("JSONL006", lambda: _no_text(fields, layout))
    text = _string(raw_text, layout.text).encode()
    raw_id = fields.pop(layout.id, None) if layout.id else None
    raw_name = fields.pop(layout.title, None) if layout.title else None
    native = layout.name == "native"
    name = ""
    if raw_name is not None and (native or bytes(raw_name) != b"null"):
        name = _string(raw_name, layout.title)
    if raw_id is not None and (native or bytes(raw_id) != b"null"):
        identifier = _id(raw_id, layout.id)
    else:
        identifier = make_id(options.id_from, name, place.line, text) if options.id_from else ""
    if identifier == "":
        present = raw_id is not None and bytes(raw_id) != b"null"
        told = partial(_no_id, fields, layout, options, present=present)
        raise RecordFault("JSONL005", told, layout.id if present else "")
    meta = _metadata(fields, layout, options.limits, remarked)
    return build(identifier, name, text, "utf-8", meta, (place.path, place.byte, place.line, place.byte))


def _no_text(fields: Fields, layout: Layout) -> tuple[str, str]:
    hint = recased(fields, layout) or fitting([*fields])
    what = f"the record has no key {quoted(layout.text)}; its keys are {_listed(fields)}"
    return what, f"read it with {hint}" if hint else "name the key of the text with --text-field"


def _no_id(fields: Fields, layout: Layout, options: ReadOptions, *, present: bool) -> tuple[str, str]:
    hint = ""
    if options.id_from == "name":
        hint = "there is no name to create it from; try --id-from path, line or sha256"
    elif layout.id and not present and (other := recased(fields, Layout("", layout.id, "", "", ""))):
        hint = f"read it with {other}, or create ids with --id-from path, name, line or sha256"
    return "the id is empty" if present else "the record has no id", hint


class _Native(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A native record, its values as they were written."""

    id: msgspec.Raw
    text: msgspec.Raw
    name: msgspec.Raw
    meta: msgspec.Raw


_read_native: Final = msgspec.json.Decoder(_Native).decode
#: What stands around the four values when nothing stands between them: keys, quotes, colons, commas, braces.
_AROUND: Final = len(b'{"id":,"text":,"name":,"meta":}')
#: Its keys in the order in which they are written.
NATIVE: Final = ("id", "name", "text", "meta")


def native_document(
    line: bytes, path: str, byte: int, number: int, limits: Limits, around: list[bytes] | None = None
) -> Document | None:
    """Read a native record with all four keys and no spaces, or with just what stands ``around`` the values of another
    one. None means: look closer.

    A parser keeps the last of two equal keys; a line no longer than its four values has no other.
    Raises ValueError as the parser does.
    """
    record = _read_native(line)
    raw_id, raw_name, raw_text, meta = record.id, record.name, record.text, bytes(record.meta)
    if len(line) != _AROUND + len(raw_id) + len(raw_name) + len(raw_text) + len(meta):
        if around is None:
            return None
        first, _, second, _, third, _, fourth, _, last = around
        if b"".join((first, raw_id, second, raw_name, third, raw_text, fourth, meta, last)) != line:
            return None
    if bytes(raw_id)[:1] != b'"' or not (identifier := _read_string(raw_id)):
        return None
    if meta != EMPTY:
        plain = meta.isascii() and len(meta) < limits.metadata and meta[:1] == b"{" and b'"' in meta
        if not (plain and is_canonical(meta, limits.depth)):
            return None
    name, text = _read_string(raw_name), _read_string(raw_text).encode()
    return build(identifier, name, text, "utf-8", meta, (path, byte, number, byte))


def _metadata(fields: Fields, layout: Layout, limits: Limits, remarked: bool) -> bytes:
    if layout.meta:
        raw = fields.pop(layout.meta, None)
        if fields:
            key = next(iter(fields))
            raise RecordFault("JSONL008", lambda: _other_key(fields, layout), key, is_key=True)
        meta = EMPTY if raw is None else bytes(raw)
        if layout.name != "native" and meta == b"null":
            meta = EMPTY
        if not meta.startswith(b"{"):
            raise _wrong(raw, layout.meta, "an object")
        flat = False
    else:
        if not fields:
            return EMPTY
        meta = b"{%b}" % b",".join([b'"%b":%b' % (escape_json(k.encode()), bytes(v)) for k, v in fields.items()])
        flat = True
    if len(meta) < 16 and not meta[1:-1].strip(b" \t\r\n"):
        return EMPTY
    if len(meta) > limits.metadata:
        raise RecordFault(
            "JSONL015", lambda: (f"the metadata is longer than {sized(limits.metadata)}", ""), layout.meta
        )
    if not is_utf8(meta):
        raise ValueError("the metadata is not UTF-8")
    # The strict reader has looked inside, but takes one level more.
    if flat if remarked else not flat or b"{" in meta[1:] or b"[" in meta:
        try:
            if check_object(meta, limits.depth) and not remarked:
                raise Ambiguous
        except JSONFault as fault:
            what = fault.message
            raise RecordFault("JSONL014", lambda: (what, ""), layout.meta) from None
    return meta


def _other_key(fields: Fields, layout: Layout) -> tuple[str, str]:
    hint = "" if layout.name != "native" else fitting([*fields, "id", "text"])
    what = f"the key {quoted(next(iter(fields)))} is not part of the layout {layout.name}"
    return what, f"{hint} keeps other keys as metadata" if hint else "name another layout with --layout"


def _string(raw: Any, key: str) -> str:
    try:
        value: str = _read_string(raw)
    except msgspec.ValidationError:
        raise _wrong(raw, key, "a string") from None
    return value


def _id(raw: Any, key: str) -> str | int:
    if bytes(raw)[:1] in _NO_ID:  # an error of the parser costs more
        raise _wrong(raw, key, "a string or an integer")
    try:
        identifier: str | int = _read_id(raw)
    except msgspec.ValidationError:
        raise _wrong(raw, key, "a string or an integer") from None
    if type(identifier) is int:
        if len(bytes(raw).removeprefix(b"-")) > MAX_ID_DIGITS:
            raise RecordFault("JSONL007", lambda: (f"an integer id has at most {MAX_ID_DIGITS} digits", ""), key)
        if identifier == 0 and bytes(raw) != b"0":
            raise _wrong(raw, key, "a string or an integer")
    return identifier


def _wrong(raw: Any, key: str, wanted: str) -> RecordFault:
    return RecordFault("JSONL007", lambda: (f"{quoted(key)} must be {wanted}, not {_kind(bytes(raw))}", ""), key)


def _kind(raw: bytes) -> str:
    names: Mapping[int, str] = {
        0x7B: "an object",
        0x5B: "an array",
        0x22: "a string",
        0x6E: "null",
        0x74: "true",
        0x66: "false",
    }
    return names.get(raw[0], f"the number {quoted(raw, 30)}")


def _listed(fields: Fields) -> str:
    keys = [quoted(key, 20) for key in fields]
    return ", ".join(keys[:6]) + (" …" if len(keys) > 6 else "") if keys else "none"
