"""WARC 1.1 (ISO 28500:2017): web archives, and corpora as archives that any WARC tool reads.

A file is a row of records: a version line, named fields, a blank line, a block of Content-Length bytes, two line
ends. Compressed files have each record in a gzip member or zstd frame of its own.

*Written* are our bundles: a ``warcinfo`` record; for each document a ``resource`` (or ``conversion``) record with its
bytes as they were, and a ``metadata`` record with its id, name and metadata in JSON. Digests are SHA-256, record ids
are made of the content, dates come from the metadata or are fixed: the same documents give the same bytes.

*Read* are our bundles, exactly, and what others publish: pages and plain texts in ``resource``, ``conversion`` and
``response`` records of WARC 1.0, its drafts 0.17 and 0.18, and 1.1, with what is said about them in ``metadata``
records. What is no text is counted.

The modules, from below: ``fields`` (which fields stand on which records), ``values`` and ``digests`` (how they are
spelled), ``header`` and ``shapes``, ``record``, ``members``, ``verify`` and ``window``, ``marks`` (what records begin
and end with), ``framer`` (records) with ``broken_records`` (those that are not what they say, and where the next one
begins) and ``passing`` (blocks that are not held); ``texts`` (which records hold texts), ``http``, ``codings``,
``web_decoding``, ``charsets`` and ``html`` (what is inside a response); ``thirdparty``, ``native`` and
``native_bytes`` (documents of records), ``references``, ``read``. Then ``profile``, ``dates``, ``uris``, ``ending``,
``write``, ``cdxj``; ``offsets``, ``faults``.
"""

from __future__ import annotations

from collections.abc import Iterator

from corpusfmt.formats.warc.faults import FAULTS
from corpusfmt.formats.warc.offsets import begins, locate, resync, sniff
from corpusfmt.formats.warc.write import losses, row_losses, writer
from corpusfmt.model.format import FORCED, Batch, Format, Option, ReadOptions, Stream, forced_encoding


def _scan(stream: Stream, options: ReadOptions) -> Iterator[Batch]:
    """Give the documents and faults of a WARC file, in order. What reading needs is loaded here."""
    from corpusfmt.formats.warc.read import scan as read_stream

    forced_encoding(options)  # one that is not known is refused before anything is read
    return read_stream(stream, options)


def _members(stream: Stream) -> Iterator[int]:
    """Give the stream offsets where records end: each is to be a compressed member of its own."""
    from corpusfmt.formats.warc.framer import record_ends

    return record_ends(stream)


def _index(piece: bytes) -> tuple[bytes, bytes] | None:
    """Return the line of a record in a CDXJ index, or None."""
    from corpusfmt.formats.warc.cdxj import entry

    return entry(piece)


FORMAT = Format(
    name="warc",
    title="WARC: web archives (1.0 and 1.1), WET and WAT files",
    suffixes=(".warc", ".wet", ".wat"),
    sniff=sniff,
    scan=_scan,
    writer=writer,
    losses=losses,
    row_losses=row_losses,
    locate=locate,
    faults=FAULTS,
    cannot={"size": "metadata over 16 MiB, ids and names of over a million characters"},
    options=(
        Option("html", "HTML pages: keep the markup (default), or extract the text", ("keep", "text"), "read"),
        FORCED,
        Option("status", "which HTTP responses are documents", ("2xx", "all"), "read"),
        Option(
            "types",
            "media types that are documents: html and plain (default), text, all, or media types as in text/css",
            (),
            "read",
            "TYPE,...",
        ),
        Option("record", "the type of the records that hold texts", ("resource", "conversion"), "write"),
        Option("date", "the date of records whose metadata has none; 1970-01-01T00:00:00Z without it", (), "write"),
        Option(
            "corpus", "the name of the corpus, for warcinfo and for the URNs of documents without a URL", (), "write"
        ),
    ),
    resync=resync,
    begins=begins,
    members=_members,
    pieces=2,
    leaves="records that hold no text, counted by type; HTTP headers; transfer and content codings",
    index_line=_index,
)
