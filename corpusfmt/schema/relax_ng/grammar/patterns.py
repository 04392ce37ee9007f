"""Patterns: what may still come.

A pattern is made through ``Patterns``, which makes each only once: equal patterns are the same object, and what was
found out about one is kept with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal, TypeAlias

from corpusfmt.model.errors import CorpusfmtError
from corpusfmt.schema.relax_ng.grammar.names import Name, NameClass

Kind: TypeAlias = Literal[
    "nothing",
    "empty",
    "text",
    "value",
    "list",
    "choice",
    "interleave",
    "group",
    "more",
    "after",
    "element",
    "attribute",
]

#: So many patterns are made at most; a schema that needs more is not one for this method.
_MOST: Final = 300_000


class Unsure(CorpusfmtError):
    """The schema is too large or too odd for this method. Nobody outside sees it."""


class Pattern:
    """A pattern of a kind over ``parts``.

    ``value`` stands for any data and has ``allows``, which decides about a string, and ``words`` for people;
    ``element`` and ``attribute`` have ``names``, and their one part is ``content``.
    """

    __slots__ = ("allows", "closed", "content", "has_attributes", "kind", "names", "nullable", "opened",
                 "parts", "words")  # fmt: skip

    def __init__(
        self, kind: Kind, parts: tuple[Pattern, ...] = (), *, names: NameClass | None = None, words: str = ""
    ) -> None:
        self.kind, self.parts, self.names, self.words = kind, parts, names, words
        self.content: Pattern | None = None
        self.allows: Callable[[str], bool] = bool
        self.opened: dict[tuple[Name, bool], Pattern] = {}
        self.closed: dict[bool, Pattern] = {}
        self.has_attributes: bool = kind == "attribute" or any(part.has_attributes for part in parts)
        self.nullable: bool
        if kind in ("choice", "more"):
            self.nullable = any(part.nullable for part in parts)
        elif kind in ("group", "interleave"):
            self.nullable = all(part.nullable for part in parts)
        else:
            self.nullable = kind in ("empty", "text")


class Patterns:
    """Makes patterns."""

    def __init__(self) -> None:
        self._made: dict[tuple[Kind, tuple[Pattern, ...]], Pattern] = {}
        self.nothing, self.empty, self.text = Pattern("nothing"), Pattern("empty"), Pattern("text")

    def _make(self, kind: Kind, parts: tuple[Pattern, ...]) -> Pattern:
        found = self._made.get((kind, parts))
        if found is None:
            if len(self._made) > _MOST:
                raise Unsure("too many patterns")
            found = self._made[kind, parts] = Pattern(kind, parts)
        return found

    def choice(self, *patterns: Pattern) -> Pattern:
        """Return what takes whatever one of the patterns takes."""
        flat: dict[Pattern, None] = {}
        for pattern in patterns:
            flat.update(dict.fromkeys(pattern.parts if pattern.kind == "choice" else (pattern,)))
        flat.pop(self.nothing, None)
        if len(flat) < 2:
            return next(iter(flat), self.nothing)
        return self._make("choice", tuple(flat))

    def group(self, one: Pattern, two: Pattern, kind: Kind = "group") -> Pattern:
        """Return what takes the one, then the other; for the kind ``interleave``, both at once."""
        if self.nothing in (one, two):
            return self.nothing
        if one is self.empty or two is self.empty:
            return two if one is self.empty else one
        return self._make(kind, (one, two))

    def interleave(self, one: Pattern, two: Pattern) -> Pattern:
        """Return what takes both at once."""
        return self.group(one, two, "interleave")

    def more(self, pattern: Pattern) -> Pattern:
        """Return what takes the pattern once or more often."""
        return pattern if pattern in (self.nothing, self.empty) else self._make("more", (pattern,))

    def after(self, inside: Pattern, then: Pattern) -> Pattern:
        """Return what takes the rest of an element, and then what comes after its end."""
        return self.nothing if self.nothing in (inside, then) else self._make("after", (inside, then))


def alternatives(pattern: Pattern) -> tuple[Pattern, ...]:
    """Return the parts of a choice, or the one pattern; none when nothing fits."""
    return pattern.parts if pattern.kind == "choice" else () if pattern.kind == "nothing" else (pattern,)


def expected(pattern: Pattern) -> Iterator[Pattern]:
    """Give the elements, texts and values that may come next."""
    match pattern.kind, pattern.parts:
        case (("element" | "value" | "text" | "list"), _):
            yield pattern
        case "after", (inside, _):
            yield from expected(inside)
        case "group", (one, two):
            yield from expected(one)
            if one.nullable:
                yield from expected(two)
        case _, parts:
            for part in parts:
                yield from expected(part)


def attributes(pattern: Pattern, *, needed: bool = False) -> Iterator[Pattern]:
    """Give the attributes of the element that begins; with ``needed``, those that cannot be left out."""
    if not pattern.has_attributes:
        return
    if pattern.kind == "attribute":
        yield pattern
    elif pattern.kind == "after":
        yield from attributes(pattern.parts[0], needed=needed)
    elif not (needed and pattern.kind == "choice"):
        for part in pattern.parts:
            yield from attributes(part, needed=needed)
