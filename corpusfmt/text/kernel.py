"""The kernel, which is optional: fast forms of functions that are there in Python too (``corpusfmt/csrc/kernel.c``).

``CORPUSFMT_KERNEL=0`` in the environment switches it off.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

#: The version of the interface below. A kernel with another one was compiled from another version of the source.
ABI: Final = 15


class Kernel(Protocol):
    """What the compiled module defines."""

    ABI: int

    def keep_memory(self) -> None:
        """Let the C library keep some memory that was freed, in all of this process. Does nothing without glibc."""

    def is_utf8(self, data: ReadableBuffer, /) -> bool:
        """Say whether ``data`` is valid UTF-8 (Unicode 16.0, D92)."""

    def is_utf8_by_bytes(self, data: ReadableBuffer, /) -> bool:
        """The same, as on processors without AVX2."""

    # The others stop at what is not usual, and return where that is. Sizes are in bytes; a table is as in
    # corpusfmt/model/rows.py, and so are offsets, which begin with the buffer.

    def seed_rows(
        self, data: bytes, first: int, line: int, version: int, depth: int, header: int, document: int, metadata: int, /
    ) -> tuple[bytes, bytes, int]:
        """Return the table of the documents of a seed file from an offset on, which stands in a line (0: lines are not
        counted), an empty arena, and the offset of the next document.
        """

    def jsonl_rows(self, data: bytes, first: int, line: int, /, *more: bytes | int) -> tuple[bytes, bytes, int]:
        """Return the table of the documents of JSON Lines from an offset and line on, the arena, and the offset of the
        next line. More are the keys of id, name, text and metadata, whether the layout is native, whether
        the number of its line is the id of a record without one, the depth of
        metadata, and the sizes of a record and of metadata.
        """

    def jsonl_encode(
        self, data: bytes, arena: bytes, table: bytes, first: int, /, *more: bytes | int
    ) -> tuple[bytes, bytes, int]:
        """Return rows from one on as lines, where each ends, and the number of the next row. More are what stands
        before id, name, text and metadata; their keys; whether there are an id, a name and metadata, and whether names
        may be lost; and the size of metadata.
        """

    def jsonl_brief(self, data: bytes, kept: bytes, /) -> tuple[bytes, bytes, int]:
        """Return the objects of lines with 16 characters for each string of 192 bytes or more that is a value of
        their own keys, but for the keys ``kept``, each of which NUL follows; an empty arena; and how many they are.
        """

    def seed_encode(
        self, data: bytes, arena: bytes, table: bytes, first: int, header: int, metadata: int, /, *more: int
    ) -> tuple[bytes, bytes, int]:
        """Return rows from one on as a seed file has them, where each ends, and the number of the next row. More says
        whether in the plain dialect, and whether that may lose metadata, and end texts with a line feed.
        """

    def column(self, data: bytes, arena: bytes, table: bytes, column: int, /) -> bytes:
        """Return the values of all rows that begin in a column, with a line feed between two."""

    def first_blank(self, data: bytes, arena: bytes, table: ReadableBuffer, /) -> int:
        """Return the number of the first row whose text may be white space alone, or how many rows there are."""

    def numbered(self, data: bytes, table: bytes, first: int, line: int, /) -> bytes:
        """Return a table with the lines of its rows, which are in order, of a buffer that is in a line at an offset."""

    def proof(self, data: bytes, arena: bytes, table: bytes, listed: bool, quick: bool, /) -> tuple[bytes, bytes, int]:
        """Return the entries of all rows (``corpusfmt/verbs/convert/entries.py``); if ``listed``, their lines in a
        receipt, with a comma and a line feed between two; and how many rows there are. ``quick`` says whether to use
        the SHA extensions of the processor.
        """

    def tei_rows(
        self, data: bytes, first: int, words: bytes, depth: int, document: int, metadata: int, quick: bool, /
    ) -> tuple[bytes, bytes, int]:
        """Return the table of unchanged native documents of TEI from an offset on, the arena, and the offset of the
        next document. ``words`` are those that metadata are known by, a space behind each, a line feed behind the last
        of a group; ``quick`` says whether to use the SHA extensions of the processor.
        """

    def tei_encode(
        self,
        data: bytes,
        arena: bytes,
        table: bytes,
        first: int,
        words: bytes,
        marks: bytearray,
        count: int,
        quick: bool,
        /,
    ) -> tuple[bytes, bytes, int]:
        """Return rows from one on as native documents of TEI, where each ends, and the number of the next row.
        ``marks`` are those of the names that were given, of which there are ``count``.
        """

    def warc_rows(self, data: bytes, first: int, ours: bool, depth: int, /, *more: int) -> tuple[bytes, bytes, int]:
        """Return the table of the documents of a bundle in WARC from an offset on, the arena, and the offset of the
        next record. ``ours`` says that corpusfmt wrote it. More are the sizes of a block, a header and metadata, and
        whether to use the SHA extensions of the processor.
        """

    def wet_rows(self, data: bytes, first: int, ours: bool, depth: int, /, *more: int) -> tuple[bytes, bytes, int]:
        """Return the same as :meth:`warc_rows`, from the same, of conversion records of others that a conversion record
        follows.
        """

    def warc_encode(
        self, data: bytes, arena: bytes, table: bytes, first: int, marks: bytearray, /, *more: bytes | int
    ) -> tuple[bytes, bytes, int]:
        """Return rows from one on as WARC records, two of each, where each record ends, and the number of the next row.
        ``marks`` are those of ids that were given. More are the type of the records of texts, the date of what has
        none, the beginning of URNs, that of the names of the ids of both records, the keys of dates and those of URLs
        in metadata, with NUL behind each, how many documents came before, and whether to use the SHA extensions of the
        processor.
        """


def _loaded() -> tuple[Kernel | None, str]:
    """Return the kernel, or None, and in words whether it is in use or why not."""
    if os.environ.get("CORPUSFMT_KERNEL") == "0":
        return None, "switched off by CORPUSFMT_KERNEL=0"
    try:
        kernel = import_module("corpusfmt._kernel")
    except ModuleNotFoundError:
        return None, "not built"
    except ImportError as error:
        return None, f"not usable: {error}"
    if getattr(kernel, "ABI", None) != ABI:
        return None, "not usable: it is of another version"
    return kernel, "in use"


KERNEL, STATE = _loaded()
