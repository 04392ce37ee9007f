"""A document against a pattern: each invalid position, and what was expected there."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Final, NamedTuple
from xml.parsers import expat

from corpusfmt.schema.relax_ng.grammar.derivatives import Derivatives
from corpusfmt.schema.relax_ng.grammar.names import Name, spell, spelled
from corpusfmt.schema.relax_ng.grammar.patterns import Pattern, attributes, expected
from corpusfmt.text.display import quoted

_SPACE: Final = " \t\r\n"
#: So many names are listed of what was expected.
_LISTED: Final = 6


class Fault(NamedTuple):
    """One thing that is wrong. ``byte`` is its offset in the document."""

    byte: int
    message: str


class _Full(Exception):
    """Enough faults were found."""


class _Element:
    """An element that has begun. ``wrong``: something in it was told, so what follows from that is not."""

    __slots__ = ("at", "children", "name", "wrong")

    def __init__(self, name: str, at: int) -> None:
        self.name, self.at, self.wrong, self.children = name, at, False, False


class Walk:
    """Goes through a document once, and on after a fault as well as it can."""

    def __init__(self, patterns: Derivatives, start: Pattern, most: int, seconds: float) -> None:
        """Look for ``most`` faults, and no longer than so many ``seconds`` of the processor once one was found."""
        self._until = time.process_time() + seconds
        #: Whether time ended the search.
        self.ended = False
        self._all, self._pattern, self._most = patterns, start, most
        self._stack: list[_Element] = []
        self._skipped = 0
        self._text: list[str] = []
        self._text_at = -1
        self._faults: list[Fault] = []
        # What was said of a pattern: a document may have one fault thousands of times.
        self._words: dict[tuple[Pattern, str], str] = {}
        self._by_name: dict[tuple[Pattern, str], bool] = {}

    def faults(self, document: bytes) -> list[Fault]:
        """Return the first faults of a document in UTF-8, which is known to be well-formed."""
        self._document = document
        parser = self._parser = expat.ParserCreate("utf-8", " ")
        parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        with suppress(_Full):
            parser.Parse(document, True)
        return self._faults

    def _told(self, byte: int, message: str) -> None:
        self._faults.append(Fault(byte, message))
        if self._stack:
            self._stack[-1].wrong = True
        self.ended = time.process_time() > self._until
        if self.ended or len(self._faults) >= self._most:
            raise _Full

    def _start(self, full: str, given: list[str]) -> None:
        if self._skipped:
            self._skipped += 1
            return
        self._between()
        make, name, at = self._all, _pair(full), self._parser.CurrentByteIndex
        opened = make.opened(self._pattern, name)
        if opened is make.nothing:
            opened = make.opened(self._pattern, name, early=True)
            when = "here" if opened is make.nothing else "yet"
            space = f" (of the namespace {quoted(name[0])})" if self._needs_namespace(name) else ""
            self._told(at, f"element {quoted(name[1])}{space} is not allowed {when}{self._expected()}")
            if opened is make.nothing:
                self._skipped = 1
                return
        if self._stack:
            self._stack[-1].children = True
        self._stack.append(_Element(name[1], at))
        for key, value in zip(given[::2], given[1::2], strict=True):
            left = make.attribute(opened, _pair(key), value)
            if left is not make.nothing:
                opened = left
            else:
                self._told(at, self._about_attribute(opened, name[1], _pair(key), value))
        self._pattern = make.closed(opened)
        if self._pattern is make.nothing:
            if not self._stack[-1].wrong:
                missing = _listed(word for one in attributes(opened, needed=True) for word in _names(one))
                self._told(at, f"element {quoted(name[1])} lacks an attribute{missing and ': ' + missing}")
            self._pattern = make.closed(opened, missing=True)

    def _about_attribute(self, opened: Pattern, element: str, key: Name, value: str) -> str:
        fitting = [one for one in attributes(opened) if one.names and one.names.has(key)]
        if not fitting:
            return f"attribute {quoted(spell(key))} is not allowed on element {quoted(element)}"
        words = _listed(one.words for each in fitting if each.content for one in expected(each.content))
        return f"attribute {quoted(spell(key))} is {quoted(value)}{words and ', expected ' + words}"

    def _characters(self, text: str) -> None:
        if self._skipped:
            return
        if self._text_at < 0 and (rest := text.lstrip(_SPACE)):
            # What precedes is white space, a byte each; at a reference it is the whole piece.
            self._text_at = self._parser.CurrentByteIndex + len(text) - len(rest)
        self._text.append(text)

    def _between(self) -> None:
        """Take the text before an element, or after one."""
        if self._text_at >= 0:
            left = self._all.string(self._pattern, "".join(self._text))
            if left is self._all.nothing:
                self._told(self._text_at, f"text is not allowed here{self._expected()}")
            else:
                self._pattern = left
        self._text.clear()
        self._text_at = -1

    def _end(self, _: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        make, element = self._all, self._stack[-1]
        if element.children:
            self._between()
        else:
            self._whole(element)
        ended = make.ended(self._pattern)
        if ended is make.nothing:
            if not element.wrong:
                self._told(self._end_of(element), f"element {quoted(element.name)} is not complete{self._expected()}")
            ended = make.ended(self._pattern, anyway=True)
        self._pattern = ended
        self._stack.pop()

    def _end_of(self, element: _Element) -> int:
        """Return where the end tag is; the one tag when it is ``<empty/>``."""
        at = self._parser.CurrentByteIndex
        return at if self._document.startswith(b"</", at) else element.at

    def _whole(self, element: _Element) -> None:
        """Take the text of an element without elements in it."""
        make, text = self._all, "".join(self._text)
        left = make.string(self._pattern, text)
        if self._text_at < 0:
            left = make.choice(self._pattern, left)
        if make.ended(left) is not make.nothing or element.wrong:
            self._pattern = left if left is not make.nothing else self._pattern
        elif any(one.kind in ("value", "list") for one in expected(self._pattern)):
            at = self._text_at if self._text_at >= 0 else self._end_of(element)
            found = f"holds {quoted(text)}" if text.strip() else "is empty"
            self._told(at, f"element {quoted(element.name)} {found}{self._expected()}")
        elif left is make.nothing:
            self._told(self._text_at, f"text is not allowed here{self._expected()}")
        else:
            self._pattern = left
        self._text.clear()
        self._text_at = -1

    def _needs_namespace(self, name: Name) -> bool:
        """Say whether an element of that local name would do if its namespace were another."""
        key = self._pattern, name[1]
        if key not in self._by_name:
            self._by_name[key] = any(key[1] in spelled(one.names) for one in expected(self._pattern) if one.names)
        return self._by_name[key]

    def _expected(self) -> str:
        """Return what could come next, in words; empty when there is nothing to say."""
        key = self._pattern, self._stack[-1].name if self._stack else ""
        if key not in self._words:
            self._words[key] = self._said()
        return self._words[key]

    def _said(self) -> str:
        may = list(dict.fromkeys(expected(self._pattern)))
        words = [quoted(word) for one in may for word in _names(one)]
        words += [one.words for one in may if one.words]
        words += ["text"] if self._all.text in may else []
        if self._stack and self._all.ended(self._pattern) is not self._all.nothing:
            words.append(f"the end of {quoted(self._stack[-1].name)}")
        found = _listed(words)
        return f", expected {found}" if found else ""


def _pair(full: str) -> Name:
    space, _, local = full.rpartition(" ")
    return space, local


def _names(pattern: Pattern) -> list[str]:
    return spelled(pattern.names) if pattern.names else []


def _listed(words: Iterable[str]) -> str:
    """Return ``a, b or c``, each once, the first few."""
    once = list(dict.fromkeys(filter(None, words)))
    if len(once) > _LISTED:
        return f"{', '.join(once[:_LISTED])} or {len(once) - _LISTED} others"
    return " or ".join(filter(None, [", ".join(once[:-1]), *once[-1:]]))
