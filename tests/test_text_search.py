"""Looking for something in many texts at once, and where it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt import Document
from corpusfmt.model.rule import Change
from corpusfmt.model.text_search import Documents, change_of, position_of, suspects

ENCODINGS = ["utf-8", "cp1252", "koi8-r", "gb18030", "utf-16", "utf-16-le", "utf-32", "utf-8-sig"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("marked", [True, False])
def test_the_place_of_a_character_in_any_encoding(encoding: str, marked: bool) -> None:
    text = "aXbX" if encoding in ("cp1252", "koi8-r") else "ä€\U0001f600XbX"
    data = text.encode(encoding)
    mark = "".encode(encoding)
    if not marked:
        data = data.removeprefix(mark)
    document = Document("d", data, encoding=encoding)
    for index in (text.index("X"), text.rindex("X")):
        at = position_of(document, text, index)
        assert data[at:].decode(encoding.removesuffix("-sig")) == text[index:] or encoding in ("utf-16", "utf-32")
        assert data[at:].startswith("X".encode(encoding).removeprefix(mark))


def test_a_change_is_in_bytes_and_of_utf_8_alone() -> None:
    change = Change(2, 3, "ä".encode())
    assert change_of(Document("d", "é€x"), "é€x", 1, 2, "ä") == change
    assert change_of(Document("d", "é€x".encode()), "é€x", 1, 2, "ä") == change
    assert change_of(Document("d", b"\xe9\x80x", encoding="cp1252"), "é€x", 1, 2, "ä") is None


@given(
    st.lists(
        st.tuples(st.binary(max_size=6) | st.text("ab\x00é", max_size=6), st.sampled_from([None, "utf-8", "cp1252"]))
    )
)
def test_no_document_is_missed(made: list[tuple[bytes | str, str | None]]) -> None:
    docs = [
        Document(f"d{i}", data, encoding=None if isinstance(data, str) else encoding)
        for i, (data, encoding) in enumerate(made)
    ]
    for needle in ("a", "\x00", "é"):

        def look(data: bytes, raw: bytes = needle.encode()) -> bool:
            return raw in data

        expected = []
        for document in docs:
            try:
                text = document.data.decode(document.encoding or "utf-8")
            except UnicodeDecodeError:
                continue
            if needle in text:
                expected.append((document, text))
        assert list(suspects(Documents(docs), look)) == list(suspects(docs, look)) == expected
