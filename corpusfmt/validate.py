"""Validating: sources, the same parse that reads them, the rules, findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike, fspath

from corpusfmt import registry
from corpusfmt.core.errors import ParseError
from corpusfmt.core.finding import Finding
from corpusfmt.core.format import Batch, Format
from corpusfmt.core.rule import Check, Hit, Rule
from corpusfmt.core.source import Pointer
from corpusfmt.core.text import quoted
from corpusfmt.reading import Reading, Unused, opened, sources
from corpusfmt.writing import named


class Validation:
    """One run over sources. ``documents`` and ``sources`` count what was looked at so far, ``left_behind`` what is no
    document.
    """

    def __init__(self, asked: Sequence[str], reading: Reading, extend_select: Sequence[str] = ()) -> None:
        """Check what was asked. Raises ConfigurationError, UnknownFormatError and OSError."""
        self.reading = reading.checked()
        self.paths, self.passed_over = sources(asked, self.reading)
        self.rules = registry.chosen_rules(extend_select)
        self.unused = Unused(self.reading)
        self.pointer = Pointer()
        self.documents = self.sources = self.bytes = 0
        self.left_behind: Counter[str] = Counter()

    def run(self) -> Iterator[Finding]:
        """Give the findings of each source, in order. Raises OSError, UnknownFormatError."""
        for path in self.paths:
            self.sources += 1
            try:
                with opened(path, self.reading) as (stream, format):
                    self.unused.saw(format, last=path == self.paths[-1])
                    checks = [(rule, rule.start()) for rule in self.rules if rule.start]
                    for batch in format.scan(stream, self.reading.options_for(format, thorough=True)):
                        self.documents += len(batch.documents)
                        self.left_behind.update(batch.left_behind)
                        self.bytes = max(self.bytes, stream.position)
                        yield from self._batch(batch, stream.name, format, checks)
            except ParseError as error:  # from the file layer
                yield error.finding

    def _batch(
        self, batch: Batch, path: str, format: Format, checks: Sequence[tuple[Rule, Check]]
    ) -> Iterator[Finding]:
        found = [self._explained(finding, batch, format) for finding in batch.findings]
        if batch.documents:
            for rule, check in checks:
                found += [_finding(rule, hit, batch, path, format, self.pointer) for hit in check(batch.documents)]
        found.sort(key=lambda finding: finding.byte)
        yield from found

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
) -> Iterator[Finding]:
    """Give the findings of the sources, in order: faults of their formats, then of the rules.

    The arguments are those of :func:`corpusfmt.convert`; ``extend_select`` names rules to run beside the
    default ones, by code or the beginning of one, as those of plug-ins. Content never raises; ConfigurationError,
    UnknownFormatError, PluginError and OSError do, the first two before the first finding.
    """
    paths = [source] if isinstance(source, str | PathLike) else list(source)
    reading = Reading(
        format, named(options) if format else {}, {} if format else named(options), encoding, id_from, max_document
    )
    return Validation([fspath(path) for path in paths], reading, extend_select).run()
