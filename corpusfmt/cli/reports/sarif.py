"""SARIF 2.1.0, which code scanning of GitHub and many editors read. Sections are those of the OASIS standard.

Results are written as they come. The tool, with the rules that occurred, and how the run went stand after them.
"""

from __future__ import annotations

import re
from base64 import b64encode
from contextlib import suppress
from typing import Any, Final

from corpusfmt.cli.printers import dump
from corpusfmt.cli.reports.record import Marks, Summary, Write, uri
from corpusfmt.model.errors import CorpusfmtError
from corpusfmt.model.finding import Edit, Finding, Place
from corpusfmt.model.rule import Rule
from corpusfmt.text.display import shown_halves
from corpusfmt.version import __version__

_HEAD: Final = (
    '{"$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",\n'
    ' "version": "2.1.0",\n "runs": [{"columnKind": "unicodeCodePoints", "results": ['
)
_WORDS: Final = re.compile("[A-Za-z0-9]+")


class Report:
    """Prints results as they come."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._before = "\n  "
        self._marks = Marks()
        #: The codes that occurred, each with its place in the list of rules, and the severity it had first.
        self._codes: dict[str, int] = {}
        self._severities: list[str] = []

    def begin(self) -> None:
        """Begin the run and its results."""
        self._write(_HEAD)

    def finding(self, finding: Finding) -> None:
        """Print a result on a line of its own."""
        if finding.code not in self._codes:
            self._codes[finding.code] = len(self._codes)
            self._severities.append(finding.severity)
        result: dict[str, Any] = {
            "ruleId": shown_halves(finding.code),
            "ruleIndex": self._codes[finding.code],
            "level": finding.severity,
            "message": _message(finding.message, finding.hint),
        }
        if finding.path:
            result["locations"] = [_location(finding, stored=finding.stored)]
        if finding.related:
            result["relatedLocations"] = [
                {"id": number, **_location(place._replace(path=place.path or finding.path), stored=False)}
                for number, place in enumerate(finding.related)
            ]
        result["partialFingerprints"] = {"corpusfmtContent/v1": self._marks.of(finding)}
        if finding.edit is not None and finding.path and finding.stored:
            result.update(_fixes(finding.path, finding.edit))
        if finding.document is not None:
            result["properties"] = {"document": shown_halves(str(finding.document))}
        self._write(self._before + dump(result))
        self._before = ",\n  "

    def end(self, summary: Summary) -> None:
        """End the results; print the tool, how the run went, and the sums."""
        invocation: dict[str, Any] = {"executionSuccessful": summary.error is None}
        if summary.error is not None:
            invocation["toolExecutionNotifications"] = [{"level": "error", "message": _message(summary.error)}]
        driver = {"name": "corpusfmt", "version": __version__, "rules": self._rules()}
        rest = {
            "tool": {"driver": driver},
            "invocations": [invocation],
            "properties": {
                "documents": summary.documents,
                "sources": summary.sources,
                "hidden": {shown_halves(code): count for code, count in sorted(summary.hidden.items())},
                "baselined": summary.baselined,
            },
        }
        self._write(f"\n ], {dump(rest)[1:]}]}}\n")

    def _rules(self) -> list[dict[str, Any]]:
        """Return the rules that occurred, in the order of their first results."""
        known = _known() if self._codes else {}
        return [
            _descriptor(shown_halves(code), severity, known.get(code))
            for code, severity in zip(self._codes, self._severities, strict=True)
        ]


def _known() -> dict[str, Rule]:
    from corpusfmt.plugins import codes

    try:
        return {rule.code: rule for rule in codes()}
    except CorpusfmtError:  # a broken plug-in, which is what stopped the run; the report is whole without the rules
        return {}


def _descriptor(code: str, severity: str, rule: Rule | None) -> dict[str, Any]:
    """Return a rule as a reportingDescriptor (3.49)."""
    if rule is None:
        return {"id": code, "defaultConfiguration": {"level": severity}}
    name = "".join([word[0].upper() + word[1:] for word in _WORDS.findall(rule.summary)])
    return {
        "id": code,
        **({"name": name} if name else {}),
        "shortDescription": _message(rule.summary),
        "fullDescription": _message(rule.why),
        "help": _message(rule.advice),
        "defaultConfiguration": {"level": rule.severity},
    }


def _message(text: str, hint: str = "") -> dict[str, str]:
    """Return a message (3.11). Braces are doubled (3.11.5), and nothing in it can become a link (3.11.6)."""
    said = shown_halves(f"{text}\n{hint}" if hint else text).replace("{", "{{").replace("}", "}}")
    return {"text": said.replace("](", "]\\(") or "-"}  # an empty one is not allowed (3.11.8)


def _location(at: Finding | Place, *, stored: bool) -> dict[str, Any]:
    """Return where something is, as a location (3.28)."""
    region = {}
    if at.line > 0:
        region["startLine"] = at.line
        if at.column > 0:
            region["startColumn"] = at.column
    if at.byte >= 0 and stored:
        region["byteOffset"] = at.byte
    place: dict[str, Any] = {"artifactLocation": {"uri": uri(at.path)}}
    if region:
        place["region"] = region
    return {"physicalLocation": place}


def _fixes(path: str, edit: Edit) -> dict[str, Any]:
    """Return an edit as fixes (3.55), or nothing for one that is made by writing the file anew.

    The region is one of bytes, so the content is binary (3.57.2); text, where it is that, is for the eye.
    """
    if edit.byte < 0 or not (edit.length or edit.replacement):
        return {}
    change: dict[str, Any] = {"deletedRegion": {"byteOffset": edit.byte, "byteLength": edit.length}}
    if edit.replacement:
        content = {"binary": b64encode(edit.replacement).decode()}
        with suppress(UnicodeDecodeError):
            content["text"] = edit.replacement.decode()
        change["insertedContent"] = content
    said = "loses nothing" if edit.safe else "may change the text: review it first"
    changes = [{"artifactLocation": {"uri": uri(path)}, "replacements": [change]}]
    return {"fixes": [{"description": {"text": said}, "artifactChanges": changes}]}
