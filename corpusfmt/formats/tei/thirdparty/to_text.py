"""Third-party TEI: from the events of one ``TEI`` element to its plain text.

What becomes of each element is in ``elements``; how text grows in ``flow``; what the header says in ``heading``. The
text of an element is put together when the next element begins or ends, so it does not matter how it comes in pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from corpusfmt.formats.tei.thirdparty.alternatives import (
    CHOOSING,
    HEADER,
    LEFT_OUT,
    NEVER,
    PARTS,
    TEXT,
    Chooser,
    wrapped,
)
from corpusfmt.formats.tei.thirdparty.aside import enter, leave
from corpusfmt.formats.tei.thirdparty.element_actions import Fragment, Span, act, ending, spaced
from corpusfmt.formats.tei.thirdparty.elements import SHOWN, Closing, Step, tables
from corpusfmt.formats.tei.thirdparty.flow import NOTHING, SOFT, TOUCH, WHITE, Flow
from corpusfmt.formats.tei.thirdparty.header import XML_ID, Header, Heading, heading_of
from corpusfmt.text.display import quoted


class Choices(NamedTuple):
    """What is wanted of a text: ``choice`` edited or original, ``notes`` end, inline or out, ``fw`` out or inline,
    ``lb`` newline, space or join, and ``witness`` the xml:id of one whose readings are wanted.
    """

    choice: str = "edited"
    notes: str = "end"
    fw: str = "out"
    lb: str = "newline"
    witness: str = ""


class Found(NamedTuple):
    """What was found in a ``TEI`` element. ``data`` is the text in UTF-8.

    ``has_text`` says whether there is a ``text`` or a ``sourceDoc``. ``dropped`` counts markup by the name of the
    element where its text stays, and ``text of`` a name where it does not.
    """

    data: bytes
    has_text: bool
    heading: Heading
    dropped: dict[str, int]

    @property
    def text(self) -> str:
        """The text."""
        return self.data.decode()


__all__ = ["Choices", "Found", "ThirdPartyText"]

_XML_SPACE: Final = "http://www.w3.org/XML/1998/namespace space"
_MOST_NAMES: Final = 1000
#: What a line beginning becomes.
_BREAKS: Final = {"newline": "\n", "space": " ", "join": ""}


class ThirdPartyText:
    """Takes the events of what is in one ``TEI`` element, whose ``attributes`` are given. An element has its name in
    TEI, or namespace and name with a space between.

    ``find`` is called with the code and the message of a finding, and ``at`` is then its offset: what ``offset`` gave
    when the element began. ``around`` is the header of the corpus around it. ``size`` is how many characters are held.
    What else is public is there for the acts.
    """

    def __init__(
        self,
        choices: Choices,
        find: Callable[[str, str], None],
        attributes: Mapping[str, str] | None = None,
        offset: Callable[[], int] = lambda: -1,
        around: Header | None = None,
    ) -> None:
        self.choices, self._find, self._attributes = choices, find, attributes or {}
        self.offset, self.at = offset, -1
        by_inside = tables(act)
        self.table, self.running = by_inside["blocks"], by_inside["running"]
        self.stack = [Step(NOTHING, NOTHING, self.table)]
        self._buffer: list[str] = []
        #: The text that grows: of the document, or of a note; those that wait; the notes, in order.
        self.flow = Flow(_BREAKS[choices.lb], self._seam)
        self.flows: list[Flow] = []
        self.notes: list[Flow] = []
        self.header = Header(around)
        self.text_attributes: Mapping[str, str] = {}
        #: How events are taken, and those of what is open: alternatives, closings that wait, glyphs.
        self.mode, self.resume = CHOOSING, TEXT
        self.choosers = [Chooser(PARTS)]
        self.closings: list[Closing | None] = []
        self.glyphs: list[tuple[int, str]] = []
        self.restored = self.expansions = 0
        #: Words that are open: where their text stands, its size at the beginning, and the attributes of one that goes
        #: on in another element; and such a one that has just ended.
        self.words: list[tuple[Flow, int, Mapping[str, str] | None]] = []
        self.fragment: Fragment | None = None
        #: Deletions that are open, and the ids of elements that are open and may end some.
        self.spans: list[Span] = []
        self.targets: list[str] = []
        #: Whether white space is kept, and whether it was outside of that.
        self.keep = self._attributes.get(_XML_SPACE) == "preserve"
        self.keeps: list[bool] = []
        #: What is being left out: how deep, its name, and whether it has text.
        self.depth, self.label, self.lost = 0, "", False
        self.seen: dict[str, int] = {}
        self.size = 0

    # -- events -----------------------------------------------------------------------------------------

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element."""
        if self._buffer:
            self._flush()
        mode = self.mode
        if mode and not enter(self, name, attributes):
            return
        try:
            self.seen[name] += 1
        except KeyError:
            self.count(name)
        step = self.table[name]
        before, _, table, opening, _ = step
        if opening is not None:
            taken = opening(self, name, attributes, step)
            if taken is None:
                self.resume = mode
                return
            step = taken
            before, _, table, _, _ = step
        if before:
            flow = self.flow
            if before == TOUCH:
                if flow.pending == TOUCH:
                    flow.pending = SOFT
            elif before > flow.pending:
                flow.pending = before
        if attributes and _XML_SPACE in attributes:
            step = spaced(self, step, keep=attributes[_XML_SPACE] == "preserve")
        if mode:
            step = wrapped(self, step)
        if self.spans and XML_ID in attributes:
            step = ending(self, attributes[XML_ID], step)
        self.stack.append(step)
        self.table = table

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if self._buffer:
            self._flush()
        if self.mode > CHOOSING:
            leave(self, name)
            return
        _, after, _, _, closing = self.stack.pop()
        if after and after > self.flow.pending:
            self.flow.pending = after
        self.table = self.stack[-1].table
        if closing is not None:
            closing(self)

    def text(self, data: str) -> None:
        """Take character data."""
        if self.mode > CHOOSING:
            if self.mode == HEADER:
                self.size += self.header.text(data)
            elif not self.lost and data.strip(WHITE):
                self.lost = True
            return
        self._buffer.append(data)
        self.size += len(data)

    def finish(self) -> Found:
        """Return what was found, after the last event."""
        if self._buffer:
            self._flush()
        if self.header.abstract:
            self.count("text of abstract")
        parts = self.choosers[0]
        for name, count in parts.seen.items():
            self.count(name, count)
        hyphens = sum(flow.hyphens for flow in (self.flow, *self.notes))
        if hyphens:
            self.count("hyphens before lb", hyphens)
        left = {name: count for name, count in self.seen.items() if count and name not in SHOWN}
        heading = heading_of(self.header, self._attributes, self.text_attributes)
        return Found(self.flow.gathered(self.notes), parts.best < NEVER, heading, left)

    # -- for the acts -----------------------------------------------------------------------------------

    def count(self, name: str, count: int = 1) -> None:
        """Count an element, or another word for what is dropped."""
        if name not in self.seen and len(self.seen) >= _MOST_NAMES:
            name = "others"
        self.seen[name] = self.seen.get(name, 0) + count

    def skip(self, name: str) -> None:
        """Leave out the element that begins. If it has text, count the text of ``name`` (empty: no matter)."""
        self.mode, self.depth, self.label, self.lost = LEFT_OUT, 1, name, False

    # -- inside -----------------------------------------------------------------------------------------

    def _flush(self) -> None:
        """Add the text that has come since the last element began or ended."""
        buffer = self._buffer
        data = buffer[0] if len(buffer) == 1 else "".join(buffer)
        buffer.clear()
        flow = self.flow
        before = flow.size
        if self.mode and not data.strip(WHITE):
            pass
        elif len(self.stack) == 1:
            self.count("text outside of text")
        elif self.keep and self.table.is_text:
            flow.keep(data)
        else:
            flow.run(data)
        self.size += flow.size - before - len(data)

    def _seam(self, before: str, after: str, at: int) -> None:
        """Report a line beginning between two letters."""
        self.at = at
        before, after = before.rpartition(" ")[2], after.partition(" ")[0]
        self._find("TEI016", f"a line begins between {quoted(before)} and {quoted(after)}; it may be inside a word")
