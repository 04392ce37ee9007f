"""Records that are refused after the findings that are shown: only counted, and just as they would be found."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

import corpusfmt
from corpusfmt.cli.main import main
from corpusfmt.formats import jsonl, seed
from corpusfmt.model.document import Document
from corpusfmt.model.format import Batch, Format, ReadOptions
from corpusfmt.model.rows import MOST_ODD, Rows
from corpusfmt.text.kernel import KERNEL
from tests.support import documents, findings, scan
from tests.test_jsonl_damage import BROKEN, LEFT, WHOLE

GOOD = b'{"id":"a","name":"a.txt","text":"caf\xc3\xa9 {\\"b\\": 1} \\u00e9","meta":{}}'
OTHER = b'{"id":"b","text":"x"}'
#: By name: a record of JSON Lines that is refused, and whether it is only counted when no more of its code is shown.
KINDS: dict[str, tuple[bytes, bool]] = {
    "no id": (b'{"name":"a.txt","text":"x","meta":{}}', True),
    "an id that is null": (b'{"id":null,"name":"a.txt","text":"x","meta":{}}', True),
    "an id that is an object": (b'{"id":{"a":[1]},"name":"a.txt","text":"x","meta":{}}', True),
    "an id that is a fraction": (b'{"id":1.5,"text":"x"}', True),
    "an id that is empty": (b'{"id":"","text":"x"}', True),
    "no text": (b'{"id":"a","content":"x"}', True),
    "a text that is a number": (b'{"id":"a","text":1}', True),
    "metadata that is a list": (b'{"id":"a","text":"x","meta":[]}', True),
    "other keys": (b'{"id":"a","text":"x","url":"y"}', True),
    "a duplicate key": (GOOD.replace(b',"text"', b',"id":"b","text"'), True),
    "a duplicate key and no text": (b'{"id":"a", "id":"b"}', True),
    "cut off in a text": (GOOD[:30], True),
    "cut off in a text with braces": (b'{"id":"a","name":"","text":"x {y} {\\"z\\":1} \\', False),
    "cut off in a text behind metadata": (b'{"id":"a","meta":{"k":1},"text":"x {y}', False),
    "a duplicate key, spaced": (b'{"id": "a", "text": "x", "id": "b"}', True),
    "a duplicate key that is escaped": (b'{"id":"a","text":"x","\\u0069d":"b"}', True),
    "a key that is not UTF-8, and a record behind": (b'{"id":"a","nam\xffe":"a{""text' + OTHER, False),
    "a key with a quote": (b'{"id":"a","text":"x","x\\"id":"b"}', True),
    "cut off after a comma": (GOOD[:10], True),
    "cut off in metadata": (GOOD[:-2], True),
    "cut off in metadata with a value": (GOOD[:-2] + b'"a":1', True),
    "cut off after metadata with a value": (GOOD[:-2] + b'"a":1}', False),
    "cut off after the brace": (b"{", True),
    "a comma at the end": (GOOD[:-1] + b",}", True),
    "a comma at the end of metadata": (GOOD[:-2] + b'"a":1,}}', True),
    "NaN": (GOOD[:-2] + b'"a":NaN}}', True),
    "NaN after a list": (GOOD[:-2] + b'"b":[1],"a":NaN}}', False),
    "an escape that is none": (b'{"id":"a","text":"x\\qy"}', True),
    "half of a surrogate pair": (b'{"id":"a","text":"\\ud800"}', False),
    "a key that is half of a surrogate pair": (b'{"id":"a","text":"x","\\ud800":1}', False),
    "a raw tab in a text": (b'{"id":"a","text":"x\ty"}', True),
    "single quotes": (b"{'id':'a','text':'x','meta':{}}", False),
    "single quotes without metadata": (b"{'id':'a','text':'x'}", True),
    "a byte that is not UTF-8": (GOOD.replace(b"caf\xc3\xa9", b"caf\xe9"), True),
    "a byte that is not UTF-8, cut off": (b'{"id":"a","text":"caf\xe9', False),
    "an array": (b"[" + GOOD + b"]", True),
    "an array that is not UTF-8": (b'["caf\xe9"]', False),
    "a string": (b'"text"', False),
    "too deep": (GOOD[:-2] + b'"a":' + b"[" * 600 + b"]" * 600 + b"}}", False),
    "cut off too deep": (b'{"a":' * 600, False),
    "metadata to remark on, without an id": (b'{"text":"x","meta":{"a":1,"a":2}}', False),
    "a hole": (GOOD[:30] + b"\0" + GOOD[30:], False),
    "cut off, with a record behind": (GOOD[:30] + OTHER, False),
    "cut off before a value, with a record behind": (b'{"id":"a","text":' + OTHER, False),
}


#: So many refused records of a code are found before others are only counted, where a test says so.
FEW = 8


def counted(batches: list[Batch]) -> Counter[str]:
    """Return how many records were refused, by code."""
    found = Counter(finding.code for finding in findings(batches) if finding.severity == "error")
    for batch in batches:
        found.update(batch.counted)
    return found


def check_same(format: Format, data: bytes, told: int = 100) -> int:
    """Check that a scan that counts gives what one does that gives all. Return how many were only counted."""
    whole = scan(format, data)
    some = scan(format, data, options=ReadOptions(told=told))
    assert documents(some) == documents(whole)
    assert counted(some) == counted(whole)
    warnings = [[one for one in findings(them) if one.severity != "error"] for them in (some, whole)]
    assert warnings[0] == warnings[1]
    given = Counter(finding.code for finding in findings(some) if finding.severity == "error")
    assert all(given[code] >= min(count, told) for code, count in counted(whole).items())
    return sum(sum(batch.counted.values()) for batch in some)


@pytest.mark.parametrize("name", KINDS)
def test_a_record_is_counted_as_it_would_be_found(name: str) -> None:
    line, quick = KINDS[name]
    assert findings(scan(jsonl.FORMAT, line + b"\n")), "it is refused"
    count = check_same(jsonl.FORMAT, GOOD + b"\n" + (line + b"\n" + OTHER + b"\n") * 120)
    assert count == (20 if quick else 0)


#: By name: a document of a seed file that is refused, and whether it is only counted when no more of its code is shown.
DOCUMENTS: dict[str, tuple[bytes, bool]] = {
    "a header with one field": (b"<<<FILE a>>>\nx\n", True),
    "a header without an end": (b"<<<FILE a n>\nx\n", True),
    "an empty id": (b"<<<FILE  n>>>\nx\n", True),
    "a header that is not UTF-8": (b"<<<FILE a \xff>>>\nx\n", True),
    "metadata that is no JSON": (b"<<<FILE a n>>>\n<<<META {]>>>\nx\n", True),
    "a header with one field, and a near miss": (b"<<<FILE a>>>\n << FILE b n>>>\n", True),
    "a text without its marker": (b"<<<FILE a n>>>\n<<<META {}>>>\n<<<META {}>>>\n", False),
}


@pytest.mark.parametrize("lines", [True, False])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_of_a_seed_file_is_counted_as_it_would_be_found(name: str, lines: bool) -> None:
    document, quick = DOCUMENTS[name]
    good = b"<<<FILE b n>>>\ny\n"
    data = b"<<<SEED 1>>>\n" + good + (document + good) * 120
    assert check_same(seed.FORMAT, data) == (20 if quick else 0)
    with_lines = scan(seed.FORMAT, data, options=ReadOptions(told=100, lines=lines))
    without = scan(seed.FORMAT, data, options=ReadOptions(lines=lines))
    assert documents(with_lines) == documents(without)
    places = [[one.origin for one in documents(batches)] for batches in (with_lines, without)]
    assert places[0] == places[1]


@pytest.mark.skipif(KERNEL is None, reason="the kernel is not there")
@pytest.mark.parametrize(
    ("format", "good", "bad"),
    [(jsonl.FORMAT, OTHER + b"\n", b'{"text":"x"}\n'), (seed.FORMAT, b"<<<FILE b n>>>\ny\n", b"<<<FILE a>>>\nx\n")],
    ids=["jsonl", "seed"],
)
def test_the_kernel_reads_on_between_documents_that_are_refused(format: Format, good: bytes, bad: bytes) -> None:
    batches = scan(format, (good * 20 + bad) * 4 * MOST_ODD)
    rows = [len(batch.documents) for batch in batches if isinstance(batch.documents, Rows)]
    assert sum(rows) == len(documents(batches)) == 20 * 4 * MOST_ODD


@pytest.mark.parametrize("bad", [b"caf\xe9", b"x"], ids=["not UTF-8", "duplicate ids"])
@pytest.mark.parametrize("more", [[], ["--limit", "warnings=150"], ["--ignore", "ENC001"], ["--no-cap"]])
def test_errors_of_rules_are_counted_as_they_would_be_found(
    more: list[str], bad: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.seed"
    path.write_bytes(b"".join(b"<<<FILE d%d n>>>\n%b\n" % (n % 300, bad) for n in range(600)))
    limits = {"warnings": 150} if "--limit" in more else {}
    ignored = ["DOC003", *(["ENC001"] if "--ignore" in more else [])]
    whole = Counter(one.code for one in corpusfmt.validate(path, ignore=ignored, limits=limits))
    assert whole.total() > 100
    arguments = ["--ignore", ",".join(ignored), "--output-format", "json"]
    more = [] if "--ignore" in more else more
    main(["validate", str(path), *arguments, *more])
    report = json.loads(capsys.readouterr().out)
    assert Counter(report["counts"]) == whole


@pytest.mark.parametrize("table", [WHOLE, BROKEN, LEFT])
def test_damage_is_counted_as_it_would_be_found(
    table: dict[str, bytes | tuple[bytes, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpusfmt.formats.jsonl.read._ENOUGH", FEW)
    full = b"".join((line + b"\n") * FEW for line, quick in KINDS.values() if quick)
    for data in table.values():
        check_same(jsonl.FORMAT, GOOD + b"\n" + full + (data if isinstance(data, bytes) else data[0]), FEW)


def test_lines_changed_at_random_are_counted_as_they_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpusfmt.formats.jsonl.read._ENOUGH", FEW)
    chosen = random.Random(17)
    lines = [line for line, _ in KINDS.values()] + [GOOD, OTHER, GOOD + OTHER]
    marks = [
        b"{",
        b"}",
        b'"',
        b",",
        b":",
        b"[",
        b"]",
        b"\\",
        b"\0",
        b"\r",
        b"\t",
        b" ",
        b"x",
        b"\xff",
        b'{"',
        b"\xef\xbb\xbf",
    ]
    made = []
    for _ in range(3000):
        line = chosen.choice([one for one in lines if len(one) < 1000])
        for _ in range(chosen.randint(1, 2)):
            at, size = chosen.randrange(len(line)), chosen.randint(0, 3)
            line = line[:at] + chosen.choice(marks) + line[at + size :]
        made.append(line + b"\n")
    full = b"".join((line + b"\n") * FEW for line, quick in KINDS.values() if quick)
    assert check_same(jsonl.FORMAT, GOOD + b"\n" + full + b"".join(made), FEW) > 1000


def corpus(folder: Path, count: int = 105) -> Path:
    path = folder / "a.jsonl"
    path.write_bytes(
        b"".join(GOOD + b"\n" + b"".join(line + b"\n" for line, _ in KINDS.values()) for _ in range(count))
    )
    return path


def test_all_counts_are_exact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = corpus(tmp_path)
    whole = Counter(finding.code for finding in corpusfmt.validate(path, ignore=["DOC"]))
    assert main(["validate", str(path), "--output-format", "json", "--ignore", "DOC", "--quiet"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert Counter(report["counts"]) == whole
    assert main(["validate", str(path), "--ignore", "DOC,JSONL001", "--output-format", "json", "--quiet"]) == 1
    del whole["JSONL001"]
    assert Counter(json.loads(capsys.readouterr().out)["counts"]) == whole


@pytest.mark.parametrize("more", [[], ["--receipt", "r.json"], ["--verify"]])
def test_a_conversion_counts_all(more: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = corpus(tmp_path)
    monkeypatch.chdir(tmp_path)
    whole = [one for one in corpusfmt.validate(path, ignore=["DOC"]) if one.severity == "error"]
    report = corpusfmt.convert(
        path, "b.jsonl", on_error="skip", receipt="r.json" if "--receipt" in more else "", verify="--verify" in more
    )
    assert (report.refused, report.at_fault) == (len(whole), len(whole))
    assert report.read == report.written + report.refused
    errors = {code: n for code, n in report.finding_counts.items() if code in {one.code for one in whole}}
    assert errors == Counter(one.code for one in whole)
    with corpusfmt.open(path, on_error="skip") as reader:
        read: list[Document] = list(reader)
    assert (len(read), reader.finding_counts) == (report.written, report.finding_counts)


@pytest.mark.parametrize("before", [98, 99, 100, 101, 150, 250])
def test_too_many_in_a_row_are_found_where_they_are(before: int, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    bad = KINDS["no id"][0] + b"\n"
    path.write_bytes((bad + GOOD + b"\n") * before + GOOD + b"\n" + bad * 40 + GOOD + b"\n" + bad)
    limits = {"faults": 40}
    whole = list(corpusfmt.validate(path, ignore=["DOC"], limits=limits))
    assert (whole[-1].code, whole[-1].line) == ("FILE005", 2 * before + 41)
    with pytest.raises(corpusfmt.ParseError) as raised, corpusfmt.open(path, on_error="skip", limits=limits) as reader:
        list(reader)
    assert (raised.value.finding.code, raised.value.finding.line) == ("FILE005", 2 * before + 41)
    assert reader.finding_counts == Counter(one.code for one in whole)
