"""A strict parser of JSON text (RFC 8259) that keeps offsets.

The fast parsers say that a line is wrong but not, to the column, where; they keep the last of two equal
keys and turn ``1e400`` into infinity. This one keeps spans instead of values. It is used on the lines that
a fast parser turned away, and to compare metadata.
"""

from __future__ import annotations

import json
import re
from typing import Final, NamedTuple

from corpusfmt.limits import MAX_DEPTH
from corpusfmt.text.display import quoted

_SPACE: Final = re.compile(rb"[ \t\n\r]*+")
_STRING: Final = re.compile(rb'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+"')
_GOOD_PART: Final = re.compile(rb'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+')
_NUMBER: Final = re.compile(rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?+[0-9]++)?+")
_WORD: Final = re.compile(rb"true|false|null")
SCALAR: Final = rb"(?:%b|%b|%b)" % (_STRING.pattern, _WORD.pattern, _NUMBER.pattern)
#: A member whose key has no escape and whose value is a scalar, and items of an array that need no node, with what
#: follows: most of what a record holds, each in one step.
_MEMBER: Final = re.compile(
    rb'[ \t\n\r]*+("[^"\\\x00-\x1f]*+")[ \t\n\r]*+:[ \t\n\r]*+(?:(%b)|((?:%b)|%b))[ \t\n\r]*+([,}])'
    % (_STRING.pattern, _WORD.pattern, _NUMBER.pattern)
)
_ITEMS: Final = re.compile(
    rb'(?:[ \t\n\r]*+(?:"[^"\\\x00-\x1f]*+"|%b|%b)[ \t\n\r]*+,)++' % (_WORD.pattern, _NUMBER.pattern)
)
#: What writers put where JSON has nothing: numbers that are none, and literals of Python and JavaScript.
_NO_LITERAL: Final = re.compile(
    rb"[+-]?(?:nan|inf(?:inity)?)(?![\w.])|(?:none|true|false|null|undefined)(?![\w.])", re.I
)
_NO_NUMBER: Final = re.compile(rb"[+-]?[0-9.][\w.+-]*+")


class JSONFault(Exception):
    """JSON text is wrong at ``at`` (a byte offset in the buffer).

    ``kind`` is ``depth``; ``length`` where the value and the text do not end together; ``literal`` for a word or number
    that JSON does not have; otherwise ``syntax``. Where something else than a comma or an end follows a value, ``last``
    is that value, and ``keys`` are those of the outermost object.
    """

    def __init__(self, message: str, at: int, kind: str = "syntax") -> None:
        super().__init__(message)
        self.message, self.at, self.kind = message, at, kind
        self.last: Node | None = None
        self.keys: list[str] = []


class Node(NamedTuple):
    """A JSON value: ``kind`` is one of ``{ [ " 0 t`` (t for true, false and null); the span is in bytes."""

    kind: str
    start: int
    stop: int
    members: list[tuple[str, int, Node]]  # key, offset of the key, value
    items: list[Node]


#: Those of all scalars, which are never added to.
_NO_MEMBERS: Final[list[tuple[str, int, Node]]] = []
_NO_ITEMS: Final[list[Node]] = []


class _Open:
    """A container that is being read. ``stop`` is filled in when it closes."""

    __slots__ = ("items", "key", "key_at", "kind", "members", "start")

    def __init__(self, kind: str, start: int) -> None:
        self.kind, self.start = kind, start
        self.members: list[tuple[str, int, Node]] = []
        self.items: list[Node] = []
        self.key, self.key_at = "", -1


def string_value(raw: bytes) -> str:
    """Return the value of a valid JSON string, quotes included in ``raw``; lone surrogates stay."""
    text = raw.decode("utf-8", "surrogatepass")
    value: str = json.loads(text) if "\\" in text else text[1:-1]
    return value


def parse(buffer: bytes, max_depth: int = MAX_DEPTH, *, all_items: bool = False) -> Node:
    """Read one JSON value that fills ``buffer``, white space aside; the bytes are UTF-8.

    Raises JSONFault with the offset and what was expected there. Duplicate keys are kept, both. Of arrays only
    containers and strings with escapes are kept, unless ``all_items``: a node takes a hundred times the room of
    a small number.
    """
    stop = len(buffer)
    node = value_at(buffer, 0, stop, max_depth, all_items=all_items)
    after = _skip(buffer, node.stop, stop)
    if after < stop:
        raise JSONFault("expected the end of the line after the value", after, "length")
    return node


def value_at(buffer: bytes, start: int, stop: int, max_depth: int = MAX_DEPTH, *, all_items: bool = False) -> Node:
    """Read one JSON value as :func:`parse` does; anything may follow it in ``buffer[start:stop]``. Raises JSONFault."""
    stack: list[_Open] = []
    at = _skip(buffer, start, stop)
    while True:
        first = buffer[at : at + 1] if at < stop else b""
        if first in (b"{", b"["):
            if len(stack) >= max_depth:
                raise JSONFault(f"nested deeper than {max_depth} levels", at, "depth")
            stack.append(_Open(first.decode(), at))
            at = _skip(buffer, at + 1, stop)
            if buffer[at : at + 1] == (b"}" if first == b"{" else b"]") and at < stop:
                node, at = _close(stack.pop(), at)
            else:
                at = _begin(buffer, at, stop, stack[-1], all_items=all_items)
                continue
        else:
            node = _scalar(buffer, at, stop)
            at = node.stop
        while True:  # a value is complete: give it to what holds it
            if not stack:
                return node
            at = _skip(buffer, at, stop)
            top = stack[-1]
            if top.kind == "{":
                top.members.append((top.key, top.key_at, node))
            elif (
                all_items
                or node.members
                or node.items
                or (node.kind == '"' and b"\\" in buffer[node.start : node.stop])
            ):
                top.items.append(node)
            follows = buffer[at : at + 1] if at < stop else b""
            if follows == b",":
                at = _begin(buffer, at + 1, stop, top, all_items=all_items)
                break
            if follows != (b"}" if top.kind == "{" else b"]"):
                what = "'}'" if top.kind == "{" else "']'"
                fault = _expected(f"',' or {what}", buffer, at, stop)
                outer = stack[0]
                fault.last, fault.keys = node, [key for key, _, _ in outer.members]
                if outer is not top and outer.kind == "{":
                    fault.keys.append(outer.key)
                raise fault
            node, at = _close(stack.pop(), at)


def _begin(buffer: bytes, at: int, stop: int, top: _Open, *, all_items: bool) -> int:
    """Return where the next value of a container begins. What is quickly read before it is given to the container."""
    if top.kind == "{":
        while (member := _MEMBER.match(buffer, at, stop)) and member[4] == b",":
            _add(top, member)
            at = member.end()
        return _key(buffer, _skip(buffer, at, stop), stop, top)
    if not all_items and (items := _ITEMS.match(buffer, at, stop)):
        at = items.end()
    return _skip(buffer, at, stop)


def _add(top: _Open, member: re.Match[bytes]) -> None:
    group = 2 if member[2] is not None else 3
    start, end = member.span(group)
    kind = '"' if group == 2 else "t" if member[3][0] in b"tfn" else "0"
    key = member[1][1:-1].decode("utf-8", "surrogatepass")
    top.members.append((key, member.start(1), Node(kind, start, end, _NO_MEMBERS, _NO_ITEMS)))


def _close(top: _Open, at: int) -> tuple[Node, int]:
    return Node(top.kind, top.start, at + 1, top.members, top.items), at + 1


def _skip(buffer: bytes, at: int, stop: int) -> int:
    if at < stop and buffer[at] > 0x20:
        return at
    match = _SPACE.match(buffer, at, stop)
    return match.end() if match else at


def _expected(what: str, buffer: bytes, at: int, stop: int) -> JSONFault:
    if at >= stop:
        return JSONFault(f"expected {what}, found the end of the line", at, "length")
    char = buffer[at : min(at + 4, stop)].decode("utf-8", "ignore")[:1]
    return JSONFault(f"expected {what}, found {char!a}", at)


def _key(buffer: bytes, at: int, stop: int, top: _Open) -> int:
    if at >= stop or buffer[at] != 0x22:
        raise _expected("a key in double quotes", buffer, at, stop)
    end = _string(buffer, at, stop)
    top.key, top.key_at = string_value(buffer[at:end]), at
    at = _skip(buffer, end, stop)
    if at >= stop or buffer[at] != 0x3A:
        raise _expected("':' after the key", buffer, at, stop)
    return _skip(buffer, at + 1, stop)


def string_end(buffer: bytes, at: int) -> int:
    """Return where the valid JSON string that begins at ``at`` ends, its closing quote included."""
    return _string(buffer, at, len(buffer))


def _string(buffer: bytes, at: int, stop: int) -> int:
    match = _STRING.match(buffer, at, stop)
    if match:
        return match.end()
    good = _GOOD_PART.match(buffer, at, stop)
    fault = good.end() if good else at
    if fault >= stop:
        raise JSONFault("the string does not end", at, "length")
    if buffer[fault] == 0x5C:
        raise JSONFault("invalid escape in a string", fault)
    raise JSONFault("control character in a string; it must be escaped", fault)


def _scalar(buffer: bytes, at: int, stop: int) -> Node:
    first = buffer[at] if at < stop else 0
    if first == 0x22:
        return Node('"', at, _string(buffer, at, stop), _NO_MEMBERS, _NO_ITEMS)
    match = _WORD.match(buffer, at, stop)
    kind = "t"
    if not match:
        match, kind = _NUMBER.match(buffer, at, stop), "0"
    end = match.end() if match else at
    if not match or (end < stop and (buffer[end : end + 1].isalnum() or buffer[end] in b"._+-")):
        if other := _NO_LITERAL.match(buffer, at, stop) or _NO_NUMBER.match(buffer, at, stop):
            raise JSONFault(f"{quoted(other[0], 30)} is not a JSON number or literal", at, "literal")
        raise _expected("a value", buffer, at, stop)
    return Node(kind, at, end, _NO_MEMBERS, _NO_ITEMS)
