"""Reading the text of one witness, whose sigla may stand behind a reading (TEI P5, 13.1.4.2: wit)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from corpusfmt.formats.tei.thirdparty.alternatives import HEADER
from corpusfmt.formats.tei.thirdparty.header import Header
from corpusfmt.formats.tei.thirdparty.to_text import Choices, ThirdPartyText

#: So many events are held at a time; what stands behind the readings of a longer entry is not known in time.
_MOST: Final = 100_000
_READINGS: Final = frozenset({"lem", "rdg"})
_WITNESSES: Final = frozenset({"listWit", "witness"})


class _Start(NamedTuple):
    """The start of an element: its name, its attributes and its offset."""

    name: str
    attributes: Mapping[str, str]
    offset: int


class _Open:
    """An element that is open in an apparatus entry: which event began it, and the last reading in it."""

    __slots__ = ("began", "name", "reading")

    def __init__(self, name: str, began: int) -> None:
        self.name, self.began, self.reading = name, began, -1


class Attested(ThirdPartyText):
    """Holds the events of an apparatus entry until it ends, when it is known who has its readings."""

    def __init__(
        self,
        choices: Choices,
        find: Callable[[str, str], None],
        attributes: Mapping[str, str] | None = None,
        offset: Callable[[], int] = lambda: -1,
        around: Header | None = None,
    ) -> None:
        super().__init__(choices, find, attributes, offset, around)
        #: Starts, ends (None) and character data; what is open; the sigla that stand behind each reading, and the
        #: reading of a wit that is open.
        self._held: list[_Start | str | None] = []
        self._open: list[_Open] = []
        self._sigla: dict[int, list[str]] = {}
        self._reading = -1

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element."""
        if not self._open and name != "app":
            if name in _WITNESSES and self.mode != HEADER:  # a list of witnesses outside of the header
                self.header.witnesses(name, attributes)
            super().start(name, attributes)
            return
        if name in _READINGS:
            self._open[-1].reading = len(self._held)
        elif name == "wit":
            outer = self._open[-1]
            self._reading = outer.began if outer.name in _READINGS else outer.reading
            self._say(" ")
        else:  # a pointer to a witness
            self._say(f" {attributes.get('target', '')} ")
        self._open.append(_Open(name, len(self._held)))
        self._held.append(_Start(name, attributes, self.offset()))
        if len(self._held) > _MOST:
            self._replay()

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if not self._open:
            if name == "listWit" and self.mode != HEADER:
                self.header.end_list()
            super().end(name)
            return
        self._open.pop()
        self._held.append(None)
        if name == "wit":
            self._reading = -1
        if not self._open:
            self._replay()

    def text(self, data: str) -> None:
        """Take character data."""
        if not self._open:
            super().text(data)
            return
        self._held.append(data)
        self.size += len(data)
        self._say(data)

    def _say(self, data: str) -> None:
        """Take what a wit has for sigla."""
        if self._reading >= 0:
            self._sigla.setdefault(self._reading, []).append(data)

    def _replay(self) -> None:
        """Take the events of an apparatus entry that has ended, or is too long: then the rest is read as it comes."""
        held, sigla, offset, names = self._held, self._sigla, self.offset, list[str]()
        self._held, self._sigla, self._reading = [], {}, -1
        self._open.clear()
        self.size -= sum(len(event) for event in held if isinstance(event, str))
        for number, event in enumerate(held):
            if event is None:
                super().end(names.pop())
            elif isinstance(event, str):
                super().text(event)
            else:
                at = event.offset
                self.offset = lambda at=at: at  # type: ignore[misc]  # mypy takes it for a method
                names.append(event.name)
                attributes = event.attributes
                if said := "".join(sigla.get(number, ())).replace(",", " ").replace(";", " ").strip():
                    attributes = {**attributes, "wit": f"{attributes.get('wit', '')} {said}"}
                super().start(event.name, attributes)
        self.offset = offset
