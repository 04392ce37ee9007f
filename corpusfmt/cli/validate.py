"""``corpusfmt validate``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from os.path import basename

from corpusfmt import storage
from corpusfmt.checks.baseline import Baseline, load
from corpusfmt.checks.run import Against
from corpusfmt.cli.arguments import add_sources, parser
from corpusfmt.cli.configured import config_of, jobs_of, schemas_of, selection_of, settled
from corpusfmt.cli.messages import complain, described, plural, say, say_dropped, say_skipped
from corpusfmt.cli.printers import has_colour
from corpusfmt.cli.progress import Bar
from corpusfmt.cli.reports.record import Reporter, Summary, reporter
from corpusfmt.model.errors import ConfigurationError, CorpusfmtError
from corpusfmt.options import REPORTS
from corpusfmt.text.display import quoted
from corpusfmt.verbs.validate.run import Validation

#: Of each code, so many findings are printed unless --no-cap is given.
CAP = 50

EXAMPLES = (
    ("validate corpus/", "all files below a folder with a known suffix"),
    ("validate news.jsonl --schema record.schema.json", "records against a JSON Schema"),
    ("validate corpus/ --output sarif=findings.sarif", "also write a report for code scanning"),
)


def run(arguments: Sequence[str]) -> int:
    """Validate. Returns 0 when there is nothing to say but notes, 1 when there are findings."""
    options = parser(
        "validate", "Check sources, and report each error with its position.", "SOURCE... [options]", EXAMPLES
    )
    add_sources(options)
    args = options.parse_args(arguments)
    config = config_of(args)
    schemas = schemas_of(args, config)
    against = Against(schemas.xml, args.engine, args.schema_timeout, args.jing, schemas.record, schemas.metadata)
    if args.statistics and args.output_format != "text":
        raise ConfigurationError("--statistics prints text only; for programs use --output-format json")
    outputs = [_named_report(text) for text in args.output]
    if args.write_baseline and (outputs or args.statistics):
        raise ConfigurationError(
            "--write-baseline reports nothing; it cannot be combined with --output or --statistics"
        )
    with Bar(enabled=not args.quiet) as bar:
        validation = Validation(
            args.sources,
            settled(args, config)._replace(progress=bar.steps),
            selection_of(args, config),
            against,
            baseline=_baseline(args, config.baseline),
            cap=0 if args.no_cap or args.statistics else CAP,
            jobs=jobs_of(args.jobs, config.jobs),
            marked=bool(args.write_baseline),
        )
        written = [*(("report", path) for _, path in outputs), ("baseline", args.write_baseline)]
        storage.check_apart(
            [(what, path) for what, path in written if path],
            [
                *(("a source", path) for path in validation.paths),
                *(("a schema", path) for path in schemas if path),
                ("the baseline", args.baseline or config.baseline), ("the configuration", config.path),
            ],
        )  # fmt: skip
        bar.begin(validation.paths)
        if args.write_baseline:
            return _write_baseline(args.write_baseline, validation, quiet=args.quiet)
        if args.statistics:
            from corpusfmt.cli.reports.statistics import Report

            report: Reporter = Report(bar.write)
        else:
            report = reporter(args.output_format, bar.write, colour=has_colour(sys.stdout))
        _print(validation, report, outputs, config.path)
    if not args.quiet:
        _summary(validation, pruned=args.prune_baseline)
    if args.prune_baseline:
        _prune(validation, quiet=args.quiet)
    if args.exit_zero:
        return 0
    severities = validation.tally.severities
    fails = severities["error"] + (0 if (args.fail_on or config.fail_on) == "error" else severities["warning"])
    return 1 if fails else 0


def _named_report(text: str) -> tuple[str, str]:
    """Split ``sarif=FILE``. Raises ConfigurationError."""
    name, _, path = text.partition("=")
    if name not in REPORTS or path in ("", "-"):
        raise ConfigurationError(f"--output takes FORMAT=FILE, such as sarif=findings.sarif, not {quoted(text)}")
    return name, path


def _baseline(args: argparse.Namespace, configured: str) -> Baseline | None:
    """Return the baseline that was named, or is configured and there."""
    if args.write_baseline:
        if args.baseline or args.prune_baseline:
            raise ConfigurationError("--write-baseline creates a baseline; it cannot be combined with --baseline")
        return None
    path = args.baseline or configured
    if args.prune_baseline and not path:
        raise ConfigurationError("--prune-baseline needs a baseline; name it with --baseline")
    return load(path) if path else None


def _print(validation: Validation, report: Reporter, outputs: Sequence[tuple[str, str]], configuration: str) -> None:
    """Print the report and write others to files, whole ones also when something ends the run. Raises what ended it."""
    with ExitStack() as stack:
        files = []
        for name, path in outputs:
            output = storage.open_output(path)
            stack.callback(output.discard)
            files.append((output, reporter(name, _writing(output))))
        failure = _report(validation, [report, *(one for _, one in files)], configuration)
        sys.stdout.flush()
        for output, _ in files:
            output.finish()
            output.publish()
    for other in validation.failures[1:]:
        complain(described(other))
    if failure is not None:
        raise failure


def _writing(output: storage.Output) -> Callable[[str], object]:
    return lambda text: output.write(text.encode("utf-8", "backslashreplace"))


def _report(validation: Validation, reports: Sequence[Reporter], configuration: str) -> Exception | None:
    """Tell reports of a run. Returns what ended it."""
    failure: Exception | None = None
    for report in reports:
        report.begin()
    try:
        for finding in validation.run():
            for report in reports:
                report.finding(finding)
    except (CorpusfmtError, OSError) as error:
        failure = error
    tally = validation.tally
    failures: list[Exception] = [*validation.failures] or ([failure] if failure else [])
    summary = Summary(
        documents=tally.documents,
        sources=tally.sources,
        counts=tally.counts,
        severities=tally.severities,
        hidden=tally.hidden,
        baselined=tally.known,
        dropped=tally.dropped,
        validators=[(name, list(engines)) for name, engines in tally.engines.items()],
        error=None if failure is None else "; ".join(map(described, failures)),
        configuration=configuration,
        skipped=validation.skipped,
    )
    for report in reports:
        report.end(summary)
    return failure


def _summary(validation: Validation, *, pruned: bool) -> None:
    tally = validation.tally
    for code, count in sorted(tally.hidden.items()):
        say(f"... and {count:,} more of {code}; --no-cap shows all")
    say_skipped(validation.skipped)
    say_dropped(tally.dropped)
    for name, engines in tally.engines.items():
        by = f"validated by {', '.join(engines)}" if engines else "nothing to validate"
        say(f"schema {basename(name)}: {by}")
    parts = [plural(tally.severities[name], name) for name in ("error", "warning", "note") if tally.severities[name]]
    if tally.known:
        parts.append(f"{tally.known:,} baselined")
    what = ", ".join(parts) if parts else "no findings"
    say(f"{plural(tally.documents, 'document')} in {plural(tally.sources, 'source')}: {what}")
    if validation.baseline is not None and not pruned:
        gone = sum(marks.total() for marks in validation.gone().values())
        gone += sum(validation.baseline.known[file].total() for file in validation.baseline.lost())
        if gone:
            say(f"{plural(gone, 'entry', 'entries')} of the baseline no longer found; --prune-baseline removes them")


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
    renewed = validation.tally.renewed
    taken = baseline.prune(validation.gone(), renewed)
    if taken or renewed:
        baseline.write(new=False)
    if not quiet:
        say(f"{plural(taken, 'entry', 'entries')} removed from {quoted(baseline.path, 400)}")
