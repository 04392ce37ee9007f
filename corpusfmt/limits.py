"""Limits on what is read. All are in bytes unless the name or the comment says otherwise.

A limit keeps a hostile file from filling the memory or taking hours. ``limit_table`` describes them for users.
"""

from __future__ import annotations

import sys
from typing import Final, NamedTuple

KIB: Final = 1024
MIB: Final = 1024 * KIB
#: More than any source has: where a limit may be so high, it may be left out.
ANY: Final = (1 << 62) - 1

#: A document, header and body together, as it stands in the source.
MAX_DOCUMENT: Final = 256 * MIB
#: One header line of a seed file, line end included; of a WARC record or an HTTP message.
MAX_HEADER: Final = 64 * KIB
#: All header lines of a WARC record, or of an HTTP message.
MAX_HEADER_BLOCK: Final = MIB
#: One metadata object, as JSON.
MAX_METADATA: Final = 16 * MIB
#: How deep JSON values may nest (levels).
MAX_DEPTH: Final = 512
#: How many records in a row may be refused before the rest of a source is not read.
MAX_FAULTS: Final = 20_000
#: How many warnings of one code, and findings of one rule, are reported for a source.
MAX_WARNINGS: Final = 20_000
#: How deep XML elements may nest (levels): as deep as libxml2 goes when it is not told to go deeper.
MAX_XML_DEPTH: Final = 256
#: The largest tag, comment or processing instruction.
MAX_MARKUP: Final = 4 * MIB
#: How many times larger than its file a decompressed stream may be, and whatever the file, how large.
MAX_RATIO: Final = 1000
RATIO_FREE: Final = 2 * MIB
#: Digits of an integer id (Python turns no longer numeral into an int without being asked).
MAX_ID_DIGITS: Final = 1000
#: What a zstd decoder may have to remember. `zstd --long=27` and `--ultra` stay within it; RFC 9659 says what a body of
#: HTTP may ask for.
MAX_WINDOW: Final = 128 * MIB
LARGEST_WINDOW: Final = 2048 * MIB
HTTP_WINDOW: Final = 8 * MIB
#: A zstd dictionary, as it is stored and as it is used. The IIPC's proposal asks for 8 MiB.
MAX_DICTIONARY: Final = 10 * MIB
#: The id and the name of a document in WARC (characters): with the metadata they stand in one record that is held.
WARC_NAME: Final = 1_000_000
#: What is joined of the metadata records about one third-party text.
WARC_JOINED: Final = MIB
#: Digits of a Content-Length: no file is as long as the shortest number that has more. And no block is so long.
LENGTH_DIGITS: Final = 40
LONGEST_BLOCK: Final = 1 << 40
#: Attributes of one tag of a page whose main text is asked for: the parser compares each with all others. More are not
#: looked at.
HTML_ATTRIBUTES: Final = 1000
#: What file systems take, in UTF-8: a part of a path, and a path with room for the folder that it lies in.
PATH_PART: Final = 255
PATH: Final = 1024
#: A JSON Schema or a baseline; a receipt that stands in one line; a RELAX NG schema, and its files.
SMALL_FILE: Final = 8 * MIB
RECEIPT: Final = 64 * MIB
GRAMMAR: Final = 64 * MIB
GRAMMAR_FILES: Final = 200
#: A configuration; parts of one key in it, or how deep it nests; dots outside of its strings; all patterns in it, and
#: how many there are; the path of a file that it names; how many processes may be asked for.
CONFIGURATION: Final = MIB
CONFIGURATION_DEPTH: Final = 32
CONFIGURATION_DOTS: Final = 20_000
PATTERNS: Final = 64 * KIB
PATTERN_COUNT: Final = 1000
CONFIGURATION_PATH: Final = 4 * KIB
MAX_JOBS: Final = 256
#: What libxml2 takes as one text, in bytes, when it validates a document.
VALIDATED_TEXT: Final = 10_000_000
#: Seconds for compiling a RELAX NG schema, and for validating each document with it.
SCHEMA_SECONDS: Final = 60
#: Seconds of the processor for one piece of work with a JSON Schema. Compiling has SCHEMA_RATE more for each MiB of the
#: schema. Validating has one more for each MiB of the record, and one for each SCHEMA_PART of the schema with it:
#: sound work grows with both. A run that has spent three times SCHEMA_WORK on records, and for each MiB SCHEMA_RATE in
#: place of one, does no more of it. Of a record that is known not to be valid, reasons are looked for SCHEMA_REASONS
#: seconds at most. And the memory of such work, beside 64 bytes for each byte that it is about.
SCHEMA_WORK: Final = 1.0
SCHEMA_REASONS: Final = 2.0
SCHEMA_RATE: Final = 8.0
SCHEMA_PART: Final = 4 * KIB
SCHEMA_MEMORY: Final = 128 * MIB
#: How large a number that is to be divided may be (digits).
SCHEMA_DIGITS: Final = 10_000
#: A pattern of a schema, compiled.
PATTERN: Final = 12 * MIB
#: How much is read at a time: larger pieces leave the processor's cache, smaller ones cost calls.
CHUNK: Final = 128 * KIB
#: How much of the head of a source a sniffer sees.
HEAD: Final = 8 * KIB


class Limits(NamedTuple):
    """The limits that may be set for a run."""

    document: int = MAX_DOCUMENT
    header: int = MAX_HEADER
    header_block: int = MAX_HEADER_BLOCK
    metadata: int = MAX_METADATA
    depth: int = MAX_DEPTH
    xml_depth: int = MAX_XML_DEPTH
    markup: int = MAX_MARKUP
    ratio: int = MAX_RATIO
    zstd_window: int = MAX_WINDOW
    faults: int = MAX_FAULTS
    warnings: int = MAX_WARNINGS


#: The limits of a run for which none was set.
USUAL: Final = Limits()


def bounded(*sizes: int) -> list[int]:
    """Return sizes as compiled code takes them: nothing in memory is larger than the largest that fits."""
    return [min(size, sys.maxsize) for size in sizes]


def sized(size: int) -> str:
    """Return a number of bytes for people: ``16 MiB``, ``64 KiB``, ``1,000 bytes``."""
    for unit, name in ((1 << 40, "TiB"), (1 << 30, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size % unit == 0:
            return f"{size // unit:,} {name}"
    return f"{size:,} bytes"


def bytes_of(text: str) -> int:
    """Return ``256MB``, ``64KiB`` or ``1000`` as bytes. Raises ValueError."""
    units = {"": 1, "B": 1}
    for power, letter in enumerate("KMGT", 1):
        units[letter] = units[f"{letter}B"] = 1000**power
        units[f"{letter}IB"] = 1024**power
    number = text.strip().upper()
    cut = len(number.rstrip("KMGTIB"))
    unit = number[cut:]
    value = float(number[:cut]) * units[unit] if unit in units else -1.0
    if not 1 <= value < 1 << 62:
        raise ValueError(text)
    return int(value)
