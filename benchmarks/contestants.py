"""Who takes part: our command and its peers, each Python one in an environment of its own under ``.bench``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Mapping
from hashlib import sha256
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
    "duckdb",
    "warcio",
    "fastwarc",
    "lxml",
    "check-jsonschema",
    "sourcemeta-jsonschema",
    "codecs",
)
PROGRAMS = ("jq", "cp")
OURS = "corpusfmt"
#: Ours with the kernel switched off, and with two jobs.
PURE, TWO = "pure", "jobs-2"
#: A check of UTF-8 in C. It is compiled by ``set_up``.
UTF8 = "utf8"
#: Limits that write nothing that could be compared, or what ours writes by another route.
LIMITS = ("iterparse", "sha256", UTF8)
#: Contestants in the environment of another one.
_HOMES = {
    "iterparse": "lxml", "polars-streaming": "polars", PURE: OURS, TWO: OURS, "sha256": OURS, "codec": OURS,
    "jsonschema": OURS, "jsonschema-rs": OURS,
}  # fmt: skip
#: The route that takes no digests, and is counted with a limit that does nothing but that.
_PLAIN = {"seed-to-warc": "seed-to-jsonl", "warc-to-jsonl": "jsonl-to-jsonl"}
CODE = BENCH / "corpusfmt.sha256"


class Run(NamedTuple):
    """A command, the file that takes its standard output, and variables."""

    command: list[str]
    output: str = os.devnull
    more: Mapping[str, str] = {}


class Files(NamedTuple):
    """What a contestant reads and writes: ``expected`` holds what is to be written, as far as it is made."""

    source: str
    target: str
    expected: str = ""
    schema: str = ""


def home(name: str) -> str:
    """Return the name of the environment that a contestant runs in: one of its own, but for the limit of a peer."""
    return _HOMES.get(name, name)


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
    CODE.write_text(code())
    if not only or UTF8 in only:
        compiler = os.environ.get("CC") or "cc"
        command = [compiler, "-O2", "-o", str(BENCH / UTF8), str(HERE / "peers" / f"{UTF8}.c")]
        if not shutil.which(compiler) or subprocess.run(command, check=False).returncode:
            print(f"{UTF8} could not be compiled; it is left out", file=sys.stderr)


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


def there(name: str) -> bool:
    """Say whether a contestant can take part."""
    if name in PROGRAMS:
        return shutil.which(name) is not None
    return (BENCH / UTF8 if name == UTF8 else python(name)).exists()


def code() -> str:
    """Return a digest of the code of our command in the checkout."""
    made = sha256()
    for path in sorted((CHECKOUT / OURS).rglob("*")):
        if path.suffix in (".py", ".c", ".h"):
            made.update(path.relative_to(CHECKOUT).as_posix().encode() + b"\0" + path.read_bytes())
    return made.hexdigest()


def stale() -> bool:
    """Say whether the command in ``.bench`` was installed from other code than the checkout holds now."""
    return not CODE.exists() or CODE.read_text() != code()


def kernel() -> str:
    """Return what our command says of its kernel."""
    done = subprocess.run(
        [str(BENCH / OURS / "bin" / OURS), "--version", "-v"], capture_output=True, text=True, check=True
    )
    return done.stdout.partition("kernel: ")[2].strip() or "none"


def jobs(verb: str) -> bool:
    """Say whether our command runs that verb on so many cores as are asked for."""
    done = subprocess.run(
        [str(BENCH / OURS / "bin" / OURS), verb, "--help"], capture_output=True, text=True, check=True
    )
    return "--jobs" in done.stdout


def environment(scratch: str) -> dict[str, str]:
    """Return the variables that all contestants run with: no network, caches in ``scratch``, no Python settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "HF_", "POLARS_", "CORPUSFMT_"))
    }
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    return {**kept, **offline, "HF_HOME": scratch, "HF_DATASETS_CACHE": scratch, "TMPDIR": scratch}


def corpus(kind: str, size: float, *rest: str) -> list[str]:
    """Return the command that makes a corpus. It runs apart: what it needs is then not counted as memory of others."""
    return [sys.executable, str(HERE / "corpora.py"), kind, str(size), *rest]


def ends(route: str) -> tuple[str, str]:
    """Return the formats that a route begins and ends with; nothing is written by a validation."""
    begin, _, end = route.removeprefix("validate-").removeprefix("schema-").partition("-to-")
    return begin, end


def ours(route: str, files: Files, jobs: int = 0) -> list[str]:
    """Return how our command goes the ``route``, as in ``seed-to-jsonl``, ``validate-warc`` or ``schema-jsonl``."""
    (begin, end), tool = ends(route), str(BENCH / OURS / "bin" / OURS)
    how = ["--jobs", str(jobs)] if jobs else []
    if not end:
        against = ["--schema", files.schema] if route.startswith("schema-") else []
        return [tool, "validate", "--quiet", *against, *how, files.source]
    source, target = layout(begin), layout(end)
    if source or files.source == "-":
        how += ["--from", source or {"xml": "tei"}.get(begin, begin)]
    if target or files.target == "-":
        how += ["--to", target or {"xml": "tei"}.get(end, end)]
    return [tool, "convert", files.source, "-o", files.target, "--quiet", *how]


def layout(format: str) -> str:
    """Return the name of a layout of JSON Lines, with the format; nothing of another format, or the native layout."""
    name, _, rest = format.partition(".")
    return f"{rest}:layout={name}" if name in ("dolma", "hf") else ""


def task(name: str, route: str, files: Files, jobs: int = 0) -> list[Run]:
    """Return what a contestant runs to go the ``route``, one after the other. ``jobs`` is for ours alone."""
    source, target = files.source, files.target
    peers = HERE / "peers"
    match name:
        case "corpusfmt":
            return [Run(ours(route, files, jobs))]
        case "jobs-2":
            return [Run(ours(route, files, 2))]
        case "pure":
            return [Run(ours(route, files, jobs), more={"CORPUSFMT_KERNEL": "0"})]
        case "jq":
            return [Run(["jq", "-c", ".", source], target)]
        case "cp":
            return [Run(["cp", source, target])]
        case "utf8":
            return [Run([str(BENCH / UTF8), source])]
        case "sha256":
            plain = _PLAIN[route]
            read = source if ends(plain)[0] == ends(route)[0] else files.expected
            alone = Run(ours(plain, Files(read, f"{target}.plain.jsonl"), jobs))
            return [Run([str(python(name)), str(peers / "sha256.py"), source]), alone]
        case "codec":
            return [Run([str(python(name)), str(peers / "codec.py"), files.expected, target])]
        case "warcio" if route.startswith("validate-"):
            return [Run([str(BENCH / name / "bin" / name), "check", source])]
        case "sourcemeta-jsonschema":
            return [Run([str(BENCH / name / "bin" / "jsonschema"), "validate", files.schema, source])]
        case "jsonschema" | "jsonschema-rs":
            script = f"{name.replace('-', '_')}_validate_jsonl.py"
            return [Run([str(python(name)), str(peers / script), source, files.schema])]
    way = "_to_".join([stem(format) for format in ends(route)])
    script = f"{name.replace('-', '_')}_{way}.py"
    return [Run([str(python(name)), str(peers / script), source, target])]


def stem(format: str) -> str:
    """Return a format without its layout and its compression."""
    return next(part for part in format.split(".") if part in ("seed", "jsonl", "warc", "xml"))
