"""The text of a page of the web, by a library that is an extra of this package."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Final

from corpusfmt.limits import HTML_TAG
from corpusfmt.model.errors import ConfigurationError

#: What pages mark as no part of their content (HTML Standard 4.3; WAI-ARIA 1.2, 5.3.4, landmark roles).
_ASIDE: Final = ["nav", "aside", "footer", "menu", "dialog", "noscript", "[hidden]"] + [
    f"[role={role}]"
    for role in ("navigation", "complementary", "contentinfo", "banner", "search", "menu", "dialog", "alertdialog")
]

_LONG_TAG: Final = re.compile(rf"<[^<>]{{{HTML_TAG + 1}}}")


def text_of(html: str) -> str:
    """Return the text that a page shows, a line for each block, without what it marks as navigation and the like.

    Not the guess at a main content that extractors offer: that drops lists, and dashes between links, unasked.
    Raises ConfigurationError when the package that does it is missing, ValueError for a tag that is made to keep a
    parser busy for hours.
    """
    try:
        extract = import_module("resiliparse.extract.html2text").extract_plain_text
    except ImportError:
        message = "the text of HTML needs a package that is missing: install corpusfmt[web]"
        raise ConfigurationError(message) from None
    if _LONG_TAG.search(html):
        raise ValueError(f"a tag of the page is longer than {HTML_TAG:,} characters")
    text: str = extract(html, list_bullets=False, alt_texts=False, skip_elements=_ASIDE)
    return text
