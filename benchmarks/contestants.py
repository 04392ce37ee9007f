"""Who takes part: our command and its peers, each Python one in an environment of its own under ``.bench``."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
BENCH = CHECKOUT / ".bench"
PACKAGES = (
    "corpusfmt",
    "orjson",
    "datatrove",
    "datasets",
    "polars",
    "warcio",
    "fastwarc",
    "lxml",
    "check-jsonschema",
    "codecs",
)
PROGRAMS = ("jq", "cp")
OURS = "corpusfmt"
#: The limit of a loop over lxml: it reads, and writes nothing.
BARE = "iterparse"


class Run(NamedTuple):
    """A command, and the file that takes its standard output."""

    command: list[str]
    output: str = os.devnull


def home(name: str) -> str:
    """Return the name of the environment that a contestant runs in: one of its own, but for the limit of a peer."""
    return "lxml" if name == BARE else name


def python(name: str) -> Path:
    """Return the interpreter of the environment of ``name``."""
    return BENCH / home(name) / "bin" / "python"


def set_up(only: Collection[str] = ()) -> None:
    """Make the environments, or bring them up to date. A peer that cannot be installed is left out.

    ``only`` names the peers to install; ours is always.
    """
    for name in PACKAGES:
        if only and name not in (OURS, *map(home, only)):
            continue
        print(f"installing {name}", file=sys.stderr)
        pip = [str(python(name)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        wanted = ["--requirement", str(HERE / "requirements" / f"{name}.txt")]
        if name == OURS:
            wanted = ["--force-reinstall", str(CHECKOUT)]
        try:
            subprocess.run([sys.executable, "-m", "venv", str(BENCH / name)], check=True)
            subprocess.run([*pip, "--upgrade", *wanted], check=True)
        except subprocess.CalledProcessError as error:
            if name == OURS:
                raise
            print(f"{name} could not be installed (exit code {error.returncode}); it is left out", file=sys.stderr)


def _said(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.partition("\n")[0].strip()


def versions() -> dict[str, str]:
    """Return the version of each contestant that is there."""
    ask = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"
    found = {name: _said([str(python(name)), "-c", ask, name]) for name in PACKAGES}
    for name in PROGRAMS:
        if shutil.which(name):
            found[name] = _said([name, "--version"]).removeprefix(f"{name}-").removeprefix(f"{name} ") or "no version"
    return {name: version for name, version in found.items() if version}


def stale() -> bool:
    """Say whether the command in ``.bench`` was installed from other code than the checkout holds now."""
    installed = next((BENCH / OURS / "lib").glob("python*/site-packages/corpusfmt"), None)
    if installed is None:
        return True
    ours = [path.relative_to(CHECKOUT / OURS) for path in (CHECKOUT / OURS).rglob("*.py")]
    return any(filecmp.cmpfiles(CHECKOUT / OURS, installed, map(str, ours), shallow=False)[1:])


def environment(scratch: str) -> dict[str, str]:
    """Return the variables that all contestants run with: no network, caches in ``scratch``, no Python settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "HF_", "POLARS_"))}
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    return {**kept, **offline, "HF_HOME": scratch, "HF_DATASETS_CACHE": scratch, "TMPDIR": scratch}


def corpus(kind: str, size: float, *rest: str) -> list[str]:
    """Return the command that makes a corpus. It runs apart: what it needs is then not counted as memory of others."""
    return [sys.executable, str(HERE / "corpora.py"), kind, str(size), *rest]


def task(name: str, route: str, source: str, target: str) -> Run:
    """Return how a contestant goes the ``route``, as in ``seed-to-jsonl`` or ``validate-warc``."""
    if route.startswith("validate-"):
        check = ["check"] if name == "warcio" else ["validate", "--quiet"]
        return Run([str(BENCH / name / "bin" / name), *check, source])
    if name == OURS:
        return Run([str(BENCH / OURS / "bin" / OURS), "convert", source, "-o", target, "--quiet"])
    if name == "jq":
        return Run(["jq", "-c", ".", source], target)
    if name == "cp":
        return Run(["cp", source, target])
    script = HERE / "peers" / f"{name}_{route.replace('-', '_').replace('.gz', '')}.py"
    return Run([str(python(name)), str(script), source, target])
