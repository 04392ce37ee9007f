"""``corpusfmt fix``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import nullcontext

from corpusfmt.checks.across_files import RULES
from corpusfmt.checks.baseline import load
from corpusfmt.checks.selection import Selection
from corpusfmt.cli.arguments import add_reading, parser
from corpusfmt.cli.diffs import printing
from corpusfmt.cli.settings import add_config, codes, config_of, settled
from corpusfmt.cli.talk import complain, described, plural, put, say
from corpusfmt.config import Config
from corpusfmt.model.errors import CorpusfmtError, ParseError
from corpusfmt.text.display import shown
from corpusfmt.verbs.fix.run import Fixed, Fixing


def run(arguments: Sequence[str]) -> int:
    """Fix files in their places. Returns 0 when nothing is left to say of them, 1 when findings remain.

    With ``--diff`` nothing is changed, and 1 is also returned when something would be.
    """
    options = parser("fix", "Mend what can be mended without loss, in the files themselves.")
    add_reading(options)
    add_config(options)
    options.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="also make fixes that lose or presume something; what is cut off goes to FILE.cut",
    )
    options.add_argument(
        "--select", default="", metavar="CODE,...", help="fix these only, by code or the beginning of one"
    )
    options.add_argument("-n", "--dry-run", action="store_true", help="say what would be fixed, and change nothing")
    options.add_argument(
        "--diff",
        action="store_true",
        help="print what would be fixed as a unified diff of the content, decompressed, and change nothing; exit with "
        "1 when there is anything to fix. On a terminal control characters are escaped and long lines cut; elsewhere, "
        "as in a pipe, the diff is byte for byte, for 'patch'",
    )
    options.add_argument("-q", "--quiet", action="store_true", help="say nothing of files that are clean")
    args = options.parse_args(arguments)
    config = config_of(args)
    dry = args.dry_run or args.diff
    left = changed = 0
    with printing() if args.diff else nullcontext() as diff:
        fixing = Fixing(
            args.sources, settled(args, config), unsafe=args.unsafe_fixes, codes=codes(args.select),
            selection=_selection(codes(args.select), config),
            baseline=load(config.baseline) if config.baseline else None, dry=dry, diff=diff,
        )  # fmt: skip
        try:
            for fixed in fixing.run():
                left += fixed.left.total()
                changed += fixed.changed
                _tell(fixed, args, dry=dry)
        except (CorpusfmtError, OSError) as error:
            if error not in fixing.failures:
                raise
    # Compressed data that is damaged is a finding, to fix as to validate.
    stopped = [one for one in fixing.failures if not isinstance(one, ParseError)]
    for other in fixing.failures:
        if other not in stopped[:1]:
            complain(described(other))
    if stopped:
        raise stopped[0]
    left += len(fixing.failures)
    if only := _only_validated(fixing, config):
        say(f"only 'corpusfmt validate' checks {only}")
    if left:
        say(f"{plural(left, 'finding')} left; 'corpusfmt validate' shows them")
    return 1 if left or (args.diff and changed) else 0


def _tell(fixed: Fixed, args: argparse.Namespace, *, dry: bool) -> None:
    """Say what was done to a file."""
    if fixed.changed or fixed.left or not args.quiet:
        line = _line(fixed, dry=dry)
        if args.diff:  # standard output is the diff's
            say(line)
        else:
            put(line)
    if fixed.links:
        keep = "would keep" if args.dry_run or args.diff else "keep"
        say(f"{shown(fixed.path)} has {plural(fixed.links, 'other name')} (hard links), which {keep} the old content")
    if fixed.side:
        say(f"what was cut off is in {fixed.side}")


def _selection(named: list[str], config: Config) -> Selection:
    """Return which rules run: those of the configuration, and those that are named on the command line."""
    return Selection(
        config.select and (*config.select, *named),
        (*config.extend_select, *named),
        config.ignore,
        config.per_file_ignores,
        config.folder,
    )


def _only_validated(fixing: Fixing, config: Config) -> str:
    """Name what is to be checked, and is not checked file by file or not without a schema."""
    codes = [rule.code for rule in fixing.checking.selection.rules if rule.code in RULES]
    return " and ".join([part for part in (", ".join(codes), "the schemas" if any(config.schemas) else "") if part])


def _line(fixed: Fixed, *, dry: bool) -> str:
    parts = []
    if fixed.fixes:
        parts.append(f"{'would fix' if dry else 'fixed'} {_counts(fixed)}")
    elif fixed.changed:
        parts.append("the cut end would be left out" if dry else "the cut end was left out")
    if fixed.left:
        parts.append(f"{plural(fixed.left.total(), 'finding')} left ({_each(fixed.left)})")
    return f"{shown(fixed.path)}: {'; '.join(parts) or 'nothing to fix'}"


def _counts(fixed: Fixed) -> str:
    return f"{plural(fixed.fixes.total(), 'finding')} ({_each(fixed.fixes)})"


def _each(counts: dict[str, int]) -> str:
    return ", ".join(f"{code}: {count:,}" for code, count in sorted(counts.items()))
