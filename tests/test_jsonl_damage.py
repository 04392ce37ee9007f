"""JSON Lines that broke: what is read of each, what is said, and what the two kinds of fixes make of it."""

from __future__ import annotations

import pickle
import random
import re
import struct
import zlib
from itertools import pairwise
from pathlib import Path

import pytest

import corpusfmt
from corpusfmt.formats.jsonl import FORMAT, read
from corpusfmt.formats.jsonl.damage import parts
from corpusfmt.model.format import ReadOptions
from tests.support import calls, documents, findings, scan


def rec(id: str, text: str = "x") -> bytes:
    return b'{"id":"%b","name":"","text":"%b","meta":{}}' % (id.encode(), text.encode())


A, B, C = rec("a"), rec("b"), rec("c")
BOM = b"\xef\xbb\xbf"
ABC = A + b"\n" + B + b"\n" + C + b"\n"
AC = A + b"\n" + C + b"\n"

#: By name: the file, its codes, and what a safe fix makes of it.
WHOLE: dict[str, tuple[bytes, list[str], bytes]] = {
    "a mark on a later line": (A + b"\n" + BOM + B + b"\n" + C + b"\n", ["JSONL019"], ABC),
    "two marks": (A + b"\n" + BOM + BOM + B + b"\n" + C + b"\n", ["JSONL019"], ABC),
    "a mark between records of a line": (A + BOM + B + b"\n" + C + b"\n", ["JSONL019"], ABC),
    "a mark on a line of its own": (A + b"\n" + BOM + b"\n" + C + b"\n", ["JSONL019"], AC),
    "a mark at the end": (AC + BOM, ["JSONL019"], AC),
    "marks at the start and later": (BOM + A + b"\n" + BOM + C + b"\n", ["JSONL010", "JSONL019"], AC),
    "a hole before a record": (A + b"\n" + bytes(700) + B + b"\n" + C + b"\n", ["JSONL018"], ABC),
    "a hole after a record": (A + bytes(7) + b"\n" + C + b"\n", ["JSONL018"], AC),
    "a hole between two records": (A + bytes(7) + B + b"\n" + C + b"\n", ["JSONL018"], ABC),
    "a line of NULs": (A + b"\n" + bytes(9) + b"\n" + C + b"\n", ["JSONL018"], AC),
    "NULs at the end": (AC + bytes(4096), ["JSONL018"], AC),
    "NULs at the start": (bytes(512) + AC, ["JSONL018"], AC),
    "three NULs at the start": (bytes(3) + AC, ["JSONL018"], AC),
    "two records on a line": (A + b"\n" + B + C + b"\n", ["JSONL017"], ABC),
    "three records with spaces": (A + b" " + B + b"\t" + C + b"\n", ["JSONL017"], ABC),
    "no line end at all": (A + B + C, ["JSONL017"], ABC[:-1]),
    "CR alone": (A + b"\r" + B + b"\r" + C + b"\r", ["JSONL020"], ABC),
    "CR alone, none at the end": (A + b"\r" + B + b"\r" + C, ["JSONL020"], ABC[:-1]),
    "CR on one line": (A + b"\r" + B + b"\n" + C + b"\n", ["JSONL020"], ABC),
}

TORN = b'{"id":"b","name":"","text":"caf'
#: By name: the file, lines of its errors, what an unsafe fix makes of it, and what goes to the other file.
BROKEN: dict[str, tuple[bytes, list[int], bytes, bytes]] = {
    f"cut {name}, with a record behind": (A + b"\n" + piece + C + b"\n", [2], AC, piece)
    for name, piece in (
        ("in a text", TORN), ("in a key", B[:13]), ("inside a character", TORN + b"\xc3"), ("in an escape", TORN + b"\\"),
        ("in a longer escape", TORN + b"\\u00"), ("in a literal", B[:-2] + b'"k":tru'), ("in a number", B[:-2] + b'"k":12'),
        ("after a comma", B[:10]), ("after a value in braces", B[:-2] + b'"k":{"z":1}'), ("after a quote", B[:28]),
    )
} | {
    "a record without its beginning": (A + b'\nxt":"y","meta":{"k":{"id":"q","text":"t"}}}' + C + b"\n", [2], AC,
                                       b'xt":"y","meta":{"k":{"id":"q","text":"t"}}}'),
    "a fragment behind a record": (A + b'xt":"y"}\n' + C + b"\n", [1], AC, b'xt":"y"}'),
    "a record cut off behind a record": (A + TORN + b"\n" + C + b"\n", [1], AC, TORN),
    "a record inside of another": (A[:30] + B + A[30:] + b"\n" + C + b"\n", [1, 1], B + b"\n" + C + b"\n", A),
    "a torn tail": (AC + TORN, [3], AC, TORN),
    "a torn tail after a comma": (AC + B[:10], [3], AC, B[:10]),
    "a torn tail inside a character": (AC + TORN + b"\xc3", [3], AC, TORN + b"\xc3"),
    "a raw line end in a text": (A + b"\n" + TORN + b'\n\xc3\xa9","meta":{}}\n' + C + b"\n", [2, 3], AC, TORN + b'\n\xc3\xa9","meta":{}}\n'),
    "raw line ends in a text": (A + b"\n" + TORN + b'\nand\nmore"}\n' + C + b"\n", [2, 3, 4], AC, TORN + b'\nand\nmore"}\n'),
    "the first line cut by split": (b'xt":"y"}\n' + AC, [1], AC, b'xt":"y"}\n'),
    "the first record cut off": (TORN + b"\n" + AC, [1], AC, TORN + b"\n"),
    "a hole in a record": (A + b"\n" + TORN + bytes(50) + C + b"\n", [2], AC, TORN),
    "a hole up to the end of the line": (A + b"\n" + TORN + bytes(50) + b"\n" + C + b"\n", [2], AC, TORN),
    "a comma between records": (A + b"," + C + b"\n", [1], AC, b","),
    "a comma and a space between records": (A + b", " + C + b"\n", [1], AC, b", "),
    "two commas between records": (A + b" , ,\t" + C + b"\n", [1], AC, b", ,\t"),
    "words of a log before a record": (A + b"\nINFO: " + C + b"\n", [2], AC, b"INFO: "),
    "words of a log between records": (A + b" INFO: " + C + b"\n", [1], AC, b"INFO: "),
    "a record cut off between CRs": (A + b"\r" + TORN + b"\r" + C + b"\r", [1], AC, TORN + b"\r"),
}  # fmt: skip

#: What is no damage of these kinds, and that no fix may touch.
LEFT = {
    "a pretty-printed file": b'{\n  "id": "a",\n  "text": "x"\n}\n',
    "a pretty-printed record among others": A + b'\n{\n  "id": "b",\n  "text": "x"\n}\n' + C + b"\n",
    "an array with a record a line": b"[\n" + A + b",\n" + B + b",\n" + C + b"\n]\n",
    "a table": b"id,text\na,x\nb,y\n",
    "a comma at the end of a record": b'{"id":"b","text":"x",}\n' + AC,
    "single quotes": b"{'id':'b','text':'x'}\n" + AC,
    "NaN": b'{"id":"b","text":"x","meta":{"n":NaN}}\n' + AC,
    "a key that is not UTF-8": A + b'{"\xff":1}\n' + C + b"\n",
    "merge markers": A + b"\n=======\n" + C + b"\n",
}


def run_fix(folder: Path, data: bytes, *, unsafe: bool, encoding: str | None = None) -> tuple[bytes, bytes]:
    path = folder / "a.jsonl"
    path.write_bytes(data)
    corpusfmt.fix(path, unsafe_fixes=unsafe, encoding=encoding)
    cut = folder / "a.jsonl.cut"
    return path.read_bytes(), b"".join(piece for _, piece in pieces(cut.read_bytes())) if cut.exists() else b""


def pieces(cut: bytes) -> list[tuple[int, bytes]]:
    """Return what was cut off, each with its place."""
    found, at = [], 0
    while at < len(cut):
        head = re.compile(rb"@@ byte (\d+)(?: after earlier fixes)?, (\d+) bytes @@\n").match(cut, at)
        assert head
        at = head.end() + int(head[2])
        found.append((int(head[1]), cut[head.end() : at]))
        assert cut[at : at + 1] == b"\n"
        at += 1
    return found


def test_fragments_that_are_cut_off_stand_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    data = A + b"\n" + TORN + C + b"\n" + TORN + b"\n" + B + b"\n"
    path.write_bytes(data)
    corpusfmt.fix(path, unsafe_fixes=True)
    found = pieces((tmp_path / "a.jsonl.cut").read_bytes())
    assert [piece for _, piece in found] == [TORN, TORN + b"\n"]
    assert all(data.startswith(piece, at) for at, piece in found)


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("size", [1 << 30, 7])
def test_whole_records_are_all_read(name: str, size: int, tmp_path: Path) -> None:
    data, codes, fixed = WHOLE[name]
    batches = scan(FORMAT, data, size)
    assert [finding.code for finding in findings(batches)] == codes
    assert documents(batches) == documents(scan(FORMAT, fixed))
    assert run_fix(tmp_path, data, unsafe=False) == (fixed, b"")


@pytest.mark.parametrize("name", BROKEN)
def test_fragments_are_refused_and_moved(name: str, tmp_path: Path) -> None:
    data, lines, fixed, cut = BROKEN[name]
    batches = scan(FORMAT, data)
    errors = [finding for finding in findings(batches) if finding.severity == "error"]
    assert [(finding.code, finding.line) for finding in errors] == [("JSONL001", line) for line in lines]
    assert documents(batches) == documents(scan(FORMAT, fixed))
    assert b"".join(batch.refused for batch in batches).replace(b"\n", b"") == cut.replace(b"\n", b"")
    assert not any(finding.edit and finding.edit.safe for finding in errors)
    assert run_fix(tmp_path, data, unsafe=True) == (fixed, cut)


@pytest.mark.parametrize("name", LEFT)
def test_other_lines_are_left_alone(name: str, tmp_path: Path) -> None:
    assert run_fix(tmp_path, LEFT[name], unsafe=True) == (LEFT[name], b"")


def test_nuls_inside_a_record_are_taken_out_when_it_is_asked_for(tmp_path: Path) -> None:
    data = A + b"\n" + TORN + bytes(3) + b'","meta":{}}\n'
    (finding,) = findings(scan(FORMAT, data))
    assert "3 NUL bytes inside" in finding.message
    assert run_fix(tmp_path, data, unsafe=False) == (data, b"")
    assert run_fix(tmp_path, data, unsafe=True) == (data.replace(b"\0", b""), b"")


@pytest.mark.parametrize(
    "word",
    ["NaN", "-NaN", "nan", "Infinity", "-Infinity", "inf", "None", "True", "undefined", "+1", ".5", "0x1F", "1.", "01"],
)
def test_words_and_numbers_that_are_not_json_are_named(word: str) -> None:
    (finding,) = findings(scan(FORMAT, b'{"id":"a","text":"x","meta":{"n":%b}}\n' % word.encode()))
    assert (finding.code, finding.column, finding.edit) == ("JSONL001", 34, None)
    assert f"'{word}'" in finding.message


@pytest.mark.parametrize(
    ("line", "encoding", "fixed"),
    [
        (b'{"id":"b","text":"caf\xe9"}', "cp1252", '{"id":"b","text":"café"}'),
        ('{"id":"b","text":"café et '.encode() + b'th\xe9"}', "cp1252", '{"id":"b","text":"café et thé"}'),
        ('{"id":"b","text":"表示"}'.encode("cp932"), "cp932", '{"id":"b","text":"表示"}'),
        (b'{"id":"b","text":"caf\x81"}', "cp1252", None),
        (b'{"id":"b","text":"caf\xe9"', "cp1252", None),
        (b'{"id":"b","text":"caf\xe9"}', None, None),
    ],
)
def test_one_line_can_be_converted(line: bytes, encoding: str | None, fixed: str | None, tmp_path: Path) -> None:
    data = A + b"\n" + line + b"\n"
    (finding,) = findings(scan(FORMAT, data, options=ReadOptions(encoding=encoding)))
    assert "iconv" not in finding.hint
    there, cut = run_fix(tmp_path, data, unsafe=True, encoding=encoding)
    if fixed is not None:
        assert (finding.code, there, cut) == ("JSONL002", A + b"\n" + fixed.encode() + b"\n", b"")
    assert run_fix(tmp_path, data, unsafe=False, encoding=encoding)[0] == data


def test_the_likely_encoding_of_a_line_is_named() -> None:
    line = b'{"id":"b","text":"Le caf\xe9 est ferm\xe9 et la fen\xeatre aussi."}\n'
    found = findings(scan(FORMAT, line * 30))
    assert [("in Windows-1252 it is 'é'" in one.message, "--encoding cp1252" in one.hint) for one in found] == (
        [(True, True)] * 20 + [(False, False)] * 10
    )


OTHER = {
    "JSONL008": (
        b'{"id":"%d","text":"t","source":"web","added":"2024","created":"2023","metadata":{"k":1}}\n',
        "dolma",
    ),
    "JSONL006": (b'{"id":"%d","content":"t"}\n', "--text-field content"),
    "JSONL005": (b'{"n":%d,"text":"t"}\n', "--id-from"),
}


@pytest.mark.parametrize("code", OTHER)
def test_another_layout_is_one_finding(code: str) -> None:
    line, hint = OTHER[code]
    few = b"".join(line % number for number in range(99))
    assert [finding.code for finding in findings(scan(FORMAT, few))] == [code] * 99
    (batch,) = scan(FORMAT, few + (line % 99) * 1000)
    (finding,) = batch.findings
    assert (finding.code, finding.line, batch.fatal) == ("JSONL021", 1, True)
    assert hint in finding.hint


def test_a_layout_that_fits_some_records_is_the_right_one() -> None:
    wrong = b"".join(OTHER["JSONL008"][0] % number for number in range(99))
    batches = scan(FORMAT, wrong + A + b"\n" + wrong)
    assert [document.id for document in documents(batches)] == ["a"]
    assert len(findings(batches)) == 198
    assert len(findings(scan(FORMAT, wrong + b"nonsense\n" + wrong))) == 199


def test_large_records_are_not_all_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "_HELD", 1000)
    wrong = b"".join(OTHER["JSONL008"][0] % number for number in range(200))
    found = findings(scan(FORMAT, wrong))
    assert [(finding.code, finding.line) for finding in found] == [("JSONL008", line) for line in range(1, 201)]


def test_records_of_one_line_are_held_against_a_schema(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\n" + A + rec("b", "y") + b"\n")
    (tmp_path / "s.json").write_text('{"properties":{"text":{"const":"x"}}}')
    found = list(corpusfmt.validate(tmp_path / "a.jsonl", schema=tmp_path / "s.json", select=["SCH"]))
    assert [(finding.code, finding.document) for finding in found] == [("SCH001", "b")]


@pytest.mark.parametrize(
    "unit",
    [b'{"a":', b'{"', b'{"a":"', b'{"id":"a","text":"', b"\0{", b'{"a":1}', b'x{"', b'{"a":[', b'\\"{"', BOM,
     b'{\0"\0', b'{\0"\0a\0"\0:\0', b'{\0"\0a\0"\0}\0', '{"a":1}'.encode("utf-16-le"), '{"a":{"b":1}'.encode("utf-16-be")],
)  # fmt: skip
def test_any_line_is_split_in_linear_time(unit: bytes) -> None:
    looked = 0

    def is_document(record: bytes) -> bool:
        nonlocal looked
        looked += len(record)
        return False

    line = unit * (100_000 // len(unit))
    found = parts(line, 513, is_document)
    assert looked <= len(line)
    assert all(part.start < part.stop for part in found)
    assert all(one.stop <= other.start for one, other in pairwise(found))


WIDE_LINE = '{"id":"w","text":"é x"}'


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ((WIDE_LINE + "\n").encode("utf-16-le"), "UTF-16LE"),
        (WIDE_LINE.encode("utf-16-le") + b"\n", "UTF-16LE"),
        ((WIDE_LINE + "\r\n").encode("utf-16-le"), "UTF-16LE"),
        (b"\xff\xfe" + (WIDE_LINE + "\n").encode("utf-16-le"), "UTF-16LE"),
        ((WIDE_LINE + "\n").encode("utf-16-be"), "UTF-16BE"),
        (b"\xfe\xff" + WIDE_LINE.encode("utf-16-be") + b"\n", "UTF-16BE"),
        ((WIDE_LINE + "\n" + WIDE_LINE.replace("w", "v") + "\n").encode("utf-16-le"), "UTF-16LE"),
        ((WIDE_LINE + "\n" + WIDE_LINE.replace("w", "v") + "\n").encode("utf-16-be"), "UTF-16BE"),
    ],
)
def test_a_line_in_utf16_among_others_is_named_and_can_be_fixed(line: bytes, name: str) -> None:
    source = b'{"id":"a","text":"b"}\n' + line + b'{"id":"z","text":"b"}\n'
    found = findings(scan(FORMAT, source))
    told = [finding for finding in found if finding.code != "JSONL018"]  # the second byte of a line end
    assert [finding.message for finding in told] == [f"not UTF-8: the line is in {name}"] * len(told)
    for finding in reversed(found):
        assert finding.edit is not None
        at, length, replacement, _ = finding.edit
        source = source[:at] + replacement + source[at + length :]
    assert len(documents(scan(FORMAT, source))) == 2 + len(told)
    assert not findings(scan(FORMAT, source))


WIDE = '{"id":"w","name":"","text":"é x {\\"a\\":1}","meta":{"k":{"z":[1]}}}'
CUT = b'{"id":"q","name":"","text":"caf'


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("head", [b"", C + b"\n"])
def test_whole_records_in_utf16_and_in_utf8_on_one_line_are_kept(codec: str, head: bytes, tmp_path: Path) -> None:
    wide, end, mark = (text.encode(codec) for text in (WIDE, "\n", "\ufeff"))
    torn = wide[: 40 * len(end)]
    before = ["c"] if head else []
    for line, ids, moved in (
        (wide + B + b"\n", "wb", b""), (B + wide + b"\n", "bw", b""), (B + wide + end, "bw", b""), (A + wide + B + end, "awb", b""),
        (A + mark + wide + b"\n", "aw", b""), (wide + end, "w", b""), (mark + wide + end, "w", b""), (wide + wide + end, "ww", b""),
        (B + wide + "\r\n".encode(codec), "bw", b""), (A + B + wide + b"\n", "abw", b""), (CUT + wide + B + b"\n", "wb", CUT),
        (CUT + mark + wide + b"\n", "w", CUT), (CUT[:20] + wide + end, "w", CUT[:20]), (torn + B + b"\n", "b", torn),
    ):  # fmt: skip
        data = head + line + rec("d") + b"\n"
        found = findings(scan(FORMAT, data))
        told = [one.message for one in found if "a record on the line is in UTF" in one.message]
        assert len(told) == ids.count("w") * (line not in (wide + end, mark + wide + end))
        assert run_fix(tmp_path, data, unsafe=False)[0].count(wide) == ids.count("w")
        fixed, cut = run_fix(tmp_path, data, unsafe=True)
        assert [document.id for document in documents(scan(FORMAT, fixed))] == [*before, *ids, "d"]
        assert (findings(scan(FORMAT, fixed)), cut.replace(b"\0", b"")) == ([], moved.replace(b"\0", b""))
        (tmp_path / "a.jsonl.cut").unlink(missing_ok=True)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_record_in_utf16_that_is_at_fault_is_no_record(codec: str) -> None:
    for text in ('{"id":tru}', '{"id":"\ud800"}', '{"id":"w"}'):
        wide = text.encode(codec, "surrogatepass")
        batches = scan(FORMAT, A + b"\n" + CUT + wide + b"\n" + C + b"\n")
        assert [document.id for document in documents(batches)] == ["a", "c"]
        assert "JSONL002" not in {one.code for one in findings(batches)}


@pytest.mark.parametrize(
    "fragment",
    [b'"text":"some","meta":{}}', b'ds here\\n","meta":{}}', b"}", b'"}', b'"b"}', b':"b"}', b'a","text":"b"}', b'"a", "text": "b"}', b'xt":"b"}'],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 3, 1 << 16])
def test_a_fragment_without_a_head_at_the_start_of_a_file(fragment: bytes, size: int) -> None:
    source = fragment + b'\n{"id":"a","text":"b"}\n{"id":"c","text":"b"}\n'
    (finding,) = findings(scan(FORMAT, source, size))
    assert (finding.code, finding.line) == ("JSONL001", 1)
    assert finding.edit == (0, len(fragment) + 1, b"", False)


@pytest.mark.parametrize("line", [b'"text"', b'"a", "b"', b"12", b'12,"a"', b'"a":1', b"a}b", b"[1]}"])
def test_what_is_no_fragment_of_a_record_is_not_taken_out(line: bytes) -> None:
    (finding,) = findings(scan(FORMAT, line + b'\n{"id":"a","text":"b"}\n'))
    assert (finding.code in ("JSONL001", "JSONL003"), finding.edit) == (True, None)


@pytest.mark.parametrize(
    ("record", "own", "hint"),
    [
        (b'{"id":"a","Text":"b"}', {}, "--text-field Text"),
        (b'{"ID":"a","TEXT":"b"}', {}, "--id-field ID --text-field TEXT"),
        (b'{"Id":"a","text":"b"}', {"layout": "hf"}, "--id-field Id"),
        (b'{"ID":"a","text":"b","meta":{}}', {}, "--id-field ID"),
        (b'{"doc_ID":"a","Content":"b"}', {"id-field": "doc_id", "text-field": "content"}, "--id-field doc_ID --text-field Content"),
    ],
)  # fmt: skip
def test_keys_in_another_case_are_named(record: bytes, own: dict[str, str], hint: str) -> None:
    (finding,) = findings(scan(FORMAT, record, options=ReadOptions(own=own)))
    assert hint in finding.hint


SOUND = b'{"id":"b","name":"","text":"two","meta":{}}\n'


@pytest.mark.parametrize(
    "line",
    [
        b'{"id":"q","name":"","text":"quoted","meta":{}}}\n', b':{"id":"q","name":"","text":"quoted","meta":{}}}\n',
        b'ply","meta":{"m":{"id":"q","name":"","text":"quoted","meta":{}}}}\n',
    ],
)  # fmt: skip
def test_a_value_inside_of_a_record_that_lost_its_beginning_is_no_record(line: bytes) -> None:
    assert [document.id for document in documents(scan(FORMAT, line + SOUND))] == ["b"]


def test_a_hole_before_a_value_inside_of_a_record() -> None:
    line = b'{"id":"a","name":"","text":"one","meta":{"r":\0\0{"id":"q","name":"","text":"x","meta":{}}}}\n'
    batches = scan(FORMAT, line + SOUND)
    assert [document.id for document in documents(batches)] == ["b"]
    assert [one.message for one in findings(batches)] == ["not JSON: 2 NUL bytes inside the record"]


@pytest.mark.parametrize("tail", [SOUND, b"", b"\n"])
def test_the_second_byte_of_a_line_end_in_utf16_is_no_hole(tail: bytes) -> None:
    wide = '{"id":"a","name":"","text":"café","meta":{}}\n'.encode("utf-16-le")
    batches = scan(FORMAT, SOUND.replace(b'"b"', b'"c"') + wide + tail)
    found = findings(batches)
    assert "JSONL018" not in {one.code for one in found}
    assert found[0].edit is not None
    assert found[0].edit.length == len(wide) or not tail


FAULTY = {
    "a raw tab": b'{"id":"x","name":"","text":"a\t{\\"b\\"","meta":{"k":{"l":1}}}',
    "a comma at the end": b'{"id":"x","text":"a",}',
    "NaN": b'{"id":"x","text":"a","meta":{"n":NaN}}',
    "an escape that is none": b'{"id":"x","text":"a\\q"}',
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_record_is_put_on_a_line_of_its_own(name: str, tmp_path: Path) -> None:
    faulty = FAULTY[name]
    for data, fixed in (
        (A + faulty + b"\n" + C + b"\n", A + b"\n" + faulty + b"\n" + C + b"\n"),
        (faulty + A + b"\n" + C + b"\n", faulty + b"\n" + A + b"\n" + C + b"\n"),
        (A + faulty + B + b"\n", A + b"\n" + faulty + b"\n" + B + b"\n"),
        (faulty + faulty + A + b"\n", faulty + b"\n" + faulty + b"\n" + A + b"\n"),
        (A + b"\r" + faulty + b"\r" + C + b"\r", A + b"\n" + faulty + b"\n" + C + b"\n"),
        (A + b"\0\0" + faulty + b"\n", A + b"\n" + faulty + b"\n"),
    ):
        batches = scan(FORMAT, data)
        assert documents(batches) == documents(scan(FORMAT, fixed))
        errors = [one for one in findings(batches) if one.severity == "error"]
        assert [one.code for one in errors] == ["JSONL001"] * data.count(faulty)
        assert not any("cut off" in one.message or one.edit for one in errors)
        assert run_fix(tmp_path, data, unsafe=False) == (fixed, b"")
        assert run_fix(tmp_path, data, unsafe=True) == (fixed, b"")


BEFORE = b'{"id":"a","name":"","text":"b","meta":'


@pytest.mark.parametrize(
    "fragment",
    [b'{"id":', b'{"id":"a","name":', b'{"id":"a","name":"","text":', BEFORE, BEFORE + b'{"k":', BEFORE + b'{"k":[',
     BEFORE + b'{"k":[1,', b'{"id":"a","text":{"id":"a","text":'],
)  # fmt: skip
@pytest.mark.parametrize("tail", [b"\n", b" \n", b"\r\n", B + b"\n", b"", b"\0\0\n"])
def test_a_record_behind_one_that_was_cut_off_before_a_value(fragment: bytes, tail: bytes, tmp_path: Path) -> None:
    data = A + b"\n" + fragment + C + tail
    assert documents(scan(FORMAT, data))[:2] == documents(scan(FORMAT, A + b"\n" + C + b"\n"))
    fixed, cut = run_fix(tmp_path, data, unsafe=True)
    assert documents(scan(FORMAT, fixed)) == documents(scan(FORMAT, data))
    assert (cut, findings(scan(FORMAT, fixed))) == (fragment, [])


@pytest.mark.parametrize(
    "line",
    [
        b'{"id":"a","text":{"id":"q","text":"y"}}', b'{"id":"a","name":"","text":"b","meta":{"id":"q","text":"y"}',
        BEFORE + b'{"k":{"id":"q","text":"y"}}', b'{"id":"a","text":{"id":"q","text":"y"} "k":1}',
        b'{"id":"a","text":"b","meta":{"id":"q","text":"y"},}', b'[{"id":"q","text":"y"}', BEFORE + C + b"}",
    ],
)  # fmt: skip
def test_an_inner_object_is_no_record(line: bytes) -> None:
    assert "q" not in [document.id for document in documents(scan(FORMAT, line + b"\n" + B + b"\n"))]


@pytest.mark.parametrize(
    "data",
    [
        random.Random(1).randbytes(20_000), random.Random(2).randbytes(90), zlib.compress(b"abc" * 999), pickle.dumps([{"id": 1}] * 9),
        struct.pack("<999f", *[1 / n for n in range(1, 1000)]), b"\x89XYZ\r\n\x1a\n" + bytes(99) + b"\1\2\3" * 9,
    ],
)  # fmt: skip
def test_a_binary_file_gives_one_finding(data: bytes) -> None:
    (batch,) = scan(FORMAT, data)
    assert ([one.code for one in batch.findings], batch.fatal) == (["JSONL022"], False)


@pytest.mark.parametrize(
    "data",
    [
        b"caf\xe9 \x01 \x02\n" + A, b"\xff\xfe\xfd\n" + A, b"caf\xe9\n" * 9 + A, bytes(99) + b"caf\xe9\n" + A, b"a\x01\x02\n" * 99,
        b'{"id":"b\xe9\x01\x02\x03"}\n',
    ],
)  # fmt: skip
def test_a_faulty_line_does_not_make_a_file_binary(data: bytes) -> None:
    assert "JSONL022" not in {one.code for one in findings(scan(FORMAT, data))}


def test_a_file_that_is_not_text_does_not_end_the_run(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\x80\x04\x95\x1f\x00\x94" * 50)
    (tmp_path / "b.jsonl").write_bytes(b'{"id":"b","text":"x"}\n')
    report = corpusfmt.convert(tmp_path, tmp_path / "out.seed", on_error="skip")
    assert (report.written, report.refused, report.finding_counts) == (1, 1, {"JSONL022": 1})


@pytest.mark.parametrize("torn", [b'{"', b'{"a":x', b'{"a":{"', b'{"a":1,{"'])
def test_few_places_of_a_line_are_tried_as_the_beginning_of_a_record(torn: bytes) -> None:
    line = torn * (20_000 // len(torn))
    counted = calls(lambda: parts(line, 512, lambda record: False))
    assert counted < 3 * len(line)


def test_what_follows_many_torn_records_is_part_of_the_last() -> None:
    record = b'{"id":"a","text":"x"}'
    few, many = b'{"' * 10 + record, b'{"' * 1_000 + record
    assert [part.kind for part in parts(few, 512, lambda record: True)] == ["fragment", "record"]
    assert [(part.kind, part.stop) for part in parts(many, 512, lambda record: True)] == [("fragment", len(many))]
