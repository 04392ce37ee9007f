"""The profile: the form of a native document. Writing and reading share it.

    <TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="d1" type="corpusfmt-1">
      <teiHeader>…</teiHeader>
      <text>
    <body xml:space="preserve">
    <p>First line<lb/>second line</p>
    <p>After an empty line</p>
    </body>
      </text>
    </TEI>

A text is cut at each pair of line feeds into ``p``, inside them each line feed is an ``lb``; joining undoes both. CR is
``&#13;``; a character that XML cannot hold is a ``g`` that points to its ``char`` in the header.
"""

from __future__ import annotations

import re
from typing import Final

#: A tag (XML 1.0, productions 40 to 44): an attribute may hold a ``>``.
TAG: Final = re.compile(rb"</?([^\s/>\"']+)(?:[^>\"']|\"[^\"]*\"|'[^']*')*+>")

NAMESPACE: Final = "http://www.tei-c.org/ns/1.0"
XML: Final = "http://www.w3.org/XML/1998/namespace"
#: The ``type`` of a TEI element that follows this profile; the number changes when old readers would misread it.
MARK: Final = "corpusfmt-1"

DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'
TEI_START: Final = b'<TEI xmlns="%b" xml:id="' % NAMESPACE.encode()
TEI_MARK: Final = b'" type="%b">\n' % MARK.encode()
BODY_START: Final = b'<body xml:space="preserve">\n<p>'
PARAGRAPH: Final = b"</p>\n<p>"
LINE: Final = b"<lb/>"
BODY_END: Final = b"</p>\n</body>\n  </text>\n"
TEI_END: Final = b"</TEI>\n"
CORPUS_END: Final = b"</teiCorpus>\n"

#: The characters that no XML 1.0 document can hold (section 2.2), but for surrogates, which no text has.
FORBIDDEN: Final = "".join(map(chr, [*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0xFFFE, 0xFFFF]))


def char_id(xml_id: str, char: str) -> str:
    """Return the ``xml:id`` of the ``char`` element that stands for a forbidden character."""
    return f"{xml_id}_u{ord(char):04x}"
