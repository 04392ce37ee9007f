"""The header of a native document, from the parser's events, and whether it is consistent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from corpusfmt.formats.tei.head import attributes_of, shown_of
from corpusfmt.formats.tei.names import ncname
from corpusfmt.formats.tei.profile import FORBIDDEN, XML
from corpusfmt.limits import MAX_ID_DIGITS, Limits, sized
from corpusfmt.model.json_objects import check_object
from corpusfmt.model.known_metadata import VOCABULARY
from corpusfmt.model.metadata import EMPTY
from corpusfmt.text.display import quoted
from corpusfmt.text.json_reader import JSONFault

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
