"""The page of results: what was measured, and which targets were met."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from itertools import product
from statistics import median
from typing import NamedTuple

import measure
from contestants import PURE, TWO, UTF8, ends
from measure import Cost, Pairs


class Row(NamedTuple):
    """A route over a corpus, against one peer. ``same`` says what was found equal: bytes, documents, records, verdicts.
    It is a dash for a limit that writes nothing.

    ``written`` is the size of the peer's file by that of ours, or 0 where none is written.
    """

    route: str
    kind: str
    peer: str
    same: str
    size: int
    written: float
    pairs: Pairs


class Stream(NamedTuple):
    """A route over a stream. Its peak is compared with that of a short stream too."""

    route: str
    kind: str


class StreamRow(NamedTuple):
    """A route over a stream: how much text it had, in MB, and how much was written, in bytes."""

    route: str
    kind: str
    text: float
    size: int
    cost: Cost


class Facts(NamedTuple):
    """What the figures depend on."""

    versions: dict[str, str]
    size: float
    repeat: int
    stream_size: float


class Target(NamedTuple):
    """The least ratio of processor time, the peer's by ours."""

    route: str
    kind: str
    peer: str
    bound: float


_PLAIN_ROUTES = [
    *product(("seed-to-jsonl", "jsonl-to-seed", "jsonl-to-jsonl"), ("articles", "long", "metadata", "short")),
    *product(("spaced.jsonl-to-jsonl",), ("articles", "long", "metadata", "short")),
    ("dolma.jsonl-to-dolma.jsonl", "metadata"),
    ("hf.jsonl-to-hf.jsonl", "metadata"),
]
TARGETS = (
    *[Target(route, kind, "orjson", 5.0 if kind == "short" else 4.0) for route, kind in _PLAIN_ROUTES],
    *[Target(route, kind, "cp", 0.2 if kind == "short" else 0.4) for route, kind in _PLAIN_ROUTES],
    Target("jsonl-to-jsonl", "articles", "duckdb", 2.0),
    Target("jsonl-to-jsonl", "articles", "polars-streaming", 2.0),
    Target("jsonl-to-jsonl", "articles", "datatrove", 8.0),
    Target("jsonl-to-jsonl", "articles", "jq", 8.0),
    Target("jsonl-to-jsonl", "articles", "datasets", 4.0),
    Target("seed-to-xml", "articles", "lxml", 8.0),
    Target("seed-to-xml", "articles", "cp", 0.25),
    Target("xml-to-jsonl", "articles", "lxml", 4.0),
    Target("seed-to-warc", "articles", "sha256", 1 / 1.3),
    Target("warc-to-jsonl", "articles", "sha256", 1 / 1.3),
    Target("seed-to-warc", "articles", "fastwarc", 1.5),
    Target("seed-to-warc", "articles", "warcio", 3.0),
    Target("seed-to-warc.gz", "articles", "fastwarc", 1.5),
    Target("seed-to-warc.gz", "articles", "warcio", 2.5),
    Target("warc-to-jsonl", "articles", "warcio", 3.0),
    Target("warc.gz-to-jsonl", "articles", "fastwarc", 1.5),
    Target("warc.gz-to-jsonl", "articles", "warcio", 2.2),
    Target("validate-warc", "articles", "warcio", 2.0),
    Target("seed-to-jsonl.gz", "articles", "codec", 0.9),
    Target("seed-to-jsonl.zst", "articles", "codec", 0.9),
    Target("schema-jsonl", "metadata", "sourcemeta-jsonschema", 1.0),
    Target("schema-jsonl", "metadata", "jsonschema", 10.0),
    Target("validate-seed", "articles", UTF8, 0.6),
    Target("validate-jsonl", "articles", UTF8, 0.6),
)
#: The least speed-up on the clock by a second core.
SPEED_UP = 1.7
#: The streams, and bounds on peak memory, on its ratio to that of a short stream (MB), and on the ratio of starts.
STREAMS = (
    Stream("seed-to-jsonl", "articles"),
    Stream("seed-to-jsonl", "large"),
    Stream("jsonl-to-seed", "large"),
    Stream("seed-to-warc", "large"),
    Stream("warc-to-jsonl", "large"),
    Stream("seed-to-xml", "large"),
    Stream("seed-to-xml", "articles"),
    Stream("xml-to-jsonl", "large"),
    Stream("xml-to-jsonl", "articles"),
)
PEAK = 100_000_000
#: A run with less text than this, in MB, is not what targets are judged by.
SMALL = 100
SHORT = 50.0
FLAT = 1.1
START = 4.0
_WHO = {
    "orjson": "orjson loop", "jq": "`jq -c .`", "cp": "`cp`", "fastwarc": "FastWARC", "lxml": "lxml loop",
    "iterparse": "bare `iterparse`", "duckdb": "DuckDB", "polars-streaming": "polars, streaming",
    "sha256": "SHA-256 and the plain route", "codec": "the codec alone", UTF8: "UTF-8 check in C",
    "sourcemeta-jsonschema": "sourcemeta `jsonschema`", "jsonschema": "loop over json and jsonschema",
    "jsonschema-rs": "msgspec and jsonschema-rs",
}  # fmt: skip


def who(peer: str) -> str:
    """Return the name of a peer as it is printed."""
    return _WHO.get(peer, peer)


def way(route: str) -> str:
    """Return a route in words."""
    begin, end = ends(route)
    if not end:
        return f"validate {begin}" + (" against a JSON Schema" if route.startswith("schema-") else "")
    return " to ".join(
        [f"jsonl ({each.removesuffix('.jsonl')})" if ".jsonl" in each else each for each in (begin, end)]
    )


_TARGET_NOTE = (
    "Processor time of the peer by that of ours, on all cores: above 1, ours took less. On one core ours runs with",
    "`--jobs 1`. On two cores it runs with `--jobs 2`: that ratio is the one on one core by the factor that two jobs",
    "take more, which is in the next table. A dash says that the command has no `--jobs` there.",
    "",
)
_CORES_NOTE = (
    f"`--jobs 1` and `--jobs 2` in pairs; asked is {SPEED_UP:g} times the speed. What is not compressed goes to",
    "`/dev/null`, so that the clock does not tell of the disk.",
    "",
)
_PURE_NOTE = ("Processor time with `CORPUSFMT_KERNEL=0`, in pairs with the command as it is.", "")
_NOTE = (
    "Processor time is user and system time of the whole process, start-up included: the median of the runs, in",
    "seconds. The ratio is the median over pairs of runs; above 1, ours took less. *same* says what was found equal",
    "before: bytes, documents, records or verdicts. *file* is the size of the peer's file by that of ours. A peak",
    "below that of the runner itself (about 20 MB) cannot be seen.",
    "",
)


def megabytes(size: float) -> str:
    """Return a size in MB."""
    return f"{size / 1e6:,.0f} MB"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines] + [""]


def processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            models = [line.partition(":")[2].strip() for line in info if line.startswith("model name")]
    except OSError:
        models = []
    return models[0] if models else platform.processor() or platform.machine()


def _facts(facts: Facts) -> list[str]:
    versions = ", ".join(f"{name} {version}" for name, version in facts.versions.items())
    return [
        f"* Processor: {processor()}, {os.cpu_count()} cores",
        f"* {platform.python_implementation()} {platform.python_version()} on {platform.system()}",
        f"* {versions}",
        f"* {facts.size:g} MB of text in a corpus at most, {facts.repeat} pairs, streams of {facts.stream_size:g} MB",
        "",
    ]


def _routes(rows: Sequence[Row]) -> list[str]:
    heads = (
        "route", "corpus", "peer", "same", "file", "ours, s", "peer, s", "peer / ours", "range", "our peak", "its peak",
    )  # fmt: skip
    cells = []
    for row in rows:
        if row.peer in (TWO, PURE):
            continue
        pairs, ratios = row.pairs, row.pairs.ratios(measure.cpu)
        cells.append(
            (
                way(row.route),
                f"{row.kind}, {megabytes(row.size)}",
                who(row.peer),
                "copy" if row.peer == "cp" else row.same,
                f"{row.written:.2f}" if row.written else "–",
                f"{measure.middle(pairs.ours, measure.cpu):.2f}",
                f"{measure.middle(pairs.theirs, measure.cpu):.2f}",
                f"**{median(ratios):.2f}**",
                f"{min(ratios):.2f}–{max(ratios):.2f}",
                megabytes(measure.peak(pairs.ours)),
                megabytes(measure.peak(pairs.theirs)),
            )
        )
    return _table(heads, cells)


def _parsing(rows: Sequence[Row]) -> list[str]:
    """Say how much of the time of a loop over ``iterparse`` is the parser's."""
    ratios = {(row.route, row.kind, row.peer): median(row.pairs.ratios(measure.cpu)) for row in rows}
    lines = []
    for (route, kind, peer), loop in ratios.items():
        if peer == "lxml" and (bare := ratios.get((route, kind, "iterparse"))):
            what = f"{way(route)}, {kind}"
            lines += [f"Bare `iterparse` / lxml loop, {what}: {bare / loop:.2f}, from the two ratios above.", ""]
    return lines


def _verdict(met: bool) -> str:
    return "met" if met else "**missed**"


def _at_least(ratio: float, bound: float) -> str:
    """Return the verdict on a ratio, and by how much it is missed."""
    return "met" if ratio >= bound else f"**missed** by {1 - ratio / bound:.0%}"


def _targets(rows: Sequence[Row]) -> list[str]:
    """Return the table of the targets that are ratios of processor time. Those on two cores come of two ratios."""
    found = {(row.route, row.kind, row.peer): median(row.pairs.ratios(measure.cpu)) for row in rows}
    cells = []
    for route, kind, peer, bound in TARGETS:
        one, more = found.get((route, kind, peer)), found.get((route, kind, TWO))
        first = (f"**{one:.2f}**", _at_least(one, bound)) if one else ("–", "not measured")
        second = (f"{one / more:.2f}", _at_least(one / more, bound)) if one and more else ("–", "–")
        cells.append((way(route), kind, who(peer), f"{bound:.2g}", *first, *second))
    return _table(("route", "corpus", "peer", "at least", "one core", "verdict", "two cores", "verdict"), cells)


def _cores(rows: Sequence[Row]) -> list[str]:
    """Return what a second core brings."""
    cells = []
    for row in rows:
        if row.peer != TWO:
            continue
        ups = [1 / ratio for ratio in row.pairs.ratios(measure.wall)]
        seconds = [f"{measure.middle(costs, measure.wall):.2f}" for costs in row.pairs]
        factor = median(row.pairs.ratios(measure.cpu))
        spread = f"{min(ups):.2f}–{max(ups):.2f}"
        verdict = _at_least(median(ups), SPEED_UP)
        cells.append((way(row.route), row.kind, *seconds, f"**{median(ups):.2f}**", spread, verdict, f"{factor:.2f}"))
    heads = ("route", "corpus", "one, s", "two, s", "speed-up", "range", "verdict", "processor time, two / one")
    return _table(heads, cells)


def _pure(rows: Sequence[Row]) -> list[str]:
    """Return what the kernel brings."""
    cells = []
    for row in rows:
        if row.peer == PURE:
            seconds = [f"{measure.middle(costs, measure.cpu):.2f}" for costs in row.pairs]
            cells.append((way(row.route), row.kind, *seconds, f"**{median(row.pairs.ratios(measure.cpu)):.2f}**"))
    return _table(("route", "corpus", "with, s", "without, s", "without / with"), cells)


def _limits(streams: Sequence[StreamRow], start: Pairs | None) -> list[str]:
    """Return the table of the targets of memory and start-up."""
    cells = []
    for stream in STREAMS:
        cells += _peaks(stream, [row.cost.peak for row in streams if row[:2] == stream[:2]])
    what, measured = "time on the clock, `corpusfmt --version` / `python -c pass`", ("–", "not measured")
    if start:
        ratio = median([1 / r for r in start.ratios(measure.wall)])
        measured = (f"{ratio:.2f}", _verdict(ratio <= START))
    cells.append((what, f"at most {START:g}", *measured))
    return _table(("what", "target", "measured", "verdict"), cells)


def _peaks(stream: Stream, peaks: Sequence[int]) -> list[tuple[str, str, str, str]]:
    """Return the targets of a stream. ``peaks`` are in the order in which they were measured: the long one is last."""
    documents = "documents of 1 MB" if stream.kind == "large" else stream.kind
    what = f"peak memory, {way(stream.route)}, stream of {documents}"
    none = ("–", "not measured")
    measured = (megabytes(peaks[-1]), _verdict(peaks[-1] < PEAK)) if peaks else none
    flat = (f"{peaks[-1] / peaks[0]:.2f}", _verdict(peaks[-1] <= FLAT * peaks[0])) if peaks else none
    return [
        (what, f"below {megabytes(PEAK)}", *measured),
        (f"{what}, by that of {SHORT:g} MB", f"at most {FLAT:g}", *flat),
    ]


def _streams(streams: Sequence[StreamRow]) -> list[str]:
    heads = ("route", "corpus", "written", "processor time, s", "peak memory")
    cells = [
        (
            way(s.route), f"{s.kind}, {s.text:,g} MB", megabytes(s.size), f"{s.cost.cpu:.2f}",
            megabytes(s.cost.peak),
        )
        for s in streams
    ]  # fmt: skip
    return _table(heads, cells)


def page(facts: Facts, rows: Sequence[Row], streams: Sequence[StreamRow], start: Pairs | None) -> str:
    """Return the results as Markdown."""
    lines = ["# Results", "", "Made by `python benchmarks/run.py`; how is in [README.md](README.md).", ""]
    lines += _facts(facts)
    if facts.size < SMALL:
        lines += [f"This was a quick look: below {SMALL} MB, start-up is a large part of most figures.", ""]
    lines += ["## Targets", "", *_TARGET_NOTE, *_targets(rows)]
    if any(row.peer == TWO for row in rows):
        lines += ["## Two cores, on the clock", "", *_CORES_NOTE, *_cores(rows)]
    lines += ["## Memory and start-up", "", *_limits(streams, start)]
    if any(row.peer == PURE for row in rows):
        lines += ["## Without the kernel", "", *_PURE_NOTE, *_pure(rows)]
    if any(row.peer not in (TWO, PURE) for row in rows):
        lines += ["## Routes", "", *_NOTE, *_routes(rows), *_parsing(rows)]
    if streams:
        lines += ["## Streams", "", "From a pipe to a file. A document of *large* has 1 MB.", "", *_streams(streams)]
    if start:
        ours, theirs = (1000 * measure.middle(costs, measure.wall) for costs in start)
        lines += ["## Start-up", "", f"`corpusfmt --version` took {ours:.0f} ms, `python -c pass` {theirs:.0f} ms.", ""]
    return "\n".join(lines)
