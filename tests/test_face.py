"""Reading and writing in blocks: open, create and read, with paths, bytes and files that a program has opened."""

from __future__ import annotations

import gzip
import inspect
import io
import re
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given

import corpusfmt
from corpusfmt import (
    ConfigurationError,
    Document,
    Finding,
    LossError,
    ParseError,
    SourceChangedError,
    UnknownFormatError,
    plugins,
)
from corpusfmt.cli.main import main
from corpusfmt.model.format import WriteOptions
from corpusfmt.storage.input import Input
from tests import strategies
from tests.support import write

LINE = b'{"id":"d%d","name":"","text":"t%d","meta":{}}\n'
GOOD = b"".join(LINE % (n, n) for n in range(3))
BAD = LINE % (0, 0) + b'{"id":"x"\n' + LINE % (1, 1) + b"[]\n" + LINE % (2, 2)
IDS = ["d0", "d1", "d2"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("good.jsonl").write_bytes(GOOD)
    Path("bad.jsonl").write_bytes(BAD)
    Path("a.seed").write_bytes(b"<<<FILE s1 n>>>\none\n")
    return tmp_path


def ids(documents: Any) -> list[str | int]:
    return [document.id for document in documents]


# -- sources ----------------------------------------------------------------------------------------------


class Minimal:
    """An object that only looks like a file."""

    def __init__(self, data: bytes = b"") -> None:
        self._data, self.written = io.BytesIO(data), b""

    def read(self, size: int) -> bytes:
        return self._data.read(size)

    def write(self, data: bytes) -> None:
        self.written += data

    def flush(self) -> None:
        pass


def after_two_bytes() -> io.BytesIO:
    file = io.BytesIO(b"xx" + GOOD)
    file.seek(2)
    return file


def temporary() -> Any:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the test closes it
    file.write(GOOD)
    file.seek(0)
    return file


def gzipped() -> Any:
    Path("other.jsonl.gz").write_bytes(gzip.compress(GOOD))
    return gzip.open("other.jsonl.gz")


SOURCES: dict[str, tuple[Callable[[], Any], str]] = {
    "bytes": (lambda: GOOD, "<bytes>"),
    "bytearray": (lambda: bytearray(GOOD), "<bytes>"),
    "memoryview": (lambda: memoryview(GOOD), "<bytes>"),
    "compressed bytes": (lambda: gzip.compress(GOOD), "<bytes>"),
    "BytesIO": (lambda: io.BytesIO(GOOD), "<bytes>"),
    "in the middle": (after_two_bytes, "<bytes>"),
    "file": (lambda: open("good.jsonl", "rb"), "good.jsonl"),  # noqa: SIM115 - the test closes it
    "raw file": (lambda: open("good.jsonl", "rb", buffering=0), "good.jsonl"),  # noqa: SIM115
    "temporary file": (temporary, "<file>"),
    "decompressed by the program": (gzipped, "other.jsonl.gz"),
    "minimal": (lambda: Minimal(GOOD), "<file>"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_sources_that_are_no_paths(name: str) -> None:
    make, called = SOURCES[name]
    expected = list(corpusfmt.read("good.jsonl"))
    given: list[Any] = []

    def source() -> Any:
        given.append(make())
        return given[-1]

    assert list(corpusfmt.read(source())) == expected
    with corpusfmt.open(source()) as reader:
        assert (reader.path, reader.format) == (called, "jsonl")
        documents = list(reader)
    assert documents == expected
    assert documents[1].origin == corpusfmt.Origin(called, len(LINE) - 2, 2, len(LINE) - 2)
    assert list(corpusfmt.validate(source())) == []
    for file in given:
        assert not getattr(file, "closed", False), "what a program has opened it closes itself"
        getattr(file, "close", lambda: None)()


def test_findings_name_what_they_are_about() -> None:
    (one, other) = corpusfmt.validate(BAD)
    assert one.where() == "<bytes>:2:10 (byte 53)"
    assert other.path == "<bytes>"
    with open("bad.jsonl", "rb") as file:
        assert [finding.path for finding in corpusfmt.validate(file)] == ["bad.jsonl"] * 2


@pytest.mark.parametrize(
    ("source", "more", "error", "words"),
    [
        (lambda: io.TextIOWrapper(io.BytesIO()), {}, ConfigurationError, "binary mode"),
        (lambda: io.StringIO(""), {}, ConfigurationError, "binary mode"),
        (lambda: GOOD, {"format": "dir"}, ConfigurationError, "has no name, which dir uses as the id"),
        (lambda: b"nothing known", {}, UnknownFormatError, "<bytes>: neither the name nor the content"),
        (lambda: b"", {}, UnknownFormatError, "the file is empty"),
        (lambda: "missing.jsonl", {}, FileNotFoundError, "missing"),
        (lambda: "good.jsonl", {"layout": "x"}, ConfigurationError, "layout must be one of"),
        (lambda: "good.jsonl", {"colour": "x"}, ConfigurationError, "no format of this run has the option --colour"),
        (lambda: "good.jsonl", {"format": "jsonl", "colour": "x"}, ConfigurationError, "has no option 'colour'"),
        (lambda: "good.jsonl", {"id_field": "a", "text_field": "a"}, ConfigurationError, "keys of their own"),
        (lambda: "good.jsonl", {"encoding": "x"}, ConfigurationError, "unknown encoding"),
        (lambda: "good.jsonl", {"id_from": "x"}, ConfigurationError, "an id can be created"),
        (lambda: "good.jsonl", {"limits": {"x": 1}}, ConfigurationError, "x"),
        (lambda: "good.jsonl", {"on_error": "quarantine=a.seed"}, ConfigurationError, "raise, skip, or a function"),
        (lambda: "a.seed", {"format": "dir", "id_from": "line"}, ConfigurationError, "has no line number"),
        (lambda: ["a.seed", "good.jsonl"], {"layout": "x"}, ConfigurationError, "layout must be one of"),
        (lambda: ["a.seed", "good.jsonl"], {"colour": "x"}, ConfigurationError, "no format has the option --colour"),
        (list, {}, ConfigurationError, "no source"),
        (lambda: [b"{}", "a.seed"], {}, ConfigurationError, "must be the only source"),
        (lambda: [io.BytesIO()], {}, ConfigurationError, "must be the only source"),
    ],
)
@pytest.mark.parametrize("function", [corpusfmt.open, corpusfmt.read])
def test_what_is_wrong_is_raised_at_the_call(
    function: Any, source: Any, more: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        function(source(), **more)


def test_options_of_one_of_several_sources() -> None:
    Path("b.jsonl").write_bytes(b'{"id":"x","text":"t"}\n')
    Path("c.seed").write_bytes(b"<<<FILE s2 n>>>\none\n")
    assert ids(corpusfmt.read(["a.seed", "b.jsonl"], layout="hf")) == ["s1", "x"]
    with pytest.raises(ConfigurationError, match="no format of this run has the option --layout"):
        list(corpusfmt.read(["a.seed", "c.seed"], layout="hf"))  # it is known, and not to these


def test_settings_are_keywords_for_another_call() -> None:
    Path("b.jsonl").write_bytes(b'{"id":"x","content":"t"}\n')
    asked: dict[str, Any] = {"encoding": "latin1", "id_from": "line", "limits": {"header": 99}, "max_document": 88}
    with corpusfmt.open("b.jsonl", text_field="content", **asked) as reader:
        settings = reader.settings
        assert ids(reader) == ["x"]
    assert settings == {**asked, "format": "jsonl", "encoding": settings["encoding"], "text_field": "content"}
    with corpusfmt.open("b.jsonl", **settings) as again:
        assert again.settings == settings
    with corpusfmt.open(["a.seed", "good.jsonl"]) as reader:
        seen = [(document.id, reader.path, reader.format) for document in reader]
    assert seen == [("s1", "a.seed", "seed"), *[(id, "good.jsonl", "jsonl") for id in IDS]]
    assert set(reader.settings) == {"format", "encoding", "id_from", "max_document", "limits"}


# -- errors while reading ---------------------------------------------------------------------------------


def test_errors_raise_by_default() -> None:
    for on_error in ({}, {"on_error": "raise"}, {"on_error": "stop"}):
        given: list[str | int] = []
        with corpusfmt.open("bad.jsonl", **cast("Any", on_error)) as reader:
            with pytest.raises(ParseError) as raised:
                given.extend(document.id for document in reader)
            with pytest.raises(ConfigurationError, match="is closed"):
                next(iter(reader))
        assert ids(list(corpusfmt.read("bad.jsonl", on_error="skip"))) == IDS
        assert reader.findings == [raised.value.finding]


def test_errors_are_skipped_or_given_to_a_function() -> None:
    with corpusfmt.open(["bad.jsonl", "a.seed"], on_error="skip") as reader:
        assert ids(reader) == [*IDS, "s1"]
    told: list[Finding] = []
    assert ids(corpusfmt.read("bad.jsonl", on_error=told.append)) == IDS
    assert reader.findings == told == list(corpusfmt.validate("bad.jsonl"))
    assert dict(reader.finding_counts) == {"JSONL001": 1, "JSONL003": 1}
    with corpusfmt.open(b"[]\n" * 60 + GOOD, format="jsonl", on_error="skip") as reader:
        assert ids(reader) == IDS
    assert (len(reader.findings), reader.finding_counts["JSONL003"]) == (50, 60)


def test_a_function_may_raise() -> None:
    def refuse(finding: Finding) -> None:
        raise LookupError(finding.code)

    with pytest.raises(LookupError, match="JSONL001"):
        list(corpusfmt.read("bad.jsonl", on_error=refuse))


def test_warnings_are_kept_and_raise_nothing() -> None:
    with corpusfmt.open(b"\xef\xbb\xbf" + GOOD) as reader:
        assert ids(reader) == IDS
    assert [finding.severity for finding in reader.findings] == ["warning"]


@pytest.mark.parametrize("on_error", ["skip", lambda finding: None])
def test_what_cannot_be_trusted_raises_all_the_same(on_error: Any) -> None:
    damaged = bytearray(gzip.compress(GOOD))
    damaged[-6] ^= 1
    with pytest.raises(ParseError) as raised:
        list(corpusfmt.read(bytes(damaged), on_error=on_error))
    assert raised.value.finding.code == "FILE002"
    with pytest.raises(ParseError) as raised:
        list(corpusfmt.read(b"[]\n" * 9, format="jsonl", limits={"faults": 4}, on_error=on_error))
    assert raised.value.finding.code == "FILE005"
    cut = gzip.compress(GOOD)[:-3]
    with corpusfmt.open(cut, format="jsonl", on_error=on_error) as reader:
        list(reader)
    assert [finding.code for finding in reader.findings] == ["FILE001"]


def test_what_is_wrong_with_the_first_bytes_is_raised_in_the_loop() -> None:
    Path("empty.jsonl.gz").write_bytes(b"")
    with corpusfmt.open("empty.jsonl.gz") as reader, pytest.raises(ParseError, match="the file is empty"):
        list(reader)
    assert (reader.format, reader.settings) == ("", {})
    assert ids(corpusfmt.read(["empty.jsonl.gz", "good.jsonl"], on_error="skip")) == IDS


def test_a_source_that_changes() -> None:
    with corpusfmt.open("good.jsonl") as reader:
        with open("good.jsonl", "ab") as file:
            file.write(GOOD)
        with pytest.raises(SourceChangedError):
            list(reader)


# -- loops ------------------------------------------------------------------------------------------------


def test_a_second_loop_goes_on() -> None:
    with corpusfmt.open(["good.jsonl", "a.seed"]) as reader:
        assert next(iter(reader)).id == "d0"
        for document in reader:
            assert document.id == "d1"
            break
        assert ids(reader) == ["d2", "s1"]
        assert ids(reader) == []
    for again in (reader, reader.batches()):
        with pytest.raises(ConfigurationError, match="its block has ended"):
            list(again)


def test_files_are_closed_when_reading_ends_early(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []
    close = Input.close

    def note(source: Input) -> None:
        closed.append(source.name)
        close(source)

    monkeypatch.setattr(Input, "close", note)
    with corpusfmt.open("good.jsonl") as reader:
        next(iter(reader))
    documents = corpusfmt.read("a.seed")
    next(documents)
    cast("Any", documents).close()
    assert closed == ["good.jsonl", "a.seed"]


# -- targets ----------------------------------------------------------------------------------------------


DOCUMENTS = [Document(f"d{n}", f"text {n}", name="n" if n == 600 else "") for n in range(700)]


def sourced(name: str) -> Any:
    if name == "reader":
        with corpusfmt.create("many.jsonl") as target:
            target.write_all(DOCUMENTS)
        return corpusfmt.open("many.jsonl")
    return {"list": DOCUMENTS, "iterator": iter(DOCUMENTS), "read": corpusfmt.read}.get(name)


@pytest.mark.parametrize("name", ["reader", "list", "iterator"])
def test_write_all_is_as_writing_one_after_the_other(name: str) -> None:
    with corpusfmt.create("one.jsonl") as target:
        for document in DOCUMENTS:
            target.write(document)
    with corpusfmt.create("all.jsonl") as target:
        assert target.write_all(sourced(name)) == 700
        assert target.write_all([]) == 0
    assert Path("all.jsonl").read_bytes() == Path("one.jsonl").read_bytes()


@pytest.mark.parametrize("name", ["reader", "list", "iterator"])
def test_write_all_writes_what_stands_before_a_refused_document(name: str) -> None:
    source = sourced(name)
    with corpusfmt.create("x.jsonl", layout="hf") as target:
        with pytest.raises(LossError) as raised:
            target.write_all(source)
        rest = ids(source) if name == "reader" else []
    (loss,) = raised.value.losses
    assert (loss.kind, loss.document) == ("name", "d600")
    assert ids(corpusfmt.read("x.jsonl", layout="hf")) == [f"d{n}" for n in range(600)]
    if name == "reader":
        assert loss.line == 601
        assert rest == [f"d{n}" for n in range(601, 700)]


def test_write_all_of_a_source_that_is_read_in_part() -> None:
    with corpusfmt.open(["bad.jsonl", "a.seed"], on_error="skip") as reader, corpusfmt.create("x.jsonl") as target:
        assert next(iter(reader)).id == "d0"
        assert target.write_all(reader) == 3
    assert ids(corpusfmt.read("x.jsonl")) == ["d1", "d2", "s1"]
    assert len(reader.findings) == 2


def test_write_all_of_what_raises_writes_what_came_before() -> None:
    with corpusfmt.create("x.jsonl") as target, pytest.raises(ParseError):
        target.write_all(corpusfmt.read("bad.jsonl"))
    assert ids(corpusfmt.read("x.jsonl")) == ["d0"]


def test_large_documents_are_not_gathered() -> None:
    class Counting(Minimal):
        def write(self, data: bytes) -> None:
            written.append(len(data))

    def large() -> Iterator[Document]:
        for n in range(4):
            assert sum(written) >= n << 20, "each is written before the next is asked for"
            yield Document(f"d{n}", b"x" * (1 << 20))

    written: list[int] = []
    with corpusfmt.create(cast("Any", Counting()), format="jsonl") as target:
        assert target.write_all(large()) == 4


class PathOfPy(Minimal):
    """A path that has methods of a file, as those of the package py."""

    encoding = None

    def __fspath__(self) -> str:
        return "good.jsonl"


def test_a_path_is_a_path_whatever_methods_it_has() -> None:
    assert ids(corpusfmt.read(PathOfPy())) == IDS
    with corpusfmt.create(PathOfPy()) as target:
        target.write(DOCUMENTS[0])
    assert ids(corpusfmt.read("good.jsonl")) == ["d0"]


@pytest.mark.parametrize("source", [b"{}", [b"{}"], io.BytesIO(b"{}")])
def test_bytes_are_refused_where_files_are_needed(source: Any) -> None:
    for call in (
        partial(corpusfmt.convert, source, "x.jsonl"),
        partial(corpusfmt.fix, source),
        partial(corpusfmt.diff, "good.jsonl", source),
    ):
        with pytest.raises(ConfigurationError, match="must be the only source"):
            call()


@pytest.mark.parametrize("make", [io.BytesIO, Minimal, partial(open, "out.bin", "w+b"), tempfile.TemporaryFile])
@pytest.mark.parametrize("format", ["jsonl", "seed", "warc", "tei"])
def test_a_target_that_a_program_has_opened(make: Any, format: str) -> None:
    file = make()
    with corpusfmt.create(file, format=format) as target:
        assert target.write_all(corpusfmt.read("good.jsonl")) == 3
    if isinstance(file, Minimal):
        written = file.written
    else:
        file.seek(0)
        written = file.read()
        file.close()
    corpusfmt.convert("good.jsonl", f"expected.{format}")
    assert written == Path(f"expected.{format}").read_bytes()


def test_a_target_that_is_open_is_written_to_as_it_is() -> None:
    with gzip.open("x.jsonl.gz", "wb") as file, corpusfmt.create(cast("Any", file), format="jsonl") as target:
        target.write_all(corpusfmt.read("good.jsonl"))
    assert gzip.decompress(Path("x.jsonl.gz").read_bytes()) == GOOD
    kept = io.BytesIO()
    with pytest.raises(LossError), corpusfmt.create(kept, format="jsonl", layout="hf") as target:
        target.write_all(DOCUMENTS)
    assert kept.getvalue().count(b"\n") == 600


class Full(io.RawIOBase):
    """Takes three bytes at a time, sometimes none, and is full after some."""

    def __init__(self, room: int) -> None:
        self.got, self.room, self.turn = b"", room, 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int | None:
        if len(self.got) >= self.room:
            raise OSError(28, "No space left on device")
        self.turn += 1
        if self.turn % 2:
            return None
        self.got += bytes(data[:3])
        return len(data[:3])


def test_a_raw_target_takes_what_it_takes() -> None:
    file = Full(1000)
    with corpusfmt.create(cast("Any", file), format="jsonl") as target:
        target.write_all(corpusfmt.read("good.jsonl"))
    assert file.got == GOOD
    full = Full(30)
    with (
        pytest.raises(OSError, match="No space left on device: '<file>'"),
        corpusfmt.create(cast("Any", full), format="jsonl") as target,
    ):
        target.write_all(corpusfmt.read("good.jsonl"))


@pytest.mark.parametrize(
    ("target", "more", "error", "words"),
    [
        (io.BytesIO(), {}, UnknownFormatError, "must be named"),
        (io.StringIO(), {"format": "jsonl"}, ConfigurationError, "binary mode"),
        (io.BytesIO(), {"format": "dir"}, ConfigurationError, "is not a folder"),
        (io.BytesIO(), {"format": "jsonl", "shard_size": 9}, ConfigurationError, "shards and an index need"),
        (io.BytesIO(), {"format": "warc", "cdxj": True}, ConfigurationError, "shards and an index need"),
        ("x.jsonl", {"layout": "x"}, ConfigurationError, "layout must be one of"),
        ("x.jsonl", {"allow_loss": ["everything"]}, ConfigurationError, "no loss of"),
        ("x.unknown", {}, UnknownFormatError, "is not that of a format"),
        ("-", {"format": "dir"}, ConfigurationError, "standard output is not a folder"),
    ],
)
def test_targets_that_cannot_be_made(target: Any, more: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words), corpusfmt.create(target, **more):
        pytest.fail("the block began")
    assert not Path("x.jsonl").exists()


def test_options_of_a_target_are_checked_at_the_call() -> None:
    with pytest.raises(ConfigurationError, match="layout must be one of"):
        corpusfmt.create("x.jsonl", layout="x")


def test_writing_outside_of_a_block() -> None:
    writer = corpusfmt.create("x.jsonl")
    with pytest.raises(ConfigurationError, match="inside a block"):
        writer.write_all(DOCUMENTS)
    assert corpusfmt.open_writer is corpusfmt.create


@pytest.mark.parametrize("name", plugins.formats())
@given(docs=strategies.corpora)
def test_bytes_of_every_format_are_read_as_a_file_is(name: str, docs: list[Document]) -> None:
    format = plugins.format_named(name)
    if format.one_per_file:
        pytest.skip("a file is a document, whose name is its path")
    options = WriteOptions()
    kept = [document for document in docs if not format.losses(document, options)]
    data = write(format, kept)
    assert list(corpusfmt.read(data, format=name)) == kept
    out = io.BytesIO()
    with corpusfmt.create(out, format=name) as target:
        target.write_all(kept)
    assert out.getvalue() == data


# -- names ------------------------------------------------------------------------------------------------

FUNCTIONS: list[Callable[..., Any]] = [
    corpusfmt.open,
    corpusfmt.read,
    corpusfmt.create,
    corpusfmt.convert,
    corpusfmt.validate,
    corpusfmt.fix,
    corpusfmt.diff,
]
#: What a flag cannot be called in Python, and flags that are given several times.
OTHERWISE = {"format": "from", "from_format": "from", "to_format": "to", "ids": "id", "limits": "limit"}
#: What has no flag: arguments that are Python objects, and options of formats as a whole.
PYTHON = {
    "source",
    "target",
    "a",
    "b",
    "options",
    "read_options",
    "write_options",
    "options_a",
    "options_b",
    "progress",
}


def test_arguments_are_called_as_flags_are(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("convert", "validate", "fix", "diff"):
        with pytest.raises(SystemExit):
            main([name, "--help"])
    flags = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    for function in FUNCTIONS:
        for name in inspect.signature(function).parameters:
            if name not in PYTHON:
                assert f"--{OTHERWISE.get(name, name).replace('_', '-')}" in flags, name


def test_convert_stops_by_either_name() -> None:
    for on_error in ("stop", "raise"):
        with pytest.raises(ParseError):
            corpusfmt.convert("bad.jsonl", "x.seed", on_error=on_error)


@pytest.mark.parametrize(
    "arguments",
    [
        {"on_error": None}, {"on_error": 5}, {"on_error": len}, {"limits": {"header": "1MiB"}}, {"limits": [1]},
        {"max_document": "5MB"}, {"max_document": None}, {"max_document": True}, {"read_options": 3}, {"from_format": 3},
        {"receipt": 5}, {"shard_size": -1}, {"shard_size": "1kB"}, {"encoding": 8}, {"id_from": 1}, {"ids": 7},
        {"allow_loss": 1}, {"write_options": ["a"]}, {"verify": "yes"},
    ],
    ids=str,
)  # fmt: skip
def test_an_argument_of_another_type_is_a_mistake_of_the_caller(arguments: dict[str, Any], here: Path) -> None:
    Path("a.jsonl").write_bytes(b'{"id":"a","text":"x"}\n')
    with pytest.raises(ConfigurationError, match=next(iter(arguments))):
        corpusfmt.convert("a.jsonl", "b.seed", **arguments)
    assert not Path("b.seed").exists()


@pytest.mark.parametrize("given", ["x", 3, None, b"x"])
def test_what_is_no_document_is_not_written(given: Any, here: Path) -> None:
    for documents in ([given], [Document("a", "x"), given]):
        with (
            pytest.raises(ConfigurationError, match="expected a Document, not"),
            corpusfmt.create("b.seed") as writer,
        ):
            writer.write_all(documents) if documents[1:] else writer.write(given)
        assert not Path("b.seed").exists()
    with (
        pytest.raises(ConfigurationError, match="expected a Document, not str"),
        corpusfmt.create("b.seed") as writer,
    ):
        writer.write_all("a.jsonl")  # type: ignore[arg-type]  # a path is no list of documents


@pytest.mark.parametrize(
    ("ids", "written"),
    [(None, "1 d d1 7"), ("d1", "d1"), (["d1", "1"], "1 d1"), ([7], "7"), (["7"], "7"), ([], ""), (("d",), "d")],
    ids=str,
)
def test_ids_choose_documents(ids: Any, written: str, here: Path) -> None:
    Path("a.jsonl").write_bytes(b"".join(b'{"id":%b,"text":"t"}\n' % id for id in (b'"1"', b'"d"', b'"d1"', b"7")))
    assert corpusfmt.convert("a.jsonl", "b.seed", ids=ids).written == len(written.split())
    assert [str(document.id) for document in corpusfmt.read("b.seed")] == written.split()
