"""``fix --encoding auto``: a file is brought to UTF-8 where its encoding is proven, and stays as it is elsewhere."""

from __future__ import annotations

import gzip
from contextlib import suppress
from pathlib import Path

import pytest

from corpusfmt import ConfigurationError, fix, read, validate
from corpusfmt.cli.main import main
from corpusfmt.text.declared import page_declared, xml_declared
from corpusfmt.text.display import in_utf16
from tests.warcs import record

FRENCH = "le café était fermé, et la crème de la ville n'était pas très bonne à l'été"
RUSSIAN = "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему."
UKRAINIAN = "Реве та стогне Дніпр широкий, сердитий вітер завива, додолу верби гне високі, горами хвилю підійма."
CHINESE = "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？人不知而不愠，不亦君子乎？"
XML = (
    '<?xml version="1.0" encoding="{}"?>\n<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="a"><teiHeader><fileDesc>'
    "<titleStmt><title>t</title></titleStmt><publicationStmt><p>x</p></publicationStmt><sourceDesc><p>x</p></sourceDesc>"
    "</fileDesc></teiHeader><text><body><p>{}</p></body></text></TEI>\n"
)
SURE, UNSAFE, NEVER = range(3)


def seed(text: str) -> str:
    return f"<<<FILE d1 a.txt>>>\n{text}\n"


def line(id: str, text: str) -> str:
    return f'{{"id":"{id}","text":"{text}"}}\n'


#: Names of files, what they hold in characters and their encoding, or bytes; when they are made UTF-8, and what they
#: hold then where that is something else.
CASES: list[tuple[str, str, str | bytes, int, str]] = [
    # a byte order mark
    ("a.seed", seed(FRENCH), "utf-16", SURE, ""), ("a.seed", seed(FRENCH), "utf-32", SURE, ""),
    ("a.jsonl", line("a", FRENCH), "utf-16", SURE, ""), ("a.xml", XML.format("UTF-16", FRENCH), "utf-16", SURE, XML.format("UTF-8", FRENCH)),
    ("a.txt", FRENCH, "utf-16", SURE, ""), ("a.seed", "", seed(FRENCH).encode("utf-16") + b"\x00\xd8", NEVER, ""),
    # zero bytes
    ("a.seed", seed(FRENCH), "utf-16-le", UNSAFE, ""), ("a.txt", FRENCH, "utf-16-be", UNSAFE, ""), ("a.jsonl", line("a", FRENCH), "utf-32-le", UNSAFE, ""),
    ("a.xml", XML.format("UTF-16", RUSSIAN), "utf-16-le", UNSAFE, XML.format("UTF-8", RUSSIAN)),
    ("a.txt", "", "le caf".encode("utf-16-le") + b"\x01\x00", NEVER, ""), ("a.txt", "", "le caf".encode("utf-16-le") + b"\x00\xdc", NEVER, ""),
    # a declaration
    *(("a.xml", XML.format(name, text), codec, SURE, XML.format("UTF-8", text)) for name, text, codec in (
        ("ISO-8859-1", FRENCH, "latin-1"), ("windows-1251", RUSSIAN, "cp1251"), ("KOI8-R", RUSSIAN, "koi8-r"), ("GB2312", CHINESE[:10], "gb2312"),
        ("Big5", "學而時習之", "big5"), ("ISO-8859-1", "a " * 90_000 + FRENCH, "latin-1"))),
    ("a.html", f"<html><meta charset='iso-8859-1'><p>{FRENCH} “x”</p>", "cp1252", SURE, f"<html><meta charset='UTF-8'><p>{FRENCH} “x”</p>"),
    ("a.html", f'<!-- a -->\n<META http-equiv=x content="text/html; charset=windows-1251">{RUSSIAN}', "cp1251", SURE,
     f'<!-- a -->\n<META http-equiv=x content="text/html; charset=UTF-8">{RUSSIAN}'),
    ("a.html", f"<html><title>{RUSSIAN}</title><meta charset=koi8-r>", "koi8-r", SURE, f"<html><title>{RUSSIAN}</title><meta charset=UTF-8>"),
    ("a.xml", XML.format("klingon", FRENCH), "cp1252", NEVER, ""), ("a.xml", XML.format("ISO-8859-1", f"{FRENCH} “x”"), "cp1252", NEVER, ""),
    ("a.xml", XML.format("Shift_JIS", FRENCH), "cp1252", NEVER, ""), ("a.xml", XML.format("GB18030", FRENCH), "utf-8", NEVER, ""),
    # one that is wrong
    ("a.xml", XML.format("ISO-8859-1", FRENCH), "utf-8", UNSAFE, XML.format("UTF-8", FRENCH)),
    ("a.xml", XML.format("US-ASCII", FRENCH), "utf-8", UNSAFE, XML.format("UTF-8", FRENCH)),
    ("a.html", f"<html><meta charset='cp1252'>{FRENCH}", "utf-8", UNSAFE, f"<html><meta charset='UTF-8'>{FRENCH}"),
    ("a.xml", XML.format("UTF-8", FRENCH), "cp1252", UNSAFE, ""), ("a.xml", XML.format("GB18030", RUSSIAN + "я"), "utf-8", NEVER, ""),
    # what it is likely to be
    ("a.seed", seed(FRENCH), "cp1252", UNSAFE, ""), ("a.seed", seed(RUSSIAN), "cp1251", UNSAFE, ""), ("a.txt", RUSSIAN, "koi8-r", UNSAFE, ""),
    ("a.txt", CHINESE, "gb18030", UNSAFE, ""), ("a.jsonl", line("a", FRENCH), "cp1252", UNSAFE, ""), ("a.txt", f"{FRENCH}\r\n\r\n" * 90, "cp1252", UNSAFE, ""),
    ("a.txt", "x" * 300_000 + f" {FRENCH}", "cp1252", UNSAFE, ""),
    ("a.jsonl", "", line("a", FRENCH).encode() + line("b", FRENCH).encode("cp1252"), UNSAFE, line("a", FRENCH) + line("b", FRENCH)),
    ("a.jsonl", "", line("a", RUSSIAN).encode() + line("b", RUSSIAN).encode("cp1251"), UNSAFE, line("a", RUSSIAN) + line("b", RUSSIAN)),
    ("a.txt", "", (f"{FRENCH} " * 3).encode() + "é à la crème".encode("cp1252"), UNSAFE, f"{FRENCH} " * 3 + "é à la crème"),
    # not proven
    ("a.seed", seed("caf\u00e9"), "cp1252", NEVER, ""), ("a.txt", "", bytes(range(128, 256)) * 3, NEVER, ""),
    ("a.txt", f"{FRENCH}\n" * 40 + "x\x81y", "latin-1", NEVER, ""), ("a.txt", "", f"{FRENCH}\n".encode("cp1252") * 60 + f"{RUSSIAN}\n".encode("cp1251") * 60, NEVER, ""),
    ("a.txt", "", (f"{FRENCH}\n".encode("cp1252") + f"{RUSSIAN}\n".encode("cp1251")) * 20, NEVER, ""),
    ("a.txt", "", f"{FRENCH}\n".encode("cp1252") * 90 + f"{RUSSIAN}\n".encode("cp1251"), NEVER, ""),
    ("a.txt", f"{UKRAINIAN}\nНі.\n", "cp1251", NEVER, ""), ("a.txt", f"{UKRAINIAN} Ні.\n", "cp1251", NEVER, ""),
    ("a.txt", "", f"{CHINESE}\n".encode() + f"{CHINESE} {CHINESE}".encode()[:-1] + b"\n" + CHINESE.encode("gb18030"), NEVER, ""),
    ("a.jsonl", "", line("a", FRENCH).encode("cp1252") * 90 + line("b", f"{FRENCH} {FRENCH}").encode().replace(b" caf\xc3\xa9", b" caf\xe9", 1) * 90, NEVER, ""),
]  # fmt: skip


def bytes_of(text: str, encoding: str | bytes) -> bytes:
    return encoding if isinstance(encoding, bytes) else text.encode(encoding)


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
@pytest.mark.parametrize("packed", [False, True])
def test_what_is_proven_is_made_utf8_and_nothing_else(
    case: tuple[str, str, str | bytes, int, str], packed: bool, tmp_path: Path
) -> None:
    name, text, encoding, when, expected = case
    data = bytes_of(text, encoding)
    path = tmp_path / (f"{name}.gz" if packed else name)
    options = {"format": "dir"} if name.endswith((".txt", ".html")) else {}
    for unsafe in (False, True):
        path.write_bytes(gzip.compress(data) if packed else data)
        (fixed,) = fix(path, encoding="auto", unsafe_fixes=unsafe, **options)  # type: ignore[arg-type]
        found = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
        if when == SURE or (when == UNSAFE and unsafe):
            assert found.decode() == (expected or text)
            assert (fixed.changed, fixed.note, fixed.fixes.total()) == (True, "", 1)
            again = fix(path, encoding="auto", unsafe_fixes=unsafe, **options)  # type: ignore[arg-type]
            assert [(one.changed, one.note) for one in again] == [(False, "")]
        else:
            assert found == data
            assert (fixed.changed, fixed.note.startswith("its encoding is not proven")) == (False, True)
            assert fixed.unproven
            assert ("--unsafe-fixes" in fixed.note) == (when == UNSAFE)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.seed", seed(FRENCH).encode()), ("a.seed", seed("plain").encode()), ("a.jsonl", line("a", RUSSIAN).encode()),
        ("a.xml", XML.format("UTF-8", RUSSIAN).encode()), ("a.xml", XML.format("ISO-8859-1", "plain").encode()), ("a.xml", XML.format("US-ASCII", "plain").encode()),
        ("a.warc", record(block=b"caf\xe9\n")),
    ],
)  # fmt: skip
def test_what_is_utf8_stays(name: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    (fixed,) = fix(path, encoding="auto", unsafe_fixes=True)
    assert (path.read_bytes(), fixed.changed) == (data, False)
    assert ("warc" in fixed.note) == name.endswith("warc")


def test_files_of_a_folder_in_encodings_of_their_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "corpusfmt.toml").write_text('encoding = "cp1250"\n')
    for name, text, encoding in (
        ("a", FRENCH, "cp1252"),
        ("b", RUSSIAN, "koi8-r"),
        ("c", FRENCH, "utf-8"),
        ("d", "é", "cp1252"),
    ):
        (tmp_path / f"{name}.seed").write_bytes(seed(text).encode(encoding))
    config = ["--config", str(tmp_path / "corpusfmt.toml")]
    assert main(["fix", str(tmp_path), "--encoding", "auto", "--unsafe-fixes", *config, "--diff"]) == 1
    assert f"+{RUSSIAN}" not in capsys.readouterr().out  # what is shown is content, in UTF-8 on both sides
    assert main(["fix", str(tmp_path), "--encoding", "auto", *config, "--dry-run"]) == 1
    told = capsys.readouterr().err
    assert [
        told.count(what) for what in ("likely to be in Windows-1252; --unsafe", "in KOI8-R; --unsafe", "too few bytes")
    ] == [1, 1, 1]
    assert main(["fix", str(tmp_path), "--encoding", "auto", "--unsafe-fixes", *config]) == 1
    assert [document.data.decode() for document in list(read(tmp_path))[:3]] == [
        f"{text}\n" for text in (FRENCH, RUSSIAN, FRENCH)
    ]
    assert (tmp_path / "d.seed").read_bytes() == seed("é").encode("cp1252")
    assert [finding.path for finding in validate(tmp_path)] == [str(tmp_path / "d.seed")]


def test_only_fix_finds_encodings_out(tmp_path: Path) -> None:
    (tmp_path / "a.seed").write_text(seed("x"))
    for verb in (read, validate):
        with pytest.raises(ConfigurationError, match="only fix finds encodings out"):
            list(verb(tmp_path, encoding="auto"))


def test_a_line_that_is_too_long_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.seed"
    path.write_bytes(seed("x" * 3_000_000 + FRENCH).encode("cp1252"))
    monkeypatch.setattr("corpusfmt.verbs.fix.proven.MAX_DOCUMENT", 2_000_000)
    (fixed,) = fix(path, encoding="auto", unsafe_fixes=True)
    assert "too long" in fixed.note


@pytest.mark.parametrize(
    ("head", "of_xml", "of_page"),
    [
        (b"<?xml version='1.0' encoding='KOI8-R'?><a/>", "koi8-r", "koi8-r"), (b"\xef\xbb\xbf<?xml encoding = \"latin1\"?>", "iso8859-1", "iso8859-1"),
        (b"<?xml version='1.0'?><html><meta charset=gb2312>", None, None), (b"\n<html><head><meta charset=gb2312>", None, "gb18030"),
        (b"<!DOCTYPE html><META name=x charset='utf8'/>", None, "utf-8"), (b"<html><meta charset=klingon>", None, ""),
        (b"<p><meta charset=gb2312>", None, None), (b"text <meta charset=gb2312>", None, None), (b"", None, None),
    ],
)  # fmt: skip
def test_what_a_text_declares(head: bytes, of_xml: str | None, of_page: str | None) -> None:
    for declared, expected in ((xml_declared(head), of_xml), (page_declared(head), of_page)):
        assert (declared.encoding if declared else None) == expected
        assert declared is None or head[declared.start : declared.stop].isascii()


MIXED = b"\xff\xfe" + "<<<FILE a b>>>\none\n".encode("utf-16-le")


@pytest.mark.parametrize(
    "tail", [b"<<<FILE c d>>>\nfour\n", b"<<<FILE c d>>>\nthree\n", b"\xfe\xff" + "four\n".encode("utf-16-be")]
)
def test_utf16_with_other_bytes_behind_it_is_left(tail: bytes, tmp_path: Path) -> None:
    """Programs append UTF-8 to a file in UTF-16; what they leave has characters in it that nobody wrote."""
    path = tmp_path / "a.seed"
    path.write_bytes(MIXED + tail)
    for encoding in (None, "auto"):
        with suppress(ConfigurationError):
            fix(path, encoding=encoding)
        assert path.read_bytes() == MIXED + tail


@pytest.mark.parametrize("text", ["一上二上三上四上五上\n" * 50, "Привет, мир\n" * 50, "one line\nanother\n"])
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_is_fixed(text: str, codec: str, tmp_path: Path) -> None:
    path = tmp_path / "a.seed"
    path.write_bytes(f"\ufeff<<<FILE a b>>>\n{text}".encode(codec))
    fix(path)
    assert path.read_text("utf-8") == f"<<<FILE a b>>>\n{text}"


@pytest.mark.parametrize(
    "data",
    [
        b'<!-- <meta charset="koi8-r"> --><html><meta charset="windows-1252"><p>caf\xe9 \xe9t\xe9</html>\n',
        b'<html><meta charset="koi8-r"><p>%b</html>\n' % "Привет мир, это проверка кодировки".encode("cp1251"),
        b'<html><meta charset="iso-8859-1"><p>\xc3\xa9t\xc3\xa9 caf\xe9</html>\n',
    ],
)
def test_a_declaration_that_something_speaks_against_proves_nothing(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(data)
    fix(tmp_path, format="dir", encoding="auto", unsafe_fixes=True)
    assert (tmp_path / "a.html").read_bytes() == data


POLISH = "Wieczorem przyszła wiadomość, że most jest zamknięty, więc nie mogliśmy już wrócić do miasta."
CZECH = "Děti šly domů až večer, protože venku bylo hezky a na louce ještě kvetly růže."
GERMAN = "Der Fluss fließt über große Steine, und die Mädchen hören für eine Weile den Vögeln zu."
HUNGARIAN = "Az utolsó őszi napok hűvösek voltak, és a gyerekek már nem úsztak a tóban, csak a parton ültek."
TURKISH = "Akşam güneş batarken çocuklar ve annesi için küçük bir ışık yandı, kuş da ağaca döndü."
GREEK = "Προς το πρωί σταμάτησε η βροχή και τα πουλιά τραγουδούσαν πάλι στον παλιό κήπο."
SPANISH = "El año pasado el señor se mudó con su mamá a una casa más pequeña en el valle."


@pytest.mark.parametrize("times", [1, 6, 40])
@pytest.mark.parametrize(
    ("text", "encoding", "other", "other_encoding"),
    [
        (POLISH, "cp1250", "Są tu dwaj źli bracia, którzy śpią w łóżku i piszą książkę.", "iso8859-2"),
        (POLISH, "iso8859-2", "Są tu dwaj źli bracia, którzy śpią w łóżku i piszą książkę.", "cp1250"),
        (CZECH, "cp1250", "Náš muž říká, že to není možné, váš pes štěká.", "iso8859-2"),
        (CZECH, "iso8859-2", "Náš muž říká, že to není možné, váš pes štěká.", "cp1250"),
        (POLISH, "cp1250", "Le père et la mère.", "cp1252"), (HUNGARIAN, "cp1250", "à la forêt, ñ", "cp1252"),
        (FRENCH, "cp1252", "Voilà où mène le côté sombre : l'âne a mangé le blé.", "cp850"),
        (FRENCH, "cp1252", "Un café.", "cp850"), (FRENCH, "cp1252", "Le chat est là.", "cp850"), (FRENCH, "cp1252", "l'été dernier", "mac-roman"),
        (FRENCH, "cp1252", "Náš muž říká, že to není možné, váš pes štěká.", "cp1250"), (FRENCH, "cp1252", "Да, на", "cp1251"),
        (FRENCH, "mac-roman", "Un café très noir.", "cp1252"), (FRENCH, "cp850", "Un café très noir.", "cp1252"),
        (GERMAN, "cp1252", "Die Tür ist grün.", "cp850"), (GERMAN, "cp1252", "Die Tür ist grün.", "mac-roman"), (GERMAN, "cp1252", "Die Tür ist grün.", "cp437"),
        (SPANISH, "cp1252", "mañana será otro día", "cp850"), (TURKISH, "cp1254", "Það er ég og þú, ýmislegt", "cp1252"),
        (RUSSIAN, "cp1251", FRENCH, "cp1252"), (RUSSIAN, "cp1251", "un café", "cp1252"), (RUSSIAN, "cp1251", "Il va à la gare", "cp1252"),
        (RUSSIAN, "cp1251", "Привет, мир", "koi8-r"), (RUSSIAN, "cp1251", "Привет, мир", "cp866"), (RUSSIAN, "koi8-r", "Привет, мир", "cp1251"),
        (RUSSIAN, "cp1251", GREEK, "cp1253"), (GREEK, "cp1253", "Καλημέρα κόσμε", "cp737"), (GREEK, "cp1253", "Καλημέρα κόσμε", "mac-greek"),
    ],
)  # fmt: skip
def test_a_line_in_a_similar_encoding_is_seen(
    text: str, encoding: str, other: str, other_encoding: str, times: int, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    data = f"{text}\n".encode(encoding) * times + f"{other}\n".encode(other_encoding)
    path.write_bytes(data)
    (fixed,) = fix(path, format="dir", encoding="auto", unsafe_fixes=True)
    assert path.read_bytes() == data
    assert fixed.note.startswith("its encoding is not proven: ")


@pytest.mark.parametrize("times", [1, 40])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (f"{FRENCH}\nSon cœur bat, ça coûte 50 €.", "iso8859-15"), (f"{FRENCH}\nUn verre de ½ l, à 50 €.", "cp1252"),
        (f"“{FRENCH}… très loin” – « Où\u00a0? »", "cp1252"), (f"{FRENCH}\nLe señor Müller était là, à côté de Malmö.", "cp1252"),
        (f"{POLISH}\nKarel Čapek był tam, więc już śpi.", "cp1250"), (f"{GERMAN}\nMiloš Groß aus Köln, 5 °C.", "cp1252"),
        (f"{RUSSIAN}\nФормат МP3, 5 °C, № 7, «Да» — и нет.", "cp1251"), (f"ГЛАВА ПЕРВАЯ\n{RUSSIAN}", "cp1251"), (f"ГЛАВА ПЕРВАЯ\n{RUSSIAN}", "koi8-r"),
        (f"{FRENCH}\nÀ L'ÉTÉ DERNIER, L'ÂNE RÊVAIT.", "cp1252"), (f"{GREEK}\nΚαλημέρα, κόσμε.", "cp1253"), (HUNGARIAN, "iso8859-2"), (TURKISH, "cp1254"),
    ],
)  # fmt: skip
def test_what_is_in_one_encoding_is_made_utf8(text: str, encoding: str, times: int, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(f"{text}\n".encode(encoding) * times)
    fix(path, format="dir", encoding="auto", unsafe_fixes=True)
    assert path.read_text("utf-8") == f"{text}\n" * times


@pytest.mark.parametrize(
    ("text", "here", "there"),
    [(f"{FRENCH}\n" * 9 + "un ½\n", "½", "œ"), (f"{FRENCH}\nEt puis…\n", "puis…", "puisà"), (f"{FRENCH}\nSeñor\n", "Señor", "Seńor")],
)  # fmt: skip
def test_a_word_that_reads_as_well_in_another_encoding_is_shown(
    text: str, here: str, there: str, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_bytes(text.encode("cp1252"))
    (fixed,) = fix(tmp_path, format="dir", encoding="auto", unsafe_fixes=True)
    assert f"'{here}' would be '{there}'" in fixed.note
    assert (tmp_path / "a.txt").read_bytes() == text.encode("cp1252")


def test_of_many_encodings_three_are_named_each_with_a_word(tmp_path: Path) -> None:
    parts = (FRENCH, "cp1252"), (RUSSIAN, "koi8-r"), (GREEK, "cp1253"), (CHINESE, "gb18030"), (POLISH, "cp1250")
    (tmp_path / "a.txt").write_bytes(b"".join(f"{text}\n".encode(encoding) * 9 for text, encoding in parts))
    (fixed,) = fix(tmp_path, format="dir", encoding="auto", unsafe_fixes=True)
    names = [name for name in ("Windows-125", "KOI8-R", "GB18030") if name in fixed.note]
    assert fixed.note.count(" ('") == 3
    assert len(names) >= 2
    assert fixed.note.endswith(" and others")


#: Texts of which few characters or none have a byte of value 0 in UTF-16, but spaces and line ends.
WIDE = (
    "天亮前雨停了，鸟儿又在我们家后面的老花园里唱歌。\n", "人皆生而自由\n在尊严及权利上均各平等\n", "明け方に雨がやみ、古い庭ではまた鳥が歌いはじめた。\n", "第1章 明け方に雨がやみ、\n鳥が歌いはじめた。\n",
    "새벽에 비가 그치고 우리 집 뒤의 오래된 정원에서\n", "Под утро дождь перестал, и птицы снова запели", "Προς το πρωί σταμάτησε η βροχή\n", "ἐν ἀρχῇ ἦν ὁ λόγος\n",
    "قبل الفجر توقف المطر وعادت الطيور\n", "לפנות בוקר פסק הגשם\n", "सभी मनुष्यों को गौरव और अधिकार\n", "মানুষ স্বাধীন\n", "Բոլոր մարդիկ ծնվում են ազատ\n",
    "ყველა ადამიანი იბადება თავისუფალი\n", "ก่อนรุ่งสางฝนหยุดตก\r\n", "ሰው ሁሉ ነፃና እኩል\n", "དང་པོ། མི་རིགས\n",
)  # fmt: skip


@pytest.mark.parametrize("times", [1, 300])
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", WIDE)
def test_utf16_without_a_mark_is_known_in_any_script(text: str, codec: str, times: int, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes((text * times).encode(codec))
    assert "ENC003" in {finding.code for finding in validate(path, format="dir")}
    (fixed,) = fix(path, format="dir", encoding="auto")
    assert "by its zero bytes" not in fixed.note
    assert "--unsafe-fixes" in fixed.note
    fix(path, format="dir", encoding="auto", unsafe_fixes=True)
    assert path.read_bytes().decode() == text * times


@pytest.mark.parametrize("place", [0, 1, 7, 8, -1])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [(CHINESE, "gb18030"), ("天亮前雨停了，鳥兒又在我們家後面的老花園裡唱歌。 ", "big5"), ("明け方に雨がやみ、古い庭では ", "cp932"), ("明け方に雨がやみ\n古い庭では", "euc_jp"),
     ("새벽에 비가 그치고 우리 집", "cp949"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r"), (CHINESE, "utf-8"), (RUSSIAN, "utf-8"), (FRENCH, "cp1252"), ("plain words\n", "ascii")],
)  # fmt: skip
def test_other_text_with_a_byte_of_value_zero_is_not_utf16(text: str, encoding: str, place: int) -> None:
    data = (text * 3).encode(encoding)
    for size in (8, 20, 40, len(data)):
        for zeros in (b"\0", b"\0\0"):
            assert in_utf16(data[:place] + zeros + data[place:size]) == ""
    assert in_utf16(data) == ""


@pytest.mark.parametrize(
    "data",
    [
        b"\0\xd8\0\xd8a\0",
        b"\0",
        "всё\n".encode("utf-16-le"),
        "\ue000\ue001 ".encode("utf-16-le") * 9,
        "йא中ก한 ".encode("utf-16-le") * 9,
    ],
)
def test_what_may_be_chance_is_not_utf16(data: bytes) -> None:
    assert in_utf16(data) == ""


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["caf\u00e9", "x", RUSSIAN])
def test_a_line_in_utf16_that_was_fixed_leaves_nothing_to_say(
    text: str, codec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line("a", FRENCH).encode() + line("b", text).encode(codec) + line("c", FRENCH).encode())
    assert main(["fix", str(path), "--encoding", "auto"]) == 1
    assert "1 finding left" in capsys.readouterr().err
    assert main(["fix", str(path), "--encoding", "auto", "--unsafe-fixes"]) == 0
    assert "not proven" not in capsys.readouterr().err
    assert path.read_text("utf-8") == line("a", FRENCH) + line("b", text) + line("c", FRENCH)
    assert not list(validate(path))


def test_what_only_an_encoding_speaks_against_is_no_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command says why, and names no finding that validate does not show."""
    text = f"{FRENCH} caf\u00c3\u00a9"  # in ISO-8859-1 a word of it may be UTF-8
    (tmp_path / "a.xml").write_bytes(XML.format("ISO-8859-1", text).encode("latin-1"))
    assert not list(validate(tmp_path / "a.xml"))
    assert main(["fix", str(tmp_path / "a.xml"), "--encoding", "auto"]) == 1
    told = capsys.readouterr()
    assert "some of it may be UTF-8" in told.err
    assert "left" not in (told.err + told.out).replace(str(tmp_path), "")


@pytest.mark.parametrize("text", [FRENCH, POLISH, RUSSIAN, GREEK, UKRAINIAN])
@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_utf8_that_lost_a_byte_is_not_another_encoding(text: str, place: int, tmp_path: Path) -> None:
    data = f"{text}\n".encode()
    at = [at for at, byte in enumerate(data) if byte > 0x7F][place]
    lost = f"{text}\n".encode() * 3 + data[:at] + data[at + 1 :]
    (tmp_path / "a.txt").write_bytes(lost)
    assert "; in " not in next(iter(validate(tmp_path, format="dir"))).message
    fix(tmp_path, format="dir", encoding="auto", unsafe_fixes=True)
    assert (tmp_path / "a.txt").read_bytes() == lost
