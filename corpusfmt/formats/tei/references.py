"""What only shows across a file: an ``xml:id`` that stands twice, a pointer to none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

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


class Pointer(NamedTuple):
    """A pointer into its file, and where it stands."""

    name: str
    byte: int
    #: As ``byte``, in a source in another encoding than UTF-8.
    real: int
    near: Region


class Across:
    """Remembers of a file the hash of each ``xml:id``, and each pointer that leads nowhere yet (the first 100,000)."""

    def __init__(self) -> None:
        self._ids: set[int] = set()
        self._waiting: dict[str, Pointer] = {}

    def name(self, xml_id: str) -> bool:
        """Take an ``xml:id``. Say whether it was there before."""
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
        self, attributes: dict[str, str], byte: int, real: Callable[[int], int], near: Callable[[int], Region]
    ) -> None:
        """Take the pointers among the attributes of an element that begins at the stream offset ``byte``."""
        for attribute, value in attributes.items():
            if "#" not in value or attribute not in POINTERS:
                continue
            for one in value.split():
                name = one[1:]
                if one[0] != "#" or not name or name.startswith("xpath(") or name in self._waiting:
                    continue
                if hash(name) not in self._ids and len(self._waiting) < _MOST:
                    self._waiting[name] = Pointer(name, byte, real(byte), near(byte))

    def dangling(self) -> Iterator[Pointer]:
        """Give the pointers to nothing, in order of their first place."""
        yield from sorted(self._waiting.values(), key=lambda pointer: pointer.byte)
