"""``corpusfmt validate``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from os.path import basename

from corpusfmt.cli.arguments import add_reading, parser, reading_of
from corpusfmt.cli.printers import as_json, dump, print_finding
from corpusfmt.cli.talk import plural, say, say_left_behind, say_passed_over
from corpusfmt.core.errors import CorpusfmtError
from corpusfmt.core.finding import Finding
from corpusfmt.validate import Against, Validation

#: Of each code, so many findings are printed unless --no-cap is given.
CAP = 50


def run(arguments: Sequence[str]) -> int:
    """Validate. Returns 0 when there is nothing to say but notes, 1 when there are findings."""
    options = parser("validate", "Say what is wrong with sources, and where.")
    add_reading(options)
    options.add_argument(
        "--output-format", choices=("text", "json"), default="text", help="text (default), or one JSON object"
    )
    options.add_argument("--no-cap", action="store_true", help=f"print all findings, not the first {CAP} of each code")
    options.add_argument(
        "--extend-select", default="", metavar="CODE,...", help="also run these rules, such as those of plug-ins"
    )
    options.add_argument("--schema", default="", metavar="FILE.rng", help="RELAX NG schema for XML sources")
    options.add_argument(
        "--engine", choices=("auto", "lxml", "jing"), default="auto", help="what judges by a schema (default auto)"
    )
    options.add_argument(
        "--schema-timeout",
        type=float,
        default=Against().seconds,
        metavar="SECONDS",
        help="time to compile a schema, and for each document (default 60)",
    )
    options.add_argument("--jing", default="", metavar="PATH", help="jing, as a jar or an executable")
    options.add_argument("-q", "--quiet", action="store_true", help="no summary")
    args = options.parse_args(arguments)
    named = [name for name in args.extend_select.split(",") if name]
    against = Against(args.schema, args.engine, args.schema_timeout, args.jing)
    validation = Validation(args.sources, reading_of(args), named, against)
    counts: Counter[str] = Counter()
    severities: Counter[str] = Counter()
    kept = _capped(validation.run(), counts, severities, no_cap=args.no_cap)
    if args.output_format == "json":
        _print_json(kept, counts, validation)
    else:
        for finding in kept:
            print_finding(finding, sys.stdout)
    sys.stdout.flush()
    if not args.quiet:
        _summary(counts, severities, validation, capped=not args.no_cap)
    return 1 if severities["error"] or severities["warning"] else 0


def _capped(
    findings: Iterator[Finding], counts: Counter[str], severities: Counter[str], *, no_cap: bool
) -> Iterator[Finding]:
    for finding in findings:
        counts[finding.code] += 1
        severities[finding.severity] += 1
        if no_cap or counts[finding.code] <= CAP:
            yield finding


def _print_json(findings: Iterator[Finding], counts: Counter[str], validation: Validation) -> None:
    """Print one JSON object, a whole one also when a source cannot be read. Raises what stopped it, after that."""
    print('{"findings": [', end="")
    failure: Exception | None = None
    try:
        for index, finding in enumerate(findings):
            print(",\n " if index else "\n ", dump(as_json(finding)), sep="", end="")
    except (CorpusfmtError, OSError) as error:
        failure = error
    totals: dict[str, object] = {
        "documents": validation.documents,
        "sources": validation.sources,
        "counts": dict(sorted(counts.items())),
        "left_behind": dict(sorted(validation.left_behind.items())),
        "judges": [{"schema": name, "by": judge.engines} for name, judge in validation.judges.items()],
        "error": None if failure is None else str(failure),
    }
    print(f"\n], {dump(totals)[1:]}")
    if failure is not None:
        raise failure


def _summary(counts: Counter[str], severities: Counter[str], validation: Validation, *, capped: bool) -> None:
    if capped:
        for code, count in sorted(counts.items()):
            if count > CAP:
                say(f"... and {count - CAP:,} more of {code}; --no-cap shows all")
    say_passed_over(validation.passed_over)
    say_left_behind(validation.left_behind)
    for name, judge in validation.judges.items():
        by = f"judged by {', '.join(judge.engines)}" if judge.engines else "nothing to judge"
        say(f"schema {basename(name)}: {by}")
    parts = [plural(severities[name], name) for name in ("error", "warning", "note") if severities[name]]
    what = ", ".join(parts) if parts else "no findings"
    say(f"{plural(validation.documents, 'document')} in {plural(validation.sources, 'source')}: {what}")
