"""A corpus that is read twice: a file again from its start, anything else from a copy made by the first reading."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

from corpusfmt import storage
from corpusfmt.model.document import Document
from corpusfmt.model.format import Format, Stream
from corpusfmt.sources.batches import scanned, whole
from corpusfmt.sources.files import opened, sources
from corpusfmt.sources.settings import Reading, Unused
from corpusfmt.text.display import quoted


class Side:
    """One of the corpora that are compared. ``again`` says whether it may be read a second time."""

    def __init__(self, asked: Sequence[str], reading: Reading, *, again: bool) -> None:
        """Find the sources. Raises ConfigurationError, UnknownFormatError and OSError."""
        self.reading = reading.checked(asked)
        self.paths, self.skipped = sources(asked, self.reading)
        self._again = again
        self._copies: dict[str, tuple[storage.Scratch, Format]] = {}
        #: The files, each as it was read first.
        self._states: dict[str, storage.State | None] = {}

    def streams(self) -> list[str]:
        """Return those sources that can be read only once."""
        return [path for path in self.paths if not (storage.is_regular(path) or storage.is_nothing(path))]

    @property
    def what(self) -> str:
        """The corpus as it is called in a message."""
        first = "standard input" if self.paths[0] == "-" else quoted(self.paths[0], 400)
        return f"{first} and {len(self.paths) - 1:,} more" if len(self.paths) > 1 else first

    def first(self, unused: Unused) -> Generator[Sequence[Document]]:
        """Give the documents, a list at a time, without the lines of their origins.

        Raises ParseError at the first record that cannot be read, OSError, UnknownFormatError, SourceChangedError and
        ConfigurationError.
        """
        for path in self.paths:
            if storage.is_nothing(path):
                continue
            with opened(path, self.reading) as (stream, format):
                self._states[path] = stream.state
                unused.saw(format)
                source: Stream = stream
                if self._again and not storage.is_regular(path):
                    copy = storage.Scratch("", stream.name)
                    self._copies[path] = copy, format
                    source = storage.Copying(stream, copy)
                yield from self._scan(source, format, path, lines=False)

    def second(self) -> Generator[Sequence[Document]]:
        """Give the same documents once more. Raises as ``first``."""
        for path in self.paths:
            if path in self._copies:
                copy, format = self._copies[path]
                yield from self._scan(copy.stream(), format, path, lines=True)
            elif not storage.is_nothing(path):
                with opened(path, self.reading, expected=self._states[path]) as (stream, format):
                    yield from self._scan(stream, format, path, lines=True)

    def check(self) -> None:
        """Raise SourceChangedError when a file is not as it was when it was read first, and OSError."""
        for path, state in self._states.items():
            storage.check_state(path, state, "compared")

    def _scan(self, stream: Stream, format: Format, path: str, *, lines: bool) -> Iterator[Sequence[Document]]:
        options = self.reading.options_for(format, path, lines=lines)
        return whole(scanned(stream, format, options, None if lines else self.reading.progress))

    def close(self) -> None:
        """Let go of copies."""
        for copy, _ in self._copies.values():
            copy.close()
        self._copies = {}
