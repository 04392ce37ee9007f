"""The Finding record: a report to the user about a source, with its position."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from corpusfmt.text.display import shown

Severity: TypeAlias = Literal["error", "warning", "note"]


class Edit(NamedTuple):
    """A replacement that fixes a finding: ``length`` bytes at ``byte`` (an offset in the decompressed stream).

    An edit of no bytes without a replacement is applied by writing the file again. A ``safe`` edit loses nothing and is
    certainly correct; any other is applied only on request.
    """

    byte: int
    length: int
    replacement: bytes
    safe: bool = True


class Place(NamedTuple):
    """Another position that a finding mentions; it is in the same source if ``path`` is empty. See :class:`Finding`."""

    path: str
    line: int = 0
    column: int = 0
    byte: int = -1
    number: int = 0


class Finding(NamedTuple):
    """One finding.

    ``line`` and ``column`` count from 1 (columns in code points), ``byte`` from 0 in the decompressed stream; they are
    0, 0 and -1 if the position is unknown. ``excerpt`` is escaped for display; ``caret`` is the index of the position
    in it. ``document`` is the id of the document, if known.

    ``stored`` is true if ``byte``, and the offset of the edit, are offsets in the stored file. They are not in a
    compressed file; a file in an encoding other than UTF-8 has no edits.

    ``number`` is the number of the document in its source, from 1, in findings of rules and schemas, and otherwise 0;
    ids may be duplicates. ``places`` is the number of positions in the document that the finding stands for.
    ``subject`` names what it is about, if that is neither a document nor a position, such as a field of a corpus.

    ``related`` contains other positions, such as the first use of an id. ``no_fix`` is the reason why there is no
    ``edit``, if the code usually has one. ``by_path`` is true if the id of the document was created from the path of
    the source as it was given.

    ``blocks_reading`` is true if a document, or the rest of the source, was not read.

    In an archive, ``record`` is the number of the record, from 1, and ``file_byte`` the offset of its compressed member
    in the stored file; otherwise they are 0 and -1.
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
    record: int = 0
    file_byte: int = -1
    stored: bool = False
    number: int = 0
    places: int = 1
    subject: str = ""
    blocks_reading: bool = False
    related: tuple[Place, ...] = ()
    no_fix: str = ""
    by_path: bool = False

    def about(self) -> str:
        """Return what a finding is about, for telling whether it was there before: lines above it may come and go, the
        words of its message may change, another file may be named in it, and the source may be named in another way.
        """
        document = "" if self.document is None or self.by_path else str(self.document)
        return f"{self.code}\0{document}\0{self.subject}\0{self.excerpt.strip()}"

    def where(self) -> str:
        """Return ``path:line:column (byte N, document ID)``, without unknown parts."""
        path = shown(self.path)
        if self.byte < 0:
            return path
        inside = f"byte {self.byte}"
        if self.record:
            inside = f"record {self.record}, {inside}"
        if self.file_byte >= 0 and self.file_byte != self.byte:
            inside += f" of the decompressed data, in the member at byte {self.file_byte} of the file"
        if self.document is not None:
            inside += f", document {shown(str(self.document), 60)}"
        return f"{path}:{self.line}:{self.column} ({inside})" if self.line else f"{path} ({inside})"
