"""Reading TEI: from a stream to documents. Unchanged native documents are read from their bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from corpusfmt.formats.tei import rows as native_rows
from corpusfmt.formats.tei.encoding import Decoded, Undecodable
from corpusfmt.formats.tei.frames import Frames
from corpusfmt.formats.tei.gathering import Gathering, Window
from corpusfmt.formats.tei.native import read_native
from corpusfmt.formats.tei.parser import Broken
from corpusfmt.formats.tei.profile import CORPUS_END, NAMESPACE, TEI_END, TEI_START
from corpusfmt.formats.tei.wellformed import Around, Explanation, character_for, explained, unclosed
from corpusfmt.limits import CHUNK, KIB, MIB
from corpusfmt.model.finding import Edit
from corpusfmt.model.format import Batch, ReadOptions, Stream, forced_encoding
from corpusfmt.model.rows import MOST_ODD, Rows
from corpusfmt.text.display import quoted
from corpusfmt.text.kernel import KERNEL
from corpusfmt.text.position import Region
from corpusfmt.text.primitives import first_invalid_utf8, is_utf8, is_xml, occurrences
from corpusfmt.text.utf8 import described, is_certain, respelled

_END: Final = TEI_END.rstrip()
_CORPUS: Final = b'<teiCorpus xmlns="%b">' % NAMESPACE.encode()
_NEXT: Final = b"\n" + TEI_START
_REFERENCE: Final = re.compile(rb"&[^;\s<&]{1,80};")
#: The header of a native corpus ends within so many bytes.
_PROLOG: Final = 64 * KIB
#: What is looked at before and behind a fault of the XML, in bytes.
_FAR: Final = 64 * KIB
_CONTEXT: Final = 400
#: Of a third-party document that goes on for so many bytes behind its head, only the head and as many are held.
_LARGE: Final = MIB
#: As much is looked at on both sides of a byte that is not UTF-8, in bytes.
_LOOKED_AT: Final = 8 * KIB
#: So many bytes before what is not parsed yet are held, to say what is wrong with it.
_KEPT: Final = 16
#: The code of expat where the source ends between two tags.
_NOTHING: Final = 3
#: No native document nests deeper (levels), or has a longer tag.
_NATIVE_DEPTH: Final = 16
_NATIVE_MARKUP: Final = 64 * KIB


def scan(stream: Stream, options: ReadOptions) -> Iterator[Batch]:
    """Give the documents and faults of a TEI file, in order."""
    return _Scan(stream, options).run()


class _Scan:
    """The state of one scan.

    ``between`` says that the parser stands between two ``TEI`` of a native corpus: those that follow may be taken from
    their bytes, and the parser never sees them. Everything else goes through the parser.
    """

    def __init__(self, stream: Stream, options: ReadOptions) -> None:
        self.options = options
        self.source, self.window = Decoded(stream, forced_encoding(options)), Window()
        self.gathering = Gathering(stream.name, options, self.source, self.window)
        self.frames = Frames(self.gathering)
        self.prolog = True  # nothing has been parsed yet
        self.between = self.ours = False
        self.guessed = False  # documents are read as those of a corpus whose start tag was not
        self._searched = 0  # no end of a native document stands between what was parsed and this stream offset
        #: Nothing that our writer makes is over the limits of the parser, unless they are very low.
        self.quick = options.limits.xml_depth >= _NATIVE_DEPTH and options.limits.markup >= _NATIVE_MARKUP

    def run(self) -> Iterator[Batch]:
        while True:
            try:
                yield from self._read()
                return
            except Broken as broken:
                go_on = self.ours and broken.code != "TEI002"
                if self.guessed and not go_on and self._is_between():
                    return  # a corpus ends that was never seen to begin
                self._report(broken, last=not go_on)
                yield from self._given()
                if not go_on or not self._recover(broken.byte):
                    yield from self._given()
                    return
            except Undecodable as error:
                self._undecodable(error)
                yield from self._given()
                return

    def _read(self) -> Iterator[Batch]:
        """Read to the end. Raises Broken and Undecodable."""
        while True:
            self._advance()
            self.gathering.flush()
            yield from self._given()
            self._drop()
            piece = self.source.read()
            if not piece:
                break
            self.window.append(piece)
        self._advance(last=True)
        self.frames.parser.feed(b"", self.window.stop, last=True)
        self.frames.finish()
        yield from self._given()

    def _given(self) -> Iterator[Batch]:
        batches, self.gathering.batches = self.gathering.batches, []
        yield from batches

    def _drop(self) -> None:
        """Forget what no document and no finding to come needs."""
        frames = self.frames
        if frames.units.holds_all(frames.parser) or frames.units.holds_head():
            return
        window, options = self.window, self.options
        needed = min(frames.parser.consumed, frames.parser.fed) - _KEPT
        frame, window.head = frames.open_document(), None
        if frame is not None:
            behind = needed - _LARGE
            if options.keeps_refused or options.validating or not frame.is_behind_head(behind):
                needed = min(needed, frame.byte)
            else:
                needed = behind
                if frame.head is None and frame.byte >= window.base:
                    frame.head = window.whole(frame.byte, frame.body + CHUNK)
                window.head = frame.head
        window.drop(needed)
        self.source.forget(window.base if window.head is None else window.head.offset)

    # -- going on ---------------------------------------------------------------------------------------

    def _advance(self, *, last: bool = False) -> None:
        """Take or parse what has been read. Raises Broken."""
        if self.prolog and not self._begin(last=last):
            return
        parser, window = self.frames.parser, self.window
        while parser.fed < window.stop:
            if self.between:
                if self._take(last=last):
                    return
            else:
                self._feed()

    def _begin(self, *, last: bool) -> bool:
        """Parse what stands before the first native document. False when that cannot be told yet."""
        buffer = self.window.whole(0).buffer
        at = buffer.find(_NEXT)
        if at < 0 and not last and len(buffer) < _PROLOG:
            return False
        self.prolog = False
        # What may be a corpus, and has a header of its own before the first document.
        if 0 <= at < _PROLOG and (b"<teiCorpus" in buffer[:at] or b"<teiHeader" in buffer[:at]):
            self.ours = True  # what follows a fault in the header of the corpus can be found
            self.frames.parser.feed(buffer[: at + 1], 0)
            self.between = self.ours = self._is_between()
        return True

    def _is_between(self) -> bool:
        """Say whether the parser has nothing open but a corpus, not even a part of a tag."""
        frames = self.frames
        return frames.parser.rests and frames.parser.depth == 1 and bool(frames.stack) and frames.stack[-1].is_corpus

    def _feed(self) -> None:
        """Parse to the end of what has been read, or of a document when the next one may be ours."""
        frames = self.frames
        at = frames.parser.fed
        region = self.window.whole(at)
        start = at - region.offset
        end = region.buffer.find(_END, start) + len(_END) if self.ours else 0
        self._parse(region.buffer[start:end] if end > start else region.buffer[start:], at)
        if end > start:
            self.between = self._is_between()

    def _parse(self, piece: bytes, at: int) -> None:
        frames = self.frames
        frames.parser.feed(piece, at)
        frame = frames.open_document()
        if frame is not None and frame.events is not None:
            limit = self.options.max_document
            if frames.parser.fed - frame.byte > limit or frame.events.size > limit:
                frames.too_large(frame)

    # -- native documents ------------------------------------------------------------------------------

    def _take(self, *, last: bool) -> bool:
        """Take the native documents that follow. True when the next one is not here as a whole yet."""
        parser, window = self.frames.parser, self.window
        if not self._ends():
            held = window.stop - parser.fed
            begins = window.slice(parser.fed, parser.fed + len(TEI_START)) == TEI_START
            self.between = not last and held <= self.options.max_document and begins
            return self.between
        region = window.whole(parser.fed)
        buffer, at = region.buffer, parser.fed - region.offset
        stop = buffer.rfind(TEI_END, at) + len(TEI_END)
        odd = MOST_ODD if self._is_for_kernel() else 0
        whole = b"" if odd else buffer[at:stop]
        clean = not odd and is_utf8(whole) and is_xml(whole)
        line = region.line + occurrences(buffer[:at], b"\n") if self.options.lines or self.options.validating else 0
        while self.between and at < stop:
            if buffer.startswith(b"\n", at):
                at, line = at + 1, line + bool(line)
            if odd:
                odd, begin, at = odd - 1, at, self._rows(region, at, line)
                line += occurrences(buffer[begin:at], b"\n") if line else 0
            if at == stop or not buffer.startswith(TEI_START, at):
                break
            document = buffer[at : buffer.find(TEI_END, at) + len(TEI_END)]
            if not self._one(document, region.offset + at, line, clean=clean):
                self._parse(document[:-1], region.offset + at)
                self.between = self._is_between()
                at, line = at - 1, line - bool(line)  # the line end is not parsed yet
            at += len(document)
            line += occurrences(document, b"\n") if line else 0
        parser.skip(region.offset + at)
        self.between = self.between and (at == len(buffer) or buffer.startswith(TEI_START, at))
        return self.between and not last

    def _is_for_kernel(self) -> bool:
        """Say whether native documents may be taken as rows: nothing is asked for that rows do not have."""
        return self.quick and KERNEL is not None and not (self.options.validating or self.source.encoding)

    def _rows(self, region: Region, at: int, line: int) -> int:
        """Take the native documents of a region that need no closer look. Return where the next one begins."""
        assert KERNEL is not None
        options, across = self.options, self.frames.across
        values, stop = native_rows.read(KERNEL, region.buffer, at, options.max_document, options.limits)
        rows = Rows(values, self.gathering.out.path, region.offset, encoding="utf-8")
        if across is not None:
            begins = rows.begins
            for number, name in enumerate(native_rows.names(region.buffer, begins)):
                if across.name(name):  # the parser tells where
                    rows, stop = rows.only(range(number)), begins[number]
                    break
        if rows:
            self.frames.passed()
            self.gathering.add_rows(rows.numbered(at, line) if options.lines else rows, region)
        return stop

    def _ends(self) -> bool:
        """Say whether the end of a document is here. What was searched before, while waiting for it, is not again."""
        start = max(self.frames.parser.fed, self._searched)
        region = self.window.whole(start)
        if region.buffer.find(TEI_END, start - region.offset) >= 0:
            return True
        self._searched = self.window.stop - len(TEI_END) + 1
        return False

    def _one(self, document: bytes, byte: int, line: int, *, clean: bool) -> bool:
        """Take a native document if it is just as it was written."""
        if (
            not self.quick
            or len(document) > self.options.max_document
            or not (clean or (is_utf8(document) and is_xml(document)))
        ):
            return False
        own = read_native(document, self.options.limits)
        if own is None:
            return False
        frames = self.frames
        if frames.across is not None and frames.across.name(own.xml_id):
            return False  # the parser tells where
        frames.passed()
        if self.options.validating:
            frames.units.document(Region(document, byte, line))
        self.gathering.add(own.id, own.name, own.data, own.meta, byte, byte + own.body, line)
        return True

    # -- faults -----------------------------------------------------------------------------------------

    def _loses_more(self, broken: Broken) -> bool:
        """Say whether documents may follow a fault that nobody counts: in a corpus that is not just cut."""
        stack = self.frames.stack
        return broken.code != "TEI002" and bool(stack) and stack[0].is_corpus

    def _report(self, broken: Broken, *, last: bool) -> None:
        frames, byte = self.frames, broken.byte
        code, message, edit = broken.code, broken.message, None
        frame = frames.stack[-1] if frames.stack else None
        hint = ""
        if code == "TEI001" and first_invalid_utf8(bad := self._character(byte)) == 0:
            code = "TEI024"
            if is_certain(bad, 0):
                message = f"byte 0x{bad[0]:02x} is not UTF-8, the encoding of the file: {described(bad, 0)}"
                hint, edit = "write the character in UTF-8", self._respelled(byte)
            else:
                message, hint = self._in_another_encoding(byte, bad[0])
        elif code == "TEI001":
            told = self._explained(broken)
            message, hint = told.message, told.hint
            edit = Edit(0, told.cut, b"") if told.cut else None
            byte -= told.back
        elif broken.error == _NOTHING and frames.parser.open:
            message = unclosed(*frames.innermost())
            hint = "fetch the file again; if it is complete, add the missing end tags"
        if code == "TEI006" and (reference := _REFERENCE.match(self.window.slice(byte, byte + 100))):
            message = f"the entity {quoted(reference[0])}, which the file does not define"
            hint = character_for(reference[0])
        if code == "TEI002" and frame is not None and frame.is_corpus and frames.parser.depth == 1:
            message, hint = "the end of the corpus is missing; documents may be missing too", ""
            rest = self.window.slice(frames.parser.consumed, self.window.stop)
            if CORPUS_END.startswith(rest):  # nothing but the end, or a part of it, is missing
                edit = Edit(frames.parser.consumed, len(rest), CORPUS_END, safe=False)
        self.gathering.find(code, message, byte, edit=edit, hint=hint)
        start = frame.byte if frame is not None and not frame.is_corpus else byte
        whole = last and self._ends_by(start + CHUNK)
        fatal = last and self._loses_more(broken)
        self.gathering.flush(self.window.slice(start, start + CHUNK), cut=not whole, fatal=fatal)

    def _in_another_encoding(self, byte: int, value: int) -> tuple[str, str]:
        """Say of a byte that is not UTF-8 what it is likely to be, and what to do."""
        from corpusfmt.text.likely_encoding import likely_encoding, name_of

        self._ends_by(byte + _LOOKED_AT)
        start = max(byte - _LOOKED_AT, self.window.base)
        likely = likely_encoding(self.window.slice(start, byte + _LOOKED_AT), byte - start)
        what = f"byte 0x{value:02x} is not UTF-8, the encoding of the file"
        if likely is None:
            return what, ""
        name = name_of(likely.encoding)
        what = f"{what}; in {name} it is {quoted(likely.characters, 20)}"
        if likely.mixed:
            return what, "correct the bytes; the rest of the file is UTF-8"
        return what, f"if the file is in {name}, declare it, or read it with --force-encoding {likely.encoding}"

    def _explained(self, broken: Broken) -> Explanation:
        """Say what is wrong with XML that is not well-formed."""
        byte, frames, window = broken.byte, self.frames, self.window
        self._ends_by(byte + _CONTEXT)
        names, line = [name.rpartition(" ")[2] for name in frames.parser.open], 0
        if names:
            names[-1], line = frames.innermost()
        before = window.slice(max(byte - _FAR, window.base), byte)
        after = window.slice(byte, byte + _CONTEXT)
        over = not names and bool(frames.parser.name)
        return explained(broken.error, Around(before, after, names, line, over, len(before) == byte))

    def _ends_by(self, byte: int) -> bool:
        """Say whether the source ends by a stream offset, and read as far."""
        try:
            while self.window.stop <= byte and (piece := self.source.read()):
                self.window.append(piece)
        except Undecodable:
            return False
        return self.window.stop <= byte

    def _respelled(self, byte: int) -> Edit | None:
        """Return the edit that makes UTF-8 of CESU-8 and overlong forms from a byte on, as far as is looked ahead."""
        self._ends_by(byte + MIB)
        data = self.window.slice(byte, byte + MIB)
        certain = respelled(data[: data.rfind(b">") + 1])
        if certain is None or b"\0" in certain[2]:
            return None
        start, stop, new = certain
        return Edit(byte + start, stop - start, new, safe=False)

    def _character(self, byte: int) -> bytes:
        """Return six bytes at a fault, where the stream has as many: a character may be cut where a piece ends."""
        while self.window.stop - byte < 6 and not self.source.encoding and (piece := self.source.read()):
            self.window.append(piece)
        return self.window.slice(byte, byte + 6)

    def _recover(self, byte: int) -> bool:
        """Find the next native document behind a fault. False when there is none."""
        at = byte
        while True:
            region = self.window.whole(at)
            found = region.buffer.find(_NEXT, max(0, at - region.offset))
            if found >= 0:
                break
            at = max(at, self.window.stop - len(_NEXT))
            self.window.drop(at)
            try:
                piece = self.source.read()
            except Undecodable as error:
                self._undecodable(error)
                return False
            if not piece:
                return False
            self.window.append(piece)
        start = region.offset + found + 1
        self.guessed = self.guessed or not (self.frames.stack and self.frames.stack[0].is_corpus)
        self.frames.begin_again(_CORPUS, start)
        self.between = True
        return True

    def _undecodable(self, error: Undecodable) -> None:
        gathering = self.gathering
        if error.head:
            gathering.out.find("TEI024", error.message, error.at, context=Region(error.head, 0, 1))
        else:
            gathering.find("TEI024", error.message, self.window.stop)
        gathering.out.findings[-1] = gathering.out.findings[-1]._replace(byte=error.at)
        gathering.flush(cut=True, fatal=True)
