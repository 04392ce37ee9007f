"""From events to documents: a frame for each ``TEI`` and ``teiCorpus`` that is open."""

from __future__ import annotations

import re
from typing import Final

from corpusfmt.formats.tei.documents import PARTS, check_namespace, take_native, take_third_party
from corpusfmt.formats.tei.faults import BY_CODE
from corpusfmt.formats.tei.gathering import Gathering
from corpusfmt.formats.tei.native import NativeEvents
from corpusfmt.formats.tei.parser import Broken, Parser
from corpusfmt.formats.tei.profile import MARK, NAMESPACE
from corpusfmt.formats.tei.references import XML_ID, Across, is_name
from corpusfmt.formats.tei.schema_units import SchemaUnits
from corpusfmt.formats.tei.thirdparty.attested import Attested
from corpusfmt.formats.tei.thirdparty.header import Header, Heading, inherited
from corpusfmt.formats.tei.thirdparty.to_text import Choices, ThirdPartyText
from corpusfmt.limits import CHUNK
from corpusfmt.model.finding import Edit
from corpusfmt.text.display import quoted
from corpusfmt.text.position import Region

_XINCLUDE: Final = "http://www.w3.org/2001/XInclude"
#: Elements that include a file (XInclude 1.0, 3.1), or were meant to: in the namespaces of its drafts, and in that of
#: TEI or in none, where a prefix was forgotten. Each with what is wrong with it.
_INCLUDES: Final = {
    f"{_XINCLUDE} include": "",
    "include": "it has no XInclude namespace",
    **dict.fromkeys(
        (
            f"http://www.w3.org/{draft} include"
            for draft in ("2003/XInclude", "2001/XML/xinclude", "2001/XML/XInclude", "1999/XML/xinclude")
        ),
        "it has the namespace of a draft",
    ),
}
_READ: Final = ("text", "sourceDoc")
_CTS: Final = re.compile(r"\s*urn:cts:", re.IGNORECASE)
_CITED: Final = ("text", "body", "div")
_HINTS: Final = {
    "TEI.2": "it is TEI P4; convert it to TEI P5 with the stylesheet p4top5.xsl of the TEI Consortium",
    "html": "it is HTML; corpusfmt reads web pages in WARC files",
}


def _ignored(_data: str) -> None:
    """Take character data that nobody wants."""


class Frame:
    """A ``TEI`` or ``teiCorpus`` element that is open. ``events`` takes what is in it, unless it was refused."""

    __slots__ = (
        "attributes",
        "body",
        "byte",
        "depth",
        "events",
        "head",
        "header",
        "heading",
        "is_corpus",
        "parts",
        "reading",
        "uri",
        "urn",
    )

    def __init__(self, attributes: dict[str, str], depth: int, byte: int, uri: str, *, is_corpus: bool) -> None:
        self.attributes, self.depth, self.byte, self.is_corpus = attributes, depth, byte, is_corpus
        self.uri = uri
        #: The CTS URN of the text, in n of its text, body or first division.
        self.urn = ""
        self.body = -1
        self.reading = False
        self.parts: set[str] = set()
        self.events: ThirdPartyText | NativeEvents | None = None
        #: Of a corpus: what its header says of all texts in it.
        self.heading: Heading | None = None
        self.header: Header | None = None
        #: Of a large document: what is held of its beginning.
        self.head: Region | None = None

    def is_behind_head(self, byte: int) -> bool:
        """Say whether a stream offset is far behind the beginning of the text: of a third-party document, no place
        before it but the beginning is asked for.
        """
        return isinstance(self.events, ThirdPartyText) and 0 <= self.body < byte - CHUNK


class Frames:
    """Takes the parser's events. ``stack`` holds the frames, the innermost last."""

    def __init__(self, gathering: Gathering) -> None:
        self.gathering, self.units = gathering, SchemaUnits(gathering)
        self.stack: list[Frame] = []
        self.includes = False  # parts of the source stand in other files
        self._strayed = False  # the text that the parser is in was counted as outside of documents
        self.across = Across() if gathering.options.thorough else None
        self.parser = Parser(self, _ignored, gathering.options.limits)
        own = gathering.options.own
        self._choices = Choices(
            own.get("choice", "edited"),
            own.get("notes", "end"),
            own.get("fw", "out"),
            own.get("lb", "newline"),
            own.get("witness", ""),
        )

    def open_document(self) -> Frame | None:
        """Return the frame of the document that is open and was not refused."""
        frame = self.stack[-1] if self.stack else None
        return None if frame is None or frame.is_corpus or frame.events is None else frame

    def innermost(self) -> tuple[str, int]:
        """Return the name of the innermost element that is open, as it is written, and its line (0: not held)."""
        byte, name = self.parser.offsets[-1], self.parser.open[-1].rpartition(" ")[2]
        if byte < self.gathering.window.base:
            return name, 0
        return self.gathering.tag(byte)[1].decode("utf-8", "replace") or name, self.gathering.line_of(byte)

    def is_new(self, xml_id: str) -> bool:
        """Say whether no element so far has an ``xml:id``. Nobody knows, unless the scan is a thorough one."""
        return self.across is not None and not self.across.has(xml_id)

    def heading_around(self) -> Heading | None:
        """Return what the headers of the corpora say that the innermost frame stands in."""
        return next((frame.heading for frame in reversed(self.stack[:-1]) if frame.heading is not None), None)

    def finish(self) -> None:
        """The source is at its end. Give what is left."""
        gathering = self.gathering
        if self.across is not None and not self.includes:  # what is included has names too
            elsewhere = gathering.options.elsewhere
            for pointer in self.across.dangling():
                if elsewhere is not None and elsewhere(pointer.name):
                    continue
                what = f"{quoted(f'#{pointer.name}')} does not match any xml:id in the file"
                gathering.out.find("TEI015", what, pointer.byte, context=pointer.context)
                gathering.out.findings[-1] = gathering.out.findings[-1]._replace(byte=pointer.real)
        self.units.whole(self.parser)
        gathering.flush()
        if not gathering.any:
            gathering.find("TEI027", "the file has no documents", gathering.window.stop)
        gathering.flush()

    def begin_again(self, corpus: bytes, at: int) -> None:
        """Go on behind a fault, at the stream offset ``at``: in a ``corpus`` of which only the start tag is known."""
        self.parser = Parser(self, _ignored, self.gathering.options.limits)
        self.stack, self.units.names = [], []
        self.parser.feed(corpus, at - len(corpus))

    # -- faults -----------------------------------------------------------------------------------------

    def fault(self, code: str, message: str) -> None:
        """Take a fault at the markup that the parser is at."""
        byte = self.parser.byte
        if code == "TEI005":  # it is reported at its end
            region = self.gathering.window.whole(0)
            byte = max(0, region.buffer.rfind(b"<!DOCTYPE", 0, byte - region.offset)) + region.offset
        if BY_CODE[code].severity == "error":
            self.refuse(code, message, byte)
        else:
            self.gathering.find(code, message, byte)

    def refuse(
        self, code: str, message: str, byte: int, *, edit: Edit | None = None, hint: str = "", at_end: bool = False
    ) -> None:
        """Refuse the document that is open, if it has not been refused before, and give the batch with its finding.

        ``at_end`` says that the parser is at its end tag, so that all of it is known.
        """
        frame = self.stack[-1] if self.stack else None
        start = byte
        if frame is not None and not frame.is_corpus:
            if frame.events is None:
                return
            start, frame.events = frame.byte, None
            self.parser.hear(_ignored)
        self.gathering.find(code, message, byte, edit=edit, hint=hint)
        stop = self._behind_tag() if at_end else start + CHUNK
        raw = self.gathering.window.slice(start, stop)
        self.gathering.flush(raw, cut=not at_end or len(raw) < stop - start)

    def too_large(self, frame: Frame) -> None:
        """Refuse the document that is open, for its size."""
        limit = self.gathering.options.max_document
        self.refuse("TEI009", f"the document is larger than {limit:,} bytes, which is the limit", frame.byte)

    # -- events -----------------------------------------------------------------------------------------

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        self._strayed = False
        if self.across is not None:
            self._look_across(attributes)
        if not self.stack:
            self._root(name, attributes)
            return
        frame = self.stack[-1]
        level = self.parser.depth - frame.depth
        if level <= 3:
            if level == 1 and name in ("TEI", "teiCorpus") and not isinstance(frame.events, NativeEvents):
                self._open(name, attributes)
                return
            if level == 1 and frame.is_corpus and name.endswith((" TEI", " teiCorpus")):
                uri = name.rpartition(" ")[0]
                self.fault("TEI003", f"expected a TEI in the namespace of TEI, found one in {quoted(uri)}")
            if name in _CITED and not frame.urn and _CTS.match(attributes.get("n", "")):
                frame.urn = attributes["n"].strip()
            if level == 1 and name in _READ:
                frame.reading = True
                if frame.body < 0 or (name == "text" and frame.byte >= self.gathering.window.base):
                    frame.body = self._behind_tag()
            elif level == 3 and name in PARTS:
                frame.parts.add(name)
            elif level == 3 and name == "p" and frame.reading and name not in frame.parts:
                frame.parts.add(name)
                if isinstance(frame.events, NativeEvents):
                    frame.body = self._behind_tag()
        if name in _INCLUDES and ("href" in attributes or name != "include"):
            self._include(frame, name, attributes.get("href", ""), level)
        if frame.events is not None:
            frame.events.start(name, attributes)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        self._strayed = False
        frame = self.stack[-1]
        level = self.parser.depth - frame.depth
        if level == 0:
            self._close(frame)
            return
        if level == 1 and name in _READ:
            frame.reading = False
        if frame.events is not None:
            frame.events.end(name)

    def _include(self, frame: Frame, name: str, href: str, level: int) -> None:
        """Take an inclusion, which is not followed. In a corpus it stands for documents in another file."""
        inside = frame.reading and not frame.is_corpus
        self.includes = True
        self.gathering.any = self.gathering.any or (frame.is_corpus and level == 1)
        wrong = f"; {_INCLUDES[name]}, not in {_XINCLUDE}" if _INCLUDES[name] else ""
        what = f"an xi:include of {quoted(href)}, which is not opened{wrong}"
        self.fault("TEI022" if inside else "TEI021", what)

    def _look_across(self, attributes: dict[str, str]) -> None:
        assert self.across is not None
        byte = self.parser.offsets[-1]
        xml_id = attributes.get(XML_ID)
        if xml_id is not None:
            if not is_name(xml_id):
                self.gathering.find("TEI028", f"the xml:id {quoted(xml_id)} is not a valid name", byte)
            if self.across.name(xml_id):
                self.gathering.find("TEI014", f"the xml:id {quoted(xml_id)} is used by an earlier element", byte)
        if attributes:
            self.across.point(attributes, byte, self.gathering.source_byte, self.gathering.window.context)

    def _behind_tag(self) -> int:
        """Return the stream offset behind the tag that the parser is at."""
        byte = self.parser.byte
        return byte + len(self.gathering.tag(byte)[0])

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
            check_namespace(self.gathering, byte, uri)
        frame = Frame(attributes, parser.depth, byte, uri, is_corpus=name == "teiCorpus")
        if frame.is_corpus:
            self.units.is_corpus = self.units.is_corpus or not self.stack
            self.units.names.append(self.gathering.tag(byte)[1])
        if self.stack:
            self._open_in(self.stack[-1])
        events: ThirdPartyText | NativeEvents
        if attributes.get("type") == MARK and not frame.is_corpus:
            events = NativeEvents(attributes, self.gathering.options.limits)
        else:
            around = next((one.header for one in reversed(self.stack) if one.header is not None), None)
            reads = Attested if self._choices.witness else ThirdPartyText
            events = reads(self._choices, self._remark, attributes, lambda: self.parser.byte, around)
        frame.events = events
        self.stack.append(frame)
        parser.hear(events.text)
        kind = attributes.get("type", "")
        if kind != MARK and kind.startswith(MARK[:-1]):
            self.refuse(
                "TEI019", f"the document is of the type {quoted(kind)}, which this version does not support", byte
            )

    def passed(self) -> None:
        """A document of the corpus that is open was taken from its bytes, so that the header of the corpus is over."""
        corpus = self.stack[-1]
        if corpus.events is not None:
            self._open_in(corpus)
            self._hear_outer()

    def _open_in(self, outer: Frame) -> None:
        """A ``TEI`` begins inside of another element: the header of that one, before it, holds for both."""
        if outer.is_corpus and isinstance(outer.events, ThirdPartyText):
            self._end_header(outer, outer.events)

    def _end_header(self, corpus: Frame, events: ThirdPartyText) -> None:
        """Take what the header of a corpus says. Nothing else in it belongs to a document."""
        found = events.finish()
        around = next((frame.heading for frame in reversed(self.stack[:-1]) if frame.heading is not None), None)
        corpus.heading, corpus.header, corpus.events = inherited(found.heading, around), events.header, None
        for what, count in found.dropped.items():
            self.gathering.out.leave(what, count)
        if found.data:
            self._stray(found.text)

    def _stray(self, data: str) -> None:
        """Count text that stands in a corpus and in no document: once up to the next tag, however it was cut."""
        if not self._strayed and data.strip(" \t\r\n"):
            self._strayed = True
            self.gathering.out.leave("text outside of documents")

    def _hear_outer(self) -> None:
        """Send character data to the frame that is the innermost now."""
        outer = self.stack[-1] if self.stack else None
        if outer is None or (outer.events is None and not outer.is_corpus):
            self.parser.hear(_ignored)
        else:
            self.parser.hear(self._stray if outer.events is None else outer.events.text)

    def _remark(self, code: str, message: str) -> None:
        events = self.stack[-1].events if self.stack else None
        self.gathering.find(
            code, message, events.at if isinstance(events, ThirdPartyText) and events.at >= 0 else self.parser.byte
        )

    def _close(self, frame: Frame) -> None:
        events, options = frame.events, self.gathering.options
        if events is not None and not frame.is_corpus:
            stop = self._behind_tag()
            if options.validating and not self.units.holds_all(self.parser):
                self.units.document(self.units.region(frame.byte, stop, self.parser))
            if max(stop - frame.byte, events.size) > options.max_document:
                self.too_large(frame)
            elif isinstance(events, NativeEvents):
                take_native(self, frame, events, stop)
            else:
                take_third_party(self, frame, events)
        if frame.is_corpus:
            self.units.names.pop()
            if isinstance(events, ThirdPartyText):
                self._end_header(frame, events)
        self.stack.pop()
        self._hear_outer()
