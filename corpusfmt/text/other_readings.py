"""Whether words that are read in one single-byte encoding could be in another one, line by line.

A line that reads better in another encoding shows that a text is not in one encoding throughout. Words that read well
in two encodings prove neither; other lines decide, if enough of them read well in one of the two alone.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from corpusfmt.text.likely_encoding import LANGUAGES, MARKS, SCRIPTS, latin_score
from corpusfmt.text.primitives import is_utf8

_WORD: Final = re.compile(rb"[0-9A-Za-z\x80-\xff]++")
#: Marks that may stand between letters, and those that may follow one.
_BETWEEN: Final = frozenset("’‘´–—…·•\u00a0\u00ad")
_BEHIND: Final = _BETWEEN | frozenset("ºª”»›™®°€“‘²³¹")
#: Numbers after which a unit may stand, but no word.
_NUMBERS: Final = frozenset("½¼¾²³¹")
_LETTERS_BEHIND: Final = re.compile(r"[^\W\d_]{3}")
#: Marks that often stand at a word.
_USUAL_MARKS: Final = frozenset("…’‘”“„»«–")
#: By so much, in letters, the words of a line together must read better in one encoding.
_BETTER: Final = 1.0
_WORSE: Final = -0.25
#: So many letters that only one encoding reads well outweigh a word that another encoding reads as well.
_OUTWEIGH: Final = 30
#: A shorter word counts as so many: a letter or a mark alone is something in any encoding.
_LONG: Final = 5
_SHORT: Final = 15
#: Seen in so many other words.
_KNOWN: Final = 3
#: So many blocks of lines show the languages of a text, so many of them a second language.
_BLOCKS: Final = 20
_SPOKEN: Final = 3
_CACHED: Final = 50_000
#: Bytes beyond ASCII that stand side by side are rarely more in Latin script.
_ROW: Final = 2


class Rival(NamedTuple):
    """Another encoding, and a word as it reads in the first and in this one. ``is_better``: and better in this one."""

    encoding: str
    here: str
    there: str
    is_better: bool


class _Score(NamedTuple):
    total: float
    is_clean: bool
    is_broken: bool


_BROKEN: Final = _Score(-1.0, is_clean=False, is_broken=True)
#: Single-byte encodings, with the letters beyond ASCII of languages in them, or with how usual letters of a script are.
_LETTERS: Final = {
    encoding: [frozenset(one.letters) for one in LANGUAGES if encoding in one.encodings]
    for language in LANGUAGES
    for encoding in language.encodings
}
_WEIGHTS: Final = {
    encoding: [
        {char: 1 - place / len(letters) for place, char in enumerate(letters) if char != " "}
        for letters, encodings in SCRIPTS
        if encoding in encodings
    ]
    for _, others in SCRIPTS
    for encoding in others
}


class Readings:
    """Reads lines in a single-byte ``encoding``, and tells which read as well or better in another one."""

    def __init__(self, encoding: str, languages: frozenset[frozenset[str]] = frozenset()) -> None:
        """Take the letters of the languages that the text is known to be in."""
        self.encoding = encoding
        self._is_latin = encoding not in _WEIGHTS
        self._own = set(languages)
        self._blocks: Counter[frozenset[str]] = Counter()
        self._seen: Counter[str] = Counter()
        self._for: defaultdict[str, float] = defaultdict(float)
        self._open: Counter[str] = Counter()
        self._examples: dict[str, Rival] = {}
        self._words = lru_cache(_CACHED)(self._compared)

    @property
    def languages(self) -> frozenset[frozenset[str]]:
        """The letters of the languages of the text."""
        return frozenset(self._own)

    def learn(self, data: bytes) -> None:
        """Take the language of some lines for one of the text, and learn what stands beside letters in it."""
        if self._is_latin:
            for word in _words(data):
                self._seen.update(_surroundings(word.decode(self.encoding, "replace")))
            if self._blocks.total() >= _BLOCKS:
                return
            text = data.decode(self.encoding, "replace")
            best = max(LANGUAGES, key=lambda one: latin_score(text, set(one.letters), set(one.words.split())))
            self._blocks[frozenset(best.letters)] += 1
            first, *more = self._blocks.most_common()
            self._own = {first[0], *(letters for letters, count in more if count >= _SPOKEN)}

    def rival(self, line: bytes) -> Rival | None:
        """Return an encoding in which a line, or a word of it, reads better."""
        sums: defaultdict[str, float] = defaultdict(float)
        words: dict[str, bytes] = {}
        for word in _words(line):
            for encoding, better, is_broken in self._words(word):
                if is_broken:
                    return self._shown(encoding, word, is_better=True)
                sums[encoding] += better
                if better >= 0:
                    words.setdefault(encoding, word)
        for encoding, better in sums.items():
            if better >= _BETTER:
                return self._shown(encoding, words[encoding], is_better=True)
            if better <= _WORSE:
                self._for[encoding] -= better
            elif encoding in words:
                self._open[encoding] += 1 if len(words[encoding]) >= _LONG else _SHORT
                self._examples.setdefault(encoding, self._shown(encoding, words[encoding], is_better=False))
        return None

    def open(self) -> list[Rival]:
        """Return the encodings that too few lines speak against for those that read as well in them."""
        return [self._examples[name] for name, count in self._open.items() if self._for[name] < _OUTWEIGH * count]

    def _shown(self, encoding: str, word: bytes, *, is_better: bool) -> Rival:
        return Rival(encoding, word.decode(self.encoding, "replace"), word.decode(encoding, "replace"), is_better)

    def _compared(self, word: bytes) -> list[tuple[str, float, bool]]:
        """Say for other encodings how much better a word reads in them, and whether in the first it is none."""
        here = word.decode(self.encoding, "replace")
        compare = self._from_latin if self._is_latin else self._from_script
        return list(compare(word, here))

    def _from_latin(self, word: bytes, here: str) -> Iterator[tuple[str, float, bool]]:
        own = _best(here, self._own)
        known = self._is_known(here)
        spoken = own.is_clean or _best(here, _LETTERS.get(self.encoding, self._own)).is_clean
        for encoding, languages in _LETTERS.items():
            there = _decoded(word, encoding)
            if there == here:
                continue
            other = _best(there, self._own)
            if own.is_clean:
                open_too = other.is_clean and _is_as_likely(there, here) and not (known and self._is_new(there))
                yield encoding, 0.0 if open_too else -1.0, False
            elif other.is_clean:
                yield encoding, other.total - own.total, own.is_broken
            elif _best(there, languages).is_clean:
                yield encoding, 0.0 if spoken else _BETTER, own.is_broken
        if len(word) >= _ROW and here.isalpha() and min(word) > 0x7F and (not own.is_clean or len(word) > _ROW):
            for encoding, weights in _WEIGHTS.items():
                there = _decoded(word, encoding)
                if there.isalpha() and any(_usual(there, one) > len(there) / 4 for one in weights):
                    yield encoding, _BETTER, False

    def _is_known(self, word: str) -> bool:
        """Say whether all that is beyond ASCII in a word stands between the same letters in other words too."""
        return all(self._seen[one] >= _KNOWN + count for one, count in Counter(_surroundings(word)).items())

    def _is_new(self, word: str) -> bool:
        """Say whether something in a word stands between these letters nowhere in the text."""
        return not all(self._seen[one] for one in _surroundings(word))

    def _from_script(self, word: bytes, here: str) -> Iterator[tuple[str, float, bool]]:
        is_mixed = re.search(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]", word) is not None
        for encoding, languages in _LETTERS.items():
            there = _decoded(word, encoding)
            if 2 * sum(map(str.isalpha, there)) > len(there) and _best(there, languages).is_clean:
                yield encoding, _BETTER if is_mixed else 0.0, False
            elif not is_mixed:
                yield encoding, -1.0, False
        own = max(_usual(here, weights) for weights in _WEIGHTS[self.encoding])
        for encoding, scripts in _WEIGHTS.items():
            there = _decoded(word, encoding)
            if there != here and encoding != self.encoding:
                yield encoding, max(_usual(there, weights) for weights in scripts) - own, False


def _words(data: bytes) -> Iterator[bytes]:
    """Give the words that are not UTF-8."""
    return (found[0] for found in _WORD.finditer(data) if not is_utf8(found[0]))


def _surroundings(word: str) -> list[str]:
    """Give each character beyond ASCII with those beside it, in lower case."""
    text = f" {word.lower()} "
    return [text[at - 1 : at + 2] for at, char in enumerate(text) if char > "\x7f"]


def _decoded(word: bytes, encoding: str) -> str:
    return word.decode(encoding, "replace")


def _is_as_likely(there: str, here: str) -> bool:
    """Say whether the other reading of a word may be meant: few marks stand at a word where other encodings have a
    letter of its language.
    """
    marks = {one for one, own in zip(there, here, strict=False) if one in MARKS and own.isalpha()}
    return marks <= _USUAL_MARKS and not (marks and here.isupper() and len(here) > 1)


def _best(text: str, languages: list[frozenset[str]] | set[frozenset[str]]) -> _Score:
    """Score a word by the letters of the language that fits best."""
    return max((_score(text, letters) for letters in languages), default=_BROKEN)


def _score(text: str, letters: frozenset[str]) -> _Score:
    """Score a word by the letters of a language. It is clean when all that is beyond ASCII stands where it may, and
    broken where something stands in the middle of it that is in no word.
    """
    total, is_clean, is_broken = 0.0, True, False
    for at, char in enumerate(text):
        if char <= "\x7f":
            continue
        before, behind = text[at - 1 : at] or " ", text[at + 1 : at + 2] or " "
        if char.isalpha() and char not in MARKS:
            is_inside = char.isupper() and before.islower()
            fits = not is_inside and not before.isdigit() and not behind.isdigit()
            fits = fits and (char in letters or char.lower() in letters)
            total += 1 if fits else -0.5
        else:
            is_inside = before.isalpha() and (char not in _BETWEEN if behind.isalpha() else char not in _BEHIND)
            is_inside = is_inside or (char in _NUMBERS and _LETTERS_BEHIND.match(text, at + 1) is not None)
            is_inside = is_inside or not (char.isprintable() or char in _BETWEEN)
            fits = not is_inside and char in MARKS
            total += 1 if fits else -1 if is_inside else 0
        is_clean, is_broken = is_clean and fits, is_broken or is_inside
    return _Score(total, is_clean, is_broken)


def _usual(text: str, weights: dict[str, float]) -> float:
    """Score a word by how usual its letters are in a script."""
    total = 0.0
    capitals = text.isupper()
    for at, char in enumerate(text):
        if char > "\x7f":
            low = char.lower()
            if low not in weights:
                total -= 0 if char in MARKS and (at in (0, len(text) - 1) or char in _BETWEEN) else 1
            elif char != low and at and not capitals:
                total -= 1
            else:
                total += weights[low]
    return total
