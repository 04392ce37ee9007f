"""Reading on after damage in compressed data: at the next intact member that begins a record."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from corpusfmt import storage
from corpusfmt.limits import HEAD
from corpusfmt.model.document import Document, build
from corpusfmt.model.errors import ParseError
from corpusfmt.model.finding import Finding
from corpusfmt.model.format import Batch, Format, ReadOptions
from corpusfmt.text.position import Region

#: After these there may be an intact member.
_PASSED: Final = (storage.DAMAGED, storage.FOLLOWED)


class _Shift(NamedTuple):
    """Where a scan began, amid a source: the offset in the decompressed stream, and how many lines were before it."""

    offset: int
    lines: int

    def batch(self, batch: Batch) -> Batch:
        buffer, offset, line, column = batch.region
        return batch._replace(
            documents=[self._document(one) for one in batch.documents],
            findings=[self._finding(one) for one in batch.findings],
            region=Region(buffer, offset + self.offset, line + self.lines, column),
        )

    def _document(self, document: Document) -> Document:
        id, name, data, encoding, meta, (path, byte, line, body) = document.__reduce__()[1]
        origin = (path, byte + self.offset, line + self.lines if line else 0, body + self.offset)
        return build(id, name, data, encoding, meta, origin)

    def _finding(self, finding: Finding) -> Finding:
        edit = finding.edit and finding.edit._replace(byte=finding.edit.byte + self.offset)
        line = finding.line + self.lines if finding.line else 0
        return finding._replace(byte=finding.byte + self.offset, line=line, edit=edit, record=0)


_FETCH: Final = "fetch the file again; or remove the damaged bytes with 'corpusfmt fix --unsafe-fixes'"
#: So many bytes tell whether a record begins.
_BEGINNING: Final = 16


class UpToDamage:
    """A compressed source, up to damage.

    Of a format whose documents end where the next one begins, the document before the damage is whole only if a
    document begins there too. It is taken for whole, and the source ends there without an error, where the damaged
    member or those around it begin with documents.
    """

    def __init__(self, stream: storage.Input, format: Format) -> None:
        self._stream, self._format = stream, format
        self.name, self.codec = stream.name, stream.codec
        assert format.begins is not None
        try:
            #: How the source begins; empty where that is damaged.
            self.head = stream.peek(HEAD)
        except ParseError:
            self.head = stream.torn
        stream.watch(partial(format.begins, self.head))
        #: Of the members after the first one, so many began with a document, and so many did not.
        self._with = self._without = 0
        self.begin()

    def begin(self) -> None:
        """Begin, at the first member or at the one after damage."""
        #: What was wrong, and what is skipped.
        self.failure: ParseError | None = None
        self.gap: storage.Gap | None = None
        self._members = self._stream.track_members() if self._format.open_ended else None
        #: Where the first of them begins, in the decompressed stream.
        self._begun = self._stream.position

    def read(self, size: int, /) -> bytes:
        """Return up to about ``size`` bytes; none at the end. Raises ParseError."""
        before = self._stream.position - self._begun
        if self.failure is not None:  # what can be given now is what stands after the damage
            return b""
        try:
            data = self._stream.read(size)
        except ParseError as error:
            self.failure, torn = error, self._stream.torn
            if error.finding.code in _PASSED:
                self.gap = self._stream.skip_damage()
                self._look(torn)
                self._look(self.gap.content)
            elif error.finding.code != storage.CUT or not self._stream.is_sound:
                raise
            if before and self._format.open_ended and self._with and not self._without:
                return b""
            raise
        while self._members and self._members[0][0] < before + len(data):
            at = self._members.pop(0)[0]
            if at:
                self._look(data[at - before :])
        return data

    def _look(self, data: bytes) -> None:
        if len(data) >= _BEGINNING and self._format.resync is not None:
            begins = self._format.resync(data[:_BEGINNING], 0) == 0
            self._with += begins
            self._without += not begins

    def track_members(self) -> list[tuple[int, int]] | None:
        """As of the source."""
        return self._stream.track_members()

    def expand(self, size: int, /) -> None:
        """As of the source."""
        self._stream.expand(size)


def with_gap(finding: Finding, gap: storage.Gap) -> Finding:
    """Return what is to be said of damage, with what is skipped for it."""
    if gap.content:
        what, hint = f"{gap.size:,} bytes of the file are skipped, up to byte {gap.offset}", _FETCH
    elif gap.size < gap.offset:
        what, hint = f"the last {gap.size:,} bytes of the file are not read", _FETCH
    else:
        what, hint = "nothing of the file can be read", finding.hint
    return finding._replace(message=f"{finding.message}; {what}", hint=hint)


def resumed(stream: storage.Input, format: Format, options: ReadOptions) -> Iterator[Batch]:
    """Give what scans of a compressed source give: one after each damage, which is an error that stands for all that is
    skipped. It is fatal where documents were given that it may have changed.

    Lines are counted as they are read. The number of a record is not known after damage. Raises ConfigurationError at
    once.
    """
    source = UpToDamage(stream, format)
    return _resumed(format.scan(source, options), source, stream, format, options)


def _resumed(
    batches: Iterator[Batch], source: UpToDamage, stream: storage.Input, format: Format, options: ReadOptions
) -> Iterator[Batch]:
    shift = _Shift(0, 0)
    region = Region(b"", 0, 1)
    end = -1  # of the last document
    while True:
        try:
            for batch in batches:
                told = shift.batch(batch) if shift.offset else batch
                region = told.region
                if told.documents and (origin := told.documents[-1].origin):
                    end = origin.body + len(told.documents[-1].data)
                yield told
        except ParseError:
            if source.failure is None:
                raise
        failure, gap = source.failure, source.gap
        if failure is None:
            return
        if gap is None:
            raise failure
        finding = with_gap(failure.finding, gap)
        is_fatal = finding.code == storage.DAMAGED and end > gap.sound
        yield Batch((), (finding,), Region(b"", finding.byte, 1), fatal=is_fatal, cut=True)
        if is_fatal or not gap.content:
            return
        shift = _Shift(stream.position, region.line - 1 + region.buffer.count(b"\n"))
        source.begin()
        batches = format.scan(source, options._replace(resumed=source.head))
