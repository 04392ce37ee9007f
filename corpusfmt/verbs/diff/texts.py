"""The first difference of two texts, and whether only line ends, normalisation or white space differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, Literal

from corpusfmt.limits import MIB
from corpusfmt.model.document import Document, characters
from corpusfmt.text.display import shown
from corpusfmt.text.primitives import is_utf8
from corpusfmt.verbs.diff.difference import TextDifference

#: Characters that are shown before the place and from it on.
_BEFORE, _AFTER = 20, 40
_CONTINUATION: Final = bytes(range(0x80, 0xC0))
_TAILS: Final = frozenset(bytes([byte]) for byte in _CONTINUATION)
#: The same as they are decoded where a character was cut.
_HALVES: Final = _CONTINUATION.decode("utf-8", "surrogateescape")
#: Before such a character texts can be cut: it is no white space, and nothing composes with what stands before it.
_CUT: Final = re.compile(rb"[!-~]")
#: Normalising takes quadratic time where marks stand on one another. So many in a row are in no script.
_STACK: Final = 64


def text_difference(one: Document, other: Document) -> TextDifference | None:
    """Return where the texts of two documents differ, and how; None when they do not."""
    a, b = _readable(one), _readable(other)
    if a is None or b is None:
        a = one.data if a is None else a
        b = other.data if b is None else b
        at = _first(a, b)
        if at < 0:  # the same bytes, which are not to be decoded as they are declared
            declared = [document.encoding or "utf-8" for document in (one, other)]
            same = declared[0] == declared[1]
            return None if same else TextDifference(0, 0, 0, declared[0], declared[1], "encoding")
        return TextDifference(0, 0, at, _around(a, at), _around(b, at))
    at = _first(a, b)
    if at < 0:
        return None
    while at and (a[at : at + 1] in _TAILS or b[at : at + 1] in _TAILS):
        at -= 1
    start = a.rfind(b"\n", 0, at) + 1
    column = len(a[start:at].translate(None, _CONTINUATION)) + 1
    return TextDifference(a.count(b"\n", 0, at) + 1, column, at, _around(a, at), _around(b, at), _only(a, b))


def _readable(document: Document) -> bytes | None:
    """Return a text as UTF-8; None when its encoding cannot decode it."""
    text = characters(document)
    return None if text is document.data and not is_utf8(text) else text


def _first(a: bytes, b: bytes) -> int:
    """Return the first byte that differs, which may be the end of one of them; -1 when none does."""
    start, stop = 0, min(len(a), len(b))
    step = 64 * 1024
    while start < stop and a[start : start + step] == b[start : start + step]:
        start += step
    if start >= stop:
        return -1 if len(a) == len(b) else stop
    stop = min(stop, start + step)
    while start < stop:  # what lies before start is the same, what lies before stop is not
        middle = (start + stop) // 2
        if a[start : middle + 1] == b[start : middle + 1]:
            start = middle + 1
        else:
            stop = middle
    return start


def _around(text: bytes, at: int) -> str:
    head = text[max(0, at - 4 * _BEFORE) : at].decode("utf-8", "surrogateescape")
    before = head[-_BEFORE:]
    if at > 4 * _BEFORE or len(head) > _BEFORE:
        before = "…" + before.lstrip(_HALVES)
    tail = text[at : at + 4 * _AFTER + 4].decode("utf-8", "surrogateescape")
    return shown(before) + shown(tail, _AFTER)


def _only(a: bytes, b: bytes) -> str:
    """Return the least that explains all of the difference between two texts in UTF-8, or nothing."""
    for name, view in _VIEWS.items():
        if _same(view(_pieces(a)), view(_pieces(b))):
            return name
    return ""


def _pieces(text: bytes) -> Iterator[str]:
    """Cut a text into pieces that can be looked at one by one: as characters a large text takes much room."""
    at = 0
    while at < len(text):
        cut = _CUT.search(text, at + MIB)
        stop = cut.start() if cut else len(text)
        yield text[at:stop].decode("utf-8", "surrogatepass")
        at = stop


def _line_ends(pieces: Iterator[str]) -> Iterator[str]:
    for piece in pieces:
        yield piece.replace("\r\n", "\n").replace("\r", "\n")


def _normal(form: Literal["NFC", "NFKC"]) -> Callable[[Iterator[str]], Iterator[str]]:
    def view(pieces: Iterator[str]) -> Iterator[str]:
        from unicodedata import normalize

        for piece in pieces:
            yield piece if piece.isascii() or _stacked(piece) else normalize(form, piece)

    return view


def _stacked(piece: str) -> bool:
    """Say whether there is a run of more than two stacks of combining marks: one fills a stack that is looked at."""
    from unicodedata import combining

    return any(
        combining(piece[at]) and all(map(combining, piece[at : at + _STACK]))
        for at in range(0, len(piece) - _STACK, _STACK)
    )


def _spaces(pieces: Iterator[str]) -> Iterator[str]:
    """Put one space for each run of white space, and none at the ends."""
    begun = gap = False
    for piece in pieces:
        words = piece.split()
        if words:
            yield (" " if begun and (gap or piece[0].isspace()) else "") + " ".join(words)
            begun, gap = True, piece[-1].isspace()
        else:
            gap = True


_VIEWS: Final[dict[str, Callable[[Iterator[str]], Iterator[str]]]] = {
    "line ends": _line_ends, "NFC": _normal("NFC"), "white space": _spaces, "NFKC": _normal("NFKC"),
}  # fmt: skip


def _same(a: Iterator[str], b: Iterator[str]) -> bool:
    """Say whether pieces are the same when they are put together."""
    one = other = ""
    while True:
        one = one or next(filter(None, a), "")
        other = other or next(filter(None, b), "")
        size = min(len(one), len(other))
        if not size:
            return one == other
        if one[:size] != other[:size]:
            return False
        one, other = one[size:], other[size:]
