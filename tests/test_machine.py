"""Files converted, merged, split, compressed, fixed and damaged in any order: a model knows what must be in them."""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, cast
from unittest import mock

import pytest
import zstandard
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule

import corpusfmt
from corpusfmt import ConfigurationError, CorpusfmtError, Document, LossError, ParseError, SourceChangedError, plugins
from corpusfmt.model.format import ReadOptions, WriteOptions
from corpusfmt.storage import Input
from corpusfmt.text.json_facts import canonical
from tests import flips, strategies, test_dir

#: What a conversion is asked for besides; every conversion of the machine gets it.
ASKED: dict[str, Any] = {"verify": True}


class Kind(NamedTuple):
    """A kind of target: its format, the options of writing it, and whether it is a folder with a file per document."""

    format: str
    options: Mapping[str, str] = MappingProxyType({})
    folder: bool = False

    def path(self, folder: Path, name: str, packed: str) -> str:
        """Return a path of this kind."""
        suffix = plugins.format_named(self.format).suffixes[0]
        return f"{folder / name}/" if self.folder else f"{folder / name}{suffix}{packed}"

    def holds(self, documents: Iterable[Document]) -> bool:
        room = plugins.format_named(self.format)
        return not any(room.losses(document, WriteOptions(own=self.options)) for document in documents)


#: Every format in its usual way, and what is beside it.
KINDS = [
    *(Kind(name) for name, format in plugins.formats().items() if not format.one_per_file),  # see ``unpack``
    Kind("seed", {"dialect": "plain"}),
    Kind("warc", {"record": "conversion"}),
    Kind("tei", folder=True),
]
PACKED = ["", ".gz", ".zst"]


#: A kind of harm, where, and a byte that is put there.
harms = st.tuples(
    st.sampled_from(["flip", "flip", "cut", "append", "delete"]),
    st.integers(0, 1 << 20),
    st.one_of(st.sampled_from(list(b' \n\r"\\<>&{}[],:0x')), st.integers(0, 255)),
)


class Files(NamedTuple):
    """Sources, and the documents that are in them. Those of a folder have the order of its names."""

    paths: tuple[str, ...]
    documents: tuple[Document, ...]


def told(documents: Iterable[Document]) -> list[tuple[str, str, str, bytes, str]]:
    """Documents by what can be compared and sorted."""
    return sorted((type(d.id).__name__, str(d.id), d.name, d.data, repr(canonical(d.meta_json))) for d in documents)


def snapshot(path: str) -> dict[str, bytes]:
    """What is at a path: the bytes of a file, of all files of a folder, or nothing."""
    here = Path(path)
    found = sorted(here.rglob("*")) if here.is_dir() else [here]
    return {str(one): one.read_bytes() for one in found if one.is_file()}


def unpacked(data: bytes) -> bytes:
    if data.startswith(b"\x1f\x8b"):
        return gzip.decompress(data)
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        with zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True) as stream:
            return stream.read()
    return data


def squeezed(data: bytes, packed: str) -> bytes:
    if packed == ".gz":
        return gzip.compress(data)
    return zstandard.ZstdCompressor(write_checksum=True).compress(data) if packed else data


def changed(path: Path, how: str, where: int) -> None:
    """Change a file in place, later than it was written whatever the clock of the file system can tell."""
    data, there = path.read_bytes(), path.stat()
    at = where % (len(data) + 1)
    with path.open("r+b") as file:
        if how == "cut":
            file.truncate(at)
        else:
            file.seek(at if how == "rewrite" else 0, os.SEEK_SET if how == "rewrite" else os.SEEK_END)
            file.write(b"x" if how == "grow" else data[at : at + 1].swapcase())
    os.utime(path, ns=(there.st_atime_ns, there.st_mtime_ns + 1_000_000_000))


class Corpora(RuleBasedStateMachine):
    files = Bundle("files")

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="corpusfmt-")
        self._count = 0

    def teardown(self) -> None:
        self._folder.cleanup()

    # -- helpers ---------------------------------------------------------------------------------------------------------

    def _new(self, kind: Kind, packed: str) -> str:
        self._count += 1
        return kind.path(Path(self._folder.name), f"f{self._count}", packed)

    def _convert(self, sources: Sequence[str], target: str, kind: Kind, **more: Any) -> corpusfmt.Report:
        return corpusfmt.convert(
            sources, target, to_format=kind.format, write_options=kind.options, force=True, **ASKED, **more
        )

    def _taken(self, paths: Sequence[str], expected: Sequence[Document], *, folder: bool = False) -> Files:
        """Check that files hold just these documents, and that nothing is wrong with them."""
        read = list(corpusfmt.read(paths))
        if folder:
            assert told(read) == told(expected)
        else:
            assert read == list(expected)
            assert all(map(flips.same, read, expected))
        for finding in corpusfmt.validate(paths):
            assert finding.severity != "error" or not finding.code.startswith(("SEED", "JSONL", "WARC", "TEI", "FILE"))
        return Files(tuple(paths), tuple(read))

    def _made(
        self, sources: Sequence[str], expected: Sequence[Document], kind: Kind, packed: str, old: bytes, **more: Any
    ) -> Any:
        """Convert, and see that the target is whole, or as it was and a loss was named that there is."""
        target = self._new(kind, packed)
        if not kind.folder and old:
            Path(target).write_bytes(old)
        before = snapshot(target)
        try:
            report = self._convert(sources, target, kind, **more)
        except LossError as error:
            assert not kind.holds(expected)
            assert {loss.document for loss in error.losses} <= {document.id for document in expected}
            assert snapshot(target) == before
            return multiple()
        assert kind.holds(expected)
        assert report.written == report.read == len(expected)
        paths = [target] if kind.folder else [path for path in report.outputs if not path.endswith(".manifest.json")]
        if kind.folder and not expected:  # no file, no source
            return multiple()
        return self._taken(paths, expected, folder=kind.folder)

    # -- rules -----------------------------------------------------------------------------------------------------------

    @initialize(
        target=files,
        documents=st.one_of(strategies.text_corpora, strategies.corpora),
        packed=st.sampled_from(PACKED),
    )
    def begin(self, documents: list[Document], packed: str) -> Any:
        """Version 1 of the seed format holds everything."""
        target = self._new(Kind("seed"), packed)
        with corpusfmt.open_writer(target) as writer:
            for document in documents:
                writer.write(document)
        return self._taken([target], documents)

    @rule(target=files, kind=st.sampled_from(KINDS), packed=st.sampled_from(PACKED), documents=strategies.text_corpora)
    def write(self, kind: Kind, packed: str, documents: list[Document]) -> Any:
        kept = [document for document in documents if kind.holds([document])]
        target = self._new(kind, packed)
        with corpusfmt.open_writer(target, format=kind.format, **cast("Any", kind.options)) as writer:
            for document in kept:
                writer.write(document)
        return multiple() if kind.folder and not kept else self._taken([target], kept, folder=kind.folder)

    @rule(
        target=files,
        source=files,
        kind=st.sampled_from(KINDS),
        packed=st.sampled_from(PACKED),
        old=st.binary(max_size=3),
    )
    def convert(self, source: Files, kind: Kind, packed: str, old: bytes) -> Any:
        return self._made(source.paths, source.documents, kind, packed, old)

    @rule(
        target=files,
        sources=st.lists(files, min_size=2, max_size=3),
        kind=st.sampled_from(KINDS),
        packed=st.sampled_from(PACKED),
    )
    def merge(self, sources: list[Files], kind: Kind, packed: str) -> Any:
        paths = list(dict.fromkeys(path for source in sources for path in source.paths))  # a source counts once
        if len(paths) < sum(len(source.paths) for source in sources):
            return multiple()
        return self._made(paths, [d for source in sources for d in source.documents], kind, packed, b"")

    @rule(target=files, source=files, kind=st.sampled_from([kind for kind in KINDS if not kind.folder]),
          packed=st.sampled_from(PACKED), size=st.integers(1, 3000))  # fmt: skip
    def split_by_size(self, source: Files, kind: Kind, packed: str, size: int) -> Any:
        return self._made(source.paths, source.documents, kind, packed, b"", shard_size=size)

    @rule(target=files, source=files, kind=st.sampled_from(KINDS), packed=st.sampled_from(PACKED), data=st.data())
    def split_by_ids(self, source: Files, kind: Kind, packed: str, data: st.DataObject) -> Any:
        if not source.documents:
            return multiple()
        ids = data.draw(st.lists(st.sampled_from([str(d.id) for d in source.documents]), min_size=1, max_size=2))
        return self._made(source.paths, [d for d in source.documents if str(d.id) in ids], kind, packed, b"", ids=ids)

    @rule(target=files, source=files, more=strategies.corpora, kind=st.sampled_from([kind for kind in KINDS if not kind.folder]),
          packed=st.sampled_from(PACKED), size=st.sampled_from([0, 200]), on_error=st.sampled_from(["skip", "quarantine", "clash"]))  # fmt: skip
    def leave_out(self, source: Files, more: list[Document], kind: Kind, packed: str, size: int, on_error: str) -> Any:
        """What the target cannot hold is left out or kept apart, and nothing else is; all counts say the same."""
        self._count += 1
        mixed, aside = f"{self._folder.name}/m{self._count}.seed", f"{self._folder.name}/q{self._count}.seed"
        documents = [
            document for pair in zip_longest(source.documents, more) for document in pair if document is not None
        ]
        with corpusfmt.open_writer(mixed) as writer:
            for document in documents:
                writer.write(document)
        target = self._new(kind, packed)
        if on_error == "clash" and size and target.endswith(".seed"):
            before = snapshot(self._folder.name)
            with pytest.raises(ConfigurationError):
                clash = f"{self._folder.name}/./{Path(target).stem}-00001.seed"
                self._convert([mixed], target, kind, shard_size=size, on_error=f"quarantine={clash}")
            assert snapshot(self._folder.name) == before
        how = "skip" if on_error == "skip" else f"quarantine={aside}"
        report = self._convert([mixed], target, kind, shard_size=size, on_error=how)
        kept = [document for document in documents if kind.holds([document])]
        assert (report.read, report.written, report.refused) == (len(documents), len(kept), len(documents) - len(kept))
        if on_error != "skip":
            assert len(list(corpusfmt.read(aside))) == report.refused
        return self._taken([path for path in report.outputs if not path.endswith((".manifest.json", aside))], kept)

    @rule(target=files, source=files, kind=st.sampled_from(KINDS), packed=st.sampled_from(PACKED))
    def gather(self, source: Files, kind: Kind, packed: str) -> Any:
        """By a pattern each file is read once, whatever links are around it."""
        paths = [Path(path) for path in source.paths]
        if os.name != "posix" or any(path.is_dir() for path in paths):
            return multiple()
        self._count += 1
        folder = Path(self._folder.name, f"g{self._count}")
        (folder / "in").mkdir(parents=True)
        for number, path in enumerate(paths):
            shutil.copy(path, folder / "in" / f"{number:09}-{path.name}")
            (folder / f"{number}-{path.name}").symlink_to(path)
        (folder / "loop").symlink_to(".")
        return self._made([f"{folder}/**/*"], source.documents, kind, packed, b"")

    @rule(target=files, documents=test_dir.anything)
    def unpack(self, documents: list[Document]) -> Any:
        """Into a folder of text files and back: those come back that a folder holds, the others are a loss."""
        self._count += 1
        whole, folder, back = (f"{self._folder.name}/u{self._count}{end}" for end in (".seed", "", ".jsonl"))
        kept = test_dir.held(documents)
        for some in (documents, kept):
            with corpusfmt.open_writer(whole) as writer:
                for document in some:
                    writer.write(document)
            try:
                corpusfmt.convert(whole, folder, to_format="dir", force=True, **ASKED)
                assert len(some) == len(kept)
            except LossError:
                assert len(some) > len(kept)
                assert snapshot(folder) == {}
        if not kept or not Kind("jsonl").holds(kept):
            return multiple()
        corpusfmt.convert(folder, back, from_format="dir", **ASKED)
        assert told(corpusfmt.read(back)) == told(kept)
        return self._taken([back], list(corpusfmt.read(back)))

    @rule(target=files, source=files, packed=st.sampled_from(PACKED))
    def compress(self, source: Files, packed: str) -> Any:
        """Compress or decompress as others do: a file as a whole."""
        paths = []
        for path in source.paths:
            here = Path(path)
            if here.is_dir():
                return multiple()
            self._count += 1
            bare = here.name.removesuffix(".gz").removesuffix(".zst")
            there = here.with_name(f"{self._count}-{bare}{packed}")
            data = unpacked(here.read_bytes())
            there.write_bytes(squeezed(data, packed))
            paths.append(str(there))
        return self._taken(paths, source.documents)

    @rule(source=files)
    def fix(self, source: Files) -> None:
        """Nothing that is safe to do changes a document."""
        corpusfmt.fix(source.paths)
        self._taken(source.paths, source.documents)
        assert not any(fixed.changed for fixed in corpusfmt.fix(source.paths))

    @rule(
        source=files,
        kind=st.sampled_from(KINDS),
        how=st.sampled_from(["cut", "grow", "rewrite"]),
        one=st.integers(0),
        moment=st.integers(1, 5),
        where=st.integers(0),
    )
    def change(self, source: Files, kind: Kind, how: str, one: int, moment: int, where: int) -> None:
        """A copy of a file changes while it is converted: nothing is made of it. Or it was read already."""
        paths = [path for path in source.paths for path in snapshot(path)]
        path = Path(paths[one % len(paths)])
        self._count += 1
        copy, target = path.with_name(f"{self._count}-{path.name}"), self._new(kind, "")
        copy.write_bytes(path.read_bytes())
        left, real = [moment], Input._raw_read

        def read(stream: Input, size: int) -> bytes:
            left[0] -= stream.name == str(copy)
            if left[0] == 0:
                left[0] -= 1
                changed(copy, how, where)
            return real(stream, size)

        with mock.patch.object(Input, "_raw_read", read), contextlib.suppress(LossError):
            try:
                self._convert([str(copy)], target, kind)
                assert left[0] > 0
            except SourceChangedError:
                assert left[0] < 0
                assert snapshot(target) == {}
        copy.unlink()

    @rule(
        target=files,
        source=files,
        kind=st.sampled_from(KINDS),
        packed=st.sampled_from(PACKED),
        into=st.sampled_from(KINDS),
        harms=st.lists(harms, min_size=3, max_size=8),
        one=st.integers(0),
    )
    def damage(
        self, source: Files, kind: Kind, packed: str, into: Kind, harms: list[tuple[str, int, int]], one: int
    ) -> Any:
        """Change bytes of copies of a file of some kind. It is told and no target appears, or nothing could have told."""
        if kind.holds(source.documents) and source.documents:
            source = self._made(source.paths, source.documents, kind, packed, b"")
        paths = [path for path in source.paths for path in snapshot(path)]
        path = Path(paths[one % len(paths)])
        old, left = path.read_bytes(), []
        for how, where, byte in harms if old else []:
            at = where % len(old) if how != "append" else len(old)
            rest = {"cut": b"", "flip": bytes([byte]) + old[at + 1 :], "append": bytes([byte]), "delete": old[at + 1 :]}
            self._count += 1
            damaged = path.with_name(f"{self._count}-{path.name}")
            damaged.write_bytes(old[:at] + rest[how])
            found = self._judged(damaged, path, at, how, into)
            if found and damaged.parent == Path(self._folder.name):
                left.append(found)
            else:
                damaged.unlink()
        return multiple(*left)

    def _judged(self, damaged: Path, path: Path, at: int, how: str, kind: Kind) -> Files | None:
        """Convert what was damaged. Return it with its documents when nobody refused it."""
        target, old, new = self._new(kind, ""), path.read_bytes(), damaged.read_bytes()
        before = flips.read(old, path.name, ReadOptions(lines=False))
        try:
            self._convert([str(damaged)], target, kind)
        except LossError:
            assert snapshot(target) == {}
            return self._judged(damaged, path, at, how, Kind("seed"))  # which holds everything
        except CorpusfmtError as error:
            assert snapshot(target) == {}
            if isinstance(error, ParseError):
                assert error.finding.code in {finding.code for finding in corpusfmt.validate([str(damaged)])}
                self._fixed(damaged)
            return None
        after = flips.read(new, damaged.name, ReadOptions(lines=False))
        if not kind.folder:
            assert list(corpusfmt.read(target)) == after.documents
        format = plugins.format_named(_format_of(path)).name
        packed = unpacked(old) is not old
        if how == "flip":
            verdict = flips.judge(format, old, new, at, before, after, [] if packed else flips.spans(format, old))
        else:
            verdict = flips.judge_damage(format, before, after, at, how, packed=packed)
        assert not verdict.startswith("WRONG"), (verdict, how, at, old, new)
        return Files((str(damaged),), tuple(after.documents))

    def _fixed(self, damaged: Path) -> None:
        """Fix what can be fixed safely: what could be read is there still."""
        before = snapshot(str(damaged))
        held = self._readable(damaged)
        try:
            corpusfmt.fix(damaged)
        except CorpusfmtError:
            assert snapshot(str(damaged)) == before
            return
        there = iter(self._readable(damaged))
        assert all(any(document == other for other in there) for document in held)

    @staticmethod
    def _readable(path: Path) -> list[Document]:
        found: list[Document] = []
        with contextlib.suppress(flips.Refused):
            flips.read(path.read_bytes(), path.name, ReadOptions(lines=False), into=found)
        return found


def _format_of(path: Path) -> str:
    name = path.name.removesuffix(".gz").removesuffix(".zst")
    return next(format.name for format in plugins.formats().values() if name.endswith(format.suffixes))


TestCorpora = Corpora.TestCase
TestCorpora.settings = settings(max_examples=max(10, settings().max_examples // 4), stateful_step_count=12)
