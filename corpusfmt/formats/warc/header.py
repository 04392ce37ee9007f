"""Record headers (clause 4): the version line and the named fields, parsed completely. ``shapes`` has the fast path."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from corpusfmt.formats.warc.digests import parse_digest
from corpusfmt.formats.warc.values import SYNTAX, bare
from corpusfmt.limits import LENGTH_DIGITS, MAX_HEADER, sized
from corpusfmt.model.finding import Edit
from corpusfmt.text.display import quoted
from corpusfmt.text.primitives import first_invalid_utf8

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


#: Drafts of WARC 1.0, whose records are like its.
DRAFTS: Final = (b"0.17", b"0.18")
VERSIONS: Final = (b"1.0", b"1.1", *DRAFTS)
VERSION: Final = re.compile(rb"WARC/([0-9]+\.[0-9]+)")
_LIKE_VERSION: Final = re.compile(rb"(?i:warc)/[0-9.]+")
#: Stands for the name of a field whose value is not kept.
_REPEATED: Final = "-"
_NAME: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]++")
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
#: Lines that continue the value of the field before them.
_FOLDED: Final = re.compile(rb"(?:[ \t][^\x00-\x08\x0a-\x1f\x7f]*+\r?+\n)++")
_BLANK_LINE: Final = re.compile(rb"\n\r?+\n")


class Fault(NamedTuple):
    """What is wrong, at a byte of the decompressed stream. ``code`` is one of the format's faults. ``field`` names the
    field of the record header whose value it is about, where ``byte`` is that of the record.
    """

    code: str
    message: str
    byte: int
    edit: Edit | None = None
    field: str = ""


class Header(NamedTuple):
    """A record header. ``fields`` has values by name in lower case, ``offsets`` the byte of each value in the stream
    and its length as it stands there; ``concurrent`` are the values of WARC-Concurrent-To. ``size`` is in bytes,
    with the blank line.
    """

    version: bytes
    type: str
    fields: dict[str, bytes]
    offsets: dict[str, tuple[int, int]]
    concurrent: list[bytes]
    faults: list[Fault]
    size: int


def header_end(buffer: bytes, at: int) -> int:
    """Return the offset after the blank line that ends the header at ``at``, or -1 when it is not there."""
    match = _BLANK_LINE.search(buffer, at)
    return match.end() if match else -1


def is_record_start(buffer: bytes, at: int) -> bool:
    """Say whether what looks like the first line of a record stands at ``at``."""
    return _LIKE_VERSION.match(buffer, at) is not None


def parse_header(head: bytes, start: int, longest: int = MAX_HEADER) -> Header:
    """Read a header closely: ``head`` from its first byte to the blank line, which begins at ``start``.

    A line has at most ``longest`` bytes.
    """
    lines = head.split(b"\n")
    del lines[-2:]  # the blank line, and what follows the last LF: nothing
    faults: list[Fault] = []
    first = lines[0].removesuffix(b"\r")
    match = VERSION.fullmatch(first)
    version = match[1] if match else b""
    if version not in VERSIONS:
        faults.append(Fault("WARC002", f"expected 'WARC/1.1' or 'WARC/1.0', found {quoted(first)}", start))
    if any(not line.endswith(b"\r") for line in lines):
        proper = head.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        faults.append(
            Fault("WARC004", "the header has lines that end in LF only", start, edit=Edit(start, len(head), proper))
        )
    fields: dict[str, bytes] = {}
    offsets: dict[str, tuple[int, int]] = {}
    concurrent: list[bytes] = []
    folded: dict[str, list[bytes]] = {}
    # many folded lines are taken at once where none of them can have a fault
    sound = len(max(lines, key=len)) <= longest and first_invalid_utf8(head) < 0
    number, byte, name = 1, start + len(lines[0]) + 1, ""
    while number < len(lines):
        if sound and name and (run := _FOLDED.match(head, byte - start)):
            count, size = run[0].count(b"\n"), len(run[0])
            if name != _REPEATED:
                folded.setdefault(name, []).extend([line.strip(b" \t\r") for line in lines[number : number + count]])
        else:
            line, count, size = lines[number].removesuffix(b"\r"), 1, len(lines[number]) + 1
            fault: Fault | None
            if len(line) > longest:
                fault, name = Fault("WARC005", f"a header line is longer than {sized(longest)}", byte), ""
            else:
                fault, name = _field(line, byte, name, fields, offsets, concurrent, folded)
            if fault:
                faults.append(fault)
        number, byte = number + count, byte + size
    for name, values in folded.items():
        fields[name] = b" ".join(filter(None, [fields[name], *values]))
        offsets.pop(name, None)  # nothing is corrected in a folded value
    type = fields.get("warc-type", b"").decode().lower()
    header = Header(version, type, fields, offsets, concurrent, faults, len(head))
    _check(header, start)
    return header


def _field(
    line: bytes,
    byte: int,
    last: str,
    fields: dict[str, bytes],
    offsets: dict[str, tuple[int, int]],
    concurrent: list[bytes],
    folded: dict[str, list[bytes]],
) -> tuple[Fault | None, str]:
    """Take a header line into ``fields``, or ``folded`` if it continues one. Return what is wrong with it, and the name
    of its field.
    """
    control = _CONTROL.search(line)
    if control:
        what = f"a control character in the header: {quoted(line)}"
        return Fault("WARC003", what, byte + control.start()), ""
    invalid = first_invalid_utf8(line)
    if invalid >= 0:
        return Fault("WARC003", f"the header is not UTF-8: {quoted(line)}", byte + invalid), ""
    if line[:1] in (b" ", b"\t"):
        if last == _REPEATED:
            return None, last
        if not last:
            return Fault("WARC003", f"a folded line without a line before it: {quoted(line)}", byte), ""
        folded.setdefault(last, []).append(line.strip(b" \t"))
        return None, last
    label, colon, rest = line.partition(b":")
    if not colon or not _NAME.fullmatch(label):
        return Fault("WARC003", f"expected 'Name: value', found {quoted(line)}", byte), ""
    name, value = label.decode("ascii").lower(), rest.strip(b" \t")
    span = (byte + len(label) + 1 + rest.find(value), len(value)) if value else (byte + len(line), 0)
    if name == "warc-concurrent-to":
        concurrent.append(value)
    elif name in fields:
        if name in BY_NAME:
            return Fault("WARC007", f"duplicate field {BY_NAME[name].name}", byte), ""
        return None, _REPEATED  # an extension may define fields that repeat
    fields[name], offsets[name] = value, span
    return None, name


def _check(header: Header, start: int) -> None:
    """Hold the fields against the table of ``fields`` and their syntax."""
    type, fields, offsets, faults = header.type, header.fields, header.offsets, header.faults
    malformed = any(fault.code in ("WARC003", "WARC005") for fault in faults)
    for name in (*MANDATORY, *REQUIRED.get(type, ())):
        if not bare(fields.get(name, b"")).strip() and not malformed:
            if name == "content-length" and name in fields:
                continue
            what = f" on a {type} record" if name not in MANDATORY else ""
            faults.append(Fault("WARC011", f"the field {BY_NAME[name].name} is missing{what}", start))
    for name in sorted(FORBIDDEN.get(type, frozenset()) & fields.keys()):
        byte, _ = offsets.get(name, (start, -1))
        faults.append(Fault("WARC012", f"the field {BY_NAME[name].name} is not allowed on a {type} record", byte))
    for name, value in fields.items():
        field = BY_NAME.get(name)
        if field is None or name == "content-length":
            continue
        byte, length = offsets.get(name, (start, -1))
        if not bare(value).strip():
            if name not in MANDATORY:
                faults.append(Fault("WARC014", f"the field {field.name} is empty", byte))
            continue
        for each in header.concurrent if name == "warc-concurrent-to" else [value]:
            odd = SYNTAX[field.syntax](each, b"1.0" if header.version in DRAFTS else header.version)
            if odd is not None:
                edit = None
                if odd.corrected is not None and length == len(each) and each == value:
                    edit = Edit(byte, length, odd.corrected)
                faults.append(Fault(odd.code, f"{field.name}: {odd.message}", byte, edit=edit))
        if field.syntax == "digest":
            faults += _digest_faults(field.name, value, byte, length)


def _digest_faults(name: str, value: bytes, byte: int, length: int) -> list[Fault]:
    digest = parse_digest(value)
    if not digest.algorithm:
        return [Fault("WARC022", f"{name}: unknown algorithm in {quoted(value)}", byte)]
    if digest.value is None:
        return [Fault("WARC014", f"{name}: expected a {digest.algorithm} digest, found {quoted(value)}", byte)]
    if digest.corrected is None:
        return []
    edit = Edit(byte, length, digest.corrected) if length >= 0 else None
    return [
        Fault("WARC019", f"{name}: expected {quoted(digest.corrected, 90)}, found {quoted(value, 90)}", byte, edit=edit)
    ]


def content_length(header: Header) -> int:
    """Return the value of Content-Length, or -1 when it is missing or malformed (clause 5.3: digits alone)."""
    value = header.fields.get("content-length", b"")
    return int(value) if value.isdigit() and len(value) <= LENGTH_DIGITS else -1
