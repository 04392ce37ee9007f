"""Verifying a conversion: the target is read back and compared, and the sections of the receipt are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from corpusfmt import storage
from corpusfmt.model.document import Document
from corpusfmt.model.errors import Loss, ParseError, VerificationError
from corpusfmt.model.finding import Finding
from corpusfmt.model.format import Format, ReadOptions, WriteOptions
from corpusfmt.model.rows import Rows
from corpusfmt.receipt.sections import NAMES, UNLIMITED, Section, digests, reading_back
from corpusfmt.sources.batches import scan, whole
from corpusfmt.targets.settings import Written
from corpusfmt.text.display import quoted, shown
from corpusfmt.verbs.convert.entries import Entries, Entry, of_rows


class Proof:
    """What is known of one conversion. Without a receipt only what is needed to compare is kept."""

    def __init__(self, folder: str, target: str, receipt: str = "") -> None:
        """Put things aside in ``folder``, that of ``target``; ``receipt`` is a path, or empty. Raises OSError."""
        self._entries = Entries(folder, target)
        self._paths = _Paths(receipt) if receipt else None
        self.sections = {name: Section(folder, receipt) for name in NAMES}
        self.checked = 0

    def close(self) -> None:
        """Let go of what was put aside."""
        self._entries.close()
        for section in self.sections.values():
            section.close()

    # -- what happens ------------------------------------------------------------------------------------------

    def read(self, stream: storage.Input, path: str, format: Format, documents: int) -> None:
        """Take note of a source that was read to its end. Raises OSError."""
        if self._paths:
            digest = stream.digest()
            record: dict[str, object] = {"path": self._paths.of(path), "size": stream.raw_position, "sha256": digest}
            record |= {"format": format.name, "documents": documents}
            if path != "-" and not storage.is_regular(path):
                record["pipe"] = True
            self.sections["inputs"].add(record)

    def wrote(self, documents: Sequence[Document], losses: Sequence[Sequence[Loss]]) -> None:
        """Take note of documents that went to the target, and of what each lost, as allowed. Raises OSError."""
        self._entries.add(documents, losses)
        for lost in losses:
            self.lost(lost, allowed=True)

    def lost(self, losses: Iterable[Loss], *, allowed: bool) -> None:
        """Take note of losses. Raises OSError."""
        if self._paths:
            for loss in losses:
                place = {"path": self._paths.of_place(loss.path), "line": loss.line, "byte": loss.byte}
                record = {"document": loss.document, "kind": loss.kind, "allowed": allowed, "message": loss.message}
                self.sections["losses"].add({**record, **place})

    def refused(self, document: str | int | None, why: str, place: Loss | Finding) -> None:
        """Take note of a document or a record that is not in the target: ``why`` is a code, or kinds of loss."""
        if self._paths:
            where = {"path": self._paths.of_place(place.path), "line": place.line, "byte": place.byte}
            self.sections["refused"].add({"document": document, "why": why, "message": place.message, **where})

    def placed(self, paths: Iterable[str]) -> list[str]:
        """Return paths as a receipt has them; that of a folder ends in a slash."""
        of = self._paths.of if self._paths else str
        return [f"{of(path).rstrip('/')}/" if path.endswith("/") else of(path) for path in paths]

    # -- reading back ------------------------------------------------------------------------------------------

    def check(self, files: Iterator[Written], format: Format, options: WriteOptions) -> None:
        """Read what was written and compare it. Raises VerificationError at the first difference, and OSError."""
        for stream, inside in files:
            with stream:
                count = 0
                for documents in _documents(stream, format, _reading(format, options, inside)):
                    count += len(documents)
                    if isinstance(documents, Rows) and self._agree(documents):
                        continue
                    for document in documents:
                        self._compare(document, self._entries.next(), stream.name)
                self.checked += count
                self._file(stream, {"documents": count, **({"inside": inside} if inside else {})})
        left = self._entries.next()
        if left is not None:
            raise VerificationError(f"the output lacks the document {left.label}; nothing was committed")

    def check_aside(self, stream: storage.Input, format: Format, count: int) -> None:
        """Read a file of refused documents, of which there must be ``count``. Raises VerificationError and OSError."""
        with stream:
            found = sum(map(len, _documents(stream, format, UNLIMITED)))
            if found != count:
                raise VerificationError(
                    f"{shown(stream.name)} holds {found} of {count} refused documents; nothing was committed"
                )
            self._file(stream, {"refused": count})

    def beside(self, path: str) -> None:
        """Take note of what was written beside the target. Raises OSError."""
        if self._paths:
            with storage.open_input(path, hashed=True) as stream:
                self._file(stream, {})

    def _agree(self, rows: Rows) -> bool:
        """Say whether rows are what was given, and lost nothing, and then take note of them. Raises OSError."""
        entries, lines = of_rows(rows, listed=self._paths is not None)
        if not self._entries.agree(entries):
            return False
        if lines:
            self.sections["documents"].add_lines(lines, len(rows))
        return True

    def _compare(self, document: Document, entry: Entry | None, name: str) -> None:
        if entry is None:
            what = "an additional document"
        elif not (what := entry.difference(document)):
            if self._paths:
                self._document(document)
            return
        given = f"; it was given {entry.label}" if entry else ""
        raise VerificationError(
            f"the output does not read back: found {what} for document {quoted(str(document.id))}{given}; "
            f"nothing was committed: {shown(name)}"
        )

    def _document(self, document: Document) -> None:
        self.sections["documents"].add(digests(document))

    def _file(self, stream: storage.Input, more: dict[str, object]) -> None:
        if self._paths:
            digest = stream.digest()
            record: dict[str, object] = {"path": self._paths.of(stream.name), "size": stream.raw_position}
            record["sha256"] = digest
            self.sections["outputs"].add({**record, **more})


class _Paths:
    """Paths as a receipt has them: those that are not absolute begin at its folder, so that both can be moved."""

    def __init__(self, receipt: str) -> None:
        self._folder = storage.folder_of(receipt)
        self._last = ("", "")

    def of(self, path: str) -> str:
        if path != self._last[0]:
            kept = path == "-" or storage.is_absolute(path)
            found = path if kept else storage.relative(storage.straight(path), self._folder)
            self._last = path, "./-" if found == "-" and not kept else found
        return self._last[1]

    def of_place(self, path: str) -> str:
        return path if path == "<stdin>" else self.of(path)


def _reading(format: Format, options: WriteOptions, inside: str) -> ReadOptions:
    return reading_back(format, options.own, inside, made="id" in options.allow)


def _documents(stream: storage.Input, format: Format, options: ReadOptions) -> Iterator[Sequence[Document]]:
    """Give the documents of a file that was written. Raises VerificationError for what is no document."""
    try:
        yield from whole(scan(stream, format, options))
    except ParseError as error:
        raise VerificationError(f"the output does not read back: {error}; nothing was committed") from None
