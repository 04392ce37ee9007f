"""Targets: a file or a row of shards, with an index beside an archive; or a folder with a file per document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

from corpusfmt import plugins, storage
from corpusfmt.model.document import Document
from corpusfmt.model.errors import ConfigurationError, Loss, LossError
from corpusfmt.model.format import Format
from corpusfmt.model.losses import loss
from corpusfmt.model.rows import Pieces
from corpusfmt.targets.settings import (
    Lost,
    Writing,
    Written,
    allowed_losses,
    base_name,
    beside,
    full_suffix,
    prepared,
    refuse_losses,
)
from corpusfmt.text.display import quoted
from corpusfmt.text.filenames import suffixed


class Index:
    """The index of one target, or of all its shards. It comes last, sorted: one that is there fits."""

    def __init__(self, format: Format, target: str, suffix: str) -> None:
        if format.index_line is None:
            able = ", ".join(f.name for f in plugins.formats().values() if f.index_line is not None)
            raise ConfigurationError(f"{format.name} has no index; only {able} has one")
        if target == "-":
            raise ConfigurationError("an index needs a target file; name one with -o")
        self._line = format.index_line
        #: Where it is to stand.
        self.path = beside(target, suffix)
        self._lines = storage.SortedLines(self.path)

    def add(self, piece: bytes, name: str, offset: int, length: int) -> None:
        """Take note of a piece in the file ``name``: offset and length are in bytes, as stored. Raises OSError."""
        entry = self._line(piece)
        if entry is not None:
            import json

            key, members = entry
            where = f'"length": "{length}", "offset": "{offset}", "filename": {json.dumps(name)}'
            self._lines.add(b"%b {%b, %b}" % (key, members, where.encode()))

    def finish(self) -> None:
        """Complete the file and make it durable, still without its name. Raises OSError."""
        self._lines.finish()

    def clear_old(self) -> None:
        """Remove the index of an older run: it does not fit what is published next. Raises OSError."""
        self._lines.clear_old()

    def publish(self) -> str:
        """Give the file its name and return it. Raises OSError."""
        return self._lines.publish()

    def discard(self) -> None:
        """Leave nothing behind. Does nothing after ``publish``."""
        self._lines.discard()


class OldIndex:
    """The index of an older archive, where none is written: it would stand beside a new one that it does not fit."""

    def __init__(self, format: Format, target: str, suffix: str, *, force: bool) -> None:
        """Raises ConfigurationError for an index that is there, without ``force``."""
        able = format.index_line is not None and target != "-"
        self._old = storage.Leftover(beside(target, suffix)) if able else None
        self._force = force
        self.check()

    def check(self) -> None:
        """Raise ConfigurationError for an index that is there, and is not to be removed."""
        if self._old and not self._force and self._old.is_there():
            what = f"the index of an earlier archive exists ({quoted(self._old.path)}) and would not match the new one"
            raise ConfigurationError(f"{what}; write one with --cdxj, or remove it, as --force does")

    def remove(self) -> None:
        """Remove it: it does not fit what is published next. Raises OSError."""
        if self._old:
            self._old.remove()


class FileTarget:
    """One file or a row of shards, in one format, by one writer; with an index beside it when it is asked for."""

    #: Of the files in a folder that was asked for, as with a folder target.
    files = 0

    def __init__(self, path: str, writing: Writing) -> None:
        self.format, self.options, self.writer = prepared(path, writing, folder=False)
        self.documents: list[int] = [0]
        self._limit = writing.shard_size
        self._shards: storage.Shards | None = None
        self._index: Index | None = None
        self._old_index: OldIndex | None = None
        self._opened: list[storage.Output | storage.Shards | Index] = []
        self.output_begins = True
        suffix = full_suffix(path)
        jobs = 1 if writing.cdxj else writing.jobs  # an index asks where each member stands
        try:
            if writing.given is not None and (writing.cdxj or self._limit):
                raise ConfigurationError("shards and an index need a target path, not an open file object")
            if writing.cdxj:
                self._index = Index(self.format, path, suffix)
                self._opened.append(self._index)
            if self._limit:
                if path == "-":
                    raise ConfigurationError("standard output cannot be split into shards; name a file with -o")
                self._shards = storage.Shards(path, suffix, force=writing.force, jobs=jobs)
                self._opened.append(self._shards)
                self.output = self._shards.next()
            else:
                self.output = storage.open_output(path, writing.given, jobs)
                self._opened.append(self.output)
            if not self._index and not self.output.is_pipe:
                self._old_index = OldIndex(self.format, path, suffix, force=writing.force)
        except BaseException:
            self.discard()
            raise

    @property
    def outputs(self) -> list[storage.Output]:
        """The files, in order."""
        return self._shards.outputs if self._shards else [self.output]

    @property
    def is_pipe(self) -> bool:
        """Whether what has been written cannot be taken back."""
        return self.output.is_pipe

    @property
    def size(self) -> int:
        """The bytes written so far, before compression."""
        return sum(output.size for output in self.outputs)

    def check(self, documents: Sequence[Document]) -> None:
        """Raise LossError where ``write`` would, and write nothing."""
        self.writer.encode(documents)

    def write(self, documents: Sequence[Document]) -> Lost:
        """Encode, write, and return what each document lost, as allowed.

        Raises LossError, having written nothing, and OSError.
        """
        if self._limit:
            self._write_shards(documents)
        else:
            self._emit(self.writer.encode(documents), len(documents))
        return allowed_losses(self.format, self.options, documents)

    def _write_shards(self, documents: Sequence[Document]) -> None:
        each = self.format.pieces if self.format.members else 1
        if each:
            self._cut(self.writer.encode(documents), each)
            return
        refuse_losses(self.format, self.options, documents)  # then the writer is as it was
        for pieces in [self.writer.encode([document]) for document in documents]:
            if self.documents[-1] and self.output.size + sum(map(len, pieces)) > self._limit:
                self._next_shard()
            self._emit(pieces, 1)

    def _cut(self, pieces: Sequence[bytes], each: int) -> None:
        """Write so many pieces of each document, those of one shard together."""
        self._put_head()
        start, before, size = 0, self.documents[-1], self.output.size
        for at, more in enumerate(_sizes(pieces, each)):
            if before + at - start and size + more > self._limit:
                self._emit_some(pieces, start, at, each)
                self._next_shard()
                self._put_head()
                start, before, size = at, 0, self.output.size
            size += more
        self._emit_some(pieces, start, -(-len(pieces) // each), each)

    def _emit_some(self, pieces: Sequence[bytes], start: int, stop: int, each: int) -> None:
        """Write those of the documents from ``start`` to before ``stop``."""
        if start < stop:
            self._emit(pieces[start * each : stop * each], stop - start)

    def _emit(self, pieces: Sequence[bytes], documents: int) -> None:
        head = self._begin()
        self._put([*head, *pieces] if head else pieces)
        self.documents[-1] += documents

    def _put(self, pieces: Sequence[bytes]) -> None:
        if self.format.members is None:
            self.output.write_records(pieces)
        elif self._index is None:
            self.output.write_members(pieces)
        else:
            offset, name = self.output.raw_size, base_name(self.output.target)
            for piece, length in zip(pieces, self.output.write_each(pieces), strict=True):
                self._index.add(piece, name, offset, length)
                offset += length

    def _begin(self) -> list[bytes]:
        """Return what a file begins with that has not begun."""
        begins, self.output_begins = self.output_begins, False
        return [self.writer.begin()] if begins else []

    def _put_head(self) -> None:
        if head := self._begin():
            self._put(head)

    def _next_shard(self) -> None:
        assert self._shards is not None
        self._end()
        self.output = self._shards.next()
        self.documents.append(0)
        self.output_begins = True

    def finish(self) -> None:
        """Make all files durable, none under its name yet. Raises OSError."""
        self._put_head()
        self._end()
        self.output.finish()
        if self._index:
            self._index.finish()

    def reread(self, *, hashed: bool) -> Iterator[Written]:
        """Open each file, after ``finish`` and before ``publish``; ``hashed``, for its digest. Raises OSError."""
        for output in self.outputs:
            yield Written(output.reread(hashed=hashed))

    @property
    def folder(self) -> str:
        """The folder that the files lie in, for what is put aside."""
        return self.output.folder or ""

    def _end(self) -> None:
        if tail := self.writer.end(self.documents[-1]):
            self._put([tail])

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other runs from giving files their names meanwhile. Raises ConfigurationError for what one has done."""
        with (self._shards or self.output).alone():
            if self._old_index:
                self._old_index.check()
            yield

    def publish(self) -> list[str]:
        """Give all files their names, and shards a manifest. Returns the names. Raises OSError."""
        if self._index:
            self._index.clear_old()
        if self._old_index:
            self._old_index.remove()
        if self._shards:
            self._shards.publish(self._manifest())
        else:
            self.output.publish()
        published = [output.target for output in self.outputs]
        if self._shards:
            published.append(self._shards.manifest.target)
        if self._index:
            published.append(self._index.publish())
        return published

    @property
    def beside(self) -> list[str]:
        """What stands beside the target, after ``publish``: the manifest of shards, the index."""
        manifest = [self._shards.manifest.target] if self._shards else []
        return [*manifest, *([self._index.path] if self._index else [])]

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
        """Leave nothing behind. Does nothing after ``publish``."""
        for part in self._opened:
            part.discard()


class FolderTarget:
    """A folder with a file per document, in one format, by one writer."""

    is_pipe = False

    def __init__(self, path: str, writing: Writing) -> None:
        self.format, self.options, self.writer = prepared(path, writing, folder=True)
        if self.format.alone is None:
            raise ConfigurationError(
                f"the format {self.format.name} cannot be written as a file per document; name a file"
            )
        if path == "-" or writing.given is not None:
            what = "standard output" if writing.given is None else "an open file object"
            raise ConfigurationError(f"{what} is not a folder; name one with -o")
        if writing.shard_size:
            raise ConfigurationError("a folder with a file per document has no shards; name a file, or omit the size")
        if writing.cdxj:
            raise ConfigurationError("a folder has no index; name a file")
        self._alone = self.format.alone
        self._folder = storage.Folder(path, force=writing.force)
        self._paths = storage.Paths()

    @property
    def size(self) -> int:
        """The bytes written so far."""
        return self._folder.size

    @property
    def files(self) -> int:
        """How many files there are."""
        return self._folder.files

    def check(self, documents: Sequence[Document]) -> None:
        """Raise LossError where ``write`` would, and write nothing."""
        self._files(documents)

    def write(self, documents: Sequence[Document]) -> Lost:
        """Encode, write, and return what each document lost, as allowed.

        Raises LossError, having written nothing, and OSError.
        """
        files, moved = self._files(documents)
        for path, content in files:
            self._folder.add(path, content)
        lost = allowed_losses(self.format, self.options, documents)
        if not any(moved):
            return lost
        each = lost.each() or [[] for _ in moved]
        return Lost(documents, {at: each[at] + some for at, some in enumerate(moved)})

    def _files(self, documents: Sequence[Document]) -> tuple[list[tuple[str, bytes]], list[list[Loss]]]:
        """Return the path and the content of each document's file, and the losses of those that got another path."""
        pieces = self.writer.encode(documents)
        moved: list[list[Loss]] = []
        placed: list[tuple[str, bytes]] = []
        self._paths.keep()
        for document, piece in zip(documents, pieces, strict=False):  # reading back finds a piece that is missing
            path, content = self._alone(piece, document, self.options)
            if not self.format.one_per_file:  # the file is not all that tells id and name
                placed.append((self._paths.give(suffixed(path, self.format.suffixes[0])), content))
                continue
            lost = [] if self._paths.is_free(path) else _taken(document, path)
            if refused := [one for one in lost if one.kind not in self.options.allow]:
                self._paths.back()
                raise LossError(refused)
            moved.append(lost)
            placed.append((self._paths.give(path), content))
        return placed, moved

    def finish(self) -> None:
        """Make all files durable, none in its place yet. Raises OSError, and ConfigurationError for one in the way."""
        self._folder.finish()

    def reread(self, *, hashed: bool) -> Iterator[Written]:
        """Open each file, as they came, after ``finish`` and before ``publish``; ``hashed``, for its digest.

        Raises OSError.
        """
        for name in self._folder.names:
            yield Written(self._folder.reread(name, plain=self.format.one_per_file, hashed=hashed), name)

    @property
    def folder(self) -> str:
        """The folder that the target lies in, for what is put aside."""
        return storage.folder_of(self._folder.target.rstrip("/"))

    #: Nothing stands beside it.
    beside: Sequence[str] = ()

    def alone(self) -> AbstractContextManager[None]:
        """Keep other runs from giving files their names meanwhile, where both go to the same folder."""
        return self._folder.alone()

    def publish(self) -> list[str]:
        """Give the folder its name, and return it. Raises OSError."""
        self._folder.publish()
        return [self._folder.target]

    def discard(self) -> None:
        """Leave nothing behind. Does nothing after ``publish``."""
        self._folder.discard()


def _taken(document: Document, path: str) -> list[Loss]:
    """List the losses of a document whose file has to have another name."""
    why = f"another document has the file {quoted(path)}, or a name that some systems treat as equal"
    return [
        loss(document, kind, why) for kind, value in (("id", document.id), ("name", document.name)) if value == path
    ]


def _sizes(pieces: Sequence[bytes], each: int) -> list[int]:
    """Return the sizes of documents of so many pieces each."""
    if isinstance(pieces, Pieces):
        return pieces.sizes(each)
    sizes = [len(piece) for piece in pieces]
    return sizes if each == 1 else [sum(sizes[at : at + each]) for at in range(0, len(sizes), each)]


Target: TypeAlias = FileTarget | FolderTarget


def open_target(path: str, writing: Writing, *, folder: bool) -> Target:
    """Open a target, which is a ``folder`` (see :func:`corpusfmt.targets.settings.is_folder`) or a file.

    Raises ConfigurationError, UnknownFormatError and OSError.
    """
    return FolderTarget(path, writing) if folder else FileTarget(path, writing)
