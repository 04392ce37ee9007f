"""Checking JSON objects: a fast parser first, the strict one for anything that the fast one refuses or cannot check."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpusfmt.limits import MAX_DEPTH
from corpusfmt.model.document import Document
from corpusfmt.text.display import quoted
from corpusfmt.text.json_facts import duplicates, lone_surrogate, strings
from corpusfmt.text.json_reader import JSONFault, parse
from corpusfmt.text.primitives import escape_json_each

_NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
_NO_BRACKET = rb'(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+'


def check_object(raw: bytes, depth: int = MAX_DEPTH) -> list[tuple[str, int]]:
    """Check that ``raw``, which is UTF-8, is one JSON object. Return remarks, each with its byte.

    Remarked are keys that repeat in one object and halves of surrogate pairs: both are carried as they
    are. Raises JSONFault for all else, nesting deeper than ``depth`` levels among it.
    """
    if raw == b"{}" or is_canonical(raw, depth):
        return []
    if (at := too_deep(raw, depth)) >= 0:
        raise JSONFault(f"nested deeper than {depth} levels", at, "depth")
    node = parse(raw, max_depth=depth)
    if node.kind != "{":
        raise JSONFault("expected an object in braces", node.start)
    notes = [
        (f"duplicate key {quoted(key)}; readers keep either the first or the last", at) for key, at in duplicates(node)
    ]
    notes += surrogates(raw, strings(node, raw))
    return sorted(notes, key=lambda note: note[1])


def is_canonical(raw: bytes, depth: int = MAX_DEPTH) -> bool:
    """Say whether a JSON object has nothing that needs a closer look: no key repeats, it has no half of a surrogate
    pair, and nests no deeper than ``depth`` levels. False means only that nobody knows yet.
    """
    if raw.count(b"{") + raw.count(b"[") > depth // 2 and not _is_shallow(raw, depth):
        return False
    import msgspec

    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    if type(value) is not dict:
        return False
    compact = msgspec.json.encode(value)
    # A parser keeps the last of two equal keys; with the other one two quotes at least are gone.
    return compact == raw or (b"\\u0022" not in raw and compact.count(b'"') == raw.count(b'"'))


def _is_shallow(raw: bytes, depth: int) -> bool:
    """Say whether valid JSON nests no deeper than half of ``depth``, as far as a fast parser is sure to follow."""
    brackets = re.sub(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', b"", raw, flags=re.S).translate(None, _NO_BRACKETS)
    if re.search(rb"[{\[]{%d}" % (depth // 2 + 1), brackets):
        return False
    for _ in range(depth // 4):
        inner = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if len(inner) == len(brackets):
            break
        brackets = inner
    return not brackets


def too_deep(raw: bytes, depth: int) -> int:
    """Return where JSON text first nests deeper than ``depth`` levels, or -1."""
    if raw.count(b"{") + raw.count(b"[") <= depth or _is_shallow(raw, depth):
        return -1
    if straight := re.match(rb"(?:%b[{\[]){%d}" % (_NO_BRACKET, depth + 1), raw, re.S):
        return straight.end() - 1
    level = 0
    for bracket in re.finditer(rb"(?:%b)([{}\[\]])" % _NO_BRACKET, raw, re.S):
        level += 1 if bracket[1] in b"{[" else -1
        if level > depth:
            return bracket.start(1)
    return -1


def surrogates(raw: bytes, spans: list[tuple[int, int]]) -> list[tuple[str, int]]:
    """List the strings of ``raw`` that hold half a surrogate pair, with the byte of the escape."""
    if b"\\u" not in raw:
        return []
    found = []
    for start, stop in spans:
        at = lone_surrogate(raw[start:stop])
        if at >= 0:
            found.append(("half a surrogate pair, which is not a character", start + at))
    return found


def spelled_ids(documents: Sequence[Document]) -> list[bytes]:
    """Return the ids of documents as JSON: strings in quotes, integers bare."""
    inside = escape_json_each([str(document.id).encode() for document in documents])
    return [
        b'"%b"' % text if isinstance(document.id, str) else text
        for document, text in zip(documents, inside, strict=True)
    ]
