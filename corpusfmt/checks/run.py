"""Checking one source: what its format says of it, then the rules, then the schemas. Validating and fixing share it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from corpusfmt import plugins, storage
from corpusfmt.checks.selection import Selection
from corpusfmt.checks.tally import Tally
from corpusfmt.limits import SCHEMA_SECONDS
from corpusfmt.model.document import Document
from corpusfmt.model.errors import ParseError
from corpusfmt.model.finding import Edit, Finding
from corpusfmt.model.format import Batch, Format, WriteOptions
from corpusfmt.model.rule import Check, Hit, Rule, found
from corpusfmt.model.text_search import Documents
from corpusfmt.sources import Reading, bounded, opened, scanned
from corpusfmt.text.display import quoted
from corpusfmt.text.position import Pointer, Region

if TYPE_CHECKING:
    from corpusfmt.schema.json_schema import Schema
    from corpusfmt.schema.relax_ng import Judge


class Against(NamedTuple):
    """What documents are held against. ``schema`` is the path of a RELAX NG schema for XML; without one, the shipped
    schema of their format judges those that were changed. ``engine`` and ``jing`` are as in ``relax_ng.Judge``;
    ``seconds`` are given to compile a schema, and for each document. ``record`` and ``metadata`` are the paths of
    JSON Schemas.
    """

    schema: str = ""
    engine: str = "auto"
    seconds: float = SCHEMA_SECONDS
    jing: str = ""
    record: str = ""
    metadata: str = ""


def is_xml(schema: str) -> bool:
    """Say whether a schema is one of XML: by its name, or because it is XML itself."""
    if schema.lower().endswith(".rng"):
        return True
    return storage.is_regular(schema) and storage.small(schema)[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


#: Why a change that is known is not made.
_NO_EDIT = "no fix can write that in this file; convert it to JSON Lines, fix it there, and convert it back"
_CONVERT = "a digest vouches for this text; convert it to a seed file or JSON Lines, fix it there, and convert it back"
#: Takes the documents of a batch, for what only shows across files.
Collect = Callable[[Batch, Format], None]


class Checking:
    """Checks sources, one after the other. What is expensive to make is made once."""

    def __init__(self, reading: Reading, selection: Selection, against: Against, folder: str = "") -> None:
        """``folder`` is where patterns of files begin. Raises SchemaError and OSError for schemas."""
        self.reading, self.selection, self.against, self.folder = reading, selection, against, folder
        self._pointer = Pointer()
        #: What judges XML, by the name of the schema.
        self.judges: dict[str, Judge] = {}
        if against.schema:
            self._judge(against.schema)
        self._own: dict[str, Schema] = {}
        self.schemas = [
            (code, _compiled(path)) for code, path in (("SCH001", against.record), ("SCH002", against.metadata)) if path
        ]

    def close(self) -> None:
        """Let go of processes."""
        for judge in self.judges.values():
            judge.close()

    @cached_property
    def rules(self) -> list[Rule]:
        """The rules that look at documents."""
        return [rule for rule in self.selection.rules if rule.start]

    def source(self, path: str, tally: Tally, collect: Collect | None = None) -> Iterator[Finding]:
        """Give what is to be told of a source, in order, and count what was looked at.

        Raises OSError, UnknownFormatError, ConfigurationError, and SchemaError for a schema that cannot be used.
        """
        left_out = self.selection.left_out(storage.relative(path, self.folder)) if self.selection.per_file else None
        for finding in self._source(path, tally, collect):
            if not (left_out and self.selection.is_left_out(finding, left_out)):
                yield finding

    def _source(self, path: str, tally: Tally, collect: Collect | None) -> Iterator[Finding]:
        try:
            with opened(path, self.reading) as (stream, format):
                tally.formats[format.name] = None
                stored = not stream.codec
                tally.stored |= {path} if stored else set()
                named = bool(self.against.schema and format.grammar)
                options = self.reading.options_for(format, path, thorough=True)._replace(judged=named)
                checks = self.checks()
                before = 0
                for batch in bounded(scanned(stream, format, options), self.reading.limits):
                    tally.saw(batch)
                    yield from self.batch(batch, stream.name, format, checks, stored=stored, before=before)
                    before += len(batch.documents)
                    if collect is not None:
                        collect(batch, format)
        except ParseError as error:  # from the file layer
            if self.selection.tells(error.finding):
                yield error.finding

    def checks(self) -> list[tuple[Rule, Check]]:
        """Return fresh checks of the rules for one source."""
        return [(rule, rule.start()) for rule in self.rules if rule.start]

    def batch(
        self,
        batch: Batch,
        path: str,
        format: Format,
        checks: Sequence[tuple[Rule, Check]],
        wanted: Callable[[str, bool], bool] | None = None,
        unmade: set[tuple[int, str]] | None = None,
        *,
        stored: bool = False,
        before: int = 0,
    ) -> list[Finding]:
        """Return what is to be told of a batch, in order of place.

        ``wanted`` says whether a change is to be made, from the code of its rule and whether it is safe. With it, of
        the changes of a document only the first, by code, is given: what the others are shows when that is made.
        ``unmade`` gets those that no edit can make, by number of the document and code. ``stored`` is as in Finding;
        ``before`` is the number of documents in the batches before.
        """
        tells = self.selection.tells
        plain = self.selection.is_default
        findings: list[Finding] = []
        if batch.documents:
            documents = Documents(batch.documents)
            changed: set[int] = set()
            numbers: dict[int, int] = {}
            for rule, check in checks:
                for hit in check(documents):
                    numbers = numbers or {id(one): number for number, one in enumerate(documents, before + 1)}
                    number, change = numbers.get(id(hit.document), 0), hit.change
                    makes = wanted is not None and change is not None and wanted(rule.code, change.safe)
                    if not makes or number not in changed:
                        finding = self._finding(rule, hit, batch, path, format)._replace(number=number)
                        findings.append(finding)
                        if makes and finding.edit:
                            changed.add(number)
                        elif makes and unmade is not None:
                            unmade.add((number, rule.code))
            for code, schema in self.schemas:
                findings += self._held(code, schema, batch, path, format, before)
        for region in batch.judge:
            findings += [f for f in self._judged(region, batch, path, format) if plain or tells(f)]
        if (source_byte := batch.source_byte) is not None:
            findings = [finding._replace(byte=source_byte(finding.byte), edit=None) for finding in findings]
        if stored:
            findings = [finding._replace(stored=True) for finding in findings]
        findings = [self._explained(f, batch, format) for f in batch.findings if plain or tells(f)] + findings
        findings.sort(key=lambda finding: finding.byte)
        return findings

    # -- rules ------------------------------------------------------------------------------------------

    def _finding(self, rule: Rule, hit: Hit, batch: Batch, path: str, format: Format) -> Finding:
        origin = hit.document.origin
        assert origin is not None, "a scan gives each document its origin"
        byte = origin.byte if hit.position is None else format.locate(batch.region, hit.document, hit.position)
        edit: Edit | None = None
        hint = hit.hint or rule.advice
        if hit.change is not None and format.rewrite is not None:
            edit = format.rewrite(batch.region, hit.document, hit.change)
            hint = hint if edit else _NO_EDIT
        elif rule.fixable and format.rewrite is None:
            hint = _CONVERT
        near = self._pointer.near(batch.region, byte)
        return found(rule, hit.message, path, near, byte, document=hit.document.id, hint=hint)._replace(edit=edit)

    # -- schemas ----------------------------------------------------------------------------------------

    def _held(
        self, code: str, schema: Schema, batch: Batch, path: str, format: Format, before: int
    ) -> Iterator[Finding]:
        """Give what a JSON Schema has against the records, or the metadata, of documents."""
        about_records = code == "SCH001"
        rule = plugins.builtin_rules()[code]
        records = records_of(batch, format) if about_records else [d.meta_json for d in batch.documents]
        first = schema.first_invalid(records)
        if first < 0 or not any(rule is one for one in self.selection.rules):
            return
        for number, document in enumerate(batch.documents[first:], first):
            record = records[number]
            for violation in schema.violations(record):
                byte = _place(
                    batch.region, document, format, record, violation.offset, violation.pointer, about_records
                )
                near = self._pointer.near(batch.region, byte)
                finding = found(rule, violation.message, path, near, byte, document=document.id, hint=rule.advice)
                yield finding._replace(number=before + number + 1)

    def _judged(self, region: Region, batch: Batch, path: str, format: Format) -> Iterator[Finding]:
        """Give what a RELAX NG schema has against a document."""
        verdicts = self._judge(self.against.schema or format.grammar).check(region)
        if not verdicts:
            return
        rule = plugins.faults()["TEI025"]
        for line, column, message in verdicts:
            byte = _byte(region, line, column)
            near = self._pointer.near(region, byte)
            before = [one for one in batch.documents if one.origin and region.offset <= one.origin.byte <= byte]
            yield found(rule, message, path, near, byte, document=before[-1].id if before else None, hint=rule.advice)

    def _judge(self, schema: str) -> Judge:
        from corpusfmt.schema.relax_ng import Judge

        if schema not in self.judges:
            against = self.against
            self.judges[schema] = Judge(
                schema, engine=against.engine, seconds=against.seconds, jing=against.jing, shipped=not against.schema
            )
        return self.judges[schema]

    def _explained(self, finding: Finding, batch: Batch, format: Format) -> Finding:
        """Say what else the schema has against a record of which a scan tells the first fault: the lack of a key, or
        something at its place.
        """
        if finding.code not in format.schema_codes or self.reading.own or self.reading.shared:
            return finding
        region = batch.region
        begin = region.offset + region.buffer.rfind(b"\n", 0, finding.byte - region.offset) + 1
        found = self._shipped(format.schema).violations(batch.refused, lacked=format.schema_codes[finding.code])
        from corpusfmt.schema.json_schema import MOST

        others = [
            f"{quoted(key)}: {one.message}"
            if (key := one.pointer.partition("/")[2]) and one.keyword != "additionalProperties"
            else one.message
            for one in found
            if begin + one.offset != finding.byte or one.keyword == "required"
        ]
        if not others:
            return finding
        count = f"at least {len(others)}" if len(found) == MOST else f"{len(others)}"
        more = "; ".join(others[:3]) + ("; …" if len(others) > 3 else "")
        return finding._replace(message=f"{finding.message}; and {count} more: {more}")

    def _shipped(self, name: str) -> Schema:
        """Return a schema of a format. It is loaded for records that a scan turned away alone."""
        from corpusfmt.schema.json_schema import Schema

        if name not in self._own:
            self._own[name] = Schema(name, storage.shipped(name))
        return self._own[name]


def records_of(batch: Batch, format: Format) -> list[bytes]:
    """Return the JSON record of each document: as it stands in the source, or as corpusfmt would write it."""
    if format.records is not None:
        return format.records(batch.region, batch.documents)
    writer = plugins.format_named("jsonl").writer(WriteOptions(allow=frozenset({"bytes", "encoding"})))
    return b"".join(writer.encode(batch.documents)).removesuffix(b"\n").split(b"\n")


def _place(
    region: Region, document: Document, format: Format, record: bytes, offset: int, pointer: str, about_record: bool
) -> int:
    """Return the stream offset of what a schema refuses, or of its document where it is not there as it was judged."""
    origin = document.origin
    assert origin is not None, "a scan gives each document its origin"
    if format.records is not None:
        if about_record:
            return origin.byte + offset
        (line,) = format.records(region, [document])
        from corpusfmt.schema.json_schema.pointers import offset_of

        for parent in ("/meta", "/metadata", ""):
            at = offset_of(line, parent + pointer)
            if at is not None:
                return origin.byte + at
    at = -1 if about_record else region.buffer.find(record, origin.byte - region.offset, origin.body - region.offset)
    return origin.byte if at < 0 else region.offset + at + offset


def _compiled(path: str) -> Schema:
    from corpusfmt.schema.json_schema import Schema

    return Schema(path, storage.small(path))


def _byte(region: Region, line: int, column: int) -> int:
    """Return the stream offset of a line and column (in code points; 0 when unknown) that lie in ``region``."""
    start = 0
    for _ in range(line - region.line):
        start = region.buffer.find(b"\n", start) + 1
    before = max(column - 1 - (0 if start else region.column), 0)
    text = region.buffer[start : start + 4 * before].decode("utf-8", "surrogateescape")[:before]
    return region.offset + start + len(text.encode("utf-8", "surrogateescape"))
