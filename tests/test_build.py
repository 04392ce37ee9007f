"""The kernel is built where there is a compiler, is left out where there is none, and is loaded or not."""

from __future__ import annotations

import importlib
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from corpusfmt.cli.main import main
from corpusfmt.text import kernel
from tests.support import ROOT

FREE = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


@pytest.fixture(scope="module")
def compiler() -> None:
    """Skip the test where the kernel cannot be built."""
    given = shlex.split(os.environ.get("CC", "")) or list(filter(shutil.which, ("cc", "gcc", "clang")))[:1]
    if sys.platform == "win32" or sys.implementation.name != "cpython":
        pytest.skip("the kernel may or may not be built here")
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        pytest.skip("no header files of Python")
    if not given or subprocess.run([*given, "--version"], capture_output=True, check=False).returncode:
        pytest.skip("no C compiler")


needs_compiler = pytest.mark.usefixtures("compiler")


def built(what: str, root: Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Build a ``wheel``, an ``editable`` or an ``sdist`` of the project at ``root`` into ``folder``.

    The compiler optimises nothing, which is quicker, unless CFLAGS are given.
    """
    pytest.importorskip("hatchling", reason="the build is without isolation, so that it needs no network")
    folder.mkdir(exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if name not in ("CORPUSFMT_KERNEL", "PYTHONPATH")}
    program = f"from hatchling.build import build_{what}; build_{what}({str(folder)!r})"
    return subprocess.run(
        [sys.executable, "-c", program], cwd=root, env={**inherited, "CFLAGS": "-O0", **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def kernels(wheel: Path) -> list[str]:
    """The files of the kernel in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return [name for name in archive.namelist() if "_kernel" in name]


@needs_compiler
def test_a_wheel_has_the_kernel_and_the_tag_of_the_limited_interface(tmp_path: Path) -> None:
    result = built("wheel", ROOT, tmp_path, CORPUSFMT_KERNEL="must", CFLAGS="")
    assert result.returncode == 0, result.stderr
    (wheel,) = tmp_path.iterdir()
    (name,) = kernels(wheel)
    assert name.startswith("corpusfmt/_kernel.")
    if not FREE:
        assert name == "corpusfmt/_kernel.abi3.so"
        assert "-cp311-abi3-" in wheel.name
    assert not wheel.name.endswith("-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        (facts,) = [archive.read(file).decode() for file in archive.namelist() if file.endswith("/WHEEL")]
    assert "Root-Is-Purelib: false\n" in facts
    program = (
        "import corpusfmt._kernel as kernel; print(kernel.__file__, kernel.ABI, kernel.is_utf8(b'\\xed\\xa0\\x80'))"
    )
    ran = subprocess.run(
        [sys.executable, "-P", "-c", program],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")}, cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stdout == f"{tmp_path / 'site' / name} {kernel.ABI} False\n"


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"CC": "false"}, "corpusfmt is built without its kernel: false failed with exit code 1\n"),
        ({"CC": "true"}, "corpusfmt is built without its kernel: the compiler made no file\n"),
        ({"CC": "'"}, "corpusfmt is built without its kernel: No closing quotation\n"),
        ({"PATH": "", "CC": ""}, "corpusfmt is built without its kernel: there is no C compiler\n"),
        ({"CORPUSFMT_KERNEL": "0"}, ""),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="setuptools finds the compiler, and CC says nothing")
def test_a_wheel_without_the_kernel_is_pure(environment: dict[str, str], said: str, tmp_path: Path) -> None:
    result = built("wheel", ROOT, tmp_path, **environment)
    assert (result.returncode, result.stderr) == (0, said)
    (wheel,) = tmp_path.iterdir()
    assert wheel.name.endswith("-py3-none-any.whl")
    assert kernels(wheel) == []


@pytest.mark.skipif(sys.platform == "win32", reason="setuptools finds the compiler, and CC says nothing")
def test_a_kernel_that_must_be_built_and_cannot_be_is_an_error(tmp_path: Path) -> None:
    result = built("wheel", ROOT, tmp_path, CC="false", CORPUSFMT_KERNEL="must")
    assert result.returncode == 1
    assert result.stderr == (
        "the kernel cannot be built, and CORPUSFMT_KERNEL is 'must': false failed with exit code 1\n"
    )
    assert list(tmp_path.iterdir()) == []


@needs_compiler
def test_an_editable_install_builds_beside_the_source_and_leaves_no_old_kernel(tmp_path: Path) -> None:
    root = tmp_path / "project"
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore"):
        root.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, root)
    shutil.copytree(ROOT / "schemas", root / "schemas")
    package = root / "corpusfmt"
    package.mkdir()
    for name in ("__init__.py", "version.py"):
        shutil.copy(ROOT / "corpusfmt" / name, package)
    shutil.copytree(ROOT / "corpusfmt" / "csrc", package / "csrc")

    def beside() -> list[Path]:
        return list(package.glob("_kernel.*"))

    for environment, there in (
        ({}, 1), ({"CC": "false"}, 0), ({"CORPUSFMT_KERNEL": "1"}, 1), ({"CORPUSFMT_KERNEL": "0"}, 0), ({}, 1)
    ):  # fmt: skip
        result = built("editable", root, tmp_path / "dist", **environment)
        assert result.returncode == 0, result.stderr
        assert len(beside()) == there, environment
    (old,) = beside()
    source = package / "csrc" / "kernel.c"
    source.write_text(re.sub("define ABI [0-9]+", "define ABI 77", source.read_text()))
    assert built("editable", root, tmp_path / "dist").returncode == 0
    program = "import corpusfmt._kernel as kernel; print(kernel.ABI)"
    ran = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert ran.stdout == "77\n"
    # A wheel takes the kernel that it compiles, never the one beside the source.
    assert old.is_file()
    assert built("wheel", root, tmp_path / "pure", CORPUSFMT_KERNEL="0").returncode == 0
    assert [kernels(wheel) for wheel in (tmp_path / "pure").iterdir()] == [[]]


def test_a_source_distribution_has_what_the_build_needs(tmp_path: Path) -> None:
    result = built("sdist", ROOT, tmp_path)
    assert result.returncode == 0, result.stderr
    (sdist,) = tmp_path.iterdir()
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"hatch_build.py", "corpusfmt/csrc/kernel.c"} <= names
    assert not [name for name in names if name.endswith((".so", ".pyd"))]


@needs_compiler
def test_setuptools_builds_it_where_the_compiler_is_hard_to_find(tmp_path: Path) -> None:
    """This is the way on Windows; elsewhere it does the same as the command."""
    pytest.importorskip("setuptools")
    program = (
        "from pathlib import Path; from hatch_build import NAME, by_setuptools;"
        f"target = Path({str(tmp_path)!r}, NAME); by_setuptools(Path('corpusfmt/csrc/kernel.c').absolute(), target);"
        "assert target.is_file()"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={**os.environ, "CFLAGS": "-O0"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr


def _fails(name: str) -> None:
    raise ImportError("undefined symbol: \x1b[31m")


@pytest.mark.parametrize(
    ("environment", "module", "state"),
    [
        (None, SimpleNamespace(ABI=kernel.ABI), "in use"),
        ("1", SimpleNamespace(ABI=kernel.ABI), "in use"),
        ("0", SimpleNamespace(ABI=kernel.ABI), "switched off by CORPUSFMT_KERNEL=0"),
        (None, None, "not built"),
        (None, SimpleNamespace(ABI=kernel.ABI + 1), "not usable: it is of another version"),
        (None, SimpleNamespace(), "not usable: it is of another version"),
        (None, _fails, "not usable: undefined symbol: \x1b[31m"),
    ],
)
def test_a_kernel_is_used_when_it_is_there_and_fits(
    environment: str | None, module: object, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CORPUSFMT_KERNEL", raising=False)
    if environment is not None:
        monkeypatch.setenv("CORPUSFMT_KERNEL", environment)
    monkeypatch.setitem(sys.modules, "corpusfmt._kernel", module)  # None: as where it is not
    if module is _fails:
        monkeypatch.setattr(importlib, "import_module", _fails)
    loaded = runpy.run_path(kernel.__file__)
    assert loaded["STATE"] == state
    assert loaded["KERNEL"] is (module if state == "in use" else None)


@pytest.mark.parametrize("option", ["-v", "--verbose"])
def test_the_command_says_whether_it_is_in_use(
    option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(kernel, "STATE", "not usable: \x1b[31m")
    assert main(["--version", option]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["kernel: not usable: \\x1b[31m"]


@pytest.mark.skipif(kernel.KERNEL is None, reason=f"the whole run is one without the kernel: {kernel.STATE}")
def test_laws_hold_without_the_kernel() -> None:
    """A few of the laws; ``make test-pure`` runs all tests without it."""
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "tests/test_laws.py", "-k", "law_1 or law_5 or law_6"],
        cwd=ROOT, env={**os.environ, "CORPUSFMT_KERNEL": "0"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout
