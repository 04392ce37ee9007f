"""Settings of a run: those of the command line, else those of the configuration."""

from __future__ import annotations

import argparse

from corpusfmt import plugins, storage
from corpusfmt.checks.run import is_xml
from corpusfmt.checks.selection import Selection
from corpusfmt.cli.messages import say
from corpusfmt.config import Config, Schemas, find, load
from corpusfmt.limits import MAX_JOBS, USUAL, Limits
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.options import format_options
from corpusfmt.sources.settings import ByPath, Reading
from corpusfmt.text.display import quoted
from corpusfmt.text.globs import Glob


def config_of(args: argparse.Namespace) -> Config:
    """Return the configuration that was named, or is found. Raises ConfigurationError and OSError."""
    path = "" if args.isolated else args.config or find()
    if args.isolated and args.config:
        raise ConfigurationError("--isolated uses no configuration, and --config names one")
    if not path:
        return Config()
    config = load(path, found=not args.config)
    _check_options(config)
    if not args.config and not args.quiet:
        say(f"configuration: {_shown_path(path)}")
    return config


def _check_options(config: Config) -> None:
    """Raise ConfigurationError for an option that no format knows."""
    named = {*config.options, *(name for entry in config.paths for name in entry.options)}
    known: set[str] = set()
    for formats in (map(plugins.builtin, plugins.builtin_names()), plugins.formats().values()) if named else ():
        known |= format_options(formats, "read").keys()
        if named <= known:
            return
    for name in sorted(named - known):
        from difflib import get_close_matches

        close = get_close_matches(name, known, 1)
        hint = f"did you mean '{close[0]}'?" if close else f"known are {', '.join(sorted(known))}"
        raise ConfigurationError(f"{quoted(config.path, 400)}: no format has the option {quoted(name)}; {hint}")


def _shown_path(path: str) -> str:
    """Return the path of a file as people call it: without its folder where that is the working folder."""
    return storage.name_of(path) if storage.folder_of(path) == storage.folder_of("x") else path


def format_spec(text: str | None) -> tuple[str | None, dict[str, str]]:
    """Split ``jsonl:layout=dolma,id-field=key`` into name and options. Raises ConfigurationError."""
    if text is None:
        return None, {}
    name, _, rest = text.partition(":")
    own = {}
    for item in filter(None, rest.split(",")):
        key, equals, value = item.partition("=")
        if not equals:
            raise ConfigurationError(f"expected FORMAT:OPTION=VALUE,..., found '{text}'")
        own[key.replace("_", "-")] = value
    return name, own


def reading_of(args: argparse.Namespace) -> Reading:
    """Return how to read, from parsed arguments. Raises ConfigurationError."""
    name, own = format_spec(args.from_format)
    return Reading(name, own, args.shared, args.encoding, args.id_from, _limits(args))


def _limits(args: argparse.Namespace) -> Limits:
    asked: dict[str, int] = {"document": args.max_document} if args.max_document else {}
    for values in args.limits or ():
        asked.update(values)
    return USUAL._replace(**asked)


def settled(args: argparse.Namespace, config: Config, reading: Reading | None = None) -> Reading:
    """Return how to read: as the arguments say, and else the configuration.

    Raises ConfigurationError.
    """
    reading = reading or reading_of(args)
    asked = {"document"} if args.max_document else set()
    asked |= {name for values in args.limits or () for name in values}
    configured = {**config.limits, **({"document": config.max_document} if config.max_document else {})}
    return reading._replace(
        limits=reading.limits._replace(**{name: value for name, value in configured.items() if name not in asked}),
        by_path=_by_path(config),
        base=config.folder or ".",
    )


def jobs_of(asked: int, configured: int) -> int:
    """Return how many processors to use. A configuration is given no more than there are processors."""
    if not 0 <= asked <= MAX_JOBS:
        raise ConfigurationError(f"--jobs is a number of processors up to {MAX_JOBS}, not {asked}")
    return asked or min(configured or MAX_JOBS, storage.processors())


def _by_path(config: Config) -> tuple[ByPath, ...]:
    """Return the settings of reading: first those of all files, then those of some."""
    found = []
    if config.encoding or config.id_from or config.options:
        found.append(ByPath((), None, {}, config.encoding or None, config.id_from or None, config.options))
    for entry in config.paths:
        name, own = format_spec(entry.format)
        globs = tuple(map(Glob, entry.match))
        found.append(ByPath(globs, name, own, entry.encoding, entry.id_from, entry.options))
    return tuple(found)


def selection_of(args: argparse.Namespace, config: Config) -> Selection:
    """Return the choice of codes. What is given on the command line takes the place of a list, or adds to it."""
    by_path = [] if args.select is not None else [
        (entry.match, entry.select) for entry in config.paths if entry.select is not None
    ]  # fmt: skip
    return Selection(
        args.select if args.select is not None else config.select,
        (*config.extend_select, *(args.extend_select or ())),
        (*config.ignore, *(args.ignore or ())),
        ignores_of(config),
        config.folder,
        by_path,
    )


def ignores_of(config: Config) -> list[tuple[str, tuple[str, ...]]]:
    """Return patterns of files, each with the codes that are not reported of them."""
    by_path = [(pattern, entry.ignore) for entry in config.paths for pattern in entry.match if entry.ignore]
    return [*config.per_file_ignores.items(), *by_path]


def schemas_of(args: argparse.Namespace, config: Config) -> Schemas:
    """Return the paths of schemas: an argument comes before the configuration.

    ``--schema`` is a RELAX NG schema when its name ends in .rng or it is XML, otherwise a JSON Schema.
    """
    record, xml = config.schemas.record, config.schemas.xml
    if args.schema:
        record, xml = ("", args.schema) if is_xml(args.schema) else (args.schema, "")
    return Schemas(record, args.metadata_schema or config.schemas.metadata, xml)
