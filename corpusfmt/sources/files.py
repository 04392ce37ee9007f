"""Finding the files of a run, opening each, and finding its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from corpusfmt import plugins, sniff, storage
from corpusfmt.limits import HEAD, KIB
from corpusfmt.model.errors import ConfigurationError, ParseError, UnknownFormatError
from corpusfmt.model.format import Format
from corpusfmt.sources.settings import Reading
from corpusfmt.text.display import quoted
from corpusfmt.text.magic import COMPRESSED, kind_of

#: So much of a file that was found in a folder is looked at for its root.
_LOOK: Final = 64 * KIB
#: So much tells what holds no text; and so much, where waiting for more would hold up a stream.
_MAGIC: Final = 512
_FEW: Final = 8


def sources(named: Sequence[str], reading: Reading, own: Callable[[str], bool] = lambda _: False) -> storage.Found:
    """Return the files that were named, folders and patterns resolved. Raises as ``storage.discover``.

    What was found, and contains no text or begins as something else than its format, is skipped, unless all of it does.
    """
    format = plugins.format_named(reading.format) if reading.format else None
    if reading.given is not None:
        return storage.Found([*named], {})
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
    return storage.Found(
        [path for path in found.paths if path not in others],
        found.skipped | dict.fromkeys(sorted(others), storage.OTHER),
    )


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
