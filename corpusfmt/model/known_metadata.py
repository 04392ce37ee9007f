"""Known metadata: one vocabulary for all formats that store a title, a date or a URL in a field of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

#: What corpora call the things that formats know, the usual name first.
VOCABULARY: Final = {
    "title": ("title", "headline", "dc:title", "dc.title", "dcterms:title"),
    "author": ("author", "authors", "creator", "byline", "dc:creator", "dc.creator", "dcterms:creator"),
    "date": ("date", "published", "date_published", "published_at", "publish_date", "publication_date", "created",
             "timestamp", "dc:date", "dc.date", "dcterms:date"),
    "publisher": ("publisher", "sitename", "site_name", "dc:publisher", "dc.publisher", "dcterms:publisher"),
    "language": ("language", "lang", "languages", "dc:language", "dc.language", "dcterms:language"),
    "licence": ("licence", "license", "rights", "dc:rights", "dc.rights", "dcterms:license"),
    "url": ("url", "uri", "link", "source_url", "source-url", "warc-target-uri", "permalink"),
}  # fmt: skip

#: What is of no use when it is two in one.
_SINGLE: Final = ("date", "url")
_ALIASES: Final = {what: [b'"%b"' % alias.encode() for alias in aliases] for what, aliases in VOCABULARY.items()}


def known(meta: bytes, wanted: Iterable[str]) -> dict[str, str]:
    """Return what the metadata (a JSON object) says of the ``wanted`` things, as text, where it says it.

    A key is known by any of its aliases, in any case; the first alias that is there wins. A number is its digits, and
    a list of strings (of authors, say) is one string with ``; `` between them; of dates and addresses it is the first.
    """
    low = meta.lower()
    asked = [what for what in wanted if any(alias in low for alias in _ALIASES[what])]
    if not asked:
        return {}
    from corpusfmt.model.metadata import values_of

    values = {key.lower(): value for key, value in reversed(values_of(meta).items())}
    found = {}
    for what in asked:
        for alias in VOCABULARY[what]:
            value = values.get(alias)
            if isinstance(value, list) and all(isinstance(part, str) for part in value):
                said = [part for part in value if part.strip()]
                value = "; ".join(said[:1] if what in _SINGLE else said)
            if isinstance(value, str) and value.strip():
                found[what] = value
                break
            if isinstance(value, int) and not isinstance(value, bool):
                found[what] = str(value)
                break
    return found
