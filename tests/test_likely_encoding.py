"""Hints of encodings: right or none, for texts of many languages, short and long, whole and mixed with UTF-8."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt import validate
from corpusfmt.text.likely_encoding import likely_encoding, name_of, shift_encoding

TEXTS = {
    "Az utolsó őszi napok hűvösek voltak, és a gyerekek már nem úsztak a tóban, csak a parton ültek.": "cp1250 iso8859-2",
    "Elle était déjà à la fenêtre, où l'été finissait, et ne pensait qu'à son frère.": "cp1252 iso8859-15 mac-roman cp850",
    "Der Fluss fließt über große Steine, und die Mädchen hören für eine Weile den Vögeln zu.": "cp1252 mac-roman cp850 cp437",
    "El año pasado el señor se mudó con su mamá a una casa más pequeña en el valle.": "cp1252 mac-roman cp850",
    "A irmã não quis a maçã, e também não há pão nem água para o irmão na mesa.": "cp1252 iso8859-15",
    "Flickan på bryggan såg en båt och åkte sedan över sjön till en ö där gräset är högt.": "cp1252 cp850",
    "Wieczorem przyszła wiadomość, że most jest zamknięty, więc nie mogliśmy już wrócić do miasta.": "cp1250 iso8859-2 cp852",
    "Děti šly domů až večer, protože venku bylo hezky a na louce ještě kvetly růže.": "cp1250 iso8859-2 cp852",
    "Câinele şi pisica stau în curte, iar bunica face pâine pentru că mâine vin oaspeţi.": "cp1250 iso8859-2",
    "Akşam güneş batarken çocuklar ve annesi için küçük bir ışık yandı, kuş da ağaca döndü.": "cp1254",
    "Žąsys jau išskrido į pietus, nes ruduo šiemet ankstyvas ir naktys žvarbios.": "cp1257",
    "Под утро дождь перестал, и птицы снова запели в старом саду за нашим домом.": "cp1251 koi8-r cp866 iso8859-5 mac-cyrillic",
    "Під ранок дощ ущух, і птахи знову заспівали в старому саду за нашою хатою.": "cp1251 koi8-u",
    "Προς το πρωί σταμάτησε η βροχή και τα πουλιά τραγουδούσαν πάλι στον παλιό κήπο.": "cp1253 iso8859-7",
    "לפנות בוקר פסק הגשם והציפורים שבו לשיר בגן הישן שמאחורי הבית שלנו.": "cp1255 iso8859-8",
    "قبل الفجر توقف المطر وعادت الطيور تغني في الحديقة القديمة خلف بيتنا.": "cp1256 iso8859-6",
    "ก่อนรุ่งสางฝนหยุดตกและนกก็ร้องเพลงอีกครั้งในสวนเก่าหลังบ้านของเรา": "cp874",
    "明け方に雨がやみ、古い庭ではまた鳥が歌いはじめた。": "cp932 euc_jp",
    "天亮前雨停了，鸟儿又在我们家后面的老花园里唱歌。": "gb18030",
    "天亮前雨停了，鳥兒又在我們家後面的老花園裡唱歌。": "big5",
    "새벽에 비가 그치고 우리 집 뒤의 오래된 정원에서 새들이 다시 노래했다.": "cp949",
    "“It’s late,” he said – the bill was £5, and so on… “Good night.”": "cp1252",
}
CASES = [(text, name) for text, names in TEXTS.items() for name in names.split()]


@pytest.mark.parametrize(("text", "name"), CASES)
@pytest.mark.parametrize("times", [1, 20])
def test_the_encoding_is_named(text: str, name: str, times: int) -> None:
    data = (text + "\n").encode(name) * times
    likely = likely_encoding(data)
    assert likely is not None
    assert not likely.mixed
    assert data.decode(likely.encoding) == data.decode(name)
    assert data.decode(name).find(likely.characters) >= 0


@pytest.mark.parametrize(
    ("data", "encoding", "characters"),
    [
        ("Un café, déjà, et la fenêtre à côté. ".encode() + b"Le caf\xe9 est ferm\xe9.", "cp1252", "é"),
        ("An die Tür, über die Straße. ".encode() + b"Und f\xfcr die T\xfcr.", "cp1252", "ü"),
        (b"caf\xe9\n", "cp1252", "é"), (b"It\x92s the one.", "cp1252", "’"),
        (b"An ASCII text. " * 1000 + b"The caf\xe9 is there.", "cp1252", "é"),
    ],
)  # fmt: skip
def test_few_places_in_other_text(data: bytes, encoding: str, characters: str) -> None:
    likely = likely_encoding(data, next(at for at, byte in enumerate(data) if byte >= 0x80))
    assert likely is not None
    assert (likely.encoding, likely.characters) == (encoding, characters)
    assert likely.mixed == (len(data) < 100 and data[:4] in (b"Un c", b"An d"))


LATIN = {
    "en": "The meeting was held on Monday at the town hall, and {} was there for an hour with the mayor.",
    "fr": "La rencontre a eu lieu lundi dans la salle du bourg, et {} est venu avec le maire pour le pont.",
    "es": "La fiesta fue el lunes en la sala del pueblo, y {} no es para los que van con el alcalde.",
    "id": "Pertemuan itu diadakan pada hari Senin di balai kota, {} hadir di sana.",
    "code": "def main(args): return args[0]  # {} x\n",
}


@pytest.mark.parametrize("language", LATIN)
@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("café", "cp1252 cp1250 mac-roman cp850"), ("Müller", "cp1252 mac-roman cp850"), ("“quoted”", "cp1252 mac-roman"), ("Françoise", "cp1252 mac-roman"), ("São", "cp1252 cp850"), ("Bjørn", "cp1252"), ("5 €", "cp1252 mac-roman"),
        ("it’s", "cp1252 mac-roman"), ("– so", "cp1252 mac-roman"), ("¿Qué?", "cp1252"), ("° 3", "cp1252"), ("m²", "cp1252"), ("© 2020", "cp1252"), ("l’an", "cp1252"), ("§ 5", "cp1252"), ("É", "cp1252"), ("É T É", "cp1252"), ("ÉTÉ", "cp1252"),
        ("10…", "cp1252"), ("voilà", "cp850"), ("il dit voilà, et le pont est là, et", "cp850"), ("wait…", "cp1252"), ("1990–1999", "cp1252"), ("«so»", "cp1252"), ("¡Hola!", "cp1252"), ("3×4", "cp1252"), ("¼ m", "cp1252"), ("5\u00a0%", "cp1252"), ("à", "cp1252 cp850"),
        ("Dvořák", "cp1250 iso8859-2"), ("Łódź", "cp1250 iso8859-2"), ("Kovač", "cp1250 iso8859-2"), ("Gdańsk", "cp1250 iso8859-2"), ("Čapek", "cp1250 iso8859-2"), ("Žižek", "cp1250 iso8859-2"), ("Beşiktaş", "cp1254"), ("ş", "cp1254"),
        ("ł", "cp1250"), ("č", "cp1250 iso8859-2"), ("ž", "iso8859-2"),
        ("д", "cp1251 koi8-r"), ("и", "cp1251 koi8-r"), ("в", "cp1251 koi8-r"), ("(п)", "cp1251"), ("мир", "cp1251 koi8-r"), ("δ", "cp1253"), ("(λ)", "cp1253"), ("ก", "cp874"), ("ไ", "cp874"), ("ש", "cp1255"), ("(ם)", "cp1255"),
        ("日", "cp932 euc_jp"), ("本", "cp932 euc_jp"), ("年", "cp932"), ("東京", "cp932 euc_jp"), ("日本", "cp932 euc_jp"), ("株式会社", "cp932 euc_jp"), ("カタカナ", "cp932 euc_jp"), ("ありがとう", "cp932 euc_jp"), ("、", "big5 cp932"),
        ("人", "big5 gb18030"), ("北", "big5"), ("中国", "gb18030"), ("你好", "gb18030 big5"), ("上海", "gb18030"), ("한국", "cp949"), ("서울", "cp949"), ("김", "cp949"),
    ],
)  # fmt: skip
def test_few_foreign_characters_are_named_right_or_not(language: str, word: str, names: str) -> None:
    for name in names.split():
        text = LATIN[language].format(word)
        data = text.encode(name)
        likely = likely_encoding(data, next(at for at, byte in enumerate(data) if byte > 0x7F))
        assert likely is None or data.decode(likely.encoding, "replace") == text, (name, likely)


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("en", "the café"), ("en", "Müller"), ("en", "it’s"), ("en", "“so”"), ("en", "£5"), ("en", "© 2020"), ("en", "20°"), ("fr", "très"), ("fr", "à"), ("fr", "l’an"), ("es", "señor"),
        ("es", "¿quién?"), ("code", "café"), ("en", "3×4"), ("en", "§ 5"), ("fr", "École"), ("fr", "ÉTÉ"), ("fr", "été ô à été"),
    ],
)  # fmt: skip
def test_few_characters_that_can_be_nothing_else_are_named(language: str, word: str) -> None:
    text = LATIN[language].format(word)
    likely = likely_encoding(text.encode("cp1252"), text.index(word))
    assert likely is not None
    assert text.encode("cp1252").decode(likely.encoding) == text


@pytest.mark.parametrize(
    "data",
    [b"\xff\xfe\xfd", b"a\x81b", b"\xf5", b"x\xf5y", bytes(range(128, 256)), b"\x89PNG\r\n\x1a\n\xde\xad\xbe\xef", b"\xe9" * 40, "é".encode(), b"", b"a"],
)  # fmt: skip
def test_nothing_is_said_of_what_is_not_clear(data: bytes) -> None:
    assert likely_encoding(data) is None


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("雨がやんだ。".encode("iso2022_jp"), "iso2022_jp"), ("雨".encode("iso2022_jp"), "iso2022_jp"), ("비가 그쳤다".encode("iso2022_kr"), "iso2022_kr"),
        ("雨停了".encode("hz"), "hz"), ("丂".encode("iso2022_jp_1"), "iso2022_jp_1"), (b"~{not HZ~}", ""), (b"~{*!~}", ""), (b"\x1b$ a price", ""), (b"\x1b[1mbold\x1b[0m", ""),
        (b"~{ a }~", ""), (b"plain", ""),
    ],
)  # fmt: skip
def test_encodings_that_are_all_ascii_are_named(data: bytes, name: str, tmp_path: Path) -> None:
    assert shift_encoding(data)[0] == name
    (tmp_path / "a.txt").write_bytes(data)
    found = [(finding.code, finding.hint) for finding in validate(tmp_path, format="dir", select=["ENC"])]
    assert found == ([("ENC010", f"read it with --encoding {name}")] if name else [])
    if name:
        assert not list(validate(tmp_path, format="dir", select=["ENC"], encoding=name))


@pytest.mark.parametrize(
    "text",
    [
        "caf+AOk-", "Hi Mom -+Jjo--!", "+AGEA4Q-", "+ZeVnLIqe-", "A+ImIDkQ.", "Item 3 is +AKM-1.", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-", "na+AO8-ve r+AOk-sum+AOk-", "1 +- 1 +AD0 2, caf+AOk-",
        "+2D3eAA-", "+/v8-abc", "Gr+APwA3w-e", "It+IBk-s", "+IBw-Hello+IB0-", "the price is +IKw-5", "M+APw-nchen", "+ZeVnLA-",
        *(text.encode("utf-7").decode() for text in ("Élan vital à côté", "Привет, мир", "日本語のテキスト", "한국어 문장", "天亮前雨停了", "Straße für Äpfel", "It’s", "emoji 😀 here", "naïve")),
    ],
)  # fmt: skip
def test_utf_7_is_named(text: str, tmp_path: Path) -> None:
    assert shift_encoding(text.encode())[0] == "utf-7"
    (tmp_path / "a.txt").write_text(text)
    (finding,) = validate(tmp_path, format="dir", select=["ENC"])
    assert (finding.code, finding.message) == ("ENC010", "the text is in UTF-7, not UTF-8")
    assert finding.hint.startswith("convert it first: iconv -f UTF-7")


@pytest.mark.parametrize(
    "text",
    [
        "1+1=2", "C+Foo-bar", "a+b", "Intel+ANY-CPU", "+49-170-123", "foo+bar-baz+qux", "x += 1", "i++", "q=a+b+c", "C++", "+ADD-", "+line\n-line", "vitamin A+B-complex", "+AND-", "A+AND-B", "user+tag@example.com",
        "me+news-list@x.org", "GMT+0200-x", "+1-800", "+ABC-", "+Foo-", "LGBT+-Gruppe", "H+-ions", "+-5", "a+-b", "+CAP-", "google+you-tube", "dGVzdA+abc/def==", "+abs-", "Disney+Hotstar", "+IBM joined", " +++ ", "caf+AOk- and a + b",
        "ECDHE+CHACHA20", "{+CONTEXTS}", "$h{+CONSTANT}", "~lazr/+download", "ptrtoint+inttoptr.", "GSzCCBDOgAwIBAgIIamg+nFGby1MwDQYJKoZIhvcNAQELBQAwg", '"+fullfp16",  "-fullfp16")', "+2D0-", "+2AA-", "café +AOk-", "+AA-", "+AAE-",
    ],
)  # fmt: skip
def test_a_plus_sign_is_no_utf_7(text: str) -> None:
    assert shift_encoding(text.encode())[0] == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("cp1252", "Windows-1252"),
        ("cp866", "CP866"),
        ("iso8859-2", "ISO-8859-2"),
        ("euc_jp", "EUC-JP"),
        ("koi8-r", "KOI8-R"),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert name_of(name) == shown


def test_what_a_hint_says_is_true(tmp_path: Path) -> None:
    text, _ = CASES[0]
    (tmp_path / "a.txt").write_bytes(text.encode("cp1250"))
    (finding,) = validate(tmp_path, format="dir")
    assert "in Windows-1250 it is" in finding.message
    assert finding.hint.endswith("--encoding cp1250")
    assert not list(validate(tmp_path, format="dir", encoding="cp1250"))


@given(
    st.lists(
        st.sampled_from(["姬", "é", "日本語", "кот", " a ", "한", "\uf8ff", "\U0001f600"]) | st.binary(max_size=6),
        max_size=12,
    )
)
def test_any_bytes_have_an_answer(parts: list[str | bytes]) -> None:
    likely_encoding(b"".join(part if isinstance(part, bytes) else part.encode() for part in parts))


def test_a_capital_that_is_two_characters_in_lower_case_is_a_letter() -> None:
    text = "İzmir, İstanbul ve İznik: İyi bir İnsan için İlk İş, İkinci İş ve İlgi çok değildir."
    likely = likely_encoding(text.encode("cp1254"))
    assert likely is None or likely.encoding == "cp1254"
    assert likely_encoding((text * 3).encode("cp1254")) is not None


def test_nothing_is_said_of_two_readings_that_are_equally_likely() -> None:
    assert likely_encoding(b"".join([b"\x8f\xa3%c\n" % last for last in range(0xE0, 0xEA)]), 0) is None
