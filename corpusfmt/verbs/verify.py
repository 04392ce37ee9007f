"""Verifying the files of a conversion, and the documents in them, with its receipt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from corpusfmt import plugins, storage
from corpusfmt.model.document import Document
from corpusfmt.model.errors import ConfigurationError, CorpusfmtError, ReceiptError, SourceChangedError
from corpusfmt.model.format import Format, ReadOptions, applicable, check_options
from corpusfmt.model.limit_table import HIGHEST
from corpusfmt.receipt.sections import Receipt, digests, reading_back
from corpusfmt.sources.batches import scan, whole
from corpusfmt.text.display import quoted

#: What a receipt speaks of.
SIDES = ("inputs", "outputs")
#: No file holds as many documents.
_MANY: Final = 1 << 62


class Discrepancy(NamedTuple):
    """One difference from the receipt. ``kind`` is missing, changed, document or uncommitted.

    ``path`` is that of the file, or of the receipt; ``document`` is the id of the document, if the difference is in
    one.
    """

    kind: str
    path: str
    message: str
    document: str | int | None = None


class Verification:
    """One verification. ``files`` and ``documents`` count what matches, ``unchecked`` inputs that were not files."""

    def __init__(self, path: str, only: Sequence[str] = SIDES, *, quick: bool = False) -> None:
        """``quick`` compares files alone, by their digests.

        Raises OSError, ConfigurationError, and ReceiptError for what is no receipt, or is not as it was written.
        """
        if unknown := sorted(set(only) - set(SIDES)):
            raise ConfigurationError(f"a receipt has {' and '.join(SIDES)}, not {quoted(unknown[0])}")
        self._receipt = Receipt(path)
        self._only, self._quick = only, quick
        self._folder = storage.folder_of(path)
        self._check_sums()
        self.files = self.documents = self.unchecked = 0

    def run(self) -> Iterator[Discrepancy]:
        """Yield the differences from the receipt, file by file. Raises OSError and ReceiptError."""
        receipt = self._receipt
        if receipt.head.get("committed") is not True:
            yield Discrepancy("uncommitted", receipt.path, "the conversion of this receipt committed nothing")
        if "inputs" in self._only:
            for record in receipt.section("inputs"):
                if record.get("path") == "-" or record.get("pipe") is True:
                    self.unchecked += 1
                else:
                    yield from self._file(record)
        if "outputs" in self._only:
            documents = receipt.section("documents")
            for record in receipt.section("outputs"):
                yield from self._file(record)
                some = islice(documents, record.get("documents", 0))
                if "documents" in record and not self._quick:
                    yield from self._documents(record, some)
                for _ in some:  # what is left of a file that could not be read to its end
                    pass

    def _check_sums(self) -> None:
        """Check that what the receipt counts is what it lists. Raises ReceiptError."""
        head, listed = self._receipt.head, self._receipt.counts
        said = head.get("counts")
        counts: dict[str, Any] = said if isinstance(said, dict) else {}
        read, written, refused = (counts.get(name, -1) for name in ("read", "written", "refused"))
        held = [record.get("documents", 0) for record in self._receipt.section("outputs")]
        if not all(type(one) is int and 0 <= one < _MANY for one in (read, written, refused, *held)):
            raise self._damaged()
        allowed = {one.get("kind") for one in self._receipt.section("losses") if one.get("allowed") is True}
        lost = head.get("lost")
        whole = head.get("committed") is not True or (
            listed["refused"] == refused
            and listed["documents"] == written == sum(held) == head.get("verified")
            and allowed == set(lost if isinstance(lost, dict) else ())
        )
        if read != written + refused or not whole:
            raise ReceiptError(
                f"the receipt {quoted(self._receipt.path, 400)} is damaged: its counts do not match its lists"
            )

    def _damaged(self) -> ReceiptError:
        return ReceiptError(f"the receipt {quoted(self._receipt.path, 400)} is damaged: a field was changed")

    def _text(self, record: Mapping[str, Any], key: str) -> str:
        value = record.get(key)
        if not isinstance(value, str) or "\0" in value:
            raise self._damaged()
        return value

    def _file(self, record: Mapping[str, Any]) -> Iterator[Discrepancy]:
        path = storage.within(self._folder, self._text(record, "path"))
        if not storage.is_regular(path):
            what = "is no longer a file" if storage.exists(path) else "does not exist"
            yield Discrepancy("missing", path, f"the file {what}")
            return
        was, size = record.get("size"), storage.size_of(path)
        if not isinstance(was, int) or was < 0:
            raise self._damaged()
        told = "the file is not the one in the receipt"
        if size != was:
            yield Discrepancy("changed", path, f"{told}; it has {size:,} bytes and had {was:,}")
            return
        try:
            with storage.open_input(path, hashed=True, plain=True) as stream:
                digest = stream.digest()
        except SourceChangedError as error:
            yield Discrepancy("changed", path, str(error))
            return
        if digest == self._text(record, "sha256"):
            self.files += 1
        else:
            yield Discrepancy("changed", path, told)

    def _documents(self, record: Mapping[str, Any], expected: Iterator[dict[str, Any]]) -> Iterator[Discrepancy]:
        """Give the first document of a file that is not as the receipt says. Missing files are already reported."""
        path = storage.within(self._folder, self._text(record, "path"))
        if not storage.is_regular(path):
            return
        format, options = self._reading(record)
        number = 0
        try:
            with storage.open_input(path, plain=format.one_per_file, ratio=HIGHEST.ratio) as stream:
                for document in chain.from_iterable(whole(scan(stream, format, options))):
                    number += 1
                    was = next(expected, None)
                    if was is None:
                        yield Discrepancy("document", path, "the file has more documents than before", document.id)
                        return
                    if what := _difference(was, document):
                        yield Discrepancy("document", path, f"document {number}: {what}", document.id)
                        return
                    self.documents += 1
        except ReceiptError:
            raise
        except SourceChangedError as error:
            yield Discrepancy("changed", path, str(error))
            return
        except CorpusfmtError as error:
            yield Discrepancy("document", path, f"the file cannot be read: {error}")
            return
        if was := next(expected, None):
            id = quoted(str(was.get("id")))
            yield Discrepancy("document", path, f"the file ends before the document {id}")

    def _reading(self, record: Mapping[str, Any]) -> tuple[Format, ReadOptions]:
        target = self._receipt.head.get("target")
        if not isinstance(target, dict):
            raise self._damaged()
        format = plugins.format_named(self._text(target, "format"))
        own = target.get("options")
        if not isinstance(own, dict) or not all(isinstance(value, str) for value in own.values()):
            raise self._damaged()
        known = applicable(format, "read", own)
        check_options(format, "read", known)
        inside = self._text(record, "inside") if "inside" in record else ""
        return format, reading_back(format, known, inside, made=target.get("ids_made") is True)


def _difference(was: dict[str, Any], document: Document) -> str:
    """Say what of a document is not as a receipt has it; nothing when all is."""
    found = digests(document)
    if (type(was.get("id")), was.get("id")) != (type(document.id), document.id):
        return f"its id was {quoted(str(was.get('id')))} and is {quoted(str(document.id))}"
    if was.get("name") != document.name:
        return f"its name was {quoted(str(was.get('name')))} and is {quoted(document.name)}"
    if was.get("sha256") != found["sha256"]:
        return "its text was changed"
    return "its metadata was changed" if was.get("metadata") != found.get("metadata") else ""
