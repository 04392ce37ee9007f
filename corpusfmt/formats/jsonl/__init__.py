"""JSON Lines: one JSON object (RFC 8259) a line, in UTF-8.

    {"id":"d1","name":"a.txt","text":"…","meta":{"language":"en"}}

That is the *native* record, the only one with a place for everything. A *layout* maps third-party records: it
says under which key id, name and text stand; all other keys are the metadata, with their JSON as it was
written, and stand at the top level again when the same layout is written.

Lines end at LF alone. JSON values are never taken apart: numbers keep their digits, objects the order of
their keys. A record with two equal keys at the top level is refused, since readers disagree on it.

The modules: ``layouts``, ``read``, ``record`` (one line, fast and slow), ``offsets``, ``write``, ``faults``.
"""

from __future__ import annotations

from collections.abc import Iterator

from corpusfmt.formats.jsonl.faults import FAULTS
from corpusfmt.formats.jsonl.layouts import LAYOUTS
from corpusfmt.formats.jsonl.offsets import begins, has_narrow, locate, records, resync, rewrite, sniff
from corpusfmt.formats.jsonl.write import losses, row_losses, writer
from corpusfmt.model.format import Batch, Format, Option, ReadOptions, Stream


def _scan(stream: Stream, options: ReadOptions) -> Iterator[Batch]:
    """Give the documents and faults of a JSON Lines file, in order. Raises ConfigurationError.

    The parser that reading needs is loaded here: it costs more than all else of a small run that only writes.
    """
    from corpusfmt.formats.jsonl.read import scan as read_stream

    return read_stream(stream, options)


FORMAT = Format(
    name="jsonl",
    title="JSON Lines: one JSON object per line",
    suffixes=(".jsonl", ".ndjson", ".jsonlines", ".json.gz", ".json.zst"),
    sniff=sniff,
    scan=_scan,
    writer=writer,
    losses=losses,
    row_losses=row_losses,
    locate=locate,
    faults=FAULTS,
    cannot={
        "bytes": "texts that are not UTF-8 and have no declared encoding",
        "encoding": "bytes that their declared encoding cannot decode",
        "size": "metadata over 16 MiB",
        "id": "layout text-meta: ids",
        "name": "layouts dolma, hf and text-meta: names",
        "metadata": "layouts dolma and hf: metadata keys that the layout uses for itself, or that repeat",
    },
    options=(
        Option("layout", "layout of the records", tuple(LAYOUTS)),
        Option("id-field", "the key that holds the id"),
        Option("name-field", "the key that holds the name"),
        Option("text-field", "the key that holds the text"),
        Option("meta-field", "the key that holds the metadata (default: all other keys)"),
    ),
    resync=resync,
    begins=begins,
    wide_code="JSONL011",
    has_narrow=has_narrow,
    rewrite=rewrite,
    records=records,
    schema="document.schema.json",
    schema_codes={"JSONL003": "", "JSONL005": "id", "JSONL006": "text", "JSONL007": "", "JSONL008": ""},
)
