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

    ``written`` is the size of the peer's file by that of ours, or 0 where none is written.
    """

    route: str
    kind: str
    peer: str
    same: str
    size: int
    written: float
    pairs: Pairs


class StreamRow(NamedTuple):
    """A route over a stream of large documents."""

    route: str
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
)
#: Routes of the streams, and bounds on peak memory and on the ratio of starts.
STREAMS = ("seed-to-jsonl", "jsonl-to-seed", "seed-to-warc", "warc-to-jsonl")
PEAK = 80_000_000
START = 4.0
_WHO = {"orjson": "orjson loop", "jq": "`jq -c .`", "cp": "`cp`", "fastwarc": "FastWARC"}


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


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            models = [line.partition(":")[2].strip() for line in info if line.startswith("model name")]
    except OSError:
        models = []
    return models[0] if models else platform.processor() or platform.machine()


def _facts(facts: Facts) -> list[str]:
    versions = ", ".join(f"{name} {version}" for name, version in facts.versions.items())
    return [
        f"* Processor: {_processor()}, {os.cpu_count()} cores",
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
    peaks = {stream.route: stream.cost.peak for stream in streams}
    for route in STREAMS:
        what = f"peak memory, {route.replace('-', ' ')}, stream of documents of 1 MB"
        peak = peaks.get(route)
        measured = ("–", "not measured") if peak is None else (megabytes(peak), _verdict(peak < PEAK))
        cells.append((what, f"below {megabytes(PEAK)}", *measured))
    what, measured = "time on the clock, `corpusfmt --version` / `python -c pass`", ("–", "not measured")
    if start:
        ratio = median([1 / r for r in start.ratios(measure.wall)])
        measured = (f"{ratio:.2f}", _verdict(ratio <= START))
    cells.append((what, f"at most {START:g}", *measured))
    return _table(("what", "target", "measured", "verdict"), cells)


def _streams(streams: Sequence[StreamRow]) -> list[str]:
    heads = ("route", "written", "processor time, s", "peak memory")
    return _table(
        heads,
        [(s.route.replace("-", " "), megabytes(s.size), f"{s.cost.cpu:.2f}", megabytes(s.cost.peak)) for s in streams],
    )


def page(facts: Facts, rows: Sequence[Row], streams: Sequence[StreamRow], start: Pairs | None) -> str:
    """Return the results as Markdown."""
    lines = ["# Results", "", "Made by `python benchmarks/run.py`; how is in [README.md](README.md).", ""]
    lines += _facts(facts)
    lines += ["## Targets", "", *_targets(rows, streams, start)]
    if rows:
        lines += ["## Routes", "", *_NOTE, *_routes(rows)]
    if streams:
        lines += ["## Streams", "", "From a pipe to a file, with documents of 1 MB.", "", *_streams(streams)]
    if start:
        ours, theirs = (1000 * measure.middle(costs, measure.wall) for costs in start)
        lines += ["## Start-up", "", f"`corpusfmt --version` took {ours:.0f} ms, `python -c pass` {theirs:.0f} ms.", ""]
    return "\n".join(lines)
