"""``corpusfmt convert``."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Sequence

from corpusfmt import storage
from corpusfmt.cli.arguments import add_sources, parser
from corpusfmt.cli.configured import config_of, format_spec, jobs_of, settled
from corpusfmt.cli.messages import plural, say, say_dropped, say_skipped, size
from corpusfmt.cli.printers import as_json, dump, say_finding
from corpusfmt.cli.progress import Bar
from corpusfmt.model.errors import ConfigurationError, LossError, ParseError
from corpusfmt.model.loss_kinds import ALLOWABLE
from corpusfmt.storage import UNTRUSTED
from corpusfmt.targets.settings import Writing, kinds
from corpusfmt.text.display import shown
from corpusfmt.verbs.convert.report import Report
from corpusfmt.verbs.convert.run import Conversion

EXAMPLES = (
    ("convert news.seed -o news.jsonl.gz", "seed file to compressed JSON Lines"),
    ("convert crawl/*.warc.gz -o crawl.jsonl --html text", "web archives to JSON Lines, with the text of the pages"),
    ("convert novels/ -o novels.xml --on-error quarantine=bad.seed", "a folder to TEI; set aside what cannot be read"),
)


def run(arguments: Sequence[str]) -> int:
    """Convert. Returns 0 when all was committed whole, 1 when documents were refused or would lose something."""
    options = parser(
        "convert", "Convert sources to a target, completely or not at all.", "SOURCE... -o TARGET [options]", EXAMPLES
    )
    add_sources(options)
    args = options.parse_args(arguments)
    name, own = format_spec(args.to_format)
    allowed = kinds(",".join(args.allow_loss))
    mode, equals, file = args.on_error.partition("=")
    if mode not in ("raise", "stop", "skip", "quarantine") or (mode == "quarantine") != bool(equals and file):
        raise ConfigurationError("--on-error takes raise, skip or quarantine=FILE")
    for option, path in (("--receipt", args.receipt), ("--report", args.report)):
        if path == "":
            raise ConfigurationError(f"{option} needs the name of a file")
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    writing = Writing(
        name,
        own,
        args.shared,
        allowed,
        args.shard_size,
        args.force,
        {"date": f"@{epoch}"} if epoch else {},
        args.cdxj,
    )
    gc.set_threshold(100_000)  # documents are many and make no cycles: looking for some costs 3 %
    began = time.monotonic()
    config = config_of(args)
    writing = writing._replace(jobs=jobs_of(args.jobs, config.jobs))
    report_to = storage.open_output(args.report) if args.report else None
    try:
        with Bar(enabled=not args.quiet) as bar:
            report = Conversion(
                args.sources, args.output, settled(args, config), writing,
                on_error=mode, quarantine=file, ids=args.ids, report_to=args.report or "", verify=args.verify,
                receipt=args.receipt or "", progress=bar.update if bar.is_wanted else None,
            ).run()  # fmt: skip
        _tell(report, time.monotonic() - began, mode, quiet=args.quiet)
        if report_to is not None:
            _write(report_to, report)
    finally:
        if report_to is not None:
            report_to.discard()
    return 0 if report.committed and not report.refused else 1


def _write(output: storage.Output, report: Report) -> None:
    """Write the report as JSON. Raises OSError."""
    record: dict[str, object] = {
        "committed": report.committed,
        "read": report.read,
        "written": report.written,
        "refused": report.refused,
        "verified": report.verified,
        "bytes_read": report.bytes_read,
        "bytes_written": report.bytes_written,
        "outputs": report.outputs,
        "files": report.files,
        "passed_over": report.skipped,
        "passed_over_reasons": report.skip_reasons,
        "left_behind": dict(sorted(report.dropped.items())),
        "lost": dict(sorted(report.lost.items())),
        "finding_counts": dict(sorted(report.finding_counts.items())),
        "findings": [as_json(finding) for finding in report.findings],
        "loss_counts": dict(sorted(report.loss_counts.items())),
        "losses": [loss._asdict() for loss in report.losses],
    }
    output.write(dump(record).encode() + b"\n")
    output.finish()
    output.publish()


def _tell(report: Report, seconds: float, on_error: str, *, quiet: bool) -> None:
    order = {path: index for index, path in enumerate(dict.fromkeys(finding.path for finding in report.findings))}
    for finding in sorted(report.findings, key=lambda finding: (order[finding.path], finding.byte)):
        if not quiet or finding.severity == "error":
            say_finding(finding)
    for code, count in report.finding_counts.items():
        shown = sum(1 for finding in report.findings if finding.code == code)
        if count > shown:
            say(f"... and {count - shown:,} more of {code}")
    for loss in report.losses:
        say(f"{loss.where()}: would lose {loss.kind}: {loss.message}")
    for kind, count in report.loss_counts.items():
        shown = sum(1 for loss in report.losses if loss.kind == kind)
        if count > shown:
            say(f"... and {count - shown:,} more losses of {kind}")
    if not report.committed:
        say(_why_not(report, on_error))
    if not quiet:
        _summary(report, seconds)


def _stopped(report: Report) -> bool:
    """Say whether the run ended at a record that could not be read: what comes after it was not looked at."""
    return isinstance(report.error, ParseError)


def _why_not(report: Report, on_error: str) -> str:
    """Say why there is no target, and what can be done."""
    what = "nothing was written"
    if report.written:
        what = f"{plural(report.written, 'document')} had already been written to standard output"
    is_damaged = isinstance(report.error, ParseError) and report.error.finding.code in UNTRUSTED
    if is_damaged and on_error not in ("raise", "stop") and report.read == report.at_fault:
        return f"no document could be read; {what}"
    if isinstance(report.error, ParseError):
        where = f"record {report.record:,} of " if report.record else ""
        what = f"stopped at the first error, in {where}{shown(report.error.finding.path)}; {what}"
    if isinstance(report.error, LossError):
        lost = ",".join(kind for kind in ALLOWABLE if report.loss_counts[kind])
        allow = f"--allow-loss {lost} allows the loss, " if lost else ""
        return f"{what}: the target cannot represent all of it; {allow}--on-error skip omits documents"
    if is_damaged and on_error not in ("raise", "stop"):
        return f"{what}: documents of a damaged file cannot be trusted"
    if on_error not in ("raise", "stop"):
        return f"{what}: reading cannot continue after this error, with any --on-error"
    return f"{what}; --on-error skip omits refused documents, --on-error quarantine=FILE.seed sets them aside"


def _summary(report: Report, seconds: float) -> None:
    say_skipped(report.skip_reasons)
    say_dropped(report.dropped)
    if report.lost and report.committed:
        parts = ", ".join(f"{kind} of {plural(count, 'document')}" for kind, count in sorted(report.lost.items()))
        say(f"lost, as allowed: {parts}")
    if report.files:
        say(f"{plural(report.files, 'file')} ({size(report.bytes_written)}) in {report.outputs[0]}")
    if report.cut:
        say(f"the quarantine may hold only the beginning of {plural(report.cut, 'refused record')}")
    if report.verified:
        left = "; what reading dropped is not in it" if report.dropped else ""
        say(f"verified: {plural(report.verified, 'document')} read back, equal to those that were read{left}")
    if not report.committed and _stopped(report):
        return
    rate = f" in {seconds:.1f} s, {size(report.bytes_read / seconds)}/s" if seconds >= 0.05 else ""
    fault = f" (of these, {report.at_fault:,} had errors or losses)" if report.refused > report.at_fault else ""
    say(
        f"{plural(report.read, 'document')} read, {report.written:,} written, {report.refused:,} refused{fault} "
        f"({size(report.bytes_read)}{rate})"
    )
