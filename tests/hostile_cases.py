"""Input that is made to take long or to fill the memory, and the table of what it takes: ``make hostile``."""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import zstandard

from corpusfmt.limits import RATIO_FREE
from tests.support import ROOT

#: What each command may take: seconds of processor time, and MB.
SECONDS, MEMORY = 5.0, 200
PAGE = ROOT / "docs" / "hostile.md"
_TEI = b'<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/><text><body>'
_END = b"</body></text></TEI>"
_TEXT = (b'{"id":"a","name":"","text":"', b'","meta":{}}\n')


class Case(NamedTuple):
    """One kind of input. ``make`` writes it into a folder; ``commands`` has the arguments, of which each is run alone."""

    what: str
    make: Callable[[Path], object]
    commands: tuple[str, ...]


def reading(name: str) -> tuple[str, ...]:
    """Return the commands that read documents."""
    return (
        f"validate {name}", f"validate {name} --select ALL", f"convert {name} -o out.seed --on-error skip",
        f"fix {name} --dry-run --unsafe-fixes", f"ls {name}", f"diff {name} {name}",
    )  # fmt: skip


def file(what: str, name: str, data: Callable[[], bytes]) -> Case:
    """Return the case of one file; its suffix says how it is compressed."""

    def make(folder: Path) -> None:
        made = data()
        if name.endswith(".gz"):
            made = gzip.compress(made, 9, mtime=0)
        elif name.endswith(".zst"):
            made = zstandard.compress(made, 19)
        (folder / name).write_bytes(made)

    return Case(what, make, reading(name))


def dense(what: str, name: str, piece: bytes, around: tuple[bytes, bytes] = (b"", b"")) -> Case:
    """Return the case of a small file that expands as far as any file may, to the same thing again and again."""
    case = file(what, name, lambda: around[0] + piece * ((RATIO_FREE - 200) // len(piece)) + around[1])
    return case._replace(commands=(*case.commands, f"convert {name} -o out.warc", f"convert {name} -o out.xml"))


def schema(what: str, schema: object, record: object) -> Case:
    """Return the case of a JSON Schema and a record."""

    def make(folder: Path) -> None:
        (folder / "s.json").write_text(json.dumps(schema))
        (folder / "a.jsonl").write_text(json.dumps({"id": "a", "text": "x", "meta": record}) + "\n")

    return Case(what, make, ("validate a.jsonl --metadata-schema s.json --select SCH",))


def configuration(what: str, text: str) -> Case:
    """Return the case of a configuration."""

    def make(folder: Path) -> None:
        (folder / "a.seed").write_text("<<<FILE a a>>>\n" * 100)
        (folder / "corpusfmt.toml").write_text(text)
        if hasattr(os, "mkfifo"):
            os.mkfifo(folder / "fifo")

    return Case(what, make, ("validate a.seed", "fix a.seed --dry-run"))


def _http_bombs() -> bytes:
    """Return an archive of pages that each become 20 MB."""
    body = gzip.compress(b"a" * 20_000_000, 9, mtime=0)
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n" + body
    head = (
        b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-%012d>\r\n"
        b"WARC-Date: 2020-01-01T00:00:00Z\r\nWARC-Target-URI: http://a/%d\r\n"
        b"Content-Type: application/http;msgtype=response\r\nContent-Length: %d\r\n\r\n"
    )
    return b"".join(head % (n, n, len(block)) + block + b"\r\n\r\n" for n in range(100))


def _doubling(depth: int) -> dict[str, object]:
    parts: dict[str, object] = {f"a{n}": {"anyOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(depth)}
    return {"$ref": "#/$defs/a0", "$defs": {**parts, f"a{depth}": {"required": ["none"]}}}


def _shards(count: int) -> Case:
    def make(folder: Path) -> None:
        (folder / "a.seed").write_text("".join(f"<<<FILE d{n} d>>>\n{'x' * 900}\n" for n in range(count)))

    what = f"a target in {count:,} shards"
    return Case(
        what, make, ("convert a.seed -o o.jsonl --shard-size 1kB", "convert a.seed -o o.jsonl.zst --shard-size 1kB")
    )


def _loops(folder: Path) -> None:
    (folder / "d" / "e").mkdir(parents=True)
    (folder / "d" / "a.seed").write_text("<<<FILE a a>>>\nx\n")
    (folder / "d" / "loop").symlink_to(".")
    (folder / "d" / "e" / "up").symlink_to("..")


CASES: tuple[Case, ...] = (
    file("line ends only", "a.jsonl.gz", lambda: b"\n" * 1_970_000),
    file("empty objects", "a.jsonl.gz", lambda: b"{}\n" * 650_000),
    file("one record again and again", "a.jsonl.gz", lambda: b'{"id":"a","text":""}\n' * 90_000),
    file("records with a key too many", "a.jsonl.gz", lambda: b'{"id":"a","text":"","x":1}\n' * 70_000),
    file("documents and blank lines in turn", "a.jsonl.gz", lambda: b'{"id":1,"text":"","meta":{}}\n\n' * 50_000),
    file("one key 100,000 times, half a surrogate pair", "a.jsonl",
         lambda: b'{"id":"a","text":"x","meta":{' + b",".join([b'"\\ud800":1'] * 100_000) + b"}}\n"),
    file("100,000 keys, each half a surrogate pair", "a.jsonl",
         lambda: b'{"id":"a","text":"x","meta":{' + b",".join([b'"\\ud800%d":1' % n for n in range(60_000)]) + b"}}\n"),
    file("one key 50,000 times at the top", "a.jsonl",
         lambda: b"{" + b",".join([b'"\\ud800":"\\udfff"'] * 50_000) + b',"id":"a","text":"x"}\n'),
    file("brackets that nest", "a.jsonl", lambda: b'{"id":"a","text":"x","meta":{"a":' + b"[" * 1_000_000),
    file("beginnings of records in one line", "a.jsonl.gz", lambda: b'{"' * 1_000_000),
    file("beginnings of records with a colon in one line", "a.jsonl.gz", lambda: b'{"a":x' * 300_000),
    file("beginnings of records in lines", "a.jsonl.gz", lambda: (b'{"' * 100 + b"\n") * 9_000),
    file("look-alikes of headers", "a.seed", lambda: b"<<<FILE a b>>>\n" + b"<<FILE a b>>>\n" * 600_000),
    file("headers with letters exchanged", "a.seed", lambda: b"<<<FILE a b>>>\n" + b"<<<FIEL a b>>>\n" * 250_000),
    file("look-alikes of metadata", "a.seed", lambda: b"<<<FILE a b>>>\n" + b"<<<META {}>>\n" * 600_000),
    file("headers only", "a.seed.gz", lambda: b"<<<FILE a b>>>\n" * 130_000),
    file("headers in the middle of a line", "a.seed", lambda: b"<<<FILE a b>>>\n" + b"x<<<FILE a b>>>" * 500_000),
    file("first lines of records only", "a.warc.gz", lambda: b"WARC/1.0\r\n" * 190_000),
    file("empty headers", "a.warc.gz", lambda: b"WARC/1.0\r\n\r\n" * 160_000),
    file("line ends only", "a.warc.gz", lambda: b"WARC/1.0\r\n" + b"\r\n" * 900_000),
    file("records without fields", "a.warc.gz", lambda: b"WARC/1.1\r\nContent-Length: 0\r\n\r\n\r\n\r\n" * 58_000),
    file("records without an end", "a.warc.gz",
         lambda: b"WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: 1\r\n\r\na" * 30_000),
    file("headers of folded lines", "a.warc.gz",
         lambda: (b"WARC/1.0\r\nWARC-Type: conversion\r\nX: a\r\n" + b" y\r\n" * 255_000 + b"Content-Length: 0\r\n\r\n\r\n\r\n") * 12),
    file("headers of empty fields", "a.warc.gz",
         lambda: (b"WARC/1.0\r\nWARC-Type: conversion\r\n" + b"X:\r\n" * 200_000 + b"Content-Length: 0\r\n\r\n\r\n\r\n") * 2),
    file("pages that expand, in a file that expands", "a.warc.gz", _http_bombs),
    file("the same, in one frame", "a.warc.zst", _http_bombs),
    file("1,000,000 empty elements", "a.xml", lambda: _TEI + b"<p/>" * 1_000_000 + _END),
    file("TEI elements without content", "a.xml.gz",
         lambda: b'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">' + b"<TEI/>" * 40_000 + b"</teiCorpus>"),
    file("one xml:id again and again", "a.xml.gz", lambda: _TEI + b'<p xml:id="a"/>' * 130_000 + _END),
    file("pointers to nothing", "a.xml.gz", lambda: _TEI + b'<ptr target="#x"/>' * 110_000 + _END),
    file("entities of entities", "a.xml", lambda: (
        b'<!DOCTYPE TEI [<!ENTITY a0 "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY a%d "%b">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
        + b"]>" + _TEI + b"<p>&a9;</p>" + _END)),
    file("elements that nest", "a.xml", lambda: _TEI + b"<p>" * 1_000_000),
    file("zeroes", "a.jsonl.gz", lambda: bytes(300_000_000)),
    file("zeroes", "a.seed.zst", lambda: bytes(300_000_000)),
    dense("one record again and again", "a.jsonl.zst", b'{"id":"a","text":"","meta":{"a":1}}\n'),
    dense("one record with a number for an id", "a.jsonl.zst", b'{"id":0,"text":""}\n'),
    dense("headers only", "a.seed.zst", b"<<<FILE a b>>>\n"),
    dense("a text of sentences that run together", "a.jsonl.zst", b"a.B", _TEXT),
    dense("a text of escapes", "a.jsonl.zst", b"\\n", _TEXT),
    dense("a text with a character beyond U+FFFF", "a.jsonl.zst", b"a", (_TEXT[0], "\U0001f600".encode() + _TEXT[1])),
    dense("a text of double encoded letters", "a.seed.zst", "\u00c3\u00a9\n".encode(), (b"<<<FILE a b>>>\n", b"")),
    dense("a text of backslashes", "a.seed.zst", b"\\\n", (b"<<<FILE a b>>>\n", b"")),
    dense("a text that is no UTF-8", "a.seed.zst", b"\xff", (b"<<<FILE a b>>>\n", b"")),
    dense("a text of CR LF", "a.seed.zst", b"\r\n", (b"<<<FILE a b>>>\n", b"")),
    Case("100,000 empty gzip members", lambda folder: (folder / "a.jsonl.gz").write_bytes(gzip.compress(b"", mtime=0) * 100_000),
         reading("a.jsonl.gz")),
    Case("20,000 gzip members of line ends",
         lambda folder: (folder / "a.jsonl.gz").write_bytes(gzip.compress(b"\n" * 1000, mtime=0) * 20_000),
         reading("a.jsonl.gz")),
    schema("oneOf of 200 constants, 8,000 wrong tags",
           {"additionalProperties": {"items": {"oneOf": [{"const": f"tag{n}"} for n in range(200)]}}},
           {"tags": [f"w{n}" for n in range(8000)]}),
    schema("enum of 3,000 objects, 4,500 wrong items",
           {"properties": {"a": {"items": {"enum": [{"a": [n] * 20} for n in range(3000)]}}}},
           {"a": [{"a": [n if n % 2 else -n] * 20} for n in range(6000)]}),
    schema("the same, and half a surrogate pair",
           {"properties": {"a": {"items": {"enum": [{"a": [n] * 20} for n in range(3000)]}}}},
           {"b": "\ud800", "a": [{"a": [n if n % 2 else -n] * 20} for n in range(6000)]}),
    schema("dependentSchemas of 6,000 keys",
           {"dependentSchemas": {f"k{n}": {"required": [f"q{n}"]} for n in range(6000)}},
           {f"k{n}": 1 for n in range(6000)}),
    schema("a schema that doubles 40 times", _doubling(40), {"a": 1}),
    schema("a pattern that goes back again and again", {"additionalProperties": {"pattern": "^(a|a)*\\1x$"}}, {"a": "a" * 50_000}),
    schema("100,000 wrong items", {"additionalProperties": {"items": {"type": "string"}}}, {"a": [1] * 100_000}),
    configuration("a pattern of six stars",
                  f'[per-file-ignores]\n"{"*a" * 6}{"*" * 500}b/**/**/**/**/**/**/c" = ["DOC"]\n'),
    configuration("a key of 80 kB with dots", ".".join(["a"] * 40_000) + " = 1\n"),
    configuration("brackets that nest", "a = " + "[" * 100_000 + "\n"),
    configuration("a pipe as a schema", '[schemas]\nxml = "fifo"\n'),
    Case("links in circles", _loops, ("convert d/**/*.seed -o o.jsonl", "ls d")),
    _shards(1_001), _shards(10_000),
)  # fmt: skip


class Taken(NamedTuple):
    """What a command took: its exit code, seconds of processor time, and MB at most."""

    code: int
    seconds: float
    megabytes: int


def take(folder: Path, arguments: str) -> Taken:
    """Run a command in a folder, its children counted."""
    process = subprocess.Popen(
        [sys.executable, "-m", "corpusfmt", *arguments.split()], cwd=folder, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    kib = used.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    return Taken(process.returncode, used.ru_utime + used.ru_stime, kib >> 10)


def _apart(case: Case, folder: Path) -> None:
    """Make the input in another process: what this one held would count as memory of the commands that it starts."""
    if (child := os.fork()) == 0:
        case.make(folder)
        os._exit(0)
    os.waitpid(child, 0)


def rows(only: str) -> Iterator[tuple[Case, int, str, Taken]]:
    """Give each case, the bytes of its input, and what each of its commands took."""
    for case in CASES:
        if only in case.what:
            with tempfile.TemporaryDirectory() as made:
                folder = Path(made)
                _apart(case, folder)
                size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
                for command in case.commands:
                    yield case, size, command, take(folder, command)


def main() -> int:
    """Write the page. Returns 1 when a command takes too long or too much memory, or ends as none should."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default="", help="cases with these words; the page is not written")
    only = options.parse_args().only
    lines, failed = [], 0
    for case, size, command, taken in rows(only):
        good = taken.code in (0, 1, 2) and taken.seconds <= SECONDS and taken.megabytes <= MEMORY
        failed += not good
        line = f"| {case.what} | {size:,} | `{command}` | {taken.code} | {taken.seconds:.1f} | {taken.megabytes} |"
        print(line if good else f"{line} TOO MUCH", flush=True)
        lines.append(line)
    if not only:
        table = "\n".join(lines)
        before, mark, rest = PAGE.read_text(encoding="utf-8").partition("<!-- hostile -->\n")
        after = rest.partition("<!-- end of hostile -->\n")[2]
        head = "| input | bytes | command | exit code | processor time, s | memory, MB |\n| --- | --- | --- | --- | --- | --- |"
        PAGE.write_text(f"{before}{mark}\n{head}\n{table}\n\n<!-- end of hostile -->\n{after}", encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
