"""Comparing two corpora, document by document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from os import PathLike, fspath

from corpusfmt import storage
from corpusfmt.comparing.abreast import Abreast, Window
from corpusfmt.comparing.difference import IGNORABLE, Difference, Kind
from corpusfmt.comparing.explaining import explained
from corpusfmt.comparing.fetching import Fetch
from corpusfmt.comparing.joining import join
from corpusfmt.comparing.ledger import Ledger
from corpusfmt.comparing.order import MOST, find_moved
from corpusfmt.comparing.places import Places
from corpusfmt.core.errors import ConfigurationError
from corpusfmt.core.limits import MAX_DOCUMENT, MIB
from corpusfmt.core.text import quoted
from corpusfmt.reading import Reading, Unused, limited
from corpusfmt.sides import Side
from corpusfmt.writing import named

#: Bytes of entries that are held of each side.
_HELD = 6 * MIB


class Comparison:
    """One run. Once both sides were read ``counts`` counts the differences by kind, ``differ`` the documents with any,
    and ``equal`` the pairs without; ``hidden`` counts the differences that have not been given.
    """

    def __init__(
        self,
        a: Sequence[str],
        b: Sequence[str],
        readings: tuple[Reading, Reading],
        *,
        ignore: Iterable[str] = (),
        cap: int = 0,
        quiet: bool = False,
    ) -> None:
        """Check what was asked. Of each kind ``cap`` differences are given, with 0 all. A ``quiet`` run gives none, and
        tells only that there are some, by ``counts``.

        Raises ConfigurationError, UnknownFormatError and OSError.
        """
        self.ignore = frozenset([ignore] if isinstance(ignore, str) else ignore)
        unknown = sorted(self.ignore - set(IGNORABLE))
        if unknown:
            raise ConfigurationError(f"{quoted(unknown[0])} cannot be ignored; known are {', '.join(IGNORABLE)}")
        self.a = Side(a, readings[0], again=not quiet)
        self.b = Side(b, readings[1], again=not quiet)
        self._check_streams()
        self._cap, self._quiet = cap, quiet
        self._unused = Unused(readings[0])
        self.counts: Counter[Kind] = Counter()
        self.hidden: Counter[Kind] = Counter()
        self.differ = self.equal = 0

    def _check_streams(self) -> None:
        """Raise ConfigurationError where what can be read only once is on both sides."""
        for path in self.a.streams():
            for other in self.b.streams():
                if path == other == "-":
                    raise ConfigurationError("standard input (-) can be one side of a comparison, not both")
                if storage.same_file(path, other):
                    raise ConfigurationError(f"{quoted(path, 400)} can be read only once; it cannot be both sides")

    def run(self) -> Iterator[Difference]:
        """Compare, and give what differs. Nothing is given before both sides were read to their ends.

        Raises ParseError at the first record that cannot be read, SourceChangedError for a file that changes meanwhile,
        OSError, UnknownFormatError and ConfigurationError.
        """
        with ExitStack() as stack:
            ledger = Ledger(self._cap)
            for one in (ledger, self.a, self.b):
                stack.callback(one.close)
            self._pair(ledger)
            ledger.unequal.count()
            self.counts, self.hidden = ledger.counts, ledger.counts.copy()
            self.equal = ledger.pairs - len(ledger.unequal)
            self.differ = len(ledger.unequal) + ledger.counts["added"] + ledger.counts["removed"]
            if not self._quiet:
                yield from self._told(ledger, stack)

    def _pair(self, ledger: Ledger) -> None:
        """Read both sides to their ends, and note what differs."""
        with ExitStack() as stack:
            windows = []
            for side in (self.a, self.b):
                sorter = storage.Sorter(held=_HELD)
                stack.callback(sorter.close)
                batches = stack.enter_context(closing(side.first(self._unused)))
                windows.append(Window(batches, sorter))
            a, b = windows
            Abreast(a, b, ledger, self.ignore).run()
            self._unused.check()
            join(a.sink.lines(), b.sink.lines(), ledger)
        if "order" not in self.ignore:
            find_moved(ledger, 0 if self._quiet else MOST)

    def _told(self, ledger: Ledger, stack: ExitStack) -> Iterator[Difference]:
        wanted, heads = ledger.wanted, ledger.lone_a
        lines = ledger.lines()
        if self._cap:
            chosen = list(lines)
            wanted = Places(line.a for line in chosen if line.kind in ("renamed", "changed"))
            heads = Places(line.a for line in chosen if line.kind == "removed")
            lines = iter(chosen)
        again = [stack.enter_context(closing(side.second())) for side in (self.a, self.b)]
        a = Fetch(again[0], self.a.what, wanted, heads)
        b = Fetch(again[1], self.b.what)
        stack.callback(a.close)
        for line in lines:
            self.hidden[line.kind] -= 1
            yield explained(line, a, b)
        for side in (self.a, self.b):
            side.check()


def diff(
    a: str | PathLike[str] | Sequence[str | PathLike[str]],
    b: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    format: str | None = None,
    format_a: str | None = None,
    format_b: str | None = None,
    options: Mapping[str, str] | None = None,
    options_a: Mapping[str, str] | None = None,
    options_b: Mapping[str, str] | None = None,
    encoding: str | None = None,
    id_from: str | None = None,
    max_document: int = MAX_DOCUMENT,
    limits: Mapping[str, int] | None = None,
    ignore: Iterable[str] = (),
) -> Iterator[Difference]:
    """Give the differences between two corpora, document by document, paired by their ids.

    Each is a path, a folder, a pattern or several of them; one may be ``-``. What is in the new corpus ``b`` comes in
    its order, then what was removed, in the order of ``a``. Both are read to their ends before anything is given.
    Documents with one id are paired in their order.

    ``format`` is that of both, ``options`` go to the formats that know them; ``format_a`` and ``options_a`` are for one
    side. ``ignore`` holds what is not compared: name, metadata, order, text. Other arguments are those of ``read``.

    Raises ConfigurationError, UnknownFormatError and OSError at the call or later, ParseError for a record that cannot
    be read, and SourceChangedError for a file that changes meanwhile.
    """
    shared = named(options)
    readings = [
        Reading(its or format, named(own), shared, encoding, id_from, limited(max_document, limits))
        for its, own in ((format_a, options_a), (format_b, options_b))
    ]
    asked = [[fspath(path) for path in ([side] if isinstance(side, str | PathLike) else side)] for side in (a, b)]
    return Comparison(asked[0], asked[1], (readings[0], readings[1]), ignore=ignore).run()
