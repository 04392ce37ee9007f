"""Writing documents one by one, in a block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Final

from corpusfmt.limits import MIB
from corpusfmt.model.document import Document
from corpusfmt.model.errors import ConfigurationError, LossError
from corpusfmt.sources.reader import OpenReader
from corpusfmt.targets.files import Target, open_target
from corpusfmt.targets.settings import Writing, is_folder, prepared

#: So many documents are written at once, or fewer that have so many bytes.
_MANY: Final = 256
_LARGE: Final = MIB


class OpenWriter:
    """A target that documents are written to, in a ``with`` block; see :func:`corpusfmt.create`."""

    def __init__(self, path: str, writing: Writing) -> None:
        """Check the options. Raises ConfigurationError and UnknownFormatError."""
        self._is_folder = is_folder(path, writing)
        prepared(path, writing, folder=self._is_folder)
        self._path, self._writing = path, writing
        self._target: Target | None = None

    def write(self, document: Document) -> None:
        """Write a document. Raises OSError, and LossError, without writing any part of it."""
        self._opened().write([_document(document)])

    def write_all(self, documents: OpenReader | Iterable[Document]) -> int:
        """Write all documents of an open source, or of an iterable. Returns their number.

        This is faster than single writes. Raises LossError at the first document that the target cannot represent,
        after writing those before it, OSError, and the errors of reading. After an error an open source continues after
        that document; from other iterators some more documents may have been consumed.
        """
        target, count = self._opened(), 0
        for batch in documents.batches() if isinstance(documents, OpenReader) else _lists(documents):
            try:
                target.write(batch)
            except LossError:
                if isinstance(documents, OpenReader):
                    self._write_each(target, documents, documents.first(len(batch)))
                else:
                    self._write_each(target, None, batch)
            count += len(batch)
        return count

    def _write_each(self, target: Target, source: OpenReader | None, documents: Iterable[Document]) -> None:
        """Write a list that is refused, document by document, so that those before the refused one are written."""
        for document in documents:
            try:
                target.write([document])
            except LossError as error:
                if source is None:
                    raise
                raise LossError([source.placed(loss) for loss in error.losses]) from None

    def _opened(self) -> Target:
        if self._target is None:
            raise ConfigurationError(
                "documents can be written only inside a block: with corpusfmt.create(...) as writer"
            )
        return self._target

    def __enter__(self) -> OpenWriter:
        if self._target is not None:
            raise ConfigurationError("this writer is already open")
        self._target = open_target(self._path, self._writing, folder=self._is_folder)
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


def _document(given: object) -> Document:
    if isinstance(given, Document):
        return given
    what = f"expected a Document, not {type(given).__name__}; create one with corpusfmt.Document(id, text)"
    raise ConfigurationError(what)


def _lists(documents: Iterable[Document]) -> Iterator[Sequence[Document]]:
    """Give documents in lists of some size; the last one may be empty."""
    some: list[Document] = []
    size = 0
    try:
        for document in documents:
            some.append(_document(document))
            size += len(document.data)
            if size >= _LARGE or len(some) >= _MANY:
                full, some, size = some, [], 0
                yield full
    except Exception:  # of what gives them; those before are written
        yield some
        raise
    yield some
