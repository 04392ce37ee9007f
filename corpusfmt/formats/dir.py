"""A folder of text files: each file is one document, and its path in the folder is its name and its id.

The bytes of a file are the text, from the first to the last; nothing is trimmed and no encoding is presumed. So a
text comes back whatever it is, while a folder has no place for metadata, for an id that is not the name, and for the
order of documents: files are read in order of their paths.

*Written* are names that are paths on every usual file system, and each document to a path of its own, also where case
or normalisation (NFC, NFD) makes no difference. What else a name may be is a loss. *Read* are all files below a folder
but hidden ones and links, those that are compressed decompressed, and named without the suffix of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from corpusfmt.limits import CHUNK
from corpusfmt.model.collector import Collector
from corpusfmt.model.document import Document, build
from corpusfmt.model.errors import ConfigurationError, Loss, LossError
from corpusfmt.model.file_names import NAME_FROM, name_from, wanted_name
from corpusfmt.model.finding import Edit
from corpusfmt.model.format import Batch, Format, ReadOptions, Stream, WriteOptions
from corpusfmt.model.ids import make_id
from corpusfmt.model.losses import loss, undecodable, utf8_or_replaced
from corpusfmt.model.metadata import EMPTY
from corpusfmt.model.rule import Change, Rule
from corpusfmt.text.declared import page_declared
from corpusfmt.text.display import quoted
from corpusfmt.text.filenames import TEXT_SUFFIX, has_suffix, suffixed, unfit
from corpusfmt.text.magic import kind_of, pointer_kind
from corpusfmt.text.position import Region

FAULTS: Final = (
    Rule(
        "DIR001", "error", "document over the size limit",
        "A file of a folder is a document, which is held in memory while it is converted. The limit keeps one file "
        "from using all memory.",
        "raise the limit with --max-document, or exclude the file",
        b"a text that is longer than the limit of this example, which is one hundred bytes; the usual one is 256 MiB\n",
        b"a short text\n", "dir", max_document=100,
    ),
    Rule(
        "DIR002", "error", "file name that is not UTF-8",
        "The path of a file is the name and the id of its document. Both consist of characters, and this path is in "
        "another encoding.",
        "rename the file; convmv does so for whole folders",
        b"", b"a text\n", "dir",
    ),
)  # fmt: skip
BY_CODE: Final = {fault.code: fault for fault in FAULTS}
#: What storage would take for compressed data of some kind; the last are skippable frames.
_MAGIC: Final = (
    b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ\x00", b"\x04\x22\x4d\x18", b"LZIP\x01",
    b"\xff\x06\x00\x00sNaP",
    *(bytes([kind]) + b"\x2a\x4d\x18" for kind in range(0x50, 0x60)),
)  # fmt: skip


def scan(stream: Stream, options: ReadOptions) -> Iterator[Batch]:
    """Give the document that a file is, or the fault that keeps it from being one. Raises ConfigurationError."""
    if options.id_from == "line":
        raise ConfigurationError("a file of a folder has no line number; create the id from path, name or sha256")
    return _scan(stream, options)


def _scan(stream: Stream, options: ReadOptions) -> Iterator[Batch]:
    out = Collector(stream.name, BY_CODE, options)
    name = options.inside or stream.name.replace("\\", "/").rpartition("/")[2]
    data = b"".join(_pieces(stream, options.max_document))
    out.region = Region(data, 0, 1)
    is_large = len(data) > options.max_document
    if not _is_text(name):
        out.find("DIR002", f"the name of the file is not UTF-8: {quoted(name)}", 0)
        yield out.batch(data, cut=is_large)
        return
    if is_large:
        out.find("DIR001", f"the file is larger than {options.max_document:,} bytes", options.max_document)
        yield out.batch(data[:CHUNK], cut=True)
        return
    id = make_id(options.id_from, name, 1, data) if options.id_from else name
    out.documents.append(build(id, name, data, options.encoding, EMPTY, (stream.name, 0, 1, 0)))
    yield out.batch()


def _pieces(stream: Stream, limit: int) -> Iterator[bytes]:
    """Give what a stream holds, up to a little more than ``limit`` bytes."""
    size = 0
    while size <= limit and (piece := stream.read(CHUNK)):
        size += len(piece)
        yield piece


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def locate(region: Region, _: Document, position: int) -> int:
    """Return the stream offset of the byte at ``position`` of a document's ``data``: there is nothing else."""
    return region.offset + position


def rewrite(region: Region, _: Document, change: Change) -> Edit | None:
    """Return the edit that makes a change in the text of a document."""
    return Edit(region.offset + change.position, change.length, change.replacement, change.safe)


def gives(document: Document) -> bool:
    """Say whether some file of some folder is this document: any name that is a path, with or without an encoding."""
    parts = document.name.split("/")
    return document.id == document.name and "" not in parts and ".." not in parts and not document.meta


def losses(document: Document, options: WriteOptions) -> list[Loss]:
    """List what of a document a file in a folder cannot hold."""
    found = []
    path = _path(document, options)
    if path != document.id:
        found.append(loss(document, "id", f"the id {quoted(str(document.id))} is not the name; a file has only a name"))
    if path != document.name:
        why = unfit(document.name) or f"is not the name of the file, {quoted(path)}"
        what = f"the name {quoted(document.name)} {why}" if document.name else "the document has no name"
        found.append(loss(document, "name", what))
    if document.meta_json != EMPTY and document.meta:
        found.append(loss(document, "metadata", "a file of a folder has no metadata"))
    if undecoded := undecodable(document):
        found += undecoded
    elif (data := utf8_or_replaced(document)).startswith(_MAGIC) or kind_of(data):
        what = "the text begins like compressed data or a file of another type, and would be read as that"
        found.append(loss(document, "bytes", what))
    elif pointer_kind(data):
        found.append(loss(document, "bytes", "the text is a pointer to a file, and would be refused"))
    return found


def _path(document: Document, options: WriteOptions) -> str:
    """Return the path of a document's file: as it is to be named, and as it is where that is a path.

    Raises ConfigurationError where it is to be named by the source, and nobody knows that.
    """
    how, wanted = options.own.get(NAME_FROM), wanted_name(document, options, "name")
    if how in ("id", "path"):
        return suffixed(wanted, TEXT_SUFFIX)
    is_held = document.id == document.name or not {"id", "name"} <= options.allow
    if not unfit(wanted) and ((is_held and how is None) or has_suffix(wanted)):
        return wanted
    return suffixed(wanted, TEXT_SUFFIX)


class _Writer:
    """Gives the text of each document."""

    def __init__(self, options: WriteOptions) -> None:
        self._options = options

    def begin(self) -> bytes:
        return b""

    def encode(self, documents: Sequence[Document], /) -> list[bytes]:
        pieces = []
        for document in documents:
            lost = losses(document, self._options)
            if refused := [one for one in lost if one.kind not in self._options.allow]:
                raise LossError(refused)
            pieces.append(utf8_or_replaced(document))
        return pieces

    def end(self, _documents: int, /) -> bytes:
        return b""


def alone(piece: bytes, document: Document, options: WriteOptions) -> tuple[str, bytes]:
    """Return the path and the content of a file."""
    return _path(document, options), piece


FORMAT = Format(
    name="dir",
    title="folders of text files: a file per document, the path is the name",
    suffixes=(),
    sniff=lambda _: False,
    scan=scan,
    writer=_Writer,
    losses=losses,
    locate=locate,
    faults=FAULTS,
    cannot={
        "id": "an id that is not the name",
        "name": "empty names, duplicate names, and names that are not a valid path on every system",
        "metadata": "any metadata",
        "bytes": "texts that begin like compressed data, PDF or images, and pointers of Git LFS",
        "encoding": "bytes that their declared encoding cannot decode",
    },
    options=(name_from("the name (default; the id if there is none)"),),
    alone=alone,
    declared=page_declared,
    rewrite=rewrite,
    one_per_file=True,
    names_files=True,
    gives=gives,
    leaves="hidden files, links, pipes and files that hold no text (office documents, PDF, images), which are listed; "
    "dates and permissions of files",
)
