"""Lines of a text that show that its file was cut, joined, merged or written in another bundle format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from corpusfmt.formats.seed.grammar import MARKER, HeaderFault, parse_header, spell_id, spell_name
from corpusfmt.text.display import quoted

#: Lines that version 1 alone has: metadata, and what is written with a backslash there.
_VERSION1: Final = re.compile(
    rb"^(?:<<<META(?=[ {>])|\\++<<<(?:SEED|FILE|META)|\\\\++ No newline at end of file\r?$)[^\n]*+", re.M
)
_ENDS: Final = (MARKER, MARKER + b"\n", MARKER + b"\r\n")
#: What git and others write around the two sides of a conflict.
_CONFLICT: Final = re.compile(rb"^(?:<{7} [^\n]++|\|{7}(?: [^\n]*+|\r?$)|={7}\r?$|>{7} [^\n]++)", re.M)
#: Lines that end a file, or begin one, in bundles of other programs.
_DELIMITERS: Final = re.compile(
    rb"^[ \t*_`\"'#>-]{0,8}+<{3,4}+[ \t]*+"
    rb"(?i:/[ \t]*+(?:file|doc)|(?:end(?:of)?(?:file|doc(?:ument)?)?|eo[ft]|begin|start|stop|done)(?![a-z]))"
    rb"[^<>\n]{0,200}+>{3,4}+[ \t*_`\"'\r]{0,8}+$",
    re.M,
)
#: How far before its end the last text is looked at.
_TAIL: Final = 600
_FENCE: Final = re.compile(rb"^ {0,3}(?:```+|~~~+)([^\n`]*+)$", re.M)
_BREAK: Final = re.compile(rb"\n[ \t\r]*+\n|^ {0,3}(?:```+|~~~+|---+|\*\*\*+)[ \t\r]*+\n", re.M)
#: How sentences begin with which a language model takes its leave, a language or two a line.
_FILES: Final = r"(?:files|documents|bundle|output)\b"
_LEAVE: Final = (
    r"(?:please )?let me know\b|(?:i )?hope (?:this|that|these|it) (?:all )?helps?\b|is there anything else\b",
    r"feel free to (?:ask|adjust|let|modify|reach|request)\b|(?:would|do) you (?:like|want) me to\b",
    r"if you[^.!?\n]{0,80} (?:me to|adjustments|any questions|changes|help with|modifications)\b",
    rf"(?:these|those|that|this|here) (?:are|is|completes?|concludes?) (?:all )?(?:the|your) (?:\w+ ){{0,3}}{_FILES}",
    rf"i(?:['’]ve| have) (?:now )?(?:created|generated|written|produced|included)\b|end of (?:the )?{_FILES}",
    rf"all (?:\w+ ){{0,2}}{_FILES} (?:have been|are|were)\b",
    r"(?:lass|lassen sie|gib|geben sie) (?:es )?mi(?:ch|r) (?:wissen|bescheid)|sag(?:en sie)? (?:mir )?bescheid",
    r"ich hoffe,? d[ai]e?s hilft|n['’]hésite[zr]? pas|(?:dis|dites)-moi si|fai(?:s|tes)-moi savoir",
    r"j['’]espère que cel?a|avísame si|hazme saber|no dudes en|espero que (?:esto|te) |fammi sapere",
    r"spero che (?:questo|ti)|me avise se|espero que (?:isso|ajude)|дай(?:те)? (?:мне )?знать|надеюсь,? это пом",
    r"希望(?:这|這|对|對)|如果(?:你|您|需要|有)|お役に立て",
)
_FAREWELL: Final = re.compile(rf"(?:\A|[.!?…:]\s|\n)[\W_]{{0,5}}(?:{'|'.join(_LEAVE)})", re.IGNORECASE)


class Trace(NamedTuple):
    """What was found at ``at``, an offset in the buffer."""

    code: str
    message: str
    at: int


def of_version1(text: bytes, start: int) -> Iterator[Trace]:
    """Give lines of a plain text, which begins at ``start``, that version 1 alone has."""
    for match in _VERSION1.finditer(text) if b"\\" in text or b"<<<META" in text else ():
        what = "metadata" if match[0].startswith(b"<") else "an escaped line"
        yield Trace("SEED016", f"a plain file has {what} of version 1: {quoted(match[0])}", start + match.start())
    for end in _ENDS:
        if text.endswith(end) and text[: -len(end)][-1:] in (b"", b"\n"):
            yield Trace("SEED016", "a plain file has an end marker of version 1", start + len(text) - len(end))


def is_spelled(line: bytes) -> bool:
    """Say whether a header, which was read as plain, is what version 1 writes and means something else there."""
    try:
        identifier, name = parse_header(line, 1)
    except HeaderFault:
        return False
    same = f"<<<FILE {spell_id(identifier)} {spell_name(name)}>>>".encode() == line.removesuffix(b"\r")
    return same and (identifier, name) != parse_header(line, 0)


class Conflict:
    """Finds the marks of conflicts that were not resolved; one may span documents."""

    def __init__(self) -> None:
        self._next = b"<"

    @property
    def is_open(self) -> bool:
        """Whether a conflict has begun and not ended."""
        return self._next != b"<"

    def marks(self, text: bytes, start: int) -> Iterator[Trace]:
        """Give those of a text, which begins at ``start``."""
        if not self.is_open and (b"<" not in text or b"<<<<<<< " not in text):
            return
        for match in _CONFLICT.finditer(text):
            mark = match[0][:1]
            if mark == b"<" or (self.is_open and mark in self._next):
                self._next = {b"<": b"|=>", b"|": b"=>", b"=": b">", b">": b"<"}[mark]
                yield Trace("SEED017", f"a merge conflict was not resolved: {quoted(match[0])}", start + match.start())


def of_other_bundles(text: bytes, start: int) -> Iterator[Trace]:
    """Give lines of a text, which begins at ``start``, that end or begin a file in bundles of other programs."""
    for match in _DELIMITERS.finditer(text) if b"<" in text and b"<<<" in text else ():
        yield Trace("SEED018", f"a delimiter of another bundle format: {quoted(match[0])}", start + match.start())


def at_the_end(text: bytes, start: int) -> Iterator[Trace]:
    """Give what a language model may have put after the last text of a file, which begins at ``start``."""
    count, fence = 0, None
    for count, fence in enumerate(_FENCE.finditer(text), 1):  # noqa: B007 - the last one is wanted
        pass
    if fence and count % 2 and not fence[1].strip() and len(text) - fence.start() <= _TAIL:
        yield Trace("SEED018", "the text has the end of a code block without a beginning", start + fence.start())
    whole = text.removesuffix(b"\n").removesuffix(MARKER).rstrip(b" \t\r\n")
    first = max(len(whole) - _TAIL, 0)
    at = max((match.end() for match in _BREAK.finditer(whole, first)), default=-1)
    last = whole[at:].lstrip() if at > 0 else b""
    if _FAREWELL.search(last.decode("utf-8", "replace")):
        what = f"the text ends like the answer of a language model: {quoted(last)}"
        yield Trace("SEED018", what, start + len(whole) - len(last))
