"""The metadata in a teiHeader (TEI P5, chapter 2).

Only what stands at its place counts: the title of the source is not the title of the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from corpusfmt.formats.tei.thirdparty.header import Header, Said

XML_ID: Final = "http://www.w3.org/XML/1998/namespace id"
XML_LANG: Final = "http://www.w3.org/XML/1998/namespace lang"
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
