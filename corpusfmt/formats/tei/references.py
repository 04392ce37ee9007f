"""Checks over a whole file: a duplicate ``xml:id``, a pointer without a target."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote

from corpusfmt.formats.tei.profile import XML
from corpusfmt.text.position import Region

XML_ID: Final = f"{XML} id"
#: The attributes of TEI P5 that hold pointers (teidata.pointer), but for those that rarely point into their file.
POINTERS: Final = frozenset(
    """
    active ana adj children change classCode copyOf corresp datingPoint decls domains edRef exclude facs feats follow
    fVal given hand inst location mergedIn mutual new next nymRef origin parent parts passive perf period prev ref
    rendition
    resp sameAs scribeRef script scheme select since source spanTo start end synch target targetEnd unitRef who wit
    """.split()  # noqa: SIM905 - a list of names
)
_MOST: Final = 100_000
_FIRST: Final = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
#: An NCName (Namespaces in XML 1.0, production 4), with white space around it, which is normalised (xml:id, section 4).
_NCNAME: Final = re.compile(rf"\s*[{_FIRST}][{_FIRST}.0-9\u00b7\u0300-\u036f\u203f\u2040-]*\s*")
#: A pointer that is no name: those of TEI (TEI P5, 17.2.4) and of XPointer begin with a scheme and a parenthesis.
_SCHEME: Final = re.compile(r"[A-Za-z][\w.:-]*\(")


class Pointer(NamedTuple):
    """A pointer into its file, and where it stands."""

    name: str
    byte: int
    #: As ``byte``, in a source in another encoding than UTF-8.
    real: int
    context: Region


def is_name(xml_id: str) -> bool:
    """Say whether an ``xml:id`` is a name, as it must be."""
    return _NCNAME.fullmatch(xml_id) is not None


class Across:
    """Remembers of a file the hash of each ``xml:id``, and each pointer without a target so far (the first 100,000)."""

    def __init__(self) -> None:
        self._ids: set[int] = set()
        self._waiting: dict[str, Pointer] = {}

    def name(self, xml_id: str) -> bool:
        """Take an ``xml:id``. Say whether it was there before."""
        xml_id = xml_id.strip()
        mark = hash(xml_id)
        if mark in self._ids:
            return True
        self._ids.add(mark)
        self._waiting.pop(xml_id, None)
        return False

    def has(self, xml_id: str) -> bool:
        """Say whether an ``xml:id`` was there."""
        return hash(xml_id) in self._ids

    def point(
        self, attributes: dict[str, str], byte: int, real: Callable[[int], int], context: Callable[[int], Region]
    ) -> None:
        """Take the pointers among the attributes of an element that begins at the stream offset ``byte``."""
        for attribute, value in attributes.items():
            if "#" not in value or attribute not in POINTERS:
                continue
            for one in value.split():
                name = one[1:]
                if one[0] != "#" or ("(" in name and _SCHEME.match(name)):
                    continue
                if "%" in name:  # it stands for what a URI cannot hold (RFC 3987, 3.1)
                    name = unquote(name)
                if name in self._waiting:
                    continue
                if hash(name) not in self._ids and len(self._waiting) < _MOST:
                    self._waiting[name] = Pointer(name, byte, real(byte), context(byte))

    def dangling(self) -> Iterator[Pointer]:
        """Give the pointers to nothing, in order of their first place."""
        yield from sorted(self._waiting.values(), key=lambda pointer: pointer.byte)
