"""The targets that every check runs over, a line each."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.torture import inputs


class Target(NamedTuple):
    """A run of the command, in a folder of its own, and what it promises."""

    name: str
    arguments: tuple[str, ...]
    #: The source, and what makes it.
    source: str = "in.seed"
    make: Callable[[Path, random.Random, int], None] = inputs.texts
    #: The exit code of a run that nothing disturbs.
    code: int = 0
    #: Of several files, the one that comes last: as long as it is not there, the others are from this or that run.
    last: str = ""
    #: The old one of these is removed before any other file is replaced; otherwise it stays until the end.
    cleared: bool = False
    #: Files are replaced one after the other: each is whole, and nothing is promised of them together.
    loose: bool = False
    #: An empty folder that is there before the run, instead of what an older run made.
    empty: str = ""
    #: No older run: the source is replaced itself.
    inside: bool = False
    #: What a second run needs to be told, because the first may have done all.
    again: tuple[str, ...] = ()
    #: How much of the usual amount it gets.
    share: float = 1.0


def _to(output: str, *more: str) -> tuple[str, ...]:
    return ("convert", "in.seed", "-o", output, *more, "-q")


TARGETS = (
    Target("seed", _to("out.seed")),
    Target("jsonl", _to("out.jsonl")),
    Target("jsonl.zst", _to("out.jsonl.zst")),
    Target("warc.gz", _to("out.warc.gz")),
    Target("tei", _to("out.xml")),
    Target("folder", _to("out/", "--to", "tei"), empty="out", again=("--force",), share=0.1),
    Target("forced", _to("out/", "--to", "tei", "--force"), loose=True, share=0.1),
    Target("dir", _to("out/", "--to", "dir", "--allow-loss", "id,metadata,name"), empty="out", again=("--force",), share=0.1),
    Target("dir-forced", _to("out/", "--to", "dir", "--allow-loss", "id,metadata,name", "--force"), loose=True, share=0.1),
    Target("verify", _to("out.warc.gz", "--verify")),
    Target("receipt", _to("out.jsonl", "--receipt", "done.json"), last="done.json"),
    Target("shards", _to("out.jsonl", "--shard-size", "64kB", "--force"), last="out.manifest.json", cleared=True, share=0.5),
    Target("quarantine", _to("out.jsonl", "--on-error", "quarantine=bad.seed", "--force"), make=inputs.mixed, code=1, last="bad.seed", cleared=True),
    Target("report", _to("out.jsonl", "--report", "done.json"), last="done.json"),
    Target("cdxj", _to("out.warc.gz", "--cdxj"), last="out.cdxj", cleared=True),
    Target("fix", ("fix", "in.jsonl"), source="in.jsonl", make=inputs.wide, inside=True, share=0.3),
    Target("fix-cut", ("fix", "in.warc", "--unsafe-fixes"), source="in.warc", make=inputs.clipped, last="in.warc", inside=True),
)  # fmt: skip
