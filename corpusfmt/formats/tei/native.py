"""Reading a native document that was changed, from the parser's events."""

from __future__ import annotations

from hashlib import sha256
from typing import Final, NamedTuple

from corpusfmt.formats.tei.head import forbidden_in, glyphs, header
from corpusfmt.formats.tei.native_header import SPACE, XML_ID, Identity, NativeFault, NativeHead
from corpusfmt.formats.tei.profile import BODY_END, TEI_END
from corpusfmt.formats.tei.readings import joined, readings
from corpusfmt.formats.tei.write import body_of
from corpusfmt.limits import Limits
from corpusfmt.text.display import quoted

__all__ = ["NativeEvents", "NativeFault", "NativeReading"]

_PLAIN: Final = frozenset(
    """
    teiHeader fileDesc titleStmt publicationStmt sourceDesc bibl availability encodingDesc charDecl char localProp
    profileDesc langUsage authority text body p lb g idno xenoData title author publisher date licence language
    """.split()  # noqa: SIM905 - a list of names
)


class NativeReading(NamedTuple):
    """A native document as it was: id, name, text, metadata as JSON; what is remarked on it, as code and message;
    and how the writer would write it, without a line end behind it, when nothing would be lost.
    """

    id: str | int
    name: str
    text: str
    meta: bytes
    remarks: list[tuple[str, str]]
    anew: bytes | None


class NativeEvents:
    """Takes the events below a native TEI element."""

    def __init__(self, attributes: dict[str, str], limits: Limits) -> None:
        self.size = 0
        self.digest = ""
        #: Elements that the profile does not have, by name.
        self.dropped: dict[str, int] = {}
        self._head = NativeHead(attributes.get(XML_ID, ""), limits)
        self._open: list[str] = []
        #: Paragraphs of lines, each in pieces.
        self._paragraphs: list[list[list[str]]] = []
        self._in_body = False
        self._stray = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        open_ = self._open
        parent = open_[-1] if open_ else ""
        open_.append(name)
        if name not in _PLAIN:
            self.dropped[name] = self.dropped.get(name, 0) + 1
        if self._in_body:
            if name == "lb" and self._paragraphs:
                self._paragraphs[-1].append([])
            elif name == "g":
                self._glyph(self._head.declared(attributes.get("ref", "")))
            elif name == "p":
                self._paragraphs.append([[]])
        elif name == "body" and parent == "text":
            self._in_body = True
        elif self._head.slot is None:
            self._head.start(name, parent, attributes, len(open_))
        elif name == "g" and self._head.promised(attributes.get("ref", "")) is None:
            self._glyph(None)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        self._open.pop()
        if name == "body":
            self._in_body = bool(self._in_body and "body" in self._open)
        else:
            self._head.end(len(self._open))

    def text(self, data: str) -> None:
        """Take character data."""
        self.size += len(data)
        if self._in_body:
            if self._paragraphs and "p" in self._open:
                self._paragraphs[-1][-1].append(data)
            elif data.strip(SPACE):
                self._stray = True
        elif self._head.slot is not None:
            self._head.slot.append(data)
        elif data.strip(SPACE):
            self._misplaced()

    def _misplaced(self) -> None:
        """Text stands where the profile has none."""
        if "text" in self._open or "teiHeader" not in self._open:
            self._stray = True
        elif self._open[-1] in _PLAIN:
            self.dropped[f"text of {self._open[-1]}"] = 1

    def _glyph(self, char: str | None) -> None:
        """Take a character of the text that XML cannot hold, or None where nobody knows which it is."""
        if char is None:
            self.dropped["g"] = self.dropped.get("g", 0) + 1
            self._stray = True
        elif self._paragraphs:
            self._paragraphs[-1][-1].append(char)

    def finish(self) -> NativeReading:
        """Return the document. Raises NativeFault."""
        told = self._head.finish()
        self.digest = told.digest
        for what in ("authority", "source"):
            if self._head.said(what) not in (None, "unknown"):
                self.dropped[f"text of {what}"] = 1
        remarks = told.remarks
        text = None if self._stray or not self._paragraphs else self._proven(remarks)
        if text is None:
            raise NativeFault("TEI017", self._why())
        remarks += [("TEI020", what) for what in self._head.contradictions(told)]
        return NativeReading(told.id, told.name, text, told.meta, remarks, self._anew(told, text))

    def digest_now(self) -> str:
        """Return the SHA-256 of the text as it is now, in hexadecimal; nothing when it cannot be told."""
        if self._stray or not self._paragraphs:
            return ""
        return sha256(joined(self._lines()).encode()).hexdigest()

    # -- the text ---------------------------------------------------------------------------------------

    def _lines(self) -> list[list[str]]:
        return [["".join(pieces) for pieces in lines] for lines in self._paragraphs]

    def _proven(self, remarks: list[tuple[str, str]]) -> str | None:
        """Return the text that the SHA-256 in the header proves, or None."""
        for how, text in readings(self._lines()):
            if sha256(text.encode()).hexdigest() == self.digest:
                if how:
                    remarks.append(("TEI018", f"the text was {how}"))
                return text
        return None

    def _why(self) -> str:
        if self._stray or not self._paragraphs:
            return "the text was edited: it contains more than paragraphs (p)"
        others = ", ".join(sorted(self.dropped)[:3])
        what = f", and has the markup {quoted(others)}" if others else ""
        return f"the text was edited: its SHA-256 differs from the one in its header{what}"

    def _anew(self, told: Identity, text: str) -> bytes | None:
        if self.dropped:
            return None
        chars = forbidden_in(text, told.name, str(told.id))
        head = header(told.xml_id, told.id, told.name, told.meta, told.digest.encode(), chars)
        return b"%b%b%b%b" % (head, glyphs(body_of(text.encode()), told.xml_id), BODY_END, TEI_END.rstrip())
