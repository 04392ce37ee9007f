"""The arguments that commands share."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

from corpusfmt.cli.talk import complain
from corpusfmt.limits import USUAL, Limits, bytes_of
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.model.ids import SOURCES
from corpusfmt.sources import Reading

#: Flags that are options of formats. They go to the formats of the run that know them.
FORMAT_FLAGS = {
    "layout": ("L", "how JSON Lines records are laid out: native, dolma, hf, text-meta"),
    "id-field": ("KEY", "the key of the id in JSON Lines records"),
    "name-field": ("KEY", "the key of the name"),
    "text-field": ("KEY", "the key of the text"),
    "meta-field": ("KEY", "the key of the metadata; without it all other keys are metadata"),
    "choice": ("HOW", "which reading TEI files give where they have two: edited (default) or original"),
    "notes": ("WHERE", "where the notes of TEI files go: end (of the text, default), inline or out"),
    "fw": ("HOW", "what becomes of running heads and page numbers in TEI files: out (default) or inline"),
    "lb": ("HOW", "what a line break in a TEI file becomes: newline (default) or space"),
    "html": ("HOW", "what to give of web pages in WARC files: keep (the page, default) or text (its main text)"),
}


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as all of the command does."""

    def error(self, message: str) -> NoReturn:
        """Complain and exit with 2."""
        complain(f"{message}; see '{self.prog} --help'")
        sys.exit(2)

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """Exit after the help, when all of it was taken. Raises OSError."""
        sys.stdout.flush()
        super().exit(status, message)


def parser(command: str, summary: str) -> Parser:
    """Return the parser of a subcommand."""
    return Parser(prog=f"corpusfmt {command}", description=summary, allow_abbrev=False, formatter_class=_Help)


class _Help(argparse.HelpFormatter):
    """Help of one width: asking the terminal would load the shutil module at every start."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=110)


def byte_count(text: str) -> int:
    """Read a size such as 256MB; for argparse."""
    try:
        return bytes_of(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a size such as 256MB or 64KiB, not {text!a}") from None


def limit_values(text: str) -> dict[str, int]:
    """Read limits such as header=1MiB,depth=64; for argparse."""
    from corpusfmt.model.limit_table import SETTABLE, limits_of

    asked: dict[str, int] = {}
    try:
        for item in text.split(","):
            name, equals, value = item.partition("=")
            limit = SETTABLE.get(name.replace("_", "-"))
            if not equals:
                raise argparse.ArgumentTypeError(f"expected NAME=VALUE,..., not {item!a}")
            number = 1 if limit is None else byte_count(value) if limit.unit == "bytes" else _count(value)
            limits_of({name: number})
            asked[name.replace("-", "_")] = number
    except ConfigurationError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return asked


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text)):
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, not {text!a}")
    return int(text)


def add_reading(parser: Parser) -> None:
    """Add the sources and how to read them."""
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="a file, a folder, a pattern, or - for standard input; a file that is named twice is read once",
    )
    add_reading_options(parser)


def add_reading_options(parser: Parser) -> None:
    """Add how to read sources."""
    parser.add_argument(
        "--from",
        dest="from_format",
        metavar="FORMAT",
        help="format of the sources, with options as in jsonl:layout=dolma",
    )
    parser.add_argument("--encoding", metavar="NAME", help="encoding of texts that do not declare one (default utf-8)")
    parser.add_argument("--id-from", choices=SOURCES, help="make an id where a document has none")
    parser.add_argument(
        "--max-document",
        type=byte_count,
        metavar="SIZE",
        help="largest document (default 256MiB): the same as --limit document=",
    )
    parser.add_argument(
        "--limit",
        action="append",
        type=limit_values,
        metavar="NAME=VALUE,...",
        help="another limit, as in header=1MiB,depth=64; 'corpusfmt limits' lists them",
    )
    for name, (metavar, text) in FORMAT_FLAGS.items():
        parser.add_argument(f"--{name}", metavar=metavar, help=text)


def shared_options(args: argparse.Namespace) -> dict[str, str]:
    """Return the format flags that were given."""
    values = vars(args)
    return {name: values[key] for name in FORMAT_FLAGS if values.get(key := name.replace("-", "_")) is not None}


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
    return Reading(name, own, shared_options(args), args.encoding, args.id_from, _limits(args))


def _limits(args: argparse.Namespace) -> Limits:
    asked: dict[str, int] = {"document": args.max_document} if args.max_document else {}
    for values in args.limit or ():
        asked.update(values)
    return USUAL._replace(**asked)
