"""The rules about characters and lines (TXT): what they tell, what they leave alone, and what their changes do."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpusfmt import plugins
from corpusfmt.model.document import Document
from corpusfmt.model.rule import Hit, Rule
from corpusfmt.model.text_search import Documents
from corpusfmt.rules import (
    annotation_marks,
    bidirectional_controls,
    boilerplate_line,
    bom_inside,
    control_characters,
    html_left,
    invisible_characters,
    mixed_line_ends,
    mojibake,
    noncharacters,
    not_nfc,
    private_use,
    repeated_line,
    run_together,
    soft_hyphen,
    tag_characters,
    variation_selectors,
    zero_width,
)
from corpusfmt.rules._characters import counted, difference, named
from corpusfmt.rules._direction import unclosed
from corpusfmt.rules._mojibake import decoded_once, restored
from corpusfmt.rules._normal import _CUT, normal
from tests.support import DATA, DEEP, ends, needs_data

RULES = {
    rule.code: rule
    for rule in (
        control_characters.RULE,
        bidirectional_controls.RULE,
        private_use.RULE,
        noncharacters.RULE,
        zero_width.RULE,
        soft_hyphen.RULE,
        mixed_line_ends.RULE,
        not_nfc.RULE,
        mojibake.RULE,
        tag_characters.RULE,
        variation_selectors.RULE,
        invisible_characters.RULE,
        annotation_marks.RULE,
        repeated_line.RULE,
        run_together.RULE,
        boilerplate_line.RULE,
        html_left.RULE,
        bom_inside.RULE,
    )
}
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
#: Those whose message names the character at the place.
NAMING = ["TXT001", "TXT002", "TXT003", "TXT004", "TXT005", "TXT006", "TXT010", "TXT011", "TXT012", "TXT013"]
MENDING = ["TXT005", "TXT006", "TXT007", "TXT008", "TXT009", "TXT010", "TXT011", "ENC006"]


def hits(code: str, *documents: str | Document) -> list[Hit]:
    start = RULES[code].start
    assert start is not None
    made = [one if isinstance(one, Document) else Document(f"d{i}", one) for i, one in enumerate(documents)]
    return list(start()(Documents(made)))


def place(code: str, text: str) -> int | None:
    """Return where the rule points to, in code points, and check what holds of every hit."""
    found = hits(code, text)
    assert len(found) <= 1, "one hit for a document"
    if not found:
        return None
    message, position = found[0].message, found[0].position
    assert message.isprintable()
    assert not message.endswith(".")
    assert position is not None
    return len(text.encode()[:position].decode())


def change(text: str, hit: Hit) -> str:
    """Return a text with the change of a hit."""
    assert hit.change is not None
    assert not hit.change.safe
    data, (position, length, replacement, _) = text.encode(), hit.change
    data[:position].decode()
    data[position : position + length].decode()
    return (data[:position] + replacement + data[position + length :]).decode()


# -- the records ------------------------------------------------------------------------------------------


@every_rule
def test_nothing_runs_unasked(rule: Rule) -> None:
    assert not rule.default
    assert rule.severity == "warning"
    assert plugins.builtin_rules()[rule.code] is rule


@every_rule
def test_clean_texts_in_many_scripts(rule: Rule) -> None:
    assert hits(rule.code, *CLEAN) == []


CLEAN = [
    "",
    "\n",
    "Plain words.\nAnd a second line, with a tab:\there.\n",
    "“It’s a matter of days”, she said – “not weeks…” Naïve? The price rose by £5 or 7\u00a0€.\n",
    "L’été dernier, à l’hôtel, on l’a «\u00a0fermé\u00a0» : «\u00a0Où est-ce\u00a0?\u00a0» Ça n’a coûté que 5\u00a0€… Noël !\n",
    "„Straße“, sagte sie, »der Spaß ist vorbei«. Das kostet z.B. 5 €; die Größe der Bäume ist dagegen beträchtlich.\n",
    "NÃO É VERDADE: A IRMÃ… “A MANHÃ” E O CORAÇÃO — NÃO ME ESQUEÇO. AS MAÇÃS SÃO ÓTIMAS.\n",
    "¿Dónde está el niño? ¡Aquí! ESPAÑA… EL «CAFÉ» Y EL “CAFÉ” — 3.ª edición, 2.º tomo, 20 °C.\n",
    "Úžasný den. ÚŽASNÝ BLÍŽÍŠ VÝŠE, TĚŽKÝ ŽÍŽALA.\n",
    "Zażółć gęślą jaźń. ŁÓDŹ, ŚWIĘTO.\n",
    "Kilka Åland, Ålesund, HÄÄ… MÄ”, SÅ», Å–Ä.\n",
    "Þetta er íslenska: Ð “Ð” og Þ… EIÐ—\n",
    "Đây là tiếng Việt: “â”, “ê”, à… Nó nói: «à»…\n",
    "В октябре совет собрался снова; «Цена» выросла до 5 € — или больше… № 7.\n",
    "Η Αθήνα είναι η πρωτεύουσα της Ελλάδας· «καλημέρα», είπε.\n",
    "این متن فارسی است: می‌خواهم کتاب‌ها را ببینم.\n",
    "यह हिन्दी है। क्‍ष और क्‌ष दोनों ठीक हैं।\n",
    "ഇത് മലയാളം ആണ്: അവന്‍ പറഞ്ഞു, കേരളത്തില്‍.\n",
    "ภาษาไทย\u200bไม่มีช่องว่าง\u200bระหว่างคำ\n",
    "A family 👩‍👩‍👧‍👦, a flag 🏳️‍🌈 and a man 🧔🏽‍♂️ at work.\n",
    "日本語の文章です。「引用」もあります。\n",
    "한국어 문장입니다.\n",
    "옛한글: ᄀᆞᆷ 가\u1100\u1160 \u115f\u1161\u11a8 \u115f\u1160\u11a8 \ua97c\u1160\ud7cb ㅤㄱㅏㅤ\n",
    "هذا نص عربي، وفيه كلمات: السَّلامُ عَلَيْكُمْ. 5 < 7 & 8 > 3\n",
    "آن‌ها نمی‌خواهند؛ خانه‌ای در «ده».\n",
    "क्‍ षत्रिय, र्‍य और ज़‍; শ্‌রী, ক্‍; ශ්‍රී; क\u200dक\u200d\n",
    "ខ្ញុំ\u200bចង់\u200bទៅ และ ພາສາ\u200bລາວ\n",
    "ᠮᠣᠩᠭᠣᠯ\u180e\u1820 ᠪᠢᠴᠢᠭ\u180b\u180e\u1820\n",
    (
        "Flags 🇩🇪 🏳️‍⚧️ 🏴‍☠️ 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
        "🏴\U000e0075\U000e0073\U000e0074\U000e0078\U000e007f, keys 1️⃣ #️⃣, hearts ❤️ ❤︎ ☎︎, hands 👍🏽 ✍🏿 ☝🏼\n"
    ),
    "Kisses 👩🏻‍❤️‍💋‍👨🏿 and 🧑‍🧑‍🧒‍🧒, an eye 👁️‍🗨️, arrows ↔️ ⤵️, ©️ and 〰️\n",
    "葛\U000e0100城市と葛\U000e0101飾区、辻\U000e0100さん、\U00020b9f\U000e0100る、神\ufe00、々\U000e0100\n",
    "∩\ufe00 and 0\ufe00, ⊨\ufe00; မ\ufe00; ꡖ\ufe00\n",
    "if (a<b && c>d) x = List<String>; AT&T, R&D; Q&A <3 <- -> <ann@example.org> <https://example.org/?a=1&b=2>\n",
    "Use: copy <input> <output> [<title>]; a < b > c; <Name>; vector<int>; &c.; Smith&Sons; &; <>; </>; x<y; &x;\n",
    "He uses an iPhone, YouTube, McDonald’s, GmbH, LaTeX, eBay and easyJet. See https://Example.com/About.Html now.\n",
]


# -- what is told, and where ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("a\x08b", 1), ("\x01", 0), ("a\x0cb", 1), ("é\x7f", 1), ("é\x80", 1), ("\x9f", 0), ("a\x85b", 1), ("\x1b[31m", 0),
        ("a\tb\r\nc\n", None), ("a\x00b", None), ("\xa0", None), ("\u2028", None), ("£ ©", None),
    ],
)  # fmt: skip
def test_control_characters(text: str, index: int | None) -> None:
    assert place("TXT001", text) == index


def test_controls_that_windows_1252_explains() -> None:
    (hit,) = hits("TXT001", "it\x92s")
    assert hit.message == "the text has U+0092 PU2, once"
    assert "'’'" in hit.hint
    assert not hits("TXT001", "it\x92s \x08")[0].hint
    assert not hits("TXT001", "it\x81s")[0].hint


@pytest.mark.parametrize(
    ("text", "index", "unclosed"),
    [
        ("a\u200eb", 1, ""), ("\u061c", 0, ""), ("\u202aa\u202c", 0, ""), ("\u2067a\u2069", 0, ""), ("é\u202ea", 1, "U+202E on line 1"),
        ("\u2066\u202aa\u202c\u2069", 0, ""), ("a\n\u2068b\nc\u2069", 2, "U+2068 on line 2"), ("\u202a\u2066\u202c\u2069", 0, "U+202A"),
        ("\u2067\u202ea\u2069", 0, "U+202E"), ("\u202c\u2069", 0, ""), ("\u202da\u2029b\u202c", 0, "U+202D"),
        ("\u202da\u2028b\u202c", 0, ""), ("שלום עולם", None, ""), ("“—…‰\u2060\u206a", None, ""),
    ],
)  # fmt: skip
def test_bidirectional_controls(text: str, index: int | None, unclosed: str) -> None:
    assert place("TXT002", text) == index
    if index is not None:
        message = hits("TXT002", text)[0].message
        assert ("is not closed in its paragraph" in message) == bool(unclosed)
        assert unclosed in message


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("a\ue000", 1), ("\uf8ff", 0), ("\uf0b7 é", 0), ("é\U000f0000", 1), ("\U000ffffd", 0), ("\U00100000", 0), ("\U0010fffd", 0),
        ("\ud7ff\uf900", None), ("\U000fffff", None), ("\U0010ffff", None), ("\U000e0041", None), ("\ufb01\uff01\ufeff", None),
    ],
)  # fmt: skip
def test_private_use(text: str, index: int | None) -> None:
    assert place("TXT003", text) == index


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("a\ufdd0", 1), ("\ufdef", 0), ("é\ufffe", 1), ("\uffff", 0), ("\U0001fffe", 0), ("\U0008ffff", 0), ("\U0010ffff", 0),
        ("\ufdcf\ufdf0", None), ("\ufffd", None), ("\U0001fffd", None), ("俾俿翾\u1ffe", None), ("\U00013fff\U0002effe", None),
    ],
)  # fmt: skip
def test_noncharacters(text: str, index: int | None) -> None:
    assert place("TXT004", text) == index


@pytest.mark.parametrize(
    ("text", "index", "mended"),
    [
        ("wo\u200brd", 2, "word"), ("é\u200cé", 1, "éé"), ("сло\u200dво", 3, "слово"), ("λό\u2060γος", 2, "λόγος"), ("wo\ufeffrd", None, ""), ("wo\ufeff\u200brd", 3, "wo\ufeffrd"),
        ("a \u200b\u200c\u200b\u200d b", 2, "a  b"), ("x\u200b\u200b\u200b y", None, ""), ("می\u200c\u200cخواهم", None, ""), ("۱\u200d\u200c\u200c\u200b\u200c", 1, "۱"),
        ("e\u0301\u200ba", 2, "e\u0301a"), ("a\u200b\u200c\u200bb c\u200dd", 1, "ab cd"), ("a\u00ad\u200bb", 2, "a\u00adb"), ("ქა\u200bრ", 2, "ქარ"),
        ("\ufeffword", None, ""), ("one\u200b two", None, ""), ("one \u200btwo", None, ""), ("a\u200b", None, ""), ("http:\u200b//x", None, ""),
        ("می\u200cخواهم", None, ""), ("क्\u200dष", None, ""), ("👩\u200d👧", None, ""), ("a\u200d👧", None, ""), ("ไทย\u200bไทย", None, ""),
        ("1\u200b000", None, ""), ("a\u00adb", None, ""), ("“\u200ba", None, ""), ("漢\u200b字", None, ""),
    ],
)  # fmt: skip
def test_widthless_characters(text: str, index: int | None, mended: str) -> None:
    assert place("TXT005", text) == index
    if index is not None:
        assert change(text, hits("TXT005", text)[0]) == mended


TAGS = "".join(chr(0xE0000 + ord(char)) for char in "hi you")
SELECTORS = "".join(chr(0xE0100 + ord(char) - 16) for char in "hi you")
SCOTLAND = "🏴" + "".join(chr(0xE0000 + ord(char)) for char in "gbsct") + "\U000e007f"


@pytest.mark.parametrize(
    ("text", "index", "mended"),
    [
        (f"read{TAGS} now", 4, "read now"), (TAGS, 0, ""), (f"{SCOTLAND}{TAGS}", 7, SCOTLAND), (f"{TAGS}{SCOTLAND}", 0, SCOTLAND),
        ("🏴\U000e0067\U000e0062", 1, "🏴"), (f"🏴{TAGS}\U000e007f", 1, "🏴"), ("🏴\U000e007f", 1, "🏴"), ("⛳\U000e0067\U000e0062\U000e0065\U000e007f", 1, "⛳"),
        ("a\U000e0001\U000e0065", 1, "a"), ("a\U000e0080b\U000e01f0\U000e0fff", 1, "ab"), (SCOTLAND + SCOTLAND, None, ""), (SELECTORS, None, ""),
        ("\U000e1000\U000dffff", None, ""),
    ],
)  # fmt: skip
def test_tag_characters(text: str, index: int | None, mended: str) -> None:
    assert place("TXT010", text) == index
    if index is not None:
        assert change(text, hits("TXT010", text)[0]) == mended


@pytest.mark.parametrize(
    ("text", "index", "mended"),
    [
        (f"well{SELECTORS} then", 4, "well then"), (f"😀{SELECTORS}", 1, "😀"), ("a\U000e0100b", 1, "ab"), ("\U000e0100", 0, ""),
        ("❤\ufe0f\ufe0f", 1, "❤\ufe0f"), ("❤\ufe0f\U000e0112", 1, "❤\ufe0f"), ("葛\U000e0100\U000e0101", 1, "葛"), ("葛\U000e0100\ufe0f", 1, "葛"),
        ("\ufe00\ufe01", 0, "\ufe00"), ("か\U000e0100", 1, "か"), ("葛\U000e0100", None, ""), ("❤\ufe0e", None, ""), ("a\ufe0f", None, ""), ("❤\ufe0f❤\ufe0f", None, ""),
        ("葛\U000e01ef\U00030000\U000e0100", None, ""), ("\ufe10\ufe11", None, ""), (TAGS, None, ""),
    ],
)  # fmt: skip
def test_variation_selectors(text: str, index: int | None, mended: str) -> None:
    assert place("TXT011", text) == index
    if index is not None:
        assert change(text, hits("TXT011", text)[0]) == mended


def test_hidden_text_is_shown() -> None:
    assert hits("TXT010", f"a{TAGS}")[0].message.endswith("; without the tag they spell 'hi you'")
    assert hits("TXT011", f"a{SELECTORS}")[0].message.endswith("; as bytes they are 'hi you'")
    assert hits("TXT010", "a\U000e0001")[0].message == "the text has U+E0001 LANGUAGE TAG, once"
    assert hits("TXT011", "❤\ufe0f\ufe0f")[0].message == "the text has U+FE0F VARIATION SELECTOR-16, 2 times"
    assert "as bytes" not in hits("TXT011", "a\U000e01ef\U000e01ef\U000e01ef")[0].message


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("wo\u3164rd", 2), ("ㅤ", 0), ("ﾠ", 0), ("\u115f", 0), ("\u1160", 0), ("\u115f\u1160", 0), ("가\u1160", 1), ("a\u1160\u11a8", 1),
        ("\u1100\u1160\u1160", 2), ("ㅤㅏ", 0), ("a\u2061b", 1), ("a\u2062b", 1), ("a\u2063b", 1), ("a\u2064b", 1), ("a\u2065", 1), ("a\u206a", 1), ("\u206f", 0),
        ("a\u180eb", 1), ("a\u180bb", 1), ("\u180f", 0), ("\u1780\u17b4", 1), ("\u17b5", 0), ("\u1820\u180b", None), ("\u1820\u180f\u180e\u1820", None), ("\u1820 \u180c", 2), ("\ufff0", 0), ("\ufff8", 0),
        ("\u1100\u1160", None), ("\u115f\u1161", None), ("\u115f\u1160\u11ff", None), ("ㅤㄱㅏㄴ", None), ("\u1820\u180e", None), ("\u2060\u2066\u200b", None),
        ("\u115e\u1161", None), ("\u3163\u3165", None), ("\uff9f\uffa1", None), ("\ufff9", None), ("\u2800", 0), ("\u034f", None),
    ],
)  # fmt: skip
def test_invisible_characters(text: str, index: int | None) -> None:
    assert place("TXT012", text) == index


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("\ufff9漢字\ufffaかんじ\ufffb", 0),
        ("é\ufffa", 1),
        ("é\ufffb", 1),
        ("an image: \ufffc", 10),
        ("\ufffd\ufff8", None),
    ],
)
def test_annotation_marks(text: str, index: int | None) -> None:
    assert place("TXT013", text) == index


@pytest.mark.parametrize(
    ("text", "index", "mended"),
    [
        ("\ufeffword", 0, "word"), ("one end. \ufeffanother", 9, "one end. another"), ("é\n\ufeffa\ufeff", 2, "é\na"), ("wo\ufeffrd", 2, "word"),
        ("\ufeff\ufeff", 0, ""), ("word\ufeff", 4, "word"), ("wo\u2060rd", None, ""), ("\ufffe", None, ""),
    ],
)  # fmt: skip
def test_byte_order_marks(text: str, index: int | None, mended: str) -> None:
    assert place("ENC006", text) == index
    if index is not None:
        assert change(text, hits("ENC006", text)[0]) == mended


@pytest.mark.parametrize(
    ("text", "index", "places"),
    [
        ("salt &amp; pepper", 5, 1), ("a&nbsp;b &lt;b&gt;", 1, 3), ("&#8217;", 0, 1), ("it&#x2019;s", 2, 1), ("&amp;amp;", 0, 1), ("&Eacute;t&eacute;", 0, 2), ("a &nbsp b", 2, 1),
        ("&quot", 0, 1), ("&hellip;", 0, 1), ("&CounterClockwiseContourIntegral;", 0, 1), ("&copy; 2020", 0, 1),
        ("<p>A paragraph.</p>", 0, 2), ("a<br/>b", 1, 1), ("a<br>b<BR />", 1, 2), ('<a href="x">y</a>', 0, 2), ("<div class=a>", 0, 1), ("<B>x</B>", 4, 1), ("</i>", 0, 1),
        ("<img src='a.png'>", 0, 1), ("<h2>Title</h2>", 0, 2), ("<!-- no -->", 0, 1), ("<!DOCTYPE html>", 0, 1), ("<input type=text>", 0, 1), ("<wbr/>", 0, 1), ("<td\n  align=left\n>", 0, 1),
        ("<script>x()</script>", 0, 2), ("é</span>", 1, 1), ("<meta charset='x'/>", 0, 1), ("<p lang=en>", 0, 1),
        ("AT&T", None, 0), ("R&D;", None, 0), ("&foo;", None, 0), ("&#;", None, 0), ("&#xyz;", None, 0), ("?a=1&lt=2&amp=3", None, 0), ("&ampere", None, 0), ("a <b and c> d", None, 0),
        ("<title>", None, 0), ("<b>", None, 0), ("<input>", None, 0), ("<paper>", None, 0), ("<p", None, 0), ("<P.", None, 0), ("<a>", None, 0), ("<i j=k", None, 0), ("<hrs>", None, 0),
        ("<object of desire>", None, 0), ("<3 <br", None, 0), ("x<1>y", None, 0), ("<?xml?>", None, 0), ("<tei:p>", None, 0),
    ],
)  # fmt: skip
def test_html_that_was_left(text: str, index: int | None, places: int) -> None:
    assert place("TXT104", text) == index
    if index is not None:
        assert hits("TXT104", text)[0].places == places


def test_html_in_a_large_text_takes_no_time_to_speak_of() -> None:
    for piece in ("<p ", "&amp", "<a b=", "<", "&", "</p" + " " * 50, "<!"):
        with ends():
            hits("TXT104", piece * (1_000_000 // len(piece)))


@pytest.mark.parametrize(
    ("text", "index", "mended"), [("a\u00adb\u00ad", 1, "ab"), ("é\u00ad", 1, "é"), ("a-b‐c\u00ac", None, "")]
)
def test_soft_hyphens(text: str, index: int | None, mended: str) -> None:
    assert place("TXT006", text) == index
    if index is not None:
        assert change(text, hits("TXT006", text)[0]) == mended


def test_a_change_does_not_put_a_text_out_of_nfc() -> None:
    (hit,) = hits("TXT006", "e\u00ad\u0301")
    assert hit.change is None


@pytest.mark.parametrize(
    ("text", "index", "mended"),
    [
        ("a\nb\nc\r\nd", 5, "a\nb\nc\nd"), ("a\r\nb\r\nc\nd", 7, "a\nb\nc\nd"), ("a\rb\n", 1, "a\nb\n"), ("a\r\r\nb", 1, "a\n\nb"),
        ("é\na\u2028b", 3, "é\na\nb"), ("a\u2029b\u2028", 1, "a\nb\n"),
        ("a\nb\n", None, ""), ("a\r\nb\r\n", None, ""), ("a\rb\r", None, ""), ("a\u2028b", None, ""), ("a\x85b\n", None, ""), ("", None, ""),
    ],
)  # fmt: skip
def test_mixed_line_ends(text: str, index: int | None, mended: str) -> None:
    assert place("TXT007", text) == index
    if index is not None:
        assert change(text, hits("TXT007", text)[0]) == mended


def test_line_ends_of_two_texts_are_not_mixed() -> None:
    assert hits("TXT007", "a\nb\n", "a\r\nb\r\n", "a\r", "\nb") == []


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("Rose\u0301", 3), ("é\u212b", 1), ("a\u0301\u0316", 0), ("q\u0301\u0316", 1), ("\u1100\u1161", 0), ("\u0958", 0), ("\u2000", 0), ("\ufb1d", 0),
        ("q\u0301", None), ("é", None), ("\u0301", None), ("한", None), ("ﬁ", None), ("क्\u200dष", None),
    ],
)  # fmt: skip
def test_not_nfc(text: str, index: int | None) -> None:
    assert place("TXT008", text) == index
    if index is not None:
        assert change(text, hits("TXT008", text)[0]) == unicodedata.normalize("NFC", text)


def test_the_message_about_nfc_counts_words() -> None:
    (hit,) = hits("TXT008", "cafe\u0301 rose rose\u0301")
    assert (
        hit.message
        == "the text is not in NFC: U+0065 U+0301 would be U+00E9 LATIN SMALL LETTER E WITH ACUTE, 2 such words in total"
    )


def garbled(text: str, times: int = 1, encoding: str = "cp1252") -> str:
    """Return a text as programs write it that take UTF-8 for ``encoding`` of the web."""
    for _ in range(times):
        text = "".join(
            bytes([byte]).decode(encoding) if byte not in b"\x81\x8d\x8f\x90\x9d" else chr(byte)
            for byte in text.encode()
        )
    return text


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
@pytest.mark.parametrize(
    "text",
    [
        "café", "dé", "état", "naïve", "über", "straße", "mañana", "la señora", "“quoted”", "it’s", "a – b", "so…", "5 €", "привет", "Москва",
        "mały", "święto", "čas", "škoda", "Österreich", "Ôter", "ça", "£5", "© 2020", "20°C", "3×4", "¿qué?", "日本語", "中文", "שלום", "مرحبا",
        "😀", "a™", "→", "✓", "№", "½", "1º", "óptimo", "ção", "España", "Ελλάδα",
    ],
)  # fmt: skip
def test_mojibake_is_found_and_fixed(text: str, encoding: str, times: int) -> None:
    whole = garbled(text, times, encoding)
    assert decoded_once(whole) == garbled(text, times - 1, encoding)
    assert not hits("TXT009", whole), "a whole text is the matter of another rule"
    part = f"rosé, {whole} rosé"
    assert place("TXT009", part) is not None
    assert change(part, hits("TXT009", part)[0]) == f"rosé, {text} rosé"


@pytest.mark.parametrize(
    "text",
    [
        "NÃO", "IRMû", "“IRMÔ", "MANHÃ…", "MANHÃ — SIM", "Ô, disse", "MAÇÃ’S", "ESPAÑ…", "CAFÉ» y", "“CAFÉ” é", "é»… é", "voilà…”", "«é»", "À\u00a0!",
        "Úžas", "úžas é", "ÍŽÍŠ", "BLÍŽÍŠ", "Â»", "“Â” é", "point Â\u00a0: é", "ß“ é", "Spaß”", "Ð”", "x×”", "HÄÄ…", "ÄÄÄ¿", "Å– Ä", "CÔTÉ™ É", "É’s", "Ñ–",
        # Cyrillic, Greek and Romanian in encodings of their own, read as Windows-1252: mended they would be something else.
        "Ã¸òå", "Ïðèâåò", "Å£ é", "Ïåòð å¸ é", "ÊáëçìÝñá", "Â¯˘é", "˜Â¯˘¿",
        "NÃO © 2020", "café", "dÃ¼", "Ã",
    ],
)  # fmt: skip
def test_what_may_be_meant_is_left_alone(text: str) -> None:
    if text == "dÃ¼":  # nobody writes that
        assert decoded_once(text) == "dü"
        return
    assert hits("TXT009", text) == []
    assert hits("TXT009", f"{text} é") == []
    assert decoded_once(text) is None
    assert decoded_once("ascii") is None


def test_mojibake_that_does_not_end_is_not_fixed() -> None:
    text = "rosé aÃ" + "\u0192" * 50
    assert restored(text) == (None, 1)
    (hit,) = hits("TXT009", text)
    assert hit.change is None


def test_the_message_about_mojibake() -> None:
    (hit,) = hits("TXT009", "rosé cafÃ© cafÃ©s")
    assert hit.message == "UTF-8 that was read as Windows-1252: 'Ã©' would be 'é', 2 such places in total"
    (hit,) = hits("TXT009", "rosé it\xe2\x80\x99s")
    assert hit.message == "UTF-8 that was read as Latin-1: 'â\\x80\\x99' would be '’'"


SENTENCE = "The ship came into the harbour late on Monday, and nobody saw it."


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("A Day at the old Harbour\nA Day at the old Harbour\n", 25),
        ("A ‘Quiet’ Day at the Harbour\n\n  A 'quiet'  day\u00a0at the harbour.\r\n", 32),
        ("День в старой гавани, и ещё один\nДЕНЬ В СТАРОЙ ГАВАНИ, И ЕЩЁ ОДИН", 33),
        (f"x. {SENTENCE} y\nz\n{SENTENCE}\n", 73), (f"{SENTENCE}And so on.\nNo. {SENTENCE}", 80),
        ("one two three four five six\rx\rone two three four five six\r", 30),
        ("short line\nshort line\nshort line\n", None),
        ("----------------------------------------\n" * 3, None),
        ("1 2 3 4 5 6 7 8 9 10 11 12 13 14\n" * 3, None),
        ("He said nothing to her. She left.\nHe said nothing to her. He stayed.\n", None),
        ("A Day at the old Harbour\nA Night at the old Harbour\n", None),
        ("A Day at the old Harbour, in autumn\nA Day at the old Harbour\n", None),
    ],
)  # fmt: skip
def test_repeated_lines(text: str, index: int | None) -> None:
    assert place("TXT101", text) == index


def test_a_line_that_stands_in_another_text_is_no_repeat() -> None:
    assert hits("TXT101", "A Day at the old Harbour\n", "A Day at the old Harbour\n") == []


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("They came to no solution.Officials went home on Monday.", "Officials"),
        ("Was it a good solution?Officials went home on Monday.", "Officials"),
        ("“It was a good solution.”Officials went home on Monday.", "Officials"),
        ("He spoke of “a solution”.Officials went home on Monday.", "Officials"),
        ("They all saw it.The officials went home.", "The"),
        ("Они не нашли решения.Чиновники ушли домой.", "Чиновники"),
        ("Sie fanden gar nichts heraus.Übrigens ging er heim.", "Übrigens"),
        ("Go to the mediabankRussian Foreign Minister in June", "Russian"),
        ("Go to the photobank\nphotobankWinter\nWinter in June\n", "Winter"),
        ("Перейти в медиабанкРоссийский Министр в июне", "Российский"),
    ],
)
def test_what_runs_together(text: str, second: str) -> None:
    index = place("TXT102", text)
    assert index is not None
    assert text[index:].startswith(second)


@pytest.mark.parametrize(
    "text",
    [
        "The U.S.A. and the U.K.Parliament said so today.", "It was J.R.R.Tolkien and Mr.Smith who came.", "See www.Example.Com for more of it.",
        "Go to https://example.com/a.Page?Id=One now, please.", "Visit booking.Com or amazon.De for the rest.", "The file readme.Md is in there.",
        "An iPhone, an eBook, YouTube and a McDonald meal, by FooBar GmbH today.", "He went with easyJet Airlines and tripAdvisor Reviews there.",
        "Use the method appendChild Node of it:\nx = getElementById() there", "Call math.Floor() and strings.Builder in it.", "It rose by 3.5.The",
        "Living on ул.Ленина and просп.Мира in the town.", "It is e.g.The first, i.e.One of many, z.B.Die Stadt.", "Wait...What did he say to her?",
        "The node.Title of it", "Title.Of the thing itself", "pH and isiZulu, kwaZulu Natal, nGaeltacht.", "DeVito and LaTeX and JavaScript Programs",
        "deviantArt is a page", "L’Oréal and d’Artagnan went to O’Neill’s.", "The well-known iPad.", "the vs.The case", "foo.bar.Baz is the name of it",
        "The end.\nAnother begins.", "“Why?” He went. (No.) She stayed.", "Kommt z.B.Montag, Dr.Müller, bzw.Herr Maier morgen?",
        "see example_name.Value in it", "Use x => solution.Officials went", "Some words here @mediabankRussian Foreign", "#mediabankRussian Foreign Minister",
    ],
)  # fmt: skip
def test_what_does_not_run_together(text: str) -> None:
    assert hits("TXT102", text) == []


@pytest.mark.parametrize(
    "line",
    [
        "Share", "Read more", "READ MORE »", "Read more…", "• Share this article", "© Photo : Somebody", "© 2020 Somebody, all of it", "Go to the mediabank",
        "Subscribe to our newsletter", "Subscribe to our newsletter!", "Accept cookies", "Advertisement", "[Advertisement]", "All rights reserved.",
        "This website uses cookies to ensure you get the best experience", "Photo: Somebody / Agency", "Read also: The other story", "Follow us on Twitter",
        "Artikel teilen", "Alle Rechte vorbehalten", "Lire la suite", "À lire aussi", "S’abonner", "Leer más", "Suscríbete", "Leggi anche", "Leia também",
        "Читать далее", "Читайте также: другое", "Фото: Кто-то", "Copyright (c) 2020 Somebody", "  Skip\u00a0to main   content  ",
    ],
)  # fmt: skip
def test_boilerplate(line: str) -> None:
    assert place("TXT103", f"Wörter und Wörter.\n{line}\nMehr.\n") == 19 + len(line) - len(line.lstrip())
    (hit,) = hits("TXT103", f"{line}\n{line}")
    assert "2 such lines in total" in hit.message


@pytest.mark.parametrize(
    "line",
    [
        "Share your food with others, she said.", "Nobody will read more than that.", "A share", "She would subscribe to that.", "Photography is an art.",
        "The photo: it was lost", "Copyright is a right", "In 2020 all rights reserved for kings were abolished.", "Accept it", "See also the next chapter of it",
        "© " + "x" * 200, "We use them daily.", "Fotos: viele", "Teilen macht Freude", "Home", "News",
    ],
)  # fmt: skip
def test_what_is_no_boilerplate(line: str) -> None:
    assert hits("TXT103", f"Words.\n{line}\nMore.\n") == []


@needs_data
def test_the_scraped_article() -> None:
    (path,) = (DATA / "seed-documents").glob("000_*.txt")
    text = path.read_text(encoding="utf-8")
    for code in RULES:
        assert bool(hits(code, text)) == (code in ("TXT101", "TXT102", "TXT103"))
    assert place("TXT101", text) == text.index("\n") + 1
    assert "7 repeats in total" in hits("TXT101", text)[0].message
    assert place("TXT102", text) == text.index(".K") + 1
    assert "2 such places in total" in hits("TXT102", text)[0].message
    assert place("TXT103", text) == text.index("©")
    assert "3 such lines in total" in hits("TXT103", text)[0].message
    for rule in plugins.builtin_rules().values():
        if rule.default and rule.start:
            assert not list(rule.start()(Documents([Document("x", text)])))


# -- what holds of every text -----------------------------------------------------------------------------

HOSTILE = (
    "\x01\x85\x92\xad\u200b\u200c\u200d\u200e\u202a\u202c\u202e\u2066\u2069\u2060\ufeff\ufdd0\ufffe\ue000\u2028\u2029\r\n\n .!?”»'\""
    "\U000e0041\U000e007f\U000e0100\ufe0f🏴葛\u115f\u1160\u1100\u11a8\u3164\uffa0\u2062\ufff9\u180e&;<>/p "
    "aeAEéÉеЕ\u0301\u0316\u1100\u1161\u212bÂÃÄÅâðŸ€™œ“©\u00a0½ƒ‚Ð¿Ñ\u0645\u0915\u094d👩"
)
texts = st.one_of(
    st.text(max_size=60),
    st.text(HOSTILE, max_size=60),
    st.lists(st.sampled_from(HOSTILE), max_size=40).map("".join),
    st.builds(
        lambda a, b, c: a + garbled(b) + c,
        st.text(HOSTILE, max_size=8),
        st.text(max_size=8),
        st.text(HOSTILE, max_size=8),
    ),
)


@given(st.lists(texts, max_size=4))
def test_any_text_is_looked_into(found: list[str]) -> None:
    for code in RULES:
        made = hits(code, *found)
        assert len({hit.document.id for hit in made}) == len(made)
        together = [(hit.document.id, *hit[1:]) for hit in made]
        alone = [(f"d{i}", *hit[1:]) for i, text in enumerate(found) for hit in hits(code, text)]
        assert together == alone
        for hit in made:
            assert hit.message.isprintable()
            assert hit.hint.isprintable()
            assert hit.position is not None
            hit.document.data[hit.position :].decode()  # begins a character


@given(texts)
@example("é\u00ad\u202e")
def test_the_character_at_the_place_is_the_one_that_is_named(text: str) -> None:
    for code in NAMING:
        for hit in hits(code, text):
            assert hit.position is not None
            char = text.encode()[hit.position :].decode()[0]
            assert f"the text has U+{ord(char):04X}" in hit.message


@given(texts)
@example("a\u00ad\u0301")
@example("aÃƒÂ©é")
@example("ÐÃ\u0090é")
def test_a_change_clears_its_finding_and_adds_none(text: str) -> None:
    for code in MENDING:
        for hit in hits(code, text):
            if hit.change is None:
                assert code in ("TXT005", "TXT006", "TXT007", "TXT009", "TXT010", "TXT011", "ENC006")
                continue
            new = change(text, hit)
            assert new != text
            assert hits(code, new) == []
            if code in ("TXT005", "TXT006", "TXT007", "TXT010", "TXT011", "ENC006"):
                assert normal(text) is not text or normal(new) is new
    for code in set(RULES) - set(MENDING):
        assert all(hit.change is None for hit in hits(code, text))


@given(
    texts,
    st.sampled_from(
        ["cp1252", "latin-1", "utf-16", "utf-16-le", "utf-8-sig", "cp1251", "gb18030", "shift_jis", "koi8-r"]
    ),
)
def test_other_encodings(text: str, encoding: str) -> None:
    data = text.encode(encoding, "ignore")
    document = Document("d", data, encoding=encoding)
    text = data.decode(encoding)
    for code in RULES:
        for hit in hits(code, Document("x", "plain"), document):
            assert hit.change is None
            assert hit.position is not None
            if encoding in ("cp1252", "latin-1", "koi8-r", "utf-16-le") and code in NAMING:
                char = data[hit.position :].decode(encoding)[0]
                assert f"U+{ord(char):04X}" in hit.message


@given(st.binary(max_size=60))
def test_bytes_that_are_no_text_are_skipped(data: bytes) -> None:
    for code in RULES:
        found = hits(code, Document("d", data))
        try:
            data.decode()
        except UnicodeDecodeError:
            assert found == []


@given(st.text(max_size=30), st.text(max_size=30))
def test_where_two_texts_differ(old: str, new: str) -> None:
    if old != new:
        start, stop, end = difference(old, new)
        assert old[:start] + new[start:end] + old[stop:] == new
        assert old[start : start + 1] != new[start : start + 1] or start in (stop, end)


@given(st.text(HOSTILE, max_size=80))
def test_mending_mojibake_comes_back_garbled(text: str) -> None:
    meant = decoded_once(text)
    if meant is not None:
        assert len(meant) < len(text)
        data = meant.encode()
        assert text in (data.decode("latin-1"), "".join([garbled_byte(byte) for byte in data]))


def garbled_byte(byte: int) -> str:
    return chr(byte) if byte in b"\x81\x8d\x8f\x90\x9d" else bytes([byte]).decode("cp1252")


@given(st.text(HOSTILE + "éa", max_size=30).map(lambda text: text * 200))
def test_normalising_in_pieces(text: str) -> None:
    assert normal(text) == unicodedata.normalize("NFC", text) or re.search("[^a-z]{1024}", text)


def test_texts_are_cut_before_what_has_nothing_to_do_with_what_stands_before_it() -> None:
    seconds = set()
    for code in range(0x110000):
        pair = unicodedata.decomposition(chr(code)).split()
        if len(pair) == 2 and not pair[0].startswith("<"):
            seconds.add(chr(int(pair[1], 16)))
    composing = {char for char in seconds if unicodedata.combining(char) or unicodedata.category(char) != "Lo"}
    for char in re.findall(f"[{_CUT}]", "".join(map(chr, range(0x20000)))):
        first = unicodedata.normalize("NFD", char)[0]
        assert not unicodedata.combining(first)
        assert first not in composing


def test_names() -> None:
    assert named("\x08") == "U+0008 BS"
    assert named("\x7f") == "U+007F DEL"
    assert named("\x85") == "U+0085 NEL"
    assert named("\u202e") == "U+202E RIGHT-TO-LEFT OVERRIDE"
    assert named("\ue000") == "U+E000"
    assert counted(["\x01", "\x02", "\x01", "\x03"]) == "U+0001 SOH, 2 times, and 2 other kinds, 2 times"
    assert counted(["\x01"] * 1200) == "U+0001 SOH, 1,200 times"
    assert unclosed("") == -1


# -- hostile texts: were a rule to take the square of their length, this would take minutes ----------------

SIZE = 1_000_000 if DEEP else 150_000


@pytest.mark.parametrize(
    "text",
    [
        "word and more words, " * (SIZE // 20), "." * SIZE + "1", "the same line as all the others are\n" * (SIZE // 36), "a\n" * (SIZE // 2),
        "more of wordy.The next " * (SIZE // 23), "wordy.The" * (SIZE // 9), "the mediabankRussian Foreign " * (SIZE // 29), " " * SIZE,
        "foo." + '"' * SIZE + "Bar", "a" + "\u00ad\u200b" * (SIZE // 2) + "b", "a" + "\u0301\u0316" * (SIZE // 2), "e\u0301" * (SIZE // 2),
        "é Ã©" * (SIZE // 4), "rosé aÃ" + "\u0192" * SIZE, "\u2066\u202a\u2069" * (SIZE // 3), "\x01" * SIZE, "a\r\n" * (SIZE // 3) + "\n",
        ("a" + "\u0301\u0316" * 500) * (SIZE // 1001), "Share\n" * (SIZE // 6), "foo-" * (SIZE // 4) + ".The", "»" * SIZE + ".Foo", "é" * SIZE, "some more of wordy.The next" + "\n" * SIZE,
    ],
    ids=range(23),
)  # fmt: skip
def test_time_grows_with_the_length_alone(text: str) -> None:
    with ends():
        for code in RULES:
            hits(code, text)


#: What Unicode has as invisible or as a space and no rule tells, with the reason.
LEFT = {
    "the spaces of typography, which show as such": "\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000",
    "signs that show, around the digits or letters that follow": "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd",
    "what keeps letters apart in sorting, and marks in Hebrew": "\u034f",
    "what arranges hieroglyphs; it stands in all texts of them": "\U00013430-\U0001343f",
}
#: Default_Ignorable_Code_Point (Unicode 16.0, DerivedCoreProperties.txt), of its last block some.
IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e0100\U000e01ef\U000e01f0-\U000e0fff"
)
INVISIBLE = sorted(
    {chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in {"Cf", "Zs", "Zl", "Zp"}}
    | {chr(code) for code in range(0x110000) if re.match(f"[{IGNORABLE}]", chr(code))}
    | {"\u0085", "\x0b", "\x0c", "\u2800", "\U0001d159"}
)


def test_each_invisible_character_is_told_or_left_for_a_reason() -> None:
    left = re.compile(f"[{''.join(LEFT.values())}]")
    for char in INVISIBLE:
        text = f"{char}\nwo{char}rd, {char}{char}{char}{char} 1{char}\n"
        told = [code for code in RULES if code != not_nfc.RULE.code and hits(code, text)]
        assert bool(told) != bool(left.match(char)), named(char)


@pytest.mark.parametrize(
    "text",
    ["\u2807\u2811\u2800\u2809\u2801\u280b\n", "\u2800\u2807 a\n", "\U0001d15f\U0001d173\U0001d15f\U0001d174 \n", "\U0001d173\U0001d15f\n",
     "\U0001bc00\U0001bca0\U0001bc01\n", "\u05e9\u05b8\u034f\u05c1\n"],
)  # fmt: skip
def test_invisible_characters_of_a_writing_are_left(text: str) -> None:
    assert not hits("TXT012", text)
