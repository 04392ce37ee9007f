"""The functions of the library. What each needs is loaded when it is called: that keeps the start of a program short.

No module has the name of one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING

from corpusfmt.limits import MAX_DOCUMENT, SCHEMA_SECONDS
from corpusfmt.sources import Reading, Unused, limited, opened, scanned, sources, whole
from corpusfmt.targets.settings import Writing, kinds, named

if TYPE_CHECKING:
    from corpusfmt.model.document import Document
    from corpusfmt.model.finding import Finding
    from corpusfmt.model.format import Format
    from corpusfmt.targets.writer import OpenWriter
    from corpusfmt.verbs.convert.report import Progress, Report
    from corpusfmt.verbs.diff.difference import Difference
    from corpusfmt.verbs.fix.run import Fixed
    from corpusfmt.verbs.verify import Discrepancy


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
    asked = _listed(source)
    reading = _reading(format, options, encoding, id_from, max_document, limits).checked(asked)
    return _documents(sources(asked, reading).paths, reading)


def _documents(paths: Sequence[str], reading: Reading) -> Iterator[Document]:
    unused = Unused(reading)
    for path in paths:
        with opened(path, reading) as (stream, format):
            unused.saw(format, last=path == paths[-1])
            for documents in whole(scanned(stream, format, reading.options_for(format, path))):
                yield from documents


def open_writer(
    target: str | PathLike[str],
    *,
    format: str | None = None,
    allow_loss: Iterable[str] = (),
    shard_size: int = 0,
    force: bool = False,
    **options: str,
) -> OpenWriter:
    """Return a context manager with ``write(document)``; the target is opened when its block begins.

    Nothing appears under the final name until the block ends without an error. ``options`` are those of
    the format, as in ``layout="dolma"``. A target that ends in a slash, or is a folder, gets a file per document; its
    ``format`` is to be named. Beginning the block raises ConfigurationError, UnknownFormatError
    and OSError.
    """
    from corpusfmt.targets.writer import OpenWriter

    return OpenWriter(fspath(target), Writing(format, named(options), {}, kinds(allow_loss), shard_size, force))


def convert(
    source: str | PathLike[str] | Sequence[str | PathLike[str]],
    target: str | PathLike[str],
    *,
    from_format: str | None = None,
    to_format: str | None = None,
    options: Mapping[str, str] | None = None,
    read_options: Mapping[str, str] | None = None,
    write_options: Mapping[str, str] | None = None,
    encoding: str | None = None,
    id_from: str | None = None,
    max_document: int = MAX_DOCUMENT,
    limits: Mapping[str, int] | None = None,
    on_error: str = "stop",
    allow_loss: Iterable[str] = (),
    ids: Sequence[str] = (),
    shard_size: int = 0,
    force: bool = False,
    cdxj: bool = False,
    verify: bool = False,
    receipt: str | PathLike[str] = "",
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Convert sources to a target, whole or not at all, and report what was done.

    Sources are paths, folders, patterns or ``-``; the target is a path, ``-``, or a folder (a name that ends in a
    slash, or one that is there), which gets a file per document. Formats are found by suffix, then by content, unless
    they are named, as that of a folder must be. ``force`` replaces the shards and the quarantine of an older run,
    removes the index of an older archive, and writes into a folder that is not empty. ``options`` go to the formats
    that know them, ``read_options`` and ``write_options`` to one side (``from_format`` and ``to_format`` name its
    format).
    ``encoding`` is that of texts that do not declare one; ``id_from`` is name, line or sha256.
    ``on_error`` is stop, skip or ``quarantine=FILE``; ``allow_loss`` holds kinds of :data:`LOSS_KINDS`.
    ``max_document`` and ``shard_size`` are in bytes (the latter before compression); ``limits`` are other limits of
    reading by name (docs/limits.md), as in ``{"header": 1 << 20}``. ``cdxj`` writes an index beside
    a WARC target. With ``verify`` the target is read back and compared before it gets its name; ``receipt`` is the
    file for a proof of that.

    Raises ParseError at the first malformed record and LossError for what the target cannot hold, unless
    ``on_error`` says otherwise; SourceChangedError for a source that changes while it is read; VerificationError when
    the target does not read back as it was given; ConfigurationError, UnknownFormatError, PluginError and OSError.
    """
    from corpusfmt.model.errors import ConfigurationError
    from corpusfmt.verbs.convert.run import Conversion

    mode, _, file = on_error.partition("=")
    if mode == "quarantine" and not file:
        raise ConfigurationError("name the file for refused documents: quarantine=FILE")
    report = Conversion(
        _listed(source),
        fspath(target),
        Reading(from_format, named(read_options), named(options), encoding, id_from, limited(max_document, limits)),
        Writing(to_format, named(write_options), named(options), kinds(allow_loss), shard_size, force, {}, cdxj),
        on_error=mode,
        quarantine=file,
        ids=ids,
        verify=verify,
        receipt=fspath(receipt),
        progress=progress,
    ).run()
    if report.error is not None:
        raise report.error
    return report


def validate(
    source: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    format: str | None = None,
    options: Mapping[str, str] | None = None,
    encoding: str | None = None,
    id_from: str | None = None,
    max_document: int = MAX_DOCUMENT,
    limits: Mapping[str, int] | None = None,
    select: Sequence[str] = (),
    extend_select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    schema: str | PathLike[str] | None = None,
    record_schema: str | PathLike[str] | None = None,
    metadata_schema: str | PathLike[str] | None = None,
    engine: str = "auto",
    schema_timeout: float = SCHEMA_SECONDS,
) -> Iterator[Finding]:
    """Give the findings of the sources, in order: faults of their formats, then of the rules.

    The arguments are those of :func:`corpusfmt.convert`. ``select``, ``extend_select`` and ``ignore`` are codes or
    beginnings of codes: those to check in place of the default ones, beside them, and not at all. ``schema`` is the
    path of a RELAX NG schema for XML sources, judged by ``engine`` (auto, lxml or jing); compiling it, and each
    document, may take ``schema_timeout`` seconds. ``record_schema`` and ``metadata_schema`` are paths of JSON Schemas,
    for records and for the metadata of documents. No configuration file is looked for.

    Content never raises; ConfigurationError, UnknownFormatError, SourceChangedError, SchemaError, PluginError and
    OSError do, the first before the first finding; that one of several sources cannot be opened, or told for what it
    is, or changes while it is read, after the last.
    """
    from corpusfmt.checks.run import Against
    from corpusfmt.checks.selection import Selection
    from corpusfmt.verbs.validate.run import Validation

    reading = _reading(format, options, encoding, id_from, max_document, limits)
    rng, record, metadata = (
        fspath(path) if path is not None else "" for path in (schema, record_schema, metadata_schema)
    )
    against = Against(rng, engine, schema_timeout, record=record, metadata=metadata)
    return Validation(_listed(source), reading, Selection(select, extend_select, ignore), against).run()


def fix(
    source: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    format: str | None = None,
    options: Mapping[str, str] | None = None,
    encoding: str | None = None,
    id_from: str | None = None,
    max_document: int = MAX_DOCUMENT,
    limits: Mapping[str, int] | None = None,
    unsafe_fixes: bool = False,
    codes: Sequence[str] = (),
    dry_run: bool = False,
    diff: Callable[[bytes], None] | None = None,
) -> list[Fixed]:
    """Fix files in their places: what is known to be wrong, and how to mend it. Returns what was done to each.

    A file is replaced, in one step, only after the new one was read and found to hold all documents of the old one.
    ``unsafe_fixes`` also makes fixes that lose something, as cutting a clipped record off; what is cut off stands in
    ``FILE.cut``. ``codes`` (or beginnings of codes) limit what is fixed; ``dry_run`` replaces nothing.
    ``diff`` is called with the pieces of a unified diff of what changes in the content, decompressed, byte for byte: it
    is not safe to show on a terminal.

    Raises ConfigurationError, UnknownFormatError, ParseError for damaged compressed data, and OSError.
    """
    from corpusfmt.verbs.fix.run import Fixing

    reading = _reading(format, options, encoding, id_from, max_document, limits)
    return list(Fixing(_listed(source), reading, unsafe=unsafe_fixes, codes=codes, dry=dry_run, diff=diff).run())


def diff(
    a: str | PathLike[str] | Sequence[str | PathLike[str]],
    b: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    format: str | None = None,
    format_a: str | None = None,
    format_b: str | None = None,
    options: Mapping[str, str] | None = None,
    options_a: Mapping[str, str] | None = None,
    options_b: Mapping[str, str] | None = None,
    encoding: str | None = None,
    id_from: str | None = None,
    max_document: int = MAX_DOCUMENT,
    limits: Mapping[str, int] | None = None,
    ignore: Iterable[str] = (),
) -> Iterator[Difference]:
    """Give the differences between two corpora, document by document, paired by their ids.

    Each is a path, a folder, a pattern or several of them; one may be ``-``. What is in the new corpus ``b`` comes in
    its order, then what was removed, in the order of ``a``. Both are read to their ends before anything is given.
    Documents with one id are paired in their order.

    ``format`` is that of both, ``options`` go to the formats that know them; ``format_a`` and ``options_a`` are for one
    side. ``ignore`` holds what is not compared: name, metadata, order, text. Other arguments are those of ``read``.

    Raises ConfigurationError, UnknownFormatError and OSError at the call or later, ParseError for a record that cannot
    be read, and SourceChangedError for a file that changes meanwhile.
    """
    from corpusfmt.verbs.diff.run import Comparison

    shared = named(options)
    readings = [
        Reading(its or format, named(own), shared, encoding, id_from, limited(max_document, limits))
        for its, own in ((format_a, options_a), (format_b, options_b))
    ]
    return Comparison(_listed(a), _listed(b), (readings[0], readings[1]), ignore=ignore).run()


def verify(
    receipt: str | PathLike[str], *, only: Sequence[str] = ("inputs", "outputs"), quick: bool = False
) -> Iterator[Discrepancy]:
    """Give what of the files of a conversion is not as its receipt says: nothing when all is.

    ``only`` holds inputs, outputs or both. With ``quick`` files are compared by their digests, and the documents in
    them are not read. Paths that are not absolute begin at the folder of the receipt.

    Raises OSError, and ConfigurationError for what is no receipt.
    """
    from corpusfmt.verbs.verify import Verification

    return Verification(fspath(receipt), only, quick=quick).run()


def known_formats() -> Mapping[str, Format]:
    """Return the formats by name, those of plug-ins among them. Raises PluginError."""
    from corpusfmt.plugins import formats

    return formats()


def _listed(source: str | PathLike[str] | Sequence[str | PathLike[str]]) -> list[str]:
    return [fspath(path) for path in ([source] if isinstance(source, str | PathLike) else source)]


def _reading(
    format: str | None,
    options: Mapping[str, str] | None,
    encoding: str | None,
    id_from: str | None,
    max_document: int,
    limits: Mapping[str, int] | None,
) -> Reading:
    """Return how to read sources. A format that is named must know all options; others take those that they know."""
    own, shared = (named(options), {}) if format else ({}, named(options))
    return Reading(format, own, shared, encoding, id_from, limited(max_document, limits))
