"""Writing documents one by one, in a block."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike, fspath
from types import TracebackType

from corpusfmt.core.document import Document
from corpusfmt.core.errors import ConfigurationError
from corpusfmt.targets import Target, open_target
from corpusfmt.writing import Writing, kinds, named


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
        self._target = open_target(self._path, self._writing)
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
                with target.alone():
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
    the format, as in ``layout="dolma"``. A target that ends in a slash, or is a folder, gets a file per document; its
    ``format`` is to be named. Beginning the block raises ConfigurationError, UnknownFormatError
    and OSError.
    """
    return OpenWriter(fspath(target), Writing(format, named(options), {}, kinds(allow_loss), shard_size, force))
