"""Arguments of commands: argparse, made from the table of options; options of formats are loaded when they are used."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, Final, NoReturn, TypeVar

from corpusfmt import plugins
from corpusfmt.cli.messages import complain
from corpusfmt.limits import bytes_of
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.model.format import Format, Option
from corpusfmt.options import GROUPS, READING, Setting, format_options, settings_of

_T = TypeVar("_T")
SOURCES: Final = "a file, a folder, a pattern such as 'news/*.jsonl', or - for standard input"


class Parser(argparse.ArgumentParser):
    """The parser of a command. Errors are one line; options of formats are added when one is given, or for help."""

    def __init__(self, command: str, summary: str, arguments: str, examples: Sequence[tuple[str, str]]) -> None:
        """Make the parser of a command with all its options. ``arguments`` is what the usage says after the command."""
        self._command, self._sides = command, _SIDES.get(command, ("read",) if command in READING else ())
        self._of_formats: dict[str, str] = {}
        shown = "\n".join(f"  # {what}\n  corpusfmt {line}" for line, what in examples)
        super().__init__(
            prog=f"corpusfmt {command}",
            usage=f"corpusfmt {command} {arguments}",
            description=summary,
            epilog=f"examples:\n{shown}" if examples else None,
            allow_abbrev=False,
            add_help=False,
            formatter_class=_Help,
        )
        self.required_arguments = self.add_argument_group("arguments")
        settings = settings_of(command)
        groups = {name: self.add_argument_group(name) for name in GROUPS if any(s.group == name for s in settings)}
        for one in settings:
            is_required = (command, one.name) == ("convert", "output")
            _add(self.required_arguments if is_required else groups[one.group], one, required=is_required)
        self._titles = ["arguments", *(name for name in groups if name not in _LAST)]
        self.add_argument_group("help").add_argument("-h", "--help", action="help", help="print this help")

    def parse_args(self, args: Sequence[str]) -> argparse.Namespace:  # type: ignore[override]  # never without arguments
        """Parse. Options of formats are in ``shared``, by name."""
        if self._sides:
            wanted = {arg[2:].partition("=")[0] for arg in args if arg[:2] == "--"} - {
                name[2:] for name in self._option_string_actions
            }
            if any(arg in ("-h", "--help") for arg in args):
                self._add_of_formats(plugins.formats().values(), None)
            elif wanted - {""}:
                self._add_of_formats(_formats(), wanted)
        found, unknown = self.parse_known_args(args)
        if unknown:
            self.error(self._unrecognised(unknown))
        found.shared = {
            name: value for name, dest in self._of_formats.items() if (value := vars(found).pop(dest)) is not None
        }
        return found

    def _add_of_formats(self, formats: Any, wanted: set[str] | None) -> None:
        """Add the options of formats that are ``wanted``, or all, in a group for each format."""
        for format in formats:
            here: dict[str, Option] = {}
            for side in self._sides:
                here |= {name: known[0][1] for name, known in format_options([format], side).items()}
            here = {
                name: option
                for name, option in here.items()
                if name not in self._of_formats and f"--{name}" not in self._option_string_actions
                and (wanted is None or name in wanted)
            }  # fmt: skip
            if not here:
                continue
            group = self.add_argument_group(format.title.partition(":")[0])
            for name, option in here.items():
                dest = self._of_formats[name] = f"format_{name}"
                choices = f" ({', '.join(option.choices)})" if option.choices else ""
                group.add_argument(
                    f"--{name}",
                    dest=dest,
                    metavar="HOW" if choices else option.metavar,
                    help=_escaped(option.summary + choices),
                )
            if wanted is not None:
                wanted -= here.keys()
                if not wanted:
                    return

    def _unrecognised(self, unknown: Sequence[str]) -> str:
        first = unknown[0]
        said = f"unknown option {first!a}" if first[:1] == "-" and first != "-" else f"unexpected argument {first!a}"
        if first[:2] != "--":
            return said
        from difflib import get_close_matches

        if self._sides:
            self._add_of_formats(plugins.formats().values(), None)
        close = get_close_matches(first.partition("=")[0], self._option_string_actions, 1, 0.7)
        return f"{said}; did you mean {close[0]}?" if close else said

    def format_help(self) -> str:
        """Return the help, as wide as the terminal is."""
        from shutil import get_terminal_size

        _Help.columns = min(max(get_terminal_size((80, 24)).columns, 60), 120)
        self.required_arguments._group_actions.sort(key=lambda action: bool(action.option_strings))
        order = {title: number for number, title in enumerate(self._titles)}
        order |= {title: 1000 + number for number, title in enumerate(_LAST)}
        self._action_groups.sort(key=lambda one: order.get(one.title or "", 999))
        return super().format_help()

    def print_help(self, file: Any = None) -> None:
        """Print the help. Raises OSError, which argparse would hide."""
        (file or sys.stdout).write(self.format_help())

    def error(self, message: str) -> NoReturn:
        """Complain and exit with 2."""
        complain(f"{message}; see '{self.prog} --help'")
        sys.exit(2)

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """Exit after the help, when all of it was taken. Raises OSError."""
        sys.stdout.flush()
        super().exit(status, message)


class _Help(argparse.HelpFormatter):
    """Help that says the value of an option once. Asking the terminal for its width would cost time at every start."""

    columns: ClassVar[int] = 80

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=self.columns - 2)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if "\n" in text else super()._fill_text(text, width, indent)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings:
            return super()._format_action_invocation(action)
        indent = "" if len(action.option_strings) > 1 else "    "
        names = f"{indent}{', '.join(action.option_strings)}"
        if action.nargs == 0:
            return names
        return f"{names} {self._format_args(action, self._get_default_metavar_for_optional(action))}"


#: The groups that help lists after the options of formats.
_LAST: Final = ("output", "configuration", "help")
#: The sides of formats whose options a command takes, where it does not read alone.
_SIDES: Final = {"convert": ("read", "write")}


def _formats() -> Iterator[Format]:
    """Give the formats of the package, then those of plug-ins too: looking for these costs time."""
    yield from map(plugins.builtin, plugins.builtin_names())
    yield from plugins.formats().values()


def _add(group: Any, one: Setting, *, required: bool) -> None:
    names = ([f"-{one.short}"] if one.short else []) + [f"--{one.name}"]
    more: dict[str, Any] = {"help": _escaped(one.summary), "dest": one.attribute or one.name.replace("-", "_")}
    if one.repeat:
        more["help"] += "; may be repeated"
    if one.kind == "flag":
        group.add_argument(*names, action="store_true", **more)
        return
    if one.kind in _TYPES:
        more["type"] = _TYPES[one.kind]
    if one.kind == "choice":
        more |= {"choices": one.choices, "metavar": one.metavar or None}
        if one.metavar:
            more["help"] += f": {', '.join(one.choices)}"
    else:
        more["metavar"] = one.metavar
    if one.repeat:
        more |= {"action": "append", "default": None if one.default is None else list(one.default)}
    else:
        more["default"] = one.default
    group.add_argument(*names, required=required, **more)


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def parser(
    command: str, summary: str, arguments: str = "[options]", examples: Sequence[tuple[str, str]] = ()
) -> Parser:
    """Return the parser of a subcommand with its options."""
    return Parser(command, summary, arguments, examples)


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
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, not {text!a}")
    return int(text)


def codes(text: str) -> list[str]:
    """Split ``SEED,TXT001``; for argparse."""
    return [code for code in text.split(",") if code]


def _number(text: str) -> int:
    return _converted(text, int, "a whole number")


def _seconds(text: str) -> float:
    return _converted(text, float, "a number of seconds")


def _converted(text: str, kind: Callable[[str], _T], what: str) -> _T:
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected {what}, not {text[:80]!a}") from None


_TYPES: Final[dict[str, Any]] = {
    "size": byte_count, "limits": limit_values, "number": _number, "seconds": _seconds, "codes": codes,
}  # fmt: skip


def add_sources(parser: Parser) -> None:
    """Add the sources."""
    parser.required_arguments.add_argument("sources", nargs="+", metavar="SOURCE", help=SOURCES)
