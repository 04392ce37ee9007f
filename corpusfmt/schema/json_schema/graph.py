"""How the parts of a schema refer to one another: dead references, circles, and the amount of work."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final, NamedTuple

from corpusfmt.schema.json_schema.flattening import flatten
from corpusfmt.schema.json_schema.pointers import pointer_of
from corpusfmt.schema.json_schema.vocabulary import PART, SAME, inner_schemas
from corpusfmt.text.display import quoted

_REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")
#: Annotations since draft 2019-09, and here in draft-07 too, where it is left open (validation, 8.1 there).
_CONTENT: Final = ("contentEncoding", "contentMediaType")
#: The dialects in which ``$ref`` hides what stands beside it, up to draft-07 (8.3 there), and their names.
_NAMES: Final = {"Draft4Validator": "draft-04", "Draft6Validator": "draft-06", "Draft7Validator": "draft-07"}
_ALONE: Final = frozenset(_NAMES.values())
#: Counting stops here.
_BEYOND: Final = 1 << 40
#: To find what was not evaluated, what has been evaluated is looked at again.
_AGAIN: Final = {"unevaluatedItems": 3, "unevaluatedProperties": 3}


class Graph(NamedTuple):
    """What was found out. ``patterns`` come with their places.

    ``work`` bounds how much may be done for one value: all keywords, and what they list, each as often as references
    lead to it. Where a schema is ``recursive`` that holds for the fast engine's verdict alone, which knows what it has
    seen.
    """

    patterns: list[tuple[str, str]]
    work: int
    recursive: bool


class Part:
    """One schema: ``same`` are those that see the same value, ``parts`` those that see a part, with what part it is.
    Without a ``resolver`` and a ``specification`` it has those of the root.
    """

    __slots__ = ("own", "parts", "pointer", "resolver", "same", "schema", "specification", "target")

    def __init__(self, schema: dict[str, Any], pointer: str, resolver: Any, specification: Any, *, own: bool) -> None:
        self.schema, self.pointer, self.resolver, self.specification = schema, pointer, resolver, specification
        self.target, self.own = -1, own
        self.same: list[int] = []
        self.parts: list[tuple[str, int]] = []


class Wrong(ValueError):
    """What is wrong with a schema, in words that follow its name."""


def look_at(schema: Any, dialect: str) -> Graph:
    """Walk a schema that its metaschema accepts, and all that it refers to.

    Raises Wrong for a reference that leaves the file or does not exist, and schemas that refer to one another without
    ever going into the value (JSON Schema core, 9.4.1).
    """
    walk = _Walk(schema, dialect)
    walk.run()
    parts = walk.parts
    works, recursive = [1] * len(parts), False
    for number, again in _inner_first([part.same for part in parts]):
        if again:
            where = quoted(parts[number].pointer, 200)
            raise Wrong(f"never ends: the schema at {where} refers to itself for the same value")
    for number, again in _inner_first([[*part.same, *[one for _, one in part.parts]] for part in parts]):
        recursive = recursive or again
        works[number] = 1 if again else _work(parts[number], works)
    if walk.has_bases():
        flatten(parts)
    return Graph(walk.patterns, max(works, default=1), recursive)


def _work(part: Part, works: list[int]) -> int:
    listed = sum(_listed(keyword, value) for keyword, value in part.schema.items())
    inside = sum(works[one] for one in part.same) + sum(works[one] for _, one in part.parts)
    times = max((_AGAIN.get(keyword, 1) for keyword in part.schema), default=1)
    return min((1 + len(part.schema) + listed + inside) * times, _BEYOND)


def _listed(keyword: str, value: Any) -> int:
    """Return how many things a keyword lists, each of which is looked at."""
    if keyword == "enum" and isinstance(value, list):  # strings are looked up, containers compared
        return 0 if all(isinstance(one, str) for one in value) else 16 * len(value)
    return len(value) if isinstance(value, list | dict) else 0


def _inner_first(edges: list[list[int]]) -> Iterator[tuple[int, bool]]:
    """Give the nodes of a graph, each after all that it leads to, with whether it leads back to itself: of a circle,
    the node that is met first comes once more, before the others.
    """
    state = [0] * len(edges)  # 1 while what a node leads to is being visited, then 2
    for root in range(len(edges)):
        todo = [root]
        while todo:
            node = todo[-1]
            if state[node] == 0:
                state[node] = 1
                for one in edges[node]:
                    if state[one] == 1:
                        yield one, True
                    elif state[one] == 0:
                        todo.append(one)
            else:
                todo.pop()
                if state[node] == 1:
                    state[node] = 2
                    yield node, False


class _Walk:
    """Visits each schema once, those first that are nearest to the root."""

    def __init__(self, schema: Any, dialect: str) -> None:
        self._schema, self._dialect = schema, dialect
        self.parts: list[Part] = []
        self.patterns: list[tuple[str, str]] = []
        self._numbers: dict[int, int] = {}
        self._dynamic: dict[str, list[int]] = {}
        self._waiting: list[tuple[int, str]] = []
        if isinstance(schema, dict):
            self._add(schema, "#", None, None)

    # What follows a reference takes longer to load than most schemas to walk, and many have none.

    @cached_property
    def _specification(self) -> Any:
        from referencing import jsonschema

        return getattr(jsonschema, self._dialect.removesuffix("Validator").upper())

    @cached_property
    def _resolver(self) -> Any:
        from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # it has no types

        resource = self._specification.create_resource(self._schema)
        base = resource.id() or ""
        return REGISTRY.with_resource(base, resource).crawl().resolver(base)

    def has_bases(self) -> bool:
        """Say whether references in different parts are resolved against different identifiers."""
        if all(part.resolver is None for part in self.parts):
            return False
        return len({(part.resolver or self._resolver)._base_uri for part in self.parts}) > 1

    def run(self) -> None:
        """Visit all: what the schema holds first, so that its parts have their true places. Raises Wrong."""
        visited = referred = 0
        while referred < len(self.parts):
            while visited < len(self.parts):
                self._visit(visited)
                visited += 1
            for keyword in _REFERENCES:
                if isinstance(reference := self.parts[referred].schema.get(keyword), str):
                    self._refer(referred, keyword, reference)
            referred += 1
        for number, anchor in self._waiting:  # whichever of the name is outermost at the time (core, 8.2.3.2)
            self.parts[number].parts += [(" dynamic", one) for one in self._dynamic.get(anchor, ())]

    def _add(self, schema: Any, pointer: str, resolver: Any, specification: Any, *, own: bool = True) -> int:
        """Return the number of a schema; -1 when there is nothing in it."""
        if not isinstance(schema, dict):
            return -1
        number = self._numbers.setdefault(id(schema), len(self.parts))
        if number == len(self.parts):
            self.parts.append(Part(schema, pointer, resolver, specification, own=own))
            if isinstance(anchor := schema.get("$dynamicAnchor"), str):
                self._dynamic.setdefault(anchor, []).append(number)
        return number

    def _visit(self, number: int) -> None:
        part = self.parts[number]
        schema, pointer = part.schema, part.pointer
        draft = part.specification.name if part.specification else _NAMES.get(self._dialect, "")
        if "$ref" in schema and draft in _ALONE:
            return
        if draft == "draft-07":
            for keyword in _CONTENT:
                schema.pop(keyword, None)
        if isinstance(pattern := schema.get("pattern"), str):
            self.patterns.append((pattern, f"{pointer}/pattern"))
        for keyword, value in schema.items():
            for path, inner in inner_schemas(keyword, value):
                place = pointer + pointer_of(path)
                if keyword == "patternProperties":
                    self.patterns.append((path[1], place))
                at = self._add(inner, place, *self._inside(inner, part), own=part.own)
                if at >= 0 and keyword in SAME:
                    part.same.append(at)
                elif at >= 0 and keyword in PART:
                    part.parts.append((path[1] if keyword == "properties" else f" {keyword}", at))

    def _refer(self, number: int, keyword: str, reference: str) -> None:
        from referencing.exceptions import Unresolvable

        part = self.parts[number]
        where = f"(at {quoted(f'{part.pointer}/{keyword}', 200)})"
        try:
            resolved = (part.resolver or self._resolver).lookup(reference)
        except (Unresolvable, LookupError, ValueError, TypeError, AttributeError):
            what = "does not exist" if reference.startswith("#") else "is outside the file, and nothing is ever fetched"
            raise Wrong(f"cannot be used: {keyword} {quoted(reference, 200)} {what} {where}") from None
        if not isinstance(resolved.contents, dict | bool):
            raise Wrong(f"cannot be used: {keyword} {quoted(reference, 200)} does not refer to a schema {where}")
        at = self._add(resolved.contents, reference, resolved.resolver, part.specification, own=False)
        if at >= 0:
            part.same.append(at)
            part.target = at
        elif resolved.contents in (True, False):  # nothing that could be pointed at
            part.own = False
        if keyword == "$dynamicRef":
            self._waiting.append((number, reference.rpartition("#")[2]))

    def _inside(self, schema: Any, part: Part) -> tuple[Any, Any]:
        """Return resolver and dialect inside a schema of a part; it may have its own identifier (core, 8.2.1)."""
        if not isinstance(schema, dict) or ("$id" not in schema and "id" not in schema and "$schema" not in schema):
            return part.resolver, part.specification
        from referencing.jsonschema import specification_with

        specification = part.specification or self._specification
        dialect = schema.get("$schema")
        if isinstance(dialect, str):
            specification = specification_with(dialect, default=specification)
        resolver = part.resolver or self._resolver
        return resolver.in_subresource(specification.create_resource(schema)), specification
