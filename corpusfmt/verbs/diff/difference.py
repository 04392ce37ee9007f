"""The records that a comparison yields."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

from corpusfmt.model.document import Origin

Kind: TypeAlias = Literal["added", "removed", "renamed", "changed", "moved", "reordered"]
#: The kinds as they are counted. ``reordered`` stands for moves that are too many to be reported.
KINDS: Final[tuple[Kind, ...]] = ("added", "removed", "renamed", "changed", "moved", "reordered")
#: What need not be compared.
IGNORABLE: Final = ("name", "metadata", "order", "text")


class TextDifference(NamedTuple):
    """Where two texts differ first.

    ``line`` and ``column`` (in code points) count from 1 and ``byte`` from 0, in the text as UTF-8; line and column are
    0 where texts are compared as bytes. ``old`` and ``new`` are what stands around the place, safe to show.

    ``only`` is ``line ends``, ``NFC``, ``white space`` or ``NFKC`` where that is all that differs. It is ``encoding``
    for the same bytes that two different encodings cannot decode; ``old`` and ``new`` are these encodings then.
    """

    line: int
    column: int
    byte: int
    old: str
    new: str
    only: str = ""


class MetadataDifference(NamedTuple):
    """The first member that differs: a JSON Pointer, and its values as JSON, clipped and safe to show. A value is None
    where there is none; both are where the same keys stand in another order.
    """

    pointer: str
    old: str | None
    new: str | None


class Difference(NamedTuple):
    """One difference between two corpora, the old one and the new one.

    ``kind`` is ``added``, ``removed``, ``renamed``, ``changed`` (text or metadata), ``moved``, or ``reordered``: then
    so many documents stand in another order that it is not told which of them moved, and ``document`` is None.

    ``document`` and ``name`` are those of the new corpus, of a removed document those of the old one. ``message`` says
    what differs, in one line that is safe to show. ``old`` and ``new`` are where the document was read; ``old`` is None
    also for one that moved. ``places`` are the numbers of the document in both corpora, from 1, and 0 where it is not;
    for ``reordered`` they are the first and the last place in the new corpus between which the order differs.
    """

    kind: Kind
    document: str | int | None
    name: str
    message: str
    old: Origin | None = None
    new: Origin | None = None
    places: tuple[int, int] = (0, 0)
    text: TextDifference | None = None
    metadata: MetadataDifference | None = None
