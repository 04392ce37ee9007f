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
from functools import partial
from hashlib import sha256
from random import Random
from typing import Any, BinaryIO, NamedTuple

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


class Script(NamedTuple):
    """Words of a script, what stands between two of them, and what ends a sentence."""

    words: list[str]
    space: str
    stop: str


_CHINESE = (
    "城市 河流 晚上 道路 政府 人民 时间 新闻 天气 部长 报道 星期 街道 历史 报纸 编辑 会议 问题 决定 国家 的 是 在 和 了"
)
_ARABIC = (
    "المدينة النهر المساء الطريق الحكومة الإنسان الوقت الأخبار الطقس الوزير أعلن الأسبوع الشارع التاريخ الجريدة "
    "التحرير الاجتماع السؤال القرار البلد في من على إلى"
)
_HINDI = (
    "शहर नदी शाम सड़क सरकार मनुष्य समय समाचार मौसम मंत्री बताया सप्ताह गली इतिहास अखबार संपादक बैठक प्रश्न निर्णय देश में से पर का और"
)
SCRIPTS = {
    "cyrillic": Script(RUSSIAN, " ", "."),
    "cjk": Script(_CHINESE.split(), "", "。"),
    "arabic": Script(_ARABIC.split(), " ", "."),
    "devanagari": Script(_HINDI.split(), " ", "।"),
}


class Kind(NamedTuple):
    """How large the documents of a corpus are, and the paragraphs in them, in bytes; whether they have metadata; and
    the script they are in, if it is one alone.
    """

    smallest: int
    largest: int
    paragraph: int
    metadata: bool = False
    script: str = ""


_ARTICLE = Kind(1_500, 3_500, 400)
KINDS = {
    "articles": _ARTICLE,
    "long": Kind(200_000, 200_000, 400),
    "short": Kind(200, 200, 200),
    "large": Kind(1_000_000, 1_000_000, 400),
    "metadata": _ARTICLE._replace(metadata=True),
    **{script: _ARTICLE._replace(script=script) for script in SCRIPTS},
}

#: What the metadata of the kind "metadata" is like, and the records that hold it.
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["id", "name", "text", "meta"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "pattern": "^news-[0-9]{6}$"},
        "name": {"type": "string", "minLength": 1, "maxLength": 200},
        "text": {"type": "string", "minLength": 1},
        "meta": {
            "type": "object",
            "required": ["title", "date", "language", "url", "words", "tags", "source"],
            "additionalProperties": False,
            "properties": {
                "title": {"type": "string", "minLength": 1},
                "author": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
                "date": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
                "language": {"enum": ["en", "en-GB", "ru", "pt"]},
                "url": {"type": "string", "pattern": "^https://"},
                "words": {"type": "integer", "minimum": 0},
                "score": {"type": "number", "minimum": 0, "maximum": 1},
                "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "maxItems": 20},
                "source": {
                    "type": "object",
                    "required": ["name", "fetched"],
                    "properties": {"name": {"type": "string"}, "fetched": {"type": "string"}},
                },
            },
        },
    },
}


def metadata(number: int) -> dict[str, Any]:
    """Return the metadata of a document. One in three has no author, one in three has two."""
    author = ({}, {"author": "A. Writer"}, {"author": ["A. Writer", "Ana Conceição"]})[number % 3]
    return {
        "title": f"Article {number} of the “evening”",
        **author,
        "date": f"2024-{number % 12 + 1:02d}-18",
        "language": "en-GB",
        "url": f"https://example.org/news/{number}",
        "words": number % 900,
        "score": number % 100 / 100,
        "tags": ["news", "harbour", f"t{number % 50}"],
        "source": {"name": "The Evening", "fetched": "2024-05-18T10:00:00Z"},
    }


def compact(value: object) -> bytes:
    """Return a JSON value without white space."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Paragraph(NamedTuple):
    """A paragraph as it stands in a text, inside a JSON string, and inside one that is all ASCII."""

    plain: bytes
    escaped: bytes
    ascii: bytes


class Document(NamedTuple):
    """A document in parts. ``newline`` says whether the text ends in a line end."""

    number: int
    paragraphs: list[Paragraph]
    newline: bool
    meta: dict[str, Any]


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
    return spelt(" ".join(words).rstrip(".") + ".")


def in_script(rng: Random, size: int, script: Script) -> Paragraph:
    """Write a paragraph of about ``size`` bytes in one script, with a quotation or a number here and there."""
    sentences: list[str] = []
    length = 0
    while length < size - 12:
        words = rng.choices(script.words, k=6 + int(rng.random() * 12))
        if rng.random() < 0.2:
            words[2] = f'"{words[2]}"' if rng.random() < 0.5 else str(int(rng.random() * 3000))
        sentences.append(script.space.join(words) + script.stop)
        length += len(sentences[-1].encode()) + 1
    return spelt(script.space.join(sentences))


def spelt(text: str) -> Paragraph:
    """Return a paragraph in all its spellings."""
    utf8, ascii = (json.dumps(text, ensure_ascii=how)[1:-1].encode() for how in (False, True))
    return Paragraph(text.encode(), utf8, ascii)


def documents(kind: str, size: int, seed: int) -> Iterator[Document]:
    """Give documents until their texts have ``size`` bytes together."""
    rng = Random(seed)
    smallest, largest, each, has_metadata, name = KINDS[kind]
    script = SCRIPTS.get(name)
    pool = [in_script(rng, each, script) if script else paragraph(rng, each) for _ in range(POOL)]
    number = written = 0
    while written < size:
        number += 1
        wanted = smallest + int(rng.random() * (largest - smallest + 1))
        chosen: list[Paragraph] = []
        length = 0
        while not chosen or length + each // 2 < wanted:
            chosen.append(pool[int(rng.random() * POOL)])
            length += len(chosen[-1].plain) + 1
        document = Document(number, chosen, rng.random() < 0.5, metadata(number) if has_metadata else {})
        yield document
        written += length if document.newline else length - 1


def as_seed(document: Document) -> bytes:
    """Return a document as it stands in a seed file, version 1."""
    end = b"\n" if document.newline else b"\n\\ No newline at end of file\n"
    text = b"\n".join([part.plain for part in document.paragraphs])
    meta = b"<<<META %b>>>\n" % compact(document.meta) if document.meta else b""
    return b"<<<FILE news-%06d article %d.txt>>>\n%b%b%b" % (document.number, document.number, meta, text, end)


def string(document: Document, ascii: bool = False) -> bytes:
    """Return the text as it stands in a JSON string."""
    parts = [part.ascii for part in document.paragraphs] if ascii else [part.escaped for part in document.paragraphs]
    return rb"\n".join(parts) + (rb"\n" if document.newline else b"")


def as_jsonl(document: Document) -> bytes:
    """Return a document as a line of JSON, in the native layout."""
    number, meta = document.number, compact(document.meta) if document.meta else b"{}"
    record = b'{"id":"news-%06d","name":"article %d.txt","text":"%b","meta":%b}\n'
    return record % (number, number, string(document), meta)


def as_spaced(document: Document, ascii: bool = False) -> bytes:
    """Return the same as ``json.dumps`` writes it, with ``ensure_ascii`` or not."""
    number, meta = document.number, json.dumps(document.meta, ensure_ascii=ascii).encode()
    record = b'{"id": "news-%06d", "name": "article %d.txt", "text": "%b", "meta": %b}\n'
    return record % (number, number, string(document, ascii), meta)


def as_dolma(document: Document) -> bytes:
    """Return a document as a line of Dolma, as ``json.dumps`` writes it."""
    record = b'{"id": "news-%06d", "text": "%b", "source": "news", "created": "%b", "metadata": %b}\n'
    created = b"2024-05-%02d" % (document.number % 28 + 1)
    meta = json.dumps(document.meta, ensure_ascii=False).encode()
    return record % (document.number, string(document), created, meta)


def as_hf(document: Document) -> bytes:
    """Return a document as a line of a Hugging Face dataset: a column for each key of the metadata."""
    columns = compact(document.meta)[1:-1]
    comma = b"," if columns else b""
    return b'{"id":"news-%06d","text":"%b"%b%b}\n' % (document.number, string(document), comma, columns)


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
    about = b'{"id":"news-%06d","name":"article %d.txt","meta":%b}' % (number, number, compact(document.meta))
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
    "spaced.jsonl": Spelling(b"", as_spaced),
    "escaped.jsonl": Spelling(b"", partial(as_spaced, ascii=True)),
    "dolma.jsonl": Spelling(b"", as_dolma),
    "hf.jsonl": Spelling(b"", as_hf),
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
            name = args.to or next((name for name in reversed(FORMATS) if path.endswith(f".{name}")), "")
            if not name:
                parser.error(f"cannot tell the format of {path}; use --to {' or '.join(FORMATS)}")
            opened = sys.stdout.buffer if path == "-" else stack.enter_context(open(path, "wb", buffering=1 << 18))
            outputs.append((name, opened))
        make(args.kind, args.megabytes, outputs, args.seed)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
