"""One record per gzip member or zstd frame: Annex D of the standard, and the IIPC's proposal for zstd."""

from __future__ import annotations

import re
from typing import Final

from corpusfmt.formats.warc.header import Fault
from corpusfmt.formats.warc.record import Record
from corpusfmt.limits import ANY, KIB, MIB
from corpusfmt.model.finding import Edit
from corpusfmt.model.format import Stream

#: Where a record may begin after a fault: at the start of a line, with a version that is known and a field. The line
#: before it may have been clipped: then the field must be one of those that records have.
_NEXT: Final = re.compile(
    rb"(?<=\n)WARC/(?:1\.[01]|0\.1[78])\r?\n[A-Za-z]|WARC/(?:1\.[01]|0\.1[78])\r\n(?:WARC-[A-Z]|Content-[LT])"
)
_BEGINS: Final = b"WARC/"
_STEP: Final = 4 * KIB
OVERLAP: Final = 32
END: Final = b"\r\n\r\n"
#: Up to so many line ends are taken as an odd end of a record.
ENDS: Final = re.compile(rb"[\r\n]{0,64}")
#: How far behind the beginning of a record inside a header line something else must be wrong with that header.
CLOSE: Final = KIB
#: What must be seen after a block to tell how its record ends.
AFTER: Final = 64 + 16
#: How much of a large block is looked at to tell whether it may be a text.
LOOK: Final = 64 * KIB
#: A block up to this size is held whatever it is; a larger one only when it may be a text.
HELD: Final = 4 * MIB


def next_record(buffer: bytes, at: int, stop: int = ANY) -> int:
    """Return the offset where a record may begin after a fault, from ``at`` on and before ``stop``, or -1.

    Large blocks are looked through: a plain search is many times faster than one for the whole pattern.
    """
    while (at := buffer.find(_BEGINS, at, stop)) >= 0:
        found = _NEXT.search(buffer, at, min(at + _STEP, stop))
        if found:
            return found.start()
        at += _STEP - OVERLAP
    return -1


class Members:
    """Holds records against the members of a compressed stream. ``of`` tells where in the file a record begins."""

    def __init__(self, stream: Stream) -> None:
        self._list = stream.track_members()
        #: A record may fill several zstd frames.
        self._may_split = stream.codec == "zst"
        self._told: set[str] = set()

    @property
    def compressed(self) -> bool:
        """Whether the stream is compressed at all."""
        return self._list is not None

    def file_byte(self, byte: int) -> int:
        """Return the offset in the file of the member that holds a byte of the stream; -1 when there is none."""
        if self._list is None:
            return -1
        before = 0
        for begin, _ in self._list:
            if begin > byte:
                break
            before += 1
        del self._list[: max(0, before - 1)]  # offsets are asked for in order
        return self._list[0][1] if before else -1

    def record(self, record: Record) -> None:
        """Take note of a sound record, and add a fault when it shares a member or fills several."""
        members = self._list
        if members is None:
            return
        start, stop = record.start, record.stop
        used = 0
        at_start = False
        inside = 0
        for begin, _ in members:
            if begin > start:
                if begin >= stop:
                    break
                inside += 1
            else:
                at_start = begin == start
            used += 1
        shared = not at_start
        what = ""
        if shared and "shared" not in self._told:
            self._told.add("shared")
            what = f"record {record.number} begins inside a compressed member that holds another one"
        elif inside and not self._may_split and "split" not in self._told:
            self._told.add("split")
            what = f"record {record.number} fills {inside + 1} compressed members"
        if what:
            record.faults.append(Fault("WARC023", what, start, edit=Edit(start, 0, b"")))
        del members[: max(0, used - 1)]

    def fill(self, starts: list[int], stop: int) -> bool:
        """Say whether the records that begin at ``starts``, up to ``stop``, each fill a member; if so, be done with
        them.
        """
        members = self._list
        if members is None:
            return True
        at = 0 if members and members[0][0] == starts[0] else 1
        last = at + len(starts)
        if [begin for begin, _ in members[at:last]] != starts or (len(members) > last and members[last][0] != stop):
            return False
        del members[: last - 1]
        return True

    def holds(self, start: int, stop: int) -> bool:
        """Say whether a record from ``start`` to ``stop`` fills just one member."""
        if self._list is None:
            return False
        begins = [begin for begin, _ in self._list if start <= begin <= stop]
        return start in begins and all(begin in (start, stop) for begin in begins) and stop in begins
