"""Make a corpus to measure with: the same bytes for the same arguments, on every machine.

    python benchmarks/corpora.py articles 200 articles.seed articles.jsonl
    python benchmarks/corpora.py large 1000 - --to seed | corpusfmt convert - --from seed -o large.jsonl

Nothing but a few paragraphs is held in memory. The size counts the texts, so that all formats of a corpus
hold the same documents. Members of ``warc.gz`` differ where another zlib is at work; their records do not.
"""

from __future__ import annotations

import argparse
import gzip
import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from hashlib import sha256
from random import Random
from typing import BinaryIO, NamedTuple

_ENGLISH = (
    "the of and to in a is that for it was on with as his they be at one have this from or had by hot but some what "
    "there we can out other were all your when up use word how said an each she which do their time if will way about "
    "many then them would write like so these her long make thing see him two has look more day could go come did my "
    "sound no most number who over know water than call first people may down side been now find harbour council "
    "minister railway evening newspaper government spokesman investigation parliament neighbourhood weather economy"
)
_RUSSIAN = (
    "город река вечер дорога правительство человек время новости погода министр сообщил неделя улица история "
    "газета редакция собрание вопрос решение страна"
)
ENGLISH, RUSSIAN = _ENGLISH.split(), _RUSSIAN.split()
POOL = 4000


class Kind(NamedTuple):
    """How large the documents of a corpus are, and the paragraphs in them, in bytes."""

    smallest: int
    largest: int
    paragraph: int


KINDS = {
    "articles": Kind(1_500, 3_500, 400),
    "long": Kind(200_000, 200_000, 400),
    "short": Kind(200, 200, 200),
    "large": Kind(1_000_000, 1_000_000, 400),
}


class Paragraph(NamedTuple):
    """A paragraph as it stands in a text, and inside a JSON string."""

    plain: bytes
    escaped: bytes


class Document(NamedTuple):
    """A document in parts. ``newline`` says whether the text ends in a line end."""

    number: int
    paragraphs: list[Paragraph]
    newline: bool


def paragraph(rng: Random, size: int) -> Paragraph:
    """Write a paragraph of about ``size`` bytes: English, typographic quotes, some words in Russian."""
    words: list[str] = []
    length = left = 0
    while length < size - 6:
        roll, russian = rng.random(), rng.random() < 0.04
        vocabulary = RUSSIAN if russian else ENGLISH
        word = vocabulary[int(rng.random() * len(vocabulary))]
        if left == 0:
            left, word = 6 + int(rng.random() * 12), word.capitalize()
        left -= 1
        if left == 0:
            word += "…" if roll < 0.05 else "."
        elif roll < 0.04:
            word = f"“{word}”"
        elif roll < 0.05:
            word = f'"{word}"'
        elif roll < 0.07:
            word += "’s"
        elif roll < 0.12:
            word += ","
        elif roll < 0.13:
            word += " —"
        words.append(word)
        length += len(word.encode()) + 1
    text = " ".join(words).rstrip(".") + "."
    return Paragraph(text.encode(), json.dumps(text, ensure_ascii=False)[1:-1].encode())


def documents(kind: str, size: int, seed: int) -> Iterator[Document]:
    """Give documents until their texts have ``size`` bytes together."""
    rng = Random(seed)
    smallest, largest, each = KINDS[kind]
    pool = [paragraph(rng, each) for _ in range(POOL)]
    number = written = 0
    while written < size:
        number += 1
        wanted = smallest + int(rng.random() * (largest - smallest + 1))
        chosen: list[Paragraph] = []
        length = 0
        while not chosen or length + each // 2 < wanted:
            chosen.append(pool[int(rng.random() * POOL)])
            length += len(chosen[-1].plain) + 1
        document = Document(number, chosen, rng.random() < 0.5)
        yield document
        written += length if document.newline else length - 1


def as_seed(document: Document) -> bytes:
    """Return a document as it stands in a seed file, version 1."""
    end = b"\n" if document.newline else b"\n\\ No newline at end of file\n"
    text = b"\n".join([part.plain for part in document.paragraphs])
    return b"<<<FILE news-%06d article %d.txt>>>\n%b%b" % (document.number, document.number, text, end)


def as_jsonl(document: Document) -> bytes:
    """Return a document as a line of JSON, in the native layout."""
    end = rb"\n" if document.newline else b""
    text = rb"\n".join([part.escaped for part in document.paragraphs])
    record = b'{"id":"news-%06d","name":"article %d.txt","text":"%b%b","meta":{}}\n'
    return record % (document.number, document.number, text, end)


def record(kind: bytes, number: int, type: bytes, block: bytes, *fields: bytes) -> bytes:
    """Return a WARC record. Its id is made of ``number`` alone (a UUID of version 8)."""
    digest = b"sha256:" + sha256(block).hexdigest().encode()
    head = b"WARC/1.1\r\nWARC-Type: %b\r\nWARC-Record-ID: %b\r\nWARC-Date: 1970-01-01T00:00:00Z\r\n"
    lines = [head % (kind, record_id(number)), *fields]
    lines.append(b"Content-Type: %b\r\nWARC-Block-Digest: %b\r\n" % (type, digest))
    if kind == b"resource":
        lines.append(b"WARC-Payload-Digest: %b\r\n" % digest)
    lines.append(b"Content-Length: %d\r\n\r\n%b\r\n\r\n" % (len(block), block))
    return b"".join(lines)


def record_id(number: int) -> bytes:
    """Return the id of a WARC record."""
    return b"<urn:uuid:00000000-0000-8000-8000-%012x>" % number


def records(document: Document) -> tuple[bytes, bytes]:
    """Return the two WARC records of a document: its text, and what is known about it."""
    number, first = document.number, 2 * document.number
    end = b"\n" if document.newline else b""
    text = b"\n".join([part.plain for part in document.paragraphs]) + end
    about = b'{"id":"news-%06d","name":"article %d.txt","meta":{}}' % (number, number)
    uri = b"WARC-Target-URI: urn:x-corpusfmt:news-%06d\r\n" % number
    refers = b"WARC-Refers-To: %b\r\n" % record_id(first)
    own = b"application/x.corpusfmt.document+json; version=1"
    return (
        record(b"resource", first, b"text/plain; charset=utf-8", text, uri),
        record(b"metadata", first + 1, own, about, uri, refers),
    )


def as_warc(document: Document) -> bytes:
    """Return a document as it stands in a WARC file of ours."""
    return b"".join(records(document))


def as_warc_gz(document: Document) -> bytes:
    """Return a document as it stands in a compressed WARC file: each record in a member of its own."""
    return b"".join([member(one) for one in records(document)])


def member(data: bytes) -> bytes:
    """Return ``data`` as a gzip member, at the usual level."""
    return gzip.compress(data, 6, mtime=0)


INFO = record(
    b"warcinfo", 1, b"application/warc-fields",
    b"software: corpora.py\r\nformat: WARC File Format 1.1\r\n"
    b"conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
    b"corpusfmt-profile: 1\r\n",
)  # fmt: skip


def warc_end(count: int) -> bytes:
    """Return the record that ends a WARC file of ours, which says how many documents there are."""
    own = b"application/x.corpusfmt.end+json; version=1"
    info = b"WARC-Warcinfo-ID: %b\r\n" % record_id(1)
    return record(b"metadata", 2 * count + 2, own, b'{"documents":%d}' % count, info)


class Spelling(NamedTuple):
    """How a file of a format begins, how a document stands in it, and how one of so many documents ends."""

    begin: bytes
    document: Callable[[Document], bytes]
    end: Callable[[int], bytes] = lambda _: b""


FORMATS = {
    "seed": Spelling(b"<<<SEED 1>>>\n", as_seed),
    "jsonl": Spelling(b"", as_jsonl),
    "warc": Spelling(INFO, as_warc, warc_end),
    "warc.gz": Spelling(member(INFO), as_warc_gz, lambda count: member(warc_end(count))),
}


def make(kind: str, megabytes: float, outputs: Sequence[tuple[str, BinaryIO]], seed: int = 1) -> int:
    """Write one corpus in each of the formats of ``outputs``. Return how many documents it has."""
    count = 0
    spellings = [(FORMATS[name].document, output) for name, output in outputs]
    for name, output in outputs:
        output.write(FORMATS[name].begin)
    for document in documents(kind, int(megabytes * 1_000_000), seed):
        for spell, output in spellings:
            output.write(spell(document))
        count += 1
    for name, output in outputs:
        output.write(FORMATS[name].end(count))
    return count


def main() -> None:
    """Read the arguments and write the corpus."""
    suffixes = ", ".join([f".{name}" for name in FORMATS])
    parser = argparse.ArgumentParser(description="Make a corpus to measure with.")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("megabytes", type=float, help="size of all texts together")
    parser.add_argument("out", nargs="+", help=f"a file or FIFO ending in {suffixes}, or - for standard output")
    parser.add_argument("--to", choices=FORMATS, help="the format, where the name does not tell")
    parser.add_argument("--seed", type=int, default=1, help="another number gives another corpus")
    args = parser.parse_args()
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    with ExitStack() as stack:
        outputs: list[tuple[str, BinaryIO]] = []
        for path in args.out:
            name = args.to or next((name for name in FORMATS if path.endswith(f".{name}")), "")
            if not name:
                parser.error(f"cannot tell the format of {path}; use --to {' or '.join(FORMATS)}")
            opened = sys.stdout.buffer if path == "-" else stack.enter_context(open(path, "wb", buffering=1 << 18))
            outputs.append((name, opened))
        make(args.kind, args.megabytes, outputs, args.seed)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
