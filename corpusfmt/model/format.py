"""The Format record: the interface of a format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol, TypeAlias

from corpusfmt.limits import MAX_DOCUMENT, USUAL, Limits
from corpusfmt.model.document import Document
from corpusfmt.model.errors import ConfigurationError, Loss
from corpusfmt.model.finding import Edit, Finding
from corpusfmt.model.rule import Change, Rule
from corpusfmt.text.declared import Declared
from corpusfmt.text.display import charset, quoted
from corpusfmt.text.position import Region

if TYPE_CHECKING:
    from corpusfmt.model.rows import RowLosses, Rows


class Stream(Protocol):
    """A binary stream to scan. Findings contain its ``name``."""

    @property
    def name(self) -> str:
        """What findings call this source."""
        ...

    @property
    def codec(self) -> str:
        """How the source is compressed: ``gz``, ``zst``, or empty."""
        ...

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; none at the end."""
        ...

    def track_members(self) -> list[tuple[int, int]] | None:
        """Return the list that gets, as data is read, the offsets in the decompressed stream and in the file of
        each gzip member or zstd frame; None when the stream is not compressed. The caller removes what it has seen.
        """
        ...

    def expand(self, size: int, /) -> None:
        """Count ``size`` bytes that were made of a compressed part of what was read. Raises ParseError (FILE004) when
        all of it is too much for a file of this size.
        """
        ...


class Batch(NamedTuple):
    """A part of the result of a scan: documents, and findings about them.

    At most one finding is an error. It is the last one, after all documents of the batch, and means that one record was
    refused. ``refused`` has the bytes of the record. If ``cut``, these are only its beginning: its end is unknown or
    too far away. ``region`` contains the source bytes of the batch. ``dropped`` counts the items that reading dropped,
    by kind.
    """

    documents: Sequence[Document]
    findings: Sequence[Finding]
    region: Region
    refused: bytes = b""
    dropped: Mapping[str, int] = {}
    #: The rest of the source was not read. A conversion then stops, with any ``on_error``.
    fatal: bool = False
    #: Whole XML documents of the source, in UTF-8, that a grammar validates.
    to_validate: Sequence[Region] = ()
    #: What gives the offset in the source of one of the region, where that is no run of the source's own bytes; to be
    #: asked before the next batch is.
    source_byte: Callable[[int], int] | None = None
    cut: bool = False
    #: The positions of documents whose ids were made, and one that is refused because its id is used before.
    made: frozenset[int] = frozenset()
    clash: Document | None = None
    #: Records that were refused without a finding, by the code of the error (see ``ReadOptions.told``), and how many of
    #: them come after the last document.
    counted: Mapping[str, int] = {}
    counted_last: int = 0


#: What ids are made of, as ``--id-from`` names it.
ID_SOURCES: Final = ("name", "line", "sha256", "path")


class ReadOptions(NamedTuple):
    """Settings for reading. ``encoding`` applies to texts that do not declare one. ``id_from`` (name, line, sha256 or
    path) creates an id for documents without one. ``max_document`` is in bytes. ``own`` contains the options of the
    format. ``limits`` contains all other limits; scans use ``max_document`` for the size of a document, which
    :class:`corpusfmt.sources.settings.Reading` sets from its limits.
    """

    encoding: str | None = None
    id_from: str | None = None
    max_document: int = MAX_DOCUMENT
    own: Mapping[str, str] = {}
    #: Whether origins have lines. Counting costs a tenth of a fast run, and whoever has the region can
    #: count later; without it the line of an origin is 0.
    lines: bool = True
    #: Whether to look across records too, for which a scan must remember something of each.
    thorough: bool = False
    #: Whether a grammar that the user named validates all documents, and not only the changed native ones.
    validating: bool = False
    #: The path of the source in the folder that was named, or as it was named itself.
    inside: str = ""
    #: What ids are made of with ``id_from`` path, or without any where a format makes ids of paths: the path below the
    #: folder or pattern that was named, or else the name of the file, without the suffixes of format and compression.
    stem: str = ""
    #: Says whether another source of the run has a name that pointers may lead to.
    elsewhere: Callable[[str], bool] | None = None
    limits: Limits = USUAL
    #: Whether all safe edits are to be given, however many there are.
    fixing: bool = False
    #: The head of the source, where the stream begins amid it, after damage: empty where that is damaged too.
    resumed: bytes | None = None
    #: So many errors of each code are given as findings. Records that are refused for further ones may be counted only
    #: (``Batch.counted``), which is much faster. 0 gives all.
    told: int = 0
    #: Whether the bytes of refused records are wanted as a whole. Otherwise a scan need not hold them.
    keeps_refused: bool = True


class Source:
    """The source of the documents that are being written. ``stem`` is as in ReadOptions."""

    stem = ""


class WriteOptions(NamedTuple):
    """Settings for writing. ``allow`` contains the kinds of loss that are allowed. ``own`` contains the options of the
    format. ``source`` is set only in a conversion.
    """

    allow: frozenset[str] = frozenset()
    own: Mapping[str, str] = {}
    source: Source | None = None


class Option(NamedTuple):
    """An option of a format: its name, its choices (none: any text) and the side it applies to.

    ``metavar`` is the name of the value in the help, if there are no choices.
    """

    name: str
    summary: str
    choices: tuple[str, ...] = ()
    side: Literal["read", "write", "both"] = "both"
    metavar: str = "TEXT"


class Writer(Protocol):
    """Turns documents into bytes. A target file is ``begin()``, any number of ``encode``, ``end(documents)``.

    For shards of one target it begins and ends several times. The output must not depend on how the documents are
    divided between calls of ``encode``.
    """

    def begin(self) -> bytes:
        """Return the bytes before the first document."""
        ...

    def encode(self, documents: Sequence[Document], /) -> Sequence[bytes]:
        """Return the documents as bytes: one piece per document, or, for a format with ``members``, one piece per
        member.

        Raises LossError, without any effect, if a document cannot be represented and the loss is not allowed.
        """
        ...

    def end(self, documents: int, /) -> bytes:
        """Return the bytes after the last document. ``documents`` is the number of documents in this file."""
        ...


Scan: TypeAlias = Callable[[Stream, ReadOptions], Iterator[Batch]]


class Format(NamedTuple):
    """A format: a record of functions. A plug-in defines one under the entry point ``corpusfmt.formats``."""

    name: str
    title: str
    suffixes: tuple[str, ...]
    #: Says whether the first bytes of a source (up to 8 KiB) are this format and no other.
    sniff: Callable[[bytes], bool]
    #: Gives documents and faults, in order. A recoverable fault does not end it.
    scan: Scan
    #: Makes a writer. Raises ConfigurationError for options that make no sense.
    writer: Callable[[WriteOptions], Writer]
    #: Lists what of a document the target cannot hold, whether it is allowed or not.
    losses: Callable[[Document, WriteOptions], list[Loss]]
    #: Gives the stream offset of the byte at a position in a document's ``data``.
    locate: Callable[[Region, Document, int], int]
    faults: tuple[Rule, ...]
    #: Says of rows what ``losses`` says of their documents.
    row_losses: Callable[[Rows, WriteOptions], RowLosses] | None = None
    #: What the format cannot carry, by kind of loss, in words.
    cannot: Mapping[str, str] = {}
    options: tuple[Option, ...] = ()
    #: Gives the offset at or after a position where reading can start again, or -1.
    resync: Callable[[bytes, int], int] | None = None
    #: Says whether reading can start again, after damage, with a compressed member that begins with some bytes: from
    #: those at the head of the source (none where they are damaged) and those of the member.
    begins: Callable[[bytes, bytes], bool] | None = None
    #: Gives what is to stand before a part of a source that begins so, for it to be a source of its own.
    heads: Callable[[bytes], bytes] | None = None
    #: A document ends where the next one begins, so that the one before damage may go on in it.
    open_ended: bool = False
    #: The shipped JSON Schema of a record, and the codes of faults that it can explain: each with the key of a record
    #: that it tells the lack of, or empty.
    schema: str = ""
    #: Gives the stream offsets where a compressed member is to end: each piece that a writer gives is one of its own.
    #: Without it several documents share a member.
    members: Callable[[Stream], Iterator[int]] | None = None
    #: How many of these a writer gives for each document; 0 where that is not fixed.
    pieces: int = 0
    #: Gives a piece's line in an index of the target (a key, and a JSON object without its braces), or None.
    index_line: Callable[[bytes], tuple[bytes, bytes] | None] | None = None
    schema_codes: Mapping[str, str] = {}
    #: The shipped RELAX NG schema of what the writer writes.
    grammar: str = ""
    #: The code of what a grammar has against a document.
    grammar_code: str = ""
    #: Takes a piece that a writer gave, and its document, and gives it as a file of its own: what it is named by, which
    #: the target makes a path of, and its bytes.
    alone: Callable[[bytes, Document, WriteOptions], tuple[str, bytes]] | None = None
    #: Gives what the head of a source, in ASCII or UTF-8, declares of its encoding.
    declared: Callable[[bytes], Declared | None] | None = None
    #: The code of a file in UTF-16 or UTF-32, where the same file in UTF-8 is what was meant.
    wide_code: str = ""
    #: Says of the head of such a file whether it has records in UTF-8 too: it is not all in that encoding.
    has_narrow: Callable[[bytes], bool] | None = None
    #: Gives the edit that makes a change in the text of a document, or None where that cannot be one edit.
    rewrite: Callable[[Region, Document, Change], Edit | None] | None = None
    #: Gives the JSON records of documents as they stand in the source, each where its document begins. White space may
    #: follow.
    records: Callable[[Region, Sequence[Document]], Sequence[bytes]] | None = None
    #: One document per file: its path is the name. No content identifies the format. A target is a folder, in which
    #: ``alone`` returns the complete path of a file, with its suffix.
    one_per_file: bool = False
    #: Says whether the first bytes of a source are what a folder of this format may hold beside it under the same
    #: suffix, as XML of another vocabulary: one that was found in a folder is then skipped.
    is_other: Callable[[bytes], bool] | None = None
    #: Gives the names in a source that pointers in other sources of its corpus may lead to.
    shared_names: Callable[[Stream], Iterator[str]] | None = None
    #: A document without an id that is alone in its source gets an id of its path. The scan makes it of the ``stem``.
    id_of_path: bool = False
    #: Names of documents are those of files. Elsewhere they are titles or addresses, and rules about file names do not
    #: apply.
    names_files: bool = False
    #: What reading leaves out of a source on purpose, in words.
    leaves: str = ""
    #: Says of a document that the writer cannot hold whether reading may give it all the same; nothing is never.
    gives: Callable[[Document], bool] | None = None


def options_for(format: Format, side: str) -> dict[str, Option]:
    """Return the options that ``format`` knows for ``side``, read or write, by name."""
    return {o.name: o for o in format.options if o.side in (side, "both")}


def check_options(format: Format, side: str, own: Mapping[str, str]) -> None:
    """Raise ConfigurationError for an option that ``format`` does not know for ``side``, or a wrong choice."""
    known = options_for(format, side)
    for name, value in own.items():
        if name not in known:
            can = f"it has {', '.join(known)}" if known else "it has none"
            raise ConfigurationError(f"{format.name} has no option {quoted(name)} to {side}; {can}")
        choices = known[name].choices
        if choices and value not in choices:
            raise ConfigurationError(f"{name} must be one of {', '.join(choices)}, not {quoted(value)}")


def applicable(format: Format, side: str, shared: Mapping[str, str]) -> dict[str, str]:
    """Return those of the ``shared`` options that ``format`` knows for ``side``."""
    known = options_for(format, side)
    return {name: value for name, value in shared.items() if name in known}


#: Of formats whose files declare encodings.
FORCED: Final = Option("force-encoding", "encoding of texts, whatever the files declare", (), "read", "NAME")


def forced_encoding(options: ReadOptions) -> str | None:
    """Return Python's name of the encoding that is to be taken whatever files declare, or None.

    Raises ConfigurationError for one that is not known.
    """
    name = options.own.get(FORCED.name)
    if name is None:
        return None
    try:
        return charset(name) or "utf-8"
    except LookupError:
        raise ConfigurationError(f"unknown encoding {quoted(name)}") from None
