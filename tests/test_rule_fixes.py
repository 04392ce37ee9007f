"""Changes that rules make in texts: in the file as in the document, whatever stands around them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt import Document, fix, open_writer, read, registry
from corpusfmt.core.format import ReadOptions, WriteOptions
from corpusfmt.core.rule import Change
from corpusfmt.core.texts import Documents
from tests import strategies
from tests.support import documents, parse, scan, write

CHANGING = ["ENC002", "ENC006", "TXT005", "TXT006", "TXT007", "TXT008", "TXT009"]
FORMATS = [registry.format_named("seed"), registry.format_named("jsonl")]

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


@pytest.mark.parametrize("name", ["seed", "jsonl"])
@given(docs=_docs, data=st.data())
def test_a_change_is_made_in_the_source_as_in_the_text(name: str, docs: list[Document], data: st.DataObject) -> None:
    format = registry.format_named(name)
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
    seed = registry.format_named("seed")
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
    rule = registry.builtin_rules()[code]
    assert rule.start is not None
    check = rule.start()
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{suffix}"
        with open_writer(path) as writer:
            for document in docs:
                writer.write(document)
        before = path.read_bytes()
        hits = list(check(Documents(read(path))))
        (fixed,) = fix(path, codes=[code])
        assert not fixed.changed  # they change texts: never without being asked
        (fixed,) = fix(path, codes=[code], unsafe_fixes=True)
        after = list(read(path))
        assert [(d.id, d.name, d.meta) for d in after] == [(d.id, d.name, d.meta) for d in docs]
        touched = {hit.document.id for hit in hits}
        for old, new in zip(docs, after, strict=True):
            assert old.id in touched or old == new
        assert fixed.changed == (path.read_bytes() != before)
        left = [hit for hit in rule.start()(Documents(after)) if hit.change is not None]
        if suffix == "jsonl":
            assert not left
        (again,) = fix(path, codes=[code], unsafe_fixes=True)
        assert not again.changed


def test_all_changes_of_all_rules_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.seed"
    path.write_bytes(
        "<<<SEED 1>>>\n<<<FILE d1 a>>>\n\ufeffone\r\ntwo\u00ad \\x\n\\<<<FILE y>>>\re\u0301nd\n<<<FILE d2 b>>>\nsame\n".encode()
    )
    (fixed,) = fix(path, codes=CHANGING, unsafe_fixes=True)
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
        (fixed,) = fix(path, codes=["TXT006"], unsafe_fixes=True)
        assert not fixed.changed
        assert path.read_bytes() == before
