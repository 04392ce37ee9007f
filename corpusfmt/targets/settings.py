"""Settings of a target: its format and its writer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import BinaryIO, NamedTuple

from corpusfmt import plugins, sniff, storage
from corpusfmt.model.document import Document
from corpusfmt.model.errors import ConfigurationError, Loss, LossError, UnknownFormatError
from corpusfmt.model.format import Format, Source, WriteOptions, Writer
from corpusfmt.model.loss_kinds import ALLOWABLE
from corpusfmt.text.display import quoted


class Writing(NamedTuple):
    """How a target is to be written. The options are as in :class:`corpusfmt.sources.settings.Reading`."""

    format: str | None = None
    own: Mapping[str, str] = {}
    shared: Mapping[str, str] = {}
    allow: frozenset[str] = frozenset()
    #: Bytes of a shard before compression; 0 writes one file.
    shard_size: int = 0
    force: bool = False
    #: Options for the format if it knows them, and nothing otherwise.
    defaults: Mapping[str, str] = {}
    #: Whether to write an index beside the target (CDXJ).
    cdxj: bool = False
    #: A file that a program has opened, to write to instead of a path.
    given: BinaryIO | None = None
    #: What tells the source at hand.
    source: Source | None = None


class Written(NamedTuple):
    """A file that was written and has no name yet. ``inside`` is its path in a target that is a folder, or empty."""

    stream: storage.Input
    inside: str = ""


class Prepared(NamedTuple):
    """What documents are turned into bytes with."""

    format: Format
    options: WriteOptions
    writer: Writer


def prepared(path: str, writing: Writing) -> Prepared:
    """Find the format of a target and make its writer. Raises ConfigurationError and UnknownFormatError."""
    unknown = sorted(writing.allow - set(ALLOWABLE))
    if unknown:
        raise ConfigurationError(f"no loss of {quoted(unknown[0])} can be allowed; known are {', '.join(ALLOWABLE)}")
    if writing.format:
        format = plugins.format_named(writing.format)
    elif writing.given is not None:
        raise UnknownFormatError("the format of an open file object must be named, as in format='jsonl'")
    elif storage.is_folder(path):
        raise UnknownFormatError(
            f"the target {quoted(path)} is a folder and has no format; name it with --to, or name a file in the folder"
        )
    else:
        format = sniff.format_for_target(path)
    own = {
        **plugins.applicable(format, "write", writing.defaults),
        **plugins.applicable(format, "write", writing.shared),
        **writing.own,
    }
    plugins.check_options(format, "write", own)
    options = WriteOptions(writing.allow, own, writing.source)
    return Prepared(format, options, format.writer(options))


def is_folder(path: str, writing: Writing) -> bool:
    """Say whether a target is a folder: by its name, because it is one, or because its format has nothing else.

    Raises UnknownFormatError.
    """
    if writing.given is None and storage.is_folder(path):
        return True
    return bool(writing.format and plugins.format_named(writing.format).one_per_file)


def allowed_losses(format: Format, options: WriteOptions, documents: Sequence[Document]) -> list[list[Loss]]:
    """List what a target does not hold of each document that was written all the same; nothing when it holds all."""
    if not options.allow:
        return []
    lost = [format.losses(document, options) for document in documents]
    return lost if any(lost) else []


def refuse_losses(format: Format, options: WriteOptions, documents: Sequence[Document]) -> None:
    """Raise LossError for the first document that a target does not hold, and whose loss is not allowed."""
    for document in documents:
        if refused := [one for one in format.losses(document, options) if one.kind not in options.allow]:
            raise LossError(refused)


def base_name(path: str) -> str:
    """Return the name of a file without its folders."""
    return path.replace("\\", "/").rpartition("/")[2]


def full_suffix(path: str) -> str:
    """Return the suffix of a path with that of its compression, as in ``.jsonl.zst``."""
    name = base_name(path)
    stem = name
    for ending in sniff.COMPRESSED:
        if stem.lower().endswith(ending):
            stem = stem[: -len(ending)]
    dot = stem.rfind(".")
    return name[dot:] if dot > 0 else name[len(stem) :]


def kinds(allow_loss: Iterable[str]) -> frozenset[str]:
    """Return kinds of loss from a list of them, or from one text with commas between."""
    given = allow_loss.split(",") if isinstance(allow_loss, str) else allow_loss
    return frozenset(kind.strip() for kind in given if kind.strip())


def named(options: Mapping[str, str] | None) -> dict[str, str]:
    """Return options with their names as formats spell them: ``id_field`` is ``id-field``."""
    return {name.replace("_", "-"): value for name, value in (options or {}).items()}
