"""Checking one source: its format, then the rules, then the schemas. Validating and fixing share it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from corpusfmt import plugins, sniff, storage
from corpusfmt.checks.selection import Selection
from corpusfmt.limits import SCHEMA_SECONDS
from corpusfmt.model.document import Document
from corpusfmt.model.errors import CorpusfmtError, ParseError
from corpusfmt.model.finding import Edit, Finding
from corpusfmt.model.format import Batch, Format, WriteOptions
from corpusfmt.model.rows import Rows
from corpusfmt.model.rule import Check, Hit, Rule, found
from corpusfmt.model.text_search import searched
from corpusfmt.rules.metadata_schema import RULE as METADATA
from corpusfmt.rules.record_schema import RULE as RECORD
from corpusfmt.sources.batches import bounded, enough, scanned, together
from corpusfmt.sources.files import opened
from corpusfmt.sources.settings import Reading
from corpusfmt.text.display import quoted
from corpusfmt.text.position import Pointer, Region

if TYPE_CHECKING:
    from corpusfmt.schema.json_schema.validator import Schema, Violation
    from corpusfmt.schema.relax_ng.validator import Validator


class Against(NamedTuple):
    """Which schemas documents are validated with. ``schema`` is the path of a RELAX NG schema for XML; without one, the
    included schema of the format validates changed documents. ``engine`` and ``jing`` are as in ``relax_ng.Validator``;
    ``seconds`` is the time limit for compiling a schema, and for each document. ``record`` and ``metadata`` are the
    paths of JSON Schemas.
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
_NO_EDIT = (
    "the format of this file cannot represent the fix; convert it to JSON Lines, fix it there, and convert it back"
)
_CONVERT = "a digest protects this text; convert it to a seed file or JSON Lines, fix it there, and convert it back"
_OTHER_ENCODING = "the file is not in UTF-8; convert it to UTF-8 first"
#: For so many refused records of a source, the other violations of the schema are reported.
_EXPLAINED = 100
#: Takes the documents of a batch, for what only shows across files.
Collect = Callable[[Batch, Format], None]


class Tally:
    """Counts documents, sources and findings, also those that are not reported.

    ``counts`` and ``severities`` count all findings but known ones, which ``known`` counts; ``hidden`` counts by code
    those that the cap left out. ``marks`` has what a baseline needs of each source, when it is asked for; ``unseen``
    what a baseline knows and was not found, by source.
    """

    def __init__(self) -> None:
        self.documents = self.sources = self.known = 0
        self.dropped: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.severities: Counter[str] = Counter()
        self.hidden: Counter[str] = Counter()
        self.marks: dict[str, Counter[str]] = {}
        self.unseen: dict[str, Counter[str]] = {}
        #: What a baseline of an older version knows, by source, as this version writes it.
        self.renewed: dict[str, Counter[str]] = {}
        #: The sources of which offsets are those of the file as it is stored.
        self.stored: set[str] = set()
        #: The names of the formats that sources were in, and the engines of each schema, as sets with an order.
        self.formats: dict[str, None] = {}
        self.engines: dict[str, dict[str, None]] = {}

    def saw(self, batch: Batch) -> None:
        """Count what a batch holds."""
        self.documents += len(batch.documents)
        self.dropped.update(batch.dropped)

    def found(self, finding: Finding, cap: int) -> bool:
        """Count a finding. Say whether it is one of the first ``cap`` of its code; 0 is no cap."""
        self.counts[finding.code] += 1
        self.severities[finding.severity] += 1
        if cap and self.counts[finding.code] > cap:
            self.hidden[finding.code] += 1
            return False
        return True

    def counted(self, code: str, count: int) -> None:
        """Count errors of which no findings are given: more than the cap was of this code are."""
        self.counts[code] += count
        self.severities["error"] += count
        self.hidden[code] += count

    def add(self, other: Tally) -> None:
        """Add what was counted elsewhere, but for findings that are still to be reported here."""
        self.documents += other.documents
        self.sources += other.sources
        self.known += other.known
        for name in ("dropped", "counts", "severities", "hidden"):
            getattr(self, name).update(getattr(other, name))
        self.marks.update(other.marks)
        self.unseen.update(other.unseen)
        self.renewed.update(other.renewed)
        self.stored |= other.stored
        self.formats.update(other.formats)
        for schema, engines in other.engines.items():
            self.engines.setdefault(schema, {}).update(engines)


class _Untold(NamedTuple):
    """Counts errors of rules after so many of a code were ``told``, unless the code begins as one ``left_out``."""

    tally: Tally
    told: int
    left_out: tuple[str, ...]

    def after(self, rule: Rule, most: int) -> range:
        """Return after how many findings of a rule, of ``most``, the next is only counted."""
        if rule.severity != "error" or rule.code.startswith(self.left_out):
            return range(0)
        return range(self.told, most)


class Elsewhere:
    """Says whether a file of ``paths`` has a name that pointers may refer to. It remembers a hash of each name.

    Files are searched at the first such pointer.
    """

    def __init__(self, reading: Reading, paths: Sequence[str]) -> None:
        self._reading, self._paths = reading, paths
        self._names: set[int] | None = None

    def __call__(self, name: str) -> bool:
        """Say whether one has it. A file that cannot be read has none: reading it says why."""
        if self._names is None:
            self._names = set()
            for path in self._paths:
                format = self._format(path)
                if format is not None and format.shared_names is not None:
                    with suppress(CorpusfmtError, OSError), self._opened(path) as stream:
                        self._names.update(map(hash, format.shared_names(stream)))
        return hash(name) in self._names

    def _format(self, path: str) -> Format | None:
        name = self._reading.at(path).format
        return plugins.format_named(name) if name else sniff.format_for_suffix(path)

    def _opened(self, path: str) -> storage.Input:
        reading = self._reading
        return storage.open_input(path, ratio=reading.limits.ratio, root=reading.root(path))


class Checking:
    """Checks sources, one after the other. What is expensive to make is made once."""

    def __init__(self, reading: Reading, selection: Selection, against: Against) -> None:
        """Raises SchemaError and OSError for schemas."""
        self.reading, self.selections, self.against = reading, selection, against
        #: What is selected for the source at hand.
        self.selection = selection
        self._elsewhere = Elsewhere(reading, reading.beside) if len(reading.beside) > 1 else None
        self._pointer = Pointer()
        #: What validates XML, by the name of the schema.
        self.validators: dict[str, Validator] = {}
        if against.schema:
            self._validator(against.schema)
        self._schemas_of_formats: dict[str, Schema] = {}
        self._counts = Counter[str]()  # of the findings of rules and schemas about the source at hand
        self.schemas = [
            (code, _compiled(path))
            for code, path in ((RECORD.code, against.record), (METADATA.code, against.metadata))
            if path
        ]

    def close(self) -> None:
        """Stop the validating processes."""
        for validator in self.validators.values():
            validator.close()
        for schema in (*self._schemas_of_formats.values(), *[schema for _, schema in self.schemas]):
            schema.close()

    @property
    def rules(self) -> list[Rule]:
        """The rules that look at documents of the source at hand."""
        return [rule for rule in self.selection.rules if rule.start]

    def begin(self, path: str) -> frozenset[str]:
        """Begin with a source. Returns the beginnings of codes that are not reported for it."""
        self.selection = self.selections.at(path)
        return self.selection.left_out(path)

    def source(self, path: str, tally: Tally, collect: Collect | None = None, *, told: int = 0) -> Iterator[Finding]:
        """Yield the findings to report for a source, in order, and count documents and sources.

        With ``told``, records that are refused after so many of the same code may only be counted; so are errors of
        rules.

        Raises OSError, UnknownFormatError, ConfigurationError, and SchemaError for a schema that cannot be used.
        """
        left_out = self.begin(path)
        for finding in self._source(path, tally, collect, left_out, told):
            if not (left_out and self.selection.is_left_out(finding, left_out)):
                yield finding

    def _source(
        self, path: str, tally: Tally, collect: Collect | None, left_out: frozenset[str], told: int
    ) -> Iterator[Finding]:
        try:
            with opened(path, self.reading) as (stream, format):
                tally.formats[format.name] = None
                stored = not stream.codec
                tally.stored |= {path} if stored else set()
                named = bool(self.against.schema and format.grammar)
                options = self.reading.options_for(format, path, thorough=True)
                options = options._replace(validating=named, elsewhere=self._elsewhere, told=told, keeps_refused=False)
                checks = self.checks(format)
                untold = _Untold(tally, told, tuple(left_out)) if told else None
                before = 0
                batches = bounded(scanned(stream, format, options, self.reading.progress), self.reading.limits)
                for batch in together(self.explained(one, format) for one in batches):
                    tally.saw(batch)
                    for code, count in batch.counted.items():
                        if code not in left_out and code not in self.selection.ignore:
                            tally.counted(code, count)
                    yield from self.batch(
                        batch, stream.name, format, checks, stored=stored, before=before, untold=untold
                    )
                    before += len(batch.documents)
                    if collect is not None:
                        collect(batch, format)
        except ParseError as error:  # from the file layer
            if self.selection.reports(error.finding):
                yield error.finding

    def checks(self, format: Format) -> list[tuple[Rule, Check]]:
        """Return fresh checks of the rules for one source, of which nothing has been reported yet."""
        self._counts.clear()
        fitting = (rule for rule in self.rules if format.names_files or not rule.file_names)
        return [(rule, rule.start()) for rule in fitting if rule.start]

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
        untold: _Untold | None = None,
    ) -> list[Finding]:
        """Return the findings to report for a batch, in order of position.

        ``wanted`` says whether a change is to be made, from the code of its rule and whether it is safe. With it, of
        the changes of a document only the first, by code, is given: what the others are shows when that is made.
        ``unmade`` gets those that no edit can make, by number of the document and code. ``stored`` is as in Finding;
        ``before`` is the number of documents in the batches before. ``untold`` takes the errors of rules of which no
        findings are made.
        """
        reports = self.selection.reports
        plain = self.selection.is_default
        findings: list[Finding] = []
        if batch.documents:
            documents = searched(batch.documents)
            changed: set[int] = set()
            for rule, check in checks:
                only_counted = untold.after(rule, self.reading.limits.warnings) if untold else range(0)
                for hit in check(documents):
                    if untold and self._counts[rule.code] in only_counted:
                        self._counts[rule.code] += 1
                        untold.tally.counted(rule.code, 1)
                        continue
                    at, change = documents.number_of(hit.document), hit.change
                    number = before + at + 1 if at >= 0 else 0
                    if wanted is None or change is None or not wanted(rule.code, change.safe):
                        if self._counts[rule.code] <= self.reading.limits.warnings:
                            findings += self._counted(
                                self._finding(rule, hit, batch, path, format)._replace(number=number)
                            )
                    elif number not in changed:
                        finding = self._finding(rule, hit, batch, path, format)._replace(number=number)
                        findings.append(finding)
                        if finding.edit:
                            changed.add(number)
                        elif unmade is not None:
                            unmade.add((number, rule.code))
            for code, schema in self.schemas:
                findings += self._held(code, schema, batch, path, format, before)
        for region in batch.to_validate:
            findings += [f for f in self._validated(region, batch, path, format) if plain or reports(f)]
        if (source_byte := batch.source_byte) is not None:
            findings = [_elsewhere(finding, source_byte) for finding in findings]
        if stored:
            findings = [finding._replace(stored=True) for finding in findings]
        findings = [one for one in batch.findings if plain or reports(one)] + findings
        if format.one_per_file:
            findings = [finding._replace(by_path=True) for finding in findings]
        findings.sort(key=lambda finding: finding.byte)
        return findings

    # -- rules ------------------------------------------------------------------------------------------

    def _finding(self, rule: Rule, hit: Hit, batch: Batch, path: str, format: Format) -> Finding:
        origin = hit.document.origin
        assert origin is not None, "a scan gives each document its origin"
        byte = origin.byte if hit.position is None else format.locate(batch.region, hit.document, hit.position)
        edit: Edit | None = None
        no_fix = ""
        if hit.change is not None and format.rewrite is None:
            no_fix = _CONVERT
        elif hit.change is not None and format.rewrite is not None:
            edit = format.rewrite(batch.region, hit.document, hit.change)
            no_fix = "" if edit else _NO_EDIT
        hint = no_fix or hit.hint or rule.advice
        context = self._pointer.context(batch.region, byte)
        finding = found(rule, hit.message, path, context, byte, document=hit.document.id, hint=hint)
        return finding._replace(edit=edit, places=hit.places, related=hit.related, no_fix=no_fix)

    # -- schemas ----------------------------------------------------------------------------------------

    def _held(
        self, code: str, schema: Schema, batch: Batch, path: str, format: Format, before: int
    ) -> Iterator[Finding]:
        """Give what a JSON Schema has against the records, or the metadata, of documents."""
        about_records = code == RECORD.code
        rule = plugins.builtin_rules()[code]
        if self._counts[code] > self.reading.limits.warnings or not any(rule is one for one in self.selection.rules):
            return
        records = records_of(batch, format) if about_records else metadata_of(batch.documents)
        for number in schema.doubtful(records):
            document, record = batch.documents[number], records[number]
            violations = schema.violations(record, self.reading.limits.warnings + 1 - self._counts[code])
            for violation, byte in zip(
                violations, _places(batch.region, document, format, record, violations, about_records), strict=True
            ):
                context = self._pointer.context(batch.region, byte)
                finding = found(rule, violation.message, path, context, byte, document=document.id, hint=rule.advice)
                yield from self._counted(finding._replace(number=before + number + 1))
            if self._counts[code] > self.reading.limits.warnings:
                return

    def _counted(self, finding: Finding) -> list[Finding]:
        """Return a finding of a rule or schema as it is to be reported, or what says that there are too many."""
        told = enough(finding, self._counts, self.reading.limits.warnings)
        return [told] if told is not None and (told is finding or self.selection.reports(told)) else []

    def _validated(self, region: Region, batch: Batch, path: str, format: Format) -> Iterator[Finding]:
        """Give what a RELAX NG schema has against a document."""
        room = self.reading.limits.warnings + 1 - self._counts[format.grammar_code]
        verdicts = self._validator(self.against.schema or format.grammar).check(region, room) if room > 0 else []
        if not verdicts:
            return
        rule = next(one for one in format.faults if one.code == format.grammar_code)
        for line, column, message, at in verdicts:
            byte = at if at >= 0 else _byte(region, line, column)
            context = self._pointer.context(region, byte)
            before = [one for one in batch.documents if one.origin and region.offset <= one.origin.byte <= byte]
            id = before[-1].id if before else None
            yield from self._counted(found(rule, message, path, context, byte, document=id, hint=rule.advice))

    def _validator(self, schema: str) -> Validator:
        from corpusfmt.schema.relax_ng.validator import Validator

        if schema not in self.validators:
            against = self.against
            self.validators[schema] = Validator(
                schema, engine=against.engine, seconds=against.seconds, jing=against.jing, shipped=not against.schema
            )
        return self.validators[schema]

    def explained(self, batch: Batch, format: Format) -> Batch:
        """Return a batch that says what else the schema has against a record of which a scan tells the first fault."""
        last = batch.findings[-1] if batch.findings else None
        if (
            last is None
            or last.code not in format.schema_codes
            or self._counts[last.code] >= _EXPLAINED
            or self._laid_out(last.path)
            or not self.selection.reports(last)
        ):
            return batch
        return batch._replace(findings=[*batch.findings[:-1], self._explained(last, batch, format)])

    def _explained(self, finding: Finding, batch: Batch, format: Format) -> Finding:
        """Say it of the lack of a key, or of something at its place."""
        self._counts[finding.code] += 1
        region = batch.region
        begin = region.offset + region.buffer.rfind(b"\n", 0, finding.byte - region.offset) + 1
        found = self._shipped(format.schema).violations(batch.refused, lacked=format.schema_codes[finding.code])
        from corpusfmt.schema.json_schema.validator import MOST

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

    def _laid_out(self, path: str) -> bool:
        """Say whether options may give a source another layout than the shipped schema has."""
        here = self.reading.at(path)
        return bool(here.own or here.shared or here.preset)

    def _shipped(self, name: str) -> Schema:
        """Return a schema of a format. It is loaded for records that a scan turned away alone."""
        from corpusfmt.schema.json_schema.validator import Schema

        if name not in self._schemas_of_formats:
            self._schemas_of_formats[name] = Schema(name, storage.shipped(name))
        return self._schemas_of_formats[name]


def metadata_of(documents: Sequence[Document]) -> Sequence[bytes]:
    """Return the metadata of each document as JSON."""
    return documents.metadata if isinstance(documents, Rows) else [document.meta_json for document in documents]


def records_of(batch: Batch, format: Format) -> Sequence[bytes]:
    """Return the JSON record of each document: as it stands in the source, or as corpusfmt would write it. White space
    may follow.
    """
    if format.records is not None:
        return format.records(batch.region, batch.documents)
    writer = plugins.format_named("jsonl").writer(WriteOptions(allow=frozenset({"bytes", "encoding"})))
    return writer.encode(batch.documents)


def _places(
    region: Region, document: Document, format: Format, record: bytes, found: Sequence[Violation], about_record: bool
) -> list[int]:
    """Return the stream offsets of violations, or of their document if it is not stored as it was validated."""
    origin = document.origin
    assert origin is not None, "a scan gives each document its origin"
    if format.records is not None and about_record:
        return [origin.byte + one.offset for one in found]
    start = -1
    if not about_record:
        start = region.buffer.find(record, origin.byte - region.offset, origin.body - region.offset)
    there = [origin.byte if start < 0 else region.offset + start + one.offset for one in found]
    if format.records is not None:
        from corpusfmt.schema.json_schema.pointers import offsets_of

        (line,) = format.records(region, [document])
        for number, at in enumerate(offsets_of(line, [one.pointer for one in found], ("/meta", "/metadata", ""))):
            if at is not None:
                there[number] = origin.byte + at
    return there


def _compiled(path: str) -> Schema:
    from corpusfmt.schema.json_schema.validator import Schema

    return Schema(path, storage.small(path))


def _byte(region: Region, line: int, column: int) -> int:
    """Return the stream offset of a line and column (in code points; 0 when unknown) that lie in ``region``."""
    start = 0
    for _ in range(line - region.line):
        start = region.buffer.find(b"\n", start) + 1
    before = max(column - 1 - (0 if start else region.column), 0)
    text = region.buffer[start : start + 4 * before].decode("utf-8", "surrogateescape")[:before]
    return region.offset + start + len(text.encode("utf-8", "surrogateescape"))


def _elsewhere(finding: Finding, source_byte: Callable[[int], int]) -> Finding:
    """Return a finding with the offset in the source, whose bytes are others than those that were read."""
    no_fix = _OTHER_ENCODING if finding.edit else finding.no_fix
    return finding._replace(byte=source_byte(finding.byte), edit=None, no_fix=no_fix)
