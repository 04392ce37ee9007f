"""Skipping blocks that are not held in memory, while their digests are verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpusfmt.formats.warc.header import Fault, Header, is_record_start
from corpusfmt.formats.warc.members import AFTER, END, ENDS, LOOK, OVERLAP, next_record
from corpusfmt.formats.warc.record import Record
from corpusfmt.formats.warc.verify import Verification
from corpusfmt.limits import CHUNK, LONGEST_BLOCK
from corpusfmt.model.finding import Edit
from corpusfmt.text.display import quoted
from corpusfmt.text.position import Region
from corpusfmt.text.primitives import occurrences

if TYPE_CHECKING:
    from corpusfmt.formats.warc.framer import Framer


def pass_over(framer: Framer, header: Header, length: int, *, wanted: bool) -> Record | None:
    """Read past a block. What follows is looked at as usual. None at a failure of the file layer."""
    record = framer.record(header)
    line = framer.region.line + occurrences(framer.buffer[: framer.at], b"\n")
    record.context = Region(framer.buffer[framer.at : framer.at + header.size], record.start, line)
    framer.at += header.size
    framer.fill(LOOK)  # the head of the block: an HTTP header is found in it
    if length > LONGEST_BLOCK:  # no record is so long
        return _search(framer, record, length)
    verification = Verification(header)
    left, watch = length, _Watch(framer)
    while left and (part := framer.buffer[framer.at : framer.at + left]):
        watch.look(framer.at + len(part))
        verification.update(part)
        left -= len(part)
        framer.at += len(part)
        framer.fill(CHUNK if left else AFTER)
    inside, framer.keep = framer.keep, -1
    run = ENDS.match(framer.buffer, framer.at)
    assert run is not None
    record.stop = framer.base + run.end()
    ends = not left and (is_record_start(framer.buffer, run.end()) or run.end() == len(framer.buffer))
    if inside >= 0 and not ends:
        return _goes_on(framer, record, length, inside)
    if left:
        return _clipped(framer, record, length - left, length)
    if not ends:
        what = f"Content-Length says {length}, but no record ends there"
        record.faults.append(Fault("WARC010", what, framer.base + framer.at))
        framer.seeking = True
    elif run[0] != END:
        byte = framer.base + framer.at
        what = f"expected two line ends (CR LF) after the block, found {quoted(run[0])}"
        edit = Edit(byte, len(run[0]), END, safe=len(run[0]) <= len(END))
        record.faults.append(Fault("WARC009", what, byte, edit=edit))
    framer.members.record(record)
    record.faults += verification.faults(record.start)
    if wanted:
        what = f"the block has {length} bytes; the limit is {framer.limit}"
        record.faults.append(Fault("WARC020", what, record.start))
    return record


class _Watch:
    """Keeps what follows the first thing in a block that looks like a record: the block may turn out to be shorter than
    it says. An archive in an archive is kept up to the limit of a document.
    """

    def __init__(self, framer: Framer) -> None:
        self._framer = framer
        #: How far the block was looked through, as a stream offset; -1 when it no longer is.
        self._searched = framer.base + framer.at

    def look(self, stop: int) -> None:
        """Look on, up to ``stop`` in the buffer."""
        framer = self._framer
        if framer.keep >= 0:
            if framer.base + stop - framer.keep > framer.limit:
                framer.keep = -1
                self._searched = -1
            return
        if self._searched < 0:
            return
        found = next_record(framer.buffer, max(0, self._searched - OVERLAP - framer.base), stop)
        self._searched = framer.base + stop
        if found >= 0:
            framer.keep = framer.base + found


def _search(framer: Framer, record: Record, length: int) -> Record | None:
    """No block is so long: look for the next record in it."""
    while (found := next_record(framer.buffer, framer.at)) < 0:
        if framer.ended:
            framer.at = len(framer.buffer)
            return _clipped(framer, record, framer.base + framer.at - record.body, length)
        framer.at = max(framer.at, len(framer.buffer) - OVERLAP)
        framer.fill(2 * OVERLAP)
    return _goes_on(framer, record, length, framer.base + found)


def _goes_on(framer: Framer, record: Record, length: int, byte: int) -> Record:
    """The block is not as long as it says: go on at the record that begins in it."""
    record.stop = byte
    framer.at = byte - framer.base
    what = f"Content-Length says {length}, but a record begins after {byte - record.body} bytes"
    record.faults.append(Fault("WARC010", what, record.start))
    return record


def _clipped(framer: Framer, record: Record, there: int, length: int) -> Record | None:
    """The stream has ended inside a block that is not held."""
    if framer.failure is not None:
        return None
    record.stop = framer.base + framer.at
    what = f"the file ends after {there} of the {length} bytes of a block"
    cut = Edit(record.start, record.stop - record.start, b"", safe=False)
    record.faults.append(Fault("WARC008", what, record.start, edit=cut))
    return record
