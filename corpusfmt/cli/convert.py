"""``corpusfmt convert``."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from corpusfmt.cli.arguments import add_reading, byte_count, format_spec, parser, reading_of, shared_options
from corpusfmt.cli.printers import print_finding
from corpusfmt.cli.progress import Bar
from corpusfmt.cli.talk import plural, say, size
from corpusfmt.convert import Conversion
from corpusfmt.core.errors import ConfigurationError, LossError
from corpusfmt.report import Report
from corpusfmt.writing import Writing


def run(arguments: Sequence[str]) -> int:
    """Convert. Returns 0 when all was committed whole, 1 when documents were refused or would lose something."""
    options = parser("convert", "Convert sources to a target, whole or not at all.")
    add_reading(options)
    options.add_argument(
        "-o", "--output", required=True, metavar="TARGET", help="the target file, or - for standard output"
    )
    options.add_argument(
        "--to", dest="to_format", metavar="FORMAT", help="format of the target, with options as in seed:dialect=plain"
    )
    options.add_argument("--on-error", default="stop", metavar="WHAT", help="stop (default), skip, or quarantine=FILE")
    options.add_argument(
        "--allow-loss", default="", metavar="KIND,...",
        help="lose id, name, metadata, bytes, encoding or character where the target cannot hold them",
    )  # fmt: skip
    options.add_argument(
        "--id", action="append", default=[], metavar="ID", help="convert the documents of this id only; may be repeated"
    )
    options.add_argument(
        "--shard-size",
        type=byte_count,
        default=0,
        metavar="SIZE",
        help="cut the target into files of this size, before compression",
    )
    options.add_argument("--force", action="store_true", help="replace the shards of an older run")
    options.add_argument("-q", "--quiet", action="store_true", help="no progress and no summary")
    args = options.parse_args(arguments)
    name, own = format_spec(args.to_format)
    allowed = frozenset(filter(None, args.allow_loss.split(",")))
    mode, equals, file = args.on_error.partition("=")
    if (mode == "quarantine") != bool(equals and file):
        raise ConfigurationError("--on-error takes stop, skip or quarantine=FILE")
    writing = Writing(name, own, shared_options(args), allowed, args.shard_size, args.force)
    began = time.monotonic()
    with Bar(enabled=not args.quiet) as bar:
        conversion = Conversion(
            args.sources, args.output, reading_of(args), writing,
            on_error=mode, quarantine=file, ids=args.id, progress=bar.update,
        )  # fmt: skip
        report = conversion.run()
    _tell(report, time.monotonic() - began, quiet=args.quiet)
    return 0 if report.committed and not report.refused else 1


def _tell(report: Report, seconds: float, *, quiet: bool) -> None:
    for finding in report.findings:
        if not quiet or finding.severity == "error":
            print_finding(finding, sys.stderr)
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
        if isinstance(report.error, LossError):
            kinds = ",".join(sorted(report.loss_counts))
            say(
                f"nothing was written: the target cannot hold all of it; --allow-loss {kinds} lets it go, "
                "--on-error skip leaves documents out"
            )
        else:
            say(
                "nothing was written; --on-error skip leaves refused documents out, "
                "--on-error quarantine=FILE keeps them apart"
            )
    if quiet:
        return
    if report.left_behind:
        parts = ", ".join(f"{count:,} {what}" for what, count in report.left_behind.most_common(10))
        say(f"left behind in reading: {parts}")
    rate = f" in {seconds:.1f} s, {size(report.bytes_read / seconds)}/s" if seconds >= 0.05 else ""
    say(
        f"{plural(report.read, 'document')} read, {report.written:,} written, {report.refused:,} refused "
        f"({size(report.bytes_read)}{rate})"
    )
