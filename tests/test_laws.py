"""The laws: one test each, over every format and every way of writing it."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusfmt import plugins
from corpusfmt.model.document import Document
from corpusfmt.model.errors import LossError, ParseError
from corpusfmt.model.format import Format, ReadOptions, WriteOptions, options_for
from corpusfmt.model.loss_kinds import ALLOWABLE
from tests import strategies
from tests.support import ROOT, documents, findings, parse, scan, write


class Variant:
    """A format with one choice of its options: what one can write, and how it is read again."""

    def __init__(self, format: Format, own: dict[str, str]) -> None:
        self.format, self.own = format, own

    @property
    def reading(self) -> ReadOptions:
        known = options_for(self.format, "read")
        return ReadOptions(own={k: v for k, v in self.own.items() if k in known})

    @property
    def writing(self) -> WriteOptions:
        return WriteOptions(own=self.own)

    def __str__(self) -> str:
        return ",".join([self.format.name, *self.own.values()])

    def __repr__(self) -> str:
        return str(self)


def _variants() -> list[Variant]:
    found = []
    for format in plugins.formats().values():
        if format.one_per_file:  # a folder is no stream: its laws are in test_dir.py
            continue
        choices = [o for o in options_for(format, "write").values() if o.choices]
        found += [
            Variant(format, {o.name: v for o, v in zip(choices, values, strict=True)})
            for values in product(*(o.choices for o in choices))
        ]
    return found


VARIANTS = _variants()
every_variant = pytest.mark.parametrize("variant", VARIANTS, ids=str)
every_format = pytest.mark.parametrize("name", plugins.formats())


def carried(variant: Variant, docs: list[Document]) -> list[Document]:
    return [document for document in docs if not variant.format.losses(document, variant.writing)]


@every_variant
@given(docs=strategies.corpora)
def test_law_1_what_a_format_carries_comes_back(variant: Variant, docs: list[Document]) -> None:
    kept = carried(variant, docs)
    data = write(variant.format, kept, variant.writing)
    assert parse(variant.format, data, options=variant.reading) == kept


@every_variant
@given(docs=strategies.corpora)
def test_law_2_what_it_does_not_carry_is_refused_by_name(variant: Variant, docs: list[Document]) -> None:
    for document in docs:
        losses = variant.format.losses(document, variant.writing)
        if losses:
            assert {loss.document for loss in losses} == {document.id}
            with pytest.raises(LossError) as caught:
                write(variant.format, [document], variant.writing)
            assert {loss.kind for loss in caught.value.losses} == {loss.kind for loss in losses}
            assert all(loss.kind in variant.format.cannot for loss in losses)


#: No format holds it.
ABSURD = Document("x", b"\xff", name="n" * 1_000_001)


@every_variant
@settings(max_examples=settings().max_examples // 3)
@given(before=strategies.corpora, refused=strategies.corpora, after=strategies.corpora)
def test_law_2_a_writer_that_refuses_is_as_if_it_had_not_been_asked(
    variant: Variant, before: list[Document], refused: list[Document], after: list[Document]
) -> None:
    writer, other = (variant.format.writer(variant.writing) for _ in range(2))
    wanted, found = [], []
    for docs in (before, [*refused, ABSURD], [*before, *refused], after, *([document] for document in refused)):
        if carried(variant, docs) == docs:
            wanted += [other.begin(), *other.encode(docs)]
            found += [writer.begin(), *writer.encode(docs)]
        else:
            with pytest.raises(LossError):
                writer.encode(docs)
    assert found == wanted


@every_variant
@given(docs=strategies.corpora)
def test_an_allowed_loss_is_written_and_read(variant: Variant, docs: list[Document]) -> None:
    options = variant.writing._replace(allow=frozenset(ALLOWABLE))
    reading = variant.reading._replace(id_from="sha256")
    back = parse(variant.format, write(variant.format, docs, options), options=reading)
    assert len(back) == len(docs)
    for document, again in zip(docs, back, strict=True):
        if not variant.format.losses(document, options):
            assert again == document


@every_variant
@given(docs=strategies.corpora.filter(bool))
def test_law_3_sniffers_exclude_each_other(variant: Variant, docs: list[Document]) -> None:
    kept = carried(variant, docs)
    if kept:
        data = write(variant.format, kept, variant.writing)
        assert [f.name for f in plugins.formats().values() if f.sniff(data[:8192])] == [variant.format.name]


broken = st.one_of(
    st.binary(max_size=200),
    strategies.texts.map(str.encode),
    strategies.broken_archives,
    strategies.broken_tei,
    st.lists(
        st.sampled_from(
            [b"<<<FILE a b>>>", b"<<<FILE", b"<<<SEED 1>>>", b"<<<SEED 2>>>", b"<<<META {", b'<<<META {"a":1}>>>', b"\n",
             b"\\ No newline at end of file", b"\\", b'{"id":"a","text":"b"}', b'{"id":', b'"', b"\\ud800", b"\xff", b"\r\n",
             b"\xef\xbb\xbf", b"[" * 600, b"{}", b"\x00", b" ", b">>>", b'"\\u0061"', b"1e999", b"NaN", b'"text":"x",', b"<<file x y>>"]
        ),
        max_size=12,
    ).map(b"".join),
)  # fmt: skip


@every_format
@given(data=broken)
def test_law_4_any_bytes_parse_or_say_where(name: str, data: bytes) -> None:
    format = plugins.format_named(name)
    try:
        parse(format, data)
    except ParseError as error:
        assert 0 <= error.finding.byte <= len(data)
        assert error.finding.code in plugins.faults()


@every_variant
@given(docs=strategies.text_corpora, cut=st.floats(0, 1), junk=st.binary(max_size=5))
def test_law_4_holds_for_damaged_files(variant: Variant, docs: list[Document], cut: float, junk: bytes) -> None:
    data = write(variant.format, carried(variant, docs), variant.writing)
    at = int(len(data) * cut)
    for damaged in (data[:at], data[:at] + junk + data[at:], data[:at] + junk + data[at + len(junk) :]):
        for batch in scan(variant.format, damaged, options=variant.reading):
            for document in batch.documents:
                origin = document.origin
                assert origin is not None
                assert 0 <= origin.byte <= origin.body <= len(damaged)


@every_variant
@given(data=broken)
def test_law_5_writing_what_was_read_is_a_fixed_point(variant: Variant, data: bytes) -> None:
    docs = carried(variant, documents(scan(variant.format, data, options=variant.reading)))
    once = write(variant.format, docs, variant.writing)
    again = parse(variant.format, once, options=variant.reading)
    assert again == docs
    assert write(variant.format, again, variant.writing) == once


@every_variant
@given(docs=strategies.corpora, data=broken, size=st.integers(1, 40))
def test_law_6_chunking_does_not_matter(variant: Variant, docs: list[Document], data: bytes, size: int) -> None:
    for source in (write(variant.format, carried(variant, docs), variant.writing), data):
        whole = scan(variant.format, source, options=variant.reading)
        pieces = scan(variant.format, source, size, options=variant.reading)
        assert documents(pieces) == documents(whole)
        assert [d.origin for d in documents(pieces)] == [d.origin for d in documents(whole)]
        assert [f[:9] + f[12:] for f in findings(pieces)] == [f[:9] + f[12:] for f in findings(whole)]


@every_format
def test_law_7_same_documents_same_bytes(name: str) -> None:
    program = f"""
import sys
from corpusfmt import plugins, Document
from corpusfmt.model.format import WriteOptions
writer = plugins.format_named({name!r}).writer(WriteOptions(allow=frozenset({ALLOWABLE!r})))
docs = [Document(f"d{{i}}", "t\u00e9xt\\n" * i, name=f"n{{i}}", meta={{"k": i, "a": {{"z": 1, "b": [1.0]}}}}) for i in range(20)]
sys.stdout.buffer.write(writer.begin() + b"".join(writer.encode(docs)) + writer.end(len(docs)))
"""
    outputs = set()
    for seed, zone, locale in (("1", "UTC", "C"), ("99", "Pacific/Kiritimati", "C.UTF-8")):
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale, "PYTHONPATH": str(ROOT)}
        outputs.add(subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, check=True).stdout)
    assert len(outputs) == 1


@pytest.mark.parametrize("code", [code for code, fault in plugins.faults().items() if fault.bad])
def test_law_8_an_edit_clears_its_finding_and_adds_none(code: str) -> None:
    fault = plugins.faults()[code]
    if code.startswith("FILE"):
        return
    format = plugins.format_named(fault.example)
    data = fault.bad
    assert isinstance(data, bytes)
    for _ in range(3):
        edits = [f.edit for f in findings(scan(format, data)) if f.edit is not None]
        if not edits:
            break
        before = len(findings(scan(format, data)))
        at, length, replacement, _ = edits[0]
        data = data[:at] + replacement + data[at + length :]
        assert len(findings(scan(format, data))) == before - 1


def _pairs() -> list[Any]:
    """All pairs. The usual run takes those that show two formats together, or a variant on one side, for the first time."""
    shown: set[tuple[str, str]] = set()
    pairs = []
    for one, other in product(VARIANTS, VARIANTS):
        shows = {(one.format.name, other.format.name), (str(one), ""), ("", str(other))}
        pairs.append(pytest.param(one, other, marks=pytest.mark.deep if shows <= shown else ()))
        shown |= shows
    return pairs


@pytest.mark.parametrize(("one", "other"), _pairs(), ids=str)
@given(docs=strategies.corpora)
def test_law_9_every_pair(one: Variant, other: Variant, docs: list[Document]) -> None:
    start = parse(one.format, write(one.format, carried(one, docs), one.writing), options=one.reading)
    through = carried(other, start)
    middle = parse(other.format, write(other.format, through, other.writing), options=other.reading)
    back = parse(one.format, write(one.format, middle, one.writing), options=one.reading)
    assert back == through


@every_variant
@given(docs=strategies.text_corpora, at=st.floats(0, 1))
def test_locate_finds_the_byte_of_a_text_in_the_file(variant: Variant, docs: list[Document], at: float) -> None:
    data = write(variant.format, carried(variant, docs), variant.writing)
    for batch in scan(variant.format, data, options=variant.reading):
        for document in batch.documents:
            position = int(len(document.data) * at)
            byte = variant.format.locate(batch.region, document, position)
            assert 0 <= byte <= len(data)
            char = document.data[position : position + 1]
            if char.isalnum():
                assert data[byte : byte + 1] in (char, b"\\")


@every_format
@given(data=broken, position=st.integers(0, 100))
def test_resync_finds_a_place_to_go_on(name: str, data: bytes, position: int) -> None:
    format = plugins.format_named(name)
    if format.resync is not None and position <= len(data):
        at = format.resync(data, position)
        assert at == -1 or position <= at <= len(data)
