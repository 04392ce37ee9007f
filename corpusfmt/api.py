"""The functions of the library. Their modules are imported when a function is called, which keeps the start of a
program short.

No module has the name of one of these functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from corpusfmt import storage
from corpusfmt.limits import MAX_DOCUMENT, SCHEMA_SECONDS
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.options import check_arguments
from corpusfmt.sources.settings import Reading, limited
from corpusfmt.targets.settings import Writing, kinds, named
from corpusfmt.text.display import quoted

if TYPE_CHECKING:
    from corpusfmt.model.document import Document
    from corpusfmt.model.finding import Finding
    from corpusfmt.model.format import Format
    from corpusfmt.sources.reader import OpenReader
    from corpusfmt.targets.writer import OpenWriter
    from corpusfmt.verbs.convert.report import Progress, Report
    from corpusfmt.verbs.diff.difference import Difference
    from corpusfmt.verbs.fix.run import Fixed
    from corpusfmt.verbs.verify import Discrepancy


#: What is read: paths, folders and patterns, bytes, or a binary file that is open.
Source: TypeAlias = "str | PathLike[str] | Sequence[str | PathLike[str]] | bytes | BinaryIO"


def open(
    source: Source,
    *,
    format: str | None = None,
    encoding: str | None = None,
    id_from: str | None = None,
    max_document: int = MAX_DOCUMENT,
    limits: Mapping[str, int] | None = None,
    on_error: str | Callable[[Finding], object] = "raise",
    **options: str,
) -> OpenReader:
    """Open sources. Returns a context manager that yields their documents, lazily and in order.

    A source is a path, a folder, a pattern or a list of these, ``-`` for standard input, bytes, or an open binary file,
    which is read from its current position and stays open. Format and compression are detected, unless ``format`` names
    the format. ``encoding`` applies to texts that do not declare one. ``id_from`` (name, line, sha256 or path) creates
    an id for documents without one. ``max_document`` is in bytes. ``limits`` sets other limits by name
    (docs/limits.md), as in ``{"header": 1 << 20}``. ``options`` are those of the format, as in ``layout="dolma"``.

    ``on_error`` applies to records that cannot be read: ``raise``, ``skip``, or a function that is called with the
    finding. With the last two, reading continues after the record. Damaged compressed data after which reading cannot
    continue always raises ParseError.

    Raises ConfigurationError, UnknownFormatError, PluginError and OSError for the first source at the call, and for
    later sources when they are reached. The loop raises ParseError, and SourceChangedError if a source changes.
    """
    from corpusfmt.sources.reader import OpenReader

    asked, file = _given(source)
    return OpenReader(asked, _reading(format, options, encoding, id_from, max_document, limits, file), on_error)


def read(
    source: Source,
    *,
    format: str | None = None,
    encoding: str | None = None,
    id_from: str | None = None,
    max_document: int = MAX_DOCUMENT,
    limits: Mapping[str, int] | None = None,
    on_error: str | Callable[[Finding], object] = "raise",
    **options: str,
) -> Iterator[Document]:
    """Yield the documents of sources, lazily and in order. The arguments are those of :func:`corpusfmt.open`.

    Raises the same errors: at the call for invalid options and a first source that cannot be opened.
    """
    return _documents(
        open(
            source, format=format, encoding=encoding, id_from=id_from, max_document=max_document, limits=limits,
            on_error=on_error, **options,
        )
    )  # fmt: skip


def _documents(reader: OpenReader) -> Iterator[Document]:
    with reader:
        yield from reader


def create(
    target: str | PathLike[str] | BinaryIO,
    *,
    format: str | None = None,
    allow_loss: Iterable[str] = (),
    shard_size: int = 0,
    force: bool = False,
    cdxj: bool = False,
    **options: str,
) -> OpenWriter:
    """Return a context manager with ``write(document)`` and ``write_all(documents)``.

    The target is opened when the block begins. It appears under its name when the block ends without an error.
    ``options`` are those of the format, as in ``layout="dolma"``; the other arguments are those of
    :func:`corpusfmt.convert`. A target that ends in a slash, or is a folder, gets a file per document, and needs
    ``format``.

    The target may be an open binary file, which also needs ``format``. It gets uncompressed bytes and stays open. Data
    that was written before an error stays in it.

    Raises ConfigurationError and UnknownFormatError at the call or at the beginning of the block, where OSError is
    possible too.
    """
    from corpusfmt.targets.writer import OpenWriter

    check_arguments(
        "convert",
        {
            "to_format": format, "allow_loss": allow_loss, "shard_size": shard_size, "force": force, "cdxj": cdxj,
        },
    )  # fmt: skip
    file = storage.given(target, "write")
    path = fspath(target) if file is None else storage.given_name(file)  # type: ignore[arg-type]  # then it is a path
    return OpenWriter(path, Writing(format, named(options), {}, kinds(allow_loss), shard_size, force, {}, cdxj, file))


open_writer = create


def convert(
    source: str | PathLike[str] | Sequence[str | PathLike[str]],
    target: str | PathLike[str],
    *,
    from_format: str | None = None,
    to_format: str | None = None,
    read_options: Mapping[str, str] | None = None,
    write_options: Mapping[str, str] | None = None,
    encoding: str | None = None,
    id_from: str | None = None,
    max_document: int = MAX_DOCUMENT,
    limits: Mapping[str, int] | None = None,
    on_error: str = "raise",
    allow_loss: Iterable[str] = (),
    ids: Sequence[str | int] | str | None = None,
    shard_size: int = 0,
    force: bool = False,
    cdxj: bool = False,
    verify: bool = False,
    receipt: str | PathLike[str] = "",
    jobs: int = 1,
    progress: Callable[[Progress], None] | None = None,
    **options: str,
) -> Report:
    """Convert sources to a target, completely or not at all. Returns a report.

    Sources are paths, folders, patterns or ``-``. The target is a path, ``-``, or a folder (an existing one, or a name
    that ends in a slash), which gets a file per document. Formats are detected by suffix, then by content, unless
    ``from_format`` and ``to_format`` name them; a folder needs ``to_format``. ``options`` apply to the formats that
    have them, ``read_options`` and ``write_options`` to one side. ``encoding`` applies to texts that do not declare
    one; ``id_from`` is name, line, sha256 or path. ``ids`` selects documents.

    ``on_error`` is raise, skip or ``quarantine=FILE``; ``allow_loss`` contains kinds of :data:`LOSS_KINDS`.
    ``max_document`` and ``shard_size`` are in bytes (the latter before compression). ``limits`` sets other limits by
    name (docs/limits.md), as in ``{"header": 1 << 20}``. ``force`` replaces the shards and the quarantine of an earlier
    run, removes the index of an earlier archive, and writes into a folder that is not empty. ``cdxj`` writes an index
    beside a WARC target. With ``verify`` the target is read back and compared before it is renamed; ``receipt`` is the
    path of a receipt of that. With several ``jobs`` threads read and compress; the result is the same for any number.

    Raises ParseError for the first malformed record and LossError for data that the target cannot represent, unless
    ``on_error`` says otherwise; SourceChangedError for a source that changes while it is read; VerificationError if the
    target read back differs from the documents; ConfigurationError, UnknownFormatError, PluginError and OSError.
    """
    from corpusfmt.verbs.convert.run import Conversion

    check_arguments(
        "convert",
        {
            "from_format": from_format, "to_format": to_format, "encoding": encoding, "id_from": id_from,
            "max_document": max_document, "limits": limits, "on_error": on_error, "allow_loss": allow_loss,
            "ids": ids, "shard_size": shard_size, "force": force, "cdxj": cdxj, "verify": verify, "receipt": receipt,
            "jobs": jobs,
        },
    )  # fmt: skip
    for name, given in (("read_options", read_options), ("write_options", write_options)):
        if not isinstance(given, Mapping | None):
            raise ConfigurationError(f"{name} must be a mapping of options to values, not {quoted(repr(given))}")
    mode, _, file = on_error.partition("=")
    if mode == "quarantine" and not file:
        raise ConfigurationError("name the file for refused documents: quarantine=FILE")
    report = Conversion(
        _listed(source),
        fspath(target),
        Reading(from_format, named(read_options), named(options), encoding, id_from, limited(max_document, limits)),
        Writing(
            to_format, named(write_options), named(options), kinds(allow_loss), shard_size, force, {}, cdxj, jobs=jobs
        ),
        on_error=mode,
        quarantine=file,
        ids=[ids] if isinstance(ids, str) else ids,
        verify=verify,
        receipt=fspath(receipt),
        progress=progress,
    ).run()
    if report.error is not None:
        raise report.error
    return report


def validate(
    source: Source,
    *,
    format: str | None = None,
    encoding: str | None = None,
    id_from: str | None = None,
    max_document: int = MAX_DOCUMENT,
    limits: Mapping[str, int] | None = None,
    select: Sequence[str] = (),
    extend_select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    schema: str | PathLike[str] | None = None,
    metadata_schema: str | PathLike[str] | None = None,
    engine: str = "auto",
    schema_timeout: float = SCHEMA_SECONDS,
    jing: str | PathLike[str] = "",
    baseline: str | PathLike[str] = "",
    jobs: int = 1,
    **options: str,
) -> Iterator[Finding]:
    """Yield the findings of sources, in order: faults of the formats, then findings of rules and schemas.

    The arguments for reading are those of :func:`corpusfmt.open`. ``select``, ``extend_select`` and ``ignore`` are
    codes or prefixes of codes: to check instead of the default ones, to check also, and not to report. ``schema`` is
    the path of a JSON Schema of records, or of a RELAX NG schema of XML sources (its name ends in .rng, or it is XML).
    ``metadata_schema`` is the path of a JSON Schema of the metadata. ``engine`` is the RELAX NG validator: auto, lxml
    or jing, with the path ``jing``. Compiling its schema, and validating each document, may take ``schema_timeout``
    seconds. Findings in the ``baseline`` are not yielded. ``jobs`` processes check several files. No configuration file
    is read.

    Errors in the content are findings and never exceptions. Raises ConfigurationError, UnknownFormatError, SchemaError,
    PluginError and OSError before the first finding. For one of several sources that cannot be opened, has an unknown
    format or changes while it is read, the error is raised after the last finding.
    """
    check_arguments(
        "validate",
        {
            "select": select, "extend_select": extend_select, "ignore": ignore, "schema": schema, "jobs": jobs,
            "metadata_schema": metadata_schema, "engine": engine, "schema_timeout": schema_timeout, "jing": jing,
            "baseline": baseline,
        },
    )  # fmt: skip
    from corpusfmt.checks.baseline import load
    from corpusfmt.checks.run import Against, is_xml
    from corpusfmt.checks.selection import Selection
    from corpusfmt.verbs.validate.run import Validation

    asked, file = _given(source)
    reading = _reading(format, options, encoding, id_from, max_document, limits, file)
    path, metadata = ("" if one is None else fspath(one) for one in (schema, metadata_schema))
    xml, record = (path, "") if is_xml(path) else ("", path)
    against = Against(xml, engine, schema_timeout, fspath(jing), record=record, metadata=metadata)
    known = load(fspath(baseline)) if baseline else None
    chosen = Selection(select, extend_select, ignore)
    return Validation(asked, reading, chosen, against, baseline=known, jobs=jobs).run()


def fix(
    source: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    format: str | None = None,
    encoding: str | None = None,
    id_from: str | None = None,
    max_document: int = MAX_DOCUMENT,
    limits: Mapping[str, int] | None = None,
    unsafe_fixes: bool = False,
    select: Sequence[str] = (),
    dry_run: bool = False,
    diff: Callable[[bytes], None] | None = None,
    **options: str,
) -> list[Fixed]:
    """Fix files in place. Returns the result for each file.

    A file is replaced, in one step, only after the new file was read and contained all documents of the old one.
    ``unsafe_fixes`` also applies fixes that may change content, such as removing an incomplete record; removed bytes
    are saved to ``FILE.cut``. ``select`` (codes, or prefixes of codes) limits what is fixed. ``dry_run`` replaces
    nothing. ``diff`` is called with the pieces of a unified diff of the decompressed content. The pieces are exact
    bytes and not escaped for a terminal.

    Raises ConfigurationError, UnknownFormatError, ParseError for damaged compressed data, VerificationError for a fixed
    file that would not contain all documents, SourceChangedError, and OSError.
    """
    check_arguments("fix", {"unsafe_fixes": unsafe_fixes, "select": select, "dry_run": dry_run})
    from corpusfmt.verbs.fix.run import Fixing

    reading = _reading(format, options, encoding, id_from, max_document, limits)
    return list(Fixing(_listed(source), reading, unsafe=unsafe_fixes, codes=select, dry=dry_run, diff=diff).run())


def diff(
    a: str | PathLike[str] | Sequence[str | PathLike[str]],
    b: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    format: str | None = None,
    from_a: str | None = None,
    from_b: str | None = None,
    options_a: Mapping[str, str] | None = None,
    options_b: Mapping[str, str] | None = None,
    encoding: str | None = None,
    id_from: str | None = None,
    max_document: int = MAX_DOCUMENT,
    limits: Mapping[str, int] | None = None,
    ignore: Iterable[str] = (),
    **options: str,
) -> Iterator[Difference]:
    """Yield the differences between two corpora, document by document, matched by their ids.

    ``a`` is the old corpus and ``b`` the new one: a path, a folder, a pattern or several of them; one may be ``-``.
    Differences are in the order of ``b``, then removed documents in the order of ``a``. Both are read completely before
    the first difference. Documents with the same id are matched in order.

    ``format`` applies to both; ``options`` apply to the formats that have them; ``from_a``, ``options_a`` and so on
    apply to one side. ``ignore`` lists what is not compared: name, metadata, order, text. The other arguments are those
    of ``read``.

    Raises ConfigurationError, UnknownFormatError and OSError at the call or later, ParseError for a record that cannot
    be read, and SourceChangedError for a file that changes meanwhile.
    """
    from corpusfmt.verbs.diff.run import Comparison

    shared = named(options)
    readings = [
        Reading(its or format, named(own), shared, encoding, id_from, limited(max_document, limits))
        for its, own in ((from_a, options_a), (from_b, options_b))
    ]
    return Comparison(_listed(a), _listed(b), (readings[0], readings[1]), ignore=ignore).run()


def verify(
    receipt: str | PathLike[str], *, only: Sequence[str] = ("inputs", "outputs"), quick: bool = False
) -> Iterator[Discrepancy]:
    """Yield the differences between the files of a conversion and its receipt.

    ``only`` contains inputs, outputs or both. With ``quick``, only the digests of files are compared, and no documents
    are read. Relative paths start at the folder of the receipt.

    Raises OSError, ReceiptError for a file that is not a receipt or is damaged, and ConfigurationError.
    """
    from corpusfmt.verbs.verify import Verification

    return Verification(fspath(receipt), only, quick=quick).run()


def known_formats() -> Mapping[str, Format]:
    """Return the formats by name, including those of plug-ins. Raises PluginError."""
    from corpusfmt.plugins import formats

    return formats()


def _listed(source: str | PathLike[str] | Sequence[str | PathLike[str]]) -> list[str]:
    is_one = isinstance(source, str | PathLike | bytes) or hasattr(source, "read")
    named: Any = [source] if is_one else source
    if any(storage.given(one, "read") is not None for one in named):
        raise ConfigurationError("bytes and open file objects must be the only source")
    return [fspath(path) for path in named]


def _given(source: Source) -> tuple[list[str], BinaryIO | None]:
    """Return the paths that were named; or what findings call bytes or a file, and that as a file."""
    file = storage.given(source, "read")
    if file is not None:
        return [storage.given_name(file)], file
    return _listed(source), None  # type: ignore[arg-type]  # then it is paths


def _reading(
    format: str | None,
    options: Mapping[str, str],
    encoding: str | None,
    id_from: str | None,
    max_document: int,
    limits: Mapping[str, int] | None,
    file: BinaryIO | None = None,
) -> Reading:
    """Return how to read sources. A format that is named must know all options; others take those that they know."""
    check_arguments(
        "ls",
        {
            "from_format": format, "encoding": encoding, "id_from": id_from, "max_document": max_document,
            "limits": limits,
        },
    )  # fmt: skip
    own, shared = (named(options), {}) if format else ({}, named(options))
    return Reading(format, own, shared, encoding, id_from, limited(max_document, limits), given=file)
