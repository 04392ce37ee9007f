"""Settings of a target: its format and its writer, and the paths that a run writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import BinaryIO, NamedTuple

from corpusfmt import plugins, sniff, storage
from corpusfmt.model.document import Document
from corpusfmt.model.errors import ConfigurationError, Loss, LossError, UnknownFormatError
from corpusfmt.model.format import Format, Source, WriteOptions, Writer, applicable, check_options
from corpusfmt.model.loss_kinds import ALLOWABLE
from corpusfmt.model.rows import RowLosses, Rows
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
    #: So many threads compress, and with more than one another reads.
    jobs: int = 1


class Written(NamedTuple):
    """A file that was written and has no name yet. ``inside`` is its path in a target that is a folder, or empty."""

    stream: storage.Input
    inside: str = ""


class Prepared(NamedTuple):
    """What documents are turned into bytes with."""

    format: Format
    options: WriteOptions
    writer: Writer


def prepared(path: str, writing: Writing, *, folder: bool) -> Prepared:
    """Find the format of a target, which is a ``folder`` or a file, and make its writer.

    Raises ConfigurationError and UnknownFormatError.
    """
    unknown = sorted(writing.allow - set(ALLOWABLE))
    if unknown:
        raise ConfigurationError(f"no loss of {quoted(unknown[0])} can be allowed; known are {', '.join(ALLOWABLE)}")
    if writing.format:
        format = plugins.format_named(writing.format)
    elif writing.given is not None:
        raise UnknownFormatError("the format of an open file object must be named, as in format='jsonl'")
    elif folder:
        raise UnknownFormatError(
            f"the target {quoted(path)} is a folder and has no format; name it with --to, or name a file in the folder"
        )
    else:
        format = sniff.format_for_target(path)
    own = {
        **applicable(format, "write", writing.defaults),
        **applicable(format, "write", writing.shared),
        **writing.own,
    }
    check_options(format, "write", own)
    options = WriteOptions(writing.allow, own, writing.source)
    return Prepared(format, options, format.writer(options))


def is_folder(path: str, writing: Writing) -> bool:
    """Say whether a target is a folder: by its name, because it is one, or because its format has nothing else.

    Raises UnknownFormatError.
    """
    if writing.given is None and storage.is_folder(path):
        return True
    return bool(writing.format and plugins.format_named(writing.format).one_per_file)


class Lost:
    """What documents lost that were written all the same. ``kinds`` counts those of each kind of loss."""

    def __init__(self, documents: Sequence[Document], of: Mapping[int, list[Loss]]) -> None:
        """``of`` has the losses of documents by number."""
        self.kinds = Counter(kind for some in of.values() for kind in {loss.kind for loss in some})
        self._documents, self._of = documents, of

    def each(self) -> list[list[Loss]]:
        """List the losses of each document; nothing when none lost anything."""
        return [self._of.get(at, []) for at in range(len(self._documents))] if any(self._of.values()) else []


class LostOfRows(Lost):
    """What rows lost. Documents are made only when they are asked for."""

    def __init__(self, format: Format, options: WriteOptions, rows: Rows, told: RowLosses) -> None:
        super().__init__(rows, {at: format.losses(rows[at], options) for at in told.doubtful})
        self._format, self._options, self._rows = format, options, rows
        self._certain = {kind: [at for at in some if at not in self._of] for kind, some in told.kinds.items()}
        self.kinds.update({kind: len(some) for kind, some in self._certain.items() if some})

    def each(self) -> list[list[Loss]]:
        """List the losses of each document; nothing when none lost anything."""
        numbers = {at for some in self._certain.values() for at in some}
        found = {at: self._format.losses(self._rows[at], self._options) for at in numbers}
        return Lost(self._rows, {**self._of, **found}).each()


def allowed_losses(format: Format, options: WriteOptions, documents: Sequence[Document]) -> Lost:
    """Return what a target does not hold of each document that was written all the same."""
    if not options.allow:
        return Lost((), {})
    if isinstance(documents, Rows) and format.row_losses is not None:
        return LostOfRows(format, options, documents, format.row_losses(documents, options))
    return Lost(documents, {at: format.losses(document, options) for at, document in enumerate(documents)})


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


def beside(target: str, suffix: str) -> str:
    """Return the path of the index of a target."""
    return f"{target.removesuffix(suffix)}.cdxj"


class Places:
    """The target of a run and what stands beside it; each is a path, or empty."""

    def __init__(self, target: str, writing: Writing, quarantine: str, report: str, receipt: str = "") -> None:
        """Raises UnknownFormatError."""
        self._target, self.is_folder = target, is_folder(target, writing)
        self._suffix = suffix = full_suffix(target)
        self._shards = bool(writing.shard_size)
        self._beside = {
            "quarantine": quarantine,
            "index": beside(target, suffix) if writing.cdxj and not self.is_folder else "",
            "report": report,
            "receipt": receipt,
        }
        self._of_run = [target, quarantine, report, receipt]
        if self._shards:
            self._of_run += [f"{target.removesuffix(suffix)}.manifest.json", *storage.old_shards(target, suffix)]
        found = {path: storage.info_or_none(path) for path in self._of_run if path not in ("", "-")}
        self._there = {info.state.file: (path, info.is_file) for path, info in found.items() if info}

    def is_of_run(self, path: str) -> bool:
        """Say whether a file of a source folder is what this run writes, or what it wrote the last time."""
        if self.is_folder and storage.inside(path, self._target):
            return True
        return storage.identity_of(path) in self._there

    def replaced(self) -> dict[tuple[int, int], str]:
        """Return the paths that were there of what this run writes, by the file that each is."""
        return {file: path for file, (path, is_file) in self._there.items() if is_file}

    def check(self, sources: Sequence[str]) -> None:
        """Refuse to write anything over a source, the target, or another thing that is written.

        Raises ConfigurationError.
        """
        if self.is_folder:
            self._check_folder(sources)
        taken = [*sources, self._target]
        for what, path in self._beside.items():
            if path and any(storage.same_file(path, other) for other in taken if other != "-"):
                raise ConfigurationError(f"the {what} {quoted(path)} is also a source or the target")
            taken += [path] if path else []
        if self._beside["receipt"] and any(storage.same_file(self._target, path) for path in sources if path != "-"):
            raise ConfigurationError(
                f"the target {quoted(self._target)} is also a source, so no receipt can be written; name another target"
            )
        if self._shards:
            self._check_shards()
        for what, path in {"target": self._target, **self._beside}.items():
            if (manifest := storage.set_of(path)) and not (self._shards and what == "target"):
                raise ConfigurationError(
                    f"the {what} {quoted(path)} has the name of a shard of {quoted(manifest)}; name another file"
                )
        # Standard output that appends to a source would never end.
        if self._target == "-" and any(storage.is_stdout(path) for path in sources):
            raise ConfigurationError("standard output is one of the sources; write to a file with -o")

    def _check_folder(self, sources: Sequence[str]) -> None:
        named = {"source": sources, **_each(self._beside)}
        for what, paths in named.items():
            for path in paths:
                if path not in ("", "-") and storage.inside(path, self._target):
                    raise ConfigurationError(
                        f"the {what} {quoted(path)} is inside the target; name another target with -o"
                    )

    def _check_shards(self) -> None:
        for what, path in self._beside.items():
            if path and storage.is_shard(path, self._target, self._suffix):
                raise ConfigurationError(f"the {what} {quoted(path)} has the name of a shard or of the manifest")


def _each(paths: Mapping[str, str]) -> dict[str, Sequence[str]]:
    return {what: [path] for what, path in paths.items()}
