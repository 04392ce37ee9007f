"""An edit of a report is one of the file as it is stored: none is offered in what is compressed or in another encoding."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import zstandard

import corpusfmt
from corpusfmt import Edit, Finding, ParseError, plugins
from corpusfmt.checks.run import Against, Checking
from corpusfmt.checks.selection import Selection
from corpusfmt.cli.reports.record import Summary, reporter
from corpusfmt.model.document import build
from corpusfmt.model.format import Batch
from corpusfmt.model.rule import Change, Hit, Rule
from corpusfmt.sources.settings import Reading
from corpusfmt.text.position import Region
from tests.support import command

#: The examples that give edits, each a file of its own.
EXAMPLES = [
    (rule, data, plugins.format_named(rule.example))
    for rule in plugins.codes()
    for data in (rule.bad if isinstance(rule.bad, tuple) else (rule.bad,))
    if not rule.max_document and not data.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd"))
]
#: How a file is stored, and what it is called; the last says whether the bytes are those that are read.
STORED: dict[str, tuple[Callable[[bytes], bytes], str, bool]] = {
    "plain": (bytes, "plain.{suffix}", True),
    "plain of another name": (bytes, "plain.gz.data", True),
    "gzip": (gzip.compress, "packed.{suffix}.gz", False),
    "gzip of another name": (gzip.compress, "packed.{suffix}", False),
    "zstd of another name": (zstandard.ZstdCompressor().compress, "packed.{suffix}", False),
}


def reported(findings: Sequence[Finding], report: str) -> list[dict[str, Any]]:
    printed: list[str] = []
    made = reporter(report, printed.append)
    made.begin()
    for finding in findings:
        made.finding(finding)
    made.end(Summary(0, 0, {}, {}, {}, 0, {}, [], None))
    if report == "jsonl":
        return [json.loads(line) for line in printed]
    whole: dict[str, Any] = json.loads("".join(printed))
    return whole["findings"] if report == "json" else whole["runs"][0]["results"]  # type: ignore[no-any-return]


def edits_of(findings: Sequence[Finding], report: str) -> list[tuple[str, Edit]]:
    """The edits in a report, as whoever makes them reads it: the code, and what becomes of which bytes."""
    found = []
    for one in reported(findings, report):
        if report != "sarif":
            if edit := one["edit"]:
                made = Edit(edit["byte"], edit["length"], b64decode(edit["replacement"]), edit["safe"])
                found.append((one["code"], made))
            continue
        region = one["locations"][0]["physicalLocation"].get("region", {})
        for fix in one.get("fixes", []):
            (change,) = fix["artifactChanges"]
            (replacement,) = change["replacements"]
            assert "byteOffset" in region
            gone = replacement["deletedRegion"]
            new = b64decode(replacement.get("insertedContent", {}).get("binary", ""))
            found.append((one["ruleId"], Edit(gone["byteOffset"], gone["byteLength"], new)))
    return found


@pytest.mark.parametrize("how", STORED)
def test_edits_of_reports_are_those_of_the_file(how: str, tmp_path: Path) -> None:
    store, name, plain = STORED[how]
    with_edits = 0
    for number, (rule, data, format) in enumerate(EXAMPLES):
        path = tmp_path / f"{number}" / name.format(suffix=rule.example)
        path.parent.mkdir()
        path.write_bytes(store(data))
        found = list(corpusfmt.validate(path, format=format.name, select=["ALL"]))
        if not any(one.edit for one in found):
            continue
        with_edits += 1
        assert {one.stored for one in found} == {plain}, rule.code
        offered = {report: edits_of(found, report) for report in ("jsonl", "json", "sarif")}
        if not plain:
            assert not any(offered.values()), rule.code
            assert "byteOffset" not in json.dumps(reported(found, "sarif")), rule.code
            continue
        edits = [(one.code, one.edit) for one in found if one.edit]
        assert offered["jsonl"] == offered["json"] == edits
        anew = [edit for _, edit in edits if not (edit.length or edit.replacement)]  # no edit, but the whole file
        assert offered["sarif"] == [(code, edit._replace(safe=True)) for code, edit in edits if edit not in anew]
        for code, edit in offered["sarif"]:  # made by itself, each clears what it is offered for
            path.write_bytes(data[: edit.byte] + edit.replacement + data[edit.byte + edit.length :])
            left = [one for one in corpusfmt.validate(path, format=format.name, select=["ALL"]) if one.code == code]
            assert len(left) < sum(one.code == code for one in found), (code, edit)
    assert with_edits > 20


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_no_edit_is_offered_in_what_is_brought_to_utf8(encoding: str, tmp_path: Path) -> None:
    path, fixable = tmp_path / "a.xml", 0
    for rule, example, format in EXAMPLES:
        if format.name == "tei":
            try:
                text = example.decode().removeprefix("\ufeff").replace('encoding="UTF-8"', f'encoding="{encoding}"')
                text = text if text.startswith("<?xml") else f'<?xml version="1.0" encoding="{encoding}"?>{text}'
                path.write_bytes(text.encode(encoding))
            except UnicodeError:
                continue
            found = [one for one in corpusfmt.validate(path, select=["ALL"]) if one.code == rule.code]
            assert not any(one.edit for one in found)
            fixable += any("'corpusfmt fix' corrects it" in one.hint for one in found)
    assert fixable > 3
    for name, data in (("b.jsonl", '{"id":"d1"}\n'), ("b.seed", "<<<FILE d1 a>>>\n\ufeff\x00\n")):
        wide = tmp_path / name
        wide.write_bytes(data.encode("utf-16"))
        assert not any(one.edit for one in corpusfmt.validate(wide, select=["ALL"]))


def test_no_edit_is_made_of_offsets_that_are_not_the_sources(tmp_path: Path) -> None:
    path = tmp_path / "a.twice"
    path.write_bytes(b"bbaadd")

    def scan(stream: Any, _: Any) -> Any:
        text = stream.read(99)[::2]
        document = build("d1", "", text, "utf-8", b"{}", (stream.name, 0, 1, 0))
        yield Batch([document], [], Region(text, 0, 1), source_byte=lambda byte: 2 * byte)

    def start() -> Any:
        return lambda documents: [Hit(d, "bad", 1, change=Change(1, 1, b"o", safe=True)) for d in documents]

    seed = plugins.format_named("seed")
    twice = seed._replace(
        scan=scan, locate=lambda _r, _d, at: at, rewrite=lambda _r, _d, one: Edit(*one), records=None, faults=()
    )
    rule = Rule("LOUD001", "warning", "bad", "", "", b"", b"", start=start)
    checking = Checking(Reading(), Selection(), Against())
    with path.open("rb") as stream:
        (batch,) = scan(stream, None)
    (found,) = checking.batch(batch, "a", twice, [(rule, start())])
    assert (found.byte, found.edit) == (2, None)
    (found,) = checking.batch(batch._replace(source_byte=None), "a", twice, [(rule, start())])
    assert (found.byte, found.edit) == (1, Edit(1, 1, b"o"))


@pytest.mark.parametrize(("store", "stored"), [(bytes, True), (gzip.compress, False)])
def test_what_errors_and_conversions_tell_says_so_too(store: Any, stored: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(store(b'\xef\xbb\xbf{"id":"d1","name":"","text":"","meta":{}}\n{"id":\n'))
    with pytest.raises(ParseError) as raised:
        list(corpusfmt.read(path))
    assert raised.value.finding.stored == stored
    report = tmp_path / "report.json"
    command("convert", str(path), "-o", str(tmp_path / "b.seed"), "--on-error", "skip", "--report", str(report))
    findings = json.loads(report.read_bytes())["findings"]
    assert [one["stored"] for one in findings] == [stored] * 2
    assert (findings[0]["edit"] is not None) == stored
    assert Finding("A001", "error", "of nothing").stored is False


@pytest.mark.parametrize(
    ("store", "note"),
    [
        (bytes, b""),
        (gzip.compress, b"\t(decompressed)"),
        (lambda data: data.decode("utf-8").encode("utf-16"), b"\t(in UTF-8)"),
        (lambda data: gzip.compress(data.decode("utf-8").encode("utf-16")), b"\t(decompressed, in UTF-8)"),
    ],
)
def test_a_diff_says_of_what_it_is(store: Any, note: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [b'{"id":"d%d","name":"","text":"","meta":{}}\n' % number for number in range(4)]
    path.write_bytes(store(lines[0] + b"\n" + b"".join(lines[1:])))
    done = command("fix", "--diff", "a.jsonl", cwd=tmp_path)
    assert done.stdout.startswith(b"--- a.jsonl%b\n+++ a.jsonl%b\n@@ -1,5 +1,4 @@" % (note, note)), done.stderr
    if patch := shutil.which("patch"):
        before = path.read_bytes()
        ran = subprocess.run(
            [patch, "-p0", "--batch"], cwd=tmp_path, input=done.stdout, capture_output=True, check=False
        )
        assert (ran.returncode == 0) == (note == b"")
        assert path.read_bytes() == (before if note else b"".join(lines))
