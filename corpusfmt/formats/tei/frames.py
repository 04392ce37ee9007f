"""From events to documents: a frame for each ``TEI`` and ``teiCorpus`` that is open."""

from __future__ import annotations

import re
from typing import Final

from corpusfmt.core.collector import Collector
from corpusfmt.core.document import build
from corpusfmt.core.finding import Edit
from corpusfmt.core.format import Batch, ReadOptions
from corpusfmt.core.ids import make_id
from corpusfmt.core.limits import CHUNK
from corpusfmt.core.primitives import escape_xml
from corpusfmt.core.source import Region
from corpusfmt.core.text import quoted
from corpusfmt.formats.tei.across import XML_ID, Across
from corpusfmt.formats.tei.encoding import Decoded, declared_utf8
from corpusfmt.formats.tei.fast import read_own
from corpusfmt.formats.tei.faults import BY_CODE
from corpusfmt.formats.tei.foreign.events import Choices, Foreign
from corpusfmt.formats.tei.foreign.heading import Heading, identity, metadata
from corpusfmt.formats.tei.names import ncname
from corpusfmt.formats.tei.own import OwnEvents, OwnFault
from corpusfmt.formats.tei.parser import Broken, Parser
from corpusfmt.formats.tei.profile import MARK, NAMESPACE
from corpusfmt.formats.tei.window import Window

_NAME: Final = re.compile(rb"<[^\s/>]+")
_XINCLUDE: Final = "http://www.w3.org/2001/XInclude include"
_PARTS: Final = ("titleStmt", "publicationStmt", "sourceDesc")
_READ: Final = ("text", "sourceDoc")
_HINTS: Final = {
    "TEI.2": "it is TEI P4; make TEI P5 of it with the stylesheet p4top5.xsl of the TEI Consortium",
    "html": "it is HTML; corpusfmt reads web pages in WARC files",
}


def _ignored(_data: str) -> None:
    """Take character data that nobody wants."""


class Frame:
    """A ``TEI`` or ``teiCorpus`` element that is open. ``events`` takes what is in it, unless it was refused."""

    __slots__ = ("attributes", "body", "byte", "depth", "events", "heading", "is_corpus", "parts", "reading", "uri")

    def __init__(self, attributes: dict[str, str], depth: int, byte: int, uri: str, *, is_corpus: bool) -> None:
        self.attributes, self.depth, self.byte, self.is_corpus = attributes, depth, byte, is_corpus
        self.uri = uri
        self.body = -1
        self.reading = False
        self.parts: set[str] = set()
        self.events: Foreign | OwnEvents | None = None
        #: Of a corpus: what its header says of all texts in it.
        self.heading: Heading | None = None


class Frames:
    """Takes the parser's events, and gives batches. ``stack`` holds the frames, the innermost last."""

    def __init__(self, path: str, options: ReadOptions, source: Decoded, window: Window) -> None:
        self.options, self.source, self.window = options, source, window
        self.out = Collector(path, BY_CODE)
        self.stack: list[Frame] = []
        self.batches: list[Batch] = []
        #: The stream offset of the first document that is in no batch yet, or -1.
        self.first = -1
        self.across = Across() if options.thorough else None
        self.judge: list[Region] = []
        self.judged = False
        #: The names of the corpus elements that are open, as they are written.
        self.names: list[bytes] = []
        #: Whether the root is a teiCorpus, and whether a document or a reason for none has been given.
        self.is_corpus = self.any = False
        self.parser = Parser(self, _ignored)
        own = options.own
        self._choices = Choices(
            own.get("choice", "edited"), own.get("notes", "end"), own.get("fw", "out"), own.get("lb", "newline")
        )

    # -- findings ---------------------------------------------------------------------------------------

    def find(
        self, code: str, message: str, byte: int, *, edit: Edit | None = None, id: str | int | None = None
    ) -> None:
        """Add a finding at a stream offset of the UTF-8."""
        near = self.window.near(byte)
        self.out.find(code, message, byte, edit=None if self.source.encoding else edit, id=id, near=near)
        if self.source.encoding:
            found = self.out.findings[-1]
            real = self.source.source_byte(byte, near.buffer, near.offset)
            self.out.findings[-1] = found._replace(byte=real)

    def fault(self, code: str, message: str) -> None:
        """Take a fault at the markup that the parser is at."""
        byte = self.parser.byte
        if code == "TEI005":  # it is told at its end
            region = self.window.whole(0)
            byte = max(0, region.buffer.rfind(b"<!DOCTYPE", 0, byte - region.offset)) + region.offset
        if BY_CODE[code].severity == "error":
            self.refuse(code, message, byte)
        else:
            self.find(code, message, byte)

    def refuse(
        self, code: str, message: str, byte: int, *, edit: Edit | None = None, id: str | int | None = None
    ) -> None:
        """Refuse the document that is open, if it has not been refused before, and give the batch with its finding."""
        frame = self.stack[-1] if self.stack else None
        if frame is not None and not frame.is_corpus:
            if frame.events is None:
                return
            frame.events = None
            self.parser.hear(_ignored)
        self.find(code, message, byte, edit=edit, id=id)
        start = frame.byte if frame is not None and not frame.is_corpus else byte
        self.flush(self.window.slice(start, start + CHUNK))

    def flush(self, refused: bytes = b"", *, fatal: bool = False) -> None:
        """Make a batch of what has been found."""
        out = self.out
        if not (out.documents or out.findings or out.left_behind or self.judge):
            return
        self.any = (
            self.any or bool(out.documents) or any(f.severity == "error" or f.code == "TEI011" for f in out.findings)
        )
        out.region = self.window.whole(self.first if self.first >= 0 else self.window.stop)
        self.batches.append(out.batch(refused, fatal=fatal)._replace(judge=self.judge))
        self.judge, self.first = [], -1

    def finish(self) -> None:
        """The source is at its end. Give what is left."""
        if self.across is not None:
            for pointer in self.across.dangling():
                what = f"{quoted(f'#{pointer.name}')} names no xml:id of the file"
                self.out.find("TEI015", what, pointer.byte, near=pointer.near)
        if self.holds_all():
            self.judge = [Region(declared_utf8(self.window.whole(0).buffer), 0, 1)]
        self.flush()
        if not self.any:
            self.find("TEI027", "the file has no documents", self.window.stop)
        self.flush()

    def begin_again(self, corpus: bytes, at: int) -> None:
        """Go on behind a fault, at the stream offset ``at``: in a ``corpus`` of which only the start tag is known."""
        self.parser = Parser(self, _ignored)
        self.stack, self.names = [], []
        self.parser.feed(corpus, at - len(corpus))

    def holds_all(self) -> bool:
        """Say whether the source is to be judged as a whole, and must be held."""
        return self.options.judged and (self.parser.doctype or not self.is_corpus)

    def judge_one(self, region: Region) -> None:
        """Have a grammar judge a document of a corpus; with the first one the header of the corpus too."""
        if not self.judged and self.stack:
            head = self.window.slice(0, region.offset)
            ends = b"".join(b"</%b>" % name for name in reversed(self.names))
            region = Region(declared_utf8(head) + region.buffer + ends, 0, 1)
        self.judged = True
        self.judge.append(region)

    # -- events -----------------------------------------------------------------------------------------

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        if self.across is not None:
            self._look_across(attributes)
        if not self.stack:
            self._root(name, attributes)
            return
        frame = self.stack[-1]
        level = self.parser.depth - frame.depth
        if level <= 3:
            if level == 1 and name in ("TEI", "teiCorpus") and not isinstance(frame.events, OwnEvents):
                self._open(name, attributes)
                return
            if level == 1 and name in _READ:
                frame.reading = True
                if frame.body < 0 or name == "text":
                    frame.body = self._behind_tag()
            elif level == 3 and name in _PARTS:
                frame.parts.add(name)
            elif level == 3 and name == "p" and frame.reading and name not in frame.parts:
                frame.parts.add(name)
                if isinstance(frame.events, OwnEvents):
                    frame.body = self._behind_tag()
        if name == _XINCLUDE:
            href = quoted(attributes.get("href", ""))
            inside = frame.reading and not frame.is_corpus
            self.fault("TEI022" if inside else "TEI021", f"an xi:include of {href}, which is not opened")
        if frame.events is not None:
            frame.events.start(name, attributes)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if not self.stack:
            return
        frame = self.stack[-1]
        level = self.parser.depth - frame.depth
        if level == 0:
            self._close(frame)
            return
        if level == 1 and name in _READ:
            frame.reading = False
        if frame.events is not None:
            frame.events.end(name)

    def _look_across(self, attributes: dict[str, str]) -> None:
        assert self.across is not None
        byte = self.parser.byte
        xml_id = attributes.get(XML_ID)
        if xml_id is not None and self.across.name(xml_id):
            self.find("TEI014", f"the xml:id {quoted(xml_id)} stands on an earlier element too", byte)
        if attributes:
            self.across.point(attributes, byte, self.window.near)

    def _behind_tag(self) -> int:
        """Return the stream offset behind the tag that the parser is at."""
        byte = self.parser.byte
        end = self.window.slice(byte, self.parser.fed).find(b">")
        return byte + end + 1

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("TEI", "teiCorpus"):
            self._open(name, attributes)
            return
        uri, _, local = self.parser.name.rpartition(" ")
        inside = f" in the namespace {quoted(uri)}" if uri and uri != NAMESPACE else ""
        what = f"expected the root TEI or teiCorpus, found {quoted(local)}{inside}"
        hint = _HINTS.get(local, "")
        raise Broken("TEI003", f"{what}; {hint}" if hint else what, self.parser.byte)

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        parser = self.parser
        byte, uri = parser.byte, parser.name.rpartition(" ")[0]
        if uri != NAMESPACE and not (self.stack and self.stack[-1].uri == uri):
            self._namespace(byte, uri)
        frame = Frame(attributes, parser.depth, byte, uri, is_corpus=name == "teiCorpus")
        if frame.is_corpus:
            self.is_corpus = self.is_corpus or not self.stack
            self.names.append(self._tag(byte))
        if self.stack:
            self._open_in(self.stack[-1])
        events: Foreign | OwnEvents
        if attributes.get("type") == MARK and not frame.is_corpus:
            events = OwnEvents(attributes)
        else:
            events = Foreign(self._choices, self._remark, attributes, lambda: self.parser.byte)
        frame.events = events
        self.stack.append(frame)
        parser.hear(events.text)

    def _open_in(self, outer: Frame) -> None:
        """A ``TEI`` begins inside of another element: the header of that one, before it, holds for both."""
        if outer.is_corpus and outer.heading is None and isinstance(outer.events, Foreign):
            outer.heading = outer.events.finish().heading
            outer.events = None

    def _remark(self, code: str, message: str) -> None:
        events = self.stack[-1].events if self.stack else None
        self.find(code, message, events.at if isinstance(events, Foreign) and events.at >= 0 else self.parser.byte)

    def _close(self, frame: Frame) -> None:
        events, limit = frame.events, self.options.max_document
        if events is not None and not frame.is_corpus:
            stop = self._behind_tag()
            if self.options.judged and not self.holds_all():
                self.judge_one(self._region(frame.byte, stop))
            if stop - frame.byte > limit or events.size > limit:
                self.too_large(frame)
            elif isinstance(events, OwnEvents):
                self._own(frame, events, stop)
            else:
                self._foreign(frame, events)
        if frame.is_corpus:
            self.names.pop()
        self.stack.pop()
        outer = self.stack[-1] if self.stack else None
        self.parser.hear(outer.events.text if outer and outer.events else _ignored)

    def too_large(self, frame: Frame) -> None:
        """Refuse the document that is open, for its size."""
        limit = self.options.max_document
        self.refuse("TEI009", f"the document is larger than {limit:,} bytes, which is the limit", frame.byte)

    # -- documents --------------------------------------------------------------------------------------

    def add(self, id: str | int, name: str, data: bytes, meta: bytes, byte: int, body: int, line: int = 0) -> None:
        """Add a document whose element begins at the stream offset ``byte`` and whose text at ``body``."""
        if self.first < 0:
            self.first = byte
        if self.options.lines and not line:
            line = self.window.near(byte).place(byte).line
        self.out.documents.append(build(id, name, data, "utf-8", meta, (self.out.path, byte, line, body)))

    def _own(self, frame: Frame, events: OwnEvents, stop: int) -> None:
        raw = self.window.slice(frame.byte, stop)
        clean = read_own(raw + b"\n")
        if clean is not None:
            self.add(clean.id, clean.name, clean.data, clean.meta, frame.byte, frame.byte + clean.body)
            return
        try:
            told = events.finish()
        except OwnFault as fault:
            if fault.code == "TEI017" and not self.options.judged:
                self.judge.append(self._region(frame.byte, stop))
            self.refuse(fault.code, fault.message, frame.byte, edit=self._confirmed(fault, events, raw, frame.byte))
            return
        if raw != told.anew and not self.options.judged:
            self.judge.append(self._region(frame.byte, stop))
        for code, message in told.remarks:
            edit = Edit(frame.byte, stop - frame.byte, told.anew) if code == "TEI018" and told.anew else None
            self.find(code, message, frame.byte, edit=edit, id=told.id)
        for name, count in events.left_behind.items():
            self.out.leave(name, count)
        body = frame.body if frame.body >= 0 else stop
        self.add(told.id, told.name, told.text.encode(), told.meta, frame.byte, body)

    @staticmethod
    def _confirmed(fault: OwnFault, events: OwnEvents, raw: bytes, byte: int) -> Edit | None:
        """Return the edit that takes an edited text as it is: another SHA-256."""
        now, old = events.digest_now(), events.digest.encode()
        if fault.code != "TEI017" or not now or raw.count(old) != 1:
            return None
        return Edit(byte + raw.find(old), len(old), now.encode(), safe=False)

    def _region(self, start: int, stop: int) -> Region:
        """Return the source between two stream offsets as a region."""
        around = self.window.whole(start, stop)
        line, column, _ = around.place(start)
        at = start - around.offset
        raw = around.buffer[at : at + stop - start]
        tag = raw[: raw.find(b">")]
        known = self.parser.namespaces.items()
        lost = [
            (prefix.encode(), uri)
            for prefix, uri in known
            if b"xmlns%b=" % (b":" * bool(prefix) + prefix.encode()) not in tag
        ]
        declared = b"".join(
            b' xmlns%b="%b"' % (b":" * bool(prefix) + prefix, escape_xml(uri.encode()).replace(b'"', b"&quot;"))
            for prefix, uri in lost
            if uri
        )
        name = _NAME.match(raw)
        end = name.end() if name else 0
        return Region(raw[:end] + declared + raw[end:], start, line, column - 1)

    def _foreign(self, frame: Frame, events: Foreign) -> None:
        found = events.finish()
        for what, count in found.left_behind.items():
            self.out.leave(what, count)
        heading = found.heading
        outer = next((f.heading for f in reversed(self.stack[:-1]) if f.heading is not None), None)
        self._check_header(frame, heading)
        id, name = identity(heading, frame.attributes)
        if not found.has_text:
            self.find("TEI011", "the TEI element has no text", frame.byte, id=id or None)
            self.out.leave("TEI without a text")
            return
        data = found.text.encode()
        if not id:
            how = self.options.id_from
            line = self.window.near(frame.byte).place(frame.byte).line
            id = make_id(how, name, line, data) if how else ""
            if not id:
                self.refuse("TEI010", "the document has no id", frame.byte)
                return
        elif XML_ID not in frame.attributes:
            self.find("TEI026", "the TEI element has no xml:id", frame.byte, edit=self._naming(frame.byte, id), id=id)
        self.add(id, name, data, metadata(heading, outer), frame.byte, max(frame.body, frame.byte))

    def _check_header(self, frame: Frame, heading: Heading) -> None:
        missing = [part for part in _PARTS if part not in frame.parts]
        if missing:
            self.find("TEI013", f"the header has no {', no '.join(missing)}", frame.byte)
        elif not heading.title:
            self.find("TEI012", "the header has no title", frame.byte)

    # -- edits ------------------------------------------------------------------------------------------

    def _tag(self, byte: int) -> bytes:
        """Return the name of the element that begins at a stream offset, as it is written."""
        name = _NAME.match(self.window.slice(byte, byte + 200))
        return name[0][1:] if name else b""

    def _naming(self, byte: int, id: str) -> Edit:
        return Edit(byte + 1 + len(self._tag(byte)), 0, b' xml:id="%b"' % ncname(id).encode())

    def _namespace(self, byte: int, uri: str) -> None:
        tag = self.window.slice(byte, self.parser.fed)
        tag = tag[: tag.find(b">") + 1]
        name = _NAME.match(tag)
        edit = None
        if uri and tag.count(b'"%b"' % uri.encode()) == 1:
            edit = Edit(byte + tag.find(b'"%b"' % uri.encode()) + 1, len(uri.encode()), NAMESPACE.encode())
        elif not uri and b"xmlns" not in tag and name:
            edit = Edit(byte + name.end(), 0, b' xmlns="%b"' % NAMESPACE.encode())
        what = f"the namespace is {quoted(uri)}" if uri else "there is no namespace"
        self.find("TEI004", f"{what}; that of TEI is {NAMESPACE}", byte, edit=edit)
