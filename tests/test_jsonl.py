"""JSON Lines by example: layouts, values as written, faults with their places."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from corpusfmt.formats.jsonl import FORMAT, read
from corpusfmt.limits import USUAL
from corpusfmt.model.document import Document
from corpusfmt.model.errors import ConfigurationError, LossError, ParseError
from corpusfmt.model.format import Batch, ReadOptions, WriteOptions
from corpusfmt.model.rule import Change
from corpusfmt.sources.batches import together
from corpusfmt.storage import shipped
from corpusfmt.text.json_reader import Node
from corpusfmt.text.json_reader import parse as parse_json
from tests import strategies
from tests.support import documents, findings, parse, scan, write


def read_as(source: bytes, **own: str) -> list[Document]:
    return parse(FORMAT, source, options=ReadOptions(own={k.replace("_", "-"): v for k, v in own.items()}))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b'{"id":"a","text":"b"}\n', Document("a", "b")),
        (b'{"id":7,"name":"n","text":"b","meta":{"k":1}}', Document(7, "b", name="n", meta={"k": 1})),
        (b'  { "text" : "b" , "id" : "a" }\r\n', Document("a", "b")),
        (b'{"\\u0069d":"a","text":"b"}\n', Document("a", "b")),
        (
            b'{"id":"a","text":"\\u00e9\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\"\\\\n"}\n',
            Document("a", 'é\U0001f600/\b\f\n\r\t"\\n'),
        ),
        ('{"id":"a","text":"\u0085\u2028\u2029\x7f"}\n'.encode(), Document("a", "\u0085\u2028\u2029\x7f")),
        (b'\xef\xbb\xbf{"id":"a","text":"b"}\n', Document("a", "b")),
        (b'{"id":123456789012345678901234567890,"text":"b"}\n', Document(123456789012345678901234567890, "b")),
        (b'{"id": "a", "name": "n", "text": "b", "meta": {"k": 1}}\n', Document("a", "b", name="n", meta={"k": 1})),
    ],
)
def test_native(source: bytes, expected: Document) -> None:
    assert parse(FORMAT, source) == [expected]


def test_metadata_without_members_is_none_however_the_record_is_spaced() -> None:
    for line in (
        b'{"id":"a","text":"t","name":"n","meta":{ }}\n',
        b'{"id": "a", "text": "t", "name": "n", "meta": { }}\n',
    ):
        assert [document.meta_json for document in parse(FORMAT, line * 2)] == [b"{}"] * 2


DOLMA = b'{"id":"a","text":"t","source":"s","added":"2023","n":1.0,"deep":{"x":[1e400,-0,1.10]},"created":"2020"}\n'


def test_third_party_keys_are_metadata_and_come_back_as_they_were_written() -> None:
    (document,) = read_as(DOLMA, layout="dolma")
    assert document.meta_json == b'{"source":"s","added":"2023","n":1.0,"deep":{"x":[1e400,-0,1.10]},"created":"2020"}'
    assert write(FORMAT, [document], WriteOptions(own={"layout": "dolma"})) == DOLMA


def test_a_free_mapping_by_field_names() -> None:
    source = b'{"doc_id":3,"title":"n","content":"t","url":"u"}\n'
    own = {"id-field": "doc_id", "name-field": "title", "text-field": "content"}
    (document,) = parse(FORMAT, source, options=ReadOptions(own=own))
    assert document == Document(3, "t", name="n", meta={"url": "u"})
    assert write(FORMAT, [document], WriteOptions(own=own)) == source


def test_null_is_absent_in_third_party_records_and_wrong_in_native_ones() -> None:
    own = {"id-field": "id", "name-field": "title", "meta-field": "meta"}
    source = b'{"id":"a","title":null,"text":"t","meta":null}\n'
    assert parse(FORMAT, source, options=ReadOptions(own=own)) == [Document("a", "t")]
    assert [f.code for f in findings(scan(FORMAT, b'{"id":"a","name":null,"text":"t"}\n'))] == ["JSONL007"]


@pytest.mark.parametrize("own", [{"layout": "tabular"}, {"id-field": "text"}, {"text-field": ""}])
def test_layouts_that_make_no_sense(own: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        FORMAT.writer(WriteOptions(own=own))
    with pytest.raises(ConfigurationError):
        scan(FORMAT, b"", options=ReadOptions(own=own))


@pytest.mark.parametrize(
    ("how", "expected"), [("name", "n"), ("line", "2"), ("sha256", "e3b0c44298fc1c149afbf4c8996fb924")]
)
def test_ids_are_made_on_request(how: str, expected: str) -> None:
    source = b'{"id":"x","text":"a"}\n{"name":"n","text":""}\n'
    first, second = parse(FORMAT, source, options=ReadOptions(id_from=how))
    assert first.id == "x"
    assert str(second.id).startswith(expected)


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        (b'{"id":"a","text":"b"', "JSONL001", 21), (b"{'id':1}", "JSONL001", 2),
        (b'{"id":"a","text":NaN}', "JSONL001", 18), (b'{"id":"a","text":"\t"}', "JSONL001", 19), (b"nonsense", "JSONL001", 1),
        ('{"id":"é","text":"'.encode() + b'\xff"}', "JSONL002", 19), (b'"text"', "JSONL003", 1), (b"[]", "JSONL003", 1), (b"7", "JSONL003", 1),
        (b'{"id":"a","text":"b","text":"c"}', "JSONL004", 22), (b'{"id":"a", "id":"a", "text":"b"}', "JSONL004", 12),
        (b'{"id":"a","\\u0069d":"b","text":"b"}', "JSONL004", 11),
        (b'{"text":"b"}', "JSONL005", 1), (b'{"id":"","text":"b"}', "JSONL005", 7), (b'{"id":"","name":"","text":"b","meta":{}}', "JSONL005", 7),
        (b'{"id":"a"}', "JSONL006", 1), (b"{}", "JSONL006", 1),
        (b'{"id":null,"text":"b"}', "JSONL007", 7), (b'{"id":-0,"text":"b"}', "JSONL007", 7), (b'{"id":1e3,"text":"b"}', "JSONL007", 7),
        (b'{"id":true,"text":"b"}', "JSONL007", 7), (b'{"id":"a","text":["b"]}', "JSONL007", 18), (b'{"id":"a","text":"b","name":1}', "JSONL007", 29),
        (b'{"id":"a","text":"b","meta":[]}', "JSONL007", 29), (b'{"id":' + b"9" * 2000 + b',"text":"b"}', "JSONL007", 7),
        (b'{"id":' + b"9" * 9000 + b',"text":"b"}', "JSONL007", 7),
        (b'{"id":"a","text":"b","url":1}', "JSONL008", 22), (b'{"id":"a","text":"\\ud800"}', "JSONL012", 19),
        (b'{"id":"\\udfff","text":"b"}', "JSONL012", 8), (b'{"id":"a","text":"b","meta":{},"\\ud800":1}', "JSONL012", 32),
        (b'{"id":"a","text":"b","meta":{"x":' + b"[" * 600 + b"]" * 600 + b"}}", "JSONL014", 545),
        (b'{"id":"a","text":"b","meta":{"x":' + b"[" * 5000 + b"]" * 5000 + b"}}", "JSONL014", 545),
    ],
)  # fmt: skip
def test_faults(line: bytes, code: str, column: int) -> None:
    source = b'{"id":"x","text":"y"}\n' + line + b'\n{"id":"z","text":"y"}\n'
    batches = scan(FORMAT, source)
    assert [(f.code, f.line, f.column) for f in findings(batches)] == [(code, 2, column)]
    assert [d.id for d in documents(batches)] == ["x", "z"]
    assert [b.refused for b in batches if b.refused] == [line]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        (b'{"text":"t"}', "--id-from"), (b'{"id":"a","content":"t"}', "--text-field content"), (b'{"id":"a","text":"t","url":1}', "--layout hf"),
        (b'{"id":"a","text":"t","source":"s","added":"x"}', "--layout dolma"), (b'[{"id":"a"}]', "jq"), (b'[{"id":', "jq"),
        (b'{"id":', "the file was cut here"),
    ],
)  # fmt: skip
def test_faults_say_what_to_do(line: bytes, hint: str) -> None:
    (finding,) = findings(scan(FORMAT, line + b"\n"))
    if finding.code != "JSONL003":
        assert hint in finding.hint


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        (b'{"text":"t","meta":{}}', "read it with --layout text-meta"), (b'{"text":"t"}', "read it with --layout text-meta"),
        (b'{"id":"a","text":"t"}', "read it with --layout hf"), (b'{"document":"t","text":1,"x":2}', "read it with --text-field document"),
        (b'{"x":"t"}', "name the key of the text with --text-field"),
    ],
)  # fmt: skip
def test_a_text_under_another_key_is_reported_with_how_to_read_it(line: bytes, hint: str) -> None:
    (finding,) = findings(scan(FORMAT, line + b"\n", options=ReadOptions(own={"text-field": "body"})))
    assert (finding.code, finding.hint) == ("JSONL006", hint)


def test_repeated_keys_inside_metadata_are_carried_and_reported() -> None:
    source = b'{"id":"a","text":"b","meta":{"k":1,"x":{"y":1,"y":2}}}\n{"id":"c","text":"b","meta":{"k":"\\ud800"}}\n'
    batches = scan(FORMAT, source)
    assert [(f.code, f.severity, f.line, f.column) for f in findings(batches)] == [
        ("JSONL013", "warning", 1, 47),
        ("JSONL013", "warning", 2, 35),
    ]
    assert [d.meta_json for d in documents(batches)] == [b'{"k":1,"x":{"y":1,"y":2}}', b'{"k":"\\ud800"}']
    assert (
        write(FORMAT, documents(batches)[:1]) == b'{"id":"a","name":"","text":"b","meta":{"k":1,"x":{"y":1,"y":2}}}\n'
    )


@pytest.mark.parametrize(
    ("document", "layout", "kinds"),
    [
        (Document("a", "t", name="n"), "dolma", {"name"}), (Document("a", "t", meta={"id": 1, "x": 2}), "hf", {"metadata"}),
        (Document("a", "t", meta={"text": 1}), "hf", {"metadata"}), (Document("a", "t", meta=b'{"k":1,"k":2}'), "hf", {"metadata"}),
        (Document("a", "t", meta=b'{"\\u0069d":1}'), "hf", {"metadata"}), (Document("a", "t", name="n"), "text-meta", {"id", "name"}),
        (Document("a", b"\xff"), "native", {"bytes"}), (Document("a", b"\xff", encoding="ascii"), "native", {"encoding"}),
        (Document("a", "t", name="n", meta={"id": 1}), "native", set()), (Document("a", b"\xe9", encoding="latin-1"), "native", set()),
    ],
)  # fmt: skip
def test_losses(document: Document, layout: str, kinds: set[str]) -> None:
    options = WriteOptions(own={"layout": layout})
    assert {loss.kind for loss in FORMAT.losses(document, options)} == kinds
    if kinds:
        with pytest.raises(LossError):
            write(FORMAT, [Document("first", "fine"), document], options)


def test_allowed_losses_are_the_least_change() -> None:
    docs = [Document("a", b"caf\xe9", name="n", meta=b'{"id":1,"x":2.0,"x":3}')]
    options = WriteOptions(frozenset({"name", "metadata", "bytes"}), {"layout": "hf"})
    assert write(FORMAT, docs, options) == '{"id":"a","text":"caf\ufffd","x":2.0}\n'.encode()


VALIDATOR = Draft202012Validator(json.loads(shipped("document.schema.json")))
values = st.sampled_from(['"x"', '""', "1", "-7", "0", "1.5", "null", "true", "{}", '{"a":1}', "[]", "[1]"])
records = st.one_of(
    st.dictionaries(st.sampled_from(["id", "name", "text", "meta", "url"]), values, max_size=5).map(
        lambda pairs: "{" + ",".join(f'"{k}":{v}' for k, v in pairs.items()) + "}"
    ),
    values,
    st.builds(
        lambda i, n, t, m: f'{{"id":{json.dumps(i)},"name":{json.dumps(n)},"text":{json.dumps(t)},"meta":{m.decode()}}}',
        strategies.ids, strategies.names, strategies.texts, strategies.metadata,
    ),
)  # fmt: skip


@given(records)
def test_the_scan_accepts_what_the_schema_accepts(record: str) -> None:
    errors = [f for f in findings(scan(FORMAT, record.encode() + b"\n")) if f.severity == "error"]
    value: Any = json.loads(record)
    assert (not errors) == VALIDATOR.is_valid(value)


def test_the_schema_itself_is_valid() -> None:
    Draft202012Validator.check_schema(VALIDATOR.schema)


@given(strategies.text_corpora)
def test_other_readers_see_the_same(docs: list[Document]) -> None:
    data = write(FORMAT, docs)
    seen = [json.loads(line) for line in data.split(b"\n")[:-1]]
    assert [(r["id"], r["name"], r["text"]) for r in seen] == [(d.id, d.name, d.text) for d in docs]


@given(strategies.text_corpora, st.booleans())
def test_what_the_standard_library_writes_is_read(docs: list[Document], ascii_only: bool) -> None:
    data = "".join(
        json.dumps({"id": d.id, "name": d.name, "text": d.text, "meta": {"k": [d.name, 1.5]}}, ensure_ascii=ascii_only)
        + "\n"
        for d in docs
    )
    back = parse(FORMAT, data.encode())
    assert [(d.id, d.name, d.text) for d in back] == [(d.id, d.name, d.text) for d in docs]


def test_a_line_over_the_limit_is_refused_and_the_next_is_read() -> None:
    source = b'{"id":"a","text":"' + b"x" * 9000 + b'"}\n{"id":"b","text":"y"}\n'
    for size in (1, 100, 1 << 20):
        batches = scan(FORMAT, source, size, ReadOptions(max_document=5000))
        assert [(f.code, f.line, f.byte) for f in findings(batches)] == [("JSONL015", 1, 0)]
        assert [d.id for d in documents(batches)] == ["b"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize("more", [-1, 0, 1, 2])
def test_the_limit_of_a_line_does_not_depend_on_the_pieces(end: bytes, more: int) -> None:
    line = b'{"id":"a","text":"%b"}' % (b"x" * 79)
    source = line + end
    options = ReadOptions(max_document=len(line) + more)
    (told, docs), *others = [
        ([f[:7] for f in findings(batches)], documents(batches))
        for batches in (scan(FORMAT, source, size, options) for size in (1 << 20, 1, len(line) + 1, len(line) + 2))
    ]
    assert others == [(told, docs)] * 3
    assert bool(docs) == (len(line + end.removesuffix(b"\n")) <= len(line) + more)


@pytest.mark.parametrize(
    "source", [b'{"id":"a","text":"b"}\r\n\r\n{"id":"c","text":"d"}\r\n', b'{"id":"a","text":"b"}\n  ']
)
def test_the_edit_of_a_blank_line_takes_all_of_it(source: bytes) -> None:
    (finding,) = findings(scan(FORMAT, source))
    assert finding.edit is not None
    at, length, _, _ = finding.edit
    assert at + length <= len(source)
    assert not findings(scan(FORMAT, source[:at] + source[at + length :]))


def test_half_a_surrogate_pair_in_a_nested_key_is_reported() -> None:
    (finding,) = findings(scan(FORMAT, b'{"id":"a","text":"b","meta":{"x":{"\\ud800":1}}}\n'))
    assert (finding.code, finding.column) == ("JSONL013", 36)


def test_metadata_and_integer_ids_come_back_up_to_the_limit() -> None:
    metadata = b'{"a":"' + b"x" * (16 * 1024 * 1024 - 8) + b'"}'
    for own in ({}, {"layout": "hf"}):
        document = Document(-(10**999), "t", meta=metadata)
        assert parse(FORMAT, write(FORMAT, [document], WriteOptions(own=own)), options=ReadOptions(own=own)) == [
            document
        ]
        larger = Document(1, "t", meta=metadata[:-2] + b'x"}')
        assert [loss.kind for loss in FORMAT.losses(larger, WriteOptions(own=own))] == ["size"]
        with pytest.raises(LossError):
            write(FORMAT, [larger], WriteOptions(own=own))
    line = b'{"id":1,"name":"","text":"t","meta":%b}\n' % larger.meta_json
    (finding,) = findings(scan(FORMAT, line))
    assert (finding.code, finding.message) == ("JSONL015", "the metadata is longer than 16 MiB")


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize("middle", [b'{"id":"b","text":"y"}', b"", b'{"id":1}'])
def test_the_records_of_a_region(end: bytes, middle: bytes) -> None:
    lines = [b'{"id":"a","text":"x"}', middle, b'{"text":"z", "id":"c"}']
    found: list[bytes] = []
    for batch in scan(FORMAT, (end or b"\n").join(lines) + end):
        assert FORMAT.records is not None
        found += FORMAT.records(batch.region, batch.documents)
    assert [one.strip() for one in found] == [line for line in lines if b'"text"' in line]


def test_where_reading_can_go_on() -> None:
    assert FORMAT.resync is not None
    buffer = b'{"a":1}\n{"b":2}\n{'
    assert [FORMAT.resync(buffer, at) for at in (0, 1, 7, 8, 9, 16, 17)] == [0, 8, 8, 8, 16, 16, -1]


@pytest.mark.parametrize(
    ("line", "after"),
    [
        (b'{"content":"a b","id":"i"}\n', b'{"content":"a\\n\\"b","id":"i"}\n'),
        (b'{"title":"a b","text":"a b","id":"i"}\n', b'{"title":"a b","text":"a\\n\\"b","id":"i"}\n'),
        (b'{"title":"a b","content":"a b","id":"i"}\n', None),
        (b'{"id":"a b","content":"a\\u0020b"}\n', None),
    ],
)
def test_a_change_is_made_where_one_string_can_be_the_text(line: bytes, after: bytes | None) -> None:
    own = {"text-field": "text" if b'"text"' in line else "content", "id-field": "id"}
    (batch,) = scan(FORMAT, line, options=ReadOptions(own=own))
    assert FORMAT.rewrite is not None
    edit = FORMAT.rewrite(batch.region, batch.documents[0], Change(1, 1, b'\n"'))
    if after is None:
        assert edit is None
    else:
        assert edit is not None
        assert line[: edit.byte] + edit.replacement + line[edit.byte + edit.length :] == after


def test_a_null_id_is_none() -> None:
    (finding,) = findings(scan(FORMAT, b'{"id":null,"text":"b"}\n', options=ReadOptions(own={"layout": "hf"})))
    assert (finding.code, finding.message) == ("JSONL005", "the record has no id")


# -- what is written, to the byte --------------------------------------------------------------------------------------

ONE = Document("a", "t\n", name="n", meta={"k": 1})
OTHER = Document(7, 'é"')
EVERY = frozenset({"id", "name", "metadata", "bytes", "encoding"})


@pytest.mark.parametrize(
    ("own", "one", "other"),
    [
        ({}, '{"id":"a","name":"n","text":"t\\n","meta":{"k":1}}', '{"id":7,"name":"","text":"é\\"","meta":{}}'),
        ({"layout": "hf"}, '{"id":"a","text":"t\\n","k":1}', '{"id":7,"text":"é\\""}'),
        ({"layout": "text-meta"}, '{"text":"t\\n","meta":{"k":1}}', '{"text":"é\\"","meta":{}}'),
        ({"name-field": "title"}, '{"id":"a","title":"n","text":"t\\n","k":1}', '{"id":7,"title":"","text":"é\\""}'),
        ({"id-field": "", "name-field": "n"}, '{"n":"n","text":"t\\n","k":1}', '{"n":"","text":"é\\""}'),
        ({"id-field": "", "text-field": "b"}, '{"b":"t\\n","k":1}', '{"b":"é\\""}'),
        ({"layout": "native", "name-field": ""}, '{"id":"a","text":"t\\n","meta":{"k":1}}', '{"id":7,"text":"é\\"","meta":{}}'),
        ({"layout": "native", "id-field": ""}, '{"name":"n","text":"t\\n","meta":{"k":1}}', '{"name":"","text":"é\\"","meta":{}}'),
        ({"layout": "native", "meta-field": ""}, '{"id":"a","name":"n","text":"t\\n","k":1}', '{"id":7,"name":"","text":"é\\""}'),
        ({"text-field": 'q"\\é'}, '{"id":"a","q\\"\\\\é":"t\\n","k":1}', '{"id":7,"q\\"\\\\é":"é\\""}'),
    ],
)  # fmt: skip
def test_each_layout_to_the_byte(own: dict[str, str], one: str, other: str) -> None:
    options = WriteOptions(EVERY, own)
    assert write(FORMAT, [ONE, OTHER], options) == f"{one}\n{other}\n".encode()
    assert write(FORMAT, [OTHER], options) == f"{other}\n".encode()
    assert write(FORMAT, [], options) == b""
    for document in (ONE, OTHER):
        kinds = [loss.kind for loss in FORMAT.losses(document, options)]
        for kind in kinds:
            with pytest.raises(LossError) as caught:
                write(FORMAT, [OTHER, document], WriteOptions(EVERY - {kind}, own))
            assert [loss.kind for loss in caught.value.losses] == [kind]
        assert kinds or write(FORMAT, [document], WriteOptions(own=own)) == write(FORMAT, [document], options)


@pytest.mark.parametrize(
    ("meta", "members", "kinds"),
    [
        (b'{"x":"id"}', ',"x":"id"', []), (b'{ "x" : 1.0 }', ',"x" : 1.0', []), (b" { } ", "", []), (b'{"id":1}', "", ["metadata"]),
        (b'{"x":1,"id":2,"y":3}', ',"x":1,"y":3', ["metadata"]), (b'{"x":1,"x":1}', ',"x":1', ["metadata"]),
        (b'{"i\\u0064":1,"y":[2]}', ',"y":[2]', ["metadata"]), (b'{"\\ud800":1,"\\udfff":2}', "", ["metadata", "metadata"]),
        (b'{"\\ud7ff":1}', ',"\\ud7ff":1', []), (b'{"\\ue000":1}', ',"\\ue000":1', []), (b'{"\\\\":1}', ',"\\\\":1', []), (b'{"meta":{}}', ',"meta":{}', []),
        (b'{"name":1}', ',"name":1', []), (b'{"hf":1}', ',"hf":1', []),
    ],
)  # fmt: skip
def test_metadata_as_further_members(meta: bytes, members: str, kinds: list[str]) -> None:
    document, own = Document("a", "t", meta=meta), {"layout": "hf"}
    assert [loss.kind for loss in FORMAT.losses(document, WriteOptions(own=own))] == kinds
    assert write(FORMAT, [document], WriteOptions(EVERY, own)) == f'{{"id":"a","text":"t"{members}}}\n'.encode()
    if kinds:
        with pytest.raises(LossError):
            write(FORMAT, [document], WriteOptions(EVERY - {"metadata"}, own))


TEXTS = [
    (Document("a", "é"), "é", ""), (Document("a", "é".encode(), encoding="utf-8"), "é", ""), (Document("a", b"\xe9", encoding="latin-1"), "é", ""),
    (Document("a", b"\xe9"), "\ufffd", "bytes"), (Document("a", b"\xe9x", encoding="ascii"), "\ufffdx", "encoding"),
]  # fmt: skip


def test_texts_in_several_encodings_are_written_together() -> None:
    for one, first, lost in TEXTS:
        for other, second, also in TEXTS:
            wanted = f'{{"id":"a","name":"","text":"{first}","meta":{{}}}}\n{{"id":"a","name":"","text":"{second}","meta":{{}}}}\n'
            assert write(FORMAT, [one, other], WriteOptions(EVERY)) == wanted.encode()
            for kind in {lost, also} - {""}:
                with pytest.raises(LossError):
                    write(FORMAT, [one, other], WriteOptions(EVERY - {kind}))


@pytest.mark.parametrize("layout", ["hf", "dolma"])
def test_half_a_surrogate_in_another_string_is_not_in_the_way_of_a_text(layout: str) -> None:
    options = ReadOptions(own={"layout": layout})
    (batch,) = scan(FORMAT, b'{"k":"\\ud800","id":"a","text":"\\u00e9t"}\n', options=options)
    (document,) = batch.documents
    assert FORMAT.locate(batch.region, document, 2) == 37
    assert FORMAT.rewrite is not None
    edit = FORMAT.rewrite(batch.region, document, Change(0, 2, b"x"))
    assert edit is not None
    assert (edit.byte, edit.length) == (31, 6)


@pytest.mark.parametrize("layout", ["native", "dolma", "hf", "text-meta"])
@pytest.mark.parametrize("spacing", [(",", ":"), (", ", ": "), (",", ": "), (" , ", " : ")])
def test_spacing_makes_no_record_slow(layout: str, spacing: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the first record of a kind is looked at by the strict reader, whatever stands between the values."""
    record: dict[str, Any] = {"id": "d", "name": "", "text": 'a "text"', "meta": {"a": [1, {"b": 0.5}], "c": "é"}}
    if layout == "text-meta":
        del record["id"], record["name"]
    if layout in ("dolma", "hf"):
        record = {"id": "d", "text": "a text", "source": "s", "scores": {"x": 1e-07, "y": [1, 2]}}
    looked: list[bytes] = []

    def seen(line: bytes, max_depth: int) -> Node:
        looked.append(line)
        return parse_json(line, max_depth=max_depth)

    monkeypatch.setattr(read, "parse", seen)
    source = (json.dumps(record, separators=spacing, ensure_ascii=False) + "\n").encode() * 50
    batches = scan(FORMAT, source, options=ReadOptions(id_from="line", own={"layout": layout}))
    assert len(documents(batches)) == 50
    assert not findings(batches)
    assert len(looked) <= 1


@pytest.mark.parametrize(
    "line",
    [
        b'{ "id": "a", "text": "b", "text": "c" }', b'{"id": "a", "id": "b", "text": "b"}',
        b'{"id": "a", "text": "b", "meta": {"k": 1, "k": 2}}', b'{"id": "a", "text": "b", "meta": {"k": "\\u0022\\u0022", "k": 2}}',
    ],
)  # fmt: skip
def test_a_key_that_repeats_is_seen_after_spaced_records(line: bytes) -> None:
    before = b'{"id": "a", "text": "b"}\n{ "id": "a", "text": "b" }\n{"id": "a", "text": "b", "meta": {"k": 1}}\n'
    (finding,) = findings(scan(FORMAT, before + line))
    assert finding.code in ("JSONL004", "JSONL013")


def test_spacing_that_changes_and_values_too_deep_after_spaced_records() -> None:
    one, other = b'{ "id":"a", "name":"", "text":"b", "meta":{} }\n', b'{"id":"a" ,"name":"" ,"text":"b" ,"meta":{}}\n'
    deep = b'{ "id":"a", "name":"", "text":"b", "meta":{"x": ' + b"[" * 600 + b"]" * 600 + b"} }\n"
    batches = scan(FORMAT, one * 2 + other * 2 + deep + one)
    assert len(documents(batches)) == 5
    assert [finding.code for finding in findings(batches)] == ["JSONL014"]


def test_many_sets_of_keys_are_not_all_kept() -> None:
    lines = [b'{"id": "a", "text": "b", "k%d": 1}\n' % number for number in range(200)]
    assert len(documents(scan(FORMAT, b"".join(lines), options=ReadOptions(own={"layout": "hf"})))) == 200


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (" ,\t", " :  ")])
@pytest.mark.parametrize(
    "record",
    [
        {"name": "n", "text": "b", "meta": {"id": 1}},
        {"id": "", "text": "b", "meta": {"id": ""}},
        {"id": "a", "name": "text", "meta": {"text": "b"}},
        {"id": "a", "name": 5, "text": "5:,5", "meta": {}},
        {"id": "a", "text": None, "meta": {"text": None}},
        {"id": "a", "text": 'é\u2028\U0001f600\\"', "meta": []},
        {"id": 'url":', "text": "b", "url": "x", "k\n": 1},
        {"meta": {"a": [{"b": "}"}, "]"]}, "id": "a", "text": "b", "é": 1},
        {"id": 1.5, "text": "b"},
        {},
    ],
)
def test_a_refused_record_is_reported_quickly_as_the_strict_reader_tells_it(
    record: dict[str, Any], separators: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = json.dumps(record, separators=separators, ensure_ascii=len(record) % 2 == 0).encode()
    source = b'{"id":"0","text":"b"}\n  ' + line + b'\n{"id":"z","text":"b"}\n'
    with monkeypatch.context() as patch:
        patch.setattr(read, "parse", None)  # it is not needed
        patch.setattr(read._Scan, "_learn", lambda *_: None)
        found = findings(scan(FORMAT, source))
    monkeypatch.setattr(read._Scan, "_is_reported", lambda *_: False)
    assert found == findings(scan(FORMAT, source))
    assert len(found) == 1


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"id":"a","text":"b","id":"a"}', ("JSONL004", "id")),
        ('{"id":12,"text":"b","id":1}', ("JSONL004", "id")),
        ('{"id":"a","text":"{","meta":{"k":[1]},"meta":{}}', ("JSONL004", "meta")),
        ('{"id":"a","t\\u0065xt":"b","text":"b"}', ("JSONL004", "text")),
    ],
)
def test_a_key_that_repeats_is_reported_without_the_strict_reader(
    line: str, told: tuple[str, str], separators: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = line.replace(",", separators[0]).replace('":', f'"{separators[1]}').encode()
    with monkeypatch.context() as patch:
        patch.setattr(read, "parse", None)
        (finding,) = findings(scan(FORMAT, source))
    assert finding.code == told[0]
    assert finding.byte == source.rindex(b'"%b"' % told[1].encode())


@pytest.mark.parametrize("inner", [b"[" * 600 + b"]" * 600, b"[[],[]," * 600 + b"1" + b"]" * 600, b'{"[":' * 5000])
def test_values_that_nest_too_deep_are_told_as_the_strict_reader_tells_them(
    inner: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = b'{"id":"a","text":"[[","meta":{"k":' + inner + (b"1" + b"}" * 5000 if inner[:1] == b"{" else b"") + b"}}"
    with monkeypatch.context() as patch:
        patch.setattr(read, "parse", None)
        found = findings(scan(FORMAT, source))
    monkeypatch.setattr(read._Scan, "_is_reported", lambda *_: False)
    assert found == findings(scan(FORMAT, source))
    assert [finding.code for finding in found] == ["JSONL014"]


def test_a_limit_beyond_the_depth_of_the_fast_parser() -> None:
    source = b'{"id":"a","text":"b","meta":{"k":' + b"[" * 2000 + b"]" * 2000 + b"}}\n"
    options = ReadOptions(limits=USUAL._replace(depth=5000))
    assert len(documents(scan(FORMAT, source, options=options))) == 1


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        (b'{"id":"","text":"b","id":"a"}', ["JSONL004"]),
        (b'{"id":"","text":"b","meta":{"k":1,"k":2}}', ["JSONL013", "JSONL005"]),
        (b'{"id":"","text":"b","meta":{"k":"\\ud800"}}', ["JSONL013", "JSONL005"]),
        (b'{"id":"","text":"\\ud800"}', ["JSONL012"]),
        (b'{"id":"","text":"b","meta":{"k":1e400}}', ["JSONL005"]),
        (b'{"id":"","text":"\xff"}', ["JSONL002"]),
        (b'{"id":"a","text":"b","\\u0022k":{"a":1,"a":2}}', ["JSONL013", "JSONL008"]),
    ],
)
def test_a_refused_record_with_more_to_say_of_it_is_read_strictly(line: bytes, codes: list[str]) -> None:
    assert [finding.code for finding in findings(scan(FORMAT, line))] == codes


def test_refused_records_of_the_same_bytes_are_checked_together() -> None:
    source = b'{"id":"a","text":"b"}\n{"id":"a"}\n' * 120 + b"\xff"
    apart = scan(FORMAT, source)
    joined = list(together(iter(apart)))
    assert len(apart) >= 121
    assert len(joined) < 5  # two pieces of the source, a hundred at most at a time
    assert documents(joined) == documents(apart)
    assert findings(joined) == findings(apart)


def test_what_was_read_before_an_error_of_the_file_is_given() -> None:
    def broken() -> Iterator[Batch]:
        yield from scan(FORMAT, b'{"id":"a","text":"b"}\n{"id":"a"}\n')
        raise ParseError(findings(scan(FORMAT, b"{"))[0])

    seen: list[Batch] = []
    with pytest.raises(ParseError):
        seen.extend(together(broken()))
    assert (len(documents(seen)), len(findings(seen))) == (1, 1)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"id":"a","meta":{"k":' + b"[" * 400 + b"[]," * 200 + b"1" + b"]" * 400 + b"}}", "JSONL006"),
        (b'{"id":"a","text":"b","meta":' + b'{"k":' * 600 + b"1" + b"}" * 600 + b',"meta":{}}', "JSONL014"),
    ],
)
def test_records_that_nest_deep_and_are_refused_for_it_or_not(line: bytes, code: str) -> None:
    assert [finding.code for finding in findings(scan(FORMAT, line))] == [code]


def test_a_key_that_repeats_beside_half_a_surrogate_pair() -> None:
    assert [one.code for one in findings(scan(FORMAT, b'{"id":"a","id":"b","text":"\\ud800"}\n'))] == ["JSONL004"]


def test_an_id_of_a_name_where_there_is_no_name() -> None:
    (one,) = findings(scan(FORMAT, b'{"text":"x"}\n', options=ReadOptions(id_from="name")))
    assert (one.code, one.hint) == (
        "JSONL005",
        "there is no name to create it from; try --id-from path, line or sha256",
    )
