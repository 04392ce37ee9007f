"""Measure how often the hint of ENC001 names an encoding in which a text reads right, on texts that are labelled.

    python benchmarks/hints.py FOLDER

FOLDER holds files and ``labels.json``, which maps their names to Python's names of their encodings, also in folders
below. Each file counts as it is and in parts, and one in UTF-8 in each of the ENCODINGS of its language that can hold
it. An encoding is right when it gives the same characters as the label.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from corpusfmt.text.likely_encoding import likely_encoding

#: By a part of the name of a file in UTF-8, the encodings that texts of its language are found in.
ENCODINGS = {
    "bulgarian": ("cp1251", "iso8859-5"),
    "french": ("cp1252", "iso8859-15", "mac-roman"),
    "spanish": ("cp1252", "iso8859-15", "mac-roman"),
    "polish": ("cp1250", "iso8859-2"),
    "russian": ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic"),
    "arabic": ("cp1256", "iso8859-6"),
}
#: Lengths of parts, in characters; the whole text counts too.
PARTS = (80, 300, 1000)


def texts(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Give the name of each labelled file, its encoding and its text."""
    for labels in sorted(folder.rglob("labels.json")):
        for name, encoding in sorted(json.loads(labels.read_text()).items()):
            yield name, encoding, (labels.parent / name).read_bytes().decode(encoding, "replace").lstrip("\ufeff")


def samples(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """Give a name, an encoding and bytes in it for each text and each part of one that is not UTF-8."""
    for name, label, text in texts(folder):
        for size in (*PARTS, len(text)):
            for start in range(0, max(len(text) - size, 0) + 1, max(size, len(text) // 4)):
                part = text[start : start + size]
                for encoding in held(name, part) if label in ("utf_8", "utf-8") else [label]:
                    data = part.encode(encoding, "ignore")
                    if likely_to_matter(data):
                        yield f"{name}[{start}:{start + size}]", encoding, data


def held(name: str, text: str) -> list[str]:
    """Return the encodings of a text's language that hold all of the text."""
    usual = next((encodings for part, encodings in ENCODINGS.items() if part in name), ())
    return [encoding for encoding in usual if text.encode(encoding, "ignore").decode(encoding) == text]


def likely_to_matter(data: bytes) -> bool:
    """Say whether bytes are not UTF-8: others get no hint."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False


def main() -> int:
    """Print the rate and a table of false hints. Returns 0."""
    parser = argparse.ArgumentParser(description="Measure how often the hint of an encoding is right.")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    total = right = silent = 0
    false: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], str] = {}
    for name, encoding, data in samples(parser.parse_args().folder):
        total += 1
        likely = likely_encoding(data)
        if likely is None:
            silent += 1
        elif data.decode(likely.encoding, "replace") == data.decode(encoding, "replace"):
            right += 1
        else:
            false[encoding, likely.encoding] += 1
            examples.setdefault((encoding, likely.encoding), name)
    print(
        f"{total} texts: {right} right ({right / max(total, 1):.1%}), {silent} without a hint, {false.total()} false\n"
    )
    print("| encoding | hint | times | for example |\n| --- | --- | --- | --- |")
    for (encoding, hint), times in false.most_common():
        print(f"| {encoding} | {hint} | {times} | {examples[encoding, hint]} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
