"""Malformed records: truncated ones, wrong lengths, data that is not a record; and where reading continues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from corpusfmt.formats.warc.digests import parse_digest
from corpusfmt.formats.warc.header import Fault, Header, is_record_start
from corpusfmt.formats.warc.members import AFTER, END, ENDS, HELD, OVERLAP, next_record
from corpusfmt.formats.warc.record import Record
from corpusfmt.formats.warc.verify import holds
from corpusfmt.model.finding import Edit
from corpusfmt.text.display import quoted

#: What the first record of an ARC file begins with (Internet Archive, "Arc File Format").
_ARC: Final = b"filedesc:"

if TYPE_CHECKING:
    from corpusfmt.formats.warc.framer import Framer


def wrong_length(framer: Framer, record: Record, message: str, byte: int) -> None:
    """Refuse the record, and look for the next one from the beginning of its block on."""
    body = record.body - framer.base
    found = next_record(framer.buffer, body)
    if found < 0 and len(framer.buffer) - body < HELD:
        framer.count -= 1
        framer.need(len(framer.buffer) - framer.at + 1)
        framer.count += 1
    stop = found if found >= 0 else len(framer.buffer)
    edit = _proven(framer, record, body, stop) if found >= 0 or framer.ended else None
    record.faults.append(Fault("WARC010", message, byte, edit=edit))
    record.stop, record.ends = framer.base + stop, found >= 0 or framer.ended
    framer.seeking, framer.at = True, body


def no_length(framer: Framer, header: Header) -> Record:
    """Refuse a record of which nobody knows how long it is."""
    record = framer.record(header)
    value = header.fields.get("content-length")
    if value is not None:
        byte = header.offsets.get("content-length", (record.start, 0))[0]
        record.faults.append(Fault("WARC006", f"expected digits as Content-Length, found {quoted(value)}", byte))
    record.ends = False
    framer.seeking, framer.at = True, record.body - framer.base
    return record


def _proven(framer: Framer, record: Record, body: int, stop: int) -> Edit | None:
    """Return the edit that fixes Content-Length, where a digest or the ends of members prove the length."""
    assert record.header is not None
    header = record.header
    span = header.offsets.get("content-length")
    if span is None or not framer.buffer.endswith(END, body, stop):
        return None
    block = framer.buffer[body : stop - len(END)]
    digest = parse_digest(header.fields.get("warc-block-digest", b""))
    proof = holds(digest, block) if digest.value is not None else framer.members.holds(record.start, framer.base + stop)
    return Edit(span[0], span[1], b"%d" % len(block)) if proof else None


def short(framer: Framer, header: Header, length: int) -> Record | None:
    """The stream ends before the block does: it was cut, or the length is wrong."""
    body = framer.at + header.size
    found = next_record(framer.buffer, body)
    if found < 0:
        return cut(framer, header, f"the file ends after {len(framer.buffer) - body} of the {length} bytes of a block")
    record = framer.record(header)
    what = f"Content-Length says {length}, but a record begins after {found - body} bytes"
    wrong_length(framer, record, what, record.body)
    return record


def cut(framer: Framer, header: Header | None, message: str) -> Record | None:
    """Refuse a record that the end of the stream cuts off. None at a failure of the file layer."""
    if framer.failure is not None:
        return None
    start = framer.base + framer.at
    stop = framer.base + len(framer.buffer)
    fault = Fault("WARC008", message, start, edit=Edit(start, stop - start, b"", safe=False))
    record = framer.record(header, fault)
    record.stop = stop
    return record


def junk(framer: Framer) -> Record | None:
    """What stands here is no record."""
    buffer, at = framer.buffer, framer.at
    framer.need(AFTER)
    if framer.failure is not None and len(buffer) - at < OVERLAP:
        return None
    run = ENDS.match(buffer, at)
    assert run is not None
    after = run.end()
    start = framer.base + at
    raw = framer.members.file_byte(start)
    if after > at and (after == len(buffer) or is_record_start(buffer, after)):
        what = f"expected a record, found line ends: {quoted(run[0])}"
        edit = Edit(start, after - at, b"")
        record = Record(framer.count, start, raw, None, [Fault("WARC009", what, start, edit=edit)])
        record.stop = framer.base + after
        return record
    what = f"expected 'WARC/1.1' or 'WARC/1.0', found {quoted(buffer[at : at + 60], 40)}"
    if not start and buffer.startswith(_ARC):
        what = "this is an ARC file, which is older than WARC and not read; 'warcio recompress' makes WARC of it"
    record = Record(framer.count, start, raw, None, [Fault("WARC001", what, start)])
    record.ends = False
    framer.seeking, framer.at = True, at + 1
    return record
