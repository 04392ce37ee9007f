"""Measure corpusfmt against its peers, in pairs, in one run.

    python benchmarks/run.py --setup
    python benchmarks/run.py [--size MB] [--repeat N] [--only NAME] [--write]

What is compared, and how, is in ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import suppress
from functools import partial
from glob import escape as glob_escape
from glob import glob
from itertools import product
from shutil import copyfile
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import chart
import contestants
import measure
import report
from contestants import OURS, PURE, TWO, UTF8, Files, ends
from corpora import SCHEMA, SCRIPTS
from measure import CommandError, Cost, Pairs
from sameness import same

MAIN = ("orjson", "cp", TWO)
#: Routes that are measured without the kernel too.
KERNEL = (
    "seed-to-jsonl", "jsonl-to-seed", "jsonl-to-jsonl", "seed-to-warc", "warc-to-jsonl", "seed-to-xml", "xml-to-jsonl",
    "validate-jsonl",
)  # fmt: skip
#: Route, kinds of corpora, peers.
ROUTES = (
    ("seed-to-jsonl", ("articles", "long", "short", "metadata"), MAIN),
    ("jsonl-to-seed", ("articles", "long", "short", "metadata"), MAIN),
    ("jsonl-to-jsonl", ("articles", "long", "short", "metadata"), MAIN),
    ("jsonl-to-jsonl", ("articles",), ("duckdb", "polars-streaming", "polars", "datatrove", "datasets", "jq")),
    ("jsonl-to-jsonl", tuple(SCRIPTS), ("orjson",)),
    ("spaced.jsonl-to-jsonl", ("articles", "long", "short", "metadata"), MAIN),
    ("escaped.jsonl-to-jsonl", ("articles", "metadata"), ("orjson",)),
    ("dolma.jsonl-to-dolma.jsonl", ("metadata",), MAIN),
    ("hf.jsonl-to-hf.jsonl", ("metadata",), MAIN),
    ("seed-to-jsonl.gz", ("articles",), ("codec", TWO)),
    ("seed-to-jsonl.zst", ("articles",), ("codec", TWO)),
    ("seed-to-warc", ("articles",), ("sha256", "fastwarc", "warcio", TWO)),
    ("seed-to-warc.gz", ("articles",), ("fastwarc", "warcio", TWO)),
    ("warc-to-jsonl", ("articles",), ("sha256", "fastwarc", "warcio", TWO)),
    ("warc.gz-to-jsonl", ("articles",), ("fastwarc", "warcio", TWO)),
    ("validate-warc", ("articles",), ("warcio",)),
    ("seed-to-xml", ("articles",), ("lxml", "cp", TWO)),
    ("xml-to-jsonl", ("articles",), ("lxml", "iterparse", TWO)),
    ("validate-seed", ("articles",), (UTF8, TWO)),
    ("validate-jsonl", ("articles",), (UTF8, TWO)),
    ("schema-jsonl", ("metadata",), ("sourcemeta-jsonschema", "jsonschema", "jsonschema-rs", TWO)),
    *[(route, ("articles",), (PURE,)) for route in KERNEL],
)
#: Those that take many times as long get a smaller corpus, and ours then too.
SLOW = {"datatrove", "datasets", "jq", "warcio", "jsonschema"}
SHARES = (1.0, 0.4, 0.2)
#: No corpus is made in TEI: ours makes it, and what is written is compared with JSON Lines.
TEI = "xml"
#: What stands in every file, and what becomes of it in a copy that is to be refused.
DAMAGE = {
    "validate-warc": (b" the ", b" thy "),
    "validate-seed": (b" the ", b" th\xff "),
    "validate-jsonl": (b" the ", b" th\xff "),
    "schema-jsonl": (b'"en-GB"', b'"en-XX"'),
}
STARTS = 20


class Way(NamedTuple):
    """A route over a corpus: where it stands, and a file that holds what is to be written, if anything is."""

    route: str
    kind: str
    source: str
    expected: str

    def __str__(self) -> str:
        return f"{self.route}, {self.kind}"


class Bench:
    """One run of the benchmarks."""

    def __init__(self, args: argparse.Namespace, scratch: str) -> None:
        self.args, self.scratch = args, scratch
        self.env = contestants.environment(scratch)
        self.versions = contestants.versions()
        self.jobs = {verb: contestants.jobs(verb) for verb in ("convert", "validate")}
        self.schema = self.path("schema.json")
        with open(self.schema, "w", encoding="utf-8") as file:
            json.dump(SCHEMA, file)
        self.rows: list[report.Row] = []
        self.streams: list[report.StreamRow] = []
        self.start: Pairs | None = None

    def wanted(self, *words: str) -> bool:
        """Say whether ``--only`` lets a measurement with these names through."""
        return all(name in words for name in self.args.only)

    def path(self, name: str) -> str:
        """Return a path in the scratch folder."""
        return os.path.join(self.scratch, name)

    def go(self, name: str, way: Way, target: str = "") -> Cost:
        """Run a contestant once, to a target that is not there yet."""
        target = target or self.target(name, way.route)
        with suppress(FileNotFoundError):
            os.unlink(target)
        files = Files(way.source, target, way.expected, self.schema)
        return measure.total(
            [
                measure.run(run.command, {**self.env, **run.more}, output=run.output)
                for run in contestants.task(name, way.route, files, int(self.jobs[verb(way.route)]))
            ]
        )

    def target(self, name: str, route: str) -> str:
        """Return where a contestant writes to, if it does."""
        return self.path(f"{name}.{ends(route)[1]}")

    def routes(self) -> None:
        """Measure all routes."""
        kinds = dict.fromkeys(kind for _, kinds, _ in ROUTES for kind in kinds)
        for kind, share in product(kinds, SHARES):
            plan = [
                (route, [peer for peer in peers if part(route, kind, peer) == share and self.asked(route, kind, peer)])
                for route, kinds, peers in ROUTES
                if kind in kinds
            ]
            plan = [(route, peers) for route, peers in plan if peers]
            if not plan:
                continue
            needed = {name for route, _ in plan for name in (ends(route)[0], reference(route)) if name}
            files = self.corpus(kind, needed, share)
            for route, peers in plan:
                way = Way(route, kind, files[ends(route)[0]], files.get(reference(route), ""))
                for peer in peers:
                    self.pair(way, peer)
            for path in files.values():
                os.unlink(path)

    def asked(self, route: str, kind: str, peer: str) -> bool:
        """Say whether ``--only`` asks for a row, and our command can run it."""
        able = peer != TWO or (self.jobs[verb(route)] and (os.cpu_count() or 1) > 1)
        return able and self.wanted(route, kind, peer, *ends(route))

    def corpus(self, kind: str, formats: set[str], share: float) -> dict[str, str]:
        """Make a corpus in each of the formats. Return where they stand."""
        made = formats - {TEI} | ({"seed"} if TEI in formats else set())
        files = {name: self.path(f"{kind}.{name}") for name in sorted(made)}
        measure.run(contestants.corpus(kind, share * self.args.size, *files.values()), self.env)
        if TEI in formats:
            files[TEI] = self.path(f"{kind}.{TEI}")
            measure.run(contestants.ours(f"seed-to-{TEI}", Files(files["seed"], files[TEI])), self.env)
        return files

    def pair(self, way: Way, peer: str) -> None:
        """Check that a peer does the same work as our command, then measure the two in turn."""
        if not contestants.there(peer):
            say(f"{way}: {peer} is left out; it is not installed (run.py --setup)")
            return
        try:
            self.go(peer, way)
        except CommandError as error:
            say(f"{way}: {peer} is left out; it failed\n{error}")
            return
        self.go(OURS, way)
        how, written = "verdicts", 0.0
        if not way.expected:
            self.refusal(way, peer)
        else:
            how = self.agreement(way, peer)
            if peer not in contestants.LIMITS:
                sizes = [os.path.getsize(self.target(name, way.route)) for name in (peer, OURS)]
                written = sizes[0] / sizes[1]
        # The clock of two cores is not to tell of the disk. What goes to standard output is not compressed.
        end = ends(way.route)[1]
        nowhere = "-" if peer == TWO and end and not packed(end) and end != "warc.gz" else ""
        ours, theirs = (partial(self.go, name, way, nowhere) for name in (OURS, peer))
        pairs = measure.alternate(ours, theirs, self.args.repeat)
        self.rows.append(report.Row(way.route, way.kind, peer, how, os.path.getsize(way.source), written, pairs))
        cost, what = (measure.wall, "on the clock, ") if peer == TWO else (measure.cpu, "")
        say(f"{way}: {what}{peer} / {OURS} = {median(pairs.ratios(cost)):.2f}")
        for path in glob(self.path(f"{glob_escape(OURS)}.*")) + glob(self.path(f"{glob_escape(peer)}.*")):
            os.unlink(path)

    def agreement(self, way: Way, peer: str) -> str:
        """Check that ours wrote what the corpus holds, and the peer the same. Say how far that is the same."""
        begin, end = ends(way.route)
        enough = ("documents",) if end == TEI else ("bytes", "records") if "warc" in end else ("bytes",)
        if begin.startswith(("spaced", "escaped", "dolma")):  # ours keeps how values of metadata are written
            enough = ("bytes", "documents")
        if same(self.plain(OURS, way.route), way.expected) not in enough:
            raise CommandError(f"{way}: {OURS} did not write what the corpus holds")
        if peer in contestants.LIMITS:
            return "–"
        how = same(self.plain(peer, way.route), way.source if peer == "cp" else way.expected)
        if how is None:
            raise CommandError(f"{way}: {peer} did not write the documents that {OURS} wrote")
        return how

    def plain(self, name: str, route: str) -> str:
        """Return what a contestant wrote, restored where it is compressed as a whole."""
        target = self.target(name, route)
        if not packed(ends(route)[1]):
            return target
        restored = target.rpartition(".")[0]
        script = str(contestants.HERE / "peers" / "codec.py")
        measure.run([str(contestants.python("codec")), script, "-d", target, restored], self.env)
        return restored

    def refusal(self, way: Way, peer: str) -> None:
        """Check that both refuse a copy with one word changed."""
        damaged = self.path(f"damaged.{ends(way.route)[0]}")
        copyfile(way.source, damaged)
        good, bad = DAMAGE[way.route]
        with open(damaged, "r+b") as copy:
            middle = os.path.getsize(damaged) // 2
            copy.seek(middle)
            copy.seek(middle + copy.read(1 << 20).index(good))
            copy.write(bad)
        for name in (OURS, peer):
            try:
                self.go(name, way._replace(source=damaged))
            except CommandError as error:
                if error.code == 1:
                    continue
                raise
            raise CommandError(f"{way}: {name} did not see the damage")
        os.unlink(damaged)

    def memory(self) -> None:
        """Measure the peak memory of our command on streams from a pipe, short ones and long ones."""
        for route, kind in report.STREAMS:
            if not self.wanted("memory", route, *ends(route)):
                continue
            for size in (report.SHORT, self.args.stream_size):
                written, cost = self.stream(route, kind, size)
                self.streams.append(report.StreamRow(route, kind, size, written, cost))
                say(f"{route}, {kind}, stream of {size:g} MB: peak {report.megabytes(cost.peak)}")

    def stream(self, route: str, kind: str, size: float) -> tuple[int, Cost]:
        """Run our command on a stream of ``size`` MB. Return how much it wrote, and what it cost."""
        begin, source = ends(route)[0], self.path(f"stream.{TEI}")
        feed = contestants.corpus(kind, size, "-", "--to", "seed" if begin == TEI else begin)
        if begin == TEI:
            measure.run(contestants.ours(f"seed-to-{TEI}", Files("-", source)), self.env, feed=feed)
            feed = ["cat", source]
        target = self.target(OURS, route)
        cost = measure.run(contestants.ours(route, Files("-", target)), self.env, feed=feed)
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


def reference(route: str) -> str:
    """Return the format of the corpus that what a route writes is compared with."""
    end = ends(route)[1]
    return "jsonl" if end == TEI else end.rpartition(".")[0] if packed(end) else end


def packed(format: str) -> bool:
    """Say whether a file of the format is compressed as a whole."""
    return format.startswith(("jsonl.", "seed."))


def verb(route: str) -> str:
    """Return the verb of our command that goes a route."""
    return "convert" if ends(route)[1] else "validate"


def part(route: str, kind: str, peer: str) -> float:
    """Return which share of ``--size`` the corpus of a row has: less where a peer or the route takes long."""
    if peer in SLOW or (route, peer) == ("seed-to-warc.gz", "fastwarc"):
        return SHARES[2]
    plain = all(format.endswith(("seed", "jsonl")) for format in ends(route) if format)
    return SHARES[0] if plain and kind != "short" and not route.startswith("schema-") else SHARES[1]


def say(message: str) -> None:
    """Tell how far the run is."""
    print(message, file=sys.stderr, flush=True)


def parse() -> argparse.Namespace:
    """Return the arguments."""
    parser = argparse.ArgumentParser(description="Measure corpusfmt against its peers, in pairs, in one run.")
    parser.add_argument("--setup", action="store_true", help="make or renew the environments under .bench, then stop")
    parser.add_argument("--size", type=float, default=300, metavar="MB", help="text in each corpus (default 300)")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="pairs of runs (default 3)")
    parser.add_argument("--stream-size", type=float, default=200, metavar="MB", help="text in a stream (default 200)")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME",
        help="a route, a format (TEI is xml), a corpus, a peer, memory or start-up; repeat it to narrow further",
    )  # fmt: skip
    parser.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md and benchmarks/chart.svg too")
    args = parser.parse_args()
    known = {"memory", "start-up", UTF8, *contestants.PACKAGES}.union(
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
        installed = {UTF8, *contestants.PACKAGES}
        contestants.set_up([name for name in args.only if contestants.home(name) in installed])
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
        bench.versions[OURS] += f" (kernel: {contestants.kernel()}{'; not the code of the checkout' if stale else ''})"
        facts = report.Facts(bench.versions, args.size, args.repeat, args.stream_size)
        page = report.page(facts, bench.rows, bench.streams, bench.start)
    print(page, end="")
    if args.write:
        (contestants.HERE / "RESULTS.md").write_text(page, encoding="utf-8")
        if picture := chart.draw(bench.rows):
            (contestants.HERE / "chart.svg").write_text(picture, encoding="utf-8")
    return 0


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
