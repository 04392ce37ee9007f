"""Where a target is tortured: a folder as it is before a run, as it is after one, and a judge of what is between."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from tests.support import ROOT
from tests.torture.targets import Target

#: What no run may say, whatever happens to it.
UNSEEMLY = (b"Traceback", b"Exception ignored", b"BrokenPipeError", b"Fatal Python")
PATIENCE = 120


class Outcome(NamedTuple):
    """What became of the runs of one check of one target: how many ended how, and what is wrong."""

    counts: Counter[str]
    failures: list[str]
    skipped: str = ""


class Result(NamedTuple):
    """What one run said. ``log`` is what the launcher wrote: see there."""

    code: int
    out: bytes
    err: bytes
    log: list[dict[str, Any]]

    def unseemly(self) -> list[str]:
        """What it said that it must not."""
        return [word.decode() for word in UNSEEMLY if word in self.err]


def environment(**more: str) -> dict[str, str]:
    """The same for all runs, wherever the torture is started."""
    foreign = ("PYTHON", "LC_", "LANG", "TORTURE")
    kept = {k: v for k, v in os.environ.items() if k == "PYTHONPYCACHEPREFIX" or not k.startswith(foreign)}
    fixed = {
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "SOURCE_DATE_EPOCH": "1700000000",
        "LC_ALL": "C.UTF-8",
    }
    return {**kept, **fixed, **more}


def command(*arguments: str) -> list[str]:
    """The command, as it is."""
    return [sys.executable, "-m", "corpusfmt", *arguments]


def launcher(*arguments: str) -> list[str]:
    """The command, by way of the launcher."""
    return [sys.executable, "-m", "tests.torture.launcher", *arguments]


def tree(folder: Path) -> dict[str, str]:
    """All that lies below a folder but temporary files, with a digest of what it holds."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not _is_temporary(name):
            found[name] = "folder" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def temporaries(folder: Path) -> list[str]:
    """The temporary files and folders below a folder."""
    return [path.name for path in folder.rglob(".corpusfmt-*")]


def _is_temporary(name: str) -> bool:
    return any(part.startswith(".corpusfmt-") for part in name.split("/"))


class Stage:
    """One target with sources of a size. ``old`` and ``new`` are the trees before and after a run."""

    def __init__(self, target: Target, root: Path, size: int, seed: int) -> None:
        self.target, self.seed = target, seed
        self._root = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=root))
        self._before = self._root / "before"
        self._before.mkdir()
        source = self._before / target.source
        size = int(size * target.share)
        if target.empty:
            (self._before / target.empty).mkdir()
        elif not target.inside:
            target.make(source, random.Random(f"{seed} older"), size // 2)
            self._undisturbed(self._before)
        target.make(source, random.Random(f"{seed} {target.name}"), size)
        self.old = tree(self._before)
        with self.folder() as after:
            began = time.monotonic()
            self._undisturbed(after)
            self.seconds = time.monotonic() - began
            self.new = tree(after)
            changed = [after / name for name in self.new if self.old.get(name) != self.new[name]]
            #: Of what a run makes: the largest file, and all of it, in bytes; the files of before.
            self.largest = max(path.stat().st_size for path in changed)
            self.made = sum(path.stat().st_size for path in changed)
            self.names = [target.source, *{path.relative_to(after).parts[0] for path in changed}]
        self.held = sum((self._before / name).stat().st_size for name in self.old)

    def _undisturbed(self, folder: Path) -> None:
        result = self.run(folder)
        assert result.code == self.target.code, (
            f"{self.target.name}: a run that nothing disturbs failed: {result.err!r}"
        )
        assert not temporaries(folder)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A folder as it is before a run, to be used once."""
        path = Path(tempfile.mkdtemp(prefix="run-", dir=self._root))
        try:
            self.fill(path)
            yield path
        finally:
            shutil.rmtree(path)

    def fill(self, path: Path) -> None:
        """Make a folder as it is before a run."""
        shutil.copytree(self._before, path, dirs_exist_ok=True)

    def start(
        self, folder: Path, plan: dict[str, Any] | None = None, *more: str, **options: Any
    ) -> subprocess.Popen[bytes]:
        """Begin a run: of the command as it is, or with a plan for the launcher."""
        arguments = [*self.target.arguments, *more]
        if plan is None:
            argv, env = command(*arguments), environment()
        else:
            argv, env = launcher(*arguments), environment(TORTURE=json.dumps({**plan, "log": str(self._log(folder))}))
        return subprocess.Popen(
            argv,
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )

    def end(self, folder: Path, process: subprocess.Popen[bytes]) -> Result:
        """Wait for the end of a run."""
        try:
            out, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            err += b"Traceback: it did not end"
        log = self._log(folder)
        found = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return Result(process.returncode, out, err, found)

    def run(self, folder: Path, plan: dict[str, Any] | None = None, *more: str, **options: Any) -> Result:
        """Run to the end."""
        return self.end(folder, self.start(folder, plan, *more, **options))

    def _log(self, folder: Path) -> Path:
        return self._root / f"{folder.name}.log"

    def state(self, folder: Path) -> str:
        """Say what a run left: old, new, between (where that is promised to be harmless), or what is wrong with it."""
        found, target = tree(folder), self.target
        if found == self.old:
            return "old"
        if found == self.new:
            return "new"
        for name, digest in found.items():
            if digest not in (self.old.get(name), self.new.get(name)):
                return f"PARTIAL: {name}"
        for name in self.old.keys() & self.new.keys() - found.keys():
            if not (name == target.last and target.cleared):
                return f"LOST: {name}"
        last = found.get(target.last)
        if target.loose or (target.last and last == (None if target.cleared else self.old.get(target.last))):
            return "between"
        return "MIXED: " + ", ".join(name for name in self.new if found.get(name) != self.new[name])

    def repeats(self, folder: Path) -> list[str]:
        """What is wrong with a second run in a folder where the first came to nothing, or to an end."""
        result = self.run(folder, None, *self.target.again)
        if result.code != self.target.code or tree(folder) != self.new:
            return [f"a second run failed with {result.code}: {result.err.decode()[-200:]}"]
        return []


def drain(stream: IO[bytes] | None) -> None:
    """Let go of a pipe."""
    if stream is not None:
        stream.close()
