"""The configuration and the choice of codes, for the commands that know them."""

from __future__ import annotations

import argparse

from corpusfmt import storage
from corpusfmt.checks.selection import Selection
from corpusfmt.cli.arguments import FORMAT_FLAGS, Parser, reading_of
from corpusfmt.cli.talk import say
from corpusfmt.config import Config, Schemas, find, load
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.sources import Reading
from corpusfmt.text.display import quoted


def add_settings(parser: Parser) -> None:
    """Add the configuration and the choice of codes."""
    parser.add_argument("--select", metavar="CODE,...", help="check these in place of the default ones; ALL is all")
    parser.add_argument("--extend-select", default="", metavar="CODE,...", help="check these too, as those of plug-ins")
    parser.add_argument("--ignore", default="", metavar="CODE,...", help="do not tell these")
    add_config(parser)


def add_config(parser: Parser) -> None:
    """Add the configuration."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--config", default="", metavar="FILE", help="configuration (default: corpusfmt.toml here or above)"
    )
    which.add_argument("--isolated", action="store_true", help="look for no configuration")


def config_of(args: argparse.Namespace) -> Config:
    """Return the configuration that was named, or is found. Raises ConfigurationError and OSError."""
    path = "" if args.isolated else args.config or find()
    if not path:
        return Config()
    config = load(path, found=not args.config)
    for name in config.options:
        if name not in FORMAT_FLAGS:
            known = ", ".join(FORMAT_FLAGS)
            raise ConfigurationError(f"{quoted(path, 400)}: unknown option {quoted(name)}; known are {known}")
    if not args.config and not args.quiet:
        say(f"configuration: {_near(path)}")
    return config


def _near(path: str) -> str:
    """Return the path of a file as people call it: without its folder where that is the working folder."""
    return storage.name_of(path) if storage.folder_of(path) == storage.folder_of("x") else path


def settled(args: argparse.Namespace, config: Config) -> Reading:
    """Return how to read: as the arguments say, and else the configuration."""
    reading = reading_of(args)
    asked = args.max_document or any("document" in values for values in args.limit or ())
    configured = config.max_document and not asked
    # An option that stands in the configuration is for the formats that know it; no run must have one of them.
    return reading._replace(
        preset={name: value for name, value in config.options.items() if name not in reading.shared},
        encoding=reading.encoding or config.encoding or None,
        id_from=reading.id_from or config.id_from or None,
        limits=reading.limits._replace(document=config.max_document) if configured else reading.limits,
    )


def selection_of(args: argparse.Namespace, config: Config) -> Selection:
    """Return the choice of codes. What is given on the command line takes the place of a list, or adds to it."""
    return Selection(
        codes(args.select) if args.select is not None else config.select,
        (*config.extend_select, *codes(args.extend_select)),
        (*config.ignore, *codes(args.ignore)),
        config.per_file_ignores,
        config.folder,
    )


def codes(text: str) -> list[str]:
    """Split ``SEED,TXT001``."""
    return [code for code in text.split(",") if code]


def schemas_of(args: argparse.Namespace, config: Config) -> Schemas:
    """Return the paths of schemas: an argument comes before the configuration.

    ``--schema`` is a RELAX NG schema when its name ends in .rng or it is XML, otherwise a JSON Schema.
    """
    record, xml = config.schemas.record, config.schemas.xml
    if args.schema:
        record, xml = ("", args.schema) if _is_xml(args.schema) else (args.schema, "")
    return Schemas(record, args.metadata_schema or config.schemas.metadata, xml)


def _is_xml(path: str) -> bool:
    if path.lower().endswith(".rng"):
        return True
    return storage.is_regular(path) and storage.small(path)[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
