"""Which encoding a file is in that is to be brought to UTF-8 (``--encoding auto``): only what is proven counts."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Final, NamedTuple, TypeAlias

from corpusfmt.limits import CHUNK, MAX_DOCUMENT
from corpusfmt.model.format import Format
from corpusfmt.text.display import MULTIBYTE, in_utf16, marked, quoted, wide_encoding
from corpusfmt.text.likely_encoding import LATIN, likely_encoding, name_of
from corpusfmt.text.other_readings import Readings, Rival
from corpusfmt.text.primitives import is_utf8
from corpusfmt.text.utf8 import has_cut, has_narrow_lines, in_utf8

#: So many bytes may hold a declaration.
_HEAD: Final = 4096
#: Fewer bytes beyond ASCII prove nothing.
_ENOUGH: Final = 3
#: So many bytes of lines that are not UTF-8 are looked at together; the first so many of such blocks, and then fewer
#: and fewer, for it takes long.
_BLOCK: Final = 500
_FIRST: Final = 100
#: Such a part of the blocks must be likely to be in one encoding, and none in one of another script.
_MOST: Final = 0.9
#: So many encodings are tried, and named.
_TRIED: Final = 3
#: From so many blocks the languages of a file are learnt.
_LEARNT: Final = 200
_BEYOND: Final = re.compile(rb"[\x80-\xff]")
_RUN: Final = re.compile(rb"[\x80-\xff]++")
#: Two characters beyond ASCII have more bytes in UTF-8.
_TWO: Final = 4
#: The mean length of runs beyond ASCII in a line: at most in Latin script, at least in others.
_WIDEST: Final = 3.5
_NARROWEST: Final = 1.5
#: Characters that stand in no text: they show that bytes were decoded wrongly.
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_CONTROLS_IN_UTF8: Final = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]|\xc2[\x80-\x9f]")

#: U+FFFE, which is a byte order mark in the other order; and so much of a piece is looked at with the next one.
_WRONG: Final = "\ufffe".encode()
_OVERLAP: Final = 64
#: What declarations of encodings look like, in lower case.
_DECLARATIONS: Final = re.compile(rb"(?:charset|encoding)[ \t\r\n]*=[ \t\r\n]*[\"']?([a-z0-9._:-]+)")

#: Gives the pieces of a file, from its beginning.
Pieces: TypeAlias = Callable[[], Iterable[bytes]]


class Verdict(NamedTuple):
    """The encoding of a file by Python's name, and how that is known; without one, why nobody knows.

    ``is_sure``: a mark or a declaration says so. ``by_line``: lines that are in UTF-8 stay as they are. With UTF-8 for
    the encoding, only a declaration is wrong. All empty, there is nothing to change.
    """

    encoding: str = ""
    why: str = ""
    is_sure: bool = False
    by_line: bool = False


_NOTHING: Final = Verdict()


def takes(format: Format) -> bool:
    """Say whether files of a format are texts, which can be in another encoding as a whole."""
    return bool(format.wide_code or format.one_per_file or format.declared)


def judged(pieces: Pieces, format: Format) -> Verdict:
    """Find out which encoding a file is in."""
    head = _head_of(iter(pieces()))
    wide = wide_encoding(head) or in_utf16(head[:_HEAD])
    if wide:
        return _wide(pieces, wide, is_marked=marked(head))
    declared = format.declared(head) if format.declared else None
    if declared is not None and declared.encoding != "utf-8":
        if len(set(_DECLARATIONS.findall(head.lower()))) > 1:
            return Verdict(why="it declares several encodings")
        return _declared(pieces, declared.encoding)
    return _likely(pieces)


def recoded(pieces: Iterable[bytes], verdict: Verdict, format: Format) -> Iterator[bytes]:
    """Give the pieces of a file in UTF-8, and with UTF-8 where it declares something else."""
    made = _by_line(pieces, verdict) if verdict.by_line else _decoded(pieces, verdict.encoding)
    if format.declared is not None:
        head = _head_of(made)
        declared = format.declared(head)
        if declared is not None and declared.encoding != "utf-8":
            head = head[: declared.start] + b"UTF-8" + head[declared.stop :]
        made = chain([head], made)
    yield from filter(None, made)


def _head_of(pieces: Iterator[bytes]) -> bytes:
    """Take so many pieces that they may hold a declaration."""
    head = b""
    while len(head) < _HEAD and (piece := next(pieces, b"")):
        head += piece
    return head


def _decoded(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Give pieces in UTF-8. Raises UnicodeError."""
    if encoding == "utf-8":
        yield from pieces
        return
    decoder = getincrementaldecoder(encoding)("strict")
    for piece in pieces:
        yield decoder.decode(piece).encode()
    yield decoder.decode(b"", True).encode()


def _by_line(pieces: Iterable[bytes], verdict: Verdict) -> Iterator[bytes]:
    for data, is_bad in _parts(pieces):
        yield (in_utf8(data, verdict.encoding) or b"") if is_bad else data


def _parts(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Give runs of whole lines that are UTF-8, and each line that is not. Raises ValueError for a line too long."""
    held: list[bytes] = []
    size = 0
    for piece in chain(pieces, [b""]):
        end = piece.rfind(b"\n") + 1 if piece else 0
        if piece and not end:
            held.append(piece)
            size += len(piece)
            if size > MAX_DOCUMENT:
                raise ValueError
            continue
        whole = b"".join([*held, piece[:end]])
        held, size = [piece[end:]], len(piece) - end
        if is_utf8(whole):
            yield whole, False
        else:
            for line in _lines(whole):
                yield line, not is_utf8(line)


def _lines(data: bytes) -> Iterator[bytes]:
    """Give the lines of some bytes, which end at LF alone."""
    for line in data.split(b"\n")[:-1]:
        yield line + b"\n"
    if not data.endswith(b"\n"):
        yield data[data.rfind(b"\n") + 1 :]


def _wide(pieces: Pieces, name: str, *, is_marked: bool) -> Verdict:
    """Judge a file in UTF-16 or UTF-32, as its mark says or zero bytes do. The name without an order takes the mark."""
    encoding = name[:6] if is_marked else name
    by = "its byte order mark says so" if is_marked else "its zero bytes say so"
    try:
        for data in _decoded(pieces(), encoding):
            if _WRONG in data or (not is_marked and _CONTROLS_IN_UTF8.search(data)):
                return Verdict(why=f"the beginning is in {name} ({by}), but the bytes are not valid text in it")
    except UnicodeError:
        return Verdict(why=f"the beginning is in {name} ({by}), but some bytes are not")
    before = b""
    for piece in pieces():
        if has_narrow_lines(before + piece):
            return Verdict(why=f"the beginning is in {name} ({by}), but some lines are in UTF-8")
        before = piece[-_OVERLAP:]
    return Verdict(encoding, f"in {name} ({by})", is_marked)


def _declared(pieces: Pieces, encoding: str) -> Verdict:
    """Judge a file that declares an encoding."""
    if not encoding:
        return Verdict(why="it declares an encoding that is not known")
    name = name_of(encoding)
    utf8, own = getincrementaldecoder("utf-8")("strict"), getincrementaldecoder(encoding)("strict")
    is_in_utf8, is_in_own, beyond = True, True, False
    for piece in chain(pieces(), [b""]):
        beyond = beyond or not piece.isascii()
        if is_in_utf8:
            try:
                utf8.decode(piece, not piece)
            except UnicodeDecodeError:
                is_in_utf8 = False
        if is_in_own:
            try:
                is_in_own = not _CONTROLS.search(own.decode(piece, not piece))
            except UnicodeError:
                is_in_own = False
    if is_in_utf8 and beyond and not (is_in_own and encoding.startswith(MULTIBYTE)):
        return Verdict("utf-8", f"in UTF-8, and declares {name}")
    if is_in_utf8 and not (beyond or encoding.startswith(MULTIBYTE)):
        return _NOTHING  # it is ASCII
    if is_in_own and not is_in_utf8:
        if not encoding.startswith(MULTIBYTE) and (why := _contradicted(pieces, encoding)):
            return Verdict(why=f"it declares {name}, and {why}")
        return Verdict(encoding, f"in {name}, as it declares", is_sure=True)
    return Verdict(why=f"it declares {name}, and {'may be UTF-8 as well' if is_in_utf8 else 'is not in it'}")


def _contradicted(pieces: Pieces, encoding: str) -> str:
    """Return what speaks against a single-byte encoding that a file declares, or nothing."""
    for block in _blocks(pieces):
        if any(len(run) > 1 and is_utf8(run) for run in _RUN.findall(block)):
            return "some of it may be UTF-8"
    return next((_words(rival) for rival in _rivals(pieces, _readings(pieces, encoding)) if rival.is_better), "")


def _readings(pieces: Pieces, encoding: str) -> Readings:
    """Return what reads lines in a single-byte encoding, in the languages of a file as it reads in this encoding."""
    readings = Readings(encoding)
    if not encoding.startswith(MULTIBYTE):
        for block in islice(_blocks(pieces), _LEARNT):
            readings.learn(block)
    return readings


def _rivals(pieces: Pieces, readings: Readings) -> Iterator[Rival]:
    """Give encodings in which some of a file reads better than in a single-byte encoding, or as well."""
    for block in _blocks(pieces):
        for line in block.split(b"\n"):
            rival = readings.rival(line)
            if rival is not None:
                yield rival
    yield from readings.open()


def _words(rival: Rival) -> str:
    return (
        f"some of it may be in {name_of(rival.encoding)}: {quoted(rival.here, 20)} would be {quoted(rival.there, 20)}"
    )


class _Guesses(NamedTuple):
    """Which encodings blocks of lines are likely to be in, with a word in each; whether those are all that is beyond
    ASCII (a block is mixed with UTF-8 otherwise), and the number of bytes beyond ASCII.
    """

    names: Counter[str]
    words: dict[str, str]
    kinds: set[bool]
    beyond: int


def _guesses(pieces: Pieces) -> _Guesses:
    names: Counter[str] = Counter()
    words: dict[str, str] = {}
    kinds: set[bool] = set()
    beyond = 0
    for number, block in enumerate(_blocks(pieces)):
        beyond += len(_BEYOND.findall(block))
        if number < _FIRST or number & (number - 1) == 0:
            likely = likely_encoding(block, next(at for at, byte in enumerate(block) if byte > 0x7F))
            if likely is not None:
                names[likely.encoding] += 1
                words.setdefault(likely.encoding, likely.word)
                kinds.add(likely.mixed)
    return _Guesses(names, words, kinds, beyond)


def _likely(pieces: Pieces) -> Verdict:
    """Judge a file that declares nothing and has lines that are not UTF-8: they must all be likely to be in one."""
    try:
        found = _guesses(pieces)
        if not found.beyond:
            return _NOTHING
        if found.beyond < _ENOUGH:
            return Verdict(why="too few bytes of it are not UTF-8")
        if not found.names:
            return Verdict(why="no encoding fits its text clearly better than others")
        is_latin = {name in LATIN for name in found.names}
        tried: dict[str, Verdict] = {}
        names = [name for name, _ in found.names.most_common()]
        share = found.names[names[0]] / found.names.total()
        if len(is_latin) == 1 and (share >= _MOST or not any(name.startswith(MULTIBYTE) for name in names)):
            first = _readings(pieces, names[0])
            candidates = [first, *(Readings(name, first.languages) for name in names[1:_TRIED])]
            for readings in candidates:
                name = readings.encoding
                tried[name], rival = _checked(pieces, readings, found.kinds)
                if tried[name].encoding:
                    return tried[name]
                others = {one.encoding for one in candidates}
                if rival is not None and rival.is_better and rival.encoding in LATIN - others and len(others) < _TRIED:
                    candidates.append(Readings(rival.encoding, first.languages))
        if (len(found.names) > 1 and share < _MOST) or not tried:
            return Verdict(why=f"parts of it are likely to be in {_listed(found)}")
        return next(iter(tried.values()))
    except ValueError:
        return Verdict(why="a line of it is too long")


def _listed(found: _Guesses) -> str:
    """Name the encodings that most parts of a file are likely to be in, with a word in each."""
    names = [name for name, _ in found.names.most_common()]
    parts = [f"{name_of(name)} ({quoted(found.words[name], 20)})" for name in names[:_TRIED]]
    if len(names) > _TRIED:
        parts.append("others")
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _checked(pieces: Pieces, readings: Readings, kinds: set[bool]) -> tuple[Verdict, Rival | None]:
    """Judge whether all of a file is in an encoding, or in UTF-8. Also gives an encoding that speaks against it."""
    encoding = readings.encoding
    likely = f"it is likely to be in {name_of(encoding)}, and some of it"
    is_latin, is_wide = encoding in LATIN, encoding.startswith(MULTIBYTE)
    if len(kinds) > 1 or (kinds == {True} and is_wide):
        return Verdict(why=f"some of it is UTF-8, and some likely to be in {name_of(encoding)}"), None
    for data, is_bad in _parts(pieces()):
        text = in_utf8(data, encoding) if is_bad else b""
        if text is None or _CONTROLS_IN_UTF8.search(text):
            return Verdict(why=f"{likely} is not"), None
        if is_bad and has_cut(data):
            return Verdict(why=f"{likely} has lost bytes of UTF-8"), None
        if is_bad and kinds == {False} and _is_of_another(data, is_latin=is_latin):
            return Verdict(why=f"{likely} in another encoding"), None
        if (is_bad and kinds == {False} and any(map(is_utf8, _RUN.findall(data)))) or (
            not is_bad and encoding not in LATIN and _is_by_chance(data)
        ):
            return Verdict(why=f"{likely} may be UTF-8"), None
    for rival in () if is_wide else _rivals(pieces, readings):
        return Verdict(why=f"it is likely to be in {name_of(encoding)}, and {_words(rival)}"), rival
    return Verdict(encoding, f"likely to be in {name_of(encoding)}", by_line=True), None


def _is_of_another(line: bytes, *, is_latin: bool) -> bool:
    """Say whether a line is in another script: in Latin script letters beyond ASCII rarely stand side by side."""
    runs = _RUN.findall(line)
    beyond = sum(map(len, runs))
    return beyond >= _TWO and (beyond / len(runs) > _WIDEST if is_latin else beyond / len(runs) < _NARROWEST)


def _is_by_chance(data: bytes) -> bool:
    """Say whether a line in UTF-8 may be so by chance: it has no two characters beyond ASCII side by side."""
    if data.isascii():
        return False
    runs = (_RUN.findall(line) for line in data.split(b"\n"))
    return any(found and max(map(len, found)) < _TWO for found in runs)


def _blocks(pieces: Pieces) -> Iterator[bytes]:
    """Give the lines that are not UTF-8, some at a time."""
    held: list[bytes] = []
    size = 0
    for data, is_bad in _parts(pieces()):
        if is_bad:
            held.append(data)
            size += len(data)
            if size >= _BLOCK:
                yield b"".join(held)
                held, size = [], 0
    if held:
        yield b"".join(held)


def chunks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Give the pieces of a stream."""
    while piece := read(CHUNK):
        yield piece
