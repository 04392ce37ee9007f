"""Ids for documents without one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from corpusfmt.model.document import Document, build
from corpusfmt.model.errors import ParseError
from corpusfmt.model.format import Batch
from corpusfmt.model.rows import Rows


class Made(str):
    """An id that was made. With ``path`` it stands for one that :func:`made_ids` makes."""

    __slots__ = ()


def make_id(how: str, name: str, line: int, data: bytes) -> str:
    """Make an id: the name, the number of the line where the record begins, or the SHA-256 of the text.

    The result is empty when ``how`` is name and there is none.
    """
    if how == "name":
        return Made(name)
    if how == "line":
        return Made(line)
    if how == "path":
        return Made("path")
    from hashlib import sha256

    return Made(sha256(data).hexdigest())


def made_ids(batches: Iterable[Batch], stem: str) -> Iterator[Batch]:
    """Give what a scan gives, with the positions of the documents whose ids were made.

    With a ``stem`` these ids are made of it: the stem itself for the only record of a source, with the number of the
    record where there are several. A refused record counts. What comes before the second record waits for it.
    """
    if not stem:
        for batch in batches:
            made = _made(batch)
            if made and isinstance(batch.documents, Rows):  # its ids are what they are to be
                yield batch._replace(made=frozenset(made))
                continue
            yield _renamed(batch, {at: str(batch.documents[at].id) for at in made}) if made else batch
        return
    held: list[Batch] = []
    records = 0
    failure: ParseError | None = None
    try:
        for batch in batches:
            before, records = records, records + _records(batch)
            # Where the bytes of a batch stand in its source can be asked until the next one comes.
            if records == 0 or records > 1 or batch.source_byte is not None:
                first = before - sum(map(_records, held))
                yield from _numbered([*held, batch], stem, first, several=records > 1)
                held.clear()
            else:
                held.append(batch)
    except ParseError as error:
        failure = error
    yield from _numbered(held, stem, 0, several=failure is not None)
    if failure is not None:
        raise failure


def _records(batch: Batch) -> int:
    refused = batch.findings[-1].severity == "error" if batch.findings else False
    return len(batch.documents) + refused + sum(batch.counted.values())


def _numbered(batches: Iterable[Batch], stem: str, before: int, *, several: bool) -> Iterator[Batch]:
    for batch in batches:
        ids = {at: f"{stem}-{before + at + 1}" if several else stem for at in _made(batch)}
        before += _records(batch)
        yield _renamed(batch, ids) if ids else batch


def _made(batch: Batch) -> list[int]:
    if isinstance(batch.documents, Rows):
        return batch.documents.made
    return [at for at, document in enumerate(batch.documents) if type(document.id) is Made]


def _renamed(batch: Batch, ids: dict[int, str]) -> Batch:
    documents = [with_id(one, ids[at]) if at in ids else one for at, one in enumerate(batch.documents)]
    return batch._replace(documents=documents, made=frozenset(ids))


def with_id(document: Document, id: str) -> Document:
    """Return a document with another id, and the rest as it is."""
    _, name, data, encoding, meta, origin = document.__reduce__()[1]
    return build(id, name, data, encoding, meta, origin)
