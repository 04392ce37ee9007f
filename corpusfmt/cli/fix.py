"""``corpusfmt fix``."""

from __future__ import annotations

from collections.abc import Sequence

from corpusfmt.cli.arguments import add_reading, parser, reading_of
from corpusfmt.cli.diffs import printer
from corpusfmt.cli.talk import plural, say
from corpusfmt.core.text import shown
from corpusfmt.fix import Fixed, Fixing


def run(arguments: Sequence[str]) -> int:
    """Fix files in their places. Returns 0 when nothing is left to say of them, 1 when findings remain.

    With ``--diff`` nothing is changed, and 1 is also returned when something would be.
    """
    options = parser("fix", "Mend what can be mended without loss, in the files themselves.")
    add_reading(options)
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
    codes = [code for code in args.select.split(",") if code]
    dry = args.dry_run or args.diff
    fixing = Fixing(
        args.sources, reading_of(args), unsafe=args.unsafe_fixes, codes=codes, dry=dry,
        diff=printer() if args.diff else None,
    )  # fmt: skip
    left = changed = 0
    for fixed in fixing.run():
        left += fixed.left.total()
        changed += fixed.changed
        if fixed.changed or fixed.left or not args.quiet:
            line = _line(fixed, dry=dry)
            if args.diff:  # standard output is the diff's
                say(line)
            else:
                print(line)
        if fixed.side:
            say(f"what was cut off is in {fixed.side}")
    if left:
        say(f"{plural(left, 'finding')} left; 'corpusfmt validate' shows them")
    return 1 if left or (args.diff and changed) else 0


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
