"""The text of a web page, extracted by an optional library."""

from __future__ import annotations

import codecs
import re
from html import escape
from importlib import import_module
from itertools import islice
from typing import Final

from corpusfmt.limits import HTML_ATTRIBUTES, MIB
from corpusfmt.model.errors import ConfigurationError

#: What pages mark as no part of their content (HTML Standard 4.3; WAI-ARIA 1.2, 5.3.4, landmark roles).
_ASIDE = ["nav", "aside", "footer", "menu", "dialog", "noscript", "[hidden]"] + [
    f"[role={role}]"
    for role in ("navigation", "complementary", "contentinfo", "banner", "search", "menu", "dialog", "alertdialog")
]

#: And what their own style hides; a body that is hidden at first is shown by a script.
_ASIDE += [
    f'body [style*="{style}" i]'
    for style in ("display:none", "display: none", "visibility:hidden", "visibility: hidden")
]
#: Blocks (HTML Standard 15.3.3) that the library takes for a part of the line.
_BLOCK: Final = re.compile(r"<(/?)(?:summary|legend|search)(?=[\s/>])", re.I)
#: An element of XHTML that ends in its own tag, where HTML has no end: it would go on to the end of the page.
_EMPTY: Final = re.compile(
    r"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)[\s/])([a-zA-Z][\w.:-]*+)"
    r"((?:[^<>\"'/]|\"[^\"<]*+\"|'[^'<]*+'|/(?!>))*+)/>"
)
_CDATA, _CDATA_END = "<![CDATA[", "]]>"

#: An attribute, and what may be a tag with its attributes (HTML Standard 13.2.5.32 to 38).
_ATTRIBUTE: Final = r"""[\s/]*+([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'>][^\s>]*+)?+)?+"""
_NAME: Final = re.compile(_ATTRIBUTE)
_TAG: Final = re.compile(rf"<[a-zA-Z][^\s/>]*+(?:{_ATTRIBUTE})*+")
_SCRIPT, _SCRIPT_END = re.compile(r"<script(?=[\s/>])", re.I), re.compile(r"</script(?=[\s/>])", re.I)


#: Parts of a form whose text a reader sees (HTML Standard 15.5), which the library leaves out with the fields.
_FORM: Final = re.compile(r"<(/)(?:button|label)(?:[\s/][^<>]*+)?+>|([^\s>]?)<(?:button|label)(?=[\s/>])", re.I)
#: What holds no markup up to its end (HTML Standard 13.2.5.2 to 4), comments, and drawings.
_WHOLE: Final = re.compile(r"<(?:(script|style|textarea|title|svg)(?=[\s/>])|!--)", re.I)
_ENDS: Final = {
    name: re.compile(rf"</{name}(?=[\s/>])" if name else "-->", re.I)
    for name in ("script", "style", "textarea", "title", "svg", "")
}
#: Of a drawing in SVG, what is no part of the picture (SVG 2, 5.2 to 5.8, 12, 14), and what holds its text.
_UNDRAWN: Final = re.compile(r"<(/?)(?:title|desc|metadata|defs|symbol|clipPath|mask|marker|pattern)(?=[\s/>])", re.I)
_DRAWN: Final = re.compile(r"<(/?)(?:svg|text|foreignObject)(?=[\s/>])", re.I)
_LETTERED: Final = re.compile(r"<(?:text|foreignObject)[\s>]", re.I)


def _with_shown(html: str) -> str:
    """Return a page with what it shows in buttons, labels, text areas and drawings in elements that are read."""
    parts, at = [], 0
    while begin := _WHOLE.search(html, at):
        name = (begin[1] or "").lower()
        end = _ENDS[name].search(html, begin.end())
        if end is None:
            break
        whole = html[begin.start() : end.start()]
        if name == "textarea" and (tag := _TAG.match(whole)):
            whole = f"<pre{whole[len(begin[0]) : tag.end()]}{whole[tag.end() :].replace('<', '&lt;')}</pre"
        elif name == "svg" and _LETTERED.search(whole):
            drawing = _EMPTY.sub(r"<\1\2></\1>", whole)
            whole = _DRAWN.sub(r"<\1div", _UNDRAWN.sub(r"<\1template", drawing)) + "</div"
        else:
            whole += end[0]
        parts += [_FORM.sub(_in_line, html[at : begin.start()]), whole]
        at = end.end()
    return "".join([*parts, _FORM.sub(_in_line, html[at:])])


def _in_line(tag: re.Match[str]) -> str:
    """Return a tag as that of a word in a line."""
    return "</span> " if tag[1] else f"{tag[2]} <span" if tag[2] else "<span"


def text_of(html: str) -> str:
    """Return the text that a page shows, a line for each block, without what it marks as navigation and the like.

    Not the guess at a main content that extractors offer: that drops lists, and dashes between links, unasked.
    Of a tag with very many attributes the first ones are read: the library compares each with all others, and would
    take hours. Raises ConfigurationError when it is missing, ValueError where such tags stand in one another.
    """
    try:
        extract = import_module("resiliparse.extract.html2text").extract_plain_text
    except ImportError:
        message = "extracting text from HTML needs a package that is missing: install corpusfmt[web]"
        raise ConfigurationError(message) from None
    html = _BLOCK.sub(r"<\1div", _with_shown(html))
    if _is_slow(html):
        html = _TAG.sub(_shortened, _without_scripts(html))  # scripts may look like tags, and are no text
        if _is_slow(html):
            raise ValueError(f"nested tags of the page have more than {HTML_ATTRIBUTES:,} attributes")
    text: str = extract(html, list_bullets=False, alt_texts=False, skip_elements=_ASIDE)
    return text


def _is_slow(html: str) -> bool:
    """Say whether something that may be a tag, wherever it begins, has too many attributes.

    Where tags seem to begin in one another again and again that is not looked into.
    """
    at, left = 0, 4 * len(html) + MIB
    while tag := _TAG.search(html, at):
        size = tag.end() - tag.start()
        left -= size
        if left < 0 or (size > 2 * HTML_ATTRIBUTES and len(set(_NAME.findall(tag[0], 1))) > HTML_ATTRIBUTES + 1):
            return True
        inside = html.find("<", tag.start() + 1, tag.end())
        at = inside if inside >= 0 else tag.end()
    return False


def _shortened(tag: re.Match[str]) -> str:
    """Return a tag with as many attributes as may be. What is read of a page stands in none but the first."""
    ends = [name.end() for name in islice(_NAME.finditer(tag[0], 1), HTML_ATTRIBUTES + 1)]
    return tag[0][: ends[-1]]


def _without_scripts(html: str) -> str:
    parts, at = [], 0
    while (start := _SCRIPT.search(html, at)) and (end := _SCRIPT_END.search(html, start.end())):
        parts.append(html[at : start.start()])
        at = end.start()
    return "".join([*parts, html[at:]])


def as_html(page: str) -> str:
    """Return a page of XHTML as one of HTML."""
    parts, at = [], 0
    while (start := page.find(_CDATA, at)) >= 0 and (end := page.find(_CDATA_END, start)) >= 0:
        parts += [page[at:start], escape(page[start + len(_CDATA) : end])]
        at = end + len(_CDATA_END)
    return _EMPTY.sub(r"<\1\2></\1>", "".join([*parts, page[at:]]))


def text_of_bytes(data: bytes, encoding: str, *, is_xml: bool = False) -> tuple[bytes, bool]:
    """Return the text that a page shows in UTF-8, and whether all of the page is in its encoding: what is not stays in
    the text as bytes, those under 0x80 with the high bit. ``is_xml`` is a page of XHTML.

    Raises as :func:`text_of` does.
    """
    page = data.decode(encoding, _ESCAPED)
    page = as_html(page) if is_xml else page
    bad = set(re.findall("[\udc00-\udcff]", page))
    if not bad:
        return text_of(page).encode("utf-8", "replace"), True
    present = set(page)  # the library takes no surrogates: others stand in for them, which the page has not
    others = (char for char in map(chr, range(0xF0000, 0x10FFFE)) if char not in present)
    stand_ins = dict(zip(bad, others, strict=False))
    if len(stand_ins) < len(bad):
        raise ValueError("the page uses all private-use characters, and has bytes that are not valid in its encoding")
    text = text_of(page.translate(str.maketrans(stand_ins)))
    own: dict[str, str | int | None]
    own = {char: chr(ord(byte) | 0x80) for byte, char in stand_ins.items()}  # a low one would be a character
    return text.translate(str.maketrans(own)).encode("utf-8", "surrogateescape"), False


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Give halves of surrogate pairs for bytes that cannot be decoded, those under 0x80 among them."""
    assert isinstance(error, UnicodeDecodeError)
    return "".join([chr(0xDC00 | byte) for byte in error.object[error.start : error.end]]), error.end


_ESCAPED: Final = "corpusfmt.bytes"
codecs.register_error(_ESCAPED, _escaped)
