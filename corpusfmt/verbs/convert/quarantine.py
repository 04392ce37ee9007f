"""Quarantine: refused documents, saved in a seed file with the reason."""

from __future__ import annotations

from corpusfmt import plugins, storage
from corpusfmt.model.document import Document
from corpusfmt.model.errors import ConfigurationError, LossError
from corpusfmt.model.finding import Finding
from corpusfmt.model.format import Format, WriteOptions
from corpusfmt.sniff import suffix_of
from corpusfmt.text.display import quoted


class Quarantine:
    """A seed file of refused documents.

    A document that was read keeps its id, name and text; its metadata stands under ``meta``. One that no seed file can
    hold so, because of its id or its metadata, is kept as a record of JSON Lines. A record that could not be read is
    kept as the bytes it had, under the id ``refused-N``; of one that is over a limit, or of which the end is not known,
    up to 128 KiB. The reason of each stands under ``refused``.
    """

    def __init__(self, path: str, *, force: bool = False) -> None:
        """Raises OSError, and ConfigurationError: without ``force``, for a file of an older run, too."""
        if suffix_of(path) != ".seed":
            raise ConfigurationError(f"the quarantine is a seed file; its name must end in .seed, not {quoted(path)}")
        self._writer = plugins.format_named("seed").writer(WriteOptions())
        self._path, self._force = path, force
        self._check()
        self._output = storage.open_output(path)
        try:
            self._output.write_records([self._writer.begin()])
        except BaseException:  # nobody has this yet to discard it
            self._output.discard()
            raise
        self._count = 0
        self.cut = 0  # records of which perhaps only the beginning is kept

    def _check(self) -> None:
        none = self._writer.begin() + self._writer.end(0)
        if not self._force and storage.is_regular(self._path) and not storage.holds(self._path, none):
            what = f"the quarantine of an earlier run exists ({quoted(self._path)})"
            raise ConfigurationError(f"{what}; name another file, move it away, or replace it with --force")

    def add_document(self, document: Document, error: LossError) -> None:
        """Keep a document that the target could not hold. Raises OSError, and ConfigurationError if that cannot be."""
        first = error.losses[0]
        reason: dict[str, object] = {
            "losses": [{"kind": loss.kind, "message": loss.message} for loss in error.losses],
            "encoding": document.encoding,
            "source": first.path,
            "line": first.line,
            "byte": first.byte,
        }
        self._count += 1
        encoding = "utf-8" if document.encoding == "utf-8" else None
        apart: dict[str, object] = {**reason, "id": document.id, "name": document.name}
        for id, name, why in ((document.id, document.name, reason), (f"refused-{self._count}", "", apart)):
            meta = b'{"refused":%b,"meta":%b}' % (_dump(why), document.meta_json)
            try:
                self._write(Document(id, document.data, name=name, meta=meta, encoding=encoding))
            except (LossError, ValueError):
                continue
            return
        try:
            (record,) = plugins.format_named("jsonl").writer(WriteOptions()).encode([document])
            meta = b'{"refused":%b}' % _dump({**reason, "record": "jsonl"})
            self._write(Document(f"refused-{self._count}", record, meta=meta))
        except (LossError, ValueError):
            what = f"the quarantine cannot hold the document {quoted(str(document.id))}: its header is too large"
            raise ConfigurationError(f"{what} for a seed file, and its text is not in a known encoding") from None

    def add_record(self, finding: Finding, raw: bytes, *, cut: bool) -> None:
        """Keep the bytes of a record that could not be read, or, when it is ``cut``, its beginning. Raises OSError."""
        reason: dict[str, object] = {
            "code": finding.code,
            "message": finding.message,
            "source": finding.path,
            "line": finding.line,
            "byte": finding.byte,
        }
        self._count += 1
        if cut:
            self.cut += 1
            reason["kept"] = f"the first {len(raw):,} bytes"
        meta = b'{"refused":%b}' % _dump(reason)
        self._write(Document(f"refused-{self._count}", raw, meta=meta))

    def _write(self, document: Document) -> None:
        self._output.write_records(self._writer.encode([document]))

    def finish(self) -> None:
        """Make the file durable. Raises OSError."""
        self._output.write_records([self._writer.end(self._count)])
        self._output.finish()

    def reread(self) -> tuple[storage.Input, Format, int]:
        """Open it, after ``finish`` and before ``publish``; with its format and the number of documents in it."""
        return self._output.reread(hashed=True), plugins.format_named("seed"), self._count

    def clear_old(self) -> None:
        """Remove the file of an older run: it does not fit the target that is published next.

        Raises OSError, and ConfigurationError for one that was not there before.
        """
        self._check()
        self._output.clear()

    def publish(self) -> str:
        """Give the file its name and return it. Raises OSError."""
        self._output.publish()
        return self._output.target

    def discard(self) -> None:
        """Leave nothing behind. Does nothing after ``publish``."""
        self._output.discard()


def _dump(reason: dict[str, object]) -> bytes:
    import json

    return json.dumps(reason, separators=(",", ":")).encode("ascii")
