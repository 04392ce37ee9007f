"""TEI to JSON Lines, as one would write it by hand over ``iterparse`` of lxml. It looks at no checksum."""

import sys

import orjson  # type: ignore[import-not-found, unused-ignore]  # in its own environment
from lxml import etree
from teis import tei, texts

IDNO = "/".join(map(tei, ("teiHeader", "fileDesc", "publicationStmt", "idno")))
META: dict[str, object] = {}
PARAGRAPH = "/".join(map(tei, ("text", "body", "p")))


def lines(paragraph: etree._Element) -> str:
    """Return a paragraph as text: a line end for each ``lb``."""
    return "\n".join([paragraph.text or "", *[lb.tail or "" for lb in paragraph]])


with open(sys.argv[2], "wb", buffering=1 << 18) as target:
    for text in texts(sys.argv[1]):
        known = {idno.get("type"): idno.text for idno in text.iterfind(IDNO)}
        plain = "\n\n".join([lines(paragraph) for paragraph in text.iterfind(PARAGRAPH)])
        document = {"id": known["id"], "name": known.get("filename", ""), "text": plain, "meta": META}
        target.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))
