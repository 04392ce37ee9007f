"""TXT104: HTML in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Check, Hit, Rule
from corpusfmt.model.text_search import position_of, suspects
from corpusfmt.rules._characters import looking
from corpusfmt.text.display import quoted

#: Elements of HTML. The name of one of the first in angle brackets is a tag; one of the others is also what people put
#: there for something else (<title>, <input>): its tags are those that end, hold an attribute, or have a slash.
_PLAIN: Final = (
    "blockquote|body|br|center|colgroup|dd|div|dl|dt|em|figcaption|figure|font|h[1-6]|head|hr|html|iframe|img|li|noscript|ol"
    "|p|pre|script|span|strong|style|sub|sup|table|tbody|td|tfoot|th|thead|tr|ul"
)
_OTHERS: Final = (
    "a|abbr|address|area|article|aside|audio|b|base|big|button|caption|cite|code|col|del|details|dfn|dir|embed|fieldset"
    "|footer|form|frame|frameset|header|i|input|ins|kbd|label|legend|link|main|map|mark|meta|nav|nobr|object|option"
    "|param|picture|q|rp|rt|ruby|s|samp|section|select|small|source|strike|summary|svg|template|textarea|time|title"
    "|track|tt|u|var|video|wbr"
)
_TAG: Final = (
    rf"<(?i:/(?:{_PLAIN}|{_OTHERS})\s*+>|(?:{_PLAIN})(?:\s*+/?>|\s[^<>]{{0,2000}}+>)"
    rf"|(?:{_OTHERS})(?:\s*+/>|\s++[a-z][\w:-]*+\s*+=[^<>]{{0,2000}}+>)|!doctype\s++html\b|!--)"
)
#: Named references are looked up; of those without a semicolon, pages write these.
_ENTITY: Final = (
    r"&(?:#(?:[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6});|([A-Za-z][A-Za-z0-9]{1,31});|(?:nbsp|amp|quot|lt|gt)(?![\w=]))"
)


def start() -> Check:
    """Return a check; it keeps nothing."""
    # Each is looked for apart, in bytes: a search for one byte is quick where it is rare.
    look = looking(_ENTITY.encode(), _TAG.encode())
    either = re.compile(f"{_TAG}|{_ENTITY}", re.ASCII)

    def check(documents: Sequence[Document]) -> Iterable[Hit]:
        for document, text in suspects(documents, look):
            first, count = None, 0
            for match in either.finditer(text):
                if match[1] is None or match[1] in _names():
                    first = first or match
                    count += 1
            if first:
                what = "a character reference" if first[0][0] == "&" else "a tag"
                more = f"; {count:,} such places in total" if count > 1 else ""
                message = f"the text has {quoted(first[0], 40)}, {what} of HTML{more}"
                yield Hit(document, message, position_of(document, text, first.start()), places=count)

    return check


@cache
def _names() -> frozenset[str]:
    from html.entities import html5

    return frozenset(name[:-1] for name in html5 if name.endswith(";"))


RULE = Rule(
    code="TXT104",
    severity="warning",
    summary="HTML in the text",
    why="Character references and tags belong to the source of a page, not to its text. They remain if a page is "
    "decoded once too few times or its markup is not removed, and are then counted as words. They are correct in a "
    "text about HTML and in the source of a program; ignore the rule for those. Names in angle brackets that are also "
    "words, such as title and input, are reported only if they are clearly tags: with an attribute or a slash.",
    advice="extract the text of the page again, or decode the references and remove the tags",
    bad=b"<<<FILE d1 a.txt>>>\nsalt &amp; pepper<br>\n",
    good=b"<<<FILE d1 a.txt>>>\nsalt & pepper for AT&T; write to <ann@example.org>\n",
    start=start,
    default=False,
)
