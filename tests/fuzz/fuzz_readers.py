"""Coverage-guided fuzzing of the readers: `fuzz_readers.py FORMAT --minutes 30 --corpus DIR...` (see README.md here).

An input is the bytes of a file and, at its end, three bytes that choose how it is read. What is found is kept, one
reproducer for each place, and fuzzing goes on. `--replay FILE` runs inputs once, without atheris.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import hashlib
import importlib
import io
import itertools
import os
import pkgutil
import random
import re
import subprocess
import sys
import time
import traceback
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
CHILD: Final = "--child" in sys.argv

import zstandard  # noqa: E402

with importlib.import_module("atheris").instrument_imports(["corpusfmt"]) if CHILD else contextlib.nullcontext():
    import corpusfmt
    from corpusfmt import plugins
    from corpusfmt.model.document import Document
    from corpusfmt.model.errors import LossError, ParseError
    from corpusfmt.model.format import Batch, Format, ReadOptions, WriteOptions
    from corpusfmt.storage import UNTRUSTED, Input
    from tests.support import Pieces, documents, findings, parse, scan, write

    for package in ("core", "formats", "storage"):  # what is loaded where it is used is to be instrumented too
        path = [str(ROOT / "corpusfmt" / package)]
        for module in pkgutil.walk_packages(path, f"corpusfmt.{package}."):
            importlib.import_module(module.name)

MAX_LENGTH: Final = 16 * 1024
SECONDS: Final = 5.0
CODECS: Final = {"gzip": ".gz", "zstd": ".zst"}
FORMATS: Final = ("seed", "jsonl", "tei", "warc")
CHOICES: Final = 3
#: The options of each format to read with, and those to write what was read.
OWN: Final[dict[str, list[tuple[dict[str, str], dict[str, str]]]]] = {
    "seed": [({}, {"dialect": "1"}), ({}, {"dialect": "plain"})],
    "jsonl": [({"layout": name},) * 2 for name in ("native", "dolma", "hf", "text-meta")]
    + [
        ({"text-field": "t", "id-field": "i", "name-field": "n"},) * 2,
        ({"text-field": "text", "meta-field": "m"},) * 2,
    ],
    "tei": [
        ({}, {}),
        ({"choice": "original"}, {}),
        ({"notes": "inline", "fw": "inline"}, {"corpus": "c"}),
        ({"notes": "out", "lb": "space"}, {}),
    ],
    "warc": [
        ({}, {}),
        ({"status": "all"}, {"record": "conversion"}),
        ({"html": "text"}, {"date": "2024-05-18T01:58:10Z"}),
    ],
}
WORDS: Final[dict[str, list[bytes]]] = {
    "seed": [b"<<<FILE a b>>>\n", b"<<<FILE =1 b>>>\n", b"<<<SEED 1>>>\n", b'<<<META {"a":1}>>>\n', b"\n<<<FILE ", b">>>\n", b"\\<<<FILE",
             b"\\ No newline at end of file", b"\xef\xbb\xbf", b"\r\n", b"\\\\", b'"', b"\\u0061", b"\\ud800", b"<<<META", b"\xff\xfe"],
    "jsonl": [b'{"id":"a","name":"n","text":"t","meta":{}}\n', b'"id":', b'"text":', b'"name":', b'"meta":{', b"\\u0061", b"\\ud800", b"\\udc00",
              b"null", b"true", b"1e999", b"-0", b"\n", b"\r\n", b"\xef\xbb\xbf", b'"\\u0069d":', b"}", b"[", b",", b"\\\\", b'\\"', b"\\/"],
    "tei": [b'<TEI xmlns="http://www.tei-c.org/ns/1.0">', b"</TEI>", b"<TEI>", b"<teiCorpus>", b"</teiCorpus>\n", b"<teiHeader>", b"</teiHeader>",
            b"<text><body>", b"</body></text>", b"<p>", b"</p>", b"<lb/>", b'<lb break="no"/>', b"<choice>", b"</choice>", b"<sic>", b"</sic>", b"<corr>",
            b"</corr>", b"<note>", b"</note>", b"<fw>", b"</fw>", b"<pb/>", b"<g/>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?x?>", b"&amp;", b"&#13;", b"&#x1F600;",
            b'<!DOCTYPE TEI [<!ENTITY a "b">]>', b'<!DOCTYPE TEI SYSTEM "x">', b"&a;", b'<idno type="id">', b'<idno type="sha256">', b"</idno>", b' xml:id="a"', b"<app>",
            b"<rdg>", b"</rdg></app>", b"<lem>", b"</lem>", b"<title>", b"</title>", b' xml:space="preserve"', b' next="#a"', b"<hi>", b"</hi>", b"<ab>", b"</ab>",
            b' encoding="UTF-16"?>', b' encoding="ISO-8859-1"?>', b'<?xml version="1.0"', b"\n<TEI ", b' type="corpusfmt-1"', b"<lg><l>", b"</l></lg>", b"<w>", b"</w>"],
    "warc": [b"WARC/1.1\r\n", b"WARC/1.0\r\n", b"WARC-Type: ", b"resource\r\n", b"conversion\r\n", b"response\r\n", b"metadata\r\n", b"warcinfo\r\n", b"revisit\r\n",
             b"Content-Length: ", b"Content-Type: text/plain\r\n", b"Content-Type: application/http\r\n", b"WARC-Block-Digest: sha1:", b"WARC-Payload-Digest: sha256:",
             b"\r\n\r\n", b"\n", b"HTTP/1.1 200 OK\r\n", b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip\r\n", b"Content-Type: text/html; charset=cp1252\r\n",
             b"WARC-Segment-Number: 1\r\n", b"WARC-Truncated: length\r\n", b"WARC-Refers-To: ", b"WARC-Concurrent-To: ", b"<urn:uuid:", b"WARC-Target-URI: http://a.b/\r\n",
             b"WARC-Date: 2024-05-18T01:58:10Z\r\n", b"0\r\n\r\n", b"5\r\nhello\r\n", b"\r\n\r\nWARC/1.1\r\n", b"application/x.corpusfmt.document+json; version=1"],
    "gzip": [b"\x1f\x8b\x08\x00", b"\x1f\x8b\x08\x1f", b"\x03\x00", b"\x00\x00\xff\xff"],
    "zstd": [b"\x28\xb5\x2f\xfd", b"\x50\x2a\x4d\x18", b"\x5d\x2a\x4d\x18", b"\x37\xa4\x30\xec", b"\x01\x00\x00"],
}  # fmt: skip


class Broken(Exception):
    """A property does not hold. ``key`` is what tells it from other faults."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key}: {message}")
        self.key = key


def holds(condition: bool, key: str, message: object = "") -> None:
    if not condition:
        raise Broken(key, str(message)[:4000])


class Way(NamedTuple):
    """How an input is read: what its last bytes choose."""

    piece: int
    reading: ReadOptions
    writing: WriteOptions
    target: str
    flags: int


def way_of(name: str, size: int, choices: bytes) -> Way:
    first, second, flags = choices
    reading, writing = OWN[name][second % len(OWN[name])]
    target = name
    if second & 0x80:
        target = FORMATS[second >> 5 & 3]
        writing = {}
    options = ReadOptions(
        encoding=(None, "cp1252", "utf-16", "gb18030")[flags & 3],
        id_from=(None, "name", "line", "sha256")[flags >> 2 & 3],
        max_document=(ReadOptions().max_document, 300, 1000, 4000)[second >> 3 & 3],
        own=reading,
        lines=not flags & 16,
        thorough=bool(flags & 32),
        validating=bool(flags & 64),
    )
    return Way(max(1 + first, size // 300), options, WriteOptions(own=writing), target, flags)


def check_format(name: str, data: bytes, choices: bytes) -> None:
    """Check what is promised of a reader and a writer."""
    way = way_of(name, len(data), choices)
    kind = choices[1] >> 5
    if name == "warc" and kind in (1, 3):  # it always takes more at a time than inputs are long
        way = way._replace(reading=way.reading._replace(max_document=ReadOptions().max_document))
        with smaller(CHUNK=256) if kind == 1 else smaller(CHUNK=256, HELD=300, LOOK=100):
            check_reading(name, data, way)
    else:
        check_reading(name, data, way)


def check_reading(name: str, data: bytes, way: Way) -> None:
    format = plugins.format_named(name)
    with quick("scan"):
        batches = scan(format, data, options=way.reading)
    check_batches(format, data, batches)
    with quick("pieces"):
        again = scan(format, data, way.piece, way.reading)
    same(batches, again, lines=way.reading.lines)
    docs = documents(batches)
    if way.flags & 128:
        docs = docs[:3] + made(data)
    with quick("write"):
        comes_back(plugins.format_named(way.target), way, docs, own=way.target == name and not way.flags & 128)
    if name == "warc":
        same_in_members(format, data, way, batches)


@contextlib.contextmanager
def smaller(**sizes: int) -> Iterator[None]:
    """Have readers take, or hold, less at a time: inputs are small."""
    readers = [m for n, m in sys.modules.items() if n.startswith("corpusfmt.formats.")]
    changed = [(m, name, getattr(m, name), size) for m in readers for name, size in sizes.items() if hasattr(m, name)]
    try:
        for reader, name, _, size in changed:
            setattr(reader, name, size)
        yield
    finally:
        for reader, name, usual, _ in changed:
            setattr(reader, name, usual)


def check_batches(format: Format, data: bytes, batches: list[Batch]) -> None:
    for batch in batches:
        for finding in batch.findings:
            holds(finding.code in plugins.faults(), "code", finding)
            edit = finding.edit
            holds(
                edit is None or 0 <= edit.byte <= edit.byte + edit.length <= len(data), f"edit {finding.code}", finding
            )
        for document in batch.documents:
            origin = document.origin
            assert origin is not None
            end = len(data) if format.name != "tei" else 4 * len(data)  # of TEI they are offsets in its UTF-8
            holds(0 <= origin.byte <= origin.body <= end, "origin", origin)
            for at in (0, len(document.data) // 2, len(document.data)):
                holds(0 <= format.locate(batch.region, document, at) <= end, "locate", document)
            with contextlib.suppress(ParseError):
                document.utf8()
            dict(document.meta)
    if format.resync is not None:
        at = format.resync(data, len(data) // 2)
        holds(at == -1 or len(data) // 2 <= at <= len(data), "resync", at)
    format.sniff(data[:8192])


def same(batches: list[Batch], again: list[Batch], *, lines: bool) -> None:
    """Check that two scans gave the same."""
    told, retold = ([f[:9] + f[12:] for f in findings(b)] for b in (batches, again))
    if any(f[0] == "TEI009" for f in told + retold):  # what else is told of a document that is too large, may differ
        told, retold = [], []
    for one, other in zip(told, retold, strict=False):
        holds(one == other, f"pieces {one[0]} {other[0]}", f"\n{one}\n{other}")
    odd = sorted({str(f[0]) for f in told[len(retold) :] + retold[len(told) :]})
    holds(not odd, f"pieces more {odd}", f"\n{told}\n{retold}")
    docs, others = documents(batches), documents(again)
    holds(docs == others, "pieces documents", f"\n{docs}\n{others}")
    holds([d.data for d in docs] == [d.data for d in others], "pieces data", docs)
    if lines:  # those that nobody asked for may be there
        holds([d.origin for d in docs] == [d.origin for d in others], "pieces origins", [d.origin for d in docs])
    left, leaving = (
        {word: sum(b.dropped.get(word, 0) for b in a) for b in a for word in b.dropped} for a in (batches, again)
    )
    holds(left == leaving, "pieces left behind", f"{left} {leaving}")
    holds(any(b.fatal for b in batches) == any(b.fatal for b in again), "pieces fatal", told)


def made(data: bytes) -> list[Document]:
    """Make documents of the bytes: id, name, text and metadata, one after the other."""
    found = []
    parts = data.split(b"\xff\xfe")
    for i in range(0, min(len(parts), 20), 4):
        id, name, text, meta = (parts[i : i + 4] + [b""] * 3)[:4]
        with contextlib.suppress(ValueError):
            number = int(id) if id.isdigit() else id.decode("utf-8", "ignore")
            found.append(Document(number, text, name=name.decode("utf-8", "ignore"), meta=meta or None))
    return found


def comes_back(format: Format, way: Way, docs: list[Document], *, own: bool) -> None:
    """Check that what was written is read again, and then changes no more."""
    kept = []
    for document in docs:
        lost = format.losses(document, way.writing)
        if not lost:
            kept.append(document)
            continue
        with contextlib.suppress(LossError):
            write(format, [document], way.writing)
            raise Broken(f"{format.name} writes what is lost {lost[0].kind}", repr(document))
    once = write(format, kept, way.writing)
    reading = ReadOptions(own={k: v for k, v in way.writing.own.items() if k.endswith("field") or k == "layout"})
    if not kept:
        return
    try:
        back = parse(format, once, options=reading)
    except ParseError as error:
        raise Broken(f"{format.name} refuses what it wrote {error.finding.code}", f"{error}\n{once!r}") from None
    holds(len(back) == len(kept), f"{format.name} count", f"\n{kept}\n{back}\n{once!r}")
    for one, other in zip(kept, back, strict=True):
        what = next((w for w in ("id", "name", "meta_json", "data") if getattr(one, w) != getattr(other, w)), "")
        holds(one == other, f"{format.name} comes back {what}", f"\n{vars_of(one)}\n{vars_of(other)}\n{once!r}")
    twice = write(format, back, way.writing)
    holds(twice == once or not own, f"{format.name} fixed point", once)
    holds(write(format, parse(format, twice, options=reading), way.writing) == twice, f"{format.name} third", twice)


def vars_of(document: Document) -> tuple[object, ...]:
    return document.id, document.name, document.data, document.encoding, document.meta_json


def same_in_members(format: Format, data: bytes, way: Way, batches: list[Batch]) -> None:
    """Check that a sound archive gives the same when each record is a gzip member."""
    if not data.startswith(b"WARC/") or any(f.severity == "error" for f in findings(batches)):
        return
    starts = [0, *(m.start() + 4 for m in re.finditer(rb"\r\n\r\nWARC/1\.", data)), len(data)]
    packed = b"".join(gzip.compress(data[a:b], 1, mtime=0) for a, b in itertools.pairwise(starts))
    with Input(io.BytesIO(packed), "x.warc.gz", owned=True) as stream:
        again = list(format.scan(stream, way.reading))
    told = [f for f in findings(again) if f.severity == "error"]
    holds(not told, f"members {told[0].code if told else ''}", told)
    holds(documents(again) == documents(batches), "members documents", "")


@contextlib.contextmanager
def quick(what: str) -> Iterator[None]:
    """Check that it does not take too long, by the time of the processor: others use the machine too."""
    start = time.process_time()
    yield
    took = time.process_time() - start
    holds(took < SECONDS, f"slow {what}", f"{took:.1f} s")


# -- codecs -------------------------------------------------------------------------------------------------


class Truth(NamedTuple):
    """What another decoder says: the content as far as it is sound, where members end, whether all of it is sound."""

    content: bytes
    members: list[tuple[int, int]]
    ends: set[int]
    whole: bool


class Short(io.BytesIO):
    """A file that gives little at a time, but for its first bytes."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self.most = most

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 0, self.most) if self.tell() else size)


def ours(data: bytes, suffix: str, piece: int, size: int) -> tuple[bytes, str, list[tuple[int, int]]]:
    """Return what our decoder gives, the code it ends with, and the members it saw.

    A block of zstd that must not be, and that libzstd takes all the same, has a code of its own.
    """
    out: list[bytes] = []
    members: list[tuple[int, int]] = []
    try:
        with Input(Short(data, piece), f"x{suffix}", owned=True) as stream:
            tracked = stream.track_members()
            while more := stream.read(size):
                out.append(more)
            members = tracked or []
            holds(stream.raw_position == len(data), "not read to the end", stream.raw_position)
    except ParseError as error:
        code = "impossible" if "impossible block" in error.finding.message else error.finding.code
        return b"".join(out), code, members
    return b"".join(out), "", members


def gzip_truth(data: bytes) -> Truth | None:
    at, content, ends = 0, b"", {0}
    members: list[tuple[int, int]] = []
    while data.startswith(b"\x1f\x8b", at):
        members.append((len(content), at))
        decoder = zlib.decompressobj(31)
        try:
            content += decoder.decompress(data[at:])
        except zlib.error as error:
            if "set" in str(error):  # a Huffman code with gaps that nothing uses: our library takes it, zlib does not
                return None
            return Truth(content, members, ends, whole=False)
        if not decoder.eof:
            return Truth(content, members, ends, whole=False)
        at = len(data) - len(decoder.unused_data)
        ends.add(at)
    return Truth(content, members, ends, at == len(data) and at > 0)


def zstd_truth(data: bytes) -> Truth:
    at, content, ends = 0, b"", {0}
    members: list[tuple[int, int]] = []
    decompressor = zstandard.ZstdDecompressor(max_window_size=128 << 20)
    while at < len(data):
        if data[at + 1 : at + 4] == b"\x2a\x4d\x18" and 0x50 <= data[at] <= 0x5F:
            stop = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
            if len(data) - at < 8 or stop > len(data):
                return Truth(content, members, ends, whole=False)
            if at == 0 and data[0] == 0x5D:
                try:
                    raw = data[8:stop]
                    if raw.startswith(b"\x28\xb5\x2f\xfd"):
                        raw = zstd_truth(raw).content
                    held = zstandard.ZstdCompressionDict(raw, dict_type=zstandard.DICT_TYPE_FULLDICT)
                    decompressor = zstandard.ZstdDecompressor(dict_data=held, max_window_size=128 << 20)
                except zstandard.ZstdError:
                    return Truth(content, members, ends, whole=False)
            at = stop
        else:
            members.append((len(content), at))
            decoder = decompressor.decompressobj()
            try:
                content += decoder.decompress(data[at:])
            except zstandard.ZstdError:
                return Truth(content, members, ends, whole=False)
            if not decoder.eof:
                return Truth(content, members, ends, whole=False)
            at = len(data) - len(decoder.unused_data)
        ends.add(at)
    return Truth(content, members, ends, at > 0)


def check_codec(name: str, data: bytes, choices: bytes) -> None:
    """Check a decoder against another one."""
    magics = (
        (b"\x1f\x8b",)
        if name == "gzip"
        else (b"\x28\xb5\x2f\xfd", *(bytes([n]) + b"\x2a\x4d\x18" for n in range(0x50, 0x60)))
    )
    if not data.startswith(magics):
        return
    suffix, truth_of = CODECS[name], gzip_truth if name == "gzip" else zstd_truth
    with quick("decode"):
        content, code, members = ours(data, suffix, 1 << 30, 1 << 17)
    piece, size = 8 + choices[0] * (1 + choices[2]), 1 + choices[1] * (1 + choices[2])
    if len(content) > 1 << 20:
        size = max(size, 1 << 14)
    with quick("pieces"):
        again, code_again, members_again = ours(data, suffix, max(piece, len(data) // 1000), size)
    holds(code == code_again, f"pieces {code} {code_again}", len(content))
    if code == "FILE001":  # how much of a member that is cut can be had, depends on where the library was stopped
        holds(content.startswith(again) or again.startswith(content), "pieces of what is cut", len(content))
    elif code not in UNTRUSTED and code != "impossible":
        holds(content == again, "pieces content", f"{len(content)} {len(again)}")
    if code == "FILE004":
        return
    holds(code != "" or members == members_again, "pieces members", f"{members[:9]} {members_again[:9]}")
    truth = truth_of(data)
    if truth is None:
        return
    if not code:
        holds(truth.whole, "gives what is not sound", f"{len(content)} {len(truth.content)}")
        holds(content == truth.content, "gives something else", f"\n{content[:500]!r}\n{truth.content[:500]!r}")
        holds(members == truth.members, "members", f"\n{members[:20]}\n{truth.members[:20]}")
        for at in {len(data) * choices[0] // 256, len(data) - 1 - choices[1] % len(data), len(data) - 1}:
            if at not in truth.ends:
                got, fault, _ = ours(data[:at], suffix, 1 << 30, 1 << 17)
                holds(fault != "", "truncated and no fault", f"{at} of {len(data)}")
                holds(truth.content.startswith(got), "truncated and something else", at)
    elif code != "impossible":
        holds(not truth.whole, f"refuses what is sound {code}", len(truth.content))


# -- mutating -----------------------------------------------------------------------------------------------


def mend_warc(data: bytes, chance: random.Random) -> bytes:
    """Write the right lengths, and often the right digests, into records."""
    records = re.split(rb"(?<=\r\n\r\n)(?=WARC/1\.)", data)
    mended = []
    for record in records:
        header, blank, block = record.partition(b"\r\n\r\n")
        if blank:
            block = block.removesuffix(b"\r\n\r\n")
            if chance.random() < 0.1:
                record_header, http, rest = block.partition(b"\r\n\r\n")
                rest = (
                    gzip.compress(rest, 1, mtime=0)
                    if chance.random() < 0.5
                    else b"%x\r\n%b\r\n0\r\n\r\n" % (len(rest), rest)
                )
                block = record_header + http + rest
            header = re.sub(rb"(?i)(\r\nContent-Length:[ ]?)[^\r]*", rb"\g<1>%d" % len(block), header)
            digest = hashlib.sha256(block).hexdigest().encode()
            header = re.sub(rb"(?i)(\r\nWARC-Block-Digest:[ ]?)[^\r]*", rb"\1sha256:" + digest, header)
            header = re.sub(rb"(?i)\r\nWARC-Payload-Digest:[^\r]*", b"", header)
            record = header + blank + block + b"\r\n\r\n"
        mended.append(record)
    return b"".join(mended)


def mend_gzip(data: bytes, chance: random.Random) -> bytes:
    """Put right the checksum and the size at the end of the first member, or compress its content anew."""
    decoder = zlib.decompressobj(-15)
    start = 10 if len(data) > 3 and not data[3] else len(data)
    try:
        content = decoder.decompress(data[start:], 1 << 20)
    except zlib.error:
        content = data
    if chance.random() < 0.5:
        tail = decoder.unused_data[8:] if decoder.eof else b""
        body = data[start : len(data) - len(decoder.unused_data)] if decoder.eof else b"\x03\x00"
        content = content if decoder.eof else b""
        return (
            b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
            + body
            + zlib.crc32(content).to_bytes(4, "little")
            + (len(content) & 0xFFFFFFFF).to_bytes(4, "little")
            + tail
        )
    out = []
    cuts = sorted(chance.randrange(len(content) + 1) for _ in range(chance.randrange(4)))
    for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True):
        coder = zlib.compressobj(
            chance.randrange(10), zlib.DEFLATED, 31 - chance.randrange(7), 1 + chance.randrange(9), chance.randrange(5)
        )
        half = (a + b) // 2
        flush = chance.choice((zlib.Z_NO_FLUSH, zlib.Z_PARTIAL_FLUSH, zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH))
        member = coder.compress(content[a:half]) + coder.flush(flush) + coder.compress(content[half:b]) + coder.flush()
        flags = chance.choice((0, 0, 0, 2, 4, 8, 16, chance.randrange(32)))
        header = b"\x1f\x8b\x08" + bytes([flags]) + bytes(6) + (b"\2\0ab" if flags & 4 else b"")
        header += (b"name\0" if flags & 8 else b"") + (b"comment\0" if flags & 16 else b"")
        header += (zlib.crc32(header) & 0xFFFF).to_bytes(2, "little") if flags & 2 else b""
        out.append(header + member[10:])
    return b"".join(out)


def mend_zstd(data: bytes, chance: random.Random) -> bytes:
    """Compress the content, or the bytes as they are, anew."""
    content = zstd_truth(data).content[: 1 << 18] or data
    if chance.random() < 0.3:
        content += content[: chance.randrange(200)] * chance.randrange(2000)
    out = [bytes([0x50 + chance.randrange(16)]) + b"\x2a\x4d\x18\x02\0\0\0ab" if chance.random() < 0.1 else b""]
    cuts = sorted(chance.randrange(len(content) + 1) for _ in range(chance.randrange(4)))
    for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True):
        coder = zstandard.ZstdCompressor(
            level=chance.randrange(-5, 12),
            write_checksum=chance.random() < 0.5,
            write_content_size=chance.random() < 0.7,
        )
        if chance.random() < 0.5:
            out.append(coder.compress(content[a:b]))
        else:
            stream = coder.compressobj()
            out.append(stream.compress(content[a : (a + b) // 2]) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK))
            out.append(stream.compress(content[(a + b) // 2 : b]) + stream.flush())
    return b"".join(out)


MENDERS: Final[dict[str, Callable[[bytes, random.Random], bytes]]] = {
    "warc": mend_warc,
    "gzip": mend_gzip,
    "zstd": mend_zstd,
}


# -- running ------------------------------------------------------------------------------------------------


def check(name: str, given: bytes) -> None:
    data, choices = given[:-CHOICES], given[-CHOICES:]
    if len(choices) == CHOICES:
        (check_codec if name in CODECS else check_format)(name, data, choices)


def key_of(error: BaseException) -> str:
    """Return what tells a fault from others: its own key, or the innermost place of ours."""
    if isinstance(error, Broken):
        return error.key
    frames = traceback.extract_tb(error.__traceback__)
    inside = [f for f in frames if f"{os.sep}corpusfmt{os.sep}" in f.filename] or frames
    outside = f" {frames[-1].lineno}" if inside is frames or frames[-1].filename.endswith("support.py") else ""
    return f"{type(error).__name__} {Path(inside[-1].filename).stem} {inside[-1].name} {inside[-1].lineno}{outside}"


def keep(folder: Path, error: BaseException, given: bytes) -> None:
    """Keep the smallest input for each fault."""
    key = re.sub(r"[^A-Za-z0-9]+", "-", key_of(error)).strip("-")[:100]
    file = folder / f"{key}.bin"
    if not file.exists() or file.stat().st_size > len(given):
        file.write_bytes(given)
        text = "".join(traceback.format_exception(error))
        (folder / f"{key}.txt").write_text(text, "utf-8", "backslashreplace")


def child(name: str, folder: Path, arguments: list[str]) -> None:
    """Fuzz in this process until the time is up, or it dies."""
    atheris: Any = importlib.import_module("atheris")

    def test(given: bytes) -> None:
        try:
            check(name, given)
        except Exception as error:  # noqa: BLE001
            keep(folder, error, given)

    def mutate(given: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        changed: bytes = atheris.Mutate(given, most)
        if name in MENDERS and chance.random() < 0.5:
            with contextlib.suppress(zstandard.ZstdError, zlib.error):
                mended = MENDERS[name](changed[:-CHOICES], chance) + changed[-CHOICES:]
                if len(mended) <= most:
                    return mended
        return changed

    atheris.Setup([sys.argv[0], *arguments], test, custom_mutator=mutate)
    atheris.Fuzz()


def inputs(name: str, folders: list[Path]) -> Iterator[bytes]:
    """Give what to begin with: files, the examples of faults, and all documents in them as this format writes them."""
    found = [f.read_bytes()[:MAX_LENGTH] for folder in folders for f in sorted(folder.rglob("*")) if f.is_file()]
    for fault in [*plugins.faults().values(), *plugins.rules().values()]:
        for example in (fault.bad, fault.good):
            found += [example] if isinstance(example, bytes) else example
    for data in list(found):
        with contextlib.suppress(ParseError, corpusfmt.ConfigurationError, LossError):
            plain = Input(io.BytesIO(data), "x", owned=True).peek(MAX_LENGTH)
            found.append(plain[:MAX_LENGTH])
    if name in CODECS:
        for data in found:
            yield gzip.compress(data[:2000]) if name == "gzip" else zstandard.compress(data[:2000])
        yield from found
        return
    yield from found
    target = plugins.format_named(name)
    for data in found:
        for source in plugins.formats().values():
            if not source.sniff(data[:8192]):
                continue
            for reading, writing in OWN[name]:
                options = ReadOptions(own=reading if source is target else {}, id_from="sha256")
                docs = documents(list(source.scan(Pieces(data), options)))
                docs = [d for d in docs if not target.losses(d, WriteOptions(own=writing)) and len(d.data) < 8000]
                yield write(target, docs[:4], WriteOptions(own=writing))[:MAX_LENGTH]


def prepare(name: str, folders: list[Path], work: Path) -> None:
    """Write the seeds, with choices after them, and the dictionary."""
    seeds = work / "seeds"
    seeds.mkdir(parents=True, exist_ok=True)
    (work / "corpus").mkdir(exist_ok=True)
    for number, data in enumerate(set(inputs(name, folders))):
        chance = random.Random(hashlib.sha256(data).digest())
        choices = (b"\xff\0\0", b"\x06" + chance.randbytes(2))[number % 2]
        (seeds / hashlib.sha256(data).hexdigest()[:20]).write_bytes(data + choices)
    words = ["".join(f"\\x{byte:02x}" for byte in word) for word in WORDS[name]]
    (work / "words").write_text("".join(f'"{word}"\n' for word in words))


def parent(name: str, minutes: float, work: Path, found: Path) -> None:
    """Fuzz until the time is up, in a new process whenever one dies."""
    until = time.monotonic() + 60 * minutes
    while (left := int(until - time.monotonic())) > 0:
        arguments = [
            f"-max_total_time={left}", f"-max_len={MAX_LENGTH + CHOICES}", "-timeout=60", "-rss_limit_mb=3000", f"-dict={work / 'words'}",
            f"-artifact_prefix={found}/died-", "-print_final_stats=1", "-reload=0", str(work / "corpus"), str(work / "seeds"),
        ]  # fmt: skip
        command = [sys.executable, __file__, name, "--found", str(found), "--child", *arguments]
        code = subprocess.run(command, check=False).returncode
        print(f"ended with {code}; found so far: {sorted(f.name for f in found.iterdir())}", flush=True)


def replay(name: str, files: list[Path]) -> int:
    """Check inputs once. Return how many break a promise."""
    broken = 0
    for file in files:
        try:
            check(name, file.read_bytes())
        except Exception as error:  # noqa: BLE001
            broken += 1
            print(f"{file}: {key_of(error)}\n{''.join(traceback.format_exception(error))}")
    return broken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("format", choices=[*FORMATS, *CODECS])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--corpus", type=Path, nargs="*", default=[], help="folders with files to begin with")
    parser.add_argument(
        "--work", type=Path, default=Path("fuzzing"), help="where inputs that reach something new are kept"
    )
    parser.add_argument("--found", type=Path, help="where reproducers are kept; WORK/FORMAT/found without it")
    parser.add_argument("--replay", type=Path, nargs="+", help="inputs to check once")
    parser.add_argument("--child", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    given = parser.parse_args()
    work = given.work / given.format
    found = given.found or work / "found"
    if given.replay:
        return min(replay(given.format, given.replay), 1)
    found.mkdir(parents=True, exist_ok=True)
    if given.child is not None:
        child(given.format, found, given.child)
        return 0
    prepare(given.format, given.corpus, work)
    parent(given.format, given.minutes, work, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
