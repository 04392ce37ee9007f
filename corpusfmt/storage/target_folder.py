"""A target folder with a file per document: it appears completely, in one step, or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from corpusfmt.limits import ANY
from corpusfmt.storage.input import Input
from corpusfmt.storage.paths import file_system


class Folder:
    """One target folder. ``size`` counts the bytes given to it, ``files`` the files.

    A folder that is not empty is written into with ``force`` alone. Only names are kept in memory: ``names`` has them,
    in the order the files came.
    """

    def __init__(self, target: str, *, force: bool) -> None:
        self.target, self.size, self.files = target, 0, 0
        self.names: list[str] = []
        self._system = file_system(target)
        self._pending = self._system.begin_folder(target, force=force)

    def add(self, path: str, content: bytes) -> None:
        """Write a file at a path with slashes, which is safe and that of no other file. Raises OSError."""
        with self._named(path):
            self._pending.write(path, content)
        self.names.append(path)
        self.size += len(content)
        self.files += 1

    def reread(self, name: str, *, plain: bool, hashed: bool = False) -> Input:
        """Open a file that was written, before ``publish``; ``plain``, as it is stored; ``hashed``, for its digest.

        Raises OSError.
        """
        with self._named(name):
            raw = self._pending.reread(name)
        return Input(
            raw, os.path.join(self.target, name), owned=True, hashed=hashed, plain=plain, ratio=ANY, files=self._system
        )

    @contextlib.contextmanager
    def _named(self, path: str) -> Iterator[None]:
        """Give an error of the system a name that the user knows: it has that of something temporary."""
        try:
            yield
        except OSError as error:
            error.filename, error.filename2 = os.path.join(self.target, path), None
            raise

    def finish(self) -> None:
        """Make all files durable, still out of their place.

        Raises OSError, and ConfigurationError for a folder that is in the way of a file.
        """
        self._pending.finish(self.names)

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Keep other runs from giving files their names in the same folder meanwhile; see there."""
        return self._pending.alone()

    def publish(self) -> None:
        """Put the files in their place. Raises OSError, and TargetChangedError when that is not where it was."""
        self._pending.commit()

    def discard(self) -> None:
        """Leave nothing behind. Does nothing after ``publish``."""
        self._pending.discard()
