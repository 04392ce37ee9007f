"""The probable encoding of bytes, from the statistics of languages.

All bytes beyond ASCII and the words around them count, never one byte alone. It is for hints: nothing is decoded by it.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import Final, NamedTuple

from corpusfmt.text.utf8 import has_cut

#: So much of a text is looked at, before the first byte that is not UTF-8 and after it.
_BEFORE: Final = 2_000
_AFTER: Final = 6_000
#: Controls that stand in no text.
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x7f]")
_RUN: Final = re.compile(rb"[\x80-\xff]++")
_WORD: Final = re.compile(r"[^\W\d_]++")
#: Marks beyond ASCII that stand in ordinary texts.
MARKS: Final = frozenset("‘’“”„‚«»‹›–—…€£§©®™°·•¿¡ºª½¼¾²³×\u00a0")
_WEST: Final = ("cp1252", "iso8859-15", "mac-roman", "cp850")
_CENTRE: Final = ("cp1250", "iso8859-2", "cp852", "mac-latin2")
_BALTIC: Final = ("cp1257", "iso8859-13")


class Language(NamedTuple):
    """A language in Latin script: its letters beyond ASCII, frequent words, and encodings that have the letters."""

    letters: str
    words: str
    encodings: tuple[str, ...]


LANGUAGES: Final = (
    Language(
        "éèàêçùâîôûëïüœæÿ",
        "le la les des de du et un une est que qui dans pour à il elle au ne pas sur où été avec son sa",
        _WEST,
    ),
    Language(
        "äöüß", "der die das und ist den von mit zu auf für nicht ein eine dem des sich im wo so wie über zum",
        _WEST,
    ),
    Language("óáíéñúü", "el la los las de que y en un una es por con no se del para su como más según al", _WEST),
    Language("ãáçéóêíõúâàôü", "o a os as de que e em um uma do da não é para com se no na por mais também há", _WEST),
    Language("àèòùìé", "il la di che e è un una per in non del della con si le ha più perché ma", _WEST),
    Language("äåöé", "och att det som en på är av för i den till med han inte om var men där", _WEST),
    Language(
        "æøåéö", "og at det er en på som i av for til med ikke den de han har et var så når både før men var",
        _WEST,
    ),
    Language("äöå", "ja on ei se että hän oli ennen kuin mutta kun sen niin myös ole sillä", _WEST),
    Language("áðíþóæúéöý", "og að í er það á sem við til en var um með ekki þótt sé", _WEST),
    Language("ëïéóöèü", "de het een en van is in dat op te zijn met niet voor die was zei één", _WEST),
    Language("àéèíòóúçïü", "el la els les de que i en un una amb per no és del va al però seu hi", _WEST),
    Language("éèïñçêöäôûàâ", "the of and to in a is that it was for on with had as at by this or so she he", _WEST),
    Language("áéíóúâêîôû", "agus an na ar is le go do bhí sé i mae yn y yr ac ei wedi", _WEST),
    Language("ëç", "dhe të në është një që për me nuk si nga u i e", _WEST),
    Language("áéóöőüűí", "a az és hogy nem is egy van volt meg ez de mint csak el még mert ki kérjük", _CENTRE),
    Language("łążęśćóńź", "w i na się nie z że do jest to który o jak po a za był oraz gdzie od już", _CENTRE),
    Language("íáěéřčšžýůúťďňó", "a se v na je že s z do to o i jak pro by si ještě před pak ale byl", _CENTRE),
    Language("áíéčšýžúľťôňäďóŕĺ", "a sa v na je že s z do to o ako pre by si ale bol pri učí", _CENTRE),
    Language("čšžćđ", "i je u da se na za su od ne s kao će ako ali što bi je kad a in so bila ker čez še v", _CENTRE),
    Language(
        "ăşţâîșț", "a de la şi în că o un nu cu este pe din pentru va mai să fi",
        ("cp1250", "iso8859-2", "iso8859-16", "cp852"),
    ),
    Language(
        "ışğüçöİâ", "ve bir bu da de için çok ile ne o daha gibi kadar olan var ben",
        ("cp1254", "cp857", "mac-turkish"),
    ),
    Language(
        "õäöüšž", "ja on ei see et ta kui oma mis oli aga ka sest siis väljas",
        (*_BALTIC, "iso8859-15", "cp1252"),
    ),
    Language("ėšųįžąūčęė", "ir yra kad ne į su iš jis tai bet kaip nes jau per buvo", _BALTIC),
    Language("āīēšņļūžčģķ", "un ir ar uz no par ka bet kā tas jau kas jo gan vai bija", _BALTIC),
    Language("ĝĉĵŝŭĥ", "la kaj de en estas ne al por mi li kiu el ke tio", ("iso8859-3",)),
)  # fmt: skip

#: Encodings of these languages.
LATIN: Final = frozenset(encoding for language in LANGUAGES for encoding in language.encodings)

#: By script: letters, the most frequent first, and encodings. What stands after the space is rarer than all of them.
SCRIPTS: Final = (
    ("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъ ё", ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic", "cp855")),
    ("оаиніветрслкудмпязьбгйчхжцюшєщїф ґ", ("cp1251", "koi8-u", "iso8859-5", "mac-cyrillic", "cp1125")),
    ("аиоенрстјуквдмплбгзчшжцхфљњћђ џ", ("cp1251", "iso8859-5", "cp855", "mac-cyrillic")),
    ("αοιετσνηυρπκμλωςόίάέγδήχθύώβφξζ ψϊϋΐΰ", ("cp1253", "iso8859-7", "cp737", "mac-greek")),
    ("יוהלאתרבמשנכעדםקחפצןגטזסףךץ ", ("cp1255", "iso8859-8", "cp862")),
    ("اليمونرتبةعدسفهكقحجشأىطصخضإذثئزغآء ظؤپچگژ", ("cp1256", "iso8859-6", "cp864")),
    ("านรอกเงมยลวดทตสะปบคหแจพขใไโผฟถชซ ศษธณฐภฉฎฏญฆฬฤฮฝฑฒฌ่้๊๋ิีึืุู็์ัำ", ("cp874",)),
)
#: How much a mark counts, and what a capital letter at the beginning of a word and a quote or dash are worth.
_MARK: Final = 0.5
_FIRST: Final = 0.8
_QUOTE: Final = 0.6
_QUOTES: Final = frozenset("‘’“”„«»–—…\u00a0")


def name_of(encoding: str) -> str:
    """Return the usual name of an encoding, by that of Python."""
    return re.sub("^CP(?=125|874)", "Windows-", encoding.upper().replace("ISO8859", "ISO-8859").replace("_", "-"))


class Likely(NamedTuple):
    """An encoding, what the first bytes that are not UTF-8 are in it, the word that they are in, and whether only such
    bytes are in it: the rest of the text is UTF-8.
    """

    encoding: str
    characters: str
    word: str
    mixed: bool


#: Escapes of ISO-2022 that name a set of characters, and HZ.
_SHIFTS: Final = (
    (b"\x1b$)C", "iso2022_kr"),
    (b"\x1b$(D", "iso2022_jp_1"),
    (b"\x1b$(O", "iso2022_jp_3"),
    (b"\x1b$(Q", "iso2022_jp_2004"),
    (b"\x1b$B", "iso2022_jp"),
    (b"\x1b$@", "iso2022_jp"),
)
_HZ: Final = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])++~\}")


#: What a plus sign begins in UTF-7 (RFC 2152): Base64 of UTF-16, or nothing.
_PLUS: Final = re.compile(rb"([A-Za-z]?)\+(?:-|([A-Za-z0-9+/]{2,}+)(-?)(?=([A-Za-z]?)))?+")
#: Characters that are often alone in a text of ASCII: letters and marks of Latin-1 and more, dashes, quotes, symbols.
_ALONE: Final = re.compile("[\u00a1-\u017f\u2010-\u2027\u20ac\u2600-\u27bf\U0001f300-\U0001faff]")
_LETTER, _SYMBOL = "\u00c0", "\u2600"
#: Parts of Unicode that texts are in and few accidental bits.
_FEW: Final = re.compile(
    "[\\t\\n\\r -~\u00a0-\u024f\u0370-\u052f\u05b0-\u06ff\u0900-\u097f\u0e00-\u0e7f"
    "\u1e00-\u1fff\u2010-\u27bf\u3000-\u30ff\uff01-\uff5e\U0001f300-\U0001faff]+"
)
_UTF7_MARK: Final = b"+/v8"


def _utf7(data: bytes) -> int:
    """Return where the first character beyond ASCII of a text in UTF-7 is, or -1 for other texts.

    Each plus sign in it must begin what UTF-7 has there. Several characters of a script do not stand there by accident,
    nor does one that fits the letters beside it, or whose Base64 is no word.
    """
    first, found, is_fit, are_closed = -1, [], False, True
    for plus in _PLUS.finditer(data, len(_UTF7_MARK) * data.startswith(_UTF7_MARK)):
        before, run, minus, after = plus.groups()
        if run is None:
            if not plus[0].endswith(b"+-"):
                return -1
            continue
        text = _sextets(run)
        if not _is_text(text):
            return -1
        first = plus.start(2) - 1 if first < 0 else first
        found.append(text)
        are_closed = are_closed and bool(minus)
        is_fit = is_fit or (not text.isascii() and _is_meant(run, text, before + after if minus else None))
    if data.startswith(_UTF7_MARK):
        return 0
    whole = "".join(found)
    is_markup = len(found) > 1 and {"<", ">"} <= set(whole)
    are_many = len(found) > 1 and are_closed and len(whole) > 2 and not whole.isascii()
    return first if is_markup or is_fit or are_many else -1


def _is_text(text: str) -> bool:
    """Say whether characters may be a text: usual ones, and not both Han and Hangul."""
    from unicodedata import category

    others = [char for char in text if not _FEW.match(char)]
    are_hangul = all("\uac00" <= char <= "\ud7a3" and char.encode("euc_kr", "ignore") for char in others)
    are_han = all(
        "\u4e00" <= char <= "\u9fff" and any(_is_usual(char, name) for name in ("gb18030", "big5", "cp932"))
        for char in others
    )
    return bool(text) and (are_hangul or are_han) and all(char.isspace() or category(char)[0] != "C" for char in text)


def _is_meant(run: bytes, text: str, beside: bytes | None) -> bool:
    """Say whether a run of Base64 is meant as its characters: it is no word, or a letter in one. ``beside`` are the
    letters beside it; None where no minus sign ends it.
    """
    is_word = run.isalpha() and (run.islower() or run.isupper() or run.istitle())
    if not _FEW.fullmatch(text):
        return len(text) > 3 or (beside is not None and len(text) > 1 + is_word)
    if not is_word:
        return True
    if beside is None or _ALONE.fullmatch(text) is None or (beside[:1].islower() and text.isupper()):
        return False
    return text >= _SYMBOL or text < _LETTER or beside.isalpha()


def _sextets(run: bytes) -> str:
    """Return the characters that a run of Base64 spells in UTF-7, or nothing: the bits that are left must be zeros."""
    from base64 import b64decode

    size = 6 * len(run)
    data = b64decode(run + b"A" * (-len(run) % 4))
    units, rest = data[: size // 16 * 2], int.from_bytes(data[size // 16 * 2 :], "big")
    try:
        return units.decode("utf-16-be") if not rest and size % 16 < 6 else ""
    except UnicodeDecodeError:
        return ""


def shift_encoding(data: bytes) -> tuple[str, int]:
    """Name the encoding of a text that is all ASCII and says by its escapes that it is not (ISO-2022, HZ or UTF-7), and
    return where the first escape is; an empty name for other texts.
    """
    if b"\x1b$" in data:
        at = data.index(b"\x1b$")
        return next((name for mark, name in _SHIFTS if mark in data), ""), at
    found = _HZ.search(data) if b"~{" in data else None
    if found is None:
        at = _utf7(data) if b"+" in data and data.isascii() else -1
        return ("utf-7", at) if at >= 0 else ("", -1)
    try:
        found[0].decode("hz")
    except UnicodeDecodeError:
        return "", -1
    return "hz", found.start()


def likely_encoding(data: bytes, at: int = 0) -> Likely | None:
    """Return what bytes that are not UTF-8, from ``at`` on, are likely to be; None when nothing is clearly more likely
    than the rest.
    """
    first = data.find(b"\n", max(0, at - _BEFORE), at) + 1 or max(0, at - _BEFORE)
    data = data[first if at > _BEFORE else 0 : at + _AFTER]
    runs = _RUN.findall(data)
    bad = [run for run in runs if not _is_utf8(run)]
    if not bad or _BINARY.search(data):
        return None
    mixed = len(bad) <= len(runs) - len(bad)
    if mixed and has_cut(data):
        return None
    size = sum(map(len, bad if mixed else runs)) / len(bad if mixed else runs)
    beyond = sum(map(len, bad if mixed else runs))
    if size >= _LETTERS_IN_A_ROW and len(set(b"".join(runs))) < _DIFFERENT:
        return None
    scored: dict[str, tuple[float, float, str]] = {}
    for mean, name, text in _latin(data, mixed=mixed) if size < _LETTERS_IN_A_ROW else _others(data, mixed=mixed):
        score = mean * beyond - _RARE.get(name, 0)
        if text not in scored or score > scored[text][0] + 1e-9:
            scored[text] = (score, mean, name)
    ranked = sorted([(*values, text) for text, values in scored.items()], reverse=True)
    if not ranked or ranked[0][1] < _ENOUGH or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _CLEARLY):
        return None
    name = ranked[0][2]
    # What is better only because others are rare is not known, and in long texts a little more says nothing.
    plain = ranked[0][1] * beyond
    if any(mean * beyond > plain for _, mean, _, _ in ranked[1:]):
        return None
    is_close = len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _LITTLE * beyond
    if size >= _LETTERS_IN_A_ROW and is_close and not _are_alike(ranked[0][3], ranked[1][3]):
        return None
    if _RARE.get(name, 0) > 0.6 and beyond < _DIFFERENT - 1:
        return None
    if size >= _LETTERS_IN_A_ROW and name.startswith(_EAST) and _are_few(ranked[0][3], name):
        return None
    joined = b"".join(bad)
    if (len(joined) < _DIFFERENT or len(set(joined)) < _SHOWN) and not _stand_well(data, name):
        return None
    word = next(word for word in data.split() if bad[0] in word)
    return Likely(name, bad[0].decode(name, "ignore"), word.decode(name, "ignore"), mixed)


#: What speaks against encodings that are rare today, in letters.
_RARE: Final = {
    name: 0.6 if name.startswith("iso8859") else 0.7
    for _, _, encodings in LANGUAGES
    for name in encodings
    if not name.startswith("cp125")
} | {
    "mac-cyrillic": 1.2,
    "cp855": 1.2,
    "cp1125": 1.2,
    "mac-greek": 1.2,
    "cp737": 1.2,
    "iso8859-7": 0.6,
    "iso8859-5": 0.6,
}
#: In Latin script letters beyond ASCII rarely stand side by side.
_LETTERS_IN_A_ROW: Final = 1.9
#: Fewer bytes say nothing: of those that stand side by side, different ones.
_DIFFERENT: Final = 4
_ENOUGH: Final = 0.55
#: In the sum over all bytes beyond ASCII: a letter or two.
_CLEARLY: Final = 0.25
#: The same of each letter, between readings in two scripts.
_LITTLE: Final = 0.015


#: In East Asia bytes that are usual characters in one encoding are often so in another one: so many tell which, unless
#: most are kana.
_SIGNS_ENOUGH: Final = 6
_EAST: Final = ("cp932", "euc_jp", "gb18030", "big5", "cp949")


def _are_few(text: str, encoding: str) -> bool:
    signs = [char for char in text if char > "\u2fff"]
    kana = sum("\u3041" <= char <= "\u30ff" for char in signs)
    return len(signs) < _SIGNS_ENOUGH and not (2 * kana > len(signs) and encoding in ("cp932", "euc_jp"))


#: Letters that are the same in the encodings of most languages: alone in a text, they need no language that has them.
_SAFE: Final = frozenset("éäöüßçáíóúýâôë")
#: Capital letters that are quotes and dashes in Mac-Roman.
_QUOTES_OF_MAC: Final = frozenset("ÒÓÔÕÐÑ")
#: What stands before and behind marks, and before and behind some in another case.
_BESIDE: Final = {
    char: (re.compile(rf"(?:{before})\Z", re.I), re.compile(after, re.I))
    for chars, before, after in (
        ("’", r"[^\W\d_]", r"(?:s|t|re|ve|ll|d|m)\b"),
        ("–—", r"^|\s", r"\s"),
        ("£€", "", r"\s?\d"),
        ("°", r"\d\s?", r"(?![^\W\d_]{2})"),
        ("©", r"^|[\s(]", r"\s?\d{4}\b"),
        ("®™", r"[^\W\d_]", r"(?!\w)"),
        ("²³", r"(?:\b|\d)[kcm]?m", r"(?!\w)"),
        ("½¼¾º", r"\d\s?", r"(?!\w)"),
        ("§", r"^|[\s(]", r"\s?\d"),
        ("×", r"\d\s?", r"\s?\d"),
        ("\u00a0", r"\w", r"\d|[:;!?%»€]"),
    )
    for char in chars
}
_OTHERS_BESIDE: Final = {
    "’": (re.compile(r"\b(?:[cdjlmnst]|qu|dell|all|un)\Z", re.I), re.compile(r"[^\W\d_]{2}")),
    "–": (re.compile(r"\d\Z"), re.compile(r"\d")),
    "€": (re.compile(r"\d\s?\Z"), re.compile(r"(?!\w)")),
}
#: Letters that languages have, where no word of theirs has them.
_ODD: Final = re.compile(r"[aeàâ][èê]|[èê][aeiouyéè]|ñ(?![aeiouyáéíóú])|[ìòù]\w", re.I)
_PAIRED: Final = {"“": "”", "‘": "’", "„": "“", "«": "»", "¿": "?", "¡": "!"}
#: So many different frequent words, and such a part of all words, show a language; others with nearly as many too.
_SHOWN: Final = 2
_PART: Final = 0.15
_NEARLY: Final = 0.8


def _stand_well(data: bytes, encoding: str) -> bool:
    """Say whether the few characters that are not UTF-8 stand where they do in texts: letters in a word of a language
    that has them, and marks beside what they belong to. One byte may be anything.
    """
    text, at = "", 0
    places: list[int] = []
    for run in _RUN.finditer(data):
        is_bad = not _is_utf8(run[0])
        text += data[at : run.start()].decode()
        characters = run[0].decode(encoding if is_bad else "utf-8")
        places += range(len(text), len(text) + len(characters)) if is_bad else ()
        text, at = text + characters, run.end()
    text += data[at:].decode()
    doubtful = set(places)
    languages = _spoken("".join(["?" if place in doubtful else char for place, char in enumerate(text)]))
    letters = {char for language in languages if "the" not in language.words.split() for char in language.letters}
    words = {word for language in languages for word in language.words.split()}
    there = {text[place].lower() for place in places}
    if len(places) > _SHOWN <= len(there):  # so many letters of a language show it too
        letters |= {char for language in LANGUAGES if there <= set(language.letters) for char in there}
        words |= letters
    return all(_stands_well(text, place, letters, words) for place in places)


def _stands_well(text: str, at: int, letters: set[str], words: set[str]) -> bool:
    """Say it of a character, in a text of languages with such letters beyond ASCII. A lone one is one of ``words``."""
    char, before, behind = text[at], text[max(at - 40, 0) : at], text[at + 1 : at + 41]
    if not char.isalpha() or char in MARKS:
        if char in _PAIRED:
            return _PAIRED[char] in behind and behind[:1].isalnum() and not before[-1:].isalnum()
        if any(char == right and left in before for left, right in _PAIRED.items()):
            return not behind[:1].isalnum() and before[-1:] > " "
        return any(
            char in table and table[char][0].search(before) is not None and table[char][1].match(behind) is not None
            for table in (_BESIDE, _OTHERS_BESIDE)
        )
    first, last = _WORD.match(before[::-1]), _WORD.match(behind)
    word = (first[0][::-1] if first else "") + char + (last[0] if last else "")
    if len(word) == 1:
        return char in words
    if _ODD.search(word):
        return False
    if char.isupper():
        is_first = not first and behind[:1].islower() and char not in _QUOTES_OF_MAC
        return char.lower() in letters and (is_first or (word.isupper() and len(word) > 1))
    return char in letters or char in _SAFE


def _spoken(text: str) -> list[Language]:
    """Return the languages that a text is likely to be in, by its frequent words."""
    found = _WORD.findall(text.lower())
    counts = {}
    for language in LANGUAGES:
        frequent = set(language.words.split()).intersection(found)
        counts[language] = sum(map(frequent.__contains__, found)) if len(frequent) >= _SHOWN else 0
    most = max(counts.values())
    if not most or most < _PART * len(found):
        return []
    return [language for language, count in counts.items() if count >= _NEARLY * most]


def _are_alike(one: str, other: str) -> bool:
    """Say whether two readings have some of their letters beyond ASCII in common: they are of one script."""
    return any(a == b > "\x7f" for a, b in zip(one, other, strict=False) if a.isalpha())


def _is_utf8(run: bytes) -> bool:
    try:
        run.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decoded(data: bytes, encoding: str, *, mixed: bool) -> str | None:
    """Return bytes as characters, a character that is cut at the end left out; None where they are not in it."""
    try:
        if mixed:
            return _RUN.sub(lambda run: run[0] if _is_utf8(run[0]) else run[0].decode(encoding).encode(), data).decode()
        return getincrementaldecoder(encoding)().decode(data)
    except UnicodeError:
        return None


def _latin(data: bytes, *, mixed: bool) -> Iterator[tuple[float, str, str]]:
    texts: dict[str, str | None] = {}
    for letters, frequent, encodings in LANGUAGES:
        known, words = set(letters), set(frequent.split())
        for encoding in encodings:
            if encoding not in texts:
                texts[encoding] = _decoded(data, encoding, mixed=mixed)
            text = texts[encoding]
            if text is not None:
                yield latin_score(text, known, words), encoding, text


def latin_score(text: str, known: set[str], words: set[str]) -> float:
    """Say how well a text fits a language, by its letters beyond ASCII and its frequent words."""
    good = count = 0.0
    before = " "
    for char in text:
        if char > "\x7f" and char not in MARKS:
            count += 1
            inside = char.isupper() and before.islower()
            good += 1 if (char in known or char.lower() in known) and not inside else -1 if not char.isalpha() else -0.5
        elif char > "\x7f":
            fits = _is_set_apart(char, before)
            count += _MARK if fits else 1
            good += 0.9 * _MARK if fits else -1
        before = char
    found = _WORD.findall(text.lower())
    return good / count + 2 * sum(word in words for word in found) / max(len(found), 4)


def _is_set_apart(char: str, before: str) -> bool:
    """Say whether a mark may stand after a character: most stand at the border of a word, or between digits."""
    return char in "’–—…·\u00a0ºª" or not before.isalpha() or char in "”»›™®°€“‘"


def _others(data: bytes, *, mixed: bool) -> Iterator[tuple[float, str, str]]:
    for letters, encodings in SCRIPTS:
        weights = {char: 1 - place / len(letters) for place, char in enumerate(letters) if char != " "}
        for encoding in encodings:
            text = _decoded(data, encoding, mixed=mixed)
            if text is not None:
                yield _script_score(text, weights), encoding, text
    for encoding in _EAST:
        text = _decoded(data, encoding, mixed=mixed)
        if text is not None:
            yield _east_score(text, encoding), encoding, text


def _script_score(text: str, weights: dict[str, float]) -> float:
    total = count = 0.0
    for word in _WORD.findall(text):
        capitals = word.isupper()
        for place, char in enumerate(word):
            if char > "\x7f":
                count += 1
                if place and not capitals and char.isupper():
                    total -= 1
                elif char.lower() in weights:
                    total += weights[char.lower()] if char.islower() or capitals else max(_FIRST, weights[char.lower()])
                else:
                    total -= 1
    before = " "
    for char in text:
        if char > "\x7f" and not char.isalpha() and char not in weights:
            count += 1
            if char in _QUOTES and _is_set_apart(char, before):
                total += _QUOTE
            else:
                total -= 0.5 if char in MARKS and not before.isalpha() else 1
        before = char
    return total / count if count else 0.0


def _east_score(text: str, encoding: str) -> float:
    """Score by what a language uses: kana, syllables of Hangul, and characters that are usual in each set."""
    kana = hangul = usual = other = 0
    for char in text:
        if char <= "\x7f" or "\u3000" <= char <= "\u301f" or "\uff00" < char < "\uff5f":
            continue
        if "\u3041" <= char <= "\u30ff":
            kana += 1
        elif "\uac00" <= char <= "\ud7a3":
            hangul += 1
        elif "\u4e00" <= char <= "\u9fff" and _is_usual(char, encoding):
            usual += 1
        else:
            other += char not in MARKS
    total = max(kana + hangul + usual + other, 1)
    if encoding == "cp949":
        return (hangul - 2 * kana + 0.2 * usual - other) / total
    if encoding in ("cp932", "euc_jp"):
        return (1.2 * kana + (0.9 if kana else 0.2) * usual - hangul - 2 * other) / total
    return (0.9 * usual - hangul - 0.5 * kana - 2 * other) / total


def _is_usual(char: str, encoding: str) -> bool:
    """Say whether a Han character is of the first level of its set, which has those that are used most."""
    first = {"gb18030": (0xB0, 0xD7), "big5": (0xA4, 0xC6), "cp932": (0x88, 0x98), "euc_jp": (0xB0, 0xCF)}
    low, high = first.get(encoding, (0, 0xFE))
    return bytes([low]) <= char.encode(encoding, "ignore") < bytes([high, 0xFF])
