"""One record, as the framer returns it."""

from __future__ import annotations

from corpusfmt.formats.warc.header import Fault, Header
from corpusfmt.text.position import Region


class Record:
    """One record, or a run of bytes that is none (then ``framed`` is False). Offsets are in bytes of the decompressed
    stream; ``raw`` is where the member that holds it begins in the file. ``block`` is None if it was skipped or is
    unknown. ``header`` is set if the header was parsed completely, ``context`` (the bytes of the header) if the region
    no longer has them. ``ends`` says that ``stop`` is where it ends, which no damaged header tells.
    """

    __slots__ = (
        "block",
        "body",
        "context",
        "ends",
        "faults",
        "fields",
        "header",
        "number",
        "raw",
        "start",
        "stop",
        "type",
    )

    def __init__(self, number: int, start: int, raw: int, header: Header | None, faults: list[Fault]) -> None:
        self.number, self.start, self.raw = number, start, raw
        self.header = header
        self.type = header.type if header else ""
        self.fields = header.fields if header else {}
        self.faults = faults
        self.block: bytes | None = None
        self.context: Region | None = None
        self.ends = True
        self.body = self.stop = start

    @property
    def framed(self) -> bool:
        """Whether it has a header."""
        return bool(self.fields) or self.header is not None

    @property
    def concurrent(self) -> list[bytes]:
        """The values of WARC-Concurrent-To."""
        if self.header is not None:
            return self.header.concurrent
        value = self.fields.get("warc-concurrent-to")
        return [] if value is None else [value]
