"""``corpusfmt fix``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import nullcontext

from corpusfmt.checks.across_files import RULES
from corpusfmt.checks.baseline import load
from corpusfmt.checks.selection import Selection
from corpusfmt.cli.arguments import add_sources, parser
from corpusfmt.cli.configured import config_of, ignores_of, settled
from corpusfmt.cli.diff_printing import printing
from corpusfmt.cli.messages import complain, described, plural, say
from corpusfmt.cli.progress import Bar
from corpusfmt.config import Config
from corpusfmt.model.errors import CorpusfmtError, ParseError
from corpusfmt.text.display import harmless, shown
from corpusfmt.verbs.fix.run import Fixed, Fixing

EXAMPLES = (
    ("fix corpus/ --diff", "show what would be fixed"),
    ("fix corpus/", "fix it"),
    ("fix news.seed --select TXT001,ENC", "only these codes"),
)


def run(arguments: Sequence[str]) -> int:
    """Fix files in their places. Returns 0 when nothing is left to say of them, 1 when findings remain.

    With ``--dry-run`` and ``--diff`` nothing is changed, and 1 is also returned when something would be.
    """
    options = parser("fix", "Fix what can be fixed without loss, in place.", "SOURCE... [options]", EXAMPLES)
    add_sources(options)
    args = options.parse_args(arguments)
    config = config_of(args)
    dry = args.dry_run or args.diff
    left = changed = unproven = 0
    with Bar(enabled=not args.quiet) as bar, printing() if args.diff else nullcontext() as diff:
        fixing = Fixing(
            args.sources, settled(args, config)._replace(progress=bar.steps), unsafe=args.unsafe_fixes,
            codes=args.select or [], selection=_selection(args.select or [], config),
            baseline=load(config.baseline) if config.baseline else None, dry=dry, diff=diff,
        )  # fmt: skip
        bar.begin(fixing.paths)
        try:
            for fixed in fixing.run():
                left += fixed.left.total()
                changed += fixed.changed
                unproven += fixed.unproven
                _tell(fixed, args, bar, dry=dry)
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
    return 1 if left or unproven or (dry and changed) else 0


def _tell(fixed: Fixed, args: argparse.Namespace, bar: Bar, *, dry: bool) -> None:
    """Say what was done to a file."""
    if fixed.changed or fixed.left or not args.quiet:
        line = _line(fixed, dry=dry)
        if args.diff:  # standard output is the diff's
            say(line)
        else:
            bar.write(harmless(f"{line}\n"))
    if fixed.note:
        say(f"{shown(fixed.path)}: {fixed.note}")
    if fixed.links:
        keep = "would keep" if args.dry_run or args.diff else "keep"
        say(f"{shown(fixed.path)} has {plural(fixed.links, 'other name')} (hard links), which {keep} the old content")
    if fixed.side:
        say(f"the removed bytes are in {fixed.side}")


def _selection(named: list[str], config: Config) -> Selection:
    """Return which rules run: those of the configuration, and those that are named on the command line."""
    return Selection(
        config.select and (*config.select, *named),
        (*config.extend_select, *named),
        config.ignore,
        ignores_of(config),
        config.folder,
        [(one.match, (*one.select, *named)) for one in config.paths if one.select is not None],
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
        parts.append("the incomplete end would be removed" if dry else "the incomplete end was removed")
    if fixed.left:
        parts.append(f"{plural(fixed.left.total(), 'finding')} left ({_each(fixed.left)})")
    return f"{shown(fixed.path)}: {'; '.join(parts) or 'nothing to fix'}"


def _counts(fixed: Fixed) -> str:
    return f"{plural(fixed.fixes.total(), 'finding')} ({_each(fixed.fixes)})"


def _each(counts: dict[str, int]) -> str:
    return ", ".join(f"{code}: {count:,}" for code, count in sorted(counts.items()))
