"""The first difference of two JSON objects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from corpusfmt.text.display import shown
from corpusfmt.text.json_facts import spelled
from corpusfmt.text.json_reader import string_value
from corpusfmt.verbs.diff.difference import MetadataDifference

#: Characters of a value that are shown.
_SHOWN: Final = 60
#: A token of JSON in its one spelling: a string, a mark, or a word.
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|[^"{}\[\],:]++', re.S)


def metadata_difference(one: bytes, other: bytes) -> MetadataDifference | None:
    """Return the first member in which two objects differ, as ``Metadata`` compares them; None when they are equal.

    Both are JSON that has been checked. Tokens are looked at one by one: a tree of large metadata takes much room.
    """
    a, b = spelled(one), spelled(other)
    steps: list[bytes | int] = []  # of each open container the key, or the index, that is being looked at
    key = False  # whether a key comes next
    for ours, theirs in zip(_TOKEN.finditer(a), _TOKEN.finditer(b)):  # noqa: B905 - one side may go on
        token = ours[0]
        if token != theirs[0]:
            return _difference(a, ours.start(), b, theirs.start(), steps, key=key)
        if token == b"{":
            steps.append(b"")
            key = True
        elif token == b"[":
            steps.append(0)
            key = False
        elif token in (b"}", b"]"):
            steps.pop()
            key = False
        elif token == b",":
            last = steps[-1]
            if isinstance(last, int):
                steps[-1] = last + 1
            else:
                key = True
        elif key:
            steps[-1], key = token, False
    return None


def _difference(
    a: bytes, here: int, b: bytes, there: int, steps: list[bytes | int], *, key: bool
) -> MetadataDifference:
    marks = (a[here], b[there])
    last = steps[-1]
    if not key and not any(mark in b",]}" for mark in marks):  # two values
        return MetadataDifference(_pointer(steps), _value(a, here), _value(b, there))
    ours, theirs = _next(a, here), _next(b, there)
    if isinstance(last, int):  # one of two arrays has ended
        index = last + (0x2C in marks)
        old, new = (None if at < 0 else _value(raw, at) for raw, at in ((a, ours), (b, theirs)))
        return MetadataDifference(_pointer([*steps[:-1], index]), old, new)
    if ours >= 0 and not _has_key(b, theirs, name := _key(a, ours)):
        return MetadataDifference(_pointer([*steps[:-1], name]), _value(a, ours + len(name) + 1), None)
    if theirs >= 0 and not _has_key(a, ours, name := _key(b, theirs)):
        return MetadataDifference(_pointer([*steps[:-1], name]), None, _value(b, theirs + len(name) + 1))
    return MetadataDifference(_pointer(steps[:-1]), None, None)


def _next(raw: bytes, at: int) -> int:
    """Return where the next member begins, at a mark or at the member; -1 when there is none."""
    return -1 if raw[at] in b"]}" else at + (raw[at] == 0x2C)


def _key(raw: bytes, at: int) -> bytes:
    match = _TOKEN.match(raw, at)
    assert match
    return match[0]


def _has_key(raw: bytes, at: int, key: bytes) -> bool:
    """Say whether an object has a key from ``at`` on, where a member begins."""
    if at < 0:
        return False
    depth, expected = 0, True
    for match in _TOKEN.finditer(raw, at):
        token = match[0]
        if depth == 0 and expected and token == key:
            return True
        expected = depth == 0 and token == b","
        depth += (token in (b"{", b"[")) - (token in (b"}", b"]"))
        if depth < 0:
            break
    return False


def _value(raw: bytes, at: int) -> str:
    """Return the value at ``at``, clipped, and safe to show."""
    stop, depth = at, 0
    for match in _TOKEN.finditer(raw, at):
        token = match[0]
        depth += (token in (b"{", b"[")) - (token in (b"}", b"]"))
        stop = match.end()
        if depth == 0 or stop - at > 4 * _SHOWN:
            break
    clip = at + 4 * _SHOWN + 4
    if stop > clip:
        stop = clip
        while 0x80 <= raw[stop] < 0xC0:  # within a character
            stop -= 1
    return shown(raw[at:stop].decode("utf-8", "surrogatepass"), _SHOWN)


def _pointer(steps: list[bytes | int]) -> str:
    return "".join(_steps(steps))


def _steps(steps: list[bytes | int]) -> Iterator[str]:
    for step in steps:
        name = str(step) if isinstance(step, int) else string_value(step)
        yield "/" + name.replace("~", "~0").replace("/", "~1")
