"""The header of a native document, from its id, name and metadata.

The reader makes it too: a document whose header is not byte for byte this one was touched by somebody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from corpusfmt.formats.tei.profile import BODY_START, FORBIDDEN, TEI_MARK, TEI_START, char_id
from corpusfmt.model.known_metadata import VOCABULARY, known
from corpusfmt.model.metadata import EMPTY
from corpusfmt.text.primitives import escape_xml, is_xml

_FORBIDDEN: Final = re.compile(f"[{FORBIDDEN}\ud800-\udfff]")
_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_URI: Final = re.compile(
    r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:[/?](?:[\w.~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?", re.A
)
#: Time zones are those that all validators take: jing knows none behind -13:00.
_WHEN: Final = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]{1,9})?"
    r"(?:Z|(?:\+(?:0[0-9]|1[0-3])|-(?:0[0-9]|1[0-2])):[0-5][0-9])?)?)?)?"
)
#: A value in the header is there to be seen: in full it stands in the metadata.
_LONGEST: Final = 1000

_TEMPLATE: Final = b"""  <teiHeader>
    <fileDesc>
      <titleStmt>
        <title>%b</title>
%b      </titleStmt>
      <publicationStmt>
        %b
        <idno type="id"%b>%b</idno>
%b        <idno type="sha256">%b</idno>
%b      </publicationStmt>
      <sourceDesc>
%b      </sourceDesc>
    </fileDesc>
%b  </teiHeader>
  <text%b>
"""
_START: Final = _TEMPLATE + BODY_START
_UNKNOWN: Final = b"<authority>unknown</authority>"
_NO_SOURCE: Final = b"        <p>unknown</p>\n"
_SOURCE: Final = b'        <bibl>\n          <idno type="URL">%b</idno>\n        </bibl>\n'
_NAME: Final = b'        <idno type="filename">%b</idno>\n'
#: The header of a document without metadata: title, attribute of the id, id, name, digest.
_BARE: Final = _START % (b"%b", b"", _UNKNOWN, b"%b", b"%b", b"%b", b"%b", b"", _NO_SOURCE, b"", b"")
_WHOLE: Final = TEI_START + b"%b" + TEI_MARK + _BARE
#: What is the same in all of those: up to the title, from there to the id, and behind the digest.
BEFORE_TITLE, _, _REST = _BARE.partition(b"%b")
BEHIND_TITLE: Final = _REST.partition(b"%b")[0]
BEHIND_DIGEST: Final = _REST.rpartition(b"%b")[2]


def header(xml_id: str, id: str | int, name: str, meta: bytes, digest: bytes, chars: Sequence[str] = ()) -> bytes:
    """Return what stands before the text of a document, from ``<TEI`` to the first ``<p>``.

    ``digest`` is the SHA-256 of the text in hexadecimal; ``chars`` are the forbidden characters that the document
    has, each once.
    """
    spelled = f"{id}"
    told = exact(name, xml_id) if name else b""
    start = TEI_START + xml_id.encode() + TEI_MARK
    integer = b"" if isinstance(id, str) else b' subtype="integer"'
    if meta == EMPTY and not chars:  # the usual one
        title = visible(name) or visible(spelled) or xml_id
        spelled_title = told if title is name else _text(title)
        name_line = _NAME % told if name else b""
        known_id = exact(spelled, xml_id)
        return start + _BARE % (spelled_title, integer, known_id, name_line, digest)
    shown = shown_of(xml_id, id, name, meta)
    authors = shown["author"].split("; ") if "author" in shown else []
    if not all(authors):
        authors = [shown["author"]]
    author = b"".join([b"        <author>%b</author>\n" % _text(one) for one in authors])
    publisher = b"<publisher>%b</publisher>" % _text(shown["publisher"]) if "publisher" in shown else _UNKNOWN
    source = _SOURCE % _text(shown["url"]) if "url" in shown else _NO_SOURCE
    return start + _START % (
        _text(shown["title"]), author, publisher, integer, exact(spelled, xml_id), _NAME % told if name else b"",
        digest, _publication(shown), source, _rest(xml_id, shown, meta, chars), _language_attribute(shown),
    )  # fmt: skip


def bare_headers(
    xml_ids: Sequence[str], ids: Sequence[str | int], names: Sequence[str], digests: Sequence[bytes]
) -> list[bytes] | None:
    """Return the headers of documents without metadata as :func:`header` does, at the cost of few of them.

    None where one of the ids and names is to be looked at closely.
    """
    spelled = [f"{id}" for id in ids]
    values = [*spelled, *names]
    joined = "\n".join(values)
    shown_as_it_is = "  " not in joined and "\n " not in joined and " \n" not in joined and joined == joined.strip(" ")
    if not (shown_as_it_is and "".join(values).isprintable()) or max(map(len, values)) > _LONGEST:
        return None
    escaped = escape_xml(joined.encode()).split(b"\n")
    told, named = escaped[: len(ids)], escaped[len(ids) :]
    return [
        _WHOLE
        % (
            xml_id.encode(),
            name or id,
            b"" if isinstance(original, str) else b' subtype="integer"',
            id,
            _NAME % name if name else b"",
            digest,
        )
        for xml_id, original, id, name, digest in zip(xml_ids, ids, told, named, digests, strict=True)
    ]


def shown_of(xml_id: str, id: str | int, name: str, meta: bytes) -> dict[str, str]:
    """Return what the header shows of a document, by the words of the vocabulary. There is always a title."""
    said = {} if meta == EMPTY else known(meta, VOCABULARY)
    shown = {what: shown for what, value in said.items() if (shown := visible(value))}
    if "title" not in shown:
        shown["title"] = visible(name) or visible(f"{id}") or xml_id
    return shown


def attributes_of(shown: dict[str, str]) -> dict[str, str]:
    """Return what attributes of the header repeat of what it shows; ``text`` is the language of the text element."""
    licence = shown.get("licence", "")
    tag = language_of(shown["language"]) if "language" in shown else ""
    return {
        "date": when(shown.get("date", "")),
        "licence": licence if _URI.fullmatch(licence) else "",
        "language": tag,
        "text": "" if tag == "und" else tag,
    }


def visible(value: str) -> str:
    """Return a value as the header shows it: white space as one space, U+FFFD for what XML cannot hold."""
    if value.isprintable() and " " not in value and len(value) <= _LONGEST:
        return value
    if len(value) > _LONGEST:
        value = value[:_LONGEST] + "…"
    return _FORBIDDEN.sub("\ufffd", " ".join(value.split()))


def exact(value: str, xml_id: str) -> bytes:
    """Return an id or a name as the content of an ``idno``: white space as references, forbidden characters as g."""
    data = escape_xml(value.encode())
    if value.isprintable():
        return data
    data = data.replace(b"\n", b"&#10;").replace(b"\t", b"&#9;")
    return data if is_xml(data) else glyphs(data, xml_id)


def glyphs(data: bytes, xml_id: str) -> bytes:
    """Return escaped text with a ``g`` for each forbidden character (TEI P5, 5.3)."""
    for char in FORBIDDEN:
        data = data.replace(char.encode(), b'<g ref="#%b"/>' % char_id(xml_id, char).encode())
    return data


def forbidden_in(*values: str) -> list[str]:
    """List the characters of ``values`` that XML cannot hold, each once, in order."""
    return sorted({char for value in values for char in _FORBIDDEN.findall(value)})


def language_of(value: str) -> str:
    """Return a language tag (BCP 47) if ``value`` looks like one, otherwise ``und``."""
    return value if _TAG.fullmatch(value) else "und"


def when(value: str) -> str:
    """Return a date that XML Schema knows (``teidata.temporal.w3c``) if ``value`` is one, otherwise nothing."""
    match = _WHEN.fullmatch(value)
    if match is None:
        return ""
    from datetime import datetime

    year, month, day, hour, minute, second = (int(part) for part in match.groups("1"))
    try:
        datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - only whether the date exists
    except ValueError:
        return ""
    return value


def _text(value: str) -> bytes:
    return escape_xml(value.encode())


def _attribute(value: str) -> bytes:
    return _text(value).replace(b'"', b"&quot;")


def _publication(shown: dict[str, str]) -> bytes:
    out = b""
    if "date" in shown:
        at = when(shown["date"])
        out += b"        <date%b>%b</date>\n" % (b' when="%b"' % at.encode() if at else b"", _text(shown["date"]))
    if "licence" in shown:
        licence = shown["licence"]
        target = b' target="%b"' % _attribute(licence) if _URI.fullmatch(licence) else b""
        out += (
            b"        <availability>\n          <licence%b>%b</licence>\n        </availability>\n"
            % (target, _text(licence))
        )  # fmt: skip
    return out


def _rest(xml_id: str, shown: dict[str, str], meta: bytes, chars: Sequence[str]) -> bytes:
    out = b""
    if chars:
        each = b"".join(
            b'        <char xml:id="%b">\n          <localProp name="codepoint" value="U+%04X"/>\n        </char>\n'
            % (char_id(xml_id, char).encode(), ord(char))
            for char in chars
        )
        out += b"    <encodingDesc>\n      <charDecl>\n%b      </charDecl>\n    </encodingDesc>\n" % each
    if "language" in shown:
        language = shown["language"]
        out += (
            b'    <profileDesc>\n      <langUsage>\n        <language ident="%b">%b</language>\n      </langUsage>\n'
            b"    </profileDesc>\n" % (language_of(language).encode(), _text(language))
        )
    if meta not in (EMPTY, b""):
        out += b'    <xenoData type="metadata">%b</xenoData>\n' % xeno(meta)
    return out


def _language_attribute(shown: dict[str, str]) -> bytes:
    tag = language_of(shown["language"]) if "language" in shown else "und"
    return b"" if tag == "und" else b' xml:lang="%b"' % tag.encode()


def xeno(meta: bytes) -> bytes:
    """Return metadata as character data. What XML cannot hold can stand in a JSON string, and is escaped there."""
    if b"\xef\xbf" in meta:
        meta = meta.replace(b"\xef\xbf\xbe", b"\\ufffe").replace(b"\xef\xbf\xbf", b"\\uffff")
    return escape_xml(meta)
