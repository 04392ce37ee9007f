"""Lines of a text that show that its file was cut, joined, merged or written in another bundle format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from corpusfmt.formats.seed.delimiters import delimiters
from corpusfmt.formats.seed.grammar import MARKER, HeaderFault, parse_header, spell_id, spell_name
from corpusfmt.text.display import quoted

#: Lines that version 1 alone has: metadata, and what is written with a backslash there.
_VERSION1: Final = re.compile(
    rb"^(?:<<<META(?=[ {>])|\\++<<<(?:SEED|FILE|META)|\\\\++ No newline at end of file\r?$)[^\n]*+", re.M
)
_HEADER: Final = re.compile(rb"^<<<FILE [^\n]*+", re.M)
#: What git and others write around the two sides of a conflict: seven characters, or as many as they are told.
_CONFLICT: Final = re.compile(rb"^(([<|=>])\2{6,63}+)(?: ([^\n]*+)|\r?$)", re.M)
_BEGUN: Final = b"<<<<<<< "
CONFLICT_END: Final = b">>>>>>>"
#: What git and others call the other side: a branch or a commit, and what can be no other word.
_SIDE: Final = re.compile(rb"(?:[^\s>]+|[0-9a-f]{7,40} \([^\n]+\)|Stashed changes|Updated upstream)\r?")
_SURE: Final = re.compile(
    rb"(?:HEAD|[0-9a-f]{7,40}(?: \([^\n]+\))?|Stashed changes|Updated upstream|\.r\d+|origin/\S+)\r?"
)
#: How far before its end the last text is looked at.
_TAIL: Final = 600
#: A last line that a script or a language model leaves there, and what says that it belongs to the text.
_LAST: Final = re.compile(rb"\n[ \t`*_-]*+(?:EOF|</s>|<eos>|<end_of_turn>|\[/INST\])[ \t`*_-]*+\Z")
_OPENED: Final = re.compile(rb"<<[-~<]?[ \t]*+[\"'\\]?EOF|<s>|<bos>|<start_of_turn>|\[INST\]")
_FENCE: Final = re.compile(rb"^ {0,3}(?:```+|~~~+)([^\n`]*+)$", re.M)
#: What stands behind the end of a code block: nothing, or another paragraph.
_CLOSING: Final = re.compile(rb"(?:\n[ \t\r]*+)?+(?:\n|\Z|\\ No newline at end of file)")
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
    rf"(?:that|this)(?:['’]s| is| was) (?:all|everything|it)\b[^.!?\n]{{0,40}}\b{_FILES}",
    r"(?:shall|should) i (?:continue|go on|proceed)\b|if you(?:['’]d| would) like,? i can\b|happy coding\b",
    r"i(?:['’]m| am|['’]d be| would be) happy to (?:adjust|add|continue|help|make)\b",
    r"i trust (?:this|that|these) (?:helps?|meets?)\b|(?:please )?(?:do not|don['’]t) hesitate to (?:ask|reach|let)\b",
    r"(?:please )?(?:say|type|reply(?: with)?) [\"'“‘]continue\b|continue\?\W{0,4}\Z|as an ai\b",
    rf"(?:the )?(?:rest|remaining|remainder|other)(?: of the)?(?: {_FILES})? (?:is |are )?(?:omitted|unchanged)\b",
    r"(?:(?:output|response) )?(?:was |is )?(?:truncated|omitted) (?:due to|because of|for (?:brevity|length))\b",
    r"(?:due to|because of) (?:the )?(?:length|token|output|context) (?:limit|constraint|restriction)s?\b",
    r"i(?:['’]ll| will) (?:stop|pause|continue) (?:here|in the next)\b|i can(?:['’]t|not) (?:continue|assist)\b",
    r"i(?:['’]m| am) (?:sorry|unable)[^.\n]{0,20} i can(?:['’]t|not)\b|truncated\W{0,6}\Z",
    rf"you can (?:now )?(?:save|copy|paste|download) (?:this|these)\b|your {_FILES} (?:is|are) (?:now )?ready\b",
    r"note: i(?:['’]ve| have)? (?:left|omitted|skipped|removed|shortened)\b",
    r"(?:lass|lassen sie|gib|geben sie) (?:es )?mi(?:ch|r) (?:wissen|bescheid)|sag(?:en sie)? (?:mir )?bescheid",
    r"ich hoffe,? d[ai]e?s hilft|n['’]hésite[zr]? pas|(?:dis|dites)-moi si|fai(?:s|tes)-moi savoir",
    r"j['’]espère que cel?a|avísame si|hazme saber|no dudes en|espero que (?:esto|te) |fammi sapere",
    r"spero che (?:questo|ti)|me avise se|espero que (?:isso|ajude)|дай(?:те)? (?:мне )?знать|надеюсь,? это пом",
    r"希望(?:这|這|对|對)|如果(?:你|您|需要|有)|お役に立て",
)
_FAREWELL: Final = re.compile(rf"(?:\A|[.!?…:]\s|\n)[\W_]{{0,6}}(?:{'|'.join(_LEAVE)})", re.IGNORECASE)


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
    end = text.rstrip(b" \t\r\n")
    if b"\n@@ " in text:  # of a diff
        return
    if end.endswith(MARKER) and (ahead := end[: -len(MARKER)].rstrip(b" \t"))[-1:] in (b"", b"\n"):
        yield Trace("SEED016", "a plain file has an end marker of version 1", start + len(ahead))


def has_version1(text: bytes) -> bool:
    """Say whether lines of a file, whose first line is not known, are as version 1 alone writes them."""
    headers = (text[match.start() : match.end()] for match in _HEADER.finditer(text))
    return any(of_version1(text, 0)) or any(map(is_spelled, headers))


def is_spelled(line: bytes) -> bool:
    """Say whether a header, which was read as plain, is what version 1 writes and means something else there."""
    try:
        identifier, name = parse_header(line, 1)
        same = f"<<<FILE {spell_id(identifier)} {spell_name(name)}>>>".encode() == line.removesuffix(b"\r")
        return same and (identifier, name) != parse_header(line, 0)
    except (HeaderFault, UnicodeDecodeError):
        return False


class Conflict:
    """Finds the marks of conflicts that were not resolved; one may span documents.

    The first mark with a name is one in any case. Without a name, with more characters, or where the first half was
    taken out, marks are told when the last one of a document is there.
    """

    def __init__(self) -> None:
        self._next = b"<"

    @property
    def is_open(self) -> bool:
        """Whether a conflict has begun and not ended."""
        return self._next != b"<"

    def marks(self, text: bytes, start: int) -> Iterator[Trace]:
        """Give those of a text, which begins at ``start``."""
        if not self.is_open and _BEGUN not in text and CONFLICT_END not in text:
            return
        held: list[re.Match[bytes]] = []
        for match in _CONFLICT.finditer(text):
            run, mark, name = match[1], match[2], match[3]
            if mark == b"=" and name is not None:
                continue
            if len(run) == 7 and ((mark == b"<" and name) or (self.is_open and mark in self._next)):
                self._next = {b"<": b"|=>", b"|": b"=>", b"=": b">", b">": b"<"}[mark]
                held = [match]
            elif mark == b">":
                if not _is_end(held, match):
                    continue
                held.append(match)
            elif held and len(held[-1][1]) == len(run) and mark in {b"<": b"|=", b"|": b"="}.get(held[-1][2], b""):
                held.append(match)
                continue
            else:
                held = [match]
                continue
            for one in held:
                yield Trace("SEED017", f"a merge conflict was not resolved: {quoted(one[0])}", start + one.start())
            held = []


def _is_end(held: Sequence[re.Match[bytes]], last: re.Match[bytes]) -> bool:
    """Say whether a conflict ends with a mark, of which the marks before it are ``held``, or none."""
    run, name = last[1], last[3] or b""
    if held and held[-1][2] == b"=" and len(held[-1][1]) == len(run):
        return held[0][2] == b"<" or (len(run) == 7 and _SIDE.fullmatch(name) is not None)
    return len(run) == 7 and _SURE.fullmatch(name) is not None


def of_other_bundles(text: bytes, start: int) -> Iterator[Trace]:
    """Give lines of a text, which begins at ``start``, that end or begin a file in bundles of other programs."""
    for at, line in delimiters(text):
        yield Trace("SEED018", f"the line is of another kind of bundle: {quoted(line)}", start + at)


def at_the_end(text: bytes, start: int) -> Iterator[Trace]:
    """Give what a language model may have put after the last text of a file, which begins at ``start``."""
    count, fence = 0, None
    for count, fence in enumerate(_FENCE.finditer(text), 1):  # noqa: B007 - the last one is wanted
        pass
    if (
        fence
        and _CLOSING.match(text, fence.end())
        and count % 2
        and not fence[1].strip()
        and len(text) - fence.start() <= _TAIL
    ):
        yield Trace("SEED018", "the text has the end of a code block without a beginning", start + fence.start())
    whole = text.removesuffix(b"\n").removesuffix(MARKER).rstrip(b" \t\r\n")
    first = max(len(whole) - _TAIL, 0)
    left = _LAST.search(b"\n" + whole[whole.rfind(b"\n", first) + 1 :])
    if left and not _OPENED.search(text):
        line = left[0][1:]
        yield Trace("SEED018", f"the last line marks the end of a file: {quoted(line)}", start + len(whole) - len(line))
    at = max((match.end() for match in _BREAK.finditer(whole, first)), default=-1)
    last = whole[at:].lstrip() if at > 0 else b""
    if _FAREWELL.search(last.decode("utf-8", "replace")):
        what = f"the text ends like the answer of a language model: {quoted(last)}"
        yield Trace("SEED018", what, start + len(whole) - len(last))
