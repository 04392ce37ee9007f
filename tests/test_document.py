"""The Document: what it is made of, when two are equal, what it refuses."""

from __future__ import annotations

import pickle
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from corpusfmt import Document, Metadata, ParseError
from corpusfmt.model.document import build
from tests import strategies


def test_text_and_bytes_are_two_views() -> None:
    document = Document("d1", "naïve", name="a.txt", meta={"k": 1})
    assert (document.data, document.encoding, document.text) == ("naïve".encode(), "utf-8", "naïve")
    legacy = Document("d1", "naïve".encode("cp1252"), name="a.txt", meta=b'{"k":1}', encoding="cp1252")
    assert legacy.text == "naïve"
    assert legacy.utf8() == "naïve".encode()
    assert legacy == document
    assert document.utf8() == document.data
    assert Document("d1", "naïve".encode()).utf8() == "naïve".encode()


def test_bytes_of_unknown_encoding_are_compared_as_bytes() -> None:
    one = Document("d1", b"caf\xe9")
    assert one == Document("d1", b"caf\xe9")
    assert one != Document("d1", b"caf\xe8")
    assert one != Document("d1", "caf\u00e9")
    assert one != Document("d1", b"caf\xe9", encoding="cp1252")
    with pytest.raises(ParseError, match="0xe9 at 3"):
        one.text  # noqa: B018


@pytest.mark.parametrize("other", [Document(7, "t"), Document("8", "t"), Document("7", "u"), Document("7", "t", name="n"),
                                   Document("7", "t", meta={"a": 1}), "7"])  # fmt: skip
def test_what_makes_documents_differ(other: Any) -> None:
    assert Document("7", "t") != other


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("", "t"), ValueError), ((None, "t"), TypeError), ((True, "t"), TypeError), ((1.5, "t"), TypeError),
        (("a\ud800", "t"), ValueError), (("a", "\ud800"), ValueError), ((10**1000, "t"), ValueError),
    ],
)  # fmt: skip
def test_what_no_document_can_be(arguments: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        Document(*arguments)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"name": None}, TypeError),
        ({"meta": [1]}, TypeError),
        ({"meta": "{}"}, TypeError),
        ({"encoding": "no-such"}, ValueError),
    ],
)
def test_what_no_document_can_have(options: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        Document("a", b"b", **options)
    with pytest.raises(TypeError, match="a text must be str or bytes"):
        Document("a", None)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize(
    "meta",
    [b"[]", b"{", b'{"a":NaN}', b'{"a":\xff}', {"a": float("nan")}, {"a": {1, 2}}, {1: "a"}, b"[" * 600, b"{}{}"],
)
def test_what_no_metadata_can_be(meta: Any) -> None:
    with pytest.raises(ValueError, match=r"metadata|JSON|utf-8"):
        Document("d1", "t", meta=meta)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (Document("d", b"\xff\xfea\0", encoding="utf-16"), Document("d", b"\xfe\xff\0a", encoding="utf-16"), True),
        (Document("d", b"\xff\xfea\0", encoding="utf-16"), Document("d", b"\xff\xfeb\0", encoding="utf-16"), False),
        (Document("d", b"\x81", encoding="ascii"), Document("d", b"\x81", encoding="ascii"), True),
        (Document("d", b"\x81", encoding="ascii"), Document("d", b"\x82", encoding="ascii"), False),
        (Document("d", b"\x81", encoding="ascii"), Document("d", b"\x81"), False),
    ],
)
def test_texts_are_equal_by_their_characters(one: Document, other: Document, equal: bool) -> None:
    assert (one == other) == (other == one) == equal


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (b'{"a":1}', b'{ "a" : 1 }', True), (b'{"a":1}', b'{"a":1.0}', False), (b'{"a":1e2}', b'{"a":100}', False),
        (b'{"a":1,"b":2}', b'{"b":2,"a":1}', False), (b'{"a":"\\u00e9"}', '{"a":"é"}'.encode(), True),
        (b'{"a":"\\/"}', b'{"a":"/"}', True), (b"{}", b"{ }", True), (b'{"a":-0}', b'{"a":0}', False),
    ],
)  # fmt: skip
def test_metadata_is_equal_by_value_and_numbers_by_spelling(one: bytes, other: bytes, equal: bool) -> None:
    assert (Metadata.of(one) == Metadata.of(other)) == equal
    if equal:
        assert hash(Metadata.of(one)) == hash(Metadata.of(other))


def test_metadata_is_a_mapping_that_nothing_done_to_a_value_changes() -> None:
    meta = Document("d1", "t", meta={"a": [1, {"b": 2}], "c": None}).meta
    assert dict(meta) == {"a": [1, {"b": 2}], "c": None}
    assert list(meta) == ["a", "c"]
    assert len(meta) == 2
    meta["a"].append("x")
    assert meta["a"] == [1, {"b": 2}]
    assert meta == {"a": [1, {"b": 2}], "c": None}
    assert meta != {"a": 1}
    assert meta != {1: 2}
    assert meta != {"a": float("nan")}
    assert meta != [("a", [1, {"b": 2}]), ("c", None)]
    assert Document("d2", "", meta=meta).meta_json == meta.json
    assert Metadata.of(meta) is meta
    assert Metadata.of(None) == {}
    with pytest.raises(TypeError):
        meta["a"] = 1  # type: ignore[index]  # wrong on purpose


def test_numbers_that_python_cannot_hold_come_as_decimals() -> None:
    meta = Metadata.of(b'{"big":' + b"9" * 5000 + b',"far":1e400,"near":1.5,"int":12,"tiny":-2E-400,"zero":0e-9}')
    assert meta["big"] == Decimal("9" * 5000)
    assert meta["far"] == Decimal("1e400")
    assert meta["tiny"] == Decimal("-2E-400")
    assert (meta["zero"], type(meta["zero"])) == (0, float)
    assert Metadata.of(b'{"a":1e-9999999999999999999999}')["a"] == Decimal("1E-999999")
    assert (meta["near"], meta["int"]) == (1.5, 12)


def test_a_lone_surrogate_in_metadata_is_carried_as_its_escape() -> None:
    document = Document("d1", "t", meta={"a": "\ud800"})
    assert document.meta_json == b'{"a":"\\ud800"}'
    assert document.meta["a"] == "\ud800"


@given(strategies.metadata)
def test_metadata_made_from_its_own_values_spells_one_line(raw: bytes) -> None:
    meta = Metadata.of(raw)
    assert b"\n" not in meta.json
    assert list(meta) == list(dict(meta))


def test_repr_is_short() -> None:
    assert repr(Document("d1", "t" * 1000, name="n")) == "<Document 'd1', name='n', 1000 bytes>"


FIELDS = ["id", "name", "data", "encoding", "meta_json", "_origin", "_meta", "text", "meta", "origin", "other"]


@pytest.mark.parametrize("made", [Document("d", "t"), build("d", "n", b"t", None, b"{}", ("a", 0, 1, 2))])
@pytest.mark.parametrize("field", FIELDS)
def test_a_document_cannot_be_changed(made: Document, field: str) -> None:
    before = repr(made)
    with pytest.raises(AttributeError, match=rf"cannot be changed \('{field}'\); its method replace"):
        setattr(made, field, "x")
    with pytest.raises(AttributeError, match="cannot be changed"):
        delattr(made, field)
    assert type(made) is Document
    assert repr(made) == before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Document("d", "naïve"), Document("d", "naïve".encode())),
        (Document("d", "naïve"), Document("d", "naïve".encode("cp1252"), encoding="cp1252")),
        (Document("d", b"\xff\xfea\0", encoding="utf-16"), Document("d", b"\xfe\xff\0a", encoding="utf-16")),
        (Document("d", b"\x81", encoding="ascii"), Document("d", b"\x81", encoding="ascii")),
        (Document("d", b"\xff"), Document("d", b"\xff", encoding="utf-8")),
        (Document("d", "t", meta=b'{"a":"\\u00e9"}'), Document("d", "t", meta={"a": "é"})),
        (Document(7, "t", name="n"), build(7, "n", b"t", None, b"{ }", ("a.seed", 0, 1, 2))),
    ],
)
def test_equal_documents_have_one_hash(one: Document, other: Document) -> None:
    assert one == other
    assert hash(one) == hash(other)
    assert len({one, other}) == 1


@given(strategies.any_documents, strategies.any_documents)
def test_hash_agrees_with_equality(one: Document, other: Document) -> None:
    assert one != other or hash(one) == hash(other)
    assert hash(pickle.loads(pickle.dumps(one))) == hash(one)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Document("d", b"na\xefve", name="n", meta={"a": 1}, encoding="cp1252")),
        ({"id": 7}, Document(7, "naïve", name="n", meta={"a": 1})),
        ({"text": "né"}, Document("d", "né", name="n", meta={"a": 1})),
        ({"text": b"\xe9"}, Document("d", "é", name="n", meta={"a": 1})),
        ({"text": ""}, Document("d", "", name="n", meta={"a": 1})),
        ({"name": ""}, Document("d", "naïve", meta={"a": 1})),
        ({"meta": {}}, Document("d", "naïve", name="n")),
        ({"meta": b'{"b":2}'}, Document("d", "naïve", name="n", meta={"b": 2})),
        ({"encoding": "koi8-r"}, Document("d", "naОve", name="n", meta={"a": 1})),
    ],
)
def test_replace_makes_another_document(changes: Any, expected: Document) -> None:
    document = build("d", "n", b"na\xefve", "cp1252", b'{"a":1}', ("a.seed", 3, 4, 5))
    other = document.replace(**changes)
    assert other == expected
    assert other.origin == document.origin == ("a.seed", 3, 4, 5)
    assert document == Document("d", "naïve", name="n", meta={"a": 1})


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"id": ""}, ValueError),
        ({"encoding": "no-such"}, ValueError),
        ({"data": b""}, TypeError),
        ({"meta": 1}, TypeError),
    ],
)
def test_replace_refuses_what_no_document_can_be(changes: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        Document("d", "t").replace(**changes)
