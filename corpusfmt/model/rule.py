"""The Rule record: one kind of fault, with its page and, if it is about documents, its check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

from corpusfmt.model.document import Document
from corpusfmt.model.finding import Finding, Place, Severity
from corpusfmt.text.position import Region

#: Code prefixes and what they speak of. Those of formats are the names of these in capitals.
SUBJECTS: Final = {
    "FILE": "the file around the corpus: compression and framing",
    "ENC": "bytes and encodings",
    "TXT": "characters and lines",
    "DOC": "ids, names and metadata of documents",
    "CORP": "across files",
    "SCH": "schemas",
}


class Change(NamedTuple):
    """The change that fixes a hit: ``length`` bytes at ``position`` of the document's ``data`` become ``replacement``.

    It begins and ends between characters, and fixes all hits of the rule in the document. A ``safe`` change loses
    nothing and is certainly correct; any other is applied only on request.
    """

    position: int
    length: int
    replacement: bytes
    safe: bool = False


class Hit(NamedTuple):
    """What a rule found in one document.

    ``position`` is a byte offset in the document's ``data``, or None when the fault is in its header.
    """

    document: Document
    message: str
    position: int | None = None
    hint: str = ""
    change: Change | None = None
    #: How many places of the document it stands for.
    places: int = 1
    #: Other places of the source that it speaks of.
    related: tuple[Place, ...] = ()


#: Looks at the documents of one source, a list at a time and in order. The lists are ``core.texts.Documents``.
Check: TypeAlias = Callable[[Sequence[Document]], Iterable[Hit]]


class Rule(NamedTuple):
    """One kind of fault.

    The faults of a format are rules without a check: the ``scan`` of the format finds them. ``start`` returns a new
    check for each source, which may have state.

    ``bad`` and ``good`` are complete small files in the format ``example``, or several of them. ``bad`` gives this code
    and no other, ``good`` gives none. They are the tests of the rule and part of its page.
    """

    code: str
    severity: Severity
    summary: str
    why: str
    advice: str
    bad: bytes | tuple[bytes, ...]
    good: bytes | tuple[bytes, ...]
    example: str = "seed"
    start: Callable[[], Check] | None = None
    #: The default set runs without being asked for.
    default: bool = True
    #: Whether an error keeps a document from being read. Those of rules that look at documents never do.
    blocks_reading: bool = True
    #: It takes all files of a corpus to find it.
    corpus_wide: bool = False
    #: It looks at names as those of files, and runs for formats that have such (``Format.names_files``).
    file_names: bool = False
    #: Most of its hits have a change, which ``corpusfmt fix`` makes where the format can be rewritten. Those of other
    #: rules may have one.
    fixable: bool = False
    #: The limit of the size of a document that the examples are read with, where the fault is one over that limit.
    max_document: int = 0


def found(
    rule: Rule,
    message: str,
    path: str,
    region: Region,
    byte: int,
    *,
    document: str | int | None = None,
    hint: str = "",
) -> Finding:
    """Return the finding of ``rule`` at the stream offset ``byte``, which lies in ``region``."""
    line, column, _ = region.place(byte)
    excerpt, caret = region.excerpt(byte)
    blocks = rule.severity == "error" and rule.blocks_reading and rule.start is None
    return Finding(
        rule.code,
        rule.severity,
        message,
        path,
        line,
        column,
        byte,
        document,
        hint,
        excerpt,
        caret,
        blocks_reading=blocks,
    )
