"""Reading: the documents of sources, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from os import PathLike, fspath

from corpusfmt.core.document import Document
from corpusfmt.core.limits import MAX_DOCUMENT
from corpusfmt.reading import Reading, Unused, limited, opened, scanned, sources, whole
from corpusfmt.writing import named


def read(
    source: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    format: str | None = None,
    encoding: str | None = None,
    id_from: str | None = None,
    max_document: int = MAX_DOCUMENT,
    limits: Mapping[str, int] | None = None,
    **options: str,
) -> Iterator[Document]:
    """Give the documents of a path, a folder, a pattern or several of them, lazily and in order.

    Format and compression are found out, unless ``format`` names the former. ``encoding`` is that of texts
    that do not declare one; ``id_from`` (name, line or sha256) makes an id where there is none;
    ``max_document`` is in bytes, ``limits`` are others by name (docs/limits.md), as in ``{"header": 1 << 20}``;
    ``options`` are those of the format, as in ``layout="dolma"``.

    Raises ParseError at the first error, and SourceChangedError for a source that changes, when it is reached;
    ConfigurationError, UnknownFormatError and OSError at the call or when a source is opened.
    """
    asked = [fspath(path) for path in ([source] if isinstance(source, str | PathLike) else source)]
    own = named(options)
    most = limited(max_document, limits)
    reading = Reading(format, own if format else {}, {} if format else own, encoding, id_from, most).checked(asked)
    return _documents(sources(asked, reading).paths, reading)


def _documents(paths: Sequence[str], reading: Reading) -> Iterator[Document]:
    unused = Unused(reading)
    for path in paths:
        with opened(path, reading) as (stream, format):
            unused.saw(format, last=path == paths[-1])
            for documents in whole(scanned(stream, format, reading.options_for(format, path))):
                yield from documents
