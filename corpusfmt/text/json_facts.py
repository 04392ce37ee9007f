"""Facts about parsed JSON text: duplicate keys, lone surrogates, and a normal form for comparing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from corpusfmt.text.json_reader import Node, parse, string_end, string_value, value_at
from corpusfmt.text.primitives import escape_json

_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
#: One escape; two where they are the halves of a surrogate pair.
_ESCAPE: Final = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\[^u]")
_LONE: Final = re.compile("[\ud800-\udfff]")
#: JSON without escapes, and without white space outside of strings.
_PLAIN: Final = re.compile(rb'(?:[^ \t\n\r"]++|"[^"\\]*+")*+')
_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.S)
_SPACE: Final = b" \t\n\r"
#: The key of a member, in a valid object, and what follows a value there.
_KEY: Final = re.compile(rb'[ \t\n\r,]*+("[^"\\]*+(?:\\.[^"\\]*+)*+")[ \t\n\r]*+:[ \t\n\r]*+', re.S)
_ENDS: Final = re.compile(rb"[ \t\n\r]*+[,}]")


def has_surrogate(raw: bytes) -> bool:
    """Say whether JSON text has an escape that is half a surrogate pair, or one of a whole pair."""
    return b"\\u" in raw and _SURROGATE.search(raw) is not None


def lone_surrogate(raw: bytes) -> int:
    """Return the offset in a valid JSON string of an escape that is half a surrogate pair, or -1."""
    if not _SURROGATE.search(raw) or not _LONE.search(string_value(raw)):
        return -1
    escapes = (match for match in _ESCAPE.finditer(raw) if match[0][1:2] == b"u")
    return next((match.start() for match in escapes if _LONE.search(string_value(b'"%b"' % match[0]))), -1)


def duplicates(node: Node) -> list[tuple[str, int]]:
    """Return key and offset of each key that repeats an earlier one of the same object, in order."""
    found, todo = [], [node]
    while todo:
        here = todo.pop()
        seen = set()
        for key, at, value in here.members:
            if key in seen:
                found.append((key, at))
            seen.add(key)
            todo.append(value)
        todo.extend(here.items)
    return sorted(found, key=lambda pair: pair[1])


def members(line: bytes, values: Mapping[str, Any]) -> list[tuple[str, int, int, int]]:
    """Return where the members of a valid object stand: the key, and the offsets of key, value, and end of the value.

    ``values`` are those of a parser that keeps the last one of equal keys, as they were written. Raises JSONFault for
    one that is not among them and nests too deep.
    """
    found = []
    at = line.index(b"{") + 1
    while member := _KEY.match(line, at):
        raw = member[1]
        key = raw[1:-1].decode() if b"\\" not in raw else string_value(raw)
        start = member.end()
        value = bytes(values[key])
        at = start + len(value)
        if not (line.startswith(value, start) and _ENDS.match(line, at)):
            at = value_at(line, start, len(line)).stop
        found.append((key, member.start(1), start, at))
    return found


def strings(node: Node, buffer: bytes) -> list[tuple[int, int]]:
    """Return the spans in ``buffer`` of all strings in ``node``, keys among them."""
    found, todo = [], [node]
    while todo:
        here = todo.pop()
        if here.kind == '"':
            found.append((here.start, here.stop))
        for _, at, value in here.members:
            found.append((at, string_end(buffer, at)))
            todo.append(value)
        todo.extend(here.items)
    return sorted(found)


def canonical(raw: bytes) -> bytes:
    """Return one spelling for equal JSON: no white space, one form of string escapes.

    Numbers keep their digits and objects the order of their keys. Raises JSONFault.
    """
    out: list[bytes] = []
    todo: list[Node | bytes] = [parse(raw, max_depth=1 << 30, all_items=True)]
    while todo:
        here = todo.pop()
        if isinstance(here, bytes):
            out.append(here)
        elif here.kind == "{":
            todo.append(b"}")
            for i, (key, _, value) in reversed(list(enumerate(here.members))):
                todo += [value, b'%b"%b":' % (b"," if i else b"", _spell(key))]
            out.append(b"{")
        elif here.kind == "[":
            todo.append(b"]")
            for i, value in reversed(list(enumerate(here.items))):
                todo += [value, b"," if i else b""]
            out.append(b"[")
        elif here.kind == '"':
            out.append(b'"%b"' % _spell(string_value(raw[here.start : here.stop])))
        else:
            out.append(raw[here.start : here.stop])
    return b"".join(out)


def spelled(raw: bytes) -> bytes:
    """Return what :func:`canonical` does, of JSON that has been checked: faster, and in little room."""
    if _PLAIN.fullmatch(raw):
        return raw
    out, at = bytearray(), 0
    for match in _STRING.finditer(raw):
        string = match[0]
        out += raw[at : match.start()].translate(None, _SPACE)
        out += b'"%b"' % _spell(string_value(string)) if b"\\" in string else string
        at = match.end()
    out += raw[at:].translate(None, _SPACE)
    return bytes(out)


def _spell(text: str) -> bytes:
    return escape_json(text.encode("utf-8", "surrogatepass"))
