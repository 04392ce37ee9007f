"""Converting: whole or not at all, losses by name, quarantine, shards, several sources."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

import corpusfmt
from corpusfmt import (
    ConfigurationError,
    Document,
    LossError,
    ParseError,
    UnknownFormatError,
    convert,
    open_writer,
    read,
)
from corpusfmt.cli.main import main
from tests.support import ROOT, SEEDS, command

GOOD = b"<<<FILE d1 a.txt>>>\none\n<<<FILE d2 b.txt>>>\ntwo\n"
BAD = b"<<<FILE d1 a.txt>>>\none\n<<<FILE broken>>>\nlost\n<<<FILE d2 b.txt>>>\nnot utf-8: \xff\n<<<FILE d3 c.txt>>>\nthree\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.seed").write_bytes(GOOD)
    (tmp_path / "bad.seed").write_bytes(BAD)
    return tmp_path


@pytest.mark.parametrize("name", sorted(p.name for p in SEEDS.glob("*.seed")))
@pytest.mark.parametrize("middle", ["x.jsonl", "x.jsonl.gz", "x.ndjson.zst", "x.seed.gz"])
def test_the_samples_go_there_and_back(name: str, middle: str, tmp_path: Path) -> None:
    report = convert(SEEDS / name, tmp_path / middle)
    assert report.committed
    assert report.read == report.written > 0
    assert report.refused == 0
    convert(tmp_path / middle, tmp_path / "back.seed")
    assert list(read(tmp_path / "back.seed")) == list(read(SEEDS / name))


def test_several_sources_of_several_formats_in_order(here: Path) -> None:
    convert("good.seed", "one.jsonl.zst")
    report = convert(["one.jsonl.zst", "good.seed"], "all.jsonl")
    assert report.read == 4
    assert [d.id for d in read("all.jsonl")] == ["d1", "d2", "d1", "d2"]
    assert [d.id for d in read(["good.seed", "one.jsonl.zst"])] == ["d1", "d2", "d1", "d2"]


def test_stop_commits_nothing(here: Path) -> None:
    Path("out.jsonl").write_bytes(b"old")
    with pytest.raises(ParseError, match=r"one field.*bad.seed:3:1 \(byte 24\)"):
        convert("bad.seed", "out.jsonl")
    assert Path("out.jsonl").read_bytes() == b"old"
    assert sorted(os.listdir()) == ["bad.seed", "good.seed", "out.jsonl"]


def test_losses_are_looked_for_to_the_end(here: Path) -> None:
    Path("raw.seed").write_bytes(b"<<<FILE d1 a>>>\n\xff\n<<<FILE d2 b>>>\nfine\n<<<FILE d3 c>>>\n\xfe\n")
    with pytest.raises(LossError) as caught:
        convert("raw.seed", "out.jsonl")
    assert [loss.document for loss in caught.value.losses] == ["d1"]
    assert not Path("out.jsonl").exists()
    from corpusfmt.sources.settings import Reading
    from corpusfmt.targets.settings import Writing
    from corpusfmt.verbs.convert.run import Conversion

    report = Conversion(["raw.seed"], "out.jsonl", Reading(), Writing()).run()
    assert [(loss.kind, loss.document, loss.line) for loss in report.losses] == [("bytes", "d1", 1), ("bytes", "d3", 5)]
    assert (report.read, report.written, report.refused, report.committed) == (3, 0, 3, False)


def test_skip_leaves_out_what_cannot_be_read_or_held(here: Path) -> None:
    report = convert("bad.seed", "out.jsonl", on_error="skip")
    assert (report.read, report.written, report.refused, report.committed) == (4, 2, 2, True)
    assert [d.id for d in read("out.jsonl")] == ["d1", "d3"]
    assert report.finding_counts == {"SEED003": 1}
    assert report.loss_counts == {"bytes": 1}


def test_quarantine_keeps_what_was_refused(here: Path) -> None:
    Path("more.jsonl").write_bytes(b'{"id":"x","name":"n","text":"t","meta":{"n":1.0}}\n{"id":"y",}\n')
    report = convert(["bad.seed", "more.jsonl"], "out.jsonl", on_error="quarantine=refused.seed")
    assert (report.read, report.written, report.refused) == (6, 3, 3)
    assert report.outputs == ["out.jsonl", "refused.seed"]
    first, second, third = read("refused.seed")
    assert (first.id, first.data) == ("refused-1", b"<<<FILE broken>>>\nlost\n")
    assert first.meta["refused"]["code"] == "SEED003"
    assert first.meta["refused"]["line"] == 3
    assert (second.id, second.name, second.data) == ("d2", "b.txt", b"not utf-8: \xff\n")
    assert second.meta["refused"]["losses"][0]["kind"] == "bytes"
    assert third.data == b'{"id":"y",}'


def test_quarantine_keeps_metadata_as_it_was_written(here: Path) -> None:
    Path("meta.jsonl").write_bytes(b'{"id":"x","text":"t","meta":{"n":1.0,"big":1e400}}\n')
    report = convert(
        "meta.jsonl", "out.seed", write_options={"dialect": "plain"}, to_format="seed", on_error="quarantine=q.seed"
    )
    assert report.refused == 1
    (document,) = read("q.seed")
    assert document.meta_json.endswith(b'"meta":{"n":1.0,"big":1e400}}')


def test_a_quarantine_is_written_even_when_nothing_is_refused(here: Path) -> None:
    for _ in range(2):  # one without documents is no loss
        convert("good.seed", "out.jsonl", on_error="quarantine=q.seed")
        assert Path("q.seed").read_bytes() == b"<<<SEED 1>>>\n"


def test_the_quarantine_of_an_older_run_is_not_replaced_unasked(here: Path) -> None:
    convert("bad.seed", "out.jsonl", on_error="quarantine=q.seed")
    before = {path: Path(path).read_bytes() for path in os.listdir()}
    with pytest.raises(ConfigurationError, match=r"the quarantine of an earlier run exists .*--force"):
        convert("good.seed", "out.jsonl", on_error="quarantine=q.seed")
    assert {path: Path(path).read_bytes() for path in os.listdir()} == before
    convert("good.seed", "out.jsonl", on_error="quarantine=q.seed", force=True)
    assert list(read("q.seed")) == []


def test_allowed_losses_are_written(here: Path) -> None:
    report = convert("bad.seed", "out.jsonl", on_error="skip", allow_loss=["bytes"])
    assert report.written == 3
    assert [d.text for d in read("out.jsonl")][1] == "not utf-8: \ufffd\n"


def test_a_named_encoding_is_transcoded(here: Path) -> None:
    Path("legacy.seed").write_bytes("<<<FILE d1 a>>>\nпривет\n".encode("koi8-r"))
    convert("legacy.seed", "out.jsonl", encoding="koi8-r")
    assert [d.text for d in read("out.jsonl")] == ["привет\n"]
    assert [d.text for d in read("legacy.seed", encoding="KOI8_R")] == ["привет\n"]


@pytest.mark.parametrize("name", ["no-such-encoding", "base64", "rot13", "hex"])
def test_an_encoding_must_be_one_of_texts(here: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="unknown encoding"):
        list(read("good.seed", encoding=name))


def test_utf8_by_name_is_checked_like_utf8_by_default(here: Path) -> None:
    Path("raw.seed").write_bytes(b"<<<FILE d a>>>\n\xff\n")
    with pytest.raises(LossError):
        convert("raw.seed", "out.jsonl", encoding="UTF-8")


def test_a_file_can_be_its_own_target(here: Path) -> None:
    convert("good.seed", "good.seed")
    assert Path("good.seed").read_bytes() == b"<<<SEED 1>>>\n" + GOOD


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"on_error": "quarantine=good.seed"}, ConfigurationError, "also a source"),
        ({"on_error": "quarantine=out.jsonl"}, ConfigurationError, "also a source or the target"),
        ({"on_error": "quarantine="}, ConfigurationError, "quarantine=FILE"),
        ({"on_error": "ignore"}, ConfigurationError, "raise, skip"),
        ({"allow_loss": ["everything"]}, ConfigurationError, "no loss of .everything. can be allowed"),
        ({"id_from": "random"}, ConfigurationError, "sha256"),
        ({"from_format": "docx"}, UnknownFormatError, "unknown format 'docx'; known are"),
        ({"to_format": "docx"}, UnknownFormatError, "unknown format"),
        ({"colour": "red"}, ConfigurationError, "no format of this run has the option --colour"),
        ({"from_format": "seed", "read_options": {"layout": "hf"}}, ConfigurationError, "seed has no option 'layout' to read"),
        ({"to_format": "jsonl", "write_options": {"layout": "x"}}, ConfigurationError, "must be one of"),
        ({"ids": ["d9"]}, ConfigurationError, "no document has the id 'd9'"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(here: Path, arguments: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        convert("good.seed", "out.jsonl", **arguments)
    assert sorted(os.listdir()) == ["bad.seed", "good.seed"]


def test_some_documents_by_id(here: Path) -> None:
    report = convert("good.seed", "out.jsonl", ids=["d2"])
    assert (report.read, report.written) == (1, 1)
    assert [d.id for d in read("out.jsonl")] == ["d2"]


def test_shards_are_whole_and_listed(here: Path) -> None:
    docs = [Document(f"d{i}", f"text {i} " * 20, name=f"n{i}") for i in range(40)]
    with open_writer("all.jsonl") as writer:
        for document in docs:
            writer.write(document)
    report = convert("all.jsonl", "part.seed.gz", shard_size=2000)
    shards = sorted(p.name for p in here.glob("part-*.seed.gz"))
    assert shards[0] == "part-00001.seed.gz"
    assert len(shards) > 3
    manifest = json.loads(Path("part.manifest.json").read_bytes())
    assert [s["name"] for s in manifest["shards"]] == shards
    assert [s["documents"] for s in manifest["shards"]] == [len(list(read(s))) for s in shards]
    assert all(0 < s["bytes_before_compression"] <= 2000 for s in manifest["shards"])
    assert manifest["documents"] == 40
    assert report.outputs == [*shards, "part.manifest.json"]
    assert list(read("part-*.seed.gz")) == docs
    with pytest.raises(ConfigurationError, match="--force"):
        convert("all.jsonl", "part.seed.gz", shard_size=2000)
    convert("all.jsonl", "part.seed.gz", shard_size=5000, force=True)
    assert list(read("part-*.seed.gz")) == docs
    assert len(list(here.glob("part-*.seed.gz"))) < len(shards)


def test_a_document_larger_than_a_shard_gets_one_of_its_own(here: Path) -> None:
    convert("good.seed", "s.jsonl", shard_size=1)
    assert [len(list(read(p))) for p in sorted(here.glob("s-*.jsonl"))] == [1, 1]


def test_shards_are_discarded_when_a_run_fails(here: Path) -> None:
    with pytest.raises(ParseError):
        convert(["good.seed", "bad.seed"], "s.jsonl", shard_size=1)
    assert sorted(os.listdir()) == ["bad.seed", "good.seed"]


def test_open_writer_commits_at_the_end_only(here: Path) -> None:
    with open_writer("a.seed") as writer:
        writer.write(Document("d1", "x"))
        assert not Path("a.seed").exists()
    assert [d.id for d in read("a.seed")] == ["d1"]
    with pytest.raises(RuntimeError), open_writer("a.seed") as writer:
        writer.write(Document("d2", "x"))
        raise RuntimeError
    assert [d.id for d in read("a.seed")] == ["d1"]
    with open_writer("dolma.jsonl", layout="dolma", allow_loss=["name"]) as writer:
        writer.write(Document("d1", "x", name="lost", meta={"source": "s"}))
    assert Path("dolma.jsonl").read_bytes() == b'{"id":"d1","text":"x","source":"s"}\n'
    with open_writer("b.jsonl") as writer:
        with pytest.raises(LossError):
            writer.write(Document("d1", b"\xff"))
        writer.write(Document("d2", "y"))
    assert [d.id for d in read("b.jsonl")] == ["d2"]


def test_reading_is_lazy_and_raises_where_the_fault_is(here: Path) -> None:
    documents = read("bad.seed")
    assert next(documents).id == "d1"
    with pytest.raises(ParseError):
        next(documents)
    with pytest.raises(FileNotFoundError):
        read("missing.seed")
    with pytest.raises(UnknownFormatError, match="neither the name nor the content"):
        Path("x.txt").write_text("prose")
        list(read("x.txt"))


def test_a_cut_source_is_an_error_and_its_last_document_is_not_taken_for_whole(here: Path) -> None:
    convert("good.seed", "a.seed.gz")
    data = Path("a.seed.gz").read_bytes()
    Path("cut.seed.gz").write_bytes(data[:-9])
    with pytest.raises(ParseError, match="ends early"):
        convert("cut.seed.gz", "out.jsonl")
    report = convert(["cut.seed.gz", "good.seed"], "out.jsonl", on_error="skip")
    assert report.finding_counts["FILE001"] == 1
    assert [d.id for d in read("out.jsonl")][-2:] == ["d1", "d2"]
    assert (report.read, report.refused) == (report.written + 1, 1)
    assert [f.code for f in corpusfmt.validate("cut.seed.gz")] == ["FILE001"]


def test_progress_is_reported(here: Path) -> None:
    seen: list[Any] = []
    convert(["good.seed", "good.seed", "bad.seed"], "out.jsonl", on_error="skip", progress=seen.append)
    assert seen[-1].documents >= 4
    assert seen[-1].bytes_total == len(GOOD) + len(BAD)
    assert [p.bytes_read for p in seen] == sorted(p.bytes_read for p in seen)


def test_an_option_that_no_format_knows_is_an_error_for_readers_too(here: Path) -> None:
    with pytest.raises(ConfigurationError, match="--layuot"):
        list(read("good.seed", layuot="dolma"))
    with pytest.raises(ConfigurationError, match="--layuot"):
        list(corpusfmt.validate("good.seed", layuot="dolma"))
    assert len(list(read(["good.seed", "good.seed"]))) == 2, "a file that is named twice is read once"


def test_a_folder_without_a_room_is_no_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from corpusfmt import plugins

    monkeypatch.setattr("os.listdir", lambda _: ["seed", "left_over", "jsonl", "__init__.py", "__pycache__"])
    assert plugins._modules_of("corpusfmt.formats") == ("jsonl", "seed")


def test_a_conflict_of_name_and_content_is_reported(here: Path) -> None:
    Path("wrong.jsonl").write_bytes(GOOD)
    with pytest.raises(UnknownFormatError, match="the name says jsonl, the content is seed"):
        convert("wrong.jsonl", "out.jsonl")
    assert convert("wrong.jsonl", "out.jsonl", from_format="seed").written == 2


def test_what_a_run_writes_is_not_read_by_the_next(here: Path) -> None:
    for force in (False, True):
        report = convert(".", "all.jsonl", on_error="quarantine=refused.seed", force=force)
        assert (report.read, report.written) == (6, 4)
    assert report.skipped == [os.path.join(".", "all.jsonl"), os.path.join(".", "refused.seed")]
    for _ in range(2):
        report = convert("good*", "good.jsonl", shard_size=1, force=True)
        assert report.read == 2
    assert convert(["good.seed"], "good.seed").read == 2, "a file that is named may be its own target"


def test_allowed_losses_are_counted(here: Path) -> None:
    report = convert(
        "good.seed", "x.jsonl", to_format="jsonl", write_options={"layout": "hf"}, allow_loss="name, metadata"
    )
    assert report.lost == {"name": 2}
    assert report.loss_counts == {}


@pytest.mark.parametrize("mode", ["skip", "quarantine=q.seed"])
def test_nothing_of_a_damaged_member_is_trusted(here: Path, mode: str) -> None:
    with open_writer("a.jsonl.gz") as writer:
        for number in range(500):
            writer.write(Document(f"d{number}", f"text {number * 7919} " * 20))
    data = bytearray(Path("a.jsonl.gz").read_bytes())
    data[-6] ^= 1  # the checksum alone
    Path("bad.jsonl.gz").write_bytes(data)
    report = convert(["good.seed", "bad.jsonl.gz"], "out.jsonl", on_error=mode)
    assert (report.written, report.refused) == (2, 1)
    assert [document.id for document in read("out.jsonl")] == [document.id for document in read("good.seed")]
    assert Path("q.seed").exists() == (mode != "skip")
    with pytest.raises(ParseError, match="damaged"):
        convert("bad.jsonl.gz", "nothing.jsonl", on_error=mode, force=True)
    assert not Path("nothing.jsonl").exists()


def test_a_quarantine_is_a_seed_file(here: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"its name must end in \.seed"):
        convert("good.seed", "x.jsonl", on_error="quarantine=q.jsonl")
    assert sorted(os.listdir()) == ["bad.seed", "good.seed"]


def test_a_writer_is_for_a_block(here: Path) -> None:
    writer = open_writer("x.jsonl")
    with pytest.raises(ConfigurationError, match="inside a block"):
        writer.write(Document("a", "b"))
    with writer:
        writer.write(Document("a", "b"))
        with pytest.raises(ConfigurationError, match="already open"), writer:
            pass
    assert [d.id for d in read("x.jsonl")] == ["a"]
    with pytest.raises(ConfigurationError, match="inside a block"):
        writer.write(Document("a", "b"))


def test_no_source_is_an_error(here: Path) -> None:
    with pytest.raises(ConfigurationError, match="no source"):
        convert([], "x.jsonl")


def test_only_shards_of_an_older_run_are_replaced(here: Path) -> None:
    """A date after a hyphen looked like the number of a shard once, and the source was deleted."""
    with open_writer("news-20240101.jsonl") as writer:
        writer.write(Document("a", "text"))
    Path("news-20240102.jsonl").write_bytes(b"unrelated")
    Path("news-00007.jsonl").write_bytes(b"unrelated")
    convert("news-20240101.jsonl", "news.jsonl", shard_size=10, force=True)
    assert Path("news-20240101.jsonl").exists()
    assert Path("news-20240102.jsonl").read_bytes() == b"unrelated"
    assert Path("news-00007.jsonl").read_bytes() == b"unrelated"


def test_shards_can_be_joined_under_their_own_stem(here: Path) -> None:
    convert("good.seed", "part.jsonl", shard_size=1)
    assert convert("part-*.jsonl", "part.jsonl").read == 2
    with pytest.raises(ConfigurationError, match="is the target of this run; choose another target"):
        convert("part-*.jsonl", "part.jsonl", shard_size=1, force=True)


def test_a_manifest_that_is_there_is_not_replaced_unasked(here: Path) -> None:
    Path("s.manifest.json").write_bytes(b"mine")
    with pytest.raises(ConfigurationError, match="--force"):
        convert("good.seed", "s.jsonl", shard_size=10)
    with pytest.raises(ConfigurationError, match="name of a shard"):
        convert("good.seed", "s.seed", shard_size=10, force=True, on_error="quarantine=s-00001.seed")
    assert Path("s.manifest.json").read_bytes() == b"mine"


def test_a_fault_after_which_nothing_is_read_stops_the_run(here: Path) -> None:
    Path("mixed.seed").write_bytes(GOOD + b"<<<SEED 1>>>\n<<<FILE d3 c>>>\nthree\n")
    with pytest.raises(ParseError, match="wrong dialect"):
        convert("mixed.seed", "x.jsonl", on_error="skip")
    Path("wide.jsonl").write_bytes('{"id":"a","text":"b"}\n'.encode("utf-16"))
    with pytest.raises(ParseError, match="UTF-16"):
        convert(["good.seed", "wide.jsonl"], "x.jsonl", on_error="skip")
    assert not Path("x.jsonl").exists()


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_whole_documents_before_a_cut_are_kept(here: Path, suffix: str) -> None:
    with open_writer(f"a.jsonl{suffix}") as writer:
        for number in range(20):
            writer.write(Document(f"d{number}", "short"))
    data = Path(f"a.jsonl{suffix}").read_bytes()
    Path(f"cut.jsonl{suffix}").write_bytes(data[:-2])
    report = convert(f"cut.jsonl{suffix}", "x.jsonl", on_error="skip")
    assert report.finding_counts == {"FILE001": 1}
    assert report.written == (20 if suffix == ".gz" else 0)  # a zstd block is whole or nothing
    Path(f"empty.jsonl{suffix}").write_bytes(b"")
    with pytest.raises(ParseError, match="the file is empty"):
        convert(f"empty.jsonl{suffix}", "x.jsonl")


def test_quarantine_keeps_metadata_where_the_header_does_not_fit(here: Path) -> None:
    name, deep = "n" * 70_000, b'{"k":' + b"[" * 511 + b"]" * 511 + b"}"
    with open_writer("a.jsonl") as writer:
        writer.write(Document("a", "t", name=name, meta={"precious": 1}))
        writer.write(Document("b", "t", name=name, meta=deep))
    report = convert("a.jsonl", "x.seed", on_error="quarantine=q.seed")
    assert report.refused == 2
    one, other = read("q.seed")
    assert one.meta["meta"] == {"precious": 1}
    assert one.meta["refused"]["name"] == name
    assert other.meta["refused"]["record"] == "jsonl"
    Path("again.jsonl").write_bytes(other.data)
    assert [(d.name, d.meta_json) for d in read("again.jsonl")] == [(name, deep)]


@pytest.mark.skipif(os.name != "posix", reason="links want rights elsewhere")
@pytest.mark.parametrize("link", ["s-00001.seed", "s-00002.seed", "s.manifest.json"])
def test_shards_do_not_follow_links(link: str, here: Path) -> None:
    Path("victim").write_bytes(b"precious")
    Path(link).symlink_to("victim")
    with pytest.raises(ConfigurationError, match="is a link, which is not followed here"):
        convert("good.seed", "s.seed", shard_size=10, force=True)
    assert Path("victim").read_bytes() == b"precious"
    assert sorted(path.name for path in Path().glob("s*")) == [link]


@pytest.mark.skipif(os.name != "posix", reason="links want rights elsewhere")
def test_an_index_does_not_follow_a_link(here: Path) -> None:
    Path("victim").write_bytes(b"precious")
    Path("s.cdxj").symlink_to("victim")
    with pytest.raises(ConfigurationError, match="is a link, which is not followed here"):
        convert("good.seed", "s.warc", cdxj=True)
    assert Path("victim").read_bytes() == b"precious"


def test_quarantine_keeps_a_document_whose_id_no_seed_file_can_hold(here: Path) -> None:
    id = "i" * (16 << 20)
    with open_writer("a.jsonl") as writer:
        writer.write(Document(id, "precious"))
    convert("a.jsonl", "x.seed", on_error="quarantine=q.seed")
    (kept,) = read("q.seed")
    Path("again.jsonl").write_bytes(kept.data)
    assert [(d.id, d.text) for d in read("again.jsonl")] == [(id, "precious")]


def test_a_quarantine_that_cannot_hold_a_document_ends_the_run(here: Path) -> None:
    with open_writer("a.seed") as writer:
        writer.write(Document("a", b"\xff", meta=b'{"k":' + b"[" * 511 + b"]" * 511 + b"}"))
    with pytest.raises(ConfigurationError, match="the quarantine cannot hold the document 'a'"):
        convert("a.seed", "x.jsonl", on_error="quarantine=q.seed")
    assert not Path("x.jsonl").exists()


def test_quarantine_says_of_which_records_it_has_the_beginning(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_writer("a.jsonl") as writer:
        writer.write(Document("a", "x" * 300_000))
        writer.write(Document("b", "x"))
    arguments = ["a.jsonl", "-o", "b.jsonl", "--limit", "document=200KiB", "--on-error", "quarantine=q.seed"]
    assert main(["convert", *arguments]) == 1
    (kept,) = read("q.seed")
    assert kept.meta["refused"]["kept"] == "the first 131,072 bytes"
    assert len(kept.data) == 131_072
    assert "the quarantine may hold only the beginning of 1 refused record" in capsys.readouterr().err


def test_a_receipt_of_a_file_that_is_replaced_by_itself_is_refused(here: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"'\./good\.seed' is also a source"):
        convert("good.seed", "./good.seed", receipt="r.json")
    assert convert("good.seed", "./good.seed", verify=True).committed


@pytest.mark.parametrize("option", ["--receipt", "--report"])
def test_an_empty_name_is_no_name(option: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "good.seed", "-o", "b.jsonl", option, ""]) == 2
    assert f"{option} needs the name of a file" in capsys.readouterr().err


def test_a_fault_that_ends_a_run_in_any_case_has_no_hint_to_skip_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.jsonl").write_bytes(b'{"id":1}\n' * 3)
    for how in ("skip", "quarantine=q.seed"):
        assert main(["convert", "a.jsonl", "-o", "b.jsonl", "--limit", "faults=2", "--on-error", how]) == 1
        assert "reading cannot continue after this error, with any --on-error" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".xml", ".warc"])
def test_quarantine_keeps_records_within_the_limits_whole(suffix: str, here: Path) -> None:
    body = "word " * 60_000
    if suffix == ".xml":
        data = f'<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/><text><body><p>{body}</p></body></text></TEI>'
    else:
        data = f"WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: {len(body)}\r\n\r\n{body}\r\n\r\n"
    whole = f'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">{data}</teiCorpus>' if suffix == ".xml" else data
    Path(f"a{suffix}").write_text(whole, newline="")
    convert(f"a{suffix}", "b.jsonl", on_error="quarantine=q.seed")
    (kept,) = read("q.seed")
    assert data.rstrip("\r\n") == kept.text.rstrip("\r\n")


@pytest.mark.parametrize("name", ["idna", "punycode", "utf-7", "unicode_escape", "raw_unicode_escape", "undefined"])
def test_codecs_that_are_no_charsets_are_refused(here: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="unknown encoding"):
        convert("good.seed", "x.jsonl", encoding=name)
    with pytest.raises(ValueError, match="unknown encoding"):
        Document("a", b"b", encoding=name)


def test_a_metadata_key_that_is_no_text_is_a_loss_where_it_would_be_a_key_of_the_record(here: Path) -> None:
    Path("s.seed").write_bytes(b'<<<SEED 1>>>\n<<<FILE d1 "">>>\n<<<META {"\\ud800":1,"x":2}>>>\nt\n')
    with pytest.raises(LossError, match="metadata"):
        convert("s.seed", "x.jsonl", to_format="jsonl", write_options={"layout": "hf"})
    convert("s.seed", "x.jsonl", to_format="jsonl", write_options={"layout": "hf"}, allow_loss=["metadata"])
    assert Path("x.jsonl").read_bytes() == b'{"id":"d1","text":"t\\n","x":2}\n'


def test_sources_under_two_spellings_are_one(here: Path) -> None:
    assert convert(["good.seed", "./good.seed", str(here / "good.seed")], "x.jsonl").read == 2


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_an_error(here: Path) -> None:
    Path("locked").mkdir(mode=0)
    with pytest.raises(PermissionError):
        convert(".", "x.jsonl")


@pytest.mark.parametrize(
    "arguments",
    [
        ["a.seed", "-o", "b.warc", "--report", "a.seed"],
        ["a.seed", "-o", "b.warc", "--report", "b.warc"],
        ["a.seed", "-o", "b.warc", "--cdxj", "--report", "b.cdxj"],
        ["a.seed", "-o", "b.warc", "--on-error", "quarantine=q.seed", "--report", "q.seed"],
        ["a.seed", "-o", "b.warc", "--shard-size", "1000", "--report", "b-00001.warc"],
        ["a.seed", "-o", "b.warc", "--shard-size", "1000", "--report", "b.manifest.json"],
        ["b.cdxj", "--from", "seed", "-o", "b.warc", "--cdxj"],
        ["a.seed", "-o", "b.warc", "--report", "nowhere/r.json"],
        ["a.seed", "-o", "b.jsonl", "--cdxj"],
        ["a.seed", "-o", "-", "--to", "warc", "--cdxj"],
    ],
)
def test_nothing_is_written_over_what_is_read_or_written(arguments: list[str], tmp_path: Path) -> None:
    source = b"<<<FILE d1 a.txt>>>\nbody\n"
    for name in ("a.seed", "b.cdxj"):
        (tmp_path / name).write_bytes(source)
    result = command("convert", *arguments, cwd=tmp_path)
    assert result.returncode == 2, result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.seed", "b.cdxj"]
    assert all((tmp_path / name).read_bytes() == source for name in ("a.seed", "b.cdxj"))


def test_the_report_counts_what_was_dropped(tmp_path: Path) -> None:
    crawl = ROOT / "tests" / "data" / "crawl.warc.wet.gz"
    result = command("convert", crawl, "-o", "a.jsonl", "--report", "r.json", cwd=tmp_path)
    assert result.returncode == 0
    report = json.loads((tmp_path / "r.json").read_bytes())
    assert (report["read"], report["written"], report["refused"]) == (3, 3, 0)
    assert report["left_behind"] == {"warcinfo records": 1}
    assert b"dropped while reading: warcinfo records (1)" in result.stderr


# -- too many faults in a row -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [4, 5, 6, 50])
def test_a_source_of_which_nothing_can_be_read_is_given_up(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    good = b'{"id":"a","text":"x"}\n'
    Path("in.jsonl").write_bytes(good + b"{}\n" * count + good)
    ends = count >= 5
    found = [f.code for f in corpusfmt.validate("in.jsonl", ignore=["DOC"], limits={"faults": 5})]
    assert found == (["JSONL006"] * 5 + ["FILE005"] if ends else ["JSONL006"] * count)
    assert main(["convert", "in.jsonl", "-o", "out.jsonl", "--on-error", "skip", "--limit", "faults=5"]) == 1
    err = capsys.readouterr().err
    assert Path("out.jsonl").exists() != ends
    assert ("5 records in a row were refused; the rest of the file is not read" in err) == ends
    assert main(["ls", "in.jsonl"]) == 1


def test_faults_between_documents_are_no_row(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes((b"{}\n" * 4 + b'{"id":"a","text":"x"}\n') * 9)
    assert [f.code for f in corpusfmt.validate(path, ignore=["DOC"], limits={"faults": 5})] == ["JSONL006"] * 36


@pytest.mark.parametrize("moment", ["after the target", "before the first document"])
def test_an_interrupt_between_two_steps_leaves_nothing(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "a.seed").write_bytes(b"<<<FILE d1 a.txt>>>\nbody\n")
    name = "Unused" if moment == "after the target" else "opened"
    monkeypatch.setattr(sys.modules["corpusfmt.verbs.convert.run"], name, interrupt)
    with pytest.raises(KeyboardInterrupt):
        convert(tmp_path / "a.seed", tmp_path / "b.jsonl")
    assert os.listdir(tmp_path) == ["a.seed"]
