"""Encodings: faults by name, declared encodings against the reference texts of others, repairs that can be undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt import Document, ParseError, fix, read, validate
from corpusfmt.text.utf8 import flaw_at
from tests.support import DATA, ROOT, needs_data

KUHN = DATA / "encodings" / "kuhn" / "UTF-8-test.txt"
REFERENCES = DATA / "encodings" / "encoding_rs"


def at(data: bytes) -> int:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return -1


# -- faults by name ----------------------------------------------------------------------------------------------------

FLAWS = [
    (b"a\x80b", 1, "continuation byte without a lead byte"), (b"a\x80\xbf\x80b", 3, "continuation byte without a lead byte"),
    (b"a\xc3b", 1, "sequence of 2 bytes cut after 1"), (b"a\xe2\x82b", 2, "sequence of 3 bytes cut after 2"),
    (b"a\xf0\x9f\x98", 3, "sequence of 4 bytes cut after 3, at the end"), (b"a\xc3", 1, "sequence of 2 bytes cut after 1, at the end"),
    (b"\xc0\xaf", 2, "overlong form of U+002F"), (b"\xe0\x80\xaf", 3, "overlong form of U+002F"),
    (b"\xf0\x80\x80\xaf", 4, "overlong form of U+002F"), (b"\xc1\xbf", 2, "overlong form of U+007F"), (b"\xe0\x9f\xbf", 3, "overlong form of U+07FF"),
    (b"\xed\xa0\x80", 3, "surrogate U+D800"), (b"\xed\xbf\xbf", 3, "surrogate U+DFFF"),
    (b"\xf4\x90\x80\x80", 4, "code point U+110000 above U+10FFFF"), (b"\xf7\xbf\xbf\xbf", 4, "code point U+1FFFFF above U+10FFFF"),
    (b"\xf7\x80\x80\x80", 4, "code point U+1C0000 above U+10FFFF"),
    (b"a\xbfb", 1, "continuation byte without a lead byte"), (b"a\x80\xc0\x80", 1, "continuation byte without a lead byte"),
    (b"a\xef\xbfb", 2, "sequence of 3 bytes cut after 2"), (b"a\xdf\xdf", 1, "sequence of 2 bytes cut after 1"),
    (b"a\xc3\x7f", 1, "sequence of 2 bytes cut after 1"), (b"a\xe2\x82\xc0", 2, "sequence of 3 bytes cut after 2"),
    (b"\xc0\x80", 2, "overlong form of U+0000, as in modified UTF-8 (Java)"), (b"\xed\xa0\xbd\xed\xb8\x80", 6, "surrogate pair of U+1F600, as in CESU-8"),
    (b"\xed\xb8\x80\xed\xa0\xbd", 3, "surrogate U+DE00"), (b"\xed\xa0\xbd\xed\xb8", 3, "surrogate U+D83D"), (b"\xe0\x80\x80", 3, "overlong form of U+0000"),
    (b"\xfe", 1, "byte that is never valid in UTF-8"), (b"\xff\xff", 1, "byte that is never valid in UTF-8"), (b"\xf8\x88\x80\x80\x80", 1, "byte that is never valid in UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "length", "what"), FLAWS)
def test_a_flaw_has_a_name(data: bytes, length: int, what: str) -> None:
    assert flaw_at(data, at(data)) == (length, what)


@given(st.binary(max_size=12))
def test_every_flaw_has_a_name(data: bytes) -> None:
    found = at(data)
    if found >= 0:
        flaw = flaw_at(data, found)
        assert 1 <= flaw.length <= len(data) - found
        assert flaw.what


#: What is not UTF-8, and what it can only be; None where other readings or other bytes are there.
RESPELLED = [
    (b"a\xed\xa0\xbd\xed\xb8\x80b", "a\U0001f600b"), (b"\xed\xa0\x80\xed\xb0\x80", "\U00010000"), (b"\xed\xaf\xbf\xed\xbf\xbf", "\U0010ffff"),
    (b"\xed\xa0\xbd\xed\xb8\x80\xed\xa0\xbd\xed\xb8\x81", "\U0001f600\U0001f601"), ("é".encode() + b"\xed\xa0\xbd\xed\xb8\x80", "é\U0001f600"), (b"a\xc0\x80b", "a\0b"),
    (b"\xed\xa0\xbd\xed\xb8\x80 \xc0\x80 x", "\U0001f600 \0 x"), (b"\xe0\x81\x81", "A"), (b"\xf0\x80\x81\x81", "A"), (b"\xf0\x82\x82\xac", "€"), (b"\xc1\xa8\xc1\xa9", "hi"),
    (b"\xf0\x8d\xa0\x80", None), (b"\xed\xa0\xbd", None), (b"\xed\xb8\x80\xed\xa0\xbd", None), (b"\xed\xa0\xbd\xed\xb8\x80 caf\xe9", None), (b"\xc0\xaf", None), (b"\xc1\xa1 la mode", None), (b"\xe0\x85\xbb", None),
    (b"caf\xe9", None), (b"\xed\xa0\xbd\xed\xb8\x80\xed\xa0\xbd", None),
]  # fmt: skip


@pytest.mark.parametrize(("data", "text"), RESPELLED)
@pytest.mark.parametrize("name", ["a.seed", "a.jsonl", "a.xml"])
def test_what_has_one_meaning_alone_becomes_utf_8(tmp_path: Path, name: str, data: bytes, text: str | None) -> None:
    frames = {
        "a.seed": (b"<<<FILE d1 x>>>\none\n", b"\n<<<FILE d2 y>>>\ntwo\n"),
        "a.jsonl": (b'{"id": "d1", "name": "x", "text": "', b'"}\n'),
        "a.xml": (b'<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/><text><body><p>', b"</p></body></text></TEI>\n"),
    }  # fmt: skip
    code = {"a.seed": "ENC001", "a.jsonl": "JSONL002", "a.xml": "TEI024"}[name]
    path, (before, behind) = tmp_path / name, frames[name]
    path.write_bytes(before + data + behind)
    (finding,) = validate(path, select=[code])
    if text is not None:
        assert not finding.message.count("Windows")
        assert finding.places == 1 or data.count(b"\xed\xa0") + data.count(b"\xc0") > 1
    fix(path)
    assert path.read_bytes() == before + data + behind
    fix(path, unsafe_fixes=True, select=[code])
    if text is None or (name == "a.xml" and "\0" in text):
        assert path.read_bytes() == before + data + behind
        return
    spelled = text.replace("\0", "\\u0000") if name == "a.jsonl" else text
    assert path.read_bytes() == before + spelled.encode() + behind
    assert not list(validate(path, select=[code]))


def test_surrogates_far_apart_in_a_tei_file_are_fixed(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    pair = b"<p>" + b"word " * 200 + b"\xed\xa0\xbd\xed\xb8\x80</p>"
    body = pair * 1500
    source = b'<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/><text><body>' + body + b"</body></text></TEI>\n"
    path.write_bytes(source)
    fix(path, unsafe_fixes=True, select=["TEI024"])
    assert path.read_bytes() == source.replace(b"\xed\xa0\xbd\xed\xb8\x80", "\U0001f600".encode())


def test_a_tei_file_that_is_cut_behind_a_surrogate_pair_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(b'<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/><text><body><p>\xed\xa0\xbd\xed\xb8\x80')
    (finding,) = validate(path, select=["TEI024"])
    assert finding.edit is None


def kuhn() -> list[tuple[bytes, str]]:
    """The malformed sequences of Markus Kuhn's stress test (sections 3 to 5), made anew, and what they are."""
    lone = [bytes(range(0x80, 0x80 + n)) for n in range(1, 8)] + [bytes(range(0x80, 0xC0))]
    leads = [b" ".join(bytes([lead]) for lead in range(first, first + 32)) for first in (0xC0, 0xE0)]
    cut = [b"\xe0\x80", b"\xf0\x80\x80", b"\xdf", b"\xef\xbf", b"\xf7\xbf\xbf"]
    never = [
        b"\xfe",
        b"\xff",
        b"\xfe\xfe\xff\xff",
        b"\xf8\x80\x80\x80\xaf",
        b"\xfc\x80\x80\x80\x80\xaf",
        b"\xfb\xbf\xbf\xbf",
    ]
    overlong = [b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf",
                b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80"]  # fmt: skip
    single = [
        chr(code).encode("utf-8", "surrogatepass") for code in (0xD800, 0xDB7F, 0xDB80, 0xDBFF, 0xDC00, 0xDF80, 0xDFFF)
    ]
    paired = [high + low for high in single[:4] for low in single[4::2]]
    kinds = {"continuation byte": lone, "sequence of": leads + cut, "byte that is never valid in UTF-8": never, "overlong form": overlong,
             "surrogate": single + paired}  # fmt: skip
    return [(sequence, kind) for kind, sequences in kinds.items() for sequence in sequences]


def test_malformed_sequences_are_refused_at_the_right_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.seed"
    docs = [b"<<<FILE d%d x>>>\nsound\n\xe2\x82\xac %b |\n" % (i, sequence) for i, (sequence, _) in enumerate(kuhn())]
    path.write_bytes(b"".join(docs))
    found = list(validate(path, select=["ENC001"]))
    assert len(found) == len(docs)
    offset = 0
    for finding, doc, (_, kind) in zip(found, docs, kuhn(), strict=True):
        assert (finding.code, finding.byte, finding.column) == ("ENC001", offset + at(doc), 3)
        assert finding.message.startswith(f"not UTF-8: {kind}"), finding.message
        offset += len(doc)


@needs_data
def test_a_copy_that_was_damaged_before_is_found_out(tmp_path: Path) -> None:
    """The copy of Kuhn's file that there is has U+FFFD for what was malformed."""
    data = KUHN.read_bytes()
    path = tmp_path / "kuhn.seed"
    path.write_bytes(b"<<<FILE d1 kuhn>>>\n" + data)
    found = {f.code: f for f in validate(path, select=["ENC"])}
    if at(data) >= 0:
        assert found["ENC001"].byte == 19 + at(data)
    else:
        assert found["ENC004"].byte == 19 + data.index("\ufffd".encode())


# -- declared encodings ------------------------------------------------------------------------------------------------

#: File of references, codec: characters that differ, that are refused, that are refused as they should be.
AGREEMENT = {
    ("big5", "big5hkscs"): (11, 192, 1188), ("euc_kr", "cp949"): (0, 0, 6892), ("gb18030", "gb18030"): (20, 0, 0),
    ("iso_2022_jp", "iso2022_jp"): (6, 457, 1500), ("jis0208", "euc_jp"): (6, 457, 1500), ("jis0212", "euc_jp"): (1, 0, 2769),
    ("shift_jis", "cp932"): (0, 0, 1676),
}  # fmt: skip


@needs_data
@pytest.mark.parametrize(("name", "codec"), AGREEMENT)
def test_declared_encodings_against_the_references(name: str, codec: str) -> None:
    lines = (REFERENCES / f"{name}_in.txt").read_bytes().split(b"\n")
    told = (REFERENCES / f"{name}_in_ref.txt").read_bytes().decode().split("\n")
    assert len(lines) == len(told)
    others = refused = right = 0
    for line, expected in zip(lines, told, strict=True):
        document = Document("d", line, encoding=codec)
        try:
            text = document.text
        except ParseError:
            right += "\ufffd" in expected
            refused += "\ufffd" not in expected
            continue
        assert "\ufffd" not in expected
        others += text != expected
    assert (others, refused, right) == AGREEMENT[name, codec]
    page = (ROOT / "docs" / "encodings.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if f"`{codec}` |" in line)
    assert all(str(count) in row for count in (others, refused) if count > 1 and codec != "euc_jp")
    assert ("nowhere" in row) == (others == refused == 0)


# -- repairs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["seed", "jsonl"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be"])
def test_a_file_in_utf_16_with_a_mark_is_made_utf_8(suffix: str, encoding: str, tmp_path: Path) -> None:
    text = {
        "seed": "<<<FILE d1 naïve>>>\n“text” \U0001f600\n",
        "jsonl": '{"id":"d1","name":"naïve","text":"“text” \U0001f600\\n","meta":{}}\n',
    }[suffix]
    path = tmp_path / f"a.{suffix}"
    mark = "" if encoding in ("utf-16", "utf-32") else "\ufeff"
    path.write_bytes((mark + text).encode(encoding))
    assert [f.severity for f in validate(path)] == ["error"]
    (fixed,) = fix(path)
    assert fixed.changed
    assert path.read_bytes() == text.encode()
    assert list(validate(path)) == []
    assert [d.text for d in read(path)] == ["“text” \U0001f600\n"]


def test_a_file_that_is_not_in_utf_16_as_it_says_is_left(tmp_path: Path) -> None:
    from corpusfmt import ConfigurationError

    path = tmp_path / "a.seed"
    for data in (b"\xff\xfe<\0<\0<", b"\xff\xfe\x00\xd8<\0"):
        path.write_bytes(data)
        with pytest.raises(ConfigurationError, match="not all of it is in UTF-16LE"):
            fix(path)
        assert path.read_bytes() == data
    path.write_bytes("<<<FILE d1 a>>>\nx\n".encode("utf-16-le"))  # no mark: nothing proves it
    (fixed,) = fix(path)
    assert not fixed.changed


@given(st.text(st.characters(codec="cp1252", exclude_characters="\r"), max_size=60))
def test_texts_in_a_known_encoding_are_made_utf_8(text: str) -> None:
    from tempfile import TemporaryDirectory

    body = text.removesuffix("\n") + "\n"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.seed"
        path.write_bytes(b"<<<SEED 1>>>\n<<<FILE d1 a>>>\n" + b"one\n<<<FILE d2 b>>>\n" + _escaped(body))
        before = [d.text for d in read(path, encoding="cp1252")]
        (fixed,) = fix(path, encoding="cp1252", select=["ENC008"])
        assert [d.text for d in read(path)] == before if fixed.changed or body.isascii() else True
        path.read_bytes().decode()  # UTF-8, or it was already, by accident
        (fixed,) = fix(path, encoding="cp1252", select=["ENC008"])
        assert not fixed.changed


def _escaped(body: str) -> bytes:
    from corpusfmt.formats.seed.grammar import escape

    return escape(body.encode("cp1252"))
