"""Opening a source and finding its format: what reading, converting and validating share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO, Final, NamedTuple

from corpusfmt import plugins, sniff, storage
from corpusfmt.limits import HEAD, KIB, USUAL, Limits
from corpusfmt.model.document import Document, line_of
from corpusfmt.model.errors import ConfigurationError, Loss, ParseError, UnknownFormatError
from corpusfmt.model.finding import Edit, Finding
from corpusfmt.model.format import Batch, Format, ReadOptions, Stream
from corpusfmt.model.ids import SOURCES, made_ids
from corpusfmt.model.rule import found
from corpusfmt.resumed import resumed
from corpusfmt.rules import duplicate_id
from corpusfmt.text.display import charset, quoted, shown
from corpusfmt.text.filenames import TEXT_SUFFIX, stem
from corpusfmt.text.globs import Glob
from corpusfmt.text.magic import COMPRESSED, kind_of
from corpusfmt.text.position import Pointer, Region

#: An encoding that was asked for, in place of that of a configuration; texts are in it without being asked for.
UTF8: Final = "utf-8"
#: What is given for the name of an encoding that fix is to find out.
AUTO: Final = "auto"
#: So much of a file that was found in a folder is looked at for its root.
_LOOK: Final = 64 * KIB
#: So much tells what holds no text; and so much, where waiting for more would hold up a stream.
_MAGIC: Final = 512
_FEW: Final = 8
#: No file has a line with a number of more bits.
_LINE_BITS: Final = 48


class ByPath(NamedTuple):
    """Settings of reading for files that match one of some patterns; without patterns, for all files.

    What is None is as it is without these settings. ``own`` options are those of ``format``, ``preset`` ones go to the
    formats that know them.
    """

    globs: tuple[Glob, ...] = ()
    format: str | None = None
    own: Mapping[str, str] = {}
    encoding: str | None = None
    id_from: str | None = None
    preset: Mapping[str, str] = {}

    def fits(self, path: str) -> bool:
        """Say whether a path matches, which begins at the folder of the configuration."""
        return not self.globs or any(glob.fits(path) for glob in self.globs)


class Reading(NamedTuple):
    """How sources are to be read. ``shared`` options go to the formats that know them; ``own`` ones are for
    the format that was named with them, which must know them.
    """

    format: str | None = None
    own: Mapping[str, str] = {}
    shared: Mapping[str, str] = {}
    encoding: str | None = None
    id_from: str | None = None
    limits: Limits = USUAL
    #: Options that go to the formats that know them, and none needs to.
    preset: Mapping[str, str] = {}
    #: The folders among the sources.
    folders: tuple[str, ...] = ()
    #: The sources that were named, and the folders that others are found in.
    named: frozenset[str] = frozenset()
    roots: tuple[str, ...] = ()
    #: The files of the run, also those that are skipped.
    beside: tuple[str, ...] = ()
    #: Settings of a configuration, for paths that begin at ``base``. What is set above comes before them; of several
    #: that fit a path the last one decides.
    by_path: tuple[ByPath, ...] = ()
    base: str = "."
    #: Gets the number of documents and of bytes of a source, as it is stored, that were read since the last call.
    progress: Callable[[int, int], None] | None = None
    #: A file that a program has opened, to read instead of paths: then its name alone was asked for.
    given: BinaryIO | None = None

    def at(self, path: str) -> Reading:
        """Return how a source is to be read, by its path."""
        if not self.by_path:
            return self
        inside = storage.spellings(path, self.base)
        found = self._replace(by_path=())
        for one in reversed(self.by_path):
            if any(map(one.fits, inside)):
                if found.format is None and one.format is not None:
                    found = found._replace(format=one.format, own=one.own)
                found = found._replace(
                    encoding=found.encoding or one.encoding,
                    id_from=found.id_from or one.id_from,
                    preset={**one.preset, **found.preset},
                )
        return found

    def checked(self, asked: Sequence[str]) -> Reading:
        """Return it with names normalised, for sources that were asked for. Raises ConfigurationError."""
        if self.id_from is not None and self.id_from not in SOURCES:
            raise ConfigurationError(f"an id can be created from {', '.join(SOURCES)}, not {quoted(self.id_from)}")
        if self.format is not None:
            plugins.check_options(plugins.format_named(self.format), "read", self.own)
        paths = asked if self.given is None else ()
        folders = tuple(path for path in paths if storage.is_folder(path))
        roots = tuple(root for root in map(storage.root_of, paths) if root is not None)
        by_path = tuple(one._replace(encoding=_encoding(one.encoding)) for one in self.by_path)
        for one in by_path:
            if one.format is not None:
                plugins.check_options(plugins.format_named(one.format), "read", one.own)
        known = self._replace(folders=folders, named=frozenset(asked), roots=roots, by_path=by_path)
        return known._replace(encoding=_encoding(self.encoding))

    def root(self, path: str) -> str | None:
        """Return the folder that a source was found in, where no link is followed; None for one that was named."""
        if path in self.named:
            return None
        return max((root for root in self.roots if path.startswith(root)), key=len, default=None)

    def options_for(self, format: Format, path: str, *, lines: bool = True, thorough: bool = False) -> ReadOptions:
        """Return the options to scan a source with. Raises ConfigurationError for a wrong choice."""
        here = self.at(path)
        own = {**plugins.applicable(format, "read", {**here.preset, **here.shared}), **here.own}
        plugins.check_options(format, "read", own)
        inside = storage.path_inside(path, self.folders) if format.one_per_file else ""
        encoding = None if here.encoding == UTF8 else here.encoding
        stem = self.stem(path, format) if here.id_from == "path" else ""
        if here.id_from is None and format.id_of_path:
            with suppress(ConfigurationError):  # then it has none
                stem = self.stem(path, format)
        return ReadOptions(
            encoding, here.id_from, self.limits.document, own, lines or here.id_from is not None, thorough,
            inside=inside, stem=stem, limits=self.limits,
        )  # fmt: skip

    def stem(self, path: str, format: Format) -> str:
        """Return the path of a source below the folder or pattern that it was found in, or the name of one that was
        named itself, without the suffixes of compression and format. Raises ConfigurationError where there is none.
        """
        if path == "-" or self.given is not None:
            what = "standard input" if self.given is None else "an open file object"
            raise ConfigurationError(f"{what} has no path to create a name from")
        root = self.root(path)
        inside = storage.path_inside(path, () if root is None else (root,))
        inside = storage.name_of(inside) if root is None else inside
        try:
            inside.encode()
        except UnicodeEncodeError:
            raise ConfigurationError(
                f"the path {quoted(path)} is not UTF-8, so no name can be created from it"
            ) from None
        return stem(inside, format.suffixes or (TEXT_SUFFIX,))

    @property
    def makes_ids(self) -> bool:
        """Whether ids are made for documents of some source."""
        return self.id_from is not None or any(one.id_from for one in self.by_path)


def limited(max_document: int, limits: Mapping[str, int] | None) -> Limits:
    """Return the limits of a run: the largest document in bytes, and others by name. Raises ConfigurationError."""
    from corpusfmt.model.limit_table import limits_of

    return limits_of({"document": max_document, **(limits or {})})


class Unused:
    """The shared options that no format of a run has known yet. They are typing errors more often than not."""

    def __init__(self, reading: Reading, *more: str) -> None:
        self.names = {*reading.shared, *more}
        self._shared = reading.shared

    def saw(self, format: Format, *, last: bool = False) -> None:
        """Take note of a source's format; with the last one, check. Raises ConfigurationError."""
        self.names -= set(plugins.applicable(format, "read", self._shared))
        if last:
            self.check()

    def check(self) -> None:
        """Raise ConfigurationError if an option is left that no format knew."""
        if self.names:
            names = ", ".join(f"--{name}" for name in sorted(self.names))
            raise ConfigurationError(f"no format of this run has the option {names}")


def _encoding(name: str | None) -> str | None:
    if name is None:
        return None
    try:
        return charset(name) or UTF8
    except LookupError:
        hint = (
            "only fix finds encodings out; name one"
            if name == AUTO
            else "try utf-8, cp1252, iso8859-15, koi8-r, gb18030"
        )
        raise ConfigurationError(f"unknown encoding {quoted(name)}; {hint}") from None


def sources(named: Sequence[str], reading: Reading, own: Callable[[str], bool] = lambda _: False) -> storage.Found:
    """Return the files that were named, folders and patterns resolved. Raises as ``storage.discover``.

    What was found, and contains no text or begins as something else than its format, is skipped, unless all of it does.
    """
    format = plugins.format_named(reading.format) if reading.format else None
    if reading.given is not None:
        return storage.Found([*named], [])
    every = bool(format and format.one_per_file)

    def known(path: str) -> bool:
        if every:
            return True
        if sniff.decompressor(path):  # opening it says so
            return True
        if format is not None:
            return sniff.claims(format, path)
        return sniff.format_for_suffix(path) is not None or reading.at(path).format is not None

    found = storage.discover(named, known, own, f"{reading.format}" if reading.format else "known", every=every)
    others = {path for path in found.paths if path not in reading.named and _is_other(path, reading, format)}
    if not others or len(others) == len(found.paths):  # opening the first one says what it is
        return found
    return storage.Found([path for path in found.paths if path not in others], [*found.skipped, *sorted(others)])


def _is_other(path: str, reading: Reading, format: Format | None) -> bool:
    """Say whether a source holds no text, or begins as something else than its format. What is compressed in a way
    that is not read may be a part of the corpus.
    """
    if sniff.decompressor(path):
        return False
    here = reading.at(path).format
    format = format or (plugins.format_named(here) if here else sniff.format_for_suffix(path))
    with (
        suppress(ParseError, OSError),
        storage.open_input(path, ratio=reading.limits.ratio, root=reading.root(path)) as stream,
    ):
        kind = kind_of(head := stream.peek(_LOOK if format and format.is_other else _MAGIC))
        if kind:
            return kind.group != COMPRESSED
        return bool(format and format.is_other and format.is_other(head))
    return False  # reading it says why it cannot be read


def scan(stream: Stream, format: Format, options: ReadOptions) -> Iterator[Batch]:
    """Give what a format's scan gives, with the ids that are to be made, and a warning about padding at the end.

    Raises ConfigurationError at once.
    """
    return _finished(format.scan(stream, options), stream, format, options)


def _finished(batches: Iterator[Batch], stream: Stream, format: Format, options: ReadOptions) -> Iterator[Batch]:
    if options.id_from is not None or format.id_of_path:
        batches = made_ids(batches, options.stem if options.id_from else "")
    return _padded(batches, stream) if stream.codec else batches


def _padded(batches: Iterator[Batch], stream: Stream) -> Iterator[Batch]:
    region = Region(b"", 0, 1)
    for batch in batches:
        region = batch.region
        yield batch
    if padding := getattr(stream, "padding", 0):
        rule = storage.BY_CODE[storage.PADDED]
        what = f"padding follows the compressed data ({padding:,} zero bytes or line ends)"
        end = region.offset + len(region.buffer)
        finding = found(rule, what, stream.name, region, end, hint=rule.advice)
        yield Batch((), (finding._replace(edit=Edit(end, 0, b"")),), region)


class Unique:
    """The ids of a run. One that was made must not be that of another document of the run (DOC002).

    It remembers a number for each id, or, unless ``every``, for those that were made and the first of each source.
    """

    def __init__(self, *, every: bool) -> None:
        self._every = every
        #: By id, the number of the source, the line, and whether the id was made.
        self._seen: dict[str, int] = {}
        self._paths: list[str] = []

    def __call__(self, batches: Iterator[Batch], path: str) -> Iterator[Batch]:
        """Give what a scan gives. A document whose id is used before is refused, if one of the two ids was made."""
        self._paths.append(path)
        source = len(self._paths) - 1
        remembers = True
        for batch in batches:
            start = 0
            for at, document in enumerate(batch.documents):
                made = at in batch.made
                line = line_of(document)
                mark = (source << _LINE_BITS | line) << 1 | made
                first = self._seen.get(f"{document.id}")
                if first is None:
                    if made or remembers:
                        self._seen[f"{document.id}"] = mark
                elif made or first & 1:
                    finding = self._finding(document, path, line, first >> 1)
                    here = batch.documents[start:at]
                    yield Batch(here, (finding,), batch.region, source_byte=batch.source_byte, clash=document)
                    start = at + 1
                remembers = self._every
            yield batch._replace(documents=batch.documents[start:], made=frozenset()) if start else batch

    def _finding(self, document: Document, path: str, line: int, first: int) -> Finding:
        source, there = divmod(first, 1 << _LINE_BITS)
        where = shown(self._paths[source]) + (f":{there}" if there else "")
        what = f"the id {quoted(str(document.id))} is also used in {where}, and one of the two was generated"
        byte = document.origin.byte if document.origin else -1
        hint = "create ids with --id-from path, and name a folder above all files; or give each document an id"
        return Finding(
            duplicate_id.RULE.code, "error", what, path, line, 1, byte, document.id, hint, blocks_reading=True
        )


def scanned(
    stream: Stream, format: Format, options: ReadOptions, progress: Callable[[int, int], None] | None = None
) -> Iterator[Batch]:
    """Give what a scan gives. After damage in compressed data it goes on at the next intact member, where the format
    can. Its findings say whether their offsets are those of the source as it is stored.

    Raises ConfigurationError, here and not later, for options that do not fit together.
    """
    if format.begins is not None and isinstance(stream, storage.Input) and stream.codec:
        batches = resumed(stream, format, options)
    else:
        batches = format.scan(stream, options)
    batches = _finished(batches, stream, format, options)
    if progress is not None:
        batches = _told(batches, stream, progress)
    return batches if stream.codec else map(_stored, batches)


def _told(batches: Iterator[Batch], stream: Stream, progress: Callable[[int, int], None]) -> Iterator[Batch]:
    before = 0
    for batch in batches:
        here = getattr(stream, "raw_position", before)  # what is read again has none
        progress(len(batch.documents), here - before)
        before = here
        yield batch


def _stored(batch: Batch) -> Batch:
    if not batch.findings:
        return batch
    return batch._replace(findings=[finding._replace(stored=True) for finding in batch.findings])


def placed(loss: Loss, region: Region, pointer: Pointer) -> Loss:
    """Return a loss with the line of its document, where the scan was told not to count lines."""
    known = loss.line or loss.byte < 0
    return loss if known else loss._replace(line=pointer.context(region, loss.byte).line)


def whole(batches: Iterator[Batch]) -> Iterator[Sequence[Document]]:
    """Give the documents of a scan, a list at a time. Raises ParseError at the first error, after those before it."""
    for batch in batches:
        yield batch.documents
        for finding in batch.findings:
            if finding.severity == "error":
                raise ParseError(finding)


#: So many refused records at most are told together.
_TOGETHER: Final = 100


def together(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Give batches that come from the same bytes as one: for whoever wants all of a source, whatever is refused.

    The bytes of refused records are not kept.
    """
    held: list[Batch] = []
    count = 0
    failure: ParseError | None = None
    try:
        for batch in batches:
            alone = batch.fatal or batch.to_validate or batch.dropped or batch.made or batch.clash or batch.source_byte
            if held and (alone or batch.region is not held[0].region or count >= _TOGETHER):
                yield _joined(held)
                held, count = [], 0
            if alone or not (held or batch.findings):
                yield batch
            else:
                held.append(batch)
                count += len(batch.findings)
    except ParseError as error:
        failure = error
    if held:
        yield _joined(held)
    if failure is not None:
        raise failure


def _joined(batches: Sequence[Batch]) -> Batch:
    documents = [document for batch in batches for document in batch.documents]
    findings = [finding for batch in batches for finding in batch.findings]
    return batches[0]._replace(documents=documents, findings=findings, refused=b"")


def bounded(batches: Iterator[Batch], limits: Limits) -> Iterator[Batch]:
    """Give what :func:`unless_hopeless` gives, with so many warnings of one code at most (then FILE006)."""
    warned = Counter[str]()
    for batch in unless_hopeless(batches, limits):
        if any(finding.severity != "error" for finding in batch.findings):
            told = [enough(one, warned, limits.warnings) if one.severity != "error" else one for one in batch.findings]
            yield batch._replace(findings=[one for one in told if one is not None])
        else:
            yield batch


def unless_hopeless(batches: Iterator[Batch], limits: Limits) -> Iterator[Batch]:
    """Give what a scan gives, until too many records in a row were refused (FILE005): then that, and no more."""
    refused = 0
    for batch in batches:
        yield batch
        if batch.documents:
            refused = 0
        if batch.findings and batch.findings[-1].severity == "error":
            refused += 1
            if refused >= limits.faults:
                last = batch.findings[-1]
                what = f"{refused:,} records in a row were refused; the rest of the file is not read"
                yield Batch((), (_about_all(storage.HOPELESS, what, last),), batch.region, fatal=True)
                return


def enough(finding: Finding, counts: Counter[str], most: int) -> Finding | None:
    """Return the finding when it is one of the first ``most`` of its code; for the next one, what says that there are
    too many (FILE006); then nothing. ``counts`` are those of the source so far.
    """
    code = finding.code
    counts[code] += 1
    if counts[code] <= most:
        return finding
    what = f"{most:,} findings of {code} are reported for this file; there are more"
    return _about_all(storage.MANY, what, finding) if counts[code] == most + 1 else None


def _about_all(code: str, what: str, last: Finding) -> Finding:
    rule = storage.BY_CODE[code]
    severity = "note" if last.severity == "note" else rule.severity
    return last._replace(code=code, severity=severity, message=what, hint=rule.advice, edit=None, document=None)


@contextmanager
def opened(
    path: str, reading: Reading, *, hashed: bool = False, expected: storage.State | None = None
) -> Iterator[tuple[storage.Input, Format]]:
    """Open a source and find its format. What is ``hashed`` can tell its digest.

    Raises OSError, UnknownFormatError, ConfigurationError, ParseError for damaged compression, and SourceChangedError
    for a file that changes while it is open, or is not in the ``expected`` state.
    """
    reading, given = reading.at(path), reading.given
    if given is None and (command := sniff.decompressor(path)):
        raise UnknownFormatError(
            f"{quoted(path, 400)} has a compression that is not supported; decompress it first: {command} OLD > NEW"
        )
    if (
        (path == "-" or given is not None)
        and reading.format is not None
        and plugins.format_named(reading.format).one_per_file
    ):
        what = "standard input" if given is None else "an object without a path"
        raise ConfigurationError(f"{what} has no name, which {reading.format} uses as the id; name a file")
    ratio, window = reading.limits.ratio, reading.limits.zstd_window
    if given is not None:
        source = storage.open_given(given, ratio=ratio, window=window)
    else:
        source = storage.open_input(
            path, hashed=hashed, ratio=ratio, window=window, expected=expected, root=reading.root(path)
        )
    with source as stream:
        named = plugins.format_named(reading.format) if reading.format is not None else None
        try:
            head = stream.peek(HEAD if named is None or stream.state else _FEW)
        except ParseError:  # cut or damaged early: the name may still tell
            named = named or sniff.format_for_suffix(path)
            if named is None:
                raise
            yield stream, named
            return
        if kind := kind_of(head):
            what = f"{kind.name}, inside compressed data" if stream.codec else kind.name
            raise UnknownFormatError(f"{quoted(stream.name, 400)} is {what}; it is not read")
        yield stream, named or sniff.detect(stream.name, head)
