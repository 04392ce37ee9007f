"""What is wrong with XML that is not well-formed, in words, and how to fix it: from the parser's code and the bytes
around the fault.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple
from xml.parsers.expat import ErrorString

from corpusfmt.text.display import BOM, quoted, shown
from corpusfmt.text.primitives import is_xml

#: Codes of expat.
_SYNTAX, _TOKEN, _MISMATCH, _DUPLICATE, _JUNK, _CHARACTER, _DECLARATION, _PREFIX, _MALFORMED = (
    2,
    4,
    7,
    8,
    9,
    14,
    17,
    27,
    30,
)
_NAME: Final = re.compile(rb"</?([^\s<>/=\"'&]{1,200})")
_ATTRIBUTE: Final = re.compile(rb"[^\s<>/=\"'&]{1,200}")
_PREFIXES: Final = re.compile(rb"[<\s]([^\s<>/=\"'&:]{1,100}):[^\s<>/=\"'&:]")
_REFERENCE: Final = re.compile(rb"&[^\s;&<>\"']{0,60};?")
_OPEN_REFERENCE: Final = re.compile(rb"&[^\s;&<>\"']{0,60}\Z")
#: What may stand before the root by mistake, and is nothing: white space and marks of the byte order.
_NOTHING: Final = re.compile(rb"(?:[ \t\r\n]|%b)*\Z" % BOM)
#: A tag that has begun, with the value of an attribute that is open (group 1) or not.
_TAG: Final = re.compile(rb"<[^\s<>/=\"'&!?][^<>\"']*+(?:(?:\"[^\"]*\"|'[^']*')[^<>\"']*+)*+(\"[^\"]*+|'[^']*+)?\Z")
_SEVERAL: Final = "a file has one root; put several TEI elements into a teiCorpus"
_QUOTES: Final = "\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u2032\u2033"


class Around(NamedTuple):
    """Where a fault is: the bytes ``before`` it and ``after`` it as far as they are at hand; the names of elements that
    are ``open``, the innermost last, and the line in which that one begins (0: nobody knows); whether the root is
    ``over``; and whether ``before`` is all of the file up to there.
    """

    before: bytes
    after: bytes
    open: Sequence[str]
    line: int
    over: bool
    whole: bool


class Explanation(NamedTuple):
    """What is wrong, what to do about it, how many bytes at the beginning of the file are to be removed, and how far
    before the offset that the parser gave it begins.
    """

    message: str
    hint: str
    cut: int = 0
    back: int = 0


def explained(code: int, around: Around) -> Explanation:
    """Say what expat's ``code`` means there (XML 1.0, and Namespaces in XML 1.0)."""
    if around.over and code in (_TOKEN, _JUNK, _DECLARATION):
        what = _token(around)
        hint = "remove it" if what.startswith("the end tag") else _SEVERAL
        return Explanation(f"{what} follows the end of the root element", hint)
    if not around.open and not around.over and code in (_SYNTAX, _TOKEN, _DECLARATION):
        told = _before_root(code, around)
        if told is not None:
            return told
    if code == _MISMATCH:
        return _mismatch(around)
    if code == _DUPLICATE:
        name = _ATTRIBUTE.match(around.after)
        return Explanation(f"the attribute {_shown(name)} occurs twice in a tag", "remove one of the two")
    if code == _CHARACTER:
        what = f"{_shown(_REFERENCE.match(around.after))} refers to a character that is not allowed in XML"
        return Explanation(what, "remove it, or write the character that was meant")
    if code == _DECLARATION:
        return Explanation(
            "an XML declaration is inside the root element", "remove it; it is allowed only at the start of the file"
        )
    if code == _PREFIX:
        return _prefix(around)
    if code == _MALFORMED:
        return Explanation("the XML declaration is malformed", 'write <?xml version="1.0" encoding="UTF-8"?>')
    return _invalid(around) if code == _TOKEN else Explanation(f"not well-formed XML: {ErrorString(code)}", "")


def _shown(match: re.Match[bytes] | None) -> str:
    return quoted(match[match.lastindex or 0].decode("utf-8", "replace")) if match else "a name"


def _token(around: Around) -> str:
    """Say what begins there."""
    tag = b"<" * around.before.endswith(b"<") + around.after
    if tag.startswith(b"<?xml"):
        return "an XML declaration"
    name = _NAME.match(tag)
    if name is None:
        return "text"
    return f"the {'end' if tag[1:2] == b'/' else 'start'} tag {shown(name[0].decode('utf-8', 'replace'), 60)}>"


def _before_root(code: int, around: Around) -> Explanation | None:
    before = around.before
    blank = around.whole and _NOTHING.match(before)
    if code == _DECLARATION:
        what = "white space stands" if blank else "something stands"
        hint = "remove everything before it" if not blank else "corpusfmt fix removes it"
        return Explanation(
            f"{what} before the XML declaration, which must be at the start of the file",
            hint,
            len(before) if blank else 0,
        )
    if blank and around.after.startswith(BOM):
        cut = len(before) + len(BOM)
        what = f"a {'second ' if BOM in before else ''}byte order mark stands before the root element"
        return Explanation(what, "corpusfmt fix removes it", cut)
    if b"<" in before or around.after.startswith(b"&"):
        return None
    text = before.removeprefix(BOM).lstrip(b" \t\r\n") if around.whole else b""
    return Explanation("text stands before the root element", "remove it", back=len(text))


def _mismatch(around: Around) -> Explanation:
    match = _NAME.match(around.before[-2:] + around.after)
    raw = match[1].decode("utf-8", "replace") if match else ""
    end, open_ = shown(raw, 60), shown(around.open[-1], 60)
    what = f"<{open_}> is open{_since(around.line)}, and the end tag </{end}> does not close it"
    if raw.rpartition(":")[2] in around.open[:-1]:
        return Explanation(what, f"write </{open_}> before </{end}>")
    if end.lower() == open_.lower():
        return Explanation(what, f"write </{open_}>: upper and lower case differ")
    return Explanation(what, f"remove </{end}>, or write its start tag, or correct its name")


def character_for(reference: bytes) -> str:
    """Say what to write for an entity of HTML, which XML does not have; nothing for others."""
    from html.entities import name2codepoint

    code = name2codepoint.get(reference[1:-1].decode("ascii", "replace"))
    return f"write the character itself, or &#{code}; for it: XML does not have the entities of HTML" if code else ""


def unclosed(name: str, line: int) -> str:
    """Say that a file ends where an element is open, which begins in a line."""
    return f"<{shown(name, 60)}> is open{_since(line)}, and the file ends"


def _since(line: int) -> str:
    return f" since line {line}" if line else ""


def _prefix(around: Around) -> Explanation:
    found = _PREFIXES.findall(around.after.partition(b">")[0])
    names = [
        shown(name.decode("utf-8", "replace"), 60) for name in dict.fromkeys(found) if name not in (b"xml", b"xmlns")
    ]
    said = " or ".join(f"'{name}'" for name in names) or "of an element"
    first = next(iter(names), "prefix")
    uri = "http://www.w3.org/2001/XInclude" if first == "xi" else "..."
    hint = f'declare it in the root element: xmlns:{first}="{uri}"'
    return Explanation(f"no namespace is declared for the prefix {said}", hint)


def _invalid(around: Around) -> Explanation:
    """Say what no token of XML begins with."""
    before, after = around.before, around.after
    char = after[:4].decode("utf-8", "ignore")[:1]
    if char and not is_xml(char.encode()):
        return Explanation(f"the character U+{ord(char):04X} is not allowed in XML", "remove it")
    comment = before.rfind(b"<!--")
    if comment >= 0 and before.endswith(b"--") and b"-->" not in before[comment:]:
        return Explanation("'--' inside a comment", "put a space between the dashes")
    reference = _OPEN_REFERENCE.search(before)
    if reference:
        what = reference[0].decode("utf-8", "replace")
        return Explanation(
            f"{quoted(what)} is not a reference to a character or an entity",
            "write & as &amp;, or end the reference with ;",
        )
    if before.endswith((b"<", b"</")):
        return Explanation("a '<' that does not begin a tag", "write < as &lt;")
    if before.endswith(b"]]") and after.startswith(b">"):
        return Explanation("']]>' in a text", "write ]]&gt;")
    tag = _TAG.match(before, max(0, before.rfind(b"<")))
    if tag is None:
        return Explanation(f"{quoted(char)} is not allowed here", "")
    if tag[1]:
        return Explanation(
            "a '<' in the value of an attribute", "end the value with its quotation mark, or write < as &lt;"
        )
    if before.rstrip().endswith(b"=") or char in _QUOTES:
        return Explanation("the value of an attribute is not in quotation marks", "write it in \" or '")
    if before.endswith((b'"', b"'")):
        return Explanation(f"{quoted(char)} follows the value of an attribute", "put a space between two attributes")
    if char in "/>":
        return Explanation("an attribute has no value", 'write NAME="VALUE"')
    return Explanation(f"{quoted(char)} is not allowed in a tag", "end the tag with >, or write < as &lt;")
