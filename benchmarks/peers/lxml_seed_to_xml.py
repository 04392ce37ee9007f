"""Seed file to TEI, element by element with ``xmlfile`` of lxml: a corpus of the same kind as ours, without indents."""

import sys
from hashlib import sha256

from bundles import each, plain
from lxml import etree
from teis import NAMESPACE, XML, tei

TEI, HEADER, FILE, TITLES, TITLE = map(tei, ("TEI", "teiHeader", "fileDesc", "titleStmt", "title"))
PUBLICATION, AUTHORITY, IDNO, SOURCE = map(tei, ("publicationStmt", "authority", "idno", "sourceDesc"))
TEXT, BODY, PARAGRAPH, LINE = map(tei, ("text", "body", "p", "lb"))
ID, SPACE = f"{{{XML}}}id", f"{{{XML}}}space"

with open(sys.argv[2], "wb", buffering=1 << 18) as target, etree.xmlfile(target, encoding="UTF-8") as xml:
    element, write = xml.element, xml.write
    xml.write_declaration()
    with element(tei("teiCorpus"), nsmap={None: NAMESPACE, "xml": XML}):
        with element(HEADER), element(FILE):
            with element(TITLES), element(TITLE):
                write("Corpus")
            with element(PUBLICATION), element(AUTHORITY):
                write("unknown")
            with element(SOURCE), element(PARAGRAPH):
                write("Each text says itself where it is from.")
        for id, name, text in each(sys.argv[1], plain):
            with element(TEI, {ID: id}):
                with element(HEADER), element(FILE):
                    with element(TITLES), element(TITLE):
                        write(name)
                    with element(PUBLICATION):
                        with element(AUTHORITY):
                            write("unknown")
                        with element(IDNO, {"type": "id"}):
                            write(id)
                        with element(IDNO, {"type": "filename"}):
                            write(name)
                        with element(IDNO, {"type": "sha256"}):
                            write(sha256(text).hexdigest())
                    with element(SOURCE), element(PARAGRAPH):
                        write("unknown")
                with element(TEXT), element(BODY, {SPACE: "preserve"}):
                    for paragraph in text.decode().split("\n\n"):
                        with element(PARAGRAPH):
                            first, *rest = paragraph.split("\n")
                            write(first)
                            for line in rest:
                                with element(LINE):
                                    pass
                                write(line)
