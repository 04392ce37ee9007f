"""The page of results: what was measured, and which targets were met."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

import measure
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
    """A route over a stream. ``flat`` says that its peak is compared with that of a short stream too."""

    route: str
    kind: str
    flat: bool = False


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
    """A bound on a ratio of processor time. ``ours_first`` tells which of the two stands above the line."""

    route: str
    kind: str
    peer: str
    ours_first: bool
    bound: float


TARGETS = (
    Target("seed-to-jsonl", "articles", "orjson", True, 1.0),
    Target("seed-to-jsonl", "long", "orjson", True, 1.0),
    Target("jsonl-to-seed", "articles", "orjson", True, 1.0),
    Target("jsonl-to-seed", "long", "orjson", True, 1.0),
    Target("jsonl-to-jsonl", "articles", "datatrove", False, 8.0),
    Target("jsonl-to-jsonl", "articles", "jq", False, 8.0),
    Target("jsonl-to-jsonl", "articles", "datasets", False, 4.0),
    Target("jsonl-to-jsonl", "articles", "polars", True, 1.0),
    Target("seed-to-warc", "articles", "warcio", False, 3.0),
    Target("seed-to-warc", "articles", "fastwarc", False, 1.5),
    Target("seed-to-warc.gz", "articles", "warcio", False, 2.5),
    Target("seed-to-warc.gz", "articles", "fastwarc", False, 1.5),
    Target("warc-to-jsonl", "articles", "warcio", False, 3.0),
    Target("warc-to-jsonl", "articles", "fastwarc", False, 0.7),
    Target("warc.gz-to-jsonl", "articles", "warcio", False, 2.2),
    Target("warc.gz-to-jsonl", "articles", "fastwarc", False, 0.7),
    Target("validate-warc", "articles", "warcio", False, 2.0),
    Target("seed-to-xml", "articles", "lxml", False, 3.0),
    Target("xml-to-jsonl", "articles", "lxml", False, 1.2),
)
#: The streams, and bounds on peak memory, on its ratio to that of a short stream (MB), and on the ratio of starts.
STREAMS = (
    Stream("seed-to-jsonl", "large"),
    Stream("jsonl-to-seed", "large"),
    Stream("seed-to-warc", "large"),
    Stream("warc-to-jsonl", "large"),
    Stream("seed-to-xml", "large", flat=True),
    Stream("seed-to-xml", "articles", flat=True),
    Stream("xml-to-jsonl", "large", flat=True),
    Stream("xml-to-jsonl", "articles", flat=True),
)
PEAK = 80_000_000
SHORT = 10.0
FLAT = 1.1
START = 4.0
_WHO = {
    "orjson": "orjson loop", "jq": "`jq -c .`", "cp": "`cp`", "fastwarc": "FastWARC", "lxml": "lxml loop",
    "iterparse": "bare `iterparse`",
}  # fmt: skip


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
        f"* {facts.size:g} MB of text in each corpus, {facts.repeat} pairs, streams of {facts.stream_size:g} MB",
        "",
    ]


def _routes(rows: Sequence[Row]) -> list[str]:
    heads = (
        "route", "corpus", "peer", "same", "file", "ours, s", "peer, s", "peer / ours", "range", "our peak", "its peak",
    )  # fmt: skip
    cells = []
    for row in rows:
        pairs, ratios = row.pairs, row.pairs.ratios(measure.cpu)
        cells.append(
            (
                row.route.replace("-", " "),
                f"{row.kind}, {megabytes(row.size)}",
                _WHO.get(row.peer, row.peer),
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
            what = f"{route.replace('-', ' ')}, {kind}"
            lines += [f"Bare `iterparse` / lxml loop, {what}: {bare / loop:.2f}, from the two ratios above.", ""]
    return lines


def _verdict(met: bool) -> str:
    return "met" if met else "**missed**"


def _targets(rows: Sequence[Row], streams: Sequence[StreamRow], start: Pairs | None) -> list[str]:
    cells = []
    found = {(row.route, row.kind, row.peer): row for row in rows}
    for target in TARGETS:
        who = _WHO.get(target.peer, target.peer)
        what = f"ours / {who}" if target.ours_first else f"{who} / ours"
        what = f"processor time, {what}, {target.route.replace('-', ' ')}, {target.kind}"
        asked = f"at {'most' if target.ours_first else 'least'} {target.bound:g}"
        row = found.get(target[:3])
        if row is None:
            cells.append((what, asked, "–", "not measured"))
            continue
        ratios = row.pairs.ratios(measure.cpu)
        ratio = median([1 / r for r in ratios] if target.ours_first else ratios)
        met = ratio <= target.bound if target.ours_first else ratio >= target.bound
        cells.append((what, asked, f"{ratio:.2f}", _verdict(met)))
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
    what = f"peak memory, {stream.route.replace('-', ' ')}, stream of {documents}"
    none = ("–", "not measured")
    measured = (megabytes(peaks[-1]), _verdict(peaks[-1] < PEAK)) if peaks else none
    cells = [(what, f"below {megabytes(PEAK)}", *measured)]
    if stream.flat:
        measured = (f"{peaks[-1] / peaks[0]:.2f}", _verdict(peaks[-1] <= FLAT * peaks[0])) if peaks else none
        cells.append((f"{what}, by that of {SHORT:g} MB", f"at most {FLAT:g}", *measured))
    return cells


def _streams(streams: Sequence[StreamRow]) -> list[str]:
    heads = ("route", "corpus", "written", "processor time, s", "peak memory")
    cells = [
        (
            s.route.replace("-", " "), f"{s.kind}, {s.text:,g} MB", megabytes(s.size), f"{s.cost.cpu:.2f}",
            megabytes(s.cost.peak),
        )
        for s in streams
    ]  # fmt: skip
    return _table(heads, cells)


def page(facts: Facts, rows: Sequence[Row], streams: Sequence[StreamRow], start: Pairs | None) -> str:
    """Return the results as Markdown."""
    lines = ["# Results", "", "Made by `python benchmarks/run.py`; how is in [README.md](README.md).", ""]
    lines += _facts(facts)
    lines += ["## Targets", "", *_targets(rows, streams, start)]
    if rows:
        lines += ["## Routes", "", *_NOTE, *_routes(rows), *_parsing(rows)]
    if streams:
        lines += ["## Streams", "", "From a pipe to a file. A document of *large* has 1 MB.", "", *_streams(streams)]
    if start:
        ours, theirs = (1000 * measure.middle(costs, measure.wall) for costs in start)
        lines += ["## Start-up", "", f"`corpusfmt --version` took {ours:.0f} ms, `python -c pass` {theirs:.0f} ms.", ""]
    return "\n".join(lines)
