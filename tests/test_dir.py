"""Folders of text files: the laws that every format obeys, which names are paths, and what is passed over."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt import (
    ConfigurationError,
    CorpusfmtError,
    Document,
    LossError,
    ParseError,
    UnknownFormatError,
    convert,
    fix,
    open_writer,
    plugins,
    read,
    validate,
)
from corpusfmt.cli.main import main
from corpusfmt.formats.dir import FORMAT, losses
from corpusfmt.model.finding import Edit
from corpusfmt.model.format import ReadOptions, WriteOptions
from corpusfmt.model.rule import Change
from corpusfmt.storage import Paths, path_inside
from corpusfmt.text.filenames import suffixed, unfit
from corpusfmt.text.position import Region
from tests import strategies, support

posix = pytest.mark.skipif(os.name != "posix", reason="links and bytes in names are POSIX")
#: Names that a folder can hold, and some that are one file to many systems.
good_names = st.one_of(
    st.sampled_from(
        ["a", "b.txt", "A", "x/y.txt", "x/z", "X/q", "x", "é", "e\u0301", "日本語.txt", "a b", "-rf", "x/y.txt/z"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
    st.lists(st.text("abAB.é", min_size=1, max_size=3), min_size=1, max_size=3).map("/".join),
)
named = st.builds(
    lambda name, text: Document(name, text, name=name), good_names, strategies.texts | strategies.raw_bodies
)
anything = st.lists(st.one_of(named, strategies.any_documents), max_size=6)


def tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def held(documents: Sequence[Document]) -> list[Document]:
    """The documents that a folder holds: without a loss, and each with a path that the ones before have left free."""
    paths = Paths()
    kept = []
    for document in documents:
        if not losses(document, WriteOptions()) and paths.is_free(document.name):
            paths.give(document.name)
            kept.append(document)
    return kept


def by_id(documents: Sequence[Document]) -> list[Document]:
    return sorted(documents, key=lambda document: str(document.id).split("/"))


def write(target: Path, documents: Sequence[Document], **options: Any) -> None:
    with open_writer(f"{target}/", format="dir", **options) as writer:
        for document in documents:
            writer.write(document)


def write_jsonl(target: Path, documents: Sequence[Document]) -> None:
    with open_writer(str(target)) as writer:
        for document in documents:
            writer.write(document)


# -- the laws ------------------------------------------------------------------------------------------------------


@given(anything)
def test_what_a_folder_holds_comes_back_and_nothing_lies_beside_it(documents: list[Document]) -> None:
    with TemporaryDirectory() as place:
        kept = held(documents)
        write(Path(place, "out"), kept)
        assert os.listdir(place) == ["out"]
        assert tree(Path(place, "out")) == sorted(document.name for document in kept)
        if kept:
            back = list(read(f"{place}/out", format="dir"))
            assert by_id(back) == by_id(kept)
            assert [document.data for document in by_id(back)] == [document.data for document in by_id(kept)]


@given(anything)
def test_what_it_does_not_hold_is_refused_by_name(documents: list[Document]) -> None:
    with TemporaryDirectory() as place:
        kept = held(documents)
        if len(kept) == len(documents):
            return
        with pytest.raises(LossError) as caught:
            write(Path(place, "out"), documents)
        assert os.listdir(place) == []
        assert {loss.kind for loss in caught.value.losses} <= set(FORMAT.cannot)


@given(anything)
def test_a_loss_that_is_allowed_writes_each_document_to_a_file_of_its_own(documents: list[Document]) -> None:
    with TemporaryDirectory() as place:
        some = [document for document in documents if "bytes" not in {x.kind for x in losses(document, WriteOptions())}]
        write(Path(place, "out"), some, allow_loss=["id", "name", "metadata", "encoding"])
        assert os.listdir(place) == ["out"]
        found = tree(Path(place, "out"))
        assert len(found) == len(some)
        assert all(not unfit(name) for name in found)
        assert sorted(Path(place, "out", name).read_bytes() for name in found) == sorted(d.data for d in some)


@pytest.mark.parametrize(
    "other", [format for format in plugins.formats().values() if not format.one_per_file], ids=lambda f: f.name
)
@given(documents=anything)
def test_every_pair(other: Any, documents: list[Document]) -> None:
    with TemporaryDirectory() as place:
        kept = [document for document in held(documents) if not other.losses(document, WriteOptions())]
        if not kept:
            return
        write(Path(place, "a"), kept)
        convert(f"{place}/a", f"{place}/b{other.suffixes[0]}", from_format="dir")
        report = convert(f"{place}/b{other.suffixes[0]}", f"{place}/c", to_format="dir")
        assert (report.files, report.read) == (len(kept), len(kept))
        assert by_id(list(read(f"{place}/c", format="dir"))) == by_id(kept)


@given(st.lists(good_names, max_size=12))
def test_paths_are_each_another_to_every_file_system(names: list[str]) -> None:
    paths = Paths()
    given = [paths.give(name) for name in names if not unfit(name)]
    folded = {name.casefold() for name in given}
    assert len(folded) == len(given)
    folders = {"/".join(name.split("/")[:i]) for name in given for i in range(1, name.count("/") + 1)}
    assert len({folder.casefold() for folder in folders}) == len(folders)
    assert not folded & {folder.casefold() for folder in folders}


# -- names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a.txt", ""), ("x/y/z.txt", ""), ("日本語 – é.txt", ""), ("a..b", ""), ("-rf", ""), ("console", ""), ("x" * 255, ""), ("é" * 127, ""),
        ("", "empty"), ("..", "'..'"), ("a/../b", "'..'"), ("/etc/passwd", "absolute"), ("C:x", "absolute"), ("a\\b", "Windows"),
        ("ab:c", "Windows"), ("a?", "Windows"), ("a*b", "Windows"), ('"', "Windows"), ("CON", "device"), ("x/aux.txt", "device"),
        ("a.", "dot or a space"), ("a /b", "dot or a space"), ("a//b", "empty or a dot"), ("a/", "empty or a dot"), ("./a", "empty or a dot"),
        (".hidden", "hidden"), ("x/.git/config", "hidden"), ("a\nb", "control"), ("a.gz", "compressed"), ("A.ZST", "compressed"),
        ("x" * 256, "longer"), ("é" * 128, "longer"), ("x/" * 512 + "xx", "longer"),
    ],
)  # fmt: skip
def test_names_that_are_no_path(name: str, why: str) -> None:
    found = unfit(name)
    assert (why in found) if why else not found


@pytest.mark.parametrize(
    "names", [("a", "A"), ("a", "a"), ("é", "e\u0301"), ("a", "a/b"), ("a/b", "a"), ("x/a", "X/b"), ("ß", "SS"), ("x/é", "x/e\u0301"),
     ("p" * 255, "P" * 255), ("é" * 125 + ".txt", "É" * 125 + ".txt"), ("a." + "x" * 253, "A." + "x" * 253)]
)  # fmt: skip
def test_names_that_are_one_to_some_system(
    names: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_writer(str(tmp_path / "in.seed")) as writer:
        for number, name in enumerate(names):
            writer.write(Document(name, f"{number}\n", name=name))
    assert main(["convert", str(tmp_path / "in.seed"), "-o", str(tmp_path / "out"), "--to", "dir"]) == 1
    assert "another document has the file" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert (
        main(
            [
                "convert",
                str(tmp_path / "in.seed"),
                "-o",
                str(tmp_path / "out"),
                "--to",
                "dir",
                "--allow-loss",
                "id,name",
            ]
        )
        == 0
    )
    assert "lost, as allowed: id of 1 document, name of 1 document" in capsys.readouterr().err
    assert sorted(path.read_text() for path in (tmp_path / "out").rglob("*") if path.is_file()) == ["0\n", "1\n"]


def test_a_conversion_looks_on_and_lists_every_collision(tmp_path: Path) -> None:
    (tmp_path / "in.seed").write_text("<<<FILE a a>>>\n1\n<<<FILE a a>>>\n2\n<<<FILE d b>>>\n3\n<<<FILE A A>>>\n4\n")
    with pytest.raises(LossError):
        convert(str(tmp_path / "in.seed"), str(tmp_path / "out"), to_format="dir")
    from corpusfmt.sources.settings import Reading
    from corpusfmt.targets.settings import Writing
    from corpusfmt.verbs.convert.run import Conversion

    report = Conversion([str(tmp_path / "in.seed")], str(tmp_path / "out"), Reading(), Writing("dir")).run()
    assert (report.read, report.at_fault, dict(report.loss_counts)) == (4, 3, {"id": 3, "name": 2})


@pytest.mark.parametrize(
    ("path", "folders", "inside"),
    [
        ("t/a.txt", ("t",), "a.txt"), ("t/x/a.txt", ("t/",), "x/a.txt"), ("t/a.txt", (), "t/a.txt"), ("./t/a", (), "t/a"), ("../t/a", (), "a"),
        ("/abs/a.txt", (), "a.txt"), ("/abs/t/a.txt", ("/abs/t",), "a.txt"), ("tt/a", ("t",), "tt/a"), ("t/a.txt.gz", ("t",), "a.txt"),
        ("t/b/a", ("t/b", "t"), "a"),
    ],
)  # fmt: skip
def test_the_path_is_that_in_the_folder(path: str, folders: tuple[str, ...], inside: str) -> None:
    assert path_inside(path.replace("/", os.sep), folders) == inside


NO_TEXT = {  # the beginnings of tests/test_magic.py are tried with the other formats
    "m.docx": b"PK\x03\x04\x14\0", "empty.zip": b"PK\x05\x06" + bytes(18), "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "p.pdf": b"%PDF-1.4\n",
    "i.png": b"\x89PNG\r\n\x1a\n", "i.jpg": b"\xff\xd8\xff\xe0", "i.gif": b"GIF89a", "a.7z": b"7z\xbc\xaf\x27\x1c", "named.txt": b"PK\x03\x04",
}  # fmt: skip


@pytest.mark.parametrize("name", NO_TEXT)
def test_files_that_hold_no_text_are_skipped(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in/sub").mkdir(parents=True)
    Path("in/a.txt").write_bytes(b"a text\n")
    Path("in/sub", name).write_bytes(NO_TEXT[name])
    Path("in/z.txt").write_bytes(b"caf\xe9\n")
    for source in ("in", "in/**"):
        assert [d.name.rpartition("/")[2] for d in read(source, format="dir")] == ["a.txt", "z.txt"]
    report = convert("in", "o.seed", from_format="dir")
    assert report.skipped == [os.path.join("in", "sub", name)]
    assert main(["validate", "in", "--from", "dir"]) == 1
    told = capsys.readouterr()
    assert "z.txt:1:4: ENC001" in told.out
    assert name in told.err
    with pytest.raises(LossError, match="of another type"):
        write(tmp_path / "out", [Document("x", NO_TEXT[name], name="x")])
    with pytest.raises(UnknownFormatError, match="it is not read"):
        list(read("in/sub", format="dir"))


NAMED: dict[str, tuple[str, str]] = {
    "Füße: Ñandú / Ελλάδα": ("Füße_ Ñandú _ Ελλάδα.txt", "title"),
    "日本語": ("日本語.txt", "title"),
    "نامه\u200cها": ("نامه\u200cها.txt", "title"),
    "Poems: collected, etc.": ("Poems_ collected, etc.txt", "title"),
    "Dr. Faustus": ("Dr. Faustus.txt", "title"),
    "Who? Me!": ("Who_ Me!.txt", "title"),
    "notes/a.md": ("notes/a.md", "title"),
    "a\nb\x07": ("a_b_.txt", "title"),
    "x\u202egnp:": ("x_gnp_.txt", "title"),
    "CON": ("_CON.txt", "title"),
    "nul.txt": ("_nul.txt", "title"),
    "...": ("_.txt", "title"),
    ".hidden": ("_.hidden.txt", "title"),
    "../../etc/passwd": ("_.._.._etc_passwd.txt", "title"),
    "a.gz": ("a.gz.txt", "title"),
    "A.TXT": ("A.TXT", "title"),
    "é" * 300: ("é" * 125 + ".txt", "title"),
    "": ("the id.txt", "the id"),
    "http://example.org/x": ("http___example.org_x.txt", "title"),
}


@pytest.mark.parametrize("name", NAMED)
def test_titles_become_names_of_files(name: str, tmp_path: Path) -> None:
    write(tmp_path / "out", [Document("the id", "x", name=name)], allow_loss=["id", "name"])
    assert tree(tmp_path / "out") == [NAMED[name][0]]


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, "A title.txt"), ({"name_from": "name"}, "A title.txt"), ({"name_from": "id"}, "p/1.txt"),
        ({"name_from": "path"}, "sub/x.txt"),
    ],
)  # fmt: skip
def test_what_files_are_named_by(options: dict[str, Any], name: str, tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    write_jsonl(tmp_path / "in/sub/x.jsonl", [Document("p/1", "text", name="A title")])
    allow = ["id", "name"]
    report = convert(
        tmp_path / "in", tmp_path / "out", to_format="dir", allow_loss=allow, receipt=tmp_path / "r.json", **options
    )
    assert (tree(tmp_path / "out"), report.verified) == ([name], 1)
    with pytest.raises(LossError):
        write(tmp_path / "no", [Document("A title", "text", name="A title")], name_from="id")


def test_a_name_that_is_held_stays_as_it_is(tmp_path: Path) -> None:
    documents = [Document("README", "x", name="README"), Document("7", "y", name="src/a.py")]
    write(tmp_path / "out", documents, allow_loss=["id", "name"])
    assert tree(tmp_path / "out") == ["README", "src/a.py"]
    write(tmp_path / "other", documents[:1], allow_loss=["id", "name"], name_from="name")
    assert tree(tmp_path / "other") == ["README.txt"]


def test_documents_of_one_source_get_numbers(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "x.jsonl", [Document(id, id) for id in "abc"])
    convert(tmp_path / "x.jsonl", tmp_path / "out", to_format="dir", allow_loss="id,name", name_from="path")
    assert tree(tmp_path / "out") == ["x.txt", "x_2.txt", "x_3.txt"]


def test_only_a_conversion_knows_paths_of_sources(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="only in a conversion"):
        write(tmp_path / "out", [Document("a", "x")], allow_loss=["id", "name"], name_from="path")


# -- reading -------------------------------------------------------------------------------------------------------


def test_files_are_documents_with_their_bytes_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    texts = {
        "b.txt": b"two\r\nno end",
        "a/é.md": b"\xef\xbb\xbfmark",
        "a/empty": b"",
        "raw.bin": b"\xff\xfe\x00",
        "n.seed": b"<<<FILE a b>>>\n",
    }
    for name, data in texts.items():
        Path("in", name).parent.mkdir(parents=True, exist_ok=True)
        Path("in", name).write_bytes(data)
    found = {document.id: document for document in read("in", format="dir")}
    assert list(found) == ["b.txt", "n.seed", "raw.bin", "a/empty", "a/é.md"]
    assert {key: document.data for key, document in found.items()} == texts
    assert all(document.name == key and dict(document.meta) == {} for key, document in found.items())
    assert [d.id for d in read("in/a", format="dir")] == ["empty", "é.md"]
    assert [d.id for d in read(["in/b.txt", "in/a"], format="dir")] == ["in/b.txt", "empty", "é.md"]
    assert next(read("in/b.txt", format="dir", id_from="sha256")).id != "in/b.txt"
    (found_name,) = [d.name for d in read("in/b.txt", format="dir", id_from="sha256")]
    assert found_name == "in/b.txt"


def test_compressed_files_are_read_and_named_without_their_suffix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gzip

    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    Path("in/a.txt.gz").write_bytes(gzip.compress(b"text\n"))
    assert [(d.id, d.data) for d in read("in", format="dir")] == [("a.txt", b"text\n")]


@posix
def test_hidden_files_links_and_pipes_are_skipped_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in/.git").mkdir(parents=True)
    Path("in/.git/config").write_text("x")
    Path("in/.hidden").write_text("x")
    Path("in/a.txt").write_text("a\n")
    Path("in/link").symlink_to("/etc/passwd")
    Path("in/loop").symlink_to(".")
    os.mkfifo("in/pipe")
    assert main(["convert", "in", "--from", "dir", "-o", "out.jsonl"]) == 0
    err = capsys.readouterr().err
    assert "skipped 5 files: " in err
    assert "1 document read, 1 written" in err


@posix
def test_a_name_that_is_not_utf8_is_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = os.fsencode(tmp_path / "in")
    os.mkdir(folder)
    Path(os.fsdecode(folder + b"/caf\xe9.txt")).write_text("x")
    Path(os.fsdecode(folder + b"/good.txt")).write_text("y")
    assert [f.code for f in validate(str(tmp_path / "in"), format="dir")] == ["DIR002"]
    with pytest.raises(ParseError, match="not UTF-8: 'caf"):
        list(read(str(tmp_path / "in"), format="dir"))
    assert (
        main(["convert", str(tmp_path / "in"), "--from", "dir", "-o", str(tmp_path / "o.jsonl"), "--on-error", "skip"])
        == 1
    )
    assert "2 documents read, 1 written, 1 refused" in capsys.readouterr().err


def test_a_file_over_the_limit_is_refused_at_its_edge(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a").write_bytes(b"x" * 1000)
    assert len(next(read(str(tmp_path / "in"), format="dir", max_document=1000)).data) == 1000
    (tmp_path / "in/a").write_bytes(b"x" * 1001)
    assert [f.code for f in validate(str(tmp_path / "in"), format="dir", max_document=1000)] == ["DIR001"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["convert", "-", "--from", "dir", "-o", "o.jsonl"], "standard input has no name"),
        (["convert", "in", "--from", "dir", "-o", "o.jsonl", "--id-from", "line"], "has no line number"),
        (["convert", "none", "--from", "dir", "-o", "o.jsonl"], "contains no text file"),
        (["convert", "in", "-o", "o.jsonl"], "--from"),
        (["convert", "a.seed", "--to", "dir", "-o", "-"], "standard output is not a folder"),
        (["convert", "a.seed", "--to", "dir", "-o", "o", "--shard-size", "1k"], "no shards"),
        (["convert", "a.seed", "--to", "dir", "-o", "a.seed"], "is a file"),
        (["convert", "a.seed", "--to", "dir", "-o", "in"], "not empty"),
        (["convert", "in", "--from", "dir", "--to", "dir", "-o", "in"], "is the target of this run"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    Path("none").mkdir()
    Path("in/a.txt").write_text("x")
    Path("a.seed").write_text("<<<FILE a a>>>\n1\n")
    assert main(arguments) == 2
    assert message in capsys.readouterr().err
    assert tree(tmp_path) == ["a.seed", "in/a.txt"]


def test_an_encoding_that_is_named_is_transcoded(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a").write_bytes("é\n".encode("cp1252"))
    with pytest.raises(CorpusfmtError):
        convert(str(tmp_path / "in"), str(tmp_path / "o.jsonl"), from_format="dir")
    convert(str(tmp_path / "in"), str(tmp_path / "o"), from_format="dir", to_format="dir", encoding="cp1252")
    assert (tmp_path / "o/a").read_bytes() == "é\n".encode()


@pytest.mark.parametrize("name", ["a.gz", "x/b.ZST", "n" * 197 + ".gz:", ".gz"])
def test_a_name_that_is_made_is_not_that_of_a_compressed_file(name: str, tmp_path: Path) -> None:
    write(tmp_path / "out", [Document("a", "1", name="n"), Document(7, "2", name=name)], allow_loss=["id", "name"])
    assert sorted(document.text for document in read(str(tmp_path / "out"), format="dir")) == ["1", "2"]


@pytest.mark.parametrize("id", [7, "a:b", "a.gz"])
def test_no_name_is_a_loss_also_where_the_id_is_no_path(id: str | int, tmp_path: Path) -> None:
    assert [loss.kind for loss in losses(Document(id, "1"), WriteOptions())] == ["id", "name"]
    with open_writer(str(tmp_path / "in.seed")) as writer:
        writer.write(Document(id, "1\n"))
    source, target = str(tmp_path / "in.seed"), str(tmp_path / "out")
    report = convert(source, target, to_format="dir", allow_loss=["id", "name"], verify=True)
    assert dict(report.lost) == {"id": 1, "name": 1}


@pytest.mark.parametrize("text", ["P*M\x18\0\0\0\0", "_*M\x18x", "BZh", "PK\x03\x04"])
def test_a_text_that_reading_would_decompress_is_a_loss(text: str, tmp_path: Path) -> None:
    document = Document("a", text, name="a")
    with pytest.raises(LossError) as caught:
        write(tmp_path / "out", [document])
    assert [loss.kind for loss in caught.value.losses] == ["bytes"]
    write(tmp_path / "out", [document], allow_loss=["bytes"])
    assert (tmp_path / "out" / "a").read_bytes() == text.encode()


def test_a_fix_fixes_a_file_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a").write_bytes(b"one\r\ntwo\nthree\n")
    found = [f.code for f in validate(str(tmp_path / "in"), format="dir", extend_select=["TXT"])]
    assert found == ["TXT007"]
    list(fix(str(tmp_path / "in"), format="dir", unsafe_fixes=True, select=["TXT"]))
    assert (tmp_path / "in/a").read_bytes() == b"one\ntwo\nthree\n"


# -- into a folder that is there -----------------------------------------------------------------------------------


@posix
def test_no_link_is_followed_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "away").mkdir()
    (tmp_path / "out/x").symlink_to(tmp_path / "away")
    (tmp_path / "out/link").symlink_to(tmp_path / "away/passwd")
    with pytest.raises(ConfigurationError, match="is a file where a folder is needed"):
        write(tmp_path / "out", [Document("x/a", "1", name="x/a")], force=True)
    assert os.listdir(tmp_path / "away") == []
    write(tmp_path / "out", [Document("link", "1", name="link"), Document("y/z/b", "2", name="y/z/b")], force=True)
    assert os.listdir(tmp_path / "away") == []
    assert (tmp_path / "out/link").read_text() == "1"
    assert not (tmp_path / "out/link").is_symlink()
    assert tree(tmp_path / "out") == ["link", "y/z/b"] or "x" in os.listdir(tmp_path / "out")


def test_a_folder_that_is_filled_gets_files_beside_others_with_force(tmp_path: Path) -> None:
    (tmp_path / "out/x").mkdir(parents=True)
    (tmp_path / "out/x/old").write_text("old")
    (tmp_path / "out/x/a").write_text("older")
    docs = [Document(name, name, name=name) for name in ("x/a", "x/y/b", "c")]
    with pytest.raises(ConfigurationError, match="not empty"):
        write(tmp_path / "out", docs)
    write(tmp_path / "out", docs, force=True)
    assert tree(tmp_path) == ["out/c", "out/x/a", "out/x/old", "out/x/y/b"]
    assert (tmp_path / "out/x/a").read_text() == "x/a"
    with pytest.raises(ConfigurationError, match="is a folder where a file is needed"):
        write(tmp_path / "out", [Document("x", "1", name="x")], force=True)
    assert tree(tmp_path) == ["out/c", "out/x/a", "out/x/old", "out/x/y/b"]


def test_what_was_moved_is_taken_back_when_a_move_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/old").write_text("old")
    docs = [Document(name, name, name=name) for name in ("a", "n/b", "z")]
    replace = os.replace

    def failing(source: str, target: str, **named: Any) -> None:
        if str(target).endswith("z"):
            raise OSError(5, "no more", target)
        replace(source, target, **named)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(OSError, match="no more"):
        write(tmp_path / "out", docs, force=True)
    assert [str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*")] == ["out", "out/old"]


# -- the format alone, to the byte -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "kinds"),
    [
        (Document("a", "x", name="a"), []), (Document("a", "x"), ["name"]), (Document("b", "x", name="a"), ["id"]), (Document("a", "x", name=".."), ["id", "name"]),
        (Document(7, "x", name="7"), ["id"]), (Document(7, "x"), ["id", "name"]), (Document("..", "x"), ["id", "name"]), (Document("a", "x", name="a", meta={"k": 1}), ["metadata"]),
        (Document("a", "x", name="a", meta=b"{ }"), []), (Document("a", b"\x81", name="a", encoding="cp1252"), ["encoding"]), (Document("a", b"\xff", name="a"), []),
        *((Document("a", magic + b"x", name="a"), ["bytes"]) for magic in (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ\0", b"PK\x03\x04")),
        *((Document("a", magic + b"x", name="a"), []) for magic in (b"\x1f", b"\x28\xb5\x2f", b"BZ", b"\xfd7zXZ", b"PK\x03")),
        (Document("a", "\u00fd7zXZ\0".encode("latin-1"), name="a", encoding="latin-1"), []), (Document("a", b"BZh", name="a", encoding="latin-1"), ["bytes"]),
    ],
)  # fmt: skip
def test_what_a_file_cannot_hold(document: Document, kinds: list[str]) -> None:
    assert [loss.kind for loss in losses(document, WriteOptions())] == kinds
    writer = FORMAT.writer(WriteOptions())
    if kinds:
        for allowed in (frozenset(kinds[1:]), frozenset(set(FORMAT.cannot) - {kinds[0]})):
            with pytest.raises(LossError) as caught:
                FORMAT.writer(WriteOptions(allowed)).encode([Document("b", "", name="b"), document])
            assert kinds[0] in [loss.kind for loss in caught.value.losses]
        assert len(FORMAT.writer(WriteOptions(frozenset(kinds))).encode([document])) == 1
    else:
        (piece,) = writer.encode([document])
        assert FORMAT.alone is not None
        assert FORMAT.alone(piece, document, WriteOptions()) == (
            document.name,
            document.data.decode("latin-1").encode() if document.encoding else document.data,
        )
    assert (writer.begin(), writer.end(0)) == (b"", b"")


def test_a_file_without_a_name_is_written_under_its_id() -> None:
    options, documents = WriteOptions(frozenset(["name", "id"])), [Document("a/b", "x\0y"), Document(7, "")]
    pieces = FORMAT.writer(options).encode(documents)
    assert FORMAT.alone is not None
    files = [FORMAT.alone(piece, document, options) for piece, document in zip(pieces, documents, strict=True)]
    assert files == [("a/b.txt", b"x\0y"), ("7.txt", b"")]


@pytest.mark.parametrize("size", [1, 3, 1 << 30])
@pytest.mark.parametrize(
    ("path", "inside", "name"),
    [("folder/a.txt", None, "a.txt"), ("c:\\folder\\a.txt", None, "a.txt"), ("a.txt", None, "a.txt"), ("f/x/a.txt", "x/a.txt", "x/a.txt")],
)  # fmt: skip
def test_a_stream_is_a_document(size: int, path: str, inside: str | None, name: str) -> None:
    options = ReadOptions(max_document=6) if inside is None else ReadOptions(max_document=6, inside=inside)
    (batch,) = FORMAT.scan(support.Pieces(b"a text", size, path), options)
    (document,) = batch.documents
    assert batch.region == Region(b"a text", 0, 1)
    assert (document.id, document.name, document.data, document.origin) == (name, name, b"a text", (path, 0, 1, 0))


def test_a_stream_over_the_limit_or_without_a_name_is_none() -> None:
    for size in (1, 4, 1 << 30):
        (batch,) = support.scan(FORMAT, b"a text!", size, ReadOptions(max_document=6))
        assert [(finding.code, finding.byte) for finding in batch.findings] == [("DIR001", 6)]
        assert not batch.documents
        assert batch.refused == b"a text!"[: len(batch.refused)]
    (batch,) = FORMAT.scan(support.Pieces(b"x", name="a\udcff"), ReadOptions())
    assert [(finding.code, finding.byte) for finding in batch.findings] == [("DIR002", 0)]
    assert batch.refused == b"x"
    with pytest.raises(ConfigurationError):
        list(FORMAT.scan(support.Pieces(b"x"), ReadOptions(id_from="line")))


def test_no_more_is_read_than_shows_that_it_is_too_much() -> None:
    stream = support.Pieces(b"x" * 100, 1)
    list(FORMAT.scan(stream, ReadOptions(max_document=6)))
    assert len(stream.read(200)) == 1
    assert len(b"".join(iter(lambda: stream.read(200), b""))) == 92


def test_places_in_a_file_are_places_in_its_text() -> None:
    region = Region(b"a text", 40, 1)
    assert FORMAT.rewrite is not None
    assert FORMAT.locate(region, Document("a", "a text"), 2) == 42
    assert FORMAT.rewrite(region, Document("a", "a text"), Change(2, 3, b"x")) == Edit(
        42, 3, b"x", Change(2, 3, b"x").safe
    )


@pytest.mark.parametrize(
    ("id", "name"),
    [
        ("a\u202eb", "a_b.txt"), ("c d\u200f", "c d_.txt"), ("x/\u2066y", "x/_y.txt"), ("é\u061c.txt", "é_.txt"),
        ("Füße", "Füße.txt"), ("\u0646\u0627\u0645\u0647\u200c\u0647\u0627", "\u0646\u0627\u0645\u0647\u200c\u0647\u0627.txt"),
    ],
)  # fmt: skip
def test_a_name_that_is_made_does_not_turn_the_direction_of_writing(id: str, name: str) -> None:
    assert suffixed(id, ".txt") == name
