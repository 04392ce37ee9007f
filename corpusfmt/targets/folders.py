"""A target that is a folder with a file per document."""

from __future__ import annotations

from collections.abc import Sequence

from corpusfmt import storage
from corpusfmt.core.document import Document
from corpusfmt.core.errors import ConfigurationError
from corpusfmt.writing import Writing, prepared


class FolderTarget:
    """A folder with a file per document, in one format, by one writer."""

    is_pipe = False

    def __init__(self, path: str, writing: Writing) -> None:
        self.format, self.options, self.writer = prepared(path, writing)
        if self.format.alone is None:
            raise ConfigurationError(
                f"the format {self.format.name} cannot be written as a file per document; name a file"
            )
        if writing.shard_size:
            raise ConfigurationError(
                "a folder with a file per document has no shards; name a file, or leave the size out"
            )
        if writing.cdxj:
            raise ConfigurationError("a folder has no index beside it; name a file")
        self._alone = self.format.alone
        self._folder = storage.Folder(path, self.format.suffixes[0], force=writing.force)

    @property
    def size(self) -> int:
        """The bytes written so far."""
        return self._folder.size

    @property
    def files(self) -> int:
        """How many files there are."""
        return self._folder.files

    def write(self, documents: Sequence[Document]) -> None:
        """Encode and write. Raises LossError, having written nothing, and OSError."""
        for piece in self.writer.encode(documents):
            self._folder.add(*self._alone(piece))

    def finish(self) -> None:
        """Make all files durable, none in its place yet. Raises OSError, and ConfigurationError for one in the way."""
        self._folder.finish()

    def publish(self) -> list[str]:
        """Give the folder its name, and return it. Raises OSError."""
        self._folder.publish()
        return [self._folder.target]

    def discard(self) -> None:
        """Leave nothing behind. Does nothing after ``publish``."""
        self._folder.discard()
