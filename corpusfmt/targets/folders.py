"""A target that is a folder with a file per document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

from corpusfmt import storage
from corpusfmt.model.document import Document
from corpusfmt.model.errors import ConfigurationError, Loss, LossError
from corpusfmt.model.losses import loss
from corpusfmt.targets.settings import Writing, Written, allowed_losses, prepared
from corpusfmt.text.display import quoted
from corpusfmt.text.filenames import suffixed


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

    def write(self, documents: Sequence[Document]) -> list[list[Loss]]:
        """Encode, write, and return what each document lost, as allowed; nothing when none did.

        Raises LossError, having written nothing, and OSError.
        """
        files, moved = self._files(documents)
        for path, content in files:
            self._folder.add(path, content)
        lost = allowed_losses(self.format, self.options, documents)
        if any(moved):
            lost = [[*one, *other] for one, other in zip(lost or [[] for _ in moved], moved, strict=True)]
        return lost

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

    def reread(self) -> Iterator[Written]:
        """Open each file, in the order they came, after ``finish`` and before ``publish``. Raises OSError."""
        for name in self._folder.names:
            yield Written(self._folder.reread(name, plain=self.format.one_per_file), name)

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
