"""Compressed sources with damaged members, zero bytes at their end, and what else keeps gzip and zstd from reading."""

from __future__ import annotations

import gzip
import io
import json
import random
import zlib
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import pytest
import zstandard

from corpusfmt import Document, ParseError, convert, create, fix, read, validate
from corpusfmt.cli.main import main
from corpusfmt.limits import MIB
from corpusfmt.storage import next_member
from corpusfmt.storage.gzip import GzipDecoder
from corpusfmt.storage.input import History, Input
from corpusfmt.storage.next_member import HELD, search
from tests.support import Pieces


def gz(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def zst(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def warc(n: int, text: str) -> bytes:
    head = f"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{n:012d}>\r\n"
    head += (
        f"WARC-Date: 2020-01-01T00:00:00Z\r\nWARC-Target-URI: http://example.org/{n}\r\nContent-Type: text/plain\r\n"
    )
    return f"{head}Content-Length: {len(text)}\r\n\r\n{text}\r\n\r\n".encode()


def jsonl(n: int, text: str) -> bytes:
    return json.dumps({"id": str(n), "name": "", "text": text, "meta": {}}).encode() + b"\n"


def seed(n: int, text: str) -> bytes:
    return f"<<<FILE {n} n{n}>>>\n{text}\n".encode()


def version_1(n: int, text: str) -> bytes:
    return (b"<<<SEED 1>>>\n" if n == 1 else b"") + seed(n, "\\<<<FILE " + text)


MAKERS: dict[str, tuple[str, Callable[[int, str], bytes]]] = {
    "warc": (".warc", warc), "jsonl": (".jsonl", jsonl), "plain": (".seed", seed), "version 1": (".seed", version_1),
}  # fmt: skip
#: What becomes of a member.
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "its data are others": lambda m: m[: len(m) // 2] + b"\xff" * 8 + m[len(m) // 2 + 8 :],
    "its first block is another": lambda m: m[:10] + b"\xff" * 8 + m[18:],
    "its checksum is another": lambda m: m[:-6] + bytes([m[-6] ^ 1]) + m[-5:-4] + bytes([m[-4] ^ 1]) + m[-3:],
    "its magic is gone": lambda m: b"\0\0" + m[2:],
    "its end is missing": lambda m: m[: len(m) // 2],
    "its middle is missing": lambda m: m[: len(m) // 3] + m[len(m) // 2 :],
    "something stands in it": lambda m: m[:40] + b"something else" * 3 + m[40:],
    "something stands before it": lambda m: b"something else" + b"\xff" * 8 + m[8:],
}


def content(n: int) -> str:
    some = random.Random(n)
    return f"text {n} " + "".join(some.choices("abcdefghijklmnopqrstuvwxyz ", k=400))


def members(kind: str, pack: Callable[[bytes], bytes], count: int = 5) -> list[bytes]:
    return [pack(MAKERS[kind][1](n, content(n))) for n in range(1, count + 1)]


def numbers(path: Path) -> list[int]:
    return numbers_of(read(path))


def numbers_of(documents: Iterable[Document]) -> list[int]:
    return [int(document.text.replace("<<<FILE ", "").split()[1]) for document in documents]


@pytest.mark.parametrize("pack", [gz, zst])
@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("which", [1, 2, 4])
def test_reading_goes_on_after_a_damaged_member(
    which: int, damage: str, kind: str, pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    found = members(kind, pack)
    sound = found[which]
    found[which] = DAMAGES[damage](sound)
    path = tmp_path / f"a{MAKERS[kind][0]}.{'gz' if pack is gz else 'zst'}"
    path.write_bytes(b"".join(found))
    report = convert(path, tmp_path / "o.jsonl", on_error="skip", verify=True)
    assert numbers(tmp_path / "o.jsonl") == [n for n in range(1, 6) if n != which + 1]
    assert (report.read, report.written, report.refused) == (5, 4, 1)
    (error,) = report.findings
    assert error.code in ("FILE001", "FILE002", "FILE003")
    if which < 4:
        size = len(found[which])
        assert (
            f"; {size:,} bytes of the file are skipped; reading continues at byte {sum(map(len, found[: which + 1]))}"
            in (error.message)
        )
    assert [one.code for one in validate(path)] == [error.code]
    with pytest.raises(ParseError):
        list(read(path))
    assert main(["convert", "-q", str(path), "-o", str(tmp_path / "p.jsonl")]) == 1
    assert not (tmp_path / "p.jsonl").exists()


@pytest.mark.parametrize("pack", [gz, zst])
@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("damage", ["its data are others", "its checksum is another", "its end is missing"])
@pytest.mark.parametrize("which", [(1, 3), (1, 3, 5), (1, 2, 4), (3, 6), (1, 4, 6)])
def test_what_is_sound_between_damaged_members_is_read(
    which: tuple[int, ...], damage: str, kind: str, pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    found = members(kind, pack, 7)
    for one in which:
        found[one] = DAMAGES[damage](found[one])
    path = tmp_path / f"a{MAKERS[kind][0]}.{'gz' if pack is gz else 'zst'}"
    path.write_bytes(b"".join(found))
    convert(path, tmp_path / "o.jsonl", on_error="skip", verify=True)
    assert numbers(tmp_path / "o.jsonl") == [n for n in range(1, 8) if n - 1 not in which]


@pytest.mark.parametrize("pack", [gz, zst])
@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("count", [1, 2])
def test_the_first_members_may_be_the_damaged_ones(
    count: int, damage: str, kind: str, pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    found = members(kind, pack)
    for one in range(count):
        found[one] = DAMAGES[damage](found[one])
    path = tmp_path / f"a{MAKERS[kind][0]}.{'gz' if pack is gz else 'zst'}"
    path.write_bytes(b"".join(found))
    report = convert(path, tmp_path / "o.jsonl", on_error="skip", verify=True)
    assert [document.text for document in read(tmp_path / "o.jsonl")] == [
        document.text for n in range(count + 1, 6) for document in read(io.BytesIO(one_alone(kind, n)))
    ]
    assert {one.code for one in report.findings} <= {"FILE002", "FILE003"}
    assert "bytes of the file are skipped; reading continues at byte " in report.findings[-1].message
    with pytest.raises(ParseError):
        list(read(path))


def one_alone(kind: str, n: int) -> bytes:
    """A document as a file."""
    record = MAKERS[kind][1](n, content(n))
    return record if kind != "version 1" or n == 1 else b"<<<SEED 1>>>\n" + record


@pytest.mark.parametrize(
    ("rest", "texts"),
    [
        (b"<<<FILE a n>>>\nbody\n<<<FILE b m>>>\nmore\n", ["body\n", "more\n"]),
        (b'<<<FILE a n>>>\n<<<META {"x": 1}>>>\nbody\n<<<FILE b m>>>\n\\<<<FILE x\n', ["body\n", "<<<FILE x\n"]),
        (b"<<<FILE a n>>>\n\\<<<META x\n<<<FILE b m>>>\nmore\n", ["<<<META x\n", "more\n"]),
        (b'<<<FILE "a b" n>>>\nbody\n', ["body\n"]),
        (b'<<<FILE \xff n>>>\nbody\n<<<FILE "a b" n>>>\nmore\n', ["more\n"]),
        (b"<<<FILE a n>>>\nbody\n\\ No newline at end of file\n", ["body"]),
    ],
    ids=["plain", "metadata", "an escaped line", "an id in quotes", "a header that is not UTF-8", "a marker"],
)
def test_the_dialect_is_seen_where_the_first_line_is_lost(rest: bytes, texts: list[str], tmp_path: Path) -> None:
    first = DAMAGES["its first block is another"](gz(b"<<<SEED 1>>>\n<<<FILE 0 n0>>>\n" + content(0).encode()))
    (tmp_path / "a.seed.gz").write_bytes(first + gz(rest))
    assert [document.text for document in read(tmp_path / "a.seed.gz", on_error="skip")] == texts


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("kind", MAKERS)
def test_what_was_never_compressed_is_not_searched(kind: str, suffix: str, tmp_path: Path) -> None:
    """A record in it may hold an archive."""
    inner = (gz if suffix == ".gz" else zst)(MAKERS[kind][1](1, content(1)))
    path = tmp_path / f"a{MAKERS[kind][0]}{suffix}"
    path.write_bytes(MAKERS[kind][1](2, content(2)) + inner)
    (error,) = validate(path)
    assert error.code == "FILE002"
    assert error.message.endswith("data; nothing of the file can be read")
    with pytest.raises(ParseError):
        convert(path, tmp_path / "o.jsonl", on_error="skip")
    assert not (tmp_path / "o.jsonl").exists()


@pytest.mark.parametrize(
    "before", [b"x", b"# a note\n", b"HTTP/1.1 200 OK\r\n\r\n", bytes(20_000), b"\x1f\x8b"], ids=len
)
@pytest.mark.parametrize("kind", ["warc", "jsonl"])
def test_something_stands_before_the_first_member(kind: str, before: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"a{MAKERS[kind][0]}.gz"
    path.write_bytes(before + b"".join(members(kind, gz)))
    (error,) = validate(path)
    assert f"; {len(before):,} bytes of the file are skipped; reading continues at byte {len(before)}" in error.message
    convert(path, tmp_path / "o.jsonl", on_error="skip")
    assert numbers(tmp_path / "o.jsonl") == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("pack", [gz, zst])
@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("damage", ["its data are others", "its magic is gone", "its end is missing"])
@pytest.mark.parametrize("which", [(0,), (0, 1), (2,), (1, 2), (1, 3), (4,), (0, 2)])
def test_fix_removes_damaged_members_when_that_is_asked_for(
    which: tuple[int, ...], damage: str, kind: str, pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    found = members(kind, pack)
    for one in which:
        found[one] = DAMAGES[damage](found[one])
    path = tmp_path / f"a{MAKERS[kind][0]}.{'gz' if pack is gz else 'zst'}"
    path.write_bytes(b"".join(found))
    before, told = list(read(path, on_error="skip")), list(validate(path))
    with pytest.raises(ParseError, match=r"fix --unsafe-fixes'|fetch the file again"):
        fix(path)
    assert path.read_bytes() == b"".join(found)
    (planned,) = fix(path, unsafe_fixes=True, dry_run=True)
    assert planned.changed
    assert path.read_bytes() == b"".join(found)
    (done,) = fix(path, unsafe_fixes=True)
    assert dict(done.left) == {}
    assert list(validate(path)) == []
    assert [one for one in fix(path, unsafe_fixes=True) if one.changed] == []
    if "FILE001" in {one.code for one in told}:  # what is left of the last document is another matter
        assert numbers(path)[: len(before)] == numbers_of(before)
        return
    assert sum(done.fixes.values()) == len(told)
    assert list(read(path)) == before
    lost = [one for one in range(5) if one + 1 not in numbers_of(before)]
    assert Path(done.side).read_bytes() == b"".join(found[one] for one in lost)


def test_a_text_that_the_damage_may_have_cut_is_not_fixed(tmp_path: Path) -> None:
    """Members that end in the middle of texts; the end of one is lost, and the beginning of another."""
    text = b"".join(seed(n, content(n)) for n in range(1, 20))
    cuts = [0, 700, 1500, 2200, 2900, 3700, len(text)]
    found = [gz(text[start:stop]) for start, stop in pairwise(cuts)]
    found[2] = DAMAGES["its first block is another"](found[2])
    (tmp_path / "a.seed.gz").write_bytes(b"".join(found))
    with pytest.raises(ParseError, match="; fetch the file again: "):
        fix(tmp_path / "a.seed.gz", unsafe_fixes=True)
    assert (tmp_path / "a.seed.gz").read_bytes() == b"".join(found)


def test_what_stands_in_a_member_before_its_first_record_is_cut_off(tmp_path: Path) -> None:
    text = b"".join(seed(n, content(n)) for n in range(1, 5))
    middle = text.index(b"<<<FILE 3") - 100
    first = DAMAGES["its first block is another"](gz(text[:middle]))
    (tmp_path / "a.seed.gz").write_bytes(first + gz(text[middle:]))
    (done,) = fix(tmp_path / "a.seed.gz", unsafe_fixes=True)
    assert numbers(tmp_path / "a.seed.gz") == [3, 4]
    assert Path(done.side).read_bytes() == first + text[middle : middle + 100]


def test_lines_on_both_sides_of_damage_are_not_joined(tmp_path: Path) -> None:
    """The halves would be one record."""
    text = b"".join(jsonl(n, content(n)) for n in range(1, 8))
    halves = [text.index(f'"id": "{n}"'.encode()) + 60 for n in (3, 5)]
    found = [gz(text[: halves[0]]), gz(text[halves[0] : halves[1]]), gz(text[halves[1] :])]
    found[1] = DAMAGES["its first block is another"](found[1])
    (tmp_path / "a.jsonl.gz").write_bytes(b"".join(found))
    fix(tmp_path / "a.jsonl.gz", unsafe_fixes=True)
    assert numbers_of(read(tmp_path / "a.jsonl.gz", on_error="skip")) == [1, 2, 6, 7]


def test_records_after_damage_keep_their_members(tmp_path: Path) -> None:
    found = [gz(warc(1, "text 1")), b"damage", gz(warc(2, "text 2") + warc(3, "text 3")), gz(warc(4, "text 4"))]
    (tmp_path / "a.warc.gz").write_bytes(b"".join(found))
    (done,) = fix(tmp_path / "a.warc.gz", unsafe_fixes=True)
    assert dict(done.fixes) == {"FILE003": 1, "WARC023": 1}
    assert (tmp_path / "a.warc.gz").read_bytes().count(b"\x1f\x8b\x08") == 4
    assert list(validate(tmp_path / "a.warc.gz")) == []


def test_data_of_a_large_damaged_member_are_not_kept(tmp_path: Path) -> None:
    some = random.Random(1)
    large = b"".join(jsonl(n, f"text {n} {some.randbytes(30_000).hex()}") for n in range(1, 100))
    member = gzip.compress(large, 1, mtime=0)
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gz(jsonl(0, "text 0")) + member[:-6] + b"\xff\xff" + member[-4:] + gz(jsonl(100, "text 100")))
    with pytest.raises(ParseError, match="; fetch the file again: "):
        fix(path, unsafe_fixes=True)


def test_damage_is_not_removed_when_other_codes_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gz(jsonl(1, "text 1")) + b"damage")
    with pytest.raises(ParseError, match="not gzip"):
        fix(path, unsafe_fixes=True, select=["TXT"])
    (done,) = fix(path, unsafe_fixes=True, select=["FILE"])
    assert dict(done.fixes) == {"FILE003": 1}


@pytest.mark.parametrize("option", ["--dry-run", "--diff"])
def test_the_exit_code_says_that_something_would_be_changed(option: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gz(jsonl(1, "text 1")) + bytes(5))
    assert main(["fix", "-q", option, str(path)]) == 1
    assert main(["fix", "-q", str(path)]) == 0
    assert main(["fix", "-q", option, str(path)]) == 0


DAMAGED_FILES = {
    "no gzip": b"none of it", "empty": b"", "damaged": DAMAGES["its data are others"](gz(jsonl(7, content(7)))),
    "cut": gz(b"")[:5],
}  # fmt: skip


@pytest.mark.parametrize("suffix", [".jsonl.gz", ".xml.gz", ".seed.gz", ".warc.gz"])
@pytest.mark.parametrize("what", DAMAGED_FILES)
def test_other_files_of_a_folder_are_read(
    what: str, suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(jsonl(1, "text 1"))
    (folder / f"b{suffix}").write_bytes(DAMAGED_FILES[what])
    (folder / "c.jsonl").write_bytes(jsonl(2, "text 2"))
    (error,) = [one for one in validate(folder) if one.severity == "error"]
    assert error.code.startswith("FILE00")
    report = convert(folder, tmp_path / "o.jsonl", on_error="skip")
    assert (report.written, report.refused) == (2, 1)
    assert numbers(tmp_path / "o.jsonl") == [1, 2]
    assert [one.path for one in report.findings] == [str(folder / f"b{suffix}")]
    assert numbers_of(read(folder, on_error="skip")) == [1, 2]
    assert main(["validate", str(folder)]) == 1
    capsys.readouterr()
    assert main(["ls", str(folder)]) == 1
    printed = capsys.readouterr()
    assert [line.split("\t")[0] for line in printed.out.splitlines()] == ["1", "2"]
    assert f"{error.code} error: {error.message}" in printed.err
    assert main(["convert", "-q", str(folder), "-o", str(tmp_path / "p.jsonl")]) == 1
    assert f"stopped at the first error, in {folder / f'b{suffix}'}; nothing" in capsys.readouterr().err


def test_ls_lists_what_is_beside_a_file_that_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonl").write_bytes(jsonl(1, "text 1"))
    (tmp_path / "b.jsonl.xz").write_bytes(b"x")
    (tmp_path / "c.jsonl.bz2").write_bytes(b"x")
    (tmp_path / "d.jsonl").write_bytes(jsonl(2, "text 2"))
    for command in ("ls", "validate"):
        assert main([command, str(tmp_path)]) == 2
        printed = capsys.readouterr()
        assert printed.err.count("has a compression that is not supported") == 2
    assert main(["ls", str(tmp_path), "--html", "text"]) == 2
    assert capsys.readouterr().out.count("\n") == 2


def test_a_document_of_a_seed_file_may_go_on_in_the_damaged_member(tmp_path: Path) -> None:
    """Members that do not begin with documents: the one before the damage may have lost its end."""
    text = b"".join(seed(n, content(n)) for n in range(1, 20))
    cuts = [0, 700, 1500, 2200, 2900, 3700, len(text)]
    found = [gz(text[start:stop]) for start, stop in pairwise(cuts)]
    found[2] = DAMAGES["its first block is another"](found[2])
    (tmp_path / "a.seed.gz").write_bytes(b"".join(found))
    convert(tmp_path / "a.seed.gz", tmp_path / "o.jsonl", on_error="skip")
    whole = {n: content(n) for n in range(1, 20)}
    got = {int(d.id): d.text.rstrip("\n") for d in read(tmp_path / "o.jsonl")}
    assert {n for n in got if got[n] != whole[n]} == set()
    assert set(got) >= {1, 2, 8, 9, 15, 19}
    assert not set(got) & {4, 5}


def test_lines_that_begin_in_the_damaged_member(tmp_path: Path) -> None:
    text = b"".join(jsonl(n, content(n)) for n in range(1, 20))
    cuts = [0, 700, 1500, 2200, 2900, 3700, len(text)]
    found = [gz(text[start:stop]) for start, stop in pairwise(cuts)]
    found[2] = DAMAGES["its first block is another"](found[2])
    (tmp_path / "a.jsonl.gz").write_bytes(b"".join(found))
    report = convert(tmp_path / "a.jsonl.gz", tmp_path / "o.jsonl", on_error="skip")
    assert [one.code for one in report.findings] == ["FILE002", "JSONL001"]
    assert numbers(tmp_path / "o.jsonl") == [1, 2, 3, *range(6, 20)]


def test_several_damaged_members_and_places(tmp_path: Path) -> None:
    found = members("jsonl", gz, 12)
    for which in (2, 3, 7):
        found[which] = DAMAGES["its data are others"](found[which])
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(b"".join(found))
    told: list[int] = []
    lines = []
    for document in read(path, on_error=lambda finding: told.append(finding.byte)):
        assert document.origin
        lines.append((document.origin.line, document.origin.byte, document.id))
    size = [len(jsonl(n, content(n))) for n in range(1, 13)]
    rest = [size[n] for n in range(12) if n not in (2, 3, 7)]
    assert lines == [
        (at + 1, sum(rest[:at]), str(n + 1)) for at, n in enumerate(n for n in range(12) if n not in (2, 3, 7))
    ]
    assert told == [sum(rest[:2]), sum(rest[:5])]
    bad = path.read_bytes().replace(found[10], gz(jsonl(11, content(11)).replace(b'"name":', b'"nome":')))
    path.write_bytes(bad)
    faults = list(validate(path))
    assert [(one.code, one.line) for one in faults][-1] == ("JSONL008", 8)


def test_what_archives_of_ours_keep(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    with create(path) as target:
        target.write_all([Document(f"d{n}", content(n), name=f"n{n}", meta={"n": n}) for n in range(6)])
    data = path.read_bytes()
    starts = [at for at in range(len(data)) if data.startswith(b"\x1f\x8b\x08", at)] + [len(data)]
    for first, stop in pairwise(starts[1:-1]):
        path.write_bytes(data[: first + 20] + b"\xff" * 8 + data[first + 28 : stop] + data[stop:])
        given = list(read(path, on_error="skip"))
        assert all(
            d == Document(str(d.id), content(int(str(d.id)[1:])), name=d.name, meta=d.meta)
            for d in given
            if str(d.id)[0] == "d"
        )
        assert len(given) >= 5


def test_a_member_in_a_member_is_no_start(tmp_path: Path) -> None:
    """A record holds an archive, which is stored as it is; the member around it is damaged."""
    inner = gz(warc(7, "text 7"))
    outer = warc(2, "x").replace(b"Content-Length: 1\r\n\r\nx", b"Content-Length: %d\r\n\r\n%b" % (len(inner), inner))
    packed = zlib.compressobj(0, zlib.DEFLATED, 31)
    stored = packed.compress(outer) + packed.flush()
    assert inner in stored
    broken = stored[:-6] + b"\xff\xff" + stored[-4:]
    (tmp_path / "a.warc.gz").write_bytes(gz(warc(1, "text 1")) + broken + gz(warc(3, "text 3")))
    convert(tmp_path / "a.warc.gz", tmp_path / "o.jsonl", on_error="skip")
    assert numbers(tmp_path / "o.jsonl") == [1, 3]


def test_texts_of_a_member_that_is_too_large_to_be_held_are_not_trusted(tmp_path: Path) -> None:
    some = random.Random(1)
    large = b"".join(jsonl(n, f"text {n} {some.randbytes(30_000).hex()}") for n in range(1, 100))
    assert len(large) > HELD + MIB
    member = gzip.compress(large, 1, mtime=0)
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gz(jsonl(0, "text 0")) + member[:-6] + b"\xff\xff" + member[-4:] + gz(jsonl(100, "text 100")))
    with pytest.raises(ParseError, match="are skipped"):
        convert(path, tmp_path / "o.jsonl", on_error="skip")
    assert main(["convert", "-q", str(path), "-o", str(tmp_path / "o.jsonl"), "--on-error", "skip"]) == 1
    assert not (tmp_path / "o.jsonl").exists()


def test_a_large_member_without_documents_is_skipped(tmp_path: Path) -> None:
    member = bytearray(gzip.compress(image(2, random.Random(1).randbytes(HELD + 2 * MIB)), 1, mtime=0))
    member[-7] ^= 1
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gz(warc(1, "text 1")) + bytes(member) + gz(warc(3, "text 3")))
    report = convert(path, tmp_path / "o.jsonl", on_error="skip")
    assert numbers(tmp_path / "o.jsonl") == [1, 3]
    assert report.refused == 1


def image(n: int, body: bytes) -> bytes:
    head = warc(n, "").replace(b"text/plain", b"image/png").replace(b"Content-Length: 0\r\n\r\n\r\n\r\n", b"")
    return head + b"Content-Length: %d\r\n\r\n%b\r\n\r\n" % (len(body), body)


def test_more_than_is_kept_of_a_damaged_member(tmp_path: Path) -> None:
    member = bytearray(gzip.compress(image(2, random.Random(1).randbytes(9 * MIB)), 1, mtime=0))
    member[-7] ^= 1
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gz(warc(1, "text 1")) + bytes(member) + gz(warc(3, "text 3")))
    report = convert(path, tmp_path / "o.jsonl", on_error="skip")
    assert numbers(tmp_path / "o.jsonl") == [1, 3]
    assert f"; {len(member):,} bytes of the file are skipped" in report.findings[0].message


def test_reading_goes_on_at_a_large_member(tmp_path: Path) -> None:
    large = image(3, random.Random(1).randbytes(HELD + MIB))
    found = [
        gz(warc(1, "text 1")),
        DAMAGES["its data are others"](gz(warc(2, content(2)))),
        gz(large),
        gz(warc(4, "text 4")),
    ]
    (tmp_path / "a.warc.gz").write_bytes(b"".join(found))
    report = convert(tmp_path / "a.warc.gz", tmp_path / "o.jsonl", on_error="skip")
    assert numbers(tmp_path / "o.jsonl") == [1, 4]
    assert report.refused == 1


def test_members_that_begin_no_record_are_skipped(tmp_path: Path) -> None:
    whole = warc(3, content(3))
    found = [gz(warc(1, "text 1")), DAMAGES["its data are others"](gz(warc(2, content(2)) + whole[:100]))]
    rest = [gz(whole[100:]), gz(b""), gz(warc(4, "text 4")), gz(b"")]
    (tmp_path / "a.warc.gz").write_bytes(b"".join([*found, *rest]))
    convert(tmp_path / "a.warc.gz", tmp_path / "o.jsonl", on_error="skip")
    assert numbers(tmp_path / "o.jsonl") == [1, 4]
    (tmp_path / "b.warc.gz").write_bytes(b"".join([*found, gz(whole[100:]), gz(b"")]))
    report = convert(tmp_path / "b.warc.gz", tmp_path / "o.jsonl", on_error="skip")
    assert "; the last " in report.findings[0].message


@pytest.mark.parametrize("pack", [gz, zst])
@pytest.mark.parametrize(
    "padding", [b"\0", bytes(3), bytes(512), bytes(300_000), b"\n", b"\r\n", b"\n\n\n\n\n", b"\0\0\n"], ids=len
)
def test_padding_after_the_last_member(padding: bytes, pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = tmp_path / f"a.jsonl.{'gz' if pack is gz else 'zst'}"
    whole = pack(jsonl(1, "text 1") + jsonl(2, "text 2"))
    path.write_bytes(whole + padding)
    report = convert(path, tmp_path / "o.jsonl")
    assert report.written == 2
    what = f"padding follows the compressed data ({len(padding):,} zero bytes or line ends)"
    assert [(one.code, one.severity, one.message) for one in report.findings] == [("FILE007", "warning", what)]
    (done,) = fix(path)
    assert (dict(done.fixes), dict(done.left)) == ({"FILE007": 1}, {})
    assert numbers(path) == [1, 2]
    assert list(validate(path)) == []
    assert (gzip.decompress if pack is gz else zstandard.ZstdDecompressor().decompressobj().decompress)(
        path.read_bytes()
    )


@pytest.mark.parametrize("pack", [gz, zst])
def test_zeros_before_something_else(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = tmp_path / f"a.jsonl.{'gz' if pack is gz else 'zst'}"
    one, two = (pack(jsonl(n, f"text {n}")) for n in (1, 2))
    path.write_bytes(one + bytes(200_000) + two + bytes(7))
    assert [one.code for one in validate(path)] == ["FILE003", "FILE007"]
    convert(path, tmp_path / "o.jsonl", on_error="skip")
    assert numbers(tmp_path / "o.jsonl") == [1, 2]
    path.write_bytes(one + bytes(9) + b"x")
    assert [one.code for one in validate(path)] == ["FILE003"]
    stream = Input(Pieces(one + bytes(9)), "x", owned=False)  # type: ignore[arg-type]
    while stream.read(1000):
        pass
    assert (stream.padding, stream.read(1000), stream.padding) == (9, b"", 9)


def test_a_search_ends() -> None:
    """Members that seem to begin everywhere cost no more than a multiple of the file."""
    tried = 0

    def again(read: Callable[[int], bytes]) -> GzipDecoder:
        nonlocal tried
        tried += 1
        return GzipDecoder(read)

    head = gz(b"")[:10]
    run = b"\0\0\0\xff\xff" * 60_000  # stored blocks without content
    data = (head + b"\0" * 5) * 200 + head + run
    rest = [data] * 40
    found = search(b"", 0, lambda _: rest.pop() if rest else b"", b"\x1f\x8b\x08", again, lambda _: True)
    assert found is None
    assert tried < 20_000


def test_a_history_holds_what_is_needed() -> None:
    history = History(100)
    history.add(b"abc", 100)
    history.add(b"def", 100)
    assert history.since(101) == (b"bcdef", 101)
    history.add(b"ghi", 104)
    assert history.since(104) == (b"efghi", 104)
    history.add(b"j" * (8 * MIB), 104)
    history.add(b"k", 104)
    assert history.since(104)[1] > 104


def test_a_search_reads_no_more_of_a_member_than_may_be_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none is found, the rest of the file is read all the same, and counted."""
    monkeypatch.setattr(next_member, "KEPT", 1000)
    monkeypatch.setattr(next_member, "_FREE", 0)
    monkeypatch.setattr(next_member, "_RATE", 0)
    damaged = bytearray(gz(b"b\n" * 1000))
    damaged[len(damaged) // 2] ^= 255
    data = gz(b"a\n") + damaged + gz(random.Random(1).randbytes(2 * MIB)) + gz(b"c\n")
    with Input(io.BytesIO(data), "x", owned=False) as stream:
        stream.watch(lambda _: True)
        with pytest.raises(ParseError):
            while stream.read(MIB):
                pass
        gap = stream.skip_damage()
        assert (gap.content, gap.offset, stream.raw_position) == (b"", len(data), len(data))


def test_a_history_holds_no_piece_that_is_not_needed() -> None:
    history = History()
    history.add(b"abc", 0)
    history.add(b"def", 6)
    assert history.since(6) == (b"", 6)
