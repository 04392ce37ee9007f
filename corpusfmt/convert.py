"""Converting sources to a target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike, fspath

from corpusfmt.conversion import Conversion
from corpusfmt.core.errors import ConfigurationError
from corpusfmt.core.limits import MAX_DOCUMENT
from corpusfmt.reading import Reading, limited
from corpusfmt.report import Progress, Report
from corpusfmt.writing import Writing, kinds, named


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
    paths = [source] if isinstance(source, str | PathLike) else list(source)
    mode, _, file = on_error.partition("=")
    if mode == "quarantine" and not file:
        raise ConfigurationError("name the file for refused documents: quarantine=FILE")
    report = Conversion(
        [fspath(path) for path in paths],
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
