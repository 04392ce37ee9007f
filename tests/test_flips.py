"""One byte of a file flipped: what is read is refused, or the same, or differs where nothing could have told."""

from __future__ import annotations

import gzip
import os
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
import zstandard

from corpusfmt import Document, plugins, validate
from corpusfmt.model.format import ReadOptions, WriteOptions
from tests import flips
from tests.support import DATA, DEEP, SEEDS, needs_data, write

#: Flips for each format, of files of others and of ours, or as many as ``CORPUSFMT_FLIPS`` says.
FLIPS = int(os.environ.get("CORPUSFMT_FLIPS", "2000" if DEEP else "100"))
#: Bytes that mean something somewhere.
_TELLING = b' \t\r\n"\\<>&;:,{}[]/=-\x00\xff\xc3\x80+07E'
DOLMA = {"layout": "dolma"}


class Case(NamedTuple):
    """A file: its name, which tells format and compression, its bytes and how it is read."""

    name: str
    data: bytes
    options: ReadOptions
    format: str

    def __str__(self) -> str:
        return self.name


def case(name: str, data: bytes, format: str, own: dict[str, str] | None = None) -> Case:
    return Case(name, data, ReadOptions(lines=False, id_from="sha256", own=own or {}), format)


def documents_of(path: Path, format: str, own: dict[str, str] | None = None) -> list[Document]:
    one = case(path.name, path.read_bytes(), format, own)
    return flips.read(one.data, one.name, one.options, one.format).documents


def plain(data: bytes) -> bytes:
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


# -- files ---------------------------------------------------------------------------------------------------------------


def _inside(path: Path) -> bytes:
    """A TEI file without what stands before its root."""
    data = path.read_bytes()
    return data[re.search(rb"<TEI[\s>]", data).start() :]  # type: ignore[union-attr]


@lru_cache
def real(format: str) -> list[Case]:
    """Files that others made, and some of them joined, so that there are other documents to be hurt."""
    if format == "jsonl":
        paths = [*DATA.glob("jsonl/dolma-cc-head/*"), *DATA.glob("jsonl/dolma-documents/*")]
        cases = [case(path.name, path.read_bytes(), format, DOLMA) for path in sorted(paths)]
        lines = b"".join(plain(path.read_bytes()) for path in sorted(DATA.glob("jsonl/dolma-formats/*.jsonl")))
        return [*cases, case("formats.jsonl", (lines + b"\n") * 3, format, {"text-field": "message"})]
    if format == "warc":
        folders = ("warcio", "jwarc", "commoncrawl-whirlwind", "derived-zst")
        paths = [p for folder in folders for p in sorted(DATA.glob(f"warc/{folder}/*.w*")) if ".arc" not in p.suffixes]
        joined = b"".join(plain(path.read_bytes()) for path in paths if _is_sound(path) and ".zst" not in path.suffixes)
        cases = [case(path.name, path.read_bytes(), format) for path in paths if _is_sound(path)]
        bare = [case(one.name[:-3], plain(one.data), format) for one in cases if one.name.endswith(".gz")]
        return [
            *cases,
            *bare,
            case("joined.warc", joined, format),
            case("joined.warc.gz", _member_each(joined), format),
        ]
    if format == "tei":
        paths = [DATA / "tei/tei-p5-samples/diaryfragment.xml", *sorted(DATA.glob("tei/eltec-por/*.xml"))]
        inside = [_inside(path) for path in [paths[0], *sorted(paths[1:], key=lambda path: path.stat().st_size)[:2]]]
        corpus = b'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/>%b</teiCorpus>' % b"".join(inside)
        paths += sorted(DATA.glob("tei/castello-anima/*.xml"))
        return [case(path.name, path.read_bytes(), format) for path in paths] + [case("corpus.xml", corpus, format)]
    cases = [case(path.name, path.read_bytes(), format) for path in sorted(SEEDS.glob("*.seed"))]
    return cases + [one for one in made(format) if ".seed." not in one.name]


def _is_sound(path: Path) -> bool:
    try:
        return bool(documents_of(path, "warc"))
    except flips.Refused:
        return False


def _member_each(data: bytes) -> bytes:
    """Compress an archive, each record a member."""
    starts = [match.start() for match in re.finditer(rb"(?:\A|(?<=\r\n\r\n))WARC/1\.[01]\r\n", data)]
    return b"".join(
        gzip.compress(data[start:stop], mtime=0) for start, stop in zip(starts, [*starts[1:], len(data)], strict=True)
    )


@lru_cache
def texts() -> list[list[Document]]:
    """What is converted: small seed files, records, an archive, a novel."""
    found = [documents_of(path, "seed") for path in sorted(SEEDS.glob("*.seed"))]
    if DATA.is_dir():
        found.append(documents_of(DATA / "jsonl/dolma-cc-head/cc_en_head-0174.jsonl", "jsonl", DOLMA))
        found.append(
            [d for path in sorted(DATA.glob("warc/*/*.wa*")) if _is_sound(path) for d in documents_of(path, "warc")]
        )
        found.append(documents_of(DATA / "tei/tei-p5-samples/diaryfragment.xml", "tei"))
        found.append(documents_of(min(DATA.glob("tei/eltec-por/*.xml")), "tei"))
    return found


@lru_cache
def made(format: str) -> list[Case]:
    """Files that our writers made, plain and compressed."""
    room, cases = plugins.format_named(format), []
    for number, docs in enumerate(texts()):
        options = WriteOptions()
        kept = [document for document in docs if not room.losses(document, options)]
        data = write(room, kept)
        suffix = room.suffixes[0]
        cases.append(case(f"made-{number}{suffix}", data, format))
        writer = room.writer(options)
        pieces = [writer.begin(), *writer.encode(kept), writer.end(len(kept))] if format == "warc" else [data]
        squeeze = zstandard.ZstdCompressor(write_checksum=True).compress
        cases.append(
            case(f"made-{number}{suffix}.gz", b"".join(gzip.compress(p, mtime=0) for p in pieces if p), format)
        )
        cases.append(case(f"made-{number}{suffix}.zst", b"".join(squeeze(p) for p in pieces if p), format))
    return cases


# -- flips ---------------------------------------------------------------------------------------------------------------


def flipped(data: bytes, bare: Sequence[int], random: Random) -> tuple[int, bytes]:
    """Change a byte, every other time one of those that something covers."""
    at = random.choice(bare) if bare and random.random() < 0.5 else random.randrange(len(data))
    kind, old = random.random(), data[at]
    new = (
        old ^ 1 << random.randrange(8)
        if kind < 0.4
        else random.choice(_TELLING)
        if kind < 0.7
        else random.randrange(256)
    )
    new = old ^ random.randrange(1, 256) if new == old else new
    return at, data[:at] + bytes([new]) + data[at + 1 :]


def tally(cases: Sequence[Case], count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Flip bytes of files in turn. Count what became of them, and list what was read wrongly."""
    random, counts, wrong = Random(seed), Counter[str](), []
    for number, one in enumerate(cases):
        packed = one.data.startswith((b"\x1f\x8b", b"\x28\xb5", b"\x5d\x2a"))
        where = [] if packed else flips.spans(one.format, one.data)
        open_to = {at for span in where for at in range(span.start, span.stop)}
        bare = [at for at in range(len(one.data)) if at not in open_to] if where else []
        before = flips.read(one.data, one.name, one.options, one.format)
        for _ in range(count // len(cases) + (number < count % len(cases))):
            at, changed = flipped(one.data, bare, random)
            try:
                after = flips.read(changed, one.name, one.options, one.format)
            except flips.Refused:
                counts["refused"] += 1
                continue
            verdict = flips.judge(one.format, one.data, changed, at, before, after, where)
            if verdict.startswith("WRONG"):
                wrong.append(
                    f"{one.name}:{at}: {one.data[max(0, at - 40) : at + 40]!r}, {changed[at : at + 1]!r}: {verdict}"
                )
                verdict = "WRONG"
            counts[verdict] += 1
    assert counts.total() == count
    return counts, wrong


@pytest.mark.parametrize("format", ["seed", "jsonl", "warc", "tei"])
@needs_data
def test_real_files_with_a_flipped_byte(format: str) -> None:
    counts, wrong = tally(real(format), FLIPS // 2, 1)
    print(format, dict(counts.most_common()))
    assert wrong == []


@pytest.mark.parametrize("format", ["seed", "jsonl", "warc", "tei"])
def test_files_of_ours_with_a_flipped_byte(format: str) -> None:
    counts, wrong = tally(made(format), FLIPS // 2, 2)
    print(format, dict(counts.most_common()))
    assert wrong == []


@pytest.mark.parametrize("size", [512, 4096])
@pytest.mark.parametrize("format", ["seed", "jsonl", "warc", "tei", "dir"])
def test_a_block_of_zeros_is_reported(format: str, size: int, tmp_path: Path) -> None:
    """What a disk gives for a block that it lost, or a file system for one that was never written."""
    if format == "dir":
        cases = [case("a.txt", b"a line of a text\n" * 2000, format)]
    else:
        cases = [one for one in made(format) if not one.name.endswith((".gz", ".zst"))]
        cases += [
            case(path.name, path.read_bytes(), format) for path in sorted(SEEDS.glob("*.seed")) if format == "seed"
        ]
    random = Random(size)
    for one in cases:
        blocks = range(0, len(one.data), size)
        for at in random.sample(blocks, min(len(blocks), 10)):
            changed = one.data[:at] + bytes(len(one.data[at : at + size])) + one.data[at + size :]
            path = tmp_path / one.name
            path.write_bytes(changed)
            told = [finding.code for finding in validate(path, format=format) if finding.severity != "note"]
            assert told or changed == one.data, f"{one.name}: bytes {at} to {at + size}"
