"""Proving a conversion: reading back what was written, the receipt, and holding files against it later."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import deflate
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt import Document, ReceiptError, VerificationError, convert, open_writer, verify
from corpusfmt.cli.main import main
from corpusfmt.model.document import text_digest
from corpusfmt.model.loss_kinds import ALLOWABLE
from corpusfmt.receipt.sections import Receipt, digest_of
from corpusfmt.verbs.convert.entries import Entries
from tests import strategies
from tests.support import SEEDS
from tests.test_laws import VARIANTS, Variant

ALL = list(ALLOWABLE)
TARGETS: list[tuple[str, dict[str, Any]]] = [
    ("out.seed", {}), ("out.seed.gz", {}), ("out.jsonl.zst", {}), ("out.warc", {}), ("out.warc.gz", {}), ("out.warc.zst", {}),
    ("out.xml", {}), ("tei/", {"to_format": "tei"}), ("out.jsonl", {"shard_size": 5000}), ("out.warc.gz", {"cdxj": True}),
    ("dir", {"to_format": "dir", "allow_loss": ALL}), ("plain.seed", {"write_options": {"dialect": "plain"}, "allow_loss": ALL}),
    ("hf.jsonl", {"write_options": {"layout": "hf"}, "allow_loss": ALL}),
    ("tm.jsonl", {"write_options": {"layout": "text-meta"}, "allow_loss": ALL}),
]  # fmt: skip
every_target = pytest.mark.parametrize(("target", "options"), TARGETS, ids=[f"{name} {list(o)}" for name, o in TARGETS])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def seed(path: str, documents: Sequence[Document]) -> None:
    with open_writer(path) as writer:
        for document in documents:
            writer.write(document)


def sealed(receipt: dict[str, Any], **how: Any) -> None:
    """Write a receipt that says something else, with the digest of that."""
    Path("r.json").write_text(json.dumps({**receipt, "sha256": digest_of(receipt)}, **how))


def told(receipt: str | Path = "r.json", **options: Any) -> list[tuple[str, str]]:
    return [(one.kind, one.message) for one in verify(receipt, **options)]


# -- reading back --------------------------------------------------------------------------------------------------


@every_target
def test_every_kind_of_target_is_read_back_and_its_receipt_holds(
    target: str, options: dict[str, Any], here: Path
) -> None:
    report = convert(str(SEEDS), target, receipt="r.json", **options)
    assert (report.verified, report.written) == (62, 62)
    receipt = json.loads(Path("r.json").read_bytes())
    assert receipt["counts"]["read"] == receipt["counts"]["written"] + receipt["counts"]["refused"] == 62
    assert len(receipt["documents"]) == 62
    assert sum(one["documents"] for one in receipt["inputs"]) == 62
    assert sum(one.get("documents", 0) for one in receipt["outputs"]) == 62
    for one in receipt["inputs"] + receipt["outputs"]:
        data = Path(one["path"]).read_bytes()
        assert (len(data), sha256(data).hexdigest()) == (one["size"], one["sha256"])
    assert told() == []
    assert list(verify("r.json", quick=True)) == []
    there = {str(path) for path in Path().rglob("*") if path.is_file()}
    assert there == {one["path"] for one in receipt["outputs"]} | {"r.json"}


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
@given(documents=strategies.corpora)
def test_whatever_is_given_is_read_back_or_was_lost_as_allowed(variant: Variant, documents: list[Document]) -> None:
    with TemporaryDirectory() as place:
        source = f"{place}/in.jsonl"
        kept = [d for d in documents if "size" not in {loss.kind for loss in variant.format.losses(d, variant.writing)}]
        seed(f"{place}/in.seed", kept)
        source = f"{place}/in.seed"
        report = convert(
            source, f"{place}/out{variant.format.suffixes[0]}", write_options=variant.own, allow_loss=ALL,
            receipt=f"{place}/r.json", on_error="skip",
        )  # fmt: skip
        assert report.verified == report.written
        assert list(verify(f"{place}/r.json")) == []
        receipt = json.loads(Path(place, "r.json").read_bytes())
        assert {loss["kind"] for loss in receipt["losses"] if loss["allowed"]} == set(report.lost)


class _Falsifying:
    """A writer that writes something else of one document."""

    def __init__(self, inner: Any, change: Any) -> None:
        self._inner, self._change = inner, change
        self.begin, self.end = inner.begin, inner.end

    def encode(self, documents: Sequence[Document], /) -> list[bytes]:
        pieces: list[bytes] = self._inner.encode(
            [self._change(document) for document in documents if self._change(document)]
        )
        return pieces


def changed(document: Document, **parts: Any) -> Document:
    had = {"id": document.id, "text": document.data, "name": document.name, "meta": document.meta_json, **parts}
    return Document(had.pop("id"), had.pop("text"), **had)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: changed(d, text=d.data + b"x") if d.id == "b" else d, "found another text for document 'b'"),
        (lambda d: changed(d, id="c") if d.id == "b" else d, "found the id 'c' for document 'c'; it was given 'b'"),
        (lambda d: changed(d, id=7) if d.id == "7" else d, "found the id '7' for document '7'; it was given '7'"),
        (lambda d: changed(d, name="z") if d.id == "b" else d, "the name 'z' in place of 'b.txt'"),
        (lambda d: changed(d, meta={"k": 1.0}) if d.id == "b" else d, "other metadata"),
        (lambda d: None if d.id == "7" else d, "the output lacks the document '7'"),
        (lambda d: None if d.id == "a" else d, "the id 'b'"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("target", ["out.seed", "out.jsonl.gz", "out.warc", "out.xml", "tei/"])
def test_a_writer_that_lies_is_caught_and_nothing_is_committed(
    target: str, change: Any, message: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import corpusfmt.targets.settings as room

    seed("in.seed", [Document("a", "1\n"), Document("b", "2\n", name="b.txt", meta={"k": 1}), Document("7", "3\n")])
    if target == "out.seed":
        Path("out.seed").write_bytes(b"old")
    prepared = room.prepared

    def lying(path: str, writing: Any, **more: Any) -> Any:
        made = prepared(path, writing, **more)
        return made if path == "in.seed" else made._replace(writer=_Falsifying(made.writer, change))

    monkeypatch.setattr("corpusfmt.targets.files.prepared", lying)
    before = sorted(os.listdir())
    if target == "out.warc" and change(Document("7", "3\n")) is None:
        message = "expected 3 documents, found 2"  # the record at the end says it first
    with pytest.raises(VerificationError, match=message.replace("(", r"\(")):
        convert("in.seed", target, to_format="tei" if target == "tei/" else None, verify=True, receipt="r.json")
    assert sorted(os.listdir()) == before
    if target == "out.seed":
        assert Path("out.seed").read_bytes() == b"old"


def test_damage_on_the_way_to_the_disk_is_caught(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from corpusfmt.storage.output import Output

    seed("in.seed", [Document("a", "one text\n" * 50), Document("b", "another\n" * 50)])
    put = Output._put

    def flipping(self: Output, data: bytes) -> None:
        put(self, data.replace(b"another\n", b"anothar\n", 1) if self.target.startswith("out") else data)

    monkeypatch.setattr(Output, "_put", flipping)
    assert main(["convert", "in.seed", "-o", "out.jsonl", "--verify"]) == 0  # its escaped line ends are not touched
    assert main(["convert", "in.seed", "-o", "out.seed", "--verify"]) == 2
    assert "found another text for document 'b'" in capsys.readouterr().err
    assert main(["convert", "in.seed", "-o", "out.warc", "--verify"]) == 2
    assert "does not read back" in capsys.readouterr().err
    assert sorted(os.listdir()) == ["in.seed", "out.jsonl"]


@pytest.mark.parametrize("arguments", [["--verify"], ["--receipt", "r.json"]])
@pytest.mark.parametrize("target", ["-", "/dev/null"])
def test_what_cannot_be_read_back_is_refused(
    target: str, arguments: list[str], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if os.name != "posix" and target != "-":
        pytest.skip("a POSIX device")
    assert main(["convert", str(SEEDS / "plain.seed"), "-o", target, "--to", "jsonl", *arguments]) == 2
    assert "cannot be read back" in capsys.readouterr().err
    assert os.listdir() == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "o.jsonl", "--receipt", "in.seed"], "also a source or the target"), (["-o", "r.jsonl", "--receipt", "r.jsonl"], "also a source"),
        (["-o", "o.jsonl", "--receipt", "-"], "cannot be written to standard output"), (["-o", "o.jsonl", "--receipt", "no/r.json"], "does not exist"),
        (["-o", "o/", "--to", "dir", "--receipt", "o/r.json"], "is inside the target"),
    ],
)  # fmt: skip
def test_places_that_a_receipt_cannot_have(
    arguments: list[str], message: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed("in.seed", [Document("a", "1\n", name="a")])
    assert main(["convert", "in.seed", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert os.listdir() == ["in.seed"]


# -- what a receipt says -------------------------------------------------------------------------------------------


def test_a_receipt_lists_each_loss_and_each_refusal(here: Path) -> None:
    count = 130  # more than a report keeps
    records = [{"id": f"d{n}", "name": f"n{n}", "text": "x", "meta": {"k": n}} for n in range(count)]
    Path("in.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records) + '{"id": "bad"}\n')
    options: dict[str, Any] = {"write_options": {"layout": "hf"}, "receipt": "r.json"}
    report = convert("in.jsonl", "out.jsonl", allow_loss=["name"], on_error="quarantine=q.seed", **options)
    receipt = json.loads(Path("r.json").read_bytes())
    assert (report.read, report.written, report.refused) == (131, 130, 1)
    assert [loss["document"] for loss in receipt["losses"]] == [f"d{n}" for n in range(count)]
    assert {(loss["kind"], loss["allowed"], loss["path"]) for loss in receipt["losses"]} == {("name", True, "in.jsonl")}
    assert [loss["line"] for loss in receipt["losses"]] == list(range(1, count + 1))
    (refused,) = receipt["refused"]
    assert (refused["why"], refused["path"], refused["line"]) == ("JSONL006", "in.jsonl", 131)
    assert receipt["lost"] == {"name": 130}
    assert [(one["path"], one.get("refused")) for one in receipt["outputs"]] == [("out.jsonl", None), ("q.seed", 1)]
    assert told() == []
    assert receipt["asked"]["allow_loss"] == ["name"]
    assert receipt["tool"]["packages"]["zstandard"]
    assert receipt["tool"]["codecs"] == {
        "gz": {"library": "libdeflate", "package": f"deflate {deflate.__version__}", "level": 1},
        "zst": {
            "library": "Zstandard " + ".".join(map(str, zstandard.ZSTD_VERSION)),
            "package": f"zstandard {zstandard.__version__}",
            "level": 3,
        },
    }


def test_a_run_that_committed_nothing_has_a_receipt_of_why(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("in.jsonl").write_text("".join(f'{{"id": "d{n}", "name": "n", "text": "x"}}\n' for n in range(120)))
    assert main(["convert", "in.jsonl", "-o", "o.jsonl", "--to", "jsonl:layout=hf", "--receipt", "r.json"]) == 1
    receipt = json.loads(Path("r.json").read_bytes())
    assert (receipt["committed"], receipt["counts"]["refused"], receipt["verified"]) == (False, 120, 0)
    assert len(receipt["losses"]) == len(receipt["refused"]) == 120
    assert not any(loss["allowed"] for loss in receipt["losses"])
    assert receipt["outputs"] == receipt["documents"] == []
    assert sorted(os.listdir()) == ["in.jsonl", "r.json"]
    capsys.readouterr()
    assert main(["verify", "r.json"]) == 1
    assert "committed nothing" in capsys.readouterr().out


def test_what_reading_dropped_is_in_it(here: Path) -> None:
    Path("in.xml").write_text(
        '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>T</title></titleStmt><publicationStmt>'
        "<p>x</p></publicationStmt><sourceDesc><p>x</p></sourceDesc></fileDesc></teiHeader><text><body><p>One <hi>two</hi> "
        "<persName>three</persName> <hi>four</hi>.</p></body></text></TEI>"
    )
    convert("in.xml", "out.jsonl", receipt="r.json", id_from="sha256")
    assert json.loads(Path("r.json").read_bytes())["left_behind"] == {"hi": 2, "persName": 1}


def test_what_was_skipped_is_named_from_the_folder_of_the_receipt(here: Path) -> None:
    Path("texts/.hidden").mkdir(parents=True)
    for name in ("a.txt", ".b", ".hidden/c"):
        Path("texts", name).write_text("1\n")
    Path("proofs").mkdir()
    convert("texts", "out.seed", from_format="dir", receipt="proofs/r.json")
    receipt = json.loads(Path("proofs/r.json").read_bytes())
    assert receipt["passed_over"] == ["../texts/.hidden/", "../texts/.b"]
    assert [one["path"] for one in receipt["inputs"]] == ["../texts/a.txt"]


def test_standard_input_has_a_digest_and_cannot_be_checked(here: Path) -> None:
    import subprocess
    import sys

    data = b"<<<FILE a b>>>\n1\n"
    command = [sys.executable, "-m", "corpusfmt", "convert", "-", "-o", "o.jsonl", "--receipt", "r.json"]
    subprocess.run(command, input=data, check=True, capture_output=True)
    (source,) = json.loads(Path("r.json").read_bytes())["inputs"]
    assert (source["path"], source["sha256"], source["size"]) == ("-", sha256(data).hexdigest(), len(data))
    assert told() == []


@pytest.mark.parametrize("name", ["./-", "<stdin>"])
def test_a_file_with_the_name_of_standard_input_is_a_file(name: str, here: Path) -> None:
    seed("in.seed", [Document("a", "1\n")])
    convert("in.seed", name, to_format="seed", receipt="r.json")
    Path("sub").mkdir()
    convert(name, "out.jsonl", receipt="sub/r.json")
    assert told() == told("sub/r.json") == []
    Path(name).write_bytes(Path(name).read_bytes() + b"2\n")
    assert [kind for kind, _ in told()] == ["changed", "document"]
    assert [kind for kind, _ in told("sub/r.json")] == ["changed"]


def test_the_same_run_gives_the_same_receipt(here: Path) -> None:
    found = set()
    for _ in range(2):
        convert(str(SEEDS), "o.warc.gz", receipt="r.json")
        found.add(Path("r.json").read_bytes())
    assert len(found) == 1


def test_a_receipt_of_many_documents_is_written_from_disk(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpusfmt.storage.temporary._HELD", 100)
    monkeypatch.setattr("corpusfmt.verbs.convert.entries.MIB", 100)
    seed("in.seed", [Document(f"d{n}", "x" * n, meta={"n": n}) for n in range(200)])
    convert("in.seed", "o.jsonl", receipt="r.json")
    receipt = json.loads(Path("r.json").read_bytes())
    assert [one["id"] for one in receipt["documents"]] == [f"d{n}" for n in range(200)]
    assert receipt["documents"][3]["sha256"] == sha256(b"xxx").hexdigest()
    assert told() == []


# -- later ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def made(here: Path) -> Path:
    seed("in.seed", [Document("a", "one\n", name="n", meta={"k": 1}), Document("b", "two\n"), Document(7, "three\n")])
    convert("in.seed", "out.jsonl", receipt="r.json")
    return here


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"two", b"tvo", "document 2: its text was changed"), (b'"b"', b'"c"', "document 2: its id was 'b' and is 'c'"),
        (b'"n"', b'"m"', "document 1: its name was 'n' and is 'm'"), (b'"k":1', b'"k":2', "document 1: its metadata was changed"),
        (b'"id":7', b'"id":"7"', "document 3: its id was '7' and is '7'"), (b"two\\n", b"two\\", "cannot be read"),
    ],
)  # fmt: skip
def test_a_document_that_changed_is_named(old: bytes, new: bytes, message: str, made: Path) -> None:
    data = Path("out.jsonl").read_bytes()
    assert old in data
    Path("out.jsonl").write_bytes(data.replace(old, new))
    found = told()
    assert [kind for kind, _ in found] == ["changed", "document"]
    assert message in found[1][1]
    assert [kind for kind, _ in told(quick=True)] == ["changed"]
    assert told(only=["inputs"]) == []


def test_files_that_are_gone_cut_or_longer(made: Path) -> None:
    data = Path("out.jsonl").read_bytes()
    lines = data.splitlines(keepends=True)
    Path("out.jsonl").write_bytes(b"".join(lines[:2]))
    assert told()[1] == ("document", "the file ends before the document '7'")
    Path("out.jsonl").write_bytes(data + lines[0])
    assert told()[1] == ("document", "the file has more documents than before")
    Path("out.jsonl").unlink()
    assert told() == [("missing", "the file does not exist")]
    Path("out.jsonl").mkdir()
    assert told() == [("missing", "the file is no longer a file")]
    Path("in.seed").write_bytes(b"")
    assert [kind for kind, _ in told(only=["inputs"])] == ["changed"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes are POSIX")
def test_a_source_that_was_a_pipe_cannot_be_checked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from threading import Thread

    data = b"<<<FILE a b>>>\n1\n"
    os.mkfifo("pipe")
    feeding = Thread(target=lambda: Path("pipe").write_bytes(data))
    feeding.start()
    convert("pipe", "o.jsonl", from_format="seed", receipt="r.json")
    feeding.join()
    (source,) = json.loads(Path("r.json").read_bytes())["inputs"]
    assert (source["path"], source["sha256"], source["pipe"]) == ("pipe", sha256(data).hexdigest(), True)
    assert main(["verify", "r.json"]) == 0
    assert "1 input came from standard input or a pipe and cannot be checked" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes are POSIX")
def test_a_pipe_is_not_opened(made: Path) -> None:
    Path("out.jsonl").unlink()
    os.mkfifo("out.jsonl")
    assert told() == [("missing", "the file is no longer a file")]


def test_one_file_of_several_that_changed_does_not_hide_the_others(here: Path) -> None:
    convert(str(SEEDS), "out.jsonl", shard_size=5000, receipt="r.json")
    first, second = Path("out-00001.jsonl"), Path("out-00003.jsonl")
    first.write_bytes(first.read_bytes().replace(b'"text":"', b'"text":"x', 1))
    second.write_bytes(b"{}\n")
    assert [(one.kind, Path(one.path).name) for one in verify("r.json")] == [
        ("changed", "out-00001.jsonl"), ("document", "out-00001.jsonl"), ("changed", "out-00003.jsonl"), ("document", "out-00003.jsonl"),
    ]  # fmt: skip


def test_a_receipt_and_its_files_can_be_moved_together(made: Path) -> None:
    Path("sub").mkdir()
    for name in ("in.seed", "out.jsonl", "r.json"):
        Path(name).rename(Path("sub", name))
    assert told("sub/r.json") == []


@pytest.mark.skipif(os.name != "posix", reason="elsewhere '..' leads back over a link")
def test_a_path_that_leads_back_from_a_link_is_that_of_the_file(here: Path) -> None:
    Path("far/deep").mkdir(parents=True)
    Path("link").symlink_to("far/deep")
    seed("far/in.seed", [Document("a", "1\n")])
    seed("in.seed", [Document("b", "another\n")])
    convert("link/../in.seed", "link/../out.jsonl", receipt="r.json")
    receipt = json.loads(Path("r.json").read_bytes())
    assert [one["path"] for one in receipt["inputs"] + receipt["outputs"]] == ["far/in.seed", "far/out.jsonl"]
    assert told() == []
    convert("in.seed", "link/o.jsonl", receipt="r.json")
    assert json.loads(Path("r.json").read_bytes())["outputs"][0]["path"] == "link/o.jsonl"


def test_a_receipt_that_was_written_anew_is_read(made: Path) -> None:
    receipt = json.loads(Path("r.json").read_bytes())
    for text in (*(json.dumps(receipt, indent=n) for n in (None, 1, 4)), json.dumps(receipt, sort_keys=True)):
        Path("r.json").write_text(text)
        assert told() == []


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"receipt": 2}', "\x1f\x8b", "x" * 100, '{"receipt": 1', "[" * 100_000]
)
def test_what_is_no_receipt(text: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("r.json").write_bytes(text.encode("latin-1"))
    assert main(["verify", "r.json"]) == 2
    assert capsys.readouterr().err.startswith("corpusfmt: ")


def test_a_receipt_that_is_cut_in_its_documents_is_no_word_against_a_file(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = Path("r.json").read_bytes()
    Path("r.json").write_bytes(whole[: whole.index(b'"id": "b"')])
    assert main(["verify", "r.json"]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", "corpusfmt: the receipt 'r.json' is truncated or damaged: its lists do not end\n")


@given(st.data())
def test_a_receipt_that_was_damaged_never_passes_for_whole_without_a_word(data: st.DataObject) -> None:
    with TemporaryDirectory() as place:
        seed(f"{place}/in.seed", [Document(f"d{n}", f"text {n}\n", name=f"n{n}", meta={"n": n}) for n in range(4)])
        convert(f"{place}/in.seed", f"{place}/out.jsonl", receipt=f"{place}/r.json")
        path = Path(place, "r.json")
        whole = path.read_bytes()
        at = data.draw(st.integers(0, len(whole) - 1))
        how = data.draw(st.sampled_from(["cut", "flip", "drop line"]))
        if how == "cut":
            path.write_bytes(whole[:at])
        elif how == "flip":
            path.write_bytes(whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :])
        else:
            lines = whole.split(b"\n")
            del lines[whole.count(b"\n", 0, at)]
            path.write_bytes(b"\n".join(lines))
        try:
            found = list(verify(path))
        except (ReceiptError, UnicodeDecodeError) as error:
            assert isinstance(error, ReceiptError)
            return
        except Exception as error:  # noqa: BLE001  # no other may pass
            from corpusfmt import CorpusfmtError

            assert isinstance(error, CorpusfmtError)
            return
        assert found or json.loads(path.read_bytes()) == json.loads(whole)


def test_the_command_tells_and_counts(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "r.json"]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == ("", "verified: 2 files and 3 documents match the receipt\n")
    Path("out.jsonl").write_bytes(b"\x1b[31m")
    assert main(["verify", "r.json", "--output-format", "jsonl"]) == 1
    out, err = capsys.readouterr()
    assert [json.loads(line)["kind"] for line in out.splitlines()] == ["changed", "document"]
    assert "\x1b" not in out
    assert err == "verified: 1 file matches the receipt; 2 things do not\n"
    assert main(["verify", "nothing.json"]) == 2
    assert main(["verify", "r.json", "--only", "inputs", "-q"]) == 0


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("outputs", "documents", -1), ("outputs", "documents", "1"), ("outputs", "documents", 1 << 63), ("outputs", "path", 7), ("outputs", "path", "a\0b"), ("inputs", "sha256", None),
        ("target", "format", "nothing"), ("target", "format", None), ("target", "options", []), ("target", "options", {"layout": "no"}),
    ],
)  # fmt: skip
def test_a_receipt_whose_fields_are_damaged(
    section: str, key: str, value: Any, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = json.loads(Path("r.json").read_bytes())
    (receipt[section][0] if isinstance(receipt[section], list) else receipt[section])[key] = value
    sealed(receipt)
    assert main(["verify", "r.json"]) == 2
    assert "receipt" in (err := capsys.readouterr().err) or "unknown format" in err or "must be one of" in err


@pytest.mark.parametrize("section", ["outputs", "documents"])
def test_a_receipt_that_lists_less_than_it_counts(section: str, made: Path) -> None:
    receipt = json.loads(Path("r.json").read_bytes())
    del receipt[section][0]
    sealed(receipt)
    with pytest.raises(ReceiptError, match="is damaged: its counts do not match its lists"):
        told()


@pytest.mark.parametrize(
    "change",
    [
        {"counts": {"read": 4}}, {"counts": {"written": 2, "refused": 1}}, {"counts": {"refused": "0"}}, {"counts": {"read": True}}, {"counts": None}, {"counts": []},
        {"verified": 2}, {"lost": {"name": 1}}, {"lost": None, "losses": [{"kind": "name", "allowed": True}]}, {"refused": [{}]}, {"documents": []}, {"outputs": []},
    ],
)  # fmt: skip
def test_a_receipt_whose_sums_are_wrong(change: dict[str, Any], made: Path) -> None:
    """They are held together whatever is looked at, and whoever has made the digest."""
    receipt = json.loads(Path("r.json").read_bytes())
    for key, value in change.items():
        receipt[key] = {**receipt[key], **value} if isinstance(value, dict) and key == "counts" else value
    sealed(receipt)
    for options in ({}, {"quick": True}, {"only": ["inputs"]}):
        with pytest.raises(ReceiptError, match="is damaged"):
            told(**options)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"version": "', b'"version": "9'), (b'"id": "b"', b'"id": "B"'), (b'"name": "corpusfmt"', b'"name": "x"'), (b'"format": "seed"', b'"format": "warc"'),
     (b'"asked": {', b'"asked": {"to": "x",'), (b'"sha256": "', b'"sha256": "0'), (b'"committed": true', b'"committed": 1')],
)  # fmt: skip
def test_a_receipt_that_was_edited_is_refused(old: bytes, new: bytes, made: Path) -> None:
    whole = Path("r.json").read_bytes()
    for text in (whole, json.dumps(json.loads(whole)).encode()):
        assert old in text
        Path("r.json").write_bytes(text.replace(old, new, 1))
        with pytest.raises(ReceiptError, match="is damaged: the digest of its content differs"):
            told(quick=True)


def test_a_receipt_without_its_digest_is_refused(made: Path) -> None:
    receipt = json.loads(Path("r.json").read_bytes())
    assert list(receipt)[-1] == "sha256"
    del receipt["sha256"]
    Path("r.json").write_text(json.dumps(receipt))
    with pytest.raises(ReceiptError, match="is damaged: the digest of its content differs"):
        told()


def test_paths_that_are_no_text_are_not_there(made: Path) -> None:
    receipt = json.loads(Path("r.json").read_bytes())
    receipt["outputs"][0]["path"] = "\ud800"
    sealed(receipt)
    assert told() == [("missing", "the file does not exist")]


def test_a_receipt_can_be_compressed(here: Path) -> None:
    convert(str(SEEDS), "o.jsonl", receipt="r.json.gz")
    assert Path("r.json.gz").read_bytes()[:2] == b"\x1f\x8b"
    assert told("r.json.gz") == []


def test_paths_that_lead_elsewhere_open_files_alone(made: Path) -> None:
    receipt = json.loads(Path("r.json").read_bytes())
    receipt["outputs"][0]["path"] = "/dev/zero"
    sealed(receipt)
    assert told() == [("missing", "the file is no longer a file")]


def test_a_receipt_needs_no_metadata_of_packages(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that was made of one file has none."""
    monkeypatch.setattr("importlib.metadata.Distribution.from_name", lambda _: 1 / 0)
    Path("a.jsonl").write_bytes(b'{"id":"a","text":"x"}\n')
    convert("a.jsonl", "a.seed", receipt="r.json")
    assert set(Receipt("r.json").head["tool"]["packages"]) == {"deflate", "lxml", "msgspec", "zstandard"}


def test_a_damaged_source_is_in_the_receipt(here: Path) -> None:
    """The documents before the damage are in the target."""
    data = gzip.compress(b'{"id":"a","text":"x"}\n') + b"rubbish"
    Path("d.jsonl.gz").write_bytes(data)
    report = convert("d.jsonl.gz", "d.seed", on_error="skip", receipt="d.json")
    assert (report.written, report.refused) == (1, 1)
    (source,) = Receipt("d.json").section("inputs")
    assert (source["size"], source["sha256"]) == (len(data), sha256(data).hexdigest())
    assert not list(verify("d.json"))
    Path("d.jsonl.gz").write_bytes(data[:-1])
    assert [one.kind for one in verify("d.json")] == ["changed"]


@pytest.mark.parametrize("end", [b"\x0b", b"\x0c", b"\x00", b"\x85"])
def test_a_receipt_with_another_byte_at_its_end_is_none(end: bytes, made: Path) -> None:
    """What Python takes for white space is not what JSON has."""
    Path("r.json").write_bytes(Path("r.json").read_bytes()[:-1] + end)
    with pytest.raises(ReceiptError):
        list(verify("r.json"))


def test_a_receipt_that_is_cut_anywhere_is_none(made: Path) -> None:
    whole = Path("r.json").read_bytes()
    for stop in range(len(whole) - 1):  # without its last line end it is sound
        Path("r.json").write_bytes(whole[:stop])
        with pytest.raises(ReceiptError):
            list(verify("r.json", only=["inputs"]))


@pytest.mark.parametrize(
    ("before", "after"),
    [(b'"losses": []', b'"losses": [x]'), (b'"losses": []', b'"losses": [\n]'), (b'\n],\n "outputs"', b'\n],\nx\n "outputs"'), (b"\n}\n", b"\n}\nx\n"), (b'"size": ', b'"size": -')],
)  # fmt: skip
def test_a_receipt_with_something_between_its_lists_is_damaged(before: bytes, after: bytes, made: Path) -> None:
    whole = Path("r.json").read_bytes()
    assert before in whole
    Path("r.json").write_bytes(whole.replace(before, after))
    if after.endswith(b"[\n]"):  # another way to write nothing
        assert not list(verify("r.json"))
    else:
        with pytest.raises(ReceiptError, match="damaged"):
            list(verify("r.json"))


@pytest.mark.parametrize("indent", [None, 1, 2, "\t"])
def test_a_receipt_that_another_program_has_written_anew_is_one(indent: int | str | None, here: Path) -> None:
    Path("a.jsonl").write_bytes(b"")
    convert("a.jsonl", "a.seed", from_format="jsonl", receipt="r.json")
    for _ in range(2):
        assert not list(verify("r.json"))
        Path("r.json").write_text(json.dumps(json.loads(Path("r.json").read_text()), indent=indent))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_no_receipt(here: Path) -> None:
    os.mkfifo("pipe")
    for path in ("pipe", "-"):
        with pytest.raises(ReceiptError, match="is not a file; a receipt is read more than once"):
            list(verify(path))


def test_a_file_of_another_size_is_not_read(made: Path) -> None:
    (output,) = (one["path"] for one in Receipt("r.json").section("outputs"))
    with open(output, "ab") as file:
        file.truncate(1 << 40)
    (found,) = verify("r.json", only=["outputs"], quick=True)
    assert (found.kind, "it has 1,099,511,627,776 bytes" in found.message) == ("changed", True)


# -- parts ---------------------------------------------------------------------------------------------------------


@given(st.lists(strategies.any_documents, max_size=8))
def test_entries_come_back_in_order(documents: list[Document]) -> None:
    with TemporaryDirectory() as place:
        entries = Entries(place, "a.jsonl")
        entries.add(documents[:3], [])
        entries.add(documents[3:], [])
        given = list(iter(entries.next, None))
        assert [entry.difference(document) for entry, document in zip(given, documents, strict=True)] == [""] * len(
            documents
        )
        entries.close()


def test_a_digest_is_of_the_text_whatever_its_encoding() -> None:
    assert (
        text_digest(Document("a", "é"))
        == text_digest(Document("a", "é".encode("cp1252"), encoding="cp1252"))
        == sha256("é".encode()).digest()
    )
    assert (
        text_digest(Document("a", b"\xff"))
        == text_digest(Document("a", b"\xff", encoding="ascii"))
        == sha256(b"\xff").digest()
    )


def test_metadata_that_is_spelled_otherwise_is_the_same() -> None:
    with TemporaryDirectory() as place:
        entries = Entries(place, "a.jsonl")
        entries.add([Document("a", "x", meta=b'{ "k" : "\\u0041" }')], [])
        entry = entries.next()
        assert entry is not None
        assert entry.difference(Document("a", "x", meta=b'{"k":"A"}')) == ""
        assert entry.difference(Document("a", "x", meta=b'{"k":"B"}')) == "other metadata"
        entries.close()


def test_sections_of_a_receipt_are_streamed(made: Path) -> None:
    receipt = Receipt("r.json")
    assert [one["id"] for one in receipt.section("documents")] == ["a", "b", 7]
    assert list(receipt.section("losses")) == []
    with pytest.raises(ReceiptError, match="do not end"):
        list(receipt.section("nothing"))
