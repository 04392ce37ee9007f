"""The diff of what fix would do: right to the byte, safe on a terminal, and never held in memory."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from corpusfmt import fix
from corpusfmt.cli.diff_printing import WIDEST, Screen
from corpusfmt.cli.main import main
from corpusfmt.formats import jsonl
from corpusfmt.model.finding import Edit
from corpusfmt.storage import Pile, open_input
from corpusfmt.verbs.fix.edits import Source, Step, Work, compose
from corpusfmt.verbs.fix.unified_diff import Diff, name_of
from tests.support import BATCHES, Pieces, command, watched
from tests.test_fix import content
from tests.warcs import packed, record, sha1

BOM = b"\xef\xbb\xbf"
FIRST = record(block=b"first\n", number=11, WARC_Target_URI=b"https://example.org/first")
LAST = record(block=b"last\n", number=19, WARC_Target_URI=b"https://example.org/last")
TEXT = b"A text.\n"
has_patch = pytest.mark.skipif(not shutil.which("patch"), reason="needs the command patch")
every_codec = pytest.mark.parametrize("codec", ["", "gz", "zst"])


def line(number: int) -> bytes:
    return b'{"id":"d%d","name":"","text":"x","meta":{}}\n' % number


def applied(old: bytes, diff: bytes) -> bytes:
    """Apply a diff as strictly as can be: every line at its place."""
    if not diff:
        return old
    there = re.findall(rb"[^\n]*\n|[^\n]+\Z", old)
    rows = re.findall(rb"[^\n]*\n|[^\n]+\Z", diff)
    assert rows[0].startswith(b"--- ")
    assert rows[1].startswith(b"+++ ")
    out: list[bytes] = []
    at, i = 0, 2
    while i < len(rows):
        head = re.fullmatch(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n", rows[i])
        assert head, rows[i]
        begin, gone, start, come = (int(1 if part is None else part) for part in head.groups())
        begin, start = begin - (gone > 0), start - (come > 0)
        assert begin >= at + (at > 0), "hunks without a line between them are one"
        out += there[at:begin]
        assert len(out) == start
        at, i = begin, i + 1
        signs = ""
        while gone or come:
            sign, text = rows[i][:1], rows[i][1:]
            i += 1
            if i < len(rows) and rows[i].startswith(b"\\ "):
                assert rows[i] == b"\\ No newline at end of file\n"
                text, i = text.removesuffix(b"\n"), i + 1
            if sign != b"+":
                assert there[at] == text
                at, gone = at + 1, gone - 1
            if sign != b"-":
                out.append(text)
                come -= 1
            signs += sign.decode()
        assert not signs.startswith("    ")
        assert not signs.endswith("    ")
        assert signs.strip()
        assert " " * 7 not in signs
    return b"".join(out + there[at:])


def by_patch(old: bytes, diff: bytes, folder: Path) -> bytes:
    """Apply a diff with the command."""
    path = folder / "by_patch"
    path.write_bytes(old)
    done = subprocess.run(
        ["patch", "--fuzz=0", "--no-backup-if-mismatch", "by_patch"],
        input=diff,
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert b"offset" not in done.stdout + done.stderr
    return path.read_bytes() if path.exists() else b""


def diff_of(path: Path, *, unsafe: bool = False) -> bytes:
    shown: list[bytes] = []
    before = path.read_bytes()
    fix(path, dry_run=True, unsafe_fixes=unsafe, diff=shown.append)
    assert path.read_bytes() == before
    return b"".join(shown)


def check(path: Path, *, unsafe: bool = False) -> bytes:
    """Compare a diff with what fix then does, and with what patch does. Returns it, without its head."""
    old, shown = content(path), diff_of(path, unsafe=unsafe)
    fix(path, unsafe_fixes=unsafe)
    new = content(path)
    assert applied(old, shown) == new
    if shutil.which("patch") and shown:
        assert by_patch(old, shown, path.parent) == new
    head = name_of(str(path)) + (b"\t(decompressed)" if path.suffix in (".gz", ".zst") else b"")
    assert not shown or shown.startswith(b"--- %b\n+++ %b\n@@" % (head, head))
    return shown.partition(b"\n@@")[2]


# -- any edits ---------------------------------------------------------------------------------------------------------

TEXTS = st.one_of(
    st.binary(max_size=40),
    st.lists(st.sampled_from([b"a\n", b"b\n", b"\n", b"c", b"\r\n", b"\0\xff\n"]), max_size=60).map(b"".join),
)


@st.composite
def edits_of(draw: st.DrawFn, size: int) -> list[Edit]:
    cuts = sorted(draw(st.lists(st.integers(0, size), max_size=12)))
    edits, at = [], 0
    for begin, end in zip(cuts[::2], cuts[1::2], strict=False):
        if begin >= at:
            edits.append(
                Edit(begin, end - begin, draw(st.sampled_from([b"", b"\n", b"x", b"a\n", b"a\nb\n", b"x\ny"])))
            )
            at = end
    return edits


def edited(data: bytes, edits: Iterable[Edit]) -> bytes:
    for edit in reversed(list(edits)):
        data = data[: edit.byte] + edit.replacement + data[edit.byte + edit.length :]
    return data


@settings(max_examples=BATCHES * 20)
@given(data=st.data(), text=TEXTS, rounds=st.integers(1, 3), size=st.integers(1, 30))
def test_any_edits_of_any_text(data: st.DataObject, text: bytes, rounds: int, size: int) -> None:
    work, new, shown = Work("a", traced=True), text, list[bytes]()
    try:
        for number in range(rounds):
            edits = data.draw(edits_of(len(new)))
            new = edited(new, edits)
            if number:
                work.over(edits)
            else:
                work.copy(Pieces(text, size), edits)
        assert work.text.at(0, 1000) == new
        steps = list(work.steps())
        assert sum(keep + drop for keep, drop, _ in steps) == len(text)
        assert sum(keep + add for keep, _, add in steps) == len(new)
        Diff("a", Pieces(text, size), work.text, shown.append).run(steps)
    finally:
        work.close()
    assert applied(text, b"".join(shown)) == new


@has_patch
@settings(max_examples=BATCHES * 2)
@given(data=st.data(), text=TEXTS)
def test_patch_takes_it(data: st.DataObject, text: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    edits = data.draw(edits_of(len(text)))
    new, shown = edited(text, edits), list[bytes]()
    assume(text != new)
    work = Work("a", traced=True)
    try:
        work.copy(Pieces(text, 50), edits)
        Diff("a", Pieces(text, 50), work.text, shown.append).run(work.steps())
    finally:
        work.close()
    if shown:
        assert by_patch(text, b"".join(shown), tmp_path_factory.mktemp("p")) == new


STEPS = st.lists(st.tuples(*[st.integers(0, 4)] * 3), max_size=8)


@given(first=STEPS, data=st.data())
def test_scripts_are_composed(first: list[Step], data: st.DataObject) -> None:
    def run(steps: Iterable[Step], text: list[str], mark: str) -> list[str]:
        out: list[str] = []
        at = 0
        for keep, drop, add in steps:
            out += text[at : at + keep] + [mark] * add
            at += keep + drop
        assert at == len(text)
        return out

    text = [str(number) for number in range(sum(keep + drop for keep, drop, _ in first))]
    middle = run(first, text, "+")
    second, left = [], len(middle)
    while left:
        keep = data.draw(st.integers(0, left))
        drop = data.draw(st.integers(0 if keep else 1, left - keep))
        second.append((keep, drop, data.draw(st.integers(0, 3))))
        left -= keep + drop
    assert run(compose(first, second), text, "+") == run(second, middle, "+")


# -- files -------------------------------------------------------------------------------------------------------------


def test_at_the_start_and_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(BOM + b"".join(map(line, range(20))) + b"\n")
    shown = check(path)
    assert shown == (
        b" -1,4 +1,4 @@\n-" + BOM + line(0) + b"+" + line(0) + b"".join(b" " + line(n) for n in (1, 2, 3))
        + b"@@ -18,4 +18,3 @@\n" + b"".join(b" " + line(n) for n in (17, 18, 19)) + b"-\n"
    )  # fmt: skip


def test_a_file_without_a_final_newline(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    last = line(2)[:-1]
    path.write_bytes(b"\n" + line(1) + last)
    assert check(path) == b" -1,3 +1,2 @@\n-\n " + line(1) + b" " + last + b"\n\\ No newline at end of file\n"
    path.write_bytes(BOM + last)
    end = b"\n\\ No newline at end of file\n"
    assert check(path) == b" -1 +1 @@\n-" + BOM + last + end + b"+" + last + end


def test_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n\n")
    assert check(path) == b" -1,2 +0,0 @@\n-\n-\n"
    path.write_bytes(BOM)
    assert check(path) == b" -1 +0,0 @@\n-" + BOM + b"\n\\ No newline at end of file\n"


def test_nothing_changes(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1) + b"{broken\n")
    assert diff_of(path) == b""


@pytest.mark.parametrize("gap", range(1, 12))
def test_hunks_that_touch_are_one(gap: int, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n" + b"".join(map(line, range(gap))) + b"\n" + line(99))
    assert check(path).count(b"@@") == (1 if gap <= 6 else 3)


@every_codec
def test_archives(codec: str, tmp_path: Path) -> None:
    wrong = record(number=2, Content_Length=b"3", WARC_Block_Digest=sha1(TEXT))
    pieces = [FIRST, record(eol=b"\n", end=b"\r\n"), FIRST, wrong, LAST]
    path = tmp_path / f"a.warc.{codec}".rstrip(".")
    path.write_bytes(packed(pieces, codec))
    shown = check(path)
    assert b"\n-WARC-Record-ID" in shown
    assert b"\n-Content-Length: 3\r\n+Content-Length: 8\r\n" in shown
    assert diff_of(path) == b""


@every_codec
def test_what_would_be_cut_off_is_shown_as_removed(codec: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.warc.{codec}".rstrip(".")
    path.write_bytes(packed([FIRST, LAST[:-12]], codec))
    assert diff_of(path) == b""
    shown = check(path, unsafe=True)
    gone = [row[1:] for row in re.findall(rb"^-.*\n", shown, re.M)]
    assert b"".join(gone) == LAST[:-12] + b"\n"
    assert shown.endswith(b"\n\\ No newline at end of file\n")
    assert Path(f"{path}.cut").read_bytes() == LAST[:-12]


@pytest.mark.parametrize("codec", ["gz", "zst"])
def test_compressed_data_that_ends_early(codec: str, tmp_path: Path) -> None:
    records = [record(block=bytes(range(33, 127)) * n, number=n) for n in range(1, 10)]
    path = tmp_path / f"a.warc.{codec}"
    path.write_bytes(packed(records, codec)[:-20])
    shown = diff_of(path, unsafe=True)
    fix(path, unsafe_fixes=True)
    cut = Path(f"{path}.cut").read_bytes() if Path(f"{path}.cut").exists() else b""
    assert applied(content(path) + cut, shown) == content(path)


def test_members_alone_are_no_change_of_the_content(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(FIRST + LAST))
    assert diff_of(path) == b""
    assert main(["fix", "--diff", str(path)]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert "would fix 1 finding (WARC023: 1)" in err


def test_binary_garbage(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    block = bytes(range(256)) * 40 + b"\r\r\n\0\0\n" + b"\xff" * 3000
    path.write_bytes(FIRST + record(block=block, eol=b"\n", number=3) + record(block=block, number=4, end=b"") + LAST)
    check(path)


@pytest.mark.parametrize("size", [100_000, 300_000, 2_500_000])
def test_huge_lines(size: int, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    huge = line(1).replace(b'"x"', b'"' + b"x" * size + b'"')
    path.write_bytes(BOM + huge + line(2) + b"\n" + huge.replace(b"d1", b"d3") + b"\n" + line(4))
    shown = check(path)
    assert shown.count(b"x" * size) == 3
    path.write_bytes(line(1) * 9 + b"\n" + huge + line(1) * 9 + huge + b"\n" + line(1)[:-1])
    check(path)


@pytest.mark.skipif(os.name != "posix", reason="the peak is told by POSIX")
@pytest.mark.undisturbed
@pytest.mark.parametrize(("suffix", "kept"), [("jsonl", 0), ("warc", 3)])
def test_memory_does_not_grow_with_the_file(suffix: str, kept: int, tmp_path: Path) -> None:
    """Of many records between two edits nothing is kept, of one record that was cut its block. The diff is as long."""
    program = (
        "import sys\nfrom corpusfmt import fix\nn = []\n"
        "fix(sys.argv[1], dry_run=True, unsafe_fixes=True, diff=lambda data: n.append(data.count(b'\\n')))\n"
        "print(sum(n))\n"
    )
    path, peaks = tmp_path / f"a.{suffix}", []
    row = line(1).replace(b'"x"', b'"%b"' % (b"x" * (900 if suffix == "jsonl" else 20)))
    for megabytes in (1, 10):
        rows = (megabytes << 20) // len(row)
        if suffix == "jsonl":
            path.write_bytes(b"\n" + row * rows + b"\n")
        else:
            path.write_bytes(FIRST + record(block=row * rows, number=2)[:-9])
        code, peak = watched(tmp_path / "said", "-c", program, path)
        assert code == 0
        assert int((tmp_path / "said").read_bytes()) == (12 if suffix == "jsonl" else rows + 15)
        peaks.append(peak)
    assert peaks[1] - peaks[0] < (kept * 9 + 3) << 10


# -- the command -------------------------------------------------------------------------------------------------------


def test_the_command_prints_a_diff_and_changes_nothing(tmp_path: Path) -> None:
    bad, good, odd = line(1) + b"\n", line(1), b"{\n"
    for name, data in (("bad.jsonl", bad), ("good.jsonl", good), ("odd.jsonl", odd)):
        (tmp_path / name).write_bytes(data)
    result = command("fix", "--diff", "bad.jsonl", "good.jsonl", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stdout == b"--- bad.jsonl\n+++ bad.jsonl\n@@ -1,2 +1 @@\n " + line(1) + b"-\n"
    assert result.stderr == b"bad.jsonl: would fix 1 finding (JSONL009: 1)\ngood.jsonl: nothing to fix\n"
    assert (tmp_path / "bad.jsonl").read_bytes() == bad
    assert len(list(tmp_path.iterdir())) == 3
    for name, code in (("good.jsonl", 0), ("odd.jsonl", 1)):
        result = command("fix", "--diff", "-q", name, cwd=tmp_path)
        assert (result.returncode, result.stdout) == (code, b"")
    assert command("fix", "--diff", "--select", "JSONL010", "-q", "bad.jsonl", cwd=tmp_path).stdout == b""


@has_patch
def test_a_diff_of_several_files_is_a_patch(tmp_path: Path) -> None:
    names = ["a.jsonl", "sub/b c.jsonl", 'sub/"q".jsonl', "sub/é.warc"]
    (tmp_path / "sub").mkdir()
    for name in names[:-1]:
        (tmp_path / name).write_bytes(BOM + line(1) + b"\n")
    (tmp_path / names[-1]).write_bytes(FIRST + record(eol=b"\n", block=b"\x1b[31m\r\n\0"))
    result = command("fix", "--diff", *names, cwd=tmp_path)
    assert result.returncode == 1
    done = subprocess.run(["patch", "-p0"], input=result.stdout, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    for name in names[:-1]:
        assert (tmp_path / name).read_bytes() == line(1)
    assert not command("fix", "--diff", *names, cwd=tmp_path).stdout  # the NUL of the archive is left


@pytest.mark.skipif(os.name != "posix", reason="terminals are POSIX")
def test_nothing_hostile_reaches_a_terminal(tmp_path: Path) -> None:
    import pty

    path = tmp_path / "a.warc"
    block = b"\x1b]0;pwned\x07\xe2\x80\xae\x9b\xff\n" + b"y" * 5000 + b"\n"
    path.write_bytes(record(eol=b"\n", block=block) + LAST + record(block=block, number=5, end=b""))
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "corpusfmt", "fix", "--diff", "a.warc"], cwd=tmp_path, stdout=theirs, stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONUTF8": "1"},
    ) as process:  # fmt: skip
        os.close(theirs)
        seen = b""
        while True:
            try:
                data = os.read(ours, 4096)
            except OSError:
                break
            if not data:
                break
            seen += data
    os.close(ours)
    assert process.returncode == 1
    text = seen.decode().replace("\r\n", "\n")
    assert "-WARC/1.1\n" in text
    assert "+WARC/1.1\\r\n" in text
    assert "\\x1b]0;pwned\\x07\\u202e\\x9b\\xff" in text
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "y" * (WIDEST + 1) not in text
    assert "y… (a line of 5,000 bytes)" in text


def screen(*pieces: bytes) -> list[str]:
    lines: list[str] = []
    shown = Screen(lines.append)
    for piece in pieces:
        shown.write(piece)
    return lines


def test_a_screen() -> None:
    assert screen(b"--- a\n+++", b" a\n", b" \tx\r\n", b"-\xff", b"\xc3", b"\xa9\n") == [
        "--- a",
        "+++ a",
        " \\tx\\r",
        "-\\xffé",
    ]
    assert screen(b"+" + b"\xe2\x82\xac" * 5000 + b"\n") == ["+" + "€" * (WIDEST - 1) + "… (a line of 15,000 bytes)"]
    assert screen(b"+" + b"x" * (WIDEST - 1) + b"\n") == ["+" + "x" * (WIDEST - 1)]
    assert screen(b"+x\xe2\x80\xa6\n") == ["+x…"]
    data = b"+" + bytes(range(256)) * 9 + b"\n"
    assert screen(*(data[at : at + 1] for at in range(len(data)))) == screen(data)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/b.warc", b"a/b.warc"), ("é.warc", "é.warc".encode()), ("a b", b'"a b"'), ('"', b'"\\""'), ("\\", b'"\\\\"'),
        ("a\nb\x1b", b'"a\\012b\\033"'), ("\udcff", b'"\\377"'), ("\u202e", b'"\\342\\200\\256"'),
    ],
)  # fmt: skip
def test_names_in_the_head(path: str, name: bytes) -> None:
    assert name_of(path) == name


def test_a_pile(tmp_path: Path) -> None:
    for count in (0, 1, 50):
        pile = Pile(str(tmp_path), "")
        for number in range(count):
            pile.write(bytes([number]) * 100_000)
        assert pile.size == count * 100_000
        for _ in range(2):
            assert b"".join(pile.pieces()) == b"".join(bytes([n]) * 100_000 for n in range(count))
        pile.close()


def test_a_file_that_changes_meanwhile_is_reported(tmp_path: Path) -> None:
    from corpusfmt import SourceChangedError

    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1))
    work = Work(str(path), traced=True)
    try:
        with open_input(str(path)) as stream:
            work.copy(Source(stream, jsonl.FORMAT, salvage=False), [Edit(0, 0, b"x")])
        path.write_bytes(b"y")
        with open_input(str(path)) as stream, pytest.raises(SourceChangedError, match="changed by another program"):
            Diff(str(path), stream, work.text, lambda data: None).run(work.steps())
    finally:
        work.close()
