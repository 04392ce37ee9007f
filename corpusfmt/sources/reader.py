"""Reading documents one by one, in a block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from itertools import islice
from types import TracebackType
from typing import Any, Final

from corpusfmt import plugins, storage
from corpusfmt.limits import USUAL
from corpusfmt.model.document import Document
from corpusfmt.model.errors import ConfigurationError, Loss, ParseError
from corpusfmt.model.finding import Finding
from corpusfmt.model.format import Batch, Format, ReadOptions, check_options, options_for
from corpusfmt.sources.batches import bounded, placed, scanned
from corpusfmt.sources.files import opened, sources
from corpusfmt.sources.settings import Reading, Unused
from corpusfmt.text.display import quoted
from corpusfmt.text.position import Pointer, Region

#: Of each code, so many findings are kept; the rest is counted.
KEPT: Final = 50


class OpenReader:
    """Open sources: a context manager that yields their documents in order; see :func:`corpusfmt.open`.

    A second loop continues where the first one ended. ``path``, ``format`` (its name) and ``settings`` (keywords for
    another call) describe the current or the last source. ``findings`` contains the first findings of each code so far,
    ``finding_counts`` counts all.
    """

    def __init__(self, asked: Sequence[str], reading: Reading, on_error: str | Callable[[Finding], object]) -> None:
        """Open the first source. Raises ConfigurationError, UnknownFormatError, PluginError and OSError."""
        if not callable(on_error) and on_error not in ("raise", "stop", "skip"):
            raise ConfigurationError(f"on_error must be raise, skip, or a function, not {quoted(str(on_error))}")
        self._reading, self._on_error = reading.checked(asked), on_error
        self._paths = sources(asked, self._reading).paths
        if len(self._paths) > 1:  # of one the options are checked when it is opened
            _check_shared(self._reading.shared)
        self.path = self.format = ""
        self.settings: Mapping[str, Any] = {}
        self.findings: list[Finding] = []
        self.finding_counts: Counter[str] = Counter()
        self._region, self._pointer = Region(b"", 0, 1), Pointer()
        self._lines, self._is_closed = True, False
        #: What was said last of damage in a file.
        self._damaged: Finding | None = None
        #: What is left of the documents at hand. All loops share it.
        self._rest: Iterator[Document] = iter(())
        self._batches = self._all()
        next(self._batches)

    def __iter__(self) -> Iterator[Document]:
        """Yield the documents. Raises ParseError unless errors are skipped, SourceChangedError, and the errors of
        opening.
        """
        self._lines = True
        yield from self._rest
        while documents := self._next():
            self._rest = iter(documents)
            yield from self._rest

    def batches(self) -> Iterator[Sequence[Document]]:
        """Give the documents in lists. One is done with when the next is asked for: until then a loop begins with it.

        No lines are counted for their origins.
        """
        self._lines = False
        while documents := list(self._rest) or self._next():
            self._rest = iter(documents)
            yield documents
            self._rest = iter(())

    def _next(self) -> Sequence[Document]:
        """Return the next list, and an empty one at the end. An error closes the source: nothing is left in silence."""
        if self._is_closed:
            raise ConfigurationError("the source is closed: its block has ended, or reading it has raised an error")
        try:
            return next(self._batches, ())
        except BaseException:
            self._is_closed = True
            raise

    def first(self, count: int) -> Iterator[Document]:
        """Give the first documents of what is left, as a loop does."""
        return islice(self._rest, count)

    def placed(self, loss: Loss) -> Loss:
        """Return a loss of a document of the last list with its line."""
        return placed(loss, self._region, self._pointer)

    def close(self) -> None:
        """Close the source at hand. What has not been given is left."""
        self._rest, self._is_closed = iter(()), True
        self._batches.close()

    def __enter__(self) -> OpenReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _all(self) -> Generator[Sequence[Document], None, None]:
        """Give nothing once the first source is open, and then the documents of all."""
        unused, is_open, is_any = Unused(self._reading), False, False
        for path in self._paths:
            for batch in self._source(path, unused):
                if not is_open:
                    is_open = True
                    yield ()
                self._region = batch.region
                if batch.documents:
                    is_any = True
                    yield batch.documents
                self.finding_counts.update(batch.counted)
                for finding in batch.findings:
                    self._found(finding, fatal=batch.fatal)
        if self._damaged is not None and not is_any:  # nothing would stand for what could not be read
            raise ParseError(self._damaged)

    def _source(self, path: str, unused: Unused) -> Iterator[Batch]:
        """Give a batch without anything once a source is open, and then what its scan gives."""
        nothing = Batch((), (), Region(b"", 0, 1))
        source: storage.Input | None = None
        try:
            with opened(path, self._reading) as (stream, format):
                source = stream
                unused.saw(format, last=path == self._paths[-1])
                options = self._reading.options_for(format, path)._replace(keeps_refused=False)
                if self._on_error == "skip":
                    options = options._replace(told=KEPT)
                scan = scanned(stream, format, options)
                self.path, self.format, self.settings = stream.name, format.name, self._settings(format, options)
                yield nothing
                if not self._lines:
                    scan = scanned(stream, format, options._replace(lines=False))
                yield from bounded(scan, self._reading.limits)
        except ParseError as error:  # from the file layer
            yield nothing._replace(
                findings=[error.finding], fatal=source is not None and source.is_doubtful(error.finding)
            )

    def _found(self, finding: Finding, *, fatal: bool) -> None:
        self.finding_counts[finding.code] += 1
        if self.finding_counts[finding.code] <= KEPT:
            self.findings.append(finding)
        if finding.code == storage.DAMAGED:
            self._damaged = finding
        if finding.severity == "error":
            if callable(self._on_error):
                self._on_error(finding)
            if fatal or self._on_error in ("raise", "stop"):
                raise ParseError(finding)

    def _settings(self, format: Format, options: ReadOptions) -> Mapping[str, Any]:
        limits = {name: value for name, value in options.limits._asdict().items() if value != getattr(USUAL, name)}
        maximum = limits.pop("document", options.max_document)
        own = {name.replace("-", "_"): value for name, value in options.own.items()}
        usual = {"encoding": options.encoding, "id_from": options.id_from, "max_document": maximum, "limits": limits}
        return {"format": format.name, **usual, **own}


def _check_shared(shared: Mapping[str, str]) -> None:
    """Raise ConfigurationError for an option that no format knows, or for a value that all of them refuse."""
    for name, value in shared.items():
        refusal = ConfigurationError(f"no format has the option --{name}")
        for format in plugins.formats().values():
            if name in options_for(format, "read"):
                try:
                    check_options(format, "read", {name: value})
                    break
                except ConfigurationError as error:
                    refusal = error
        else:
            raise refusal
