"""From the elements of a schema to patterns. The schema is valid: libxml2 has compiled it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpusfmt.schema.relax_ng.grammar.names import XML, AnyName, Name, NameChoice, NameClass, OneName
from corpusfmt.schema.relax_ng.grammar.patterns import Pattern, Patterns, Unsure
from corpusfmt.schema.relax_ng.grammar.safety import RNG, Files
from corpusfmt.schema.relax_ng.grammar.values import inherited, value

if TYPE_CHECKING:
    from lxml.etree import _Element

_START = ""


class _Scope:
    """The definitions of a grammar: for each name how they combine, and each one with the file it stands in."""

    def __init__(self, parent: _Scope | None) -> None:
        self.parent = parent
        self.bodies: dict[str, list[tuple[_Element, str]]] = {}
        self.combine: dict[str, str] = {}
        self.done: dict[str, Pattern | None] = {}


class Loader:
    """Makes the pattern of a schema. Raises Unsure for what it does not know."""

    def __init__(self, files: Files, patterns: Patterns) -> None:
        self._files, self._all = files, patterns
        self._open: list[tuple[Pattern, _Element, _Scope | None, str]] = []

    def start(self) -> Pattern:
        """Return the pattern of a whole document."""
        found = self._pattern(self._files.root, None, self._files.path)
        while self._open:  # contents last: elements may contain themselves
            pattern, element, scope, base = self._open.pop()
            pattern.content = self._group(element, scope, base)
        return found

    def _group(self, element: _Element, scope: _Scope | None, base: str) -> Pattern:
        found = self._all.empty
        for child in reversed(_children(element)):
            found = self._all.group(self._pattern(child, scope, base), found)
        return found

    def _pattern(self, element: _Element, scope: _Scope | None, base: str) -> Pattern:
        make = self._all
        match str(element.tag).removeprefix(RNG):
            case "element":
                pattern = Pattern("element", names=_names(element))
                self._open.append((pattern, element, scope, base))
                return pattern
            case "attribute":
                pattern = Pattern("attribute", names=_names(element))
                pattern.content = self._group(element, scope, base) if _children(element) else make.text
                return pattern
            case "choice":
                return make.choice(*[self._pattern(child, scope, base) for child in _children(element)])
            case "interleave":
                found = make.empty
                for child in _children(element):
                    found = make.interleave(found, self._pattern(child, scope, base))
                return found
            case "group":
                return self._group(element, scope, base)
            case "mixed":
                return make.interleave(make.text, self._group(element, scope, base))
            case "optional":
                return make.choice(self._group(element, scope, base), make.empty)
            case "oneOrMore":
                return make.more(self._group(element, scope, base))
            case "zeroOrMore":
                return make.choice(make.more(self._group(element, scope, base)), make.empty)
            case "list":
                return Pattern("list", (self._group(element, scope, base),), words="a list of values")
            case "empty":
                return make.empty
            case "text":
                return make.text
            case "notAllowed":
                return make.nothing
            case "value" | "data":
                return value(element)
            case "ref" if scope:
                return self._defined(element.get("name", "").strip(), scope)
            case "parentRef" if scope and scope.parent:
                return self._defined(element.get("name", "").strip(), scope.parent)
            case "grammar":
                inner = _Scope(scope)
                self._gather(element, inner, base, frozenset())
                return self._defined(_START, inner)
            case "externalRef":
                root, path = self._files.follow(element, base)
                if "ns" not in root.attrib:
                    root.set("ns", inherited(element, "ns"))
                return self._pattern(root, None, path)
        raise Unsure(str(element.tag))

    def _defined(self, name: str, scope: _Scope) -> Pattern:
        if name not in scope.done:
            scope.done[name] = None
            parts = [self._group(body, scope, base) for body, base in scope.bodies.get(name, [])]
            found = parts[0] if parts else self._all.nothing
            for part in parts[1:]:
                together = scope.combine.get(name) == "interleave"
                found = self._all.interleave(found, part) if together else self._all.choice(found, part)
            scope.done[name] = found
        done = scope.done[name]
        if done is None:
            raise Unsure(name)
        return done

    def _gather(self, grammar: _Element, scope: _Scope, base: str, but: frozenset[str]) -> None:
        for child in _children(grammar):
            match str(child.tag).removeprefix(RNG):
                case "define" | "start":
                    name = child.get("name", _START).strip()
                    if name not in but:
                        scope.bodies.setdefault(name, []).append((child, base))
                        scope.combine.update({name: child.get("combine", "").strip()} if child.get("combine") else {})
                case "div":
                    self._gather(child, scope, base, but)
                case "include":
                    root, path = self._files.follow(child, base)
                    if "ns" not in root.attrib:
                        root.set("ns", inherited(child, "ns"))
                    own = {one.get("name", _START).strip() for one in child.iter(f"{RNG}define", f"{RNG}start")}
                    self._gather(root, scope, path, but | own)
                    self._gather(child, scope, base, but)


def _children(element: _Element) -> list[_Element]:
    """Return the elements of RELAX NG in one, without what only names it."""
    children = [child for child in element if isinstance(child.tag, str) and child.tag.startswith(RNG)]
    named = element.tag in (f"{RNG}element", f"{RNG}attribute") and "name" not in element.attrib
    return children[1:] if named else children


def _named(element: _Element, text: str, space: str) -> Name:
    prefix, colon, local = text.strip().rpartition(":")
    if not colon:
        return space, local
    return (XML if prefix == "xml" else element.nsmap.get(prefix) or ""), local


def _names(element: _Element) -> NameClass:
    """Return the names of an element or attribute."""
    if "name" in element.attrib:
        own = element.get("ns", "") if element.tag == f"{RNG}attribute" else inherited(element, "ns")
        return OneName(_named(element, element.get("name", ""), own))
    first = next(child for child in element if isinstance(child.tag, str) and child.tag.startswith(RNG))
    return _class(first)


def _class(element: _Element) -> NameClass:
    inside = tuple(_class(child) for child in element if isinstance(child.tag, str) and child.tag.startswith(RNG))
    match str(element.tag).removeprefix(RNG):
        case "name":
            return OneName(_named(element, element.text or "", inherited(element, "ns")))
        case "anyName" | "nsName" as kind:
            return AnyName(inherited(element, "ns") if kind == "nsName" else None, NameChoice(inside))
        case "choice" | "except":
            return NameChoice(inside)
    raise Unsure(str(element.tag))
