"""How much work a schema can make of one value: counted beforehand, since no engine can be interrupted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Protocol

#: Counting stops here.
_BEYOND: Final = 1 << 40
_UNEVALUATED: Final = frozenset({"unevaluatedItems", "unevaluatedProperties"})
_AGAIN: Final = 3


class Part(Protocol):
    """One schema, by the numbers of others: those for the same value, and those for parts of it, named."""

    schema: dict[str, Any]
    same: list[int]
    parts: list[tuple[str, int]]


class Measure(NamedTuple):
    """``looks``: how often one value may be looked at. ``branching``: the same for each level that a record nests, by
    schemas that refer to themselves.
    """

    looks: int
    branching: int


def components(edges: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the strongly connected components of a graph, each after all that it leads to (Tarjan's algorithm)."""
    order, low, on, stack, found = [-1] * len(edges), [0] * len(edges), set[int](), list[int](), list[list[int]]()
    count = 0
    for root in range(len(edges)):
        if order[root] >= 0:
            continue
        todo = [(root, 0)]
        while todo:
            node, next_edge = todo.pop()
            if next_edge == 0:
                order[node] = low[node] = count
                count += 1
                stack.append(node)
                on.add(node)
            else:
                low[node] = min(low[node], low[edges[node][next_edge - 1]])
            for index in range(next_edge, len(edges[node])):
                target = edges[node][index]
                if order[target] < 0:
                    todo += [(node, index + 1), (target, 0)]
                    break
                if target in on:
                    low[node] = min(low[node], order[target])
            else:
                if low[node] == order[node]:
                    component: list[int] = []
                    while not component or component[-1] != node:
                        component.append(stack.pop())
                        on.discard(component[-1])
                    found.append(component)
    return found


def measured(parts: Sequence[Part]) -> Measure:
    """Measure a schema, all of whose parts are given, the root first.

    A value may be looked at by several schemas of the same value; a part of it, by several schemas that name it. Each
    of those is counted with what it leads to: too much is counted rather than too little.
    """
    looks, branching = [1] * len(parts), 1
    for component in components([[*part.same, *[one for _, one in part.parts]] for part in parts]):
        inside = set(component)
        within = dict.fromkeys(component, 0)
        for number in _ordered(component, parts):
            part = parts[number]
            named: dict[str, int] = {}
            again: dict[str, int] = {}
            for name, one in part.parts:
                if one in inside:
                    again[name] = again.get(name, 0) + 1
                else:
                    named[name] = named.get(name, 0) + looks[one]
            # To find what was not evaluated, what has been evaluated is looked at again, and again inside of that.
            times = _AGAIN if _UNEVALUATED & part.schema.keys() else 1
            looks[number] = min(max(1, _most(named)) + times * sum(looks[one] for one in part.same), _BEYOND)
            within[number] = min(_most(again) + sum(within[one] for one in part.same if one in inside), _BEYOND)
        if len(component) > 1 or component[0] in [one for _, one in parts[component[0]].parts]:
            # Inside a circle all see what any of them leads to.
            most = max(looks[one] for one in component)
            for one in component:
                looks[one] = most
            branching = max(branching, *within.values())
    return Measure(max(looks, default=1), branching)


def _most(named: dict[str, int]) -> int:
    anything = sum(count for name, count in named.items() if name.startswith(" "))
    return anything + max((count for name, count in named.items() if not name.startswith(" ")), default=0)


def _ordered(component: list[int], parts: Sequence[Part]) -> list[int]:
    """Order the parts of a component so that those for the same value come before what refers to them."""
    if len(component) == 1:
        return component
    place = {number: index for index, number in enumerate(component)}
    inner = components([[place[one] for one in parts[number].same if one in place] for number in component])
    return [component[index] for group in inner for index in group]
