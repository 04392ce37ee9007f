"""Inferring the JSON Schema of a corpus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from corpusfmt.checks.run import metadata_of, records_of
from corpusfmt.model.errors import ParseError
from corpusfmt.schema.json_schema.profile import Profile
from corpusfmt.sources.batches import bounded, scanned
from corpusfmt.sources.files import opened, sources
from corpusfmt.sources.settings import Reading, Unused


class Inferred(NamedTuple):
    """A schema, and what it was made of: so many records of ``sources``, which are paths. ``refused`` counts what could
    not be read.
    """

    schema: dict[str, Any]
    records: int
    sources: Sequence[str]
    refused: int


def infer(asked: Sequence[str], reading: Reading, *, metadata: bool = False, closed: bool = False) -> Inferred:
    """Return the schema of the records of sources as ``validate`` holds them against one, or of their metadata.

    Raises ConfigurationError, UnknownFormatError and OSError.
    """
    reading = reading.checked(asked)
    paths = sources(asked, reading).paths
    unused = Unused(reading)
    profile = Profile()
    records = refused = 0
    for path in paths:
        try:
            with opened(path, reading) as (stream, format):
                unused.saw(format, last=path == paths[-1])
                batches = scanned(stream, format, reading.options_for(format, path), reading.progress)
                for batch in bounded(batches, reading.limits):
                    refused += sum(finding.severity == "error" for finding in batch.findings)
                    known = metadata_of(batch.documents) if metadata else records_of(batch, format)
                    for document, record in zip(batch.documents, known, strict=True):
                        origin = document.origin
                        profile.add(record, origin.line if origin else 0, origin.byte if origin else 0)
                    records += len(known)
        except ParseError:  # from the file layer
            refused += 1
    return Inferred(profile.schema(closed=closed), records, paths, refused)
