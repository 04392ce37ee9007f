"""``corpusfmt diff``: what differs between two corpora, which of it is told, and in what room."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, combinations_with_replacement, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corpusfmt
from corpusfmt.cli import diff as cli
from corpusfmt.cli.main import main
from corpusfmt.model.document import Document, same_text
from corpusfmt.model.metadata import Metadata
from corpusfmt.storage import Sorter
from corpusfmt.text.json_facts import canonical, spelled
from corpusfmt.verbs.diff import explain, pair_in_order
from corpusfmt.verbs.diff import run as comparison
from corpusfmt.verbs.diff.document_numbers import Places, Runs
from corpusfmt.verbs.diff.explain import metadata_difference, text_difference
from corpusfmt.verbs.diff.order import find_moved, longest_increasing
from corpusfmt.verbs.diff.pair_by_id import Ledger, join
from corpusfmt.verbs.diff.pair_in_order import AHEAD, Abreast, Window
from tests import strategies
from tests.support import DEEP, ROOT, command, ends, watched, write
from tests.test_laws import VARIANTS, carried

posix = pytest.mark.skipif(os.name != "posix", reason="pipes are POSIX")
SUFFIXES = {"seed": ".seed", "jsonl": ".jsonl.zst", "warc": ".warc.gz", "tei": ".xml"}
NATIVE = [variant for variant in VARIANTS if variant.format.name in SUFFIXES and "plain" not in str(variant)
          and (variant.format.name != "jsonl" or "native" in str(variant))]  # fmt: skip


def store(path: Path, docs: Sequence[Document]) -> Path:
    with corpusfmt.open_writer(path) as writer:
        for document in docs:
            writer.write(document)
    return path


def doc(
    id: str | int, text: str | bytes = "t\n", name: str = "", meta: Any = None, encoding: str | None = None
) -> Document:
    return Document(id, text, name=name, meta=meta, encoding=encoding)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(here: Path, a: Sequence[Document], b: Sequence[Document], *options: str) -> tuple[int, list[str]]:
    """Run the command over a seed file and a JSON Lines file. Returns the exit code and the lines."""
    store(here / "a.seed", a)
    store(here / "b.jsonl", b)
    out, sys.stdout = sys.stdout, io.StringIO()
    try:
        code = main(["diff", "a.seed", "b.jsonl", *options])
        return code, sys.stdout.getvalue().splitlines()
    finally:
        sys.stdout = out


# What is told

A = [doc("d1", "one\ntwo\n", "a.txt"), doc("d2"), doc("d3"), doc("d4")]
TABLE: list[tuple[str, list[Document], list[Document], list[str]]] = [
    ("nothing", A, A, ["no document differs; 4 equal"]),
    ("added", A, [*A, doc("d5")], ["added    d5  b.jsonl:5", "1 document differs: 1 added; 4 equal"]),
    ("removed", A, A[1:], ["removed  d1  a.seed:2", "1 document differs: 1 removed; 3 equal"]),
    ("renamed", A, [doc("d1", "one\ntwo\n", "b.txt"), *A[1:]], ["renamed  d1  'a.txt' -> 'b.txt'", "1 document differs: 1 renamed; 3 equal"]),
    ("changed", A, [doc("d1", "one\ntow\n", "a.txt"), *A[1:]],
     ['changed  d1  text: line 2, column 2 (byte 5 of the text): "one\\ntwo\\n" -> "one\\ntow\\n"', "1 document differs: 1 changed; 3 equal"]),
    ("changed in all", A, [doc("d1", "One\ntwo\n", "b", {"a": 1}), *A[1:]],
     ["renamed  d1  'a.txt' -> 'b'",
      'changed  d1  text: line 1, column 1 (byte 0 of the text): "one\\ntwo\\n" -> "One\\ntwo\\n"; metadata /a: nothing -> 1',
      "1 document differs: 1 renamed, 1 changed; 3 equal"]),
    ("moved", A, [A[3], *A[:3]], ["moved    d4  from place 4 to 1", "1 document differs: 1 moved; 3 equal"]),
    ("integer and string", [doc(7), doc("8")], [doc("7"), doc("8")],
     ["added    '7'  b.jsonl:1", "removed  7  a.seed:2", "2 documents differ: 1 added, 1 removed; 1 equal"]),
    ("one id several times", [doc("d", "1"), doc("d", "2"), doc("d", "3")], [doc("d", "1"), doc("d", "3")],
     ['changed  d  text: line 1, column 1 (byte 0 of the text): "2" -> "3"', "removed  d  a.seed:8", "2 documents differ: 1 removed, 1 changed; 1 equal"]),
    ("empty and not", [], [doc("d")], ["added    d  b.jsonl:1", "1 document differs: 1 added; 0 equal"]),
    ("both empty", [], [], ["no document differs; 0 equal"]),
    ("hostile", [doc("a\u202eb\x1b[31m", "x", "\x07")], [doc("a\u202eb\x1b[31m", "\u202ey", "\u2066")],
     ["renamed  a\\u202eb\\x1b[31m  '\\x07' -> '\\u2066'",
      'changed  a\\u202eb\\x1b[31m  text: line 1, column 1 (byte 0 of the text): "x" -> "\\u202ey"', "1 document differs: 1 renamed, 1 changed; 0 equal"]),
    ("ids in two normalisation forms", [doc("\u00e9")], [doc("e\u0301")],
     ["added    e\u0301  b.jsonl:1", "removed  \u00e9  a.seed:2", "2 documents differ: 1 added, 1 removed; 0 equal"]),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "lines"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_is_reported(a: list[Document], b: list[Document], lines: list[str], here: Path) -> None:
    assert told(here, a, b) == (int(len(lines) > 1), lines)
    code, printed = told(here, a, b, "-q")
    assert (code, printed) == (int(len(lines) > 1), [])


def test_what_is_in_the_new_corpus_comes_in_its_order_and_what_was_removed_after_it(here: Path) -> None:
    a = [doc("r1"), doc("c"), doc("m"), doc("n", name="x"), doc("r2")]
    b = [doc("a1"), doc("m"), doc("c", "u\n"), doc("n", name="y"), doc("a2")]
    kinds = [line.split()[:2] for line in told(here, a, b)[1][:-1]]
    assert kinds == [
        ["added", "a1"],
        ["moved", "m"],
        ["changed", "c"],
        ["renamed", "n"],
        ["added", "a2"],
        ["removed", "r1"],
        ["removed", "r2"],
    ]


@pytest.mark.parametrize(
    ("ignored", "kinds"),
    [("", "renamed changed moved"), ("name", "changed moved"), ("metadata", "renamed changed moved"), ("text", "renamed changed moved"),
     ("order", "renamed changed"), ("text,metadata", "renamed moved"), ("name, text ,metadata,order", "")],
)  # fmt: skip
def test_what_is_ignored(ignored: str, kinds: str, here: Path) -> None:
    a = [doc("x"), doc("d", "1", "n", {"a": 1})]
    b = [doc("d", "2", "m", {"a": 2}), doc("x")]
    code, lines = told(here, a, b, "--ignore", ignored)
    assert [line.split()[0] for line in lines[:-1]] == kinds.split()
    assert code == int(bool(kinds))
    pairs = [line for line in lines if line.startswith("changed")]
    assert all(("text:" in line) == ("text" not in ignored) for line in pairs)
    assert all(("metadata" in line) == ("metadata" not in ignored) for line in pairs)
    aligned = told(here, b[:1], a[1:], "--ignore", ignored)[1]  # the same when they stand abreast
    assert [line.split()[0] for line in aligned[:-1]] == [kind for kind in kinds.split() if kind != "moved"]


PLACES: list[tuple[str | bytes, str | bytes, tuple[int, int, int], str]] = [
    ("a\r\nb\r\n", "a\nb\n", (1, 2, 1), "line ends"), ("a\rb", "a\nb", (1, 2, 1), "line ends"), ("a\r\nb", "a\nc", (1, 2, 1), ""),
    ("caf\u00e9", "cafe\u0301", (1, 4, 3), "NFC"), ("\ufb01sh", "fish", (1, 1, 0), "NFKC"), ("a\u00a0b", "a b", (1, 2, 1), "white space"),
    ("a b", "a  b\n", (1, 3, 2), "white space"), (" a", "a", (1, 1, 0), "white space"), ("a\u2028b", "a\n\nb", (1, 2, 1), "white space"),
    ("ab", "a b", (1, 2, 1), ""), ("caf\u00e9\r\n", "cafe\u0301\n", (1, 4, 3), ""), ("", "a", (1, 1, 0), ""), ("", " \n", (1, 1, 0), "white space"),
    ("x\ny\nabc", "x\ny\nabd", (3, 3, 6), ""), ("\u00e9\u00e8", "\u00e9\u00ea", (1, 2, 2), ""), ("\U0001f600", "\U0001f601", (1, 1, 0), ""),
    ("\uac00", "\u1100\u1161", (1, 1, 0), "NFC"), ("\u212b", "\u00c5", (1, 1, 0), "NFC"), ("a", "a\n", (1, 2, 1), "white space"),
    (b"a\xffb", b"a\xfeb", (0, 0, 1), ""), (b"ab", b"a\xff", (0, 0, 1), ""), (b"a\r\n\xff", b"a\n\xff", (0, 0, 1), ""),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "place", "only"), PLACES)
@pytest.mark.parametrize("padding", [0, 100, 1 << 20, pytest.param(3 << 20, marks=pytest.mark.deep)])
def test_places_and_classes_of_texts(
    a: str | bytes, b: str | bytes, place: tuple[int, int, int], only: str, padding: int
) -> None:
    both = [one if isinstance(one, bytes) else one.encode() for one in (a, b)]
    head = b"some words \xd1\x8f" * (padding // 13) + b"\n" if padding else b""
    tail = b"." + head if padding else b""
    if padding and (not a or not b or both[0][:1] == b" " or both[1].endswith(b"\n") or both[0].endswith(b"\n")):
        return  # at the ends of a text white space counts less
    found = text_difference(Document("d", head + both[0] + tail), Document("d", head + both[1] + tail))
    assert found is not None
    line, column, byte = place
    assert (found.line, found.column, found.byte) == (line + (line and head.count(b"\n")), column, byte + len(head))
    assert found.only == only
    mirrored = text_difference(Document("d", head + both[1] + tail), Document("d", head + both[0] + tail))
    assert mirrored is not None
    assert (mirrored[:3], mirrored.only) == (found[:3], only)


@given(a=strategies.texts, b=strategies.texts)
def test_classes_are_those_of_the_whole_text(a: str, b: str) -> None:
    from unicodedata import normalize

    found = text_difference(doc("d", a), doc("d", b))
    assert (found is None) == (a == b)
    if found is None:
        return
    views: list[tuple[str, Any]] = [
        ("line ends", lambda text: text.replace("\r\n", "\n").replace("\r", "\n")),
        ("NFC", lambda text: normalize("NFC", text)),
        ("white space", lambda text: " ".join(text.split())),
        ("NFKC", lambda text: normalize("NFKC", text)),
    ]
    assert found.only == next((name for name, view in views if view(a) == view(b)), "")
    same = os.path.commonprefix([a, b])  # noqa: RUF071
    assert (found.byte, found.line) == (len(same.encode()), same.count("\n") + 1)
    assert found.column == len(same) - same.rfind("\n")


@given(
    parts=st.lists(
        st.one_of(strategies.texts, st.sampled_from([" ", "\r", "\n", "a", "e", "\u0301", "\u3000"])), max_size=12
    )
)
def test_texts_are_looked_at_in_pieces_that_change_nothing(parts: list[str]) -> None:
    text = "".join(parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explain, "MIB", 1)
        pieces = list(explain._pieces(text.encode()))
        assert "".join(pieces) == text
        for view in explain._VIEWS.values():
            assert "".join(view(iter(pieces))) == "".join(view(iter([text])))


def test_stacks_of_marks_take_no_time() -> None:
    stack = "a" + "\u0315\u0300" * 200_000  # a minute and more, when it is normalised
    with ends():
        found = text_difference(doc("d", stack), doc("d", stack + "\u0301"))
    assert found is not None
    assert found.only == ""


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [(doc("d", b"\xff\xfea\0", encoding="utf-16"), doc("d", "a"), True),
     (doc("d", b"\xff\xfea\0", encoding="utf-16"), doc("d", b"\xfe\xff\0a", encoding="utf-16"), True),
     (doc("d", b"caf\xe9", encoding="cp1252"), doc("d", "caf\u00e9"), True), (doc("d", b"\xff"), doc("d", b"\xff"), True),
     (doc("d", b"\x81", encoding="ascii"), doc("d", b"\x81", encoding="ascii"), True),
     (doc("d", b"\x81", encoding="ascii"), doc("d", b"\x81"), False), (doc("d", b"\x81", encoding="ascii"), doc("d", b"\x82", encoding="ascii"), False)],
)  # fmt: skip
def test_how_a_text_is_stored_does_not_count(a: Document, b: Document, equal: bool) -> None:
    assert same_text(a, b) == same_text(b, a) == (a == b) == equal
    assert (text_difference(a, b) is None) == equal
    for ahead in (AHEAD, (1,)):  # abreast, and by entries
        assert not changes([a, doc("x")], [doc("y"), b], ahead) or not equal
        assert changes([a], [b], ahead) == changes([a, doc("x")], [doc("x"), b], ahead) == int(not equal)


def changes(a: list[Document], b: list[Document], ahead: Sequence[int]) -> int:
    return compared(a, b, 3, ahead).counts["changed"]


VALUES: list[tuple[str, str, tuple[str, str | None, str | None]]] = [
    ('{"a":1}', '{"a":2}', ("/a", "1", "2")), ('{"a":1}', '{"a":1.0}', ("/a", "1", "1.0")), ("{}", '{"a":1}', ("/a", None, "1")),
    ('{"a":1}', "{}", ("/a", "1", None)), ('{"a":1,"b":2}', '{"b":2}', ("/a", "1", None)), ('{"a":1,"b":2}', '{"a":1}', ("/b", "2", None)),
    ('{"a":1,"b":2}', '{"b":2,"a":1}', ("", None, None)), ('{"x":{"a":1,"b":2}}', '{"x":{"b":2,"a":1}}', ("/x", None, None)),
    ('{"a":[1,2]}', '{"a":[1]}', ("/a/1", "2", None)), ('{"a":[]}', '{"a":[{}]}', ("/a/0", None, "{}")), ('{"a":[1,[2]]}', '{"a":[1,[3]]}', ("/a/1/0", "2", "3")),
    ('{"a":{"b":1}}', '{"a":"b"}', ("/a", '{"b":1}', '"b"')), ('{"a":1,"a":2}', '{"a":1}', ("/a", "2", None)), ('{"a":1,"a":2}', '{"a":1,"a":3}', ("/a", "2", "3")),
    ('{"a/b~":"x"}', '{"a/b~":"y"}', ("/a~1b~0", '"x"', '"y"')), ('{"a":"x\\u0041"}', '{"a":"y"}', ("/a", '"xA"', '"y"')),
    ('{"a":"\\ud800"}', '{"a":"\\udfff"}', ("/a", '"\\ud800"', '"\\udfff"')), ('{"\\ud800":1}', "{}", ("/\ud800", "1", None)),
    ('{"a":{"b":[1,{"c":2}]},"d":3}', '{"d":3}', ("/a", '{"b":[1,{"c":2}]}', None)), ('{"a":1}', '{"b":1}', ("/a", "1", None)),
    ('{"a":{"x":1},"x":2}', '{"x":2}', ("/a", '{"x":1}', None)), ('{"a":true}', '{"a":null}', ("/a", "true", "null")),
    ('{"a":"' + "\U0001f600" * 99 + '"}', '{"a":"' + "x" * 99 + '"}', ("/a", '"' + "\U0001f600" * 59 + "…", '"' + "x" * 59 + "…")),
    ('{"a":[' + "1," * 99 + "1]}", '{"a":0}', ("/a", "[" + "1," * 29 + "1…", "0")),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "expected"), VALUES)
def test_places_in_metadata(a: str, b: str, expected: tuple[str, str | None, str | None]) -> None:
    assert metadata_difference(a.encode(), b.encode()) == expected
    pointer, old, new = expected
    assert metadata_difference(a.encode(), a.replace(":", " : ").encode()) is None
    if a != '{"a":1}' or b != '{"b":1}':
        assert metadata_difference(b.encode(), a.encode()) == (pointer, new, old)


@given(a=strategies.metadata, b=strategies.metadata)
def test_metadata_differs_where_it_is_not_equal(a: bytes, b: bytes) -> None:
    assert spelled(a) == canonical(a)
    assert metadata_difference(a, a) is None
    found = metadata_difference(a, b)
    assert (found is None) == (Metadata(a) == Metadata(b))
    if found and found.old is not None and "~" not in found.pointer:
        value: Any = Metadata(a)._parsed()
        for step in found.pointer.split("/")[1:]:
            value = value[int(step)] if isinstance(value, list) else value[step]


# What is paired with what


def compared(
    a: list[Document], b: list[Document], batch: int = 3, ahead: Sequence[int] = AHEAD, ignore: str = ""
) -> Ledger:
    ledger, windows = Ledger(), []
    for side in (a, b):
        batches: Iterator[Sequence[Document]] = iter([side[at : at + batch] for at in range(0, len(side), batch)])
        windows.append(Window(batches, Sorter(held=300)))
    Abreast(windows[0], windows[1], ledger, ignore.split(","), ahead).run()
    join(windows[0].sink.lines(), windows[1].sink.lines(), ledger)
    find_moved(ledger)
    for window in windows:
        window.sink.close()
    return ledger


def expected_lines(a: list[Document], b: list[Document]) -> tuple[Counter[tuple[Any, ...]], int]:
    """What differs but the moves, and how many moves there are, found in the plainest way."""
    places: dict[Any, list[int]] = {}
    for at, document in enumerate(a):
        places.setdefault((type(document.id), document.id), []).append(at)
    found: Counter[tuple[Any, ...]] = Counter()
    order = []
    for at, document in enumerate(b):
        there = places.get((type(document.id), document.id), [])
        if not there:
            found["added", -1, at, ""] += 1
            continue
        first = there.pop(0)
        order.append(first)
        old = a[first]
        if old.name != document.name:
            found["renamed", first, at, ""] += 1
        what = "m" * (old.meta != document.meta) + "t" * (not same_text(old, document))
        if what:
            found["changed", first, at, what] += 1
    for there in places.values():
        for at in there:
            found["removed", at, -1, ""] += 1
    return found, len(order) - longest(order)


def longest(order: Sequence[int]) -> int:
    best: list[int] = []
    for at, number in enumerate(order):
        best.append(1 + max((best[k] for k in range(at) if order[k] < number), default=0))
    return max(best, default=0)


small = st.builds(
    doc, st.sampled_from(["a", "b", "c", "d", "e", "1", 1, 2, "x" * 40, "x" * 41]), st.sampled_from(["t", "u", b"\xff"]),
    st.sampled_from(["", "n", "n" * 40]), st.sampled_from([None, {"a": 1}, b'{ "a" : 1}', b'{"a":"\\u0041"}', b'{"a":"A"}']),
)  # fmt: skip


@given(
    a=st.lists(small, max_size=14),
    b=st.lists(small, max_size=14),
    data=st.data(),
    batch=st.integers(1, 5),
    ahead=st.sampled_from([AHEAD, (1,), (2, 3), (1, 4)]),
)
@settings(max_examples=300 if DEEP else 150)
def test_pairs_are_found_as_in_the_plainest_way(
    a: list[Document], b: list[Document], data: st.DataObject, batch: int, ahead: tuple[int, ...]
) -> None:
    if data.draw(st.booleans()):  # a corpus and what became of it
        b = [*data.draw(st.permutations(a)), *b[:2]] if data.draw(st.booleans()) else a[:3] + b[:2] + a[5:]
    ledger = compared(a, b, batch, ahead)
    plain, moves = expected_lines(a, b)
    lines = list(ledger.lines())
    moved = [line for line in lines if line.kind == "moved"]
    assert Counter(tuple(line) for line in lines if line.kind != "moved") == plain
    assert len(moved) == moves
    assert ledger.counts.total() == len(lines)
    gone = {line.a for line in lines if line.kind in ("removed", "moved")}
    come = {line.b for line in lines if line.kind in ("added", "moved")}
    left = [document.id for at, document in enumerate(a) if at not in gone]
    assert left == [document.id for at, document in enumerate(b) if at not in come]
    ids = Counter(str(document.id) for document in a)
    ids.subtract(str(a[line.a].id) for line in lines if line.kind == "removed")
    ids.update(str(b[line.b].id) for line in lines if line.kind == "added")
    assert +ids == Counter(str(document.id) for document in b)
    assert (not lines) == (a == b)
    ledger.close()


def test_the_fewest_documents_move() -> None:
    from array import array

    for size in range(7):
        for order in permutations(range(size)):
            stayed = longest_increasing(array("I", order))
            kept = [number for number, stays in zip(order, stayed, strict=True) if stays]
            assert kept == sorted(kept)
            subsets = (
                len(part)
                for length in range(size + 1)
                for part in combinations(order, length)
                if list(part) == sorted(part)
            )
            assert len(kept) == max(subsets)


def test_more_moves_than_can_be_reported(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "MOST", 3)
    a = [doc(f"d{k}") for k in range(9)]
    b = [*a[:2], *a[4:6], *a[2:4], *a[6:]]
    code, lines = told(here, a, b)
    assert (code, lines) == (
        1,
        [
            "reordered  from place 3 to 6, too many documents to determine which of them moved",
            "no document differs, but the order does; 9 equal",
        ],
    )
    assert json.loads(told(here, a, b, "--output-format", "jsonl")[1][0])["last"] == 6


@given(places=st.sets(st.integers(0, 5000)))
def test_sets_of_places(places: set[int]) -> None:
    found = Places(places)
    found.count()
    assert len(found) == len(places)
    for place in (*places, 0, 1, 511, 512, 513, 4999, 5001, 99999):
        assert (place in found) == (place in places)
        assert found.before(place) == sum(1 for one in places if one < place)


def test_runs_are_put_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpusfmt.verbs.diff.document_numbers._HELD", 6)
    runs, expected = Runs(), []
    for k in range(50):
        runs.add(3 * k, 1000 - k, 1 + k % 2)
        expected.append((3 * k, 1000 - k, 1 + k % 2))
    assert list(runs) == list(runs) == expected
    runs.close()


def test_ids_that_share_a_mark_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair_in_order, "_MARKS", 1)
    a = [doc(f"d{k}") for k in range(20)]
    assert compared(a, [doc("new"), *a]).counts == {"added": 1}


# Over formats

PAIRS = list(combinations_with_replacement(NATIVE, 2))


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=str)
@given(docs=strategies.corpora)
@settings(max_examples=20 if DEEP else 8)
def test_a_corpus_is_equal_to_itself_in_another_format(one: Any, other: Any, docs: list[Document]) -> None:
    kept = carried(other, carried(one, docs))
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for at, variant in enumerate((one, other)):
            path = Path(folder, f"{at}{SUFFIXES[variant.format.name].split('.')[1]}")
            path.write_bytes(write(variant.format, kept, variant.writing))
            paths.append(path)
        formats = {"from_a": one.format.name, "from_b": other.format.name}
        assert list(corpusfmt.diff(paths[0], paths[1], **formats)) == []


@given(a=strategies.corpora, b=strategies.corpora, data=st.data())
def test_corpora_differ_when_their_documents_do(a: list[Document], b: list[Document], data: st.DataObject) -> None:
    if data.draw(st.booleans()):
        b = data.draw(st.permutations(a))
    with tempfile.TemporaryDirectory() as folder:
        one, other = store(Path(folder, "a.seed"), a), store(Path(folder, "b.warc"), b)
        found = list(corpusfmt.diff(one, other))
        assert (not found) == (list(corpusfmt.read(one)) == list(corpusfmt.read(other)))
        for difference in found:
            assert difference.message.isprintable()


def test_the_library_gives_records_lazily(here: Path) -> None:
    store(here / "a.seed", [doc("d1", "x", "n", {"a": 1}), doc("d2"), doc("d4")])
    store(here / "b.jsonl", [doc("d4"), doc("d1", "x\n", "n", {"a": [1]}), doc(3)])
    moved, changed, added, removed = corpusfmt.diff("a.seed", "b.jsonl")
    assert (moved.kind, moved.document, moved.places, moved.old) == ("moved", "d4", (3, 1), None)
    assert (changed.kind, changed.name, changed.places) == ("changed", "n", (1, 2))
    assert changed.text == (1, 2, 1, "x", "x\\n", "white space")
    assert changed.metadata == ("/a", "1", "[1]")
    assert changed.old is not None
    assert changed.new is not None
    assert (changed.old.path, changed.old.line, changed.new.path, changed.new.line) == ("a.seed", 2, "b.jsonl", 2)
    assert (added.document, added.places, removed.document, removed.places) == (3, (0, 3), "d2", (2, 0))
    with pytest.raises(FileNotFoundError):
        corpusfmt.diff("missing.seed", "b.jsonl")
    with pytest.raises(
        corpusfmt.ConfigurationError, match="'size' cannot be ignored; known are name, metadata, order, text"
    ):
        corpusfmt.diff("a.seed", "b.jsonl", ignore=["size"])
    waiting = corpusfmt.diff("a.seed", "b.jsonl")
    (here / "b.jsonl").write_bytes(b'{"id":"d1","text":"x"}\n{bad}\n')
    with pytest.raises(corpusfmt.ParseError, match="expected a key in double quotes"):
        next(waiting)


def test_texts_out_of_order_are_put_aside(here: Path) -> None:
    a = [doc(f"d{k}", f"text {k}\n", f"n{k}", {"k": k}) for k in range(30)]
    b = [doc(f"d{k}", f"text {k}!\n", f"n{k}", {"k": -k}) for k in reversed(range(5, 35))]
    for options in ([], ["--no-cap"], ["--output-format", "jsonl"]):
        code, lines = told(here, a, b, *options)
        assert code == 1
        if "jsonl" in options:
            records = [json.loads(line) for line in lines]
            assert Counter(record["kind"] for record in records) == {
                "added": 5,
                "removed": 5,
                "changed": 25,
                "moved": 24,
            }
            for record in records:
                if record["kind"] == "changed":
                    k = int(record["id"][1:])
                    assert (record["old"]["place"], record["new"]["place"]) == (k + 1, 35 - k)
                    assert record["text"]["old"] == f"text {k}\\n"
                    assert record["metadata"] == {"pointer": "/k", "old": str(k), "new": str(-k)}
        else:
            assert lines[-1] == "35 documents differ: 5 added, 5 removed, 25 changed, 24 moved; 0 equal"


def test_folders_patterns_and_several_sources(here: Path) -> None:
    (here / "old").mkdir()
    store(here / "old" / "1.seed", [doc("d1"), doc("d2")])
    store(here / "old" / "2.jsonl", [doc("d3")])
    (here / "old" / "notes.txt").write_bytes(b"x")
    store(here / "new.xml", [doc("d1"), doc("d2"), doc("d3")])
    result = command("diff", "old", "new.xml", cwd=here)
    assert (result.returncode, result.stdout) == (0, b"no document differs; 3 equal\n")
    assert b"skipped 1 file" in result.stderr
    assert list(corpusfmt.diff(["old/2.jsonl", "old/*.seed"], "new.xml", ignore="order")) == []
    assert [one.kind for one in corpusfmt.diff(["old/2.jsonl", "old/*.seed"], "new.xml")] == ["moved"]


# The command


def test_differences_are_capped_and_counted(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a = [doc(f"d{k}") for k in range(70)]
    b = [doc(f"d{k}", "u\n") for k in range(70)] + [doc(f"n{k}") for k in range(3)]
    code, lines = told(here, a, b)
    assert code == 1
    assert [line.split()[0] for line in lines[:-1]] == ["changed"] * 50 + ["added"] * 3
    assert lines[-1] == "73 documents differ: 3 added, 70 changed; 0 equal"
    assert capsys.readouterr().err == "... and 20 more changed; --no-cap shows all\n"
    assert len(told(here, a, b, "--no-cap")[1]) == 74
    assert len(told(here, a, b, "--output-format", "jsonl")[1]) == 73
    report = json.loads(told(here, a, b, "--output-format", "json")[1][0])
    assert (report["differ"], report["equal"], report["counts"], report["hidden"]) == (
        73,
        0,
        {"added": 3, "changed": 70},
        {"changed": 20},
    )
    assert len(report["differences"]) == 53


def test_json_is_ascii_and_whole(here: Path) -> None:
    a = [doc(7, "\u202e\x1b", "\u65e5", b'{"\\ud800":"\\udc00"}')]
    b = [doc(7, "\u202d", "\u65e5\u672c", b'{"\\ud800":"\\udc01"}'), doc("7")]
    (line,) = told(here, a, b, "--output-format", "json", "--ignore", "order")[1]
    assert line.isascii()
    assert json.loads(line) == {
        "differ": 2, "equal": 0, "ignored": ["order"], "counts": {"added": 1, "renamed": 1, "changed": 1}, "hidden": {},
        "differences": [
            {"kind": "renamed", "id": 7, "name": "\u65e5\u672c", "message": "'\u65e5' -> '\u65e5\u672c'",
             "old": {"place": 1, "path": "a.seed", "line": 2, "byte": 13}, "new": {"place": 1, "path": "b.jsonl", "line": 1, "byte": 0}},
            {"kind": "changed", "id": 7, "name": "\u65e5\u672c",
             "message": 'text: line 1, column 1 (byte 0 of the text): "\\u202e\\x1b" -> "\\u202d"; metadata /\\ud800: "\\udc00" -> "\\udc01"',
             "old": {"place": 1, "path": "a.seed", "line": 2, "byte": 13}, "new": {"place": 1, "path": "b.jsonl", "line": 1, "byte": 0},
             "text": {"line": 1, "column": 1, "byte": 0, "old": "\\u202e\\x1b", "new": "\\u202d", "only": ""},
             "metadata": {"pointer": "/\\ud800", "old": '"\\udc00"', "new": '"\\udc01"'}},
            {"kind": "added", "id": "7", "name": "", "new": {"place": 2, "path": "b.jsonl", "line": 2, "byte": json.loads(line)["differences"][2]["new"]["byte"]}},
        ],
    }  # fmt: skip
    lines = told(here, a, b, "--output-format", "jsonl")[1]
    assert all(one.isascii() for one in lines)
    assert [json.loads(one)["kind"] for one in lines] == ["renamed", "changed", "added"]


MISTAKES: list[tuple[str, list[str], str]] = [
    ("one side", ["good.seed"], "the following arguments are required: NEW"),
    ("three sides", ["good.seed", "good.seed", "good.seed"], "unexpected argument"),
    ("missing", ["good.seed", "missing.seed"], "missing.seed: No such file"),
    ("twice standard input", ["-", "-"], "standard input (-) can be one side of a comparison, not both"),
    ("unknown part", ["good.seed", "good.seed", "--ignore", "names"], "'names' cannot be ignored; known are name, metadata, order, text"),
    ("wrong format", ["good.seed", "good.seed", "--from-a", "jsom"], "unknown format 'jsom'"),
    ("option nobody knows", ["good.seed", "good.seed", "--layout", "hf"], "no format of this run has the option --layout"),
    ("prose", ["good.seed", "prose.txt"], "neither the name nor the content identifies a format"),
    ("empty folder", ["good.seed", "empty"], "contains no file with a known suffix"),
    ("remote", ["https://example.org/a.seed", "good.seed"], "is a remote address"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "words"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_mistakes_end_in_one_clear_line(
    arguments: list[str], words: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store(here / "good.seed", [doc("d1")])
    (here / "prose.txt").write_bytes(b"some prose\n")
    (here / "empty").mkdir()
    try:
        code = main(["diff", *arguments])
    except SystemExit as end:
        code = int(str(end.code))
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert words in err
    assert err.startswith("corpusfmt: ")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "options", [[], ["-q"], ["--output-format", "json"], ["--output-format", "jsonl", "--ignore", "text"]]
)
@pytest.mark.parametrize("side", [0, 1])
def test_nothing_is_reported_of_half_a_corpus(
    options: list[str], side: int, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store(here / "good.seed", [doc("d0", "other"), doc("d1")])
    (here / "bad.jsonl").write_bytes(b'{"id":"d0","text":"t"}\n{"id":"d1"}\n{"id":"d2","text":"t"}\n')
    names = ["good.seed", "bad.jsonl"]
    assert main(["diff", *(names if side else names[::-1]), *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("bad.jsonl:2:1: JSONL006 ")
    (here / "cut.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00\x00")
    assert main(["diff", "good.seed", "cut.jsonl.gz", *options]) == 2
    assert "FILE001" in capsys.readouterr().err


def test_formats_and_options_of_each_side(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.txt").write_bytes(b"<<<FILE d1 >>>\nt\n")
    (here / "b.txt").write_bytes(b'{"key":"d1","content":"t\\n"}\n')
    arguments = ["diff", "a.txt", "b.txt", "--from-a", "seed", "--from-b", "jsonl:id-field=key,text-field=content"]
    assert main(arguments) == 0
    assert main(["diff", "b.txt", "b.txt", "--from", "jsonl:id-field=key", "--text-field", "content"]) == 0
    assert (
        main(
            [
                "diff",
                "b.txt",
                "a.txt",
                "--from",
                "jsonl",
                "--from-b",
                "seed",
                "--id-field",
                "key",
                "--text-field",
                "content",
            ]
        )
        == 0
    )
    (here / "e.seed").write_bytes(b"<<<FILE d1 >>>\ncaf\xe9\n")
    store(here / "e.jsonl", [doc("d1", "caf\u00e9\n")])
    assert main(["diff", "e.seed", "e.jsonl", "--encoding", "cp1252"]) == 0
    assert main(["diff", "e.seed", "e.jsonl"]) == 1
    assert 'text: byte 3 of the text: "caf\\xe9\\n" -> "caf\u00e9\\n"' in capsys.readouterr().out
    options = {"id_field": "key", "text_field": "content"}
    assert not list(corpusfmt.diff("a.txt", "b.txt", from_a="seed", from_b="jsonl", options_b=options))


@posix
@pytest.mark.parametrize(
    "suffix",
    [
        pytest.param(".seed", marks=pytest.mark.deep),
        ".jsonl.gz",
        pytest.param(".warc.gz", marks=pytest.mark.deep),
        ".xml",
        ".jsonl.zst",
    ],
)
def test_what_can_be_read_only_once(suffix: str, here: Path) -> None:
    a = [doc(f"d{k}", f"text {k} \u00e9\n", f"n{k}", {"k": k}) for k in range(200)]
    b = [doc("d7", "else"), *a[3:7], *a[8:], doc("new")]
    old, new = store(here / f"a{suffix}", a), store(here / f"b{suffix}", b)
    expected = command("diff", old.name, new.name, cwd=here)
    assert expected.returncode == 1
    assert expected.stdout.count(b"\n") == 8
    kind = {"warc": "warc", "xml": "tei", "seed": "seed", "jsonl": "jsonl"}[suffix.split(".")[1]]
    piped = command("diff", old.name, "-", "--from-b", kind, cwd=here, stdin=new.read_bytes())
    assert piped.returncode == 1
    assert piped.stdout == expected.stdout.replace(new.name.encode(), b"<stdin>")
    os.mkfifo(here / "pipe")
    feeder = threading.Thread(target=lambda: (here / "pipe").write_bytes(old.read_bytes()))
    feeder.start()
    through = command("diff", "pipe", new.name, "--from", kind, cwd=here)
    feeder.join()
    assert through.stdout == expected.stdout.replace(old.name.encode(), b"pipe")
    twice = command("diff", "pipe", "pipe", cwd=here)
    assert (twice.returncode, twice.stderr) == (
        2,
        b"corpusfmt: 'pipe' can be read only once; it cannot be both sides\n",
    )


@posix
def test_the_null_device_is_a_corpus_without_documents(here: Path) -> None:
    store(here / "a.seed", [doc("d1")])
    assert [one.kind for one in corpusfmt.diff(os.devnull, "a.seed")] == ["added"]
    assert [one.kind for one in corpusfmt.diff("a.seed", os.devnull)] == ["removed"]
    assert list(corpusfmt.diff(os.devnull, os.devnull)) == []


@pytest.mark.parametrize("what", ["shorter", "other id", "as before"])
def test_a_file_that_changes_meanwhile_is_noticed(what: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(here / "a.jsonl", [doc("d1"), doc("d2", "x")])
    store(here / "b.jsonl", [doc("d1"), doc("d2", "y")])
    later = {"shorter": [doc("d1")], "other id": [doc("d1"), doc("d3", "y")], "as before": [doc("d1"), doc("d2", "x")]}
    monkeypatch.setattr(comparison, "find_moved", lambda *_: store(here / "b.jsonl", later[what]))
    with pytest.raises(corpusfmt.SourceChangedError, match=r"'b\.jsonl' changed while it was (read|compared); "):
        list(corpusfmt.diff("a.jsonl", "b.jsonl"))


@posix
@pytest.mark.undisturbed
@pytest.mark.parametrize(
    "options", [[], *(pytest.param([option], marks=pytest.mark.deep) for option in ("--no-cap", "-q"))]
)
def test_memory_does_not_grow_with_the_corpora(options: list[str], here: Path) -> None:
    peaks = []
    for count in (1_200, 12_000):
        for name, step in (
            ("a.jsonl", 1),
            ("b.jsonl", 7919),
        ):  # the same ids in another order, a third with another text
            with open(here / name, "w") as file:
                for k in range(count):
                    id = k * step % count
                    text = ("other " if step > 1 and id % 3 == 0 else "x") * 500
                    file.write(f'{{"id":"d{id}","name":"n","text":"{text}","meta":{{"a": "b"}}}}\n')
        code, peak = watched(here / "said", "-m", "corpusfmt", "diff", "a.jsonl", "b.jsonl", *options)
        assert code == 1
        if "-q" not in options:
            assert f"{count // 3:,} changed" in (here / "said").read_text()
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 6 << 10


def test_the_first_of_a_kind_are_kept_where_not_all_are() -> None:
    ledger = Ledger(cap=5)
    for k in range(1000):
        ledger.added(k * 7919 % 1000)
    assert [line.b for line in ledger.lines()] == [0, 1, 2, 3, 4]
    assert ledger.counts["added"] == 1000
    ledger.close()


def test_lines_are_short(here: Path) -> None:
    a = [doc("i" * 9999, "t" * 9999, "n" * 9999, {"k" * 9999: "v" * 9999})]
    b = [doc("i" * 9999, "u" * 9999, "m" * 9999, {"k" * 9999: "w" * 9999})]
    assert all(len(line) < 1000 for line in told(here, a, b)[1])
    assert cli.CAP == 50


# git

needs_git = pytest.mark.skipif(os.name != "posix" or not shutil.which("git"), reason="git is not here")


@needs_git
@pytest.mark.parametrize(
    "name", ["-a b.warc.gz", *(pytest.param(name, marks=pytest.mark.deep) for name in ("a.jsonl.zst", "a b.xml"))]
)
def test_git_shows_corpora_as_the_page_says(name: str, here: Path) -> None:
    page = (ROOT / "docs/diff.md").read_text(encoding="utf-8")
    env = {
        **os.environ, "PYTHONPATH": str(ROOT), "HOME": str(here), "GIT_CONFIG_NOSYSTEM": "1", "PATH": f"{here}/bin:{os.environ['PATH']}",
        "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
    }  # fmt: skip
    (here / "bin").mkdir()
    tool = here / "bin" / "corpusfmt"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m corpusfmt "$@"\n')
    tool.chmod(0o755)
    work = here / "work"
    work.mkdir()

    def git(*arguments: str, code: int = 0) -> str:
        result = subprocess.run(
            ["git", *arguments], cwd=work, env=env, capture_output=True, text=True, errors="replace", check=False
        )
        assert result.returncode == code, result.stderr
        return result.stdout

    git("init", "-q")
    attributes = page.split("```gitattributes\n")[1].split("```")[0]
    (work / ".gitattributes").write_text(attributes)
    store(work / name, [doc("d1", "one\ntwo\n", "n"), doc("d2", "three\n")])
    git("add", ".")
    git("commit", "-qm", "one")
    textconv, driver = page.split("```git-config\n")[1:3]
    for line in textconv.split("```")[0].splitlines():
        subprocess.run(["sh", "-c", line], cwd=work, env=env, check=True)
    store(work / name, [doc("d1", "one\ntoo\n", "n"), doc("d2", "three\n")])
    told = git("diff").splitlines()
    assert told[-6:] == ["-two", "+too", ' <<<FILE d2 "">>>', " three"][-6:] or ("-two" in told and "+too" in told)
    assert " <<<SEED 1>>>" in told
    git("commit", "-qam", "two")
    assert "-two" in git("log", "-p", "-1")
    sound = (work / name).read_bytes()
    for broken in (b"no corpus", sound[: len(sound) // 2] + b"\nno corpus", sound + b"\nno corpus\n"):
        (work / name).write_bytes(broken)
        shown = git("diff", "--text").split("@@")[-1]
        assert "no corpus" in shown
        assert "+<<<SEED" not in shown  # not what could be read of it, too
    git("checkout", "-q", ".")
    git("config", "--unset", "diff.corpusfmt.textconv")
    for line in driver.split("```")[0].splitlines():
        subprocess.run(["sh", "-c", line], cwd=work, env=env, check=True)
    assert git("diff", "--ext-diff", "HEAD~1", "HEAD").splitlines()[-2:] == [
        'changed  d1  text: line 2, column 2 (byte 5 of the text): "one\\ntwo\\n" -> "one\\ntoo\\n"',
        "1 document differs: 1 changed; 1 equal",
    ]
    (work / name).write_bytes(b"no corpus")
    shown = git("diff", "--ext-diff")
    assert "no corpus" in shown or "Binary files" in shown
    git("checkout", "-q", ".")
    git("rm", "-q", "--", name)
    assert git("diff", "--cached").splitlines()[-1] == "2 documents differ: 2 removed; 0 equal"
