"""Running text: pieces of text, and the separator before the next piece.

What parts two pieces is decided when the second comes, so that nothing stands at the end or twice: the strongest of all
that was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple
from unicodedata import category

from corpusfmt.limits import MIB
from corpusfmt.text.primitives import Memory

WHITE: Final = " \t\n\r"
#: Hyphens that end a line inside of a word: the characters of Unicode with the property Hyphen, those for one language
#: or one kind of print (Armenian, Canadian, Mongolian, double and oblique ones), and what transcriptions have for them:
#: the equals sign and the not sign.
HYPHENS: Final = frozenset("-=\u00ac\u00ad\u058a\u1400\u1806\u2010\u2011\u2e17\u2e1a\u2e40\u2e5d\ufe63\uff0d")
_OPENING: Final = frozenset("([{<\u00ab\u2039\u201c\u2018\u201e\u201a\u00bf\u00a1")
_CLOSING: Final = frozenset(")]}>\u00bb\u203a\u201d\u2019.,;:!?\u2026%")
#: Scripts that have no spaces between words: Chinese and Japanese.
_UNSPACED: Final = (("\u2e80", "\ua4cf"), ("\uf900", "\ufaff"), ("\uff00", "\uff9f"), ("\U00020000", "\U0003ffff"))


def collapsed(data: str) -> str:
    """Return ``data`` with every run of white space as one space. Takes linear time."""
    if "\n" in data:
        data = data.replace("\n", " ")
    if "\t" in data:
        data = data.replace("\t", " ")
    if "\r" in data:
        data = data.replace("\r", " ")
    while "  " in data:
        data = data.replace("  ", " ")
    return data


def is_letter(char: str) -> bool:
    """Say whether a character is a letter or a mark that belongs to one, as vowel signs and accents are."""
    return char.isalpha() or category(char)[0] == "M"


def soft_space(last: str, first: str) -> str:
    """Return a space, if one may stand between these two characters where none was."""
    bound = last in _OPENING or first in _CLOSING or _is_unspaced(last) or _is_unspaced(first)
    return "" if bound or last in WHITE or first in WHITE else " "


def _is_unspaced(char: str) -> bool:
    """Say whether a character is of a script that has no spaces between words."""
    return any(first <= char <= last for first, last in _UNSPACED)


#: What may stand between two pieces, the weakest first. GAP is nothing, but marks a gap (TEI P5, 3.5.3) between two
#: letters. TOUCH is nothing, but says that an element ended here that wants a space when another such begins. SOFT is
#: a space where no punctuation is. JOINED is nothing, whatever white space and line beginnings ask for. INWORD is the
#: same and takes a hyphen before it away, once text follows. MIDWORD is a line beginning that follows a letter, BREAK
#: any other. VERSE is a new line, as LINE is, but a word may go on over it.
NOTHING, GAP, TOUCH, SOFT, SPACE, JOINED, INWORD, MIDWORD, BREAK, VERSE, TAB, LINE, BLANK, START = range(14)

#: What stands for a gap inside of a word.
MISSING: Final = "[\u2026]"

_PARTS: Final = {VERSE: "\n", LINE: "\n", BLANK: "\n\n", START: "", SPACE: " "}
#: So many pieces are put together, so that a text in small pieces takes little more memory than the text.
_MANY: Final = 4096
#: What stands between the parts of a word has fewer characters. As many pieces are at hand.
_NEAR: Final = 100


class State(NamedTuple):
    """Where a text stood: how many pieces it had and the last of them, and what was to come."""

    pieces: int
    last: str
    pending: int
    size: int
    tabs: int
    cells: int
    gap: bool
    goes_on: bool
    hyphens: int


class Flow:
    """A text that grows. ``size`` is its length so far, in characters.

    ``breaks`` is what a line beginning becomes; inside of something ``flat`` it is a space. Where it is empty a line
    beginning joins what it touches, and takes a hyphen before it away: ``hyphens`` counts those. ``seam`` is called
    with what is before and after a line beginning between two letters, and with its offset.
    """

    __slots__ = (
        "_at",
        "_cells",
        "_floor",
        "_full",
        "_gap",
        "_goes_on",
        "_memory",
        "_states",
        "_tabs",
        "breaks",
        "flat",
        "hyphens",
        "pending",
        "pieces",
        "seam",
        "size",
        "wall",
    )

    def __init__(self, breaks: str = "\n", seam: Callable[[str, str, int], None] | None = None) -> None:
        self.pieces: list[str] = []
        self.pending = START
        self.size = self.flat = self.hyphens = 0
        self._gap = False  # a gap follows a letter
        self._goes_on = False  # a word goes on here, over a line of verse too, and a hyphen is none of its own
        self.breaks, self.seam = breaks, seam
        self._floor = self._tabs = self._at = self._states = 0
        self._memory: Memory | None = None  # what no longer changes, in UTF-8
        self.wall = -1  # at this size something ended that no word goes on from
        self._full = MIB  # at this size the pieces are put together, however few they are
        #: How many cells the row has so far; -1 outside of rows.
        self._cells = -1

    def run(self, data: str) -> None:
        """Add running text: white space is collapsed. ``data`` is not empty."""
        data = collapsed(data)
        if data[0] == " ":
            if self.pending < SPACE:
                self.pending = SPACE
            elif self.pending == MIDWORD:
                self.pending = BREAK
            data = data[1:]
            if not data:
                return
        if self.pending:
            self._part(data)
        if data[-1] == " ":
            self.pending = SPACE
            data = data[:-1]
        self.pieces.append(data)
        self.size += len(data)
        if self.size > self._full or len(self.pieces) - self._floor > _MANY:
            self._join()

    def keep(self, data: str) -> None:
        """Add text with its white space as it is."""
        if self.pending in (JOINED, INWORD):
            data = data.lstrip(WHITE)
        if not data:
            return
        if self.pending:
            self._part(data)
        self.pieces.append(data)
        self.size += len(data)
        if self.size > self._full or len(self.pieces) - self._floor > _MANY:
            self._join()

    def need(self, part: int) -> None:
        """Ask for something to part what comes from what is here."""
        self.pending = max(self.pending, part)

    def line(self, offset: Callable[[], int]) -> None:
        """Take a line beginning. ``offset`` says where it is."""
        pending = self.pending
        if pending <= TOUCH and is_letter(self.pieces[-1][-1]):
            self.pending, self._at = MIDWORD, offset()
        elif pending < JOINED:
            self.pending = BREAK

    def turn(self) -> None:
        """Take the beginning of a page: a word may go on behind it, but no sentence ends without a space."""
        if self.pending <= TOUCH:
            last = self.pieces[-1][-1]
            if not (is_letter(last) or last.isalnum() or last.isspace() or last in HYPHENS):
                self.pending = SOFT

    def gap(self) -> None:
        """Take a gap in the text. It is marked where letters touch it on both sides."""
        if self.pending <= TOUCH and ((last := self.pieces[-1][-1]).isalnum() or is_letter(last)):
            self._gap, self.pending = True, max(self.pending, GAP)

    def join(self) -> None:
        """Take away white space here, and a hyphen before it, once text follows."""
        if self.size == self.wall:
            return
        if self.pending <= BREAK:
            self.pending = JOINED
        self._goes_on = True

    def goes_on(self) -> None:
        """A word goes on behind what is here, if text follows."""
        if self.size == self.wall:
            return
        if self.pending <= BREAK:
            self.pending = INWORD
        self._goes_on = True

    @property
    def is_in_word(self) -> bool:
        """Whether a word goes on here."""
        return self._goes_on and self.pending in (JOINED, INWORD)

    def since(self, size: int) -> str | None:
        """Return what was added since the text had a size, without white space around it; nothing if it is long."""
        count = self.size - size
        return "".join(self.pieces[-count:])[-count:].strip(WHITE) if 0 < count < _NEAR else None if count else ""

    def pull(self) -> None:
        """Take away white space here."""
        if self.pending <= BREAK:
            self.pending = JOINED

    def flatten(self) -> None:
        """Begin something flat."""
        self.flat += 1

    def unflatten(self) -> None:
        """End something flat."""
        self.flat -= 1
        if self.pending in (MIDWORD, BREAK):
            self.pending = SPACE

    def row(self) -> None:
        """Begin a row of a table."""
        self._tabs = self._cells = 0

    def end_row(self) -> None:
        """End a row: tabs for empty cells at its end are not wanted."""
        self._tabs, self._cells = 0, -1

    def cell(self) -> None:
        """Begin a cell: a tab, if it is not the first of its row."""
        if self._cells < 0:
            self.need(SPACE)
            return
        if self._cells:
            self._tabs += 1
            self.need(TAB)
        self._cells += 1

    def state(self) -> State:
        """Return what :meth:`back` needs, until :meth:`release`."""
        self._states += 1
        self._floor = len(self.pieces)
        last = self.pieces[-1] if self.pieces else ""
        return State(
            self._floor, last, self.pending, self.size, self._tabs, self._cells, self._gap, self._goes_on, self.hyphens
        )

    def back(self, state: State) -> None:
        """Go back to where :meth:`state` was called."""
        self._floor, last, self.pending, self.size, self._tabs, self._cells, self._gap, self._goes_on, self.hyphens = (
            state
        )
        self.pieces[max(0, self._floor - 1) :] = [last] if last else []  # a hyphen at its end may be gone

    def release(self) -> None:
        """Say that nobody goes back to the last state that was asked for."""
        self._states -= 1
        if not self._states:
            self._floor = 0

    def cut(self, state: State) -> None:
        """Go back to where :meth:`state` was called, but for blocks that have ended or begun since."""
        last, pending, size = "".join(self.pieces[state.pieces :]), self.pending, self.size
        self.back(state)
        if size != state.size:
            parts = (BLANK if "\n\n" in last else LINE if "\n" in last else NOTHING, pending, self.pending)
            self.pending = max(parts) if self.pieces else START

    def gathered(self, notes: Sequence[Flow]) -> bytes:
        """Return the text in UTF-8, with the notes behind it. Nothing of them is kept."""
        memory = self._memory or Memory()
        for flow in (self, *notes):
            if flow is not self and flow.pieces and memory.tell():
                memory.write(b"\n\n")
            if flow is not self and flow._memory is not None:
                memory.write(flow._memory.getvalue())
            memory.write("".join(flow.pieces).encode())
            flow.pieces.clear()
            flow._memory = None
        return memory.getvalue()

    def text(self) -> str:
        """Return the text. Nothing of it is kept."""
        return self.gathered(()).decode()

    # -- inside -----------------------------------------------------------------------------------------

    def _part(self, data: str) -> None:
        """Put in what parts the last piece from ``data``."""
        pending, self.pending = self.pending, NOTHING
        goes_on, self._goes_on = self._goes_on, False
        part = ""
        if pending == SOFT:
            part = soft_space(self.pieces[-1][-1], data[0])
        elif pending == INWORD or (goes_on and pending in (JOINED, VERSE)):
            self.hyphens += self._close_up()
            self.pending = NOTHING
        elif pending in (MIDWORD, BREAK):
            if pending == MIDWORD and self.seam is not None and data[0].isalpha():
                self.seam(self.pieces[-1][-40:], data[:40], self._at)
            part = self._line(pending, data)
            if part == "\n" and self.pieces[-1].rstrip(" \t").endswith("\n"):  # white space that is kept has one
                part = ""
        elif pending == TAB:
            part = "\t" * max(1, self._tabs)
        elif pending not in (GAP, TOUCH, JOINED):
            part = _PARTS[pending] + "\t" * self._tabs
        self._tabs = 0
        if self._gap:
            self._gap = False
            if not part and data[0].isalnum():
                part = MISSING
        if part:
            self.pieces.append(part)
            self.size += len(part)

    def _line(self, pending: int, data: str) -> str:
        """Return what a line beginning puts before ``data``."""
        if self.breaks:
            return " " if self.flat else self.breaks
        last = self.pieces[-1]
        if last[-1] in HYPHENS and data[0].isalpha() and is_letter(self._before()[-1:] or " "):
            if not data[0].isupper():  # else it is a hyphen of its own, as in Anglo-Saxon
                self._last(last[:-1])
                self.hyphens += 1
            return ""
        return "" if pending == MIDWORD and data[0].isalpha() else " "

    def _close_up(self) -> bool:
        """Take white space from the end, and a hyphen before it. Say whether there was a hyphen."""
        while not (last := self.pieces[-1].rstrip(WHITE)) and len(self.pieces) > max(1, self._floor):
            self._last("")  # there is white space when it was to be kept
        is_hyphen = last[-1:] in HYPHENS
        self._last(last[:-1] if is_hyphen else last)
        return is_hyphen

    def _before(self) -> str:
        """Return what stands before the last character."""
        last = self.pieces[-1]
        return last[:-1] or (self.pieces[-2] if len(self.pieces) > 1 else "")

    def _last(self, last: str) -> None:
        """Put ``last`` in the place of the last piece, of which it is the beginning."""
        self.size -= len(self.pieces[-1]) - len(last)
        if last:
            self.pieces[-1] = last
            return
        self.pieces.pop()
        if not self.pieces:
            self.pending = START

    def _join(self) -> None:
        """Put the pieces away but for the last ones; make them one behind those that :meth:`back` may need."""
        self._full = self.size + MIB
        if not self._states:
            self._memory = self._memory or Memory()
            self._memory.write("".join(self.pieces[:-_NEAR]).encode())
            del self.pieces[:-_NEAR]
            return
        self.pieces[self._floor :] = ["".join(self.pieces[self._floor :])]
        self._floor += 1
