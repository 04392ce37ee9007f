"""Derivatives: what is left of a pattern after an event."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from corpusfmt.schema.relax_ng.grammar.names import Name
from corpusfmt.schema.relax_ng.grammar.patterns import Pattern, Patterns, alternatives


class Derivatives(Patterns):
    """Makes patterns, and takes derivatives of them."""

    def __init__(self) -> None:
        super().__init__()
        #: How much was found out about patterns; it grows with the names in documents.
        self.remembered = 0

    def opened(self, pattern: Pattern, name: Name, *, early: bool = False) -> Pattern:
        """Return what is left when an element of that name begins; with ``early``, as if nothing had to precede it."""
        found = pattern.opened.get((name, early))
        if found is None:
            self.remembered += 1
            found = pattern.opened[name, early] = self._opened(pattern, name, early)
        return found

    def _opened(self, pattern: Pattern, name: Name, early: bool) -> Pattern:
        opened = partial(self.opened, name=name, early=early)
        match pattern.kind, pattern.parts:
            case "choice", parts:
                return self.choice(*[opened(part) for part in parts])
            case "element", _:
                assert pattern.names is not None
                assert pattern.content is not None
                return self.after(pattern.content, self.empty) if pattern.names.has(name) else self.nothing
            case "more", (part,):
                rest = self.choice(pattern, self.empty)
                return self._then(opened(part), lambda then: self.group(then, rest))
            case "group", (one, two):
                found = self._then(opened(one), lambda then: self.group(then, two))
                return self.choice(found, opened(two)) if one.nullable or early else found
            case "interleave", (one, two):
                return self.choice(
                    self._then(opened(one), lambda then: self.interleave(then, two)),
                    self._then(opened(two), lambda then: self.interleave(one, then)),
                )
            case "after", (inside, after):
                return self._then(opened(inside), lambda then: self.after(then, after))
        return self.nothing

    def _then(self, pattern: Pattern, change: Callable[[Pattern], Pattern]) -> Pattern:
        """Return ``pattern``, a choice of ``after``, with what comes after changed."""
        return self.choice(*[self.after(one.parts[0], change(one.parts[1])) for one in alternatives(pattern)])

    def attribute(self, pattern: Pattern, name: Name, value: str | None) -> Pattern:
        """Return what is left after an attribute. With None for its value any will do."""
        if not pattern.has_attributes:
            return self.nothing
        match pattern.kind, pattern.parts:
            case "choice", parts:
                return self.choice(*[self.attribute(part, name, value) for part in parts])
            case "attribute", _:
                assert pattern.names is not None
                assert pattern.content is not None
                fits = pattern.names.has(name) and (value is None or self.takes(pattern.content, value))
                return self.empty if fits else self.nothing
            case "more", (part,):
                return self.group(self.attribute(part, name, value), self.choice(pattern, self.empty))
            case ("group" | "interleave") as kind, (one, two):
                return self.choice(
                    self.group(self.attribute(one, name, value), two, kind),
                    self.group(one, self.attribute(two, name, value), kind),
                )
            case "after", (inside, then):
                return self.after(self.attribute(inside, name, value), then)
        return self.nothing

    def closed(self, pattern: Pattern, *, missing: bool = False) -> Pattern:
        """Return what is left at the end of a start tag; with ``missing``, as if no attribute were missing."""
        if not pattern.has_attributes:
            return pattern
        if missing not in pattern.closed:
            parts = [self.closed(part, missing=missing) for part in pattern.parts]
            match pattern.kind:
                case "attribute":
                    found = self.empty if missing else self.nothing
                case "choice":
                    found = self.choice(*parts)
                case "more":
                    found = self.more(parts[0])
                case "after":
                    found = self.after(parts[0], pattern.parts[1])
                case kind:
                    found = self.group(parts[0], parts[1], kind)
            pattern.closed[missing] = found
        return pattern.closed[missing]

    def string(self, pattern: Pattern, text: str) -> Pattern:
        """Return what is left after a run of text."""
        match pattern.kind, pattern.parts:
            case "text", _:
                return pattern
            case "value", _:
                return self.empty if pattern.allows(text) else self.nothing
            case "list", (part,):
                for word in text.split():
                    part = self.string(part, word)
                return self.empty if part.nullable else self.nothing
            case "choice", parts:
                return self.choice(*[self.string(part, text) for part in parts])
            case "more", (part,):
                return self.group(self.string(part, text), self.choice(pattern, self.empty))
            case "group", (one, two):
                found = self.group(self.string(one, text), two)
                return self.choice(found, self.string(two, text)) if one.nullable else found
            case "interleave", (one, two):
                return self.choice(
                    self.interleave(self.string(one, text), two), self.interleave(one, self.string(two, text))
                )
            case "after", (inside, then):
                return self.after(self.string(inside, text), then)
        return self.nothing

    def takes(self, pattern: Pattern, text: str) -> bool:
        """Say whether a whole value, of an attribute or an element, fits."""
        return (pattern.nullable and not text.strip()) or self.string(pattern, text).nullable

    def ended(self, pattern: Pattern, *, anyway: bool = False) -> Pattern:
        """Return what comes after the end of an element; ``anyway``: also when something is missing in it."""
        return self.choice(*[one.parts[1] for one in alternatives(pattern) if anyway or one.parts[0].nullable])
