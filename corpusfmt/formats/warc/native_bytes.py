"""The fast path for native archives: a text and its metadata record, both spelled as the writer does, in one step.

What is not just so is left to the framer: this says nothing about anything, it only saves time.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final, TypeAlias

from corpusfmt.formats.warc.native import read_native
from corpusfmt.formats.warc.profile import NATIVE_VERSION
from corpusfmt.formats.warc.shapes import PATTERNS
from corpusfmt.formats.warc.values import is_date
from corpusfmt.limits import Limits

_UUID: Final = rb"urn:uuid:[0-9a-f-]{36}"
_URI, _DATE = PATTERNS["uri"], PATTERNS["date"]
_TEXT: Final = re.compile(
    rb"WARC/1\.1\r\nWARC-Type: (?:resource|conversion)\r\nWARC-Record-ID: <(%b)>\r\nWARC-Date: (%b)\r\n"
    rb"WARC-Target-URI: %b\r\nContent-Type: text/plain(; charset=utf-8)?\r\n"
    rb"WARC-Block-Digest: sha256:([0-9a-f]{64})\r\nWARC-Payload-Digest: sha256:\4\r\n"
    rb"Content-Length: ([0-9]{1,15})\r\n\r\n" % (_UUID, _DATE, _URI)
).match
_ABOUT: Final = re.compile(
    rb"\r\n\r\nWARC/1\.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <%b>\r\nWARC-Date: (%b)\r\nWARC-Target-URI: %b\r\n"
    rb"WARC-Refers-To: <(%b)>\r\nContent-Type: %b\r\nWARC-Block-Digest: sha256:([0-9a-f]{64})\r\n"
    rb"Content-Length: ([0-9]{1,9})\r\n\r\n" % (_UUID, _DATE, _URI, _UUID, re.escape(NATIVE_VERSION))
).match


#: Id, name, metadata, whether the text is said to be UTF-8, the text; in the buffer: where the text begins, where its
#: metadata record does, and the end of both.
Bundle: TypeAlias = tuple[str | int, str, bytes, bool, bytes, int, int, int]


def read_bundle(buffer: bytes, at: int, limit: int, longest: int, limits: Limits) -> Bundle | None:
    """Read a document whose two records begin at ``at``, digests verified, if a record follows them.

    ``limit`` is that of a block, ``longest`` that of a header.
    """
    text = _TEXT(buffer, at)
    if text is None:
        return None
    identifier, date, utf8, digest, length = text.groups()
    body = text.end()
    end = body + int(length)
    about = _ABOUT(buffer, end)
    if about is None or end - body > limit or body - at > longest or about.end() - end > longest:
        return None
    about_date, refers, about_digest, about_length = about.groups()
    begin = about.end()
    stop = begin + int(about_length)
    if stop - begin > limit or refers != identifier or not buffer.startswith(b"\r\n\r\nWARC/", stop):
        return None
    data, block = buffer[body:end], buffer[begin:stop]
    if sha256(data).hexdigest().encode() != digest or sha256(block).hexdigest().encode() != about_digest:
        return None
    if not (is_date(date) and is_date(about_date)):
        return None
    own = read_native(block, limits, remarked=False)
    if own is None:
        return None
    return own.id, own.name, own.meta, utf8 is not None, data, body, end + 4, stop + 4
