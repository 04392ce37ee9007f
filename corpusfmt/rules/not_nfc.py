"""TXT008: text that is not in Normalization Form C."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import change_of, position_of, suspects
from corpusfmt.rules._characters import difference, named
from corpusfmt.rules._normal import normal


def check(documents: Sequence[Document]) -> Iterable[Hit]:
    """Give a hit for the first place of each text where its NFC differs."""
    for document, text in suspects(documents, lambda data: not data.isascii()):
        fixed = normal(text)
        if fixed is not text:
            index, stop, end = difference(text, fixed)
            change = change_of(document, text, index, stop, fixed[index:end])
            words = max(sum(normal(word) is not word for word in text.split()), 1)
            message = f"the text is not in NFC: {_told(text, index, words)}"
            yield Hit(document, message, position_of(document, text, index), change=change, places=words)


def _told(text: str, index: int, words: int) -> str:
    """Say which code points at ``index`` would be which, and in how many ``words`` there are such."""
    from unicodedata import normalize

    stop = index + 1
    while stop < min(len(text), index + 4):
        if normalize("NFC", text[index : stop + 1]) == normalize("NFC", text[index:stop]) + text[stop]:
            break
        stop += 1
    old, new = text[index:stop], normalize("NFC", text[index:stop])
    would = named(new) if len(new) == 1 else " ".join([f"U+{ord(char):04X}" for char in new])
    count = f", {words:,} such words in total" if words > 1 else ""
    return f"{' '.join([f'U+{ord(char):04X}' for char in old])} would be {would}{count}"


RULE = Rule(
    code="TXT008",
    severity="warning",
    summary="text that is not in NFC",
    why="Unicode can encode many letters in two ways: as one code point, or as a letter and combining accents. They "
    "look the same, but a search for one does not find the other. The web and most keyboards use Normalization Form C "
    "(NFC). Runs of more than 1,024 accents are not checked.",
    advice="convert the text to NFC; 'corpusfmt fix --unsafe-fixes' does",
    bad="<<<FILE d1 a.txt>>>\nRose\u0301\n".encode(),
    good="<<<FILE d1 a.txt>>>\nRos\u00e9\n".encode(),
    start=lambda: check,
    fixable=True,
    default=False,
)
