"""Conversions in several threads: the same bytes and findings for any number, and nothing left behind."""

from __future__ import annotations

import errno
import gzip
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import deflate
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpusfmt
from corpusfmt.model.errors import ParseError
from corpusfmt.model.format import Batch
from corpusfmt.sources.ahead import Ahead
from corpusfmt.storage.gzip import GZIP_LEVEL, GzipEncoder, without_gil
from corpusfmt.storage.output import Output
from corpusfmt.storage.workers import Workers
from corpusfmt.storage.zstd import ZstdEncoder
from corpusfmt.text.position import Region

WORDS = r"words and words\n" * 14
#: Larger than what is scanned in a thread, and than several gzip members.
LINES = [
    f'{{"id":"d{number}","name":"n{number}","text":"{number} {WORDS}","meta":{{"n":{number}}}}}\n'
    for number in range(12_000)
]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source") / "in.jsonl"
    path.write_text("".join(LINES))
    return path


@pytest.mark.parametrize("target", ["o.jsonl", "o.seed.gz", "o.jsonl.zst", "o.warc.gz", "o.warc.zst", "o.xml.gz"])
def test_the_bytes_are_the_same_for_any_number_of_jobs(source: Path, target: str, tmp_path: Path) -> None:
    made = []
    for jobs in (1, 2, 7):
        path = tmp_path / f"{jobs}" / target
        path.parent.mkdir()
        options = {"date": "2026-01-01T00:00:00Z"} if "warc" in target else {}
        corpusfmt.convert(source, path, jobs=jobs, **options)  # type: ignore[arg-type]  # by name
        made.append(path.read_bytes())
    assert made[0] == made[1] == made[2]
    assert sum(1 for _ in corpusfmt.read(tmp_path / "7" / target)) == len(LINES)


def test_shards_and_a_compressed_source(source: Path, tmp_path: Path) -> None:
    packed = tmp_path / "in.jsonl.gz"
    packed.write_bytes(gzip.compress(source.read_bytes() + os.urandom(3_000_000).hex().encode() + b"\n", 1))
    made = []
    for jobs in (1, 4):
        folder = tmp_path / f"{jobs}"
        folder.mkdir()
        report = corpusfmt.convert(packed, folder / "o.seed.gz", jobs=jobs, shard_size=1_000_000, on_error="skip")
        assert (report.written, report.refused) == (len(LINES), 1)
        made.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert made[0] == made[1]
    assert len(made[0]) > 3


def test_refused_records_are_told_and_set_aside_in_order(tmp_path: Path) -> None:
    lines = [line if number % 1001 else line[:40] + "\n" for number, line in enumerate(LINES)]
    (tmp_path / "in.jsonl").write_text("".join(lines))
    found = []
    for jobs in (1, 3):
        put = tmp_path / f"{jobs}.seed"
        report = corpusfmt.convert(
            tmp_path / "in.jsonl", tmp_path / f"{jobs}.jsonl", jobs=jobs, on_error=f"quarantine={put}"
        )
        about = [(finding.code, finding.line, finding.byte, finding.message) for finding in report.findings]
        found.append((about, report.read, report.refused, put.read_bytes(), (tmp_path / f"{jobs}.jsonl").read_bytes()))
    assert found[0] == found[1]
    assert found[0][2] == 12


def test_the_first_error_ends_all_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text("".join([*LINES[:6_000], "{\n", *LINES[6_000:]]))
    with pytest.raises(ParseError, match=r"in\.jsonl:6001"):
        corpusfmt.convert(tmp_path / "in.jsonl", tmp_path / "o.seed.gz", jobs=4)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


@pytest.mark.parametrize("target", ["o.seed", "o.seed.gz", "o.seed.zst", "o.warc.gz"])
def test_a_write_that_fails_leaves_nothing(
    source: Path, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, count = Output._written, 0

    def full(self: Output, data: bytes) -> int:
        nonlocal count
        count += bool(data)
        if count > 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(self, data)

    monkeypatch.setattr(Output, "_written", full)
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        corpusfmt.convert(source, tmp_path / target, jobs=4)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="a pipe that stays open")
def test_a_pipe_that_gives_no_more_keeps_no_command_waiting(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "corpusfmt", "convert", "-", "--from", "jsonl", "-o", "o.seed", "--jobs", "4"]
    environment = {**os.environ, "PYTHONPATH": str(Path(corpusfmt.__file__).parents[1])}
    with subprocess.Popen(
        command, cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            os.write(process.stdin.fileno(), b"{}\n" + "".join(LINES).encode()[:600_000])
        assert process.wait(60) == 1


def test_jobs_are_checked(source: Path, tmp_path: Path) -> None:
    for jobs in (0, 257, "2", True):
        with pytest.raises(corpusfmt.ConfigurationError, match="jobs"):
            corpusfmt.convert(source, tmp_path / "o.seed", jobs=jobs)  # type: ignore[arg-type]  # wrong on purpose


# -- the parts -----------------------------------------------------------------------------------------------------


def batch(number: int) -> Batch:
    return Batch((), (), Region(b"", number, 1))


def test_batches_come_in_order_and_then_the_error() -> None:
    def broken() -> Iterator[Batch]:
        yield from map(batch, range(20))
        raise ValueError("broken")

    taken: list[Batch] = []
    with Ahead(map(batch, range(100))) as found:
        assert [one.region.offset for one in found] == list(range(100))
    with pytest.raises(ValueError, match="broken"), Ahead(broken()) as found:
        taken.extend(found)
    assert len(taken) == 20


@pytest.mark.parametrize("taken", [0, 1, 5])
def test_a_thread_ends_with_what_takes_its_batches(taken: int) -> None:
    scanned = []

    def many() -> Iterator[Batch]:
        for number in range(1000):
            scanned.append(number)
            yield batch(number)

    with pytest.raises(KeyboardInterrupt), Ahead(many()) as found:
        for _ in range(taken):
            next(found)
        raise KeyboardInterrupt
    assert len(scanned) <= taken + 6


@pytest.mark.parametrize("where", ["begun", "not begun"])
def test_a_signal_while_the_thread_begins(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = threading.Thread.start

    def start(self: threading.Thread) -> None:
        if where == "begun":
            real(self)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(KeyboardInterrupt), Ahead(map(batch, range(1000))):
        pass


def test_a_signal_while_the_thread_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    real, count = threading.Semaphore.release, 0

    def release(self: threading.Semaphore, n: int = 1) -> None:
        nonlocal count
        count += 1
        if count == 1:
            raise KeyboardInterrupt
        real(self, n)

    with pytest.raises(KeyboardInterrupt), Ahead(map(batch, range(1000))):
        monkeypatch.setattr(threading.Semaphore, "release", release)


def test_tasks_end_in_any_order_and_are_given_in_theirs() -> None:
    workers = Workers(4)
    wait = threading.Event()

    def task(number: int) -> bytes:
        if number == 0:
            wait.wait(30)
        return b"%d," % number

    done = b"".join([workers.take(task, number) for number in range(5)])
    assert done == b""  # the first is waited for
    wait.set()
    assert done + workers.take(task, 5, last=True) == b"0,1,2,3,4,5,"
    assert workers.rest() == b""
    workers.close()


def test_an_error_of_a_task_is_raised_and_threads_end() -> None:
    def task() -> bytes:
        raise MemoryError

    workers = Workers(2)
    assert workers.take(lambda: b"one", last=True) == b"one"  # nothing else waits: it is done here
    with pytest.raises(MemoryError):
        for _ in range(9):
            workers.take(task)
            time.sleep(0.001)
    workers.close()
    workers.close()


@given(st.lists(st.binary(max_size=300_000) | st.just(b"a" * 300_000), max_size=5), st.integers(0, 1 << 20))
def test_libdeflate_gives_the_same_by_both_ways(parts: list[bytes], size: int) -> None:
    compress = without_gil()
    if compress is None:
        pytest.skip("the C interface of libdeflate cannot be reached here")
    for data in (*parts, bytes(size)):
        assert compress(data, GZIP_LEVEL) == bytes(deflate.deflate_compress(data, GZIP_LEVEL))


def test_without_the_c_interface_threads_use_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.import_module", lambda _: os)  # its file is no library
    assert without_gil() is None
    encoder, single = GzipEncoder(3), GzipEncoder()
    records = [bytes([number]) * 300_000 for number in range(9)]
    assert encoder.records(records) + encoder.end_member() == single.records(records) + single.end_member()
    encoder.close()


@pytest.mark.parametrize("kind", [GzipEncoder, ZstdEncoder])
def test_members_and_streams_mix_for_any_number_of_jobs(kind: type[GzipEncoder | ZstdEncoder]) -> None:
    found = []
    for jobs in (1, 5):
        encoder = kind(jobs)
        out = encoder.members([b"one", b"two" * 1000])
        out += encoder.write(b"three" * 200_000) + encoder.records([b"four\n"] * 70_000)
        for number in range(20):
            out += encoder.members([b"%d" % number, b"x" * number * 1000])
        out += encoder.write(b"five") + encoder.end_member()
        encoder.close()
        found.append(out)
    assert found[0] == found[1]
