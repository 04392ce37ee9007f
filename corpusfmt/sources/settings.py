"""How sources are to be read: the settings of a run, and those of a configuration for some paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import BinaryIO, Final, NamedTuple

from corpusfmt import plugins, storage
from corpusfmt.limits import USUAL, Limits
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.model.format import ID_SOURCES, Format, ReadOptions, applicable, check_options
from corpusfmt.text.display import charset, quoted
from corpusfmt.text.filenames import TEXT_SUFFIX, stem
from corpusfmt.text.globs import Glob

#: An encoding that was asked for, in place of that of a configuration; texts are in it without being asked for.
UTF8: Final = "utf-8"
#: What is given for the name of an encoding that fix is to find out.
AUTO: Final = "auto"


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
        format, own, encoding, id_from = self.format, self.own, self.encoding, self.id_from
        preset = dict(self.preset)
        for one in reversed(self.by_path):
            if any(map(one.fits, inside)):
                if format is None and one.format is not None:
                    format, own = one.format, one.own
                encoding, id_from = encoding or one.encoding, id_from or one.id_from
                for name, value in one.preset.items():
                    preset.setdefault(name, value)
        return self._replace(format=format, own=own, encoding=encoding, id_from=id_from, preset=preset, by_path=())

    def checked(self, asked: Sequence[str]) -> Reading:
        """Return it with names normalised, for sources that were asked for. Raises ConfigurationError."""
        if self.id_from is not None and self.id_from not in ID_SOURCES:
            raise ConfigurationError(f"an id can be created from {', '.join(ID_SOURCES)}, not {quoted(self.id_from)}")
        if self.format is not None:
            check_options(plugins.format_named(self.format), "read", self.own)
        paths = asked if self.given is None else ()
        folders, roots = storage.roots_of(paths)
        by_path = tuple(one._replace(encoding=_encoding(one.encoding)) for one in self.by_path)
        for one in by_path:
            if one.format is not None:
                check_options(plugins.format_named(one.format), "read", one.own)
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
        own = {**applicable(format, "read", {**here.preset, **here.shared}), **here.own}
        check_options(format, "read", own)
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
        if self.names:
            self.names -= set(applicable(format, "read", self._shared))
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
