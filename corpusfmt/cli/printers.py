"""How findings are printed."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any, TextIO

from corpusfmt.model.finding import Finding
from corpusfmt.text.display import JSON, harmless, shown, shown_halves

#: Bold, and a colour for each severity (ECMA-48, section 8.3.117).
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_COLOURS = {"error": "\x1b[31m", "warning": "\x1b[33m", "note": "\x1b[36m"}


def has_colour(stream: TextIO) -> bool:
    """Say whether a stream gets colour: as FORCE_COLOR or NO_COLOR says when it is set, else a terminal does."""
    if os.environ.get("FORCE_COLOR"):
        return True
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()


def as_text(finding: Finding, *, colour: bool = False) -> str:
    """Return one line ``path:line:column: CODE severity: message``, then the excerpt with a caret, and what to do."""
    place = f"{finding.line}:{finding.column}:" if finding.line else ""
    where, kind = f"{shown(finding.path)}:{place}", f"{finding.code} {finding.severity}:"
    line = harmless(f"{where} {kind} {shown(finding.message)}")
    tint, plain = (_COLOURS[finding.severity], _PLAIN) if colour else ("", "")
    before, code, after = line.partition(f" {kind} ")
    lines = [f"{_BOLD}{before}{plain} {tint}{kind}{plain} {after}" if colour and code else line]
    if finding.excerpt:
        excerpt = harmless(finding.excerpt)
        before = finding.excerpt[: finding.caret]
        if before.strip():  # what was escaped stands at the beginning
            before = excerpt[: finding.caret + len(excerpt) - len(finding.excerpt)]
        lines += [f"    {excerpt}", f"    {' ' * _columns(before)}{tint}^{plain}"]
    if finding.record:
        where = f"record {finding.record}, byte {finding.byte}"
        if finding.file_byte not in (-1, finding.byte):
            where += f" of the decompressed data; its compressed member begins at byte {finding.file_byte} of the file"
        lines.append(f"    @ {where}")
    if finding.hint:
        lines.append(f"    = {shown(finding.hint)}")
    return "\n".join(lines) + "\n"


def say_finding(finding: Finding) -> None:
    """Print a finding to standard error; a full disk behind that changes no outcome."""
    with contextlib.suppress(OSError):
        sys.stderr.write(as_text(finding, colour=has_colour(sys.stderr)))


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
    record["related"] = [{**place._asdict(), "path": shown_halves(place.path)} for place in finding.related]
    del record["by_path"]  # it is about how the id came to be, for a baseline
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


def dump(record: object, indent: int | None = None) -> str:
    """Return JSON in ASCII, on one line without ``indent``: nothing in it can disturb a terminal or a CI runner."""
    import json

    return harmless(json.dumps(record, ensure_ascii=True, indent=indent), JSON)
