"""TEI P5: texts with a header that says where they are from, in XML.

*Written* is one ``teiCorpus`` with a ``TEI`` for each document, or each ``TEI`` as a file of its own: valid, with what
is known about a text in its place in the header, and with the text and the metadata just as they were (see
``profile``). The same documents give the same bytes.

*Read* are our documents, exactly, with the SHA-256 in their header checked; and the TEI that others publish, as a
reader would see it: its text without its markup, and what its header says as metadata.

The modules, from below: ``profile``, ``names``, ``head``, ``rows`` (for the kernel), ``write``; ``native_bytes`` (a
document that corpusfmt wrote, from its bytes), ``native`` with ``native_header`` (from events, when somebody touched
it), ``readings`` (what may have been done to its text); ``thirdparty`` (what others write); ``encoding``, ``window``,
``parser``, ``references``; ``gathering``, ``schema_units``, ``documents``, ``frames`` (from events to documents),
``wellformed`` (faults of XML in words), ``read``. Then ``offsets`` and ``faults``.
"""

from __future__ import annotations

from collections.abc import Iterator

from corpusfmt.formats.tei.faults import FAULTS
from corpusfmt.formats.tei.offsets import is_other, locate, resync, shared_names, sniff
from corpusfmt.formats.tei.write import alone, losses, row_losses, writer
from corpusfmt.model.file_names import name_from
from corpusfmt.model.format import FORCED, Batch, Format, Option, ReadOptions, Stream
from corpusfmt.text.declared import xml_declared


def _scan(stream: Stream, options: ReadOptions) -> Iterator[Batch]:
    """Give the documents and faults of a TEI file, in order. What reading needs is loaded here."""
    from corpusfmt.formats.tei.read import scan as read_stream

    return read_stream(stream, options)


FORMAT = Format(
    name="tei",
    title="TEI P5: texts in XML, each with a header",
    suffixes=(".xml", ".tei"),
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
    },
    options=(
        Option(
            "choice",
            "which alternative of a choice: edited (corr, reg, expan) or original",
            ("edited", "original"),
            "read",
        ),
        FORCED,
        Option("notes", "position of notes: end (of the text), inline, or out", ("end", "inline", "out"), "read"),
        Option("fw", "running heads and page numbers (fw)", ("out", "inline"), "read"),
        Option(
            "lb",
            "replacement of a line break (lb); join also removes a hyphen before it",
            ("newline", "space", "join"),
            "read",
        ),
        Option("witness", "the witness whose readings are used in an apparatus, by its xml:id", (), "read", "SIGIL"),
        Option("corpus", "the title of the corpus", (), "write"),
        name_from("the id"),
    ),
    resync=resync,
    grammar="corpusfmt-tei.rng",
    grammar_code="TEI025",
    alone=alone,
    declared=xml_declared,
    is_other=is_other,
    shared_names=shared_names,
    id_of_path=True,
    leaves="the markup of third-party TEI, counted by element, and header elements that are not recognised as metadata",
)
