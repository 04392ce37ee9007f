"""Fields that are missing, null or of another type in some sources of a corpus."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Final, NamedTuple

from corpusfmt.schema.json_schema.pointers import pointer_of
from corpusfmt.schema.json_schema.profile import Place, Profile, Shape
from corpusfmt.schema.json_schema.values import whole
from corpusfmt.text.display import quoted, shown

#: A source, and what it has at one place.
_Seen = tuple[str, Shape]
_LONGEST: Final = 200


class Drift(NamedTuple):
    """A field that is other in one source: the source, line (from 1) and byte (from 0) of its first record that shows
    it, the JSON Pointer of the field, in which ``*`` stands for all items or keys, and words.
    """

    path: str
    line: int
    byte: int
    pointer: str
    message: str


def drift(profiles: Sequence[tuple[str, Profile]]) -> list[Drift]:
    """Compare what sources, by their paths, have seen; the answer is in the order of sources, then of places.

    A field is told of a source when it is missing there now and then, and others always have it; when it is null, and
    others never have that; when it has a type that most do not have. Where only a few always have a field, it is told
    of those.
    """
    order = {path: number for number, (path, _) in reversed(list(enumerate(profiles)))}
    seen = [(path, profile.shape) for path, profile in profiles if profile.records]
    found: list[Drift] = []
    todo: list[tuple[tuple[str, ...], list[_Seen]]] = [((), seen)]
    while todo:
        where, here = todo.pop()
        found += _types(where, here)
        objects = [(path, shape) for path, shape in here if shape.objects]
        if any(shape.keys is None for _, shape in objects):
            rests = [(path, _rest(shape)) for path, shape in objects]
            todo.append(((*where, "*"), [(path, rest) for path, rest in rests if rest is not None]))
        else:
            keys = dict.fromkeys(key for _, shape in objects for key in shape.keys or ())
            for key in keys:
                held = [(path, (shape.keys or {}).get(key), shape) for path, shape in objects]
                found += _missing((*where, key), held)
                todo.append(((*where, key), [(path, shape) for path, shape, _ in held if shape is not None]))
        items = [(path, shape.items) for path, shape in here if shape.items is not None]
        if items:
            todo.append(((*where, "*"), items))
    return sorted(found, key=lambda one: (order[one.path], one.byte, one.pointer, one.message))


def _rest(shape: Shape) -> Shape | None:
    """Return what all keys hold together, also where they are told apart."""
    if shape.keys is not None:
        shape = deepcopy(shape)
        shape.collapse()
    return shape.rest


def _missing(where: tuple[str, ...], held: list[tuple[str, Shape | None, Shape]]) -> Iterator[Drift]:
    """Tell where a field is missing, or where it is there when that is rarer."""
    always = [(path, shape) for path, shape, _ in held if shape is not None and shape.lacked is None]
    absent = [(path, above) for path, shape, above in held if shape is None]
    lacking = [(path, shape.lacked) for path, shape, _ in held if shape is not None and shape.lacked is not None]
    lacking += [(path, above.kinds["object"].first) for path, above in absent]
    if not always or not lacking:
        return
    if len(always) < len(lacking) and len(absent) * 2 > len(held):
        for path, shape in always:
            first = min(kind.first for kind in shape.kinds.values())
            yield _drift(path, first, where, f"is here, and missing in {len(absent)} of {len(held)} sources")
        return
    for path, place in lacking:
        yield _drift(path, place, where, f"is missing, which {len(always)} of {len(held)} sources always have")


def _types(where: tuple[str, ...], here: list[_Seen]) -> Iterator[Drift]:
    filled = [(path, shape) for path, shape in here if shape.kinds.keys() - {"null"}]
    never = [path for path, shape in filled if "null" not in shape.kinds]
    if never:
        for path, shape in here:
            if "null" in shape.kinds:
                words = f"is null, which it never is in {len(never)} of {len(here)} sources"
                yield _drift(path, shape.kinds["null"].first, where, words)
    if len(filled) < 2:
        return
    counts: dict[str, int] = {}
    for _, shape in filled:
        for name in shape.kinds:
            counts[name] = counts.get(name, 0) + 1
    usual = [name for name, count in counts.items() if name != "null" and count * 2 > len(filled)]
    usual = usual or [name for name in filled[0][1].kinds if name != "null"]
    for path, shape in filled:
        for name, kind in shape.kinds.items():
            if name != "null" and name not in usual:
                words = f"is of type {name}, in other sources of type {' or '.join(sorted(usual))}"
                yield _drift(path, kind.first, where, words)


def _drift(path: str, place: Place, where: tuple[str, ...], words: str) -> Drift:
    pointer = whole(pointer_of(where))
    what = f"the field {quoted(pointer, _LONGEST)}" if where else "the record"
    return Drift(path, place.line, place.byte, pointer, shown(f"{what} {words}"))
