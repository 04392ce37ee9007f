"""Writing documents one by one, in a block."""

from __future__ import annotations

from types import TracebackType

from corpusfmt.model.document import Document
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.targets import Target, open_target
from corpusfmt.targets.settings import Writing


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
