"""Standard streams that are closed, at the start or in the middle, or behind which the disk is full."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.torture.stage import UNSEEMLY, Outcome, Stage, command, environment

_STREAMS = {"": (), "stdout": (1,), "stderr": (2,), "both": (1, 2), "all": (0, 1, 2)}


def commands(source: str) -> dict[str, list[str]]:
    """Commands that print, by a name for each."""
    found = {
        f"convert to {name}": ["convert", source, "-o", "-", "--to", name] for name in ("seed", "jsonl", "tei", "warc")
    }
    found |= {name: [name, source] for name in ("ls", "validate")}
    found |= {"formats": ["formats"], "rules": ["rules"], "help": ["--help"], "rule": ["rule", "SEED001"]}
    found |= {"help of convert": ["convert", "--help"], "infer": ["schema", "infer", source], "version": ["--version"]}
    return found


def check(stage: Stage, runs: int) -> Outcome:
    """Run each command with each of these, buffered and not."""
    counts: Counter[str] = Counter()
    failures: list[str] = []
    with stage.folder() as folder:
        broken = folder / "broken.seed"
        broken.write_bytes(b"<<<FILE a a>>>\n\xff\n<<<FILE a a>>>\ntext\n" * 30)
        chosen = {**commands(stage.target.source), "validate with findings": ["validate", "broken.seed"]}
        for name, arguments in list(chosen.items())[:runs]:
            for unbuffered in ("", "1"):
                tried = Tried(folder, arguments, environment(**({"PYTHONUNBUFFERED": "1"} if unbuffered else {})))
                for what, wrong in tried.all():
                    counts["quiet" if not wrong else "LOUD"] += 1
                    failures += [f"{name}{', unbuffered' * bool(unbuffered)}, {what}: {one}" for one in wrong]
    return Outcome(counts, failures)


class Tried:
    """One command in all these ways."""

    def __init__(self, folder: Path, arguments: list[str], env: dict[str, str]) -> None:
        self._folder, self._argv, self._env = folder, command(*arguments), env
        self._to_stdout = "-" in arguments
        whole = self._run()
        self._code, self._out = whole.returncode, whole.stdout

    def _run(
        self, closed: tuple[int, ...] = (), stdout: int = subprocess.PIPE, stderr: int = subprocess.PIPE
    ) -> subprocess.CompletedProcess[bytes]:
        def close() -> None:
            for number in closed:
                os.close(number)

        before: Callable[[], None] | None = close if closed else None
        return subprocess.run(
            self._argv, cwd=self._folder, env=self._env, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
            preexec_fn=before, check=False, timeout=60,
        )  # fmt: skip

    def all(self) -> list[tuple[str, list[str]]]:
        """What is wrong with each."""
        found = [(f"closed after {size} bytes", self._early(size)) for size in (0, 1, 4096, 100_000)]
        found += [(f"{name} closed at the start", self._closed(numbers)) for name, numbers in _STREAMS.items() if name]
        if os.path.exists("/dev/full"):
            found += [("stdout full", self._full_out()), ("stderr full", self._full_err())]
        return found

    def _early(self, size: int) -> list[str]:
        process = subprocess.Popen(
            self._argv,
            cwd=self._folder,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        if size:
            process.stdout.read(size)
        process.stdout.close()
        err = process.stderr.read()
        process.stderr.close()
        code = process.wait(60)
        taken = len(self._out) < 65536 and code == self._code  # the pipe held all of it before it was closed
        return _said(err) + ([] if taken or code == 141 else [f"exit code {code}"])

    def _closed(self, numbers: tuple[int, ...]) -> list[str]:
        result = self._run(numbers)
        nowhere = self._to_stdout and 1 in numbers
        wrong = _said(result.stderr)
        if result.returncode != (2 if nowhere else self._code):
            wrong.append(f"exit code {result.returncode}")
        if 1 not in numbers and result.stdout != self._out:
            wrong.append("standard output is not what it was")
        if nowhere and 2 not in numbers and b"standard output" not in result.stderr:
            wrong.append(f"not told: {result.stderr!r}")
        return wrong

    def _full_out(self) -> list[str]:
        with open("/dev/full", "wb") as full:
            result = self._run(stdout=full.fileno())
        wrong = _said(result.stderr)
        if not self._out:
            return wrong
        if result.returncode != 2 or b"standard output: No space left on device" not in result.stderr:
            wrong.append(f"exit code {result.returncode}: {result.stderr[-200:]!r}")
        return wrong

    def _full_err(self) -> list[str]:
        with open("/dev/full", "wb") as full:
            result = self._run(stderr=full.fileno())
        same = (result.returncode, result.stdout) == (self._code, self._out)
        return [] if same else [f"exit code {result.returncode}, {len(result.stdout)} bytes of {len(self._out)}"]


def _said(err: bytes | None) -> list[str]:
    return [word.decode() for word in UNSEEMLY if word in (err or b"")]
