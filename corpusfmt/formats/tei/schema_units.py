"""The parts of a source that a schema validates: the whole file, or each document of a corpus as a separate file."""

from __future__ import annotations

from corpusfmt.formats.tei.encoding import declared_utf8
from corpusfmt.formats.tei.gathering import Gathering
from corpusfmt.formats.tei.parser import Parser
from corpusfmt.text.position import Region
from corpusfmt.text.primitives import escape_xml


class SchemaUnits:
    """Selects what is validated. ``names`` are those of the open corpus elements, as they are written."""

    def __init__(self, gathering: Gathering) -> None:
        self.names: list[bytes] = []
        #: Whether the root is a corpus: then its documents are validated one by one, and not held together.
        self.is_corpus = False
        self._gathering, self._asked = gathering, gathering.options.validating
        self._begun = False

    def holds_all(self, parser: Parser) -> bool:
        """Say whether the source is validated as a whole, and must be held. A DOCTYPE has its say on all of it."""
        return self._asked and (parser.doctype or not self.is_corpus)

    def holds_head(self) -> bool:
        """Say whether the header of the corpus is still to be validated."""
        return self._asked and not self._begun

    def whole(self, parser: Parser) -> None:
        """At the end: have the source validated, if it was held."""
        if self.holds_all(parser):
            self._gathering.to_validate = [Region(declared_utf8(self._gathering.window.whole(0).buffer), 0, 1)]

    def document(self, region: Region) -> None:
        """Have a document of a corpus validated; with the first one the header of the corpus too."""
        if not self._begun and self.names:
            head = self._gathering.window.slice(0, region.offset)
            ends = b"".join(b"</%b>" % name for name in reversed(self.names))
            region = Region(declared_utf8(head) + region.buffer + ends, 0, 1)
        self._begun = True
        self._gathering.to_validate.append(region)

    def region(self, start: int, stop: int, parser: Parser) -> Region:
        """Return a document of a corpus with the namespaces that elements around it declare."""
        around = self._gathering.window.whole(start, stop)
        line, column, _ = around.place(start)
        raw = around.buffer[start - around.offset : stop - around.offset]
        tag, name = self._gathering.tag(start)
        declared = b""
        for prefix, uri in parser.namespaces.items():
            attribute = b"xmlns:%b=" % prefix.encode() if prefix else b"xmlns="
            if uri and attribute not in tag:
                declared += b' %b"%b"' % (attribute, escape_xml(uri.encode()).replace(b'"', b"&quot;"))
        end = 1 + len(name)
        return Region(raw[:end] + declared + raw[end:], start, line, column - 1)
