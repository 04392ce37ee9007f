"""The Finding record: something a user should know about a source, and where it is."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from corpusfmt.text.display import shown

Severity: TypeAlias = Literal["error", "warning", "note"]


class Edit(NamedTuple):
    """A replacement that clears a finding: ``length`` bytes at ``byte`` (in the decompressed stream).

    One that replaces nothing by nothing is made by writing the file anew. A ``safe`` one loses nothing and is known to
    be right; any other is made only when it is asked for.
    """

    byte: int
    length: int
    replacement: bytes
    safe: bool = True


class Place(NamedTuple):
    """Another place that a finding speaks of, in its own source where ``path`` is empty; see :class:`Finding`."""

    path: str
    line: int = 0
    column: int = 0
    byte: int = -1
    number: int = 0


class Finding(NamedTuple):
    """One finding.

    ``line`` and ``column`` count from 1 (columns in code points), ``byte`` from 0 in the decompressed
    stream; they are 0, 0 and -1 where no place is known. ``excerpt`` is safe to show; ``caret`` is the
    index in it that the finding points at. ``document`` is the id of the document, when it is known.

    ``stored`` says that ``byte``, and that of ``edit``, are offsets in the source as it is stored: in one that is
    compressed they are not, and in one that is in another encoding there is no edit.

    ``number`` is that of the document among those of the source, from 1, where a rule or a schema finds something in
    one; elsewhere it is 0. Ids may be used twice. ``places`` is the number of places of the document that it stands
    for, ``subject`` what it is about where that is neither a document nor a place, as a field of a corpus.

    ``related`` are other places that it speaks of, as that where an id was used first. ``no_fix`` says why there is no
    ``edit`` where the code usually has one. ``by_path`` says that the id of the document is made from the path of the
    source, as it was named.

    ``blocks_reading`` says that a document, or the rest of the source, was not read.

    In an archive ``record`` is the number of the record, from 1, and ``file_byte`` the offset in the file, as it is
    stored, of the compressed member that the record begins in; they are 0 and -1 elsewhere.
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
        """Return ``path:line:column (byte N, document ID)``, as far as it is known."""
        path = shown(self.path)
        if self.byte < 0:
            return path
        inside = f"byte {self.byte}"
        if self.record:
            inside = f"record {self.record}, {inside}"
        if self.file_byte >= 0 and self.file_byte != self.byte:
            inside += f", in the member at byte {self.file_byte} of the file"
        if self.document is not None:
            inside += f", document {shown(str(self.document), 60)}"
        return f"{path}:{self.line}:{self.column} ({inside})" if self.line else f"{path} ({inside})"
