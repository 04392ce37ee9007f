"""Measure what checking costs, in pairs in one run: a file against its conversion, start-up.

    python benchmarks/run.py --setup
    python benchmarks/checks.py [--size MB] [--repeat N] [--write]

With ``--write`` the page ``benchmarks/CHECKS.md`` is written.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import contestants
import measure
from contestants import BENCH, HERE, OURS
from measure import Cost, Pairs

STARTS = 20


class Line(NamedTuple):
    """What was measured, and what is asked of it; nothing of a limit."""

    what: str
    ratios: list[float]
    least: float | None = None
    most: float | None = None

    def asked(self) -> str:
        """Return what is asked, in words."""
        if self.least is not None:
            return f"at least {self.least:g}"
        return f"at most {self.most:g}" if self.most is not None else "–"

    def verdict(self) -> str:
        """Say whether it is met."""
        ratio = median(self.ratios)
        if self.least is None and self.most is None:
            return "–"
        met = (self.least is None or ratio >= self.least) and (self.most is None or ratio <= self.most)
        return "met" if met else "**missed**"


class Checks:
    """One run."""

    def __init__(self, args: argparse.Namespace, scratch: str) -> None:
        self.args, self.scratch = args, scratch
        self.env = contestants.environment(scratch)
        self.lines: list[Line] = []
        self.notes: list[str] = []

    def path(self, name: str) -> str:
        """Return a path in the scratch folder."""
        return os.path.join(self.scratch, name)

    def ours(self, *arguments: str) -> Callable[[], Cost]:
        """Return a run of our command."""
        return lambda: measure.run([str(BENCH / OURS / "bin" / OURS), *arguments], self.env)

    def add(
        self,
        what: str,
        pairs: Pairs,
        part: Callable[[Cost], float],
        *,
        least: float | None = None,
        most: float | None = None,
    ) -> None:
        """Take note of pairs."""
        line = Line(what, pairs.ratios(part), least, most)
        self.lines.append(line)
        print(f"{what}: {median(line.ratios):.2f} ({line.asked()})", file=sys.stderr)

    def against_converting(self) -> None:
        """Structure and encoding of a seed file, against converting it."""
        seed, target = self.path("a.seed"), self.path("a.jsonl")
        measure.run(contestants.corpus("articles", self.args.size, seed), self.env)
        for what, more, least in (
            ("default checks", (), 0.5),
            ("with TXT001 to TXT009 and ENC", ("--extend-select", "TXT0,ENC"), None),
        ):
            checking = self.ours("validate", seed, "--quiet", *more)
            converting = self.ours("convert", seed, "-o", target, "--force", "--quiet")
            pairs = measure.alternate(checking, converting, self.args.repeat)
            self.add(f"converting / validating a seed file, {what}", pairs, measure.cpu, least=least)

    def starts(self) -> None:
        """Start-up on one small file."""
        small, record, schema = self.path("small.seed"), self.path("small.json"), self.path("small.schema.json")
        Path(small).write_text("<<<FILE d1 a.txt>>>\nbody\n")
        Path(record).write_text('{"a": 1}\n')
        Path(schema).write_text('{"type": "object"}\n')
        ours = self.ours("validate", small, "--quiet")
        bare = [str(contestants.python(OURS)), "-c", "pass"]
        ours()
        pairs = measure.alternate(lambda: measure.run(bare, self.env), ours, STARTS)
        self.add("validating one small file / python -c pass", pairs, measure.wall, most=6)
        checker = BENCH / "check-jsonschema" / "bin" / "check-jsonschema"
        if not checker.exists():
            self.notes.append("check-jsonschema is left out; it is not installed (run.py --setup)")
            return
        other = [str(checker), "--schemafile", schema, record]
        pairs = measure.alternate(ours, lambda: measure.run(other, self.env), STARTS)
        self.add("check-jsonschema on one small file / ours", pairs, measure.wall, least=3)

    def page(self) -> str:
        """Return the page of results."""
        rows = [
            f"| {line.what} | {line.asked()} | {median(line.ratios):.2f} "
            f"| {min(line.ratios):.2f}–{max(line.ratios):.2f} | {line.verdict()} |"
            for line in self.lines
        ]
        run = f"{self.args.size:g} MB of text, {self.args.repeat} pairs"
        head = (
            f"# What checking costs\n\nMade by `python benchmarks/checks.py`: {run}. How is in [README.md](README.md)."
        )
        table = ["| what | asked | median | range | verdict |", "| --- | --- | --- | --- | --- |", *rows]
        return "\n".join([head, "", *table, "", *self.notes]) + "\n"


def main() -> int:
    """Measure, print, and write the page when asked to. Returns 0."""
    parser = argparse.ArgumentParser(description="Measure what checking costs.")
    parser.add_argument("--size", type=float, default=100, metavar="MB", help="text in each corpus (default 100)")
    parser.add_argument("--repeat", type=int, default=5, metavar="N", help="pairs of runs (default 5)")
    parser.add_argument("--write", action="store_true", help="write benchmarks/CHECKS.md too")
    args = parser.parse_args()
    if contestants.stale():
        print("the command under .bench is of other code; run: python benchmarks/run.py --setup", file=sys.stderr)
        return 2
    with TemporaryDirectory(dir=BENCH) as scratch:
        checks = Checks(args, scratch)
        checks.against_converting()
        checks.starts()
    page = checks.page()
    print(page, end="")
    if args.write:
        (HERE / "CHECKS.md").write_text(page, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
