"""Choosing one of several encodings of the same text: choice, app, subst, and the parts of a TEI element itself.

An alternative is taken as it comes, and taken back when a better one follows: nothing is read twice or kept aside.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from corpusfmt.formats.tei.thirdparty.elements import Opening, Step
from corpusfmt.formats.tei.thirdparty.flow import Flow, State

if TYPE_CHECKING:
    from corpusfmt.formats.tei.thirdparty.to_text import ThirdPartyText

#: How the reader takes what comes: as text; with the elements that come as alternatives, and white space between them
#: left out; as part of the header; not at all.
TEXT, CHOOSING, HEADER, LEFT_OUT = range(4)
#: The rank of what is never taken.
NEVER: Final = 9


class Ranks(NamedTuple):
    """The ranks of alternatives, by name: the lowest wins, and of equal ones the first, or all of them if ``all``.

    ``others`` is the rank of the other elements. What has None for a rank is no alternative.
    """

    named: Mapping[str, int | None]
    others: int | None = None
    all: bool = False


#: TEI P5, 3.5: choice.
EDITED: Final = Ranks({"corr": 0, "reg": 0, "expan": 0, "sic": 2, "orig": 2, "abbr": 2, "am": 2, "note": None}, 1)
ORIGINAL: Final = Ranks({"sic": 0, "orig": 0, "abbr": 0, "am": 0, "note": None}, 1)
#: TEI P5, 13.1.1: app. The second is for a witness that is wanted: its reading, or else what all have that are not
#: named, or else the lemma.
APP: Final = Ranks({"lem": 0, "rdg": 1})
WITNESS: Final = Ranks({"lem": 2, "rdg": NEVER})
#: TEI P5, 12.3.1.5: subst, where the original is wanted.
SUBST: Final = Ranks({"add": NEVER})
#: No alternatives, but white space is left out.
BARE: Final = Ranks({})
#: The parts of a TEI element (TEI P5, 12.2.2): sourceDoc is read where there is no text.
PARTS: Final = Ranks({"text": 0, "sourceDoc": 1}, NEVER, all=True)


class Chooser:
    """Chooses between alternatives. ``seen`` is what was counted in those that are taken, ``outer`` what was before."""

    __slots__ = ("best", "is_held", "is_open", "name", "notes", "outer", "ranks", "seen", "size", "spans", "state")

    def __init__(self, ranks: Ranks) -> None:
        self.ranks, self.best, self.name = ranks, NEVER, ""
        self.state: State | None = None
        self.notes = self.spans = self.size = 0
        self.seen: dict[str, int] = {}
        self.outer: dict[str, int] = {}
        #: Whether one alternative is open, and whether a better one may come.
        self.is_open = self.is_held = False

    def take(self, reader: ThirdPartyText, rank: int, name: str) -> bool:
        """Say whether an alternative is to be taken, and make ready for it."""
        if rank > self.best or rank == NEVER or (rank == self.best and not self.ranks.all):
            return False
        flow = reader.flow
        if self.state is None:
            self.state, self.notes, self.size = flow.state(), len(reader.notes), reader.size
            self.spans, self.is_held = len(reader.spans), True
        elif rank < self.best:
            lost = flow.size != self.state.size
            flow.back(self.state)
            del reader.notes[self.notes :]
            for span in reader.spans[self.spans :]:
                span.flow.release()
            del reader.spans[self.spans :]
            reader.size, self.seen = self.size, {}
            reader.count(f"text of {self.name}" if lost else self.name)
        self.best, self.name, self.is_open = rank, name, True
        if not rank:
            self.release(flow)
        self.outer, reader.seen = reader.seen, self.seen
        return True

    def release(self, flow: Flow) -> None:
        """Let go of where the text stood before: nothing is taken back any more."""
        if self.is_held:
            self.is_held = False
            flow.release()


def enter(reader: ThirdPartyText, name: str, attributes: Mapping[str, str]) -> bool:
    """Say whether an element, one of several alternatives or none, is taken; skip it if not."""
    chooser = reader.choosers[-1]
    ranks = chooser.ranks
    rank = ranks.named.get(name, ranks.others)
    if ranks is WITNESS and rank is not None:
        rank = reader.header.rank_of(reader.choices.witness, attributes.get("wit"), rank)
    if rank is not None and not chooser.take(reader, rank, name):
        reader.count(name)
        reader.skip(name)
        reader.resume = CHOOSING
        return False
    reader.mode = TEXT
    return True


def wrapped(reader: ThirdPartyText, step: Step) -> Step:
    """Return the step of an element that :func:`enter` took, so that choosing continues after it."""
    reader.closings.append(step.closing)
    return step._replace(closing=_leave_element)


def _leave_element(reader: ThirdPartyText) -> None:
    closing = reader.closings.pop()
    if closing is not None:
        closing(reader)
    leave(reader)


def leave(reader: ThirdPartyText) -> None:
    """Go on choosing behind an element."""
    chooser = reader.choosers[-1]
    if chooser.is_open:
        chooser.is_open = False
        chooser.seen, reader.seen = reader.seen, chooser.outer
    reader.mode = CHOOSING


# -- acts -----------------------------------------------------------------------------------------------


def _begin(reader: ThirdPartyText, step: Step, ranks: Ranks) -> Step:
    """Begin choosing between what an element holds."""
    reader.choosers.append(Chooser(ranks))
    reader.mode = CHOOSING
    return step._replace(closing=_end)


def _end(reader: ThirdPartyText) -> None:
    chooser = reader.choosers.pop()
    chooser.release(reader.flow)
    reader.mode = TEXT
    if chooser.ranks is WITNESS and chooser.best:
        reader.count("app without the witness")
    for name, count in chooser.seen.items():
        reader.count(name, count)


def _choice(reader: ThirdPartyText, _name: str, _attributes: Mapping[str, str], step: Step) -> Step | None:
    return _begin(reader, step, ORIGINAL if reader.choices.choice == "original" else EDITED)


def _subst(reader: ThirdPartyText, _name: str, _attributes: Mapping[str, str], step: Step) -> Step | None:
    return _begin(reader, step, SUBST if reader.choices.choice == "original" else BARE)


def _app(reader: ThirdPartyText, name: str, attributes: Mapping[str, str], step: Step) -> Step | None:
    """Take an apparatus entry that is a part of the text: one of parallel segments (TEI P5, 13.2.3).

    One that says to what part of the text it belongs, at a location or between two points (13.2.1, 13.2.2), is about
    the text. So are all where the header says so of them (``variantEncoding``, 13.1.1).
    """
    methods = reader.header.methods
    is_parallel = "parallel-segmentation" in methods
    if "from" in attributes or "to" in attributes or (("loc" in attributes or methods) and not is_parallel):
        reader.skip(name)
        return None
    return _begin(reader, step, WITNESS if reader.choices.witness else APP)


def _bare(reader: ThirdPartyText, _name: str, _attributes: Mapping[str, str], step: Step) -> Step | None:
    return _begin(reader, step, BARE)


def _group(reader: ThirdPartyText, _name: str, _attributes: Mapping[str, str], step: Step) -> Step | None:
    """Take a group of readings: they are alternatives of the app around it."""
    app = reader.choosers[-1]
    if app.ranks not in (APP, WITNESS) or app.is_open:
        return _begin(reader, step, WITNESS if reader.choices.witness else APP)
    reader.choosers.append(app)
    reader.mode = CHOOSING
    return step._replace(closing=_end_group)


def _end_group(reader: ThirdPartyText) -> None:
    reader.choosers.pop()
    reader.mode = TEXT


#: The acts that choose, as ``acts`` has them.
ACTS: Final[Mapping[str, Opening]] = {"choice": _choice, "subst": _subst, "app": _app, "rdgGrp": _group, "bare": _bare}
