"""A line that is not a record: complete records in it, and the bytes between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple

from corpusfmt.text.display import BOM
from corpusfmt.text.json_reader import SCALAR, JSONFault, value_at

_SPACE: Final = re.compile(rb"[ \t\r\n]*+")
_JUNK: Final = re.compile(rb"(\x00++)|(?:\xef\xbb\xbf)++")


class _Wide(NamedTuple):
    """An encoding with several bytes a character: how an object begins in it, what goes as far as its next brace, and
    what may follow it on its line.
    """

    name: str
    begins: re.Pattern[bytes]
    brace: re.Pattern[bytes]
    blanks: re.Pattern[bytes]


def _wide(name: str) -> _Wide:
    sample = "a".encode(name)
    before, after = sample.split(b"a")

    def unit(chars: bytes) -> bytes:
        return b"%b[%b]%b" % (re.escape(before), chars, re.escape(after))

    any_unit = rb".{%d}" % len(sample)
    string = rb"%b(?:(?!%b)%b|%b%b)*+%b" % (unit(b'"'), unit(rb'"\\'), any_unit, unit(rb"\\"), any_unit, unit(b'"'))
    blank = unit(rb" \t\r")
    begins = rb"(?:%b)?%b(?:%b)*+%b" % (re.escape("\ufeff".encode(name)), unit(rb"{"), blank, unit(b'"'))
    brace = rb"(?:%b|%b)*+(%b)" % (string, unit(rb" \t\r,:\[\]0-9a-zA-Z.+-"), unit(b"{}"))
    blanks = rb"(?:%b)*+(?:%b\Z)?" % (blank, re.escape(before))  # and the first bytes of the line end
    return _Wide(name, re.compile(begins), re.compile(brace, re.S), re.compile(blanks))


_WIDES: Final = tuple(_wide(name) for name in ("UTF-32LE", "UTF-32BE", "UTF-16LE", "UTF-16BE"))
_ANY_WIDE: Final = b"|".join(wide.begins.pattern for wide in _WIDES)
#: An object in one of these whose first bytes were read as the end of a string, before the first byte of value 0.
_WIDE_BEFORE: Final = re.compile(rb"(?:\xff\xfe\{?|\xfe\xff|\{)\Z")
#: So many beginnings of objects in these encodings may turn out to be none, in a line.
_MISSES: Final = 4
#: So many places, and one more for so many bytes of a line, are tried as the beginning of a record that is none: whole
#: records have about as many bytes at least. The rest of the line is one fragment with the last of them.
_TRIES: Final = 16
_BYTES_A_TRY: Final = 32
#: Where a record may begin, or a hole before one. Inside of a string a quote has a backslash before it.
_NEXT: Final = re.compile(rb'(?<!\x00)\x00++(?=[ \t\r]*+(?:\{|\Z))|(?:\xef\xbb\xbf)*+\{[ \t]*+"|%b' % _ANY_WIDE)
#: A key that a fault comes just after: what was read as the end of a string may be the first quote of a record.
_JUST_BEFORE: Final = re.compile(rb'\{[ \t]*+"[ \t]*+\Z')
#: The members of an object, up to the first that is faulty or may be; then those of an object that is the value of
#: that one. And what may stand there without a fault: a last member with its end, another value, a key with escapes.
_KEY: Final = rb'[ \t\r]*+"[^"\\\x00-\x1f]*+"[ \t\r]*+:[ \t\r]*+'
_PLAIN: Final = rb"%b(?:%b|\{[ \t\r]*+\})" % (_KEY, SCALAR)
_SOUND: Final = re.compile(rb"[ \t\r]*+\{(?:%b[ \t\r]*+,)*+(%b\{(?:%b[ \t\r]*+,)*+)?+" % (_PLAIN, _KEY, _PLAIN))
_ENDS: Final = re.compile(rb'(?:%b|(?<=\{))[ \t\r]*+\}|%b[\[{]|[ \t\r]*+"[^"\\]*+\\' % (_PLAIN, _KEY))
#: What a record begins with, in any case.
_OBJECT: Final = re.compile(rb'\{[ \t\r]*+"')
#: A string, with whatever is in it, a quote that begins none, and a brace.
_BRACKET: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["{}]', re.S)
_LOOK_BACK: Final = 64
_BRACE: Final = 0x7B
#: Before a value that belongs to something larger.
_INSIDE: Final = (b":", b",", b"[")
#: Commas between records, and words before one (as of a log): no value goes on there.
_OUTSIDE: Final = re.compile(rb"(?:[ \t\r]*+,)++|[A-Za-z][^\"{}\[\],]*+")


class Part(NamedTuple):
    """A part of a line. A fragment has the ``fault`` of the value that it would be, or none for a value that is no
    record; ``torn`` says that its beginning or its end is not there, ``whole`` that both are: it is a faulty record.
    A ``wide`` part is a whole record in another ``encoding``.
    """

    kind: Literal["record", "fragment", "nul", "bom", "wide"]
    start: int
    stop: int
    torn: bool = False
    whole: bool = False
    fault: JSONFault | None = None
    encoding: str = ""


def parts(line: bytes, depth: int, is_document: Callable[[bytes], bool], *, broken: bool = False) -> list[Part]:
    """Split a line into whole records, in UTF-8 or not, fragments of records, holes of NUL and byte order marks.

    What stands after a fragment is a record only when it ``is_document``, and no value inside of another; so is what
    stands at the beginning of a line that may be ``broken``. Each byte is looked at a few times at most.
    """
    found: list[Part] = []
    at = misses = tries = 0
    while (at := _skip(line, at)) < len(line):
        wide = _begins_wide(line, at) if misses < _MISSES else None
        record = _in_wide(line, at, wide, depth) if wide else None
        if record and not (broken and found and not is_document(decoded(line, record))):
            part = record
        elif junk := _JUNK.match(line, at):
            part = Part("nul" if junk[1] else "bom", at, junk.end())
        else:
            part = _record(line, at, depth, is_document, broken=broken)
        misses += wide is not None and part is not record
        if part.kind == "fragment":
            broken = True
            tries += 1
            if tries > _TRIES + len(line) // _BYTES_A_TRY:
                part = part._replace(stop=len(line))
            if part.fault is not None and part.fault.kind != "length":
                part = part._replace(whole=_is_balanced(line[part.start : part.stop].strip(b" \t\r")))
            last = found[-1] if found else part
            if last.kind == "fragment" and last.stop == part.start and not (last.whole or part.whole):
                part = found.pop()._replace(stop=part.stop)
        found.append(part)
        at = part.stop
    followed = False
    for number in range(len(found) - 1, -1, -1):
        part = found[number]
        if part.kind == "fragment":
            cut = line[part.start] != _BRACE or (part.fault is not None and part.fault.kind == "length")
            found[number] = part._replace(torn=(cut or followed) and not part.whole)
        followed = followed or part.kind in ("record", "nul", "wide")
    return found


def _begins_wide(line: bytes, at: int) -> _Wide | None:
    return next((wide for wide in _WIDES if wide.begins.match(line, at)), None)


def _in_wide(line: bytes, at: int, wide: _Wide, depth: int) -> Part | None:
    """Return the whole object that begins at ``at`` in another encoding, as far as it goes, with the blanks behind."""
    mark = "\ufeff".encode(wide.name)
    level, stop = 0, at + len(mark) * line.startswith(mark, at)
    while found := wide.brace.match(line, stop):
        stop = found.end()
        level += 1 if b"{" in found[1] else -1
        if level == 0:
            blanks = wide.blanks.match(line, stop)
            part = Part("wide", at, blanks.end() if blanks else stop, encoding=wide.name)
            try:
                data = decoded(line, part)
                value_at(data, 0, len(data), depth)
                return part
            except (JSONFault, UnicodeError):
                return None
    return None


def decoded(line: bytes, part: Part) -> bytes:
    """Return a record in another encoding in UTF-8. Raises UnicodeError."""
    data = line[part.start : part.stop]
    width = len("a".encode(part.encoding))
    return data[: len(data) - len(data) % width].decode(part.encoding).removeprefix("\ufeff").encode()


def _is_balanced(piece: bytes) -> bool:
    """Say whether the braces of a faulty object, those in strings aside, close at its end and not before."""
    level = 0
    if not piece.startswith(b"{"):
        return False
    for bracket in _BRACKET.finditer(piece):
        level += {b"{": 1, b"}": -1}.get(bracket[0], 0)
        if bracket[0] == b'"' or (level <= 0 and bracket.end() < len(piece)):
            return False
    return level == 0


def is_fragment(line: bytes) -> bool:
    """Say quickly whether a line that is no JSON, and has no half of a surrogate pair, is one fragment, with nothing in
    it that may be a record. False means only that nobody knows yet.
    """
    sound = _SOUND.match(line)
    at = sound.end() if sound else 1
    if b"\0" in line or BOM in line:
        return False
    if line.find(b"{", at) >= 0 and (line.find(b"}", at) >= 0 or _OBJECT.search(line, at)):
        return False
    return sound is None or not _ENDS.match(line, at)


def _record(line: bytes, at: int, depth: int, is_document: Callable[[bytes], bool], *, broken: bool) -> Part:
    """Return the whole record that begins at ``at``, or a fragment, up to where the next record may begin.

    In a line that is ``broken`` a record must be a document.
    """
    fault: JSONFault | None = None
    resume = at
    try:
        node = value_at(line, at, len(line), depth)
    except JSONFault as error:
        fault, resume = error, max(error.at, at + 1)
        last = error.last
        if last is not None and _is_behind(line, error) and is_document(line[last.start : last.stop]):
            return Part("fragment", at, last.start, fault=fault)
    except UnicodeDecodeError:
        resume = at + 1
    else:
        resume = node.stop
        is_inner = broken and line[_skip(line, resume) :][:1] in (b"}", b"]")
        if node.kind == "{" and not is_inner and (not broken or is_document(line[at:resume])):
            return Part("record", at, resume)
        if node.kind == '"' and (after := _skip(line, resume)) < len(line):  # a key, without the brace before it
            stop = _next(line, at, resume, None)
            return Part("fragment", at, stop, fault=JSONFault("expected the end of the line after the value", after))
    return Part("fragment", at, _next(line, at, resume, fault), fault=fault)


def _is_behind(line: bytes, fault: JSONFault) -> bool:
    """Say whether the value before a fault may be a record, before whose beginning another one was cut off: it has all
    keys of that one, and a record or the end of the line follows.
    """
    last = fault.last
    if last is None or not fault.keys or line[fault.at : fault.at + 1] not in (b"", b"{", b"\0"):
        return False
    return {key for key, _, _ in last.members} >= set(fault.keys)


def _next(line: bytes, start: int, at: int, fault: JSONFault | None) -> int:
    """Return where a record, or a hole before one, may begin after a fault at ``at``; or the end of the line."""
    if fault is not None and fault.kind == "syntax":
        before = max(start + 1, at - _LOOK_BACK)
        if seen := _JUST_BEFORE.search(line, before, at):
            return seen.start()
        if line[at : at + 1] == b"{":  # where no value can be
            return at
        seen = _WIDE_BEFORE.search(line, before, at) if line[at : at + 1] == b"\0" else None
        if seen and _begins_wide(line, seen.start()):
            return seen.start()
    at = max(at, start + 1)
    if line.find(b"{", at) < 0 and line.find(b"\0", at) < 0:  # as most often; faster than the pattern
        return len(line)
    while following := _NEXT.search(line, at):
        at = following.start()
        ahead = line[start:at].rstrip(b" \t\r")
        if line[at] != _BRACE or ahead[-1:] not in _INSIDE or _OUTSIDE.fullmatch(ahead):
            return at
        at += 1
    return len(line)


class Explanation(NamedTuple):
    """What is to be said of a part of a line: where in the line, and what is to be put in place of which bytes."""

    code: str
    message: str
    at: int
    hint: str = ""
    edit: tuple[int, int, bytes] | None = None


def _nul_bytes(number: int) -> str:
    """Return a number of NUL bytes in words."""
    return f"{number:,} NUL byte{'s' if number != 1 else ''}"


def several(line: bytes, found: Sequence[Part], after: bytes) -> Explanation:
    """Report a line without fragments, but for whole records that are faulty: more than one record, or holes and byte
    order marks beside one.

    ``after`` is what follows the line, up to the next one. The edit gives each record a line of its own.
    """
    kinds = ("record", "fragment")
    records = [part for part in found if part.kind in kinds]
    start = found[0].start if found[0].kind not in kinds else found[0].stop
    stop = found[-1].stop if found[-1].kind not in kinds else found[-1].start
    pieces = [line[max(part.start, start) : min(part.stop, stop)].rstrip(b"\r") for part in records]
    many = f"{len(records):,} records on one line"
    if len(records) == len(found):
        if b"\r" not in line[records[0].stop :]:
            return Explanation("JSONL017", many, stop, edit=(start, stop, b"\n".join(pieces)))
        if after == b"\r":  # the last line end of the file
            pieces[-1], stop = line[stop:] + b"\n", len(line) + 1
        edit = (start, stop, b"\n".join(pieces))
        return Explanation("JSONL020", f"{len(records):,} records whose lines end in CR only", start, edit=edit)
    if not records:
        stop = len(line) + len(after)
    size = sum(part.stop - part.start for part in found if part.kind == "nul")
    first = next(part.start for part in found if part.kind not in kinds)
    code, what = (
        ("JSONL018", f"hole of {_nul_bytes(size)}") if size else ("JSONL019", "byte order mark inside the file")
    )
    if len(records) > 1:
        what += f", and {many}"
    return Explanation(code, what, first, edit=(start, stop, b"\n".join(pieces)))


_CUT_HINT: Final = "'corpusfmt fix --unsafe-fixes' moves fragments of records to FILE.cut"


def fragment(line: bytes, found: Sequence[Part], index: int, after: bytes, *, movable: bool) -> Explanation:
    """Report the part at an ``index`` of a line, which is no record. ``movable`` says that a fix may take it out."""
    part, behind = found[index], found[index + 1 : index + 2]
    fault, alone = part.fault, len(found) == 1
    edit = None
    if movable:
        edit = (0, len(line) + len(after), b"") if alone else (part.start, part.stop, b"")
    hint = _CUT_HINT if movable else ""
    if line[part.start : part.stop].strip() == b",":
        return Explanation("JSONL001", "not JSON: a comma after the record", part.start, hint, edit)
    if movable and line[part.start] != _BRACE:
        return Explanation("JSONL001", "not JSON: the beginning of the record is missing", part.start, hint, edit)
    if behind and part.torn:
        what = "and another one follows"
        if behind[0].kind == "nul":
            what = f"by a hole of {_nul_bytes(behind[0].stop - behind[0].start)}"
        return Explanation("JSONL001", f"not JSON: the record is cut off, {what}", part.stop, hint, edit)
    if fault is None:
        return Explanation("JSONL001", "not JSON: expected a record in braces", part.start, hint, edit)
    message = f"not JSON: {fault.message}"
    if fault.kind == "length" and line[fault.at : fault.at + 1] == b'"':
        message += "; the record is cut off, or its text has a raw line end"
        hint = f"write a line end in a text as \\n; {hint}" if movable else "write a line end in a text as \\n"
    elif fault.kind == "length":
        hint = hint or "the file was cut here, or the record spans lines; write one record per line: jq -c . OLD > NEW"
    elif fault.kind == "literal":
        hint = "write null, a number by RFC 8259, or a string in double quotes"
    return Explanation("JSONL001", message, fault.at, hint, edit)


def in_wide(line: bytes, found: Sequence[Part], index: int, after: bytes) -> Explanation:
    """Report a record in another encoding. The edit puts it on a line of its own; ``after`` is the line end if it is in
    that encoding too.
    """
    part, data = found[index], decoded(line, found[index])
    kept = [one for one in found[:index] if one.kind == "record" or (one.kind == "fragment" and not one.torn)]
    before = b"\n" if kept or (index and found[index - 1].kind == "wide") else b""
    follows = found[index + 1].kind if index + 1 < len(found) else ""
    edit = (part.start, part.stop + len(after), before + data + b"\n" * (bool(after) or follows not in ("", "wide")))
    what = "the line" if len(found) == 1 else "a record on the line"
    hint = "'corpusfmt fix --unsafe-fixes' converts it to UTF-8"
    return Explanation("JSONL002", f"not UTF-8: {what} is in {part.encoding}", part.start, hint, edit)


def holed(line: bytes, number: int) -> Explanation:
    """Report a record that is whole when the NUL bytes in it are taken out."""
    edit = (0, len(line), line.replace(b"\0", b""))
    hint = "'corpusfmt fix --unsafe-fixes' removes them; part of the text may be missing"
    return Explanation("JSONL001", f"not JSON: {_nul_bytes(number)} inside the record", line.find(b"\0"), hint, edit)


def _skip(line: bytes, at: int) -> int:
    match = _SPACE.match(line, at)
    assert match, "it matches nothing too"
    return match.end()
