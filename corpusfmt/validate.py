"""Validating: sources, the same parse that reads them, the rules, findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, NamedTuple

from corpusfmt import registry
from corpusfmt.core.errors import ConfigurationError, ParseError
from corpusfmt.core.finding import Finding
from corpusfmt.core.format import Batch, Format
from corpusfmt.core.rule import Check, Hit, Rule, found
from corpusfmt.core.source import Pointer, Region
from corpusfmt.core.text import quoted
from corpusfmt.core.texts import Documents
from corpusfmt.reading import Reading, Unused, opened, sources
from corpusfmt.writing import named

if TYPE_CHECKING:
    from corpusfmt.judging import Judge


class Against(NamedTuple):
    """What XML documents are held against: ``schema`` is the path of a RELAX NG schema; without one, the shipped schema
    of their format judges those that were changed. ``engine`` and ``jing`` are as in ``corpusfmt.judging.Judge``;
    ``seconds`` are given to compile a schema, and for each document.
    """

    schema: str = ""
    engine: str = "auto"
    seconds: float = 60.0
    jing: str = ""


class Validation:
    """One run over sources. ``documents`` and ``sources`` count what was looked at so far, ``left_behind`` what is no
    document.
    """

    def __init__(
        self,
        asked: Sequence[str],
        reading: Reading,
        extend_select: Sequence[str] = (),
        against: Against | None = None,
    ) -> None:
        """Check what was asked. Raises ConfigurationError, SchemaError, UnknownFormatError and OSError."""
        self.reading = reading.checked()
        self.paths, self.passed_over = sources(asked, self.reading)
        self.rules = registry.chosen_rules(extend_select)
        self.unused = Unused(self.reading)
        self.pointer = Pointer()
        self.documents = self.sources = self.bytes = 0
        self.left_behind: Counter[str] = Counter()
        self.against = against or Against()
        #: What judges, by the name of the schema.
        self.judges: dict[str, Judge] = {}
        if self.against.schema:
            self._judge(self.against.schema)

    def run(self) -> Iterator[Finding]:
        """Give the findings of each source, in order.

        Raises OSError, UnknownFormatError, ConfigurationError, and SchemaError for a schema that cannot be used.
        """
        try:
            yield from self._sources()
        finally:
            for judge in self.judges.values():
                judge.close()

    def _sources(self) -> Iterator[Finding]:
        named = bool(self.against.schema)
        for path in self.paths:
            self.sources += 1
            try:
                with opened(path, self.reading) as (stream, format):
                    self.unused.saw(format, last=path == self.paths[-1])
                    if named and not format.grammar:
                        raise ConfigurationError(f"a RELAX NG schema is for XML, and {path} is {format.title}")
                    checks = [(rule, rule.start()) for rule in self.rules if rule.start]
                    options = self.reading.options_for(format, thorough=True)._replace(judged=named)
                    for batch in format.scan(stream, options):
                        self.documents += len(batch.documents)
                        self.left_behind.update(batch.left_behind)
                        self.bytes = max(self.bytes, stream.position)
                        yield from self._batch(batch, stream.name, format, checks)
            except ParseError as error:  # from the file layer
                yield error.finding

    def _batch(
        self, batch: Batch, path: str, format: Format, checks: Sequence[tuple[Rule, Check]]
    ) -> Iterator[Finding]:
        findings = [self._explained(finding, batch, format) for finding in batch.findings]
        if batch.documents:
            documents = Documents(batch.documents)
            for rule, check in checks:
                findings += [_finding(rule, hit, batch, path, format, self.pointer) for hit in check(documents)]
        for region in batch.judge:
            findings += self._judged(region, batch, path, format)
        findings.sort(key=lambda finding: finding.byte)
        yield from findings

    def _judged(self, region: Region, batch: Batch, path: str, format: Format) -> Iterator[Finding]:
        """Give what a schema has against a document."""
        verdicts = self._judge(self.against.schema or format.grammar).check(region)
        if not verdicts:
            return
        rule = registry.faults()["TEI025"]
        for line, column, message in verdicts:
            byte = _byte(region, line, column)
            near = self.pointer.near(region, byte)
            before = [one for one in batch.documents if one.origin and region.offset <= one.origin.byte <= byte]
            yield found(rule, message, path, near, byte, document=before[-1].id if before else None, hint=rule.advice)

    def _judge(self, schema: str) -> Judge:
        from corpusfmt.judging import Judge

        if schema not in self.judges:
            _, engine, seconds, jing = self.against
            self.judges[schema] = Judge(
                schema, engine=engine, seconds=seconds, jing=jing, shipped=not self.against.schema
            )
        return self.judges[schema]

    def _explained(self, finding: Finding, batch: Batch, format: Format) -> Finding:
        """Say what else the schema has against a record, of which a scan tells the first fault."""
        if finding.code not in format.schema_codes or self.reading.own or self.reading.shared:
            return finding
        from corpusfmt.schema import violations

        others = [
            words for key, words in violations(format.schema, batch.refused) if quoted(key) not in finding.message
        ]
        if not others or finding.code == "JSONL003":
            return finding
        more = "; ".join(others[:3]) + ("; …" if len(others) > 3 else "")
        return finding._replace(message=f"{finding.message}; and {len(others)} more: {more}")


def _byte(region: Region, line: int, column: int) -> int:
    """Return the stream offset of a line and column (in code points; 0 when unknown) that lie in ``region``."""
    start = 0
    for _ in range(line - region.line):
        start = region.buffer.find(b"\n", start) + 1
    before = max(column - 1 - (0 if start else region.column), 0)
    text = region.buffer[start : start + 4 * before].decode("utf-8", "surrogateescape")[:before]
    return region.offset + start + len(text.encode("utf-8", "surrogateescape"))


def _finding(rule: Rule, hit: Hit, batch: Batch, path: str, format: Format, pointer: Pointer) -> Finding:
    origin = hit.document.origin
    assert origin is not None, "a scan gives each document its origin"
    byte = origin.byte if hit.position is None else format.locate(batch.region, hit.document, hit.position)
    near = pointer.near(batch.region, byte)
    line, column, _ = near.place(byte)
    excerpt, caret = near.excerpt(byte)
    return Finding(
        rule.code,
        rule.severity,
        hit.message,
        path,
        line,
        column,
        byte,
        hit.document.id,
        hit.hint or rule.advice,
        excerpt,
        caret,
    )


def validate(
    source: str | PathLike[str] | Sequence[str | PathLike[str]],
    *,
    format: str | None = None,
    options: Mapping[str, str] | None = None,
    encoding: str | None = None,
    id_from: str | None = None,
    max_document: int = Reading().max_document,
    extend_select: Sequence[str] = (),
    schema: str | PathLike[str] | None = None,
    engine: str = "auto",
    schema_timeout: float = 60.0,
) -> Iterator[Finding]:
    """Give the findings of the sources, in order: faults of their formats, then of the rules.

    The arguments are those of :func:`corpusfmt.convert`; ``extend_select`` names rules to run beside the
    default ones, by code or the beginning of one, as those of plug-ins. ``schema`` is the path of a RELAX NG schema
    for XML sources, judged by ``engine`` (auto, lxml or jing); compiling it, and each document, may take
    ``schema_timeout`` seconds. Content never raises; ConfigurationError, UnknownFormatError, SchemaError, PluginError
    and OSError do, the first two before the first finding.
    """
    paths = [source] if isinstance(source, str | PathLike) else list(source)
    reading = Reading(
        format, named(options) if format else {}, {} if format else named(options), encoding, id_from, max_document
    )
    against = Against(fspath(schema) if schema is not None else "", engine, schema_timeout)
    return Validation([fspath(path) for path in paths], reading, extend_select, against).run()
