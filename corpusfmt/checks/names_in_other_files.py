"""Names in the other files of a run that pointers may refer to. They are searched at the first such pointer."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from corpusfmt import plugins, sniff, storage
from corpusfmt.model.errors import CorpusfmtError
from corpusfmt.model.format import Format
from corpusfmt.sources.settings import Reading


class Elsewhere:
    """Says whether a file of ``paths`` has a name, of those whose format shares names. It remembers a hash of each."""

    def __init__(self, reading: Reading, paths: Sequence[str]) -> None:
        self._reading, self._paths = reading, paths
        self._names: set[int] | None = None

    def __call__(self, name: str) -> bool:
        """Say whether one has it. A file that cannot be read has none: reading it says why."""
        if self._names is None:
            self._names = set()
            for path in self._paths:
                format = self._format(path)
                if format is not None and format.shared_names is not None:
                    with suppress(CorpusfmtError, OSError), self._opened(path) as stream:
                        self._names.update(map(hash, format.shared_names(stream)))
        return hash(name) in self._names

    def _format(self, path: str) -> Format | None:
        name = self._reading.at(path).format
        return plugins.format_named(name) if name else sniff.format_for_suffix(path)

    def _opened(self, path: str) -> storage.Input:
        reading = self._reading
        return storage.open_input(path, ratio=reading.limits.ratio, root=reading.root(path))
