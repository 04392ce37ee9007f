"""Explaining differences: different documents are read again, and the first difference of each part is found."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Literal

from corpusfmt import storage
from corpusfmt.limits import MIB
from corpusfmt.model.document import Document, build, characters
from corpusfmt.model.errors import SourceChangedError
from corpusfmt.text.display import quoted, shown
from corpusfmt.text.json_facts import spelled
from corpusfmt.text.json_reader import string_value
from corpusfmt.text.primitives import is_utf8
from corpusfmt.verbs.diff.difference import Difference, MetadataDifference, TextDifference
from corpusfmt.verbs.diff.document_numbers import Places
from corpusfmt.verbs.diff.pair_by_id import Line

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


#: Characters of a value that are shown.
_SHOWN_LENGTH: Final = 60
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
        if depth == 0 or stop - at > 4 * _SHOWN_LENGTH:
            break
    clip = at + 4 * _SHOWN_LENGTH + 4
    if stop > clip:
        stop = clip
        while 0x80 <= raw[stop] < 0xC0:  # within a character
            stop -= 1
    return shown(raw[at:stop].decode("utf-8", "surrogatepass"), _SHOWN_LENGTH)


def _pointer(steps: list[bytes | int]) -> str:
    return "".join(_steps(steps))


def _steps(steps: list[bytes | int]) -> Iterator[str]:
    for step in steps:
        name = str(step) if isinstance(step, int) else string_value(step)
        yield "/" + name.replace("~", "~0").replace("/", "~1")


#: Bytes of a number in the scratch file.
_WIDTH = 8


class Fetch:
    """The documents at some places (from 0) of a corpus, in any order, each any number of times.

    Those that are passed on the way to another and are ``wanted`` are put aside, those of ``heads`` without their
    texts. ``what`` names the corpus in a message.
    """

    def __init__(
        self,
        batches: Iterator[Sequence[Document]],
        what: str,
        wanted: Places | None = None,
        heads: Places | None = None,
    ) -> None:
        self._documents = (document for batch in batches for document in batch)
        self._what = what
        self._next = 0  # the place of the next document
        self._last: Document | None = None
        self._shelves = [_Shelf(places, whole=places is wanted) for places in (wanted, heads) if places is not None]

    def get(self, place: int) -> Document:
        """Return the document at a place. Raises as the scan; SourceChangedError when it is no longer there."""
        while self._next <= place:
            if self._last is not None:
                for shelf in self._shelves:
                    shelf.put(self._next - 1, self._last)
            self._last = next(self._documents, None)
            if self._last is None:
                raise self.changed()
            self._next += 1
        if place == self._next - 1 and self._last is not None:
            return self._last
        for shelf in self._shelves:
            if place in shelf.places:
                return shelf.get(place)
        raise AssertionError("what was passed was wanted")

    def changed(self) -> SourceChangedError:
        """Return the error that says that the source is not what it was."""
        return SourceChangedError(f"{self._what} changed while it was compared; compare again")

    def close(self) -> None:
        """Let go of what was put aside."""
        for shelf in self._shelves:
            shelf.close()


class _Shelf:
    """Documents that were put aside, in a scratch file; where each begins is known by its rank among the places."""

    def __init__(self, places: Places, *, whole: bool) -> None:
        self.places, self._whole = places, whole
        self._starts = array("Q")
        self._aside: storage.Scratch | None = None
        places.count()

    def put(self, place: int, document: Document) -> None:
        if place not in self.places:
            return
        if self._aside is None:
            self._aside = storage.Scratch("", "")
            self._starts = array("Q", bytes(_WIDTH * len(self.places)))
        packed = _packed(document, document.data if self._whole else b"")
        self._starts[self.places.before(place)] = self._aside.size
        self._aside.write(len(packed).to_bytes(_WIDTH, "little") + packed)

    def get(self, place: int) -> Document:
        assert self._aside is not None, "it was put aside"
        start = self._starts[self.places.before(place)]
        size = int.from_bytes(self._aside.at(start, _WIDTH), "little")
        return _unpacked(self._aside.at(start + _WIDTH, size))

    def close(self) -> None:
        if self._aside:
            self._aside.close()


def _packed(document: Document, data: bytes) -> bytes:
    head = [document.id, document.name, document.encoding, document.origin, len(document.meta_json)]
    return b"%b\n%b%b" % (json.dumps(head).encode(), document.meta_json, data)


def _unpacked(packed: bytes) -> Document:
    head, _, rest = packed.partition(b"\n")
    id, name, encoding, origin, size = json.loads(head)
    return build(id, name, rest[size:], encoding, rest[:size], origin and tuple(origin))


#: Characters of a name, and of a JSON Pointer, that are shown.
_SHOWN = 200
_ONLY = {
    "line ends": "only line ends differ", "NFC": "only normalisation differs (NFC)",
    "white space": "only white space differs", "NFKC": "only normalisation differs (NFKC)",
}  # fmt: skip


def explained(line: Line, a: Fetch, b: Fetch) -> Difference:
    """Return what is reported for a difference, of which both sides are read again.

    Raises OSError, and as the scans; SourceChangedError when a source has changed.
    """
    kind = line.kind
    places = (line.a + 1, line.b + 1)
    if kind == "reordered":
        first, last = places
        message = f"from place {first:,} to {last:,}, too many documents to determine which of them moved"
        return Difference(kind, None, "", message, places=places)
    if kind == "removed":
        document = a.get(line.a)
        return Difference(kind, document.id, document.name, "", document.origin, None, places)
    document = b.get(line.b)
    if kind == "added":
        return Difference(kind, document.id, document.name, "", None, document.origin, places)
    if kind == "moved":
        message = f"from place {places[0]:,} to {places[1]:,}"
        return Difference(kind, document.id, document.name, message, None, document.origin, places)
    before = a.get(line.a)
    text: TextDifference | None = None
    metadata: MetadataDifference | None = None
    parts = []
    if kind == "renamed" and before.name != document.name:
        parts.append(f"{quoted(before.name, _SHOWN)} -> {quoted(document.name, _SHOWN)}")
    if "t" in line.what and (text := text_difference(before, document)):
        parts.append(_about_text(text))
    if "m" in line.what and (metadata := metadata_difference(before.meta_json, document.meta_json)):
        parts.append(_about_metadata(metadata))
    if before.id != document.id or not parts:
        raise b.changed()
    return Difference(
        kind, document.id, document.name, "; ".join(parts), before.origin, document.origin, places, text, metadata
    )


def _about_text(found: TextDifference) -> str:
    if found.only == "encoding":
        return f"text: the same bytes, which are neither {found.old} nor {found.new}"
    place = f"byte {found.byte:,} of the text"
    if found.line:
        place = f"line {found.line:,}, column {found.column:,} ({place})"
    only = f", {_ONLY[found.only]}" if found.only else ""
    return f'text: {place}: "{found.old}" -> "{found.new}"{only}'


def _about_metadata(found: MetadataDifference) -> str:
    where = f" {shown(found.pointer, _SHOWN)}" if found.pointer else ""
    if found.old is None and found.new is None:
        return f"metadata{where}: the order of keys differs"
    old, new = ("nothing" if value is None else value for value in (found.old, found.new))
    return f"metadata{where}: {old} -> {new}"
