"""The torture itself: that its faults reach the command, that its judge sees what is wrong, and a few runs of each kind."""

from __future__ import annotations

import errno
import os

import pytest

from tests.torture import changing, durable, faults, full, kill, moments, short, signals, swaps
from tests.torture.stage import Stage, temporaries
from tests.torture.targets import TARGETS

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and limits are those of POSIX")
BY_NAME = {target.name: target for target in TARGETS}


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stage]:
    root = tmp_path_factory.mktemp("torture")
    names = ("jsonl", "folder", "shards", "cdxj", "fix")
    return {name: Stage(BY_NAME[name], root, 60_000, 1) for name in names}


@pytest.mark.parametrize("name", ["jsonl", "folder", "shards", "cdxj", "fix"])
def test_what_is_renamed_is_durable(name: str, stages: dict[str, Stage]) -> None:
    assert durable.check(stages[name], 1).failures == []


@pytest.mark.parametrize(
    ("call", "number"), [("write", errno.ENOSPC), ("rename", errno.EACCES), ("read", errno.EIO), ("fsync", errno.EIO)]
)
def test_a_call_that_fails(call: str, number: int, stages: dict[str, Stage]) -> None:
    plan = {"call": call, "nth": 1, "errno": number, "lasting": False}
    with stages["jsonl"].folder() as folder:
        result = stages["jsonl"].run(folder, plan)
        assert faults.judged(stages["jsonl"], folder, plan, result) == ([], "old")
    assert result.code == 2
    assert result.log[0]["failed"] == call


@pytest.mark.undisturbed
def test_a_few_of_the_others(stages: dict[str, Stage]) -> None:
    stage = stages["jsonl"]
    assert short.check(stage, 1).failures == []
    for check in (kill.check, signals.check, moments.check, full.limited):
        outcome = check(stage, 2)
        assert outcome.failures == []
        assert outcome.counts.total() >= 2
    for name in ("jsonl", "fix"):
        assert changing.check(stages[name], 3).failures == []


@pytest.mark.parametrize("name", ["jsonl", "folder", "shards", "cdxj"])
def test_no_link_is_followed_that_comes_during_a_run(name: str, stages: dict[str, Stage]) -> None:
    outcome = swaps.check(stages[name], 4)
    assert outcome.failures == []
    assert outcome.counts.total() == 8


def test_the_judge_sees_what_is_wrong(stages: dict[str, Stage]) -> None:
    def state(name: str, file: str, content: bytes | None) -> str:
        with stages[name].folder() as folder:
            if content is None:
                (folder / file).unlink()
            else:
                (folder / file).write_bytes(content)
            return stages[name].state(folder)

    assert state("jsonl", "out.jsonl", b"half") == "PARTIAL: out.jsonl"
    assert state("jsonl", "out.jsonl", None) == "LOST: out.jsonl"
    assert state("jsonl", "other", b"") == "PARTIAL: other"
    assert state("folder", "out/d0.xml", b"") == "PARTIAL: out/d0.xml"
    assert state("shards", "out.manifest.json", None) == "between"
    assert state("shards", "out-00001.jsonl", None).startswith("LOST")
    with stages["cdxj"].folder() as folder:
        stages["cdxj"].run(folder)
        assert stages["cdxj"].state(folder) == "new"
        (folder / ".corpusfmt-1-0.tmp").touch()
        assert temporaries(folder) == [".corpusfmt-1-0.tmp"]
        with stages["cdxj"].folder() as before:
            (before / "out.warc.gz").replace(folder / "out.warc.gz")
        assert stages["cdxj"].state(folder) == "MIXED: out.warc.gz"


def test_the_order_of_calls_is_validated() -> None:
    def event(call: str, path: str, other: str = "") -> dict[str, str]:
        return {"call": call, "path": path, "other": other}

    write, sync, rename, folder = (
        event("write", "/a/t"),
        event("fsync", "/a/t"),
        event("rename", "/a/t", "/a/x"),
        event("fsync", "/a"),
    )
    assert durable.disorder([write, sync, rename, folder]) == []
    assert durable.disorder([write, rename, folder]) == ["/a/t is not durable when it gets its name"]
    assert durable.disorder([sync, write, rename, folder]) == ["/a/t is not durable when it gets its name"]
    assert durable.disorder([write, sync, rename]) == ["the name /a/x is never made durable"]
    inner = event("write", "/a/t/one")
    assert durable.disorder([inner, rename, folder]) == ["/a/t/one is not durable when it gets its name"]


def test_every_target_has_a_name_of_its_own() -> None:
    assert len(BY_NAME) == len(TARGETS)
