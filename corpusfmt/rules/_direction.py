"""Bidirectional controls that their paragraph does not close."""

from __future__ import annotations

import re
from typing import Final

_EMBEDDINGS: Final = "\u202a\u202b\u202d\u202e"
_ISOLATES: Final = "\u2066\u2067\u2068"
_POP: Final = {"\u202c": _EMBEDDINGS, "\u2069": _ISOLATES}
#: What ends a paragraph, and with it all embeddings (Unicode Standard Annex 9, class B).
_ENDS: Final = "\n\r\x1c\x1d\x1e\x85\u2029"


def unclosed(text: str) -> int:
    """Return the index of the first embedding, override or isolate that its paragraph does not close, or -1."""
    found: list[int] = []
    # Embeddings that are open within each open isolate; closing the isolate forgets them, but leaves them unclosed.
    levels: list[list[int]] = [[]]
    for match in re.finditer(f"[{_EMBEDDINGS}{_ISOLATES}{''.join(_POP)}{_ENDS}]|\\Z", text):
        char = match[0]
        if char and char in _EMBEDDINGS:
            levels[-1].append(match.start())
        elif char and char in _ISOLATES:
            levels.append([match.start()])
        elif char == "\u202c":
            if len(levels[-1]) > (len(levels) > 1):
                levels[-1].pop()
        elif char == "\u2069":
            if len(levels) > 1:
                found += levels.pop()[1:2]
        else:
            found += [level[0] for level in levels if level]
            if found:
                return min(found)
            levels = [[]]
    return -1
