"""The faults of TEI. Each entry is a page of the manual and a test."""

from __future__ import annotations

from typing import Final

from corpusfmt.formats.tei.header import header
from corpusfmt.formats.tei.profile import BODY_END, TEI_END
from corpusfmt.model.rule import Rule

_TEI: Final = b'<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="d1">\n'
_HEADER: Final = (
    b"  <teiHeader>\n    <fileDesc>\n      <titleStmt><title>A tale</title></titleStmt>\n"
    b"      <publicationStmt><p>Not published.</p></publicationStmt>\n      <sourceDesc><p>Born digital.</p></sourceDesc>\n"
    b"    </fileDesc>\n  </teiHeader>\n"
)


def _tale(inside: bytes = b"<p>Once.</p>", header: bytes = _HEADER, tei: bytes = _TEI, before: bytes = b"") -> bytes:
    return b"%b%b%b  <text>\n    <body>\n      %b\n    </body>\n  </text>\n</TEI>\n" % (before, tei, header, inside)


def _corpus(inside: bytes) -> bytes:
    return b'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">\n%b%b</teiCorpus>\n' % (_HEADER, inside)


_GOOD: Final = _tale()
#: The SHA-256 of "one\ntwo".
_DIGEST: Final = b"21066d108d5319ecb5a1fc4454f42ef22fc5f1c7df49c31d90294950e0ea8b2c"


def _native(body: bytes = b"one<lb/>two", digest: bytes = _DIGEST, meta: bytes = b"{}") -> bytes:
    return b"%b%b%b%b" % (header("d1", "d1", "", meta, digest), body, BODY_END, TEI_END)


_NATIVE: Final = _native()
_BOMB: Final = b'<!DOCTYPE TEI [<!ENTITY e0 "ten chars.">%b]>\n' % b"".join(
    b'<!ENTITY e%d "%b">' % (i, b"&e%d;" % (i - 1) * 10) for i in range(1, 8)
)

FAULTS: Final = (
    Rule(
        "TEI001", "error", "XML that is not well-formed",
        "A file that violates XML 1.0 is not XML: every reader stops at the error, and the rest is unknown.",
        "write & as &amp; and < as &lt;, close each element, quote each attribute",
        _tale(b"<p>Salt & pepper</p>"), _tale(b"<p>Salt &amp; pepper</p>"), "tei",
    ),
    Rule(
        "TEI002", "error", "truncated file",
        "The file ends before its elements do: a copy or a download did not finish.",
        "fetch the file again",
        _GOOD[:-40], _GOOD, "tei",
    ),
    Rule(
        "TEI003", "error", "XML that is not TEI",
        "The root of a TEI file is TEI or teiCorpus, in the namespace http://www.tei-c.org/ns/1.0. The meaning of "
        "elements of another vocabulary would be a guess.",
        "convert the file to TEI P5 first",
        b"<html><body><p>Once.</p></body></html>\n", _GOOD, "tei",
    ),
    Rule(
        "TEI004", "warning", "wrong namespace",
        "Programs for TEI ignore elements without a namespace, or with a misspelled one. corpusfmt reads them as "
        "if the namespace were right.",
        "corpusfmt fix writes the namespace http://www.tei-c.org/ns/1.0",
        _tale(tei=b'<TEI xml:id="d1">\n'), _GOOD, "tei",
    ),
    Rule(
        "TEI005", "warning", "document type declaration",
        "A DOCTYPE may define entities and default values in other files. corpusfmt never fetches them. Programs "
        "that do may read something else.",
        "remove the declaration, and write the characters that its entities stand for",
        _tale(before=b'<!DOCTYPE TEI SYSTEM "tei.dtd">\n'), _GOOD, "tei",
    ),
    Rule(
        "TEI006", "error", "undefined entity",
        "An entity that is undefined, or defined in another file, stands for unknown text. Omitting it would "
        "lose it without a message.",
        "write the character itself, or define the entity in the file",
        _tale(b"<p>Ros&eacute;</p>"), _tale("<p>Rosé</p>".encode()), "tei",
    ),
    Rule(
        "TEI007", "error", "excessive entity expansion",
        "Nested entities can expand a few lines to gigabytes. They are designed to fill memory.",
        "write the text itself",
        _tale(b"<p>&e7;</p>", before=_BOMB), _GOOD, "tei",
    ),
    Rule(
        "TEI008", "error", "markup that is nested too deep or too large",
        "Elements may nest 256 levels, and a tag or a comment has at most 4 MiB: other XML readers have the same limits.",
        "flatten the markup",
        _tale(b"<p>" + b"<seg>" * 300 + b"deep" + b"</seg>" * 300 + b"</p>"), _GOOD, "tei",
    ),
    Rule(
        "TEI009", "error", "document larger than the limit",
        "A whole document is held in memory. The limit keeps a file without end from filling it.",
        "raise the limit with --max-document, as in --max-document 1GB",
        _tale(b"<p>" + b"0123456789abcdef" * 80 + b"</p>"), _GOOD, "tei", max_document=1000,
    ),
    Rule(
        "TEI010", "error", "document without an id",
        "The id is in xml:id or n of the TEI element, or in an idno of its header. A TEI that is alone in its "
        "file gets the path of the file as its id. In a corpus, a random id would differ in each run.",
        "give the TEI element an xml:id, or create ids with --id-from path, name, line or sha256",
        _corpus(_tale(tei=_TEI.replace(b' xml:id="d1"', b""))), _corpus(_GOOD), "tei",
    ),
    Rule(
        "TEI011", "warning", "TEI without a text",
        "A TEI element with only a header, or with images of pages, has no text. It gives no document.",
        "check the program that created the file; put the transcription into a text element",
        _TEI + _HEADER + b"</TEI>\n", _GOOD, "tei",
    ),
    Rule(
        "TEI012", "warning", "empty title",
        "Catalogues, citations and readers use the title.",
        "write the title into titleStmt",
        _tale(header=_HEADER.replace(b"A tale", b" ")), _GOOD, "tei",
    ),
    Rule(
        "TEI013", "warning", "incomplete header",
        "A header has a fileDesc with a titleStmt, a publicationStmt and a sourceDesc (TEI P5, 2.2): what it is, "
        "who publishes it, where it comes from.",
        "add the element; a paragraph that says that the information is unknown is enough",
        _tale(header=_HEADER.replace(b"<sourceDesc><p>Born digital.</p></sourceDesc>", b"")), _GOOD, "tei",
    ),
    Rule(
        "TEI014", "warning", "duplicate xml:id",
        "An xml:id must be unique in its file. A pointer to a duplicate is ambiguous.",
        "give one of them another id",
        _tale(b'<p xml:id="p1">Once.</p><p xml:id="p1">Twice.</p>'),
        _tale(b'<p xml:id="p1">Once.</p><p xml:id="p2">Twice.</p>'), "tei",
    ),
    Rule(
        "TEI015", "warning", "pointer to a missing xml:id",
        "A pointer such as #p1 refers to an xml:id in its file. This xml:id does not exist.",
        "correct the pointer, or give the element that is meant its xml:id",
        _tale(b'<p>See <ref target="#p2">there</ref>.</p>'), _tale(b'<p xml:id="p2">See <ref target="#p2">here</ref>.</p>'), "tei",
    ),
    Rule(
        "TEI016", "warning", "line break inside a word",
        'An lb between two letters may be inside a word or between two. Only break="no" declares that the word continues.',
        'write break="no" where the word continues, and white space where it does not',
        _tale(b"<p>under<lb/>stand</p>"), _tale(b'<p>under<lb break="no"/>stand, and <lb/>understand</p>'), "tei",
    ),
    Rule(
        "TEI017", "error", "text that was edited",
        "The header of a document that corpusfmt wrote has the SHA-256 of its text. The digest of this text "
        "differs: the text was edited or damaged. A program cannot decide which.",
        "if the edit was intended, 'corpusfmt fix --unsafe-fixes --select TEI017' accepts the text as it is now",
        _native(b"one<lb/>three"), _NATIVE, "tei",
    ),
    Rule(
        "TEI018", "warning", "text that was reformatted",
        "A program that reformatted the XML added white space to a text, where it is significant. The SHA-256 in "
        "the header proves the original text, and that text is read.",
        "corpusfmt fix restores it",
        _native(b"\n      one\n      <lb/>\n      two\n    "), _NATIVE, "tei",
    ),
    Rule(
        "TEI019", "error", "damaged native document",
        "A TEI element of the type corpusfmt-1 has an id, the SHA-256 of its text and optionally metadata in JSON, "
        "each once. If one of them is missing or malformed, the document is unknown.",
        "create the document again; or remove type and SHA-256, and it is read like third-party TEI",
        _NATIVE.replace(b'type="sha256"', b'type="sha257"'), _NATIVE, "tei",
    ),
    Rule(
        "TEI020", "warning", "header that contradicts the metadata",
        "corpusfmt stores metadata in xenoData, and repeats it in TEI elements of the header. One was changed "
        "without the other. The metadata in xenoData is used.",
        "change both, or create the file again",
        _native(meta=b'{"title":"A tale"}').replace(b"<title>A tale<", b"<title>The tale<"), _native(meta=b'{"title":"A tale"}'), "tei",
    ),
    Rule(
        "TEI021", "note", "inclusion (XInclude) that is not followed",
        "An xi:include refers to another file, and corpusfmt opens no other file. In a header, the other file is "
        "metadata. In a corpus, it holds documents, which are read if that file is given too.",
        "name the other file as a source too, or put them together first: xmllint --xinclude OLD > NEW",
        _tale(tei=_TEI + b'  <xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="header.xml"/>\n'), _GOOD, "tei",
    ),
    Rule(
        "TEI022", "error", "inclusion (XInclude) inside a text",
        "Part of the text is in another file, and corpusfmt opens no other file. Continuing would lose it without a message.",
        "put the file together first: xmllint --xinclude OLD > NEW",
        _tale(b'<p>Once.</p><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="rest.xml"/>'), _GOOD, "tei",
    ),
    Rule(
        "TEI023", "warning", "ambiguous metadata",
        "A duplicate key or a lone surrogate in the metadata is valid JSON, but readers disagree on its meaning. "
        "It is kept unchanged.",
        "remove the repeated key, or write the whole character",
        _native(meta=b'{"a":1,"a":2}'), _native(meta=b'{"a":1,"b":2}'), "tei",
    ),
    Rule(
        "TEI024", "error", "bytes that are not in the declared encoding",
        "An XML file declares its encoding in its first line, and is in UTF-8 if it does not (XML 1.0, section "
        "4.3.3). The meaning of bytes in another encoding would be a guess.",
        "declare the encoding that the file is in, or read it with --force-encoding NAME",
        _tale(b"<p>Ros\xe9</p>"), _tale("<p>Rosé</p>".encode()), "tei",
    ),
    Rule(
        "TEI025", "error", "document that is not valid against the schema",
        "A schema defines which elements are allowed where. Changed documents of corpusfmt are validated with "
        "corpusfmt-tei.rng, all others with the schema given by --schema.",
        "correct the markup, or the schema",
        _NATIVE.replace(b"      <sourceDesc>", b"      <sourceDesc>\n        <p>two</p>"), _NATIVE, "tei",
        blocks_reading=False,
    ),
    Rule(
        "TEI026", "note", "TEI element without an xml:id",
        "The header of the document has an id. Programs that follow pointers look for it in xml:id.",
        "corpusfmt fix adds it",
        _tale(
            tei=_TEI.replace(b' xml:id="d1"', b""),
            header=_HEADER.replace(b"<p>Not published.</p>", b"<authority>unknown</authority><idno>d1</idno>"),
        ),
        _GOOD, "tei",
    ),
    Rule(
        "TEI027", "warning", "no documents",
        "A file without documents usually means that an earlier step failed.",
        "check the program that created the file",
        _corpus(b""), _corpus(_GOOD), "tei",
    ),
    Rule(
        "TEI028", "warning", "invalid xml:id",
        "An xml:id begins with a letter or an underscore, and holds letters, digits, dots, dashes and underscores (xml:id 1.0, "
        "section 4). Programs that find elements by it refuse others.",
        "begin it with a letter, use no spaces and colons, and change the pointers to it",
        _tale(b'<p xml:id="12">Once.</p>'), _tale(b'<p xml:id="p12">Once.</p>'), "tei",
    ),
)  # fmt: skip

BY_CODE: Final = {fault.code: fault for fault in FAULTS}
