"""Writing WARC 1.1: warcinfo, a text record and a metadata record per document, and a last record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from corpusfmt.formats.warc.last_record import end_record
from corpusfmt.formats.warc.profile import NATIVE_VERSION, PROFILE
from corpusfmt.formats.warc.record import NAMESPACE, named, uuid
from corpusfmt.limits import MAX_METADATA, MIB, WARC_NAME
from corpusfmt.model.document import Document
from corpusfmt.model.errors import ConfigurationError, Loss, LossError
from corpusfmt.model.format import WriteOptions
from corpusfmt.model.json_objects import spelled_ids
from corpusfmt.model.known_metadata import VOCABULARY, known
from corpusfmt.model.losses import loss
from corpusfmt.model.rows import ID, METADATA, NAME, RowLosses, Rows, Values, encoded
from corpusfmt.text.display import charset, quoted
from corpusfmt.text.kernel import KERNEL
from corpusfmt.text.primitives import escape_json_each, is_utf8
from corpusfmt.version import __version__

if TYPE_CHECKING:
    from datetime import datetime


#: The date of records whose documents have none.
EPOCH: Final = b"1970-01-01T00:00:00Z"
_DATE: Final = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9})[0-9]*)?)?"
    r" ?(Z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?"
)
#: Seconds since 1970, or thousandths of them: as many digits as the years from 1973 to 5138 have.
_SECONDS: Final = re.compile(r"([0-9]{9,11})(?:[0-9]{3})?")
_BASIC: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T?([0-9]{2})([0-9]{2})([0-9]{2})Z?)?")


def moment(text: str) -> bytes | None:
    """Return an ISO 8601 date, or seconds since 1970 (9 to 11 digits), as WARC-Date (clause 5.4); else None.

    What is left out is the first there is: a year is its first second. A time without a zone is taken as UTC.
    Readers want seconds; the metadata keeps the date as it is.
    """
    from datetime import UTC, datetime, timedelta

    text = text.strip()
    try:
        basic = _BASIC.fullmatch(text)
        if basic is not None:
            year, month, day, hour, minute, second = [int(part or 0) for part in basic.groups()]
            return _spelled(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
        seconds = _SECONDS.fullmatch(text)
        if seconds is not None:
            return _spelled(datetime.fromtimestamp(int(seconds[1]), UTC))
        match = _DATE.fullmatch(text)
        if match is None:
            return None
        year, month, day = [int(part or 1) for part in match.groups()[:3]]
        hour, minute, second = [int(part or 0) for part in match.groups()[3:6]]
        found = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        zone = match[8] or "Z"
        if zone != "Z":
            digits = zone[1:].replace(":", "")
            offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
            found = found - offset if zone[0] == "+" else found + offset
    except (ValueError, OverflowError, OSError):
        return None
    return _spelled(found, f".{match[7]}" if match[7] else "")


def instant(text: str) -> bytes | None:
    """Return a date that a user gave: as :func:`moment`, and ``@N`` is N seconds since 1970."""
    from datetime import UTC, datetime

    if not re.fullmatch(r"@[0-9]{1,11}", text):
        return moment(text)
    try:
        return _spelled(datetime.fromtimestamp(int(text[1:]), UTC))
    except (ValueError, OverflowError, OSError):  # pragma: no cover: some systems count to the year 3000 only
        return None


def _spelled(date: datetime, fraction: str = "") -> bytes:
    return f"{date.year:04d}-{date:%m-%dT%H:%M:%S}{fraction}Z".encode()


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


def _urn(corpus: str) -> bytes:
    """Return the beginning of the URNs of documents."""
    return b"urn:x-corpusfmt:" + (_ODD_IN_NAME.sub(_escape, corpus.encode()) + b":" if corpus else b"")


def document_uri(corpus: str, identifier: str | int) -> bytes:
    """Return a URN (RFC 8141) for a document without a URL."""
    prefix = _urn(corpus)
    text = str(identifier)
    if _PLAIN.fullmatch(text):
        return prefix + text.encode()
    name = _ODD_IN_NAME.sub(_escape, text.encode())
    if len(name) > _LONGEST:
        name = b"sha256:" + sha256(name).hexdigest().encode()
    return prefix + name


#: Marks of names of record ids that were given: a fixed size, however many there are.
_MARKS: Final = 1 << 26

_TEXT: Final = (
    b"WARC/1.1\r\nWARC-Type: %b\r\nWARC-Record-ID: <urn:uuid:%b>\r\nWARC-Date: %b\r\nWARC-Target-URI: %b\r\n"
    b"Content-Type: %b\r\nWARC-Block-Digest: sha256:%b\r\nWARC-Payload-Digest: sha256:%b\r\n"
    b"Content-Length: %d\r\n\r\n%b\r\n\r\n"
)
_METADATA: Final = (
    b"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:uuid:%b>\r\nWARC-Date: %b\r\nWARC-Target-URI: %b\r\n"
    b"WARC-Refers-To: <urn:uuid:%b>\r\nContent-Type: " + NATIVE_VERSION + b"\r\nWARC-Block-Digest: sha256:%b\r\n"
    b"Content-Length: %d\r\n\r\n%b\r\n\r\n"
)
_INFO: Final = (
    b"WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: <urn:uuid:%b>\r\nWARC-Date: %b\r\n"
    b"Content-Type: application/warc-fields\r\nWARC-Block-Digest: sha256:%b\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n"
)
_UTF8: Final = b"text/plain; charset=utf-8"
_NO_METADATA: Final = (b"{}", b"")
#: The keys of dates and of URLs in metadata, as the kernel takes them.
_KNOWN: Final = tuple([b"".join([b"%b\0" % key.encode() for key in VOCABULARY[what]]) for what in ("date", "url")])


def writer(options: WriteOptions) -> WARCWriter:
    """Make a writer. Raises ConfigurationError for a date or a name of the corpus that no record can have."""
    return WARCWriter(options)


def losses(document: Document, _options: WriteOptions) -> list[Loss]:
    """List what a WARC file cannot hold of ``document``: only what is too large."""
    if len(document.name) > WARC_NAME:
        return [loss(document, "size", f"the name is longer than {WARC_NAME:,} characters")]
    if _has_long_id(document):
        return [loss(document, "size", f"the id is longer than {WARC_NAME:,} characters")]
    if len(document.meta_json) > MAX_METADATA:
        return [loss(document, "size", f"the metadata is longer than {MAX_METADATA // MIB} MiB")]
    return []


def row_losses(rows: Rows, _options: WriteOptions) -> RowLosses:
    """Say of rows what :func:`losses` says of their documents."""
    long = [at for column in (ID, NAME) for at in rows.longer(column, WARC_NAME)]
    return RowLosses(doubtful=frozenset(long + rows.longer(METADATA, MAX_METADATA)))


def _has_long_id(document: Document) -> bool:
    return isinstance(document.id, str) and len(document.id) > WARC_NAME


class WARCWriter:
    """Writes our bundles. The same documents give the same bytes, whatever the time and the name of the target."""

    def __init__(self, options: WriteOptions) -> None:
        self._options = options
        own = options.own
        self._type = own.get("record", "resource").encode()
        self._date = _date(own.get("date"))
        self._corpus = own.get("corpus", "")
        if re.search("[\x00-\x1f\x7f\ud800-\udfff]", self._corpus) or len(self._corpus) > 1000:
            raise ConfigurationError(f"invalid name of a corpus: {quoted(self._corpus)}; expected one line of text")
        name = NAMESPACE + b"%b %b %b " % (self._type, self._date, self._corpus.encode())
        self._names = named(name)
        #: What the kernel is told besides.
        self._fixed = self._type, self._date, _urn(self._corpus), name, NAMESPACE + b"metadata ", *_KNOWN
        self._marks = bytearray(_MARKS >> 3)
        self._begun = self._count = 0
        self._info = b""

    def begin(self) -> bytes:
        """Return the warcinfo record."""
        block = b"software: corpusfmt/%b\r\nformat: WARC File Format 1.1\r\n" % __version__.encode()
        block += b"conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
        if self._corpus:
            block += b"isPartOf: %b\r\n" % self._corpus.encode()
        block += PROFILE
        digest = sha256(block).hexdigest().encode()
        name = b"warcinfo %d %b %b" % (self._begun, self._date, digest)
        self._begun += 1
        self._info = uuid(named(NAMESPACE + name).hexdigest())
        return _INFO % (self._info, self._date, digest, len(block), block)

    def end(self, documents: int) -> bytes:
        """Return the record that says how many documents there are."""
        return end_record(b"<urn:uuid:%b>" % self._info, self._date, documents)

    def encode(self, documents: Sequence[Document]) -> Sequence[bytes]:
        """Return the records of the documents, two of each. Raises LossError."""
        if KERNEL is not None and isinstance(documents, Rows):
            values = documents.values
            if len(values.buffer) + len(values.arena) <= WARC_NAME:  # then no document is too large
                return encoded(documents, self._rows, self._encode)
        return self._encode(documents)

    def _rows(self, values: Values, first: int) -> tuple[bytes, bytes, int]:
        assert KERNEL is not None
        data, ends, stop = KERNEL.warc_encode(*values, first, self._marks, *self._fixed, self._count, 1)
        self._count += stop - first
        return data, ends, stop

    def _encode(self, documents: Sequence[Document]) -> list[bytes]:
        documents = list(documents)  # rows are gone over several times
        for document in documents:
            if len(document.meta_json) > MAX_METADATA or len(document.name) > WARC_NAME or _has_long_id(document):
                raise LossError(losses(document, self._options))
        ids = spelled_ids(documents)
        names = escape_json_each([document.name.encode() for document in documents])
        plain = is_utf8(b"\n".join([d.data for d in documents if d.encoding is None]))
        out: list[bytes] = []
        kind = self._type
        for document, identifier, name in zip(documents, ids, names, strict=True):
            text, meta = document.data, document.meta_json
            block = b'{"id":%b,"name":"%b","meta":%b}' % (identifier, name, meta)
            digest = sha256(text).hexdigest().encode()
            about = sha256(block).hexdigest().encode()
            content_type = _UTF8 if document.encoding == "utf-8" else _content_type(document, plain)
            date, uri = self._date, b""
            if meta not in _NO_METADATA:
                date, uri = self._from_metadata(meta)
            if not uri:
                uri = document_uri(self._corpus, document.id)
            first = self._name(digest + about if content_type is _UTF8 else digest + about + content_type)
            second = uuid(named(NAMESPACE + b"metadata " + first).hexdigest())
            out.append(_TEXT % (kind, first, date, uri, content_type, digest, digest, len(text), text))
            out.append(_METADATA % (second, date, uri, first, about, len(block), block))
        return out

    def _from_metadata(self, meta: bytes) -> tuple[bytes, bytes]:
        """Return the date and the target URI that the metadata of a document gives; no URI when it gives none."""
        found = known(meta, ("date", "url"))
        date = moment(found["date"]) if "date" in found else None
        return date or self._date, url_of(found["url"]) if "url" in found else b""

    def _name(self, name: bytes) -> bytes:
        """Return a record id for what ``name`` says: a text and what is known about it, by their digests.

        What may have come before gets the number of its document too.

        Marks can take a name for one that was there, never the other way round: ids stay unique, and memory the same.
        """
        self._count += 1
        made = self._names.copy()
        made.update(name)
        found = made.hexdigest()
        mark = int(found[33:40], 16) & (_MARKS - 1)
        bit = 1 << (mark & 7)
        if self._marks[mark >> 3] & bit:
            made.update(b" %d" % self._count)
            found = made.hexdigest()
        else:
            self._marks[mark >> 3] |= bit
        return uuid(found)


def _content_type(document: Document, plain: bool) -> bytes:
    """Return the Content-Type of a text: without a charset when nobody knows its encoding and it is not UTF-8."""
    encoding = document.encoding
    if encoding is None:
        return _UTF8 if plain or is_utf8(document.data) else b"text/plain"
    return b"text/plain; charset=%b" % _label(encoding).encode()


#: Python's names of encodings that the IANA has under others, but for those that differ in dashes alone.
_NAMES: Final = {"shift_jis": "shift_jis", "mac-roman": "macintosh", "big5hkscs": "big5-hkscs"}


@lru_cache
def _label(encoding: str) -> str:
    """Return the name that the IANA has for an encoding, if it leads back to it; otherwise Python's."""
    name = re.sub(r"^iso(?=8859-|2022)", "iso-", re.sub(r"^cp125", "windows-125", encoding))
    name = _NAMES.get(name, name.replace("_", "-"))
    try:
        return name if charset(name) == encoding else encoding
    except LookupError:
        return encoding


def _date(value: str | None) -> bytes:
    if value is None:
        return EPOCH
    found = instant(value)
    if found is None:
        raise ConfigurationError(
            f"expected a date such as 2024-05-18T01:58:10Z, or @ and seconds, found {quoted(value)}"
        )
    return found
