"""Positions of values in JSON text: JSON Pointers (RFC 6901) and byte offsets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from corpusfmt.text.json_reader import string_end, string_value

#: Keys and indices, from the outermost value to an inner one.
Path = tuple[str | int, ...]

_SPACE: Final = re.compile(rb"[ \t\n\r]*+")
_SCALAR: Final = re.compile(rb"[^,\]} \t\n\r]*+")
#: Up to a bracket; strings, in which brackets mean nothing, are skipped.
_PLAIN: Final = re.compile(rb'(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+', re.S)
_INDEX: Final = re.compile(r"0|[1-9][0-9]*+")


def pointer_of(path: Iterable[str | int]) -> str:
    """Return the JSON Pointer that a path is; empty for the whole."""
    return "".join(["/" + str(step).replace("~", "~0").replace("/", "~1") for step in path])


def offset_of(record: bytes, pointer: str, *, key: bool = False) -> int | None:
    """Return the byte offset of the value at a JSON Pointer; of its key when ``key`` and it has one.

    ``record`` is well-formed JSON in UTF-8. Of equal keys the last counts. None when nothing stands there.
    """
    if pointer and pointer[0] != "/":
        return None
    path = _path(pointer)
    found = places(record, [path]).get(path)
    return None if found is None else found[0] if key and found[0] >= 0 else found[1]


def offsets_of(record: bytes, pointers: Sequence[str], parents: Sequence[str]) -> list[int | None]:
    """Return the byte offset of the value at each JSON Pointer, below the first of ``parents`` where there is one."""
    paths = [[_path(parent + pointer) for parent in parents] for pointer in pointers]
    found = places(record, [path for some in paths for path in some])
    return [next((found[path][1] for path in some if path in found), None) for some in paths]


def _path(pointer: str) -> tuple[str, ...]:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def places(record: bytes, paths: Iterable[Sequence[str | int]]) -> dict[Path, tuple[int, int]]:
    """Find many paths in one walk: the offset of the key, or -1 when there is none, and that of the value.

    A step into an array is an integer or its digits. Paths that lead nowhere are not in the answer.
    """
    wanted: dict[Any, Any] = {}
    named: dict[Path, list[Path]] = {}
    for path in paths:
        node = wanted
        for step in path:
            node = node.setdefault(str(step), {})
        named.setdefault(tuple(map(str, path)), []).append(tuple(path))
    found: dict[Path, tuple[int, int]] = {}
    _walk(record, wanted, found)
    return {path: found[steps] for steps, many in named.items() if steps in found for path in many}


def _walk(record: bytes, wanted: dict[Any, Any], found: dict[Path, tuple[int, int]]) -> None:
    start = _skip(record, 0)
    found[()] = (-1, start)
    if not wanted or record[start] not in b"{[":
        return
    # Of each open container: what is wanted in it, its own path, and how many items it had, or -1 for an object.
    stack: list[tuple[dict[Any, Any], tuple[str, ...], int]] = [(wanted, (), 0 if record[start] == 0x5B else -1)]
    within: set[Path] = set()  # paths below which something was found
    at = start + 1
    while stack:
        at = _skip(record, at)
        byte = record[at]
        if byte in b"}]":
            stack.pop()
            at += 1
            continue
        if byte == 0x2C:
            at += 1
            continue
        tree, path, index = stack[-1]
        key_at = -1
        if index < 0:
            key_at, end = at, string_end(record, at)
            step = _key(record, at, end)
            at = _skip(record, _skip(record, end) + 1)
        else:
            step = str(index)
            stack[-1] = (tree, path, index + 1)
        below = tree.get(step)
        if below is None:
            at = _passed(record, at)
            continue
        here = (*path, step)
        if here in within:  # the key repeats: what the earlier value held does not count
            _forget(below, here, found, within)
        found[here] = (key_at, at)
        if path:
            within.add(path)
        if below and record[at] in b"{[":
            stack.append((below, here, 0 if record[at] == 0x5B else -1))
            at += 1
        else:
            at = _passed(record, at)


def _forget(tree: dict[Any, Any], path: Path, found: dict[Path, tuple[int, int]], within: set[Path]) -> None:
    todo: list[tuple[dict[Any, Any], Path]] = [(tree, path)]
    while todo:
        node, here = todo.pop()
        if here in within:
            within.discard(here)
            for step, below in node.items():
                found.pop((*here, step), None)
                todo.append((below, (*here, step)))


def _key(record: bytes, start: int, stop: int) -> str:
    raw = record[start:stop]
    return string_value(raw) if b"\\" in raw else raw[1:-1].decode("utf-8", "surrogateescape")


def _skip(record: bytes, at: int) -> int:
    match = _SPACE.match(record, at)
    assert match
    return match.end()


def _passed(record: bytes, at: int) -> int:
    """Return where the value that begins at ``at`` ends."""
    byte = record[at]
    if byte == 0x22:
        return string_end(record, at)
    if byte not in b"{[":
        scalar = _SCALAR.match(record, at)
        assert scalar
        return scalar.end()
    depth = 0
    while True:
        plain = _PLAIN.match(record, at)
        assert plain
        at = plain.end()
        depth += 1 if record[at] in b"{[" else -1
        at += 1
        if depth == 0:
            return at
