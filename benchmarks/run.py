"""Measure corpusfmt against its peers, in pairs, in one run.

    python benchmarks/run.py --setup
    python benchmarks/run.py [--size MB] [--repeat N] [--only NAME] [--write]

What is compared, and how, is in ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress
from functools import partial
from shutil import copyfile
from statistics import median
from tempfile import TemporaryDirectory

import contestants
import measure
import report
from contestants import OURS
from measure import CommandError, Cost, Pairs
from sameness import same

#: Route, kinds of corpora, peers.
ROUTES = (
    ("seed-to-jsonl", ("articles", "long", "short"), ("orjson", "cp")),
    ("jsonl-to-seed", ("articles", "long", "short"), ("orjson", "cp")),
    ("jsonl-to-jsonl", ("articles",), ("orjson", "datatrove", "datasets", "polars", "jq", "cp")),
    ("seed-to-warc", ("articles",), ("warcio", "fastwarc")),
    ("seed-to-warc.gz", ("articles",), ("warcio", "fastwarc")),
    ("warc-to-jsonl", ("articles",), ("warcio", "fastwarc")),
    ("warc.gz-to-jsonl", ("articles",), ("warcio", "fastwarc")),
    ("validate-warc", ("articles",), ("warcio",)),
    ("seed-to-xml", ("articles",), ("lxml",)),
    ("xml-to-jsonl", ("articles",), ("lxml", "iterparse")),
)
#: No corpus is made in TEI: ours makes it, and what is written is compared with JSON Lines.
TEI = "xml"
#: What stands in every text, and what becomes of it in a copy that is to be refused.
WORD, OTHER = b" the ", b" thy "
STARTS = 20


class Bench:
    """One run of the benchmarks."""

    def __init__(self, args: argparse.Namespace, scratch: str) -> None:
        self.args, self.scratch = args, scratch
        self.env = contestants.environment(scratch)
        self.versions = contestants.versions()
        self.rows: list[report.Row] = []
        self.streams: list[report.StreamRow] = []
        self.start: Pairs | None = None

    def wanted(self, *words: str) -> bool:
        """Say whether ``--only`` lets a measurement with these names through."""
        return all(name in words for name in self.args.only)

    def path(self, name: str) -> str:
        """Return a path in the scratch folder."""
        return os.path.join(self.scratch, name)

    def go(self, name: str, route: str, source: str) -> Cost:
        """Run a contestant once, to a target that is not there yet."""
        target = self.target(name, route)
        with suppress(FileNotFoundError):
            os.unlink(target)
        run = contestants.task(name, route, source, target)
        return measure.run(run.command, self.env, output=run.output)

    def target(self, name: str, route: str) -> str:
        """Return where a contestant writes to, if it does."""
        return self.path(f"{name}.{route.rpartition('-')[2]}")

    def routes(self) -> None:
        """Measure all routes."""
        for kind in dict.fromkeys(kind for _, kinds, _ in ROUTES for kind in kinds):
            plan = [
                (route, [peer for peer in peers if self.wanted(route, kind, peer, *ends(route))])
                for route, kinds, peers in ROUTES
                if kind in kinds
            ]
            if not any(peers for _, peers in plan):
                continue
            needed = {name for route, peers in plan if peers for name in (ends(route)[0], reference(route)) if name}
            files = self.corpus(kind, needed)
            for route, peers in plan:
                begin, end = ends(route)[0], reference(route)
                for peer in peers:
                    self.pair(route, kind, peer, files[begin], files.get(end))
            for path in files.values():
                os.unlink(path)

    def corpus(self, kind: str, formats: set[str]) -> dict[str, str]:
        """Make a corpus in each of the formats. Return where they stand."""
        made = formats - {TEI} | ({"seed"} if TEI in formats else set())
        files = {name: self.path(f"{kind}.{name}") for name in sorted(made)}
        measure.run(contestants.corpus(kind, self.args.size, *files.values()), self.env)
        if TEI in formats:
            files[TEI] = self.path(f"{kind}.{TEI}")
            measure.run(contestants.task(OURS, f"seed-to-{TEI}", files["seed"], files[TEI]).command, self.env)
        return files

    def pair(self, route: str, kind: str, peer: str, source: str, expected: str | None) -> None:
        """Check that a peer does the same work as our command, then measure the two in turn."""
        if contestants.home(peer) not in self.versions:
            say(f"{route}, {kind}: {peer} is left out; it is not installed (run.py --setup)")
            return
        try:
            self.go(peer, route, source)
        except CommandError as error:
            say(f"{route}, {kind}: {peer} is left out; it failed\n{error}")
            return
        self.go(OURS, route, source)
        how, written = "verdicts", 0.0
        if expected is None:
            self.refusal(route, kind, peer, source)
        else:
            how = self.agreement(route, kind, peer, source, expected)
            if peer != contestants.BARE:
                written = os.path.getsize(self.target(peer, route)) / os.path.getsize(self.target(OURS, route))
        ours, theirs = (partial(self.go, name, route, source) for name in (OURS, peer))
        pairs = measure.alternate(ours, theirs, self.args.repeat)
        self.rows.append(report.Row(route, kind, peer, how, os.path.getsize(source), written, pairs))
        ratio = median(pairs.ratios(measure.cpu))
        say(f"{route}, {kind}: {peer} / {OURS} = {ratio:.2f}")
        for name in (OURS, peer):
            with suppress(FileNotFoundError):
                os.unlink(self.target(name, route))

    def agreement(self, route: str, kind: str, peer: str, source: str, expected: str) -> str:
        """Check that ours wrote what the corpus holds, and the peer the same. Say how far that is the same."""
        end = ends(route)[1]
        enough = ("bytes", "records") if "warc" in end else ("documents",) if end == TEI else ("bytes",)
        if same(self.target(OURS, route), expected) not in enough:
            raise CommandError(f"{route}, {kind}: {OURS} did not write what the corpus holds")
        if peer == contestants.BARE:
            return "–"
        how = same(self.target(peer, route), source if peer == "cp" else expected)
        if how is None:
            raise CommandError(f"{route}, {kind}: {peer} did not write the documents that {OURS} wrote")
        return how

    def refusal(self, route: str, kind: str, peer: str, source: str) -> None:
        """Check that both refuse a copy with one word changed: its digest no longer holds."""
        damaged = self.path(f"damaged.{ends(route)[0]}")
        copyfile(source, damaged)
        with open(damaged, "r+b") as copy:
            middle = os.path.getsize(damaged) // 2
            copy.seek(middle)
            copy.seek(middle + copy.read(1 << 20).index(WORD))
            copy.write(OTHER)
        for name in (OURS, peer):
            try:
                self.go(name, route, damaged)
            except CommandError as error:
                if error.code == 1:
                    continue
                raise
            raise CommandError(f"{route}, {kind}: {name} did not see a damaged block")
        os.unlink(damaged)

    def memory(self) -> None:
        """Measure the peak memory of our command on streams from a pipe, short ones too where it is to stay flat."""
        for route, kind, flat in report.STREAMS:
            if not self.wanted("memory", route, *ends(route)):
                continue
            for size in (report.SHORT, self.args.stream_size) if flat else (self.args.stream_size,):
                written, cost = self.stream(route, kind, size)
                self.streams.append(report.StreamRow(route, kind, size, written, cost))
                say(f"{route}, {kind}, stream of {size:g} MB: peak {report.megabytes(cost.peak)}")

    def stream(self, route: str, kind: str, size: float) -> tuple[int, Cost]:
        """Run our command on a stream of ``size`` MB. Return how much it wrote, and what it cost."""
        begin, source = ends(route)[0], self.path(f"stream.{TEI}")
        feed = contestants.corpus(kind, size, "-", "--to", "seed" if begin == TEI else begin)
        if begin == TEI:
            command = contestants.task(OURS, f"seed-to-{TEI}", "-", source).command
            measure.run([*command, "--from", "seed"], self.env, feed=feed)
            feed = ["cat", source]
        target = self.target(OURS, route)
        command = contestants.task(OURS, route, "-", target).command
        cost = measure.run([*command, "--from", "tei" if begin == TEI else begin], self.env, feed=feed)
        written = os.path.getsize(target)
        for path in (source, target):
            with suppress(FileNotFoundError):
                os.unlink(path)
        return written, cost

    def starts(self) -> None:
        """Measure how long our command takes to start, against the interpreter alone."""
        if not self.wanted("start-up"):
            return
        commands = (
            [str(contestants.BENCH / OURS / "bin" / OURS), "--version"],
            [str(contestants.python(OURS)), "-c", "pass"],
        )
        ours, theirs = (partial(measure.run, command, self.env) for command in commands)
        measure.alternate(ours, theirs, 2)
        self.start = measure.alternate(ours, theirs, max(STARTS, self.args.repeat))
        say("start-up: done")


def ends(route: str) -> tuple[str, str]:
    """Return the formats that a route begins and ends with; nothing is written by a validation."""
    begin, _, end = route.removeprefix("validate-").partition("-to-")
    return begin, end


def reference(route: str) -> str:
    """Return the format of the corpus that what a route writes is compared with."""
    end = ends(route)[1]
    return "jsonl" if end == TEI else end


def say(message: str) -> None:
    """Tell how far the run is."""
    print(message, file=sys.stderr, flush=True)


def parse() -> argparse.Namespace:
    """Return the arguments."""
    parser = argparse.ArgumentParser(description="Measure corpusfmt against its peers, in pairs, in one run.")
    parser.add_argument("--setup", action="store_true", help="make or renew the environments under .bench, then stop")
    parser.add_argument("--size", type=float, default=200, metavar="MB", help="text in each corpus (default 200)")
    parser.add_argument("--repeat", type=int, default=5, metavar="N", help="pairs of runs (default 5)")
    parser.add_argument("--stream-size", type=float, default=1000, metavar="MB", help="text in a stream (default 1000)")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME",
        help="a route, a format (TEI is xml), a corpus, a peer, memory or start-up; repeat it to narrow further",
    )  # fmt: skip
    parser.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md too")
    args = parser.parse_args()
    known = {"memory", "start-up", *contestants.PACKAGES}.union(
        *({route, *filter(None, ends(route)), *kinds, *peers} for route, kinds, peers in ROUTES)
    )
    if wrong := sorted(set(args.only) - known):
        parser.error(f"unknown name {wrong[0]!r}; known are {', '.join(sorted(known))}")
    if args.repeat < 1:
        parser.error("--repeat needs 1 or more")
    return args


def main() -> int:
    """Run the benchmarks. Returns 0, and 2 when they could not be run; a missed target is no failure."""
    args = parse()
    if args.setup:
        contestants.set_up([name for name in args.only if contestants.home(name) in contestants.PACKAGES])
        return 0
    if not contestants.python(OURS).exists():
        say("nothing is installed; run it with --setup first")
        return 2
    stale = contestants.stale()
    if stale:
        say("the installed command differs from the checkout; renew it with --setup")
    with TemporaryDirectory(prefix="work-", dir=contestants.BENCH) as scratch:
        bench = Bench(args, scratch)
        try:
            bench.routes()
            bench.memory()
            bench.starts()
        except CommandError as error:
            say(str(error))
            return 2
        if stale:
            bench.versions[OURS] += " (not the code of the checkout)"
        facts = report.Facts(bench.versions, args.size, args.repeat, args.stream_size)
        page = report.page(facts, bench.rows, bench.streams, bench.start)
    print(page, end="")
    if args.write:
        (contestants.HERE / "RESULTS.md").write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
