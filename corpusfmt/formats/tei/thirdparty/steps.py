"""The table of elements, prepared for reading: the actions at the start and the end of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from corpusfmt.formats.tei.thirdparty.elements import ELEMENTS, ELSEWHERE, INSIDES, Way
from corpusfmt.formats.tei.thirdparty.flow import BLANK, LINE, NOTHING, SOFT, SPACE, TOUCH

if TYPE_CHECKING:
    from corpusfmt.formats.tei.thirdparty.to_text import ThirdPartyText

#: What parts an element from what is before it and after it, by the letters of ``Way.parted``.
_PARTS: Final = {
    "b": (BLANK, BLANK),
    "n": (LINE, LINE),
    "N": (LINE, BLANK),
    "_": (SPACE, SPACE),
    "s": (SOFT, SOFT),
    "t": (TOUCH, TOUCH),
    "-": (NOTHING, NOTHING),
}
#: Acts that make lines, of which there are none where all is flat.
_LINES: Final = ("row", "cell")

Closing: TypeAlias = "Callable[[ThirdPartyText], None]"
#: Gives the step that is taken in the end, or None when the element is left out.
Opening: TypeAlias = "Callable[[ThirdPartyText, str, Mapping[str, str], Step], Step | None]"
Acts: TypeAlias = "Callable[[str], tuple[Opening, Closing | None]]"


class Table(dict[str, "Step"]):
    """The steps of all elements in one of ``INSIDES``; ``is_text`` says whether white space there is text."""

    def __init__(self, *, is_text: bool) -> None:
        super().__init__()
        self.is_text = is_text

    def __missing__(self, name: str) -> Step:
        """Return the step of an element that TEI does not have."""
        return self["s" if " " in name else "hi"]


class Step(NamedTuple):
    """What to do with an element: what parts it from what is ``before`` and ``after`` it, the table for what it holds,
    and what else is done at its start and its end.

    ``before`` is TOUCH where only an element that ended just here asks for a space.
    """

    before: int
    after: int
    table: Table
    opening: Opening | None = None
    closing: Closing | None = None


@lru_cache(1)
def tables(acts: Acts) -> dict[str, Table]:
    """Return the table for each of ``INSIDES``. ``acts`` gives the functions of an act."""
    made = {inside: Table(is_text=inside not in INSIDES[:4]) for inside in INSIDES}
    for inside, table in made.items():
        for name, way in ELEMENTS.items():
            table[name] = _step(way, inside, made, acts)
        table.update({name: table[like] for name, like in ELSEWHERE.items()})
    return made


def _step(way: Way, inside: str, made: dict[str, Table], acts: Acts) -> Step:
    part = way.parted[min(INSIDES.index(inside), 4)]
    act, within = way.act, way.inside or inside
    if inside == "flat":
        within = "flat"
        part = "_" if part in "bnN" else part
        act = "" if act in _LINES else act
    elif part == "_":
        within = "flat"
    elif part in "st" and within == "lines":  # a phrase here, no block
        within = inside
    elif inside in ("data", "words") and part == "-" and act in ("", "token", "word", "expan"):
        part = "t"
    if act == "note" and inside in ("blocks", "data"):  # here it breaks no sentence
        act, within, part = "block note", "running", "b" if inside == "blocks" else "n"
    before, after = _PARTS[part]
    return Step(before, after, made[within], *(acts(act) if act else ()))
