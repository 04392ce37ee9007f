"""The names in the common part of a corpus: in the file that includes the others, in lists of persons and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from corpusfmt.formats.tei.offsets import is_corpus, is_other
from corpusfmt.limits import CHUNK, HEAD
from corpusfmt.model.format import Stream

_XML_ID: Final = re.compile(rb"""\sxml:id[ \t\r\n]*=[ \t\r\n]*["']([^"'<&]{1,1000})["']""")
#: An attribute that is cut where a piece ends is no longer.
_LONGEST: Final = 1200


def shared_names(stream: Stream) -> Iterator[str]:
    """Give each ``xml:id`` of a ``teiCorpus`` or of a file with another root; nothing for a TEI, which is a text."""
    held = b""
    while len(held) < HEAD and (more := stream.read(CHUNK)):
        held += more
    if not (is_other(held) or is_corpus(held)):
        return
    while held:
        for match in _XML_ID.finditer(held):
            yield match[1].decode("utf-8", "replace").strip()
        more = stream.read(CHUNK)
        held = held[-_LONGEST:] + more if more else b""
