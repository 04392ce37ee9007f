"""Comparing two corpora, document by document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing

from corpusfmt import storage
from corpusfmt.limits import MIB
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.sources.settings import Reading, Unused
from corpusfmt.text.display import quoted
from corpusfmt.verbs.diff.difference import IGNORABLE, Difference, Kind
from corpusfmt.verbs.diff.document_numbers import Places
from corpusfmt.verbs.diff.explain import Fetch, explained
from corpusfmt.verbs.diff.order import MOST, find_moved
from corpusfmt.verbs.diff.pair_by_id import Ledger, join
from corpusfmt.verbs.diff.pair_in_order import Abreast, Window
from corpusfmt.verbs.diff.sides import Side

#: Bytes of entries that are held of each side.
_HELD = 6 * MIB


class Comparison:
    """One comparison. After both sides were read, ``counts`` counts the differences by kind, ``differ`` the documents
    with a difference, and ``equal`` the pairs without; ``hidden`` counts the differences over the cap.
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
        """Compare, and yield the differences, after both sides were read completely.

        Raises ParseError for the first record that cannot be read, SourceChangedError for a file that changes
        meanwhile, OSError, UnknownFormatError and ConfigurationError.
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
