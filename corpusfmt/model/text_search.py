"""Searching many texts at once: all of a list first, and single ones only if they may match."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import overload

from corpusfmt.model.document import Document, line_of
from corpusfmt.model.rows import Rows
from corpusfmt.model.rule import Change


class Documents(Sequence[Document]):
    """Documents of one source that are checked together. What rows can tell without their documents, they tell."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents
        self._rows = documents if isinstance(documents, Rows) else None
        self._held: dict[bytes, bool] = {}

    def __len__(self) -> int:
        return len(self._documents)

    @overload
    def __getitem__(self, number: int) -> Document: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Document]: ...
    def __getitem__(self, number: int | slice) -> Document | Sequence[Document]:
        return self._documents[number]

    def __iter__(self) -> Iterator[Document]:
        return iter(self._documents)

    def number_of(self, document: Document) -> int:
        """Return the number of one of them; -1 for another document."""
        return self._rows.number_of(document) if self._rows is not None else self._numbers.get(id(document), -1)

    @cached_property
    def _numbers(self) -> dict[int, int]:
        return {id(document): number for number, document in enumerate(self)}

    @cached_property
    def joined(self) -> bytes:
        """The bytes of all texts, with a line feed between two of them."""
        return self._rows.texts if self._rows is not None else b"\n".join([document.data for document in self])

    def may_hold(self, some: bytes) -> bool:
        """Whether any text may hold these bytes. Those of rows need not be joined for it."""
        known = self._held.get(some)
        if known is None:
            parts = self._rows.values[:2] if self._rows is not None else (self.joined,)
            # One byte is found ten times as fast.
            known = self._held[some] = any(some[:1] in part and some in part for part in parts)
        return known

    @cached_property
    def are_utf8(self) -> bool:
        """Whether no document says that it is in another encoding than UTF-8; its bytes may be in one all the same."""
        return self.are_valid or all(document.encoding is None or document.encoding == "utf-8" for document in self)

    @property
    def are_valid(self) -> bool:
        """Whether all texts are known to be valid UTF-8, and none says that it is in another encoding."""
        return self._rows is not None

    @cached_property
    def blanks(self) -> Sequence[int]:
        """The numbers of those whose texts may be white space alone."""
        return self._rows.blanks if self._rows is not None else range(len(self))

    @cached_property
    def ids(self) -> list[str]:
        """The ids, integers as text."""
        return self._rows.ids if self._rows is not None else [f"{document.id}" for document in self]

    @cached_property
    def names(self) -> list[str]:
        """The names."""
        return self._rows.names if self._rows is not None else [document.name for document in self]

    @cached_property
    def lines(self) -> list[int]:
        """The lines where they begin; 0 where that is not known."""
        return self._rows.lines if self._rows is not None else [line_of(document) for document in self]


def searched(documents: Sequence[Document]) -> Documents:
    """Return documents as those that are checked together."""
    return documents if isinstance(documents, Documents) else Documents(documents)


def suspects(documents: Sequence[Document], look: Callable[[bytes], bool]) -> Iterator[tuple[Document, str]]:
    """Give each document in whose text, as UTF-8, ``look`` finds something, and its text.

    ``look`` must find in several texts that stand one after the other, with a line feed between two, what it finds in
    one of them. Documents that their encoding cannot decode are left out: that is the matter of another rule.
    """
    together = searched(documents)
    if together.are_utf8 and not look(together.joined):
        return
    for document in documents:
        plain = document.encoding is None or document.encoding == "utf-8"
        if plain and not look(document.data):
            continue
        try:
            text = document.data.decode(document.encoding or "utf-8")
        except UnicodeDecodeError:
            continue
        if plain or look(text.encode("utf-8", "surrogatepass")):
            yield document, text


def position_of(document: Document, text: str, index: int) -> int:
    """Return the byte in ``document.data`` at which the code point at ``index`` of its ``text`` begins."""
    if len(text) == len(document.data):
        return index
    encoding = document.encoding or "utf-8"
    mark = "".encode(encoding)  # a byte order mark, which may stand in the data or not
    return len(document.data) - len(text[index:].encode(encoding, "surrogatepass")) + len(mark)


def change_of(document: Document, text: str, start: int, stop: int, replacement: str) -> Change | None:
    """Return the change that puts ``replacement`` for the code points from ``start`` to ``stop`` of a text.

    None where the text is not in UTF-8: it is to be brought to UTF-8 first.
    """
    if document.encoding not in (None, "utf-8"):
        return None
    position = position_of(document, text, start)
    return Change(position, len(text[start:stop].encode()), replacement.encode())
