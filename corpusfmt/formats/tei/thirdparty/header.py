"""Reading a teiHeader: the elements with metadata, and the declared characters."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import unquote

from corpusfmt.formats.tei.thirdparty.elements import TOUCHING
from corpusfmt.formats.tei.thirdparty.flow import NOTHING, SOFT, SPACE, TOUCH, WHITE, Flow

XML_ID: Final = "http://www.w3.org/XML/1998/namespace id"
XML_LANG: Final = "http://www.w3.org/XML/1998/namespace lang"
_PUBLICATION: Final = "fileDesc/publicationStmt"
#: Where something stands in a header, and what it is called here.
_FIELDS: Final = {
    "fileDesc/titleStmt/title": "title",
    "fileDesc/titleStmt/author": "author",
    f"{_PUBLICATION}/publisher": "publisher",
    f"{_PUBLICATION}/authority": "authority",
    f"{_PUBLICATION}/distributor": "distributor",
    f"{_PUBLICATION}/date": "published",
    f"{_PUBLICATION}/ref": "ref",
    f"{_PUBLICATION}/ptr": "ref",
    f"{_PUBLICATION}/availability/licence": "licence",
    f"{_PUBLICATION}/availability/p": "availability",
    "profileDesc/creation/date": "created",
    "profileDesc/langUsage/language": "language",
}
_WANTED: Final = frozenset({"idno", *(field.rpartition("/")[2] for field in _FIELDS)})
#: What is looked for anywhere in the description of the source, but in what only is about it.
_IN_SOURCE: Final = {
    "date": "source date",
    "origDate": "source date",
    "ref": "source ref",
    "ptr": "source ref",
    "author": "source author",
    "idno": "source idno",
    "publisher": "source publisher",
}
#: A list of works is what the text cites, or the works behind one of which it is a copy: that is not told apart.
_ASIDE: Final = frozenset(
    {"availability", "note", "notesStmt", "listPerson", "listPlace", "listOrg", "listEvent", "listBibl"}
)
_WORKS: Final = frozenset({"bibl", "biblStruct", "biblFull", "msDesc"})
#: No part of the name or the title in which they stand.
_DROPPED: Final = frozenset({"idno", "note", "email", "affiliation", "graphic", "index", "figDesc"})
_UNCHOSEN: Final = frozenset({"sic", "orig", "abbr", "am"})
_NAMES: Final = frozenset({"name", "persName", "orgName"})
_SPACED: Final = frozenset({"p", "ab", "lb", "l", "item", "addrLine"})
_OF_PUBLICATION: Final = ["fileDesc", "publicationStmt"]
_ABSTRACT: Final = ["profileDesc", "abstract"]
#: What says how the text is encoded.
_ENCODING: Final = frozenset({"char", "glyph", "variantEncoding", "application", "listWit", "witness"})
#: So many of each are kept, and mappings of so many characters: each can be used any number of times.
_MOST: Final = 1000
_LONGEST: Final = 64
_CODE: Final = re.compile(r"U\+([0-9A-Fa-f]{4,6})")
_BEST_MAPPINGS: Final = ("standard", "normalized", "precomposed")
_ALL_FIELDS: Final = frozenset({*_FIELDS.values(), *_IN_SOURCE.values(), "idno", "host author", "event"})
#: What a part of a work stands in (TEI P5, 3.12.2.1): their authors are not its.
_HOSTS: Final = frozenset({"monogr", "series", "relatedItem"})


class Said(NamedTuple):
    """An element of a header: its attributes, its text, its type in small letters, the type of the bibl around it."""

    attributes: Mapping[str, str]
    text: str
    type: str
    source: str


class Header:
    """Takes the events below a teiHeader. ``said`` has what was found, ``characters`` what g elements may stand for,
    by the xml:id of the char or glyph (TEI P5, 5.2), ``methods`` how the apparatus is encoded (13.1.1), ``tools`` the
    programs that made the text (2.3.13), in small letters. ``abstract`` says that there is one (2.4.4), which is no
    part of the text.

    What the header of a corpus, ``around``, says of the encoding holds for its texts too, but where they say it anew.
    """

    __slots__ = (
        "_attributes",
        "_char",
        "_depth",
        "_dropped",
        "_field",
        "_flow",
        "_in_abstract",
        "_inherited",
        "_language",
        "_lists",
        "_named",
        "_path",
        "_witnesses",
        "_works",
        "abstract",
        "characters",
        "methods",
        "said",
        "tools",
    )

    def __init__(self, around: Header | None = None) -> None:
        self.said: dict[str, list[Said]] = {field: [] for field in _ALL_FIELDS}
        self.characters: dict[str, str] = {} if around is None else dict(around.characters)
        self.methods: frozenset[str] = frozenset() if around is None else around.methods
        self.tools: frozenset[str] = frozenset() if around is None else around.tools
        #: The lists of witnesses that are open, and those that a witness stands in (13.1.4.3), by its xml:id.
        self._lists: list[str] = []
        self._witnesses: dict[str, frozenset[str]] = {} if around is None else dict(around._witnesses)
        self._inherited = True
        self._path: list[str] = []
        self._works: list[tuple[int, str]] = []
        self._char: tuple[str, bool] = ("", False)
        self.abstract = False
        self._in_abstract = 0  # how deep it stands
        #: What is being read: what it is called, its attributes, its text, and how deep in it, and in what it drops.
        self._field = ""
        self._attributes: Mapping[str, str] = {}
        self._flow = Flow()
        self._depth = self._dropped = 0
        self._named = -1
        self._language = ""  # of the first name of an author

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element."""
        path = self._path
        path.append(name)
        if self._field:
            if name == "idno" and self._field == "idno" and not self._depth:  # they may nest (TEI P5, 14.3.1)
                self._inner_idno(attributes)
            else:
                self._part_starts(name, attributes)
        elif path == _ABSTRACT:
            self._in_abstract = len(path)
        elif name in _WORKS:
            self._works.append((len(path), attributes.get("type", "")))
        elif name in _ENCODING:
            self._encoding(name, attributes)
        elif name == "mapping" or name in _WANTED or name in _IN_SOURCE:
            self._field = self._field_of(name)
            if self._field:
                self._attributes, self._flow, self._depth, self._named = attributes, Flow(), 0, -1

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if self._depth:
            self._part_ends(name)
        elif self._field:
            self._found()
        elif self._works and self._works[-1][0] == len(self._path):
            self._works.pop()
        elif name == "listWit":
            self.end_list()
        self._path.pop()
        self._in_abstract = self._in_abstract if len(self._path) >= self._in_abstract else 0

    def text(self, data: str) -> int:
        """Take character data, and return how many characters of it are held."""
        if not self._field or self._dropped or not data:
            self.abstract = self.abstract or (self._in_abstract > 0 and bool(data.strip(WHITE)))
            return 0
        self._flow.run(data)
        return len(data)

    def event(self, attributes: Mapping[str, str]) -> None:
        """Take an event of the text itself, as DraCor has them in standOff."""
        if len(self.said["event"]) < _MOST:
            self.said["event"].append(Said(attributes, "", attributes.get("type", "").lower(), ""))

    def rank_of(self, witness: str, wit: str | None, otherwise: int) -> int:
        """Return the rank of a reading for a witness: 0 if it has it, alone or in a list, 1 if it names none."""
        if wit is None:
            return 1
        witness = witness.removeprefix("#")
        wanted = {witness, *self._witnesses.get(witness, ())}
        return otherwise if wanted.isdisjoint(unquote(one.rpartition("#")[2]) for one in wit.split()) else 0

    def witnesses(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take the start of a list of witnesses, or of a witness."""
        xml_id = attributes.get(XML_ID, "")
        if name == "listWit":
            self._lists.append(xml_id)
        elif len(self._witnesses) < _MOST:
            self._witnesses[xml_id] = frozenset(self._lists)

    def end_list(self) -> None:
        """Take the end of a list of witnesses."""
        self._lists.pop()

    # -- inside -----------------------------------------------------------------------------------------

    def _encoding(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take an element that says how the text is encoded."""
        xml_id = attributes.get(XML_ID, "")
        if name in ("char", "glyph"):
            self._char = (xml_id, False)
        elif name == "variantEncoding":
            methods = frozenset(attributes.get("method", "").split())
            self.methods = methods if self._inherited else self.methods | methods
            self._inherited = False
        elif name == "application":
            self.tools |= {attributes.get("ident", "").lower()}
        else:
            self.witnesses(name, attributes)

    def _field_of(self, name: str) -> str:
        """Return what an element is called here, or nothing."""
        path = self._path
        if name == "mapping":
            return "mapping" if self._char[0] else ""
        if path[:2] == ["fileDesc", "sourceDesc"]:
            found = _IN_SOURCE.get(name, "") if _ASIDE.isdisjoint(path) else ""
            return "host author" if found == "source author" and not _HOSTS.isdisjoint(path) else found
        if path[:2] == _OF_PUBLICATION and {*path[2:]} == {"idno"}:
            return "idno"
        return _FIELDS.get("/".join(path), "") if len(path) < 5 else ""

    def _inner_idno(self, attributes: Mapping[str, str]) -> None:
        """Begin an idno in an idno. The outer one is what was said of it so far."""
        self._found()
        self._field, self._attributes, self._flow = "idno", attributes, Flow()

    def _part_starts(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._dropped:
            return
        if name in _DROPPED or (name in _UNCHOSEN and self._path[-2] == "choice"):
            self._dropped = self._depth
            return
        flow = self._flow
        is_name = name in _NAMES and self._field.endswith("author")
        if is_name and 0 < flow.size == self._named:
            if attributes.get(XML_LANG, "") != self._language:
                self._dropped = self._depth  # the same name in another language or script
                return
            flow.pending = NOTHING
            flow.run(",")  # another name of the same author
            flow.need(SPACE)
        elif name in _SPACED:
            flow.need(SPACE)
        elif name in TOUCHING and flow.pending == TOUCH:
            flow.pending = SOFT
        if is_name and not flow.size:
            self._language = attributes.get(XML_LANG, "")

    def _part_ends(self, name: str) -> None:
        if not self._dropped:
            if name in _NAMES and self._depth == 1:
                self._named = self._flow.size
            if name in TOUCHING or name in _SPACED:
                self._flow.need(SPACE if name in _SPACED else TOUCH)
        elif self._dropped == self._depth:
            self._dropped = 0
        self._depth -= 1

    def _found(self) -> None:
        field, text = self._field, self._flow.text()
        self._field = ""
        if field == "mapping":
            self._map(text, self._attributes.get("type", ""))
            return
        said = self.said[field]
        if len(said) < _MOST:
            kind = self._attributes.get("type", "").lower()
            said.append(Said(self._attributes, text, kind, self._works[-1][1] if self._works else ""))

    def _map(self, text: str, kind: str) -> None:
        """Take a mapping: the first, unless one follows that gives a character of Unicode for sure."""
        id, is_good = self._char
        code = _CODE.fullmatch(text)
        if code:
            number = int(code[1], 16)
            text = (
                chr(number)
                if 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0xFFFF < number < 0x110000
                else ""
            )
        if not 0 < len(text) <= _LONGEST or is_good or (id in self.characters and kind not in _BEST_MAPPINGS):
            return
        self.characters[id] = text
        self._char = (id, kind in _BEST_MAPPINGS)


_ADDRESS: Final = re.compile(r"(?:https?|ftp|urn):\S+", re.IGNORECASE)
#: A DOI, which has a prefix of four digits where nothing else tells that it is one.
_DOI: Final = re.compile(r"(?:(?:info:)?doi[:/\s]\s*(?=10\.)|(?=10\.\d{4}))(10\.\d+(?:\.\d+)*/\S+)", re.IGNORECASE)
#: Types of idno that are no id of the text: they say where it is, or of which book or work it is a copy; and a number
#: that says so itself.
_NO_IDS: Final = re.compile(r"isbn|issn|ismn|^(?:url|uri|wikidata|viaf|gnd|isni|orcid|oclc|lccn)(?![a-z])")
_BOOK: Final = re.compile(r"(?:[ep]-?)?(?:isbn|issn|ismn)(?:-(?:l|1[03]))?[ :]", re.IGNORECASE)
_SITE: Final = re.compile(r"https?://[^/]+/?", re.IGNORECASE)
_XML_BASE: Final = "http://www.w3.org/XML/1998/namespace base"
#: Events of DraCor in which a play came before the public.
_SHOWN: Final = frozenset({"print", "premiere"})
#: An id that is short has at most so many characters, and no space.
_SHORT: Final = 64
#: The types of bibl (those of ELTeC and DraCor) by how near they are to when a text came into being.
_SOURCES: Final = {"firstEdition": 0, "originalSource": 1, "digitalSource": 3}


class Heading(NamedTuple):
    """What a header says of a text; empty where it says nothing. ``text_id`` is the xml:id of its ``text``."""

    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    publisher: str = ""
    language: str = ""
    licence: str = ""
    url: str = ""
    idno: str = ""
    #: The types of the idno elements of the publication.
    idno_types: frozenset[str] = frozenset()
    text_id: str = ""


def heading_of(header: Header, attributes: Mapping[str, str], text: Mapping[str, str]) -> Heading:
    """Return what a header says, and the attributes of the ``TEI`` and its ``text`` where it says nothing."""
    said = header.said
    if not any(said.values()):
        return Heading(language=text.get(XML_LANG, "") or attributes.get(XML_LANG, ""), text_id=text.get(XML_ID, ""))
    return Heading(
        title=_title(said["title"]),
        authors=_authors(said["author"]) or _authors(said["source author"]) or _authors(said["host author"]),
        date=_date(header),
        publisher=_first(said["publisher"], said["authority"], said["distributor"], *_printed(header)),
        language=_language(said["language"], text.get(XML_LANG, "")) or attributes.get(XML_LANG, ""),
        licence=_licence(said["licence"]) or _first(said["availability"]),
        url=_url(header),
        idno=_idno(said["idno"]),
        idno_types=frozenset(idno.type for idno in said["idno"]),
        text_id=text.get(XML_ID, ""),
    )


def inherited(heading: Heading, outer: Heading | None) -> Heading:
    """Return what the header of a corpus says, with publisher, language and licence of the one around it."""
    if outer is None:
        return heading
    return heading._replace(
        publisher=heading.publisher or outer.publisher,
        language=heading.language or outer.language,
        licence=heading.licence or outer.licence,
    )


def metadata(heading: Heading, around: Heading | None = None) -> bytes:
    """Return what is known of a text as a JSON object in UTF-8, under the names of ``core.known.VOCABULARY``.

    Publisher, language and licence are those of the corpus around it where its own header has none.
    """
    heading = inherited(heading, around)
    authors = heading.authors
    known = {
        "title": heading.title,
        "author": list(authors) if len(authors) > 1 else "".join(authors),
        "date": heading.date,
        "publisher": heading.publisher,
        "language": heading.language,
        "licence": heading.licence,
        "url": heading.url,
    }
    found = {name: value for name, value in known.items() if value}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def identity(heading: Heading, attributes: Mapping[str, str], urn: str = "") -> tuple[str, str]:
    """Return id and name of a text; ``attributes`` are those of its ``TEI`` element, ``urn`` the CTS URN in it.

    The id is the xml:id or the n of the element, the xml:id of its ``text``, the URN, or an idno of the publication.
    """
    id = attributes.get(XML_ID, "").strip() or attributes.get("n", "").strip() or heading.text_id or urn or heading.idno
    return id, heading.title


# -- what stands where ----------------------------------------------------------------------------------


def _first(*places: list[Said]) -> str:
    """Return the first text that is not empty."""
    return next((said.text for place in places for said in place if said.text), "")


def _title(titles: list[Said]) -> str:
    """Return the title that is of type main, or else the first, with its subtitle (TEI P5, 2.2.1)."""
    titles = [title for title in titles if title.text]
    main = [title for title in titles if title.type == "main"]
    plain = [title for title in titles if title.type == "" and title.attributes.get("level") != "s"]
    best = next(iter(main + plain + titles), None)
    if best is None:
        return ""
    language = best.attributes.get(XML_LANG, "")
    for title in titles:
        is_sub = title.type in ("sub", "subordinate") and title is not best
        if is_sub and title.attributes.get(XML_LANG, language) == language:
            return f"{best.text}{' ' if best.text[-1] in '.:;!?' else ': '}{title.text}"
    return best.text


def _authors(authors: list[Said]) -> tuple[str, ...]:
    """Return the names of authors: of one with several names, those with the same key or in several languages, the
    first.
    """
    known: dict[str, Said] = {}
    for author in authors:
        if author.text:
            said = author.attributes
            known.setdefault(said.get("ref") or said.get("key") or f"{author.text} {said.get(XML_LANG, '')}", author)
    languages: dict[str, list[str]] = {}
    for author in known.values():
        languages.setdefault(author.attributes.get(XML_LANG, ""), []).append(author.text)
    first = next(iter(languages.values()), [])
    if len({len(names) for names in languages.values()}) == 1:
        return tuple(first)
    return tuple(author.text for author in known.values())


def _printed(header: Header) -> list[list[Said]]:
    """Return the publisher of what was printed, where it is that of the text: in files of GROBID."""
    return [header.said["source publisher"]] if "grobid" in header.tools else []


def _date(header: Header) -> str:
    """Return the date of the source, of the creation of the text, or of its publication, whichever is there.

    Before them comes the first print or performance of a play, or else when it was written.
    """
    said = header.said
    shown = [_when(event) for event in said["event"] if event.type in _SHOWN]
    written = [_when(event) for event in said["event"] if event.type == "written"]
    for dates in (shown, written):
        if any(dates):
            return min(filter(None, dates))
    sources = sorted(said["source date"], key=lambda date: _SOURCES.get(date.source, 2))
    return next(filter(None, map(_when, [*sources, *said["created"], *said["published"]])), "")


def _when(date: Said) -> str:
    """Return a date as its attributes have it, or else its text (TEI P5, 3.6.4)."""
    said = date.attributes
    for exact in ("when", "when-iso"):
        if exact in said:
            return said[exact].strip()
    span = [said.get("from") or said.get("notBefore", ""), said.get("to") or said.get("notAfter", "")]
    return date.text or "/".join(filter(None, map(str.strip, span)))


def _language(languages: list[Said], of_text: str) -> str:
    """Return the language that is used most, or else that of the text, or the first (TEI P5, 2.4.2)."""

    def usage(language: Said) -> int:
        share = language.attributes.get("usage", "")
        return -int(share) if share.isdecimal() and len(share) < 9 else 0

    idents = [language for language in languages if language.attributes.get("ident")]
    if not idents or (len(idents) > 1 and of_text and not any(map(usage, idents))):
        return of_text
    return min(idents, key=usage).attributes["ident"]


def _licence(licences: list[Said]) -> str:
    return next(
        (said for licence in licences if (said := licence.attributes.get("target", "").strip() or licence.text)), ""
    )


def _url(header: Header) -> str:
    """Return the address of the text: its own, or that of its source, which a text shares less often.

    An address without a path is that of a site, and comes last.
    """
    said = header.said
    own = sorted(said["idno"], key=lambda idno: idno.type not in ("url", "uri"))
    refs = [ref.attributes.get("target", "").strip() for ref in said["source ref"] + said["ref"]]
    found = [
        *map(_address, own),
        *map(_based, own),
        *map(_address, said["source idno"]),
        *filter(_ADDRESS.fullmatch, refs),
    ]
    found = [address for address in found if address]
    return next((address for address in found if not _SITE.fullmatch(address)), next(iter(found), ""))


def _address(idno: Said) -> str:
    """Return the address that an idno is, as that of a DOI."""
    doi = _DOI.fullmatch(idno.text)
    if doi:
        return f"https://doi.org/{doi[1]}"
    return idno.text if _ADDRESS.fullmatch(idno.text) else ""


def _based(idno: Said) -> str:
    """Return the address that an idno is with its xml:base, but for one of the work in a catalogue."""
    base = idno.attributes.get(_XML_BASE, "").strip()
    return (
        base + idno.text if idno.text and not _NO_IDS.search(idno.type) and _ADDRESS.fullmatch(base + idno.text) else ""
    )


def _bare(id: str) -> str:
    """Return an id, of one such as ``DOI 10.1000/182`` the number."""
    return doi[1] if " " in id and (doi := _DOI.fullmatch(id)) else id


def _idno(idnos: list[Said]) -> str:
    texts = [idno.text for idno in idnos if idno.text and not _NO_IDS.search(idno.type) and not _BOOK.match(idno.text)]
    ids = [_bare(text) for text in texts if not _ADDRESS.match(text)]
    short = [id for id in ids if len(id) <= _SHORT and " " not in id]
    urns = [text for text in texts if text.lower().startswith("urn:")]
    return next(iter(short + ids + urns), "")
