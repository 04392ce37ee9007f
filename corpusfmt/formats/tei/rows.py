"""Native documents as rows: the kernel reads and writes them, and their texts are hashed here."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from corpusfmt.formats.tei.names import Names
from corpusfmt.limits import MAX_METADATA, Limits, bounded
from corpusfmt.model.known_metadata import VOCABULARY
from corpusfmt.model.rows import COLUMNS, Values
from corpusfmt.text.kernel import Kernel

#: The words that metadata are known by: a space behind each, a line feed behind the last of a group.
_WORDS: Final = b"".join([" ".join(words).encode() + b"\n" for words in VOCABULARY.values()])
_TEXT: Final = 6
_DIGEST: Final = 32


def digests(values: Values) -> bytes:
    """Return the SHA-256 of the text of each row."""
    at = memoryview(values.table).cast("q")
    buffer, arena, size = memoryview(values.buffer), memoryview(values.arena), len(values.buffer)
    spans = zip(at[_TEXT::COLUMNS].tolist(), at[_TEXT + 1 :: COLUMNS].tolist(), strict=True)
    return b"".join(
        [
            sha256(buffer[start:stop] if stop <= size else arena[start - size : stop - size]).digest()
            for start, stop in spans
        ]
    )


def read(kernel: Kernel, buffer: bytes, first: int, max_document: int, limits: Limits) -> tuple[Values, int]:
    """Return the unchanged native documents that follow an offset in a buffer, and the offset of the next document."""
    most = bounded(max_document, limits.metadata)
    depth = min(limits.depth // 2 - 1, 64)
    (table, arena, stop), told = kernel.tei_rows(buffer, first, _WORDS, depth, *most)
    values = Values(buffer, arena, table)
    found = digests(values)
    if found != told:
        at = next(at for at in range(0, len(told), _DIGEST) if found[at : at + _DIGEST] != told[at : at + _DIGEST])
        row = at // _DIGEST * COLUMNS
        offsets = memoryview(table).cast("q")
        values, stop = values._replace(table=bytes(offsets[:row])), offsets[row]
    return values, stop


def fits(values: Values) -> bool:
    """Say whether no row can have metadata that are too large."""
    return len(values.buffer) <= MAX_METADATA and len(values.arena) <= MAX_METADATA


def write(kernel: Kernel, values: Values, first: int, digests: bytes, names: Names) -> tuple[bytes, bytes, int]:
    """Return rows from one on as ``TEI`` elements, where each ends, and the number of the next row."""
    found = kernel.tei_encode(*values, first, digests, _WORDS, names.marks, names.count)
    names.count += found[2] - first
    return found
