"""Measure what a record that is refused costs beside one that is accepted, in pairs in one run.

    python benchmarks/run.py --setup
    python benchmarks/refused.py [--count N] [--repeat N] [--only NAME] [--write]

With ``--write`` the page ``benchmarks/REFUSED.md`` is written. How it is measured is in ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import contestants
from contestants import BENCH, HERE, OURS
from corpora import record

MOST = 3.0
TEXT = (
    "The harbour was quiet in the evening, and the boats came in one after the other. Nobody said a word of what had "
    "happened there, “or so they say”. Ночь, улица, фонарь. "
)
#: Of each kind, one record in so many is accepted: a file without any is read no further than its beginning.
ACCEPTED = 20
Record = Callable[[int], bytes]


class Format(NamedTuple):
    """Records of a format, those that are refused by kind, what stands before them, and what after so many."""

    suffix: str
    good: Record
    bad: Mapping[str, Record]
    head: bytes = b""
    tail: Callable[[int], bytes] = lambda _: b""


def json_line(number: int) -> bytes:
    """Return a record of JSON Lines."""
    line = f'{{"id":"d{number:06}","name":"n{number:06}.txt","text":"{TEXT}{number}","meta":{{}}}}\n'
    return line.encode()


def block(number: int) -> bytes:
    """Return a document of a seed file."""
    return f"<<<FILE d{number:06} n{number:06}.txt>>>\n{TEXT}{number}\n".encode()


def tei(number: int) -> bytes:
    """Return a TEI document of a corpus."""
    return (
        f'<TEI xml:id="d{number:06}"><teiHeader><fileDesc><titleStmt><title>n{number:06}.txt</title></titleStmt>'
        "<publicationStmt><p>none</p></publicationStmt><sourceDesc><p>none</p></sourceDesc></fileDesc></teiHeader>"
        f"<text><body><p>{TEXT}{number}</p></body></text></TEI>\n"
    ).encode()


def warc(number: int) -> bytes:
    """Return a WARC record of a text."""
    target = b"WARC-Target-URI: https://example.org/%d\r\n" % number
    return record(b"resource", number, b"text/plain; charset=utf-8", f"{TEXT}{number}".encode(), target)


def changed(good: Record, *changes: tuple[bytes, bytes]) -> Record:
    """Return records with some bytes replaced."""

    def bad(number: int) -> bytes:
        data = good(number)
        for old, new in changes:
            assert old in data, old
            data = data.replace(old, new, 1)
        return data

    return bad


def without(good: Record, pattern: bytes) -> Record:
    """Return records without what matches a pattern."""
    return lambda number: re.sub(pattern, b"", good(number), count=1)


NOT_UTF8 = (b"harbour", b"harb\xf6ur")
FORMATS = (
    Format(
        "jsonl",
        json_line,
        {
            "no id": without(json_line, rb'"id":"\w+",'),
            "id null": lambda number: re.sub(rb'"id":"\w+"', b'"id":null', json_line(number), count=1),
            "id an object": lambda number: re.sub(rb'"id":("\w+")', rb'"id":{"a":\1}', json_line(number), count=1),
            "no text": changed(json_line, (b'"text":', b'"body":')),
            "unknown keys": changed(json_line, (b',"meta":{}', b',"url":"https://example.org","date":"2024-01-01"')),
            "duplicate key": changed(json_line, (b',"name"', b',"id":"x","name"')),
            "cut off": lambda number: json_line(number)[:-60] + b"\n",
            "cut off, with braces": lambda number: json_line(number).replace(b"boats", b"{boats}")[:-60] + b"\n",
            "comma at the end": changed(json_line, (b"}}\n", b"},}\n")),
            "NaN": changed(json_line, (b'"meta":{}', b'"meta":{"score":NaN}')),
            "unknown escape": changed(json_line, (b"harbour", b"har\\qbour")),
            "not UTF-8": changed(json_line, NOT_UTF8),
            "control character": changed(json_line, (b"harbour", b"har\tbour")),
            "array": lambda number: b"[" + json_line(number)[:-1] + b"]\n",
            "single quotes": lambda number: json_line(number).replace(b'"', b"'"),
        },
    ),
    Format(
        "seed",
        block,
        {
            "not UTF-8": changed(block, NOT_UTF8),
            "duplicate id": lambda number: re.sub(rb"d\d+", b"d000000", block(number), count=1),
            "no id": without(block, rb" d\d+"),
            "no id and no name": without(block, rb" d\d+ n\d+\.txt"),
        },
        head=b"<<<SEED 1>>>\n",
    ),
    Format(
        "xml",
        tei,
        {
            "no id": without(tei, rb' xml:id="\w+"'),
            "duplicate id": lambda number: re.sub(rb"d\d+", b"d000000", tei(number), count=1),
        },
        head=b'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">\n',
        tail=lambda _: b"</teiCorpus>\n",
    ),
    Format(
        "warc",
        warc,
        {
            "bad digest": changed(warc, (b"harbour", b"herbour")),
            "bad header line": changed(warc, (b"WARC-Date: ", b"WARC-Date ")),
            "no type": without(warc, rb"WARC-Type: \w+\r\n"),
            "no id": without(warc, rb"WARC-Record-ID: [^\r]+\r\n"),
            "bad length": changed(warc, (b"Content-Length: ", b"Content-Length: x")),
            "not UTF-8": changed(warc, NOT_UTF8),
        },
    ),
)


def write(path: str, form: Format, make: Record, count: int) -> None:
    """Write a file of records, one in some of which is accepted."""
    with open(path, "wb") as file:
        file.write(form.head)
        file.writelines(form.good(number) if number % ACCEPTED == 0 else make(number) for number in range(count))
        file.write(form.tail(count))


def ratios(command: list[str], env: Mapping[str, str]) -> list[float]:
    """Return what a refused record takes by what an accepted one does, of each round."""
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, check=True)
    found = []
    for line in done.stdout.splitlines():
        good, bad = json.loads(line)
        found.append((bad - good / ACCEPTED) / (1 - 1 / ACCEPTED) / good)
    return found


def main() -> int:
    """Measure, print, and write the page when asked to. Returns 0."""
    parser = argparse.ArgumentParser(description="Measure what refused records cost.")
    parser.add_argument("--count", type=int, default=100_000, metavar="N", help="records in each file")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="rounds of runs (default 3)")
    parser.add_argument("--only", default="", metavar="NAME", help="only formats and kinds with this in their names")
    parser.add_argument("--python", metavar="PATH", help="the interpreter with corpusfmt, not the one under .bench")
    parser.add_argument("--write", action="store_true", help="write benchmarks/REFUSED.md too")
    args = parser.parse_args()
    program = args.python or str(contestants.python(OURS))
    if not args.python and contestants.stale():
        print("the command under .bench is of other code; run: python benchmarks/run.py --setup", file=sys.stderr)
        return 2
    ways = [(verb, kernel) for kernel in "01" for verb in ("validate", "convert")]
    names = [f"{verb}, {'with' if kernel == '1' else 'without'} the kernel" for verb, kernel in ways]
    rows = [f"| format | record | {' | '.join(names)} |", f"| --- | --- |{' --- |' * len(ways)}"]
    began = time.strftime("%Y-%m-%d")
    BENCH.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=BENCH) as scratch:
        env = contestants.environment(scratch)
        for form in FORMATS:
            good, bad = (os.path.join(scratch, f"{name}.{form.suffix}") for name in ("good", "bad"))
            write(good, form, form.good, args.count)
            for kind, make in form.bad.items():
                if args.only not in f"{form.suffix} {kind}":
                    continue
                write(bad, form, make, args.count)
                cells = []
                for verb, kernel in ways:
                    own = {**env, "CORPUSFMT_KERNEL": kernel}
                    target = os.path.join(scratch, "out.jsonl")
                    command = [program, str(HERE / "peers" / "rounds.py"), str(args.repeat), target, verb, good, bad]
                    ratio = median(ratios(command, own))
                    cells.append(f"{ratio:.1f}" if ratio <= MOST else f"**{ratio:.1f}**")
                rows.append(f"| {form.suffix} | {kind} | {' | '.join(cells)} |")
                print(rows[-1], file=sys.stderr)
    how = (
        f"Made by `python benchmarks/refused.py` on {began}: {args.count:,} records in a file, {args.repeat} rounds. A "
        "number is the processor time of a refused record by that of an accepted one, in the same round; what is above "
        f"{MOST:g} is in bold. How it is measured is in [README.md](README.md)."
    )
    page = "\n".join(["# What refused records cost\n", how, "", *rows])
    print(page)
    if args.write:
        (HERE / "REFUSED.md").write_text(page + "\n", encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
