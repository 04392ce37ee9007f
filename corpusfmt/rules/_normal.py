"""Converting texts to Normalization Form C in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

#: Sorting a run of accents costs Python the square of its length: no piece is longer, and no run of half of it is
#: looked into.
_PIECE: Final = 2048
#: Letters and signs that have nothing to do with what stands before them: a text may be cut there.
_CUT: Final = (
    "\x00-\x7f\xa0-\u02ff\u0370-\u0482\u05d0-\u05ea\u0621-\u064a\u0904-\u0939\u0985-\u09b9\u0a85-\u0ab9\u0b85-\u0bb9"
    "\u0c05-\u0c39\u0d05-\u0d39\u0e01-\u0e30\u1000-\u102a\u1200-\u135a\u1780-\u17b3\u1e00-\u1ffc\u3001-\u3020\u3041-\u3096"
    "\u30a1-\u30fa\u3400-\u9fff\uac00-\ud7a3\u2010-\u205e\u20a0-\u20bf\u2116\u2122"
)


def normal(text: str) -> str:
    """Return a text in NFC: the same object when it is."""
    from unicodedata import is_normalized, normalize

    pieces = list(_pieces(text))
    good = [is_slow or is_normalized("NFC", piece) for piece, is_slow in pieces]
    if all(good):
        return text
    return "".join([piece if fine else normalize("NFC", piece) for (piece, _), fine in zip(pieces, good, strict=True)])


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Cut a text where that does not matter, and say of which piece it would be too slow to normalise it."""
    at = 0
    if len(text) > _PIECE and re.search(f"[^{_CUT}]", text):  # without an accent none is slow
        for run in re.finditer(f"(?:[{_CUT}]|\\A)[^{_CUT}]{{{_PIECE // 2},}}", text):
            yield from ((piece, False) for piece in _cut(text[at : run.start()]))
            yield run[0], True
            at = run.end()
        yield from ((piece, False) for piece in _cut(text[at:]))
    else:
        yield text, False


def _cut(text: str) -> Iterator[str]:
    at, cut = 0, re.compile(f"[{_CUT}]")
    while len(text) - at > _PIECE and (match := cut.search(text, at + _PIECE // 2)):
        yield text[at : match.start()]
        at = match.start()
    yield text[at:]
