"""Printing messages and numbers. CI runners execute none of the output."""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Mapping

from corpusfmt.text.display import harmless, shown


def put(lines: str) -> None:
    """Write whole lines that are safe for a terminal to standard output."""
    sys.stdout.write(harmless(f"{lines}\n"))


def say(line: str) -> None:
    """Write one line to standard error, safe for a terminal."""
    with contextlib.suppress(OSError):  # a full disk behind standard error changes no outcome
        sys.stderr.write(f"{harmless(shown(line))}\n")


def complain(line: str) -> None:
    """Write what went wrong, in one line."""
    say(f"corpusfmt: {line}")


def described(error: Exception) -> str:
    """Return what went wrong in one line; of an error of the system with the file that it is about."""
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    return str(error)


def plural(count: int, noun: str, several: str = "") -> str:
    """Return ``1 document``, ``2,000 documents``."""
    return f"{count:,} {noun if count == 1 else several or f'{noun}s'}"


def say_skipped(reasons: Mapping[str, str]) -> None:
    """Name the first few files of source folders that were not read, and why; nothing when there are none."""
    if reasons:
        few = ", ".join(list(reasons)[:5]) + (", ..." if len(reasons) > 5 else "")
        why = ", ".join(f"{count:,} {reason}" for reason, count in Counter(reasons.values()).most_common())
        say(f"skipped {plural(len(reasons), 'file')}: {few} ({why})")


def say_dropped(counts: Mapping[str, int]) -> None:
    """Say what reading dropped, by the word for it, the most frequent first."""
    if counts:
        ranked = sorted(counts.items(), key=lambda item: -item[1])
        parts = [f"{what} ({count:,})" for what, count in ranked[:10]]
        more = sum(count for _, count in ranked[10:])
        say(f"dropped while reading: {', '.join(parts)}" + (f", others ({more:,})" if more else ""))


def size(count: float) -> str:
    """Return a number of bytes as ``512 B``, ``1.2 MB`` (powers of ten)."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
