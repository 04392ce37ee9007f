"""``corpusfmt validate``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from os.path import basename

from corpusfmt import storage
from corpusfmt.checks.baseline import Baseline, load
from corpusfmt.checks.run import Against
from corpusfmt.cli.arguments import Parser, add_reading, parser
from corpusfmt.cli.reports import FORMATS, reporter
from corpusfmt.cli.reports.record import Summary
from corpusfmt.cli.settings import add_settings, config_of, schemas_of, selection_of, settled
from corpusfmt.cli.talk import complain, described, plural, say, say_left_behind, say_passed_over
from corpusfmt.limits import MAX_JOBS
from corpusfmt.model.errors import ConfigurationError, CorpusfmtError
from corpusfmt.text.display import quoted
from corpusfmt.verbs.validate.run import Validation

#: Of each code, so many findings are printed unless --no-cap is given.
CAP = 50


def run(arguments: Sequence[str]) -> int:
    """Validate. Returns 0 when there is nothing to say but notes, 1 when there are findings."""
    options = parser("validate", "Say what is wrong with sources, and where.")
    add_reading(options)
    add_settings(options)
    _add_schemas(options)
    _add_baseline(options)
    options.add_argument(
        "--output-format", choices=FORMATS, default="text", metavar="FORMAT", help=f"{', '.join(FORMATS)}"
    )
    options.add_argument("--no-cap", action="store_true", help=f"print all findings, not the first {CAP} of each code")
    options.add_argument(
        "--jobs", type=int, default=0, metavar="N", help="files checked at the same time (default all cores)"
    )
    options.add_argument("-q", "--quiet", action="store_true", help="no summary")
    args = options.parse_args(arguments)
    config = config_of(args)
    schemas = schemas_of(args, config)
    against = Against(schemas.xml, args.engine, args.schema_timeout, args.jing, schemas.record, schemas.metadata)
    validation = Validation(
        args.sources,
        settled(args, config),
        selection_of(args, config),
        against,
        baseline=_baseline(args, config.baseline),
        cap=0 if args.no_cap else CAP,
        jobs=_jobs(args.jobs, config.jobs),
        marked=bool(args.write_baseline),
    )
    if args.write_baseline:
        return _write_baseline(args.write_baseline, validation, quiet=args.quiet)
    _print(validation, args.output_format, config.path)
    if not args.quiet:
        _summary(validation, pruned=args.prune_baseline)
    if args.prune_baseline:
        _prune(validation, quiet=args.quiet)
    severities = validation.tally.severities
    return 1 if severities["error"] or severities["warning"] else 0


def _add_schemas(options: Parser) -> None:
    options.add_argument(
        "--schema", default="", metavar="FILE", help="JSON Schema of records; or RELAX NG schema (.rng) of XML sources"
    )
    options.add_argument("--metadata-schema", default="", metavar="FILE", help="JSON Schema of metadata")
    options.add_argument(
        "--engine",
        choices=("auto", "lxml", "jing"),
        default="auto",
        help="what judges by a RELAX NG schema (default auto)",
    )
    options.add_argument(
        "--schema-timeout",
        type=float,
        default=Against().seconds,
        metavar="SECONDS",
        help="time to compile a RELAX NG schema, and for each document (default 60)",
    )
    options.add_argument("--jing", default="", metavar="PATH", help="jing, as a jar or an executable")


def _add_baseline(options: Parser) -> None:
    options.add_argument("--baseline", default="", metavar="FILE", help="findings that are known, and not told")
    options.add_argument(
        "--write-baseline",
        default="",
        metavar="FILE",
        help="write all that is found into a new baseline, and tell nothing",
    )
    options.add_argument(
        "--prune-baseline", action="store_true", help="take out of the baseline what is no longer found"
    )


def _jobs(asked: int, configured: int) -> int:
    """Return how many processes check files. A configuration is given no more than there are processors."""
    if not 0 <= asked <= MAX_JOBS:
        raise ConfigurationError(f"--jobs is a number of processes, at most {MAX_JOBS}, not {asked}")
    return asked or min(configured or MAX_JOBS, storage.processors())


def _baseline(args: argparse.Namespace, configured: str) -> Baseline | None:
    """Return the baseline that was named, or is configured and there."""
    if args.write_baseline:
        if args.baseline or args.prune_baseline:
            raise ConfigurationError("--write-baseline makes a baseline: it does not go with one")
        return None
    path = args.baseline or configured
    if args.prune_baseline and not path:
        raise ConfigurationError("--prune-baseline needs a baseline; name it with --baseline")
    return load(path) if path else None


def _print(validation: Validation, name: str, configuration: str) -> None:
    """Print the report, a whole one also when something ends the run. Raises what ended it, after that."""
    report = reporter(name, sys.stdout.write)
    failure: Exception | None = None
    report.begin()
    try:
        for finding in validation.run():
            report.finding(finding)
    except (CorpusfmtError, OSError) as error:
        failure = error
    tally = validation.tally
    failures: list[Exception] = [*validation.failures] or ([failure] if failure else [])
    report.end(
        Summary(
            documents=tally.documents,
            sources=tally.sources,
            counts=tally.counts,
            severities=tally.severities,
            hidden=tally.hidden,
            baselined=tally.known,
            left_behind=tally.left_behind,
            judges=[(name, list(engines)) for name, engines in tally.engines.items()],
            error=None if failure is None else "; ".join(map(described, failures)),
            configuration=configuration,
        )
    )
    sys.stdout.flush()
    for other in failures[1:]:
        complain(described(other))
    if failure is not None:
        raise failure


def _summary(validation: Validation, *, pruned: bool) -> None:
    tally = validation.tally
    for code, count in sorted(tally.hidden.items()):
        say(f"... and {count:,} more of {code}; --no-cap shows all")
    say_passed_over(validation.passed_over)
    say_left_behind(tally.left_behind)
    for name, engines in tally.engines.items():
        by = f"judged by {', '.join(engines)}" if engines else "nothing to judge"
        say(f"schema {basename(name)}: {by}")
    parts = [plural(tally.severities[name], name) for name in ("error", "warning", "note") if tally.severities[name]]
    if tally.known:
        parts.append(f"{tally.known:,} known from the baseline")
    what = ", ".join(parts) if parts else "no findings"
    say(f"{plural(tally.documents, 'document')} in {plural(tally.sources, 'source')}: {what}")
    if validation.baseline is not None and not pruned:
        gone = sum(marks.total() for marks in validation.gone().values())
        gone += sum(validation.baseline.known[file].total() for file in validation.baseline.lost())
        if gone:
            say(f"{plural(gone, 'entry', 'entries')} of the baseline no longer found; --prune-baseline takes them out")


def _write_baseline(path: str, validation: Validation, *, quiet: bool) -> int:
    """Write what is found into a new baseline. Returns 0."""
    baseline = Baseline(path)
    for _ in validation.run():
        pass
    for source, marks in validation.tally.marks.items():
        baseline.known[baseline.name_of(source)] = marks
    baseline.write(new=True)
    if not quiet:
        count = sum(marks.total() for marks in baseline.known.values())
        sources = plural(validation.tally.sources, "source")
        say(f"{plural(count, 'finding')} in {sources}: written to {quoted(path, 400)}")
    return 0


def _prune(validation: Validation, *, quiet: bool) -> None:
    """Take out of the baseline what was looked for and not found."""
    baseline = validation.baseline
    assert baseline is not None, "--prune-baseline was checked"
    taken = baseline.prune(validation.gone())
    if taken:
        baseline.write(new=False)
    if not quiet:
        say(f"{plural(taken, 'entry', 'entries')} taken out of {quoted(baseline.path, 400)}")
