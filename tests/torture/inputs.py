"""What the runs read: documents made of the words of the samples, the same for the same number."""

from __future__ import annotations

import json
import random
from pathlib import Path

from tests.support import SEEDS


def _documents(numbers: random.Random, size: int) -> list[tuple[str, str]]:
    """Names and texts, of about ``size`` bytes in all."""
    words = (SEEDS / "news.seed").read_text(encoding="utf-8").split()
    words = [word for word in words if not word.startswith(("<<<", '"')) and word.isprintable()]
    found: list[tuple[str, str]] = []
    while size > 0:
        lines = [" ".join(numbers.choices(words, k=numbers.randint(5, 25))) for _ in range(numbers.randint(5, 60))]
        text = "\n".join(lines) + "\n" * numbers.randint(0, 2)
        found.append((f"text-{len(found)}.txt", text))
        size -= len(text.encode())
    return found


def texts(path: Path, numbers: random.Random, size: int) -> None:
    """A seed file without a fault."""
    with path.open("wb") as file:
        file.write(b"<<<SEED 1>>>\n")
        for number, (name, text) in enumerate(_documents(numbers, size)):
            meta = {"title": text[:20].strip(), "url": f"https://example.org/{number}", "date": "2021-09-15"}
            file.write(f"<<<FILE d{number} {name}>>>\n<<<META {json.dumps(meta)}>>>\n{text}\n".encode())


def mixed(path: Path, numbers: random.Random, size: int) -> None:
    """A plain seed file with texts in no known encoding, which JSON Lines cannot hold: every fifth."""
    with path.open("wb") as file:
        for number, (name, text) in enumerate(_documents(numbers, size)):
            odd = b"\xff\xfe\n" if number % 5 == 2 else b""
            file.write(f"<<<FILE d{number} {name}>>>\n{text.rstrip()}\n".encode() + odd)


def wide(path: Path, numbers: random.Random, size: int) -> None:
    """JSON Lines in UTF-16, which a fix brings to UTF-8."""
    lines = [
        json.dumps({"id": f"d{number}", "name": name, "text": text, "meta": {}}, ensure_ascii=False) + "\n"
        for number, (name, text) in enumerate(_documents(numbers, size // 2))
    ]
    path.write_bytes("".join(lines).encode("utf-16"))


def clipped(path: Path, numbers: random.Random, size: int) -> None:
    """A web archive whose last record was clipped. An unsafe fix cuts it off, and keeps what it cut."""
    with path.open("wb") as file:
        for number, (_, text) in enumerate(_documents(numbers, size)):
            body = text.encode()
            head = (
                f"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012}>\r\n"
                f"WARC-Date: 2021-09-15T08:13:00Z\r\nWARC-Target-URI: https://example.org/{number}\r\n"
                f"Content-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            file.write(head.encode() + body + b"\r\n\r\n")
        file.truncate(file.tell() - 20)
