"""Target URIs for documents: their own URL, or a URN of corpus and id. Control characters never get into a header."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

#: A URI that is longer gives way to a short one: readers have limits. In bytes.
_LONGEST: Final = 8192
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S")
#: Bytes that stand in a URI as they are (RFC 3986, section 2); a percent sign only before two hex digits.
_ODD_IN_URI: Final = re.compile(rb"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]|%(?![0-9A-Fa-f]{2})")
_ODD_IN_NAME: Final = re.compile(rb"[^A-Za-z0-9\-._~]")
_PLAIN: Final = re.compile(r"[A-Za-z0-9\-._~]{1,2000}")


def _escape(match: re.Match[bytes]) -> bytes:
    return b"%%%02X" % match[0][0]


def url_of(text: str) -> bytes:
    """Return the URL of a document's metadata as a URI, characters escaped as need be; empty when it is none."""
    text = text.strip()
    if not _ABSOLUTE.match(text):
        return b""
    uri = _ODD_IN_URI.sub(_escape, text.encode("utf-8", "replace"))
    return uri if len(uri) <= _LONGEST else b""


def document_uri(corpus: str, identifier: str | int) -> bytes:
    """Return a URN (RFC 8141) for a document without a URL."""
    prefix = b"urn:x-corpusfmt:"
    if corpus:
        prefix += _ODD_IN_NAME.sub(_escape, corpus.encode()) + b":"
    text = str(identifier)
    if _PLAIN.fullmatch(text):
        return prefix + text.encode()
    name = _ODD_IN_NAME.sub(_escape, text.encode())
    if len(name) > _LONGEST:
        name = b"sha256:" + sha256(name).hexdigest().encode()
    return prefix + name
