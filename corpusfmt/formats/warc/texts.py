"""Which records contain text, by their type and their first bytes."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from corpusfmt.limits import KIB, Limits
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.text.display import quoted
from corpusfmt.text.magic import has_control_bytes, kind_of

XHTML: Final = "application/xhtml+xml"
HTML: Final = ("text/html", XHTML, "application/vnd.wap.xhtml+xml")
PLAIN: Final = "text/plain"
#: Words for media types in the option ``types``, and what is a text without it.
_WORDS: Final = {"html": HTML, "plain": (PLAIN,), "text": ("text/*", XHTML), "all": ("*/*",)}
USUAL_TYPES: Final = frozenset((*HTML, PLAIN))
_MEDIA: Final = re.compile(r"[a-z0-9!#$&^_.+-]{1,127}/(?:\*|[a-z0-9!#$&^_.+-]{1,127})|\*/\*")

#: What crawlers write about themselves in records of texts: wget its log and its arguments, others their logs.
_BY_CRAWLER: Final = re.compile(rb"<?(?:metadata:|urn:x-(?!corpusfmt:)[a-z0-9-]+:log)", re.I)
#: Types of what is no text, where somebody identified them.
_BINARY_TYPE: Final = re.compile(
    r"(?:image|audio|video|font|model)/(?!svg\+xml).+|text/css|(?:text|application)/(?:x-)?(?:java|ecma)script"
    r"|application/(?:pdf|postscript|msword|zip|java-archive|wasm|font.+"
    r"|.+\+(?:zip|gzip)|(?:x-)?gzip|vnd\.(?!.*(?:xml|json)$).+|x-(?:shockwave|bzip|tar|7z|rar|xz|zip|dosexec|msdownload"
    r"|elf|executable|sqlite|tika-msoffice|tika-ooxml|font).*)"
)
#: Bytes that stand in no text (MIME Sniffing, WHATWG: binary data bytes).
_BINARY: Final = bytes([*range(9), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20)])
#: How much of a text is looked at for them.
_LOOK: Final = 4 * KIB
#: What a page begins with.
_TAG: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,256}<(?:[a-z]|!--|!doctype|\?xml)", re.I)
_PAGE: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,256}<(?:!doctype html|!--"
    rb"|(?:html|head|body|title|meta|script|style|h1|div|table|p|a|b|br)[\s>])",
    re.I,
)


@lru_cache(maxsize=100)
def types_of(value: str) -> frozenset[str]:
    """Return the media types that the option ``types`` names, with commas or spaces between. Raises
    ConfigurationError.
    """
    found: set[str] = set()
    for word in re.split(r"[,;\s]+", value.lower().strip(" ,;")):
        if word not in _WORDS and not _MEDIA.fullmatch(word):
            raise ConfigurationError(
                f"expected media types such as text/html or text/*, or {', '.join(_WORDS)}; found {quoted(word)}"
            )
        found.update(_WORDS.get(word, (word,)))
    return frozenset(found)


def is_wanted(kind: str, types: frozenset[str]) -> bool:
    """Say whether records of a media type are documents. Name lookups (``text/dns``) are only where they are named."""
    general = kind != "text/dns" and (kind.partition("/")[0] + "/*" in types or "*/*" in types)
    return kind in types or (bool(kind) and general)


def is_by_crawler(fields: dict[str, bytes]) -> bool:
    """Say whether a crawler wrote a record about itself."""
    return _BY_CRAWLER.match(fields.get("warc-target-uri", b"")) is not None


def is_page(body: bytes) -> bool:
    """Say whether a body whose type nobody names is a web page (MIME Sniffing, section 7.1)."""
    return _PAGE.match(body) is not None


@lru_cache(maxsize=1000)
def media_type_of(content_type: bytes) -> str:
    """Return the media type of a Content-Type value, in lower case."""
    from corpusfmt.formats.warc.http import media_type

    return media_type(content_type.decode("utf-8", "replace"))[0]


def identified(fields: dict[str, bytes]) -> str:
    """Return the media type of WARC-Identified-Payload-Type, which is asked where there is no other."""
    return media_type_of(fields.get("warc-identified-payload-type", b""))


def binary(
    kind: str, data: bytes, fields: dict[str, bytes], types: frozenset[str] = frozenset(), *, wide: bool = False
) -> str:
    """Say what a record of type ``kind`` holds that is no text: the type that was identified, what its first bytes
    tell, or control bytes. Empty for a text, and for a type that is none and that ``types`` name: whoever names it
    knows. ``wide`` is a text in UTF-16.
    """
    if kind in types and not kind.startswith("text/") and kind not in HTML:
        return ""
    if magic := kind_of(data):
        return magic.group
    if _TAG.match(data) or wide:
        return ""
    found = identified(fields)
    if found != kind and _BINARY_TYPE.fullmatch(found):
        return found
    head = data[:_LOOK]
    return "binary data" if has_control_bytes(head) and not _is_wide(head) else ""


def _is_wide(head: bytes) -> bool:
    """Say whether a text is in UTF-16 and does not say so: every other byte of it is NUL, nearly, and none else is."""
    halves = head[0::2], head[1::2]
    nuls = [half.count(0) / max(len(half), 1) for half in halves]
    return max(nuls) > 0.8 and not halves[nuls.index(min(nuls))].translate(None, bytes(set(range(256)) - set(_BINARY)))


def text_type(
    type: str, fields: dict[str, bytes], head: bytes, limits: Limits, types: frozenset[str] = USUAL_TYPES
) -> str:
    """Return the media type of what a record holds; of a response what its HTTP header says, which begins ``head``.

    Empty where none is said, or the header cannot be read, and where it holds no text and ``types`` do not name it.
    """
    kind = media_type_of(fields.get("content-type", b""))
    if is_by_crawler(fields):
        return ""
    if type != "response":
        kind = kind or identified(fields)
        return "" if binary(kind, head, fields, types) else kind
    if kind != "application/http":
        return ""
    from corpusfmt.formats.warc.codings import HTTPFault
    from corpusfmt.formats.warc.http import final_message, said_type

    try:
        message, start = final_message(head, limits)
    except HTTPFault:
        return ""
    kind = said_type(message)[0] or identified(fields)
    coded = message.values("content-encoding") or message.values("transfer-encoding")
    return "" if not coded and binary(kind, head[start + message.body :], fields, types) else kind
