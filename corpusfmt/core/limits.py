"""Limits on what is read, in one place. All are in bytes unless the name says otherwise."""

from __future__ import annotations

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

#: A document, header and body together, as it stands in the source.
MAX_DOCUMENT: Final = 256 * MIB
#: One header line of a seed file, line end included.
MAX_HEADER: Final = 64 * KIB
#: One metadata object, as JSON.
MAX_METADATA: Final = 16 * MIB
#: How deep JSON values may nest (levels).
MAX_DEPTH: Final = 512
#: How many records in a row may be refused before the rest of a source is not read.
MAX_FAULTS: Final = 50_000
#: Digits of an integer id (Python turns no longer numeral into an int without being asked).
MAX_ID_DIGITS: Final = 1000
#: How much is read at a time: larger pieces leave the processor's cache, smaller ones cost calls.
CHUNK: Final = 128 * KIB
#: How much of the head of a source a sniffer sees.
HEAD: Final = 8 * KIB


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
