"""Reading a native document that was changed, from the parser's events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Final, NamedTuple

from corpusfmt.formats.tei.header import (
    BEFORE_TITLE,
    BEHIND_DIGEST,
    BEHIND_TITLE,
    attributes_of,
    forbidden_in,
    glyphs,
    header,
    shown_of,
)
from corpusfmt.formats.tei.names import ncname
from corpusfmt.formats.tei.profile import (
    BODY_END,
    BODY_START,
    FORBIDDEN,
    LINE,
    PARAGRAPH,
    TEI_END,
    TEI_MARK,
    TEI_START,
    XML,
)
from corpusfmt.formats.tei.readings import joined, readings
from corpusfmt.formats.tei.write import body_of
from corpusfmt.limits import MAX_ID_DIGITS, USUAL, Limits, sized
from corpusfmt.model.json_objects import check_object, is_canonical
from corpusfmt.model.known_metadata import VOCABULARY
from corpusfmt.model.metadata import EMPTY
from corpusfmt.text.display import quoted
from corpusfmt.text.json_reader import JSONFault
from corpusfmt.text.primitives import unescape_xml

_ID: Final = b'        <idno type="id"'
_INTEGER: Final = b' subtype="integer">'
_IDNO_END: Final = b"</idno>\n"
_NAME: Final = b'        <idno type="filename">'
_DIGEST: Final = b'        <idno type="sha256">'
_XENO: Final = b'    <xenoData type="metadata">'
_XENO_END: Final = b"</xenoData>\n"
_TAIL: Final = BODY_END + TEI_END
_BEFORE_TITLE: Final = TEI_MARK + BEFORE_TITLE
_NCNAME_BYTES: Final = re.compile(rb"[A-Za-z_][A-Za-z0-9._-]*")
#: An integer as Python spells it.
_DIGITS: Final = re.compile(rb"-?[1-9][0-9]{0,999}|0")


class NativeDocument(NamedTuple):
    """A native document: id, name, text in UTF-8, metadata as JSON, ``xml:id``, and the byte where its text begins."""

    id: str | int
    name: str
    data: bytes
    meta: bytes
    xml_id: str
    body: int


def read_native(document: bytes, limits: Limits = USUAL) -> NativeDocument | None:
    """Read a ``TEI`` element, from its first byte to the line end behind it; None where the parser must look closely.

    What is read is read right whatever else is in the file: the header is one that the writer makes, the text has its
    SHA-256. Its characters (UTF-8, and XML's) are for the caller to check.
    """
    quote = document.find(b'"', len(TEI_START))
    xml_id = document[len(TEI_START) : quote]
    at = document.find(_ID, quote)
    if at < 0 or not document.startswith(TEI_MARK, quote) or not document.endswith(_TAIL):
        return None
    at += len(_ID)
    integer = document.startswith(_INTEGER, at)
    at += len(_INTEGER) if integer else 1
    stop = document.find(_IDNO_END, at)
    raw_id, raw_name = document[at:stop], b""
    at = stop + len(_IDNO_END)
    if document.startswith(_NAME, at):
        stop = document.find(_IDNO_END, at)
        raw_name = document[at + len(_NAME) : stop]
        at = stop + len(_IDNO_END)
    if not document.startswith(_DIGEST, at):
        return None
    at += len(_DIGEST)
    digest = document[at : at + 64]
    identifier, name = _said(raw_id), _said(raw_name)
    if not identifier or name is None or (integer and not _DIGITS.fullmatch(identifier)):
        return None
    if not _NCNAME_BYTES.fullmatch(xml_id):
        return None
    ncname, told, spelled = xml_id.decode("ascii"), name.decode(), identifier.decode()
    known = int(spelled) if integer else spelled
    meta = EMPTY
    # Without metadata all but the title is always the same, and the title is the name or the id.
    title = quote + len(_BEFORE_TITLE)
    named = raw_name or raw_id
    if (
        document.startswith(BEHIND_DIGEST, at + 64)
        and document.startswith(_BEFORE_TITLE, quote)
        and document.startswith(named + BEHIND_TITLE, title)
    ):
        body = at + 64 + len(BEHIND_DIGEST)
    else:
        body = document.find(BODY_START, at) + len(BODY_START)
        if body < at:
            return None
        xeno = document.find(_XENO, at, body)
        if xeno >= 0:
            said = unescape_xml(document[xeno + len(_XENO) : document.find(_XENO_END, xeno, body)])
            if said is None or len(said) > limits.metadata or not is_canonical(said, limits.depth):
                return None
            meta = said
        if header(ncname, known, told, meta, digest) != document[:body]:
            return None
    text = text_of(document[body : -len(_TAIL)])
    if text is None or sha256(text).hexdigest().encode() != digest:
        return None
    return NativeDocument(known, told, text, meta, ncname, body)


def text_of(body: bytes) -> bytes | None:
    """Undo paragraphs, lines and references; None where there is other markup."""
    if b"\r" in body:
        return None
    body = body.replace(LINE, b"\n")
    if b"<" in body:
        body = body.replace(PARAGRAPH, b"\n\n")
    return unescape_xml(body)


def _said(content: bytes) -> bytes | None:
    """Return what the content of an ``idno`` says; None where the parser must tell."""
    if b"&#" in content:
        content = content.replace(b"&#10;", b"\n").replace(b"&#9;", b"\t")
    return unescape_xml(content)


XML_ID: Final = f"{XML} id"
_XML_LANG: Final = f"{XML} lang"
SPACE: Final = " \t\r\n"
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


class NativeFault(Exception):
    """A native document cannot be read: a code and what is wrong."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Identity(NamedTuple):
    """What a header says: ``xml:id``, id, name, metadata as JSON, SHA-256; what is remarked on it, code and message."""

    xml_id: str
    id: str | int
    name: str
    meta: bytes
    digest: str
    remarks: list[tuple[str, str]]


class NativeHead:
    """Takes the events of a native header. ``slot`` takes the text of the element that is open, if it counts."""

    def __init__(self, xml_id: str, limits: Limits) -> None:
        self._limits = limits
        self.slot: list[str] | None = None
        self._xml_id = xml_id
        self._slots: dict[str, list[str]] = {}
        self._depth = 0
        self._wrong = ""
        self._integer = False
        self._chars: dict[str, str] = {}
        self._char = ""
        #: Attributes that repeat what elements show.
        self._attributes: dict[str, str] = {}
        #: What each g of the header stands for, by its ref.
        self._promised: dict[str, str] = {}

    def start(self, name: str, parent: str, attributes: dict[str, str], depth: int) -> None:
        """Take the start of an element that no other one whose text counts holds. ``depth`` counts those around it."""
        self._depth = depth
        if name == "idno" and parent == "publicationStmt":
            self._identifier(attributes)
        elif name == "idno" and parent == "bibl":
            self._begin("url")
        elif name == "xenoData":
            if attributes.get("type") != "metadata":
                self._doubt("the header has a xenoData that is not of the type metadata")
            self._begin("metadata")
        elif (name, parent) in _SHOWN:
            what = _SHOWN[name, parent]
            self._begin(what)
            if what in _ATTRIBUTES and _ATTRIBUTES[what] in attributes:
                self._attributes[what] = attributes[_ATTRIBUTES[what]]
        elif name == "text":
            self._attributes["text"] = attributes.get(_XML_LANG, "")
        elif name == "char":
            self._char = attributes.get(XML_ID, "")
        elif name == "localProp" and attributes.get("name") == "codepoint":
            self._declare(attributes.get("value", ""))

    def end(self, depth: int) -> None:
        """Take the end of an element."""
        if self.slot is not None and depth < self._depth:
            self.slot = None

    def said(self, what: str) -> str | None:
        """Return the text of an element, or None where there is none."""
        return "".join(self._slots[what]) if what in self._slots else None

    def finish(self) -> Identity:
        """Return what the header says. Raises NativeFault."""
        for reference, char in self._promised.items():
            if self._chars.get(reference[1:]) != char:  # no digest tells whether it is the right one
                self._doubt(f"the g {quoted(reference)} has no such char in the header")
        if self._wrong:
            raise NativeFault("TEI019", self._wrong)
        name, (meta, notes) = self.said("idno filename") or "", self._metadata()
        id, remarks = self._identified()
        if _AROUND.fullmatch(name):
            remarks.append(("TEI018", "the name has line ends around it, probably because the header was reformatted"))
        digest = (self.said("idno sha256") or "").strip(SPACE)
        if not _SHA256.fullmatch(digest):
            raise NativeFault("TEI019", "the header has no SHA-256 of the text")
        remarks += [("TEI023", note) for note in notes]
        xml_id = self._xml_id if _NCNAME.fullmatch(self._xml_id) else ncname(id)
        return Identity(xml_id, id, name, meta, digest, remarks)

    def contradictions(self, told: Identity) -> Iterator[str]:
        """Give what the header shows that the metadata do not say, and the other way round."""
        expected = shown_of(told.xml_id, told.id, told.name, told.meta)
        shown = {what: " ".join((self.said(what) or "").split()) for what in VOCABULARY}
        beside = [what for what, found in shown.items() if found and what not in expected]
        if beside and "metadata" not in self._slots:
            yield f"the header shows {', '.join(beside)}, and there is no metadata (xenoData)"
            return
        for what, found in shown.items():
            if found != expected.get(what, ""):
                yield f"the header has the {what} {quoted(found)}, the metadata has {quoted(expected.get(what, ''))}"
        for what, should in attributes_of(expected).items():
            value = self._attributes.get(what, "")
            if value != should:
                yield f"an attribute in the header has the {what} {quoted(value)}, the metadata has {quoted(should)}"

    # -- characters that XML cannot hold ----------------------------------------------------------------

    def promised(self, reference: str) -> str | None:
        """Take a g of the header. It stands before its char: its name tells the character, which is checked later."""
        char = _by_name(reference)
        self._promised[reference] = char or ""
        if char is not None and self.slot is not None:
            self.slot.append(char)
        return char

    def declared(self, reference: str) -> str | None:
        """Return the character of a g of the text."""
        named, declared = _by_name(reference), self._chars.get(reference[1:])
        if declared and named not in (None, declared):
            self._doubt(f"the g {quoted(reference)} stands for two characters")
        return declared or named

    def _declare(self, value: str) -> None:
        match = re.fullmatch("U[+]([0-9A-F]{4})", value)
        if match and chr(int(match[1], 16)) in FORBIDDEN:
            self._chars[self._char] = chr(int(match[1], 16))

    # -- inside -----------------------------------------------------------------------------------------

    def _doubt(self, what: str) -> None:
        self._wrong = self._wrong or what

    def _identifier(self, attributes: dict[str, str]) -> None:
        """Begin an idno. What it says counts, so nothing about it may be uncertain."""
        kind, subtype = attributes.get("type", ""), attributes.get("subtype")
        if kind not in _IDNOS or attributes.keys() - {"type", "subtype"} or subtype not in (None, "integer"):
            what = " ".join(f"{name}={value}" for name, value in attributes.items())
            self._doubt(f"the header has an idno that is not in the profile ({quoted(what)})")
        if kind == "id":
            self._integer = subtype is not None
        self._begin(f"idno {kind}")

    def _begin(self, what: str) -> None:
        if what in _MANY and what in self._slots:
            self.slot = self._slots[what]
            self.slot.append("; ")
        else:
            if what in self._slots:
                self._doubt(f"the header has its {what} twice")
            self.slot = self._slots[what] = []

    def _identified(self) -> tuple[str | int, list[tuple[str, str]]]:
        """Return the id, and what is remarked on it: the xml:id is a witness when white space was put around it."""
        id = self._id()
        if isinstance(id, str) and id != id.strip(SPACE):
            bare = id.strip(SPACE)
            given = re.sub("_n[0-9]+$", "", self._xml_id)
            if bare and given == ncname(bare) != ncname(id):
                return bare, [("TEI018", "the id was reformatted")]
        return id, []

    def _id(self) -> str | int:
        said = self.said("idno id")
        if not said:
            raise NativeFault("TEI019", "the header has no id")
        if not self._integer:
            return said
        digits = said.strip(SPACE)
        if not re.fullmatch(f"-?[1-9][0-9]{{0,{MAX_ID_DIGITS - 1}}}|0", digits):
            raise NativeFault("TEI019", f"the id is not an integer: {quoted(digits)}")
        return int(digits)

    def _metadata(self) -> tuple[bytes, list[str]]:
        said = self.said("metadata")
        if said is None:
            return EMPTY, []
        raw = said.strip(SPACE).replace("\n", " ").replace("\r", " ").encode()
        if len(raw) > self._limits.metadata:
            raise NativeFault("TEI019", f"the metadata is longer than {sized(self._limits.metadata)}")
        try:
            return raw, [message for message, _ in check_object(raw, self._limits.depth)]
        except JSONFault as fault:
            raise NativeFault("TEI019", f"the metadata: {fault.message}") from None


def _by_name(reference: str) -> str | None:
    """Return the character that a reference names, when the header was lost that says so too."""
    match = re.fullmatch("#.*_u([0-9a-f]{4})", reference)
    char = chr(int(match[1], 16)) if match else ""
    return char if char and char in FORBIDDEN else None


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
