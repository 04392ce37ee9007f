"""Writing a target: one file or shards, in one format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike, fspath
from types import TracebackType
from typing import NamedTuple

from corpusfmt import detect, registry, storage
from corpusfmt.core.document import Document
from corpusfmt.core.errors import ALLOWABLE, ConfigurationError
from corpusfmt.core.format import WriteOptions, Writer
from corpusfmt.core.text import quoted
from corpusfmt.indexing import Index


class Writing(NamedTuple):
    """How a target is to be written. The options are as in :class:`corpusfmt.reading.Reading`."""

    format: str | None = None
    own: Mapping[str, str] = {}
    shared: Mapping[str, str] = {}
    allow: frozenset[str] = frozenset()
    #: Bytes of a shard before compression; 0 writes one file.
    shard_size: int = 0
    force: bool = False
    #: Options for the format if it knows them, and nothing otherwise.
    defaults: Mapping[str, str] = {}
    #: Whether to write an index beside the target (CDXJ).
    cdxj: bool = False


class Target:
    """One file or a row of shards, in one format, by one writer; with an index beside it when it is asked for."""

    def __init__(self, path: str, writing: Writing) -> None:
        unknown = sorted(writing.allow - set(ALLOWABLE))
        if unknown:
            raise ConfigurationError(
                f"no loss of {quoted(unknown[0])} can be allowed; known are {', '.join(ALLOWABLE)}"
            )
        self.format = registry.format_named(writing.format) if writing.format else detect.format_for_target(path)
        own = {
            **registry.applicable(self.format, "write", writing.defaults),
            **registry.applicable(self.format, "write", writing.shared),
            **writing.own,
        }
        registry.check_options(self.format, "write", own)
        self.options = WriteOptions(writing.allow, own)
        self.writer: Writer = self.format.writer(self.options)
        self._index = Index(self.format, path, whole_suffix(path)) if writing.cdxj else None
        self.documents: list[int] = [0]
        self._limit = writing.shard_size
        self._shards: storage.Shards | None = None
        self.output_begins = True
        try:
            if self._limit:
                if path == "-":
                    raise ConfigurationError("standard output cannot be cut into shards; name a file with -o")
                suffix = whole_suffix(path)
                self._shards = storage.Shards(path, suffix, force=writing.force)
                self.output = self._shards.next()
            else:
                self.output = storage.open_output(path)
        except BaseException:
            if self._index:
                self._index.discard()
            raise

    @property
    def outputs(self) -> list[storage.Output]:
        """The files, in order."""
        return self._shards.outputs if self._shards else [self.output]

    def write(self, documents: Sequence[Document]) -> None:
        """Encode and write. Raises LossError, having written nothing, and OSError."""
        if not self._limit:
            self._emit(self.writer.encode(documents), len(documents))
            return
        for document in documents:
            pieces = self.writer.encode([document])
            ahead = len(self.writer.begin()) if self.output_begins and not self.format.members else 0
            if self.documents[-1] and self.output.size + ahead + sum(map(len, pieces)) > self._limit:
                self._next_shard()
            self._emit(pieces, 1)

    def _emit(self, pieces: Sequence[bytes], documents: int) -> None:
        self._begin()
        if self.format.members is None:
            for piece in pieces:
                self.output.write(piece)
        elif self._index is None:
            self.output.write_members(pieces)
        else:
            for piece in pieces:
                self._write_member(piece)
        self.documents[-1] += documents

    def _write_member(self, piece: bytes) -> None:
        offset = self.output.raw_size
        self.output.write_member(piece)
        if self._index is not None:
            self._index.add(piece, base_name(self.output.target), offset, self.output.raw_size - offset)

    def _begin(self) -> None:
        if self.output_begins:
            self.output_begins = False
            head = self.writer.begin()
            if self.format.members is None:
                self.output.write(head)
            else:
                self._write_member(head)

    def _next_shard(self) -> None:
        assert self._shards is not None
        self._end()
        self.output = self._shards.next()
        self.documents.append(0)
        self.output_begins = True

    def finish(self) -> None:
        """Make all files durable, none under its name yet. Raises OSError."""
        self._begin()
        self._end()
        self.output.finish()
        if self._index:
            self._index.finish()

    def _end(self) -> None:
        if tail := self.writer.end():
            self.output.write(tail)

    def publish(self) -> list[str]:
        """Give all files their names, and shards a manifest. Returns the names. Raises OSError."""
        published = self._publish()
        if self._index:
            published.append(self._index.publish())
        return published

    def _publish(self) -> list[str]:
        if self._shards is None:
            self.output.publish()
            return [self.output.target]
        self._shards.clear_old()
        for output in self._shards.outputs:
            output.publish()
        manifest = storage.open_output(self._shards.manifest)
        try:
            manifest.write(self._manifest())
            manifest.finish()
            manifest.publish()
        finally:
            manifest.discard()
        return [*(output.target for output in self._shards.outputs), manifest.target]

    def _manifest(self) -> bytes:
        import json

        shards = [
            {
                "name": base_name(output.target),
                "documents": count,
                "bytes_before_compression": output.size,
            }
            for output, count in zip(self.outputs, self.documents, strict=True)
        ]
        content = {"format": self.format.name, "documents": sum(self.documents), "shards": shards}
        return json.dumps(content, indent=2).encode() + b"\n"

    def discard(self) -> None:
        """Leave nothing behind."""
        for output in self.outputs:
            output.discard()
        if self._index:
            self._index.discard()


def base_name(path: str) -> str:
    """Return the name of a file without its folders."""
    return path.replace("\\", "/").rpartition("/")[2]


def whole_suffix(path: str) -> str:
    """Return the suffix of a path with that of its compression, as in ``.jsonl.zst``."""
    name = base_name(path)
    stem = name
    for ending in detect.COMPRESSED:
        if stem.lower().endswith(ending):
            stem = stem[: -len(ending)]
    dot = stem.rfind(".")
    return name[dot:] if dot > 0 else name[len(stem) :]


class OpenWriter:
    """A target that documents are written to one by one, in a ``with`` block; see :func:`open_writer`."""

    def __init__(self, path: str, writing: Writing) -> None:
        self._path, self._writing = path, writing
        self._target: Target | None = None

    def write(self, document: Document) -> None:
        """Write a document. Raises LossError, having written nothing of it, and OSError."""
        if self._target is None:
            raise ConfigurationError("documents are written inside a block: with open_writer(...) as writer")
        self._target.write([document])

    def __enter__(self) -> OpenWriter:
        if self._target is not None:
            raise ConfigurationError("this writer is open already")
        self._target = Target(self._path, self._writing)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        target, self._target = self._target, None
        if target is None:
            return
        try:
            if kind is None:
                target.finish()
                target.publish()
        finally:
            target.discard()


def open_writer(
    target: str | PathLike[str],
    *,
    format: str | None = None,
    allow_loss: Iterable[str] = (),
    shard_size: int = 0,
    force: bool = False,
    **options: str,
) -> OpenWriter:
    """Return a context manager with ``write(document)``; the target is opened when its block begins.

    Nothing appears under the final name until the block ends without an error. ``options`` are those of
    the format, as in ``layout="dolma"``. Beginning the block raises ConfigurationError, UnknownFormatError
    and OSError.
    """
    return OpenWriter(fspath(target), Writing(format, named(options), {}, kinds(allow_loss), shard_size, force))


def kinds(allow_loss: Iterable[str]) -> frozenset[str]:
    """Return kinds of loss from a list of them, or from one text with commas between."""
    given = allow_loss.split(",") if isinstance(allow_loss, str) else allow_loss
    return frozenset(kind.strip() for kind in given if kind.strip())


def named(options: Mapping[str, str] | None) -> dict[str, str]:
    """Return options with their names as formats spell them: ``id_field`` is ``id-field``."""
    return {name.replace("_", "-"): value for name, value in (options or {}).items()}
