"""Lines that end or begin a file in other bundle formats, and tokens of language models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby, islice
from typing import Final

_KIN: Final = rb"(?:FILE|DOC(?:UMENT)?+|SEED|BUNDLE)(?![A-Za-z])"
#: The end or the beginning of a file, in words.
_WORDS: Final = (
    rb"(?:(?:END|BEGIN|START)[ _-]?+(?P<of>OF[ _-]?+)?+(?:THE[ _-])?+%b|%b[ _-]?+(?:END|BEGIN|START)(?![A-Za-z]))"
) % (_KIN, _KIN)
#: Where such a line begins, behind a line end: signs, and brackets as HTML has them; or three signs before a word. The
#: kernel looks for the same (``has_foreign_end``).
_SIGN: Final = rb"[^\nA-Za-z0-9&]"
_SIGNS: Final = rb"%b{0,60}+(?:&(?:[lg]t;)?+%b{0,60}+){0,20}+(?<=[^A-Za-z0-9\n])(?=[BDEFSbdefs])" % (_SIGN, _SIGN)
_THREE: Final = rb"(?:(?<=[^\nA-Za-z0-9 \t]{3})|(?<=[lg]t;)|(?<=[^\nA-Za-z0-9 \t]{3} ))"
_BEGUN: Final = rb"%b(?i:%b|%b:|EOF(?![A-Za-z])|(?<=/)%b|%bEND(?![A-Za-z]))" % (_SIGNS, _WORDS, _KIN, _KIN, _THREE)
_ENDS: Final = re.compile(rb"\n" + _BEGUN)
_FIRST: Final = re.compile(_BEGUN)
#: Signs that a line of the other kinds has.
_SPOT: Final = re.compile(rb"<<|<\||<\xef\xbd\x9c|(?:^|\n)" + _BEGUN)
#: The longest line that is looked at, and how many lines of a text are.
_LONGEST: Final = 300
_MOST: Final = 50_000

_PHRASE: Final = re.compile(_WORDS.decode(), re.I)
_FILE: Final = re.compile(_KIN.decode(), re.I)
#: What stands in three brackets in place of such words, in languages that bundles are written in.
_ALONE: Final = re.compile(
    r"(?:end(?:of)?(?:file|doc(?:ument)?|seed|bundle)?|eo[dfmst]|fin|begin|start|stop|done|close|finish(?:ed)?|ende|fine"
    r"|einde|slut|koniec|конец|кінець)(?![^\W\d_])|文件(?:结束|結束)|结束|結束|終わり|끝",
    re.I,
)
_EMPTY: Final = re.compile(r"<{3,4}[/\\]?>{3,4}")
_TOKEN: Final = re.compile(
    r"<(?:\|(?:/?file|end_?of_?(?:text|file|turn|document)|end_?file|file_?(?:end|sep)|im_(?:end|start)|e(?:ot|om|os)(?:_id)?"
    r"|end|begin_of_text|return)\||｜(?:begin|end)▁of▁sentence｜|｜(?:User|Assistant)｜)>"
)
_TAG: Final = r"\s*(?:</?(?:p|div|pre|code|b|strong|span)>|<br ?/?>)\s*"
_TAGS: Final = re.compile(rf"\A(?:{_TAG})++|(?:{_TAG})++\Z")
#: Brackets of HTML, of Markdown, and of other keyboards.
_LEFT: Final = re.compile(r"&lt;|\\<|[＜《«‹【]")
_RIGHT: Final = re.compile(r"&gt;|\\>|[＞》»›】]")
_OUTER: Final = re.compile(r"[\W_]*")
#: What stands around words in any text.
_QUOTES: Final = str.maketrans("", "", " \t\r\"'`|“”‘’\ufeff\u00a0")
_PAIRS: Final = {"[": "]", "{": "}", "(": ")", "<": ">", ">": "<"}
_NAMED: Final = re.compile(r"(?i:END):? \S+\.[A-Za-z]\w{0,7}")
_COMMENT: Final = re.compile(r"//+|/\*+|--+|;+|#+")


def has_ends(buffer: bytes) -> bool:
    """Say whether a buffer may have a line that ends a file in bundles of other programs, and begins with no ``<``."""
    return _ENDS.search(buffer) is not None or _FIRST.match(buffer) is not None


def delimiters(text: bytes) -> Iterator[tuple[int, bytes]]:
    """Give the lines of a text that end or begin a file in other bundles, and where they begin."""
    if not (b"<<" in text or b"<|" in text or b"<\xef\xbd\x9c" in text or has_ends(text)):
        return
    done = -1
    for spot in islice(_SPOT.finditer(text), _MOST):
        if spot.end() > done:
            first, done = text.rfind(b"\n", 0, spot.end()) + 1, text.find(b"\n", spot.end())
            done = len(text) if done < 0 else done
            line = text[first:done]
            if len(line) <= _LONGEST and _is_delimiter(line):
                yield first, line


@lru_cache(maxsize=256)  # most are the same throughout a bundle
def _is_delimiter(line: bytes) -> bool:
    text = line.decode("utf-8", "replace")
    if _TOKEN.fullmatch(text.strip(" \t\r\"'`*_")):
        return True
    text = _RIGHT.sub(">", _LEFT.sub("<", _TAGS.sub("", text)))
    left, right = _outer(text), _outer(text[::-1])[::-1]
    words = text[len(left) : len(text) - len(right)]
    if not words:
        return b"<<<" in line and _EMPTY.fullmatch(text.strip(" \t\r\"'`*_")) is not None
    if "<" in words or ">" in words:
        return False
    if (_run(left, "<") >= 3 and _run(right, ">") >= 3) or (_run(left, ">") >= 3 and _run(right, "<") >= 3):
        alone = _ALONE.match(words)
        is_one = alone is not None and (b"<<<" in line or alone[0].lower() in ("end", "eof"))
        return is_one or bool(_PHRASE.match(words)) or (left[-1] in "/\\!~" and bool(_FILE.match(words)))
    phrase = _PHRASE.match(words)
    return _in_signs(left, words, right) if phrase is None else _has_phrase(left, words, right, phrase)


def _outer(text: str) -> str:
    """Return what stands before the first letter or digit."""
    found = _OUTER.match(text)
    return found[0] if found else ""


def _run(text: str, char: str = "") -> int:
    """Return the length of the longest run of a character, or of any one."""
    return max((len(list(same)) for one, same in groupby(text) if one == char or (not char and one != " ")), default=0)


def _is_set_off(left: str, right: str, *, clearly: bool) -> bool:
    """Say whether signs stand around words, the same on both sides. ``clearly``: brackets or drawn lines."""
    left, right = left.translate(_QUOTES), right.translate(_QUOTES).rstrip(".,;:!?")
    if not left or not right or _PAIRS.get(left[-1], left[-1]) not in (right[0], right[-1]):
        return False
    return not clearly or left[-1] in "[{<" or left == "<!--" or (_run(left) >= 3 and _run(right) >= 3)


def _has_phrase(left: str, words: str, right: str, phrase: re.Match[str]) -> bool:
    """Say whether words that speak of the end of a file, and what stands around them, are more than a text."""
    rest = words[phrase.end() :]
    is_named = rest.startswith(":") or not rest or (rest[0] == " " and " " not in rest[1:])
    is_small, is_document = not phrase[0].isupper(), "doc" in phrase[0].lower()
    if rest and rest[0] not in " :":
        return False
    if is_small and ((is_document and "_" not in phrase[0]) or not is_named):
        return False
    if _is_set_off(left, right, clearly=is_small):
        return True
    signs = left.translate(_QUOTES).lstrip(">")
    if not is_small:
        is_named = is_named and not (is_document and _FILE.match(phrase[0]))
        return is_named and (signs[:1] in ("#", ";", "%") or len(signs) > 1)
    if phrase["of"] or not _COMMENT.fullmatch(signs) or (signs[0] == "#" and not phrase[0].islower()):
        return False
    return not rest or rest[0] == ":" or "." in rest


def _in_signs(left: str, words: str, right: str) -> bool:
    """Say whether signs make of other words the end or the beginning of a file."""
    kin = _FILE.match(words)
    if kin and left.endswith("/") and kin.end() == len(words):
        return left.endswith("[/") or (_run(left, "<") == 2 == _run(right, ">") and words.isupper())
    if words == "EOF":
        return _is_set_off(left, right, clearly=True)
    is_drawn = _is_set_off(left, right, clearly=True) and left.translate(_QUOTES)[-1] not in "[{<"
    if kin and kin[0].isupper() and words[kin.end() : kin.end() + 1] == ":":
        return is_drawn
    return is_drawn and _NAMED.fullmatch(words) is not None
