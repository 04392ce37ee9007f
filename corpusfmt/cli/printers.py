"""How findings are printed."""

from __future__ import annotations

import contextlib
import sys
from typing import Any, TextIO

from corpusfmt.core.finding import Finding
from corpusfmt.core.text import shown, shown_halves


def print_finding(finding: Finding, file: TextIO) -> None:
    """Print one line ``path:line:column: CODE message``, then the excerpt with a caret, and what to do."""
    place = f"{finding.line}:{finding.column}:" if finding.line else ""
    severity = "" if finding.severity == "error" else f" {finding.severity}:"
    print(f"{shown(finding.path)}:{place} {finding.code}{severity} {shown(finding.message)}", file=file)
    if finding.excerpt:
        print(f"    {finding.excerpt}\n    {' ' * _columns(finding.excerpt[: finding.caret])}^", file=file)
    if finding.record:
        where = f"record {finding.record}, byte {finding.byte}"
        if finding.file_byte not in (-1, finding.byte):
            where += f" decompressed; its member begins at byte {finding.file_byte} of the file"
        print(f"    @ {where}", file=file)
    if finding.hint:
        print(f"    = {shown(finding.hint)}", file=file)


def say_finding(finding: Finding) -> None:
    """Print a finding to standard error; a full disk behind that changes no outcome."""
    with contextlib.suppress(OSError):
        print_finding(finding, sys.stderr)


def _columns(text: str) -> int:
    """Return how many columns a terminal gives ``text``."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    wide = sum(1 for char in text if east_asian_width(char) in "WF")
    return len(text) + wide - sum(1 for char in text if combining(char))


def as_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as a JSON object. Bytes of an edit are in base64.

    There is no edit where its offsets are not those of the file: whoever makes it would damage that.
    """
    record: dict[str, Any] = {
        key: shown_halves(value) if isinstance(value, str) else value for key, value in finding._asdict().items()
    }
    if not finding.stored:
        record["edit"] = None
    elif finding.edit is not None:
        from base64 import b64encode

        record["edit"] = {
            "byte": finding.edit.byte,
            "length": finding.edit.length,
            "replacement": b64encode(finding.edit.replacement).decode(),
            "safe": finding.edit.safe,
        }
    return record


def dump(record: dict[str, Any]) -> str:
    """Return one JSON object on one line, in ASCII, so that nothing in it can disturb a terminal."""
    import json

    return json.dumps(record, ensure_ascii=True)
