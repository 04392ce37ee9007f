"""The interface of a report: it gets findings one after the other, then the totals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from corpusfmt.model.finding import Finding

#: Takes what is printed, as ``sys.stdout.write`` does.
Write: TypeAlias = Callable[[str], object]


class Summary(NamedTuple):
    """The totals, when all findings were reported.

    ``counts`` has all findings by code, ``hidden`` those over the cap. ``validators`` are schemas with the engines
    that validated with them. ``error`` is what stopped the run.
    """

    documents: int
    sources: int
    counts: Mapping[str, int]
    severities: Mapping[str, int]
    hidden: Mapping[str, int]
    baselined: int
    dropped: Mapping[str, int]
    validators: Sequence[tuple[str, Sequence[str]]]
    error: str | None
    #: The path of the configuration; empty when there is none.
    configuration: str = ""


class Reporter(Protocol):
    """Prints one report: ``begin``, then each finding, then ``end``.

    After ``end`` a whole document stands there, also when there were no findings or an error stopped the run.
    """

    def begin(self) -> None:
        """Print what stands before the first finding."""

    def finding(self, finding: Finding) -> None:
        """Print a finding, or keep it for the end."""

    def end(self, summary: Summary) -> None:
        """Print all that is left."""
