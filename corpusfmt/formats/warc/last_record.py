"""The last record of a native archive: the number of documents, which reveals a cut between two of them."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final, NamedTuple

from corpusfmt.formats.warc.profile import END_TYPE, END_VERSION
from corpusfmt.formats.warc.record import NAMESPACE, Record, named, uuid

_END: Final = (
    b"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:uuid:%b>\r\nWARC-Date: %b\r\nWARC-Warcinfo-ID: %b\r\n"
    b"Content-Type: " + END_VERSION + b"\r\nWARC-Block-Digest: sha256:%b\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n"
)
_COUNT: Final = re.compile(rb'\{"documents":([0-9]{1,15})\}').fullmatch


def end_record(info: bytes, date: bytes, documents: int) -> bytes:
    """Return the record that ends a bundle whose warcinfo record has the id ``info``, with its brackets."""
    block = b'{"documents":%d}' % documents
    digest = sha256(block).hexdigest().encode()
    name = named(NAMESPACE + b"end %b %b %b" % (info, date, digest)).hexdigest()
    return _END % (uuid(name), date, info, digest, len(block), block)


def is_end(record: Record) -> bool:
    """Say whether a record ends a bundle."""
    return record.type == "metadata" and record.fields.get("content-type", b"").startswith(END_TYPE)


class Wrong(NamedTuple):
    """What is wrong at the end of a bundle, and the record that fits the documents that are there, or nothing."""

    message: str
    right: bytes


class Ending:
    """What is known of the bundle at hand: how many documents came, and whether its end is still to come."""

    def __init__(self) -> None:
        self.documents = 0
        self._info: Record | None = None
        #: Whether something was refused, so that nobody knows how many documents there were; and whether that was the
        #: last thing, which may have been the end.
        self._unsure = self._torn = False

    def begin(self, record: Record, *, ours: bool) -> None:
        """Take note of a warcinfo record: of a native bundle, or of another program."""
        self._info, self.documents = record if ours else None, 0
        self._unsure = self._torn = False

    def refused(self) -> None:
        """Take note that a record was refused."""
        self._unsure = self._torn = True

    def went_on(self) -> None:
        """Take note of a sound record."""
        self._torn = False

    def missing(self) -> Wrong | None:
        """Return what is wrong when the bundle ends here; None when nothing is, or it was reported already."""
        if self._info is None or self._torn:
            return None
        what = "the last record, which has the number of documents, is missing"
        return Wrong(f"{what}; {self.documents:,} are here", b"" if self._unsure else self._right(self._info))

    def end(self, record: Record) -> Wrong | None:
        """Take note of the record that ends a bundle, and return what is wrong with it."""
        match = _COUNT(record.block or b"")
        info, unsure = self._info, self._unsure
        self._info, self._unsure = None, False
        if unsure:
            return None
        if info is None:
            return Wrong("the record has no warcinfo record before its documents", b"")
        if match is None:
            what = 'expected the number of documents, as in {"documents":1}'
        elif (said := int(match[1])) != self.documents:
            what = f"expected {said:,} documents, found {self.documents:,}"
        else:
            return None
        return Wrong(what, self._right(info))

    def _right(self, info: Record) -> bytes:
        return end_record(info.fields["warc-record-id"], info.fields["warc-date"], self.documents)
