"""XML as events with offsets: expat, with limits that keep it safe.

Nothing is fetched: no other file is opened, whatever a DOCTYPE, an entity or an XInclude names. An entity that the file
itself defines is put in; one that it does not, or that stands elsewhere, is reported, since its text is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Protocol
from xml.parsers import expat

from corpusfmt.formats.tei.profile import NAMESPACE, TAG
from corpusfmt.limits import USUAL, Limits, sized
from corpusfmt.text.display import quoted

MAX_DECLARED: Final = 3
_CUT: Final = frozenset({3, 5, 6, 20})  # no element found, unclosed token, partial character, unclosed CDATA section
_UNDEFINED, _INVALID, _AMPLIFIED, _RECURSIVE = 11, 4, 43, 12
_REFERENCE: Final = re.compile(rb"&([A-Za-z_][^;&<>\"' \t\r\n]{0,100});")
_PREDEFINED: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})
_WRONG_NAMESPACE: Final = re.compile(r"https?://(?:www\.)?tei-c\.org/.{0,40}")


class Events(Protocol):
    """What takes the events. ``byte`` is the stream offset of the markup that an event comes from."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element: its name as TEI has it, or namespace and name with a space between."""
        ...

    def end(self, name: str) -> None:
        """Take the end of an element."""
        ...

    def fault(self, code: str, message: str) -> None:
        """Take a fault that does not end the parse."""
        ...


class Broken(Exception):
    """The parse is over, at the stream offset ``byte``. ``error`` is expat's code, where it is one of XML itself."""

    def __init__(self, code: str, message: str, byte: int, error: int = 0) -> None:
        super().__init__(message)
        self.code, self.message, self.byte, self.error = code, message, byte, error


class Parser:
    """Parses UTF-8 that is fed in pieces. ``depth`` counts the open elements; ``fed`` is the stream offset of what
    comes next: what lies between two pieces may be left out, where whole elements lie there.
    """

    def __init__(self, events: Events, text: Callable[[str], None], limits: Limits = USUAL) -> None:
        self.depth = 0
        self._deepest, self._longest = limits.xml_depth, limits.markup
        self.fed = self._start = 0
        self.doctype = False
        self._events = events
        self._taken = 0  # bytes that expat has been given
        self._waiting = 0  # those of them that it has not parsed
        self._cdata = False
        #: The elements that are open: their names as expat has them, and their stream offsets.
        self.open: list[str] = []
        self.offsets: list[int] = []
        #: The name of the last element that began, as expat has it: the namespace, a space and the name.
        self.name = ""
        #: The namespaces that elements near the root declare, by prefix: a document that is taken out needs them.
        self.namespaces: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._entities: set[str] = set()
        self._loose = False  # an entity may be defined in a file that nobody opens
        parser = self._expat = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartElementHandler = self._element
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = text
        parser.StartCdataSectionHandler = self._cdata_begins
        parser.EndCdataSectionHandler = self._cdata_ends
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = self._skipped
        parser.ExternalEntityRefHandler = self._external
        if hasattr(parser, "SetReparseDeferralEnabled"):  # pragma: no cover: not in every Python 3.11
            parser.SetReparseDeferralEnabled(False)

    def hear(self, text: Callable[[str], None]) -> None:
        """Send character data to ``text`` from now on."""
        self._expat.CharacterDataHandler = text

    @property
    def byte(self) -> int:
        """The stream offset of the markup that is being looked at."""
        return max(0, self._expat.CurrentByteIndex) + self._start

    def feed(self, piece: bytes, at: int, *, last: bool = False) -> None:
        """Parse ``piece``, which begins at the stream offset ``at``. Raises Broken."""
        self.skip(at)
        # What is not parsed yet begins a tag or the like. No more of it is fed than it may have.
        while len(piece) > (room := self._longest - self._waiting):
            self._feed(piece[:room], last=False)
            piece = piece[room:]
            if self._waiting >= self._longest:
                what = f"a tag or a comment is larger than {sized(self._longest)}"
                raise Broken("TEI008", what, self.consumed)
        self._feed(piece, last=last)

    def _feed(self, piece: bytes, *, last: bool) -> None:
        self.fed += len(piece)
        self._taken += len(piece)
        try:
            self._expat.Parse(piece, last)
        except expat.ExpatError as error:
            self._expat.buffer_text = False  # which makes it give the text before the fault too
            raise self._broken(error) from None
        self._waiting = self._taken - self._expat.CurrentByteIndex

    def skip(self, to: int) -> None:
        """Leave out what lies before the stream offset ``to``: whole elements, where the parser rests."""
        self._start += to - self.fed
        self.fed = to

    @property
    def consumed(self) -> int:
        """The stream offset of the first byte that is not parsed yet: the beginning of markup that is not whole."""
        return max(0, self._expat.CurrentByteIndex) + self._start

    @property
    def rests(self) -> bool:
        """Whether all that was fed has been parsed, and no CDATA section is open."""
        return not self._cdata and self.consumed == self.fed

    def _broken(self, error: expat.ExpatError) -> Broken:
        byte = max(0, self._expat.ErrorByteIndex) + self._start
        words = expat.ErrorString(error.code) or "not well-formed"
        if error.code in _CUT:
            return Broken("TEI002", f"the file ends inside its markup ({words})", self.fed, error.code)
        if error.code == _UNDEFINED:
            return Broken("TEI006", "an entity that the file does not define", byte)
        if error.code in (_AMPLIFIED, _RECURSIVE):
            return Broken("TEI007", f"excessive entity expansion ({words})", byte)
        return Broken("TEI001", words, byte, error.code)

    # -- handlers ---------------------------------------------------------------------------------------

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > self._deepest:
            raise Broken("TEI008", f"elements nest deeper than {self._deepest} levels", self.byte)
        self.open.append(name)
        self.offsets.append(self._expat.CurrentByteIndex + self._start)
        if self._loose and attributes:
            self._attributes()
        self.name = name
        try:
            local = self._names[name]
        except KeyError:
            local = self._local(name)
        self._events.start(local, attributes)

    def _end(self, name: str) -> None:
        try:
            local = self._names[name]
        except KeyError:
            local = self._local(name)
        self._events.end(local)
        self.depth -= 1
        self.open.pop()
        self.offsets.pop()

    def _local(self, name: str) -> str:
        """Return the name that TEI has for an element, or namespace and name."""
        uri, _, local = name.rpartition(" ")
        if uri not in ("", NAMESPACE) and not _WRONG_NAMESPACE.fullmatch(uri):
            local = name
        if len(self._names) < 10_000:
            self._names[name] = local
        else:
            self._names = {name: local}
        return local

    def _cdata_begins(self) -> None:
        self._cdata = True

    def _cdata_ends(self) -> None:
        self._cdata = False

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        if self.depth < MAX_DECLARED:
            self.namespaces[prefix or ""] = uri or ""

    def _doctype(self, _name: str, system: str | None, public: str | None, _subset: int) -> None:
        self.doctype = True
        if system or public:
            self._loose = True
            what = (
                f"a document type declaration refers to {quoted(system or public or '')}; other files are never opened"
            )
            self._events.fault("TEI005", what)

    def _entity(
        self,
        name: str,
        is_parameter: bool,
        value: str | None,
        _base: str | None,
        system: str | None,
        _public: str | None,
        _notation: str | None,
    ) -> None:
        if is_parameter:
            self._loose = True
            if system:
                what = f"a parameter entity is in {quoted(system)}; other files are never opened"
                self._events.fault("TEI005", what)
        elif value is not None:
            self._entities.add(name)

    def _skipped(self, name: str, is_parameter: bool) -> None:
        if not is_parameter:  # pragma: no branch: expat is not asked to look at parameter entities
            self._events.fault("TEI006", f"the entity {quoted(f'&{name};')}, which the file does not define")

    def _external(self, context: str, _base: str | None, system: str | None, _public: str | None) -> int:
        name = context.rpartition("\f")[2]
        self._events.fault("TEI006", f"the entity {quoted(f'&{name};')} is in another file, {quoted(system or '')}")
        return 1

    def _attributes(self) -> None:
        """Look for entities that expat drops from attributes without a word, as it may with a DTD elsewhere."""
        raw = self._expat.GetInputContext() or b""
        tag = TAG.match(raw)
        for match in _REFERENCE.finditer(tag[0] if tag else raw):
            name = match[1].decode("utf-8", "replace")
            if name not in _PREDEFINED and name not in self._entities:
                self._events.fault("TEI006", f"the entity {quoted(f'&{name};')}, which the file does not define")
