"""Changes that rules make in texts: in the file as in the document, whatever stands around them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt import Document, fix, open_writer, plugins, read, validate
from corpusfmt.model.format import ReadOptions, WriteOptions
from corpusfmt.model.rule import Change
from corpusfmt.model.text_search import Documents
from tests import strategies
from tests.support import documents, parse, scan, write

CHANGING = ["ENC002", "ENC006", "TXT005", "TXT006", "TXT007", "TXT008", "TXT009", "TXT010", "TXT011"]
FORMATS = [plugins.format_named("seed"), plugins.format_named("jsonl")]

_pieces = st.lists(
    st.sampled_from(
        ["a", "b\n", "\r\n", "\r", "\ufeff", "\u00ad", "e\u0301", "Ã©", "â€™", "un\u200bder", "\\", "\\<<<FILE x>>>\n", "<<<FILE a b>>>\n",
         '"', "\n\n", "\t", "\x00", "\U0001f600", "\\ No newline at end of file", "\n<<<META {}>>>\n", "é"]
    ),
    max_size=8,
).map("".join)  # fmt: skip
_docs = st.lists(
    st.builds(Document, st.uuids().map(str), _pieces | strategies.texts, name=st.sampled_from(["", "x", "text"])),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("code", plugins.rules())
def test_a_rule_says_that_its_hits_may_have_a_change(code: str) -> None:
    rule = plugins.rules()[code]
    assert rule.fixable == (code in [*CHANGING, "ENC003", "ENC008"])
    if rule.start is None or isinstance(rule.bad, tuple):
        return
    options = ReadOptions(encoding="cp1252" if code == "ENC008" else None)
    batches = scan(plugins.format_named(rule.example), rule.bad, options=options)
    found = [document for batch in batches for document in batch.documents]
    assert rule.fixable == any(hit.change for hit in rule.start()(Documents(found)))


@pytest.mark.parametrize("name", ["seed", "jsonl"])
@given(docs=_docs, data=st.data())
def test_a_change_is_made_in_the_source_as_in_the_text(name: str, docs: list[Document], data: st.DataObject) -> None:
    format = plugins.format_named(name)
    assert format.rewrite is not None
    source = write(format, docs)
    index = data.draw(st.integers(0, len(docs) - 1))
    places = [(batch, document) for batch in scan(format, source) for document in batch.documents]
    batch, document = places[index]
    text = document.data.decode()
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, len(text)))
    position, length = len(text[:start].encode()), len(text[start:stop].encode())
    change = Change(position, length, data.draw(_pieces).encode())
    edit = format.rewrite(batch.region, document, change)
    if edit is None:
        return
    after = source[: edit.byte] + edit.replacement + source[edit.byte + edit.length :]
    raw = document.data
    changed = raw[:position] + change.replacement + raw[position + length :]
    expected = [*docs]
    expected[index] = Document(document.id, changed, name=document.name, meta=document.meta_json)
    assert parse(format, after) == expected


def test_in_plain_files_no_change_makes_a_header() -> None:
    seed = plugins.format_named("seed")
    assert seed.rewrite is not None
    source = write(seed, [Document("d", "a<<<FILE x y>>>\nb\n")], WriteOptions(own={"dialect": "plain"}))
    (batch,) = scan(seed, source)
    (document,) = batch.documents
    assert seed.rewrite(batch.region, document, Change(0, 1, b"")) is None
    assert seed.rewrite(batch.region, document, Change(0, 1, b"c")) is not None


@pytest.mark.parametrize("code", CHANGING)
@pytest.mark.parametrize("suffix", ["seed", "jsonl"])
@given(docs=_docs)
def test_fixing_a_rule_clears_it_and_keeps_all_else(code: str, suffix: str, docs: list[Document]) -> None:
    rule = plugins.builtin_rules()[code]
    assert rule.start is not None
    check = rule.start()
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{suffix}"
        with open_writer(path) as writer:
            for document in docs:
                writer.write(document)
        before = path.read_bytes()
        hits = list(check(Documents([*read(path)])))
        (fixed,) = fix(path, select=[code])
        assert not fixed.changed  # they change texts: never without being asked
        (fixed,) = fix(path, select=[code], unsafe_fixes=True)
        after = list(read(path))
        assert [(d.id, d.name, d.meta) for d in after] == [(d.id, d.name, d.meta) for d in docs]
        touched = {hit.document.id for hit in hits}
        for old, new in zip(docs, after, strict=True):
            assert old.id in touched or old == new
        assert fixed.changed == (path.read_bytes() != before)
        left = [hit for hit in rule.start()(Documents(after)) if hit.change is not None]
        if suffix == "jsonl":
            assert not left
        (again,) = fix(path, select=[code], unsafe_fixes=True)
        assert not again.changed


def test_all_changes_of_all_rules_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.seed"
    path.write_bytes(
        "<<<SEED 1>>>\n<<<FILE d1 a>>>\n\ufeffone\r\ntwo\u00ad \\x\n\\<<<FILE y>>>\re\u0301nd\n<<<FILE d2 b>>>\nsame\n".encode()
    )
    (fixed,) = fix(path, select=CHANGING, unsafe_fixes=True)
    assert dict(fixed.fixes) == {"ENC006": 1, "TXT006": 1, "TXT007": 1, "TXT008": 1}
    assert (
        path.read_bytes()
        == "<<<SEED 1>>>\n<<<FILE d1 a>>>\none\ntwo \\x\n\\<<<FILE y>>>\n\u00e9nd\n<<<FILE d2 b>>>\nsame\n".encode()
    )
    assert (
        documents(scan(FORMATS[0], path.read_bytes(), options=ReadOptions()))[0].text
        == "one\ntwo \\x\n<<<FILE y>>>\n\u00e9nd\n"
    )


def test_texts_under_a_digest_are_left(tmp_path: Path) -> None:
    for name in ("a.xml", "a.warc"):
        path = tmp_path / name
        with open_writer(path) as writer:
            writer.write(Document("d1", "one\u00ad\n"))
        before = path.read_bytes()
        (fixed,) = fix(path, select=["TXT006"], unsafe_fixes=True)
        assert not fixed.changed
        assert path.read_bytes() == before


def test_changes_that_touch_are_made_one_after_the_other(tmp_path: Path) -> None:
    for name, text in (
        ("1", "ros\u00c3\u00a9e\u0301 \u00e9\n"),
        ("2", "ros\u00c3\u00a9\u2028x\r\ny\u00e9\n"),
        ("3", "so\u00adft\n"),
    ):
        for suffix in ("seed", "jsonl"):
            path = tmp_path / f"{name}.{suffix}"
            with open_writer(path) as writer:
                writer.write(Document("d1", text))
                writer.write(Document("d2", text))
            (fixed,) = fix(path, select=["TXT"], unsafe_fixes=True)
            assert fixed.changed
            (again,) = fix(path, select=["TXT"], unsafe_fixes=True)
            assert not again.changed
            assert not (tmp_path / f"{name}.{suffix}.cut").exists()


def test_files_that_are_left_out_are_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from corpusfmt.cli.main import main

    monkeypatch.chdir(tmp_path)
    text = "<<<FILE d1 a>>>\nso\u00adft\n"
    for name in ("a.seed", "b.seed"):
        Path(name).write_text(text, encoding="utf-8")
    Path("corpusfmt.toml").write_text('select = ["TXT"]\n[per-file-ignores]\n"b.seed" = ["TXT006"]\n')
    assert main(["fix", "--unsafe-fixes", "-q", "."]) == 0
    assert Path("a.seed").read_text(encoding="utf-8") == "<<<FILE d1 a>>>\nsoft\n"
    assert Path("b.seed").read_text(encoding="utf-8") == text


def test_one_file_that_cannot_be_fixed_keeps_no_other_from_it(tmp_path: Path) -> None:
    from corpusfmt.cli.main import main

    for name in ("1.seed", "3.seed"):
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf<<<FILE d1 a>>>\nx\n")
    (tmp_path / "2.seed").write_bytes(b"\xff\xfe<\0<\0\0")
    assert main(["fix", *(str(tmp_path / f"{n}.seed") for n in (1, 2, 3))]) == 2
    assert [(tmp_path / f"{n}.seed").read_bytes()[:3] for n in (1, 3)] == [b"<<<"] * 2


def test_what_no_fix_can_write_is_left_and_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from corpusfmt.cli.main import main

    path = tmp_path / "a.seed"
    path.write_bytes(b"<<<FILE d4 c.txt>>>\n\xc2\xad<<<FILE x y>>>\nb\n")
    assert main(["fix", "--unsafe-fixes", "--select", "TXT", str(path)]) == 1
    main(["validate", "--select", "TXT", str(path)])
    assert "the format of this file cannot represent the fix" in capsys.readouterr().out
    (found,) = [finding for finding in validate(path, select=["TXT"]) if finding.no_fix]
    assert found.edit is None
    assert "cannot represent the fix" in found.no_fix
    assert main(["fix", "--unsafe-fixes", "--select", "ALL", "-n", str(path)]) == 1
