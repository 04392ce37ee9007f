"""The Finding record: something a user should know about a source, and where it is."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from corpusfmt.core.text import shown

Severity: TypeAlias = Literal["error", "warning", "note"]


class Edit(NamedTuple):
    """A replacement that clears a finding: ``length`` bytes at ``byte`` (in the decompressed stream)."""

    byte: int
    length: int
    replacement: bytes


class Finding(NamedTuple):
    """One finding.

    ``line`` and ``column`` count from 1 (columns in code points), ``byte`` from 0 in the decompressed
    stream; they are 0, 0 and -1 where no place is known. ``excerpt`` is safe to show; ``caret`` is the
    index in it that the finding points at. ``document`` is the id of the document, when it is known.
    """

    code: str
    severity: Severity
    message: str
    path: str = ""
    line: int = 0
    column: int = 0
    byte: int = -1
    document: str | int | None = None
    hint: str = ""
    excerpt: str = ""
    caret: int = 0
    edit: Edit | None = None

    def where(self) -> str:
        """Return ``path:line:column (byte N, document ID)``, as far as it is known."""
        path = shown(self.path)
        if self.byte < 0:
            return path
        inside = f"byte {self.byte}"
        if self.document is not None:
            inside += f", document {shown(str(self.document), 60)}"
        return f"{path}:{self.line}:{self.column} ({inside})" if self.line else f"{path} ({inside})"
