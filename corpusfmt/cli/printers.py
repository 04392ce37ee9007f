"""How findings are printed."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

from corpusfmt.model.finding import Finding
from corpusfmt.text.display import JSON, harmless, shown, shown_halves


def as_text(finding: Finding) -> str:
    """Return one line ``path:line:column: CODE message``, then the excerpt with a caret, and what to do."""
    place = f"{finding.line}:{finding.column}:" if finding.line else ""
    severity = "" if finding.severity == "error" else f" {finding.severity}:"
    lines = [harmless(f"{shown(finding.path)}:{place} {finding.code}{severity} {shown(finding.message)}")]
    if finding.excerpt:
        excerpt = harmless(finding.excerpt)
        before = finding.excerpt[: finding.caret]
        if before.strip():  # what was escaped stands at the beginning
            before = excerpt[: finding.caret + len(excerpt) - len(finding.excerpt)]
        lines += [f"    {excerpt}", f"    {' ' * _columns(before)}^"]
    if finding.record:
        where = f"record {finding.record}, byte {finding.byte}"
        if finding.file_byte not in (-1, finding.byte):
            where += f" decompressed; its member begins at byte {finding.file_byte} of the file"
        lines.append(f"    @ {where}")
    if finding.hint:
        lines.append(f"    = {shown(finding.hint)}")
    return "\n".join(lines) + "\n"


def say_finding(finding: Finding) -> None:
    """Print a finding to standard error; a full disk behind that changes no outcome."""
    with contextlib.suppress(OSError):
        sys.stderr.write(as_text(finding))


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


def dump(record: object, indent: int | None = None) -> str:
    """Return JSON in ASCII, on one line without ``indent``: nothing in it can disturb a terminal or a CI runner."""
    import json

    return harmless(json.dumps(record, ensure_ascii=True, indent=indent), JSON)
