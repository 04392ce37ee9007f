"""The table of options, which defines the command line, ``corpusfmt.toml`` and its schema, and docs/options.md.

Options of single formats are in the ``options`` of those formats.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from corpusfmt.limits import MAX_JOBS, SCHEMA_SECONDS
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.model.format import ID_SOURCES, Format, Option
from corpusfmt.model.loss_kinds import ALLOWABLE
from corpusfmt.text.display import quoted

#: What an option takes: nothing (flag), one of its choices, text, a path, codes with commas between, a size in bytes, a
#: whole number, seconds, or limits by name.
Kind: TypeAlias = Literal["flag", "choice", "text", "path", "codes", "size", "number", "seconds", "limits"]


class Setting(NamedTuple):
    """One option: ``--name`` on the command line, and where it has a ``key``, that in a configuration.

    A dot in a key stands between a table and its key. ``by_path`` says whether ``[[paths]]`` may hold it, ``repeat``
    whether it may be given more than once. ``attribute`` is the name in the library where that is another one.
    """

    name: str
    kind: Kind
    summary: str
    commands: tuple[str, ...]
    group: str
    metavar: str = ""
    choices: tuple[str, ...] = ()
    default: Any = None
    key: str = ""
    by_path: bool = False
    repeat: bool = False
    short: str = ""
    attribute: str = ""
    least: int = 0
    most: int = 0


READING: Final = ("convert", "validate", "fix", "diff", "ls", "schema")
#: The groups in which help lists options, in order. Those of formats follow the reading ones.
GROUPS: Final = (
    "writing",
    "reading",
    "checks",
    "schemas",
    "baseline",
    "fixing",
    "comparing",
    "output",
    "running",
    "configuration",
)
_CONVERT: Final = ("convert",)
_VALIDATE: Final = ("validate",)
_FIX: Final = ("fix",)
_DIFF: Final = ("diff",)

#: Modules beside those of reports, which these share.
_NO_REPORTS: Final = ("__init__", "record", "statistics")
#: The modules of reports that do not have their name: one named json would be taken for that of the standard library.
REPORT_MODULES: Final = {"json": "whole_json"}


def _reports() -> tuple[str, ...]:
    """Return the names of reports, each a module of ``cli/reports``. None is imported, which would cost time."""
    names = os.listdir(os.path.join(os.path.dirname(__file__), "cli", "reports"))
    modules = {name.removesuffix(".py") for name in names if name.endswith(".py")} - {*_NO_REPORTS}
    return tuple(sorted(modules - {*REPORT_MODULES.values()} | REPORT_MODULES.keys()))


#: What ``validate`` can print.
REPORTS: Final = _reports()

SETTINGS: Final = (
    Setting("output", "path", "the target: a file, - for standard output, or FOLDER/ (a file per document, with --to)",
            _CONVERT, "writing", "TARGET", short="o"),
    Setting("to", "text", "format of the target, with options as in seed:dialect=plain", _CONVERT, "writing", "FORMAT",
            attribute="to_format"),
    Setting("on-error", "text",
            "if a document cannot be read or written: raise (default), skip, or quarantine=FILE to set it aside",
            _CONVERT, "writing", "WHAT", default="raise"),
    Setting("allow-loss", "text", f"allow the loss of data that the target cannot represent:  {', '.join(ALLOWABLE)}",
            _CONVERT, "writing", "KIND,...", default=(), repeat=True),
    Setting("id", "text", "convert only the documents with this id", _CONVERT, "writing", "ID", repeat=True,
            attribute="ids"),
    Setting("shard-size", "size", "split the target into files of this size, before compression", _CONVERT, "writing",
            "SIZE", default=0),
    Setting("force", "flag",
            "replace old shards, an old quarantine or an old index; write into a folder that is not empty",
            _CONVERT, "writing"),
    Setting("cdxj", "flag", "also write an index beside the target (CDXJ; WARC only)", _CONVERT, "writing"),
    Setting("verify", "flag", "read the target back and compare it before it replaces FILE", _CONVERT, "writing"),
    Setting("receipt", "path", "verify, and write a receipt for 'corpusfmt verify': digests of all files and documents",
            _CONVERT, "writing", "FILE"),
    Setting("report", "path", "write a summary of the run as a JSON object", _CONVERT, "writing", "FILE"),

    Setting("from", "text", "format of the sources, with options as in jsonl:layout=dolma", READING, "reading",
            "FORMAT", by_path=True, attribute="from_format"),
    Setting("from-a", "text", "as --from, for OLD only", _DIFF, "reading", "FORMAT"),
    Setting("from-b", "text", "as --from, for NEW only", _DIFF, "reading", "FORMAT"),
    Setting("encoding", "text", "encoding of texts that do not declare one (default: utf-8); for fix also auto, which "
            "converts files whose encoding is proven", READING, "reading", "NAME",
            key="encoding", by_path=True),
    Setting("id-from", "choice", "create an id for documents without one: from the name, line, SHA-256 or path",
            READING, "reading", choices=ID_SOURCES, key="id-from", by_path=True),
    Setting("max-document", "size", "largest document (default: 256MiB); the same as --limit document=SIZE", READING,
            "reading", "SIZE", key="max-document"),
    Setting("limit", "limits", "change other limits, as in header=1MiB,depth=64; 'corpusfmt limits' lists them",
            READING,
            "reading", "NAME=VALUE,...", repeat=True, key="limits", attribute="limits"),

    Setting("select", "codes", "check only these codes or prefixes of codes; ALL selects all", _VALIDATE, "checks",
            "CODE,...", key="select", by_path=True),
    Setting("extend-select", "codes", "also check these codes, for example those of plug-ins", _VALIDATE, "checks",
            "CODE,...", key="extend-select"),
    Setting("ignore", "codes", "do not report these codes", _VALIDATE, "checks", "CODE,...", key="ignore",
            by_path=True),
    Setting("jobs", "number", "number of processors to use (default: all); the result is the same for any number",
            (*_CONVERT, *_VALIDATE), "running", "N", default=0, key="jobs", least=1, most=MAX_JOBS),
    Setting("fail-on", "choice", "findings that make the exit code 1: warning (default) or error", _VALIDATE, "checks",
            choices=("warning", "error"), key="fail-on"),
    Setting("exit-zero", "flag", "exit with 0 even if there are findings", _VALIDATE, "checks"),

    Setting("schema", "path", "JSON Schema of records, or RELAX NG schema (.rng) of XML sources", _VALIDATE, "schemas",
            "FILE", default="", key="schemas.record"),
    Setting("metadata-schema", "path", "JSON Schema of metadata", _VALIDATE, "schemas", "FILE", default="",
            key="schemas.metadata"),
    Setting("engine", "choice", "validator for RELAX NG schemas (default: auto)", _VALIDATE, "schemas",
            choices=("auto", "lxml", "jing"), default="auto"),
    Setting("schema-timeout", "seconds",
            f"time to compile a RELAX NG schema, and for each document (default: {SCHEMA_SECONDS})", _VALIDATE,
            "schemas", "SECONDS", default=SCHEMA_SECONDS),
    Setting("jing", "path", "path of jing (jar or executable)", _VALIDATE, "schemas", "PATH", default=""),

    Setting("baseline", "path", "file of baselined findings, which are not reported", _VALIDATE, "baseline", "FILE",
            default="", key="baseline"),
    Setting("write-baseline", "path", "write all findings to a new baseline and report none", _VALIDATE, "baseline",
            "FILE", default=""),
    Setting("prune-baseline", "flag", "remove entries from the baseline that are no longer found", _VALIDATE,
            "baseline"),

    Setting("select", "codes", "fix only these codes or prefixes of codes", _FIX, "fixing", "CODE,..."),
    Setting("unsafe-fixes", "flag", "also apply fixes that may change content; removed bytes are saved to FILE.cut",
            _FIX,
            "fixing"),
    Setting("dry-run", "flag", "report what would be fixed, and change nothing; exit with 1 when there is anything "
            "to fix", _FIX, "fixing", short="n"),
    Setting("diff", "flag",
            "print a unified diff of the decompressed content, and change nothing; exit with 1 when there is anything "
            "to fix. A terminal gets escaped, shortened lines; a pipe gets exact bytes, for 'patch'", _FIX, "fixing"),

    Setting("ignore", "text", "do not compare these: name, metadata, order, text", _DIFF, "comparing", "WHAT,...",
            default=(), repeat=True),

    Setting("metadata", "flag", "infer a schema of the metadata, for --metadata-schema", ("schema",), "writing"),
    Setting("closed", "flag", "allow only keys that occur in the sources", ("schema",), "writing"),
    Setting("output", "path", "file to write (default: standard output)", ("schema",), "writing", "FILE", default="-",
            short="o"),
    Setting("only", "choice", "check only what was read, or only what was written", ("verify",), "comparing",
            choices=("inputs", "outputs")),
    Setting("quick", "flag", "compare files by their digests; do not read documents", ("verify",), "comparing"),

    Setting("output-format", "choice", "output format (default: text)", _VALIDATE, "output", "FORMAT",
            REPORTS, "text"),
    Setting("output-format", "choice", "output format (default: text)", _DIFF, "output",
            choices=("text", "json", "jsonl"), default="text"),
    Setting("output-format", "choice", "output format (default: text)", ("ls", "verify"), "output",
            choices=("text", "jsonl"), default="text"),
    Setting("output", "text", "also write a report to a file, as in sarif=FILE", _VALIDATE, "output", "FORMAT=FILE",
            default=(), repeat=True),
    Setting("statistics", "flag", "print counts by code and file instead of the findings", _VALIDATE, "output"),
    Setting("no-cap", "flag", "print all findings, not only the first 50 of each code", _VALIDATE, "output"),
    Setting("no-cap", "flag", "print all differences, not only the first 50 of each kind", _DIFF, "output"),
    Setting("all", "flag", "print all documents, also on a terminal", ("ls",), "output"),
    Setting("quiet", "flag", "print no progress and no summary", (*READING, "verify"), "output", short="q"),

    Setting("config", "path", "configuration to use (default: corpusfmt.toml here or above)", READING, "configuration",
            "FILE", default=""),
    Setting("isolated", "flag", "use no configuration", READING, "configuration"),
)  # fmt: skip


#: What an argument of each kind is in the library, and how that is said.
_TYPES: Final[dict[Kind, tuple[tuple[type, ...], str]]] = {
    "flag": ((bool, int), "true or false"),
    "choice": ((str,), "text"),
    "text": ((str,), "text"),
    "path": ((str, PathLike), "a path"),
    "codes": ((Iterable,), "a list of codes"),
    "size": ((int,), "a number of bytes"),
    "number": ((int,), "a whole number"),
    "seconds": ((int, float), "a number of seconds"),
    "limits": ((Mapping,), "a mapping of names to numbers"),
}
#: Those of which None may stand for the default.
_OPTIONAL: Final = ("choice", "text", "path", "codes", "limits")


def check_arguments(command: str, arguments: Mapping[str, Any]) -> None:
    """Check the types of arguments of a function of the library, each of which is an option of ``command``.

    None stands for the default where that is not another value. Raises ConfigurationError.
    """
    known = {(one.attribute or one.name.replace("-", "_")): one for one in settings_of(command)}
    for name, value in arguments.items():
        one = known[name]
        types, what = ((Iterable,), "a list") if one.repeat and one.kind == "text" else _TYPES[one.kind]
        fits = isinstance(value, types) or (value is None and one.kind in _OPTIONAL and one.default in (None, "", ()))
        if fits and one.kind in ("size", "number"):
            most = one.most or value
            fits = not isinstance(value, bool) and one.least <= value <= most
            what += f" from {one.least} to {one.most}" if one.most else f", at least {one.least}"
        if one.kind == "limits" and isinstance(value, Mapping):
            fits = all(isinstance(number, int) for number in value.values())
        if not fits:
            raise ConfigurationError(f"{name} is {what}, not {quoted(repr(value))}")


def settings_of(command: str) -> list[Setting]:
    """Return the options of a command, without those of formats."""
    return [one for one in SETTINGS if command in one.commands]


def format_options(formats: Iterable[Format], side: str) -> dict[str, list[tuple[Format, Option]]]:
    """Return the options of formats for a side, read or write, by name: several formats may know one name."""
    found: dict[str, list[tuple[Format, Option]]] = {}
    for format in formats:
        for option in format.options:
            if option.side in (side, "both"):
                found.setdefault(option.name, []).append((format, option))
    return found
