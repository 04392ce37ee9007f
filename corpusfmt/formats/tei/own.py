"""Reading a document of ours from the parser's events, when somebody has touched it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Final, NamedTuple

from corpusfmt.core.jsontext import JSONFault
from corpusfmt.core.known import VOCABULARY
from corpusfmt.core.limits import MAX_ID_DIGITS, MAX_METADATA, MIB
from corpusfmt.core.metadata import EMPTY
from corpusfmt.core.objects import check_object
from corpusfmt.core.text import quoted
from corpusfmt.formats.tei.head import attributes_of, forbidden_in, glyphs, header, shown_of
from corpusfmt.formats.tei.names import ncname
from corpusfmt.formats.tei.profile import BODY_END, FORBIDDEN, TEI_END, XML
from corpusfmt.formats.tei.readings import joined, readings
from corpusfmt.formats.tei.write import body_of

_XML_ID: Final = f"{XML} id"
_XML_LANG: Final = f"{XML} lang"
_SPACE: Final = " \t\r\n"
#: What may stand more than once.
_MANY: Final = frozenset({"author", "authority", "source"})
_IDNOS: Final = ("id", "filename", "sha256")
#: White space that a program puts around the content of an element when it indents.
_AROUND: Final = re.compile(r"[ \t]*\n\s*\S.*\n[ \t]*", re.S)
_NCNAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")
_SHA256: Final = re.compile("[0-9a-f]{64}")
#: The elements that show metadata, and what of it: by the name of the element and that of its parent.
_SHOWN: Final = {
    ("title", "titleStmt"): "title", ("author", "titleStmt"): "author", ("publisher", "publicationStmt"): "publisher",
    ("date", "publicationStmt"): "date", ("licence", "availability"): "licence", ("language", "langUsage"): "language",
    ("authority", "publicationStmt"): "authority", ("p", "sourceDesc"): "source",
}  # fmt: skip
#: Those of them that repeat it in an attribute.
_ATTRIBUTES: Final = {"date": "when", "licence": "target", "language": "ident"}
_PLAIN: Final = frozenset(
    """
    teiHeader fileDesc titleStmt publicationStmt sourceDesc bibl availability encodingDesc charDecl char localProp
    profileDesc langUsage authority text body p lb g idno xenoData title author publisher date licence language
    """.split()  # noqa: SIM905
)


class OwnFault(Exception):
    """A document of ours cannot be read: a code and what is wrong."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Told(NamedTuple):
    """A document of ours as it was: id, name, text, metadata as JSON; what is remarked on it, as code and message;
    and how the writer would write it, without a line end behind it, when nothing would be lost.
    """

    id: str | int
    name: str
    text: str
    meta: bytes
    remarks: list[tuple[str, str]]
    anew: bytes | None


class OwnEvents:
    """Takes the events below a TEI element of ours."""

    def __init__(self, attributes: dict[str, str]) -> None:
        self.size = 0
        self.digest = ""
        #: Elements that the profile does not have, by name.
        self.left_behind: dict[str, int] = {}
        self._xml_id = attributes.get(_XML_ID, "")
        self._open: list[str] = []
        self._slots: dict[str, list[str]] = {}
        self._wrong = ""
        self._integer = False
        self._chars: dict[str, str] = {}
        self._char = ""
        #: Attributes that repeat what elements show.
        self._attributes: dict[str, str] = {}
        #: What each g of the header stands for, by its ref.
        self._promised: dict[str, str] = {}
        self._slot: list[str] | None = None
        self._slot_depth = 0
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
            self.left_behind[name] = self.left_behind.get(name, 0) + 1
        if self._in_body:
            if name == "lb" and self._paragraphs:
                self._paragraphs[-1].append([])
            elif name == "g":
                self._glyph(attributes)
            elif name == "p":
                self._paragraphs.append([[]])
            return
        if name == "body" and parent == "text":
            self._in_body = True
        elif self._slot is not None:
            if name == "g":
                self._glyph(attributes)
        elif name == "idno" and parent == "publicationStmt":
            self._identifier(attributes)
        elif name == "idno" and parent == "bibl":
            self._begin("url")
        elif name == "xenoData":
            if attributes.get("type") != "metadata":
                self._wrong = self._wrong or "the header has a xenoData that is not of the type metadata"
            self._begin("metadata")
        elif (name, parent) in _SHOWN:
            what = _SHOWN[name, parent]
            self._begin(what)
            if what in _ATTRIBUTES and _ATTRIBUTES[what] in attributes:
                self._attributes[what] = attributes[_ATTRIBUTES[what]]
        elif name == "text":
            self._attributes["text"] = attributes.get(_XML_LANG, "")
        elif name == "char":
            self._char = attributes.get(_XML_ID, "")
        elif name == "localProp" and attributes.get("name") == "codepoint":
            self._declare(attributes.get("value", ""))

    def end(self, name: str) -> None:
        """Take the end of an element."""
        self._open.pop()
        if name == "body":
            self._in_body = bool(self._in_body and "body" in self._open)
        elif self._slot is not None and len(self._open) < self._slot_depth:
            self._slot = None

    def text(self, data: str) -> None:
        """Take character data."""
        self.size += len(data)
        if self._in_body:
            if self._paragraphs and "p" in self._open:
                self._paragraphs[-1][-1].append(data)
            elif data.strip(_SPACE):
                self._stray = True
        elif self._slot is not None:
            self._slot.append(data)
        elif data.strip(_SPACE):
            self._misplaced()

    def _misplaced(self) -> None:
        """Text stands where the profile has none."""
        if "text" in self._open or "teiHeader" not in self._open:
            self._stray = True
        elif self._open[-1] in _PLAIN:
            self.left_behind[f"text of {self._open[-1]}"] = 1

    def finish(self) -> Told:
        """Return the document. Raises OwnFault."""
        for reference, char in self._promised.items():
            if self._chars.get(reference[1:]) != char:  # no digest tells whether it is the right one
                self._wrong = self._wrong or f"the g {quoted(reference)} has no such char in the header"
        if self._wrong:
            raise OwnFault("TEI019", self._wrong)
        name, (meta, notes) = self._said("idno filename") or "", self._metadata()
        id, remarks = self._identified()
        if _AROUND.fullmatch(name):
            remarks.append(("TEI018", "the name has line ends around it, as if the header was indented anew"))
        if not _NCNAME.fullmatch(self._xml_id):
            self._xml_id = ncname(id)
        self.digest = (self._said("idno sha256") or "").strip(_SPACE)
        if not _SHA256.fullmatch(self.digest):
            raise OwnFault("TEI019", "the header has no SHA-256 of the text")
        for what in ("authority", "source"):
            if self._said(what) not in (None, "unknown"):
                self.left_behind[f"text of {what}"] = 1
        remarks += [("TEI023", note) for note in notes]
        text = None if self._stray or not self._paragraphs else self._proven(remarks)
        if text is None:
            raise OwnFault("TEI017", self._why())
        remarks += [("TEI020", what) for what in self._contradictions(id, name, meta)]
        return Told(id, name, text, meta, remarks, self._anew(id, name, meta, text))

    def digest_now(self) -> str:
        """Return the SHA-256 of the text as it is now, in hexadecimal; nothing when it cannot be told."""
        if self._stray or not self._paragraphs:
            return ""
        return sha256(joined(self._lines()).encode()).hexdigest()

    # -- the header -------------------------------------------------------------------------------------

    def _identifier(self, attributes: dict[str, str]) -> None:
        """Begin an idno. What it says counts, so nothing about it may be uncertain."""
        kind, subtype = attributes.get("type", ""), attributes.get("subtype")
        if kind not in _IDNOS or attributes.keys() - {"type", "subtype"} or subtype not in (None, "integer"):
            what = " ".join(f"{name}={value}" for name, value in attributes.items())
            self._wrong = self._wrong or f"the header has an idno that the profile does not have ({quoted(what)})"
        if kind == "id":
            self._integer = subtype is not None
        self._begin(f"idno {kind}")

    def _begin(self, what: str) -> None:
        if what in _MANY and what in self._slots:
            self._slot = self._slots[what]
            self._slot.append("; ")
        else:
            if what in self._slots:
                self._wrong = self._wrong or f"the header has its {what} twice"
            self._slot = self._slots[what] = []
        self._slot_depth = len(self._open)

    def _said(self, what: str) -> str | None:
        return "".join(self._slots[what]) if what in self._slots else None

    def _identified(self) -> tuple[str | int, list[tuple[str, str]]]:
        """Return the id, and what is remarked on it: the xml:id is a witness when white space was put around it."""
        id = self._id()
        if isinstance(id, str) and id != id.strip(_SPACE):
            bare = id.strip(_SPACE)
            given = re.sub("_n[0-9]+$", "", self._xml_id)
            if bare and given == ncname(bare) != ncname(id):
                return bare, [("TEI018", "the id was indented anew")]
        return id, []

    def _id(self) -> str | int:
        said = self._said("idno id")
        if not said:
            raise OwnFault("TEI019", "the header has no id")
        if not self._integer:
            return said
        digits = said.strip(_SPACE)
        if not re.fullmatch(f"-?[1-9][0-9]{{0,{MAX_ID_DIGITS - 1}}}|0", digits):
            raise OwnFault("TEI019", f"the id is no integer: {quoted(digits)}")
        return int(digits)

    def _metadata(self) -> tuple[bytes, list[str]]:
        said = self._said("metadata")
        if said is None:
            return EMPTY, []
        raw = said.strip(_SPACE).replace("\n", " ").replace("\r", " ").encode()
        if len(raw) > MAX_METADATA:
            raise OwnFault("TEI019", f"the metadata is longer than {MAX_METADATA // MIB} MiB")
        try:
            return raw, [message for message, _ in check_object(raw)]
        except JSONFault as fault:
            raise OwnFault("TEI019", f"the metadata: {fault.message}") from None

    def _contradictions(self, id: str | int, name: str, meta: bytes) -> Iterator[str]:
        expected = shown_of(self._xml_id, id, name, meta)
        shown = {what: " ".join((self._said(what) or "").split()) for what in VOCABULARY}
        beside = [what for what, found in shown.items() if found and what not in expected]
        if beside and "metadata" not in self._slots:
            yield f"the header shows {', '.join(beside)}, and there are no metadata (xenoData)"
            return
        for what, found in shown.items():
            if found != expected.get(what, ""):
                yield f"the header has the {what} {quoted(found)}, the metadata has {quoted(expected.get(what, ''))}"
        for what, should in attributes_of(expected).items():
            value = self._attributes.get(what, "")
            if value != should:
                yield f"an attribute in the header has the {what} {quoted(value)}, the metadata has {quoted(should)}"

    def _declare(self, value: str) -> None:
        match = re.fullmatch("U[+]([0-9A-F]{4})", value)
        if match and chr(int(match[1], 16)) in FORBIDDEN:
            self._chars[self._char] = chr(int(match[1], 16))

    def _glyph(self, attributes: dict[str, str]) -> None:
        """Take a g. In the header it stands before its char: its name tells the character, which is checked later."""
        reference = attributes.get("ref", "")
        char = named = _by_name(reference)
        if not self._in_body:
            self._promised[reference] = named or ""
        elif declared := self._chars.get(reference[1:]):
            if named not in (None, declared):
                self._wrong = self._wrong or f"the g {quoted(reference)} stands for two characters"
            char = declared
        if char is None:
            self.left_behind["g"] = self.left_behind.get("g", 0) + 1
            self._stray = True
        elif self._in_body:
            if self._paragraphs:
                self._paragraphs[-1][-1].append(char)
        elif self._slot is not None:
            self._slot.append(char)

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
            return "the text was edited: it has no longer paragraphs (p) alone"
        others = ", ".join(sorted(self.left_behind)[:3])
        what = f", and has the markup {quoted(others)}" if others else ""
        return f"the text was edited: its SHA-256 is no longer the one in its header{what}"

    def _anew(self, id: str | int, name: str, meta: bytes, text: str) -> bytes | None:
        if self.left_behind:
            return None
        data, xml_id = text.encode(), self._xml_id
        chars = forbidden_in(text, name, str(id))
        head = header(xml_id, id, name, meta, self.digest.encode(), chars)
        return b"%b%b%b%b" % (head, glyphs(body_of(data), xml_id), BODY_END, TEI_END.rstrip())


def _by_name(reference: str) -> str | None:
    """Return the character that a reference names, when the header was lost that says so too."""
    match = re.fullmatch("#.*_u([0-9a-f]{4})", reference)
    char = chr(int(match[1], 16)) if match else ""
    return char if char and char in FORBIDDEN else None
