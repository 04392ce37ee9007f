r"""Seed files: many documents in one plain-text file that a person can read, edit, grep and diff.

    <<<SEED 1>>>
    <<<FILE id name>>>
    <<<META {"language": "en"}>>>
    body, to the next header or the end of the file

This is the short form of docs/seed-format.md.

*Version 1* begins with the line ``<<<SEED 1>>>``. An id or a name is bare, or a JSON string when it holds
what a bare one cannot; ``=7`` is the integer 7. ``<<<META {...}>>>`` right after a header is the metadata.
A body line that matches ``^\\*<<<(SEED|FILE|META)`` is written with one more leading backslash and read
with one less. A body that does not end in LF is followed by LF and ``\ No newline at end of file``; a body
line that looks like that marker is escaped in the same way. Files may be concatenated.

*Plain* files have no first line of that kind, no metadata and no escapes: what people write by hand.

In both, lines end at LF alone, a body is bytes that nobody trims, and a line that begins like a header but
is none is an error, since taken as body it would glue two documents together.

The modules: ``grammar`` (headers and escapes, both ways), ``read`` with ``body`` and ``metadata`` for a closer look,
``offsets``, ``write``, ``faults``.
"""

from __future__ import annotations

from corpusfmt.formats.seed.faults import FAULTS
from corpusfmt.formats.seed.offsets import begins, heads, locate, resync, rewrite, sniff
from corpusfmt.formats.seed.read import scan
from corpusfmt.formats.seed.write import losses, row_losses, writer
from corpusfmt.model.format import Format, Option

FORMAT = Format(
    name="seed",
    title="seed files: <<<FILE id name>>> blocks",
    suffixes=(".seed",),
    sniff=sniff,
    scan=scan,
    writer=writer,
    losses=losses,
    row_losses=row_losses,
    locate=locate,
    faults=FAULTS,
    cannot={
        "id": "plain dialect: integer ids, and ids with a space, a tab or a line end",
        "name": "plain dialect: names with a line end",
        "metadata": "plain dialect: any metadata",
        "character": "plain dialect: a text without a final newline, or with a line that begins like a header",
        "encoding": "bytes that their declared encoding cannot decode",
        "size": "a header over 64 KiB, metadata over 16 MiB",
    },
    options=(
        Option("dialect", "what to write: version 1, or plain for people and small scripts", ("1", "plain"), "write"),
    ),
    resync=resync,
    begins=begins,
    heads=heads,
    open_ended=True,
    names_files=True,
    wide_code="SEED007",
    rewrite=rewrite,
    gives=lambda document: document.encoding not in (None, "utf-8"),  # that the user named
)
