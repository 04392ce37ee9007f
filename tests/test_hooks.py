"""The hooks for pre-commit: which files they take, and what they do with the real pre-commit, without a network."""

from __future__ import annotations

import gzip
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import zstandard

from corpusfmt import plugins
from corpusfmt.sniff import COMPRESSED
from docs.generate import with_patterns
from tests.support import DEEP, ROOT, SEEDS, command

yaml: Any = pytest.importorskip("yaml", reason="PyYAML, which comes with pre-commit, is not installed")

HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
}
VALIDATE, FIX, CORPUS = "corpusfmt-validate", "corpusfmt-fix", "corpusfmt-corpus"


# The list of hooks


def test_there_are_three_hooks() -> None:
    assert list(HOOKS) == [VALIDATE, FIX, CORPUS]
    for hook in HOOKS.values():
        assert hook["language"] == "python"
        assert hook["types"] == ["file"]
        assert hook["require_serial"] is True
        assert hook["minimum_pre_commit_version"] == "3.2.0"
        assert len(hook["name"]) <= 24
        assert len(hook["description"]) <= 72
    assert HOOKS[VALIDATE]["files"] == HOOKS[FIX]["files"]
    assert HOOKS[CORPUS]["pass_filenames"] is False
    assert HOOKS[CORPUS]["args"] == ["."]


@pytest.mark.skipif(find_spec("pre_commit") is None, reason="pre-commit is not installed")
def test_pre_commit_knows_every_key() -> None:
    check = [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    result = subprocess.run(check, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


#: By name: is it for the hooks that are given names, and is it a reason to look at the whole corpus?
NAMES = {
    "a.seed": (True, True),
    "a.jsonl": (True, True),
    "a.ndjson": (True, True),
    "a.tei": (True, True),
    "a.tei.xml": (True, True),
    "a.warc": (True, True),
    "a.wet": (True, True),
    "a.warc.wet.gz": (True, True),
    "a.warc.wat.gz": (True, True),
    "a.seed.gz": (True, True),
    "a.seed.zst": (True, True),
    "a.tei.xml.zst": (True, True),
    "A.JSONL.GZ": (True, True),
    "deep/er/a.jsonl": (True, True),
    "with space.seed": (True, True),
    "-dash.seed": (True, True),
    "名.seed": (True, True),
    "two\nlines.seed": (True, True),
    ".seed": (True, True),
    "a.xml": (False, True),
    "a.xml.gz": (False, True),
    "pom.xml": (False, True),
    "a.wat": (False, True),
    "seed": (False, False),
    "aseed": (False, False),
    "a.seed/readme.md": (False, False),
    "a.seed.bak": (False, False),
    "a.seed.cut": (False, False),
    "a.seed.bz2": (False, False),
    "a.seeds": (False, False),
    "a.json": (False, False),
    "a.gz": (False, False),
    "a.jsonl.gz.part": (False, False),
    "a.jsonlx": (False, False),
    "a.htei": (False, False),
    "texml": (False, False),
    "a.xmlx": (False, False),
    "a.rng": (False, False),
}


@pytest.mark.parametrize("name", NAMES)
def test_files_are_chosen_by_name(name: str) -> None:
    # pre-commit searches with each pattern in the path from the top of the repository.
    found = {id: bool(re.search(hook["files"], name)) for id, hook in HOOKS.items()}
    by_name, of_corpus = NAMES[name]
    assert found == {VALIDATE: by_name, FIX: by_name, CORPUS: of_corpus}


def test_the_corpus_is_looked_at_for_every_suffix_that_corpusfmt_knows() -> None:
    rooms = [plugins.builtin(name) for name in plugins.builtin_names()]
    suffixes = [suffix for room in rooms for suffix in room.suffixes]
    for suffix in suffixes:
        for ending in ("",) if suffix.endswith(COMPRESSED) else ("", *COMPRESSED):
            assert re.search(HOOKS[CORPUS]["files"], f"a{suffix}{ending}"), suffix
            assert bool(re.search(HOOKS[VALIDATE]["files"], f"a{suffix}{ending}")) == (suffix not in {".xml", ".wat"})


def test_the_patterns_are_those_of_the_formats() -> None:
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert with_patterns(hooks) == hooks, "run 'make docs'"


def options_of(subcommand: str) -> set[str]:
    """The options that the help of a command lists."""
    result = command(subcommand, "--help")
    assert result.returncode == 0
    return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", result.stdout.decode()))


def used(line: str) -> tuple[str, set[str]]:
    """The command and the options of a line for the shell."""
    words = shlex.split(line)
    assert words[0] == "corpusfmt"
    return words[1], {word.partition("=")[0] for word in words[2:] if re.match("--?[a-z]", word)}


@pytest.mark.parametrize("id", HOOKS)
def test_hooks_use_options_that_are_there(id: str) -> None:
    subcommand, options = used(shlex.join([*shlex.split(HOOKS[id]["entry"]), *HOOKS[id]["args"]]))
    assert options <= options_of(subcommand)


# The pages


def blocks() -> list[Any]:
    """The examples in YAML of the page about hooks."""
    page = (ROOT / "docs" / "hooks.md").read_text(encoding="utf-8")
    return [yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S)]


def test_the_page_configures_hooks_that_are_there() -> None:
    first, *others = blocks()
    hooks = [hook for repo in first["repos"] for hook in repo["hooks"]]
    hooks += [hook for block in others if isinstance(block, list) for hook in block]
    assert {hook["id"] for hook in hooks} == {*HOOKS, "trailing-whitespace"}
    for hook in hooks:
        assert set(hook) <= {"id", "args", "files", "exclude", "stages", "additional_dependencies"}
        re.compile(hook.get("files", ""))
        re.compile(hook.get("exclude", ""))
        if hook["id"] in HOOKS and "args" in hook:
            subcommand, options = used(shlex.join([*shlex.split(HOOKS[hook["id"]]["entry"]), *hook["args"]]))
            assert options <= options_of(subcommand)
            assert ("--" in hook["args"]) == (hook["id"] != CORPUS)


def test_the_workflow_is_one_of_github() -> None:
    workflow = yaml.safe_load((ROOT / "docs" / "github-action.yml").read_text(encoding="utf-8"))
    workflow["on"] = workflow.pop(True)  # YAML 1.1, which PyYAML reads, takes 'on' for a truth value; GitHub does not
    assert set(workflow) == {"name", "on", "permissions", "jobs"}
    assert set(workflow["on"]) == {"push", "pull_request"}
    assert workflow["permissions"] == {}
    (job,) = workflow["jobs"].values()
    assert job["runs-on"] == "ubuntu-latest"
    assert job["permissions"] == {"contents": "read", "actions": "read", "security-events": "write"}
    steps = job["steps"]
    assert all(("uses" in step) != ("run" in step) for step in steps)
    assert all(re.fullmatch(r"[\w./-]+@v\d+", step["uses"]) for step in steps if "uses" in step)
    runs = [step["run"] for step in steps if "run" in step]
    assert runs[0] == "pip install git+ADDRESS"
    line, target = runs[1].split(" > ")
    upload = steps[-1]
    assert upload["uses"].startswith("github/codeql-action/upload-sarif@")
    assert upload["with"]["sarif_file"] == target
    assert "!cancelled()" in upload["if"]
    subcommand, options = used(line)
    assert options <= options_of(subcommand)


def test_the_workflow_writes_sarif(tmp_path: Path) -> None:
    if b"sarif" not in command("validate", "--help").stdout:
        pytest.skip("validate has no --output-format sarif yet")
    shutil.copyfile(ROOT / "tests" / "data" / "broken.seed", tmp_path / "broken.seed")
    result = command("validate", "--output-format", "sarif", ".", cwd=tmp_path)
    assert result.returncode == 1
    assert b'"version"' in result.stdout


# With the real pre-commit, in real repositories


class Place(NamedTuple):
    """Where pre-commit finds the hooks: a repository, one commit of it, and the environment of its processes."""

    repository: Path
    revision: str
    env: dict[str, str]

    def run(self, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            list(map(str, arguments)),
            cwd=cwd,
            env=self.env,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=600,
        )

    def git(self, *arguments: str, cwd: Path) -> str:
        result = self.run("git", *arguments, cwd=cwd)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def pre_commit(self, *arguments: str | Path, cwd: Path) -> tuple[int, str]:
        """Run pre-commit. Returns its exit code and what it printed."""
        result = self.run(sys.executable, "-m", "pre_commit", *arguments, cwd=cwd)
        return result.returncode, result.stdout + result.stderr

    def commit_all(self, cwd: Path) -> None:
        """Commit all files, past the hooks."""
        self.git("add", "--all", cwd=cwd)
        self.git("commit", "--quiet", "--no-verify", "--message", "All files", cwd=cwd)


#: All that a build of corpusfmt needs. A checkout is not needed: this also works in a source distribution.
PARTS = ("corpusfmt", "schemas", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
#: A fault that can be mended without loss, one that cannot, and none.
MENDABLE = b"\xef\xbb\xbf<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\nA text.\n"
MENDED = MENDABLE[3:]
BROKEN = MENDED + b"<<<FILE only-one-field>>>\nAnother.\n"
CLEAN = (SEEDS / "news.seed").read_bytes()
XML = b"<project/>\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Make a repository with the hooks, once.

    In the deep run they are those of the project, and pre-commit builds their environment when it is first needed. In
    the usual one they run the corpusfmt of this checkout: to build the environment takes longer than all tests here.
    """
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    if find_spec("pre_commit") is None:
        pytest.skip("pre-commit is not installed")
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # side by side, the processes share it
        folder = folder.parent
    folder /= "hooks"
    folder.mkdir(exist_ok=True)
    env = environment(folder)
    filelock: Any = pytest.importorskip("filelock")
    with filelock.FileLock(folder / "lock"):
        repository = folder / "repository"
        made = folder / "revision"
        if not made.exists():
            if DEEP:
                pack_what_is_installed(folder / "wheels")
            (folder / "gitconfig").write_text(
                "[init]\ndefaultBranch = main\n[core]\nautocrlf = false\n", encoding="utf-8"
            )
            for part in PARTS:
                if (ROOT / part).is_dir():
                    ignored = shutil.ignore_patterns("__pycache__")
                    shutil.copytree(ROOT / part, repository / part, ignore=ignored, dirs_exist_ok=True)
                else:
                    shutil.copyfile(ROOT / part, repository / part)
            if not DEEP:
                hooks = repository / ".pre-commit-hooks.yaml"
                text = hooks.read_text(encoding="utf-8")
                assert text.count("language: python\n") == len(HOOKS)
                hooks.write_text(text.replace("language: python\n", "language: system\n"), encoding="utf-8")
                tool(folder / "bin")
            unborn = Place(repository, "", env)
            unborn.git("init", "--quiet", cwd=repository)
            unborn.commit_all(repository)
            made.write_text(unborn.git("rev-parse", "HEAD", cwd=repository).strip(), encoding="ascii")
        return Place(repository, made.read_text(encoding="ascii"), env)


def tool(folder: Path) -> None:
    """Make the command corpusfmt, which runs that of the checkout."""
    folder.mkdir()
    script = folder / "corpusfmt"
    run = shlex.join(
        [
            sys.executable,
            "-c",
            f"import sys; sys.path[0] = {str(ROOT)!r}; from corpusfmt.cli.main import main; sys.exit(main())",
        ]
    )
    script.write_text(f'#!/bin/sh\nexec {run} "$@"\n', encoding="utf-8")
    script.chmod(0o755)


def environment(folder: Path) -> dict[str, str]:
    """Return what processes see: settings of this user and of this machine are out, and so is the network."""
    foreign = re.compile(
        r"(GIT|PIP|PRE_COMMIT|PYTHON(?!PYCACHEPREFIX)|VIRTUALENV|VIRTUAL_ENV|XDG|SKIP|UV)(_|$)|\w*_proxy$", re.I
    )
    env = {name: value for name, value in os.environ.items() if not foreign.match(name)}
    nowhere = "http://127.0.0.1:9"  # what does try the network, fails at once
    return {
        **env,
        "PATH": os.pathsep.join([str(folder / "bin"), env.get("PATH", os.defpath)]),
        **dict.fromkeys(("HOME", "USERPROFILE", "LOCALAPPDATA"), str(folder / "home")),
        "XDG_CACHE_HOME": str(folder / "home" / "cache"),
        "XDG_DATA_HOME": str(folder / "home" / "data"),
        "XDG_CONFIG_HOME": str(folder / "home" / "config"),
        "PRE_COMMIT_HOME": str(folder / "pre-commit"),
        "VIRTUALENV_OVERRIDE_APP_DATA": str(folder / "virtualenv"),
        "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(folder / "wheels"),
        "HTTP_PROXY": nowhere,
        "HTTPS_PROXY": nowhere,
        "GIT_ALLOW_PROTOCOL": "file",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
        **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in PERSON.items()},
        "PYTHONUTF8": "1",
    }


PERSON = {"NAME": "A Tester", "EMAIL": "tester@example.org", "DATE": "2026-01-01T00:00:00+00:00"}


def pack_what_is_installed(folder: Path) -> None:
    """Make wheels again of what corpusfmt needs to be built and to run, so that pip can install it without an index."""
    requirements: Any = pytest.importorskip("packaging.requirements")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    packed: set[str] = set()
    folder.mkdir(exist_ok=True)
    while wanted:
        requirement = requirements.Requirement(wanted.pop())
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        distribution = metadata.distribution(requirement.name)
        name = distribution.metadata["Name"].lower()
        if name not in packed:
            packed.add(name)
            pack(distribution, folder)
            wanted += distribution.requires or []


def pack(distribution: metadata.Distribution, folder: Path) -> None:
    """Put the files of an installed distribution into a wheel. pip makes its scripts and compiles it again."""
    files = [file for file in distribution.files or [] if ".." not in file.parts and file.suffix != ".pyc"]
    about = next((file.parts[0] for file in files if file.parts[0].endswith(".dist-info")), None)
    wheel = distribution.read_text("WHEEL")
    if about is None or wheel is None:
        pytest.skip(f"{distribution.metadata['Name']} was not installed from a wheel, and cannot be packed again")
    tags = [line.removeprefix("Tag:").strip().split("-") for line in wheel.splitlines() if line.startswith("Tag:")]
    tag = "-".join(".".join(sorted(set(part))) for part in zip(*tags, strict=True))
    own = {f"{about}/{name}" for name in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")}
    names = [file.as_posix() for file in files if file.as_posix() not in own]
    with zipfile.ZipFile(folder / f"{about.removesuffix('.dist-info')}-{tag}.whl", "w") as archive:
        for name in names:
            archive.write(str(distribution.locate_file(name)), name)
        archive.writestr(f"{about}/RECORD", "".join(f"{name},,\n" for name in [*names, f"{about}/RECORD"]))


@pytest.fixture
def work(tmp_path: Path, place: Place) -> Path:
    """A repository of texts that is set up as the page says."""
    folder = tmp_path / "texts"
    folder.mkdir()
    place.git("init", "--quiet", cwd=folder)
    config = blocks()[0]
    (repo,) = config["repos"]
    assert (repo["repo"], repo["rev"]) == ("ADDRESS", "REVISION")
    repo["repo"], repo["rev"] = str(place.repository), place.revision
    configure(folder, config)
    put(folder, {"clean.seed": CLEAN})
    place.commit_all(folder)
    return folder


def configure(folder: Path, config: dict[str, Any]) -> None:
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")


def put(folder: Path, files: dict[str, bytes]) -> list[str]:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return list(files)


def verdicts(printed: str) -> dict[str, str]:
    """What pre-commit says of each hook."""
    names = "|".join(re.escape(hook["name"]) for hook in HOOKS.values())
    lines = re.finditer(rf"^({names})\.+(?:\(.*\))?(\w+)$", printed, re.M)
    ids = {hook["name"]: id for id, hook in HOOKS.items()}
    return {ids[line[1]]: line[2] for line in lines}


#: Names that a shell, a parser of options or a pattern might take for something else.
ODD = {
    "-dash.seed": CLEAN,
    "--no-cap.seed": CLEAN,
    "with space.seed": CLEAN,
    "Größe 名.seed": CLEAN,
    "cut[1].seed": CLEAN,
    "quo'te.seed": CLEAN,
    "CAPITALS.SEED": CLEAN,
    "a.seed.gz": gzip.compress(CLEAN),
    "deep/er/a.jsonl": b'{"id": "d1", "name": "a", "text": "A text.\\n", "meta": {}}\n',
}


@pytest.mark.parametrize("how", ["run", pytest.param("try-repo", marks=pytest.mark.deep)])
def test_all_hooks_run(how: str, place: Place, work: Path) -> None:
    """``try-repo`` does so in an environment of its own, which takes long to build."""
    put(work, {"mendable.seed": MENDABLE, "broken.seed": BROKEN})
    place.git("add", "--all", cwd=work)
    files = ["clean.seed", "mendable.seed", "broken.seed"]
    given = ["run", "--hook-stage", "pre-push"] if how == "run" else ["try-repo", place.repository]
    code, printed = place.pre_commit(*given, "--files", *files, cwd=work)
    assert verdicts(printed) == {VALIDATE: "Failed", FIX: "Failed", CORPUS: "Failed"}, printed
    assert code == 1
    assert "- hook id: corpusfmt-fix\n- exit code: 1\n- files were modified by this hook\n" in printed
    assert "mendable.seed: fixed 1 finding (SEED008: 1)\n" in printed
    assert "broken.seed: 1 finding left (SEED003: 1)\n" in printed
    assert "./broken.seed:4:1: SEED003 " in printed


def test_clean_files_pass_whatever_their_name(place: Place, work: Path) -> None:
    put(work, ODD)
    place.git("add", "--all", cwd=work)
    code, printed = place.pre_commit("run", "--verbose", "--all-files", cwd=work)
    assert verdicts(printed) == {FIX: "Passed", VALIDATE: "Passed"}, printed
    assert code == 0
    assert "82 documents in 10 sources: no findings" in printed
    assert all((work / name).read_bytes() == content for name, content in ODD.items())


BAD = {
    "-broken.seed": BROKEN,
    "bro ken.seed": BROKEN,
    "kaputt 名.seed": BROKEN,
    "cut[1].seed": BROKEN,
    "packed.seed.gz": gzip.compress(BROKEN, mtime=0),
    "packed.seed.zst": zstandard.compress(BROKEN),
}


def test_what_cannot_be_fixed_fails_with_its_place(place: Place, work: Path) -> None:
    put(work, BAD)
    place.git("add", "--all", cwd=work)
    code, printed = place.pre_commit("run", cwd=work)
    assert verdicts(printed) == {FIX: "Failed", VALIDATE: "Failed"}, printed
    assert code == 1
    assert "files were modified" not in printed
    for name in BAD:
        assert f"{name}: 1 finding left (SEED003: 1)\n" in printed
        assert f"{name}:4:1: SEED003 error: the header has one field" in printed
    assert "clean.seed" not in printed
    assert all((work / name).read_bytes() == content for name, content in BAD.items())


MENDABLES = ["-a.seed", "a b.seed", "ä.seed", "a.seed.gz", "a.seed.zst"]
CODECS: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    ".gz": (gzip.compress, gzip.decompress),
    ".zst": (zstandard.compress, lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data)),
}


def test_what_can_be_fixed_is_and_passes_then(place: Place, work: Path) -> None:
    codecs = {name: CODECS.get(Path(name).suffix, (bytes, bytes)) for name in MENDABLES}
    put(work, {name: pack(MENDABLE) for name, (pack, _) in codecs.items()})
    place.git("add", "--all", cwd=work)
    code, printed = place.pre_commit("run", VALIDATE, cwd=work)
    assert code == 1
    for name in MENDABLES:
        assert f"{name}:1:1: SEED008 warning" in printed
    code, printed = place.pre_commit("run", cwd=work)
    assert verdicts(printed) == {FIX: "Failed", VALIDATE: "Passed"}, printed
    assert code == 1
    assert "- hook id: corpusfmt-fix\n- files were modified by this hook\n" in printed  # and no exit code
    for name in MENDABLES:
        assert f"{name}: fixed 1 finding (SEED008: 1)\n" in printed
    place.git("add", "--all", cwd=work)
    code, printed = place.pre_commit("run", cwd=work)
    assert verdicts(printed) == {FIX: "Passed", VALIDATE: "Passed"}, printed
    assert code == 0
    for name, (_, unpack) in codecs.items():
        assert unpack((work / name).read_bytes()) == MENDED


def test_the_corpus_is_read_once_and_whole(place: Place, work: Path) -> None:
    put(work, {"old/broken.seed": BROKEN})
    place.commit_all(work)
    folders = "/".join([f"{'many':-<200}"] * 4)
    put(work, {f"{folders}/{number}.seed": MENDED for number in range(170)})  # more than one command line holds
    place.git("add", "--all", cwd=work)
    code, printed = place.pre_commit("run", "--verbose", cwd=work)  # of the commit, not of the corpus
    assert verdicts(printed) == {FIX: "Passed", VALIDATE: "Passed"}, printed
    assert code == 0
    counts = list(map(int, re.findall(r"(\d+) documents in \d+ sources: ", printed.replace(",", ""))))
    assert len(counts) > 1
    assert sum(counts) == 170
    code, printed = place.pre_commit("run", "--hook-stage", "pre-push", "--files", "clean.seed", cwd=work)
    assert verdicts(printed) == {FIX: "Passed", VALIDATE: "Passed", CORPUS: "Failed"}, printed
    assert code == 1
    assert "./old/broken.seed:4:1: SEED003 " in printed
    assert len(re.findall(r" in 172 sources: ", printed)) == 1
    code, printed = place.pre_commit("run", "--hook-stage", "pre-push", "--files", ".pre-commit-config.yaml", cwd=work)
    assert verdicts(printed) == {FIX: "Skipped", VALIDATE: "Skipped", CORPUS: "Skipped"}, printed
    assert code == 0


def test_xml_of_any_kind_is_left_alone_unless_it_is_named(place: Place, work: Path) -> None:
    put(work, {"pom.xml": XML, "texts/a.xml": XML})
    place.git("add", "--all", cwd=work)
    code, printed = place.pre_commit("run", cwd=work)
    assert verdicts(printed) == {FIX: "Skipped", VALIDATE: "Skipped"}, printed
    assert code == 0
    config = yaml.safe_load((work / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    config["repos"][0]["hooks"] = [
        hook for block in blocks() if isinstance(block, list) for hook in block if "xml" in hook.get("files", "")
    ]  # that of the page
    configure(work, config)
    place.git("add", "--all", cwd=work)
    code, printed = place.pre_commit("run", cwd=work)
    assert verdicts(printed) == {VALIDATE: "Failed"}, printed
    assert code == 1
    assert "texts/a.xml:1:1: TEI003 " in printed
    assert "pom.xml" not in printed


def test_a_commit_is_stopped_until_the_file_is_fixed(place: Place, work: Path) -> None:
    code, printed = place.pre_commit("install", cwd=work)
    assert code == 0, printed
    before = place.git("rev-parse", "HEAD", cwd=work)
    put(work, {"new.seed": MENDABLE})
    place.git("add", "new.seed", cwd=work)
    put(work, {"clean.seed": BROKEN})  # not part of the commit: pre-commit sets it aside
    commit = ("git", "commit", "--quiet", "--message", "A text")
    result = place.run(*commit, cwd=work)
    assert result.returncode == 1
    assert "new.seed: fixed 1 finding (SEED008: 1)" in result.stderr
    assert place.git("rev-parse", "HEAD", cwd=work) == before
    place.git("add", "new.seed", cwd=work)
    result = place.run(*commit, cwd=work)
    assert result.returncode == 0, result.stderr
    assert place.git("show", "HEAD:new.seed", cwd=work).encode() == MENDED
    assert (work / "clean.seed").read_bytes() == BROKEN


MIXED = b"""baseline = "known.json"
[[paths]]
match = "texts/**"
from = "dir"
[[paths]]
match = "dolma/**"
layout = "dolma"
[[paths]]
match = "hf/**"
layout = "hf"
"""


def test_one_entry_for_a_repository_of_several_formats(place: Place, work: Path) -> None:
    """One configuration, one baseline and one entry: texts, JSON Lines of two layouts, and TEI."""
    files = {f"texts/{n % 9}/{n}.txt": b"Text %d.\n" % n for n in range(300)}
    files["texts/0/old.txt"] = b"In Latin-1: \xe9.\n"  # known
    files |= {
        f"dolma/{n}.jsonl": b'{"id":"d%d","text":"a","source":"s","metadata":{}}\n' % n for n in range(25)
    }  # fmt: skip
    files |= {f"hf/{n}.jsonl": b'{"text":"b","id":"h%d","meta":{}}\n' % n for n in range(25)}
    put(work, {**files, "corpusfmt.toml": MIXED})
    novels = work / "novels"
    novels.mkdir()
    for n in range(20):
        assert command("convert", work / f"hf/{n}.jsonl", "-o", novels / f"{n}.xml", "--layout", "hf").returncode == 0
    entry = {"id": VALIDATE, "files": r"^(texts|dolma|hf|novels)/"}
    configure(work, {"repos": [{"repo": str(place.repository), "rev": place.revision, "hooks": [entry]}]})
    for name in ("texts", "."):  # of a folder, and named by itself below
        (work / "known.json").unlink(missing_ok=True)
        written = command("validate", name, "--write-baseline", "known.json", cwd=work)
        assert (written.returncode, b"1 finding in" in written.stderr) == (0, True), written.stderr
    place.commit_all(work)
    code, printed = place.pre_commit("run", "--all-files", cwd=work)
    assert (code, verdicts(printed)) == (0, {VALIDATE: "Passed"}), printed
    put(work, {"texts/8/new.txt": b"New: \xff.\n"})
    place.git("add", "--all", cwd=work)
    code, printed = place.pre_commit("run", cwd=work)
    assert (code, verdicts(printed)) == (1, {VALIDATE: "Failed"}), printed
    assert "texts/8/new.txt:1:6: ENC001 error: not UTF-8" in printed
    assert "1 error" in printed
    code, printed = place.pre_commit("run", "--all-files", cwd=work)
    assert printed.count(" error: ") == 1
