"""JUnit XML, as Jenkins, GitLab and pytest write and read it.

A suite a source, in it a test case a code. Counts stand in front, so findings are kept until the end. There are no
times and no host: equal runs give equal reports. The first suite is the run itself, so that there always is a test.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from corpusfmt.cli.reports.record import Summary, Write, slashed
from corpusfmt.cli.reports.text import Report as TextReport
from corpusfmt.model.finding import Finding
from corpusfmt.text.display import XML, harmless, shown

#: What XML 1.0 (production 2) cannot hold, not even as a reference.
_NO_CHARACTERS: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Report:
    """Keeps findings, and prints all at the end."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._sources: dict[str, dict[str, list[Finding]]] = {}

    def begin(self) -> None:
        """Print nothing."""

    def finding(self, finding: Finding) -> None:
        """Keep a finding."""
        self._sources.setdefault(finding.path, {}).setdefault(finding.code, []).append(finding)

    def end(self, summary: Summary) -> None:
        """Print the report."""
        errors = int(summary.error is not None)
        failures = [sum(map(_fails, codes.values())) for codes in self._sources.values()]
        tests = 1 + sum(map(len, self._sources.values()))
        self._write('<?xml version="1.0" encoding="UTF-8"?>\n')
        counts = {"tests": tests, "failures": sum(failures), "errors": errors}
        self._write(f"{_tag('testsuites', {'name': 'corpusfmt', **counts})}\n")
        self._write(_run(summary))
        for (path, codes), failed in zip(self._sources.items(), failures, strict=True):
            name = slashed(path) or "corpus"
            counts = {"tests": len(codes), "failures": failed, "errors": 0}
            self._write(f" {_tag('testsuite', {'name': name, **counts})}\n")
            for code, findings in codes.items():
                self._write(_case(name, code, findings))
            self._write(" </testsuite>\n")
        self._write("</testsuites>\n")


def _fails(findings: Sequence[Finding]) -> bool:
    return any(finding.severity != "note" for finding in findings)


def _run(summary: Summary) -> str:
    """Return the suite of the run: its sums, and a test case that fails when something stopped it."""
    sums = {
        "documents": summary.documents,
        "sources": summary.sources,
        "baselined": summary.baselined,
        **{f"hidden {code}": count for code, count in sorted(summary.hidden.items())},
    }
    error = _error(summary)
    lines = [_tag("testsuite", {"name": "corpusfmt", "tests": 1, "failures": 0, "errors": int(bool(error))})]
    lines.append(" <properties>")
    lines += [f"  {_tag('property', {'name': name, 'value': value}, empty=True)}" for name, value in sums.items()]
    lines.append(" </properties>")
    lines.append(f" {_tag('testcase', {'classname': 'corpusfmt', 'name': 'run'})}{error}</testcase>")
    lines.append("</testsuite>")
    return "".join([f" {line}\n" for line in lines])


def _error(summary: Summary) -> str:
    """Return the element that says what stopped the run, or nothing."""
    if summary.error is None:
        return ""
    return f"{_tag('error', {'message': summary.error, 'type': 'error'})}{_escaped(summary.error)}</error>"


def _case(classname: str, code: str, findings: Sequence[Finding]) -> str:
    """Return a test case. It has one failure at most: of several Jenkins keeps one."""
    inside = ""
    failed = [finding for finding in findings if finding.severity != "note"]
    notes = [finding for finding in findings if finding.severity == "note"]
    if failed:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        head = {"message": failed[0].message + more, "type": failed[0].severity}
        inside += f"{_tag('failure', head)}{_escaped(_printed(failed))}</failure>"
    if notes:
        inside += f"<system-out>{_escaped(_printed(notes))}</system-out>"
    return f"  {_tag('testcase', {'classname': classname, 'name': code})}{inside}</testcase>\n"


def _printed(findings: Sequence[Finding]) -> str:
    """Return findings as people are shown them."""
    lines: list[str] = []
    report = TextReport(lines.append)
    for finding in findings:
        report.finding(finding)
    return "".join(lines)


def _tag(name: str, attributes: Mapping[str, str | int], *, empty: bool = False) -> str:
    said = "".join([f' {key}="{_attribute(str(value))}"' for key, value in attributes.items()])
    return f"<{name}{said}{'/' if empty else ''}>"


def _attribute(text: str) -> str:
    return _escaped(text).replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")


def _escaped(text: str) -> str:
    """Return ``text`` for XML, in ASCII; what XML cannot hold is shown as an escape."""
    text = _NO_CHARACTERS.sub(lambda match: shown(match[0]), text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    return harmless(text.encode("ascii", "xmlcharrefreplace").decode(), XML)
