"""``corpusfmt diff``."""

from __future__ import annotations

import argparse
import gc
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from corpusfmt.cli.arguments import parser
from corpusfmt.cli.configured import config_of, format_spec, reading_of, settled
from corpusfmt.cli.messages import plural, put, say, say_skipped
from corpusfmt.cli.printers import dump, say_finding
from corpusfmt.cli.progress import Bar
from corpusfmt.config import Config
from corpusfmt.model.document import Origin
from corpusfmt.model.errors import ParseError
from corpusfmt.sources.settings import Reading
from corpusfmt.text.display import harmless, shown, shown_halves
from corpusfmt.verbs.diff.difference import KINDS, Difference, Kind
from corpusfmt.verbs.diff.run import Comparison

#: Of each kind, so many differences are printed unless --no-cap is given.
CAP: Final = 50
#: The kinds of which each difference is about one document.
_COUNTED: Final = tuple(kind for kind in KINDS if kind != "reordered")
#: Characters of an id that are shown in text.
_SHOWN: Final = 200
#: A string that would be taken for an integer.
_INTEGER: Final = re.compile("0|-?[1-9][0-9]*")

EXAMPLES = (
    ("diff old.seed new.jsonl.gz", "corpora in two formats"),
    ("diff old/ new/ --ignore metadata,order", "ids, names and texts only"),
    ("diff old.seed new.seed -q", "the exit code says whether they differ"),
)


def run(arguments: Sequence[str]) -> int:
    """Compare. Returns 0 when nothing differs, 1 when something does, 2 for a record that cannot be read."""
    options = parser("diff", "Compare two corpora, document by document, paired by id.", "OLD NEW [options]", EXAMPLES)
    for name, metavar in (("a", "OLD"), ("b", "NEW")):
        options.required_arguments.add_argument(
            name,
            metavar=metavar,
            help="a file, a folder, a pattern, or - for standard input; at most one side may be -",
        )
    args = options.parse_args(arguments)
    config = config_of(args)
    bar = Bar(enabled=not args.quiet)
    comparison = Comparison(
        [args.a],
        [args.b],
        (_reading(args, config, args.from_a, bar), _reading(args, config, args.from_b, bar)),
        ignore=[what.strip() for what in ",".join(args.ignore).split(",") if what.strip()],
        cap=0 if args.no_cap or args.output_format == "jsonl" else CAP,
        quiet=args.quiet,
    )
    bar.begin([*comparison.a.paths, *comparison.b.paths])
    gc.set_threshold(100_000)  # documents are many and make no cycles
    try:
        with bar:
            _print(comparison, args.output_format, bar, quiet=args.quiet)
    except ParseError as error:
        say_finding(error.finding)
        return 2
    return 1 if comparison.counts else 0


def _reading(args: argparse.Namespace, config: Config, its: str | None, bar: Bar) -> Reading:
    reading = reading_of(args)
    if its is not None:
        name, own = format_spec(its)
        reading = reading._replace(format=name, own=own)
    return settled(args, config, reading)._replace(progress=bar.steps)


def _print(comparison: Comparison, output: str, bar: Bar, *, quiet: bool) -> None:
    held: list[dict[str, Any]] = []
    for difference in comparison.run():
        if output == "text":
            bar.write(harmless(f"{_line(difference)}\n"))
        elif output == "jsonl":
            bar.write(f"{dump(_record(difference))}\n")
        else:
            held.append(_record(difference))
    if quiet:
        return
    if output == "json":
        record = {
            "differ": comparison.differ,
            "equal": comparison.equal,
            "ignored": sorted(comparison.ignore),
            "counts": _by_kind(comparison.counts),
            "hidden": _by_kind(comparison.hidden),
            "differences": held,
        }
        put(dump(record))
    sys.stdout.flush()
    if output != "jsonl":
        for kind in KINDS:
            if comparison.hidden[kind]:
                say(f"... and {comparison.hidden[kind]:,} more {kind}; --no-cap shows all")
    say_skipped(comparison.a.skipped | comparison.b.skipped)
    if output == "text":
        put(_totals(comparison))


def _by_kind(counts: Mapping[Kind, int]) -> dict[str, int]:
    return {kind: counts[kind] for kind in KINDS if counts.get(kind)}


def _totals(comparison: Comparison) -> str:
    differ = comparison.differ
    kinds = ", ".join([f"{count:,} {kind}" for kind, count in _by_kind(comparison.counts).items() if kind in _COUNTED])
    what = f"{plural(differ, 'document')} {'differs' if differ == 1 else 'differ'}: {kinds}"
    if comparison.counts["reordered"]:
        what = f"{what}; the order differs" if differ else "no document differs, but the order does"
    elif not differ:
        what = "no document differs"
    return f"{what}; {comparison.equal:,} equal"


def _line(difference: Difference) -> str:
    kind, id = difference.kind, difference.document
    if id is None:
        return f"{kind:<7}  {difference.message}"
    spelled = shown(str(id), _SHOWN)
    if isinstance(id, str) and _INTEGER.fullmatch(id):
        spelled = f"'{spelled}'"
    origin = difference.old if kind == "removed" else difference.new
    what = difference.message or (f"{shown(origin.path)}:{origin.line}" if origin else "")
    return f"{kind:<7}  {spelled}  {what}"


def _record(difference: Difference) -> dict[str, Any]:
    """Return a difference as a JSON object, without what it does not have."""
    record: dict[str, Any] = {"kind": difference.kind}
    if difference.document is not None:
        record |= {"id": difference.document, "name": shown_halves(difference.name)}
    if difference.message:
        record["message"] = difference.message
    old, new = difference.places
    if difference.kind == "reordered":
        return record | {"first": old, "last": new}
    for side, place, origin in (("old", old, difference.old), ("new", new, difference.new)):
        if place:
            record[side] = {"place": place, **_origin(origin)}
    for name, part in (("text", difference.text), ("metadata", difference.metadata)):
        if part is not None:
            record[name] = {
                key: shown_halves(value) if isinstance(value, str) else value for key, value in part._asdict().items()
            }
    return record


def _origin(origin: Origin | None) -> dict[str, Any]:
    return {"path": shown_halves(origin.path), "line": origin.line, "byte": origin.byte} if origin else {}
