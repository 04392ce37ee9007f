"""Native documents as rows, which the kernel reads and writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from corpusfmt.formats.tei.names import Names
from corpusfmt.formats.tei.profile import TEI_START
from corpusfmt.limits import MAX_METADATA, Limits, bounded
from corpusfmt.model.known_metadata import VOCABULARY
from corpusfmt.model.rows import Values
from corpusfmt.text.kernel import Kernel

#: The words that metadata are known by, as the kernel takes them.
WORDS: Final = b"".join([" ".join(words).encode() + b"\n" for words in VOCABULARY.values()])


def read(kernel: Kernel, buffer: bytes, first: int, max_document: int, limits: Limits) -> tuple[Values, int]:
    """Return the unchanged native documents that follow an offset in a buffer, and the offset of the next document."""
    document, metadata = bounded(max_document, limits.metadata)
    depth = min(limits.depth // 2 - 1, 64)
    table, arena, stop = kernel.tei_rows(buffer, first, WORDS, depth, document, metadata, True)
    return Values(buffer, arena, table), stop


def names(buffer: bytes, begins: Sequence[int]) -> Iterator[str]:
    """Give the ``xml:id`` of the documents that begin at some offsets."""
    for begin in begins:
        at = begin + len(TEI_START)
        yield buffer[at : buffer.index(b'"', at)].decode()


def fits(values: Values) -> bool:
    """Say whether no row can have metadata that are too large."""
    return len(values.buffer) <= MAX_METADATA and len(values.arena) <= MAX_METADATA


def write(kernel: Kernel, values: Values, first: int, names: Names) -> tuple[bytes, bytes, int]:
    """Return rows from one on as ``TEI`` elements, where each ends, and the number of the next row."""
    found = kernel.tei_encode(*values, first, WORDS, names.marks, names.count, True)
    names.count += found[2] - first
    return found
